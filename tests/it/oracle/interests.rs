//! Interest profiles and their structure against R and published examples.

use engine::interests::circular::circular_criteria;
use engine::interests::circumplex::{CircumplexAngles, StructuralSummary, structural_summary};
use engine::interests::congruence::{c_index, m_index, profile_congruence, zener_schnuelle};
use engine::interests::plane::plane_loadings;
use engine::interests::published::matrix_of_rows;
use engine::interests::{
    CircularScoring, Differentiation, HexagonPosition, InterestProfile, RiasecType, ScoreOrderCode, order_test,
};

use crate::support::oracle::{Case, Checker, Conformance, Row};

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    [holland_codes(), circumplex(), order_test_published(), circular_tests()].concat()
}

/// The numbers under the letters of the six types.
fn six(row: &Row) -> [f64; 6] {
    RiasecType::ALL.map(|kind| row.number(&kind.letter().to_string()).unwrap())
}

fn profile(row: &Row) -> InterestProfile {
    InterestProfile::without_errors(six(row)).unwrap()
}

/// Codes, differentiation, position and congruence of single profiles.
pub fn holland_codes() -> Vec<Conformance> {
    let case = Case::load("interests/holland_codes");
    let persons: Vec<InterestProfile> = case.table("input.csv").rows().map(|row| profile(&row)).collect();
    let mut check = Checker::new(&case);
    for (row, person) in case.table("expected.csv").rows().zip(&persons) {
        let code = ScoreOrderCode::of(person);
        check.text(&row, "code", &code.to_string());
        check.text(&row, "tied", &code.tied.to_string());
        let distance = code.letters[0].hexagon_distance(code.letters[1]);
        check.number(&row, "consistency_distance", Some(distance as f64));
        check.number(&row, "consistency", Some(f64::from(code.consistency().level())));
        let differentiation = Differentiation::of(person);
        check.number(&row, "differentiation_range", Some(differentiation.range.value));
        check.number(&row, "differentiation_sd", Some(differentiation.sd.value));
        check.number(&row, "iachan_l1", Some(differentiation.iachan_l1.value));
        check.number(&row, "iachan_l2", Some(differentiation.iachan_l2.value));
        let position = HexagonPosition::of(person);
        check.number(&row, "x", Some(position.x.value));
        check.number(&row, "y", Some(position.y.value));
        check.number(&row, "amplitude", Some(position.length.value));
        check.number(&row, "displacement", position.angle.map(|angle| angle.value));
        let summary = structural_summary(person.scores(), &CircumplexAngles::hexagon()).unwrap();
        check.number(&row, "elevation", Some(summary.elevation));
        check.number(&row, "fit", summary.fit);
    }
    let environments: Vec<(&str, InterestProfile)> =
        case.table("environments.csv").rows().map(|row| (row.text("environment"), profile(&row))).collect();
    for row in case.table("expected_congruence.csv").rows() {
        // Respondents are numbered from 1, small whole numbers.
        let person = &persons[row.number("respondent").unwrap() as usize - 1];
        let named = environments.iter().find(|(name, _)| *name == row.text("environment"));
        let environment = named.unwrap().1;
        let (own, other) = (ScoreOrderCode::of(person).letters, ScoreOrderCode::of(&environment).letters);
        check.text(&row, "environment_code", &ScoreOrderCode::of(&environment).to_string());
        check.number(&row, "c_index", Some(c_index(own, other) as f64));
        check.number(&row, "m_index", Some(m_index(own, other) as f64));
        check.number(&row, "zener_schnuelle", Some(zener_schnuelle(own, other) as f64));
        check.number(&row, "first_letter_distance", Some(own[0].hexagon_distance(other[0]) as f64));
        let profiles = profile_congruence(person, &environment);
        check.number(&row, "profile_r", profiles.correlation.map(|r| r.value));
        check.number(&row, "profile_distance", Some(profiles.distance));
        check.number(&row, "angle_difference", profiles.angle_difference);
    }
    check.finish()
}

#[test]
fn codes_and_congruence_agree_with_r() {
    holland_codes();
}

