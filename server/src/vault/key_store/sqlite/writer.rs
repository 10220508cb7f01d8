//! The one thread that writes to a key file. It takes all jobs that wait and commits them together; each of them
//! succeeds or fails on its own.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::KeyStoreError;
use super::fault;
use super::identity::Identity;
use super::schema::{Create, open_writer};

/// The most jobs of one commit.
const MAX_BATCH: usize = 256;

/// What a job does inside a transaction.
type Work<T> = Box<dyn FnOnce(&Connection) -> rusqlite::Result<T> + Send>;

/// A job with its answer: runs in a savepoint, and answers when its commit is known.
trait Job: Send {
    fn run(&mut self, connection: &Connection) -> bool;
    fn finish(self: Box<Self>, committed: Result<(), Failure>);
}

/// Why a whole commit failed.
#[derive(Debug, Clone)]
enum Failure {
    Away(String),
    Corrupt(String),
    Refused(String),
}

impl Failure {
    fn of(error: &rusqlite::Error) -> Self {
        match fault::kind(error) {
            fault::Kind::Away => Self::Away(error.to_string()),
            fault::Kind::Corrupt => Self::Corrupt(error.to_string()),
            fault::Kind::Refused => Self::Refused(error.to_string()),
        }
    }

    fn named(self, store: &str) -> KeyStoreError {
        let store = store.to_owned();
        match self {
            Self::Away(reason) => KeyStoreError::Away { store, reason },
            Self::Corrupt(reason) => KeyStoreError::Corrupt { store, reason },
            Self::Refused(reason) => KeyStoreError::Refused { store, reason },
        }
    }
}

struct Waiting<T> {
    work: Option<Work<T>>,
    done: Option<rusqlite::Result<T>>,
    answer: oneshot::Sender<Result<T, Failure>>,
}

impl<T: Send> Job for Waiting<T> {
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let done = work(connection);
        let succeeded = done.is_ok();
        self.done = Some(done);
        succeeded
    }

    fn finish(self: Box<Self>, committed: Result<(), Failure>) {
        let answer = match (self.done, committed) {
            (Some(Err(error)), _) => Err(Failure::of(&error)),
            (_, Err(failure)) => Err(failure),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(Failure::Refused("the job did not run".to_owned())),
        };
        // Whoever asked may have gone; the work is done all the same.
        let _ = self.answer.send(answer);
    }
}

enum Message {
    Write(Box<dyn Job>),
    Checkpoint(oneshot::Sender<Result<Checkpoint, Failure>>),
    Rejoin(oneshot::Sender<Result<bool, Failure>>),
}

/// What a checkpoint achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checkpoint {
    /// Everything is in the main file, and the log is empty.
    Complete,
    /// A reader or writer held it up.
    HeldUp,
}

/// The handle to the thread. Dropping it waits until the thread has finished its jobs and closed the file.
#[derive(Debug)]
pub(super) struct Writer {
    store: String,
    sender: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has closed the file too.
            let _ = thread.join();
        }
    }
}

impl Writer {
    /// Starts the thread on an open file.
    pub(super) fn start(store: &str, path: &Path, busy: Duration, open: Open) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        let thread = Thread { path: path.to_owned(), busy, open: Some(open) };
        let named = std::thread::Builder::new().name(format!("keys {store}"));
        let thread = named.spawn(move || thread.serve(&receiver))?;
        Ok(Self { store: store.to_owned(), sender: Some(sender), thread: Some(thread) })
    }

    /// Does some work in a transaction and returns after its commit.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Waiting { work: Some(Box::new(work)), done: None, answer };
        self.ask(Message::Write(Box::new(job)), answered).await
    }

    /// Moves the log into the main file, once.
    pub(super) async fn checkpoint(&self) -> Result<Checkpoint, KeyStoreError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Message::Checkpoint(answer), answered).await
    }

    /// Opens the file again if it had gone; tells whether it had.
    pub(super) async fn rejoin(&self) -> Result<bool, KeyStoreError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Message::Rejoin(answer), answered).await
    }

    async fn ask<T>(
        &self,
        message: Message,
        answered: oneshot::Receiver<Result<T, Failure>>,
    ) -> Result<T, KeyStoreError> {
        let stopped = || KeyStoreError::Away { store: self.store.clone(), reason: "its thread has stopped".to_owned() };
        let sender = self.sender.as_ref().ok_or_else(stopped)?;
        sender.send(message).map_err(|_| stopped())?;
        let answer = answered.await.map_err(|_| stopped())?;
        answer.map_err(|failure| failure.named(&self.store))
    }
}

