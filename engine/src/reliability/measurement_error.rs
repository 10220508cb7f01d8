//! Errors of measurement that follow from the reliability of a scale and its SD in the same group.

use crate::reliability::interval::ConfidenceInterval;
pub use crate::reliability::within_person::{within_person_standard_error, within_person_standard_error_of_mean};

/// Why numbers give no error of measurement, no interval or no change.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeasurementError {
    /// The SD is not a finite number above 0.
    #[error("standard deviation {sd} is not a finite number above 0")]
    SdNotPositive {
        /// The SD as given.
        sd: f64,
    },
    /// The reliability is not from 0 to below 1.
    #[error("reliability {reliability} is not from 0 to below 1")]
    ReliabilityOutOfRange {
        /// The reliability as given.
        reliability: f64,
    },
    /// The standard error is not a finite number above 0.
    #[error("standard error {standard_error} is not a finite number above 0")]
    StandardErrorNotPositive {
        /// The standard error as given.
        standard_error: f64,
    },
    /// The level is not a share above 0 and below 1.
    #[error("level {level} is not above 0 and below 1")]
    LevelOutOfRange {
        /// The level as given.
        level: f64,
    },
    /// A score is not a finite number, or so large that what follows from it is not.
    #[error("score {score} is not a finite number, or too large")]
    ScoreNotFinite {
        /// The score as given.
        score: f64,
    },
    /// Fewer than two items were answered.
    #[error("a within-person standard error needs 2 answered items or more, got {n_answered}")]
    TooFewAnswers {
        /// Answered items.
        n_answered: u32,
    },
    /// All answers are equal after keying.
    #[error("all answers are equal after keying, so that they show no uncertainty")]
    NoVariance,
    /// More items answered than the scale has.
    #[error("{n_answered} answered items on a scale of {n_items}")]
    MoreAnswersThanItems {
        /// Answered items.
        n_answered: u32,
        /// Items of the scale.
        n_items: u32,
    },
    /// No answers can have this sum and this sum of squares.
    #[error("no {n_answered} answers have sum {sum} and sum of squares {sum_of_squares}")]
    ImpossibleSums {
        /// Answered items.
        n_answered: u32,
        /// Sum as given.
        sum: f64,
        /// Sum of squares as given.
        sum_of_squares: f64,
    },
}

/// Standard error of measurement: SD·√(1 − r), in raw score points. Spread of a person's observed scores around the true score.
///
/// - `sd`, `reliability`: of one group.
///
/// # Errors
/// [`MeasurementError`] unless the SD is above 0 and the reliability is from 0 to below 1.
///
/// # Examples
/// ```
/// // 10·√0.16.
/// let error = engine::reliability::measurement_error::standard_error_of_measurement(10.0, 0.84)?;
/// assert!((error - 4.0).abs() < 1e-12);
/// # Ok::<(), engine::reliability::MeasurementError>(())
/// ```
/// # References
/// Dudek (1979), Psychological Bulletin 86, 335–337, doi:10.1037/0033-2909.86.2.335
/// # Agreement
/// Oracle `reliability/retest_change` and `reliability/jacobson_truax_1991`, within 1e-10 relative.
pub fn standard_error_of_measurement(sd: f64, reliability: f64) -> Result<f64, MeasurementError> {
    check(sd, reliability)?;
    Ok(sd * (1.0 - reliability).sqrt())
}

/// Standard error of estimation: SD·√(r(1 − r)), in raw score points. Spread of true scores around [`true_score_estimate`].
///
/// - `sd`, `reliability`: of one group.
///
/// # Errors
/// [`MeasurementError`] unless the SD is above 0 and the reliability is from 0 to below 1.
///
/// # References
/// Dudek (1979), Psychological Bulletin 86, 335–337, doi:10.1037/0033-2909.86.2.335
/// # Agreement
/// Oracle `reliability/retest_change`, within 1e-10 relative.
pub fn standard_error_of_estimation(sd: f64, reliability: f64) -> Result<f64, MeasurementError> {
    check(sd, reliability)?;
    Ok(sd * (reliability * (1.0 - reliability)).sqrt())
}

