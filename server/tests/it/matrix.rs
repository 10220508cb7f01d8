//! The access matrix: every operation of the OpenAPI document × every role × with and without grant. Operations come from the
//! document that the routes made, so that a new address cannot be forgotten: it fails here until the table of rules knows it.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use server::access::policy::{Callers, Decision, RULES, Rule, rule_for};
use server::ids::Id;
use server::records::account::{Role, Scope};
use server::services::consent_text::consent_text;

use crate::support::{Beneficiary, Person, TestAnswer, TestService};

/// Addresses that have a rule but are not built yet. Whoever builds one takes it out of here.
const PENDING: &[(&str, &str)] = &[];

/// What ends something, in this order and after everything else.
const LAST: &[(&str, &str)] = &[
    ("DELETE", "/api/v1/notes/{note}"),
    ("DELETE", "/api/v1/grants/{grant}"),
    ("DELETE", "/api/v1/agreements/{agreement}"),
    ("DELETE", "/api/v1/bilans/{bilan}/follow-up"),
    ("POST", "/api/v1/bilans/{bilan}/transfer/agreement"),
    ("POST", "/api/v1/bilans/{bilan}/erasure"),
];

/// Whoever ends the bilan takes the rest of the table its ground; `journey.rs` plays it.
const PLAYED_ELSEWHERE: (&str, &str) = ("POST", "/api/v1/bilans/{bilan}/end");

const ROLES: [Role; 8] = [
    Role::Beneficiary,
    Role::Consultant,
    Role::Rater,
    Role::Recipient,
    Role::Employer,
    Role::Clerk,
    Role::Program,
    Role::Administrator,
];

/// Every operation of the document.
fn operations(service: &TestService) -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(&service.openapi).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = ["get", "post", "put", "patch", "delete"].into_iter().filter(|method| item.get(method).is_some());
        methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// The operations with their rules, what ends something at the end.
fn rules(service: &TestService) -> Vec<&'static Rule> {
    let found = operations(service).into_iter().filter_map(|(method, path)| rule_for(&method, &path));
    let mut rules: Vec<&Rule> = found.collect();
    let place =
        |rule: &Rule| LAST.iter().position(|last| *last == (rule.method, rule.path)).map_or(0, |place| place + 1);
    rules.sort_by_key(|rule| place(rule));
    rules
}

#[tokio::test]
async fn every_operation_has_a_rule_and_every_rule_an_operation() {
    let service = TestService::start().await;
    let operations = operations(&service);
    let ruled: BTreeSet<(String, String)> =
        RULES.iter().map(|rule| (rule.method.to_owned(), rule.path.to_owned())).collect();
    let pending: BTreeSet<(String, String)> =
        PENDING.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
    let without_rule: Vec<_> = operations.difference(&ruled).collect();
    assert!(without_rule.is_empty(), "list them in access::policy::RULES: {without_rule:?}");
    let missing: BTreeSet<_> = ruled.difference(&operations).cloned().collect();
    let unbuilt: Vec<_> = missing.difference(&pending).collect();
    assert!(unbuilt.is_empty(), "rules without an operation: {unbuilt:?}");
    let stale: Vec<_> = pending.difference(&missing).collect();
    assert!(stale.is_empty(), "no longer pending: {stale:?}");
}

// --- who there is -------------------------------------------------------------------------------------------------------------

/// What stands behind the parameters of an address.
#[derive(Debug, Clone)]
struct Ids {
    bilan: String,
    assignment: String,
    result: String,
    round: String,
    note: String,
    grant: String,
    agreement: String,
    follow_up: String,
    user: String,
    token: String,
    colleague: String,
}

impl Ids {
    /// Identifiers of nothing.
    fn unknown(&self) -> Self {
        let id = "0123456789abcdef0123456789abcdef".to_owned();
        let [bilan, assignment, result, round, note, grant, agreement, follow_up, user, token] =
            std::array::from_fn(|_| id.clone());
        let colleague = self.colleague.clone();
        Self { bilan, assignment, result, round, note, grant, agreement, follow_up, user, token, colleague }
    }

