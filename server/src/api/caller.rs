//! Who calls: the guard before every handler, and the extractors of the caller.

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::access::policy::{Callers, Rule, rule_for};
use crate::access::secret_token::SecretToken;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::error::ApiError;
use crate::records::session::Session;
use crate::request::client_address::ClientAddress;
use crate::services::sessions;

/// The caller of a request that has passed [`guard`].
#[derive(Debug, Clone)]
pub struct Signed(pub Caller);

/// A session that lacks its second factor: it opens nothing but the addresses that complete it.
#[derive(Debug, Clone)]
pub struct HalfSigned(pub Stored<Session>);

/// Refuses what the table of rules does not allow: addresses without a rule, callers without a session, roles that may not;
/// and what comes too often, or from a page of another site.
///
/// Without a session the answer is 401 whatever the identifier; nothing is looked up for it.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    let rule = path.and_then(|path| rule_for(parts.method.as_str(), path));
    match admit(&app, &parts, rule).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                parts.extensions.insert(Signed(caller));
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// Lets a request in by the rule of its address, and says who calls.
///
/// # Errors
/// [`ApiError::NoSuchAddress`] without a rule; who is not signed in, may not, calls from another site, or too often.
pub(crate) async fn admit(app: &App, request: &Parts, rule: Option<&Rule>) -> Result<Option<Caller>, ApiError> {
    let rule = rule.ok_or(ApiError::NoSuchAddress)?;
    app.cross_site().check(&request.method, &request.headers)?;
    let caller = match token_of(app, &request.headers) {
        None => None,
        Some(token) => match sessions::authenticate(app, &token).await.map_err(ApiError::from) {
            Ok(caller) => Some(caller),
            Err(ApiError::Unauthenticated) => None,
            Err(problem) => return Err(problem),
        },
    };
    match &caller {
        // A training room shares an address: who is signed in is counted by the session.
        Some(caller) => app.limits().caller(caller.session)?,
        None => app.limits().address(address_of(request))?,
    }
    // Who may be anybody may also be somebody whose session has ended.
    if caller.is_none() && rule.callers != Callers::Anybody {
        return Err(ApiError::Unauthenticated);
    }
    if rule.admits(caller.as_ref().map(|caller| caller.role)) { Ok(caller) } else { Err(ApiError::Forbidden) }
}

fn address_of(request: &Parts) -> std::net::IpAddr {
    let unknown = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    request.extensions.get::<ClientAddress>().map_or(unknown, |client| client.0)
}

/// The token of a request: as a bearer, or in the session's cookie.
fn token_of(app: &App, headers: &HeaderMap) -> Option<SecretToken> {
    let Some(value) = headers.get(AUTHORIZATION) else { return app.cookie().read(headers) };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { sessions::token_of(token.trim()) } else { None }
}

/// Whether the request's session lives in a cookie.
#[must_use]
pub fn by_cookie(app: &App, headers: &HeaderMap) -> bool {
    !headers.contains_key(AUTHORIZATION) && app.cookie().is_in(headers)
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthenticated)
    }
}

impl FromRequestParts<App> for HalfSigned {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = token_of(app, &parts.headers).ok_or(ApiError::Unauthenticated)?;
        let session = sessions::find(app, &token, app.now()).await?;
        if session.content.half { Ok(Self(session)) } else { Err(ApiError::Unauthenticated) }
    }
}
