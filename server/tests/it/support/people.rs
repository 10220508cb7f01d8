//! People of every role, signed in.

use serde_json::{Value, json};
use server::app::App;
use server::clock::Clock as _;
use server::documents::Stored;
use server::ids::Id;
use server::records::account::{self, Account, Credentials, Qualification, Role, Scope};
use server::records::bilan::Bilan;
use server::records::tenant::TenantKind;
use server::services::consent_text::consent_text;
use server::services::houses::{self, NewAccount, OPERATOR};
use server::services::sessions::{self, SessionStart};
use server::services::{addresses, programs};

use super::TestService;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Her account.
    pub id: Id,
    /// Her house.
    pub tenant: Id,
    /// The token of her session.
    pub token: String,
    /// Her address.
    pub email: String,
}

/// Somebody who does a bilan and is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiary {
    /// Her account.
    pub id: Id,
    /// Her bilan.
    pub bilan: Id,
    /// The token of her session.
    pub token: String,
    /// Her address.
    pub email: String,
}

impl Beneficiary {
    /// An address under her bilan, such as `/results`.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/bilans/{}{rest}", self.bilan)
    }
}

/// The code that an authenticator application shows.
pub fn code_of(service: &TestService, secret: &str) -> String {
    let bytes: [u8; 20] = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap().try_into().unwrap();
    let totp = totp_rs::Builder::new().with_algorithm(totp_rs::Algorithm::SHA1).with_digits(6).with_step_duration(30);
    let seconds = u64::try_from(service.clock.now().as_millis() / 1000).unwrap();
    totp.with_skew(0).with_secret(bytes).build_noncompliant().generate(seconds).to_string()
}

async fn make(app: &App, role: Role, tenant: Id, name: &str, qualified: &[&str]) -> Stored<Account> {
    let id = app.entropy().id();
    let email = format!("{}@example.org", &id.to_string()[..12]);
    let evidence = "certificate".to_owned();
    let qualifications =
        qualified.iter().map(|i| Qualification { instrument: (*i).to_owned(), evidence: evidence.clone() });
    let account = NewAccount {
        id,
        tenant,
        key: app.documents().vault().create_key().await.unwrap(),
        state: account::state::ACTIVE,
        content: Account {
            role,
            name: name.to_owned(),
            email: Some(email.clone()),
            language: "en".to_owned(),
            credentials: Credentials { totp_confirmed: true, ..Credentials::default() },
            qualifications: qualifications.collect(),
            reset: None,
            bilan: None,
            scopes: Vec::new(),
            created: app.now().plus(-1),
        },
    };
    addresses::claim(app, &email, id).await.unwrap();
    app.documents().commit(vec![account.change(app).await.unwrap()]).await.unwrap();
    app.documents().load(id).await.unwrap()
}

async fn session_of(app: &App, account: &Stored<Account>) -> String {
    let opened = sessions::start(app, account, SessionStart::default()).await.unwrap();
    app.documents().commit(opened.changes).await.unwrap();
    opened.token.text().to_string()
}

async fn person(app: &App, account: Stored<Account>) -> Person {
    let token = session_of(app, &account).await;
    let (id, tenant) = (account.record.id, account.record.tenant);
    Person { id, tenant, token, email: account.content.email.unwrap_or_default() }
}

/// The operating house with an administrator.
pub(super) async fn first(app: &App) -> Person {
    houses::first_administrator(app).await.unwrap().unwrap();
    person(app, make(app, Role::Administrator, OPERATOR, "Ada Admin", &[]).await).await
}

/// A centre, an organisation, an employer.
pub(super) async fn houses(app: &App, administrator: &Person) -> [Id; 3] {
    let token = sessions::token_of(&administrator.token).unwrap();
    let caller = sessions::authenticate(app, &token).await.unwrap();
    let mut made = Vec::new();
    for (kind, name) in
        [(TenantKind::Centre, "Centre"), (TenantKind::Organisation, "Organisation"), (TenantKind::Employer, "Employer")]
    {
        made.push(houses::create(app, &caller, kind, name.to_owned()).await.unwrap().record.id);
    }
    made.try_into().unwrap()
}

impl TestService {
    /// Another house.
    pub async fn house(&self, kind: &str) -> Id {
        let body = json!({"kind": kind, "name": format!("Another {kind}")});
        self.post("/api/v1/tenants", &self.administrator.token, body).await.expect(201).id("/id")
    }

    /// Another administrator.
    pub async fn another_administrator(&self) -> Person {
        person(&self.app, make(&self.app, Role::Administrator, OPERATOR, "Alan Admin", &[]).await).await
    }

    /// A consultant of the centre who is qualified for some instruments.
    pub async fn consultant(&self, qualified: &[&str]) -> Person {
        self.consultant_of(self.centre, qualified).await
    }

    /// A consultant of a centre.
    pub async fn consultant_of(&self, centre: Id, qualified: &[&str]) -> Person {
        person(&self.app, make(&self.app, Role::Consultant, centre, "Camille Consultant", qualified).await).await
    }

