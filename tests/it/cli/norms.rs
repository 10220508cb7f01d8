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

/// 600 people of the ages 20 to 59 whose answers rise with age, with sexes out of balance and weights.
fn aging_people(work: &Workplace, name: &str, n: u64, seed: u64) {
    let mut text = String::from("id,sex,age,weight,i1,i2,i3,i4,i5,i6\n");
    let mut state = seed;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for number in 0..n {
        let age = 20 + next(40);
        let lift = (age - 20) / 14;
        let codes: Vec<String> = (0..6).map(|_| (1 + next(5)).max(1 + next(lift + 1)).min(5).to_string()).collect();
        let sex = if next(10) < 7 { "F" } else { "M" };
        text.push_str(&format!("{number},{sex},{age},{}.5,{}\n", 1 + next(3), codes.join(",")));
    }
    work.file(name, text);
}

fn build_plain<'a>(fixtures: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["norms", "build"];
    if !more.contains(&"--from-aggregate") {
        args.push("answers.csv");
    }
    args.extend(["--instrument", "tiny", "--instruments", fixtures]);
    if !more.contains(&"--aggregate") {
        args.extend(["--norm-id", "ours", "--title", "Ours", "--population", "people", "--source", "invented"]);
        args.extend(["--year", "2026", "--output", "mine"]);
    }
    args.extend(more);
    args
}

#[test]
fn a_sample_is_raked_to_margins_and_the_card_says_so() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    aging_people(&work, "answers.csv", 600, 7);
    work.file("margins.csv", "variable,level,share\nsex,F,0.5\nsex,M,0.5\n");
    let ran = work.run(&build_plain(fixtures, &["--rake", "margins.csv", "--weights", "weight"])).ok();
    assert!(ran.stderr.contains("raked to sex (margins met"), "{}", ran.stderr);
    let card = work.read("mine/tiny/norms/ours.toml");
    assert!(
        card.contains("weighting = \"weights of column weight; raked to sex") && card.contains("effective n"),
        "{card}"
    );
    work.file("wrong.csv", "variable,level,share\nsex,F,0.5\nsex,M,0.2\nsex,X,0.3\n");
    work.run(&build_plain(fixtures, &["--rake", "wrong.csv"])).fails_with(&["nobody", "`X`"]);
    work.file("other.csv", "variable,level,share\nsexe,F,0.5\nsexe,M,0.5\n");
    work.run(&build_plain(fixtures, &["--rake", "other.csv"])).fails_with(&["no column `sexe`", "did you mean `sex`"]);
    work.run(&build_plain(fixtures, &["--weights", "sex"])).fails_with(&["row 1", "not a weight"]);
}

#[test]
fn equal_weights_give_the_conventional_norm() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    aging_people(&work, "answers.csv", 300, 7);
    let ones: String = work
        .read("answers.csv")
        .lines()
        .enumerate()
        .map(|(idx, line)| format!("{line},{}\n", if idx == 0 { "one" } else { "1" }))
        .collect();
    work.file("answers.csv", ones);
    let plain = work.run(&build_plain(fixtures, &[])).ok().text();
    std::fs::remove_dir_all(work.path("mine")).unwrap();
    let weighted = work.run(&build_plain(fixtures, &["--weights", "one"])).ok().text();
    let means = |text: &str, column: usize| -> Vec<String> {
        text.lines().skip(2).map(|line| line.split_whitespace().nth(column).unwrap().to_owned()).collect()
    };
    assert_eq!(means(&plain, 3), means(&weighted, 4));
    assert_eq!(means(&plain, 4), means(&weighted, 5));
}

#[test]
fn a_continuous_norm_is_built_drawn_checked_and_applied() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    aging_people(&work, "answers.csv", 3000, 11);
    let more = ["--continuous", "age", "--t-power", "3", "--age-power", "2", "--terms", "up-to-4", "--age-width", "5"];
    let ran = work.run(&build_plain(fixtures, &[&more[..], &["--cross-validate", "2x1"]].concat())).ok();
    assert!(ran.text().contains("adj_r2") && ran.text().contains("rmse_validation"), "{}", ran.text());
    work.copy_tiny("mine");
    let of_mine = |args: &[&str]| {
        let all = [&["norms"], args, &["--instrument", "tiny", "--instruments", "mine"]].concat();
        work.run(&all)
    };
    let shown = of_mine(&["show", "--norm", "ours"]).ok().text();
    assert!(shown.contains("continuous") && shown.contains("n           3000"), "{shown}");
    let table = of_mine(&["show", "--norm", "ours", "--plot", "curves.svg", "--lang", "en"]).ok().text();
    assert!(table.contains("50 median") && work.read("curves.svg").starts_with("<svg"), "{table}");
    of_mine(&["show", "--norm", "ours", "--plot", "curves.png"]).ok();
    of_mine(&["show", "--norm", "ours", "--plot", "curves.gif"]).fails_with(&[".svg and .png"]);
    of_mine(&["show", "--norm", "ours", "--plot", "a.svg", "--scale", "none"]).fails_with(&["no scale `none`"]);
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
            "--age",
            "age",
            "--metrics",
            "t",
        ])
        .ok()
        .text();
    let t: Vec<f64> = scored.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse().ok()).collect();
    assert!(t.len() > 2500, "{}", t.len());
    // Ranked within their ages, people have a mean T of 50 within a point.
    let mean = t.iter().sum::<f64>() / t.len() as f64;
    assert!((mean - 50.0).abs() < 1.0, "{mean}");
}

