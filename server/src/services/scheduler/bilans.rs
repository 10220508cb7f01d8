//! What time does to bilans.

use super::{Budget, TickReport, due, life_signs};
use crate::app::{App, MailRoute};
use crate::clock::{DAY_MS, Timestamp};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::Account;
use crate::records::administrative;
use crate::records::bilan::{Bilan, Phase};
use crate::records::receipt::Reason;
use crate::records::result;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::phase_of;
use crate::services::destruction::plan::{administrative_until, ended_at, next_term};
use crate::services::destruction::{self, Decision, material};
use crate::services::ending::bring_to_an_end;
use crate::services::error::{Result, ServiceError};
use crate::services::letters::Sender;
use crate::services::life::{self, Happening};
use crate::services::notices::{self, Belonging};
use crate::services::release;
use crate::store::{Change, Kind, Record, Selection};

/// What a look at a bilan led to.
enum Seen {
    Happened(Happening),
    Term,
    Nothing,
}

/// Looks at the bilans that are due.
pub(super) async fn look(app: &App, now: Timestamp, report: &mut TickReport) {
    let mut budget = Budget::new();
    for record in due(app, Kind::Bilan, now, report).await {
        if !budget.take(report) {
            return;
        }
        let seen = look_at(app, record, now).await;
        let Some(seen) = report.take("look at a bilan", seen) else { continue };
        budget.spent();
        match seen {
            Seen::Happened(Happening::SilentRefusal) => report.silent_refusals += 1,
            Seen::Happened(Happening::Notice { .. }) => report.notices += 1,
            Seen::Happened(Happening::Abandonment) => report.abandonments += 1,
            Seen::Happened(Happening::Access) => report.accesses += 1,
            Seen::Term => report.terms += 1,
            Seen::Nothing => {}
        }
    }
}

async fn look_at(app: &App, record: Record, now: Timestamp) -> Result<Seen> {
    let documents = app.documents();
    let mut stored: Stored<Bilan> = match documents.open(record.clone()).await {
        Err(ServiceError::NotFound) => {
            forget_restored(app, record, now).await?;
            return Ok(Seen::Term);
        }
        other => other?,
    };
    let phase = phase_of(&stored.record)?;
    if phase.is_over() {
        return term_over(app, stored, now).await;
    }
    let alive = life_signs::last(app, &stored).await?;
    if alive > stored.content.active {
        stored.content.active = alive;
        stored.content.notices.clear();
    }
    let held = held_results(app, stored.record.id).await?;
    let terms = app.terms().idle;
    let happened = life::happening(&stored.content, phase, held.is_empty(), terms, now);
    match happened {
        Some(Happening::SilentRefusal) => {
            bring_to_an_end(app, stored, Reason::Refused, None).await?;
        }
        Some(Happening::Abandonment) => {
            bring_to_an_end(app, stored, Reason::Abandoned, None).await?;
        }
        Some(Happening::Notice { days }) => notify(app, stored, phase, held.is_empty(), days, now).await?,
        Some(Happening::Access) => open_results(app, stored, phase, now).await?,
        None => {
            stored.record.due = life::next_look(&stored.content, phase, held.is_empty(), terms);
            documents.commit(vec![documents.update(&stored).await?]).await?;
        }
    }
    Ok(happened.map_or(Seen::Nothing, Seen::Happened))
}

/// The term of something that was kept after the end has come.
async fn term_over(app: &App, stored: Stored<Bilan>, now: Timestamp) -> Result<Seen> {
    let bilan = stored.record.id;
    match destruction::decide(app, stored, Reason::TermOver, None).await? {
        Decision::Decided(receipt) => {
            destruction::carry_out(app, receipt).await?;
            Ok(Seen::Term)
        }
        Decision::Nothing => {
            // Looked at too early: everything that was kept still has time.
            let stored: Stored<Bilan> = app.documents().load(bilan).await?;
            let end = ended_at(&stored.content).unwrap_or(now);
            let mut material = material::gather(app.documents(), stored).await?;
            let next = next_term(&material, end, now);
            material.bilan.record.due = Some(next.unwrap_or_else(|| now.plus(DAY_MS)));
            app.documents().commit(vec![app.documents().update(&material.bilan).await?]).await?;
            Ok(Seen::Nothing)
        }
    }
}

