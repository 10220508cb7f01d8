//! Who asks for a page, and in which language she is spoken to.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use reports::text::Language;
use reports::text::date;

use super::form::encoded;
use crate::api::caller::Signed;
use crate::app::Caller;
use crate::clock::Timestamp;
use crate::records::account::Role;
use crate::services::papers;

/// The cookie that holds the chosen language, and nothing else.
pub(super) const LANGUAGE_COOKIE: &str = "lang";

/// A page being asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The language of the page.
    pub language: Language,
    /// The address, for the link to the other language.
    pub path: String,
    /// In what role somebody is signed in.
    pub role: Option<Role>,
}

impl Visit {
    /// The visit of a request.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        let caller = parts.extensions.get::<Signed>().map(|signed| &signed.0);
        let path = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        Self { language: language_of(&parts.headers, caller), path, role: caller.map(|caller| caller.role) }
    }

    /// A text of ours in the language of the page.
    #[must_use]
    pub fn t<'t>(&self, french: &'t str, english: &'t str) -> &'t str {
        match self.language {
            Language::French => french,
            Language::English => english,
        }
    }

    /// The word for one or for several: French counts zero as one.
    #[must_use]
    pub fn n<'t>(&self, n: &u32, french: &[&'t str; 2], english: &[&'t str; 2]) -> &'t str {
        let (words, several) = match self.language {
            Language::French => (french, *n > 1),
            Language::English => (english, *n != 1),
        };
        words[usize::from(several)]
    }

    /// The tag of the language.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.language.code()
    }

    /// The tag of the other language.
    #[must_use]
    pub fn other_tag(&self) -> &'static str {
        match self.language {
            Language::French => "en",
            Language::English => "fr",
        }
    }

    /// The address behind which the page comes in the other language.
    #[must_use]
    pub fn other_address(&self) -> String {
        format!("/language/{}?to={}", self.other_tag(), encoded(&self.path))
    }

    /// A day in Paris, in words.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        date::day(self.language, papers::day(at))
    }

    /// A time of day in Paris.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        date::time(self.language, papers::moment(at))
    }

    /// Day and time in Paris.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        match self.language {
            Language::French => format!("{} à {}", self.day(at), self.time(at)),
            Language::English => format!("{} at {}", self.day(at), self.time(at)),
        }
    }

    /// Whether somebody is signed in in a role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.role == Some(role)
    }

    /// Whether the page is the consultant's.
    #[must_use]
    pub fn is_consultant(&self) -> bool {
        self.is(Role::Consultant)
    }

    /// Whether the page is an administrator's.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.is(Role::Administrator)
    }

    /// Whether the page is read by somebody with whom something is shared.
    #[must_use]
    pub fn is_recipient(&self) -> bool {
        self.is(Role::Recipient)
    }

    /// Whether the page is an employer's.
    #[must_use]
    pub fn is_employer(&self) -> bool {
        self.is(Role::Employer)
    }

    /// Whether the page is a clerk's.
    #[must_use]
    pub fn is_clerk(&self) -> bool {
        self.is(Role::Clerk)
    }

    /// Whether the page answers questions about the beneficiary herself.
    #[must_use]
    pub fn is_beneficiary(&self) -> bool {
        self.is(Role::Beneficiary)
    }
}

/// The language that was chosen on a page, else that of the account, else the one the browser prefers; French where nothing is said.
fn language_of(headers: &HeaderMap, caller: Option<&Caller>) -> Language {
    let chosen = chosen_language(headers);
    let of_account = || caller.and_then(|caller| language_behind(&caller.language));
    chosen.or_else(of_account).or_else(|| preferred(headers)).unwrap_or(Language::French)
}

fn language_behind(tag: &str) -> Option<Language> {
    match tag {
        "fr" => Some(Language::French),
        "en" => Some(Language::English),
        _ => None,
    }
}

fn chosen_language(headers: &HeaderMap) -> Option<Language> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == LANGUAGE_COOKIE).and_then(|(_, tag)| language_behind(tag))
}

/// The first language of `Accept-Language` that we speak. Browsers list them by preference.
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let value = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    value.split(',').find_map(|range| language_behind(range.trim().get(..2)?.to_ascii_lowercase().as_str()))
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            .collect()
    }

    #[test]
    fn the_chosen_language_comes_before_the_browsers_and_french_before_none() {
        assert_eq!(language_of(&headers(&[]), None), Language::French);
        assert_eq!(language_of(&headers(&[("accept-language", "de-DE, en;q=0.8")]), None), Language::English);
        assert_eq!(language_of(&headers(&[("accept-language", "*")]), None), Language::French);
        let both = headers(&[("accept-language", "fr-FR"), ("cookie", "a=b; lang=en")]);
        assert_eq!(language_of(&both, None), Language::English);
        assert_eq!(language_of(&headers(&[("cookie", "lang=xx")]), None), Language::French);
    }

    #[test]
    fn french_counts_zero_as_one() {
        let visit = |language| Visit { language, path: "/a?b=c&d".to_owned(), role: None };
        let said = |language, n| visit(language).n(&n, &["question", "questions"], &["question", "questions"]).len();
        assert_eq!((said(Language::French, 0), said(Language::French, 2)), (8, 9));
        assert_eq!((said(Language::English, 0), said(Language::English, 1)), (9, 8));
        assert_eq!(visit(Language::French).other_address(), "/language/en?to=%2Fa%3Fb%3Dc%26d");
    }
}
