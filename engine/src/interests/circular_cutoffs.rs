//! Values of the circular criteria simulated for six scales: what a circle gives, what other structures give, and the cut-off
//! between them.
//!
//! Published cut-offs are for 64 and 128 variables and do not carry over: without sampling error the gap test of simple structure
//! is 0.66 for six scales and 0.15 for 64. The table is made by `cargo run -p engine --example circular_cutoffs`; a test draws a part of it
//! anew.

use super::circular::CircularCriterion;
pub use super::circular_cutoff_table::{CUTOFFS, N_SAMPLES};
use super::circular_simulation::SixScaleStructure;
use super::plane::CircularScoring;

/// The middle 90 % of simulated samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimulatedRange {
    /// 5 % of the samples are below.
    pub p05: f64,
    /// 5 % of the samples are above.
    pub p95: f64,
}

/// Simulated values of one criterion for one sample size and strength of the scales.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CriterionCutoffs {
    /// How the general level was treated.
    pub scoring: CircularScoring,
    /// Which criterion.
    pub criterion: CircularCriterion,
    /// People in a sample.
    pub n_respondents: usize,
    /// Mean communality of the scales in the population, apart from a general factor.
    pub communality: f64,
    /// Mean communality as estimated in samples from a circle: what that of a study is compared with.
    pub estimated_communality: f64,
    /// Samples from a circle.
    pub circle: SimulatedRange,
    /// Samples from simple structure; see [`SixScaleStructure::SimpleStructure`].
    pub simple_structure: SimulatedRange,
    /// Samples from a circle with unequal axes; see [`SixScaleStructure::UnequalAxes`].
    pub unequal_axes: SimulatedRange,
    /// Samples from a circle with unequal spacing; see [`SixScaleStructure::UnequalSpacing`].
    pub unequal_spacing: SimulatedRange,
    /// The value that errs equally often both ways: as many samples from a circle are above it as samples of
    /// [`alternative_structure`] are not above it.
    pub cutoff: f64,
    /// Share of samples that the cut-off puts on the wrong side, 0 to 1, of either kind. Near .5 the criterion tells nothing.
    pub error_rate: f64,
}

impl CriterionCutoffs {
    /// Samples of the structure that the criterion is set against; see [`alternative_structure`].
    #[must_use]
    pub fn alternative(&self) -> SimulatedRange {
        match alternative_structure(self.criterion) {
            SixScaleStructure::UnequalAxes => self.unequal_axes,
            _ => self.simple_structure,
        }
    }
}

/// The structure that a criterion tells from a circle: unequal axes for the Fisher test, simple structure for the others.
#[must_use]
pub fn alternative_structure(criterion: CircularCriterion) -> SixScaleStructure {
    match criterion {
        CircularCriterion::Fisher => SixScaleStructure::UnequalAxes,
        _ => SixScaleStructure::SimpleStructure,
    }
}

/// How far the communality of a study may be from the nearest one simulated.
const FARTHEST: f64 = 0.15;

/// The simulated values nearest to a study: the largest sample size that is not above its own, then the nearest estimated
/// communality.
///
/// - `mean_communality`: as estimated in the study, [`PlaneLoadings::mean_communality`](super::plane::PlaneLoadings).
///
/// `None` unless there are six scales, at least as many people as in the smallest samples, and a communality within 0.15 of a
/// simulated one.
#[must_use]
pub fn cutoffs(
    criterion: CircularCriterion,
    scoring: CircularScoring,
    n_scales: usize,
    n_respondents: usize,
    mean_communality: f64,
) -> Option<&'static CriterionCutoffs> {
    if n_scales != 6 {
        return None;
    }
    let of_kind = || CUTOFFS.iter().filter(|row| row.criterion == criterion && row.scoring == scoring);
    let size = of_kind().map(|row| row.n_respondents).filter(|&size| size <= n_respondents).max()?;
    let distance = |row: &CriterionCutoffs| (row.estimated_communality - mean_communality).abs();
    let nearest =
        of_kind().filter(|row| row.n_respondents == size).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(nearest) <= FARTHEST).then_some(nearest)
}

/// A row of the table: ranges of circle, simple structure, unequal axes, unequal spacing.
pub(super) const fn row(
    key: (CircularScoring, CircularCriterion, usize, f64),
    estimated_communality: f64,
    ranges: [f64; 8],
    (cutoff, error_rate): (f64, f64),
) -> CriterionCutoffs {
    let (scoring, criterion, n_respondents, communality) = key;
    CriterionCutoffs {
        scoring,
        criterion,
        n_respondents,
        communality,
        estimated_communality,
        circle: SimulatedRange { p05: ranges[0], p95: ranges[1] },
        simple_structure: SimulatedRange { p05: ranges[2], p95: ranges[3] },
        unequal_axes: SimulatedRange { p05: ranges[4], p95: ranges[5] },
        unequal_spacing: SimulatedRange { p05: ranges[6], p95: ranges[7] },
        cutoff,
        error_rate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(n_scales: usize, n_respondents: usize, communality: f64) -> Option<&'static CriterionCutoffs> {
        cutoffs(CircularCriterion::Gap, CircularScoring::Deviation, n_scales, n_respondents, communality)
    }

    #[test]
    fn a_study_is_judged_by_samples_that_are_not_larger() {
        let sizes = [100, 199, 200, 4999, 1_000_000].map(|n| found(6, n, 0.5).unwrap().n_respondents);
        assert_eq!(sizes, [100, 100, 200, 2000, 5000]);
        let row = found(6, 1000, 0.5).unwrap();
        assert!((row.estimated_communality - 0.5).abs() < 0.05);
    }

    #[test]
    fn outside_of_what_was_simulated_there_is_no_cutoff() {
        assert_eq!(found(8, 1000, 0.5), None);
        assert_eq!(found(6, 99, 0.5), None);
        assert_eq!(found(6, 1000, 0.05), None);
        assert_eq!(found(6, 1000, 1.0), None);
        assert_eq!(found(6, 1000, f64::NAN), None);
    }

    #[test]
    fn every_row_makes_sense() {
        assert_eq!(CUTOFFS.len(), 2 * 4 * 6 * 5);
        for row in &CUTOFFS {
            for range in [row.circle, row.simple_structure, row.unequal_axes, row.unequal_spacing] {
                assert!(0.0 <= range.p05 && range.p05 < range.p95, "{row:?}");
            }
            assert!(
                (0.0..=1.0).contains(&row.error_rate) && (0.0..2.0).contains(&row.estimated_communality),
                "{row:?}"
            );
            // Where hardly any sample errs, the cut-off lies between the two ranges.
            if row.error_rate < 0.05 {
                assert!(row.circle.p95 <= row.cutoff && row.cutoff <= row.alternative().p05, "{row:?}");
            }
        }
    }

    #[test]
    fn more_people_narrow_what_a_circle_gives() {
        let p95 = |n| found(6, n, 0.6).unwrap().circle.p95;
        assert!(p95(100) > p95(500) && p95(500) > p95(2000) && p95(2000) > p95(5000));
    }
}
