//! The data store in one SQLite file, for one process.
//!
//! Map: `writer` (the one thread that writes, many commits at a time), `readers` (connections that only read),
//! [`file`] (opening, settings, schema, the lock), `backup` (copies made while the service goes on).

mod backup;
pub(crate) mod file;
mod readers;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::clock::Timestamp;
use crate::ids::Id;

use super::statement::{LAST_ENTRY, Value};
use super::{
    AuditEntry, AuditHead, AuditSegment, Change, GrantRow, Kind, LogLine, LogPlace, ReadQuestion, Record, Selection,
    Store, StoreError, StoredAnswer, audit, columns, query,
};
use readers::{Readers, all, first};
use writer::{Job, Work, Writer};

pub use backup::Existing;

/// The data store in one SQLite file.
pub struct SqliteStore {
    file: PathBuf,
    readers: Arc<Readers>,
    writer: Mutex<Option<Writer>>,
}

impl SqliteStore {
    /// Opens a data file, or makes it, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process or handle has it, [`StoreError::NewerSchema`] when a newer program
    /// made it, [`StoreError::DamagedFile`] when it is something else, or what the system says.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let lock = file::FileLock::take(file)?;
        let connection = file::open_to_write(file)?;
        let readers = Arc::new(Readers::of(file)?);
        let writer = Writer::start(connection, lock).map_err(StoreError::file(file))?;
        Ok(Self { file: file.to_owned(), readers, writer: Mutex::new(Some(writer)) })
    }

    /// Opens a data file, or a backup of one, to read it only: beside a service that goes on writing too. What would
    /// write fails with [`StoreError::Closed`].
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] and [`StoreError::DamagedFile`] as in [`Self::open`], or what the system says.
    pub fn open_to_read(file: &Path) -> Result<Self, StoreError> {
        // SQLite's own words for a missing file name no file.
        std::fs::metadata(file).map_err(StoreError::file(file))?;
        let readers = Arc::new(Readers::of(file)?);
        readers.read(|connection| file::schema_version(connection, file))?;
        Ok(Self { file: file.to_owned(), readers, writer: Mutex::new(None) })
    }

    /// Puts a backup into place as the data file, after checking it; no process may have the data file open.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is a data file that is not empty and `existing` says to refuse,
    /// [`StoreError::InUse`], [`StoreError::DamagedFile`] and [`StoreError::NewerSchema`] as in [`Self::open`].
    pub fn restore(backup: &Path, to: &Path, existing: Existing) -> Result<(), StoreError> {
        backup::restore(backup, to, existing)
    }

    /// Writes what the write-ahead log holds into the data file and empties the log, so that nothing deleted stays in
    /// either.
    ///
    /// # Errors
    /// What SQLite says; [`StoreError::Closed`].
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        self.write(Work::Checkpoint).await
    }

    async fn write(&self, work: Work) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        let jobs = self.writer.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Writer::jobs);
        jobs.ok_or(StoreError::Closed)?.send(Job { work, done }).await.map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    /// Reads of a few rows run where they are asked: each takes some 20 µs, a tenth of what handing it to another
    /// thread and back takes. Measured with 200 tasks that read three records before saving each answer, on two busy
    /// cores: 3,700 saves a second so, 1,400 by `spawn_blocking`. Reads that grow with the data go through
    /// [`Self::scan`].
    fn read<T>(&self, read: impl FnOnce(&rusqlite::Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.readers.read(read)
    }

    /// Reads of many rows leave the threads that serve requests.
    async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(&self.readers);
        tokio::task::spawn_blocking(move || readers.read(read)).await.map_err(|_| StoreError::Closed)?
    }
}

/// All segments of the audit log.
fn segments(connection: &rusqlite::Connection) -> Result<Vec<AuditSegment>, StoreError> {
    let stored = all(connection, query::ENTRIES_BY_SEGMENT, &[], columns::segment_count)?;
    let heads = all(connection, query::HEADS, &[], columns::head)?;
    Ok(audit::segments(stored, heads))
}

/// The head that would close a segment now.
fn head_of(connection: &rusqlite::Connection, segment: &str, now: Timestamp) -> Result<AuditHead, StoreError> {
    let end = first(connection, LAST_ENTRY, &[Value::Text(segment)], columns::chain_end)?;
    audit::head_of(segment, &segments(connection)?, end, now)
}

#[async_trait]
impl Store for SqliteStore {
    async fn fetch(&self, kind: Kind, id: Id) -> Result<Option<Record>, StoreError> {
        let values = [Value::Text(kind.as_str()), Value::id(&id)];
        self.read(|connection| first(connection, query::FETCH, &values, columns::record))
    }

