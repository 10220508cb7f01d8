//! Cross-validation: how well continuous norms fitted to one part of the people describe the rest.

use rand::{Rng, RngExt as _};

use super::fit::{ContinuousConfig, FitError, TermChoice, fit_continuous};
use super::ranks::{AgedScore, rank_within_ages};

/// How people are dealt into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrossValidation {
    /// Parts; each is described once by a model fitted to the others. From 2 to 20.
    pub n_folds: usize,
    /// How often people are dealt anew. From 1 to 1,000.
    pub n_repeats: usize,
}

/// Why there is no cross-validation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidationError {
    /// Numbers of parts and repeats that are not allowed.
    #[error("{n_folds} parts and {n_repeats} repeats are not within 2 to 20 and 1 to 1000")]
    Plan {
        /// Parts as given.
        n_folds: usize,
        /// Repeats as given.
        n_repeats: usize,
    },
    /// A part, or the rest without it, has no continuous norm.
    #[error("a part of the people, or the rest, has no continuous norm: {0}")]
    Fit(#[from] FitError),
}

/// How models of one number of terms do, as means over all parts of all repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizeValidation {
    /// Number of terms.
    pub n_terms: usize,
    /// Parts in which there was such a model.
    pub n_models: usize,
    /// Root mean square error of raw scores among the people it was fitted to, in raw score points.
    pub rmse_training: f64,
    /// The same among the people it has not seen, ranked among themselves.
    pub rmse_validation: f64,
    /// Share of the variance of unseen people's raw scores that is explained.
    pub r2_validation: f64,
    /// Share of models whose percentile curves cross.
    pub share_crossing: f64,
}

/// Fits continuous norms to all parts but one and describes that one, for each part and repeat; terms are chosen anew each time.
///
/// People of one age are dealt in turn, so that each part has the ages of the sample. Where [`ContinuousConfig::terms`] is a
/// criterion, every number of terms up to its maximum is judged, else the one number.
///
/// # Errors
/// [`ValidationError`] for a plan that is not allowed, and parts too small for the model (use wider age groups or fewer parts).
pub fn cross_validate(
    people: &[AgedScore],
    config: &ContinuousConfig,
    plan: CrossValidation,
    rng: &mut impl Rng,
) -> Result<Vec<SizeValidation>, ValidationError> {
    let CrossValidation { n_folds, n_repeats } = plan;
    if !(2..=20).contains(&n_folds) || !(1..=1000).contains(&n_repeats) {
        return Err(ValidationError::Plan { n_folds, n_repeats });
    }
    let from_size = match config.terms {
        TermChoice::Exactly(terms) => terms,
        TermChoice::UpTo { .. } => 1,
    };
    let mut sums: Vec<Sums> = Vec::new();
    let mut dealt: Vec<AgedScore> = people.to_vec();
    for _ in 0..n_repeats {
        shuffle(&mut dealt, rng);
        // Stable: within an age the order stays random.
        dealt.sort_by(|a, b| a.age.total_cmp(&b.age));
        for fold in 0..n_folds {
            let part = |own: bool| -> Vec<AgedScore> {
                let chosen = dealt.iter().enumerate().filter(|(idx, _)| (idx % n_folds == fold) == own);
                chosen.map(|(_, person)| *person).collect()
            };
            let fit = fit_continuous(&part(false), config)?;
            let cells = rank_within_ages(&part(true), config.groups, config.rank_definition).map_err(FitError::from)?;
            for size in fit.sizes.iter().skip(from_size - 1) {
                let n_terms = size.norm.terms().len();
                let at = match sums.iter().position(|sum| sum.n_terms == n_terms) {
                    Some(at) => at,
                    None => {
                        sums.push(Sums { n_terms, ..Sums::default() });
                        sums.len() - 1
                    }
                };
                // Ages and T scores of the part may lie a little outside those of the rest: there the ends stand for them.
                let reach = size.norm.reach();
                let predicted = |age: f64, t: f64| {
                    let (age, t) = (age.clamp(reach.ages.0, reach.ages.1), t.clamp(reach.t.0, reach.t.1));
                    size.norm.raw_of_t(t, age).ok().map(|at| at.by_polynomial)
                };
                let n: f64 = cells.iter().map(|cell| cell.count as f64).sum();
                let mean = cells.iter().map(|cell| cell.count as f64 * cell.raw).sum::<f64>() / n;
                let (mut left, mut total) = (0.0, 0.0);
                for cell in &cells {
                    let Some(predicted) = predicted(cell.age, cell.t) else { continue };
                    left += cell.count as f64 * (cell.raw - predicted) * (cell.raw - predicted);
                    total += cell.count as f64 * (cell.raw - mean) * (cell.raw - mean);
                }
                if let Some(sum) = sums.get_mut(at).filter(|_| total > 0.0) {
                    sum.add(size.rmse, (left / n).sqrt(), 1.0 - left / total, size.crossings.is_empty());
                }
            }
        }
    }
    sums.sort_by_key(|sum| sum.n_terms);
    Ok(sums.iter().filter(|sum| sum.n_models > 0).map(Sums::means).collect())
}

