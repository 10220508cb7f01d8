//! Split-half reliability: one division of the items, or all of them.

use rand::{Rng, RngExt as _};

use crate::reliability::alpha::check_division;
use crate::reliability::item_covariances::{ItemCovariances, ReliabilityError};

/// Longest scale of which all splits can be asked for: 1,352,078 of them.
pub const MOST_EXHAUSTIVE_ITEMS: usize = 24;

/// Reliability of a scale from one division of its items into two halves.
///
/// # References
/// Spearman (1910), British Journal of Psychology 3, 271–295; Rulon (1939), Harvard Educational Review 9, 99–103;
/// Horst (1951), Educational and Psychological Measurement 11, 368–371.
/// # Agreement
/// Oracle `reliability/guttman_split_half` (definitions, psych), within 1e-10 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitHalf {
    /// Number of items of the first half, and of the second.
    pub n_items: [usize; 2],
    /// Correlation of the sums of the halves (r). `None` when one of them has no spread.
    pub correlation: Option<f64>,
    /// 2r/(1 + r): for parallel halves. `None` without a correlation, or with one of −1.
    pub spearman_brown: Option<f64>,
    /// 2·(1 − (s₁² + s₂²)/s²), with s² the variance of the whole sum: for halves of unequal spread. The same number as Guttman's
    /// lambda 4 of this split, and as Rulon's 1 − variance of the difference/s².
    pub guttman_flanagan: f64,
    /// Spearman–Brown for halves of unequal length, shares p and q of the items: 2r/(√(r² + 4(1 − r²)pq) + r). `None` as
    /// Spearman–Brown.
    pub horst: Option<f64>,
}

impl SplitHalf {
    /// Items 1, 3, 5 … against items 2, 4, 6 ….
    #[must_use]
    pub fn odd_even(items: &ItemCovariances) -> Self {
        let is_odd: Vec<f64> = (0..items.n_items()).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        Self::of_signs(items, &is_odd)
    }

    /// A division of your own: the places of the items of both halves.
    ///
    /// # Errors
    /// [`ReliabilityError::NotADivision`] unless each item is in one half, [`ReliabilityError::SmallGroup`] for an empty half.
    pub fn of_halves(items: &ItemCovariances, first: &[usize], second: &[usize]) -> Result<Self, ReliabilityError> {
        check_division(items.n_items(), &[first.to_vec(), second.to_vec()])?;
        if let Some(group_idx) = [first, second].iter().position(|half| half.is_empty()) {
            return Err(ReliabilityError::SmallGroup { group_idx, n_items: 0, needed: 1 });
        }
        let sign = |i: usize| if first.contains(&i) { 1.0 } else { -1.0 };
        Ok(Self::of_signs(items, &(0..items.n_items()).map(sign).collect::<Vec<_>>()))
    }

    fn of_signs(items: &ItemCovariances, signs: &[f64]) -> Self {
        let c = items.matrix();
        let (mut first, mut second, mut between) = (0.0, 0.0, 0.0);
        for (j, sign_j) in signs.iter().enumerate() {
            for (i, sign_i) in signs.iter().enumerate() {
                match (*sign_i > 0.0, *sign_j > 0.0) {
                    (true, true) => first += c[(i, j)],
                    (false, false) => second += c[(i, j)],
                    (true, false) => between += c[(i, j)],
                    (false, true) => {}
                }
            }
        }
        let n_first = signs.iter().filter(|sign| **sign > 0.0).count();
        let n_items = [n_first, signs.len() - n_first];
        let rounding = 1e-12 * c.trace();
        let correlation = (first > rounding && second > rounding)
            .then(|| between / (first.sqrt() * second.sqrt()))
            // Pairwise covariances can pass 1 by more than rounding; there is no correlation then.
            .filter(|r| r.abs() <= 1.0 + 1e-9)
            .map(|r| r.clamp(-1.0, 1.0));
        let stepped_up = correlation.filter(|r| *r > -1.0);
        let shares = (n_items[0] * n_items[1]) as f64 / (signs.len() * signs.len()) as f64;
        Self {
            n_items,
            correlation,
            spearman_brown: stepped_up.map(|r| 2.0 * r / (1.0 + r)),
            guttman_flanagan: 4.0 * between / items.total_variance(),
            horst: stepped_up.map(|r| 2.0 * r / ((r * r + 4.0 * (1.0 - r * r) * shares).sqrt() + r)),
        }
    }
}

