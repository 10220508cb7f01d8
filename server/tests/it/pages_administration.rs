//! What an administrator does by the pages alone: forms as a browser sends them, every refusal, both languages; and that nothing of any
//! bilan is on any of these pages.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::app::{MailRoute, Terms};
use server::clock::Clock as _;
use server::documents::Stored;
use server::ids::Id;
use server::records::mail::Mail;
use server::services::backups::{self, BackupRoute};
use server::store::{Kind, Selection};

use crate::pages::browser::{Browser, TestPage};
use crate::pages_consultant::check;
use crate::support::{Beneficiary, Person, TestService, terms};

const PASSWORD: &str = "cheval correct pile agrafe";

/// A page in both languages, once both keep to what every page keeps to; the English one.
async fn both(browser: &mut Browser<'_>, path: &str) -> String {
    browser.speak("fr");
    check(&browser.get(path).await.expect(200).text(), "fr");
    browser.speak("en");
    let page = browser.get(path).await.expect(200).text();
    check(&page, "en");
    page
}

/// A form that must be put right: the page that says so.
fn mended(page: TestPage, fields: &[&str]) -> String {
    let text = page.expect(422).text();
    check(&text, "en");
    assert!(text.contains("<title>Error: "), "{text}");
    for field in fields {
        assert!(text.contains(&format!("href=\"#{field}\"")), "{field}: {text}");
        assert!(text.contains(&format!("id=\"{field}-error\"")), "{field}: {text}");
    }
    text
}

/// What stands between a beginning and the next `<`.
fn after(page: &str, beginning: &str) -> String {
    let at = page.find(beginning).unwrap_or_else(|| panic!("no {beginning} on {page}")) + beginning.len();
    page[at..at + page[at..].find('<').unwrap()].to_owned()
}

fn administrator(service: &TestService) -> Browser<'_> {
    let mut browser = Browser::with_session(service, &service.administrator.token);
    browser.speak("en");
    browser
}

/// A service that sends no mail: links are handed over.
async fn by_hand() -> TestService {
    TestService::with_terms(Terms { mail: MailRoute::ByHand, ..terms() }).await
}

/// Invites a consultant to the centre by the form: her account, and the token of her link.
async fn invited(service: &TestService, browser: &mut Browser<'_>, email: &str) -> (Id, String) {
    let house = format!("/administration/houses/{}", service.centre);
    let fields = [("name", "Nadia Nouvelle"), ("email", email), ("role", "consultant"), ("language", "fr")];
    let page = browser.post(&house, &fields).await.expect(200);
    check(&page.text(), "en");
    let user = page.links("/administration/people/")[0].rsplit('/').next().unwrap().parse().unwrap();
    (user, after(&page.text(), "/enter/"))
}

