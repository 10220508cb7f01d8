//! Correlation matrices of items: Pearson, Spearman, polychoric, or mixed, with missing answers.

use nalgebra::DMatrix;
use rayon::prelude::*;

use crate::numeric::distribution::correlation_p_value;
use crate::numeric::eigen::symmetric_eigen;
use crate::stats::covariance::{self, CovarianceError, MissingPairs, covariances};
use crate::stats::item_scores::{ItemColumn, ItemScores};
use crate::stats::polychoric::{
    self, Coded, ContingencyTable, Cuts, EmptyCells, PolychoricError, Solution, count_pairs,
};
use crate::stats::polyserial::{Pairs, PolyserialError, ScoreCell};
use crate::stats::spearman::{pearson_of_table, spearman_of_table};

/// Whose answers place the thresholds of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThresholdSource {
    /// Those who answered both items of the pair: each correlation is that of a complete table, and thresholds differ between pairs.
    Pair,
    /// All who answered the item: the same thresholds in all its pairs. Without missing answers there is no difference.
    Item,
}

/// How polychoric correlations are estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolychoricConfig {
    /// What is done with empty cells.
    pub empty_cells: EmptyCells,
    /// Whose answers place the thresholds.
    pub thresholds: ThresholdSource,
}

impl PolychoricConfig {
    /// Plain maximum likelihood of the table of each pair.
    #[must_use]
    pub fn plain() -> Self {
        Self { empty_cells: EmptyCells::Keep, thresholds: ThresholdSource::Pair }
    }
}

/// What an item measures with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemLevel {
    /// Ordered categories, cut from a normal variable.
    Ordered,
    /// Points that are taken as they are.
    Continuous,
}

/// Which correlation.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationMethod {
    /// Pearson's r of the points, with the mean and SD of the respondents of the pair.
    Pearson,
    /// Spearman's correlation: ranks among the respondents of the pair, ties sharing their mean rank.
    Spearman,
    /// Polychoric correlations; tetrachoric ones between items of two categories.
    Polychoric(PolychoricConfig),
    /// Pearson between continuous items, polychoric between ordered ones, polyserial (two-step) between the two.
    Mixed {
        /// Level of each item.
        levels: Vec<ItemLevel>,
        /// For pairs of ordered items.
        polychoric: PolychoricConfig,
    },
}

/// Name of a kind of correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrelationKind {
    /// Pearson's product-moment correlation.
    Pearson,
    /// Spearman's rank correlation.
    Spearman,
    /// Tetrachoric correlation: all items have two categories.
    Tetrachoric,
    /// Polychoric correlation.
    Polychoric,
    /// Polyserial correlation.
    Polyserial,
    /// Several kinds side by side.
    Mixed,
}

/// The correlation of one pair of items.
#[derive(Debug, Clone, PartialEq)]
pub struct PairCorrelation {
    /// Place of the first item, from 0.
    pub first: usize,
    /// Place of the second item, above that of the first.
    pub second: usize,
    /// Which correlation it is.
    pub kind: CorrelationKind,
    /// The correlation, from −1 to 1.
    pub correlation: f64,
    /// Number of respondents.
    pub n: usize,
    /// Whether a likelihood estimate is a maximum inside its range; closed forms always are.
    pub solution: Solution,
    /// Standard error of polychoric (with the sampling error of the thresholds) and polyserial correlations; `None` for other kinds, for
    /// which a Fisher interval is usual, and for solutions that are not inside.
    pub standard_error: Option<f64>,
    /// Probability of a correlation at least as far from 0 when there is none: t test for Pearson and Spearman, likelihood-ratio test for the
    /// others. `None` with fewer than three respondents.
    pub p_value: Option<f64>,
}

/// Correlations of items.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationMatrix {
    /// Which correlation.
    pub kind: CorrelationKind,
    /// Correlations (n_items × n_items), 1 on the diagonal.
    pub matrix: DMatrix<f64>,
    /// Number of respondents behind each; on the diagonal those who answered the item.
    pub n_pairs: DMatrix<f64>,
    /// Number of respondents behind the smallest of them.
    pub n_smallest: usize,
    /// Every pair once, in order of the first item, then the second.
    pub pairs: Vec<PairCorrelation>,
    /// Thresholds of each ordered item over all who answered it, in SD units; empty for other items.
    pub thresholds: Vec<Vec<f64>>,
    /// Smallest eigenvalue. Below 0 the matrix belongs to no set of variables; [`smooth`](crate::stats::smoothing::smooth) makes one that does.
    /// `None` when it could not be found.
    pub smallest_eigenvalue: Option<f64>,
}

