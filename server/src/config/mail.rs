//! The settings of the mail server.

use super::reader::Reader;
use super::sources::Origin;
use super::{Encryption, Secret, Smtp};

/// The mail server, if one is named.
pub(super) fn smtp(r: &mut Reader) -> Option<Smtp> {
    if r.origin("smtp.password") == Some(Origin::File) || r.origin("smtp.password") == Some(Origin::Flag) {
        r.refuse("smtp.password", None, "put it in $BILAN_SMTP_PASSWORD, or in a file named by smtp.password_file");
    }
    let others = ["smtp.port", "smtp.encryption", "smtp.user", "smtp.password", "smtp.password_file", "smtp.from"];
    if !r.has("smtp.host") {
        if let Some(other) = others.into_iter().find(|key| r.has(key)) {
            r.refuse(other, None, "set smtp.host as well, or remove it");
        }
        return None;
    }
    let host = r.text("smtp.host")?;
    let words = [("starttls", Encryption::StartTls), ("tls", Encryption::Tls), ("none", Encryption::None)];
    let encryption = r.word("smtp.encryption", &words).unwrap_or(Encryption::StartTls);
    let usual_port = match encryption {
        Encryption::StartTls => 587,
        Encryption::Tls => 465,
        Encryption::None => 25,
    };
    let port = r.number("smtp.port", 1..=u16::MAX).unwrap_or(usual_port);
    let user = r.text("smtp.user");
    let password: Option<Secret> = r.secret("smtp.password", "smtp.password_file");
    let credentials = match (user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (Some(_), None) if !r.has("smtp.password_file") => {
            r.missing("smtp.password_file", "name a file that holds the password, or set $BILAN_SMTP_PASSWORD");
            None
        }
        (None, Some(_)) => {
            r.missing("smtp.user", "write the user name that the password belongs to");
            None
        }
        _ => None,
    };
    if credentials.is_some() && encryption == Encryption::None && !is_local_host(&host) {
        r.refuse("smtp.encryption", Some("starttls, tls"), "a password must not travel in the clear");
    }
    let from = r.text("smtp.from");
    if from.is_none() && !r.has("smtp.from") {
        r.missing("smtp.from", "write the address that mails come from");
    }
    let from = from.unwrap_or_default();
    if r.has("smtp.from") && from.parse::<lettre::message::Mailbox>().is_err() {
        r.refuse("smtp.from", Some("an address such as Bilan <bilan@example.fr>"), "correct it");
    }
    Some(Smtp { host, port, encryption, credentials, from })
}

fn is_local_host(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Encryption, Sources};

    fn load(file: &str) -> Result<Config, super::super::ConfigProblems> {
        let environment = [("BILAN_SMTP_PASSWORD".to_owned(), "hunter2".to_owned())].into();
        Config::load(&Sources {
            file: Some(("bilan.toml".to_owned(), file.to_owned())),
            environment,
            flags: Vec::new(),
        })
    }

    #[test]
    fn a_password_is_not_sent_to_a_mail_server_in_the_clear() {
        let file = "[smtp]\nhost = \"m.example\"\nuser = \"u\"\nencryption = \"none\"\nfrom = \"b@example.fr\"\n";
        assert!(load(file).unwrap_err().to_string().contains("must not travel in the clear"));
        let smtp = load(&file.replace("m.example", "localhost")).unwrap().smtp.unwrap();
        assert_eq!((smtp.port, smtp.encryption), (25, Encryption::None));
    }

    #[test]
    fn a_mail_server_needs_a_sender_and_a_password_its_user() {
        let text = load("[smtp]\nhost = \"m.example\"\n").unwrap_err().to_string();
        assert!(text.contains("smtp.user in bilan.toml: write the user name"), "{text}");
        assert!(text.contains("smtp.from in bilan.toml: write the address"), "{text}");
        let text = load("[smtp]\nhost = \"m\"\nuser = \"u\"\nfrom = \"nobody\"\n").unwrap_err().to_string();
        assert!(text.contains("`nobody` is not allowed; allowed: an address such as"), "{text}");
    }
}
