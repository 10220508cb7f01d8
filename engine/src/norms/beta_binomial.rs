//! Beta-binomial norms: raw scores as numbers of points of which each person earns their own share, the shares being beta distributed;
//! for one group, or with both parameters changing smoothly with age.

use nalgebra::{DMatrix, DVector};

use crate::norms::standard::t_score;
use crate::numeric::eigen::inverse_positive_definite;
use crate::numeric::elementary::{exp, ln};
use crate::numeric::minimize::{SearchConfig, minimize};
use crate::numeric::normal;

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

/// One person of a beta-binomial norm sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgedPoints {
    /// Age, in years.
    pub age: f64,
    /// Raw score: points earned.
    pub score: u32,
}

/// How beta-binomial norms over age are fitted: log α and log β are polynomials of standardized age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaBinomialAgeConfig {
    /// Highest possible raw score.
    pub max_score: u32,
    /// Highest power of age for log α.
    pub alpha_power: u8,
    /// Highest power of age for log β.
    pub beta_power: u8,
    /// When the search for the largest likelihood ends.
    pub search: SearchConfig,
}

impl BetaBinomialAgeConfig {
    /// The highest power of age.
    pub const MAX_POWER: u8 = 6;

    /// Cubic in age for both parameters, at most 500 steps, mean gradient of the log likelihood a person to 1e-10.
    #[must_use]
    pub fn cubic(max_score: u32) -> Self {
        let search = SearchConfig { max_steps: 500, gradient_tolerance: 1e-10 };
        Self { max_score, alpha_power: 3, beta_power: 3, search }
    }
}

/// Beta-binomial norms over age.
#[derive(Debug, Clone, PartialEq)]
pub struct BetaBinomialNorm {
    max_score: u32,
    n: usize,
    age_mean: f64,
    age_sd: f64,
    ages: (f64, f64),
    alpha: Vec<f64>,
    beta: Vec<f64>,
    standard_errors: Option<Vec<f64>>,
    log_likelihood: f64,
    converged: bool,
}

impl BetaBinomialNorm {
    /// Number of people.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Mean and SD of age, by which age is standardized. The SD is 1 where all are of one age.
    #[must_use]
    pub fn age_scale(&self) -> (f64, f64) {
        (self.age_mean, self.age_sd)
    }

    /// Coefficients of log α, by rising power of standardized age.
    #[must_use]
    pub fn alpha_coefficients(&self) -> &[f64] {
        &self.alpha
    }

    /// Coefficients of log β, by rising power of standardized age.
    #[must_use]
    pub fn beta_coefficients(&self) -> &[f64] {
        &self.beta
    }

    /// Standard errors of the coefficients, those of α first, from the observed information; `None` where it cannot be inverted.
    #[must_use]
    pub fn standard_errors(&self) -> Option<&[f64]> {
        self.standard_errors.as_deref()
    }

    /// Largest log likelihood found, with the number of ways in which points can be earned.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Whether the search ended at a maximum; otherwise every use of the norm must say that it did not.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The distribution of raw scores at an age of the sample.
    ///
    /// # Errors
    /// [`BetaBinomialError::AgeOutside`]: the model is not extrapolated; [`BetaBinomialError::Parameters`] where the polynomials
    /// leave what can be computed.
    pub fn at(&self, age: f64) -> Result<BetaBinomial, BetaBinomialError> {
        let (youngest, oldest) = self.ages;
        if !(youngest..=oldest).contains(&age) {
            return Err(BetaBinomialError::AgeOutside { age, youngest, oldest });
        }
        let u = (age - self.age_mean) / self.age_sd;
        BetaBinomial::new(self.max_score, exp(polynomial(&self.alpha, u)), exp(polynomial(&self.beta, u)))
    }
}

fn polynomial(coefficients: &[f64], u: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * u + coefficient)
}

