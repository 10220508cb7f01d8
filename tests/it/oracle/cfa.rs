//! Confirmatory factor analysis against lavaan.

use engine::cfa::{
    Estimate, FitMeasures, GroupEstimates, Invariance, InvarianceLevel, InvarianceStep, MlSolution, PolychoricMoments,
    SampleMoments, SimpleStructure, WlsmvSolution, compare_groups, fit_ml, fit_wlsmv,
};
use engine::stats::{ItemColumn, ItemScores};

use crate::support::oracle::{Case, Checker, Conformance, Row, Table};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [cfa_ml(), cfa_wlsmv(), wlsmv_mixed(), invariance()].concat()
}

const FACTORS: [&str; 3] = ["verbal", "number", "speed"];

fn factor_idx(name: &str) -> Option<usize> {
    FACTORS.iter().position(|factor| *factor == name)
}

/// Place of item `i01`, `i02` …
fn item_idx(name: &str) -> Option<usize> {
    name.strip_prefix('i').and_then(|number| number.parse::<usize>().ok()).map(|number| number - 1)
}

/// Three items a factor.
fn structure() -> SimpleStructure {
    SimpleStructure::new(vec![vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8]]).unwrap()
}

fn scores<'a>(rows: impl Iterator<Item = Row<'a>>, highest: i32) -> ItemScores {
    let rows: Vec<Row> = rows.collect();
    let column = |item: usize| {
        let points = rows.iter().map(|row| row.number(&format!("i{:02}", item + 1)).map(|x| x as i32));
        ItemColumn::new(1, highest, points).unwrap()
    };
    ItemScores::new((0..9).map(column).collect()).unwrap()
}

fn input(table: &Table, highest: i32) -> ItemScores {
    scores(table.rows(), highest)
}

/// An estimate and its standardized value.
struct Found {
    estimate: Estimate,
    standardized: f64,
}

/// The estimate of a line such as `verbal =~ i01`, of one group; `None` for a kind of line that is not modeled.
fn estimate(group: &GroupEstimates, left: &str, operator: &str, right: &str) -> Option<Found> {
    match (operator, item_idx(left), item_idx(right), factor_idx(left), factor_idx(right)) {
        ("=~", _, Some(item), Some(_), _) => {
            let item = group.items.iter().find(|found| found.item_idx == item)?;
            Some(Found { estimate: item.loading, standardized: item.standardized_loading.value })
        }
        ("~~", Some(item), Some(other), ..) if item == other => {
            let item = group.items.iter().find(|found| found.item_idx == item)?;
            Some(Found { estimate: item.residual_variance, standardized: item.standardized_residual })
        }
        ("~~", _, _, Some(first), Some(second)) if first == second => {
            Some(Found { estimate: group.factors[first].variance, standardized: 1.0 })
        }
        ("~~", _, _, Some(first), Some(second)) => {
            let pair = group.factor_pairs.iter().find(|pair| (pair.first, pair.second) == (first, second))?;
            Some(Found { estimate: pair.covariance, standardized: pair.correlation.value })
        }
        ("~1", Some(item), ..) => {
            let item = group.items.iter().find(|found| found.item_idx == item)?;
            let factor_sd = group.factors[item.factor_idx].variance.value.sqrt();
            let item_sd = item.loading.value * factor_sd / item.standardized_loading.value;
            Some(Found { estimate: item.intercept?, standardized: item.intercept?.value / item_sd })
        }
        ("~1", _, _, Some(factor), _) => {
            let factor = group.factors[factor];
            Some(Found { estimate: factor.mean, standardized: factor.mean.value / factor.variance.value.sqrt() })
        }
        _ => None,
    }
}

fn compare_estimate(check: &mut Checker, row: &Row, found: &Found) {
    check.number(row, "estimate", Some(found.estimate.value));
    // A fixed value has a standard error of 0 there and none here.
    match (found.estimate.standard_error, row.number("se")) {
        (None, Some(0.0)) => check.number(row, "se", Some(0.0)),
        (standard_error, _) => check.number(row, "se", standard_error),
    }
    check.number(row, "z", found.estimate.z());
    check.number(row, "standardized", Some(found.standardized));
}

/// Measures of fit that all models have.
fn measure(fit: &FitMeasures, quantity: &str) -> Option<f64> {
    let rmsea = fit.rmsea.unwrap();
    match quantity {
        "chisq" => Some(fit.chi_squared.statistic),
        "df" => Some(fit.chi_squared.df as f64),
        "pvalue" => fit.chi_squared.p_value,
        "baseline_chisq" => Some(fit.baseline.statistic),
        "baseline_df" => Some(fit.baseline.df as f64),
        "cfi" => fit.cfi,
        "tli" => fit.tli,
        "rmsea" => Some(rmsea.estimate),
        "rmsea_ci_lower" => Some(rmsea.lower),
        "rmsea_ci_upper" => Some(rmsea.upper),
        "rmsea_pvalue" => rmsea.p_close,
        other => panic!("no measure for {other}"),
    }
}

