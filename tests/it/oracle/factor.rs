//! Exploratory factor analysis, parallel analysis and omega against R.

use engine::factor::{
    Extraction, ExtractionConfig, ParallelConfig, RotationConfig, adequacy, extract_factors, factor_fit, map_test,
    parallel_analysis, regression_scores, rotate,
};
use engine::reliability::omega::{hierarchical_omega, one_factor_omega};
use engine::stats::descriptive::{mean, standard_deviation};
use engine::stats::{ItemColumn, ItemScores, MissingPairs, correlations, covariances};
use nalgebra::DMatrix;

use crate::support::oracle::{Case, Checker, Conformance, Row};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [efa(), parallel(), map(), heywood(), omega()].concat()
}

/// The items of a case, `i01` on, as whole points from 1 to 5.
fn items(case: &Case, n_items: usize) -> ItemScores {
    let column = |item: usize| {
        let points = case.table("input.csv").numbers(&format!("i{item:02}"));
        ItemColumn::new(1, 5, points.into_iter().map(|x| Some(x as i32))).unwrap()
    };
    ItemScores::new((1..=n_items).map(column).collect()).unwrap()
}

fn pearson(items: &ItemScores) -> DMatrix<f64> {
    correlations(&covariances(items, MissingPairs::Pairwise).unwrap().matrix).unwrap()
}

/// Place of an item id such as `i07`, from 0.
fn item_idx(row: &Row) -> usize {
    row.text("item").trim_start_matches('i').parse::<usize>().unwrap() - 1
}

fn extraction(method: &str, correlations: &DMatrix<f64>, n_factors: usize) -> Extraction {
    let config = match method {
        "minres" => ExtractionConfig::minres(n_factors),
        "ml" => ExtractionConfig::maximum_likelihood(n_factors),
        "principal_axis" => ExtractionConfig::principal_axis(n_factors),
        other => panic!("no method {other}"),
    };
    let found = extract_factors(correlations, &config).unwrap();
    assert!(found.convergence.converged, "{method}: {:?}", found.convergence);
    found
}

fn rotation(name: &str) -> RotationConfig {
    match name {
        "unrotated" => RotationConfig::unrotated(),
        "varimax" => RotationConfig::varimax(),
        "oblimin" => RotationConfig::oblimin(),
        "promax" => RotationConfig::promax(),
        other => panic!("no rotation {other}"),
    }
}

