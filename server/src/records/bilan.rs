//! One bilan and its life.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// Where a bilan stands (R6313-4): before consent, in one of the three phases, or over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Proposed to the beneficiary; nothing may be asked yet.
    Proposed,
    /// Consent is recorded.
    Engaged,
    /// The preliminary phase.
    Preliminary,
    /// The investigation phase: questionnaires are answered.
    Investigation,
    /// The conclusions phase: results are handed over.
    Conclusions,
    /// Over; content is destroyed.
    Ended,
    /// The beneficiary, or silence, said no.
    Refused,
    /// Idle for too long.
    Abandoned,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 8] = [
        Self::Proposed,
        Self::Engaged,
        Self::Preliminary,
        Self::Investigation,
        Self::Conclusions,
        Self::Ended,
        Self::Refused,
        Self::Abandoned,
    ];

    /// The word that stands in the clear.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Engaged => "engaged",
            Self::Preliminary => "preliminary",
            Self::Investigation => "investigation",
            Self::Conclusions => "conclusions",
            Self::Ended => "ended",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
        }
    }

    /// The phase behind a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.word() == word)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Refused | Self::Abandoned)
    }

    /// Whether consent was recorded and the bilan goes on.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Engaged | Self::Preliminary | Self::Investigation | Self::Conclusions)
    }
}

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "by")]
#[expect(clippy::large_enum_variant, reason = "there is one for a bilan, and it is moved once")]
pub enum Funding {
    /// The beneficiary, by her own means or rights.
    Beneficiary,
    /// An employer, under a written agreement of three parties (R6313-8).
    Employer {
        /// The employer's house.
        #[schema(value_type = String)]
        employer: Id,
        /// Title of the action.
        title: String,
        /// Aims.
        aims: String,
        /// Content.
        content: String,
        /// Means.
        means: String,
        /// How long it takes and when.
        duration: String,
        /// The follow-up.
        follow_up: String,
        /// How results and synthesis are handed over.
        handing_over: String,
        /// Price, in words.
        price: String,
        /// When the agreement was put before the beneficiary; the ten days count from there.
        #[schema(value_type = i64)]
        presented: Timestamp,
        /// Whether the beneficiary agreed that the employer sees that the bilan exists, and its dates.
        visible: bool,
    },
}

/// Consent as it was given: to which text, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Version of the text.
    pub version: String,
    /// Language of the text that was read.
    pub language: String,
    /// SHA-256 of the text, in hexadecimal.
    pub hash: String,
    /// When.
    #[schema(value_type = i64)]
    pub at: Timestamp,
}

/// A step of the bilan's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseStep {
    /// Into which phase.
    pub phase: Phase,
    /// When.
    pub at: Timestamp,
    /// By whom; nobody where time did it.
    pub by: Option<Id>,
}

/// One bilan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bilan {
    /// The beneficiary's account.
    pub beneficiary: Id,
    /// The consultant in charge.
    pub consultant: Id,
    /// Who pays.
    pub funding: Funding,
    /// Consent, once given.
    pub consent: Option<Consent>,
    /// The steps so far.
    pub steps: Vec<PhaseStep>,
    /// The last sign of life.
    pub active: Timestamp,
    /// When notices of abandonment were given since then.
    pub notices: Vec<Timestamp>,
    /// When the beneficiary asked to see her results (right of access).
    pub access_requested: Option<Timestamp>,
    /// When results and synthesis were handed over.
    pub delivered: Option<Timestamp>,
    /// The administrative record.
    pub administrative: Id,
    /// Salt of the commitment in the receipt, for the beneficiary to hold.
    #[serde(with = "serde_bytes")]
    pub salt: Vec<u8>,
    /// A transfer to another consultant that waits for the beneficiary's agreement.
    pub transfer: Option<Id>,
}

impl Document for Bilan {
    const KIND: Kind = Kind::Bilan;
}
