//! The data file: who may open it, its settings and its schema.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::super::StoreError;

/// The texts that bring the schema from one version to the next; the first makes version 1.
const MIGRATIONS: [&str; 1] = [include_str!("0001.sql")];
/// Marks a data file of ours: "bila".
const APPLICATION: i64 = 0x6269_6c61;
/// How long to wait for a lock that another program holds, such as a shell on the file.
const BUSY: Duration = Duration::from_secs(5);
/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 96;
/// The write-ahead log is moved into the file when it has so many pages of 4 KiB. Measured with 200 tasks that save
/// answers without pause: 1000, 4000 and 16000 differ in throughput and p99 less than two runs of the same do, so the
/// middle one, whose log stays near 16 MB.
const CHECKPOINT_PAGES: i64 = 4000;

/// An exclusive lock beside a file, which the system lets go when the process ends, however it ends.
pub(crate) struct FileLock(#[expect(dead_code, reason = "held, not read: closing the file ends the lock")] File);

impl FileLock {
    /// Takes the lock of a file that need not exist yet. Two names of one file, through a link, share a lock.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process or handle has it, or what the system says.
    pub(crate) fn take(file: &Path) -> Result<Self, StoreError> {
        let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let beside = with_ending(&real, ".lock");
        let lock =
            private().write(true).create(true).truncate(false).open(&beside).map_err(StoreError::file(&beside))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self(lock)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { file: file.to_owned() }),
            Err(TryLockError::Error(cause)) => Err(StoreError::file(beside)(cause)),
        }
    }
}

/// A path with something after its name.
pub(super) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// New files are for their owner alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens the file to write, with its settings and the newest schema.
pub(super) fn open_to_write(file: &Path) -> Result<Connection, StoreError> {
    // Made here and not by SQLite, for the permissions.
    private().append(true).create(true).open(file).map_err(StoreError::file(file))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    configure(&connection)?;
    let found = schema_version(&connection, file)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        let problem = format!("its folder allows no write-ahead log (journal mode {mode})");
        return Err(StoreError::DamagedFile { file: file.to_owned(), problem });
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = OFF;")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    migrate(&connection, found)?;
    Ok(connection)
}

/// Opens the file to read only.
pub(super) fn open_to_read(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    configure(&connection)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    Ok(())
}

/// The version of a data file's schema: 0 for an empty file.
///
/// # Errors
/// When the file is something else, damaged or newer.
pub(super) fn schema_version(connection: &Connection, file: &Path) -> Result<i64, StoreError> {
    let damaged = |problem: String| StoreError::DamagedFile { file: file.to_owned(), problem };
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = number("application_id").map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => damaged(error.to_string()),
        _ => error.into(),
    })?;
    let found = number("user_version")?;
    let supported = MIGRATIONS.len() as i64;
    let n_tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, found, n_tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION, found, _) if found > supported => Err(StoreError::NewerSchema { found, supported }),
        (APPLICATION, 1.., _) => Ok(found),
        _ => Err(damaged("it is the database of another program".to_owned())),
    }
}

fn migrate(connection: &Connection, found: i64) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    for (version, text) in (1_i64..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        transaction.execute_batch(text)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    if found == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
    }
    transaction.commit()?;
    Ok(())
}
