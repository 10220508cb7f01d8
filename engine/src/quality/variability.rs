//! Intra-individual response variability: how widely a person's answers are spread.

use super::no_index::NoIndex;

/// Intra-individual response variability (IRV): the standard deviation (divisor n − 1) of one person's answers, in points.
///
/// - `answers`: as they were given, before any item is turned; `None` is unanswered and left out.
///
/// # Errors
/// [`NoIndex::TooFewAnswers`] for fewer than two answers.
/// # References
/// Dunn, Heggestad, Shanock & Theilgard (2018), Journal of Business and Psychology 33, 105–121, doi:10.1007/s10869-016-9479-0.
/// # Agreement
/// Oracle `quality/careless` (R careless), within 1e-9 relative.
pub fn response_variability(answers: &[Option<i32>]) -> Result<f64, NoIndex> {
    let (mut n, mut sum, mut squares) = (0_i64, 0_i64, 0_i128);
    for points in answers.iter().flatten() {
        n += 1;
        sum += i64::from(*points);
        squares += i128::from(*points) * i128::from(*points);
    }
    if n < 2 {
        return Err(NoIndex::TooFewAnswers { answered: n as usize, needed: 2 });
    }
    // Whole numbers: exact, and 0 exactly where all answers are the same.
    let numerator = i128::from(n) * squares - i128::from(sum) * i128::from(sum);
    Ok((numerator as f64 / (n as f64 * (n - 1) as f64)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_worked_by_hand() {
        // Mean 3, squares 4 + 0 + 4 over 2.
        assert_eq!(response_variability(&[Some(1), None, Some(3), Some(5)]), Ok(2.0));
        assert_eq!(response_variability(&[Some(4); 9]), Ok(0.0));
        assert_eq!(response_variability(&[Some(4), None]), Err(NoIndex::TooFewAnswers { answered: 1, needed: 2 }));
        assert!(response_variability(&[Some(i32::MAX), Some(i32::MIN)]).is_ok_and(f64::is_finite));
    }
}
