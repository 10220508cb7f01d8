//! The best set of predictors of each size: every set is tried where that is feasible, else predictors are added and exchanged.

use nalgebra::DVector;

use super::least_squares::Reduced;

/// How the best set of a size was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchKind {
    /// Every set of that size was tried: none is better.
    Exhaustive,
    /// Predictors were added to a smaller set and exchanged one by one until none was better: a better set may exist.
    Exchange,
}

/// The best set found of one size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BestSet {
    /// Columns, rising.
    pub columns: Vec<usize>,
    /// Squares of the outcome that they leave.
    pub residual_squares: f64,
    pub search: SearchKind,
}

/// A predictor of which less than this share of its length is left is a combination of those before it.
const COLLINEAR: f64 = 1e-10;

/// Rounds of exchanges; each one lowers the residual, so that far fewer are ever used.
const MAX_ROUNDS: usize = 100;

/// The best sets of 1 to `max_size` predictors, by the squares they leave; sizes beyond the number of independent predictors are
/// left out. At most about `max_sets` smaller sets are extended in the exhaustive part.
pub(super) fn best_sets(reduced: &Reduced, max_size: usize, max_sets: u64) -> Vec<BestSet> {
    let n_columns = reduced.triangle.ncols();
    let max_size = max_size.min(n_columns);
    let mut depth = 0;
    let (mut sets, mut total) = (1_u64, 0_u64);
    while depth < max_size {
        // Sets of `depth` predictors are extended by one.
        total = total.saturating_add(sets);
        if total > max_sets.max(1) {
            break;
        }
        depth += 1;
        sets = sets.saturating_mul((n_columns - depth + 1) as u64) / depth as u64;
    }
    let mut search = Search { best: vec![None; depth], chosen: Vec::new() };
    let columns: Vec<DVector<f64>> = reduced.triangle.column_iter().map(|column| column.into_owned()).collect();
    let left = reduced.residual_squares + reduced.outcome.norm_squared();
    search.extend(&columns, 0, &reduced.outcome, left, depth);
    let found = search.best.into_iter().flatten();
    let mut best: Vec<BestSet> = found
        .map(|(residual_squares, columns)| BestSet { columns, residual_squares, search: SearchKind::Exhaustive })
        .collect();
    for size in best.len() + 1..=max_size {
        let start = best.last().map(|set| set.columns.clone()).unwrap_or_default();
        match exchanged(reduced, start, size) {
            Some(set) => best.push(set),
            None => break,
        }
    }
    best
}

struct Search {
    /// By size − 1: residual squares and columns.
    best: Vec<Option<(f64, Vec<usize>)>>,
    chosen: Vec<usize>,
}

impl Search {
    /// Adds each of `columns` (the predictors from `first` on, freed of those chosen) to the chosen ones.
    fn extend(&mut self, columns: &[DVector<f64>], first: usize, outcome: &DVector<f64>, left: f64, depth: usize) {
        for (offset, column) in columns.iter().enumerate() {
            let length = column.norm();
            if length < COLLINEAR {
                continue;
            }
            let direction = column / length;
            let gain = direction.dot(outcome);
            let residual = (left - gain * gain).max(0.0);
            let size = self.chosen.len();
            if self.best[size].as_ref().is_none_or(|(known, _)| residual < *known) {
                let mut columns = self.chosen.clone();
                columns.push(first + offset);
                self.best[size] = Some((residual, columns));
            }
            if size + 1 < depth && offset + 1 < columns.len() {
                let free = |other: &DVector<f64>| other - &direction * direction.dot(other);
                let later: Vec<DVector<f64>> = columns[offset + 1..].iter().map(free).collect();
                self.chosen.push(first + offset);
                self.extend(&later, first + offset + 1, &(outcome - &direction * gain), residual, depth);
                self.chosen.pop();
            }
        }
    }
}

/// A set of `size` predictors: the smaller set, the best one added, then exchanges as long as one helps.
fn exchanged(reduced: &Reduced, mut chosen: Vec<usize>, size: usize) -> Option<BestSet> {
    let all = 0..reduced.triangle.ncols();
    let left = |chosen: &[usize]| reduced.solve(chosen).map(|(_, _, left)| left);
    let best_addition = |kept: &[usize]| {
        let additions = all.clone().filter(|idx| !kept.contains(idx)).filter_map(|idx| {
            let columns = [kept, &[idx]].concat();
            Some((left(&columns)?, columns))
        });
        additions.min_by(|a, b| a.0.total_cmp(&b.0))
    };
    let mut residual_squares = f64::INFINITY;
    while chosen.len() < size {
        (residual_squares, chosen) = best_addition(&chosen)?;
    }
    for _ in 0..MAX_ROUNDS {
        let without = (0..size).map(|out| {
            let kept: Vec<usize> =
                chosen.iter().enumerate().filter(|(at, _)| *at != out).map(|(_, &idx)| idx).collect();
            kept
        });
        let better = without.filter_map(|kept| best_addition(&kept)).min_by(|a, b| a.0.total_cmp(&b.0));
        match better.filter(|(left, _)| *left < residual_squares * (1.0 - 1e-12)) {
            Some(better) => (residual_squares, chosen) = better,
            None => break,
        }
    }
    chosen.sort_unstable();
    Some(BestSet { columns: chosen, residual_squares, search: SearchKind::Exchange })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reduced_of(columns: &[Vec<f64>], outcome: &[f64]) -> Reduced {
        Reduced::new(columns, outcome, &vec![1.0; outcome.len()]).unwrap()
    }

    fn by_brute_force(reduced: &Reduced, size: usize) -> f64 {
        let n = reduced.triangle.ncols();
        let of_size = (1..1_u32 << n).filter(|mask| mask.count_ones() as usize == size);
        let left = of_size.filter_map(|mask| {
            let chosen: Vec<usize> = (0..n).filter(|idx| mask >> idx & 1 == 1).collect();
            reduced.solve(&chosen).map(|(_, _, left)| left)
        });
        left.fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_set_of_any_size_is_better(
            values in prop::collection::vec(-3.0..3.0_f64, 6 * 12),
            outcome in prop::collection::vec(-3.0..3.0_f64, 12),
        ) {
            let columns: Vec<Vec<f64>> = values.chunks(12).map(<[f64]>::to_vec).collect();
            let reduced = reduced_of(&columns, &outcome);
            let best = best_sets(&reduced, 5, 1_000_000);
            prop_assert_eq!(best.len(), 5);
            for (idx, set) in best.iter().enumerate() {
                prop_assert_eq!(set.search, SearchKind::Exhaustive);
                let brute = by_brute_force(&reduced, idx + 1);
                prop_assert!((set.residual_squares - brute).abs() < 1e-9, "{} {}", set.residual_squares, brute);
            }
            // Exchanges never beat the exhaustive search, and keep the size asked for.
            for (idx, set) in best_sets(&reduced, 5, 1).iter().enumerate() {
                prop_assert_eq!(set.columns.len(), idx + 1);
                prop_assert!(set.residual_squares >= best[idx].residual_squares - 1e-9);
            }
        }
    }

    #[test]
    fn dependent_predictors_end_the_list() {
        let a = vec![1.0, 2.0, 3.0, 4.0, 5.0, 7.0];
        let b: Vec<f64> = a.iter().map(|x| 3.0 * x - 1.0).collect();
        let best = best_sets(&reduced_of(&[a, b], &[1.0, 0.0, 2.0, 5.0, 1.0, 1.0]), 2, 1000);
        assert_eq!(best.len(), 1);
    }
}
