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
        let shown = found.shown_rows.unwrap_or(found.rows.len()).min(found.rows.len());
        let rows: Vec<Vec<String>> = found.rows[..shown].iter().map(|row| row.iter().map(cell).collect()).collect();
        let _ = write!(text, "\n{}\n\n{}", found.title, table(&header, &rows));
        let more = found.rows.len() - shown;
        if more > 0 {
            let _ = writeln!(text, "… and {more} more rows: --table {} --format csv", found.id);
        }
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
        Cell::Number(value, decimals) => number(*value, *decimals),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Empty => String::new(),
    }
}

/// A number with its decimals; one that is too small for them is said to be below them, and none is a negative zero.
fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.chars().all(|character| !character.is_ascii_digit() || character == '0');
    match (is_zero, value > 0.0 && decimals >= 4) {
        (true, true) => format!("<{:.decimals$}", 0.1_f64.powi(decimals as i32)),
        (true, false) => text.trim_start_matches('-').to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn small_numbers_are_neither_zero_nor_negative_zero() {
        assert_eq!(number(0.00001, 4), "<0.0001");
        assert_eq!(number(0.0, 4), "0.0000");
        assert_eq!(number(-0.0004, 3), "0.000");
        assert_eq!(number(-0.4, 2), "-0.40");
    }
}
