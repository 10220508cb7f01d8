//! Tables: CSV files with a header, as people and spreadsheets write them.
//!
//! `,`, `;` and tab are accepted as separators. Files with `;` or tab may write numbers with a decimal comma, as a French spreadsheet
//! does.

use csv::StringRecord;

use crate::problem::{Problem, Problems, did_you_mean, given, list_of};
use crate::text::decode;

/// The columns that a table may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// Without these it cannot be read.
    pub required: &'static [&'static str],
    /// These may be left out.
    pub optional: &'static [&'static str],
    /// The most rows the table may have: far above what anyone needs, and few enough to be checked in a second.
    pub max_rows: usize,
}

impl Columns {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }
}

/// A table as it was read: every row has a field for every column of the header.
#[derive(Debug)]
pub(crate) struct Table {
    file: String,
    header: Vec<&'static str>,
    rows: Vec<(usize, StringRecord)>,
    decimal_comma: bool,
}

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'t> {
    table: &'t Table,
    /// Line of the file, from 1.
    pub line: usize,
    fields: &'t StringRecord,
}

impl Table {
    /// Reads a table. Rows that are blank or too short or too long are reported and left out.
    ///
    /// `None` when the file as a whole cannot be read.
    pub(crate) fn read(file: &str, bytes: &[u8], columns: Columns, problems: &mut Problems) -> Option<Self> {
        let text = problems.keep(decode(file, bytes))?;
        let separator = separator_of(&text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let mut lines = Lines { text: &text, at: 0, line: 1 };
        let mut record = StringRecord::new();
        let mut header: Option<Vec<&'static str>> = None;
        let mut rows = Vec::new();
        loop {
            let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            // The text is UTF-8, fields may differ in number, and reading memory does not fail.
            let more = reader.read_record(&mut record).unwrap_or(false);
            let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            let (line, blank_lines) = lines.skip_to_record(start);
            if blank_lines > 0 && !problems.is_full() {
                problems.push(blank(file, line - blank_lines));
            }
            if !more {
                break;
            }
            let raw = text.get(lines.at..end).unwrap_or_default();
            if raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
                let remedy = "close the quotation mark, or write \"\" for one inside a quoted text";
                problems.error(file, format!("line {line}"), "a quotation mark `\"` has no partner", remedy);
                break;
            }
            match &header {
                None => header = Some(read_header(file, line, &record, columns, problems)?),
                Some(_) if record.iter().all(|field| field.trim().is_empty()) => problems.push(blank(file, line)),
                Some(header) if header.len() != record.len() => problems.error(
                    file,
                    format!("line {line}"),
                    format!("{} fields, but the header has {}", record.len(), header.len()),
                    "give every line one field for each column; put a text with a separator in it in quotation marks",
                ),
                Some(_) if rows.len() >= columns.max_rows => {
                    let message = format!("the table has more than {} lines", columns.max_rows);
                    problems.error(
                        file,
                        format!("line {line}"),
                        message,
                        "look for what went into the file by mistake",
                    );
                    break;
                }
                Some(_) => rows.push((line, record.clone())),
            }
            if problems.is_full() {
                break;
            }
        }
        let Some(header) = header else {
            let names = columns.all().collect::<Vec<_>>().join(",");
            problems.error(file, "", "the file is empty", format!("begin it with the line `{names}`"));
            return None;
        };
        Some(Self { file: file.to_owned(), header, rows, decimal_comma: separator != b',' })
    }

    /// The rows, in the order of the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { table: self, line: *line, fields })
    }
}

