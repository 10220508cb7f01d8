//! The six interest types, where they stand on the hexagon, and the profile of one person or environment over them.

use crate::reliability::ScoreWithError;

/// One of Holland's six interest types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RiasecType {
    /// Hands-on work with things, tools, nature.
    Realistic,
    /// Understanding and research.
    Investigative,
    /// Creating and expression.
    Artistic,
    /// Helping and teaching people.
    Social,
    /// Leading and persuading people.
    Enterprising,
    /// Order, data, rules.
    Conventional,
}

impl RiasecType {
    /// All types in their order around the hexagon.
    pub const ALL: [Self; 6] =
        [Self::Realistic, Self::Investigative, Self::Artistic, Self::Social, Self::Enterprising, Self::Conventional];

    /// The letter of the type: R, I, A, S, E or C.
    #[must_use]
    pub fn letter(self) -> char {
        ['R', 'I', 'A', 'S', 'E', 'C'][self.idx()]
    }

    /// The type of a letter, upper or lower case; `None` for any other letter.
    #[must_use]
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter.to_ascii_uppercase())
    }

    /// Place in [`RiasecType::ALL`], from 0.
    #[must_use]
    pub fn idx(self) -> usize {
        self as usize
    }

    /// Angle on the hexagon in degrees: R 0, I 60, A 120, S 180, E 240, C 300.
    #[must_use]
    pub fn angle(self) -> f64 {
        60.0 * self.idx() as f64
    }

    /// Steps along the hexagon from one type to another: 0 (same) to 3 (opposite).
    ///
    /// # Examples
    /// ```
    /// use engine::interests::RiasecType::{Conventional, Realistic, Social};
    /// assert_eq!(Realistic.hexagon_distance(Conventional), 1);
    /// assert_eq!(Realistic.hexagon_distance(Social), 3);
    /// ```
    #[must_use]
    pub fn hexagon_distance(self, other: Self) -> usize {
        let steps = self.idx().abs_diff(other.idx());
        steps.min(6 - steps)
    }
}

/// Why numbers are no interest profile.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// A score is not a finite number, or so large that what follows from it is not.
    #[error("score {given} of type {letter} is not a finite number, or beyond ±1e100")]
    ScoreNotFinite {
        /// Letter of the type.
        letter: char,
        /// The score as given.
        given: f64,
    },
    /// A standard error is not a finite number above 0.
    #[error("standard error {given} of type {letter} is not a finite number above 0 and up to 1e100")]
    StandardErrorNotPositive {
        /// Letter of the type.
        letter: char,
        /// The standard error as given.
        given: f64,
    },
    /// The range of possible scores is empty or not finite.
    #[error("possible scores from {lowest} to {highest}: the range must rise and be finite")]
    Range {
        /// Lowest possible score, as given.
        lowest: f64,
        /// Highest possible score, as given.
        highest: f64,
    },
    /// A score is outside the range of possible scores.
    #[error("score {given} of type {letter} is outside {lowest} to {highest}")]
    OutOfRange {
        /// Letter of the type.
        letter: char,
        /// The score as given.
        given: f64,
        /// Lowest possible score.
        lowest: f64,
        /// Highest possible score.
        highest: f64,
    },
}

/// Scores on the six interest types, in one unit, with their standard errors where these are known.
///
/// The Holland code compares the scores with each other, so all six must be on one metric: raw scores of scales with equal
/// numbers of items, or standard scores of one norm group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterestProfile {
    scores: [f64; 6],
    standard_errors: [Option<f64>; 6],
    possible_range: Option<(f64, f64)>,
}

/// Largest size of a score or error, so that squares and sums stay finite.
const LARGEST: f64 = 1e100;

