//! The follow-up by the pages alone: agreed to before the end, answered by the code of a letter, read by the consultant, taken back.

use serde_json::json;
use server::app::{MailRoute, Terms};
use server::documents::Stored;
use server::records::mail::Mail;
use server::services::scheduler;
use server::store::{Kind, Selection};

use crate::pages::browser::Browser;
use crate::pages_consultant::check;
use crate::support::{Beneficiary, Person, TestService, terms};

/// The one script of these pages.
const SCRIPT: &str = "<script src=\"/assets/follow-up.js\" defer></script>";

/// A page in both languages, once both keep to what every page keeps to; the English one.
async fn both(browser: &mut Browser<'_>, path: &str) -> String {
    browser.speak("fr");
    check(&browser.get(path).await.expect(200).text().replace(SCRIPT, ""), "fr");
    browser.speak("en");
    let page = browser.get(path).await.expect(200).text();
    check(&page.replace(SCRIPT, ""), "en");
    page
}

/// A form that is sent, in English; the page that answers.
async fn sent(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)], status: u16) -> String {
    let page = browser.post(path, fields).await.expect(status).text();
    check(&page.replace(SCRIPT, ""), "en");
    assert_eq!(page.contains("<title>Error: "), status == 422, "{page}");
    page
}

fn key_on(page: &str, place: usize) -> String {
    let keys: Vec<&str> = page.split("<code class=\"key\">").skip(1).collect();
    keys[place][..keys[place].find('<').unwrap()].to_owned()
}

async fn phases(service: &TestService, consultant: &Person, bea: &Beneficiary) {
    for to in ["preliminary", "investigation", "conclusions"] {
        service.post(&bea.path("/phase"), &consultant.token, json!({"to": to})).await.expect(200);
    }
}

async fn end(service: &TestService, consultant: &Person, bea: &Beneficiary) {
    let staff = Some(consultant.token.as_str());
    service.call("PUT", &bea.path("/synthesis"), staff, json!({"project": "Joinery"})).await.expect(200);
    service.post(&bea.path("/release"), &consultant.token, json!({"what": "everything"})).await.expect(200);
    service.post(&bea.path("/end"), &consultant.token, json!(null)).await.expect(200);
}

