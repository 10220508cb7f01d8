//! Weights that give a sample the margins of a population (raking), and norms of weighted people.

mod weighted_scale;

pub use weighted_scale::{WeightedRow, WeightedScale};

/// The shares that the levels of one variable have in the population.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    variable: String,
    levels: Vec<(String, f64)>,
}

/// Why shares are no margin, or people cannot be raked to margins.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RakingError {
    /// Fewer than two levels.
    #[error("variable `{variable}` has {levels} levels; a margin has two or more")]
    TooFewLevels {
        /// The variable.
        variable: String,
        /// Number of levels.
        levels: usize,
    },
    /// A level stands twice.
    #[error("level `{level}` of variable `{variable}` stands twice")]
    DuplicateLevel {
        /// The variable.
        variable: String,
        /// The level.
        level: String,
    },
    /// A share that is not above 0 and below 1.
    #[error("level `{level}` of variable `{variable}`: share {share} is not above 0 and below 1")]
    Share {
        /// The variable.
        variable: String,
        /// The level.
        level: String,
        /// As given.
        share: f64,
    },
    /// Shares that are not everyone.
    #[error("the shares of variable `{variable}` add up to {sum}, not to 1")]
    ShareSum {
        /// The variable.
        variable: String,
        /// Their sum.
        sum: f64,
    },
    /// No margin at all.
    #[error("there is no margin to rake to")]
    NoMargins,
    /// A cell whose levels are not those of the margins.
    #[error("cell {cell_idx} does not name one level of each of the {variables} variables")]
    Cell {
        /// Index of the cell.
        cell_idx: usize,
        /// Number of variables.
        variables: usize,
    },
    /// A base weight that is not a finite number above 0.
    #[error("cell {cell_idx}: base weight {weight} is not a finite number above 0")]
    BaseWeight {
        /// Index of the cell.
        cell_idx: usize,
        /// As given.
        weight: f64,
    },
    /// A level of the population that nobody of the sample has: no weight can make up for them.
    #[error("nobody of the sample has level `{level}` of variable `{variable}`; join it with another level")]
    NobodyAtLevel {
        /// The variable.
        variable: String,
        /// The level.
        level: String,
    },
    /// Bounds that leave no room around 1.
    #[error("weights from {lowest} to {highest} do not include the mean weight of 1")]
    Bounds {
        /// Lower bound as given.
        lowest: f64,
        /// Upper bound as given.
        highest: f64,
    },
}

/// By how much the shares of a margin may miss 1, for shares that were printed with few decimals.
const SHARE_ROUNDING: f64 = 0.005;

impl Margin {
    /// Checks and wraps the shares of a variable; they are scaled to add up to 1 exactly.
    ///
    /// # Errors
    /// [`RakingError`] for fewer than two levels, levels that stand twice, shares that are not above 0 and below 1 or miss 1 by more
    /// than 0.005 together.
    pub fn new(variable: String, mut levels: Vec<(String, f64)>) -> Result<Self, RakingError> {
        if levels.len() < 2 {
            return Err(RakingError::TooFewLevels { variable, levels: levels.len() });
        }
        for (idx, (level, share)) in levels.iter().enumerate() {
            if levels.iter().take(idx).any(|(earlier, _)| earlier == level) {
                return Err(RakingError::DuplicateLevel { variable, level: level.clone() });
            }
            if !(*share > 0.0 && *share < 1.0) {
                return Err(RakingError::Share { variable, level: level.clone(), share: *share });
            }
        }
        let sum: f64 = levels.iter().map(|(_, share)| share).sum();
        if (sum - 1.0).abs() > SHARE_ROUNDING {
            return Err(RakingError::ShareSum { variable, sum });
        }
        levels.iter_mut().for_each(|(_, share)| *share /= sum);
        Ok(Self { variable, levels })
    }

    /// Name of the variable.
    #[must_use]
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// Levels with their shares, which add up to 1.
    #[must_use]
    pub fn levels(&self) -> &[(String, f64)] {
        &self.levels
    }

    /// Index of a level by its name.
    #[must_use]
    pub fn level_idx(&self, name: &str) -> Option<usize> {
        self.levels.iter().position(|(level, _)| level == name)
    }
}

/// People who share their levels and their base weight.
#[derive(Debug, Clone, PartialEq)]
pub struct RakingCell {
    /// One level index a margin.
    pub levels: Vec<usize>,
    /// Weight before raking, 1 where there is none.
    pub base_weight: f64,
    /// Number of people.
    pub count: u64,
}

/// How weights are raked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RakingConfig {
    /// Lowest and highest weight, as multiples of the mean weight; `None` is free.
    pub bounds: Option<(f64, f64)>,
    /// Most cycles over all variables.
    pub max_cycles: usize,
    /// Done when no weight moves by more than this in a cycle.
    pub weight_tolerance: f64,
    /// The margins are met when no share is further away than this.
    pub share_tolerance: f64,
}

