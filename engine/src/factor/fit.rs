//! How well factors reproduce the correlations.

use nalgebra::DMatrix;

use super::FactorError;
use super::extraction::Extraction;
use super::matrix::{check_correlations, inverse_for};
use crate::numeric::distribution::{chi_squared, noncentrality_of};
use crate::numeric::eigen::{inverse_positive_definite, ln_determinant};
use crate::numeric::elementary::ln;

/// How well extracted factors reproduce the correlations.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorFit {
    /// Root mean square of the residual correlations of all pairs of items (RMSR).
    pub root_mean_square_residual: f64,
    /// The same with the residual variances of the items, over p(p + 1)/2 entries (SRMR).
    pub standardized_root_mean_square_residual: f64,
    /// The largest residual correlation, with its sign, and its two items from 0.
    pub largest_residual: (usize, usize, f64),
    /// What rests on the likelihood; `None` when the correlation matrix has no inverse, or there are too few respondents.
    pub likelihood: Option<LikelihoodFit>,
}

/// Fit indices that rest on the likelihood of normal data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LikelihoodFit {
    /// Discrepancy F = tr(Σ⁻¹R) − ln|Σ⁻¹R| − p.
    pub discrepancy: f64,
    /// χ² = (n − 1 − (2p + 5)/6 − 2k/3)·F.
    pub chi_squared: f64,
    /// Degrees of freedom, ((p − k)² − p − k)/2.
    pub degrees_of_freedom: usize,
    /// Share of samples with a larger χ² if the model held; `None` without degrees of freedom.
    pub p_value: Option<f64>,
    /// χ² of no factors: −(n − 1 − (2p + 5)/6)·ln|R|.
    pub null_chi_squared: f64,
    /// Degrees of freedom of no factors, p(p − 1)/2.
    pub null_degrees_of_freedom: usize,
    /// Tucker–Lewis index, (χ₀²/df₀ − χ²/df)/(χ₀²/df₀ − 1); `None` without degrees of freedom, or when items are as good as
    /// uncorrelated.
    pub tucker_lewis: Option<f64>,
    /// Comparative fit index, 1 − max(χ² − df, 0)/max(χ₀² − df₀, χ² − df, 0); `None` when that is 0.
    pub comparative_fit: Option<f64>,
    /// Root mean square error of approximation; `None` without degrees of freedom.
    pub rmsea: Option<Rmsea>,
    /// Bayesian information criterion, χ² − df·ln n. Lower is better.
    pub bic: f64,
}

/// Root mean square error of approximation with its 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rmsea {
    /// √(max(χ²/df − 1, 0)/(n − 1)).
    pub estimate: f64,
    /// √(λ/(df·(n − 1))) with the noncentrality λ that leaves 95 % below χ²; 0 where there is none.
    pub lower: f64,
    /// The same with the noncentrality that leaves 5 % below χ².
    pub upper: f64,
}

/// How well extracted factors reproduce the correlations they came from. Rotation changes nothing about it.
///
/// χ² is multiplied as Bartlett (1951) proposed, whatever the extraction: for minres and principal axes it is an approximation.
///
/// # Errors
/// [`FactorError::NotSquare`], [`FactorError::NotACorrelation`]; [`FactorError::Length`] when the extraction is of other items.
/// # References
/// Tucker & Lewis (1973), Psychometrika 38, 1–10, doi:10.1007/BF02291170; Bentler (1990), Psychological Bulletin 107, 238–246,
/// doi:10.1037/0033-2909.107.2.238; Browne & Cudeck (1992), Sociological Methods & Research 21, 230–258,
/// doi:10.1177/0049124192021002005
/// # Agreement
/// Oracle `factor/efa`, within 1e-5 relative.
pub fn factor_fit(
    correlations: &DMatrix<f64>,
    extraction: &Extraction,
    n_respondents: usize,
) -> Result<FactorFit, FactorError> {
    check_correlations(correlations, 2)?;
    let p = correlations.nrows();
    if extraction.loadings.nrows() != p {
        let given = extraction.loadings.nrows();
        return Err(FactorError::Length { what: "the table of loadings", given, expected: p });
    }
    let implied = extraction.implied();
    let residuals = correlations - &implied;
    let (mut pairs, mut all) = (0.0, 0.0);
    let mut largest_residual = (1, 0, residuals[(1, 0)]);
    for j in 0..p {
        all += residuals[(j, j)] * residuals[(j, j)];
        for i in j + 1..p {
            let residual = residuals[(i, j)];
            pairs += residual * residual;
            if residual.abs() > largest_residual.2.abs() {
                largest_residual = (i, j, residual);
            }
        }
    }
    let n_pairs = (p * (p - 1) / 2) as f64;
    Ok(FactorFit {
        root_mean_square_residual: (pairs / n_pairs).sqrt(),
        standardized_root_mean_square_residual: ((all + pairs) / (n_pairs + p as f64)).sqrt(),
        largest_residual,
        likelihood: likelihood_fit(correlations, &implied, extraction, n_respondents),
    })
}

