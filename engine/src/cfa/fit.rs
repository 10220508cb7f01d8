//! How well a structure fits: χ² and the measures made from it.

use nalgebra::{DMatrix, DVector};

use crate::numeric::distribution::{chi_squared, noncentral_chi_squared, noncentrality_of};

/// Share of samples in which the interval of RMSEA holds the true value.
pub const RMSEA_LEVEL: f64 = 0.90;
/// RMSEA up to which fit is called close in [`Rmsea::p_close`].
pub const CLOSE_FIT: f64 = 0.05;

/// A χ² test: how far the data are from the model, in units of chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    /// χ².
    pub statistic: f64,
    /// Degrees of freedom: moments to be explained, less free parameters.
    pub df: usize,
    /// Chance of a χ² at least as large if the model holds; `None` without degrees of freedom.
    pub p_value: Option<f64>,
}

impl ChiSquared {
    pub(crate) fn new(statistic: f64, df: usize) -> Self {
        // Rounding can put the minimum of a saturated model just below 0.
        let statistic = statistic.max(0.0);
        Self { statistic, df, p_value: chi_squared(statistic, df as f64).map(|shares| shares.above) }
    }

    /// Estimated noncentrality: χ² − df, not below 0.
    fn excess(&self) -> f64 {
        (self.statistic - self.df as f64).max(0.0)
    }
}

/// Root mean square error of approximation: misfit of the model in the population per degree of freedom; 0 is perfect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rmsea {
    /// √(max(χ² − df, 0)/(N·df))·√(number of groups).
    pub estimate: f64,
    /// Lower limit of the 90 % interval.
    pub lower: f64,
    /// Upper limit of the 90 % interval.
    pub upper: f64,
    /// Chance of a χ² at least as large if RMSEA were .05.
    pub p_close: Option<f64>,
}

/// Fit measures that are made from χ² of the model and of the baseline, in which items do not correlate at all.
///
/// - CFI = 1 − max(χ² − df, 0)/max(χ² − df, χ²_b − df_b, 0)
/// - TLI = (χ²_b/df_b − χ²/df)/(χ²_b/df_b − 1); it can pass 1
///
/// # References
/// Bentler (1990), Psychological Bulletin 107, 238–246, doi:10.1037/0033-2909.107.2.238; Tucker & Lewis (1973), Psychometrika
/// 38, 1–10, doi:10.1007/BF02291170; Browne & Cudeck (1992), Sociological Methods & Research 21, 230–258,
/// doi:10.1177/0049124192021002005; Steiger (1998), Structural Equation Modeling 5, 411–419 (several groups),
/// doi:10.1080/10705519809540115
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitMeasures {
    /// Test of the model.
    pub chi_squared: ChiSquared,
    /// Test of the baseline model.
    pub baseline: ChiSquared,
    /// Comparative fit index, 0–1; `None` where the baseline fits within chance as well.
    pub cfi: Option<f64>,
    /// Tucker–Lewis index; `None` without degrees of freedom.
    pub tli: Option<f64>,
    /// RMSEA with its interval; `None` without degrees of freedom.
    pub rmsea: Option<Rmsea>,
}

impl FitMeasures {
    /// - `n`: the number by which RMSEA divides; `n_groups`: number of groups.
    pub(crate) fn new(chi_squared: ChiSquared, baseline: ChiSquared, n: f64, n_groups: usize) -> Self {
        let most = chi_squared.excess().max(baseline.excess());
        let cfi = (most > 0.0).then(|| 1.0 - chi_squared.excess() / most);
        let per_df = |test: &ChiSquared| (test.df > 0).then(|| test.statistic / test.df as f64);
        let tli = per_df(&chi_squared)
            .zip(per_df(&baseline))
            .map(|(model, baseline)| (baseline - model) / (baseline - 1.0))
            .filter(|tli| tli.is_finite());
        Self { chi_squared, baseline, cfi, tli, rmsea: rmsea(&chi_squared, n, n_groups) }
    }
}

