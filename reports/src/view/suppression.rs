//! Which cells of a group report are hidden so that nobody can be made out in it.
//!
//! The rule, in three steps (primary and complementary suppression of tabular data; Willenborg & de Waal, 2001, Elements of Statistical
//! Disclosure Control, Springer, doi:10.1007/978-1-4613-0121-9):
//!
//! 1. *Threshold*: a cell that stands for fewer people than the threshold is hidden, and everything said about them with it.
//! 2. *Small counts*: a count of 1 to 4, or one that leaves 1 to 4 people outside it, is hidden.
//! 3. *Complement*: where a sum is known, a single hidden part could be found by subtraction. The smallest part still shown is hidden
//!    with it, until two parts are hidden and hold together as many people as may be told of.
//!
//! Where that cannot be done, because the parts still shown count nobody, nothing that goes into these sums is shown ([`is_exposed`]).
//!
//! A part that counts nobody neither needs protection nor gives any.
//!
//! What the rule does not do: it guards every single sum, not all sums solved together, and it does not keep a hidden count from being
//! bounded (a hidden count cannot be larger than what a sum leaves for it).

/// Fewest people of whom anything is told.
pub const MIN_CELL: u64 = 10;
/// Largest count that is hidden for being small; 0 is shown.
pub const SMALL_COUNT: u64 = 4;

/// Whether a cell may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// It is shown.
    Shown,
    /// It is hidden: too few people.
    TooFew,
    /// It is hidden so that another hidden cell cannot be calculated.
    Protects,
}

/// A sum a reader can do: the parts make up the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Place of the whole among the cells; `None` where readers know it in any case.
    pub whole: Option<usize>,
    /// Places of its parts.
    pub parts: Vec<usize>,
    /// Fewest people that the hidden parts must hold together.
    pub least: u64,
}

/// Whether a count is hidden for being small: 1 to 4 people in it, or 1 to 4 of `n` outside it.
#[must_use]
pub fn is_small(count: u64, n: u64) -> bool {
    let small = 1..=SMALL_COUNT;
    small.contains(&count) || small.contains(&n.saturating_sub(count))
}

/// Hides further cells until no hidden one can be calculated from a sum.
///
/// - `counts`: how many people each cell stands for.
/// - `covers`: what the first two steps decided, one for each cell; changed in place.
/// - `sums`: the sums a reader can do. Places outside the cells are passed over.
pub fn protect(counts: &[u64], covers: &mut [Cover], sums: &[Sum]) {
    // Every turn hides one cell more, so this ends.
    while let Some(next) = sums.iter().find_map(|sum| to_hide(counts, covers, sum)) {
        match covers.get_mut(next) {
            Some(cover @ Cover::Shown) => *cover = Cover::Protects,
            _ => return,
        }
    }
}

/// Whether a hidden cell can still be calculated from one of the sums: nothing is left in it that could be hidden, because its other
/// parts count nobody. Then nothing that goes into these sums may be shown.
#[must_use]
pub fn is_exposed(counts: &[u64], covers: &[Cover], sums: &[Sum]) -> bool {
    sums.iter().any(|sum| read(counts, covers, sum).is_exposed)
}

/// What a reader makes of a sum.
struct Reading {
    is_exposed: bool,
    /// The cell whose hiding helps most, if any is left.
    next: Option<usize>,
}

/// The cell that must be hidden next because of a sum, if any.
fn to_hide(counts: &[u64], covers: &[Cover], sum: &Sum) -> Option<usize> {
    let Reading { is_exposed, next } = read(counts, covers, sum);
    next.filter(|_| is_exposed)
}

