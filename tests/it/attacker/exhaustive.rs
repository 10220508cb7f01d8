//! All tables of small groups.
//!
//! Raters of a group are alike to the rule ([`the_order_of_raters_changes_nothing`]), so tables that differ by their order only are
//! taken once: an answer of a rater is known where all other raters of the group have the same one in every table that looks the
//! same. The attacker even knows who skipped which item.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::{Data, Row, Shape, fingerprint, hash_of, release, score};

/// Lowest and highest value that something has in all tables that look the same.
#[derive(Debug, Clone, Copy)]
struct Range {
    low: u32,
    high: u32,
}

/// What the attacker holds: one way the tables look.
#[derive(Default)]
struct View {
    /// Of every group, pattern of missing answers, and item or scale (items first).
    ranges: BTreeMap<(usize, u64, usize), Range>,
    /// The answers of the others of the first table met, sorted; `None` once another was met.
    only: Option<Option<u128>>,
    n_tables: u64,
    /// The first table, for the message.
    example: Data,
}

/// What an attack found.
#[derive(Debug, Default)]
pub struct Attack {
    /// A table, the group, and the place of the item or (after the items) scale that is known.
    pub known: Option<(Data, usize, usize)>,
    /// Tables times accomplices.
    pub n_views_of_tables: u64,
    /// Of these, where the answers of the others are known but for whose they are.
    pub n_known_but_for_order: u64,
}

/// Tries every table of a shape against a way of publishing.
pub fn attack(shape: &Shape, publish: impl Fn(&Data) -> u128) -> Attack {
    let rows = all_rows(shape);
    let per_group: Vec<Vec<Vec<usize>>> = shape.sizes.iter().map(|&size| multisets(rows.len(), size)).collect();
    let mut views: BTreeMap<u128, View> = BTreeMap::new();
    let mut choice = vec![0; per_group.len()];
    loop {
        let picked: Vec<&Vec<usize>> = choice.iter().zip(&per_group).map(|(&idx, sets)| &sets[idx]).collect();
        let data: Data = picked.iter().map(|set| set.iter().map(|&row| rows[row].clone()).collect()).collect();
        let seen = publish(&data);
        for group_idx in 0..data.len() {
            for rater_idx in 0..data[group_idx].len() {
                // Raters with the same answers are the same accomplice; sorted, they are neighbors.
                if rater_idx == 0 || picked[group_idx][rater_idx] != picked[group_idx][rater_idx - 1] {
                    look(shape, &data, picked[group_idx][rater_idx], (group_idx, rater_idx), seen, &mut views);
                }
            }
        }
        if !advance(&mut choice, &per_group) {
            return conclude(views);
        }
    }
}

/// Puts a table to those that look the same to an accomplice.
fn look(
    shape: &Shape,
    data: &Data,
    own_row: usize,
    accomplice: (usize, usize),
    seen: u128,
    views: &mut BTreeMap<u128, View>,
) {
    let others = |group_idx: usize| {
        let rows = data[group_idx].iter().enumerate();
        rows.filter(move |&(rater_idx, _)| (group_idx, rater_idx) != accomplice).map(|(_, row)| row)
    };
    let mut knowledge = vec![seen as u64, (seen >> 64) as u64, accomplice.0 as u64, own_row as u64];
    let mut answers = Vec::new();
    for group_idx in 0..data.len() {
        let mut patterns: Vec<u64> = others(group_idx).map(pattern).collect();
        patterns.sort_unstable();
        knowledge.extend(patterns);
        answers.extend(others(group_idx).flat_map(|row| row.iter().map(|answer| answer.map_or(99, u64::from))));
    }
    let view = views.entry(hash_of(&knowledge)).or_default();
    if view.n_tables == 0 {
        view.example.clone_from(data);
    }
    view.n_tables += 1;
    let answers = hash_of(&answers);
    view.only = Some(match view.only {
        None => Some(answers),
        Some(only) => only.filter(|&only| only == answers),
    });
    for group_idx in 0..data.len() {
        if group_idx == 0 && shape.named_first {
            continue;
        }
        for row in others(group_idx) {
            let mut widen = |place: usize, value: u32| {
                let new = Range { low: value, high: value };
                let range = view.ranges.entry((group_idx, pattern(row), place)).or_insert(new);
                *range = Range { low: range.low.min(value), high: range.high.max(value) };
            };
            row.iter().enumerate().for_each(|(item, answer)| {
                answer.iter().for_each(|&answer| widen(item, u32::from(answer)));
            });
            let mut start = 0;
            for (scale_idx, &n_items) in shape.scales.iter().enumerate() {
                score(&row[start..start + n_items]).iter().for_each(|&score| widen(shape.n_items() + scale_idx, score));
                start += n_items;
            }
        }
    }
}

fn conclude(views: BTreeMap<u128, View>) -> Attack {
    let mut found = Attack::default();
    for view in views.into_values() {
        found.n_views_of_tables += view.n_tables;
        if view.only.flatten().is_some() {
            found.n_known_but_for_order += view.n_tables;
        }
        let known = view.ranges.iter().find(|(_, range)| range.low == range.high);
        if let (None, Some((&(group_idx, _, place), _))) = (&found.known, known) {
            found.known = Some((view.example, group_idx, place));
        }
    }
    found
}

/// The next combination of tables of the groups; false after the last.
fn advance(choice: &mut [usize], per_group: &[Vec<Vec<usize>>]) -> bool {
    for (idx, sets) in choice.iter_mut().zip(per_group) {
        *idx += 1;
        if *idx < sets.len() {
            return true;
        }
        *idx = 0;
    }
    false
}

