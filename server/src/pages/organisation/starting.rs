//! A new file: first with which questionnaire its answers were given, then with whom to compare.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use instruments::LoadedInstrument;

use super::norms::{NormFacts, serving};
use crate::api::caller::Signed;
use crate::app::App;
use crate::bulk::score_query::ScoreQuery;
use crate::pages::consultant::{Called, words_of};
use crate::pages::form::{Asked, Fields};
use crate::pages::look::{PageResult, Problem, Problems, count, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::services::{declarations, jobs, local_norms};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/files/new", get(show).post(open))
}

/// A questionnaire to choose.
pub(super) struct InstrumentLine {
    pub id: String,
    /// Tag of the language of its words.
    pub tag: String,

    title: String,
    pub description: Option<String>,
    pub n_items: u32,
    pub n_norms: u32,
}

#[derive(Template)]
#[template(path = "organisation_choose.html")]
struct ChoicePage {
    visit: Visit,
    instruments: Vec<InstrumentLine>,
}

#[derive(Template)]
#[template(path = "organisation_compare.html")]
struct ComparePage {
    visit: Visit,
    problems: Problems,
    instrument: String,
    title: String,
    norms: Vec<NormFacts>,
    chosen: String,
}

/// Every questionnaire that has scores, with the norms of the house.
pub(super) async fn known(
    app: &App,
    caller: &crate::app::Caller,
) -> Result<Vec<Arc<LoadedInstrument>>, crate::services::error::ServiceError> {
    let mut ids: Vec<String> = app.catalog().list().into_iter().map(|entry| entry.id.to_string()).collect();
    ids.dedup();
    let mut found = Vec::new();
    for id in ids {
        let loaded = local_norms::instrument(app, caller, &id).await?;
        if !loaded.instrument().scales().is_empty() {
            found.push(loaded);
        }
    }
    Ok(found)
}

/// The lines of questionnaires, by title.
pub(super) fn lines(visit: &Visit, known: &[Arc<LoadedInstrument>]) -> Vec<InstrumentLine> {
    let line = |loaded: &Arc<LoadedInstrument>| {
        let Called { tag, title, description } = words_of(loaded, visit);
        InstrumentLine {
            id: loaded.id().to_string(),
            tag,
            title,
            description,
            n_items: count(loaded.instrument().items().len()),
            n_norms: count(serving(loaded).count()),
        }
    };
    let mut lines: Vec<InstrumentLine> = known.iter().map(line).collect();
    lines.sort_by(|a, b| a.title.cmp(&b.title));
    lines
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, Asked(asked): Asked) -> PageResult {
    if declarations::live(&app, &caller).await?.is_none() {
        return Ok(Redirect::to("/declaration").into_response());
    }
    if let Some(instrument) = asked.given("instrument") {
        let loaded = local_norms::instrument(&app, &caller, instrument).await?;
        return Ok(html(&compare(visit, &loaded, &Fields::default(), Problems::default())));
    }
    let instruments = lines(&visit, &known(&app, &caller).await?);
    Ok(html(&ChoicePage { instruments, visit }))
}

fn compare(visit: Visit, loaded: &LoadedInstrument, fields: &Fields, problems: Problems) -> ComparePage {
    ComparePage {
        problems,
        instrument: loaded.id().to_string(),
        title: words_of(loaded, &visit).title,
        norms: serving(loaded).map(|norm| NormFacts::of(&visit, norm)).collect(),
        chosen: fields.text("norm").to_owned(),
        visit,
    }
}

async fn open(State(app): State<App>, Signed(caller): Signed, visit: Visit, fields: Fields) -> PageResult {
    let loaded = local_norms::instrument(&app, &caller, fields.text("instrument")).await?;
    let norm = fields.given("norm");
    if norm.is_some_and(|wanted| !serving(&loaded).any(|norm| norm.card().id == wanted)) {
        let text = visit.t("Choisissez l’une des comparaisons.", "Choose one of the comparisons.");
        let problems = Problems(vec![Problem::new("norm", text)]);
        return Ok(to_be_mended(&compare(visit, &loaded, &fields, problems)));
    }
    let query =
        ScoreQuery { instrument: loaded.id().to_string(), norm: norm.map(str::to_owned), ..ScoreQuery::default() };
    let job = jobs::open(&app, &caller, query).await?;
    Ok(Redirect::to(&format!("/files/{}", job.record.id)).into_response())
}
