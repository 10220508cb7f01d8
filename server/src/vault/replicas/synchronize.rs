//! Brings two stores up to date with each other.
//!
//! A key that one of them has destroyed is destroyed in the other: a tombstone always wins. A key that only one has is
//! copied. Secrets follow the first store, look-ups the store that counts more changes of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::key_store::{
    Digest32, Intent, KeyState, KeyStore, KeyStoreError, Listed, SecretRule, Tombstone, WrappedKey, tombstone_of,
};
use crate::ids::Id;

/// Rows that are read or written at once.
const PAGE: u32 = 2000;

/// What was copied between the first store and a replica.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Synchronized {
    /// The replica.
    pub replica: String,
    /// Keys that the replica lacked.
    pub keys_to_replica: u64,
    /// Keys that the first store lacked.
    pub keys_to_first: u64,
    /// Keys that the replica still had though they were destroyed.
    pub destroyed_in_replica: u64,
    /// Keys that the first store still had though they were destroyed.
    pub destroyed_in_first: u64,
    /// Tombstones that one of them lacked.
    pub tombstones: u64,
    /// Secrets that were copied.
    pub secrets: u64,
    /// Look-ups that were added or removed in one of them.
    pub lookups: u64,
    /// Whether the first store was the one that lacked look-ups, secrets or tombstones.
    first_was_behind: bool,
}

impl Synchronized {
    /// Whether the first store got something.
    pub(super) const fn changed_the_first(&self) -> bool {
        self.keys_to_first > 0 || self.destroyed_in_first > 0 || self.first_was_behind
    }
}

/// Reads the list of all keys of a store, page by page.
struct Lister<'a> {
    store: &'a dyn KeyStore,
    page: VecDeque<Listed>,
    after: Option<[u8; 16]>,
    ended: bool,
}

impl<'a> Lister<'a> {
    const fn new(store: &'a dyn KeyStore) -> Self {
        Self { store, page: VecDeque::new(), after: None, ended: false }
    }

    async fn peek(&mut self) -> Result<Option<Listed>, KeyStoreError> {
        if self.page.is_empty() && !self.ended {
            self.page = self.store.list_keys(self.after, PAGE).await?.into();
            self.ended = self.page.is_empty();
            self.after = self.page.back().map(|last| *last.position()).or(self.after);
        }
        Ok(self.page.front().copied())
    }

    fn skip(&mut self) {
        self.page.pop_front();
    }
}

/// What one store has and the other lacks.
#[derive(Default)]
struct Lacking {
    live: Vec<Id>,
    dead: Vec<Tombstone>,
}

/// Does it, and erases what was destroyed from the files.
pub(super) async fn synchronize(first: &dyn KeyStore, replica: &dyn KeyStore) -> Result<Synchronized, KeyStoreError> {
    let mut report = Synchronized { replica: replica.name().to_owned(), ..Synchronized::default() };
    let (in_replica, in_first) = compare(first, replica).await?;
    // Keys before tombstones: a key that is to be destroyed gets its tombstone by that.
    (report.keys_to_replica, report.destroyed_in_first) = carry_keys(first, replica, &in_replica.live).await?;
    (report.keys_to_first, report.destroyed_in_replica) = carry_keys(replica, first, &in_first.live).await?;
    report.tombstones = (in_replica.dead.len() + in_first.dead.len()) as u64;
    report.first_was_behind = !in_first.dead.is_empty();
    carry_tombstones(replica, in_replica.dead).await?;
    carry_tombstones(first, in_first.dead).await?;
    let overwritten_secrets = carry_secrets(first, replica, &mut report).await?;
    let (from, to) = match first.lookups_version().await? >= replica.lookups_version().await? {
        true => (first, replica),
        false => (replica, first),
    };
    report.lookups = carry_lookups(from, to).await?;
    report.first_was_behind |= report.lookups > 0 && std::ptr::addr_eq(to, first);
    if report.destroyed_in_first > 0 || report.lookups > 0 {
        first.erase().await?;
    }
    if report.destroyed_in_replica > 0 || report.lookups > 0 || overwritten_secrets {
        replica.erase().await?;
    }
    Ok(report)
}

/// What the replica lacks, and what the first store lacks.
async fn compare(first: &dyn KeyStore, replica: &dyn KeyStore) -> Result<(Lacking, Lacking), KeyStoreError> {
    let (mut ours, mut theirs) = (Lister::new(first), Lister::new(replica));
    let (mut in_replica, mut in_first) = (Lacking::default(), Lacking::default());
    let note = |lacking: &mut Lacking, listed: Listed| match listed {
        Listed::Live(id) => lacking.live.push(id),
        Listed::Dead(tombstone) => lacking.dead.push(tombstone),
    };
    loop {
        match (ours.peek().await?, theirs.peek().await?) {
            (None, None) => return Ok((in_replica, in_first)),
            (Some(our), Some(their)) if our.position() == their.position() => {
                ours.skip();
                theirs.skip();
            }
            (Some(our), their) if their.is_none_or(|their| our.position() < their.position()) => {
                note(&mut in_replica, our);
                ours.skip();
            }
            (_, Some(their)) => {
                note(&mut in_first, their);
                theirs.skip();
            }
            (Some(our), None) => {
                note(&mut in_replica, our);
                ours.skip();
            }
        }
    }
}

