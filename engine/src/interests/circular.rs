//! Four criteria of a circle: whether scales have equal axes, are equally spaced, and prefer no rotation.
//!
//! The criteria have no distribution in closed form and depend strongly on the number of scales. They are judged against values
//! simulated for six scales; see [`circular_cutoffs`](super::circular_cutoffs).

use nalgebra::DMatrix;

use super::circular_cutoffs::{CriterionCutoffs, cutoffs};
use super::plane::{CircularError, CircularScoring, PlaneLoadings, plane_loadings};
use crate::numeric::elementary::{atan2, cos, sin};
use crate::stats::descriptive::{mean, standard_deviation, variance};

/// One of the criteria; for each, low is circular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CircularCriterion {
    /// Fisher test of equal axes.
    Fisher,
    /// Gap test of equal spacing.
    Gap,
    /// Variance test 2 of interstitiality.
    Variance2,
    /// Rotation test of interstitiality.
    Rotation,
}

impl CircularCriterion {
    /// All criteria.
    pub const ALL: [Self; 4] = [Self::Fisher, Self::Gap, Self::Variance2, Self::Rotation];
}

/// The four criteria of a plane of scales. αᵢ and hᵢ are the angle and the length of the loading vector of scale i; variances
/// and SDs have divisor n − 1.
///
/// A turn by θ goes through 0, 5, …, 85 degrees: both rotation criteria repeat after 90 degrees, so that these 18 turns make
/// them independent of the arbitrary direction of unrotated factors. The paper leaves the turns open.
///
/// # References
/// Acton & Revelle (2004), Methods of Psychological Research Online 9(1), 1–27: equations 2, 6, 8, 9. For the Fisher test the
/// paper's text (vector lengths) is followed, not its equation 6 (squared lengths); psych does the same.
/// # Agreement
/// Oracle `interests/circular_tests`: within 1e-10 relative for given loadings. R's psych::circ.tests gives the same Fisher test;
/// its other three differ by definition: no gap from the last scale to the first, turns from 5 to 45 degrees with a tenth value
/// of 0, and squared loadings over the sum of all scales (not over the scale's own) in the variance test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircularCriteria {
    /// Fisher test: SD(hᵢ)/mean(hᵢ). 0 when all scales are equally far from the center.
    pub fisher: f64,
    /// Gap test: variance of the angles between neighbors around the whole circle, in radians². 0 when equally spaced.
    pub gap: f64,
    /// Variance test 2: SD over turns/mean over turns of X(θ), the variance over scales of cos²(αᵢ − θ). 0 when no turn of the
    /// axes is better than another.
    pub variance2: f64,
    /// Rotation test: SD over turns/mean over turns of X(θ) = Σ hᵢ⁴·cos²(2(αᵢ − θ))/2, the quartimax criterion.
    pub rotation: f64,
}

impl CircularCriteria {
    /// The value of one criterion.
    #[must_use]
    pub fn value(&self, criterion: CircularCriterion) -> f64 {
        match criterion {
            CircularCriterion::Fisher => self.fisher,
            CircularCriterion::Gap => self.gap,
            CircularCriterion::Variance2 => self.variance2,
            CircularCriterion::Rotation => self.rotation,
        }
    }
}

/// Calculates the four criteria from loadings on two factors.
///
/// # Errors
/// [`CircularError::Shape`] for fewer than 5 scales; [`CircularError::NoLoading`] for a scale that loads on neither factor;
/// [`CircularError::NoPlane`] where all scales point in one direction and its opposite, so that no turn can be compared.
pub fn circular_criteria(loadings: &[[f64; 2]]) -> Result<CircularCriteria, CircularError> {
    if !(5..=360).contains(&loadings.len()) {
        return Err(CircularError::Shape { rows: loadings.len(), columns: 2 });
    }
    let lengths: Vec<f64> = loadings.iter().map(|[a, b]| (a * a + b * b).sqrt()).collect();
    if let Some(scale_idx) = lengths.iter().position(|length| !(1e-8..=1e8).contains(length)) {
        return Err(CircularError::NoLoading { scale_idx });
    }
    let mut angles: Vec<f64> = loadings.iter().map(|&[a, b]| atan2(b, a)).collect();
    let turns: Vec<f64> = (0..18).map(|turn| (5.0 * f64::from(turn)).to_radians()).collect();
    // Squared loadings on the first and the second axis after a turn.
    let turned = |[a, b]: [f64; 2], turn: f64| {
        let (c, s) = (cos(turn), sin(turn));
        ((a * c + b * s).powi(2), (b * c - a * s).powi(2))
    };
    let first_shares = |turn: f64| -> Vec<f64> {
        let shares = loadings.iter().zip(&lengths).map(|(&loading, length)| turned(loading, turn).0 / length.powi(2));
        shares.collect()
    };
    let quartimax = |turn: f64| -> f64 {
        let differences = loadings.iter().map(|&loading| turned(loading, turn)).map(|(first, second)| first - second);
        differences.map(|d| d * d / 2.0).sum()
    };
    angles.sort_by(f64::total_cmp);
    let to_first = std::f64::consts::TAU + angles[0] - angles[angles.len() - 1];
    let gaps: Vec<f64> = angles.windows(2).map(|pair| pair[1] - pair[0]).chain([to_first]).collect();
    let variances: Option<Vec<f64>> = turns.iter().map(|&turn| variance(&first_shares(turn))).collect();
    let sums: Vec<f64> = turns.iter().map(|&turn| quartimax(turn)).collect();
    let all = || {
        Some(CircularCriteria {
            fisher: variation(&lengths)?,
            gap: variance(&gaps)?,
            variance2: variation(&variances?)?,
            rotation: variation(&sums)?,
        })
    };
    all().ok_or(CircularError::NoPlane)
}

