//! A whole exploratory factor analysis: the rows of its table, and what to be careful about.

use nalgebra::DMatrix;

use super::FactorError;
use super::adequacy::{Adequacy, adequacy};
use super::extraction::{Extraction, ExtractionConfig, extract_factors};
use super::fit::{FactorFit, factor_fit};
use super::matrix::check_correlations;
use super::rotation::{Rotated, RotationConfig, rotate};
use crate::numeric::eigen::symmetric_eigen;

/// A correlation matrix with a smaller eigenvalue counts as having no inverse.
const SMALLEST_EIGENVALUE: f64 = 1e-10;

/// How factors are extracted and rotated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactorAnalysisConfig {
    /// Extraction, with the number of factors.
    pub extraction: ExtractionConfig,
    /// Rotation.
    pub rotation: RotationConfig,
}

impl FactorAnalysisConfig {
    /// Minres and oblimin: no assumption of normality, factors free to correlate.
    #[must_use]
    pub fn minres_oblimin(n_factors: usize) -> Self {
        Self { extraction: ExtractionConfig::minres(n_factors), rotation: RotationConfig::oblimin() }
    }
}

/// What to be careful about when reading a factor analysis.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Caution {
    /// The extraction stopped before nothing moved any more.
    ExtractionNotConverged,
    /// The rotation stopped before nothing moved any more.
    RotationNotConverged,
    /// Items whose unique variance came out at its smallest allowed value.
    HeywoodItems {
        /// Their places, from 0.
        item_indices: Vec<usize>,
    },
    /// The correlations have no inverse: copies or sums of items, more items than respondents, or pairwise correlations of different
    /// people. Fit and adequacy are missing.
    NotPositiveDefinite {
        /// Smallest eigenvalue of the correlations.
        smallest_eigenvalue: f64,
    },
    /// Fewer respondents than the usual least of 100, or than five an item.
    FewRespondents {
        /// Number of respondents.
        n_respondents: usize,
        /// Number of items.
        n_items: usize,
    },
    /// Factors with fewer than three items that load on them more than on others: hardly factors.
    ThinFactors {
        /// Their places, from 0.
        factor_indices: Vec<usize>,
    },
}

/// A whole exploratory factor analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorAnalysis {
    /// Number of respondents.
    pub n_respondents: usize,
    /// Eigenvalues of the correlations, from the largest: the line of a scree plot.
    pub eigenvalues: Vec<f64>,
    /// Whether the items have enough in common; `None` when the correlations have no inverse.
    pub adequacy: Option<Adequacy>,
    /// The factors as extracted.
    pub extraction: Extraction,
    /// The factors as rotated.
    pub rotated: Rotated,
    /// How well they reproduce the correlations.
    pub fit: FactorFit,
    /// What to be careful about; empty when nothing.
    pub cautions: Vec<Caution>,
}

/// One row of a table of loadings.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadingRow {
    /// Place of the item, from 0.
    pub item_idx: usize,
    /// Pattern loadings on the factors.
    pub loadings: Vec<f64>,
    /// Place of the factor with the largest absolute loading, from 0.
    pub strongest_factor: usize,
    /// Share of the variance of the item that the factors explain.
    pub communality: f64,
    /// Share that is its own.
    pub uniqueness: f64,
    /// On how many factors the item loads, (Σλ²)²/Σλ⁴ (Hofmann, 1978), from 1 to the number of factors; `None` without loadings.
    pub complexity: Option<f64>,
}

/// What one factor explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactorVariance {
    /// Sum of squared loadings, correlations of factors included, in items.
    pub explained: f64,
    /// Share of the variance of all items, 0–1.
    pub share_of_total: f64,
    /// The same for this factor and those before it.
    pub cumulative_share: f64,
    /// Share of what all factors explain, 0–1; `None` when they explain nothing.
    pub share_of_common: Option<f64>,
}

