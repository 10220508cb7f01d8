//! What somebody reads with whom a part of a bilan is shared, and what an employer sees, by the pages alone.

use serde_json::{Value, json};

use crate::pages::browser::Browser;
use crate::pages_consultant::{answers, check};
use crate::support::{Beneficiary, Person, TestService};

/// A page in both languages, once both keep to what every page keeps to; the English one.
async fn both(browser: &mut Browser<'_>, path: &str) -> String {
    browser.speak("fr");
    check(&browser.get(path).await.expect(200).text(), "fr");
    browser.speak("en");
    let page = browser.get(path).await.expect(200).text();
    check(&page, "en");
    page
}

/// A bilan of which a result and the synthesis are handed over.
async fn handed_over(service: &TestService) -> (Person, Beneficiary, String) {
    let consultant = service.consultant(&["likert-12"]).await;
    let bea = service.beneficiary(&consultant).await;
    let staff = consultant.token.as_str();
    let give = json!({"instrument": "likert-12", "language": "en", "purpose": "P"});
    let given = service.post(&bea.path("/assignments"), staff, give).await.expect(201).text("/id");
    let of = |rest: &str| format!("/api/v1/assignments/{given}{rest}");
    service.post(&of("/start"), &bea.token, json!({})).await.expect(200);
    service.get(&of("/page?from=1&n=50"), &bea.token).await.expect(200);
    for position in 1..=12 {
        let answer = json!({"option": 1 + position % 5});
        service.call("PUT", &of(&format!("/answers/{position}")), Some(&bea.token), answer).await.expect(200);
    }
    let result = service.post(&of("/submission"), &bea.token, Value::Null).await.expect(200).text("/result");
    for to in ["preliminary", "investigation", "conclusions"] {
        service.post(&bea.path("/phase"), staff, json!({"to": to})).await.expect(200);
    }
    service.call("PUT", &bea.path("/synthesis"), Some(staff), json!({"project": "Joinery"})).await.expect(200);
    service.post(&bea.path("/release"), staff, json!({"what": "everything"})).await.expect(200);
    (consultant, bea, result)
}

/// Shares by the form: the path of the link, and the code.
async fn share(owner: &mut Browser<'_>, classes: &[&str], days: &str) -> (String, String) {
    let mut fields = vec![("recipient", "Jo"), ("purpose", "A second opinion"), ("days", days)];
    fields.extend(classes.iter().map(|class| ("class", *class)));
    let page = owner.post("/sharing", &fields).await.expect(200).text();
    let keys: Vec<&str> =
        page.split("<code class=\"key\">").skip(1).map(|rest| &rest[..rest.find('<').unwrap()]).collect();
    let path = keys[0][keys[0].find("/enter/").unwrap()..].to_owned();
    (path, keys[1].to_owned())
}

/// Comes in by link and code.
async fn comes_in<'s>(service: &'s TestService, (path, code): &(String, String)) -> Browser<'s> {
    let mut browser = Browser::new(service);
    browser.speak("en");
    assert_eq!(browser.post(path, &[("code", code)]).await.expect(303).location(), "/");
    browser
}

#[tokio::test]
async fn somebody_reads_what_is_shared_until_it_is_taken_back() {
    let service = TestService::start().await;
    let (_, bea, result) = handed_over(&service).await;
    let mut owner = Browser::with_session(&service, &bea.token);
    owner.speak("en");
    let entry = share(&mut owner, &["dates", "results", "synthesis"], "7").await;

    let mut jo = Browser::new(&service);
    jo.speak("en");
    check(&jo.get(&entry.0).await.expect(200).text(), "en");
    let wrong = if entry.1 == "123456" { "654321" } else { "123456" };
    let refused = jo.post(&entry.0, &[("code", wrong)]).await.expect(422).text();
    assert!(refused.contains("This code does not fit"), "{refused}");
    let mut jo = comes_in(&service, &entry).await;
    let home = both(&mut jo, "/").await;
    let told = ["Bea Beneficiary", "A second opinion", "the results", "the synthesis document", "Conclusions phase"];
    for told in told {
        assert!(home.contains(told), "{told}: {home}");
    }
    assert!(home.contains("10 November 2026") || home.contains("10\u{a0}November 2026"), "{home}");

    let restitution = format!("/shared/results/{result}");
    assert!(home.contains(&restitution), "{home}");
    let page = both(&mut jo, &restitution).await;
    assert!(page.contains("role=\"img\"") && page.contains("<table>"), "{page}");
    for hers in ["/sentences", "\"/sharing\"", "\"/data\""] {
        assert!(!page.contains(hers), "{hers} is not for a recipient: {page}");
    }
    assert!(page.contains("“you” is that person") && !page.contains("belongs to you"), "{page}");
    let synthesis = format!("/shared/synthesis/{}", bea.bilan);
    assert!(both(&mut jo, &synthesis).await.contains("Joinery"));
    let file = format!("/api/v1/results/{result}/documents/restitution.html?lang=en");
    assert!(page.contains(&file), "{page}");
    jo.get(&file).await.expect(200);
    jo.get(&format!("/shared/rounds/{}", "ab".repeat(16))).await.expect(404);
    for hers in ["/sharing", "/data", "/synthesis", &format!("/results/{result}")] {
        jo.get(hers).await.expect(403);
    }
    // She sees who has read.
    let log = owner.get("/data").await.expect(200).text();
    assert!(log.contains("<td>Somebody you share with</td><td>Read: a result</td>"), "{log}");
    assert!(log.contains("<td>Somebody you share with</td><td>Read: the synthesis document</td>"), "{log}");

    // Taken back: whoever reads is out at once, and told so.
    let end = owner.get("/sharing").await.expect(200).actions("/sharing/")[0].clone();
    owner.post(&end, &[]).await.expect(303);
    assert_eq!(jo.get(&restitution).await.expect(303).location(), "/share-over");
    assert!(both(&mut jo, "/share-over").await.contains("ended the share"));
    let start = jo.get("/").await.expect(200).text();
    assert!(start.contains("the share that you were reading has ended"), "{start}");
    assert!(!jo.get("/").await.expect(200).text().contains("has ended"), "it is said once");
    assert!(jo.get(&entry.0).await.expect(410).text().contains("does not open any more"));
}

