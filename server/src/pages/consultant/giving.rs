//! Giving a questionnaire: first which, then in which language, compared with whom, and why; taking one back; more time.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use instruments::LoadedInstrument;
use reports::text::number;

use super::{Frame, frame, set};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::error::ApiError;
use crate::ids::Id;
use crate::pages::failure::PageError;
use crate::pages::form::{Asked, At, Fields};
use crate::pages::look::{PageResult, Problem, Problems, count, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::pages::words::problems_of;
use crate::questionnaire::{Accommodation, AccommodationKind, AccommodationReason};
use crate::services::assignments::{self, Choice, languages_of, norms_of};
use crate::services::error::ServiceError;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/bilans/{bilan}/questionnaires/new", get(show).post(give))
        .route("/bilans/{bilan}/questionnaires/{assignment}/withdrawal", post(withdraw))
        .route("/bilans/{bilan}/questionnaires/{assignment}/time", get(time).post(extend))
}

/// How an instrument is called.
pub(in crate::pages) struct Called {
    /// Tag of the language: that of the page, else one that the instrument has.
    pub tag: String,
    pub title: String,
    pub description: Option<String>,
}

/// Title and description of an instrument in the language of the page, else in one that it has.
pub(in crate::pages) fn words_of(loaded: &LoadedInstrument, visit: &Visit) -> Called {
    match loaded.wording(visit.tag()).or_else(|| loaded.wordings().first()) {
        Some(wording) => {
            let tag = wording.language().as_str();
            Called {
                title: set(tag, wording.title()),
                description: wording.description().map(|text| set(tag, text)),
                tag: tag.to_owned(),
            }
        }
        None => Called { tag: visit.tag().to_owned(), title: loaded.id().to_string(), description: None },
    }
}

/// The name of a language.
pub(super) fn language_name(visit: &Visit, tag: &str) -> String {
    match tag {
        "fr" => visit.t("français", "French").to_owned(),
        "en" => visit.t("anglais", "English").to_owned(),
        other => other.to_owned(),
    }
}

/// An instrument to choose.
struct InstrumentLine {
    id: String,
    called: Called,
    minutes: Option<u16>,
    n_items: usize,
    languages: Vec<String>,
    n_norms: u32,
}

#[derive(Template)]
#[template(path = "consultant_choose.html")]
struct ChoicePage {
    visit: Visit,
    frame: Frame,
    instruments: Vec<InstrumentLine>,
}

/// A language to choose.
struct LanguageRadio {
    tag: String,
    name: String,
    is_chosen: bool,
}

/// A norm to choose, with whom it compares.
struct NormRadio {
    id: String,
    title: String,
    population: String,
    facts: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "consultant_give.html")]
struct GivingPage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    instrument: String,
    called: Called,
    languages: Vec<LanguageRadio>,
    norms: Vec<NormRadio>,
    no_norm: bool,
    /// Whether a norm compares by sex, so that everyone can be compared with both together.
    by_sex: bool,
    combined: bool,
    purpose: String,
}

async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    Asked(asked): Asked,
) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let known = assignments::givable(&app, &caller).await?;
    if let Some(loaded) = known.iter().find(|loaded| loaded.id().as_str() == asked.text("instrument")) {
        return Ok(html(&giving_page(&app, visit, frame, loaded, &Fields::default(), Problems::default())));
    }
    let line = |loaded: &Arc<LoadedInstrument>| InstrumentLine {
        id: loaded.id().to_string(),
        called: words_of(loaded, &visit),
        minutes: loaded.about().minutes,
        n_items: loaded.instrument().items().len(),
        languages: languages_of(loaded).into_iter().map(|tag| language_name(&visit, tag)).collect(),
        n_norms: count(norms_of(&app, loaded).len()),
    };
    let mut instruments: Vec<InstrumentLine> = known.iter().map(line).collect();
    instruments.sort_by(|a, b| a.called.title.cmp(&b.called.title));
    Ok(html(&ChoicePage { frame, instruments, visit }))
}

