//! Minimum of a smooth function within bounds, by Newton steps on the variables that are not held at a bound.

use nalgebra::{DMatrix, DVector};

/// Value, gradient and Hessian at a place.
pub(super) struct Evaluation {
    pub(super) value: f64,
    pub(super) gradient: DVector<f64>,
    pub(super) hessian: DMatrix<f64>,
}

/// Where the search ended.
pub(super) struct BoxMinimum {
    pub(super) point: DVector<f64>,
    pub(super) value: f64,
    pub(super) n_steps: usize,
    /// Largest element of the gradient among the variables that a bound does not hold.
    pub(super) largest_gradient: f64,
    pub(super) converged: bool,
}

/// Minimizes within `lower..=upper`, the same for all variables. `None` when the function is not defined at the start.
///
/// Reference: Bertsekas (1982), SIAM Journal on Control and Optimization 20, 221–246, doi:10.1137/0320018
pub(super) fn minimize_in_box(
    evaluate: impl Fn(&DVector<f64>) -> Option<Evaluation>,
    start: DVector<f64>,
    (lower, upper): (f64, f64),
    most_steps: usize,
    tolerance: f64,
) -> Option<BoxMinimum> {
    let mut point = start.map(|x| x.clamp(lower, upper));
    let mut here = evaluate(&point)?;
    let mut n_steps = 0;
    let largest = |point: &DVector<f64>, gradient: &DVector<f64>| {
        free_variables(point, gradient, lower, upper).iter().map(|&i| gradient[i].abs()).fold(0.0, f64::max)
    };
    let mut largest_gradient = largest(&point, &here.gradient);
    while largest_gradient > tolerance && n_steps < most_steps {
        n_steps += 1;
        let free = free_variables(&point, &here.gradient, lower, upper);
        let descent = |i: usize| if free.contains(&i) { -here.gradient[i] } else { 0.0 };
        let steepest = DVector::from_fn(point.len(), |i, _| descent(i));
        let directions = [newton_direction(&here, &free), Some(steepest)];
        let accepted = directions.into_iter().flatten().find_map(|direction| {
            let mut share = 1.0;
            for _ in 0..40 {
                let place = (&point + &direction * share).map(|x| x.clamp(lower, upper));
                if let Some(there) = evaluate(&place) {
                    let promised = here.gradient.dot(&(&place - &point));
                    let next_gradient = largest(&place, &there.gradient);
                    let rounding = 1e-14 * (1.0 + here.value.abs());
                    let falls = promised < -10.0 * rounding && there.value <= here.value + 1e-4 * promised;
                    let levels = there.value <= here.value + rounding && next_gradient < largest_gradient;
                    if falls || levels {
                        return Some((place, there, next_gradient));
                    }
                }
                share *= 0.5;
            }
            None
        });
        let Some((place, there, next_gradient)) = accepted else { break };
        (point, here, largest_gradient) = (place, there, next_gradient);
    }
    let converged = largest_gradient <= tolerance;
    Some(BoxMinimum { point, value: here.value, n_steps, largest_gradient, converged })
}

/// The variables that are not pushed against a bound.
fn free_variables(point: &DVector<f64>, gradient: &DVector<f64>, lower: f64, upper: f64) -> Vec<usize> {
    let held = |i: usize| (point[i] <= lower && gradient[i] > 0.0) || (point[i] >= upper && gradient[i] < 0.0);
    (0..point.len()).filter(|&i| !held(i)).collect()
}

/// −H⁻¹g over the free variables, with a ridge where H is not positive definite.
fn newton_direction(here: &Evaluation, free: &[usize]) -> Option<DVector<f64>> {
    let hessian = here.hessian.select_rows(free).select_columns(free);
    let gradient = DVector::from_iterator(free.len(), free.iter().map(|&i| here.gradient[i]));
    let size = hessian.diagonal().amax().max(1e-8);
    let mut ridge = 0.0;
    for _ in 0..12 {
        let mut raised = hessian.clone();
        for i in 0..free.len() {
            raised[(i, i)] += ridge;
        }
        if let Some(factor) = raised.cholesky() {
            let step = factor.solve(&gradient);
            let mut direction = DVector::zeros(here.gradient.len());
            for (&i, &value) in free.iter().zip(step.iter()) {
                direction[i] = -value;
            }
            if direction.iter().all(|x| x.is_finite()) {
                return Some(direction);
            }
        }
        ridge = if ridge == 0.0 { 1e-6 * size } else { ridge * 10.0 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (x − a)² + (y − b)² + (x − a)²(y − b)².
    fn bowl(a: f64, b: f64) -> impl Fn(&DVector<f64>) -> Option<Evaluation> {
        move |point| {
            let (x, y) = (point[0] - a, point[1] - b);
            let gradient = DVector::from_vec(vec![2.0 * x * (1.0 + y * y), 2.0 * y * (1.0 + x * x)]);
            let crossed = 4.0 * x * y;
            let hessian = DMatrix::from_row_slice(2, 2, &[2.0 * (1.0 + y * y), crossed, crossed, 2.0 * (1.0 + x * x)]);
            Some(Evaluation { value: x * x + y * y + x * x * y * y, gradient, hessian })
        }
    }

    #[test]
    fn a_minimum_inside_is_found_and_one_outside_is_held_at_the_bound() {
        let start = DVector::from_vec(vec![0.9, 0.9]);
        let inside = minimize_in_box(bowl(0.3, 0.6), start.clone(), (0.0, 1.0), 100, 1e-12).unwrap();
        assert!(inside.converged && (inside.point[0] - 0.3).abs() < 1e-12 && (inside.point[1] - 0.6).abs() < 1e-12);
        let held = minimize_in_box(bowl(-0.5, 0.6), start, (0.0, 1.0), 100, 1e-12).unwrap();
        assert!(held.converged && held.point[0] == 0.0 && (held.point[1] - 0.6).abs() < 1e-12);
    }

    #[test]
    fn without_steps_it_has_not_converged() {
        let start = DVector::from_vec(vec![0.9, 0.9]);
        assert!(!minimize_in_box(bowl(0.3, 0.6), start, (0.0, 1.0), 0, 1e-12).unwrap().converged);
    }
}
