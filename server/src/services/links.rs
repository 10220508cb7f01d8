//! Links that let somebody in: made, spent once by a button, dated; nothing but their hash is kept.

use zeroize::Zeroizing;

use crate::access::confirmation::{Confirmation, Outcome};
use crate::access::secret_token::{SecretToken, TokenKind};
use crate::access::totp::TotpSecret;
use crate::app::{App, Caller, MailRoute};
use crate::clock::Timestamp;
use crate::documents::{Stored, audience};
use crate::ids::Id;
use crate::records::account::{self, Account, Role};
use crate::records::invitation::{Invitation, LinkPurpose, state};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::letters::{self, Sender};
use crate::services::outbox::{self, Message};
use crate::services::sessions::{self, Opened, SessionStart};
use crate::services::signin::{self, Entered};
use crate::services::{addresses, bilans};
use crate::store::{Change, Kind, Record, Selection};

/// How often a link is looked at again when somebody else was faster.
const TRIES: usize = 8;

/// What a new link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTerms {
    /// What for.
    pub purpose: LinkPurpose,
    /// Until when.
    pub ends: Timestamp,
    /// The code that is asked for besides.
    pub code: Option<Confirmation>,
}

/// A link that exists with the commit of its change.
#[derive(Debug)]
pub struct Link {
    /// The token, to be sent or handed over.
    pub token: SecretToken,
    /// Until when it can be spent.
    pub ends: Timestamp,
    /// The change that makes it.
    pub change: Change,
}

impl Link {
    /// The address behind which a button spends it.
    #[must_use]
    pub fn url(&self, app: &App) -> Zeroizing<String> {
        Zeroizing::new(format!("{}/enter/{}", app.terms().public_url, *self.token.text()))
    }
}

/// A link with the words that go with it.
#[derive(Debug)]
pub struct Handed {
    /// The link.
    pub link: Link,
    /// The words.
    pub message: Message,
    /// Tag of their language: that of whom it lets in.
    pub language: String,
    /// Whether it goes by mail; else it is to be handed over.
    pub sent: bool,
}

const fn token_kind(purpose: LinkPurpose) -> TokenKind {
    match purpose {
        LinkPurpose::FirstEntry | LinkPurpose::Reset | LinkPurpose::Rating => TokenKind::Invitation,
        LinkPurpose::SignIn => TokenKind::ReturnLink,
        LinkPurpose::Share => TokenKind::ShareLink,
    }
}

/// Makes a link for an account; the change is the caller's to commit.
///
/// # Errors
/// What the vault says.
pub async fn create(app: &App, account: &Stored<Account>, terms: LinkTerms) -> Result<Link> {
    let token = SecretToken::create(token_kind(terms.purpose), app.entropy());
    let invitation = Invitation {
        token_hash: token.hash(),
        purpose: terms.purpose,
        account: account.record.id,
        ends: terms.ends,
        code: terms.code,
    };
    let record = Record {
        kind: Kind::Invitation,
        id: token.hash().record_id(),
        tenant: account.record.tenant,
        bilan: account.record.bilan,
        parent: Some(account.record.id),
        owner: Some(account.record.id),
        state: state::OPEN.to_owned(),
        audience: audience::NOBODY,
        due: Some(terms.ends),
        version: 0,
        key: account.record.key,
        body: Vec::new(),
    };
    let change = app.documents().insert(record, &invitation).await?;
    Ok(Link { token, ends: terms.ends, change })
}

/// The changes that cancel the links of an account that were not spent.
///
/// # Errors
/// What the store says.
pub async fn cancel_open(app: &App, account: Id) -> Result<Vec<Change>> {
    let mut selection = Selection::of(Kind::Invitation);
    selection.owner = Some(account);
    selection.state = Some(state::OPEN.to_owned());
    let open = app.documents().store().select(&selection).await?;
    Ok(open.iter().map(|record| Change::Delete { kind: Kind::Invitation, id: record.id }).collect())
}

