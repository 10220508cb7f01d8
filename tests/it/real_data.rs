//! The chain on real people's answers. Needs `$BILAN_DATA` or `../shared/data`; their absence is a failure here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::command::Workplace;

/// A file of the public data sets.
pub fn data(name: &str) -> PathBuf {
    let folder = match std::env::var_os("BILAN_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
    };
    let path = folder.join(name);
    assert!(path.exists(), "{} is not there; the feature test-data needs it", path.display());
    path.canonicalize().unwrap()
}

/// A CSV file as a list of rows, each a map of columns.
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn read(path: &Path) -> Vec<BTreeMap<String, String>> {
    table(&std::fs::read_to_string(path).unwrap())
}

const FACETS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];
const DOMAINS: [&str; 5] = ["N", "E", "O", "A", "C"];

fn all_scales() -> Vec<String> {
    let facets = DOMAINS.iter().flat_map(|domain| FACETS.iter().map(move |facet| format!("{domain}{facet}")));
    facets.chain(DOMAINS.iter().map(|&domain| domain.to_owned())).collect()
}

/// `item,column` for the 120 form out of the columns of the 300 form, from the published key.
fn map_of_120() -> String {
    let rows = read(&data("ipip-neo/ipip-neo-120-key.csv"));
    let lines = rows.iter().map(|row| format!("i{},i{}\n", row["item120"], row["item300"]));
    format!("item,column\n{}", lines.collect::<String>())
}

fn score_protocols(form: &str, map: Option<&str>) -> (Vec<BTreeMap<String, String>>, String) {
    let work = Workplace::new();
    let protocols = data("ipip-neo/ipip300-sample300-raw.csv");
    let mut args = vec![
        "score",
        protocols.to_str().unwrap(),
        "--instrument",
        form,
        "--missing",
        "0",
        "--norm",
        "johnson-2014",
        "--sex",
        "sex",
        "--sex-codes",
        "1=M,2=F",
        "--age",
        "age",
        "--id",
        "case",
        "--metrics",
        "raw,n,t",
        "--decimals",
        "full",
    ];
    if let Some(map) = map {
        work.file("map.csv", map);
        args.extend(["--columns", "map.csv"]);
    }
    let ran = work.run(&args).ok();
    (table(&ran.text()), ran.stderr)
}

/// The norm of a form, sex and age, straight from the published table.
fn johnson(form: &str, sex: &str, age: u32) -> BTreeMap<String, (f64, f64)> {
    let band = match (form, age) {
        ("120", ..=20) | ("300", ..=20) => 1,
        ("120", 21..=40) | ("300", _) => 2,
        ("120", 41..=60) => 3,
        _ => 4,
    };
    let bands = if form == "120" { 4 } else { 2 };
    let norm_id = if sex == "1" { band } else { band + bands };
    read(&data("ipip-neo/johnson-norms.csv"))
        .iter()
        .filter(|row| row["form"] == form && row["norm_id"] == norm_id.to_string())
        .map(|row| (row["scale"].clone(), (row["mean"].parse().unwrap(), row["sd"].parse().unwrap())))
        .collect()
}

