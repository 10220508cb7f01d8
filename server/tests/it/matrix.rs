//! The access matrix: every operation of the OpenAPI document × every role × with and without grant. Operations come from the
//! document that the routes made, so that a new address cannot be forgotten: it fails here until the table of rules knows it.
//!
//! Map: [`world`] has everything that can be read and everybody around it; [`grants`] what is left of a grant that is over, asleep
//! or taken back, and of a program's scopes.

mod grants;
mod world;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::access::policy::{Callers, Decision, RULES, Rule, rule_for};
use server::records::account::{Role, Scope};

use self::world::{Ids, QUALIFIED, World, call, spend};
use crate::support::{TestAnswer, TestService};

/// Addresses that have a rule but are not built yet. Whoever builds one takes it out of here.
const PENDING: &[(&str, &str)] = &[];

/// What ends something, in this order and after everything else.
const LAST: &[(&str, &str)] = &[
    ("DELETE", "/api/v1/notes/{note}"),
    ("DELETE", "/api/v1/grants/{grant}"),
    ("DELETE", "/api/v1/agreements/{agreement}"),
    ("DELETE", "/api/v1/bilans/{bilan}/follow-up"),
    ("DELETE", "/api/v1/jobs/{job}"),
    ("POST", "/api/v1/bilans/{bilan}/transfer/agreement"),
    ("POST", "/api/v1/bilans/{bilan}/erasure"),
    ("POST", "/api/v1/users/{user}/reset"),
    ("POST", "/api/v1/users/{user}/reset/confirmation"),
    ("DELETE", "/api/v1/users/{user}"),
    ("DELETE", "/api/v1/tokens/{token}"),
];

/// Whoever ends a bilan takes the rest of the table its ground: it is played in a bilan of its own.
const END: (&str, &str) = ("POST", "/api/v1/bilans/{bilan}/end");

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

/// People of every role who have nothing to do with the bilan: of its house, and of other houses.
async fn strangers(service: &TestService) -> Vec<(Role, String)> {
    let mut found = Vec::new();
    for house in [service.centre, service.house("centre").await] {
        let consultant = service.consultant_of(house, &QUALIFIED).await;
        let bea = service.beneficiary(&consultant).await;
        let round = json!({
            "self_instrument": "entourage-6-self", "other_instrument": "entourage-6-other", "language": "en", "purpose": "P",
        });
        let round = service.post(&bea.path("/rounds"), &consultant.token, round).await.expect(201).text("/id");
        let asked = json!({"name": "R", "group": "peer"});
        let link = service.post(&format!("/api/v1/rounds/{round}/raters"), &consultant.token, asked).await.expect(201);
        found.push((Role::Rater, spend(service, link.text("/token")).await));
        found.push((Role::Recipient, World::recipient(service, &bea).await.1.1));
        found.push((Role::Beneficiary, bea.token));
        found.push((Role::Consultant, consultant.token));
    }
    found.push((Role::Employer, service.employer_person_of(service.house("employer").await).await.token));
    let organisation = service.house("organisation").await;
    found.push((Role::Clerk, service.clerk_of(organisation).await.token));
    let every = [Scope::Score, Scope::Jobs, Scope::Instruments];
    found.push((Role::Program, service.program_of(organisation, &every).await.token));
    found.push((Role::Administrator, service.administrator.token.clone()));
    found
}

/// Whether the document of a person is behind the address.
fn has_a_document(rule: &Rule) -> bool {
    rule.decision != Decision::Nothing && rule.path.contains('{')
}

/// The rules that tell roles apart.
fn rules_by_role(service: &TestService) -> impl Iterator<Item = &'static Rule> {
    rules(service).into_iter().filter(|rule| matches!(rule.callers, Callers::Roles(_)))
}

/// Somebody who is signed in and has no grant meets 403 where her role is not admitted, elsewhere what an identifier of nothing
/// gets, to the last byte, and finds nothing in lists. Returns what was otherwise.
async fn what_a_stranger_finds(service: &TestService, ids: &Ids, role: Role, token: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for rule in rules_by_role(service) {
        let place = format!("{} {} {role:?}", rule.method, rule.path);
        if rule.admits(Some(role)) && !has_a_document(rule) {
            if rule.method == "GET" && rule.decision != Decision::Nothing {
                let list = call(service, rule, ids, Some(token)).await;
                if list.status.as_u16() != 200 || ids.any_in(&list) {
                    wrong.push(format!("{place}: {} {}", list.status, list.json));
                }
            }
            continue;
        }
        let known = call(service, rule, ids, Some(token)).await;
        let unknown = call(service, rule, &ids.unknown(), Some(token)).await;
        let expected = if rule.admits(Some(role)) { 404 } else { 403 };
        if known != unknown || known.status.as_u16() != expected {
            wrong.push(format!("{place}: {}, unknown {}", known.status, unknown.status));
        }
    }
    wrong
}

/// Somebody with ownership or a grant gets in wherever her role is admitted; what ends something is played last. Returns where she
/// did not.
async fn where_nobody_gets_in(service: &TestService, world: &World, roles: &[Role]) -> Vec<String> {
    let mut wrong = Vec::new();
    for rule in rules_by_role(service).filter(|rule| (rule.method, rule.path) != END) {
        for role in roles.iter().filter(|role| rule.admits(Some(**role))) {
            let (token, ids) = world.entitled(*role);
            let answer = call(service, rule, &ids, Some(token)).await;
            if [401, 403, 404, 405].contains(&answer.status.as_u16()) || answer.status.is_server_error() {
                wrong.push(format!("{} {} {role:?}: {}", rule.method, rule.path, answer.status));
            }
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
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

#[tokio::test(flavor = "multi_thread")]
async fn ct_3_a_role_that_is_not_admitted_gets_403_and_no_grant_gets_what_an_unknown_identifier_gets() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let strangers = strangers(&service).await;
    assert!(ROLES.iter().all(|role| strangers.iter().any(|(stranger, _)| stranger == role)));
    let mut wrong = Vec::new();
    for (role, token) in &strangers {
        wrong.extend(what_a_stranger_finds(&service, &world.ids, *role, token).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_ownership_or_a_grant_every_admitted_role_gets_in() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    let wrong = where_nobody_gets_in(&service, &world, &ROLES).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    let delivered = World::new(&service).await;
    let end = rule_for(END.0, END.1).unwrap();
    let (token, ids) = delivered.entitled(Role::Consultant);
    call(&service, end, &ids, Some(token)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_in_reaches_her_own_session_in_every_role() {
    let service = TestService::start().await;
    let world = World::new(&service).await;
    // A token may be met twice.
    let mut tokens: BTreeSet<String> = ROLES.iter().map(|role| world.entitled(*role).0.to_owned()).collect();
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
