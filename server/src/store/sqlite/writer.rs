//! The one thread that writes. It takes all commits that wait, does them in one transaction, and answers them after
//! its end: one wait for the disk serves many.

use std::thread::JoinHandle;

use rusqlite::{Connection, params_from_iter};
use tokio::sync::{mpsc, oneshot};

use super::super::audit::{chained, segment_of, segment_start, still_so};
use super::super::statement::{
    DELETE_ENTRIES, Dialect, HAS_HEAD, INSERT_ENTRY, INSERT_HEAD, LAST_CLOSED, LAST_ENTRY, Must, Statement, Value,
    statements,
};
use super::super::{AuditHead, Change, StoreError, columns};
use super::file::FileLock;
use super::head_of;
use super::readers::first;
use crate::clock::Timestamp;
use crate::ids::Id;

/// How many commits a transaction takes at most.
const GROUP: usize = 256;
/// How many jobs may wait; further ones wait to wait.
const QUEUE: usize = 1024;

/// What the writer is asked to do.
pub(super) enum Work {
    /// Changes, all or none.
    Commit(Vec<Change>),
    /// The signed head of a segment.
    CloseSegment(AuditHead),
    /// A closed segment to delete.
    DeleteSegment(String),
    /// Emptying the write-ahead log.
    Checkpoint,
}

/// Work, and where its outcome goes.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) done: oneshot::Sender<Result<(), StoreError>>,
}

/// The thread and the way to it.
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<Result<(), StoreError>>,
}

impl Writer {
    /// Starts the thread, which holds the lock of the file until its last commit is done.
    pub(super) fn start(connection: Connection, lock: FileLock) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new().name("data store".to_owned()).spawn(move || {
            let outcome = serve(&connection, queue);
            drop(connection);
            drop(lock);
            outcome
        })?;
        Ok(Self { jobs, thread })
    }

    /// Where jobs go.
    pub(super) fn jobs(&self) -> mpsc::Sender<Job> {
        self.jobs.clone()
    }

    /// Takes no more jobs, and waits until those that wait are done.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        drop(self.jobs);
        self.thread.join().unwrap_or(Err(StoreError::Closed))
    }
}

fn serve(connection: &Connection, mut queue: mpsc::Receiver<Job>) -> Result<(), StoreError> {
    let mut group = Vec::with_capacity(GROUP);
    while queue.blocking_recv_many(&mut group, GROUP) > 0 {
        let outcomes = write(connection, &group);
        for (job, outcome) in group.drain(..).zip(outcomes) {
            let outcome = match job.work {
                Work::Checkpoint => outcome.and_then(|()| checkpoint(connection)),
                _ => outcome,
            };
            // Whoever asked may have gone; the commit stands.
            let _ = job.done.send(outcome);
        }
    }
    checkpoint(connection)
}

/// Does a group of jobs in one transaction; the outcome of each.
fn write(connection: &Connection, group: &[Job]) -> Vec<Result<(), StoreError>> {
    let failed = |error: StoreError| group.iter().map(|_| Err(error.clone())).collect();
    if let Err(error) = run(connection, "BEGIN IMMEDIATE") {
        return failed(error);
    }
    let mut outcomes = Vec::with_capacity(group.len());
    for job in group {
        let outcome = one(connection, &job.work);
        // Some errors, such as a full disk, end the transaction: then nothing of the group was done.
        if connection.is_autocommit() {
            return failed(outcome.err().unwrap_or(StoreError::Closed));
        }
        outcomes.push(outcome);
    }
    match run(connection, "COMMIT") {
        Ok(()) => outcomes,
        Err(error) => {
            if !connection.is_autocommit() && run(connection, "ROLLBACK").is_err() {
                tracing::error!("a transaction of the data store could not be rolled back");
            }
            outcomes.into_iter().map(|outcome| outcome.and(Err(error.clone()))).collect()
        }
    }
}

