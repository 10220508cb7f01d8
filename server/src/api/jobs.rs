//! Large files scored as jobs, for organisations.

use axum::body;
use axum::extract::{RawQuery, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, Path, Query, Reply};
use super::bulk::{CountsView, ScoringProblemView, Table, made_by, scoped, score_query};
use super::caller::Signed;
use super::paging::{ListPage, checked_limit};
use crate::app::App;
use crate::bulk::job_file::JobState;
use crate::bulk::score_query::ScoreQuery;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::Scope;
use crate::records::job::ScoringJob;
use crate::services::jobs;

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, delete))
        .routes(routes!(input))
        .routes(routes!(ask))
        .routes(routes!(start))
        .routes(routes!(output))
}

/// The file of a job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobBody {
    /// Bytes of the whole file.
    #[schema(minimum = 1)]
    bytes: u64,
}

/// What a job is doing.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JobStateView {
    /// The input is coming.
    Receiving,
    /// The input is whole; start it.
    Waiting,
    /// Being scored.
    Running,
    /// Scored.
    Done,
    /// Not scored.
    Failed,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// What it is doing.
    state: JobStateView,
    /// Bytes of the whole input.
    bytes: u64,
    /// Bytes of the input that are kept: the next part begins here.
    received: u64,
    /// Bytes of the input that are scored.
    scored_bytes: u64,
    /// Bytes of the scores, once they are there.
    output_bytes: Option<u64>,
    /// Rows, once it is done.
    counts: Option<CountsView>,
    /// Columns that served nothing, once it is done.
    ignored_columns: Option<u64>,
    /// What the key audit of the first rows has to say.
    warnings: Vec<String>,
    /// Why it failed.
    problem: Option<ScoringProblemView>,
    /// Instrument, norm, settings and versions.
    made_by: serde_json::Value,
    /// When it was made, in ISO 8601.
    created: String,
    /// When it is deleted with its files unless something happens before, in ISO 8601.
    deleted_at: String,
}

impl JobView {
    fn of(stored: Stored<ScoringJob>) -> Result<Self, ApiError> {
        let ScoringJob { job, upload, created, made_by: json, findings, .. } = stored.content;
        let deleted_at = job.deleted_at().to_string();
        let (bytes, received) = (upload.size(), upload.offset());
        let ignored_columns = findings.as_ref().map(|findings| findings.n_ignored_columns);
        let warnings = findings.map(|findings| findings.warnings).unwrap_or_default();
        let view = Self {
            id: stored.record.id,
            state: JobStateView::Receiving,
            bytes,
            received,
            scored_bytes: 0,
            output_bytes: None,
            counts: None,
            ignored_columns,
            warnings,
            problem: None,
            made_by: made_by(&json)?,
            created: created.to_string(),
            deleted_at,
        };
        Ok(match job.state {
            JobState::Receiving => view,
            JobState::Waiting => Self { state: JobStateView::Waiting, ..view },
            JobState::Running { done, .. } => Self { state: JobStateView::Running, scored_bytes: done, ..view },
            JobState::Done { counts, output_bytes } => {
                let (output_bytes, counts) = (Some(output_bytes), Some(counts.into()));
                Self { state: JobStateView::Done, scored_bytes: bytes, output_bytes, counts, ..view }
            }
            JobState::Failed { problem } => Self { state: JobStateView::Failed, problem: Some(problem.into()), ..view },
        })
    }
}

fn reply(format: Format, stored: Stored<ScoringJob>) -> Result<Reply<JobView>, ApiError> {
    let version = stored.record.version;
    Ok(format.reply(JobView::of(stored)?).version(version))
}

/// The jobs of the caller's organisation, a page.
#[utoipa::path(get, path = "/api/v1/jobs", params(ListPage), responses((status = 200, body = Vec<JobView>)))]
async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Query(page): Query<ListPage>,
) -> Result<Reply<Vec<JobView>>, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    let found = jobs::page(&app, &caller, page.after, checked_limit(page.limit)?).await?;
    Ok(format.reply(found.into_iter().map(JobView::of).collect::<Result<_, _>>()?))
}

