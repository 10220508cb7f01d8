//! Continuous norms, weights and sampling errors against R.

use engine::model::ids::StratumId;
use engine::norms::beta_binomial::{AgedPoints, BetaBinomial, BetaBinomialAgeConfig, fit_beta_binomial};
use engine::norms::continuous::{AgeGroups, AgedScore, ContinuousConfig, ContinuousFit, TermChoice, fit_continuous};
use engine::norms::raking::{Margin, RakingCell, RakingConfig, RakingOutcome, WeightedScale, rake};
use engine::norms::sampling_error::{self, BootstrapConfig, SamplingErrors};
use engine::norms::{AgeBand, BuiltNorm, IntegerGrid, NormBuilder, PercentileRankDefinition, Stratum};
use engine::numeric::normal;

use crate::support::oracle::{Case, Checker, Conformance, Row};

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

fn built(raws: &[f64], grid: IntegerGrid) -> BuiltNorm {
    let everyone = Stratum::new(StratumId::new("all").unwrap(), None, AgeBand::OPEN, None);
    let mut builder = NormBuilder::new(1, vec![everyone], 1);
    for &raw in raws {
        builder.add_person(0).unwrap();
        builder.add(0, 0, raw).unwrap();
    }
    builder.finish(&[Some(grid)])
}

fn check_errors(check: &mut Checker, case: &Case, file: &str, errors: &SamplingErrors, columns: &[&str]) {
    for row in case.table(file).rows() {
        let raw = row.number("raw").unwrap();
        let got = errors.rows.iter().find(|got| got.raw == raw).unwrap();
        for column in columns {
            let got = match *column {
                "se_percentile_rank" => Some(got.percentile_rank),
                "se_linear_t" => got.linear_t,
                _ => got.normalized_t,
            };
            check.number(&row, column, got);
        }
    }
}

/// Standard errors of a norm table by formula, and by a bootstrap against a bootstrap in R.
pub fn sampling_errors() -> Vec<Conformance> {
    let case = Case::load("norms/sampling_error");
    let built = built(&case.table("input.csv").numbers("raw"), IntegerGrid::new(0, 30).unwrap());
    let scale = built.strata()[0].scale(0).unwrap();
    let formula = sampling_error::by_formula(scale);
    let config = BootstrapConfig { n_replicates: case.setting("replicates") as u32, seed: 20_251 };
    let bootstrap = sampling_error::by_bootstrap(scale, &config, 0).unwrap();
    let mut check = Checker::new(&case);
    let columns = ["se_percentile_rank", "se_linear_t", "se_normalized_t"];
    check_errors(&mut check, &case, "expected_formula.csv", &formula, &columns);
    check_errors(&mut check, &case, "expected_central.csv", &formula, &columns);
    check_errors(&mut check, &case, "expected_bootstrap.csv", &bootstrap, &columns[..2]);
    check_errors(&mut check, &case, "expected_bootstrap_normalized.csv", &bootstrap, &columns[2..]);
    for (file, errors) in [("expected_moments.csv", &formula), ("expected_bootstrap_moments.csv", &bootstrap)] {
        for row in case.table(file).rows() {
            let got = if row.text("quantity") == "mean" { errors.mean } else { errors.sd };
            check.number(&row, "value", got);
        }
    }
    check.finish()
}

#[test]
fn sampling_errors_agree_with_r() {
    sampling_errors();
}