#[tokio::test]
async fn a_house_is_made_and_somebody_is_invited_and_qualified() {
    let service = by_hand().await;
    let mut browser = administrator(&service);
    let first = both(&mut browser, "/").await;
    assert!(first.contains("Everything answers") && first.contains("First administrator"), "{first}");

    both(&mut browser, "/administration/houses").await;
    mended(browser.post("/administration/houses", &[("name", " ")]).await, &["name", "kind"]);
    let made = browser.post("/administration/houses", &[("name", "Atelier <b>"), ("kind", "organisation")]).await;
    let house = made.expect(303).location();
    let empty = both(&mut browser, &house).await;
    assert!(empty.contains("The people you invite will be here") && !empty.contains("Atelier <b>"), "{empty}");
    let listed = both(&mut browser, "/administration/houses").await;
    assert!(listed.contains(&format!("href=\"{house}\"")), "{listed}");
    let employer = both(&mut browser, &format!("/administration/houses/{}", service.employer)).await;
    assert!(employer.contains(&format!("<code class=\"key\">{}</code>", service.employer)), "{employer}");
    browser.get(&format!("/administration/houses/{}", "0".repeat(32))).await.expect(404);

    let centre = format!("/administration/houses/{}", service.centre);
    mended(browser.post(&centre, &[]).await, &["name", "email", "role"]);
    let wrong = [("name", "N"), ("email", "no address"), ("role", "consultant")];
    let kept = mended(browser.post(&centre, &wrong).await, &["email"]);
    assert!(kept.contains("value=\"no address\""), "what was typed stays: {kept}");
    let foreign = [("name", "N"), ("email", "n@example.org"), ("role", "administrator")];
    browser.post(&centre, &foreign).await.expect(409);
    let (user, link) = invited(&service, &mut browser, "nadia@example.org").await;
    let again = [("name", "N"), ("email", "NADIA@example.org"), ("role", "consultant")];
    assert!(mended(browser.post(&centre, &again).await, &["email"]).contains("has an account already"));
    let shown = both(&mut browser, &centre).await;
    assert!(shown.contains("Nadia Nouvelle") && !shown.contains("/enter/"), "the link is shown once: {shown}");
    let waits = both(&mut browser, "/").await;
    assert!(waits.contains("has not opened the link yet") && waits.contains("Nadia Nouvelle"), "{waits}");
    service.enter(&link, PASSWORD).await;
    assert!(!both(&mut browser, "/").await.contains("Nadia Nouvelle"));

    let person = format!("/administration/people/{user}");
    assert!(both(&mut browser, &person).await.contains("can give no questionnaire"));
    let form = format!("{person}/qualifications");
    both(&mut browser, &form).await;
    let ticked = [("instrument", "likert-12"), ("evidence-likert-12", " "), ("evidence-blocks-4", "not ticked")];
    mended(browser.post(&form, &ticked).await, &["evidence-likert-12"]);
    let long = "x".repeat(501);
    let ticked = [("instrument", "likert-12"), ("evidence-likert-12", long.as_str())];
    mended(browser.post(&form, &ticked).await, &["evidence-likert-12"]);
    let ticked = [("instrument", "likert-12"), ("evidence-likert-12", "Certificate of 2024")];
    assert_eq!(browser.post(&form, &ticked).await.expect(303).location(), person);
    let shown = both(&mut browser, &person).await;
    assert!(shown.contains("Certificate of 2024") && shown.contains("Planning and meeting"), "{shown}");
    assert!(both(&mut browser, &centre).await.contains("1 qualification"));
    let clerk = service.clerk().await;
    browser.get(&format!("/administration/people/{}/qualifications", clerk.id)).await.expect(404);
    browser.post(&format!("/administration/people/{}/qualifications", clerk.id), &[]).await.expect(404);
}

#[tokio::test]
async fn where_messages_are_sent_the_invitation_goes_by_mail_and_its_link_is_shown_to_nobody() {
    let service = TestService::start().await;
    let mut browser = administrator(&service);
    let house = format!("/administration/houses/{}", service.centre);
    assert!(both(&mut browser, &house).await.contains("Invite by mail"));
    let fields = [("name", "Nadia"), ("email", "nadia@example.org"), ("role", "consultant"), ("language", "fr")];
    let page = browser.post(&house, &fields).await.expect(200).text();
    check(&page, "en");
    assert!(page.contains("gets a link by mail, at nadia@example.org") && !page.contains("/enter/"), "{page}");
    let letters: Vec<Stored<Mail>> = service.app.documents().select(&Selection::of(Kind::Mail)).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.content.to, "nadia@example.org");
    let link = letter.content.text.split("/enter/").nth(1).unwrap().split_whitespace().next().unwrap();
    service.enter(link, PASSWORD).await;
}

