//! What is known about one person on one inventory, already worded, checked once.
//!
//! - here, [`scale`], [`norm`]: one person on one date.
//! - [`feedback`]: the person's own answers and those of the entourage.
//! - [`change`]: one person on two dates.

pub mod change;
mod check;
pub mod deviation;
pub mod distribution;
pub mod feedback;
pub mod group;
pub mod norm;
pub mod norm_table;
pub mod preference;
pub mod sample;
pub mod sample_group;
pub mod sample_values;
pub mod scale;
pub mod spread;
pub mod suppression;

pub use check::ViewProblem;
pub use norm::{CombinedBecause, NormCardView, NormKind, Standardization, Stratum};
pub use preference::{PreferenceView, PreferencesView, Side};
pub use scale::{
    BandView, Basis, Interval, IntervalKind, Lean, RankView, RawView, RuleGround, RuleView, ScaleView, SentenceView,
    StandardView, UncertaintyView,
};
pub use spread::Spread;

use crate::text::Language;

/// One person's results on one inventory. Filled by the caller, checked by [`Restitution::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct RestitutionView {
    /// Language of every text in it.
    pub language: Language,
    /// Main heading, such as « Ce que vos réponses dessinent ».
    pub title: String,
    /// The line above the title, such as « Restitution remise le 3 novembre 2026 par Hélène Marchand ».
    pub occasion: Option<String>,
    /// The person, as the document may call them.
    pub person_label: Option<String>,
    /// Name of the inventory.
    pub instrument_label: String,
    /// What the inventory asks about, one or two sentences.
    pub description: String,
    /// What the inventory is about, which decides what its results do not say.
    pub kind: InventoryKind,
    /// How far the inventory has been standardized.
    pub status: Status,
    /// Whether answers or norm are simulated; said on every output.
    pub simulated: bool,
    /// Level of every interval, such as 0.95.
    pub level: f64,
    /// The scales; facets name their domain.
    pub scales: Vec<ScaleView>,
    /// Places of the scales that have a circular order, in that order; `None` where there is none.
    pub circle: Option<Vec<usize>>,
    /// The order of raw scores as far as it is established.
    pub order: Option<OrderView>,
    /// Two-sided scales with their borderline zones; `None` where no zone is set.
    pub preferences: Option<PreferencesView>,
    /// The norm's card; needed as soon as a scale has a standard score.
    pub norm: Option<NormCardView>,
    /// Up to three sentences that open the document; empty: they are derived from the scores.
    pub in_brief: Vec<String>,
    /// What the results do not say, besides what is said for the kind of inventory.
    pub limits: Vec<String>,
    /// What a point is worth: what an answer counts and what a score makes of the answers; one line each.
    pub scoring: Vec<String>,
    /// How missing answers and rounding are dealt with; one line each.
    pub rules: Vec<String>,
    /// What the person wrote in their own words.
    pub own_words: Vec<OwnWordsView>,
    /// Remarks on how the answers were given; one line each.
    pub quality: Vec<String>,
    /// Identifiers and versions of what made the results.
    pub provenance: ProvenanceView,
}

/// What an inventory is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InventoryKind {
    /// Occupational interests.
    Interests,
    /// Personality, ways of being.
    Personality,
    /// Values.
    Values,
    /// What a person wants of the next job, to think about.
    Reflection,
    /// How a person fares after something, or what they think of it.
    Experience,
    /// Anything else that a person says of themselves.
    Other,
}

/// An answer in the person's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWordsView {
    /// What was asked.
    pub question: String,
    /// What was written.
    pub answer: String,
}

/// How far an inventory has been standardized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Written for this project; nobody to compare with yet.
    OriginalNotStandardized,
    /// Published key; no norm is used.
    PublishedKey,
    /// Compared with the group of the norm card.
    Standardized,
}

/// The order of scales as far as differences exceed their error.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderView {
    /// Places of scales, highest first; scales of one group are level. Scales left out come last, in their own order.
    pub groups: Vec<Vec<usize>>,
    /// The order in words.
    pub sentence: String,
    /// Places of groups within which some differences exceed their error, though not enough of them to part the group.
    pub partly_settled: Vec<usize>,
    /// The differences that exceed their error, one line for each higher scale.
    pub differences: Vec<String>,
    /// How those differences are read: margins of differences, what chance alone would give.
    pub notes: Vec<String>,
}

/// Identifiers and versions of what made the results. Identifiers stay out of the text a person reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenanceView {
    /// Identifier of the inventory.
    pub instrument_id: String,
    /// Its version.
    pub instrument_version: String,
    /// Identifier of the norm, if one serves.
    pub norm_id: Option<String>,
    /// Version of the engine.
    pub engine_version: String,
}

/// A view without contradictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Restitution {
    view: RestitutionView,
}

impl Restitution {
    /// Checks a view.
    ///
    /// # Errors
    /// [`crate::Error::View`] with every problem found.
    pub fn new(view: RestitutionView) -> crate::Result<Self> {
        let problems = check::problems(&view);
        if problems.is_empty() { Ok(Self { view }) } else { Err(crate::Error::View(problems)) }
    }

    /// The view.
    #[must_use]
    pub fn view(&self) -> &RestitutionView {
        &self.view
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.view.language
    }

    /// Places of the scales in reading order: each domain, then its facets.
    #[must_use]
    pub fn reading_order(&self) -> Vec<usize> {
        let scales = &self.view.scales;
        let mut order = Vec::with_capacity(scales.len());
        for (idx, _) in scales.iter().enumerate().filter(|(_, scale)| scale.parent.is_none()) {
            order.push(idx);
            order.extend(
                scales.iter().enumerate().filter(|(_, scale)| scale.parent == Some(idx)).map(|(facet, _)| facet),
            );
        }
        order
    }

    /// Places of the scales that stand by themselves, in reading order.
    #[must_use]
    pub fn own_scales(&self) -> Vec<usize> {
        let own = |idx: &usize| self.view.scales.get(*idx).is_some_and(|scale| scale.beside.is_none());
        self.reading_order().into_iter().filter(own).collect()
    }

    /// Places of the scales that tell the answers of the scale at this place in another way.
    #[must_use]
    pub fn beside(&self, idx: usize) -> Vec<usize> {
        let scales = self.view.scales.iter().enumerate();
        scales.filter(|(_, scale)| scale.beside == Some(idx)).map(|(place, _)| place).collect()
    }

    /// Whether the scale at this place has facets.
    #[must_use]
    pub fn has_facets(&self, idx: usize) -> bool {
        self.view.scales.iter().any(|scale| scale.parent == Some(idx))
    }

    /// Whether any scale has a standard score or was meant to have one.
    #[must_use]
    pub fn is_normed(&self) -> bool {
        self.view.scales.iter().any(|scale| scale.standard.is_some())
    }

    /// Whether one percentile axis is right for every scale: the norm is normalized, or all ranks come from the normal curve.
    #[must_use]
    pub fn ranks_follow_t(&self) -> bool {
        let normalized =
            self.view.norm.as_ref().is_some_and(|norm| norm.standardization == Standardization::Normalized);
        let normal = |scale: &ScaleView| {
            scale.standard_score().is_none_or(|score| matches!(score.rank(), RankView::NormalApproximation { .. }))
        };
        normalized || self.view.scales.iter().all(normal)
    }
}
