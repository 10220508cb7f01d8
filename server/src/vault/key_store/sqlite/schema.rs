//! The tables of a key file, and why deleted bytes do not survive in them.
//!
//! With `secure_delete`, SQLite overwrites what it frees. But when it rebuilds a page after moving rows to a neighbor,
//! the moved rows stay in the unused part of the old page, and a later deletion does not reach that copy. So the rows
//! that hold wrapped keys and look-up hashes never move:
//!
//! - they are only ever appended (`slot` counts up), which fills the last page and opens a new one;
//! - they are never deleted: a destroyed row is overwritten in place by something of the same length, a tombstone;
//! - no index holds a wrapped key. The index of look-up hashes is built anew after each deletion (the pages of the old
//!   one are freed, and thereby overwritten, whole).
//!
//! Secrets are few rows on one page.

use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// The version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS document_key (
    slot INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    live INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    master BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS document_key_by_id ON document_key (id, live);
CREATE INDEX IF NOT EXISTS document_key_by_master ON document_key (master) WHERE live = 1;
CREATE TABLE IF NOT EXISTS lookup (
    slot INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    live INTEGER NOT NULL,
    account BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS lookup_by_hash ON lookup (hash) WHERE live = 1;
CREATE UNIQUE INDEX IF NOT EXISTS lookup_by_account ON lookup (account) WHERE live = 1;
CREATE TABLE IF NOT EXISTS lookups_version (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO lookups_version (one, version) VALUES (1, 0);
CREATE TABLE IF NOT EXISTS secret (
    name TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL,
    master BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS pending_destruction (
    id BLOB PRIMARY KEY,
    intent BLOB NOT NULL
) STRICT;
";

/// Opens a file for writing and makes its tables; with `create`, the file too.
pub(super) fn open_writer(path: &std::path::Path, busy: Duration, create: Create) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create == Create::IfMissing {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy)?;
    // Before anything is written: temporary tables hold no key on disk, and what is freed is overwritten.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != VERSION {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        connection.execute_batch("COMMIT")?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens a file for reading.
pub(super) fn open_reader(path: &std::path::Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Reads happen on the threads that answer requests, so they wait outside of the database.
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Whether a missing file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Create {
    /// It is.
    IfMissing,
    /// It is not.
    Never,
}
