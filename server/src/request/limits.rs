//! How many requests at once, and how long one may take.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;
use tower_http::timeout::TimeoutBody;

use crate::error::ApiError;

/// Size, time and number of requests.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// Most bytes of a body, for routes that do not set their own with `DefaultBodyLimit`.
    pub body_bytes: usize,
    /// Requests at once; more are sent away.
    pub at_once: usize,
    /// Time until the answer begins.
    pub timeout: Duration,
    /// The same for slow routes.
    pub slow_timeout: Duration,
    /// Longest silence between two parts of a body under way.
    pub body_silence: Duration,
    /// Templates of the routes that take large files or calculate for long.
    pub slow_routes: &'static [&'static str],
    /// Templates of the routes that must answer however much there is to do.
    pub unlimited_routes: &'static [&'static str],
}

/// The gate of [`admit`].
#[derive(Clone)]
pub struct Admission {
    limits: RequestLimits,
    places: Arc<Semaphore>,
}

impl Admission {
    /// A gate with these limits.
    #[must_use]
    pub fn new(limits: RequestLimits) -> Self {
        Self { limits, places: Arc::new(Semaphore::new(limits.at_once.clamp(1, Semaphore::MAX_PERMITS))) }
    }
}

/// The layer that lets a request in when there is a place, and gives it up after its time.
pub async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    let limits = admission.limits;
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    if limits.unlimited_routes.contains(&route) {
        return next.run(request).await;
    }
    let Ok(_place) = admission.places.try_acquire() else {
        return ApiError::Unavailable { retry_after_s: 1 }.into_response();
    };
    let timeout = if limits.slow_routes.contains(&route) { limits.slow_timeout } else { limits.timeout };
    let request = request.map(|body| Body::new(TimeoutBody::new(limits.body_silence, body)));
    match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout.into_response(),
    }
}
