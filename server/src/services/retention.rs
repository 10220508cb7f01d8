//! What is kept, counted for administrators: by state, and by the month in which something is looked at or goes. No content is opened.

use std::collections::BTreeMap;

use crate::app::App;
use crate::clock::Timestamp;
use crate::records::receipt::state::DRAFT;
use crate::services::error::Result;
use crate::store::{Kind, Selection};

/// How many records of one kind are looked at for their months.
const MOST_RECORDS: usize = 20_000;

/// What is kept, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// How many of each kind in each state.
    pub by_state: BTreeMap<(Kind, String), u64>,
    /// How many of each kind are due in each month, such as `2027-01`.
    pub by_month: BTreeMap<(Kind, String), u64>,
    /// Destructions that are decided and wait for a replica of the key store.
    pub waiting: u64,
    /// Whether all due dates were counted.
    pub complete: bool,
}

/// Counts what is kept.
///
/// # Errors
/// What the store says.
pub async fn count(app: &App) -> Result<Kept> {
    let store = app.documents().store();
    let by_state = store.counts().await?;
    let waiting = by_state.get(&(Kind::Receipt, DRAFT.to_owned())).copied().unwrap_or(0);
    let mut kept = Kept { by_month: BTreeMap::new(), waiting, complete: true, by_state };
    let kinds: Vec<Kind> = kept.by_state.keys().map(|(kind, _)| *kind).collect();
    for kind in kinds.into_iter().collect::<std::collections::BTreeSet<_>>() {
        let mut selection = Selection::of(kind);
        selection.due_before = Some(Timestamp::from_millis(i64::MAX));
        let mut n_seen = 0;
        loop {
            let page = store.select(&selection).await?;
            let Some(last) = page.last() else { break };
            selection = selection.following(last);
            n_seen += page.len();
            for due in page.iter().filter_map(|record| record.due) {
                *kept.by_month.entry((kind, due.month())).or_default() += 1;
            }
            if n_seen >= MOST_RECORDS {
                kept.complete = false;
                break;
            }
        }
    }
    Ok(kept)
}
