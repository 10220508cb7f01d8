//! Coming in and going out: by a link, by address and passphrase, with a second factor for staff.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use zeroize::Zeroizing;

use super::failure::PageError;
use super::form::{Asked, At, Fields, encoded, own_address};
use super::look::{PageResult, Problem, Problems, html, to_be_mended};
use super::visit::{LANGUAGE_COOKIE, Visit};
use super::words;
use crate::access::secret_token::SecretToken;
use crate::api::caller::{HalfSigned, Signed};
use crate::app::{App, MailRoute};
use crate::error::ApiError;
use crate::records::account::Role;
use crate::services::error::ServiceError;
use crate::services::links::{self, Doorway};
use crate::services::signin::{self, Enrolment, Entered, SecondFactor};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/language/{tag}", get(language))
        .route("/sign-in", get(sign_in).post(send_sign_in))
        .route("/sign-in/link", get(ask_for_link).post(send_link))
        .route("/sign-in/code", get(code).post(send_code))
        .route("/sign-in/set-up", post(send_first_code))
        .route("/sign-out", post(sign_out))
        .route("/enter/{token}", get(door).post(enter))
}

/// A redirection that begins a session.
fn with_session(app: &App, token: &SecretToken, mut response: Response) -> Response {
    response.headers_mut().insert(SET_COOKIE, app.cookie().set(token));
    response
}

/// Chooses the language of all pages from here on.
async fn language(At(tag): At<String>, Asked(asked): Asked) -> PageResult {
    let tag = match tag.as_str() {
        "fr" => "fr",
        "en" => "en",
        _ => return Err(ApiError::NotFound.into()),
    };
    let mut response = Redirect::to(own_address(asked.text("to"))).into_response();
    let cookie = format!("{LANGUAGE_COOKIE}={tag}; Path=/; SameSite=Lax; HttpOnly; Max-Age=31536000");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    visit: Visit,
    problems: Problems,
    email: String,
    to: String,
}

fn links_by_mail(app: &App) -> bool {
    app.terms().mail == MailRoute::Smtp
}

async fn sign_in(visit: Visit, Asked(asked): Asked) -> Response {
    let to = own_address(asked.text("to")).to_owned();
    html(&SignInPage { visit, problems: Problems::default(), email: String::new(), to })
}

async fn send_sign_in(State(app): State<App>, visit: Visit, fields: Fields) -> PageResult {
    let (email, to) = (fields.text("email").to_owned(), own_address(fields.text("to")).to_owned());
    let password = Zeroizing::new(fields.raw("password").unwrap_or_default().to_owned());
    match signin::by_password(&app, &email, password).await {
        Ok(entered) => Ok(go_on(&app, &visit, entered, &to)),
        Err(ServiceError::Unauthenticated) => {
            let text = visit.t(
                "L’adresse et la phrase de passe ne vont pas ensemble. Vérifiez les deux.",
                "Address and passphrase do not go together. Check both.",
            );
            let problems = Problems(vec![Problem::new("email", text)]);
            Ok(to_be_mended(&SignInPage { visit, problems, email, to }))
        }
        Err(error) => Err(error.into()),
    }
}

/// After a first step: on to the page, or to the second factor.
fn go_on(app: &App, visit: &Visit, entered: Entered, to: &str) -> Response {
    let token = &entered.opened.token;
    let response = match entered.enrolment {
        Some(enrolment) => html(&SetUpPage { visit: visit.clone(), problems: Problems::default(), enrolment }),
        None if entered.opened.session.half => {
            Redirect::to(&format!("/sign-in/code?to={}", encoded(to))).into_response()
        }
        None => Redirect::to(to).into_response(),
    };
    with_session(app, token, response)
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    visit: Visit,
    problems: Problems,
    to: String,
}

async fn code(visit: Visit, Asked(asked): Asked) -> Response {
    html(&CodePage { visit, problems: Problems::default(), to: own_address(asked.text("to")).to_owned() })
}

async fn send_code(
    State(app): State<App>,
    visit: Visit,
    half: Result<HalfSigned, ApiError>,
    fields: Fields,
) -> PageResult {
    let HalfSigned(half) = half?;
    let to = own_address(fields.text("to")).to_owned();
    let factor = match (fields.given("code"), fields.given("recovery")) {
        (Some(code), _) => SecondFactor::Code(digits(code)),
        (None, Some(code)) => SecondFactor::Recovery(code.to_owned()),
        (None, None) => SecondFactor::Code(String::new()),
    };
    match signin::second_factor(&app, &half, &factor).await {
        Ok(opened) => Ok(with_session(&app, &opened.token, Redirect::to(&to).into_response())),
        Err(ServiceError::Unauthenticated) => {
            let text = visit.t(
                "Ce code ne convient pas. Un code sert une fois, dans la minute.",
                "This code does not fit. A code works once, within the minute.",
            );
            Ok(to_be_mended(&CodePage { visit, problems: Problems(vec![Problem::new("code", text)]), to }))
        }
        Err(error) => Err(error.into()),
    }
}

