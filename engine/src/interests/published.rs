//! Correlations as a manual or paper prints them.

use nalgebra::DMatrix;

/// A square matrix from its rows, for callers who have correlations as printed and no matrix library.
///
/// `None` where a row is longer or shorter than there are rows.
///
/// # Examples
/// ```
/// let matrix = engine::interests::published::matrix_of_rows(&[vec![1.0, 0.5], vec![0.5, 1.0]]);
/// assert!(matrix.is_some_and(|matrix| matrix[(1, 0)] == 0.5));
/// ```
#[must_use]
pub fn matrix_of_rows(rows: &[Vec<f64>]) -> Option<DMatrix<f64>> {
    let k = rows.len();
    rows.iter().all(|row| row.len() == k).then(|| DMatrix::from_fn(k, k, |i, j| rows[i][j]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_rows_are_no_matrix() {
        assert_eq!(matrix_of_rows(&[vec![1.0, 0.5], vec![0.5]]), None);
        assert_eq!(matrix_of_rows(&[vec![1.0, 0.5]]), None);
        assert_eq!(matrix_of_rows(&[vec![1.0, 0.25], vec![0.5, 1.0]]).unwrap()[(0, 1)], 0.25);
    }
}
