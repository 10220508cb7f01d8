//! What handlers give back: JSON or MessagePack as the client asks, with an ETag where there is a version.

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::ApiError;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/json`.
    Json,
    /// `application/msgpack`, with named fields.
    MessagePack,
}

impl Format {
    /// The format of a media type without parameters, in lower case.
    #[must_use]
    pub fn of_media_type(essence: &str) -> Option<Self> {
        match essence {
            "application/json" => Some(Self::Json),
            "application/msgpack" | "application/vnd.msgpack" | "application/x-msgpack" => Some(Self::MessagePack),
            _ => None,
        }
    }

    /// What the header `Accept` asks for: JSON where it leaves the choice to us.
    ///
    /// # Errors
    /// [`ApiError::NotAcceptable`] when it asks for neither.
    pub fn accepted(headers: &HeaderMap) -> Result<Self, ApiError> {
        if !headers.contains_key(ACCEPT) {
            return Ok(Self::Json);
        }
        // The most specific range decides on a format (RFC 9110 §12.5.1): the specificity, then the weight.
        let (mut json, mut packed) = ((0, 0.0), (0, 0.0));
        for range in headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')) {
            let (essence, weight) = range_and_weight(range);
            let (specificity, formats): (u8, &mut [&mut (u8, f32)]) = match essence.as_str() {
                "*/*" => (1, &mut [&mut json, &mut packed]),
                "application/*" => (2, &mut [&mut json, &mut packed]),
                other => match Self::of_media_type(other) {
                    Some(Self::Json) => (3, &mut [&mut json]),
                    Some(Self::MessagePack) => (3, &mut [&mut packed]),
                    None => continue,
                },
            };
            for format in formats {
                if specificity > format.0 || (specificity == format.0 && weight > format.1) {
                    **format = (specificity, weight);
                }
            }
        }
        match (json.1, packed.1) {
            (json, packed) if packed > json => Ok(Self::MessagePack),
            (json, _) if json > 0.0 => Ok(Self::Json),
            _ => Err(ApiError::NotAcceptable("application/json or application/msgpack")),
        }
    }

    /// A reply of this format: 200.
    pub fn reply<T: Serialize>(self, body: T) -> Reply<T> {
        Reply { format: self, status: StatusCode::OK, version: None, unchanged: false, location: None, body }
    }

    /// A reply of this format to the making of something: 201, with the address of what was made.
    pub fn created<T: Serialize>(self, location: String, body: T) -> Reply<T> {
        Reply { status: StatusCode::CREATED, location: Some(location), ..self.reply(body) }
    }
}

fn range_and_weight(range: &str) -> (String, f32) {
    let mut parts = range.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    (essence, weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0)))
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::accepted(&parts.headers)
    }
}

/// A reply: made by [`Format::reply`].
#[derive(Debug)]
pub struct Reply<T> {
    format: Format,
    status: StatusCode,
    version: Option<i64>,
    unchanged: bool,
    location: Option<String>,
    body: T,
}

impl<T> Reply<T> {
    /// With this status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With this version as its ETag.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// Answers 304 without a body when the client has this version already.
    #[must_use]
    pub fn unless(mut self, known: &IfNoneMatch) -> Self {
        self.unchanged = self.version.is_some_and(|version| known.has(version));
        self
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let mut response = if self.unchanged {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let (content_type, bytes) = match self.format {
                Format::Json => ("application/json", serde_json::to_vec(&self.body).map_err(|e| e.to_string())),
                Format::MessagePack => {
                    ("application/msgpack", rmp_serde::to_vec_named(&self.body).map_err(|e| e.to_string()))
                }
            };
            match bytes {
                Ok(bytes) => {
                    (self.status, [(CONTENT_TYPE, HeaderValue::from_static(content_type))], bytes).into_response()
                }
                // Only a type of ours that cannot be written at all gets here; its message may hold content.
                Err(_) => return ApiError::internal("write a reply", &"the type cannot be written").into_response(),
            }
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("accept"));
        if let Some(version) = self.version {
            insert(headers, ETAG, &etag(version));
        }
        if let Some(location) = &self.location {
            insert(headers, LOCATION, location);
        }
        response
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The ETag of a version.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The versions that a conditional header names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Absent,
    Any,
    Versions(Vec<i64>),
}

impl Tags {
    fn of(headers: &HeaderMap, name: HeaderName, weak: Weak) -> Self {
        if !headers.contains_key(&name) {
            return Self::Absent;
        }
        let texts = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok());
        let mut versions = Vec::new();
        for tag in texts.flat_map(|text| text.split(',')).map(str::trim) {
            if tag == "*" {
                return Self::Any;
            }
            let tag = if weak == Weak::Match { tag.strip_prefix("W/").unwrap_or(tag) } else { tag };
            // A tag that we never made matches nothing.
            versions
                .extend(tag.strip_prefix('"').and_then(|t| t.strip_suffix('"')).and_then(|t| t.parse::<i64>().ok()));
        }
        Self::Versions(versions)
    }

    fn matches(&self, version: i64) -> bool {
        match self {
            Self::Absent => false,
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

/// Whether weak tags count (RFC 9110 §8.8.3.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weak {
    Match,
    Differ,
}

/// The header `If-Match`: the version that a change starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Tags);

impl IfMatch {
    /// For a change that must say what it starts from.
    ///
    /// # Errors
    /// [`ApiError::PreconditionRequired`] without the header, [`ApiError::PreconditionFailed`] when `version`, the
    /// present one, is not among those named.
    pub fn require(&self, version: i64) -> Result<(), ApiError> {
        if self.0 == Tags::Absent { Err(ApiError::PreconditionRequired) } else { self.check(version) }
    }

    /// For a change that may say what it starts from.
    ///
    /// # Errors
    /// [`ApiError::PreconditionFailed`] when there is a header and `version`, the present one, is not among those named.
    pub fn check(&self, version: i64) -> Result<(), ApiError> {
        if self.0 == Tags::Absent || self.0.matches(version) { Ok(()) } else { Err(ApiError::PreconditionFailed) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(Tags::of(&parts.headers, IF_MATCH, Weak::Differ)))
    }
}

/// The header `If-None-Match`: the versions that the client has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Tags);

impl IfNoneMatch {
    /// Whether the client has this version.
    #[must_use]
    pub fn has(&self, version: i64) -> bool {
        self.0.matches(version)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(Tags::of(&parts.headers, IF_NONE_MATCH, Weak::Match)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_accept_header_chooses_the_format() {
        let chosen = |value| Format::accepted(&headers(ACCEPT, value)).ok();
        assert_eq!(Format::accepted(&HeaderMap::new()), Ok(Format::Json));
        assert_eq!(chosen("*/*"), Some(Format::Json));
        assert_eq!(chosen("application/json, application/msgpack"), Some(Format::Json));
        assert_eq!(chosen("application/msgpack"), Some(Format::MessagePack));
        assert_eq!(chosen("application/msgpack, */*;q=0.1"), Some(Format::MessagePack));
        assert_eq!(chosen("application/json;q=0.5, application/x-msgpack"), Some(Format::MessagePack));
        assert_eq!(chosen("application/json;q=0, */*"), Some(Format::MessagePack));
        assert_eq!(chosen("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"), Some(Format::Json));
        assert_eq!(chosen("text/html"), None);
        assert_eq!(chosen("application/json;q=0"), None);
    }

    #[test]
    fn a_reply_carries_its_version_and_is_never_stored() {
        let response = Format::Json.created("/api/v1/bilans/7".to_owned(), [1, 2]).version(3).into_response();
        assert_eq!(response.status(), StatusCode::CREATED);
        for (name, value) in [
            (ETAG, "\"3\""),
            (CACHE_CONTROL, "no-store"),
            (VARY, "accept"),
            (LOCATION, "/api/v1/bilans/7"),
            (CONTENT_TYPE, "application/json"),
        ] {
            assert_eq!(response.headers()[&name], value, "{name}");
        }
    }

    #[test]
    fn a_client_that_has_the_version_gets_no_body() {
        let known = IfNoneMatch(Tags::of(&headers(IF_NONE_MATCH, "\"2\", W/\"3\""), IF_NONE_MATCH, Weak::Match));
        let reply = |version| Format::Json.reply("x").version(version).unless(&known).into_response().status();
        assert_eq!([reply(3), reply(4)], [StatusCode::NOT_MODIFIED, StatusCode::OK]);
    }

    #[test]
    fn a_change_from_an_old_version_is_refused() {
        let of = |value| IfMatch(Tags::of(&headers(IF_MATCH, value), IF_MATCH, Weak::Differ));
        let absent = IfMatch(Tags::Absent);
        assert_eq!(absent.require(1), Err(ApiError::PreconditionRequired));
        assert_eq!(absent.check(1), Ok(()));
        assert_eq!(of("\"1\"").require(1), Ok(()));
        assert_eq!(of("*").require(1), Ok(()));
        for stale in ["\"1\"", "W/\"2\"", "2", "\"x\"", ""] {
            assert_eq!(of(stale).require(2), Err(ApiError::PreconditionFailed), "{stale}");
        }
    }
}
