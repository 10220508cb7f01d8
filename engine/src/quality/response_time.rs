//! Seconds per item: whether a person can have read the items.

use super::no_index::NoIndex;

/// What is known of the time a person took.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ResponseTime {
    /// Nothing.
    #[default]
    Unknown,
    /// The whole questionnaire, in seconds.
    Total {
        /// Seconds.
        seconds: f64,
    },
    /// Item by item, in seconds; `None` where it was not recorded.
    PerItem {
        /// Seconds.
        seconds: Vec<Option<f64>>,
    },
}

/// Mean time per item, in seconds: the total over the number of answered items, or the mean of the recorded times.
///
/// # Errors
/// [`NoIndex::NoTime`], [`NoIndex::ImpossibleTime`] for a time that is not above 0 and finite, [`NoIndex::TooFewAnswers`] for a total
/// without any answer.
/// # References
/// Huang, Curran, Keeney, Poposki & DeShon (2012), Journal of Business and Psychology 27, 99–114, doi:10.1007/s10869-011-9231-8,
/// for a limit of 2 seconds an item.
pub fn seconds_per_item(time: &ResponseTime, n_answered: usize) -> Result<f64, NoIndex> {
    let is_possible = |seconds: f64| seconds > 0.0 && seconds.is_finite();
    match time {
        ResponseTime::Unknown => Err(NoIndex::NoTime),
        ResponseTime::Total { seconds } if !is_possible(*seconds) => Err(NoIndex::ImpossibleTime),
        ResponseTime::Total { .. } if n_answered == 0 => Err(NoIndex::TooFewAnswers { answered: 0, needed: 1 }),
        ResponseTime::Total { seconds } => Ok(seconds / n_answered as f64),
        ResponseTime::PerItem { seconds } => {
            let recorded: Vec<f64> = seconds.iter().copied().flatten().collect();
            if recorded.is_empty() {
                return Err(NoIndex::NoTime);
            }
            let mean = recorded.iter().sum::<f64>() / recorded.len() as f64;
            if recorded.iter().all(|&seconds| is_possible(seconds)) && mean.is_finite() {
                Ok(mean)
            } else {
                Err(NoIndex::ImpossibleTime)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_worked_by_hand() {
        assert_eq!(seconds_per_item(&ResponseTime::Total { seconds: 90.0 }, 60), Ok(1.5));
        let each = ResponseTime::PerItem { seconds: vec![Some(2.0), None, Some(4.0)] };
        assert_eq!(seconds_per_item(&each, 0), Ok(3.0));
    }

    #[test]
    fn impossible_times_are_said() {
        assert_eq!(seconds_per_item(&ResponseTime::Unknown, 9), Err(NoIndex::NoTime));
        assert_eq!(seconds_per_item(&ResponseTime::PerItem { seconds: vec![None] }, 9), Err(NoIndex::NoTime));
        assert!(seconds_per_item(&ResponseTime::Total { seconds: 5.0 }, 0).is_err());
        for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(seconds_per_item(&ResponseTime::Total { seconds }, 9), Err(NoIndex::ImpossibleTime));
            let each = ResponseTime::PerItem { seconds: vec![Some(1.0), Some(seconds)] };
            assert_eq!(seconds_per_item(&each, 9), Err(NoIndex::ImpossibleTime));
        }
        let huge = ResponseTime::PerItem { seconds: vec![Some(f64::MAX), Some(f64::MAX)] };
        assert_eq!(seconds_per_item(&huge, 9), Err(NoIndex::ImpossibleTime));
    }
}
