//! Samples of six scales from known structures, for judging the criteria of a circle.

use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt as _};
use rand_distr::{ChiSquared, StandardNormal};

use super::circular::{CircularCriteria, CircularCriterion, circular_criteria};
use super::plane::{CircularScoring, plane_loadings};
use crate::numeric::elementary::{cos, sin};

/// How six scales lie in the plane of two uncorrelated factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SixScaleStructure {
    /// A circle: 60 degrees apart, equal communalities.
    Circle,
    /// Simple structure: each scale at the axis nearest to its place on the circle, so at 0, 90, 90, 180, 270, 270 degrees; equal
    /// communalities.
    SimpleStructure,
    /// Unequal axes: 60 degrees apart, but the second axis carries half of the variance of the first; the mean communality is
    /// that of the circle.
    UnequalAxes,
    /// Unequal spacing: three pairs of near scales, 30 and 90 degrees apart in turn; equal communalities.
    UnequalSpacing,
}

impl SixScaleStructure {
    /// All structures.
    pub const ALL: [Self; 4] = [Self::Circle, Self::SimpleStructure, Self::UnequalAxes, Self::UnequalSpacing];

    /// Loadings in the population, for a mean communality.
    #[must_use]
    pub fn loadings(self, communality: f64) -> [[f64; 2]; 6] {
        let (degrees, first, second) = match self {
            Self::Circle => ([0.0, 60.0, 120.0, 180.0, 240.0, 300.0], 1.0, 1.0),
            Self::SimpleStructure => ([0.0, 90.0, 90.0, 180.0, 270.0, 270.0], 1.0, 1.0),
            Self::UnequalAxes => ([0.0, 60.0, 120.0, 180.0, 240.0, 300.0], 4.0 / 3.0, 2.0 / 3.0),
            Self::UnequalSpacing => ([0.0, 30.0, 120.0, 150.0, 240.0, 270.0], 1.0, 1.0),
        };
        degrees.map(|angle: f64| {
            let (c, s) = (cos(angle.to_radians()), sin(angle.to_radians()));
            [c * f64::sqrt(communality * first), s * f64::sqrt(communality * second)]
        })
    }
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SixScaleDesign {
    /// The structure of the population.
    pub structure: SixScaleStructure,
    /// Mean share of a scale's variance that the plane holds, above 0 and up to 0.7; the rest is its own.
    pub communality: f64,
    /// People in a sample, 7 or more.
    pub n_respondents: usize,
}

/// A design that cannot be drawn.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("communality {communality} must be above 0 and up to 0.7, and {n_respondents} people must be 7 or more")]
pub struct ImpossibleDesign {
    /// The communality as given.
    pub communality: f64,
    /// People in a sample, as given.
    pub n_respondents: usize,
}

/// Draws samples of normal scores and calculates what the criteria say of them.
#[derive(Debug, Clone)]
pub struct CircularSimulator {
    /// Lower root of the population's correlations.
    root: DMatrix<f64>,
    n_respondents: usize,
}

/// What the criteria say of one sample under one scoring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimulatedCriteria {
    /// The criteria.
    pub criteria: CircularCriteria,
    /// Mean communality of the scales as estimated in the sample.
    pub mean_communality: f64,
}

impl CircularSimulator {
    /// Prepares a simulator.
    ///
    /// A general factor is not drawn: deviation scoring removes it from every sample without a trace, and raw scoring is for
    /// scales without one.
    ///
    /// # Errors
    /// [`ImpossibleDesign`].
    pub fn new(design: &SixScaleDesign) -> Result<Self, ImpossibleDesign> {
        let SixScaleDesign { structure, communality, n_respondents } = *design;
        let impossible = ImpossibleDesign { communality, n_respondents };
        if !(communality > 0.0 && communality <= 0.7 && n_respondents >= 7) {
            return Err(impossible);
        }
        let loadings = structure.loadings(communality);
        let correlation = |i: usize, j: usize| {
            if i == j { 1.0 } else { loadings[i][0] * loadings[j][0] + loadings[i][1] * loadings[j][1] }
        };
        let root = DMatrix::from_fn(6, 6, correlation).cholesky().ok_or(impossible)?.unpack();
        Ok(Self { root, n_respondents })
    }

    /// Correlations of one sample of normal scores, drawn as a Wishart matrix (Bartlett's decomposition): the same distribution
    /// as from drawing every person.
    pub fn correlations(&self, rng: &mut impl Rng) -> DMatrix<f64> {
        let mut triangle = DMatrix::zeros(6, 6);
        for i in 0..6 {
            // At least one degree of freedom: 7 people or more.
            let freedom = (self.n_respondents - 1 - i) as f64;
            triangle[(i, i)] = ChiSquared::new(freedom).map_or(freedom, |chi| rng.sample(chi)).sqrt();
            for j in 0..i {
                triangle[(i, j)] = rng.sample(StandardNormal);
            }
        }
        let half = &self.root * triangle;
        let products: DMatrix<f64> = &half * half.transpose();
        let sizes = DVector::from_fn(6, |i, _| products[(i, i)].sqrt());
        DMatrix::from_fn(
            6,
            6,
            |i, j| {
                if i == j { 1.0 } else { (products[(i, j)] / (sizes[i] * sizes[j])).clamp(-1.0, 1.0) }
            },
        )
    }

