//! Files of answers for the tests of studies, and what follows from them by the definitions.

use serde_json::Value;

use crate::support::command::{Ran, Workplace, fixtures};

/// A study of the fixture instrument `tiny`.
pub fn study_tiny(work: &Workplace, study: &str, file: &str, more: &[&str]) -> Ran {
    let fixtures = fixtures();
    let args = ["analyze", study, file, "--instrument", "tiny", "--instruments", fixtures.to_str().unwrap()];
    work.run(&[&args[..], more].concat())
}

/// The object of `--format json`.
pub fn json_tiny(work: &Workplace, study: &str, file: &str, more: &[&str]) -> Value {
    let ran = study_tiny(work, study, file, &[&["--format", "json"], more].concat()).ok();
    serde_json::from_slice(&ran.stdout).unwrap()
}

/// Simulated people who answered `tiny`.
pub fn simulate_tiny(work: &Workplace, n: usize, name: &str, more: &[&str]) {
    let (fixtures, n) = (fixtures(), n.to_string());
    let folder = fixtures.to_str().unwrap();
    let args = ["simulate", "--instrument", "tiny", "--instruments", folder, "-n", &n, "--output", name];
    work.run(&[&args[..], more].concat()).ok();
}

/// Numbers that look drawn, the same in every run.
pub struct Draws(pub u64);

impl Draws {
    /// A whole number from 0 to below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A file of comma-separated values.
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    pub fn of(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { header, rows }
    }

    pub fn text(&self) -> String {
        let lines = std::iter::once(&self.header).chain(&self.rows).map(|fields| fields.join(","));
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }

    pub fn place(&self, name: &str) -> usize {
        self.header.iter().position(|known| known == name).unwrap_or_else(|| panic!("{name}: {:?}", self.header))
    }

    /// The numbers of a column; blanks are none.
    pub fn column(&self, name: &str) -> Vec<Option<f64>> {
        let at = self.place(name);
        self.rows.iter().map(|row| row[at].parse().ok()).collect()
    }

    /// Points of a five-point item for all rows, turned where its key is `-`; there must be no blanks.
    pub fn keyed(&self, item: &str, sign: char) -> Vec<f64> {
        let turn = |points: f64| if sign == '-' { 6.0 - points } else { points };
        self.column(item).into_iter().map(|points| turn(points.unwrap())).collect()
    }
}

/// Keys of the scales of `tiny` that have items of their own.
pub const CALM: [(&str, char); 3] = [("i1", '+'), ("i2", '-'), ("i3", '+')];
/// See [`CALM`].
pub const DRIVE: [(&str, char); 3] = [("i4", '+'), ("i5", '+'), ("i6", '-')];

pub fn keyed_items(sheet: &Sheet, keys: &[(&str, char)]) -> Vec<Vec<f64>> {
    keys.iter().map(|(item, sign)| sheet.keyed(item, *sign)).collect()
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sum of products of deviations over n − 1.
pub fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / (a.len() as f64 - 1.0)
}

pub fn sd(values: &[f64]) -> f64 {
    covariance(values, values).sqrt()
}

pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    covariance(a, b) / (sd(a) * sd(b))
}

/// Sum of the items of each person.
pub fn sums(items: &[Vec<f64>]) -> Vec<f64> {
    (0..items[0].len()).map(|row| items.iter().map(|item| item[row]).sum()).collect()
}

/// Alpha by its definition: k/(k − 1) · (1 − sum of the items' variances / variance of their sum).
pub fn alpha(items: &[Vec<f64>]) -> f64 {
    let k = items.len() as f64;
    let of_items: f64 = items.iter().map(|item| covariance(item, item)).sum();
    let total = sums(items);
    k / (k - 1.0) * (1.0 - of_items / covariance(&total, &total))
}

/// The rows of a table whose columns have these values.
pub fn rows<'a>(study: &'a Value, table: &str, wanted: &[(&str, &str)]) -> Vec<&'a Value> {
    let rows = study["tables"][table].as_array().map_or(&[][..], Vec::as_slice);
    rows.iter().filter(|row| wanted.iter().all(|(column, value)| row[*column] == *value)).collect()
}

/// The one row of a table whose columns have these values.
#[track_caller]
pub fn row<'a>(study: &'a Value, table: &str, wanted: &[(&str, &str)]) -> &'a Value {
    let found = rows(study, table, wanted);
    assert_eq!(found.len(), 1, "{table} {wanted:?}: {study:#}");
    found[0]
}

/// The remarks as one text.
pub fn notes(study: &Value) -> String {
    let notes = study["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned());
    notes.collect::<Vec<_>>().join("\n")
}

#[track_caller]
pub fn close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("{found} is no number; expected {expected}"));
    assert!((found - expected).abs() <= 1e-10 * expected.abs().max(1.0), "{found} is not {expected}");
}
