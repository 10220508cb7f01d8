//! Rules that lack one part of ours: the attacker must break each of them.

use engine::agreement::disclosure::{rest_forced, rest_near_end, rest_unanimous};

use super::exhaustive::attack;
use super::{Data, Shape, hash_of, score};

/// The parts that can be left out.
#[derive(Debug, Clone, Copy)]
struct Parts {
    /// Means whose scores the rule gives away are withheld.
    forced: bool,
    /// Items are shown all or none.
    items_together: bool,
    /// Items rest on the raters of the scale.
    same_raters: bool,
    /// A total is shown only with all its groups.
    complete_totals: bool,
    /// Small groups enter no total.
    small_groups_apart: bool,
}

const ALL: Parts =
    Parts { forced: true, items_together: true, same_raters: true, complete_totals: true, small_groups_apart: true };

/// Sums of one scale, its items, and the total of all groups, as a rule of these parts shows them.
fn publish(shape: &Shape, parts: Parts, data: &Data) -> u128 {
    let item_reach = u32::from(shape.options) - 1;
    let reach = item_reach * shape.scales[0] as u32;
    let mut read = Vec::new();
    let mut total = Some(0);
    for rows in data {
        let complete: Vec<_> = rows.iter().filter(|row| score(row).is_some()).collect();
        let scores: Vec<u32> = complete.iter().filter_map(|row| score(row)).collect();
        let sum: u32 = scores.iter().sum();
        let n = scores.len();
        if n < 3 {
            read.push(0);
            if !parts.small_groups_apart {
                total = total.map(|total| total + sum);
            }
            continue;
        }
        let squares: u32 = scores.iter().map(|score| score * score).sum();
        let equal = if n >= 5 { rest_unanimous(&scores) } else { parts.forced && rest_forced(&scores, reach) };
        let shown = !equal && !rest_near_end(&scores, reach);
        total = total.filter(|_| shown || !parts.complete_totals).map(|total| total + sum);
        let spread = if n >= 5 { squares + 1 } else { 0 };
        read.extend(if shown { vec![1, n as u64, u64::from(sum), u64::from(spread)] } else { vec![0] });
        let items: Vec<Vec<u32>> = (0..shape.n_items())
            .map(|item| {
                let raters = rows.iter().filter(|row| !parts.same_raters || score(row).is_some());
                raters.filter_map(|row| row[item].map(u32::from)).collect()
            })
            .collect();
        let item_shown = |item: &Vec<u32>| item.len() >= 5 && !rest_near_end(item, item_reach) && !rest_unanimous(item);
        let all_shown = shown && n >= 5 && items.iter().all(item_shown);
        for item in &items {
            if if parts.items_together { all_shown } else { item_shown(item) } {
                read.extend([item.len() as u64, u64::from(item.iter().sum::<u32>())]);
                read.push(item.iter().map(|answer| u64::from(answer * answer)).sum());
            } else {
                read.push(0);
            }
        }
    }
    read.push(total.map_or(u64::MAX, u64::from));
    hash_of(&read)
}

fn is_broken(shape: &Shape, parts: Parts) -> bool {
    attack(shape, |data| publish(shape, parts, data)).known.is_some()
}

#[test]
fn each_part_of_the_rule_is_needed() {
    let cases = [
        ("forced", Shape::new(&[3], &[2], 5), Parts { forced: false, ..ALL }),
        ("items together", Shape::new(&[5], &[2], 4), Parts { items_together: false, ..ALL }),
        ("same raters", Shape::new(&[6], &[2], 4).skipped_from(1), Parts { same_raters: false, ..ALL }),
        ("complete totals", Shape::new(&[3, 3], &[2], 3), Parts { complete_totals: false, ..ALL }),
        ("small groups apart", Shape::new(&[2, 3], &[2], 3), Parts { small_groups_apart: false, ..ALL }),
    ];
    for (name, shape, parts) in cases {
        assert!(!is_broken(&shape, ALL), "{name}: the whole rule is broken on {shape:?}");
        assert!(is_broken(&shape, parts), "{name}: the attacker does not find what this part prevents");
    }
}

#[test]
fn the_published_counterexample_of_forced_scores() {
    // Two items of 0 to 6 points: scores 12, 9, 9 of 12. The plain rule shows the mean; both others lost exactly 3.
    let scores = [12, 9, 9];
    assert!(!rest_near_end(&scores, 12) && rest_forced(&scores, 12));
    let same: Vec<[u32; 2]> = (0..=12)
        .flat_map(|a| (0..=12).map(move |b| [a, b]))
        .filter(|[a, b]| a + b == 18 && !rest_near_end(&[12, *a, *b], 12))
        .collect();
    assert_eq!(same, [[9, 9]]);
}