/// An open file, and which file it was.
pub(super) struct Open {
    pub(super) connection: Connection,
    pub(super) identity: Identity,
}

struct Thread {
    path: PathBuf,
    busy: Duration,
    open: Option<Open>,
}

impl Thread {
    /// Works until every handle is gone.
    fn serve(mut self, receiver: &Receiver<Message>) {
        let mut held: Option<Message> = None;
        while let Some(message) = held.take().or_else(|| receiver.recv().ok()) {
            match message {
                Message::Write(first) => {
                    let mut jobs = vec![first];
                    while jobs.len() < MAX_BATCH {
                        match receiver.try_recv() {
                            Ok(Message::Write(job)) => jobs.push(job),
                            Ok(other) => {
                                held = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.commit(jobs);
                }
                Message::Checkpoint(answer) => {
                    let _ = answer.send(self.checkpoint());
                }
                Message::Rejoin(answer) => {
                    let _ = answer.send(self.rejoin());
                }
            }
        }
    }

    /// The connection, as long as the file at the path is the one that was opened. SQLite would go on writing to a file
    /// that was moved away or deleted, and nobody would ever find the keys again.
    fn connection(&mut self) -> Result<&Connection, Failure> {
        let stays = self.open.as_ref().is_some_and(|open| open.identity.is_at(&self.path));
        if !stays {
            self.open = None;
        }
        let away = || Failure::Away(fault::MOVED.to_owned());
        self.open.as_ref().map(|open| &open.connection).ok_or_else(away)
    }

    fn rejoin(&mut self) -> Result<bool, Failure> {
        let was_away = self.connection().is_err();
        if was_away {
            let identity = Identity::of(&self.path).map_err(|error| Failure::Away(error.to_string()))?;
            let connection = open_writer(&self.path, self.busy, Create::Never).map_err(|error| Failure::of(&error))?;
            self.open = Some(Open { connection, identity });
        }
        // A lock is taken and given back, so that a file that cannot be written is noticed here.
        let connection = self.connection()?;
        connection.execute_batch("BEGIN IMMEDIATE; COMMIT").map_err(|error| Failure::of(&error))?;
        Ok(was_away)
    }

    fn checkpoint(&mut self) -> Result<Checkpoint, Failure> {
        let row = self.connection()?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        match row {
            Ok(0) => Ok(Checkpoint::Complete),
            Ok(_) => Ok(Checkpoint::HeldUp),
            Err(error) if matches!(fault::kind(&error), fault::Kind::Away) => Ok(Checkpoint::HeldUp),
            Err(error) => Err(Failure::of(&error)),
        }
    }

    fn commit(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let committed = match self.connection() {
            Ok(connection) => run(connection, &mut jobs).map_err(|error| {
                // Nothing of a failed transaction may stay open.
                let _ = connection.execute_batch("ROLLBACK");
                Failure::of(&error)
            }),
            Err(failure) => Err(failure),
        };
        for job in jobs {
            job.finish(committed.clone());
        }
    }
}

fn run(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for job in jobs {
        connection.execute_batch("SAVEPOINT job")?;
        if !job.run(connection) {
            connection.execute_batch("ROLLBACK TO job")?;
        }
        connection.execute_batch("RELEASE job")?;
    }
    connection.execute_batch("COMMIT")
}
