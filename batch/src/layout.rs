//! The header against the instrument: which column holds which item, who is identified how, what is ignored.

use std::collections::BTreeMap;

use engine::model::{Instrument, ResponseKind};
use instruments::Catalog;

use crate::error::{Error, Result};
use crate::settings::{ColumnSettings, NormSettings};

/// Where everything stands in a row of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Number of columns of the header.
    pub n_columns: usize,
    /// Names of the columns.
    pub header: Vec<String>,
    /// Column of each item, in the instrument's order; free text, which is not scored, may have none.
    pub items: Vec<Option<usize>>,
    /// Column of identifiers.
    pub id: Option<usize>,
    /// Columns carried over.
    pub keep: Vec<usize>,
    /// Column of sex.
    pub sex: Option<usize>,
    /// Column of age.
    pub age: Option<usize>,
    /// How many columns serve nothing.
    pub n_ignored: usize,
}

impl Layout {
    /// Matches a header.
    ///
    /// # Errors
    /// [`Error::NoHeader`] when no item is named at all; [`Error::Header`] with every problem otherwise: missing or
    /// doubled columns, columns named in the settings that are not there, items of a longer form.
    pub fn of(
        file: &str,
        header: &[String],
        instrument: &Instrument,
        catalog: &Catalog,
        columns: &ColumnSettings,
        norm: Option<&NormSettings>,
    ) -> Result<Self> {
        let mut finder = Finder::new(header);
        let items = find_items(&mut finder, instrument, columns);
        if items.iter().all(Option::is_none) && columns.map.is_empty() {
            let example = instrument.items().first().map_or_else(String::new, |item| item.id.to_string());
            return Err(Error::NoHeader { file: file.to_owned(), instrument: instrument.id().to_string(), example });
        }
        report_missing(&mut finder, instrument, columns, &items);
        let id = columns.id.as_ref().and_then(|name| finder.required(name, "--id"));
        let keep: Vec<usize> = columns.keep.iter().filter_map(|name| finder.required(name, "--keep")).collect();
        let sex = norm.and_then(|norm| norm.sex.as_ref()).and_then(|name| finder.required(name, "--sex"));
        let age = norm.and_then(|norm| norm.age.as_ref()).and_then(|name| finder.required(name, "--age"));
        if columns.map.is_empty() {
            report_longer_form(&mut finder, instrument, catalog, &items, &[id, sex, age], &keep);
        }
        if !finder.problems.is_empty() {
            return Err(Error::Header { file: file.to_owned(), problems: finder.problems });
        }
        let used = |column: &usize| {
            items.contains(&Some(*column)) || keep.contains(column) || [id, sex, age].contains(&Some(*column))
        };
        let n_ignored = (0..header.len()).filter(|column| !used(column)).count();
        Ok(Self { n_columns: header.len(), header: header.to_vec(), items, id, keep, sex, age, n_ignored })
    }
}

/// Finds columns by name, in any case of letters, and remembers what went wrong.
struct Finder<'h> {
    header: &'h [String],
    by_name: BTreeMap<String, Vec<usize>>,
    problems: Vec<String>,
}

impl<'h> Finder<'h> {
    fn new(header: &'h [String]) -> Self {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (column, name) in header.iter().enumerate() {
            by_name.entry(name.to_lowercase()).or_default().push(column);
        }
        Self { header, by_name, problems: Vec::new() }
    }

    /// The column of that name; a doubled one is a problem.
    fn optional(&mut self, name: &str) -> Option<usize> {
        let columns = self.by_name.get(&name.to_lowercase())?;
        if let [first, second, ..] = columns[..] {
            self.problems.push(format!(
                "column `{name}` stands twice (columns {} and {}); remove or rename one",
                first + 1,
                second + 1
            ));
        }
        columns.first().copied()
    }

    fn required(&mut self, name: &str, option: &str) -> Option<usize> {
        let found = self.optional(name);
        if found.is_none() {
            let near = nearest(name, self.header.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            self.problems.push(format!("there is no column `{name}` ({option}){hint}"));
        }
        found
    }
}

fn find_items(finder: &mut Finder<'_>, instrument: &Instrument, columns: &ColumnSettings) -> Vec<Option<usize>> {
    for (item, _) in &columns.map {
        if instrument.item_idx(item).is_none() {
            let near = nearest(item, instrument.items().iter().map(|item| item.id.as_str()));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            finder
                .problems
                .push(format!("--columns names item `{item}`, which {} does not have{hint}", instrument.id()));
        }
    }
    instrument
        .items()
        .iter()
        .map(|item| {
            let mapped = columns.map.iter().find(|(id, _)| item.id.eq_ignore_case(id));
            match mapped {
                Some((_, column)) => finder.required(column, &format!("--columns, item `{}`", item.id)),
                None => finder.optional(item.id.as_str()),
            }
        })
        .collect()
}

fn report_missing(finder: &mut Finder<'_>, instrument: &Instrument, columns: &ColumnSettings, items: &[Option<usize>]) {
    let mapped = |id: &engine::model::ItemId| columns.map.iter().any(|(item, _)| id.eq_ignore_case(item));
    let missing: Vec<&str> = instrument
        .items()
        .iter()
        .zip(items)
        .filter(|(item, column)| column.is_none() && !mapped(&item.id) && item.responses.kind() != ResponseKind::Text)
        .map(|(item, _)| item.id.as_str())
        .collect();
    if missing.is_empty() {
        return;
    }
    let shown = missing.iter().take(5).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let more = missing.len().saturating_sub(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    finder.problems.push(format!(
        "no column for {} of the {} items of {}: {shown}{more}; add them, or give --columns MAP.csv (item,column) where they have other names",
        missing.len(),
        items.len(),
        instrument.id()
    ));
}

fn report_longer_form(
    finder: &mut Finder<'_>,
    instrument: &Instrument,
    catalog: &Catalog,
    items: &[Option<usize>],
    single: &[Option<usize>],
    keep: &[usize],
) {
    let used =
        |column: usize| items.contains(&Some(column)) || single.contains(&Some(column)) || keep.contains(&column);
    let fitting: Vec<&str> = finder
        .header
        .iter()
        .enumerate()
        .filter(|(column, name)| !used(*column) && instruments::fits_item_pattern(instrument, name))
        .map(|(_, name)| name.as_str())
        .collect();
    let Some(first) = fitting.first() else { return };
    let all: Vec<&str> = finder.header.iter().map(String::as_str).collect();
    let others = catalog.looks_like(&all).into_iter().filter(|other| other != instrument.id());
    let others: Vec<String> = others.map(|other| other.to_string()).collect();
    let advice = match &others[..] {
        [other] => format!("the file looks like {other}; name it with --instrument {other}, or give --columns"),
        [_, ..] => {
            format!("the file looks like {}; name yours with --instrument, or give --columns", others.join(" or "))
        }
        [] => format!("is it another form than {}? Name that one, or give --columns", instrument.id()),
    };
    finder.problems.push(format!("column `{first}` is no item of {} but fits its item ids: {advice}", instrument.id()));
}

/// The nearest of some names, when one is near enough to be meant.
pub fn nearest<'n>(given: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    instruments::nearest(given, names)
}