impl InterestProfile {
    /// Checks and wraps six scores.
    ///
    /// - `scores`: in the order R, I, A, S, E, C;
    /// - `standard_errors`: in the same order and unit; `None` where not known;
    /// - `possible_range`: lowest and highest possible score of each scale, if the metric has such limits.
    ///
    /// # Errors
    /// [`ProfileError`] for scores or errors that are not finite or out of range.
    pub fn new(
        scores: [f64; 6],
        standard_errors: [Option<f64>; 6],
        possible_range: Option<(f64, f64)>,
    ) -> Result<Self, ProfileError> {
        if let Some((lowest, highest)) = possible_range
            && !(lowest.is_finite() && highest.is_finite() && lowest < highest)
        {
            return Err(ProfileError::Range { lowest, highest });
        }
        for kind in RiasecType::ALL {
            let (given, letter) = (scores[kind.idx()], kind.letter());
            if !(given.is_finite() && given.abs() <= LARGEST) {
                return Err(ProfileError::ScoreNotFinite { letter, given });
            }
            if let Some((lowest, highest)) = possible_range
                && !(lowest..=highest).contains(&given)
            {
                return Err(ProfileError::OutOfRange { letter, given, lowest, highest });
            }
            if let Some(given) = standard_errors[kind.idx()]
                && !(given > 0.0 && given <= LARGEST)
            {
                return Err(ProfileError::StandardErrorNotPositive { letter, given });
            }
        }
        Ok(Self { scores, standard_errors, possible_range })
    }

    /// Six scores whose errors and possible range are not known.
    ///
    /// # Errors
    /// [`ProfileError::ScoreNotFinite`].
    pub fn without_errors(scores: [f64; 6]) -> Result<Self, ProfileError> {
        Self::new(scores, [None; 6], None)
    }

    /// The scores in the order R, I, A, S, E, C.
    #[must_use]
    pub fn scores(&self) -> &[f64; 6] {
        &self.scores
    }

    /// Score of one type.
    #[must_use]
    pub fn score(&self, kind: RiasecType) -> f64 {
        self.scores[kind.idx()]
    }

    /// Standard error of one type; `None` where not known.
    #[must_use]
    pub fn standard_error(&self, kind: RiasecType) -> Option<f64> {
        self.standard_errors[kind.idx()]
    }

    /// Lowest and highest possible score, if the metric has such limits.
    #[must_use]
    pub fn possible_range(&self) -> Option<(f64, f64)> {
        self.possible_range
    }

    /// All six standard errors; `None` when one of them is not known.
    pub(crate) fn all_errors(&self) -> Option<[f64; 6]> {
        let mut all = [0.0; 6];
        for (error, known) in all.iter_mut().zip(self.standard_errors) {
            *error = known?;
        }
        Some(all)
    }

    /// Each score with its error, `None` where that is not known.
    pub(crate) fn with_errors(&self) -> Vec<Option<ScoreWithError>> {
        let pairs = self.scores.iter().zip(self.standard_errors);
        pairs.map(|(&score, error)| ScoreWithError::new(score, error?).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_distances_go_around_the_hexagon() {
        let letters: String = RiasecType::ALL.iter().map(|kind| kind.letter()).collect();
        assert_eq!(letters, "RIASEC");
        let from_social: Vec<usize> = RiasecType::ALL.iter().map(|k| k.hexagon_distance(RiasecType::Social)).collect();
        assert_eq!(from_social, [3, 2, 1, 0, 1, 2]);
        assert_eq!(RiasecType::from_letter('e'), Some(RiasecType::Enterprising));
        assert_eq!(RiasecType::from_letter('X'), None);
    }

    #[test]
    fn impossible_profiles_are_refused() {
        let mut scores = [10.0; 6];
        let range = Some((0.0, 20.0));
        assert!(InterestProfile::new(scores, [Some(1.0); 6], range).is_ok());
        assert!(matches!(InterestProfile::new(scores, [None; 6], Some((20.0, 0.0))), Err(ProfileError::Range { .. })));
        assert!(matches!(
            InterestProfile::new(scores, [Some(0.0); 6], range),
            Err(ProfileError::StandardErrorNotPositive { letter: 'R', .. })
        ));
        scores[3] = 21.0;
        assert!(matches!(
            InterestProfile::new(scores, [None; 6], range),
            Err(ProfileError::OutOfRange { letter: 'S', .. })
        ));
        for ugly in [f64::NAN, f64::INFINITY, 1e200] {
            scores[3] = ugly;
            let refused = InterestProfile::without_errors(scores);
            assert!(matches!(refused, Err(ProfileError::ScoreNotFinite { letter: 'S', .. })));
        }
    }
}
