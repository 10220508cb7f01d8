//! The way out by a mail server (SMTP), encrypted by STARTTLS or TLS, or in the clear to this machine only.

use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::ways_out::{Delivery, Letter, MailError, Mailer};

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// In the clear at first, then encrypted; refused when the server cannot.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
    /// In the clear: for a mail server on this machine only.
    None,
}

/// Which mail server, and from whom.
pub struct SmtpSettings {
    /// Name of the mail server.
    pub host: String,
    /// Its port, unless it is the usual one.
    pub port: Option<u16>,
    /// How the way is protected.
    pub security: Security,
    /// Name and password for it.
    pub credentials: Option<(String, String)>,
    /// Name shown as the sender.
    pub sender_name: Option<String>,
    /// Address of the sender.
    pub sender: Address,
}

/// How long the mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends letters by a mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Prepares the way; the mail server is asked only when there is a letter. Must be called in a runtime.
    ///
    /// # Errors
    /// [`MailError::Settings`].
    pub fn new(settings: SmtpSettings) -> Result<Self, MailError> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let SmtpSettings { host, port, security, credentials, sender_name, sender } = settings;
        let is_here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let bad_host = |_| MailError::Settings("the name of the mail server cannot be used");
        let mut builder = match security {
            Security::StartTls => Transport::starttls_relay(&host).map_err(bad_host)?,
            Security::Tls => Transport::relay(&host).map_err(bad_host)?,
            Security::None if is_here => Transport::builder_dangerous(&host),
            Security::None => {
                return Err(MailError::Settings(
                    "mail in the clear goes to a mail server on this machine only; choose starttls or tls",
                ));
            }
        };
        if let Some(port) = port {
            builder = builder.port(port);
        }
        if let Some((name, password)) = credentials {
            builder = builder.credentials(Credentials::new(name, password));
        }
        Ok(Self { transport: builder.timeout(Some(PATIENCE)).build(), from: Mailbox::new(sender_name, sender) })
    }

    fn mail(&self, letter: &Letter) -> Result<Message, MailError> {
        let since_1970 = u64::try_from(letter.written_at.as_millis()).map_err(|_| MailError::Malformed)?;
        let date = UNIX_EPOCH.checked_add(Duration::from_millis(since_1970)).ok_or(MailError::Malformed)?;
        // No name of this machine, and no answer from absence notices.
        let id = format!("<{}@{}>", letter.id, self.from.email.domain());
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, letter.to.clone()))
            .date(date)
            .message_id(Some(id))
            .raw_header(automatic)
            .subject(letter.text.subject.as_str())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.body.clone())
            .map_err(|_| MailError::Malformed)
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, letter: &Letter) -> Result<Delivery, MailError> {
        let mail = self.mail(letter)?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(Delivery::Sent),
            Err(error) if error.is_permanent() => Err(MailError::Refused),
            Err(error) if error.is_transient() => Err(MailError::NotNow),
            Err(_) => Err(MailError::Unreachable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ways_out::MessageText;
    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::Id;

    fn settings(host: &str, security: Security) -> SmtpSettings {
        SmtpSettings {
            host: host.to_owned(),
            port: None,
            security,
            credentials: None,
            sender_name: Some("Centre de l'Été".to_owned()),
            sender: "ne-pas-repondre@exemple.fr".parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn every_message_is_written_as_mail_with_a_date_and_an_identity_of_ours() {
        let smtp = Smtp::new(settings("localhost", Security::None)).unwrap();
        // Accents, non-breaking spaces and a line longer than mail takes are carried by an encoding.
        for words in ["Bonjour,\n\nVotre lien\u{a0}: https://exemple.fr/entrer#0123\n".to_owned(), "é ".repeat(2000)] {
            let text = MessageText { subject: "Votre lien d’été".to_owned(), body: words };
            let letter = Letter {
                id: Id::from_bytes([0xab; 16]),
                to: "lea@exemple.fr".parse().unwrap(),
                text,
                written_at: Timestamp::from_millis(1_800_000_000_000),
            };
            let mail = String::from_utf8(smtp.mail(&letter).unwrap().formatted()).unwrap();
            assert!(mail.contains(&format!("Message-ID: <{}@exemple.fr>", "ab".repeat(16))), "{mail}");
            assert!(mail.contains("Date: Fri, 15 Jan 2027 08:00:00 +0000"), "{mail}");
            assert!(mail.contains("Auto-Submitted: auto-generated"), "{mail}");
            assert!(mail.contains("Content-Type: text/plain; charset=utf-8"), "{mail}");
            assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 998), "{mail}");
        }
    }

    #[tokio::test]
    async fn mail_in_the_clear_stays_on_this_machine() {
        let refused = Smtp::new(settings("mail.exemple.fr", Security::None)).map(|_| ());
        assert!(matches!(refused, Err(MailError::Settings(words)) if words.contains("starttls")));
        for security in [Security::StartTls, Security::Tls] {
            assert!(Smtp::new(settings("mail.exemple.fr", security)).is_ok());
        }
    }
}
