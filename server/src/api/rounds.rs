//! 360° rounds: opening, asking raters, the one release, the feedback.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bilans::Language;
use super::body::{Body, Format, Path, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::feedback::RaterGroup;
use crate::services::links::Handed;
use crate::services::{addresses, rounds};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(show))
        .routes(routes!(add_rater))
        .routes(routes!(release))
        .routes(routes!(feedback))
}

/// A round to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundBody {
    /// What the beneficiary answers.
    #[schema(min_length = 1, max_length = 100)]
    self_instrument: String,
    /// What raters answer.
    #[schema(min_length = 1, max_length = 100)]
    other_instrument: String,
    /// Tag of the language.
    language: Language,
    /// Why it is asked.
    #[schema(min_length = 1, max_length = 500)]
    purpose: String,
    /// Whether a single superior has agreed to be shown by name.
    #[serde(default)]
    superior_agreed: bool,
}

/// A round: how many were asked in each group. Who has answered is not told.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// The self form.
    #[schema(value_type = String)]
    self_assignment: Id,
    /// Groups with the number of people asked.
    groups: Vec<GroupCount>,
    /// Whether it is released, once and for all.
    frozen: bool,
}

/// A group of raters.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupCount {
    /// The group.
    group: RaterGroup,
    /// How many were asked.
    asked: usize,
}

/// Opens a round and gives the beneficiary the self form.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/rounds", params(("bilan" = String, Path)), request_body = RoundBody,
    responses((status = 201, body = RoundView)))]
async fn open(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<RoundBody>,
) -> Result<Reply<RoundView>, ApiError> {
    let new = rounds::NewRound {
        self_instrument: body.self_instrument,
        other_instrument: body.other_instrument,
        language: body.language.tag().to_owned(),
        purpose: body.purpose,
        superior_agreed: body.superior_agreed,
    };
    let stored = rounds::open(&app, &caller, bilan, new).await?;
    Ok(format.reply(view(&app, &caller, stored.record.id).await?).status(StatusCode::CREATED))
}

async fn view(app: &App, caller: &crate::app::Caller, round: Id) -> Result<RoundView, ApiError> {
    let (stored, counts) = rounds::asked(app, caller, round).await?;
    Ok(RoundView {
        id: stored.record.id,
        self_assignment: stored.content.self_assignment,
        groups: counts.into_iter().map(|(group, asked)| GroupCount { group, asked }).collect(),
        frozen: stored.content.frozen.is_some(),
    })
}

/// One round.
#[utoipa::path(get, path = "/api/v1/rounds/{round}", params(("round" = String, Path)),
    responses((status = 200, body = RoundView)))]
async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(round): Path<Id>,
) -> Result<Reply<RoundView>, ApiError> {
    Ok(format.reply(view(&app, &caller, round).await?))
}

/// A rater to be asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaterBody {
    /// Name, as the rater is addressed.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Address for mail, where the link is sent by mail.
    #[schema(format = "email", max_length = 254)]
    email: Option<String>,
    /// How the rater stands to the beneficiary.
    group: RaterGroup,
}

/// The link for a rater, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RaterLinkView {
    /// Whether it goes by mail; else it is to be handed over.
    sent: bool,
    /// The token behind the link, where it is to be handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Until when it can be spent, in ISO 8601.
    ends: String,
}

/// Asks a rater.
#[utoipa::path(post, path = "/api/v1/rounds/{round}/raters", params(("round" = String, Path)), request_body = RaterBody,
    responses((status = 201, body = RaterLinkView)))]
async fn add_rater(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(round): Path<Id>,
    Body(body): Body<RaterBody>,
) -> Result<Reply<RaterLinkView>, ApiError> {
    let name = body.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(ApiError::invalid("/name", "give a name of 1 to 200 characters"));
    }
    let email = body.email.map(|email| addresses::checked(&email, "/email")).transpose()?;
    let Handed { link, sent, .. } = rounds::add_rater(&app, &caller, round, name, email, body.group).await?;
    let token = (!sent).then(|| link.token.text().to_string());
    let view = RaterLinkView { sent, token, ends: link.ends.to_string() };
    Ok(format.reply(view).status(StatusCode::CREATED))
}

/// Releases the feedback, once and for all.
#[utoipa::path(post, path = "/api/v1/rounds/{round}/release", params(("round" = String, Path)),
    responses((status = 200, body = Object)))]
async fn release(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(round): Path<Id>,
) -> Result<Reply<restitution::Feedback360>, ApiError> {
    Ok(format.reply(rounds::release(&app, &caller, round).await?))
}

/// The released feedback.
#[utoipa::path(get, path = "/api/v1/rounds/{round}/feedback", params(("round" = String, Path)),
    responses((status = 200, body = Object)))]
async fn feedback(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(round): Path<Id>,
) -> Result<Reply<restitution::Feedback360>, ApiError> {
    Ok(format.reply(rounds::feedback(&app, &caller, round).await?))
}
