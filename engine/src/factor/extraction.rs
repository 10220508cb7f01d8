//! Factors of a correlation matrix before rotation: minres, maximum likelihood, principal axes.

use nalgebra::{DMatrix, DVector};

use super::FactorError;
use super::box_newton::{BoxMinimum, minimize_in_box};
use super::matrix::{check_correlations, check_n_factors, inverse_for, squared_multiple_correlations};
use super::objective::{likelihood_loadings, likelihood_objective, minres_objective, principal_loadings};
use crate::numeric::elementary::{exp, ln};

/// How factors are extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtractionMethod {
    /// Minimum residuals, also called unweighted least squares: the smallest squared residual correlations. Needs no positive
    /// definite matrix.
    Minres,
    /// Maximum likelihood under normality; needs a positive definite matrix.
    MaximumLikelihood,
    /// Principal axes, repeated until the communalities stay. Has the solution of minres where neither meets a bound, and takes
    /// many more steps to it.
    PrincipalAxis,
}

/// How factors are extracted, and when to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExtractionConfig {
    /// How.
    pub method: ExtractionMethod,
    /// How many factors.
    pub n_factors: usize,
    /// Smallest uniqueness that is allowed, as a share of the variance of an item: above 0, below 1. An item that arrives here is
    /// a Heywood case.
    pub lowest_uniqueness: f64,
    /// Most steps.
    pub max_steps: usize,
    /// The solution has converged when no element of the gradient (principal axis: no change of a communality) is larger.
    pub tolerance: f64,
}

impl ExtractionConfig {
    /// Minres with uniquenesses from 0.005, stopped at a gradient of 1e-10.
    #[must_use]
    pub fn minres(n_factors: usize) -> Self {
        let method = ExtractionMethod::Minres;
        Self { method, n_factors, lowest_uniqueness: 0.005, max_steps: 500, tolerance: 1e-10 }
    }

    /// Maximum likelihood with uniquenesses from 0.005, stopped at a gradient of 1e-10.
    #[must_use]
    pub fn maximum_likelihood(n_factors: usize) -> Self {
        Self { method: ExtractionMethod::MaximumLikelihood, ..Self::minres(n_factors) }
    }

    /// Principal axes with uniquenesses from 0.005, stopped when the communalities change by less than 1e-12, after 10,000 steps
    /// at the latest.
    #[must_use]
    pub fn principal_axis(n_factors: usize) -> Self {
        let method = ExtractionMethod::PrincipalAxis;
        Self { method, max_steps: 10_000, tolerance: 1e-12, ..Self::minres(n_factors) }
    }

    fn check(&self) -> Result<(), FactorError> {
        let wrong = |what, given, allowed| Err(FactorError::Setting { what, given, allowed });
        if !(self.lowest_uniqueness > 0.0 && self.lowest_uniqueness < 1.0) {
            return wrong("the smallest uniqueness", self.lowest_uniqueness, "above 0 and below 1");
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            return wrong("the tolerance", self.tolerance, "above 0 and below 1");
        }
        Ok(())
    }
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convergence {
    /// Whether it ended because nothing moved any more; otherwise the numbers are the best found, and must be shown as such.
    pub converged: bool,
    /// Steps taken.
    pub n_steps: usize,
    /// What was left to move: the largest element of the gradient, or the last change.
    pub remaining: f64,
}

/// Factors before rotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// How they were extracted.
    pub method: ExtractionMethod,
    /// Loadings (n_items × n_factors), factors from the strongest to the weakest; each column sums to a positive number. Correlations
    /// of items and factors, from −1 to 1; a Heywood case of minres or principal axes can be beyond.
    pub loadings: DMatrix<f64>,
    /// Share of the variance of each item that no factor explains, from the smallest allowed to 1. With the communality it makes 1,
    /// but for Heywood cases, where it is the bound and the sum is above 1.
    pub uniquenesses: DVector<f64>,
    /// Degrees of freedom of the model: correlations less free parameters, ((p − k)² − p − k)/2.
    pub degrees_of_freedom: usize,
    /// Heywood cases, as places from 0: items whose uniqueness is at the smallest allowed, and any with a communality above 1. Their
    /// loadings, and those of their factor, are not to be trusted: fewer factors, or without the item.
    pub heywood_items: Vec<usize>,
    /// Value of what was minimized: ½·Σ(residual)² over the whole matrix, or the likelihood discrepancy.
    pub objective: f64,
    /// How the search ended.
    pub convergence: Convergence,
}

