//! What minres and maximum likelihood minimize over the uniquenesses, with exact gradients and Hessians from one eigenvalue
//! decomposition; the loadings that belong to given uniquenesses.

use nalgebra::{DMatrix, DVector};

use super::box_newton::Evaluation;
use super::matrix::with_diagonal;
use crate::numeric::eigen::{Eigen, symmetric_eigen};
use crate::numeric::elementary::{exp, ln};

/// Eigenvalues nearer to each other than this are taken as equal, and their mutual turning as of no effect.
const EQUAL: f64 = 1e-10;

/// Loadings of the first factors of the correlations with the communalities 1 − u on the diagonal: vₘ·√θₘ, for θₘ > 0.
pub(super) fn principal_loadings(
    correlations: &DMatrix<f64>,
    uniquenesses: &DVector<f64>,
    n_factors: usize,
) -> Option<DMatrix<f64>> {
    let eigen = symmetric_eigen(&reduced(correlations, uniquenesses))?;
    let column_sizes = (0..n_factors).map(|m| eigen.values[m].max(0.0).sqrt());
    Some(scaled_columns(&eigen, column_sizes))
}

/// Minres: f(u) = ½·Σ θₘ² over the eigenvalues of R − U that no factor takes, which is half the sum of squared residuals (those on
/// the diagonal counted once).
///
/// Gradient −Σ θₘvᵢₘ²; Hessian (Σ vᵢₘvⱼₘ)² + 2·Σₘ Σₙ θₘ/(θₘ − θₙ)·vᵢₘvᵢₙvⱼₘvⱼₙ, m left, n taken.
pub(super) fn minres_objective(correlations: &DMatrix<f64>, u: &DVector<f64>, n_factors: usize) -> Option<Evaluation> {
    let eigen = symmetric_eigen(&reduced(correlations, u))?;
    let n_taken = (0..n_factors).take_while(|&m| eigen.values[m] > 0.0).count();
    let parts = Parts::new(&eigen, n_taken);
    let value = 0.5 * parts.left_values.norm_squared();
    let gradient = -parts.squares_weighted(|theta| theta);
    let projector = parts.product(|_| 1.0);
    let mut hessian = projector.component_mul(&projector);
    parts.add_crossed(&mut hessian, |left, taken| 2.0 * left / (left - taken));
    Some(Evaluation { value, gradient, hessian })
}

/// Maximum likelihood over x = ln u: f = Σ (θₘ − ln θₘ − 1) over the eigenvalues of U⁻½RU⁻½ that no factor takes.
///
/// Gradient Σ (1 − θₘ)vᵢₘ²; Hessian (Σ θₘvᵢₘvⱼₘ)(Σ vᵢₘvⱼₘ) − Σₘ Σₙ (1 − θₘ)(θₘ + θₙ)/(θₘ − θₙ)·vᵢₘvᵢₙvⱼₘvⱼₙ.
pub(super) fn likelihood_objective(
    correlations: &DMatrix<f64>,
    ln_u: &DVector<f64>,
    n_factors: usize,
) -> Option<Evaluation> {
    let eigen = symmetric_eigen(&standardized(correlations, ln_u))?;
    let n_taken = (0..n_factors).take_while(|&m| eigen.values[m] > 1.0).count();
    let parts = Parts::new(&eigen, n_taken);
    if parts.left_values.iter().any(|&theta| theta <= 0.0) {
        return None;
    }
    let value = parts.left_values.iter().map(|&theta| theta - ln(theta) - 1.0).sum();
    let gradient = parts.squares_weighted(|theta| 1.0 - theta);
    let mut hessian = parts.product(|theta| theta).component_mul(&parts.product(|_| 1.0));
    parts.add_crossed(&mut hessian, |left, taken| -(1.0 - left) * (left + taken) / (left - taken));
    Some(Evaluation { value, gradient, hessian })
}

/// Loadings of maximum likelihood for given uniquenesses: √uᵢ·vᵢₘ·√(θₘ − 1), for θₘ > 1.
pub(super) fn likelihood_loadings(
    correlations: &DMatrix<f64>,
    ln_u: &DVector<f64>,
    n_factors: usize,
) -> Option<DMatrix<f64>> {
    let eigen = symmetric_eigen(&standardized(correlations, ln_u))?;
    let mut loadings = scaled_columns(&eigen, (0..n_factors).map(|m| (eigen.values[m] - 1.0).max(0.0).sqrt()));
    for (mut row, &x) in loadings.row_iter_mut().zip(ln_u.iter()) {
        row *= exp(0.5 * x);
    }
    Some(loadings)
}

fn reduced(correlations: &DMatrix<f64>, u: &DVector<f64>) -> DMatrix<f64> {
    with_diagonal(correlations, &u.map(|u| 1.0 - u))
}

