//! Fitting a continuous norm: which powers of T and age, and how well they describe the sample.

use super::least_squares::Reduced;
use super::model::{ContinuousNorm, Crossing, MAX_POWER, ModelError, Reach, Term};
use super::ranks::{AgeGroups, AgedScore, RankError, RankedCell, rank_within_ages};
use super::subsets::{SearchKind, best_sets};
use crate::norms::percentile::PercentileRankDefinition;
use crate::numeric::elementary::ln;

/// What makes one number of terms better than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// The largest adjusted R² = 1 − (1 − R²)(n − 1)/(n − p − 1).
    AdjustedR2,
    /// The smallest Bayesian information criterion n·ln(RSS/n) + (p + 1)·ln n.
    Bic,
    /// The smallest Mallows' Cp = RSS/σ² − n + 2(p + 1), σ² from all terms together.
    Cp,
}

/// How many terms the polynomial has, beside the intercept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermChoice {
    /// This many.
    Exactly(usize),
    /// As many as the criterion says, among the sizes whose percentile curves do not cross (among all when all cross).
    UpTo {
        /// Most terms.
        max: usize,
        /// What decides.
        criterion: Criterion,
    },
}

/// How a continuous norm is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContinuousConfig {
    /// Highest power of T (cNORM's k), from 1 to [`MAX_POWER`].
    pub t_power: u8,
    /// Highest power of age (cNORM's t), from 1 to [`MAX_POWER`].
    pub age_power: u8,
    /// How many terms.
    pub terms: TermChoice,
    /// Who is ranked among whom.
    pub groups: AgeGroups,
    /// The rank formula.
    pub rank_definition: PercentileRankDefinition,
    /// Most sets of terms that the exhaustive search extends; sizes beyond it are found by exchanges, which the result says.
    pub max_sets: u64,
}

impl ContinuousConfig {
    /// Powers of T to 5 and of age to 3, up to 10 terms by the smallest BIC, mid ranks of ages as they are given, and a search of up
    /// to three million sets.
    #[must_use]
    pub fn powers_5_3_by_bic() -> Self {
        Self {
            t_power: 5,
            age_power: 3,
            terms: TermChoice::UpTo { max: 10, criterion: Criterion::Bic },
            groups: AgeGroups::AsGiven,
            rank_definition: PercentileRankDefinition::Rankit,
            max_sets: 3_000_000,
        }
    }
}

/// Why a continuous norm cannot be fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// People cannot be ranked.
    #[error(transparent)]
    Ranks(#[from] RankError),
    /// A power that is not allowed.
    #[error("power {power} is not from 1 to {MAX_POWER}")]
    Power {
        /// As given.
        power: u8,
    },
    /// No terms, or more than there are.
    #[error("{terms} terms are not from 1 to {available}")]
    TermCount {
        /// As given.
        terms: usize,
        /// How many products of powers there are.
        available: usize,
    },
    /// Fewer age groups than a polynomial of that power needs.
    #[error("{groups} age groups do not determine powers of age to {age_power}; at least {} are needed", age_power + 1)]
    TooFewAges {
        /// Number of different ages.
        groups: usize,
        /// Highest power of age.
        age_power: u8,
    },
    /// Too few different people for so many terms.
    #[error("{cells} different combinations of age and raw score are too few for {terms} terms")]
    TooFewCells {
        /// Number of different combinations.
        cells: usize,
        /// Number of products of powers.
        terms: usize,
    },
    /// All raw scores are equal, or differ so little from a combination of fewer terms that no solution exists.
    #[error(
        "the raw scores do not determine a polynomial: they are all equal, or its terms are combinations of each other"
    )]
    Undetermined,
    /// The fitted numbers are no norm.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// The best polynomial of one number of terms.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeFit {
    /// The model.
    pub norm: ContinuousNorm,
    /// How its terms were found.
    pub search: SearchKind,
    /// Share of the variance of raw scores that it explains.
    pub r2: f64,
    /// The same, adjusted for the number of terms.
    pub adjusted_r2: f64,
    /// Root mean square error √(RSS/n), in raw score points.
    pub rmse: f64,
    /// Bayesian information criterion; only differences between models of one sample mean something.
    pub bic: f64,
    /// Mallows' Cp; near p + 1 for a model that lacks nothing. `None` where all terms together leave nothing.
    pub cp: Option<f64>,
    /// Where percentile curves touch or cross, at 51 ages of the sample.
    pub crossings: Vec<Crossing>,
}

