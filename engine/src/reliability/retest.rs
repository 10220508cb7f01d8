//! Stability of a scale: the same people on two dates.

use crate::stats::{correlation, descriptive};

/// Why two dates give no retest coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RetestError {
    /// The lists are not of one length.
    #[error("{first} scores on the first date and {second} on the second")]
    LengthMismatch {
        /// Scores on the first date.
        first: usize,
        /// Scores on the second date.
        second: usize,
    },
    /// Too few people, no spread on one date, or a score that is not finite.
    #[error("a retest correlation needs two people or more with different finite scores on each date")]
    Undefined,
}

/// How scores of two dates go together.
///
/// # Agreement
/// Oracle `reliability/retest_change`, within 1e-10 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retest {
    n: usize,
    correlation: f64,
    mean_change: f64,
    sd_change: f64,
}

impl Retest {
    /// Compares the scores of the same people, in the same order, on two dates.
    ///
    /// # Errors
    /// [`RetestError`] for lists of different length, fewer than two people, no spread or scores that are not finite.
    pub fn new(first: &[f64], second: &[f64]) -> Result<Self, RetestError> {
        if first.len() != second.len() {
            return Err(RetestError::LengthMismatch { first: first.len(), second: second.len() });
        }
        let changes: Vec<f64> = first.iter().zip(second).map(|(first, second)| second - first).collect();
        let correlation = correlation::pearson(first, second).ok_or(RetestError::Undefined)?;
        let mean_change = descriptive::mean(&changes).ok_or(RetestError::Undefined)?;
        let sd_change = descriptive::standard_deviation(&changes).ok_or(RetestError::Undefined)?;
        Ok(Self { n: first.len(), correlation, mean_change, sd_change })
    }

    /// Number of people.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Retest reliability: correlation of both dates, −1 to 1.
    #[must_use]
    pub fn correlation(&self) -> f64 {
        self.correlation
    }

    /// Limits of the correlation by Fisher's z; see [`correlation::fisher_interval`].
    #[must_use]
    pub fn correlation_interval(&self, level: f64) -> Option<(f64, f64)> {
        correlation::fisher_interval(self.correlation, self.n, level)
    }

    /// Mean of second − first, raw score points: practice, or development.
    #[must_use]
    pub fn mean_change(&self) -> f64 {
        self.mean_change
    }

    /// SD of second − first, raw score points.
    #[must_use]
    pub fn sd_change(&self) -> f64 {
        self.sd_change
    }

    /// Standard error of measurement from the changes: SD of second − first, over √2, raw score points.
    #[must_use]
    pub fn standard_error_of_measurement(&self) -> f64 {
        self.sd_change / std::f64::consts::SQRT_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_worked_by_hand() {
        // Changes 1, 3, 2: mean 2, SD 1.
        let retest = Retest::new(&[1.0, 2.0, 4.0], &[2.0, 5.0, 6.0]).unwrap();
        assert_eq!((retest.n(), retest.mean_change(), retest.sd_change()), (3, 2.0, 1.0));
        assert!((retest.standard_error_of_measurement() - 0.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(retest.correlation_interval(0.95), None);
    }

    #[test]
    fn scores_that_cannot_be_compared_say_why() {
        assert_eq!(Retest::new(&[1.0], &[]), Err(RetestError::LengthMismatch { first: 1, second: 0 }));
        assert_eq!(Retest::new(&[1.0, 1.0], &[1.0, 2.0]), Err(RetestError::Undefined));
        assert_eq!(Retest::new(&[1.0, f64::INFINITY], &[1.0, 2.0]), Err(RetestError::Undefined));
    }
}