impl Extraction {
    /// Communality of each item: the sum of its squared loadings, the share of its variance that the factors explain.
    #[must_use]
    pub fn communalities(&self) -> DVector<f64> {
        communalities_of(&self.loadings)
    }

    /// Correlations that the model implies: ΛΛᵀ off the diagonal, communality and uniqueness on it.
    #[must_use]
    pub fn implied(&self) -> DMatrix<f64> {
        &self.loadings * self.loadings.transpose() + DMatrix::from_diagonal(&self.uniquenesses)
    }
}

/// Extracts factors from a correlation matrix.
///
/// Minres minimizes ½·Σᵢⱼ (rᵢⱼ − (ΛΛᵀ + U)ᵢⱼ)², maximum likelihood ln|Σ| + tr(RΣ⁻¹) − ln|R| − p with Σ = ΛΛᵀ + U; both by Newton
/// steps with exact second derivatives over the uniquenesses, from squared multiple correlations and, should that end at a bound,
/// from 14 other starts, the lowest taken: for one factor the lowest there is as far as searched, for several a lower one is rare
/// but possible. Principal axes repeat an eigenvalue decomposition with the last communalities on the
/// diagonal.
///
/// The bound is on the uniquenesses, U from `lowest_uniqueness` to 1, and minres counts the residuals of the diagonal: Σ over pairs
/// of (rᵢⱼ − (ΛΛᵀ)ᵢⱼ)² plus ½·Σᵢ max(0, hᵢ² − (1 − lowest))², with h² the communalities. An item at the bound therefore has a
/// communality of at least 1 − lowest, and above 1 (a loading above 1 with one factor) where the correlations ask for it; it is in
/// [`Extraction::heywood_items`]. This is neither the minimum of the residuals off the diagonal alone, which lets such a
/// communality grow further, nor the one under h² ≤ 1 − lowest, which fits worse. `psych::fa` with `uls` has the same
/// loadings, and gives as uniqueness 1 − h², below 0.
///
/// - `correlations`: n_items × n_items, Pearson or polychoric.
///
/// # Errors
/// [`FactorError::NotSquare`], [`FactorError::NotACorrelation`], [`FactorError::NumberOfFactors`] (two items have no factor),
/// [`FactorError::NotPositiveDefinite`] for maximum likelihood, [`FactorError::Setting`].
/// # References
/// Harman & Jones (1966), Psychometrika 31, 351–368, doi:10.1007/BF02289468; Jöreskog (1967), Psychometrika 32, 443–482,
/// doi:10.1007/BF02289658
/// # Agreement
/// Oracle `factor/efa` (own R run to convergence, psych and `factanal` for comparison), loadings within 1e-5, communalities within
/// 1e-6; `factor/heywood` (uniquenesses at the bound, minres from 40 starts), 1e-5.
pub fn extract_factors(correlations: &DMatrix<f64>, config: &ExtractionConfig) -> Result<Extraction, FactorError> {
    config.check()?;
    check_correlations(correlations, 2)?;
    let degrees_of_freedom = check_n_factors(correlations.nrows(), config.n_factors)?;
    let Found { mut loadings, uniquenesses, objective, convergence } = match config.method {
        ExtractionMethod::Minres => minres(correlations, config)?,
        ExtractionMethod::MaximumLikelihood => maximum_likelihood(correlations, config)?,
        ExtractionMethod::PrincipalAxis => principal_axis(correlations, config)?,
    };
    for mut column in loadings.column_iter_mut() {
        if column.sum() < 0.0 {
            column.neg_mut();
        }
    }
    let communalities = communalities_of(&loadings);
    let heywood = |i: &usize| is_at_bound(uniquenesses[*i], config.lowest_uniqueness) || communalities[*i] > 1.0 + 1e-9;
    let heywood_items = (0..uniquenesses.len()).filter(heywood).collect();
    let method = config.method;
    Ok(Extraction { method, loadings, uniquenesses, degrees_of_freedom, heywood_items, objective, convergence })
}

/// A solution before signs are set.
struct Found {
    loadings: DMatrix<f64>,
    uniquenesses: DVector<f64>,
    objective: f64,
    convergence: Convergence,
}

/// Sums of squared loadings of the rows.
pub(super) fn communalities_of(loadings: &DMatrix<f64>) -> DVector<f64> {
    DVector::from_iterator(loadings.nrows(), loadings.row_iter().map(|row| row.norm_squared()))
}

