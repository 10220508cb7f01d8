//! The standard normal distribution at full precision, far into the tails.

use std::f64::consts::{PI, SQRT_2};

/// Below this probability the density is too close to the smallest numbers to improve a quantile with it.
const SMALLEST_POLISHED: f64 = 1e-305;

/// Share of a standard normal distribution at or below `x`: Φ(x) = ½·erfc(−x/√2), from 0 to 1.
///
/// `NaN` in gives `NaN` out; the infinities give 0 and 1.
///
/// # Examples
/// ```
/// assert_eq!(engine::numeric::normal::cdf(0.0), 0.5);
/// assert!((engine::numeric::normal::cdf(1.96) - 0.975_002_104_851_779_5).abs() < 1e-15);
/// ```
/// # Agreement
/// Oracle `norms/conventional` (R `qnorm`, by way of [`quantile`]), within 1e-9 relative.
#[must_use]
pub fn cdf(x: f64) -> f64 {
    // The complementary error function keeps its relative precision in the lower tail; statrs loses it beyond 1e-11.
    0.5 * libm::erfc(-x / SQRT_2)
}

/// Density of the standard normal distribution at `x`: φ(x) = exp(−x²/2)/√(2π).
///
/// `NaN` in gives `NaN` out.
#[must_use]
pub fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

/// The z below which a share `p` of a standard normal distribution lies: Φ⁻¹(p), in SD units.
///
/// `None` unless 0 < p < 1: no finite z cuts off nobody or everybody.
///
/// # Examples
/// ```
/// let z = engine::numeric::normal::quantile(0.975).unwrap_or_default();
/// assert!((z - 1.959_963_984_540_054).abs() < 1e-15);
/// assert_eq!(engine::numeric::normal::quantile(1.0), None);
/// ```
/// # Agreement
/// Oracle `norms/conventional` and `norms/rank_methods` (R `qnorm`), within 1e-9 relative.
#[must_use]
pub fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    // 1 − p is exact above ½, and the lower tail is where the cdf keeps its relative precision.
    Some(if p > 0.5 { -lower_quantile(1.0 - p) } else { lower_quantile(p) })
}

/// Quantile for 0 < p ≤ ½: a start from statrs, then one step of Halley's method on Φ(x) − p. The step takes the largest error
/// from 3.4e-16 to 1.9e-16 of p·(1 + x²), and makes the quantile the inverse of [`cdf`] rather than of another implementation.
fn lower_quantile(p: f64) -> f64 {
    if p == 0.5 {
        return 0.0;
    }
    let start = -SQRT_2 * statrs::function::erf::erfc_inv(2.0 * p);
    if p < SMALLEST_POLISHED {
        return start;
    }
    let newton = (cdf(start) - p) / density(start);
    start - newton / (1.0 + 0.5 * start * newton)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cdf_has_full_precision_in_the_lower_tail() {
        // R: sprintf("%.17g", pnorm(c(-1, -5, -37.5))).
        for (x, expected) in
            [(-1.0, 0.158_655_253_931_457_05), (-5.0, 2.866_515_718_791_939_e-7), (-37.5, 4.605_353_009_581_957e-308)]
        {
            assert!((cdf(x) - expected).abs() <= 1e-12 * expected, "cdf({x}) = {:e}", cdf(x));
        }
    }

    #[test]
    fn quantile_undoes_cdf_down_to_the_far_tails() {
        for exponent in 1..=300 {
            let p = libm::pow(10.0, -f64::from(exponent));
            for share in [p, 0.37 * p, 0.5 * p] {
                let back = cdf(quantile(share).unwrap());
                // The rounding of x alone moves the tail by x²·2⁻⁵³, relative: 1.5e-13 at p = 1e-300.
                assert!((back - share).abs() <= 1e-12 * share, "p = {share:e}: {back:e}");
            }
        }
    }

    #[test]
    fn quantile_is_odd_around_one_half_and_zero_there() {
        assert_eq!(quantile(0.5).map(f64::to_bits), Some(0.0_f64.to_bits()));
        for p in [0.001, 0.1, 0.25, 0.4999] {
            assert_eq!(quantile(1.0 - p), quantile(1.0 - (1.0 - p)).map(|z| -z));
        }
    }

    #[test]
    fn quantile_of_the_smallest_number_is_finite() {
        // qnorm(2^-1074) is -38.467 in R.
        let z = quantile(f64::from_bits(1)).unwrap();
        assert!((z + 38.467).abs() < 0.001, "{z}");
    }

    #[test]
    fn nobody_and_everybody_have_no_quantile() {
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(quantile(p), None, "{p}");
        }
    }

    #[test]
    fn density_is_the_slope_of_the_cdf() {
        for x in [-3.0, -0.5, 0.0, 1.7] {
            let slope = (cdf(x + 1e-5) - cdf(x - 1e-5)) / 2e-5;
            assert!((density(x) - slope).abs() < 1e-9);
        }
    }

    proptest! {
        #[test]
        fn any_number_is_answered(x in prop::num::f64::ANY) {
            prop_assert!(quantile(x).is_none_or(f64::is_finite));
            prop_assert!(x.is_nan() || (0.0..=1.0).contains(&cdf(x)));
        }

        #[test]
        fn quantile_rises(a in 1e-12..1.0_f64, b in 1e-12..1.0_f64) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(quantile(low).unwrap() <= quantile(high).unwrap());
        }
    }
}