impl CorrelationMatrix {
    /// Pairs whose likelihood has no maximum inside, or was not found.
    pub fn flagged(&self) -> impl Iterator<Item = &PairCorrelation> {
        self.pairs.iter().filter(|pair| pair.solution != Solution::Inside)
    }

    /// Whether all eigenvalues are above 0, as factoring needs.
    #[must_use]
    pub fn is_positive_definite(&self) -> bool {
        self.smallest_eigenvalue.is_some_and(|value| value > 1e-12)
    }
}

/// Why there is no correlation matrix.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MatrixError {
    /// Fewer than two items.
    #[error("{given} items; at least 2 are needed")]
    TooFewItems {
        /// Number of items.
        given: usize,
    },
    /// Fewer than two respondents answered a pair of items.
    #[error("items {first} and {second} (from 0) were both answered by {n} respondents; at least 2 are needed")]
    TooFewRespondents {
        /// Place of one item.
        first: usize,
        /// Place of the other.
        second: usize,
        /// Number of respondents with both.
        n: usize,
    },
    /// Fewer than two respondents answered all items.
    #[error("{n} respondents answered all items; at least 2 are needed")]
    TooFewComplete {
        /// Number of respondents.
        n: usize,
    },
    /// Everybody who answered two items gave the same answer to one of them.
    #[error("item {item_idx} (from 0) has no spread among the {n} respondents who also answered item {other_idx}")]
    NoSpread {
        /// Place of the item.
        item_idx: usize,
        /// Place of the other item of the pair.
        other_idx: usize,
        /// Number of respondents with both.
        n: usize,
    },
    /// The levels are not one an item.
    #[error("{given} levels for {expected} items")]
    Levels {
        /// Number of levels.
        given: usize,
        /// Number of items.
        expected: usize,
    },
    /// The choice for empty cells makes no sense.
    #[error(transparent)]
    Polychoric(#[from] PolychoricError),
}

/// Correlations of all pairs of items.
///
/// - `missing`: which respondents count for a pair.
///
/// The result does not depend on the number of threads.
///
/// # Errors
/// [`MatrixError`]; items without spread are named rather than left out.
/// # Agreement
/// Oracles `correlation/pairwise` (R `cor`), `correlation/polychoric`, `correlation/tetrachoric`, `correlation/polyserial`.
pub fn correlation_matrix(
    scores: &ItemScores,
    method: &CorrelationMethod,
    missing: MissingPairs,
) -> Result<CorrelationMatrix, MatrixError> {
    let complete;
    let scores = if missing == MissingPairs::Listwise && scores.n_missing() > 0 {
        complete = scores.complete();
        &complete
    } else {
        scores
    };
    let k = scores.n_items();
    if k < 2 {
        return Err(MatrixError::TooFewItems { given: k });
    }
    let levels = match method {
        CorrelationMethod::Mixed { levels, .. } if levels.len() != k => {
            return Err(MatrixError::Levels { given: levels.len(), expected: k });
        }
        CorrelationMethod::Mixed { levels, .. } => levels.clone(),
        CorrelationMethod::Polychoric(_) => vec![ItemLevel::Ordered; k],
        CorrelationMethod::Pearson | CorrelationMethod::Spearman => vec![ItemLevel::Continuous; k],
    };
    let items = Items::of(scores, &levels);
    let pairs = if *method == CorrelationMethod::Pearson && scores.n_missing() == 0 {
        pearson_pairs(scores)?
    } else {
        let places: Vec<(usize, usize)> = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j))).collect();
        let found: Vec<_> = places.into_par_iter().map(|(i, j)| items.pair(i, j, method)).collect();
        found.into_iter().collect::<Result<Vec<_>, MatrixError>>()?
    };
    Ok(assemble(scores, &items, pairs, method))
}

