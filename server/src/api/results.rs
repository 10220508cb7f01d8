//! Results: submitting, reading, restitution, charts, profile, verification, two dates.

use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use batch::{Decimals, Metric};
use restitution::ChartChoice;
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
use crate::questionnaire::csv::RowName;
use crate::questionnaire::{ResultDocument, Verification};
use crate::records::result::StoredResult;
use crate::services::results::{self, Picture, TwoDates};
use crate::services::submission;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(submit))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(restitution_page))
        .routes(routes!(chart))
        .routes(routes!(profile))
        .routes(routes!(verify))
        .routes(routes!(comparison))
        .routes(routes!(not_me))
}

/// What came of a submission.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmittedView {
    /// The result; a rater's answers make none of their own.
    #[schema(value_type = Option<String>)]
    pub(super) result: Option<Id>,
}

/// Submits a questionnaire; it is scored at once.
#[utoipa::path(post, path = "/api/v1/assignments/{assignment}/submission", params(("assignment" = String, Path)),
    responses((status = 200, body = SubmittedView)))]
async fn submit(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(assignment): Path<Id>,
) -> Result<Reply<SubmittedView>, ApiError> {
    let result = submission::submit(&app, &caller, assignment).await?;
    Ok(format.reply(SubmittedView { result }))
}

/// A result in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultRow {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// Instrument.
    instrument: String,
    /// Its version.
    version: String,
    /// When it was scored, in ISO 8601.
    scored: String,
    /// Whether the beneficiary may read it.
    released: bool,
}

/// The results of a bilan that the caller may read.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/results", params(("bilan" = String, Path)),
    responses((status = 200, body = Vec<ResultRow>)))]
async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<Vec<ResultRow>>, ApiError> {
    let found = results::of_bilan(&app, &caller, bilan).await?;
    let row = |stored: &Stored<StoredResult>| ResultRow {
        id: stored.record.id,
        instrument: stored.content.document.instrument.id.clone(),
        version: stored.content.document.instrument.version.clone(),
        scored: stored.content.scored.to_string(),
        released: stored.content.released.is_some(),
    };
    Ok(format.reply(found.iter().map(row).collect()))
}

/// One result, as JSON, MessagePack or the row of `bilan score` as CSV.
#[utoipa::path(get, path = "/api/v1/results/{result}", params(("result" = String, Path)),
    responses((status = 200, content(
        (ResultDocument = "application/json"), (ResultDocument = "application/msgpack"), (String = "text/csv")))))]
async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    headers: HeaderMap,
    Path(result): Path<Id>,
) -> Result<Response, ApiError> {
    let wants_csv = headers.get(ACCEPT).is_some_and(|value| value.as_bytes().starts_with(b"text/csv"));
    if wants_csv {
        let stored = results::read(&app, &caller, result).await?;
        return Ok(bytes("text/csv; charset=utf-8", csv_of(result, &stored.content.document)));
    }
    let format = Format::accepted(&headers)?;
    let stored = results::read(&app, &caller, result).await?;
    Ok(format.reply(stored.content.document).version(stored.record.version).into_response())
}

fn csv_of(result: Id, document: &ResultDocument) -> Vec<u8> {
    let mut metrics = vec![Metric::Raw, Metric::N];
    if document.norm.is_some() {
        metrics.push(Metric::T);
    }
    metrics.extend([Metric::Sem, Metric::Lower, Metric::Upper]);
    let id = result.to_string();
    let name = RowName::Id { column: "result", id: &id };
    let mut text = document.csv_header(name, &metrics);
    text.extend(document.csv_row(name, &metrics, Decimals::Full));
    text
}

fn bytes(content_type: &'static str, body: Vec<u8>) -> Response {
    (StatusCode::OK, [(CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LanguageQuery {
    /// Tag of the language; the caller's own without it.
    #[param(inline)]
    lang: Option<Language>,
}

impl LanguageQuery {
    pub(super) fn tag(&self, caller: &Caller) -> String {
        self.lang.map_or_else(|| caller.language.clone(), |lang| lang.tag().to_owned())
    }

    /// Where nobody is signed in.
    pub(super) fn tag_or_french(&self) -> &'static str {
        self.lang.map_or("fr", Language::tag)
    }
}

/// The restitution as a self-contained page.
#[utoipa::path(get, path = "/api/v1/results/{result}/restitution", params(("result" = String, Path), LanguageQuery),
    responses((status = 200, content_type = "text/html", body = String)))]
async fn restitution_page(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(result): Path<Id>,
    Query(query): Query<LanguageQuery>,
) -> Result<Response, ApiError> {
    let tag = query.tag(&caller);
    let page = results::draw(&app, &caller, result, &tag, Picture::Html).await?;
    Ok(bytes("text/html; charset=utf-8", page))
}

/// A chart: `main`, `profile` or `hexagon`, ending in `.svg` or `.png`.
#[utoipa::path(get, path = "/api/v1/results/{result}/charts/{chart}",
    params(("result" = String, Path), ("chart" = String, Path), LanguageQuery),
    responses((status = 200, content((String = "image/svg+xml"), (Vec<u8> = "image/png")))))]
