//! The binary formats and JSON Lines hold the same scores as CSV.

use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::support::command::Workplace;

const FILE: &str = "id,i1,i2,i3,i4,i5,i6\na,5,1,4,4,4,2\nb,5,1,,4,4,2\nc,5,1,4,,,2\n";

fn workplace() -> Workplace {
    let work = Workplace::new();
    work.file("answers.csv", FILE);
    work
}

const ARGS: [&str; 6] = ["--id", "id", "--metrics", "raw,n,mean,sem", "--decimals", "full"];

/// The scores of the CSV output: a row a person, absent cells as null.
fn csv_values(work: &Workplace) -> Vec<Vec<Value>> {
    let text = work.score_tiny(&ARGS).ok().text();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let value = |cell: &str| if cell.is_empty() { Value::Null } else { serde_json::from_str(cell).unwrap() };
    let record = |record: csv::StringRecord| {
        let last = record.len() - 1;
        record.iter().take(last).skip(1).map(value).collect()
    };
    reader.records().map(|row| record(row.unwrap())).collect()
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

#[test]
fn json_lines_hold_the_same_numbers() {
    let work = workplace();
    work.score_tiny(&[&ARGS[..], &["--output", "scores.jsonl"]].concat()).ok();
    let text = work.read("scores.jsonl");
    for (line, expected) in text.lines().zip(csv_values(&work)) {
        let row: Value = serde_json::from_str(line).unwrap();
        let row = row.as_object().unwrap();
        assert_eq!(row.len(), 1 + 16 + 1);
        for (name, expected) in ["Calm_raw", "Calm_n", "Calm_mean", "Calm_sem", "Drive_raw"].iter().zip(&expected) {
            assert!(same(&row[*name], expected), "{name}: {} {expected}", row[*name]);
        }
    }
    assert_eq!(text.lines().count(), 3);
    assert!(work.names().contains(&"scores.jsonl.meta.json".to_owned()));
}

#[test]
fn parquet_holds_full_numbers_and_its_provenance() {
    let work = workplace();
    work.score_tiny(&[&ARGS[..2], &["--metrics", "raw,n,mean,sem", "--output", "scores.parquet"]].concat()).ok();
    assert_eq!(work.names(), ["answers.csv", "scores.parquet"], "the provenance is inside");
    let file = std::fs::File::open(work.path("scores.parquet")).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let metadata = builder.metadata().file_metadata().key_value_metadata().unwrap();
    let provenance = metadata.iter().find(|entry| entry.key == "bilan").unwrap().value.clone().unwrap();
    let provenance: Value = serde_json::from_str(&provenance).unwrap();
    assert_eq!(provenance["rows"]["scored"], 3);
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    let batch = &batches[0];
    let ids = batch.column(0).as_any().downcast_ref::<StringArray>().unwrap();
    assert_eq!(ids.iter().flatten().collect::<Vec<_>>(), ["a", "b", "c"]);
    for (row, expected) in csv_values(&work).iter().enumerate() {
        for (column, expected) in expected.iter().enumerate() {
            let array = batch.column(column + 1);
            let got = match array.as_any().downcast_ref::<Float64Array>() {
                Some(real) => (!real.is_null(row)).then(|| real.value(row)),
                None => {
                    let whole = array.as_any().downcast_ref::<arrow_array::Int32Array>().unwrap();
                    (!whole.is_null(row)).then(|| f64::from(whole.value(row)))
                }
            };
            assert!(same(&serde_json::json!(got), expected), "row {row}, column {column}: {got:?} {expected}");
        }
    }
}

#[test]
fn message_pack_is_a_header_rows_and_a_trailer() {
    let work = workplace();
    work.score_tiny(&[&ARGS[..2], &["--metrics", "raw,n,mean,sem", "--output", "scores.msgpack"]].concat()).ok();
    let bytes = std::fs::read(work.path("scores.msgpack")).unwrap();
    let mut rest = &bytes[..];
    let mut records: Vec<Value> = Vec::new();
    while !rest.is_empty() {
        records.push(rmp_serde::from_read(&mut rest).unwrap());
    }
    assert_eq!(records.len(), 5);
    assert_eq!(records[0]["columns"][1], "Calm_raw");
    let provenance: Value = serde_json::from_str(records[0]["provenance"].as_str().unwrap()).unwrap();
    assert_eq!(provenance["instrument"], "tiny");
    assert_eq!(records[4]["rows"], 3);
    for (record, expected) in records[1..4].iter().zip(csv_values(&work)) {
        let row = record.as_array().unwrap();
        assert_eq!(row.len(), 18);
        for (got, expected) in row[1..].iter().zip(&expected) {
            assert!(same(got, expected), "{got} {expected}");
        }
    }
}

#[test]
fn parquet_input_gives_the_same_scores() {
    let work = workplace();
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    let mut columns = vec![("id", ids)];
    let codes: [[Option<i64>; 3]; 6] = [
        [Some(5), Some(5), Some(5)],
        [Some(1), Some(1), Some(1)],
        [Some(4), None, Some(4)],
        [Some(4), Some(4), None],
        [Some(4), Some(4), None],
        [Some(2), Some(2), Some(2)],
    ];
    let names = ["i1", "i2", "i3", "i4", "i5", "i6"];
    for (idx, (name, codes)) in names.into_iter().zip(codes).enumerate() {
        // Whole numbers, and reals as other programs write them when something is missing.
        let array: ArrayRef = if idx % 2 == 0 {
            Arc::new(Float64Array::from(codes.map(|code| code.map(|code| code as f64)).to_vec()))
        } else {
            Arc::new(Int64Array::from(codes.to_vec()))
        };
        columns.push((name, array));
    }
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = std::fs::File::create(work.path("answers.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let from_csv = work.score_tiny(&ARGS).ok().text();
    std::fs::rename(work.path("answers.parquet"), work.path("answers.csv")).unwrap();
    assert_eq!(work.score_tiny(&ARGS).ok().text(), from_csv);
    std::fs::write(work.path("answers.csv"), b"PAR1 and nothing else").unwrap();
    work.score_tiny(&ARGS).fails_with(&["not a readable Parquet file"]);
}

fn message_pack_rows(count: Option<u64>) -> Vec<u8> {
    let mut bytes =
        rmp_serde::to_vec_named(&serde_json::json!({"columns": ["id", "i1", "i2", "i3", "i4", "i5", "i6"]})).unwrap();
    for row in [
        serde_json::json!(["a", 5, 1, 4, 4, 4, 2]),
        serde_json::json!(["b", 5, 1, null, 4.0, "4", 2]),
        serde_json::json!(["c", 5, 1, 4, null, null, 2]),
    ] {
        bytes.extend(rmp_serde::to_vec(&row).unwrap());
    }
    if let Some(count) = count {
        bytes.extend(rmp_serde::to_vec_named(&serde_json::json!({"rows": count})).unwrap());
    }
    bytes
}

#[test]
fn message_pack_input_gives_the_same_scores() {
    let expected = workplace().score_tiny(&ARGS).ok().text();
    for count in [None, Some(3)] {
        let work = Workplace::new();
        work.file("answers.csv", message_pack_rows(count));
        assert_eq!(work.score_tiny(&ARGS).ok().text(), expected);
    }
}

#[test]
fn damaged_message_pack_is_refused() {
    let work = Workplace::new();
    work.file("answers.csv", message_pack_rows(Some(4)));
    work.score_tiny(&["--output", "s.csv"]).fails_with(&["counts 4 rows, but 3 came"]);
    let whole = message_pack_rows(None);
    work.file("answers.csv", &whole[..whole.len() - 2]);
    work.score_tiny(&["--output", "s.csv"]).fails_with(&["answers.csv: MessagePack: row 3"]);
    work.file("answers.csv", rmp_serde::to_vec_named(&serde_json::json!({"rows": 3})).unwrap());
    work.score_tiny(&["--output", "s.csv"]).fails_with(&["`rows` is not known there"]);
    assert_eq!(work.names(), ["answers.csv"]);
}

#[test]
fn row_numbers_stand_in_for_identifiers() {
    let work = workplace();
    work.score_tiny(&["--output", "scores.parquet"]).ok();
    let file = std::fs::File::open(work.path("scores.parquet")).unwrap();
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batch = reader.next().unwrap().unwrap();
    assert_eq!(batch.schema().field(0).name(), "row");
    assert_eq!(batch.column(0).as_any().downcast_ref::<UInt64Array>().unwrap().values(), &[1, 2, 3]);
}
