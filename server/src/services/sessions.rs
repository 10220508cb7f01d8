//! Who calls: from a token to an account in a role.

use crate::access::secret_token::{SecretToken, TokenKind};
use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::account::{self, Account, Role};
use crate::records::session::Session;
use crate::services::destruction::material::every;
use crate::services::error::{Result, ServiceError};
use crate::store::{Change, Kind, Record, Selection};

/// How often the moment at which somebody was last seen is written down, in milliseconds.
const SEEN_EVERY_MS: i64 = 60_000;

/// How a session begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionStart {
    /// Whether a second factor is still missing.
    pub half: bool,
    /// Words by which its owner knows a program's token; such a token does not end by itself.
    pub label: Option<String>,
}

/// A session that begins with the commit of its change.
#[derive(Debug)]
pub struct Opened {
    /// The token, for the client alone: nothing but its hash is kept.
    pub token: SecretToken,
    /// What is kept.
    pub session: Session,
    /// The changes that begin it.
    pub changes: Vec<Change>,
}

/// The token of a session or a program behind a text.
#[must_use]
pub fn token_of(text: &str) -> Option<SecretToken> {
    [TokenKind::Session, TokenKind::Program].into_iter().find_map(|kind| SecretToken::parse(kind, text))
}

/// The state of a session whose second factor is still missing; any other is `open`.
const HALF: &str = "half";

/// Starts a session of an account; the changes are the caller's to commit. Where the account has as many as it may have, the
/// one that would end first ends now: whoever left one open elsewhere is not locked out.
///
/// # Errors
/// What store and vault say.
pub async fn start(app: &App, account: &Stored<Account>, start: SessionStart) -> Result<Opened> {
    let now = app.now();
    let role = account.content.role;
    let ends = match (&start.label, start.half) {
        (Some(_), _) => None,
        (None, true) => Some(now.plus(app.terms().second_factor_ms)),
        (None, false) => Some(now.plus(app.terms().session_ms)),
    };
    let kind = if start.label.is_some() { TokenKind::Program } else { TokenKind::Session };
    let token = SecretToken::create(kind, app.entropy());
    let session = Session {
        token_hash: token.hash(),
        account: account.record.id,
        role,
        bilan: account.content.bilan,
        scopes: account.content.scopes.clone(),
        language: account.content.language.clone(),
        started: now,
        seen: now,
        ends,
        idle_ms: role.needs_second_factor().then_some(app.terms().staff_idle_ms),
        half: start.half,
        label: start.label,
    };
    let record = Record {
        kind: Kind::Session,
        id: token.hash().record_id(),
        tenant: account.record.tenant,
        bilan: account.record.bilan,
        parent: Some(account.record.id),
        owner: Some(account.record.id),
        state: if session.half { HALF } else { "open" }.to_owned(),
        audience: audience::NOBODY,
        due: ends,
        version: 0,
        key: account.record.key,
        body: Vec::new(),
    };
    let mut changes = if session.half || ends.is_none() { Vec::new() } else { room_for_one(app, account).await? };
    changes.push(app.documents().insert(record, &session).await?);
    Ok(Opened { token, session, changes })
}

/// Ends of the account's sessions, so that one more does not pass the limit. Programs' tokens do not count.
async fn room_for_one(app: &App, account: &Stored<Account>) -> Result<Vec<Change>> {
    let mut open = of_account(app, account.record.id).await?;
    open.retain(|record| record.due.is_some() && record.state != HALF);
    open.sort_by_key(|record| record.due);
    let surplus = (open.len() + 1).saturating_sub(app.terms().sessions_per_account);
    Ok(open.iter().take(surplus).map(|record| Change::Delete { kind: Kind::Session, id: record.id }).collect())
}

async fn of_account(app: &App, account: Id) -> Result<Vec<Record>> {
    let mut selection = Selection::of(Kind::Session);
    selection.owner = Some(account);
    every(app.documents(), selection).await
}

/// The session behind a token, while it lasts.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] whatever is wrong with it; what store and vault say.
pub async fn find(app: &App, token: &SecretToken, now: Timestamp) -> Result<Stored<Session>> {
    let stored: Stored<Session> = match app.documents().load(token.hash().record_id()).await {
        Err(ServiceError::NotFound) => return Err(ServiceError::Unauthenticated),
        other => other?,
    };
    let session = &stored.content;
    if session.token_hash.matches(token) && is_open(session, now) {
        Ok(stored)
    } else {
        Err(ServiceError::Unauthenticated)
    }
}

/// Whether a session has neither ended nor been idle for too long.
fn is_open(session: &Session, now: Timestamp) -> bool {
    let over = session.ends.is_some_and(|ends| now >= ends);
    let idle = session.idle_ms.is_some_and(|idle| now.since(session.seen) >= idle);
    !over && !idle
}

