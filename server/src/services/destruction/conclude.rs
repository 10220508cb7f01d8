//! Concluding: once every replica has forgotten the keys, the rows go, what stays gets its last day, and the receipt is signed. One commit.

use super::plan::stay_counts;
use super::{load, written};
use crate::app::App;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::administrative::{self, Administrative};
use crate::records::bilan::{Bilan, Phase};
use crate::records::follow_up::FollowUp;
use crate::records::receipt::{Destroying, Draft, Reason, Stay, state};
use crate::services::error::{Result, ServiceError};
use crate::services::follow_up;
use crate::store::{Change, Kind};
use crate::vault::{Destruction, Digest32, Receipt, ReceiptError, Remaining};

/// Deletes rows, dates what stays, and issues the receipt.
///
/// # Errors
/// [`ServiceError::Changed`] when what stays was changed meanwhile or another process has concluded; what store and vault say.
pub async fn conclude(app: &App, receipt: Id, draft: &Draft, destruction: Destruction) -> Result<()> {
    let now = app.now();
    let documents = app.documents();
    let mut stored = load(documents, receipt).await?;
    if !matches!(stored.content, Destroying::Draft(_)) {
        return Ok(());
    }
    let text = documents.vault().sign_receipt(&statement(draft, destruction)?, now).await?;
    let mut changes = rows_that_go(draft);
    changes.extend(grants_that_go(app, draft).await?);
    for stay in &draft.stays {
        changes.extend(dated(app, draft, receipt, stay).await?);
    }
    // A record of its own went while the bilan or its administrative record stayed.
    let noted = draft.stays.iter().any(|stay| stay.record.kind == Kind::Administrative);
    if let Some(id) = draft.administrative.filter(|_| !noted)
        && let Some(mut administrative) = present::<Administrative>(app, id).await?
    {
        administrative.content.receipts.push(receipt);
        changes.push(documents.update(&administrative).await?);
    }
    stored.record.state = state::ISSUED.to_owned();
    stored.record.body = written(&Destroying::Issued(text))?;
    changes.push(Change::Update(stored.record));
    documents.commit_the_end(changes).await
}

fn statement(draft: &Draft, destruction: Destruction) -> Result<Receipt> {
    let commitment = <[u8; 32]>::try_from(draft.commitment.as_slice())
        .map(Digest32::from_bytes)
        .map_err(|_| ServiceError::Broken("a commitment has another length"))?;
    let counts = draft.counts.iter().map(|count| (count.kind.clone(), count.n)).collect();
    let remaining = stay_counts(&draft.stays)
        .into_iter()
        .flat_map(|count| {
            let n = usize::try_from(count.n).unwrap_or(usize::MAX);
            std::iter::repeat_n(Remaining { kind: count.kind, until: count.until }, n)
        })
        .collect();
    Receipt::new(commitment, counts, &[destruction], remaining).map_err(|error| match error {
        ReceiptError::NotConfirmed { .. } => {
            ServiceError::Broken("a receipt was asked for before all replicas confirmed")
        }
        _ => ServiceError::Broken("a receipt cannot be written"),
    })
}

fn rows_that_go(draft: &Draft) -> Vec<Change> {
    let mut changes = Vec::with_capacity(draft.records.len());
    for record in &draft.records {
        if record.kind == Kind::Assignment {
            changes.push(Change::DeleteAnswers { assignment: record.id });
        }
        changes.push(Change::Delete { kind: record.kind, id: record.id });
    }
    changes
}

/// All grants of the bilan go but those that stay, unless one of these was changed meanwhile.
async fn grants_that_go(app: &App, draft: &Draft) -> Result<Vec<Change>> {
    let rows = app.documents().store().grants(draft.bilan).await?;
    if rows.iter().all(|row| draft.grants.contains(&row.id)) {
        return Ok(Vec::new());
    }
    let kept: Vec<_> = rows.into_iter().filter(|row| draft.grants.contains(&row.id)).collect();
    let mut changes: Vec<Change> = kept.iter().cloned().map(Change::UpdateGrant).collect();
    changes.push(Change::DeleteGrants { bilan: draft.bilan });
    changes.extend(kept.into_iter().map(Change::InsertGrant));
    Ok(changes)
}

async fn present<T: crate::documents::Document>(app: &App, id: Id) -> Result<Option<Stored<T>>> {
    match app.documents().load(id).await {
        Ok(stored) => Ok(Some(stored)),
        Err(ServiceError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is looked at for itself, and not with its bilan.
const fn has_a_clock_of_its_own(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Administrative
            | Kind::Attendance
            | Kind::FollowUp
            | Kind::Mail
            | Kind::Session
            | Kind::Invitation
            | Kind::Idempotency
    )
}

/// What becomes of a record that stays.
async fn dated(app: &App, draft: &Draft, receipt: Id, stay: &Stay) -> Result<Option<Change>> {
    let documents = app.documents();
    let id = stay.record.id;
    match stay.record.kind {
        Kind::Bilan => {
            let Some(mut bilan) = present::<Bilan>(app, id).await? else { return Ok(None) };
            bilan.record.state = Phase::Ended.word().to_owned();
            // The scheduler looks again when the first of what stays must go: a document, an agreement, the account of a reader, a grant.
            let terms = draft.stays.iter().filter(|stay| !has_a_clock_of_its_own(stay.record.kind));
            let grants = documents.store().grants(draft.bilan).await?;
            let grants = grants.iter().filter(|grant| draft.grants.contains(&grant.id)).filter_map(|grant| grant.ends);
            bilan.record.due = terms.map(|stay| stay.until).chain(grants).min();
            documents.update(&bilan).await.map(Some)
        }
        Kind::Administrative => {
            let Some(mut administrative) = present::<Administrative>(app, id).await? else { return Ok(None) };
            let phase = match draft.reason {
                Reason::Ended => Some(Phase::Ended),
                Reason::Abandoned => Some(Phase::Abandoned),
                Reason::Erased if administrative.record.due.is_none() => Some(Phase::Abandoned),
                _ => None,
            };
            administrative.content.phases.extend(phase.map(|phase| (phase, draft.decided)));
            administrative.content.receipts.push(receipt);
            administrative.record.state = administrative::state::CLOSED.to_owned();
            administrative.record.due = Some(stay.until);
            documents.update(&administrative).await.map(Some)
        }
        Kind::FollowUp => {
            let Some(mut stored) = present::<FollowUp>(app, id).await? else { return Ok(None) };
            stored.content.receipts.push(receipt);
            if draft.reason == Reason::Ended {
                follow_up::plan_from_the_end(&mut stored, draft.decided, app.terms());
            }
            documents.update(&stored).await.map(Some)
        }
        // What waits to be sent, and who is signed in, go by their own times.
        Kind::Mail | Kind::Session | Kind::Invitation => Ok(None),
        kind => {
            let record = documents.store().fetch(kind, id).await?.filter(|record| record.due != Some(stay.until));
            Ok(record.map(|mut record| {
                record.due = Some(stay.until);
                Change::Update(record)
            }))
        }
    }
}
