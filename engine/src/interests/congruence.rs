//! How well the interests of a person match an occupation or any other environment.
//!
//! The correlation of the full profiles comes first: it uses all six scores and predicts best. The indices of three-letter
//! codes are given because tables of occupations often hold nothing else; for a person whose code is not established they are
//! bounds over all codes that the errors allow.

use super::circumplex::{CircumplexAngles, direction, length, plane_point, signed_difference};
use super::differentiation::Estimate;
use super::holland::{HollandCode, ScoreOrderCode};
use super::riasec::{InterestProfile, RiasecType};
use crate::stats::correlation::pearson;

/// A three-letter code, highest interest first.
pub type ThreeLetters = [RiasecType; 3];

/// C index of two three-letter codes, 0 (no match) to 18 (same code): Σ wᵢ·(3 − distanceᵢ) over the places, weights 3, 2, 1,
/// distance in steps on the hexagon.
///
/// # References
/// Brown & Gore (1994), Journal of Vocational Behavior 45, 310–327.
/// # Agreement
/// Oracle `interests/holland_codes` (R package holland), exact.
#[must_use]
pub fn c_index(person: ThreeLetters, environment: ThreeLetters) -> usize {
    let places = person.iter().zip(environment).zip([3, 2, 1]);
    places.map(|((&a, b), weight)| weight * (3 - a.hexagon_distance(b))).sum()
}

/// Iachan's M index of two three-letter codes, 0 (no common letter) to 28 (same code): the sum over common letters of a weight
/// for their places: 22, 10, 4 / 10, 5, 2 / 4, 2, 1 (place in one code by place in the other).
///
/// # References
/// Iachan (1984), Journal of Vocational Behavior 24, 133–141.
/// # Agreement
/// Oracle `interests/holland_codes` (R package holland), exact.
#[must_use]
pub fn m_index(person: ThreeLetters, environment: ThreeLetters) -> usize {
    const WEIGHTS: [[usize; 3]; 3] = [[22, 10, 4], [10, 5, 2], [4, 2, 1]];
    let pairs =
        person.iter().enumerate().flat_map(|(i, a)| environment.iter().enumerate().map(move |(j, b)| (i, j, a == b)));
    pairs.filter(|&(_, _, same)| same).map(|(i, j, _)| WEIGHTS[i][j]).sum()
}

/// Zener–Schnuelle index of two three-letter codes, 0 to 6: 6 the same code; 5 the first two letters in order; 4 the same three
/// letters in any order; 3 the first letter; 2 the person's first two letters both in the environment's code; 1 the person's
/// first letter in the environment's code; 0 none of these.
///
/// # References
/// Zener & Schnuelle (1976), Journal of Counseling Psychology 23, 353–359.
/// # Agreement
/// Oracle `interests/holland_codes`, exact, by this definition; the R package holland 0.1.2-3 gives 0 for several partial
/// matches, such as RIA against RSA.
#[must_use]
pub fn zener_schnuelle(person: ThreeLetters, environment: ThreeLetters) -> usize {
    let [a, b, c] = person;
    let held = |letter| environment.contains(&letter);
    if person == environment {
        6
    } else if [a, b] == environment[..2] {
        5
    } else if held(a) && held(b) && held(c) {
        4
    } else if a == environment[0] {
        3
    } else if held(a) && held(b) {
        2
    } else {
        usize::from(held(a))
    }
}

/// An index for a person whose code may not be established: its lowest and highest value over all codes that the errors allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexBounds {
    /// Lowest value.
    pub lowest: usize,
    /// Highest value.
    pub highest: usize,
}

impl IndexBounds {
    /// The value, where all codes agree on it.
    #[must_use]
    pub fn value(&self) -> Option<usize> {
        (self.lowest == self.highest).then_some(self.lowest)
    }
}

/// Code indices of a person whose code is as far established as the errors allow, against an environment's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeCongruence {
    /// C index, 0 to 18; see [`c_index`].
    pub c_index: IndexBounds,
    /// M index, 0 to 28; see [`m_index`].
    pub m_index: IndexBounds,
    /// Zener–Schnuelle index, 0 to 6; see [`zener_schnuelle`].
    pub zener_schnuelle: IndexBounds,
    /// Steps on the hexagon between the first letters, 0 to 3; low is a good match.
    pub first_letter_distance: IndexBounds,
}