#[tokio::test]
async fn a_reset_takes_two_and_everybody_is_told_what_it_means() {
    let service = by_hand().await;
    let mut first = administrator(&service);
    let (user, link) = invited(&service, &mut first, "nadia@example.org").await;
    let (codes, token) = service.enter(&link, PASSWORD).await;
    let nadia = Person { id: user, tenant: service.centre, token, email: "nadia@example.org".to_owned() };
    let bea = service.beneficiary(&nadia).await;
    let second = service.another_administrator().await;

    let person = format!("/administration/people/{user}");
    assert!(both(&mut first, &person).await.contains(&format!("{person}/reset")));
    let reset = format!("{person}/reset");
    assert!(both(&mut first, &reset).await.contains("One comes from another administrator"));
    mended(first.post(&reset, &[]).await, &["agreed"]);
    let page = first.post(&reset, &[("agreed", "on")]).await.expect(200).text();
    check(&page, "en");
    let link = after(&page, "/enter/");
    assert!(page.contains("Now ask another administrator"), "{page}");

    // The one who reset it does not confirm, and her own account is nobody's page to reset by herself.
    let confirmation = format!("{person}/confirmation");
    both(&mut first, &confirmation).await;
    mended(first.post(&confirmation, &[]).await, &["agreed"]);
    let refused = first.post(&confirmation, &[("agreed", "on")]).await.expect(409).text();
    assert!(refused.contains("Another administrator confirms"), "{refused}");
    let own = format!("/administration/people/{}", service.administrator.id);
    assert!(both(&mut first, &own).await.contains("This is your own account"));
    first.post(&format!("{own}/reset"), &[("agreed", "on")]).await.expect(409);
    first.post(&format!("{own}/closing"), &[("agreed", "on")]).await.expect(409);

    // She comes in by the new link, and is told why her desk is empty.
    let (_, token) = service.enter(&link, PASSWORD).await;
    let mut desk = Browser::with_session(&service, &token);
    assert!(both(&mut desk, "/").await.contains("Your access was reset"));
    both(&mut desk, "/account/recovery").await;
    mended(desk.post("/account/recovery", &[("code", "0000-0000-0000-0000")]).await, &["code"]);
    let given = desk.post("/account/recovery", &[("code", &codes[0])]).await.expect(200).text();
    check(&given, "en");
    assert!(given.contains("Your code is accepted"), "{given}");
    service.get(&bea.path(""), &token).await.expect(404);

    let mut other = Browser::with_session(&service, &second.token);
    let waits = both(&mut other, "/").await;
    assert!(waits.contains("to be confirmed by another administrator") && waits.contains(&person), "{waits}");
    assert!(both(&mut other, &person).await.contains(&confirmation));
    assert_eq!(other.post(&confirmation, &[("agreed", "on")]).await.expect(303).location(), person);
    service.get(&bea.path(""), &token).await.expect(200);
    assert!(!both(&mut desk, "/").await.contains("Your access was reset"));
    other.post(&confirmation, &[("agreed", "on")]).await.expect(409);
    assert!(!both(&mut other, "/").await.contains(&person));
}

#[tokio::test]
async fn a_link_that_was_lost_is_made_anew_without_a_second_administrator() {
    let service = by_hand().await;
    let mut browser = administrator(&service);
    let (user, old) = invited(&service, &mut browser, "nadia@example.org").await;
    let person = format!("/administration/people/{user}");
    assert!(both(&mut browser, &person).await.contains("The link is lost or too old"));
    let page = browser.post(&format!("{person}/reset"), &[("agreed", "on")]).await.expect(200).text();
    assert!(!page.contains("Now ask another administrator"), "{page}");
    Browser::new(&service).get(&format!("/enter/{old}")).await.expect(410);
    service.enter(&after(&page, "/enter/"), PASSWORD).await;
}

