//! An instrument as it was read and checked: the engine's instrument, and all that the engine does not know about.

use engine::assessment::ScaleReliability;
use engine::model::{Instrument, InstrumentId, StratumId, Version};
use engine::norms::continuous::ContinuousNorm;
use engine::norms::{NormGroup, NormKind, Sex, Standardization};
use engine::quality::QualityReference;

use crate::about::{About, Language};
use crate::problem::Problem;
use crate::wording::Wording;

/// An instrument, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedInstrument {
    pub(crate) instrument: Instrument,
    pub(crate) about: About,
    pub(crate) wordings: Vec<Wording>,
    pub(crate) response_scales: Vec<String>,
    pub(crate) blocks: Vec<Option<String>>,
    pub(crate) sections: Vec<Section>,
    pub(crate) reliability: Vec<Vec<ReliabilityEstimate>>,
    pub(crate) quality: Option<QualityReference>,
    pub(crate) norms: Vec<LoadedNorm>,
    pub(crate) circle: Option<Vec<usize>>,
    pub(crate) facets: Vec<Option<Vec<usize>>>,
    pub(crate) hash: String,
    pub(crate) locked: bool,
    pub(crate) warnings: Vec<Problem>,
}

/// A part of the questionnaire: items that follow each other, with an instruction of their own and perhaps a time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub(crate) id: String,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) seconds: Option<u32>,
}

impl Section {
    /// Identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Places of its items in the instrument.
    #[must_use]
    pub fn items(&self) -> std::ops::RangeInclusive<usize> {
        self.first..=self.last
    }

    /// Time limit in seconds; `None` where there is none.
    #[must_use]
    pub fn seconds(&self) -> Option<u32> {
        self.seconds
    }
}

/// Which reliability coefficient it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coefficient {
    /// Cronbach's alpha, internal consistency.
    Alpha,
    /// McDonald's omega total, internal consistency.
    OmegaTotal,
    /// Correlation of two administrations.
    Retest,
}

impl Coefficient {
    /// Every coefficient with its word in the files.
    pub const WORDS: &[(&str, Self)] =
        &[("alpha", Self::Alpha), ("omega-total", Self::OmegaTotal), ("retest", Self::Retest)];

    /// The word in the files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Alpha => "alpha",
            Self::OmegaTotal => "omega-total",
            Self::Retest => "retest",
        }
    }
}

/// The reliability of a scale as somebody found it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReliabilityEstimate {
    /// Which coefficient it is.
    pub coefficient: Coefficient,
    /// Its value, above 0 and below 1.
    pub value: f64,
    /// Standard deviation of the raw score in the same group.
    pub sd: f64,
    /// Number of people; `None` is unknown.
    pub n: Option<u32>,
    /// The norm stratum in which it was found; `None` where it holds for everyone or the group is no stratum of a norm.
    pub stratum: Option<StratumId>,
    /// The group in the words of the file: `all`, a stratum, or a description.
    pub group: String,
    /// Where it was published.
    pub source: String,
}

/// The kinds of norms with their words in the files.
pub const NORM_KIND_WORDS: &[(&str, NormKind)] = &[
    ("standardization", NormKind::Standardization),
    ("convenience-sample", NormKind::ConvenienceSample),
    ("local", NormKind::Local),
    ("simulated", NormKind::Simulated),
];

/// The standardizations with their words in the files.
pub const STANDARDIZATION_WORDS: &[(&str, Standardization)] =
    &[("linear", Standardization::Linear), ("normalized", Standardization::Normalized)];

/// The word of a value in one of the lists above.
#[must_use]
pub fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

/// What a card says in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardWords {
    /// The language.
    pub language: Language,
    /// Name of the norm.
    pub title: String,
    /// Who the people are.
    pub population: String,
    /// Printed on the card.
    pub notes: Vec<String>,
}

/// What is said about a norm wherever it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct NormCard {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where it was published, or who made it.
    pub source: String,
    /// Year of the sample or of its publication.
    pub year: i32,
    /// Where its people come from.
    pub kind: NormKind,
    /// Who the people are, in words.
    pub population: String,
    /// How a raw score becomes a z.
    pub standardization: Standardization,
    /// How people were weighted, `none` where they were not.
    pub weighting: String,
    /// Remarks, printed with the card.
    pub notes: Vec<String>,
    /// Number of people in all strata, or as the card says where a stratum does not; `None` where neither is known.
    pub n: Option<u64>,
    /// The version of the instrument it was made with, where the card says so.
    pub instrument_version: Option<Version>,
    /// The same for readers of other languages.
    pub words: Vec<CardWords>,
}

/// The model of a continuous norm for one scale: what its tables by age were made from.
#[derive(Debug, Clone, PartialEq)]
pub struct NormCurve {
    /// Sex of its people; `None` is anyone.
    pub sex: Option<Sex>,
    /// Index of the scale.
    pub scale_idx: usize,
    /// The model.
    pub norm: ContinuousNorm,
}

