//! The input of a job: parts that begin where the last one ended. Every piece is kept in one commit with how far the
//! input is, so that two senders do not mix and an interruption loses the piece under way at most.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use futures_util::{Stream, StreamExt as _};
use http_body_util::BodyExt as _;
use tokio::sync::Mutex;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::find;
use crate::app::{App, Caller};
use crate::bulk::body_pipe::BodyFault;
use crate::bulk::job_file::{CHUNK_BYTES, ChunkStore, JobEvent, JobState, SealedFile, StoreFault, Upload, UploadError};
use crate::bulk::scoring_problem::ScoringProblem;
use crate::bulk::sealed_chunk::{ChunkPlace, Cutter, SEAL_BYTES};
use crate::documents::Stored;
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::job::{ScoringJob, become_, state};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::store::{Change, Kind, StoreError};

/// Takes a part of the input that begins at `offset`. What came of a part that broke off is kept.
///
/// # Errors
/// [`Refusal::WrongOffset`], [`Refusal::InputWhole`]; [`ServiceError::Changed`] when another part came at the same time.
pub async fn receive(app: &App, caller: &Caller, id: Id, offset: u64, body: Body) -> Result<Stored<ScoringJob>> {
    let _place = app.jobs().uploads.try_acquire().map_err(|_| ServiceError::Busy { seconds: 5 })?;
    let stored = find(app, caller, id).await?;
    if stored.content.job.state != JobState::Receiving {
        return Err(Refusal::InputWhole.into());
    }
    let key = stored.content.secret.key().ok_or(ServiceError::Broken("a job has no key for its files"))?;
    let began = stored.content.upload;
    let file = SealedFile::new(&key, id, began.size());
    let pieces = Pieces { app: app.clone(), job: Mutex::new(stored), overtaken: AtomicBool::new(false) };
    let mut part = began.begin(offset).map_err(|error| pieces.problem(error))?;
    let mut frames = Frames { body, app };
    let cut = loop {
        match frames.next().await {
            Ok(Some(bytes)) => {
                let pushed = part.push(&bytes, &file, &pieces, app.entropy()).await;
                pushed.map_err(|error| pieces.problem(error))?;
            }
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        }
    };
    if let Some(fault) = cut {
        return Err(ServiceError::Scoring(ScoringProblem::of_body(&fault)));
    }
    part.end(&began, &file, &pieces, app.entropy()).await.map_err(|error| pieces.problem(error))?;
    Ok(pieces.job.into_inner())
}

/// Takes the whole input of a job in one go, in place of what came before; its size is known at its end.
///
/// - `name`: the name of the file.
/// - `parts`: its bytes, part by part; they are never in memory as a whole.
///
/// What came of a file that broke off is let go.
///
/// # Errors
/// [`Refusal::InputWhole`]; [`ServiceError::TooLarge`]; [`ServiceError::Invalid`] for an empty file;
/// [`ServiceError::Changed`] when another file came at the same time.
pub async fn receive_whole(
    app: &App,
    caller: &Caller,
    id: Id,
    name: Option<String>,
    parts: impl Stream<Item = std::result::Result<Bytes, BodyFault>> + Send,
) -> Result<Stored<ScoringJob>> {
    let _place = app.jobs().uploads.try_acquire().map_err(|_| ServiceError::Busy { seconds: 5 })?;
    let mut stored = find(app, caller, id).await?;
    if stored.content.job.state != JobState::Receiving {
        return Err(Refusal::InputWhole.into());
    }
    let documents = app.documents();
    stored.content.job.since = app.now();
    stored.record.due = Some(stored.content.job.deleted_at());
    stored.content.name = name;
    documents.commit(vec![documents.update(&stored).await?, Change::DeleteChunks { file: id }]).await?;
    stored.record.version += 1;
    let taken = take_in(app, &stored, parts).await;
    let size = match taken {
        Ok(size) => size,
        Err(error) => {
            let (version, state) = (Some(stored.record.version), Some(state::RECEIVING.to_owned()));
            let unless_another_came = Change::Expect { kind: Kind::Job, id, version, state };
            // What stays goes with the job: what went wrong counts more than this.
            let _ = documents.commit(vec![unless_another_came, Change::DeleteChunks { file: id }]).await;
            return Err(error);
        }
    };
    let now = app.now();
    stored.content.upload = Upload::whole(size);
    stored.content.job.input_bytes = size;
    let whole = stored.content.job.after(JobEvent::Received { received: size, total: size }, now);
    become_(&mut stored, whole.map_err(|_| Refusal::InputWhole)?);
    let entry = AuditEntry::new(Some(caller.account), Verb::Change, Kind::Job, Some(id), None);
    documents.commit(vec![documents.update(&stored).await?, entry.at(now)?]).await?;
    stored.record.version += 1;
    Ok(stored)
}