impl<'t> Row<'t> {
    /// The text in a column, without spaces around it; empty where the file has no such column.
    pub(crate) fn get(&self, column: &str) -> &'t str {
        let idx = self.table.header.iter().position(|name| *name == column);
        idx.and_then(|idx| self.fields.get(idx)).unwrap_or_default().trim()
    }

    /// `line 7, column sign`.
    pub(crate) fn place_of(&self, column: &str) -> String {
        format!("line {}, column {column}", self.line)
    }

    /// An error in a column of this row.
    pub(crate) fn error(&self, column: &str, message: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem::error(&self.table.file, self.place_of(column), message, remedy)
    }

    /// A finite number; `None` where the field is blank.
    pub(crate) fn number(&self, column: &str) -> Result<Option<f64>, Problem> {
        let text = self.get(column);
        if text.is_empty() {
            return Ok(None);
        }
        let plain = if self.table.decimal_comma { text.replacen(',', ".", 1) } else { text.to_owned() };
        // `inf` and `nan` read as numbers in Rust; nobody means them in a file.
        match plain.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self.error(
                column,
                format!("{} is not a number", given(text)),
                "write a number such as 12.5, with a decimal point and without spaces",
            )),
        }
    }

    /// A finite number that must be there.
    pub(crate) fn needed_number(&self, column: &str) -> Result<f64, Problem> {
        self.number(column)?.ok_or_else(|| self.error(column, "the number is missing", format!("give the {column}")))
    }

    /// A count of people, above 0; `None` where the field is blank.
    pub(crate) fn count(&self, column: &str) -> Result<Option<u32>, Problem> {
        let text = self.get(column);
        match text.parse::<u32>() {
            _ if text.is_empty() => Ok(None),
            Ok(count) if count > 0 => Ok(Some(count)),
            _ => Err(self.error(
                column,
                format!("{} is not a number of people", given(text)),
                "write a whole number above 0, or leave the field blank where it is unknown",
            )),
        }
    }
}

/// Keeps track of lines while the CSV reader, which skips blank lines silently, moves through the text.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// Moves to the first record at or after a byte; gives its line and the number of blank lines before it.
    fn skip_to_record(&mut self, start: usize) -> (usize, usize) {
        let passed = self.text.get(self.at..start).unwrap_or_default();
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count();
        self.at = start.min(self.text.len());
        let rest = self.text.get(self.at..).unwrap_or_default();
        let blank_lines = rest.bytes().take_while(|byte| *byte == b'\n').count();
        self.line += blank_lines;
        self.at += blank_lines;
        (self.line, blank_lines)
    }
}

fn blank(file: &str, line: usize) -> Problem {
    Problem::error(file, format!("line {line}"), "the line is blank", "delete it")
}

