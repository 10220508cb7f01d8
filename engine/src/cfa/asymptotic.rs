//! Thresholds and polychoric correlations of items with their asymptotic covariances: what weighted least squares starts from.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::model::CfaError;
use crate::numeric::bivariate_normal::BivariateNormal;
use crate::numeric::normal;
use crate::stats::covariance::CovarianceError;
use crate::stats::item_scores::{ItemColumn, ItemScores};
use crate::stats::polychoric::{EmptyCells, Solution, polychoric_of_items};

/// Most items that are analyzed at once: 100 items have 4950 correlations, and their covariances take 200 megabytes.
pub const MAX_ORDINAL_ITEMS: usize = 100;

/// Respondents whose products are added at once.
const ROWS_AT_ONCE: usize = 512;
/// Columns of the covariances that are computed together.
const COLUMNS_AT_ONCE: usize = 128;

/// A threshold and how precise it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Place between two neighboring categories, in SDs of the answer tendency.
    pub value: f64,
    /// Standard error, √(P(1 − P)/(n − 1))/φ(τ) for the share P of answers below the threshold τ.
    pub standard_error: f64,
}

/// Polychoric correlations of items, with the covariances of their sampling errors.
///
/// Correlations are estimated in two steps: thresholds from each item alone, then each correlation by maximum likelihood given
/// the thresholds. Γ holds the covariances of √n·(r − ρ): with the score s of a correlation and those of the thresholds of its
/// two items in the table of the pair, the influence of one respondent on r is
/// \[s − Σ_t a_t·(influence on threshold t)\]/Σs², a_t = Σ s·s_t, sums over respondents; Γ = n·Σ of the products of influences.
///
/// # References
/// Muthén (1984), Psychometrika 49, 115–132, doi:10.1007/BF02294210; Olsson (1979), Psychometrika 44, 443–460,
/// doi:10.1007/BF02296207
#[derive(Debug, Clone, PartialEq)]
pub struct PolychoricMoments {
    /// Number of respondents who answered all items.
    pub n: usize,
    /// Thresholds of each item between the categories that somebody chose.
    pub thresholds: Vec<Vec<Threshold>>,
    /// Correlations (n_items × n_items).
    pub correlations: DMatrix<f64>,
    /// Γ of the correlations in the order (1, 0), (2, 0), (2, 1), (3, 0) … (items from 0).
    pub gamma: DMatrix<f64>,
}

/// Answers to one item as places among the chosen categories.
struct Coded {
    codes: Vec<u8>,
    counts: Vec<f64>,
    /// −∞, the thresholds, +∞.
    cuts: Vec<f64>,
}

impl Coded {
    fn of(column: &ItemColumn) -> Self {
        let counts = column.counts();
        let mut place = [0_u8; 256];
        let mut chosen = Vec::new();
        for (category, &count) in counts.iter().enumerate() {
            if count > 0 {
                // At most 251 categories.
                place[category] = chosen.len() as u8;
                chosen.push(count as f64);
            }
        }
        let n: f64 = chosen.iter().sum();
        let mut cuts = vec![f64::NEG_INFINITY];
        let mut below = 0.0;
        for count in &chosen {
            below += count;
            cuts.push(normal::quantile(below / n).unwrap_or(f64::INFINITY));
        }
        let codes = column.codes().iter().map(|&code| place[usize::from(code)]).collect();
        Self { codes, counts: chosen, cuts }
    }

    fn n_categories(&self) -> usize {
        self.counts.len()
    }

    /// Share of the answers at or below a threshold, counted from 1, with the density there.
    fn share_and_density(&self, threshold: usize, n: f64) -> (f64, f64) {
        let below: f64 = self.counts[..threshold].iter().sum();
        (below / n, normal::density(self.cuts[threshold]))
    }

    /// How an answer in `category` moves the estimate of a threshold (counted from 1).
    fn influence_on_threshold(&self, category: usize, threshold: usize, n: f64) -> f64 {
        let (share, density) = self.share_and_density(threshold, n);
        let below = if category < threshold { 1.0 } else { 0.0 };
        (below - share) / (n * density)
    }

