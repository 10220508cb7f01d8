//! A norm table: percentile ranks at raw scores, with linear interpolation between them.

/// Why percentile ranks are not a norm table. Rows count from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// No row at all.
    #[error("a percentile table needs at least one row")]
    Empty,
    /// A raw score is not a number, or is infinite.
    #[error("row {row}: raw score {raw} is not a finite number")]
    RawNotFinite {
        /// Row of the table.
        row: usize,
        /// The raw score as given.
        raw: f64,
    },
    /// A raw score is not above the one before it.
    #[error("row {row}: raw score {raw} is not above {previous} of the row before")]
    RawNotRising {
        /// Row of the table.
        row: usize,
        /// The raw score as given.
        raw: f64,
        /// The raw score of the row before.
        previous: f64,
    },
    /// A percentile rank is not a number from 0 to 100.
    #[error("row {row}: percentile rank {rank} is not within 0 to 100")]
    RankOutOfRange {
        /// Row of the table.
        row: usize,
        /// The percentile rank as given.
        rank: f64,
    },
    /// A percentile rank is lower than the one before it.
    #[error("row {row}: percentile rank {rank} falls below {previous} of the row before")]
    RankFalls {
        /// Row of the table.
        row: usize,
        /// The percentile rank as given.
        rank: f64,
        /// The percentile rank of the row before.
        previous: f64,
    },
}

/// Why a raw score has no percentile rank in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfReach {
    /// The norm sample had nobody so low.
    #[error("the raw score lies below the lowest score of the norm sample")]
    BelowLowest,
    /// The norm sample had nobody so high.
    #[error("the raw score lies above the highest score of the norm sample")]
    AboveHighest,
    /// The raw score is not a finite number.
    #[error("the raw score is not a finite number")]
    NotFinite,
}

/// A percentile rank read from a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TableScore {
    /// Above 0 and below 100.
    pub percentile_rank: f64,
    /// Whether the raw score lies between two rows, and its rank is interpolated.
    pub interpolated: bool,
}

/// Percentile ranks of one scale in one group, at strictly rising raw scores.
#[derive(Debug, Clone, PartialEq)]
pub struct PercentileTable {
    /// Raw score and percentile rank; never empty.
    points: Vec<(f64, f64)>,
}

impl PercentileTable {
    /// Checks and wraps rows of raw score and percentile rank.
    ///
    /// # Errors
    /// [`TableError`] for an empty table, raw scores that do not rise strictly, ranks that fall or leave 0 to 100, and numbers
    /// that are not finite; the first one found.
    pub fn new(points: Vec<(f64, f64)>) -> Result<Self, TableError> {
        if points.is_empty() {
            return Err(TableError::Empty);
        }
        let mut before: Option<(f64, f64)> = None;
        for (row, &(raw, rank)) in points.iter().enumerate() {
            if !raw.is_finite() {
                return Err(TableError::RawNotFinite { row, raw });
            }
            if !(0.0..=100.0).contains(&rank) {
                return Err(TableError::RankOutOfRange { row, rank });
            }
            if let Some((previous, _)) = before.filter(|(previous, _)| *previous >= raw) {
                return Err(TableError::RawNotRising { row, raw, previous });
            }
            if let Some((_, previous)) = before.filter(|(_, previous)| *previous > rank) {
                return Err(TableError::RankFalls { row, rank, previous });
            }
            before = Some((raw, rank));
        }
        Ok(Self { points })
    }

    /// Rows of raw score and percentile rank, raw scores strictly rising.
    #[must_use]
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// Percentile rank of a raw score, linear between the rows of the table.
    ///
    /// # Errors
    /// [`OutOfReach`] when the raw score lies outside the rows or its rank is exactly 0 or 100: the norm sample never reached
    /// it, and no finite standard score belongs to it.
    ///
    /// # Examples
    /// ```
    /// use engine::norms::{OutOfReach, PercentileTable};
    /// let table = PercentileTable::new(vec![(10.0, 20.0), (12.0, 30.0), (13.0, 90.0)])?;
    /// let score = table.lookup(11.0).map(|score| (score.percentile_rank, score.interpolated));
    /// assert_eq!(score, Ok((25.0, true)));
    /// assert_eq!(table.lookup(14.0), Err(OutOfReach::AboveHighest));
    /// # Ok::<(), engine::norms::TableError>(())
    /// ```
    pub fn lookup(&self, raw: f64) -> Result<TableScore, OutOfReach> {
        let place = self.place(raw)?;
        if place.percentile_rank <= 0.0 {
            Err(OutOfReach::BelowLowest)
        } else if place.percentile_rank >= 100.0 {
            Err(OutOfReach::AboveHighest)
        } else {
            Ok(place)
        }
    }

    /// Table of the equal-weight mixture of two groups: the mean of both percentile ranks at every raw score of either table.
    ///
    /// A raw score that one table does not list has the interpolated rank there, and 0 or 100 beyond its ends.
    #[must_use]
    pub fn mixture(&self, other: &Self) -> Self {
        let mut raws: Vec<f64> = self.points.iter().chain(&other.points).map(|&(raw, _)| raw).collect();
        raws.sort_by(f64::total_cmp);
        // Equal numbers, not equal bits: -0 and 0 are one raw score.
        raws.dedup_by(|a, b| a == b);
        let rank = |raw: f64| 0.5 * self.share_at(raw) + 0.5 * other.share_at(raw);
        Self { points: raws.into_iter().map(|raw| (raw, rank(raw))).collect() }
    }

    /// Percentile rank at a raw score, 0 and 100 beyond the ends.
    fn share_at(&self, raw: f64) -> f64 {
        match self.place(raw) {
            Ok(place) => place.percentile_rank,
            Err(OutOfReach::AboveHighest) => 100.0,
            Err(OutOfReach::BelowLowest | OutOfReach::NotFinite) => 0.0,
        }
    }

