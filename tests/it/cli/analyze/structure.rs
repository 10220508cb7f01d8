//! `bilan analyze structure` with its further models.

use super::data::{Sheet, json_tiny, notes, row, rows, simulate_tiny, study_tiny};
use crate::support::command::Workplace;

const FEW_DRAWS: [&str; 2] = ["--draws", "10"];

/// 300 people; the first eight of them in a group of their own.
fn grouped(work: &Workplace) {
    simulate_tiny(work, 300, "answers.csv", &[]);
    let mut sheet = Sheet::of(&work.read("answers.csv"));
    for row in &mut sheet.rows[..8] {
        row[1] = "X".to_owned();
    }
    work.file("grouped.csv", sheet.text());
}

#[test]
fn items_load_on_their_own_scale() {
    let work = Workplace::new();
    simulate_tiny(&work, 300, "answers.csv", &[]);
    let study = json_tiny(&work, "structure", "answers.csv", &FEW_DRAWS);
    assert_eq!(row(&study, "number", &[("rule", "declared scales")])["factors"], 2);
    let largest = |item: &str| {
        let found = row(&study, "loadings", &[("item", item)]);
        let size = |factor: &str| found[factor].as_f64().unwrap().abs();
        if size("F1") > size("F2") { "F1" } else { "F2" }
    };
    let (calm, drive) = (["i1", "i2", "i3"].map(largest), ["i4", "i5", "i6"].map(largest));
    assert!(
        calm.iter().all(|factor| *factor == calm[0]) && drive.iter().all(|factor| *factor == drive[0]),
        "{study:#}"
    );
    assert_ne!(calm[0], drive[0]);
    // Eigenvalues of a correlation matrix add up to the number of items.
    let sum: f64 = rows(&study, "eigenvalues", &[]).iter().map(|row| row["component"].as_f64().unwrap()).sum();
    assert!((sum - 6.0).abs() < 1e-9, "{sum}");
    // Communality and uniqueness make up an item; so do, in the declared model, squared loading and the rest.
    for found in rows(&study, "loadings", &[]) {
        let whole = found["communality"].as_f64().unwrap() + found["uniqueness"].as_f64().unwrap();
        assert!((whole - 1.0).abs() < 1e-6, "{found}");
    }
    // Two factors of three items: 21 variances and covariances, 6 loadings, 6 residuals, 1 correlation of factors.
    let fit = row(&study, "confirmatory_fit", &[("model", "ml")]);
    assert_eq!((&fit["df"], &fit["n"]), (&8.into(), &300.into()));
    assert_eq!(rows(&study, "confirmatory_loadings", &[]).len(), 6);
    assert_eq!(rows(&study, "factor_correlations", &[]).len(), 1);
}

#[test]
fn groups_are_compared_and_small_ones_left_out() {
    let work = Workplace::new();
    grouped(&work);
    let study = json_tiny(&work, "structure", "grouped.csv", &[&FEW_DRAWS[..], &["--groups", "sex"]].concat());
    let steps = rows(&study, "invariance", &[]);
    let names: Vec<&str> = steps.iter().map(|step| step["equal"].as_str().unwrap()).collect();
    assert_eq!(names, ["structure", "+ loadings", "+ intercepts", "+ residuals"]);
    assert!(notes(&study).contains("--groups sex: group X has 8 complete respondents, fewer than 50, and is left out"));
    let groups = study["settings"]["groups"].as_str().unwrap();
    assert!(groups.contains("F (") && groups.contains("M (") && !groups.contains('X'), "{groups}");
    // Each group has the 8 degrees of freedom of the model at first; every step holds more equal, so that the fit
    // cannot get better and its change is the difference of neighbors.
    assert_eq!(steps[0]["df"], 16);
    assert!(steps[0]["d_chi2"].is_null());
    for pair in steps.windows(2) {
        let of = |step: &serde_json::Value, column: &str| step[column].as_f64().unwrap();
        assert!(of(pair[1], "df") > of(pair[0], "df") && of(pair[1], "chi2") >= of(pair[0], "chi2"));
        let change = of(pair[1], "chi2") - of(pair[0], "chi2");
        assert!((of(pair[1], "d_chi2") - change).abs() < 1e-6, "{change}");
        assert_eq!(of(pair[1], "d_df"), of(pair[1], "df") - of(pair[0], "df"));
        assert!((of(pair[1], "d_cfi") - (of(pair[1], "cfi") - of(pair[0], "cfi"))).abs() < 1e-9);
    }
}

