//! Means, covariances and correlations of item scores, from sums of products in whole numbers: exact, and the same whatever
//! the number of threads.

use std::borrow::Cow;
use std::ops::Range;

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
    /// Fewer than two respondents answered all items.
    #[error("{n} respondents answered all items; at least 2 are needed")]
    TooFewComplete {
        /// Number of respondents.
        n: usize,
    },
    /// All respondents gave the same answer to an item.
    #[error("item {item_idx} (from 0) has no spread: everybody gave the same answer")]
    NoSpread {
        /// Place of the item.
        item_idx: usize,
    },
}

/// Respondents whose sums are taken together: the bytes of a hundred items stay in the cache of a core meanwhile, and
/// 255 · 255 · `BLOCK` fits an i32.
const BLOCK: usize = 4096;

/// Whole-number sums over some respondents. Pairs (i, j), j ≤ i, lie at i(i + 1)/2 + j.
struct Sums {
    /// Σx of each item, over those who answered it.
    items: Vec<u64>,
    /// Σxy of each pair, over the respondents who answered both.
    products: Vec<u64>,
    /// How many answered both of a pair, Σx and Σy over them; empty when no answer is missing.
    both: Vec<Both>,
}

#[derive(Clone, Copy, Default)]
struct Both {
    n: u64,
    sum_first: u64,
    sum_second: u64,
}

impl Sums {
    fn zero(n_items: usize, any_missing: bool) -> Self {
        let n_pairs = n_items * (n_items + 1) / 2;
        let both = vec![Both::default(); if any_missing { n_pairs } else { 0 }];
        Self { items: vec![0; n_items], products: vec![0; n_pairs], both }
    }

    /// Whole numbers add up to the same in any order, so that threads may share the respondents.
    fn plus(mut self, other: &Self) -> Self {
        self.items.iter_mut().zip(&other.items).for_each(|(sum, more)| *sum += more);
        self.products.iter_mut().zip(&other.products).for_each(|(sum, more)| *sum += more);
        for (sum, more) in self.both.iter_mut().zip(&other.both) {
            sum.n += more.n;
            sum.sum_first += more.sum_first;
            sum.sum_second += more.sum_second;
        }
        self
    }

    /// Sums over at most [`BLOCK`] respondents.
    fn of_rows(columns: &[ItemColumn], rows: &Range<usize>, any_missing: bool) -> Self {
        let mut sums = Self::zero(columns.len(), any_missing);
        let items: Vec<Points> = columns.iter().map(|column| Points::of(column, rows, any_missing)).collect();
        for (sum, item) in sums.items.iter_mut().zip(&items) {
            *sum = item.values.iter().map(|&x| u64::from(x)).sum();
        }
        let pairs = (0..items.len()).flat_map(|i| (0..=i).map(move |j| (i, j)));
        for (place, (i, j)) in pairs.enumerate() {
            let (first, second) = (&items[i], &items[j]);
            sums.products[place] = products(&first.values, &second.values);
            if let Some(both) = sums.both.get_mut(place) {
                *both = match (&first.answered, &second.answered) {
                    (None, None) => Both { n: rows.len() as u64, sum_first: sums.items[i], sum_second: sums.items[j] },
                    (Some(mask), None) => {
                        Both { n: count(mask), sum_first: sums.items[i], sum_second: second.sum_under(mask) }
                    }
                    (None, Some(mask)) => {
                        Both { n: count(mask), sum_first: first.sum_under(mask), sum_second: sums.items[j] }
                    }
                    (Some(a), Some(b)) => {
                        Both { n: count_both(a, b), sum_first: first.sum_under(b), sum_second: second.sum_under(a) }
                    }
                };
            }
        }
        sums
    }
}

/// Points of some respondents on one item.
struct Points<'a> {
    /// Points above the lowest, 0 for a missing answer.
    values: Cow<'a, [u8]>,
    /// A bit for each answer given; `None` when all were.
    answered: Option<Vec<u64>>,
    /// The binary digits of the values, lowest first, a bit a respondent; empty where nobody needs them.
    digits: Vec<Vec<u64>>,
}

