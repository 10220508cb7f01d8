//! Destruction: deciding what goes, deleting keys on every replica, deleting rows, and the signed receipt (DESIGN §2.12 to §2.14).
//!
//! The steps are [`decide()`], [`destroy_keys`] and [`conclude()`]; [`carry_out`] does the last two. Every step can be repeated, and a crash
//! between any two does no harm: what is decided stands in the store as a draft, and the scheduler goes on with it.

pub mod conclude;
pub mod decide;
pub mod material;
pub mod plan;

use std::collections::BTreeSet;

use crate::app::App;
use crate::documents::Documents;
use crate::ids::Id;
use crate::records::receipt::{Destroying, Draft, RecordRef, state};
use crate::services::error::{Result, ServiceError};
use crate::store::{Change, Kind, Record};
use crate::vault::Destruction;

pub use conclude::conclude;
pub use decide::{Decision, decide, decide_single};

/// Where a destruction stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Finished; the receipt can be fetched.
    Issued,
    /// Nothing can be read any more through the service, but these replicas of the key store have not confirmed yet.
    Waiting {
        /// Their names.
        replicas: Vec<String>,
    },
}

/// How often a step is done again when somebody else changed what it had read.
pub const TRIES: usize = 5;

/// A destruction as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// The record; its body is in the clear.
    pub record: Record,
    /// What it holds.
    pub content: Destroying,
}

/// Reads a destruction.
///
/// # Errors
/// [`ServiceError::NotFound`]; what the store says.
pub async fn load(documents: &Documents, receipt: Id) -> Result<StoredReceipt> {
    let record = documents.store().fetch(Kind::Receipt, receipt).await?.ok_or(ServiceError::NotFound)?;
    read(record)
}

/// Reads a destruction from its record.
///
/// # Errors
/// A record that does not read: a fault of ours.
pub fn read(record: Record) -> Result<StoredReceipt> {
    let content = rmp_serde::from_slice(&record.body).map_err(|_| ServiceError::Broken("a receipt does not read"))?;
    Ok(StoredReceipt { record, content })
}

fn written(content: &Destroying) -> Result<Vec<u8>> {
    rmp_serde::to_vec_named(content).map_err(|_| ServiceError::Broken("a receipt cannot be written"))
}

/// The text of an issued receipt; `None` while it is a draft.
///
/// # Errors
/// [`ServiceError::NotFound`]; what the store says.
pub async fn receipt_text(documents: &Documents, receipt: Id) -> Result<Option<String>> {
    match load(documents, receipt).await?.content {
        Destroying::Issued(text) => Ok(Some(text)),
        Destroying::Draft(_) => Ok(None),
    }
}

/// Deletes the keys and look-ups of a draft on every replica of the key store that can be reached. Repeating it gives the same
/// digests.
///
/// # Errors
/// When the first key store refuses; what is decided stays decided.
pub async fn destroy_keys(documents: &Documents, draft: &Draft) -> Result<Destruction> {
    Ok(documents.vault().destroy_with_lookups(&draft.keys, &draft.accounts).await?)
}

/// Goes on with a destruction as far as it goes now.
///
/// # Errors
/// What store and vault say; what is decided stays decided, and this can be called again.
pub async fn carry_out(app: &App, receipt: Id) -> Result<Standing> {
    let documents = app.documents();
    for _ in 0..TRIES {
        let stored = load(documents, receipt).await?;
        let Destroying::Draft(draft) = stored.content else { return Ok(Standing::Issued) };
        // Sessions, links and letters that came since the decision.
        let draft = match decide::with_latecomers(app, stored.record.clone(), &draft).await {
            Err(ServiceError::Changed) => continue,
            other => other?,
        };
        let destruction = destroy_keys(documents, &draft).await?;
        if !destruction.is_confirmed() {
            let replicas = destruction.replicas_pending.into_iter().map(|waiting| waiting.replica).collect();
            return Ok(Standing::Waiting { replicas });
        }
        match conclude(app, receipt, &draft, destruction).await {
            Ok(()) => {
                sweep_stragglers(documents, &draft).await?;
                return Ok(Standing::Issued);
            }
            // A staying document was changed, or another process was faster: look again.
            Err(ServiceError::Changed) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ServiceError::Changed)
}

/// Destroys what came to hang on an account of the bilan while the destruction was concluded.
async fn sweep_stragglers(documents: &Documents, draft: &Draft) -> Result<()> {
    if !decide::is_whole(draft) {
        return Ok(());
    }
    let stays =
        |record: &Record| draft.stays.iter().any(|stay| stay.record == RecordRef { kind: record.kind, id: record.id });
    let all = material::records_of(documents, draft.bilan).await?;
    let (staying, late): (Vec<Record>, Vec<Record>) = all.into_iter().partition(stays);
    if late.is_empty() {
        return Ok(());
    }
    let needed: BTreeSet<Id> = staying.iter().filter_map(|record| record.key).collect();
    let keys: BTreeSet<Id> = late.iter().filter_map(|record| record.key).filter(|key| !needed.contains(key)).collect();
    let keys: Vec<Id> = keys.into_iter().collect();
    documents.vault().destroy(&keys).await?;
    let mut changes = Vec::new();
    for record in late {
        if record.kind == Kind::Assignment {
            changes.push(Change::DeleteAnswers { assignment: record.id });
        }
        changes.push(Change::Delete { kind: record.kind, id: record.id });
    }
    documents.commit(changes).await
}

/// Whether a record of a destruction is a draft.
#[must_use]
pub fn is_draft(record: &Record) -> bool {
    record.state == state::DRAFT
}
