//! The vault: what the rest of the server uses. It makes keys, seals and opens under them, destroys them, and signs.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::key_store::{
    Digest32, Intent, KeyState, KeyStore, KeyStoreError, LookupWritten, SecretRule, WrappedKey, WrappedSecret,
};
use super::master_key::{MasterKey, MasterKeyId};
use super::receipt::{Receipt, ReceiptError};
use super::replicas::{Destruction, OpenReport, Replicas};
use super::sealing::{Context, DocumentKey, SecretKey};
use super::signing::{KeyRing, PublicKeys, SECRET_VERSION, SIGNING_KEY, Signature};
use super::{lookup, signed};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::ids::Id;

/// How often a change of the signing key is tried while another process changes it too.
const N_TRIES: u32 = 5;

/// The master keys that are known: the one that wraps what is new, and others that may have wrapped what is old.
#[derive(Clone)]
pub(super) struct MasterKeys {
    pub(super) current: MasterKey,
    pub(super) others: BTreeMap<MasterKeyId, MasterKey>,
}

impl MasterKeys {
    fn of(&self, id: MasterKeyId) -> Result<&MasterKey, VaultError> {
        if id == self.current.id() {
            return Ok(&self.current);
        }
        let unknown = || {
            let others = self.others.keys().map(|id| format!(", {id}"));
            VaultError::UnknownMasterKey {
                wrapped_by: id,
                known: self.current.id().to_string() + &others.collect::<String>(),
            }
        };
        self.others.get(&id).ok_or_else(unknown)
    }
}

/// What the rest of the server uses to seal, open, destroy and sign.
pub struct Vault {
    pub(super) replicas: Replicas,
    pub(super) masters: RwLock<MasterKeys>,
    pub(super) entropy: Arc<Entropy>,
    /// Held by whoever wraps something, from choosing the master key until it is written: a rotation waits for them, so
    /// that nothing comes under the old key behind its back.
    pub(super) wrapping: tokio::sync::RwLock<()>,
    lookup_key: SecretKey,
}

impl Vault {
    /// Opens the vault on its key stores, the first one and its live replicas. `others` are earlier master keys, while
    /// a change of the master key is under way. The hash key and the signing key are made at the first start.
    ///
    /// # Errors
    /// When a store cannot be written, or a master key is missing.
    pub async fn open(
        stores: Vec<Arc<dyn KeyStore>>,
        current: MasterKey,
        others: Vec<MasterKey>,
        entropy: Arc<Entropy>,
        now: Timestamp,
    ) -> Result<(Self, OpenReport), VaultError> {
        let (replicas, report) = Replicas::open(stores).await?;
        let masters = MasterKeys { current, others: others.into_iter().map(|key| (key.id(), key)).collect() };
        let nothing = SecretKey::random(&entropy);
        let (masters, wrapping) = (RwLock::new(masters), tokio::sync::RwLock::new(()));
        let mut vault = Self { replicas, masters, entropy, wrapping, lookup_key: nothing };
        vault.lookup_key = vault.secret_key(lookup::HASH_KEY).await?;
        vault.ensure_signing_key(now).await?;
        Ok((vault, report))
    }

    /// The names of the key stores, the first one first.
    #[must_use]
    pub fn stores(&self) -> Vec<String> {
        self.replicas.names()
    }

    /// Whether each key store answers, by name.
    pub async fn check(&self) -> Vec<(String, Result<(), KeyStoreError>)> {
        self.replicas.check().await
    }

