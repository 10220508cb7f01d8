//! One scorer: the same bytes whatever the threads, the size of the pieces, the quoting of the file, or the door.

use std::io::Write;
use std::sync::{Arc, Mutex};

use batch::{
    ColumnSettings, Decimals, Job, Metric, NormSettings, OutputFormat, RejectPolicy, ScoreSettings, Sink, Source,
};
use engine::assessment::{Assessor, IntervalKind, IntervalSettings, NormPlace};
use engine::model::{Answer, Missing, ResponseMatrix};
use engine::norms::{Age, AgeFact, PersonFacts, Sex, StratumRule};
use engine::scoring::{Squares, Tallies};
use instruments::Catalog;
use proptest::prelude::*;

use crate::support::command::fixtures;

/// A stream whose bytes can be read afterwards.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn settings(format: OutputFormat, threads: usize, chunk_bytes: usize) -> ScoreSettings {
    use Metric::{Iq, Lower, Mean, N, Pr, Raw, Sem, Stanine, Sten, T, Upper, Z};
    ScoreSettings {
        columns: ColumnSettings { id: Some("id".to_owned()), missing: vec!["0".to_owned()], ..Default::default() },
        norm: Some(NormSettings {
            rule: StratumRule::BySex,
            sex: Some("sex".to_owned()),
            sex_codes: vec![("1".to_owned(), Sex::Male), ("2".to_owned(), Sex::Female)],
            age: Some("age".to_owned()),
        }),
        metrics: vec![Raw, N, Mean, Z, T, Pr, Sten, Stanine, Iq, Sem, Lower, Upper],
        decimals: Decimals::Full,
        interval: IntervalSettings::new(IntervalKind::Observed, 0.9).unwrap(),
        rejects: RejectPolicy::Inline,
        format,
        threads,
        chunk_bytes,
    }
}

fn score(text: &[u8], settings: &ScoreSettings) -> Vec<u8> {
    let catalog = Catalog::bundled().with_folder(&fixtures()).unwrap();
    let instrument = catalog.find("tiny").unwrap();
    let job =
        Job { catalog: &catalog, instrument: &instrument, norm_id: Some("invented"), settings, allow_simulated: false };
    let memory = Memory::default();
    let input: Box<dyn std::io::Read + Send> = Box::new(std::io::Cursor::new(text.to_vec()));
    let source = Source::from_reader("test".to_owned(), input, None, settings.chunk_bytes).unwrap();
    let sink = Sink::Stream { out: Box::new(memory.clone()), name: "memory".to_owned() };
    job.run(source, sink, None).unwrap();
    memory.0.lock().unwrap().clone()
}

/// A row: sex, age, six answers as they stand in the file.
type Row = (String, String, Vec<String>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let code = prop_oneof![
        12 => "[1-5]",
        1 => Just("0".to_owned()),
        1 => Just(String::new()),
        1 => Just("NA".to_owned()),
    ];
    let sex = prop_oneof![4 => "[12]", 1 => Just("3".to_owned()), 1 => Just(String::new())];
    let age = prop_oneof![6 => "[1-7][0-9]", 1 => Just("999".to_owned()), 1 => Just("old".to_owned())];
    prop::collection::vec((sex, age, prop::collection::vec(code, 6)), 1..60)
}

