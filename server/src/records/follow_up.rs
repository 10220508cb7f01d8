//! The follow-up: a record of its own under a written agreement, one year at most.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// One planned questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedQuestion {
    /// What it is about.
    pub kind: FollowUpKind,
    /// When it is sent.
    pub due: Timestamp,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// Hash of the link's secret, once it was sent.
    #[serde(with = "serde_bytes")]
    pub token_hash: Vec<u8>,
    /// Answers, question by question: the word of the question, and free text.
    pub answers: Vec<(String, String)>,
    /// When they were given.
    pub answered: Option<Timestamp>,
}

/// What a follow-up questionnaire is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FollowUpKind {
    /// What became of the project.
    Situation,
    /// Satisfaction with the bilan.
    Satisfaction,
}

/// The follow-up of one bilan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// How the person is called.
    pub name: String,
    /// Where she is reached.
    pub email: Option<String>,
    /// Her language.
    pub language: String,
    /// When the agreement was signed.
    pub signed: Timestamp,
    /// How long after the end.
    pub kept: super::agreement::KeptDays,
    /// When the bilan ended.
    pub ended: Option<Timestamp>,
    /// What is planned.
    pub planned: Vec<PlannedQuestion>,
    /// Destruction receipts of the bilan.
    pub receipts: Vec<Id>,
}

impl FollowUp {
    /// The first moment at which nothing of it may be left; `None` before the bilan has ended.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.ended.map(|end| self.kept.until(end))
    }
}

/// States of a follow-up, as they stand in the clear.
pub mod state {
    /// Agreed, while the bilan goes on.
    pub const AGREED: &str = "agreed";
    /// The bilan has ended; questionnaires are sent.
    pub const RUNNING: &str = "running";
}

impl Document for FollowUp {
    const KIND: Kind = Kind::FollowUp;
}
