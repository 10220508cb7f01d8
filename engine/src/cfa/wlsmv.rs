//! Weighted least squares for items with few ordered categories (WLSMV): the structure of the tendencies behind the answers.

use nalgebra::{DMatrix, DVector};

use super::asymptotic::{PolychoricMoments, Threshold};
use super::fit::{ChiSquared, FitMeasures, squared_residuals};
use super::model::{CfaError, SimpleStructure};
use super::search::{Convergence, Misfit, search};
use super::solution::{Estimate, ImproperSolution, improper_factors};
use crate::stats::item_scores::ItemScores;

/// Estimates of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct OrdinalItem {
    /// Place of the item in the data.
    pub item_idx: usize,
    /// Its factor.
    pub factor_idx: usize,
    /// Correlation of the tendency behind the answers with the factor.
    pub loading: Estimate,
    /// Share of the variance of the tendency that the factor leaves, 1 − loading²; below 0 in a Heywood case.
    pub residual_variance: f64,
    /// Places between neighboring categories, in SDs of the tendency.
    pub thresholds: Vec<Threshold>,
}

/// A structure fitted to ordered categories.
#[derive(Debug, Clone, PartialEq)]
pub struct WlsmvSolution {
    /// Number of respondents, those who answered all items.
    pub n: usize,
    /// Items, factor by factor.
    pub items: Vec<OrdinalItem>,
    /// Correlations of factors: the places of the two, and the estimate.
    pub factor_correlations: Vec<(usize, usize, Estimate)>,
    /// Number of free parameters, thresholds included.
    pub n_parameters: usize,
    /// χ² and the measures made from it, not adjusted: they do not have their usual distributions, and are shown for comparison.
    pub unadjusted: FitMeasures,
    /// χ² adjusted in mean and variance, and the measures made from it; `None` without convergence, and where the parameters are
    /// not identified.
    pub fit: Option<FitMeasures>,
    /// The number by which χ² was divided before a shift was added, so that mean and variance are those of its degrees of
    /// freedom; `None` without [`WlsmvSolution::fit`].
    pub scaling_factor: Option<f64>,
    /// Standardized root mean square residual of the correlations, diagonal included; 0 is perfect.
    pub srmr: f64,
    /// How the search ended.
    pub convergence: Convergence,
    /// What forbids an interpretation; empty for a proper solution.
    pub improper: Vec<ImproperSolution>,
}

