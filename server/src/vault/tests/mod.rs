//! Tests of the vault as a whole. [`scenarios`] run against every kind of key store.

mod destruction;
#[cfg(feature = "test-postgres")]
mod postgres;
mod replication;
mod rotation;
mod scenarios;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::key_store::sqlite::{SqliteKeyStore, SqlitePatience};
use super::key_store::{KeyState, KeyStore, KeyStoreError, WrappedKey};
use super::{MasterKey, OpenReport, Vault, VaultError};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::ids::Id;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Waits for nobody: what holds a store up in a test holds it up until the test ends it.
const IMPATIENT: SqlitePatience =
    SqlitePatience { busy: Duration::ZERO, checkpoints: 1, pause: Duration::from_millis(1) };

fn master(seed: u8) -> MasterKey {
    MasterKey::random(&Entropy::seeded([seed; 32]))
}

/// A folder with one folder a key file.
struct Files {
    folder: tempfile::TempDir,
    names: Vec<String>,
    patience: SqlitePatience,
}

impl Files {
    fn new(n: usize) -> Self {
        Self::with_patience(n, IMPATIENT)
    }

    fn with_patience(n: usize, patience: SqlitePatience) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..n).map(|at| format!("store-{at}")).collect();
        for name in &names {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder, names, patience }
    }

    fn path(&self, at: usize) -> PathBuf {
        self.folder.path().join(&self.names[at]).join("keys.db")
    }

    async fn try_open(&self, at: usize) -> Result<Arc<dyn KeyStore>, KeyStoreError> {
        Ok(Arc::new(SqliteKeyStore::open(&self.names[at], &self.path(at), self.patience).await?))
    }

    async fn stores(&self) -> Vec<Arc<dyn KeyStore>> {
        let mut stores = Vec::new();
        for at in 0..self.names.len() {
            stores.push(self.try_open(at).await.unwrap());
        }
        stores
    }

    async fn vault(&self) -> (Vault, OpenReport) {
        open(self.stores().await, master(1), Vec::new()).await.unwrap()
    }

    /// Another connection to a file, as another process would have it.
    fn intruder(&self, at: usize) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path(at)).unwrap()
    }
}

async fn open(
    stores: Vec<Arc<dyn KeyStore>>,
    current: MasterKey,
    others: Vec<MasterKey>,
) -> Result<(Vault, OpenReport), VaultError> {
    Vault::open(stores, current, others, Arc::new(Entropy::from_system().unwrap()), NOW).await
}

/// The wrapped form of a key as a store has it.
async fn wrapped(store: &dyn KeyStore, id: Id) -> WrappedKey {
    match store.key(id).await.unwrap() {
        KeyState::Live(wrapped) => wrapped,
        other => panic!("{id} is {other:?}"),
    }
}

/// The files below a folder that hold any of the needles. Needles are compared by a part that stands in no other.
fn files_with(folder: &Path, needles: &[Vec<u8>]) -> Vec<String> {
    const PART: usize = 16;
    let parts: std::collections::BTreeSet<&[u8]> = needles.iter().map(|needle| &needle[1..=PART]).collect();
    let firsts: [bool; 256] = std::array::from_fn(|byte| parts.iter().any(|part| usize::from(part[0]) == byte));
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // Files of a running server come and go.
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                let holds = |window: &[u8]| firsts[usize::from(window[0])] && parts.contains(window);
                if bytes.windows(PART).any(holds) {
                    found.push(path.display().to_string());
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_search_finds_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let needle: Vec<u8> = (100..173).collect();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    std::fs::write(folder.path().join("below/one"), [&[0; 50][..], &needle, &[0; 50]].concat()).unwrap();
    std::fs::write(folder.path().join("other"), [0; 500]).unwrap();
    assert_eq!(files_with(folder.path(), &[vec![1; 73], needle]).len(), 1);
}
