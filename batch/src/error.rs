//! What can go wrong with a file of answers, and what to do about it.

use std::path::PathBuf;

/// Where in the input a problem stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name of the file, or `standard input`.
    pub file: String,
    /// Number of the row, from 1, the header not counted.
    pub row: u64,
    /// Name of the column, where one is at fault.
    pub column: Option<String>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, row {}", self.file, self.row)?;
        match &self.column {
            Some(column) => write!(f, ", column `{column}`"),
            None => Ok(()),
        }
    }
}

/// Why a row cannot be scored at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// The answer is outside the categories of its item.
    #[error(
        "`{value}` is outside {lowest} to {highest}; correct it, or name it as not answered with --missing {value}"
    )]
    OutsideCategories {
        /// The text found.
        value: String,
        /// Lowest code.
        lowest: String,
        /// Highest code.
        highest: String,
    },
    /// The answer is not a number.
    #[error(
        "`{value}` is not an answer code ({lowest} to {highest}); correct it, or name it as not answered with --missing"
    )]
    NotACode {
        /// The text found.
        value: String,
        /// Lowest code.
        lowest: String,
        /// Highest code.
        highest: String,
    },
    /// Answers to a forced-choice block that cannot have been given together.
    #[error("items {first} to {last} are answered together, but {fault}; correct them, or leave all of them blank")]
    Block {
        /// The first item of the block.
        first: String,
        /// Its last item.
        last: String,
        /// What is wrong.
        fault: String,
    },
    /// Too few fields.
    #[error("the row has {found} fields, the header {expected}; complete the row{}", if *.at_end { " (the file ends in the middle of it)" } else { "" })]
    TooFewFields {
        /// Fields found.
        found: usize,
        /// Fields of the header.
        expected: usize,
        /// Whether the file ends within the row.
        at_end: bool,
    },
    /// Too many fields.
    #[error("the row has {found} fields, the header {expected}; is a separator inside a text that is not quoted?")]
    TooManyFields {
        /// Fields found.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
}

/// A row that could not be scored, with its place and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Number of the row, from 1.
    pub row: u64,
    /// The row's identifier, where a column of identifiers was named.
    pub id: Option<String>,
    /// Column at fault, where there is one.
    pub column: Option<String>,
    /// The text found there.
    pub value: Option<String>,
    /// Why.
    pub reason: RejectReason,
}

