//! A service for tests: a data file and a key file in a folder of its own, a clock that stands where it is set, seeded
//! randomness, passwords that cost nothing.
//!
//! `TestService::start()` has a centre, an organisation, an employer and an administrator at hand; people of a role are
//! made and signed in without the detour of passwords. [`TestService::call`] goes through the router as a request does.

// Every module of tests uses a part of it.
#![allow(dead_code)]

mod backend;
mod people;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use instruments::Catalog;
use serde_json::Value;
use server::access::cookie::{SessionCookie, Transport};
use server::access::cross_site::CrossSite;
use server::access::password::PasswordCost;
use server::access::rate_limit::{Rate, Rates};
use server::app::{App, MailRoute, Terms};
use server::clock::{DAY_MS, SimulatedClock, Timestamp};
use server::documents::Documents;
use server::entropy::Entropy;
use server::ids::Id;
use server::request::Surroundings;
use server::request::limits::RequestLimits;
use server::vault::{MasterKey, Vault};
use tower::ServiceExt as _;
use utoipa::openapi::OpenApi;

pub use backend::Backend;
#[cfg(feature = "test-postgres")]
pub use backend::postgres;
pub use people::{Beneficiary, Person, code_of};

/// Tuesday, 3 November 2026, ten o'clock in Paris: where the clock starts.
pub const START: Timestamp = Timestamp::from_millis(1_793_696_400_000);

/// A service for one test.
pub struct TestService {
    /// What services share: for looking behind the addresses.
    pub app: App,
    /// All addresses.
    pub router: Router,
    /// The document that describes them.
    pub openapi: OpenApi,
    /// The clock.
    pub clock: Arc<SimulatedClock>,
    /// A centre.
    pub centre: Id,
    /// An organisation.
    pub organisation: Id,
    /// An employer.
    pub employer: Id,
    /// An administrator.
    pub administrator: Person,
    /// The folder of data file and key file; it goes with the service.
    pub folder: tempfile::TempDir,
}

/// An answer of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct TestAnswer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body, where it is JSON; else null.
    pub json: Value,
    /// The body.
    pub bytes: Vec<u8>,
}

impl TestAnswer {
    /// The same answer, once it is sure that it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// A text of the body.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        let text = self.json.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no text at {pointer} in {}", self.json)).to_owned()
    }

    /// An identifier of the body.
    #[track_caller]
    pub fn id(&self, pointer: &str) -> Id {
        self.text(pointer).parse().unwrap()
    }
}

/// The terms of tests: those of production, but passwords are cheap and nobody is too fast.
pub fn terms() -> Terms {
    let often = Rate { per_minute: 1_000_000, burst: 1_000_000 };
    Terms {
        rates: Rates { caller: often, address: often, ..Terms::default().rates },
        password_cost: PasswordCost::FOR_TESTS,
        mail: MailRoute::Smtp,
        ..Terms::default()
    }
}

/// The folder of our worded fixtures.
pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/instruments")
}

impl TestService {
    /// A service with the terms of tests.
    pub async fn start() -> Self {
        Self::with_terms(terms()).await
    }

    /// A service with terms of the test's own.
    pub async fn with_terms(terms: Terms) -> Self {
        Self::on(Backend::Sqlite, terms).await
    }

    /// A service on one of the databases.
    pub async fn on(backend: Backend, terms: Terms) -> Self {
        let (app, clock, folder) = Self::bare_on(backend, terms).await;
        let (router, openapi) = server::routes::service(app.clone(), Arc::default());
        let administrator = people::first(&app).await;
        let [centre, organisation, employer] = people::houses(&app, &administrator).await;
        Self { app, router, openapi, clock, centre, organisation, employer, administrator, folder }
    }

    /// What a service stands on, with nobody in it.
    pub async fn bare(terms: Terms) -> (App, Arc<SimulatedClock>, tempfile::TempDir) {
        Self::bare_on(Backend::Sqlite, terms).await
    }

    async fn bare_on(backend: Backend, terms: Terms) -> (App, Arc<SimulatedClock>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let entropy = Arc::new(Entropy::seeded([42; 32]));
        let clock = Arc::new(SimulatedClock::at(START));
        let (store, keys) = backend.open(folder.path()).await;
        let (vault, _) = Vault::open(vec![keys], MasterKey::random(&entropy), Vec::new(), Arc::clone(&entropy), START)
            .await
            .unwrap();
        let catalog = Arc::new(Catalog::bundled().with_folder(&fixtures()).unwrap());
        let documents = Documents::new(store, Arc::new(vault));
        let app = App::new(documents, catalog, Arc::clone(&clock) as Arc<_>, entropy, terms).unwrap();
        (app, clock, folder)
    }

    /// Lays around the addresses what surrounds them in the running service: limits, logs, problems for every fault.
    pub fn surround(&mut self, body_bytes: usize) {
        let metrics = Arc::<server::request::metrics::Metrics>::default();
        let long = std::time::Duration::from_secs(60);
        let surroundings = Surroundings {
            entropy: Arc::new(Entropy::seeded([43; 32])),
            metrics: Arc::clone(&metrics),
            transport: Transport::Plain,
            trusted_proxies: Arc::new([]),
            limits: RequestLimits {
                body_bytes,
                at_once: 100,
                timeout: long,
                slow_timeout: long,
                body_silence: long,
                slow_routes: &[],
                unlimited_routes: &[],
            },
            cross_site: CrossSite::new(self.app.terms().public_url.clone(), SessionCookie::new(Transport::Plain)),
        };
        self.router = surroundings.around(server::routes::service(self.app.clone(), metrics).0);
    }

    /// How many keys there are, on SQLite.
    pub fn n_keys(&self) -> i64 {
        let keys = rusqlite::Connection::open(self.folder.path().join("keys.db")).unwrap();
        keys.query_row("SELECT count(*) FROM document_key WHERE live = 1", [], |row| row.get(0)).unwrap()
    }

    /// Moves the clock on by days.
    pub fn advance(&self, days: i64) {
        self.clock.advance(days * DAY_MS);
    }

    /// Moves the clock on by minutes.
    pub fn advance_minutes(&self, minutes: i64) {
        self.clock.advance(minutes * 60_000);
    }

    /// Sends a request; without a token nobody is signed in, and null is no body.
    pub async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Value) -> TestAnswer {
        self.call_with(method, path, token, &[], body).await
    }

    /// Sends a request with headers of the test's own.
    pub async fn call_with(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Value,
    ) -> TestAnswer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(serde_json::to_vec(&body).unwrap())
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> TestAnswer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        TestAnswer { status: head.status, headers: head.headers, json, bytes }
    }

    /// `GET` with a token.
    pub async fn get(&self, path: &str, token: &str) -> TestAnswer {
        self.call("GET", path, Some(token), Value::Null).await
    }

    /// `POST` with a token.
    pub async fn post(&self, path: &str, token: &str, body: Value) -> TestAnswer {
        self.call("POST", path, Some(token), body).await
    }
}
