//! What goes wrong below the handlers, told as a problem like everything else.

use std::any::Any;

use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::ApiError;

/// The layer that turns a panic into a 500. Its message is not looked at: it may hold content.
#[must_use]
pub fn panics() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(panicked as fn(Box<dyn Any + Send>) -> Response)
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::internal("answer a request", &"panic").into_response()
}

/// Makes panics log their place in the source, and not their message, which may hold content. Once for the process.
pub fn log_only_the_place_of_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// The layer that replaces texts of the framework, which may repeat what the client sent, by problems.
pub async fn describe(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|content_type| !content_type.starts_with("text/plain")) {
        return response;
    }
    let allow = response.headers().get(ALLOW).cloned();
    let mut response = ApiError::of_status(status).into_response();
    if let Some(allow) = allow {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}