/// Structural summaries of eight-scale profiles.
pub fn circumplex() -> Vec<Conformance> {
    let case = Case::load("interests/circumplex");
    let scales = ["PA", "BC", "DE", "FG", "HI", "JK", "LM", "NO"];
    let columns = scales.map(|scale| case.table("input.csv").numbers(scale));
    let angles = CircumplexAngles::octants();
    let summary = |scores: Vec<f64>| structural_summary(&scores, &angles).unwrap();
    let value = |summary: &StructuralSummary, name: &str| match name {
        "elevation" => Some(summary.elevation),
        "x" => Some(summary.x),
        "y" => Some(summary.y),
        "amplitude" => Some(summary.amplitude),
        "displacement" => summary.displacement,
        "fit" => summary.fit,
        other => panic!("no statistic for {other}"),
    };
    let mut check = Checker::new(&case);
    for (idx, row) in case.table("expected.csv").rows().enumerate() {
        let found = summary(columns.iter().map(|column| column[idx]).collect());
        for name in ["elevation", "x", "y", "amplitude", "displacement", "fit"] {
            check.number(&row, name, value(&found, name));
        }
    }
    let mean = summary(columns.iter().map(|column| column.iter().sum::<f64>() / column.len() as f64).collect());
    for row in case.table("expected_mean_profile.csv").rows() {
        check.number(&row, "value", value(&mean, row.text("quantity")));
    }
    check.finish()
}

#[test]
fn circumplex_profiles_agree_with_r() {
    circumplex();
}

/// The order test of published matrices.
pub fn order_test_published() -> Vec<Conformance> {
    let case = Case::load("interests/order_test_published");
    let test_of = |sample: &str| {
        let rows = case.table("input.csv").rows().filter(|row| row.text("sample") == sample);
        let rows: Vec<Vec<f64>> = rows.map(|row| six(&row).to_vec()).collect();
        order_test(&matrix_of_rows(&rows).unwrap()).unwrap()
    };
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let found = test_of(row.text("sample"));
        for (column, count) in [
            ("n_predictions", found.n_predictions),
            ("met", found.met),
            ("tied", found.tied),
            ("violated", found.violated),
            ("n_permutations", found.n_orders),
            ("n_at_least", found.n_at_least),
        ] {
            check.number(&row, column, Some(count as f64));
        }
        check.number(&row, "correspondence", Some(found.correspondence));
        check.number(&row, "p_value", Some(found.p_value));
    }
    for row in case.table("expected_published.csv").rows() {
        let found = test_of(row.text("sample"));
        check.number(&row, "correspondence_printed", Some(found.correspondence));
        check.number(&row, "p_printed", Some(found.p_value));
    }
    check.finish()
}

#[test]
fn the_order_test_agrees_with_published_examples() {
    order_test_published();
}

/// Criteria of a circle, of given loadings and of correlations.
pub fn circular_tests() -> Vec<Conformance> {
    let case = Case::load("interests/circular_tests");
    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let of_set = case.table("input_loadings.csv").rows().filter(|input| input.text("set") == row.text("set"));
        let loadings: Vec<[f64; 2]> =
            of_set.map(|input| ["first", "second"].map(|column| input.number(column).unwrap())).collect();
        let found = circular_criteria(&loadings).unwrap();
        check.number(&row, "fisher", Some(found.fisher));
        check.number(&row, "psych_fisher", Some(found.fisher));
        check.number(&row, "gap", Some(found.gap));
        check.number(&row, "variance2", Some(found.variance2));
        check.number(&row, "rotation", Some(found.rotation));
    }
    let plane_of = |row: &Row| {
        let of_sample = case.table("input.csv").rows().filter(|input| input.text("sample") == row.text("sample"));
        let values: Vec<f64> = of_sample.map(|input| input.number("r").unwrap()).collect();
        let n_scales = values.len().isqrt();
        let scoring = match row.text("scoring") {
            "raw" => CircularScoring::Raw,
            "deviation" => CircularScoring::Deviation,
            other => panic!("no scoring {other}"),
        };
        let rows: Vec<Vec<f64>> = values.chunks(n_scales).map(<[f64]>::to_vec).collect();
        plane_loadings(&matrix_of_rows(&rows).unwrap(), scoring).unwrap()
    };
    for row in case.table("expected_communalities.csv").rows() {
        let plane = plane_of(&row);
        assert!(plane.converged, "{}", row.text("sample"));
        // Scales are numbered from 1, small whole numbers.
        let scale_idx = row.number("scale").unwrap() as usize - 1;
        check.number(&row, "communality", Some(plane.communalities()[scale_idx]));
    }
    for row in case.table("expected_samples.csv").rows() {
        let found = circular_criteria(&plane_of(&row).loadings).unwrap();
        check.number(&row, "fisher", Some(found.fisher));
        check.number(&row, "gap", Some(found.gap));
        check.number(&row, "variance2", Some(found.variance2));
        check.number(&row, "rotation", Some(found.rotation));
    }
    check.finish()
}

#[test]
fn circular_criteria_agree_with_r() {
    circular_tests();
}
