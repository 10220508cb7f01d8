//! What a rater gives, and why it is not taken.

use crate::agreement::feedback_plan::{RaterGroupId, RaterId};

/// What a rater has agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaterConsent {
    /// To be shown only together with others.
    Anonymous,
    /// To be named: a superior whose answers may be shown alone.
    NamedAndAgreed,
}

/// A comment on an open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Place of the question, from 0.
    pub question_idx: usize,
    /// What was written.
    pub text: String,
}

/// Everything one rater gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaterAnswers {
    /// Who it is.
    pub rater: RaterId,
    /// The group the rater belongs to.
    pub group: RaterGroupId,
    /// What the rater has agreed to.
    pub consent: RaterConsent,
    /// Points, turned as the key says, of all items in the order of the plan; `None` where not answered.
    pub answers: Vec<Option<i32>>,
    /// Comments.
    pub comments: Vec<Comment>,
}

/// Why answers of a rater are not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FeedbackError {
    /// A group that is not in the plan.
    #[error("group `{given}` is not in the plan")]
    UnknownGroup {
        /// The group.
        given: RaterGroupId,
    },
    /// A rater who has answered already, in this group or another.
    #[error("rater `{rater}` has answered already; one person must not count twice")]
    RaterTwice {
        /// The rater.
        rater: RaterId,
    },
    /// A second self-rating.
    #[error("group `{group}` has a self-rating already")]
    SelfTwice {
        /// The group of self-ratings.
        group: RaterGroupId,
    },
    /// Not one answer an item.
    #[error("{given} answers for {expected} items")]
    Length {
        /// Number of answers.
        given: usize,
        /// Number of items of the plan.
        expected: usize,
    },
    /// Points outside their range.
    #[error("item {item_idx}: {given} points are outside {lowest} to {highest}")]
    OutOfRange {
        /// Place of the item, from 0.
        item_idx: usize,
        /// The points.
        given: i32,
        /// Lowest points of the scale.
        lowest: i32,
        /// Highest points of the scale.
        highest: i32,
    },
    /// A comment on a question that is not asked.
    #[error("question {given} is not among the {n_questions} of the plan")]
    UnknownQuestion {
        /// Place of the question, from 0.
        given: usize,
        /// Number of questions.
        n_questions: usize,
    },
    /// Only a superior can agree to be shown alone.
    #[error("group `{group}` is not of superiors; its raters cannot be shown alone")]
    NamedOutsideSuperiors {
        /// The group.
        group: RaterGroupId,
    },
}
