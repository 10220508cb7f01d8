//! Parallel analysis of 25 items and 2,800 respondents, 100 random data sets, components and factors: the job of
//! `peers/psych_parallel.R`. With normal data, and with the observed answers dealt out anew.
#![expect(clippy::expect_used, reason = "a bench without its data has nothing to measure")]
#![allow(missing_docs, reason = "the macros of criterion write functions without docs")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use engine::factor::{ParallelConfig, parallel_analysis, parallel_analysis_permuted};
use engine::stats::{CovarianceError, ItemColumn, ItemScores, MissingPairs, correlations, covariances};
use nalgebra::DMatrix;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

const N_RESPONDENTS: usize = 2800;
const N_ITEMS: usize = 25;

/// Answers from 1 to 6; the items of a group of five share a part.
fn answers() -> ItemScores {
    let mut rng = ChaCha12Rng::seed_from_u64(25);
    let shared: Vec<Vec<f64>> =
        (0..N_ITEMS / 5).map(|_| (0..N_RESPONDENTS).map(|_| rng.random_range(-1.5..1.5)).collect()).collect();
    let columns = (0..N_ITEMS).map(|item| {
        let points = shared[item / 5].iter().map(|part| {
            let own: f64 = rng.random_range(-1.5..1.5);
            // Within 1..=6 by the clamp.
            Some((3.5 + part + own).round().clamp(1.0, 6.0) as i32)
        });
        ItemColumn::new(1, 6, points).expect("points are within the range")
    });
    ItemScores::new(columns.collect()).expect("columns are equally long")
}

fn pearson(scores: &ItemScores) -> Result<DMatrix<f64>, CovarianceError> {
    correlations(&covariances(scores, MissingPairs::Pairwise)?.matrix)
}

fn parallel(criterion: &mut Criterion) {
    let scores = answers();
    let observed = pearson(&scores).expect("the items have spread");
    let config = ParallelConfig { n_draws: 100, quantile: 0.95, seed: 1 };
    let mut group = criterion.benchmark_group("parallel/25_items/2800_respondents/100_draws");
    group.sample_size(20);
    group.bench_function("normal", |bencher| {
        bencher.iter(|| parallel_analysis(black_box(&observed), N_RESPONDENTS, &config, &|_| {}));
    });
    group.bench_function("permuted", |bencher| {
        bencher.iter(|| parallel_analysis_permuted(&observed, black_box(&scores), pearson, &config, &|_| {}));
    });
    group.finish();
}

criterion_group!(benches, parallel);
criterion_main!(benches);