/// Why a file of answers could not be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened or read.
    #[error("cannot read {file}: {cause}")]
    Read {
        /// Name of the file.
        file: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The output could not be written.
    #[error("cannot write {file}: {cause}; nothing was left under that name")]
    Write {
        /// Name of the file.
        file: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The reader of our output went away. Not a fault.
    #[error("the reader of the output closed it")]
    ClosedPipe,
    /// Nothing in the file.
    #[error("{file} is empty: it needs a header line that names the items, and a row for each person")]
    Empty {
        /// Name of the file.
        file: String,
    },
    /// A coding that is not read.
    #[error("{file} is coded in UTF-16; save it as UTF-8 (in a spreadsheet: CSV UTF-8) and try again")]
    Utf16 {
        /// Name of the file.
        file: String,
    },
    /// No separator, no names.
    #[error(
        "{file}: the first line names no item of {instrument}, such as `{example}`; is the header missing? (or name the columns with --columns)"
    )]
    NoHeader {
        /// Name of the file.
        file: String,
        /// The instrument.
        instrument: String,
        /// An item's id.
        example: String,
    },
    /// Problems of the header, all of them.
    #[error("{file}: {}", problems.join("\n  "))]
    Header {
        /// Name of the file.
        file: String,
        /// One sentence each.
        problems: Vec<String>,
    },
    /// A line without end.
    #[error("{file}, line {line}: longer than {limit_mib} MiB; is this a file of answers?")]
    EndlessLine {
        /// Name of the file.
        file: String,
        /// Number of the line, from 1.
        line: u64,
        /// The limit.
        limit_mib: usize,
    },
    /// A row that cannot be scored ended a run that can set such rows aside.
    #[error("{place}: {reason}. To go on without such rows, name a file for them with --rejects FILE")]
    Rejected {
        /// Where.
        place: Box<Place>,
        /// Why.
        reason: Box<RejectReason>,
    },
    /// A row that cannot be read ended a run that needs all rows.
    #[error("{place}: {reason}. To go on without the row, take it out of the file")]
    Unreadable {
        /// Where.
        place: Box<Place>,
        /// Why.
        reason: Box<RejectReason>,
    },
    /// A Parquet file that cannot be read.
    #[error("{file}: not a readable Parquet file: {cause}")]
    Parquet {
        /// Name of the file.
        file: String,
        /// What the library said.
        cause: String,
    },
    /// Parquet on a pipe.
    #[error("Parquet cannot be read from standard input; save it to a file and name that")]
    ParquetFromPipe,
    /// A MessagePack stream that is not as described.
    #[error("{file}: MessagePack: {}{problem}", row.map_or_else(String::new, |row| format!("row {row}: ")))]
    MessagePack {
        /// Name of the file.
        file: String,
        /// Number of the row, from 1, where a row is at fault.
        row: Option<u64>,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// A MessagePack header with an entry that is not known.
    #[error("{file}: MessagePack: the first record is a map {{columns: […]}}; `{key}` is not known there")]
    MessagePackKey {
        /// Name of the file.
        file: String,
        /// The key found.
        key: String,
    },
    /// Settings that do not go together.
    #[error("{0}")]
    Settings(String),
    /// The place of the output cannot be used.
    #[error("cannot write to {}: {problem}", path.display())]
    OutputPlace {
        /// The path.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// A fault of ours.
    #[error("internal fault: {0}; please report it")]
    Internal(String),
}

fn place(file: &str, reject: &Reject) -> Place {
    Place { file: file.to_owned(), row: reject.row, column: reject.column.clone() }
}

impl Error {
    /// A rejected row that ends a run with `--rejects`.
    #[must_use]
    pub fn rejected(file: &str, reject: &Reject) -> Self {
        Self::Rejected { place: Box::new(place(file, reject)), reason: Box::new(reject.reason.clone()) }
    }

    /// A rejected row that ends a run of a command that has no `--rejects`: all rows are needed.
    #[must_use]
    pub fn unreadable(file: &str, reject: &Reject) -> Self {
        Self::Unreadable { place: Box::new(place(file, reject)), reason: Box::new(reject.reason.clone()) }
    }

    /// Whether the fault is ours rather than of the input or the output's place.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Internal(_))
    }
}

impl Error {
    /// Number of the row at fault, from 1, where one is known.
    #[must_use]
    pub fn row(&self) -> Option<u64> {
        match self {
            Self::Rejected { place, .. } | Self::Unreadable { place, .. } => Some(place.row),
            Self::MessagePack { row, .. } => *row,
            _ => None,
        }
    }

