//! From engine results and an instrument's wording to the view that is drawn and printed.

use engine::norms::NormKind;
use instruments::{Administration, Evidence, Kind, LoadedInstrument, LoadedNorm, Wording};
use reports::text::Language;
use reports::view::{InventoryKind, OwnWordsView, ProvenanceView, Restitution, RestitutionView, Status};

use crate::error::{Error, Result};
use crate::results::PersonResults;

/// What a restitution is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The instrument.
    pub instrument: &'a LoadedInstrument,
    /// Identifier of the norm, where one serves.
    pub norm_id: Option<&'a str>,
    /// The person's results.
    pub person: &'a PersonResults,
    /// The line above the title: when and by whom it was handed over.
    pub occasion: Option<&'a str>,
    /// How the document may call the person.
    pub person_label: Option<&'a str>,
    /// Language of the document.
    pub language: Language,
    /// Names of rules whose sentences the person marked as "not me".
    pub not_me: &'a [String],
    /// Whether the answers are simulated.
    pub simulated: bool,
}

impl Material<'_> {
    /// Words and checks the restitution.
    ///
    /// # Errors
    /// [`Error`]: no wording in the language, an unknown norm, results of another instrument, or results that contradict each other.
    pub fn restitution(&self) -> Result<Restitution> {
        self.check()?;
        if self.instrument.about().administration == Administration::OtherReport {
            return Err(Error::OneRater { instrument: self.instrument.id().to_string() });
        }
        let wording = self.wording()?;
        let norm = self.norm();
        let scales = (0..self.person.results.len())
            .map(|scale_idx| self.scale_view(scale_idx, wording))
            .collect::<Result<Vec<_>>>()?;
        let simulated_norm = norm.is_some_and(|norm| norm.group().kind() == NormKind::Simulated);
        let view = RestitutionView {
            language: self.language,
            title: self.pick("Ce que vos réponses suggèrent", "What your answers suggest"),
            occasion: self.occasion.map(str::to_owned),
            person_label: self.person_label.map(str::to_owned),
            instrument_label: wording.title().to_owned(),
            description: wording.description().unwrap_or_default().to_owned(),
            kind: match self.instrument.about().kind {
                Kind::Interests => InventoryKind::Interests,
                Kind::Personality => InventoryKind::Personality,
                Kind::Values => InventoryKind::Values,
                Kind::Reflection => InventoryKind::Reflection,
                Kind::FollowUp => InventoryKind::Experience,
                _ => InventoryKind::Other,
            },
            status: status(self.instrument, norm),
            simulated: self.simulated || simulated_norm,
            level: self.person.interval.level(),
            scales,
            circle: self.instrument.circle().map(<[usize]>::to_vec),
            order: self.order_view(wording),
            preferences: self.preferences(wording),
            norm: norm.and_then(|norm| self.card_view(norm)),
            in_brief: Vec::new(),
            limits: Vec::new(),
            scoring: self.counting(wording),
            rules: self.rules(wording),
            own_words: self.own_words(wording),
            quality: Vec::new(),
            provenance: ProvenanceView {
                instrument_id: self.instrument.id().to_string(),
                instrument_version: self.instrument.version().to_string(),
                norm_id: norm.map(|norm| norm.card().id.clone()),
                engine_version: engine::VERSION.to_owned(),
            },
        };
        Ok(Restitution::new(view)?)
    }

    fn own_words(&self, wording: &Wording) -> Vec<OwnWordsView> {
        let words = self.person.own_words.iter();
        words
            .filter_map(|(item_idx, answer)| {
                Some(OwnWordsView { question: wording.item(*item_idx)?.to_owned(), answer: answer.trim().to_owned() })
            })
            .filter(|words| !words.answer.is_empty())
            .collect()
    }

    /// Whether the results belong to the instrument and the norm exists.
    pub(crate) fn check(&self) -> Result<()> {
        self.person.check(self.instrument)?;
        match self.norm_id {
            Some(norm_id) if self.norm().is_none() => Err(Error::unknown_norm(self.instrument, norm_id)),
            _ => Ok(()),
        }
    }

    /// The words of the instrument in the language of the document.
    pub(crate) fn wording(&self) -> Result<&Wording> {
        wording(self.instrument, self.language)
    }

    /// The norm that serves.
    pub(crate) fn norm(&self) -> Option<&LoadedNorm> {
        self.norm_id.and_then(|norm_id| self.instrument.norm(norm_id))
    }

    pub(crate) fn pick(&self, french: &str, english: &str) -> String {
        match self.language {
            Language::French => french.to_owned(),
            Language::English => english.to_owned(),
        }
    }
}

/// How far an instrument has been standardized, with the norm that serves.
pub(crate) fn status(instrument: &LoadedInstrument, norm: Option<&LoadedNorm>) -> Status {
    // A convenience sample or a local norm is something to compare with, but no standardization of the instrument.
    let drawn = norm.is_some_and(|norm| norm.group().kind() == NormKind::Standardization);
    match instrument.about().evidence {
        Evidence::OriginalNotStandardized => Status::OriginalNotStandardized,
        Evidence::Standardized if norm.is_some() => Status::Standardized,
        Evidence::Standardized => Status::PublishedKey,
        Evidence::Published if drawn => Status::Standardized,
        Evidence::Published => Status::PublishedKey,
    }
}

/// The words of an instrument in a language.
pub(crate) fn wording(instrument: &LoadedInstrument, language: Language) -> Result<&Wording> {
    instrument.wording(language.code()).ok_or_else(|| Error::NoWording {
        instrument: instrument.id().to_string(),
        language: language.code(),
        known: instrument.wordings().iter().map(|wording| wording.language().to_string()).collect(),
    })
}