fn read(counts: &[u64], covers: &[Cover], sum: &Sum) -> Reading {
    let cell = |idx: usize| Some((idx, *counts.get(idx)?, *covers.get(idx)?));
    let parts: Vec<(usize, u64, Cover)> = sum.parts.iter().filter_map(|idx| cell(*idx)).collect();
    let counted = parts.iter().filter(|(_, count, _)| *count > 0);
    let (shown, hidden): (Vec<_>, Vec<_>) = counted.partition(|(_, _, cover)| *cover == Cover::Shown);
    let whole = sum.whole.and_then(cell);
    let whole_is_hidden = whole.is_some_and(|(_, _, cover)| cover != Cover::Shown);
    let held: u64 = hidden.iter().map(|(_, count, _)| count).sum();
    let is_exposed =
        if whole_is_hidden { hidden.is_empty() } else { !hidden.is_empty() && (hidden.len() == 1 || held < sum.least) };
    let smallest = shown.iter().min_by_key(|(idx, count, _)| (*count, *idx)).map(|(idx, _, _)| *idx);
    let next = smallest.or_else(|| whole.filter(|_| !whole_is_hidden && !hidden.is_empty()).map(|(idx, _, _)| idx));
    Reading { is_exposed, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Cover::{Protects, Shown, TooFew};

    fn covered(counts: &[u64], mut covers: Vec<Cover>, sum: &Sum) -> Vec<Cover> {
        protect(counts, &mut covers, std::slice::from_ref(sum));
        covers
    }

    fn known(n_parts: usize, least: u64) -> Sum {
        Sum { whole: None, parts: (0..n_parts).collect(), least }
    }

    #[test]
    fn a_count_is_small_from_either_side() {
        // Of 40 people: 1 to 4 in it, or 36 to 39, which leave 1 to 4 outside. Nobody and everybody are no secret.
        let small: Vec<u64> = (0..=40).filter(|count| is_small(*count, 40)).collect();
        assert_eq!(small, [1, 2, 3, 4, 36, 37, 38, 39]);
    }

    #[test]
    fn a_single_hidden_site_takes_the_next_smallest_with_it() {
        // 60 people at four sites: 7 alone would be 60 − 12 − 18 − 23.
        let covers = covered(&[7, 23, 12, 18], vec![TooFew, Shown, Shown, Shown], &known(4, 10));
        assert_eq!(covers, [TooFew, Shown, Protects, Shown]);
    }

    #[test]
    fn two_hidden_sites_that_hold_too_few_take_a_third() {
        // 3 + 4 = 7 people could be told of by subtraction; with 15 more it is 22.
        let covers = covered(&[3, 4, 30, 15], vec![TooFew, TooFew, Shown, Shown], &known(4, 10));
        assert_eq!(covers, [TooFew, TooFew, Shown, Protects]);
        // 5 + 8 = 13 are enough.
        let covers = covered(&[5, 8, 30, 15], vec![TooFew, TooFew, Shown, Shown], &known(4, 10));
        assert_eq!(covers, [TooFew, TooFew, Shown, Shown]);
    }

    #[test]
    fn a_site_of_nobody_gives_no_protection() {
        let covers = covered(&[7, 0, 20, 33], vec![TooFew, TooFew, Shown, Shown], &known(4, 10));
        assert_eq!(covers, [TooFew, TooFew, Protects, Shown]);
    }

    #[test]
    fn one_small_share_takes_the_next_smallest_with_it() {
        // 2 below, 40 inside, 58 above of 100.
        let covers = covered(&[2, 40, 58], vec![TooFew, Shown, Shown], &known(3, 5));
        assert_eq!(covers, [TooFew, Protects, Shown]);
        // 0 below, 97 inside, 3 above: 97 leaves 3 outside, so both were hidden at once; 0 stays.
        let covers = covered(&[0, 97, 3], vec![Shown, TooFew, TooFew], &known(3, 5));
        assert_eq!(covers, [Shown, TooFew, TooFew]);
    }

    #[test]
    fn where_no_part_is_left_the_whole_is_hidden() {
        let sum = Sum { whole: Some(2), parts: vec![0, 1], least: 5 };
        assert_eq!(covered(&[3, 0, 3], vec![TooFew, Shown, Shown], &sum), [TooFew, Shown, Protects]);
    }

    #[test]
    fn a_hidden_whole_is_not_the_sum_of_shown_parts() {
        let sum = Sum { whole: Some(2), parts: vec![0, 1], least: 5 };
        assert_eq!(covered(&[20, 16, 36], vec![Shown, Shown, TooFew], &sum), [Shown, Protects, TooFew]);
    }

    #[test]
    fn a_count_of_everybody_that_had_to_be_hidden_stays_exposed() {
        // All 10 people of a site inside the band: the two zeros beside them tell it.
        let row = known(3, 5);
        let counts = [0, 10, 0];
        let mut covers = vec![Shown, Protects, Shown];
        protect(&counts, &mut covers, std::slice::from_ref(&row));
        assert_eq!(covers, [Shown, Protects, Shown]);
        assert!(is_exposed(&counts, &covers, std::slice::from_ref(&row)));
        assert!(!is_exposed(&[4, 6, 0], &[TooFew, Protects, Shown], &[row]));
    }

    #[test]
    fn rows_and_columns_protect_each_other() {
        // Two sites by two answers, with known sums of rows and columns: one small cell hides all four.
        //        yes  no
        // north    3  30
        // south   20  25
        let sum = |parts: [usize; 2]| Sum { whole: None, parts: parts.to_vec(), least: 5 };
        let sums = [sum([0, 1]), sum([2, 3]), sum([0, 2]), sum([1, 3])];
        let mut covers = vec![TooFew, Shown, Shown, Shown];
        protect(&[3, 30, 20, 25], &mut covers, &sums);
        assert_eq!(covers, [TooFew, Protects, Protects, Protects]);
    }
}
