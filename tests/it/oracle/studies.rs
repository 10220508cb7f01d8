//! Reliability coefficients of a test manual against R and published examples.

use engine::reliability::alpha::{kuder_richardson_21, stratified_alpha};
use engine::reliability::composite::{composite, difference, difference_interval};
use engine::reliability::conditional::{HalfScores, binomial_standard_error, keats_standard_error};
use engine::reliability::{
    Alpha, Component, GuttmanLambdas, IntraclassCorrelations, IntraclassForm, ItemCovariances, ScoreWithError,
    SplitCoverage, SplitHalf, SplitHalves, SplitSearch,
};
use engine::stats::{ItemColumn, ItemScores, MissingPairs};
use nalgebra::DMatrix;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use crate::support::oracle::{Case, Checker, Conformance};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [alpha(), guttman_split_half(), icc_shrout_fleiss_1979(), icc_simulated(), composites(), conditional()].concat()
}

/// The columns i01, i02 … of a file of answers.
pub fn item_scores(case: &Case, file: &str, n_items: usize, (lowest, highest): (i32, i32)) -> ItemScores {
    let column = |item: usize| {
        let points = case.table(file).rows().map(|row| row.number(&format!("i{item:02}")).map(|points| points as i32));
        ItemColumn::new(lowest, highest, points).unwrap()
    };
    ItemScores::new((1..=n_items).map(column).collect()).unwrap()
}

