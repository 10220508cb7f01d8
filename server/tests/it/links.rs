//! Links: spent once, dated, by POST; returns, invitations, shares.

use serde_json::{Value, json};
use server::access::confirmation::{Confirmation, MAX_TRIES};
use server::app::MailRoute;
use server::documents::Stored;
use server::records::account::{Account, Role};
use server::records::invitation::LinkPurpose;
use server::records::mail::Mail;
use server::services::houses;
use server::services::links::{self, LinkTerms};
use server::store::{Kind, Selection};

use crate::support::{Beneficiary, TestAnswer, TestService, terms};

const SPEND: &str = "/api/v1/links/spend";

async fn spend(service: &TestService, token: &str) -> TestAnswer {
    service.call("POST", SPEND, None, json!({"token": token})).await
}

/// A link of an account, committed, as others make it.
async fn link_of(
    service: &TestService,
    account: &Stored<Account>,
    purpose: LinkPurpose,
    code: Option<Confirmation>,
) -> String {
    let terms = LinkTerms { purpose, ends: service.app.now().plus(3_600_000), code };
    let link = links::create(&service.app, account, terms).await.unwrap();
    service.app.documents().commit(vec![link.change]).await.unwrap();
    link.token.text().to_string()
}

/// The messages that wait for somebody.
async fn mails(service: &TestService, beneficiary: &Beneficiary) -> Vec<Mail> {
    let selection = Selection { parent: Some(beneficiary.id), ..Selection::of(Kind::Mail) };
    let found: Vec<Stored<Mail>> = service.app.documents().select(&selection).await.unwrap();
    found.into_iter().map(|mail| mail.content).collect()
}

fn token_in(text: &str) -> String {
    text.split_once("/enter/").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_is_spent_once_and_by_post_alone() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.proposed(&consultant).await;
    let made = service.post(&beneficiary.path("/sign-in-link"), &consultant.token, Value::Null).await.expect(201);
    let token = made.text("/token");
    assert!(made.text("/url").ends_with(&format!("/enter/{token}")));
    // What a mail scanner does.
    service.call("GET", SPEND, None, Value::Null).await.expect(405);
    service.call("GET", &format!("{SPEND}?token={token}"), None, Value::Null).await.expect(405);
    let entered = spend(&service, &token).await.expect(201);
    assert_eq!(
        (entered.json["role"].as_str(), entered.json["needed"].as_str()),
        (Some("beneficiary"), Some("nothing"))
    );
    assert_eq!(entered.id("/bilan"), beneficiary.bilan);
    service.get(&beneficiary.path(""), &entered.text("/token")).await.expect(200);
    spend(&service, &token).await.expect(401);
}

#[tokio::test]
async fn unknown_spent_cancelled_and_old_links_are_answered_alike() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.proposed(&consultant).await;
    let path = beneficiary.path("/sign-in-link");
    let new = async || service.post(&path, &consultant.token, Value::Null).await.expect(201).text("/token");
    let unknown = spend(&service, &format!("bir_{}", "A".repeat(43))).await.expect(401);
    let cancelled = new().await;
    let spent = new().await;
    spend(&service, &spent).await.expect(201);
    let old = new().await;
    service.advance(1);
    for token in [&cancelled, &spent, &old, "", "bis_x", &format!("bis_{}", &old[4..]), &format!("bii_{}", &old[4..])] {
        assert_eq!(spend(&service, token).await, unknown, "{token}");
    }
}

#[tokio::test]
async fn of_two_who_spend_a_link_at_once_one_comes_in() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.proposed(&consultant).await;
    let token = service.post(&beneficiary.path("/sign-in-link"), &consultant.token, Value::Null).await.text("/token");
    let all = tokio::join!(spend(&service, &token), spend(&service, &token), spend(&service, &token));
    let mut statuses = [all.0.status.as_u16(), all.1.status.as_u16(), all.2.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 401, 401]);
}

