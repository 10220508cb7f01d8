//! Sends the messages that wait in the queue.

use crate::app::App;
use crate::documents::Stored;
use crate::records::mail::{Mail, state};
use crate::services::error::{Result, ServiceError};
use crate::services::mailing::{Letter, MailError, Mailer, MessageText};
use crate::store::{Change, Kind, Selection};

/// After so many tries a message is given up.
const MOST_TRIES: u32 = 20;

/// Sends what waits, a page at most; says how many messages left. What cannot leave now is tried again at the next call.
///
/// # Errors
/// What store and vault say.
pub async fn deliver(app: &App, mailer: &dyn Mailer) -> Result<usize> {
    let selection = Selection { state: Some(state::WAITING.to_owned()), ..Selection::of(Kind::Mail) };
    let mut sent = 0;
    for record in app.documents().store().select(&selection).await? {
        let mut mail: Stored<Mail> = match app.documents().open(record).await {
            // The account was destroyed, and its message with it.
            Err(ServiceError::NotFound) => continue,
            other => other?,
        };
        let outcome = match letter_of(&mail) {
            Some(letter) => mailer.send(&letter).await.map(|_| ()),
            None => Err(MailError::Malformed),
        };
        let change = match outcome {
            Ok(()) => {
                sent += 1;
                Change::Delete { kind: Kind::Mail, id: mail.record.id }
            }
            Err(error) if error.may_pass() && mail.content.tries < MOST_TRIES => {
                mail.content.tries += 1;
                app.documents().update(&mail).await?
            }
            Err(error) => {
                tracing::warn!(cause = %error, "a message was given up");
                Change::Delete { kind: Kind::Mail, id: mail.record.id }
            }
        };
        match app.documents().commit(vec![change]).await {
            // Another process was faster, or the bilan has just ended.
            Ok(()) | Err(ServiceError::Changed) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sent)
}

fn letter_of(mail: &Stored<Mail>) -> Option<Letter> {
    Some(Letter {
        id: mail.record.id,
        to: mail.content.to.parse().ok()?,
        text: MessageText { subject: mail.content.subject.clone(), body: mail.content.text.clone() },
        written_at: mail.content.queued,
    })
}
