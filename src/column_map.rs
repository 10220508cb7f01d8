//! The file of `--columns`: which column holds which item.

use std::path::Path;

use anyhow::{Context as _, bail};

/// Reads a CSV file `item,column`.
///
/// # Errors
/// When it cannot be read, has other columns, or names an item twice.
pub fn read(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let place = || format!("--columns {}", path.display());
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).with_context(place)?;
    let headers = reader.headers().with_context(place)?.clone();
    let find =
        |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
    let (Some(item), Some(column)) = (find("item"), find("column")) else {
        bail!("{}: the first line must be `item,column`", place());
    };
    let mut map: Vec<(String, String)> = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.with_context(place)?;
        let field = |idx: usize| record.get(idx).unwrap_or_default().to_owned();
        let (item, column) = (field(item), field(column));
        if item.is_empty() || column.is_empty() {
            bail!("{}, row {}: an item or a column is blank", place(), row + 1);
        }
        if map.iter().any(|(known, _)| known.eq_ignore_ascii_case(&item)) {
            bail!("{}, row {}: item `{item}` stands twice", place(), row + 1);
        }
        map.push((item, column));
    }
    if map.is_empty() {
        bail!("{}: no rows", place());
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> anyhow::Result<Vec<(String, String)>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path())
    }

    #[test]
    fn maps_are_read_and_checked() {
        let map = read_text("\u{feff}item,column,more\ni1, q 1 ,x\ni2,q2,y\n").unwrap();
        assert_eq!(map, [("i1".to_owned(), "q 1".to_owned()), ("i2".to_owned(), "q2".to_owned())]);
        for (text, expected) in [
            ("a,b\n1,2\n", "must be `item,column`"),
            ("item,column\n", "no rows"),
            ("item,column\ni1,\n", "blank"),
            ("item,column\ni1,a\nI1,b\n", "stands twice"),
        ] {
            let error = read_text(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
