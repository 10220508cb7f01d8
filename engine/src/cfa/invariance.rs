//! Measurement invariance: whether groups, such as language versions or sexes, answer the same questionnaire, so that their
//! scores may be compared.

use super::fit::ChiSquared;
use super::likelihood::{GroupSlots, Slot, packed};
use super::ml::{MlSolution, solve};
use super::model::{CfaError, SimpleStructure};
use super::moments::SampleMoments;

/// Largest fall of CFI from one step to the next that counts as no worse.
///
/// # References
/// Cheung & Rensvold (2002), Structural Equation Modeling 9, 233–255, doi:10.1207/S15328007SEM0902_5; Chen (2007), Structural
/// Equation Modeling 14, 464–504, doi:10.1080/10705510701301834
pub const LARGEST_CFI_FALL: f64 = 0.01;

/// What is equal in all groups; each level holds all of the levels before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InvarianceLevel {
    /// The same items belong to the same factors; nothing else is equal.
    Configural,
    /// Loadings are equal: relations of scores with other things may be compared.
    Metric,
    /// Intercepts are equal too: means of factors may be compared.
    Scalar,
    /// Residual variances are equal too: differences in observed scores are differences of factors.
    Strict,
}

impl InvarianceLevel {
    /// All levels, from the loosest to the strictest.
    pub const ALL: [Self; 4] = [Self::Configural, Self::Metric, Self::Scalar, Self::Strict];
}

/// What one more equality costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InvarianceChange {
    /// Difference of χ², with its degrees of freedom and p value.
    pub chi_squared: ChiSquared,
    /// CFI less that of the step before; below 0 is worse. `None` where one of them is not defined.
    pub cfi: Option<f64>,
    /// RMSEA less that of the step before; above 0 is worse. Chen (2007) reads rises of .015 and more as worse.
    pub rmsea: Option<f64>,
    /// SRMR less that of the step before; above 0 is worse.
    pub srmr: f64,
}

impl InvarianceChange {
    /// Whether CFI falls by no more than [`LARGEST_CFI_FALL`]; `None` where it is not defined.
    #[must_use]
    pub fn cfi_holds(&self) -> Option<bool> {
        self.cfi.map(|cfi| cfi >= -LARGEST_CFI_FALL)
    }
}

/// One step of the comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct InvarianceStep {
    /// What is equal.
    pub level: InvarianceLevel,
    /// The model of all groups.
    pub solution: MlSolution,
    /// Against the step before; `None` for the first, and where one of the two did not converge.
    pub change: Option<InvarianceChange>,
}

/// The four steps, from the loosest to the strictest.
#[derive(Debug, Clone, PartialEq)]
pub struct Invariance {
    /// The steps, in the order of [`InvarianceLevel::ALL`].
    pub steps: Vec<InvarianceStep>,
}

impl Invariance {
    /// The strictest level up to which no step lets CFI fall by more than [`LARGEST_CFI_FALL`], given that the configural model
    /// itself fits, which is for the reader to judge; `None` where even that one did not converge.
    #[must_use]
    pub fn strictest_by_cfi(&self) -> Option<InvarianceLevel> {
        let first = self.steps.first().filter(|step| step.solution.convergence.converged)?;
        let holding = self.steps.iter().skip(1);
        let last = holding.take_while(|step| step.change.and_then(|change| change.cfi_holds()) == Some(true)).last();
        Some(last.unwrap_or(first).level)
    }
}

