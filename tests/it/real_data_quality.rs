//! Key audit and quality indices on real people's answers. Needs `$BILAN_DATA` or `../shared/data`; their absence is a failure here.

use std::collections::BTreeMap;
use std::path::Path;

use engine::model::{
    Answer, Instrument, InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, Missing, MissingPolicy,
    ResponseMatrix, ResponseScale, Rounding, Scale, ScaleId, ScoreRule, Statistic,
};
use engine::quality::{
    InstrumentAudit, NoIndex, PairRule, QualityAnswers, QualityIndex, QualityPlan, QualityReference, audit_instrument,
    quality_panels,
};
use instruments::Catalog;

use crate::real_data::data;
use crate::support::command::Workplace;

type Rows = Vec<BTreeMap<String, String>>;

fn read(path: &Path) -> Rows {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn bundled(id: &str) -> Instrument {
    Catalog::bundled().find(id).unwrap().instrument().clone()
}

/// The answers in these columns, one an item; 0 is not answered, 1 the lowest category.
fn matrix(instrument: &Instrument, rows: &Rows, columns: &[String]) -> ResponseMatrix {
    let answer = |row: &BTreeMap<String, String>, column: &String| match row[column].parse::<u8>().unwrap() {
        0 => Answer::Missing(Missing::Skipped),
        code => Answer::Category(code - 1),
    };
    let answers: Vec<Answer> = rows.iter().flat_map(|row| columns.iter().map(|column| answer(row, column))).collect();
    ResponseMatrix::from_rows(instrument, &answers).unwrap()
}

/// The 300 protocols as answers to a form.
fn protocols(form: &str) -> (Instrument, ResponseMatrix) {
    let item = format!("item{form}");
    let mut key = read(&data(&format!("ipip-neo/ipip-neo-{form}-key.csv")));
    key.sort_by_key(|row| row[&item].parse::<u32>().unwrap());
    let columns: Vec<String> = key.iter().map(|row| format!("i{}", row["item300"])).collect();
    let instrument = bundled(&format!("ipip-neo-{form}"));
    let answers = matrix(&instrument, &read(&data("ipip-neo/ipip300-sample300-raw.csv")), &columns);
    (instrument, answers)
}

/// The instrument with the key of one item turned, on every scale that counts it.
fn with_wrong_key(instrument: &Instrument, wrong: usize) -> Instrument {
    let turn = |keying| if keying == Keying::Forward { Keying::Reverse } else { Keying::Forward };
    let scales = instrument.scales().iter().cloned().map(|mut scale| {
        if let ScoreRule::Keyed { items, .. } = &mut scale.rule {
            items
                .iter_mut()
                .filter(|keyed| keyed.item_idx == wrong)
                .for_each(|keyed| keyed.keying = turn(keyed.keying));
        }
        scale
    });
    let parts = InstrumentParts {
        id: instrument.id().clone(),
        version: instrument.version(),
        items: instrument.items().to_vec(),
        scales: scales.collect(),
    };
    Instrument::new(parts).unwrap()
}

/// Items that run against their scale, by their place in the instrument. Every scale has people enough.
fn flagged(audit: &InstrumentAudit) -> Vec<usize> {
    let of_scale = |scale: &engine::quality::ScaleAudit| {
        let found = scale.outcome.as_ref().unwrap();
        found.flagged.iter().map(|item| scale.items[item.item]).collect::<Vec<_>>()
    };
    audit.scales.iter().flat_map(of_scale).collect()
}

fn is_clean(audit: &InstrumentAudit) -> bool {
    flagged(audit).is_empty() && audit.identical.is_empty() && audit.no_spread.is_empty()
}

#[test]
fn the_published_keys_fit_300_real_protocols() {
    for form in ["120", "300"] {
        let (instrument, answers) = protocols(form);
        let audit = audit_instrument(&instrument, &answers);
        assert_eq!(audit.scales.len(), 30, "the facets, not the domains");
        assert!(is_clean(&audit), "{form}: {audit:?}");
    }
}

#[test]
fn each_of_twenty_wrong_keys_is_found_and_no_other() {
    // Every 15th item of the 300 form in the order of administration.
    let (instrument, answers) = protocols("300");
    for number in (15..=300).step_by(15) {
        let wrong = with_wrong_key(&instrument, number - 1);
        assert_eq!(flagged(&audit_instrument(&wrong, &answers)), [number - 1], "item {number}");
    }
}

#[test]
fn every_single_wrong_key_is_found_and_no_other() {
    for (form, n_items) in [("300", 300), ("120", 120)] {
        let (instrument, answers) = protocols(form);
        for item in 0..n_items {
            let wrong = with_wrong_key(&instrument, item);
            assert_eq!(flagged(&audit_instrument(&wrong, &answers)), [item], "item {} of the {form} form", item + 1);
        }
    }
}

fn big5() -> (Instrument, ResponseMatrix) {
    let instrument = bundled("ipip-markers-50");
    let columns: Vec<String> = instrument.items().iter().map(|item| item.id.to_string()).collect();
    let answers = matrix(&instrument, &read(&data("big5/responses.csv")), &columns);
    (instrument, answers)
}

#[test]
fn the_key_of_the_markers_fits_nineteen_thousand_people() {
    let (instrument, answers) = big5();
    let audit = audit_instrument(&instrument, &answers);
    assert_eq!((audit.n_rows, audit.scales.len()), (19_719, 5));
    assert!(is_clean(&audit), "{audit:?}");
    for item in (0..50).step_by(5) {
        assert_eq!(flagged(&audit_instrument(&with_wrong_key(&instrument, item), &answers)), [item]);
    }
}

#[test]
fn scoring_real_protocols_warns_of_nothing_and_of_a_mirrored_column() {
    let work = Workplace::new();
    let score = |file: &str| {
        let args = ["score", file, "--instrument", "ipip-neo-300", "--missing", "0", "--output", "scores.csv"];
        work.run(&args).ok().stderr
    };
    let sound = data("ipip-neo/ipip300-sample300-raw.csv");
    let stderr = score(sound.to_str().unwrap());
    assert!(!stderr.contains("warning"), "{stderr}");
    let mut reader = csv::Reader::from_path(&sound).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = header.iter().position(|name| name == "i45").unwrap();
    let mut writer = csv::Writer::from_path(work.path("mirrored.csv")).unwrap();
    writer.write_record(&header).unwrap();
    for record in reader.records().map(Result::unwrap) {
        let mirrored = |(column, field): (usize, &str)| match field.parse::<u8>() {
            Ok(code @ 1..=5) if column == at => (6 - code).to_string(),
            _ => field.to_owned(),
        };
        writer.write_record(record.iter().enumerate().map(mirrored)).unwrap();
    }
    writer.flush().unwrap();
    let stderr = score("mirrored.csv");
    assert!(stderr.contains("warning: item `i45` runs against its scale"), "{stderr}");
    assert_eq!(stderr.matches("warning").count(), 1, "{stderr}");
}

/// The simulated people of the R package careless: 200 on ten scales of five items, 1–5, all keyed forward.
fn careless() -> (Instrument, ResponseMatrix) {
    let path = data("careless/careless_dataset.csv");
    let columns: Vec<String> =
        csv::Reader::from_path(&path).unwrap().headers().unwrap().iter().map(str::to_owned).collect();
    let responses = ResponseScale::likert(1, 5).unwrap();
    let items = columns.iter().map(|id| Item { id: ItemId::new(id.as_str()).unwrap(), responses });
    let scales = (0..10).map(|at| {
        let keyed = |item_idx| KeyedItem { item_idx, keying: Keying::Forward, weight: 1.0 };
        Scale {
            id: ScaleId::new(columns[5 * at].trim_end_matches('1')).unwrap(),
            rule: ScoreRule::Keyed { items: (5 * at..5 * at + 5).map(keyed).collect(), statistic: Statistic::Sum },
            missing: MissingPolicy::Reject,
            rounding: Rounding::None,
            ipsative: false,
        }
    });
    let parts = InstrumentParts {
        id: InstrumentId::new("careless").unwrap(),
        version: "1.0.0".parse().unwrap(),
        items: items.collect(),
        scales: scales.collect(),
    };
    let instrument = Instrument::new(parts).unwrap();
    let answers = matrix(&instrument, &read(&path), &columns);
    (instrument, answers)
}

#[test]
fn everybody_of_the_careless_data_has_a_row_and_one_answered_the_same_throughout() {
    let (instrument, matrix) = careless();
    let plan = QualityPlan::of(&instrument);
    let answers = QualityAnswers::of(&plan, &matrix).unwrap();
    let reference = QualityReference::from_scores(&plan, &answers, PairRule::meade_craig(), "the file itself").unwrap();
    let panels = quality_panels(&plan, &answers, Some(&reference), &[]);
    assert_eq!(panels.len(), 200);
    let constant: Vec<usize> =
        (0..200).filter(|&row| panels[row].value(QualityIndex::ResponseVariability) == Ok(0.0)).collect();
    assert_eq!(constant, [49]);
    assert_eq!(panels[49].value(QualityIndex::Longstring), Ok(50.0));
    assert_eq!(panels[49].value(QualityIndex::EvenOdd), Err(NoIndex::NoSpread));
    for (row, panel) in panels.iter().enumerate() {
        // Undefined exactly where one of the halves has the same sum on every scale; that is R's `cor`, too.
        let halves = |start: usize| {
            let sums = plan.scales().iter().map(|scale| {
                let keyed = scale.keyed(&plan, &answers.points_of(row));
                keyed.iter().skip(start).step_by(2).flatten().sum::<i32>()
            });
            sums.collect::<Vec<i32>>()
        };
        let flat = |sums: Vec<i32>| sums.windows(2).all(|pair| pair[0] == pair[1]);
        let expected = flat(halves(0)) || flat(halves(1));
        assert_eq!(panel.value(QualityIndex::EvenOdd).is_err(), expected, "row {row}");
        for (index, value) in panel.iter() {
            assert!(value.is_err() || value.is_ok_and(f64::is_finite), "row {row}, {}", index.id());
        }
        assert!(panel.value(QualityIndex::Mahalanobis).is_ok());
    }
    let undefined = panels.iter().filter(|panel| panel.value(QualityIndex::EvenOdd).is_err()).count();
    assert_eq!(undefined, 5);
}

#[test]
fn nineteen_thousand_panels_are_whole() {
    let (instrument, matrix) = big5();
    let plan = QualityPlan::of(&instrument);
    let answers = QualityAnswers::of(&plan, &matrix).unwrap();
    let reference = QualityReference::from_scores(&plan, &answers, PairRule::meade_craig(), "the file itself").unwrap();
    let panels = quality_panels(&plan, &answers, Some(&reference), &[]);
    assert_eq!(panels.len(), 19_719);
    let blank: Vec<usize> = (0..panels.len()).filter(|&row| panels[row].n_answered == 0).collect();
    assert_eq!(blank.len(), 1, "one row of the file is blank");
    // The mean of D² over its own sample is (n − 1)·k/n; one person is missing.
    let distances: Vec<f64> = panels.iter().filter_map(|panel| panel.value(QualityIndex::Mahalanobis).ok()).collect();
    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
    assert!(distances.len() == 19_718 && (mean - 50.0 * 19_717.0 / 19_718.0).abs() < 1e-6, "{mean}");
}
