//! Problems as `application/problem+json` (RFC 9457).
//!
//! Every text here is written by us: a problem never repeats a value that the client sent, because such a value may be
//! an answer, a name or an address.

use std::borrow::Cow;

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Where in a request something is wrong, what would be right, and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// JSON pointer into the body (`/items/3/value`), the name of a parameter or header, or the place in a table
    /// (`row 3, column i5`).
    pub field: String,
    /// What may stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Cow<'static, str>>,
    /// What to do.
    pub remedy: Cow<'static, str>,
}

impl FieldProblem {
    /// A problem at `field`, with the way out.
    #[must_use]
    pub fn new(field: impl Into<String>, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), allowed: None, remedy: remedy.into() }
    }

    /// Says what may stand there.
    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<Cow<'static, str>>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

/// Why a request is not answered with what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// No route.
    #[error("there is nothing at this address; the API is under /api/v1")]
    NoSuchAddress,
    /// A route, but not for this method.
    #[error("this address does not take that method")]
    MethodNotAllowed,
    /// No instrument of that name.
    #[error("{0}")]
    NoSuchInstrument(String),
    /// No such thing, or nothing that the caller may know of: the same answer whatever the identifier.
    #[error("there is nothing of that kind under this identifier, or you may not see it")]
    NotFound,
    /// Nobody is signed in.
    #[error("sign in, or send a valid token")]
    Unauthenticated,
    /// The role of the caller does not cover the action.
    #[error("your role does not allow this")]
    Forbidden,
    /// The request came from a page of another site.
    #[error("a request that changes something must come from the site itself")]
    CrossSite,
    /// The state of things does not allow it.
    #[error("{detail}")]
    Conflict {
        /// A stable word for programs, such as `already-ended`.
        reason: &'static str,
        /// The same for people.
        detail: &'static str,
    },
    /// The version in `If-Match` is not the present one.
    #[error("it has changed since you read it; read it again and repeat with its new ETag")]
    PreconditionFailed,
    /// `If-Match` is missing.
    #[error("send the ETag that you read in the header If-Match")]
    PreconditionRequired,
    /// The idempotency key was used for another request.
    #[error("this Idempotency-Key was used for a request with another content; choose a new key")]
    IdempotencyKeyReused,
    /// The request is well formed but its content is not as it must be.
    #[error("{} in the request", counted(.0.len()))]
    Invalid(Vec<FieldProblem>),
    /// The body cannot be read at all.
    #[error("the body cannot be read: {0}")]
    MalformedBody(Cow<'static, str>),
    /// The body is of another format.
    #[error("send the body as application/json or application/msgpack and say so in Content-Type")]
    UnsupportedMediaType,
    /// The client wants a format that we do not have.
    #[error("this resource is to be had as {0}")]
    NotAcceptable(&'static str),
    /// The body is larger than allowed.
    #[error("the body is too large")]
    TooLarge,
    /// The part asked for begins beyond the end.
    #[error("the range begins beyond the end, which is at {size} bytes")]
    RangeNotSatisfiable {
        /// Bytes of the whole.
        size: u64,
    },
    /// Too many requests in too short a time.
    #[error("too many requests; try again in {retry_after_s} s")]
    TooManyRequests {
        /// Whole seconds to wait.
        retry_after_s: u64,
    },
    /// The client did not send the request in time.
    #[error("the request did not arrive in time")]
    RequestTimeout,
    /// We did not answer in time.
    #[error("the answer took too long; try again later")]
    Timeout,
    /// Something that we need is out of reach, or there is too much to do.
    #[error("the service cannot answer now; try again in {retry_after_s} s")]
    Unavailable {
        /// Whole seconds to wait.
        retry_after_s: u64,
    },
    /// A fault of ours.
    #[error("the request could not be served; the fault is ours")]
    Internal,
}

fn counted(n: usize) -> String {
    if n == 1 { "there is 1 problem".to_owned() } else { format!("there are {n} problems") }
}

/// The body of a problem.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

impl ApiError {
    /// One field of the request is at fault.
    #[must_use]
    pub fn invalid(field: impl Into<String>, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(vec![FieldProblem::new(field, remedy)])
    }

    /// The state of things does not allow it: a stable word, and a sentence.
    #[must_use]
    pub const fn conflict(reason: &'static str, detail: &'static str) -> Self {
        Self::Conflict { reason, detail }
    }

    /// A fault of ours, whose cause goes to the log and not to the client.
    ///
    /// The messages of our errors hold no content about people; do not pass others.
    #[must_use]
    pub fn internal(doing: &'static str, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(doing, cause = %cause, "internal error");
        Self::Internal
    }

    /// Something that we need is out of reach; the cause goes to the log and not to the client.
    #[must_use]
    pub fn unavailable(doing: &'static str, cause: &dyn std::fmt::Display) -> Self {
        tracing::warn!(doing, cause = %cause, "unavailable");
        Self::Unavailable { retry_after_s: 5 }
    }

    /// The problem of a bare status, for responses of the machinery below the handlers.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::MalformedBody("it is not what its headers announce".into()),
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NoSuchAddress,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable("application/json or application/msgpack"),
            StatusCode::CONFLICT => Self::conflict("state", "the state of things does not allow it"),
            StatusCode::PRECONDITION_FAILED => Self::PreconditionFailed,
            StatusCode::PRECONDITION_REQUIRED => Self::PreconditionRequired,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests { retry_after_s: 5 },
            StatusCode::GATEWAY_TIMEOUT => Self::Timeout,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable { retry_after_s: 5 },
            other if other.is_client_error() => Self::MalformedBody("its content is not as it must be".into()),
            _ => Self::Internal,
        }
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.row().0
    }

    /// The stable, relative address of this kind of problem.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.row().1
    }

    /// Status, type and title.
    fn row(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NoSuchAddress => (StatusCode::NOT_FOUND, "/problems/no-such-address", "No such address"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "/problems/method-not-allowed", "Method not allowed")
            }
            Self::NoSuchInstrument(_) => (StatusCode::NOT_FOUND, "/problems/no-such-instrument", "No such instrument"),
            Self::NotFound => (StatusCode::NOT_FOUND, "/problems/not-found", "Not found"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "/problems/unauthenticated", "Not signed in"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "/problems/forbidden", "Not allowed for this role"),
            Self::CrossSite => (StatusCode::FORBIDDEN, "/problems/cross-site", "Request from another site"),
            Self::Conflict { .. } => (StatusCode::CONFLICT, "/problems/conflict", "Not possible in this state"),
            Self::PreconditionFailed => {
                (StatusCode::PRECONDITION_FAILED, "/problems/precondition-failed", "Changed in the meantime")
            }
            Self::PreconditionRequired => {
                (StatusCode::PRECONDITION_REQUIRED, "/problems/precondition-required", "If-Match is required")
            }
            Self::IdempotencyKeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "/problems/idempotency-key-reused",
                "Idempotency key used with another content",
            ),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid", "Invalid content"),
            Self::MalformedBody(_) => (StatusCode::BAD_REQUEST, "/problems/malformed-body", "Unreadable body"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "/problems/unsupported-media-type", "Unsupported format")
            }
            Self::NotAcceptable(_) => {
                (StatusCode::NOT_ACCEPTABLE, "/problems/not-acceptable", "Not to be had in this format")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "/problems/too-large", "Too large"),
            Self::RangeNotSatisfiable { .. } => {
                (StatusCode::RANGE_NOT_SATISFIABLE, "/problems/range-not-satisfiable", "Beyond the end")
            }
            Self::TooManyRequests { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "/problems/too-many-requests", "Too many requests")
            }
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, "/problems/request-timeout", "Request too slow"),
            Self::Timeout => (StatusCode::GATEWAY_TIMEOUT, "/problems/timeout", "Answer too slow"),
            Self::Unavailable { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "/problems/unavailable", "Unavailable for now")
            }
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "/problems/internal", "Internal error"),
        }
    }

    /// The body that goes to the client.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        let (status, kind, title) = self.row();
        let detail = self.to_string();
        let (reason, errors) = match self {
            Self::Conflict { reason, .. } => (Some(reason), Vec::new()),
            Self::Invalid(errors) => (None, errors),
            _ => (None, Vec::new()),
        };
        Problem { r#type: kind, title, status: status.as_u16(), detail, reason, errors }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let retry_after = match &self {
            Self::TooManyRequests { retry_after_s } | Self::Unavailable { retry_after_s } => Some(*retry_after_s),
            _ => None,
        };
        let size = if let Self::RangeNotSatisfiable { size } = &self { Some(*size) } else { None };
        let mut response = (status, Json(self.into_problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(Ok(range)) = size.map(|size| HeaderValue::try_from(format!("bytes */{size}"))) {
            headers.insert(CONTENT_RANGE, range);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"bilan\""));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<ApiError> {
        vec![
            ApiError::NoSuchAddress,
            ApiError::MethodNotAllowed,
            ApiError::NoSuchInstrument("no instrument `x`".to_owned()),
            ApiError::NotFound,
            ApiError::Unauthenticated,
            ApiError::Forbidden,
            ApiError::CrossSite,
            ApiError::conflict("already-ended", "the bilan has ended"),
            ApiError::PreconditionFailed,
            ApiError::PreconditionRequired,
            ApiError::IdempotencyKeyReused,
            ApiError::invalid("/email", "give an address"),
            ApiError::MalformedBody("line 1".into()),
            ApiError::UnsupportedMediaType,
            ApiError::NotAcceptable("application/json"),
            ApiError::TooLarge,
            ApiError::TooManyRequests { retry_after_s: 3 },
            ApiError::RangeNotSatisfiable { size: 7 },
            ApiError::RequestTimeout,
            ApiError::Timeout,
            ApiError::Unavailable { retry_after_s: 5 },
            ApiError::Internal,
        ]
    }

    async fn body_of(response: Response) -> serde_json::Value {
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn every_problem_has_a_type_of_its_own_and_the_members_of_rfc_9457() {
        let mut kinds = std::collections::BTreeSet::new();
        for error in samples() {
            assert!(kinds.insert(error.kind()), "{} twice", error.kind());
            let status = error.status();
            let response = error.clone().into_response();
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            assert_eq!(response.headers()["cache-control"], "no-store");
            let body = body_of(response).await;
            assert_eq!(body["status"], status.as_u16());
            assert_eq!(body["type"], error.kind());
            for member in ["title", "detail"] {
                assert!(!body[member].as_str().unwrap().is_empty(), "{error:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_conflict_names_its_reason_and_an_invalid_request_its_fields() {
        let body = body_of(ApiError::conflict("already-ended", "the bilan has ended").into_response()).await;
        assert_eq!((body["reason"].as_str(), body["status"].as_u64()), (Some("already-ended"), Some(409)));
        let problem = FieldProblem::new("/months", "choose another term").allowed("1 to 12");
        let body = body_of(ApiError::Invalid(vec![problem]).into_response()).await;
        assert_eq!(
            body["errors"],
            serde_json::json!([{"field": "/months", "allowed": "1 to 12", "remedy": "choose another term"}])
        );
        assert_eq!(body["detail"], "there is 1 problem in the request");
    }

    #[test]
    fn a_bare_status_keeps_its_side_and_where_there_is_a_problem_of_it_its_number() {
        for error in samples() {
            let status = error.status();
            let found = ApiError::of_status(status).status();
            // What a bare status cannot tell: which fields, and where the end is.
            let untold = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::RANGE_NOT_SATISFIABLE];
            assert_eq!(found, if untold.contains(&status) { StatusCode::BAD_REQUEST } else { status });
        }
        assert_eq!(ApiError::of_status(StatusCode::IM_A_TEAPOT).status(), StatusCode::BAD_REQUEST);
        assert_eq!(ApiError::of_status(StatusCode::BAD_GATEWAY).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn waiting_times_and_the_way_to_sign_in_are_in_the_headers() {
        let response = ApiError::TooManyRequests { retry_after_s: 3 }.into_response();
        assert_eq!(response.headers()["retry-after"], "3");
        assert_eq!(ApiError::Unavailable { retry_after_s: 5 }.into_response().headers()["retry-after"], "5");
        assert_eq!(ApiError::Unauthenticated.into_response().headers()["www-authenticate"], "Bearer realm=\"bilan\"");
    }
}