fn is_at_bound(uniqueness: f64, lowest: f64) -> bool {
    uniqueness <= lowest * (1.0 + 1e-6)
}

fn minres(correlations: &DMatrix<f64>, config: &ExtractionConfig) -> Result<Found, FactorError> {
    let (k, bounds) = (config.n_factors, (config.lowest_uniqueness, 1.0));
    let search = |start| {
        let objective = |u: &DVector<f64>| minres_objective(correlations, u, k);
        minimize_in_box(objective, start, bounds, config.max_steps, config.tolerance)
    };
    let best = best_of(starts(correlations, k), search, |u| is_at_bound(u, bounds.0))?;
    let loadings = principal_loadings(correlations, &best.point, k).ok_or(FactorError::NoEigenvalues)?;
    let convergence = convergence_of(&best);
    Ok(Found { loadings, uniquenesses: best.point, objective: best.value, convergence })
}

fn maximum_likelihood(correlations: &DMatrix<f64>, config: &ExtractionConfig) -> Result<Found, FactorError> {
    inverse_for("maximum likelihood", correlations)?;
    let (k, lowest) = (config.n_factors, ln(config.lowest_uniqueness));
    let search = |start: DVector<f64>| {
        let objective = |x: &DVector<f64>| likelihood_objective(correlations, x, k);
        let start = start.map(|u| ln(u.max(config.lowest_uniqueness)));
        minimize_in_box(objective, start, (lowest, 0.0), config.max_steps, config.tolerance)
    };
    let best = best_of(starts(correlations, k), search, |x| x <= lowest + 1e-6)?;
    let loadings = likelihood_loadings(correlations, &best.point, k).ok_or(FactorError::NoEigenvalues)?;
    let convergence = convergence_of(&best);
    Ok(Found { loadings, uniquenesses: best.point.map(exp), objective: best.value, convergence })
}

/// Starts spread over all uniquenesses, for searches that end at a bound.
const N_SPREAD_STARTS: usize = 12;

/// Places to start from: uniquenesses of squared multiple correlations, the same made smaller, one half for all; then, because
/// minima at the bound are several, some spread over 0–1, the fractions of √2·n² (Weyl's sequence, the same in every run).
fn starts(correlations: &DMatrix<f64>, n_factors: usize) -> Vec<DVector<f64>> {
    let n_items = correlations.nrows();
    let half = DVector::from_element(n_items, 0.5);
    let mut starts = match squared_multiple_correlations(correlations) {
        Some(explained) => {
            let unexplained = explained.map(|h| 1.0 - h);
            // Jöreskog (1967): factors explain more than the other items do.
            let smaller = &unexplained * (1.0 - 0.5 * n_factors as f64 / n_items as f64);
            vec![unexplained, smaller, half]
        }
        None => vec![half.clone(), half.map(|_| 0.9), half.map(|_| 0.1)],
    };
    let spread = |start: usize| {
        let fraction = |i: usize| (std::f64::consts::SQRT_2 * ((start * n_items + i + 1) as f64).powi(2)).fract();
        DVector::from_fn(n_items, |i, _| fraction(i))
    };
    starts.extend((0..N_SPREAD_STARTS).map(spread));
    starts
}

/// The lowest of the minima found from the starts; the first is taken at once when it has converged away from the bound.
fn best_of(
    starts: Vec<DVector<f64>>,
    search: impl Fn(DVector<f64>) -> Option<BoxMinimum>,
    at_bound: impl Fn(f64) -> bool,
) -> Result<BoxMinimum, FactorError> {
    let mut best: Option<BoxMinimum> = None;
    for start in starts {
        let Some(found) = search(start) else { continue };
        let is_better = best.as_ref().is_none_or(|best| {
            let lower = found.value < best.value - 1e-12 * (1.0 + best.value.abs());
            if found.converged == best.converged { lower } else { found.converged }
        });
        if is_better {
            best = Some(found);
        }
        if best.as_ref().is_some_and(|best| best.converged && !best.point.iter().any(|&x| at_bound(x))) {
            break;
        }
    }
    best.ok_or(FactorError::NoEigenvalues)
}

fn convergence_of(minimum: &BoxMinimum) -> Convergence {
    let BoxMinimum { converged, n_steps, largest_gradient, .. } = *minimum;
    Convergence { converged, n_steps, remaining: largest_gradient }
}

