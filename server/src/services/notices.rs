//! The letters that time sends: notices before a bilan is abandoned, questionnaires of the follow-up. They wait in the outbox, sealed
//! under the key of what they belong to, and go with it.

use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::audience;
use crate::ids::Id;
use crate::records::mail::{Mail, state};
use crate::services::error::Result;
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

/// The notice that a bilan will be abandoned.
#[must_use]
pub fn notice(to: &str, language: &str, days: u16, url: &str, now: Timestamp) -> Mail {
    let (subject, text) = if language == "en" {
        (
            "Your bilan has not moved for a while".to_owned(),
            format!(
                "Nothing has happened in your bilan for a while. In {days} days it will be closed, and your answers and results \
                 will be destroyed.\n\nTo go on, sign in: {url}\n\nIf you do not wish to go on, there is nothing to do.\n"
            ),
        )
    } else {
        (
            "Votre bilan n’a pas avancé depuis quelque temps".to_owned(),
            format!(
                "Rien ne s’est passé dans votre bilan depuis quelque temps. Dans {days} jours il sera clos, et vos réponses et vos \
                 résultats seront détruits.\n\nPour continuer, connectez-vous : {url}\n\nSi vous ne souhaitez pas continuer, vous \
                 n’avez rien à faire.\n"
            ),
        )
    };
    Mail { to: to.to_owned(), subject, text, queued: now, tries: 0 }
}

/// The letter with the link to a questionnaire of the follow-up. The secret stands behind `#`, which browsers send to no server.
#[must_use]
pub fn follow_up(to: &str, language: &str, url: &str, token: &str, now: Timestamp) -> Mail {
    let (subject, text) = if language == "en" {
        (
            "A few questions after your bilan".to_owned(),
            format!(
                "As agreed, here are a few questions about your bilan: {url}/follow-up#{token}\n\nIf the page asks for the code of \
                 the letter, it is:\n\n{token}\n\nThe same page lets you take back your agreement; everything kept for the \
                 follow-up is then destroyed at once.\n"
            ),
        )
    } else {
        (
            "Quelques questions après votre bilan".to_owned(),
            format!(
                "Comme convenu, voici quelques questions sur votre bilan : {url}/follow-up#{token}\n\nSi la page demande le code \
                 de la lettre, le voici :\n\n{token}\n\nLa même page permet de retirer votre accord ; tout ce qui est gardé pour \
                 le suivi est alors détruit aussitôt.\n"
            ),
        )
    };
    Mail { to: to.to_owned(), subject, text, queued: now, tries: 0 }
}