impl RakingConfig {
    /// Free weights, 10,000 cycles, weights to 1e-13, shares to 1e-6.
    #[must_use]
    pub fn free() -> Self {
        Self { bounds: None, max_cycles: 10_000, weight_tolerance: 1e-13, share_tolerance: 1e-6 }
    }
}

/// How raking ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RakingOutcome {
    /// Weights came to rest and the margins are met.
    Converged,
    /// Weights came to rest, but bounds or empty combinations keep the margins from being met.
    MarginsMissed,
    /// Weights still moved after the last cycle.
    StillMoving,
}

/// Weights of the cells, and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct RakedWeights {
    /// One a cell; their mean over people is 1.
    pub weights: Vec<f64>,
    /// How raking ended.
    pub outcome: RakingOutcome,
    /// Cycles done.
    pub n_cycles: usize,
    /// Largest |share reached − share wanted|.
    pub largest_gap: f64,
    /// Weighted share of each level of each margin.
    pub shares: Vec<Vec<f64>>,
    /// People whose weight was raised to the lower bound.
    pub n_raised: u64,
    /// People whose weight was cut at the upper bound.
    pub n_cut: u64,
}

impl RakedWeights {
    /// Kish's effective sample size (Σw)²/Σw²: how many people drawn without weights would say as much.
    ///
    /// `None` without people.
    #[must_use]
    pub fn effective_n(&self, cells: &[RakingCell]) -> Option<f64> {
        effective_sample_size(self.weights.iter().zip(cells).map(|(weight, cell)| (*weight, cell.count)))
    }
}

/// Kish's effective sample size (Σw)²/Σw² of weights with the number of people that have each.
///
/// `None` without people or with weights that are not finite and above 0 together.
///
/// # References
/// Kish (1965), *Survey sampling*, section 11.7; the design effect of weighting is n divided by it.
/// # Agreement
/// Oracle `norms/raking`, within 1e-9 relative.
#[must_use]
pub fn effective_sample_size(weights: impl Iterator<Item = (f64, u64)>) -> Option<f64> {
    let (mut sum, mut squares) = (0.0, 0.0);
    for (weight, count) in weights {
        sum += weight * count as f64;
        squares += weight * weight * count as f64;
    }
    Some(sum * sum / squares).filter(|n| n.is_finite() && *n > 0.0)
}

/// Rakes a sample to margins (iterative proportional fitting): for one variable after the other the weights of each level are
/// multiplied by wanted share/weighted share, in cycles until no weight moves; then the mean weight is 1.
///
/// With bounds, weights are cut to them at the end of each cycle, so that the other people make up for those cut. Where that is not
/// possible the margins are missed, which the outcome says; the last scaling to a mean of 1 may then pass the bounds a little.
///
/// # Errors
/// [`RakingError`] for cells that do not fit the margins, levels that nobody has, and bounds around which there is no room.
///
/// # Examples
/// ```
/// use engine::norms::raking::{Margin, RakingCell, RakingConfig, rake};
/// let sex = Margin::new("sex".to_owned(), vec![("F".to_owned(), 0.5), ("M".to_owned(), 0.5)])?;
/// let cells = [(0, 30), (1, 10)].map(|(level, count)| RakingCell { levels: vec![level], base_weight: 1.0, count });
/// let raked = rake(&cells, &[sex], &RakingConfig::free())?;
/// // 20 of 40 people each: 20/30 and 20/10.
/// assert!((raked.weights[0] - 2.0 / 3.0).abs() < 1e-12 && (raked.weights[1] - 2.0).abs() < 1e-12);
/// // 40²/(30·4/9 + 10·4) = 30.
/// assert!((raked.effective_n(&cells).ok_or("nobody")? - 30.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// # References
/// Deming & Stephan (1940), The Annals of Mathematical Statistics 11, 427–444, doi:10.1214/aoms/1177731829
/// # Agreement
/// Oracle `norms/raking`, within 1e-9 relative, with and without bounds.
pub fn rake(cells: &[RakingCell], margins: &[Margin], config: &RakingConfig) -> Result<RakedWeights, RakingError> {
    check(cells, margins, config)?;
    let n: f64 = cells.iter().map(|cell| cell.count as f64).sum();
    let mut weights: Vec<f64> = cells.iter().map(|cell| cell.base_weight).collect();
    center(&mut weights, cells, n);
    let (mut n_cycles, mut moved) = (0, f64::INFINITY);
    let (mut raised, mut cut) = (vec![false; cells.len()], vec![false; cells.len()]);
    while n_cycles < config.max_cycles && moved > config.weight_tolerance {
        n_cycles += 1;
        let before = weights.clone();
        for (margin_idx, margin) in margins.iter().enumerate() {
            let now = shares(&weights, cells, margin_idx, margin);
            for (weight, cell) in weights.iter_mut().zip(cells) {
                let level = cell.levels[margin_idx];
                *weight *= margin.levels[level].1 / now[level];
            }
        }
        center(&mut weights, cells, n);
        if let Some((lowest, highest)) = config.bounds {
            for (idx, weight) in weights.iter_mut().enumerate() {
                (raised[idx], cut[idx]) = (*weight < lowest, *weight > highest);
                *weight = weight.clamp(lowest, highest);
            }
        }
        moved = before.iter().zip(&weights).map(|(before, now)| (before - now).abs()).fold(0.0, f64::max);
    }
    center(&mut weights, cells, n);
    let shares: Vec<Vec<f64>> =
        margins.iter().enumerate().map(|(idx, margin)| self::shares(&weights, cells, idx, margin)).collect();
    let gaps = shares.iter().zip(margins).flat_map(|(shares, margin)| shares.iter().zip(&margin.levels));
    let largest_gap = gaps.map(|(share, (_, wanted))| (share - wanted).abs()).fold(0.0, f64::max);
    let outcome = match (moved <= config.weight_tolerance, largest_gap <= config.share_tolerance) {
        (true, true) => RakingOutcome::Converged,
        (true, false) => RakingOutcome::MarginsMissed,
        (false, _) => RakingOutcome::StillMoving,
    };
    let people =
        |marked: &[bool]| cells.iter().zip(marked).filter(|(_, marked)| **marked).map(|(cell, _)| cell.count).sum();
    Ok(RakedWeights { weights, outcome, n_cycles, largest_gap, shares, n_raised: people(&raised), n_cut: people(&cut) })
}