/// Compares an error-aware code with the code of an environment.
#[must_use]
pub fn code_congruence(person: &HollandCode, environment: ThreeLetters) -> CodeCongruence {
    let codes = person.possible_codes();
    let bounds = |index: &dyn Fn(ThreeLetters) -> usize| {
        let values = || codes.iter().map(|&code| index(code));
        IndexBounds { lowest: values().min().unwrap_or(0), highest: values().max().unwrap_or(0) }
    };
    CodeCongruence {
        c_index: bounds(&|code| c_index(code, environment)),
        m_index: bounds(&|code| m_index(code, environment)),
        zener_schnuelle: bounds(&|code| zener_schnuelle(code, environment)),
        first_letter_distance: bounds(&|code| code[0].hexagon_distance(environment[0])),
    }
}

/// The profiles of a person and an environment compared as wholes.
///
/// # Agreement
/// Oracle `interests/holland_codes`, within 1e-10 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfileCongruence {
    /// Correlation of the six scores, −1 to 1, with the standard error that follows from the errors of the person's scores
    /// (delta method; the environment's scores are taken as exact). `None` where a profile is flat.
    pub correlation: Option<Estimate>,
    /// Euclidean distance √Σ(person − environment)²; of use only when both profiles are on one metric.
    pub distance: f64,
    /// Angle between their directions on the hexagon in degrees, 0 to 180; `None` where a profile has no direction.
    pub angle_difference: Option<f64>,
}

/// Compares two profiles.
///
/// # Examples
/// ```
/// use engine::interests::{InterestProfile, congruence::profile_congruence};
/// let person = InterestProfile::without_errors([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// let environment = InterestProfile::without_errors([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])?;
/// assert!(profile_congruence(&person, &environment).correlation.is_some_and(|r| (r.value - 1.0).abs() < 1e-12));
/// # Ok::<(), engine::interests::ProfileError>(())
/// ```
#[must_use]
pub fn profile_congruence(person: &InterestProfile, environment: &InterestProfile) -> ProfileCongruence {
    let (a, b) = (person.scores(), environment.scores());
    let correlation =
        pearson(a, b).map(|value| Estimate { value, standard_error: correlation_error(person, b, value) });
    let hexagon = CircumplexAngles::hexagon();
    let direction_of = |scores: &[f64; 6]| {
        let (x, y) = plane_point(scores, &hexagon);
        let largest = scores.iter().fold(0.0_f64, |a, score| a.max(score.abs()));
        (length(x, y) > 1e-13 * largest).then(|| direction(x, y))
    };
    let angles = direction_of(a).zip(direction_of(b));
    ProfileCongruence {
        correlation,
        distance: a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt(),
        angle_difference: angles.map(|(a, b)| signed_difference(a, b).abs()),
    }
}

/// First-order standard error of the correlation: its derivative for score i of the person is (bᵢ* − r·aᵢ*)/‖a − ā‖, where
/// a* and b* are centered and of length 1.
fn correlation_error(person: &InterestProfile, environment: &[f64; 6], r: f64) -> Option<f64> {
    let errors = person.all_errors()?;
    let unit = |scores: &[f64; 6]| {
        let mean = scores.iter().sum::<f64>() / 6.0;
        let centered = scores.map(|x| x - mean);
        let norm = centered.iter().map(|x| x * x).sum::<f64>().sqrt();
        (centered.map(|x| x / norm), norm)
    };
    let ((a, norm), (b, _)) = (unit(person.scores()), unit(environment));
    let squares = a.iter().zip(b).zip(errors).map(|((a, b), error)| ((b - r * a) / norm * error).powi(2));
    Some(squares.sum::<f64>().sqrt()).filter(|error| error.is_finite())
}

/// Everything about the match of a person with an environment whose full profile is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Congruence {
    /// The full profiles compared: the figure to look at first.
    pub profile: ProfileCongruence,
    /// Code indices, as far as the person's code is established.
    pub codes: CodeCongruence,
    /// The environment's code, by its scores alone.
    pub environment_code: ScoreOrderCode,
}

