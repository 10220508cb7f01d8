//! One questionnaire given to one person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::questionnaire::{Accommodation, StoredAnswer};
use crate::store::Kind;

/// Where an assignment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentState {
    /// Given.
    NotStarted,
    /// Begun.
    InProgress,
    /// Submitted, being scored; no answer is taken any more.
    Submitted,
    /// Scored.
    Done,
    /// Taken back.
    Withdrawn,
}

impl AssignmentState {
    /// The word that stands in the clear.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "not-started",
            Self::InProgress => "in-progress",
            Self::Submitted => "submitted",
            Self::Done => "done",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state behind a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::NotStarted, Self::InProgress, Self::Submitted, Self::Done, Self::Withdrawn]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Respondent {
    /// The beneficiary, about herself.
    Beneficiary,
    /// Somebody else, about the beneficiary.
    Rater,
}

/// One questionnaire given to one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Instrument and version, such as `interests-60@1.0.0`.
    pub instrument: String,
    /// Language of the questionnaire.
    pub language: String,
    /// Norm to compare with, where one was chosen.
    pub norm: Option<String>,
    /// Whether everyone is compared with the combined stratum.
    pub combined_stratum: bool,
    /// Why it is asked (L6313-4: a direct and necessary link).
    pub purpose: String,
    /// Who answers.
    pub respondent: Respondent,
    /// Who gave it.
    pub assigned_by: Id,
    /// When.
    pub assigned: Timestamp,
    /// When it was begun.
    pub started: Option<Timestamp>,
    /// When it was submitted.
    pub submitted: Option<Timestamp>,
    /// Sex and age, asked only when the norm has strata by them.
    pub facts: Facts,
    /// When each section was begun.
    pub sections: BTreeMap<u32, Timestamp>,
    /// When each step was first displayed, by its position.
    pub shown: BTreeMap<u32, Timestamp>,
    /// Extensions of time.
    pub accommodations: Vec<Accommodation>,
    /// The result, once there is one.
    pub result: Option<Id>,
    /// Whether staff entered the answers from paper.
    pub from_paper: bool,
    /// The 360° round, for raters and the self form that belongs to it.
    pub round: Option<Id>,
}

/// One answer as it is kept: sealed under the assignment's key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The answer.
    pub answer: StoredAnswer,
    /// When the step was first answered.
    pub first: Timestamp,
    /// When this answer was given.
    pub at: Timestamp,
}

/// What is asked of a person because the chosen norm needs it, and nothing more (GD-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Sex as the norm's strata know it; not given is allowed.
    pub sex: Option<FactSex>,
    /// Completed years.
    pub age: Option<u8>,
}

/// Sex as norms know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum FactSex {
    /// Female.
    F,
    /// Male.
    M,
}

impl Document for Assignment {
    const KIND: Kind = Kind::Assignment;
}
