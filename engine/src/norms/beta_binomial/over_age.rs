//! Beta-binomial norms whose two parameters change smoothly with age, by maximum likelihood.

use nalgebra::{DMatrix, DVector};

use super::{BetaBinomial, BetaBinomialError, check_max_score, check_scores};
use crate::numeric::eigen::inverse_positive_definite;
use crate::numeric::elementary::{exp, ln};
use crate::numeric::minimize::{SearchConfig, minimize};

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
