//! A data store that can hold a commit back: whoever came first is late then.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use server::clock::Timestamp;
use server::ids::Id;
use server::store::{
    AuditEntry, AuditHead, AuditSegment, Change, GrantRow, Kind, LogLine, LogPlace, ReadQuestion, Record, Selection,
    Store, StoreError, StoredAnswer,
};
use tokio::sync::Semaphore;

/// Lets everything through but the one commit that it was told to hold.
pub struct Gate {
    store: Arc<dyn Store>,
    /// How many commits pass before the one that is held; below zero none is.
    before: AtomicI64,
    arrived: Semaphore,
    open: Semaphore,
}

impl Gate {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, before: AtomicI64::new(-1), arrived: Semaphore::new(0), open: Semaphore::new(0) }
    }

    /// Holds the commit that comes after so many others.
    pub fn hold(&self, after: i64) {
        self.before.store(after, Ordering::SeqCst);
    }

    /// Waits until the commit has come.
    pub async fn arrived(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    pub fn open(&self) {
        self.open.add_permits(1);
    }
}

#[async_trait]
impl Store for Gate {
    async fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        // The count goes on below zero, where nothing is held.
        if self.before.fetch_sub(1, Ordering::SeqCst) == 0 {
            self.arrived.add_permits(1);
            self.open.acquire().await.unwrap().forget();
        }
        self.store.commit(changes).await
    }

    async fn fetch(&self, kind: Kind, id: Id) -> Result<Option<Record>, StoreError> {
        self.store.fetch(kind, id).await
    }

    async fn fetch_readable(&self, question: &ReadQuestion) -> Result<Option<Record>, StoreError> {
        self.store.fetch_readable(question).await
    }

    async fn select(&self, selection: &Selection) -> Result<Vec<Record>, StoreError> {
        self.store.select(selection).await
    }

    async fn fetch_grant(&self, id: Id) -> Result<Option<GrantRow>, StoreError> {
        self.store.fetch_grant(id).await
    }

    async fn grants(&self, bilan: Id) -> Result<Vec<GrantRow>, StoreError> {
        self.store.grants(bilan).await
    }

    async fn grants_of(&self, grantee: Id, now: Timestamp) -> Result<Vec<GrantRow>, StoreError> {
        self.store.grants_of(grantee, now).await
    }

    async fn answers(&self, assignment: Id) -> Result<Vec<StoredAnswer>, StoreError> {
        self.store.answers(assignment).await
    }

    async fn n_answers(&self, assignment: Id) -> Result<u32, StoreError> {
        self.store.n_answers(assignment).await
    }

    async fn answer(&self, assignment: Id, position: i64) -> Result<Option<StoredAnswer>, StoreError> {
        self.store.answer(assignment, position).await
    }

    async fn chunk(&self, file: Id, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.chunk(file, seq).await
    }

    async fn audit_entries(&self, segment: &str, from_seq: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.audit_entries(segment, from_seq, limit).await
    }

    async fn audit_of_bilan(&self, bilan: Id, after: Option<LogPlace>, limit: u32) -> Result<Vec<LogLine>, StoreError> {
        self.store.audit_of_bilan(bilan, after, limit).await
    }

    async fn audit_segments(&self) -> Result<Vec<AuditSegment>, StoreError> {
        self.store.audit_segments().await
    }

    async fn head_to_sign(&self, segment: &str, now: Timestamp) -> Result<AuditHead, StoreError> {
        self.store.head_to_sign(segment, now).await
    }

    async fn close_segment(&self, head: AuditHead) -> Result<(), StoreError> {
        self.store.close_segment(head).await
    }

    async fn delete_segment(&self, segment: &str) -> Result<(), StoreError> {
        self.store.delete_segment(segment).await
    }

    async fn counts(&self) -> Result<BTreeMap<(Kind, String), u64>, StoreError> {
        self.store.counts().await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.store.backup(to).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.store.close().await
    }
}
