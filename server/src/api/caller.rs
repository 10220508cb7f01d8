//! Who calls: the guard before every handler, and the extractor of the caller.

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::access::policy::{Callers, rule_for};
use crate::app::{App, Caller};
use crate::error::ApiError;
use crate::services::sessions;

/// The caller of a request that has passed [`guard`].
#[derive(Debug, Clone)]
pub struct Signed(pub Caller);

/// The name of the session's cookie.
pub const COOKIE_NAME: &str = "bilan-session";

/// Refuses what the table of rules does not allow: addresses without a rule, callers without a session, roles that may not.
///
/// Without a session the answer is 401 whatever the identifier; nothing is looked up for it.
pub async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let Some(rule) = path.as_deref().and_then(|path| rule_for(request.method().as_str(), path)) else {
        return ApiError::NoSuchAddress.into_response();
    };
    let token = token_of(request.headers());
    let caller = match &token {
        None => None,
        Some(token) => match sessions::authenticate(&app, token).await {
            Ok(caller) => Some(caller),
            Err(error) => match ApiError::from(error) {
                // Who may be anybody may also be somebody whose session has ended.
                ApiError::Unauthenticated if rule.callers == Callers::Anybody => None,
                problem => return problem.into_response(),
            },
        },
    };
    if !rule.admits(caller.as_ref().map(|caller| caller.role)) {
        return if caller.is_none() { ApiError::Unauthenticated } else { ApiError::Forbidden }.into_response();
    }
    if let Some(caller) = caller {
        request.extensions_mut().insert(Signed(caller));
    }
    next.run(request).await
}

/// The token of a request: as a bearer, or in the session's cookie.
fn token_of(headers: &axum::http::HeaderMap) -> Option<String> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let text = value.to_str().ok()?;
        let (scheme, token) = text.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let ours = |name: &str| name == COOKIE_NAME || name.strip_prefix("__Host-") == Some(COOKIE_NAME);
    pairs.filter(|(name, _)| ours(name)).map(|(_, token)| token.to_owned()).next()
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthenticated)
    }
}