    /// The rank of a raw score within the rows, 0 and 100 included.
    fn place(&self, raw: f64) -> Result<TableScore, OutOfReach> {
        if !raw.is_finite() {
            return Err(OutOfReach::NotFinite);
        }
        let right_idx = self.points.partition_point(|&(listed, _)| listed < raw);
        let &(right_raw, right_rank) = self.points.get(right_idx).ok_or(OutOfReach::AboveHighest)?;
        if right_raw == raw {
            return Ok(TableScore { percentile_rank: right_rank, interpolated: false });
        }
        let left = right_idx.checked_sub(1).and_then(|left_idx| self.points.get(left_idx));
        let &(left_raw, left_rank) = left.ok_or(OutOfReach::BelowLowest)?;
        // Halves, so that the distance between two finite raw scores cannot overflow.
        let weight = (0.5 * raw - 0.5 * left_raw) / (0.5 * right_raw - 0.5 * left_raw);
        let percentile_rank = (left_rank + weight * (right_rank - left_rank)).clamp(left_rank, right_rank);
        Ok(TableScore { percentile_rank, interpolated: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(points: &[(f64, f64)]) -> PercentileTable {
        PercentileTable::new(points.to_vec()).unwrap()
    }

    #[test]
    fn rows_that_are_no_table_are_refused_with_their_place() {
        let refused = |points: &[(f64, f64)]| PercentileTable::new(points.to_vec()).unwrap_err();
        assert_eq!(refused(&[]), TableError::Empty);
        assert_eq!(refused(&[(1.0, 5.0), (1.0, 6.0)]), TableError::RawNotRising { row: 1, raw: 1.0, previous: 1.0 });
        assert_eq!(refused(&[(1.0, 5.0), (2.0, 4.0)]), TableError::RankFalls { row: 1, rank: 4.0, previous: 5.0 });
        assert_eq!(refused(&[(1.0, 101.0)]), TableError::RankOutOfRange { row: 0, rank: 101.0 });
        assert!(matches!(refused(&[(f64::NAN, 1.0)]), TableError::RawNotFinite { row: 0, .. }));
        assert!(matches!(refused(&[(1.0, f64::NAN)]), TableError::RankOutOfRange { row: 0, .. }));
    }

    #[test]
    fn a_listed_raw_score_is_not_interpolated() {
        let score = table(&[(1.0, 10.0), (2.0, 40.0)]).lookup(2.0).unwrap();
        assert_eq!(score, TableScore { percentile_rank: 40.0, interpolated: false });
    }

    #[test]
    fn what_the_sample_never_reached_has_no_rank() {
        let table = table(&[(0.0, 0.0), (1.0, 10.0), (2.0, 40.0), (3.0, 100.0)]);
        assert_eq!(table.lookup(-1.0), Err(OutOfReach::BelowLowest));
        assert_eq!(table.lookup(0.0), Err(OutOfReach::BelowLowest));
        assert_eq!(table.lookup(3.0), Err(OutOfReach::AboveHighest));
        assert_eq!(table.lookup(4.0), Err(OutOfReach::AboveHighest));
        assert_eq!(table.lookup(f64::NAN), Err(OutOfReach::NotFinite));
    }

    #[test]
    fn mixture_averages_ranks_at_every_raw_score_of_either() {
        // At 1: (10 + 0)/2; at 2: (20 + 30)/2; at 3: (30 + 50)/2 (30 interpolated); at 4: (40 + 100)/2.
        let mixed = table(&[(1.0, 10.0), (2.0, 20.0), (4.0, 40.0)]).mixture(&table(&[(2.0, 30.0), (3.0, 50.0)]));
        assert_eq!(mixed.points(), [(1.0, 5.0), (2.0, 25.0), (3.0, 40.0), (4.0, 70.0)]);
    }

    fn any_table() -> impl Strategy<Value = PercentileTable> {
        prop::collection::vec((0.1..3.0_f64, 0.0..1.0_f64), 1..12).prop_map(|steps| {
            let (mut raw, mut rank) = (-5.0, 0.0);
            let points = steps.into_iter().map(|(width, rise)| {
                raw += width;
                rank += (100.0 - rank) * rise;
                (raw, rank)
            });
            PercentileTable::new(points.collect()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn ranks_rise_with_the_raw_score(table in any_table(), a in -6.0..30.0_f64, b in -6.0..30.0_f64) {
            if let (Ok(low), Ok(high)) = (table.lookup(a.min(b)), table.lookup(a.max(b))) {
                prop_assert!(low.percentile_rank <= high.percentile_rank);
                prop_assert!(low.percentile_rank > 0.0 && high.percentile_rank < 100.0);
            }
        }

        #[test]
        fn a_mixture_is_a_valid_table_between_its_parts(a in any_table(), b in any_table()) {
            let mixed = a.mixture(&b);
            prop_assert_eq!(&PercentileTable::new(mixed.points().to_vec()).unwrap(), &mixed);
            for &(raw, rank) in mixed.points() {
                let (one, other) = (a.share_at(raw), b.share_at(raw));
                prop_assert!(one.min(other) <= rank && rank <= one.max(other));
            }
            prop_assert_eq!(mixed, b.mixture(&a));
        }

        #[test]
        fn a_group_mixed_with_itself_is_itself(table in any_table()) {
            prop_assert_eq!(table.mixture(&table), table);
        }

        #[test]
        fn any_rows_and_any_raw_score_are_answered(rows in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..4), raw in prop::num::f64::ANY) {
            if let Ok(table) = PercentileTable::new(rows) {
                let _ = table.lookup(raw);
            }
        }
    }
}
