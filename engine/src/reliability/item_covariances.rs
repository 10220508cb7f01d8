//! What every coefficient of internal consistency starts from: the covariances of the items of one scale, checked once.

use nalgebra::DMatrix;

use crate::numeric::eigen::inverse_positive_definite;
use crate::stats::{self, CovarianceError, ItemScores, MissingPairs};

/// Two numbers that should be equal may differ by this share of the largest.
const ASYMMETRY: f64 = 1e-9;
/// A total variance below this share of the sum of the item variances is rounding.
const NO_TOTAL: f64 = 1e-12;
/// An item with a smaller share of variance of its own is a sum of the others.
const COLLINEAR: f64 = 1e-10;

/// Why a coefficient of reliability cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReliabilityError {
    /// The answers give no covariances.
    #[error(transparent)]
    Covariances(#[from] CovarianceError),
    /// A covariance matrix that is not square.
    #[error("{rows} rows and {columns} columns; a covariance matrix is square")]
    NotSquare {
        /// Rows as given.
        rows: usize,
        /// Columns as given.
        columns: usize,
    },
    /// A value that is not finite, or differs from its mirror image.
    #[error(
        "covariance of items {first} and {second} (from 0) is {value}, mirrored {mirrored}; both must be finite and equal"
    )]
    NotSymmetric {
        /// Place of the row.
        first: usize,
        /// Place of the column.
        second: usize,
        /// The value there.
        value: f64,
        /// The value on the other side of the diagonal.
        mirrored: f64,
    },
    /// Too few items.
    #[error("{given} items; at least {needed} are needed")]
    TooFewItems {
        /// Number of items.
        given: usize,
        /// The least number.
        needed: usize,
    },
    /// Too few respondents.
    #[error("{given} respondents; at least 2 are needed")]
    TooFewRespondents {
        /// Number of respondents.
        given: usize,
    },
    /// An item without variance.
    #[error("item {item_idx} (from 0) has no spread: its variance is {variance}")]
    NoSpread {
        /// Place of the item.
        item_idx: usize,
        /// Its variance.
        variance: f64,
    },
    /// The sum score has no variance, or with pairwise covariances a negative one.
    #[error("the sum score has no spread: its variance is {variance}")]
    NoTotalSpread {
        /// Variance of the sum.
        variance: f64,
    },
    /// Groups or halves that are not a division of the items.
    #[error("item {item_idx} is in {times} of the groups; each of the {n_items} items belongs to one")]
    NotADivision {
        /// Place of the item.
        item_idx: usize,
        /// How often it is named.
        times: usize,
        /// Number of items.
        n_items: usize,
    },
    /// A group without items.
    #[error("group {group_idx} (from 0) has {n_items} items; at least {needed} are needed")]
    SmallGroup {
        /// Place of the group.
        group_idx: usize,
        /// Its number of items.
        n_items: usize,
        /// The least number.
        needed: usize,
    },
}

/// Covariances of the items of one scale, valid by construction: at least two items, symmetric, finite, every item and the sum
/// with variance above 0.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemCovariances {
    matrix: DMatrix<f64>,
    n_respondents: usize,
}

impl ItemCovariances {
    /// Checks a covariance matrix (n_items × n_items, points², divisor n − 1). A correlation matrix is one of standardized items.
    ///
    /// - `n_respondents`: how many it rests on; standard errors and intervals depend on it.
    ///
    /// # Errors
    /// [`ReliabilityError`] for a matrix that is not square, symmetric and finite, fewer than two items or respondents, an item
    /// without variance, or a sum without variance.
    pub fn new(matrix: DMatrix<f64>, n_respondents: usize) -> Result<Self, ReliabilityError> {
        let k = matrix.nrows();
        if matrix.ncols() != k {
            return Err(ReliabilityError::NotSquare { rows: k, columns: matrix.ncols() });
        }
        if k < 2 {
            return Err(ReliabilityError::TooFewItems { given: k, needed: 2 });
        }
        if n_respondents < 2 {
            return Err(ReliabilityError::TooFewRespondents { given: n_respondents });
        }
        let scale = matrix.amax();
        for first in 0..k {
            for second in 0..=first {
                let (value, mirrored) = (matrix[(first, second)], matrix[(second, first)]);
                // Their sum must be finite too: numbers near the largest have no total.
                if !(value.is_finite() && (value - mirrored).abs() <= ASYMMETRY * scale && scale < 1e150) {
                    return Err(ReliabilityError::NotSymmetric { first, second, value, mirrored });
                }
            }
        }
        if let Some(item_idx) = (0..k).find(|&i| matrix[(i, i)] <= 0.0) {
            return Err(ReliabilityError::NoSpread { item_idx, variance: matrix[(item_idx, item_idx)] });
        }
        let variance = matrix.sum();
        if variance <= NO_TOTAL * matrix.trace() {
            return Err(ReliabilityError::NoTotalSpread { variance });
        }
        Ok(Self { matrix, n_respondents })
    }