    /// Name of the column at fault, where one is known.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Rejected { place, .. } | Self::Unreadable { place, .. } => place.column.as_deref(),
            _ => None,
        }
    }

    /// The problem in words that repeat nothing of the rows and no name of a file: for logs, and for whoever may learn
    /// what is wrong but not what was answered. Names of columns stay.
    #[must_use]
    pub fn without_values(&self) -> String {
        match self {
            Self::Read { .. } => "the input could not be read to its end; send it again".to_owned(),
            Self::Write { .. } | Self::OutputPlace { .. } => "the output could not be written".to_owned(),
            Self::Empty { .. } => {
                "the input is empty: it needs a header line that names the items, and a row for each person".to_owned()
            }
            Self::Utf16 { .. } => {
                "the input is coded in UTF-16; save it as UTF-8 (in a spreadsheet: CSV UTF-8) and try again".to_owned()
            }
            Self::NoHeader { instrument, example, .. } => format!(
                "the first line names no item of {instrument}, such as `{example}`; is the header missing? (or name the columns with --columns)"
            ),
            Self::Header { problems, .. } => problems.join("\n"),
            Self::EndlessLine { line, limit_mib, .. } => {
                format!("line {line}: longer than {limit_mib} MiB; is this a file of answers?")
            }
            Self::Rejected { place, reason } | Self::Unreadable { place, reason } => {
                let column = place.column.as_ref().map_or_else(String::new, |column| format!(", column `{column}`"));
                format!("row {}{column}: {}", place.row, reason.without_value())
            }
            Self::Parquet { .. } => "not a readable Parquet file; write it again, with a library of today".to_owned(),
            Self::MessagePack { row: None, problem, .. } => format!("MessagePack: {problem}"),
            Self::MessagePack { row: Some(row), problem, .. } => format!("MessagePack: row {row}: {problem}"),
            Self::MessagePackKey { .. } => {
                "MessagePack: the first record is a map {columns: […]}; it holds another entry, take it out".to_owned()
            }
            Self::Internal(_) => "internal fault".to_owned(),
            Self::ClosedPipe | Self::ParquetFromPipe | Self::Settings(_) => self.to_string(),
        }
    }
}

impl RejectReason {
    /// The reason in words that do not repeat the text found.
    #[must_use]
    pub fn without_value(&self) -> String {
        match self {
            Self::OutsideCategories { lowest, highest, .. } => format!(
                "the answer is outside {lowest} to {highest}; correct it, or name its code as not answered with --missing"
            ),
            Self::NotACode { lowest, highest, .. } => format!(
                "the text is not an answer code ({lowest} to {highest}); correct it, or name it as not answered with --missing"
            ),
            Self::Block { first, last, .. } => format!(
                "the answers to items {first} to {last} cannot have been given together; correct them, or leave all of them blank"
            ),
            Self::TooFewFields { .. } | Self::TooManyFields { .. } => self.to_string(),
        }
    }
}

/// Result of the crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Reject {
    /// The reason in words, with the column, as it stands in `notes`.
    #[must_use]
    pub fn note(&self) -> String {
        match &self.column {
            Some(column) => format!("rejected: column `{column}`: {}", self.reason),
            None => format!("rejected: {}", self.reason),
        }
    }
}

impl Reject {
    /// Writes the row of a rejects file.
    pub(crate) fn write_csv(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        let row = self.row.to_string();
        let reason = self.reason.to_string();
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        writer
            .write_record([row, text(&self.id), text(&self.column), text(&self.value), reason])
            .map_err(std::io::Error::other)?;
        let line = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
        out.write_all(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendering_without_values_keeps_the_place_and_the_remedy() {
        let range = || ("1".to_owned(), "5".to_owned());
        for outside in [true, false] {
            let (lowest, highest) = range();
            let value = "SECRET".to_owned();
            let reason = if outside {
                RejectReason::OutsideCategories { value, lowest, highest }
            } else {
                RejectReason::NotACode { value, lowest, highest }
            };
            let reject =
                Reject { row: 7, id: Some("Dupont".to_owned()), column: Some("i3".to_owned()), value: None, reason };
            let error = Error::rejected("dupont.csv", &reject);
            assert!(error.to_string().contains("SECRET"));
            let words = error.without_values();
            assert!(words.starts_with("row 7, column `i3`: "), "{words}");
            assert!(words.contains("1 to 5") && words.contains("--missing"), "{words}");
            assert!(!words.contains("SECRET") && !words.to_lowercase().contains("dupont"), "{words}");
            assert_eq!((error.row(), error.column()), (Some(7), Some("i3")));
        }
        let key = Error::MessagePackKey { file: "f".to_owned(), key: "SECRET".to_owned() };
        assert!(!key.without_values().contains("SECRET"));
    }
}
