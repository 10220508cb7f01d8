//! The likelihood of a table of ordered categories under a bivariate normal distribution cut at thresholds.

use crate::numeric::bivariate_normal::{BivariateNormal, SMALL};
use crate::numeric::{elementary::ln, normal};

/// A table with somebody in a cell below this probability is impossible.
const SMALLEST_CELL: f64 = 1e-290;
/// A correlation nearer to ±1 than this is on the boundary.
const NEAR_ONE: f64 = 1e-8;
/// A last step of Newton's method below this share of 1 − ρ² leaves an error far below rounding.
const LAST_STEP: f64 = 1e-7;
/// Where the likelihood gains less than this on the way to ±1 it is flat.
const FLAT: f64 = 1e-10;
/// A narrower bracket without a peak lies at the edge of what numbers can tell: a cell too improbable for them is occupied.
const NARROWEST: f64 = 1e-12;
/// Most evaluations of the likelihood; the usual number is 3 or 4, halving to the boundary takes 30.
const MOST_STEPS: usize = 120;

/// Counts between thresholds. Rows and columns have at least one threshold; thresholds are finite and rise.
pub(super) struct CutTable {
    /// Row by row; not whole when empty cells were filled.
    pub(super) counts: Vec<f64>,
    pub(super) rows: Cuts,
    pub(super) columns: Cuts,
}

/// Thresholds of one variable with their shares and densities.
#[derive(Clone)]
pub(crate) struct Cuts {
    pub(crate) thresholds: Vec<f64>,
    shares: Vec<f64>,
    densities: Vec<f64>,
}

impl Cuts {
    /// Thresholds from the counts of categories, none of them 0: Φ⁻¹ of the share at or below each but the last.
    pub(crate) fn of_counts(counts: &[u64]) -> Self {
        let total = counts.iter().sum::<u64>() as f64;
        let mut below = 0;
        let inner = counts.split_last().map_or(&[][..], |(_, inner)| inner);
        let shares = inner.iter().map(|&count| {
            below += count;
            below as f64 / total
        });
        // A share between 0 and 1 has a quantile, as no category is empty.
        let thresholds: Vec<f64> = shares.filter_map(normal::quantile).collect();
        let shares = thresholds.iter().map(|&z| normal::cdf(z)).collect();
        let densities = thresholds.iter().map(|&z| normal::density(z)).collect();
        Self { thresholds, shares, densities }
    }

    /// Normal density at each threshold.
    pub(crate) fn densities(&self) -> &[f64] {
        &self.densities
    }

    fn n_categories(&self) -> usize {
        self.thresholds.len() + 1
    }

    /// Σ He₍ₙ₋₁₎(τ)φ(τ) for n = 1 … 5: the covariances of the category number with the Hermite polynomials of the variable.
    fn hermite_sums(&self) -> [f64; 5] {
        let mut sums = [0.0; 5];
        for (&z, &density) in self.thresholds.iter().zip(&self.densities) {
            let square = z * z;
            let polynomials = [1.0, z, square - 1.0, z * (square - 3.0), square * square - 6.0 * square + 3.0];
            for (sum, polynomial) in sums.iter_mut().zip(polynomials) {
                *sum += polynomial * density;
            }
        }
        sums
    }
}

/// Where the likelihood is highest.
pub(super) struct Peak {
    pub(super) rho: f64,
    pub(super) place: Place,
    pub(super) log_likelihood: f64,
    /// From the curvature of the likelihood, thresholds taken as known.
    pub(super) se_known_thresholds: Option<f64>,
    /// With the sampling error of the thresholds.
    pub(super) se: Option<f64>,
    pub(super) n_steps: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Boundary,
    NotConverged,
}

/// Probabilities of the cells with their first two slopes by ρ, row by row.
struct Cells {
    shares: Vec<f64>,
    slopes: Vec<f64>,
    bends: Vec<f64>,
}

/// Slopes of the log-likelihood by ρ.
struct Slopes {
    score: f64,
    /// Minus the second derivative.
    observed: f64,
    /// Sum of the squared scores of the respondents.
    squared: f64,
}

