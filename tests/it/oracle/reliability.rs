//! Measurement error, intervals, change and retest against R and a published example.

use engine::reliability::change::{ChangeClass, GroupMoments, PopulationCutoffs, reliable_change};
use engine::reliability::intraclass::{IntraclassCorrelations, IntraclassForm};
use engine::reliability::measurement_error::{
    ReferenceGroup, observed_score_interval, standard_error_of_difference, standard_error_of_estimation,
    standard_error_of_measurement, standard_error_of_prediction, true_score_estimate, true_score_interval,
};
use engine::reliability::retest::Retest;

use crate::support::oracle::{Case, Checker, Conformance};

/// Standard errors, intervals and change of 200 people seen twice.
pub fn retest_change() -> Vec<Conformance> {
    let case = Case::load("reliability/retest_change");
    let (sd, reliability) = (case.setting("reference_sd"), case.setting("reliability"));
    let group = ReferenceGroup { mean: case.setting("reference_mean"), sd, reliability };
    let (first, second) = (case.table("input.csv").numbers("first"), case.table("input.csv").numbers("second"));
    let retest = Retest::new(&first, &second).unwrap();
    let intraclass = IntraclassCorrelations::of_two_dates(&first, &second).unwrap();
    let limits = retest.correlation_interval(0.95);
    let sed = standard_error_of_difference(sd, reliability).unwrap();
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let quantity = row.text("quantity");
        let got = match quantity {
            "n_respondents" => Some(retest.n() as f64),
            "retest_r" => Some(retest.correlation()),
            "r95_lower" => limits.map(|(lower, _)| lower),
            "r95_upper" => limits.map(|(_, upper)| upper),
            "icc_2_1" => intraclass.estimate(IntraclassForm::AgreementSingle),
            "icc_3_1" => intraclass.estimate(IntraclassForm::ConsistencySingle),
            "mean_change" => Some(retest.mean_change()),
            "sd_change" => Some(retest.sd_change()),
            "sem_from_change" => Some(retest.standard_error_of_measurement()),
            "standard_error_of_measurement" => standard_error_of_measurement(sd, reliability).ok(),
            "standard_error_of_estimation" => standard_error_of_estimation(sd, reliability).ok(),
            "standard_error_of_prediction" => standard_error_of_prediction(sd, reliability).ok(),
            "standard_error_of_difference" => Some(sed),
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", got);
    }
    for ((row, &first), &second) in case.table("expected_respondents.csv").rows().zip(&first).zip(&second) {
        check.number(&row, "true_score_estimate", true_score_estimate(first, group.mean, reliability).ok());
        for (name, level) in [("90", 0.90), ("95", 0.95)] {
            let observed = observed_score_interval(first, &group, level).unwrap();
            let kelley = true_score_interval(first, &group, level).unwrap();
            check.number(&row, &format!("observed{name}_lower"), Some(observed.lower()));
            check.number(&row, &format!("observed{name}_upper"), Some(observed.upper()));
            check.number(&row, &format!("kelley{name}_lower"), Some(kelley.lower()));
            check.number(&row, &format!("kelley{name}_upper"), Some(kelley.upper()));
        }
        let change = reliable_change(second - first, sed).unwrap();
        let beyond_practice = reliable_change(second - first - retest.mean_change(), sed).unwrap();
        check.number(&row, "reliable_change", Some(change));
        check.number(&row, "reliable_change_practice", Some(beyond_practice));
        let class = match ChangeClass::of(change).unwrap() {
            ChangeClass::Decrease => "decrease",
            ChangeClass::NoReliableChange => "none",
            ChangeClass::Increase => "increase",
        };
        check.text(&row, "change_class", class);
    }
    check.finish()
}

#[test]
fn measurement_error_and_change_agree_with_r() {
    retest_change();
}

/// The example in the text of Jacobson & Truax (1991), by definition and as printed.
pub fn jacobson_truax_1991() -> Vec<Conformance> {
    let case = Case::load("reliability/jacobson_truax_1991");
    let input = case.table("input.csv").rows().next().unwrap();
    let given = |column| input.number(column).unwrap();
    let (sd, reliability) = (given("sd_clinical"), given("reliability"));
    let sed = standard_error_of_difference(sd, reliability).unwrap();
    let low = GroupMoments { mean: given("mean_clinical"), sd };
    let high = GroupMoments { mean: given("mean_normal"), sd: given("sd_normal") };
    let cutoffs = PopulationCutoffs::between(low, high).unwrap();
    let got = |quantity: &str| match quantity {
        "standard_error_of_measurement" => standard_error_of_measurement(sd, reliability).unwrap(),
        "standard_error_of_difference" => sed,
        "reliable_change" => reliable_change(given("second") - given("first"), sed).unwrap(),
        "cutoff_a" => cutoffs.a,
        "cutoff_b" => cutoffs.b,
        "cutoff_c" => cutoffs.c,
        other => panic!("no statistic for {other}"),
    };
    let mut check = Checker::new(&case);
    for (file, column) in [("expected.csv", "value"), ("expected_published.csv", "printed")] {
        for row in case.table(file).rows() {
            check.number(&row, column, Some(got(row.text("quantity"))));
        }
    }
    check.finish()
}

#[test]
fn change_agrees_with_the_published_example() {
    jacobson_truax_1991();
}
