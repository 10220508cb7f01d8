//! `analyze … --write`: what a study puts into a folder of instruments, and what scoring makes of it.

use super::data::{CALM, DRIVE, Sheet, alpha, keyed_items, sd, simulate_tiny, study_tiny, sums};
use crate::support::command::Workplace;

fn write(work: &Workplace, study: &str, more: &[&str]) -> crate::support::command::Ran {
    let args = ["analyze", study, "answers.csv", "--instrument", "tiny", "--instruments", "mine", "--write"];
    work.run(&[&args[..], more].concat())
}

fn standard_errors(work: &Workplace) -> Sheet {
    let args = ["score", "answers.csv", "--instrument", "tiny", "--instruments", "mine", "--metrics", "sem"];
    Sheet::of(&work.run(&[&args[..], &["--decimals", "full"]].concat()).ok().text())
}

#[test]
fn coefficients_are_used_by_scoring_and_stand_once() {
    let work = Workplace::new();
    simulate_tiny(&work, 200, "answers.csv", &[]);
    work.copy_tiny("mine");
    // Without a coefficient the error is worked out from each person's own answers, and differs from person to person.
    let before: std::collections::BTreeSet<String> =
        standard_errors(&work).column("Drive_sem").iter().map(|error| format!("{error:?}")).collect();
    assert!(before.len() > 5, "{before:?}");
    let given = ["--group", "all", "--source", "people of the test"];
    let ran = write(&work, "reliability", &given).ok();
    assert!(ran.stderr.contains("written into"), "{}", ran.stderr);
    let once = work.read("mine/tiny/reliability.csv");
    let sheet = Sheet::of(&work.read("answers.csv"));
    let items = keyed_items(&sheet, &DRIVE);
    let (alpha_drive, sd_drive) = (alpha(&items), sd(&sums(&items)));
    let table = Sheet::of(&once);
    let (scale, coefficient) = (table.place("scale"), table.place("coefficient"));
    let line = table.rows.iter().find(|row| row[scale] == "Drive" && row[coefficient] == "alpha").unwrap();
    let value: f64 = line[table.place("value")].parse().unwrap();
    assert!((value - alpha_drive).abs() < 1e-12, "{value} {alpha_drive}");
    assert_eq!((line[table.place("n")].as_str(), line[table.place("source")].as_str()), ("200", "people of the test"));
    // What the instrument's authors said stays.
    assert!(once.contains("Calm,alpha,0.75,all,2,200,invented for the tests"), "{once}");
    let after = standard_errors(&work);
    let expected = sd_drive * (1.0 - alpha_drive).sqrt();
    for found in after.column("Drive_sem") {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }
    write(&work, "reliability", &given).ok();
    assert_eq!(work.read("mine/tiny/reliability.csv"), once, "a second run changed the file");
    // Another group stands beside the first.
    write(&work, "reliability", &["--group", "others", "--source", "people of the test"]).ok();
    let both = work.read("mine/tiny/reliability.csv");
    assert!(once.lines().all(|line| both.lines().any(|other| other == line)), "{both}");
    let n_new = once.lines().filter(|line| line.contains("people of the test")).count();
    assert_eq!(both.lines().count(), once.lines().count() + n_new);
}

#[test]
fn nothing_is_written_without_a_folder_or_words() {
    let work = Workplace::new();
    simulate_tiny(&work, 60, "answers.csv", &[]);
    let args = ["analyze", "reliability", "answers.csv", "--instrument", "interests-60", "--write"];
    let words = ["--group", "all", "--source", "s"];
    work.run(&[&args[..], &words].concat()).fails_with(&["--write needs --instruments DIR"]);
    let args = ["analyze", "quality", "answers.csv", "--instrument", "interests-60", "--write", "--source", "s"];
    work.run(&args).fails_with(&["--write needs --instruments DIR"]);
    work.copy_tiny("mine");
    let before = work.read("mine/tiny/reliability.csv");
    write(&work, "reliability", &["--group", "all"]).fails_with(&["--source"]);
    write(&work, "reliability", &["--source", "s"]).fails_with(&["--group"]);
    write(&work, "quality", &[]).fails_with(&["--source"]);
    // A slip in another option leaves the file as it was.
    write(&work, "reliability", &[&words[..], &["--table", "coefs"]].concat()).fails_with(&["no table `coefs`"]);
    write(&work, "quality", &["--source", "s", "--table", "persons"]).fails_with(&["no table `persons`"]);
    assert_eq!(work.read("mine/tiny/reliability.csv"), before);
    assert!(!work.path("mine/tiny/quality.toml").exists());
}

#[test]
fn a_coefficient_that_is_none_is_not_written() {
    let work = Workplace::new();
    simulate_tiny(&work, 200, "answers.csv", &[]);
    work.copy_tiny("mine");
    // With two keys turned, the items of Calm run against each other and alpha falls below 0.
    let keys = work.read("mine/tiny/keys.csv");
    work.file("mine/tiny/keys.csv", keys.replace("Calm,i2,-,", "Calm,i2,+,"));
    let sheet = Sheet::of(&work.read("answers.csv"));
    let wrong = CALM.map(|(item, _)| (item, '+'));
    assert!(alpha(&keyed_items(&sheet, &wrong)) < 0.0);
    let ran = write(&work, "reliability", &["--scale", "Calm", "--group", "ours", "--source", "s"]).ok();
    assert!(ran.stderr.contains("is not written; a coefficient is above 0 and below 1"), "{}", ran.stderr);
    assert!(!work.read("mine/tiny/reliability.csv").contains("Calm,alpha,-"));
    assert!(ran.text().contains("alpha is below 0"), "{}", ran.text());
}

#[test]
fn a_written_reference_judges_a_single_person() {
    let work = Workplace::new();
    simulate_tiny(&work, 300, "answers.csv", &[]);
    work.copy_tiny("mine");
    write(&work, "quality", &["--source", "people of the test"]).ok();
    assert!(work.path("mine/tiny/quality.toml").exists());
    let sheet = Sheet::of(&work.read("answers.csv"));
    work.file("one.csv", Sheet { header: sheet.header.clone(), rows: sheet.rows[..1].to_vec() }.text());
    let args = ["analyze", "quality", "one.csv", "--instrument", "tiny", "--instruments", "mine", "--format", "json"];
    let of = |args: &[&str]| serde_json::from_slice::<serde_json::Value>(&work.run(args).ok().stdout).unwrap();
    let known = of(&args);
    assert_eq!(known["settings"]["reference"], "people of the test");
    // Without it a single person has nobody to be compared with.
    let alone: serde_json::Value =
        serde_json::from_slice(&study_tiny(&work, "quality", "one.csv", &["--format", "json"]).ok().stdout).unwrap();
    assert!(super::data::notes(&alone).contains("no reference"), "{alone:#}");
    let distance = |study: &serde_json::Value| study["tables"]["people"][0]["mahalanobis"].clone();
    assert!(distance(&known).is_number() && distance(&alone).is_null(), "{known:#}");
}
