//! Alpha with all item statistics of a long scale: the job of `psych::alpha`, which benches/peers/psych_alpha.R times on answers
//! of the same shape.
#![expect(clippy::expect_used, reason = "a bench without its answers has nothing to measure")]
#![allow(missing_docs, reason = "the macros of criterion write functions without docs")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::ctt::ItemAnalysis;
use engine::stats::{ItemColumn, ItemScores, MissingPairs};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

const N_ITEMS: usize = 100;
const N_RESPONDENTS: usize = 200_000;

/// Six categories; the answers of a respondent lie around a level of the respondent.
fn scores(missing_rate: f64) -> ItemScores {
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    let levels: Vec<f64> = (0..N_RESPONDENTS).map(|_| rng.random_range(0.0..3.0)).collect();
    let columns = (0..N_ITEMS).map(|_| {
        let points = levels.iter().map(|level| {
            let answer = (level + rng.random_range(0.0..3.0)) as i32;
            (rng.random::<f64>() >= missing_rate).then_some(1 + answer.min(5))
        });
        ItemColumn::new(1, 6, points.collect::<Vec<_>>())
    });
    ItemScores::new(columns.collect::<Result<_, _>>().expect("points of 1 to 6")).expect("columns of one length")
}

fn item_analysis(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("item_analysis/100_items/200000_respondents");
    group.throughput(Throughput::Elements((N_ITEMS * N_RESPONDENTS) as u64)).sample_size(10);
    for (name, missing_rate) in [("complete", 0.0), ("two_percent_missing", 0.02)] {
        let scores = scores(missing_rate);
        group.bench_function(name, |bencher| {
            bencher.iter(|| ItemAnalysis::of_scores(black_box(&scores), MissingPairs::Pairwise));
        });
    }
    group.finish();
}

criterion_group!(benches, item_analysis);
criterion_main!(benches);
