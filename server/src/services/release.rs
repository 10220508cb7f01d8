//! Handing over: the consultant releases results and synthesis; the beneficiary's request opens them by the right of access
//! (DESIGN §2.11, CT-7).

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::bilan::{Bilan, Phase};
use crate::records::result::{StoredResult, state};
use crate::records::writing::Synthesis;
use crate::services::assignments::in_charge;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::{own_bilan, phase_of};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::life;
use crate::store::{Change, Kind, Selection};

/// What the consultant releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// One result, in an interview, in whatever phase.
    Result {
        /// The result.
        result: Id,
        /// That it is told in an interview (R6313-4).
        in_interview: bool,
    },
    /// All results and the synthesis, in the conclusions phase: the bilan is delivered.
    Everything,
}

/// Releases results to the beneficiary.
///
/// # Errors
/// [`Refusal::NotReleasable`] outside conclusions and interview; [`ServiceError::NotFound`] outside the consultant's care.
pub async fn release(app: &App, caller: &Caller, bilan: Id, what: What) -> Result<Stored<Bilan>> {
    let now = app.now();
    let mut stored = in_charge(app, caller, bilan).await?;
    let phase = phase_of(&stored.record)?;
    if !phase.is_under_way() {
        return Err(Refusal::Over.into());
    }
    let by = Some(caller.account);
    let mut changes = Vec::new();
    match what {
        What::Result { result, in_interview } => {
            if phase != Phase::Conclusions && !in_interview {
                return Err(Refusal::NotReleasable.into());
            }
            let found: Stored<StoredResult> = app.documents().load(result).await?;
            if found.record.bilan != Some(bilan) {
                return Err(ServiceError::NotFound);
            }
            changes.extend(open_result(app, found, by, now).await?);
        }
        What::Everything => {
            if phase != Phase::Conclusions {
                return Err(Refusal::NotReleasable.into());
            }
            changes.extend(open_all(app, bilan, by, now).await?);
            changes.extend(hand_over_synthesis(app, bilan, now).await?);
            stored.content.delivered = Some(now);
        }
    }
    stored.content.active = now;
    stored.content.notices.clear();
    stored.record.due = life::next_look(&stored.content, phase, false, app.terms().idle);
    changes.push(app.documents().update(&stored).await?);
    changes.push(AuditEntry::new(by, Verb::Release, Kind::Result, None, Some(bilan)).at(now)?);
    app.documents().commit(changes).await?;
    app.documents().load(bilan).await
}

/// The changes that open all results of a bilan to the beneficiary; those open already stay as they are.
///
/// # Errors
/// What store and vault say.
pub async fn open_all(app: &App, bilan: Id, by: Option<Id>, now: Timestamp) -> Result<Vec<Change>> {
    let mut selection = Selection::of(Kind::Result);
    selection.bilan = Some(bilan);
    selection.state = Some(state::HELD.to_owned());
    let mut changes = Vec::new();
    loop {
        let page = app.documents().select::<StoredResult>(&selection).await?;
        let Some(last) = page.last() else { return Ok(changes) };
        selection = selection.following(&last.record);
        for found in page {
            changes.extend(open_result(app, found, by, now).await?);
        }
    }
}

async fn open_result(
    app: &App,
    mut found: Stored<StoredResult>,
    by: Option<Id>,
    now: Timestamp,
) -> Result<Option<Change>> {
    if found.record.state == state::RELEASED {
        return Ok(None);
    }
    found.record.state = state::RELEASED.to_owned();
    found.record.audience |= audience::OWNER;
    found.content.released = Some((now, by));
    Ok(Some(app.documents().update(&found).await?))
}

async fn hand_over_synthesis(app: &App, bilan: Id, now: Timestamp) -> Result<Option<Change>> {
    let mut found: Stored<Synthesis> = match app.documents().load(bilan).await {
        Ok(found) => found,
        // A bilan without a written synthesis cannot be handed over as a whole (L6313-4).
        Err(ServiceError::NotFound) => return Err(Refusal::NoSynthesis.into()),
        Err(error) => return Err(error),
    };
    found.record.audience |= audience::OWNER;
    found.record.state = "delivered".to_owned();
    found.content.delivered.get_or_insert(now);
    Ok(Some(app.documents().update(&found).await?))
}

/// The beneficiary asks to see her results; they open 30 days later, or at once in the conclusions phase.
///
/// Returns when they open.
///
/// # Errors
/// [`Refusal::ConsentMissing`], [`Refusal::Over`]; [`ServiceError::NotFound`] for another's bilan.
pub async fn request_access(app: &App, caller: &Caller, bilan: Id) -> Result<Timestamp> {
    let now = app.now();
    let mut stored = own_bilan(app, caller, bilan, now).await?;
    let phase = phase_of(&stored.record)?;
    life::check_under_way(phase)?;
    // The first request counts: asking again must not put the day off.
    stored.content.access_requested.get_or_insert(now);
    stored.content.active = now;
    stored.content.notices.clear();
    let mut changes = Vec::new();
    if phase == Phase::Conclusions {
        changes.extend(open_all(app, bilan, None, now).await?);
    }
    stored.record.due = life::next_look(&stored.content, phase, phase == Phase::Conclusions, app.terms().idle);
    let opens = life::access_opens(&stored.content, phase).unwrap_or(now);
    changes.push(app.documents().update(&stored).await?);
    changes.push(AuditEntry::new(Some(caller.account), Verb::Change, Kind::Request, None, Some(bilan)).at(now)?);
    app.documents().commit(changes).await?;
    Ok(opens)
}
