//! Programs of organisations: an account with scopes, and one token that is shown once.

use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, Role, Scope};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Result, ServiceError};
use crate::services::houses::{self, NewAccount};
use crate::services::people::house_for;
use crate::services::sessions::{self, Opened, SessionStart};
use crate::store::Kind;

/// Makes a program's account with its token.
///
/// # Errors
/// [`Refusal::WrongHouse`](crate::services::error::Refusal::WrongHouse); what store and vault say.
pub async fn create(
    app: &App,
    caller: &Caller,
    tenant: Id,
    label: String,
    scopes: Vec<Scope>,
) -> Result<(Stored<Account>, Opened)> {
    house_for(app, tenant, Role::Program).await?;
    let account = NewAccount {
        id: app.entropy().id(),
        tenant,
        key: app.documents().vault().create_key().await?,
        state: account::state::ACTIVE,
        content: Account {
            role: Role::Program,
            name: label.clone(),
            email: None,
            language: "en".to_owned(),
            credentials: Credentials::default(),
            qualifications: Vec::new(),
            reset: None,
            bilan: None,
            scopes,
            created: app.now(),
        },
    };
    let start = SessionStart { half: false, label: Some(label) };
    let opened = sessions::start(app, &account.stored(), start).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Create, Kind::Token, Some(account.id), None);
    let mut changes = opened.changes.clone();
    changes.extend([account.change(app).await?, entry.at(app.now())?]);
    app.documents().commit(changes).await?;
    Ok((app.documents().load(account.id).await?, opened))
}

/// A page of the programs of a house whose tokens open something.
///
/// # Errors
/// What store and vault say.
pub async fn page(app: &App, tenant: Id, after: Option<Id>, limit: u32) -> Result<Vec<Stored<Account>>> {
    let n = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut found, mut after) = (Vec::new(), after);
    while found.len() < n {
        let page = houses::accounts(app, tenant, after, limit).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.record.id);
        found.extend(page.into_iter().filter(is_open));
    }
    found.truncate(n);
    Ok(found)
}

fn is_open(account: &Stored<Account>) -> bool {
    account.content.role == Role::Program && account.record.state == account::state::ACTIVE
}

/// Ends the token of a program of the caller's own house.
///
/// # Errors
/// [`ServiceError::NotFound`] for another house's, as for anything that is no program with a token.
pub async fn close_own(app: &App, caller: &Caller, program: Id) -> Result<()> {
    let record = app.documents().store().fetch(Kind::Account, program).await?;
    if record.is_none_or(|record| record.tenant != caller.tenant) {
        return Err(ServiceError::NotFound);
    }
    close(app, caller, program).await
}

/// Ends a program's token.
///
/// # Errors
/// [`ServiceError::NotFound`] for anything that is no program with a token.
pub async fn close(app: &App, caller: &Caller, program: Id) -> Result<()> {
    let record = app.documents().store().fetch(Kind::Account, program).await?.ok_or(ServiceError::NotFound)?;
    if record.parent != Some(record.tenant) {
        return Err(ServiceError::NotFound);
    }
    let mut account: Stored<Account> = app.documents().open(record).await?;
    if !is_open(&account) {
        return Err(ServiceError::NotFound);
    }
    account.record.state = account::state::CLOSED.to_owned();
    let entry = AuditEntry::new(Some(caller.account), Verb::Withdraw, Kind::Token, Some(program), None);
    let mut changes = sessions::ending_all(app, program, None).await?;
    changes.push(app.documents().update(&account).await?);
    changes.push(entry.at(app.now())?);
    app.documents().commit(changes).await
}
