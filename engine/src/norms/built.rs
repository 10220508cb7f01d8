//! What a norm sample yields: by stratum and scale, the moments, the percentile table and their sampling errors.

use crate::model::ids::StratumId;
use crate::norms::build::IntegerGrid;
use crate::norms::check::NormError;
use crate::norms::group::{NormDefinition, NormGroup};
use crate::norms::percentile::{PercentileRankDefinition, standard_error_of_percentile_rank};
use crate::norms::scale_norm::ScaleNorm;
use crate::norms::stratum::Stratum;
use crate::norms::table::PercentileTable;
use crate::norms::tally::Tally;

/// Something that was left out because too few people had a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dropped {
    /// A whole stratum.
    Stratum {
        /// The stratum.
        stratum: StratumId,
        /// Number of people with at least one raw score.
        n: u64,
    },
    /// One scale of a stratum that is otherwise kept.
    Scale {
        /// The stratum.
        stratum: StratumId,
        /// Index of the scale.
        scale_idx: usize,
        /// Number of people with a raw score on it.
        n: u64,
    },
}

/// One raw score of a norm table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormRow {
    /// Raw score.
    pub raw: f64,
    /// People with exactly this score.
    pub count: u64,
    /// People with this score or a lower one.
    pub cumulative: u64,
    /// Mid percentile rank: 100·(below + ½·equal)/n.
    pub percentile_rank: f64,
    /// 100·(below + equal)/n.
    pub percent_at_or_below: f64,
    /// Sampling error of the percentile rank, binomial, in percentile points.
    pub se_percentile_rank: f64,
}

/// The norm of one scale in one stratum of the sample.
///
/// # Agreement
/// Oracle `norms/conventional`: rows and sampling errors within 1e-9, moments within 1e-10 relative.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltScale {
    n: u64,
    mean: f64,
    sd: Option<f64>,
    lowest: f64,
    highest: f64,
    rows: Vec<NormRow>,
}

impl BuiltScale {
    /// `None` for an empty tally, or raw scores so large that their moments are not finite.
    pub(super) fn new(tally: &Tally, grid: Option<IntegerGrid>) -> Option<Self> {
        let (mean, sd) = tally.mean_and_sd()?;
        let (lowest, highest) = (tally.rows().next()?.0, tally.rows().next_back()?.0);
        let n = tally.n();
        Some(Self { n, mean, sd, lowest, highest, rows: rows(tally, grid, n)? })
    }

    /// Number of people with a raw score.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean raw score.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation (n − 1) of raw scores; `None` for one person or no spread.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        self.sd
    }

    /// Lowest raw score that occurred.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        self.lowest
    }

    /// Highest raw score that occurred.
    #[must_use]
    pub fn highest(&self) -> f64 {
        self.highest
    }

    /// The table, raw scores rising.
    #[must_use]
    pub fn rows(&self) -> &[NormRow] {
        &self.rows
    }

    /// Sampling error of the mean: SD/√n, in raw score points; `None` without an SD.
    #[must_use]
    pub fn standard_error_of_mean(&self) -> Option<f64> {
        self.sd.map(|sd| sd / (self.n as f64).sqrt())
    }

    /// Sampling error of the SD: SD/√(2(n − 1)), in raw score points, if raw scores are normal; `None` without an SD.
    ///
    /// # References
    /// Kendall & Stuart (1977), *The advanced theory of statistics*, vol. 1, large-sample formula.
    #[must_use]
    pub fn standard_error_of_sd(&self) -> Option<f64> {
        self.sd.map(|sd| sd / (2.0 * (self.n as f64 - 1.0)).sqrt())
    }

    /// Linear z of a raw score: (raw − mean)/SD; `None` without an SD or for a raw score that is not finite.
    #[must_use]
    pub fn linear_z(&self, raw: f64) -> Option<f64> {
        self.sd.map(|sd| (raw - self.mean) / sd).filter(|z| z.is_finite())
    }

    /// Sampling error of the linear T of a raw score: 10·√((1 + z²/2)/n), in T points, if raw scores are normal (delta method).
    ///
    /// `None` without an SD or for a raw score that is not finite.
    #[must_use]
    pub fn standard_error_of_linear_t(&self, raw: f64) -> Option<f64> {
        let z = self.linear_z(raw)?;
        Some(10.0 * ((1.0 + 0.5 * z * z) / self.n as f64).sqrt()).filter(|error| error.is_finite())
    }

    /// The same as a norm, its table cut at the lowest and the highest score that occurred.
    fn to_scale_norm(&self, ranks: PercentileRankDefinition) -> Option<ScaleNorm> {
        let reached = self.rows.iter().filter(|row| (self.lowest..=self.highest).contains(&row.raw));
        let rank = |row: &NormRow| {
            let below = row.cumulative.saturating_sub(row.count);
            Some((row.raw, ranks.percentile_rank(below, row.count, self.n)?.clamp(0.0, 100.0)))
        };
        let table = PercentileTable::new(reached.map(rank).collect::<Option<Vec<_>>>()?).ok()?;
        ScaleNorm::new(Some(self.mean), self.sd, u32::try_from(self.n).ok(), Some(table)).ok()
    }
}