/// Seals and keeps the parts of a file; its size.
async fn take_in(
    app: &App,
    stored: &Stored<ScoringJob>,
    parts: impl Stream<Item = std::result::Result<Bytes, BodyFault>> + Send,
) -> Result<u64> {
    let key = stored.content.secret.key().ok_or(ServiceError::Broken("a job has no key for its files"))?;
    // The size is not needed to write: the last piece is marked as such.
    let file = SealedFile::new(&key, stored.record.id, 0);
    let pieces = OfVersion { app: app.clone(), job: stored.record.id, version: stored.record.version };
    let mut cutter = Cutter::new(CHUNK_BYTES);
    let mut ready: Vec<(ChunkPlace, Zeroizing<Vec<u8>>)> = Vec::new();
    let mut parts = pin!(parts);
    while let Some(part) = parts.next().await {
        let bytes = part.map_err(|fault| ServiceError::Scoring(ScoringProblem::of_body(&fault)))?;
        let Ok(()) = cutter.push(&bytes, |place, piece| {
            ready.push((place, Zeroizing::new(piece.to_vec())));
            Ok::<(), Infallible>(())
        });
        if cutter.size() > app.terms().bulk.job_bytes {
            return Err(ServiceError::TooLarge);
        }
        keep(app, &file, &pieces, &mut ready).await?;
    }
    if cutter.size() == 0 {
        return Err(ServiceError::Invalid(vec![FieldProblem::new("/file", "choose a file that is not empty")]));
    }
    let Ok(size) = cutter.finish(|place, piece| {
        ready.push((place, Zeroizing::new(piece.to_vec())));
        Ok::<(), Infallible>(())
    });
    keep(app, &file, &pieces, &mut ready).await?;
    Ok(size)
}

async fn keep(
    app: &App,
    file: &SealedFile,
    pieces: &OfVersion,
    ready: &mut Vec<(ChunkPlace, Zeroizing<Vec<u8>>)>,
) -> Result<()> {
    for (place, bytes) in ready.drain(..) {
        file.write(pieces, place, &bytes, app.entropy()).await.map_err(|error| {
            tracing::warn!(%error, "a piece of a job's input could not be kept");
            ServiceError::Changed
        })?;
    }
    Ok(())
}

/// Keeps pieces while nobody else changes the job.
struct OfVersion {
    app: App,
    job: Id,
    version: i64,
}

#[async_trait]
impl ChunkStore for OfVersion {
    async fn put(&self, file: Id, seq: u64, sealed: Vec<u8>) -> std::result::Result<(), StoreFault> {
        let state = Some(state::RECEIVING.to_owned());
        let expected = Change::Expect { kind: Kind::Job, id: self.job, version: Some(self.version), state };
        let piece = Change::PutChunk { file, seq: i64::try_from(seq).map_err(fault)?, sealed };
        self.app.documents().store().commit(vec![expected, piece]).await.map_err(fault)
    }

    async fn get(&self, _: Id, _: u64) -> std::result::Result<Option<Vec<u8>>, StoreFault> {
        Err(StoreFault { reason: "an input is not read while it comes".to_owned() })
    }
}

/// A body in parts, none of which is waited for too long.
struct Frames<'a> {
    body: Body,
    app: &'a App,
}

impl Frames<'_> {
    async fn next(&mut self) -> std::result::Result<Option<Bytes>, BodyFault> {
        let stall = self.app.terms().bulk.stall;
        loop {
            let frame = timeout(stall, self.body.frame()).await;
            match frame.map_err(|_| BodyFault::Stalled { seconds: stall.as_secs() })? {
                None => return Ok(None),
                Some(Err(_)) => return Err(BodyFault::Cut),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

/// Keeps pieces, each in one commit with the job's record.
struct Pieces {
    app: App,
    job: Mutex<Stored<ScoringJob>>,
    /// Whether somebody else changed or deleted the job.
    overtaken: AtomicBool,
}

impl Pieces {
    fn problem(&self, error: UploadError) -> ServiceError {
        match error {
            UploadError::WrongOffset { .. } => Refusal::WrongOffset.into(),
            UploadError::BeyondEnd { .. } | UploadError::TooLarge { .. } => ServiceError::TooLarge,
            UploadError::TooShort { needed } => {
                let remedy = format!("send at least {needed} bytes at once, or the rest of the file");
                ServiceError::Invalid(vec![FieldProblem::new("body", remedy)])
            }
            UploadError::File(_) if self.overtaken.load(Ordering::Relaxed) => ServiceError::Changed,
            UploadError::File(error) => {
                tracing::warn!(%error, "a piece of a job's input could not be kept");
                ServiceError::Busy { seconds: 5 }
            }
        }
    }
}

#[async_trait]
impl ChunkStore for Pieces {
    async fn put(&self, file: Id, seq: u64, sealed: Vec<u8>) -> std::result::Result<(), StoreFault> {
        let mut job = self.job.lock().await;
        let mut next = job.clone();
        let ScoringJob { upload, job: state, .. } = &mut next.content;
        *upload = upload.after_piece(sealed.len().saturating_sub(SEAL_BYTES) as u64);
        let event = JobEvent::Received { received: upload.offset(), total: upload.size() };
        let after = state.after(event, self.app.now()).map_err(fault)?;
        become_(&mut next, after);
        let documents = self.app.documents();
        let piece = Change::PutChunk { file, seq: i64::try_from(seq).map_err(fault)?, sealed };
        let record = documents.update(&next).await.map_err(|error| {
            self.overtaken.fetch_or(matches!(error, ServiceError::NotFound), Ordering::Relaxed);
            fault(error)
        })?;
        documents.store().commit(vec![record, piece]).await.map_err(|error| {
            self.overtaken.fetch_or(matches!(error, StoreError::Conflict { .. }), Ordering::Relaxed);
            fault(error)
        })?;
        next.record.version += 1;
        *job = next;
        Ok(())
    }

    async fn get(&self, _: Id, _: u64) -> std::result::Result<Option<Vec<u8>>, StoreFault> {
        Err(StoreFault { reason: "an input is not read while it comes".to_owned() })
    }
}

pub(super) fn fault(error: impl std::fmt::Display) -> StoreFault {
    StoreFault { reason: error.to_string() }
}
