//! A small installation in a temporary folder: data store, key store with a replica, simulated clock. It can crash, lose sight of the
//! replica, change the master key and back its data up.
//!
//! On PostgreSQL, data are in a schema and the first key store is a database of its own; the replica is a file all the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use instruments::Catalog;
use server::app::{App, Caller, MailRoute, Terms};
use server::clock::{DAY_MS, SimulatedClock, Timestamp};
use server::documents::{Document, Documents, Stored, audience};
use server::entropy::Entropy;
use server::ids::Id;
use server::records::account::{self, Account, Credentials, Qualification, Role};
use server::records::bilan::{Bilan, Funding};
use server::records::grant::{Basis, DocumentClass};
use server::records::tenant::{Tenant, TenantKind};
use server::services::bilans::{self, Proposal};
use server::services::consent_text::consent_text;
use server::store::sqlite::{Existing, SqliteStore};
use server::store::{Change, GrantRow, Kind, Record, Store};
use server::vault::key_store::sqlite::{SqliteKeyStore, SqlitePatience};
use server::vault::{KeyStore, MasterKey, Vault};
use tokio::sync::Mutex;

use super::attacker::{Attacker, Loot};
use super::gate::Gate;
use super::rows::{self, Sealed};
use crate::support::{Backend, fixtures};

/// 15 January 2027, noon in Paris.
pub const START: Timestamp = Timestamp::from_millis(1_800_010_800_000);

const PATIENCE: SqlitePatience =
    SqlitePatience { busy: Duration::ZERO, checkpoints: 1, pause: Duration::from_millis(1) };

/// The names of the key stores.
const KEY_STORES: [&str; 2] = ["keys-first", "keys-second"];

/// The instrument that is answered: it has a question for a text.
pub const INSTRUMENT: &str = "formats-5";

/// What runs between two crashes.
struct Running {
    app: App,
    gate: Arc<Gate>,
    first_keys: Arc<dyn KeyStore>,
}

/// Where data and the first keys are.
enum Place {
    Files,
    #[cfg(feature = "test-postgres")]
    Clusters {
        data: String,
        keys: Box<tokio_postgres::Config>,
    },
}

/// The instruments, read once for all worlds.
fn catalog() -> Arc<Catalog> {
    static CATALOG: std::sync::OnceLock<Arc<Catalog>> = std::sync::OnceLock::new();
    Arc::clone(CATALOG.get_or_init(|| Arc::new(Catalog::bundled().with_folder(&fixtures()).unwrap())))
}

/// A small installation.
pub struct World {
    folder: tempfile::TempDir,
    pub clock: Arc<SimulatedClock>,
    entropy: Arc<Entropy>,
    running: Option<Running>,
    place: Place,
    /// Every master key there was, the current one last.
    masters: Vec<[u8; 32]>,
    attacker: Mutex<Attacker>,
    pub replica_is_away: bool,
    pub consultant: Caller,
    pub employer: Caller,
}

impl World {
    pub async fn new(seed: u8) -> Self {
        Self::on(Backend::Sqlite, seed).await
    }

