//! A study for people to read.

use std::fmt::Write as _;

use super::{Cell, Study};
use crate::output::table;

/// Writes all tables with their titles, then the notes.
pub fn write(study: &Study) -> String {
    let mut text = format!("{} of {}, {} respondents\n", study.kind, study.instrument, study.n_respondents);
    if !study.settings.is_empty() {
        let settings: Vec<String> = study.settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let _ = writeln!(text, "{}", settings.join(", "));
    }
    for found in &study.tables {
        let header: Vec<&str> = found.columns.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = found.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let _ = write!(text, "\n{}\n\n{}", found.title, table(&header, &rows));
    }
    if !study.notes.is_empty() {
        text.push('\n');
    }
    for note in &study.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Number(value, decimals) => format!("{value:.decimals$}"),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Empty => String::new(),
    }
}
