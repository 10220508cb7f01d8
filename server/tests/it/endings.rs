//! The end of a bilan by its addresses.

use serde_json::{Value, json};
use server::ids::Id;
use server::services::scheduler;
use server::vault::{Salt, verify_receipt};

use crate::support::{Beneficiary, Person, TestService};

/// Brings a bilan to its conclusions, delivered.
async fn delivered(service: &TestService, consultant: &Person, beneficiary: &Beneficiary) {
    for to in ["preliminary", "investigation", "conclusions"] {
        service.post(&beneficiary.path("/phase"), &consultant.token, json!({"to": to})).await.expect(200);
    }
    let mut stored: server::documents::Stored<server::records::bilan::Bilan> =
        service.app.documents().load(beneficiary.bilan).await.unwrap();
    stored.content.delivered = Some(service.app.now());
    let change = service.app.documents().update(&stored).await.unwrap();
    service.app.documents().commit(vec![change]).await.unwrap();
}

async fn receipt(service: &TestService, receipt: Id) -> server::vault::VerifiedReceipt {
    // Without signing in.
    let text = service.call("GET", &format!("/api/v1/receipts/{receipt}"), None, Value::Null).await.expect(200);
    let keys = service.call("GET", "/api/v1/public-keys", None, Value::Null).await.expect(200);
    let [text, keys] = [text, keys].map(|answer| String::from_utf8(answer.bytes).unwrap());
    verify_receipt(&text, &keys).unwrap()
}

#[tokio::test]
async fn ct_8_a_bilan_ends_by_its_address_and_the_receipt_is_checked_with_what_is_published() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    let early = service.post(&bea.path("/end"), &consultant.token, Value::Null).await.expect(409);
    assert_eq!(early.text("/reason"), "no-such-step");
    service.post(&bea.path("/end"), &bea.token, Value::Null).await.expect(403);
    delivered(&service, &consultant, &bea).await;
    let outlook = service.get(&bea.path("/ending"), &bea.token).await.expect(200);
    assert_eq!(outlook.json["hindrance"], Value::Null);
    assert_eq!(outlook.json["stays"][0]["kind"], "administrative");
    let salt = Salt::from_hex(&service.get(&bea.path("/salt"), &bea.token).await.expect(200).text("/salt")).unwrap();
    service.get(&bea.path("/salt"), &consultant.token).await.expect(403);
    let ended = service.post(&bea.path("/end"), &consultant.token, Value::Null).await.expect(200);
    assert_eq!(ended.text("/state"), "issued");
    let verified = receipt(&service, ended.id("/receipt")).await;
    assert!(verified.content.is_about(&salt, bea.bilan));
    assert_eq!(verified.content.counts.get("session"), Some(&1));
    // Nothing is left to reach: the session went with the account, and the consultant finds nothing.
    service.get(&bea.path("/ending"), &bea.token).await.expect(401);
    let gone = service.get(&bea.path(""), &consultant.token).await.expect(404);
    let unknown = service.get(&format!("/api/v1/bilans/{}", service.app.entropy().id()), &consultant.token).await;
    assert_eq!((gone.bytes, gone.json), (unknown.bytes, unknown.json));
    let none = service.app.entropy().id();
    service.call("GET", &format!("/api/v1/receipts/{none}"), None, Value::Null).await.expect(404);
}

#[tokio::test]
async fn ct_1_refused_and_never_invited_look_the_same_to_an_employer() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let emile = service.employer_person().await;
    let never = service.get("/api/v1/bilans", &emile.token).await.expect(200);
    let bea = service.proposed(&consultant).await;
    service.post(&bea.path("/refusal"), &consultant.token, Value::Null).await.expect(403);
    let refused = service.post(&bea.path("/refusal"), &bea.token, Value::Null).await.expect(200);
    receipt(&service, refused.id("/receipt")).await;
    let after = service.get("/api/v1/bilans", &emile.token).await.expect(200);
    assert_eq!(after.bytes, never.bytes);
    let here = service.get(&bea.path(""), &emile.token).await.expect(404);
    let nowhere = service.get(&format!("/api/v1/bilans/{}", service.app.entropy().id()), &emile.token).await;
    assert_eq!((here.bytes, here.headers), (nowhere.bytes, nowhere.headers));
    let listed = service.get("/api/v1/bilans", &consultant.token).await.expect(200);
    assert_eq!(listed.json, json!([]));
}

#[tokio::test]
async fn erasure_asks_for_a_word_and_is_the_beneficiarys_own() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    let other = service.beneficiary(&consultant).await;
    service.post(&bea.path("/erasure"), &bea.token, json!({})).await.expect(422);
    service.post(&bea.path("/erasure"), &bea.token, json!({"confirm": "yes"})).await.expect(422);
    service.post(&bea.path("/erasure"), &bea.token, Value::Null).await.expect(415);
    service.post(&bea.path("/erasure"), &other.token, json!({"confirm": "erase"})).await.expect(404);
    service.post(&bea.path("/erasure"), &consultant.token, json!({"confirm": "erase"})).await.expect(403);
    let erased = service.post(&bea.path("/erasure"), &bea.token, json!({"confirm": "effacer"})).await.expect(200);
    receipt(&service, erased.id("/receipt")).await;
    service.get(&other.path(""), &other.token).await.expect(200);
}

