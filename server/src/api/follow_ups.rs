//! The follow-up: agreeing to it, reading it, and answering its questionnaires by a link, without signing in.
//!
//! The secret of a link goes in the body of a request, never in its address.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::agreements::kept_days;
use super::body::{Body, Format, Path, Reply};
use super::caller::Signed;
use super::endings::EndingView;
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::follow_up::{FollowUp, FollowUpKind, PlannedQuestion};
use crate::services::follow_up;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(agree, own, withdraw))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(hand_over))
        .routes(routes!(questions))
        .routes(routes!(answer))
        .routes(routes!(withdraw_by_link))
}

/// What the beneficiary agrees to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUpBody {
    /// How many days after the end contact and answers are kept; a year at most.
    #[schema(minimum = 1, maximum = 365)]
    days: u16,
}

/// A follow-up.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowUpView {
    #[schema(value_type = String)]
    id: Id,
    name: String,
    email: Option<String>,
    #[schema(value_type = i64)]
    signed: Timestamp,
    days: u16,
    /// After the end: the first moment at which nothing may be left.
    #[schema(value_type = Option<i64>)]
    until: Option<Timestamp>,
    planned: Vec<PlannedView>,
}

/// A planned questionnaire.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedView {
    kind: FollowUpKind,
    #[schema(value_type = i64)]
    due: Timestamp,
    #[schema(value_type = Option<i64>)]
    sent: Option<Timestamp>,
    #[schema(value_type = Option<i64>)]
    answered: Option<Timestamp>,
    answers: Vec<AnswerView>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerView {
    /// The word of the question.
    question: String,
    text: String,
}

fn answers_of(planned: &PlannedQuestion) -> Vec<AnswerView> {
    let answers = planned.answers.iter().cloned();
    answers.map(|(question, text)| AnswerView { question, text }).collect()
}

impl FollowUpView {
    fn of(stored: Stored<FollowUp>) -> Self {
        let until = stored.content.until();
        let content = stored.content;
        let planned = content.planned.iter().map(|one| PlannedView {
            kind: one.kind,
            due: one.due,
            sent: one.sent,
            answered: one.answered,
            answers: answers_of(one),
        });
        Self {
            id: stored.record.id,
            planned: planned.collect(),
            name: content.name,
            email: content.email,
            signed: content.signed,
            days: content.kept.days(),
            until,
        }
    }
}

/// The beneficiary agrees to a follow-up, or changes its term, before the end.
#[utoipa::path(put, path = "/api/v1/bilans/{bilan}/follow-up", params(("bilan" = String, Path)), request_body = FollowUpBody, responses((status = 200, body = FollowUpView)))]
async fn agree(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<FollowUpBody>,
) -> Result<Reply<FollowUpView>, ApiError> {
    let stored = follow_up::agree(&app, &caller, bilan, kept_days(body.days)?).await?;
    Ok(format.reply(FollowUpView::of(stored)))
}

/// The follow-up that the beneficiary agreed to.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/follow-up", params(("bilan" = String, Path)), responses((status = 200, body = FollowUpView)))]
async fn own(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<FollowUpView>, ApiError> {
    Ok(format.reply(FollowUpView::of(follow_up::own(&app, &caller, bilan).await?)))
}

/// The beneficiary takes the agreement back: the follow-up is destroyed.
#[utoipa::path(delete, path = "/api/v1/bilans/{bilan}/follow-up", params(("bilan" = String, Path)), responses((status = 200, body = EndingView)))]
async fn withdraw(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<EndingView>, ApiError> {
    let (receipt, standing) = follow_up::withdraw(&app, &caller, bilan).await?;
    Ok(format.reply(EndingView::of(receipt, standing)))
}

/// The follow-ups that the consultant may read.
#[utoipa::path(get, path = "/api/v1/follow-ups", responses((status = 200, body = Vec<FollowUpView>)))]
async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
) -> Result<Reply<Vec<FollowUpView>>, ApiError> {
    let found = follow_up::granted(&app, &caller).await?;
    Ok(format.reply(found.into_iter().map(FollowUpView::of).collect()))
}

/// One follow-up.
#[utoipa::path(get, path = "/api/v1/follow-ups/{follow_up}", params(("follow_up" = String, Path)), responses((status = 200, body = FollowUpView)))]
async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(follow_up): Path<Id>,
) -> Result<Reply<FollowUpView>, ApiError> {
    Ok(format.reply(FollowUpView::of(follow_up::read(&app, &caller, follow_up).await?)))
}

