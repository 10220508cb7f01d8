//! One person on two dates of one inventory; filled by the caller, checked once.

mod check;
pub mod sample;

use super::{Interval, NormCardView, ProvenanceView};
use crate::text::Language;

/// Two dates of one person on one inventory. Checked by [`Change::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeView {
    /// Language of every text in it.
    pub language: Language,
    /// Main heading.
    pub title: String,
    /// Name of the inventory.
    pub instrument_label: String,
    /// The person, as the document may call them.
    pub person_label: Option<String>,
    /// Whether answers or norm are simulated; said on every output.
    pub simulated: bool,
    /// The earlier date as words, such as « mars 2025 ».
    pub first_date: String,
    /// The later date as words.
    pub second_date: String,
    /// Level of every interval, such as 0.95.
    pub level: f64,
    /// In what the two dates are drawn.
    pub unit: ChangeUnit,
    /// Name of the norm in which both dates are shown; needed in T where there is no card.
    pub norm_title: Option<String>,
    /// The norm's card.
    pub norm: Option<NormCardView>,
    /// The scales; facets name their domain.
    pub scales: Vec<ScaleChangeView>,
    /// What must be read with the figures.
    pub notes: Vec<String>,
    /// Identifiers and versions of what made the figures.
    pub provenance: ProvenanceView,
}

/// In what scores and differences are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeUnit {
    /// Points of each scale.
    RawPoints,
    /// T scores in the norm of the earlier date.
    TScore,
}

/// One scale on two dates.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleChangeView {
    /// Identifier; it never appears in the text of a document.
    pub id: String,
    /// Name in the reader's language.
    pub name: String,
    /// For a facet, the place of its domain among the scales.
    pub parent: Option<usize>,
    /// Lowest and highest possible score; needed in raw points.
    pub range: Option<(f64, f64)>,
    /// The earlier date: a score, or why there is none, short and in words.
    pub first: Result<DatedScoreView, String>,
    /// The later date.
    pub second: Result<DatedScoreView, String>,
    /// What the change amounts to.
    pub outcome: ChangeOutcome,
    /// Second − first in the unit drawn; `None` where a score is missing.
    pub difference: Option<f64>,
    /// The change in words.
    pub sentence: String,
}

/// A score on one date, in the unit drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatedScoreView {
    /// The score.
    pub score: f64,
    /// Its interval; `None` where the margin of error is not known.
    pub interval: Option<Interval>,
}

/// What a change amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// Higher by more than measurement error.
    Increase,
    /// Lower by more than measurement error.
    Decrease,
    /// Within measurement error.
    WithinMargin,
    /// Not compared; the sentence says why.
    NotCompared,
}

impl ChangeOutcome {
    /// Whether it is a change beyond measurement error.
    #[must_use]
    pub fn is_reliable(self) -> bool {
        matches!(self, Self::Increase | Self::Decrease)
    }
}

/// Two dates without contradictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    view: ChangeView,
}

impl Change {
    /// Checks a view.
    ///
    /// # Errors
    /// [`crate::Error::View`] with every problem found.
    pub fn new(view: ChangeView) -> crate::Result<Self> {
        let problems = check::problems(&view);
        if problems.is_empty() { Ok(Self { view }) } else { Err(crate::Error::View(problems)) }
    }

    /// The view.
    #[must_use]
    pub fn view(&self) -> &ChangeView {
        &self.view
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.view.language
    }

    /// The scales in reading order: each domain, then its facets.
    #[must_use]
    pub fn reading_order(&self) -> Vec<&ScaleChangeView> {
        let scales = &self.view.scales;
        let mut order = Vec::with_capacity(scales.len());
        for (idx, scale) in scales.iter().enumerate().filter(|(_, scale)| scale.parent.is_none()) {
            order.push(scale);
            order.extend(scales.iter().filter(|facet| facet.parent == Some(idx)));
        }
        order
    }

    /// The range that all scales share; `None` where they differ, and in T.
    #[must_use]
    pub fn common_range(&self) -> Option<(f64, f64)> {
        if self.view.unit == ChangeUnit::TScore {
            return None;
        }
        let mut ranges = self.view.scales.iter().map(|scale| scale.range);
        let first = ranges.next()?;
        first.filter(|_| ranges.all(|range| range == first))
    }

    /// Name of the norm in which both dates are shown.
    #[must_use]
    pub fn norm_title(&self) -> Option<&str> {
        let card = || self.view.norm.as_ref().map(|norm| norm.title.as_str());
        self.view.norm_title.as_deref().or_else(card)
    }
}
