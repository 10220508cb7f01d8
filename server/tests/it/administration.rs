//! What administrators do: houses, staff, qualifications, resets under two pairs of eyes, programs.

use serde_json::{Value, json};
use server::ids::Id;
use server::records::account::Scope;

use crate::support::{Person, TestService};

const PASSWORD: &str = "cheval correct pile agrafe";

async fn invite(service: &TestService, tenant: Id, role: &str, email: &str) -> crate::support::TestAnswer {
    let body = json!({"tenant": tenant, "role": role, "name": "Nadia New", "email": email, "language": "fr"});
    service.post("/api/v1/users", &service.administrator.token, body).await
}

/// A consultant who came in the whole way, with her recovery codes.
async fn consultant(service: &TestService, email: &str) -> (Person, Vec<String>) {
    let invited = invite(service, service.centre, "consultant", email).await.expect(201);
    let (codes, token) = service.enter(&invited.text("/link/token"), PASSWORD).await;
    (Person { id: invited.id("/user/id"), tenant: service.centre, token, email: email.to_owned() }, codes)
}

#[tokio::test]
async fn houses_are_made_and_listed_and_nobody_makes_a_second_operator() {
    let service = TestService::start().await;
    let admin = service.administrator.token.clone();
    service.house("employer").await;
    service.post("/api/v1/tenants", &admin, json!({"kind": "operator", "name": "X"})).await.expect(422);
    service.post("/api/v1/tenants", &admin, json!({"kind": "centre", "name": "  "})).await.expect(422);
    let all = service.get("/api/v1/tenants", &admin).await.expect(200);
    let all = all.json.as_array().unwrap().clone();
    assert_eq!(all.len(), 5);
    // In pages of two.
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(|tenant: &Value| format!("&after={}", tenant["id"].as_str().unwrap()));
        let path = format!("/api/v1/tenants?limit=2{}", after.unwrap_or_default());
        let page = service.get(&path, &admin).await.expect(200).json.as_array().unwrap().clone();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    service.get("/api/v1/tenants?limit=0", &admin).await.expect(422);
    service.get("/api/v1/tenants?limit=501", &admin).await.expect(422);
}

#[tokio::test]
async fn staff_belong_to_houses_of_their_kind_and_an_address_to_one_account() {
    let service = TestService::start().await;
    for (tenant, role, status) in [
        (service.centre, "consultant", 201),
        (service.organisation, "consultant", 409),
        (service.employer, "consultant", 409),
        (service.organisation, "clerk", 201),
        (service.employer, "employer", 201),
        (service.centre, "employer", 409),
        (service.centre, "administrator", 409),
        (service.administrator.tenant, "administrator", 201),
        (service.app.entropy().id(), "consultant", 422),
    ] {
        let email = format!("{role}-{tenant}@example.org");
        invite(&service, tenant, role, &email).await.expect(status);
    }
    invite(&service, service.centre, "consultant", "nadia@example.org").await.expect(201);
    let taken = invite(&service, service.centre, "consultant", " NADIA@example.org").await.expect(409);
    assert_eq!(taken.json["reason"], "address-taken");
    invite(&service, service.centre, "consultant", "no address").await.expect(422);
}

#[tokio::test]
async fn administrators_see_staff_and_no_beneficiary() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let admin = service.administrator.token.clone();
    let listed = service.get(&format!("/api/v1/users?tenant={}", service.centre), &admin).await.expect(200);
    assert_eq!(listed.json.as_array().unwrap().len(), 1);
    assert!(!String::from_utf8_lossy(&listed.bytes).contains("Bea"));
    let unknown = service
        .call("DELETE", &format!("/api/v1/users/{}", "ab".repeat(16)), Some(&admin), Value::Null)
        .await
        .expect(404);
    let hers = service.call("DELETE", &format!("/api/v1/users/{}", beneficiary.id), Some(&admin), Value::Null).await;
    assert_eq!(hers, unknown);
    for rest in ["reset", "reset/confirmation"] {
        service.post(&format!("/api/v1/users/{}/{rest}", beneficiary.id), &admin, Value::Null).await.expect(404);
    }
    service.get(&beneficiary.path(""), &admin).await.expect(403);
}

