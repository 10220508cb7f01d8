//! Continuous norms, weights and sampling errors against R.

use engine::norms::PercentileRankDefinition;
use engine::norms::continuous::{AgeGroups, AgedScore, ContinuousConfig, ContinuousFit, TermChoice, fit_continuous};
use engine::numeric::normal;

use crate::support::oracle::{Case, Checker, Conformance};

fn aged_scores(case: &Case) -> Vec<AgedScore> {
    let input = case.table("input.csv");
    let pairs = input.numbers("group").into_iter().zip(input.numbers("raw"));
    pairs.map(|(age, raw)| AgedScore { age, raw }).collect()
}

fn continuous_fit(case: &Case) -> ContinuousFit {
    let power = |key: &str| case.setting(key) as u8;
    let config = ContinuousConfig {
        t_power: power("k"),
        age_power: power("t"),
        terms: TermChoice::Exactly(case.setting("terms") as usize),
        groups: AgeGroups::AsGiven,
        rank_definition: PercentileRankDefinition::Rankit,
        max_sets: 1_000_000,
    };
    fit_continuous(&aged_scores(case), &config).unwrap()
}

/// A polynomial of five terms in T and age, as cNORM chooses and applies it.
pub fn continuous() -> Vec<Conformance> {
    let case = Case::load("norms/continuous");
    let fit = continuous_fit(&case);
    let size = fit.chosen();
    let norm = &size.norm;
    let mut check = Checker::new(&case);
    for row in case.table("expected_ranks.csv").rows() {
        let (age, raw) = (row.number("group").unwrap(), row.number("raw").unwrap());
        let cell = fit.cells.iter().find(|cell| cell.age == age && cell.raw == raw);
        check.number(&row, "t_score", cell.map(|cell| cell.t));
    }
    let expected = case.table("expected_coefficients.csv");
    assert_eq!(expected.rows().count(), norm.terms().len() + 1);
    for row in expected.rows() {
        // L3 is T³, A2 is age², L1A1 their product.
        let power = |letter: char| {
            let after = row.text("term").split(letter).nth(1)?;
            after.chars().next()?.to_digit(10)
        };
        let powers = (power('L').unwrap_or(0), power('A').unwrap_or(0));
        let term = norm.terms().iter().find(|term| (term.t_power.into(), term.age_power.into()) == powers);
        let got = if powers == (0, 0) { Some(norm.intercept()) } else { term.map(|term| term.coefficient) };
        check.number(&row, "coefficient", got);
    }
    for row in case.table("expected_raw_of_t.csv").rows() {
        let got = norm.raw_of_t(row.number("t_score").unwrap(), row.number("age").unwrap()).unwrap();
        check.number(&row, "raw", Some(got.raw));
        check.number(&row, "by_polynomial", Some(got.by_polynomial));
    }
    for row in case.table("expected_t_of_raw.csv").rows() {
        let got = norm.t_of_raw(row.number("raw").unwrap(), row.number("age").unwrap()).unwrap();
        // cNORM gives the end of the sample where T lies beyond it.
        check.number(&row, "t_score", Some(got.limit()));
        check.number(&row, "percentile", Some(100.0 * normal::cdf((got.limit() - 50.0) / 10.0)));
    }
    for row in case.table("expected_model.csv").rows() {
        let reach = norm.reach();
        let got = match row.text("quantity") {
            "n" => fit.n as f64,
            "k" => case.setting("k"),
            "t" => case.setting("t"),
            "terms" => norm.terms().len() as f64,
            "r2" | "r2_by_definition" => size.r2,
            "adj_r2" => size.adjusted_r2,
            "rmse" => size.rmse,
            "min_raw" => reach.raw.0,
            "max_raw" => reach.raw.1,
            "min_t" => reach.t.0,
            "max_t" => reach.t.1,
            other => panic!("unknown quantity {other}"),
        };
        check.number(&row, "value", Some(got));
    }
    check.finish()
}

#[test]
fn continuous_norms_agree_with_cnorm() {
    continuous();
}

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    continuous()
}
