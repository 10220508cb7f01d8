//! Means, covariances and correlations of item scores, from sums of products in whole numbers: exact, and the same whatever
//! the number of threads.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::item_scores::{ItemColumn, ItemScores};

/// Which respondents count for a pair of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingPairs {
    /// Those who answered both items of the pair.
    Pairwise,
    /// Those who answered all items.
    Listwise,
}

/// Means and covariances of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariances {
    /// Mean of each item over those who answered it (listwise: over the complete respondents), in points.
    pub means: DVector<f64>,
    /// Sample covariances, divisor n − 1, in points²; with [`MissingPairs::Pairwise`] each over the respondents of its pair.
    pub matrix: DMatrix<f64>,
    /// Number of respondents behind each covariance.
    pub n_pairs: DMatrix<f64>,
    /// Number of respondents behind the smallest of them.
    pub n_smallest: usize,
}

/// Why there is no covariance or correlation matrix.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CovarianceError {
    /// Fewer than two items.
    #[error("{given} items; at least 2 are needed")]
    TooFewItems {
        /// Number of items.
        given: usize,
    },
    /// Fewer than two respondents answered a pair of items.
    #[error("items {first} and {second} (from 0) were both answered by {n} respondents; at least 2 are needed")]
    TooFewRespondents {
        /// Place of one item.
        first: usize,
        /// Place of the other.
        second: usize,
        /// Number of respondents with both.
        n: usize,
    },
    /// All respondents gave the same answer to an item.
    #[error("item {item_idx} (from 0) has no spread: everybody gave the same answer")]
    NoSpread {
        /// Place of the item.
        item_idx: usize,
    },
}

/// Sum of the products of two byte columns of at most [`BLOCK`] respondents, exact.
fn chunk_products(a: &[u8], b: &[u8]) -> u64 {
    // 255 · 255 · BLOCK fits an i32, which is what the vector units add in.
    let sum: i32 = a.iter().zip(b).map(|(&x, &y)| i32::from(i16::from(x)) * i32::from(i16::from(y))).sum();
    // Not negative: products of bytes.
    sum as u64
}

/// Points above the lowest with 0 for a missing answer, and 1 for each answer given.
struct Bytes {
    values: Vec<u8>,
    answered: Option<Vec<u8>>,
}

impl Bytes {
    fn of(column: &ItemColumn) -> Self {
        if column.n_missing() == 0 {
            return Self { values: column.codes().to_vec(), answered: None };
        }
        let given = |code: u8| code != ItemColumn::MISSING_CODE;
        let values = column.codes().iter().map(|&code| if given(code) { code } else { 0 }).collect();
        Self { values, answered: Some(column.codes().iter().map(|&code| u8::from(given(code))).collect()) }
    }
}

/// Respondents whose sums are taken together: the bytes of a hundred items stay in the cache of a core meanwhile.
const BLOCK: usize = 4096;

/// Whole-number sums of pairs of items, over some respondents. Pairs (i, j), j ≤ i, lie at i(i + 1)/2 + j.
struct PairSums {
    /// Σxy over the respondents who answered both.
    products: Vec<u64>,
    /// How many answered both, Σx and Σy over them; empty when no answer is missing.
    both: Vec<Both>,
}

#[derive(Clone, Copy, Default)]
struct Both {
    n: u64,
    sum_first: u64,
    sum_second: u64,
}

impl PairSums {
    fn zero(n_pairs: usize, any_missing: bool) -> Self {
        Self { products: vec![0; n_pairs], both: vec![Both::default(); if any_missing { n_pairs } else { 0 }] }
    }

    /// Whole numbers add up to the same in any order, so that threads may share the respondents.
    fn plus(mut self, other: &Self) -> Self {
        self.products.iter_mut().zip(&other.products).for_each(|(sum, more)| *sum += more);
        for (sum, more) in self.both.iter_mut().zip(&other.both) {
            sum.n += more.n;
            sum.sum_first += more.sum_first;
            sum.sum_second += more.sum_second;
        }
        self
    }