    fn thresholds(&self, n: f64) -> Vec<Threshold> {
        let threshold = |idx: usize| {
            let (share, density) = self.share_and_density(idx, n);
            Threshold { value: self.cuts[idx], standard_error: (share * (1.0 - share) / (n - 1.0)).sqrt() / density }
        };
        (1..self.n_categories()).map(threshold).collect()
    }
}

/// One pair of items: its correlation, and the influence on it of an answer in each cell of its table, row by row.
struct Pair {
    rho: f64,
    influence: Vec<f64>,
}

impl PolychoricMoments {
    /// Moments of the respondents who answered all items.
    ///
    /// To a 2 × 2 table with an empty cell, half a respondent is added there; larger tables are left as they are.
    ///
    /// # Errors
    /// [`CfaError::TooLarge`] beyond [`MAX_ORDINAL_ITEMS`], [`CfaError::Covariance`] for fewer than two items,
    /// [`CfaError::TooFewRespondents`], [`CfaError::NoSpread`], [`CfaError::NoPolychoric`].
    pub fn of_scores(scores: &ItemScores) -> Result<Self, CfaError> {
        let k = scores.n_items();
        if k < 2 {
            return Err(CovarianceError::TooFewItems { given: k }.into());
        }
        if k > MAX_ORDINAL_ITEMS {
            return Err(CfaError::TooLarge { what: "ordinal items", given: k, allowed: MAX_ORDINAL_ITEMS });
        }
        let scores = scores.complete();
        let n = scores.n_respondents();
        if n <= k {
            return Err(CfaError::TooFewRespondents { n, n_items: k, needed: k + 1 });
        }
        let coded: Vec<Coded> = scores.columns().iter().map(Coded::of).collect();
        if let Some(item_idx) = coded.iter().position(|item| item.n_categories() < 2) {
            return Err(CfaError::NoSpread { item_idx });
        }
        let places: Vec<(usize, usize)> = (0..k).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
        let pairs: Vec<Pair> = places
            .par_iter()
            .map(|&(i, j)| pair(&scores, &coded, i, j, n as f64).ok_or(CfaError::NoPolychoric { first: j, second: i }))
            .collect::<Result<_, _>>()?;
        let mut correlations = DMatrix::identity(k, k);
        for (&(i, j), pair) in places.iter().zip(&pairs) {
            (correlations[(i, j)], correlations[(j, i)]) = (pair.rho, pair.rho);
        }
        let gamma = gamma(&coded, &places, &pairs, n);
        let thresholds = coded.iter().map(|item| item.thresholds(n as f64)).collect();
        Ok(Self { n, thresholds, correlations, gamma })
    }
}