fn giving_page(
    app: &App,
    visit: Visit,
    frame: Frame,
    loaded: &LoadedInstrument,
    fields: &Fields,
    problems: Problems,
) -> GivingPage {
    let tags = languages_of(loaded);
    let wanted = fields.given("language").unwrap_or(visit.tag());
    let chosen = tags.iter().copied().find(|tag| *tag == wanted).or_else(|| tags.first().copied()).unwrap_or_default();
    let languages = tags.iter().map(|tag| LanguageRadio {
        tag: (*tag).to_owned(),
        name: language_name(&visit, tag),
        is_chosen: *tag == chosen,
    });
    let norm = |norm: &instruments::LoadedNorm| {
        let card = norm.card();
        let (title, population, _) = card.words_in(visit.tag());
        let n = card.n.map(|n| format!("n\u{a0}=\u{a0}{}", number::count(visit.language, n)));
        let facts: Vec<String> = n.into_iter().chain([card.year.to_string(), card.source.clone()]).collect();
        NormRadio {
            id: card.id.clone(),
            title: set(visit.tag(), title),
            population: set(visit.tag(), population),
            facts: facts.join(" · "),
            is_chosen: fields.text("norm") == card.id,
        }
    };
    let known = norms_of(app, loaded);
    let norms: Vec<NormRadio> = known.iter().map(|known| norm(known)).collect();
    GivingPage {
        frame,
        problems,
        instrument: loaded.id().to_string(),
        called: words_of(loaded, &visit),
        languages: languages.collect(),
        no_norm: norms.iter().all(|norm| !norm.is_chosen),
        norms,
        by_sex: known.iter().any(|norm| norm.group().needs_sex()),
        combined: fields.is_ticked("combined"),
        purpose: fields.text("purpose").to_owned(),
        visit,
    }
}

async fn give(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(bilan): At<Id>,
    fields: Fields,
) -> PageResult {
    let frame = frame(&app, &caller, &visit, bilan).await?;
    let choice = Choice {
        instrument: fields.text("instrument").to_owned(),
        language: fields.text("language").to_owned(),
        norm: fields.given("norm").map(str::to_owned),
        combined_stratum: fields.is_ticked("combined"),
        purpose: fields.text("purpose").to_owned(),
    };
    match assignments::assign(&app, &caller, bilan, choice).await {
        Ok(_) => Ok(to_battery(bilan)),
        Err(ServiceError::Invalid(found)) => {
            let known = assignments::givable(&app, &caller).await?;
            let loaded = known.iter().find(|loaded| loaded.id().as_str() == fields.text("instrument"));
            let loaded = loaded.ok_or(PageError::Api(ApiError::NotFound))?;
            let problems = problems_of(&visit, &found);
            Ok(to_be_mended(&giving_page(&app, visit, frame, loaded, &fields, problems)))
        }
        Err(error) => Err(error.into()),
    }
}

fn to_battery(bilan: Id) -> axum::response::Response {
    Redirect::to(&format!("/bilans/{bilan}#battery")).into_response()
}

async fn withdraw(State(app): State<App>, Signed(caller): Signed, At((bilan, assignment)): At<(Id, Id)>) -> PageResult {
    assignments::withdraw(&app, &caller, assignment).await?;
    Ok(to_battery(bilan))
}

/// A timed part, with the time that it gives.
struct PartLine {
    number: u32,
    title: String,
    minutes: String,
}

/// A way to give more time.
struct MoreTime {
    value: &'static str,
    name: &'static str,
}

#[derive(Template)]
#[template(path = "consultant_time.html")]
struct TimePage {
    visit: Visit,
    frame: Frame,
    problems: Problems,
    assignment: Id,
    /// Language of the questionnaire.
    language: String,
    title: String,
    parts: Vec<PartLine>,
    /// Extensions recorded so far.
    n_extensions: u32,
    factors: Vec<MoreTime>,
    reasons: Vec<MoreTime>,
    factor: String,
    reason: String,
    section: String,
}

