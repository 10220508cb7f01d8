//! Numbers of the studies against their definitions.

use serde_json::Value;

use super::data::{
    CALM, DRIVE, Sheet, alpha, close, covariance, json_tiny, keyed_items, mean, pearson, row, rows, sd, simulate_tiny,
    study_tiny, sums,
};
use crate::support::command::Workplace;

#[test]
fn coefficients_follow_from_the_answers() {
    let work = Workplace::new();
    simulate_tiny(&work, 180, "answers.csv", &[]);
    let sheet = Sheet::of(&work.read("answers.csv"));
    let study = json_tiny(&work, "reliability", "answers.csv", &[]);
    for (scale, keys) in [("Calm", CALM), ("Drive", DRIVE)] {
        let items = keyed_items(&sheet, &keys);
        let (found, alpha, total) = (row(&study, "coefficients", &[("scale", scale)]), alpha(&items), sums(&items));
        close(&found["alpha"], alpha);
        close(&found["mean"], mean(&total));
        close(&found["sd"], sd(&total));
        close(&found["sem"], sd(&total) * (1.0 - alpha).sqrt());
        let pairs = [(0, 1), (0, 2), (1, 2)].map(|(a, b)| pearson(&items[a], &items[b]));
        let average = mean(&pairs);
        close(&found["average_r"], average);
        close(&found["alpha_std"], 3.0 * average / (1.0 + 2.0 * average));
        // Lambda 1 leaves out the factor k/(k − 1); lambda 2 lies between lambda 1 and 1 and is not below alpha.
        close(&found["lambda1"], alpha * 2.0 / 3.0);
        let lambda2 = found["lambda2"].as_f64().unwrap();
        assert!(lambda2 >= alpha && lambda2 < 1.0, "{lambda2} {alpha}");
        let (lower, upper) = (found["alpha_lower"].as_f64().unwrap(), found["alpha_upper"].as_f64().unwrap());
        assert!(lower < alpha && alpha < upper, "{lower} {alpha} {upper}");
        assert_eq!((&found["n"], &found["items"]), (&180.into(), &3.into()));
        // Odd items 1 and 3 against item 2.
        let halves = row(&study, "halves", &[("scale", scale)]);
        let odd = sums(&[items[0].clone(), items[2].clone()]);
        let r = pearson(&odd, &items[1]);
        close(&halves["odd_even_r"], r);
        close(&halves["spearman_brown"], 2.0 * r / (1.0 + r));
        close(&halves["odd_even_lambda4"], 4.0 * covariance(&odd, &items[1]) / covariance(&total, &total));
    }
    // The scale of all items is the sum of both: alpha of six items.
    let both = [keyed_items(&sheet, &CALM), keyed_items(&sheet, &DRIVE)].concat();
    close(&row(&study, "coefficients", &[("scale", "All")])["alpha"], alpha(&both));
}

#[test]
fn people_read_rounded_numbers_and_programs_all_digits() {
    let work = Workplace::new();
    simulate_tiny(&work, 90, "answers.csv", &[]);
    let alpha = alpha(&keyed_items(&Sheet::of(&work.read("answers.csv")), &CALM));
    let args = ["--scale", "calm", "--table", "coefficients"];
    let text = study_tiny(&work, "reliability", "answers.csv", &args).ok().text();
    assert!(text.contains(&format!(" {alpha:.3} ")), "{alpha}: {text}");
    assert!(!text.contains(&format!("{alpha:.4}")), "{text}");
    let csv = study_tiny(&work, "reliability", "answers.csv", &[&args[..], &["--format", "csv"]].concat()).ok();
    let sheet = Sheet::of(&csv.text());
    let found = sheet.column("alpha")[0].unwrap();
    assert!((found - alpha).abs() < 1e-12, "{found} {alpha}");
    let json = json_tiny(&work, "reliability", "answers.csv", &args);
    close(&json["tables"]["coefficients"][0]["alpha"], found);
}

#[test]
fn respondents_with_blanks_count_as_asked() {
    let work = Workplace::new();
    simulate_tiny(&work, 150, "answers.csv", &["--missing", "0.15"]);
    let sheet = Sheet::of(&work.read("answers.csv"));
    let answered = |item: &str| sheet.column(item).into_iter().flatten().collect::<Vec<_>>();
    let complete = (0..150).filter(|&row| CALM.iter().all(|(item, _)| sheet.column(item)[row].is_some()));
    let complete = complete.count();
    assert!(complete < 150);
    let study = json_tiny(&work, "reliability", "answers.csv", &["--scale", "Calm"]);
    assert_eq!(row(&study, "coefficients", &[])["n"], complete);
    assert_eq!(study["settings"]["missing answers"], "listwise");
    let study = json_tiny(&work, "items", "answers.csv", &["--scale", "Calm"]);
    for (item, sign) in CALM {
        let found = row(&study, "items", &[("item", item)]);
        let given = answered(item);
        assert_eq!((&found["n"], &found["missing"]), (&given.len().into(), &(150 - given.len()).into()));
        let points: Vec<f64> = given.iter().map(|&code| if sign == '-' { 6.0 - code } else { code }).collect();
        close(&found["mean"], mean(&points));
        close(&found["sd"], sd(&points));
        close(&found["facility"], (mean(&points) - 1.0) / 4.0);
        // Each of the five answers is counted, and the shares are of those who answered.
        let shares = rows(&study, "responses", &[("item", item)]);
        assert_eq!(shares.len(), 5);
        for share in shares {
            let at = share["points"].as_f64().unwrap();
            let n = points.iter().filter(|&&points| points == at).count();
            assert_eq!(share["n"], n);
            close(&share["share"], n as f64 / points.len() as f64);
        }
    }
}