/// Copies keys that `to` lacks, or destroys them where they are when `to` has their tombstone. Returns how many of each.
async fn carry_keys(from: &dyn KeyStore, to: &dyn KeyStore, keys: &[Id]) -> Result<(u64, u64), KeyStoreError> {
    let (mut n_copied, mut n_destroyed) = (0, 0);
    for page in keys.chunks(PAGE as usize) {
        let mut copies: Vec<WrappedKey> = Vec::with_capacity(page.len());
        let (mut doomed, mut digests) = (Vec::new(), Vec::new());
        for &key in page {
            match to.key(key).await? {
                KeyState::Destroyed(digest) => {
                    doomed.push(key);
                    digests.push(Some(digest));
                }
                // It came meanwhile.
                KeyState::Live(_) => {}
                KeyState::Unknown => {
                    if let KeyState::Live(wrapped) = from.key(key).await? {
                        copies.push(wrapped);
                    }
                }
            }
        }
        n_copied += copies.len() as u64;
        if !copies.is_empty() {
            to.insert_keys(copies.into()).await?;
        }
        n_destroyed += doomed.len() as u64;
        destroy(from, doomed, Vec::new(), digests).await?;
    }
    Ok((n_copied, n_destroyed))
}

/// Destroys in one store what was destroyed in another. The intent needs a name of its own, and crossing it out before
/// the erasure would lose it: so its erasure comes here too.
async fn destroy(
    store: &dyn KeyStore,
    keys: Vec<Id>,
    accounts: Vec<Id>,
    known: Vec<Option<Digest32>>,
) -> Result<(), KeyStoreError> {
    let Some(&named_by) = keys.first().or(accounts.first()) else { return Ok(()) };
    let id = Id::from_bytes(tombstone_of(named_by));
    store.destroy(Arc::new(Intent { id, keys, accounts }), known.into()).await?;
    store.erase().await?;
    store.settle(id).await
}

async fn carry_tombstones(to: &dyn KeyStore, tombstones: Vec<Tombstone>) -> Result<(), KeyStoreError> {
    for page in tombstones.chunks(PAGE as usize) {
        to.insert_tombstones(page.into()).await?;
    }
    Ok(())
}

/// Copies secrets; tells whether one was overwritten.
async fn carry_secrets(
    first: &dyn KeyStore,
    replica: &dyn KeyStore,
    report: &mut Synchronized,
) -> Result<bool, KeyStoreError> {
    let by_name = |secrets: Vec<_>| -> BTreeMap<String, super::WrappedSecret> {
        secrets.into_iter().map(|secret: super::WrappedSecret| (secret.name.clone(), secret)).collect()
    };
    let (ours, theirs) = (by_name(first.secrets().await?), by_name(replica.secrets().await?));
    let mut overwritten = false;
    for (name, secret) in &ours {
        let their = theirs.get(name);
        if their != Some(secret) {
            replica.put_secret(Arc::new(secret.clone()), SecretRule::Always).await?;
            overwritten |= their.is_some();
            report.secrets += 1;
        }
    }
    for (name, secret) in theirs {
        if !ours.contains_key(&name) {
            first.put_secret(Arc::new(secret), SecretRule::IfAbsent).await?;
            report.first_was_behind = true;
            report.secrets += 1;
        }
    }
    Ok(overwritten)
}

async fn all_lookups(store: &dyn KeyStore) -> Result<BTreeMap<Digest32, Id>, KeyStoreError> {
    let mut all = BTreeMap::new();
    let mut after = None;
    loop {
        let page = store.list_lookups(after, PAGE).await?;
        let Some(&(last, _)) = page.last() else { return Ok(all) };
        after = Some(last);
        all.extend(page);
    }
}

/// Makes the look-ups of `to` those of `from`. Returns how many changed.
async fn carry_lookups(from: &dyn KeyStore, to: &dyn KeyStore) -> Result<u64, KeyStoreError> {
    let version = from.lookups_version().await?;
    let (wanted, found) = (all_lookups(from).await?, all_lookups(to).await?);
    let stale: Vec<Id> =
        found.iter().filter(|(hash, account)| wanted.get(hash) != Some(account)).map(|(_, account)| *account).collect();
    let missing: Vec<(Digest32, Id)> =
        wanted.into_iter().filter(|(hash, account)| found.get(hash) != Some(account)).collect();
    let n_changed = (stale.len() + missing.len()) as u64;
    destroy(to, Vec::new(), stale, Vec::new()).await?;
    for (hash, account) in missing {
        to.put_lookup(hash, account).await?;
    }
    if to.lookups_version().await? != version {
        to.set_lookups_version(version).await?;
    }
    Ok(n_changed)
}
