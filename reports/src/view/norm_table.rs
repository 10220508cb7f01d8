//! How the people of a norm are spread over the scores of one scale, as the norm's table of percentile ranks gives it.

use super::distribution::Bin;
use super::{Interval, ViewProblem};

/// Most bars that a table is cut into.
const MOST_BINS: f64 = 10.0;
/// A table that gives fewer bars shows no shape.
const FEWEST_BINS: usize = 4;

/// Raw scores with their percentile ranks: 100·(people below + half of the people at it)/n.
#[derive(Debug, Clone, PartialEq)]
pub struct NormTableView {
    rows: Vec<(f64, f64)>,
}

impl NormTableView {
    /// Rows of raw score and percentile rank.
    ///
    /// # Errors
    /// [`ViewProblem::NotFinite`] for a score that is none, [`ViewProblem::RankOutOfRange`] for a rank outside 0 to 100,
    /// [`ViewProblem::NoShape`] for scores that do not rise or ranks that fall; the first one found.
    pub fn new(rows: Vec<(f64, f64)>) -> Result<Self, ViewProblem> {
        for &(raw, rank) in &rows {
            if !raw.is_finite() {
                return Err(ViewProblem::NotFinite { what: "a score of a norm table", value: raw });
            }
            if !(0.0..=100.0).contains(&rank) {
                return Err(ViewProblem::RankOutOfRange { value: rank });
            }
        }
        let rises = rows.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        if rises { Ok(Self { rows }) } else { Err(ViewProblem::NoShape) }
    }

    /// Shares of the norm in percent, over stretches of the axis that end at rows of the table: the difference of the ranks of both ends, so
    /// that nothing is interpolated. Whoever stands exactly on an end counts half on each side; at the ends of the axis, whole. `None` where
    /// the table has too few rows to show a shape.
    #[must_use]
    pub fn bins(&self, axis: Interval) -> Option<Vec<Bin>> {
        let (lower, upper) = (axis.lower(), axis.upper());
        let width = (upper - lower) / MOST_BINS;
        let mut edges = vec![(lower, 0.0)];
        for &(raw, rank) in &self.rows {
            let before = edges.last().map_or(lower, |edge| edge.0);
            if raw - before >= width - 1e-9 && upper - raw >= width - 1e-9 {
                edges.push((raw, rank));
            }
        }
        edges.push((upper, 100.0));
        let bin = |pair: &[(f64, f64)]| Bin { from: pair[0].0, to: pair[1].0, amount: pair[1].1 - pair[0].1 };
        (edges.len() > FEWEST_BINS).then(|| edges.windows(2).map(bin).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten people with one of the scores 0 to 4 each.
    fn ranks(counts: [u32; 5]) -> Vec<(f64, f64)> {
        let n = f64::from(counts.iter().sum::<u32>());
        let mut below = 0.0;
        let row = |(raw, count): (u32, &u32)| {
            let rank = 100.0 * (below + f64::from(*count) / 2.0) / n;
            below += f64::from(*count);
            (f64::from(raw), rank)
        };
        (0..).zip(&counts).map(row).collect()
    }

    #[test]
    fn a_share_is_the_difference_of_two_ranks_and_all_shares_are_everybody() {
        let table = NormTableView::new(ranks([1, 2, 4, 2, 1])).unwrap();
        let bins = table.bins(Interval::new(0.0, 4.0).unwrap()).unwrap();
        // Whoever has 0, and half of those with 1; half of those with 1 and with 2; and so on.
        let shares: Vec<f64> = bins.iter().map(|bin| bin.amount).collect();
        assert_eq!(shares, [20.0, 30.0, 30.0, 20.0]);
        assert_eq!(bins.iter().map(|bin| (bin.from, bin.to)).collect::<Vec<_>>()[1], (1.0, 2.0));
    }

    #[test]
    fn a_long_table_is_cut_into_few_bars_and_a_short_one_shows_nothing() {
        let rows = (0..=60).map(|raw| (f64::from(raw), f64::from(raw) * 100.0 / 60.0)).collect();
        let axis = Interval::new(0.0, 60.0).unwrap();
        let bins = NormTableView::new(rows).unwrap().bins(axis).unwrap();
        assert_eq!(bins.len(), 10);
        assert!((bins.iter().map(|bin| bin.amount).sum::<f64>() - 100.0).abs() < 1e-9);
        assert_eq!(NormTableView::new(vec![(20.0, 30.0), (40.0, 70.0)]).unwrap().bins(axis), None);
        assert_eq!(NormTableView::new(Vec::new()).unwrap().bins(axis), None);
    }

    #[test]
    fn a_table_that_is_none_is_refused() {
        for rows in
            [vec![(f64::NAN, 3.0)], vec![(1.0, 101.0)], vec![(2.0, 3.0), (1.0, 4.0)], vec![(1.0, 3.0), (2.0, 2.0)]]
        {
            assert!(NormTableView::new(rows).is_err());
        }
    }
}
