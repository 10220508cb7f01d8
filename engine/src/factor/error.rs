//! Why a structure cannot be computed.

use crate::stats::CovarianceError;

/// Why there is no factor analysis.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FactorError {
    /// The matrix of correlations is not square.
    #[error("the correlation matrix has {rows} rows and {columns} columns; it must be square")]
    NotSquare {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// An entry that no correlation matrix has.
    #[error(
        "row {row}, column {column} (from 0) of the correlation matrix holds {given}; it must be {allowed} (an item that everybody answers alike has no correlations: leave it out)"
    )]
    NotACorrelation {
        /// Row of the entry, from 0.
        row: usize,
        /// Column of the entry, from 0.
        column: usize,
        /// The entry.
        given: f64,
        /// What it may be.
        allowed: &'static str,
    },
    /// Fewer items than the analysis needs.
    #[error("{given} items; at least {needed} are needed")]
    TooFewItems {
        /// Number of items.
        given: usize,
        /// Number needed.
        needed: usize,
    },
    /// No factors, or more parameters than correlations to estimate them from.
    #[error("{n_factors} factors for {n_items} items; from 1 to {most} can be estimated from their correlations")]
    NumberOfFactors {
        /// Number of factors asked for.
        n_factors: usize,
        /// Number of items.
        n_items: usize,
        /// The most that leave degrees of freedom.
        most: usize,
    },
    /// The matrix has no inverse, or is no correlation matrix of complete data at all.
    #[error(
        "{what} needs a positive definite correlation matrix, but its smallest eigenvalue is {smallest:.2e}: leave out items that are copies or sums of others, have more respondents than items, use listwise instead of pairwise correlations, or extract by minres"
    )]
    NotPositiveDefinite {
        /// What was to be computed.
        what: &'static str,
        /// Smallest eigenvalue of the matrix.
        smallest: f64,
    },
    /// Too few respondents.
    #[error("{given} respondents; at least {needed} are needed")]
    TooFewRespondents {
        /// Number of respondents.
        given: usize,
        /// Number needed.
        needed: usize,
    },
    /// A setting out of its range.
    #[error("{what} is {given}; it must be {allowed}")]
    Setting {
        /// Which setting.
        what: &'static str,
        /// The value given.
        given: f64,
        /// What it may be.
        allowed: &'static str,
    },
    /// Tables that do not fit each other.
    #[error("{what} has {given} rows, {expected} are expected")]
    Length {
        /// Which table.
        what: &'static str,
        /// Its number of rows.
        given: usize,
        /// Number expected.
        expected: usize,
    },
    /// Loadings whose columns depend on each other cannot be rotated obliquely.
    #[error("the loadings of the {n_factors} factors depend on each other; extract fewer factors")]
    DependentFactors {
        /// Number of factors.
        n_factors: usize,
    },
    /// Most of the random data sets had no correlations.
    #[error("only {usable} of {n_draws} random data sets have correlations; items need more spread or respondents")]
    RandomData {
        /// Number of data sets with correlations.
        usable: usize,
        /// Number drawn.
        n_draws: usize,
    },
    /// No eigenvalues within the allowed number of steps.
    #[error("the eigenvalues of the matrix could not be found")]
    NoEigenvalues,
    /// The items have no covariances or correlations.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
}
