//! From checked settings to a running service: stores opened, the vault unlocked, the clock's work begun, everything closed again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use instruments::Catalog;
use tokio::task::JoinHandle;

use crate::access::password::{PasswordCost, PasswordError};
use crate::app::{App, BulkTerms, MailRoute, Terms};
use crate::bulk::scoring_order::RunShare;
use crate::clock::Clock;
use crate::config::{Config, Database, Encryption, KeyLocation, MasterKeySource as ConfiguredKey};
use crate::documents::Documents;
use crate::entropy::Entropy;
use crate::questionnaire::SimulatedNorms;
use crate::request::Surroundings;
use crate::request::metrics::Metrics;
use crate::routes;
use crate::services::backups::BackupRoute;
use crate::services::error::ServiceError;
use crate::services::life::IdleTerms;
use crate::services::mailing::{MailError, Security, Smtp, SmtpSettings};
use crate::services::{houses, jobs, scheduler, sending};
use crate::store::{PostgresSettings, PostgresStore, SqliteStore, Store, StoreError};
use crate::vault::key_store::postgres::{ClusterCheck, PostgresKeyStore};
use crate::vault::key_store::sqlite::{SqliteKeyStore, SqlitePatience};
use crate::vault::{KeyStore, KeyStoreError, MasterKeyError, MasterKeySource, MissingFile, Vault, VaultError};

/// Name of the data file in the data folder.
pub const DATA_FILE: &str = "bilan.db";

/// Name of the key file in its folder.
pub const KEY_FILE: &str = "keys.db";

/// How often the scheduler looks what is due.
const TICK: Duration = Duration::from_secs(60);

/// Connections of one process to PostgreSQL.
const CONNECTIONS: usize = 16;

