//! The rule of disclosure: when a figure about a group of raters may be shown.
//!
//! # Whom it protects, against whom
//!
//! The reader has every published table and one rater as an accomplice, who tells the own answers and the group. Both know this
//! rule, so that a withheld figure tells something too. No answer, and no scale score, of any other rater may follow with
//! certainty.
//!
//! # The rule
//!
//! 1. A group below its minimum (3 at least) is left out whole and enters no total. A single superior is shown who is named and
//!    has agreed to it.
//! 2. All figures of a scale in a group rest on the same raters: those who answered every item of the scale. An item belongs to
//!    one scale.
//! 3. From 5 raters on a scale shows its spread with its mean. Below that neither spread nor anything of single items is shown; a
//!    scale of one item is an item.
//! 4. A scale is withheld whole where, with any one rater taken out, the scores of the rest are together within one point a rater
//!    of an end of their range ([`rest_near_end`]); where a spread is shown, also where they are equal ([`rest_unanimous`]);
//!    where none is shown, also where they follow from the mean and from this rule ([`rest_forced`]).
//! 5. The items of a scale are shown all or none: none where the scale is withheld, or where any item by itself is near an end or
//!    unanimous as in 4. r_wg(j) and the average deviation over items belong to the items.
//! 6. A total is shown where every group of it is shown: its mean then follows from theirs. The same holds for spread and items.
//! 7. What is withheld looks the same whatever the reason.
//!
//! # What is stricter here than the plain rule "near an end, or unanimous where a spread is printed", and why
//!
//! - *Forced scores* (4): three raters, two items of 0 to 6 points, scores 12, 9, 9 of at most 12. Their mean passes the plain
//!   rule. Who scored 12 knows that the others lost 6 points together, and that neither lost more than 3: else the plain rule would
//!   have withheld the mean. So both scored 9. In general a shown sum T of points lost bounds every rater's loss by T − n, and
//!   likewise from the other end; the rest is known where all of it meets the bound. This happens with 3 and 4 raters.
//! - *Items all or none* (5): with the mean of a scale and of all items but one, the last is a subtraction away. A fixed set of
//!   items that stands or falls together leaves no choice to read from.
//! - *Same raters* (2): a rater who skipped the second of two items counts in the mean of the first, not in that of the scale;
//!   mean of the first + mean of the second − mean of the scale, each times its n, is then that rater's answer.
//! - *Totals* (6): the total less the groups shown is the group withheld.
//!
//! # Why that is enough
//!
//! Whatever is shown, and the rule itself, treats the raters of a group alike. Exchanging all answers of two of them changes
//! nothing, so an answer can follow only where the others all gave the same one. Items that are shown have no such column by 5. On
//! an item that is not shown the answer of one other rater can be exchanged with one on another item of the scale (for all others
//! at once, so that the item that was unanimous makes another one so, and what was withheld stays so); this fails only where the others
//! gave one answer to all items, and then points can be moved from one rater to another within the bounds of 4, unless the scores were
//! forced. A withheld scale may come from all others at the lowest and from all others at the highest answers. Fewer decimals only
//! hide more. The test attacker (`tests/it/attacker`) tries every table of small groups, and breaks each rule that lacks one of
//! these parts.
//!
//! # What it does not promise
//!
//! - From 5 raters on, mean, SD and average deviation of one item together often leave one set of answers of the others, without
//!   telling whose is which: 5 raters on one item of 7 points, in 1017 of 1470 views of an accomplice. A mean alone never does in
//!   the groups of 3 and 4 that were tried.
//! - Two accomplices in a group of three know the third. Raters that are asked should be more than the minimum.
//! - The wording of a comment may tell who wrote it.

/// The fewest raters of a group that may be shown.
pub const SMALLEST_GROUP: usize = 3;
/// The fewest raters whose spread or single items may be shown.
pub const SMALLEST_SPREAD: usize = 5;

/// Whether, with some rater taken out, the scores of the rest are together within one point a rater of an end.
///
/// - `scores`: one score a rater, from 0 to `reach`, in points.
///
/// With sum T of n scores: T − s ≤ n − 1 or (n − 1)·reach − (T − s) ≤ n − 1 for some s. True for fewer than two raters.
#[must_use]
pub fn rest_near_end(scores: &[u32], reach: u32) -> bool {
    let (Some(&lowest), Some(&highest)) = (scores.iter().min(), scores.iter().max()) else { return true };
    let n_rest = (scores.len() - 1) as u64;
    let sum = sum(scores);
    let room = n_rest * u64::from(reach);
    // The rest is nearest to 0 without the highest score, and nearest to the top without the lowest.
    let (low, high) = (sum - u64::from(highest), sum - u64::from(lowest));
    low <= n_rest || high + n_rest >= room
}

