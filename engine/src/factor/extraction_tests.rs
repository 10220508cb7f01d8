//! Minres against searches that share nothing with it, where uniquenesses meet their bound.

use nalgebra::{DMatrix, DVector};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

use super::box_newton::minimize_in_box;
use super::extraction::{ExtractionConfig, extract_factors};
use super::objective::minres_objective;

/// Minres of one factor written without eigenvalues: for given loadings the best uniquenesses are max(1 − λ², lowest), which
/// leaves Σ(rᵢⱼ − λᵢλⱼ)² below the diagonal and ½Σ(λᵢ² − (1 − lowest))² over communalities beyond the bound.
fn one_factor_objective(correlations: &DMatrix<f64>, loadings: &[f64], lowest: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..loadings.len() {
        sum += 0.5 * (loadings[i] * loadings[i] - (1.0 - lowest)).max(0.0).powi(2);
        sum += (0..i).map(|j| (correlations[(i, j)] - loadings[i] * loadings[j]).powi(2)).sum::<f64>();
    }
    sum
}

/// Its lowest value by brute force: every place of a grid, then from the best of them steps along the axes, ever smaller.
fn lowest_on_a_grid(correlations: &DMatrix<f64>, lowest: f64) -> f64 {
    let value = |place: &[f64]| one_factor_objective(correlations, place, lowest);
    let mut places = vec![vec![]];
    for _ in 0..correlations.nrows() {
        places = places
            .iter()
            .flat_map(|place| (-12..=12).map(|step| 0.1 * f64::from(step)).map(|x| [place.as_slice(), &[x]].concat()))
            .collect();
    }
    places.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let descend = |mut place: Vec<f64>| {
        let mut size = 0.05;
        while size > 1e-8 {
            let before = value(&place);
            for i in 0..place.len() {
                for step in [size, -size] {
                    let mut next = place.clone();
                    next[i] += step;
                    if value(&next) < value(&place) {
                        place = next;
                    }
                }
            }
            if value(&place) >= before {
                size *= 0.5;
            }
        }
        value(&place)
    };
    places.truncate(10);
    places.into_iter().map(descend).fold(f64::INFINITY, f64::min)
}

/// Correlations of three items, or factors.
fn three(r12: f64, r13: f64, r23: f64) -> DMatrix<f64> {
    DMatrix::from_row_slice(3, 3, &[1.0, r12, r13, r12, 1.0, r23, r13, r23, 1.0])
}

#[test]
fn a_communality_above_one_is_the_least_squares_solution_and_flagged() {
    // .6·.7/.35 = 1.2. Reference: nlminb over the uniquenesses from 40 starts; psych::fa has the same loadings.
    let found = extract_factors(&three(0.6, 0.7, 0.35), &ExtractionConfig::minres(1)).unwrap();
    for (i, (loading, uniqueness)) in [(1.01045, 0.005), (0.57101, 0.67395), (0.67344, 0.54648)].into_iter().enumerate()
    {
        assert!((found.loadings[(i, 0)] - loading).abs() < 6e-6, "{}", found.loadings);
        assert!((found.uniquenesses[i] - uniqueness).abs() < 6e-6, "{}", found.uniquenesses);
    }
    assert!((found.objective - 0.0024425042).abs() < 6e-11);
    assert_eq!(found.heywood_items, [0]);
}

#[test]
fn minres_at_the_bound_is_the_lowest_of_a_brute_force_search() {
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    let mut n_heywood = 0;
    for round in 0..40 {
        // Every second matrix with correlations of any sign, which can have no complete data.
        let from = if round % 2 == 0 { 0.05 } else { -0.95 };
        let [r12, r13, r23] = [(); 3].map(|()| rng.random_range(from..0.95));
        let correlations = three(r12, r13, r23);
        let found = extract_factors(&correlations, &ExtractionConfig::minres(1)).unwrap();
        assert!(found.convergence.converged);
        n_heywood += usize::from(!found.heywood_items.is_empty());
        let own = one_factor_objective(&correlations, found.loadings.as_slice(), 0.005);
        assert!((own - found.objective).abs() < 1e-12, "{correlations}");
        let brute = lowest_on_a_grid(&correlations, 0.005);
        assert!((found.objective - brute).abs() < 1e-10, "{correlations} {} {brute}", found.objective);
    }
    assert!(n_heywood > 20 && n_heywood < 40, "{n_heywood}");
}

#[test]
fn at_the_minimum_the_gradient_is_zero_or_pushes_against_a_bound() {
    let mut rng = ChaCha12Rng::seed_from_u64(2);
    for round in 0..60 {
        let (n_items, k) = [(4, 1), (6, 2), (9, 3)][round % 3];
        let correlations = random_correlations(n_items, &mut rng);
        let found = extract_factors(&correlations, &ExtractionConfig::minres(k)).unwrap();
        assert!(found.convergence.converged);
        for (i, (u, h)) in found.uniquenesses.iter().zip(found.communalities().iter()).enumerate() {
            // Gradient u + h² − 1: 0, or at the lower bound not below 0.
            let gradient = u + h - 1.0;
            let held = found.heywood_items.contains(&i);
            assert!(if held { gradient > -1e-9 } else { gradient.abs() < 1e-9 }, "{i} {u} {h}");
            assert!(held || *h <= 1.0);
        }
    }
}

#[test]
fn one_factor_ends_at_the_lowest_of_many_starts() {
    let mut rng = ChaCha12Rng::seed_from_u64(3);
    for round in 0..60 {
        let (n_items, k) = [(5, 1), (6, 1), (9, 1)][round % 3];
        let correlations = random_correlations(n_items, &mut rng);
        let found = extract_factors(&correlations, &ExtractionConfig::minres(k)).unwrap();
        for _ in 0..10 {
            let start = DVector::from_fn(n_items, |_, _| rng.random_range(0.005..1.0));
            let objective = |u: &DVector<f64>| minres_objective(&correlations, u, k);
            let other = minimize_in_box(objective, start, (0.005, 1.0), 500, 1e-10).unwrap();
            assert!(found.objective <= other.value + 1e-9, "{round} {} {}", found.objective, other.value);
        }
    }
}

/// Correlations of items with one strong and many weak sources, which fewer factors do not fit.
fn random_correlations(n_items: usize, rng: &mut ChaCha12Rng) -> DMatrix<f64> {
    let sources = DMatrix::from_fn(n_items, n_items + 1, |_, j| {
        if j == 0 { rng.random_range(0.0..2.5) } else { rng.random_range(-1.0..1.0) }
    });
    let covariances = &sources * sources.transpose();
    let scale = covariances.diagonal().map(|x: f64| 1.0 / x.sqrt());
    DMatrix::from_fn(n_items, n_items, |i, j| if i == j { 1.0 } else { covariances[(i, j)] * scale[i] * scale[j] })
}
