//! The views of others: a round from its opening to its release, the letters to those who are asked, and what they see.

use serde_json::json;
use server::app::{MailRoute, Terms};
use server::documents::Stored;
use server::records::mail::Mail;
use server::store::{Kind, Selection};

use super::desk::{Desk, QUALIFIED, answers, check, in_both_languages, link_on, text_of, values};
use crate::support::{Beneficiary, TestService, terms};

#[tokio::test]
async fn a_round_is_opened_asked_and_released() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let stranger = service.consultant(&QUALIFIED).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let new = format!("/bilans/{}/rounds/new", bea.bilan);
    in_both_languages(&service, &consultant, &new).await;
    let pair = ("pair", "entourage-6-self/entourage-6-other");
    assert!(desk.refused(&new, &[pair, ("language", "en")]).await.contains("purpose-error"));
    assert!(
        desk.refused(&new, &[("pair", "x/y"), ("language", "en"), ("purpose", "Why")]).await.contains("pair-error")
    );
    let round = desk.send(&new, &[pair, ("language", "en"), ("purpose", "To compare views")]).await;
    in_both_languages(&service, &consultant, &round).await;
    Desk::of(&service, &stranger, "en").nothing_at(&round).await;
    let own = service.get("/api/v1/assignments", &bea.token).await.expect(200).text("/0/id");
    answers(&service, &bea.token, &own).await;
    let raters = format!("{round}/raters");
    assert!(desk.refused(&raters, &[("name", "")]).await.contains("group-error"));
    for (idx, name) in ["Ada", "Ben", "Cleo"].into_iter().enumerate() {
        // Two answers in a group can be told apart: nothing is released, and nothing destroyed.
        if idx == 2 {
            let page = desk.refused(&format!("{round}/release"), &[("once", "on")]).await;
            assert!(page.contains("no group has enough answers") && page.contains("once-error"), "{page}");
        }
        let asked = text_of(desk.post(&raters, &[("name", name), ("group", "peer")]).await.expect(200));
        let link = json!({"token": link_on(&asked)});
        let rater = service.call("POST", "/api/v1/links/spend", None, link).await.expect(201).text("/token");
        let form = service.get("/api/v1/assignments", &rater).await.expect(200).text("/0/id");
        answers(&service, &rater, &form).await;
    }
    let asked = desk.page(&round).await;
    assert!(asked.contains("<dt>Colleagues</dt><dd>3</dd>") && !asked.contains("Cleo"), "{asked}");
    assert!(desk.refused(&format!("{round}/release"), &[]).await.contains("once-error"));
    assert_eq!(desk.send(&format!("{round}/release"), &[("once", "on")]).await, round);
    let released = in_both_languages(&service, &consultant, &round).await;
    assert!(released.contains("feedback.pdf") && released.contains("<figure"), "{released}");
    let bilan = desk.page(&format!("/bilans/{}", bea.bilan)).await;
    assert!(bilan.contains("feedback handed over on"));
    // The views of the entourage stand beside her own result; groups that are not shown are said.
    let at = bilan.find("/reviews/").unwrap();
    let review = bilan[at..at + bilan[at..].find('"').unwrap()].to_owned();
    let page = in_both_languages(&service, &consultant, &review).await;
    for told in ["id=\"entourage-view\"", "id=\"xentourage\"", "Own view and that of others", "Peers"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // Its prompts stand beside: how the questions were answered comes after the profile.
    let place = |heading: &str| page.find(heading).unwrap_or_else(|| panic!("{heading} in {page}"));
    assert!(place("<h2 id=\"xprofil-") < place("<h2 id=\"xpassation\""));
    let hidden = restitution_of_hidden_groups(&service, &bea, &round).await;
    assert!(!hidden.is_empty() && hidden.iter().all(|sentence| page.contains(sentence)), "{hidden:?} in {page}");
    // The person reads them on pages of her own.
    for language in ["fr", "en"] {
        let own = Desk { service: &service, token: bea.token.clone(), language };
        let home = own.page("/").await;
        let way = values(&home, "href=\"").into_iter().find(|way| way.starts_with("/feedback/")).unwrap().to_owned();
        let feedback = own.page(&way).await;
        assert!(
            feedback.contains("<figure") && hidden.iter().all(|sentence| feedback.contains(sentence)),
            "{feedback}"
        );
    }
}

/// The sentences that the released feedback says instead of figures.
async fn restitution_of_hidden_groups(service: &TestService, bea: &Beneficiary, round: &str) -> Vec<String> {
    let feedback = service.get(&format!("/api/v1{round}/feedback"), &bea.token).await.expect(200);
    let groups = feedback.json["groups"].as_array().unwrap().clone();
    let sentences = groups.iter().filter_map(|group| group["raters"]["sentence"].as_str().map(str::to_owned));
    sentences.collect()
}

