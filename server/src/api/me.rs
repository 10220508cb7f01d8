//! One's own credentials.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::body::{Body, Format};
use super::caller::{HalfSigned, Signed};
use super::sessions::{Holder, SessionView};
use crate::app::App;
use crate::error::ApiError;
use crate::services::{resets, signin};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(set_passphrase)).routes(routes!(confirm)).routes(routes!(give_recovery_code))
}

/// A new password or passphrase.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PassphraseBody {
    /// The new one.
    #[schema(format = "password", min_length = 12, max_length = 1024)]
    passphrase: String,
    /// The present one, where there is one.
    #[schema(format = "password", max_length = 1024)]
    current: Option<String>,
}

/// Sets the caller's password or passphrase; her other sessions end.
#[utoipa::path(put, path = "/api/v1/me/passphrase", request_body = PassphraseBody, responses((status = 204)))]
async fn set_passphrase(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<PassphraseBody>,
) -> Result<StatusCode, ApiError> {
    let current = body.current.map(Zeroizing::new);
    signin::set_password(&app, &caller, Zeroizing::new(body.passphrase), current).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The first code of a new second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCodeBody {
    /// Six digits of the authenticator application.
    #[schema(max_length = 16)]
    code: String,
}

/// Confirms a new second factor; the answer holds ten recovery codes, shown this once, and the session's new token.
#[utoipa::path(post, path = "/api/v1/me/second-factor", request_body = FirstCodeBody, responses((status = 201, body = SessionView)))]
async fn confirm(
    State(app): State<App>,
    HalfSigned(half): HalfSigned,
    headers: HeaderMap,
    format: Format,
    Body(body): Body<FirstCodeBody>,
) -> Result<Response, ApiError> {
    let (opened, codes) = signin::confirm_second_factor(&app, &half, &body.code).await?;
    let view = SessionView::with_codes(&opened, codes);
    Ok(Holder::of(&app, &headers).answer(&app, format, view, &opened.token))
}

/// A recovery code from before a reset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCodeBody {
    /// The recovery code.
    #[schema(max_length = 64)]
    code: String,
}

/// Gives a recovery code from before the reset of the caller's credentials: once a second administrator has confirmed as
/// well, her grants wake.
#[utoipa::path(post, path = "/api/v1/me/reset/recovery-code", request_body = RecoveryCodeBody, responses((status = 204)))]
async fn give_recovery_code(
    State(app): State<App>,
    Signed(caller): Signed,
    Body(body): Body<RecoveryCodeBody>,
) -> Result<StatusCode, ApiError> {
    resets::give_recovery_code(&app, &caller, &body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
