//! Typed, sealed documents over the store and the vault.
//!
//! A document is content of one type; the record around it holds what the database must know (house, bilan, owner, state, dates)
//! in the clear, and the content sealed under the document's key, bound to kind and identifier.

mod guard;

use std::sync::Arc;

use guard::Guard;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::Caller;
use crate::clock::Timestamp;
use crate::ids::Id;
use crate::records::grant::DocumentClass;
use crate::services::error::{Result, ServiceError};
use crate::store::{Change, Kind, ReadQuestion, Record, Selection, Store, StoreError};
use crate::vault::{Context, Vault};

/// For whom a document is meant besides those with a grant; bits of [`Record::audience`].
pub mod audience {
    /// For nobody besides those with a grant.
    pub const NOBODY: i64 = 0;
    /// For its owner.
    pub const OWNER: i64 = 1;
}

/// Content of one type, kept under one kind of record.
pub trait Document: Serialize + DeserializeOwned + Send + Sync {
    /// The kind of record.
    const KIND: Kind;
}

/// A document as it was read: what stands in the clear, and the content.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// What stands in the clear; its body is sealed.
    pub record: Record,
    /// The content.
    pub content: T,
}

/// Typed documents.
#[derive(Clone)]
pub struct Documents {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
}

impl Documents {
    /// Over a store and a vault.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, vault: Arc<Vault>) -> Self {
        Self { store, vault }
    }

    /// The store underneath.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The vault underneath.
    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// Reads one document.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; what store and vault say.
    pub async fn load<T: Document>(&self, id: Id) -> Result<Stored<T>> {
        let record = self.store.fetch(T::KIND, id).await?.ok_or(ServiceError::NotFound)?;
        self.open(record).await
    }

    /// Reads all documents that fit a selection.
    ///
    /// # Errors
    /// What store and vault say.
    pub async fn select<T: Document>(&self, selection: &Selection) -> Result<Vec<Stored<T>>> {
        let mut found = Vec::new();
        for record in self.store.select(selection).await? {
            found.push(self.open(record).await?);
        }
        Ok(found)
    }

    /// Reads one document if the caller may: as its owner once it is meant for her, or by a live grant. The decision is part of
    /// the query, and nothing is opened for somebody who may not read.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], whether there is no such document or none for this caller.
    pub async fn readable<T: Document>(
        &self,
        caller: &Caller,
        id: Id,
        class: DocumentClass,
        now: Timestamp,
    ) -> Result<Stored<T>> {
        let question = ReadQuestion {
            kind: T::KIND,
            id,
            tenant: caller.tenant,
            reader: caller.account,
            class: class.bit(),
            owner_bit: audience::OWNER,
            now,
        };
        let record = self.store.fetch_readable(&question).await?.ok_or(ServiceError::NotFound)?;
        self.open(record).await
    }

    /// Opens a record's content.
    ///
    /// # Errors
    /// A record whose key was destroyed is not found; a body that was tampered with or does not read is a fault of ours.
    pub async fn open<T: Document>(&self, record: Record) -> Result<Stored<T>> {
        let key = record.key.ok_or(ServiceError::Broken("a sealed document has no key"))?;
        let plain = self.vault.open_sealed(key, &context(&record), &record.body).await?;
        let content = rmp_serde::from_slice(&plain).map_err(|_| ServiceError::Broken("a document does not read"))?;
        Ok(Stored { record, content })
    }

    /// Seals content into its record.
    ///
    /// # Errors
    /// What the vault says.
    pub async fn seal<T: Document>(&self, mut record: Record, content: &T) -> Result<Record> {
        let key = record.key.ok_or(ServiceError::Broken("a sealed document has no key"))?;
        let plain =
            rmp_serde::to_vec_named(content).map_err(|_| ServiceError::Broken("a document cannot be written"))?;
        record.body = self.vault.seal(key, &context(&record), &plain).await?;
        Ok(record)
    }

    /// The change that inserts a new document.
    ///
    /// # Errors
    /// What the vault says.
    pub async fn insert<T: Document>(&self, record: Record, content: &T) -> Result<Change> {
        Ok(Change::Insert(self.seal(record, content).await?))
    }

    /// The change that replaces a document by what it has become, unless somebody else was faster.
    ///
    /// # Errors
    /// What the vault says.
    pub async fn update<T: Document>(&self, stored: &Stored<T>) -> Result<Change> {
        Ok(Change::Update(self.seal(stored.record.clone(), &stored.content).await?))
    }

    /// Commits changes: all or none. What is written to a bilan is written only while it goes on.
    ///
    /// # Errors
    /// [`ServiceError::Changed`] when somebody else was faster; [`Refusal::Over`](crate::services::error::Refusal::Over) when that was the
    /// end of the bilan.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        let guard = Guard::of(&changes);
        let mut guarded = guard.expectations();
        guarded.extend(changes);
        match self.store.commit(guarded).await {
            Err(StoreError::Conflict { .. }) => Err(guard.refusal(self).await),
            other => Ok(other?),
        }
    }

    /// Commits what a destruction changes in a bilan that is over.
    ///
    /// # Errors
    /// [`ServiceError::Changed`] when somebody else was faster.
    pub async fn commit_the_end(&self, changes: Vec<Change>) -> Result<()> {
        Ok(self.store.commit(changes).await?)
    }
}

fn context(record: &Record) -> Context {
    Context::new(record.kind.as_str(), record.id)
}
