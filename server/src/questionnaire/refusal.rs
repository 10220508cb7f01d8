//! Why an answer is not taken, with field, what is allowed and remedy. What was answered never stands in it.

use super::given::MAX_TEXT_CHARS;
use super::steps::StepKind;

/// Why an answer is refused. It names what is allowed, and never what was given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// No step at that position.
    #[error("there is no such position; positions go from 1 to {n_steps}")]
    NoSuchPosition {
        /// How many there are.
        n_steps: u32,
    },
    /// An answer of another kind.
    #[error("this position is answered with {}", form_of(*.kind))]
    WrongForm {
        /// How it is answered.
        kind: StepKind,
    },
    /// An option that is not on the list.
    #[error("the options are numbered from 1 to {n_options}")]
    NoSuchOption {
        /// How many there are.
        n_options: u32,
    },
    /// A number outside the bounds, or none.
    #[error("the number must be from {lowest} to {highest}")]
    NumberOutOfBounds {
        /// Lowest number allowed.
        lowest: f64,
        /// Highest number allowed.
        highest: f64,
    },
    /// Nothing written.
    #[error("the text is blank")]
    BlankText,
    /// Too much written.
    #[error("the text may have at most {MAX_TEXT_CHARS} characters")]
    TextTooLong,
    /// A member that the block does not have.
    #[error("`{field}` is a number from 1 to {n_members}")]
    NoSuchMember {
        /// `most` or `least`.
        field: &'static str,
        /// How many members the block has.
        n_members: u32,
    },
    /// One member as both.
    #[error("`most` and `least` are two different members")]
    SameMember,
    /// Ranks that are no order.
    #[error("the ranks are the numbers from 1 to {n_members}, each once")]
    NotAnOrder {
        /// How many members the block has.
        n_members: u32,
    },
}

impl AnswerError {
    /// The field of a request that is at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::NoSuchPosition { .. } => "position",
            Self::WrongForm { .. } => "answer",
            Self::NoSuchOption { .. } => "option",
            Self::NumberOutOfBounds { .. } => "number",
            Self::BlankText | Self::TextTooLong => "text",
            Self::NoSuchMember { field, .. } => field,
            Self::SameMember => "least",
            Self::NotAnOrder { .. } => "ranks",
        }
    }

    /// What would be allowed in the field.
    #[must_use]
    pub fn allowed(&self) -> String {
        match self {
            Self::NoSuchPosition { n_steps } => format!("1 to {n_steps}"),
            Self::WrongForm { kind } => form_of(*kind).to_owned(),
            Self::NoSuchOption { n_options } => format!("1 to {n_options}"),
            Self::NumberOutOfBounds { lowest, highest } => format!("{lowest} to {highest}"),
            Self::BlankText | Self::TextTooLong => format!("1 to {MAX_TEXT_CHARS} characters"),
            Self::NoSuchMember { n_members, .. } => format!("1 to {n_members}"),
            Self::SameMember => "another member than `most`".to_owned(),
            Self::NotAnOrder { n_members } => format!("{n_members} numbers from 1 to {n_members}, each once"),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoSuchPosition { .. } => "use the positions of the pages",
            Self::WrongForm { .. } => "send an answer of the step's kind, or {\"none\": \"skipped\"}",
            Self::NoSuchOption { .. } => "choose an option of the list",
            Self::NumberOutOfBounds { .. } => "give a number within the bounds",
            Self::BlankText => "write something, or send {\"none\": \"skipped\"}",
            Self::TextTooLong => "shorten the text",
            Self::NoSuchMember { .. } => "choose a member of the block",
            Self::SameMember => "choose two different members",
            Self::NotAnOrder { .. } => "give each member a rank of its own",
        }
    }
}

fn form_of(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Likert | StepKind::Dichotomous | StepKind::Choice => "{\"option\": number of the option}",
        StepKind::Slider | StepKind::Number => "{\"number\": a number}",
        StepKind::Text => "{\"text\": a text}",
        StepKind::MostLeast => "{\"most\": number of a member, \"least\": number of another}",
        StepKind::Ranking => "{\"ranks\": the rank of each member}",
    }
}
