//! Tetrachoric, polychoric, polyserial, Pearson and rank correlations of items, and smoothing, against R.

use engine::stats::matrix::{
    CorrelationKind, CorrelationMatrix, CorrelationMethod, ItemLevel, PairCorrelation, PolychoricConfig,
    ThresholdSource, correlation_matrix,
};
use engine::stats::polychoric::{EmptyCells, Polychoric, Solution, polychoric_of_items, thresholds};
use engine::stats::polyserial::{joint_polyserial, polyserial};
use engine::stats::smoothing::{SmoothingConfig, SmoothingMethod, SmoothingOutcome, smooth};
use engine::stats::spearman::spearman;
use engine::stats::{ItemColumn, ItemScores, MissingPairs, biserial, correlation};
use nalgebra::DMatrix;

use crate::support::oracle::{Case, Checker, Conformance, Row};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [
        polychoric_case("correlation/polychoric"),
        polychoric_case("correlation/tetrachoric"),
        polychoric_errors(),
        polyserial_case(),
        pairwise(),
        smoothing(),
    ]
    .concat()
}

/// A column of whole points, empty cells missing.
fn points(case: &Case, name: &str) -> ItemColumn {
    let points = |row: Row| row.number(name).map(|value| value as i32);
    ItemColumn::new(0, 10, case.table("input.csv").rows().map(points)).unwrap()
}

fn item_scores(case: &Case, items: &[&str]) -> ItemScores {
    ItemScores::new(items.iter().map(|item| points(case, item)).collect()).unwrap()
}

fn place(items: &[&str], name: &str) -> usize {
    items.iter().position(|item| *item == name).unwrap()
}

fn pair_of<'a>(found: &'a CorrelationMatrix, items: &[&str], row: &Row) -> &'a PairCorrelation {
    let (first, second) = (place(items, row.text("first")), place(items, row.text("second")));
    found.pairs.iter().find(|pair| (pair.first, pair.second) == (first, second)).unwrap()
}

fn alone(case: &Case, row: &Row) -> Polychoric {
    let (first, second) = (points(case, row.text("first")), points(case, row.text("second")));
    polychoric_of_items(&first, &second, EmptyCells::Keep).unwrap()
}

fn polychoric_case(name: &str) -> Vec<Conformance> {
    let case = Case::load(name);
    let items = ["i01", "i02", "i03", "i04", "i05", "i06"];
    let method = CorrelationMethod::Polychoric(PolychoricConfig::plain());
    let all = correlation_matrix(&item_scores(&case, &items), &method, MissingPairs::Pairwise).unwrap();
    let is_tetrachoric = name.ends_with("tetrachoric");
    assert_eq!(all.kind == CorrelationKind::Tetrachoric, is_tetrachoric);
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let found = alone(&case, &row);
        let pair = pair_of(&all, &items, &row);
        assert_eq!((found.solution, pair.correlation, pair.n as u64), (Solution::Inside, found.rho, found.n));
        check.number(&row, "rho", Some(found.rho));
        check.number(&row, "log_likelihood", Some(found.log_likelihood));
        check.number(&row, "polycor_rho", Some(found.rho));
        check.number(&row, "psych_rho", Some(found.rho));
        check.number(&row, "polycor_se", found.standard_error_known_thresholds);
        if is_tetrachoric {
            // A 2 × 2 table has as many parameters as cells: both likelihoods have their maximum at the same place.
            check.number(&row, "polycor_ml_rho", Some(found.rho));
        } else {
            let reason = "estimates thresholds and correlation together; thresholds here are those of the margins";
            check.leave_out(&row, "polycor_ml_rho", reason);
        }
    }
    for row in case.table("expected_thresholds.csv").rows() {
        let (item, cut) = (row.text("item"), row.number("cut").unwrap() as usize);
        let of_item = thresholds(&points(&case, item));
        assert_eq!(of_item, all.thresholds[place(&items, item)]);
        check.number(&row, "threshold", of_item.get(cut - 1).copied());
    }
    check.finish()
}

