//! Data to standard output, messages to standard error. Meaning never rests on color.

use std::io::{self, IsTerminal as _, Write};

use batch::Source;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Prints a message on standard error; nowhere to say it is no reason to fail.
pub fn message(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints text on standard output.
///
/// # Errors
/// What the system says, a closed pipe among it.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// A bar of the bytes read, on standard error where that is a terminal.
#[must_use]
pub fn progress_bar(source: &Source, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(source.n_bytes, ProgressDrawTarget::stderr_with_hz(10));
    let style = if source.n_bytes.is_some() {
        "{bar:40} {percent} %  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left"
    } else {
        "{spinner} {bytes}  {bytes_per_sec}"
    };
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar
}

/// A table of text with columns as wide as they need, two spaces apart; numbers to the right.
#[must_use]
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(header.get(column).map(|name| name.chars().count())).max().unwrap_or(0)
    };
    let numeric = |column: usize| {
        let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| cell.parse::<f64>().is_ok())
    };
    let widths: Vec<(usize, bool)> = (0..header.len()).map(|column| (width(column), numeric(column))).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (cell, &(width, numeric)) in cells.zip(&widths) {
            let padding = " ".repeat(width - cell.chars().count().min(width));
            let (before, after) = if numeric { (padding.as_str(), "") } else { ("", padding.as_str()) };
            line.push_str(&format!("{before}{cell}{after}  "));
        }
        line.trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut header.iter().copied());
    text.push_str(&line(
        &mut widths.iter().map(|&(width, _)| "-".repeat(width)).collect::<Vec<_>>().iter().map(String::as_str),
    ));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_line_up() {
        let rows = vec![vec!["é".to_owned(), "1.5".to_owned()], vec!["abc".to_owned(), "10".to_owned()]];
        assert_eq!(table(&["id", "n"], &rows), "id     n\n---  ---\né    1.5\nabc   10\n");
    }
}
