//! Every URL, once.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::routing::get;

use crate::State;
use crate::api::{health, instruments};
use crate::error::ApiError;

/// The service.
pub fn app(state: State) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/api/v1/instruments", get(instruments::list))
        .route("/api/v1/instruments/{id}", get(instruments::show))
        .fallback(|| async { ApiError::NoSuchAddress })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(axum::middleware::map_response(add_security_headers))
        .with_state(state)
}

async fn add_security_headers(mut response: axum::response::Response) -> axum::response::Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt as _;

    use super::*;

    async fn get_json(path: &str) -> (StatusCode, String, serde_json::Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app(State::new(::instruments::Catalog::bundled())).oneshot(request).await.unwrap();
        let status = response.status();
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, content_type, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn health_is_reported() {
        let (status, _, body) = get_json("/healthz").await;
        assert_eq!((status, body["status"].as_str()), (StatusCode::OK, Some("ok")));
    }

    #[tokio::test]
    async fn instruments_are_listed_without_keys_or_norm_values() {
        let (status, _, body) = get_json("/api/v1/instruments").await;
        assert_eq!(status, StatusCode::OK);
        let ids: Vec<&str> = body["instruments"].as_array().unwrap().iter().filter_map(|i| i["id"].as_str()).collect();
        assert!(ids.contains(&"interests-60") && ids.contains(&"ipip-neo-120"), "{ids:?}");
        let text = body.to_string();
        for secret in ["keying", "\"sign\"", "weight\":", "\"mean\"", "\"sd\""] {
            assert!(!text.contains(secret), "{secret} is in the list");
        }
    }

    #[tokio::test]
    async fn one_instrument_is_shown() {
        let (status, _, body) = get_json("/api/v1/instruments/ipip-neo-120").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body["n_items"], 120);
        assert_eq!(body["norms"][0]["id"], "johnson-2014");
    }

    #[tokio::test]
    async fn problems_are_described() {
        let (status, content_type, body) = get_json("/api/v1/instruments/ipip-neo-12").await;
        assert_eq!((status, content_type.as_str()), (StatusCode::NOT_FOUND, "application/problem+json"));
        assert!(body["detail"].as_str().unwrap().contains("ipip-neo-120"), "{body}");
        let (status, _, body) = get_json("/nowhere").await;
        assert_eq!((status, body["status"].as_u64()), (StatusCode::NOT_FOUND, Some(404)));
    }
}
