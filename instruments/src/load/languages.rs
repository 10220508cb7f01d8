//! The languages that an instrument has words in, and how many of them.

use crate::about::Language;
use crate::load::Reading;
use crate::load::manifest::Manifest;
use crate::problem::{did_you_mean, given};

/// The language in the name of a file of wording: `fr` of `text.fr.csv`.
pub(crate) fn language_of(file: &str) -> Option<&str> {
    let name = file.strip_suffix(".csv")?;
    let tag = ["text.", "names.", "interpretation."].iter().find_map(|prefix| name.strip_prefix(prefix))?;
    (!tag.contains('/')).then_some(tag)
}

/// How much of the wording a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything that a respondent and a reader of results need: `text.<lang>.csv`.
    Everything,
    /// What a reader of results needs, for a published key whose items are imported by their holder:
    /// `names.<lang>.csv`.
    NamesOfScales,
}

impl Extent {
    /// Name of the file.
    pub(crate) fn file(self, language: &Language) -> String {
        match self {
            Self::Everything => format!("text.{language}.csv"),
            Self::NamesOfScales => format!("names.{language}.csv"),
        }
    }
}

/// The languages of the wording: those declared, and those of which there are names of scales only.
pub(crate) fn languages_of(reading: &mut Reading<'_>, manifest: &Manifest) -> Vec<(Language, Extent)> {
    let mut languages: Vec<(Language, Extent)> =
        manifest.languages.iter().map(|language| (language.clone(), Extent::Everything)).collect();
    let is_declared = |tag: &str| manifest.languages.iter().any(|language| language.as_str() == tag);
    for file in reading.files.clone() {
        let Some(tag) = language_of(&file) else { continue };
        let is_names = file.starts_with("names.");
        if is_names && is_declared(tag) {
            let message = format!("the language {} is declared, so its names stand in text.{tag}.csv", given(tag));
            reading.problems.error(&file, "", message, "move the names there, and delete this file");
        } else if is_names && let Some(language) = Language::new(tag) {
            languages.push((language, Extent::NamesOfScales));
        } else if !is_declared(tag) && !reading.has(&format!("names.{tag}.csv")) {
            let declared: Vec<&str> = manifest.languages.iter().map(Language::as_str).collect();
            let remedy = format!("add \"{tag}\" to `languages` in instrument.toml, or delete the file");
            let remedy = did_you_mean(tag, declared.iter().copied(), remedy);
            reading.problems.error(&file, "", format!("the language {} is not declared", given(tag)), remedy);
        } else if !is_declared(tag) && file.starts_with("text.") {
            let message = format!("the language {} is not declared, and names.{tag}.csv has its names", given(tag));
            reading.problems.error(
                &file,
                "",
                message,
                format!("add \"{tag}\" to `languages`, and delete names.{tag}.csv"),
            );
        }
    }
    languages
}
