//! Questionnaires: giving them, answering them, submitting them.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bilans::Language;
use super::body::{Body, Format, Path, Query, Reply};
use super::caller::Signed;
use crate::app::{App, Caller};
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::questionnaire::{
    Accommodation, AccommodationKind, AccommodationReason, GivenAnswer, PAGE_SIZE, PageView, SheetView,
};
use crate::records::account::Role;
use crate::records::assignment::{Assignment, AssignmentState, FactSex, Facts};
use crate::services::{answering, assignments, paper as paper_forms};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(assign, list_of_bilan))
        .routes(routes!(list_own))
        .routes(routes!(show, withdraw))
        .routes(routes!(start))
        .routes(routes!(page))
        .routes(routes!(save))
        .routes(routes!(answers))
        .routes(routes!(paper))
        .routes(routes!(accommodate))
}

/// A questionnaire to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceBody {
    /// Instrument, with or without `@version`.
    #[schema(min_length = 1, max_length = 100)]
    instrument: String,
    /// Tag of the language.
    language: Language,
    /// Norm to compare with.
    #[schema(max_length = 100)]
    norm: Option<String>,
    /// Whether everyone is compared with the combined stratum.
    #[serde(default)]
    combined_stratum: bool,
    /// Why it is asked: the direct and necessary link with the bilan (L6313-4).
    #[schema(min_length = 1, max_length = 500)]
    purpose: String,
}

/// A questionnaire as its beneficiary and consultant see it in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// Where it stands.
    state: AssignmentState,
    /// Title of the questionnaire.
    title: String,
    /// Instrument and version; for staff only, since it tells the construct.
    #[serde(skip_serializing_if = "Option::is_none")]
    instrument: Option<String>,
    /// Tag of the language.
    language: String,
    /// Why it is asked.
    purpose: String,
    /// Usual time needed, in minutes.
    minutes: Option<u16>,
    /// The result, once there is one.
    #[schema(value_type = Option<String>)]
    result: Option<Id>,
}

fn view_of(app: &App, caller: &Caller, stored: &Stored<Assignment>) -> Result<AssignmentView, ApiError> {
    let assignment = &stored.content;
    let sheet = app.sheet(&assignment.instrument, &assignment.language)?;
    Ok(AssignmentView {
        id: stored.record.id,
        state: assignments::state_of(&stored.record)?,
        title: sheet.view().title.clone(),
        instrument: (caller.role == Role::Consultant).then(|| assignment.instrument.clone()),
        language: assignment.language.clone(),
        purpose: assignment.purpose.clone(),
        minutes: sheet.view().minutes,
        result: assignment.result,
    })
}

/// Gives a questionnaire to the beneficiary.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/assignments", params(("bilan" = String, Path)), request_body = ChoiceBody,
    responses((status = 201, body = AssignmentView)))]
async fn assign(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<ChoiceBody>,
) -> Result<Reply<AssignmentView>, ApiError> {
    let choice = assignments::Choice {
        instrument: body.instrument,
        language: body.language.tag().to_owned(),
        norm: body.norm,
        combined_stratum: body.combined_stratum,
        purpose: body.purpose,
    };
    let stored = assignments::assign(&app, &caller, bilan, choice).await?;
    Ok(format.reply(view_of(&app, &caller, &stored)?).status(StatusCode::CREATED))
}

/// The questionnaires of a bilan.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/assignments", params(("bilan" = String, Path)),
    responses((status = 200, body = Vec<AssignmentView>)))]
async fn list_of_bilan(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<Vec<AssignmentView>>, ApiError> {
    let found = assignments::of_bilan(&app, &caller, bilan).await?;
    let views = found.iter().map(|stored| view_of(&app, &caller, stored)).collect::<Result<_, _>>()?;
    Ok(format.reply(views))
}

/// The questionnaires that the caller is to answer.
#[utoipa::path(get, path = "/api/v1/assignments", responses((status = 200, body = Vec<AssignmentView>)))]
async fn list_own(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
) -> Result<Reply<Vec<AssignmentView>>, ApiError> {
    let found = assignments::own(&app, &caller).await?;
    let views = found.iter().map(|stored| view_of(&app, &caller, stored)).collect::<Result<_, _>>()?;
    Ok(format.reply(views))
}

/// A questionnaire before it is begun: what it is, and what will be asked about the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpeningView {
    /// The questionnaire in the list.
    #[serde(flatten)]
    assignment: AssignmentView,
    /// Title, instruction, sections.
    sheet: SheetView,
    /// Whether the norm asks for the sex; leaving it out is allowed.
    asks_sex: bool,
    /// Whether the norm asks for the age; leaving it out is allowed.
    asks_age: bool,
}

/// What a questionnaire is.
#[utoipa::path(get, path = "/api/v1/assignments/{assignment}", params(("assignment" = String, Path)),
    responses((status = 200, body = OpeningView)))]
async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(assignment): Path<Id>,
) -> Result<Reply<OpeningView>, ApiError> {
    let stored = answering::own(&app, &caller, assignment, app.now()).await?;
    let needed = answering::needed_facts(&app, &stored.content)?;
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let assignment = view_of(&app, &caller, &stored)?;
    Ok(format.reply(OpeningView {
        assignment,
        sheet: sheet.view().clone(),
        asks_sex: needed.sex,
        asks_age: needed.age,
    }))
}

/// Takes a questionnaire back.
#[utoipa::path(delete, path = "/api/v1/assignments/{assignment}", params(("assignment" = String, Path)),
    responses((status = 204)))]
