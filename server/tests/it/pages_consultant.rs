//! The consultant's desk by its pages alone: forms as a browser sends them, from the proposal to the receipt of the end; and what every
//! page keeps to, in both languages.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use server::app::Terms;
use server::documents::Stored;
use server::ids::Id;
use server::questionnaire::SimulatedNorms;
use server::records::bilan::Bilan;
use server::services::consent_text::consent_text;

use crate::support::{Person, TestAnswer, TestService, terms};

/// The qualifications of the consultant.
const QUALIFIED: [&str; 4] = ["likert-12", "timed-key-8", "entourage-6-self", "interests-60"];

/// Somebody at the desk, in a language.
pub(crate) struct Desk<'s> {
    pub(crate) service: &'s TestService,
    pub(crate) token: String,
    pub(crate) language: &'static str,
}

impl<'s> Desk<'s> {
    pub(crate) fn of(service: &'s TestService, person: &Person, language: &'static str) -> Self {
        Self { service, token: person.token.clone(), language }
    }

    pub(crate) async fn request(&self, method: &str, path: &str, body: String) -> TestAnswer {
        let path = path.split('#').next().unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("cookie", format!("lang={}", self.language))
            .header("content-type", "application/x-www-form-urlencoded");
        self.service.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A page, once it keeps to what every page keeps to.
    pub(crate) async fn page(&self, path: &str) -> String {
        let page = text_of(self.request("GET", path, String::new()).await.expect(200));
        check(&page, self.language);
        page
    }

    /// A page that says that there is nothing for her.
    pub(crate) async fn nothing_at(&self, path: &str) {
        let page = text_of(self.request("GET", path, String::new()).await.expect(404));
        assert!(page.contains("There is nothing here for you"), "{path}");
        check(&page, self.language);
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> TestAnswer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        fields.iter().for_each(|(name, value)| {
            form.append_pair(name, value);
        });
        self.request("POST", path, form.finish()).await
    }

    /// Sends a form; where it leads to.
    #[track_caller]
    pub(crate) fn led(answer: &TestAnswer) -> String {
        assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.headers["location"].to_str().unwrap().to_owned()
    }

    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> String {
        Self::led(&self.post(path, fields).await)
    }

    /// Sends a form that must be put right; the page that says so.
    pub(crate) async fn refused(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let page = text_of(self.post(path, fields).await.expect(422));
        check(&page, self.language);
        assert!(page.contains("<title>Error: ") || page.contains("<title>Erreur\u{a0}: "), "{page}");
        page
    }
}

pub(crate) fn text_of(answer: TestAnswer) -> String {
    String::from_utf8(answer.bytes).unwrap()
}

/// What every page keeps to: one h1 and no level skipped, identifiers once, references that lead somewhere, a name for every control,
/// no style in the markup, the typography of its language.
pub(crate) fn check(page: &str, language: &str) {
    let levels: Vec<u8> = page.match_indices("<h").filter_map(|(at, _)| page.as_bytes().get(at + 2).copied()).collect();
    let levels: Vec<u8> = levels.into_iter().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "one h1: {page}");
    let main = &page[page.find("<main").unwrap()..];
    let first = levels.iter().position(|level| *level == 1).unwrap();
    assert!(levels[first..].windows(2).all(|pair| pair[1] <= pair[0] + 1), "no level is skipped: {levels:?} {main}");
    let ids = values(page, " id=\"");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "identifiers are there once: {ids:?}");
    for reference in ["aria-labelledby=\"", "aria-describedby=\"", " for=\"", "href=\"#"] {
        for id in values(page, reference).into_iter().flat_map(str::split_whitespace) {
            assert!(unique.contains(id), "{reference}{id} leads nowhere: {page}");
        }
    }
    for control in ["<input", "<textarea", "<select"] {
        for (at, _) in page.match_indices(control) {
            let tag = &page[at..at + page[at..].find('>').unwrap()];
            let id = values(tag, " id=\"").first().copied().unwrap_or_default();
            let wrapped = page[..at].rfind("<label").is_some_and(|label| !page[label..at].contains("</label>"));
            let named = wrapped || page.contains(&format!(" for=\"{id}\""));
            assert!(named || tag.contains("type=\"hidden\""), "{tag} has no label");
        }
    }
    assert!(!page.contains(" style=\"") && !page.contains("<script"), "{page}");
    let text = visible(main);
    if language == "fr" {
        for wrong in [" ;", " !", " ?", " :", "« ", " »", "'"] {
            assert!(!text.contains(wrong), "{wrong:?} in {text}");
        }
    } else {
        assert!(!text.contains('\u{202f}') && !text.contains("\u{a0}:"), "French spaces in {text}");
    }
}