fn standardized(correlations: &DMatrix<f64>, ln_u: &DVector<f64>) -> DMatrix<f64> {
    let scale = ln_u.map(|x| exp(-0.5 * x));
    DMatrix::from_fn(scale.len(), scale.len(), |i, j| correlations[(i, j)] * scale[i] * scale[j])
}

fn scaled_columns(eigen: &Eigen, sizes: impl Iterator<Item = f64>) -> DMatrix<f64> {
    let sizes: Vec<f64> = sizes.collect();
    DMatrix::from_fn(eigen.values.len(), sizes.len(), |i, m| eigen.vectors[(i, m)] * sizes[m])
}

/// Eigenvalues and vectors, apart for those that factors take and those that are left.
struct Parts {
    taken_values: DVector<f64>,
    taken: DMatrix<f64>,
    left_values: DVector<f64>,
    left: DMatrix<f64>,
}

impl Parts {
    fn new(eigen: &Eigen, n_taken: usize) -> Self {
        let n_left = eigen.values.len() - n_taken;
        Self {
            taken_values: eigen.values.rows(0, n_taken).into_owned(),
            taken: eigen.vectors.columns(0, n_taken).into_owned(),
            left_values: eigen.values.rows(n_taken, n_left).into_owned(),
            left: eigen.vectors.columns(n_taken, n_left).into_owned(),
        }
    }

    /// Σ weight(θₘ)·vᵢₘ² over what is left.
    fn squares_weighted(&self, weight: impl Fn(f64) -> f64) -> DVector<f64> {
        let weights = self.left_values.map(weight);
        DVector::from_fn(self.left.nrows(), |i, _| {
            self.left.row(i).iter().zip(weights.iter()).map(|(v, weight)| weight * v * v).sum()
        })
    }

    /// Σ weight(θₘ)·vᵢₘvⱼₘ over what is left.
    fn product(&self, weight: impl Fn(f64) -> f64) -> DMatrix<f64> {
        let mut weighted = self.left.clone();
        for (mut column, &theta) in weighted.column_iter_mut().zip(self.left_values.iter()) {
            column *= weight(theta);
        }
        weighted * self.left.transpose()
    }

    /// Adds Σₘ Σₙ weight(θₘ, θₙ)·vᵢₘvᵢₙvⱼₘvⱼₙ, m left, n taken.
    fn add_crossed(&self, hessian: &mut DMatrix<f64>, weight: impl Fn(f64, f64) -> f64) {
        for (vector, &taken) in self.taken.column_iter().zip(self.taken_values.iter()) {
            let turned = self.product(|left| if (left - taken).abs() < EQUAL { 0.0 } else { weight(left, taken) });
            *hessian += turned.component_mul(&(vector * vector.transpose()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlations() -> DMatrix<f64> {
        DMatrix::from_row_slice(
            5,
            5,
            &[
                1.0, 0.5, 0.4, 0.1, 0.2, //
                0.5, 1.0, 0.45, 0.15, 0.05, //
                0.4, 0.45, 1.0, 0.3, 0.1, //
                0.1, 0.15, 0.3, 1.0, 0.55, //
                0.2, 0.05, 0.1, 0.55, 1.0,
            ],
        )
    }

    fn derivatives_are_slopes(objective: impl Fn(&DVector<f64>) -> Evaluation, at: DVector<f64>) {
        let here = objective(&at);
        for j in 0..at.len() {
            let mut moved = [at.clone(), at.clone()];
            moved[0][j] += 1e-5;
            moved[1][j] -= 1e-5;
            let [up, down] = moved.map(|point| objective(&point));
            assert!(((up.value - down.value) / 2e-5 - here.gradient[j]).abs() < 1e-8);
            for i in 0..at.len() {
                let slope = (up.gradient[i] - down.gradient[i]) / 2e-5;
                assert!((slope - here.hessian[(i, j)]).abs() < 1e-7, "{i} {j}: {slope} {}", here.hessian[(i, j)]);
            }
        }
    }

    #[test]
    fn gradients_and_hessians_are_slopes() {
        let u = DVector::from_vec(vec![0.5, 0.6, 0.4, 0.45, 0.5]);
        for k in 0..=3 {
            derivatives_are_slopes(|u| minres_objective(&correlations(), u, k).unwrap(), u.clone());
            derivatives_are_slopes(|x| likelihood_objective(&correlations(), x, k).unwrap(), u.map(ln));
        }
    }

    #[test]
    fn without_factors_the_objectives_are_worked_by_hand() {
        // u = 1: half the sum of squares of the residuals, each pair of items twice; −ln of the determinant.
        let ones = DVector::from_element(5, 1.0);
        let off: f64 = correlations().iter().map(|r| r * r).sum::<f64>() - 5.0;
        assert!((minres_objective(&correlations(), &ones, 0).unwrap().value - 0.5 * off).abs() < 1e-14);
        let determinant = correlations().determinant();
        let found = likelihood_objective(&correlations(), &DVector::zeros(5), 0).unwrap().value;
        assert!((found + ln(determinant)).abs() < 1e-13);
    }
}