#[tokio::test]
async fn a_passphrase_may_be_chosen_with_the_link_and_a_poor_one_does_not_spend_it() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.proposed(&consultant).await;
    let token = service.post(&beneficiary.path("/sign-in-link"), &consultant.token, Value::Null).await.text("/token");
    let refused = service.call("POST", SPEND, None, json!({"token": token, "password": "short"})).await.expect(422);
    assert_eq!(refused.json["errors"][0]["field"], "/password");
    let chosen = "un deux trois soleil";
    service.call("POST", SPEND, None, json!({"token": token, "password": chosen})).await.expect(201);
    let body = json!({"email": beneficiary.email, "password": chosen});
    service.call("POST", "/api/v1/sessions", None, body).await.expect(201);
}

#[tokio::test]
async fn a_new_link_goes_to_the_address_on_file_and_the_answer_never_tells() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let ask =
        async |email: &str| service.call("POST", "/api/v1/links", None, json!({"email": email})).await.expect(202);
    let known = ask(&beneficiary.email).await;
    assert_eq!(known, ask("nobody@example.org").await);
    assert_eq!(known, ask(&consultant.email).await, "staff come back by password");
    assert_eq!(known, ask("").await);
    let waiting = mails(&service, &beneficiary).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].to, beneficiary.email);
    spend(&service, &token_in(&waiting[0].text)).await.expect(201);
    let all: Vec<Stored<Mail>> = service.app.documents().select(&Selection::of(Kind::Mail)).await.unwrap();
    assert_eq!(all.len(), 1);
    // Nothing of it stands in the clear.
    let sealed = &service.app.documents().store().select(&Selection::of(Kind::Mail)).await.unwrap()[0].body;
    assert!(!sealed.windows(11).any(|window| window == b"example.org"));
}

#[tokio::test]
async fn without_smtp_the_consultant_hands_the_link_over_and_the_beneficiary_sees_it() {
    let mut terms = terms();
    terms.mail = MailRoute::ByHand;
    let service = TestService::with_terms(terms).await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    service.call("POST", "/api/v1/links", None, json!({"email": beneficiary.email})).await.expect(202);
    assert_eq!(mails(&service, &beneficiary).await, []);
    let invited = service.post(&beneficiary.path("/invitation"), &consultant.token, Value::Null).await.expect(201);
    assert_eq!(invited.json["sent"], false);
    let handed = service.post(&beneficiary.path("/sign-in-link"), &consultant.token, Value::Null).await.expect(201);
    spend(&service, &invited.text("/link/token")).await.expect(401);
    spend(&service, &handed.text("/token")).await.expect(201);
    let seen = service.get(&beneficiary.path("/accesses"), &beneficiary.token).await.expect(200);
    let lines = seen.json.as_array().unwrap();
    let handed_over =
        lines.iter().filter(|line| line["verb"] == "invite" && line["name"] == "Camille Consultant").count();
    assert_eq!(handed_over, 2, "{lines:?}");
    // Nobody else may make one.
    let stranger = service.consultant(&[]).await;
    service.post(&beneficiary.path("/sign-in-link"), &stranger.token, Value::Null).await.expect(404);
    service.post(&beneficiary.path("/sign-in-link"), &beneficiary.token, Value::Null).await.expect(403);
}

/// A recipient's account with a share link and its code.
async fn shared(service: &TestService) -> (String, String) {
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let mut recipient: Stored<Account> = service.app.documents().load(beneficiary.id).await.unwrap();
    recipient.record.id = service.app.entropy().id();
    recipient.record.owner = Some(recipient.record.id);
    recipient.record.version = 0;
    (recipient.content.role, recipient.content.email) = (Role::Recipient, None);
    let documents = service.app.documents();
    let insert = documents.insert(recipient.record.clone(), &recipient.content).await.unwrap();
    documents.commit(vec![insert]).await.unwrap();
    let (code, kept) = Confirmation::create(service.app.entropy(), service.app.now().plus(3_600_000));
    (link_of(service, &recipient, LinkPurpose::Share, Some(kept)).await, code)
}