/// Makes a job. Then send its input, in parts if need be, and start it.
#[utoipa::path(post, path = "/api/v1/jobs", params(ScoreQuery), request_body = JobBody,
    responses((status = 201, body = JobView)))]
async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    RawQuery(query): RawQuery,
    Body(body): Body<JobBody>,
) -> Result<Reply<JobView>, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    let stored = jobs::create(&app, &caller, score_query(query.as_deref())?, body.bytes).await?;
    let (id, version) = (stored.record.id, stored.record.version);
    Ok(format.created(format!("/api/v1/jobs/{id}"), JobView::of(stored)?).version(version))
}

/// A job, and how far it is.
#[utoipa::path(get, path = "/api/v1/jobs/{job}", params(("job" = String, Path)), responses((status = 200, body = JobView)))]
async fn read(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(job): Path<Id>,
) -> Result<Reply<JobView>, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    reply(format, jobs::find(&app, &caller, job).await?)
}

/// Deletes a job with its files, whatever it is doing.
#[utoipa::path(delete, path = "/api/v1/jobs/{job}", params(("job" = String, Path)), responses((status = 204)))]
async fn delete(State(app): State<App>, Signed(caller): Signed, Path(job): Path<Id>) -> Result<StatusCode, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    jobs::delete(&app, &caller, job).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a part of the input. After a part that broke off, `received` of the job says where to go on.
#[utoipa::path(patch, path = "/api/v1/jobs/{job}/input",
    params(("job" = String, Path), ("Upload-Offset" = u64, Header, description = "The byte with which the part begins")),
    request_body(content = Table, content_type = "application/octet-stream"), responses((status = 200, body = JobView)))]
async fn input(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(job): Path<Id>,
    headers: HeaderMap,
    body: body::Body,
) -> Result<Reply<JobView>, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    let offset = headers.get(&UPLOAD_OFFSET).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    let offset = offset.ok_or_else(|| {
        ApiError::invalid("Upload-Offset", "say with which byte of the file the part begins, such as 0")
    })?;
    reply(format, jobs::receive(&app, &caller, job, offset, body).await?)
}

/// Sets what a job that is not started is to do, in place of what was asked for before.
#[utoipa::path(put, path = "/api/v1/jobs/{job}/query", params(("job" = String, Path), ScoreQuery),
    responses((status = 200, body = JobView)))]
async fn ask(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(job): Path<Id>,
    RawQuery(query): RawQuery,
) -> Result<Reply<JobView>, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    reply(format, jobs::set_query(&app, &caller, job, score_query(query.as_deref())?).await?)
}

/// Starts a job whose input is whole.
#[utoipa::path(post, path = "/api/v1/jobs/{job}/start", params(("job" = String, Path)),
    responses((status = 202, body = JobView)))]
async fn start(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(job): Path<Id>,
) -> Result<Reply<JobView>, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    Ok(reply(format, jobs::start(&app, &caller, job).await?)?.status(StatusCode::ACCEPTED))
}

/// The scores, whole or a part of them.
#[utoipa::path(get, path = "/api/v1/jobs/{job}/output",
    params(("job" = String, Path), ("Range" = Option<String>, Header, description = "The part wanted, such as `bytes=1000-`"),
        ("If-Range" = Option<String>, Header, description = "The ETag of the bytes that the client has")),
    responses(
        (status = 200, description = "All of them", content((Table = "text/csv"), (Table = "application/msgpack"),
            (Table = "application/jsonl"), (Table = "application/vnd.apache.parquet"))),
        (status = 206, description = "A part", content((Table = "text/csv"), (Table = "application/msgpack"),
            (Table = "application/jsonl"), (Table = "application/vnd.apache.parquet"))),
        (status = 416, description = "The part begins beyond the end", content_type = "application/problem+json",
            body = crate::error::Problem)))]
async fn output(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(job): Path<Id>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    scoped(&caller, &[Scope::Jobs])?;
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let download = jobs::output(&app, &caller, job, text(RANGE), text(IF_RANGE)).await?;
    let mut response = Response::new(download.body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(download.content_type));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(download.range.length()));
    insert(headers, ETAG, &download.tag);
    if download.partial {
        insert(headers, CONTENT_RANGE, &download.range.content_range(download.size));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // Ours are printable.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
