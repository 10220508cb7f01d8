//! What a 360° feedback shows: only what may be shown, rounded, and nothing behind it.

use crate::agreement::feedback_plan::RaterGroupId;
use crate::agreement::self_other::OthersMean;

/// Figures, or the bare fact that there are none to show. Why they are withheld is not kept: the reason would tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<T> {
    /// The figures.
    Figures(T),
    /// Not shown.
    Withheld,
}

impl<T> Shown<T> {
    /// The figures, if shown.
    #[must_use]
    pub fn figures(&self) -> Option<&T> {
        match self {
            Self::Figures(figures) => Some(figures),
            Self::Withheld => None,
        }
    }

    /// Figures where there are any.
    pub(super) fn of(figures: Option<T>) -> Self {
        figures.map_or(Self::Withheld, Self::Figures)
    }
}

/// How far raters differ on a scale, in points of an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleSpread {
    /// Standard deviation of the raters' scale means (n − 1).
    pub sd: f64,
    /// Mean distance of the raters' scale means from their mean.
    pub ad_mean: f64,
    /// Mean distance of the raters' scale means from their median.
    pub ad_median: f64,
}

/// Figures of a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleFigures {
    /// Raters who answered every item of the scale: those whom all figures of the scale rest on.
    pub n_raters: usize,
    /// Mean over raters and items, in points of an item.
    pub mean: f64,
    /// How far raters differ; only from the minimum of raters on.
    pub spread: Option<ScaleSpread>,
}

impl ScaleFigures {
    /// Mean and standard error SD/√n, from the rounded figures; `None` without a spread, whose place an interval would take.
    #[must_use]
    pub fn others_mean(&self) -> Option<OthersMean> {
        let spread = self.spread?;
        let standard_error = spread.sd / (self.n_raters as f64).sqrt();
        (self.n_raters >= 2).then_some(OthersMean { mean: self.mean, standard_error, n_raters: self.n_raters })
    }
}

/// Figures of an item, in points where not said otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemFigures {
    /// Mean over raters.
    pub mean: f64,
    /// Standard deviation over raters (n − 1).
    pub sd: f64,
    /// r_wg, at most 1.
    pub rwg: f64,
    /// Mean distance from the mean.
    pub ad_mean: f64,
    /// Mean distance from the median.
    pub ad_median: f64,
}

/// The items of a scale, all or none.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemTable {
    /// One entry an item, in the order of the plan.
    pub items: Vec<ItemFigures>,
    /// r_wg(j) over the items; `None` where it has no value (values below 0 kept).
    pub rwg_j: Option<f64>,
    /// Mean over items of the average deviation from the mean, in points.
    pub ad_mean: f64,
    /// Mean over items of the average deviation from the median, in points.
    pub ad_median: f64,
}

/// A scale in a group or total.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedScale {
    /// The scale as a whole.
    pub scale: Shown<ScaleFigures>,
    /// Its items.
    pub items: Shown<ItemTable>,
}

/// A group of raters.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedGroup {
    /// Name of the group.
    pub id: RaterGroupId,
    /// Raters of the group who answered anything.
    pub n_raters: usize,
    /// One entry a scale, in the order of the plan.
    pub scales: Vec<PublishedScale>,
}

/// The person's own answers on a scale.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfScale {
    /// Mean over items, in points of an item. `None` where an answer is missing.
    pub mean: Option<f64>,
    /// Points of each item.
    pub items: Vec<Option<i32>>,
}

/// Comments on one question that are shown together, in random order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentBlock {
    /// The group they come from; `None` where too few of a group wrote, and groups are mixed.
    pub group: Option<RaterGroupId>,
    /// The comments as written, without space around them.
    pub texts: Vec<String>,
}

/// The released result of a 360° feedback: it cannot be changed, and holds nothing that is withheld.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedFeedback {
    pub(super) own: Option<Vec<SelfScale>>,
    pub(super) groups: Vec<PublishedGroup>,
    pub(super) total: Vec<PublishedScale>,
    pub(super) comments: Vec<Vec<CommentBlock>>,
}

impl PublishedFeedback {
    /// The person's own answers, one entry a scale; `None` where the person did not answer.
    #[must_use]
    pub fn own(&self) -> Option<&[SelfScale]> {
        self.own.as_deref()
    }

    /// The groups that may be shown, in the order of the plan. Others are not even named.
    #[must_use]
    pub fn groups(&self) -> &[PublishedGroup] {
        &self.groups
    }

    /// All groups that are shown together, without the person; one entry a scale.
    #[must_use]
    pub fn total(&self) -> &[PublishedScale] {
        &self.total
    }

    /// Comments, one entry a question.
    #[must_use]
    pub fn comments(&self) -> &[Vec<CommentBlock>] {
        &self.comments
    }
}
