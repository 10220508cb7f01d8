//! The pages as a browser without JavaScript meets them: links followed, forms filled in, cookies kept.

pub(crate) mod browser;
mod matrix;
mod secrets;

use serde_json::json;

use self::browser::Browser;
use crate::support::{Beneficiary, Person, TestService};

const BATTERY: [&str; 5] = ["likert-12", "blocks-4", "timed-key-8", "formats-5", "personality-30"];

/// A bilan in its investigation phase with the battery given.
async fn under_way(service: &TestService) -> (Person, Beneficiary) {
    let consultant = service.consultant(&BATTERY).await;
    let bea = service.beneficiary(&consultant).await;
    for to in ["preliminary", "investigation"] {
        service.post(&bea.path("/phase"), &consultant.token, json!({"to": to})).await.expect(200);
    }
    for instrument in BATTERY {
        let body = json!({"instrument": instrument, "language": "fr", "purpose": "Pour le projet"});
        service.post(&bea.path("/assignments"), &consultant.token, body).await.expect(201);
        // Pages list them in the order in which they were given.
        service.clock.advance(1000);
    }
    (consultant, bea)
}

#[tokio::test]
async fn somebody_comes_in_by_a_link_reads_and_agrees() {
    let service = TestService::start().await;
    let consultant = service.consultant(&BATTERY).await;
    let body = json!({"name": "Bea", "email": null, "language": "fr", "funding": {"by": "beneficiary"}});
    let bilan = service.post("/api/v1/bilans", &consultant.token, body).await.expect(201).text("/id");
    let path = format!("/api/v1/bilans/{bilan}/sign-in-link");
    let link = service.post(&path, &consultant.token, json!({})).await.expect(201).text("/token");

    let mut browser = Browser::new(&service);
    let door = browser.get(&format!("/enter/{link}")).await.expect(200);
    assert!(door.text().contains("rien n’est demandé avant votre accord"));
    // Looking does not spend it: mail scanners look.
    browser.get(&format!("/enter/{link}")).await.expect(200);
    let short = browser.post(&format!("/enter/{link}"), &[("password", "court")]).await.expect(422);
    assert!(short.text().contains("href=\"#password\"") && short.text().contains("<title>Erreur"), "{}", short.text());
    let entered = browser.post(&format!("/enter/{link}"), &[("password", "cheval correct pile agrafe")]).await;
    assert_eq!(entered.expect(303).location(), "/");
    assert_eq!(browser.get("/").await.expect(303).location(), "/consent");
    let consent = browser.get("/consent").await.expect(200);
    let hash = consent.field("hash");
    let not_ticked = browser.post("/consent", &[("hash", &hash), ("language", "fr")]).await.expect(422);
    assert!(not_ticked.text().contains("href=\"#agreed\""));
    let agreed = [("hash", hash.as_str()), ("language", "fr"), ("agreed", "on")];
    assert_eq!(browser.post("/consent", &agreed).await.expect(303).location(), "/");
    let home = browser.get("/").await.expect(200);
    assert!(home.text().contains("Vos questionnaires apparaîtront ici"), "{}", home.text());

    // The link is spent; and she comes back by her address once she has one, or by a new link.
    let mut other = Browser::new(&service);
    let spent = other.get(&format!("/enter/{link}")).await.expect(410);
    assert!(spent.text().contains("Ce lien ne s’ouvre plus"));
}

#[tokio::test]
async fn a_refusal_leaves_nothing_and_signs_out() {
    let service = TestService::start().await;
    let consultant = service.consultant(&BATTERY).await;
    let bea = service.proposed(&consultant).await;
    let mut browser = Browser::with_session(&service, &bea.token);
    let done = browser.post("/refusal", &[]).await.expect(200);
    assert!(done.text().contains("Rien de ce bilan n’est gardé"), "{}", done.text());
    assert_eq!(browser.get("/consent").await.expect(303).location(), "/sign-in?to=%2Fconsent");
}