#[test]
fn polychoric_correlations_agree_with_r() {
    polychoric_case("correlation/polychoric");
}

#[test]
fn tetrachoric_correlations_agree_with_r() {
    polychoric_case("correlation/tetrachoric");
}

/// Missing answers, standard errors, tests.
fn polychoric_errors() -> Vec<Conformance> {
    let case = Case::load("correlation/polychoric_errors");
    let items = ["i01", "i02", "i03", "i04", "i05"];
    let config = PolychoricConfig { thresholds: ThresholdSource::Item, ..PolychoricConfig::plain() };
    let method = CorrelationMethod::Polychoric(config);
    let all = correlation_matrix(&item_scores(&case, &items), &method, MissingPairs::Pairwise).unwrap();
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let found = alone(&case, &row);
        check.number(&row, "n", Some(found.n as f64));
        for column in ["rho", "lavaan_rho"] {
            check.number(&row, column, Some(found.rho));
        }
        // lavaan divides the variance by n − 1 where the definition has n.
        let n = found.n as f64;
        check.number(&row, "lavaan_se", found.standard_error.map(|error| error * (n / (n - 1.0)).sqrt()));
        check.number(&row, "polycor_se", found.standard_error_known_thresholds);
        check.number(&row, "g_squared", found.normality.map(|test| test.chi_squared));
        check.number(&row, "g_p", found.normality.map(|test| test.p_value));
        check.number(&row, "polycor_chisq", found.normality.map(|test| test.chi_squared));
        for column in ["df", "polycor_df"] {
            check.number(&row, column, found.normality.map(|test| test.df as f64));
        }
        check.number(&row, "independence", found.independence.map(|test| test.chi_squared));
        for column in ["item_threshold_rho", "psych_item_threshold_rho"] {
            check.number(&row, column, Some(pair_of(&all, &items, &row).correlation));
        }
    }
    check.finish()
}

#[test]
fn errors_and_tests_of_polychoric_correlations_agree_with_lavaan_and_polycor() {
    polychoric_errors();
}

fn polyserial_case() -> Vec<Conformance> {
    let case = Case::load("correlation/polyserial");
    let numbers = case.table("input.csv").numbers("score");
    let score: Vec<Option<f64>> = numbers.iter().copied().map(Some).collect();
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let item = points(&case, row.text("ordinal"));
        let found = polyserial(&score, &item).unwrap();
        let joint = joint_polyserial(&score, &item).unwrap();
        assert_eq!((found.solution, joint.solution), (Solution::Inside, Solution::Inside));
        check.number(&row, "pearson", Some(found.pearson));
        check.number(&row, "ad_hoc", Some(found.ad_hoc));
        check.number(&row, "two_step_rho", Some(found.rho));
        check.number(&row, "log_likelihood", Some(found.log_likelihood));
        check.number(&row, "polycor_ml_rho", Some(joint.rho));
        check.number(&row, "polycor_ml_se", joint.standard_error);
        if row.text("ordinal") == "b" {
            let answers: Vec<f64> = item.iter().flatten().map(f64::from).collect();
            let share = answers.iter().sum::<f64>() / answers.len() as f64;
            let point_biserial = correlation::pearson(&numbers, &answers).unwrap();
            check.number(&row, "ad_hoc", biserial::biserial(point_biserial, share));
        }
    }
    check.finish()
}

#[test]
fn polyserial_correlations_agree_with_r() {
    polyserial_case();
}