/// Does one job within the transaction of its group, or leaves it as it was.
fn one(connection: &Connection, work: &Work) -> Result<(), StoreError> {
    match work {
        Work::Commit(changes) => match changes.as_slice() {
            // A statement alone is all or nothing by itself.
            [change] => match statements(change, Dialect::Sqlite).as_slice() {
                [statement] => apply(connection, 0, statement),
                _ => undoable(connection, || commit(connection, changes)),
            },
            changes => undoable(connection, || commit(connection, changes)),
        },
        Work::CloseSegment(head) => undoable(connection, || close_segment(connection, head)),
        Work::DeleteSegment(segment) => undoable(connection, || delete_segment(connection, segment)),
        Work::Checkpoint => Ok(()),
    }
}

/// Undoes what was done when an error ends it.
fn undoable(connection: &Connection, work: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
    run(connection, "SAVEPOINT one")?;
    let outcome = work();
    if connection.is_autocommit() {
        return outcome;
    }
    if outcome.is_err() {
        run(connection, "ROLLBACK TO one")?;
    }
    run(connection, "RELEASE one")?;
    outcome
}

fn commit(connection: &Connection, changes: &[Change]) -> Result<(), StoreError> {
    for (change_idx, change) in changes.iter().enumerate() {
        for statement in &statements(change, Dialect::Sqlite) {
            apply(connection, change_idx, statement)?;
        }
        if let Change::Audit { at, entry, bilan } = change {
            append(connection, *at, entry, bilan.as_ref())?;
        }
    }
    Ok(())
}

fn apply(connection: &Connection, change_idx: usize, statement: &Statement<'_>) -> Result<(), StoreError> {
    let mut prepared = connection.prepare_cached(statement.sql)?;
    let values = params_from_iter(&statement.values);
    let holds = match statement.must {
        Must::Run => prepared.execute(values).map(|_| true)?,
        Must::Change => prepared.execute(values)? == 1,
        Must::Find => prepared.exists(values)?,
    };
    if holds { Ok(()) } else { Err(StoreError::Conflict { change_idx }) }
}

/// Appends to the audit log. This thread alone writes, so no entry comes between.
fn append(connection: &Connection, at: Timestamp, entry: &[u8], bilan: Option<&Id>) -> Result<(), StoreError> {
    let closed: Option<String> = connection.prepare_cached(LAST_CLOSED)?.query_row([], |row| row.get(0))?;
    let segment = segment_of(at, closed.as_deref());
    let end = first(connection, LAST_ENTRY, &[Value::Text(&segment)], columns::chain_end)?;
    let (seq, before) = end.unwrap_or_else(|| (0, segment_start(&segment)));
    let hash = chained(&before, at, entry);
    let values = [
        Value::Text(&segment),
        Value::Int(seq.saturating_add(1)),
        Value::Int(at.as_millis()),
        Value::Bytes(entry),
        Value::Bytes(&hash),
        Value::opt_id(bilan),
    ];
    connection.prepare_cached(INSERT_ENTRY)?.execute(params_from_iter(&values))?;
    Ok(())
}

fn close_segment(connection: &Connection, head: &AuditHead) -> Result<(), StoreError> {
    still_so(head, &head_of(connection, &head.segment, head.closed_at)?)?;
    let values = [
        Value::Text(&head.segment),
        Value::Bytes(&head.previous),
        Value::Int(head.n_entries),
        Value::Bytes(&head.hash),
        Value::Bytes(&head.signature),
        Value::Int(head.closed_at.as_millis()),
    ];
    connection.prepare_cached(INSERT_HEAD)?.execute(params_from_iter(&values))?;
    Ok(())
}

fn delete_segment(connection: &Connection, segment: &str) -> Result<(), StoreError> {
    let n_heads: i64 = connection.prepare_cached(HAS_HEAD)?.query_row([segment], |row| row.get(0))?;
    if n_heads == 0 {
        return Err(StoreError::SegmentOpen { segment: segment.to_owned() });
    }
    connection.prepare_cached(DELETE_ENTRIES)?.execute([segment])?;
    Ok(())
}

/// Moves the write-ahead log into the file and empties it. Readers in the way only delay it: `busy_timeout` waits.
fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(rusqlite::Error::SqliteFailure(BUSY, None).into()) }
}

const BUSY: rusqlite::ffi::Error =
    rusqlite::ffi::Error { code: rusqlite::ErrorCode::DatabaseBusy, extended_code: rusqlite::ffi::SQLITE_BUSY };

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