fn rmsea(test: &ChiSquared, n: f64, n_groups: usize) -> Option<Rmsea> {
    if test.df == 0 || !test.statistic.is_finite() {
        return None;
    }
    let df = test.df as f64;
    let of_noncentrality = |lambda: f64| (lambda / (n * df) * n_groups as f64).sqrt();
    let tail = 0.5 * (1.0 - RMSEA_LEVEL);
    let limit = |share: f64| {
        if test.statistic > 0.0 {
            noncentrality_of(test.statistic, df, share).map_or(0.0, of_noncentrality)
        } else {
            0.0
        }
    };
    let at_close = CLOSE_FIT * CLOSE_FIT * n * df / n_groups as f64;
    Some(Rmsea {
        estimate: of_noncentrality(test.excess()),
        lower: limit(1.0 - tail),
        upper: limit(tail),
        p_close: noncentral_chi_squared(test.statistic, df, at_close).map(|shares| shares.above),
    })
}

/// Sum of squared residuals of one group, and how many there are: (s_ij − σ_ij)/√(s_ii·s_jj) for all pairs, variances
/// included, and (m_i − μ_i)/√s_ii.
pub(crate) fn squared_residuals(
    sample: &DMatrix<f64>,
    model: &DMatrix<f64>,
    means: Option<(&DVector<f64>, &DVector<f64>)>,
) -> (f64, usize) {
    let k = sample.nrows();
    let (mut sum, mut count) = (0.0, 0);
    for i in 0..k {
        for j in 0..=i {
            let residual = (sample[(i, j)] - model[(i, j)]) / (sample[(i, i)] * sample[(j, j)]).sqrt();
            sum += residual * residual;
            count += 1;
        }
    }
    if let Some((sample_means, model_means)) = means {
        for i in 0..k {
            let residual = sample_means[i] - model_means[i];
            sum += residual * residual / sample[(i, i)];
            count += 1;
        }
    }
    (sum, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_worked_by_hand() {
        // Excess 20 of the model and 900 of the baseline: CFI = 1 − 20/900. TLI: baseline 1000/100 = 10, model 50/30.
        let fit = FitMeasures::new(ChiSquared::new(50.0, 30), ChiSquared::new(1000.0, 100), 200.0, 1);
        assert!((fit.cfi.unwrap() - (1.0 - 20.0 / 900.0)).abs() < 1e-15);
        assert!((fit.tli.unwrap() - (10.0 - 5.0 / 3.0) / 9.0).abs() < 1e-15);
        let rmsea = fit.rmsea.unwrap();
        assert!((rmsea.estimate - (20.0_f64 / 6000.0).sqrt()).abs() < 1e-15);
        assert!(rmsea.lower < rmsea.estimate && rmsea.estimate < rmsea.upper);
        // χ² = 50 has shares .95 and .05 below it at the noncentralities of the limits.
        let below = |limit: f64| noncentral_chi_squared(50.0, 30.0, limit * limit * 6000.0).unwrap().below;
        assert!((below(rmsea.lower) - 0.95).abs() < 1e-8 && (below(rmsea.upper) - 0.05).abs() < 1e-8);
    }

    #[test]
    fn a_saturated_model_has_no_measure_per_degree_of_freedom() {
        let fit = FitMeasures::new(ChiSquared::new(-1e-14, 0), ChiSquared::new(100.0, 3), 200.0, 1);
        assert_eq!((fit.chi_squared.statistic, fit.chi_squared.p_value), (0.0, None));
        assert_eq!((fit.cfi, fit.tli, fit.rmsea), (Some(1.0), None, None));
    }

    #[test]
    fn without_correlations_there_is_nothing_to_compare_with() {
        let fit = FitMeasures::new(ChiSquared::new(0.0, 2), ChiSquared::new(0.0, 6), 200.0, 1);
        assert_eq!(fit.cfi, None);
        assert_eq!(fit.rmsea.map(|r| (r.estimate, r.lower, r.upper)), Some((0.0, 0.0, 0.0)));
    }

    #[test]
    fn residuals_are_in_units_of_standard_deviations() {
        // Variances 4 and 9, covariance off by .6: residual .6/6 = .1; mean off by .2: .1.
        let sample = DMatrix::from_row_slice(2, 2, &[4.0, 1.0, 1.0, 9.0]);
        let model = DMatrix::from_row_slice(2, 2, &[4.0, 0.4, 0.4, 9.0]);
        let (sum, count) = squared_residuals(&sample, &model, None);
        assert!((sum - 0.01).abs() < 1e-15 && count == 3);
        let (one, zero) = (DVector::from_vec(vec![0.2, 0.0]), DVector::zeros(2));
        let (sum, count) = squared_residuals(&sample, &model, Some((&one, &zero)));
        assert!((sum - 0.02).abs() < 1e-15 && count == 5);
    }
}
