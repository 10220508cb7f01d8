//! What a browser without JavaScript does.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;

use crate::support::{TestAnswer, TestService};

/// A browser with its cookies.
pub struct Browser<'a> {
    service: &'a TestService,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    /// One that was never here.
    pub fn new(service: &'a TestService) -> Self {
        Self { service, cookies: BTreeMap::new() }
    }

    /// One in which somebody is signed in.
    pub fn with_session(service: &'a TestService, token: &str) -> Self {
        let cookies = BTreeMap::from([("bilan".to_owned(), token.to_owned()), ("lang".to_owned(), "fr".to_owned())]);
        Self { service, cookies }
    }

    /// The same pages in another language.
    pub fn speak(&mut self, tag: &str) {
        self.cookies.insert("lang".to_owned(), tag.to_owned());
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> TestPage {
        self.send("GET", path, Body::empty()).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> TestPage {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, Body::from(body)).await
    }

    async fn send(&mut self, method: &str, path: &str, body: Body) -> TestPage {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let answer = self.service.send(request.body(body).unwrap()).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        TestPage(answer)
    }
}

/// A page, or where it leads.
pub struct TestPage(TestAnswer);

impl TestPage {
    /// The same page, once it is sure that it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        Self(self.0.expect(status))
    }

    /// Its status.
    pub fn status(&self) -> u16 {
        self.0.status.as_u16()
    }

    /// Its markup.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.bytes.clone()).unwrap()
    }

    /// Where it leads.
    #[track_caller]
    pub fn location(&self) -> String {
        self.0.headers["location"].to_str().unwrap().to_owned()
    }

    /// How often something stands in it.
    pub fn count(&self, what: &str) -> usize {
        self.text().matches(what).count()
    }

    /// The texts between a beginning and the next quotation mark.
    fn between(&self, beginning: &str) -> Vec<String> {
        let text = self.text();
        let rest = text.split(beginning).skip(1);
        rest.filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
    }

    /// Links that begin so.
    pub fn links(&self, beginning: &str) -> Vec<String> {
        self.between("href=\"").into_iter().filter(|link| link.starts_with(beginning)).collect()
    }

    /// Forms that are sent to an address that begins so.
    pub fn actions(&self, beginning: &str) -> Vec<String> {
        self.between("action=\"")
            .into_iter()
            .filter(|action| action.starts_with(beginning) && action.len() > beginning.len())
            .collect()
    }

    /// What a hidden field holds.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        self.between(&format!("name=\"{name}\" value=\""))[0].clone()
    }

    /// What boxes of a name hold.
    pub fn values_of(&self, name: &str) -> Vec<String> {
        self.between(&format!("name=\"{name}\" value=\""))
    }

    /// The positions of items with a mark.
    pub fn positions_of(&self, mark: &str) -> Vec<u32> {
        let text = self.text();
        let items =
            text.split("data-position=\"").skip(1).filter(|item| item.split('>').next().unwrap().contains(mark));
        items.map(|item| item.split('"').next().unwrap().parse().unwrap()).collect()
    }
}
