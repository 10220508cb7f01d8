//! Norms built from a sample: exact counts by stratum and scale, then means, SDs and percentile tables.

use crate::norms::built::{BuiltNorm, BuiltScale, BuiltStratum, Dropped};
use crate::norms::stratum::Stratum;
use crate::norms::tally::Tally;

/// Why a raw score or another builder could not be added.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The builder has no such stratum.
    #[error("there is no stratum of index {stratum_idx}")]
    UnknownStratum {
        /// Index as given.
        stratum_idx: usize,
    },
    /// The builder has no such scale.
    #[error("there is no scale of index {scale_idx}")]
    UnknownScale {
        /// Index as given.
        scale_idx: usize,
    },
    /// The raw score is not a finite number.
    #[error("raw score {raw} is not a finite number")]
    NotFinite {
        /// The raw score as given.
        raw: f64,
    },
    /// Two builders count other strata or scales, or drop strata at another size.
    #[error("the two builders were not made for the same strata, scales and smallest sample")]
    OtherShape,
}

/// Why two integers are not a grid of possible raw scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{lowest} to {highest} is not a grid of 1 to {max} raw scores", max = IntegerGrid::MAX_SCORES)]
pub struct InvalidGrid {
    /// Lowest score as given.
    pub lowest: i32,
    /// Highest score as given.
    pub highest: i32,
}

/// The possible raw scores of a scale whose scores are whole numbers: all integers from the lowest to the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntegerGrid {
    lowest: i32,
    highest: i32,
}

impl IntegerGrid {
    /// The largest number of scores in a grid.
    pub const MAX_SCORES: u32 = 100_000;

    /// Checks and wraps the lowest and the highest possible raw score.
    ///
    /// # Errors
    /// [`InvalidGrid`] when the lowest exceeds the highest, or there are more than [`IntegerGrid::MAX_SCORES`].
    pub fn new(lowest: i32, highest: i32) -> Result<Self, InvalidGrid> {
        if lowest > highest || highest.abs_diff(lowest) >= Self::MAX_SCORES {
            return Err(InvalidGrid { lowest, highest });
        }
        Ok(Self { lowest, highest })
    }

    /// All possible raw scores, rising.
    pub fn scores(self) -> impl Iterator<Item = f64> {
        (self.lowest..=self.highest).map(f64::from)
    }
}

/// Counts raw scores by stratum and scale. The counts are exact, so that chunks and threads may be merged in any order.
///
/// # Examples
/// ```
/// use engine::model::ids::StratumId;
/// use engine::norms::{AgeBand, NormBuilder, Stratum};
/// let everyone = Stratum::new(StratumId::new("all")?, None, AgeBand::OPEN, None);
/// let mut builder = NormBuilder::new(1, vec![everyone], 2);
/// for raw in [3.0, 5.0, 5.0, 7.0] {
///     builder.add_person(0)?;
///     builder.add(0, 0, raw)?;
/// }
/// let built = builder.finish(&[]);
/// let scale = built.strata()[0].scale(0).ok_or("dropped")?;
/// assert_eq!((scale.n(), scale.mean()), (4, 5.0));
/// // At 5: one below, two level, 100·(1 + 1)/4.
/// assert_eq!(scale.rows()[1].percentile_rank, 50.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NormBuilder {
    n_scales: usize,
    strata: Vec<Stratum>,
    min_n: u32,
    people: Vec<u64>,
    tallies: Vec<Vec<Tally>>,
}

impl NormBuilder {
    /// An empty builder.
    ///
    /// - `n_scales`: scales of the instrument. `strata`: groups to build norms for; their n is replaced by the count.
    /// - `min_n`: a stratum, and a scale within a stratum, with fewer people is dropped.
    #[must_use]
    pub fn new(n_scales: usize, strata: Vec<Stratum>, min_n: u32) -> Self {
        let people = vec![0; strata.len()];
        let tallies = vec![vec![Tally::default(); n_scales]; strata.len()];
        Self { n_scales, strata, min_n, people, tallies }
    }