/// Coefficient of variation: SD/mean; `None` where the mean is 0.
fn variation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|&mean| mean > 1e-300)?;
    Some(standard_deviation(values)? / mean).filter(|variation| variation.is_finite())
}

/// What a criterion says, by the range that holds the middle 90 % of simulated samples.
///
/// A heuristic, not a significance test. No inventory is a perfect circle: with thousands of people even a small departure is
/// above what a circle gives, so the value and the cut-off should be read beside the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircularVerdict {
    /// As from a circle, and lower than 95 % of samples of the alternative.
    Circle,
    /// Higher than 95 % of samples from a circle, and as from the alternative.
    Alternative,
    /// Both could give this value: the sample is too small, or the scales too weak, to tell.
    EitherOne,
    /// Too high for a circle and too low for the alternative: something in between.
    InBetween,
}

/// A criterion with its verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircularTest {
    /// Which criterion.
    pub criterion: CircularCriterion,
    /// Its value; low is circular.
    pub value: f64,
    /// The simulated values it is judged by; `None` where none were simulated: not six scales, fewer than 100 people, or
    /// communalities far from those simulated.
    pub cutoffs: Option<&'static CriterionCutoffs>,
}

impl CircularTest {
    /// What the criterion says; `None` without simulated values.
    #[must_use]
    pub fn verdict(&self) -> Option<CircularVerdict> {
        let cutoffs = self.cutoffs?;
        let (like_circle, like_alternative) =
            (self.value <= cutoffs.circle.p95, self.value >= cutoffs.alternative().p05);
        Some(match (like_circle, like_alternative) {
            (true, false) => CircularVerdict::Circle,
            (false, true) => CircularVerdict::Alternative,
            (true, true) => CircularVerdict::EitherOne,
            (false, false) => CircularVerdict::InBetween,
        })
    }

    /// Whether the value lies on the circular side of the cut-off that errs equally often both ways; `None` without simulated
    /// values.
    #[must_use]
    pub fn is_below_cutoff(&self) -> Option<bool> {
        self.cutoffs.map(|cutoffs| self.value <= cutoffs.cutoff)
    }
}

/// The circular structure of a set of scales.
#[derive(Debug, Clone, PartialEq)]
pub struct CircularStructure {
    /// How the general level was treated.
    pub scoring: CircularScoring,
    /// The plane of the scales.
    pub plane: PlaneLoadings,
    /// The four criteria.
    pub criteria: CircularCriteria,
    /// The criteria with the values they are judged by.
    pub tests: [CircularTest; 4],
}

