//! Scoring in the background: on a bounded pool, with progress on record, and once more after an interruption.
//!
//! Each run has an identifier in the job's record. A run that finds another one there, or no job at all, stops: after a
//! restart, and with several processes on one database, the latest run counts. What two runs write is the same.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::upload::fault;
use super::{find, is_over};
use crate::app::{App, Caller};
use crate::bulk::job_file::{ChunkStore, JobEvent, JobFiles, JobState, KeepGoing, SealedFile, StoreFault, score_file};
use crate::bulk::scoring_order::ScoringOrder;
use crate::bulk::scoring_problem::ScoringProblem;
use crate::bulk::scoring_stream::RunSummary;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::job::{ScoringJob, become_, state};
use crate::records::provenance::Findings;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::destruction::material::every;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::local_norms;
use crate::store::{Change, Kind, Selection, Store};

/// How often progress is put on record.
const PROGRESS: Duration = Duration::from_millis(500);

/// How often a record is looked at again when somebody else was faster.
const TRIES: usize = 5;

/// Starts a job whose input is whole.
///
/// # Errors
/// [`Refusal::JobNotWaiting`].
pub async fn start(app: &App, caller: &Caller, id: Id) -> Result<Stored<ScoringJob>> {
    let stored = find(app, caller, id).await?;
    if stored.content.job.state != JobState::Waiting {
        return Err(Refusal::JobNotWaiting.into());
    }
    begin(app, stored, Some(caller.account)).await
}

