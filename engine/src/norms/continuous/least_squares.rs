//! Weighted least squares with an intercept, by Householder's QR on centered columns of unit length.

use nalgebra::{DMatrix, DVector};

/// A column whose part that the others do not explain is shorter than this is a combination of them.
const COLLINEAR: f64 = 1e-10;

/// Predictors and outcome, centered, scaled and turned to the triangle of their QR decomposition.
pub(super) struct Reduced {
    /// `n_columns × n_columns`, upper triangular; each column has unit length.
    pub triangle: DMatrix<f64>,
    /// The outcome in the space of the predictors.
    pub outcome: DVector<f64>,
    /// Squares of the outcome that all predictors together leave.
    pub residual_squares: f64,
    /// Squares of the outcome about its mean.
    pub total_squares: f64,
    means: Vec<f64>,
    lengths: Vec<f64>,
    outcome_mean: f64,
}

impl Reduced {
    /// Reduces `rows × columns` predictors and the outcome, row `i` counting `weights[i]` times.
    ///
    /// `None` when there are fewer rows than columns and intercept, a column is constant, or a number is not finite.
    pub(super) fn new(columns: &[Vec<f64>], outcome: &[f64], weights: &[f64]) -> Option<Self> {
        let (n_rows, n_columns) = (outcome.len(), columns.len());
        if n_rows <= n_columns || n_columns == 0 {
            return None;
        }
        let total: f64 = weights.iter().sum();
        let mean = |values: &[f64]| values.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() / total;
        let centered = |values: &[f64], mean: f64| -> Vec<f64> {
            values.iter().zip(weights).map(|(x, w)| (x - mean) * w.sqrt()).collect()
        };
        let outcome_mean = mean(outcome);
        let mut y = DVector::from_vec(centered(outcome, outcome_mean));
        let total_squares = y.norm_squared();
        let (mut means, mut lengths) = (Vec::new(), Vec::new());
        let mut matrix = DMatrix::zeros(n_rows, n_columns);
        for (idx, column) in columns.iter().enumerate() {
            let mean = mean(column);
            let values = DVector::from_vec(centered(column, mean));
            let length = values.norm();
            if !(length.is_finite() && length > COLLINEAR * mean.abs()) {
                return None;
            }
            matrix.set_column(idx, &(values / length));
            means.push(mean);
            lengths.push(length);
        }
        let qr = matrix.qr();
        qr.q_tr_mul(&mut y);
        let head = y.rows(0, n_columns).into_owned();
        let residual_squares = y.rows(n_columns, n_rows - n_columns).norm_squared();
        let finite = total_squares.is_finite() && head.iter().all(|x| x.is_finite());
        finite.then(|| Self {
            triangle: qr.r(),
            outcome: head,
            residual_squares,
            total_squares,
            means,
            lengths,
            outcome_mean,
        })
    }

    /// Intercept and coefficients of some of the columns, in their own units, with the squares that they leave.
    ///
    /// `None` when one of them is a combination of the others.
    pub(super) fn solve(&self, chosen: &[usize]) -> Option<(f64, Vec<f64>, f64)> {
        let mut part = DMatrix::zeros(self.triangle.nrows(), chosen.len());
        for (to, &from) in chosen.iter().enumerate() {
            part.set_column(to, &self.triangle.column(from));
        }
        let qr = part.qr();
        let mut turned = self.outcome.clone();
        qr.q_tr_mul(&mut turned);
        let triangle = qr.r();
        if triangle.diagonal().iter().any(|d| d.abs() < COLLINEAR) {
            return None;
        }
        let scaled = triangle.solve_upper_triangular(&turned.rows(0, chosen.len()))?;
        let beyond = turned.rows(chosen.len(), turned.len() - chosen.len()).norm_squared();
        let coefficients: Vec<f64> = chosen.iter().zip(scaled.iter()).map(|(&idx, b)| b / self.lengths[idx]).collect();
        let explained: f64 = chosen.iter().zip(&coefficients).map(|(&idx, b)| b * self.means[idx]).sum();
        let finite = coefficients.iter().all(|b| b.is_finite());
        finite.then_some((self.outcome_mean - explained, coefficients, self.residual_squares + beyond))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_is_found_again_and_weights_count_rows() {
        // y = 3 + 2a − b on four places, and the last place twice.
        let (a, b) = (vec![0.0, 1.0, 0.0, 2.0], vec![0.0, 0.0, 1.0, 5.0]);
        let y: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 3.0 + 2.0 * a - b).collect();
        let reduced = Reduced::new(&[a.clone(), b.clone()], &y, &[1.0, 1.0, 1.0, 2.0]).unwrap();
        let (intercept, coefficients, left) = reduced.solve(&[0, 1]).unwrap();
        assert!((intercept - 3.0).abs() < 1e-12 && (coefficients[0] - 2.0).abs() < 1e-12);
        assert!((coefficients[1] + 1.0).abs() < 1e-12 && left < 1e-24);
        // Alone, a: weighted mean of a 1, of y (3 + 5 + 2 + 2·2)/5 = 2.8; Σw·a·y about the means: 5 + 8 − 5·2.8 = −1, Σwa² − 5 = 4.
        let (intercept, slope, _) = reduced.solve(&[0]).unwrap();
        assert!((slope[0] + 0.25).abs() < 1e-12 && (intercept - 3.05).abs() < 1e-12);
    }

    #[test]
    fn collinear_and_constant_columns_are_refused() {
        let a = vec![1.0, 2.0, 3.0, 4.0];
        let twice: Vec<f64> = a.iter().map(|x| 2.0 * x).collect();
        let y = [1.0, 0.0, 2.0, 5.0];
        let weights = [1.0; 4];
        assert!(Reduced::new(&[a.clone(), twice], &y, &weights).unwrap().solve(&[0, 1]).is_none());
        assert!(Reduced::new(&[a, vec![7.0; 4]], &y, &weights).is_none());
    }
}