impl FactorAnalysis {
    /// The table of loadings, in the order of the items.
    #[must_use]
    pub fn rows(&self) -> Vec<LoadingRow> {
        let communalities = self.extraction.communalities();
        let pattern = &self.rotated.pattern;
        let row = |item_idx: usize| {
            let loadings: Vec<f64> = pattern.row(item_idx).iter().copied().collect();
            let squares: f64 = loadings.iter().map(|x| x * x).sum();
            let fourths: f64 = loadings.iter().map(|x| x.powi(4)).sum();
            LoadingRow {
                item_idx,
                strongest_factor: strongest_of(&loadings),
                communality: communalities[item_idx],
                uniqueness: self.extraction.uniquenesses[item_idx],
                complexity: (fourths > 0.0).then(|| squares * squares / fourths),
                loadings,
            }
        };
        (0..pattern.nrows()).map(row).collect()
    }

    /// The same rows, grouped by strongest factor and ordered by the absolute loading on it: the way people read them.
    #[must_use]
    pub fn rows_by_factor(&self) -> Vec<LoadingRow> {
        let mut rows = self.rows();
        let strength = |row: &LoadingRow| row.loadings.get(row.strongest_factor).map_or(0.0, |x| x.abs());
        rows.sort_by(|a, b| a.strongest_factor.cmp(&b.strongest_factor).then(strength(b).total_cmp(&strength(a))));
        rows
    }

    /// What each factor explains.
    #[must_use]
    pub fn variances(&self) -> Vec<FactorVariance> {
        let n_items = self.rotated.pattern.nrows() as f64;
        let total: f64 = self.rotated.explained.sum();
        let mut cumulative_share = 0.0;
        let variance = |&explained: &f64| {
            let share_of_total = explained / n_items;
            cumulative_share += share_of_total;
            let share_of_common = (total > 0.0).then(|| explained / total);
            FactorVariance { explained, share_of_total, cumulative_share, share_of_common }
        };
        self.rotated.explained.iter().map(variance).collect()
    }
}

/// Place of the largest absolute loading; the first of equal ones.
fn strongest_of(loadings: &[f64]) -> usize {
    let mut strongest = (0, 0.0);
    for (place, loading) in loadings.iter().enumerate() {
        if loading.abs() > strongest.1 {
            strongest = (place, loading.abs());
        }
    }
    strongest.0
}

/// Extracts and rotates factors, and says how well they fit.
///
/// - `correlations`: n_items × n_items, Pearson or polychoric.
/// - `n_respondents`: number of respondents behind them.
///
/// # Errors
/// Those of [`extract_factors`] and [`rotate`].
/// # Agreement
/// Oracle `factor/efa`; see the parts.
pub fn analyze_factors(
    correlations: &DMatrix<f64>,
    n_respondents: usize,
    config: &FactorAnalysisConfig,
) -> Result<FactorAnalysis, FactorError> {
    check_correlations(correlations, 2)?;
    let eigen = symmetric_eigen(correlations).ok_or(FactorError::NoEigenvalues)?;
    let extraction = extract_factors(correlations, &config.extraction)?;
    let rotated = rotate(&extraction.loadings, &config.rotation)?;
    let fit = factor_fit(correlations, &extraction, n_respondents)?;
    let eigenvalues: Vec<f64> = eigen.values.iter().copied().collect();
    let mut analysis = FactorAnalysis {
        n_respondents,
        eigenvalues,
        adequacy: adequacy(correlations, n_respondents).ok(),
        extraction,
        rotated,
        fit,
        cautions: Vec::new(),
    };
    analysis.cautions = cautions_of(&analysis);
    Ok(analysis)
}

