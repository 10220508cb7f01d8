//! Tokens of organisations' programs, for administrators.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, Path, Query, Reply};
use super::caller::Signed;
use super::paging::{HousePage, checked_limit, checked_name};
use crate::app::App;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::{Account, Scope};
use crate::services::programs;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(close))
}

/// A program of an organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// The house.
    #[schema(value_type = String)]
    tenant: Id,
    /// Words by which its owner knows it.
    #[schema(min_length = 1, max_length = 200)]
    label: String,
    /// What it may do.
    #[schema(min_items = 1, max_items = 3)]
    scopes: Vec<Scope>,
}

/// A program's token, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// The house.
    #[schema(value_type = String)]
    tenant: Id,
    /// Words by which its owner knows it.
    label: String,
    /// What it may do.
    scopes: Vec<Scope>,
    /// Since when, in ISO 8601.
    created: String,
    /// The text of the token, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<Stored<Account>> for TokenView {
    fn from(stored: Stored<Account>) -> Self {
        Self {
            id: stored.record.id,
            tenant: stored.record.tenant,
            label: stored.content.name,
            scopes: stored.content.scopes,
            created: stored.content.created.to_string(),
            token: None,
        }
    }
}

/// The tokens of a house, a page.
#[utoipa::path(get, path = "/api/v1/tokens", params(HousePage), responses((status = 200, body = Vec<TokenView>)))]
async fn list(
    State(app): State<App>,
    format: Format,
    Query(page): Query<HousePage>,
) -> Result<Reply<Vec<TokenView>>, ApiError> {
    let found = programs::page(&app, page.tenant, page.after, checked_limit(page.limit)?).await?;
    Ok(format.reply(found.into_iter().map(TokenView::from).collect()))
}

/// Makes a token. Its text is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/tokens", request_body = TokenBody, responses((status = 201, body = TokenView)))]
async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Body(body): Body<TokenBody>,
) -> Result<Reply<TokenView>, ApiError> {
    let label = checked_name(&body.label, "/label")?;
    let distinct = body.scopes.iter().enumerate().all(|(idx, scope)| !body.scopes.iter().take(idx).any(|s| s == scope));
    if body.scopes.is_empty() || !distinct {
        return Err(ApiError::invalid("/scopes", "name at least one scope, each once"));
    }
    let (account, opened) = programs::create(&app, &caller, body.tenant, label, body.scopes).await?;
    let view = TokenView { token: Some(opened.token.text().to_string()), ..TokenView::from(account) };
    Ok(format.reply(view).status(StatusCode::CREATED))
}

/// Ends a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{token}", params(("token" = String, Path)), responses((status = 204)))]
async fn close(State(app): State<App>, Signed(caller): Signed, Path(token): Path<Id>) -> Result<StatusCode, ApiError> {
    programs::close(&app, &caller, token).await?;
    Ok(StatusCode::NO_CONTENT)
}