fn pairwise() -> Vec<Conformance> {
    let case = Case::load("correlation/pairwise");
    let items = ["i01", "i02", "i03", "i04", "i05"];
    let scores = item_scores(&case, &items);
    let of = |method: &CorrelationMethod, missing| correlation_matrix(&scores, method, missing).unwrap();
    let (pearson, spearman_method) = (CorrelationMethod::Pearson, CorrelationMethod::Spearman);
    let levels = vec![ItemLevel::Continuous; items.len()];
    let mixed = CorrelationMethod::Mixed { levels, polychoric: PolychoricConfig::plain() };
    let pairwise = of(&pearson, MissingPairs::Pairwise);
    assert_eq!(of(&mixed, MissingPairs::Pairwise).matrix, pairwise.matrix);
    let ranks = of(&spearman_method, MissingPairs::Pairwise);
    let complete = of(&pearson, MissingPairs::Listwise);
    let complete_ranks = of(&spearman_method, MissingPairs::Listwise);
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let pair = pair_of(&pairwise, &items, &row);
        check.number(&row, "n", Some(pair.n as f64));
        check.number(&row, "pearson", Some(pair.correlation));
        check.number(&row, "pearson_p", pair.p_value);
        let pair = pair_of(&ranks, &items, &row);
        check.number(&row, "spearman", Some(pair.correlation));
        check.number(&row, "spearman_p", pair.p_value);
        check.number(&row, "pearson_listwise", Some(pair_of(&complete, &items, &row).correlation));
        check.number(&row, "spearman_listwise", Some(pair_of(&complete_ranks, &items, &row).correlation));
        // The same from lists of numbers.
        let (first, second) = (points(&case, row.text("first")), points(&case, row.text("second")));
        let both = first.iter().zip(second.iter()).filter_map(|(a, b)| Some((f64::from(a?), f64::from(b?))));
        let (first, second): (Vec<f64>, Vec<f64>) = both.unzip();
        check.number(&row, "spearman", spearman(&first, &second));
    }
    check.finish()
}

#[test]
fn pearson_and_rank_correlations_with_missing_answers_agree_with_r() {
    pairwise();
}

fn smoothing() -> Vec<Conformance> {
    let case = Case::load("correlation/smoothing");
    let matrix_of = |name: &str| {
        let rows: Vec<Row> = case.table("input.csv").rows().filter(|row| row.text("matrix") == name).collect();
        let idx = |row: &Row, column: &str| row.number(column).unwrap() as usize - 1;
        let n = rows.iter().map(|row| idx(row, "row") + 1).max().unwrap();
        let mut matrix = DMatrix::zeros(n, n);
        for row in rows {
            matrix[(idx(&row, "row"), idx(&row, "column"))] = row.number("value").unwrap();
        }
        matrix
    };
    let by_values = SmoothingConfig {
        method: SmoothingMethod::Eigenvalues,
        smallest_allowed: case.setting("smallest_allowed"),
        raised_to: case.setting("raised_to"),
    };
    assert_eq!(by_values, SmoothingConfig::eigenvalues());
    let mut check = Checker::new(&case);
    for size in case.table("expected_size.csv").rows() {
        let name = size.text("matrix");
        let matrix = matrix_of(name);
        let smoothed = smooth(&matrix, &by_values).unwrap();
        let nearest = smooth(&matrix, &SmoothingConfig::nearest()).unwrap();
        for found in [&smoothed, &nearest] {
            assert!(found.outcome == SmoothingOutcome::Smoothed && found.smallest_after > 0.0, "{found:?}");
        }
        check.number(&size, "smallest_before", Some(smoothed.smallest_before));
        check.number(&size, "n_negative", Some(smoothed.n_too_small as f64));
        check.number(&size, "largest_change", Some(smoothed.largest_change));
        check.number(&size, "largest_change_nearest", Some(nearest.largest_change));
        for row in case.table("expected.csv").rows().filter(|row| row.text("matrix") == name) {
            let at = |column: &str| row.number(column).unwrap() as usize - 1;
            let place = (at("row"), at("column"));
            check.number(&row, "smoothed", Some(smoothed.matrix[place]));
            check.number(&row, "psych_smoothed", Some(smoothed.matrix[place]));
            check.number(&row, "nearest", Some(nearest.matrix[place]));
        }
    }
    check.finish()
}

#[test]
fn smoothed_matrices_agree_with_r() {
    smoothing();
}