async fn withdraw(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(assignment): Path<Id>,
) -> Result<StatusCode, ApiError> {
    assignments::withdraw(&app, &caller, assignment).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the norm asks about the person; everything may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactsBody {
    /// Sex as the norm's strata know it.
    sex: Option<FactSex>,
    /// Completed years.
    #[schema(minimum = 10, maximum = 120)]
    age: Option<u8>,
}

/// Begins a questionnaire.
#[utoipa::path(post, path = "/api/v1/assignments/{assignment}/start", params(("assignment" = String, Path)),
    request_body = FactsBody, responses((status = 200, body = AssignmentView)))]
async fn start(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(assignment): Path<Id>,
    Body(body): Body<FactsBody>,
) -> Result<Reply<AssignmentView>, ApiError> {
    if body.age.is_some_and(|age| !(10..=120).contains(&age)) {
        return Err(ApiError::invalid("/age", "give completed years from 10 to 120, or leave it out"));
    }
    let stored = answering::start(&app, &caller, assignment, Facts { sex: body.sex, age: body.age }).await?;
    Ok(format.reply(view_of(&app, &caller, &stored)?))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The first position; without it, the page with the first unanswered step.
    #[param(minimum = 1)]
    from: Option<u32>,
    /// How many steps.
    #[param(minimum = 1, maximum = 50)]
    n: Option<u32>,
}

/// A page to answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerPageView {
    /// The steps.
    #[serde(flatten)]
    page: PageView,
    /// Answers given so far to the steps of this page, by position.
    answers: BTreeMap<u32, GivenAnswer>,
    /// How many steps are answered in all.
    n_answered: u32,
    /// The first step that is not answered.
    next_unanswered: Option<u32>,
}

/// A page to answer: from a position on, or where the person stopped.
#[utoipa::path(get, path = "/api/v1/assignments/{assignment}/page", params(("assignment" = String, Path), PageQuery),
    responses((status = 200, body = AnswerPageView)))]
async fn page(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(assignment): Path<Id>,
    Query(query): Query<PageQuery>,
) -> Result<Reply<AnswerPageView>, ApiError> {
    let n = query.n.unwrap_or(PAGE_SIZE);
    if !(1..=50).contains(&n) {
        return Err(ApiError::invalid("n", "ask for 1 to 50 steps"));
    }
    let found = answering::page(&app, &caller, assignment, query.from, n).await?;
    Ok(format.reply(AnswerPageView {
        page: found.page,
        answers: found.answers,
        n_answered: found.n_answered,
        next_unanswered: found.next_unanswered,
    }))
}

/// That an answer is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedView {
    /// The position.
    position: u32,
    /// When it was saved, in ISO 8601.
    saved: String,
}

/// Saves one answer; it is durable when this is answered.
#[utoipa::path(put, path = "/api/v1/assignments/{assignment}/answers/{position}",
    params(("assignment" = String, Path), ("position" = u32, Path, minimum = 1)), request_body = GivenAnswer,
    responses((status = 200, body = SavedView)))]
async fn save(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path((assignment, position)): Path<(Id, u32)>,
    Body(given): Body<GivenAnswer>,
) -> Result<Reply<SavedView>, ApiError> {
    let saved = answering::save(&app, &caller, assignment, position, &given).await?;
    Ok(format.reply(SavedView { position, saved: saved.to_string() }))
}

/// The single answers of a questionnaire, by position: the beneficiary's own, for her and the consultant in charge.
#[utoipa::path(get, path = "/api/v1/assignments/{assignment}/answers", params(("assignment" = String, Path)),
    responses((status = 200, body = BTreeMap<u32, GivenAnswer>)))]
async fn answers(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(assignment): Path<Id>,
) -> Result<Reply<BTreeMap<u32, GivenAnswer>>, ApiError> {
    Ok(format.reply(answering::read_answers(&app, &caller, assignment).await?))
}

/// Answers on paper, by position.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperBody {
    /// The answers.
    answers: BTreeMap<u32, GivenAnswer>,
}

/// Enters the answers of a questionnaire that was answered on paper, and submits it.
#[utoipa::path(put, path = "/api/v1/assignments/{assignment}/paper", params(("assignment" = String, Path)),
    request_body = PaperBody, responses((status = 200, body = super::results::SubmittedView)))]
async fn paper(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(assignment): Path<Id>,
    Body(body): Body<PaperBody>,
) -> Result<Reply<super::results::SubmittedView>, ApiError> {
    let result = paper_forms::enter(&app, &caller, assignment, &body.answers).await?;
    Ok(format.reply(super::results::SubmittedView { result }))
}

/// More time for somebody, with its reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccommodationBody {
    /// How the conditions are changed.
    kind: AccommodationKind,
    /// Number of the section, from 1; without it, all.
    #[schema(minimum = 1)]
    section: Option<u32>,
    /// Why.
    reason: AccommodationReason,
}

/// Records more time for somebody; it stands in the result.
#[utoipa::path(post, path = "/api/v1/assignments/{assignment}/accommodations", params(("assignment" = String, Path)),
    request_body = AccommodationBody, responses((status = 200, body = AssignmentView)))]
async fn accommodate(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(assignment): Path<Id>,
    Body(body): Body<AccommodationBody>,
) -> Result<Reply<AssignmentView>, ApiError> {
    let accommodation = Accommodation::new(body.kind, body.section, body.reason, caller.account, app.now())
        .map_err(|error| ApiError::invalid(error.field(), error.remedy()))?;
    let stored = assignments::accommodate(&app, &caller, assignment, accommodation).await?;
    Ok(format.reply(view_of(&app, &caller, &stored)?))
}
