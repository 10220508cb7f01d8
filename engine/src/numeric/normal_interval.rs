//! The share of a standard normal distribution between two limits, as a logarithm that does not vanish far out.

use std::f64::consts::PI;

use super::elementary::{exp, ln, ln_1p};
use super::normal;

/// Beyond this distance from the mean shares are taken relative to the density.
const FAR: f64 = 30.0;

/// ln P with P = Φ(upper) − Φ(lower), and how it changes with the limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LnShare {
    /// ln P.
    pub value: f64,
    /// Slope by the upper limit: φ(upper)/P; 0 for an infinite limit.
    pub by_upper: f64,
    /// Minus the slope by the lower limit: φ(lower)/P; 0 for an infinite limit.
    pub by_lower: f64,
}

/// ln(Φ(upper) − Φ(lower)) with its slopes. `None` unless lower < upper, or where the limits are too near or too far out for numbers.
///
/// # Examples
/// ```
/// let share = engine::numeric::normal_interval::ln_share(f64::NEG_INFINITY, 0.0);
/// assert!(share.is_some_and(|s| (s.value - 0.5_f64.ln()).abs() < 1e-15));
/// ```
#[must_use]
pub fn ln_share(lower: f64, upper: f64) -> Option<LnShare> {
    if lower.is_nan() || upper.is_nan() || lower >= upper {
        return None;
    }
    if lower > 0.0 {
        let mirrored = ln_share(-upper, -lower)?;
        return Some(LnShare { by_upper: mirrored.by_lower, by_lower: mirrored.by_upper, ..mirrored });
    }
    let share = if upper < -FAR { far(lower, upper) } else { near(lower, upper) };
    [share.value, share.by_upper, share.by_lower].iter().all(|x| x.is_finite()).then_some(share)
}

fn near(lower: f64, upper: f64) -> LnShare {
    let share = normal::cdf(upper) - normal::cdf(lower);
    LnShare { value: ln(share), by_upper: normal::density(upper) / share, by_lower: normal::density(lower) / share }
}

/// Both limits below −30: Φ(−t) = φ(t)·m(t) with m(t) = 1/(t + 1/(t + 2/(t + 3/…))), so that with the two tails t < T
/// P = φ(t)·(m(t) − m(T)·exp((t² − T²)/2)).
fn far(lower: f64, upper: f64) -> LnShare {
    let (t, wide) = (-upper, -lower);
    let drop = if wide.is_finite() { exp(0.5 * (t - wide) * (t + wide)) } else { 0.0 };
    let ratio = mills(t);
    let relative = ratio - if drop > 0.0 { mills(wide) * drop } else { 0.0 };
    let value = -0.5 * t * t - 0.5 * ln(2.0 * PI) + ln(ratio) + ln_1p(relative / ratio - 1.0);
    LnShare { value, by_upper: 1.0 / relative, by_lower: drop / relative }
}

/// Mills' ratio (1 − Φ(t))/φ(t) for t ≥ 30, where ten terms of the continued fraction are exact.
fn mills(t: f64) -> f64 {
    1.0 / (1..=10).rev().fold(t, |tail, term| t + f64::from(term) / tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_far_out_have_logarithms() {
        // R: pnorm(-40, log.p = TRUE), pnorm(-1000, log.p = TRUE).
        for (upper, expected) in [(-40.0, -804.608_442_013_753_8), (-1000.0, -500_007.826_694_812_16)] {
            let share = ln_share(f64::NEG_INFINITY, upper).unwrap();
            assert!((share.value / expected - 1.0).abs() < 1e-14, "{share:?}");
            let mirrored = ln_share(-upper, f64::INFINITY).unwrap();
            assert_eq!((mirrored.value, mirrored.by_lower), (share.value, share.by_upper));
        }
    }

    #[test]
    fn both_ways_meet() {
        for (lower, upper) in [(f64::NEG_INFINITY, -31.0), (-31.5, -31.0), (-31.001, -31.0)] {
            let (one, other) = (near(lower, upper), far(lower, upper));
            assert!((one.value - other.value).abs() < 1e-9, "{one:?} {other:?}");
            assert!((one.by_upper / other.by_upper - 1.0).abs() < 1e-9);
            assert!((one.by_lower - other.by_lower).abs() <= 1e-9 * one.by_lower);
        }
    }

    #[test]
    fn limits_without_a_share_have_none() {
        for (lower, upper) in
            [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (1.0, f64::NAN), (f64::NEG_INFINITY, f64::NEG_INFINITY)]
        {
            assert_eq!(ln_share(lower, upper), None);
        }
    }

    proptest! {
        #[test]
        fn slopes_are_those_of_the_logarithm(lower in -45.0..45.0_f64, width in 0.01..5.0_f64) {
            let upper = lower + width;
            let at = ln_share(lower, upper).unwrap();
            let value = |l: f64, u: f64| ln_share(l, u).unwrap().value;
            let by_upper = (value(lower, upper + 1e-6) - value(lower, upper - 1e-6)) / 2e-6;
            let by_lower = -(value(lower + 1e-6, upper) - value(lower - 1e-6, upper)) / 2e-6;
            prop_assert!((at.by_upper - by_upper).abs() < 1e-4 * (1.0 + at.by_upper));
            prop_assert!((at.by_lower - by_lower).abs() < 1e-4 * (1.0 + at.by_lower));
        }

        #[test]
        fn any_limits_are_answered(lower in prop::num::f64::ANY, upper in prop::num::f64::ANY) {
            prop_assert!(ln_share(lower, upper).is_none_or(|share| share.value <= 0.0 && share.by_upper >= 0.0));
        }
    }
}