    pub async fn on(backend: Backend, seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in KEY_STORES.iter().chain(&["data", "backups"]) {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let entropy = Arc::new(match backend {
            Backend::Sqlite => Entropy::seeded([seed; 32]),
            // Worlds share a cluster, so that none may have the keys of another.
            #[cfg(feature = "test-postgres")]
            Backend::Postgres => Entropy::from_system().unwrap(),
        });
        let nobody = Caller {
            account: entropy.id(),
            tenant: entropy.id(),
            role: Role::Consultant,
            bilan: None,
            session: entropy.id(),
            language: "fr".to_owned(),
            scopes: Vec::new(),
        };
        let mut world = Self {
            folder,
            clock: Arc::new(SimulatedClock::at(START)),
            place: match backend {
                Backend::Sqlite => Place::Files,
                #[cfg(feature = "test-postgres")]
                Backend::Postgres => {
                    let data = crate::support::postgres::new_schema().await;
                    Place::Clusters { data, keys: Box::new(crate::support::postgres::new_database().await) }
                }
            },
            masters: vec![entropy.bytes()],
            entropy,
            running: None,
            attacker: Mutex::default(),
            replica_is_away: false,
            consultant: nobody.clone(),
            employer: nobody,
        };
        world.start().await;
        world.consultant = world.house(TenantKind::Centre, Role::Consultant).await;
        world.employer = world.house(TenantKind::Employer, Role::Employer).await;
        world
    }

    pub fn app(&self) -> &App {
        &self.running.as_ref().unwrap().app
    }

    pub fn documents(&self) -> &Documents {
        self.app().documents()
    }

    pub fn first_keys(&self) -> &Arc<dyn KeyStore> {
        &self.running.as_ref().unwrap().first_keys
    }

    async fn start(&mut self) {
        let second = self.folder.path().join(KEY_STORES[1]).join("keys.db");
        let second = SqliteKeyStore::open(KEY_STORES[1], &second, PATIENCE).await.unwrap();
        let (store, first): (Arc<dyn Store>, Arc<dyn KeyStore>) = match &self.place {
            Place::Files => {
                let path = self.folder.path().join(KEY_STORES[0]).join("keys.db");
                let keys = SqliteKeyStore::open(KEY_STORES[0], &path, PATIENCE).await.unwrap();
                (Arc::new(SqliteStore::open(&self.data_file()).unwrap()), Arc::new(keys))
            }
            #[cfg(feature = "test-postgres")]
            Place::Clusters { data, keys } => {
                use crate::support::postgres;
                (postgres::open_data(data).await, postgres::open_keys(KEY_STORES[0], *keys.clone()).await)
            }
        };
        let gate = Arc::new(Gate::new(store));
        let masters: Vec<MasterKey> = self.masters.iter().map(master_key).collect();
        let current = masters.last().unwrap().clone();
        let keys: Vec<Arc<dyn KeyStore>> = vec![Arc::clone(&first), Arc::new(second)];
        let (vault, _) = Vault::open(keys, current, masters, Arc::clone(&self.entropy), START).await.unwrap();
        let documents = Documents::new(Arc::clone(&gate) as Arc<dyn Store>, Arc::new(vault));
        let clock: Arc<SimulatedClock> = Arc::clone(&self.clock);
        let terms = Terms { mail: MailRoute::Smtp, ..crate::support::terms() };
        let app = App::new(documents, catalog(), clock, Arc::clone(&self.entropy), terms).unwrap();
        self.running = Some(Running { app, gate, first_keys: first });
    }

    /// The process ends in the middle of things and starts again. A replica that was away is back then: the vault does not open without.
    pub async fn crash(&mut self) {
        let running = self.running.take().unwrap();
        running.gate.close().await.unwrap();
        drop(running);
        self.replica_is_back();
        self.start().await;
    }

    /// Puts a backup into the place of the data.
    pub async fn restore(&mut self, backup: &Path) {
        let running = self.running.take().unwrap();
        running.gate.close().await.unwrap();
        drop(running);
        SqliteStore::restore(backup, &self.data_file(), Existing::Replace).unwrap();
        self.start().await;
    }

    /// Where commits can be held back.
    pub fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.running.as_ref().unwrap().gate)
    }

    pub fn data_file(&self) -> PathBuf {
        self.folder.path().join("data/bilan.db")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Backs the data up; the attacker keeps the copy. Says where it is, on SQLite.
    pub async fn back_up(&self) -> PathBuf {
        let mut attacker = self.attacker.lock().await;
        let to = self.folder.path().join(format!("backups/{}.db", attacker.n_backups()));
        let rows = match &self.place {
            Place::Files => {
                self.documents().store().backup(&to).await.unwrap();
                rows::of_file(&to)
            }
            #[cfg(feature = "test-postgres")]
            Place::Clusters { .. } => self.rows().await,
        };
        attacker.take_backup(rows);
        to
    }

    /// The rows of the data as they are now.
    pub async fn rows(&self) -> Vec<Sealed> {
        match &self.place {
            Place::Files => rows::of_file(&self.data_file()),
            #[cfg(feature = "test-postgres")]
            Place::Clusters { data, .. } => rows::of_schema(data).await,
        }
    }

    /// What somebody gets who has the master keys ever used, every current file and every backup.
    pub async fn attack(&self) -> Loot {
        let cluster: Option<PathBuf> = match &self.place {
            Place::Files => None,
            #[cfg(feature = "test-postgres")]
            Place::Clusters { .. } => crate::support::postgres::keys_folder(),
        };
        let folders: Vec<PathBuf> = [self.folder.path().to_owned()].into_iter().chain(cluster).collect();
        let rows = self.rows().await;
        self.attacker.lock().await.attack(&self.masters, &folders, rows)
    }

    /// The replica of the key store cannot be reached.
    pub fn replica_goes_away(&mut self) {
        if !self.replica_is_away {
            std::fs::rename(self.folder.path().join(KEY_STORES[1]), self.folder.path().join("unplugged")).unwrap();
            self.replica_is_away = true;
        }
    }

    pub fn replica_is_back(&mut self) {
        if self.replica_is_away {
            std::fs::rename(self.folder.path().join("unplugged"), self.folder.path().join(KEY_STORES[1])).unwrap();
            self.replica_is_away = false;
        }
    }

    /// Changes the master key; the attacker has the earlier ones too.
    pub async fn rotate(&mut self) {
        let new: [u8; 32] = self.entropy.bytes();
        self.masters.push(new);
        // While a replica is away this fails half way; it goes on when asked again.
        let _ = self.documents().vault().rotate_master_key(master_key(&new), 3).await;
    }

    fn caller(&self, account: Id, tenant: Id, role: Role, bilan: Option<Id>) -> Caller {
        let session = self.entropy.id();
        Caller { account, tenant, role, bilan, session, language: "fr".to_owned(), scopes: Vec::new() }
    }

    async fn house(&self, kind: TenantKind, role: Role) -> Caller {
        let (tenant, account) = (self.entropy.id(), self.entropy.id());
        let now = self.app().now();
        let caller = self.caller(account, tenant, role, None);
        let house = Tenant { kind, name: "Maison".to_owned(), created: now };
        self.put(self.record(Kind::Tenant, tenant, tenant, None, None, "active"), &house).await;
        let person = person(role, "Personne", None, None, now);
        self.put(self.record(Kind::Account, account, tenant, None, Some(account), account::state::ACTIVE), &person)
            .await;
        caller
    }

    pub fn record(&self, kind: Kind, id: Id, tenant: Id, bilan: Option<Id>, owner: Option<Id>, state: &str) -> Record {
        Record {
            kind,
            id,
            tenant,
            bilan,
            parent: bilan,
            owner,
            state: state.to_owned(),
            audience: audience::OWNER,
            due: None,
            version: 0,
            key: None,
            body: Vec::new(),
        }
    }

    /// Inserts a document under a key of its own; `None` when no key can be made, as while a replica is away.
    pub async fn try_put<T: Document>(&self, mut record: Record, content: &T) -> Option<Record> {
        record.key = Some(self.documents().vault().create_key().await.ok()?);
        let change = self.documents().insert(record.clone(), content).await.unwrap();
        self.documents().commit(vec![change]).await.unwrap();
        Some(record)
    }

    pub async fn put<T: Document>(&self, record: Record, content: &T) -> Record {
        self.try_put(record, content).await.unwrap()
    }

    pub fn id(&self) -> Id {
        self.entropy.id()
    }

    /// The consultant proposes a bilan to somebody of this name and address.
    pub async fn propose(
        &self,
        name: &str,
        email: Option<String>,
        funding: Funding,
    ) -> Option<(Stored<Bilan>, Caller)> {
        let proposal = Proposal { name: name.to_owned(), email, language: "fr".to_owned(), funding };
        let bilan = bilans::propose(self.app(), &self.consultant, proposal).await.ok()?;
        let tenant = self.consultant.tenant;
        let caller = self.caller(bilan.content.beneficiary, tenant, Role::Beneficiary, Some(bilan.record.id));
        Some((bilan, caller))
    }

    pub async fn consent(&self, beneficiary: &Caller) -> bool {
        let bilan = beneficiary.bilan.unwrap();
        bilans::consent(self.app(), beneficiary, bilan, "fr", &consent_text("fr").hash()).await.is_ok()
    }

    /// Brings a bilan to its conclusions, delivered.
    pub async fn deliver(&self, bilan: Id) {
        use server::records::bilan::Phase::{Conclusions, Investigation, Preliminary};
        for phase in [Preliminary, Investigation, Conclusions] {
            let _ = bilans::step(self.app(), &self.consultant, bilan, phase).await;
        }
        let mut stored: Stored<Bilan> = self.documents().load(bilan).await.unwrap();
        stored.content.delivered = Some(self.app().now());
        let change = self.documents().update(&stored).await.unwrap();
        self.documents().commit(vec![change]).await.unwrap();
    }

    /// A grant on the synthesis to somebody whom the bilan does not know otherwise; its key.
    pub async fn grant(&self, about: &Caller, ends: Timestamp) -> Id {
        let key = self.documents().vault().create_key().await.unwrap();
        let row = GrantRow {
            id: self.id(),
            tenant: about.tenant,
            bilan: about.bilan.unwrap(),
            grantee: self.id(),
            basis: Basis::Request.word().to_owned(),
            classes: DocumentClass::Synthesis.bit(),
            document: None,
            starts: self.app().now(),
            ends: Some(ends),
            revoked: None,
            suspended: false,
            key: Some(key),
            body: Vec::new(),
            version: 0,
        };
        self.documents().commit(vec![Change::InsertGrant(row)]).await.unwrap();
        key
    }

    pub fn days_pass(&self, days: i64) {
        self.clock.advance(days * DAY_MS);
    }

    /// How many records there are of each kind.
    pub async fn census(&self) -> BTreeMap<&'static str, u64> {
        let mut census = BTreeMap::new();
        for ((kind, _), n) in self.documents().store().counts().await.unwrap() {
            *census.entry(kind.as_str()).or_default() += n;
        }
        census
    }
}

fn master_key(bytes: &[u8; 32]) -> MasterKey {
    MasterKey::from_text(&data_encoding::HEXLOWER.encode(bytes), "the test").unwrap()
}

pub fn person(role: Role, name: &str, email: Option<String>, bilan: Option<Id>, now: Timestamp) -> Account {
    Account {
        role,
        name: name.to_owned(),
        email,
        language: "fr".to_owned(),
        credentials: Credentials::default(),
        qualifications: [INSTRUMENT, "entourage-6-self"]
            .map(|instrument| Qualification { instrument: instrument.to_owned(), evidence: "certificate".to_owned() })
            .to_vec(),
        reset: None,
        bilan,
        scopes: Vec::new(),
        created: now,
    }
}

/// An agreement of three parties, put before the beneficiary now.
pub fn by_employer(employer: &Caller, presented: Timestamp) -> Funding {
    let text = || "…".to_owned();
    Funding::Employer {
        employer: employer.tenant,
        title: text(),
        aims: text(),
        content: text(),
        means: text(),
        duration: text(),
        follow_up: text(),
        handing_over: text(),
        price: text(),
        presented,
        visible: false,
    }
}