    /// A consultant of the centre who came in the whole way, by her link, with her recovery codes.
    pub async fn invited_consultant(&self, qualified: &[&str]) -> (Person, Vec<String>) {
        let email = format!("{}@example.org", &self.app.entropy().id().to_string()[..12]);
        let user = json!({
            "tenant": self.centre, "role": "consultant", "name": "Camille Consultant", "email": email, "language": "en",
        });
        let invited = self.post("/api/v1/users", &self.administrator.token, user).await.expect(201);
        let id = invited.id("/user/id");
        let (codes, token) = self.enter(&invited.text("/link/token"), "cheval correct pile agrafe").await;
        let certified: Vec<_> =
            qualified.iter().map(|id| json!({"instrument": id, "evidence": "certificate"})).collect();
        let path = format!("/api/v1/users/{id}/qualifications");
        let body = json!({"qualifications": certified});
        self.call("PUT", &path, Some(&self.administrator.token), body).await.expect(200);
        (Person { id, tenant: self.centre, token, email }, codes)
    }

    /// Comes in by a link of staff and sets everything up: recovery codes, and the token of the session.
    pub async fn enter(&self, link: &str, password: &str) -> (Vec<String>, String) {
        let body = json!({"token": link, "password": password});
        let spent = self.call("POST", "/api/v1/links/spend", None, body).await.expect(201);
        let body = json!({"code": code_of(self, &spent.text("/enrolment/secret"))});
        let done = self.post("/api/v1/me/second-factor", &spent.text("/token"), body).await.expect(201);
        let codes = done.json["recovery_codes"].as_array().unwrap();
        (codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect(), done.text("/token"))
    }

    /// A clerk of the organisation.
    pub async fn clerk(&self) -> Person {
        self.clerk_of(self.organisation).await
    }

    /// A clerk of an organisation.
    pub async fn clerk_of(&self, organisation: Id) -> Person {
        person(&self.app, make(&self.app, Role::Clerk, organisation, "Clara Clerk", &[]).await).await
    }

    /// Somebody of the employer.
    pub async fn employer_person(&self) -> Person {
        self.employer_person_of(self.employer).await
    }

    /// Somebody of an employer.
    pub async fn employer_person_of(&self, employer: Id) -> Person {
        person(&self.app, make(&self.app, Role::Employer, employer, "Emile Employer", &[]).await).await
    }

    /// A program of the organisation.
    pub async fn program(&self, scopes: &[Scope]) -> Person {
        self.program_of(self.organisation, scopes).await
    }

    /// A program of an organisation.
    pub async fn program_of(&self, organisation: Id, scopes: &[Scope]) -> Person {
        let token = sessions::token_of(&self.session(self.administrator.id).await).unwrap();
        let caller = sessions::authenticate(&self.app, &token).await.unwrap();
        let made = programs::create(&self.app, &caller, organisation, "Program".to_owned(), scopes.to_vec()).await;
        let (account, opened) = made.unwrap();
        let token = opened.token.text().to_string();
        Person { id: account.record.id, tenant: organisation, token, email: String::new() }
    }

    /// A new session of an account, completed.
    pub async fn session(&self, account: Id) -> String {
        let account: Stored<Account> = self.app.documents().load(account).await.unwrap();
        session_of(&self.app, &account).await
    }

    /// Somebody to whom a consultant has proposed a bilan; she pays herself and has not consented yet.
    pub async fn proposed(&self, consultant: &Person) -> Beneficiary {
        self.proposed_with(consultant, json!({"by": "beneficiary"})).await
    }

    /// The same with somebody else who pays.
    pub async fn proposed_with(&self, consultant: &Person, funding: Value) -> Beneficiary {
        let email = format!("{}@example.org", &self.app.entropy().id().to_string()[..12]);
        let body = json!({"name": "Bea Beneficiary", "email": email, "language": "en", "funding": funding});
        let bilan = self.post("/api/v1/bilans", &consultant.token, body).await.expect(201).id("/id");
        let stored: Stored<Bilan> = self.app.documents().load(bilan).await.unwrap();
        let mut account: Stored<Account> = self.app.documents().load(stored.content.beneficiary).await.unwrap();
        account.record.state = account::state::ACTIVE.to_owned();
        let change = self.app.documents().update(&account).await.unwrap();
        self.app.documents().commit(vec![change]).await.unwrap();
        Beneficiary { id: account.record.id, bilan, token: self.session(account.record.id).await, email }
    }

    /// Somebody whose bilan is engaged: she has consented.
    pub async fn beneficiary(&self, consultant: &Person) -> Beneficiary {
        let beneficiary = self.proposed(consultant).await;
        let body = json!({"language": "en", "hash": consent_text("en").hash()});
        self.post(&beneficiary.path("/consent"), &beneficiary.token, body).await.expect(200);
        beneficiary
    }
}