#[test]
fn a_single_group_is_said_to_be_too_few() {
    let work = Workplace::new();
    grouped(&work);
    let mut sheet = Sheet::of(&work.read("grouped.csv"));
    sheet.rows.retain(|row| row[1] != "F");
    work.file("one.csv", sheet.text());
    let args = [&FEW_DRAWS[..], &["--groups", "sex"]].concat();
    let study = json_tiny(&work, "structure", "one.csv", &args);
    assert!(rows(&study, "invariance", &[]).is_empty());
    assert!(notes(&study).contains("at least 2 are needed"), "{study:#}");
    study_tiny(&work, "structure", "one.csv", &[&args[..], &["--table", "invariance"]].concat())
        .fails_with(&["no table `invariance`", "at least 2 are needed"]);
}

#[test]
fn a_group_that_cannot_be_compared_is_named() {
    let work = Workplace::new();
    simulate_tiny(&work, 300, "answers.csv", &[]);
    let mut sheet = Sheet::of(&work.read("answers.csv"));
    let (from, to) = (sheet.place("i1"), sheet.place("i3"));
    for row in sheet.rows.iter_mut().filter(|row| row[1] == "M") {
        row[to] = row[from].clone();
    }
    work.file("copied.csv", sheet.text());
    let study = json_tiny(&work, "structure", "copied.csv", &[&FEW_DRAWS[..], &["--groups", "sex"]].concat());
    assert!(rows(&study, "invariance", &[]).is_empty());
    let notes = notes(&study);
    let line = notes.lines().find(|line| line.contains("not positive definite")).unwrap_or_else(|| panic!("{notes}"));
    assert!(line.contains("group `M (") && !line.contains("(from 0)"), "{line}");
}

#[test]
fn ordered_answers_have_their_own_model_and_correlations() {
    let work = Workplace::new();
    simulate_tiny(&work, 250, "answers.csv", &[]);
    let args = ["--draws", "3", "--correlation", "polychoric", "--confirm", "wlsmv"];
    let study = json_tiny(&work, "structure", "answers.csv", &args);
    assert_eq!(study["settings"]["correlations"], "polychoric");
    let adjusted = row(&study, "confirmatory_fit", &[("model", "wlsmv, adjusted")]);
    assert_eq!(adjusted["n"], 250);
    let plain = json_tiny(&work, "structure", "answers.csv", &["--draws", "3", "--confirm", "none"]);
    assert!(plain["tables"].get("confirmatory_fit").is_none());
    // Correlations of the variables behind the answers are stronger than those of the answers: the first eigenvalue grows.
    let first = |study: &serde_json::Value| study["tables"]["eigenvalues"][0]["component"].as_f64().unwrap();
    assert!(first(&study) > first(&plain), "{} {}", first(&study), first(&plain));
}

#[test]
fn every_extraction_and_rotation_gives_the_same_communalities_or_says_why_not() {
    let work = Workplace::new();
    simulate_tiny(&work, 300, "answers.csv", &[]);
    let communalities = |extraction: &str, rotation: &str| -> Vec<f64> {
        let args = ["--draws", "3", "--confirm", "none", "--extraction", extraction, "--rotation", rotation];
        let study = json_tiny(&work, "structure", "answers.csv", &args);
        assert_eq!(study["settings"]["rotation"], rotation);
        rows(&study, "loadings", &[]).iter().map(|row| row["communality"].as_f64().unwrap()).collect()
    };
    for extraction in ["minres", "ml", "pa"] {
        let plain = communalities(extraction, "none");
        assert_eq!(plain.len(), 6);
        // A rotation turns the factors and leaves what they explain of each item.
        for rotation in ["varimax", "oblimin", "promax"] {
            for (a, b) in plain.iter().zip(communalities(extraction, rotation)) {
                assert!((a - b).abs() < 1e-6, "{extraction} {rotation}: {a} {b}");
            }
        }
    }
}