/// Runs again the jobs that a process which is gone has left: call it when the service starts. Says how many there were.
///
/// # Errors
/// What store and vault say.
pub async fn resume(app: &App) -> Result<usize> {
    let mut selection = Selection::of(Kind::Job);
    selection.state = Some(state::RUNNING.to_owned());
    let mut n_resumed = 0;
    for record in every(app.documents(), selection).await? {
        if is_over(app, &record) {
            continue;
        }
        let begun = async {
            let mut stored: Stored<ScoringJob> = app.documents().open(record).await?;
            let waiting = stored.content.job.after(JobEvent::Interrupted, app.now());
            become_(&mut stored, waiting.map_err(|_| Refusal::JobNotWaiting)?);
            begin(app, stored, None).await
        };
        match begun.await {
            Ok(_) => n_resumed += 1,
            // Another process was faster, or it was deleted.
            Err(ServiceError::Changed | ServiceError::NotFound | ServiceError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n_resumed)
}

async fn begin(app: &App, mut stored: Stored<ScoringJob>, actor: Option<Id>) -> Result<Stored<ScoringJob>> {
    let now = app.now();
    let (id, run) = (stored.record.id, app.entropy().id());
    let running = stored.content.job.after(JobEvent::Started, now).map_err(|_| Refusal::JobNotWaiting)?;
    become_(&mut stored, running);
    stored.content.run = Some(run);
    let entry = AuditEntry::new(actor, Verb::Change, Kind::Job, Some(id), None);
    app.documents().commit(vec![app.documents().update(&stored).await?, entry.at(now)?]).await?;
    stored.record.version += 1;
    let app = app.clone();
    tokio::spawn(async move {
        // The pool is never closed.
        let Ok(_place) = Arc::clone(&app.jobs().runs).acquire_owned().await else { return };
        match work(&app, id, run).await {
            Ok(()) | Err(ServiceError::NotFound) => {}
            Err(error) => tracing::error!(%error, "a job broke off; it is run again at the next start"),
        }
    });
    Ok(stored)
}

async fn work(app: &App, id: Id, run: Id) -> Result<()> {
    let stored: Stored<ScoringJob> = app.documents().load(id).await?;
    if stored.content.run != Some(run) {
        return Ok(());
    }
    let outcome = match local_norms::order(app, stored.record.tenant, &stored.content.query).await {
        Ok(order) => score(app, order, &stored, run).await?,
        // It was in order when the job was made: an instrument or a norm has gone since.
        Err(ServiceError::Scoring(problem)) => Err(problem),
        Err(ServiceError::Invalid(_)) => Err(ScoringProblem::internal()),
        Err(error) => return Err(error),
    };
    finish(app, id, run, outcome).await
}

type Outcome = std::result::Result<(RunSummary, u64), ScoringProblem>;

async fn score(app: &App, order: ScoringOrder, stored: &Stored<ScoringJob>, run: Id) -> Result<Outcome> {
    let (id, content) = (stored.record.id, &stored.content);
    let key = content.secret.key().ok_or(ServiceError::Broken("a job has no key for its files"))?;
    let files = JobFiles {
        store: Arc::new(Pieces { store: Arc::clone(app.documents().store()), job: id }),
        input: SealedFile::new(&key, id, content.upload.size()),
        output: (key, content.job.output),
        entropy: Arc::clone(app.entropy()),
    };
    let (app, runtime, last) = (app.clone(), Handle::current(), Mutex::new(None::<Instant>));
    let progress = move |done: u64| {
        {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|at| at.elapsed() < PROGRESS) {
                return KeepGoing::Yes;
            }
            *last = Some(Instant::now());
        }
        runtime.block_on(note_progress(&app, id, run, done))
    };
    let scored = tokio::task::spawn_blocking(move || score_file(&order, files, progress)).await;
    scored.map_err(|_| ServiceError::Broken("the scoring of a job did not come to its end"))
}

async fn note_progress(app: &App, id: Id, run: Id, done: u64) -> KeepGoing {
    let noted = async {
        let mut stored: Stored<ScoringJob> = app.documents().load(id).await?;
        if stored.content.run != Some(run) {
            return Err(ServiceError::NotFound);
        }
        let after = stored.content.job.after(JobEvent::Progressed { done }, app.now());
        become_(&mut stored, after.map_err(|_| ServiceError::NotFound)?);
        app.documents().commit(vec![app.documents().update(&stored).await?]).await
    };
    // Progress that cannot be noted now is noted the next time.
    if matches!(noted.await, Err(ServiceError::NotFound)) { KeepGoing::No } else { KeepGoing::Yes }
}

async fn finish(app: &App, id: Id, run: Id, outcome: Outcome) -> Result<()> {
    let documents = app.documents();
    for _ in 0..TRIES {
        let now = app.now();
        let mut stored: Stored<ScoringJob> = documents.load(id).await?;
        if stored.content.run != Some(run) {
            return Ok(());
        }
        let event = match &outcome {
            Ok((summary, output_bytes)) => {
                stored.content.findings = Some(Findings::from(summary));
                stored.content.made_by.clone_from(&summary.provenance);
                JobEvent::Finished { counts: summary.counts.into(), output_bytes: *output_bytes }
            }
            Err(problem) => JobEvent::Failed { problem: problem.clone() },
        };
        let Ok(over) = stored.content.job.after(event, now) else { return Ok(()) };
        become_(&mut stored, over);
        let mut changes = vec![documents.update(&stored).await?];
        changes.extend(stored.content.job.spent_files().into_iter().map(|file| Change::DeleteChunks { file }));
        changes.push(AuditEntry::new(None, Verb::Change, Kind::Job, Some(id), None).at(now)?);
        match documents.commit(changes).await {
            Err(ServiceError::Changed) => {}
            other => return other,
        }
    }
    Err(ServiceError::Changed)
}

/// The pieces of a job that is running: none is written for one that was deleted, or is over.
struct Pieces {
    store: Arc<dyn Store>,
    job: Id,
}

#[async_trait]
impl ChunkStore for Pieces {
    async fn put(&self, file: Id, seq: u64, sealed: Vec<u8>) -> std::result::Result<(), StoreFault> {
        let running = Some(state::RUNNING.to_owned());
        let expected = Change::Expect { kind: Kind::Job, id: self.job, version: None, state: running };
        let piece = Change::PutChunk { file, seq: i64::try_from(seq).map_err(fault)?, sealed };
        self.store.commit(vec![expected, piece]).await.map_err(fault)
    }

    async fn get(&self, file: Id, seq: u64) -> std::result::Result<Option<Vec<u8>>, StoreFault> {
        self.store.chunk(file, i64::try_from(seq).map_err(fault)?).await.map_err(fault)
    }
}
