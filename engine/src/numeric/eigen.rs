//! Eigenvalues of symmetric matrices, sorted, with signs fixed, in a bounded number of steps.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// Eigenvalues from highest to lowest, and their vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// Eigenvalues, from highest to lowest.
    pub values: DVector<f64>,
    /// Eigenvectors in columns, in the order of the values, of length 1; the largest element of each is positive.
    pub vectors: DMatrix<f64>,
}

/// Eigenvalues and eigenvectors of a symmetric matrix; its lower triangle is read.
///
/// `None` for a matrix that is not square, has no rows or holds a value that is not finite; also when the iteration does not
/// end within its steps.
#[must_use]
pub fn symmetric_eigen(matrix: &DMatrix<f64>) -> Option<Eigen> {
    let n = matrix.nrows();
    if n == 0 || n != matrix.ncols() || !matrix.iter().all(|x| x.is_finite()) {
        return None;
    }
    let scale = matrix.amax();
    if scale == 0.0 {
        return Some(Eigen { values: DVector::zeros(n), vectors: DMatrix::identity(n, n) });
    }
    // The iteration of the library has no bound of its own, and never ends on some legal matrices at the default precision.
    let most_steps = 100 * n + 1000;
    let scaled = matrix / scale;
    let symmetric = DMatrix::from_fn(n, n, |i, j| if i >= j { scaled[(i, j)] } else { scaled[(j, i)] });
    let attempt = |epsilon: f64| SymmetricEigen::try_new(symmetric.clone(), epsilon, most_steps);
    let found = attempt(f64::EPSILON).or_else(|| attempt(1e-14)).or_else(|| attempt(1e-12))?;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| found.eigenvalues[b].total_cmp(&found.eigenvalues[a]));
    let values = DVector::from_iterator(n, order.iter().map(|&i| found.eigenvalues[i] * scale));
    let mut vectors = found.eigenvectors.select_columns(order.iter());
    for mut column in vectors.column_iter_mut() {
        let largest = column.iter().copied().fold(0.0_f64, |a, x| if x.abs() > a.abs() + 1e-12 { x } else { a });
        if largest < 0.0 {
            column.neg_mut();
        }
    }
    (values.iter().chain(vectors.iter()).all(|x| x.is_finite())).then_some(Eigen { values, vectors })
}

/// Inverse of a symmetric positive definite matrix by Cholesky decomposition; `None` when it is not positive definite.
#[must_use]
pub fn inverse_positive_definite(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let inverse = matrix.clone().cholesky()?.inverse();
    inverse.iter().all(|x| x.is_finite()).then_some(inverse)
}

/// Natural logarithm of the determinant of a symmetric positive definite matrix; `None` when it is not positive definite.
#[must_use]
pub fn ln_determinant(matrix: &DMatrix<f64>) -> Option<f64> {
    let factor = matrix.clone().cholesky()?;
    let sum: f64 = factor.l_dirty().diagonal().iter().map(|x| libm::log(*x)).sum();
    let doubled = 2.0 * sum;
    doubled.is_finite().then_some(doubled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_two_by_two_matrix_worked_by_hand() {
        // Eigenvalues of a correlation matrix of two: 1 ± r.
        let eigen = symmetric_eigen(&DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0])).unwrap();
        assert!((eigen.values[0] - 1.6).abs() < 1e-15 && (eigen.values[1] - 0.4).abs() < 1e-15);
        assert!((eigen.vectors[(0, 0)] - 0.5_f64.sqrt()).abs() < 1e-15);
        let ln = ln_determinant(&DMatrix::from_row_slice(2, 2, &[1.0, 0.6, 0.6, 1.0])).unwrap();
        assert!((ln - libm::log(0.64)).abs() < 1e-15);
    }

    #[test]
    fn ugly_matrices_are_answered() {
        assert!(symmetric_eigen(&DMatrix::zeros(0, 0)).is_none());
        assert!(symmetric_eigen(&DMatrix::zeros(2, 3)).is_none());
        assert!(symmetric_eigen(&DMatrix::from_element(2, 2, f64::NAN)).is_none());
        assert_eq!(symmetric_eigen(&DMatrix::zeros(3, 3)).unwrap().values.amax(), 0.0);
        let ones = symmetric_eigen(&DMatrix::from_element(40, 40, 1.0)).unwrap();
        assert!((ones.values[0] - 40.0).abs() < 1e-12 && ones.values[39].abs() < 1e-12);
        assert!(symmetric_eigen(&DMatrix::from_element(3, 3, 1e-308)).is_some());
        assert!(inverse_positive_definite(&DMatrix::from_element(2, 2, 1.0)).is_none());
    }

    proptest! {
        #[test]
        fn values_and_vectors_rebuild_the_matrix(n in 1_usize..9, seed in prop::collection::vec(-1.0..1.0_f64, 81)) {
            let root = DMatrix::from_fn(n, n, |i, j| seed[i * 9 + j]);
            let matrix = &root + root.transpose();
            let eigen = symmetric_eigen(&matrix).unwrap();
            let back = &eigen.vectors * DMatrix::from_diagonal(&eigen.values) * eigen.vectors.transpose();
            prop_assert!((back - &matrix).amax() < 1e-12);
            prop_assert!(eigen.values.as_slice().windows(2).all(|pair| pair[0] >= pair[1]));
        }
    }
}
