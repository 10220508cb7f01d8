//! Signing in: password or passphrase, then the second factor of staff.
//!
//! An unknown address and a wrong password take the same way: the same limit, a hash of the same cost, a line in the log,
//! the same answer.

use zeroize::Zeroizing;

use crate::access::recovery::RecoveryCodes;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{Account, Role};
use crate::records::session::Session;
use crate::services::addresses;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::sessions::{self, Opened, SessionStart};
use crate::store::{Change, Kind};

/// How often a change is tried again when somebody else was faster.
const TRIES: usize = 3;

/// Somebody who came in, as far as she did.
#[derive(Debug)]
pub struct Entered {
    /// The session, which may lack its second factor.
    pub opened: Opened,
    /// The second factor to set up first, where there is none.
    pub enrolment: Option<Enrolment>,
}

/// What an authenticator application needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The address behind the QR code.
    pub url: String,
    /// The secret, to be typed.
    pub secret: String,
}

/// What somebody shows as her second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactor {
    /// Six digits of an authenticator application.
    Code(String),
    /// A recovery code.
    Recovery(String),
}

/// Signs in by address and password.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] whatever is wrong; [`ServiceError::TooOften`] after too many attempts.
pub async fn by_password(app: &App, email: &str, password: Zeroizing<String>) -> Result<Entered> {
    app.limits().sign_in(email).map_err(ServiceError::limit)?;
    let account = addresses::account_of(app, email).await?.filter(sessions::may_sign_in);
    let hash = account.as_ref().and_then(|account| account.content.credentials.password.clone());
    let right = app.passwords().verify(password, hash).await;
    let right = right.map_err(|error| ServiceError::password(error, "/password"))?;
    match account {
        Some(account) if right => {
            let entered = enter(app, &account).await?;
            let mut changes = entered.opened.changes.clone();
            if !entered.opened.session.half {
                changes.push(sign_in_entry(app, &account, Verb::SignIn)?);
            }
            app.documents().commit(changes).await?;
            app.limits().signed_in(email);
            Ok(entered)
        }
        known => {
            let entry = match &known {
                Some(account) => sign_in_entry(app, account, Verb::SignInFailed)?,
                None => AuditEntry::new(None, Verb::SignInFailed, Kind::Account, None, None).at(app.now())?,
            };
            app.documents().commit(vec![entry]).await?;
            Err(ServiceError::Unauthenticated)
        }
    }
}

/// Opens the session that an account gets before its second factor, or at once where it needs none; nothing is committed.
///
/// # Errors
/// What the vault says.
pub async fn enter(app: &App, account: &Stored<Account>) -> Result<Entered> {
    let half = account.content.role.needs_second_factor();
    let opened = sessions::start(app, account, SessionStart { half, label: None }).await?;
    Ok(Entered { opened, enrolment: half.then(|| enrolment(app, &account.content)).flatten() })
}

/// The second factor that a session still has to set up; none where it is set up.
///
/// # Errors
/// What store and vault say.
pub async fn enrolment_of(app: &App, half: &Stored<Session>) -> Result<Option<Enrolment>> {
    let account: Stored<Account> = app.documents().load(half.content.account).await?;
    Ok(enrolment(app, &account.content))
}

fn enrolment(app: &App, account: &Account) -> Option<Enrolment> {
    let credentials = &account.credentials;
    let secret = credentials.totp_secret.as_ref().filter(|_| !credentials.totp_confirmed)?;
    let name = account.email.as_deref().unwrap_or(&account.name);
    Some(Enrolment { url: secret.url(&app.terms().issuer, name), secret: secret.text() })
}

/// The line in the log about somebody's coming in.
fn sign_in_entry(app: &App, account: &Stored<Account>, verb: Verb) -> Result<Change> {
    let id = account.record.id;
    AuditEntry::new(Some(id), verb, Kind::Account, Some(id), account.record.bilan).at(app.now())
}

/// Completes a session by its second factor: it gets a new token.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] for a wrong or used code; [`ServiceError::TooOften`] after too many.
pub async fn second_factor(app: &App, half: &Stored<Session>, factor: &SecondFactor) -> Result<Opened> {
    limit_codes(app, half.content.account)?;
    for _ in 0..TRIES {
        let mut account: Stored<Account> = app.documents().load(half.content.account).await?;
        if !sessions::may_sign_in(&account) || !shows(app, &mut account.content, factor, true) {
            app.documents().commit(vec![sign_in_entry(app, &account, Verb::SignInFailed)?]).await?;
            return Err(ServiceError::Unauthenticated);
        }
        match complete(app, half, &account).await {
            // A code given twice at once: the next look finds it used.
            Err(ServiceError::Changed) => {}
            other => return other,
        }
    }
    Err(ServiceError::Unauthenticated)
}

