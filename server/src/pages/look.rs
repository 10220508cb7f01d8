//! How a page is made of a template.

use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use reports::document::Document;
use reports::text::typeset;

use super::failure::PageError;
use crate::error::ApiError;
use crate::services::results::language_of;

/// What the handler of a page gives back.
pub(super) type PageResult = Result<Response, PageError>;

/// A template as a page. Templates of ours are checked when the program is built; writing into memory does not fail.
pub(super) fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => ([(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], text).into_response(),
        Err(error) => {
            tracing::error!(cause = %error, "a page could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The same where something that was filled in must be put right: 422.
pub(super) fn to_be_mended(template: &impl Template) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, html(template)).into_response()
}

/// The chapters of a document, as markup.
pub(super) fn chapters_of(document: &Document) -> Result<String, PageError> {
    document.fragment().map_err(|error| {
        tracing::error!(cause = %error, "a document could not be drawn");
        PageError::Api(ApiError::Internal)
    })
}

/// How many there are, as pages count.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A text of an instrument, with the typography of its language.
pub(super) fn set(tag: &str, text: &str) -> String {
    typeset(language_of(tag), text)
}

/// The same for a number that was counted by the store.
pub(super) fn counted(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A text that somebody wrote, in its paragraphs.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What must be put right: where, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// Identifier of the first control concerned.
    pub field: String,
    /// What to do.
    pub text: String,
}

impl Problem {
    pub(super) fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into() }
    }
}

/// Everything that must be put right on a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Problems(pub Vec<Problem>);

impl Problems {
    /// Whether there is nothing to put right.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said at a control.
    pub(super) fn at(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
    }

    pub(super) fn n(&self) -> u32 {
        count(self.0.len())
    }
}
