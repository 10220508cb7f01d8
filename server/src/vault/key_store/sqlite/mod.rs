//! A key store in one SQLite file, apart from the data.
//!
//! Map: `schema` (the tables, and why deleted bytes do not survive in them), `writer` (one thread that commits),
//! `readers` (the hot path), `statements` (what is read and written), `restore` (a damaged file from a replica),
//! `identity` (files that were moved away), `fault` (errors).

mod fault;
mod identity;
mod readers;
mod restore;
mod schema;
mod statements;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;

use self::identity::Identity;
use self::readers::Readers;
use self::schema::Create;
use self::writer::{Checkpoint, Open, Writer};
use super::{
    Digest32, Intent, KeyState, KeyStore, KeyStoreError, Listed, LookupWritten, Rejoined, SecretRule, Tombstone,
    WrappedKey, WrappedSecret,
};
use crate::ids::Id;
use crate::vault::master_key::MasterKeyId;

pub use restore::remove_damaged;

/// How long a key file waits for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlitePatience {
    /// How long a write waits for another process that writes.
    pub busy: Duration,
    /// How often a checkpoint is tried while readers or writers hold it up.
    pub checkpoints: u32,
    /// The pause between two of them.
    pub pause: Duration,
}

impl SqlitePatience {
    /// For a server: five seconds for a write, some ten for a checkpoint.
    #[must_use]
    pub const fn of_a_server() -> Self {
        Self { busy: Duration::from_secs(5), checkpoints: 100, pause: Duration::from_millis(50) }
    }
}

/// A key store in one SQLite file.
#[derive(Debug)]
pub struct SqliteKeyStore {
    name: String,
    path: PathBuf,
    patience: SqlitePatience,
    is_new: bool,
    writer: Writer,
    readers: RwLock<Arc<Readers>>,
}

impl SqliteKeyStore {
    /// Opens a key file under a name that receipts may show; makes one, readable by its owner only, where there is
    /// none. The folder must be there.
    ///
    /// # Errors
    /// [`KeyStoreError::Away`] when the file cannot be opened, [`KeyStoreError::Corrupt`] when it is damaged.
    pub async fn open(name: &str, path: &Path, patience: SqlitePatience) -> Result<Self, KeyStoreError> {
        let (store, path) = (name.to_owned(), path.to_owned());
        let opening = tokio::task::spawn_blocking(move || Self::open_blocking(&store, &path, patience));
        let stopped = |error: tokio::task::JoinError| KeyStoreError::Refused {
            store: name.to_owned(),
            reason: format!("opening it was interrupted: {error}"),
        };
        opening.await.map_err(stopped)?
    }

