//! What services and handlers share.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::body::Bytes;
use instruments::{Catalog, LoadedInstrument};

use crate::access::cookie::{SessionCookie, Transport};
use crate::access::cross_site::CrossSite;
use crate::access::password::{PasswordCost, PasswordError, Passwords};
use crate::access::rate_limit::{Rate, RateLimits, Rates};
use crate::bulk::body_pipe::PipeLimits;
use crate::bulk::scoring_order::RunShare;
use crate::bulk::scoring_stream::{DeskLimits, ScoringDesk};
use crate::clock::{Clock, DAY_MS, Timestamp};
use crate::documents::Documents;
use crate::entropy::Entropy;
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::questionnaire::{Sheet, SimulatedNorms};
use crate::records::account::{Role, Scope};
use crate::services::backups::BackupRoute;
use crate::services::error::{Result, ServiceError};
use crate::services::jobs::JobPool;
use crate::services::life::IdleTerms;
use crate::services::master_key::RotationDesk;
use crate::vault::MasterKeySource;

/// Who calls: an account in one role, by a session or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: Id,
    /// Its house.
    pub tenant: Id,
    /// Its role.
    pub role: Role,
    /// The bilan of a beneficiary, rater or recipient.
    pub bilan: Option<Id>,
    /// The session.
    pub session: Id,
    /// Tag of the language.
    pub language: String,
    /// What a program may do.
    pub scopes: Vec<Scope>,
}

/// What services and handlers share.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

/// Terms and addresses that an installation chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// When idle bilans are abandoned.
    pub idle: IdleTerms,
    /// Months after the end at which follow-up questionnaires are sent.
    pub follow_up_months: [u8; 2],
    /// Years that the administrative record is kept.
    pub administrative_years: u8,
    /// Idle time after which a staff session is locked, in milliseconds.
    pub staff_idle_ms: i64,
    /// How long a session lasts at most, in milliseconds.
    pub session_ms: i64,
    /// Sessions of one account at once, at least 1.
    pub sessions_per_account: usize,
    /// Within what time the second factor follows the password, in milliseconds.
    pub second_factor_ms: i64,
    /// How long a link to a first entry lasts, in milliseconds.
    pub invitation_ms: i64,
    /// How long a link to a further entry, or to new credentials, lasts, in milliseconds.
    pub return_link_ms: i64,
    /// How long the reply to a request with an idempotency key is kept, in milliseconds.
    pub kept_reply_ms: i64,
    /// Address under which people reach the service, for links; without a slash at its end.
    pub public_url: String,
    /// Whether norms of simulated data serve: in the demonstration and in tests only.
    pub simulated_norms: SimulatedNorms,
    /// Name of the service, as authenticator applications show it.
    pub issuer: String,
    /// How browsers reach the service.
    pub transport: Transport,
    /// Whether messages can be sent; else links are handed over.
    pub mail: MailRoute,
    /// How often one caller may ask.
    pub rates: Rates,
    /// What checking one password costs.
    pub password_cost: PasswordCost,
    /// How many passwords are checked at once.
    pub passwords_at_once: usize,
    /// Where the master key is read from again when it changes; none where it cannot be.
    pub master_key: Option<MasterKeySource>,
    /// How much of the machine bulk scoring may take.
    pub bulk: BulkTerms,
    /// How copies of the data are made.
    pub backups: BackupRoute,
}

/// How much of the machine bulk scoring may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkTerms {
    /// Streams scored at once.
    pub streams: usize,
    /// Jobs scored at once; others wait.
    pub jobs: usize,
    /// Uploads to jobs at once.
    pub uploads: usize,
    /// What one run may take.
    pub share: RunShare,
    /// How long a stream waits for a place.
    pub patience: Duration,
    /// The longest silence of a stream or an upload.
    pub stall: Duration,
    /// The most bytes of a stream.
    pub stream_bytes: u64,
    /// The most bytes of a job's input.
    pub job_bytes: u64,
    /// Folder for sealed temporary files without a name.
    pub spool_folder: PathBuf,
}

impl Default for BulkTerms {
    fn default() -> Self {
        Self {
            streams: 4,
            jobs: 1,
            uploads: 16,
            share: RunShare { threads: 2, chunk_bytes: 1 << 20 },
            patience: Duration::from_secs(10),
            stall: Duration::from_secs(60),
            stream_bytes: 4 << 30,
            job_bytes: 64 << 30,
            spool_folder: std::env::temp_dir(),
        }
    }
}

/// How messages reach people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailRoute {
    /// By e-mail.
    Smtp,
    /// Not at all: links and codes are handed over by people.
    ByHand,
}

impl Default for Terms {
    /// The terms of DESIGN §2.12 and §7.
    fn default() -> Self {
        Self {
            idle: IdleTerms::STANDARD,
            follow_up_months: [2, 6],
            administrative_years: 3,
            staff_idle_ms: 20 * 60_000,
            session_ms: 12 * 3_600_000,
            sessions_per_account: 5,
            second_factor_ms: 10 * 60_000,
            invitation_ms: 14 * DAY_MS,
            return_link_ms: DAY_MS,
            kept_reply_ms: DAY_MS,
            public_url: "http://127.0.0.1".to_owned(),
            simulated_norms: SimulatedNorms::Refused,
            issuer: "Bilan".to_owned(),
            transport: Transport::Plain,
            mail: MailRoute::ByHand,
            rates: Rates {
                // Saving answers in a timed section, with some haste.
                caller: Rate { per_minute: 1200, burst: 240 },
                // A training room signs in from one address.
                address: Rate { per_minute: 120, burst: 240 },
                sign_in: Rate { per_minute: 1, burst: 10 },
            },
            password_cost: PasswordCost::STANDARD,
            passwords_at_once: 2,
            master_key: None,
            bulk: BulkTerms::default(),
            backups: BackupRoute::ByDatabase,
        }
    }
}

