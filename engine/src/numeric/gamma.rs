//! Incomplete gamma and beta functions with a bounded number of steps, and the saddle-point terms they start from.
//!
//! Both end after a number of terms known beforehand, for any argument: the beta function of the library in use is wrong for
//! shapes beyond about 1e4, and its quantile can run for ever.

use std::f64::consts::PI;

/// Below this, Stirling's error is taken from the log-gamma function.
const SERIES_FROM: f64 = 15.0;

/// ln Γ(x), for x > 0.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Stirling's error: ln Γ(x + 1) − (x + ½)·ln x + x − ½·ln 2π, for x > 0.
fn stirling_error(x: f64) -> f64 {
    if x < SERIES_FROM {
        return libm::lgamma(x + 1.0) - (x + 0.5) * libm::log(x) + x - 0.5 * libm::log(2.0 * PI);
    }
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square)
        / x
}

/// Deviance part: x·ln(x/m) + m − x, without cancellation where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * libm::log(x / m) + m - x;
    }
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut term = 2.0 * x * v;
    for j in 1..1000_u32 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// x^a·e^(−x)/Γ(a + 1), for a, x > 0.
///
/// # References
/// Loader (2000), Fast and accurate computation of binomial probabilities.
#[must_use]
pub fn poisson_term(a: f64, x: f64) -> f64 {
    libm::exp(-stirling_error(a) - deviance(a, x)) / (2.0 * PI * a).sqrt()
}

/// x^a·(1 − x)^b/B(a, b), for a, b > 0 and `x`, `y` = 1 − x in (0, 1).
fn beta_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y);
    libm::exp(exponent) * (a * b / (2.0 * PI * n)).sqrt()
}

/// Steps that both expansions need at most: their length grows with the root of the shape.
fn most_steps(shape: f64) -> u32 {
    // The conversion saturates.
    (300.0 + 12.0 * shape.sqrt()).min(2e6) as u32
}

/// Regularized incomplete gamma functions of shape `a` at `x`: lower P(a, x) and upper Q(a, x) = 1 − P(a, x).
///
/// `None` unless a > 0 and x ≥ 0, both finite.
///
/// # References
/// Abramowitz & Stegun (1964), 6.5.29 and 6.5.31; continued fraction by Lentz's method.
#[must_use]
pub fn incomplete_gamma(a: f64, x: f64) -> Option<(f64, f64)> {
    if !(a > 0.0 && x >= 0.0 && a.is_finite() && x.is_finite()) {
        return None;
    }
    if x == 0.0 {
        return Some((0.0, 1.0));
    }
    let front = poisson_term(a, x);
    if x < a + 1.0 {
        let (mut sum, mut term) = (1.0, 1.0);
        for j in 1..=most_steps(a) {
            term *= x / (a + f64::from(j));
            sum += term;
            if term < sum * f64::EPSILON * 0.1 {
                break;
            }
        }
        let lower = (front * sum).min(1.0);
        return Some((lower, 1.0 - lower));
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for j in 1..=most_steps(a) {
        let step = -f64::from(j) * (f64::from(j) - a);
        b += 2.0;
        d = 1.0 / away_from_zero(step * d + b);
        c = away_from_zero(b + step / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    let upper = (front * a * fraction).min(1.0);
    Some((1.0 - upper, upper))
}

/// Regularized incomplete beta functions of shapes `a`, `b`: I_x(a, b) and 1 − I_x(a, b).
///
/// - `x`, `y`: a share and its complement, x + y = 1; both are given so that neither loses digits.
///
/// `None` unless a, b > 0 and finite, and x, y in [0, 1].
///
/// # References
/// Abramowitz & Stegun (1964), 26.5.8, by Lentz's method; the front factor after Loader (2000).
#[must_use]
pub fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> Option<(f64, f64)> {
    let shape = |v: f64| v > 0.0 && v.is_finite();
    if !(shape(a) && shape(b) && (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)) {
        return None;
    }
    if x == 0.0 {
        return Some((0.0, 1.0));
    }
    if y == 0.0 {
        return Some((1.0, 0.0));
    }
    let front = beta_term(a, b, x, y);
    // The fraction converges quickly on the side of the mean.
    Some(if x * (a + b + 2.0) < a + 1.0 {
        let lower = (front * beta_fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (front * beta_fraction(b, a, y) / b).min(1.0);
        (1.0 - upper, upper)
    })
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for j in 1..=most_steps(a.max(b)) {
        let m = f64::from(j);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

fn away_from_zero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64, relative: f64) {
        assert!((got - expected).abs() <= relative * expected.abs(), "{got:e}, expected {expected:e}");
    }

    #[test]
    fn gamma_of_shape_one_is_exponential() {
        for x in [1e-8, 0.5, 1.0, 3.0, 40.0, 600.0] {
            close(incomplete_gamma(1.0, x).unwrap().1, libm::exp(-x), 1e-13);
        }
    }

    #[test]
    fn beta_of_small_shapes_worked_by_hand() {
        // I_x(2, 1) = x²; I_x(1, 2) = 1 − (1 − x)².
        close(incomplete_beta(2.0, 1.0, 0.3, 0.7).unwrap().0, 0.09, 1e-14);
        close(incomplete_beta(1.0, 2.0, 0.3, 0.7).unwrap().0, 0.51, 1e-14);
    }

    #[test]
    fn half_of_a_symmetric_beta_lies_below_one_half_for_any_shape() {
        for shape in [0.01, 1.0, 1e4, 1e6, 1e8] {
            close(incomplete_beta(shape, shape, 0.5, 0.5).unwrap().0, 0.5, 1e-8);
        }
    }

    #[test]
    fn nonsense_has_no_value() {
        assert_eq!(incomplete_gamma(0.0, 1.0), None);
        assert_eq!(incomplete_gamma(1.0, f64::NAN), None);
        assert_eq!(incomplete_beta(1.0, f64::INFINITY, 0.5, 0.5), None);
        assert_eq!(incomplete_beta(1.0, 1.0, 1.5, -0.5), None);
    }
}