#[tokio::test]
async fn a_questionnaire_is_answered_page_by_page() {
    let service = TestService::start().await;
    let (_, bea) = under_way(&service).await;
    let mut browser = Browser::with_session(&service, &bea.token);
    let home = browser.get("/").await.expect(200);
    let links = home.links("/questionnaires/");
    assert_eq!(links.len(), 5);
    let opening = browser.get(&links[0]).await.expect(200);
    assert!(opening.text().contains("Pour le projet") && opening.text().contains("12 questions"));
    let page = format!("{}/page", links[0]);
    assert_eq!(browser.post(&links[0], &[]).await.expect(303).location(), page);

    let first = browser.get(&page).await.expect(200);
    assert_eq!(first.count("<fieldset class=\"item"), 4);
    assert_eq!(first.count("type=\"radio\" name=\"q1\""), 6, "five options, and one for not answering");
    assert!(!first.text().contains("checked"));

    // One is left out: the others are kept, the error leads to it.
    let three = [("from", "1"), ("q1", "2"), ("q2", "5"), ("q4", "pass"), ("action", "next")];
    let missing = browser.post(&page, &three).await.expect(422);
    assert!(missing.text().contains("href=\"#q3-1\"") && missing.text().contains("id=\"e3\""));
    assert_eq!(missing.count(" checked"), 3, "what was answered stays");
    let again = browser.get(&page).await.expect(200);
    assert!(again.text().contains("Questions 3"), "she goes on with the first that is not answered");

    let whole = [("from", "1"), ("q1", "2"), ("q2", "5"), ("q3", "1"), ("q4", "pass"), ("action", "next")];
    assert_eq!(browser.post(&page, &whole).await.expect(303).location(), format!("{page}?from=5"));
    // Pausing does not complain.
    let pause = [("from", "5"), ("q5", "3"), ("action", "pause")];
    assert_eq!(browser.post(&page, &pause).await.expect(303).location(), "/");
    assert!(browser.get("/").await.text().contains("5 déjà répondues"));
    let back = [("from", "5"), ("action", "back")];
    assert_eq!(browser.post(&page, &back).await.expect(303).location(), format!("{page}?from=1"));
    for from in [5, 9] {
        let fields: Vec<(String, String)> = (from..from + 4).map(|p| (format!("q{p}"), "4".to_owned())).collect();
        let mut form = vec![("from", from.to_string()), ("action", "next".to_owned())];
        form.extend(fields.iter().map(|(name, value)| (name.as_str(), value.clone())));
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(&page, &form).await.expect(303);
    }
    let end = browser.get(&page).await.expect(303).location();
    let review = browser.get(&end).await.expect(200);
    assert!(review.text().contains("12 questions ont"), "{}", review.text());
    assert_eq!(browser.post(&end, &[]).await.expect(303).location(), format!("{}/sent", links[0]));
    browser.get(&format!("{}/sent", links[0])).await.expect(200);
    // Nothing is answered any more.
    browser.post(&page, &whole).await.expect(409);
    assert_eq!(browser.get(&links[0]).await.expect(303).location(), format!("{}/sent", links[0]));
}

#[tokio::test]
async fn blocks_keep_half_an_answer_and_name_what_is_missing() {
    let service = TestService::start().await;
    let (_, bea) = under_way(&service).await;
    let mut browser = Browser::with_session(&service, &bea.token);
    let links = browser.get("/").await.expect(200).links("/questionnaires/");
    let page = format!("{}/page", links[1]);
    browser.post(&links[1], &[]).await.expect(303);
    let first = browser.get(&page).await.expect(200);
    assert_eq!(first.count("<fieldset class=\"block"), 2, "blocks take more room");
    let half = [("from", "1"), ("q1-most", "2"), ("q2-most", "1"), ("q2-least", "1"), ("action", "next")];
    let mended = browser.post(&page, &half).await.expect(422);
    assert!(mended.text().contains("choisissez les deux"), "{}", mended.text());
    assert!(mended.text().contains("une même phrase ne peut pas être les deux à la fois"));
    assert_eq!(mended.count(" checked"), 3, "what was chosen stays");
    let both =
        [("from", "1"), ("q1-most", "2"), ("q1-least", "3"), ("q2-most", "1"), ("q2-least", "4"), ("action", "next")];
    assert_eq!(browser.post(&page, &both).await.expect(303).location(), format!("{page}?from=3"));
}

