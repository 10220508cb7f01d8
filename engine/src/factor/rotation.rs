//! Rotation: the same factors seen from where they are easiest to name.

use nalgebra::{DMatrix, DVector};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rand_distr::StandardNormal;

use super::FactorError;
use super::extraction::Convergence;
use super::rotation_criteria::{Turned, oblimin_from, promax_of, varimax_of};

/// The most random starts of a rotation.
const MOST_STARTS: usize = 10_000;
/// Most sweeps of varimax on the way to a place to start from.
const VARIMAX_SWEEPS: usize = 100;

/// How factors are rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// As extracted.
    Unrotated,
    /// Uncorrelated factors; varimax with Kaiser's normalization of the items.
    Varimax,
    /// Correlated factors; direct oblimin with γ = 0 (quartimin), items not normalized.
    Oblimin,
    /// Correlated factors; promax: an oblique approach to the fourth powers of the varimax loadings.
    Promax,
}

/// Further places to start from, at random, in search of a better rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomStarts {
    /// How many, at most 10,000.
    pub n_starts: usize,
    /// Seed of the generator (ChaCha12).
    pub seed: u64,
}

/// How factors are rotated, and when to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RotationConfig {
    /// How.
    pub rotation: Rotation,
    /// Most steps (varimax: sweeps over all pairs of factors).
    pub max_steps: usize,
    /// The rotation has converged when the gradient is shorter than this (varimax: no pair turns by a larger angle, in radians).
    pub tolerance: f64,
    /// Oblimin only: starts beside the unrotated and the varimax factors. The criterion can have several minima; the lowest is
    /// taken.
    pub random_starts: Option<RandomStarts>,
}

impl RotationConfig {
    /// As extracted.
    #[must_use]
    pub fn unrotated() -> Self {
        Self { rotation: Rotation::Unrotated, max_steps: 1000, tolerance: 1e-12, random_starts: None }
    }

    /// Varimax, until no pair of factors turns by more than 1e-12.
    #[must_use]
    pub fn varimax() -> Self {
        Self { rotation: Rotation::Varimax, ..Self::unrotated() }
    }

    /// Direct oblimin from the unrotated and from the varimax factors, until the gradient is shorter than 1e-9.
    #[must_use]
    pub fn oblimin() -> Self {
        Self { rotation: Rotation::Oblimin, max_steps: 20_000, tolerance: 1e-9, random_starts: None }
    }

    /// Promax with power 4.
    #[must_use]
    pub fn promax() -> Self {
        Self { rotation: Rotation::Promax, ..Self::unrotated() }
    }

    fn check(&self) -> Result<(), FactorError> {
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            let (what, given) = ("the tolerance of the rotation", self.tolerance);
            return Err(FactorError::Setting { what, given, allowed: "above 0 and below 1" });
        }
        if let Some(RandomStarts { n_starts, .. }) = self.random_starts
            && n_starts > MOST_STARTS
        {
            let (what, given) = ("the number of random starts", n_starts as f64);
            return Err(FactorError::Setting { what, given, allowed: "at most 10000" });
        }
        Ok(())
    }
}

/// Rotated factors, from the one that explains most to the one that explains least; each column of the pattern sums to a positive
/// number.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotated {
    /// How they were rotated.
    pub rotation: Rotation,
    /// Pattern loadings (n_items × n_factors): weights of the factors in each item, other factors held constant.
    pub pattern: DMatrix<f64>,
    /// Structure loadings (n_items × n_factors): correlations of items and factors, pattern · factor correlations. Those of
    /// uncorrelated factors are their pattern loadings.
    pub structure: DMatrix<f64>,
    /// Correlations of the factors (n_factors × n_factors).
    pub factor_correlations: DMatrix<f64>,
    /// Variance that each factor explains, in items: the diagonal of ΦΛᵀΛ. They sum to the sum of the communalities.
    pub explained: DVector<f64>,
    /// How the rotation ended.
    pub convergence: Convergence,
    /// Starts tried, and how many of them ended at the lowest criterion: when few did, others may find another rotation.
    pub starts: StartCount,
}

/// How many starts of a rotation led to the same end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartCount {
    /// Starts tried.
    pub tried: usize,
    /// Those that ended at the lowest value of the criterion, to six digits.
    pub at_best: usize,
}

