//! The consultant's work on a bilan besides questionnaires: handing over, attendance, handing on to a colleague.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bilans::BilanView;
use super::body::{Body, Format, Path, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::administrative::{Administrative, AttendanceKind, WithdrawalReason};
use crate::records::bilan::Phase;
use crate::services::attendance::{self, Hours};
use crate::services::{release, transfer};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(release_results))
        .routes(routes!(request_access))
        .routes(routes!(attendance_of, record_attendance))
        .routes(routes!(withdraw_attendance))
        .routes(routes!(propose_transfer))
        .routes(routes!(agree_to_transfer))
}

/// What is released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "what", deny_unknown_fields)]
pub enum ReleaseBody {
    /// All results and the synthesis, in the conclusions phase.
    Everything {},
    /// One result.
    Result {
        /// The result.
        #[schema(value_type = String)]
        result: Id,
        /// That it is told in an interview; needed before the conclusions phase.
        #[serde(default)]
        in_interview: bool,
    },
}

/// Releases results to the beneficiary.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/release", params(("bilan" = String, Path)),
    request_body = ReleaseBody, responses((status = 200, body = BilanView)))]
async fn release_results(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<ReleaseBody>,
) -> Result<Reply<BilanView>, ApiError> {
    let what = match body {
        ReleaseBody::Everything {} => release::What::Everything,
        ReleaseBody::Result { result, in_interview } => release::What::Result { result, in_interview },
    };
    let stored = release::release(&app, &caller, bilan, what).await?;
    Ok(format.reply(BilanView::of(&stored)?).version(stored.record.version))
}

/// When results open.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessOpeningView {
    /// The moment, in ISO 8601.
    opens: String,
}

/// The beneficiary asks to see her results.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/access-request", params(("bilan" = String, Path)),
    responses((status = 200, body = AccessOpeningView)))]
async fn request_access(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<AccessOpeningView>, ApiError> {
    let opens = release::request_access(&app, &caller, bilan).await?;
    Ok(format.reply(AccessOpeningView { opens: opens.to_string() }))
}

/// A meeting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingBody {
    /// Start, in milliseconds since 1970 (UTC).
    #[schema(value_type = i64)]
    from: Timestamp,
    /// End, in milliseconds since 1970 (UTC).
    #[schema(value_type = i64)]
    to: Timestamp,
    /// `meeting` or `remote`.
    kind: AttendanceKind,
}

/// Attendance without content: hours, and each entry with its phase.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttendanceView {
    /// Hours in the same room.
    meeting_hours: f64,
    /// Hours by telephone or video.
    remote_hours: f64,
    /// Hours on questionnaires.
    questionnaire_hours: f64,
    /// All hours.
    total_hours: f64,
    /// The most hours that a bilan may take.
    most_hours: f64,
    /// Every entry.
    entries: Vec<AttendanceEntryView>,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttendanceEntryView {
    /// Its place in the order of recording, from 1.
    number: u32,
    /// The phase.
    phase: Phase,
    /// Start, in ISO 8601.
    from: String,
    /// End, in ISO 8601.
    to: String,
    /// What kind of time it was.
    kind: AttendanceKind,
    /// That it was recorded by mistake, and counts for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<WithdrawalView>,
}

/// That a meeting was recorded by mistake.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalView {
    /// Why.
    reason: WithdrawalReason,
    /// When it was withdrawn, in ISO 8601.
    at: String,
}

impl AttendanceView {
    fn of(stored: &Stored<Administrative>) -> Self {
        let attendance = &stored.content.attendance;
        let hours = Hours::of(attendance);
        let entries = (1..).zip(attendance).map(|(number, entry)| AttendanceEntryView {
            number,
            phase: entry.phase,
            from: entry.from.to_string(),
            to: entry.to.to_string(),
            kind: entry.kind,
            withdrawn: entry.withdrawn.map(|known| WithdrawalView { reason: known.reason, at: known.at.to_string() }),
        });
        Self {
            meeting_hours: hours.meetings,
            remote_hours: hours.remote,
            questionnaire_hours: hours.questionnaires,
            total_hours: hours.total(),
            most_hours: attendance::MOST_HOURS,
            entries: entries.collect(),
        }
    }
}

/// Attendance of a bilan.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/attendance", params(("bilan" = String, Path)),
    responses((status = 200, body = AttendanceView)))]
async fn attendance_of(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<AttendanceView>, ApiError> {
    let stored = attendance::of_bilan(&app, &caller, bilan).await?;
    Ok(format.reply(AttendanceView::of(&stored)))
}

/// Records a meeting.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/attendance", params(("bilan" = String, Path)),
    request_body = MeetingBody, responses((status = 201, body = AttendanceView)))]
async fn record_attendance(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<MeetingBody>,
) -> Result<Reply<AttendanceView>, ApiError> {
    let stored = attendance::record(&app, &caller, bilan, body.from, body.to, body.kind).await?;
    Ok(format.reply(AttendanceView::of(&stored)).status(StatusCode::CREATED))
}

/// Why a meeting does not count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalBody {
    /// Why.
    reason: WithdrawalReason,
}

/// Withdraws a meeting that was recorded by mistake: it stays in the record with the reason, and counts for nothing.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/attendance/{entry}/withdrawal",
    params(("bilan" = String, Path), ("entry" = u32, Path)), request_body = WithdrawalBody,
    responses((status = 200, body = AttendanceView)))]
async fn withdraw_attendance(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path((bilan, entry)): Path<(Id, u32)>,
    Body(body): Body<WithdrawalBody>,
) -> Result<Reply<AttendanceView>, ApiError> {
    let stored = attendance::withdraw(&app, &caller, bilan, entry, body.reason).await?;
    Ok(format.reply(AttendanceView::of(&stored)))
}

/// A colleague to hand the bilan to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferBody {
    /// The colleague's account.
    #[schema(value_type = String)]
    consultant: Id,
}

/// Proposes to hand the bilan to a colleague; the beneficiary decides.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/transfer", params(("bilan" = String, Path)),
    request_body = TransferBody, responses((status = 204)))]
async fn propose_transfer(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(bilan): Path<Id>,
    Body(body): Body<TransferBody>,
) -> Result<StatusCode, ApiError> {
    transfer::propose(&app, &caller, bilan, body.consultant).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The beneficiary agrees to the transfer.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/transfer/agreement", params(("bilan" = String, Path)),
    request_body = TransferBody, responses((status = 200, body = BilanView)))]
async fn agree_to_transfer(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<TransferBody>,
) -> Result<Reply<BilanView>, ApiError> {
    let stored = transfer::agree(&app, &caller, bilan, body.consultant).await?;
    Ok(format.reply(BilanView::of(&stored)?).version(stored.record.version))
}