#[tokio::test]
async fn an_account_is_closed_by_whoever_has_read_what_follows() {
    let service = TestService::start().await;
    let mut browser = administrator(&service);
    let consultant = service.consultant(&[]).await;
    let person = format!("/administration/people/{}", consultant.id);
    let closing = format!("{person}/closing");
    assert!(both(&mut browser, &closing).await.contains("nothing of them is destroyed"));
    mended(browser.post(&closing, &[]).await, &["agreed"]);
    service.get("/api/v1/sessions/current", &consultant.token).await.expect(200);
    assert_eq!(browser.post(&closing, &[("agreed", "on")]).await.expect(303).location(), person);
    let closed = both(&mut browser, &person).await;
    assert!(closed.contains("account closed") && !closed.contains(&closing), "{closed}");
    service.get("/api/v1/sessions/current", &consultant.token).await.expect(401);
    browser.post(&format!("{person}/reset"), &[("agreed", "on")]).await.expect(409);
}

#[tokio::test]
async fn a_token_is_shown_once_and_ended() {
    let service = TestService::start().await;
    let mut browser = administrator(&service);
    let tokens = format!("/administration/houses/{}/tokens", service.organisation);
    assert!(both(&mut browser, &tokens).await.contains("No program has a token"));
    mended(browser.post(&tokens, &[]).await, &["label", "scope"]);
    mended(browser.post(&tokens, &[("label", "nightly"), ("scope", "everything")]).await, &["scope"]);
    let fields = [("label", "nightly"), ("scope", "score"), ("scope", "instruments")];
    let made = browser.post(&tokens, &fields).await.expect(200).text();
    check(&made, "en");
    let token = after(&made, "<code class=\"key\">");
    assert!(token.starts_with("bit_"), "{token}");
    service.get("/api/v1/sessions/current", &token).await.expect(200);
    let listed = both(&mut browser, &tokens).await;
    assert!(listed.contains("nightly") && listed.contains("read the list of questionnaires"), "{listed}");
    assert!(!listed.contains("bit_") && !listed.contains("long jobs</p>"), "{listed}");
    let listed = browser.get(&tokens).await;
    let ends = listed.actions(&format!("{tokens}/"));
    assert_eq!(browser.post(&ends[0], &[]).await.expect(303).location(), tokens);
    service.get("/api/v1/sessions/current", &token).await.expect(401);
    browser.post(&ends[0], &[]).await.expect(404);
    for house in [service.employer, service.administrator.tenant] {
        browser.get(&format!("/administration/houses/{house}/tokens")).await.expect(404);
        let path = format!("/administration/houses/{house}/tokens");
        browser.post(&path, &[("label", "x"), ("scope", "score")]).await.expect(404);
    }
}

#[tokio::test]
async fn long_lists_come_a_page_at_a_time() {
    let service = TestService::start().await;
    for _ in 0..60 {
        service.house("centre").await;
    }
    let all = service.get("/api/v1/tenants?limit=500", &service.administrator.token).await.expect(200);
    let all: BTreeSet<String> =
        all.json.as_array().unwrap().iter().map(|house| house["id"].as_str().unwrap().to_owned()).collect();
    let mut browser = administrator(&service);
    let (mut seen, mut next, mut n_pages) = (Vec::new(), Some("/administration/houses".to_owned()), 0);
    while let Some(path) = next {
        let page = browser.get(&path).await.expect(200);
        check(&page.text(), "en");
        seen.extend(
            page.links("/administration/houses/").iter().map(|link| link.rsplit('/').next().unwrap().to_owned()),
        );
        next = page.links("/administration/houses?after=").first().cloned();
        n_pages += 1;
    }
    assert_eq!((n_pages, seen.len()), (2, all.len()));
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
}

