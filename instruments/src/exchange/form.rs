//! A form: what a respondent reads and can answer, as every system has it, beside the files that only a folder has.

use std::collections::BTreeMap;

use engine::model::{ResponseKind, ResponseScale};

use crate::about::About;
use crate::error::{Error, Result};
use crate::exchange::Scoring;
use crate::exchange::tables::items_csv;
use crate::load::languages::language_of;
use crate::load::{self, Reading, items, manifest, sections, wording};
use crate::source::Source;
use crate::text::decode;
use crate::wording::Wording;

/// A text by language.
pub(crate) type Words = BTreeMap<String, String>;

/// The separator of several authors where another system has one field for them.
pub(crate) const BETWEEN_AUTHORS: &str = "; ";

/// What a respondent reads and can answer, and the remaining files.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Form {
    pub id: String,
    pub version: String,
    /// The languages of any words, the main one first.
    pub languages: Vec<String>,
    pub authors: Option<String>,
    pub license: Option<String>,
    pub purpose: Option<String>,
    pub title: Words,
    pub description: Words,
    pub instruction: Words,
    pub response_scales: Vec<FormScale>,
    pub items: Vec<FormItem>,
    pub sections: Vec<FormSection>,
    /// Words about the scales; none where the scoring is left out.
    pub scales: Vec<ScaleWords>,
    /// The files that are not told by the fields above, by their path in the folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// An answer format with the labels of its codes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FormScale {
    pub name: String,
    pub responses: ResponseScale,
    pub labels: BTreeMap<i64, Words>,
}

/// An item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FormItem {
    pub id: String,
    /// Place of its answer format among those of the form.
    pub scale_idx: usize,
    /// The code of the right answer.
    pub correct: Option<i64>,
    pub block: Option<String>,
    pub text: Words,
}

/// A part of the questionnaire: items that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FormSection {
    pub id: String,
    pub first: usize,
    pub last: usize,
    pub seconds: Option<u32>,
    pub title: Words,
    pub instruction: Words,
}

/// The words about a scale.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ScaleWords {
    pub id: String,
    pub name: Words,
    pub definition: Words,
    pub low: Words,
    pub high: Words,
}

impl FormScale {
    /// Whether its answers can count on a scale.
    pub(crate) fn can_be_scored(&self) -> bool {
        self.responses.kind() != ResponseKind::Text
    }
}

impl ScaleWords {
    /// Its texts with their element in the files of wording.
    pub(crate) fn texts(&self) -> [(&'static str, &Words); 4] {
        [("scale", &self.name), ("definition", &self.definition), ("low", &self.low), ("high", &self.high)]
    }

    /// The text of an element.
    pub(crate) fn text_mut(&mut self, element: &str) -> Option<&mut Words> {
        match element {
            "scale" => Some(&mut self.name),
            "definition" => Some(&mut self.definition),
            "low" => Some(&mut self.low),
            "high" => Some(&mut self.high),
            _ => None,
        }
    }
}

impl Form {
    /// The answer format of an item.
    pub(crate) fn scale_of(&self, item: &FormItem) -> Option<&FormScale> {
        self.response_scales.get(item.scale_idx)
    }

    /// Whether the questionnaire can be given in a language: it has an instruction or the text of an item in it.
    pub(crate) fn can_be_given(&self, language: &str) -> bool {
        self.instruction.contains_key(language) || self.items.iter().any(|item| item.text.contains_key(language))
    }

    /// Reads the folder of an instrument.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all problems when the folder has errors.
    pub(crate) fn read(source: &Source, scoring: Scoring) -> Result<Self> {
        let outcome = load::load(source, &[]);
        let invalid = |problems| Error::Invalid { name: source.name(), problems };
        let Some(loaded) = outcome.loaded else { return Err(invalid(outcome.problems)) };
        let mut reading = Reading::begin(source);
        let read = manifest::read(&mut reading).map(|manifest| {
            let items = items::read(&mut reading, &manifest);
            let sections = sections::read(&manifest, &items, &mut reading.problems);
            let wordings = wording::read(&mut reading, &manifest, &items, &sections).wordings;
            (manifest, items, sections, wordings)
        });
        // A sound folder was read a moment ago; one that changed meanwhile has problems now.
        let Some((manifest, items, sections, wordings)) = read.filter(|_| !reading.problems.any_error()) else {
            return Err(invalid(reading.problems.into_list()));
        };
        let mut form = Self {
            id: loaded.id().to_string(),
            version: loaded.version().to_string(),
            languages: wordings.iter().map(|wording| wording.language().to_string()).collect(),
            ..Self::from_about(loaded.about())
        };
        for (name, responses) in &manifest.response_scales {
            let Some(responses) = *responses else { continue };
            form.response_scales.push(FormScale { name: name.clone(), responses, labels: BTreeMap::new() });
        }
        for (idx, item) in items.items.iter().enumerate() {
            let name = items.response_scales.get(idx).map(String::as_str).unwrap_or_default();
            let Some(scale_idx) = form.response_scales.iter().position(|scale| scale.name == name) else { continue };
            let correct = items.correct.get(idx).copied().flatten().map(|category| item.responses.code_of(category));
            let block = items.blocks.get(idx).cloned().flatten();
            let id = item.id.to_string();
            form.items.push(FormItem { id, scale_idx, correct, block, text: Words::new() });
        }
        form.sections = sections
            .iter()
            .map(|section| FormSection {
                id: section.id().to_owned(),
                first: *section.items().start(),
                last: *section.items().end(),
                seconds: section.seconds(),
                title: Words::new(),
                instruction: Words::new(),
            })
            .collect();
        let scales = manifest.scales.iter().map(|scale| ScaleWords { id: scale.id.to_string(), ..Default::default() });
        form.scales = scales.collect();
        for wording in &wordings {
            form.add_words(wording);
        }
        form.files = files_of(source)?;
        match scoring {
            Scoring::With => {
                // What is written anew from the items is left out, unless it was written in another way.
                if form.files.get(items::FILE).is_some_and(|bytes| *bytes == items_csv(&form)) {
                    form.files.remove(items::FILE);
                }
            }
            Scoring::Without => form.leave_scoring_out(),
        }
        Ok(form)
    }