    fn path(&self, rule: &Rule) -> String {
        let fill = [
            ("{bilan}", &self.bilan),
            ("{assignment}", &self.assignment),
            ("{result}", &self.result),
            ("{round}", &self.round),
            ("{note}", &self.note),
            ("{grant}", &self.grant),
            ("{agreement}", &self.agreement),
            ("{follow_up}", &self.follow_up),
            ("{user}", &self.user),
            ("{token}", &self.token),
        ];
        let mut path = rule.path.to_owned();
        for (name, value) in fill {
            path = path.replace(name, value);
        }
        let path = path.replace("{receipt}", &self.bilan).replace("{instrument}", "likert-12");
        let path = path.replace("{chart}", "main.svg").replace("{position}", "1");
        match rule.path {
            "/api/v1/results/{result}/comparison" => format!("{path}?with={}", self.result),
            "/api/v1/users" if rule.method == "GET" => format!("{path}?tenant={}", self.user),
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
            json!({"consultant": ids.colleague})
        }
        ("POST", "/bilans/{bilan}/attendance") => {
            json!({"from": 1_793_600_000_000_i64, "to": 1_793_603_600_000_i64, "kind": "meeting"})
        }
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
            json!({"documents": [ids.result], "purpose": "P", "days": 30, "signature": {"kind": "in-service"}})
        }
        ("PUT", "/bilans/{bilan}/follow-up") => json!({"days": 200}),
        ("POST", "/bilans/{bilan}/erasure") => json!({"confirm": "erase"}),
        ("POST", "/tenants") => json!({"kind": "centre", "name": "N"}),
        ("PUT", "/users/{user}/qualifications") => json!({"qualifications": []}),
        ("POST" | "PUT", _) => Value::Null,
        _ => Value::Null,
    }
}

async fn call(service: &TestService, rule: &Rule, ids: &Ids, token: Option<&str>) -> TestAnswer {
    let path = ids.path(rule);
    if rule.path.ends_with("/brought") {
        let mut request = Request::post(path).header("content-type", "application/zip");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        return service.send(request.body(Body::from("no archive")).unwrap()).await;
    }
    service.call(rule.method, &path, token, body(rule, ids)).await
}

/// One bilan with everything in it and everybody around it.
struct World {
    ids: Ids,
    consultant: Person,
    bea: Beneficiary,
    rater: String,
    rater_assignment: String,
    recipient: String,
    employer: Person,
    administrator: String,
}

async fn spend(service: &TestService, link: String) -> String {
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
    async fn new(service: &TestService) -> Self {
        let consultant = service.consultant(&["likert-12", "entourage-6-self", "entourage-6-other"]).await;
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
        service.post(&bea.path("/grants"), &bea.token, dates).await.expect(201);
        let agreed = json!({"documents": [result], "purpose": "P", "days": 30, "signature": {"kind": "in-service"}});
        let agreement = service.post(&bea.path("/agreements"), &bea.token, agreed).await.expect(201).text("/id");
        let follow_up =
            service.call("PUT", &bea.path("/follow-up"), Some(&bea.token), json!({"days": 200})).await.expect(200);
        let colleague = service.consultant(&[]).await;
        let program = service.program(&[Scope::Score]).await;
        let ids = Ids {
            bilan: bea.bilan.to_string(),
            assignment: given,
            result,
            round,
            note,
            grant,
            agreement,
            follow_up: follow_up.text("/id"),
            user: colleague.id.to_string(),
            token: program.id.to_string(),
            colleague: colleague.id.to_string(),
        };
        let administrator = service.administrator.token.clone();
        Self { ids, consultant, bea, rater, rater_assignment, recipient, employer, administrator }
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
    async fn recipient(service: &TestService, bea: &Beneficiary) -> (String, String) {
        let wish = json!({
            "basis": "agreement", "recipient": "R", "purpose": "P", "days": 30,
            "classes": ["dates", "results", "synthesis", "feedback"],
        });
        let given = service.post(&bea.path("/grants"), &bea.token, wish).await.expect(201);
        let body = json!({"token": given.text("/token"), "code": given.text("/code")});
        let entered = service.call("POST", "/api/v1/shares/code", None, body).await.expect(201);
        (given.text("/id"), entered.text("/token"))
    }

    /// Who may, by ownership or grant, in a role; with the identifiers as that person meets them.
    fn entitled(&self, role: Role) -> Option<(&str, Ids)> {
        let token = match role {
            Role::Beneficiary => &self.bea.token,
            Role::Consultant => &self.consultant.token,
            Role::Recipient => &self.recipient,
            Role::Employer => &self.employer.token,
            Role::Rater => &self.rater,
            Role::Administrator => &self.administrator,
            // Their addresses are those of bulk scoring.
            Role::Clerk | Role::Program => return None,
        };
        let mut ids = self.ids.clone();
        if role == Role::Rater {
            ids.assignment.clone_from(&self.rater_assignment);
        }
        Some((token, ids))
    }
}

/// People of every role who have nothing to do with the bilan: of its house, and of other houses.
async fn strangers(service: &TestService) -> Vec<(Role, String)> {
    let mut found = Vec::new();
    let other_house = service.house("centre").await;
    let qualified = ["likert-12", "entourage-6-self", "entourage-6-other"];
    for house in [service.centre, other_house] {
        let consultant = service.consultant_of(house, &qualified).await;
        let bea = service.beneficiary(&consultant).await;
        let round = json!({
            "self_instrument": "entourage-6-self", "other_instrument": "entourage-6-other", "language": "en", "purpose": "P",
        });
        let round = service.post(&bea.path("/rounds"), &consultant.token, round).await.expect(201).text("/id");
        let asked = json!({"name": "R", "group": "peer"});
        let link = service.post(&format!("/api/v1/rounds/{round}/raters"), &consultant.token, asked).await.expect(201);
        found.push((Role::Rater, spend(service, link.text("/token")).await));
        found.push((Role::Recipient, World::recipient(service, &bea).await.1));
        found.push((Role::Beneficiary, bea.token));
        found.push((Role::Consultant, consultant.token));
    }
    found.push((Role::Clerk, service.clerk().await.token));
    found.push((Role::Program, service.program(&[Scope::Score]).await.token));
    found.push((Role::Administrator, service.administrator.token.clone()));
    found
}

/// Whether the document of a person is behind the address.
fn has_a_document(rule: &Rule) -> bool {
    rule.decision != Decision::Nothing && rule.path.contains('{')
}

fn admits(rule: &Rule, role: Role) -> bool {
    rule.admits(Some(role))
}

#[tokio::test]
async fn without_a_session_everything_is_401_whatever_the_identifier() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let mut first: Option<TestAnswer> = None;
    for rule in rules(&service).into_iter().filter(|rule| rule.callers != Callers::Anybody) {
        for ids in [&world.ids, &world.ids.unknown()] {
            for token in [None, Some("bis_nothing"), Some(&*format!("bis_{}", "A".repeat(43)))] {
                let answer = call(&service, rule, ids, token).await;
                let expected = first.get_or_insert_with(|| answer.clone());
                assert_eq!((&answer, answer.status.as_u16()), (&*expected, 401), "{} {}", rule.method, rule.path);
            }
        }
    }
}