#[test]
fn items_stand_against_the_rest_of_their_scale() {
    let work = Workplace::new();
    simulate_tiny(&work, 120, "answers.csv", &[]);
    let items = keyed_items(&Sheet::of(&work.read("answers.csv")), &DRIVE);
    let study = json_tiny(&work, "items", "answers.csv", &["--scale", "Drive"]);
    for (place, (item, _)) in DRIVE.iter().enumerate() {
        let found = row(&study, "items", &[("item", item)]);
        let rest: Vec<Vec<f64>> = (0..3).filter(|other| *other != place).map(|other| items[other].clone()).collect();
        close(&found["item_rest"], pearson(&items[place], &sums(&rest)));
        close(&found["item_total"], pearson(&items[place], &sums(&items)));
        close(&found["alpha_without"], alpha(&rest));
    }
    close(&row(&study, "scales", &[])["alpha"], alpha(&items));
}

#[test]
fn two_administrations_are_matched_by_person() {
    let work = Workplace::new();
    simulate_tiny(&work, 80, "first.csv", &[]);
    let first = Sheet::of(&work.read("first.csv"));
    // The second time some answers move by a point; the rows come in another order; the first five people are away.
    let mut second = Sheet::of(&work.read("first.csv"));
    for (number, fields) in second.rows.iter_mut().enumerate() {
        for (at, field) in fields.iter_mut().enumerate().skip(3) {
            let code: usize = field.parse().unwrap();
            *field = if (number + at) % 4 == 0 && code < 5 { code + 1 } else { code }.to_string();
        }
    }
    let in_order = Sheet { header: second.header.clone(), rows: second.rows[5..].to_vec() };
    let mut shuffled = Sheet { header: second.header.clone(), rows: second.rows[5..].to_vec() };
    shuffled.rows.reverse();
    shuffled.rows.swap(3, 40);
    work.file("second.csv", in_order.text());
    work.file("shuffled.csv", shuffled.text());
    let of = |file: &str| json_tiny(&work, "reliability", "first.csv", &["--id", "person", "--retest", file]);
    let study = of("shuffled.csv");
    assert_eq!(study["tables"]["retest"], of("second.csv")["tables"]["retest"]);
    for (scale, keys) in [("Calm", CALM), ("Drive", DRIVE)] {
        let (before, after) = (sums(&keyed_items(&first, &keys))[5..].to_vec(), sums(&keyed_items(&in_order, &keys)));
        let found = row(&study, "retest", &[("scale", scale)]);
        assert_eq!(found["n"], 75);
        close(&found["r"], pearson(&before, &after));
        close(&found["mean_change"], mean(&after) - mean(&before));
    }
    assert!(super::data::notes(&study).contains("75 people in both administrations, 5 only in the first, 0 only"));
    // A person who stands twice cannot be matched.
    let mut twice = shuffled;
    twice.rows[1][0] = twice.rows[0][0].clone();
    work.file("twice.csv", twice.text());
    let args = ["--id", "person", "--retest", "twice.csv"];
    study_tiny(&work, "reliability", "first.csv", &args)
        .fails_with(&["second administration", "two rows have the identifier 80"]);
    study_tiny(&work, "reliability", "first.csv", &["--retest", "second.csv"]).fails_with(&["--retest needs --id"]);
}

#[test]
fn stratified_alpha_of_a_domain_follows_from_its_facets() {
    let work = Workplace::new();
    work.run(&["simulate", "--instrument", "ipip-neo-120", "-n", "150", "--seed", "4", "--output", "answers.csv"]).ok();
    let ran =
        work.run(&["analyze", "reliability", "answers.csv", "--instrument", "ipip-neo-120", "--format", "json"]).ok();
    let study: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let of = |scale: &str, column: &str| row(&study, "coefficients", &[("scale", scale)])[column].as_f64();
    for domain in ["N", "E", "O", "A", "C"] {
        let error = |facet: String| of(&facet, "sd").unwrap().powi(2) * (1.0 - of(&facet, "alpha").unwrap());
        let errors: f64 = (1..=6).map(|number| error(format!("{domain}{number}"))).sum();
        let expected = 1.0 - errors / of(domain, "sd").unwrap().powi(2);
        assert!((of(domain, "alpha_strat").unwrap() - expected).abs() < 1e-9, "{domain}");
    }
    assert_eq!(of("N1", "alpha_strat"), None, "a facet has no facets");
}