/// Rotates loadings.
///
/// - Varimax: the largest variance of squared loadings, Σⱼ (Σᵢ bᵢⱼ⁴ − (Σᵢ bᵢⱼ²)²/p), b the loadings over the root of their
///   communality; by turning pairs of factors.
/// - Oblimin: the smallest ¼·Σᵢ Σⱼ≠ₖ λᵢⱼ²λᵢₖ², by gradient projection; from the unrotated and from the varimax factors, because the
///   first alone can be caught at a saddle when factors are alike.
/// - Promax: least squares from the varimax loadings to λ·|λ|³, rescaled to factors of variance 1.
///
/// The result is turned into one order and sign whatever the way to it: factors by the variance that they explain, each with a
/// positive sum of pattern loadings; unrotated factors keep their order. One factor stays as it is.
///
/// # Errors
/// [`FactorError::Setting`]; [`FactorError::TooFewItems`] for loadings without rows or columns;
/// [`FactorError::DependentFactors`] when promax or oblimin meets factors that are combinations of each other;
/// [`FactorError::NotACorrelation`] for a loading that is not finite.
/// # References
/// Kaiser (1958), Psychometrika 23, 187–200, doi:10.1007/BF02289233; Hendrickson & White (1964), British Journal of Statistical
/// Psychology 17, 65–70, doi:10.1111/j.2044-8317.1964.tb00244.x; Jennrich (2002), Psychometrika 67, 7–19,
/// doi:10.1007/BF02294706; Bernaards & Jennrich (2005), Educational and Psychological Measurement 65, 676–696,
/// doi:10.1177/0013164404272507
/// # Agreement
/// Oracle `factor/efa` (`varimax`, `promax`, GPArotation's `GPFoblq`), within 1e-5.
pub fn rotate(loadings: &DMatrix<f64>, config: &RotationConfig) -> Result<Rotated, FactorError> {
    config.check()?;
    let (n_items, n_factors) = loadings.shape();
    if n_items == 0 || n_factors == 0 {
        return Err(FactorError::TooFewItems { given: n_items.min(n_factors), needed: 1 });
    }
    if let Some(place) = loadings.iter().position(|x| !x.is_finite()) {
        let (row, column) = (place % n_items, place / n_items);
        let given = loadings[(row, column)];
        return Err(FactorError::NotACorrelation { row, column, given, allowed: "a finite loading" });
    }
    let rotation = if n_factors == 1 { Rotation::Unrotated } else { config.rotation };
    let mut starts = StartCount { tried: 1, at_best: 1 };
    let turned = match rotation {
        Rotation::Unrotated => Turned::unrotated(loadings),
        Rotation::Varimax => varimax_of(loadings, config.max_steps, config.tolerance),
        Rotation::Promax => {
            let varimax = varimax_of(loadings, config.max_steps, config.tolerance);
            promax_of(&varimax).ok_or(FactorError::DependentFactors { n_factors })?
        }
        Rotation::Oblimin => {
            let (turned, count) = oblimin(loadings, config)?;
            starts = count;
            turned
        }
    };
    let (pattern, factor_correlations) =
        arranged(&turned.pattern, &turned.factor_correlations, rotation != Rotation::Unrotated);
    let explained = explained_by(&pattern, &factor_correlations);
    let structure = &pattern * &factor_correlations;
    let convergence = turned.convergence;
    Ok(Rotated { rotation: config.rotation, pattern, structure, factor_correlations, explained, convergence, starts })
}

/// The lowest minimum of oblimin from all starts.
fn oblimin(loadings: &DMatrix<f64>, config: &RotationConfig) -> Result<(Turned, StartCount), FactorError> {
    let k = loadings.ncols();
    let mut found = Vec::new();
    let mut best: Option<Turned> = None;
    let mut rng = ChaCha12Rng::seed_from_u64(config.random_starts.map_or(0, |starts| starts.seed));
    let n_starts = 2 + config.random_starts.map_or(0, |starts| starts.n_starts);
    for start in 0..n_starts {
        let axes = match start {
            0 => DMatrix::identity(k, k),
            1 => varimax_of(loadings, VARIMAX_SWEEPS, 1e-6).axes,
            // The axes of a matrix of normal numbers point everywhere alike.
            _ => DMatrix::from_fn(k, k, |_, _| rng.sample::<f64, _>(StandardNormal)).qr().q(),
        };
        let Some(turned) = oblimin_from(loadings, axes, config.max_steps, config.tolerance) else { continue };
        found.push(turned.criterion);
        let is_better = best.as_ref().is_none_or(|best| {
            let lower = turned.criterion < best.criterion - 1e-12;
            if turned.convergence.converged == best.convergence.converged {
                lower
            } else {
                turned.convergence.converged
            }
        });
        if is_better {
            best = Some(turned);
        }
    }
    let best = best.ok_or(FactorError::DependentFactors { n_factors: k })?;
    let near = |criterion: &&f64| (**criterion - best.criterion).abs() <= 1e-6 * (1.0 + best.criterion);
    let at_best = found.iter().filter(near).count();
    Ok((best, StartCount { tried: n_starts, at_best }))
}