#[test]
fn norms_from_aggregates_are_norms_from_rows() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    aging_people(&work, "answers.csv", 400, 3);
    let bands = ["--sex", "sex", "--age", "age", "--ages", "20-39,40-"];
    let rows = work.run(&build_plain(fixtures, &bands)).ok().text();
    let values = work.read("mine/tiny/norms/ours.csv");
    std::fs::remove_dir_all(work.path("mine")).unwrap();
    // Two halves, one aggregate each.
    let all = work.read("answers.csv");
    let lines: Vec<&str> = all.lines().collect();
    for (name, part) in [("a", &lines[1..200]), ("b", &lines[200..])] {
        work.file("answers.csv", format!("{}\n{}\n", lines[0], part.join("\n")));
        let file = format!("{name}.csv");
        work.run(&build_plain(fixtures, &[&bands[..], &["--aggregate", &file]].concat())).ok();
    }
    let merged = ["--from-aggregate", "a.csv", "--from-aggregate", "b.csv"];
    assert_eq!(work.run(&build_plain(fixtures, &merged)).ok().text(), rows);
    assert_eq!(work.read("mine/tiny/norms/ours.csv"), values);
}

#[test]
fn an_aggregate_that_tells_on_people_is_not_written() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    aging_people(&work, "answers.csv", 103, 3);
    let all = work.read("answers.csv");
    let first: Vec<&str> = all.lines().take(101).collect();
    work.file("answers.csv", first.join("\n") + "\n");
    work.run(&build_plain(fixtures, &["--aggregate", "old.csv"])).ok();
    work.file("answers.csv", &all);
    work.run(&build_plain(fixtures, &["--aggregate", "new.csv", "--follows", "old.csv"]))
        .fails_with(&["not written", "3 new people are fewer than 10"]);
    assert!(!work.path("new.csv").exists());
    work.run(&build_plain(fixtures, &["--aggregate", "none.csv", "--min-n", "500"])).fails_with(&["500 people"]);
    work.run(&build_plain(fixtures, &["--from-aggregate", "answers.csv"])).fails_with(&["answers.csv"]);
}

#[test]
fn standard_errors_are_printed_by_formula_and_by_bootstrap() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    aging_people(&work, "answers.csv", 500, 5);
    let text =
        work.run(&build_plain(fixtures, &["--standard-errors", "--bootstrap", "400", "--seed", "3"])).ok().text();
    let parts: Vec<&str> = text.split("\nstandard errors, ").collect();
    assert_eq!(parts.len(), 3, "{text}");
    // The same rows, and in the middle errors within a quarter of each other.
    let middle = |part: &str| -> Vec<f64> {
        let rows = part.lines().filter(|line| line.starts_with("all"));
        let row = rows.clone().nth(rows.count() / 4).unwrap();
        row.split_whitespace().skip(2).map(|cell| cell.parse().unwrap()).collect()
    };
    let (formula, bootstrap) = (middle(parts[1]), middle(parts[2]));
    assert_eq!(formula[..3], bootstrap[..3]);
    assert!((formula[3] / bootstrap[3] - 1.0).abs() < 0.25, "{formula:?} {bootstrap:?}");
}

#[test]
fn doubtful_places_of_norms_are_named() {
    let (work, fixtures) = (Workplace::new(), fixtures());
    let fixtures = fixtures.to_str().unwrap();
    aging_people(&work, "answers.csv", 400, 3);
    work.run(&build_plain(fixtures, &[])).ok();
    work.copy_tiny("mine");
    let checked = work.run(&["norms", "check", "mine/tiny/norms/ours.toml"]).ok().text();
    assert_eq!(checked, "1 norm: nothing doubtful\n");
    work.run(&["norms", "check", "ours", "--instrument", "tiny", "--instruments", "mine"]).ok();
    let card = work.read("mine/tiny/norms/ours.toml").replace("\nn = 400", "");
    work.file("mine/tiny/norms/ours.toml", card);
    let values = work.read("mine/tiny/norms/ours.csv").replace(",400\n", ",16\n");
    work.file("mine/tiny/norms/ours.csv", values);
    let ran = work.run(&["norms", "check", "mine"]);
    assert_eq!(ran.status, 1);
    assert!(ran.text().contains("standard error of 2.5 points"), "{}", ran.text());
    let table = work.read("mine/tiny/norms/ours.csv").replace("all,", "ever,");
    work.file("mine/tiny/norms/ours.csv", table);
    let ran = work.run(&["norms", "check", "mine/tiny/norms/ours.toml"]);
    assert_eq!(ran.status, 1);
    assert!(ran.text().contains("unknown stratum"), "{}", ran.text());
    work.run(&["norms", "check", "nothing"]).fails_with(&["no file and no folder"]);
}