fn likelihood_fit(
    correlations: &DMatrix<f64>,
    implied: &DMatrix<f64>,
    extraction: &Extraction,
    n_respondents: usize,
) -> Option<LikelihoodFit> {
    let p = correlations.nrows() as f64;
    let n = n_respondents as f64;
    inverse_for("the likelihood", correlations).ok()?;
    let ln_observed = ln_determinant(correlations)?;
    let inverse = inverse_positive_definite(implied)?;
    let discrepancy = (inverse.component_mul(correlations).sum() + ln_determinant(implied)? - ln_observed - p).max(0.0);
    let null_multiplier = n - 1.0 - (2.0 * p + 5.0) / 6.0;
    let multiplier = null_multiplier - 2.0 * extraction.loadings.ncols() as f64 / 3.0;
    if multiplier <= 0.0 {
        return None;
    }
    let statistic = multiplier * discrepancy;
    let null_chi_squared = (-null_multiplier * ln_observed).max(0.0);
    let null_df = 0.5 * p * (p - 1.0);
    let df = extraction.degrees_of_freedom as f64;
    let p_value = chi_squared(statistic, df).map(|shares| shares.above);
    let null_ratio = null_chi_squared / null_df;
    let tucker_lewis = (df > 0.0 && null_ratio > 1.0).then(|| (null_ratio - statistic / df) / (null_ratio - 1.0));
    let worst = (null_chi_squared - null_df).max(statistic - df);
    let comparative_fit = (worst > 0.0).then(|| 1.0 - (statistic - df).max(0.0) / worst);
    Some(LikelihoodFit {
        discrepancy,
        chi_squared: statistic,
        degrees_of_freedom: extraction.degrees_of_freedom,
        p_value,
        null_chi_squared,
        null_degrees_of_freedom: correlations.nrows() * (correlations.nrows() - 1) / 2,
        tucker_lewis,
        comparative_fit,
        rmsea: rmsea(statistic, df, n),
        bic: statistic - df * ln(n),
    })
}

fn rmsea(statistic: f64, df: f64, n: f64) -> Option<Rmsea> {
    if df <= 0.0 {
        return None;
    }
    let of = |noncentrality: f64| (noncentrality / (df * (n - 1.0))).sqrt();
    let limit = |share| of(noncentrality_of(statistic, df, share).unwrap_or(0.0));
    Some(Rmsea { estimate: of((statistic - df).max(0.0)), lower: limit(0.95), upper: limit(0.05) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::extraction::{ExtractionConfig, extract_factors};
    use nalgebra::DVector;

    fn correlations() -> DMatrix<f64> {
        let loadings = DVector::from_vec(vec![0.8, 0.7, 0.6, 0.5, 0.6]);
        let mut correlations = &loadings * loadings.transpose();
        correlations.fill_diagonal(1.0);
        correlations
    }

    #[test]
    fn an_exact_model_fits_exactly() {
        let extraction = extract_factors(&correlations(), &ExtractionConfig::minres(1)).unwrap();
        let fit = factor_fit(&correlations(), &extraction, 200).unwrap();
        assert!(fit.root_mean_square_residual < 1e-9);
        let likelihood = fit.likelihood.unwrap();
        assert!(likelihood.chi_squared < 1e-9 && likelihood.p_value.unwrap() > 0.999_999);
        assert_eq!(likelihood.comparative_fit, Some(1.0));
        let rmsea = likelihood.rmsea.unwrap();
        assert_eq!((rmsea.estimate, rmsea.lower, rmsea.upper), (0.0, 0.0, 0.0));
        assert_eq!((likelihood.degrees_of_freedom, likelihood.null_degrees_of_freedom), (5, 10));
    }

    #[test]
    fn one_residual_worked_by_hand() {
        // Ten pairs, one of them off by about .1.
        let mut observed = correlations();
        let extraction = extract_factors(&observed, &ExtractionConfig::minres(1)).unwrap();
        (observed[(0, 3)], observed[(3, 0)]) = (0.5, 0.5);
        let fit = factor_fit(&observed, &extraction, 200).unwrap();
        assert!((fit.root_mean_square_residual - 0.1 / 10.0_f64.sqrt()).abs() < 1e-8);
        assert!((fit.standardized_root_mean_square_residual - 0.1 / 15.0_f64.sqrt()).abs() < 1e-8);
        assert_eq!((fit.largest_residual.0, fit.largest_residual.1), (3, 0));
        let rmsea = fit.likelihood.unwrap().rmsea.unwrap();
        assert!(rmsea.lower <= rmsea.estimate && rmsea.estimate <= rmsea.upper);
    }

    #[test]
    fn without_degrees_of_freedom_or_respondents_there_is_no_test() {
        let three = correlations().view((0, 0), (3, 3)).into_owned();
        let extraction = extract_factors(&three, &ExtractionConfig::minres(1)).unwrap();
        let likelihood = factor_fit(&three, &extraction, 100).unwrap().likelihood.unwrap();
        assert_eq!((likelihood.p_value, likelihood.rmsea, likelihood.tucker_lewis), (None, None, None));
        assert!(factor_fit(&three, &extraction, 3).unwrap().likelihood.is_none());
        assert!(factor_fit(&correlations(), &extraction, 100).is_err());
        let copies = DMatrix::from_element(4, 4, 1.0);
        let extraction = extract_factors(&copies, &ExtractionConfig::minres(1)).unwrap();
        assert!(factor_fit(&copies, &extraction, 100).unwrap().likelihood.is_none());
    }
}
