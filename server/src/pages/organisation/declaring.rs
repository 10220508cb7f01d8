//! The declaration that the organisation may keep the rows that it sends (CT-13).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use jiff::civil::Date;

use crate::api::caller::Signed;
use crate::app::App;
use crate::bulk::entitlement::Basis;
use crate::clock::Timestamp;
use crate::pages::form::Fields;
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::services::declarations;
use crate::services::error::ServiceError;

/// The most characters of a declaration.
const MAX_TEXT: usize = 5000;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/declaration", get(show).post(declare))
}

#[derive(Template)]
#[template(path = "organisation_declaration.html")]
struct DeclarationPage {
    visit: Visit,
    problems: Problems,
    /// Ground of the declaration that holds now, and its end.
    live: Option<(bool, Option<String>)>,
    is_anonymous: bool,
    is_agreed: bool,
    ends: String,
    text: String,
}

async fn page(
    app: &App,
    caller: &crate::app::Caller,
    visit: Visit,
    fields: &Fields,
    problems: Problems,
) -> Result<DeclarationPage, ServiceError> {
    let live = declarations::live(app, caller).await?;
    let live = live.map(|(stored, _)| match stored.content.declaration.basis {
        Basis::Anonymous => (true, None),
        Basis::LiveAgreement { ends } => (false, Some(visit.day(ends))),
    });
    Ok(DeclarationPage {
        problems,
        live,
        is_anonymous: fields.text("ground") == "anonymous",
        is_agreed: fields.text("ground") == "agreement",
        ends: fields.text("ends").to_owned(),
        text: fields.text("text").to_owned(),
        visit,
    })
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    Ok(html(&page(&app, &caller, visit, &Fields::default(), Problems::default()).await?))
}

async fn declare(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let basis = match read(&visit, &fields) {
        Ok(basis) => basis,
        Err(problems) => return Ok(to_be_mended(&page(&app, &caller, visit, &fields, problems).await?)),
    };
    match declarations::declare(&app, &caller, basis, fields.text("text").to_owned()).await {
        Ok(_) => Ok(Redirect::to("/files/new").into_response()),
        Err(ServiceError::Invalid(_)) => {
            let problems = Problems(vec![wrong_end(&visit)]);
            Ok(to_be_mended(&page(&app, &caller, visit, &fields, problems).await?))
        }
        Err(error) => Err(error.into()),
    }
}

fn wrong_end(visit: &Visit) -> Problem {
    let text = visit.t(
        "Donnez le jour où le premier des accords prend fin : un jour à venir, dans un an au plus.",
        "Give the day on which the first of the agreements ends: a day to come, a year ahead at most.",
    );
    Problem::new("ends", text)
}

fn read(visit: &Visit, fields: &Fields) -> Result<Basis, Problems> {
    let mut problems = Vec::new();
    let basis = match fields.text("ground") {
        "anonymous" => Some(Basis::Anonymous),
        "agreement" => {
            let ends = fields.parsed::<Date>("ends").map(Timestamp::start_of_paris_day);
            if ends.is_none() {
                problems.push(wrong_end(visit));
            }
            ends.map(|ends| Basis::LiveAgreement { ends })
        }
        _ => {
            let text = visit
                .t("Dites sur quoi repose la conservation des lignes.", "Say on what the keeping of the rows rests.");
            problems.push(Problem::new("ground", text));
            None
        }
    };
    if fields.text("text").is_empty() || fields.text("text").chars().count() > MAX_TEXT {
        let text = visit.t(
            "Dites quelles lignes, et sur quoi leur conservation repose, en 5 000 caractères au plus.",
            "Say which rows, and on what their keeping rests, in 5,000 characters at most.",
        );
        problems.push(Problem::new("text", text));
    }
    basis.filter(|_| problems.is_empty()).ok_or(Problems(problems))
}