/// Which splits into halves to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitSearch {
    /// All splits are looked at up to this many items; at most [`MOST_EXHAUSTIVE_ITEMS`] counts.
    pub exhaustive_up_to: usize,
    /// Beyond, this many random splits; a split may come more than once.
    pub n_random: usize,
}

impl SplitSearch {
    /// All splits up to 16 items (6435), else 10,000 random ones.
    #[must_use]
    pub fn up_to_16_items() -> Self {
        Self { exhaustive_up_to: 16, n_random: 10_000 }
    }
}

/// Whether all splits were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitCoverage {
    /// All of them: the highest and the lowest are the highest and the lowest there are.
    Exhaustive,
    /// Random ones: the highest possible coefficient is at least the highest found, and the mean is an estimate.
    Random,
}

/// Guttman's lambda 4 over splits of a scale into halves (for an odd number of items, one half has one more).
///
/// # References
/// Guttman (1945), Psychometrika 10, 255–282, doi:10.1007/BF02288892; over all splits into equal halves the mean is alpha:
/// Cronbach (1951), Psychometrika 16, 297–334, doi:10.1007/BF02310555
/// # Agreement
/// Oracle `reliability/guttman_split_half` (all splits in R, psych), within 1e-10 relative.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitHalves {
    /// All splits, or random ones.
    pub coverage: SplitCoverage,
    /// Number of splits looked at; each split counts once, whichever half is named first.
    pub n_splits: usize,
    /// The highest lambda 4. Chosen after the fact: it is too high in small samples.
    pub highest: f64,
    /// Items of the half that gives the highest, in order.
    pub highest_half: Vec<usize>,
    /// The lowest lambda 4.
    pub lowest: f64,
    /// Items of the half that gives the lowest, in order.
    pub lowest_half: Vec<usize>,
    /// Mean of lambda 4.
    pub mean: f64,
}

impl SplitHalves {
    /// Lambda 4 of all splits, or of random ones, from the covariances of the items.
    ///
    /// - `rng`: used for random splits only; the same seed gives the same splits.
    ///
    /// `None` when random splits are needed and `n_random` is 0.
    #[must_use]
    pub fn of(items: &ItemCovariances, search: SplitSearch, rng: &mut impl Rng) -> Option<Self> {
        let k = items.n_items();
        let mut found = Tally::new(items);
        if k <= search.exhaustive_up_to.min(MOST_EXHAUSTIVE_ITEMS) {
            all_halves(k, |half| found.add(half));
            return found.finish(SplitCoverage::Exhaustive);
        }
        let mut order: Vec<usize> = (0..k).collect();
        for _ in 0..search.n_random {
            for place in 0..k / 2 {
                order.swap(place, rng.random_range(place..k));
            }
            found.add(&order[..k / 2]);
        }
        found.finish(SplitCoverage::Random)
    }
}

/// Calls `each` with every half of ⌊k/2⌋ items; for an even k only with the halves that hold item 0, so that each split comes once.
fn all_halves(k: usize, mut each: impl FnMut(&[usize])) {
    let size = k / 2;
    let first_free = usize::from(k.is_multiple_of(2));
    let mut half: Vec<usize> = (0..size).collect();
    loop {
        each(&half);
        // The last place that can still move on; all behind it follow closely.
        let Some(place) = (first_free..size).rev().find(|&place| half[place] < k - size + place) else { return };
        half[place] += 1;
        for later in place + 1..size {
            half[later] = half[later - 1] + 1;
        }
    }
}

/// Lambda 4 of one split after the other.
struct Tally<'a> {
    items: &'a ItemCovariances,
    row_sums: Vec<f64>,
    total: f64,
    n: usize,
    sum: f64,
    highest: Option<(f64, Vec<usize>)>,
    lowest: Option<(f64, Vec<usize>)>,
}

