//! McDonald's omega: the share of a total score that a general factor, or all common factors, explain.

use nalgebra::{DMatrix, DVector};

use crate::factor::{
    Convergence, ExtractionConfig, ExtractionMethod, FactorError, RotationConfig, extract_factors, rotate,
};
use crate::stats::{CovarianceError, correlations};

/// Fewest items of a hierarchical omega: three group factors of three items each.
pub const FEWEST_ITEMS: usize = 9;
/// Fewest group factors that determine a general factor.
pub const FEWEST_GROUP_FACTORS: usize = 3;

/// Why there is no omega.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OmegaError {
    /// Too few items for three group factors.
    #[error(
        "hierarchical omega needs at least {needed} items, three for each group factor, got {given}: with fewer the general factor is not determined; use the omega of one factor, or alpha"
    )]
    TooFewItems {
        /// Number of items.
        given: usize,
        /// Number needed.
        needed: usize,
    },
    /// Too few group factors.
    #[error(
        "hierarchical omega needs at least {FEWEST_GROUP_FACTORS} group factors, got {given}: two factors have one correlation, which any split between them and a general factor explains"
    )]
    TooFewGroupFactors {
        /// Number of group factors.
        given: usize,
    },
    /// Loadings and residual variances that do not fit each other.
    #[error("{n_loadings} loadings and {n_residuals} residual variances; there must be as many, and at least 2")]
    Length {
        /// Number of loadings.
        n_loadings: usize,
        /// Number of residual variances.
        n_residuals: usize,
    },
    /// A loading that is no number, or a residual variance below 0.
    #[error(
        "item {item_idx} (from 0): loading {loading}, residual variance {residual_variance}; a finite loading and a variance of at least 0 are needed"
    )]
    Item {
        /// Place of the item.
        item_idx: usize,
        /// Its loading.
        loading: f64,
        /// Its residual variance.
        residual_variance: f64,
    },
    /// Items that cancel each other, or a total without variance.
    #[error("the total of the items has no variance; reverse-keyed items must be turned first")]
    NoTotalVariance,
    /// A covariance matrix that is none.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
    /// No factors.
    #[error(transparent)]
    Factor(#[from] FactorError),
}

/// Omega of one general and several group factors.
///
/// Items are taken as they are keyed: an item with a negative general loading lowers the coefficients, and is named in
/// [`HierarchicalOmega::negative_items`], rather than turned behind the reader's back.
#[derive(Debug, Clone, PartialEq)]
pub struct HierarchicalOmega {
    /// Share of the variance of the total of the standardized items that the general factor explains: (Σg)²/ΣR.
    pub omega_hierarchical: f64,
    /// Share that general and group factors explain: 1 − Σu²/ΣR.
    pub omega_total: f64,
    /// The first as a share of the second: what the general factor would explain in an endless test.
    pub omega_hierarchical_asymptotic: Option<f64>,
    /// Explained common variance: general share of the common variance of the items, Σg²/(Σg² + ΣΣλ²).
    pub explained_common_variance: Option<f64>,
    /// Loadings of the items on the general factor.
    pub general_loadings: DVector<f64>,
    /// Loadings of the items on the group factors (n_items × n_group_factors), uncorrelated with the general one and each other.
    pub group_loadings: DMatrix<f64>,
    /// Communality of each item, h².
    pub communalities: DVector<f64>,
    /// For each group factor, the total of the items that load on it more than on the others.
    pub subscales: Vec<SubscaleOmega>,
    /// Loadings of the group factors on the general factor; above 1 for a Heywood factor whose correlations ask for it.
    pub second_order_loadings: DVector<f64>,
    /// Correlations of the group factors before the general factor is taken out.
    pub factor_correlations: DMatrix<f64>,
    /// Items whose general loading is negative, as places from 0: look at their key.
    pub negative_items: Vec<usize>,
    /// Items whose unique variance is at its bound, as places from 0.
    pub heywood_items: Vec<usize>,
    /// Group factors that the general factor explains wholly, as places from 0: they are no group of their own. Their loading b on
    /// the general factor can be above 1, when their correlations fit no general factor (b² = r₁₂r₁₃/r₂₃ > 1 for three); the group
    /// loadings of their items are then about 0, and omega hierarchical is to be shown with this said.
    pub heywood_factors: Vec<usize>,
    /// How extraction, rotation and second-order extraction ended, the one with the worst end.
    pub convergence: Convergence,
}