/// Confirmatory factor analysis of simple structure for ordered categories, by diagonally weighted least squares with robust
/// standard errors and a mean- and variance-adjusted test.
///
/// Minimizes F = ½·Σ (r − ρ)²/γ over the polychoric correlations r, with ρ_ij = λ_i·λ_j·φ and γ the diagonal of their
/// asymptotic covariances Γ ([`PolychoricMoments`]); thresholds are those of the items alone, and tendencies have variance 1
/// (delta parameterization). With Δ the slopes of ρ, W = diag(1/γ) and E = (Δ′WΔ)⁻¹:
///
/// - covariances of the estimates: E·Δ′WΓWΔ·E/(n − 1)
/// - unadjusted X² = 2(n − 1)F; adjusted T = a·X² + df − a·tr(UΓ), a = √(df/tr(UΓUΓ)), U = W − WΔEΔ′W
/// - RMSEA divides by n − 1 as well
///
/// Time grows with n·(pairs of items)²: 60 items and 1000 respondents take a second.
///
/// # Errors
/// Those of [`PolychoricMoments::of_scores`], and [`CfaError::ItemOutside`]. Heywood cases, missing convergence and the like are
/// in [`WlsmvSolution::improper`].
/// # References
/// Muthén, du Toit & Spisic (1997), Robust inference using weighted least squares and quadratic estimating equations in latent
/// variable modeling; Asparouhov & Muthén (2010), Simple second order chi-square correction (technical report)
/// # Agreement
/// Oracles `factor/cfa_wlsmv` and `cfa/wlsmv_mixed` (lavaan): estimates within 1e-4, standard errors and fit within 1e-3.
pub fn fit_wlsmv(structure: &SimpleStructure, scores: &ItemScores) -> Result<WlsmvSolution, CfaError> {
    structure.check_within(scores.n_items())?;
    let selected = scores.select_items(structure.items());
    let moments = PolychoricMoments::of_scores(&selected).map_err(|error| in_data(error, structure))?;
    let misfit = WeightedMisfit::new(structure, &moments);
    let start = misfit.start();
    // The misfit is defined everywhere.
    let found = search(&misfit, start).ok_or(CfaError::NotPositiveDefinite { group_idx: None })?;
    let robust = found.inverse_curvature.as_ref().map(|inverse| misfit.robust(&found.point, inverse));
    // As least squares of covariances with divisor n − 1 count.
    let n = moments.n as f64 - 1.0;
    let estimate = |place: usize| Estimate {
        value: found.point[place],
        standard_error: robust.as_ref().map(|r| (r.covariances[(place, place)].max(0.0) / n).sqrt()),
    };
    let mut improper = Vec::new();
    if !found.convergence.converged {
        improper.push(ImproperSolution::NotConverged);
    } else if robust.is_none() {
        improper.push(ImproperSolution::NotIdentified);
    }
    if moments.correlations.clone().cholesky().is_none() {
        improper.push(ImproperSolution::PolychoricNotPositiveDefinite);
    }
    let items: Vec<OrdinalItem> = (0..structure.n_items())
        .map(|i| {
            let loading = misfit.loading_places[i].map_or(Estimate { value: 1.0, standard_error: None }, estimate);
            OrdinalItem {
                item_idx: structure.items()[i],
                factor_idx: structure.factor_of()[i],
                loading,
                residual_variance: 1.0 - loading.value * loading.value,
                thresholds: moments.thresholds[i].clone(),
            }
        })
        .collect();
    improper.extend(items.iter().filter(|item| item.residual_variance < 0.0).map(|item| {
        ImproperSolution::NegativeResidual { group_idx: 0, item_idx: item.item_idx, value: item.residual_variance }
    }));
    improper.extend(improper_factors(0, &misfit.factor_correlations(&found.point)));
    let (sum, count) = squared_residuals(&moments.correlations, &misfit.implied(&found.point), None);
    let tests = misfit.tests(found.value, robust.as_ref());
    Ok(WlsmvSolution {
        n: moments.n,
        factor_correlations: structure
            .factor_pairs()
            .map(|(first, second)| (first, second, estimate(misfit.correlation_place(first, second))))
            .collect(),
        n_parameters: misfit.n_parameters + moments.thresholds.iter().map(Vec::len).sum::<usize>(),
        items,
        unadjusted: tests.unadjusted,
        fit: tests.adjusted,
        scaling_factor: tests.scaling_factor,
        srmr: (sum / count as f64).sqrt(),
        convergence: found.convergence,
        improper,
    })
}

/// Names items by their place in the data rather than in the structure.
fn in_data(error: CfaError, structure: &SimpleStructure) -> CfaError {
    let place = |idx: usize| structure.items()[idx];
    match error {
        CfaError::NoSpread { item_idx } => CfaError::NoSpread { item_idx: place(item_idx) },
        CfaError::NoPolychoric { first, second } => {
            CfaError::NoPolychoric { first: place(first), second: place(second) }
        }
        other => other,
    }
}

struct WeightedMisfit<'a> {
    structure: &'a SimpleStructure,
    moments: &'a PolychoricMoments,
    /// Place of each free loading.
    loading_places: Vec<Option<usize>>,
    n_loadings: usize,
    n_parameters: usize,
    /// Pairs of items in the order of Γ.
    pairs: Vec<(usize, usize)>,
    weights: Vec<f64>,
}

/// Slopes of one model correlation: place and slope, for two loadings and a factor correlation.
type Slopes = [Option<(usize, f64)>; 3];

/// What the robust part gives.
struct Robust {
    /// Covariances of √n times the estimates.
    covariances: DMatrix<f64>,
    /// tr(UΓ) and tr(UΓUΓ).
    traces: (f64, f64),
}

struct Tests {
    unadjusted: FitMeasures,
    adjusted: Option<FitMeasures>,
    scaling_factor: Option<f64>,
}

