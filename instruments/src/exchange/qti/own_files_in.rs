//! The part of a package of ours that other systems do not read: files of the folder, words without a place in items, and what helps where
//! another system has taken our attributes out.

use std::collections::BTreeMap;

use engine::model::ResponseScale;

use crate::about::Language;
use crate::exchange::draft::{Draft, Format};
use crate::exchange::file_names::is_safe;
use crate::exchange::form::{ScaleWords, kind_of};
use crate::exchange::qti::package_in::{Package, plain, put};
use crate::exchange::qti::vocabulary as names;
use crate::load::languages::language_of;
use crate::load::{items, manifest};
use crate::problem::Problems;
use crate::table::{Columns, Table};
use crate::text::decode;

const WORDS_COLUMNS: Columns = Columns { required: &["element", "id", "text"], optional: &[], max_rows: 100_000 };

/// The files of the folder that came along.
pub(crate) fn read_own_files(package: &Package, draft: &mut Draft) {
    for (path, bytes) in &package.files {
        let Some(file) = path.strip_prefix(names::FOLDER) else { continue };
        let is_words = language_of(file).is_some() && !file.starts_with("interpretation.");
        if !is_safe(file) || is_words {
            let message = "the name is not one of a file that can come along";
            draft.problems.error(
                draft.file,
                path,
                message,
                "export the instrument again, and import what comes out of that",
            );
        } else {
            draft.form.files.insert(file.to_owned(), bytes.clone());
        }
    }
}

/// Answer format and block of items by their id, as our package says them beside the items.
pub(crate) fn read_hints(package: &Package) -> BTreeMap<String, (String, Option<String>)> {
    let Some(bytes) = package.files.get(names::ITEMS) else { return BTreeMap::new() };
    let table = Table::read(names::ITEMS, bytes, items::COLUMNS, &mut Problems::default());
    let hint = |row: crate::table::Row<'_>| {
        let block = Some(row.get("block")).filter(|block| !block.is_empty()).map(str::to_owned);
        (row.get("item").to_owned(), (row.get("response_scale").to_owned(), block))
    };
    table.iter().flat_map(Table::rows).map(hint).collect()
}

/// The rows of our files of words: language, element, id, text.
fn rows_of(package: &Package, stem: &str, problems: &mut Problems) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    for (path, bytes) in &package.files {
        let language = path.strip_prefix(stem).and_then(|rest| rest.strip_suffix(".csv"));
        let Some(language) = language.filter(|tag| Language::new(tag).is_some()) else { continue };
        let mut found = Problems::default();
        if let Some(table) = Table::read(path, bytes, WORDS_COLUMNS, &mut found) {
            let row = |row: crate::table::Row<'_>| {
                let field = |column: &str| row.get(column).to_owned();
                [language.to_owned(), field("element"), field("id"), field("text")]
            };
            rows.extend(table.rows().map(row));
        }
        found.into_list().into_iter().for_each(|problem| problems.push(problem));
    }
    rows
}

/// The words about scales, and those of languages that the questionnaire cannot be given in.
pub(crate) fn read_words(package: &Package, draft: &mut Draft) {
    let mut rows = rows_of(package, names::WORDS, &mut draft.problems);
    rows.extend(rows_of(package, names::NAMES, &mut draft.problems));
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for [language, element, id, text] in rows {
        match element.as_str() {
            "title" => put(&mut draft.form.title, &language, Some(text)),
            "description" => add_description(&language, text, draft),
            "option" => {}
            element => {
                let scales = &mut draft.form.scales;
                let idx = *places.entry(id.clone()).or_insert_with(|| {
                    scales.push(ScaleWords { id, ..ScaleWords::default() });
                    scales.len() - 1
                });
                match scales.get_mut(idx).and_then(|scale| scale.text_mut(element)) {
                    Some(slot) => put(slot, &language, Some(text)),
                    None => draft.losses.add("words for something unknown", names::WORDS),
                }
            }
        }
    }
}

/// The description; where another system has made it the beginning of the instruction, it is taken out there.
fn add_description(language: &str, text: String, draft: &mut Draft) {
    if draft.form.description.contains_key(language) {
        return;
    }
    let Some(instruction) = draft.form.instruction.get_mut(language) else {
        put(&mut draft.form.description, language, Some(text));
        return;
    };
    // A description that somebody has taken out stays out.
    if let Some(rest) = instruction.strip_prefix(&text).and_then(|rest| rest.strip_prefix('\n')) {
        *instruction = rest.to_owned();
        put(&mut draft.form.description, language, Some(text));
    }
}

/// Labels that stand on no option of an item, and the formats that only they name.
pub(crate) fn add_formats_of_words(package: &Package, manifest: &toml::Table, draft: &mut Draft) {
    for [language, element, id, text] in rows_of(package, names::WORDS, &mut Problems::default()) {
        let Some((name, code)) = id.rsplit_once(':').filter(|_| element == "option") else { continue };
        let Ok(code) = code.parse::<i64>() else { continue };
        let known = draft.form.response_scales.iter().position(|scale| scale.name == name);
        let idx = known.or_else(|| {
            let responses = declared_format(manifest, name)?;
            let format = Format { labels: BTreeMap::new(), ..plain(Some((name, responses.kind())), responses) };
            draft.format_idx(format, names::WORDS)
        });
        if let Some(scale) = idx.and_then(|idx| draft.form.response_scales.get_mut(idx)) {
            put(scale.labels.entry(code).or_default(), &language, Some(text));
        }
    }
}

/// `instrument.toml` as it came along; empty without one.
pub(crate) fn own_manifest(draft: &Draft) -> toml::Table {
    let bytes = draft.form.files.get(manifest::FILE);
    let text = bytes.and_then(|bytes| decode(manifest::FILE, bytes).ok());
    text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
}

/// An answer format that `instrument.toml` declares.
pub(crate) fn declared_format(manifest: &toml::Table, name: &str) -> Option<ResponseScale> {
    let entry = manifest.get("response_scales")?.get(name)?;
    let kind = kind_of(entry.get("kind")?.as_str()?.trim())?;
    let bound = |key: &str| {
        let value = entry.get(key)?;
        value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
    };
    ResponseScale::new(kind, bound("lowest").unwrap_or_default(), bound("highest").unwrap_or_default()).ok()
}