/// Everyone of one age: how many earned more than j points, and how many lost more than j.
struct AgeCounts {
    u: f64,
    n: f64,
    above: Vec<f64>,
    lost: Vec<f64>,
}

/// Fits beta-binomial norms over age by maximum likelihood.
///
/// P(x) = C(n, x)·B(x + α, n − x + β)/B(α, β), log α and log β polynomials of u = (age − mean)/SD. With powers of 0 it is the norm of
/// one group.
///
/// # Errors
/// [`BetaBinomialError`] for scores and ages that are not allowed, and too few people or ages for the powers.
///
/// # References
/// Skellam (1948), Journal of the Royal Statistical Society B 10, 257–261.
/// # Agreement
/// Oracles `norms/beta_binomial` (one group, within 1e-6 relative) and `norms/beta_binomial_age` (within 1e-5 relative).
pub fn fit_beta_binomial(
    people: &[AgedPoints],
    config: &BetaBinomialAgeConfig,
) -> Result<BetaBinomialNorm, BetaBinomialError> {
    let BetaBinomialAgeConfig { max_score, alpha_power, beta_power, .. } = *config;
    check_max_score(max_score)?;
    for power in [alpha_power, beta_power] {
        if power > BetaBinomialAgeConfig::MAX_POWER {
            return Err(BetaBinomialError::Power { power });
        }
    }
    check_scores(people.iter().map(|person| person.score), max_score)?;
    for (person_idx, &AgedPoints { age, .. }) in people.iter().enumerate() {
        if !age.is_finite() {
            return Err(BetaBinomialError::Age { person_idx, age });
        }
    }
    let mut sorted = people.to_vec();
    sorted.sort_by(|a, b| a.age.total_cmp(&b.age));
    let n_ages = sorted.chunk_by(|a, b| a.age == b.age).count();
    let (n_alpha, n_beta) = (usize::from(alpha_power) + 1, usize::from(beta_power) + 1);
    let (n, parameters) = (people.len(), n_alpha + n_beta);
    let too_few = BetaBinomialError::TooFew { n, ages: n_ages, parameters };
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return Err(too_few) };
    if n <= parameters || n_ages < n_alpha.max(n_beta) {
        return Err(too_few);
    }
    let ages: Vec<f64> = sorted.iter().map(|person| person.age).collect();
    let age_mean = crate::stats::descriptive::mean(&ages).ok_or(BetaBinomialError::NoStart)?;
    let age_sd = crate::stats::descriptive::standard_deviation(&ages).filter(|sd| *sd > 0.0).unwrap_or(1.0);
    let counts: Vec<AgeCounts> = sorted
        .chunk_by(|a, b| a.age == b.age)
        .map(|same| age_counts(same, (same[0].age - age_mean) / age_sd, max_score))
        .collect();
    let scores: Vec<u32> = people.iter().map(|person| person.score).collect();
    let start = BetaBinomial::by_moments(&scores, max_score)?;
    let mut point = DVector::zeros(parameters);
    point[0] = ln(start.alpha);
    point[n_alpha] = ln(start.beta);
    let target = |point: &DVector<f64>| mean_loss(&counts, point, n_alpha, n as f64);
    let found = minimize(target, point, &config.search).ok_or(BetaBinomialError::NoStart)?;
    let (alpha, beta) = (found.point.rows(0, n_alpha), found.point.rows(n_alpha, n_beta));
    let ways: f64 = scores.iter().map(|&score| ln_ways(max_score, score)).sum();
    Ok(BetaBinomialNorm {
        max_score,
        n,
        age_mean,
        age_sd,
        ages: (first.age, last.age),
        alpha: alpha.iter().copied().collect(),
        beta: beta.iter().copied().collect(),
        standard_errors: standard_errors(&counts, &found.point, n_alpha),
        log_likelihood: ways - found.value * n as f64,
        converged: found.converged,
    })
}

