//! Changing the master key while the server works: everything is wrapped anew, in batches, while both keys are known.
//!
//! A crash in between leaves some of it under the one and some under the other key. Whoever opens the vault then gives
//! both, and asks for the rotation again: it goes on where it stopped. Other processes on the same key store must know
//! the new key before it begins ([`Vault::add_master_key`], or as one of the other keys at their start). What they wrap
//! under the old key until they take up the new one is found by asking once more; the old key may be thrown away when
//! a rotation finds nothing.

use std::sync::PoisonError;

use super::error::VaultError;
use super::facade::Vault;
use super::key_store::{Digest32, KeyStore, SecretRule, WrappedKey};
use super::master_key::{MasterKey, MasterKeyId};
use super::replicas::Unconfirmed;

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The master key that wraps everything now.
    pub master_key: MasterKeyId,
    /// Keys that were wrapped anew.
    pub keys: u64,
    /// Secrets that were wrapped anew.
    pub secrets: u64,
    /// Stores in whose files bytes under the old key may still be found, and why: ask for the rotation again.
    pub not_erased: Vec<Unconfirmed>,
}

impl Rotation {
    /// Whether the old master key opens nothing any more, in any file.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.not_erased.is_empty()
    }
}

impl Vault {
    /// Makes one more master key known, for what another process wraps with it.
    pub fn add_master_key(&self, key: MasterKey) {
        let mut masters = self.masters.write().unwrap_or_else(PoisonError::into_inner);
        if masters.current.id() != key.id() {
            masters.others.insert(key.id(), key);
        }
    }

    /// Wraps everything anew under another master key, `batch` keys in one commit, and erases what was wrapped by
    /// others. Reading and writing go on meanwhile. The earlier keys stay known to this process until it ends.
    ///
    /// # Errors
    /// When a key store is away, or something is wrapped by a master key that is not known. Asking again goes on.
    pub async fn rotate_master_key(&self, new: MasterKey, batch: u32) -> Result<Rotation, VaultError> {
        let master_key = new.id();
        {
            let mut masters = self.masters.write().unwrap_or_else(PoisonError::into_inner);
            if masters.current.id() != master_key {
                let old = std::mem::replace(&mut masters.current, new.clone());
                masters.others.insert(old.id(), old);
                masters.others.remove(&master_key);
            }
        }
        // Nobody in this process wraps with the old key after this.
        drop(self.wrapping.write().await);
        let mut rotation = Rotation { master_key, keys: 0, secrets: 0, not_erased: Vec::new() };
        rotation.secrets = self.rotate_secrets(master_key).await?;
        // Each store is asked, so that one whose rows differ is done too; what is written goes to all of them.
        for store in self.replicas.all() {
            loop {
                let old = store.keys_not_under(master_key, batch.max(1)).await?;
                if old.is_empty() {
                    break;
                }
                let keys = self.rewrap(&new, &old)?;
                rotation.keys += keys.len() as u64;
                self.replicas.rewrap_keys(keys).await?;
            }
        }
        rotation.not_erased = self.replicas.erase().await;
        Ok(rotation)
    }

    fn rewrap(&self, new: &MasterKey, old: &[WrappedKey]) -> Result<Vec<WrappedKey>, VaultError> {
        let masters = self.masters();
        let rewrap = |key: &WrappedKey| self.wrap_key(new, key.id, &Self::unwrap_key(&masters, key)?);
        old.iter().map(rewrap).collect()
    }

    async fn rotate_secrets(&self, master_key: MasterKeyId) -> Result<u64, VaultError> {
        let mut n_rewrapped = 0;
        let first: &dyn KeyStore = self.replicas.first();
        for secret in first.secrets().await? {
            if secret.master != master_key {
                let new = self.rewrap_secret(&secret)?;
                // One that was changed meanwhile was wrapped by whoever changed it, and is looked at next time.
                let rule = SecretRule::Replacing(Digest32::of(&secret.wrapped));
                n_rewrapped += u64::from(self.replicas.put_secret(new, rule).await?);
            }
        }
        // A crash may have left a replica behind the first store.
        let secrets = first.secrets().await?;
        for store in self.replicas.all() {
            for secret in &secrets {
                if store.secret(&secret.name).await?.as_ref() != Some(secret) {
                    store.put_secret(std::sync::Arc::new(secret.clone()), SecretRule::Always).await?;
                }
            }
        }
        Ok(n_rewrapped)
    }
}
