//! The follow-up: a record of its own under a written agreement, one year at most.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::store::Kind;

/// One planned questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedQuestion {
    /// What it is about.
    pub kind: FollowUpKind,
    /// When it is sent.
    #[schema(value_type = i64)]
    pub due: Timestamp,
    /// When it was sent.
    #[schema(value_type = Option<i64>)]
    pub sent: Option<Timestamp>,
    /// Answers, question by question; free text.
    pub answers: Vec<(String, String)>,
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
    /// What is planned.
    pub planned: Vec<PlannedQuestion>,
}

impl Document for FollowUp {
    const KIND: Kind = Kind::FollowUp;
}
