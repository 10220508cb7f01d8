//! Handing a bilan to another consultant of the house, with the beneficiary's agreement.

use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::account::{self, Account, Role};
use crate::records::administrative::Administrative;
use crate::records::bilan::Bilan;
use crate::services::assignments::in_charge;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::{consent_grant, own_bilan, phase_of};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::store::{Change, Kind};

/// The consultant in charge proposes a colleague.
///
/// # Errors
/// A colleague who is none; [`Refusal::Over`]; [`ServiceError::NotFound`] outside the consultant's care.
pub async fn propose(app: &App, caller: &Caller, bilan: Id, colleague: Id) -> Result<()> {
    let now = app.now();
    let mut stored = in_charge(app, caller, bilan).await?;
    check_under_way(&stored)?;
    find_colleague(app, caller, colleague).await?;
    stored.content.transfer = Some(colleague);
    let changes = vec![
        app.documents().update(&stored).await?,
        AuditEntry::new(Some(caller.account), Verb::Change, Kind::Bilan, Some(bilan), Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await
}

async fn find_colleague(app: &App, caller: &Caller, colleague: Id) -> Result<Stored<Account>> {
    let problem = || {
        let problem = FieldProblem::new("/consultant", "ask the administrator for the identifier");
        ServiceError::Invalid(vec![problem.allowed("another consultant of the same house who may sign in")])
    };
    let found: Stored<Account> = match app.documents().load(colleague).await {
        Err(ServiceError::NotFound) => return Err(problem()),
        other => other?,
    };
    if may_take_over(&found, caller.tenant) && colleague != caller.account { Ok(found) } else { Err(problem()) }
}

/// Whether somebody is a consultant of the house who may sign in.
fn may_take_over(colleague: &Stored<Account>, house: Id) -> bool {
    colleague.content.role == Role::Consultant
        && colleague.record.tenant == house
        && colleague.record.state == account::state::ACTIVE
}

fn check_under_way(stored: &Stored<Bilan>) -> Result<()> {
    if phase_of(&stored.record)?.is_under_way() { Ok(()) } else { Err(Refusal::Over.into()) }
}

/// The beneficiary agrees: the colleague is in charge from now on, and the one before reads nothing any more.
///
/// # Errors
/// [`Refusal::NoTransfer`] when none waits, or another one than she agreed to, or the colleague cannot take over any more;
/// [`ServiceError::NotFound`] for another's bilan.
pub async fn agree(app: &App, caller: &Caller, bilan: Id, colleague: Id) -> Result<Stored<Bilan>> {
    let now = app.now();
    let mut stored = own_bilan(app, caller, bilan, now).await?;
    check_under_way(&stored)?;
    if stored.content.transfer != Some(colleague) {
        return Err(Refusal::NoTransfer.into());
    }
    let successor: Stored<Account> = app.documents().load(colleague).await?;
    // Since it was proposed she may have left.
    if !may_take_over(&successor, stored.record.tenant) {
        return Err(Refusal::NoTransfer.into());
    }
    let before = stored.content.consultant;
    stored.content.consultant = colleague;
    stored.content.transfer = None;
    let mut administrative: Stored<Administrative> = app.documents().load(stored.content.administrative).await?;
    administrative.content.consultant = successor.content.name.clone();
    let grant = consent_grant(app, caller, &stored, &successor.content.name, now).await?;
    let mut changes = vec![
        Change::Expect {
            kind: Kind::Account,
            id: colleague,
            version: None,
            state: Some(account::state::ACTIVE.to_owned()),
        },
        app.documents().update(&stored).await?,
        app.documents().update(&administrative).await?,
        Change::InsertGrant(grant),
        AuditEntry::new(Some(caller.account), Verb::Grant, Kind::Bilan, Some(bilan), Some(bilan)).at(now)?,
    ];
    for mut row in app.documents().store().grants(bilan).await? {
        if row.grantee == before && row.revoked.is_none() {
            row.revoked = Some(now);
            changes.push(Change::UpdateGrant(row));
        }
    }
    app.documents().commit(changes).await?;
    app.documents().load(bilan).await
}