const FACTORS: [(&str, &str, &str); 4] = [
    ("1.25", "Un quart de temps en plus", "A quarter more time"),
    ("1.33", "Un tiers de temps en plus", "A third more time"),
    ("1.5", "La moitié en plus", "Half as much again"),
    ("2", "Le double", "Twice the time"),
];

const REASONS: [(&str, AccommodationReason, &str, &str); 4] = [
    ("agreed", AccommodationReason::AgreedNeed, "Un besoin convenu avec la personne", "A need agreed with the person"),
    (
        "language",
        AccommodationReason::Language,
        "La langue n’est pas la sienne",
        "The language is not the person’s own",
    ),
    ("technical", AccommodationReason::Technical, "Une panne de réseau ou de machine", "A fault of network or machine"),
    ("interruption", AccommodationReason::Interruption, "Une interruption", "An interruption"),
];

async fn time_page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    (bilan, assignment): (Id, Id),
    fields: &Fields,
    problems: Problems,
) -> Result<TimePage, PageError> {
    let frame = frame(app, caller, &visit, bilan).await?;
    let stored = assignments::in_care(app, caller, assignment).await?;
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let timed = sheet.view().sections.iter().filter_map(|section| {
        let minutes = number::decimal(visit.language, f64::from(section.seconds?) / 60.0, 1);
        Some(PartLine { number: section.number, title: set(&stored.content.language, &section.title), minutes })
    });
    let told = |value: &'static str, french: &'static str, english: &'static str| MoreTime {
        value,
        name: visit.t(french, english),
    };
    Ok(TimePage {
        frame,
        problems,
        assignment,
        language: stored.content.language.clone(),
        title: set(&stored.content.language, &sheet.view().title),
        parts: timed.collect(),
        n_extensions: count(stored.content.accommodations.len()),
        factors: FACTORS.iter().map(|(value, french, english)| told(value, french, english)).collect(),
        reasons: REASONS.iter().map(|(value, _, french, english)| told(value, french, english)).collect(),
        factor: fields.text("factor").to_owned(),
        reason: fields.text("reason").to_owned(),
        section: fields.text("section").to_owned(),
        visit,
    })
}

async fn time(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(at): At<(Id, Id)>) -> PageResult {
    Ok(html(&time_page(&app, &caller, visit, at, &Fields::default(), Problems::default()).await?))
}

async fn extend(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(at): At<(Id, Id)>,
    fields: Fields,
) -> PageResult {
    let reason = REASONS.iter().find(|(value, ..)| *value == fields.text("reason")).map(|(_, reason, ..)| *reason);
    let factor = fields.parsed::<f64>("factor").filter(|factor| factor.is_finite());
    let mut problems = Vec::new();
    if factor.is_none() {
        problems.push(Problem::new(
            "factor",
            visit.t("Choisissez combien de temps en plus.", "Choose how much more time."),
        ));
    }
    if reason.is_none() {
        problems.push(Problem::new("reason", visit.t("Dites pourquoi.", "Say why.")));
    }
    let (Some(factor), Some(reason)) = (factor, reason) else {
        return Ok(to_be_mended(&time_page(&app, &caller, visit, at, &fields, Problems(problems)).await?));
    };
    let kind = AccommodationKind::ExtraTime { factor };
    let accommodation = Accommodation::new(kind, fields.parsed("section"), reason, caller.account, app.now())
        .map_err(|error| ApiError::invalid(error.field(), error.remedy()))?;
    match assignments::accommodate(&app, &caller, at.1, accommodation).await {
        Ok(_) => Ok(to_battery(at.0)),
        Err(ServiceError::Invalid(found)) => {
            let problems = problems_of(&visit, &found);
            Ok(to_be_mended(&time_page(&app, &caller, visit, at, &fields, problems).await?))
        }
        Err(error) => Err(error.into()),
    }
}
