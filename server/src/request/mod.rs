//! What surrounds every request: an identifier, a log line, a measurement, headers, limits, and a net for panics.
//!
//! [`Surroundings::around`] puts it all around a router. Log lines and metrics know route templates
//! (`/api/v1/bilans/{id}`), never what stood in their place.

pub mod client_address;
pub mod headers;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod observe;
pub mod problems;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::access::cookie::SessionCookie;
use crate::access::cookie::Transport;
use crate::access::cross_site::{self, CrossSite};
use crate::config::network::Network;
use crate::config::{self, Config};
use crate::entropy::Entropy;
use limits::RequestLimits;
use metrics::Metrics;
use observe::Observer;

/// What the layers around every request need.
#[derive(Clone)]
pub struct Surroundings {
    /// For request identifiers.
    pub entropy: Arc<Entropy>,
    /// Where requests are counted and timed.
    pub metrics: Arc<Metrics>,
    /// How browsers reach the service.
    pub transport: Transport,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[Network]>,
    /// Size, time and number of requests.
    pub limits: RequestLimits,
    /// Refuses changes from pages of other sites.
    pub cross_site: CrossSite,
}

impl Surroundings {
    /// The surroundings that a configuration asks for. `slow_routes` and `unlimited_routes` are templates, see
    /// [`RequestLimits`].
    #[must_use]
    pub fn of(
        config: &Config,
        entropy: Arc<Entropy>,
        metrics: Arc<Metrics>,
        slow_routes: &'static [&'static str],
        unlimited_routes: &'static [&'static str],
    ) -> Self {
        let config::Limits { body_bytes, requests_at_once, request_timeout, slow_request_timeout, .. } = config.limits;
        let transport = config.transport();
        Self {
            entropy,
            metrics,
            transport,
            trusted_proxies: config.trusted_proxies.as_slice().into(),
            limits: RequestLimits {
                body_bytes,
                at_once: requests_at_once,
                timeout: request_timeout,
                slow_timeout: slow_request_timeout,
                body_silence: Duration::from_secs(10),
                slow_routes,
                unlimited_routes,
            },
            cross_site: CrossSite::new(config.public_url.origin().to_owned(), SessionCookie::new(transport)),
        }
    }

    /// The router with everything around it. Call it last: routes added later are outside.
    pub fn around(self, router: Router) -> Router {
        let Self { entropy, metrics, transport, trusted_proxies, limits, cross_site } = self;
        let observer = Observer { entropy, metrics };
        let (body_bytes, limits) = (limits.body_bytes, limits::Admission::new(limits));
        // The last layer is the outermost.
        router
            .layer(DefaultBodyLimit::max(body_bytes))
            .layer(from_fn_with_state(cross_site, cross_site::refuse))
            .layer(problems::panics())
            .layer(from_fn_with_state(limits, limits::admit))
            .layer(from_fn_with_state(trusted_proxies, client_address::find))
            .layer(from_fn(problems::describe))
            .layer(from_fn_with_state(transport, headers::secure))
            .layer(from_fn_with_state(observer, observe::observe))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use axum::response::Response;
    use axum::routing::{get, post};
    use tower::ServiceExt as _;

    use super::*;
    use crate::api::body;

    fn surroundings() -> Surroundings {
        Surroundings {
            entropy: Arc::new(Entropy::seeded([1; 32])),
            metrics: Arc::new(Metrics::default()),
            transport: Transport::Tls,
            trusted_proxies: Arc::from([]),
            limits: RequestLimits {
                body_bytes: 100,
                at_once: 2,
                timeout: Duration::from_secs(30),
                slow_timeout: Duration::from_secs(600),
                body_silence: Duration::from_secs(10),
                slow_routes: &["/slow"],
                unlimited_routes: &["/healthz"],
            },
            cross_site: CrossSite::new("https://bilan.example".to_owned(), SessionCookie::new(Transport::Tls)),
        }
    }

    async fn broken() -> StatusCode {
        panic!("the answer of Jean Dupont is 3")
    }

    fn router() -> Router {
        Router::new()
            .route("/healthz", get(|| async { "ok" }))
            .route("/broken", get(broken))
            .route("/forever", get(std::future::pending::<StatusCode>))
            .route("/slow", get(std::future::pending::<StatusCode>))
            .route("/things/{id}", post(|body::Body(n): body::Body<std::collections::BTreeMap<String, u8>>| async move { n.len().to_string() }))
            .route("/plain", get(|| async { (StatusCode::BAD_REQUEST, "Invalid URL: Jean Dupont") }))
    }

    async fn send(router: &Router, request: Request<Body>) -> Response {
        router.clone().oneshot(request).await.unwrap()
    }

    async fn text_of(response: Response) -> String {
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn get_request(path: &str) -> Request<Body> {
        Request::get(path).body(Body::empty()).unwrap()
    }

    fn post_request(path: &str, body: &'static str) -> Request<Body> {
        Request::post(path).header("content-type", "application/json").body(Body::from(body)).unwrap()
    }

    #[tokio::test]
    async fn a_panic_becomes_a_problem_and_says_nothing() {
        let router = surroundings().around(router());
        let response = send(&router, get_request("/broken")).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert!(response.headers().contains_key("x-request-id"));
        assert!(!text_of(response).await.contains("Dupont"));
    }

    #[tokio::test]
    async fn texts_of_the_machinery_become_problems() {
        let router = surroundings().around(router());
        let response = send(&router, get_request("/plain")).await;
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let text = text_of(response).await;
        assert!(text.contains("/problems/malformed-body") && !text.contains("Dupont"), "{text}");
        let response = send(&router, get_request("/things/3")).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "POST");
        assert!(text_of(response).await.contains("/problems/method-not-allowed"));
        let response = send(&router, get_request("/nowhere")).await;
        assert!(text_of(response).await.contains("/problems/no-such-address"));
    }

    #[tokio::test]
    async fn gd_7_every_response_carries_the_headers_that_keep_it_to_itself() {
        let router = surroundings().around(router());
        for path in ["/healthz", "/broken", "/nowhere"] {
            let response = send(&router, get_request(path)).await;
            let csp = response.headers()["content-security-policy"].to_str().unwrap();
            assert!(csp.starts_with("default-src 'self';"), "{csp}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cache-control", "no-store"),
                ("cross-origin-opener-policy", "same-origin"),
                ("strict-transport-security", "max-age=31536000"),
            ] {
                assert_eq!(response.headers()[name], value, "{path}");
            }
        }
        let plain = Surroundings { transport: Transport::Plain, ..surroundings() }.around(self::router());
        let response = send(&plain, get_request("/healthz")).await;
        assert!(!response.headers().contains_key("strict-transport-security"));
    }

    #[tokio::test]
    async fn a_large_body_and_a_change_from_another_site_are_refused() {
        let router = surroundings().around(router());
        let response = send(&router, post_request("/things/1", "{\"a\": 1, \"b\": 2, \"c\": 3}")).await;
        assert_eq!((response.status(), text_of(response).await.as_str()), (StatusCode::OK, "3"));
        let large: &'static str = Box::leak(format!("{{{}\"b\": 1}}", "\"a\": 1, ".repeat(100)).into_boxed_str());
        let response = send(&router, post_request("/things/1", large)).await;
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let mut request = post_request("/things/1", "{\"a\": 1}");
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(send(&router, request).await.status(), StatusCode::FORBIDDEN);
    }

    fn hurried(change: impl FnOnce(&mut RequestLimits)) -> Router {
        let mut surroundings = surroundings();
        change(&mut surroundings.limits);
        surroundings.around(router())
    }

    #[tokio::test]
    async fn an_answer_that_takes_too_long_is_given_up_and_slow_routes_have_a_time_of_their_own() {
        let router = hurried(|limits| limits.timeout = Duration::from_millis(5));
        assert_eq!(send(&router, get_request("/forever")).await.status(), StatusCode::GATEWAY_TIMEOUT);
        let slow = router.clone().oneshot(get_request("/slow"));
        assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err(), "given up too early");
        let router = hurried(|limits| limits.slow_timeout = Duration::from_millis(5));
        assert_eq!(send(&router, get_request("/slow")).await.status(), StatusCode::GATEWAY_TIMEOUT);
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let router = hurried(|limits| limits.body_silence = Duration::from_millis(5));
        let stuck = Body::from_stream(never());
        let request = Request::post("/things/1").header("content-type", "application/json").body(stuck).unwrap();
        let response = send(&router, request).await;
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
        assert!(text_of(response).await.contains("/problems/request-timeout"));
    }

    fn never() -> impl futures_core::Stream<Item = Result<Vec<u8>, std::io::Error>> {
        struct Pending;
        impl futures_core::Stream for Pending {
            type Item = Result<Vec<u8>, std::io::Error>;
            fn poll_next(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                std::task::Poll::Pending
            }
        }
        Pending
    }

    #[tokio::test]
    async fn more_requests_than_fit_are_sent_away_but_health_is_told() {
        let router = surroundings().around(router());
        let waiting: Vec<_> = (0..2).map(|_| tokio::spawn(router.clone().oneshot(get_request("/forever")))).collect();
        tokio::task::yield_now().await;
        let response = send(&router, get_request("/plain")).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(send(&router, get_request("/healthz")).await.status(), StatusCode::OK);
        for task in waiting {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(send(&router, get_request("/plain")).await.status(), StatusCode::BAD_REQUEST);
    }
}