impl Slopes {
    /// Whether nothing changes between ρ and the boundary.
    fn is_flat(&self, rho: f64) -> bool {
        let way = 1.0 - rho.abs();
        self.score.abs() * way < FLAT && self.squared.max(self.observed.abs()) * way * way < FLAT
    }
}

impl CutTable {
    fn n_columns(&self) -> usize {
        self.columns.n_categories()
    }

    /// Highest likelihood over ρ by Newton's method within a bracket, from the moment estimate.
    pub(super) fn peak(&self) -> Peak {
        let (mut low, mut high) = (-1.0_f64, 1.0_f64);
        let start = self.moment_estimate();
        let mut rho = start;
        let mut n_steps = 0;
        while n_steps < MOST_STEPS {
            n_steps += 1;
            let Some(pair) = BivariateNormal::new(rho) else { break };
            let cells = self.cells(&pair);
            let mut step = f64::NAN;
            let rises = match self.slopes(&cells) {
                // Somebody is in a cell that vanishes as ρ moves to this side.
                None => rho < 0.0,
                Some(slopes) if slopes.is_flat(rho) => {
                    let end = self.boundary(1.0_f64.copysign(rho), n_steps);
                    if end.log_likelihood >= self.log_likelihood_at(start) - FLAT {
                        return end;
                    }
                    rho < 0.0
                }
                Some(slopes) => {
                    // Where the likelihood bends upwards a Newton step leads to its lowest place; halving leads away from it.
                    if slopes.observed > 0.0 {
                        step = slopes.score / slopes.observed;
                        if step.abs() <= LAST_STEP * (1.0 - rho * rho) {
                            return self.inside(&pair, &cells, &slopes, step, n_steps);
                        }
                    }
                    slopes.score > 0.0
                }
            };
            if rises {
                low = rho;
            } else {
                high = rho;
            }
            let next = rho + step;
            rho = if next > low && next < high { next } else { 0.5 * (low + high) };
            if high - low < NARROWEST {
                break;
            }
            if 1.0 - rho.abs() < NEAR_ONE {
                let end = self.boundary(1.0_f64.copysign(rho), n_steps);
                // Somebody in a cell that is impossible at ±1 itself: the last place where the table is possible.
                let is_possible = end.log_likelihood.is_finite();
                return if is_possible { end } else { self.boundary(if rho > 0.0 { low } else { high }, n_steps) };
            }
        }
        Peak {
            rho,
            place: Place::NotConverged,
            log_likelihood: self.log_likelihood_at(rho),
            se_known_thresholds: None,
            se: None,
            n_steps,
        }
    }

    fn inside(&self, pair: &BivariateNormal, cells: &Cells, slopes: &Slopes, step: f64, n_steps: usize) -> Peak {
        Peak {
            rho: pair.rho() + step,
            place: Place::Inside,
            // The rest of the parabola at the peak.
            log_likelihood: self.log_likelihood(&cells.shares) + 0.5 * slopes.score * step,
            se_known_thresholds: Some(1.0 / slopes.observed.sqrt()),
            se: self.two_step_se(pair, cells),
            n_steps,
        }
    }

    fn boundary(&self, rho: f64, n_steps: usize) -> Peak {
        let log_likelihood = self.log_likelihood_at(rho);
        Peak { rho, place: Place::Boundary, log_likelihood, se_known_thresholds: None, se: None, n_steps }
    }