    /// Covariances of the items from answers. The number of respondents is that behind the smallest covariance, so that an
    /// interval from pairwise covariances is not too narrow.
    ///
    /// # Errors
    /// As [`Self::new`]; [`ReliabilityError::NoSpread`] names the first item to which everybody gave the same answer.
    pub fn of_scores(scores: &ItemScores, missing: MissingPairs) -> Result<Self, ReliabilityError> {
        let found = stats::covariances(scores, missing)?;
        Self::new(found.matrix, found.n_smallest)
    }

    /// Covariances of the items that vary; the others are set aside and listed.
    ///
    /// - An item with fewer than two answers is set aside first, so that it does not make everybody incomplete.
    /// - An item to which everybody gave the same answer adds a constant to every sum; it has no correlation with anything, and
    ///   counting it among the items would change alpha.
    ///
    /// # Errors
    /// As [`Self::of_scores`], for the items that are left.
    pub fn of_varying(scores: &ItemScores, missing: MissingPairs) -> Result<VaryingItems, ReliabilityError> {
        let n = scores.n_respondents();
        let (answered, unanswered): (Vec<usize>, Vec<usize>) =
            (0..scores.n_items()).partition(|&idx| n - scores.columns()[idx].n_missing() >= 2);
        let found = if unanswered.is_empty() {
            stats::covariances(scores, missing)
        } else {
            stats::covariances(&scores.select_items(&answered), missing)
        }
        // Places among the answered items become places of the scale.
        .map_err(|error| match error {
            CovarianceError::TooFewRespondents { first, second, n } => {
                CovarianceError::TooFewRespondents { first: answered[first], second: answered[second], n }
            }
            other => other,
        })?;
        let (kept, constant): (Vec<usize>, Vec<usize>) =
            (0..answered.len()).partition(|&idx| found.matrix[(idx, idx)] > 0.0);
        let matrix = DMatrix::from_fn(kept.len(), kept.len(), |i, j| found.matrix[(kept[i], kept[j])]);
        let pairs = kept.iter().flat_map(|&i| kept.iter().map(move |&j| (i, j)));
        // Whole numbers of respondents.
        let n_smallest = pairs.map(|pair| found.n_pairs[pair] as usize).min().unwrap_or(0);
        let aside = |reason: SetAsideReason| move |item_idx: usize| SetAside { item_idx, reason };
        let mut set_aside: Vec<SetAside> = unanswered.into_iter().map(aside(SetAsideReason::Unanswered)).collect();
        set_aside.extend(constant.into_iter().map(|idx| answered[idx]).map(aside(SetAsideReason::Constant)));
        set_aside.sort_by_key(|item| item.item_idx);
        Ok(VaryingItems {
            covariances: Self::new(matrix, n_smallest.max(2))?,
            item_indices: kept.into_iter().map(|idx| answered[idx]).collect(),
            set_aside,
        })
    }

    /// The same items, standardized: their correlations, c_ij/√(c_ii·c_jj).
    ///
    /// # Errors
    /// [`ReliabilityError::NoTotalSpread`] when standardized items cancel out in the sum.
    pub fn standardized(&self) -> Result<Self, ReliabilityError> {
        Self::new(stats::correlations(&self.matrix)?, self.n_respondents)
    }

    /// Only some of the items, in the order given.
    ///
    /// # Errors
    /// As [`Self::new`], and [`ReliabilityError::NotADivision`] for a place outside the items.
    pub fn select(&self, item_indices: &[usize]) -> Result<Self, ReliabilityError> {
        let n_items = self.n_items();
        if let Some(&item_idx) = item_indices.iter().find(|&&idx| idx >= n_items) {
            return Err(ReliabilityError::NotADivision { item_idx, times: 1, n_items });
        }
        let (rows, k) = (item_indices, item_indices.len());
        Self::new(DMatrix::from_fn(k, k, |i, j| self.matrix[(rows[i], rows[j])]), self.n_respondents)
    }

    /// Number of items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.matrix.nrows()
    }

    /// Number of respondents behind the covariances.
    #[must_use]
    pub fn n_respondents(&self) -> usize {
        self.n_respondents
    }

    /// The covariances, points².
    #[must_use]
    pub fn matrix(&self) -> &DMatrix<f64> {
        &self.matrix
    }

    /// Variance of the sum score, points²: the sum of all covariances.
    #[must_use]
    pub fn total_variance(&self) -> f64 {
        self.matrix.sum()
    }

    /// Variance of each item that the others do not predict: 1/(C⁻¹)_ii, points². `None` where an item is a sum of others.
    pub(crate) fn unique_variances(&self) -> Option<Vec<f64>> {
        let inverse = self.inverse()?;
        Some((0..self.n_items()).map(|i| 1.0 / inverse[(i, i)]).collect())
    }

    /// The inverse; `None` unless each item keeps a share of variance of its own.
    pub(crate) fn inverse(&self) -> Option<DMatrix<f64>> {
        let inverse = inverse_positive_definite(&self.matrix)?;
        let own = |i: usize| 1.0 / (inverse[(i, i)] * self.matrix[(i, i)]);
        (0..self.n_items()).all(|i| own(i) > COLLINEAR && own(i) <= 1.0 + 1e-9).then_some(inverse)
    }
}