impl<'a> Points<'a> {
    fn of(column: &'a ItemColumn, rows: &Range<usize>, any_missing: bool) -> Self {
        let codes = &column.codes()[rows.clone()];
        let given = |code: u8| code != ItemColumn::MISSING_CODE;
        let has_missing = column.n_missing() > 0;
        let values: Cow<[u8]> = if has_missing {
            codes.iter().map(|&code| if given(code) { code } else { 0 }).collect()
        } else {
            codes.into()
        };
        let n_digits = if any_missing { u8::BITS - values.iter().fold(0, |all, x| all | x).leading_zeros() } else { 0 };
        let digits = (0..n_digits).map(|digit| bits(&values, |x| x >> digit & 1 == 1)).collect();
        Self { answered: has_missing.then(|| bits(codes, given)), digits, values }
    }

    /// Σx over the respondents of a mask: the digits counted apart, which is faster than adding.
    fn sum_under(&self, mask: &[u64]) -> u64 {
        self.digits.iter().enumerate().map(|(digit, bits)| count_both(bits, mask) << digit).sum()
    }
}

fn bits(values: &[u8], is_set: impl Fn(u8) -> bool) -> Vec<u64> {
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, &x| word << 1 | u64::from(is_set(x)));
    values.chunks(64).map(word).collect()
}

fn count(bits: &[u64]) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}

fn count_both(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).map(|(a, b)| u64::from((a & b).count_ones())).sum()
}

/// Sum of the products of two columns of bytes of any length, exact.
#[must_use]
pub(crate) fn byte_products(a: &[u8], b: &[u8]) -> u64 {
    a.chunks(BLOCK).zip(b.chunks(BLOCK)).map(|(a, b)| products(a, b)).sum()
}

/// Sum of the products of two columns of bytes of at most [`BLOCK`] respondents, exact.
fn products(a: &[u8], b: &[u8]) -> u64 {
    // 16-bit factors and a 32-bit sum are what the vector units have an instruction for.
    let sum: i32 = a.iter().zip(b).map(|(&x, &y)| i32::from(i16::from(x)) * i32::from(i16::from(y))).sum();
    // Not negative: products of bytes.
    sum as u64
}

/// Covariances of the items of a scale.
///
/// # Errors
/// [`CovarianceError::TooFewItems`], [`CovarianceError::TooFewRespondents`], [`CovarianceError::TooFewComplete`].
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
    let columns = scores.columns();
    let any_missing = scores.n_missing() > 0;
    if n < 2 && !any_missing {
        return Err(CovarianceError::TooFewComplete { n });
    }
    let zero = || Sums::zero(k, any_missing);
    let add = |sums: Sums, block: usize| {
        let rows = block * BLOCK..n.min((block + 1) * BLOCK);
        sums.plus(&Sums::of_rows(columns, &rows, any_missing))
    };
    let blocks = (0..n.div_ceil(BLOCK)).into_par_iter();
    let sums = blocks.fold(zero, add).reduce(zero, |sums, more| sums.plus(&more));
    let mut matrix = DMatrix::zeros(k, k);
    let mut n_pairs = DMatrix::zeros(k, k);
    let mut n_smallest = n;
    let mut place = 0;
    for i in 0..k {
        for j in 0..=i {
            let complete = Both { n: n as u64, sum_first: sums.items[i], sum_second: sums.items[j] };
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
    let means = columns
        .iter()
        .zip(&sums.items)
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
        // Nobody answered both items: no pair is to blame.
        let nobody = CovarianceError::TooFewComplete { n: 0 };
        assert_eq!(covariances(&apart, MissingPairs::Listwise), Err(nobody.clone()));
        assert_eq!(nobody.to_string(), "0 respondents answered all items; at least 2 are needed");
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

    #[test]
    fn sums_of_bytes_are_exact_over_many_respondents() {
        let column = vec![255_u8; 100_000];
        assert_eq!(byte_products(&column, &column), 255 * 255 * 100_000);
    }
}
