//! Polychoric correlations of all pairs of items: thresholds, correlations, standard errors.
#![expect(clippy::expect_used, reason = "a bench without its answers has nothing to measure")]
#![allow(missing_docs, reason = "the macros of criterion write functions without docs")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::stats::matrix::{CorrelationMethod, PolychoricConfig, correlation_matrix};
use engine::stats::{ItemColumn, ItemScores, MissingPairs};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

const N_RESPONDENTS: usize = 2800;
const N_ITEMS: usize = 25;
const LOADINGS: [f64; 5] = [0.7, 0.6, 0.5, 0.65, 0.55];
const THRESHOLDS: [f64; 5] = [-1.5, -0.8, -0.1, 0.6, 1.3];

/// Sum of twelve uniform numbers: near enough to normal for a bench.
fn normal(rng: &mut ChaCha12Rng) -> f64 {
    (0..12).map(|_| f64::from(rng.next_u32()) / f64::from(u32::MAX)).sum::<f64>() - 6.0
}

/// Five factors of five items with six categories, as in `peers/psych_polychoric.R`.
fn answers() -> ItemScores {
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    let factors: Vec<[f64; 5]> = (0..N_RESPONDENTS).map(|_| std::array::from_fn(|_| normal(&mut rng))).collect();
    let columns = (0..N_ITEMS).map(|item_idx| {
        let loading = LOADINGS[item_idx % 5];
        let unique = (1.0 - loading * loading).sqrt();
        let points = factors.iter().map(|factor| {
            let value = loading * factor[item_idx / 5] + unique * normal(&mut rng);
            Some(1 + THRESHOLDS.iter().filter(|&&threshold| value > threshold).count() as i32)
        });
        ItemColumn::new(1, 6, points.collect::<Vec<_>>()).expect("the points are within their range")
    });
    ItemScores::new(columns.collect()).expect("the columns are equally long")
}

fn polychoric(criterion: &mut Criterion) {
    let scores = answers();
    let method = CorrelationMethod::Polychoric(PolychoricConfig::plain());
    let mut group = criterion.benchmark_group("polychoric/6_categories/25_items");
    group.throughput(Throughput::Elements((N_ITEMS * (N_ITEMS - 1) / 2) as u64));
    group.bench_function("2800_respondents", |bencher| {
        bencher
            .iter(|| correlation_matrix(black_box(&scores), &method, MissingPairs::Pairwise).expect("all items vary"));
    });
    group.finish();
}

criterion_group!(benches, polychoric);
criterion_main!(benches);
