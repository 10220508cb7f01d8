//! Reference cases of `tests/oracle`: reading them, and comparing every value of them.
//!
//! ```text
//! let case = Case::load("norms/conventional");
//! let mut check = Checker::new(&case);
//! for row in case.table("expected.csv").rows() {
//!     check.number(&row, "t_score", Some(t_score(row.number("raw").unwrap())));
//! }
//! check.finish()
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The folder of all cases.
pub fn oracle_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

/// The names of all cases that are there, `<topic>/<case>`, sorted.
pub fn cases_on_disk() -> BTreeSet<String> {
    let folders = |dir: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
    };
    let cases = folders(&oracle_dir()).into_iter().flat_map(|topic| folders(&topic));
    let name = |case: PathBuf| case.strip_prefix(oracle_dir()).unwrap().to_str().unwrap().replace('\\', "/");
    cases.map(name).collect()
}

/// What `case.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    what: String,
    reference: Option<String>,
    #[serde(rename = "notes")]
    _notes: Option<String>,
    #[serde(rename = "source")]
    _source: toml::Table,
    run: toml::Table,
    #[serde(default)]
    settings: toml::Table,
    #[serde(default, rename = "tolerance")]
    tolerances: Vec<Tolerance>,
}

/// How far values of some columns of one file may deviate: |got − expected| ≤ absolute + relative·|expected|.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    pub file: String,
    pub columns: Vec<String>,
    pub absolute: f64,
    pub relative: f64,
    pub why: String,
}

/// A reference case.
pub struct Case {
    name: String,
    what: String,
    oracle: String,
    settings: toml::Table,
    tolerances: Vec<Tolerance>,
    tables: BTreeMap<String, Table>,
}

impl Case {
    /// Reads `tests/oracle/<name>`; fails on a case that cannot be compared.
    pub fn load(name: &str) -> Self {
        let dir = oracle_dir().join(name);
        let read =
            |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let entries = std::fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        let csv_files =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "csv"));
        let files = csv_files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), read(&path)));
        Self::parse(name, &read(&dir.join("case.toml")), files.collect())
    }

    /// A case from the texts of its files.
    fn parse(name: &str, case_toml: &str, files: BTreeMap<String, String>) -> Self {
        let case: CaseFile = toml::from_str(case_toml).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
        assert!(!case.what.is_empty(), "{name}: what is compared is not said");
        assert!(!case.tolerances.is_empty(), "{name}: a case without tolerances compares nothing");
        let tables = files.into_iter().map(|(file, text)| (file.clone(), Table::parse(&file, &text)));
        let case = Self {
            name: name.to_owned(),
            oracle: oracle_of(&case.run, case.reference.as_deref()),
            what: case.what,
            settings: case.settings,
            tolerances: case.tolerances,
            tables: tables.collect(),
        };
        for tolerance in &case.tolerances {
            let Tolerance { file, columns, absolute, relative, why } = tolerance;
            assert!(*absolute >= 0.0 && *relative >= 0.0, "{name}/{file}: a tolerance is not negative");
            assert!(!why.is_empty() && !columns.is_empty(), "{name}/{file}: a tolerance says for what and why");
            let header = &case.table(file).header;
            for column in columns {
                assert!(header.contains(column), "{name}/{file}: tolerance for `{column}`, which is not there");
            }
        }
        case
    }

    /// What is compared.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What it is compared with, versions included.
    pub fn oracle(&self) -> &str {
        &self.oracle
    }

    /// A file of the case.
    pub fn table(&self, file: &str) -> &Table {
        self.tables.get(file).unwrap_or_else(|| panic!("{}: no file {file}", self.name))
    }

    /// A number of the settings.
    pub fn setting(&self, key: &str) -> f64 {
        let value = self.settings.get(key).unwrap_or_else(|| panic!("{}: no setting {key}", self.name));
        value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64)).unwrap()
    }

    fn tolerance(&self, file: &str, column: &str) -> &Tolerance {
        let of_column =
            |tolerance: &&Tolerance| tolerance.file == file && tolerance.columns.iter().any(|c| c == column);
        let found = self.tolerances.iter().find(of_column);
        found.unwrap_or_else(|| panic!("{}/{file}: no tolerance for `{column}`", self.name))
    }
}

/// The program and packages of a case, or the paper.
fn oracle_of(run: &toml::Table, reference: Option<&str>) -> String {
    let text = |key: &str| run.get(key).and_then(toml::Value::as_str);
    let packages = run.get("packages").and_then(toml::Value::as_table);
    let packages =
        packages.into_iter().flatten().filter_map(|(name, version)| Some(format!("{name} {}", version.as_str()?)));
    let parts = reference.map(str::to_owned).into_iter().chain(text("r").map(str::to_owned)).chain(packages);
    let call = text("call").map_or(String::new(), |call| format!("; `{call}`"));
    parts.collect::<Vec<_>>().join(", ") + &call
}