    pub(super) fn masters(&self) -> MasterKeys {
        self.masters.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The name of the master key that wraps what is new.
    #[must_use]
    pub fn master_key_id(&self) -> MasterKeyId {
        self.masters.read().unwrap_or_else(PoisonError::into_inner).current.id()
    }

    // Keys

    /// Makes a key. It is in all key stores before this returns.
    ///
    /// # Errors
    /// When a key store is away.
    pub async fn create_key(&self) -> Result<Id, VaultError> {
        let id = self.entropy.id();
        self.create_under(&[id]).await?;
        Ok(id)
    }

    /// Makes several keys in one commit.
    ///
    /// # Errors
    /// When a key store is away.
    pub async fn create_keys(&self, n: usize) -> Result<Vec<Id>, VaultError> {
        let ids: Vec<Id> = (0..n).map(|_| self.entropy.id()).collect();
        self.create_under(&ids).await?;
        Ok(ids)
    }

    async fn create_under(&self, ids: &[Id]) -> Result<(), VaultError> {
        if ids.is_empty() {
            return Ok(());
        }
        let _wrapping = self.wrapping.read().await;
        let master = self.masters().current;
        let wrap = |&id: &Id| self.wrap_key(&master, id, &SecretKey::random(&self.entropy));
        let keys: Vec<WrappedKey> = ids.iter().map(wrap).collect::<Result<_, _>>()?;
        Ok(self.replicas.insert_keys(keys).await?)
    }

    pub(super) fn wrap_key(&self, master: &MasterKey, id: Id, key: &SecretKey) -> Result<WrappedKey, VaultError> {
        let wrapped = master.key().seal(&key_context(id), &self.entropy, key.expose())?;
        Ok(WrappedKey { id, wrapped, master: master.id() })
    }

    pub(super) fn unwrap_key(masters: &MasterKeys, key: &WrappedKey) -> Result<SecretKey, VaultError> {
        let bytes = masters.of(key.master)?.key().open(&key_context(key.id), &key.wrapped).map(Zeroizing::new)?;
        let invalid = || VaultError::InvalidSecret { name: key.id.to_string(), given: bytes.len(), allowed: 1 };
        SecretKey::from_slice(&bytes).ok_or_else(invalid)
    }

    /// Reads a key, to seal and open several things under it.
    ///
    /// # Errors
    /// [`VaultError::Destroyed`] and [`VaultError::UnknownKey`] when it is not there.
    pub async fn opener(&self, key: Id) -> Result<DocumentKey, VaultError> {
        match self.replicas.key(key).await? {
            KeyState::Live(wrapped) => {
                let masters = self.masters.read().unwrap_or_else(PoisonError::into_inner);
                let secret = Self::unwrap_key(&masters, &wrapped)?;
                Ok(DocumentKey::new(key, secret, Arc::clone(&self.entropy)))
            }
            KeyState::Destroyed(_) => Err(VaultError::Destroyed { key }),
            KeyState::Unknown => Err(VaultError::UnknownKey { key }),
        }
    }

    /// Seals bytes under a key, for their place.
    ///
    /// # Errors
    /// When the key is not there.
    pub async fn seal(&self, key: Id, context: &Context, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.opener(key).await?.seal(context, plaintext)?)
    }

    /// Opens sealed bytes at their place.
    ///
    /// # Errors
    /// [`VaultError::Destroyed`] when the key was destroyed, [`VaultError::Sealing`] when the bytes were changed or are
    /// of another place.
    pub async fn open_sealed(&self, key: Id, context: &Context, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        Ok(self.opener(key).await?.open(context, sealed)?)
    }

    // Destruction

    /// Destroys keys: from the return on nobody can read them. Asking again gives the same digests.
    ///
    /// # Errors
    /// When the first key store refuses. A replica that is away leaves the destruction pending.
    pub async fn destroy(&self, keys: &[Id]) -> Result<Destruction, VaultError> {
        self.destroy_with_lookups(keys, &[]).await
    }

    /// Destroys keys, and the look-ups that lead to accounts, as one destruction.
    ///
    /// # Errors
    /// As for [`Self::destroy`].
    pub async fn destroy_with_lookups(&self, keys: &[Id], accounts: &[Id]) -> Result<Destruction, VaultError> {
        let intent = Intent { id: self.entropy.id(), keys: keys.to_vec(), accounts: accounts.to_vec() };
        Ok(self.replicas.destroy(intent).await?)
    }