    fn from_about(about: &About) -> Self {
        Self {
            authors: Some(about.authors.join(BETWEEN_AUTHORS)),
            license: Some(about.license.clone()),
            purpose: Some(about.purpose.clone()),
            ..Self::default()
        }
    }

    fn add_words(&mut self, wording: &Wording) {
        let language = wording.language().as_str();
        let put = |words: &mut Words, text: Option<&str>| {
            if let Some(text) = text {
                words.insert(language.to_owned(), text.to_owned());
            }
        };
        put(&mut self.title, Some(wording.title()));
        put(&mut self.description, wording.description());
        put(&mut self.instruction, wording.instruction());
        for (idx, item) in self.items.iter_mut().enumerate() {
            put(&mut item.text, wording.item(idx));
        }
        for scale in &mut self.response_scales {
            for (code, label) in wording.options(&scale.name) {
                put(scale.labels.entry(*code).or_default(), Some(label));
            }
        }
        for (idx, section) in self.sections.iter_mut().enumerate() {
            let words = wording.section(idx);
            put(&mut section.title, words.map(|words| words.title.as_str()));
            put(&mut section.instruction, words.and_then(|words| words.instruction.as_deref()));
        }
        for (idx, scale) in self.scales.iter_mut().enumerate() {
            let words = wording.scale(idx);
            put(&mut scale.name, words.map(|words| words.name.as_str()));
            put(&mut scale.definition, words.and_then(|words| words.definition.as_deref()));
            put(&mut scale.low, words.and_then(|words| words.low.as_deref()));
            put(&mut scale.high, words.and_then(|words| words.high.as_deref()));
        }
    }

    /// Keeps what a respondent may see.
    fn leave_scoring_out(&mut self) {
        self.scales.clear();
        for item in &mut self.items {
            item.correct = None;
        }
        self.files.retain(|file, _| matches!(file.as_str(), manifest::FILE | super::foreign_ids::FILE));
        if let Some(bytes) = self.files.get_mut(manifest::FILE) {
            *bytes = about_only(bytes);
        }
    }
}

/// The keys of `instrument.toml` that say nothing about scoring.
const ABOUT_KEYS: &[&str] = &[
    "id",
    "version",
    "kind",
    "languages",
    "authors",
    "license",
    "sources",
    "evidence",
    "purpose",
    "administration",
    "supervision",
    "minutes",
    "response_scales",
    "sections",
];

/// `instrument.toml` without scales and scoring rules, and without the remarks that may tell of them.
fn about_only(bytes: &[u8]) -> Vec<u8> {
    let text = decode(manifest::FILE, bytes).unwrap_or_default();
    let mut table: toml::Table = toml::from_str(&text).unwrap_or_default();
    table.retain(|key, _| ABOUT_KEYS.contains(&key));
    toml::to_string(&table).unwrap_or_default().into_bytes()
}

/// The files of a folder that are not told by words and items.
fn files_of(source: &Source) -> Result<BTreeMap<String, Vec<u8>>> {
    let fail = |path: &str, reason: String| Error::File { path: format!("{}/{path}", source.name()).into(), reason };
    let is_words = |file: &str| language_of(file).is_some() && !file.starts_with("interpretation.");
    let list = source.list().map_err(|error| fail("", error.to_string()))?;
    let mut files = BTreeMap::new();
    for path in list.into_iter().filter(|path| !is_words(path)) {
        if !super::file_names::is_safe(&path) {
            let reason = "the name would not be accepted back; rename the file, or move it out of the folder";
            return Err(fail(&path, reason.to_owned()));
        }
        let bytes = source.read(&path).map_err(|error| fail(&path, error.to_string()))?;
        files.insert(path, bytes.into_owned());
    }
    Ok(files)
}

/// The word of a kind of answers in the files.
pub(crate) fn kind_word(kind: ResponseKind) -> &'static str {
    crate::loaded::word_of(manifest::RESPONSE_KINDS, &kind)
}

/// The kind of answers of a word.
pub(crate) fn kind_of(word: &str) -> Option<ResponseKind> {
    manifest::RESPONSE_KINDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
}
