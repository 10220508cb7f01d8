//! Resetting somebody's credentials (§2.15): her grants sleep until a second administrator and a recovery code of her own
//! have confirmed it, and the beneficiaries concerned see it.

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{self, Account, Credentials, PendingReset};
use crate::records::invitation::LinkPurpose;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::links::{self, Link, LinkTerms};
use crate::services::people::{staff, suspend_grants};
use crate::services::sessions;
use crate::store::{Change, Kind};

/// Resets the credentials of somebody of staff: sessions end, grants sleep, and a link to new credentials is shown this once.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`Refusal::OwnAccount`]; [`Refusal::Closed`].
pub async fn reset(app: &App, caller: &Caller, user: Id) -> Result<Link> {
    let mut account = staff(app, user).await?;
    if user == caller.account {
        return Err(Refusal::OwnAccount.into());
    }
    if account.record.state == account::state::CLOSED {
        return Err(Refusal::Closed.into());
    }
    let (mut changes, suspended) = suspend_grants(app, caller, user).await?;
    // Whoever has never set up a second factor has no recovery code to confirm with, and the link is a first one again.
    if account.content.credentials.totp_confirmed || account.content.reset.is_some() {
        account.content.reset = Some(pending(caller.account, app.now(), &account.content, suspended));
    }
    account.content.credentials = Credentials::default();
    changes.extend(links::cancel_open(app, user).await?);
    let terms = LinkTerms { purpose: LinkPurpose::Reset, ends: app.now().plus(app.terms().return_link_ms), code: None };
    let link = links::create(app, &account, terms).await?;
    changes.push(link.change.clone());
    changes.push(app.documents().update(&account).await?);
    changes.push(AuditEntry::new(Some(caller.account), Verb::Reset, Kind::Account, Some(user), None).at(app.now())?);
    changes.extend(sessions::ending_all(app, user, None).await?);
    app.documents().commit(changes).await?;
    Ok(link)
}

/// The reset that waits. A second one before the first was confirmed keeps the recovery codes and the grants of the first:
/// codes that were made with the first one's link prove nothing.
fn pending(asked_by: Id, at: Timestamp, account: &Account, suspended: Vec<Id>) -> PendingReset {
    let (recovery, mut grants) = match &account.reset {
        Some(earlier) => (earlier.recovery.clone(), earlier.grants.clone()),
        None => (account.credentials.recovery.clone(), Vec::new()),
    };
    grants.extend(suspended);
    PendingReset { asked_by, at, confirmed_by: None, recovery_given: false, recovery, grants }
}

/// A second administrator confirms a reset.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`Refusal::NoReset`]; [`Refusal::SecondAdministrator`] for the one who asked for it, for the
/// person herself, for one whose own reset waits, and for one who was invited after it was asked for.
pub async fn confirm(app: &App, caller: &Caller, user: Id) -> Result<Stored<Account>> {
    let mut account = staff(app, user).await?;
    let administrator: Stored<Account> = app.documents().load(caller.account).await?;
    let reset = account.content.reset.as_mut().ok_or(Refusal::NoReset)?;
    let independent = reset.asked_by != caller.account
        && user != caller.account
        && administrator.content.reset.is_none()
        && administrator.content.created < reset.at;
    if !independent {
        return Err(Refusal::SecondAdministrator.into());
    }
    reset.confirmed_by = Some(caller.account);
    let entry = AuditEntry::new(Some(caller.account), Verb::Change, Kind::Account, Some(user), None).at(app.now())?;
    commit(app, caller, account, vec![entry]).await?;
    app.documents().load(user).await
}

/// The person herself gives a recovery code from before the reset.
///
/// # Errors
/// [`Refusal::NoReset`]; [`ServiceError::Unauthenticated`] for a wrong code; [`ServiceError::TooOften`].
pub async fn give_recovery_code(app: &App, caller: &Caller, code: &str) -> Result<()> {
    app.limits().sign_in(&format!("reset of {}", caller.account)).map_err(ServiceError::limit)?;
    let mut account: Stored<Account> = app.documents().load(caller.account).await?;
    let reset = account.content.reset.as_mut().ok_or(Refusal::NoReset)?;
    let right = reset.recovery.as_mut().is_some_and(|codes| codes.spend(code));
    let verb = if right { Verb::Change } else { Verb::SignInFailed };
    let entry = AuditEntry::new(Some(caller.account), verb, Kind::Account, Some(caller.account), None).at(app.now())?;
    if !right {
        app.documents().commit(vec![entry]).await?;
        return Err(ServiceError::field(
            "/code",
            "a recovery code from before the reset",
            "look at the list you were given",
        ));
    }
    reset.recovery_given = true;
    commit(app, caller, account, vec![entry]).await
}

/// Writes what was confirmed; once both have, the grants wake and nothing of the reset is left.
async fn commit(app: &App, caller: &Caller, mut account: Stored<Account>, mut changes: Vec<Change>) -> Result<()> {
    let user = account.record.id;
    if let Some(reset) = account.content.reset.take_if(|reset| reset.is_confirmed()) {
        for id in reset.grants {
            let Some(mut grant) = app.documents().store().fetch_grant(id).await? else { continue };
            let entry =
                AuditEntry::new(Some(caller.account), Verb::Resume, Kind::Account, Some(user), Some(grant.bilan));
            grant.suspended = false;
            changes.push(Change::UpdateGrant(grant));
            changes.push(entry.at(app.now())?);
        }
    }
    changes.push(app.documents().update(&account).await?);
    app.documents().commit(changes).await
}

/// Refuses what somebody under reset may not take on: new bilans and new consents.
///
/// # Errors
/// [`Refusal::UnderReset`].
pub fn check_not_under_reset(account: &Account) -> Result<()> {
    if account.reset.is_some() { Err(Refusal::UnderReset.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::recovery::RecoveryCodes;
    use crate::entropy::Entropy;
    use crate::records::account::Role;

    #[test]
    fn a_second_reset_keeps_the_codes_and_the_grants_of_the_first() {
        let entropy = Entropy::seeded([3; 32]);
        let (old, new) = (RecoveryCodes::create(&entropy).1, RecoveryCodes::create(&entropy).1);
        let id = |byte| Id::from_bytes([byte; 16]);
        let mut account = Account {
            role: Role::Consultant,
            name: String::new(),
            email: None,
            language: "fr".to_owned(),
            credentials: Credentials { recovery: Some(old.clone()), ..Credentials::default() },
            qualifications: Vec::new(),
            reset: None,
            bilan: None,
            scopes: Vec::new(),
            created: Timestamp::from_millis(0),
        };
        let first = pending(id(1), Timestamp::from_millis(1), &account, vec![id(7)]);
        assert_eq!((&first.recovery, &first.grants), (&Some(old.clone()), &vec![id(7)]));
        account.reset = Some(PendingReset { confirmed_by: Some(id(2)), recovery_given: true, ..first });
        assert!(account.reset.as_ref().is_some_and(PendingReset::is_confirmed));
        account.credentials.recovery = Some(new);
        let second = pending(id(1), Timestamp::from_millis(2), &account, vec![id(8)]);
        assert_eq!((second.recovery, second.grants), (Some(old), vec![id(7), id(8)]));
        assert!(second.confirmed_by.is_none() && !second.recovery_given, "both confirm anew");
    }
}
