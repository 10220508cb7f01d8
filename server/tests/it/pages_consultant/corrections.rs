//! What is put right: notes that two windows change, meetings recorded by mistake, the name of an employer.

use serde_json::{Value, json};
use server::documents::Stored;
use server::ids::Id;
use server::records::bilan::{Bilan, Funding};
use server::records::tenant::TenantKind;
use server::services::{houses, sessions};

use super::desk::{Desk, QUALIFIED, in_both_languages, link_on, text_of, values};
use crate::support::{Beneficiary, Person, TestService};

/// How often the log of a bilan says that notes were read.
async fn n_readings(service: &TestService, bea: &Beneficiary) -> usize {
    let log = service.get(&bea.path("/accesses"), &bea.token).await.expect(200);
    log.json.as_array().unwrap().iter().filter(|line| line["verb"] == "read" && line["kind"] == "note").count()
}

#[tokio::test]
async fn a_page_that_counts_notes_reads_none() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let path = format!("/bilans/{}", bea.bilan);
    for text in ["One", "Two"] {
        desk.send(&format!("{path}/notes"), &[("text", text)]).await;
    }
    let page = desk.page(&path).await;
    assert!(page.contains("2 notes to read") && !page.contains("One"), "{page}");
    assert_eq!(n_readings(&service, &bea).await, 0);
    let notes = desk.page(&format!("{path}/notes")).await;
    assert_eq!(n_readings(&service, &bea).await, 1);
    let note = values(&notes, "href=\"").into_iter().find(|way| way.contains("/notes/")).unwrap().to_owned();
    desk.page(&note).await;
    assert_eq!(n_readings(&service, &bea).await, 2);
}

#[tokio::test]
async fn a_note_changed_elsewhere_is_not_overwritten_and_nothing_typed_is_lost() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let path = format!("/bilans/{}", bea.bilan);
    desk.send(&format!("{path}/notes"), &[("text", "First words")]).await;
    let listed = service.get(&bea.path("/notes"), &consultant.token).await.expect(200);
    let (id, version) = (listed.text("/0/id"), listed.json[0]["version"].to_string());
    let note = format!("{path}/notes/{id}");
    let version_on = |page: &str| values(page, "name=\"version\" value=\"")[0].to_owned();
    assert_eq!(version_on(&desk.page(&note).await), version);
    desk.send(&note, &[("version", &version), ("text", "Faster words")]).await;
    let late = [("version", version.as_str()), ("text", "Later words")];
    let conflict = desk.refused(&note, &late).await;
    for told in ["was changed elsewhere", "Later words</textarea>", "What is saved now:", ">Faster words</p>"] {
        assert!(conflict.contains(told), "{told}: {conflict}");
    }
    let seen = version_on(&conflict);
    desk.send(&note, &[("version", &seen), ("text", "Later words")]).await;
    assert!(desk.page(&format!("{path}/notes")).await.contains(">Later words</p>"));

    // The API: with the version that was read, or whatever is there.
    let api = format!("/api/v1/notes/{id}");
    let body = json!({"text": "By the API"});
    let old = [("if-match", format!("\"{version}\""))];
    let old: Vec<(&str, &str)> = old.iter().map(|(name, value)| (*name, value.as_str())).collect();
    service.call_with("PUT", &api, Some(&consultant.token), &old, body.clone()).await.expect(412);
    let changed = service.call("PUT", &api, Some(&consultant.token), body.clone()).await.expect(200);
    let tag = changed.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", changed.json["version"]));
    service.call_with("PUT", &api, Some(&consultant.token), &[("if-match", &tag)], body).await.expect(200);

    // Deleted elsewhere: what was typed becomes a new note.
    service.call("DELETE", &api, Some(&consultant.token), Value::Null).await.expect(204);
    let gone = desk.refused(&note, &[("version", &seen), ("text", "Kept words")]).await;
    assert!(gone.contains("is not there any more") && gone.contains("Kept words</textarea>"), "{gone}");
    assert!(gone.contains(&format!("action=\"{path}/notes\"")), "{gone}");
}

/// The clock of the tests stands on 3 November 2026, ten o'clock in Paris.
async fn record(desk: &Desk<'_>, attendance: &str, from: &str, to: &str) {
    let meeting = [("date", "2026-11-03"), ("from", from), ("to", to), ("kind", "meeting")];
    desk.send(attendance, &meeting).await;
}

async fn hours(service: &TestService, whose: &Person, bea: &Beneficiary) -> Value {
    service.get(&bea.path("/attendance"), &whose.token).await.expect(200).json
}

