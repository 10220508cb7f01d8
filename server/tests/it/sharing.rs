//! Who else comes to know of a bilan: the employer who pays, a colleague who takes over.

use serde_json::{Value, json};
use server::ids::Id;

use crate::support::{Beneficiary, Person, TestService};

async fn paid_by(service: &TestService, consultant: &Person, employer: Id) -> Beneficiary {
    let text = "…";
    let funding = json!({
        "by": "employer", "employer": employer, "title": text, "aims": text, "content": text, "means": text,
        "duration": text, "follow_up": text, "handing_over": text, "price": text
    });
    service.proposed_with(consultant, funding).await
}

fn dates_for(employer: Id) -> Value {
    json!({
        "basis": "agreement", "recipient": "Employer", "purpose": "dates", "classes": ["dates"], "document": null,
        "days": 30, "employer": employer
    })
}

#[tokio::test]
async fn dates_are_granted_to_the_employer_who_pays_and_to_no_other() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let other = service.house("employer").await;
    let paid = paid_by(&service, &consultant, service.employer).await;
    let own = service.proposed(&consultant).await;
    for (beneficiary, employer) in [(&paid, other), (&own, service.employer), (&paid, service.centre)] {
        let before = service.n_keys();
        let refused = service.post(&beneficiary.path("/grants"), &beneficiary.token, dates_for(employer)).await;
        let refused = refused.expect(422);
        assert_eq!(refused.text("/errors/0/field"), "/employer");
        assert_eq!(service.n_keys(), before);
    }
    service.post(&paid.path("/grants"), &paid.token, dates_for(service.employer)).await.expect(201);
    let person = service.employer_person().await;
    let seen = service.get("/api/v1/bilans", &person.token).await.expect(200);
    assert_eq!(seen.json.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_colleague_who_has_left_takes_no_bilan_over() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let colleague = service.consultant(&[]).await;
    let beneficiary = service.beneficiary(&consultant).await;
    let body = json!({"consultant": colleague.id});
    service.post(&beneficiary.path("/transfer"), &consultant.token, body.clone()).await.expect(204);
    let closed = format!("/api/v1/users/{}", colleague.id);
    service.call("DELETE", &closed, Some(&service.administrator.token), Value::Null).await.expect(204);
    let agree = beneficiary.path("/transfer/agreement");
    let refused = service.post(&agree, &beneficiary.token, body).await.expect(409);
    assert_eq!(refused.text("/reason"), "no-transfer");
    // Her consultant goes on, and may propose another one.
    let another = service.consultant(&[]).await;
    let body = json!({"consultant": another.id});
    service.post(&beneficiary.path("/transfer"), &consultant.token, body.clone()).await.expect(204);
    service.post(&agree, &beneficiary.token, body).await.expect(200);
    service.get(&beneficiary.path("/notes"), &consultant.token).await.expect(404);
    service.get(&beneficiary.path("/notes"), &another.token).await.expect(200);
}
