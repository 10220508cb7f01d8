//! The letters that time sends: notices before a bilan is abandoned, questionnaires of the follow-up. They wait in the outbox, sealed
//! under the key of what they belong to, and go with it.

use crate::app::App;
use crate::clock::{DAY_MS, Timestamp};
use crate::documents::audience;
use crate::ids::Id;
use crate::records::follow_up::FollowUp;
use crate::records::mail::{Mail, state};
use crate::services::error::Result;
use crate::services::letters::{self, Sender};
use crate::services::outbox::Message;
use crate::store::{Change, Kind, Record};

/// What a letter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Belonging<'a> {
    /// The record whose key seals it, and with which it goes.
    pub to: &'a Record,
    /// Whom it is about.
    pub owner: Option<Id>,
}

/// The change that puts a letter into the outbox.
///
/// # Errors
/// What the vault says.
pub async fn queue(app: &App, belongs: Belonging<'_>, letter: &Mail) -> Result<Change> {
    let record = Record {
        kind: Kind::Mail,
        id: app.entropy().id(),
        tenant: belongs.to.tenant,
        bilan: belongs.to.bilan,
        parent: Some(belongs.to.id),
        owner: belongs.owner,
        state: state::WAITING.to_owned(),
        audience: audience::NOBODY,
        due: None,
        version: 0,
        key: belongs.to.key,
        body: Vec::new(),
    };
    app.documents().insert(record, letter).await
}

/// A message as it waits to be sent.
fn waiting(to: &str, message: Message, now: Timestamp) -> Mail {
    Mail { to: to.to_owned(), subject: message.subject, text: message.text, queued: now, tries: 0 }
}

/// The notice that a bilan will be abandoned.
#[must_use]
pub fn notice(to: &str, language: &str, sender: &Sender, days: u16, url: &str, now: Timestamp) -> Mail {
    waiting(to, letters::reminder(language, sender, url, now.plus(i64::from(days) * DAY_MS)), now)
}

/// The letter with the link to a questionnaire of the follow-up. The secret stands behind `#`, which browsers send to no server.
#[must_use]
pub fn follow_up(to: &str, follow_up: &FollowUp, sender: &Sender, url: &str, token: &str, now: Timestamp) -> Mail {
    let url = format!("{url}/follow-up#{token}");
    waiting(to, letters::follow_up(&follow_up.language, sender, &url, token, follow_up.until()), now)
}
