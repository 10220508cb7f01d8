//! Scoring many rows: declarations, streams and their provenance. [`super::jobs`] has the large files.

use axum::body;
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue, LINK};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, Path, Reply};
use super::caller::Signed;
use crate::app::{App, Caller};
use crate::bulk::entitlement::Basis;
use crate::bulk::job_file::JobCounts;
use crate::bulk::score_query::ScoreQuery;
use crate::bulk::scoring_problem::ScoringProblem;
use crate::bulk::scoring_stream::{COUNT_TRAILERS, described_by};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::{Role, Scope};
use crate::records::declaration::RecordedDeclaration;
use crate::records::provenance::{Findings, KeptProvenance, Outcome};
use crate::services::error::ServiceError;
use crate::services::{declarations, scores};

/// Addresses whose bodies are streams: they have limits, and ways to be repeated, of their own.
pub const STREAMS: [&str; 2] = ["/api/v1/scores", "/api/v1/jobs/{job}/input"];

const TRAILER: HeaderName = HeaderName::from_static("trailer");

/// The most characters of a declaration.
const MAX_TEXT: usize = 5000;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(declare)).routes(routes!(score)).routes(routes!(provenance))
}

/// Refuses a program whose token does not reach so far.
///
/// # Errors
/// [`ApiError::Forbidden`].
pub(super) fn scoped(caller: &Caller, one_of: &[Scope]) -> Result<(), ApiError> {
    let allowed = caller.role != Role::Program || caller.scopes.iter().any(|scope| one_of.contains(scope));
    if allowed { Ok(()) } else { Err(ApiError::Forbidden) }
}

/// The parameters of scoring in a query.
///
/// # Errors
/// All problems at once.
pub(super) fn score_query(text: Option<&str>) -> Result<ScoreQuery, ApiError> {
    let pairs = form_urlencoded::parse(text.unwrap_or_default().as_bytes());
    let pairs = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
    ScoreQuery::from_pairs(pairs).map_err(|problems| ServiceError::from(problems).into())
}

/// On what ground an organisation may keep rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// Everybody in the rows has a written agreement that still runs.
    LiveAgreement,
    /// The rows cannot be traced to anybody.
    Anonymous,
}

/// An organisation's declaration that it is entitled to keep rows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclarationBody {
    /// On what ground.
    ground: Ground,
    /// The declaration in words: which rows, and on what they rest.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
    /// The day, in Paris, at whose beginning the first of the agreements is over; for live agreements only.
    #[schema(format = Date)]
    ends: Option<String>,
}

/// A declaration as it is recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclarationView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// On what ground.
    ground: Ground,
    /// In which words.
    text: String,
    /// The account that declared.
    #[schema(value_type = String)]
    declared_by: Id,
    /// When, in ISO 8601.
    declared_at: String,
    /// Until when it is live, in ISO 8601.
    ends: Option<String>,
}

impl From<Stored<RecordedDeclaration>> for DeclarationView {
    fn from(stored: Stored<RecordedDeclaration>) -> Self {
        let RecordedDeclaration { declaration, text } = stored.content;
        let (ground, ends) = match declaration.basis {
            Basis::Anonymous => (Ground::Anonymous, None),
            Basis::LiveAgreement { ends } => (Ground::LiveAgreement, Some(ends.to_string())),
        };
        Self {
            id: stored.record.id,
            ground,
            text,
            declared_by: declaration.declared_by,
            declared_at: declaration.declared_at.to_string(),
            ends,
        }
    }
}

/// Records that the organisation is entitled to keep the rows that it sends (CT-13). The latest one that is live counts.
#[utoipa::path(post, path = "/api/v1/declarations", request_body = DeclarationBody,
    responses((status = 201, body = DeclarationView)))]
async fn declare(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Body(body): Body<DeclarationBody>,
) -> Result<Reply<DeclarationView>, ApiError> {
    scoped(&caller, &[Scope::Score, Scope::Jobs])?;
    let text = body.text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(ApiError::invalid("/text", "say in 1 to 5000 characters which rows, and on what they rest"));
    }
    let basis = match (body.ground, body.ends) {
        (Ground::Anonymous, None) => Basis::Anonymous,
        (Ground::LiveAgreement, Some(day)) => {
            let day: Date = day.parse().map_err(|_| ApiError::invalid("/ends", "give a date, such as 2027-03-31"))?;
            Basis::LiveAgreement { ends: Timestamp::start_of_paris_day(day) }
        }
        (Ground::Anonymous, Some(_)) => return Err(ApiError::invalid("/ends", "leave it out for anonymous rows")),
        (Ground::LiveAgreement, None) => {
            return Err(ApiError::invalid("/ends", "name the day on which the first of the agreements ends"));
        }
    };
    let stored = declarations::declare(&app, &caller, basis, text.to_owned()).await?;
    Ok(format.reply(DeclarationView::from(stored)).status(StatusCode::CREATED))
}