#[tokio::test]
async fn a_meeting_recorded_by_mistake_is_withdrawn_with_its_reason_and_counts_for_nothing() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let stranger = service.consultant(&QUALIFIED).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let path = format!("/bilans/{}/attendance", bea.bilan);
    // The second that is recorded was the first to take place.
    record(&desk, &path, "08:00", "09:30").await;
    record(&desk, &path, "07:00", "07:45").await;
    let page = desk.page(&path).await;
    let ways: Vec<&str> = values(&page, "href=\"").into_iter().filter(|way| way.ends_with("/withdrawal")).collect();
    assert_eq!(ways, [format!("{path}/2/withdrawal"), format!("{path}/1/withdrawal")]);
    let second = format!("{path}/2/withdrawal");
    let form = in_both_languages(&service, &consultant, &second).await;
    assert!(form.contains("7:00") && form.contains("0\u{a0}h 45\u{a0}min"), "{form}");
    assert!(desk.refused(&second, &[]).await.contains("reason-error"));
    Desk::of(&service, &stranger, "en").nothing_at(&second).await;
    assert_eq!(desk.send(&second, &[("reason", "recorded-twice")]).await, path);
    let page = in_both_languages(&service, &consultant, &path).await;
    assert!(page.contains("Withdrawn on") && page.contains("it was recorded twice. Does not count."), "{page}");
    assert!(page.contains("<dd><strong>1\u{a0}h 30\u{a0}min</strong>"), "{page}");

    let seen = hours(&service, &consultant, &bea).await;
    assert_eq!(seen["total_hours"], 1.5);
    assert_eq!(seen["entries"].as_array().unwrap().len(), 2, "it stays in the record");
    assert_eq!(
        (&seen["entries"][1]["withdrawn"]["reason"], &seen["entries"][1]["number"]),
        (&json!("recorded-twice"), &json!(2))
    );
    assert_eq!(seen["entries"][0].get("withdrawn"), None);
    // The certificate knows the other meeting alone.
    let certificate = format!("{}/documents/attendance.html?lang=en", bea.path(""));
    let certificate = text_of(service.get(&certificate, &consultant.token).await.expect(200));
    assert!(certificate.contains("9:30") && !certificate.contains("7:45"), "{certificate}");

    // Once is enough; what is no meeting, or is not there, cannot be withdrawn.
    let api = |entry: u32| bea.path(&format!("/attendance/{entry}/withdrawal"));
    let body = json!({"reason": "wrong-times"});
    let again = service.post(&api(2), &consultant.token, body.clone()).await.expect(409);
    assert_eq!(again.json["reason"], "already-withdrawn");
    desk.nothing_at(&second).await;
    for entry in [0, 3] {
        service.post(&api(entry), &consultant.token, body.clone()).await.expect(404);
    }
    service.post(&api(1), &stranger.token, body.clone()).await.expect(404);
    service.post(&api(1), &bea.token, body).await.expect(403);
    service.post(&api(1), &consultant.token, json!({"reason": "because"})).await.expect(422);
    assert_eq!(hours(&service, &consultant, &bea).await["total_hours"], 1.5);
}

async fn a_house(service: &TestService, kind: TenantKind, name: &str) -> Id {
    let token = sessions::token_of(&service.administrator.token).unwrap();
    let caller = sessions::authenticate(&service.app, &token).await.unwrap();
    houses::create(&service.app, &caller, kind, name.to_owned()).await.unwrap().record.id
}

#[tokio::test]
async fn an_employer_is_found_by_its_name_in_full_and_no_list_tells_whom_others_work_for() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let colleague = service.consultant(&QUALIFIED).await;
    let desk = Desk::of(&service, &consultant, "en");
    let workshop = a_house(&service, TenantKind::Employer, "L'Atelier du Bois").await;
    a_house(&service, TenantKind::Organisation, "L'Atelier du Fer").await;
    for _ in 0..2 {
        a_house(&service, TenantKind::Employer, "Les Deux Amis").await;
    }
    let whole = |employer: &'static str| {
        let mut fields = vec![("name", "Bea"), ("language", "fr"), ("funding", "employer"), ("employer", employer)];
        let points = ["title", "aims", "content", "means", "duration", "follow_up", "handing_over", "price"];
        fields.extend(points.map(|point| (point, "As agreed")));
        fields
    };
    for (name, why) in [
        ("", "Give the name of the employer"),
        ("Atelier", "No employer of this name"),
        ("L’Atelier du Fer", "No employer of this name"),
        ("Les Deux Amis", "Several employers have this name"),
    ] {
        let page = desk.refused("/bilans/new", &whole(name)).await;
        assert!(page.contains(why) && page.contains("employer-error"), "{name}: {page}");
        assert!(!page.contains("<datalist"), "{page}");
    }
    // The identifier is nobody's to type.
    let id = workshop.to_string();
    let by_id: Vec<(&str, &str)> = whole("x")
        .iter()
        .map(|(name, value)| (*name, if *name == "employer" { id.as_str() } else { *value }))
        .collect();
    assert!(desk.refused("/bilans/new", &by_id).await.contains("No employer of this name"));

    let led = desk.send("/bilans/new", &whole("l’atelier  du bois")).await;
    let bilan: Id = led.trim_end_matches("#entry").rsplit('/').next().unwrap().parse().unwrap();
    let stored: Stored<Bilan> = service.app.documents().load(bilan).await.unwrap();
    assert!(matches!(stored.content.funding, Funding::Employer { employer, .. } if employer == workshop));
    let offered = in_both_languages(&service, &consultant, "/bilans/new").await;
    assert!(offered.contains("<option value=\"L&#39;Atelier du Bois\">") && !offered.contains(&id), "{offered}");
    assert!(!Desk::of(&service, &colleague, "en").page("/bilans/new").await.contains("Atelier"));
    let invited = desk.post(&format!("/bilans/{bilan}/invitation"), &[]).await.expect(200);
    link_on(&text_of(invited));
}

#[tokio::test]
async fn a_questionnaire_is_not_given_in_a_language_in_which_only_names_are_worded() {
    let service = TestService::start().await;
    let consultant = service.consultant(&["ipip-markers-50", "likert-12"]).await;
    let bea = service.beneficiary(&consultant).await;
    let give = async |instrument: &str, language: &str| {
        let body = json!({"instrument": instrument, "language": language, "purpose": "P"});
        service.post(&bea.path("/assignments"), &consultant.token, body).await
    };
    for language in ["fr", "en"] {
        let refused = give("ipip-markers-50", language).await.expect(422);
        let problem = &refused.json["errors"][0];
        assert_eq!(problem["field"], "/language", "{}", refused.json);
        assert!(problem["allowed"].as_str().unwrap().contains("imported"), "{problem}");
        assert!(problem["remedy"].as_str().unwrap().contains(&format!("`{language}`")), "{problem}");
    }
    give("likert-12", "fr").await.expect(201);
}
