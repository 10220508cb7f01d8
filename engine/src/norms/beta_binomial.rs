//! Beta-binomial norms: raw scores as numbers of points of which each person earns their own share, the shares being beta distributed;
//! for one group, or with both parameters changing smoothly with age.

mod over_age;

use crate::norms::standard::t_score;
use crate::numeric::elementary::{exp, ln};
use crate::numeric::normal;

pub use over_age::{AgedPoints, BetaBinomialAgeConfig, BetaBinomialNorm, fit_beta_binomial};

/// Why there is no beta-binomial norm.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BetaBinomialError {
    /// A highest score that is not allowed.
    #[error("the highest score {max_score} is not from 1 to {}", BetaBinomial::MAX_SCORE)]
    MaxScore {
        /// As given.
        max_score: u32,
    },
    /// A parameter that is not a finite number above 0.
    #[error("alpha {alpha} and beta {beta} are not both from {} to {}", BetaBinomial::PARAMETERS.0, BetaBinomial::PARAMETERS.1)]
    Parameters {
        /// As given.
        alpha: f64,
        /// As given.
        beta: f64,
    },
    /// A score above the highest possible one.
    #[error("person {person_idx}: score {score} is above the highest score {max_score}")]
    ScoreAbove {
        /// Index of the person.
        person_idx: usize,
        /// As given.
        score: u32,
        /// Highest score.
        max_score: u32,
    },
    /// An age that is not a finite number.
    #[error("person {person_idx}: age {age} is not a finite number")]
    Age {
        /// Index of the person.
        person_idx: usize,
        /// As given.
        age: f64,
    },
    /// Too few people or ages.
    #[error("{n} people of {ages} ages are too few for {parameters} parameters")]
    TooFew {
        /// Number of people.
        n: usize,
        /// Number of different ages.
        ages: usize,
        /// Number of parameters.
        parameters: usize,
    },
    /// A power that is not allowed.
    #[error("power {power} is not from 0 to {}", BetaBinomialAgeConfig::MAX_POWER)]
    Power {
        /// As given.
        power: u8,
    },
    /// Raw scores vary no more than points earned at random would: no beta distribution fits.
    #[error(
        "the raw scores vary no more than a binomial distribution allows, so that no beta distribution of shares exists"
    )]
    NoExcessSpread,
    /// The likelihood has no maximum that could be found from the start.
    #[error("the likelihood cannot be computed at the start")]
    NoStart,
    /// An age outside the sample.
    #[error("age {age} is outside the ages of the norm sample, {youngest} to {oldest}")]
    AgeOutside {
        /// As given.
        age: f64,
        /// Youngest age of the sample.
        youngest: f64,
        /// Oldest age of the sample.
        oldest: f64,
    },
}

/// A beta-binomial distribution of raw scores 0 to `max_score`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaBinomial {
    max_score: u32,
    alpha: f64,
    beta: f64,
}

/// One raw score of a beta-binomial norm table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaBinomialRow {
    /// Raw score.
    pub raw: u32,
    /// Probability of exactly this score.
    pub probability: f64,
    /// Mid percentile rank: 100·(P(below) + ½·P(equal)).
    pub percentile_rank: f64,
    /// T score 50 + 10·Φ⁻¹(percentile rank/100); `None` where the rank is 0 or 100 to the last digit.
    pub t: Option<f64>,
}

impl BetaBinomial {
    /// The largest highest score.
    pub const MAX_SCORE: u32 = 10_000;
    /// Smallest and largest alpha and beta.
    pub const PARAMETERS: (f64, f64) = (1e-8, 1e8);

    /// Checks and wraps the parameters.
    ///
    /// # Errors
    /// [`BetaBinomialError::MaxScore`], [`BetaBinomialError::Parameters`].
    pub fn new(max_score: u32, alpha: f64, beta: f64) -> Result<Self, BetaBinomialError> {
        check_max_score(max_score)?;
        let (smallest, largest) = Self::PARAMETERS;
        if !((smallest..=largest).contains(&alpha) && (smallest..=largest).contains(&beta)) {
            return Err(BetaBinomialError::Parameters { alpha, beta });
        }
        Ok(Self { max_score, alpha, beta })
    }

    /// Parameters with the first two moments of the scores.
    ///
    /// With m₁ = Σx/N and m₂ = Σx²/N: α = (n·m₁ − m₂)/d, β = (n − m₁)(n − m₂/m₁)/d, d = n(m₂/m₁ − m₁ − 1) + m₁.
    ///
    /// # Errors
    /// [`BetaBinomialError`] for scores above the highest, fewer than two people, and scores that vary no more than a binomial
    /// distribution allows.
    ///
    /// # Agreement
    /// Oracle `norms/beta_binomial`, within 1e-6 relative.
    pub fn by_moments(scores: &[u32], max_score: u32) -> Result<Self, BetaBinomialError> {
        check_max_score(max_score)?;
        check_scores(scores.iter().copied(), max_score)?;
        if scores.len() < 2 {
            return Err(BetaBinomialError::TooFew { n: scores.len(), ages: 1, parameters: 2 });
        }
        let (n, size) = (scores.len() as f64, f64::from(max_score));
        let m1 = scores.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let m2 = scores.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / n;
        let divisor = size * (m2 / m1 - m1 - 1.0) + m1;
        let (alpha, beta) = ((size * m1 - m2) / divisor, (size - m1) * (size - m2 / m1) / divisor);
        let fits = divisor > 0.0 && alpha.is_finite() && alpha > 0.0 && beta > 0.0;
        if fits { Self::new(max_score, alpha, beta) } else { Err(BetaBinomialError::NoExcessSpread) }
    }

