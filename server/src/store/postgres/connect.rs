//! The way to the server: URL, TLS and the pool of connections.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::StoreError;

/// How long a caller waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresSettings {
    /// `postgres://user:password@host/database`; with `?sslmode=require` it speaks TLS and checks the server's
    /// certificate against the well-known authorities, or those in the PEM file that `sslrootcert` names.
    pub url: String,
    /// How many connections this process opens at most.
    pub max_connections: usize,
}

/// Whether to speak TLS, and whom to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tls {
    No,
    WellKnown,
    File(String),
}

/// Makes the pool; it connects when it is first asked.
pub(crate) fn pool(settings: &PostgresSettings) -> Result<Pool, StoreError> {
    let (mut config, tls) = parse(&settings.url)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match tls {
        Tls::No => {
            let is_remote = |host: &Host| matches!(host, Host::Tcp(name) if !is_local(name));
            if config.get_hosts().iter().any(is_remote) {
                tracing::warn!("the way to the database is not encrypted: add sslmode=require to its URL");
            }
            Manager::from_config(config, NoTls, recycling)
        }
        Tls::WellKnown => {
            let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
            Manager::from_config(config, connector(roots)?, recycling)
        }
        Tls::File(file) => Manager::from_config(config, connector(roots_of(&file)?)?, recycling),
    };
    Pool::builder(manager)
        .max_size(settings.max_connections.max(1))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .build()
        .map_err(|error| StoreError::Connection(error.to_string()))
}

/// Refuses a server that acknowledges commits before they are on its disk.
pub(super) async fn refuse_lossy_commits(client: &Object) -> Result<(), StoreError> {
    let said = client.query_one("SELECT current_setting('synchronous_commit')", &[]).await?;
    match said.try_get(0)? {
        "off" => {
            let problem = "the server has it off, and would lose commits it acknowledged; set it on".to_owned();
            Err(StoreError::Setting { setting: "synchronous_commit", problem })
        }
        _ => Ok(()),
    }
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn invalid(problem: impl std::fmt::Display) -> StoreError {
    StoreError::Setting { setting: "the URL of the database", problem: problem.to_string() }
}

/// Takes out of a URL what the driver does not know: `sslrootcert`, and the strict modes of `sslmode`.
fn parse(url: &str) -> Result<(Config, Tls), StoreError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(invalid("it begins with postgres://"));
    }
    let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
    let mut kept = Vec::new();
    let (mut wants_tls, mut roots) = (false, None);
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", "require" | "verify-ca" | "verify-full")) => wants_tls = true,
            Some(("sslmode", "disable" | "allow" | "prefer")) => {}
            Some(("sslmode", _)) => return Err(invalid("sslmode is require or disable")),
            Some(("sslrootcert", file)) => {
                let decoded = percent_encoding::percent_decode_str(file).decode_utf8().map_err(invalid)?;
                roots = Some(decoded.into_owned());
            }
            _ => kept.push(parameter),
        }
    }
    // The driver's words may repeat parts of the URL, but never its password.
    let mut config: Config = format!("{base}?{}", kept.join("&")).parse().map_err(invalid)?;
    config.ssl_mode(if wants_tls { SslMode::Require } else { SslMode::Disable });
    match (wants_tls, roots) {
        (true, Some(file)) => Ok((config, Tls::File(file))),
        (true, None) => Ok((config, Tls::WellKnown)),
        (false, None) => Ok((config, Tls::No)),
        (false, Some(_)) => Err(invalid("sslrootcert needs sslmode=require")),
    }
}

fn roots_of(file: &str) -> Result<rustls::RootCertStore, StoreError> {
    let unreadable =
        |problem: String| StoreError::Setting { setting: "sslrootcert", problem: format!("`{file}`: {problem}") };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))? {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
    }
    if roots.is_empty() { Err(unreadable("it holds no certificate".to_owned())) } else { Ok(roots) }
}

fn connector(roots: rustls::RootCertStore) -> Result<MakeRustlsConnect, StoreError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Connection(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_says_whether_to_speak_tls_and_whom_to_believe() {
        let tls = |url: &str| parse(url).map(|(config, tls)| (config.get_ssl_mode(), tls)).map_err(|e| e.to_string());
        assert_eq!(tls("postgres://u:p@db.example/bilan"), Ok((SslMode::Disable, Tls::No)));
        assert_eq!(tls("postgresql://u@h/b?sslmode=require"), Ok((SslMode::Require, Tls::WellKnown)));
        let with_file = tls("postgres://u@h/b?connect_timeout=3&sslrootcert=%2Fetc%2Fca.pem&sslmode=verify-full");
        assert_eq!(with_file, Ok((SslMode::Require, Tls::File("/etc/ca.pem".to_owned()))));
        for refused in
            ["host=h user=u", "postgres://u@h/b?sslmode=yes", "postgres://u@h/b?sslrootcert=x", "postgres://h/b?q=1"]
        {
            let said = tls(refused).unwrap_err();
            assert!(said.starts_with("the URL of the database: "), "{said}");
        }
        let said = parse("postgres://u:secret@h:port/b").unwrap_err().to_string();
        assert!(!said.contains("secret"), "{said}");
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "none").unwrap();
        let said = roots_of(file.to_str().unwrap()).unwrap_err().to_string();
        assert!(said.ends_with("it holds no certificate"), "{said}");
        assert!(roots_of("/nonexistent/ca.pem").is_err());
        assert!(connector(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()).is_ok());
    }
}