/// One bit an item that is missing.
fn pattern(row: &Row) -> u64 {
    row.iter().enumerate().map(|(item, answer)| u64::from(answer.is_none()) << item).sum()
}

/// Every way to answer.
fn all_rows(shape: &Shape) -> Vec<Row> {
    let add = |rows: Vec<Row>, item: usize| {
        let skipped = (item >= shape.skipped_from).then_some(None);
        let answers: Vec<Option<u8>> = (0..shape.options).map(Some).chain(skipped).collect();
        rows.iter().flat_map(|row| answers.iter().map(|&answer| [row.as_slice(), &[answer]].concat())).collect()
    };
    (0..shape.n_items()).fold(vec![Vec::new()], add)
}

/// All ways to choose `size` of `n_rows`, in rising order, the same one more than once allowed.
fn multisets(n_rows: usize, size: usize) -> Vec<Vec<usize>> {
    let longer = |sets: Vec<Vec<usize>>, _| {
        let extend = |set: &Vec<usize>| {
            let set = set.clone();
            (set.last().copied().unwrap_or(0)..n_rows).map(move |row| [set.as_slice(), &[row]].concat())
        };
        sets.iter().flat_map(extend).collect()
    };
    (0..size).fold(vec![Vec::new()], longer)
}

/// Every shape with the reason it is here.
fn shapes() -> Vec<Shape> {
    let named = Shape { named_first: true, ..Shape::new(&[1, 3], &[2], 3) };
    let means_of_five = Shape { spread_minimum: 6, ..Shape::new(&[5], &[2], 4) };
    vec![
        // Single items, from the smallest group that shows them.
        Shape::new(&[5], &[1], 7),
        Shape::new(&[6], &[1], 5),
        Shape::new(&[8], &[1], 7),
        // Means without spread.
        Shape::new(&[3], &[2], 6),
        Shape::new(&[3], &[3], 3),
        Shape::new(&[4], &[2], 4),
        Shape::new(&[4], &[3], 2),
        means_of_five,
        // Spread and items.
        Shape::new(&[5], &[2], 4),
        Shape::new(&[5], &[3], 2),
        Shape::new(&[6], &[2], 3),
        Shape::new(&[8], &[2], 2),
        // Several scales of the same raters.
        Shape::new(&[5], &[1, 1], 4),
        Shape::new(&[3], &[2, 1], 4),
        // Several groups and their total.
        Shape::new(&[3, 3], &[2], 3),
        Shape::new(&[5, 3], &[1], 5),
        Shape::new(&[5, 5], &[1], 5),
        // A group below its minimum; a superior who has agreed.
        Shape::new(&[2, 3], &[2], 3),
        named,
        // Skipped items.
        Shape::new(&[4], &[2], 3).skipped_from(0),
        Shape::new(&[5], &[2], 3).skipped_from(0),
        Shape::new(&[6], &[1], 4).skipped_from(0),
        Shape::new(&[6], &[2], 4).skipped_from(1),
        Shape::new(&[3, 3], &[2], 2).skipped_from(0),
    ]
}

#[test]
fn no_answer_of_any_small_group_is_known() {
    // How often a scale, its spread, its items, and the same of totals are shown: what is never shown is not tested.
    let shown = Cell::new([0_u64; 6]);
    for shape in shapes() {
        let plan = shape.plan();
        let publish = |data: &Data| {
            let published = release(&plan, data);
            let mut counts = shown.get();
            let of_groups = published.groups().iter().flat_map(|group| &group.scales).map(|scale| (0, scale));
            let of_total = published.total().iter().filter(|_| published.groups().len() > 1).map(|scale| (3, scale));
            for (place, scale) in of_groups.chain(of_total) {
                let figures = scale.scale.figures();
                counts[place] += u64::from(figures.is_some());
                counts[place + 1] += u64::from(figures.is_some_and(|figures| figures.spread.is_some()));
                counts[place + 2] += u64::from(scale.items.figures().is_some());
            }
            shown.set(counts);
            fingerprint(&published)
        };
        let found = attack(&shape, publish);
        assert_eq!(found.known, None, "{shape:?}");
        let only_means =
            shape.sizes.iter().all(|&size| size < shape.spread_minimum) && shape.skipped_from > shape.n_items();
        assert!(
            !only_means || found.n_known_but_for_order == 0,
            "a mean gave the answers away but for order: {shape:?}"
        );
    }
    assert!(shown.get().iter().all(|&count| count > 100), "{shown:?}");
}

/// Permitted, and told in the documentation of the rule: whose answer is which stays open.
#[test]
fn mean_and_spread_of_an_item_often_give_the_answers_away_but_for_order() {
    let shape = Shape::new(&[5], &[1], 7);
    let plan = shape.plan();
    let found = attack(&shape, |data| fingerprint(&release(&plan, data)));
    assert_eq!((found.n_known_but_for_order, found.n_views_of_tables), (1017, 1470));
}

#[test]
fn the_order_of_raters_changes_nothing() {
    let shape = Shape::new(&[5, 3], &[2, 1], 5);
    let plan = shape.plan();
    let row = |answers: [u8; 3]| answers.map(Some).to_vec();
    let data: Data = vec![
        vec![row([0, 2, 1]), row([4, 1, 3]), row([3, 1, 0]), row([2, 4, 2]), row([1, 3, 4])],
        vec![row([1, 4, 3]), row([2, 2, 2]), row([3, 0, 4])],
    ];
    let published = release(&plan, &data);
    assert!(published.groups()[0].scales.iter().all(|scale| scale.items.figures().is_some()));
    for turn in 1..15 {
        let mut turned = data.clone();
        turned[0].rotate_left(turn % 5);
        turned[1].rotate_left(turn % 3);
        assert_eq!(release(&plan, &turned), published);
    }
}
