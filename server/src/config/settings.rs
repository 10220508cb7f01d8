//! Every setting once: its name, whether it is a secret, and what it is for.

/// One setting. Its name is `smtp.host` in the file, `BILAN_SMTP_HOST` in the environment, `--smtp-host` on the command
/// line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Table and key in the file.
    pub key: &'static str,
    /// What may be said about its value in messages.
    pub shown: Shown,
    /// What it is for, and what holds without it.
    pub about: &'static str,
}

/// Whether messages may repeat a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// They may.
    Openly,
    /// It may hold a password.
    Never,
}

const fn open(key: &'static str, about: &'static str) -> Setting {
    Setting { key, shown: Shown::Openly, about }
}

const fn secret(key: &'static str, about: &'static str) -> Setting {
    Setting { key, shown: Shown::Never, about }
}

/// All settings.
pub const SETTINGS: &[Setting] = &[
    open("listen", "address and port to listen on; 127.0.0.1:8080"),
    open("public_url", "address under which browsers reach the service; http://<listen>"),
    open("data_folder", "folder of the data; ./bilan-data"),
    open("language", "language of messages to people, fr or en; fr"),
    open("log_level", "error, warn, info or debug; info"),
    open("allow_plain_http", "true to listen on a public address without TLS and without a trusted proxy; false"),
    secret("database.url", "postgres://… for the data; SQLite in the data folder"),
    open("database.url_file", "file that holds database.url"),
    secret("keys.location", "folder or postgres://… of the key store; ./bilan-keys"),
    open("keys.location_file", "file that holds keys.location"),
    secret("keys.replicas", "folders or postgres://… of the replicas of the key store; none"),
    open("master_key.file", "file that holds the master key; ./bilan-master.key"),
    open("master_key.variable", "environment variable that holds the master key"),
    secret("master_key.command", "program and arguments that print the master key"),
    open("tls.certificate", "file of the certificate chain, PEM"),
    open("tls.key", "file of the private key, PEM"),
    open("trusted_proxies", "addresses or networks of proxies whose X-Forwarded-For is believed; none"),
    open("smtp.host", "mail server; without it, codes and links are shown to be passed on"),
    open("smtp.port", "its port; 587 with starttls, 465 with tls, 25 without"),
    open("smtp.encryption", "starttls, tls or none; starttls"),
    open("smtp.user", "user name at the mail server"),
    secret("smtp.password", "password at the mail server, in the environment only"),
    open("smtp.password_file", "file that holds smtp.password"),
    open("smtp.from", "address that mails come from"),
    open("limits.body_kib", "largest body, in KiB; 1024"),
    open("limits.upload_mib", "largest file of a job, in MiB; 512"),
    open("limits.requests_at_once", "requests at once; 512"),
    open("limits.request_timeout_s", "seconds until an answer begins; 30"),
    open("limits.slow_request_timeout_s", "the same where files are taken or much is calculated; 600"),
    open("limits.sessions_per_account", "sessions of one account at once; 5"),
    open("limits.passwords_at_once", "passwords checked at once, 19 MiB each; 4"),
    open("limits.requests_per_minute", "requests a minute of one session or program; 600"),
    open("limits.requests_per_minute_by_address", "requests a minute of one address without a session; 300"),
    open("limits.sign_ins_per_minute", "attempts a minute to sign in to one account; 5"),
    open("sessions.idle_lock_minutes", "minutes without a request after which a session is locked; 20"),
    open("sessions.length_hours", "hours after which a session ends; 12"),
    open("retention.abandon_after_days", "idle days after which a bilan counts as abandoned; 90"),
    open("retention.notice_days", "days before abandonment at which it is announced; 14, 3"),
    open("retention.follow_up_months", "months after the end at which the follow-up asks; 2, 6"),
    open("retention.administrative_record_years", "years that the administrative record is kept; 3"),
];

/// Variables that begin with `BILAN_` and are no settings: the place of the file, test data, and what orchestrators
/// set for a service of that name.
pub(super) const OTHER_VARIABLES: &[&str] =
    &["BILAN_CONFIG", "BILAN_DATA", "BILAN_TEST_*", "BILAN_SERVICE_*", "BILAN_PORT", "BILAN_PORT_*"];

impl Setting {
    /// Its name in the environment.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("BILAN_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// Its name on the command line.
    #[must_use]
    pub fn flag(&self) -> String {
        format!("--{}", self.key.replace(['.', '_'], "-"))
    }
}

/// The setting of that key.
pub(super) fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_settings_share_a_name_anywhere() {
        for name in [|s: &Setting| s.key.to_owned(), Setting::variable, Setting::flag] {
            assert_eq!(SETTINGS.iter().map(name).collect::<BTreeSet<_>>().len(), SETTINGS.len());
        }
        let host = by_key("smtp.host").unwrap();
        assert_eq!((host.variable().as_str(), host.flag().as_str()), ("BILAN_SMTP_HOST", "--smtp-host"));
    }
}