fn check(cells: &[RakingCell], margins: &[Margin], config: &RakingConfig) -> Result<(), RakingError> {
    if margins.is_empty() {
        return Err(RakingError::NoMargins);
    }
    for (cell_idx, cell) in cells.iter().enumerate() {
        let fits = cell.levels.len() == margins.len()
            && cell.levels.iter().zip(margins).all(|(level, margin)| *level < margin.levels.len());
        if !fits {
            return Err(RakingError::Cell { cell_idx, variables: margins.len() });
        }
        // Far within what sums and products of weights can hold.
        if !(cell.base_weight >= 1e-100 && cell.base_weight <= 1e100) {
            return Err(RakingError::BaseWeight { cell_idx, weight: cell.base_weight });
        }
    }
    for (margin_idx, margin) in margins.iter().enumerate() {
        for (level_idx, (level, _)) in margin.levels.iter().enumerate() {
            if !cells.iter().any(|cell| cell.count > 0 && cell.levels[margin_idx] == level_idx) {
                return Err(RakingError::NobodyAtLevel { variable: margin.variable.clone(), level: level.clone() });
            }
        }
    }
    if let Some((lowest, highest)) = config.bounds
        && !((0.0..1.0).contains(&lowest) && highest > 1.0)
    {
        return Err(RakingError::Bounds { lowest, highest });
    }
    Ok(())
}

/// Makes the mean weight of people 1.
fn center(weights: &mut [f64], cells: &[RakingCell], n: f64) {
    let sum: f64 = weights.iter().zip(cells).map(|(weight, cell)| weight * cell.count as f64).sum();
    weights.iter_mut().for_each(|weight| *weight *= n / sum);
}