impl<'a> WeightedMisfit<'a> {
    fn new(structure: &'a SimpleStructure, moments: &'a PolychoricMoments) -> Self {
        let (k, m) = (structure.n_items(), structure.n_factors());
        let mut n_loadings = 0;
        let mut place = |i: usize| {
            (!structure.is_alone(i)).then(|| {
                n_loadings += 1;
                n_loadings - 1
            })
        };
        let loading_places = (0..k).map(&mut place).collect();
        let pairs = (0..k).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
        // A variance of 0 has no influence at all; it cannot come from answers with spread.
        let weights = moments.gamma.diagonal().iter().map(|gamma| 1.0 / gamma.max(1e-12)).collect();
        let n_parameters = n_loadings + m * (m - 1) / 2;
        Self { structure, moments, loading_places, n_loadings, n_parameters, pairs, weights }
    }

    fn correlation_place(&self, first: usize, second: usize) -> usize {
        let (first, second) = (first.min(second), first.max(second));
        let m = self.structure.n_factors();
        self.n_loadings + first * (2 * m - first - 1) / 2 + second - first - 1
    }

    fn loading(&self, i: usize, point: &DVector<f64>) -> f64 {
        self.loading_places[i].map_or(1.0, |place| point[place])
    }

    fn factor_correlation(&self, first: usize, second: usize, point: &DVector<f64>) -> f64 {
        if first == second { 1.0 } else { point[self.correlation_place(first, second)] }
    }

    fn factor_correlations(&self, point: &DVector<f64>) -> DMatrix<f64> {
        let m = self.structure.n_factors();
        DMatrix::from_fn(m, m, |first, second| self.factor_correlation(first, second, point))
    }

    fn implied(&self, point: &DVector<f64>) -> DMatrix<f64> {
        let k = self.structure.n_items();
        DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { self.correlation_and_slopes(i, j, point).0 })
    }

    fn correlation_and_slopes(&self, i: usize, j: usize, point: &DVector<f64>) -> (f64, Slopes) {
        let (f, g) = (self.structure.factor_of()[i], self.structure.factor_of()[j]);
        let (a, b) = (self.loading(i, point), self.loading(j, point));
        let phi = self.factor_correlation(f, g, point);
        let slopes = [
            self.loading_places[i].map(|place| (place, b * phi)),
            self.loading_places[j].map(|place| (place, a * phi)),
            (f != g).then(|| (self.correlation_place(f, g), a * b)),
        ];
        (a * b * phi, slopes)
    }

    fn start(&self) -> DVector<f64> {
        let (loadings, phi) = self.structure.start(&self.moments.correlations);
        let mut point = DVector::zeros(self.n_parameters);
        for (place, loading) in self.loading_places.iter().zip(loadings) {
            if let Some(place) = place {
                point[*place] = loading;
            }
        }
        for (first, second) in self.structure.factor_pairs() {
            point[self.correlation_place(first, second)] = phi[(first, second)];
        }
        point
    }

    /// Each pair with its weight and place in Γ.
    fn weighted_pairs(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        self.pairs.iter().zip(&self.weights).map(|(&(i, j), &weight)| (i, j, weight))
    }

    fn robust(&self, point: &DVector<f64>, inverse: &DMatrix<f64>) -> Robust {
        let (q, p) = (self.pairs.len(), self.n_parameters);
        let gamma = &self.moments.gamma;
        let mut weighted_slopes = DMatrix::zeros(q, p);
        for (idx, (i, j, weight)) in self.weighted_pairs().enumerate() {
            for (place, slope) in self.correlation_and_slopes(i, j, point).1.into_iter().flatten() {
                weighted_slopes[(idx, place)] += weight * slope;
            }
        }
        let image = gamma * &weighted_slopes;
        let middle = inverse * (weighted_slopes.transpose() * &image);
        let weights = DVector::from_column_slice(&self.weights);
        let weighted_image = DMatrix::from_fn(q, p, |row, column| weights[row] * image[(row, column)]);
        let crossed = inverse * (image.transpose() * weighted_image);
        let own: f64 = (0..q).map(|idx| weights[idx] * gamma[(idx, idx)]).sum();
        let trace = own - middle.trace();
        let trace_of_square = self.baseline_trace_of_square() - 2.0 * crossed.trace() + (&middle * &middle).trace();
        Robust { covariances: middle * inverse, traces: (trace, trace_of_square) }
    }

    /// tr(WΓWΓ).
    fn baseline_trace_of_square(&self) -> f64 {
        let gamma = &self.moments.gamma;
        let column = |j: usize| -> f64 {
            self.weights[j] * self.weights.iter().zip(gamma.column(j).iter()).map(|(w, g)| w * g * g).sum::<f64>()
        };
        (0..self.pairs.len()).map(column).sum()
    }

    fn tests(&self, value: f64, robust: Option<&Robust>) -> Tests {
        let n = self.moments.n as f64 - 1.0;
        let q = self.pairs.len();
        let df = q.saturating_sub(self.n_parameters);
        let unadjusted = ChiSquared::new(2.0 * n * value, df);
        let correlations = &self.moments.correlations;
        let squares: f64 = self.weighted_pairs().map(|(i, j, weight)| weight * correlations[(i, j)].powi(2)).sum();
        let baseline = ChiSquared::new(n * squares, q);
        let own: f64 = self.weights.iter().zip(self.moments.gamma.diagonal().iter()).map(|(w, g)| w * g).sum();
        let adjusted = robust.and_then(|robust| {
            let (model, scaling_factor) = adjust(&unadjusted, robust.traces)?;
            let (baseline, _) = adjust(&baseline, (own, self.baseline_trace_of_square()))?;
            Some((FitMeasures::new(model, baseline, n, 1), scaling_factor))
        });
        Tests {
            unadjusted: FitMeasures::new(unadjusted, baseline, n, 1),
            scaling_factor: adjusted.and_then(|(_, factor)| factor),
            adjusted: adjusted.map(|(fit, _)| fit),
        }
    }
}