#[tokio::test]
async fn what_is_kept_is_counted_and_what_is_late_is_said() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    for _ in 0..3 {
        service.proposed(&consultant).await;
    }
    service.beneficiary(&consultant).await;
    let mut browser = administrator(&service);
    let page = both(&mut browser, "/administration/retention").await;
    assert!(page.contains("<th scope=\"row\">Bilans</th><td class=\"n\">4</td>"), "{page}");
    assert!(page.contains("<th scope=\"row\">Proposed</th><td class=\"n\">3</td>"), "{page}");
    assert!(page.contains("<th scope=\"row\">Agreed</th><td class=\"n\">1</td>"), "{page}");
    assert!(page.contains("365 days after the end") && page.contains("2027"), "{page}");
    assert!(!both(&mut browser, "/").await.contains(" late: "));
    // Nobody looks at what is due in this test.
    service.advance(120);
    let mut browser = Browser::with_session(&service, &service.session(service.administrator.id).await);
    assert!(both(&mut browser, "/").await.contains(" late: "));
}

#[tokio::test]
async fn the_log_and_the_receipts_are_checked() {
    let service = TestService::start().await;
    let consultant = service.consultant(&[]).await;
    let bea = service.beneficiary(&consultant).await;
    service.post(&bea.path("/erasure"), &bea.token, json!({"confirm": "erase"})).await.expect(200);
    let mut browser = administrator(&service);
    both(&mut browser, "/administration/checks").await;
    browser.post("/administration/checks", &[("what", "else")]).await.expect(422);
    let run = async |browser: &mut Browser<'_>, what: &str| {
        let page = browser.post("/administration/checks", &[("what", what)]).await.expect(200).text();
        check(&page, "en");
        page
    };
    let log = run(&mut browser, "log").await;
    assert!(log.contains("The log is whole") && log.contains("November 2026"), "{log}");
    let receipts = run(&mut browser, "receipts").await;
    assert!(receipts.contains("1 receipt is valid") && !receipts.contains("Does not hold"), "{receipts}");

    // Whoever has the file changes it.
    let tamper = |sql: &str| {
        let data = rusqlite::Connection::open(service.folder.path().join("data.db")).unwrap();
        let changed = data.execute(sql, []).unwrap();
        assert!(changed > 0, "{sql}");
    };
    tamper("UPDATE audit SET at = at + 1 WHERE seq = 2");
    let log = run(&mut browser, "log").await;
    assert!(log.contains("The log is not whole") && log.contains("the chain of entries breaks"), "{log}");
    tamper("UPDATE record SET body = x'c0' WHERE kind = 'receipt'");
    let receipts = run(&mut browser, "receipts").await;
    assert!(receipts.contains("0 receipts are valid") && receipts.contains("Does not hold"), "{receipts}");
}

#[tokio::test]
async fn papers_are_read_and_taken_away() {
    let service = TestService::start().await;
    let mut browser = administrator(&service);
    for (paper, address) in [("register", "/api/v1/processing-register"), ("dpia", "/api/v1/dpia")] {
        let page = both(&mut browser, &format!("/administration/papers/{paper}")).await;
        let told = service.get(&format!("{address}?language=en"), &service.administrator.token).await.expect(200);
        let title = told.text("/title");
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{title}: {page}");
        let link = format!("{address}?language=en&as=markdown");
        assert!(page.contains(&link.replace('&', "&amp;")), "{page}");
        assert!(browser.get(&link).await.expect(200).text().starts_with("# "));
    }
    browser.get("/administration/papers/other").await.expect(404);
}

#[tokio::test]
async fn a_copy_is_noted_by_the_command_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let route = BackupRoute::ByCommand { folder: folder.path().to_owned() };
    let service = TestService::with_terms(Terms { backups: route, ..terms() }).await;
    let mut browser = administrator(&service);
    let none = both(&mut browser, "/administration/backups").await;
    assert!(none.contains("none is noted here") && none.contains("bilan backup"), "{none}");
    backups::note(folder.path(), service.clock.now()).unwrap();
    for path in ["/", "/administration/backups"] {
        let page = both(&mut browser, path).await;
        assert!(page.contains("3 November 2026") || page.contains("3\u{a0}November 2026"), "{page}");
    }
    // What lies in the future or is no date is no note of ours.
    backups::note(folder.path(), service.clock.now().plus(1)).unwrap();
    assert!(both(&mut browser, "/administration/backups").await.contains("none is noted here"));
    let by_database = TestService::start().await;
    let page = both(&mut administrator(&by_database), "/administration/backups").await;
    assert!(page.contains("pg_dump") && !page.contains("bilan backup"), "{page}");
}

