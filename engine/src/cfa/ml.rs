//! Maximum likelihood: the structure that makes the observed covariances most likely, if answers were normal.

use std::f64::consts::PI;

use nalgebra::{DMatrix, DVector};

use super::fit::{ChiSquared, FitMeasures, squared_residuals};
use super::likelihood::{GroupSlots, NormalMisfit, Slot, packed};
use super::model::{CfaError, MAX_PARAMETERS, SimpleStructure};
use super::moments::SampleMoments;
use super::search::{Convergence, search};
use super::solution::{GroupEstimates, ImproperSolution, Precision, improper};
use crate::numeric::elementary::ln;

/// A structure fitted by maximum likelihood, to one group or to several at once.
#[derive(Debug, Clone, PartialEq)]
pub struct MlSolution {
    /// Estimates of each group.
    pub groups: Vec<GroupEstimates>,
    /// Number of free parameters.
    pub n_parameters: usize,
    /// χ² and the measures made from it.
    pub fit: FitMeasures,
    /// Standardized root mean square residual, 0 is perfect; over groups the mean weighted by respondents.
    pub srmr: f64,
    /// Log likelihood of the covariances (and means, where modeled).
    pub log_likelihood: f64,
    /// Akaike's criterion, −2·ln L + 2·parameters: lower is better among models of the same data.
    pub aic: f64,
    /// Bayesian criterion, −2·ln L + ln n·parameters.
    pub bic: f64,
    /// How the search ended.
    pub convergence: Convergence,
    /// What forbids an interpretation; empty for a proper solution.
    pub improper: Vec<ImproperSolution>,
}

/// Confirmatory factor analysis of simple structure by maximum likelihood.
///
/// Minimizes F = ln|Σ| − ln|S| + tr(SΣ⁻¹) − k over loadings Λ, factor correlations Φ and residual variances Θ, with
/// Σ = ΛΦΛ′ + Θ; χ² = n·F with the sample covariances S of divisor n. Standard errors are from the expected information at the
/// estimates, those of standardized values by the delta method.
///
/// - `sample`: moments of the items (means are not used); the structure names items by their place in it.
///
/// # Errors
/// [`CfaError::ItemOutside`], [`CfaError::TooFewRespondents`] (n must exceed the number of items),
/// [`CfaError::NotPositiveDefinite`], [`CfaError::TooLarge`] beyond [`MAX_PARAMETERS`]. Heywood cases, missing convergence and
/// the like are in [`MlSolution::improper`].
/// # References
/// Jöreskog (1969), Psychometrika 34, 183–202, doi:10.1007/BF02289343
/// # Agreement
/// Oracle `factor/cfa_ml` (lavaan): estimates within 1e-4, standard errors and fit within 1e-3.
pub fn fit_ml(structure: &SimpleStructure, sample: &SampleMoments) -> Result<MlSolution, CfaError> {
    let sample = sample.select(structure)?;
    let (k, m) = (structure.n_items(), structure.n_factors());
    let mut next = 0..;
    let mut free = || next.next().map_or(Slot::Fixed(0.0), Slot::Free);
    let loadings = (0..k).map(|_| free()).collect();
    let residuals = (0..k).map(|i| if structure.is_alone(i) { Slot::Fixed(0.0) } else { free() }).collect();
    let mut factor_covariances = vec![Slot::Fixed(1.0); m * (m + 1) / 2];
    for (first, second) in structure.factor_pairs() {
        factor_covariances[packed(first, second)] = free();
    }
    let n_parameters = next.start;
    solve(structure, &[sample], vec![GroupSlots { loadings, residuals, factor_covariances, means: None }], n_parameters)
}