fn assemble(
    scores: &ItemScores,
    items: &Items<'_>,
    pairs: Vec<PairCorrelation>,
    method: &CorrelationMethod,
) -> CorrelationMatrix {
    let k = scores.n_items();
    let n = scores.n_respondents();
    let mut matrix = DMatrix::identity(k, k);
    let answered = scores.columns().iter().map(|column| (n - column.n_missing()) as f64);
    let mut n_pairs = DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(k, answered));
    for pair in &pairs {
        let (i, j) = (pair.first, pair.second);
        (matrix[(i, j)], matrix[(j, i)]) = (pair.correlation, pair.correlation);
        (n_pairs[(i, j)], n_pairs[(j, i)]) = (pair.n as f64, pair.n as f64);
    }
    let first_kind = pairs.first().map(|pair| pair.kind);
    let kind = match method {
        CorrelationMethod::Pearson => CorrelationKind::Pearson,
        CorrelationMethod::Spearman => CorrelationKind::Spearman,
        CorrelationMethod::Polychoric(_) | CorrelationMethod::Mixed { .. } => match first_kind {
            Some(kind) if pairs.iter().all(|pair| pair.kind == kind) => kind,
            _ if matches!(method, CorrelationMethod::Polychoric(_)) => CorrelationKind::Polychoric,
            _ => CorrelationKind::Mixed,
        },
    };
    let thresholds = items.coded.iter().zip(&items.levels);
    let thresholds = thresholds.map(|(coded, level)| match level {
        ItemLevel::Ordered => Cuts::of_counts(&coded.counts).thresholds,
        ItemLevel::Continuous => Vec::new(),
    });
    CorrelationMatrix {
        kind,
        smallest_eigenvalue: symmetric_eigen(&matrix).map(|eigen| eigen.values[k - 1]),
        matrix,
        n_pairs,
        n_smallest: pairs.iter().map(|pair| pair.n).min().unwrap_or(n),
        pairs,
        thresholds: thresholds.collect(),
    }
}

/// Pearson's correlations of complete answers, from exact covariances.
fn pearson_pairs(scores: &ItemScores) -> Result<Vec<PairCorrelation>, MatrixError> {
    let k = scores.n_items();
    let n = scores.n_respondents();
    let to_matrix_error = |error| match error {
        CovarianceError::TooFewItems { given } => MatrixError::TooFewItems { given },
        CovarianceError::TooFewRespondents { first, second, n } => MatrixError::TooFewRespondents { first, second, n },
        CovarianceError::TooFewComplete { n } => MatrixError::TooFewComplete { n },
        CovarianceError::NoSpread { item_idx } => {
            MatrixError::NoSpread { item_idx, other_idx: usize::from(item_idx == 0), n }
        }
    };
    let found = covariances(scores, MissingPairs::Pairwise).map_err(to_matrix_error)?;
    let matrix = covariance::correlations(&found.matrix).map_err(to_matrix_error)?;
    let pair =
        |first: usize, second: usize| closed_form(first, second, CorrelationKind::Pearson, matrix[(first, second)], n);
    Ok((0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j))).map(|(i, j)| pair(i, j)).collect())
}

fn closed_form(first: usize, second: usize, kind: CorrelationKind, correlation: f64, n: usize) -> PairCorrelation {
    PairCorrelation {
        first,
        second,
        kind,
        correlation,
        n,
        solution: Solution::Inside,
        standard_error: None,
        p_value: correlation_p_value(correlation, n),
    }
}

/// The items, ready for counting pairs.
struct Items<'a> {
    levels: Vec<ItemLevel>,
    coded: Vec<Coded>,
    scores: &'a ItemScores,
}

impl<'a> Items<'a> {
    fn of(scores: &'a ItemScores, levels: &[ItemLevel]) -> Self {
        let code = |(column, level): (&ItemColumn, &ItemLevel)| match level {
            ItemLevel::Ordered => Coded::chosen(column),
            // All points in their places, so that they are equidistant.
            ItemLevel::Continuous => Coded::possible(column),
        };
        Self { levels: levels.to_vec(), coded: scores.columns().iter().zip(levels).map(code).collect(), scores }
    }

