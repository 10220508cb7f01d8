//! Forced-choice blocks: items that are ranked, or chosen as most and least, against each other.

use std::ops::Range;

use super::instrument::{Instrument, ModelError};
use super::response_scale::ResponseKind;

/// Items that are answered together, one against the others: they follow each other in the instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForcedBlock {
    items: Range<usize>,
    kind: ForcedKind,
    n_categories: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ForcedKind {
    MostLeast,
    Rank,
}

/// Why the answers of a block cannot have been given together. Items by their place in the instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockFault {
    /// Some items are answered, this one is not.
    PartlyAnswered {
        /// The item without an answer.
        item_idx: usize,
    },
    /// Two items have an answer that only one may have: the most, the least, or a rank.
    Twice {
        /// The first of them.
        first: usize,
        /// The second.
        second: usize,
        /// Their category, from 0.
        category: u8,
    },
    /// No item is chosen as the most, or as the least.
    NotChosen {
        /// The category that no item has, from 0.
        category: u8,
    },
    /// A rank beyond the number of items.
    NoSuchRank {
        /// The item.
        item_idx: usize,
        /// Its category, from 0.
        category: u8,
    },
}

impl ForcedBlock {
    /// Places of its items in the instrument.
    #[must_use]
    pub fn items(&self) -> Range<usize> {
        self.items.clone()
    }

    /// Whether its items are ranked; otherwise one is chosen as the most and one as the least.
    #[must_use]
    pub fn is_ranked(&self) -> bool {
        self.kind == ForcedKind::Rank
    }

    /// Whether the answers of one person can have been given together: `None` when they can. A block may be left out as a whole.
    ///
    /// - `category_of`: the category of an item of the block by its place in the instrument; `None` where it is not answered.
    pub fn fault(&self, category_of: impl Fn(usize) -> Option<u8>) -> Option<BlockFault> {
        let unanswered = self.items().filter(|&item_idx| category_of(item_idx).is_none());
        let (n_unanswered, first_unanswered) =
            unanswered.fold((0, None), |(n, first), item| (n + 1, first.or(Some(item))));
        if n_unanswered == self.items.len() {
            return None;
        }
        if let Some(item_idx) = first_unanswered {
            return Some(BlockFault::PartlyAnswered { item_idx });
        }
        let only_once = |category: u8| {
            let mut with = self.items().filter(|&item_idx| category_of(item_idx) == Some(category));
            match (with.next(), with.next()) {
                (None, _) => Some(BlockFault::NotChosen { category }),
                (Some(_), None) => None,
                (Some(first), Some(second)) => Some(BlockFault::Twice { first, second, category }),
            }
        };
        match self.kind {
            ForcedKind::MostLeast => only_once(self.n_categories - 1).or_else(|| only_once(0)),
            ForcedKind::Rank => {
                let n_ranks = u8::try_from(self.items.len()).unwrap_or(u8::MAX);
                let beyond = self.items().find_map(|item_idx| {
                    let category = category_of(item_idx).filter(|&category| category >= n_ranks)?;
                    Some(BlockFault::NoSuchRank { item_idx, category })
                });
                beyond.or_else(|| (0..n_ranks).find_map(only_once))
            }
        }
    }
}

impl Instrument {
    /// The instrument with its forced-choice blocks, each a range of places of items; others are left alone.
    ///
    /// # Errors
    /// [`ModelError::Block`] for a range outside the items, of fewer than two items, overlapping another one, whose items have
    /// different answer formats, or whose answers are neither ranks nor most and least.
    pub fn with_forced_blocks(mut self, ranges: Vec<Range<usize>>) -> Result<Self, ModelError> {
        let mut end = 0;
        let mut blocks = Vec::with_capacity(ranges.len());
        for items in ranges {
            let refused = ModelError::Block { first: items.start, end: items.end };
            let Some([first, rest @ ..]) = self.items().get(items.clone()) else { return Err(refused) };
            let kind = match first.responses.kind() {
                ResponseKind::MostLeast if first.responses.n_categories() == 3 => ForcedKind::MostLeast,
                ResponseKind::Rank if usize::from(first.responses.n_categories()) >= items.len() => ForcedKind::Rank,
                _ => return Err(refused),
            };
            let alike = !rest.is_empty() && rest.iter().all(|item| item.responses == first.responses);
            if !alike || items.start < end {
                return Err(refused);
            }
            end = items.end;
            blocks.push(ForcedBlock { kind, n_categories: first.responses.n_categories(), items });
        }
        self.forced_blocks = blocks;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, MissingPolicy, ResponseScale, Rounding, Scale,
        ScaleId, ScoreRule, Statistic,
    };