    fn of_block(bytes: &[Bytes], rows: std::ops::Range<usize>) -> Self {
        let any_missing = bytes.iter().any(|item| item.answered.is_some());
        let mut sums = Self::zero(bytes.len() * (bytes.len() + 1) / 2, any_missing);
        let values: Vec<&[u8]> = bytes.iter().map(|item| &item.values[rows.clone()]).collect();
        let masks: Vec<Option<&[u8]>> =
            bytes.iter().map(|item| item.answered.as_ref().map(|mask| &mask[rows.clone()])).collect();
        let totals: Vec<u64> = values.iter().map(|x| x.iter().map(|&x| u64::from(x)).sum()).collect();
        let counts: Vec<u64> = masks
            .iter()
            .map(|mask| mask.map_or(rows.len() as u64, |mask| mask.iter().map(|&m| u64::from(m)).sum()))
            .collect();
        let under = |first: usize, second: usize| match masks[second] {
            Some(mask) if first != second => chunk_products(values[first], mask),
            _ => totals[first],
        };
        let mut place = 0;
        for i in 0..bytes.len() {
            for j in 0..=i {
                sums.products[place] = chunk_products(values[i], values[j]);
                if any_missing {
                    let n = match (masks[i], masks[j]) {
                        (Some(a), Some(b)) if i != j => chunk_products(a, b),
                        (Some(_), _) => counts[i],
                        (None, _) => counts[j],
                    };
                    sums.both[place] = Both { n, sum_first: under(i, j), sum_second: under(j, i) };
                }
                place += 1;
            }
        }
        sums
    }
}

/// Covariances of the items of a scale.
///
/// # Errors
/// [`CovarianceError::TooFewItems`], [`CovarianceError::TooFewRespondents`].
/// # Agreement
/// R `cov`, by way of the oracles that start from it: `items/likert`, and `items/likert_missing` with answers missing.
pub fn covariances(scores: &ItemScores, missing: MissingPairs) -> Result<Covariances, CovarianceError> {
    let complete;
    let scores = if missing == MissingPairs::Listwise && scores.n_missing() > 0 {
        complete = scores.complete();
        &complete
    } else {
        scores
    };
    let (k, n) = (scores.n_items(), scores.n_respondents());
    if k < 2 {
        return Err(CovarianceError::TooFewItems { given: k });
    }
    let bytes: Vec<Bytes> = scores.columns().par_iter().map(Bytes::of).collect();
    let any_missing = bytes.iter().any(|item| item.answered.is_some());
    let zero = || PairSums::zero(k * (k + 1) / 2, any_missing);
    let sums = (0..n.div_ceil(BLOCK))
        .into_par_iter()
        .fold(zero, |sums, block| {
            let rows = block * BLOCK..n.min((block + 1) * BLOCK);
            sums.plus(&PairSums::of_block(&bytes, rows))
        })
        .reduce(zero, |sums, more| sums.plus(&more));
    let item_sums: Vec<u64> = bytes.iter().map(|b| b.values.iter().map(|&x| u64::from(x)).sum()).collect();
    let mut matrix = DMatrix::zeros(k, k);
    let mut n_pairs = DMatrix::zeros(k, k);
    let mut n_smallest = n;
    let mut place = 0;
    for i in 0..k {
        for j in 0..=i {
            let complete = Both { n: n as u64, sum_first: item_sums[i], sum_second: item_sums[j] };
            let both = sums.both.get(place).copied().unwrap_or(complete);
            let n_both = both.n as usize;
            if n_both < 2 {
                return Err(CovarianceError::TooFewRespondents { first: j, second: i, n: n_both });
            }
            let covariance = covariance(sums.products[place], both);
            n_smallest = n_smallest.min(n_both);
            (matrix[(i, j)], matrix[(j, i)]) = (covariance, covariance);
            (n_pairs[(i, j)], n_pairs[(j, i)]) = (n_both as f64, n_both as f64);
            place += 1;
        }
    }
    let means = scores
        .columns()
        .iter()
        .zip(&item_sums)
        .map(|(column, &sum)| f64::from(column.lowest()) + sum as f64 / (n - column.n_missing()) as f64);
    Ok(Covariances { means: DVector::from_iterator(k, means), matrix, n_pairs, n_smallest })
}

/// (n·Σxy − Σx·Σy)/(n(n − 1)) for n of at least 2.
fn covariance(products: u64, both: Both) -> f64 {
    // A whole number; 128 bits hold it for any number of respondents that memory holds.
    let numerator =
        i128::from(both.n) * i128::from(products) - i128::from(both.sum_first) * i128::from(both.sum_second);
    numerator as f64 / (both.n as f64 * (both.n - 1) as f64)
}

