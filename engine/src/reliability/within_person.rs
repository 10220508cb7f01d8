//! The uncertainty of a score when no reliability is known: from the spread of the person's own answers.

use crate::reliability::measurement_error::MeasurementError;

/// Within-person standard error of a sum score of `n_items`, prorated or complete: n·√(Σ(x − x̄)²/(k(k − 1))), in points of the
/// sum.
///
/// - `n_items`: items of the scale (n). `n_answered`: items answered (k). `sum`, `sum_of_squares`: Σx and Σx² of the answered items
///   after keying.
///
/// It treats the items as a random sample of the items that could have been asked (absolute error).
///
/// # Errors
/// [`MeasurementError::TooFewAnswers`] below two answers, [`MeasurementError::NoVariance`] when all are equal,
/// [`MeasurementError::MoreAnswersThanItems`], and [`MeasurementError::ImpossibleSums`] when no answers have these sums.
///
/// # Examples
/// ```
/// use engine::reliability::within_person::within_person_standard_error;
/// // Answers 1, 2, 3, 4: x̄ = 2.5, Σ(x − x̄)² = 5; 4·√(5/12).
/// let error = within_person_standard_error(4, 4, 10.0, 30.0)?;
/// assert!((error - 4.0 * (5.0_f64 / 12.0).sqrt()).abs() < 1e-14);
/// # Ok::<(), engine::reliability::MeasurementError>(())
/// ```
/// # References
/// Brennan (1998), Applied Psychological Measurement 22, 307–331, doi:10.1177/014662169802200401
pub fn within_person_standard_error(
    n_items: u32,
    n_answered: u32,
    sum: f64,
    sum_of_squares: f64,
) -> Result<f64, MeasurementError> {
    if n_answered > n_items {
        return Err(MeasurementError::MoreAnswersThanItems { n_answered, n_items });
    }
    let standard_error = f64::from(n_items) * within_person_standard_error_of_mean(n_answered, sum, sum_of_squares)?;
    if standard_error.is_finite() {
        Ok(standard_error)
    } else {
        Err(MeasurementError::ImpossibleSums { n_answered, sum, sum_of_squares })
    }
}

/// Within-person standard error of a mean score: √(Σ(x − x̄)²/(k(k − 1))), in points of the answers.
///
/// - `n_answered`: items answered (k). `sum`, `sum_of_squares`: Σx and Σx² of the answered items after keying.
///
/// # Errors
/// [`MeasurementError::TooFewAnswers`] below two answers, [`MeasurementError::NoVariance`] when all are equal,
/// [`MeasurementError::ImpossibleSums`] when no answers have these sums.
///
/// # References
/// Brennan (1998), Applied Psychological Measurement 22, 307–331, doi:10.1177/014662169802200401
pub fn within_person_standard_error_of_mean(
    n_answered: u32,
    sum: f64,
    sum_of_squares: f64,
) -> Result<f64, MeasurementError> {
    if n_answered < 2 {
        return Err(MeasurementError::TooFewAnswers { n_answered });
    }
    let k = f64::from(n_answered);
    // k·Σx² − (Σx)² is exact for whole answers; for others, less than its rounding error is no variance.
    let spread = k * sum_of_squares - sum * sum;
    let rounding = 2.0 * f64::EPSILON * k * (k * sum_of_squares);
    if !spread.is_finite() || !rounding.is_finite() || spread < -rounding {
        return Err(MeasurementError::ImpossibleSums { n_answered, sum, sum_of_squares });
    }
    let standard_error = (spread / (k * k * (k - 1.0))).sqrt();
    // The second condition catches a variance so small that it underflows.
    if spread <= rounding || standard_error <= 0.0 {
        return Err(MeasurementError::NoVariance);
    }
    Ok(standard_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// k, Σx and Σx² of some answers.
    fn sums(answers: impl IntoIterator<Item = f64>) -> (u32, f64, f64) {
        answers.into_iter().fold((0, 0.0, 0.0), |(k, sum, squares), x| (k + 1, sum + x, squares + x * x))
    }

    fn of_sum(n_items: u32, answers: impl IntoIterator<Item = f64>) -> Result<f64, MeasurementError> {
        let (k, sum, squares) = sums(answers);
        within_person_standard_error(n_items, k, sum, squares)
    }

    fn of_mean(answers: impl IntoIterator<Item = f64>) -> Result<f64, MeasurementError> {
        let (k, sum, squares) = sums(answers);
        within_person_standard_error_of_mean(k, sum, squares)
    }

    #[test]
    fn a_prorated_sum_is_as_unsure_as_its_answered_items() {
        // Answers 2, 4 of 10 items: Σ(x − x̄)² = 2, k(k − 1) = 2; 10·√1.
        assert_eq!(of_mean([2.0, 4.0]), Ok(1.0));
        assert_eq!(of_sum(10, [2.0, 4.0]), Ok(10.0));
    }

    #[test]
    fn answers_without_variance_show_no_uncertainty() {
        for answer in [3.0, 0.1, 1.0 / 3.0, 0.0] {
            assert_eq!(of_sum(30, [answer; 30]), Err(MeasurementError::NoVariance), "{answer}");
        }
    }

    #[test]
    fn too_few_or_too_many_answers_say_why() {
        assert_eq!(of_sum(5, [3.0]), Err(MeasurementError::TooFewAnswers { n_answered: 1 }));
        let too_many = MeasurementError::MoreAnswersThanItems { n_answered: 3, n_items: 2 };
        assert_eq!(of_sum(2, [1.0, 2.0, 3.0]), Err(too_many));
        let impossible = within_person_standard_error_of_mean(2, 10.0, 1.0);
        assert!(matches!(impossible, Err(MeasurementError::ImpossibleSums { .. })));
    }

    #[test]
    fn one_different_answer_among_300_is_variance() {
        // Σ(x − x̄)² = 1 − 1/300; over 300·299, that is 1/300².
        let error = of_mean((0..300).map(|item| if item == 0 { 4.0 } else { 5.0 })).unwrap();
        assert!((error - 1.0 / 300.0).abs() < 1e-15);
    }

    #[test]
    fn a_variance_that_underflows_is_no_standard_error_of_zero() {
        let error = within_person_standard_error(3_464_378_447, 89_551_142, 0.0, 1.981_056_707_561_859e-308);
        assert_eq!(error, Err(MeasurementError::NoVariance));
    }

    proptest! {
        #[test]
        fn reversing_every_item_changes_nothing(answers in prop::collection::vec(1..=5_u8, 2..60)) {
            let forward = of_mean(answers.iter().map(|&answer| f64::from(answer)));
            let reverse = of_mean(answers.iter().map(|&answer| f64::from(6 - answer)));
            match (forward, reverse) {
                (Ok(one), Ok(other)) => prop_assert!((one - other).abs() < 1e-12),
                (one, other) => prop_assert_eq!(one, other),
            }
        }

        #[test]
        fn any_sums_are_answered(n_items in any::<u32>(), n_answered in any::<u32>(), sum in prop::num::f64::ANY, squares in prop::num::f64::ANY) {
            let error = within_person_standard_error(n_items, n_answered, sum, squares);
            prop_assert!(error.is_err() || error.is_ok_and(|error| error.is_finite() && error > 0.0));
        }
    }
}
