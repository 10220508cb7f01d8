//! Whether the service is up, and whether it can serve.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// That the service is up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    status: &'static str,
    version: &'static str,
}

const UP: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Whether the process is up.
#[utoipa::path(get, path = "/healthz", responses((status = 200, body = Health)))]
async fn healthz() -> Json<Health> {
    Json(UP)
}

/// Whether data store and key store can be reached.
#[utoipa::path(get, path = "/readyz", responses((status = 200, body = Health)))]
async fn readyz(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    let documents = app.documents();
    documents.store().check().await.map_err(|cause| ApiError::unavailable("readiness of the data store", &cause))?;
    for (_, state) in documents.vault().check().await {
        state.map_err(|cause| ApiError::unavailable("readiness of a key store", &cause))?;
    }
    Ok(Json(UP))
}
