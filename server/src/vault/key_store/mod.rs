//! One place where wrapped keys are kept, apart from the data: [`sqlite`] (a file) and [`postgres`] (a cluster of its
//! own). Several of them side by side, each a live replica of the others, are [`super::replicas`].
//!
//! A store knows no key in the clear. What it must be able to do beyond storing is to forget: after
//! [`KeyStore::destroy`] a key cannot be read any more, and after [`KeyStore::erase`] none of its bytes is left in the
//! store's current files.

pub mod postgres;
pub mod sqlite;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::master_key::MasterKeyId;
use crate::ids::Id;

/// SHA-256 of something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest32([u8; 32]);

impl Digest32 {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Takes the bytes of a digest.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A document key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its identifier.
    pub id: Id,
    /// The key, sealed under the master key.
    pub wrapped: Vec<u8>,
    /// Which master key.
    pub master: MasterKeyId,
}

/// A secret of the server itself as it is stored: the hash key of the look-up, the signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedSecret {
    /// Its name.
    pub name: String,
    /// The secret, sealed under the master key.
    pub wrapped: Vec<u8>,
    /// Which master key.
    pub master: MasterKeyId,
}

/// What is left of a destroyed key, so that a replica that was away does not bring it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tombstone {
    /// A digest of the key's identifier.
    pub of: [u8; 16],
    /// The digest of the wrapped key that was destroyed, as the receipt gives it.
    pub digest: Digest32,
}

/// The digest of a key's identifier under which its tombstone is found.
#[must_use]
pub fn tombstone_of(key: Id) -> [u8; 16] {
    let digest = Sha256::new().chain_update(b"bilan tombstone 1").chain_update(key.as_bytes()).finalize();
    let mut of = [0; 16];
    of.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    of
}

/// What a store knows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// It is there.
    Live(WrappedKey),
    /// It was destroyed.
    Destroyed(Digest32),
    /// It was never there.
    Unknown,
}

/// One line of the list of all keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// A key that is there.
    Live(Id),
    /// The tombstone of one that is not.
    Dead(Tombstone),
}

impl Listed {
    /// The 16 bytes by which the list is ordered.
    #[must_use]
    pub const fn position(&self) -> &[u8; 16] {
        match self {
            Self::Live(id) => id.as_bytes(),
            Self::Dead(tombstone) => &tombstone.of,
        }
    }
}

/// A destruction that was begun: written down before anything is deleted, and crossed out when every replica is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its own identifier.
    pub id: Id,
    /// The keys to destroy.
    pub keys: Vec<Id>,
    /// The accounts whose look-up goes.
    pub accounts: Vec<Id>,
}

/// When a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretRule {
    /// When there is none of that name.
    IfAbsent,
    /// When the one of that name has this digest.
    Replacing(Digest32),
    /// Whatever there was.
    Always,
}

/// What became of a look-up that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupWritten {
    /// It is there.
    Put,
    /// It leads to another account, and was left as it is.
    Taken,
}

/// Why a key store refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// It cannot be reached or written for now.
    #[error("key store {store} is away: {reason}")]
    Away {
        /// Which store.
        store: String,
        /// What is known of it.
        reason: String,
    },
    /// Its file is damaged, or is none.
    #[error("key store {store} is damaged ({reason}); restore it from a replica")]
    Corrupt {
        /// Which store.
        store: String,
        /// What the database says.
        reason: String,
    },
    /// It is set up in a way that would keep destroyed keys.
    #[error("key store {store}: {setting} is {given}; needed is {needed}, or destroyed keys would stay readable")]
    Setting {
        /// Which store.
        store: String,
        /// The setting.
        setting: String,
        /// Its value.
        given: String,
        /// The value that is needed.
        needed: String,
    },
    /// Bytes of destroyed keys may still be in its files.
    #[error("key store {store}: destroyed keys are not yet out of its files: {reason}")]
    NotErased {
        /// Which store.
        store: String,
        /// What holds them.
        reason: String,
    },
    /// A row has not the form it must have.
    #[error("key store {store}: a row of {table} has an unreadable {column}")]
    InvalidRow {
        /// Which store.
        store: String,
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The database refused.
    #[error("key store {store}: {reason}")]
    Refused {
        /// Which store.
        store: String,
        /// What the database says, without values.
        reason: String,
    },
    /// A list of no stores, or with one twice.
    #[error("key stores: {given}; allowed are one or more, each its own file or cluster")]
    InvalidList {
        /// What was given.
        given: String,
    },
}

