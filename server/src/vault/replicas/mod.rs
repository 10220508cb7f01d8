//! Several key stores side by side: the first is the one that is read, the others are its live replicas. They guard
//! against the loss of keys, which no backup may hold.
//!
//! - What is written counts when all stores have it. What one of them alone has after a failure is a key that nobody
//!   uses.
//! - A destruction is written down in the first store in the same step that makes its keys unreadable, then carried to
//!   the others, then erased from the files of each, and crossed out when all have confirmed. Until then it is pending,
//!   and [`Replicas::resume`] goes on with it.
//! - When stores are opened, or one comes back, `synchronize` brings them up to date with each other.

mod synchronize;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::synchronize::synchronize;
use super::key_store::{
    Digest32, Intent, KeyState, KeyStore, KeyStoreError, LookupWritten, Rejoined, SecretRule, WrappedKey, WrappedSecret,
};
use crate::ids::Id;

pub use synchronize::Synchronized;

/// Key stores that hold the same.
#[derive(Clone)]
pub struct Replicas {
    first: Arc<dyn KeyStore>,
    others: Vec<Arc<dyn KeyStore>>,
}

/// What opening the stores did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReport {
    /// The stores that were made anew.
    pub made: Vec<String>,
    /// What was copied between the first store and each replica.
    pub synchronized: Vec<Synchronized>,
}

/// A replica that has not confirmed a destruction, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfirmed {
    /// Its name.
    pub replica: String,
    /// Why.
    pub reason: String,
}

/// What became of a destruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// Its own identifier.
    pub id: Id,
    /// The digests of the wrapped keys that were destroyed, in the order of the keys.
    pub hashes: Vec<Digest32>,
    /// Keys that no store has ever had.
    pub unknown: Vec<Id>,
    /// The stores in whose files nothing of the keys is left.
    pub replicas_confirmed: Vec<String>,
    /// The stores that have still to confirm.
    pub replicas_pending: Vec<Unconfirmed>,
}

impl Destruction {
    /// Whether every replica has confirmed.
    #[must_use]
    pub const fn is_confirmed(&self) -> bool {
        self.replicas_pending.is_empty()
    }
}

impl Replicas {
    /// Takes the first store and its replicas, and brings them up to date with each other. A first store that was lost
    /// is filled from its replicas.
    ///
    /// # Errors
    /// When the list is empty or names a store twice, or one of them cannot be written.
    pub async fn open(stores: Vec<Arc<dyn KeyStore>>) -> Result<(Self, OpenReport), KeyStoreError> {
        let names: Vec<&str> = stores.iter().map(|store| store.name()).collect();
        let invalid = |given: String| KeyStoreError::InvalidList { given };
        for (at, name) in names.iter().enumerate() {
            if names.iter().skip(at + 1).any(|other| other == name) {
                return Err(invalid(format!("`{name}` twice")));
            }
        }
        let made = stores.iter().filter(|store| store.is_new()).map(|store| store.name().to_owned()).collect();
        let mut stores = stores.into_iter();
        let first = stores.next().ok_or_else(|| invalid("none".to_owned()))?;
        let replicas = Self { first, others: stores.collect() };
        let mut report = OpenReport { made, synchronized: Vec::new() };
        for other in &replicas.others {
            report.synchronized.push(synchronize(&*replicas.first, &**other).await?);
        }
        // What a later replica had is carried to the earlier ones too.
        if report.synchronized.iter().skip(1).any(Synchronized::changed_the_first) {
            for other in &replicas.others {
                synchronize(&*replicas.first, &**other).await?;
            }
        }
        Ok((replicas, report))
    }

