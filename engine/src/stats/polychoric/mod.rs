//! Polychoric and tetrachoric correlations: the correlation of the normal variables that are thought to lie behind two items with
//! ordered categories.

mod likelihood;
mod table;

pub(crate) use likelihood::Cuts;
pub use table::ContingencyTable;
pub(crate) use table::{Coded, count_pairs};

use crate::numeric::{distribution, elementary::ln};
use crate::stats::item_scores::ItemColumn;

use likelihood::{CutTable, Peak, Place};

/// What is done with a pair of categories that nobody chose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EmptyCells {
    /// It stays empty: plain maximum likelihood. A 2 × 2 table with an empty cell then has a correlation of −1 or 1.
    Keep,
    /// This number of respondents is put into it, usually 0.5; the thresholds are still those of the observed margins. Tables larger
    /// than 2 × 2 rarely gain from it.
    ///
    /// # References
    /// Savalei (2011), Structural Equation Modeling 18, 253–273, doi:10.1080/10705511.2011.557339
    Add(f64),
}

/// Where the highest likelihood was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solution {
    /// At a correlation between −1 and 1.
    Inside,
    /// The likelihood rises up to a correlation of −1 or 1: the answers hold too little to say how high the correlation is. It has no
    /// standard error.
    Boundary,
    /// The search did not end within its steps; the correlation is the last one tried.
    NotConverged,
}

/// A likelihood-ratio test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LikelihoodRatio {
    /// Test statistic, chi-squared distributed in large samples.
    pub chi_squared: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// Probability of a statistic at least as large when the hypothesis holds.
    pub p_value: f64,
}

/// A polychoric correlation and what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Polychoric {
    /// The correlation, from −1 to 1.
    pub rho: f64,
    /// Whether the correlation is a maximum inside its range.
    pub solution: Solution,
    /// Number of respondents who answered both items.
    pub n: u64,
    /// Thresholds between the categories of the first item that somebody chose, in SD units, rising.
    pub first_thresholds: Vec<f64>,
    /// Thresholds of the second item.
    pub second_thresholds: Vec<f64>,
    /// Logarithm of the likelihood of the table.
    pub log_likelihood: f64,
    /// Standard error of the correlation, with the sampling error of the thresholds. `None` unless the solution is inside, and where
    /// the score of every respondent is 0, so that the answers do not tell it.
    pub standard_error: Option<f64>,
    /// Standard error from the curvature of the likelihood, as if the thresholds were known. `None` unless the solution is inside.
    pub standard_error_known_thresholds: Option<f64>,
    /// Test of the bivariate normal distribution: G² of the table, df = rows·columns − rows − columns. `None` where no degree of freedom is
    /// left (2 × 2) or empty cells were filled.
    pub normality: Option<LikelihoodRatio>,
    /// Test of a correlation of 0, one degree of freedom.
    pub independence: Option<LikelihoodRatio>,
    /// Evaluations of the likelihood.
    pub n_steps: usize,
}

/// Why there is no polychoric correlation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PolychoricError {
    /// A table whose rows are not equally long.
    #[error("row {row_idx} (from 0) has {given} counts, the first row has {expected}")]
    Ragged {
        /// Place of the row.
        row_idx: usize,
        /// Its number of counts.
        given: usize,
        /// That of the first row.
        expected: usize,
    },
    /// Two items with different numbers of respondents.
    #[error("the second item has {given} respondents, the first {expected}")]
    Length {
        /// Respondents of the second item.
        given: usize,
        /// Respondents of the first.
        expected: usize,
    },
    /// Everybody, or nobody, is in one category of a variable.
    #[error("the {variable} variable has {n_chosen} chosen categories among {n} respondents; at least 2 are needed")]
    TooFewCategories {
        /// `first` or `second`.
        variable: &'static str,
        /// Categories that somebody chose.
        n_chosen: usize,
        /// Respondents with both answers.
        n: u64,
    },
    /// The number put into empty cells is not a share of a respondent.
    #[error("{given} respondents to put into each empty cell; above 0 and at most 1 are allowed")]
    Correction {
        /// The number given.
        given: f64,
    },
}

/// Polychoric correlation of a table of counts by maximum likelihood in two steps: thresholds from the margins, Φ⁻¹ of the cumulative
/// shares, then ρ where Σ nᵢⱼ ln πᵢⱼ(ρ) is highest, with πᵢⱼ the share of the bivariate normal distribution between the
/// thresholds. For a 2 × 2 table this is the tetrachoric correlation.
///
/// Categories that nobody chose are left out. The search starts from the covariance of the category numbers; should the likelihood
/// have several maxima, the one near it is found.
///
/// # Errors
/// [`PolychoricError::TooFewCategories`], [`PolychoricError::Correction`].
/// # Examples
/// ```
/// use engine::stats::polychoric::{ContingencyTable, EmptyCells, polychoric};
/// // Medians as thresholds: a share of ⅓ with both low is sin(2π(⅓ − ¼)) = ½.
/// let table = ContingencyTable::from_counts(&[&[200, 100], &[100, 200]])?;
/// assert!((polychoric(&table, EmptyCells::Keep)?.rho - 0.5).abs() < 1e-14);
/// # Ok::<(), engine::stats::polychoric::PolychoricError>(())
/// ```
/// # References
/// Olsson (1979), Psychometrika 44, 443–460, doi:10.1007/BF02296207; standard errors: Olsson, and Jöreskog (1994), Psychometrika 59, 381–389,
/// doi:10.1007/BF02296131
/// # Agreement
/// Oracles `correlation/polychoric`, `correlation/tetrachoric` (own two-step likelihood in R, polycor, psych) and
/// `correlation/polychoric_errors` (lavaan, polycor): correlations within 1e-7, log-likelihoods within 1e-9 relative.
pub fn polychoric(table: &ContingencyTable, empty_cells: EmptyCells) -> Result<Polychoric, PolychoricError> {
    let table = table.clone().without_empty();
    let (rows, columns) = (table.row_sums(), table.column_sums());
    check(&rows, &columns, empty_cells)?;
    Ok(estimate(&table, Cuts::of_counts(&rows), Cuts::of_counts(&columns), empty_cells))
}

