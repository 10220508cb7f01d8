//! The data store: sealed records, grants, answers, the audit log and job files, on SQLite or PostgreSQL.
//!
//! What a row says in the clear is random identifiers, states and dates; every word or number about a person is
//! sealed before it comes here (see [`crate::vault`], whose keys live in a store apart).
//!
//! Map: [`record`] (what is stored), [`change`] (what a commit does), [`selection`] (how lists are asked for),
//! [`audit`] (the chain of the audit log, pure), [`error`], [`sqlite`] and [`postgres`] (the two stores). The texts
//! of the statements and the reading of columns are written once for both, in `statement`, `query` and `columns`.
//! One set of tests, `suite`, runs on both.

pub mod audit;
pub mod change;
pub mod error;
pub mod postgres;
pub mod record;
pub mod selection;
pub mod sqlite;

mod columns;
mod query;
mod statement;
#[cfg(test)]
mod suite;

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;

use crate::clock::Timestamp;
use crate::ids::Id;

pub use audit::{AuditEntry, AuditHead, AuditSegment, LogLine, LogPlace, verify_chain};
pub use change::Change;
pub use error::StoreError;
pub(crate) use postgres::pool as postgres_pool;
pub use postgres::{PostgresSettings, PostgresStore};
pub use record::{GrantRow, Kind, ReadQuestion, Record, StoredAnswer};
pub use selection::Selection;
pub use sqlite::{Existing, SqliteStore};

/// Keeps what the service knows. A commit is all or nothing and is durable when it returns; a read sees every commit
/// that returned before it began.
///
/// # Errors
/// Every call fails with what the database or the file system says; [`StoreError`] names the case.
#[async_trait]
pub trait Store: Send + Sync {
    /// One record, whoever asks.
    async fn fetch(&self, kind: Kind, id: Id) -> Result<Option<Record>, StoreError>;

    /// The record if the reader may read it now, decided in one query: it is of the tenant, and either its owner asks
    /// and its audience includes her, or a grant to the reader covers it that has begun, has not ended, and is
    /// neither revoked nor suspended.
    async fn fetch_readable(&self, question: &ReadQuestion) -> Result<Option<Record>, StoreError>;

    /// The records that a selection describes, in its order.
    async fn select(&self, selection: &Selection) -> Result<Vec<Record>, StoreError>;

    /// One grant.
    async fn fetch_grant(&self, id: Id) -> Result<Option<GrantRow>, StoreError>;

    /// All grants about a bilan, ended and revoked ones too, in order of identifier.
    async fn grants(&self, bilan: Id) -> Result<Vec<GrantRow>, StoreError>;

    /// The grants that let somebody read something now, in order of identifier.
    async fn grants_of(&self, grantee: Id, now: Timestamp) -> Result<Vec<GrantRow>, StoreError>;

    /// The answers of an assignment, in order of position.
    async fn answers(&self, assignment: Id) -> Result<Vec<StoredAnswer>, StoreError>;

    /// How many answers an assignment has; none of them is read.
    async fn n_answers(&self, assignment: Id) -> Result<u32, StoreError>;

    /// The present answer at one position of an assignment.
    ///
    /// # Errors
    /// What the database says.
    async fn answer(&self, assignment: Id, position: i64) -> Result<Option<StoredAnswer>, StoreError>;

    /// One piece of a job's file.
    async fn chunk(&self, file: Id, seq: i64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Does all the changes, in order, or none of them.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] names the first change whose precondition does not hold. After another error the
    /// changes may or may not have been made, as when a connection breaks during the commit.
    async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError>;

    /// Entries of a monthly segment of the audit log, from a number on.
    async fn audit_entries(&self, segment: &str, from_seq: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Entries of the audit log about a bilan, after a place, in the order of the log.
    async fn audit_of_bilan(&self, bilan: Id, after: Option<LogPlace>, limit: u32) -> Result<Vec<LogLine>, StoreError>;

    /// The segments of the audit log in order of month, with the signed heads of the closed ones.
    async fn audit_segments(&self) -> Result<Vec<AuditSegment>, StoreError>;

    /// The head that closes a segment as it stands now, without its signature: sign [`AuditHead::message`] and pass
    /// it to [`Store::close_segment`].
    ///
    /// # Errors
    /// [`StoreError::SegmentOrder`] when a later segment is closed or an earlier one is open.
    async fn head_to_sign(&self, segment: &str, now: Timestamp) -> Result<AuditHead, StoreError>;

    /// Closes a segment with its signed head. Later entries dated in it go into the segment after the last closed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when an entry came in since the head was made, or the segment is closed;
    /// [`StoreError::SegmentOrder`] as above.
    async fn close_segment(&self, head: AuditHead) -> Result<(), StoreError>;

    /// Deletes all entries of a closed segment; its signed head stays, for the chain of heads starts from it.
    ///
    /// # Errors
    /// [`StoreError::SegmentOpen`] when the segment is not closed.
    async fn delete_segment(&self, segment: &str) -> Result<(), StoreError>;

    /// How many records there are of each kind in each state.
    async fn counts(&self) -> Result<BTreeMap<(Kind, String), u64>, StoreError>;

    /// Whether the store can serve: for `/readyz`.
    async fn check(&self) -> Result<(), StoreError>;

    /// Writes a consistent copy into a new file while the service goes on. The copy holds no key.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the file exists; [`StoreError::Unsupported`] on PostgreSQL, which has `pg_dump`.
    async fn backup(&self, to: &Path) -> Result<(), StoreError>;

    /// Finishes the commits under way and lets go of the database. Later calls fail with [`StoreError::Closed`].
    async fn close(&self) -> Result<(), StoreError>;
}
