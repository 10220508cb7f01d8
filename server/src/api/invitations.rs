//! Inviting a beneficiary, and letting her in again.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Format, Path, Reply};
use super::caller::Signed;
use super::people::LinkView;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::services::links;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(invite)).routes(routes!(hand_over))
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    /// Whether it goes by mail; else the link is to be handed over.
    sent: bool,
    /// The link to hand over, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkView>,
}

/// Invites the beneficiary of a bilan; earlier links that were not spent are cancelled.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/invitation", params(("bilan" = String, Path)), responses((status = 201, body = InvitationView)))]
async fn invite(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<InvitationView>, ApiError> {
    let handed = links::invite_beneficiary(&app, &caller, bilan).await?;
    let link = (!handed.sent).then(|| LinkView::of(&app, &handed.link));
    let view = InvitationView { sent: handed.sent, link };
    Ok(format.reply(view).status(StatusCode::CREATED))
}

/// A sign-in link to hand over after checking who stands there. The beneficiary sees that it was made.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/sign-in-link", params(("bilan" = String, Path)), responses((status = 201, body = LinkView)))]
async fn hand_over(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<LinkView>, ApiError> {
    let handed = links::hand_over(&app, &caller, bilan).await?;
    Ok(format.reply(LinkView::of(&app, &handed.link)).status(StatusCode::CREATED))
}
