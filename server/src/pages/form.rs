//! What was filled in: fields by name, and identifiers in addresses.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;

use super::failure::PageError;
use crate::error::ApiError;

/// The fields of a form, by name. Browsers send the ends of lines as CR LF; here they are LF.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    /// Reads the body of a form.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            fields.entry(name.into_owned()).or_default().push(value.replace("\r\n", "\n"));
        }
        Self(fields)
    }

    /// A field as it was filled in; `None` where it is not there.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|values| values.last()).map(String::as_str)
    }

    /// A field without the space around it; empty where it is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.raw(name).unwrap_or_default().trim()
    }

    /// The same, `None` where it is empty.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A field that reads as a value.
    pub(super) fn parsed<T: FromStr>(&self, name: &str) -> Option<T> {
        self.given(name).and_then(|text| text.parse().ok())
    }

    /// Whether a box is ticked.
    pub(super) fn is_ticked(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Every value of a field that may be ticked several times.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            PageError::Api(match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
                _ => ApiError::MalformedBody("it broke off".into()),
            })
        })?;
        Ok(Self::read(&bytes))
    }
}

/// What stands in an address. What does not read is not found.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|path| Self(path.0)).map_err(|_| PageError::Api(ApiError::NotFound))
    }
}

/// What stands behind the question mark of an address, read like a form.
#[derive(Debug, Clone)]
pub(super) struct Asked(pub Fields);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Fields::read(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// A text as it stands behind the question mark of an address.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// An address on this site to go on to; the start for any other, so that nobody is led elsewhere.
pub(super) fn own_address(to: &str) -> &str {
    let is_own = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']);
    if is_own { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_send_them() {
        let fields = Fields::read(b"name=+Zo%C3%AB+&text=a%0D%0Ab&class=x&class=y&empty=&n=12");
        assert_eq!((fields.text("name"), fields.raw("text")), ("Zoë", Some("a\nb")));
        assert_eq!(fields.all("class"), ["x", "y"]);
        assert_eq!((fields.given("empty"), fields.given("nothing")), (None, None));
        assert_eq!((fields.parsed::<u8>("n"), fields.parsed::<u8>("name")), (Some(12), None));
        assert!(fields.is_ticked("empty") && !fields.is_ticked("nothing"));
    }

    #[test]
    fn nobody_is_led_to_another_site() {
        assert_eq!(own_address("/results/3?a=b"), "/results/3?a=b");
        for foreign in
            ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nb"]
        {
            assert_eq!(own_address(foreign), "/");
        }
    }
}
