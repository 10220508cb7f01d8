//! Item statistics against R.

use engine::ctt::{ChoiceItem, DistractorAnalysis, DistractorConfig, ItemAnalysis};
use engine::reliability::Alpha;
use engine::stats::MissingPairs;

use super::studies::item_scores;
use crate::support::oracle::{Case, Checker, Conformance};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [likert(), likert_missing(), multiple_choice()].concat()
}

/// Item statistics of a Likert scale.
pub fn likert() -> Vec<Conformance> {
    let case = Case::load("items/likert");
    let scores = item_scores(&case, "input.csv", 8, (1, 5));
    let found = ItemAnalysis::of_scores(&scores, MissingPairs::Listwise);
    let mut check = Checker::new(&case);
    for (row, item) in case.table("expected.csv").rows().zip(&found.items) {
        let (points, others) = (&item.distribution, &item.discrimination);
        // Type 3 of psych: moments over the SD of divisor n − 1.
        let n = points.n() as f64;
        let type_3 = (n - 1.0) / n;
        for (column, got) in [
            ("n", Some(n)),
            ("mean", points.mean()),
            ("sd", points.sd()),
            ("facility", points.facility()),
            ("item_total_correlation", others.item_total_correlation),
            ("item_total_standardized", others.item_total_standardized),
            ("item_total_corrected_overlap", others.item_total_corrected_overlap),
            ("item_rest_correlation", others.item_rest_correlation),
            ("alpha_without_item", others.alpha_without_item),
            ("standardized_alpha_without_item", others.standardized_alpha_without_item),
            ("lambda6_without_item", others.lambda6_without_item),
            ("average_r_without_item", others.average_r_without_item),
            ("skew", points.skewness().map(|skewness| skewness * type_3.powf(1.5))),
            ("kurtosis", points.excess_kurtosis().map(|kurtosis| (kurtosis + 3.0) * type_3 * type_3 - 3.0)),
        ] {
            check.number(&row, column, got);
        }
    }
    let categories = found.items.iter().flat_map(|item| {
        let points = &item.distribution;
        points.counts().iter().zip(points.shares().unwrap()).map(|(&count, share)| (count, share)).collect::<Vec<_>>()
    });
    for (row, (count, share)) in case.table("expected_categories.csv").rows().zip(categories) {
        check.number(&row, "count", Some(count as f64));
        check.number(&row, "proportion", Some(share));
    }
    check.finish()
}

#[test]
fn item_statistics_agree_with_psych() {
    likert();
}

/// The same on pairwise covariances, with answers missing.
pub fn likert_missing() -> Vec<Conformance> {
    let case = Case::load("items/likert_missing");
    let scores = item_scores(&case, "input.csv", 7, (1, 5));
    let found = ItemAnalysis::of_scores(&scores, MissingPairs::Pairwise);
    let mut check = Checker::new(&case);
    for (row, item) in case.table("expected.csv").rows().zip(&found.items) {
        let (points, others) = (&item.distribution, &item.discrimination);
        for (column, got) in [
            ("n", Some(points.n() as f64)),
            ("mean", points.mean()),
            ("sd", points.sd()),
            ("item_total_correlation", others.item_total_correlation),
            ("item_total_standardized", others.item_total_standardized),
            ("item_rest_correlation", others.item_rest_correlation),
            ("alpha_without_item", others.alpha_without_item),
            ("standardized_alpha_without_item", others.standardized_alpha_without_item),
            ("lambda6_without_item", others.lambda6_without_item),
            ("average_r_without_item", others.average_r_without_item),
        ] {
            check.number(&row, column, got);
        }
    }
    let scale = found.scale.coefficients.unwrap();
    for row in case.table("expected_scale.csv").rows() {
        let got = match row.text("quantity") {
            "alpha" => Some(scale.alpha.alpha),
            "standardized_alpha" => scale.alpha.standardized_alpha,
            "lambda6_of_correlations" => scale.lambda6_of_correlations,
            "average_r" => Some(scale.alpha.average_r),
            "signal_noise" => scale.alpha.signal_to_noise,
            "n_smallest_pair" => Some(scale.alpha.n_respondents as f64),
            "n_complete" => Some(found.scale.n_complete as f64),
            "sum_mean_complete" => found.scale.sum.mean(),
            "sum_sd_complete" => found.scale.sum.sd(),
            "listwise_alpha" => Alpha::of_scores(&scores, MissingPairs::Listwise).ok().map(|alpha| alpha.alpha),
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn item_statistics_with_missing_answers_agree_with_psych() {
    likert_missing();
}

/// Options of multiple-choice items.
pub fn multiple_choice() -> Vec<Conformance> {
    let case = Case::load("items/multiple_choice");
    let option = |letter: &str| "ABCD".find(letter).filter(|_| !letter.is_empty()).map(|place| place as u8);
    let answers = case.table("input.csv");
    let items: Vec<ChoiceItem> = case
        .table("key.csv")
        .rows()
        .map(|row| {
            let column = row.text("item");
            let chosen = answers.rows().map(|answer| option(answer.text(column)));
            ChoiceItem::new(4, option(row.text("key")).unwrap(), chosen).unwrap()
        })
        .collect();
    let found = DistractorAnalysis::new(&items, DistractorConfig::kelley_27()).unwrap();
    let mut check = Checker::new(&case);
    let options = found.items.iter().flat_map(|item| &item.options);
    for (row, option) in case.table("expected.csv").rows().zip(options) {
        for (column, got) in [
            ("count", Some(option.count as f64)),
            ("proportion", Some(option.share)),
            ("mean_total", option.mean_total),
            ("point_biserial_total", option.point_biserial_total),
            ("point_biserial_rest", option.point_biserial_rest),
            ("lower_group_proportion", Some(option.lower_group_share)),
            ("upper_group_proportion", Some(option.upper_group_share)),
        ] {
            check.number(&row, column, got);
        }
    }
    for (row, item) in case.table("expected_items.csv").rows().zip(&found.items) {
        for (column, got) in [
            ("facility", Some(item.facility)),
            ("missing", Some(item.n_missing as f64)),
            ("point_biserial", item.point_biserial),
            ("item_rest_correlation", item.item_rest_correlation),
            ("biserial_rest", item.biserial_rest),
            ("upper_lower_index", Some(item.upper_lower_index)),
        ] {
            check.number(&row, column, got);
        }
    }
    for row in case.table("expected_test.csv").rows() {
        let got = match row.text("quantity") {
            "n_respondents" => Some(found.n_respondents as f64),
            "kr20" => found.kr20,
            "total_mean" => found.total.mean(),
            "total_sd" => found.total.sd(),
            "lower_cut" => Some(found.lower_cut as f64),
            "upper_cut" => Some(found.upper_cut as f64),
            "n_lower" => Some(found.n_lower as f64),
            "n_upper" => Some(found.n_upper as f64),
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn options_of_multiple_choice_items_agree_with_r() {
    multiple_choice();
}