fn file_of(rows: &[Row], quoted: bool) -> Vec<u8> {
    let mut text = String::from("id,sex,age,i1,i2,i3,i4,i5,i6\n");
    for (number, (sex, age, codes)) in rows.iter().enumerate() {
        let fields = [vec![format!("p{number}"), sex.clone(), age.clone()], codes.clone()].concat();
        let fields: Vec<String> =
            fields.iter().map(|field| if quoted { format!("\"{field}\"") } else { field.clone() }).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text.into_bytes()
}

/// The scores of one row by calls of the library, as the text of a CSV row without its note.
fn by_library(row: &Row, assessor: &Assessor, settings: &ScoreSettings, number: usize) -> String {
    let catalog = Catalog::bundled().with_folder(&fixtures()).unwrap();
    let loaded = catalog.find("tiny").unwrap();
    let instrument = loaded.instrument();
    let answers: Vec<Answer> = row
        .2
        .iter()
        .map(|code| match code.parse::<i64>() {
            Ok(code) if code > 0 => Answer::Category(code as u8 - 1),
            _ => Answer::Missing(Missing::Skipped),
        })
        .collect();
    let matrix = ResponseMatrix::from_rows(instrument, &answers).unwrap();
    let mut tallies = Tallies::new();
    assessor.plan().tally(&matrix, Squares::Keep, &mut tallies);
    let facts = PersonFacts {
        sex: match row.0.as_str() {
            "1" => Some(Sex::Male),
            "2" => Some(Sex::Female),
            _ => None,
        },
        age: match row.1.parse::<i64>().map(Age::new) {
            Ok(Ok(age)) => AgeFact::Known(age),
            Ok(Err(_)) => AgeFact::Impossible,
            Err(_) => AgeFact::Unreadable,
        },
    };
    let group = assessor.norm().unwrap();
    let place: NormPlace = Some(group.stratum_for(&facts, StratumRule::BySex).map(|choice| choice.stratum_idx));
    let mut text = format!("p{number}").into_bytes();
    for scale_idx in 0..instrument.scales().len() {
        let result = assessor.assess(scale_idx, &tallies, 0, &place);
        for metric in &settings.metrics {
            text.push(b',');
            settings.decimals.write(metric.of(&result, true), &mut text);
        }
    }
    text.push(b',');
    String::from_utf8(text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn threads_pieces_and_quotes_change_no_byte(rows in rows()) {
        let plain = file_of(&rows, false);
        let row_bytes = plain.len() / (rows.len() + 1);
        for format in [OutputFormat::Csv, OutputFormat::JsonLines, OutputFormat::MessagePack] {
            let reference = score(&plain, &settings(format, 1, usize::MAX / 4));
            for threads in [1, 2, 7] {
                for rows_a_piece in [1, 1000] {
                    let settings = settings(format, threads, (rows_a_piece * row_bytes).max(1));
                    prop_assert!(score(&plain, &settings) == reference, "{threads} threads, {rows_a_piece} rows a piece");
                }
            }
            let quoted = score(&file_of(&rows, true), &settings(format, 2, 200));
            prop_assert!(quoted == reference, "quoted: {}", String::from_utf8_lossy(&quoted));
        }
    }

    #[test]
    fn the_library_scores_a_row_as_the_command_does(rows in rows()) {
        let settings = settings(OutputFormat::Csv, 2, 1 << 20);
        let scores = String::from_utf8(score(&file_of(&rows, false), &settings)).unwrap();
        let catalog = Catalog::bundled().with_folder(&fixtures()).unwrap();
        let loaded = catalog.find("tiny").unwrap();
        let norm = loaded.norm("invented").unwrap().group().clone();
        let assessor =
            Assessor::new(loaded.instrument(), Some(norm), loaded.scale_reliability(), settings.interval);
        prop_assert_eq!(scores.lines().count(), rows.len() + 1);
        for (number, (line, row)) in scores.lines().skip(1).zip(&rows).enumerate() {
            let expected = by_library(row, &assessor, &settings, number);
            prop_assert!(line.starts_with(&expected), "\n{}\n{}", line, expected);
        }
    }
}

#[test]
fn a_large_file_keeps_its_order() {
    let mut text = b"id,sex,age,i1,i2,i3,i4,i5,i6\n".to_vec();
    for number in 0..60_000_u32 {
        let code = |shift: u32| (number >> shift) % 5 + 1;
        let line = format!("p{number},1,30,{},{},{},{},{},{}\n", code(0), code(1), code(2), code(3), code(4), code(5));
        text.extend_from_slice(line.as_bytes());
    }
    let one = score(&text, &settings(OutputFormat::Csv, 1, 1 << 20));
    let seven = score(&text, &settings(OutputFormat::Csv, 7, 5_000));
    assert!(one == seven);
    let ids = String::from_utf8(one).unwrap();
    let in_order = ids.lines().skip(1).enumerate().all(|(number, line)| line.starts_with(&format!("p{number},")));
    assert!(in_order);
    assert_eq!(ids.lines().count(), 60_001);
}

#[test]
fn the_columns_are_named_by_scale_and_metric() {
    let settings = settings(OutputFormat::Csv, 1, 100);
    let scores = score(&file_of(&[], false), &settings);
    let header = String::from_utf8(scores).unwrap();
    assert!(header.starts_with("id,Calm_raw,Calm_n,Calm_mean,Calm_z,Calm_t,Calm_pr,"), "{header}");
    assert!(header.trim_end().ends_with("Balance_upper,notes"), "{header}");
}