#[tokio::test]
async fn what_is_not_shared_is_neither_listed_nor_read() {
    let service = TestService::start().await;
    let (consultant, bea, result) = handed_over(&service).await;
    let mut owner = Browser::with_session(&service, &bea.token);
    owner.speak("en");
    let synthesis = format!("/shared/synthesis/{}", bea.bilan);
    let mut of_results = comes_in(&service, &share(&mut owner, &["results"], "7").await).await;
    let home = both(&mut of_results, "/").await;
    assert!(home.contains(&result) && !home.contains(&synthesis) && !home.contains("Conclusions phase"), "{home}");
    of_results.get(&synthesis).await.expect(404);
    let mut of_synthesis = comes_in(&service, &share(&mut owner, &["synthesis"], "7").await).await;
    let home = both(&mut of_synthesis, "/").await;
    assert!(!home.contains(&result) && home.contains(&synthesis), "{home}");
    of_synthesis.get(&format!("/shared/results/{result}")).await.expect(404);
    let mut of_dates = comes_in(&service, &share(&mut owner, &["dates"], "7").await).await;
    let home = both(&mut of_dates, "/").await;
    assert!(home.contains("Conclusions phase") && !home.contains("ready to be read"), "{home}");
    assert!(!home.contains("/shared/"), "{home}");

    // Another bilan, of which nothing is handed over yet.
    let other = service.beneficiary(&consultant).await;
    let mut owner = Browser::with_session(&service, &other.token);
    let mut waits = comes_in(&service, &share(&mut owner, &["results", "feedback"], "7").await).await;
    assert!(both(&mut waits, "/").await.contains("Nothing is ready to be read yet"));
    waits.get(&format!("/shared/results/{result}")).await.expect(404);
    waits.get(&synthesis).await.expect(404);
}

#[tokio::test]
async fn the_feedback_of_the_entourage_is_read_where_it_is_shared() {
    let service = TestService::start().await;
    let consultant = service.consultant(&["entourage-6-self"]).await;
    let bea = service.beneficiary(&consultant).await;
    let round = json!({
        "self_instrument": "entourage-6-self", "other_instrument": "entourage-6-other", "language": "en", "purpose": "P",
    });
    let opened = service.post(&bea.path("/rounds"), &consultant.token, round).await.expect(201);
    answers(&service, &bea.token, &opened.text("/self_assignment")).await;
    for name in ["Ada", "Ben", "Cleo"] {
        let raters = format!("/api/v1/rounds/{}/raters", opened.text("/id"));
        let asked = service.post(&raters, &consultant.token, json!({"name": name, "group": "peer"})).await.expect(201);
        let link = json!({"token": asked.text("/token")});
        let rater = service.call("POST", "/api/v1/links/spend", None, link).await.expect(201).text("/token");
        let form = service.get("/api/v1/assignments", &rater).await.expect(200).text("/0/id");
        answers(&service, &rater, &form).await;
    }
    for to in ["preliminary", "investigation", "conclusions"] {
        service.post(&bea.path("/phase"), &consultant.token, json!({"to": to})).await.expect(200);
    }
    let mut owner = Browser::with_session(&service, &bea.token);
    let mut jo = comes_in(&service, &share(&mut owner, &["feedback"], "7").await).await;
    assert!(both(&mut jo, "/").await.contains("Nothing is ready to be read yet"));
    let round = opened.text("/id");
    let feedback = format!("/shared/rounds/{round}");
    jo.get(&feedback).await.expect(404);
    service.post(&format!("/api/v1/rounds/{round}/release"), &consultant.token, Value::Null).await.expect(200);
    assert!(both(&mut jo, "/").await.contains(&feedback));
    let page = jo.get(&feedback).await.expect(200).text();
    check(&page, "en");
    let file = format!("/api/v1/rounds/{round}/documents/feedback.html");
    assert!(page.contains(&file), "{page}");
    jo.get(&file).await.expect(200);
}