/// What a link asks for before it lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doorway {
    /// In what role it lets somebody in.
    pub role: Role,
    /// Whether a code is asked for that came another way.
    pub needs_code: bool,
    /// Whether a password must be chosen.
    pub needs_password: bool,
    /// Whether a passphrase may be chosen.
    pub offers_passphrase: bool,
    /// Whether an address for mail must be given.
    pub needs_email: bool,
}

/// Looks at a link without spending it.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] when it is unknown, spent, cancelled or too old.
pub async fn look(app: &App, token: &str) -> Result<Doorway> {
    let (link, account) = open_link(app, token).await?;
    let role = account.content.role;
    let is_first = matches!(link.content.purpose, LinkPurpose::FirstEntry | LinkPurpose::Reset);
    Ok(Doorway {
        role,
        needs_code: link.content.purpose == LinkPurpose::Share,
        needs_password: role.needs_second_factor(),
        offers_passphrase: role == Role::Beneficiary && is_first,
        needs_email: role.needs_second_factor() && account.content.email.is_none(),
    })
}

/// What somebody chooses when she spends a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices {
    /// Password or passphrase: staff must choose one, beneficiaries may.
    pub password: Option<Zeroizing<String>>,
    /// Address for mail, for somebody of staff who has none yet.
    pub email: Option<String>,
}

/// Spends a link.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] when it is unknown, spent, cancelled or too old; [`Refusal::CodeNeeded`] for a share
/// link; [`ServiceError::Invalid`] when something must be chosen, and the link is not spent.
pub async fn spend(app: &App, token: &str, choices: &Choices) -> Result<Entered> {
    for _ in 0..TRIES {
        match spend_once(app, token, choices).await {
            // The same link at the same time: the next look finds it spent.
            Err(ServiceError::Changed) => {}
            other => return other,
        }
    }
    Err(ServiceError::Unauthenticated)
}

async fn spend_once(app: &App, token: &str, choices: &Choices) -> Result<Entered> {
    let (mut link, mut account) = open_link(app, token).await?;
    if link.content.purpose == LinkPurpose::Share {
        return Err(Refusal::CodeNeeded.into());
    }
    prepare(app, &mut account, choices).await?;
    account.record.state = account::state::ACTIVE.to_owned();
    link.record.state = state::SPENT.to_owned();
    let entered = signin::enter(app, &account).await?;
    let (id, bilan) = (account.record.id, account.record.bilan);
    let mut changes = entered.opened.changes.clone();
    changes.extend([
        app.documents().update(&link).await?,
        app.documents().update(&account).await?,
        AuditEntry::new(Some(id), Verb::Enter, Kind::Account, Some(id), bilan).at(app.now())?,
    ]);
    app.documents().commit(changes).await?;
    Ok(entered)
}

/// The link behind a token while it can be spent, and whom it lets in.
async fn open_link(app: &App, text: &str) -> Result<(Stored<Invitation>, Stored<Account>)> {
    let kinds = [TokenKind::Invitation, TokenKind::ReturnLink, TokenKind::ShareLink];
    let token =
        kinds.into_iter().find_map(|kind| SecretToken::parse(kind, text)).ok_or(ServiceError::Unauthenticated)?;
    let found = async {
        let link: Stored<Invitation> = app.documents().load(token.hash().record_id()).await?;
        let account: Stored<Account> = app.documents().load(link.content.account).await?;
        Ok((link, account))
    };
    let (link, account) = match found.await {
        Err(ServiceError::NotFound) => return Err(ServiceError::Unauthenticated),
        other => other?,
    };
    let spendable = link.content.token_hash.matches(&token)
        && token.kind() == token_kind(link.content.purpose)
        && link.record.state == state::OPEN
        && app.now() < link.content.ends
        && account.record.state != account::state::CLOSED;
    if spendable { Ok((link, account)) } else { Err(ServiceError::Unauthenticated) }
}