/// A backup of the data brought back the rows of a bilan whose keys were destroyed since: nobody can read them, and they go.
async fn forget_restored(app: &App, bilan: Record, now: Timestamp) -> Result<()> {
    let documents = app.documents();
    let mut changes = vec![AuditEntry::new(None, Verb::Destroy, Kind::Bilan, Some(bilan.id), Some(bilan.id)).at(now)?];
    let mut keys: Vec<Id> = documents.store().grants(bilan.id).await?.iter().filter_map(|grant| grant.key).collect();
    for record in material::records_of(documents, bilan.id).await? {
        if record.kind == Kind::Administrative {
            // It lives on; when the bilan was over is not known any more.
            if record.due.is_none() {
                let due = Some(administrative_until(now, app.terms().administrative_years));
                changes.push(Change::Update(Record { due, state: administrative::state::CLOSED.to_owned(), ..record }));
            }
            continue;
        }
        keys.extend(record.key);
        if record.kind == Kind::Assignment {
            changes.push(Change::DeleteAnswers { assignment: record.id });
        }
        changes.push(Change::Delete { kind: record.kind, id: record.id });
    }
    keys.sort_unstable();
    keys.dedup();
    documents.vault().destroy(&keys).await?;
    changes.push(Change::DeleteGrants { bilan: bilan.id });
    changes.push(Change::Delete { kind: Kind::Bilan, id: bilan.id });
    documents.commit(changes).await
}

/// Gives notice, on record and by letter where there is an address.
async fn notify(
    app: &App,
    mut stored: Stored<Bilan>,
    phase: Phase,
    all_released: bool,
    days: u16,
    now: Timestamp,
) -> Result<()> {
    let documents = app.documents();
    stored.content.notices.push(now);
    stored.record.due = life::next_look(&stored.content, phase, all_released, app.terms().idle);
    let bilan = stored.record.id;
    let mut changes = vec![
        documents.update(&stored).await?,
        AuditEntry::new(None, Verb::Change, Kind::Bilan, Some(bilan), Some(bilan)).at(now)?,
    ];
    let account: Stored<Account> = documents.load(stored.content.beneficiary).await?;
    if let Some(email) = account.content.email.as_ref().filter(|_| app.terms().mail == MailRoute::Smtp) {
        let sender = Sender::of(app, account.record.tenant, None).await?;
        let url = &app.terms().public_url;
        let letter = notices::notice(email, &account.content.language, &sender, days, url, now);
        let belongs = Belonging { to: &account.record, owner: Some(account.record.id) };
        changes.push(notices::queue(app, belongs, &letter).await?);
    }
    documents.commit(changes).await
}

async fn held_results(app: &App, bilan: Id) -> Result<Vec<Record>> {
    let mut selection = Selection::of(Kind::Result);
    selection.bilan = Some(bilan);
    selection.state = Some(result::state::HELD.to_owned());
    material::every(app.documents(), selection).await
}

/// Opens the results that are held, by the right of access (DESIGN §2.11).
async fn open_results(app: &App, mut stored: Stored<Bilan>, phase: Phase, now: Timestamp) -> Result<()> {
    let documents = app.documents();
    let bilan = stored.record.id;
    stored.record.due = life::next_look(&stored.content, phase, true, app.terms().idle);
    let mut changes = release::open_all(app, bilan, None, now).await?;
    changes.push(documents.update(&stored).await?);
    changes.push(AuditEntry::new(None, Verb::Release, Kind::Result, None, Some(bilan)).at(now)?);
    documents.commit(changes).await
}