    /// The strata that are counted.
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// Counts a person with at least one raw score in a stratum.
    ///
    /// # Errors
    /// [`BuildError::UnknownStratum`].
    pub fn add_person(&mut self, stratum_idx: usize) -> Result<(), BuildError> {
        self.add_people(stratum_idx, 1)
    }

    /// Counts several people with at least one raw score in a stratum.
    ///
    /// # Errors
    /// [`BuildError::UnknownStratum`].
    pub fn add_people(&mut self, stratum_idx: usize, count: u64) -> Result<(), BuildError> {
        let people = self.people.get_mut(stratum_idx).ok_or(BuildError::UnknownStratum { stratum_idx })?;
        *people = people.saturating_add(count);
        Ok(())
    }

    /// Counts one raw score of one scale.
    ///
    /// # Errors
    /// [`BuildError`] for an unknown stratum or scale, or a raw score that is not finite; nothing is counted then.
    pub fn add(&mut self, stratum_idx: usize, scale_idx: usize, raw: f64) -> Result<(), BuildError> {
        self.add_count(stratum_idx, scale_idx, raw, 1)
    }

    /// Counts one raw score of one scale of several people.
    ///
    /// # Errors
    /// As [`NormBuilder::add`].
    pub fn add_count(&mut self, stratum_idx: usize, scale_idx: usize, raw: f64, count: u64) -> Result<(), BuildError> {
        let stratum = self.tallies.get_mut(stratum_idx).ok_or(BuildError::UnknownStratum { stratum_idx })?;
        let tally = stratum.get_mut(scale_idx).ok_or(BuildError::UnknownScale { scale_idx })?;
        if !raw.is_finite() {
            return Err(BuildError::NotFinite { raw });
        }
        if count > 0 {
            tally.add_count(raw, count);
        }
        Ok(())
    }

    /// Adds the counts of another builder for the same strata and scales.
    ///
    /// # Errors
    /// [`BuildError::OtherShape`]; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), BuildError> {
        if self.n_scales != other.n_scales || self.strata != other.strata || self.min_n != other.min_n {
            return Err(BuildError::OtherShape);
        }
        for (own, others) in self.people.iter_mut().zip(&other.people) {
            *own = own.saturating_add(*others);
        }
        for (own, others) in self.tallies.iter_mut().flatten().zip(other.tallies.iter().flatten()) {
            own.merge(others);
        }
        Ok(())
    }

    /// Means, SDs, tables and their sampling errors for every stratum that is large enough; the others are named.
    ///
    /// - `grids`: one a scale; the table of a scale with a grid lists every possible score, reached or not, else only the scores
    ///   that occurred. Scales beyond the end of the list have none.
    #[must_use]
    pub fn finish(&self, grids: &[Option<IntegerGrid>]) -> BuiltNorm {
        let min_n = u64::from(self.min_n.max(1));
        let mut kept = Vec::new();
        let mut dropped = Vec::new();
        for ((stratum, &n), tallies) in self.strata.iter().zip(&self.people).zip(&self.tallies) {
            if n < min_n {
                dropped.push(Dropped::Stratum { stratum: stratum.id().clone(), n });
                continue;
            }
            let scale = |(scale_idx, tally): (usize, &Tally)| {
                let built =
                    (tally.n() >= min_n).then(|| BuiltScale::new(tally, grids.get(scale_idx).copied().flatten()));
                if built.is_none() && self.is_used(scale_idx) {
                    dropped.push(Dropped::Scale { stratum: stratum.id().clone(), scale_idx, n: tally.n() });
                }
                built.flatten()
            };
            let scales = tallies.iter().enumerate().map(scale).collect();
            kept.push(BuiltStratum::new(stratum.with_n(u32::try_from(n).ok()), scales));
        }
        BuiltNorm::new(kept, dropped)
    }

    /// Whether a scale has a raw score in any stratum.
    fn is_used(&self, scale_idx: usize) -> bool {
        self.tallies.iter().filter_map(|tallies| tallies.get(scale_idx)).any(|tally| tally.n() > 0)
    }
}