#[tokio::test]
async fn a_timed_part_says_the_time_left_and_ends_by_the_servers_clock() {
    let service = TestService::start().await;
    let (_, bea) = under_way(&service).await;
    let mut browser = Browser::with_session(&service, &bea.token);
    let links = browser.get("/").await.expect(200).links("/questionnaires/");
    assert!(browser.get(&links[2]).await.expect(200).text().contains("chronométrées"));
    browser.post(&links[2], &[]).await.expect(303);
    let page = format!("{}/page", links[2]);
    let first = browser.get(&page).await.expect(200);
    assert!(first.text().contains("data-seconds=\"60\"") && first.text().contains("1\u{a0}minute"), "{}", first.text());
    // In a timed part what is left out is not asked for again.
    assert_eq!(
        browser.post(&page, &[("from", "1"), ("q1", "2"), ("action", "next")]).await.expect(303).location(),
        format!("{page}?from=5")
    );
    service.advance_minutes(2);
    let over = browser.get(&format!("{page}?from=5")).await.expect(200);
    assert!(
        over.text().contains("Le temps de cette partie est écoulé") && over.text().contains("page?from=6"),
        "{}",
        over.text()
    );
    // A page that was sent with nothing on it, as the clock does, is told so too.
    let empty = browser.post(&page, &[("from", "5"), ("action", "next")]).await.expect(200);
    assert!(empty.text().contains("Le temps de cette partie est écoulé"));
    let late = browser.post(&page, &[("from", "1"), ("q1", "3"), ("action", "next")]).await.expect(200);
    assert!(late.text().contains("Le temps de cette partie est écoulé"));
}

#[tokio::test]
async fn numbers_and_texts_are_checked_and_kept_as_typed() {
    let service = TestService::start().await;
    let (_, bea) = under_way(&service).await;
    let mut browser = Browser::with_session(&service, &bea.token);
    let links = browser.get("/").await.expect(200).links("/questionnaires/");
    browser.post(&links[3], &[]).await.expect(303);
    let page = format!("{}/page?from=1", links[3]);
    let shown = browser.get(&page).await.expect(200);
    let number = shown.positions_of("data-kind=\"number\"");
    assert!(!number.is_empty(), "{}", shown.text());
    let field = format!("q{}", number[0]);
    let form = [("from", "1"), (field.as_str(), "beaucoup"), ("action", "next")];
    let wrong = browser.post(&page, &form).await.expect(422);
    assert!(wrong.text().contains("value=\"beaucoup\""), "{}", wrong.text());
    assert!(wrong.text().contains("donnez un nombre de 0 à"));
}

