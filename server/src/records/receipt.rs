//! A destruction as the data store keeps it: first what is to be destroyed, then the signed receipt. Both are in the clear and hold
//! random identifiers, counts and dates only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::ids::Id;
use crate::store::Kind;

/// Why something was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The bilan ended (R6313-7).
    Ended,
    /// The beneficiary, or silence, said no.
    Refused,
    /// It was idle for too long.
    Abandoned,
    /// The beneficiary had everything erased.
    Erased,
    /// The term of what a written agreement kept has come.
    TermOver,
    /// A written agreement was taken back.
    Revoked,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::Ended, Self::Refused, Self::Abandoned, Self::Erased, Self::TermOver, Self::Revoked];

    /// The word in receipts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
            Self::Erased => "erased",
            Self::TermOver => "term-over",
            Self::Revoked => "revoked",
        }
    }

    /// Whether what written agreements cover lives on.
    #[must_use]
    pub const fn honours_agreements(self) -> bool {
        matches!(self, Self::Ended | Self::TermOver | Self::Revoked)
    }
}

/// A record by kind and identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordRef {
    /// Its kind.
    pub kind: Kind,
    /// Its identifier.
    pub id: Id,
}

/// A record that stays, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stay {
    /// The record.
    pub record: RecordRef,
    /// The first moment at which nothing of it may be left.
    pub until: Timestamp,
}

/// How many of a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct KindCount {
    /// The kind, such as `result` or `answer`.
    pub kind: String,
    /// How many.
    pub n: u64,
}

/// What stays of a kind, and until when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct StayCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub n: u64,
    /// The first moment at which nothing of it may be left.
    #[schema(value_type = i64)]
    pub until: Timestamp,
}

/// A destruction that is decided and not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Why.
    pub reason: Reason,
    /// When it was decided.
    pub decided: Timestamp,
    /// By whom; nobody where time did it.
    pub by: Option<Id>,
    /// The bilan.
    pub bilan: Id,
    /// Hash of the salt and the bilan.
    #[serde(with = "serde_bytes")]
    pub commitment: Vec<u8>,
    /// The records that go.
    pub records: Vec<RecordRef>,
    /// The keys that go.
    pub keys: Vec<Id>,
    /// The accounts whose address is forgotten.
    pub accounts: Vec<Id>,
    /// The grants that stay.
    pub grants: Vec<Id>,
    /// What goes, counted.
    pub counts: Vec<KindCount>,
    /// The records that stay.
    pub stays: Vec<Stay>,
    /// The administrative record that notes the receipt, where one stays.
    pub administrative: Option<Id>,
}

/// A destruction as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destroying {
    /// Decided and not finished.
    Draft(Box<Draft>),
    /// Finished: the signed receipt.
    Issued(String),
}

/// States of a destruction, as they stand in the clear.
pub mod state {
    /// Decided, and not finished: it is resumed until every replica of the key store has confirmed.
    pub const DRAFT: &str = "draft";
    /// Finished and signed.
    pub const ISSUED: &str = "issued";
}