#[tokio::test]
async fn a_role_that_is_not_admitted_gets_403_and_no_grant_gets_what_an_unknown_identifier_gets() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let strangers = strangers(&service).await;
    let mut wrong = Vec::new();
    for rule in rules(&service).into_iter().filter(|rule| !matches!(rule.callers, Callers::Anybody | Callers::SignedIn))
    {
        for (role, token) in &strangers {
            if admits(rule, *role) && !has_a_document(rule) {
                continue;
            }
            let known = call(&service, rule, &world.ids, Some(token)).await;
            let unknown = call(&service, rule, &world.ids.unknown(), Some(token)).await;
            let expected = if admits(rule, *role) { 404 } else { 403 };
            if known != unknown || known.status.as_u16() != expected {
                let (known, unknown) = (known.status, unknown.status);
                wrong.push(format!("{} {} {role:?}: {known}, unknown {unknown}", rule.method, rule.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn with_ownership_or_a_grant_every_admitted_role_gets_in() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let mut wrong = Vec::new();
    for rule in rules(&service).into_iter().filter(|rule| !matches!(rule.callers, Callers::Anybody | Callers::SignedIn))
    {
        if (rule.method, rule.path) == PLAYED_ELSEWHERE {
            continue;
        }
        for role in ROLES.into_iter().filter(|role| admits(rule, *role)) {
            let Some((token, ids)) = world.entitled(role) else { continue };
            let answer = call(&service, rule, &ids, Some(token)).await;
            if [401, 403, 404, 405].contains(&answer.status.as_u16()) || answer.status.is_server_error() {
                wrong.push(format!("{} {} {role:?}: {}", rule.method, rule.path, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn whoever_is_signed_in_reaches_her_own_session_in_every_role() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    // A token may be met twice.
    let mut tokens: BTreeSet<String> =
        ROLES.iter().filter_map(|role| world.entitled(*role)).map(|(token, _)| token.to_owned()).collect();
    for (_, token) in strangers(&service).await {
        tokens.insert(token);
    }
    for token in tokens {
        service.get("/api/v1/sessions/current", &token).await.expect(200);
        service.call("DELETE", "/api/v1/sessions/current", Some(&token), Value::Null).await;
    }
    let signed_in: BTreeSet<&str> =
        RULES.iter().filter(|rule| rule.callers == Callers::SignedIn).map(|rule| rule.path).collect();
    let own = ["/api/v1/me/passphrase", "/api/v1/me/reset/recovery-code", "/api/v1/sessions/current"];
    let own = own.into_iter().chain(["/api/v1/sessions/current/rotation"]).collect();
    assert_eq!(signed_in, own, "only what is one's own may be open to every role");
}
