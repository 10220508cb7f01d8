//! A person's own answers and those of the entourage (360°), as far as they may be shown; filled by the caller, checked once.

mod check;
pub mod sample;

use super::Interval;
use crate::text::Language;

/// What a person and the entourage answered, in points of an item. Checked by [`Feedback::new`].
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackView {
    /// Language of every text in it.
    pub language: Language,
    /// Main heading.
    pub title: String,
    /// Name of the inventory.
    pub instrument_label: String,
    /// The person, as the document may call them.
    pub person_label: Option<String>,
    /// Whether answers are simulated; said on every output.
    pub simulated: bool,
    /// Level of every interval, such as 0.95.
    pub level: f64,
    /// The lowest and the highest answer in words, such as « presque jamais », « presque toujours ».
    pub ends: Option<(String, String)>,
    /// The groups that were asked.
    pub groups: Vec<RaterGroupView>,
    /// The scales.
    pub scales: Vec<FeedbackScaleView>,
    /// What must be read with the figures.
    pub notes: Vec<String>,
    /// Comments, question by question.
    pub comments: Vec<QuestionView>,
    /// Identifiers and versions of what made the figures.
    pub provenance: FeedbackProvenanceView,
}

/// Something that is shown, or the bare fact that it is not.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<T> {
    /// Shown.
    Shown(T),
    /// Not shown.
    Withheld {
        /// What stands in its place.
        sentence: String,
    },
}

impl<T> Shown<T> {
    /// What is shown.
    #[must_use]
    pub fn shown(&self) -> Option<&T> {
        match self {
            Self::Shown(shown) => Some(shown),
            Self::Withheld { .. } => None,
        }
    }
}

/// A group that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct RaterGroupView {
    /// Its name, such as « Collègues ».
    pub label: String,
    /// How many people answered anything.
    pub n_raters: Shown<u32>,
}

/// One scale: the person, and each group.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackScaleView {
    /// Identifier; it never appears in the text of a document.
    pub id: String,
    /// Name in the reader's language.
    pub name: String,
    /// What the scale is about, one sentence.
    pub definition: Option<String>,
    /// Lowest points of an item.
    pub lowest: f64,
    /// Highest points of an item.
    pub highest: f64,
    /// The person's own mean; `None` where an answer is missing.
    pub own: Option<OwnMeanView>,
    /// The groups, the same ones in the same order on every scale.
    pub groups: Vec<GroupScaleView>,
}

/// The person's own mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnMeanView {
    /// The mean.
    pub mean: f64,
    /// Its interval; `None` where the margin of error is not known.
    pub interval: Option<Interval>,
}

/// A scale in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupScaleView {
    /// Name of the group, or of all groups together.
    pub label: String,
    /// The figures, where they may be shown.
    pub figures: Shown<GroupMeanView>,
}

/// Figures of a scale in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMeanView {
    /// People who answered every item of the scale.
    pub n_raters: u32,
    /// Mean over people and items.
    pub mean: f64,
    /// Standard deviation between people, where it is given.
    pub sd: Option<f64>,
    /// Self − group; `None` without an own mean.
    pub gap: Option<GapView>,
}

/// Self − group on a scale.
#[derive(Debug, Clone, PartialEq)]
pub struct GapView {
    /// The difference, above 0 where the person rates higher.
    pub difference: f64,
    /// Its interval; `None` where the margin of error is not known.
    pub interval: Option<Interval>,
    /// In words.
    pub sentence: String,
}

impl GapView {
    /// What the gap amounts to.
    #[must_use]
    pub fn standing(&self) -> GapStanding {
        match self.interval {
            None => GapStanding::WithoutMargin,
            Some(interval) if interval.lower() > 0.0 => GapStanding::Above,
            Some(interval) if interval.upper() < 0.0 => GapStanding::Below,
            Some(_) => GapStanding::Level,
        }
    }
}

/// How the person stands to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapStanding {
    /// Higher than the group's mean, beyond the margin of error.
    Above,
    /// Lower, beyond the margin of error.
    Below,
    /// Within the margin of error.
    Level,
    /// The margin of error is not known.
    WithoutMargin,
}

/// Comments on one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionView {
    /// The question.
    pub question: String,
    /// Comments that are shown together; none where nobody wrote or nothing may be shown.
    pub blocks: Vec<CommentBlockView>,
}

/// Comments that are shown together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentBlockView {
    /// The group they come from; `None` where groups are mixed.
    pub group: Option<String>,
    /// As written.
    pub texts: Vec<String>,
}

/// Identifiers and versions of what made the figures. Identifiers stay out of the text a person reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackProvenanceView {
    /// Identifier of the inventory that the entourage answered.
    pub instrument_id: String,
    /// Its version.
    pub instrument_version: String,
    /// Identifier of the inventory that the person answered.
    pub own_instrument_id: String,
    /// Its version.
    pub own_instrument_version: String,
    /// Version of the engine.
    pub engine_version: String,
}

/// Feedback without contradictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    view: FeedbackView,
}

impl Feedback {
    /// Checks a view.
    ///
    /// # Errors
    /// [`crate::Error::View`] with every problem found.
    pub fn new(view: FeedbackView) -> crate::Result<Self> {
        let problems = check::problems(&view);
        if problems.is_empty() { Ok(Self { view }) } else { Err(crate::Error::View(problems)) }
    }

    /// The view.
    #[must_use]
    pub fn view(&self) -> &FeedbackView {
        &self.view
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.view.language
    }

    /// Names of the groups that every scale has, in their order.
    #[must_use]
    pub fn group_labels(&self) -> Vec<&str> {
        let first = self.view.scales.first();
        first.iter().flat_map(|scale| &scale.groups).map(|group| group.label.as_str()).collect()
    }

    /// The lowest and the highest points of an item, where all scales share them.
    #[must_use]
    pub fn common_range(&self) -> Option<(f64, f64)> {
        let mut ranges = self.view.scales.iter().map(|scale| (scale.lowest, scale.highest));
        let first = ranges.next()?;
        ranges.all(|range| range == first).then_some(first)
    }

    /// Every gap that is shown, with its scale and the name of its group.
    pub fn gaps(&self) -> impl Iterator<Item = (&FeedbackScaleView, &str, &GapView)> {
        self.view.scales.iter().flat_map(|scale| {
            scale.groups.iter().filter_map(move |group| {
                let gap = group.figures.shown()?.gap.as_ref()?;
                Some((scale, group.label.as_str(), gap))
            })
        })
    }

    /// Whether any figure or group is withheld.
    #[must_use]
    pub fn withholds(&self) -> bool {
        self.withheld_sentences().next().is_some()
    }

    /// What stands in the place of everything withheld, each wording once.
    pub fn withheld_sentences(&self) -> impl Iterator<Item = &str> {
        let sizes = self.view.groups.iter().filter_map(|group| match &group.n_raters {
            Shown::Withheld { sentence } => Some(sentence.as_str()),
            Shown::Shown(_) => None,
        });
        let figures =
            self.view.scales.iter().flat_map(|scale| &scale.groups).filter_map(|group| match &group.figures {
                Shown::Withheld { sentence } => Some(sentence.as_str()),
                Shown::Shown(_) => None,
            });
        let mut known = std::collections::BTreeSet::new();
        sizes.chain(figures).filter(move |sentence| known.insert(*sentence))
    }
}
