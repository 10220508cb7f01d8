//! The main table of a study as comma-separated values.

use anyhow::Context as _;

use super::{Cell, Study};

/// Writes the main table with a header.
pub fn write(study: &Study) -> anyhow::Result<String> {
    let table = study.main_table()?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&table.columns)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(cell))?;
    }
    Ok(String::from_utf8(writer.into_inner().context("cannot write into memory")?)?)
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(count) => count.to_string(),
        Cell::Number(value, _) => value.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Empty => String::new(),
    }
}
