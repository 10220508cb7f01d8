//! Aggregates: how many people of a stratum have which score, in place of the people. Norms from aggregates equal norms from rows.
//!
//! An aggregate holds, by stratum and scale, the counts of (score, number of items answered). Strata with few people are dropped
//! whole and named; the next release of an aggregate must have enough new people that their scores cannot be told from the difference.

mod counter;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::ids::StratumId;
use crate::norms::build::{BuildError, NormBuilder};
use crate::norms::stratum::Stratum;
use crate::norms::tally::{ordered_key, raw_of};

pub use counter::AggregateCounter;

/// Scale, number of items answered, score by its key.
type Place = (usize, u32, u64);

fn on_scale(cells: &BTreeMap<Place, u64>, scale_idx: usize) -> u64 {
    let counts = cells.range((scale_idx, 0, 0)..=(scale_idx, u32::MAX, u64::MAX)).map(|(_, &count)| count);
    counts.fold(0, u64::saturating_add)
}

#[derive(Debug, Clone, PartialEq)]
struct StratumCounts {
    stratum: Stratum,
    people: u64,
    cells: BTreeMap<Place, u64>,
}

/// One count of an aggregate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AggregateCell {
    /// Index of the scale.
    pub scale_idx: usize,
    /// Items of the scale that were answered.
    pub answered: u32,
    /// The score.
    pub score: f64,
    /// How many people have it.
    pub count: u64,
}

/// Why aggregates cannot be made or put together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AggregateError {
    /// Two aggregates of other scales or of another smallest stratum.
    #[error(
        "the aggregates are not of the same scales and smallest stratum: {own_scales} scales from {own_min} people, {other_scales} from {other_min}"
    )]
    OtherShape {
        /// Number of scales of the first.
        own_scales: usize,
        /// Smallest stratum of the first.
        own_min: u32,
        /// Number of scales of the second.
        other_scales: usize,
        /// Smallest stratum of the second.
        other_min: u32,
    },
    /// One id for two kinds of people.
    #[error("stratum `{stratum}` is of other people in the two aggregates")]
    OtherStratum {
        /// The id.
        stratum: StratumId,
    },
    /// A stratum or scale with fewer people than the aggregate allows: it would not have been released.
    #[error("stratum `{stratum}` has {n} people, fewer than the smallest stratum of {min_n}")]
    TooSmall {
        /// The stratum.
        stratum: StratumId,
        /// Its people.
        n: u64,
        /// Smallest stratum.
        min_n: u32,
    },
    /// A count that is not possible.
    #[error("stratum `{stratum}`: {count} people with score {score} on scale {scale_idx} are not possible")]
    Cell {
        /// The stratum.
        stratum: StratumId,
        /// Index of the scale.
        scale_idx: usize,
        /// Score.
        score: f64,
        /// Count.
        count: u64,
    },
    /// A stratum or a count that stands twice.
    #[error("stratum `{stratum}` or one of its counts stands twice")]
    Duplicate {
        /// The stratum.
        stratum: StratumId,
    },
}

/// A released aggregate: counts of the strata that are large enough, and the names of those that are not.
///
/// # Examples
/// ```
/// use engine::model::ids::StratumId;
/// use engine::norms::{AgeBand, AggregateCounter, Stratum};
/// let everyone = Stratum::new(StratumId::new("all")?, None, AgeBand::OPEN, None);
/// let mut counter = AggregateCounter::new(1, vec![everyone]);
/// for score in [3.0, 5.0, 5.0, 7.0] {
///     counter.add_person(0)?;
///     counter.add(0, 0, 4, score)?;
/// }
/// let aggregate = counter.release(2);
/// let twice = aggregate.merge(&aggregate)?;
/// let built = twice.to_builder(&[4], 2)?.finish(&[]);
/// assert_eq!(built.strata()[0].scale(0).ok_or("dropped")?.n(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NormAggregate {
    n_scales: usize,
    min_n: u32,
    strata: BTreeMap<StratumId, StratumCounts>,
    /// A stratum, or a scale within one.
    dropped: BTreeSet<(StratumId, Option<usize>)>,
}