fn rows(tally: &Tally, grid: Option<IntegerGrid>, n: u64) -> Option<Vec<NormRow>> {
    let mut counted: Vec<(f64, u64)> = tally.rows().collect();
    counted.extend(grid.into_iter().flat_map(IntegerGrid::scores).map(|raw| (raw, 0)));
    // Stable: a score that occurred comes before the same score of the grid, which is then left out.
    counted.sort_by(|a, b| a.0.total_cmp(&b.0));
    counted.dedup_by(|later, earlier| later.0 == earlier.0);
    let mut below = 0_u64;
    let row = |(raw, count): (f64, u64)| {
        let percentile_rank = PercentileRankDefinition::MidRank.percentile_rank(below, count, n)?;
        let row = NormRow {
            raw,
            count,
            cumulative: below.saturating_add(count),
            percentile_rank,
            percent_at_or_below: PercentileRankDefinition::AtOrBelow.percentile_rank(below, count, n)?,
            se_percentile_rank: standard_error_of_percentile_rank(percentile_rank, n)?,
        };
        below = row.cumulative;
        Some(row)
    };
    counted.into_iter().map(row).collect()
}

/// A stratum of the sample with the norms of its scales.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltStratum {
    stratum: Stratum,
    scales: Vec<Option<BuiltScale>>,
}

impl BuiltStratum {
    pub(super) fn new(stratum: Stratum, scales: Vec<Option<BuiltScale>>) -> Self {
        Self { stratum, scales }
    }

    /// Who is in it; n is the number of people with at least one raw score.
    #[must_use]
    pub fn stratum(&self) -> &Stratum {
        &self.stratum
    }

    /// The norm of a scale; `None` when too few people have a score on it.
    #[must_use]
    pub fn scale(&self, scale_idx: usize) -> Option<&BuiltScale> {
        self.scales.get(scale_idx)?.as_ref()
    }

    /// The norms of all scales, in the order of the instrument.
    #[must_use]
    pub fn scales(&self) -> &[Option<BuiltScale>] {
        &self.scales
    }
}

/// Norms built from a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltNorm {
    strata: Vec<BuiltStratum>,
    dropped: Vec<Dropped>,
}

impl BuiltNorm {
    pub(super) fn new(strata: Vec<BuiltStratum>, dropped: Vec<Dropped>) -> Self {
        Self { strata, dropped }
    }

    /// The strata that are large enough, in the order given.
    #[must_use]
    pub fn strata(&self) -> &[BuiltStratum] {
        &self.strata
    }

    /// What was left out because it is too small.
    #[must_use]
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// Whether a scale has a norm in every kept stratum.
    #[must_use]
    pub fn covers(&self, scale_idx: usize) -> bool {
        !self.strata.is_empty() && self.strata.iter().all(|stratum| stratum.scale(scale_idx).is_some())
    }

    /// The same as a norm that scores people. It covers the scales that every kept stratum covers.
    ///
    /// # Errors
    /// Every [`NormError`] at once, for example when all strata were dropped, strata overlap, or a scale without spread has no
    /// linear norm.
    pub fn to_norm_group(&self, definition: NormDefinition) -> Result<NormGroup, Vec<NormError>> {
        self.to_norm_group_by(definition, PercentileRankDefinition::MidRank)
    }