/// The values of an attribute.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let after = page.match_indices(attribute).map(|(at, _)| &page[at + attribute.len()..]);
    after.map(|rest| &rest[..rest.find('"').unwrap()]).collect()
}

/// The text of markup, without what was typed by people.
fn visible(markup: &str) -> String {
    let mut text = String::new();
    let mut rest = markup;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        rest = &rest[open..];
        let end = if rest.starts_with("<textarea") { "</textarea>" } else { ">" };
        rest = &rest[rest.find(end).map_or(rest.len(), |at| at + end.len())..];
    }
    text.push_str(rest);
    text.replace("&#39;", "'").replace("&#x27;", "'").replace("&quot;", "\"")
}

/// The token behind the link on a page.
fn link_on(page: &str) -> String {
    let at = page.find("/enter/").unwrap_or_else(|| panic!("no link on {page}")) + "/enter/".len();
    page[at..at + page[at..].find('<').unwrap()].to_owned()
}

async fn in_both_languages(service: &TestService, person: &Person, path: &str) -> String {
    Desk::of(service, person, "fr").page(path).await;
    Desk::of(service, person, "en").page(path).await
}

/// The beneficiary comes in by a link and consents, by the API.
async fn comes_in(service: &TestService, bilan: Id, link: &str) -> String {
    let entered = service.call("POST", "/api/v1/links/spend", None, json!({"token": link})).await.expect(201);
    let token = entered.text("/token");
    let body = json!({"language": "en", "hash": consent_text("en").hash()});
    service.post(&format!("/api/v1/bilans/{bilan}/consent"), &token, body).await.expect(200);
    token
}

/// She answers everything with options that differ, and sends it.
async fn answers(service: &TestService, token: &str, assignment: &str) {
    let of = |rest: &str| format!("/api/v1/assignments/{assignment}{rest}");
    service.post(&of("/start"), token, json!({})).await.expect(200);
    loop {
        let page = service.get(&of("/page"), token).await.expect(200);
        if page.json["next_unanswered"].is_null() {
            break;
        }
        service.clock.advance(5_000);
        for step in page.json["steps"].as_array().unwrap() {
            let position = step["position"].as_u64().unwrap();
            let answer = json!({"option": 1 + position % 3});
            service.call("PUT", &of(&format!("/answers/{position}")), Some(token), answer).await.expect(200);
        }
    }
    service.post(&of("/submission"), token, Value::Null).await.expect(200);
}

async fn assignment_of(service: &TestService, token: &str, title: &str) -> String {
    let own = service.get("/api/v1/assignments", token).await.expect(200);
    let rows = own.json.as_array().unwrap().clone();
    let row = rows.iter().rfind(|row| row["title"] == title);
    row.unwrap_or_else(|| panic!("{title} in {rows:?}"))["id"].as_str().unwrap().to_owned()
}

/// Proposes a bilan by the form, without an address: the bilan, and its address.
async fn propose(desk: &Desk<'_>, name: &str) -> (Id, String) {
    let led = desk.send("/bilans/new", &[("name", name), ("language", "en"), ("funding", "beneficiary")]).await;
    let path = led.split('#').next().unwrap().to_owned();
    (path.rsplit('/').next().unwrap().parse().unwrap(), path)
}

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
    desk.send(&format!("{path}/notes"), &[("text", "She hesitates.\r\n\r\nTwo trades.")]).await;
    let page = desk.page(path).await;
    assert!(page.contains("<p class=\"written\">Two trades.</p>"), "{page}");
    let at = page.find("/notes/").unwrap();
    let note = format!("{path}{}", &page[at..at + page[at..].find('"').unwrap()]);
    assert!(in_both_languages(service, consultant, &note).await.contains("She hesitates.\n\nTwo trades."));
    desk.send(&note, &[("text", "She has chosen.")]).await;
    assert!(desk.page(path).await.contains("She has chosen."));
    desk.send(&format!("{note}/deletion"), &[]).await;
    assert!(!desk.page(path).await.contains("She has chosen."));
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
    let employer = service.employer.to_string();
    let centre = service.centre.to_string();
    let whole = |employer| {
        let mut fields = vec![("name", "Bea"), ("language", "fr"), ("funding", "employer"), ("employer", employer)];
        let points = ["title", "aims", "content", "means", "duration", "follow_up", "handing_over", "price"];
        fields.extend(points.map(|point| (point, "As agreed")));
        fields
    };
    assert!(desk.refused("/bilans/new", &whole(&centre)).await.contains("employer-error"));
    let led = desk.send("/bilans/new", &whole(&employer)).await;
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
    for name in ["Ada", "Ben", "Cleo"] {
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
    assert!(desk.page(&format!("/bilans/{}", bea.bilan)).await.contains("feedback handed over on"));
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
