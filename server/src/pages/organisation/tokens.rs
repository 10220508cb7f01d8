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
use crate::pages::visit::Visit;
use crate::records::account::Scope;
use crate::services::programs;
use crate::store::Selection;

/// The longest name of a program, in characters.
const MAX_LABEL: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tokens", get(show).post(make)).route("/tokens/{program}/end", post(end))
}

/// What a program may do: value, scope, words in both languages.
const SCOPES: [(&str, Scope, &str, &str); 3] = [
    ("score", Scope::Score, "Faire calculer les notes d’un flux de lignes", "Score a stream of rows"),
    (
        "jobs",
        Scope::Jobs,
        "Envoyer de grands fichiers et prendre leurs notes",
        "Send large files and fetch their scores",
    ),
    ("instruments", Scope::Instruments, "Lire la liste des questionnaires", "Read the list of questionnaires"),
];

/// A token in the list.
struct TokenLine {
    id: Id,
    label: String,
    scopes: Vec<&'static str>,
    since: String,
}

/// Something to tick.
struct ScopeBox {
    value: &'static str,
    name: &'static str,
    is_ticked: bool,
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

fn words(visit: &Visit, scope: Scope) -> &'static str {
    let found = SCOPES.iter().find(|(_, known, ..)| *known == scope);
    found.map_or("", |(_, _, french, english)| if visit.tag() == "fr" { french } else { english })
}

async fn page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    fields: &Fields,
    problems: Problems,
) -> Result<TokensPage, PageError> {
    let found = programs::page(app, caller.tenant, None, Selection::PAGE).await?;
    let tokens = found.into_iter().map(|program| TokenLine {
        id: program.record.id,
        scopes: program.content.scopes.iter().map(|scope| words(&visit, *scope)).collect(),
        since: visit.day(program.content.created),
        label: program.content.name,
    });
    let scopes = SCOPES.iter().map(|(value, scope, ..)| ScopeBox {
        value,
        name: words(&visit, *scope),
        is_ticked: fields.all("scopes").iter().any(|chosen| chosen == value),
    });
    Ok(TokensPage {
        problems,
        tokens: tokens.collect(),
        label: fields.text("label").to_owned(),
        scopes: scopes.collect(),
        visit,
    })
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit) -> PageResult {
    Ok(html(&page(&app, &caller, visit, &Fields::default(), Problems::default()).await?))
}

async fn make(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let label = fields.text("label").to_owned();
    let chosen = SCOPES.iter().filter(|(value, ..)| fields.all("scopes").iter().any(|chosen| chosen == value));
    let scopes: Vec<Scope> = chosen.map(|(_, scope, ..)| *scope).collect();
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