/// Codes are often written in two groups.
fn digits(code: &str) -> String {
    code.chars().filter(|character| !character.is_whitespace()).collect()
}

#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUpPage {
    visit: Visit,
    problems: Problems,
    enrolment: Enrolment,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodesPage {
    visit: Visit,
    codes: Vec<String>,
}

async fn send_first_code(
    State(app): State<App>,
    visit: Visit,
    half: Result<HalfSigned, ApiError>,
    fields: Fields,
) -> PageResult {
    let HalfSigned(half) = half?;
    match signin::confirm_second_factor(&app, &half, &digits(fields.text("code"))).await {
        Ok((opened, codes)) => {
            let visit = Visit { role: Some(opened.session.role), ..visit };
            Ok(with_session(&app, &opened.token, html(&RecoveryCodesPage { visit, codes })))
        }
        Err(ServiceError::Unauthenticated) => {
            let enrolment = signin::enrolment_of(&app, &half).await?.ok_or(ApiError::Unauthenticated)?;
            let text = visit.t(
                "Ce code ne convient pas. Vérifiez l’heure de votre appareil et donnez le code affiché maintenant.",
                "This code does not fit. Check the clock of your device and give the code shown now.",
            );
            Ok(to_be_mended(&SetUpPage { visit, problems: Problems(vec![Problem::new("code", text)]), enrolment }))
        }
        Err(error) => Err(error.into()),
    }
}

async fn sign_out(State(app): State<App>, Signed(caller): Signed) -> PageResult {
    signin::sign_out(&app, &caller).await?;
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().insert(SET_COOKIE, app.cookie().clear());
    Ok(response)
}

#[derive(Template)]
#[template(path = "ask_for_link.html")]
struct AskForLinkPage {
    visit: Visit,
    sent: bool,
    links_by_mail: bool,
}

async fn ask_for_link(State(app): State<App>, visit: Visit) -> Response {
    html(&AskForLinkPage { visit, sent: false, links_by_mail: links_by_mail(&app) })
}

async fn send_link(State(app): State<App>, visit: Visit, fields: Fields) -> PageResult {
    links::request(&app, fields.text("email")).await?;
    Ok(html(&AskForLinkPage { visit, sent: true, links_by_mail: links_by_mail(&app) }))
}

#[derive(Template)]
#[template(path = "enter.html")]
struct EnterPage {
    visit: Visit,
    problems: Problems,
    token: String,
    doorway: Doorway,
    email: String,
}

impl EnterPage {
    /// Whether it lets in somebody who is asked for her view of another person.
    fn is_rater(&self) -> bool {
        self.doorway.role == Role::Rater
    }
}

async fn door(State(app): State<App>, visit: Visit, At(token): At<String>) -> PageResult {
    let doorway = doorway(&app, &token).await?;
    Ok(html(&EnterPage { visit, problems: Problems::default(), token, doorway, email: String::new() }))
}

/// What stands behind a link; a link that opens nothing any more has a page of its own.
async fn doorway(app: &App, token: &str) -> Result<Doorway, PageError> {
    match links::look(app, token).await {
        Err(ServiceError::Unauthenticated) => Err(PageError::LinkSpent),
        other => Ok(other?),
    }
}

async fn enter(State(app): State<App>, visit: Visit, At(token): At<String>, fields: Fields) -> PageResult {
    let doorway = doorway(&app, &token).await?;
    if doorway.needs_code {
        return match links::confirm_share(&app, &token, &digits(fields.text("code"))).await {
            Ok(opened) => Ok(with_session(&app, &opened.token, Redirect::to("/").into_response())),
            Err(ServiceError::Unauthenticated) => {
                let text = visit.t("Ce code ne convient pas.", "This code does not fit.");
                let problems = Problems(vec![Problem::new("code", text)]);
                Ok(to_be_mended(&EnterPage { visit, problems, token, doorway, email: String::new() }))
            }
            Err(error) => Err(error.into()),
        };
    }
    let email = fields.text("email").to_owned();
    let choices = links::Choices {
        password: fields.raw("password").filter(|text| !text.is_empty()).map(|text| Zeroizing::new(text.to_owned())),
        email: Some(email.clone()).filter(|email| !email.is_empty()),
    };
    match links::spend(&app, &token, &choices).await {
        Ok(entered) => Ok(go_on(&app, &visit, entered, "/")),
        Err(ServiceError::Invalid(found)) => {
            let problems = words::problems_of(&visit, &found);
            Ok(to_be_mended(&EnterPage { visit, problems, token, doorway, email }))
        }
        Err(ServiceError::Unauthenticated) => Err(PageError::LinkSpent),
        Err(error) => Err(error.into()),
    }
}
