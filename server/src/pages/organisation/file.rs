//! One file: sending it, following its scoring, what was found, taking the scores, deleting everything.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, REFRESH};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use super::Frame;
use super::form_file::{FIELD, FormFile, NoFile};
use super::words::{audit, n, share, stopped};
use crate::api::caller::Signed;
use crate::app::{App, Caller};
use crate::bulk::job_file::JobState;
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::UPLOAD;
use crate::pages::consultant::title_of;
use crate::pages::form::At;
use crate::pages::look::{PageResult, Problem, Problems, html, to_be_mended};
use crate::pages::visit::Visit;
use crate::records::job::ScoringJob;
use crate::services::error::ServiceError;
use crate::services::jobs;

/// After how many seconds the page of a running file is asked for again.
const REFRESH_S: &str = "4";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/files/sample", get(sample))
        .route("/files/{job}", get(show))
        .route(UPLOAD, post(upload))
        .route("/files/{job}/scores", get(scores))
        .route("/files/{job}/deletion", post(delete))
}

#[derive(Template)]
#[template(path = "organisation_upload.html")]
struct UploadPage {
    visit: Visit,
    problems: Problems,
    frame: Frame,
    title: String,
    limit: String,
    sample: bool,
}

#[derive(Template)]
#[template(path = "organisation_running.html")]
struct RunningPage {
    visit: Visit,
    frame: Frame,
    done: u64,
    total: u64,
    share: String,
}

#[derive(Template)]
#[template(path = "organisation_done.html")]
struct DonePage {
    visit: Visit,
    frame: Frame,
    title: String,
    counts: [String; 3],
    any_rejected: bool,
    ignored: Option<String>,
    warnings: Vec<String>,
    format: &'static str,
    size: String,
    deleted: String,
}

#[derive(Template)]
#[template(path = "organisation_stopped.html")]
struct StoppedPage {
    visit: Visit,
    frame: Frame,
    why: String,
    deleted: String,
}

async fn show(State(app): State<App>, Signed(caller): Signed, visit: Visit, At(job): At<Id>) -> PageResult {
    let stored = jobs::find(&app, &caller, job).await?;
    let frame = Frame::of(&visit, &stored);
    let deleted = visit.moment(stored.content.job.deleted_at());
    Ok(match &stored.content.job.state {
        JobState::Receiving => html(&upload_page(&app, visit, &stored, Problems::default())),
        JobState::Waiting => Redirect::to(&format!("/files/{job}/columns")).into_response(),
        JobState::Running { done, total } => {
            let page =
                RunningPage { share: share(&visit, *done, *total), frame, done: *done, total: (*total).max(1), visit };
            let mut response = html(&page);
            response.headers_mut().insert(REFRESH, HeaderValue::from_static(REFRESH_S));
            response
        }
        JobState::Done { counts, output_bytes } => {
            let findings = stored.content.findings.as_ref();
            let ignored = findings.map(|found| found.n_ignored_columns).filter(|ignored| *ignored > 0);
            html(&DonePage {
                title: title_of(&app, &visit, &stored.content.query.instrument),
                counts: [counts.read, counts.scored, counts.rejected].map(|rows| n(&visit, rows)),
                any_rejected: counts.rejected > 0,
                ignored: ignored.map(|ignored| n(&visit, ignored)),
                warnings: findings.iter().flat_map(|found| &found.notes).map(|note| audit(&visit, note)).collect(),
                format: format_of(&stored).0,
                size: size_of(&visit, *output_bytes),
                deleted,
                frame,
                visit,
            })
        }
        JobState::Failed { problem } => html(&StoppedPage { why: stopped(&visit, problem), frame, deleted, visit }),
    })
}

/// The name of the format of the scores, and the ending of their file.
fn format_of(job: &Stored<ScoringJob>) -> (&'static str, &'static str) {
    match job.content.query.format.as_deref() {
        Some("parquet") => ("Parquet", "parquet"),
        Some("msgpack") => ("MessagePack", "msgpack"),
        Some("jsonl") => ("JSON Lines", "jsonl"),
        _ => ("CSV", "csv"),
    }
}