    /// The same with percentile ranks by another definition.
    ///
    /// # Errors
    /// As [`BuiltNorm::to_norm_group`].
    pub fn to_norm_group_by(
        &self,
        definition: NormDefinition,
        ranks: PercentileRankDefinition,
    ) -> Result<NormGroup, Vec<NormError>> {
        let strata = self.strata.iter().map(|built| built.stratum.clone()).collect();
        let values = self.strata.iter().map(|built| {
            let scale = |(scale_idx, scale): (usize, &Option<BuiltScale>)| {
                scale.as_ref().filter(|_| self.covers(scale_idx)).and_then(|scale| scale.to_scale_norm(ranks))
            };
            built.scales.iter().enumerate().map(scale).collect()
        });
        NormGroup::new(definition, strata, values.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::NormId;
    use crate::norms::{AgeBand, BuildError, CombinedStrata, NoNormScore, NormBuilder, NormKind, Sex, Standardization};
    use proptest::prelude::*;

    fn strata() -> Vec<Stratum> {
        let stratum = |id: &str, sex| Stratum::new(StratumId::new(id).unwrap(), Some(sex), AgeBand::OPEN, None);
        vec![stratum("F", Sex::Female), stratum("M", Sex::Male)]
    }

    fn definition(standardization: Standardization) -> NormDefinition {
        let id = NormId::new("built").unwrap();
        NormDefinition { id, kind: NormKind::Local, standardization, combined: CombinedStrata::NotOffered }
    }

    fn filled(scores: &[(usize, f64)], min_n: u32) -> NormBuilder {
        let mut builder = NormBuilder::new(1, strata(), min_n);
        for &(stratum_idx, raw) in scores {
            builder.add_person(stratum_idx).unwrap();
            builder.add(stratum_idx, 0, raw).unwrap();
        }
        builder
    }

    #[test]
    fn a_table_worked_by_hand() {
        // 3, 5, 5, 7 on a grid of 2 to 8: mean 5, SD √(8/3).
        let grid = IntegerGrid::new(2, 8).unwrap();
        let built = filled(&[(0, 5.0), (0, 3.0), (0, 7.0), (0, 5.0)], 4).finish(&[Some(grid)]);
        let scale = built.strata()[0].scale(0).unwrap();
        let ranks: Vec<_> = scale.rows().iter().map(|row| row.percentile_rank).collect();
        assert_eq!(ranks, [0.0, 12.5, 25.0, 50.0, 75.0, 87.5, 100.0]);
        let sd = (8.0_f64 / 3.0).sqrt();
        assert_eq!((scale.n(), scale.mean(), scale.sd()), (4, 5.0, Some(sd)));
        assert_eq!(scale.standard_error_of_mean(), Some(sd / 2.0));
        assert_eq!(scale.standard_error_of_sd(), Some(sd / 6.0_f64.sqrt()));
        // z = 0: 10·√(1/4).
        assert_eq!(scale.standard_error_of_linear_t(5.0), Some(5.0));
    }

    #[test]
    fn strata_that_are_too_small_are_dropped_and_named() {
        let built = filled(&[(0, 1.0), (0, 2.0), (1, 3.0)], 2).finish(&[]);
        assert_eq!(built.strata().len(), 1);
        assert_eq!(built.strata()[0].stratum().n(), Some(2));
        assert_eq!(built.dropped(), [Dropped::Stratum { stratum: StratumId::new("M").unwrap(), n: 1 }]);
    }

    #[test]
    fn a_scale_that_few_answered_is_dropped_from_the_norm_and_named() {
        let mut builder = NormBuilder::new(2, strata(), 2);
        for stratum_idx in [0, 0, 1, 1] {
            builder.add_person(stratum_idx).unwrap();
            builder.add(stratum_idx, 0, stratum_idx as f64).unwrap();
        }
        builder.add(0, 1, 4.0).unwrap();
        builder.add(0, 1, 5.0).unwrap();
        builder.add(1, 1, 5.0).unwrap();
        let built = builder.finish(&[]);
        assert_eq!(built.dropped(), [Dropped::Scale { stratum: StratumId::new("M").unwrap(), scale_idx: 1, n: 1 }]);
        let norm = built.to_norm_group(definition(Standardization::Normalized)).unwrap();
        assert!(norm.covers(0) && !norm.covers(1));
    }

    #[test]
    fn a_built_norm_scores_people_within_the_sample_only() {
        let grid = IntegerGrid::new(0, 9).unwrap();
        let scores = [(0, 3.0), (0, 5.0), (0, 5.0), (0, 7.0), (1, 2.0), (1, 6.0)];
        let built = filled(&scores, 2).finish(&[Some(grid)]);
        let norm = built.to_norm_group(definition(Standardization::Normalized)).unwrap();
        assert_eq!(norm.standardize(0, 0, 5.0).unwrap().z(), 0.0);
        // 4 was reached by nobody, but lies within: 100·1/4.
        let score = norm.standardize(0, 0, 4.0).unwrap();
        assert_eq!((score.percentile_rank().rank(), score.is_interpolated()), (Some(25.0), false));
        assert_eq!(norm.standardize(0, 0, 2.5), Err(NoNormScore::BelowSample));
        assert_eq!(norm.standardize(0, 0, 8.0), Err(NoNormScore::AboveSample));
        let linear = built.to_norm_group(definition(Standardization::Linear)).unwrap();
        assert_eq!(linear.standardize(1, 0, 4.0).unwrap().t_score(), 50.0);
    }

    #[test]
    fn a_scale_without_spread_has_no_linear_norm() {
        let built = filled(&[(0, 5.0), (0, 5.0)], 1).finish(&[]);
        let problems = built.to_norm_group(definition(Standardization::Linear)).unwrap_err();
        assert!(matches!(problems[..], [NormError::MeanAndSdNeeded { scale_idx: 0, .. }]));
        let nobody = filled(&[], 1).finish(&[]).to_norm_group(definition(Standardization::Linear));
        assert_eq!(nobody.unwrap_err(), [NormError::NoStrata]);
    }

    #[test]
    fn what_does_not_belong_to_the_builder_is_refused() {
        let mut builder = filled(&[], 1);
        assert_eq!(builder.add(2, 0, 1.0), Err(BuildError::UnknownStratum { stratum_idx: 2 }));
        assert_eq!(builder.add(0, 1, 1.0), Err(BuildError::UnknownScale { scale_idx: 1 }));
        assert!(matches!(builder.add(0, 0, f64::NAN), Err(BuildError::NotFinite { .. })));
        assert_eq!(builder.add_person(9), Err(BuildError::UnknownStratum { stratum_idx: 9 }));
        assert_eq!(builder.merge(&NormBuilder::new(2, strata(), 1)), Err(BuildError::OtherShape));
        assert_eq!(builder, filled(&[], 1));
        assert!(IntegerGrid::new(5, 4).is_err() && IntegerGrid::new(i32::MIN, i32::MAX).is_err());
    }

    proptest! {
        #[test]
        fn merged_builders_equal_one_builder_in_any_order(scores in prop::collection::vec((0..2_usize, -20..20_i32), 0..60), cut in 0..60_usize) {
            let scores: Vec<_> = scores.into_iter().map(|(stratum_idx, half)| (stratum_idx, f64::from(half) / 2.0)).collect();
            let (first, second) = scores.split_at(cut.min(scores.len()));
            let mut merged = filled(second, 3);
            merged.merge(&filled(first, 3)).unwrap();
            let one = filled(&scores, 3);
            prop_assert_eq!(merged.finish(&[]), one.finish(&[]));
            prop_assert_eq!(merged, one);
        }

        #[test]
        fn built_tables_rise_from_0_to_100(scores in prop::collection::vec(0..30_i32, 2..80)) {
            let scores: Vec<_> = scores.into_iter().map(|raw| (0, f64::from(raw))).collect();
            let built = filled(&scores, 1).finish(&[Some(IntegerGrid::new(0, 30).unwrap())]);
            let scale = built.strata()[0].scale(0).unwrap();
            prop_assert!(PercentileTable::new(scale.rows().iter().map(|row| (row.raw, row.percentile_rank)).collect()).is_ok());
            prop_assert_eq!(scale.rows().last().unwrap().cumulative, scale.n());
            let norm = built.to_norm_group(definition(Standardization::Normalized)).unwrap();
            for &(_, raw) in &scores {
                prop_assert!(norm.standardize(0, 0, raw).is_ok(), "everyone of the sample has a score");
            }
        }
    }
}