/// Compares groups in four steps by maximum likelihood with means: configural, metric, scalar and strict invariance.
///
/// The first group sets the unit and origin of the factors (variance 1, mean 0). In the others factor variances are free once
/// loadings are equal, and factor means once intercepts are. χ² differences have as many degrees of freedom as parameters
/// became equal.
///
/// - `groups`: moments with means of each group; the structure names items by their place in them.
///
/// # Errors
/// [`CfaError::TooFewGroups`], [`CfaError::NoMeans`], [`CfaError::ItemOutside`], [`CfaError::TooFewRespondents`],
/// [`CfaError::NotPositiveDefinite`], [`CfaError::TooLarge`]. A step that does not converge says so in its solution.
/// # References
/// Meredith (1993), Psychometrika 58, 525–543, doi:10.1007/BF02294825; Vandenberg & Lance (2000), Organizational Research
/// Methods 3, 4–70, doi:10.1177/109442810031002
/// # Agreement
/// Oracle `cfa/invariance` (lavaan): estimates and changes within 1e-4, standard errors and fit within 1e-3.
pub fn compare_groups(structure: &SimpleStructure, groups: &[SampleMoments]) -> Result<Invariance, CfaError> {
    if groups.len() < 2 {
        return Err(CfaError::TooFewGroups { given: groups.len() });
    }
    if let Some(group_idx) = groups.iter().position(|group| group.means().is_none()) {
        return Err(CfaError::NoMeans { group_idx });
    }
    let samples: Vec<SampleMoments> = groups.iter().map(|group| group.select(structure)).collect::<Result<_, _>>()?;
    let mut steps: Vec<InvarianceStep> = Vec::new();
    for level in InvarianceLevel::ALL {
        let (slots, n_parameters) = slots(structure, samples.len(), level);
        let solution = solve(structure, &samples, slots, n_parameters)?;
        let change = steps.last().and_then(|before| change(&before.solution, &solution));
        steps.push(InvarianceStep { level, solution, change });
    }
    Ok(Invariance { steps })
}

fn change(before: &MlSolution, after: &MlSolution) -> Option<InvarianceChange> {
    if !(before.convergence.converged && after.convergence.converged) {
        return None;
    }
    let (loose, tight) = (&before.fit, &after.fit);
    let difference = tight.chi_squared.statistic - loose.chi_squared.statistic;
    let rmsea = |solution: &MlSolution| solution.fit.rmsea.map(|rmsea| rmsea.estimate);
    Some(InvarianceChange {
        chi_squared: ChiSquared::new(difference, tight.chi_squared.df.checked_sub(loose.chi_squared.df)?),
        cfi: tight.cfi.zip(loose.cfi).map(|(tight, loose)| tight - loose),
        rmsea: rmsea(after).zip(rmsea(before)).map(|(tight, loose)| tight - loose),
        srmr: after.srmr - before.srmr,
    })
}

