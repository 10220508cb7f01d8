//! The audit log: all of it for administrators, by random identifiers; her own bilan's for the beneficiary.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Format, Path, Query, Reply};
use super::caller::Signed;
use super::paging::checked_limit;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::Role;
use crate::services::accesses::{self, Access};
use crate::services::audit::{AuditEntry, Verb};
use crate::store::LogPlace;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(audit)).routes(routes!(list_accesses))
}

/// A page of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditPage {
    /// The month, such as `2026-11`; the present one unless given.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$")]
    segment: Option<String>,
    /// The number of the last line of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// At most so many.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A line of the log: random identifiers only.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditView {
    /// Its number in the month.
    seq: i64,
    /// When, in ISO 8601.
    at: String,
    /// Whose account did it; nobody where time did it.
    #[schema(value_type = Option<String>)]
    actor: Option<Id>,
    /// What was done.
    verb: Verb,
    /// To what kind of document.
    kind: String,
    /// To which one.
    #[schema(value_type = Option<String>)]
    object: Option<Id>,
    /// In which bilan.
    #[schema(value_type = Option<String>)]
    bilan: Option<Id>,
    /// The chain up to here: SHA-256, in hexadecimal.
    hash: String,
}

/// The log of a month, a page.
#[utoipa::path(get, path = "/api/v1/audit", params(AuditPage), responses((status = 200, body = Vec<AuditView>)))]
async fn audit(
    State(app): State<App>,
    format: Format,
    Query(page): Query<AuditPage>,
) -> Result<Reply<Vec<AuditView>>, ApiError> {
    let segment = page.segment.unwrap_or_else(|| app.now().month());
    if !is_month(&segment) {
        return Err(ApiError::invalid("segment", "give a year and a month, such as 2026-11"));
    }
    let after = page.after.unwrap_or(0);
    if after < 0 {
        return Err(ApiError::invalid("after", "give the `seq` of a line"));
    }
    let from = after.saturating_add(1);
    let lines = app.documents().store().audit_entries(&segment, from, checked_limit(page.limit)?).await;
    let mut views = Vec::new();
    for line in lines.map_err(crate::services::error::ServiceError::from)? {
        let AuditEntry { actor, verb, kind, object, bilan } = AuditEntry::read(&line.entry)?;
        let hash = data_encoding::HEXLOWER.encode(&line.hash);
        views.push(AuditView { seq: line.seq, at: line.at.to_string(), actor, verb, kind, object, bilan, hash });
    }
    Ok(format.reply(views))
}

/// Whether a text is the name of a segment: a year of four digits and a month of two.
fn is_month(text: &str) -> bool {
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(year, month)| {
        digits(year, 4) && digits(month, 2) && month.parse().is_ok_and(|month: u8| (1..=12).contains(&month))
    })
}

/// A page of what was done in a bilan.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessPage {
    /// The `place` of the last line of the page before.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}\\.[0-9]{1,18}$")]
    after: Option<String>,
    /// At most so many.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What somebody did with a document of the bilan.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessView {
    /// Where it stands in the log: `after` for the page that follows.
    place: String,
    /// When, in ISO 8601.
    at: String,
    /// In what role somebody did it; nobody where time did it, or where the account is gone.
    role: Option<Role>,
    /// Name of somebody of staff.
    name: Option<String>,
    /// What was done.
    verb: Verb,
    /// To what kind of document.
    kind: String,
    /// To which one.
    #[schema(value_type = Option<String>)]
    object: Option<Id>,
}

impl From<Access> for AccessView {
    fn from(access: Access) -> Self {
        let Access { place, at, role, name, verb, kind, object } = access;
        let place = format!("{}.{}", place.segment, place.seq);
        Self { place, at: at.to_string(), role, name, verb, kind, object }
    }
}

fn place_of(text: &str) -> Result<LogPlace, ApiError> {
    let parts = text.split_once('.').and_then(|(segment, seq)| Some((segment.to_owned(), seq.parse().ok()?)));
    let parts = parts.filter(|(segment, seq)| is_month(segment) && *seq >= 0);
    let (segment, seq) = parts.ok_or_else(|| ApiError::invalid("after", "give the `place` of a line"))?;
    Ok(LogPlace { segment, seq })
}

/// Who read or changed what in one's own bilan, and when; a page in order of time.
#[utoipa::path(get, path = "/api/v1/bilans/{bilan}/accesses", params(("bilan" = String, Path), AccessPage), responses((status = 200, body = Vec<AccessView>)))]
async fn list_accesses(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(bilan): Path<Id>,
    Query(page): Query<AccessPage>,
) -> Result<Reply<Vec<AccessView>>, ApiError> {
    let after = page.after.as_deref().map(place_of).transpose()?;
    let found = accesses::page(&app, &caller, bilan, after, checked_limit(page.limit)?).await?;
    Ok(format.reply(found.into_iter().map(AccessView::from).collect()))
}
