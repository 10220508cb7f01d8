//! The words of an instrument in one language: what the respondent reads, the names of scales, sentences on results.

use std::collections::BTreeMap;

use crate::about::Language;

/// The words of an instrument in one language. Every scale has its name; where the questionnaire can be given in the language,
/// the instruction, every item and every option have their text too.
#[derive(Debug, Clone, PartialEq)]
pub struct Wording {
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) instruction: Option<String>,
    /// One text an item; none where the items are imported by their holder.
    pub(crate) items: Vec<String>,
    /// Labels of the codes of each response scale, codes rising.
    pub(crate) options: BTreeMap<String, Vec<(i64, String)>>,
    /// One entry a section; none where the items are imported by their holder.
    pub(crate) sections: Vec<SectionWording>,
    /// One entry a scale.
    pub(crate) scales: Vec<ScaleWording>,
    /// One entry a scale: low, middle, high.
    pub(crate) interpretation: Vec<[Option<String>; 3]>,
}

/// The words for one scale.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScaleWording {
    /// Name of the scale.
    pub name: String,
    /// What it is about, in one or two sentences.
    pub definition: Option<String>,
    /// The low pole in words.
    pub low: Option<String>,
    /// The high pole in words.
    pub high: Option<String>,
}

/// The words for one section of the questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SectionWording {
    /// Title of the section.
    pub title: String,
    /// What the respondent is asked to do in it, where it differs from the rest.
    pub instruction: Option<String>,
}

/// Where a score lies, for the sentence that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Low.
    Low,
    /// In the middle.
    Middle,
    /// High.
    High,
}

impl Band {
    /// Every band with its word in the files.
    pub const WORDS: &[(&str, Self)] = &[("low", Self::Low), ("middle", Self::Middle), ("high", Self::High)];

    pub(crate) fn idx(self) -> usize {
        match self {
            Self::Low => 0,
            Self::Middle => 1,
            Self::High => 2,
        }
    }
}

impl Wording {
    /// The language.
    #[must_use]
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// Title of the questionnaire, as the respondent reads it.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the questionnaire is about.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Where imported wording comes from, in words.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Whether the questionnaire can be given in this language; otherwise only its results can be told.
    #[must_use]
    pub fn can_be_given(&self) -> bool {
        self.instruction.is_some()
    }

    /// What the respondent is asked to do; `None` where the wording of the items is imported by its holder.
    #[must_use]
    pub fn instruction(&self) -> Option<&str> {
        self.instruction.as_deref()
    }

    /// Text of an item; `None` outside the instrument.
    #[must_use]
    pub fn item(&self, item_idx: usize) -> Option<&str> {
        self.items.get(item_idx).map(String::as_str)
    }

    /// Labels of the codes of a response scale, codes rising; empty where the scale has no labels.
    ///
    /// [`LoadedInstrument::response_scale_of`](crate::LoadedInstrument::response_scale_of) names the response scale of an item.
    #[must_use]
    pub fn options(&self, response_scale: &str) -> &[(i64, String)] {
        self.options.get(response_scale).map_or(&[], Vec::as_slice)
    }

    /// Title and instruction of a section; `None` outside the instrument, or where the questionnaire cannot be given in the language.
    #[must_use]
    pub fn section(&self, section_idx: usize) -> Option<&SectionWording> {
        self.sections.get(section_idx)
    }

    /// Name, definition and poles of a scale; `None` outside the instrument.
    #[must_use]
    pub fn scale(&self, scale_idx: usize) -> Option<&ScaleWording> {
        self.scales.get(scale_idx)
    }

    /// The sentence for a scale in a band, where there is one.
    #[must_use]
    pub fn interpretation(&self, scale_idx: usize, band: Band) -> Option<&str> {
        self.interpretation.get(scale_idx)?.get(band.idx())?.as_deref()
    }
}