fn principal_axis(correlations: &DMatrix<f64>, config: &ExtractionConfig) -> Result<Found, FactorError> {
    let start = starts(correlations, config.n_factors).into_iter().next();
    let mut uniquenesses = start.ok_or(FactorError::NoEigenvalues)?.map(|u| u.max(config.lowest_uniqueness));
    let mut convergence = Convergence { converged: false, n_steps: 0, remaining: f64::INFINITY };
    while !convergence.converged && convergence.n_steps < config.max_steps {
        let loadings =
            principal_loadings(correlations, &uniquenesses, config.n_factors).ok_or(FactorError::NoEigenvalues)?;
        let next = communalities_of(&loadings).map(|h| (1.0 - h).max(config.lowest_uniqueness));
        let remaining = (&next - &uniquenesses).amax();
        convergence =
            Convergence { converged: remaining <= config.tolerance, n_steps: convergence.n_steps + 1, remaining };
        uniquenesses = next;
    }
    let loadings =
        principal_loadings(correlations, &uniquenesses, config.n_factors).ok_or(FactorError::NoEigenvalues)?;
    let residuals = correlations - &loadings * loadings.transpose() - DMatrix::from_diagonal(&uniquenesses);
    Ok(Found { loadings, uniquenesses, objective: 0.5 * residuals.norm_squared(), convergence })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const METHODS: [fn(usize) -> ExtractionConfig; 3] =
        [ExtractionConfig::minres, ExtractionConfig::maximum_likelihood, ExtractionConfig::principal_axis];

    /// Correlations that a model implies exactly.
    fn implied(loadings: &DMatrix<f64>) -> DMatrix<f64> {
        let mut correlations = loadings * loadings.transpose();
        correlations.fill_diagonal(1.0);
        correlations
    }

    #[test]
    fn one_factor_of_three_items_worked_by_hand() {
        // λ₁ = √(r₁₂r₁₃/r₂₃): .42·.48/.56 = .36.
        let correlations = DMatrix::from_row_slice(3, 3, &[1.0, 0.42, 0.48, 0.42, 1.0, 0.56, 0.48, 0.56, 1.0]);
        for config in METHODS {
            let found = extract_factors(&correlations, &config(1)).unwrap();
            assert!(found.convergence.converged && found.heywood_items.is_empty() && found.degrees_of_freedom == 0);
            for (loading, expected) in found.loadings.iter().zip([0.6, 0.7, 0.8]) {
                assert!((loading - expected).abs() < 1e-8, "{:?} {loading}", found.method);
            }
        }
    }

    #[test]
    fn an_exact_model_is_recovered() {
        let mut loadings = DMatrix::zeros(9, 2);
        for i in 0..9 {
            loadings[(i, 0)] = 0.5 + 0.03 * i as f64;
            loadings[(i, 1)] = if i < 5 { 0.4 } else { -0.35 };
        }
        let correlations = implied(&loadings);
        for config in METHODS {
            let found = extract_factors(&correlations, &config(2)).unwrap();
            assert!(found.convergence.converged);
            assert!((found.implied() - &correlations).amax() < 1e-9);
            assert!((found.communalities() - communalities_of(&loadings)).amax() < 1e-8);
            assert!(found.loadings.column_iter().all(|column| column.sum() > 0.0));
        }
    }

    #[test]
    fn a_heywood_case_is_flagged() {
        // λ₁² = .9·.9/.7 > 1.
        let correlations = DMatrix::from_row_slice(3, 3, &[1.0, 0.9, 0.9, 0.9, 1.0, 0.7, 0.9, 0.7, 1.0]);
        for config in METHODS {
            let found = extract_factors(&correlations, &config(1)).unwrap();
            assert_eq!(found.heywood_items, [0], "{:?}", found.method);
            assert!((found.uniquenesses[0] - 0.005).abs() < 1e-15);
        }
    }

    #[test]
    fn collinear_items_are_refused_by_likelihood_and_bounded_by_minres() {
        // Two copies of one item among five.
        let mut correlations = DMatrix::from_fn(5, 5, |i, j| if i == j { 1.0 } else { 0.4 });
        (correlations[(0, 1)], correlations[(1, 0)]) = (1.0, 1.0);
        let refused = extract_factors(&correlations, &ExtractionConfig::maximum_likelihood(1)).unwrap_err();
        assert!(matches!(refused, FactorError::NotPositiveDefinite { .. }));
        assert!(refused.to_string().contains("extract by minres"));
        for config in [ExtractionConfig::minres(2), ExtractionConfig::principal_axis(2)] {
            let found = extract_factors(&correlations, &config).unwrap();
            assert!(found.convergence.converged, "{:?} {:?}", found.method, found.convergence);
            assert!(!found.heywood_items.is_empty());
        }
    }

    #[test]
    fn a_matrix_of_no_complete_data_goes_through_minres() {
        // Eigenvalues of the first three items: 1.9, 1.9, −.8, which only correlations of different people have.
        let mut correlations = DMatrix::identity(4, 4);
        for (i, j, r) in [(0, 1, 0.9), (0, 2, -0.9), (1, 2, 0.9), (0, 3, 0.2), (1, 3, 0.1), (2, 3, 0.1)] {
            (correlations[(i, j)], correlations[(j, i)]) = (r, r);
        }
        assert!(extract_factors(&correlations, &ExtractionConfig::maximum_likelihood(1)).is_err());
        let found = extract_factors(&correlations, &ExtractionConfig::minres(1)).unwrap();
        assert!(found.convergence.converged && found.loadings.iter().all(|x| x.is_finite()));
    }

    #[test]
    fn too_many_factors_and_two_items_are_refused() {
        let two = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]);
        let error = extract_factors(&two, &ExtractionConfig::minres(1)).unwrap_err();
        assert_eq!(error, FactorError::NumberOfFactors { n_factors: 1, n_items: 2, most: 0 });
        assert!(extract_factors(&DMatrix::identity(6, 6), &ExtractionConfig::minres(4)).is_err());
        assert!(extract_factors(&DMatrix::from_element(4, 4, f64::NAN), &ExtractionConfig::minres(1)).is_err());
        let config = ExtractionConfig { lowest_uniqueness: 0.0, ..ExtractionConfig::minres(1) };
        assert!(matches!(extract_factors(&DMatrix::identity(4, 4), &config), Err(FactorError::Setting { .. })));
    }

    #[test]
    fn items_that_have_nothing_in_common_have_no_loadings() {
        for config in METHODS {
            let found = extract_factors(&DMatrix::identity(6, 6), &config(1)).unwrap();
            assert!(found.loadings.amax() < 1e-4, "{:?} {}", found.method, found.loadings);
        }
    }

    #[test]
    fn no_steps_is_a_result_that_has_not_converged() {
        let correlations = DMatrix::from_fn(5, 5, |i, j| if i == j { 1.0 } else { 0.1 * (i + j) as f64 });
        for config in METHODS {
            let config = ExtractionConfig { max_steps: 1, ..config(1) };
            assert!(!extract_factors(&correlations, &config).unwrap().convergence.converged);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn any_correlations_are_answered(cells in prop::collection::vec(-1.0..1.0_f64, 36), k in 1_usize..4) {
            let correlations =
                DMatrix::from_fn(6, 6, |i, j| if i == j { 1.0 } else { cells[i.min(j) * 6 + i.max(j)] });
            for config in METHODS {
                if let Ok(found) = extract_factors(&correlations, &ExtractionConfig { max_steps: 300, ..config(k) }) {
                    prop_assert!(found.loadings.iter().chain(found.uniquenesses.iter()).all(|x| x.is_finite()));
                    prop_assert!(found.uniquenesses.iter().all(|u| (0.005..=1.0).contains(&(u + 1e-15))));
                }
            }
        }

        #[test]
        fn the_order_of_items_does_not_matter(shift in 1_usize..7) {
            let mut loadings = DMatrix::zeros(7, 2);
            for i in 0..7 {
                loadings[(i, 0)] = 0.3 + 0.08 * i as f64;
                loadings[(i, 1)] = 0.5 - 0.13 * i as f64;
            }
            let mut correlations = implied(&loadings);
            // A model that does not fit exactly.
            (correlations[(0, 1)], correlations[(1, 0)]) = (0.31, 0.31);
            let turned = DMatrix::from_fn(7, 7, |i, j| correlations[((i + shift) % 7, (j + shift) % 7)]);
            for config in METHODS {
                let (a, b) = (extract_factors(&correlations, &config(2)).unwrap(), extract_factors(&turned, &config(2)).unwrap());
                for i in 0..7 {
                    prop_assert!((a.uniquenesses[(i + shift) % 7] - b.uniquenesses[i]).abs() < 1e-7);
                }
            }
        }
    }
}
