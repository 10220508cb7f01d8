//! What ends by itself and is then of no use: sessions, links, kept replies.

use crate::app::App;
use crate::services::error::Result;
use crate::store::{Change, Kind, Selection};

const ENDING: [Kind; 3] = [Kind::Session, Kind::Invitation, Kind::Idempotency];

/// Deletes what has ended; says how many records that were. The clock of the service calls it every few minutes.
///
/// # Errors
/// What the store says; calling it again goes on from there.
pub async fn sweep(app: &App) -> Result<usize> {
    let mut n = 0;
    for kind in ENDING {
        let selection = Selection { due_before: Some(app.now()), ..Selection::of(kind) };
        loop {
            let ended = app.documents().store().select(&selection).await?;
            if ended.is_empty() {
                break;
            }
            n += ended.len();
            app.documents().commit(ended.iter().map(|record| Change::Delete { kind, id: record.id }).collect()).await?;
        }
    }
    Ok(n)
}
