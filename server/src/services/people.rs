//! Staff: inviting, closing, recording qualifications.

use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, Qualification, Role};
use crate::records::invitation::LinkPurpose;
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::houses::{self, NewAccount};
use crate::services::links::{self, Link, LinkTerms};
use crate::services::{addresses, letters, outbox, sessions};
use crate::store::{Change, Kind};

/// Somebody of staff as an administrator invites her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// Her house.
    pub tenant: Id,
    /// What she may be.
    pub role: Role,
    /// Her name.
    pub name: String,
    /// Her address, by which she signs in.
    pub email: String,
    /// Tag of her language.
    pub language: String,
}

/// Whether somebody of a role can belong to a house of a kind.
#[must_use]
pub fn fits(role: Role, kind: TenantKind) -> bool {
    match role {
        Role::Administrator => kind == TenantKind::Operator,
        Role::Consultant => kind == TenantKind::Centre,
        Role::Clerk | Role::Program => matches!(kind, TenantKind::Organisation | TenantKind::Centre),
        Role::Employer => kind == TenantKind::Employer,
        Role::Beneficiary | Role::Rater | Role::Recipient => false,
    }
}

/// A house that somebody of a role is to belong to.
///
/// # Errors
/// [`ServiceError::Invalid`] when there is none of that identifier; [`Refusal::WrongHouse`].
pub async fn house_for(app: &App, tenant: Id, role: Role) -> Result<Stored<Tenant>> {
    let house: Stored<Tenant> = match app.documents().load(tenant).await {
        Err(ServiceError::NotFound) => {
            return Err(ServiceError::field("/tenant", "the id of a house", "GET /api/v1/tenants lists them"));
        }
        other => other?,
    };
    if fits(role, house.content.kind) { Ok(house) } else { Err(Refusal::WrongHouse.into()) }
}

/// Invites somebody of staff: an account, and a link that is shown this once.
///
/// # Errors
/// [`Refusal::WrongHouse`], [`Refusal::AddressTaken`]; [`ServiceError::Invalid`] for an address that is none.
pub async fn invite(app: &App, caller: &Caller, invitee: Invitee) -> Result<(Stored<Account>, Link)> {
    let (account, link, changes) = prepared(app, caller, invitee).await?;
    app.documents().commit(changes).await?;
    Ok((app.documents().load(account.id).await?, link))
}

/// The same by mail where that is possible; else the link is there to hand over.
///
/// # Errors
/// As [`invite`].
pub async fn send_invitation(app: &App, caller: &Caller, invitee: Invitee) -> Result<(Stored<Account>, Option<Link>)> {
    let (account, link, mut changes) = prepared(app, caller, invitee).await?;
    let sender = letters::Sender::of(app, account.tenant, None).await?;
    let message = letters::staff_invitation(&account.content.language, &sender, &link.url(app), link.ends);
    let mail = outbox::queue(app, &account.stored(), message).await?;
    let sent = mail.is_some();
    changes.extend(mail);
    app.documents().commit(changes).await?;
    Ok((app.documents().load(account.id).await?, (!sent).then_some(link)))
}

/// Somebody of staff who is about to be invited, her link, and the changes that make both.
async fn prepared(app: &App, caller: &Caller, invitee: Invitee) -> Result<(NewAccount, Link, Vec<Change>)> {
    house_for(app, invitee.tenant, invitee.role).await?;
    let email = addresses::checked(&invitee.email, "/email")?;
    let account = NewAccount {
        id: app.entropy().id(),
        tenant: invitee.tenant,
        key: app.documents().vault().create_key().await?,
        state: account::state::INVITED,
        content: Account {
            role: invitee.role,
            name: invitee.name,
            email: Some(email.clone()),
            language: invitee.language,
            credentials: Credentials::default(),
            qualifications: Vec::new(),
            reset: None,
            bilan: None,
            scopes: Vec::new(),
            created: app.now(),
        },
    };
    addresses::claim(app, &email, account.id).await?;
    let terms =
        LinkTerms { purpose: LinkPurpose::FirstEntry, ends: app.now().plus(app.terms().invitation_ms), code: None };
    let link = links::create(app, &account.stored(), terms).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Invite, Kind::Account, Some(account.id), None);
    let changes = vec![account.change(app).await?, link.change.clone(), entry.at(app.now())?];
    Ok((account, link, changes))
}

