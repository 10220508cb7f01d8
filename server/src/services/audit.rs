//! What the audit log holds: who did what to which document, by random identifiers only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::ids::Id;
use crate::services::error::{Result, ServiceError};
use crate::store::{Change, Kind};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Made.
    Create,
    /// Read.
    Read,
    /// Changed.
    Change,
    /// Taken back.
    Withdraw,
    /// Given to somebody to read.
    Grant,
    /// A grant taken back.
    Revoke,
    /// Handed over to the beneficiary.
    Release,
    /// Taken away as a file.
    Export,
    /// Destroyed.
    Destroy,
    /// Signed in.
    SignIn,
    /// A sign-in that failed.
    SignInFailed,
    /// Signed out.
    SignOut,
    /// Credentials reset.
    Reset,
    /// Put to sleep, such as a grant while a reset is not confirmed.
    Suspend,
    /// Woken again.
    Resume,
    /// A link made.
    Invite,
    /// A link spent.
    Enter,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Whose account did it; nobody where time did it.
    pub actor: Option<Id>,
    /// What was done.
    pub verb: Verb,
    /// To what kind of document.
    pub kind: String,
    /// To which one.
    pub object: Option<Id>,
    /// In which bilan.
    pub bilan: Option<Id>,
}

impl AuditEntry {
    /// A line about a document.
    #[must_use]
    pub fn new(actor: Option<Id>, verb: Verb, kind: Kind, object: Option<Id>, bilan: Option<Id>) -> Self {
        Self { actor, verb, kind: kind.as_str().to_owned(), object, bilan }
    }

    /// The change that appends it.
    ///
    /// # Errors
    /// A fault of ours, when it cannot be written.
    pub fn at(&self, now: Timestamp) -> Result<Change> {
        let entry =
            rmp_serde::to_vec_named(self).map_err(|_| ServiceError::Broken("an audit entry cannot be written"))?;
        Ok(Change::Audit { at: now, entry, bilan: self.bilan })
    }

    /// Reads a line back.
    ///
    /// # Errors
    /// A line that does not read.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        rmp_serde::from_slice(bytes).map_err(|_| ServiceError::Broken("an audit entry does not read"))
    }
}