#[tokio::test]
async fn a_share_ends_with_the_bilan_and_a_request_for_the_synthesis_outlives_it() {
    let service = TestService::start().await;
    let (consultant, bea, _) = handed_over(&service).await;
    let mut owner = Browser::with_session(&service, &bea.token);
    let mut jo = comes_in(&service, &share(&mut owner, &["dates", "results"], "7").await).await;
    let request = json!({
        "basis": "request", "recipient": "Guidance", "purpose": "Career guidance", "classes": ["synthesis"], "days": 30,
    });
    let given = service.post(&bea.path("/grants"), &bea.token, request).await.expect(201);
    let entry = (format!("/enter/{}", given.text("/token")), given.text("/code"));
    let mut guidance = comes_in(&service, &entry).await;
    service.post(&bea.path("/end"), &consultant.token, Value::Null).await.expect(200);
    assert!(jo.get("/").await.expect(200).text().contains("the share that you were reading has ended"));
    let synthesis = format!("/shared/synthesis/{}", bea.bilan);
    let home = both(&mut guidance, "/").await;
    assert!(home.contains("Career guidance") && home.contains(&synthesis), "{home}");
    assert!(both(&mut guidance, &synthesis).await.contains("Joinery"));
}

#[tokio::test]
async fn a_share_that_is_over_says_so() {
    let service = TestService::start().await;
    let (_, bea, result) = handed_over(&service).await;
    let mut owner = Browser::with_session(&service, &bea.token);
    let entry = share(&mut owner, &["results"], "1").await;
    service.advance_minutes(20 * 60);
    let mut jo = comes_in(&service, &entry).await;
    assert!(both(&mut jo, "/").await.contains(&result));
    service.advance_minutes(5 * 60);
    let over = both(&mut jo, "/").await;
    assert!(over.contains("This share has ended") && !over.contains("Bea"), "{over}");
    jo.get(&format!("/shared/results/{result}")).await.expect(404);
}

#[tokio::test]
async fn ct_12_an_employer_sees_dates_that_the_person_shows_and_nothing_else() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let text = "zqxmarked";
    let funding = json!({
        "by": "employer", "employer": service.employer, "title": text, "aims": text, "content": text, "means": text,
        "duration": text, "follow_up": text, "handing_over": text, "price": text
    });
    let bea = service.proposed_with(&consultant, funding).await;
    let person = service.employer_person().await;
    let mut employer = Browser::with_session(&service, &person.token);
    assert!(both(&mut employer, "/").await.contains("Nothing at the moment"));
    let hash = server::services::consent_text::consent_text("en").hash();
    service.post(&bea.path("/consent"), &bea.token, json!({"language": "en", "hash": hash})).await.expect(200);
    service.post(&bea.path("/phase"), &consultant.token, json!({"to": "preliminary"})).await.expect(200);
    assert!(both(&mut employer, "/").await.contains("Nothing at the moment"), "consent alone shows nothing");
    let mut owner = Browser::with_session(&service, &bea.token);
    assert!(both(&mut owner, "/sharing").await.contains("Show the dates"));
    let wrong = owner.post("/sharing/employer", &[("employer_days", "999")]).await.expect(422).text();
    check(&wrong, "en");
    assert!(wrong.contains("href=\"#employer_days\"") && wrong.contains("value=\"999\""), "{wrong}");
    assert_eq!(owner.post("/sharing/employer", &[("employer_days", "30")]).await.expect(303).location(), "/sharing");
    let given = both(&mut owner, "/sharing").await;
    assert!(given.contains("Your employer") && !given.contains("Show the dates"), "{given}");
    let shown = both(&mut employer, "/").await;
    assert!(shown.contains("Agreement presented on") && shown.contains("Preliminary phase"), "{shown}");
    for secret in ["Bea", text, &bea.email, &bea.bilan.to_string(), &bea.id.to_string(), "Camille"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    for hers in [format!("/bilans/{}", bea.bilan), "/data".to_owned(), format!("/shared/synthesis/{}", bea.bilan)] {
        employer.get(&hers).await.expect(403);
    }
    // Whoever pays herself has nobody to show dates to.
    let own = service.beneficiary(&consultant).await;
    let mut alone = Browser::with_session(&service, &own.token);
    assert!(!both(&mut alone, "/sharing").await.contains("Show the dates"));
    alone.post("/sharing/employer", &[("employer_days", "30")]).await.expect(404);
    let other = service.house("employer").await;
    let stranger = service.employer_person_of(other).await;
    let mut stranger = Browser::with_session(&service, &stranger.token);
    assert!(both(&mut stranger, "/").await.contains("Nothing at the moment"));
    let end = owner.get("/sharing").await.expect(200).actions("/sharing/")[0].clone();
    owner.post(&end, &[]).await.expect(303);
    assert!(both(&mut employer, "/").await.contains("Nothing at the moment"));
}
