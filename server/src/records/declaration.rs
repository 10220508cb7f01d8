//! An organisation's word that it is entitled to keep the rows that it has scored (CT-13).

use serde::{Deserialize, Serialize};

use crate::bulk::entitlement::Declaration;
use crate::documents::Document;
use crate::store::Kind;

/// A declaration as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedDeclaration {
    /// Who declared what, when, until when.
    pub declaration: Declaration,
    /// In which words.
    pub text: String,
}

impl Document for RecordedDeclaration {
    const KIND: Kind = Kind::Declaration;
}

/// States of a declaration, as they stand in the clear.
pub mod state {
    /// Recorded; whether it is live is a question of time.
    pub const RECORDED: &str = "recorded";
}
