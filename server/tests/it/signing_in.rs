//! Signing in: passwords, second factors, sessions, cookies, limits.

use serde_json::{Value, json};
use server::access::rate_limit::Rate;
use server::app::Terms;
use server::ids::Id;

use crate::support::{Person, TestAnswer, TestService, code_of, terms};

const PASSWORD: &str = "cheval correct pile agrafe";

/// Somebody of staff who has come in by her link: her answer with the second factor to set up.
async fn invited(service: &TestService, role: &str, tenant: Id, email: &str) -> (Id, TestAnswer) {
    let body = json!({"tenant": tenant, "role": role, "name": "Nadia New", "email": email, "language": "en"});
    let made = service.post("/api/v1/users", &service.administrator.token, body).await.expect(201);
    let body = json!({"token": made.text("/link/token"), "password": PASSWORD});
    let spent = service.call("POST", "/api/v1/links/spend", None, body).await.expect(201);
    (made.id("/user/id"), spent)
}

/// The same with her second factor set up: identifier, secret, recovery codes, token.
async fn enrolled(service: &TestService, email: &str) -> (Id, String, Vec<String>, String) {
    let (id, spent) = invited(service, "consultant", service.centre, email).await;
    let secret = spent.text("/enrolment/secret");
    let body = json!({"code": code_of(service, &secret)});
    let done = service.post("/api/v1/me/second-factor", &spent.text("/token"), body).await.expect(201);
    let codes =
        done.json["recovery_codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect();
    (id, secret, codes, done.text("/token"))
}

async fn sign_in(service: &TestService, email: &str, password: &str) -> TestAnswer {
    service.call("POST", "/api/v1/sessions", None, json!({"email": email, "password": password})).await
}

/// Whether a token opens something.
async fn opens(service: &TestService, token: &str) -> bool {
    service.get("/api/v1/sessions/current", token).await.status == 200
}

#[tokio::test]
async fn staff_enter_by_link_password_and_second_factor() {
    let service = TestService::start().await;
    let (_, spent) = invited(&service, "consultant", service.centre, "nadia@example.org").await;
    assert_eq!(spent.json["needed"], "set-up");
    assert!(spent.text("/enrolment/url").starts_with("otpauth://totp/Bilan:nadia%40example.org?secret="));
    let half = spent.text("/token");
    assert!(!opens(&service, &half).await, "a half session opens nothing");
    service.post("/api/v1/bilans", &half, json!({})).await.expect(401);
    service.post("/api/v1/me/second-factor", &half, json!({"code": "000000"})).await.expect(401);
    let secret = spent.text("/enrolment/secret");
    let body = json!({"code": code_of(&service, &secret)});
    let done = service.post("/api/v1/me/second-factor", &half, body.clone()).await.expect(201);
    assert_eq!(
        (done.json["needed"].as_str(), done.json["recovery_codes"].as_array().unwrap().len()),
        (Some("nothing"), 10)
    );
    assert!(opens(&service, &done.text("/token")).await);
    service.post("/api/v1/me/second-factor", &half, body).await.expect(401);
    assert_ne!(half, done.text("/token"));
}

#[tokio::test]
async fn a_password_alone_opens_nothing_for_staff_and_a_code_serves_once() {
    let service = TestService::start().await;
    let (_, secret, codes, _) = enrolled(&service, "nadia@example.org").await;
    let used = code_of(&service, &secret);
    let half = sign_in(&service, " Nadia@Example.ORG ", PASSWORD).await.expect(201);
    assert_eq!(half.json["needed"], "code");
    let half = half.text("/token");
    assert!(!opens(&service, &half).await);
    let again = service.post("/api/v1/sessions/second-factor", &half, json!({"code": used})).await;
    again.expect(401);
    service.advance_minutes(1);
    let body = json!({"code": code_of(&service, &secret)});
    let full = service.post("/api/v1/sessions/second-factor", &half, body).await.expect(201).text("/token");
    assert!(opens(&service, &full).await);
    service.post("/api/v1/sessions/second-factor", &half, json!({"recovery_code": codes[0]})).await.expect(401);
    // A recovery code in place of the application, once.
    for status in [201, 401] {
        let half = sign_in(&service, "nadia@example.org", PASSWORD).await.expect(201).text("/token");
        let body = json!({"recovery_code": codes[1]});
        service.post("/api/v1/sessions/second-factor", &half, body).await.expect(status);
    }
}

#[tokio::test]
async fn the_second_factor_follows_the_password_within_minutes() {
    let service = TestService::start().await;
    let (_, secret, _, _) = enrolled(&service, "nadia@example.org").await;
    let half = sign_in(&service, "nadia@example.org", PASSWORD).await.expect(201).text("/token");
    service.advance_minutes(10);
    let body = json!({"code": code_of(&service, &secret)});
    service.post("/api/v1/sessions/second-factor", &half, body).await.expect(401);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    let service = TestService::start().await;
    enrolled(&service, "nadia@example.org").await;
    let wrong = sign_in(&service, "nadia@example.org", "another password").await.expect(401);
    let unknown = sign_in(&service, "nobody@example.org", "another password").await.expect(401);
    let no_address = sign_in(&service, "", "").await.expect(401);
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, no_address);
    assert!(!String::from_utf8_lossy(&wrong.bytes).contains("nadia"));
}