/// Omega of the items of one group factor.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscaleOmega {
    /// Places of the items, from 0.
    pub item_indices: Vec<usize>,
    /// Share of the variance of their total that general and group factor explain; `None` without items or variance.
    pub omega_total: Option<f64>,
    /// Share that the general factor explains.
    pub omega_general: Option<f64>,
    /// Share that the group factor explains beyond it.
    pub omega_group: Option<f64>,
}

/// Omega of a model with one factor.
#[derive(Debug, Clone, PartialEq)]
pub struct OneFactorOmega {
    /// Loadings, in points.
    pub loadings: DVector<f64>,
    /// Residual variances, in points².
    pub residual_variances: DVector<f64>,
    /// (Σλ)²/((Σλ)² + Σθ): over the variance of the total that the model implies.
    pub omega: f64,
    /// (Σλ)²/ΣS: over the variance of the total that was observed.
    pub omega_observed: f64,
    /// Items whose residual variance is at its bound, as places from 0.
    pub heywood_items: Vec<usize>,
    /// How the estimation ended.
    pub convergence: Convergence,
}

/// Omega total and hierarchical by the Schmid–Leiman transformation.
///
/// Minres with `n_group_factors` factors, oblimin (γ = 0), one minres factor of the factor correlations with loadings b; general
/// loadings g = Λb, group loadings Λ·diag(√max(0, 1 − b²)), communalities h² the diagonal of ΛΦΛᵀ. Least squares hold the unique
/// variance of a group factor at 0.005 or above, not b at 1 or below: see [`extract_factors`] on Heywood cases, and
/// [`HierarchicalOmega::heywood_factors`].
///
/// - `correlations`: n_items × n_items, items keyed in one direction.
///
/// # Errors
/// [`OmegaError::TooFewGroupFactors`] below three; [`OmegaError::TooFewItems`] below nine, or three a group factor;
/// [`OmegaError::Factor`]; [`OmegaError::NoTotalVariance`].
/// # References
/// Schmid & Leiman (1957), Psychometrika 22, 53–61, doi:10.1007/BF02289209; Zinbarg, Revelle, Yovel & Li (2005), Psychometrika 70,
/// 123–133, doi:10.1007/s11336-003-0974-7; Reise, Moore & Haviland (2010), Journal of Personality Assessment 92, 544–559,
/// doi:10.1080/00223891.2010.496477
/// # Agreement
/// Oracle `reliability/omega` (own R run to convergence, psych `omega`), within 1e-5.
pub fn hierarchical_omega(
    correlations: &DMatrix<f64>,
    n_group_factors: usize,
) -> Result<HierarchicalOmega, OmegaError> {
    if n_group_factors < FEWEST_GROUP_FACTORS {
        return Err(OmegaError::TooFewGroupFactors { given: n_group_factors });
    }
    let needed = FEWEST_ITEMS.max(n_group_factors.saturating_mul(3));
    if correlations.nrows() < needed {
        return Err(OmegaError::TooFewItems { given: correlations.nrows(), needed });
    }
    let extraction = extract_factors(correlations, &ExtractionConfig::minres(n_group_factors))?;
    let rotated = rotate(&extraction.loadings, &RotationConfig::oblimin())?;
    let second = extract_factors(&rotated.factor_correlations, &ExtractionConfig::minres(1))?;
    let second_order_loadings = second.loadings.column(0).into_owned();
    let general_loadings = &rotated.pattern * &second_order_loadings;
    let mut group_loadings = rotated.pattern.clone();
    for (mut column, b) in group_loadings.column_iter_mut().zip(second_order_loadings.iter()) {
        column *= (1.0 - b * b).max(0.0).sqrt();
    }
    let communalities =
        DVector::from_fn(correlations.nrows(), |i, _| rotated.pattern.row(i).dot(&rotated.structure.row(i)));
    let total = correlations.sum();
    if total.is_nan() || total <= 1e-12 {
        return Err(OmegaError::NoTotalVariance);
    }
    let omega_hierarchical = general_loadings.sum().powi(2) / total;
    let omega_total = 1.0 - communalities.map(|h| 1.0 - h).sum() / total;
    let general_variance = general_loadings.norm_squared();
    let common_variance = general_variance + group_loadings.norm_squared();
    let subscales = subscales_of(correlations, &general_loadings, &group_loadings);
    let negative_items = (0..general_loadings.len()).filter(|&i| general_loadings[i] < 0.0).collect();
    let ends = [extraction.convergence, rotated.convergence, second.convergence];
    let convergence = ends.into_iter().find(|end| !end.converged).unwrap_or(extraction.convergence);
    Ok(HierarchicalOmega {
        omega_hierarchical,
        omega_total,
        omega_hierarchical_asymptotic: (omega_total > 0.0).then(|| omega_hierarchical / omega_total),
        explained_common_variance: (common_variance > 0.0).then(|| general_variance / common_variance),
        general_loadings,
        group_loadings,
        communalities,
        subscales,
        second_order_loadings,
        factor_correlations: rotated.factor_correlations,
        negative_items,
        heywood_items: extraction.heywood_items,
        heywood_factors: second.heywood_items,
        convergence,
    })
}