fn measure_ml(solution: &MlSolution, quantity: &str) -> Option<f64> {
    let n: usize = solution.groups.iter().map(|group| group.n).sum();
    match quantity {
        "npar" => Some(solution.n_parameters as f64),
        "fmin" => Some(0.5 * solution.fit.chi_squared.statistic / n as f64),
        "srmr" => Some(solution.srmr),
        "logl" => Some(solution.log_likelihood),
        "aic" => Some(solution.aic),
        "bic" => Some(solution.bic),
        other => measure(&solution.fit, other),
    }
}

/// Three factors of three items each, by maximum likelihood.
pub fn cfa_ml() -> Vec<Conformance> {
    let case = Case::load("factor/cfa_ml");
    let sample = SampleMoments::of_scores(&input(case.table("input.csv"), 7)).unwrap();
    let solution = fit_ml(&structure(), &sample).unwrap();
    assert!(solution.improper.is_empty(), "{:?}", solution.improper);
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let found = estimate(&solution.groups[0], row.text("left"), row.text("operator"), row.text("right"));
        compare_estimate(&mut check, &row, &found.unwrap());
    }
    for row in case.table("expected_fit.csv").rows() {
        check.number(&row, "value", measure_ml(&solution, row.text("quantity")));
    }
    check.finish()
}

#[test]
fn maximum_likelihood_agrees_with_lavaan() {
    cfa_ml();
}

fn estimate_wlsmv(solution: &WlsmvSolution, left: &str, operator: &str, right: &str) -> Option<Estimate> {
    let fixed = |value: f64| Some(Estimate { value, standard_error: None });
    let item = |idx: usize| solution.items.iter().find(|found| found.item_idx == idx);
    match (operator, item_idx(left), item_idx(right), factor_idx(left), factor_idx(right)) {
        ("=~", _, Some(idx), Some(_), _) => Some(item(idx)?.loading),
        ("|", Some(idx), ..) => {
            let threshold = item(idx)?.thresholds.get(right.strip_prefix('t')?.parse::<usize>().ok()? - 1)?;
            Some(Estimate { value: threshold.value, standard_error: Some(threshold.standard_error) })
        }
        ("~~", Some(idx), Some(other), ..) if idx == other => fixed(item(idx)?.residual_variance),
        ("~~", _, _, Some(first), Some(second)) if first == second => fixed(1.0),
        ("~~", _, _, Some(first), Some(second)) => {
            solution.factor_correlations.iter().find(|found| (found.0, found.1) == (first, second)).map(|found| found.2)
        }
        _ => None,
    }
}

fn measure_wlsmv(solution: &WlsmvSolution, quantity: &str) -> Option<f64> {
    let adjusted = solution.fit.as_ref().unwrap();
    match quantity {
        "npar" => Some(solution.n_parameters as f64),
        "fmin" => Some(0.5 * solution.unadjusted.chi_squared.statistic / solution.n as f64),
        "srmr" => Some(solution.srmr),
        "chisq_scaling_factor" => solution.scaling_factor,
        other => match other.strip_suffix("_scaled") {
            Some(of_adjusted) => measure(adjusted, of_adjusted),
            None => measure(&solution.unadjusted, other),
        },
    }
}

fn compare_wlsmv(case: &Case, check: &mut Checker, solution: &WlsmvSolution) {
    assert!(solution.improper.is_empty(), "{:?}", solution.improper);
    for row in case.table("expected.csv").rows() {
        let (left, operator, right) = (row.text("left"), row.text("operator"), row.text("right"));
        match estimate_wlsmv(solution, left, operator, right) {
            Some(estimate) => compare_estimate(check, &row, &Found { estimate, standardized: estimate.value }),
            None => {
                // Unit scales of the tendencies and means of 0 are fixed by definition, on both sides.
                let value = if operator == "~*~" { 1.0 } else { 0.0 };
                assert!(["~*~", "~1"].contains(&operator), "no estimate for {left} {operator} {right}");
                let estimate = Estimate { value, standard_error: None };
                compare_estimate(check, &row, &Found { estimate, standardized: value });
            }
        }
    }
    for row in case.table("expected_fit.csv").rows() {
        check.number(&row, "value", measure_wlsmv(solution, row.text("quantity")));
    }
}

