//! Messages to people: put into a queue with what they belong to, sent later.

use crate::app::{App, MailRoute};
use crate::documents::{Stored, audience};
use crate::records::account::Account;
use crate::records::mail::{Mail, state};
use crate::services::error::Result;
use crate::store::{Change, Kind, Record};

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its subject, which names nobody and no bilan: it is shown on locked telephones.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// The change that puts a message to somebody into the queue, sealed under the key of the account; `None` when there is
/// no address on file, or no way to send.
///
/// # Errors
/// What the vault says.
pub async fn queue(app: &App, account: &Stored<Account>, message: Message) -> Result<Option<Change>> {
    let (Some(to), MailRoute::Smtp) = (account.content.email.clone(), app.terms().mail) else {
        return Ok(None);
    };
    let record = Record {
        kind: Kind::Mail,
        id: app.entropy().id(),
        tenant: account.record.tenant,
        bilan: account.record.bilan,
        parent: Some(account.record.id),
        owner: Some(account.record.id),
        state: state::WAITING.to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 0,
        key: account.record.key,
        body: Vec::new(),
    };
    let mail = Mail { to, subject: message.subject, text: message.text, queued: app.now(), tries: 0 };
    app.documents().insert(record, &mail).await.map(Some)
}
