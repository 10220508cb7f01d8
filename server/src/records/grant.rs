//! Who may read what: a grant is revocable, scoped and dated.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::ids::Id;

/// A class of documents that a grant may cover; a bit each, so that one query decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentClass {
    /// That the bilan exists, its phases and dates.
    Dates,
    /// Name and address.
    Contact,
    /// Questionnaires given and how far they are.
    Progress,
    /// The single answers.
    Answers,
    /// Results.
    Results,
    /// Notes of the consultant.
    Notes,
    /// The synthesis document.
    Synthesis,
    /// Other documents.
    Documents,
    /// The 360° feedback.
    Feedback,
}

impl DocumentClass {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::Dates,
        Self::Contact,
        Self::Progress,
        Self::Answers,
        Self::Results,
        Self::Notes,
        Self::Synthesis,
        Self::Documents,
        Self::Feedback,
    ];

    /// The bit of the class.
    #[must_use]
    pub const fn bit(self) -> i64 {
        1 << (self as i64)
    }
}

/// The bits of a list of classes.
#[must_use]
pub fn bits(classes: &[DocumentClass]) -> i64 {
    classes.iter().fold(0, |bits, class| bits | class.bit())
}

/// The classes behind bits.
#[must_use]
pub fn classes(bits: i64) -> Vec<DocumentClass> {
    DocumentClass::ALL.into_iter().filter(|class| bits & class.bit() != 0).collect()
}

/// On what a grant rests. Requests and agreements are different records (CT-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The consultant's work before consent: dates and contact.
    Engagement,
    /// The beneficiary's consent to the bilan, for the consultant in charge.
    Consent,
    /// The beneficiary's request, for the operator of career guidance.
    Request,
    /// The beneficiary's agreement, for anybody else.
    Agreement,
}

impl Basis {
    /// The word that stands in the clear.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Engagement => "engagement",
            Self::Consent => "consent",
            Self::Request => "request",
            Self::Agreement => "agreement",
        }
    }

    /// The basis behind a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Engagement, Self::Consent, Self::Request, Self::Agreement].into_iter().find(|basis| basis.word() == word)
    }
}

/// What is kept of a grant besides what the query needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantContent {
    /// Who gave it.
    pub author: Id,
    /// For what.
    pub purpose: String,
    /// Name of whoever may read, for the beneficiary's list.
    pub recipient: String,
    /// When it was given.
    pub given: Timestamp,
}