fn pair(scores: &ItemScores, coded: &[Coded], i: usize, j: usize, n: f64) -> Option<Pair> {
    let (x, y) = (&coded[i], &coded[j]);
    let (rows, columns) = (x.n_categories(), y.n_categories());
    let mut table = vec![0.0; rows * columns];
    for (&a, &b) in x.codes.iter().zip(&y.codes) {
        table[usize::from(a) * columns + usize::from(b)] += 1.0;
    }
    let small = rows == 2 && columns == 2 && table.contains(&0.0);
    let empty_cells = if small { EmptyCells::Add(0.5) } else { EmptyCells::Keep };
    let found = polychoric_of_items(&scores.columns()[i], &scores.columns()[j], empty_cells).ok()?;
    if found.solution != Solution::Inside {
        return None;
    }
    let normal = BivariateNormal::new(found.rho)?;
    let cells: Vec<Cell> = (0..rows * columns)
        .map(|cell| Cell::of(&normal, x, y, cell / columns, cell % columns))
        .collect::<Option<_>>()?;
    let occupied = || table.iter().zip(&cells).enumerate().filter(|(_, (count, _))| **count > 0.0);
    let information: f64 = occupied().map(|(_, (count, cell))| count * cell.score * cell.score).sum();
    // Products of the score of the correlation with those of the thresholds of either item.
    let (mut of_x, mut of_y) = (vec![0.0; rows + 1], vec![0.0; columns + 1]);
    for (idx, (count, cell)) in occupied() {
        let (a, b) = (idx / columns, idx % columns);
        of_x[a] += count * cell.score * cell.by_x.0;
        of_x[a + 1] += count * cell.score * cell.by_x.1;
        of_y[b] += count * cell.score * cell.by_y.0;
        of_y[b + 1] += count * cell.score * cell.by_y.1;
    }
    let through = |item: &Coded, products: &[f64]| -> Vec<f64> {
        let by_category = |category: usize| {
            let thresholds = 1..item.n_categories();
            thresholds.map(|t| products[t] * item.influence_on_threshold(category, t, n)).sum()
        };
        (0..item.n_categories()).map(by_category).collect()
    };
    let (through_x, through_y) = (through(x, &of_x), through(y, &of_y));
    let influence: Vec<f64> = cells
        .iter()
        .enumerate()
        .map(|(idx, cell)| (cell.score - through_x[idx / columns] - through_y[idx % columns]) / information)
        .collect();
    let usable = information > 0.0 && occupied().all(|(idx, _)| influence[idx].is_finite());
    usable.then_some(Pair { rho: found.rho, influence })
}

/// Slopes of the log probability of one cell.
struct Cell {
    /// By the correlation.
    score: f64,
    /// By the lower and the upper threshold of the first item.
    by_x: (f64, f64),
    /// By those of the second.
    by_y: (f64, f64),
}

impl Cell {
    fn of(normal: &BivariateNormal, x: &Coded, y: &Coded, a: usize, b: usize) -> Option<Self> {
        let (lower, upper) = ((x.cuts[a], y.cuts[b]), (x.cuts[a + 1], y.cuts[b + 1]));
        // A cell that nobody is in may have no probability at all; it then counts for nothing.
        let share = normal.rectangle(lower, upper).max(1e-300);
        let density = |h: f64, k: f64| normal.density(h, k);
        let score = density(upper.0, upper.1)? - density(lower.0, upper.1)? - density(upper.0, lower.1)?
            + density(lower.0, lower.1)?;
        let by_first = |h: f64| Some((normal.slope_by_first(h, upper.1)? - normal.slope_by_first(h, lower.1)?) / share);
        let by_second =
            |k: f64| Some((normal.slope_by_first(k, upper.0)? - normal.slope_by_first(k, lower.0)?) / share);
        Some(Self {
            score: score / share,
            by_x: (-by_first(lower.0)?, by_first(upper.0)?),
            by_y: (-by_second(lower.1)?, by_second(upper.1)?),
        })
    }
}