/// A norm, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedNorm {
    pub(crate) card: NormCard,
    pub(crate) group: NormGroup,
    pub(crate) curves: Vec<NormCurve>,
    pub(crate) hash: String,
    pub(crate) local: bool,
}

impl NormCard {
    /// Title, population and notes in a language; in the card's own words where it has none in that language.
    #[must_use]
    pub fn words_in(&self, language: &str) -> (&str, &str, &[String]) {
        match self.words.iter().find(|words| words.language.as_str() == language) {
            Some(words) => (&words.title, &words.population, &words.notes),
            None => (&self.title, &self.population, &self.notes),
        }
    }
}

impl LoadedNorm {
    /// What is said about the norm wherever it is used.
    #[must_use]
    pub fn card(&self) -> &NormCard {
        &self.card
    }

    /// Strata and values.
    #[must_use]
    pub fn group(&self) -> &NormGroup {
        &self.group
    }

    /// The models of a continuous norm, in the order of the file; empty for any other norm.
    #[must_use]
    pub fn curves(&self) -> &[NormCurve] {
        &self.curves
    }

    /// SHA-256 of card and values, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether it was added to the instrument by a folder of local norms.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.local
    }
}

impl LoadedInstrument {
    /// Items, scales and scoring, for the engine.
    #[must_use]
    pub fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    /// Identifier.
    #[must_use]
    pub fn id(&self) -> &InstrumentId {
        self.instrument.id()
    }

    /// Version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.instrument.version()
    }

    /// Kind, authors, license, evidence, conditions of use.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The languages in which the questionnaire can be given: those of its own wording, and of wording that was imported.
    pub fn languages(&self) -> impl Iterator<Item = &Language> {
        self.wordings.iter().filter(|wording| wording.can_be_given()).map(Wording::language)
    }

    /// The words in a language, by its tag; `None` where it was not declared.
    #[must_use]
    pub fn wording(&self, language: &str) -> Option<&Wording> {
        self.wordings.iter().find(|wording| wording.language().as_str() == language)
    }

    /// The words in all languages, in the order declared.
    #[must_use]
    pub fn wordings(&self) -> &[Wording] {
        &self.wordings
    }

    /// The name of the response scale of an item, for [`Wording::options`]; `None` outside the instrument.
    #[must_use]
    pub fn response_scale_of(&self, item_idx: usize) -> Option<&str> {
        self.response_scales.get(item_idx).map(String::as_str)
    }

    /// The forced-choice block of an item, where it has one.
    #[must_use]
    pub fn block_of(&self, item_idx: usize) -> Option<&str> {
        self.blocks.get(item_idx)?.as_deref()
    }

    /// The sections, in the order of administration; each item stands in one of them. Empty where the questionnaire has no parts.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Reliability of a scale, in the order of the file; empty where nothing is known.
    #[must_use]
    pub fn reliability(&self, scale_idx: usize) -> &[ReliabilityEstimate] {
        self.reliability.get(scale_idx).map_or(&[], Vec::as_slice)
    }

    /// Reliability of all scales for [`engine::assessment::Assessor`]: the same entries in the same order.
    #[must_use]
    pub fn scale_reliability(&self) -> Vec<Vec<ScaleReliability>> {
        let of_estimate = |estimate: &ReliabilityEstimate| ScaleReliability {
            value: estimate.value,
            sd: estimate.sd,
            stratum: estimate.stratum.clone(),
        };
        self.reliability.iter().map(|estimates| estimates.iter().map(of_estimate).collect()).collect()
    }

    /// Whom quality indices compare a person with; `None` where the instrument brings no reference.
    #[must_use]
    pub fn quality(&self) -> Option<&QualityReference> {
        self.quality.as_ref()
    }

    /// The norms: first the instrument's own, then local ones, each in alphabetical order.
    #[must_use]
    pub fn norms(&self) -> &[LoadedNorm] {
        &self.norms
    }

    /// The norm of an id, in any case of letters.
    #[must_use]
    pub fn norm(&self, id: &str) -> Option<&LoadedNorm> {
        self.norms.iter().find(|norm| norm.card.id.eq_ignore_ascii_case(id))
    }

    /// The known norm id nearest to what was given, for "did you mean".
    #[must_use]
    pub fn nearest_norm(&self, given: &str) -> Option<&str> {
        crate::problem::nearest(given, self.norms.iter().map(|norm| norm.card.id.as_str()))
    }

    /// The scales that stand in a circular order, such as the hexagon of interests.
    #[must_use]
    pub fn circle(&self) -> Option<&[usize]> {
        self.circle.as_deref()
    }

    /// The scales whose items a scale takes over (the facets of a domain), where the file says so.
    #[must_use]
    pub fn facets(&self, scale_idx: usize) -> Option<&[usize]> {
        self.facets.get(scale_idx)?.as_deref()
    }

    /// SHA-256 of items, keys and scoring rules, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether `content.lock` vouches for this version.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// What somebody should look at, though the instrument can be used.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}
