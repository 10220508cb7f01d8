//! From answers to raw scores, in three steps: [`plan`] compiles an instrument, [`tally`] sums keyed answers for many
//! respondents at once, [`raw`] turns one tally into a raw score under the scale's missing policy ([`mod@column`]: many
//! at once).
//!
//! [`score_matrix`] is the three in one for whoever holds a matrix in memory. The batch command, the web session and
//! the library all pass through the same two functions, [`ScoringPlan::tally`] and [`ScoringPlan::raw_score`], which
//! is why they agree to the last bit.

pub mod column;
pub mod plan;
pub mod raw;
pub mod tally;

pub use column::RawColumn;
pub use plan::{ScoringPlan, WholeSums};
pub use raw::{NoSpread, RawScore, ScaleScore, Unscored};
pub use tally::{Squares, Tallies, Tally};

use crate::model::{Instrument, ResponseMatrix};

/// Raw scores of many respondents on all scales of an instrument (n_respondents × n_scales).
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTable {
    n_scales: usize,
    scores: Vec<ScaleScore>,
}

impl ScoreTable {
    /// The scores of one respondent, in the instrument's order of scales; empty outside the table.
    #[must_use]
    pub fn respondent(&self, respondent_idx: usize) -> &[ScaleScore] {
        self.scores.get(respondent_idx * self.n_scales..(respondent_idx + 1) * self.n_scales).unwrap_or(&[])
    }

    /// Number of respondents.
    #[must_use]
    pub fn n_respondents(&self) -> usize {
        self.scores.len().checked_div(self.n_scales).unwrap_or(0)
    }

    /// Number of scales.
    #[must_use]
    pub fn n_scales(&self) -> usize {
        self.n_scales
    }
}