/// A continuous norm with what was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct ContinuousFit {
    /// Number of people.
    pub n: u64,
    /// Number of different ages in the model.
    pub n_ages: usize,
    /// Everyone's T score among people of their age.
    pub cells: Vec<RankedCell>,
    /// The best polynomial of each number of terms, from one term on.
    pub sizes: Vec<SizeFit>,
    chosen: usize,
}

impl ContinuousFit {
    /// The chosen polynomial.
    #[must_use]
    pub fn chosen(&self) -> &SizeFit {
        // `chosen` is an index of `sizes` by construction.
        &self.sizes[self.chosen]
    }
}

/// Ages at which curves are checked.
const CHECKED_AGES: usize = 51;

/// Fits a continuous norm: T from ranks within ages, then raw = Σ coefficient·T^i·age^j by ordinary least squares, with the best set
/// of terms of each size.
///
/// - `people`: age and raw score of each person.
///
/// # Errors
/// [`FitError`] for powers and numbers of terms that are not allowed, people that cannot be ranked, and too few ages or scores.
///
/// # References
/// Lenhard, Lenhard & Gary (2019), PLoS ONE 14(9), e0222279, doi:10.1371/journal.pone.0222279
/// # Agreement
/// Oracle `norms/continuous` (cNORM with leaps): the same terms, coefficients within 1e-6 relative.
pub fn fit_continuous(people: &[AgedScore], config: &ContinuousConfig) -> Result<ContinuousFit, FitError> {
    let powers = candidate_powers(config)?;
    let (max_terms, available) = (max_terms(config.terms), powers.len());
    if !(1..=available).contains(&max_terms) {
        return Err(FitError::TermCount { terms: max_terms, available });
    }
    let cells = rank_within_ages(people, config.groups, config.rank_definition)?;
    let n_ages = cells.chunk_by(|a, b| a.age == b.age).count();
    if n_ages <= usize::from(config.age_power) {
        return Err(FitError::TooFewAges { groups: n_ages, age_power: config.age_power });
    }
    if cells.len() <= available + 1 {
        return Err(FitError::TooFewCells { cells: cells.len(), terms: available });
    }
    let reach = reach_of(&cells).ok_or(FitError::Undetermined)?;
    let reduced = reduce(&cells, &powers).ok_or(FitError::Undetermined)?;
    if reduced.total_squares <= 0.0 {
        return Err(FitError::Undetermined);
    }
    let n: u64 = cells.iter().map(|cell| cell.count).sum();
    let mut sizes = Vec::new();
    for set in best_sets(&reduced, max_terms, config.max_sets) {
        let Some((intercept, coefficients, residual)) = reduced.solve(&set.columns) else { break };
        let term = |(&idx, &coefficient): (&usize, &f64)| {
            let (t_power, age_power) = powers[idx];
            Term { t_power, age_power, coefficient }
        };
        let terms = set.columns.iter().zip(&coefficients).map(term).collect();
        let norm = ContinuousNorm::new(intercept, terms, reach)?;
        sizes.push(size_fit(norm, set.search, residual, &reduced, n as f64, available));
    }
    let chosen = choose(&sizes, config.terms).ok_or(FitError::Undetermined)?;
    Ok(ContinuousFit { n, n_ages, cells, sizes, chosen })
}

