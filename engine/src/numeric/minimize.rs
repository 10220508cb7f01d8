//! Minimum of a smooth function of several variables, by a quasi-Newton method with a bounded number of steps.

use nalgebra::{DMatrix, DVector};

/// When a search ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchConfig {
    /// Most steps taken.
    pub max_steps: usize,
    /// The search has converged when no element of the gradient is larger than this.
    pub gradient_tolerance: f64,
}

/// Where a search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The place.
    pub point: DVector<f64>,
    /// The value there.
    pub value: f64,
    /// Largest element of the gradient there.
    pub largest_gradient: f64,
    /// Steps taken.
    pub n_steps: usize,
    /// Whether the gradient fell below the tolerance; otherwise the place is the best found, and results must say so.
    pub converged: bool,
}

/// Shortest step tried along a direction, as a share of the whole one.
const SHORTEST: f64 = 1e-12;

/// Minimizes `function`, which returns its value and gradient, or `None` where it is not defined (a step there is shortened).
///
/// Broyden–Fletcher–Goldfarb–Shanno updates of the inverse Hessian with a backtracking line search.
///
/// `None` when the function is not defined at `start`.
///
/// # References
/// Nocedal & Wright (2006), Numerical Optimization, chapters 3 and 6, doi:10.1007/978-0-387-40065-5
#[must_use]
pub fn minimize(
    mut function: impl FnMut(&DVector<f64>) -> Option<(f64, DVector<f64>)>,
    start: DVector<f64>,
    config: &SearchConfig,
) -> Option<Minimum> {
    let n = start.len();
    let mut point = start;
    let (mut value, mut gradient) = function(&point).filter(|(value, _)| value.is_finite())?;
    let mut inverse = DMatrix::<f64>::identity(n, n);
    let mut fresh = true;
    let mut n_steps = 0;
    while n_steps < config.max_steps && gradient.amax() > config.gradient_tolerance {
        n_steps += 1;
        let mut direction = -(&inverse * &gradient);
        let mut slope = direction.dot(&gradient);
        if slope >= 0.0 || !slope.is_finite() {
            inverse = DMatrix::identity(n, n);
            fresh = true;
            direction = -&gradient;
            slope = -gradient.norm_squared();
        }
        let mut share = if fresh { (1.0 / gradient.norm()).min(1.0) } else { 1.0 };
        let next = loop {
            let place = &point + &direction * share;
            let found = function(&place).filter(|(v, g)| v.is_finite() && g.iter().all(|x| x.is_finite()));
            match found {
                // Rounding hides a decrease of less than a few last digits.
                Some((v, g)) if v <= value + 1e-4 * share * slope + 4.0 * f64::EPSILON * value.abs() => {
                    break Some((place, v, g));
                }
                _ if share < SHORTEST => break None,
                _ => share *= 0.5,
            }
        };
        let Some((place, next_value, next_gradient)) = next else {
            if fresh {
                break;
            }
            inverse = DMatrix::identity(n, n);
            fresh = true;
            continue;
        };
        let (moved, turned) = (&place - &point, &next_gradient - &gradient);
        let curvature = moved.dot(&turned);
        if curvature > 1e-14 * moved.norm() * turned.norm() {
            if fresh {
                inverse *= curvature / turned.norm_squared();
            }
            let image = &inverse * &turned;
            let scale = (curvature + turned.dot(&image)) / (curvature * curvature);
            inverse += &moved * moved.transpose() * scale
                - (&image * moved.transpose() + &moved * image.transpose()) / curvature;
            fresh = false;
        }
        (point, value, gradient) = (place, next_value, next_gradient);
    }
    let largest_gradient = gradient.amax();
    let converged = largest_gradient <= config.gradient_tolerance;
    Some(Minimum { point, value, largest_gradient, n_steps, converged })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: SearchConfig = SearchConfig { max_steps: 500, gradient_tolerance: 1e-9 };

    #[test]
    fn the_curved_valley_is_followed_to_its_lowest_point() {
        // Rosenbrock's function: minimum 0 at (1, 1).
        let valley = |p: &DVector<f64>| {
            let (x, y) = (p[0], p[1]);
            let gradient = vec![-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)];
            Some(((1.0 - x) * (1.0 - x) + 100.0 * (y - x * x) * (y - x * x), DVector::from_vec(gradient)))
        };
        let minimum = minimize(valley, DVector::from_vec(vec![-1.2, 1.0]), &CONFIG).unwrap();
        assert!(minimum.converged, "{minimum:?}");
        assert!((minimum.point[0] - 1.0).abs() < 1e-8 && (minimum.point[1] - 1.0).abs() < 1e-8);
    }

    #[test]
    fn steps_out_of_the_domain_are_shortened() {
        // x − ln x, defined above 0: minimum at 1.
        let function = |p: &DVector<f64>| {
            (p[0] > 0.0).then(|| (p[0] - libm::log(p[0]), DVector::from_element(1, 1.0 - 1.0 / p[0])))
        };
        let minimum = minimize(function, DVector::from_element(1, 30.0), &CONFIG).unwrap();
        assert!(minimum.converged && (minimum.point[0] - 1.0).abs() < 1e-8);
        assert!(minimize(function, DVector::from_element(1, -1.0), &CONFIG).is_none());
    }

    #[test]
    fn a_function_without_minimum_ends_unconverged() {
        let minimum = minimize(|p| Some((-p[0], DVector::from_element(1, -1.0))), DVector::zeros(1), &CONFIG).unwrap();
        assert!(!minimum.converged);
    }
}