/// A size in words, rounded up.
fn size_of(visit: &Visit, bytes: u64) -> String {
    let units = [("Ko", "KB"), ("Mo", "MB"), ("Go", "GB")];
    let mut value = bytes.div_ceil(1000).max(1);
    let mut unit = 0;
    while value >= 1000 && unit + 1 < units.len() {
        value = value.div_ceil(1000);
        unit += 1;
    }
    let (french, english) = units[unit];
    format!("{value}{}{}", visit.t("\u{a0}", " "), visit.t(french, english))
}

fn upload_page(app: &App, visit: Visit, job: &Stored<ScoringJob>, problems: Problems) -> UploadPage {
    UploadPage {
        problems,
        frame: Frame::of(&visit, job),
        title: title_of(app, &visit, &job.content.query.instrument),
        limit: size_of(&visit, app.terms().bulk.job_bytes),
        sample: app.sample().is_some(),
        visit,
    }
}

async fn upload(
    State(app): State<App>,
    Signed(caller): Signed,
    visit: Visit,
    At(job): At<Id>,
    headers: HeaderMap,
    body: Body,
) -> PageResult {
    let stored = jobs::find(&app, &caller, job).await?;
    let text = match taken(&app, &caller, job, &headers, body).await {
        Ok(()) => return Ok(Redirect::to(&format!("/files/{job}/columns")).into_response()),
        Err(Some(ServiceError::TooLarge)) => visit.t(
            "Ce fichier est trop grand. Envoyez-le en plusieurs parties.",
            "This file is too large. Send it in several parts.",
        ),
        Err(Some(ServiceError::Scoring(_))) => visit.t(
            "L’envoi s’est interrompu et rien n’est gardé. Envoyez le fichier à nouveau.",
            "The sending broke off, and nothing is kept. Send the file again.",
        ),
        Err(None | Some(ServiceError::Invalid(_))) => {
            visit.t("Choisissez un fichier qui n’est pas vide.", "Choose a file that is not empty.")
        }
        Err(Some(error)) => return Err(error.into()),
    };
    let problems = Problems(vec![Problem::new(FIELD, text)]);
    Ok(to_be_mended(&upload_page(&app, visit, &stored, problems)))
}

/// Takes the file of a form in; no error where there is none.
async fn taken(
    app: &App,
    caller: &Caller,
    job: Id,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), Option<ServiceError>> {
    let file = match FormFile::open(headers, body, app.terms().bulk.stall).await {
        Ok(file) => file,
        Err(NoFile::NotThere) => return Err(None),
        Err(NoFile::Fault(fault)) => {
            return Err(Some(ServiceError::Scoring(crate::bulk::scoring_problem::ScoringProblem::of_body(&fault))));
        }
    };
    let name = file.name.clone();
    jobs::receive_whole(app, caller, job, name, file.bytes()).await.map(|_| ()).map_err(Some)
}

/// The scores as a file.
async fn scores(State(app): State<App>, Signed(caller): Signed, At(job): At<Id>) -> PageResult {
    let stored = jobs::find(&app, &caller, job).await?;
    let download = jobs::output(&app, &caller, job, None, None).await?;
    let mut response = Response::new(download.body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(download.content_type));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(download.size));
    headers.insert(CONTENT_DISPOSITION, attachment("scores", format_of(&stored).1));
    Ok(response)
}

/// The header that lets a browser keep a file under a name of ours.
pub(super) fn attachment(stem: &str, ending: &str) -> HeaderValue {
    let value = format!("attachment; filename=\"{stem}.{ending}\"");
    // Ours are printable.
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// A simulated file to try, where the service is a demonstration.
async fn sample(State(app): State<App>) -> PageResult {
    let sample = app.sample().ok_or(ServiceError::NotFound)?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let headers = [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, attachment("reponses-simulees", "csv"))];
    Ok((headers, sample).into_response())
}

async fn delete(State(app): State<App>, Signed(caller): Signed, At(job): At<Id>) -> PageResult {
    jobs::delete(&app, &caller, job).await?;
    Ok(Redirect::to("/").into_response())
}