    /// ρ at which the covariance of the category numbers, as a series of five terms in ρ, is the observed one: near enough for
    /// Newton's method to need two or three steps.
    fn moment_estimate(&self) -> f64 {
        let n_columns = self.n_columns();
        let (mut n, mut sum_x, mut sum_y, mut sum_xy) = (0.0, 0.0, 0.0, 0.0);
        for (x, row) in self.counts.chunks_exact(n_columns).enumerate() {
            for (y, &count) in row.iter().enumerate() {
                let (x, y) = (x as f64, y as f64);
                n += count;
                sum_x += count * x;
                sum_y += count * y;
                sum_xy += count * x * y;
            }
        }
        let covariance = sum_xy / n - sum_x / n * (sum_y / n);
        let (g, h) = (self.rows.hermite_sums(), self.columns.hermite_sums());
        let terms = [g[0] * h[0], g[1] * h[1] / 2.0, g[2] * h[2] / 6.0, g[3] * h[3] / 24.0, g[4] * h[4] / 120.0];
        let mut rho = (covariance / terms[0]).clamp(-0.95, 0.95);
        for _ in 0..4 {
            let value = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * rho);
            let slope =
                terms.iter().enumerate().rev().fold(0.0, |sum, (power, term)| sum * rho + (power + 1) as f64 * term);
            let next = rho + (covariance - value) / slope;
            if !next.is_finite() {
                break;
            }
            rho = next.clamp(-0.97, 0.97);
        }
        if rho.is_finite() { rho } else { 0.0 }
    }

    /// Probabilities of all cells: one integral an inner corner, margins where a cell reaches the border.
    fn cells(&self, pair: &BivariateNormal) -> Cells {
        let n_columns = self.n_columns();
        let n_cells = self.counts.len();
        let mut cells = Cells { shares: vec![0.0; n_cells], slopes: vec![0.0; n_cells], bends: vec![0.0; n_cells] };
        let rho = pair.rho();
        let rest = (1.0 - rho) * (1.0 + rho);
        // The corners below a row and above it; the first column is the lower border.
        let mut above = vec![(0.0, 0.0, 0.0); n_columns + 1];
        let mut below = above.clone();
        for row in 0..self.rows.n_categories() {
            if let (Some(&h), Some(&share_h)) = (self.rows.thresholds.get(row), self.rows.shares.get(row)) {
                for (column, (&k, &share_k)) in self.columns.thresholds.iter().zip(&self.columns.shares).enumerate() {
                    let share = pair.cdf_from_margins(h, k, share_h, share_k);
                    let (slope, bend) = if rest > 0.0 {
                        let density = pair.density_off_line(h, k);
                        let product = (1.0 + rho * rho) * h * k - rho * (h * h + k * k);
                        (density, density * (rho + product / rest) / rest)
                    } else {
                        (0.0, 0.0)
                    };
                    below[column + 1] = (share, slope, bend);
                }
                below[n_columns] = (share_h, 0.0, 0.0);
            } else {
                for (corner, &share_k) in below[1..].iter_mut().zip(self.columns.shares.iter().chain(&[1.0])) {
                    *corner = (share_k, 0.0, 0.0);
                }
            }
            for column in 0..n_columns {
                let (a, b, c, d) = (below[column + 1], above[column + 1], below[column], above[column]);
                let cell = row * n_columns + column;
                let share = (a.0 - b.0) - (c.0 - d.0);
                let is_resolved = share >= SMALL || self.counts[cell] == 0.0;
                cells.shares[cell] = if is_resolved { share } else { self.small_cell(pair, row, column) };
                cells.slopes[cell] = (a.1 - b.1) - (c.1 - d.1);
                cells.bends[cell] = (a.2 - b.2) - (c.2 - d.2);
            }
            std::mem::swap(&mut above, &mut below);
        }
        cells
    }

    /// Probability of a cell that differences of corners cannot resolve.
    fn small_cell(&self, pair: &BivariateNormal, row: usize, column: usize) -> f64 {
        let limits = |cuts: &Cuts, category: usize| {
            let lower = category.checked_sub(1).and_then(|below| cuts.thresholds.get(below)).copied();
            let upper = cuts.thresholds.get(category).copied();
            (lower.unwrap_or(f64::NEG_INFINITY), upper.unwrap_or(f64::INFINITY))
        };
        let ((h1, h2), (k1, k2)) = (limits(&self.rows, row), limits(&self.columns, column));
        pair.small_rectangle((h1, k1), (h2, k2))
    }

    /// Slopes of the log-likelihood; `None` where somebody is in an impossible cell.
    fn slopes(&self, cells: &Cells) -> Option<Slopes> {
        let mut slopes = Slopes { score: 0.0, observed: 0.0, squared: 0.0 };
        for (cell, &count) in self.counts.iter().enumerate() {
            if count == 0.0 {
                continue;
            }
            let share = cells.shares[cell];
            if share < SMALLEST_CELL {
                return None;
            }
            let score = cells.slopes[cell] / share;
            slopes.score += count * score;
            slopes.squared += count * score * score;
            slopes.observed += count * (score * score - cells.bends[cell] / share);
        }
        Some(slopes)
    }

    pub(super) fn log_likelihood_at(&self, rho: f64) -> f64 {
        BivariateNormal::new(rho).map_or(f64::NEG_INFINITY, |pair| self.log_likelihood(&self.cells(&pair).shares))
    }

    /// Σ n·ln π over the cells with somebody in them.
    fn log_likelihood(&self, shares: &[f64]) -> f64 {
        let occupied = self.counts.iter().zip(shares).filter(|(count, _)| **count > 0.0);
        occupied.map(|(count, &share)| count * ln(share.max(0.0))).sum()
    }

    /// Standard error of ρ when the thresholds are estimated from the margins of the same table.
    ///
    /// To first order ρ̂ − ρ is the mean over the respondents of [s − Σ I(ρ,τ)·ψ(τ)]/I(ρ,ρ), with the score s of ρ, the sums of products
    /// I of the scores, and ψ(τ) = (1[at or below τ] − Φ(τ))/φ(τ), the influence of a respondent on a threshold.
    fn two_step_se(&self, pair: &BivariateNormal, cells: &Cells) -> Option<f64> {
        let n_columns = self.n_columns();
        let n_rows = self.rows.n_categories();
        let score = |cell: usize| if self.counts[cell] > 0.0 { cells.slopes[cell] / cells.shares[cell] } else { 0.0 };
        // n·s/π, what a change of a cell's probability does to the sum of products.
        let weight = |cell: usize| {
            if self.counts[cell] > 0.0 { self.counts[cell] * score(cell) / cells.shares[cell] } else { 0.0 }
        };
        let information: f64 = (0..self.counts.len()).map(|cell| self.counts[cell] * score(cell) * score(cell)).sum();
        // Effect of each category on the sum of the thresholds' influences.
        let mut row_effects = vec![0.0; n_rows];
        for (cut, &h) in self.rows.thresholds.iter().enumerate() {
            let mut before = 0.0;
            let mut product = 0.0;
            for column in 0..n_columns {
                let k = self.columns.thresholds.get(column).copied().unwrap_or(f64::INFINITY);
                let slope = pair.slope_by_first(h, k)?;
                let (cell, next) = (cut * n_columns + column, (cut + 1) * n_columns + column);
                product += (slope - before) * (weight(cell) - weight(next));
                before = slope;
            }
            spread(&mut row_effects, cut, product, self.rows.shares[cut], self.rows.densities[cut]);
        }
        let mut column_effects = vec![0.0; n_columns];
        for (cut, &k) in self.columns.thresholds.iter().enumerate() {
            let mut before = 0.0;
            let mut product = 0.0;
            for row in 0..n_rows {
                let h = self.rows.thresholds.get(row).copied().unwrap_or(f64::INFINITY);
                let slope = pair.slope_by_first(k, h)?;
                let (cell, next) = (row * n_columns + cut, row * n_columns + cut + 1);
                product += (slope - before) * (weight(cell) - weight(next));
                before = slope;
            }
            spread(&mut column_effects, cut, product, self.columns.shares[cut], self.columns.densities[cut]);
        }
        let n: f64 = self.counts.iter().sum();
        let squares: f64 = (0..self.counts.len())
            .map(|cell| {
                let influence = score(cell) - (row_effects[cell / n_columns] + column_effects[cell % n_columns]) / n;
                self.counts[cell] * influence * influence
            })
            .sum();
        let se = squares.sqrt() / information;
        se.is_finite().then_some(se)
    }
}

/// Adds product·(1[category at or below the cut] − Φ)/φ to the effect of each category.
fn spread(effects: &mut [f64], cut: usize, product: f64, share: f64, density: f64) {
    for (category, effect) in effects.iter_mut().enumerate() {
        let below = if category <= cut { 1.0 } else { 0.0 };
        *effect += product * (below - share) / density;
    }
}
