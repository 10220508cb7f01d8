//! Psychometric synonyms and antonyms: pairs of items that people answer alike, or opposite, and whether one person does.

use nalgebra::DMatrix;

use super::even_odd::correlation_within_person;
use super::no_index::NoIndex;

/// Fewest pairs over which one person's answers are correlated.
pub const FEWEST_PAIRS: usize = 3;

/// Two items that hang together closely in a reference sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemPair {
    /// Place of the item that comes first.
    pub first: usize,
    /// Place of the other.
    pub second: usize,
    /// Their correlation in the reference sample: positive for synonyms, negative for antonyms.
    pub correlation: f64,
}

/// Which pairs count: those whose correlation is beyond a critical value, above +value for synonyms, below −value for antonyms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairRule {
    critical: f64,
}

/// A critical value that is no correlation.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("critical correlation {given} is not above 0 and below 1")]
pub struct InvalidCritical {
    /// As given.
    pub given: f64,
}

impl PairRule {
    /// Pairs beyond .60, as Meade & Craig (2012) chose.
    #[must_use]
    pub fn meade_craig() -> Self {
        Self { critical: 0.60 }
    }

    /// Pairs beyond a value above 0 and below 1.
    ///
    /// # Errors
    /// [`InvalidCritical`].
    pub fn beyond(critical: f64) -> Result<Self, InvalidCritical> {
        if critical > 0.0 && critical < 1.0 { Ok(Self { critical }) } else { Err(InvalidCritical { given: critical }) }
    }

    /// The critical value.
    #[must_use]
    pub fn critical(self) -> f64 {
        self.critical
    }
}

/// Pairs of items beyond the critical value, synonyms and antonyms, by second and first item as in a column of the lower triangle.
///
/// - `covariances`: of the answers as given, from the reference sample; items without spread are in no pair.
#[must_use]
pub fn find_pairs(covariances: &DMatrix<f64>, rule: PairRule) -> Vec<ItemPair> {
    let k = covariances.nrows().min(covariances.ncols());
    let mut pairs = Vec::new();
    for first in 0..k {
        for second in first + 1..k {
            let spread = (covariances[(first, first)] * covariances[(second, second)]).sqrt();
            if spread > 0.0 {
                let correlation = (covariances[(second, first)] / spread).clamp(-1.0, 1.0);
                if correlation.abs() > rule.critical {
                    pairs.push(ItemPair { first, second, correlation });
                }
            }
        }
    }
    pairs
}

/// How consistently one person answered pairs of items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairConsistency {
    /// Number of pairs of which the person answered both items.
    pub n_pairs: usize,
    /// Correlation of the first with the second answers over these pairs, −1 to 1: near 1 is consistent for synonyms, near −1 for
    /// antonyms.
    pub correlation: Result<f64, NoIndex>,
}

/// Psychometric synonym (or antonym) index of one person: Pearson's correlation over the pairs of the first with the second item.
///
/// - `answers`: as they were given, in the order of the reference's items; `None` is unanswered, and its pairs are left out.
/// - `pairs`: synonyms only, or antonyms only. Which item of a pair comes first matters: here the one administered first.
///
/// No value below [`FEWEST_PAIRS`] pairs, or when the answers on one side of the pairs are all the same.
///
/// # References
/// Meade & Craig (2012), Psychological Methods 17, 437–455, doi:10.1037/a0028085.
/// # Agreement
/// Oracle `quality/careless` (R careless `psychsyn` without resampling), within 1e-9 relative.
#[must_use]
pub fn pair_consistency<'p>(answers: &[Option<i32>], pairs: impl IntoIterator<Item = &'p ItemPair>) -> PairConsistency {
    let answer = |item: usize| answers.get(item).copied().flatten().map(f64::from);
    let answered = pairs.into_iter().filter_map(|pair| Some((answer(pair.first)?, answer(pair.second)?)));
    let (first, second): (Vec<f64>, Vec<f64>) = answered.unzip();
    let n_pairs = first.len();
    let correlation = if n_pairs < FEWEST_PAIRS {
        Err(NoIndex::TooFewPairs { given: n_pairs, needed: FEWEST_PAIRS })
    } else {
        correlation_within_person(&first, &second)
    };
    PairConsistency { n_pairs, correlation }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(first: usize, second: usize) -> ItemPair {
        ItemPair { first, second, correlation: 0.7 }
    }

    #[test]
    fn pairs_beyond_the_critical_value_are_found_in_order() {
        let matrix = DMatrix::from_row_slice(
            4,
            4,
            &[4.0, 2.5, 0.0, -1.4, 2.5, 4.0, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0, -1.4, 0.2, 0.0, 1.0],
        );
        let pairs = find_pairs(&matrix, PairRule::meade_craig());
        assert_eq!(
            pairs,
            [ItemPair { first: 0, second: 1, correlation: 0.625 }, ItemPair { first: 0, second: 3, correlation: -0.7 }]
        );
        assert_eq!(find_pairs(&matrix, PairRule::beyond(0.65).unwrap()).len(), 1);
        assert!(
            PairRule::beyond(0.0).is_err() && PairRule::beyond(f64::NAN).is_err() && PairRule::beyond(1.0).is_err()
        );
    }

    #[test]
    fn consistency_worked_by_hand() {
        // First answers 1, 2, 3, second 1, 3, 2: r = ½.
        let answers = [1, 1, 2, 3, 3, 2].map(Some);
        let found = pair_consistency(&answers, &[pair(0, 1), pair(2, 3), pair(4, 5)]);
        assert_eq!(found.n_pairs, 3);
        assert!((found.correlation.unwrap() - 0.5).abs() < 1e-15);
    }

    #[test]
    fn too_few_pairs_and_flat_answers_are_said() {
        let pairs = [pair(0, 1), pair(1, 2), pair(2, 3), pair(0, 9)];
        let found = pair_consistency(&[Some(2); 4], &pairs);
        assert_eq!(found, PairConsistency { n_pairs: 3, correlation: Err(NoIndex::NoSpread) });
        let missing = pair_consistency(&[Some(2), None, Some(1), Some(4)], &pairs);
        assert_eq!(missing.correlation, Err(NoIndex::TooFewPairs { given: 1, needed: 3 }));
    }
}