/// Bytes of a table.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Table(#[allow(dead_code, reason = "it stands for a stream in the description")] Vec<u8>);

/// Scores rows while they come: CSV, MessagePack or Parquet in, as the first bytes say; out as `format` says. The bytes are
/// those of `bilan score --rejects inline`. Send and take at the same time; rows read, scored and rejected follow as trailers.
#[utoipa::path(post, path = "/api/v1/scores", params(ScoreQuery),
    request_body(content((Table = "text/csv"), (Table = "application/msgpack"), (Table = "application/vnd.apache.parquet"))),
    responses((status = 200, description = "The scores; `Link` names their provenance",
        content((Table = "text/csv"), (Table = "application/msgpack"), (Table = "application/jsonl"),
            (Table = "application/vnd.apache.parquet")),
        headers(("link" = String, description = "The provenance, `rel=\"describedby\"`")))))]
async fn score(
    State(app): State<App>,
    Signed(caller): Signed,
    RawQuery(query): RawQuery,
    body: body::Body,
) -> Result<Response, ApiError> {
    scoped(&caller, &[Scope::Score])?;
    let query = score_query(query.as_deref())?;
    let scored = scores::score(&app, &caller, &query, body).await?;
    let link = described_by(&format!("/api/v1/provenance/{}", scored.provenance));
    let link = link.map_err(|error| ApiError::internal("name a provenance", &error))?;
    let mut response = scored.body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(scored.content_type));
    headers.insert(LINK, link);
    for name in COUNT_TRAILERS {
        headers.append(TRAILER, HeaderValue::from(name));
    }
    Ok(response)
}

/// Rows of a table that was scored.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct CountsView {
    /// Rows read.
    read: u64,
    /// Rows with scores.
    scored: u64,
    /// Rows that could not be scored.
    rejected: u64,
}

impl From<JobCounts> for CountsView {
    fn from(JobCounts { read, scored, rejected }: JobCounts) -> Self {
        Self { read, scored, rejected }
    }
}

/// What a run found besides the scores.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingsView {
    /// Rows read, scored and rejected.
    counts: CountsView,
    /// Columns that served nothing.
    ignored_columns: u64,
    /// What the key audit of the first rows has to say.
    warnings: Vec<String>,
}

impl From<Findings> for FindingsView {
    fn from(Findings { counts, n_ignored_columns, warnings, .. }: Findings) -> Self {
        Self { counts: counts.into(), ignored_columns: n_ignored_columns, warnings }
    }
}

/// Why rows were not scored.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoringProblemView {
    /// Parameter at fault.
    parameter: Option<String>,
    /// Number of the row at fault, from 1.
    row: Option<u64>,
    /// Column at fault.
    column: Option<String>,
    /// What is wrong and what to do about it.
    detail: String,
}

impl From<ScoringProblem> for ScoringProblemView {
    fn from(ScoringProblem { parameter, row, column, detail, .. }: ScoringProblem) -> Self {
        Self { parameter, row, column, detail }
    }
}

/// How far a stream has come.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StreamState {
    /// Under way, or broken off by whoever asked.
    UnderWay,
    /// All rows went through.
    Done,
    /// It broke off.
    Failed,
}

/// What made the scores of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvenanceView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// How far the stream has come.
    state: StreamState,
    /// What it found.
    findings: Option<FindingsView>,
    /// Why it broke off.
    problem: Option<ScoringProblemView>,
    /// Instrument, norm, settings and versions.
    made_by: serde_json::Value,
    /// Until when this is kept, in ISO 8601.
    kept_until: Option<String>,
}

/// Reads what the scorer wrote about itself.
///
/// # Errors
/// A fault of ours.
pub(super) fn made_by(json: &str) -> Result<serde_json::Value, ApiError> {
    serde_json::from_str(json).map_err(|_| ApiError::internal("read a provenance", &"it is no JSON"))
}

/// What made the scores of a stream: kept for a day.
#[utoipa::path(get, path = "/api/v1/provenance/{provenance}", params(("provenance" = String, Path)),
    responses((status = 200, body = ProvenanceView)))]
async fn provenance(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(provenance): Path<Id>,
) -> Result<Reply<ProvenanceView>, ApiError> {
    scoped(&caller, &[Scope::Score])?;
    let Stored { record, content: KeptProvenance { made_by: json, outcome } } =
        scores::provenance(&app, &caller, provenance).await?;
    let (state, findings, problem) = match outcome {
        Outcome::UnderWay => (StreamState::UnderWay, None, None),
        Outcome::Done(findings) => (StreamState::Done, Some(findings.into()), None),
        Outcome::Failed(problem) => (StreamState::Failed, None, Some(problem.into())),
    };
    let kept_until = record.due.map(|due| due.to_string());
    let view = ProvenanceView { id: record.id, state, findings, problem, made_by: made_by(&json)?, kept_until };
    Ok(format.reply(view).version(record.version))
}
