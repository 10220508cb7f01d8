//! Requirements of law and standards that no other test has for its subject; each test bears the number it has there.

use serde_json::{Value, json};

use crate::support::{Beneficiary, Person, TestService};

/// Somebody who came in by her link and has not consented yet.
async fn invited(service: &TestService, consultant: &Person) -> Beneficiary {
    let wanted = json!({"name": "Bea", "language": "en", "funding": {"by": "beneficiary"}});
    let bilan = service.post("/api/v1/bilans", &consultant.token, wanted).await.expect(201).id("/id");
    let mut bea = Beneficiary { id: bilan, bilan, token: String::new(), email: String::new() };
    let link =
        service.post(&bea.path("/sign-in-link"), &consultant.token, Value::Null).await.expect(201).text("/token");
    let entered = service.call("POST", "/api/v1/links/spend", None, json!({"token": link})).await.expect(201);
    bea.token = entered.text("/token");
    bea
}

/// The text that is published, with its hash, is what is consented to.
async fn consent(service: &TestService, bea: &Beneficiary) {
    let text = service.call("GET", "/api/v1/consent-text?lang=en", None, Value::Null).await.expect(200);
    let body = json!({"language": "en", "hash": text.text("/hash")});
    service.post(&bea.path("/consent"), &bea.token, body).await.expect(200);
}

#[tokio::test]
async fn iso_2_consent_is_to_the_published_text_by_its_hash_and_by_nobody_else() {
    let service = TestService::start().await;
    let consultant = service.consultant(&["likert-12"]).await;
    let bea = invited(&service, &consultant).await;
    let text = service.call("GET", "/api/v1/consent-text?lang=en", None, Value::Null).await.expect(200);
    let told = text.json.to_string();
    for promised in ["destroy", "synthesis"] {
        assert!(told.to_lowercase().contains(promised), "{promised}: {told}");
    }
    let other = json!({"language": "en", "hash": "0".repeat(64)});
    service.post(&bea.path("/consent"), &bea.token, other).await.expect(409);
    let hash = text.text("/hash");
    let french = json!({"language": "fr", "hash": hash});
    service.post(&bea.path("/consent"), &bea.token, french).await.expect(409);
    let right = json!({"language": "en", "hash": hash});
    service.post(&bea.path("/consent"), &consultant.token, right.clone()).await.expect(403);
    let engaged = service.post(&bea.path("/consent"), &bea.token, right).await.expect(200);
    assert_eq!(engaged.text("/phase"), "engaged");
}

#[tokio::test]
async fn ct_2_no_questionnaire_is_given_without_a_purpose() {
    let service = TestService::start().await;
    let consultant = service.consultant(&["likert-12"]).await;
    let bea = invited(&service, &consultant).await;
    consent(&service, &bea).await;
    for body in [
        json!({"instrument": "likert-12", "language": "en"}),
        json!({"instrument": "likert-12", "language": "en", "purpose": " \u{a0}"}),
    ] {
        let refused = service.post(&bea.path("/assignments"), &consultant.token, body).await.expect(422);
        assert!(refused.json.to_string().contains("purpose"), "{}", refused.json);
    }
    let body = json!({"instrument": "likert-12", "language": "en", "purpose": "To know what the plan rests on"});
    service.post(&bea.path("/assignments"), &consultant.token, body).await.expect(201);
    // She sees why she is asked.
    let own = service.get("/api/v1/assignments", &bea.token).await.expect(200);
    let given = service.get(&format!("/api/v1/assignments/{}", own.text("/0/id")), &bea.token).await.expect(200);
    assert!(format!("{}{}", own.json, given.json).contains("To know what the plan rests on"), "{}", given.json);
}

#[tokio::test]
async fn ct_11_the_synthesis_has_its_parts_and_the_remarks_are_hers_alone() {
    let service = TestService::start().await;
    let consultant = service.consultant(&["likert-12"]).await;
    let bea = invited(&service, &consultant).await;
    consent(&service, &bea).await;
    for to in ["preliminary", "investigation", "conclusions"] {
        service.post(&bea.path("/phase"), &consultant.token, json!({"to": to})).await.expect(200);
    }
    let text = json!({
        "circumstances": "A move", "competences": "Many", "project": "Carpentry", "steps": "A course", "training": "Joinery",
    });
    let put = |path: &'static str, token: String, body: Value| {
        let (service, path) = (&service, bea.path(path));
        async move { service.call("PUT", &path, Some(&token), body).await }
    };
    put("/synthesis", bea.token.clone(), text.clone()).await.expect(403);
    put("/synthesis", consultant.token.clone(), text.clone()).await.expect(200);
    put("/synthesis/remarks", consultant.token.clone(), json!({"remarks": "Hers?"})).await.expect(403);
    service.post(&bea.path("/release"), &consultant.token, json!({"what": "everything"})).await.expect(200);
    put("/synthesis/remarks", bea.token.clone(), json!({"remarks": "Joinery rather."})).await.expect(200);
    for token in [&bea.token, &consultant.token] {
        let seen = service.get(&bea.path("/synthesis"), token).await.expect(200);
        assert_eq!((&seen.json["text"], &seen.json["remarks"]), (&text, &json!("Joinery rather.")));
    }
}