impl KeyStoreError {
    /// Whether trying again later may help.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Away { .. } | Self::NotErased { .. })
    }
}

/// One place where wrapped keys are kept. Every write is durable before it returns, and all or nothing.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Its name in receipts and messages.
    fn name(&self) -> &str;

    /// Whether it was made anew when it was opened.
    fn is_new(&self) -> bool;

    /// Makes sure that it can be written, and opens it again when it had gone away. Whoever calls this brings a store
    /// that was away up to date afterwards.
    async fn rejoin(&self) -> Result<Rejoined, KeyStoreError>;

    /// Looks a key up: the hot path. What was destroyed by anyone is [`KeyState::Destroyed`] from the next call on.
    async fn key(&self, id: Id) -> Result<KeyState, KeyStoreError>;

    /// Adds keys. One that is there already, or was destroyed, stays as it is.
    async fn insert_keys(&self, keys: Arc<[WrappedKey]>) -> Result<(), KeyStoreError>;

    /// Adds tombstones that are not there.
    async fn insert_tombstones(&self, tombstones: Arc<[Tombstone]>) -> Result<(), KeyStoreError>;

    /// The keys and tombstones that follow a position, in order of their 16 bytes.
    async fn list_keys(&self, after: Option<[u8; 16]>, limit: u32) -> Result<Vec<Listed>, KeyStoreError>;

    /// Some keys that another master key wraps.
    async fn keys_not_under(&self, master: MasterKeyId, limit: u32) -> Result<Vec<WrappedKey>, KeyStoreError>;

    /// Writes keys anew under another master key; those that were destroyed meanwhile stay so.
    async fn rewrap_keys(&self, keys: Arc<[WrappedKey]>) -> Result<(), KeyStoreError>;

    /// A secret.
    async fn secret(&self, name: &str) -> Result<Option<WrappedSecret>, KeyStoreError>;

    /// All secrets, by name.
    async fn secrets(&self) -> Result<Vec<WrappedSecret>, KeyStoreError>;

    /// Writes a secret if the rule allows it, and tells whether it did.
    async fn put_secret(&self, secret: Arc<WrappedSecret>, rule: SecretRule) -> Result<bool, KeyStoreError>;

    /// The account that a hash leads to.
    async fn lookup(&self, hash: Digest32) -> Result<Option<Id>, KeyStoreError>;

    /// The hash that leads to an account.
    async fn lookup_of(&self, account: Id) -> Result<Option<Digest32>, KeyStoreError>;

    /// Lets a hash lead to an account, in place of any other hash that does.
    async fn put_lookup(&self, hash: Digest32, account: Id) -> Result<LookupWritten, KeyStoreError>;

    /// The look-ups that follow a hash, in order.
    async fn list_lookups(&self, after: Option<Digest32>, limit: u32) -> Result<Vec<(Digest32, Id)>, KeyStoreError>;

    /// Counts every change of the look-ups: of two stores the one with the higher count is up to date.
    async fn lookups_version(&self) -> Result<i64, KeyStoreError>;

    /// Sets that count, after the look-ups were copied from a store that has it.
    async fn set_lookups_version(&self, version: i64) -> Result<(), KeyStoreError>;

    /// Writes the intent down and deletes its keys and look-ups, in one step. `known` are digests of wrapped keys as
    /// another store had them, for the tombstones of keys that this one never had. Returns the digest of each key in
    /// the intent's order, `None` for those that are unknown. Doing it again changes nothing.
    async fn destroy(
        &self,
        intent: Arc<Intent>,
        known: Arc<[Option<Digest32>]>,
    ) -> Result<Vec<Option<Digest32>>, KeyStoreError>;

    /// Removes from the current files every byte of what was deleted or overwritten before.
    async fn erase(&self) -> Result<(), KeyStoreError>;

    /// The destructions that were begun and not crossed out.
    async fn pending(&self) -> Result<Vec<Intent>, KeyStoreError>;

    /// Crosses out a destruction that every replica has confirmed.
    async fn settle(&self, intent: Id) -> Result<(), KeyStoreError>;
}

/// How a store came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejoined {
    /// It was here all the time.
    Here,
    /// It had gone away and may lack what was written meanwhile.
    Back,
}