/// The test scaled and shifted, with the number that divides it; without degrees of freedom it is as it was, and there is none.
fn adjust(test: &ChiSquared, (trace, trace_of_square): (f64, f64)) -> Option<(ChiSquared, Option<f64>)> {
    if test.df == 0 {
        return Some((*test, None));
    }
    let df = test.df as f64;
    let factor = (df / trace_of_square).sqrt();
    let statistic = factor * test.statistic + df - factor * trace;
    statistic.is_finite().then(|| (ChiSquared::new(statistic, test.df), Some(1.0 / factor)))
}

impl Misfit for WeightedMisfit<'_> {
    fn value_and_gradient(&self, point: &DVector<f64>) -> Option<(f64, DVector<f64>)> {
        let (mut value, mut gradient) = (0.0, DVector::<f64>::zeros(self.n_parameters));
        for (i, j, weight) in self.weighted_pairs() {
            let (model, slopes) = self.correlation_and_slopes(i, j, point);
            let residual = model - self.moments.correlations[(i, j)];
            value += 0.5 * weight * residual * residual;
            for (place, slope) in slopes.into_iter().flatten() {
                gradient[place] += weight * residual * slope;
            }
        }
        (value.is_finite() && gradient.iter().all(|x| x.is_finite())).then_some((value, gradient))
    }

    fn curvature(&self, point: &DVector<f64>) -> Option<DMatrix<f64>> {
        let mut curvature = DMatrix::zeros(self.n_parameters, self.n_parameters);
        for (i, j, weight) in self.weighted_pairs() {
            let slopes = self.correlation_and_slopes(i, j, point).1;
            for (a, x) in slopes.into_iter().flatten() {
                for (b, y) in slopes.into_iter().flatten() {
                    curvature[(a, b)] += weight * x * y;
                }
            }
        }
        Some(curvature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::item_scores::ItemColumn;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    /// Answers in four categories of respondents with two correlated factors; three items a factor, loadings .7, Φ = .4.
    fn simulated(n: usize, seed: u64) -> ItemScores {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let mut normal = || crate::numeric::normal::quantile(rng.random_range(1e-9..1.0)).unwrap_or(0.0);
        let mut columns = vec![Vec::new(); 6];
        for _ in 0..n {
            let first = normal();
            let second = 0.4 * first + 0.84_f64.sqrt() * normal();
            for (i, column) in columns.iter_mut().enumerate() {
                let tendency = 0.7 * if i < 3 { first } else { second } + 0.51_f64.sqrt() * normal();
                column.push(Some([-0.8, 0.1, 1.0].iter().filter(|cut| tendency > **cut).count() as i32));
            }
        }
        ItemScores::new(columns.into_iter().map(|column| ItemColumn::new(0, 3, column).unwrap()).collect()).unwrap()
    }

    fn structure() -> SimpleStructure {
        SimpleStructure::new(vec![vec![0, 1, 2], vec![3, 4, 5]]).unwrap()
    }

    #[test]
    fn what_answers_were_drawn_from_is_recovered() {
        // Within four standard errors, which are about .015 and .02 here.
        let found = fit_wlsmv(&structure(), &simulated(4000, 7)).unwrap();
        assert!(found.improper.is_empty());
        for item in &found.items {
            let standard_error = item.loading.standard_error.unwrap();
            assert!((0.005..0.03).contains(&standard_error));
            assert!((item.loading.value - 0.7).abs() < 4.0 * standard_error);
            assert!((item.thresholds[1].value - 0.1).abs() < 4.0 * item.thresholds[1].standard_error);
        }
        let (_, _, correlation) = found.factor_correlations[0];
        assert!((correlation.value - 0.4).abs() < 4.0 * correlation.standard_error.unwrap());
        // 15 correlations, 6 loadings, 1 factor correlation.
        assert_eq!(found.fit.map(|fit| fit.chi_squared.df), Some(8));
    }

    #[test]
    fn the_order_of_items_does_not_matter() {
        let scores = simulated(300, 11);
        let turned = SimpleStructure::new(vec![vec![5, 3, 4], vec![2, 0, 1]]).unwrap();
        let (a, b) = (fit_wlsmv(&structure(), &scores).unwrap(), fit_wlsmv(&turned, &scores).unwrap());
        let statistic = |s: &WlsmvSolution| s.fit.unwrap().chi_squared.statistic;
        assert!((statistic(&a) - statistic(&b)).abs() < 1e-6);
        let loading = |s: &WlsmvSolution| s.items.iter().find(|item| item.item_idx == 4).unwrap().loading.value;
        assert!((loading(&a) - loading(&b)).abs() < 1e-7);
    }

    #[test]
    fn a_factor_of_one_item_is_that_item() {
        let found =
            fit_wlsmv(&SimpleStructure::new(vec![vec![0, 1, 2], vec![4]]).unwrap(), &simulated(500, 3)).unwrap();
        assert_eq!(found.items[3].loading, Estimate { value: 1.0, standard_error: None });
        assert!(found.improper.is_empty());
    }

    #[test]
    fn a_constant_item_is_named_by_its_place_in_the_data() {
        let scores = simulated(200, 5);
        let mut columns = scores.columns().to_vec();
        columns[4] = ItemColumn::new(0, 3, vec![Some(2); 200]).unwrap();
        let scores = ItemScores::new(columns).unwrap();
        let turned = SimpleStructure::new(vec![vec![4, 3, 5], vec![0, 1, 2]]).unwrap();
        assert_eq!(fit_wlsmv(&turned, &scores), Err(CfaError::NoSpread { item_idx: 4 }));
        let outside = SimpleStructure::new(vec![vec![4, 3, 9]]).unwrap();
        assert_eq!(fit_wlsmv(&outside, &scores), Err(CfaError::ItemOutside { item_idx: 9, n_items: 6 }));
    }

    #[test]
    fn a_test_without_degrees_of_freedom_is_left_as_it_is() {
        let test = ChiSquared::new(0.0, 0);
        assert_eq!(adjust(&test, (0.0, 0.0)), Some((test, None)));
        // a = √(4/16) = ½: T = ½·10 + 4 − ½·6 = 6, divided by 2.
        let (adjusted, factor) = adjust(&ChiSquared::new(10.0, 4), (6.0, 16.0)).unwrap();
        assert_eq!((adjusted.statistic, factor), (6.0, Some(2.0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_answers_are_answered(answers in prop::collection::vec(prop::option::weighted(0.95, 0..3_i32), 6 * 30)) {
            let columns = answers.chunks(30).map(|column| ItemColumn::new(0, 2, column.to_vec()).unwrap()).collect();
            if let Ok(found) = fit_wlsmv(&structure(), &ItemScores::new(columns).unwrap()) {
                prop_assert!(found.items.iter().all(|item| item.loading.value.is_finite()));
                prop_assert!(found.convergence.converged || found.improper.contains(&ImproperSolution::NotConverged));
            }
        }
    }
}
