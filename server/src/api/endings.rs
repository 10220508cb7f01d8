//! The end of a bilan: refusing, ending, erasing; what goes and what stays; the salt of the receipts.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Body, Format, Path, Reply};
use super::caller::Signed;
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::receipt::{KindCount, StayCount};
use crate::services::destruction::Standing;
use crate::services::ending::{self, Ending, Outlook};

/// Where a consultant ends a bilan.
pub const END: &str = "/api/v1/bilans/{bilan}/end";

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(refuse))
        .routes(routes!(end))
        .routes(routes!(outlook))
        .routes(routes!(erase))
        .routes(routes!(salt))
}

/// A destruction that was decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndingView {
    /// Its receipt, at `/api/v1/receipts/{receipt}` for anybody who knows the identifier.
    #[schema(value_type = String)]
    receipt: Id,
    /// Whether the receipt can be fetched.
    state: EndingState,
    /// The replicas of the key store that have still to confirm, where they are known.
    waiting_for: Vec<String>,
}

/// Where a destruction stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndingState {
    /// Finished.
    Issued,
    /// Decided; it goes on by itself.
    Waiting,
}

impl EndingView {
    /// The view of a destruction.
    #[must_use]
    pub fn of(receipt: Id, standing: Standing) -> Self {
        match standing {
            Standing::Issued => Self { receipt, state: EndingState::Issued, waiting_for: Vec::new() },
            Standing::Waiting { replicas } => Self { receipt, state: EndingState::Waiting, waiting_for: replicas },
        }
    }
}

impl From<Ending> for EndingView {
    fn from(ending: Ending) -> Self {
        Self::of(ending.receipt, ending.standing)
    }
}

/// The beneficiary refuses the bilan, before consent: nothing of it is left.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/refusal", params(("bilan" = String, Path)), responses((status = 200, body = EndingView)))]
async fn refuse(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<EndingView>, ApiError> {
    Ok(format.reply(ending::refuse(&app, &caller, bilan).await?.into()))
}

/// The consultant ends the bilan, once it is delivered: its content is destroyed.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/end", params(("bilan" = String, Path)), responses((status = 200, body = EndingView)))]
async fn end(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<EndingView>, ApiError> {
    Ok(format.reply(ending::end(&app, &caller, bilan).await?.into()))
}

/// The word that confirms an erasure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureBody {
    /// The word, so that nothing is erased by mistake.
    confirm: ErasureWord,
}

/// The word that confirms an erasure, in either language.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub enum ErasureWord {
    /// In French.
    #[serde(rename = "effacer")]
    Effacer,
    /// In English.
    #[serde(rename = "erase")]
    Erase,
}

/// The beneficiary has everything erased but the administrative record.
#[utoipa::path(post, path = "/api/v1/bilans/{bilan}/erasure", params(("bilan" = String, Path)), request_body = ErasureBody, responses((status = 200, body = EndingView)))]
async fn erase(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Body(body): Body<ErasureBody>,
) -> Result<Reply<EndingView>, ApiError> {
    match body.confirm {
        ErasureWord::Effacer | ErasureWord::Erase => {}
    }
    Ok(format.reply(ending::erase(&app, &caller, bilan).await?.into()))
}

/// What will be destroyed and what stays until when: counts and dates.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlookView {
    /// When the bilan ended.
    #[schema(value_type = Option<i64>)]
    ended: Option<Timestamp>,
    /// What stands against ending it now.
    hindrance: Option<Hindrance>,
    /// What would be destroyed.
    destroyed: Vec<KindCount>,
    /// What would stay, or has stayed.
    stays: Vec<StayCount>,
    /// Receipts so far.
    #[schema(value_type = Vec<String>)]
    receipts: Vec<Id>,
}

/// What stands against something.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hindrance {
    /// The stable word.
    reason: &'static str,
    /// The sentence.
    detail: &'static str,
}

impl From<Outlook> for OutlookView {
    fn from(outlook: Outlook) -> Self {
        Self {
            ended: outlook.ended,
            hindrance: outlook
                .hindrance
                .map(|refusal| Hindrance { reason: refusal.code(), detail: refusal.sentence() }),
            stays: outlook.plan.stay_counts(),
            destroyed: outlook.plan.counts,
            receipts: outlook.receipts,
        }
    }
}

/// What will be destroyed at the end, and what stays until when.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/ending", params(("bilan" = String, Path)), responses((status = 200, body = OutlookView)))]
async fn outlook(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<OutlookView>, ApiError> {
    Ok(format.reply(ending::outlook(&app, &caller, bilan).await?.into()))
}

/// The salt of a bilan's receipts.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaltView {
    /// 64 hexadecimal digits; with the identifier of the bilan they show that a receipt is about it.
    salt: String,
    /// The bilan.
    #[schema(value_type = String)]
    bilan: Id,
}

/// The salt of the receipts, for the beneficiary to keep: it is destroyed with the bilan.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/salt", params(("bilan" = String, Path)), responses((status = 200, body = SaltView)))]
async fn salt(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
) -> Result<Reply<SaltView>, ApiError> {
    Ok(format.reply(SaltView { salt: ending::salt(&app, &caller, bilan).await?, bilan }))
}