impl<'a> Tally<'a> {
    fn new(items: &'a ItemCovariances) -> Self {
        let row_sums = items.matrix().column_iter().map(|column| column.sum()).collect();
        Self { items, row_sums, total: items.total_variance(), n: 0, sum: 0.0, highest: None, lowest: None }
    }

    /// 4·Σ c_ij/V over i within and j outside the half: its row sums less what is within.
    fn add(&mut self, half: &[usize]) {
        let c = self.items.matrix();
        let rows: f64 = half.iter().map(|&i| self.row_sums[i]).sum();
        let within: f64 = half.iter().map(|&j| half.iter().map(|&i| c[(i, j)]).sum::<f64>()).sum();
        let lambda4 = 4.0 * (rows - within) / self.total;
        self.n += 1;
        self.sum += lambda4;
        let replace = |kept: &mut Option<(f64, Vec<usize>)>, better: bool| {
            if better {
                *kept = Some((lambda4, half.to_vec()));
            }
        };
        let (above, below) = (
            self.highest.as_ref().is_none_or(|(value, _)| lambda4 > *value),
            self.lowest.as_ref().is_none_or(|(value, _)| lambda4 < *value),
        );
        replace(&mut self.highest, above);
        replace(&mut self.lowest, below);
    }

    fn finish(self, coverage: SplitCoverage) -> Option<SplitHalves> {
        let ((highest, mut highest_half), (lowest, mut lowest_half)) = (self.highest?, self.lowest?);
        highest_half.sort_unstable();
        lowest_half.sort_unstable();
        let mean = self.sum / self.n as f64;
        Some(SplitHalves { coverage, n_splits: self.n, highest, highest_half, lowest, lowest_half, mean })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    use crate::reliability::alpha::Alpha;

    fn items(k: usize, c: impl FnMut(usize, usize) -> f64) -> ItemCovariances {
        ItemCovariances::new(DMatrix::from_fn(k, k, c), 100).unwrap()
    }

    fn rng() -> ChaCha12Rng {
        ChaCha12Rng::seed_from_u64(7)
    }

    #[test]
    fn one_split_worked_by_hand() {
        // Four items, variances 1, items 1 and 3 alike (.6), 2 and 4 alike (.4), others .2. Odd half: 2 + 1.2 = 3.2; even 2.8;
        // between 4·.2 = .8; whole 7.6.
        let four = items(4, |i, j| match (i, j) {
            (i, j) if i == j => 1.0,
            (0, 2) | (2, 0) => 0.6,
            (1, 3) | (3, 1) => 0.4,
            _ => 0.2,
        });
        let split = SplitHalf::odd_even(&four);
        let r = 0.8 / (3.2_f64 * 2.8).sqrt();
        assert_eq!(split.n_items, [2, 2]);
        assert!((split.correlation.unwrap() - r).abs() < 1e-15);
        assert!((split.spearman_brown.unwrap() - 2.0 * r / (1.0 + r)).abs() < 1e-15);
        assert!((split.horst.unwrap() - 2.0 * r / (1.0 + r)).abs() < 1e-15);
        assert!((split.guttman_flanagan - 3.2 / 7.6).abs() < 1e-15);
        assert_eq!(SplitHalf::of_halves(&four, &[2, 0], &[1, 3]).unwrap(), split);
        // The best of three splits puts alike items apart: between 1.0 + .2·2 = 1.4.
        let all = SplitHalves::of(&four, SplitSearch::up_to_16_items(), &mut rng()).unwrap();
        assert_eq!((all.n_splits, all.coverage), (3, SplitCoverage::Exhaustive));
        assert!((all.highest - 4.0 * 1.4 / 7.6).abs() < 1e-15 && (all.lowest - 3.2 / 7.6).abs() < 1e-15);
        assert_eq!((all.highest_half, all.lowest_half), (vec![0, 1], vec![0, 2]));
    }

    #[test]
    fn halves_of_unequal_length_are_stepped_up_by_their_shares() {
        // Parallel items with correlation ρ: the reliability of all k is kρ/(1 + (k − 1)ρ), which Horst's formula finds from any split.
        let three = items(3, |i, j| if i == j { 1.0 } else { 0.3 });
        let split = SplitHalf::odd_even(&three);
        assert_eq!(split.n_items, [2, 1]);
        assert!((split.horst.unwrap() - 0.9 / 1.6).abs() < 1e-14);
        assert!(split.spearman_brown.unwrap() < split.horst.unwrap());
    }

    #[test]
    fn halves_that_are_no_halves_are_refused() {
        let three = items(3, |i, j| if i == j { 1.0 } else { 0.3 });
        assert!(SplitHalf::of_halves(&three, &[0, 1, 2], &[]).is_err());
        assert!(SplitHalf::of_halves(&three, &[0, 1], &[1, 2]).is_err());
        assert!(SplitHalf::of_halves(&three, &[0], &[1]).is_err());
    }

    #[test]
    fn a_half_without_spread_has_no_correlation() {
        // Items 1 and 3 cancel out.
        let three = items(3, |i, j| [[1.0, 0.0, -1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]][i][j]);
        let split = SplitHalf::odd_even(&three);
        assert_eq!((split.correlation, split.spearman_brown, split.horst), (None, None, None));
        assert_eq!(split.guttman_flanagan, 0.0);
        let opposite = SplitHalf::of_signs(&items(2, |i, j| [[1.0, -2.0], [-2.0, 4.0]][i][j]), &[1.0, -1.0]);
        assert_eq!((opposite.correlation, opposite.spearman_brown, opposite.horst), (Some(-1.0), None, None));
    }

    #[test]
    fn the_number_of_splits_is_that_of_combinations() {
        for (k, expected) in [(2, 1), (3, 3), (4, 3), (5, 10), (10, 126), (16, 6435)] {
            let mut n = 0;
            all_halves(k, |half| {
                assert!(half.len() == k / 2 && half.windows(2).all(|pair| pair[0] < pair[1]));
                n += 1;
            });
            assert_eq!(n, expected, "{k} items");
        }
    }

    #[test]
    fn random_splits_say_so_and_repeat_with_their_seed() {
        let many = items(30, |i, j| if i == j { 1.0 } else { 0.1 + 0.01 * ((i * j) % 7) as f64 });
        let search = SplitSearch { exhaustive_up_to: 16, n_random: 500 };
        let one = SplitHalves::of(&many, search, &mut rng()).unwrap();
        assert_eq!((one.coverage, one.n_splits), (SplitCoverage::Random, 500));
        assert_eq!(Some(&one), SplitHalves::of(&many, search, &mut rng()).as_ref());
        // The mean over splits is alpha; the splits of this matrix differ by less than .1.
        assert!((one.mean - Alpha::of(&many).alpha).abs() < 0.01);
        assert_eq!(SplitHalves::of(&many, SplitSearch { n_random: 0, ..search }, &mut rng()), None);
    }

    proptest! {
        #[test]
        fn the_mean_over_all_equal_splits_is_alpha(seed in prop::collection::vec(-1.0..1.0_f64, 42)) {
            let root = DMatrix::from_row_slice(6, 7, &seed);
            if let Ok(items) = ItemCovariances::new(&root * root.transpose(), 50) {
                let all = SplitHalves::of(&items, SplitSearch::up_to_16_items(), &mut rng()).unwrap();
                let alpha = Alpha::of(&items).alpha;
                prop_assert!((all.mean - alpha).abs() < 1e-9 * alpha.abs().max(1.0));
                prop_assert!(all.lowest <= all.mean + 1e-9 * alpha.abs().max(1.0) && all.highest <= 1.0 + 1e-9);
                let split = SplitHalf::of_halves(&items, &all.highest_half, &(0..6).filter(|i| !all.highest_half.contains(i)).collect::<Vec<_>>()).unwrap();
                prop_assert!((split.guttman_flanagan - all.highest).abs() < 1e-9 * alpha.abs().max(1.0));
            }
        }
    }
}