/// Three factors of three items with four categories each, by weighted least squares.
pub fn cfa_wlsmv() -> Vec<Conformance> {
    let case = Case::load("factor/cfa_wlsmv");
    let solution = fit_wlsmv(&structure(), &input(case.table("input.csv"), 4)).unwrap();
    let mut check = Checker::new(&case);
    compare_wlsmv(&case, &mut check, &solution);
    check.finish()
}

#[test]
fn weighted_least_squares_agree_with_lavaan() {
    cfa_wlsmv();
}

/// Items with two to five categories and missing answers, with the asymptotic covariances of their correlations.
pub fn wlsmv_mixed() -> Vec<Conformance> {
    let case = Case::load("cfa/wlsmv_mixed");
    let scores = input(case.table("input.csv"), 5);
    let solution = fit_wlsmv(&structure(), &scores).unwrap();
    let moments = PolychoricMoments::of_scores(&scores).unwrap();
    let mut check = Checker::new(&case);
    compare_wlsmv(&case, &mut check, &solution);
    let pair = |name: &str| {
        let (first, second) = name.split_once("~~").unwrap();
        let (first, second) = (item_idx(first).unwrap(), item_idx(second).unwrap());
        (first.max(second), first.min(second))
    };
    let place = |(high, low): (usize, usize)| high * (high - 1) / 2 + low;
    for row in case.table("expected_correlations.csv").rows() {
        check.number(&row, "correlation", Some(moments.correlations[pair(row.text("pair"))]));
    }
    for row in case.table("expected_gamma.csv").rows() {
        let places = (place(pair(row.text("first"))), place(pair(row.text("second"))));
        check.number(&row, "gamma", Some(moments.gamma[places]));
    }
    check.finish()
}

#[test]
fn items_with_unequal_categories_agree_with_lavaan() {
    wlsmv_mixed();
}

fn step<'a>(found: &'a Invariance, row: &Row) -> &'a InvarianceStep {
    let level = match row.text("step") {
        "configural" => InvarianceLevel::Configural,
        "metric" => InvarianceLevel::Metric,
        "scalar" => InvarianceLevel::Scalar,
        "strict" => InvarianceLevel::Strict,
        other => panic!("no level {other}"),
    };
    found.steps.iter().find(|step| step.level == level).unwrap()
}

/// Four steps of invariance between two groups.
pub fn invariance() -> Vec<Conformance> {
    let case = Case::load("cfa/invariance");
    let table = case.table("input.csv");
    let groups = ["a", "b"];
    let sample = |group: &str| {
        let rows = table.rows().filter(|row| row.text("group") == group);
        SampleMoments::of_scores(&scores(rows, 7)).unwrap()
    };
    let found = compare_groups(&structure(), &groups.map(sample)).unwrap();
    let group = |row: &Row| {
        let group_idx = groups.iter().position(|group| *group == row.text("group")).unwrap();
        &step(&found, row).solution.groups[group_idx]
    };
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let found = estimate(group(&row), row.text("left"), row.text("operator"), row.text("right"));
        compare_estimate(&mut check, &row, &found.unwrap());
    }
    for row in case.table("expected_standardized.csv").rows() {
        let group = group(&row);
        let standardized = match (row.text("operator"), factor_idx(row.text("left")), factor_idx(row.text("right"))) {
            ("=~", ..) => {
                let item_idx = item_idx(row.text("right")).unwrap();
                group.items.iter().find(|item| item.item_idx == item_idx).unwrap().standardized_loading
            }
            (_, Some(first), Some(second)) => {
                let pair = group.factor_pairs.iter().find(|pair| (pair.first, pair.second) == (first, second));
                pair.unwrap().correlation
            }
            other => panic!("no estimate for {other:?}"),
        };
        check.number(&row, "standardized", Some(standardized.value));
        check.number(&row, "se", standardized.standard_error);
    }
    for row in case.table("expected_fit.csv").rows() {
        check.number(&row, "value", measure_ml(&step(&found, &row).solution, row.text("quantity")));
    }
    for row in case.table("expected_changes.csv").rows() {
        let change = step(&found, &row).change.unwrap();
        let got = match row.text("quantity") {
            "chisq_difference" => Some(change.chi_squared.statistic),
            "df_difference" => Some(change.chi_squared.df as f64),
            "pvalue" => change.chi_squared.p_value,
            "cfi_change" => change.cfi,
            "rmsea_change" => change.rmsea,
            "srmr_change" => Some(change.srmr),
            other => panic!("no change for {other}"),
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn invariance_between_groups_agrees_with_lavaan() {
    invariance();
}