fn subscales_of(correlations: &DMatrix<f64>, general: &DVector<f64>, group: &DMatrix<f64>) -> Vec<SubscaleOmega> {
    let belongs = |i: usize| {
        group
            .row(i)
            .iter()
            .map(|x| x.abs())
            .enumerate()
            .fold((0, -1.0), |best, (j, x)| if x > best.1 { (j, x) } else { best })
            .0
    };
    let homes: Vec<usize> = (0..general.len()).map(belongs).collect();
    let subscale = |factor: usize| {
        let item_indices: Vec<usize> = (0..homes.len()).filter(|&i| homes[i] == factor).collect();
        let variance = correlations.select_rows(&item_indices).select_columns(&item_indices).sum();
        let share = |x: f64| (!item_indices.is_empty() && variance > 1e-12).then(|| x / variance);
        let of_general = item_indices.iter().map(|&i| general[i]).sum::<f64>().powi(2);
        let of_group = |j: usize| item_indices.iter().map(|&i| group[(i, j)]).sum::<f64>().powi(2);
        let of_groups: f64 = (0..group.ncols()).map(of_group).sum();
        let (omega_total, omega_general) = (share(of_general + of_groups), share(of_general));
        let omega_group = share(of_group(factor));
        SubscaleOmega { omega_total, omega_general, omega_group, item_indices }
    };
    (0..group.ncols()).map(subscale).collect()
}

/// Omega of a model with one factor, estimated from covariances.
///
/// - `covariances`: n_items × n_items, in points²; the divisor (n, as in a likelihood, or n − 1) changes loadings and residual
///   variances, not omega.
/// - `method`: maximum likelihood, or minres for matrices that are not positive definite.
///
/// # Errors
/// [`OmegaError::Covariance`] for an item without spread; [`OmegaError::Factor`], with two items for example;
/// [`OmegaError::NoTotalVariance`].
/// # References
/// McDonald (1999), Test Theory: A Unified Treatment, chapter 6, doi:10.4324/9781410601087
/// # Agreement
/// Oracle `reliability/omega` (lavaan), within 1e-6 relative.
pub fn one_factor_omega(covariances: &DMatrix<f64>, method: ExtractionMethod) -> Result<OneFactorOmega, OmegaError> {
    let (rows, columns) = covariances.shape();
    if rows != columns {
        return Err(FactorError::NotSquare { rows, columns }.into());
    }
    let config = match method {
        ExtractionMethod::MaximumLikelihood => ExtractionConfig::maximum_likelihood(1),
        ExtractionMethod::Minres => ExtractionConfig::minres(1),
        ExtractionMethod::PrincipalAxis => ExtractionConfig::principal_axis(1),
    };
    let extraction = extract_factors(&correlations(covariances)?, &config)?;
    let variances = covariances.diagonal();
    let loadings = extraction.loadings.column(0).component_mul(&variances.map(f64::sqrt));
    let residual_variances = extraction.uniquenesses.component_mul(&variances);
    let omega = omega_of_loadings(loadings.as_slice(), residual_variances.as_slice())?;
    let total = covariances.sum();
    if total.is_nan() || total <= 1e-12 * variances.sum() {
        return Err(OmegaError::NoTotalVariance);
    }
    let omega_observed = loadings.sum().powi(2) / total;
    let (heywood_items, convergence) = (extraction.heywood_items, extraction.convergence);
    Ok(OneFactorOmega { loadings, residual_variances, omega, omega_observed, heywood_items, convergence })
}

