//! `Idempotency-Key`: a request repeated under the same key is done once and answered twice.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest as _, MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::bulk::STREAMS;
use super::caller::Signed;
use super::endings::END;
use crate::app::{App, Caller};
use crate::error::ApiError;
use crate::records::kept_reply::Reply;
use crate::services::replies::{self, Met, ReplyLife};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Headers that belong to the reply itself.
const KEPT_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// The most bytes of a reply that is kept.
const MAX_REPLY: usize = 16 << 20;

/// The most characters of a key.
const MAX_KEY: usize = 255;

/// The layer, inside of the guard.
pub async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let unsafe_method = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    let streams = request.extensions().get::<MatchedPath>().is_some_and(|path| STREAMS.contains(&path.as_str()));
    let caller = request.extensions().get::<Signed>().map(|Signed(caller)| caller.clone());
    match (key_of(request.headers()), caller) {
        (Ok(Some(key)), Some(caller)) if unsafe_method && !streams => {
            serve(app, caller, key, request, next).await.unwrap_or_else(|problem| problem.into_response())
        }
        (Err(problem), _) if unsafe_method => problem.into_response(),
        _ => next.run(request).await,
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(&KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if values.next().is_some() || text.is_empty() || text.len() > MAX_KEY {
        return Err(ApiError::invalid("Idempotency-Key", "send one key of 1 to 255 printable ASCII characters"));
    }
    Ok(Some(text.to_owned()))
}

async fn serve(app: App, caller: Caller, key: String, request: Request, next: Next) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    // Read as a handler would, within the same bound.
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let bytes = bytes.map_err(|rejection| ApiError::of_status(rejection.into_response().status()))?;
    let digest = digest(&parts.method, parts.uri.path_and_query().map_or("", |p| p.as_str()), &parts.headers, &bytes);
    let ends = parts.extensions.get::<MatchedPath>().is_some_and(|path| path.as_str() == END);
    let life = if ends { ReplyLife::BeyondTheEnd } else { ReplyLife::WithTheBilan };
    match replies::meet(&app, &caller, &key, digest, life).await? {
        Met::Another => Err(ApiError::IdempotencyKeyReused),
        Met::UnderWay => {
            Err(ApiError::conflict("under-way", "the first request with this Idempotency-Key is being served"))
        }
        Met::Served(reply) => Ok(again(reply)),
        Met::First(first) => {
            // On its own task: a client that hangs up does not leave the request half done and its key in the dark.
            let serving = tokio::spawn(async move {
                let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
                let (head, body) = response.into_parts();
                let body =
                    to_bytes(body, MAX_REPLY).await.map_err(|error| ApiError::internal("keep a reply", &error))?;
                if is_final(head.status) {
                    let reply =
                        Reply { status: head.status.as_u16(), headers: kept(&head.headers), body: body.to_vec() };
                    replies::keep(&app, *first, reply).await?;
                } else {
                    replies::forget(&app, &first).await?;
                }
                Ok(Response::from_parts(head, Body::from(body)))
            });
            serving.await.map_err(|error| ApiError::internal("serve a request", &error))?
        }
    }
}

/// Whether a reply would be the same for the same request: not when we were at fault, or it came too soon.
fn is_final(status: StatusCode) -> bool {
    let passing = [StatusCode::UNAUTHORIZED, StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    !status.is_server_error() && !passing.contains(&status)
}

/// SHA-256 of all that makes the request what it is, each part with its length.
fn digest(method: &Method, address: &str, headers: &HeaderMap, body: &[u8]) -> [u8; 32] {
    let format = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let mut sha = Sha256::new();
    for part in [method.as_str().as_bytes(), address.as_bytes(), format, body] {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    sha.finalize().into()
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let found =
        KEPT_HEADERS.iter().filter_map(|name| Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned())));
    found.collect()
}

fn again(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
