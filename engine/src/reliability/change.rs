//! Change of one person between two dates on one scale.

use crate::reliability::interval::TWO_SIDED_95;
use crate::reliability::measurement_error::MeasurementError;

/// Whether a person's score changed by more than measurement error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeClass {
    /// Lower by more than measurement error.
    Decrease,
    /// Within measurement error.
    NoReliableChange,
    /// Higher by more than measurement error.
    Increase,
}

impl ChangeClass {
    /// Class of a reliable change index: beyond ±1.96.
    ///
    /// `None` when the index is not a number.
    ///
    /// # Agreement
    /// Oracle `reliability/retest_change`, exact.
    #[must_use]
    pub fn of(reliable_change: f64) -> Option<Self> {
        if reliable_change.is_nan() {
            None
        } else if reliable_change > TWO_SIDED_95 {
            Some(Self::Increase)
        } else if reliable_change < -TWO_SIDED_95 {
            Some(Self::Decrease)
        } else {
            Some(Self::NoReliableChange)
        }
    }
}

/// Reliable change index: change over the standard error of a difference, in z units.
///
/// - `change`: second score − first score, raw score points; less the mean change of a group that was only tested twice, where
///   practice is to be taken off.
/// - `standard_error_of_difference`: SD·√(2(1 − r)), see
///   [`standard_error_of_difference`](crate::reliability::measurement_error::standard_error_of_difference).
///
/// # Errors
/// [`MeasurementError`] for a change or an index that is not finite, or a standard error that is not above 0.
///
/// # Examples
/// ```
/// use engine::reliability::{change::reliable_change, measurement_error::standard_error_of_difference};
/// // Jacobson & Truax (1991): from 32.5 to 47.5, SD 7.5, r .80; 15/4.74.
/// let change = reliable_change(47.5 - 32.5, standard_error_of_difference(7.5, 0.80)?)?;
/// assert!((change - 3.16).abs() < 0.005);
/// # Ok::<(), engine::reliability::MeasurementError>(())
/// ```
/// # References
/// Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59, 12–19, doi:10.1037/0022-006X.59.1.12
/// # Agreement
/// Oracle `reliability/jacobson_truax_1991` (half the last printed digit) and `reliability/retest_change` (with and without
/// practice), within 1e-10 relative.
pub fn reliable_change(change: f64, standard_error_of_difference: f64) -> Result<f64, MeasurementError> {
    let standard_error = standard_error_of_difference;
    if !(standard_error.is_finite() && standard_error > 0.0) {
        return Err(MeasurementError::StandardErrorNotPositive { standard_error });
    }
    let index = change / standard_error;
    if index.is_finite() { Ok(index) } else { Err(MeasurementError::ScoreNotFinite { score: change }) }
}

/// Mean and SD of raw scores in a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupMoments {
    /// Mean, raw score points.
    pub mean: f64,
    /// Standard deviation, raw score points.
    pub sd: f64,
}

/// Scores that separate a group of low standing from one of high standing, in raw score points.
///
/// # References
/// Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59, 12–19, doi:10.1037/0022-006X.59.1.12
/// # Agreement
/// Oracle `reliability/jacobson_truax_1991`, within 1e-10 relative; c as printed in the paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PopulationCutoffs {
    /// Two SDs above the mean of the low group: mean₁ + 2·SD₁.
    pub a: f64,
    /// Two SDs below the mean of the high group: mean₂ − 2·SD₂.
    pub b: f64,
    /// As likely in one group as in the other, weighted by their SDs: (SD₁·mean₂ + SD₂·mean₁)/(SD₁ + SD₂).
    pub c: f64,
}

impl PopulationCutoffs {
    /// Cut-offs between two groups.
    ///
    /// `None` unless both SDs are above 0, the low group has the lower mean, and all numbers are finite.
    #[must_use]
    pub fn between(low: GroupMoments, high: GroupMoments) -> Option<Self> {
        if !(low.sd > 0.0 && high.sd > 0.0 && low.mean < high.mean) {
            return None;
        }
        let a = low.mean + 2.0 * low.sd;
        let b = high.mean - 2.0 * high.sd;
        let c = (low.sd * high.mean + high.sd * low.mean) / (low.sd + high.sd);
        [a, b, c].iter().all(|cutoff| cutoff.is_finite()).then_some(Self { a, b, c })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn change_is_reliable_beyond_1_96_only() {
        let classes = [-1.97, -1.96, 0.0, 1.96, 1.97].map(|change| ChangeClass::of(change).unwrap());
        use ChangeClass::{Decrease, Increase, NoReliableChange};
        assert_eq!(classes, [Decrease, NoReliableChange, NoReliableChange, NoReliableChange, Increase]);
        assert_eq!(ChangeClass::of(f64::NAN), None);
    }

    #[test]
    fn an_index_needs_a_finite_change_and_a_standard_error() {
        assert_eq!(reliable_change(6.0, 5.0), Ok(1.2));
        assert!(matches!(reliable_change(f64::NAN, 5.0), Err(MeasurementError::ScoreNotFinite { .. })));
        for standard_error in [0.0, -1.0, f64::INFINITY] {
            let refused = MeasurementError::StandardErrorNotPositive { standard_error };
            assert_eq!(reliable_change(6.0, standard_error), Err(refused));
        }
    }

    #[test]
    fn cutoffs_need_groups_in_order_with_spread() {
        let group = |mean, sd| GroupMoments { mean, sd };
        assert_eq!(PopulationCutoffs::between(group(60.0, 7.5), group(40.0, 7.5)), None);
        assert_eq!(PopulationCutoffs::between(group(40.0, 0.0), group(60.0, 7.5)), None);
        assert_eq!(PopulationCutoffs::between(group(40.0, f64::NAN), group(60.0, 7.5)), None);
    }

    proptest! {
        #[test]
        fn a_change_back_is_the_same_change_with_the_other_sign(change in prop::num::f64::ANY, standard_error in prop::num::f64::ANY) {
            match (reliable_change(change, standard_error), reliable_change(-change, standard_error)) {
                (Ok(there), Ok(back)) => prop_assert_eq!(there, -back),
                (there, back) => prop_assert!(there.is_err() && back.is_err()),
            }
        }
    }
}
