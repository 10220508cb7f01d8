//! Somebody at the desk: pages as a browser gets them, forms as it sends them, and what every page keeps to.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use server::ids::Id;
use server::services::consent_text::consent_text;

use crate::support::{Person, TestAnswer, TestService};

/// The qualifications of the consultant.
pub(crate) const QUALIFIED: [&str; 4] = ["likert-12", "timed-key-8", "entourage-6-self", "interests-60"];

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
pub(crate) fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let after = page.match_indices(attribute).map(|(at, _)| &page[at + attribute.len()..]);
    after.map(|rest| &rest[..rest.find('"').unwrap()]).collect()
}

/// The text of markup, without what was typed by people.
pub(crate) fn visible(markup: &str) -> String {
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
pub(crate) fn link_on(page: &str) -> String {
    let at = page.find("/enter/").unwrap_or_else(|| panic!("no link on {page}")) + "/enter/".len();
    page[at..at + page[at..].find('<').unwrap()].to_owned()
}

pub(crate) async fn in_both_languages(service: &TestService, person: &Person, path: &str) -> String {
    Desk::of(service, person, "fr").page(path).await;
    Desk::of(service, person, "en").page(path).await
}

/// The beneficiary comes in by a link and consents, by the API.
pub(crate) async fn comes_in(service: &TestService, bilan: Id, link: &str) -> String {
    let entered = service.call("POST", "/api/v1/links/spend", None, json!({"token": link})).await.expect(201);
    let token = entered.text("/token");
    let body = json!({"language": "en", "hash": consent_text("en").hash()});
    service.post(&format!("/api/v1/bilans/{bilan}/consent"), &token, body).await.expect(200);
    token
}

/// She answers everything with options that differ, and sends it.
pub(crate) async fn answers(service: &TestService, token: &str, assignment: &str) {
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

pub(crate) async fn assignment_of(service: &TestService, token: &str, title: &str) -> String {
    let own = service.get("/api/v1/assignments", token).await.expect(200);
    let rows = own.json.as_array().unwrap().clone();
    let row = rows.iter().rfind(|row| row["title"] == title);
    row.unwrap_or_else(|| panic!("{title} in {rows:?}"))["id"].as_str().unwrap().to_owned()
}

/// Proposes a bilan by the form, without an address: the bilan, and its address.
pub(crate) async fn propose(desk: &Desk<'_>, name: &str) -> (Id, String) {
    let led = desk.send("/bilans/new", &[("name", name), ("language", "en"), ("funding", "beneficiary")]).await;
    let path = led.split('#').next().unwrap().to_owned();
    (path.rsplit('/').next().unwrap().parse().unwrap(), path)
}