/// A CSV file of a case.
pub struct Table {
    file: String,
    header: Vec<String>,
    cells: Vec<Vec<String>>,
}

impl Table {
    fn parse(file: &str, text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let cells = reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { file: file.to_owned(), header, cells }
    }

    /// All rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.cells.len()).map(|idx| Row { table: self, idx })
    }

    /// All numbers of a column; fails on an empty cell.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        self.rows()
            .map(|row| row.number(column).unwrap_or_else(|| panic!("{}: empty cell in `{column}`", self.file)))
            .collect()
    }
}

/// A row of a CSV file.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    idx: usize,
}

impl<'a> Row<'a> {
    /// The text of a cell.
    pub fn text(&self, column: &str) -> &'a str {
        let position = self.table.header.iter().position(|name| name == column);
        let position = position.unwrap_or_else(|| panic!("{}: no column `{column}`", self.table.file));
        &self.table.cells[self.idx][position]
    }

    /// The number of a cell; `None` for an empty one, which is "no value".
    pub fn number(&self, column: &str) -> Option<f64> {
        let text = self.text(column);
        (!text.is_empty())
            .then(|| text.parse().unwrap_or_else(|_| panic!("{}: `{text}` is no number", self.table.file)))
    }
}

/// One statistic compared with one case: a line of the conformance file.
#[derive(Debug, Clone, PartialEq)]
pub struct Conformance {
    pub case: String,
    pub file: String,
    /// The column, or the `quantity` of a table of quantities.
    pub statistic: String,
    pub absolute: f64,
    pub relative: f64,
    pub n_values: usize,
    /// Largest |got − expected|.
    pub largest_deviation: f64,
    /// Largest |got − expected| as a share of what is allowed.
    pub largest_share: f64,
    /// Why it is not compared, if it is not.
    pub not_compared: Option<String>,
}

impl fmt::Display for Conformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, file, statistic, absolute, relative, n_values, largest_deviation, .. } = self;
        write!(f, "{case}/{file}: {statistic}: ")?;
        match &self.not_compared {
            Some(reason) => write!(f, "not compared: {reason}"),
            None => {
                write!(f, "{n_values} values, {absolute:e} + {relative:e} relative, at most {largest_deviation:.1e}")
            }
        }
    }
}

/// Compares every value of a case and keeps account of it. [`Checker::finish`] fails on any deviation, and on any value that a
/// tolerance covers but that was neither compared nor left out with a reason.
pub struct Checker<'a> {
    case: &'a Case,
    seen: BTreeSet<(String, String, usize)>,
    records: BTreeMap<(String, String), Conformance>,
    failures: Vec<String>,
}

impl<'a> Checker<'a> {
    pub fn new(case: &'a Case) -> Self {
        Self { case, seen: BTreeSet::new(), records: BTreeMap::new(), failures: Vec::new() }
    }

    /// Compares one number; `None` must meet an empty cell.
    pub fn number(&mut self, row: &Row, column: &str, got: Option<f64>) {
        let expected = row.number(column);
        let record = self.record(row, column);
        record.n_values += 1;
        let failed = match (got, expected) {
            (None, None) => false,
            (Some(got), Some(expected)) => {
                let deviation = (got - expected).abs();
                let allowed = record.absolute + record.relative * expected.abs();
                record.largest_deviation = record.largest_deviation.max(deviation);
                record.largest_share =
                    record.largest_share.max(if deviation > 0.0 { deviation / allowed } else { 0.0 });
                deviation.is_nan() || deviation > allowed
            }
            _ => true,
        };
        if failed {
            self.fail(row, column, format!("got {got:?}, expected {expected:?}"));
        }
    }

    /// Compares one text, which must be equal.
    pub fn text(&mut self, row: &Row, column: &str, got: &str) {
        let expected = row.text(column);
        self.record(row, column).n_values += 1;
        if got != expected {
            self.fail(row, column, format!("got {got:?}, expected {expected:?}"));
        }
    }

    /// Leaves one value out, with the reason.
    pub fn leave_out(&mut self, row: &Row, column: &str, reason: &str) {
        self.record(row, column).not_compared = Some(reason.to_owned());
    }