/// Correlations from covariances: c_ij/√(c_ii·c_jj).
///
/// For pairwise covariances this divides by the SDs over all who answered an item, not by those over the respondents of the pair.
///
/// # Errors
/// [`CovarianceError::NoSpread`].
pub fn correlations(covariances: &DMatrix<f64>) -> Result<DMatrix<f64>, CovarianceError> {
    let k = covariances.nrows();
    if let Some(item_idx) = (0..k).find(|&i| covariances[(i, i)].is_nan() || covariances[(i, i)] <= 0.0) {
        return Err(CovarianceError::NoSpread { item_idx });
    }
    Ok(DMatrix::from_fn(k, k, |i, j| {
        if i == j {
            1.0
        } else {
            (covariances[(i, j)] / (covariances[(i, i)].sqrt() * covariances[(j, j)].sqrt())).clamp(-1.0, 1.0)
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(columns: &[&[Option<i32>]]) -> ItemScores {
        ItemScores::new(columns.iter().map(|c| ItemColumn::new(1, 5, c.iter().copied()).unwrap()).collect()).unwrap()
    }

    #[test]
    fn covariances_worked_by_hand() {
        // Deviations −1, 0, 1 and −1, 1, 0: Σ = 1, divided by 2.
        let found =
            covariances(&scores(&[&[Some(1), Some(2), Some(3)], &[Some(2), Some(4), Some(3)]]), MissingPairs::Pairwise)
                .unwrap();
        assert_eq!(found.matrix.as_slice(), [1.0, 0.5, 0.5, 1.0]);
        assert_eq!(found.means.as_slice(), [2.0, 3.0]);
    }

    #[test]
    fn missing_answers_count_pair_by_pair_or_not_at_all() {
        let scores = scores(&[
            &[Some(1), Some(2), Some(3), None],
            &[Some(2), Some(4), Some(3), Some(5)],
            &[None, Some(4), Some(3), Some(5)],
        ]);
        let pairwise = covariances(&scores, MissingPairs::Pairwise).unwrap();
        assert_eq!((pairwise.n_pairs[(0, 1)], pairwise.n_pairs[(0, 2)], pairwise.n_smallest), (3.0, 2.0, 2));
        assert_eq!(pairwise.matrix[(0, 1)], 0.5);
        assert_eq!(pairwise.matrix[(0, 2)], -0.5);
        let listwise = covariances(&scores, MissingPairs::Listwise).unwrap();
        assert_eq!(listwise.n_smallest, 2);
        assert_eq!(listwise.means.as_slice(), [2.5, 3.5, 3.5]);
    }

    #[test]
    fn too_little_is_refused() {
        let one = scores(&[&[Some(1), Some(2)]]);
        assert!(matches!(covariances(&one, MissingPairs::Pairwise), Err(CovarianceError::TooFewItems { given: 1 })));
        let apart = scores(&[&[Some(1), None], &[None, Some(2)]]);
        assert!(covariances(&apart, MissingPairs::Pairwise).is_err());
        assert!(covariances(&apart, MissingPairs::Listwise).is_err());
        let constant = covariances(&scores(&[&[Some(3), Some(3)], &[Some(1), Some(2)]]), MissingPairs::Pairwise);
        assert!(matches!(correlations(&constant.unwrap().matrix), Err(CovarianceError::NoSpread { item_idx: 0 })));
    }

    #[test]
    fn sums_are_exact_over_many_respondents() {
        // Half at 0 and half at 250, across blocks: the variance is 125²·n/(n − 1).
        let n = 100_001;
        let points = |row: i32| Some(250 * (row % 2));
        let full = ItemColumn::new(0, 250, (0..n - 1).map(points).chain([None])).unwrap();
        let other = ItemColumn::new(0, 250, (0..n - 1).map(points).chain([Some(7)])).unwrap();
        let found = covariances(&ItemScores::new(vec![full, other]).unwrap(), MissingPairs::Pairwise).unwrap();
        let n = 100_000.0;
        let variance = n * n / 4.0 * 250.0 * 250.0 / (n * (n - 1.0));
        assert_eq!((found.matrix[(0, 0)], found.matrix[(0, 1)], found.n_pairs[(0, 1)]), (variance, variance, n));
        assert_eq!(found.n_pairs[(1, 1)], n + 1.0);
    }
}
