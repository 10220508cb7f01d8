//! The consultant's desk by its pages alone: forms as a browser sends them, from the proposal to the receipt of the end; and what every
//! page keeps to, in both languages.
//!
//! Map: [`desk`] is somebody at the desk; [`corrections`]: notes, meetings and employers put right; [`entourage`]: the views of others.

mod corrections;
mod desk;
mod entourage;

use serde_json::{Value, json};
use server::app::Terms;
use server::documents::Stored;
use server::ids::Id;
use server::questionnaire::SimulatedNorms;
use server::records::bilan::Bilan;

pub(crate) use self::desk::{Desk, answers, check, text_of};
use self::desk::{QUALIFIED, assignment_of, comes_in, in_both_languages, link_on, propose, values};
use crate::support::{Person, TestService, terms};

#[tokio::test]
async fn a_consultant_walks_from_the_proposal_to_the_receipt() {
    let service = TestService::with_terms(Terms { simulated_norms: SimulatedNorms::Allowed, ..terms() }).await;
    let consultant = service.consultant(&QUALIFIED).await;
    let stranger = service.consultant(&QUALIFIED).await;
    let desk = Desk::of(&service, &consultant, "en");

    let empty = in_both_languages(&service, &consultant, "/").await;
    assert!(empty.contains("as soon as you propose one"), "{empty}");
    in_both_languages(&service, &consultant, "/bilans/new").await;
    let unnamed = desk.refused("/bilans/new", &[("name", " "), ("language", "en")]).await;
    assert!(unnamed.contains("href=\"#name\"") && unnamed.contains("name-error"), "{unnamed}");
    let (bilan, path) = propose(&desk, "Bea <Beneficiary>").await;
    let listed = desk.page("/").await;
    assert!(listed.contains("The invitation is to be sent") && !listed.contains("<Beneficiary>"), "{listed}");

    // No address: the link is shown once, to copy.
    let invited = text_of(desk.post(&format!("{path}/invitation"), &[]).await.expect(200));
    check(&invited, "en");
    assert!(desk.page("/").await.contains("Consent is awaited"));
    in_both_languages(&service, &consultant, &path).await;
    let bea = comes_in(&service, bilan, &link_on(&invited)).await;
    assert!(desk.page("/").await.contains("No questionnaire is given yet"));
    for to in ["preliminary", "investigation"] {
        assert_eq!(desk.send(&format!("{path}/phase"), &[("to", to)]).await, path);
    }

    questionnaires_are_given(&service, &consultant, &path).await;
    let at_work = in_both_languages(&service, &consultant, &path).await;
    assert!(at_work.contains("2 questionnaires are being answered"), "{at_work}");
    let titles = values(&at_work, "/withdrawal\"><button class=\"");
    assert_eq!(titles.len(), 2, "{at_work}");
    extend_and_withdraw(&service, &desk, &bea, &path).await;
    let likert = assignment_of(&service, &bea, "Planning and meeting").await;
    answers(&service, &bea, &likert).await;
    let listed = desk.page("/").await;
    assert!(listed.contains("1 result to review and hand over"), "{listed}");

    let review = review_and_release(&service, &consultant, &bea, &path).await;
    notes_are_kept(&service, &consultant, &path).await;
    hours_are_recorded(&service, &consultant, &path).await;
    synthesis_is_written(&service, &consultant, &bea, &path).await;

    let pages = ["", "/questionnaires/new", "/synthesis", "/attendance", "/rounds/new", "/notes", "/end"];
    for rest in pages {
        Desk::of(&service, &stranger, "en").nothing_at(&format!("{path}{rest}")).await;
    }
    Desk::of(&service, &stranger, "en").nothing_at(&review).await;
    assert!(Desk::of(&service, &stranger, "en").page("/").await.contains("as soon as you propose one"));

    ends(&service, &consultant, &path).await;
}

