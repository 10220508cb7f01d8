//! What raters would answer if they did not agree at all: the yardstick of r_wg.

/// Shares of five options under a slight wish to please: variance 1.34 points².
pub const SLIGHT_SKEW_5: [f64; 5] = [0.05, 0.15, 0.20, 0.35, 0.25];
/// Shares of five options under a moderate wish to please: variance 0.90 points².
pub const MODERATE_SKEW_5: [f64; 5] = [0.0, 0.10, 0.15, 0.40, 0.35];
/// Shares of five options under a strong wish to please: variance 0.44 points².
pub const HEAVY_SKEW_5: [f64; 5] = [0.0, 0.0, 0.10, 0.40, 0.50];

/// The answers of raters without agreement, on options one point apart.
///
/// # References
/// James, Demaree & Wolf (1984), doi:10.1037/0021-9010.69.1.85 (uniform, triangular, skewed); LeBreton & Senter (2008),
/// Organizational Research Methods 11, 815–852, doi:10.1177/1094428106296642 (the shares of five options); Brown & Hauenstein
/// (2005), Organizational Research Methods 8, 165–184, doi:10.1177/1094428105275376 (largest variance)
#[derive(Debug, Clone, PartialEq)]
pub enum NullDistribution {
    /// Every option equally often: (A² − 1)/12 with A options.
    Uniform,
    /// Shares rising by equal steps to the middle and falling again: a tendency to the middle.
    Triangular,
    /// One half at each end, the largest variance there is: (A − 1)²/4.
    MaximumDissensus,
    /// Shares of the options, from the lowest; for example [`SLIGHT_SKEW_5`].
    Shares(Vec<f64>),
    /// A variance known otherwise, in points².
    Variance(f64),
}

/// Why a null distribution has no variance.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NullDistributionError {
    /// One option leaves no room to disagree.
    #[error("agreement needs at least 2 options, got {given}")]
    TooFewOptions {
        /// The number of options.
        given: usize,
    },
    /// Not one share an option.
    #[error("{given} shares for {expected} options")]
    Length {
        /// Number of shares.
        given: usize,
        /// Number of options.
        expected: usize,
    },
    /// Shares that are negative, not finite, or do not add up to 1.
    #[error("shares must be from 0 to 1 and add up to 1, their sum is {sum}")]
    Shares {
        /// The sum of the shares.
        sum: f64,
    },
    /// A variance that is not a finite number above 0.
    #[error("null variance {given} is not a finite number above 0")]
    NotPositive {
        /// The variance.
        given: f64,
    },
}

impl NullDistribution {
    /// Variance of a single answer, in points², with `n_options` options one point apart.
    ///
    /// # Errors
    /// [`NullDistributionError`] for fewer than two options, shares that do not fit, or a variance that is not above 0.
    pub fn variance(&self, n_options: usize) -> Result<f64, NullDistributionError> {
        if n_options < 2 {
            return Err(NullDistributionError::TooFewOptions { given: n_options });
        }
        let options = n_options as f64;
        let variance = match self {
            Self::Uniform => (options * options - 1.0) / 12.0,
            Self::MaximumDissensus => (options - 1.0) * (options - 1.0) / 4.0,
            Self::Triangular => {
                let heights = (0..n_options).map(|option| (option.min(n_options - 1 - option) + 1) as f64);
                let total: f64 = heights.clone().sum();
                variance_of_shares(&heights.map(|height| height / total).collect::<Vec<_>>())
            }
            Self::Shares(shares) => {
                if shares.len() != n_options {
                    return Err(NullDistributionError::Length { given: shares.len(), expected: n_options });
                }
                let sum: f64 = shares.iter().sum();
                // Shares are typed with a few decimals.
                let adds_up = (sum - 1.0).abs() <= 1e-9;
                if !adds_up || !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
                    return Err(NullDistributionError::Shares { sum });
                }
                variance_of_shares(shares)
            }
            Self::Variance(variance) => *variance,
        };
        if variance > 0.0 && variance.is_finite() {
            Ok(variance)
        } else {
            Err(NullDistributionError::NotPositive { given: variance })
        }
    }
}

/// Σp(x − Σpx)², x = 0, 1, ….
fn variance_of_shares(shares: &[f64]) -> f64 {
    let mean: f64 = shares.iter().enumerate().map(|(x, share)| x as f64 * share).sum();
    shares.iter().enumerate().map(|(x, share)| share * (x as f64 - mean) * (x as f64 - mean)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variance(null: NullDistribution, n_options: usize) -> f64 {
        null.variance(n_options).unwrap()
    }

    #[test]
    fn variances_of_five_options() {
        assert_eq!(variance(NullDistribution::Uniform, 5), 2.0);
        assert_eq!(variance(NullDistribution::MaximumDissensus, 5), 4.0);
        // Shares 1, 2, 3, 2, 1 of 9: (2·4·1 + 2·1·2)/9.
        assert!((variance(NullDistribution::Triangular, 5) - 12.0 / 9.0).abs() < 1e-15);
        // The printed variances of the three skewed distributions.
        for (shares, printed) in [(SLIGHT_SKEW_5, 1.34), (MODERATE_SKEW_5, 0.90), (HEAVY_SKEW_5, 0.44)] {
            assert!((variance(NullDistribution::Shares(shares.to_vec()), 5) - printed).abs() < 1e-12);
        }
    }

    #[test]
    fn triangular_over_an_even_number_of_options() {
        // Shares 1, 2, 2, 1 of 6 at ±0.5 and ±1.5: (2·2·0.25 + 2·2.25)/6.
        assert!((variance(NullDistribution::Triangular, 4) - 5.5 / 6.0).abs() < 1e-15);
        assert_eq!(variance(NullDistribution::Triangular, 2), 0.25);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |null: NullDistribution, n_options| null.variance(n_options).unwrap_err();
        let shares = |shares: &[f64]| NullDistribution::Shares(shares.to_vec());
        assert_eq!(refused(NullDistribution::Uniform, 1), NullDistributionError::TooFewOptions { given: 1 });
        assert!(matches!(refused(shares(&[0.5, 0.5]), 3), NullDistributionError::Length { .. }));
        assert!(matches!(refused(shares(&[0.5, 0.4]), 2), NullDistributionError::Shares { .. }));
        assert!(matches!(refused(shares(&[1.5, -0.5]), 2), NullDistributionError::Shares { .. }));
        assert!(matches!(refused(shares(&[f64::NAN, 1.0]), 2), NullDistributionError::Shares { .. }));
        assert!(matches!(refused(shares(&[1.0, 0.0]), 2), NullDistributionError::NotPositive { .. }));
        assert!(matches!(refused(NullDistribution::Variance(-1.0), 5), NullDistributionError::NotPositive { .. }));
    }
}
