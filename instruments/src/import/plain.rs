//! A plain CSV file of a wording: `item,language,text`, one line an item and language, in any order.

use std::collections::BTreeMap;

use super::{ForeignItem, ForeignWording, Found, ItemName};
use crate::about::Language;
use crate::problem::{Problems, given};
use crate::table::{Columns, Table};

const COLUMNS: Columns = Columns { required: &["item", "language", "text"], optional: &[], max_rows: 500_000 };

/// Reads the file; languages come out in alphabetical order.
pub(super) fn read(file: &str, bytes: &[u8]) -> Found {
    let mut problems = Problems::default();
    let mut items: BTreeMap<Language, Vec<ForeignItem>> = BTreeMap::new();
    let table = Table::read(file, bytes, COLUMNS, &mut problems);
    for row in table.iter().flat_map(Table::rows) {
        let tag = row.get("language");
        let Some(language) = Language::new(tag) else {
            let message = format!("{} is no language tag", given(tag));
            problems.push(row.error("language", message, "write a language tag, such as fr or pt-br"));
            continue;
        };
        let place = format!("line {}", row.line);
        let item =
            ForeignItem { place, name: ItemName::Id(row.get("item").to_owned()), text: row.get("text").to_owned() };
        items.entry(language).or_default().push(item);
    }
    if items.is_empty() && !problems.any_error() {
        problems.error(
            file,
            "",
            "there is no item in the file",
            "write one line an item and language: item,language,text",
        );
    }
    if problems.any_error() {
        return Err(problems.into_list());
    }
    let wording =
        |(language, items)| ForeignWording { language, file: file.to_owned(), source: file.to_owned(), items };
    Ok(items.into_iter().map(wording).collect())
}