    /// Goes on with destructions that replicas have not confirmed, after bringing these up to date.
    ///
    /// # Errors
    /// When the first key store is away.
    pub async fn resume_destructions(&self) -> Result<Vec<Destruction>, VaultError> {
        Ok(self.replicas.resume().await?)
    }

    // Look-up

    /// Lets a normalized e-mail address lead to an account. Another address that did so before leads there no more, and
    /// is erased.
    ///
    /// # Errors
    /// [`VaultError::LookupTaken`] when the address leads to another account.
    pub async fn put_lookup(&self, email_normalized: &str, account: Id) -> Result<(), VaultError> {
        let hash = lookup::hash(&self.lookup_key, email_normalized);
        match self.replicas.put_lookup(hash, account, self.entropy.id()).await? {
            LookupWritten::Put => Ok(()),
            LookupWritten::Taken => Err(VaultError::LookupTaken),
        }
    }

    /// The account that a normalized e-mail address leads to.
    ///
    /// # Errors
    /// When the first key store is away.
    pub async fn lookup(&self, email_normalized: &str) -> Result<Option<Id>, VaultError> {
        Ok(self.replicas.lookup(lookup::hash(&self.lookup_key, email_normalized)).await?)
    }

    /// Removes the look-up that leads to an account.
    ///
    /// # Errors
    /// When the first key store refuses.
    pub async fn delete_lookup(&self, account: Id) -> Result<Destruction, VaultError> {
        self.destroy_with_lookups(&[], &[account]).await
    }

    // Secrets

    fn wrap_secret(&self, name: &str, plaintext: &[u8]) -> Result<WrappedSecret, VaultError> {
        let master = self.masters().current;
        let wrapped = master.key().seal(&secret_context(name), &self.entropy, plaintext)?;
        Ok(WrappedSecret { name: name.to_owned(), wrapped, master: master.id() })
    }

    pub(super) fn unwrap_secret(
        masters: &MasterKeys,
        secret: &WrappedSecret,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let master = masters.of(secret.master)?;
        Ok(Zeroizing::new(master.key().open(&secret_context(&secret.name), &secret.wrapped)?))
    }

    pub(super) fn rewrap_secret(&self, secret: &WrappedSecret) -> Result<WrappedSecret, VaultError> {
        let plaintext = Self::unwrap_secret(&self.masters(), secret)?;
        self.wrap_secret(&secret.name, &plaintext)
    }

    /// A random key among the secrets, made when there is none.
    async fn secret_key(&self, name: &str) -> Result<SecretKey, VaultError> {
        let drawn = SecretKey::random(&self.entropy);
        let stored = match self.replicas.secret(name).await? {
            Some(stored) => stored,
            None => {
                let _wrapping = self.wrapping.read().await;
                let wrapped = self.wrap_secret(name, drawn.expose())?;
                self.replicas.put_secret(wrapped.clone(), SecretRule::IfAbsent).await?;
                // Another process may have been faster.
                self.replicas.secret(name).await?.unwrap_or(wrapped)
            }
        };
        let bytes = Self::unwrap_secret(&self.masters(), &stored)?;
        let invalid = || VaultError::InvalidSecret { name: name.to_owned(), given: bytes.len(), allowed: 1 };
        SecretKey::from_slice(&bytes).ok_or_else(invalid)
    }

    // Signing

    async fn ring(&self) -> Result<Option<(KeyRing, Digest32)>, VaultError> {
        let Some(stored) = self.replicas.secret(SIGNING_KEY).await? else { return Ok(None) };
        let bytes = Self::unwrap_secret(&self.masters(), &stored)?;
        let invalid =
            || VaultError::InvalidSecret { name: SIGNING_KEY.to_owned(), given: bytes.len(), allowed: SECRET_VERSION };
        Ok(Some((KeyRing::from_secret(&bytes).ok_or_else(invalid)?, Digest32::of(&stored.wrapped))))
    }