async fn chart(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((result, chart)): Path<(Id, String)>,
    Query(query): Query<LanguageQuery>,
) -> Result<Response, ApiError> {
    let tag = query.tag(&caller);
    let (name, ending) = chart.rsplit_once('.').ok_or(ApiError::NotFound)?;
    let choice = match name {
        "main" => ChartChoice::Main,
        "profile" => ChartChoice::Profile,
        "hexagon" => ChartChoice::Hexagon,
        _ => return Err(ApiError::NotFound),
    };
    let (picture, content_type) = match ending {
        "svg" => (Picture::Svg(choice), "image/svg+xml"),
        "png" => (Picture::Png(choice), "image/png"),
        _ => return Err(ApiError::NotFound),
    };
    Ok(bytes(content_type, results::draw(&app, &caller, result, &tag, picture).await?))
}

/// The consultant's profile: all scales with their uncertainty, and the quality panel.
#[utoipa::path(get, path = "/api/v1/results/{result}/profile", params(("result" = String, Path), LanguageQuery),
    responses((status = 200, body = Object)))]
async fn profile(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(result): Path<Id>,
    Query(query): Query<LanguageQuery>,
) -> Result<Reply<restitution::Profile>, ApiError> {
    let tag = query.tag(&caller);
    Ok(format.reply(results::profile(&app, &caller, result, &tag).await?))
}

/// Scores the answers again and compares, to the last bit.
#[utoipa::path(get, path = "/api/v1/results/{result}/verify", params(("result" = String, Path)),
    responses((status = 200, body = Verification)))]
async fn verify(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(result): Path<Id>,
) -> Result<Reply<Verification>, ApiError> {
    Ok(format.reply(results::verify(&app, &caller, result).await?))
}

/// With which other date.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuery {
    /// The later result, of which this is the earlier date.
    #[param(value_type = Option<String>)]
    with: Option<Id>,
    /// An export that was brought, which holds the earlier date of this result.
    #[param(value_type = Option<String>)]
    brought: Option<Id>,
    /// The questionnaire in that export.
    #[param(value_type = Option<String>)]
    assignment: Option<Id>,
    /// Tag of the language.
    #[param(inline)]
    lang: Option<Language>,
}

impl ComparisonQuery {
    pub(super) fn tag(&self, caller: &Caller) -> String {
        LanguageQuery { lang: self.lang }.tag(caller)
    }

    /// The two dates that are asked for.
    pub(super) fn dates(&self, result: Id) -> Result<TwoDates, ApiError> {
        match (self.with, self.brought, self.assignment) {
            (Some(later), None, None) => Ok(TwoDates::Results { earlier: result, later }),
            (None, Some(brought), Some(assignment)) => Ok(TwoDates::Brought { brought, assignment, later: result }),
            _ => Err(ApiError::invalid("with", "name a later result with `with`, or `brought` and `assignment`")),
        }
    }
}

/// Compares two dates: reliable change, in the first date's norm.
#[utoipa::path(get, path = "/api/v1/results/{result}/comparison", params(("result" = String, Path), ComparisonQuery),
    responses((status = 200, body = Object)))]
async fn comparison(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(result): Path<Id>,
    Query(query): Query<ComparisonQuery>,
) -> Result<Reply<restitution::Comparison>, ApiError> {
    let (dates, tag) = (query.dates(result)?, query.tag(&caller));
    Ok(format.reply(results::compare(&app, &caller, dates, &tag).await?))
}

/// Sentences that the beneficiary does not recognise herself in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotMeBody {
    /// The rules that produced them.
    #[schema(max_items = 200)]
    rules: Vec<String>,
}

/// Marks sentences as "not me".
#[utoipa::path(put, path = "/api/v1/results/{result}/not-me", params(("result" = String, Path)),
    request_body = NotMeBody, responses((status = 204)))]
async fn not_me(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(result): Path<Id>,
    Body(body): Body<NotMeBody>,
) -> Result<StatusCode, ApiError> {
    if body.rules.len() > 200 || body.rules.iter().any(|rule| rule.chars().count() > 200) {
        return Err(ApiError::invalid("/rules", "send at most 200 rules of at most 200 characters"));
    }
    results::mark_not_me(&app, &caller, result, body.rules).await?;
    Ok(StatusCode::NO_CONTENT)
}
