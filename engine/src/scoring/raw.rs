//! One tally under the scale's missing policy: the raw score, or why there is none.

use super::plan::{ScalePlan, ScoringPlan, Source};
use super::tally::{Tallies, Tally};
use crate::model::{MissingPolicy, Statistic};
use crate::reliability::{MeasurementError, within_person};

/// A raw score in the unit of its scale: points for sums, the unit of the answers for means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawScore {
    /// The score, rounded as the scale says.
    pub value: f64,
    /// Whether some items were unanswered and the others stand for them.
    pub prorated: bool,
}

/// Why a scale has no raw score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unscored {
    /// Fewer items answered than the missing policy asks for.
    #[error("needs at least {needed} answered items, got {answered}")]
    TooFewAnswered {
        /// Fewest answered items that give a score.
        needed: u16,
        /// Items answered.
        answered: u16,
    },
    /// A composite one of whose components has no score.
    #[error("component number {component_idx} has no score")]
    ComponentUnscored {
        /// Place of the component in the instrument.
        component_idx: usize,
    },
}

/// The raw result of one respondent on one scale, with what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleScore {
    /// Number of answered items.
    pub answered: u16,
    /// Number of items of the scale.
    pub n_items: u16,
    /// Mean of the answered keyed items, weighted where the items are; `None` without a score, and for composites and
    /// centered scales.
    pub mean: Option<f64>,
    /// The raw score, or why there is none.
    pub raw: Result<RawScore, Unscored>,
}

/// Why a score has no within-person standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoSpread {
    /// The formula needs items that count alike, and parts that share no item.
    #[error("undefined for weighted items, and for composites and centered scores whose parts share items")]
    NotASum,
    /// Sums of squares were not kept.
    #[error("sums of squares were not kept")]
    NotKept,
    /// Fewer than two answered items.
    #[error("needs at least 2 answered items")]
    TooFewAnswered,
    /// All answers count the same.
    #[error("all answered items count the same")]
    NoVariance,
}

impl ScoringPlan {
    /// The raw score of one respondent of a tally on one scale.
    #[must_use]
    pub fn raw_score(&self, scale_idx: usize, tallies: &Tallies, respondent_idx: usize) -> ScaleScore {
        let scale = &self.scales[scale_idx];
        match &scale.source {
            Source::Slot { slot_idx, .. } => {
                self.raw_score_of_tally(scale_idx, tallies.get(&self.slots[*slot_idx], *slot_idx, respondent_idx))
            }
            Source::Centered { slot_idx, group_idx } => {
                let tally = tallies.get(&self.slots[*slot_idx], *slot_idx, respondent_idx);
                let group = tallies.get(&self.slots[*group_idx], *group_idx, respondent_idx);
                let centered = tally.sum / tally.weight - group.sum / group.weight;
                scale.answer(tally.answered, None, |_| centered)
            }
            Source::Composite { components } => {
                let (mut sum, mut answered, mut prorated, mut unscored) = (0.0, 0, false, None);
                for &(component_idx, weight) in components {
                    let component = self.raw_score(component_idx, tallies, respondent_idx);
                    answered += component.answered;
                    match component.raw {
                        Ok(raw) => {
                            sum += weight * raw.value;
                            prorated |= raw.prorated;
                        }
                        Err(_) => unscored = unscored.or(Some(Unscored::ComponentUnscored { component_idx })),
                    }
                }
                let score = RawScore { value: scale.rounding.apply(sum), prorated };
                ScaleScore { answered, n_items: scale.n_items, mean: None, raw: unscored.map_or(Ok(score), Err) }
            }
        }
    }

    /// The raw score that a tally gives on a scale scored by its own items.
    ///
    /// For scales with [`ScoringPlan::whole_sums`] the answer depends on `answered` and `sum` alone.
    #[must_use]
    pub fn raw_score_of_tally(&self, scale_idx: usize, tally: Tally) -> ScaleScore {
        let scale = &self.scales[scale_idx];
        let Source::Slot { slot_idx, statistic } = scale.source else {
            let raw = Err(Unscored::TooFewAnswered { needed: scale.n_items, answered: tally.answered });
            return ScaleScore { answered: tally.answered, n_items: scale.n_items, mean: None, raw };
        };
        let total_weight = self.slots[slot_idx].weight;
        let mean = tally.sum / tally.weight;
        scale.answer(tally.answered, Some(mean), |complete| match (statistic, complete) {
            (Statistic::Mean, _) => mean,
            (Statistic::Sum, true) => tally.sum,
            // The mean of the answered items × the number of items, with one rounding less.
            (Statistic::Sum, false) => tally.sum * total_weight / tally.weight,
        })
    }