/// Compares a person with an environment.
#[must_use]
pub fn congruence(person: &InterestProfile, environment: &InterestProfile) -> Congruence {
    let environment_code = ScoreOrderCode::of(environment);
    Congruence {
        profile: profile_congruence(person, environment),
        codes: code_congruence(&HollandCode::of(person), environment_code.letters),
        environment_code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(letters: &str) -> ThreeLetters {
        let kinds: Vec<_> = letters.chars().map(|letter| RiasecType::from_letter(letter).unwrap()).collect();
        kinds.try_into().unwrap()
    }

    #[test]
    fn indices_worked_by_hand() {
        // RIA against SEC: distances 3, 3, 3. RIA against IRA: 1, 1, 0: 3·2 + 2·2 + 3.
        assert_eq!((c_index(code("RIA"), code("SEC")), c_index(code("RIA"), code("IRA"))), (0, 13));
        assert_eq!(c_index(code("RIA"), code("RIA")), 18);
        // Same code 22 + 5 + 1; turned first two 10 + 10 + 1; no common letter.
        assert_eq!(m_index(code("RIA"), code("RIA")), 28);
        assert_eq!((m_index(code("RIA"), code("IRA")), m_index(code("RIA"), code("SEC"))), (21, 0));
        let zener = |a, b| zener_schnuelle(code(a), code(b));
        assert_eq!(
            [zener("RIA", "RIA"), zener("RIA", "RIS"), zener("RIA", "AIR"), zener("RIA", "RSA"), zener("RIA", "ISR")],
            [6, 5, 4, 3, 2]
        );
        assert_eq!((zener("RIA", "SER"), zener("RIA", "SEI")), (1, 0));
    }

    #[test]
    fn a_code_that_is_not_established_gives_bounds() {
        // S above level A and I: SAI or SIA, against SAI.
        let person = InterestProfile::new([0.0, 20.0, 21.0, 40.0, 1.0, 2.0], [Some(1.0); 6], None).unwrap();
        let found = code_congruence(&HollandCode::of(&person), code("SAI"));
        // SIA against SAI: 9 + 2·2 + 1·2 = 15; M 22 + 2 + 2 = 26.
        assert_eq!(found.c_index, IndexBounds { lowest: 15, highest: 18 });
        assert_eq!(found.m_index, IndexBounds { lowest: 26, highest: 28 });
        assert_eq!(found.zener_schnuelle, IndexBounds { lowest: 4, highest: 6 });
        assert_eq!(found.first_letter_distance.value(), Some(0));
        assert_eq!(found.c_index.value(), None);
    }

    #[test]
    fn flat_profiles_have_no_correlation_and_no_angle() {
        let flat = InterestProfile::new([5.0; 6], [Some(1.0); 6], None).unwrap();
        let other = InterestProfile::without_errors([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        let found = profile_congruence(&flat, &other);
        assert_eq!((found.correlation, found.angle_difference), (None, None));
    }

    #[test]
    fn the_error_of_the_correlation_follows_a_change_of_one_score() {
        let scores = [10.0, 14.0, 20.0, 25.0, 13.0, 9.0];
        let environment = InterestProfile::without_errors([5.0, 9.0, 30.0, 20.0, 11.0, 2.0]).unwrap();
        let r = |step: f64| {
            let moved = [scores[0], scores[1] + step, scores[2], scores[3], scores[4], scores[5]];
            pearson(&moved, environment.scores()).unwrap()
        };
        let slope = (r(1e-5) - r(-1e-5)) / 2e-5;
        let mut errors = [Some(1e-9); 6];
        errors[1] = Some(2.0);
        let person = InterestProfile::new(scores, errors, None).unwrap();
        let error = profile_congruence(&person, &environment).correlation.unwrap().standard_error.unwrap();
        assert!((error - 2.0 * slope.abs()).abs() < 1e-8);
    }

    proptest! {
        #[test]
        fn bounds_hold_the_code_by_scores(
            scores in prop::array::uniform6(0.0_f64..40.0), other in prop::array::uniform6(0.0_f64..40.0), error in 0.1_f64..9.0
        ) {
            let person = InterestProfile::new(scores, [Some(error); 6], None).unwrap();
            let environment = InterestProfile::without_errors(other).unwrap();
            let found = congruence(&person, &environment);
            let by_scores = ScoreOrderCode::of(&person).letters;
            let c = c_index(by_scores, found.environment_code.letters);
            prop_assert!(found.codes.c_index.lowest <= c && c <= found.codes.c_index.highest && c <= 18);
            prop_assert_eq!(m_index(by_scores, by_scores), 28);
            prop_assert!(zener_schnuelle(by_scores, found.environment_code.letters) <= 6);
        }
    }
}