/// A link to a questionnaire.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowUpLinkView {
    /// Its secret, shown once.
    token: String,
}

/// The consultant gets a link to hand over, where no address is on file.
#[utoipa::path(post, path = "/api/v1/follow-ups/{follow_up}/link", params(("follow_up" = String, Path)), responses((status = 200, body = FollowUpLinkView)))]
async fn hand_over(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(follow_up): Path<Id>,
) -> Result<Reply<FollowUpLinkView>, ApiError> {
    Ok(format.reply(FollowUpLinkView { token: follow_up::hand_over(&app, &caller, follow_up).await? }))
}

/// The secret of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The secret.
    token: String,
}

/// A questionnaire.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionnaireView {
    kind: FollowUpKind,
    /// Tag of the language.
    language: String,
    questions: Vec<QuestionView>,
    /// What was answered so far.
    answers: Vec<AnswerView>,
}

/// A question.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionView {
    /// The word by which it is answered.
    question: &'static str,
    text: &'static str,
}

/// The questions behind a link.
#[utoipa::path(post, path = "/api/v1/follow-up-links/questions", request_body = LinkBody, responses((status = 200, body = QuestionnaireView)))]
async fn questions(
    State(app): State<App>,
    format: Format,
    Body(body): Body<LinkBody>,
) -> Result<Reply<QuestionnaireView>, ApiError> {
    let (stored, place) = follow_up::open_link(&app, &body.token).await?;
    let planned = stored.content.planned.get(place).ok_or(ApiError::NotFound)?;
    let language = stored.content.language.clone();
    let words = follow_up::questions(planned.kind).iter();
    let questions = words.map(|word| QuestionView { question: word, text: follow_up::question_text(word, &language) });
    let view = QuestionnaireView {
        kind: planned.kind,
        questions: questions.collect(),
        answers: answers_of(planned),
        language,
    };
    Ok(format.reply(view))
}

/// Answers to a questionnaire.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersBody {
    /// The secret of the link.
    token: String,
    /// The answers, each question once.
    #[schema(max_items = 10)]
    answers: Vec<AnswerBody>,
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// The word of the question.
    question: String,
    /// The answer.
    #[schema(max_length = 4000)]
    text: String,
}

/// That answers were kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptView {
    kept: bool,
}

/// Keeps answers given by a link.
#[utoipa::path(post, path = "/api/v1/follow-up-links/answers", request_body = AnswersBody, responses((status = 200, body = KeptView)))]
async fn answer(
    State(app): State<App>,
    format: Format,
    Body(body): Body<AnswersBody>,
) -> Result<Reply<KeptView>, ApiError> {
    let answers = body.answers.into_iter().map(|one| (one.question, one.text)).collect();
    follow_up::answer(&app, &body.token, answers).await?;
    Ok(format.reply(KeptView { kept: true }))
}

/// Takes the agreement to the follow-up back by its link: it is destroyed.
#[utoipa::path(post, path = "/api/v1/follow-up-links/withdrawal", request_body = LinkBody, responses((status = 200, body = EndingView)))]
async fn withdraw_by_link(
    State(app): State<App>,
    format: Format,
    Body(body): Body<LinkBody>,
) -> Result<Reply<EndingView>, ApiError> {
    let (receipt, standing) = follow_up::withdraw_by_link(&app, &body.token).await?;
    Ok(format.reply(EndingView::of(receipt, standing)))
}