#[tokio::test]
async fn a_closed_account_opens_nothing_any_more() {
    let service = TestService::start().await;
    let (consultant, _) = consultant(&service, "nadia@example.org").await;
    let beneficiary = service.beneficiary(&consultant).await;
    let admin = service.administrator.token.clone();
    let path = format!("/api/v1/users/{}", consultant.id);
    service.call("DELETE", &path, Some(&admin), Value::Null).await.expect(204);
    service.get("/api/v1/sessions/current", &consultant.token).await.expect(401);
    let body = json!({"email": "nadia@example.org", "password": PASSWORD});
    service.call("POST", "/api/v1/sessions", None, body).await.expect(401);
    service.post(&format!("{path}/reset"), &admin, Value::Null).await.expect(409);
    let grants = service.app.documents().store().grants(beneficiary.bilan).await.unwrap();
    assert!(!grants.is_empty() && grants.iter().all(|grant| grant.suspended));
    let own = format!("/api/v1/users/{}", service.administrator.id);
    service.call("DELETE", &own, Some(&admin), Value::Null).await.expect(409);
    // The address is free again.
    invite(&service, service.centre, "consultant", "nadia@example.org").await.expect(201);
}

#[tokio::test]
async fn iso_5_qualifications_are_recorded_for_consultants_and_known_instruments() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let clerk = service.clerk().await;
    let put = async |user: Id, instrument: &str| {
        let body = json!({"qualifications": [{"instrument": instrument, "evidence": "certificate of 2024"}]});
        let path = format!("/api/v1/users/{user}/qualifications");
        service.call("PUT", &path, Some(&service.administrator.token), body).await
    };
    let done = put(consultant.id, "likert-12").await.expect(200);
    assert_eq!(done.json["qualifications"][0]["instrument"], "likert-12");
    put(consultant.id, "astrology-12").await.expect(422);
    put(clerk.id, "likert-12").await.expect(404);
    let path = format!("/api/v1/users/{}/qualifications", consultant.id);
    let stale = [("if-match", "\"0\"")];
    let body = json!({"qualifications": []});
    service.call_with("PUT", &path, Some(&service.administrator.token), &stale, body).await.expect(412);
}

#[tokio::test]
async fn a_reset_needs_a_second_administrator_and_a_recovery_code_and_beneficiaries_see_it() {
    let service = TestService::start().await;
    let (before, codes) = consultant(&service, "nadia@example.org").await;
    let beneficiary = service.beneficiary(&before).await;
    let stranger = service.consultant(&[]).await;
    let unknown = service.get(&beneficiary.path(""), &stranger.token).await.expect(404);
    let path = format!("/api/v1/users/{}/reset", before.id);
    let (first, second) = (service.administrator.clone(), service.another_administrator().await);
    service.post(&format!("{path}/confirmation"), &second.token, Value::Null).await.expect(409);
    let link = service.post(&path, &first.token, Value::Null).await.expect(201).text("/token");
    service.get(&beneficiary.path(""), &before.token).await.expect(401);
    // She is in again, under new credentials, and reads nothing: as if the bilan did not exist.
    let (new_codes, token) = service.enter(&link, PASSWORD).await;
    assert_eq!(service.get(&beneficiary.path(""), &token).await, unknown);
    let give = async |code: &str| service.post("/api/v1/me/reset/recovery-code", &token, json!({"code": code})).await;
    // Codes made with the new link prove nothing, nor does the administrator who asked for it.
    give(&new_codes[0]).await.expect(422);
    let alone = service.post(&format!("{path}/confirmation"), &first.token, Value::Null).await.expect(409);
    assert_eq!(alone.json["reason"], "second-administrator");
    give(&codes[0]).await.expect(204);
    assert_eq!(service.get(&beneficiary.path(""), &token).await, unknown, "one of the two is not enough");
    // Nobody new may be drawn in meanwhile.
    let body = json!({"name": "X", "email": null, "language": "fr", "funding": {"by": "beneficiary"}});
    let refused = service.post("/api/v1/bilans", &token, body).await.expect(409);
    assert_eq!(refused.json["reason"], "under-reset");
    service.post(&format!("{path}/confirmation"), &second.token, Value::Null).await.expect(200);
    service.get(&beneficiary.path(""), &token).await.expect(200);
    give(&codes[1]).await.expect(409);
    let seen = service.get(&beneficiary.path("/accesses"), &beneficiary.token).await.expect(200);
    let verbs: Vec<_> =
        seen.json.as_array().unwrap().iter().map(|line| line["verb"].as_str().unwrap().to_owned()).collect();
    let count = |verb: &str| verbs.iter().filter(|v| *v == verb).count();
    // The grants of engagement and of consent.
    assert_eq!((count("suspend"), count("resume")), (2, 2), "{verbs:?}");
}

