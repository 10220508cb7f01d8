//! One's own account: the passphrase; after a reset, a recovery code from before it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use zeroize::Zeroizing;

use super::form::Fields;
use super::look::{PageResult, Problems, html, to_be_mended};
use super::visit::Visit;
use super::words;
use crate::api::caller::Signed;
use crate::app::App;
use crate::services::error::ServiceError;
use crate::services::{resets, signin};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/account", get(show))
        .route("/account/passphrase", post(set))
        .route("/account/recovery", get(ask_for_code).post(give_code))
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    visit: Visit,
    problems: Problems,
    saved: bool,
}

async fn show(visit: Visit) -> Response {
    html(&AccountPage { visit, problems: Problems::default(), saved: false })
}

async fn set(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let text =
        |name: &str| fields.raw(name).filter(|text| !text.is_empty()).map(|text| Zeroizing::new(text.to_owned()));
    let new = text("passphrase").unwrap_or_default();
    match signin::set_password(&app, &caller, new, text("current")).await {
        Ok(()) => Ok(html(&AccountPage { visit, problems: Problems::default(), saved: true })),
        Err(ServiceError::Invalid(found)) => {
            let problems = words::problems_of(&visit, &found);
            Ok(to_be_mended(&AccountPage { problems, visit, saved: false }))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "account_recovery.html")]
struct RecoveryPage {
    visit: Visit,
    problems: Problems,
    given: bool,
}

async fn ask_for_code(visit: Visit) -> Response {
    html(&RecoveryPage { visit, problems: Problems::default(), given: false })
}

async fn give_code(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    match resets::give_recovery_code(&app, &caller, fields.text("code")).await {
        Ok(()) => Ok(html(&RecoveryPage { visit, problems: Problems::default(), given: true })),
        Err(ServiceError::Invalid(found)) => {
            let problems = words::problems_of(&visit, &found);
            Ok(to_be_mended(&RecoveryPage { problems, visit, given: false }))
        }
        Err(error) => Err(error.into()),
    }
}
