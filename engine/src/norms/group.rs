//! A norm: strata of people, and the norm of each scale in each stratum.

use crate::model::ids::NormId;
use crate::norms::check::{NormError, stratum_problems, value_problems};
use crate::norms::combined::combine;
use crate::norms::person::{PersonFacts, StratumChoice, StratumRule, choose};
use crate::norms::scale_norm::ScaleNorm;
use crate::norms::score::{NoNormScore, NormScore, PercentileRank};
use crate::norms::stratum::Stratum;
use crate::numeric::normal;

/// Where the people of a norm come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NormKind {
    /// A sample drawn to represent a population.
    Standardization,
    /// People who happened to answer, as published.
    ConvenienceSample,
    /// The people of one organisation.
    Local,
    /// Nobody: simulated answers, for demonstration and tests only.
    Simulated,
}

/// How a raw score becomes a z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standardization {
    /// z = (raw − mean)/SD: keeps the shape of the raw distribution.
    Linear,
    /// z = Φ⁻¹(percentile rank/100): makes the distribution normal.
    Normalized,
}

/// Whether a norm by sex offers strata of both sexes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CombinedStrata {
    /// One for each age band that has a female and a male stratum.
    Offered,
    /// None.
    NotOffered,
}

/// What a norm is, apart from its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormDefinition {
    /// Identifier of the norm.
    pub id: NormId,
    /// Where its people come from.
    pub kind: NormKind,
    /// How a raw score becomes a z.
    pub standardization: Standardization,
    /// Whether strata of both sexes are derived.
    pub combined: CombinedStrata,
}

/// A norm: with whom a person is compared, and where a raw score stands among them.
#[derive(Debug, Clone, PartialEq)]
pub struct NormGroup {
    definition: NormDefinition,
    /// As given, then the combined ones.
    strata: Vec<Stratum>,
    /// By stratum and scale; a scale is covered in all strata or in none.
    values: Vec<Vec<Option<ScaleNorm>>>,
}

impl NormGroup {
    /// Checks strata and values, and derives the combined strata where they are offered.
    ///
    /// - `values`: `strata.len()` rows of one value a scale of the instrument; `None` where the norm does not cover the scale.
    ///
    /// A combined stratum is the equal-weight mixture of the female and the male stratum of one age band
    /// ([`ScaleNorm::mixture`]); its id is `combined` with the ages.
    ///
    /// # Errors
    /// Every [`NormError`] at once: no strata, overlapping strata or equal ids, wrong lengths, a scale covered in one stratum
    /// only, a linear norm without mean and SD, a normalized one without table.
    pub fn new(
        definition: NormDefinition,
        strata: Vec<Stratum>,
        values: Vec<Vec<Option<ScaleNorm>>>,
    ) -> Result<Self, Vec<NormError>> {
        let mut problems = stratum_problems(&strata);
        problems.extend(value_problems(definition.standardization, &strata, &values));
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut group = Self { definition, strata, values };
        if group.definition.combined == CombinedStrata::Offered {
            group.add_combined()?;
        }
        Ok(group)
    }

