//! What can go wrong between results and what people read.

use engine::agreement::FeedbackError;
use instruments::LoadedInstrument;
use reports::view::ViewProblem;

use crate::comparison::NotComparable;
use crate::feedback360::DesignProblem;

/// Why there is no document, chart or table.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The instrument has no names of scales in the language.
    #[error(
        "{instrument} has no names of scales in `{language}`, only in {}; choose another language or add a text.{language}.csv",
        list(.known)
    )]
    NoWording {
        /// The instrument.
        instrument: String,
        /// The language asked for.
        language: &'static str,
        /// The languages it has.
        known: Vec<String>,
    },
    /// The instrument has no such norm.
    #[error("{instrument} has no norm `{given}`; it has {}", list(.known))]
    UnknownNorm {
        /// The instrument.
        instrument: String,
        /// The norm asked for.
        given: String,
        /// The norms it has.
        known: Vec<String>,
    },
    /// Answers of one member of the entourage are never told alone.
    #[error(
        "{instrument} holds the view of others: the answers of one of them are not told alone; `bilan analyze agreement` tells them together, from the number of raters on that protects each"
    )]
    OneRater {
        /// The instrument.
        instrument: String,
    },
    /// The results have not one entry a scale of the instrument.
    #[error(
        "{given} results for the {expected} scales of {instrument}; they were made with another instrument or version"
    )]
    OtherInstrument {
        /// The instrument.
        instrument: String,
        /// Number of results.
        given: usize,
        /// Number of scales.
        expected: usize,
    },
    /// Two dates that cannot be compared.
    #[error(transparent)]
    NotComparable(#[from] NotComparable),
    /// A 360° that cannot be designed so; all problems are listed.
    #[error("the feedback cannot be planned so: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Design(Vec<DesignProblem>),
    /// Answers of a rater that are not taken.
    #[error("rater {} in the list: {problem}", .rater_idx + 1)]
    Rater {
        /// Place of the rater in the list, from 0.
        rater_idx: usize,
        /// What is wrong.
        problem: FeedbackError,
    },
    /// Not one answer an item.
    #[error("{given} answers for the {expected} items of {instrument}")]
    AnswersOfItems {
        /// The instrument.
        instrument: String,
        /// Number of answers.
        given: usize,
        /// Number of items.
        expected: usize,
    },
    /// A hexagon was asked for, and the scales have no circular order.
    #[error("the scales of this instrument have no circular order, so there is no hexagon")]
    NoCircle,
    /// The answers do not fit the items.
    #[error(transparent)]
    Answers(#[from] engine::model::ResponseError),
    /// The answers cannot be turned into points.
    #[error(transparent)]
    Points(#[from] engine::stats::ItemScoresError),
    /// A number that cannot be shown: a fault of ours.
    #[error(transparent)]
    View(#[from] ViewProblem),
    /// Checking or drawing the view failed.
    #[error(transparent)]
    Report(#[from] reports::Error),
}

/// Results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A norm that the instrument does not have.
    pub(crate) fn unknown_norm(instrument: &LoadedInstrument, given: &str) -> Self {
        Self::UnknownNorm {
            instrument: instrument.id().to_string(),
            given: given.to_owned(),
            known: instrument.norms().iter().map(|norm| norm.card().id.clone()).collect(),
        }
    }
}

/// `a`, `b`; or "none".
fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
