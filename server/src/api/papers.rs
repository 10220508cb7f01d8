//! Documents that people keep, as pages and as PDF: restitutions, technical profile, synthesis, attendance, feedback, receipts.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use reports::document::Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Path, Query};
use super::caller::Signed;
use super::results::{ComparisonQuery, LanguageQuery};
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::services::papers::{self, Form};
use crate::services::results::{self, ResultPaper};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_result))
        .routes(routes!(of_bilan))
        .routes(routes!(of_two_dates))
        .routes(routes!(of_round))
        .routes(routes!(of_receipt))
}

/// Name and form of a document: `synthesis.pdf`.
fn named(document: &str) -> Result<(&str, Form), ApiError> {
    match document.rsplit_once('.') {
        Some((name, "html")) => Ok((name, Form::Html)),
        Some((name, "pdf")) => Ok((name, Form::Pdf)),
        _ => Err(ApiError::NotFound),
    }
}

async fn told(document: Document, form: Form) -> Result<Response, ApiError> {
    let content_type = match form {
        Form::Html => "text/html; charset=utf-8",
        Form::Pdf => "application/pdf",
    };
    Ok(([(CONTENT_TYPE, content_type)], papers::file(document, form).await?).into_response())
}

/// A document of one result: `restitution` or, for the consultant, `technical`; ending in `.html` or `.pdf`.
#[utoipa::path(get, path = "/api/v1/results/{result}/documents/{file}",
    params(("result" = String, Path), ("file" = String, Path), LanguageQuery),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf")))))]
async fn of_result(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((result, document)): Path<(Id, String)>,
    Query(query): Query<LanguageQuery>,
) -> Result<Response, ApiError> {
    let (name, form) = named(&document)?;
    let paper = match name {
        "restitution" => ResultPaper::Restitution,
        "technical" => ResultPaper::Technical,
        _ => return Err(ApiError::NotFound),
    };
    told(results::paper(&app, &caller, result, &query.tag(&caller), paper).await?, form).await
}

/// A document of a bilan: `restitutions`, all in one; `synthesis`; `attendance`; ending in `.html` or `.pdf`.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/documents/{file}",
    params(("bilan" = String, Path), ("file" = String, Path), LanguageQuery),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf")))))]
async fn of_bilan(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((bilan, document)): Path<(Id, String)>,
    Query(query): Query<LanguageQuery>,
) -> Result<Response, ApiError> {
    let (name, form) = named(&document)?;
    let tag = query.tag(&caller);
    let made = match name {
        "restitutions" => results::battery(&app, &caller, bilan, &tag).await?,
        "synthesis" => papers::synthesis(&app, &caller, bilan, &tag).await?,
        "attendance" => papers::attendance(&app, &caller, bilan, &tag).await?,
        _ => return Err(ApiError::NotFound),
    };
    told(made, form).await
}

/// Two dates as a document: `comparison.html` or `comparison.pdf`.
#[utoipa::path(get, path = "/api/v1/results/{result}/comparison/{file}",
    params(("result" = String, Path), ("file" = String, Path), ComparisonQuery),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf")))))]
async fn of_two_dates(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((result, document)): Path<(Id, String)>,
    Query(query): Query<ComparisonQuery>,
) -> Result<Response, ApiError> {
    let (name, form) = named(&document)?;
    if name != "comparison" {
        return Err(ApiError::NotFound);
    }
    let dates = query.dates(result)?;
    told(results::comparison_paper(&app, &caller, dates, &query.tag(&caller)).await?, form).await
}

/// The released feedback of a 360° round: `feedback.html` or `feedback.pdf`, in the language of its release.
#[utoipa::path(get, path = "/api/v1/rounds/{round}/documents/{file}",
    params(("round" = String, Path), ("file" = String, Path)),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf")))))]
async fn of_round(
    State(app): State<App>,
    Signed(caller): Signed,
    Path((round, document)): Path<(Id, String)>,
) -> Result<Response, ApiError> {
    let (name, form) = named(&document)?;
    if name != "feedback" {
        return Err(ApiError::NotFound);
    }
    told(papers::feedback(&app, &caller, round).await?, form).await
}

/// A destruction receipt as people read it, for anybody: `receipt.html` or `receipt.pdf`. The signed file is what counts.
#[utoipa::path(get, path = "/api/v1/receipts/{receipt}/documents/{file}",
    params(("receipt" = String, Path), ("file" = String, Path), LanguageQuery),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf")))))]
async fn of_receipt(
    State(app): State<App>,
    Path((receipt, document)): Path<(Id, String)>,
    Query(query): Query<LanguageQuery>,
) -> Result<Response, ApiError> {
    let (name, form) = named(&document)?;
    if name != "receipt" {
        return Err(ApiError::NotFound);
    }
    told(papers::receipt(&app, receipt, query.tag_or_french()).await?, form).await
}