/// Omega from loadings on one factor and residual variances that are known: (Σλ)²/((Σλ)² + Σθ).
///
/// # Errors
/// [`OmegaError::Length`], [`OmegaError::Item`], [`OmegaError::NoTotalVariance`].
/// # Examples
/// ```
/// // Four items with loadings .7: 2.8² = 7.84 of 7.84 + 4·.51.
/// let omega = engine::reliability::omega::omega_of_loadings(&[0.7; 4], &[0.51; 4]);
/// assert!(omega.is_ok_and(|omega| (omega - 7.84 / 9.88).abs() < 1e-15));
/// ```
pub fn omega_of_loadings(loadings: &[f64], residual_variances: &[f64]) -> Result<f64, OmegaError> {
    let (n_loadings, n_residuals) = (loadings.len(), residual_variances.len());
    if n_loadings != n_residuals || n_loadings < 2 {
        return Err(OmegaError::Length { n_loadings, n_residuals });
    }
    for (item_idx, (&loading, &residual_variance)) in loadings.iter().zip(residual_variances).enumerate() {
        if !(loading.is_finite() && residual_variance.is_finite() && residual_variance >= 0.0) {
            return Err(OmegaError::Item { item_idx, loading, residual_variance });
        }
    }
    let explained = loadings.iter().sum::<f64>().powi(2);
    let total = explained + residual_variances.iter().sum::<f64>();
    if !(total > 0.0 && total.is_finite()) {
        return Err(OmegaError::NoTotalVariance);
    }
    Ok(explained / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// General loadings .6, group loadings .5 of three items each; nine items.
    fn bifactor() -> DMatrix<f64> {
        DMatrix::from_fn(9, 9, |i, j| if i == j { 1.0 } else { 0.36 + if i / 3 == j / 3 { 0.25 } else { 0.0 } })
    }

    #[test]
    fn an_exact_bifactor_model_is_worked_by_hand() {
        // ΣR = 9 + 72·.36 + 18·.25 = 39.42; (9·.6)² = 29.16; three groups of (3·.5)² = 2.25.
        let found = hierarchical_omega(&bifactor(), 3).unwrap();
        assert!((found.omega_hierarchical - 29.16 / 39.42).abs() < 1e-7, "{}", found.omega_hierarchical);
        assert!((found.omega_total - (29.16 + 6.75) / 39.42).abs() < 1e-7);
        assert!((found.explained_common_variance.unwrap() - 0.36 / 0.61).abs() < 1e-7);
        assert!((found.omega_hierarchical_asymptotic.unwrap() - 29.16 / 35.91).abs() < 1e-7);
        assert!(found.general_loadings.iter().all(|g| (g - 0.6).abs() < 1e-6));
        assert!(found.convergence.converged && found.negative_items.is_empty() && found.heywood_items.is_empty());
        // A subscale: 3 + 6·.61 = 6.66; 3.24 of it general, 2.25 of the group.
        let subscale = found.subscales.iter().find(|s| s.item_indices == [0, 1, 2]).unwrap();
        assert!((subscale.omega_general.unwrap() - 3.24 / 6.66).abs() < 1e-6);
        assert!((subscale.omega_group.unwrap() - 2.25 / 6.66).abs() < 1e-6);
        assert!((subscale.omega_total.unwrap() - 5.49 / 6.66).abs() < 1e-6);
    }

    #[test]
    fn a_group_factor_that_is_a_heywood_case_is_named() {
        // Three items with loadings .8 on each of three factors with correlations .6, .7 and .35; .6·.7/.35 = 1.2.
        let phi = |a: usize, b: usize| match a + b {
            _ if a == b => 1.0,
            1 => 0.6,
            2 => 0.7,
            _ => 0.35,
        };
        let correlations = DMatrix::from_fn(9, 9, |i, j| if i == j { 1.0 } else { 0.64 * phi(i / 3, j / 3) });
        let found = hierarchical_omega(&correlations, 3).unwrap();
        assert!(found.convergence.converged && found.heywood_items.is_empty());
        let [factor] = found.heywood_factors[..] else { panic!("{:?}", found.heywood_factors) };
        assert!((found.second_order_loadings[factor] - 1.01045).abs() < 1e-5, "{}", found.second_order_loadings);
        assert!((found.general_loadings[0] - 0.8 * 1.01045).abs() < 1e-5);
        assert!(found.group_loadings.column(factor).amax() == 0.0);
        // Second-order loadings sum to 2.2549; ΣR = 9 + 18·.64 + 18·.64·1.65.
        assert!((found.omega_hierarchical - (2.4_f64 * 2.2549).powi(2) / 39.528).abs() < 2e-5);
    }

    #[test]
    fn too_few_items_or_group_factors_are_refused_with_the_reason() {
        let eight = bifactor().view((0, 0), (8, 8)).into_owned();
        let refused = hierarchical_omega(&eight, 3).unwrap_err();
        assert_eq!(refused, OmegaError::TooFewItems { given: 8, needed: 9 });
        assert!(refused.to_string().contains("the general factor is not determined"));
        assert!(matches!(hierarchical_omega(&bifactor(), 4), Err(OmegaError::TooFewItems { needed: 12, .. })));
        assert!(matches!(hierarchical_omega(&bifactor(), 2), Err(OmegaError::TooFewGroupFactors { given: 2 })));
        assert!(hierarchical_omega(&bifactor(), usize::MAX).is_err());
        assert!(hierarchical_omega(&DMatrix::from_element(9, 9, f64::NAN), 3).is_err());
    }

    #[test]
    fn an_item_keyed_the_wrong_way_is_named_and_not_turned() {
        let mut correlations = bifactor();
        for j in 1..9 {
            correlations[(0, j)] *= -1.0;
            correlations[(j, 0)] *= -1.0;
        }
        let found = hierarchical_omega(&correlations, 3).unwrap();
        assert_eq!(found.negative_items, [0]);
        // (7·.6)² over a total that lost twice 2·(2·.61 + 6·.36).
        let total = 39.42 - 4.0 * (2.0 * 0.61 + 6.0 * 0.36);
        assert!((found.omega_hierarchical - 17.64 / total).abs() < 1e-6);
    }

    #[test]
    fn one_factor_worked_by_hand_in_points() {
        // Loadings .6, .7, .8 of items with SD 2, 1, 3.
        let sd = [2.0, 1.0, 3.0];
        let loadings = [0.6, 0.7, 0.8];
        let covariances =
            DMatrix::from_fn(3, 3, |i, j| sd[i] * sd[j] * if i == j { 1.0 } else { loadings[i] * loadings[j] });
        for method in [ExtractionMethod::MaximumLikelihood, ExtractionMethod::Minres] {
            let found = one_factor_omega(&covariances, method).unwrap();
            assert!((found.loadings[2] - 2.4).abs() < 1e-8 && (found.residual_variances[0] - 2.56).abs() < 1e-7);
            // (1.2 + .7 + 2.4)² = 18.49; residuals 4·.64 + .51 + 9·.36 = 6.31.
            assert!((found.omega - 18.49 / 24.8).abs() < 1e-9);
            assert!((found.omega_observed - found.omega).abs() < 1e-9);
        }
    }

    #[test]
    fn what_has_no_one_factor_omega_is_refused() {
        let method = ExtractionMethod::MaximumLikelihood;
        let two = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]);
        assert!(matches!(
            one_factor_omega(&two, method),
            Err(OmegaError::Factor(FactorError::NumberOfFactors { most: 0, .. }))
        ));
        let mut constant = DMatrix::identity(4, 4);
        constant[(2, 2)] = 0.0;
        assert!(matches!(
            one_factor_omega(&constant, method),
            Err(OmegaError::Covariance(CovarianceError::NoSpread { item_idx: 2 }))
        ));
        assert!(one_factor_omega(&DMatrix::zeros(3, 2), method).is_err());
        assert!(one_factor_omega(&DMatrix::from_element(4, 4, 1.0), method).is_err());
        assert!(omega_of_loadings(&[0.5], &[0.5]).is_err());
        assert!(omega_of_loadings(&[0.5, 0.5], &[0.5]).is_err());
        assert!(omega_of_loadings(&[0.5, 0.5], &[0.5, -0.1]).is_err());
        assert!(omega_of_loadings(&[f64::NAN, 0.5], &[0.5, 0.5]).is_err());
        assert_eq!(omega_of_loadings(&[0.0, 0.0], &[0.0, 0.0]), Err(OmegaError::NoTotalVariance));
    }
}