/// Whether, with some rater taken out, all the others have the same score. True for fewer than three raters.
#[must_use]
pub fn rest_unanimous(scores: &[u32]) -> bool {
    let (Some(&lowest), Some(&highest)) = (scores.iter().min(), scores.iter().max()) else { return true };
    let others = |than: u32| scores.iter().filter(|&&score| score != than).count();
    others(lowest) <= 1 || others(highest) <= 1
}

/// Whether, for some rater, the scores of the rest follow from the sum of all and from the fact that [`rest_near_end`] let it pass.
///
/// That fact bounds every score: from T + n − (n − 1)·reach, or 0, to T − n, or `reach`. The rest is known where its sum is n − 1
/// times a bound.
#[must_use]
pub fn rest_forced(scores: &[u32], reach: u32) -> bool {
    if scores.len() < 2 {
        return true;
    }
    let (n, n_rest, reach) = (scores.len() as i128, scores.len() as i128 - 1, i128::from(reach));
    let sum = i128::from(sum(scores));
    let upper = (sum - n).min(reach);
    let lower = (sum + n - n_rest * reach).max(0);
    scores.iter().map(|&score| sum - i128::from(score)).any(|rest| rest == n_rest * upper || rest == n_rest * lower)
}

fn sum(scores: &[u32]) -> u64 {
    scores.iter().map(|&score| u64::from(score)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_point_a_rater_from_an_end_is_too_near() {
        // Five-point items, points above the lowest. Without the 4, the rest 1, 1, 1, 1 is 4 points from the end.
        assert!(rest_near_end(&[4, 1, 1, 1, 1], 4));
        assert!(!rest_near_end(&[4, 2, 1, 1, 1], 4));
        // The same from above.
        assert!(rest_near_end(&[0, 3, 3, 3, 3], 4));
        assert!(!rest_near_end(&[0, 2, 3, 3, 3], 4));
        assert!(rest_near_end(&[], 4) && rest_near_end(&[2], 4));
    }

    #[test]
    fn all_but_one_alike_is_unanimous() {
        assert!(rest_unanimous(&[2, 2, 2, 2, 0]) && rest_unanimous(&[2, 2, 2, 2, 4]) && rest_unanimous(&[2; 5]));
        assert!(!rest_unanimous(&[2, 2, 2, 1, 3]) && !rest_unanimous(&[2, 2, 2, 1, 1]));
        assert!(rest_unanimous(&[1, 3]) && rest_unanimous(&[]));
    }

    #[test]
    fn scores_that_the_rule_itself_gives_away_are_forced() {
        // 12, 9, 9 of 12: 6 points lost; nobody lost more than 3.
        assert!(!rest_near_end(&[12, 9, 9], 12) && rest_forced(&[12, 9, 9], 12));
        assert!(!rest_forced(&[1, 3, 4], 6) && !rest_forced(&[3, 3, 3], 6));
        // Four raters: 0, 2, 2, 2 above the lowest.
        assert!(!rest_near_end(&[0, 2, 2, 2], 24) && rest_forced(&[0, 2, 2, 2], 24));
    }

    proptest! {
        #[test]
        fn both_ends_are_treated_alike(scores in prop::collection::vec(0..=6_u32, 1..9)) {
            let mirrored: Vec<u32> = scores.iter().map(|score| 6 - score).collect();
            prop_assert_eq!(rest_near_end(&scores, 6), rest_near_end(&mirrored, 6));
            prop_assert_eq!(rest_unanimous(&scores), rest_unanimous(&mirrored));
            prop_assert_eq!(rest_forced(&scores, 6), rest_forced(&mirrored, 6));
        }

        #[test]
        fn the_short_rules_equal_taking_each_rater_out(scores in prop::collection::vec(0..=4_u32, 2..9)) {
            let rests = (0..scores.len()).map(|out| {
                let mut rest = scores.clone();
                rest.remove(out);
                rest
            });
            let rests: Vec<Vec<u32>> = rests.collect();
            let near = |rest: &Vec<u32>| {
                let n = rest.len() as u32;
                rest.iter().sum::<u32>() <= n || rest.iter().map(|score| 4 - score).sum::<u32>() <= n
            };
            prop_assert_eq!(rest_near_end(&scores, 4), rests.iter().any(near));
            prop_assert_eq!(rest_unanimous(&scores), rests.iter().any(|rest| rest.iter().all(|s| *s == rest[0])));
        }

        #[test]
        fn scores_that_pass_are_within_the_bounds_that_passing_tells(scores in prop::collection::vec(0..=9_u32, 3..6)) {
            prop_assume!(!rest_near_end(&scores, 9));
            let (n, sum) = (scores.len() as i64, scores.iter().map(|&s| i64::from(s)).sum::<i64>());
            for &score in &scores {
                prop_assert!(i64::from(score) <= sum - n && i64::from(score) >= sum + n - (n - 1) * 9);
            }
        }
    }
}