/// A bilan with words of every kind in it, all marked.
async fn marked(service: &TestService, consultant: &Person) -> Beneficiary {
    let text = "zqxmarked";
    let funding = json!({
        "by": "employer", "employer": service.employer, "title": text, "aims": text, "content": text, "means": text,
        "duration": text, "follow_up": text, "handing_over": text, "price": text
    });
    let bea = service.proposed_with(consultant, funding).await;
    let hash = server::services::consent_text::consent_text("en").hash();
    service.post(&bea.path("/consent"), &bea.token, json!({"language": "en", "hash": hash})).await.expect(200);
    for to in ["preliminary", "investigation"] {
        service.post(&bea.path("/phase"), &consultant.token, json!({"to": to})).await.expect(200);
    }
    let given = json!({"instrument": "likert-12", "language": "en", "purpose": text});
    service.post(&bea.path("/assignments"), &consultant.token, given).await.expect(201);
    service.post(&bea.path("/notes"), &consultant.token, json!({"text": text})).await.expect(201);
    service.call("PUT", &bea.path("/synthesis"), Some(&consultant.token), json!({"project": text})).await.expect(200);
    let wish = json!({"basis": "agreement", "recipient": text, "purpose": text, "classes": ["results"], "days": 3});
    service.post(&bea.path("/grants"), &bea.token, wish).await.expect(201);
    service.call("PUT", &bea.path("/follow-up"), Some(&bea.token), json!({"days": 200})).await.expect(200);
    bea
}

#[tokio::test]
async fn ct_5_no_page_of_an_administrator_tells_of_any_bilan_or_who_does_one() {
    let service = TestService::start().await;
    let consultant = service.consultant(&["likert-12"]).await;
    let bea = marked(&service, &consultant).await;
    service.post(&bea.path("/transfer"), &consultant.token, json!({"consultant": consultant.id})).await;
    let mut browser = administrator(&service);
    let secrets = ["zqxmarked", "Bea", &bea.email, &bea.bilan.to_string(), &bea.id.to_string()].map(str::to_owned);
    let (mut waiting, mut seen) = (vec!["/".to_owned()], BTreeSet::new());
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = browser.get(&path).await.expect(200);
        for secret in &secrets {
            assert!(!page.text().contains(secret.as_str()), "{secret} on {path}");
        }
        waiting.extend(page.links("/administration/"));
    }
    for what in ["log", "receipts"] {
        let page = browser.post("/administration/checks", &[("what", what)]).await.expect(200);
        assert!(secrets.iter().all(|secret| !page.text().contains(secret.as_str())), "{what}");
    }
    let person = format!("/administration/people/{}", consultant.id);
    for reached in ["/administration/houses", "/administration/retention", "/administration/checks", &person] {
        assert!(seen.contains(reached), "{reached} in {seen:?}");
    }
    assert!(seen.len() > 15, "{seen:?}");
    // Nobody who does a bilan is reached by an address either.
    for rest in ["", "/qualifications", "/reset", "/confirmation", "/closing"] {
        let hers = browser.get(&format!("/administration/people/{}{rest}", bea.id)).await;
        let nobodys = browser.get(&format!("/administration/people/{}{rest}", "ab".repeat(16))).await;
        assert_eq!((hers.status(), nobodys.status()), (404, 404), "{rest}");
    }
    for path in [format!("/bilans/{}", bea.bilan), "/data".to_owned(), "/sharing".to_owned(), "/follow-ups".to_owned()]
    {
        browser.get(&path).await.expect(403);
    }
    service.call("GET", &bea.path(""), Some(&service.administrator.token), Value::Null).await.expect(403);
}
