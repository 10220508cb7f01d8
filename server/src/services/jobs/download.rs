//! The scores of a job, whole or in part, opened piece by piece while they go out.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream;

use super::find;
use super::upload::fault;
use crate::app::{App, Caller};
use crate::bulk::job_file::{ByteRange, ChunkStore, JobState, SealedFile, StoreFault, read_range};
use crate::bulk::scoring_order::ScoringOrder;
use crate::ids::Id;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::store::{Kind, Store};

/// Scores, or a part of them, on their way out.
pub struct Download {
    /// Content type.
    pub content_type: &'static str,
    /// Bytes of the whole.
    pub size: u64,
    /// The bytes that go out.
    pub range: ByteRange,
    /// Whether a part was asked for.
    pub partial: bool,
    /// The name of these bytes: it changes when they do.
    pub tag: String,
    /// The bytes.
    pub body: Body,
}

/// The part of the scores that a header `Range` asks for. With `If-Range` it counts for the same bytes only.
///
/// # Errors
/// [`Refusal::JobNotDone`]; [`ServiceError::BeyondEnd`].
pub async fn output(
    app: &App,
    caller: &Caller,
    id: Id,
    range: Option<&str>,
    if_range: Option<&str>,
) -> Result<Download> {
    let content = find(app, caller, id).await?.content;
    let JobState::Done { output_bytes: size, .. } = content.job.state else { return Err(Refusal::JobNotDone.into()) };
    let tag = format!("\"{}\"", content.job.output);
    let wanted = range.filter(|_| if_range.is_none_or(|known| known == tag));
    let wanted = wanted.map_or(Ok(None), |text| read_range(text, size));
    let wanted = wanted.map_err(|error| ServiceError::BeyondEnd { size: error.size })?;
    let key = content.secret.key().ok_or(ServiceError::Broken("a job has no key for its files"))?;
    let content_type = ScoringOrder::content_type_of(&content.query);
    let entry = AuditEntry::new(Some(caller.account), Verb::Export, Kind::Job, Some(id), None);
    app.documents().commit(vec![entry.at(app.now())?]).await?;
    let file = Arc::new(SealedFile::new(&key, content.job.output, size));
    let pieces = Arc::new(Pieces(Arc::clone(app.documents().store())));
    let whole = wanted.unwrap_or_else(|| ByteRange::whole(size));
    let parts = stream::iter(whole.spans(file.cut())).then(move |span| {
        let (file, pieces) = (Arc::clone(&file), Arc::clone(&pieces));
        async move {
            let part = file.read_part(pieces.as_ref(), span).await.map_err(io::Error::other)?;
            Ok::<_, io::Error>(Bytes::copy_from_slice(&part))
        }
    });
    let body = Body::from_stream(parts);
    Ok(Download { content_type, size, range: whole, partial: wanted.is_some(), tag, body })
}

/// Pieces that are read only.
pub(super) struct Pieces(pub Arc<dyn Store>);

#[async_trait]
impl ChunkStore for Pieces {
    async fn put(&self, _: Id, _: u64, _: Vec<u8>) -> std::result::Result<(), StoreFault> {
        Err(StoreFault { reason: "scores that are there do not change".to_owned() })
    }

    async fn get(&self, file: Id, seq: u64) -> std::result::Result<Option<Vec<u8>>, StoreFault> {
        self.0.chunk(file, i64::try_from(seq).map_err(fault)?).await.map_err(fault)
    }
}
