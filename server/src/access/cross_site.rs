//! Requests that other sites make a browser send.

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::access::cookie::SessionCookie;
use crate::error::ApiError;

/// Refuses requests that change something and come from a page of another site.
///
/// Browsers say where a request comes from: `Sec-Fetch-Site`, and older ones `Origin`. A bearer token is not sent by
/// a browser on its own, so requests with one are exempt.
#[derive(Debug, Clone)]
pub struct CrossSite {
    own_origin: String,
    cookie: SessionCookie,
}

impl CrossSite {
    /// Knows the service's own origin, such as `https://bilan.example.fr`, and the session cookie.
    #[must_use]
    pub fn new(own_origin: String, cookie: SessionCookie) -> Self {
        Self { own_origin, cookie }
    }

    /// Checks a request.
    ///
    /// # Errors
    /// [`ApiError::CrossSite`].
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || has_bearer(headers) {
            return Ok(());
        }
        let own = match (one(headers, "sec-fetch-site"), one(headers, ORIGIN.as_str())) {
            // `none`: typed or bookmarked by the person.
            (Some(site), _) => site == "same-origin" || site == "none",
            (None, Some(origin)) => origin.eq_ignore_ascii_case(&self.own_origin),
            // Not from a browser of this decade; harmless unless it lives on the cookie.
            (None, None) => !self.cookie.is_in(headers),
        };
        if own { Ok(()) } else { Err(ApiError::CrossSite) }
    }
}

fn has_bearer(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
}

/// The value of a header; an unreadable or repeated one counts as foreign.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_some() { "" } else { first.to_str().unwrap_or_default() })
}

/// The layer: `axum::middleware::from_fn_with_state(cross_site, refuse)`.
pub async fn refuse(State(cross_site): State<CrossSite>, request: Request, next: Next) -> Response {
    match cross_site.check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;
    use crate::access::cookie::Transport;

    const COOKIE: (&str, &str) = ("cookie", "__Host-bilan=x");

    fn check(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let cross_site = CrossSite::new("https://bilan.example".to_owned(), SessionCookie::new(Transport::Tls));
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        cross_site.check(&method, &headers).is_ok()
    }

    #[test]
    fn reading_is_free() {
        assert!(check(Method::GET, &[COOKIE, ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_change_with_the_cookie_must_come_from_the_site_itself() {
        for (site, allowed) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false), ("", false)]
        {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(check(method, &[COOKIE, ("sec-fetch-site", site)]), allowed, "{site}");
            }
        }
        for (origin, allowed) in [
            ("https://bilan.example", true),
            ("http://bilan.example", false),
            ("https://bilan.example.evil.example", false),
            ("null", false),
        ] {
            assert_eq!(check(Method::POST, &[COOKIE, ("origin", origin)]), allowed, "{origin}");
        }
        assert!(!check(Method::POST, &[COOKIE]));
        let both = [COOKIE, ("sec-fetch-site", "cross-site"), ("origin", "https://bilan.example")];
        assert!(!check(Method::POST, &both));
        let twice = [COOKIE, ("origin", "https://bilan.example"), ("origin", "https://evil.example")];
        assert!(!check(Method::POST, &twice));
    }

    #[test]
    fn signing_in_cannot_be_done_from_another_site_either() {
        assert!(!check(Method::POST, &[("sec-fetch-site", "cross-site")]));
        assert!(!check(Method::POST, &[("origin", "https://evil.example")]));
        assert!(check(Method::POST, &[]), "a program without a cookie");
    }

    #[test]
    fn bearer_tokens_are_exempt() {
        assert!(check(Method::POST, &[("authorization", "Bearer bit_x"), ("sec-fetch-site", "cross-site")]));
        assert!(!check(Method::POST, &[("authorization", "Basic eDp5"), ("sec-fetch-site", "cross-site")]));
    }
}
