//! A study for programs: one object with all tables.

use serde_json::{Map, Value, json};

use super::{Cell, Study};

/// Writes the object on several lines, ended by a line break.
pub fn write(study: &Study) -> String {
    let tables: Map<String, Value> = study
        .tables
        .iter()
        .map(|table| {
            let rows = table.rows.iter().map(|row| {
                let cells = table.columns.iter().cloned().zip(row.iter().map(value));
                Value::Object(cells.collect())
            });
            (table.id.to_owned(), Value::Array(rows.collect()))
        })
        .collect();
    let settings: Map<String, Value> =
        study.settings.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    let object = json!({
        "study": study.kind,
        "instrument": study.instrument,
        "engine": engine::VERSION,
        "n_respondents": study.n_respondents,
        "settings": settings,
        "tables": tables,
        "notes": study.notes,
    });
    format!("{object:#}\n")
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => Value::String(text.clone()),
        Cell::Count(count) => Value::from(*count),
        Cell::Number(value, _) => Value::from(*value),
        Cell::Flag(flag) => Value::Bool(*flag),
        Cell::Empty => Value::Null,
    }
}