fn shares(weights: &[f64], cells: &[RakingCell], margin_idx: usize, margin: &Margin) -> Vec<f64> {
    let mut sums = vec![0.0; margin.levels.len()];
    let mut all = 0.0;
    for (weight, cell) in weights.iter().zip(cells) {
        let part = weight * cell.count as f64;
        sums[cell.levels[margin_idx]] += part;
        all += part;
    }
    sums.iter().map(|sum| sum / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn margin(name: &str, shares: &[(&str, f64)]) -> Margin {
        Margin::new(name.to_owned(), shares.iter().map(|(level, share)| ((*level).to_owned(), *share)).collect())
            .unwrap()
    }

    fn cells(counts: &[(&[usize], u64)]) -> Vec<RakingCell> {
        let cell =
            |(levels, count): &(&[usize], u64)| RakingCell { levels: levels.to_vec(), base_weight: 1.0, count: *count };
        counts.iter().map(cell).collect()
    }

    fn two_by_two() -> (Vec<Margin>, Vec<RakingCell>) {
        let margins = vec![margin("sex", &[("F", 0.5), ("M", 0.5)]), margin("age", &[("young", 0.3), ("old", 0.7)])];
        (margins, cells(&[(&[0, 0], 60), (&[0, 1], 20), (&[1, 0], 15), (&[1, 1], 5)]))
    }

    #[test]
    fn independent_margins_multiply() {
        // 60:20 = 15:5: the sample is independent, so that weights are products of share ratios: .5·.3/.6 and so on.
        let (margins, cells) = two_by_two();
        let raked = rake(&cells, &margins, &RakingConfig::free()).unwrap();
        for (got, expected) in raked.weights.iter().zip([0.25, 1.75, 1.0, 7.0]) {
            assert!((got - expected).abs() < 1e-12, "{raked:?}");
        }
        assert_eq!(raked.outcome, RakingOutcome::Converged);
    }

    #[test]
    fn bounds_that_forbid_the_margins_are_told() {
        let (margins, cells) = two_by_two();
        let config = RakingConfig { bounds: Some((0.5, 1.5)), ..RakingConfig::free() };
        let raked = rake(&cells, &margins, &config).unwrap();
        assert_ne!(raked.outcome, RakingOutcome::Converged);
        assert!(raked.largest_gap > 0.05 && raked.n_cut > 0);
        let wide = RakingConfig { bounds: Some((0.1, 10.0)), ..RakingConfig::free() };
        assert_eq!(rake(&cells, &margins, &wide).unwrap().outcome, RakingOutcome::Converged);
    }

    #[test]
    fn what_cannot_be_raked_is_refused() {
        let (margins, cells) = two_by_two();
        let config = RakingConfig::free();
        let refused = |cells: &[RakingCell], margins: &[Margin]| rake(cells, margins, &config).unwrap_err();
        assert_eq!(refused(&cells, &[]), RakingError::NoMargins);
        assert!(matches!(refused(&cells[..2], &margins), RakingError::NobodyAtLevel { .. }));
        let mut bad = cells.clone();
        bad[1].levels = vec![0, 2];
        assert_eq!(refused(&bad, &margins), RakingError::Cell { cell_idx: 1, variables: 2 });
        bad.clone_from(&cells);
        bad[3].base_weight = f64::NAN;
        assert!(matches!(refused(&bad, &margins), RakingError::BaseWeight { cell_idx: 3, .. }));
        let config = RakingConfig { bounds: Some((1.2, 3.0)), ..config };
        assert!(matches!(rake(&cells, &margins, &config), Err(RakingError::Bounds { .. })));
        let new = |shares: &[(&str, f64)]| {
            Margin::new("x".to_owned(), shares.iter().map(|(l, s)| ((*l).to_owned(), *s)).collect()).unwrap_err()
        };
        assert!(matches!(new(&[("a", 1.0)]), RakingError::TooFewLevels { .. }));
        assert!(matches!(new(&[("a", 0.5), ("a", 0.5)]), RakingError::DuplicateLevel { .. }));
        assert!(matches!(new(&[("a", 0.0), ("b", 1.0)]), RakingError::Share { .. }));
        assert!(matches!(new(&[("a", 0.5), ("b", 0.4)]), RakingError::ShareSum { .. }));
    }

    #[test]
    fn empty_combinations_may_keep_margins_from_being_met() {
        // All women are young and all men old: sexes and ages cannot have different shares.
        let margins = vec![margin("sex", &[("F", 0.5), ("M", 0.5)]), margin("age", &[("young", 0.3), ("old", 0.7)])];
        let raked = rake(&cells(&[(&[0, 0], 10), (&[1, 1], 10)]), &margins, &RakingConfig::free()).unwrap();
        assert_eq!(raked.outcome, RakingOutcome::MarginsMissed);
        assert!((raked.largest_gap - 0.2).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn raked_shares_are_the_margins(counts in prop::collection::vec(1..50_u64, 6), f in 0.1..0.9_f64, a in 0.1..0.4_f64, b in 0.1..0.4_f64) {
            let margins = [margin("sex", &[("F", f), ("M", 1.0 - f)]), margin("age", &[("1", a), ("2", b), ("3", 1.0 - a - b)])];
            let at = |idx: usize| RakingCell { levels: vec![idx % 2, idx / 2], base_weight: 1.0, count: counts[idx] };
            let cells: Vec<RakingCell> = (0..6).map(at).collect();
            let raked = rake(&cells, &margins, &RakingConfig::free()).unwrap();
            prop_assert_eq!(raked.outcome, RakingOutcome::Converged);
            let n: u64 = counts.iter().sum();
            let mean = raked.weights.iter().zip(&counts).map(|(w, c)| w * *c as f64).sum::<f64>() / n as f64;
            prop_assert!((mean - 1.0).abs() < 1e-9);
            prop_assert!(raked.effective_n(&cells).unwrap() <= n as f64 + 1e-9);
        }
    }
}
