//! A key with a wrong sign: found by `analyze quality`, warned of while scoring and while a norm is built.

use super::data::{Sheet, notes, rows, simulate_tiny};
use crate::support::command::Workplace;

/// Answers to the sound instrument, and a copy of it in `wrong` whose item 5 has the other sign.
fn planted(work: &Workplace) {
    simulate_tiny(work, 400, "answers.csv", &[]);
    work.copy_tiny("sound");
    work.copy_tiny("wrong");
    let keys = work.read("wrong/tiny/keys.csv");
    assert!(keys.contains("Drive,i5,+,"));
    work.file("wrong/tiny/keys.csv", keys.replace("Drive,i5,+,", "Drive,i5,-,"));
}

#[test]
fn quality_finds_the_item() {
    let work = Workplace::new();
    planted(&work);
    let study = |folder: &str, more: &[&str]| {
        let args = ["analyze", "quality", "answers.csv", "--instrument", "tiny", "--instruments", folder];
        let ran = work.run(&[&args[..], &["--format", "json"], more].concat()).ok();
        serde_json::from_slice::<serde_json::Value>(&ran.stdout).unwrap()
    };
    let wrong = study("wrong", &[]);
    let flagged = rows(&wrong, "key_audit", &[("scale", "Drive")]);
    assert_eq!(flagged.iter().map(|row| &row["item"]).collect::<Vec<_>>(), ["i5"]);
    assert!(flagged[0]["upper"].as_f64().unwrap() < 0.0 && flagged[0]["n"] == 400, "{}", flagged[0]);
    assert!(rows(&wrong, "key_audit", &[("scale", "Calm")]).is_empty());
    let sound = study("sound", &[]);
    assert!(sound["tables"].get("key_audit").is_none());
    assert!(notes(&sound).contains("key audit: no item runs against its scale"));
    // A program that asks for the table gets it, with or without rows, and only of the scales it named.
    assert_eq!(study("sound", &["--table", "key_audit"])["tables"]["key_audit"], serde_json::json!([]));
    assert_eq!(
        study("wrong", &["--table", "key_audit", "--scale", "Calm"])["tables"]["key_audit"],
        serde_json::json!([])
    );
}

#[test]
fn scoring_warns_and_changes_nothing() {
    let work = Workplace::new();
    planted(&work);
    let score = |folder: &str, more: &[&str]| {
        let args = ["score", "answers.csv", "--instrument", "tiny", "--instruments", folder];
        work.run(&[&args[..], more].concat()).ok()
    };
    let (loud, quiet) = (score("wrong", &[]), score("wrong", &["--quiet"]));
    assert!(loud.stderr.contains("warning: item `i5` runs against its scale `Drive`"), "{}", loud.stderr);
    assert!(!quiet.stderr.contains("warning"), "{}", quiet.stderr);
    assert_eq!(loud.stdout, quiet.stdout);
    assert_eq!(Sheet::of(&loud.text()).rows.len(), 400);
    assert!(!score("sound", &[]).stderr.contains("warning"));
}

#[test]
fn building_a_norm_warns() {
    let work = Workplace::new();
    planted(&work);
    let build = |folder: &str, output: &str| {
        let args = ["norms", "build", "answers.csv", "--instrument", "tiny", "--instruments", folder];
        let card = ["--norm-id", "ours", "--title", "t", "--population", "p", "--source", "s", "--year", "2026"];
        work.run(&[&args[..], &card, &["--output", output]].concat()).ok().stderr
    };
    let wrong = build("wrong", "norm-wrong");
    assert!(wrong.contains("warning: item `i5` runs against its scale `Drive`"), "{wrong}");
    let sound = build("sound", "norm-sound");
    assert!(!sound.contains("warning"), "{sound}");
}
