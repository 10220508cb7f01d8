//! Comparison with reference values from R and from papers, every value within its tolerance.
//!
//! A module a topic. Each case has a function that compares it and returns its lines of the conformance file, and is named in
//! [`all`].

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::support::oracle::{Conformance, cases_on_disk};

mod agreement;
mod cfa;
mod conformance;
mod correlation;
mod factor;
mod interests;
mod items;
mod norm_studies;
mod norms;
mod quality;
mod reliability;
mod scoring;
mod studies;

/// Cases whose folder is here before the test that compares it.
const NOT_YET: [&str; 0] = [];

/// The comparison of every case, made once.
fn all() -> &'static [Conformance] {
    static ALL: OnceLock<Vec<Conformance>> = OnceLock::new();
    ALL.get_or_init(compare_all)
}

fn compare_all() -> Vec<Conformance> {
    [
        agreement::all(),
        cfa::all(),
        correlation::all(),
        factor::all(),
        interests::all(),
        items::all(),
        norm_studies::all(),
        quality::all(),
        studies::all(),
        norms::conventional(),
        norms::rank_methods(),
        reliability::retest_change(),
        reliability::jacobson_truax_1991(),
        scoring::keyed_scales(),
    ]
    .concat()
}

#[test]
fn every_case_is_compared() {
    let compared: BTreeSet<String> = all().iter().map(|record| record.case.clone()).collect();
    let not_yet = BTreeSet::from(NOT_YET.map(str::to_owned));
    let expected: BTreeSet<String> = cases_on_disk().difference(&not_yet).cloned().collect();
    assert_eq!(compared, expected, "name each case in `all` when it is compared, or in `NOT_YET` until then");
}

#[test]
fn every_statistic_is_within_its_tolerance() {
    for record in all() {
        assert!(record.largest_share <= 1.0, "{record}");
        assert!(record.n_values > 0 || record.not_compared.is_some(), "{record}");
    }
}