/// The separator that the header line uses most.
fn separator_of(text: &str) -> u8 {
    let header = text.trim_start_matches('\n').lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    // The last of equals wins, and that is the comma of the format.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

fn read_header(
    file: &str,
    line: usize,
    record: &StringRecord,
    columns: Columns,
    problems: &mut Problems,
) -> Option<Vec<&'static str>> {
    let known: Vec<&'static str> = columns.all().collect();
    let place = format!("line {line}");
    let before = problems.len();
    let mut header = Vec::with_capacity(record.len());
    for name in record.iter().map(str::trim) {
        match known.iter().find(|column| **column == name) {
            Some(column) if header.contains(column) => {
                problems.error(file, &place, format!("column `{column}` stands twice"), "keep one of them");
            }
            Some(column) => header.push(*column),
            None if name.is_empty() => {
                problems.error(file, &place, "a column has no name", "delete the column");
            }
            None => {
                let remedy = format!("delete the column; known are {}", list_of(&known));
                let remedy = did_you_mean(name, known.iter().copied(), remedy);
                problems.error(file, &place, format!("unknown column {}", given(name)), remedy);
            }
        }
        if problems.is_full() {
            return None;
        }
    }
    for column in columns.required.iter().filter(|column| !header.contains(column)) {
        let remedy = format!("add it to the header; the columns are {}", list_of(&known));
        problems.error(file, &place, format!("column `{column}` is missing"), remedy);
    }
    (problems.len() == before).then_some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns { required: &["item", "mean"], optional: &["n"], max_rows: 9 };

    fn read(text: &str) -> (Option<Table>, Vec<Problem>) {
        let mut problems = Problems::default();
        let table = Table::read("t.csv", text.as_bytes(), COLUMNS, &mut problems);
        (table, problems.into_list())
    }

    fn only_problem(text: &str) -> (String, String, String) {
        let (_, mut problems) = read(text);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        let problem = problems.remove(0);
        (problem.place, problem.message, problem.remedy)
    }

    #[test]
    fn a_french_spreadsheet_is_read_like_any_other() {
        for text in [
            "item,mean,n\na,1.5,3\n\"b\",-2,\n",
            "\u{feff}item;mean;n\r\na;1,5;3\r\n\"b\";-2;\r\n",
            "item\tmean\tn\ra\t1,5\t3\rb\t-2\t",
        ] {
            let (table, problems) = read(text);
            assert_eq!(problems, [], "{text:?}");
            let table = table.unwrap();
            let rows: Vec<_> = table.rows().collect();
            assert_eq!(
                (rows[0].get("item"), rows[0].number("mean"), rows[0].count("n")),
                ("a", Ok(Some(1.5)), Ok(Some(3)))
            );
            assert_eq!(
                (rows[1].get("item"), rows[1].number("mean"), rows[1].count("n")),
                ("b", Ok(Some(-2.0)), Ok(None))
            );
            assert_eq!((rows[0].line, rows[1].line), (2, 3));
        }
    }

    #[test]
    fn blank_lines_are_named_by_their_own_number() {
        for (text, line) in [
            ("item,mean\n\na,1\n", "line 2"),
            ("item,mean\na,1\n\n", "line 3"),
            ("item,mean\na,1\n , \nb,2\n", "line 3"),
            ("\nitem,mean\na,1\n", "line 1"),
            ("item,mean\r\na,1\r\n\r\nb,2\r\n", "line 3"),
        ] {
            let (place, message, remedy) = only_problem(text);
            assert_eq!(
                (place.as_str(), message.as_str(), remedy.as_str()),
                (line, "the line is blank", "delete it"),
                "{text:?}"
            );
        }
    }

    #[test]
    fn lines_are_counted_through_quoted_texts_of_several_lines() {
        let (place, ..) = only_problem("item,mean\n\"a\n\nb\",1\nc\n");
        assert_eq!(place, "line 5");
    }

    #[test]
    fn headers_are_checked() {
        let (place, message, remedy) = only_problem("itm,mean,item\na,1,b\n");
        assert_eq!(
            (place.as_str(), message.as_str(), remedy.as_str()),
            ("line 1", "unknown column `itm`", "did you mean `item`?")
        );
        assert_eq!(only_problem("item,mean,item\n").1, "column `item` stands twice");
        assert_eq!(only_problem("item,n\n").1, "column `mean` is missing");
        assert_eq!(only_problem("item,mean,\n").1, "a column has no name");
        let (_, message, remedy) = only_problem("");
        assert_eq!((message.as_str(), remedy.as_str()), ("the file is empty", "begin it with the line `item,mean,n`"));
    }

    #[test]
    fn rows_of_another_length_and_open_quotes_are_refused() {
        assert_eq!(only_problem("item,mean\na\n").1, "1 fields, but the header has 2");
        let (place, message, _) = only_problem("item,mean\n\"a,1\nb,2\n");
        assert_eq!((place.as_str(), message.as_str()), ("line 2", "a quotation mark `\"` has no partner"));
    }

    #[test]
    fn numbers_are_finite_and_say_how_to_be_written() {
        let (table, _) = read("item,mean,n\na,\"1,5\",0\nb,inf,-1\nc,1e999,2.5\n");
        for row in table.unwrap().rows() {
            let problem = row.number("mean").unwrap_err();
            assert!(problem.remedy.contains("decimal point"));
            assert_eq!(problem.place, format!("line {}, column mean", row.line));
            assert!(row.count("n").unwrap_err().remedy.contains("above 0"));
        }
    }

    #[test]
    fn a_table_that_is_too_long_is_refused() {
        let (place, message, _) = only_problem(&format!("item,mean\n{}", "a,1\n".repeat(10)));
        assert_eq!((place.as_str(), message.as_str()), ("line 11", "the table has more than 9 lines"));
    }

    #[test]
    fn a_million_wrong_lines_are_answered_briefly() {
        let (_, problems) = read(&format!("item,mean\n{}", "x\n".repeat(1_000_000)));
        assert_eq!(problems.len(), 501);
    }
}