#[tokio::test]
async fn ct_9_a_later_date_or_a_foreign_document_is_refused_with_the_field() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    let agree = |documents: Value, days: i64| {
        let body =
            json!({"documents": documents, "purpose": "follow-up", "days": days, "signature": {"kind": "in-service"}});
        let (service, path, token) = (&service, bea.path("/agreements"), bea.token.clone());
        async move { service.post(&path, &token, body).await }
    };
    let unknown = service.app.entropy().id();
    for days in [0, 366, 70_000] {
        let refused = agree(json!([unknown]), days).await.expect(422);
        assert_eq!(refused.text("/errors/0/field"), "/days", "{days}");
    }
    for documents in [json!([]), json!([unknown]), json!([bea.bilan])] {
        let refused = agree(documents, 30).await.expect(422);
        assert_eq!(refused.text("/errors/0/field"), "/documents");
    }
    let listed = service.get(&bea.path("/agreements"), &consultant.token).await.expect(200);
    assert_eq!(listed.json, json!([]));
}

#[tokio::test]
async fn a_follow_up_is_agreed_sent_and_answered_by_its_addresses() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    service.get(&bea.path("/follow-up"), &bea.token).await.expect(404);
    service.call("PUT", &bea.path("/follow-up"), Some(&bea.token), json!({"days": 366})).await.expect(422);
    let agreed = service.call("PUT", &bea.path("/follow-up"), Some(&bea.token), json!({"days": 200})).await.expect(200);
    delivered(&service, &consultant, &bea).await;
    service.post(&bea.path("/end"), &consultant.token, Value::Null).await.expect(200);
    service.advance(70);
    assert_eq!(scheduler::tick(&service.app).await.unwrap().failed, 0);
    // Ten weeks later the consultant has a new session.
    let token = service.session(consultant.id).await;
    let listed = service.get("/api/v1/follow-ups", &token).await.expect(200);
    assert_eq!(listed.json[0]["id"], agreed.json["id"]);
    let address = format!("/api/v1/follow-ups/{}", agreed.id("/id"));
    service.get(&address, &token).await.expect(200);
    let link = service.post(&format!("{address}/link"), &token, Value::Null).await.expect(200).text("/token");
    let asked =
        service.call("POST", "/api/v1/follow-up-links/questions", None, json!({"token": link})).await.expect(200);
    let question = asked.text("/questions/0/question");
    let body = json!({"token": link, "answers": [{"question": question, "text": "Fine"}]});
    service.call("POST", "/api/v1/follow-up-links/answers", None, body).await.expect(200);
    let read = service.get(&address, &token).await.expect(200);
    assert!(read.json["planned"].to_string().contains("Fine"));
    let another = service.consultant(&[]).await;
    service.get(&address, &another.token).await.expect(404);
    let wrong = json!({"token": "bif_nothing"});
    service.call("POST", "/api/v1/follow-up-links/questions", None, wrong).await.expect(404);
    let over =
        service.call("POST", "/api/v1/follow-up-links/withdrawal", None, json!({"token": link})).await.expect(200);
    receipt(&service, over.id("/receipt")).await;
    service.get(&address, &token).await.expect(404);
}

#[tokio::test]
async fn gd_1_the_papers_on_data_protection_are_made_from_the_configuration() {
    let service = TestService::start().await;
    let admin = &service.administrator.token;
    for paper in ["processing-register", "dpia"] {
        for language in ["fr", "en"] {
            let path = format!("/api/v1/{paper}?language={language}");
            let sections = service.get(&path, admin).await.expect(200);
            assert_eq!(sections.text("/version"), env!("CARGO_PKG_VERSION"));
            let markdown = service.get(&format!("{path}&as=markdown"), admin).await.expect(200);
            let text = String::from_utf8(markdown.bytes).unwrap();
            assert!(text.contains("90") && text.contains("365") && text.contains("keys"), "{text}");
            assert!(!text.contains("{{"), "a place was not filled: {text}");
            assert!(sections.json["sections"].to_string().contains("to_fill_in"));
        }
        let consultant = service.consultant(&[]).await;
        service.get(&format!("/api/v1/{paper}"), &consultant.token).await.expect(403);
        service.get(&format!("/api/v1/{paper}?as=pdf"), admin).await.expect(422);
    }
}

#[tokio::test]
async fn administrators_see_counts_and_no_content() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    let kept = service.get("/api/v1/retention", &service.administrator.token).await.expect(200);
    let text = String::from_utf8(kept.bytes).unwrap();
    assert!(text.contains("\"bilan\"") && text.contains("engaged") && text.contains("2027-01"), "{text}");
    for hidden in ["Bea", &bea.email, &bea.bilan.to_string()] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    let none = service.post("/api/v1/master-key/rotation", &service.administrator.token, Value::Null).await.expect(409);
    assert_eq!(none.text("/reason"), "no-master-key-source");
}

#[tokio::test]
async fn the_master_key_is_changed_while_the_service_runs() {
    use server::app::Terms;
    use server::vault::MasterKeySource;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("master.key");
    std::fs::write(&file, "ab".repeat(32)).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let source = Some(MasterKeySource::File(file));
    let service = TestService::with_terms(Terms { master_key: source, ..crate::support::terms() }).await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    let before = service.app.documents().vault().master_key_id();
    let admin = service.administrator.token.clone();
    let mut answer = service.post("/api/v1/master-key/rotation", &admin, Value::Null).await.expect(200);
    while answer.text("/state") == "under-way" {
        tokio::task::yield_now().await;
        answer = service.post("/api/v1/master-key/rotation", &admin, Value::Null).await.expect(200);
    }
    assert_eq!(answer.text("/state"), "done");
    assert_ne!(service.app.documents().vault().master_key_id(), before);
    service.get(&bea.path(""), &bea.token).await.expect(200);
}
