//! What a beneficiary is shown of the log: who read or changed what kind of document of her bilan, and when.

use std::collections::BTreeMap;

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{Account, Role};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::own_bilan;
use crate::services::error::{Result, ServiceError};
use crate::store::LogPlace;

/// One line as the beneficiary sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Where it stands in the log.
    pub place: LogPlace,
    /// When.
    pub at: Timestamp,
    /// In what role somebody did it; nobody where time did it, or where the account is gone.
    pub role: Option<Role>,
    /// Name of somebody of staff.
    pub name: Option<String>,
    /// What was done.
    pub verb: Verb,
    /// To what kind of document.
    pub kind: String,
    /// To which one.
    pub object: Option<Id>,
}

/// A page of the log of the caller's own bilan, in order of time.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other bilan; what store and vault say.
pub async fn page(app: &App, caller: &Caller, bilan: Id, after: Option<LogPlace>, limit: u32) -> Result<Vec<Access>> {
    own_bilan(app, caller, bilan, app.now()).await?;
    let lines = app.documents().store().audit_of_bilan(bilan, after, limit).await?;
    let mut people: BTreeMap<Id, (Option<Role>, Option<String>)> = BTreeMap::new();
    let mut accesses = Vec::with_capacity(lines.len());
    for line in lines {
        let entry = AuditEntry::read(&line.entry.entry)?;
        let (role, name) = match entry.actor {
            None => (None, None),
            Some(actor) => match people.get(&actor) {
                Some(known) => known.clone(),
                None => people.entry(actor).or_insert(who(app, actor).await?).clone(),
            },
        };
        let (verb, kind, object) = (entry.verb, entry.kind, entry.object);
        accesses.push(Access { place: line.place, at: line.entry.at, role, name, verb, kind, object });
    }
    Ok(accesses)
}

/// Role and, for staff, name of somebody.
async fn who(app: &App, account: Id) -> Result<(Option<Role>, Option<String>)> {
    let account: Stored<Account> = match app.documents().load(account).await {
        Err(ServiceError::NotFound) => return Ok((None, None)),
        other => other?,
    };
    let role = account.content.role;
    Ok((Some(role), role.needs_second_factor().then_some(account.content.name)))
}
