//! What can go wrong in the vault.

use super::key_store::KeyStoreError;
use super::master_key::{MasterKeyError, MasterKeyId};
use super::sealing::SealingError;
use super::signed::SignedError;
use crate::ids::Id;

/// Why the vault refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The key was destroyed: what it sealed cannot be read by anyone any more.
    #[error("key {key} was destroyed")]
    Destroyed {
        /// The key.
        key: Id,
    },
    /// No such key was ever made here.
    #[error("key {key} is not in the key store")]
    UnknownKey {
        /// The key.
        key: Id,
    },
    /// Sealed bytes that cannot be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// A key or secret is wrapped by a master key that was not given.
    #[error("wrapped by master key {wrapped_by}; known here: {known}. Give that master key too")]
    UnknownMasterKey {
        /// The master key that is needed.
        wrapped_by: MasterKeyId,
        /// Those that are known, the current one first.
        known: String,
    },
    /// The master key could not be had.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The key store, or one of its replicas, failed.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// The e-mail address leads to another account already.
    #[error("the address leads to another account")]
    LookupTaken,
    /// A secret of the key store has not the form it must have.
    #[error("secret `{name}` of the key store has {given} bytes or another form than version {allowed}")]
    InvalidSecret {
        /// Its name.
        name: String,
        /// How many bytes it has.
        given: usize,
        /// The version that is known.
        allowed: u8,
    },
    /// Another process changed the signing key at the same time, again and again.
    #[error("the signing key was changed by another process at the same time; try again")]
    SigningKeyContended,
    /// A document could not be signed.
    #[error(transparent)]
    Signed(#[from] SignedError),
}

impl VaultError {
    /// Whether the bytes were changed, cut, or moved to another place.
    #[must_use]
    pub const fn is_tampered(&self) -> bool {
        matches!(self, Self::Sealing(_))
    }

    /// Whether trying again later may help, because a store was away for a while.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        match self {
            Self::KeyStore(error) => error.is_temporary(),
            Self::SigningKeyContended => true,
            _ => false,
        }
    }
}