    async fn write_ring(&self, ring: &KeyRing, rule: SecretRule) -> Result<bool, VaultError> {
        let invalid = |_| VaultError::InvalidSecret { name: SIGNING_KEY.to_owned(), given: 0, allowed: SECRET_VERSION };
        let _wrapping = self.wrapping.read().await;
        let wrapped = self.wrap_secret(SIGNING_KEY, &ring.to_secret().map_err(invalid)?)?;
        Ok(self.replicas.put_secret(wrapped, rule).await?)
    }

    async fn ensure_signing_key(&self, now: Timestamp) -> Result<(), VaultError> {
        if self.ring().await?.is_none() {
            self.write_ring(&KeyRing::new(&self.entropy, now), SecretRule::IfAbsent).await?;
        }
        Ok(())
    }

    /// The signing key, to sign with. Read anew each time, so that a changed key is used at once.
    ///
    /// # Errors
    /// When the first key store is away.
    pub async fn key_ring(&self) -> Result<KeyRing, VaultError> {
        let missing = || VaultError::InvalidSecret { name: SIGNING_KEY.to_owned(), given: 0, allowed: SECRET_VERSION };
        self.ring().await?.map(|(ring, _)| ring).ok_or_else(missing)
    }

    /// The public keys to publish: the one in use and all earlier ones.
    ///
    /// # Errors
    /// When the first key store is away.
    pub async fn public_keys(&self) -> Result<PublicKeys, VaultError> {
        Ok(self.key_ring().await?.public_keys().clone())
    }

    /// Changes the signing key. What the earlier one signed still holds; it itself is forgotten and erased.
    ///
    /// # Errors
    /// When a key store is away, or another process changes the key at the same time.
    pub async fn rotate_signing_key(&self, now: Timestamp) -> Result<PublicKeys, VaultError> {
        for _ in 0..N_TRIES {
            let Some((old, digest)) = self.ring().await? else {
                self.ensure_signing_key(now).await?;
                continue;
            };
            let new = old.rotated(&self.entropy, now);
            if self.write_ring(&new, SecretRule::Replacing(digest)).await? {
                let erasure = Intent { id: self.entropy.id(), keys: Vec::new(), accounts: Vec::new() };
                self.replicas.destroy(erasure).await?;
                return Ok(new.public_keys().clone());
            }
        }
        Err(VaultError::SigningKeyContended)
    }

    /// Signs bytes as something of a kind and date; [`signed::verify_bytes`] checks it.
    ///
    /// # Errors
    /// When the first key store is away.
    pub async fn sign(&self, kind: &str, bytes: &[u8], now: Timestamp) -> Result<Signature, VaultError> {
        Ok(signed::sign_bytes(&self.key_ring().await?, kind, bytes, now))
    }

    /// Signs a document and returns its file; [`signed::verify`] checks it.
    ///
    /// # Errors
    /// When the first key store is away, or the content cannot be signed.
    pub async fn sign_document(
        &self,
        kind: &str,
        content: &(impl Serialize + Sync),
        now: Timestamp,
    ) -> Result<String, VaultError> {
        Ok(signed::sign(&self.key_ring().await?, kind, content, now)?)
    }

    /// Signs a receipt and returns its file.
    ///
    /// # Errors
    /// When the first key store is away, or the receipt has a name that is none.
    pub async fn sign_receipt(&self, receipt: &Receipt, now: Timestamp) -> Result<String, VaultError> {
        receipt.sign(&self.key_ring().await?, now).map_err(|error| match error {
            ReceiptError::Signed(error) => VaultError::Signed(error),
            other => VaultError::Signed(signed::SignedError::NotSignable { reason: other.to_string() }),
        })
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("replicas", &self.replicas).field("master_key", &self.master_key_id()).finish()
    }
}

fn key_context(id: Id) -> Context {
    Context::new("key", id)
}

fn secret_context(name: &str) -> Context {
    Context::new(format!("secret {name}"), Id::from_bytes([0; 16]))
}
