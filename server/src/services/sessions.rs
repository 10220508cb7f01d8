//! Who calls: from a token to an account in a role.

use sha2::{Digest as _, Sha256};

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::account::{self, Account, Role};
use crate::records::session::Session;
use crate::services::error::{Result, ServiceError};
use crate::store::{Change, Kind, Record};

/// A session's token as it goes to the client, once; nothing but its hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

/// How often the moment at which somebody was last seen is written down, in milliseconds.
const SEEN_EVERY_MS: i64 = 60_000;

impl SessionToken {
    /// The text of the token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The identifier and the whole hash of a token's text.
#[must_use]
pub fn hash_of(token: &str) -> (Id, [u8; 32]) {
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    (Id::from_bytes(id), hash)
}

/// How a session begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionStart {
    /// Whether a second factor is still missing.
    pub half: bool,
    /// Words by which its owner knows a program's token; such a token does not end by itself.
    pub label: Option<String>,
}

/// Starts a session of an account; the change is the caller's to commit.
///
/// # Errors
/// What the vault says.
pub async fn start(app: &App, account: &Stored<Account>, start: SessionStart) -> Result<(SessionToken, Change)> {
    let now = app.now();
    let token = format!("bis_{}", data_encoding::BASE64URL_NOPAD.encode(&app.entropy().bytes::<32>()));
    let (id, hash) = hash_of(&token);
    let role = account.content.role;
    let lasting = start.label.is_some();
    let ends = (!lasting).then(|| now.plus(app.terms().session_ms));
    let session = Session {
        token_hash: hash.to_vec(),
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
        id,
        tenant: account.record.tenant,
        bilan: account.record.bilan,
        parent: Some(account.record.id),
        owner: Some(account.record.id),
        state: "open".to_owned(),
        audience: audience::NOBODY,
        due: ends,
        version: 0,
        key: account.record.key,
        body: Vec::new(),
    };
    Ok((SessionToken(token), app.documents().insert(record, &session).await?))
}

/// The session behind a token, while it lasts.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] whatever is wrong with it; what store and vault say.
pub async fn find(app: &App, token: &str, now: Timestamp) -> Result<Stored<Session>> {
    let (id, hash) = hash_of(token);
    let stored: Stored<Session> = match app.documents().load(id).await {
        Err(ServiceError::NotFound) => return Err(ServiceError::Unauthenticated),
        other => other?,
    };
    let session = &stored.content;
    let same = subtle::ConstantTimeEq::ct_eq(session.token_hash.as_slice(), hash.as_slice());
    let over = session.ends.is_some_and(|ends| now >= ends);
    let idle = session.idle_ms.is_some_and(|idle| now.since(session.seen) >= idle);
    if bool::from(same) && !over && !idle { Ok(stored) } else { Err(ServiceError::Unauthenticated) }
}

/// Who calls with a token.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] for a token that opens nothing, or lacks its second factor; what store and vault say.
pub async fn authenticate(app: &App, token: &str) -> Result<Caller> {
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

/// Ends a session.
///
/// # Errors
/// What the store says.
pub async fn end(app: &App, session: Id) -> Result<()> {
    app.documents().commit(vec![Change::Delete { kind: Kind::Session, id: session }]).await
}

/// Ends every session of an account.
///
/// # Errors
/// What the store says.
pub async fn end_all(app: &App, account: Id) -> Result<()> {
    let mut selection = crate::store::Selection::of(Kind::Session);
    selection.owner = Some(account);
    loop {
        let sessions = app.documents().store().select(&selection).await?;
        let Some(last) = sessions.last() else { return Ok(()) };
        selection = selection.following(last);
        let changes = sessions.iter().map(|record| Change::Delete { kind: Kind::Session, id: record.id }).collect();
        app.documents().commit(changes).await?;
    }
}

/// Whether an account may sign in at all.
#[must_use]
pub fn may_sign_in(account: &Stored<Account>) -> bool {
    account.record.state == account::state::ACTIVE && account.content.role != Role::Program
}
