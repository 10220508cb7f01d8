//! `tests/oracle/CONFORMANCE.md`: every statistic with its oracle, its tolerance and its largest deviation, written by the
//! comparison itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::oracle::{Case, Conformance, oracle_dir};

const FILE: &str = "CONFORMANCE.md";

const HEAD: &str = "# Conformance

Every statistic that this engine computes and that an independent reference computes too: the reference, the tolerance stated
with the case, and the largest deviation found. A value passes when |got − expected| ≤ absolute + relative·|expected|; every
value of every case must pass. What is left out is listed with its reason.

This file is written by the tests: `UPDATE_CONFORMANCE=1 cargo test --test it conformance`. A test fails when it is not what
the comparison gives.
";

fn markdown(records: &[Conformance]) -> String {
    let mut by_case: BTreeMap<&str, Vec<&Conformance>> = BTreeMap::new();
    for record in records {
        by_case.entry(&record.case).or_default().push(record);
    }
    let compared: usize = records.iter().map(|record| record.n_values).sum();
    let mut text = format!("{HEAD}\n{} cases, {} statistics, {compared} values.\n", by_case.len(), records.len());
    for (name, records) in by_case {
        let case = Case::load(name);
        let _ = write!(text, "\n## {name}\n\n{}\n\nReference: {}\n\n", case.what(), case.oracle());
        text.push_str("| Statistic | File | Values | Absolute | Relative | Largest deviation | Share of tolerance |\n");
        text.push_str("| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
        for record in records {
            let Conformance { statistic, file, n_values, absolute, relative, .. } = record;
            let _ = match &record.not_compared {
                Some(reason) if *n_values == 0 => {
                    writeln!(text, "| `{statistic}` | {file} | 0 | | | not compared: {reason} | |")
                }
                left_out => {
                    let partly =
                        left_out.as_ref().map_or(String::new(), |reason| format!(" (in part not compared: {reason})"));
                    writeln!(
                        text,
                        "| `{statistic}` | {file} | {n_values} | {absolute:e} | {relative:e} | {} | {}{partly} |",
                        short(record.largest_deviation),
                        short(record.largest_share),
                    )
                }
            };
        }
    }
    text
}

/// A deviation in two digits.
fn short(deviation: f64) -> String {
    if deviation == 0.0 { "0".to_owned() } else { format!("{deviation:.1e}") }
}

/// The text without the deviations: their last digits may differ between processors.
fn without_deviations(text: &str) -> Vec<String> {
    let is_record = |line: &str| line.starts_with("| `") && !line.contains("| 0 | | |");
    let shortened = |line: &str| line.split('|').take(6).collect::<Vec<_>>().join("|");
    text.lines().map(|line| if is_record(line) { shortened(line) } else { line.to_owned() }).collect()
}

#[test]
fn the_conformance_file_is_what_the_comparison_gives() {
    let text = markdown(super::all());
    let path = oracle_dir().join(FILE);
    if std::env::var_os("UPDATE_CONFORMANCE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let (kept, now) = (without_deviations(&kept), without_deviations(&text));
    let line = kept.iter().zip(&now).position(|(kept, now)| kept != now);
    assert!(
        kept == now,
        "{FILE} is not up to date (first difference in line {:?}): run UPDATE_CONFORMANCE=1 cargo test --test it conformance",
        line.map(|line| line + 1)
    );
}

#[test]
fn only_deviations_are_left_out_of_the_comparison() {
    let line = |deviation: &str| format!("| `mean` | expected.csv | 3 | 1e-12 | 1e-9 | {deviation} | 0 |");
    assert_eq!(without_deviations(&line("1e-15")), without_deviations(&line("2e-15")));
    assert_ne!(without_deviations(&line("0")), without_deviations(&line("0").replace("| 3 |", "| 4 |")));
    assert_eq!(without_deviations("Reference: R"), ["Reference: R"]);
}
