//! What people write: notes, the synthesis, remarks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// A note of the consultant about the beneficiary; part of the beneficiary's access export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who wrote it.
    pub author: Id,
    /// The text.
    pub text: String,
    /// When it was last changed.
    pub at: Timestamp,
}

/// The synthesis document, in the sections that practice expects (CT-11).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SynthesisText {
    /// Circumstances of the bilan.
    pub circumstances: String,
    /// Competences and aptitudes in view of the perspectives.
    pub competences: String,
    /// Project and alternatives.
    pub project: String,
    /// Steps of its realisation.
    pub steps: String,
    /// Training, where there is one.
    pub training: String,
}

/// The synthesis document as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synthesis {
    /// The consultant's sections.
    pub text: SynthesisText,
    /// The beneficiary's remarks.
    pub remarks: String,
    /// Who wrote it last.
    pub author: Id,
    /// When it was last changed.
    pub at: Timestamp,
    /// When it was handed over.
    pub delivered: Option<Timestamp>,
}

/// A document that the beneficiary brought, such as a signed export of an earlier bilan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtDocument {
    /// What it is.
    pub kind: String,
    /// The bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// When it came.
    pub at: Timestamp,
}

impl Document for Note {
    const KIND: Kind = Kind::Note;
}

impl Document for Synthesis {
    const KIND: Kind = Kind::Synthesis;
}

impl Document for BroughtDocument {
    const KIND: Kind = Kind::Document;
}