    /// The names of all stores, the first one first.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.all().map(|store| store.name().to_owned()).collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<dyn KeyStore>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    pub(super) fn first(&self) -> &dyn KeyStore {
        &*self.first
    }

    /// Does the same in all stores at once and returns each one's answer, in order.
    async fn in_each<T, F, Fut>(
        stores: impl Iterator<Item = &Arc<dyn KeyStore>>,
        work: F,
    ) -> Vec<Result<T, KeyStoreError>>
    where
        T: Send + 'static,
        F: Fn(Arc<dyn KeyStore>) -> Fut,
        Fut: Future<Output = Result<T, KeyStoreError>> + Send + 'static,
    {
        let started: Vec<_> =
            stores.map(|store| (store.name().to_owned(), tokio::spawn(work(Arc::clone(store))))).collect();
        let mut answers = Vec::with_capacity(started.len());
        for (store, task) in started {
            let answer = task.await;
            answers.push(answer.unwrap_or_else(|error| {
                Err(KeyStoreError::Refused { store, reason: format!("its work was interrupted: {error}") })
            }));
        }
        answers
    }

    /// Looks a key up.
    pub(super) async fn key(&self, id: Id) -> Result<KeyState, KeyStoreError> {
        self.first.key(id).await
    }

    /// Adds keys to all stores.
    pub(super) async fn insert_keys(&self, keys: Vec<WrappedKey>) -> Result<(), KeyStoreError> {
        let keys: Arc<[WrappedKey]> = keys.into();
        let done = Self::in_each(self.all(), |store| {
            let keys = Arc::clone(&keys);
            async move { store.insert_keys(keys).await }
        });
        done.await.into_iter().collect()
    }

    /// Writes keys anew under another master key, in all stores.
    pub(super) async fn rewrap_keys(&self, keys: Vec<WrappedKey>) -> Result<(), KeyStoreError> {
        let keys: Arc<[WrappedKey]> = keys.into();
        let done = Self::in_each(self.all(), |store| {
            let keys = Arc::clone(&keys);
            async move { store.rewrap_keys(keys).await }
        });
        done.await.into_iter().collect()
    }

    /// A secret of the first store.
    pub(super) async fn secret(&self, name: &str) -> Result<Option<WrappedSecret>, KeyStoreError> {
        self.first.secret(name).await
    }

    /// Writes a secret: the first store decides, the others follow. Tells whether it was written.
    pub(super) async fn put_secret(&self, secret: WrappedSecret, rule: SecretRule) -> Result<bool, KeyStoreError> {
        let secret = Arc::new(secret);
        if !self.first.put_secret(Arc::clone(&secret), rule).await? {
            return Ok(false);
        }
        let done = Self::in_each(self.others.iter(), |store| {
            let secret = Arc::clone(&secret);
            async move { store.put_secret(secret, SecretRule::Always).await }
        });
        done.await.into_iter().collect::<Result<Vec<bool>, _>>()?;
        Ok(true)
    }

    /// The account a hash leads to.
    pub(super) async fn lookup(&self, hash: Digest32) -> Result<Option<Id>, KeyStoreError> {
        self.first.lookup(hash).await
    }

    /// Lets a hash lead to an account: the first store decides, the others follow. A hash that led there before is
    /// erased from all files; a destruction of nothing, named `erasure`, reminds of that until it is done.
    pub(super) async fn put_lookup(
        &self,
        hash: Digest32,
        account: Id,
        erasure: Id,
    ) -> Result<LookupWritten, KeyStoreError> {
        if self.first.lookup(hash).await?.is_some_and(|owner| owner != account) {
            return Ok(LookupWritten::Taken);
        }
        let replaces = self.first.lookup_of(account).await?.is_some_and(|old| old != hash);
        let intent = Intent { id: erasure, keys: Vec::new(), accounts: Vec::new() };
        if replaces {
            self.first.destroy(Arc::new(intent.clone()), Arc::from([])).await?;
        }
        if self.first.put_lookup(hash, account).await? == LookupWritten::Taken {
            self.first.settle(intent.id).await?;
            return Ok(LookupWritten::Taken);
        }
        let others =
            Self::in_each(self.others.iter(), move |store| async move { store.put_lookup(hash, account).await });
        others.await.into_iter().collect::<Result<Vec<_>, _>>()?;
        if replaces {
            self.complete(Arc::new(intent)).await?;
        }
        Ok(LookupWritten::Put)
    }

    /// Destroys keys and look-ups. From the return on, whatever it says, none of them can be read; the destruction is
    /// done when it is confirmed.
    ///
    /// # Errors
    /// When the first store refuses: nothing is destroyed then, as far as is known.
    pub async fn destroy(&self, intent: Intent) -> Result<Destruction, KeyStoreError> {
        self.complete(Arc::new(intent)).await
    }

    async fn complete(&self, intent: Arc<Intent>) -> Result<Destruction, KeyStoreError> {
        let unknown: Arc<[Option<Digest32>]> = vec![None; intent.keys.len()].into();
        let mut digests = self.first.destroy(Arc::clone(&intent), unknown).await?;
        let known: Arc<[Option<Digest32>]> = digests.clone().into();
        let destroyed = Self::in_each(self.others.iter(), |store| {
            let (intent, known) = (Arc::clone(&intent), Arc::clone(&known));
            async move { store.destroy(intent, known).await }
        });
        let destroyed = destroyed.await;
        // A key that a replica alone had gets its tombstone in the first store too.
        for found in destroyed.iter().flatten() {
            for (digest, found) in digests.iter_mut().zip(found) {
                *digest = digest.or(*found);
            }
        }
        if digests[..] != known[..] {
            self.first.destroy(Arc::clone(&intent), digests.clone().into()).await?;
        }
        let erased = Self::in_each(self.all(), |store| async move { store.erase().await }).await;
        let mut confirmed = Vec::new();
        let mut pending = Vec::new();
        let destroyed = std::iter::once(Ok(())).chain(destroyed.into_iter().map(|done| done.map(|_| ())));
        for ((store, destroyed), erased) in self.all().zip(destroyed).zip(erased) {
            match destroyed.and(erased) {
                Ok(()) => confirmed.push(store.name().to_owned()),
                Err(error) => {
                    pending.push(Unconfirmed { replica: store.name().to_owned(), reason: error.to_string() });
                }
            }
        }
        if pending.is_empty() {
            self.settle(intent.id).await;
        }
        let (mut hashes, mut unknown) = (Vec::new(), Vec::new());
        for (key, digest) in intent.keys.iter().zip(digests) {
            match digest {
                Some(digest) => hashes.push(digest),
                None => unknown.push(*key),
            }
        }
        let id = intent.id;
        Ok(Destruction { id, hashes, unknown, replicas_confirmed: confirmed, replicas_pending: pending })
    }

    /// Crosses a confirmed destruction out, in the first store last. Where that fails it is simply confirmed again
    /// later.
    async fn settle(&self, intent: Id) {
        let others = Self::in_each(self.others.iter(), move |store| async move { store.settle(intent).await }).await;
        if others.iter().all(Result::is_ok)
            && let Err(error) = self.first.settle(intent).await
        {
            tracing::warn!(%error, "a confirmed destruction could not be crossed out; it is confirmed again later");
        }
    }

    /// Brings stores that were away up to date, and goes on with destructions that are pending. Returns what became of
    /// each.
    ///
    /// # Errors
    /// When the first store cannot be read or written. Of a replica that stays away, the destructions tell.
    pub async fn resume(&self) -> Result<Vec<Destruction>, KeyStoreError> {
        let first_is_back = self.first.rejoin().await? == Rejoined::Back;
        for other in &self.others {
            match other.rejoin().await {
                Ok(Rejoined::Here) if !first_is_back => {}
                Ok(_) => {
                    synchronize(&*self.first, &**other).await?;
                }
                Err(error) => tracing::warn!(%error, "a replica of the key store stays away"),
            }
        }
        let mut intents = BTreeMap::new();
        for found in Self::in_each(self.all(), |store| async move { store.pending().await }).await {
            match found {
                Ok(found) => intents.extend(found.into_iter().map(|intent| (intent.id, intent))),
                Err(error) => tracing::warn!(%error, "a replica of the key store does not tell what is pending"),
            }
        }
        let mut done = Vec::with_capacity(intents.len());
        for intent in intents.into_values() {
            done.push(self.complete(Arc::new(intent)).await?);
        }
        Ok(done)
    }

    /// Whether all stores can be written, by name.
    pub async fn check(&self) -> Vec<(String, Result<(), KeyStoreError>)> {
        let answers = Self::in_each(self.all(), |store| async move { store.lookups_version().await.map(|_| ()) }).await;
        self.names().into_iter().zip(answers).collect()
    }

    /// Removes from the files of all stores what was overwritten. Returns those that could not, with the reason.
    pub(super) async fn erase(&self) -> Vec<Unconfirmed> {
        let erased = Self::in_each(self.all(), |store| async move { store.erase().await }).await;
        let failed = self.all().zip(erased).filter_map(|(store, erased)| {
            let reason = erased.err()?.to_string();
            Some(Unconfirmed { replica: store.name().to_owned(), reason })
        });
        failed.collect()
    }
}

impl std::fmt::Debug for Replicas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Replicas").field(&self.names()).finish()
    }
}
