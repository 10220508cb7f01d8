//! The configuration: a TOML file, the environment (`BILAN_…`) and the command line, each stronger than the one before.
//!
//! [`settings::SETTINGS`] lists what can be set. Everything that is wrong is reported at once, and no secret is repeated.

mod load;
mod mail;
pub mod network;
pub mod problem;
mod reader;
pub mod secret;
pub mod settings;
pub mod sources;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

pub use network::Network;
pub use problem::{ConfigProblem, ConfigProblems};
pub use secret::Secret;
pub use sources::Sources;

use crate::access::cookie::Transport;
use crate::access::rate_limit::Rates;

/// The settings of the service, checked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where browsers reach it.
    pub public_url: PublicUrl,
    /// Folder of the data.
    pub data_folder: PathBuf,
    /// Language of messages to people.
    pub language: Language,
    /// `error`, `warn`, `info` or `debug`.
    pub log_level: &'static str,
    /// The data store.
    pub database: Database,
    /// The key store.
    pub keys: Keys,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Certificate and key, when the service speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// The mail server; without one, codes and links are shown to be passed on.
    pub smtp: Option<Smtp>,
    /// Sizes, times and rates.
    pub limits: Limits,
    /// How long sessions last.
    pub sessions: Sessions,
    /// When what is announced, asked and destroyed.
    pub retention: Retention,
}

impl Config {
    /// Reads and checks the settings.
    ///
    /// # Errors
    /// Everything that is wrong, with place and remedy.
    pub fn load(sources: &Sources) -> Result<Self, ConfigProblems> {
        load::load(sources)
    }

    /// How browsers reach the service, which decides on cookies and on `Strict-Transport-Security`.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.public_url.transport()
    }
}

/// The language of messages to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// French.
    French,
    /// English.
    English,
}

impl Language {
    /// The tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }
}

/// The data store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// SQLite in the data folder.
    Sqlite,
    /// PostgreSQL at this address.
    Postgres(Secret),
}

/// Where a key store lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLocation {
    /// A folder with a SQLite file.
    Folder(PathBuf),
    /// A PostgreSQL cluster of its own.
    Postgres(Secret),
}

/// Never fails: what is no address of PostgreSQL is a folder.
impl FromStr for KeyLocation {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if is_postgres(text) { Self::Postgres(Secret::new(text.to_owned())) } else { Self::Folder(text.into()) })
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// The key store and its replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The one that is read.
    pub location: KeyLocation,
    /// The ones that guard against its loss.
    pub replicas: Vec<KeyLocation>,
}

/// Where the master key comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum MasterKeySource {
    /// A file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
    /// What a program prints; run without a shell.
    Command(Vec<String>),
}

impl fmt::Debug for MasterKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Variable(name) => write!(f, "Variable({name})"),
            Self::Command(_) => f.write_str("Command(hidden)"),
        }
    }
}

/// Certificate chain and private key, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, then those that vouch for it.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// How the mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting in the clear; without it, nothing is sent.
    StartTls,
    /// None, for a server on the own machine.
    None,
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub encryption: Encryption,
    /// User name and password.
    pub credentials: Option<(String, Secret)>,
    /// The address that mails come from.
    pub from: String,
}

/// Sizes, times and rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body.
    pub body_bytes: usize,
    /// Largest file of a job.
    pub upload_bytes: u64,
    /// Requests at once.
    pub requests_at_once: usize,
    /// Time until an answer begins.
    pub request_timeout: Duration,
    /// The same where files are taken or much is calculated.
    pub slow_request_timeout: Duration,
    /// Sessions of one account at once.
    pub sessions_per_account: usize,
    /// Passwords checked at once.
    pub passwords_at_once: usize,
    /// Requests a minute.
    pub rates: Rates,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sessions {
    /// Milliseconds without a request after which a session is locked.
    pub idle_lock_ms: i64,
    /// Milliseconds after which a session ends.
    pub length_ms: i64,
}

/// When what is announced, asked and destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Idle days after which a bilan counts as abandoned.
    pub abandon_after_days: u16,
    /// Days before abandonment at which it is announced, the longest first.
    pub notice_days: [u16; 2],
    /// Months after the end at which the follow-up asks, at most 12.
    pub follow_up_months: [u8; 2],
    /// Years that the administrative record is kept.
    pub administrative_record_years: u8,
}

/// The address under which browsers reach the service: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
}

/// A text that is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address such as https://bilan.example.fr, without a path")]
pub struct InvalidUrl;

impl PublicUrl {
    /// The address without a slash at its end: the origin that browsers send.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The address of a page or resource, whose path begins with a slash.
    #[must_use]
    pub fn with_path(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Whether browsers come over TLS.
    #[must_use]
    pub fn transport(&self) -> Transport {
        if self.origin.starts_with("https://") { Transport::Tls } else { Transport::Plain }
    }

    /// Whether it is the own machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let address = self.host.trim_start_matches('[').trim_end_matches(']');
        self.host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for PublicUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or(InvalidUrl)?;
        if scheme != "https" && scheme != "http" {
            return Err(InvalidUrl);
        }
        // A colon within brackets belongs to an IPv6 address.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let is_name = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        if !(is_name || v6.is_some_and(|v6| v6.parse::<std::net::Ipv6Addr>().is_ok())) {
            return Err(InvalidUrl);
        }
        let port: Option<u16> = port.map(|port| port.parse().map_err(|_| InvalidUrl)).transpose()?;
        // Browsers leave the usual port out of the origin.
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = port.filter(|port| *port != usual).map_or_else(String::new, |port| format!(":{port}"));
        Ok(Self { origin: format!("{scheme}://{host}{port}"), host: host.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_an_origin() {
        let of = |text: &str| text.parse::<PublicUrl>().map(|url| url.origin().to_owned());
        assert_eq!(of("https://Bilan.example.fr/"), Ok("https://bilan.example.fr".to_owned()));
        assert_eq!(of("https://bilan.example.fr:443"), Ok("https://bilan.example.fr".to_owned()));
        assert_eq!(of("http://[::1]:8080"), Ok("http://[::1]:8080".to_owned()));
        for text in
            ["", "bilan.example.fr", "ftp://a", "https://", "https://a/b", "https://a:b", "https://a b", "https://u@a"]
        {
            assert_eq!(of(text), Err(InvalidUrl), "{text}");
        }
    }

    #[test]
    fn the_own_machine_is_known() {
        for (text, local) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1", true),
            ("http://[::1]", true),
            ("http://192.0.2.1", false),
            ("http://localhost.example.fr", false),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().is_local(), local, "{text}");
        }
    }
}