/// Variance explained by each factor: the diagonal of ΦΛᵀΛ.
fn explained_by(pattern: &DMatrix<f64>, factor_correlations: &DMatrix<f64>) -> DVector<f64> {
    (factor_correlations * pattern.transpose() * pattern).diagonal()
}

/// Factors in order of the variance they explain (where `by_variance`), with positive sums of their pattern loadings.
fn arranged(
    pattern: &DMatrix<f64>,
    factor_correlations: &DMatrix<f64>,
    by_variance: bool,
) -> (DMatrix<f64>, DMatrix<f64>) {
    let explained = explained_by(pattern, factor_correlations);
    let mut order: Vec<usize> = (0..pattern.ncols()).collect();
    if by_variance {
        order.sort_by(|&a, &b| explained[b].total_cmp(&explained[a]));
    }
    let sign: Vec<f64> = order.iter().map(|&j| if pattern.column(j).sum() < 0.0 { -1.0 } else { 1.0 }).collect();
    let k = order.len();
    let arranged = DMatrix::from_fn(pattern.nrows(), k, |i, j| sign[j] * pattern[(i, order[j])]);
    let correlations = DMatrix::from_fn(k, k, |i, j| sign[i] * sign[j] * factor_correlations[(order[i], order[j])]);
    (arranged, correlations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::elementary::{cos, sin};
    use proptest::prelude::*;

    /// Perfect simple structure, turned by an angle.
    fn turned_structure(angle: f64) -> (DMatrix<f64>, DMatrix<f64>) {
        let simple = DMatrix::from_row_slice(6, 2, &[0.8, 0.0, 0.7, 0.0, 0.6, 0.0, 0.0, 0.7, 0.0, 0.6, 0.0, 0.5]);
        let (c, s) = (cos(angle), sin(angle));
        let turn = DMatrix::from_row_slice(2, 2, &[c, -s, s, c]);
        (&simple * turn, simple)
    }

    #[test]
    fn every_rotation_finds_perfect_simple_structure() {
        let (loadings, simple) = turned_structure(0.6);
        for config in [RotationConfig::varimax(), RotationConfig::oblimin(), RotationConfig::promax()] {
            let rotated = rotate(&loadings, &config).unwrap();
            assert!(rotated.convergence.converged);
            assert!((&rotated.pattern - &simple).amax() < 1e-7, "{:?} {}", config.rotation, rotated.pattern);
            assert!((&rotated.factor_correlations - DMatrix::identity(2, 2)).amax() < 1e-6);
            // .64 + .49 + .36 and .49 + .36 + .25.
            assert!((rotated.explained[0] - 1.49).abs() < 1e-6 && (rotated.explained[1] - 1.10).abs() < 1e-6);
        }
    }

    #[test]
    fn oblimin_finds_correlated_factors() {
        // Simple structure with factors correlated .5, given by orthogonal axes.
        let (_, simple) = turned_structure(0.0);
        let axes = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.5, 0.75_f64.sqrt()]);
        let rotated = rotate(&(&simple * axes), &RotationConfig::oblimin()).unwrap();
        assert!(rotated.convergence.converged);
        assert!((&rotated.pattern - &simple).amax() < 1e-7);
        assert!((rotated.factor_correlations[(0, 1)] - 0.5).abs() < 1e-7);
        assert!((rotated.structure[(0, 1)] - 0.4).abs() < 1e-7);
    }

    #[test]
    fn oblimin_is_not_held_between_two_factors_that_are_alike() {
        // Three groups of three items, correlations .61 within and .36 between: the unrotated second and third factor can be any in
        // their plane, and from the one here (a group against the others, then those against each other) the criterion has a saddle.
        let (common, first, second) = (1.33_f64.sqrt(), (2.0_f64 / 3.0).sqrt(), 0.5_f64.sqrt());
        let apart = 0.25_f64.sqrt();
        let loadings = DMatrix::from_fn(9, 3, |i, j| match (j, i / 3) {
            (0, _) => common / 3.0_f64.sqrt(),
            (1, 0) => apart * first,
            (1, _) => -apart * first / 2.0,
            (_, 0) => 0.0,
            (_, 1) => apart * second,
            _ => -apart * second,
        });
        let rotated = rotate(&loadings, &RotationConfig::oblimin()).unwrap();
        assert!(rotated.convergence.converged);
        for row in rotated.pattern.row_iter() {
            let (largest, rest) = (row.amax(), row.norm_squared() - row.amax() * row.amax());
            assert!((largest - 0.61_f64.sqrt()).abs() < 1e-7 && rest < 1e-12, "{}", rotated.pattern);
        }
        assert!((rotated.factor_correlations[(0, 1)] - 0.36 / 0.61).abs() < 1e-7);
        assert!(rotated.starts.at_best < rotated.starts.tried);
    }

    #[test]
    fn one_factor_stays_and_points_up() {
        let loadings = DMatrix::from_row_slice(3, 1, &[-0.8, -0.7, 0.1]);
        let rotated = rotate(&loadings, &RotationConfig::oblimin()).unwrap();
        assert_eq!(rotated.pattern, -loadings);
        assert_eq!(rotated.structure, rotated.pattern);
    }

    #[test]
    fn factors_that_are_combinations_of_each_other_are_refused() {
        let loadings = DMatrix::from_fn(5, 2, |i, _| 0.1 * (i + 1) as f64);
        let refused = rotate(&loadings, &RotationConfig::promax());
        assert!(matches!(refused, Err(FactorError::DependentFactors { n_factors: 2 })), "{refused:?}");
        for bad in [DMatrix::zeros(0, 2), DMatrix::zeros(3, 0), DMatrix::from_element(3, 2, f64::NAN)] {
            assert!(rotate(&bad, &RotationConfig::varimax()).is_err());
        }
        let starts = Some(RandomStarts { n_starts: MOST_STARTS + 1, seed: 1 });
        assert!(rotate(&loadings, &RotationConfig { random_starts: starts, ..RotationConfig::oblimin() }).is_err());
    }

    #[test]
    fn empty_loadings_are_answered() {
        for config in [RotationConfig::varimax(), RotationConfig::oblimin()] {
            let rotated = rotate(&DMatrix::zeros(4, 2), &config).unwrap();
            assert_eq!(rotated.pattern.amax(), 0.0);
        }
    }

    #[test]
    fn random_starts_are_the_same_for_the_same_seed_and_count_their_agreement() {
        let (loadings, simple) = turned_structure(0.3);
        let starts = Some(RandomStarts { n_starts: 8, seed: 5 });
        let config = RotationConfig { random_starts: starts, ..RotationConfig::oblimin() };
        let (a, b) = (rotate(&loadings, &config).unwrap(), rotate(&loadings, &config).unwrap());
        assert_eq!(a, b);
        assert_eq!(a.starts, StartCount { tried: 10, at_best: 10 });
        assert!((a.pattern - simple).amax() < 1e-7);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn rotation_keeps_what_is_common(cells in prop::collection::vec(-0.7..0.7_f64, 24)) {
            let loadings = DMatrix::from_row_slice(8, 3, &cells);
            let common = &loadings * loadings.transpose();
            for config in [RotationConfig::varimax(), RotationConfig::oblimin(), RotationConfig::promax()] {
                if let Ok(rotated) = rotate(&loadings, &config) {
                    let kept = &rotated.pattern * &rotated.factor_correlations * rotated.pattern.transpose();
                    prop_assert!((kept - &common).amax() < 1e-8);
                    prop_assert!(rotated.factor_correlations.diagonal().iter().all(|x| (x - 1.0).abs() < 1e-9));
                    prop_assert!((rotated.explained.sum() - common.trace()).abs() < 1e-8);
                }
            }
        }

        #[test]
        fn varimax_does_not_depend_on_the_axes_it_starts_from(angle in 0.0..6.0_f64) {
            let (loadings, simple) = turned_structure(angle);
            let rotated = rotate(&loadings, &RotationConfig::varimax()).unwrap();
            prop_assert!((rotated.pattern - simple).amax() < 1e-9);
        }
    }
}