/// Cronbach's alpha and what goes with it.
pub fn alpha() -> Vec<Conformance> {
    let case = Case::load("reliability/alpha");
    let scores = item_scores(&case, "input.csv", 9, (1, 5));
    let items = ItemCovariances::of_scores(&scores, MissingPairs::Listwise).unwrap();
    let alpha = Alpha::of(&items);
    let of_correlations = GuttmanLambdas::of(&items.standardized().unwrap());
    let mean: f64 = scores.columns().iter().flat_map(ItemColumn::iter).flatten().map(f64::from).sum();
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let lower = |level: f64| alpha.feldt_interval(level).map(|limits| limits.0);
        let upper = |level: f64| alpha.feldt_interval(level).map(|limits| limits.1);
        let got = match row.text("quantity") {
            "n_respondents" => Some(alpha.n_respondents as f64),
            "n_items" => Some(alpha.n_items as f64),
            "alpha" => Some(alpha.alpha),
            "standardized_alpha" => alpha.standardized_alpha,
            "lambda6_of_correlations" => of_correlations.lambda6,
            "average_r" => Some(alpha.average_r),
            "median_r" => Some(alpha.median_r),
            "signal_noise" => alpha.signal_to_noise,
            "ase" => Some(alpha.asymptotic_standard_error),
            "feldt90_lower" => lower(0.90),
            "feldt90_upper" => upper(0.90),
            "feldt95_lower" | "psych_feldt95_lower" => lower(0.95),
            "feldt95_upper" | "psych_feldt95_upper" => upper(0.95),
            "sum_mean" => Some(mean / scores.n_respondents() as f64),
            "sum_sd" => Some(alpha.sum_sd),
            "standard_error_of_measurement" => alpha.standard_error_of_measurement,
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn alpha_agrees_with_psych() {
    alpha();
}

/// Guttman's bounds, all splits, and the odd–even split.
pub fn guttman_split_half() -> Vec<Conformance> {
    let case = Case::load("reliability/guttman_split_half");
    let scores = item_scores(&case, "input.csv", 10, (1, 4));
    let covariances = ItemCovariances::of_scores(&scores, MissingPairs::Listwise).unwrap();
    let correlations = covariances.standardized().unwrap();
    let split = SplitHalf::odd_even(&covariances);
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let items = if row.text("matrix") == "correlation" { &correlations } else { &covariances };
        let bounds = GuttmanLambdas::of(items);
        let splits = || {
            let mut rng = ChaCha12Rng::seed_from_u64(1);
            let splits = SplitHalves::of(items, SplitSearch::up_to_16_items(), &mut rng).unwrap();
            assert_eq!(splits.coverage, SplitCoverage::Exhaustive);
            splits
        };
        let got = match row.text("quantity") {
            "lambda1" => Some(bounds.lambda1),
            "lambda2" => Some(bounds.lambda2),
            "lambda3" => Some(bounds.lambda3),
            "lambda4_odd_even" => Some(SplitHalf::odd_even(items).guttman_flanagan),
            "lambda5" => Some(bounds.lambda5),
            "lambda6" => bounds.lambda6,
            "n_splits" => Some(splits().n_splits as f64),
            "lambda4_max" => Some(splits().highest),
            "lambda4_min" => Some(splits().lowest),
            "lambda4_mean" => Some(splits().mean),
            "r_halves" => split.correlation,
            "spearman_brown" => split.spearman_brown,
            "guttman_flanagan" => Some(split.guttman_flanagan),
            "horst" => split.horst,
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn bounds_and_split_halves_agree_with_r() {
    guttman_split_half();
}

/// Coefficients, tests, limits and mean squares of a table of ratings.
fn intraclass(case: &Case, n_judges: usize, check: &mut Checker) -> IntraclassCorrelations {
    let judges: Vec<Vec<f64>> =
        (1..=n_judges).map(|judge| case.table("input.csv").numbers(&format!("judge{judge}"))).collect();
    let found = IntraclassCorrelations::new(&DMatrix::from_fn(judges[0].len(), n_judges, |i, j| judges[j][i])).unwrap();
    for row in case.table("expected.csv").rows() {
        let form = form(row.text("form"));
        let test = found.test(form).unwrap();
        let limits = found.interval(form, 0.95);
        for (column, got) in [
            ("estimate", found.estimate(form)),
            ("f", Some(test.f)),
            ("df1", Some(test.df1 as f64)),
            ("df2", Some(test.df2 as f64)),
            ("p_value", Some(test.p_value)),
            ("lower", limits.map(|limits| limits.0)),
            ("upper", limits.map(|limits| limits.1)),
        ] {
            check.number(&row, column, got);
        }
    }
    for row in case.table("expected_anova.csv").rows() {
        let line = match row.text("source") {
            "between_targets" => found.between_targets,
            "between_judges" => found.between_judges,
            "residual" => found.residual,
            "within_targets" => found.within_targets,
            other => panic!("no mean square for {other}"),
        };
        check.number(&row, "df", Some(line.df as f64));
        check.number(&row, "mean_square", Some(line.mean_square));
    }
    found
}

fn form(label: &str) -> IntraclassForm {
    IntraclassForm::ALL.into_iter().find(|form| form.label() == label).unwrap()
}

/// The example of Shrout & Fleiss (1979), by psych and as printed.
pub fn icc_shrout_fleiss_1979() -> Vec<Conformance> {
    let case = Case::load("reliability/icc_shrout_fleiss_1979");
    let mut check = Checker::new(&case);
    let found = intraclass(&case, 4, &mut check);
    for row in case.table("expected_published.csv").rows() {
        check.number(&row, "printed", found.estimate(form(row.text("form"))));
    }
    check.finish()
}

#[test]
fn intraclass_correlations_agree_with_the_published_example() {
    icc_shrout_fleiss_1979();
}

/// Sixty targets, five judges.
pub fn icc_simulated() -> Vec<Conformance> {
    let case = Case::load("reliability/icc_simulated");
    let mut check = Checker::new(&case);
    intraclass(&case, 5, &mut check);
    check.finish()
}

#[test]
fn intraclass_correlations_agree_with_psych() {
    icc_simulated();
}

/// Stratified alpha, a weighted composite, a difference.
pub fn composites() -> Vec<Conformance> {
    let case = Case::load("reliability/composite");
    let scores = item_scores(&case, "input.csv", 12, (1, 5));
    let items = ItemCovariances::of_scores(&scores, MissingPairs::Listwise).unwrap();
    let facets = case.table("items.csv").numbers("facet");
    let group = |facet: usize| (0..facets.len()).filter(|&item| facets[item] == facet as f64).collect::<Vec<_>>();
    let groups: Vec<Vec<usize>> = (1..=3).map(group).collect();
    let scales: Vec<Component> = case
        .table("scales.csv")
        .rows()
        .map(|row| {
            let number = |column| row.number(column).unwrap();
            Component { weight: number("weight"), sd: number("sd"), reliability: number("reliability") }
        })
        .collect();
    let correlations = DMatrix::from_vec(3, 3, case.table("correlations.csv").numbers("correlation"));
    let whole = composite(&scales, &correlations).unwrap();
    let pair = |sd: [f64; 2]| {
        let of = |scale: usize| (sd[scale], scales[scale].reliability);
        difference(of(0), of(1), correlations[(0, 1)]).unwrap()
    };
    let observed = pair([scales[0].sd, scales[1].sd]);
    let score = |t_score: &str, scale: &Component| {
        ScoreWithError::new(case.setting(t_score), 10.0 * (1.0 - scale.reliability).sqrt()).unwrap()
    };
    let limits = |level: f64| {
        difference_interval(&score("first_t_score", &scales[0]), &score("second_t_score", &scales[1]), level).unwrap()
    };
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let got = match row.text("quantity") {
            "alpha" => Alpha::of(&items).alpha,
            "stratified_alpha" => stratified_alpha(&items, &groups).unwrap(),
            "composite_reliability" => whole.reliability,
            "composite_sd" => whole.sd,
            "composite_sem" => whole.standard_error_of_measurement,
            "difference_reliability" => observed.reliability,
            "difference_sd" => observed.sd,
            "difference_reliability_standardized" => pair([1.0, 1.0]).reliability,
            "difference90_lower" => limits(0.90).lower(),
            "difference90_upper" => limits(0.90).upper(),
            "difference95_lower" => limits(0.95).lower(),
            "difference95_upper" => limits(0.95).upper(),
            other => panic!("no statistic for {other}"),
        };
        check.number(&row, "value", Some(got));
    }
    check.finish()
}

#[test]
fn composites_and_differences_agree_with_r() {
    composites();
}

/// Standard errors at each score.
pub fn conditional() -> Vec<Conformance> {
    let case = Case::load("reliability/conditional");
    let mut check = Checker::new(&case);
    let binary = item_scores(&case, "binary.csv", 20, (0, 1));
    let alpha = Alpha::of_scores(&binary, MissingPairs::Listwise).unwrap();
    let right: f64 = binary.columns().iter().flat_map(ItemColumn::iter).flatten().map(f64::from).sum();
    let mean = right / binary.n_respondents() as f64;
    let formula_21 = kuder_richardson_21(20, mean, alpha.sum_sd * alpha.sum_sd).unwrap();
    for row in case.table("expected_coefficients.csv").rows() {
        let got = if row.text("quantity") == "kr20" { alpha.alpha } else { formula_21 };
        check.number(&row, "value", Some(got));
    }
    for (row, n_right) in case.table("expected_right.csv").rows().zip(0..) {
        check.number(&row, "binomial", binomial_standard_error(n_right, 20).ok());
        check.number(&row, "keats", keats_standard_error(n_right, 20, alpha.alpha, formula_21).ok());
    }
    let halves = HalfScores::odd_even(&item_scores(&case, "input.csv", 10, (1, 5))).unwrap();
    let groups = halves.by_group(case.setting("least") as usize).unwrap();
    assert_eq!(groups.len(), case.table("expected_groups.csv").rows().count());
    for (row, group) in case.table("expected_groups.csv").rows().zip(groups) {
        check.number(&row, "lowest", Some(group.lowest));
        check.number(&row, "highest", Some(group.highest));
        check.number(&row, "mean_score", Some(group.mean_score));
        check.number(&row, "n", Some(group.n as f64));
        check.number(&row, "standard_error", Some(group.standard_error));
    }
    for degree in 1..=4 {
        let smoothed = halves.smoothed(degree).unwrap();
        for row in case.table("expected_smoothed.csv").rows() {
            check.number(&row, &format!("degree{degree}"), smoothed.at(row.number("score").unwrap()));
        }
    }
    for row in case.table("expected_overall.csv").rows() {
        check.number(&row, "value", Some(halves.overall()));
    }
    check.finish()
}

#[test]
fn standard_errors_at_each_score_agree_with_r() {
    conditional();
}