impl NormAggregate {
    /// The smallest stratum that is released where nothing else is said.
    pub const DEFAULT_MIN_N: u32 = 10;
    /// The smallest number of new people in a stratum for a new release.
    pub const DEFAULT_MIN_NEW: u64 = 10;

    /// An aggregate read from a file: strata with their people and counts, and what was dropped.
    ///
    /// # Errors
    /// [`AggregateError`] for strata that stand twice or are too small, and counts that are not possible.
    pub fn new(
        n_scales: usize,
        min_n: u32,
        strata: Vec<(Stratum, u64, Vec<AggregateCell>)>,
        dropped: Vec<(StratumId, Option<usize>)>,
    ) -> Result<Self, AggregateError> {
        let mut aggregate = Self { n_scales, min_n, strata: BTreeMap::new(), dropped: dropped.into_iter().collect() };
        for (stratum, people, cells) in strata {
            let stratum = stratum.with_n(None);
            let id = stratum.id().clone();
            let mut counts = BTreeMap::new();
            for AggregateCell { scale_idx, answered, score, count } in cells {
                if scale_idx >= n_scales || !score.is_finite() || count == 0 {
                    return Err(AggregateError::Cell { stratum: id, scale_idx, score, count });
                }
                if counts.insert((scale_idx, answered, ordered_key(score)), count).is_some() {
                    return Err(AggregateError::Duplicate { stratum: id });
                }
            }
            let small_scale = (0..n_scales).map(|idx| on_scale(&counts, idx)).filter(|n| *n > 0).min();
            let n = small_scale.unwrap_or(people).min(people);
            if n < u64::from(min_n.max(1)) {
                return Err(AggregateError::TooSmall { stratum: id, n, min_n });
            }
            if aggregate.strata.insert(id.clone(), StratumCounts { stratum, people, cells: counts }).is_some() {
                return Err(AggregateError::Duplicate { stratum: id });
            }
        }
        Ok(aggregate)
    }

    /// Number of scales of the instrument.
    #[must_use]
    pub fn n_scales(&self) -> usize {
        self.n_scales
    }

    /// Strata and scales with fewer people are dropped.
    #[must_use]
    pub fn min_n(&self) -> u32 {
        self.min_n
    }

    /// The strata with their people, by id.
    pub fn strata(&self) -> impl Iterator<Item = (&Stratum, u64)> {
        self.strata.values().map(|counts| (&counts.stratum, counts.people))
    }

    /// The counts of a stratum by scale, number answered and rising score; none for an unknown stratum.
    pub fn cells(&self, stratum: &StratumId) -> impl Iterator<Item = AggregateCell> {
        let cells = self.strata.get(stratum).into_iter().flat_map(|counts| &counts.cells);
        cells.map(|(&(scale_idx, answered, key), &count)| AggregateCell {
            scale_idx,
            answered,
            score: raw_of(key),
            count,
        })
    }

    /// Strata that were dropped, and scales that were dropped within a stratum.
    pub fn dropped(&self) -> impl Iterator<Item = (&StratumId, Option<usize>)> {
        self.dropped.iter().map(|(stratum, scale_idx)| (stratum, *scale_idx))
    }

    /// Both aggregates together, whichever comes first; a stratum that one of them dropped has the people of the other.
    ///
    /// # Errors
    /// [`AggregateError::OtherShape`] for other scales or another smallest stratum, [`AggregateError::OtherStratum`] for one id with
    /// other sexes or ages.
    pub fn merge(&self, other: &Self) -> Result<Self, AggregateError> {
        if (self.n_scales, self.min_n) != (other.n_scales, other.min_n) {
            return Err(AggregateError::OtherShape {
                own_scales: self.n_scales,
                own_min: self.min_n,
                other_scales: other.n_scales,
                other_min: other.min_n,
            });
        }
        let mut merged = self.clone();
        merged.dropped.extend(other.dropped.iter().cloned());
        for (id, counts) in &other.strata {
            let Some(own) = merged.strata.get_mut(id) else {
                merged.strata.insert(id.clone(), counts.clone());
                continue;
            };
            if own.stratum != counts.stratum {
                return Err(AggregateError::OtherStratum { stratum: id.clone() });
            }
            own.people = own.people.saturating_add(counts.people);
            for (&place, &count) in &counts.cells {
                let total = own.cells.entry(place).or_default();
                *total = total.saturating_add(count);
            }
        }
        Ok(merged)
    }

