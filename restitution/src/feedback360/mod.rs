//! 360°: a person's own answers and those of the entourage, as far as they may be shown, released once.
//!
//! A [`FeedbackDesign`] fixes scales, groups and questions before the first answer; [`FeedbackDesign::release`] takes it with all
//! answers and gives the one [`Feedback360`], which is stored and shown again from there. What may be shown is decided by
//! [`engine::agreement::disclosure`]; nothing here looks at the raters' answers but to hand them over. The person's own scores stay
//! out of every figure of the others, and no answer, of the person or of a rater, is in the result.
//!
//! Reading order: the result types here, `design` (what is asked, of whom), `own` (the person's scores), `released` (putting both
//! together).

mod design;
mod own;
mod released;

use reports::text::Language;
use reports::text::feedback as words;
use serde::{Deserialize, Serialize};

pub use design::{DesignParts, DesignProblem, FeedbackDesign, GroupDesign, Rater, RaterComment};

/// Who rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RaterGroup {
    /// The superior or superiors.
    Superiors,
    /// Colleagues of the same level.
    Peers,
    /// People whom the person leads.
    Reports,
    /// Anyone else.
    Others,
    /// All groups that are shown, together. Not a group to belong to.
    All,
}

impl RaterGroup {
    /// The groups that a rater can belong to.
    pub const ALL: [Self; 4] = [Self::Superiors, Self::Peers, Self::Reports, Self::Others];

    /// Its name in the result.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Superiors => "superiors",
            Self::Peers => "peers",
            Self::Reports => "reports",
            Self::Others => "others",
            Self::All => "all",
        }
    }

    /// Its name for readers.
    #[must_use]
    pub fn label(self, language: Language) -> String {
        words::group(
            language,
            match self {
                Self::Superiors => words::RaterGroup::Superiors,
                Self::Peers => words::RaterGroup::Peers,
                Self::Reports => words::RaterGroup::Reports,
                Self::Others => words::RaterGroup::Others,
                Self::All => words::RaterGroup::All,
            },
        )
    }
}

/// The released feedback: what may be shown, rounded, and nothing behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Feedback360 {
    /// The instrument the raters answered.
    pub instrument_id: String,
    /// Its version.
    pub instrument_version: String,
    /// The instrument the person answered.
    pub own_instrument_id: String,
    /// Its version.
    pub own_instrument_version: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Language of the texts, `fr` or `en`.
    pub language: String,
    /// Level of the intervals of gaps.
    pub level: f64,
    /// The groups of the design, each shown or withheld.
    pub groups: Vec<GroupView>,
    /// One entry a scale.
    pub scales: Vec<FeedbackScale>,
    /// How alike the profiles of self and a group are, where enough scales are shown.
    pub profiles: Vec<ProfileLikeness>,
    /// Comments, one entry a question.
    pub comments: Vec<QuestionComments>,
    /// What must be read with the figures.
    pub notes: Vec<String>,
}

/// A figure or group that is shown, or the bare fact that it is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Shown<T> {
    /// Shown.
    Shown(T),
    /// Not shown; why is not kept, since the reason would tell.
    Withheld {
        /// The one sentence for it.
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

    fn of(shown: Option<T>, language: Language) -> Self {
        shown.map_or_else(|| Self::Withheld { sentence: words::withheld(language) }, Self::Shown)
    }
}

/// A group of raters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupView {
    /// Which group.
    pub group: RaterGroup,
    /// Its name for readers.
    pub label: String,
    /// How many raters it has, where it is shown.
    pub raters: Shown<GroupSize>,
}

/// How many raters a group has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSize {
    /// Raters who answered anything.
    pub n_raters: usize,
}

/// A scale: the person, and each group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedbackScale {
    /// Id of the scale.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Lowest points of an item; all means are in points of an item.
    pub lowest: i32,
    /// Highest points of an item.
    pub highest: i32,
    /// The person's own mean; `None` where an answer is missing.
    pub own: Option<OwnMean>,
    /// Each group of the design, then all shown groups together.
    pub groups: Vec<GroupScale>,
}

/// The person's own mean on a scale, in points of an item.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OwnMean {
    /// The mean.
    pub mean: f64,
    /// Its standard error, from a known reliability or from the spread of the own answers; `None` where neither gives one.
    pub standard_error: Option<f64>,
}

/// A scale in a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupScale {
    /// Which group.
    pub group: RaterGroup,
    /// The figures, where they may be shown.
    pub figures: Shown<GroupFigures>,
}

/// Figures of a scale in a group, in points of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupFigures {
    /// Raters who answered every item of the scale.
    pub n_raters: usize,
    /// Mean over raters and items.
    pub mean: f64,
    /// How far raters differ; from five raters on.
    pub spread: Option<Spread>,
    /// Self − group; `None` without an own mean.
    pub gap: Option<Gap>,
    /// The items, all or none; from five raters on.
    pub items: Option<ItemTable>,
}

/// How far raters differ on a scale, in points of an item.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Standard deviation of the raters' means.
    pub sd: f64,
    /// Average distance from their mean.
    pub ad_mean: f64,
    /// Average distance from their median.
    pub ad_median: f64,
}

/// Self − group on a scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The difference, in points of an item; above 0 where the person rates higher.
    pub difference: f64,
    /// Lower limit; `None` where the margin of error is not known.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
    /// In words.
    pub sentence: String,
}

/// The items of a scale in a group of five raters or more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemTable {
    /// The items.
    pub items: Vec<ItemFigures>,
    /// Agreement over the items, r_wg(j); `None` where it has no value.
    pub rwg_j: Option<f64>,
    /// Average deviation over the items from the mean, in points.
    pub ad_mean: f64,
    /// The same from the median.
    pub ad_median: f64,
}

/// An item in a group of five raters or more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemFigures {
    /// What was asked; `None` where the instrument has no wording in the language.
    pub text: Option<String>,
    /// Mean of the answers as they were given, before any turning.
    pub mean: f64,
    /// Standard deviation over raters.
    pub sd: f64,
    /// Agreement, r_wg.
    pub rwg: f64,
    /// Average deviation from the mean.
    pub ad_mean: f64,
    /// Average deviation from the median.
    pub ad_median: f64,
}

/// How alike the profiles of self and a group are, over the scales that are shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileLikeness {
    /// Which group.
    pub group: RaterGroup,
    /// Number of scales it rests on.
    pub n_scales: usize,
    /// Correlation over scales: shape alone.
    pub r: Option<f64>,
    /// Mean of the absolute gaps, in points of an item.
    pub mean_absolute_gap: f64,
    /// Double-entry correlation: shape, level and spread together.
    pub double_entry: Option<f64>,
}

/// Comments on one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionComments {
    /// The question.
    pub question: String,
    /// Comments that are shown together, in random order.
    pub blocks: Vec<CommentBlock>,
}

/// Comments that are shown together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentBlock {
    /// The group they come from; `None` where groups are mixed because too few of one wrote.
    pub group: Option<RaterGroup>,
    /// As written, in random order.
    pub texts: Vec<String>,
}

#[cfg(test)]
mod tests;