#[test]
fn the_120_form_scores_300_real_protocols_with_published_norms() {
    let (scores, _) = score_protocols("ipip-neo-120", Some(&map_of_120()));
    assert_eq!(scores.len(), 300);
    let by_case: BTreeMap<&str, &BTreeMap<String, String>> =
        scores.iter().map(|row| (row["case"].as_str(), row)).collect();
    let protocols = read(&data("ipip-neo/ipip300-sample300-raw.csv"));
    let facts: BTreeMap<&str, (&str, u32)> = protocols
        .iter()
        .map(|row| (row["case"].as_str(), (row["sex"].as_str(), row["age"].parse().unwrap())))
        .collect();

    let expected = read(&data("ipip-neo/expected-five-factor-e-120.csv"));
    assert_eq!(expected.len(), 286);
    let mut compared = 0;
    for row in &expected {
        let case = row["case"].as_str();
        let got = by_case[case];
        let (sex, age) = facts[case];
        let norm = johnson("120", sex, age);
        for scale in all_scales() {
            let raw: f64 = got[&format!("{scale}_raw")].parse().unwrap();
            assert_eq!(raw, row[&format!("raw_{scale}")].parse::<f64>().unwrap(), "case {case}, {scale}");
            let (mean, sd) = norm[&scale];
            let t: f64 = got[&format!("{scale}_t")].parse().unwrap();
            assert!((t - (50.0 + 10.0 * (raw - mean) / sd)).abs() <= 1e-9, "case {case}, {scale}: {t}");
            compared += 1;
        }
        assert_eq!(got["notes"], "", "case {case} is complete and needs no note");
    }
    assert_eq!(compared, 286 * 35);

    // The others follow the declared policy and say so.
    let incomplete: Vec<&BTreeMap<String, String>> =
        scores.iter().filter(|row| !expected.iter().any(|known| known["case"] == row["case"])).collect();
    assert_eq!(incomplete.len(), 14);
    let key = read(&data("ipip-neo/ipip-neo-120-key.csv"));
    for got in incomplete {
        let protocol = protocols.iter().find(|row| row["case"] == got["case"]).unwrap();
        let mut notable = 0;
        for scale in all_scales() {
            let items: Vec<&BTreeMap<String, String>> =
                key.iter().filter(|row| row["facet"] == scale || row["domain"] == scale).collect();
            let keyed: Vec<f64> = items
                .iter()
                .filter_map(|row| {
                    let code: f64 = protocol[&format!("i{}", row["item300"])].parse().unwrap();
                    let keyed = if row["sign"] == "+" { code } else { 6.0 - code };
                    (code != 0.0).then_some(keyed)
                })
                .collect();
            let (n, answered) = (items.len(), keyed.len());
            assert_eq!(got[&format!("{scale}_n")], answered.to_string());
            let needed = if n == 4 { 3 } else { 20 };
            let raw = &got[&format!("{scale}_raw")];
            if answered < needed {
                assert_eq!(raw, "", "{scale}");
                assert!(
                    got["notes"].contains(&format!("{scale} ({answered} of {n} answered, {needed} needed)")),
                    "{}",
                    got["notes"]
                );
            } else {
                let prorated = keyed.iter().sum::<f64>() / answered as f64 * n as f64;
                assert!((raw.parse::<f64>().unwrap() - prorated).abs() < 1e-9, "{scale}: {raw} {prorated}");
                if answered < n {
                    assert!(
                        got["notes"].contains(&format!("{scale} ({answered} of {n} answered)")),
                        "{}",
                        got["notes"]
                    );
                }
            }
            notable += usize::from(answered < n);
        }
        assert!(notable > 0, "case {} is incomplete", got["case"]);
    }
}

#[test]
fn the_300_form_reads_the_columns_as_they_are() {
    let (scores, _) = score_protocols("ipip-neo-300", None);
    let protocols = read(&data("ipip-neo/ipip300-sample300-raw.csv"));
    let key = read(&data("ipip-neo/ipip-neo-300-key.csv"));
    let mut compared = 0;
    for (got, protocol) in scores.iter().zip(&protocols) {
        assert_eq!(got["case"], protocol["case"]);
        let norm = johnson("300", &protocol["sex"], protocol["age"].parse().unwrap());
        for scale in all_scales() {
            let items = key.iter().filter(|row| row["facet"] == scale || row["domain"] == scale);
            let codes: Vec<(f64, bool)> = items
                .map(|row| (protocol[&format!("i{}", row["item300"])].parse().unwrap(), row["sign"] == "+"))
                .collect();
            if codes.iter().any(|(code, _)| *code == 0.0) {
                continue;
            }
            let raw: f64 = codes.iter().map(|(code, forward)| if *forward { *code } else { 6.0 - code }).sum();
            assert_eq!(got[&format!("{scale}_raw")].parse::<f64>().unwrap(), raw);
            let (mean, sd) = norm[&scale];
            let t: f64 = got[&format!("{scale}_t")].parse().unwrap();
            assert!((t - (50.0 + 10.0 * (raw - mean) / sd)).abs() <= 1e-9);
            compared += 1;
        }
    }
    // Nearly all scales of nearly all protocols are complete.
    assert!(compared > 300 * 35 * 9 / 10, "{compared}");
}

#[test]
fn the_120_form_does_not_swallow_a_file_of_the_300_form() {
    let work = Workplace::new();
    let protocols = data("ipip-neo/ipip300-sample300-raw.csv");
    work.run(&["score", protocols.to_str().unwrap(), "--instrument", "ipip-neo-120", "--missing", "0"]).fails_with(&[
        "`i121`",
        "looks like ipip-neo-300",
        "--columns",
    ]);
}

/// Mean and SD of sums as the README of the data prints them.
const BIG5: [(&str, &str, &str); 5] = [
    ("E", "30.113", "9.223"),
    ("N", "30.971", "8.617"),
    ("A", "38.446", "7.145"),
    ("C", "33.473", "7.306"),
    ("O", "39.088", "6.255"),
];

