//! Style, script and sign: the only files that a page asks for, all of this server.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::app::App;

/// The parts of documents, then those of pages: a restitution looks the same on both.
static STYLE: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from([reports::document::STYLE, include_str!("../../assets/pages.css")].concat()));
const SCRIPT: &str = include_str!("../../assets/answering.js");
const FOLLOW_UP: &str = include_str!("../../assets/follow-up.js");
const SIGN: &str = include_str!("../../assets/sign.svg");

/// The addresses of this file: open to anybody, the same for everybody.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/assets/{file}", get(asset))
}

async fn asset(Path(file): Path<String>) -> Response {
    let (content_type, body) = match file.as_str() {
        "bilan.css" => ("text/css; charset=utf-8", STYLE.clone()),
        "answering.js" => ("text/javascript; charset=utf-8", Bytes::from_static(SCRIPT.as_bytes())),
        "follow-up.js" => ("text/javascript; charset=utf-8", Bytes::from_static(FOLLOW_UP.as_bytes())),
        "sign.svg" => ("image/svg+xml", Bytes::from_static(SIGN.as_bytes())),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        // A new version of the program is seen within the hour.
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, body).into_response()
}
