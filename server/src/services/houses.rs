//! Houses: who belongs where. And the very first administrator, by whom everything begins.

use crate::app::{App, Caller};
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, Role};
use crate::records::invitation::LinkPurpose;
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Result, ServiceError};
use crate::services::links::{self, Link, LinkTerms};
use crate::store::{Change, Kind, Record, Selection};

/// The house that operates the service: the one identifier that is not random, so that two processes that start at once
/// cannot make it twice.
pub const OPERATOR: Id = Id::from_bytes(*b"bilan's operator");

/// What the first administrator is called until somebody has come in.
pub const FIRST_NAME: &str = "Administrator";

/// The language of the first administrator, until she chooses another.
const FIRST_LANGUAGE: &str = "fr";

/// Makes a house.
///
/// # Errors
/// What store and vault say.
pub async fn create(app: &App, caller: &Caller, kind: TenantKind, name: String) -> Result<Stored<Tenant>> {
    let id = app.entropy().id();
    let change = house(app, id, kind, name).await?;
    let entry = AuditEntry::new(Some(caller.account), Verb::Create, Kind::Tenant, Some(id), None);
    app.documents().commit(vec![change, entry.at(app.now())?]).await?;
    app.documents().load(id).await
}

async fn house(app: &App, id: Id, kind: TenantKind, name: String) -> Result<Change> {
    let key = app.documents().vault().create_key().await?;
    let record = Record {
        kind: Kind::Tenant,
        id,
        tenant: id,
        bilan: None,
        parent: None,
        owner: None,
        state: "open".to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 0,
        key: Some(key),
        body: Vec::new(),
    };
    app.documents().insert(record, &Tenant { kind, name, created: app.now() }).await
}

/// A page of all houses.
///
/// # Errors
/// What store and vault say.
pub async fn page(app: &App, after: Option<Id>, limit: u32) -> Result<Vec<Stored<Tenant>>> {
    app.documents().select(&Selection { after, limit, ..Selection::of(Kind::Tenant) }).await
}

/// One house.
///
/// # Errors
/// [`ServiceError::NotFound`]; what store and vault say.
pub async fn one(app: &App, house: Id) -> Result<Stored<Tenant>> {
    app.documents().load(house).await
}

/// The accounts of staff and programs of a house: a page, without its beneficiaries, raters and recipients.
///
/// # Errors
/// What store and vault say.
pub async fn accounts(app: &App, tenant: Id, after: Option<Id>, limit: u32) -> Result<Vec<Stored<Account>>> {
    app.documents().select(&Selection { parent: Some(tenant), after, limit, ..Selection::of(Kind::Account) }).await
}

/// An account of staff or of a program that is about to be made: it hangs on its house, those of a bilan do not.
pub struct NewAccount {
    /// Identifier.
    pub id: Id,
    /// Its house.
    pub tenant: Id,
    /// Its key.
    pub key: Id,
    /// State.
    pub state: &'static str,
    /// What is kept.
    pub content: Account,
}

impl NewAccount {
    /// The document that the commit of [`Self::change`] makes.
    #[must_use]
    pub fn stored(&self) -> Stored<Account> {
        let record = Record {
            kind: Kind::Account,
            id: self.id,
            tenant: self.tenant,
            bilan: None,
            parent: Some(self.tenant),
            owner: Some(self.id),
            state: self.state.to_owned(),
            audience: audience::OWNER,
            due: None,
            version: 0,
            key: Some(self.key),
            body: Vec::new(),
        };
        Stored { record, content: self.content.clone() }
    }

    /// The change that makes it.
    ///
    /// # Errors
    /// What the vault says.
    pub async fn change(&self, app: &App) -> Result<Change> {
        let stored = self.stored();
        app.documents().insert(stored.record, &stored.content).await
    }
}

/// The link by which the first administrator comes in, while there is none who has: a new one at each start, which cancels
/// the one before.
///
/// # Errors
/// What store and vault say.
pub async fn first_administrator(app: &App) -> Result<Option<Link>> {
    let mut waiting = None;
    let mut after = None;
    loop {
        let page = accounts(app, OPERATOR, after, Selection::PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.record.id);
        for account in page {
            if account.content.role != Role::Administrator || account.record.state == account::state::CLOSED {
                continue;
            }
            if account.content.credentials.totp_confirmed {
                return Ok(None);
            }
            // The oldest one is hers; others were invited by somebody who had come in.
            let older = waiting.as_ref().is_none_or(|w: &Stored<Account>| account.content.created < w.content.created);
            if older {
                waiting = Some(account);
            }
        }
    }
    match waiting {
        Some(account) => new_link(app, &account, Vec::new()).await.map(Some),
        None => begin(app).await,
    }
}

async fn begin(app: &App) -> Result<Option<Link>> {
    let account = NewAccount {
        id: app.entropy().id(),
        tenant: OPERATOR,
        key: app.documents().vault().create_key().await?,
        state: account::state::INVITED,
        content: Account {
            role: Role::Administrator,
            name: FIRST_NAME.to_owned(),
            email: None,
            language: FIRST_LANGUAGE.to_owned(),
            credentials: Credentials::default(),
            qualifications: Vec::new(),
            reset: None,
            bilan: None,
            scopes: Vec::new(),
            created: app.now(),
        },
    };
    let mut changes = vec![account.change(app).await?];
    // The house is there already when all its administrators were closed.
    if app.documents().store().fetch(Kind::Tenant, OPERATOR).await?.is_none() {
        changes.push(house(app, OPERATOR, TenantKind::Operator, "Operator".to_owned()).await?);
    }
    match new_link(app, &account.stored(), changes).await {
        // Another process has just begun: it prints the link.
        Err(ServiceError::Changed) => Ok(None),
        other => other.map(Some),
    }
}

async fn new_link(app: &App, account: &Stored<Account>, mut changes: Vec<Change>) -> Result<Link> {
    let terms =
        LinkTerms { purpose: LinkPurpose::FirstEntry, ends: app.now().plus(app.terms().return_link_ms), code: None };
    let link = links::create(app, account, terms).await?;
    changes.extend(links::cancel_open(app, account.record.id).await?);
    changes.push(link.change.clone());
    changes.push(AuditEntry::new(None, Verb::Invite, Kind::Account, Some(account.record.id), None).at(app.now())?);
    app.documents().commit(changes).await?;
    Ok(link)
}