    /// A builder that has counted the complete scales: what rows of the same people would have given.
    ///
    /// - `n_items`: items of each scale. `min_n`: as in [`NormBuilder::new`].
    ///
    /// # Errors
    /// [`BuildError::UnknownScale`] when `n_items` is shorter than the scales.
    pub fn to_builder(&self, n_items: &[u32], min_n: u32) -> Result<NormBuilder, BuildError> {
        let strata = self.strata.values().map(|counts| counts.stratum.clone()).collect();
        let mut builder = NormBuilder::new(self.n_scales, strata, min_n);
        for (stratum_idx, counts) in self.strata.values().enumerate() {
            builder.add_people(stratum_idx, counts.people)?;
            for (&(scale_idx, answered, key), &count) in &counts.cells {
                let complete = *n_items.get(scale_idx).ok_or(BuildError::UnknownScale { scale_idx })?;
                if answered == complete {
                    builder.add_count(stratum_idx, scale_idx, raw_of(key), count)?;
                }
            }
        }
        Ok(builder)
    }

    /// Whether this aggregate may follow an earlier release of the same people and more: every reason against it.
    ///
    /// In each stratum, and on each scale within it, there must be no new people or at least `min_new`, so that nobody's score is the
    /// difference of two releases; and no count may have fallen, which would tell the score of somebody taken out.
    ///
    /// # Errors
    /// Every [`ReleaseProblem`] at once.
    pub fn may_follow(&self, earlier: &Self, min_new: u64) -> Result<(), Vec<ReleaseProblem>> {
        if self.n_scales != earlier.n_scales {
            return Err(vec![ReleaseProblem::OtherScales]);
        }
        let mut problems = Vec::new();
        for (id, old) in &earlier.strata {
            let stratum = id.clone();
            let Some(new) = self.strata.get(id) else {
                problems.push(ReleaseProblem::CountFell { stratum, scale_idx: None });
                continue;
            };
            if new.stratum != old.stratum {
                problems.push(ReleaseProblem::OtherPeople { stratum });
                continue;
            }
            let mut compare = |scale_idx: Option<usize>, before: u64, now: u64| {
                let stratum = stratum.clone();
                match now.checked_sub(before) {
                    None => problems.push(ReleaseProblem::CountFell { stratum, scale_idx }),
                    Some(n_new) if n_new > 0 && n_new < min_new => {
                        problems.push(ReleaseProblem::TooFewNew { stratum, scale_idx, n_new, min_new });
                    }
                    Some(_) => {}
                }
            };
            compare(None, old.people, new.people);
            for scale_idx in 0..self.n_scales {
                let of = |counts: &StratumCounts| on_scale(&counts.cells, scale_idx);
                // A scale that was not released tells nothing by appearing.
                if of(old) > 0 {
                    compare(Some(scale_idx), of(old), of(new));
                }
            }
            let fell = old.cells.iter().find(|(place, count)| new.cells.get(place).is_none_or(|now| now < *count));
            let told = problems
                .iter()
                .any(|known| matches!(known, ReleaseProblem::CountFell { stratum, .. } if stratum == id));
            if let Some(((scale_idx, _, _), _)) = fell.filter(|_| !told) {
                problems.push(ReleaseProblem::CountFell { stratum: id.clone(), scale_idx: Some(*scale_idx) });
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// Why an aggregate may not follow an earlier release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseProblem {
    /// The two are not of one instrument.
    #[error("the two releases are not of the same scales")]
    OtherScales,
    /// One id for two kinds of people.
    #[error("stratum `{stratum}` is of other people in the two releases")]
    OtherPeople {
        /// The stratum.
        stratum: StratumId,
    },
    /// Fewer people, or fewer with a score, than before.
    #[error("stratum `{stratum}`: a count fell, which tells the scores of people who were taken out or corrected")]
    CountFell {
        /// The stratum.
        stratum: StratumId,
        /// The scale; `None` is the stratum as a whole.
        scale_idx: Option<usize>,
    },
    /// New people, but so few that the difference of the releases tells their scores.
    #[error(
        "stratum `{stratum}`: {n_new} new people are fewer than {min_new}; wait for more, or leave the stratum as it was"
    )]
    TooFewNew {
        /// The stratum.
        stratum: StratumId,
        /// The scale; `None` is the stratum as a whole.
        scale_idx: Option<usize>,
        /// New people.
        n_new: u64,
        /// How many are needed.
        min_new: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norms::{AgeBand, Sex};
    use proptest::prelude::*;

    const ITEMS: [u32; 2] = [4, 6];

    fn strata() -> Vec<Stratum> {
        let stratum = |id: &str, sex| Stratum::new(StratumId::new(id).unwrap(), Some(sex), AgeBand::OPEN, None);
        vec![stratum("F", Sex::Female), stratum("M", Sex::Male)]
    }

    /// Stratum, and for each scale how many items were answered and the score.
    type Person = (usize, [(u32, i32); 2]);

    fn people() -> impl Strategy<Value = Vec<Person>> {
        let score = |items: u32| (items - 1..=items, 0..12_i32);
        prop::collection::vec((0..2_usize, (score(4), score(6)).prop_map(|(a, b)| [a, b])), 0..60)
    }

    fn counted(people: &[Person]) -> AggregateCounter {
        let mut counter = AggregateCounter::new(2, strata());
        for (stratum, scores) in people {
            if scores.iter().zip(ITEMS).any(|((answered, _), items)| *answered == items) {
                counter.add_person(*stratum).unwrap();
            }
            for (scale_idx, (answered, score)) in scores.iter().enumerate() {
                counter.add(*stratum, scale_idx, *answered, f64::from(*score)).unwrap();
            }
        }
        counter
    }

    fn from_rows(people: &[Person], min_n: u32) -> NormBuilder {
        let mut builder = NormBuilder::new(2, strata(), min_n);
        for (stratum, scores) in people {
            let complete = scores.iter().enumerate().filter(|(idx, (answered, _))| *answered == ITEMS[*idx]);
            let complete: Vec<(usize, f64)> = complete.map(|(idx, (_, score))| (idx, f64::from(*score))).collect();
            if !complete.is_empty() {
                builder.add_person(*stratum).unwrap();
            }
            for (scale_idx, raw) in complete {
                builder.add(*stratum, scale_idx, raw).unwrap();
            }
        }
        builder
    }

    #[test]
    fn small_strata_and_scales_are_dropped_and_named() {
        let person = |stratum, answered| (stratum, [(answered, 3), (6, 5)]);
        let mut people = vec![person(0, 4); 12];
        people.extend(vec![person(1, 4); 9]);
        let aggregate = counted(&people).release(10);
        assert_eq!(aggregate.strata().map(|(stratum, n)| (stratum.id().as_str(), n)).collect::<Vec<_>>(), [("F", 12)]);
        assert_eq!(aggregate.dropped().map(|(id, scale)| (id.as_str(), scale)).collect::<Vec<_>>(), [("M", None)]);
        let mut counter = AggregateCounter::new(2, strata());
        for idx in 0..12 {
            counter.add_person(0).unwrap();
            counter.add(0, 0, 4, 1.0).unwrap();
            if idx < 3 {
                counter.add(0, 1, 6, 1.0).unwrap();
            }
        }
        let aggregate = counter.release(10);
        let dropped: Vec<_> = aggregate.dropped().map(|(id, scale)| (id.as_str(), scale)).collect();
        assert_eq!(dropped, [("F", Some(1)), ("M", None)]);
        assert!(aggregate.cells(&StratumId::new("F").unwrap()).all(|cell| cell.scale_idx == 0));
    }

    #[test]
    fn a_new_release_needs_enough_new_people() {
        let person = |score| (0_usize, [(4, score), (6, score)]);
        let old: Vec<Person> = (0..20).map(|idx| person(idx % 7)).collect();
        let with = |n: i32| counted(&[old.clone(), (0..n).map(|idx| person(idx % 5)).collect()].concat()).release(10);
        let earlier = with(0);
        assert_eq!(earlier.may_follow(&earlier, 10), Ok(()));
        assert_eq!(with(10).may_follow(&earlier, 10), Ok(()));
        let problems = with(9).may_follow(&earlier, 10).unwrap_err();
        assert!(problems.iter().all(|problem| matches!(problem, ReleaseProblem::TooFewNew { n_new: 9, .. })));
        assert_eq!(problems.len(), 3);
    }

    #[test]
    fn a_person_taken_out_or_corrected_stops_a_release() {
        let person = |score| (0_usize, [(4, score), (6, score)]);
        let old: Vec<Person> = (0..20).map(|idx| person(idx % 7)).collect();
        let earlier = counted(&old).release(10);
        let mut corrected = old.clone();
        corrected[3] = person(11);
        let problems = counted(&corrected).release(10).may_follow(&earlier, 10).unwrap_err();
        assert!(matches!(problems[..], [ReleaseProblem::CountFell { scale_idx: Some(0), .. }]), "{problems:?}");
        // Ten new ones do not hide the one who left.
        corrected.extend((0..10).map(person));
        corrected.remove(3);
        assert!(counted(&corrected).release(10).may_follow(&earlier, 10).is_err());
        assert!(counted(&old[..5]).release(10).may_follow(&earlier, 10).is_err());
    }

    #[test]
    fn files_that_no_release_wrote_are_refused() {
        let cell = |count| AggregateCell { scale_idx: 0, answered: 4, score: 1.0, count };
        let new = |people, cells| NormAggregate::new(1, 10, vec![(strata()[0].clone(), people, cells)], Vec::new());
        assert!(new(12, vec![cell(12)]).is_ok());
        assert!(matches!(new(9, vec![cell(9)]), Err(AggregateError::TooSmall { n: 9, .. })));
        assert!(matches!(new(12, vec![cell(3)]), Err(AggregateError::TooSmall { n: 3, .. })));
        assert!(matches!(new(12, vec![cell(0)]), Err(AggregateError::Cell { .. })));
        assert!(matches!(new(12, vec![cell(12), cell(12)]), Err(AggregateError::Duplicate { .. })));
    }

    proptest! {
        #[test]
        fn norms_from_aggregates_equal_norms_from_rows(people in people(), min_n in 1..12_u32) {
            let built = from_rows(&people, min_n).finish(&[]);
            let aggregated = counted(&people).release(min_n).to_builder(&ITEMS, min_n).unwrap().finish(&[]);
            prop_assert_eq!(built.strata(), aggregated.strata());
        }

        #[test]
        fn merging_is_associative_and_commutative(a in people(), b in people(), c in people()) {
            let [a, b, c] = [a, b, c].map(|people| counted(&people).release(3));
            prop_assert_eq!(a.merge(&b).unwrap(), b.merge(&a).unwrap());
            let left = a.merge(&b).unwrap().merge(&c).unwrap();
            prop_assert_eq!(left, a.merge(&b.merge(&c).unwrap()).unwrap());
        }

        #[test]
        fn parts_give_the_norm_of_the_whole_where_no_part_was_dropped(a in people(), b in people()) {
            let merged = counted(&a).release(1).merge(&counted(&b).release(1)).unwrap();
            let whole = from_rows(&[a, b].concat(), 1).finish(&[]);
            let merged = merged.to_builder(&ITEMS, 1).unwrap().finish(&[]);
            prop_assert_eq!(whole.strata(), merged.strata());
        }

        #[test]
        fn an_aggregate_can_be_taken_apart_and_put_together(people in people()) {
            let aggregate = counted(&people).release(2);
            let strata = aggregate.strata().map(|(stratum, n)| (stratum.clone(), n, aggregate.cells(stratum.id()).collect()));
            let dropped = aggregate.dropped().map(|(id, scale)| (id.clone(), scale)).collect();
            prop_assert_eq!(NormAggregate::new(2, 2, strata.collect(), dropped).unwrap(), aggregate);
        }
    }
}
