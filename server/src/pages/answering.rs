//! Answering a questionnaire, page by page: what it is, a few items, what is left, sent. Everything works by forms alone; the script
//! saves each answer at once by the address of the API.

mod page;
mod reading;
mod steps;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

use super::failure::PageError;
use super::form::{At, Fields};
use super::look::{PageResult, Problem, Problems, html, set, to_be_mended};
use super::visit::Visit;
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::ids::Id;
use crate::questionnaire::SectionView;
use crate::records::assignment::{Assignment, AssignmentState, FactSex, Facts};
use crate::services::answering::{self as service, NeededFacts};
use crate::services::assignments::state_of;
use crate::services::submission;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/questionnaires/{assignment}", get(opening).post(begin))
        .route("/questionnaires/{assignment}/page", get(page::show).post(page::send))
        .route("/questionnaires/{assignment}/end", get(end).post(send))
        .route("/questionnaires/{assignment}/sent", get(sent))
}

#[derive(Template)]
#[template(path = "opening.html")]
struct OpeningPage {
    visit: Visit,
    problems: Problems,
    assignment: Id,
    /// Language of the questionnaire.
    language: String,
    title: String,
    description: Option<String>,
    instruction: String,
    purpose: String,
    minutes: Option<u16>,
    n_steps: u32,
    timed: Vec<TimedSection>,
    needed: NeededFacts,
    is_for_another: bool,
    age: String,
    sex: String,
}

/// A timed part, said before it begins.
struct TimedSection {
    title: String,
    time: String,
}

/// A time in minutes and seconds, in words.
fn time_words(visit: &Visit, seconds: u32) -> String {
    let (minutes, rest) = (seconds / 60, seconds % 60);
    match (minutes, rest) {
        (0, rest) => format!("{rest}\u{a0}s"),
        (minutes, 0) => format!("{minutes}\u{a0}{}", visit.n(&minutes, &["minute", "minutes"], &["minute", "minutes"])),
        (minutes, rest) => format!("{minutes}\u{a0}min {rest}\u{a0}s"),
    }
}

async fn opening(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(assignment): At<Id>) -> PageResult {
    let stored = service::own(&app, &caller, assignment, app.now()).await?;
    match state_of(&stored.record)? {
        AssignmentState::NotStarted => {}
        AssignmentState::InProgress => return Ok(to_page(assignment)),
        AssignmentState::Submitted | AssignmentState::Done => return Ok(to_sent(assignment)),
        AssignmentState::Withdrawn => return Err(PageError::Refused(crate::services::error::Refusal::Withdrawn)),
    }
    Ok(html(&opening_page(&app, &caller, visit, &stored, Problems::default(), &Fields::default())?))
}

fn opening_page(
    app: &App,
    caller: &Caller,
    visit: Visit,
    stored: &Stored<Assignment>,
    problems: Problems,
    fields: &Fields,
) -> Result<OpeningPage, PageError> {
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let view = sheet.view();
    let timed = view.sections.iter().filter_map(|section: &SectionView| {
        Some(TimedSection { title: set(&view.language, &section.title), time: time_words(&visit, section.seconds?) })
    });
    Ok(OpeningPage {
        problems,
        assignment: stored.record.id,
        language: view.language.clone(),
        title: set(&view.language, &view.title),
        description: view.description.as_deref().map(|text| set(&view.language, text)),
        instruction: set(&view.language, &view.instruction),
        purpose: stored.content.purpose.clone(),
        minutes: view.minutes,
        n_steps: view.n_steps,
        timed: timed.collect(),
        needed: service::needed_facts(app, &stored.content)?,
        is_for_another: caller.role == crate::records::account::Role::Rater,
        age: fields.text("age").to_owned(),
        sex: fields.text("sex").to_owned(),
        visit,
    })
}

fn to_page(assignment: Id) -> Response {
    Redirect::to(&format!("/questionnaires/{assignment}/page")).into_response()
}

fn to_end(assignment: Id) -> Response {
    Redirect::to(&format!("/questionnaires/{assignment}/end")).into_response()
}

fn to_sent(assignment: Id) -> Response {
    Redirect::to(&format!("/questionnaires/{assignment}/sent")).into_response()
}

async fn begin(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(assignment): At<Id>,
    fields: Fields,
) -> PageResult {
    let age = fields.parsed::<u8>("age").filter(|age| (10..=120).contains(age));
    if fields.given("age").is_some() && age.is_none() {
        let stored = service::own(&app, &caller, assignment, app.now()).await?;
        let text =
            visit.t("Donnez un âge de 10 à 120 ans, ou laissez vide.", "Give an age of 10 to 120, or leave it out.");
        let problems = Problems(vec![Problem::new("age", text)]);
        return Ok(to_be_mended(&opening_page(&app, &caller, visit, &stored, problems, &fields)?));
    }
    let sex = match fields.text("sex") {
        "F" => Some(FactSex::F),
        "M" => Some(FactSex::M),
        _ => None,
    };
    service::start(&app, &caller, assignment, Facts { sex, age }).await?;
    Ok(to_page(assignment))
}

#[derive(Template)]
#[template(path = "answers_end.html")]
struct EndPage {
    visit: Visit,
    assignment: Id,
    language: String,
    title: String,
    n_steps: u32,
    n_answered: u32,
    /// Positions without an answer that can still be given.
    open: Vec<u32>,
}

async fn end(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(assignment): At<Id>) -> PageResult {
    let stored = service::own(&app, &caller, assignment, app.now()).await?;
    match state_of(&stored.record)? {
        AssignmentState::InProgress => {}
        AssignmentState::Submitted | AssignmentState::Done => return Ok(to_sent(assignment)),
        _ => return Ok(Redirect::to(&format!("/questionnaires/{assignment}")).into_response()),
    }
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let left = service::left(&app, &stored).await?;
    let n_steps = sheet.view().n_steps;
    Ok(html(&EndPage {
        visit,
        assignment,
        language: sheet.view().language.clone(),
        title: set(&sheet.view().language, &sheet.view().title),
        n_steps,
        n_answered: left.n_answered,
        open: left.open,
    }))
}

async fn send(State(app): State<App>, Signed(caller): Signed, At(assignment): At<Id>) -> PageResult {
    submission::submit(&app, &caller, assignment).await?;
    Ok(to_sent(assignment))
}

#[derive(Template)]
#[template(path = "sent.html")]
struct SentPage {
    visit: Visit,
    language: String,
    title: String,
}

async fn sent(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(assignment): At<Id>) -> PageResult {
    let stored = service::own(&app, &caller, assignment, app.now()).await?;
    if !matches!(state_of(&stored.record)?, AssignmentState::Submitted | AssignmentState::Done) {
        return Ok(Redirect::to(&format!("/questionnaires/{assignment}")).into_response());
    }
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let language = sheet.view().language.clone();
    Ok(html(&SentPage { title: set(&language, &sheet.view().title), language, visit }))
}