/// Fits a model of one or more groups; the samples hold the items of the structure, in its order.
pub(crate) fn solve(
    structure: &SimpleStructure,
    samples: &[SampleMoments],
    slots: Vec<GroupSlots>,
    n_parameters: usize,
) -> Result<MlSolution, CfaError> {
    if n_parameters > MAX_PARAMETERS {
        return Err(CfaError::TooLarge { what: "free parameters", given: n_parameters, allowed: MAX_PARAMETERS });
    }
    let pooled = Pooled::of(samples);
    let rescaled: Vec<SampleMoments> = samples.iter().map(|s| s.rescaled(&pooled.centers, &pooled.scales)).collect();
    let group_of = |group_idx| (samples.len() > 1).then_some(group_idx);
    let misfit = NormalMisfit::new(structure, rescaled.iter().zip(slots).collect(), n_parameters)
        .map_err(|group_idx| CfaError::NotPositiveDefinite { group_idx: group_of(group_idx) })?;
    let start = start(structure, &misfit, &pooled.correlations, n_parameters);
    let mut found = search(&misfit, start).ok_or(CfaError::NotPositiveDefinite { group_idx: None })?;
    orient(structure, &misfit, &mut found.point, found.inverse_curvature.as_mut());
    let covariances = found.inverse_curvature.map(|inverse| inverse * (2.0 / misfit.n()));
    let precision = Precision {
        point: &found.point,
        covariances: covariances.as_ref(),
        scales: &pooled.scales,
        centers: &pooled.centers,
    };
    let mut problems = Vec::new();
    if !found.convergence.converged {
        problems.push(ImproperSolution::NotConverged);
    } else if covariances.is_none() {
        problems.push(ImproperSolution::NotIdentified);
    }
    let (mut groups, mut srmr) = (Vec::new(), 0.0);
    for (idx, (moments, slots)) in misfit.groups().iter().enumerate() {
        let implied = misfit.implied(slots, &found.point);
        let estimates = precision.group(structure, slots, moments.n());
        problems.extend(improper(idx, &estimates, &implied));
        groups.push(estimates);
        let means = moments.means().zip(implied.means.as_ref());
        let (sum, count) = squared_residuals(moments.covariances(), &implied.covariances, means);
        srmr += moments.n() as f64 / misfit.n() * (sum / count as f64).sqrt();
    }
    let criteria = Criteria::of(&misfit, &pooled.scales, found.value, n_parameters);
    Ok(MlSolution {
        groups,
        n_parameters,
        fit: fit_measures(structure, &misfit, found.value, n_parameters),
        srmr,
        log_likelihood: criteria.log_likelihood,
        aic: criteria.aic,
        bic: criteria.bic,
        convergence: found.convergence,
        improper: problems,
    })
}

/// Moments over all groups, within them: the units in which models are fitted.
struct Pooled {
    centers: DVector<f64>,
    scales: DVector<f64>,
    correlations: DMatrix<f64>,
}

impl Pooled {
    fn of(samples: &[SampleMoments]) -> Self {
        let k = samples.first().map_or(0, SampleMoments::n_items);
        let n: f64 = samples.iter().map(|s| s.n() as f64).sum();
        let (mut covariances, mut centers) = (DMatrix::zeros(k, k), DVector::zeros(k));
        for sample in samples {
            let share = sample.n() as f64 / n;
            covariances += sample.covariances() * share;
            if let Some(means) = sample.means() {
                centers += means * share;
            }
        }
        let scales = covariances.diagonal().map(f64::sqrt);
        let correlations = DMatrix::from_fn(k, k, |i, j| covariances[(i, j)] / (scales[i] * scales[j]));
        Self { centers, scales, correlations }
    }
}

/// Start values: loadings and factor correlations of the pooled correlations, everything else from each group.
fn start(
    structure: &SimpleStructure,
    misfit: &NormalMisfit,
    correlations: &DMatrix<f64>,
    n_parameters: usize,
) -> DVector<f64> {
    let (loadings, phi) = structure.start(correlations);
    let mut point = DVector::zeros(n_parameters);
    let mut set = |slot: Slot, value: f64| {
        if let Slot::Free(place) = slot {
            point[place] = value;
        }
    };
    // Groups in reverse, so that what they share is taken from the first.
    for (moments, slots) in misfit.groups().iter().rev() {
        for (i, &loading) in loadings.iter().enumerate() {
            set(slots.loadings[i], loading);
            let variance = moments.covariances()[(i, i)];
            set(slots.residuals[i], (variance - loading * loading).max(0.2 * variance));
            if let (Some((intercepts, _)), Some(means)) = (&slots.means, moments.means()) {
                set(intercepts[i], means[i]);
            }
        }
        for r in 0..structure.n_factors() {
            for s in 0..=r {
                set(slots.factor_covariances[packed(r, s)], phi[(r, s)]);
            }
        }
    }
    point
}