struct Shared {
    documents: Documents,
    catalog: Arc<Catalog>,
    clock: Arc<dyn Clock>,
    entropy: Arc<Entropy>,
    terms: Terms,
    passwords: Passwords,
    limits: RateLimits,
    cookie: SessionCookie,
    cross_site: CrossSite,
    /// Questionnaires in a language, made once; by instrument with its version, and language.
    sheets: RwLock<BTreeMap<(String, String), Arc<Sheet>>>,
    rotation: RotationDesk,
    desk: ScoringDesk,
    jobs: JobPool,
    sample: OnceLock<Bytes>,
}

impl App {
    /// Takes what services need.
    ///
    /// # Errors
    /// When passwords cannot be hashed at the cost that the terms name.
    pub fn new(
        documents: Documents,
        catalog: Arc<Catalog>,
        clock: Arc<dyn Clock>,
        entropy: Arc<Entropy>,
        terms: Terms,
    ) -> std::result::Result<Self, PasswordError> {
        let passwords = Passwords::new(terms.password_cost, Arc::clone(&entropy), terms.passwords_at_once)?;
        let limits = RateLimits::new(terms.rates, &clock);
        let cookie = SessionCookie::new(terms.transport);
        let cross_site = CrossSite::new(terms.public_url.clone(), cookie);
        let sheets = RwLock::default();
        let rotation = RotationDesk::default();
        let bulk = &terms.bulk;
        let desk = DeskLimits {
            runs: bulk.streams,
            patience: bulk.patience,
            pipe: PipeLimits { stall: bulk.stall, max_bytes: bulk.stream_bytes },
            spool_folder: bulk.spool_folder.clone(),
        };
        let desk = ScoringDesk::new(desk, Arc::clone(&entropy));
        let jobs = JobPool::new(bulk);
        let shared = Shared {
            documents,
            catalog,
            clock,
            entropy,
            terms,
            passwords,
            limits,
            cookie,
            cross_site,
            sheets,
            rotation,
            desk,
            jobs,
            sample: OnceLock::new(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The change of the master key that this process works on.
    #[must_use]
    pub fn rotation(&self) -> &RotationDesk {
        &self.shared.rotation
    }

    /// Where streams are scored.
    #[must_use]
    pub fn desk(&self) -> &ScoringDesk {
        &self.shared.desk
    }

    /// Where jobs are scored.
    #[must_use]
    pub fn jobs(&self) -> &JobPool {
        &self.shared.jobs
    }

    /// Offers a simulated file to whoever tries the service, as the demonstration does. The first one stays.
    pub fn offer_sample(&self, file: Bytes) {
        // Another one would be as good.
        let _ = self.shared.sample.set(file);
    }

    /// The simulated file to try, in the demonstration only.
    #[must_use]
    pub fn sample(&self) -> Option<Bytes> {
        self.shared.sample.get().cloned()
    }

    /// Hashes and checks passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.shared.passwords
    }

    /// How often one caller may ask.
    #[must_use]
    pub fn limits(&self) -> &RateLimits {
        &self.shared.limits
    }

    /// The session's cookie.
    #[must_use]
    pub fn cookie(&self) -> SessionCookie {
        self.shared.cookie
    }

    /// Refuses requests that other sites make a browser send.
    #[must_use]
    pub fn cross_site(&self) -> &CrossSite {
        &self.shared.cross_site
    }

    /// Typed documents over store and vault.
    #[must_use]
    pub fn documents(&self) -> &Documents {
        &self.shared.documents
    }

    /// The known instruments.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.shared.catalog
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Randomness.
    #[must_use]
    pub fn entropy(&self) -> &Arc<Entropy> {
        &self.shared.entropy
    }

    /// Terms and addresses.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.shared.terms
    }

    /// An instrument by identifier and version, as an assignment or a result names it.
    ///
    /// # Errors
    /// An instrument that is not known any more: a fault of the installation.
    pub fn instrument(&self, name: &str) -> Result<Arc<LoadedInstrument>> {
        self.catalog()
            .find(name)
            .map_err(|_| ServiceError::Broken("an instrument in use is not in the catalog any more"))
    }

    /// A questionnaire in a language, made once and kept.
    ///
    /// # Errors
    /// As [`App::instrument`]; a language in which its items are not worded.
    pub fn sheet(&self, instrument: &str, language: &str) -> Result<Arc<Sheet>> {
        let name = (instrument.to_owned(), language.to_owned());
        // A thread that panicked while reading or inserting leaves a map that is as good as before.
        if let Some(sheet) = self.shared.sheets.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(Arc::clone(sheet));
        }
        let sheet = Sheet::of(self.instrument(instrument)?.as_ref(), language)
            .map_err(|error| ServiceError::Invalid(vec![FieldProblem::new(error.field(), error.remedy())]))?;
        let sheet = Arc::new(sheet);
        self.shared.sheets.write().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::clone(&sheet));
        Ok(sheet)
    }
}
