//! The instruments that are known: what they are, never their keys or norm values (they stay on the server).

use axum::extract::State;
use instruments::LoadedInstrument;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Format, Path, Reply};
use crate::app::App;
use crate::error::ApiError;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
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
async fn show(State(app): State<App>, format: Format, Path(id): Path<String>) -> Result<Reply<InstrumentBody>, ApiError> {
    let instrument = app.catalog().find(&id).map_err(|error| match error {
        instruments::Error::NotFound(not_found) => ApiError::NoSuchInstrument(not_found.to_string()),
        other => ApiError::internal("find an instrument", &other),
    })?;
    Ok(format.reply(body_of(&instrument)))
}

fn body_of(loaded: &LoadedInstrument) -> InstrumentBody {
    let about = loaded.about();
    InstrumentBody {
        id: loaded.id().to_string(),
        version: loaded.version().to_string(),
        kind: about.kind.word(),
        languages: about.languages.iter().map(ToString::to_string).collect(),
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
