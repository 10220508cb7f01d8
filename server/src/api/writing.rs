//! Notes, the synthesis document, remarks.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, IfMatch, Path, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::writing::{Note, Synthesis, SynthesisText};
use crate::services::writing;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(notes, add_note))
        .routes(routes!(change_note, delete_note))
        .routes(routes!(synthesis, write_synthesis))
        .routes(routes!(write_remarks))
}

/// The text of a note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    /// The text.
    #[schema(max_length = 20000)]
    text: String,
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// The text.
    text: String,
    /// When it was last changed, in ISO 8601.
    changed: String,
    /// Its version, for `If-Match`.
    version: i64,
}

impl NoteView {
    fn of(stored: Stored<Note>) -> Self {
        Self {
            id: stored.record.id,
            changed: stored.content.at.to_string(),
            version: stored.record.version,
            text: stored.content.text,
        }
    }
}

/// The notes of a bilan.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/notes", params(("bilan" = String, Path)),
    responses((status = 200, body = Vec<NoteView>)))]
async fn notes(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<Vec<NoteView>>, ApiError> {
    let found = writing::notes(&app, &caller, bilan).await?;
    Ok(format.reply(found.into_iter().map(NoteView::of).collect()))
}

/// Writes a note.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/notes", params(("bilan" = String, Path)), request_body = NoteBody,
    responses((status = 201, body = NoteView)))]
async fn add_note(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<NoteBody>,
) -> Result<Reply<NoteView>, ApiError> {
    let stored = writing::add_note(&app, &caller, bilan, body.text).await?;
    let version = stored.record.version;
    Ok(format.reply(NoteView::of(stored)).status(StatusCode::CREATED).version(version))
}

/// Changes a note; with `If-Match`, only the version that was read.
#[utoipa::path(put, path = "/api/v1/notes/{note}", params(("note" = String, Path)), request_body = NoteBody,
    responses((status = 200, body = NoteView)))]
async fn change_note(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    expected: IfMatch,
    Path(note): Path<Id>,
    Body(body): Body<NoteBody>,
) -> Result<Reply<NoteView>, ApiError> {
    let expected = |version| expected.check(version).is_ok();
    let stored = writing::change_note(&app, &caller, note, body.text, expected).await?;
    let version = stored.record.version;
    Ok(format.reply(NoteView::of(stored)).version(version))
}

/// Deletes a note; its key is destroyed.
#[utoipa::path(delete, path = "/api/v1/notes/{note}", params(("note" = String, Path)), responses((status = 204)))]
async fn delete_note(
    State(app): State<App>,
    Signed(caller): Signed,
    Path(note): Path<Id>,
) -> Result<StatusCode, ApiError> {
    writing::delete_note(&app, &caller, note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The synthesis document.
#[derive(Debug, Serialize, ToSchema)]
pub struct SynthesisView {
    /// The consultant's sections.
    text: SynthesisText,
    /// The beneficiary's remarks.
    remarks: String,
    /// When it was last changed, in ISO 8601.
    changed: String,
    /// When it was handed over, in ISO 8601.
    delivered: Option<String>,
}

fn reply(format: Format, stored: Stored<Synthesis>) -> Reply<SynthesisView> {
    let view = SynthesisView {
        text: stored.content.text,
        remarks: stored.content.remarks,
        changed: stored.content.at.to_string(),
        delivered: stored.content.delivered.map(|at| at.to_string()),
    };
    format.reply(view).version(stored.record.version)
}

/// Reads the synthesis.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/synthesis", params(("bilan" = String, Path)),
    responses((status = 200, body = SynthesisView)))]
async fn synthesis(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<SynthesisView>, ApiError> {
    Ok(reply(format, writing::synthesis(&app, &caller, bilan).await?))
}

/// Writes the consultant's sections; with `If-Match`, only onto the version that was read.
#[utoipa::path(put, path = "/api/v1/bilans/{bilan}/synthesis", params(("bilan" = String, Path)),
    request_body = SynthesisText, responses((status = 200, body = SynthesisView)))]
async fn write_synthesis(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    expected: IfMatch,
    Path(bilan): Path<Id>,
    Body(text): Body<SynthesisText>,
) -> Result<Reply<SynthesisView>, ApiError> {
    let stored =
        writing::write_synthesis(&app, &caller, bilan, text, |version| expected.check(version).is_ok()).await?;
    Ok(reply(format, stored))
}

/// The beneficiary's remarks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemarksBody {
    /// The remarks.
    #[schema(max_length = 20000)]
    remarks: String,
}

/// Writes the beneficiary's remarks.
#[utoipa::path(put, path = "/api/v1/bilans/{bilan}/synthesis/remarks", params(("bilan" = String, Path)),
    request_body = RemarksBody, responses((status = 200, body = SynthesisView)))]
async fn write_remarks(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<RemarksBody>,
) -> Result<Reply<SynthesisView>, ApiError> {
    Ok(reply(format, writing::write_remarks(&app, &caller, bilan, body.remarks).await?))
}