/// Raking to three margins, free and within bounds, and the weighted norm table.
pub fn raking() -> Vec<Conformance> {
    let case = Case::load("norms/raking");
    let mut margins: Vec<Margin> = Vec::new();
    let shares = case.table("margins.csv");
    for variable in ["sex", "age", "degree"] {
        let of_variable = shares.rows().filter(|row| row.text("variable") == variable);
        let levels = of_variable.map(|row| (row.text("level").to_owned(), row.number("share").unwrap()));
        margins.push(Margin::new(variable.to_owned(), levels.collect()).unwrap());
    }
    let levels_of = |row: &Row| -> Vec<usize> {
        margins.iter().map(|margin| margin.level_idx(row.text(margin.variable())).unwrap()).collect()
    };
    let input = case.table("input.csv");
    let cells: Vec<RakingCell> =
        input.rows().map(|row| RakingCell { levels: levels_of(&row), base_weight: 1.0, count: 1 }).collect();
    let raws = input.numbers("raw");
    let bounds = Some((case.setting("lower"), case.setting("upper")));
    let raked = [("plain", None), ("trimmed", bounds)].map(|(name, bounds)| {
        let raked = rake(&cells, &margins, &RakingConfig { bounds, ..RakingConfig::free() }).unwrap();
        assert_eq!(raked.outcome, RakingOutcome::Converged, "{name}");
        let people: Vec<(f64, f64, u64)> =
            raws.iter().zip(&raked.weights).map(|(raw, weight)| (*raw, *weight, 1)).collect();
        (name, WeightedScale::new(&people).unwrap(), raked)
    });
    let mut check = Checker::new(&case);
    for row in case.table("expected_weights.csv").rows() {
        let levels = levels_of(&row);
        let cell_idx = cells.iter().position(|cell| cell.levels == levels);
        for (name, _, raked) in &raked {
            check.number(&row, name, cell_idx.map(|idx| raked.weights[idx]));
        }
    }
    for row in case.table("expected_shares.csv").rows() {
        let variable_idx = margins.iter().position(|margin| margin.variable() == row.text("variable")).unwrap();
        let level_idx = margins[variable_idx].level_idx(row.text("level")).unwrap();
        for (name, _, raked) in &raked {
            check.number(&row, name, Some(raked.shares[variable_idx][level_idx]));
        }
    }
    for row in case.table("expected_table.csv").rows() {
        let raw = row.number("raw").unwrap();
        for (name, scale, _) in &raked {
            let rows = scale.rows();
            let got = match rows.iter().find(|listed| listed.raw == raw) {
                Some(listed) => listed.percentile_rank,
                None if raw < rows[0].raw => 0.0,
                None if raw > rows[rows.len() - 1].raw => 100.0,
                None => {
                    let table = scale.table(std::iter::once(raw)).unwrap();
                    table.points().iter().find(|(listed, _)| *listed == raw).unwrap().1
                }
            };
            check.number(&row, name, Some(got));
        }
    }
    for row in case.table("expected_summary.csv").rows() {
        let (name, quantity) = row.text("quantity").split_once('_').unwrap();
        let (_, scale, raked) = raked.iter().find(|(known, _, _)| *known == name).unwrap();
        let weights = raked.weights.iter().copied();
        let got = match quantity {
            "effective_n" => raked.effective_n(&cells),
            "design_effect" => raked.effective_n(&cells).map(|effective| cells.len() as f64 / effective),
            "mean" => Some(scale.mean()),
            "sd" => scale.sd(),
            "se_mean" => scale.standard_error_of_mean(),
            "smallest" => weights.reduce(f64::min),
            "largest" => weights.reduce(f64::max),
            other => panic!("unknown quantity {other}"),
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn raking_agrees_with_r() {
    raking();
}

fn check_table(check: &mut Checker, row: &Row, distribution: &BetaBinomial) {
    let got = distribution.table()[row.number("raw").unwrap() as usize];
    check.number(row, "probability", Some(got.probability));
    check.number(row, "percentile_rank", Some(got.percentile_rank));
    check.number(row, "t_score", got.t);
}

/// Beta-binomial norms of one group: moments and maximum likelihood.
pub fn beta_binomial() -> Vec<Conformance> {
    let case = Case::load("norms/beta_binomial");
    let max_score = case.setting("size") as u32;
    let scores: Vec<u32> = case.table("input.csv").numbers("raw").into_iter().map(|raw| raw as u32).collect();
    let moments = BetaBinomial::by_moments(&scores, max_score).unwrap();
    let people: Vec<AgedPoints> = scores.iter().map(|&score| AgedPoints { age: 30.0, score }).collect();
    let config = BetaBinomialAgeConfig { alpha_power: 0, beta_power: 0, ..BetaBinomialAgeConfig::cubic(max_score) };
    let norm = fit_beta_binomial(&people, &config).unwrap();
    assert!(norm.converged());
    let ml = norm.at(30.0).unwrap();
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let got = match row.text("quantity") {
            "moments_alpha" => moments.alpha(),
            "moments_beta" => moments.beta(),
            "ml_alpha" => ml.alpha(),
            "ml_beta" => ml.beta(),
            "ml_log_likelihood" => norm.log_likelihood(),
            "ml_mean" => ml.mean(),
            "ml_sd" => ml.sd(),
            other => panic!("unknown quantity {other}"),
        };
        check.number(&row, "value", Some(got));
    }
    for row in case.table("expected_table.csv").rows() {
        check_table(&mut check, &row, &ml);
    }
    check.finish()
}

/// Beta-binomial norms over age.
pub fn beta_binomial_age() -> Vec<Conformance> {
    let case = Case::load("norms/beta_binomial_age");
    let input = case.table("input.csv");
    let pairs = input.numbers("age").into_iter().zip(input.numbers("raw"));
    let people: Vec<AgedPoints> = pairs.map(|(age, raw)| AgedPoints { age, score: raw as u32 }).collect();
    let config = BetaBinomialAgeConfig {
        alpha_power: case.setting("alpha_power") as u8,
        beta_power: case.setting("beta_power") as u8,
        ..BetaBinomialAgeConfig::cubic(case.setting("size") as u32)
    };
    let norm = fit_beta_binomial(&people, &config).unwrap();
    assert!(norm.converged());
    let mut check = Checker::new(&case);
    let coefficients = [norm.alpha_coefficients(), norm.beta_coefficients()].concat();
    for (idx, row) in case.table("expected_coefficients.csv").rows().enumerate() {
        check.number(&row, "coefficient", coefficients.get(idx).copied());
        check.number(&row, "standard_error", norm.standard_errors().and_then(|errors| errors.get(idx).copied()));
    }
    for row in case.table("expected_model.csv").rows() {
        let got = match row.text("quantity") {
            "log_likelihood" => norm.log_likelihood(),
            "age_mean" => norm.age_scale().0,
            "age_sd" => norm.age_scale().1,
            "n" => norm.n() as f64,
            other => panic!("unknown quantity {other}"),
        };
        check.number(&row, "value", Some(got));
    }
    for row in case.table("expected_table.csv").rows() {
        check_table(&mut check, &row, &norm.at(row.number("age").unwrap()).unwrap());
    }
    check.finish()
}

#[test]
fn beta_binomial_norms_agree_with_r() {
    beta_binomial();
    beta_binomial_age();
}

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [continuous(), sampling_errors(), raking(), beta_binomial(), beta_binomial_age()].concat()
}
