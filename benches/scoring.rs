//! Scoring alone: answers in memory to sums and raw scores, on one core, without reading or writing.
#![expect(clippy::expect_used, reason = "a bench without its bundled instrument has nothing to measure")]
#![allow(missing_docs, reason = "the macros of criterion write functions without docs")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::model::ResponseMatrix;
use engine::scoring::{RawColumn, ScoringPlan, Squares, Tallies};
use instruments::Catalog;

/// Complete answers, and the same with a hole in a hundred.
fn matrix(instrument: &engine::model::Instrument, n: usize, holes: bool) -> ResponseMatrix {
    let n_items = instrument.items().len();
    let skipped = ResponseMatrix::missing_code(engine::model::Missing::Skipped);
    let cells = (0..n * n_items)
        .map(|idx| if holes && idx % 101 == 7 { skipped } else { ((idx * 7 + idx / 13) % 5) as u8 })
        .collect();
    ResponseMatrix::from_item_columns(instrument, n, cells).expect("the codes are categories")
}

fn tally(criterion: &mut Criterion) {
    let catalog = Catalog::bundled();
    let loaded = catalog.find("ipip-neo-120").expect("it is bundled");
    let instrument = loaded.instrument();
    let plan = ScoringPlan::compile(instrument);
    let mut group = criterion.benchmark_group("tally/ipip-neo-120");
    let n = 100_000;
    group.throughput(Throughput::Elements((n * instrument.items().len()) as u64));
    for (name, holes) in [("complete", false), ("one_percent_missing", true)] {
        let matrix = matrix(instrument, n, holes);
        let mut tallies = Tallies::new();
        group.bench_function(format!("{name}/100000_respondents"), |bencher| {
            bencher.iter(|| plan.tally(black_box(&matrix), Squares::Skip, &mut tallies));
        });
    }
    group.finish();
}

/// From answers to the raw scores of all scales: sums, then the missing policy.
fn raw_scores(criterion: &mut Criterion) {
    let catalog = Catalog::bundled();
    let loaded = catalog.find("ipip-neo-120").expect("it is bundled");
    let instrument = loaded.instrument();
    let plan = ScoringPlan::compile(instrument);
    let n = 100_000;
    let mut group = criterion.benchmark_group("raw_scores/ipip-neo-120");
    group.throughput(Throughput::Elements((n * instrument.items().len()) as u64));
    for (name, holes) in [("complete", false), ("one_percent_missing", true)] {
        let matrix = matrix(instrument, n, holes);
        let (mut tallies, mut column) = (Tallies::new(), RawColumn::new());
        group.bench_function(format!("{name}/100000_respondents"), |bencher| {
            bencher.iter(|| {
                plan.tally(black_box(&matrix), Squares::Skip, &mut tallies);
                for scale_idx in 0..plan.n_scales() {
                    plan.raw_column(scale_idx, &tallies, &mut column);
                    black_box(&column);
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, tally, raw_scores);
criterion_main!(benches);
