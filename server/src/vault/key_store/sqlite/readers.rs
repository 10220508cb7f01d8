//! A few connections that only read. A look-up of one key takes some microseconds, so it happens on the thread that
//! asks; when the database is busy, the waiting happens outside of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::super::KeyStoreError;
use super::fault;
use super::identity::Identity;
use super::schema::open_reader;

/// Connections of a store.
const N_READERS: usize = 4;
/// How often a read is tried while the database is busy, and how long it waits in between.
const N_TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(5);

/// The connections.
#[derive(Debug)]
pub(super) struct Readers {
    store: String,
    path: PathBuf,
    identity: Identity,
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Readers {
    /// Opens them.
    pub(super) fn open(store: &str, path: &Path, identity: Identity) -> rusqlite::Result<Self> {
        let connections = (0..N_READERS).map(|_| open_reader(path).map(Mutex::new)).collect::<Result<_, _>>()?;
        Ok(Self { store: store.to_owned(), path: path.to_owned(), identity, connections, next: AtomicUsize::new(0) })
    }

    /// Runs a query that ends at once.
    pub(super) async fn read<T>(&self, query: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, KeyStoreError> {
        // A file that was moved away would go on answering, with keys that were destroyed since.
        if !self.identity.is_at(&self.path) {
            return Err(fault::moved(&self.store));
        }
        let mut tries = 0;
        loop {
            match self.once(&query) {
                Err(error) if is_busy(&error) && tries < N_TRIES => {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(fault::named(&self.store, &error)),
                Ok(value) => return Ok(value),
            }
        }
    }

    fn once<T>(&self, query: impl Fn(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let free = self.connections.iter().cycle().skip(turn % N_READERS).take(N_READERS);
        // A free one, else the turn's: a query that panicked leaves its connection as it was.
        for connection in free {
            if let Ok(connection) = connection.try_lock() {
                return query(&connection);
            }
        }
        match self.connections.get(turn % N_READERS) {
            Some(connection) => query(&connection.lock().unwrap_or_else(PoisonError::into_inner)),
            None => Err(rusqlite::Error::InvalidQuery),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