    fn of_kind(kind: ResponseKind, highest: f64, blocks: Vec<Range<usize>>) -> Result<Instrument, ModelError> {
        let responses = ResponseScale::new(kind, 1.0, highest).unwrap();
        let items = (0..6).map(|i| Item { id: ItemId::new(format!("i{i}")).unwrap(), responses }).collect();
        let keyed = |item_idx| KeyedItem { item_idx, keying: Keying::Forward, weight: 1.0 };
        let scale = Scale {
            id: ScaleId::new("A").unwrap(),
            rule: ScoreRule::Keyed { items: (0..6).map(keyed).collect(), statistic: Statistic::Sum },
            missing: MissingPolicy::Reject,
            rounding: Rounding::None,
            ipsative: true,
        };
        let (id, version) = (InstrumentId::new("t").unwrap(), "1.0.0".parse().unwrap());
        Instrument::new(InstrumentParts { id, version, items, scales: vec![scale] }).unwrap().with_forced_blocks(blocks)
    }

    fn fault(instrument: &Instrument, categories: [i16; 6]) -> Option<BlockFault> {
        instrument.forced_blocks()[1].fault(|item| u8::try_from(categories[item]).ok())
    }

    #[test]
    fn most_and_least_are_chosen_once() {
        let instrument = of_kind(ResponseKind::MostLeast, 3.0, vec![0..3, 3..6]).unwrap();
        assert_eq!(fault(&instrument, [9, 9, 9, 0, 2, 1]), None);
        assert_eq!(fault(&instrument, [9, 9, 9, -1, -1, -1]), None);
        assert_eq!(fault(&instrument, [9, 9, 9, 0, -1, 2]), Some(BlockFault::PartlyAnswered { item_idx: 4 }));
        let twice = BlockFault::Twice { first: 3, second: 5, category: 2 };
        assert_eq!(fault(&instrument, [9, 9, 9, 2, 0, 2]), Some(twice));
        assert_eq!(fault(&instrument, [9, 9, 9, 2, 1, 1]), Some(BlockFault::NotChosen { category: 0 }));
    }

    #[test]
    fn ranks_are_given_once_each() {
        let instrument = of_kind(ResponseKind::Rank, 5.0, vec![0..3, 3..6]).unwrap();
        assert_eq!(fault(&instrument, [9, 9, 9, 2, 0, 1]), None);
        let beyond = BlockFault::NoSuchRank { item_idx: 4, category: 3 };
        assert_eq!(fault(&instrument, [9, 9, 9, 2, 3, 1]), Some(beyond));
        let twice = BlockFault::Twice { first: 3, second: 4, category: 1 };
        assert_eq!(fault(&instrument, [9, 9, 9, 1, 1, 0]), Some(twice));
    }

    #[test]
    fn ranges_that_are_no_blocks_are_refused() {
        for (kind, highest, ranges) in [
            (ResponseKind::Likert, 3.0, &[(0, 3)][..]),
            (ResponseKind::MostLeast, 4.0, &[(0, 3)][..]),
            (ResponseKind::Rank, 2.0, &[(0, 3)][..]),
            (ResponseKind::MostLeast, 3.0, &[(0, 1)][..]),
            (ResponseKind::MostLeast, 3.0, &[(3, 3)][..]),
            (ResponseKind::MostLeast, 3.0, &[(4, 7)][..]),
            (ResponseKind::MostLeast, 3.0, &[(0, 4), (3, 6)][..]),
        ] {
            let ranges = ranges.iter().map(|&(start, end)| start..end).collect();
            assert!(matches!(of_kind(kind, highest, ranges), Err(ModelError::Block { .. })));
        }
    }
}