async fn questionnaires_are_given(service: &TestService, consultant: &Person, path: &str) {
    let desk = Desk::of(service, consultant, "en");
    let new = format!("{path}/questionnaires/new");
    let choices = in_both_languages(service, consultant, &new).await;
    assert!(choices.contains("?instrument=likert-12") && !choices.contains("?instrument=blocks-4"), "{choices}");
    let form = in_both_languages(service, consultant, &format!("{new}?instrument=likert-12")).await;
    assert!(form.contains("Simulated people") && form.contains("without asking for the sex"), "{form}");
    let chosen = [("instrument", "likert-12"), ("language", "en"), ("norm", "simulated"), ("combined", "on")];
    let unsaid = desk.refused(&new, &chosen).await;
    assert!(unsaid.contains("purpose-error"), "{unsaid}");
    let said: Vec<_> = chosen.into_iter().chain([("purpose", "To know what the project rests on")]).collect();
    assert_eq!(desk.send(&new, &said).await, format!("{path}#battery"));
    let timed = [("instrument", "timed-key-8"), ("language", "en"), ("norm", ""), ("purpose", "A timed one")];
    desk.send(&new, &timed).await;
    // Not one of hers.
    let foreign = [("instrument", "blocks-4"), ("language", "en"), ("norm", ""), ("purpose", "Why")];
    let refused = text_of(desk.post(&new, &foreign).await.expect(409));
    assert!(refused.contains("Your qualification for this questionnaire is not recorded"), "{refused}");
}

async fn extend_and_withdraw(service: &TestService, desk: &Desk<'_>, bea: &str, path: &str) {
    let own = service.get("/api/v1/assignments", bea).await.expect(200);
    let timed = own.json.as_array().unwrap().iter().find(|row| row["purpose"] == "A timed one").unwrap();
    let timed = timed["id"].as_str().unwrap();
    let time = format!("{path}/questionnaires/{timed}/time");
    desk.page(&time).await;
    Desk { language: "fr", token: desk.token.clone(), ..*desk }.page(&time).await;
    let unsaid = desk.refused(&time, &[("section", "")]).await;
    assert!(unsaid.contains("href=\"#factor\"") && unsaid.contains("href=\"#reason\""), "{unsaid}");
    desk.send(&time, &[("factor", "1.33"), ("section", ""), ("reason", "agreed")]).await;
    assert!(desk.page(path).await.contains("more time given"));
    desk.send(&format!("{path}/questionnaires/{timed}/withdrawal"), &[]).await;
    assert!(desk.page(path).await.contains("Withdrawn"));
}

