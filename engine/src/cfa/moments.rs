//! Means and covariances of a sample, as structures are fitted to them.

use nalgebra::{DMatrix, DVector};

use super::model::{CfaError, SimpleStructure};
use crate::stats::covariance::{MissingPairs, covariances};
use crate::stats::item_scores::ItemScores;

/// What the sums of squares and products of a covariance matrix were divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CovarianceDivisor {
    /// The number of respondents.
    N,
    /// The number of respondents less 1, as most programs print.
    NMinusOne,
}

/// Covariances, and maybe means, of items over the respondents of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleMoments {
    n: usize,
    means: Option<DVector<f64>>,
    /// Divisor n.
    covariances: DMatrix<f64>,
}

impl SampleMoments {
    /// Moments of a covariance matrix (n_items × n_items, points²).
    ///
    /// - `means`: means of the items, where they are known; `n`: number of respondents behind the matrix.
    ///
    /// # Errors
    /// [`CfaError::NotACovarianceMatrix`], [`CfaError::NoSpread`]; [`CfaError::TooFewRespondents`] below two.
    pub fn new(
        covariances: &DMatrix<f64>,
        means: Option<DVector<f64>>,
        n: usize,
        divisor: CovarianceDivisor,
    ) -> Result<Self, CfaError> {
        let (rows, columns) = covariances.shape();
        let scale = covariances.amax();
        let legal = rows == columns
            && rows > 0
            && covariances.iter().all(|x| x.is_finite())
            && means.as_ref().is_none_or(|m| m.len() == rows && m.iter().all(|x| x.is_finite()))
            && (0..rows).all(|i| (0..i).all(|j| (covariances[(i, j)] - covariances[(j, i)]).abs() <= 1e-10 * scale));
        if !legal {
            return Err(CfaError::NotACovarianceMatrix { rows, columns });
        }
        if n < 2 {
            return Err(CfaError::TooFewRespondents { n, n_items: rows, needed: 2 });
        }
        if let Some(item_idx) = (0..rows).find(|&i| covariances[(i, i)] <= 0.0) {
            return Err(CfaError::NoSpread { item_idx });
        }
        let share = match divisor {
            CovarianceDivisor::N => 1.0,
            CovarianceDivisor::NMinusOne => (n - 1) as f64 / n as f64,
        };
        let covariances =
            DMatrix::from_fn(rows, rows, |i, j| 0.5 * share * (covariances[(i, j)] + covariances[(j, i)]));
        Ok(Self { n, means, covariances })
    }

    /// Moments of the respondents who answered all items of `scores`; take out items that are not analyzed before.
    ///
    /// # Errors
    /// [`CfaError::Covariance`] for fewer than two items or complete respondents, [`CfaError::NoSpread`].
    pub fn of_scores(scores: &ItemScores) -> Result<Self, CfaError> {
        let found = covariances(scores, MissingPairs::Listwise)?;
        Self::new(&found.matrix, Some(found.means), found.n_smallest, CovarianceDivisor::NMinusOne)
    }

    /// Number of respondents.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.covariances.nrows()
    }

    /// Covariances with divisor n, in points².
    #[must_use]
    pub fn covariances(&self) -> &DMatrix<f64> {
        &self.covariances
    }

    /// Means in points, where known.
    #[must_use]
    pub fn means(&self) -> Option<&DVector<f64>> {
        self.means.as_ref()
    }

    /// Only the items of a structure, in its order.
    pub(crate) fn select(&self, structure: &SimpleStructure) -> Result<Self, CfaError> {
        structure.check_within(self.n_items())?;
        let items = structure.items();
        let k = items.len();
        if self.n <= k {
            return Err(CfaError::TooFewRespondents { n: self.n, n_items: k, needed: k + 1 });
        }
        Ok(Self {
            n: self.n,
            means: self.means.as_ref().map(|m| DVector::from_iterator(k, items.iter().map(|&i| m[i]))),
            covariances: DMatrix::from_fn(k, k, |i, j| self.covariances[(items[i], items[j])]),
        })
    }

    /// Means less `centers`, and all in units of `scales`.
    pub(crate) fn rescaled(&self, centers: &DVector<f64>, scales: &DVector<f64>) -> Self {
        let k = self.n_items();
        Self {
            n: self.n,
            means: self.means.as_ref().map(|m| (m - centers).component_div(scales)),
            covariances: DMatrix::from_fn(k, k, |i, j| self.covariances[(i, j)] / (scales[i] * scales[j])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::item_scores::ItemColumn;

    #[test]
    fn the_divisor_is_the_number_of_respondents() {
        let column = |points: [i32; 4]| ItemColumn::new(1, 5, points.map(Some)).unwrap();
        let scores = ItemScores::new(vec![column([1, 2, 3, 2]), column([1, 1, 5, 5])]).unwrap();
        let moments = SampleMoments::of_scores(&scores).unwrap();
        // Deviations −1, 0, 1, 0 and −2, −2, 2, 2: sums of products 2, 4 and 16, divided by 4.
        assert_eq!(moments.covariances().as_slice(), [0.5, 1.0, 1.0, 4.0]);
        assert_eq!(moments.means().map(|m| m.as_slice().to_vec()), Some(vec![2.0, 3.0]));
    }

    #[test]
    fn what_is_no_covariance_matrix_is_refused() {
        let new = |m: DMatrix<f64>| SampleMoments::new(&m, None, 50, CovarianceDivisor::N);
        assert!(new(DMatrix::zeros(0, 0)).is_err());
        assert!(new(DMatrix::zeros(2, 3)).is_err());
        assert!(new(DMatrix::from_row_slice(2, 2, &[1.0, 0.2, 0.3, 1.0])).is_err());
        assert!(new(DMatrix::from_element(2, 2, f64::NAN)).is_err());
        assert_eq!(new(DMatrix::from_diagonal_element(2, 2, 0.0)), Err(CfaError::NoSpread { item_idx: 0 }));
        let one = SampleMoments::new(&DMatrix::identity(2, 2), None, 1, CovarianceDivisor::N);
        assert!(matches!(one, Err(CfaError::TooFewRespondents { n: 1, .. })));
        let means = SampleMoments::new(&DMatrix::identity(2, 2), Some(DVector::zeros(3)), 9, CovarianceDivisor::N);
        assert!(means.is_err());
    }
}
