//! One bilan with everything in it, one house that scores files, and everybody around them.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use server::access::policy::Rule;
use server::ids::Id;
use server::records::account::{Role, Scope};
use server::services::consent_text::consent_text;

use crate::support::{Beneficiary, Person, TestAnswer, TestService};

/// What everybody who works on the bilan knows how to use.
pub(super) const QUALIFIED: [&str; 3] = ["likert-12", "entourage-6-self", "entourage-6-other"];

/// Two rows for bulk scoring, and how they are to be scored.
const ROWS: &str = "id,i1,i2,i3,i4,i5,i6,i7,i8,i9,i10,i11,i12\na,1,2,3,4,5,1,2,3,4,5,1,2\nb,1,2,3,4,5,1,2,3,4,5,1,2\n";
const SCORING: &str = "instrument=likert-12&id=id&metrics=raw";

/// What stands behind the parameters of an address, by their names.
#[derive(Debug, Clone)]
pub(super) struct Ids(BTreeMap<&'static str, String>);

impl Ids {
    pub(super) fn get(&self, name: &str) -> &str {
        &self.0[name]
    }

    fn set(&mut self, name: &'static str, id: &str) {
        self.0.insert(name, id.to_owned());
    }

    /// Identifiers of nothing.
    pub(super) fn unknown(&self) -> Self {
        let mut ids = self.clone();
        for (_, id) in ids.0.iter_mut().filter(|(name, _)| **name != "colleague") {
            *id = "0123456789abcdef0123456789abcdef".to_owned();
        }
        ids
    }

    /// Whether one of them stands in an answer.
    pub(super) fn any_in(&self, answer: &TestAnswer) -> bool {
        let text = String::from_utf8_lossy(&answer.bytes);
        self.0.values().any(|id| text.contains(id.as_str()))
    }

    fn path(&self, rule: &Rule) -> String {
        let fixed = [("instrument", "likert-12"), ("chart", "main.svg"), ("position", "1"), ("entry", "1")];
        let file = match rule.path.split('/').nth(3) {
            Some("bilans") => "synthesis.html",
            Some("rounds") => "feedback.html",
            Some("receipts") => "receipt.html",
            _ if rule.path.contains("comparison") => "comparison.html",
            _ => "restitution.html",
        };
        let fixed = fixed.into_iter().chain([("file", file)]);
        let ours = self.0.iter().map(|(name, id)| (*name, id.as_str()));
        let path = fixed
            .chain(ours)
            .fold(rule.path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        assert!(!path.contains('{'), "nothing is known to stand behind {path}");
        match (rule.method, rule.path) {
            ("GET", "/api/v1/results/{result}/comparison" | "/api/v1/results/{result}/comparison/{file}") => {
                format!("{path}?with={}", self.get("result"))
            }
            ("GET", "/api/v1/users" | "/api/v1/tokens") => format!("{path}?tenant={}", self.get("user")),
            ("POST", "/api/v1/scores" | "/api/v1/jobs") | ("PUT", "/api/v1/jobs/{job}/query") => {
                format!("{path}?{SCORING}")
            }
            _ => path,
        }
    }
}

/// A body that the operation takes, so that nothing but the caller decides.
fn body(rule: &Rule, ids: &Ids) -> Value {
    match (rule.method, rule.path.strip_prefix("/api/v1").unwrap_or(rule.path)) {
        ("POST", "/bilans") => json!({"name": "N", "language": "en", "funding": {"by": "beneficiary"}}),
        ("POST", "/bilans/{bilan}/consent") => json!({"language": "en", "hash": consent_text("en").hash()}),
        ("POST", "/bilans/{bilan}/phase") => json!({"to": "investigation"}),
        ("POST", "/bilans/{bilan}/release") => json!({"what": "everything"}),
        ("POST", "/bilans/{bilan}/transfer" | "/bilans/{bilan}/transfer/agreement") => {
            json!({"consultant": ids.get("colleague")})
        }
        ("POST", "/bilans/{bilan}/attendance") => {
            json!({"from": 1_793_600_000_000_i64, "to": 1_793_603_600_000_i64, "kind": "meeting"})
        }
        ("POST", "/bilans/{bilan}/attendance/{entry}/withdrawal") => json!({"reason": "recorded-twice"}),
        ("POST", "/bilans/{bilan}/assignments") => json!({"instrument": "likert-12", "language": "en", "purpose": "P"}),
        ("POST", "/assignments/{assignment}/accommodations") => {
            json!({"kind": {"extra-time": {"factor": 1.5}}, "reason": "technical"})
        }
        ("POST", "/assignments/{assignment}/start") => json!({}),
        ("PUT", "/assignments/{assignment}/paper") => json!({"answers": {"1": {"option": 1}}}),
        ("PUT", "/assignments/{assignment}/answers/{position}") => json!({"option": 1}),
        ("PUT", "/results/{result}/not-me") => json!({"rules": []}),
        ("POST", "/bilans/{bilan}/rounds") => json!({
            "self_instrument": "entourage-6-self", "other_instrument": "entourage-6-other", "language": "en", "purpose": "P",
        }),
        ("POST", "/rounds/{round}/raters") => json!({"name": "R", "group": "peer"}),
        ("POST" | "PUT", "/bilans/{bilan}/notes" | "/notes/{note}") => json!({"text": "T"}),
        ("PUT", "/bilans/{bilan}/synthesis") => json!({"project": "P"}),
        ("PUT", "/bilans/{bilan}/synthesis/remarks") => json!({"remarks": "R"}),
        ("POST", "/bilans/{bilan}/grants") => {
            json!({"basis": "agreement", "recipient": "R", "purpose": "P", "classes": ["results"], "days": 3})
        }
        ("POST", "/bilans/{bilan}/agreements") => {
            json!({"documents": [ids.get("result")], "purpose": "P", "days": 30, "signature": {"kind": "in-service"}})
        }
        ("PUT", "/bilans/{bilan}/follow-up") => json!({"days": 200}),
        ("POST", "/bilans/{bilan}/erasure") => json!({"confirm": "erase"}),
        ("POST", "/declarations") => json!({"ground": "anonymous", "text": "Rows of a survey, without names."}),
        ("POST", "/jobs") => json!({"bytes": ROWS.len()}),
        ("POST", "/tenants") => json!({"kind": "centre", "name": "N"}),
        ("PUT", "/users/{user}/qualifications") => json!({"qualifications": []}),
        _ => Value::Null,
    }
}

pub(super) async fn call(service: &TestService, rule: &Rule, ids: &Ids, token: Option<&str>) -> TestAnswer {
    let path = ids.path(rule);
    let (headers, bytes): (&[_], _) = match (rule.method, rule.path) {
        ("POST", "/api/v1/bilans/{bilan}/brought") => (&[("content-type", "application/zip")], "no archive"),
        ("POST", "/api/v1/scores") => (&[("content-type", "text/csv")], ROWS),
        ("PATCH", "/api/v1/jobs/{job}/input") => {
            (&[("content-type", "application/octet-stream"), ("upload-offset", "0")], ROWS)
        }
        _ => return service.call(rule.method, &path, token, body(rule, ids)).await,
    };
    let mut request = Request::builder().method(rule.method).uri(path);
    let authorization = token.map(|token| format!("Bearer {token}"));
    let authorization = authorization.as_deref().map(|value| ("authorization", value));
    for (name, value) in headers.iter().copied().chain(authorization) {
        request = request.header(name, value);
    }
    service.send(request.body(Body::from(bytes)).unwrap()).await
}

/// One bilan with everything in it, one house that scores files, and everybody around them.
pub(super) struct World {
    pub(super) ids: Ids,
    pub(super) consultant: Person,
    /// Her recovery codes.
    pub(super) codes: Vec<String>,
    pub(super) bea: Beneficiary,
    /// Whoever everything is shared with: her account, and her session.
    pub(super) recipient: (Id, String),
    pub(super) employer: Person,
    /// The employer's grant.
    pub(super) employers_grant: String,
    rater: String,
    rater_assignment: String,
    clerk: Person,
    clerks_job: String,
    program: Person,
    administrator: String,
}

pub(super) async fn spend(service: &TestService, link: String) -> String {
    service.call("POST", "/api/v1/links/spend", None, json!({"token": link})).await.expect(201).text("/token")
}

async fn fill_in(service: &TestService, token: &str, assignment: &str, n: u32) -> TestAnswer {
    let path = format!("/api/v1/assignments/{assignment}");
    service.post(&format!("{path}/start"), token, json!({})).await.expect(200);
    service.get(&format!("{path}/page?from=1&n=50"), token).await.expect(200);
    for position in 1..=n {
        let path = format!("{path}/answers/{position}");
        service.call("PUT", &path, Some(token), json!({"option": 1 + position % 5})).await.expect(200);
    }
    service.post(&format!("{path}/submission"), token, Value::Null).await.expect(200)
}

impl World {
    pub(super) async fn new(service: &TestService) -> Self {
        let (consultant, codes) = service.invited_consultant(&QUALIFIED).await;
        let employer = service.employer_person().await;
        let bea = Self::beneficiary(service, &consultant).await;
        let staff = consultant.token.as_str();
        let give = json!({"instrument": "likert-12", "language": "en", "purpose": "P"});
        let given = service.post(&bea.path("/assignments"), staff, give).await.expect(201).text("/id");
        let result = fill_in(service, &bea.token, &given, 12).await.text("/result");
        let round = json!({
            "self_instrument": "entourage-6-self", "other_instrument": "entourage-6-other", "language": "en", "purpose": "P",
        });
        let released = service.post(&bea.path("/rounds"), staff, round.clone()).await.expect(201);
        fill_in(service, &bea.token, &released.text("/self_assignment"), 6).await;
        Self::peers(service, staff, &released.text("/id")).await;
        let open = service.post(&bea.path("/rounds"), staff, round).await.expect(201).text("/id");
        let asked = json!({"name": "R", "group": "peer"});
        let link = service.post(&format!("/api/v1/rounds/{open}/raters"), staff, asked).await.expect(201);
        let rater = spend(service, link.text("/token")).await;
        let rater_assignment = service.get("/api/v1/assignments", &rater).await.expect(200).text("/0/id");
        let note = service.post(&bea.path("/notes"), staff, json!({"text": "T"})).await.expect(201).text("/id");
        for to in ["preliminary", "investigation", "conclusions"] {
            service.post(&bea.path("/phase"), staff, json!({"to": to})).await.expect(200);
        }
        service.call("PUT", &bea.path("/synthesis"), Some(staff), json!({"project": "P"})).await.expect(200);
        service.post(&bea.path("/release"), staff, json!({"what": "everything"})).await.expect(200);
        let round = released.text("/id");
        service.post(&format!("/api/v1/rounds/{round}/release"), staff, Value::Null).await.expect(200);
        let (grant, recipient) = Self::recipient(service, &bea).await;
        let dates = json!({
            "basis": "agreement", "recipient": "E", "purpose": "P", "classes": ["dates"], "days": 30,
            "employer": service.employer,
        });
        let employers_grant = service.post(&bea.path("/grants"), &bea.token, dates).await.expect(201).text("/id");
        let agreed = json!({"documents": [result], "purpose": "P", "days": 30, "signature": {"kind": "in-service"}});
        let agreement = service.post(&bea.path("/agreements"), &bea.token, agreed).await.expect(201).text("/id");
        let follow_up =
            service.call("PUT", &bea.path("/follow-up"), Some(&bea.token), json!({"days": 200})).await.expect(200);
        let colleague = service.consultant(&[]).await;
        let (clerk, program) = (service.clerk().await, service.program(&[Scope::Score, Scope::Jobs]).await);
        let declared = json!({"ground": "anonymous", "text": "Rows of a survey, without names."});
        service.post("/api/v1/declarations", &clerk.token, declared).await.expect(201);
        let clerks_job = Self::job(service, &clerk).await;
        let ids = Ids(BTreeMap::from([
            ("bilan", bea.bilan.to_string()),
            ("assignment", given),
            ("result", result),
            ("round", round),
            ("note", note),
            ("grant", grant),
            ("agreement", agreement),
            ("follow_up", follow_up.text("/id")),
            ("receipt", bea.bilan.to_string()),
            ("user", colleague.id.to_string()),
            ("colleague", colleague.id.to_string()),
            ("token", service.program(&[Scope::Score]).await.id.to_string()),
            ("job", Self::job(service, &program).await),
            ("provenance", Self::provenance(service, &program).await),
        ]));
        let administrator = service.administrator.token.clone();
        Self {
            ids,
            consultant,
            codes,
            bea,
            recipient,
            employer,
            employers_grant,
            rater,
            rater_assignment,
            clerk,
            clerks_job,
            program,
            administrator,
        }
    }

    /// As many peers as make a group that can be shown answer in a round.
    async fn peers(service: &TestService, staff: &str, round: &str) {
        for name in ["A", "B", "C"] {
            let asked = json!({"name": name, "group": "peer"});
            let link = service.post(&format!("/api/v1/rounds/{round}/raters"), staff, asked).await.expect(201);
            let rater = spend(service, link.text("/token")).await;
            let form = service.get("/api/v1/assignments", &rater).await.expect(200).text("/0/id");
            fill_in(service, &rater, &form, 6).await;
        }
    }

    /// A job of somebody's organisation.
    async fn job(service: &TestService, whose: &Person) -> String {
        let path = format!("/api/v1/jobs?{SCORING}");
        service.post(&path, &whose.token, json!({"bytes": ROWS.len()})).await.expect(201).text("/id")
    }

    /// What made scores for somebody's organisation.
    async fn provenance(service: &TestService, whose: &Person) -> String {
        let request = Request::post(format!("/api/v1/scores?{SCORING}")).header("content-type", "text/csv");
        let request = request.header("authorization", format!("Bearer {}", whose.token));
        let scored = service.send(request.body(Body::from(ROWS)).unwrap()).await.expect(200);
        let link = scored.headers["link"].to_str().unwrap();
        link.split(['<', '>']).nth(1).unwrap().rsplit('/').next().unwrap().to_owned()
    }

    /// Somebody whose employer pays and who has consented.
    async fn beneficiary(service: &TestService, consultant: &Person) -> Beneficiary {
        let funding = json!({
            "by": "employer", "employer": service.employer, "title": "T", "aims": "A", "content": "C", "means": "M",
            "duration": "D", "follow_up": "F", "handing_over": "H", "price": "P",
        });
        let body = json!({"name": "Bea", "language": "en", "funding": funding});
        let bilan: Id = service.post("/api/v1/bilans", &consultant.token, body).await.expect(201).id("/id");
        let path = format!("/api/v1/bilans/{bilan}/sign-in-link");
        let link = service.post(&path, &consultant.token, Value::Null).await.expect(201).text("/token");
        let token = spend(service, link).await;
        let bea = Beneficiary { id: bilan, bilan, token, email: String::new() };
        let consent = json!({"language": "en", "hash": consent_text("en").hash()});
        service.post(&bea.path("/consent"), &bea.token, consent).await.expect(200);
        bea
    }

    /// Somebody with whom everything that can be shared is shared.
    pub(super) async fn recipient(service: &TestService, bea: &Beneficiary) -> (String, (Id, String)) {
        let wish = json!({
            "basis": "agreement", "recipient": "R", "purpose": "P", "days": 30,
            "classes": ["dates", "results", "synthesis", "feedback"],
        });
        let given = service.post(&bea.path("/grants"), &bea.token, wish).await.expect(201);
        let body = json!({"token": given.text("/token"), "code": given.text("/code")});
        let entered = service.call("POST", "/api/v1/shares/code", None, body).await.expect(201);
        let row = service.app.documents().store().fetch_grant(given.id("/id")).await.unwrap().unwrap();
        (given.text("/id"), (row.grantee, entered.text("/token")))
    }

    /// Who may, by ownership or grant, in a role; with the identifiers as that person meets them.
    pub(super) fn entitled(&self, role: Role) -> (&str, Ids) {
        let token = match role {
            Role::Beneficiary => &self.bea.token,
            Role::Consultant => &self.consultant.token,
            Role::Recipient => &self.recipient.1,
            Role::Employer => &self.employer.token,
            Role::Rater => &self.rater,
            Role::Administrator => &self.administrator,
            Role::Clerk => &self.clerk.token,
            Role::Program => &self.program.token,
        };
        let mut ids = self.ids.clone();
        match role {
            Role::Rater => ids.set("assignment", &self.rater_assignment),
            // Whoever deletes one leaves the other.
            Role::Clerk => ids.set("job", &self.clerks_job),
            _ => {}
        }
        (token, ids)
    }
}
