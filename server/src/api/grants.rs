//! Grants: giving, listing, taking back; what is shared with somebody.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, Path, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::grant::{Basis, DocumentClass, classes};
use crate::services::grants;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, give)).routes(routes!(revoke)).routes(routes!(shared))
}

/// A grant to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantBody {
    /// `request`: to the operator of career guidance; `agreement`: to anybody else.
    basis: Basis,
    /// Name of whoever may read.
    #[schema(min_length = 1, max_length = 500)]
    recipient: String,
    /// For what.
    #[schema(min_length = 1, max_length = 500)]
    purpose: String,
    /// What may be read.
    #[schema(min_items = 1)]
    classes: Vec<DocumentClass>,
    /// One document only.
    #[schema(value_type = Option<String>)]
    document: Option<Id>,
    /// Days that it lasts.
    #[schema(minimum = 1, maximum = 365)]
    days: u16,
    /// The employer who pays, when the grant is for it.
    #[schema(value_type = Option<String>)]
    employer: Option<Id>,
}

/// A grant that was given; link and code are shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenView {
    /// The grant.
    #[schema(value_type = String)]
    id: Id,
    /// The token behind the link, for the recipient.
    token: Option<String>,
    /// The code, to be passed on another way than the link.
    code: Option<String>,
    /// When the grant ends, in ISO 8601.
    ends: String,
}

/// Gives a grant.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/grants", params(("bilan" = String, Path)), request_body = GrantBody,
    responses((status = 201, body = GivenView)))]
async fn give(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<GrantBody>,
) -> Result<Reply<GivenView>, ApiError> {
    let wish = grants::Wish {
        basis: body.basis,
        recipient: body.recipient,
        purpose: body.purpose,
        classes: body.classes,
        document: body.document,
        days: body.days,
        employer: body.employer,
    };
    let given = grants::give(&app, &caller, bilan, wish).await?;
    let (token, code) = given.entry.unzip();
    let view = GivenView { id: given.grant, token, code, ends: given.ends.to_string() };
    Ok(format.reply(view).status(StatusCode::CREATED))
}

/// A grant in the beneficiary's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// On what it rests.
    basis: String,
    /// Who may read.
    recipient: String,
    /// For what.
    purpose: String,
    /// What may be read.
    classes: Vec<DocumentClass>,
    /// From when, in ISO 8601.
    starts: String,
    /// Until when, in ISO 8601.
    ends: Option<String>,
    /// When it was taken back, in ISO 8601.
    revoked: Option<String>,
    /// Whether it sleeps until a reset of the reader's credentials is confirmed.
    suspended: bool,
}

/// Every grant of the beneficiary's bilan.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/grants", params(("bilan" = String, Path)),
    responses((status = 200, body = Vec<GrantView>)))]
async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<Vec<GrantView>>, ApiError> {
    let found = grants::list(&app, &caller, bilan).await?;
    let view = |grant: grants::Listed| GrantView {
        id: grant.row.id,
        basis: grant.row.basis,
        recipient: grant.content.recipient,
        purpose: grant.content.purpose,
        classes: classes(grant.row.classes),
        starts: grant.row.starts.to_string(),
        ends: grant.row.ends.map(|at| at.to_string()),
        revoked: grant.row.revoked.map(|at| at.to_string()),
        suspended: grant.row.suspended,
    };
    Ok(format.reply(found.into_iter().map(view).collect()))
}

/// Takes a grant back.
#[utoipa::path(delete, path = "/api/v1/grants/{grant}", params(("grant" = String, Path)), responses((status = 204)))]
async fn revoke(State(app): State<App>, Signed(caller): Signed, Path(grant): Path<Id>) -> Result<StatusCode, ApiError> {
    grants::revoke(&app, &caller, grant).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is shared with the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedView {
    /// The bilan.
    #[schema(value_type = String)]
    bilan: Id,
    /// What may be read of it.
    classes: Vec<DocumentClass>,
    /// Until when, in ISO 8601.
    ends: Option<String>,
}

/// What is shared with the caller.
#[utoipa::path(get, path = "/api/v1/shared", responses((status = 200, body = Vec<SharedView>)))]
async fn shared(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
) -> Result<Reply<Vec<SharedView>>, ApiError> {
    let found = grants::shared_with(&app, &caller).await?;
    let view = |row: crate::store::GrantRow| SharedView {
        bilan: row.bilan,
        classes: classes(row.classes),
        ends: row.ends.map(|at| at.to_string()),
    };
    Ok(format.reply(found.into_iter().map(view).collect()))
}
