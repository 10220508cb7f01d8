//! One identifier, one log line and one measurement for every request.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument as _, Span};

use crate::entropy::Entropy;
use crate::error::ApiError;
use crate::ids::Id;
use crate::request::metrics::Metrics;

/// The identifier of a request: random, in the response header `X-Request-Id` and in every log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub Id);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().copied().ok_or(ApiError::Internal)
    }
}

/// What [`observe`] needs.
#[derive(Clone)]
pub struct Observer {
    /// For identifiers.
    pub entropy: Arc<Entropy>,
    /// Where requests are counted and timed.
    pub metrics: Arc<Metrics>,
}

/// The template of requests that no route takes.
pub const NO_ROUTE: &str = "(none)";

/// The status under which a request is counted whose client went away: nginx's number for it.
pub const CLIENT_GONE: u16 = 499;

/// The layer that identifies, logs and measures. It must be the outermost.
pub async fn observe(State(observer): State<Observer>, mut request: Request, next: Next) -> Response {
    let id = RequestId(observer.entropy.id());
    request.extensions_mut().insert(id);
    let span = tracing::info_span!("request", request_id = %id);
    let mut watch = Watch {
        metrics: observer.metrics,
        span: span.clone(),
        method: name_of(request.method()),
        route: request.extensions().get::<MatchedPath>().cloned(),
        started: Instant::now(),
        status: CLIENT_GONE,
    };
    watch.metrics.began();
    let mut response = next.run(request).instrument(span).await;
    watch.status = response.status().as_u16();
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// Reports when it is dropped: after the answer, or when the client has gone.
struct Watch {
    metrics: Arc<Metrics>,
    span: Span,
    method: &'static str,
    route: Option<MatchedPath>,
    started: Instant,
    status: u16,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let (method, status) = (self.method, self.status);
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let duration = self.started.elapsed();
        self.metrics.ended(method, route, status, duration);
        let duration_ms = duration.as_secs_f64() * 1000.0;
        self.span.in_scope(|| tracing::info!(method, route, status, duration_ms, "request"));
    }
}

/// Methods are words of the client too: only known ones are named.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::request::logging;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Lines {
        fn read(&self) -> Vec<serde_json::Value> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        }
    }

    fn router(metrics: &Arc<Metrics>) -> Router {
        let observer = Observer { entropy: Arc::new(Entropy::seeded([8; 32])), metrics: Arc::clone(metrics) };
        Router::new()
            .route("/people/{name}", get(|| async { ApiError::internal("read", &"broken pipe") }))
            .route("/forever", get(std::future::pending::<()>))
            .layer(from_fn_with_state(observer, observe))
    }

    #[tokio::test]
    async fn a_log_line_holds_the_template_and_nothing_of_the_address() {
        let lines = Lines::default();
        let writer = lines.clone();
        let _guard = tracing::subscriber::set_default(logging::subscriber("info", move || writer.clone()));
        let metrics = Arc::new(Metrics::default());
        let request = Request::builder()
            .method("DUPONT")
            .uri("/people/dupont?mail=dupont@example.fr")
            .header("user-agent", "dupont")
            .header("x-request-id", "dupont");
        router(&metrics).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let request = Request::get("/people/dupont").body(Body::empty()).unwrap();
        let response = router(&metrics).oneshot(request).await.unwrap();
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        router(&metrics).oneshot(Request::get("/dupont").body(Body::empty()).unwrap()).await.unwrap();

        let logged = lines.read();
        let requests: Vec<_> = logged.iter().filter(|line| line["message"] == "request").collect();
        let of = |line: &serde_json::Value| (line["method"].clone(), line["route"].clone(), line["status"].clone());
        assert_eq!(of(requests[0]), ("other".into(), "/people/{name}".into(), 405.into()));
        assert_eq!(of(requests[1]), ("GET".into(), "/people/{name}".into(), 500.into()));
        assert_eq!(of(requests[2]), ("GET".into(), NO_ROUTE.into(), 404.into()));
        assert_eq!(requests[1]["span"]["request_id"], id.as_str());
        // The cause of the error is logged under the same identifier.
        let cause = logged.iter().find(|line| line["cause"] == "broken pipe").unwrap();
        assert_eq!(cause["span"]["request_id"], id.as_str());
        let keys: Vec<&String> = requests[1].as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["duration_ms", "level", "message", "method", "route", "span", "status", "target", "timestamp"]
        );
        for text in [serde_json::to_string(&logged).unwrap(), metrics.render(&[])] {
            assert!(!text.to_lowercase().contains("dupont"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_client_that_goes_away_is_counted_and_no_longer_under_way() {
        let metrics = Arc::new(Metrics::default());
        let answer = router(&metrics).oneshot(Request::get("/forever").body(Body::empty()).unwrap());
        let gone = tokio::time::timeout(std::time::Duration::from_millis(1), answer).await;
        assert!(gone.is_err());
        let text = metrics.render(&[]);
        assert!(text.contains(r#"bilan_http_requests_total{method="GET",route="/forever",status="499"} 1"#), "{text}");
        assert!(text.contains("bilan_http_requests_in_progress 0"), "{text}");
    }
}
