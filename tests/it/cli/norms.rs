//! `bilan norms build|show`: a local norm from one's own data, applied back.

use crate::support::command::{Workplace, fixtures};

/// 400 people with sexes, ages and answers that vary.
fn people(work: &Workplace) {
    let mut text = String::from("id,sex,age,i1,i2,i3,i4,i5,i6\n");
    let mut state = 12_345_u64;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for number in 0..400 {
        let age = if number < 380 { 18 + next(30) } else { 70 };
        let codes: Vec<String> = (0..6).map(|_| (next(5) + 1).to_string()).collect();
        text.push_str(&format!("{number},{},{age},{}\n", next(2) + 1, codes.join(",")));
    }
    text.push_str("x,1,999999,1,2,3,4,5,1\ny,1,20,,2,3,4,5,1\n");
    work.file("answers.csv", text);
}

fn build<'a>(fixtures: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = [
        "norms",
        "build",
        "answers.csv",
        "--instrument",
        "tiny",
        "--instruments",
        fixtures,
        "--norm-id",
        "ours",
        "--title",
        "Our people",
        "--population",
        "people of the test",
        "--source",
        "invented",
        "--year",
        "2026",
        "--sex",
        "sex",
        "--sex-codes",
        "1=M,2=F",
        "--age",
        "age",
        "--ages",
        "18-29,30-49,50-",
        "--output",
        "mine",
    ];
    [&args[..], more].concat()
}

#[test]
fn a_norm_is_built_shown_and_applied() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    people(&work);
    let ran = work.run(&build(fixtures, &[])).ok();
    assert!(ran.stderr.contains("402 rows read; 1 in no stratum; 1 with a scale left incomplete"), "{}", ran.stderr);
    assert!(ran.stderr.contains("dropped: stratum F-50-up"), "{}", ran.stderr);
    assert!(ran.text().contains("F-18-29"), "{}", ran.text());

    // A copy of the fixture beside the new norm makes one folder of instruments.
    work.copy_tiny("mine");
    let shown =
        work.run(&["norms", "show", "--instrument", "tiny", "--instruments", "mine", "--norm", "ours"]).ok().text();
    for expected in ["Our people", "people of the test", "local", "linear", "dropped: stratum M-50-up", "combined"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let scored = work
        .run(&[
            "score",
            "answers.csv",
            "--instrument",
            "tiny",
            "--instruments",
            "mine",
            "--norm",
            "ours",
            "--id",
            "id",
            "--sex",
            "sex",
            "--sex-codes",
            "1=M,2=F",
            "--age",
            "age",
            "--metrics",
            "t",
            "--decimals",
            "full",
        ])
        .ok()
        .text();
    // Within a stratum T scores on its own norm have mean 50 and SD 10.
    let answers = work.read("answers.csv");
    let t: Vec<f64> = answers
        .lines()
        .zip(scored.lines())
        .filter(|(answers, _)| {
            let fields: Vec<&str> = answers.split(',').collect();
            fields[1] == "1"
                && fields[2].parse::<u32>().is_ok_and(|age| (18..30).contains(&age))
                && !fields[3].is_empty()
        })
        .map(|(_, scores)| scores.split(',').nth(1).unwrap().parse().unwrap())
        .collect();
    assert!(t.len() > 30);
    let mean = t.iter().sum::<f64>() / t.len() as f64;
    let sd = (t.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (t.len() as f64 - 1.0)).sqrt();
    assert!((mean - 50.0).abs() < 1e-9 && (sd - 10.0).abs() < 1e-9, "{mean} {sd}");
    assert!(scored.contains("the age is impossible"), "{scored}");
    assert!(scored.contains("no stratum for the age of 70"), "{scored}");
}

#[test]
fn a_normalized_norm_has_a_table_and_says_where_it_ends() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    people(&work);
    work.run(&build(fixtures.to_str().unwrap(), &["--standardization", "normalized"])).ok();
    assert!(work.path("mine/tiny/norms/ours.table.csv").exists());
}

#[test]
fn a_norm_is_not_replaced_by_another_of_the_same_name() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    people(&work);
    work.run(&build(fixtures, &[])).ok();
    work.run(&build(fixtures, &[])).ok();
    work.run(&build(fixtures, &["--min-n", "80"])).fails_with(&["norm `ours` is there already"]);
}

#[test]
fn nothing_is_built_from_too_few_people() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    people(&work);
    work.run(&build(fixtures, &["--min-n", "5000"])).fails_with(&["no stratum has 5000 people", "--min-n"]);
    let bands = build(fixtures, &[]).into_iter().map(|arg| if arg == "18-29,30-49,50-" { "18-30,30-49" } else { arg });
    work.run(&bands.collect::<Vec<_>>()).fails_with(&["overlap"]);
}
