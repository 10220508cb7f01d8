//! What handlers take: a body, path parameters, query parameters, each with problems that name the place.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;

pub use super::reply::{Format, IfMatch, IfNoneMatch, Reply};
use crate::api::field_error::{Place, describe};
use crate::error::{ApiError, FieldProblem};

/// Nesting of a MessagePack body; that of JSON is bounded by its reader.
const MAX_DEPTH: usize = 64;

/// A body in JSON or MessagePack, as `Content-Type` says. Types refuse unknown fields with
/// `#[serde(deny_unknown_fields)]`; the size is bounded by the layer over all routes.
#[derive(Debug, Clone, Copy)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let format = content_format(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        parse(format, &bytes).map(Self)
    }
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    let mut cause: Option<&dyn std::error::Error> = Some(&rejection);
    while let Some(error) = cause {
        if error.is::<tower_http::timeout::TimeoutError>() {
            return ApiError::RequestTimeout;
        }
        cause = error.source();
    }
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::MalformedBody("it broke off".into()),
    }
}

/// The format that `Content-Type` announces.
///
/// # Errors
/// [`ApiError::UnsupportedMediaType`] for any other, or none.
pub fn content_format(headers: &HeaderMap) -> Result<Format, ApiError> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    Format::of_media_type(&essence).ok_or(ApiError::UnsupportedMediaType)
}

/// Reads a body.
///
/// # Errors
/// [`ApiError::MalformedBody`] when it is not of that format at all, [`ApiError::Invalid`] with the place when the
/// content is not as it must be.
pub fn parse<T: DeserializeOwned>(format: Format, bytes: &[u8]) -> Result<T, ApiError> {
    match format {
        Format::Json => from_json(bytes),
        Format::MessagePack => from_message_pack(bytes),
    }
}

/// Bodies are objects. Without this, a list of values would be taken for the fields in their order.
fn not_an_object() -> ApiError {
    ApiError::Invalid(vec![FieldProblem::new("/", "send an object with named fields").allowed("an object")])
}

fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(not_an_object());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            ApiError::Invalid(vec![describe(Place::Pointer, error.path(), &inner.to_string())])
        } else {
            malformed_json(inner)
        }
    })?;
    reader.end().map_err(|error| malformed_json(&error))?;
    Ok(value)
}

fn malformed_json(error: &serde_json::Error) -> ApiError {
    ApiError::MalformedBody(format!("not JSON from line {} column {} on", error.line(), error.column()).into())
}

fn from_message_pack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    use rmp_serde::decode::Error;
    if matches!(bytes.first(), Some(0x90..=0x9f | 0xdc | 0xdd)) {
        return Err(not_an_object());
    }
    let mut rest = bytes;
    let mut reader = rmp_serde::Deserializer::new(&mut rest);
    reader.set_max_depth(MAX_DEPTH);
    let read = serde_path_to_error::deserialize(&mut reader);
    let value = read.map_err(|error| match error.inner() {
        Error::InvalidMarkerRead(_) | Error::InvalidDataRead(_) => ApiError::MalformedBody("it broke off".into()),
        Error::Utf8Error(_) => ApiError::MalformedBody("a text is not UTF-8".into()),
        Error::DepthLimitExceeded => ApiError::MalformedBody("it is nested too deeply".into()),
        Error::Syntax(message) | Error::Uncategorized(message) => {
            ApiError::Invalid(vec![describe(Place::Pointer, error.path(), message)])
        }
        // A number or a length that does not fit, or another type: the place says enough.
        _ => ApiError::Invalid(vec![describe(Place::Pointer, error.path(), "")]),
    })?;
    if rest.is_empty() { Ok(value) } else { Err(ApiError::MalformedBody("something follows after its end".into())) }
}

/// Parameters of the path. A malformed identifier is answered exactly as an unknown one.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(ApiError::NotFound),
        }
    }
}