/// Standard error of prediction: SD·√(1 − r²), in raw score points. Spread of the scores on a parallel test around their
/// prediction from this one.
///
/// - `sd`, `reliability`: of one group.
///
/// # Errors
/// [`MeasurementError`] unless the SD is above 0 and the reliability is from 0 to below 1.
///
/// # References
/// Dudek (1979), Psychological Bulletin 86, 335–337, doi:10.1037/0033-2909.86.2.335
/// # Agreement
/// Oracle `reliability/retest_change`, within 1e-10 relative.
pub fn standard_error_of_prediction(sd: f64, reliability: f64) -> Result<f64, MeasurementError> {
    check(sd, reliability)?;
    Ok(sd * (1.0 - reliability * reliability).sqrt())
}

/// Standard error of the difference of two scores of one person on one scale: SD·√(2(1 − r)), in raw score points.
///
/// - `sd`, `reliability`: of one group.
///
/// # Errors
/// [`MeasurementError`] unless the SD is above 0 and the reliability is from 0 to below 1.
///
/// # References
/// Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59, 12–19, doi:10.1037/0022-006X.59.1.12
/// # Agreement
/// Oracle `reliability/retest_change` and `reliability/jacobson_truax_1991`, within 1e-10 relative.
pub fn standard_error_of_difference(sd: f64, reliability: f64) -> Result<f64, MeasurementError> {
    check(sd, reliability)?;
    Ok(sd * (2.0 * (1.0 - reliability)).sqrt())
}

/// Kelley's estimate of the true score: r·score + (1 − r)·mean, in raw score points.
///
/// - `mean`, `reliability`: of one group.
///
/// # Errors
/// [`MeasurementError`] unless the reliability is from 0 to below 1 and the score, the mean and the estimate are finite.
///
/// # References
/// Kelley (1947), *Fundamentals of statistics*, Harvard University Press.
/// # Agreement
/// Oracle `reliability/retest_change`, within 1e-10 relative.
pub fn true_score_estimate(score: f64, mean: f64, reliability: f64) -> Result<f64, MeasurementError> {
    check(1.0, reliability)?;
    let estimate = reliability * score + (1.0 - reliability) * mean;
    if estimate.is_finite() { Ok(estimate) } else { Err(MeasurementError::ScoreNotFinite { score }) }
}

fn check(sd: f64, reliability: f64) -> Result<(), MeasurementError> {
    if !(sd.is_finite() && sd > 0.0) {
        return Err(MeasurementError::SdNotPositive { sd });
    }
    if !(0.0..1.0).contains(&reliability) {
        return Err(MeasurementError::ReliabilityOutOfRange { reliability });
    }
    Ok(())
}

/// Mean, SD and reliability of a scale's raw score, all from one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReferenceGroup {
    /// Mean, raw score points.
    pub mean: f64,
    /// Standard deviation, raw score points, above 0.
    pub sd: f64,
    /// Reliability, from 0 to below 1.
    pub reliability: f64,
}

/// Interval around the observed score with the standard error of measurement, in raw score points.
///
/// - `level`: for example 0.95.
///
/// # Errors
/// [`MeasurementError`] for an impossible SD or reliability, a score that is not finite or a level outside (0, 1).
///
/// # Agreement
/// Oracle `reliability/retest_change`, within 1e-10 relative.
pub fn observed_score_interval(
    score: f64,
    group: &ReferenceGroup,
    level: f64,
) -> Result<ConfidenceInterval, MeasurementError> {
    ConfidenceInterval::around(score, standard_error_of_measurement(group.sd, group.reliability)?, level)
}

