//! A norm that an organisation built from rows of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// A norm of an organisation: its card and its values. Counts and moments of groups, no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalNorm {
    /// Identifier of the instrument.
    pub instrument: String,
    /// Identifier of the norm, unique among those of the instrument in the house.
    pub norm: String,
    /// When it was built.
    pub built: Timestamp,
    /// The account that built it, and declared that the rows may serve for a norm.
    pub built_by: Id,
    /// The declaration that the rows were kept by.
    pub declaration: Id,
    /// Its files, by path.
    pub files: BTreeMap<String, String>,
}

impl LocalNorm {
    /// Its files as the instruments read them.
    #[must_use]
    pub fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect()
    }
}

impl Document for LocalNorm {
    const KIND: Kind = Kind::LocalNorm;
}

/// States of a local norm, as they stand in the clear.
pub mod state {
    /// Kept.
    pub const KEPT: &str = "kept";
}