/// Who calls with a token.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] for a token that opens nothing, or lacks its second factor; what store and vault say.
pub async fn authenticate(app: &App, token: &SecretToken) -> Result<Caller> {
    let now = app.now();
    let mut stored = find(app, token, now).await?;
    if stored.content.half {
        return Err(ServiceError::Unauthenticated);
    }
    let caller = Caller {
        account: stored.content.account,
        tenant: stored.record.tenant,
        role: stored.content.role,
        bilan: stored.content.bilan,
        session: stored.record.id,
        language: stored.content.language.clone(),
        scopes: stored.content.scopes.clone(),
    };
    if stored.content.idle_ms.is_some() && now.since(stored.content.seen) >= SEEN_EVERY_MS {
        stored.content.seen = now;
        let change = app.documents().update(&stored).await?;
        match app.documents().commit(vec![change]).await {
            // Another request of the same session was faster: it has written the same.
            Ok(()) | Err(ServiceError::Changed) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(caller)
}

/// The caller's session as it is kept.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] when it ended in the meantime; what store and vault say.
pub async fn current(app: &App, caller: &Caller) -> Result<Stored<Session>> {
    match app.documents().load(caller.session).await {
        Err(ServiceError::NotFound) => Err(ServiceError::Unauthenticated),
        other => other,
    }
}

/// Gives the caller's session a new token; the old one opens nothing any more. Its end stays where it was.
///
/// # Errors
/// [`ServiceError::Changed`] when it was rotated in the meantime; what store and vault say.
pub async fn rotate(app: &App, caller: &Caller) -> Result<Opened> {
    let stored = current(app, caller).await?;
    let token = SecretToken::create(kind_of(&stored.content), app.entropy());
    let session = Session { token_hash: token.hash(), seen: app.now(), ..stored.content };
    let record = Record { id: token.hash().record_id(), version: 0, ..stored.record.clone() };
    let change = app.documents().insert(record, &session).await?;
    let mut changes = replacing(&stored.record);
    changes.push(change);
    app.documents().commit(changes).await?;
    Ok(Opened { token, session, changes: Vec::new() })
}

fn kind_of(session: &Session) -> TokenKind {
    if session.label.is_some() { TokenKind::Program } else { TokenKind::Session }
}

/// The changes that end a session that nobody else has ended or changed.
#[must_use]
pub fn replacing(record: &Record) -> Vec<Change> {
    let expected = Change::Expect {
        kind: Kind::Session,
        id: record.id,
        version: Some(record.version),
        state: Some(record.state.clone()),
    };
    vec![expected, Change::Delete { kind: Kind::Session, id: record.id }]
}

/// Ends a session.
///
/// # Errors
/// What the store says.
pub async fn end(app: &App, session: Id) -> Result<()> {
    app.documents().commit(vec![Change::Delete { kind: Kind::Session, id: session }]).await
}

/// The changes that end every session of an account, but for one where it is given.
///
/// # Errors
/// What the store says.
pub async fn ending_all(app: &App, account: Id, but: Option<Id>) -> Result<Vec<Change>> {
    let gone = of_account(app, account).await?.into_iter().map(|record| record.id).filter(|id| Some(*id) != but);
    Ok(gone.map(|id| Change::Delete { kind: Kind::Session, id }).collect())
}

/// Ends every session of an account at once, where nothing else changes with it.
///
/// # Errors
/// What the store says.
pub async fn end_all(app: &App, account: Id) -> Result<()> {
    app.documents().commit(ending_all(app, account, None).await?).await
}

/// Whether an account may sign in at all.
#[must_use]
pub fn may_sign_in(account: &Stored<Account>) -> bool {
    account.record.state == account::state::ACTIVE && account.content.role != Role::Program
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Entropy;

    #[test]
    fn a_session_ends_by_its_date_or_by_idleness() {
        let at = Timestamp::from_millis;
        let session = Session {
            token_hash: SecretToken::create(TokenKind::Session, &Entropy::seeded([1; 32])).hash(),
            account: Id::from_bytes([1; 16]),
            role: Role::Consultant,
            bilan: None,
            scopes: Vec::new(),
            language: "fr".to_owned(),
            started: at(0),
            seen: at(500),
            ends: Some(at(1_000)),
            idle_ms: Some(100),
            half: false,
            label: None,
        };
        for (now, open) in [(500, true), (599, true), (600, false), (1_000, false)] {
            assert_eq!(is_open(&session, at(now)), open, "{now}");
        }
        let lasting = Session { ends: None, idle_ms: None, ..session };
        assert!(is_open(&lasting, at(i64::MAX)));
    }
}
