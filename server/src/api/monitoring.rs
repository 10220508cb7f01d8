//! What operators and programs look at: metrics, the OpenAPI document, a page to try it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::request::metrics::{Gauge, Metrics};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(metrics))
        .routes(routes!(openapi))
        .routes(routes!(docs))
        .routes(routes!(docs_script))
        .routes(routes!(docs_style))
}

/// The OpenAPI document as text.
#[derive(Debug, Clone)]
pub struct Document(pub Arc<str>);

fn text(content_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}

/// Counts and times of requests by route, and records by kind and state. Nothing about anybody.
#[utoipa::path(get, path = "/metrics", responses((status = 200, content_type = "text/plain", body = String)))]
async fn metrics(State(app): State<App>, Extension(metrics): Extension<Arc<Metrics>>) -> Result<Response, ApiError> {
    let counts = app.documents().store().counts().await;
    let counts = counts.map_err(|cause| ApiError::unavailable("count records", &cause))?;
    let gauges: Vec<Gauge> = counts
        .into_iter()
        .map(|((kind, state), n)| Gauge {
            name: "bilan_records",
            help: "Records by kind and state",
            labels: vec![("kind", kind.to_string()), ("state", state)],
            value: n as f64,
        })
        .collect();
    Ok(text("text/plain; version=0.0.4; charset=utf-8", metrics.render(&gauges)))
}

/// The description of all addresses.
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, body = Object)))]
async fn openapi(Extension(document): Extension<Document>) -> Response {
    text("application/json", document.0.to_string())
}

/// A page to read the description and try it.
#[utoipa::path(get, path = "/docs", responses((status = 200, content_type = "text/html", body = String)))]
async fn docs() -> Response {
    text("text/html; charset=utf-8", include_str!("../../assets/docs.html").to_owned())
}

/// The script of that page.
#[utoipa::path(get, path = "/docs/try.js", responses((status = 200, content_type = "text/javascript", body = String)))]
async fn docs_script() -> Response {
    text("text/javascript; charset=utf-8", include_str!("../../assets/docs.js").to_owned())
}

/// The style of that page.
#[utoipa::path(get, path = "/docs/try.css", responses((status = 200, content_type = "text/css", body = String)))]
async fn docs_style() -> Response {
    text("text/css; charset=utf-8", include_str!("../../assets/docs.css").to_owned())
}