/// Confirms a new second factor by its first code, and completes the session: ten recovery codes, shown this once.
///
/// # Errors
/// [`Refusal::SecondFactorSet`]; [`ServiceError::Unauthenticated`] for a wrong code.
pub async fn confirm_second_factor(app: &App, half: &Stored<Session>, code: &str) -> Result<(Opened, Vec<String>)> {
    limit_codes(app, half.content.account)?;
    let mut account: Stored<Account> = app.documents().load(half.content.account).await?;
    if account.content.credentials.totp_confirmed {
        return Err(Refusal::SecondFactorSet.into());
    }
    let factor = SecondFactor::Code(code.to_owned());
    if !sessions::may_sign_in(&account) || !shows(app, &mut account.content, &factor, false) {
        app.documents().commit(vec![sign_in_entry(app, &account, Verb::SignInFailed)?]).await?;
        return Err(ServiceError::Unauthenticated);
    }
    let (codes, kept) = RecoveryCodes::create(app.entropy());
    account.content.credentials.recovery = Some(kept);
    account.content.credentials.totp_confirmed = true;
    Ok((complete(app, half, &account).await?, codes))
}

fn limit_codes(app: &App, account: Id) -> Result<()> {
    app.limits().sign_in(&format!("second factor of {account}")).map_err(ServiceError::limit)
}

/// Whether a factor is the account's, which uses it up. Only a confirmed second factor counts, except for confirming it.
fn shows(app: &App, account: &mut Account, factor: &SecondFactor, confirmed: bool) -> bool {
    let credentials = &mut account.credentials;
    if credentials.totp_confirmed != confirmed {
        return false;
    }
    match factor {
        SecondFactor::Code(code) => {
            let secret = credentials.totp_secret.as_ref();
            let step = secret.and_then(|secret| secret.check(code, app.now(), credentials.totp_last_step));
            credentials.totp_last_step = step.or(credentials.totp_last_step);
            step.is_some()
        }
        SecondFactor::Recovery(code) => credentials.recovery.as_mut().is_some_and(|codes| codes.spend(code)),
    }
}

/// Writes the account with its code used up, and a full session in place of the half one.
async fn complete(app: &App, half: &Stored<Session>, account: &Stored<Account>) -> Result<Opened> {
    let opened = sessions::start(app, account, SessionStart::default()).await?;
    let mut changes = sessions::replacing(&half.record);
    changes.push(app.documents().update(account).await?);
    changes.extend(opened.changes.clone());
    changes.push(sign_in_entry(app, account, Verb::SignIn)?);
    app.documents().commit(changes).await?;
    app.limits().signed_in(&format!("second factor of {}", account.record.id));
    Ok(opened)
}

/// Sets the caller's password or passphrase; her other sessions end.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] when the present one is needed and is not given; [`Refusal::NoPassword`]; what is
/// wrong with the new one.
pub async fn set_password(
    app: &App,
    caller: &Caller,
    new: Zeroizing<String>,
    present: Option<Zeroizing<String>>,
) -> Result<()> {
    if !(caller.role.needs_second_factor() || caller.role == Role::Beneficiary) {
        return Err(Refusal::NoPassword.into());
    }
    app.limits().sign_in(&format!("password of {}", caller.account)).map_err(ServiceError::limit)?;
    let mut account: Stored<Account> = app.documents().load(caller.account).await?;
    if let Some(hash) = account.content.credentials.password.clone() {
        let given = present.unwrap_or_default();
        let right = app.passwords().verify(given, Some(hash)).await;
        if !right.map_err(|error| ServiceError::password(error, "/current"))? {
            return Err(ServiceError::field(
                "/current",
                "the present one",
                "give the password or passphrase that holds now",
            ));
        }
    }
    let hash = app.passwords().hash(new).await.map_err(|error| ServiceError::password(error, "/passphrase"))?;
    account.content.credentials.password = Some(hash);
    let entry = AuditEntry::new(Some(caller.account), Verb::Change, Kind::Account, Some(caller.account), caller.bilan);
    let mut changes = sessions::ending_all(app, caller.account, Some(caller.session)).await?;
    changes.push(app.documents().update(&account).await?);
    changes.push(entry.at(app.now())?);
    app.documents().commit(changes).await?;
    app.limits().signed_in(&format!("password of {}", caller.account));
    Ok(())
}

/// Ends the caller's session.
///
/// # Errors
/// What the store says.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let entry = AuditEntry::new(Some(caller.account), Verb::SignOut, Kind::Account, Some(caller.account), caller.bilan);
    let change = Change::Delete { kind: Kind::Session, id: caller.session };
    app.documents().commit(vec![change, entry.at(app.now())?]).await
}