#[tokio::test]
async fn a_follow_up_is_agreed_to_answered_by_its_code_read_and_taken_back() {
    let service = TestService::with_terms(Terms { mail: MailRoute::ByHand, ..terms() }).await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    let mut owner = Browser::with_session(&service, &bea.token);
    assert!(both(&mut owner, "/data").await.contains("href=\"/data/follow-up\""));
    assert!(both(&mut owner, "/data/follow-up").await.contains("Without an agreement nothing is kept"));
    owner.post("/data/follow-up/withdrawal", &[("sure", "on")]).await.expect(404);
    for days in ["", "0", "366", "many"] {
        let page = sent(&mut owner, "/data/follow-up", &[("days", days)], 422).await;
        assert!(page.contains("href=\"#days\"") && page.contains(&format!("value=\"{days}\"")), "{page}");
    }
    let agreed = sent(&mut owner, "/data/follow-up", &[("days", "365")], 200).await;
    assert!(agreed.contains("Your agreement is saved") && agreed.contains("365 days after the end"), "{agreed}");
    assert!(both(&mut owner, "/data/follow-up").await.contains("Take back my agreement"));
    phases(&service, &consultant, &bea).await;
    end(&service, &consultant, &bea).await;

    // Two months later the consultant hands over a link, for this service sends no mail.
    service.advance(70);
    let token = service.session(consultant.id).await;
    let mut desk = Browser::with_session(&service, &token);
    let listed = both(&mut desk, "/follow-ups").await;
    assert!(listed.contains("Bea Beneficiary"), "{listed}");
    let follow_up = desk.get("/follow-ups").await.links("/follow-ups/")[0].clone();
    assert!(both(&mut desk, &follow_up).await.contains("Make a link"));
    let link = sent(&mut desk, &format!("{follow_up}/link"), &[], 200).await;
    let (url, code) = (key_on(&link, 0), key_on(&link, 1));
    assert!(url.ends_with(&format!("/follow-up#{code}")) && code.starts_with("bif_"), "{url} {code}");

    let mut visitor = Browser::new(&service);
    assert!(both(&mut visitor, "/follow-up").await.contains("/assets/follow-up.js"));
    assert!(visitor.get("/assets/follow-up.js").await.expect(200).text().contains("location.hash"));
    for wrong in ["", "bif_nothing", &code[..30]] {
        let page = sent(&mut visitor, "/follow-up", &[("token", wrong)], 422).await;
        assert!(page.contains("href=\"#token\"") && page.contains("opens nothing"), "{page}");
        sent(&mut visitor, "/follow-up/answers", &[("token", wrong), ("project", "x")], 422).await;
        sent(&mut visitor, "/follow-up/withdrawal", &[("token", wrong), ("sure", "on")], 422).await;
    }
    // Pasted with its address, as people do.
    let questions = sent(&mut visitor, "/follow-up", &[("token", &url)], 200).await;
    assert!(questions.contains("What do you think of your bilan?") && !questions.contains("Bea"), "{questions}");
    let none = sent(&mut visitor, "/follow-up/answers", &[("token", &code), ("consultant", "  ")], 422).await;
    assert!(none.contains("href=\"#expectations\"") && none.contains("Answer one question at least"), "{none}");
    let long = "é".repeat(4001);
    let fields = [("token", code.as_str()), ("remarks", long.as_str()), ("recommend", "Yes")];
    let page = sent(&mut visitor, "/follow-up/answers", &fields, 422).await;
    assert!(page.contains("href=\"#remarks\"") && page.contains(">Yes</textarea>"), "what was typed stays");
    let fields = [("token", code.as_str()), ("recommend", "Yes, to <friends>"), ("expectations", "")];
    let thanks = sent(&mut visitor, "/follow-up/answers", &fields, 200).await;
    assert!(thanks.contains("Your answers are saved"), "{thanks}");
    let again = sent(&mut visitor, "/follow-up", &[("token", &code)], 200).await;
    assert!(
        again.contains("You have answered already") && again.contains("&lt;friends&gt;")
            || again.contains("&#60;friends")
    );

    let read = both(&mut desk, &follow_up).await;
    assert!(read.contains("Would you recommend this bilan, and why?") && read.contains("Yes, to "), "{read}");
    let stranger = service.consultant(&[]).await;
    let mut stranger = Browser::with_session(&service, &stranger.token);
    stranger.get(&follow_up).await.expect(404);
    stranger.post(&format!("{follow_up}/link"), &[]).await.expect(404);
    assert!(both(&mut stranger, "/follow-ups").await.contains("No follow-up at the moment"));

    let unsure = sent(&mut visitor, "/follow-up/withdrawal", &[("token", &code)], 422).await;
    assert!(unsure.contains("href=\"#sure\"") && unsure.contains("<details class=\"more\" open>"), "{unsure}");
    let gone = sent(&mut visitor, "/follow-up/withdrawal", &[("token", &code), ("sure", "on")], 200).await;
    assert!(gone.contains("Your agreement is taken back") && gone.contains("/documents/receipt.pdf"), "{gone}");
    sent(&mut visitor, "/follow-up", &[("token", &code)], 422).await;
    desk.get(&follow_up).await.expect(404);
    assert!(both(&mut desk, "/follow-ups").await.contains("No follow-up at the moment"));
}

#[tokio::test]
async fn the_person_takes_it_back_on_her_own_page_before_the_end() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    let mut owner = Browser::with_session(&service, &bea.token);
    owner.speak("en");
    sent(&mut owner, "/data/follow-up", &[("days", "100")], 200).await;
    let unsure = sent(&mut owner, "/data/follow-up/withdrawal", &[], 422).await;
    assert!(unsure.contains("href=\"#sure\""), "{unsure}");
    let gone = sent(&mut owner, "/data/follow-up/withdrawal", &[("sure", "on")], 200).await;
    assert!(gone.contains("Your agreement is taken back"), "{gone}");
    assert!(both(&mut owner, "/data/follow-up").await.contains("Without an agreement nothing is kept"));
}

#[tokio::test]
async fn the_letter_leads_to_the_page_and_gives_the_code_on_a_line_of_its_own() {
    for language in ["fr", "en"] {
        let service = TestService::start().await;
        let consultant = service.consultant(&[]).await;
        let bea = service.beneficiary(&consultant).await;
        let mut account: Stored<server::records::account::Account> =
            service.app.documents().load(bea.id).await.unwrap();
        account.content.language = language.to_owned();
        let change = service.app.documents().update(&account).await.unwrap();
        service.app.documents().commit(vec![change]).await.unwrap();
        Browser::with_session(&service, &bea.token).post("/data/follow-up", &[("days", "200")]).await.expect(200);
        phases(&service, &consultant, &bea).await;
        service.advance(1);
        scheduler::tick(&service.app).await.unwrap();
        let letters: Vec<Stored<Mail>> = service.app.documents().select(&Selection::of(Kind::Mail)).await.unwrap();
        let text = &letters[0].content.text;
        let code = text.lines().find(|line| line.starts_with("bif_")).unwrap_or_else(|| panic!("{text}"));
        assert!(text.contains(&format!("{}/follow-up#{code}", service.app.terms().public_url)), "{text}");
        let mut visitor = Browser::new(&service);
        visitor.speak("en");
        sent(&mut visitor, "/follow-up", &[("token", code)], 200).await;
    }
}
