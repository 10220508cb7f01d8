//! The search for the minimum of a misfit: scoring steps by expected curvature, then quasi-Newton steps where those are slow.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use crate::numeric::minimize::{SearchConfig, minimize};

/// The search has converged when the remaining step, in the metric of the curvature, is shorter than this: the misfit is then
/// within 1e-17 of its minimum, and each estimate within 1e-8·√(n/2) of its standard error.
const TOLERANCE: f64 = 1e-8;
const SCORING_STEPS: usize = 100;
const QUASI_NEWTON_STEPS: usize = 1000;

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convergence {
    /// Whether the minimum was reached; otherwise the estimates are the best found, without standard errors, and must not be
    /// interpreted.
    pub converged: bool,
    /// Steps taken.
    pub n_steps: usize,
    /// Length of the step that remains, √(g′H⁻¹g) for gradient g and expected curvature H of the misfit; 1e-8 counts as reached.
    pub remaining: f64,
}

/// A function to be minimized, with its gradient and a positive semidefinite approximation of its curvature.
pub(crate) trait Misfit {
    /// Value and gradient; `None` where it is not defined.
    fn value_and_gradient(&self, point: &DVector<f64>) -> Option<(f64, DVector<f64>)>;
    /// Expected curvature; `None` where it is not defined.
    fn curvature(&self, point: &DVector<f64>) -> Option<DMatrix<f64>>;
}

/// Where a search ended.
pub(crate) struct Found {
    pub point: DVector<f64>,
    pub value: f64,
    pub convergence: Convergence,
    /// Inverse of the curvature; `None` where it is singular, so that the parameters are not identified, or not converged.
    pub inverse_curvature: Option<DMatrix<f64>>,
}

/// Searches the minimum from `start`; `None` when the function is not defined there.
pub(crate) fn search(misfit: &impl Misfit, start: DVector<f64>) -> Option<Found> {
    let (mut point, mut n_steps) = (start, 0);
    let (mut value, mut gradient) = misfit.value_and_gradient(&point)?;
    let mut remaining = f64::INFINITY;
    for _ in 0..SCORING_STEPS {
        let Some(factor) = misfit.curvature(&point).and_then(damped_factor) else { break };
        let step = -factor.solve(&gradient);
        let decrement = -step.dot(&gradient);
        remaining = decrement.max(0.0).sqrt();
        if remaining <= TOLERANCE || decrement.is_nan() {
            break;
        }
        n_steps += 1;
        // Close to the minimum rounding hides the decrease.
        let slack = 1e-13 * (1.0 + value.abs());
        let shorter = (0..40).map(|halvings| 0.5_f64.powi(halvings)).find_map(|share| {
            let place = &point + &step * share;
            let (v, g) = misfit.value_and_gradient(&place)?;
            (v <= value - 1e-4 * share * decrement + slack).then_some((place, v, g))
        });
        let Some(next) = shorter else { break };
        (point, value, gradient) = next;
    }
    if remaining > TOLERANCE || remaining.is_nan() {
        (point, value, n_steps) = quasi_newton(misfit, point, value, n_steps);
        gradient = misfit.value_and_gradient(&point)?.1;
        let factor = misfit.curvature(&point).and_then(damped_factor);
        remaining = factor.map_or(f64::INFINITY, |f| f.solve(&gradient).dot(&gradient).max(0.0).sqrt());
    }
    let converged = remaining <= TOLERANCE;
    let inverse_curvature =
        if converged { misfit.curvature(&point).and_then(|curvature| identified_inverse(&curvature)) } else { None };
    Some(Found { point, value, convergence: Convergence { converged, n_steps, remaining }, inverse_curvature })
}

/// Quasi-Newton steps in coordinates in which the curvature is about 1.
fn quasi_newton(misfit: &impl Misfit, point: DVector<f64>, value: f64, n_steps: usize) -> (DVector<f64>, f64, usize) {
    let Some(factor) = misfit.curvature(&point).and_then(damped_factor) else { return (point, value, n_steps) };
    let lower = factor.l();
    let place = |y: &DVector<f64>| lower.tr_solve_lower_triangular(y).map(|step| &point + step);
    let function = |y: &DVector<f64>| {
        let (value, gradient) = misfit.value_and_gradient(&place(y)?)?;
        Some((value, lower.solve_lower_triangular(&gradient)?))
    };
    let per_element = TOLERANCE / (point.len() as f64).sqrt();
    let config = SearchConfig { max_steps: QUASI_NEWTON_STEPS, gradient_tolerance: 0.5 * per_element };
    match minimize(function, DVector::zeros(point.len()), &config) {
        Some(found) => (place(&found.point).unwrap_or(point), found.value, n_steps + found.n_steps),
        None => (point, value, n_steps),
    }
}