#[tokio::test]
async fn results_are_read_marked_shared_and_erased() {
    let service = TestService::start().await;
    let (consultant, bea) = under_way(&service).await;
    let mut browser = Browser::with_session(&service, &bea.token);
    let links = browser.get("/").await.expect(200).links("/questionnaires/");
    browser.post(&links[4], &[]).await.expect(303);
    let page = format!("{}/page", links[4]);
    for from in (1..=30).step_by(4) {
        let names: Vec<String> = (from..(from + 4).min(31)).map(|position| format!("q{position}")).collect();
        let from = from.to_string();
        let mut form = vec![("from", from.as_str()), ("action", "next")];
        form.extend(names.iter().map(|name| (name.as_str(), "5")));
        browser.post(&page, &form).await.expect(303);
    }
    browser.post(&format!("{}/end", links[4]), &[]).await.expect(303);
    let home = browser.get("/").await.expect(200);
    assert!(home.links("/results/").is_empty() && home.text().contains("voir mes résultats sans attendre"));
    browser.post("/access-request", &[]).await.expect(303);
    assert!(browser.get("/").await.text().contains("Ils s’ouvrent le"));

    let listed = service.get(&bea.path("/results"), &consultant.token).await.expect(200);
    let result = listed.text("/0/id");
    browser.get(&format!("/results/{result}")).await.expect(404);
    let body = json!({"what": "result", "result": result, "in_interview": true});
    service.post(&bea.path("/release"), &consultant.token, body).await.expect(200);
    let shown = browser.get(&format!("/results/{result}")).await.expect(200);
    assert!(shown.text().contains("role=\"img\"") && shown.text().contains("<table>"));
    let sentences = browser.get(&format!("/results/{result}/sentences")).await.expect(200);
    let rules = sentences.values_of("rule");
    assert!(!rules.is_empty(), "{}", sentences.text());
    browser.post(&format!("/results/{result}/sentences"), &[("rule", &rules[0])]).await.expect(303);
    assert!(browser.get(&format!("/results/{result}")).await.text().contains("voice not-me"));

    let wrong = browser.post("/sharing", &[("recipient", ""), ("purpose", "x"), ("days", "999")]).await.expect(422);
    for field in ["#recipient", "#classes", "#days"] {
        assert!(wrong.text().contains(&format!("href=\"{field}\"")), "{field}");
    }
    let share = [("recipient", "Jo"), ("purpose", "Avis"), ("days", "7"), ("class", "results")];
    let given = browser.post("/sharing", &share).await.expect(200);
    assert!(given.text().contains("/enter/"), "{}", given.text());
    let listed = browser.get("/sharing").await.expect(200);
    assert!(listed.text().contains("Jo") && !listed.text().contains("/enter/"), "shown once");
    let end = listed.actions("/sharing/")[0].clone();
    browser.post(&end, &[]).await.expect(303);
    assert!(!browser.get("/sharing").await.text().contains(">Jo<"));

    assert!(browser.get("/data").await.expect(200).text().contains("A lu"));
    browser.post("/erasure", &[]).await.expect(422);
    let gone = browser.post("/erasure", &[("kept", "on")]).await.expect(200);
    assert!(gone.text().contains("Votre bilan est effacé") && gone.text().contains("/receipts/"));
    assert!(browser.get("/data").await.expect(303).location().starts_with("/sign-in"));
}

#[tokio::test]
async fn the_language_is_chosen_once_for_all_pages() {
    let service = TestService::start().await;
    let mut browser = Browser::new(&service);
    assert!(browser.get("/").await.expect(200).text().contains("<html lang=\"fr\">"));
    let chosen = browser.get("/language/en?to=%2Fsign-in%3Fto%3D%252F").await.expect(303);
    assert_eq!(chosen.location(), "/sign-in?to=%2F");
    assert!(browser.get("/sign-in").await.expect(200).text().contains("<html lang=\"en\">"));
    assert_eq!(browser.get("/language/fr?to=//evil.example").await.expect(303).location(), "/");
    browser.get("/language/xx").await.expect(404);
}

#[tokio::test]
async fn a_wrong_passphrase_is_said_and_a_right_one_leads_back() {
    let service = TestService::start().await;
    let (_, bea) = under_way(&service).await;
    let body = json!({"passphrase": "cheval correct pile agrafe"});
    service.call("PUT", "/api/v1/me/passphrase", Some(&bea.token), body).await.expect(204);
    let mut browser = Browser::new(&service);
    assert_eq!(browser.get("/data").await.expect(303).location(), "/sign-in?to=%2Fdata");
    let wrong = [("email", bea.email.as_str()), ("password", "autre chose que cela"), ("to", "/data")];
    let said = browser.post("/sign-in", &wrong).await.expect(422);
    assert!(said.text().contains("ne vont pas ensemble") && said.text().contains(&bea.email));
    let right = [("email", bea.email.as_str()), ("password", "cheval correct pile agrafe"), ("to", "/data")];
    assert_eq!(browser.post("/sign-in", &right).await.expect(303).location(), "/data");
    browser.get("/data").await.expect(200);
    browser.post("/sign-out", &[]).await.expect(303);
    browser.get("/data").await.expect(303);
}
