//! Product-moment correlation and its interval.

use crate::numeric::{fisher_z, normal};
use crate::stats::descriptive::mean;

/// Pearson's product-moment correlation of paired values: Σ(x − x̄)(y − ȳ)/√(Σ(x − x̄)²·Σ(y − ȳ)²), from −1 to 1.
///
/// `None` for lists of different length or fewer than two pairs, where one side has no spread, or a value is not finite.
///
/// # Agreement
/// Oracle `reliability/retest_change` (R `cor`), within 1e-10 relative.
#[must_use]
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.len() < 2 {
        return None;
    }
    let (mean_x, mean_y) = (mean(x)?, mean(y)?);
    let (mut products, mut squares_x, mut squares_y) = (0.0, 0.0, 0.0);
    for (value_x, value_y) in x.iter().zip(y) {
        let (deviation_x, deviation_y) = (value_x - mean_x, value_y - mean_y);
        products += deviation_x * deviation_y;
        squares_x += deviation_x * deviation_x;
        squares_y += deviation_y * deviation_y;
    }
    let r = products / (squares_x.sqrt() * squares_y.sqrt());
    // Rounding can pass 1 by a last digit.
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

/// Limits of the confidence interval of a correlation by Fisher's z: tanh(atanh r ± q/√(n − 3)).
///
/// - `r`: the correlation; `n`: number of pairs; `level`: for example 0.95.
///
/// Returns the lower and the upper limit; `None` for |r| ≥ 1, fewer than four pairs or a level outside (0, 1).
///
/// # References
/// Fisher (1921), Metron 1, 3–32.
/// # Agreement
/// Oracle `reliability/retest_change`, within 1e-10 relative.
#[must_use]
pub fn fisher_interval(r: f64, n: usize, level: f64) -> Option<(f64, f64)> {
    if n < 4 || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let z = fisher_z::from_correlation(r)?;
    let reach = normal::quantile(0.5 + 0.5 * level)? / ((n - 3) as f64).sqrt();
    Some((fisher_z::to_correlation(z - reach), fisher_z::to_correlation(z + reach)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn correlation_worked_by_hand() {
        // Deviations x −1, 0, 1 and y −2, 1, 1: products 3, squares 2 and 6; 3/√12.
        let r = pearson(&[1.0, 2.0, 3.0], &[0.0, 3.0, 3.0]).unwrap();
        assert!((r - 3.0 / 12.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn a_constant_or_unpaired_list_has_no_correlation() {
        assert_eq!(pearson(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0, 2.0], &[1.0]), None);
        assert_eq!(pearson(&[1.0], &[1.0]), None);
        assert_eq!(pearson(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }

    #[test]
    fn interval_needs_four_pairs_and_an_imperfect_correlation() {
        assert_eq!(fisher_interval(0.5, 3, 0.95), None);
        assert_eq!(fisher_interval(1.0, 30, 0.95), None);
        assert_eq!(fisher_interval(0.5, 30, 1.0), None);
    }

    proptest! {
        #[test]
        fn interval_contains_the_correlation(r in -0.999..0.999_f64, n in 4_usize..1000, level in 0.01..0.999_f64) {
            let (lower, upper) = fisher_interval(r, n, level).unwrap();
            prop_assert!(lower <= r && r <= upper && lower >= -1.0 && upper <= 1.0);
        }

        #[test]
        fn correlation_of_any_numbers_is_within_its_range(pairs in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..8)) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            prop_assert!(pearson(&x, &y).is_none_or(|r| (-1.0..=1.0).contains(&r)));
        }
    }
}