async fn review_and_release(service: &TestService, consultant: &Person, bea: &str, path: &str) -> String {
    let desk = Desk::of(service, consultant, "en");
    let bilan = desk.page(path).await;
    let at = bilan.find("/reviews/").unwrap();
    let review = bilan[at..at + bilan[at..].find('"').unwrap()].to_owned();
    let page = in_both_languages(service, consultant, &review).await;
    for told in ["Before the interview", "<figure", "technical.pdf", "restitution.pdf", "not handed over yet"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let result = review.rsplit('/').next().unwrap();
    service.get(&format!("/api/v1/results/{result}"), bea).await.expect(404);
    let release = format!("{review}/release");
    let unticked = desk.refused(&release, &[]).await;
    assert!(unticked.contains("in_interview-error"), "{unticked}");
    desk.send(&release, &[("in_interview", "on")]).await;
    service.get(&format!("/api/v1/results/{result}"), bea).await.expect(200);
    assert!(desk.page(&review).await.contains("has been able to read the restitution since"));
    review
}

async fn notes_are_kept(service: &TestService, consultant: &Person, path: &str) {
    let desk = Desk::of(service, consultant, "en");
    in_both_languages(service, consultant, &format!("{path}/notes")).await;
    let nothing = desk.refused(&format!("{path}/notes"), &[("text", " ")]).await;
    assert!(nothing.contains("text-error"), "{nothing}");
    let notes = format!("{path}/notes");
    assert_eq!(desk.send(&notes, &[("text", "She hesitates.\r\n\r\nTwo trades.")]).await, format!("{path}#notes"));
    assert!(desk.page(path).await.contains("1 note to read"));
    let page = in_both_languages(service, consultant, &notes).await;
    assert!(page.contains("<p class=\"written\">Two trades.</p>"), "{page}");
    let at = page.find("/notes/").unwrap();
    let note = format!("{path}{}", &page[at..at + page[at..].find('"').unwrap()]);
    let shown = in_both_languages(service, consultant, &note).await;
    assert!(shown.contains("She hesitates.\n\nTwo trades."));
    let version = values(&shown, "name=\"version\" value=\"")[0].to_owned();
    assert_eq!(desk.send(&note, &[("version", &version), ("text", "She has chosen.")]).await, notes);
    assert!(desk.page(&notes).await.contains("She has chosen."));
    desk.send(&format!("{note}/deletion"), &[]).await;
    assert!(!desk.page(&notes).await.contains("She has chosen."));
    desk.nothing_at(&note).await;
}

async fn hours_are_recorded(service: &TestService, consultant: &Person, path: &str) {
    let desk = Desk::of(service, consultant, "en");
    let attendance = format!("{path}/attendance");
    in_both_languages(service, consultant, &attendance).await;
    let unread = desk.refused(&attendance, &[("date", "yesterday"), ("from", "9"), ("kind", "meeting")]).await;
    for field in ["date", "from", "to"] {
        assert!(unread.contains(&format!("{field}-error")), "{field}: {unread}");
    }
    // The clock of the tests stands on 3 November 2026, ten o'clock in Paris.
    let meeting = |to| [("date", "2026-11-03"), ("from", "08:15"), ("to", to), ("kind", "remote")];
    assert!(desk.refused(&attendance, &meeting("23:00")).await.contains("to-error"));
    assert_eq!(desk.send(&attendance, &meeting("09:45")).await, attendance);
    let page = in_both_languages(service, consultant, &attendance).await;
    for told in ["8:15", "9:45", "1\u{a0}h 30\u{a0}min", "attendance.pdf"] {
        assert!(page.contains(told), "{told}: {page}");
    }
}

async fn synthesis_is_written(service: &TestService, consultant: &Person, bea: &str, path: &str) {
    let desk = Desk::of(service, consultant, "en");
    let synthesis = format!("{path}/synthesis");
    in_both_languages(service, consultant, &synthesis).await;
    let version = |page: &str| {
        let at = page.find("name=\"version\" value=\"").unwrap() + "name=\"version\" value=\"".len();
        page[at..at + page[at..].find('"').unwrap()].to_owned()
    };
    desk.send(&synthesis, &[("version", ""), ("circumstances", "A change of trade"), ("project", "Carpentry")]).await;
    let read = desk.page(&synthesis).await;
    assert!(read.contains("Carpentry"));
    // Two windows: the second finds that the first was faster, and loses nothing.
    let read = version(&read);
    desk.send(&synthesis, &[("version", &read), ("circumstances", "A change"), ("project", "Joinery")]).await;
    let late = [("version", read.as_str()), ("circumstances", "A change"), ("project", "Masonry")];
    let conflict = desk.refused(&synthesis, &late).await;
    for told in ["was changed elsewhere", "Masonry</textarea>", "What is saved now:", ">Joinery</p>"] {
        assert!(conflict.contains(told), "{told}: {conflict}");
    }
    let seen = version(&conflict);
    desk.send(&synthesis, &[("version", &seen), ("circumstances", "A change"), ("project", "Masonry")]).await;
    assert!(desk.page(&synthesis).await.contains("This is done in the conclusions phase"));
    desk.send(&format!("{path}/phase"), &[("to", "conclusions")]).await;
    assert!(desk.page("/").await.contains("everything is to be handed over"));
    let release = format!("{synthesis}/release");
    assert!(desk.refused(&release, &[]).await.contains("everything-error"));
    assert!(desk.page(&format!("{path}/end")).await.contains("before the results and the synthesis are handed over"));
    desk.send(&release, &[("everything", "on")]).await;
    let bilan = path.rsplit('/').next().unwrap();
    let remarks = json!({"remarks": "Joinery rather."});
    service.call("PUT", &format!("/api/v1/bilans/{bilan}/synthesis/remarks"), Some(bea), remarks).await.expect(200);
    let page = in_both_languages(service, consultant, &synthesis).await;
    assert!(page.contains("<p class=\"written\">Joinery rather.</p>"), "{page}");
    assert!(desk.page("/").await.contains("the bilan can end"));
}

async fn ends(service: &TestService, consultant: &Person, path: &str) {
    let desk = Desk::of(service, consultant, "en");
    let end = format!("{path}/end");
    let outlook = in_both_languages(service, consultant, &end).await;
    for told in ["synthesis document", "administrative record", "answer"] {
        assert!(outlook.contains(told), "{told}: {outlook}");
    }
    assert!(desk.refused(&end, &[]).await.contains("understood-error"));
    let ended = desk.send(&end, &[("understood", "on")]).await;
    let receipt = in_both_languages(service, consultant, &ended).await;
    assert!(receipt.contains("/documents/receipt.pdf?lang=en"), "{receipt}");
    desk.nothing_at(path).await;
    assert!(desk.page("/").await.contains("as soon as you propose one"));
}

#[tokio::test]
async fn an_employers_agreement_is_whole_or_put_right() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let desk = Desk::of(&service, &consultant, "en");
    let half = [("name", "Bea"), ("language", "fr"), ("funding", "employer"), ("title", "A bilan"), ("employer", "x")];
    let page = desk.refused("/bilans/new", &half).await;
    assert!(page.contains("employer-error") && page.contains("price-error") && !page.contains("title-error"), "{page}");
    // The houses of the tests are called by what they are.
    let (employer, centre) = ("  employer ", "Centre");
    let whole = |employer| {
        let mut fields = vec![("name", "Bea"), ("language", "fr"), ("funding", "employer"), ("employer", employer)];
        let points = ["title", "aims", "content", "means", "duration", "follow_up", "handing_over", "price"];
        fields.extend(points.map(|point| (point, "As agreed")));
        fields
    };
    assert!(desk.refused("/bilans/new", &whole(centre)).await.contains("employer-error"));
    let led = desk.send("/bilans/new", &whole(employer)).await;
    let invited = desk.post(&format!("{}/invitation", led.trim_end_matches("#entry")), &[]).await.expect(200);
    link_on(&text_of(invited));
    let listed = in_both_languages(&service, &consultant, "/").await;
    assert!(
        listed.contains("Consent is awaited until 13\u{a0}November 2026") || listed.contains("until 13 November 2026"),
        "{listed}"
    );
    let address = [("name", "Ana"), ("email", "ana@example.org"), ("language", "en"), ("funding", "beneficiary")];
    let led = desk.send("/bilans/new", &address).await;
    let sent = desk.post(&format!("{}/invitation", led.trim_end_matches("#entry")), &[]).await.expect(200);
    let sent = text_of(sent);
    assert!(sent.contains("The invitation is sent") && !sent.contains("/enter/"), "{sent}");
    assert!(desk.refused("/bilans/new", &address).await.contains("This address has an account already."));
}

