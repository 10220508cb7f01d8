//! Tokens of the programs of a house: the list, making one, whose text is shown once, ending one.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};

use super::look::{Crumbs, after, asked, below_house, cut, named, token_page};
use crate::api::caller::Signed;
use crate::app::App;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{Asked, At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::programs::{ScopeBox, TokenLine, boxes, chosen};
use crate::pages::visit::Visit;
use crate::records::account::Role;
use crate::records::tenant::Tenant;
use crate::services::people::fits;
use crate::services::{houses, programs};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/administration/houses/{house}/tokens", get(show).post(make))
        .route("/administration/houses/{house}/tokens/{token}/end", post(end))
}

#[derive(Template)]
#[template(path = "administration_tokens.html")]
struct TokensPage {
    visit: Visit,
    problems: Problems,
    crumbs: Crumbs,
    house: Id,
    tokens: Vec<TokenLine>,
    next: Option<Id>,
    is_first: bool,
    label: String,
    scopes: Vec<ScopeBox>,
}

/// A house that may have programs.
async fn house_of(app: &App, house: Id) -> Result<Stored<Tenant>, PageError> {
    let stored = houses::one(app, house).await?;
    if fits(Role::Program, stored.content.kind) { Ok(stored) } else { Err(ApiError::NotFound.into()) }
}

async fn page(
    app: &App,
    visit: Visit,
    house: Id,
    begin: Option<Id>,
    fields: &Fields,
    problems: Problems,
) -> Result<TokensPage, PageError> {
    let stored = house_of(app, house).await?;
    let mut found = programs::page(app, house, begin, asked()).await?;
    let next = cut(&mut found, |token| token.record.id);
    Ok(TokensPage {
        crumbs: below_house(&visit, &stored),
        house,
        tokens: found.into_iter().map(|program| TokenLine::of(&visit, program)).collect(),
        next,
        is_first: begin.is_none(),
        label: fields.text("label").to_owned(),
        scopes: boxes(&visit, fields.all("scope")),
        problems,
        visit,
    })
}

async fn show(State(app): State<App>, visit: Visit, At(house): At<Id>, Asked(asked): Asked) -> PageResult {
    Ok(html(&page(&app, visit, house, after(&asked), &Fields::default(), Problems::default()).await?))
}

async fn make(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(house): At<Id>,
    fields: Fields,
) -> PageResult {
    let stored = house_of(&app, house).await?;
    let scopes = chosen(fields.all("scope"));
    let mut problems = Vec::new();
    let label = named(&visit, &fields, "label").map_err(|problem| problems.push(problem)).ok();
    if scopes.is_empty() {
        let text = visit.t("Dites ce que le programme peut faire.", "Say what the program may do.");
        problems.push(Problem::new("scope", text));
    }
    let (Some(label), true) = (label, problems.is_empty()) else {
        return Ok(to_be_mended(&page(&app, visit, house, None, &fields, Problems(problems)).await?));
    };
    let (_, opened) = programs::create(&app, &caller, house, label.clone(), scopes).await?;
    let (crumbs, back) = (below_house(&visit, &stored), format!("/administration/houses/{house}/tokens"));
    Ok(token_page(visit, crumbs, &label, opened.token.text().to_string(), back))
}

async fn end(State(app): State<App>, Signed(caller): Signed, At((house, token)): At<(Id, Id)>) -> PageResult {
    programs::close(&app, &caller, token).await?;
    Ok(Redirect::to(&format!("/administration/houses/{house}/tokens")).into_response())
}
