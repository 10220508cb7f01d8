//! Bootstrap of a norm table, its formulas, and the fit of a continuous norm.
#![expect(clippy::expect_used, reason = "a bench whose fixed input is unsound has nothing to measure")]
#![allow(missing_docs, reason = "the macros of criterion write functions without docs")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use engine::model::ids::StratumId;
use engine::norms::continuous::{AgedScore, ContinuousConfig, fit_continuous};
use engine::norms::sampling_error::{self, BootstrapConfig};
use engine::norms::{AgeBand, BuiltNorm, IntegerGrid, NormBuilder, Stratum};

/// A sum of 24 answers from 0 to 4, by a fixed generator.
fn raw_scores(n: usize) -> impl Iterator<Item = f64> {
    let mut state = 12_345_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 5
    };
    (0..n).map(move |_| (0..24).map(|_| next() as f64).sum())
}

fn norm(n: usize, n_scales: usize) -> BuiltNorm {
    let everyone = Stratum::new(StratumId::new("all").expect("an id"), None, AgeBand::OPEN, None);
    let mut builder = NormBuilder::new(n_scales, vec![everyone], 30);
    for raw in raw_scores(n) {
        builder.add_person(0).expect("a stratum");
        for scale_idx in 0..n_scales {
            builder.add(0, scale_idx, raw).expect("a scale");
        }
    }
    let grid = Some(IntegerGrid::new(0, 96).expect("a grid"));
    builder.finish(&vec![grid; n_scales])
}

fn bootstrap(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("norms");
    group.sample_size(10);
    let built = norm(20_000, 1);
    let config = BootstrapConfig { n_replicates: 1000, seed: 1 };
    group.bench_function("bootstrap/1_scale/20000_people/1000_replicates", |bencher| {
        bencher.iter(|| black_box(&built).bootstrap(&config));
    });
    let all = norm(20_000, 35);
    group.bench_function("bootstrap/35_scales/20000_people/1000_replicates", |bencher| {
        bencher.iter(|| black_box(&all).bootstrap(&config));
    });
    let scale = built.strata().first().and_then(|stratum| stratum.scale(0)).expect("a scale");
    group.bench_function("formulas/1_scale/20000_people", |bencher| {
        bencher.iter(|| sampling_error::by_formula(black_box(scale)));
    });
    let people: Vec<AgedScore> = raw_scores(20_000)
        .enumerate()
        .map(|(idx, raw)| {
            let age = 20.0 + (idx % 45) as f64;
            AgedScore { age, raw: raw + (age / 4.0).round() }
        })
        .collect();
    group.bench_function("continuous/23_terms_to_10/20000_people", |bencher| {
        bencher.iter(|| fit_continuous(black_box(&people), &ContinuousConfig::powers_5_3_by_bic()));
    });
    group.finish();
}

criterion_group!(benches, bootstrap);
criterion_main!(benches);
