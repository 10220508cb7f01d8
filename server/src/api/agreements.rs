//! Written agreements on what lives on after the end.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, Path, Reply};
use super::caller::Signed;
use super::endings::EndingView;
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::agreement::{Agreement, KeptDays, Signature};
use crate::services::agreements::{self, Agreed};
use crate::services::destruction::plan::ended_at;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, sign)).routes(routes!(revoke))
}

/// An agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementView {
    #[schema(value_type = String)]
    id: Id,
    #[schema(value_type = Vec<String>)]
    documents: Vec<Id>,
    purpose: String,
    days: u16,
    signature: Signature,
    #[schema(value_type = i64)]
    signed: Timestamp,
    #[schema(value_type = Option<i64>)]
    revoked: Option<Timestamp>,
    /// After the end: the first moment at which nothing may be left.
    #[schema(value_type = Option<i64>)]
    until: Option<Timestamp>,
}

impl AgreementView {
    fn of(stored: Stored<Agreement>, end: Option<Timestamp>) -> Self {
        let Agreement { documents, purpose, kept, signature, signed, revoked } = stored.content;
        let until = end.map(|end| kept.until(end));
        Self { id: stored.record.id, documents, purpose, days: kept.days(), signature, signed, revoked, until }
    }
}

/// The written agreements of a bilan.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/agreements", params(("bilan" = String, Path)), responses((status = 200, body = Vec<AgreementView>)))]
async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<Vec<AgreementView>>, ApiError> {
    let (bilan, found) = agreements::of_bilan(&app, &caller, bilan).await?;
    let end = ended_at(&bilan.content);
    Ok(format.reply(found.into_iter().map(|stored| AgreementView::of(stored, end)).collect()))
}

/// What the beneficiary agrees to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementBody {
    /// The documents, by their identifiers.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 200)]
    documents: Vec<Id>,
    /// The need for follow-up it rests on.
    #[schema(min_length = 1, max_length = 1000)]
    purpose: String,
    /// How many days after the end; a year at most.
    #[schema(minimum = 1, maximum = 365)]
    days: u16,
    /// What shows the agreement.
    signature: Signature,
}

/// The number of days in a body.
///
/// # Errors
/// The problem of the field.
pub(super) fn kept_days(days: u16) -> Result<KeptDays, ApiError> {
    KeptDays::new(days).map_err(|_| ApiError::invalid("/days", "give 1 to 365 days after the end of the bilan"))
}

/// The beneficiary agrees in writing that documents are kept.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/agreements", params(("bilan" = String, Path)), request_body = AgreementBody, responses((status = 201, body = AgreementView)))]
async fn sign(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<AgreementBody>,
) -> Result<Reply<AgreementView>, ApiError> {
    let purpose = body.purpose.trim().to_owned();
    if purpose.is_empty() || purpose.chars().count() > 1000 {
        return Err(ApiError::invalid("/purpose", "name the need for follow-up in 1 to 1000 characters"));
    }
    if matches!(&body.signature, Signature::OnPaper { place } if place.is_empty() || place.chars().count() > 200) {
        return Err(ApiError::invalid("/signature/place", "say in 1 to 200 characters where the paper is"));
    }
    let kept = kept_days(body.days)?;
    let agreed = Agreed { documents: body.documents, purpose, kept, signature: body.signature };
    let stored = agreements::sign(&app, &caller, bilan, agreed).await?;
    Ok(format.reply(AgreementView::of(stored, None)).status(StatusCode::CREATED))
}

/// What taking an agreement back did.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevocationView {
    /// The agreement, while the bilan goes on.
    agreement: Option<AgreementView>,
    /// After the end: what it alone kept was destroyed.
    destroyed: Option<EndingView>,
}

/// The beneficiary takes an agreement back.
#[utoipa::path(delete, path = "/api/v1/agreements/{agreement}", params(("agreement" = String, Path)), responses((status = 200, body = RevocationView)))]
async fn revoke(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(agreement): Path<Id>,
) -> Result<Reply<RevocationView>, ApiError> {
    let done = agreements::revoke(&app, &caller, agreement).await?;
    let destroyed = done.destroyed.map(|(receipt, standing)| EndingView::of(receipt, standing));
    let agreement = done.agreement.map(|stored| AgreementView::of(stored, None));
    Ok(format.reply(RevocationView { agreement, destroyed }))
}