#[tokio::test]
async fn attempts_are_limited_by_account_whether_it_exists_or_not() {
    let service = TestService::start().await;
    enrolled(&service, "nadia@example.org").await;
    let mut refused = Vec::new();
    for email in ["nadia@example.org", "nobody@example.org"] {
        for _ in 0..10 {
            sign_in(&service, email, "another password").await.expect(401);
        }
        refused.push(sign_in(&service, email, PASSWORD).await.expect(429));
    }
    assert_eq!(refused[0], refused[1]);
    assert_eq!(refused[0].headers["retry-after"], "60");
    service.advance_minutes(1);
    sign_in(&service, "nadia@example.org", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn guessing_codes_is_limited_by_account() {
    let service = TestService::start().await;
    enrolled(&service, "nadia@example.org").await;
    let mut seen = Vec::new();
    for _ in 0..12 {
        let half = sign_in(&service, "nadia@example.org", PASSWORD).await.expect(201).text("/token");
        let body = json!({"recovery_code": "0000-0000-0000-0000"});
        seen.push(service.post("/api/v1/sessions/second-factor", &half, body).await.status.as_u16());
    }
    assert_eq!(
        (seen.iter().filter(|s| **s == 401).count(), seen.iter().filter(|s| **s == 429).count()),
        (10, 2),
        "{seen:?}"
    );
}

#[tokio::test]
async fn who_is_signed_in_is_limited_by_session_and_not_by_address() {
    let rate = |burst| Rate { per_minute: 1, burst };
    let mut terms: Terms = terms();
    (terms.rates.caller, terms.rates.address) = (rate(3), rate(2));
    let service = TestService::with_terms(terms).await;
    let people = [service.clerk().await, service.clerk().await, service.clerk().await];
    for person in &people {
        for status in [200, 200, 200, 429] {
            service.get("/api/v1/sessions/current", &person.token).await.expect(status);
        }
    }
    // Nobody is signed in: all of one address share its tokens.
    for status in [401, 401, 429] {
        service.call("GET", "/api/v1/sessions/current", None, Value::Null).await.expect(status);
    }
}

#[tokio::test]
async fn a_staff_session_locks_after_twenty_idle_minutes_and_a_beneficiarys_does_not() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    for _ in 0..4 {
        service.advance_minutes(15);
        assert!(opens(&service, &consultant.token).await, "she was seen meanwhile");
    }
    service.advance_minutes(20);
    assert!(!opens(&service, &consultant.token).await);
    assert!(opens(&service, &beneficiary.token).await);
    service.advance_minutes(12 * 60);
    assert!(!opens(&service, &beneficiary.token).await, "a session ends");
}

#[tokio::test]
async fn a_session_rotates_and_ends() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let path = "/api/v1/sessions/current";
    let rotated =
        service.post(&format!("{path}/rotation"), &consultant.token, Value::Null).await.expect(201).text("/token");
    assert!(!opens(&service, &consultant.token).await && opens(&service, &rotated).await);
    service.call("DELETE", path, Some(&rotated), Value::Null).await.expect(204);
    assert!(!opens(&service, &rotated).await);
}

