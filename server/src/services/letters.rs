//! The words of messages to people, in their language. No message says what the service is used for, or names anybody else.

use crate::services::outbox::Message;

/// A new sign-in link that somebody asked for.
#[must_use]
pub fn sign_in_link(language: &str, url: &str, hours: i64) -> Message {
    match language {
        "en" => Message {
            subject: "Your sign-in link".to_owned(),
            text: format!(
                "Hello,\n\nYou asked for a new link to sign in. It works once, within {hours} hours:\n\n{url}\n\n\
                 If you did not ask for it, you can ignore this message.\n"
            ),
        },
        _ => Message {
            subject: "Votre lien de connexion".to_owned(),
            text: format!(
                "Bonjour,\n\nVous avez demandé un nouveau lien pour vous connecter. Il sert une seule fois, dans les \
                 {hours} heures :\n\n{url}\n\nSi vous ne l'avez pas demandé, vous pouvez ignorer ce message.\n"
            ),
        },
    }
}

/// A first link to somebody who was invited.
#[must_use]
pub fn invitation(language: &str, url: &str, days: i64) -> Message {
    match language {
        "en" => Message {
            subject: "Your invitation".to_owned(),
            text: format!(
                "Hello,\n\nYou are invited to open your personal space. This link works once, within {days} days:\n\n{url}\n"
            ),
        },
        _ => Message {
            subject: "Votre invitation".to_owned(),
            text: format!(
                "Bonjour,\n\nVous êtes invité(e) à ouvrir votre espace personnel. Ce lien sert une seule fois, dans les \
                 {days} jours :\n\n{url}\n"
            ),
        },
    }
}
