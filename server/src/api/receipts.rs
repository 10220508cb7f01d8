//! Destruction receipts and the public keys to check them, for anybody.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Path;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::services::destruction;
use crate::services::error::{Refusal, ServiceError};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(receipt)).routes(routes!(public_keys))
}

fn json(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// A destruction receipt: a signed statement that names nobody.
#[utoipa::path(get, path = "/api/v1/receipts/{receipt}", params(("receipt" = String, Path)),
    responses((status = 200, body = serde_json::Value, content_type = "application/json")))]
async fn receipt(State(app): State<App>, Path(receipt): Path<Id>) -> Result<Response, ApiError> {
    let text = destruction::receipt_text(app.documents(), receipt).await?;
    Ok(json(text.ok_or(ServiceError::from(Refusal::NotIssued))?))
}

/// The public keys by which anybody can check receipts, exports and heads of the audit log.
#[utoipa::path(get, path = "/api/v1/public-keys", responses((status = 200, body = serde_json::Value, content_type = "application/json")))]
async fn public_keys(State(app): State<App>) -> Result<Response, ApiError> {
    let keys = app.documents().vault().public_keys().await.map_err(ServiceError::from)?;
    keys.to_json().map(json).map_err(|cause| ApiError::internal("write the public keys", &cause))
}