#[tokio::test]
async fn with_an_address_the_invitation_goes_by_mail_and_without_one_there_is_a_text_to_copy() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let round = open(&desk, &bea, "fr").await;
    let raters = format!("{round}/raters");
    let fields = [("name", "Ada"), ("group", "peer"), ("email", "ada@example.org")];
    let sent = text_of(desk.post(&raters, &fields).await.expect(200));
    check(&sent, "en");
    assert!(sent.contains("The invitation is sent") && !sent.contains("/enter/"), "{sent}");
    let mails: Vec<Stored<Mail>> = service.app.documents().select(&Selection::of(Kind::Mail)).await.unwrap();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].content;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.org", "Votre regard est demandé"));
    assert!(
        mail.text.contains("Bea Beneficiary") && mail.text.contains("Camille Consultant (Centre)"),
        "{}",
        mail.text
    );
    // The link in the letter opens.
    let token = mail.text.lines().find_map(|line| line.split_once("/enter/")).unwrap().1.to_owned();
    let entered = service.call("POST", "/api/v1/links/spend", None, json!({"token": token})).await.expect(201);
    assert_eq!(entered.text("/role"), "rater");

    let handed = text_of(desk.post(&raters, &[("name", "Ben"), ("group", "peer")]).await.expect(200));
    check(&handed, "en");
    assert!(handed.contains("lang=\"fr\"") && handed.contains("Bea Beneficiary fait un bilan"), "{handed}");
    assert_eq!(handed.matches(&link_on(&handed)).count(), 2, "alone, and in the text to copy");
    let api = json!({"name": "Cleo", "group": "peer", "email": "cleo@example.org"});
    let by_api = service.post(&format!("/api/v1{raters}"), &consultant.token, api).await.expect(201);
    assert_eq!((&by_api.json["sent"], by_api.json.get("token")), (&json!(true), None));
    let wrong = json!({"name": "Cleo", "group": "peer", "email": "nobody"});
    let wrong = service.post(&format!("/api/v1{raters}"), &consultant.token, wrong).await.expect(422);
    assert_eq!(wrong.json["errors"][0]["field"], "/email");
}

#[tokio::test]
async fn without_smtp_every_link_is_shown_with_a_text_to_copy() {
    let service = TestService::with_terms(Terms { mail: MailRoute::ByHand, ..terms() }).await;
    let consultant = service.consultant(&QUALIFIED).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let round = open(&desk, &bea, "en").await;
    assert!(desk.page(&round).await.contains("This service sends no mail"));
    let fields = [("name", "Ada"), ("group", "peer"), ("email", "ada@example.org")];
    let new = desk.send("/bilans/new", &[("name", "Ana"), ("email", "ana@example.org"), ("language", "fr")]).await;
    let new = new.trim_end_matches("#entry").to_owned();
    let pages = [
        desk.post(&format!("{round}/raters"), &fields).await,
        desk.post(&format!("{new}/invitation"), &[]).await,
        desk.post(&format!("{new}/link"), &[]).await,
    ];
    for answer in pages {
        let page = text_of(answer.expect(200));
        check(&page, "en");
        assert_eq!(page.matches(&link_on(&page)).count(), 2, "{page}");
        assert!(page.contains("Camille Consultant (Centre)"), "{page}");
    }
    let mails: Vec<Stored<Mail>> = service.app.documents().select(&Selection::of(Kind::Mail)).await.unwrap();
    assert_eq!(mails, []);
}

#[tokio::test]
async fn somebody_of_the_entourage_sees_who_asks_and_how_she_is_protected() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let round = open(&desk, &bea, "en").await;
    let asked = text_of(desk.post(&format!("{round}/raters"), &[("name", "Ada"), ("group", "peer")]).await.expect(200));
    let link = link_on(&asked);
    let nobody = Desk { service: &service, token: String::new(), language: "en" };
    let door = nobody.page(&format!("/enter/{link}")).await;
    assert!(door.contains("Somebody asks how you see a person"), "{door}");
    let entered = service.call("POST", "/api/v1/links/spend", None, json!({"token": link})).await.expect(201);
    let token = entered.text("/token");
    for language in ["fr", "en"] {
        let ada = Desk { service: &service, token: token.clone(), language };
        let home = ada.page("/").await;
        for told in ["Bea Beneficiary", "Camille Consultant", "To compare views"] {
            assert!(home.contains(told), "{told}: {home}");
        }
        // The questionnaire keeps its language whatever that of the page.
        assert!(home.contains("<h3 lang=\"en\">"), "{home}");
        let form =
            values(&home, "href=\"").into_iter().find(|way| way.starts_with("/questionnaires/")).unwrap().to_owned();
        let opening = ada.page(&form).await;
        assert!(opening.contains("<h1 lang=\"en\">"), "{opening}");
    }
    let own = service.get("/api/v1/assignments", &token).await.expect(200).text("/0/id");
    answers(&service, &token, &own).await;
    let ada = Desk { service: &service, token, language: "en" };
    assert!(ada.page("/").await.contains("There is nothing left to do"));
    assert!(ada.page(&format!("/questionnaires/{own}/sent")).await.contains("You can close this page"));
}

async fn open(desk: &Desk<'_>, bea: &Beneficiary, language: &'static str) -> String {
    let new = format!("/bilans/{}/rounds/new", bea.bilan);
    let pair = ("pair", "entourage-6-self/entourage-6-other");
    desk.send(&new, &[pair, ("language", language), ("purpose", "To compare views")]).await
}