/// Cholesky factor of the curvature, with as little added to its diagonal as makes it positive definite.
fn damped_factor(curvature: DMatrix<f64>) -> Option<Cholesky<f64, Dyn>> {
    if !curvature.iter().all(|x| x.is_finite()) {
        return None;
    }
    let most = curvature.diagonal().amax();
    if let Some(factor) = well_factored(curvature.clone()) {
        return Some(factor);
    }
    (0..6).find_map(|power| {
        let damping = 1e-8 * 100.0_f64.powi(power);
        let mut damped = curvature.clone();
        for i in 0..damped.nrows() {
            damped[(i, i)] += damping * damped[(i, i)].max(1e-6 * most);
        }
        well_factored(damped)
    })
}

fn well_factored(matrix: DMatrix<f64>) -> Option<Cholesky<f64, Dyn>> {
    let diagonal = matrix.diagonal();
    let factor = matrix.cholesky()?;
    let pivots = factor.l_dirty().diagonal();
    // A pivot this small against its diagonal is rounding.
    pivots.iter().zip(diagonal.iter()).all(|(pivot, d)| pivot * pivot > 1e-12 * d).then_some(factor)
}

/// Inverse of the curvature; `None` where some parameter is determined by others to within 1e-9 of its information, or has hardly
/// any: all are in units of SDs, and an inverse of 1e6 is a standard error of 141 SDs with 100 respondents.
fn identified_inverse(curvature: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let inverse = crate::numeric::eigen::inverse_positive_definite(curvature)?;
    let known = |i: usize| inverse[(i, i)] < 1e6 && inverse[(i, i)] * curvature[(i, i)] < 1e9;
    (0..inverse.nrows()).all(known).then_some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x² + y⁴-like valley whose expected curvature is far from the true one: scoring alone is slow.
    struct Slow;
    impl Misfit for Slow {
        fn value_and_gradient(&self, p: &DVector<f64>) -> Option<(f64, DVector<f64>)> {
            let (x, y) = (p[0] - 1.0, p[1] + 2.0);
            Some((x * x + 0.001 * y * y, DVector::from_vec(vec![2.0 * x, 0.002 * y])))
        }
        fn curvature(&self, _: &DVector<f64>) -> Option<DMatrix<f64>> {
            Some(DMatrix::identity(2, 2) * 2.0)
        }
    }

    #[test]
    fn slow_scoring_is_finished_by_quasi_newton_steps() {
        let found = search(&Slow, DVector::zeros(2)).unwrap();
        assert!(found.convergence.converged, "{:?}", found.convergence);
        assert!((found.point[0] - 1.0).abs() < 1e-7 && (found.point[1] + 2.0).abs() < 1e-4);
    }

    struct Flat;
    impl Misfit for Flat {
        fn value_and_gradient(&self, p: &DVector<f64>) -> Option<(f64, DVector<f64>)> {
            let s = p[0] + p[1] - 1.0;
            Some((s * s, DVector::from_element(2, 2.0 * s)))
        }
        fn curvature(&self, _: &DVector<f64>) -> Option<DMatrix<f64>> {
            Some(DMatrix::from_element(2, 2, 2.0))
        }
    }

    #[test]
    fn parameters_that_are_not_identified_have_no_inverse_curvature() {
        let found = search(&Flat, DVector::zeros(2)).unwrap();
        assert!(found.value < 1e-12 && found.inverse_curvature.is_none());
    }

    struct Undefined;
    impl Misfit for Undefined {
        fn value_and_gradient(&self, p: &DVector<f64>) -> Option<(f64, DVector<f64>)> {
            Some((-p[0], DVector::from_element(1, -1.0)))
        }
        fn curvature(&self, _: &DVector<f64>) -> Option<DMatrix<f64>> {
            Some(DMatrix::from_element(1, 1, f64::NAN))
        }
    }

    #[test]
    fn a_search_without_minimum_says_so() {
        let found = search(&Undefined, DVector::zeros(1)).unwrap();
        assert!(!found.convergence.converged && found.inverse_curvature.is_none());
    }
}
