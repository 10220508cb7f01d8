//! Comments of raters: shuffled, and held back where few wrote.

use rand::Rng;
use rand::seq::SliceRandom as _;

use crate::agreement::disclosure::SMALLEST_GROUP;
use crate::agreement::feedback_plan::RaterGroupId;
use crate::agreement::published::CommentBlock;

/// What the raters of one shown group wrote on one question: one list of comments a writer.
pub(super) struct GroupComments<'a> {
    pub group: &'a RaterGroupId,
    /// Fewest writers that are shown as this group.
    pub minimum: usize,
    pub writers: Vec<Vec<&'a str>>,
}

/// Blocks of comments on one question. A group with enough writers has its own block. The rest is mixed where at least two groups
/// and [`SMALLEST_GROUP`] writers take part, else held back: with one group the reader would know whose it is.
pub(super) fn publish(groups: Vec<GroupComments<'_>>, rng: &mut impl Rng) -> Vec<CommentBlock> {
    let (mut blocks, mut mixed, mut n_groups, mut n_writers) = (Vec::new(), Vec::new(), 0, 0);
    for GroupComments { group, minimum, writers } in groups {
        let count = writers.len();
        let texts = writers.into_iter().flatten();
        if count >= minimum {
            blocks.push(block(Some(group.clone()), texts, rng));
        } else if count > 0 {
            n_groups += 1;
            n_writers += count;
            mixed.extend(texts);
        }
    }
    if n_groups >= 2 && n_writers >= SMALLEST_GROUP {
        blocks.push(block(None, mixed.into_iter(), rng));
    }
    blocks
}

/// Sorted first, so that nothing of the order of arrival is left in the shuffled list.
fn block<'a>(group: Option<RaterGroupId>, texts: impl Iterator<Item = &'a str>, rng: &mut impl Rng) -> CommentBlock {
    let mut texts: Vec<String> = texts.map(str::to_owned).collect();
    texts.sort_unstable();
    texts.shuffle(rng);
    CommentBlock { group, texts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    fn publish_all(groups: &[(&str, &[&[&'static str]])], seed: u64) -> Vec<CommentBlock> {
        let ids: Vec<RaterGroupId> = groups.iter().map(|(id, _)| RaterGroupId::new(*id)).collect();
        let of_group = |(group, (_, writers)): (_, &(&str, &[&[&'static str]]))| GroupComments {
            group,
            minimum: 3,
            writers: writers.iter().map(|texts| texts.to_vec()).collect(),
        };
        publish(ids.iter().zip(groups).map(of_group).collect(), &mut ChaCha12Rng::seed_from_u64(seed))
    }

    #[test]
    fn a_group_with_enough_writers_has_its_own_block() {
        let blocks = publish_all(&[("peers", &[&["a"], &["b"], &["c", "d"]])], 1);
        assert_eq!(blocks[0].group, Some(RaterGroupId::new("peers")));
        let mut texts = blocks[0].texts.clone();
        texts.sort();
        assert_eq!(texts, ["a", "b", "c", "d"]);
    }

    #[test]
    fn few_comments_are_mixed_or_held_back() {
        // Two of one group: held back. Two and one of two groups: mixed, without a name. One and one: held back.
        assert_eq!(publish_all(&[("peers", &[&["a"], &["b"]])], 1), []);
        let mixed = publish_all(&[("peers", &[&["a"], &["b"]]), ("reports", &[&["c"]])], 1);
        assert_eq!((mixed.len(), &mixed[0].group, mixed[0].texts.len()), (1, &None, 3));
        assert_eq!(publish_all(&[("peers", &[&["a"]]), ("reports", &[&["c"]])], 1), []);
        // Three comments of one writer are one writer.
        assert_eq!(publish_all(&[("peers", &[&["a", "b", "c"]])], 1), []);
        assert_eq!(publish_all(&[("peers", &[])], 1), []);
    }

    #[test]
    fn the_order_of_arrival_leaves_no_trace() {
        let there = publish_all(&[("peers", &[&["a"], &["b"], &["c"], &["d"]])], 7);
        let back = publish_all(&[("peers", &[&["d"], &["c"], &["b"], &["a"]])], 7);
        assert_eq!(there, back);
        let orders: std::collections::BTreeSet<Vec<String>> =
            (0..50).map(|seed| publish_all(&[("p", &[&["a"], &["b"], &["c"]])], seed)[0].texts.clone()).collect();
        assert_eq!(orders.len(), 6);
    }
}
