//! The instruments that are known: what they are, never their keys or norm values (they stay on the server).

use axum::extract::State;
use instruments::LoadedInstrument;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bilans::Language;
use super::body::{Format, Path, Query, Reply};
use crate::app::App;
use crate::error::ApiError;
use crate::questionnaire::{SheetView, StepView};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(preview))
}

/// Body of `/api/v1/instruments`.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstrumentList {
    instruments: Vec<InstrumentBody>,
}

/// One instrument.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstrumentBody {
    id: String,
    version: String,
    kind: &'static str,
    languages: Vec<String>,
    evidence: &'static str,
    license: String,
    minutes: Option<u16>,
    n_items: usize,
    scales: Vec<String>,
    norms: Vec<NormBody>,
}

/// The card of a norm, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct NormBody {
    id: String,
    title: String,
    source: String,
    year: i32,
    n: Option<u64>,
}

/// The known instruments.
#[utoipa::path(get, path = "/api/v1/instruments", responses((status = 200, body = InstrumentList)))]
async fn list(State(app): State<App>, format: Format) -> Result<Reply<InstrumentList>, ApiError> {
    let entries = app.catalog().list();
    let loaded = entries.iter().map(|entry| app.catalog().find(&format!("{}@{}", entry.id, entry.version)));
    let instruments = loaded.map(|loaded| loaded.map(|loaded| body_of(&loaded))).collect::<Result<_, _>>();
    let instruments = instruments.map_err(|cause| ApiError::internal("list instruments", &cause))?;
    Ok(format.reply(InstrumentList { instruments }))
}

/// One instrument.
#[utoipa::path(get, path = "/api/v1/instruments/{instrument}", params(("instrument" = String, Path)),
    responses((status = 200, body = InstrumentBody)))]
async fn show(
    State(app): State<App>,
    format: Format,
    Path(id): Path<String>,
) -> Result<Reply<InstrumentBody>, ApiError> {
    let instrument = app.catalog().find(&id).map_err(|error| match error {
        instruments::Error::NotFound(not_found) => ApiError::NoSuchInstrument(not_found.to_string()),
        other => ApiError::internal("find an instrument", &other),
    })?;
    Ok(format.reply(body_of(&instrument)))
}

/// A questionnaire as its respondents see it; nothing is stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// Title, instruction, sections.
    sheet: SheetView,
    /// Every step.
    steps: Vec<StepView>,
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// Tag of the language.
    #[param(inline)]
    lang: Language,
}

/// Shows a questionnaire as its respondents see it, without storing anything.
#[utoipa::path(get, path = "/api/v1/instruments/{instrument}/preview", params(("instrument" = String, Path), PreviewQuery),
    responses((status = 200, body = PreviewView)))]
async fn preview(
    State(app): State<App>,
    format: Format,
    Path(id): Path<String>,
    Query(query): Query<PreviewQuery>,
) -> Result<Reply<PreviewView>, ApiError> {
    app.catalog().find(&id).map_err(|_| ApiError::NotFound)?;
    let sheet = app.sheet(&id, query.lang.tag())?;
    let steps = (1..=sheet.steps().n_steps()).filter_map(|position| sheet.step(position).cloned()).collect();
    Ok(format.reply(PreviewView { sheet: sheet.view().clone(), steps }))
}

fn body_of(loaded: &LoadedInstrument) -> InstrumentBody {
    let about = loaded.about();
    InstrumentBody {
        id: loaded.id().to_string(),
        version: loaded.version().to_string(),
        kind: about.kind.word(),
        languages: loaded.languages().map(ToString::to_string).collect(),
        evidence: about.evidence.word(),
        license: about.license.clone(),
        minutes: about.minutes,
        n_items: loaded.instrument().items().len(),
        scales: loaded.instrument().scales().iter().map(|scale| scale.id.to_string()).collect(),
        norms: loaded
            .norms()
            .iter()
            .map(|norm| {
                let card = norm.card();
                NormBody {
                    id: card.id.clone(),
                    title: card.title.clone(),
                    source: card.source.clone(),
                    year: card.year,
                    n: card.n,
                }
            })
            .collect(),
    }
}