fn wrong(code: &str) -> String {
    code.chars().map(|c| if c == '7' { '1' } else { '7' }).collect()
}

#[tokio::test]
async fn a_share_link_opens_with_its_code_alone_and_once() {
    let service = TestService::start().await;
    let (token, code) = shared(&service).await;
    let refused = spend(&service, &token).await.expect(409);
    assert_eq!(refused.json["reason"], "code-needed");
    let confirm = async |token: &str, code: &str| {
        service.call("POST", "/api/v1/shares/code", None, json!({"token": token, "code": code})).await
    };
    let missed = confirm(&token, &wrong(&code)).await.expect(401);
    assert_eq!(missed, confirm(&format!("bil_{}", "A".repeat(43)), &code).await);
    let entered = confirm(&token, &code).await.expect(201);
    assert_eq!(entered.json["role"], "recipient");
    assert_eq!(missed, confirm(&token, &code).await);
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_opens_nothing() {
    let service = TestService::start().await;
    let (token, code) = shared(&service).await;
    for _ in 0..MAX_TRIES {
        let body = json!({"token": token, "code": wrong(&code)});
        service.call("POST", "/api/v1/shares/code", None, body).await.expect(401);
    }
    service.call("POST", "/api/v1/shares/code", None, json!({"token": token, "code": code})).await.expect(401);
}

#[tokio::test]
async fn a_rater_comes_in_by_a_link() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let mut rater: Stored<Account> = service.app.documents().load(beneficiary.id).await.unwrap();
    (rater.record.id, rater.record.version, rater.content.role) = (service.app.entropy().id(), 0, Role::Rater);
    let insert = service.app.documents().insert(rater.record.clone(), &rater.content).await.unwrap();
    service.app.documents().commit(vec![insert]).await.unwrap();
    let token = link_of(&service, &rater, LinkPurpose::Rating, None).await;
    assert_eq!(spend(&service, &token).await.expect(201).json["role"], "rater");
}

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_that_a_new_start_replaces() {
    let (app, clock, folder) = TestService::bare(terms()).await;
    let first = houses::first_administrator(&app).await.unwrap().unwrap();
    let second = houses::first_administrator(&app).await.unwrap().unwrap();
    let mut service = TestService::start().await;
    (service.router, service.openapi) = server::routes::service(app.clone(), Default::default());
    (service.app, service.clock, service.folder) = (app.clone(), clock, folder);
    let body = |link: &links::Link| json!({"token": *link.token.text(), "password": "un deux trois soleil", "email": "ada@example.org"});
    service.call("POST", SPEND, None, body(&first)).await.expect(401);
    let mut no_address = body(&second);
    no_address.as_object_mut().unwrap().remove("email");
    let refused = service.call("POST", SPEND, None, no_address).await.expect(422);
    assert_eq!(refused.json["errors"][0]["field"], "/email");
    let spent = service.call("POST", SPEND, None, body(&second)).await.expect(201);
    // She lost her telephone before the first code: another start lets her begin again.
    let third = houses::first_administrator(&app).await.unwrap().unwrap();
    drop(spent);
    let spent = service.call("POST", SPEND, None, body(&third)).await.expect(201);
    let code = crate::support::code_of(&service, &spent.text("/enrolment/secret"));
    let done = service.post("/api/v1/me/second-factor", &spent.text("/token"), json!({"code": code})).await.expect(201);
    service.get("/api/v1/tenants", &done.text("/token")).await.expect(200);
    assert!(houses::first_administrator(&app).await.unwrap().is_none());
    // A link lasts a day.
    let (app, clock, _folder) = TestService::bare(terms()).await;
    let old = houses::first_administrator(&app).await.unwrap().unwrap();
    clock.advance(86_400_000);
    let spent = links::spend(&app, &old.token.text(), &links::Choices::default()).await;
    assert!(matches!(spent, Err(server::services::error::ServiceError::Unauthenticated)));
}