    /// The criteria of one sample, under each scoring; `None` where the sample has no plane.
    pub fn draw(&self, rng: &mut impl Rng) -> [Option<SimulatedCriteria>; 2] {
        let correlations = self.correlations(rng);
        [CircularScoring::Deviation, CircularScoring::Raw].map(|scoring| {
            let plane = plane_loadings(&correlations, scoring).ok()?;
            let criteria = circular_criteria(&plane.loadings).ok()?;
            Some(SimulatedCriteria { criteria, mean_communality: plane.mean_communality() })
        })
    }
}

/// Values of the criteria in many samples of one design under one scoring, each list sorted upwards.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedValues {
    /// Values of each criterion, in the order of [`CircularCriterion::ALL`].
    pub criteria: [Vec<f64>; 4],
    /// Mean of the communalities estimated in the samples.
    pub mean_communality: f64,
    /// Samples that had no plane, and count nowhere.
    pub n_without_plane: usize,
}

/// Draws samples of one design and sorts the values of the criteria, for deviation scoring and for raw scoring.
///
/// # Errors
/// [`ImpossibleDesign`].
pub fn simulate(
    design: &SixScaleDesign,
    n_samples: usize,
    rng: &mut impl Rng,
) -> Result<[SimulatedValues; 2], ImpossibleDesign> {
    let simulator = CircularSimulator::new(design)?;
    let samples: Vec<[Option<SimulatedCriteria>; 2]> = (0..n_samples).map(|_| simulator.draw(rng)).collect();
    Ok([0, 1].map(|scoring_idx| {
        let found: Vec<SimulatedCriteria> = samples.iter().filter_map(|sample| sample[scoring_idx]).collect();
        let sorted = |criterion| {
            let mut values: Vec<f64> = found.iter().map(|sample| sample.criteria.value(criterion)).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let communalities: f64 = found.iter().map(|sample| sample.mean_communality).sum();
        SimulatedValues {
            criteria: CircularCriterion::ALL.map(sorted),
            mean_communality: communalities / found.len().max(1) as f64,
            n_without_plane: n_samples - found.len(),
        }
    }))
}

/// The value that errs equally often both ways: the share of `circle` above it equals the share of `alternative` not above it,
/// as nearly as the samples allow. Both lists are sorted upwards.
///
/// Returns the value and the mean of the two shares; `None` for an empty list.
#[must_use]
pub fn equal_error_cutoff(circle: &[f64], alternative: &[f64]) -> Option<(f64, f64)> {
    if circle.is_empty() || alternative.is_empty() {
        return None;
    }
    let above = |value: f64| 1.0 - circle.partition_point(|&x| x <= value) as f64 / circle.len() as f64;
    let not_above = |value: f64| alternative.partition_point(|&x| x <= value) as f64 / alternative.len() as f64;
    let mut candidates: Vec<f64> = circle.iter().chain(alternative).copied().collect();
    candidates.sort_by(f64::total_cmp);
    // From left to right circles above become fewer and alternatives not above more: the first crossing is the place.
    let crossing = candidates.partition_point(|&value| above(value) > not_above(value));
    let last = candidates.len() - 1;
    let (at, next) = (candidates[crossing.min(last)], candidates[(crossing + 1).min(last)]);
    // Anything from one candidate to the next puts the same samples on either side.
    let value = 0.5 * (at + next);
    Some((value, 0.5 * (above(value) + not_above(value))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interests::circular_cutoffs::{CUTOFFS, N_SAMPLES, SimulatedRange, alternative_structure};
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    #[test]
    fn populations_have_the_communality_that_is_asked_for() {
        for structure in SixScaleStructure::ALL {
            let squares = structure.loadings(0.6).map(|[a, b]| a * a + b * b);
            assert!((squares.iter().sum::<f64>() / 6.0 - 0.6).abs() < 1e-12, "{structure:?}");
            let spread = squares.iter().fold(0.0_f64, |a, h| a.max((h - 0.6).abs()));
            assert_eq!(spread > 1e-9, structure == SixScaleStructure::UnequalAxes);
        }
    }

    #[test]
    fn impossible_designs_are_refused() {
        let design = |communality, n_respondents| {
            CircularSimulator::new(&SixScaleDesign { structure: SixScaleStructure::Circle, communality, n_respondents })
        };
        assert!(design(0.7, 7).is_ok());
        for (communality, n) in [(0.0, 100), (0.71, 100), (f64::NAN, 100), (0.5, 6)] {
            assert!(design(communality, n).is_err());
        }
    }

    #[test]
    fn drawn_correlations_scatter_around_those_of_the_population() {
        let design = SixScaleDesign { structure: SixScaleStructure::Circle, communality: 0.6, n_respondents: 50 };
        let simulator = CircularSimulator::new(&design).unwrap();
        let mut rng = ChaCha12Rng::seed_from_u64(3);
        let n = 2000;
        let drawn: Vec<f64> = (0..n).map(|_| simulator.correlations(&mut rng)[(3, 0)]).collect();
        // Population −.6, SE of a correlation (1 − .36)/√49 = .091; of the mean of 2,000 .002, and a bias of r(1 − r²)/2n = .004.
        let mean = drawn.iter().sum::<f64>() / f64::from(n);
        let sd = (drawn.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
        assert!((mean + 0.596).abs() < 0.008, "{mean}");
        assert!((sd - 0.0935).abs() < 0.006, "{sd}");
    }

    #[test]
    fn the_cutoff_errs_equally_both_ways() {
        // One of four circles (9) lies above 5.5, one of four alternatives (5) below.
        let (value, error) = equal_error_cutoff(&[1.0, 2.0, 3.0, 9.0], &[5.0, 6.0, 7.0, 8.0]).unwrap();
        assert!((5.0..6.0).contains(&value) && error == 0.25, "{value} {error}");
        // Apart: no error. Nothing: no answer.
        let (value, error) = equal_error_cutoff(&[1.0, 2.0], &[3.0, 4.0]).unwrap();
        assert!((2.0..3.0).contains(&value) && error == 0.0);
        assert_eq!(equal_error_cutoff(&[], &[1.0]), None);
        // The wrong way round errs more often than not.
        assert!(equal_error_cutoff(&[3.0, 4.0], &[1.0, 2.0]).unwrap().1 >= 0.5);
    }

    /// A part of the table drawn anew with other random numbers.
    #[test]
    fn the_table_is_what_its_simulation_gives() {
        let n_samples = 250;
        for (communality, n_respondents) in [(0.2, 100), (0.4, 500), (0.7, 5000)] {
            let mut rng = ChaCha12Rng::seed_from_u64(20_260_001);
            let drawn = SixScaleStructure::ALL.map(|structure| {
                simulate(&SixScaleDesign { structure, communality, n_respondents }, n_samples, &mut rng).unwrap()
            });
            let of = |structure: SixScaleStructure| {
                let idx = SixScaleStructure::ALL.iter().position(|&s| s == structure).unwrap();
                &drawn[idx]
            };
            let rows =
                CUTOFFS.iter().filter(|row| row.communality == communality && row.n_respondents == n_respondents);
            let mut n_rows = 0;
            for row in rows {
                n_rows += 1;
                let scoring = usize::from(row.scoring == CircularScoring::Raw);
                let criterion = CircularCriterion::ALL.iter().position(|&c| c == row.criterion).unwrap();
                let share_below = |structure, value: f64| {
                    let values = &of(structure)[scoring].criteria[criterion];
                    values.partition_point(|&x| x <= value) as f64 / values.len() as f64
                };
                // SE of a share p from both simulations: √(p(1 − p)(1/250 + 1/2000)); four of them, and 32 shares a design.
                let allowed = |p: f64| 4.0 * (p * (1.0 - p) * (1.0 / 250.0 + 1.0 / N_SAMPLES as f64)).sqrt();
                let ranges: [(SixScaleStructure, SimulatedRange); 4] = [
                    (SixScaleStructure::Circle, row.circle),
                    (SixScaleStructure::SimpleStructure, row.simple_structure),
                    (SixScaleStructure::UnequalAxes, row.unequal_axes),
                    (SixScaleStructure::UnequalSpacing, row.unequal_spacing),
                ];
                for (structure, range) in ranges {
                    for (value, expected) in [(range.p05, 0.05), (range.p95, 0.95)] {
                        let share = share_below(structure, value);
                        assert!((share - expected).abs() <= allowed(expected), "{row:?} {structure:?} {share}");
                    }
                }
                let (circle, alternative) = (
                    1.0 - share_below(SixScaleStructure::Circle, row.cutoff),
                    share_below(alternative_structure(row.criterion), row.cutoff),
                );
                for share in [circle, alternative] {
                    // Where no sample errs the formula allows nothing: one sample of the new ones may.
                    assert!((share - row.error_rate).abs() <= allowed(row.error_rate) + 0.002, "{row:?} {share}");
                }
                let communality = of(SixScaleStructure::Circle)[scoring].mean_communality;
                assert!((communality - row.estimated_communality).abs() < 0.02, "{row:?} {communality}");
            }
            assert_eq!(n_rows, 8);
        }
    }
}
