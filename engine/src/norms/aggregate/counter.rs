//! Counting people for an aggregate.

use std::collections::{BTreeMap, BTreeSet};

use super::{NormAggregate, Place, StratumCounts, on_scale};
use crate::norms::build::BuildError;
use crate::norms::stratum::Stratum;
use crate::norms::tally::ordered_key;

/// Counts people before they are released as an aggregate. Counts are exact: people may come in any order, and counters be merged.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateCounter {
    n_scales: usize,
    strata: Vec<Stratum>,
    people: Vec<u64>,
    cells: Vec<BTreeMap<Place, u64>>,
}

impl AggregateCounter {
    /// A counter of nobody, for the scales of an instrument and strata that do not overlap.
    #[must_use]
    pub fn new(n_scales: usize, strata: Vec<Stratum>) -> Self {
        let strata: Vec<Stratum> = strata.iter().map(|stratum| stratum.with_n(None)).collect();
        let (people, cells) = (vec![0; strata.len()], vec![BTreeMap::new(); strata.len()]);
        Self { n_scales, strata, people, cells }
    }

    /// Counts a person with at least one complete scale in a stratum.
    ///
    /// # Errors
    /// [`BuildError::UnknownStratum`].
    pub fn add_person(&mut self, stratum_idx: usize) -> Result<(), BuildError> {
        let people = self.people.get_mut(stratum_idx).ok_or(BuildError::UnknownStratum { stratum_idx })?;
        *people = people.saturating_add(1);
        Ok(())
    }

    /// Counts one score of one scale.
    ///
    /// - `answered`: items of the scale that were answered. `score`: raw score of a complete scale, else what the answered items gave.
    ///
    /// # Errors
    /// [`BuildError`] for an unknown stratum or scale, or a score that is not finite; nothing is counted then.
    pub fn add(&mut self, stratum_idx: usize, scale_idx: usize, answered: u32, score: f64) -> Result<(), BuildError> {
        let cells = self.cells.get_mut(stratum_idx).ok_or(BuildError::UnknownStratum { stratum_idx })?;
        if scale_idx >= self.n_scales {
            return Err(BuildError::UnknownScale { scale_idx });
        }
        if !score.is_finite() {
            return Err(BuildError::NotFinite { raw: score });
        }
        let count = cells.entry((scale_idx, answered, ordered_key(score))).or_default();
        *count = count.saturating_add(1);
        Ok(())
    }

    /// The counts of strata, and of scales within them, that have at least `min_n` people (and never fewer than one).
    #[must_use]
    pub fn release(&self, min_n: u32) -> NormAggregate {
        let enough = |n: u64| n >= u64::from(min_n.max(1));
        let mut aggregate =
            NormAggregate { n_scales: self.n_scales, min_n, strata: BTreeMap::new(), dropped: BTreeSet::new() };
        for ((stratum, &people), cells) in self.strata.iter().zip(&self.people).zip(&self.cells) {
            let id = stratum.id().clone();
            if !enough(people) {
                aggregate.dropped.insert((id, None));
                continue;
            }
            let mut cells = cells.clone();
            for scale_idx in 0..self.n_scales {
                let n = on_scale(&cells, scale_idx);
                if n > 0 && !enough(n) {
                    cells.retain(|place, _| place.0 != scale_idx);
                    aggregate.dropped.insert((id.clone(), Some(scale_idx)));
                }
            }
            aggregate.strata.insert(id, StratumCounts { stratum: stratum.clone(), people, cells });
        }
        aggregate
    }
}