/// Somebody of staff, as administrators may know of her: nobody else's account is found here.
///
/// # Errors
/// [`ServiceError::NotFound`] for all others.
pub async fn staff(app: &App, user: Id) -> Result<Stored<Account>> {
    let record = app.documents().store().fetch(Kind::Account, user).await?.ok_or(ServiceError::NotFound)?;
    if record.parent != Some(record.tenant) {
        return Err(ServiceError::NotFound);
    }
    let account: Stored<Account> = app.documents().open(record).await?;
    if account.content.role.needs_second_factor() { Ok(account) } else { Err(ServiceError::NotFound) }
}

/// Closes the account of somebody who leaves: sessions and links end, her grants sleep, her address leads nowhere.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`Refusal::OwnAccount`].
pub async fn close(app: &App, caller: &Caller, user: Id) -> Result<()> {
    let mut account = staff(app, user).await?;
    if user == caller.account {
        return Err(Refusal::OwnAccount.into());
    }
    account.record.state = account::state::CLOSED.to_owned();
    account.content.credentials = Credentials::default();
    account.content.reset = None;
    let (mut changes, _) = suspend_grants(app, caller, user).await?;
    changes.extend(links::cancel_open(app, user).await?);
    changes.push(app.documents().update(&account).await?);
    changes.push(AuditEntry::new(Some(caller.account), Verb::Withdraw, Kind::Account, Some(user), None).at(app.now())?);
    changes.extend(sessions::ending_all(app, user, None).await?);
    app.documents().commit(changes).await?;
    app.documents().vault().delete_lookup(user).await?;
    Ok(())
}

/// The changes that put to sleep every grant by which somebody reads now, each with a line that the beneficiary sees; and
/// which grants these are.
///
/// # Errors
/// What the store says.
pub async fn suspend_grants(app: &App, caller: &Caller, user: Id) -> Result<(Vec<Change>, Vec<Id>)> {
    let now = app.now();
    let (mut changes, mut suspended) = (Vec::new(), Vec::new());
    for mut grant in app.documents().store().grants_of(user, now).await? {
        let entry = AuditEntry::new(Some(caller.account), Verb::Suspend, Kind::Account, Some(user), Some(grant.bilan));
        suspended.push(grant.id);
        grant.suspended = true;
        changes.push(Change::UpdateGrant(grant));
        changes.push(entry.at(now)?);
    }
    Ok((changes, suspended))
}

/// Records for which instruments a consultant is qualified, in place of what was recorded before.
///
/// # Errors
/// [`ServiceError::NotFound`] unless she is a consultant; [`ServiceError::Invalid`] for unknown instruments.
pub async fn qualify(app: &App, caller: &Caller, user: Id, list: Vec<Qualification>) -> Result<Stored<Account>> {
    let mut account = staff(app, user).await?;
    if account.content.role != Role::Consultant {
        return Err(ServiceError::NotFound);
    }
    if list.iter().any(|qualification| app.catalog().find(&qualification.instrument).is_err()) {
        let allowed = "identifiers of instruments without a version";
        return Err(ServiceError::field("/qualifications", allowed, "GET /api/v1/instruments lists them"));
    }
    account.content.qualifications = list;
    let entry = AuditEntry::new(Some(caller.account), Verb::Change, Kind::Account, Some(user), None);
    app.documents().commit(vec![app.documents().update(&account).await?, entry.at(app.now())?]).await?;
    app.documents().load(user).await
}

/// A page of the staff of a house.
///
/// # Errors
/// What store and vault say.
pub async fn page(app: &App, tenant: Id, after: Option<Id>, limit: u32) -> Result<Vec<Stored<Account>>> {
    let mut found = Vec::new();
    let mut after = after;
    // Programs hang on the house as well: read on until the page is full.
    while found.len() < usize::try_from(limit).unwrap_or(usize::MAX) {
        let page = houses::accounts(app, tenant, after, limit).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.record.id);
        found.extend(page.into_iter().filter(|account| account.content.role.needs_second_factor()));
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_staff_and_programs_belong_to_a_house_and_only_of_their_kind() {
        use TenantKind::{Centre, Employer, Operator, Organisation};
        for role in Role::ALL {
            let allowed: &[TenantKind] = match role {
                Role::Administrator => &[Operator],
                Role::Consultant => &[Centre],
                Role::Clerk | Role::Program => &[Organisation, Centre],
                Role::Employer => &[Employer],
                Role::Beneficiary | Role::Rater | Role::Recipient => &[],
            };
            for kind in [Operator, Centre, Organisation, Employer] {
                assert_eq!(fits(role, kind), allowed.contains(&kind), "{role:?} {kind:?}");
            }
        }
    }
}
