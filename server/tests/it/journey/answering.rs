//! Answering: two sittings on two devices, going back, two tabs, submitting twice.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use server::ids::Id;

use super::{BATTERY, Client};
use crate::support::{TestAnswer, TestService};

pub(super) fn interest_answer(position: u32) -> Value {
    json!({"option": 1 + (position * 7) % 5})
}

pub(super) fn likert_answer(position: u32) -> Value {
    if position == 12 { json!({"none": "declined"}) } else { json!({"option": 1 + (position * 3) % 5}) }
}

pub(super) fn self_answer(position: u32) -> Value {
    json!({"option": 1 + position % 5})
}

pub(super) fn key_answer(position: u32) -> Value {
    let options = [2, 4, 1, 1, 2, 4, 2, 3];
    json!({"option": options[position as usize - 1]})
}

/// The members that are most and least like her, of each block.
pub(super) const BLOCKS: [(u32, u32); 4] = [(1, 3), (4, 2), (2, 1), (3, 4)];

pub(super) fn block_answer(position: u32) -> Value {
    let (most, least) = BLOCKS[position as usize - 1];
    json!({"most": most, "least": least})
}

pub(super) fn of(assignment: Id, rest: &str) -> String {
    format!("/api/v1/assignments/{assignment}{rest}")
}

pub(super) async fn start(service: &TestService, token: &str, assignment: Id) {
    service.post(&of(assignment, "/start"), token, json!({})).await.expect(200);
}

pub(super) async fn page(service: &TestService, token: &str, assignment: Id) -> TestAnswer {
    service.get(&of(assignment, "/page"), token).await.expect(200)
}

pub(super) async fn save(service: &TestService, token: &str, assignment: Id, position: u32, answer: Value) {
    let path = of(assignment, &format!("/answers/{position}"));
    let saved = service.call("PUT", &path, Some(token), answer).await.expect(200);
    assert_eq!(saved.json["position"], position);
}

pub(super) fn positions(page: &TestAnswer) -> Vec<u32> {
    let steps = page.json["steps"].as_array().unwrap();
    steps.iter().map(|step| step["position"].as_u64().unwrap().try_into().unwrap()).collect()
}

/// Answers page after page, as the service gives them, until nothing is left.
pub(super) async fn answer_rest(service: &TestService, token: &str, assignment: Id, answer: impl Fn(u32) -> Value) {
    loop {
        let page = page(service, token, assignment).await;
        if page.json["next_unanswered"].is_null() {
            return;
        }
        service.clock.advance(5_000);
        for position in positions(&page) {
            if page.json["answers"].get(position.to_string()).is_none() {
                save(service, token, assignment, position, answer(position)).await;
            }
        }
    }
}

pub(super) async fn submit(service: &TestService, token: &str, assignment: Id) -> TestAnswer {
    service.post(&of(assignment, "/submission"), token, Value::Null).await.expect(200)
}

pub(super) async fn answer_and_submit(
    service: &TestService,
    token: &str,
    assignment: Id,
    answer: impl Fn(u32) -> Value,
) {
    start(service, token, assignment).await;
    answer_rest(service, token, assignment, answer).await;
    submit(service, token, assignment).await;
}

/// She answers the first twelve of sixty, some of another, and stops.
pub(super) async fn first_sitting(service: &TestService, bea: &Client, battery: &BTreeMap<&str, Id>) {
    let interests = battery["interests-60"];
    start(service, &bea.token, interests).await;
    for _ in 0..2 {
        let page = page(service, &bea.token, interests).await;
        service.clock.advance(20_000);
        for position in positions(&page) {
            save(service, &bea.token, interests, position, interest_answer(position)).await;
        }
    }
    for position in [11, 12] {
        save(service, &bea.token, interests, position, json!({"option": 5})).await;
    }
    start(service, &bea.token, battery["likert-12"]).await;
    save(service, &bea.token, battery["likert-12"], 1, json!({"option": 1})).await;
}

pub(super) async fn second_sitting(service: &TestService, bea: &Client, battery: &BTreeMap<&str, Id>) {
    let interests = battery["interests-60"];
    let resumed = page(service, &bea.token, interests).await;
    assert_eq!((&resumed.json["n_answered"], &resumed.json["next_unanswered"]), (&json!(12), &json!(13)));
    assert_eq!(positions(&resumed).first(), Some(&13));
    go_back_and_change(service, bea, interests).await;
    answer_rest(service, &bea.token, interests, interest_answer).await;
    let likert = battery["likert-12"];
    two_tabs(service, bea, likert).await;
    // Blocks and a timed section use the same addresses.
    for (instrument, answer) in [("blocks-4", block_answer as fn(u32) -> Value), ("timed-key-8", key_answer)] {
        start(service, &bea.token, battery[instrument]).await;
        answer_rest(service, &bea.token, battery[instrument], answer).await;
    }
    for instrument in BATTERY {
        submit_twice(service, bea, battery[instrument]).await;
    }
}

pub(super) async fn go_back_and_change(service: &TestService, bea: &Client, interests: Id) {
    let back = service.get(&of(interests, "/page?from=11&n=2"), &bea.token).await.expect(200);
    assert_eq!(back.json["answers"], json!({"11": {"option": 5}, "12": {"option": 5}}));
    for position in [11, 12] {
        save(service, &bea.token, interests, position, interest_answer(position)).await;
    }
}

/// Two tabs of one person answer in turns and at once; the last answer to a step counts, and none goes astray.
pub(super) async fn two_tabs(service: &TestService, bea: &Client, likert: Id) {
    let other = bea.clone();
    for position in 1..=12 {
        let (one, two) = if position % 2 == 0 { (bea, &other) } else { (&other, bea) };
        // Twice the same, as a double click sends it.
        let twice = tokio::join!(
            save(service, &one.token, likert, position, json!({"option": 5})),
            save(service, &two.token, likert, position, json!({"option": 5})),
        );
        assert_eq!(twice, ((), ()));
        save(service, &two.token, likert, position, likert_answer(position)).await;
    }
    let page = service.get(&of(likert, "/page?from=1&n=12"), &other.token).await.expect(200);
    let expected: serde_json::Map<_, _> = (1..=12).map(|p| (p.to_string(), likert_answer(p))).collect();
    assert_eq!((&page.json["answers"], &page.json["n_answered"]), (&Value::Object(expected), &json!(12)));
}

/// Submitting twice, at once even, makes one result; after it nothing can be changed.
pub(super) async fn submit_twice(service: &TestService, bea: &Client, assignment: Id) {
    let (first, second) =
        tokio::join!(submit(service, &bea.token, assignment), submit(service, &bea.token, assignment));
    assert_eq!(first.json, second.json);
    assert!(first.json["result"].is_string());
    let late = service.call("PUT", &of(assignment, "/answers/1"), Some(&bea.token), json!({"option": 1})).await;
    assert_eq!(late.expect(409).text("/reason"), "submitted");
}