    /// Fails on deviations and gaps; else returns one record a statistic.
    pub fn finish(self) -> Vec<Conformance> {
        let mut failures = self.failures;
        for tolerance in &self.case.tolerances {
            let rows = self.case.table(&tolerance.file).rows();
            let cells = rows.flat_map(|row| tolerance.columns.iter().map(move |column| (row.idx, column)));
            let is_missing = |(idx, column): &(usize, &String)| {
                !self.seen.contains(&(tolerance.file.clone(), (*column).clone(), *idx))
            };
            let missing = cells.filter(is_missing);
            failures
                .extend(missing.map(|(idx, column)| format!("{} row {idx}, {column}: never compared", tolerance.file)));
        }
        let shown: Vec<&str> = failures.iter().take(20).map(String::as_str).collect();
        assert!(failures.is_empty(), "{}: {} failures\n{}", self.case.name, failures.len(), shown.join("\n"));
        self.records.into_values().collect()
    }

    fn record(&mut self, row: &Row, column: &str) -> &mut Conformance {
        let file = &row.table.file;
        let tolerance = self.case.tolerance(file, column);
        self.seen.insert((file.clone(), column.to_owned(), row.idx));
        let of_quantities = row.table.header.first().is_some_and(|first| first == "quantity");
        let statistic = if of_quantities { row.text("quantity") } else { column }.to_owned();
        self.records.entry((file.clone(), statistic.clone())).or_insert_with(|| Conformance {
            case: self.case.name.clone(),
            file: file.clone(),
            statistic,
            absolute: tolerance.absolute,
            relative: tolerance.relative,
            n_values: 0,
            largest_deviation: 0.0,
            largest_share: 0.0,
            not_compared: None,
        })
    }

    fn fail(&mut self, row: &Row, column: &str, what: String) {
        self.failures.push(format!("{} row {}, {column}: {what}", row.table.file, row.idx));
    }
}

mod tests {
    use super::*;

    const TOLERANCE: &str =
        "[[tolerance]]\nfile = 'expected.csv'\ncolumns = ['value']\nabsolute = 0.1\nrelative = 0.0\nwhy = 'test'";

    fn case(tolerance: &str, expected: &str) -> Case {
        let text = format!("what = 'a test'\nsource = {{}}\nrun = {{}}\n{tolerance}");
        Case::parse("test/case", &text, BTreeMap::from([("expected.csv".to_owned(), expected.to_owned())]))
    }

    fn compare(expected: &str, got: &[Option<f64>]) -> Vec<Conformance> {
        let case = case(TOLERANCE, expected);
        let mut check = Checker::new(&case);
        for (row, got) in case.table("expected.csv").rows().zip(got) {
            check.number(&row, "value", *got);
        }
        check.finish()
    }

    #[test]
    fn the_largest_deviation_is_recorded() {
        let records = compare("item,value\na,1\nb,2\nc,\n", &[Some(1.0625), Some(2.0), None]);
        assert_eq!((records[0].n_values, records[0].largest_deviation), (3, 0.0625));
        assert!(records[0].to_string().starts_with("test/case/expected.csv: value: 3 values"));
    }

    #[test]
    fn a_table_of_quantities_has_a_record_for_each() {
        let records = compare("quantity,value\nmean,1\nsd,2\n", &[Some(1.0), Some(2.0)]);
        assert_eq!(records.iter().map(|record| record.statistic.as_str()).collect::<Vec<_>>(), ["mean", "sd"]);
    }

    #[test]
    #[should_panic(expected = "got Some(1.2), expected Some(1.0)")]
    fn a_deviation_beyond_the_tolerance_fails() {
        compare("item,value\na,1\n", &[Some(1.2)]);
    }

    #[test]
    #[should_panic(expected = "got Some(NaN)")]
    fn a_number_that_is_none_fails() {
        compare("item,value\na,1\n", &[Some(f64::NAN)]);
    }

    #[test]
    #[should_panic(expected = "expected None")]
    fn a_number_where_there_is_no_value_fails() {
        compare("item,value\na,\n", &[Some(0.0)]);
    }

    #[test]
    #[should_panic(expected = "row 1, value: never compared")]
    fn a_value_that_is_never_compared_fails() {
        compare("item,value\na,1\nb,2\n", &[Some(1.0)]);
    }

    #[test]
    #[should_panic(expected = "without tolerances")]
    fn a_case_without_tolerances_fails() {
        case("", "item,value\na,1\n");
    }

    #[test]
    #[should_panic(expected = "which is not there")]
    fn a_tolerance_for_a_column_that_is_not_there_fails() {
        case(TOLERANCE, "item,score\na,1\n");
    }

    #[test]
    #[should_panic(expected = "no tolerance for `item`")]
    fn a_column_without_tolerance_cannot_be_compared() {
        let case = case(TOLERANCE, "item,value\na,1\n");
        for row in case.table("expected.csv").rows() {
            Checker::new(&case).text(&row, "item", "a");
        }
    }
}