fn age_counts(people: &[AgedPoints], u: f64, max_score: u32) -> AgeCounts {
    let size = max_score as usize;
    let (mut above, mut lost) = (vec![0.0; size], vec![0.0; size]);
    for person in people {
        above.iter_mut().take(person.score as usize).for_each(|count| *count += 1.0);
        lost.iter_mut().take(size - person.score as usize).for_each(|count| *count += 1.0);
    }
    AgeCounts { u, n: people.len() as f64, above, lost }
}

/// First and second derivatives of the log likelihood of one age by α and β, and its value without the number of ways.
///
/// ln B(x + α, n − x + β)/B(α, β) = Σ_{j<x} ln(α + j) + Σ_{j<n−x} ln(β + j) − Σ_{j<n} ln(α + β + j): no gamma function is needed.
struct AgeTerms {
    value: f64,
    by_alpha: f64,
    by_beta: f64,
    alpha_alpha: f64,
    alpha_beta: f64,
    beta_beta: f64,
}

fn age_terms(counts: &AgeCounts, alpha: f64, beta: f64) -> AgeTerms {
    let mut terms =
        AgeTerms { value: 0.0, by_alpha: 0.0, by_beta: 0.0, alpha_alpha: 0.0, alpha_beta: 0.0, beta_beta: 0.0 };
    for (j, (&above, &lost)) in counts.above.iter().zip(&counts.lost).enumerate() {
        let j = j as f64;
        let (a, b, both) = (alpha + j, beta + j, alpha + beta + j);
        terms.value += above * ln(a) + lost * ln(b) - counts.n * ln(both);
        terms.by_alpha += above / a - counts.n / both;
        terms.by_beta += lost / b - counts.n / both;
        let shared = counts.n / (both * both);
        terms.alpha_alpha += shared - above / (a * a);
        terms.beta_beta += shared - lost / (b * b);
        terms.alpha_beta += shared;
    }
    terms
}

/// Mean negative log likelihood a person, without the number of ways, and its gradient.
fn mean_loss(counts: &[AgeCounts], point: &DVector<f64>, n_alpha: usize, n: f64) -> Option<(f64, DVector<f64>)> {
    let (alpha_part, beta_part) = point.as_slice().split_at(n_alpha);
    let mut value = 0.0;
    let mut gradient = DVector::zeros(point.len());
    for age in counts {
        let (alpha, beta) = (exp(polynomial(alpha_part, age.u)), exp(polynomial(beta_part, age.u)));
        let allowed = BetaBinomial::PARAMETERS.0..=BetaBinomial::PARAMETERS.1;
        if !(allowed.contains(&alpha) && allowed.contains(&beta)) {
            return None;
        }
        let terms = age_terms(age, alpha, beta);
        value -= terms.value / n;
        let mut power = 1.0;
        for entry in gradient.iter_mut().take(n_alpha) {
            *entry -= alpha * terms.by_alpha * power / n;
            power *= age.u;
        }
        power = 1.0;
        for entry in gradient.iter_mut().skip(n_alpha) {
            *entry -= beta * terms.by_beta * power / n;
            power *= age.u;
        }
    }
    Some((value, gradient))
}

/// From the inverse of the observed information (the negative second derivatives of the log likelihood).
fn standard_errors(counts: &[AgeCounts], point: &DVector<f64>, n_alpha: usize) -> Option<Vec<f64>> {
    let (alpha_part, beta_part) = point.as_slice().split_at(n_alpha);
    let mut information = DMatrix::<f64>::zeros(point.len(), point.len());
    for age in counts {
        let (alpha, beta) = (exp(polynomial(alpha_part, age.u)), exp(polynomial(beta_part, age.u)));
        let terms = age_terms(age, alpha, beta);
        // By the logarithms: d²/d(ln α)² = α²·d²/dα² + α·d/dα.
        let aa = alpha * alpha * terms.alpha_alpha + alpha * terms.by_alpha;
        let bb = beta * beta * terms.beta_beta + beta * terms.by_beta;
        let ab = alpha * beta * terms.alpha_beta;
        let power = |idx: usize| if idx < n_alpha { idx } else { idx - n_alpha } as i32;
        for row in 0..point.len() {
            for column in 0..point.len() {
                let second = match (row < n_alpha, column < n_alpha) {
                    (true, true) => aa,
                    (false, false) => bb,
                    _ => ab,
                };
                information[(row, column)] -= second * age.u.powi(power(row) + power(column));
            }
        }
    }
    let inverse = inverse_positive_definite(&information)?;
    Some(inverse.diagonal().iter().map(|variance| variance.sqrt()).collect())
}

