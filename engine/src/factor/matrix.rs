//! Checks and small computations on correlation matrices.

use nalgebra::{DMatrix, DVector};

use super::FactorError;
use crate::numeric::eigen::{inverse_positive_definite, symmetric_eigen};

/// How far the two halves of a matrix may differ, and its diagonal from 1, by rounding.
const ROUNDING: f64 = 1e-8;
/// A correlation matrix with an eigenvalue below this has no usable inverse: its items determine each other to ten digits.
const SMALLEST_EIGENVALUE: f64 = 1e-10;

/// Refuses what is no correlation matrix of at least `needed` items.
pub(super) fn check_correlations(correlations: &DMatrix<f64>, needed: usize) -> Result<(), FactorError> {
    let (rows, columns) = correlations.shape();
    if rows != columns {
        return Err(FactorError::NotSquare { rows, columns });
    }
    if rows < needed {
        return Err(FactorError::TooFewItems { given: rows, needed });
    }
    for column in 0..columns {
        for row in 0..rows {
            let given = correlations[(row, column)];
            let beyond = |x: f64, limit: f64| x.is_nan() || x.abs() > limit;
            let wrong = |allowed| Err(FactorError::NotACorrelation { row, column, given, allowed });
            if row == column && beyond(given - 1.0, ROUNDING) {
                return wrong("1 on the diagonal");
            }
            if beyond(given, 1.0 + ROUNDING) {
                return wrong("a number from -1 to 1");
            }
            if beyond(given - correlations[(column, row)], ROUNDING) {
                return wrong("the same above and below the diagonal");
            }
        }
    }
    Ok(())
}

/// Smallest eigenvalue of a symmetric matrix.
pub(super) fn smallest_eigenvalue(matrix: &DMatrix<f64>) -> Result<f64, FactorError> {
    let eigen = symmetric_eigen(matrix).ok_or(FactorError::NoEigenvalues)?;
    eigen.values.iter().copied().next_back().ok_or(FactorError::NoEigenvalues)
}

/// Inverse of a correlation matrix.
pub(super) fn inverse_for(what: &'static str, correlations: &DMatrix<f64>) -> Result<DMatrix<f64>, FactorError> {
    let smallest = smallest_eigenvalue(correlations)?;
    let refused = FactorError::NotPositiveDefinite { what, smallest };
    if smallest < SMALLEST_EIGENVALUE {
        return Err(refused);
    }
    inverse_positive_definite(correlations).ok_or(refused)
}

/// Squared multiple correlation of each item with all others: 1 − 1/rⁱⁱ. `None` where the matrix has no inverse.
pub(super) fn squared_multiple_correlations(correlations: &DMatrix<f64>) -> Option<DVector<f64>> {
    let inverse = inverse_for("a squared multiple correlation", correlations).ok()?;
    Some(inverse.diagonal().map(|x| (1.0 - 1.0 / x).clamp(0.0, 1.0)))
}

/// Degrees of freedom left by `n_factors` of `n_items`: ((p − k)² − p − k)/2. `None` when parameters outnumber correlations.
pub(super) fn degrees_of_freedom(n_items: usize, n_factors: usize) -> Option<usize> {
    let free = n_items.checked_sub(n_factors)?.pow(2).checked_sub(n_items + n_factors)?;
    Some(free / 2)
}

/// Refuses a number of factors that cannot be estimated.
pub(super) fn check_n_factors(n_items: usize, n_factors: usize) -> Result<usize, FactorError> {
    let most = (1..=n_items).take_while(|&k| degrees_of_freedom(n_items, k).is_some()).last().unwrap_or(0);
    if n_factors == 0 || n_factors > most {
        return Err(FactorError::NumberOfFactors { n_factors, n_items, most });
    }
    degrees_of_freedom(n_items, n_factors).ok_or(FactorError::NumberOfFactors { n_factors, n_items, most })
}

/// The matrix with other values on its diagonal.
pub(super) fn with_diagonal(matrix: &DMatrix<f64>, diagonal: &DVector<f64>) -> DMatrix<f64> {
    let mut changed = matrix.clone();
    changed.set_diagonal(diagonal);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_of_freedom_worked_by_hand() {
        // ((12 − 3)² − 12 − 3)/2 = 33; three items determine one factor exactly; two do not.
        assert_eq!(degrees_of_freedom(12, 3), Some(33));
        assert_eq!(degrees_of_freedom(3, 1), Some(0));
        assert_eq!(degrees_of_freedom(2, 1), None);
        assert!(matches!(check_n_factors(2, 1), Err(FactorError::NumberOfFactors { most: 0, .. })));
        assert!(matches!(check_n_factors(6, 4), Err(FactorError::NumberOfFactors { most: 3, .. })));
        assert!(check_n_factors(6, 0).is_err());
    }

    #[test]
    fn what_is_no_correlation_matrix_is_named() {
        let mut matrix = DMatrix::identity(3, 3);
        matrix[(2, 0)] = 0.5;
        assert!(matches!(check_correlations(&matrix, 2), Err(FactorError::NotACorrelation { row: 2, column: 0, .. })));
        matrix[(0, 2)] = 0.5;
        assert_eq!(check_correlations(&matrix, 2), Ok(()));
        matrix[(1, 1)] = f64::NAN;
        assert!(matches!(check_correlations(&matrix, 2), Err(FactorError::NotACorrelation { row: 1, column: 1, .. })));
        matrix[(1, 1)] = 2.0;
        assert!(check_correlations(&matrix, 2).is_err());
        assert!(check_correlations(&DMatrix::zeros(2, 3), 2).is_err());
        assert!(matches!(check_correlations(&DMatrix::zeros(0, 0), 2), Err(FactorError::TooFewItems { .. })));
    }

    #[test]
    fn a_squared_multiple_correlation_of_two_items_is_r_squared() {
        let two = DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0]);
        assert!((squared_multiple_correlations(&two).unwrap()[0] - 0.36).abs() < 1e-15);
        assert_eq!(squared_multiple_correlations(&DMatrix::from_element(2, 2, 1.0)), None);
    }
}