    /// Highest possible raw score.
    #[must_use]
    pub fn max_score(&self) -> u32 {
        self.max_score
    }

    /// First parameter; with beta it says how high and how alike the shares are.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Second parameter.
    #[must_use]
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// Mean raw score n·α/(α + β).
    #[must_use]
    pub fn mean(&self) -> f64 {
        f64::from(self.max_score) * self.alpha / (self.alpha + self.beta)
    }

    /// SD of raw scores: √(n·α·β·(α + β + n)/((α + β)²(α + β + 1))).
    #[must_use]
    pub fn sd(&self) -> f64 {
        let (n, sum) = (f64::from(self.max_score), self.alpha + self.beta);
        (n * (self.alpha / sum) * (self.beta / sum) * (sum + n) / (sum + 1.0)).sqrt()
    }

    /// The norm table: every raw score from 0 to the highest.
    ///
    /// # Agreement
    /// Oracle `norms/beta_binomial`, within 1e-6 relative.
    #[must_use]
    pub fn table(&self) -> Vec<BetaBinomialRow> {
        let (n, a, b) = (f64::from(self.max_score), self.alpha, self.beta);
        // P(x + 1)/P(x) = (n − x)(x + α)/((x + 1)(n − x − 1 + β)), in logarithms, scaled by the largest.
        let mut logs = vec![0.0];
        let mut log: f64 = 0.0;
        for x in 0..self.max_score {
            let x = f64::from(x);
            log += ln((n - x) * (x + a)) - ln((x + 1.0) * (n - x - 1.0 + b));
            logs.push(log);
        }
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let parts: Vec<f64> = logs.iter().map(|log| exp(log - largest)).collect();
        let all: f64 = parts.iter().sum();
        let mut below = 0.0;
        let rows = parts.iter().enumerate().map(|(raw, part)| {
            let probability = part / all;
            let share = below + 0.5 * probability;
            below += probability;
            let z = if share > 0.0 && share < 1.0 { normal::quantile(share) } else { None };
            // There are at most `MAX_SCORE` rows.
            BetaBinomialRow { raw: raw as u32, probability, percentile_rank: 100.0 * share.min(1.0), t: z.map(t_score) }
        });
        rows.collect()
    }
}

fn check_max_score(max_score: u32) -> Result<(), BetaBinomialError> {
    if (1..=BetaBinomial::MAX_SCORE).contains(&max_score) {
        Ok(())
    } else {
        Err(BetaBinomialError::MaxScore { max_score })
    }
}

fn check_scores(scores: impl Iterator<Item = u32>, max_score: u32) -> Result<(), BetaBinomialError> {
    for (person_idx, score) in scores.enumerate() {
        if score > max_score {
            return Err(BetaBinomialError::ScoreAbove { person_idx, score, max_score });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn alpha_and_beta_of_1_make_all_scores_equally_likely() {
        let table = BetaBinomial::new(4, 1.0, 1.0).unwrap().table();
        assert!(table.iter().all(|row| (row.probability - 0.2).abs() < 1e-14));
        // Mid rank of the middle score, and symmetry.
        assert!((table[2].percentile_rank - 50.0).abs() < 1e-12 && (table[2].t.unwrap() - 50.0).abs() < 1e-9);
        let uniform = BetaBinomial::new(4, 1.0, 1.0).unwrap();
        // Uniform on 0 to 4: mean 2, variance 2.
        assert!((uniform.mean() - 2.0).abs() < 1e-14 && (uniform.sd() - 2.0_f64.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn moments_of_the_uniform_distribution_give_it_back() {
        let found = BetaBinomial::by_moments(&[0, 1, 2, 3, 4], 4).unwrap();
        assert!((found.alpha() - 1.0).abs() < 1e-12 && (found.beta() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn scores_without_excess_spread_have_no_shares() {
        for scores in [&[3, 3, 3, 3][..], &[0, 0, 0], &[5, 5, 5], &[2, 3, 2, 3]] {
            assert_eq!(BetaBinomial::by_moments(scores, 5), Err(BetaBinomialError::NoExcessSpread), "{scores:?}");
        }
        assert!(matches!(
            BetaBinomial::by_moments(&[6, 1], 5),
            Err(BetaBinomialError::ScoreAbove { person_idx: 0, .. })
        ));
        assert!(matches!(BetaBinomial::by_moments(&[1], 5), Err(BetaBinomialError::TooFew { .. })));
        assert!(matches!(BetaBinomial::new(5, 0.0, 1.0), Err(BetaBinomialError::Parameters { .. })));
        assert!(matches!(BetaBinomial::new(0, 1.0, 1.0), Err(BetaBinomialError::MaxScore { max_score: 0 })));
    }

    proptest! {
        #[test]
        fn probabilities_add_up_and_have_the_moments(size in 1..60_u32, a in 0.05..40.0_f64, b in 0.05..40.0_f64) {
            let distribution = BetaBinomial::new(size, a, b).unwrap();
            let table = distribution.table();
            let sum = |f: &dyn Fn(f64) -> f64| table.iter().map(|row| row.probability * f(f64::from(row.raw))).sum::<f64>();
            prop_assert!((sum(&|_| 1.0) - 1.0).abs() < 1e-12);
            let mean = sum(&|x| x);
            prop_assert!((mean - distribution.mean()).abs() < 1e-8);
            prop_assert!((sum(&|x| (x - mean) * (x - mean)).sqrt() - distribution.sd()).abs() < 1e-6);
            for pair in table.windows(2) {
                prop_assert!(pair[0].percentile_rank <= pair[1].percentile_rank);
            }
        }
    }
}
