//! Items that everybody answered alike: what a column copied by mistake looks like.

use crate::model::response::FIRST_MISSING_CODE;

/// With fewer answers nothing is said.
const FEWEST_ANSWERS: u64 = 30;

/// So many people must have answered something else than the most frequent answer, lest rare answers agree by chance.
const FEWEST_OTHER_ANSWERS: u64 = 5;

/// Items that everybody answered alike, the unanswered ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdenticalItems {
    /// Places of the items in the instrument, rising; two or more.
    pub items: Vec<usize>,
    /// Number of people who answered them.
    pub n: u64,
}

/// Items that nobody so far has answered differently, and how often each code was given.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    items: Vec<usize>,
    counts: Vec<u64>,
}

/// Groups of items that are still alike. Most fall apart in the first rows, so that looking on costs next to nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IdenticalColumns {
    groups: Vec<Group>,
}

impl IdenticalColumns {
    /// All items alike, since nobody has answered yet.
    pub(crate) fn new(items: Vec<usize>) -> Self {
        Self { groups: vec![Group { items, counts: vec![0; 256] }] }
    }

    /// Takes the codes of more people into account: one column an item, all of one length.
    pub(crate) fn add<'m>(&mut self, column: &impl Fn(usize) -> &'m [u8]) {
        let mut groups = Vec::new();
        for Group { mut items, counts } in std::mem::take(&mut self.groups) {
            // A stable sort: items of one column keep their order.
            items.sort_by(|&a, &b| column(a).cmp(column(b)));
            for alike in items.chunk_by(|&a, &b| column(a) == column(b)).filter(|alike| alike.len() > 1) {
                let mut counts = counts.clone();
                for &code in column(alike[0]) {
                    counts[usize::from(code)] += 1;
                }
                groups.push(Group { items: alike.to_vec(), counts });
            }
        }
        self.groups = groups;
    }

    /// Takes what was seen elsewhere into account: items stay together when they were alike in both.
    pub(crate) fn merge(&mut self, other: &Self) {
        let mut groups = Vec::new();
        for mine in &self.groups {
            for theirs in &other.groups {
                let items: Vec<usize> = mine.items.iter().copied().filter(|item| theirs.items.contains(item)).collect();
                if items.len() > 1 {
                    let counts = mine.counts.iter().zip(&theirs.counts).map(|(a, b)| a + b).collect();
                    groups.push(Group { items, counts });
                }
            }
        }
        self.groups = groups;
    }

    /// The groups that are worth saying, in the order of their first items.
    pub(crate) fn found(&self) -> Vec<IdenticalItems> {
        let worth = |group: &Group| {
            let answers = &group.counts[..usize::from(FIRST_MISSING_CODE)];
            let n: u64 = answers.iter().sum();
            let others = n - answers.iter().max().copied().unwrap_or(0);
            let mut items = group.items.clone();
            items.sort_unstable();
            (n >= FEWEST_ANSWERS && others >= FEWEST_OTHER_ANSWERS).then_some(IdenticalItems { items, n })
        };
        let mut found: Vec<IdenticalItems> = self.groups.iter().filter_map(worth).collect();
        found.sort_by(|a, b| a.items.cmp(&b.items));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(columns: &[Vec<u8>], cut: usize) -> Vec<IdenticalItems> {
        let part = |range: std::ops::Range<usize>| {
            let mut part = IdenticalColumns::new((0..columns.len()).collect());
            part.add(&|item: usize| &columns[item][range.clone()]);
            part
        };
        let n = columns[0].len();
        let mut first = part(0..cut);
        first.merge(&part(cut..n));
        first.found()
    }

    #[test]
    fn columns_are_compared_whole() {
        let varied: Vec<u8> = (0..40).map(|row| row % 5).collect();
        let mut nearly = varied.clone();
        nearly[39] = 0;
        for cut in [0, 1, 20, 39, 40] {
            let all = found(&[varied.clone(), nearly.clone(), varied.clone(), varied.clone()], cut);
            assert_eq!(all, [IdenticalItems { items: vec![0, 2, 3], n: 40 }], "cut at {cut}");
        }
    }

    #[test]
    fn rare_answers_may_agree_by_chance() {
        let mut rare = vec![0; 1000];
        rare[..4].fill(1);
        assert_eq!(found(&[rare.clone(), rare.clone()], 500), []);
        rare[4] = 1;
        assert_eq!(found(&[rare.clone(), rare], 500).len(), 1);
    }

    #[test]
    fn missing_answers_are_not_counted() {
        let mut codes: Vec<u8> = (0..40).map(|row| row % 5).collect();
        codes[..11].fill(255);
        assert_eq!(found(&[codes.clone(), codes], 20), []);
    }
}
