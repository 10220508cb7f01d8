//! Writing an imported wording where the catalog finds it: `FOLDER/<instrument>/text.<lang>.csv`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ForeignWording;
use super::compare::texts_by_item;
use crate::about::Language;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::load;
use crate::problem::{Problem, Problems};
use crate::source::Source;
use crate::table::{Columns, Table};
use crate::write_file::write_addition;
use crate::write_norm::IfExists;

const WORDS_COLUMNS: Columns = Columns { required: &["element", "id", "text"], optional: &[], max_rows: 10_000 };

/// What is imported, and for which instrument.
#[derive(Debug, Clone, Copy)]
pub struct WordingImport<'a> {
    /// The instruments known.
    pub catalog: &'a Catalog,
    /// The instrument that the wording is for: `ID` or `ID@VERSION`.
    pub instrument: &'a str,
    /// The wording in one language.
    pub wording: &'a ForeignWording,
    /// Further words in the form of `text.<lang>.csv` (name of the file, bytes): title, instruction and answer labels of a language in
    /// which the instrument has none.
    pub words: Option<(&'a str, &'a [u8])>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedWording {
    /// The file.
    pub path: PathBuf,
    /// The language.
    pub language: Language,
    /// Number of items.
    pub n_items: usize,
    /// What somebody should look at.
    pub warnings: Vec<Problem>,
}

/// Compares a wording with the key of its instrument and writes it into `FOLDER/<instrument>/text.<lang>.csv`, where
/// [`Catalog::with_folder`] finds it. Writing the same again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for an unknown instrument. [`Error::Invalid`] with every difference from the key (number of items, facet,
/// direction), every text that is no text, and every word that is missing to give the questionnaire; nothing is written then.
/// [`Error::WordingExists`] for another wording in the same place with [`IfExists::Refuse`]; [`Error::File`] when it cannot be written.
pub fn import_wording(import: &WordingImport<'_>, folder: &Path, if_exists: IfExists) -> Result<ImportedWording> {
    let loaded = import.catalog.find(import.instrument)?;
    let (instrument, language) = (loaded.instrument(), import.wording.language());
    let name = format!("{language} wording of {}", instrument.id());
    let mut problems = Problems::default();
    let texts = texts_by_item(import.wording, instrument, &mut problems);
    let words = import.words.map_or_else(Vec::new, |(file, bytes)| read_words(file, bytes, &mut problems));
    if problems.any_error() {
        return Err(Error::Invalid { name, problems: problems.into_list() });
    }
    let items = instrument.items().iter().zip(&texts);
    let items = items.filter_map(|(item, text)| Some(["item".to_owned(), item.id.to_string(), text.clone()?]));
    let source = [["source".to_owned(), String::new(), import.wording.source.clone()]];
    let bytes = table_of(source.into_iter().chain(words).chain(items));
    let file = format!("text.{language}.csv");
    let warnings = problems.into_list();
    if let Some(own) = import.catalog.own_folder(loaded.id(), loaded.version()) {
        check(&own, &name, &file, &bytes)?;
    }
    let path = folder.join(instrument.id().as_str()).join(file);
    write_addition(&path, &bytes, if_exists, |path| Error::WordingExists { path })?;
    Ok(ImportedWording { path, language: language.clone(), n_items: instrument.items().len(), warnings })
}

fn read_words(file: &str, bytes: &[u8], problems: &mut Problems) -> Vec<[String; 3]> {
    let table = Table::read(file, bytes, WORDS_COLUMNS, problems);
    let mut words = Vec::new();
    for row in table.iter().flat_map(Table::rows) {
        if ["item", "source"].contains(&row.get("element")) {
            let message = "the items and their source come from the wording that is imported";
            problems.push(row.error("element", message, "delete the line"));
        }
        words.push(["element", "id", "text"].map(|column| row.get(column).to_owned()));
    }
    words
}

/// Reads back what is about to be written, beside the instrument's own folder.
fn check(own: &Source, name: &str, file: &str, bytes: &[u8]) -> Result<()> {
    let added = Source::Memory(BTreeMap::from([(file.to_owned(), bytes.to_vec())]));
    let problems: Vec<Problem> = load::load(own, &[added]).problems.into_iter().filter(Problem::is_error).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { name: name.to_owned(), problems }) }
}

fn table_of(rows: impl Iterator<Item = [String; 3]>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [["element", "id", "text"].map(str::to_owned)];
    for row in header.into_iter().chain(rows) {
        // Writing to memory does not fail.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
