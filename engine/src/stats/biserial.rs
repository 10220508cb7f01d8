//! Biserial correlation: of a score with the normal variable that is thought to lie behind a right or wrong answer.

use crate::numeric::normal;

/// Biserial correlation from the point-biserial one: r·√(p(1 − p))/φ(Φ⁻¹(p)).
///
/// - `point_biserial`: Pearson's correlation of the score with 0 and 1, from −1 to 1.
/// - `share_high`: share p of the respondents with a 1.
///
/// It is higher than the point-biserial correlation, and can pass ±1 where the score is not normal. `None` unless 0 < p < 1. For a
/// likelihood estimate that stays within ±1, or more than two categories: [`polyserial`](crate::stats::polyserial::polyserial).
///
/// # Examples
/// ```
/// // At p = ½ the factor is ½·√(2π).
/// let biserial = engine::stats::biserial::biserial(0.4, 0.5).unwrap_or_default();
/// assert!((biserial - 0.2 * (2.0 * std::f64::consts::PI).sqrt()).abs() < 1e-15);
/// ```
/// # References
/// Pearson (1909), Biometrika 7, 96–105, doi:10.1093/biomet/7.1-2.96
/// # Agreement
/// Oracle `correlation/polyserial` (item `b`, ad hoc), within 1e-9 relative.
#[must_use]
pub fn biserial(point_biserial: f64, share_high: f64) -> Option<f64> {
    if !(-1.0..=1.0).contains(&point_biserial) {
        return None;
    }
    let density = normal::density(normal::quantile(share_high)?);
    let biserial = point_biserial * (share_high * (1.0 - share_high)).sqrt() / density;
    biserial.is_finite().then_some(biserial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn biserial_is_the_same_for_easy_and_hard_items_and_grows_at_the_ends() {
        let (easy, hard) = (biserial(0.3, 0.9).unwrap(), biserial(0.3, 0.1).unwrap());
        assert!((easy - hard).abs() < 1e-14 && easy > biserial(0.3, 0.5).unwrap());
    }

    #[test]
    fn what_is_no_correlation_or_no_share_has_none() {
        for (r, p) in [(1.1, 0.5), (f64::NAN, 0.5), (0.3, 0.0), (0.3, 1.0), (0.3, f64::NAN)] {
            assert_eq!(biserial(r, p), None);
        }
    }
}
