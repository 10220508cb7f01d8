//! What an administrator looks at first: whether the stores answer, and what waits. Staff alone; of bilans nothing but counts.

use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{self, Account};
use crate::records::receipt::state::DRAFT;
use crate::services::error::Result;
use crate::services::{houses, people};
use crate::store::{Kind, Selection};

/// How long something may be due before it counts as late: the scheduler looks every minute.
const LATE_MS: i64 = 15 * 60_000;

/// Up to so many late records are counted of a kind.
const MOST_LATE: u32 = 1000;

/// Up to so many of staff are looked through.
const MOST_STAFF: usize = 2000;

/// Whether everything answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether the data store answers.
    pub data_store: bool,
    /// Whether each key store answers, by its name.
    pub key_stores: Vec<(String, bool)>,
}

impl Health {
    /// How many do not answer.
    #[must_use]
    pub fn n_away(&self) -> usize {
        usize::from(!self.data_store) + self.key_stores.iter().filter(|(_, answers)| !answers).count()
    }
}

/// Asks every store.
pub async fn health(app: &App) -> Health {
    let documents = app.documents();
    let data_store = documents.store().check().await;
    if let Err(cause) = &data_store {
        tracing::warn!(%cause, "the data store does not answer");
    }
    let mut key_stores = Vec::new();
    for (name, state) in documents.vault().check().await {
        if let Err(cause) = &state {
            tracing::warn!(store = %name, %cause, "a key store does not answer");
        }
        key_stores.push((name, state.is_ok()));
    }
    Health { data_store: data_store.is_ok(), key_stores }
}

/// Somebody of staff for whom something waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPerson {
    /// Her account.
    pub id: Id,
    /// Her name.
    pub name: String,
    /// What waits.
    pub what: WaitingFor,
}

/// What waits for somebody of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingFor {
    /// She was invited and has not come in.
    Entry {
        /// When she was invited.
        since: Timestamp,
    },
    /// Her reset waits for a second administrator.
    SecondAdministrator {
        /// When it was asked for.
        since: Timestamp,
    },
    /// Her reset waits for a recovery code of her own.
    RecoveryCode {
        /// When it was asked for.
        since: Timestamp,
    },
}

/// What waits in the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    /// People of staff.
    pub people: Vec<WaitingPerson>,
    /// Whether all of staff were looked at.
    pub complete: bool,
    /// Destructions that wait for a replica of the key store.
    pub n_destructions: u64,
    /// Records whose date has passed without anything having been done.
    pub n_late: u64,
}

impl Waiting {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.n_destructions == 0 && self.n_late == 0
    }
}

/// What waits now.
///
/// # Errors
/// What store and vault say.
pub async fn waiting(app: &App) -> Result<Waiting> {
    let counts = app.documents().store().counts().await?;
    let mut waiting = Waiting {
        n_destructions: counts.get(&(Kind::Receipt, DRAFT.to_owned())).copied().unwrap_or(0),
        n_late: n_late(app).await?,
        complete: true,
        ..Waiting::default()
    };
    let (mut after, mut n_seen) = (None, 0);
    loop {
        let page = houses::page(app, after, Selection::PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.record.id);
        for house in page {
            of_house(app, house.record.id, &mut waiting, &mut n_seen).await?;
        }
        if n_seen >= MOST_STAFF {
            waiting.complete = false;
            break;
        }
    }
    Ok(waiting)
}

async fn of_house(app: &App, house: Id, waiting: &mut Waiting, n_seen: &mut usize) -> Result<()> {
    let mut after = None;
    while *n_seen < MOST_STAFF {
        let page = people::page(app, house, after, Selection::PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.record.id);
        *n_seen += page.len();
        let waits = page.into_iter().filter_map(|account| {
            let what = waits_for(&account)?;
            Some(WaitingPerson { id: account.record.id, name: account.content.name, what })
        });
        waiting.people.extend(waits);
    }
    Ok(())
}

/// What waits for somebody of staff; nothing for a closed account.
#[must_use]
pub fn waits_for(account: &Stored<Account>) -> Option<WaitingFor> {
    let content = &account.content;
    match (&content.reset, account.record.state.as_str()) {
        (_, account::state::CLOSED) => None,
        (Some(reset), _) if reset.confirmed_by.is_none() => Some(WaitingFor::SecondAdministrator { since: reset.at }),
        (Some(reset), _) => Some(WaitingFor::RecoveryCode { since: reset.at }),
        (None, account::state::INVITED) => Some(WaitingFor::Entry { since: content.created }),
        (None, _) => None,
    }
}

/// How many records are late, up to a bound for each kind.
async fn n_late(app: &App) -> Result<u64> {
    let mut n_late = 0;
    for kind in Kind::ALL {
        let mut selection = Selection::of(*kind);
        selection.due_before = Some(app.now().plus(-LATE_MS));
        selection.limit = MOST_LATE;
        n_late += app.documents().store().select(&selection).await?.len();
    }
    Ok(u64::try_from(n_late).unwrap_or(u64::MAX))
}