fn cautions_of(analysis: &FactorAnalysis) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let n_items = analysis.rotated.pattern.nrows();
    if !analysis.extraction.convergence.converged {
        cautions.push(Caution::ExtractionNotConverged);
    }
    if !analysis.rotated.convergence.converged {
        cautions.push(Caution::RotationNotConverged);
    }
    if !analysis.extraction.heywood_items.is_empty() {
        cautions.push(Caution::HeywoodItems { item_indices: analysis.extraction.heywood_items.clone() });
    }
    if let Some(&smallest_eigenvalue) = analysis.eigenvalues.last()
        && smallest_eigenvalue < SMALLEST_EIGENVALUE
    {
        cautions.push(Caution::NotPositiveDefinite { smallest_eigenvalue });
    }
    if analysis.n_respondents < (5 * n_items).max(100) {
        cautions.push(Caution::FewRespondents { n_respondents: analysis.n_respondents, n_items });
    }
    let rows = analysis.rows();
    let n_on = |factor: usize| rows.iter().filter(|row| row.strongest_factor == factor).count();
    let factor_indices: Vec<usize> = (0..analysis.rotated.pattern.ncols()).filter(|&f| n_on(f) < 3).collect();
    if !factor_indices.is_empty() {
        cautions.push(Caution::ThinFactors { factor_indices });
    }
    cautions
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four items on each of two factors that correlate .3.
    fn correlations() -> DMatrix<f64> {
        let mut pattern = DMatrix::zeros(8, 2);
        for i in 0..8 {
            pattern[(i, i / 4)] = 0.8 - 0.05 * i as f64;
        }
        let factors = DMatrix::from_row_slice(2, 2, &[1.0, 0.3, 0.3, 1.0]);
        let mut correlations = &pattern * factors * pattern.transpose();
        correlations.fill_diagonal(1.0);
        correlations
    }

    #[test]
    fn the_table_of_an_exact_model_is_worked_by_hand() {
        let config = FactorAnalysisConfig::minres_oblimin(2);
        let found = analyze_factors(&correlations(), 400, &config).unwrap();
        assert_eq!(found.cautions, []);
        let rows = found.rows();
        assert_eq!(rows.iter().map(|row| row.strongest_factor).collect::<Vec<_>>(), [0, 0, 0, 0, 1, 1, 1, 1]);
        assert!((rows[2].loadings[0] - 0.7).abs() < 1e-6 && rows[2].loadings[1].abs() < 1e-6);
        assert!((rows[2].communality - 0.49).abs() < 1e-7 && (rows[2].uniqueness - 0.51).abs() < 1e-7);
        assert!((rows[2].complexity.unwrap() - 1.0).abs() < 1e-6);
        assert!((found.rotated.factor_correlations[(0, 1)] - 0.3).abs() < 1e-6);
        // .8² + .75² + .7² + .65² = 2.115 and .6² + .55² + .5² + .45² = 1.115 of 8.
        let variances = found.variances();
        assert!((variances[0].explained - 2.115).abs() < 1e-6);
        assert!((variances[1].cumulative_share - 3.23 / 8.0).abs() < 1e-7);
        assert!((variances[1].share_of_common.unwrap() - 1.115 / 3.23).abs() < 1e-6);
        assert_eq!(found.rows_by_factor()[4].item_idx, 4);
    }

    #[test]
    fn cautions_name_what_is_wrong() {
        // Item 1 is a copy of item 0, and there are few people.
        let mut copied = correlations();
        for j in 0..8 {
            let r = copied[(0, j)];
            (copied[(1, j)], copied[(j, 1)]) = (r, r);
        }
        (copied[(1, 1)], copied[(0, 1)], copied[(1, 0)]) = (1.0, 1.0, 1.0);
        let found = analyze_factors(&copied, 50, &FactorAnalysisConfig::minres_oblimin(3)).unwrap();
        assert!(found.adequacy.is_none() && found.fit.likelihood.is_none());
        let has = |wanted: fn(&Caution) -> bool| found.cautions.iter().any(wanted);
        assert!(has(|caution| matches!(caution, Caution::NotPositiveDefinite { .. })));
        assert!(has(|caution| matches!(caution, Caution::FewRespondents { n_respondents: 50, n_items: 8 })));
        assert!(has(|caution| matches!(caution, Caution::HeywoodItems { .. })), "{:?}", found.cautions);
        assert!(has(|caution| matches!(caution, Caution::ThinFactors { .. })));
        let config = ExtractionConfig { max_steps: 0, ..ExtractionConfig::minres(2) };
        let config = FactorAnalysisConfig { extraction: config, ..FactorAnalysisConfig::minres_oblimin(2) };
        let stopped = analyze_factors(&correlations(), 400, &config).unwrap();
        assert!(stopped.cautions.contains(&Caution::ExtractionNotConverged));
    }
}
