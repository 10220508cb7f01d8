//! Agreement of raters on a person (360°), and what of it may be shown.
//!
//! Reading order: [`null_distribution`] and [`within_group`] (raters of one person), [`nested`] (raters of many people),
//! [`self_other`] (the person against the raters). These show everything they compute: they are for studies of an instrument.
//!
//! What goes to a person: [`disclosure`] (the rule), [`feedback_plan`], [`feedback_answers`], [`feedback`] (from answers to the one release),
//! [`published`] (what may be seen).

mod comments;
pub mod disclosure;
pub mod feedback;
pub mod feedback_answers;
mod feedback_figures;
pub mod feedback_plan;
pub mod nested;
pub mod null_distribution;
pub mod published;
pub mod self_other;
pub mod within_group;

pub use feedback::{FeedbackRound, RowProblem, release_all};
pub use feedback_answers::{Comment, FeedbackError, RaterAnswers, RaterConsent};
pub use feedback_plan::{
    DisclosureConfig, FeedbackPlan, FeedbackScale, GroupKind, PlanError, RaterGroup, RaterGroupId, RaterId, TargetId,
};
pub use published::{PublishedFeedback, PublishedGroup, PublishedScale, Shown};
