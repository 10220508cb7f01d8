//! A job's file before it is scored: its columns, and what its first rows would come to. Nothing of it is kept.

use std::sync::Arc;

use batch::preview::head as read_head;
use batch::{Head, Preview, Source};

use super::download::Pieces;
use super::find;
use crate::app::{App, Caller};
use crate::bulk::job_file::{JobState, SealedFile, open_input};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::job::ScoringJob;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::local_norms;

/// The most rows that a preview reads.
pub const PREVIEW_ROWS: u64 = 200;

/// Rows whose values are shown beside the names of columns.
const HEAD_ROWS: usize = 3;

/// What was seen of a file, or why it cannot be read as it is.
pub type Seen<T> = std::result::Result<T, batch::Error>;

/// The columns of a job's file, and its first rows.
///
/// # Errors
/// [`Refusal::JobNotWaiting`] unless the file is there and not scored yet.
pub async fn head(app: &App, caller: &Caller, id: Id) -> Result<Seen<Head>> {
    let stored = find(app, caller, id).await?;
    of_input(app, &stored, |source| read_head(source, HEAD_ROWS)).await
}

/// What the first rows of a job's file would come to with what is asked for now.
///
/// # Errors
/// As [`head`]; what is wrong with the query.
pub async fn preview(app: &App, caller: &Caller, id: Id) -> Result<Seen<Preview>> {
    let stored = find(app, caller, id).await?;
    let order = local_norms::order(app, caller.tenant, &stored.content.query).await?;
    of_input(app, &stored, move |source| order.job().preview(source.only_first(PREVIEW_ROWS))).await
}

/// Reads the input of a job that waits, on a thread of its own.
pub(in crate::services) async fn of_input<T: Send + 'static>(
    app: &App,
    stored: &Stored<ScoringJob>,
    read: impl FnOnce(Source) -> Seen<T> + Send + 'static,
) -> Result<Seen<T>> {
    if stored.content.job.state != JobState::Waiting {
        return Err(Refusal::JobNotWaiting.into());
    }
    let _place = app.jobs().looks.try_acquire().map_err(|_| ServiceError::Busy { seconds: 5 })?;
    let key = stored.content.secret.key().ok_or(ServiceError::Broken("a job has no key for its files"))?;
    let file = SealedFile::new(&key, stored.record.id, stored.content.upload.size());
    let pieces = Arc::new(Pieces(Arc::clone(app.documents().store())));
    let chunk_bytes = app.terms().bulk.share.chunk_bytes;
    let seen = tokio::task::spawn_blocking(move || read(open_input(pieces, file, chunk_bytes)?)).await;
    seen.map_err(|_| ServiceError::Broken("the look at a file did not come to its end"))
}
