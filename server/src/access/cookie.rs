//! The cookie that holds the session token in a browser.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use crate::access::secret_token::{SecretToken, TokenKind};

/// How browsers reach the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Over TLS, here or at a proxy of ours.
    Tls,
    /// In the clear, on the own machine.
    Plain,
}

/// The session cookie: out of reach of scripts, never sent along from other sites.
#[derive(Debug, Clone, Copy)]
pub struct SessionCookie {
    transport: Transport,
}

impl SessionCookie {
    /// The cookie as this transport allows it.
    #[must_use]
    pub const fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// Its name. Over TLS the prefix `__Host-` keeps neighbours under the same domain from setting it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.transport {
            Transport::Tls => "__Host-bilan",
            Transport::Plain => "bilan",
        }
    }

    /// The header `Set-Cookie` that begins a session; it lasts until the browser closes.
    #[must_use]
    pub fn set(&self, token: &SecretToken) -> HeaderValue {
        self.header(&token.text(), "")
    }

    /// The header `Set-Cookie` that ends a session.
    #[must_use]
    pub fn clear(&self) -> HeaderValue {
        self.header("", "; Max-Age=0")
    }

    fn header(&self, value: &str, more: &str) -> HeaderValue {
        let secure = if self.transport == Transport::Tls { "; Secure" } else { "" };
        let text = Zeroizing::new(format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{more}", self.name()));
        let mut header = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }

    /// The session token of a request; `None` as well when there are two, since one was put there by somebody else.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap) -> Option<SecretToken> {
        let mut values = self.values(headers);
        match (values.next(), values.next()) {
            (Some(value), None) => SecretToken::parse(TokenKind::Session, value),
            _ => None,
        }
    }

    /// Whether the request carries the cookie, valid or not.
    #[must_use]
    pub fn is_in(&self, headers: &HeaderMap) -> bool {
        self.values(headers).next().is_some()
    }

    fn values<'h>(&self, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
        let name = self.name();
        // HTTP/2 may split the header.
        let pairs = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(move |(n, _)| *n == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Entropy;

    fn token() -> SecretToken {
        SecretToken::create(TokenKind::Session, &Entropy::seeded([6; 32]))
    }

    fn headers(cookies: &[&str]) -> HeaderMap {
        cookies.iter().map(|value| (COOKIE, HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let text = token().text().to_string();
        let tls = SessionCookie::new(Transport::Tls).set(&token());
        assert_eq!(tls, format!("__Host-bilan={text}; Path=/; HttpOnly; SameSite=Strict; Secure"));
        assert!(tls.is_sensitive());
        let plain = SessionCookie::new(Transport::Plain).set(&token());
        assert_eq!(plain, format!("bilan={text}; Path=/; HttpOnly; SameSite=Strict"));
        let cleared = SessionCookie::new(Transport::Tls).clear();
        assert_eq!(cleared, "__Host-bilan=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0");
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let cookie = SessionCookie::new(Transport::Tls);
        let own = format!("__Host-bilan={}", token().text().as_str());
        for headers in [headers(&[&format!("a=b; {own}; c=d")]), headers(&["a=b", &own])] {
            assert!(cookie.read(&headers).is_some_and(|read| token().hash().matches(&read)));
        }
        for headers in [headers(&[]), headers(&["bilan=x"]), headers(&["__Host-bilan=x"]), headers(&["__Host-bilan"])] {
            assert!(cookie.read(&headers).is_none(), "{headers:?}");
        }
        assert!(cookie.is_in(&headers(&["__Host-bilan=x"])) && !cookie.is_in(&headers(&["bilan=x"])));
    }

    #[test]
    fn two_session_cookies_are_none() {
        let cookie = SessionCookie::new(Transport::Plain);
        let own = format!("bilan={}", token().text().as_str());
        let other =
            format!("bilan={}", SecretToken::create(TokenKind::Session, &Entropy::seeded([1; 32])).text().as_str());
        assert!(cookie.read(&headers(&[&format!("{own}; {other}")])).is_none());
    }
}