    fn add_combined(&mut self) -> Result<(), Vec<NormError>> {
        let mut problems = Vec::new();
        for combined in combine(&self.strata, &self.values) {
            let id = combined.stratum.id().clone();
            if self.strata.iter().any(|stratum| stratum.id().eq_ignore_case(id.as_str())) {
                problems.push(NormError::DuplicateStratum { stratum: id.clone() });
            }
            let mut scales = Vec::with_capacity(combined.scales.len());
            for (scale_idx, scale) in combined.scales.into_iter().enumerate() {
                scales.push(scale.transpose().unwrap_or_else(|source| {
                    problems.push(NormError::ScaleNorm { stratum: id.clone(), scale_idx, source });
                    None
                }));
            }
            self.strata.push(combined.stratum);
            self.values.push(scales);
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Identifier, kind and standardization.
    #[must_use]
    pub fn definition(&self) -> &NormDefinition {
        &self.definition
    }

    /// Identifier of the norm.
    #[must_use]
    pub fn id(&self) -> &NormId {
        &self.definition.id
    }

    /// Where its people come from.
    #[must_use]
    pub fn kind(&self) -> NormKind {
        self.definition.kind
    }

    /// How a raw score becomes a z.
    #[must_use]
    pub fn standardization(&self) -> Standardization {
        self.definition.standardization
    }

    /// All strata: as given, then the combined ones ([`Stratum::is_combined`]).
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// Number of scales of the instrument, covered or not.
    #[must_use]
    pub fn n_scales(&self) -> usize {
        self.values.first().map_or(0, Vec::len)
    }

    /// Mean, SD, n and table of a scale in a stratum; `None` where the norm does not cover the scale or has no such stratum.
    #[must_use]
    pub fn scale_norm(&self, stratum_idx: usize, scale_idx: usize) -> Option<&ScaleNorm> {
        self.values.get(stratum_idx)?.get(scale_idx)?.as_ref()
    }

    /// Whether the norm has values for a scale.
    #[must_use]
    pub fn covers(&self, scale_idx: usize) -> bool {
        self.scale_norm(0, scale_idx).is_some()
    }

    /// Whether some strata are of one sex only.
    #[must_use]
    pub fn needs_sex(&self) -> bool {
        self.strata.iter().any(|stratum| stratum.sex().is_some())
    }

    /// Whether some strata are of certain ages only.
    #[must_use]
    pub fn needs_age(&self) -> bool {
        self.strata.iter().any(|stratum| !stratum.ages().is_open())
    }

    /// Whether there is a combined stratum.
    #[must_use]
    pub fn has_combined(&self) -> bool {
        self.strata.iter().any(Stratum::is_combined)
    }

    /// The stratum a person is compared with.
    ///
    /// With [`StratumRule::BySex`] and an unknown sex it is the combined stratum, where there is one. Facts that the strata do not
    /// ask for need not be known.
    ///
    /// # Errors
    /// [`NoNormScore`]: the fact that is needed and missing, or the sex or age that lies outside the strata.
    pub fn stratum_for(&self, facts: &PersonFacts, rule: StratumRule) -> Result<StratumChoice, NoNormScore> {
        choose(&self.strata, facts, rule)
    }

    /// Where a raw score stands in a stratum.
    ///
    /// - Linear: z = (raw − mean)/SD, so that T = 50 + 10·(raw − mean)/SD; the percentile rank from the table where there is one,
    ///   else 100·Φ(z).
    /// - Normalized: z = Φ⁻¹(PR/100), PR from the table.
    ///
    /// # Errors
    /// [`NoNormScore`] for a scale that is not covered, an unknown stratum, a raw score beyond the norm sample (normalized) or
    /// one that is not finite.
    ///
    /// # Examples
    /// ```
    /// use engine::model::ids::{NormId, StratumId};
    /// use engine::norms::{
    ///     AgeBand, CombinedStrata, NormDefinition, NormGroup, NormKind, ScaleNorm, Standardization, Stratum,
    /// };
    /// let definition = NormDefinition {
    ///     id: NormId::new("example")?,
    ///     kind: NormKind::Local,
    ///     standardization: Standardization::Linear,
    ///     combined: CombinedStrata::NotOffered,
    /// };
    /// let everyone = Stratum::new(StratumId::new("all")?, None, AgeBand::OPEN, None);
    /// let values = vec![vec![Some(ScaleNorm::new(Some(20.0), Some(4.0), None, None)?)]];
    /// let norm = NormGroup::new(definition, vec![everyone], values).map_err(|mut problems| problems.remove(0))?;
    /// assert_eq!(norm.standardize(0, 0, 26.0)?.t_score(), 65.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    /// # Agreement
    /// Oracle `norms/conventional`, linear and normalized, within 1e-9 relative.
    pub fn standardize(&self, stratum_idx: usize, scale_idx: usize, raw: f64) -> Result<NormScore, NoNormScore> {
        let stratum = self.values.get(stratum_idx).ok_or(NoNormScore::UnknownStratum { stratum_idx })?;
        let not_covered = NoNormScore::ScaleNotCovered { scale_idx };
        let norm = stratum.get(scale_idx).and_then(Option::as_ref).ok_or(not_covered)?;
        if !raw.is_finite() {
            return Err(NoNormScore::NotFinite);
        }
        let (z, percentile_rank) = match self.definition.standardization {
            Standardization::Linear => {
                let (mean, sd) = norm.mean_and_sd().ok_or(not_covered)?;
                let z = (raw - mean) / sd;
                (z, linear_percentile_rank(norm, raw, z))
            }
            Standardization::Normalized => {
                let place = norm.table().ok_or(not_covered)?.lookup(raw)?;
                let z = normal::quantile(place.percentile_rank / 100.0).ok_or(NoNormScore::NotFinite)?;
                (z, PercentileRank::FromTable { rank: place.percentile_rank, interpolated: place.interpolated })
            }
        };
        NormScore::new(z, percentile_rank).ok_or(NoNormScore::NotFinite)
    }
}

fn linear_percentile_rank(norm: &ScaleNorm, raw: f64, z: f64) -> PercentileRank {
    match norm.table().map(|table| table.lookup(raw)) {
        None => PercentileRank::NormalApproximation { rank: 100.0 * normal::cdf(z) },
        Some(Ok(place)) => PercentileRank::FromTable { rank: place.percentile_rank, interpolated: place.interpolated },
        Some(Err(reason)) => PercentileRank::OutOfReach(reason),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::ids::StratumId;
    use crate::norms::parts_for_tests::{definition, linear, stratum, tabled};
    use crate::norms::person::AgeFact;
    use crate::norms::standard::ScoreMetric;
    use crate::norms::stratum::{Age, Sex};
    use crate::norms::table::{OutOfReach, PercentileTable};

    fn everyone(norm: Option<ScaleNorm>, standardization: Standardization) -> NormGroup {
        let definition = definition(standardization, CombinedStrata::NotOffered);
        NormGroup::new(definition, vec![stratum("all", None, None, None)], vec![vec![norm]]).unwrap()
    }

    /// Women: mean 20, SD 3; men: mean 28, SD 3; the second scale is not covered.
    fn by_sex(combined: CombinedStrata) -> NormGroup {
        let strata = vec![stratum("F", Some(Sex::Female), None, None), stratum("M", Some(Sex::Male), None, None)];
        let values = vec![vec![linear(20.0, 3.0), None], vec![linear(28.0, 3.0), None]];
        NormGroup::new(definition(Standardization::Linear, combined), strata, values).unwrap()
    }

    #[test]
    fn linear_t_is_50_plus_10_z() {
        let score = by_sex(CombinedStrata::NotOffered).standardize(0, 0, 24.5).unwrap();
        assert_eq!((score.z(), score.t_score()), (1.5, 65.0));
        // Φ(1.5) = 0.93319279873114.
        assert!(
            matches!(score.percentile_rank(), PercentileRank::NormalApproximation { rank } if (rank - 93.319_279_873_114).abs() < 1e-10)
        );
    }

    #[test]
    fn combined_stratum_is_the_equal_weight_mixture() {
        let norm = by_sex(CombinedStrata::Offered);
        assert!(norm.has_combined());
        let combined = &norm.strata()[2];
        assert_eq!((combined.id().as_str(), combined.is_combined(), combined.n()), ("combined", true, Some(200)));
        // Mean (20 + 28)/2 = 24; SD √(9 + 4²) = 5.
        assert_eq!(norm.standardize(2, 0, 34.0).unwrap().z(), 2.0);
        assert_eq!(norm.stratum_for(&PersonFacts::UNKNOWN, StratumRule::BySex).unwrap().stratum_idx, 2);
    }

    #[test]
    fn a_linear_norm_with_a_table_takes_percentile_ranks_from_it() {
        let table = PercentileTable::new(vec![(10.0, 5.0), (20.0, 55.0), (30.0, 95.0)]).unwrap();
        let norm = everyone(
            Some(ScaleNorm::new(Some(20.0), Some(5.0), Some(50), Some(table)).unwrap()),
            Standardization::Linear,
        );
        let score = norm.standardize(0, 0, 15.0).unwrap();
        assert_eq!(score.z(), -1.0);
        assert_eq!(score.percentile_rank(), PercentileRank::FromTable { rank: 30.0, interpolated: true });
        let beyond = norm.standardize(0, 0, 35.0).unwrap();
        assert_eq!(beyond.t_score(), 80.0);
        assert_eq!(beyond.percentile_rank(), PercentileRank::OutOfReach(OutOfReach::AboveHighest));
    }

    #[test]
    fn a_normalized_score_is_the_normal_quantile_of_its_rank() {
        let norm = everyone(tabled(&[(1.0, 0.0), (2.0, 50.0), (3.0, 97.5), (4.0, 100.0)]), Standardization::Normalized);
        assert_eq!(norm.standardize(0, 0, 2.0).unwrap().value(ScoreMetric::TScore), Some(50.0));
        let high = norm.standardize(0, 0, 3.0).unwrap();
        assert!((high.z() - 1.959_963_984_540_054).abs() < 1e-14);
        assert!(!high.is_interpolated());
        assert!(norm.standardize(0, 0, 2.5).unwrap().is_interpolated());
        assert_eq!(norm.standardize(0, 0, 1.0), Err(NoNormScore::BelowSample));
        assert_eq!(norm.standardize(0, 0, 4.0), Err(NoNormScore::AboveSample));
    }

    #[test]
    fn what_cannot_be_normed_has_a_reason() {
        let norm = by_sex(CombinedStrata::NotOffered);
        assert!(norm.covers(0) && !norm.covers(1));
        assert_eq!(norm.standardize(0, 1, 20.0), Err(NoNormScore::ScaleNotCovered { scale_idx: 1 }));
        assert_eq!(norm.standardize(0, 7, 20.0), Err(NoNormScore::ScaleNotCovered { scale_idx: 7 }));
        assert_eq!(norm.standardize(2, 0, 20.0), Err(NoNormScore::UnknownStratum { stratum_idx: 2 }));
        assert_eq!(norm.standardize(0, 0, f64::NAN), Err(NoNormScore::NotFinite));
        assert_eq!(norm.standardize(0, 0, f64::INFINITY), Err(NoNormScore::NotFinite));
    }

    #[test]
    fn facts_are_needed_where_strata_ask_for_them() {
        assert!(by_sex(CombinedStrata::Offered).needs_sex());
        assert!(!by_sex(CombinedStrata::Offered).needs_age());
        let open = everyone(linear(1.0, 1.0), Standardization::Linear);
        assert!(!open.needs_sex() && !open.needs_age());
    }

    #[test]
    fn a_stratum_named_like_a_combined_one_is_refused_when_they_are_derived() {
        let strata = vec![
            stratum("F", Some(Sex::Female), None, Some(20)),
            stratum("combined-to-20", Some(Sex::Male), None, Some(20)),
        ];
        let values = vec![vec![linear(1.0, 1.0)], vec![linear(2.0, 1.0)]];
        let problems =
            NormGroup::new(definition(Standardization::Linear, CombinedStrata::Offered), strata, values).unwrap_err();
        assert_eq!(problems, [NormError::DuplicateStratum { stratum: StratumId::new("combined-to-20").unwrap() }]);
    }

    #[test]
    fn numbers_too_large_to_mix_are_told_with_their_scale() {
        let strata = vec![stratum("F", Some(Sex::Female), None, None), stratum("M", Some(Sex::Male), None, None)];
        let values = vec![vec![linear(0.0, 1e200)], vec![linear(0.0, 1e200)]];
        let problems =
            NormGroup::new(definition(Standardization::Linear, CombinedStrata::Offered), strata, values).unwrap_err();
        assert!(matches!(problems[..], [NormError::ScaleNorm { scale_idx: 0, .. }]));
    }

    proptest! {
        #[test]
        fn standard_scores_rise_with_the_raw_score(a in -50.0..50.0_f64, b in -50.0..50.0_f64, mean in -9.0..9.0_f64, sd in 0.1..9.0_f64) {
            let norm = everyone(linear(mean, sd), Standardization::Linear);
            let (low, high) = (norm.standardize(0, 0, a.min(b)).unwrap(), norm.standardize(0, 0, a.max(b)).unwrap());
            for metric in ScoreMetric::ALL {
                prop_assert!(low.value(metric) <= high.value(metric));
            }
            let rank = low.percentile_rank().rank().unwrap();
            prop_assert!((0.0..=100.0).contains(&rank));
        }

        #[test]
        fn two_equal_groups_combine_to_the_same_scores(mean in -9.0..9.0_f64, sd in 0.1..9.0_f64, raw in -50.0..50.0_f64) {
            let strata = vec![stratum("F", Some(Sex::Female), None, None), stratum("M", Some(Sex::Male), None, None)];
            let values = vec![vec![linear(mean, sd)], vec![linear(mean, sd)]];
            let norm = NormGroup::new(definition(Standardization::Linear, CombinedStrata::Offered), strata, values).unwrap();
            let (own, combined) = (norm.standardize(0, 0, raw).unwrap(), norm.standardize(2, 0, raw).unwrap());
            prop_assert!((own.z() - combined.z()).abs() <= 1e-12 * own.z().abs());
        }

        #[test]
        fn any_raw_score_and_any_person_is_answered(raw in prop::num::f64::ANY, mean in prop::num::f64::ANY, sd in prop::num::f64::ANY, years in any::<i64>(), sex in 0..3) {
            if let Ok(norm) = ScaleNorm::new(Some(mean), Some(sd), None, None) {
                let scored = everyone(Some(norm), Standardization::Linear).standardize(0, 0, raw);
                prop_assert!(scored.is_ok_and(|score| score.z().is_finite()) || scored.is_err());
            }
            let sex = [None, Some(Sex::Female), Some(Sex::Male)][sex as usize];
            let age = Age::new(years).map_or(AgeFact::Impossible, AgeFact::Known);
            let norm = by_sex(CombinedStrata::Offered);
            let facts = PersonFacts { sex, age };
            prop_assert!(norm.stratum_for(&facts, StratumRule::BySex).is_ok());
        }
    }
}