/// Slots of all groups, and the number of free parameters.
fn slots(structure: &SimpleStructure, n_groups: usize, level: InvarianceLevel) -> (Vec<GroupSlots>, usize) {
    let (k, m) = (structure.n_items(), structure.n_factors());
    let mut n_parameters = 0;
    let mut free = || {
        n_parameters += 1;
        Slot::Free(n_parameters - 1)
    };
    let mut groups: Vec<GroupSlots> = Vec::with_capacity(n_groups);
    for group_idx in 0..n_groups {
        let shared = |from: InvarianceLevel| groups.first().filter(|_| level >= from);
        let loadings = match shared(InvarianceLevel::Metric) {
            Some(first) => first.loadings.clone(),
            None => (0..k).map(|_| free()).collect(),
        };
        let intercepts = match shared(InvarianceLevel::Scalar).and_then(|first| first.means.clone()) {
            Some((intercepts, _)) => intercepts,
            None => (0..k).map(|_| free()).collect(),
        };
        let residuals = match shared(InvarianceLevel::Strict) {
            Some(first) => first.residuals.clone(),
            None => (0..k).map(|i| if structure.is_alone(i) { Slot::Fixed(0.0) } else { free() }).collect(),
        };
        let free_from = |from: InvarianceLevel| group_idx > 0 && level >= from;
        let mut factor_covariances = vec![Slot::Fixed(1.0); m * (m + 1) / 2];
        for f in (0..m).filter(|_| free_from(InvarianceLevel::Metric)) {
            factor_covariances[packed(f, f)] = free();
        }
        for (first, second) in structure.factor_pairs() {
            factor_covariances[packed(first, second)] = free();
        }
        let means = (0..m).map(|_| if free_from(InvarianceLevel::Scalar) { free() } else { Slot::Fixed(0.0) });
        let means = Some((intercepts, means.collect()));
        groups.push(GroupSlots { loadings, residuals, factor_covariances, means });
    }
    (groups, n_parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfa::moments::CovarianceDivisor;
    use nalgebra::{DMatrix, DVector};

    fn structure() -> SimpleStructure {
        SimpleStructure::new(vec![vec![0, 1, 2], vec![3, 4, 5]]).unwrap()
    }

    /// Moments of a group in which loadings are .7, intercepts 1, residual variances .5.
    fn group(variance: f64, mean: f64, odd_intercept: f64) -> SampleMoments {
        let covariances = DMatrix::from_fn(6, 6, |i, j| {
            let common = 0.49 * if i / 3 == j / 3 { variance } else { 0.4 * variance };
            common + if i == j { 0.5 } else { 0.0 }
        });
        let means = DVector::from_fn(6, |i, _| 1.0 + 0.7 * mean + if i == 5 { odd_intercept } else { 0.0 });
        SampleMoments::new(&covariances, Some(means), 200, CovarianceDivisor::N).unwrap()
    }

    #[test]
    fn degrees_of_freedom_counted_by_hand() {
        // 2 × (21 + 6) moments; configural 2 × (6 + 6 + 6 + 1) parameters; metric 6 fewer loadings, 2 more variances; scalar 6
        // fewer intercepts, 2 more means; strict 6 fewer residual variances.
        let counts = InvarianceLevel::ALL.map(|level| slots(&structure(), 2, level).1);
        assert_eq!(counts, [38, 34, 30, 24]);
    }

    #[test]
    fn groups_that_differ_in_factors_only_are_invariant() {
        let found = compare_groups(&structure(), &[group(1.0, 0.0, 0.0), group(1.5, 0.6, 0.0)]).unwrap();
        assert_eq!(found.strictest_by_cfi(), Some(InvarianceLevel::Strict));
        let strict = &found.steps[3].solution;
        assert!(strict.improper.is_empty() && strict.fit.chi_squared.statistic < 1e-8);
        let factor = strict.groups[1].factors[0];
        assert!((factor.variance.value - 1.5).abs() < 1e-6 && (factor.mean.value - 0.6).abs() < 1e-6);
        assert!((strict.groups[1].items[0].loading.value - 0.7).abs() < 1e-6);
        assert!((strict.groups[1].factor_pairs[0].correlation.value - 0.4).abs() < 1e-6);
    }

    #[test]
    fn an_item_easier_in_one_group_breaks_scalar_invariance() {
        let found = compare_groups(&structure(), &[group(1.0, 0.0, 0.0), group(1.0, 0.0, 0.8)]).unwrap();
        assert_eq!(found.strictest_by_cfi(), Some(InvarianceLevel::Metric));
        let change = found.steps[2].change.unwrap();
        assert!(change.chi_squared.p_value.unwrap() < 1e-6 && change.chi_squared.df == 4);
        assert_eq!(change.cfi_holds(), Some(false));
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let one = group(1.0, 0.0, 0.0);
        assert_eq!(compare_groups(&structure(), std::slice::from_ref(&one)), Err(CfaError::TooFewGroups { given: 1 }));
        let without = SampleMoments::new(one.covariances(), None, 200, CovarianceDivisor::N).unwrap();
        assert_eq!(compare_groups(&structure(), &[one.clone(), without]), Err(CfaError::NoMeans { group_idx: 1 }));
        let few = SampleMoments::new(one.covariances(), one.means().cloned(), 6, CovarianceDivisor::N).unwrap();
        assert!(matches!(compare_groups(&structure(), &[one, few]), Err(CfaError::TooFewRespondents { .. })));
    }
}
