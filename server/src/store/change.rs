//! What a commit does.

use crate::clock::Timestamp;
use crate::ids::Id;

use super::{GrantRow, Kind, Record};

/// One change of a commit. Its precondition, where it has one, is checked in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Adds a record as it is, its version included. Conflict when its kind and identifier exist.
    Insert(Record),
    /// Replaces a record; its version is the one read, and the stored one becomes one more. Conflict when another
    /// update came first, or when it was deleted.
    Update(Record),
    /// Deletes a record, if it is there.
    Delete {
        /// Its kind.
        kind: Kind,
        /// Its identifier.
        id: Id,
    },
    /// Deletes all records of some kinds that belong to a bilan.
    DeleteOfBilan {
        /// The bilan.
        bilan: Id,
        /// The kinds.
        kinds: Vec<Kind>,
    },
    /// Saves an answer, in place of an earlier one. Conflict when the assignment is not in the state, or its bilan does not go on.
    PutAnswer {
        /// The assignment.
        assignment: Id,
        /// The place of the question.
        position: i64,
        /// The sealed answer.
        sealed: Vec<u8>,
        /// The state in which answers are taken.
        in_state: &'static str,
    },
    /// Deletes the answers of an assignment.
    DeleteAnswers {
        /// The assignment.
        assignment: Id,
    },
    /// Adds a grant as it is. Conflict when its identifier exists.
    InsertGrant(GrantRow),
    /// Replaces a grant, checking its version as [`Change::Update`] does.
    UpdateGrant(GrantRow),
    /// Deletes all grants about a bilan.
    DeleteGrants {
        /// The bilan.
        bilan: Id,
    },
    /// Changes nothing. Conflict when the record is absent, or is not of the version or in the state given; it stays
    /// as it is until the commit is done.
    Expect {
        /// Its kind.
        kind: Kind,
        /// Its identifier.
        id: Id,
        /// The version it must have.
        version: Option<i64>,
        /// The state it must be in.
        state: Option<String>,
    },
    /// Changes nothing. Conflict when the bilan is absent or over; it goes on until the commit is done.
    ExpectGoingOn {
        /// The bilan.
        bilan: Id,
    },
    /// Appends to the audit log, in the order of the commit and after its other changes.
    Audit {
        /// When it happened.
        at: Timestamp,
        /// MessagePack of random identifiers and verbs.
        entry: Vec<u8>,
        /// The bilan it is about: what [`Store::audit_of_bilan`](super::Store::audit_of_bilan) finds it by.
        bilan: Option<Id>,
    },
    /// Saves a piece of a job's file, in place of an earlier one.
    PutChunk {
        /// The file.
        file: Id,
        /// The number of the piece.
        seq: i64,
        /// The sealed bytes.
        sealed: Vec<u8>,
    },
    /// Deletes a job's file.
    DeleteChunks {
        /// The file.
        file: Id,
    },
}