/// Polychoric correlation of two items, over the respondents who answered both: [`polychoric`] of their table.
///
/// # Errors
/// As [`polychoric`], and [`PolychoricError::Length`].
pub fn polychoric_of_items(
    first: &ItemColumn,
    second: &ItemColumn,
    empty_cells: EmptyCells,
) -> Result<Polychoric, PolychoricError> {
    polychoric(&ContingencyTable::of_items(first, second)?, empty_cells)
}

/// Thresholds of one item, in SD units, rising: Φ⁻¹ of the share of the answers at or below each category but the highest. Categories
/// that nobody chose are left out, so that nothing is returned for an item with one category.
///
/// # Agreement
/// Oracle `correlation/polychoric`, within 1e-9 relative.
#[must_use]
pub fn thresholds(column: &ItemColumn) -> Vec<f64> {
    Cuts::of_counts(&Coded::chosen(column).counts).thresholds
}

/// Refuses what has no correlation; the sums are those of chosen categories.
pub(crate) fn check(rows: &[u64], columns: &[u64], empty_cells: EmptyCells) -> Result<(), PolychoricError> {
    if let EmptyCells::Add(given) = empty_cells
        && !(given > 0.0 && given <= 1.0)
    {
        return Err(PolychoricError::Correction { given });
    }
    let n = rows.iter().sum();
    for (variable, sums) in [("first", rows), ("second", columns)] {
        if sums.len() < 2 {
            return Err(PolychoricError::TooFewCategories { variable, n_chosen: sums.len(), n });
        }
    }
    Ok(())
}

/// The correlation of a table between given thresholds, one fewer than categories and at least one each.
pub(crate) fn estimate(table: &ContingencyTable, rows: Cuts, columns: Cuts, empty_cells: EmptyCells) -> Polychoric {
    let fill = match empty_cells {
        EmptyCells::Keep => 0.0,
        EmptyCells::Add(number) => number,
    };
    let mut is_filled = false;
    let all_rows = (0..table.n_rows()).flat_map(|row| table.row(row));
    let counts = all_rows.map(|&count| {
        if count > 0 {
            return count as f64;
        }
        is_filled |= fill > 0.0;
        fill
    });
    let counts: Vec<f64> = counts.collect();
    let cut_table = CutTable { counts, rows, columns };
    let peak = cut_table.peak();
    let normality = if is_filled { None } else { normality(table, &peak) };
    let independence = ratio(2.0 * (peak.log_likelihood - cut_table.log_likelihood_at(0.0)), 1);
    let CutTable { rows, columns, .. } = cut_table;
    Polychoric {
        rho: peak.rho,
        solution: match peak.place {
            Place::Inside => Solution::Inside,
            Place::Boundary => Solution::Boundary,
            Place::NotConverged => Solution::NotConverged,
        },
        n: table.total(),
        first_thresholds: rows.thresholds,
        second_thresholds: columns.thresholds,
        log_likelihood: peak.log_likelihood,
        standard_error: peak.se,
        standard_error_known_thresholds: peak.se_known_thresholds,
        normality,
        independence,
        n_steps: peak.n_steps,
    }
}

/// G² of the table against its bivariate normal distribution.
fn normality(table: &ContingencyTable, peak: &Peak) -> Option<LikelihoodRatio> {
    let (n_rows, n_columns) = (table.n_rows(), table.n_columns());
    let df = (n_rows * n_columns).checked_sub(n_rows + n_columns)?;
    let n = table.total() as f64;
    let occupied = (0..n_rows).flat_map(|row| table.row(row)).filter(|&&count| count > 0);
    let saturated: f64 = occupied.map(|&count| count as f64 * ln(count as f64 / n)).sum();
    ratio(2.0 * (saturated - peak.log_likelihood), df)
}

/// A chi-squared test; `None` without degrees of freedom or a finite statistic. Rounding can leave a statistic just below 0.
fn ratio(chi_squared: f64, df: usize) -> Option<LikelihoodRatio> {
    if df == 0 {
        return None;
    }
    let chi_squared = chi_squared.max(0.0);
    let p_value = distribution::chi_squared(chi_squared, df as f64)?.above;
    Some(LikelihoodRatio { chi_squared, df, p_value })
}

#[cfg(test)]
mod tests;