#[test]
fn nineteen_thousand_people_have_the_published_means() {
    let work = Workplace::new();
    let responses = data("big5/responses.csv");
    let responses = responses.to_str().unwrap();
    let args = [
        "score",
        responses,
        "--instrument",
        "ipip-markers-50",
        "--missing",
        "0",
        "--metrics",
        "raw,n",
        "--output",
        "scores.csv",
    ];
    let ran = work.run(&args).ok();
    assert!(ran.stderr.contains("19719 rows read, 19719 scored, 0 rejected"), "{}", ran.stderr);
    let scores = read(&work.path("scores.csv"));
    assert_eq!(scores.len(), 19_719, "every row is accounted for");
    let complete: Vec<&BTreeMap<String, String>> =
        scores.iter().filter(|row| BIG5.iter().all(|(scale, ..)| row[&format!("{scale}_n")] == "10")).collect();
    assert_eq!(complete.len(), 19_718);
    for (scale, mean, sd) in BIG5 {
        let raws: Vec<f64> = complete.iter().map(|row| row[&format!("{scale}_raw")].parse().unwrap()).collect();
        let got = raws.iter().sum::<f64>() / raws.len() as f64;
        let variance = raws.iter().map(|raw| (raw - got).powi(2)).sum::<f64>() / (raws.len() as f64 - 1.0);
        assert_eq!((format!("{got:.3}").as_str(), format!("{:.3}", variance.sqrt()).as_str()), (mean, sd), "{scale}");
    }
}

#[test]
fn norms_by_sex_and_age_are_built_from_them_and_applied_back() {
    let work = Workplace::new();
    let responses = data("big5/responses.csv");
    let responses = responses.to_str().unwrap();
    let people = ["--sex", "gender", "--sex-codes", "1=M,2=F", "--age", "age", "--missing", "0"];
    let build = [
        &[
            "norms",
            "build",
            responses,
            "--instrument",
            "ipip-markers-50",
            "--norm-id",
            "open-2012",
            "--title",
            "Open web sample",
            "--population",
            "visitors of a web site",
            "--source",
            "openpsychometrics.org",
            "--year",
            "2012",
            "--ages",
            "13-20,21-30,31-45,46-90",
            "--output",
            "mine",
        ],
        &people[..],
    ]
    .concat();
    let ran = work.run(&build).ok();
    assert!(ran.stderr.contains("19719 rows read"), "{}", ran.stderr);
    let score = [
        &[
            "score",
            responses,
            "--instrument",
            "ipip-markers-50",
            "--instruments",
            "mine",
            "--norm",
            "open-2012",
            "--metrics",
            "raw,t,pr",
            "--decimals",
            "full",
            "--keep",
            "age",
            "--keep",
            "gender",
        ],
        &people[..],
    ]
    .concat();
    let scores = table(&work.run(&score).ok().text());
    assert_eq!(scores.len(), 19_719);

    let age_of = |row: &BTreeMap<String, String>| row["age"].parse::<i64>().unwrap();
    let mut checked = 0;
    for (sex, low, high) in [("1", 13, 20), ("2", 13, 20), ("1", 31, 45), ("2", 46, 90)] {
        let t: Vec<f64> = scores
            .iter()
            .filter(|row| row["gender"] == sex && (low..=high).contains(&age_of(row)))
            .filter_map(|row| row["E_t"].parse().ok())
            .collect();
        let mean = t.iter().sum::<f64>() / t.len() as f64;
        let sd = (t.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (t.len() as f64 - 1.0)).sqrt();
        assert!((mean - 50.0).abs() < 1e-9 && (sd - 10.0).abs() < 1e-9, "{sex} {low}: {mean} {sd}, n = {}", t.len());
        checked += t.len();
    }
    assert!(checked > 5_000);

    let impossible: Vec<&BTreeMap<String, String>> = scores.iter().filter(|row| age_of(row) > 120).collect();
    assert!(!impossible.is_empty());
    for row in impossible {
        assert_eq!((row["E_t"].as_str(), row["E_pr"].as_str()), ("", ""));
        assert_ne!(row["E_raw"], "");
        assert!(row["notes"].contains("the age is impossible"), "{}", row["notes"]);
    }
    let others: Vec<&BTreeMap<String, String>> =
        scores.iter().filter(|row| row["gender"] == "3" && (13..=90).contains(&age_of(row))).collect();
    assert!(!others.is_empty());
    for row in others {
        assert_ne!(row["E_t"], "");
        assert!(row["notes"].contains("combined stratum, `3`"), "{}", row["notes"]);
    }
}
