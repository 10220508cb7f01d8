//! `Idempotency-Key`: done once, answered twice.

use serde_json::{Value, json};
use server::services::scheduler;
use server::store::{Kind, Selection};

use crate::support::{TestAnswer, TestService};

fn house(name: &str) -> Value {
    json!({"kind": "centre", "name": name})
}

async fn post(service: &TestService, token: &str, key: &str, body: Value) -> TestAnswer {
    service.call_with("POST", "/api/v1/tenants", Some(token), &[("idempotency-key", key)], body).await
}

async fn n_houses(service: &TestService) -> usize {
    service.app.documents().store().select(&Selection::of(Kind::Tenant)).await.unwrap().len()
}

#[tokio::test]
async fn a_repeated_request_is_done_once_and_answered_twice() {
    let service = TestService::start().await;
    let admin = service.administrator.token.clone();
    let before = n_houses(&service).await;
    let first = post(&service, &admin, "k1", house("One")).await.expect(201);
    let again = post(&service, &admin, "k1", house("One")).await.expect(201);
    assert_eq!((&first.bytes, first.headers.get("content-type")), (&again.bytes, again.headers.get("content-type")));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    post(&service, &admin, "k2", house("One")).await.expect(201);
    assert_eq!(n_houses(&service).await, before + 2);
}

#[tokio::test]
async fn the_same_key_for_another_request_is_refused() {
    let service = TestService::start().await;
    let admin = service.administrator.token.clone();
    post(&service, &admin, "k1", house("One")).await.expect(201);
    let other = post(&service, &admin, "k1", house("Two")).await.expect(422);
    assert_eq!(other.json["type"], "/problems/idempotency-key-reused");
    let headers = [("idempotency-key", "k1")];
    service.call_with("POST", "/api/v1/users", Some(&admin), &headers, house("One")).await.expect(422);
    for key in ["", &"x".repeat(256)] {
        post(&service, &admin, key, house("One")).await.expect(422);
    }
}

#[tokio::test]
async fn keys_are_per_principal() {
    let service = TestService::start().await;
    let second = service.another_administrator().await;
    let one = post(&service, &service.administrator.token, "k1", house("One")).await.expect(201);
    let other = post(&service, &second.token, "k1", house("Two")).await.expect(201);
    assert_ne!(one.id("/id"), other.id("/id"));
    // A new session of the same person is the same principal.
    let again = service.session(second.id).await;
    assert_eq!(post(&service, &again, "k1", house("Two")).await.expect(201).id("/id"), other.id("/id"));
}

#[tokio::test]
async fn of_requests_at_once_under_one_key_one_is_done() {
    let service = TestService::start().await;
    let admin = service.administrator.token.clone();
    let before = n_houses(&service).await;
    let (a, b, c) = tokio::join!(
        post(&service, &admin, "k1", house("One")),
        post(&service, &admin, "k1", house("One")),
        post(&service, &admin, "k1", house("One"))
    );
    assert_eq!(n_houses(&service).await, before + 1);
    for answer in [&a, &b, &c] {
        assert!(matches!(answer.status.as_u16(), 201 | 409), "{}", answer.json);
    }
    assert!([a, b, c].iter().any(|answer| answer.status == 201));
}

#[tokio::test]
async fn a_refusal_is_kept_and_a_reply_for_a_day() {
    let service = TestService::start().await;
    let admin = service.administrator.token.clone();
    let refused = post(&service, &admin, "k1", house(" ")).await.expect(422);
    let again = post(&service, &admin, "k1", house(" ")).await.expect(422);
    assert_eq!((refused.bytes, "true"), (again.bytes, again.headers["idempotency-replayed"].to_str().unwrap()));
    post(&service, &admin, "k2", house("One")).await.expect(201);
    service.advance(1);
    let admin = service.session(service.administrator.id).await;
    let fresh = post(&service, &admin, "k2", house("Two")).await.expect(201);
    assert_eq!(fresh.json["name"], "Two");
    service.advance(2);
    let report = scheduler::tick(&service.app).await.unwrap();
    assert!(report.expired >= 2 && report.failed == 0, "{report:?}");
    assert!(service.app.documents().store().select(&Selection::of(Kind::Idempotency)).await.unwrap().is_empty());
}

#[tokio::test]
async fn kept_replies_are_sealed() {
    let service = TestService::start().await;
    post(&service, &service.administrator.token, "k1", house("Zanzibar")).await.expect(201);
    let kept = service.app.documents().store().select(&Selection::of(Kind::Idempotency)).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].body.windows(8).any(|window| window == b"Zanzibar"));
}

#[tokio::test]
async fn without_a_session_a_key_changes_nothing() {
    let service = TestService::start().await;
    let headers = [("idempotency-key", "k1")];
    let body = json!({"email": "nobody@example.org"});
    for _ in 0..2 {
        let answer = service.call_with("POST", "/api/v1/links", None, &headers, body.clone()).await.expect(202);
        assert!(!answer.headers.contains_key("idempotency-replayed"));
    }
}