#[tokio::test]
async fn a_second_reset_does_not_make_the_codes_of_the_first_count() {
    let service = TestService::start().await;
    let (before, codes) = consultant(&service, "nadia@example.org").await;
    let beneficiary = service.beneficiary(&before).await;
    let second = service.another_administrator().await;
    let path = format!("/api/v1/users/{}/reset", before.id);
    let link = service.post(&path, &service.administrator.token, Value::Null).await.expect(201).text("/token");
    let (planted, _) = service.enter(&link, PASSWORD).await;
    service.advance_minutes(1);
    let link = service.post(&path, &service.administrator.token, Value::Null).await.expect(201).text("/token");
    let (_, token) = service.enter(&link, PASSWORD).await;
    service.post(&format!("{path}/confirmation"), &second.token, Value::Null).await.expect(200);
    let give = async |code: &str| service.post("/api/v1/me/reset/recovery-code", &token, json!({"code": code})).await;
    give(&planted[0]).await.expect(422);
    service.get(&beneficiary.path(""), &token).await.expect(404);
    give(&codes[0]).await.expect(204);
    service.get(&beneficiary.path(""), &token).await.expect(200);
}

#[tokio::test]
async fn an_administrator_made_after_the_reset_or_under_reset_herself_does_not_confirm() {
    let service = TestService::start().await;
    let (consultant, _) = consultant(&service, "nadia@example.org").await;
    let second = service.another_administrator().await;
    let path = format!("/api/v1/users/{}/reset", consultant.id);
    service.post(&path, &service.administrator.token, Value::Null).await.expect(201);
    let own = format!("/api/v1/users/{}/reset", service.administrator.id);
    service.post(&own, &service.administrator.token, Value::Null).await.expect(409);
    service.advance_minutes(5);
    let third = service.another_administrator().await;
    let late = service.post(&format!("{path}/confirmation"), &third.token, Value::Null).await.expect(409);
    assert_eq!(late.json["reason"], "second-administrator");
    let hers = format!("/api/v1/users/{}/reset", second.id);
    service.post(&hers, &service.administrator.token, Value::Null).await.expect(201);
    let again = service.session(second.id).await;
    service.post(&format!("{path}/confirmation"), &again, Value::Null).await.expect(409);
}

#[tokio::test]
async fn a_programs_token_is_shown_once_and_ends_when_it_is_deleted() {
    let service = TestService::start().await;
    let admin = service.administrator.token.clone();
    let body = json!({"tenant": service.organisation, "label": "nightly", "scopes": ["score", "jobs"]});
    let made = service.post("/api/v1/tokens", &admin, body.clone()).await.expect(201);
    let token = made.text("/token");
    assert!(token.starts_with("bit_"));
    let current = service.get("/api/v1/sessions/current", &token).await.expect(200);
    assert_eq!((current.json["role"].as_str(), current.json["ends"].as_str()), (Some("program"), None));
    service.advance(400);
    let admin = service.session(service.administrator.id).await;
    service.get("/api/v1/sessions/current", &token).await.expect(200);
    let listed = service.get(&format!("/api/v1/tokens?tenant={}", service.organisation), &admin).await.expect(200);
    assert_eq!((listed.json[0]["label"].as_str(), listed.json[0].get("token")), (Some("nightly"), None));
    let path = format!("/api/v1/tokens/{}", made.id("/id"));
    service.call("DELETE", &path, Some(&admin), Value::Null).await.expect(204);
    service.call("DELETE", &path, Some(&admin), Value::Null).await.expect(404);
    service.get("/api/v1/sessions/current", &token).await.expect(401);
    let mut wrong = body.clone();
    wrong["scopes"] = json!([]);
    service.post("/api/v1/tokens", &admin, wrong).await.expect(422);
    let mut wrong = body;
    wrong["tenant"] = json!(service.employer);
    service.post("/api/v1/tokens", &admin, wrong).await.expect(409);
    let program = service.program(&[Scope::Score]).await;
    let body = json!({"passphrase": PASSWORD});
    service.call("PUT", "/api/v1/me/passphrase", Some(&program.token), body).await.expect(409);
}
