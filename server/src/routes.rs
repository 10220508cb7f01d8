//! The whole service: every file of [`crate::api`] brings its addresses; what holds for all of them is laid around.

use std::sync::Arc;

use axum::{Extension, Router};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::api;
use crate::app::App;
use crate::error::ApiError;
use crate::pages;
use crate::request::metrics::Metrics;

/// Templates of the routes that must answer however much there is to do, or that take streams, which have limits of their
/// own: for [`crate::request::limits::RequestLimits::unlimited_routes`].
pub const UNLIMITED_ROUTES: &[&str] =
    &["/healthz", "/readyz", "/metrics", "/api/v1/scores", "/api/v1/jobs/{job}/input", pages::UPLOAD];

/// The service, and the document that describes it.
pub fn service(app: App, metrics: Arc<Metrics>) -> (Router, OpenApi) {
    let (router, mut document) = OpenApiRouter::new()
        .merge(api::health::routes())
        .merge(api::instruments::routes())
        .merge(api::sessions::routes())
        .merge(api::me::routes())
        .merge(api::people::routes())
        .merge(api::tokens::routes())
        .merge(api::log::routes())
        .merge(api::invitations::routes())
        .merge(api::bilans::routes())
        .merge(api::assignments::routes())
        .merge(api::writing::routes())
        .merge(api::care::routes())
        .merge(api::results::routes())
        .merge(api::rounds::routes())
        .merge(api::grants::routes())
        .merge(api::export::routes())
        .merge(api::endings::routes())
        .merge(api::agreements::routes())
        .merge(api::follow_ups::routes())
        .merge(api::receipts::routes())
        .merge(api::papers::routes())
        .merge(api::bulk::routes())
        .merge(api::jobs::routes())
        .merge(api::operations::routes())
        .merge(api::monitoring::routes())
        .split_for_parts();
    api::openapi::complete(&mut document);
    let text = document.to_json().unwrap_or_else(|_| "{}".to_owned());
    let router = router
        .layer(Extension(metrics))
        .layer(Extension(api::monitoring::Document(text.into())))
        // Around the routes, where the address is known as a template; the guard is the outer one.
        .route_layer(axum::middleware::from_fn_with_state(app.clone(), api::idempotency::once))
        .route_layer(axum::middleware::from_fn_with_state(app.clone(), api::caller::guard))
        // Pages have a guard of their own, which answers with pages.
        .merge(pages::routes(&app))
        .fallback(|| async { ApiError::NoSuchAddress })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .with_state(app);
    (router, document)
}
