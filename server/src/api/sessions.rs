//! Signing in and out.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::body::{Body, Format};
use super::caller::{HalfSigned, Signed, by_cookie};
use crate::access::secret_token::SecretToken;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::Role;
use crate::records::session::Session;
use crate::services::sessions::Opened;
use crate::services::signin::{self, Enrolment, Entered, SecondFactor};
use crate::services::{links, sessions};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(second_factor))
        .routes(routes!(show, sign_out))
        .routes(routes!(rotate))
        .routes(routes!(spend))
        .routes(routes!(request_link))
        .routes(routes!(share_code))
}

/// Address and password, or passphrase.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    /// Address for mail.
    #[schema(max_length = 254)]
    email: String,
    /// Password, or passphrase of a beneficiary.
    #[schema(format = "password", max_length = 1024)]
    password: String,
    /// Whether the token goes into a cookie, for browsers, and not into the answer.
    #[serde(default)]
    cookie: bool,
}

/// What a session still needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Needed {
    /// Nothing: it is open.
    Nothing,
    /// A code, at `/api/v1/sessions/second-factor`.
    Code,
    /// Setting up a second factor by its first code, at `/api/v1/me/second-factor`.
    SetUp,
}

/// What an authenticator application needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentView {
    /// The address behind the QR code.
    url: String,
    /// The secret, to be typed.
    secret: String,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        Self { url: enrolment.url, secret: enrolment.secret }
    }
}

/// A session as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// The token, shown this once, unless it went into a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// What the session still needs.
    needed: Needed,
    /// The second factor to set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolment: Option<EnrolmentView>,
    /// In what role somebody is signed in.
    role: Role,
    /// The bilan of a beneficiary, rater or recipient.
    #[schema(value_type = Option<String>)]
    bilan: Option<Id>,
    /// Tag of the language.
    language: String,
    /// When it ends, in ISO 8601; a program's token may have no end.
    ends: Option<String>,
    /// Ten recovery codes, shown this once, after a second factor was set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes: Option<Vec<String>>,
}

impl SessionView {
    fn of(session: &Session) -> Self {
        Self {
            token: None,
            needed: if session.half { Needed::Code } else { Needed::Nothing },
            enrolment: None,
            role: session.role,
            bilan: session.bilan,
            language: session.language.clone(),
            ends: session.ends.map(|ends| ends.to_string()),
            recovery_codes: None,
        }
    }

    fn entered(entered: Entered) -> (Self, SecretToken) {
        let mut view = Self::of(&entered.opened.session);
        if let Some(enrolment) = entered.enrolment {
            view.needed = Needed::SetUp;
            view.enrolment = Some(enrolment.into());
        }
        (view, entered.opened.token)
    }

    /// With the recovery codes that are shown this once.
    pub(super) fn with_codes(opened: &Opened, codes: Vec<String>) -> Self {
        Self { recovery_codes: Some(codes), ..Self::of(&opened.session) }
    }
}

/// Where the token of a new session goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Cookie,
    Client,
}

impl Holder {
    fn asked(cookie: bool) -> Self {
        if cookie { Self::Cookie } else { Self::Client }
    }

    /// Where the token was that the request came with.
    pub(super) fn of(app: &App, headers: &HeaderMap) -> Self {
        Self::asked(by_cookie(app, headers))
    }

    /// The answer with the token where it belongs.
    pub(super) fn answer(self, app: &App, format: Format, mut view: SessionView, token: &SecretToken) -> Response {
        if self == Self::Client {
            view.token = Some(token.text().to_string());
        }
        let mut response = format.reply(view).status(StatusCode::CREATED).into_response();
        if self == Self::Cookie {
            response.headers_mut().insert(SET_COOKIE, app.cookie().set(token));
        }
        response
    }
}

/// Signs in by address and password. Staff get a session that still needs its second factor.
#[utoipa::path(post, path = "/api/v1/sessions", request_body = SignInBody, responses((status = 201, body = SessionView)))]
async fn sign_in(State(app): State<App>, format: Format, Body(body): Body<SignInBody>) -> Result<Response, ApiError> {
    let entered = signin::by_password(&app, &body.email, Zeroizing::new(body.password)).await?;
    let (view, token) = SessionView::entered(entered);
    Ok(Holder::asked(body.cookie).answer(&app, format, view, &token))
}

/// A second factor: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorBody {
    /// Six digits of the authenticator application.
    #[schema(max_length = 16)]
    code: Option<String>,
    /// A recovery code.
    #[schema(max_length = 64)]
    recovery_code: Option<String>,
}