#[tokio::test]
async fn a_new_passphrase_needs_the_present_one_and_ends_other_sessions() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let other = service.session(beneficiary.id).await;
    let put = async |body: Value| service.call("PUT", "/api/v1/me/passphrase", Some(&beneficiary.token), body).await;
    put(json!({"passphrase": "short"})).await.expect(422);
    put(json!({"passphrase": PASSWORD})).await.expect(204);
    assert!(opens(&service, &beneficiary.token).await && !opens(&service, &other).await);
    put(json!({"passphrase": "another long one"})).await.expect(422);
    put(json!({"passphrase": "another long one", "current": "wrong wrong wrong"})).await.expect(422);
    put(json!({"passphrase": "another long one", "current": PASSWORD})).await.expect(204);
    sign_in(&service, &beneficiary.email, PASSWORD).await.expect(401);
    let again = sign_in(&service, &beneficiary.email, "another long one").await.expect(201);
    assert_eq!((again.json["needed"].as_str(), again.json["role"].as_str()), (Some("nothing"), Some("beneficiary")));
}

#[tokio::test]
async fn a_cookie_is_set_on_request_and_refused_from_another_site() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let body = json!({"passphrase": PASSWORD});
    service.call("PUT", "/api/v1/me/passphrase", Some(&beneficiary.token), body).await.expect(204);
    let body = json!({"email": beneficiary.email, "password": PASSWORD, "cookie": true});
    let answer = service.call("POST", "/api/v1/sessions", None, body.clone()).await.expect(201);
    assert!(answer.json.get("token").is_none(), "the token is out of reach of scripts");
    let set = answer.headers["set-cookie"].to_str().unwrap();
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{set}");
    let cookie = set.split(';').next().unwrap();
    let path = "/api/v1/sessions/current";
    service.call_with("GET", path, None, &[("cookie", cookie)], Value::Null).await.expect(200);
    let rotation = format!("{path}/rotation");
    for foreign in [
        &[("cookie", cookie)][..],
        &[("cookie", cookie), ("sec-fetch-site", "cross-site")],
        &[("cookie", cookie), ("origin", "https://evil.example")],
    ] {
        service.call_with("POST", &rotation, None, foreign, Value::Null).await.expect(403);
    }
    service.call_with("POST", "/api/v1/sessions", None, &[("sec-fetch-site", "cross-site")], body).await.expect(403);
    let own = [("cookie", cookie), ("sec-fetch-site", "same-origin")];
    let rotated = service.call_with("POST", &rotation, None, &own, Value::Null).await.expect(201);
    assert!(rotated.json.get("token").is_none());
    let fresh = rotated.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    service.call_with("GET", path, None, &own, Value::Null).await.expect(401);
    let own = [("cookie", fresh.as_str()), ("sec-fetch-site", "same-origin")];
    let ended = service.call_with("DELETE", path, None, &own, Value::Null).await.expect(204);
    assert!(ended.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn without_a_session_every_identifier_is_answered_alike() {
    let service = TestService::start().await;
    let consultant: Person = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let known = service.call("GET", &beneficiary.path(""), None, Value::Null).await.expect(401);
    let unknown = format!("/api/v1/bilans/{}", "ab".repeat(16));
    assert_eq!(known, service.call("GET", &unknown, None, Value::Null).await);
    for token in ["", "x", "bis_x", &"bis_".repeat(12), "bit_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(known, service.get(&beneficiary.path(""), token).await, "{token}");
    }
    // And signed in without a grant: 404, the same for a foreign bilan and none at all.
    let stranger = service.consultant(&[]).await;
    let foreign = service.get(&beneficiary.path(""), &stranger.token).await.expect(404);
    assert_eq!(foreign, service.get(&unknown, &stranger.token).await);
    assert_eq!(foreign, service.get("/api/v1/bilans/not-an-id", &stranger.token).await);
}

#[tokio::test]
async fn one_session_more_than_allowed_ends_the_one_that_would_end_first() {
    let limits = Terms { sessions_per_account: 2, ..terms() };
    let service = TestService::with_terms(limits).await;
    let (_, secret, _, first) = enrolled(&service, "nadia@example.org").await;
    let mut tokens = vec![first];
    for _ in 0..2 {
        service.advance_minutes(1);
        // One that stops at the password takes nobody's place.
        sign_in(&service, "nadia@example.org", PASSWORD).await.expect(201);
        let half = sign_in(&service, "nadia@example.org", PASSWORD).await.expect(201).text("/token");
        let body = json!({"code": code_of(&service, &secret)});
        tokens.push(service.post("/api/v1/sessions/second-factor", &half, body).await.expect(201).text("/token"));
    }
    let mut open = Vec::new();
    for token in &tokens {
        open.push(opens(&service, token).await);
    }
    assert_eq!(open, [false, true, true]);
}
