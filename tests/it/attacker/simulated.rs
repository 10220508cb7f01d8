//! Thousands of groups of real size: for every answer another table is built that looks the same.

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

use super::{Data, Row, Shape, fingerprint, release, score};

/// Draws a shape with 1 to 3 groups of 2 to 8 raters, and answers of some pattern.
fn draw(rng: &mut impl Rng) -> (Shape, Data) {
    let n_groups = rng.random_range(1..=3);
    let shape = Shape {
        sizes: (0..n_groups).map(|_| rng.random_range(2..=8)).collect(),
        named_first: false,
        scales: (0..rng.random_range(1..=2)).map(|_| rng.random_range(1..=4)).collect(),
        options: rng.random_range(2..=7),
        skipped_from: if rng.random_bool(0.2) { 0 } else { usize::MAX },
        spread_minimum: 5,
    };
    let data = shape.sizes.iter().map(|&size| draw_group(&shape, size, rng)).collect();
    (shape, data)
}

/// Anything from chaos to full agreement, at an end or in the middle.
fn draw_group(shape: &Shape, size: usize, rng: &mut impl Rng) -> Vec<Row> {
    let top = shape.options - 1;
    let center: Vec<u8> = (0..shape.n_items()).map(|_| rng.random_range(0..=top)).collect();
    let (common, stray) = (rng.random_range(0..=top), rng.random_range(0.0..1.0));
    let by_item = rng.random_bool(0.5);
    let mut answer = |item: usize| {
        let wanted = if by_item { center[item] } else { common };
        let given = if rng.random_bool(stray) { rng.random_range(0..=top) } else { wanted };
        (item < shape.skipped_from || rng.random_bool(0.9)).then_some(given)
    };
    (0..size).map(|_| (0..shape.n_items()).map(&mut answer).collect()).collect()
}

/// The tables that may look the same, with another answer at the place; most likely ones first. `all` is the accomplice (group,
/// rater), the rater in question (group, rater) and the item.
fn candidates(
    shape: &Shape,
    data: &Data,
    accomplice: (usize, usize),
    (group_idx, rater): (usize, usize),
    item: usize,
) -> Vec<Data> {
    let rows = &data[group_idx];
    let others: Vec<usize> = (0..rows.len()).filter(|&idx| (group_idx, idx) != accomplice).collect();
    let scale = scale_of(shape, item);
    let top = shape.options - 1;
    let with = |change: &dyn Fn(&mut Vec<Row>)| {
        let mut changed = data.clone();
        change(&mut changed[group_idx]);
        changed
    };
    // Who skipped what is known: only raters with the same gaps in the scale can be exchanged.
    let gaps = |idx: usize| rows[idx][scale.clone()].iter().map(Option::is_none).collect::<Vec<bool>>();
    let alike = |a: usize, b: usize| gaps(a) == gaps(b);
    let exchange = |rows: &mut Vec<Row>, a: usize, b: usize| {
        let (of_a, of_b) = (rows[a][scale.clone()].to_vec(), rows[b][scale.clone()].to_vec());
        rows[a][scale.clone()].copy_from_slice(&of_b);
        rows[b][scale.clone()].copy_from_slice(&of_a);
    };
    let mut found = Vec::new();
    for &other in others.iter().filter(|&&other| alike(rater, other)) {
        found.push(with(&|rows| exchange(rows, rater, other)));
    }
    for end in [0, top] {
        found.push(with(&|rows| {
            others.iter().for_each(|&idx| rows[idx].iter_mut().for_each(|answer| *answer = answer.map(|_| end)));
        }));
    }
    for answer in 0..=top {
        found.push(with(&|rows| rows[rater][item] = Some(answer)));
    }
    for other_item in scale.clone().filter(|&other_item| other_item != item) {
        let columns = |rows: &mut Vec<Row>| {
            for &idx in &others {
                if score(&rows[idx][scale.clone()]).is_some() {
                    rows[idx].swap(item, other_item);
                }
            }
        };
        found.push(with(&columns));
        for &other in others.iter().filter(|&&other| alike(rater, other)) {
            found.push(with(&|rows| {
                columns(rows);
                exchange(rows, rater, other);
            }));
        }
        for step in [1_i8, -1] {
            found.push(with(&|rows| {
                move_points(rows, (rater, item), (rater, other_item), step, top);
            }));
        }
    }
    for &other in others.iter().filter(|&&other| other != rater) {
        for other_item in scale.clone() {
            for step in [1_i8, -1] {
                found.push(with(&|rows| {
                    move_points(rows, (rater, item), (other, other_item), step, top);
                }));
            }
        }
    }
    found
}

/// Adds a step at one place and takes it at another, where both stay in range.
fn move_points(rows: &mut [Row], to: (usize, usize), from: (usize, usize), step: i8, top: u8) {
    let moved = |answer: Option<u8>, step: i8| answer?.checked_add_signed(step).filter(|&answer| answer <= top);
    if let (Some(more), Some(less)) = (moved(rows[to.0][to.1], step), moved(rows[from.0][from.1], -step)) {
        rows[to.0][to.1] = Some(more);
        rows[from.0][from.1] = Some(less);
    }
}

fn scale_of(shape: &Shape, item: usize) -> std::ops::Range<usize> {
    let mut start = 0;
    for &n_items in &shape.scales {
        if item < start + n_items {
            return start..start + n_items;
        }
        start += n_items;
    }
    panic!("no item {item}");
}

#[test]
fn every_answer_of_simulated_groups_could_be_another() {
    let mut rng = ChaCha12Rng::seed_from_u64(360);
    let (mut n_means, mut n_tables, mut n_totals, mut n_unanimous) = (0, 0, 0, 0);
    for round in 0..3000 {
        let (shape, data) = draw(&mut rng);
        let plan = shape.plan();
        let published = release(&plan, &data);
        let seen = fingerprint(&published);
        let scales = || published.groups().iter().flat_map(|group| &group.scales);
        n_means += scales().filter(|scale| scale.scale.figures().is_some()).count();
        n_tables += scales().filter(|scale| scale.items.figures().is_some()).count();
        n_totals += published.total().iter().filter(|scale| scale.scale.figures().is_some()).count();
        let accomplice_group = rng.random_range(0..data.len());
        let accomplice = (accomplice_group, rng.random_range(0..data[accomplice_group].len()));
        for (group_idx, rows) in data.iter().enumerate() {
            for rater in (0..rows.len()).filter(|&rater| (group_idx, rater) != accomplice) {
                for item in (0..shape.n_items()).filter(|&item| rows[rater][item].is_some()) {
                    let differs = |other: &Data| other[group_idx][rater][item] != rows[rater][item];
                    let looks_the_same = |other: &Data| fingerprint(&release(&plan, other)) == seen;
                    let tables = candidates(&shape, &data, accomplice, (group_idx, rater), item);
                    let mut other = tables.iter().filter(|&other| differs(other));
                    assert!(
                        other.any(looks_the_same),
                        "round {round}: rater {rater} of group {group_idx}, item {item} of {data:?}, accomplice {accomplice:?}"
                    );
                    let same = |other: usize| rows[other][item] == rows[rater][item];
                    n_unanimous +=
                        usize::from((0..rows.len()).all(|other| (group_idx, other) == accomplice || same(other)));
                }
            }
        }
    }
    // What is never shown, and answers that are never shared by all others, are not tested.
    assert!(n_means > 1000 && n_tables > 300 && n_totals > 500 && n_unanimous > 5000);
}