/// Three factors of twelve items, extracted and rotated in every way.
pub fn efa() -> Vec<Conformance> {
    const N_FACTORS: usize = 3;
    let case = Case::load("factor/efa");
    let items = items(&case, 12);
    let (r, n) = (pearson(&items), items.n_respondents());
    let mut check = Checker::new(&case);

    let place = |row: &Row, column: &str| row.number(column).unwrap() as usize - 1;
    for row in case.table("expected_loadings.csv").rows() {
        let extracted = extraction(row.text("method"), &r, N_FACTORS);
        let rotated = rotate(&extracted.loadings, &rotation(row.text("rotation"))).unwrap();
        assert!(rotated.convergence.converged);
        check.number(&row, "loading", Some(rotated.pattern[(item_idx(&row), place(&row, "factor"))]));
    }
    for row in case.table("expected_factor_correlations.csv").rows() {
        let extracted = extraction(row.text("method"), &r, N_FACTORS);
        let rotated = rotate(&extracted.loadings, &rotation(row.text("rotation"))).unwrap();
        check.number(&row, "phi", Some(rotated.factor_correlations[(place(&row, "row"), place(&row, "column"))]));
    }
    for row in case.table("expected_communalities.csv").rows() {
        for method in ["minres", "ml", "principal_axis"] {
            check.number(&row, method, Some(extraction(method, &r, N_FACTORS).communalities()[item_idx(&row)]));
        }
    }
    for row in case.table("expected_fit.csv").rows() {
        let fit = factor_fit(&r, &extraction(row.text("method"), &r, N_FACTORS), n).unwrap();
        let likelihood = fit.likelihood.unwrap();
        let got = match row.text("quantity") {
            "objective" => Some(likelihood.discrepancy),
            "df" => Some(likelihood.degrees_of_freedom as f64),
            "chi2" => Some(likelihood.chi_squared),
            "p_value" => likelihood.p_value,
            "chi2_null" => Some(likelihood.null_chi_squared),
            "df_null" => Some(likelihood.null_degrees_of_freedom as f64),
            "tli" => likelihood.tucker_lewis,
            "rmsea" => likelihood.rmsea.map(|rmsea| rmsea.estimate),
            "rmsr" => Some(fit.root_mean_square_residual),
            "bic" => Some(likelihood.bic),
            // psych's own formula, with n for n - 1, on our chi-squared.
            "rmsea_psych" => {
                let (df, n) = (likelihood.degrees_of_freedom as f64, n as f64);
                Some((likelihood.chi_squared / (df * n) - 1.0 / (n - 1.0)).max(0.0).sqrt())
            }
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", got);
    }
    let found = adequacy(&r, n).unwrap();
    let bartlett = found.bartlett.unwrap();
    for row in case.table("expected_adequacy.csv").rows() {
        let got = match row.text("quantity") {
            "n" => Some(n as f64),
            "bartlett_chi2" => Some(bartlett.chi_squared),
            "bartlett_df" => Some(bartlett.degrees_of_freedom as f64),
            "bartlett_p" => Some(bartlett.p_value),
            "kmo" => found.kmo,
            item => found.item_adequacy[item.trim_start_matches("msa_i").parse::<usize>().unwrap() - 1],
        };
        check.number(&row, "value", got);
    }
    // The eigenvalues that parallel analysis compares; the random ones do not matter here.
    let config = ParallelConfig { n_draws: 1, quantile: 0.95, seed: 1 };
    let analysis = parallel_analysis(&r, n, &config, &|_| {}).unwrap();
    for (place, row) in case.table("expected_eigenvalues.csv").rows().enumerate() {
        check.number(&row, "eigenvalue", Some(analysis.components.observed[place]));
        let reduced = analysis.factors.as_ref().map(|factors| factors.observed[place]);
        check.number(&row, "reduced_eigenvalue", reduced);
    }
    let varimax = rotate(&extraction("minres", &r, N_FACTORS).loadings, &RotationConfig::varimax()).unwrap();
    let scores = regression_scores(&r, &varimax).unwrap();
    let columns: Vec<Vec<f64>> = (1..=12).map(|item| case.table("input.csv").numbers(&format!("i{item:02}"))).collect();
    for (respondent, row) in case.table("expected_scores.csv").rows().enumerate() {
        let z = |column: &Vec<f64>| Some((column[respondent] - mean(column)?) / standard_deviation(column)?);
        let found = scores.score(&columns.iter().map(z).collect::<Vec<_>>());
        for factor in 0..N_FACTORS {
            let got = found.as_ref().map(|scores| scores[factor]);
            check.number(&row, &format!("regression.{}", factor + 1), got);
        }
    }
    check.finish()
}

#[test]
fn factor_analysis_agrees_with_r() {
    efa();
}

/// Observed and random eigenvalues of ten items.
pub fn parallel() -> Vec<Conformance> {
    let case = Case::load("factor/parallel");
    let items = items(&case, 10);
    // Twice as many draws as the band of the case asks for at least.
    let config = ParallelConfig { n_draws: 1000, quantile: 0.95, seed: 1602 };
    let found = parallel_analysis(&pearson(&items), items.n_respondents(), &config, &|_| {}).unwrap();
    let (components, factors) = (&found.components, found.factors.as_ref().unwrap());
    let mut check = Checker::new(&case);
    for (place, row) in case.table("expected.csv").rows().enumerate() {
        for (prefix, eigenvalues) in [("", components), ("reduced_", factors)] {
            check.number(&row, &format!("{prefix}observed"), Some(eigenvalues.observed[place]));
            check.number(&row, &format!("{prefix}mean"), Some(eigenvalues.random_mean[place]));
            check.number(&row, &format!("{prefix}quantile95"), Some(eigenvalues.random_quantile[place]));
        }
    }
    for row in case.table("expected_number.csv").rows() {
        let got = match row.text("quantity") {
            "components_mean" => components.n_above_mean,
            "components_quantile95" => components.n_above_quantile,
            "factors_mean" => factors.n_above_mean,
            "factors_quantile95" => factors.n_above_quantile,
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", Some(got as f64));
    }
    check.finish()
}

#[test]
fn parallel_analysis_agrees_with_r() {
    parallel();
}

/// Velicer's minimum average partial test.
pub fn map() -> Vec<Conformance> {
    let case = Case::load("factor/map");
    let found = map_test(&pearson(&items(&case, 12))).unwrap();
    let mut check = Checker::new(&case);
    for (m, row) in case.table("expected.csv").rows().enumerate() {
        check.number(&row, "average_squared", found.average_squared.get(m).copied());
        check.number(&row, "average_fourth", found.average_fourth.get(m).copied());
        // psych has no line for 0 components.
        check.number(&row, "psych_map", found.average_squared.get(m).copied().filter(|_| m > 0));
    }
    for row in case.table("expected_number.csv").rows() {
        let got = match row.text("quantity") {
            "n_components_squared" => found.n_components_squared,
            "n_components_fourth" => found.n_components_fourth,
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", Some(got as f64));
    }
    check.finish()
}

#[test]
fn the_minimum_average_partial_test_agrees_with_r() {
    map();
}

/// A matrix with a Heywood case, and one that is not positive definite: what is held at the bound.
pub fn heywood() -> Vec<Conformance> {
    let case = Case::load("factor/heywood");
    let mut check = Checker::new(&case);
    let matrix = |name: &str| {
        let rows: Vec<Row> = case.table("input.csv").rows().filter(|row| row.text("matrix") == name).collect();
        DMatrix::from_fn(rows.len(), rows.len(), |i, j| rows[i].number(&format!("r{}", j + 1)).unwrap())
    };
    for row in case.table("expected.csv").rows() {
        let found = extraction(row.text("method"), &matrix(row.text("matrix")), 1);
        let item = row.number("item").unwrap() as usize - 1;
        check.number(&row, "loading", Some(found.loadings[(item, 0)]));
        check.number(&row, "uniqueness", Some(found.uniquenesses[item]));
        let held = if found.heywood_items.contains(&item) { "true" } else { "false" };
        check.text(&row, "at_bound", held);
    }
    check.finish()
}

#[test]
fn heywood_cases_agree_with_r() {
    heywood();
}

/// Omega hierarchical, total, and of one factor.
pub fn omega() -> Vec<Conformance> {
    let case = Case::load("reliability/omega");
    let items = items(&case, 12);
    let r = pearson(&items);
    let found = hierarchical_omega(&r, 3).unwrap();
    assert!(found.convergence.converged);
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        match row.text("quantity") {
            "omega_hierarchical" | "psych_omega_hierarchical" => {
                check.number(&row, "value", Some(found.omega_hierarchical));
            }
            "omega_total" | "psych_omega_total" => check.number(&row, "value", Some(found.omega_total)),
            "psych_alpha" | "psych_lambda6" => {
                check.leave_out(
                    &row,
                    "value",
                    "no omega; compared in the cases of alpha and of Guttman's coefficients",
                );
            }
            other => panic!("no statistic for {other}"),
        }
    }
    for row in case.table("expected_general.csv").rows() {
        check.number(&row, "g", Some(found.general_loadings[item_idx(&row)]));
        check.number(&row, "h2", Some(found.communalities[item_idx(&row)]));
    }
    // The reference divides covariances by n.
    let sample = covariances(&items, MissingPairs::Pairwise).unwrap().matrix;
    let n = items.n_respondents() as f64;
    let one =
        one_factor_omega(&(sample * ((n - 1.0) / n)), engine::factor::ExtractionMethod::MaximumLikelihood).unwrap();
    for row in case.table("expected_one_factor.csv").rows() {
        check.number(&row, "loading", Some(one.loadings[item_idx(&row)]));
        check.number(&row, "residual_variance", Some(one.residual_variances[item_idx(&row)]));
    }
    for row in case.table("expected_omega.csv").rows() {
        let got = match row.text("quantity") {
            "omega_one_factor" => one.omega,
            "omega_one_factor_observed" => one.omega_observed,
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", Some(got));
    }
    check.finish()
}

#[test]
fn omega_agrees_with_r() {
    omega();
}
