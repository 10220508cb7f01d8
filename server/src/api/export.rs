//! What a beneficiary takes away, and brings back.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Format, Path, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::services::export;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(take)).routes(routes!(bring))
}

/// Everything that is kept about the beneficiary, as one signed ZIP.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/export", params(("bilan" = String, Path)),
    responses((status = 200, content_type = "application/zip", body = Vec<u8>)))]
async fn take(State(app): State<App>, Signed(caller): Signed, Path(bilan): Path<Id>) -> Result<Response, ApiError> {
    let bytes = export::export(&app, &caller, bilan).await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"bilan.zip\"")),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

/// An export that was brought, and the questionnaires in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BroughtView {
    /// The document.
    #[schema(value_type = String)]
    id: Id,
    /// The questionnaires in it.
    assignments: Vec<BroughtAssignment>,
}

/// A questionnaire in an export.
#[derive(Debug, Serialize, ToSchema)]
pub struct BroughtAssignment {
    /// Its identifier in the export.
    #[schema(value_type = String)]
    id: Id,
    /// Instrument and version.
    instrument: String,
    /// When it was submitted, in ISO 8601.
    submitted: Option<String>,
}

/// Brings a signed export of an earlier bilan.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/brought", params(("bilan" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/zip"), responses((status = 201, body = BroughtView)))]
async fn bring(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Reply<BroughtView>, ApiError> {
    if headers.get(CONTENT_TYPE).is_none_or(|value| !value.as_bytes().starts_with(b"application/zip")) {
        return Err(ApiError::UnsupportedMediaType);
    }
    let stored = export::bring(&app, &caller, bilan, bytes.to_vec()).await?;
    let found = export::open(&app, &stored.content.bytes).await?;
    let row = |exported: export::ExportedAssignment| BroughtAssignment {
        id: exported.id,
        instrument: exported.assignment.instrument,
        submitted: exported.assignment.submitted.map(|at| at.to_string()),
    };
    let view = BroughtView { id: stored.record.id, assignments: found.into_iter().map(row).collect() };
    Ok(format.reply(view).status(StatusCode::CREATED))
}