/// Covariances of the items of a scale that vary, and which do not.
#[derive(Debug, Clone, PartialEq)]
pub struct VaryingItems {
    /// Covariances of the items that vary.
    pub covariances: ItemCovariances,
    /// Their places in the scale, rising.
    pub item_indices: Vec<usize>,
    /// The items set aside, in the order of the scale.
    pub set_aside: Vec<SetAside>,
}

/// An item that is in no coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetAside {
    /// Place of the item, from 0.
    pub item_idx: usize,
    /// Why.
    pub reason: SetAsideReason,
}

/// Why an item is in no coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetAsideReason {
    /// Fewer than two respondents answered it.
    Unanswered,
    /// Everybody gave the same answer.
    Constant,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ItemColumn;

    fn matrix(values: &[f64]) -> DMatrix<f64> {
        let k = (values.len() as f64).sqrt() as usize;
        DMatrix::from_row_slice(k, k, values)
    }

    #[test]
    fn what_is_no_covariance_matrix_says_why() {
        let refused = |values: &[f64]| ItemCovariances::new(matrix(values), 10).unwrap_err();
        assert!(matches!(refused(&[1.0]), ReliabilityError::TooFewItems { given: 1, needed: 2 }));
        assert!(matches!(refused(&[1.0, 0.5, 0.4, 1.0]), ReliabilityError::NotSymmetric { first: 1, second: 0, .. }));
        assert!(matches!(refused(&[1.0, f64::NAN, f64::NAN, 1.0]), ReliabilityError::NotSymmetric { .. }));
        assert!(matches!(refused(&[f64::INFINITY, 0.0, 0.0, 1.0]), ReliabilityError::NotSymmetric { .. }));
        assert!(matches!(refused(&[1.0, 0.0, 0.0, 0.0]), ReliabilityError::NoSpread { item_idx: 1, .. }));
        assert!(matches!(refused(&[1.0, -1.0, -1.0, 1.0]), ReliabilityError::NoTotalSpread { .. }));
        assert!(matches!(
            ItemCovariances::new(DMatrix::zeros(2, 3), 10),
            Err(ReliabilityError::NotSquare { rows: 2, columns: 3 })
        ));
        let few = ItemCovariances::new(matrix(&[1.0, 0.5, 0.5, 1.0]), 1);
        assert!(matches!(few, Err(ReliabilityError::TooFewRespondents { given: 1 })));
    }

    #[test]
    fn unique_variance_of_two_items_worked_by_hand() {
        // 1 − r² = 0.64 of a variance of 1.
        let two = ItemCovariances::new(matrix(&[1.0, 0.6, 0.6, 1.0]), 10).unwrap();
        assert!(two.unique_variances().unwrap().iter().all(|unique| (unique - 0.64).abs() < 1e-15));
        let same = ItemCovariances::new(matrix(&[1.0, 1.0, 1.0, 1.0]), 10).unwrap();
        assert_eq!(same.unique_variances(), None);
    }

    #[test]
    fn items_are_selected_by_their_places() {
        let three = ItemCovariances::new(matrix(&[1.0, 0.1, 0.2, 0.1, 2.0, 0.3, 0.2, 0.3, 3.0]), 10).unwrap();
        assert_eq!(three.select(&[2, 0]).unwrap().matrix().as_slice(), [3.0, 0.2, 0.2, 1.0]);
        assert!(three.select(&[0, 3]).is_err());
        assert!(three.select(&[0]).is_err());
    }

    #[test]
    fn items_that_do_not_vary_are_set_aside_and_listed() {
        let column = |points: [Option<i32>; 4]| ItemColumn::new(1, 5, points).unwrap();
        let some = |points: [i32; 4]| column(points.map(Some));
        let scores = ItemScores::new(vec![
            some([1, 2, 3, 4]),
            some([2, 2, 2, 2]),
            column([None, None, None, Some(1)]),
            some([1, 2, 3, 5]),
        ])
        .unwrap();
        for missing in [MissingPairs::Pairwise, MissingPairs::Listwise] {
            let found = ItemCovariances::of_varying(&scores, missing).unwrap();
            assert_eq!((found.item_indices, found.covariances.n_respondents()), (vec![0, 3], 4));
            let reasons: Vec<_> = found.set_aside.iter().map(|item| (item.item_idx, item.reason)).collect();
            assert_eq!(reasons, [(1, SetAsideReason::Constant), (2, SetAsideReason::Unanswered)]);
        }
        let one = scores.select_items(&[0, 1]);
        let refused = ItemCovariances::of_varying(&one, MissingPairs::Pairwise);
        assert_eq!(refused, Err(ReliabilityError::TooFewItems { given: 1, needed: 2 }));
    }
}
