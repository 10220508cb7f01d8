//! What expires: sessions, links, kept replies, provenances, jobs with their files. Rows go, and keys that were theirs alone.

use std::collections::BTreeSet;

use super::{Budget, TickReport, due};
use crate::app::App;
use crate::clock::Timestamp;
use crate::ids::Id;
use crate::records::job;
use crate::services::error::Result;
use crate::store::{Change, Kind, Record};

const EXPIRING: [Kind; 5] = [Kind::Session, Kind::Invitation, Kind::Idempotency, Kind::Provenance, Kind::Job];

/// Deletes what has expired.
pub(super) async fn expire(app: &App, now: Timestamp, report: &mut TickReport) {
    for kind in EXPIRING {
        let mut budget = Budget::new();
        let mut expired = Vec::new();
        for record in due(app, kind, now, report).await {
            if !budget.take(report) {
                break;
            }
            budget.spent();
            expired.push(record);
        }
        let n = expired.len();
        let done = delete(app, expired).await;
        if report.take("delete what has expired", done).is_some() {
            report.expired += u32::try_from(n).unwrap_or(u32::MAX);
        }
    }
}

async fn delete(app: &App, expired: Vec<Record>) -> Result<()> {
    if expired.is_empty() {
        return Ok(());
    }
    let documents = app.documents();
    let mut keys: BTreeSet<Id> = BTreeSet::new();
    for record in &expired {
        let shared = shared_keys(app, record).await?;
        keys.extend(record.key.filter(|key| !shared.contains(key)));
    }
    // Keys first: an interruption leaves rows that nobody can read, and that go the next time.
    if !keys.is_empty() {
        let keys: Vec<Id> = keys.into_iter().collect();
        documents.vault().destroy(&keys).await?;
    }
    let mut changes = Vec::new();
    for record in expired {
        if record.kind == Kind::Job {
            changes.extend(job::files_of(&record).map(|file| Change::DeleteChunks { file }));
        }
        changes.push(Change::Delete { kind: record.kind, id: record.id });
    }
    documents.commit(changes).await
}

/// The keys of the accounts that a record hangs on: sessions are sealed under them.
async fn shared_keys(app: &App, record: &Record) -> Result<BTreeSet<Id>> {
    let mut keys = BTreeSet::new();
    for account in [record.owner, record.parent].into_iter().flatten() {
        keys.extend(app.documents().store().fetch(Kind::Account, account).await?.and_then(|account| account.key));
    }
    Ok(keys)
}
