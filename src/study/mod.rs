//! Results of a study as named tables, apart from how they are printed.

use anyhow::Context as _;

mod csv;
mod json;
mod text;

/// A value in a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A number, with the decimals of the readable table; machines get all digits.
    Number(f64, usize),
    /// Yes or no.
    Flag(bool),
    /// No value: the statistic is not defined.
    Empty,
}

impl Cell {
    /// A number with three decimals, or no value.
    #[must_use]
    pub fn number(value: impl Into<Option<f64>>) -> Self {
        Self::with_decimals(value, 3)
    }

    /// A number with some decimals, or no value.
    #[must_use]
    pub fn with_decimals(value: impl Into<Option<f64>>, decimals: usize) -> Self {
        // A number that is none is no value either; it never reaches a reader as a number.
        value.into().filter(|value| value.is_finite()).map_or(Self::Empty, |value| Self::Number(value, decimals))
    }

    /// A whole number.
    #[must_use]
    pub fn count(value: usize) -> Self {
        Self::Count(value as u64)
    }

    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// A named table.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyTable {
    /// Its name for machines and for `--table`.
    pub id: &'static str,
    /// What it holds, in words.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, as many cells as columns.
    pub rows: Vec<Vec<Cell>>,
    /// How many rows people are shown at once; all of them where there is no limit. Machines always get all.
    shown_rows: Option<usize>,
}

impl StudyTable {
    /// An empty table.
    #[must_use]
    pub fn new(id: &'static str, title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|&name| name.to_owned()).collect();
        Self { id, title: title.into(), columns, rows: Vec::new(), shown_rows: None }
    }

    /// The same table, of which people are shown the first rows only.
    #[must_use]
    pub fn showing(self, rows: usize) -> Self {
        Self { shown_rows: Some(rows), ..self }
    }

    /// Adds a row; missing cells are empty.
    pub fn push(&mut self, mut row: Vec<Cell>) {
        debug_assert!(row.len() <= self.columns.len(), "{}: {} cells", self.id, row.len());
        row.resize(self.columns.len(), Cell::Empty);
        self.rows.push(row);
    }
}

/// What a study found.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Which study: `reliability`, `items` …
    pub kind: &'static str,
    /// Instrument and version.
    pub instrument: String,
    /// Number of respondents in the file.
    pub n_respondents: usize,
    /// What was chosen: correlation, seed, number of draws …
    pub settings: Vec<(String, String)>,
    /// The tables, in the order in which people read them.
    pub tables: Vec<StudyTable>,
    /// The table that is written where only one can be; the first one by default.
    pub main: Option<&'static str>,
    /// Tables without rows: not shown, but there for those who ask for them by name.
    empty: Vec<StudyTable>,
    /// What must be said besides.
    pub notes: Vec<String>,
}

