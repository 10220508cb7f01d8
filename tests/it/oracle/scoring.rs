//! Keyed scales with missing answers against closed formulas and `psych::scoreItems`.

use std::collections::BTreeMap;

use engine::model::{
    Answer, Instrument, InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, Missing, MissingPolicy,
    ResponseMatrix, ResponseScale, Rounding, Scale, ScaleId, ScoreRule, Statistic,
};
use engine::scoring::{ScoreTable, score_matrix};
use engine::stats::descriptive;

use crate::support::oracle::{Case, Checker, Conformance};

const N_ITEMS: usize = 14;

/// Scale → its keyed items and the fewest answers that give a score.
type Keys = Vec<(String, Vec<KeyedItem>, u16)>;

fn read_keys(case: &Case) -> Keys {
    let mut keys: Keys = Vec::new();
    for row in case.table("keys.csv").rows() {
        let number: usize = row.text("item")[1..].parse().unwrap();
        let keying = if row.text("keying") == "reverse" { Keying::Reverse } else { Keying::Forward };
        let keyed = KeyedItem { item_idx: number - 1, keying, weight: 1.0 };
        let scale = row.text("scale");
        match keys.iter_mut().find(|(id, ..)| id == scale) {
            Some((_, items, _)) => items.push(keyed),
            None => keys.push((scale.to_owned(), vec![keyed], row.number("min_answered").unwrap() as u16)),
        }
    }
    keys
}

fn instrument(keys: &Keys, statistic: Statistic, policy: impl Fn(u16) -> MissingPolicy) -> Instrument {
    Instrument::new(InstrumentParts {
        id: InstrumentId::new("keyed-scales").unwrap(),
        version: "1.0.0".parse().unwrap(),
        items: (1..=N_ITEMS)
            .map(|number| Item {
                id: ItemId::new(format!("i{number:02}")).unwrap(),
                responses: ResponseScale::likert(1, 5).unwrap(),
            })
            .collect(),
        scales: keys
            .iter()
            .map(|(id, items, min_answered)| Scale {
                id: ScaleId::new(id.clone()).unwrap(),
                rule: ScoreRule::Keyed { items: items.clone(), statistic },
                missing: policy(*min_answered),
                rounding: Rounding::None,
                ipsative: false,
            })
            .collect(),
    })
    .unwrap()
}

/// The codes of the case, a row a respondent.
fn read_codes(case: &Case) -> Vec<Vec<Option<f64>>> {
    let read = |row: &crate::support::oracle::Row<'_>| {
        (1..=N_ITEMS).map(|number| row.number(&format!("i{number:02}"))).collect()
    };
    case.table("input.csv").rows().map(|row| read(&row)).collect()
}

fn score(instrument: &Instrument, codes: &[Vec<Option<f64>>]) -> ScoreTable {
    let answer = |code: &Option<f64>| match code {
        Some(code) => Answer::Category(*code as u8 - 1),
        None => Answer::Missing(Missing::Skipped),
    };
    let answers: Vec<Answer> = codes.iter().flatten().map(answer).collect();
    score_matrix(instrument, &ResponseMatrix::from_rows(instrument, &answers).unwrap())
}

fn value(table: &ScoreTable, respondent: usize, scale: usize) -> Option<f64> {
    table.respondent(respondent)[scale].raw.ok().map(|raw| raw.value)
}

/// Sums, means, prorated sums, and psych's scores without and with imputation. The engine imputes nothing: the
/// imputed rows are made here from its raw sums and the item means or medians.
pub fn keyed_scales() -> Vec<Conformance> {
    let case = Case::load("scoring/keyed_scales");
    let keys = read_keys(&case);
    let codes = read_codes(&case);
    let complete = score(&instrument(&keys, Statistic::Sum, |_| MissingPolicy::Reject), &codes);
    let prorated =
        score(&instrument(&keys, Statistic::Sum, |min_answered| MissingPolicy::Prorate { min_answered }), &codes);
    let mean_policy = |min_answered| MissingPolicy::MeanOfAnswered { min_answered };
    let means = score(&instrument(&keys, Statistic::Mean, mean_policy), &codes);
    let any_mean = score(&instrument(&keys, Statistic::Mean, |_| mean_policy(1)), &codes);
    let scale_of = |id: &str| keys.iter().position(|(scale, ..)| scale == id).unwrap();

    let mut check = Checker::new(&case);
    for row in case.table("expected.csv").rows() {
        let (respondent, scale) = (row.number("respondent").unwrap() as usize - 1, scale_of(row.text("scale")));
        check.number(&row, "n_answered", Some(f64::from(prorated.respondent(respondent)[scale].answered)));
        check.number(&row, "sum_complete", value(&complete, respondent, scale));
        check.number(&row, "mean_answered", value(&means, respondent, scale));
        check.number(&row, "prorated_sum", value(&prorated, respondent, scale));
    }

    let answered_of = |item: usize| codes.iter().filter_map(|row| row[item]).collect::<Vec<f64>>();
    let fills = BTreeMap::from([
        ("mean", (0..N_ITEMS).map(|item| descriptive::mean(&answered_of(item)).unwrap()).collect::<Vec<_>>()),
        ("median", (0..N_ITEMS).map(|item| descriptive::quantile(&answered_of(item), 0.5).unwrap()).collect()),
    ]);
    for row in case.table("expected_psych.csv").rows() {
        let (respondent, scale) = (row.number("respondent").unwrap() as usize - 1, scale_of(row.text("scale")));
        let items = &keys[scale].1;
        let got = match row.text("impute") {
            "none" => value(&any_mean, respondent, scale),
            impute => {
                let answered = f64::from(any_mean.respondent(respondent)[scale].answered);
                let raw_sum = value(&any_mean, respondent, scale).map_or(0.0, |mean| mean * answered);
                let filled: f64 = items
                    .iter()
                    .filter(|keyed| codes[respondent][keyed.item_idx].is_none())
                    .map(|keyed| {
                        let fill = fills[impute][keyed.item_idx];
                        if keyed.keying == Keying::Reverse { 6.0 - fill } else { fill }
                    })
                    .sum();
                let total = raw_sum + filled;
                Some(if row.text("score") == "sum" { total } else { total / items.len() as f64 })
            }
        };
        check.number(&row, "value", got);
    }
    check.finish()
}

#[test]
fn keyed_scales_agree() {
    assert!(!keyed_scales().is_empty());
}
