//! The vault: every document is sealed under its own random key, and destroying a document means destroying its key.
//!
//! Keys live in key stores apart from the data (a SQLite file, or a PostgreSQL cluster of their own), wrapped by the
//! master key; they are in no backup of the data. Live replicas guard against their loss. A key that was destroyed
//! leaves no byte in the current files of any replica; the receipt says so, signed.
//!
//! Map: [`facade`] ([`Vault`], what the rest of the server uses), [`sealing`] (the cipher and its [`Context`]),
//! [`master_key`] (where it comes from), [`key_store`] (one place for keys; SQLite, PostgreSQL), [`replicas`] (several of
//! them side by side; destruction), [`rotation`] (another master key), `lookup` (e-mail to account), [`canonical`] and
//! [`signed`] (what exactly is signed), [`signing`] (the keys for it), [`receipt`] (of a destruction), [`error`].

pub mod canonical;
pub mod error;
pub mod facade;
pub mod key_store;
mod lookup;
pub mod master_key;
pub mod receipt;
pub mod replicas;
pub mod rotation;
pub mod sealing;
pub mod signed;
pub mod signing;
#[cfg(test)]
mod tests;

pub use error::VaultError;
pub use facade::Vault;
pub use key_store::{Digest32, KeyStore, KeyStoreError};
pub use master_key::{MasterKey, MasterKeyError, MasterKeyId, MasterKeySource, MissingFile};
pub use receipt::{Receipt, ReceiptError, Remaining, Salt, VerifiedReceipt, verify_receipt};
pub use replicas::{Destruction, OpenReport, Replicas, Unconfirmed};
pub use rotation::Rotation;
pub use sealing::{Context, DocumentKey, SealingError};
pub use signed::{SignedError, Verified};
pub use signing::{PublicKey, PublicKeys, Signature, SignatureError, SigningKeyId};