    fn open_blocking(name: &str, path: &Path, patience: SqlitePatience) -> Result<Self, KeyStoreError> {
        let failed = |error: std::io::Error| KeyStoreError::Away { store: name.to_owned(), reason: error.to_string() };
        let refused = |error: rusqlite::Error| fault::named(name, &error);
        let is_new = create_private(path).map_err(failed)?;
        let connection = schema::open_writer(path, patience.busy, Create::IfMissing).map_err(refused)?;
        let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(refused)?;
        if found != "ok" {
            return Err(KeyStoreError::Corrupt { store: name.to_owned(), reason: found });
        }
        let identity = Identity::of(path).map_err(failed)?;
        let readers = Readers::open(name, path, identity).map_err(refused)?;
        let writer = Writer::start(name, path, patience.busy, Open { connection, identity }).map_err(failed)?;
        let readers = RwLock::new(Arc::new(readers));
        Ok(Self { name: name.to_owned(), path: path.to_owned(), patience, is_new, writer, readers })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn readers(&self) -> Arc<Readers> {
        Arc::clone(&self.readers.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn invalid(&self, (table, column): (&'static str, &'static str)) -> KeyStoreError {
        KeyStoreError::InvalidRow { store: self.name.clone(), table, column }
    }
}

/// Makes an empty file for its owner only; `false` when there is one. The log and its index inherit its mode.
fn create_private(path: &Path) -> std::io::Result<bool> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        // An empty file is one that an interrupted start left.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(std::fs::metadata(path)?.len() == 0),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl KeyStore for SqliteKeyStore {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_new(&self) -> bool {
        self.is_new
    }

    async fn rejoin(&self) -> Result<Rejoined, KeyStoreError> {
        if !self.writer.rejoin().await? {
            return Ok(Rejoined::Here);
        }
        let failed = |reason: String| KeyStoreError::Away { store: self.name.clone(), reason };
        let identity = Identity::of(&self.path).map_err(|error| failed(error.to_string()))?;
        let readers =
            Readers::open(&self.name, &self.path, identity).map_err(|error| fault::named(&self.name, &error))?;
        *self.readers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(readers);
        Ok(Rejoined::Back)
    }

    async fn key(&self, id: Id) -> Result<KeyState, KeyStoreError> {
        let found = self.readers().read(|connection| statements::key(connection, id)).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn insert_keys(&self, keys: Arc<[WrappedKey]>) -> Result<(), KeyStoreError> {
        self.writer.write(move |connection| statements::insert_keys(connection, &keys)).await
    }

    async fn insert_tombstones(&self, tombstones: Arc<[Tombstone]>) -> Result<(), KeyStoreError> {
        self.writer.write(move |connection| statements::insert_tombstones(connection, &tombstones)).await
    }

    async fn list_keys(&self, after: Option<[u8; 16]>, limit: u32) -> Result<Vec<Listed>, KeyStoreError> {
        let found = self.readers().read(|connection| statements::list_keys(connection, after, limit)).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn keys_not_under(&self, master: MasterKeyId, limit: u32) -> Result<Vec<WrappedKey>, KeyStoreError> {
        let found = self.readers().read(|connection| statements::keys_not_under(connection, master, limit)).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn rewrap_keys(&self, keys: Arc<[WrappedKey]>) -> Result<(), KeyStoreError> {
        self.writer.write(move |connection| statements::rewrap_keys(connection, &keys)).await
    }

    async fn secret(&self, name: &str) -> Result<Option<WrappedSecret>, KeyStoreError> {
        let all = self.secrets().await?;
        Ok(all.into_iter().find(|secret| secret.name == name))
    }

    async fn secrets(&self) -> Result<Vec<WrappedSecret>, KeyStoreError> {
        let found = self.readers().read(statements::secrets).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn put_secret(&self, secret: Arc<WrappedSecret>, rule: SecretRule) -> Result<bool, KeyStoreError> {
        self.writer.write(move |connection| statements::put_secret(connection, &secret, rule)).await
    }

    async fn lookup(&self, hash: Digest32) -> Result<Option<Id>, KeyStoreError> {
        let found = self.readers().read(|connection| statements::lookup(connection, hash)).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn lookup_of(&self, account: Id) -> Result<Option<Digest32>, KeyStoreError> {
        let found = self.readers().read(|connection| statements::lookup_of(connection, account)).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn put_lookup(&self, hash: Digest32, account: Id) -> Result<LookupWritten, KeyStoreError> {
        self.writer.write(move |connection| statements::put_lookup(connection, hash, account)).await
    }

    async fn list_lookups(&self, after: Option<Digest32>, limit: u32) -> Result<Vec<(Digest32, Id)>, KeyStoreError> {
        let found = self.readers().read(|connection| statements::list_lookups(connection, after, limit)).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn lookups_version(&self) -> Result<i64, KeyStoreError> {
        self.readers().read(statements::lookups_version).await
    }

    async fn set_lookups_version(&self, version: i64) -> Result<(), KeyStoreError> {
        self.writer.write(move |connection| statements::set_lookups_version(connection, version)).await
    }

    async fn destroy(
        &self,
        intent: Arc<Intent>,
        known: Arc<[Option<Digest32>]>,
    ) -> Result<Vec<Option<Digest32>>, KeyStoreError> {
        let done = self.writer.write(move |connection| statements::destroy(connection, &intent, &known)).await?;
        done.map_err(|place| self.invalid(place))
    }

    async fn erase(&self) -> Result<(), KeyStoreError> {
        for attempt in 0..self.patience.checkpoints.max(1) {
            if attempt > 0 {
                tokio::time::sleep(self.patience.pause).await;
            }
            if self.writer.checkpoint().await? == Checkpoint::Complete {
                return Ok(());
            }
        }
        let reason = "a reader or writer holds the checkpoint of its log up".to_owned();
        Err(KeyStoreError::NotErased { store: self.name.clone(), reason })
    }

    async fn pending(&self) -> Result<Vec<Intent>, KeyStoreError> {
        let found = self.readers().read(statements::pending).await?;
        found.map_err(|place| self.invalid(place))
    }

    async fn settle(&self, intent: Id) -> Result<(), KeyStoreError> {
        self.writer.write(move |connection| statements::settle(connection, intent)).await
    }
}
