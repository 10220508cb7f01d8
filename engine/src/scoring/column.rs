//! Raw scores of many respondents on one scale, as a column.

use super::plan::{Arithmetic, ScoringPlan, Source};
use super::tally::Tallies;
use crate::model::{Rounding, Statistic};

/// Raw scores of many respondents on one scale. Kept between calls, its memory is used again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawColumn {
    values: Vec<f64>,
    scored: Vec<bool>,
}

impl RawColumn {
    /// Empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of respondents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no respondents.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The raw score of a respondent; `None` when there is none, or no such respondent.
    #[must_use]
    pub fn get(&self, respondent_idx: usize) -> Option<f64> {
        let scored = *self.scored.get(respondent_idx)?;
        scored.then(|| self.values[respondent_idx])
    }

    /// All raw scores, in the order of the respondents.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> {
        self.values.iter().zip(&self.scored).map(|(value, scored)| scored.then_some(*value))
    }
}

impl ScoringPlan {
    /// The raw scores of all respondents of a tally on one scale, replacing what was in `column`: the values of
    /// [`ScoringPlan::raw_score`], to the last bit, without the reasons for missing ones.
    pub fn raw_column(&self, scale_idx: usize, tallies: &Tallies, column: &mut RawColumn) {
        let n = tallies.n_respondents();
        column.values.clear();
        column.scored.clear();
        let scale = &self.scales[scale_idx];
        if let Source::Slot { slot_idx, statistic: Statistic::Sum } = scale.source
            && self.slots[slot_idx].arithmetic == Arithmetic::Whole
            && scale.rounding == Rounding::None
        {
            let (answered, sums) = tallies.whole(slot_idx);
            let needed = scale.missing.min_answered(scale.n_items).max(1);
            let weight = self.slots[slot_idx].weight;
            if answered.iter().all(|&answered| answered == scale.n_items) {
                column.values.extend(sums.iter().map(|&sum| f64::from(sum)));
                column.scored.resize(n, true);
            } else {
                column.scored.extend(answered.iter().map(|&answered| answered >= needed));
                column.values.extend(answered.iter().zip(sums).map(|(&answered, &sum)| {
                    let sum = f64::from(sum);
                    // The same two roundings as for one respondent; a division for nobody is thrown away below.
                    let prorated = sum * weight / f64::from(answered.max(1));
                    if answered == scale.n_items { sum } else { prorated }
                }));
            }
            return;
        }
        for respondent_idx in 0..n {
            let raw = self.raw_score(scale_idx, tallies, respondent_idx).raw;
            column.scored.push(raw.is_ok());
            column.values.push(raw.map_or(0.0, |raw| raw.value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Squares, Tallies};
    use super::*;
    use crate::model::{
        Answer, Instrument, InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, Missing, MissingPolicy,
        ResponseMatrix, ResponseScale, Scale, ScaleId, ScoreRule,
    };
    use proptest::prelude::*;

    /// Scales of every kind over four items.
    fn instrument() -> Instrument {
        let keyed = |item_idx: usize, weight: f64| KeyedItem {
            item_idx,
            keying: if item_idx.is_multiple_of(2) { Keying::Forward } else { Keying::Reverse },
            weight,
        };
        let items = |weight: f64| (0..4).map(|item_idx| keyed(item_idx, weight)).collect::<Vec<_>>();
        let scale = |id: &str, rule, missing, rounding| Scale {
            id: ScaleId::new(id).unwrap(),
            rule,
            missing,
            rounding,
            ipsative: false,
        };
        let keyed_rule = |weight, statistic| ScoreRule::Keyed { items: items(weight), statistic };
        let prorate = MissingPolicy::Prorate { min_answered: 2 };
        Instrument::new(InstrumentParts {
            id: InstrumentId::new("t").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: (0..4)
                .map(|i| Item {
                    id: ItemId::new(format!("i{i}")).unwrap(),
                    responses: ResponseScale::likert(0, 6).unwrap(),
                })
                .collect(),
            scales: vec![
                scale("sum", keyed_rule(1.0, Statistic::Sum), prorate, Rounding::None),
                scale("strict", keyed_rule(1.0, Statistic::Sum), MissingPolicy::Reject, Rounding::None),
                scale("mean", keyed_rule(1.0, Statistic::Mean), prorate, Rounding::None),
                scale("rounded", keyed_rule(1.0, Statistic::Sum), prorate, Rounding::HalfUp),
                scale("weighted", keyed_rule(0.3, Statistic::Sum), prorate, Rounding::None),
                scale("centered", ScoreRule::Centered { items: items(1.0) }, prorate, Rounding::None),
                scale(
                    "correct",
                    ScoreRule::Correct { items: vec![(0, 1), (3, 2)] },
                    MissingPolicy::Reject,
                    Rounding::None,
                ),
                scale(
                    "composite",
                    ScoreRule::Composite { components: vec![(0, 1.0), (6, 0.5)] },
                    prorate,
                    Rounding::None,
                ),
            ],
        })
        .unwrap()
    }

    proptest! {
        #[test]
        fn a_column_holds_the_scores_of_its_respondents(codes in prop::collection::vec(0_u8..9, 4..200)) {
            let instrument = instrument();
            let answers: Vec<Answer> = codes
                .iter()
                .take(codes.len() / 4 * 4)
                .map(|&code| if code < 7 { Answer::Category(code) } else { Answer::Missing(Missing::Skipped) })
                .collect();
            let matrix = ResponseMatrix::from_rows(&instrument, &answers).unwrap();
            let plan = ScoringPlan::compile(&instrument);
            let (mut tallies, mut column) = (Tallies::new(), RawColumn::new());
            plan.tally(&matrix, Squares::Skip, &mut tallies);
            for scale_idx in 0..plan.n_scales() {
                plan.raw_column(scale_idx, &tallies, &mut column);
                prop_assert_eq!(column.len(), matrix.n_respondents());
                for (respondent_idx, got) in column.iter().enumerate() {
                    let expected = plan.raw_score(scale_idx, &tallies, respondent_idx).raw.ok().map(|raw| raw.value);
                    prop_assert_eq!(got.map(f64::to_bits), expected.map(f64::to_bits), "scale {}", scale_idx);
                    prop_assert_eq!(column.get(respondent_idx), got);
                }
            }
        }
    }
}
