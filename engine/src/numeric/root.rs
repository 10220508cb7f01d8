//! Roots and minima of functions of one variable, in a bounded number of steps.

/// Ratio of the golden section.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// Root of a continuous function between two places where its signs differ, by Brent's method.
///
/// - `tolerance`: how near the root must be, in the unit of x.
///
/// `None` when the function has the same sign at both ends, or a value on the way is not a number.
///
/// # Examples
/// ```
/// let root = engine::numeric::root::brent_root(|x| x * x - 2.0, 0.0, 2.0, 1e-14);
/// assert!(root.is_some_and(|x| (x - 2.0_f64.sqrt()).abs() < 1e-13));
/// ```
/// # References
/// Brent (1973), Algorithms for Minimization without Derivatives, chapter 4.
#[must_use]
pub fn brent_root(mut function: impl FnMut(f64) -> f64, lower: f64, upper: f64, tolerance: f64) -> Option<f64> {
    let (mut a, mut b) = (lower, upper);
    let (mut fa, mut fb) = (function(a), function(b));
    if fa.is_nan() || fb.is_nan() || (fa > 0.0 && fb > 0.0) || (fa < 0.0 && fb < 0.0) {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut before = step;
    for _ in 0..200 {
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let near = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let half = 0.5 * (c - b);
        if half.abs() <= near || fb == 0.0 {
            return Some(b);
        }
        if before.abs() >= near && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q
            } else {
                p = -p
            }
            if 2.0 * p < (3.0 * half * q - (near * q).abs()).min((before * q).abs()) {
                before = step;
                step = p / q;
            } else {
                step = half;
                before = half;
            }
        } else {
            step = half;
            before = half;
        }
        (a, fa) = (b, fb);
        b += if step.abs() > near { step } else { near.copysign(half) };
        fb = function(b);
        if fb.is_nan() {
            return None;
        }
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            before = step;
        }
    }
    Some(b)
}

/// Place and value of a minimum of a function on an interval, by Brent's method; the minimum if the function has one, a local
/// one otherwise. A value that is not a number counts as high.
///
/// - `tolerance`: how near the place must be, in the unit of x; below about 1e-8·|x| nothing is gained.
///
/// # References
/// Brent (1973), Algorithms for Minimization without Derivatives, chapter 5.
#[must_use]
pub fn brent_minimum(mut function: impl FnMut(f64) -> f64, lower: f64, upper: f64, tolerance: f64) -> (f64, f64) {
    let mut value_at = |x: f64| {
        let value = function(x);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let (mut a, mut b) = (lower.min(upper), lower.max(upper));
    let mut x = a + GOLDEN * (b - a);
    let (mut w, mut v) = (x, x);
    let mut fx = value_at(x);
    let (mut fw, mut fv) = (fx, fx);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 0..500 {
        let middle = 0.5 * (a + b);
        let near = 1.5e-8 * x.abs() + tolerance / 3.0;
        if (x - middle).abs() <= 2.0 * near - 0.5 * (b - a) {
            break;
        }
        let (mut p, mut q, mut r) = (0.0, 0.0, 0.0);
        if before.abs() > near {
            r = (x - w) * (fx - fv);
            q = (x - v) * (fx - fw);
            p = (x - v) * q - (x - w) * r;
            q = 2.0 * (q - r);
            if q > 0.0 {
                p = -p
            } else {
                q = -q
            }
            r = before;
            before = step;
        }
        if p.abs() >= (0.5 * q * r).abs() || p <= q * (a - x) || p >= q * (b - x) || !p.is_finite() {
            before = if x >= middle { a - x } else { b - x };
            step = GOLDEN * before;
        } else {
            step = p / q;
            let u = x + step;
            if u - a < 2.0 * near || b - u < 2.0 * near {
                step = near.copysign(middle - x);
            }
        }
        let u = x + if step.abs() >= near { step } else { near.copysign(step) };
        let fu = value_at(u);
        if fu <= fx {
            if u < x {
                b = x
            } else {
                a = x
            }
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            if u < x {
                a = u
            } else {
                b = u
            }
            if fu <= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    (x, fx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_sign_at_both_ends_has_no_root() {
        assert_eq!(brent_root(|x| x * x + 1.0, -1.0, 1.0, 1e-12), None);
        assert_eq!(brent_root(|_| f64::NAN, -1.0, 1.0, 1e-12), None);
    }

    #[test]
    fn a_parabola_has_its_minimum_at_the_vertex() {
        let (place, value) = brent_minimum(|x| (x - 0.7) * (x - 0.7) + 2.0, -3.0, 5.0, 1e-9);
        assert!((place - 0.7).abs() < 1e-7 && (value - 2.0).abs() < 1e-14);
    }

    #[test]
    fn a_falling_function_has_its_minimum_at_the_end() {
        let (place, _) = brent_minimum(|x| -x, 0.0, 1.0, 1e-9);
        assert!(place > 1.0 - 1e-6);
        let (_, value) = brent_minimum(|_| f64::NAN, 0.0, 1.0, 1e-9);
        assert!(value.is_infinite());
    }

    proptest! {
        #[test]
        fn roots_of_cubics_are_found(root in -10.0..10.0_f64) {
            let found = brent_root(|x| (x - root) * (x * x + 1.0), -20.0, 20.0, 1e-13).unwrap();
            prop_assert!((found - root).abs() < 1e-11);
        }
    }
}