fn max_terms(choice: TermChoice) -> usize {
    match choice {
        TermChoice::Exactly(terms) => terms,
        TermChoice::UpTo { max, .. } => max,
    }
}

/// All products T^i·age^j but the constant.
fn candidate_powers(config: &ContinuousConfig) -> Result<Vec<(u8, u8)>, FitError> {
    for power in [config.t_power, config.age_power] {
        if !(1..=MAX_POWER).contains(&power) {
            return Err(FitError::Power { power });
        }
    }
    let all = (0..=config.age_power).flat_map(|age| (0..=config.t_power).map(move |t| (t, age)));
    Ok(all.filter(|&(t, age)| t + age > 0).collect())
}

fn reach_of(cells: &[RankedCell]) -> Option<Reach> {
    let range = |value: fn(&RankedCell) -> f64| {
        let values = cells.iter().map(value);
        (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
    };
    let reach = Reach { ages: range(|cell| cell.age), t: range(|cell| cell.t), raw: range(|cell| cell.raw) };
    (reach.raw.0 < reach.raw.1 && reach.t.0 < reach.t.1).then_some(reach)
}

fn reduce(cells: &[RankedCell], powers: &[(u8, u8)]) -> Option<Reduced> {
    let column = |&(t, age): &(u8, u8)| -> Vec<f64> {
        cells.iter().map(|cell| cell.t.powi(t.into()) * cell.age.powi(age.into())).collect()
    };
    let columns: Vec<Vec<f64>> = powers.iter().map(column).collect();
    let raws: Vec<f64> = cells.iter().map(|cell| cell.raw).collect();
    let counts: Vec<f64> = cells.iter().map(|cell| cell.count as f64).collect();
    Reduced::new(&columns, &raws, &counts)
}

fn size_fit(
    norm: ContinuousNorm,
    search: SearchKind,
    residual: f64,
    reduced: &Reduced,
    n: f64,
    available: usize,
) -> SizeFit {
    let p = norm.terms().len() as f64;
    let r2 = 1.0 - residual / reduced.total_squares;
    let variance_of_all = reduced.residual_squares / (n - available as f64 - 1.0);
    let crossings = norm.crossings(CHECKED_AGES);
    SizeFit {
        norm,
        search,
        r2,
        adjusted_r2: 1.0 - (1.0 - r2) * (n - 1.0) / (n - p - 1.0),
        rmse: (residual / n).sqrt(),
        bic: n * ln(residual.max(f64::MIN_POSITIVE) / n) + (p + 1.0) * ln(n),
        cp: (variance_of_all > 0.0).then(|| residual / variance_of_all - n + 2.0 * (p + 1.0)),
        crossings,
    }
}

fn choose(sizes: &[SizeFit], choice: TermChoice) -> Option<usize> {
    let criterion = match choice {
        TermChoice::Exactly(terms) => return (sizes.len() == terms).then(|| terms - 1),
        TermChoice::UpTo { criterion, .. } => criterion,
    };
    // Smaller is better.
    let value = |size: &SizeFit| match criterion {
        Criterion::AdjustedR2 => -size.adjusted_r2,
        Criterion::Bic => size.bic,
        Criterion::Cp => size.cp.unwrap_or(f64::INFINITY),
    };
    let best = |only_ordered: &dyn Fn(&SizeFit) -> bool| {
        let allowed = sizes.iter().enumerate().filter(|(_, size)| only_ordered(size));
        allowed.min_by(|a, b| value(a.1).total_cmp(&value(b.1))).map(|(idx, _)| idx)
    };
    best(&|size| size.crossings.is_empty()).or_else(|| best(&|_| true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norms::continuous::NoContinuousScore;

    /// Forty people at each age from 20 to 60, raw = 10 + age/4 + standing, in whole points.
    fn people() -> Vec<AgedScore> {
        let ages = (20..=60).step_by(5).map(f64::from);
        ages.flat_map(|age| {
            (1..=40).map(move |place| {
                let z = crate::numeric::normal::quantile((f64::from(place) - 0.5) / 40.0).unwrap();
                AgedScore { age, raw: (10.0 + age / 4.0 + 5.0 * z).round() }
            })
        })
        .collect()
    }

    fn config() -> ContinuousConfig {
        ContinuousConfig { t_power: 3, age_power: 2, ..ContinuousConfig::powers_5_3_by_bic() }
    }

    #[test]
    fn a_simple_growth_needs_two_terms() {
        let config = ContinuousConfig { terms: TermChoice::Exactly(2), ..config() };
        let fit = fit_continuous(&people(), &config).unwrap();
        let norm = &fit.chosen().norm;
        let powers: Vec<(u8, u8)> = norm.terms().iter().map(|term| (term.t_power, term.age_power)).collect();
        assert_eq!(powers, [(1, 0), (0, 1)]);
        // Half a raw point a T point, a quarter a year.
        assert!((norm.terms()[0].coefficient - 0.5).abs() < 0.02, "{norm:?}");
        assert!((norm.terms()[1].coefficient - 0.25).abs() < 0.01);
        assert!(fit.chosen().crossings.is_empty() && fit.chosen().r2 > 0.99);
        assert!((norm.t_of_raw(18.0, 32.0).unwrap().limit() - 50.0).abs() < 0.5);
        assert!(matches!(norm.t_of_raw(18.0, 61.0), Err(NoContinuousScore::AgeOutside { .. })));
    }

    #[test]
    fn a_criterion_weighs_terms_against_fit() {
        let fit = fit_continuous(
            &people(),
            &ContinuousConfig { terms: TermChoice::UpTo { max: 11, criterion: Criterion::Bic }, ..config() },
        );
        let fit = fit.unwrap();
        assert_eq!(fit.sizes.len(), 11);
        for pair in fit.sizes.windows(2) {
            assert!(pair[1].r2 >= pair[0].r2 - 1e-12);
        }
        let smallest = fit.sizes.iter().filter(|s| s.crossings.is_empty()).map(|s| s.bic).fold(f64::INFINITY, f64::min);
        assert_eq!(fit.chosen().bic, smallest);
        // With all terms Cp is their number and the intercept.
        assert!((fit.sizes[10].cp.unwrap() - 12.0).abs() < 1e-6);
    }

    #[test]
    fn what_does_not_determine_a_norm_is_refused() {
        let refused = |people: &[AgedScore], config: &ContinuousConfig| fit_continuous(people, config).unwrap_err();
        let flat: Vec<AgedScore> = people().iter().map(|p| AgedScore { raw: 3.0, ..*p }).collect();
        assert!(matches!(refused(&flat, &config()), FitError::TooFewCells { .. }));
        let one_age: Vec<AgedScore> = people().iter().map(|p| AgedScore { age: 30.0, ..*p }).collect();
        assert_eq!(refused(&one_age, &config()), FitError::TooFewAges { groups: 1, age_power: 2 });
        assert_eq!(refused(&people(), &ContinuousConfig { t_power: 9, ..config() }), FitError::Power { power: 9 });
        let none = ContinuousConfig { terms: TermChoice::Exactly(0), ..config() };
        assert_eq!(refused(&people(), &none), FitError::TermCount { terms: 0, available: 11 });
        assert_eq!(refused(&[], &config()), FitError::Ranks(RankError::Empty));
    }

    #[test]
    fn huge_and_tiny_numbers_are_answered() {
        for scale in [1e-300, 1e300] {
            let scaled: Vec<AgedScore> = people().iter().map(|p| AgedScore { raw: p.raw * scale, ..*p }).collect();
            let _ = fit_continuous(&scaled, &config());
            let scaled: Vec<AgedScore> = people().iter().map(|p| AgedScore { age: p.age * scale, ..*p }).collect();
            let _ = fit_continuous(&scaled, &config());
        }
    }
}