/// Scores a response matrix of the instrument it was made for.
///
/// # Agreement
/// Oracle `scoring/keyed_scales` (own formulas and psych 2.5.3), within 1e-12 + 1e-10 relative.
#[must_use]
pub fn score_matrix(instrument: &Instrument, matrix: &ResponseMatrix) -> ScoreTable {
    let plan = ScoringPlan::compile(instrument);
    let mut tallies = Tallies::new();
    plan.tally(matrix, Squares::Skip, &mut tallies);
    let n_scales = instrument.scales().len();
    let mut scores = Vec::with_capacity(matrix.n_respondents() * n_scales);
    for respondent_idx in 0..matrix.n_respondents() {
        for scale_idx in 0..n_scales {
            scores.push(plan.raw_score(scale_idx, &tallies, respondent_idx));
        }
    }
    ScoreTable { n_scales, scores }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Answer, InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, Missing, MissingPolicy, ResponseScale,
        Rounding, Scale, ScaleId, ScoreRule, Statistic,
    };

    fn keyed(item_idx: usize, keying: Keying, weight: f64) -> KeyedItem {
        KeyedItem { item_idx, keying, weight }
    }

    fn scale(id: &str, rule: ScoreRule, missing: MissingPolicy) -> Scale {
        Scale { id: ScaleId::new(id).unwrap(), rule, missing, rounding: Rounding::None, ipsative: false }
    }

    fn instrument(n_items: usize, scales: Vec<Scale>) -> Instrument {
        let likert = ResponseScale::likert(1, 5).unwrap();
        Instrument::new(InstrumentParts {
            id: InstrumentId::new("t").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: (0..n_items)
                .map(|i| Item { id: ItemId::new(format!("i{}", i + 1)).unwrap(), responses: likert })
                .collect(),
            scales,
        })
        .unwrap()
    }

    fn answers(codes: &[i64]) -> Vec<Answer> {
        let scale = ResponseScale::likert(1, 5).unwrap();
        codes
            .iter()
            .map(|&code| scale.category_of(code).map_or(Answer::Missing(Missing::Skipped), Answer::Category))
            .collect()
    }

    fn values(instrument: &Instrument, codes: &[i64]) -> Vec<Option<f64>> {
        let matrix = ResponseMatrix::from_rows(instrument, &answers(codes)).unwrap();
        score_matrix(instrument, &matrix).respondent(0).iter().map(|s| s.raw.as_ref().ok().map(|r| r.value)).collect()
    }

    #[test]
    fn reverse_key_mirrors_the_answer() {
        let items = vec![keyed(0, Keying::Forward, 1.0), keyed(1, Keying::Reverse, 1.0)];
        let rule = ScoreRule::Keyed { items, statistic: Statistic::Sum };
        let instrument = instrument(2, vec![scale("S", rule, MissingPolicy::Reject)]);
        // 5 + (1 + 5 − 2) = 9
        assert_eq!(values(&instrument, &[5, 2]), [Some(9.0)]);
        assert_eq!(values(&instrument, &[5, 0]), [None]);
    }

    #[test]
    fn prorating_uses_the_mean_of_the_answered_items() {
        let items = (0..4).map(|i| keyed(i, Keying::Forward, 1.0)).collect();
        let rule = ScoreRule::Keyed { items, statistic: Statistic::Sum };
        let instrument = instrument(4, vec![scale("S", rule, MissingPolicy::Prorate { min_answered: 3 })]);
        // (5 + 4 + 4) / 3 × 4
        assert_eq!(values(&instrument, &[5, 4, 4, 0]), [Some(52.0 / 3.0)]);
        assert_eq!(values(&instrument, &[5, 4, 0, 0]), [None]);
        let matrix = ResponseMatrix::from_rows(&instrument, &answers(&[5, 4, 0, 0])).unwrap();
        let score = score_matrix(&instrument, &matrix).respondent(0)[0].clone();
        assert_eq!(score.raw, Err(Unscored::TooFewAnswered { needed: 3, answered: 2 }));
    }

    #[test]
    fn weights_count_in_sums_means_and_prorating() {
        let items = vec![keyed(0, Keying::Forward, 2.0), keyed(1, Keying::Forward, 0.5)];
        let sum = ScoreRule::Keyed { items: items.clone(), statistic: Statistic::Sum };
        let mean = ScoreRule::Keyed { items, statistic: Statistic::Mean };
        let policy = MissingPolicy::Prorate { min_answered: 1 };
        let instrument = instrument(2, vec![scale("S", sum, policy), scale("M", mean, policy)]);
        // 2·3 + 0.5·5 = 8.5; 8.5 / 2.5 = 3.4
        assert_eq!(values(&instrument, &[3, 5]), [Some(8.5), Some(3.4)]);
        // Only the first answered: 2·3 / 2 × 2.5 = 7.5, mean 3.
        assert_eq!(values(&instrument, &[3, 0]), [Some(7.5), Some(3.0)]);
    }

    #[test]
    fn correct_answers_are_counted() {
        let rule = ScoreRule::Correct { items: vec![(0, 0), (1, 4), (2, 2)] };
        let instrument = instrument(3, vec![scale("S", rule, MissingPolicy::Reject)]);
        assert_eq!(values(&instrument, &[1, 5, 1]), [Some(2.0)]);
    }

    #[test]
    fn centered_scales_sum_to_zero_when_they_are_of_equal_length() {
        let a = ScoreRule::Centered { items: vec![keyed(0, Keying::Forward, 1.0), keyed(1, Keying::Forward, 1.0)] };
        let b = ScoreRule::Centered { items: vec![keyed(2, Keying::Forward, 1.0), keyed(3, Keying::Forward, 1.0)] };
        let policy = MissingPolicy::MeanOfAnswered { min_answered: 1 };
        let instrument = instrument(4, vec![scale("A", a, policy), scale("B", b, policy)]);
        // Means 4.5 and 2; person's mean 3.25.
        assert_eq!(values(&instrument, &[5, 4, 1, 3]), [Some(1.25), Some(-1.25)]);
    }

    #[test]
    fn composites_add_weighted_raw_scores_and_need_all_components() {
        let sum = |i| ScoreRule::Keyed { items: vec![keyed(i, Keying::Forward, 1.0)], statistic: Statistic::Sum };
        let composite = ScoreRule::Composite { components: vec![(0, 1.0), (1, -2.0)] };
        let reject = MissingPolicy::Reject;
        let instrument =
            instrument(2, vec![scale("A", sum(0), reject), scale("B", sum(1), reject), scale("X", composite, reject)]);
        assert_eq!(values(&instrument, &[5, 2])[2], Some(1.0));
        assert_eq!(values(&instrument, &[5, 0])[2], None);
        assert_eq!(instrument.possible_range(2), Some((-9.0, 3.0)));
    }

    fn spread(instrument: &Instrument, scale_idx: usize, codes: &[i64]) -> Result<f64, NoSpread> {
        let plan = ScoringPlan::compile(instrument);
        let mut tallies = Tallies::new();
        let matrix = ResponseMatrix::from_rows(instrument, &answers(codes)).unwrap();
        plan.tally(&matrix, Squares::Keep, &mut tallies);
        plan.within_person_error(scale_idx, &tallies, 0)
    }

    #[test]
    fn a_composite_carries_the_errors_of_its_parts() {
        let mean = |from: usize| ScoreRule::Keyed {
            items: (from..from + 2).map(|i| keyed(i, Keying::Forward, 1.0)).collect(),
            statistic: Statistic::Mean,
        };
        let of = |components| ScoreRule::Composite { components };
        let reject = MissingPolicy::Reject;
        let instrument = instrument(
            4,
            vec![
                scale("A", mean(0), reject),
                scale("B", mean(2), reject),
                scale("overlapping", mean(1), reject),
                scale("difference", of(vec![(0, 1.0), (1, -2.0)]), reject),
                scale("shared", of(vec![(0, 1.0), (2, 1.0)]), reject),
            ],
        );
        // Errors of the means: (5 − 1)/2 = 2 and (4 − 3)/2 = 0.5; √(2² + (2·0.5)²) = √5.
        let error = spread(&instrument, 3, &[5, 1, 4, 3]).unwrap();
        assert!((error - 5.0_f64.sqrt()).abs() < 1e-12, "{error}");
        assert_eq!(spread(&instrument, 4, &[5, 1, 4, 3]), Err(NoSpread::NotASum));
        assert_eq!(spread(&instrument, 3, &[5, 1, 4, 4]), Err(NoSpread::NoVariance));
    }

    #[test]
    fn a_centered_score_carries_the_error_of_the_mean_it_is_measured_from() {
        let centered = |from: usize, n: usize| ScoreRule::Centered {
            items: (from..from + n).map(|i| keyed(i, Keying::Forward, 1.0)).collect(),
        };
        let policy = MissingPolicy::MeanOfAnswered { min_answered: 1 };
        let scales = vec![scale("A", centered(0, 2), policy), scale("B", centered(2, 3), policy)];
        let of_two = instrument(5, scales);
        // A − (2A + 3B)/5 = 3/5·(A − B): error 3/5·√(2² + SE(B)²), where 1, 3, 5 have SD 2 and SE(B)² = 4/3.
        let error = spread(&of_two, 0, &[5, 1, 1, 3, 5]).unwrap();
        assert!((error - 0.6 * (4.0_f64 + 4.0 / 3.0).sqrt()).abs() < 1e-12, "{error}");
        // Answers that are all equal on the other scale add nothing; on the scale itself they give no error.
        assert!((spread(&of_two, 0, &[5, 1, 3, 3, 3]).unwrap() - 1.2).abs() < 1e-12);
        assert_eq!(spread(&of_two, 1, &[5, 1, 3, 3, 3]), Err(NoSpread::NoVariance));
        // One answer of three left out: weights 2/4; the error of B is that of 1 and 5, 2.
        let error = spread(&of_two, 0, &[5, 1, 1, 0, 5]).unwrap();
        assert!((error - 0.5 * 8.0_f64.sqrt()).abs() < 1e-12, "{error}");
        // Without any answer elsewhere the scale is its own mean, 0 for everybody; with one answer elsewhere the error is unknown.
        assert_eq!(spread(&of_two, 0, &[5, 1, 0, 0, 0]), Err(NoSpread::NoVariance));
        assert_eq!(spread(&of_two, 0, &[5, 1, 4, 0, 0]), Err(NoSpread::TooFewAnswered));
        let overlapping = instrument(3, vec![scale("A", centered(0, 2), policy), scale("B", centered(1, 2), policy)]);
        assert_eq!(spread(&overlapping, 0, &[5, 1, 3]), Err(NoSpread::NotASum));
    }

    #[test]
    fn a_row_scores_the_same_alone_and_in_company() {
        let items = (0..3).map(|i| keyed(i, if i == 1 { Keying::Reverse } else { Keying::Forward }, 1.0)).collect();
        let rule = ScoreRule::Keyed { items, statistic: Statistic::Mean };
        let instrument = instrument(3, vec![scale("S", rule, MissingPolicy::Prorate { min_answered: 1 })]);
        let codes: Vec<i64> = (0..3 * 5000).map(|i| (i * 7 + i / 3) % 6).collect();
        let table = score_matrix(&instrument, &ResponseMatrix::from_rows(&instrument, &answers(&codes)).unwrap());
        for (row, codes) in codes.chunks(3).enumerate() {
            let alone = ResponseMatrix::from_rows(&instrument, &answers(codes)).unwrap();
            assert_eq!(table.respondent(row), score_matrix(&instrument, &alone).respondent(0), "row {row}");
        }
    }
}