/// Fisher–Yates.
fn shuffle(people: &mut [AgedScore], rng: &mut impl Rng) {
    for last in (1..people.len()).rev() {
        people.swap(last, rng.random_range(0..=last));
    }
}

#[derive(Debug, Clone, Default)]
struct Sums {
    n_terms: usize,
    n_models: usize,
    training: f64,
    validation: f64,
    r2: f64,
    crossing: usize,
}

impl Sums {
    fn add(&mut self, training: f64, validation: f64, r2: f64, ordered: bool) {
        self.n_models += 1;
        self.training += training;
        self.validation += validation;
        self.r2 += r2;
        self.crossing += usize::from(!ordered);
    }

    fn means(&self) -> SizeValidation {
        let n = self.n_models as f64;
        SizeValidation {
            n_terms: self.n_terms,
            n_models: self.n_models,
            rmse_training: self.training / n,
            rmse_validation: self.validation / n,
            r2_validation: self.r2 / n,
            share_crossing: self.crossing as f64 / n,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    use super::*;

    fn people(rng: &mut ChaCha12Rng) -> Vec<AgedScore> {
        let age = |idx: usize| 20.0 + 5.0 * (idx % 8) as f64;
        // Sums of four draws from 0 to 9, rising with age.
        let mut raw = |idx: usize| (0..4).map(|_| f64::from(rng.random_range(0..10_u8))).sum::<f64>() + age(idx) / 5.0;
        (0..800).map(|idx| AgedScore { age: age(idx), raw: raw(idx) }).collect()
    }

    #[test]
    fn unseen_people_are_described_nearly_as_well_and_the_seed_decides() {
        let people = people(&mut ChaCha12Rng::seed_from_u64(4));
        let config = ContinuousConfig {
            t_power: 2,
            age_power: 2,
            terms: TermChoice::UpTo { max: 4, criterion: super::super::Criterion::Bic },
            ..ContinuousConfig::powers_5_3_by_bic()
        };
        let plan = CrossValidation { n_folds: 4, n_repeats: 2 };
        let run = |seed| cross_validate(&people, &config, plan, &mut ChaCha12Rng::seed_from_u64(seed)).unwrap();
        let sizes = run(1);
        assert_eq!(sizes.iter().map(|size| size.n_terms).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(sizes[1].rmse_validation > sizes[1].rmse_training && sizes[1].rmse_validation < 2.0, "{sizes:?}");
        assert!(sizes[1].r2_validation > 0.9 && sizes[1].n_models == 8);
        assert_eq!(sizes, run(1));
        assert_ne!(sizes, run(2));
    }

    #[test]
    fn plans_and_parts_that_do_not_serve_are_refused() {
        let people = people(&mut ChaCha12Rng::seed_from_u64(4));
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let config = ContinuousConfig::powers_5_3_by_bic();
        let none = CrossValidation { n_folds: 1, n_repeats: 1 };
        assert!(matches!(cross_validate(&people, &config, none, &mut rng), Err(ValidationError::Plan { .. })));
        let plan = CrossValidation { n_folds: 2, n_repeats: 1 };
        assert!(matches!(cross_validate(&people[..40], &config, plan, &mut rng), Err(ValidationError::Fit(_))));
        let zero = ContinuousConfig { terms: TermChoice::Exactly(0), ..config };
        assert!(cross_validate(&people, &zero, plan, &mut rng).is_err());
    }
}