/// Completes a session by its second factor; it gets a new token.
#[utoipa::path(post, path = "/api/v1/sessions/second-factor", request_body = SecondFactorBody, responses((status = 201, body = SessionView)))]
async fn second_factor(
    State(app): State<App>,
    HalfSigned(half): HalfSigned,
    headers: HeaderMap,
    format: Format,
    Body(body): Body<SecondFactorBody>,
) -> Result<Response, ApiError> {
    let factor = match (body.code, body.recovery_code) {
        (Some(code), None) => SecondFactor::Code(code),
        (None, Some(code)) => SecondFactor::Recovery(code),
        _ => return Err(ApiError::invalid("/code", "give either a code or a recovery code")),
    };
    let opened = signin::second_factor(&app, &half, &factor).await?;
    Ok(Holder::of(&app, &headers).answer(&app, format, SessionView::of(&opened.session), &opened.token))
}

/// The session of the caller.
#[utoipa::path(get, path = "/api/v1/sessions/current", responses((status = 200, body = SessionView)))]
async fn show(State(app): State<App>, Signed(caller): Signed, format: Format) -> Result<Response, ApiError> {
    let session = sessions::current(&app, &caller).await?;
    Ok(format.reply(SessionView::of(&session.content)).into_response())
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/sessions/current", responses((status = 204)))]
async fn sign_out(State(app): State<App>, Signed(caller): Signed, headers: HeaderMap) -> Result<Response, ApiError> {
    signin::sign_out(&app, &caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if by_cookie(&app, &headers) {
        response.headers_mut().insert(SET_COOKIE, app.cookie().clear());
    }
    Ok(response)
}

/// Gives the caller's session a new token; the old one opens nothing any more.
#[utoipa::path(post, path = "/api/v1/sessions/current/rotation", responses((status = 201, body = SessionView)))]
async fn rotate(
    State(app): State<App>,
    Signed(caller): Signed,
    headers: HeaderMap,
    format: Format,
) -> Result<Response, ApiError> {
    let opened = sessions::rotate(&app, &caller).await?;
    Ok(Holder::of(&app, &headers).answer(&app, format, SessionView::of(&opened.session), &opened.token))
}

/// A link to spend.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpendBody {
    /// The token at the end of the link.
    #[schema(max_length = 100)]
    token: String,
    /// Password (staff must choose one) or passphrase (beneficiaries may).
    #[schema(format = "password", min_length = 12, max_length = 1024)]
    password: Option<String>,
    /// Address for mail, for somebody of staff who has none on file.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Whether the token of the session goes into a cookie, for browsers, and not into the answer.
    #[serde(default)]
    cookie: bool,
}

/// Spends a link: an invitation, a return, new credentials. It works once.
#[utoipa::path(post, path = "/api/v1/links/spend", request_body = SpendBody, responses((status = 201, body = SessionView)))]
async fn spend(State(app): State<App>, format: Format, Body(body): Body<SpendBody>) -> Result<Response, ApiError> {
    let choices = links::Choices { password: body.password.map(Zeroizing::new), email: body.email };
    let entered = links::spend(&app, &body.token, &choices).await?;
    let (view, token) = SessionView::entered(entered);
    Ok(Holder::asked(body.cookie).answer(&app, format, view, &token))
}

/// Who wants a new link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequestBody {
    /// Address for mail.
    #[schema(max_length = 254)]
    email: String,
}

/// That a request was taken: the same whether the address is on file or not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    taken: bool,
}

/// Sends a new sign-in link to the address, if it is on file.
#[utoipa::path(post, path = "/api/v1/links", request_body = LinkRequestBody, responses((status = 202, body = Taken)))]
async fn request_link(
    State(app): State<App>,
    format: Format,
    Body(body): Body<LinkRequestBody>,
) -> Result<Response, ApiError> {
    links::request(&app, &body.email).await?;
    Ok(format.reply(Taken { taken: true }).status(StatusCode::ACCEPTED).into_response())
}

/// A share link and its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareCodeBody {
    /// The token at the end of the link.
    #[schema(max_length = 100)]
    token: String,
    /// The six digits that came another way.
    #[schema(max_length = 16)]
    code: String,
    /// Whether the token of the session goes into a cookie, for browsers, and not into the answer.
    #[serde(default)]
    cookie: bool,
}

/// Opens what is shared, by link and code.
#[utoipa::path(post, path = "/api/v1/shares/code", request_body = ShareCodeBody, responses((status = 201, body = SessionView)))]
async fn share_code(
    State(app): State<App>,
    format: Format,
    Body(body): Body<ShareCodeBody>,
) -> Result<Response, ApiError> {
    let opened = links::confirm_share(&app, &body.token, &body.code).await?;
    Ok(Holder::asked(body.cookie).answer(&app, format, SessionView::of(&opened.session), &opened.token))
}
