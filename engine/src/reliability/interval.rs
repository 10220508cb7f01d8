//! Confidence intervals around a score, and whether two scores are distinguishable.

use crate::numeric::normal;
use crate::reliability::measurement_error::MeasurementError;

/// The standard normal quantile of a two-sided level of 95 %, rounded as the literature has it.
pub const TWO_SIDED_95: f64 = 1.96;

/// Limits that hold the true level in a given share of cases (`level` 0.95: 95 times in 100). Not the chance of the same
/// result on a retest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidenceInterval {
    lower: f64,
    upper: f64,
    level: f64,
}

impl ConfidenceInterval {
    /// Limits around an estimate: estimate ± Φ⁻¹((1 + level)/2)·standard error, in the unit of the estimate.
    ///
    /// # Errors
    /// [`MeasurementError`] for an estimate that is not finite, a standard error that is not above 0, a level outside (0, 1).
    ///
    /// # Examples
    /// ```
    /// use engine::reliability::ConfidenceInterval;
    /// let interval = ConfidenceInterval::around(50.0, 4.0, 0.95)?;
    /// // 50 − 1.959964·4 = 42.16.
    /// assert!((interval.lower() - 42.160_144_061_839_79).abs() < 1e-12);
    /// # Ok::<(), engine::reliability::MeasurementError>(())
    /// ```
    /// # Agreement
    /// Oracle `reliability/retest_change`, within 1e-10 relative.
    pub fn around(estimate: f64, standard_error: f64, level: f64) -> Result<Self, MeasurementError> {
        if !estimate.is_finite() {
            return Err(MeasurementError::ScoreNotFinite { score: estimate });
        }
        if !(standard_error.is_finite() && standard_error > 0.0) {
            return Err(MeasurementError::StandardErrorNotPositive { standard_error });
        }
        // The share above the upper limit keeps its precision where (1 + level)/2 would round to 1.
        let quantile = normal::quantile(0.5 * (1.0 - level)).filter(|_| level > 0.0 && level < 1.0);
        let reach = -quantile.ok_or(MeasurementError::LevelOutOfRange { level })? * standard_error;
        let (lower, upper) = (estimate - reach, estimate + reach);
        if lower.is_finite() && upper.is_finite() {
            Ok(Self { lower, upper, level })
        } else {
            Err(MeasurementError::ScoreNotFinite { score: estimate })
        }
    }

    /// Lower limit.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// Upper limit.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// Share of cases in which the limits hold the true level, above 0 and below 1.
    #[must_use]
    pub fn level(&self) -> f64 {
        self.level
    }

    /// Whether a value lies within the limits, both included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// A score with its standard error, in one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreWithError {
    score: f64,
    standard_error: f64,
}

impl ScoreWithError {
    /// Checks and wraps a score and its standard error.
    ///
    /// # Errors
    /// [`MeasurementError`] for a score that is not finite or a standard error that is not above 0.
    pub fn new(score: f64, standard_error: f64) -> Result<Self, MeasurementError> {
        if !score.is_finite() {
            return Err(MeasurementError::ScoreNotFinite { score });
        }
        if !(standard_error.is_finite() && standard_error > 0.0) {
            return Err(MeasurementError::StandardErrorNotPositive { standard_error });
        }
        Ok(Self { score, standard_error })
    }

    /// The score.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.score
    }

    /// Its standard error, above 0.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// Standard error of the difference of two scores with independent errors: √(SE₁² + SE₂²), in their unit.
    #[must_use]
    pub fn standard_error_of_difference(&self, other: &Self) -> f64 {
        libm::hypot(self.standard_error, other.standard_error)
    }

    /// Whether two scores of one unit differ by more than chance: |d| > 1.96·√(SE₁² + SE₂²).
    ///
    /// # Examples
    /// ```
    /// use engine::reliability::ScoreWithError;
    /// let score = |score| ScoreWithError::new(score, 3.0);
    /// // 1.96·√18 = 8.3.
    /// assert!(score(50.0)?.is_distinguishable_from(&score(59.0)?));
    /// assert!(!score(50.0)?.is_distinguishable_from(&score(58.0)?));
    /// # Ok::<(), engine::reliability::MeasurementError>(())
    /// ```
    #[must_use]
    pub fn is_distinguishable_from(&self, other: &Self) -> bool {
        (self.score - other.score).abs() > TWO_SIDED_95 * self.standard_error_of_difference(other)
    }

    /// Limits around the score; see [`ConfidenceInterval::around`].
    ///
    /// # Errors
    /// [`MeasurementError`] for a level outside (0, 1) or limits that are not finite.
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval, MeasurementError> {
        ConfidenceInterval::around(self.score, self.standard_error, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_no_interval_says_why() {
        let refused = |score, error, level| ConfidenceInterval::around(score, error, level).unwrap_err();
        assert!(matches!(refused(f64::NAN, 1.0, 0.9), MeasurementError::ScoreNotFinite { .. }));
        assert_eq!(refused(1.0, 0.0, 0.9), MeasurementError::StandardErrorNotPositive { standard_error: 0.0 });
        for level in [0.0, 1.0, -0.5, 95.0] {
            assert_eq!(refused(1.0, 1.0, level), MeasurementError::LevelOutOfRange { level });
        }
        assert_eq!(refused(f64::MAX, f64::MAX, 0.99), MeasurementError::ScoreNotFinite { score: f64::MAX });
        assert!(ScoreWithError::new(1.0, f64::INFINITY).is_err());
    }

    #[test]
    fn a_difference_on_the_border_is_not_distinguishable() {
        // √(3² + 4²) = 5; 1.96·5 = 9.8.
        let score = |score, error| ScoreWithError::new(score, error).unwrap();
        assert!(!score(0.0, 3.0).is_distinguishable_from(&score(9.8, 4.0)));
        assert!(score(0.0, 3.0).is_distinguishable_from(&score(-9.81, 4.0)));
    }

    proptest! {
        #[test]
        fn an_interval_contains_its_estimate_and_widens_with_the_level(score in -1e6..1e6_f64, error in 1e-6..1e3_f64, a in 0.001..0.999_f64, b in 0.001..0.999_f64) {
            let narrow = ConfidenceInterval::around(score, error, a.min(b)).unwrap();
            let wide = ConfidenceInterval::around(score, error, a.max(b)).unwrap();
            prop_assert!(narrow.contains(score));
            prop_assert!(wide.lower() <= narrow.lower() && narrow.upper() <= wide.upper());
        }

        #[test]
        fn any_numbers_are_answered(a in prop::num::f64::ANY, b in prop::num::f64::ANY, level in prop::num::f64::ANY) {
            prop_assert!(ConfidenceInterval::around(a, b, level).is_ok_and(|interval| interval.contains(a))
                || ConfidenceInterval::around(a, b, level).is_err());
            if let (Ok(one), Ok(other)) = (ScoreWithError::new(a, b), ScoreWithError::new(b, a)) {
                prop_assert_eq!(one.is_distinguishable_from(&other), other.is_distinguishable_from(&one));
            }
        }
    }
}