/// Looks for a circle in the correlations of scales.
///
/// - `correlations`: 5 scales or more, in any order; simulated values are at hand for six.
/// - `n_respondents`: people behind the correlations.
///
/// # Errors
/// [`CircularError`] for a matrix that is no correlation matrix, or that has no two common factors.
pub fn circular_structure(
    correlations: &DMatrix<f64>,
    n_respondents: usize,
    scoring: CircularScoring,
) -> Result<CircularStructure, CircularError> {
    let plane = plane_loadings(correlations, scoring)?;
    let criteria = circular_criteria(&plane.loadings)?;
    let n_scales = correlations.nrows();
    let tests = CircularCriterion::ALL.map(|criterion| CircularTest {
        criterion,
        value: criteria.value(criterion),
        cutoffs: cutoffs(criterion, scoring, n_scales, n_respondents, plane.mean_communality()),
    });
    Ok(CircularStructure { scoring, plane, criteria, tests })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interests::circular_simulation::SixScaleStructure;
    use proptest::prelude::*;

    fn at(degrees: &[f64], length: f64) -> Vec<[f64; 2]> {
        degrees.iter().map(|d| [length * cos(d.to_radians()), length * sin(d.to_radians())]).collect()
    }

    #[test]
    fn a_perfect_circle_has_zeros() {
        for degrees in [vec![5.0, 65.0, 125.0, 185.0, 245.0, 305.0], (0..8).map(|i| 45.0 * f64::from(i)).collect()] {
            let found = circular_criteria(&at(&degrees, 0.7)).unwrap();
            assert!(CircularCriterion::ALL.iter().all(|&c| found.value(c).abs() < 1e-12), "{found:?}");
        }
    }

    #[test]
    fn simple_structure_worked_by_hand() {
        // Gaps 0, 90, 0, 90, 90, 90 degrees: Σ d² = 2·60² + 4·30² = 10800, over 5.
        let found = circular_criteria(&at(&[0.0, 90.0, 90.0, 180.0, 270.0, 270.0], 0.6)).unwrap();
        assert!((found.gap - 2160.0 * 1_f64.to_radians().powi(2)).abs() < 1e-12);
        assert!(found.fisher < 1e-12);
        // All on the axes: X = A·cos²(2θ). Over 18 turns mean A/2 and SD A/2·√(9/17).
        assert!((found.rotation - (9.0_f64 / 17.0).sqrt()).abs() < 1e-12);
        assert!((found.variance2 - (9.0_f64 / 17.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn unequal_lengths_show_in_the_fisher_test() {
        // Lengths .4 and .8 in turn: mean .6, SD √(6·.04/5).
        let mut loadings = at(&[0.0, 60.0, 120.0, 180.0, 240.0, 300.0], 0.4);
        for loading in loadings.iter_mut().step_by(2) {
            *loading = loading.map(|x| 2.0 * x);
        }
        let found = circular_criteria(&loadings).unwrap();
        assert!((found.fisher - (0.048_f64).sqrt() / 0.6).abs() < 1e-12 && found.gap < 1e-12);
    }

    #[test]
    fn loadings_that_are_no_circle_are_refused() {
        let circle = at(&[0.0, 60.0, 120.0, 180.0, 240.0, 300.0], 0.5);
        assert!(matches!(circular_criteria(&circle[..4]), Err(CircularError::Shape { rows: 4, .. })));
        for ugly in [[0.0, 0.0], [f64::NAN, 0.1], [f64::INFINITY, 0.0], [1e300, 1.0]] {
            let mut loadings = circle.clone();
            loadings[3] = ugly;
            assert_eq!(circular_criteria(&loadings), Err(CircularError::NoLoading { scale_idx: 3 }));
        }
        // All on one line: every scale has the same share on the first axis, whatever the turn.
        let line = circular_criteria(&[[0.5, 0.0]; 6]);
        assert!(line.is_err() || line.is_ok_and(|found| found.gap > 1.0), "{line:?}");
    }

    #[test]
    fn populations_are_told_apart() {
        let verdicts = |structure: SixScaleStructure| {
            let loadings = structure.loadings(0.6);
            let r = |i: usize, j: usize| loadings[i][0] * loadings[j][0] + loadings[i][1] * loadings[j][1];
            let matrix = DMatrix::from_fn(6, 6, |i, j| if i == j { 1.0 } else { r(i, j) });
            let found = circular_structure(&matrix, 1000, CircularScoring::Raw).unwrap();
            found.tests.map(|test| test.verdict().unwrap())
        };
        use CircularVerdict::{Alternative, Circle};
        assert_eq!(verdicts(SixScaleStructure::Circle), [Circle; 4]);
        assert_eq!(verdicts(SixScaleStructure::SimpleStructure)[1..], [Alternative; 3]);
        assert_eq!(verdicts(SixScaleStructure::UnequalAxes)[0], Alternative);
        // Too few people for the table.
        let few = circular_structure(
            &DMatrix::from_fn(6, 6, |i, j| if i == j { 1.0 } else { 0.1 * (i + j) as f64 % 0.4 }),
            40,
            CircularScoring::Raw,
        );
        assert!(few.is_ok_and(|found| found.tests.iter().all(|test| test.verdict().is_none())));
    }

    proptest! {
        #[test]
        fn a_turn_or_mirror_image_changes_nothing(
            points in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 6), turn in 0.0..360.0_f64
        ) {
            let (c, s) = (cos(turn.to_radians()), sin(turn.to_radians()));
            let loadings: Vec<[f64; 2]> = points.iter().map(|&(a, b)| [a, b]).collect();
            let other: Vec<[f64; 2]> = points.iter().map(|&(a, b)| [a * c - b * s, -(a * s + b * c)]).collect();
            prop_assume!(loadings.iter().all(|[a, b]| a * a + b * b > 1e-6));
            if let (Ok(one), Ok(two)) = (circular_criteria(&loadings), circular_criteria(&other)) {
                for criterion in CircularCriterion::ALL {
                    prop_assert!((one.value(criterion) - two.value(criterion)).abs() < 1e-6, "{one:?} {two:?}");
                }
            }
        }
    }
}