/// Parameters of the query, by name.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let text = parts.uri.query().unwrap_or_default();
        let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
        serde_path_to_error::deserialize(reader).map(Self).map_err(|error| {
            ApiError::Invalid(vec![describe(Place::Parameter, error.path(), &error.inner().to_string())])
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::Method;
    use axum::response::Response;
    use axum::routing::{get, post};
    use serde::{Deserialize, Serialize};
    use tower::ServiceExt as _;

    use super::*;
    use crate::ids::Id;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Invitation {
        bilan: Id,
        name: String,
        months: u8,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        limit: Option<u8>,
    }

    fn router() -> Router {
        Router::new()
            .route("/", post(|format: Format, Body(body): Body<Invitation>| async move { format.reply(body) }))
            .route("/{id}", get(|Path(id): Path<Id>| async move { id.to_string() }))
            .route("/list", get(|Query(page): Query<Page>| async move { page.limit.unwrap_or(50).to_string() }))
            .route("/unknown", get(|| async { ApiError::NotFound }))
            .layer(axum::extract::DefaultBodyLimit::max(200))
    }

    async fn call(method: Method, path: &str, content_type: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path);
        if !content_type.is_empty() {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if content_type.starts_with("application/") {
            request = request.header("accept", content_type);
        }
        let request = request.body(axum::body::Body::from(body)).unwrap();
        let response: Response = router().oneshot(request).await.unwrap();
        let status = response.status();
        (status, axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap().to_vec())
    }

    fn invitation() -> Invitation {
        Invitation { bilan: Id::from_bytes([7; 16]), name: "Zoé".to_owned(), months: 6 }
    }

    #[tokio::test]
    async fn both_formats_are_read_and_written() {
        let json = serde_json::to_vec(&invitation()).unwrap();
        let (status, body) = call(Method::POST, "/", "application/json; charset=utf-8", json.clone()).await;
        assert_eq!((status, body), (StatusCode::OK, json));
        let packed = rmp_serde::to_vec_named(&invitation()).unwrap();
        let (status, body) = call(Method::POST, "/", "application/msgpack", packed.clone()).await;
        assert_eq!((status, body), (StatusCode::OK, packed));
    }

    #[tokio::test]
    async fn unreadable_bodies_are_told_from_wrong_ones_and_repeat_nothing() {
        let text = |s: &str| s.as_bytes().to_vec();
        let packed = |value: serde_json::Value| rmp_serde::to_vec_named(&value).unwrap();
        let mut long = rmp_serde::to_vec_named(&invitation()).unwrap();
        long.push(0);
        let cases = [
            ("application/json", text("{\"name\": \"Dupont"), 400),
            ("application/json", text(""), 400),
            ("application/json", text("{\"bilan\":\"Dupont\"}"), 422),
            ("application/json", text("{\"name\":1}"), 422),
            ("application/json", text("{\"months\":\"Dupont\"}"), 422),
            ("application/json", vec![b' '; 201], 413),
            ("text/plain", text("Dupont"), 415),
            ("", text("{}"), 415),
            ("application/msgpack", text("\u{0}"), 422),
            ("application/msgpack", vec![0x83, 0xa4, b'n'], 400),
            ("application/msgpack", packed(serde_json::json!({"months": "Dupont"})), 422),
            ("application/msgpack", long, 400),
        ];
        for (content_type, body, expected) in cases {
            let shown = String::from_utf8_lossy(&body).into_owned();
            let (status, answer) = call(Method::POST, "/", content_type, body).await;
            let answer = String::from_utf8(answer).unwrap();
            assert_eq!(status.as_u16(), expected, "{content_type} {shown}: {answer}");
            assert!(!answer.contains("Dupont"), "{answer}");
            assert!(expected != 422 || answer.contains("\"field\""), "{answer}");
        }
    }

    #[tokio::test]
    async fn the_place_in_a_message_pack_body_is_named_as_in_json() {
        let body = serde_json::json!({"months": "x"});
        for (content_type, bytes) in [
            ("application/json", serde_json::to_vec(&body).unwrap()),
            ("application/msgpack", rmp_serde::to_vec_named(&body).unwrap()),
        ] {
            let (_, answer) = call(Method::POST, "/", content_type, bytes).await;
            let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
            assert_eq!(answer["errors"][0]["field"], "/months", "{content_type}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_malformed_identifier_is_answered_as_an_unknown_one() {
        let unknown = call(Method::GET, "/unknown", "", Vec::new()).await;
        assert_eq!(unknown.0, StatusCode::NOT_FOUND);
        for path in ["/abc", "/%ff", "/%20", &format!("/{}", "AB".repeat(16))] {
            assert_eq!(call(Method::GET, path, "", Vec::new()).await, unknown, "{path}");
        }
        let known = call(Method::GET, &format!("/{}", "ab".repeat(16)), "", Vec::new()).await;
        assert_eq!(known.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_wrong_parameter_is_named() {
        assert_eq!(call(Method::GET, "/list?limit=7", "", Vec::new()).await, (StatusCode::OK, b"7".to_vec()));
        for (path, field, allowed) in [
            ("/list?limit=many", "limit", "a whole number"),
            ("/list?limit=300", "limit", "a smaller whole number"),
            ("/list?limt=3", "limt", "`limit`"),
        ] {
            let (status, answer) = call(Method::GET, path, "", Vec::new()).await;
            let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(
                (&answer["errors"][0]["field"], &answer["errors"][0]["allowed"]),
                (&field.into(), &allowed.into())
            );
        }
    }
}