/// Takes over what was chosen: password or passphrase, and for staff a new second factor and an address where none is known.
async fn prepare(app: &App, account: &mut Stored<Account>, choices: &Choices) -> Result<()> {
    let staff = account.content.role.needs_second_factor();
    if staff && choices.password.is_none() {
        return Err(ServiceError::field("/password", "at least 12 characters", "choose a password"));
    }
    let email = match (&choices.email, &account.content.email) {
        (_, Some(_)) => None,
        (Some(email), None) => Some(addresses::checked(email, "/email")?),
        (None, None) if staff => {
            return Err(ServiceError::field("/email", "an e-mail address", "give the address to sign in with"));
        }
        (None, None) => None,
    };
    if let Some(password) = choices.password.clone() {
        let hash = app.passwords().hash(password).await.map_err(|error| ServiceError::password(error, "/password"))?;
        account.content.credentials.password = Some(hash);
    }
    if let Some(email) = email {
        addresses::claim(app, &email, account.record.id).await?;
        account.content.email = Some(email);
    }
    if staff {
        let credentials = &mut account.content.credentials;
        credentials.totp_secret = Some(TotpSecret::create(app.entropy()));
        credentials.totp_confirmed = false;
        credentials.totp_last_step = None;
        credentials.recovery = None;
    }
    Ok(())
}

/// Spends a share link together with its code.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] whether link or code is wrong, spent or too old, or five wrong codes were given.
pub async fn confirm_share(app: &App, token: &str, code: &str) -> Result<Opened> {
    for _ in 0..TRIES {
        match confirm_share_once(app, token, code).await {
            Err(ServiceError::Changed) => {}
            other => return other,
        }
    }
    Err(ServiceError::Unauthenticated)
}

async fn confirm_share_once(app: &App, token: &str, code: &str) -> Result<Opened> {
    let (mut link, mut account) = open_link(app, token).await?;
    let outcome = link.content.code.as_mut().map(|kept| kept.attempt(code, app.now()));
    let (id, bilan) = (account.record.id, account.record.bilan);
    let entry = |verb| AuditEntry::new(Some(id), verb, Kind::Account, Some(id), bilan).at(app.now());
    match outcome {
        Some(Outcome::Confirmed) if link.content.purpose == LinkPurpose::Share => {
            link.record.state = state::SPENT.to_owned();
            account.record.state = account::state::ACTIVE.to_owned();
            let opened = sessions::start(app, &account, SessionStart::default()).await?;
            let mut changes = opened.changes.clone();
            changes.extend([
                app.documents().update(&link).await?,
                app.documents().update(&account).await?,
                entry(Verb::Enter)?,
            ]);
            app.documents().commit(changes).await?;
            Ok(opened)
        }
        Some(Outcome::Wrong { .. }) => {
            // The tries that are left are written down before the answer.
            app.documents().commit(vec![app.documents().update(&link).await?, entry(Verb::SignInFailed)?]).await?;
            Err(ServiceError::Unauthenticated)
        }
        _ => Err(ServiceError::Unauthenticated),
    }
}

/// Sends a new sign-in link to the address, if it is on file for somebody who comes back by links. The answer is the same
/// whether it is or not.
///
/// # Errors
/// [`ServiceError::TooOften`], whether the address is on file or not.
pub async fn request(app: &App, email: &str) -> Result<()> {
    app.limits().sign_in(&format!("link to {}", email.trim().to_lowercase())).map_err(ServiceError::limit)?;
    let account = addresses::account_of(app, email).await?.filter(|account| {
        let returns_by_link = matches!(account.content.role, Role::Beneficiary | Role::Rater);
        returns_by_link && account.record.state != account::state::CLOSED && app.terms().mail == MailRoute::Smtp
    });
    let (id, bilan) = (account.as_ref().map(|a| a.record.id), account.as_ref().and_then(|a| a.record.bilan));
    let mut changes = Vec::new();
    if let Some(account) = account {
        let link = create(app, &account, sign_in_terms(app)).await?;
        let sender = Sender::of(app, account.record.tenant, None).await?;
        let message = letters::sign_in_link(&account.content.language, &sender, &link.url(app), link.ends);
        changes.extend(outbox::queue(app, &account, message).await?);
        changes.push(link.change);
    }
    changes.push(AuditEntry::new(id, Verb::Invite, Kind::Invitation, id, bilan).at(app.now())?);
    app.documents().commit(changes).await
}

