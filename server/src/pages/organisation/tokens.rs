//! The tokens by which programs of the house send files.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};

use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::programs::{ScopeBox, TokenLine, boxes, chosen};
use crate::pages::visit::Visit;
use crate::services::programs;
use crate::store::Selection;

/// The longest name of a program, in characters.
const MAX_LABEL: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tokens", get(show).post(make)).route("/tokens/{program}/end", post(end))
}

#[derive(Template)]
#[template(path = "organisation_tokens.html")]
struct TokensPage {
    visit: Visit,
    problems: Problems,
    tokens: Vec<TokenLine>,
    label: String,
    scopes: Vec<ScopeBox>,
}

#[derive(Template)]
#[template(path = "organisation_token.html")]
struct TokenPage {
    visit: Visit,
    label: String,
    token: String,
    example: String,
}

async fn page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    fields: &Fields,
    problems: Problems,
) -> Result<TokensPage, PageError> {
    let found = programs::page(app, caller.tenant, None, Selection::PAGE).await?;
    Ok(TokensPage {
        problems,
        tokens: found.into_iter().map(|program| TokenLine::of(&visit, program)).collect(),
        label: fields.text("label").to_owned(),
        scopes: boxes(&visit, fields.all("scopes")),
        visit,
    })
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    Ok(html(&page(&app, &caller, visit, &Fields::default(), Problems::default()).await?))
}

async fn make(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let label = fields.text("label").to_owned();
    let scopes = chosen(fields.all("scopes"));
    let mut problems = Vec::new();
    if label.is_empty() || label.chars().count() > MAX_LABEL {
        let text = visit.t(
            "Donnez un nom qui dise quel programme s’en sert, en 200 caractères au plus.",
            "Give a name that tells which program uses it, in 200 characters at most.",
        );
        problems.push(Problem::new("label", text));
    }
    if scopes.is_empty() {
        problems.push(Problem::new("scopes", visit.t("Choisissez ce qu’il permet.", "Choose what it allows.")));
    }
    if !problems.is_empty() {
        return Ok(to_be_mended(&page(&app, &caller, visit, &fields, Problems(problems)).await?));
    }
    let (_, opened) = programs::create(&app, &caller, caller.tenant, label.clone(), scopes).await?;
    let address = &app.terms().public_url;
    let example = format!("curl -H \"Authorization: Bearer $TOKEN\" {address}/api/v1/jobs");
    Ok(html(&TokenPage { visit, label, token: opened.token.text().to_string(), example }))
}

async fn end(State(app): State<App>, Signed(caller): Signed, At(program): At<Id>) -> PageResult {
    programs::close_own(&app, &caller, program).await?;
    Ok(Redirect::to("/tokens").into_response())
}