    /// The answered counts and sums of all respondents on a scale with [`ScoringPlan::whole_sums`].
    #[must_use]
    pub fn whole_columns<'t>(&self, scale_idx: usize, tallies: &'t Tallies) -> Option<(&'t [u16], &'t [i16])> {
        self.whole_sums(scale_idx)?;
        let Source::Slot { slot_idx, .. } = self.scales[scale_idx].source else { return None };
        Some(tallies.whole(slot_idx))
    }

    /// The within-person standard error of a raw score, in its unit: what the spread of the person's own answers
    /// says when nothing is known about the reliability of the scale.
    ///
    /// Scores made of several scales carry the errors of their parts, which are independent where the parts share no item: a
    /// composite √Σw²SE²; a centered score, the scale's mean less the mean of all K answers, √((1 − k/K)²SE² + Σ(kⱼ/K)²SEⱼ²), where
    /// another scale whose answers are all equal adds nothing.
    ///
    /// # Errors
    /// [`NoSpread`] when the formula does not hold or gives zero: there is no interval then.
    ///
    /// # References
    /// Brennan (1998), Applied Psychological Measurement 22, 307–331, doi:10.1177/014662169802200401
    pub fn within_person_error(
        &self,
        scale_idx: usize,
        tallies: &Tallies,
        respondent_idx: usize,
    ) -> Result<f64, NoSpread> {
        let scale = &self.scales[scale_idx];
        match &scale.source {
            Source::Slot { slot_idx, statistic } => {
                self.spread_of_items(*slot_idx, *statistic, scale.n_items, tallies, respondent_idx)
            }
            Source::Centered { slot_idx, group_idx } => {
                self.spread_of_centered(*slot_idx, *group_idx, tallies, respondent_idx)
            }
            Source::Composite { components } => {
                let mut items: Vec<usize> = components.iter().flat_map(|(part, _)| self.items_of(*part)).collect();
                let n_items = items.len();
                items.sort_unstable();
                items.dedup();
                if items.len() < n_items {
                    return Err(NoSpread::NotASum);
                }
                let mut variance = 0.0;
                for &(component_idx, weight) in components {
                    variance += (weight * self.within_person_error(component_idx, tallies, respondent_idx)?).powi(2);
                }
                Ok(variance.sqrt())
            }
        }
    }

    fn spread_of_items(
        &self,
        slot_idx: usize,
        statistic: Statistic,
        n_items: u16,
        tallies: &Tallies,
        respondent_idx: usize,
    ) -> Result<f64, NoSpread> {
        let slot = &self.slots[slot_idx];
        if !slot.unit_weights {
            return Err(NoSpread::NotASum);
        }
        let tally = tallies.get(slot, slot_idx, respondent_idx);
        let squares = tally.squares.ok_or(NoSpread::NotKept)?;
        let (answered, n_items) = (u32::from(tally.answered), u32::from(n_items));
        let error = match statistic {
            Statistic::Sum => within_person::within_person_standard_error(n_items, answered, tally.sum, squares),
            Statistic::Mean => within_person::within_person_standard_error_of_mean(answered, tally.sum, squares),
        };
        error.map_err(|error| match error {
            MeasurementError::NoVariance => NoSpread::NoVariance,
            _ => NoSpread::TooFewAnswered,
        })
    }

    fn spread_of_centered(
        &self,
        slot_idx: usize,
        group_idx: usize,
        tallies: &Tallies,
        respondent_idx: usize,
    ) -> Result<f64, NoSpread> {
        let all = tallies.get(&self.slots[group_idx], group_idx, respondent_idx).weight;
        let (mut variance, mut of_parts) = (0.0, 0.0);
        for part in &self.scales {
            let Source::Centered { slot_idx: part_idx, .. } = part.source else { continue };
            let weight = tallies.get(&self.slots[part_idx], part_idx, respondent_idx).weight;
            of_parts += weight;
            let is_own = part_idx == slot_idx;
            let share = if is_own { 1.0 - weight / all } else { weight / all };
            match self.spread_of_items(part_idx, Statistic::Mean, part.n_items, tallies, respondent_idx) {
                Ok(error) => variance += (share * error).powi(2),
                Err(NoSpread::NoVariance) if !is_own => {}
                Err(NoSpread::TooFewAnswered) if !is_own && weight == 0.0 => {}
                Err(reason) => return Err(reason),
            }
        }
        match variance {
            // The scales together must be the group, each answer once.
            _ if of_parts != all => Err(NoSpread::NotASum),
            none if none <= 0.0 => Err(NoSpread::NoVariance),
            variance => Ok(variance.sqrt()),
        }
    }

    /// The items whose answers a scale rests on, one entry each time an item counts.
    fn items_of(&self, scale_idx: usize) -> Vec<usize> {
        match &self.scales[scale_idx].source {
            Source::Slot { slot_idx, .. } => self.slots[*slot_idx].items.iter().map(|item| item.item_idx).collect(),
            // A centered score rests on the answers of the whole group.
            Source::Centered { group_idx, .. } => {
                self.slots[*group_idx].items.iter().map(|item| item.item_idx).collect()
            }
            Source::Composite { components } => components.iter().flat_map(|(part, _)| self.items_of(*part)).collect(),
        }
    }
}

impl ScalePlan {
    /// Applies the missing policy; `value` is told whether all items are answered.
    fn answer(&self, answered: u16, mean: Option<f64>, value: impl FnOnce(bool) -> f64) -> ScaleScore {
        let needed = self.missing.min_answered(self.n_items);
        let complete = answered == self.n_items;
        let raw = if answered < needed || answered == 0 {
            Err(Unscored::TooFewAnswered { needed, answered })
        } else {
            let prorated = !complete && !matches!(self.missing, MissingPolicy::Reject);
            Ok(RawScore { value: self.rounding.apply(value(complete)), prorated })
        };
        ScaleScore { answered, n_items: self.n_items, mean: mean.filter(|_| raw.is_ok()), raw }
    }
}