    fn pair(&self, first: usize, second: usize, method: &CorrelationMethod) -> Result<PairCorrelation, MatrixError> {
        let table = count_pairs(&self.coded[first], &self.coded[second]);
        // No more than there are respondents.
        let n = table.total() as usize;
        if n < 2 {
            return Err(MatrixError::TooFewRespondents { first, second, n });
        }
        let has_spread = |sums: Vec<u64>| sums.iter().filter(|&&count| count > 0).count() > 1;
        for (sums, item_idx, other_idx) in [(table.row_sums(), first, second), (table.column_sums(), second, first)] {
            if !has_spread(sums) {
                return Err(MatrixError::NoSpread { item_idx, other_idx, n });
            }
        }
        let no_spread = MatrixError::NoSpread { item_idx: first, other_idx: second, n };
        match (method, self.levels[first], self.levels[second]) {
            (CorrelationMethod::Spearman, ..) => {
                let r = spearman_of_table(&table).ok_or(no_spread)?;
                Ok(closed_form(first, second, CorrelationKind::Spearman, r, n))
            }
            (CorrelationMethod::Polychoric(config), ..)
            | (CorrelationMethod::Mixed { polychoric: config, .. }, ItemLevel::Ordered, ItemLevel::Ordered) => {
                self.polychoric(first, second, table, config)
            }
            (CorrelationMethod::Mixed { .. }, ItemLevel::Continuous, ItemLevel::Ordered) => {
                self.polyserial(first, second, &table, Side::Rows).map_err(|_| no_spread)
            }
            (CorrelationMethod::Mixed { .. }, ItemLevel::Ordered, ItemLevel::Continuous) => {
                self.polyserial(first, second, &table, Side::Columns).map_err(|_| no_spread)
            }
            (CorrelationMethod::Pearson, ..)
            | (CorrelationMethod::Mixed { .. }, ItemLevel::Continuous, ItemLevel::Continuous) => {
                let r = pearson_of_table(&table).ok_or(no_spread)?;
                Ok(closed_form(first, second, CorrelationKind::Pearson, r, n))
            }
        }
    }

    fn polychoric(
        &self,
        first: usize,
        second: usize,
        table: ContingencyTable,
        config: &PolychoricConfig,
    ) -> Result<PairCorrelation, MatrixError> {
        let (table, rows, columns) = match config.thresholds {
            ThresholdSource::Pair => {
                let table = table.without_empty();
                let (rows, columns) = (table.row_sums(), table.column_sums());
                (table, rows, columns)
            }
            ThresholdSource::Item => (table, self.coded[first].counts.clone(), self.coded[second].counts.clone()),
        };
        polychoric::check(&rows, &columns, config.empty_cells)?;
        let is_two_by_two = rows.len() == 2 && columns.len() == 2;
        let found = polychoric::estimate(&table, Cuts::of_counts(&rows), Cuts::of_counts(&columns), config.empty_cells);
        Ok(PairCorrelation {
            first,
            second,
            kind: if is_two_by_two { CorrelationKind::Tetrachoric } else { CorrelationKind::Polychoric },
            correlation: found.rho,
            // No more than there are respondents.
            n: found.n as usize,
            solution: found.solution,
            standard_error: found.standard_error,
            p_value: found.independence.map(|test| test.p_value),
        })
    }

    /// Polyserial correlation from the table of a pair.
    fn polyserial(
        &self,
        first: usize,
        second: usize,
        table: &ContingencyTable,
        continuous: Side,
    ) -> Result<PairCorrelation, PolyserialError> {
        let columns = self.scores.columns();
        let mut cells = Vec::new();
        for row in 0..table.n_rows() {
            for (column, &count) in table.row(row).iter().enumerate().filter(|(_, count)| **count > 0) {
                let (score_idx, lowest, category) = match continuous {
                    Side::Rows => (row, columns[first].lowest(), self.coded[second].points[column]),
                    Side::Columns => (column, columns[second].lowest(), self.coded[first].points[row]),
                };
                let score = f64::from(lowest) + score_idx as f64;
                cells.push(ScoreCell { score, category: usize::from(category), count: count as f64 });
            }
        }
        let found = Pairs::of_cells(cells)?.two_step()?;
        Ok(PairCorrelation {
            first,
            second,
            kind: CorrelationKind::Polyserial,
            correlation: found.rho,
            n: found.n,
            solution: found.solution,
            standard_error: found.standard_error,
            p_value: found.independence.map(|test| test.p_value),
        })
    }
}

/// Where the continuous item of a pair is in its table.
#[derive(Clone, Copy)]
enum Side {
    Rows,
    Columns,
}

#[cfg(test)]
mod tests;