impl Study {
    /// A study without results yet.
    #[must_use]
    pub fn new(kind: &'static str, instrument: String, n_respondents: usize) -> Self {
        Self {
            kind,
            instrument,
            n_respondents,
            settings: Vec::new(),
            tables: Vec::new(),
            main: None,
            empty: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Says what was chosen.
    pub fn setting(&mut self, name: &str, value: impl ToString) {
        self.settings.push((name.to_owned(), value.to_string()));
    }

    /// Adds a table; one without rows comes out only when it is asked for by its name.
    pub fn add(&mut self, table: StudyTable) {
        let list = if table.rows.is_empty() { &mut self.empty } else { &mut self.tables };
        list.push(table);
    }

    /// Says something once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Keeps only the table of that name, even where it has no rows.
    ///
    /// # Errors
    /// When there is none, with the names of those there are.
    pub fn only(&mut self, id: &str) -> anyhow::Result<()> {
        let all = || self.tables.iter().chain(&self.empty);
        if !all().any(|table| table.id == id) {
            let known: Vec<&str> = all().map(|table| table.id).collect();
            anyhow::bail!("--table: this study has no table `{id}`; it has {}", known.join(", "));
        }
        self.tables.append(&mut self.empty);
        self.tables.retain(|table| table.id == id);
        for table in &mut self.tables {
            table.shown_rows = None;
            self.main = Some(table.id);
        }
        Ok(())
    }

    /// The table that is written where only one can be. Another one never takes its place: a program that reads columns
    /// could not tell.
    fn main_table(&self) -> anyhow::Result<&StudyTable> {
        let mut all = self.tables.iter().chain(&self.empty);
        let found = match self.main {
            Some(id) => all.find(|table| table.id == id),
            None => all.next(),
        };
        found.with_context(|| {
            let known: Vec<&str> = self.tables.iter().map(|table| table.id).collect();
            let others =
                if known.is_empty() { String::new() } else { format!("; --table takes another: {}", known.join(", ")) };
            let reasons: String = self.notes.iter().map(|note| format!("\n  {note}")).collect();
            format!("the study has no table `{}` to write{others}{reasons}", self.main.unwrap_or("results"))
        })
    }

    /// For people: every table with its title, then the notes.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::write(self)
    }

    /// For machines: one object with all tables and all digits.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    /// For machines and spreadsheets: the main table with all digits.
    ///
    /// # Errors
    /// When the study found nothing that has a table.
    pub fn to_csv(&self) -> anyhow::Result<String> {
        csv::write(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> Study {
        let mut study = Study::new("items", "tiny 1.0.0".to_owned(), 3);
        let mut table = StudyTable::new("items", "Items", &["item", "r", "n", "ok"]);
        table.push(vec![Cell::text("a,\"b"), Cell::number(1.0 / 3.0), Cell::count(3), Cell::Flag(true)]);
        table.push(vec![Cell::text("c"), Cell::number(f64::NAN)]);
        study.add(table);
        study.add(StudyTable::new("empty", "Empty", &["x"]));
        study.setting("seed", 1);
        study.note("A remark.");
        study.note("A remark.");
        study
    }

    #[test]
    fn people_see_rounded_numbers_and_machines_all_digits() {
        let study = study();
        assert!(study.to_text().contains("0.333"));
        assert!(!study.to_text().contains("0.3333"));
        assert_eq!(study.to_csv().unwrap(), "item,r,n,ok\n\"a,\"\"b\",0.3333333333333333,3,true\nc,,,\n");
        let json: serde_json::Value = serde_json::from_str(&study.to_json()).unwrap();
        assert_eq!(json["tables"]["items"][0]["r"], 1.0 / 3.0);
        assert!(json["tables"]["items"][1]["r"].is_null());
        assert_eq!(json["notes"].as_array().unwrap().len(), 1);
        assert!(json["tables"].get("empty").is_none());
    }

    #[test]
    fn one_table_is_picked_by_its_name() {
        assert!(study().only("items").is_ok());
        assert!(study().only("scales").unwrap_err().to_string().contains("it has items, empty"));
    }

    #[test]
    fn another_table_never_stands_in_for_the_main_one() {
        let mut study = study();
        study.main = Some("loadings");
        let error = study.to_csv().unwrap_err().to_string();
        for part in ["no table `loadings`", "--table takes another: items", "A remark."] {
            assert!(error.contains(part), "{part}: {error}");
        }
        study.main = Some("empty");
        assert_eq!(study.to_csv().unwrap(), "x\n");
    }

    #[test]
    fn a_table_without_rows_comes_out_when_asked_for() {
        let mut study = study();
        study.only("empty").unwrap();
        study.only("empty").unwrap();
        assert_eq!(study.to_csv().unwrap(), "x\n");
        let json: serde_json::Value = serde_json::from_str(&study.to_json()).unwrap();
        assert_eq!(json["tables"]["empty"].as_array().map(Vec::len), Some(0));
    }
}