/// ln C(n, x).
fn ln_ways(n: u32, x: u32) -> f64 {
    (0..x.min(n - x)).map(|j| ln(f64::from(n - j)) - ln(f64::from(j + 1))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(scores: &[(f64, u32)]) -> Vec<AgedPoints> {
        scores.iter().map(|&(age, score)| AgedPoints { age, score }).collect()
    }

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

    #[test]
    fn ages_and_powers_are_checked() {
        let config = BetaBinomialAgeConfig::cubic(10);
        let refused = |people: &[AgedPoints], config| fit_beta_binomial(people, &config).unwrap_err();
        assert!(matches!(refused(&[], config), BetaBinomialError::TooFew { .. }));
        let two_ages = points(&(0..40).map(|i| (f64::from(i % 2), (i * 3) as u32 % 11)).collect::<Vec<_>>());
        assert!(matches!(refused(&two_ages, config), BetaBinomialError::TooFew { ages: 2, .. }));
        let power = BetaBinomialAgeConfig { beta_power: 7, ..config };
        assert_eq!(refused(&two_ages, power), BetaBinomialError::Power { power: 7 });
        assert!(matches!(refused(&points(&[(f64::NAN, 1)]), config), BetaBinomialError::Age { person_idx: 0, .. }));
        let line = BetaBinomialAgeConfig { alpha_power: 1, beta_power: 1, ..config };
        let norm = fit_beta_binomial(&two_ages, &line).unwrap();
        assert!(matches!(norm.at(1.5), Err(BetaBinomialError::AgeOutside { .. })));
        assert!(norm.at(0.5).is_ok() && norm.converged());
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

        #[test]
        fn the_gradient_is_the_slope_of_the_likelihood(a in -1.0..2.0_f64, slope in -0.5..0.5_f64, b in -1.0..2.0_f64) {
            let people = points(&(0..30).map(|i| (f64::from(i % 3), (i * 7) as u32 % 9)).collect::<Vec<_>>());
            let counts: Vec<AgeCounts> = (0..3)
                .map(|age| age_counts(&people.iter().filter(|p| p.age == f64::from(age)).copied().collect::<Vec<_>>(), f64::from(age) - 1.0, 8))
                .collect();
            let point = DVector::from_vec(vec![a, slope, b]);
            let (_, gradient) = mean_loss(&counts, &point, 2, 30.0).unwrap();
            for idx in 0..3 {
                let step = |by: f64| {
                    let mut moved = point.clone();
                    moved[idx] += by;
                    mean_loss(&counts, &moved, 2, 30.0).unwrap().0
                };
                prop_assert!(((step(1e-5) - step(-1e-5)) / 2e-5 - gradient[idx]).abs() < 1e-7);
            }
        }

        #[test]
        fn any_people_are_answered(people in prop::collection::vec((prop::num::f64::ANY, 0..12_u32), 0..30)) {
            let config = BetaBinomialAgeConfig { alpha_power: 1, beta_power: 0, ..BetaBinomialAgeConfig::cubic(10) };
            if let Ok(norm) = fit_beta_binomial(&points(&people), &config) {
                let _ = norm.at(0.0).map(|at| at.table());
            }
        }
    }
}
