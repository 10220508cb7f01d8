//! Norm tables, standard scores and percentile ranks against R and cNORM.

use engine::model::ids::{NormId, StratumId};
use engine::norms::PercentileRankDefinition::{Blom, Filliben, Levenbach, Rankit, Tukey, VanDerWaerden, YuHuang};
use engine::norms::{
    AgeBand, BuiltNorm, CombinedStrata, IntegerGrid, NormBuilder, NormDefinition, NormGroup, NormKind, ScoreMetric,
    Standardization, Stratum,
};
use engine::numeric::normal;
use engine::stats::descriptive;

use crate::support::oracle::{Case, Checker, Conformance};

/// Names of the metrics in the columns of the case.
const METRICS: [(&str, ScoreMetric); 7] = [
    ("z", ScoreMetric::Z),
    ("t_score", ScoreMetric::TScore),
    ("standard_score", ScoreMetric::StandardScore),
    ("scaled_score", ScoreMetric::ScaledScore),
    ("nce", ScoreMetric::Nce),
    ("sten", ScoreMetric::Sten),
    ("stanine", ScoreMetric::Stanine),
];

fn build(raws: &[f64], grid: IntegerGrid) -> BuiltNorm {
    let everyone = Stratum::new(StratumId::new("all").unwrap(), None, AgeBand::OPEN, None);
    let mut builder = NormBuilder::new(1, vec![everyone], 30);
    for &raw in raws {
        builder.add_person(0).unwrap();
        builder.add(0, 0, raw).unwrap();
    }
    builder.finish(&[Some(grid)])
}

fn norm_group(built: &BuiltNorm, standardization: Standardization) -> NormGroup {
    let id = NormId::new("sample").unwrap();
    let combined = CombinedStrata::NotOffered;
    built.to_norm_group(NormDefinition { id, kind: NormKind::Local, standardization, combined }).unwrap()
}

/// The norm table of one sample: built from its raw scores, then applied to every possible raw score.
pub fn conventional() -> Vec<Conformance> {
    let case = Case::load("norms/conventional");
    let raws = case.table("input.csv").numbers("raw");
    let built = build(&raws, IntegerGrid::new(0, 40).unwrap());
    let scale = built.strata()[0].scale(0).unwrap();
    let norms = [
        ("linear", norm_group(&built, Standardization::Linear)),
        ("normalized", norm_group(&built, Standardization::Normalized)),
    ];
    let mut check = Checker::new(&case);
    let expected = case.table("expected.csv");
    assert_eq!(scale.rows().iter().map(|row| row.raw).collect::<Vec<_>>(), expected.numbers("raw"));
    for (row, got) in expected.rows().zip(scale.rows()) {
        check.number(&row, "count", Some(got.count as f64));
        check.number(&row, "cumulative", Some(got.cumulative as f64));
        check.number(&row, "percentile_rank", Some(got.percentile_rank));
        check.number(&row, "percent_at_or_below", Some(got.percent_at_or_below));
        check.number(&row, "se_percentile_rank", Some(got.se_percentile_rank));
        check.number(&row, "se_linear_t", scale.standard_error_of_linear_t(got.raw));
        for (prefix, norm) in &norms {
            let score = norm.standardize(0, 0, got.raw).ok();
            for (name, metric) in METRICS {
                let value = score.and_then(|score| score.value(metric));
                check.number(&row, &format!("{prefix}_{name}"), value);
            }
        }
    }
    for row in case.table("expected_summary.csv").rows() {
        let got = match row.text("quantity") {
            "n" => Some(raws.len() as f64),
            "mean" => descriptive::mean(&raws),
            "sd" => descriptive::standard_deviation(&raws),
            "skew" => descriptive::skewness(&raws),
            "kurtosis_excess" => descriptive::excess_kurtosis(&raws),
            "se_mean" => descriptive::standard_error_of_mean(&raws),
            quantity => {
                let percent: f64 = quantity.strip_prefix("quantile7_").unwrap().parse().unwrap();
                descriptive::quantile(&raws, percent / 100.0)
            }
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn norm_tables_agree_with_r() {
    conventional();
}

#[test]
fn counts_give_the_same_moments_as_the_list_of_scores() {
    let raws = Case::load("norms/conventional").table("input.csv").numbers("raw");
    let built = build(&raws, IntegerGrid::new(0, 40).unwrap());
    let scale = built.strata()[0].scale(0).unwrap();
    let close = |got: Option<f64>, list: Option<f64>| assert!((got.unwrap() - list.unwrap()).abs() < 1e-12);
    close(Some(scale.mean()), descriptive::mean(&raws));
    close(scale.sd(), descriptive::standard_deviation(&raws));
    close(scale.standard_error_of_mean(), descriptive::standard_error_of_mean(&raws));
}

/// The seven rank formulas of cNORM, in the order of its method numbers.
pub fn rank_methods() -> Vec<Conformance> {
    const METHODS: [engine::norms::PercentileRankDefinition; 7] =
        [Blom, Tukey, VanDerWaerden, Rankit, Levenbach, Filliben, YuHuang];
    let case = Case::load("norms/rank_methods");
    let people: Vec<(f64, f64)> = {
        let input = case.table("input.csv");
        input.numbers("group").into_iter().zip(input.numbers("raw")).collect()
    };
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let (group, raw) = (row.number("group").unwrap(), row.number("raw").unwrap());
        let count =
            |level: &dyn Fn(f64) -> bool| people.iter().filter(|(g, r)| *g == group && level(*r)).count() as u64;
        let (below, equal, n) = (count(&|r| r < raw), count(&|r| r == raw), count(&|_| true));
        let method: usize = row.text("method").parse().unwrap();
        let share = METHODS[method - 1].percentile_rank(below, equal, n).unwrap() / 100.0;
        check.number(&row, "percentile", Some(share));
        check.number(&row, "t_score", normal::quantile(share).and_then(|z| ScoreMetric::TScore.from_z(z)));
    }
    check.finish()
}

#[test]
fn rank_formulas_agree_with_cnorm() {
    rank_methods();
}