/// Addresses that take large files or calculate for long.
const SLOW: &[&str] = &[
    "/api/v1/jobs/{job}/output",
    "/files/{job}/scores",
    "/files/{job}/norm",
    "/api/v1/bilans/{bilan}/export",
    "/api/v1/bilans/{bilan}/brought",
    "/api/v1/bilans/{bilan}/end",
    "/api/v1/bilans/{bilan}/erasure",
];

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallationError {
    /// A folder cannot be made.
    #[error("{}: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The data store.
    #[error("data store: {0}")]
    Store(#[from] StoreError),
    /// A key store.
    #[error("key store: {0}")]
    KeyStore(#[from] KeyStoreError),
    /// The master key.
    #[error("master key: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The vault.
    #[error("vault: {0}")]
    Vault(#[from] VaultError),
    /// The cost of passwords.
    #[error("passwords: {0}")]
    Passwords(#[from] PasswordError),
    /// The mail server's settings.
    #[error("mail: {0}")]
    Mail(#[from] MailError),
    /// What a service says.
    #[error("{0}")]
    Service(#[from] ServiceError),
}

/// A service that is ready to be served.
pub struct Installation {
    app: App,
    metrics: Arc<Metrics>,
    entropy: Arc<Entropy>,
    ticking: JoinHandle<()>,
}

impl Installation {
    /// Opens stores and vault as the settings say, and begins the scheduler's work, which catches up with whatever was due.
    ///
    /// # Errors
    /// What cannot be opened, by its place.
    pub async fn open(
        config: &Config,
        catalog: Catalog,
        clock: Arc<dyn Clock>,
        entropy: Arc<Entropy>,
    ) -> Result<Self, InstallationError> {
        make_folder(&config.data_folder)?;
        let store: Arc<dyn Store> = match &config.database {
            Database::Sqlite => Arc::new(SqliteStore::open(&config.data_folder.join(DATA_FILE))?),
            Database::Postgres(url) => {
                let settings = PostgresSettings { url: url.reveal().to_owned(), max_connections: CONNECTIONS };
                Arc::new(PostgresStore::connect(&settings).await?)
            }
        };
        let mut keys = Vec::new();
        for (idx, location) in std::iter::once(&config.keys.location).chain(&config.keys.replicas).enumerate() {
            keys.push(open_key_store(idx, location).await?);
        }
        // Once there are keys, a new master key could open none of them.
        let missing = if keys.iter().all(|store| store.is_new()) { MissingFile::Create } else { MissingFile::Refuse };
        let master = master_key_source(&config.master_key);
        let current = master.load(missing, &entropy)?;
        let (vault, report) = Vault::open(keys, current, Vec::new(), Arc::clone(&entropy), clock.now()).await?;
        tracing::info!(?report, "key stores opened");
        let documents = Documents::new(store, Arc::new(vault));
        let app = App::new(documents, Arc::new(catalog), clock, Arc::clone(&entropy), terms_of(config, master))?;
        let n_resumed = jobs::resume(&app).await?;
        tracing::info!(n_resumed, "jobs of a process that is gone");
        let mailer = config.smtp.as_ref().map(mailer_of).transpose()?;
        let ticking = tokio::spawn(tick_forever(app.clone(), mailer));
        Ok(Self { app, metrics: Arc::new(Metrics::default()), entropy, ticking })
    }

    /// What services share.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// All addresses with everything that surrounds a request.
    pub fn router(&self, config: &Config) -> Router {
        let (router, _) = routes::service(self.app.clone(), Arc::clone(&self.metrics));
        let metrics = Arc::clone(&self.metrics);
        Surroundings::of(config, Arc::clone(&self.entropy), metrics, SLOW, routes::UNLIMITED_ROUTES).around(router)
    }

    /// The one-time link of the first administrator, while none has come in yet.
    ///
    /// # Errors
    /// What store and vault say.
    pub async fn first_link(&self) -> Result<Option<String>, InstallationError> {
        let link = houses::first_administrator(&self.app).await?;
        Ok(link.map(|link| link.url(&self.app).to_string()))
    }

    /// Stops the scheduler and finishes what is being written.
    pub async fn close(self) {
        self.ticking.abort();
        if let Err(cause) = self.app.documents().store().close().await {
            tracing::error!(%cause, "the data store did not close in order");
        }
    }
}

/// Makes a folder that only its owner can read.
///
/// # Errors
/// What the system says.
pub fn make_folder(folder: &Path) -> Result<(), InstallationError> {
    let failed = |cause| InstallationError::Folder { folder: folder.to_owned(), cause };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)
}

async fn open_key_store(idx: usize, location: &KeyLocation) -> Result<Arc<dyn KeyStore>, InstallationError> {
    let name = format!("keys-{}", idx + 1);
    Ok(match location {
        KeyLocation::Folder(folder) => {
            make_folder(folder)?;
            Arc::new(SqliteKeyStore::open(&name, &folder.join(KEY_FILE), SqlitePatience::of_a_server()).await?)
        }
        KeyLocation::Postgres(url) => {
            let settings = PostgresSettings { url: url.reveal().to_owned(), max_connections: CONNECTIONS };
            let pool = crate::store::postgres_pool(&settings)?;
            Arc::new(PostgresKeyStore::open(&name, pool, ClusterCheck::Required).await?)
        }
    })
}

fn master_key_source(configured: &ConfiguredKey) -> MasterKeySource {
    match configured {
        ConfiguredKey::File(path) => MasterKeySource::File(path.clone()),
        ConfiguredKey::Variable(name) => MasterKeySource::Variable(name.clone()),
        ConfiguredKey::Command(words) => MasterKeySource::Command(shell_line(words)),
    }
}

/// A command line of words that the shell takes as they are.
fn shell_line(words: &[String]) -> String {
    let quoted = words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''")));
    quoted.collect::<Vec<_>>().join(" ")
}

fn terms_of(config: &Config, master_key: MasterKeySource) -> Terms {
    Terms {
        idle: IdleTerms {
            abandon_days: config.retention.abandon_after_days,
            notice_days: config.retention.notice_days,
        },
        follow_up_months: config.retention.follow_up_months,
        administrative_years: config.retention.administrative_record_years,
        staff_idle_ms: config.sessions.idle_lock_ms,
        session_ms: config.sessions.length_ms,
        sessions_per_account: config.limits.sessions_per_account,
        public_url: config.public_url.origin().to_owned(),
        simulated_norms: SimulatedNorms::Refused,
        transport: config.transport(),
        mail: if config.smtp.is_some() { MailRoute::Smtp } else { MailRoute::ByHand },
        rates: config.limits.rates,
        password_cost: PasswordCost::STANDARD,
        passwords_at_once: config.limits.passwords_at_once,
        master_key: Some(master_key),
        bulk: bulk_terms(config),
        backups: match config.database {
            Database::Sqlite => BackupRoute::ByCommand { folder: config.data_folder.clone() },
            Database::Postgres(_) => BackupRoute::ByDatabase,
        },
        ..Terms::default()
    }
}

/// Jobs take the machine's cores; streams and jobs wait for each other.
fn bulk_terms(config: &Config) -> BulkTerms {
    let usual = BulkTerms::default();
    let threads = std::thread::available_parallelism().map_or(usual.share.threads, std::num::NonZero::get);
    BulkTerms { job_bytes: config.limits.upload_bytes, share: RunShare { threads, ..usual.share }, ..usual }
}

/// The way out for messages.
fn mailer_of(smtp: &crate::config::Smtp) -> Result<Smtp, InstallationError> {
    let sender = smtp.from.parse().map_err(|_| MailError::Settings("`smtp.from` is no address"))?;
    let credentials = smtp.credentials.as_ref();
    Ok(Smtp::new(SmtpSettings {
        host: smtp.host.clone(),
        port: Some(smtp.port),
        security: match smtp.encryption {
            Encryption::Tls => Security::Tls,
            Encryption::StartTls => Security::StartTls,
            Encryption::None => Security::None,
        },
        credentials: credentials.map(|(user, password)| (user.clone(), password.reveal().to_owned())),
        sender_name: None,
        sender,
    })?)
}

async fn tick_forever(app: App, mailer: Option<Smtp>) {
    let mut every = tokio::time::interval(TICK);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match scheduler::tick(&app).await {
            Ok(report) => tracing::debug!(?report, "scheduler"),
            Err(cause) => tracing::error!(%cause, "scheduler"),
        }
        if let Some(mailer) = &mailer
            && let Err(cause) = sending::deliver(&app, mailer).await
        {
            tracing::error!(%cause, "messages that wait");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_command_reach_it_as_they_are() {
        let words = ["print key".to_owned(), "it's".to_owned(), "$HOME".to_owned()];
        assert_eq!(shell_line(&words), r"'print key' 'it'\''s' '$HOME'");
    }
}
