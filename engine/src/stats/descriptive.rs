//! Mean, spread, shape and quantiles of a list of numbers.
//!
//! Every function answers `None` where the statistic is not defined: too few values, no spread where spread is divided by,
//! or a value that is not finite.

/// Arithmetic mean: Σx/n.
///
/// `None` for an empty list or a value that is not finite.
///
/// # Agreement
/// Oracle `norms/conventional` (R `mean`), within 1e-10 relative.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// Variance of a sample: Σ(x − mean)²/(n − 1).
///
/// `None` for fewer than two values or a value that is not finite.
#[must_use]
pub fn variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    finite(central_sums(values)?.squares / (values.len() - 1) as f64)
}

/// Standard deviation of a sample: √(Σ(x − mean)²/(n − 1)), in the unit of the values.
///
/// `None` for fewer than two values or a value that is not finite.
///
/// # Examples
/// ```
/// // Deviations −2, −1, 0, 1, 2: the variance is 10/4.
/// assert_eq!(engine::stats::descriptive::standard_deviation(&[1.0, 2.0, 3.0, 4.0, 5.0]), Some(2.5_f64.sqrt()));
/// ```
/// # Agreement
/// Oracle `norms/conventional` (R `sd`), within 1e-10 relative.
#[must_use]
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

/// Standard error of a mean: SD/√n, in the unit of the values.
///
/// `None` for fewer than two values or a value that is not finite.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-10 relative.
#[must_use]
pub fn standard_error_of_mean(values: &[f64]) -> Option<f64> {
    standard_deviation(values).map(|sd| sd / (values.len() as f64).sqrt())
}

/// Skewness from population moments: m₃/m₂^1.5, where m_k = Σ(x − mean)^k/n. Without unit; above 0 with a long upper tail.
///
/// `None` where all values are equal, for an empty list or a value that is not finite.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-10 relative.
#[must_use]
pub fn skewness(values: &[f64]) -> Option<f64> {
    let sums = central_sums(values)?;
    let n = values.len() as f64;
    let m2 = sums.squares / n;
    finite(sums.cubes / n / (m2 * m2.sqrt()))
}

/// Excess kurtosis from population moments: m₄/m₂² − 3, where m_k = Σ(x − mean)^k/n. Without unit; 0 for a normal distribution.
///
/// `None` where all values are equal, for an empty list or a value that is not finite.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-10 relative.
#[must_use]
pub fn excess_kurtosis(values: &[f64]) -> Option<f64> {
    let sums = central_sums(values)?;
    let n = values.len() as f64;
    let m2 = sums.squares / n;
    finite(sums.fourths / n / (m2 * m2) - 3.0)
}

/// Quantile of type 7 (the default of R): linear between order statistics, at position (n − 1)·p from 0.
///
/// - `p`: share from 0 (smallest value) to 1 (largest value).
///
/// `None` for an empty list, a value that is not finite or a `p` outside [0, 1].
///
/// # References
/// Hyndman & Fan (1996), The American Statistician 50, 361–365, doi:10.1080/00031305.1996.10473566
/// # Agreement
/// Oracle `norms/conventional` (R `quantile(type = 7)`), within 1e-10 relative.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = sorted.len().checked_sub(1)? as f64 * p;
    // The position lies in 0..n, so that the conversion cuts nothing but the fraction.
    let lower_idx = position.floor() as usize;
    let weight = position - position.floor();
    let lower = *sorted.get(lower_idx)?;
    let upper = sorted.get(lower_idx + 1).copied().unwrap_or(lower);
    finite((1.0 - weight) * lower + weight * upper)
}

/// Sums of powers of the deviations from the mean.
struct CentralSums {
    squares: f64,
    cubes: f64,
    fourths: f64,
}

fn central_sums(values: &[f64]) -> Option<CentralSums> {
    let center = mean(values)?;
    let mut sums = CentralSums { squares: 0.0, cubes: 0.0, fourths: 0.0 };
    for value in values {
        let deviation = value - center;
        let square = deviation * deviation;
        sums.squares += square;
        sums.cubes += square * deviation;
        sums.fourths += square * square;
    }
    Some(sums)
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_of_a_small_list_worked_by_hand() {
        // Mean 2; deviations −2, 0, 0, 2; m₂ = 8/4 = 2, m₃ = 0, m₄ = 32/4 = 8.
        let values = [0.0, 2.0, 2.0, 4.0];
        assert_eq!(mean(&values), Some(2.0));
        assert_eq!(variance(&values), Some(8.0 / 3.0));
        assert_eq!(standard_error_of_mean(&values), Some((8.0_f64 / 3.0).sqrt() / 2.0));
        assert_eq!(skewness(&values), Some(0.0));
        assert_eq!(excess_kurtosis(&values), Some(-1.0));
    }

    #[test]
    fn a_long_upper_tail_is_positive_skew() {
        // Mean 1; deviations −1, −1, −1, 3; m₂ = 12/4 = 3, m₃ = 24/4 = 6; 6/(3·√3) = 2/√3.
        let skew = skewness(&[0.0, 0.0, 0.0, 4.0]).unwrap();
        assert!((skew - 2.0 / 3.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn quantiles_lie_between_order_statistics() {
        // Positions (n − 1)·p = 3·0.5 = 1.5 and 3·0.1 = 0.3.
        let values = [40.0, 10.0, 30.0, 20.0];
        assert_eq!(quantile(&values, 0.5), Some(25.0));
        assert!((quantile(&values, 0.1).unwrap() - 13.0).abs() < 1e-12);
        assert_eq!(quantile(&values, 0.0), Some(10.0));
        assert_eq!(quantile(&values, 1.0), Some(40.0));
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(mean(&[]), None);
        assert_eq!(variance(&[1.0]), None);
        assert_eq!(skewness(&[2.0, 2.0]), None);
        assert_eq!(excess_kurtosis(&[2.0, 2.0]), None);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
        assert_eq!(quantile(&[1.0], f64::NAN), None);
    }

    proptest! {
        #[test]
        fn any_numbers_give_a_finite_statistic_or_none(values in prop::collection::vec(prop::num::f64::ANY, 0..6), p in prop::num::f64::ANY) {
            let all = [mean(&values), variance(&values), standard_error_of_mean(&values), skewness(&values),
                excess_kurtosis(&values), quantile(&values, p), quantile(&values, 0.5)];
            prop_assert!(all.into_iter().flatten().all(f64::is_finite));
        }

        #[test]
        fn the_median_lies_within_the_values(values in prop::collection::vec(-1e3..1e3_f64, 1..20), p in 0.0..=1.0_f64) {
            let lowest = values.iter().copied().fold(f64::MAX, f64::min);
            let highest = values.iter().copied().fold(f64::MIN, f64::max);
            let q = quantile(&values, p).unwrap();
            prop_assert!(lowest - 1e-9 <= q && q <= highest + 1e-9);
        }
    }
}
