//! Large files scored as jobs: made, sent in parts, scored in the background, fetched in parts, deleted.
//!
//! [`upload`] takes the input in, [`look`] looks at it before anything is scored, [`run`] scores it and goes on after a restart,
//! [`download`] gives the scores.

pub mod download;
pub mod look;
pub mod run;
pub mod upload;

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::app::{App, BulkTerms, Caller};
use crate::bulk::job_file::{Job, JobState, Upload};
use crate::bulk::score_query::ScoreQuery;
use crate::documents::{Stored, audience};
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::job::{FileSecret, ScoringJob, files_of, word_of};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::{declarations, local_norms};
use crate::store::{Change, Kind, Record, Selection};

pub use download::{Download, output};
pub use look::{head, preview};
pub use run::{resume, start};
pub use upload::{receive, receive_whole};

/// How many jobs are scored, how many inputs taken in, and how many looked at, at once.
pub struct JobPool {
    runs: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    looks: Arc<Semaphore>,
}

impl JobPool {
    /// A pool with its limits.
    #[must_use]
    pub fn new(terms: &BulkTerms) -> Self {
        let places = |n: usize| Arc::new(Semaphore::new(n.clamp(1, Semaphore::MAX_PERMITS)));
        Self { runs: places(terms.jobs), uploads: places(terms.uploads), looks: places(terms.streams) }
    }
}

/// Makes a job whose input is to come.
///
/// # Errors
/// [`Refusal::NoDeclaration`]; what is wrong with the query; a size that is not taken.
pub async fn create(app: &App, caller: &Caller, query: ScoreQuery, n_bytes: u64) -> Result<Stored<ScoringJob>> {
    let limit = app.terms().bulk.job_bytes;
    let upload = Upload::new(n_bytes, limit).ok().filter(|_| n_bytes > 0);
    make(app, caller, query, upload).await
}

/// Makes a job whose input comes in one go, of a size that is known when it has come; see [`receive_whole`].
///
/// # Errors
/// [`Refusal::NoDeclaration`]; what is wrong with the query.
pub async fn open(app: &App, caller: &Caller, query: ScoreQuery) -> Result<Stored<ScoringJob>> {
    make(app, caller, query, Some(Upload::of_unknown_size())).await
}

async fn make(app: &App, caller: &Caller, query: ScoreQuery, upload: Option<Upload>) -> Result<Stored<ScoringJob>> {
    let entitled = declarations::entitled(app, caller).await?;
    let order = local_norms::order(app, caller.tenant, &query).await?;
    let upload = upload.ok_or_else(|| {
        let problem = FieldProblem::new("/bytes", "say how many bytes the whole file has");
        ServiceError::Invalid(vec![problem.allowed(format!("1 to {}", app.terms().bulk.job_bytes))])
    })?;
    let (documents, entropy, now) = (app.documents(), app.entropy(), app.now());
    let [id, output] = [entropy.id(), entropy.id()];
    let job = Job::new(entitled, [id, id, output], upload.size(), now);
    let record = Record {
        kind: Kind::Job,
        id,
        tenant: caller.tenant,
        bilan: None,
        parent: Some(output),
        owner: Some(caller.account),
        state: word_of(&job.state).to_owned(),
        audience: audience::NOBODY,
        due: Some(job.deleted_at()),
        version: 1,
        key: Some(documents.vault().create_key().await?),
        body: Vec::new(),
    };
    let secret = FileSecret::new(entropy.bytes());
    let made_by = order.provenance(None);
    let content =
        ScoringJob { job, query, upload, secret, created: now, run: None, made_by, findings: None, name: None };
    let entry = AuditEntry::new(Some(caller.account), Verb::Create, Kind::Job, Some(id), None);
    documents.commit(vec![documents.insert(record.clone(), &content).await?, entry.at(now)?]).await?;
    Ok(Stored { record, content })
}

/// Sets what is asked for, of a job that is not started: when its file is there, its columns can be named.
///
/// # Errors
/// [`Refusal::JobNotWaiting`]; what is wrong with the query.
pub async fn set_query(app: &App, caller: &Caller, id: Id, query: ScoreQuery) -> Result<Stored<ScoringJob>> {
    let mut stored = find(app, caller, id).await?;
    if !matches!(stored.content.job.state, JobState::Receiving | JobState::Waiting) {
        return Err(Refusal::JobNotWaiting.into());
    }
    let order = local_norms::order(app, caller.tenant, &query).await?;
    stored.content.made_by = order.provenance(None);
    stored.content.query = query;
    let entry = AuditEntry::new(Some(caller.account), Verb::Change, Kind::Job, Some(id), None);
    app.documents().commit(vec![app.documents().update(&stored).await?, entry.at(app.now())?]).await?;
    stored.record.version += 1;
    Ok(stored)
}

/// A job of the caller's house.
///
/// # Errors
/// [`ServiceError::NotFound`] for another house's, and once its day has come.
pub async fn find(app: &App, caller: &Caller, id: Id) -> Result<Stored<ScoringJob>> {
    let record = app.documents().store().fetch(Kind::Job, id).await?.ok_or(ServiceError::NotFound)?;
    if record.tenant != caller.tenant || is_over(app, &record) {
        return Err(ServiceError::NotFound);
    }
    app.documents().open(record).await
}

/// Whether its day has come, whether the scheduler has been there or not.
fn is_over(app: &App, record: &Record) -> bool {
    record.due.is_none_or(|due| due <= app.now())
}

/// A page of the jobs of the caller's house.
///
/// # Errors
/// What store and vault say.
pub async fn page(app: &App, caller: &Caller, after: Option<Id>, limit: u32) -> Result<Vec<Stored<ScoringJob>>> {
    let n = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut selection = Selection { tenant: Some(caller.tenant), after, limit, ..Selection::of(Kind::Job) };
    let mut found = Vec::new();
    while found.len() < n {
        let page = app.documents().store().select(&selection).await?;
        let Some(last) = page.last() else { break };
        selection = selection.following(last);
        for record in page.into_iter().filter(|record| !is_over(app, record)) {
            match app.documents().open(record).await {
                // Its key was destroyed a moment ago.
                Err(ServiceError::NotFound) => {}
                job => found.push(job?),
            }
        }
    }
    found.truncate(n);
    Ok(found)
}

/// Deletes a job with its files, whatever it is doing: the key first, so that an interruption leaves nothing that can be read.
///
/// # Errors
/// [`ServiceError::NotFound`]; what store and vault say.
pub async fn delete(app: &App, caller: &Caller, id: Id) -> Result<()> {
    let record = find(app, caller, id).await?.record;
    let keys: Vec<Id> = record.key.into_iter().collect();
    app.documents().vault().destroy(&keys).await?;
    let mut changes: Vec<Change> = files_of(&record).map(|file| Change::DeleteChunks { file }).collect();
    changes.push(Change::Delete { kind: Kind::Job, id });
    changes.push(AuditEntry::new(Some(caller.account), Verb::Destroy, Kind::Job, Some(id), None).at(app.now())?);
    app.documents().commit(changes).await
}
