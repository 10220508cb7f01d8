//! The audit log as administrators and beneficiaries see it.

use serde_json::Value;

use crate::support::TestService;

#[tokio::test]
async fn the_beneficiary_sees_who_did_what_and_nobody_elses_lines() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let (one, other) = (service.beneficiary(&consultant).await, service.beneficiary(&consultant).await);
    let seen = service.get(&one.path("/accesses"), &one.token).await.expect(200);
    let lines = seen.json.as_array().unwrap();
    let of = |verb: &str| lines.iter().find(|line| line["verb"] == verb).unwrap();
    assert_eq!(
        (of("create")["role"].as_str(), of("create")["name"].as_str()),
        (Some("consultant"), Some("Camille Consultant"))
    );
    assert_eq!((of("grant")["role"].as_str(), of("grant")["name"].as_str()), (Some("beneficiary"), None));
    assert!(!String::from_utf8_lossy(&seen.bytes).contains(&other.bilan.to_string()));
    // Page by page, across months.
    service.advance(40);
    let (token, staff) = (service.session(one.id).await, service.session(consultant.id).await);
    service.post(&one.path("/sign-in-link"), &staff, Value::Null).await.expect(201);
    let all = service.get(&one.path("/accesses"), &token).await.expect(200).json.as_array().unwrap().clone();
    assert_eq!(all.len(), lines.len() + 1);
    let mut paged: Vec<Value> = Vec::new();
    loop {
        let after = paged.last().map(|line| format!("&after={}", line["place"].as_str().unwrap())).unwrap_or_default();
        let page = service.get(&one.path(&format!("/accesses?limit=1{after}")), &token).await.expect(200);
        match page.json.as_array().unwrap().first() {
            Some(line) => paged.push(line.clone()),
            None => break,
        }
    }
    assert_eq!(paged, all);
    let unknown = service.get(&format!("/api/v1/bilans/{}/accesses", "ab".repeat(16)), &token).await.expect(404);
    assert_eq!(service.get(&other.path("/accesses"), &token).await, unknown);
    service.get(&one.path("/accesses"), &staff).await.expect(403);
    service.get(&one.path("/accesses?after=x"), &token).await.expect(422);
}

#[tokio::test]
async fn administrators_see_random_identifiers_only() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let admin = &service.administrator.token;
    let page = service.get("/api/v1/audit?segment=2026-11", admin).await.expect(200);
    let lines = page.json.as_array().unwrap();
    assert!(lines.iter().any(|line| line["bilan"].as_str() == Some(&beneficiary.bilan.to_string())));
    let text = String::from_utf8_lossy(&page.bytes);
    for word in ["Bea", "Camille", "example.org"] {
        assert!(!text.contains(word), "{word}");
    }
    let rest = service.get("/api/v1/audit?after=2&limit=1", admin).await.expect(200);
    assert_eq!((rest.json.as_array().unwrap().len(), &rest.json[0]), (1, &lines[2]));
    service.get("/api/v1/audit", &consultant.token).await.expect(403);
}