/// Turns factors around whose loadings sum to less than 0; factors of groups with shared loadings together.
fn orient(
    structure: &SimpleStructure,
    misfit: &NormalMisfit,
    point: &mut DVector<f64>,
    inverse: Option<&mut DMatrix<f64>>,
) {
    let mut turned = vec![false; point.len()];
    for f in 0..structure.n_factors() {
        for (_, slots) in misfit.groups() {
            let own = (0..structure.n_items()).filter(|&i| structure.factor_of()[i] == f);
            let slots_of: Vec<Slot> = own.map(|i| slots.loadings[i]).collect();
            let sum: f64 = slots_of.iter().map(|slot| slot.value(point)).sum();
            if sum >= 0.0 {
                continue;
            }
            // A factor that shares its loadings turns in every group; having turned, its sum is positive there.
            let shared = misfit.groups().iter().filter(|(_, other)| {
                (0..structure.n_items())
                    .any(|i| structure.factor_of()[i] == f && other.loadings[i] == slots.loadings[i])
            });
            let mut places: Vec<usize> = Vec::new();
            let mut collect = |slot: Slot| {
                if let Slot::Free(place) = slot {
                    places.push(place);
                }
            };
            slots_of.iter().for_each(|&slot| collect(slot));
            for (_, other) in shared {
                (0..structure.n_factors())
                    .filter(|&s| s != f)
                    .for_each(|s| collect(other.factor_covariances[packed(f, s)]));
                if let Some((_, means)) = &other.means {
                    collect(means[f]);
                }
            }
            for place in places {
                point[place] = -point[place];
                turned[place] = !turned[place];
            }
        }
    }
    if let Some(inverse) = inverse {
        for a in 0..point.len() {
            for b in 0..point.len() {
                if turned[a] != turned[b] {
                    inverse[(a, b)] = -inverse[(a, b)];
                }
            }
        }
    }
}

fn fit_measures(structure: &SimpleStructure, misfit: &NormalMisfit, value: f64, n_parameters: usize) -> FitMeasures {
    let k = structure.n_items();
    let n_groups = misfit.groups().len();
    let mut baseline = 0.0;
    for ((moments, _), ln_determinant) in misfit.groups().iter().zip(misfit.ln_determinants()) {
        let independent: f64 = moments.covariances().diagonal().iter().map(|x| ln(*x)).sum();
        baseline += moments.n() as f64 * (independent - ln_determinant);
    }
    let test = ChiSquared::new(misfit.n() * value, misfit.n_moments().saturating_sub(n_parameters));
    FitMeasures::new(test, ChiSquared::new(baseline, n_groups * k * (k - 1) / 2), misfit.n(), n_groups)
}

struct Criteria {
    log_likelihood: f64,
    aic: f64,
    bic: f64,
}

