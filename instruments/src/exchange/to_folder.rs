//! From a form to the files of a folder, checked as every folder is.

use crate::exchange::Imported;
use crate::exchange::foreign_ids::{self, ForeignIds};
use crate::exchange::form::{Form, FormScale};
use crate::exchange::tables::{items_csv, text_csv};
use crate::exchange::{manifest_merge, manifest_text};
use crate::load::{self, Reading, items, lock, manifest};
use crate::problem::{Problem, Problems, Severity};
use crate::source::Source;
use crate::table::Table;

/// Writes the files, and checks them; the loader's problems are added.
pub(crate) fn to_folder(mut form: Form, ids: ForeignIds, mut problems: Problems) -> Imported {
    let mut files = std::mem::take(&mut form.files);
    let declared: Vec<String> = form.languages.iter().filter(|tag| form.can_be_given(tag)).cloned().collect();
    let travelled = files.remove(manifest::FILE);
    let is_foreign = travelled.is_none();
    let has_scales = travelled.as_deref().is_some_and(manifest_merge::has_scales);
    if !has_scales && form.items.iter().any(|item| form.scale_of(item).is_some_and(FormScale::can_be_scored)) {
        let message = "no scoring came along; the folder can be used when it has scales";
        let remedy = "declare the scales as [[scales]] with [scoring], name each scale in the files of wording (`scale,ID,…`), and say in \
                      keys.csv (`scale,item,sign,weight`) which item counts on which scale, in which direction";
        problems.warning(manifest::FILE, "scales", message, remedy);
    }
    let merged = travelled.and_then(|bytes| {
        let merged = manifest_merge::merge(&bytes, &form, &declared, &mut problems);
        problems.keep(merged)
    });
    let bytes = merged.unwrap_or_else(|| manifest_text::write(&form, &declared, &mut problems));
    files.insert(manifest::FILE.to_owned(), bytes);
    let written = items_csv(&form);
    let as_it_was = files.remove(items::FILE).filter(|bytes| have_equal_rows(bytes, &written));
    files.insert(items::FILE.to_owned(), as_it_was.unwrap_or(written));
    for language in &form.languages {
        let stem = if form.can_be_given(language) { "text" } else { "names" };
        files.insert(format!("{stem}.{language}.csv"), text_csv(&form, language));
    }
    if !ids.is_empty() {
        // What was known of a third system stays.
        let mut all = ForeignIds::read(&Source::Memory(files.clone()), &mut problems);
        all.add(ids);
        files.insert(foreign_ids::FILE.to_owned(), all.to_csv());
    }
    if let Some(lock) = without_broken_lock(&Source::Memory(files.clone()), &form.version, &mut problems) {
        files.insert(lock::FILE.to_owned(), lock);
    }
    let mut found = load::load(&Source::Memory(files.clone()), &[]).problems;
    if is_foreign || !has_scales {
        // What came from elsewhere is to be completed by hand: that is the work ahead, not a fault of the import.
        found.iter_mut().for_each(|problem| problem.severity = Severity::Warning);
    }
    found.into_iter().for_each(|problem| problems.push(problem));
    Imported { id: form.id, files, problems: problems.into_list() }
}

/// Whether two tables of items say the same, however they are written.
fn have_equal_rows(one: &[u8], other: &[u8]) -> bool {
    let rows = |bytes: &[u8]| {
        let table = Table::read(items::FILE, bytes, items::COLUMNS, &mut Problems::default())?;
        let row = |row: crate::table::Row<'_>| {
            ["item", "response_scale", "correct", "block"].map(|column| row.get(column).to_owned())
        };
        Some(table.rows().map(row).collect::<Vec<_>>())
    };
    let (one, other) = (rows(one), rows(other));
    one.is_some() && one == other
}

/// `content.lock` without the line of this version, when items, keys or scoring rules are no longer those that were locked.
fn without_broken_lock(source: &Source, version: &str, problems: &mut Problems) -> Option<Vec<u8>> {
    let lines = lock::read(&mut Reading::begin(source))?;
    let hash = lock::hash_of(source, lock::INSTRUMENT_FILES);
    let is_broken =
        |line: &lock::Line| line.part == lock::Part::Instrument && line.name == version && line.hash != hash;
    let broken = lines.iter().find(|line| is_broken(line))?;
    let message =
        format!("items, keys or scoring rules are not those locked as version {}; its line is left out", broken.name);
    let remedy = "give the instrument a new version before it is used, or restore what was changed";
    problems.push(Problem::warning(lock::FILE, "", message, remedy));
    Some(lines.iter().filter(|line| !is_broken(line)).map(lock::Line::to_text).collect::<String>().into_bytes())
}