    async fn fetch_readable(&self, question: &ReadQuestion) -> Result<Option<Record>, StoreError> {
        let values = query::readable_values(question);
        self.read(|connection| first(connection, query::FETCH_READABLE, &values, columns::record))
    }

    async fn select(&self, selection: &Selection) -> Result<Vec<Record>, StoreError> {
        let selection = selection.clone();
        self.scan(move |connection| {
            let (sql, values) = query::selection(&selection)?;
            all(connection, &sql, &values, columns::record)
        })
        .await
    }

    async fn fetch_grant(&self, id: Id) -> Result<Option<GrantRow>, StoreError> {
        self.read(|connection| first(connection, query::FETCH_GRANT, &[Value::id(&id)], columns::grant))
    }

    async fn grants(&self, bilan: Id) -> Result<Vec<GrantRow>, StoreError> {
        self.read(|connection| all(connection, query::GRANTS, &[Value::id(&bilan)], columns::grant))
    }

    async fn grants_of(&self, grantee: Id, now: Timestamp) -> Result<Vec<GrantRow>, StoreError> {
        let now = now.as_millis();
        self.scan(move |connection| {
            all(connection, query::GRANTS_OF, &[Value::id(&grantee), Value::Int(now)], columns::grant)
        })
        .await
    }

    async fn answers(&self, assignment: Id) -> Result<Vec<StoredAnswer>, StoreError> {
        self.read(|connection| all(connection, query::ANSWERS, &[Value::id(&assignment)], columns::answer))
    }

    async fn n_answers(&self, assignment: Id) -> Result<u32, StoreError> {
        self.read(|connection| {
            Ok(first(connection, query::N_ANSWERS, &[Value::id(&assignment)], columns::n)?.unwrap_or_default())
        })
    }

    async fn answer(&self, assignment: Id, position: i64) -> Result<Option<StoredAnswer>, StoreError> {
        self.read(|connection| {
            first(connection, query::ANSWER, &[Value::id(&assignment), Value::Int(position)], columns::answer)
        })
    }

    async fn chunk(&self, file: Id, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.scan(move |connection| {
            first(connection, query::CHUNK, &[Value::id(&file), Value::Int(seq)], columns::chunk)
        })
        .await
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.write(Work::Commit(changes)).await
    }

    async fn audit_entries(&self, segment: &str, from_seq: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let segment = segment.to_owned();
        self.scan(move |connection| {
            let values = [Value::Text(&segment), Value::Int(from_seq), Value::Int(limit.into())];
            all(connection, query::ENTRIES, &values, columns::entry)
        })
        .await
    }

    async fn audit_of_bilan(&self, bilan: Id, after: Option<LogPlace>, limit: u32) -> Result<Vec<LogLine>, StoreError> {
        self.scan(move |connection| {
            let (segment, seq) = query::after_place(after.as_ref());
            let values = [Value::id(&bilan), Value::Text(segment), Value::Int(seq), Value::Int(limit.into())];
            all(connection, query::ENTRIES_OF_BILAN, &values, columns::line)
        })
        .await
    }

    async fn audit_segments(&self) -> Result<Vec<AuditSegment>, StoreError> {
        self.scan(segments).await
    }

    async fn head_to_sign(&self, segment: &str, now: Timestamp) -> Result<AuditHead, StoreError> {
        let segment = segment.to_owned();
        self.scan(move |connection| {
            // Both reads see the same moment.
            let moment = connection.unchecked_transaction()?;
            head_of(&moment, &segment, now)
        })
        .await
    }

    async fn close_segment(&self, head: AuditHead) -> Result<(), StoreError> {
        self.write(Work::CloseSegment(head)).await
    }

    async fn delete_segment(&self, segment: &str) -> Result<(), StoreError> {
        self.write(Work::DeleteSegment(segment.to_owned())).await
    }

    async fn counts(&self) -> Result<BTreeMap<(Kind, String), u64>, StoreError> {
        self.scan(|connection| Ok(all(connection, query::COUNTS, &[], columns::count)?.into_iter().collect())).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        // An empty commit shows that the writer lives and the file takes a transaction.
        self.commit(Vec::new()).await?;
        self.read(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let (from, to) = (self.file.clone(), to.to_owned());
        self.readers.still_open()?;
        tokio::task::spawn_blocking(move || backup::copy(&from, &to)).await.map_err(|_| StoreError::Closed)?
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.readers.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(writer) = writer else { return Ok(()) };
        tokio::task::spawn_blocking(move || writer.finish()).await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for SqliteStore {
    /// Finishes what is under way, so that the file is free when the store is gone.
    fn drop(&mut self) {
        self.readers.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = writer.map(Writer::finish) {
            tracing::error!(%error, "the data store did not close well");
        }
    }
}

#[cfg(test)]
mod tests;