/// Interval around Kelley's true score estimate with the standard error of estimation, in raw score points.
///
/// - `level`: for example 0.95.
///
/// # Errors
/// As [`observed_score_interval`]; also for a mean that is not finite, and for a reliability of 0, which tells nothing of the
/// person.
///
/// # Agreement
/// Oracle `reliability/retest_change`, within 1e-10 relative.
pub fn true_score_interval(
    score: f64,
    group: &ReferenceGroup,
    level: f64,
) -> Result<ConfidenceInterval, MeasurementError> {
    let estimate = true_score_estimate(score, group.mean, group.reliability)?;
    ConfidenceInterval::around(estimate, standard_error_of_estimation(group.sd, group.reliability)?, level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_standard_error_worked_by_hand() {
        // SD 10, r = 0.64: √0.36 = 0.6; √(0.64·0.36) = 0.48; √(1 − 0.4096); √0.72; 0.64·70 + 0.36·50.
        let close = |got: Result<f64, _>, expected: f64| assert!((got.unwrap() - expected).abs() < 1e-12);
        close(standard_error_of_measurement(10.0, 0.64), 6.0);
        close(standard_error_of_estimation(10.0, 0.64), 4.8);
        close(standard_error_of_prediction(10.0, 0.64), 10.0 * 0.5904_f64.sqrt());
        close(standard_error_of_difference(10.0, 0.64), 10.0 * 0.72_f64.sqrt());
        close(true_score_estimate(70.0, 50.0, 0.64), 62.8);
    }

    #[test]
    fn impossible_groups_are_refused() {
        assert_eq!(standard_error_of_measurement(0.0, 0.5), Err(MeasurementError::SdNotPositive { sd: 0.0 }));
        for reliability in [1.0, -0.1, 1.2] {
            let refused = Err(MeasurementError::ReliabilityOutOfRange { reliability });
            assert_eq!(standard_error_of_estimation(1.0, reliability), refused);
            assert_eq!(true_score_estimate(1.0, 1.0, reliability), refused);
        }
        assert!(standard_error_of_prediction(f64::NAN, 0.5).is_err());
        assert!(standard_error_of_difference(1.0, f64::NAN).is_err());
        assert_eq!(
            true_score_estimate(f64::INFINITY, 1.0, 0.5),
            Err(MeasurementError::ScoreNotFinite { score: f64::INFINITY })
        );
    }

    #[test]
    fn a_reliability_of_zero_gives_no_true_score_interval() {
        let group = ReferenceGroup { mean: 50.0, sd: 10.0, reliability: 0.0 };
        assert!(observed_score_interval(60.0, &group, 0.95).is_ok());
        let refused = MeasurementError::StandardErrorNotPositive { standard_error: 0.0 };
        assert_eq!(true_score_interval(60.0, &group, 0.95), Err(refused));
    }

    proptest! {
        #[test]
        fn intervals_contain_their_estimates(sd in 0.01..100.0_f64, reliability in 0.001..0.999_f64, score in -500.0..500.0_f64, mean in -500.0..500.0_f64, level in 0.01..0.999_f64) {
            let group = ReferenceGroup { mean, sd, reliability };
            prop_assert!(observed_score_interval(score, &group, level).unwrap().contains(score));
            let estimate = true_score_estimate(score, mean, reliability).unwrap();
            prop_assert!(true_score_interval(score, &group, level).unwrap().contains(estimate));
            // Kelley draws the score towards the mean, never past it.
            prop_assert!(score.min(mean) - 1e-9 <= estimate && estimate <= score.max(mean) + 1e-9);
        }

        #[test]
        fn errors_are_ordered(sd in 0.01..100.0_f64, r in 0.0..0.999_f64) {
            let measurement = standard_error_of_measurement(sd, r).unwrap();
            prop_assert!(standard_error_of_estimation(sd, r).unwrap() <= measurement);
            prop_assert!(measurement <= standard_error_of_prediction(sd, r).unwrap() * (1.0 + 1e-15));
        }

        #[test]
        fn any_numbers_are_answered(sd in prop::num::f64::ANY, reliability in prop::num::f64::ANY, score in prop::num::f64::ANY, level in prop::num::f64::ANY) {
            let group = ReferenceGroup { mean: score, sd, reliability };
            let intervals = [observed_score_interval(score, &group, level), true_score_interval(score, &group, level)];
            prop_assert!(intervals.iter().flatten().all(|interval| interval.lower() <= interval.upper()));
        }
    }
}
