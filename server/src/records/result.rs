//! What came out of one questionnaire.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::questionnaire::ResultDocument;
use crate::store::Kind;

/// A result as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredResult {
    /// The assignment it came from.
    pub assignment: Id,
    /// Scores with all that made them.
    pub document: ResultDocument,
    /// When it was scored.
    pub scored: Timestamp,
    /// When it was released to the beneficiary, and by whom; nobody where the right of access did it.
    pub released: Option<(Timestamp, Option<Id>)>,
    /// Instruments' sentences the beneficiary marked as "not me".
    pub not_me: Vec<String>,
}

impl Document for StoredResult {
    const KIND: Kind = Kind::Result;
}

/// States of a result, as they stand in the clear.
pub mod state {
    /// For the consultant.
    pub const HELD: &str = "held";
    /// For the beneficiary too.
    pub const RELEASED: &str = "released";
}