#[tokio::test]
async fn two_dates_of_one_questionnaire_are_compared_and_the_most_urgent_comes_first() {
    let service = TestService::start().await;
    let consultant = service.consultant(&QUALIFIED).await;
    let quiet = service.proposed(&consultant).await;
    let bea = service.beneficiary(&consultant).await;
    let desk = Desk::of(&service, &consultant, "en");
    let path = format!("/bilans/{}", bea.bilan);
    // A norm of simulated data serves in the demonstration only.
    let new = format!("{path}/questionnaires/new");
    assert!(!desk.page(&format!("{new}?instrument=likert-12")).await.contains("Simulated people"));
    let simulated = [("instrument", "likert-12"), ("language", "en"), ("norm", "simulated"), ("purpose", "Why")];
    assert!(desk.refused(&new, &simulated).await.contains("norm-error"));
    for purpose in ["First", "Second"] {
        let fields = [("instrument", "likert-12"), ("language", "en"), ("norm", ""), ("purpose", purpose)];
        desk.send(&format!("{path}/questionnaires/new"), &fields).await;
        let own = service.get("/api/v1/assignments", &bea.token).await.expect(200);
        let given = own.json.as_array().unwrap().iter().find(|row| row["purpose"] == purpose).unwrap().clone();
        answers(&service, &bea.token, given["id"].as_str().unwrap()).await;
        service.clock.advance(60_000);
    }
    let results = service.get(&format!("/api/v1{path}/results"), &consultant.token).await.expect(200);
    let reviews: Vec<String> = results
        .json
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("/reviews/{}", row["id"].as_str().unwrap()))
        .collect();
    let mut compared = 0;
    for review in reviews {
        let page = desk.page(&review).await;
        for way in values(&page, "href=\"").into_iter().filter(|way| way.contains("?with=")) {
            let way = way.to_owned();
            let page = in_both_languages(&service, &consultant, &way).await;
            assert!(page.contains("Stop comparing with") && page.contains("id=\"xdates\""), "{page}");
            compared += 1;
        }
    }
    assert_eq!(compared, 1);
    service.post(&format!("/api/v1{path}/access-request"), &bea.token, Value::Null).await.expect(200);
    let listed = in_both_languages(&service, &consultant, "/").await;
    assert!(listed.contains("Asked to see the results: they open by themselves on 3"), "{listed}");
    let place = |bilan: Id| listed.find(&format!("/bilans/{bilan}\"")).unwrap();
    assert!(place(bea.bilan) < place(quiet.bilan));
    let stored: Stored<Bilan> = service.app.documents().load(quiet.bilan).await.unwrap();
    assert_eq!(stored.content.consultant, consultant.id);
}
