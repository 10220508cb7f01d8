//! Agreement of raters against R.

use std::collections::BTreeMap;

use engine::agreement::nested::{GroupSize, NestedConfig, nested_agreement};
use engine::agreement::null_distribution::NullDistribution;
use engine::agreement::self_other::{compare_scale, profile_agreement};
use engine::agreement::within_group::{NegativeAgreement, WithinGroupConfig, rwg, within_group_agreement};
use engine::stats::descriptive::mean;
use engine::stats::{ItemColumn, ItemScores};

use crate::support::oracle::{Case, Checker, Conformance};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [raters(), self_other()].concat()
}

/// r_wg, r_wg(j), average deviation, ICC(1) and ICC(2) of 30 people with 3 to 8 raters.
pub fn raters() -> Vec<Conformance> {
    let case = Case::load("agreement/raters");
    let items: Vec<String> = (1..=6).map(|item| format!("i{item}")).collect();
    let mut targets: BTreeMap<i64, Vec<Vec<i32>>> = BTreeMap::new();
    for row in case.table("input.csv").rows() {
        let answers = items.iter().map(|item| row.text(item).parse().unwrap()).collect();
        targets.entry(row.text("target").parse().unwrap()).or_default().push(answers);
    }
    // Options are 1 to `options` in the make.R of the case.
    let highest = case.setting("options") as i32;
    let null_variance = NullDistribution::Uniform.variance(highest as usize).unwrap();
    assert_eq!(null_variance, case.setting("uniform_variance"));
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let raters = &targets[&row.text("target").parse().unwrap()];
        let column =
            |item: usize| ItemColumn::new(1, highest, raters.iter().map(|answers| Some(answers[item]))).unwrap();
        let ratings = ItemScores::new((0..items.len()).map(column).collect()).unwrap();
        let found = within_group_agreement(&ratings, &WithinGroupConfig::uniform()).unwrap();
        let first: Vec<f64> = raters.iter().map(|answers| f64::from(answers[0])).collect();
        check.number(&row, "n_raters", Some(found.n_raters as f64));
        check.number(&row, "mean_score", Some(found.mean_score));
        check.number(&row, "variance_first_item", Some(found.items[0].variance));
        check.number(&row, "rwg_first_item", Some(found.items[0].rwg));
        check.number(&row, "rwg_unbounded", rwg(&first, null_variance, NegativeAgreement::Keep));
        check.number(&row, "rwg_j", found.rwg_j);
        check.number(&row, "ad_mean_first_item", Some(found.items[0].ad_mean));
        check.number(&row, "ad_mean", Some(found.ad_mean));
        check.number(&row, "ad_median", Some(found.ad_median));
    }
    let score = |answers: &Vec<i32>| f64::from(answers.iter().sum::<i32>()) / answers.len() as f64;
    let groups: Vec<Vec<f64>> = targets.values().map(|raters| raters.iter().map(score).collect()).collect();
    let nested = |group_size| nested_agreement(&groups, NestedConfig { group_size, level: 0.95 }).unwrap();
    let (by_mean, by_adjusted) = (nested(GroupSize::Mean), nested(GroupSize::Adjusted));
    for row in case.table("expected_icc.csv").rows() {
        let got = match row.text("quantity") {
            "mean_square_between" => Some(by_mean.mean_square_between),
            "mean_square_within" => Some(by_mean.mean_square_within),
            "mean_group_size" => Some(by_mean.mean_group_size),
            "adjusted_group_size" => Some(by_mean.adjusted_group_size),
            "icc1" => Some(by_mean.icc1),
            "icc2" => by_mean.icc2,
            "icc1_adjusted_size" => Some(by_adjusted.icc1),
            "f" => by_mean.f,
            "p_value" => by_mean.p_value,
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn agreement_within_groups_agrees_with_r() {
    raters();
}

/// Self-ratings of 50 people on six scales against the mean of 2 to 6 raters.
pub fn self_other() -> Vec<Conformance> {
    let case = Case::load("agreement/self_other");
    let scales: Vec<String> = (1..=6).map(|scale| format!("s{scale}")).collect();
    let mut raters: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new();
    for row in case.table("others.csv").rows() {
        let ratings = scales.iter().map(|scale| row.number(scale).unwrap()).collect();
        raters.entry(row.text("target").to_owned()).or_default().push(ratings);
    }
    let others: Vec<Vec<f64>> = case
        .table("input.csv")
        .rows()
        .map(|row| {
            let ratings = &raters[row.text("target")];
            let of_scale = |scale| mean(&ratings.iter().map(|r: &Vec<f64>| r[scale]).collect::<Vec<_>>()).unwrap();
            (0..scales.len()).map(of_scale).collect()
        })
        .collect();
    let own: Vec<Vec<f64>> = scales.iter().map(|scale| case.table("input.csv").numbers(scale)).collect();
    let mut check = Checker::new(&case);
    for (scale, row) in case.table("expected_scales.csv").rows().enumerate() {
        let of_others: Vec<f64> = others.iter().map(|person| person[scale]).collect();
        let found = compare_scale(&own[scale], &of_others, 0.95).unwrap();
        check.number(&row, "self_mean", Some(found.self_mean));
        check.number(&row, "other_mean", Some(found.other_mean));
        check.number(&row, "self_sd", Some(found.self_sd));
        check.number(&row, "other_sd", Some(found.other_sd));
        check.number(&row, "mean_difference", Some(found.mean_difference));
        check.number(&row, "sd_difference", Some(found.sd_difference));
        check.number(&row, "t", found.t);
        check.number(&row, "cohen_d_pooled", found.cohen_d_pooled);
        check.number(&row, "r", found.r);
    }
    for (person, row) in case.table("expected_targets.csv").rows().enumerate() {
        let profile: Vec<f64> = own.iter().map(|scale| scale[person]).collect();
        let found = profile_agreement(&profile, &others[person]).unwrap();
        check.number(&row, "profile_r", found.r);
        check.number(&row, "profile_distance", Some(found.distance));
        check.number(&row, "mean_absolute_difference", Some(found.mean_absolute_difference));
        check.number(&row, "double_entry_icc", found.double_entry_icc);
        for (scale, difference) in scales.iter().zip(&found.differences) {
            check.number(&row, &format!("difference_{scale}"), Some(*difference));
        }
    }
    check.finish()
}

#[test]
fn self_and_others_agree_with_r() {
    self_other();
}
