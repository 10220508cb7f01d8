//! Longstring: the longest run of one and the same answer.

use super::no_index::NoIndex;

/// Runs of identical answers in a row of answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runs {
    /// Length of the longest run, in items, from 1.
    pub longest: usize,
    /// Mean length of all runs, in items.
    pub average: f64,
}

/// Longstring: how long a person gave the same answer without interruption, and how long such runs are on average.
///
/// - `answers`: in the order of administration, as they were given (before any item is turned); `None` is unanswered, ends a run
///   and belongs to none.
///
/// # Errors
/// [`NoIndex::TooFewAnswers`] without any answer.
/// # References
/// Johnson (2005), Journal of Research in Personality 39, 103–129, doi:10.1016/j.jrp.2004.09.009;
/// Meade & Craig (2012), Psychological Methods 17, 437–455, doi:10.1037/a0028085.
/// # Agreement
/// Oracle `quality/careless` (R careless), within 1e-9 relative.
pub fn runs(answers: &[Option<i32>]) -> Result<Runs, NoIndex> {
    let (mut longest, mut n_runs, mut answered, mut current) = (0, 0_usize, 0_usize, 0);
    let mut before = None;
    for &answer in answers {
        if answer.is_some() {
            answered += 1;
            if answer == before {
                current += 1;
            } else {
                n_runs += 1;
                current = 1;
            }
            longest = longest.max(current);
        }
        before = answer;
    }
    if answered == 0 {
        return Err(NoIndex::TooFewAnswers { answered: 0, needed: 1 });
    }
    Ok(Runs { longest, average: answered as f64 / n_runs as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_worked_by_hand() {
        // Runs of 1, 3, 2 and 1.
        let answers = [1, 2, 2, 2, 3, 3, 2].map(Some);
        assert_eq!(runs(&answers), Ok(Runs { longest: 3, average: 7.0 / 4.0 }));
    }

    #[test]
    fn a_missing_answer_ends_a_run() {
        assert_eq!(runs(&[Some(3), Some(3), None, None, Some(3)]), Ok(Runs { longest: 2, average: 1.5 }));
        assert_eq!(runs(&[None, None]), Err(NoIndex::TooFewAnswers { answered: 0, needed: 1 }));
        assert!(runs(&[]).is_err());
    }
}
