//! Studies of an instrument on real people's answers. Needs `$BILAN_DATA` or `../shared/data`; their absence is a failure here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::real_data::data;
use crate::support::command::Workplace;

/// Alpha of the five scales as the README of the data prints it.
const ALPHAS: [(&str, &str); 5] = [("E", "0.8922"), ("N", "0.8692"), ("A", "0.8319"), ("C", "0.8127"), ("O", "0.7939")];

fn study(kind: &str, more: &[&str]) -> Value {
    let work = Workplace::new();
    let responses = data("big5/responses.csv");
    let responses = responses.to_str().unwrap();
    let args = ["analyze", kind, responses, "--instrument", "ipip-markers-50", "--missing", "0", "--format", "json"];
    let ran = work.run(&[&args, more].concat()).ok();
    serde_json::from_slice(&ran.stdout).unwrap()
}

fn rows<'v>(study: &'v Value, table: &str) -> &'v Vec<Value> {
    study["tables"][table].as_array().unwrap()
}

#[test]
fn nineteen_thousand_people_have_the_published_alphas() {
    for missing in ["listwise", "pairwise"] {
        let found = study("reliability", &["--pairs", missing]);
        let rows = rows(&found, "coefficients");
        for (row, (scale, alpha)) in rows.iter().zip(ALPHAS) {
            assert_eq!(row["scale"], scale);
            assert_eq!(format!("{:.4}", row["alpha"].as_f64().unwrap()), alpha, "{scale}, {missing}");
            // One row of the file is blank.
            assert_eq!(row["n"], 19_718);
        }
        assert_eq!(rows.len(), ALPHAS.len());
    }
}

#[test]
fn the_items_of_each_marker_scale_load_on_one_factor_together() {
    let found = study("structure", &["--confirm", "none", "--draws", "20"]);
    let mut home: BTreeMap<&str, BTreeMap<usize, usize>> = BTreeMap::new();
    for row in rows(&found, "loadings") {
        let loading = |factor: usize| row[format!("F{factor}")].as_f64().unwrap().abs();
        let strongest = (1..=5).max_by(|&a, &b| loading(a).total_cmp(&loading(b))).unwrap();
        *home.entry(row["scale"].as_str().unwrap()).or_default().entry(strongest).or_default() += 1;
    }
    let homes: Vec<usize> = home
        .values()
        .map(|counts| {
            assert_eq!(counts.values().sum::<usize>(), 10);
            let (factor, n) = counts.iter().max_by_key(|(_, n)| **n).unwrap();
            assert!(*n >= 9, "{counts:?}");
            *factor
        })
        .collect();
    let mut different = homes.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 5, "five scales, five factors: {homes:?}");
}