impl Criteria {
    fn of(misfit: &NormalMisfit, scales: &DVector<f64>, value: f64, n_parameters: usize) -> Self {
        let k = scales.len() as f64;
        // The log determinant of the covariances in points exceeds that in SDs by this.
        let units: f64 = scales.iter().map(|x| 2.0 * ln(*x)).sum();
        let saturated: f64 = misfit
            .groups()
            .iter()
            .zip(misfit.ln_determinants())
            .map(|((moments, _), determinant)| moments.n() as f64 * (k * ln(2.0 * PI) + determinant + units + k))
            .sum();
        let log_likelihood = -0.5 * (saturated + misfit.n() * value);
        let parameters = n_parameters as f64;
        let deviance = -2.0 * log_likelihood;
        Self { log_likelihood, aic: deviance + 2.0 * parameters, bic: deviance + ln(misfit.n()) * parameters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfa::moments::CovarianceDivisor;
    use proptest::prelude::*;

    fn sample(matrix: &DMatrix<f64>, n: usize) -> SampleMoments {
        SampleMoments::new(matrix, None, n, CovarianceDivisor::N).unwrap()
    }

    /// Covariances of standardized items with the loadings of each factor; factors correlate `phi`.
    fn implied(factors: &[&[f64]], phi: f64) -> DMatrix<f64> {
        let items: Vec<(usize, f64)> =
            factors.iter().enumerate().flat_map(|(f, loadings)| loadings.iter().map(move |&l| (f, l))).collect();
        DMatrix::from_fn(items.len(), items.len(), |i, j| {
            let ((f, a), (g, b)) = (items[i], items[j]);
            if i == j { 1.0 } else { a * b * if f == g { 1.0 } else { phi } }
        })
    }

    fn structure(sizes: &[usize]) -> SimpleStructure {
        let mut next = 0..;
        SimpleStructure::new(sizes.iter().map(|&size| next.by_ref().take(size).collect()).collect()).unwrap()
    }

    #[test]
    fn a_perfect_structure_is_recovered_whatever_the_units() {
        let perfect = implied(&[&[0.8, -0.7, 0.6], &[0.5, 0.9]], 0.3);
        let units = [1.0, 10.0, 0.1, 3.0, 1000.0];
        let in_units = DMatrix::from_fn(5, 5, |i, j| perfect[(i, j)] * units[i] * units[j]);
        let found = fit_ml(&structure(&[3, 2]), &sample(&in_units, 200)).unwrap();
        assert!(found.improper.is_empty() && found.fit.chi_squared.statistic < 1e-10);
        // 15 covariances, 5 loadings, 5 residual variances and 1 factor correlation.
        assert_eq!((found.fit.chi_squared.df, found.n_parameters), (4, 11));
        let items = &found.groups[0].items;
        for (item, (loading, unit)) in items.iter().zip([0.8, -0.7, 0.6, 0.5, 0.9].into_iter().zip(units)) {
            assert!((item.standardized_loading.value - loading).abs() < 1e-6);
            assert!((item.loading.value - loading * unit).abs() < 1e-6 * unit);
            assert!((item.standardized_residual - (1.0 - loading * loading)).abs() < 1e-6);
        }
        assert!((found.groups[0].factor_pairs[0].correlation.value - 0.3).abs() < 1e-6);
    }

    #[test]
    fn one_factor_of_three_items_worked_by_hand() {
        // Saturated: loading of the first = √(r12·r13/r23) = √(.56·.48/.42) = .8.
        let found = fit_ml(&structure(&[3]), &sample(&implied(&[&[0.8, 0.7, 0.6]], 0.0), 100)).unwrap();
        assert!((found.groups[0].items[0].loading.value - 0.8).abs() < 1e-7);
        assert_eq!((found.fit.chi_squared.df, found.fit.chi_squared.p_value), (0, None));
        assert_eq!(found.fit.rmsea, None);
    }

    #[test]
    fn the_only_item_of_a_factor_is_the_factor() {
        let found = fit_ml(&structure(&[3, 1]), &sample(&implied(&[&[0.8, 0.7, 0.6], &[1.0]], 0.5), 100)).unwrap();
        assert!(found.improper.is_empty(), "{:?}", found.improper);
        let alone = &found.groups[0].items[3];
        assert_eq!((alone.residual_variance.value, alone.residual_variance.standard_error), (0.0, None));
        assert!((alone.loading.value - 1.0).abs() < 1e-6);
        assert!((found.groups[0].factor_pairs[0].correlation.value - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_heywood_case_is_said() {
        // The loading of the first item is √(.6·.6/.3) = 1.095.
        let matrix = DMatrix::from_row_slice(3, 3, &[1.0, 0.6, 0.6, 0.6, 1.0, 0.3, 0.6, 0.3, 1.0]);
        let found = fit_ml(&structure(&[3]), &sample(&matrix, 100)).unwrap();
        assert!(found.convergence.converged);
        assert!(matches!(found.improper[..], [ImproperSolution::NegativeResidual { item_idx: 0, .. }]));
    }

    #[test]
    fn two_items_without_relations_to_others_are_not_identified() {
        let found = fit_ml(&structure(&[3, 2]), &sample(&implied(&[&[0.8, 0.7, 0.6], &[0.7, 0.7]], 0.0), 100)).unwrap();
        assert!(found.improper.contains(&ImproperSolution::NotIdentified), "{found:?}");
        assert!(found.groups[0].items.iter().all(|item| item.loading.standard_error.is_none()));
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let collinear = DMatrix::from_fn(4, 4, |i, j| if i == j || i + j == 5 { 1.0 } else { 0.3 });
        let refused = fit_ml(&structure(&[4]), &sample(&collinear, 100));
        assert_eq!(refused, Err(CfaError::NotPositiveDefinite { group_idx: None }));
        let perfect = implied(&[&[0.8, 0.7, 0.6]], 0.0);
        let few = fit_ml(&structure(&[3]), &sample(&perfect, 3));
        assert_eq!(few, Err(CfaError::TooFewRespondents { n: 3, n_items: 3, needed: 4 }));
        let outside = fit_ml(&structure(&[4]), &sample(&perfect, 100));
        assert_eq!(outside, Err(CfaError::ItemOutside { item_idx: 3, n_items: 3 }));
    }

    #[test]
    fn items_without_any_relation_are_not_identified() {
        let found = fit_ml(&structure(&[3, 3]), &sample(&DMatrix::identity(6, 6), 100)).unwrap();
        assert!(found.improper.contains(&ImproperSolution::NotIdentified), "{:?}", found.improper);
        assert_eq!(found.fit.cfi, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_covariances_are_answered(seed in prop::collection::vec(-1.0..1.0_f64, 36), n in 2_usize..60, noise in 0.0..1.0_f64) {
            let root = DMatrix::from_column_slice(6, 6, &seed);
            let matrix = &root * root.transpose() + DMatrix::identity(6, 6) * noise;
            if let Ok(moments) = SampleMoments::new(&matrix, None, n, CovarianceDivisor::NMinusOne)
                && let Ok(found) = fit_ml(&structure(&[3, 2, 1]), &moments)
            {
                prop_assert!(found.fit.chi_squared.statistic >= 0.0);
                prop_assert!(found.convergence.converged || found.improper.contains(&ImproperSolution::NotConverged));
                prop_assert!(found.groups[0].items.iter().all(|item| item.loading.value.is_finite()));
            }
        }
    }
}