/// Γ = n·Σ over respondents of the products of their influences, in blocks of fixed size, so that sums have one order.
fn gamma(coded: &[Coded], places: &[(usize, usize)], pairs: &[Pair], n: usize) -> DMatrix<f64> {
    let q = pairs.len();
    let starts: Vec<usize> = (0..q).step_by(COLUMNS_AT_ONCE).collect();
    // Rows from the first column of each block on: the lower triangle.
    let mut blocks: Vec<DMatrix<f64>> =
        starts.iter().map(|&from| DMatrix::zeros(q - from, COLUMNS_AT_ONCE.min(q - from))).collect();
    for first in (0..n).step_by(ROWS_AT_ONCE) {
        let rows = ROWS_AT_ONCE.min(n - first);
        let columns: Vec<Vec<f64>> = places
            .par_iter()
            .zip(pairs)
            .map(|(&(i, j), pair)| {
                let (x, y) = (&coded[i].codes[first..first + rows], &coded[j].codes[first..first + rows]);
                let wide = coded[j].n_categories();
                x.iter().zip(y).map(|(&a, &b)| pair.influence[usize::from(a) * wide + usize::from(b)]).collect()
            })
            .collect();
        let influences = DMatrix::from_fn(rows, q, |row, pair| columns[pair][row]);
        let turned = influences.transpose();
        blocks.par_iter_mut().zip(&starts).for_each(|(block, &from)| {
            block.gemm(n as f64, &turned.rows_range(from..), &influences.columns(from, block.ncols()), 1.0);
        });
    }
    let mut all = DMatrix::zeros(q, q);
    for (block, &from) in blocks.iter().zip(&starts) {
        for (column, values) in block.column_iter().enumerate() {
            for (row, &value) in values.iter().enumerate().skip(column) {
                (all[(from + row, from + column)], all[(from + column, from + row)]) = (value, value);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Respondents from the counts of a table, row by row.
    fn of_table(counts: &[&[usize]]) -> ItemScores {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (a, row) in counts.iter().enumerate() {
            for (b, &count) in row.iter().enumerate() {
                x.extend(std::iter::repeat_n(Some(a as i32), count));
                y.extend(std::iter::repeat_n(Some(b as i32), count));
            }
        }
        ItemScores::new(vec![ItemColumn::new(0, 4, x).unwrap(), ItemColumn::new(0, 4, y).unwrap()]).unwrap()
    }

    #[test]
    fn a_table_of_medians_worked_by_hand() {
        // P(both low) = ¼ + arcsin(ρ)/2π = 80/240 gives ρ = ½. Thresholds 0 with standard error ½/(√239·φ(0)).
        let moments = PolychoricMoments::of_scores(&of_table(&[&[80, 40], &[40, 80]])).unwrap();
        assert!((moments.correlations[(0, 1)] - 0.5).abs() < 1e-8);
        let threshold = moments.thresholds[0][0];
        let expected = 0.5 / 239.0_f64.sqrt() * (2.0 * std::f64::consts::PI).sqrt();
        assert!(threshold.value.abs() < 1e-15 && (threshold.standard_error - expected).abs() < 1e-14);
        // With both thresholds at 0 the correlation does not depend on them: the variance of r is that of the share p of the
        // diagonal cells, ρ = sin(π(p − ½)), of slope π·cos(π/6): Γ = π²·¾·⅔·⅓.
        let gamma = std::f64::consts::PI.powi(2) * 0.75 * 2.0 / 9.0;
        assert!((moments.gamma[(0, 0)] - gamma).abs() < 1e-6, "{}", moments.gamma[(0, 0)]);
    }

    #[test]
    fn blocks_of_many_respondents_add_up() {
        // The same answers three times over: the same Γ, out of more blocks of respondents.
        let table = |times: usize| {
            let rows: Vec<Vec<usize>> = [[50, 21, 9], [17, 60, 30], [4, 33, 70]]
                .iter()
                .map(|row| row.iter().map(|c| c * times).collect())
                .collect();
            let rows: Vec<&[usize]> = rows.iter().map(Vec::as_slice).collect();
            PolychoricMoments::of_scores(&of_table(&rows)).unwrap().gamma[(0, 0)]
        };
        assert!((table(1) - table(3)).abs() < 1e-8 * table(1));
    }

    #[test]
    fn items_that_cannot_be_correlated_are_refused() {
        let constant = of_table(&[&[30, 30]]);
        assert_eq!(PolychoricMoments::of_scores(&constant), Err(CfaError::NoSpread { item_idx: 0 }));
        let few = of_table(&[&[1, 0], &[0, 1]]);
        assert!(matches!(PolychoricMoments::of_scores(&few), Err(CfaError::TooFewRespondents { n: 2, .. })));
        let ordered = of_table(&[&[30, 0, 0], &[0, 30, 0], &[0, 0, 30]]);
        assert_eq!(PolychoricMoments::of_scores(&ordered), Err(CfaError::NoPolychoric { first: 0, second: 1 }));
        let empty = ItemScores::new(vec![]).unwrap();
        assert!(matches!(PolychoricMoments::of_scores(&empty), Err(CfaError::Covariance(_))));
    }
}
