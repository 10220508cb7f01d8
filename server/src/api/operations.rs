//! For administrators: what is kept, the change of the master key, the papers on data protection. No content of anybody.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bilans::Language;
use super::body::{Format, Query, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::ApiError;
use crate::services::master_key::{self, Rotation};
use crate::services::register::{self, Paper, PaperView};
use crate::services::retention;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(retention))
        .routes(routes!(rotate))
        .routes(routes!(processing_register))
        .routes(routes!(dpia))
}

/// What is kept, counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionView {
    by_state: Vec<StateCount>,
    by_month: Vec<MonthCount>,
    /// Destructions that wait for a replica of the key store.
    waiting: u64,
    /// Whether all due dates were counted.
    complete: bool,
}

/// How many of a kind in a state.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateCount {
    kind: &'static str,
    state: String,
    n: u64,
}

/// How many of a kind are looked at or go in a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthCount {
    kind: &'static str,
    /// Such as `2027-01`.
    month: String,
    n: u64,
}

/// What is kept, by state and by month, without content.
#[utoipa::path(get, path = "/api/v1/retention", responses((status = 200, body = RetentionView)))]
async fn retention(State(app): State<App>, format: Format) -> Result<Reply<RetentionView>, ApiError> {
    let kept = retention::count(&app).await?;
    let by_state = kept.by_state.into_iter().map(|((kind, state), n)| StateCount { kind: kind.as_str(), state, n });
    let by_month = kept.by_month.into_iter().map(|((kind, month), n)| MonthCount { kind: kind.as_str(), month, n });
    let (by_state, by_month) = (by_state.collect(), by_month.collect());
    Ok(format.reply(RetentionView { by_state, by_month, waiting: kept.waiting, complete: kept.complete }))
}

/// How far the change of the master key is.
#[derive(Debug, Serialize, ToSchema)]
pub struct RotationView {
    state: RotationState,
    /// Name of the new key, which tells nothing of it.
    master_key: Option<String>,
    /// Since when, or when it was done.
    #[schema(value_type = Option<i64>)]
    at: Option<Timestamp>,
    /// Keys wrapped anew.
    keys: Option<u64>,
    /// Key stores in whose files bytes under the old key may still stand: ask again.
    waiting_for: Vec<String>,
}

/// How far the change of the master key is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RotationState {
    /// None was asked for.
    None,
    /// Under way: ask again to see.
    UnderWay,
    /// Done.
    Done,
    /// Broken off: ask again to go on.
    Failed,
}

impl From<Rotation> for RotationView {
    fn from(rotation: Rotation) -> Self {
        let view = |state, master_key, at| Self { state, master_key, at, keys: None, waiting_for: Vec::new() };
        match rotation {
            Rotation::None => view(RotationState::None, None, None),
            Rotation::UnderWay { since, master_key } => view(RotationState::UnderWay, Some(master_key), Some(since)),
            Rotation::Failed { at, master_key } => view(RotationState::Failed, Some(master_key), Some(at)),
            Rotation::Done { at, master_key, keys, waiting_for } => {
                Self { keys: Some(keys), waiting_for, ..view(RotationState::Done, Some(master_key), Some(at)) }
            }
        }
    }
}

/// Starts the change of the master key once the operator has put the new key in its place; asking again tells how far it is.
#[utoipa::path(post, path = "/api/v1/master-key/rotation", responses((status = 200, body = RotationView)))]
async fn rotate(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
) -> Result<Reply<RotationView>, ApiError> {
    Ok(format.reply(master_key::rotate(&app, &caller).await?.into()))
}

/// How a paper is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaperQuery {
    /// Its language; French unless said.
    language: Option<Language>,
    /// Sections, or Markdown to edit; sections unless said.
    #[serde(rename = "as")]
    #[param(inline)]
    form: Option<PaperForm>,
}

/// The form of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaperForm {
    /// In sections.
    Json,
    /// As Markdown.
    Markdown,
}

fn paper(app: &App, format: Format, paper: Paper, query: &PaperQuery) -> Response {
    let language = query.language.map_or("fr", Language::tag);
    if query.form == Some(PaperForm::Markdown) {
        let text = register::markdown(app, paper, language);
        return ([(CONTENT_TYPE, "text/markdown; charset=utf-8")], text).into_response();
    }
    format.reply(register::sections(app, paper, language)).into_response()
}

/// The record of processing activities, made from the configuration.
#[utoipa::path(get, path = "/api/v1/processing-register", params(PaperQuery), responses((status = 200, content((PaperView = "application/json"), (String = "text/markdown")))))]
async fn processing_register(State(app): State<App>, format: Format, Query(query): Query<PaperQuery>) -> Response {
    paper(&app, format, Paper::ProcessingRegister, &query)
}

/// The template of the data protection impact assessment, made from the configuration.
#[utoipa::path(get, path = "/api/v1/dpia", params(PaperQuery), responses((status = 200, content((PaperView = "application/json"), (String = "text/markdown")))))]
async fn dpia(State(app): State<App>, format: Format, Query(query): Query<PaperQuery>) -> Response {
    paper(&app, format, Paper::Dpia, &query)
}
