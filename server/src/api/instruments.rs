//! The instruments that are known: what they are, never their keys or norm values (they stay on the server).

use axum::Json;
use axum::extract::{Path, State as Shared};
use instruments::LoadedInstrument;
use serde::Serialize;

use crate::State;
use crate::error::ApiError;

/// Body of `/api/v1/instruments`.
#[derive(Debug, Serialize)]
pub struct InstrumentList {
    instruments: Vec<InstrumentBody>,
}

/// One instrument.
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
pub struct NormBody {
    id: String,
    title: String,
    source: String,
    year: i32,
    n: Option<u64>,
}

/// `GET /api/v1/instruments`.
pub async fn list(Shared(state): Shared<State>) -> Result<Json<InstrumentList>, ApiError> {
    let entries = state.catalog().list();
    let loaded = entries.iter().map(|entry| state.catalog().find(&format!("{}@{}", entry.id, entry.version)));
    let instruments = loaded.map(|loaded| loaded.map(|loaded| body_of(&loaded))).collect::<Result<_, _>>();
    Ok(Json(InstrumentList { instruments: instruments.map_err(|_| ApiError::Internal)? }))
}

/// `GET /api/v1/instruments/{id}`.
pub async fn show(Shared(state): Shared<State>, Path(id): Path<String>) -> Result<Json<InstrumentBody>, ApiError> {
    let instrument = state.catalog().find(&id).map_err(|error| match error {
        instruments::Error::NotFound(not_found) => ApiError::NoSuchInstrument(not_found.to_string()),
        _ => ApiError::Internal,
    })?;
    Ok(Json(body_of(&instrument)))
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