fn sign_in_terms(app: &App) -> LinkTerms {
    LinkTerms { purpose: LinkPurpose::SignIn, ends: app.now().plus(app.terms().return_link_ms), code: None }
}

/// A link that the consultant hands over after she has checked who stands before her. It is logged, and the beneficiary
/// sees that it was made. Earlier links that were not spent are cancelled.
///
/// # Errors
/// [`ServiceError::NotFound`] without a grant; [`Refusal::Closed`].
pub async fn hand_over(app: &App, caller: &Caller, bilan: Id) -> Result<Handed> {
    let account = beneficiary(app, caller, bilan).await?;
    let (sender, language) = (sender(app, caller).await?, &account.content.language);
    let (link, message) = match account.record.state.as_str() {
        account::state::INVITED => {
            let link = create(app, &account, first_entry_terms(app)).await?;
            let message = letters::invitation(language, &sender, &link.url(app), link.ends);
            (link, message)
        }
        _ => {
            let link = create(app, &account, sign_in_terms(app)).await?;
            let message = letters::sign_in_link(language, &sender, &link.url(app), link.ends);
            (link, message)
        }
    };
    commit_invitation(app, caller, &account, bilan, vec![link.change.clone()]).await?;
    Ok(Handed { link, message, language: account.content.language, sent: false })
}

/// The caller as the writer of a letter.
pub(crate) async fn sender(app: &App, caller: &Caller) -> Result<Sender> {
    let account: Stored<Account> = app.documents().load(caller.account).await?;
    Sender::of(app, caller.tenant, Some(account.content.name)).await
}

fn first_entry_terms(app: &App) -> LinkTerms {
    LinkTerms { purpose: LinkPurpose::FirstEntry, ends: app.now().plus(app.terms().invitation_ms), code: None }
}

/// Invites the beneficiary of a bilan: by mail where that is possible, else by a link to hand over.
///
/// # Errors
/// [`ServiceError::NotFound`] without a grant; [`Refusal::Closed`].
pub async fn invite_beneficiary(app: &App, caller: &Caller, bilan: Id) -> Result<Handed> {
    let account = beneficiary(app, caller, bilan).await?;
    let link = create(app, &account, first_entry_terms(app)).await?;
    let sender = sender(app, caller).await?;
    let message = letters::invitation(&account.content.language, &sender, &link.url(app), link.ends);
    let mail = outbox::queue(app, &account, message.clone()).await?;
    let sent = mail.is_some();
    let mut changes = vec![link.change.clone()];
    changes.extend(mail);
    commit_invitation(app, caller, &account, bilan, changes).await?;
    Ok(Handed { link, message, language: account.content.language, sent })
}

async fn beneficiary(app: &App, caller: &Caller, bilan: Id) -> Result<Stored<Account>> {
    let account = bilans::beneficiary_of(app, caller, bilan).await?;
    if account.record.state == account::state::CLOSED { Err(Refusal::Closed.into()) } else { Ok(account) }
}

async fn commit_invitation(
    app: &App,
    caller: &Caller,
    account: &Stored<Account>,
    bilan: Id,
    mut changes: Vec<Change>,
) -> Result<()> {
    changes.extend(cancel_open(app, account.record.id).await?);
    let entry =
        AuditEntry::new(Some(caller.account), Verb::Invite, Kind::Account, Some(account.record.id), Some(bilan));
    changes.push(entry.at(app.now())?);
    app.documents().commit(changes).await
}
