//! Confirmatory factor analysis against lavaan.

use engine::cfa::{Estimate, FitMeasures, GroupEstimates, MlSolution, SampleMoments, SimpleStructure, fit_ml};
use engine::stats::{ItemColumn, ItemScores};

use crate::support::oracle::{Case, Checker, Conformance, Row, Table};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    cfa_ml()
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
