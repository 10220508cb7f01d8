//! Houses and staff, for administrators.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bilans::Language;
use super::body::{Body, Format, IfMatch, Path, Query, Reply};
use super::caller::Signed;
use super::paging::{HousePage, ListPage, checked_limit, checked_name};
use crate::app::App;
use crate::documents::Stored;
use crate::error::ApiError;
use crate::ids::Id;
use crate::records::account::{Account, Qualification, Role};
use crate::records::tenant::{Tenant, TenantKind};
use crate::services::links::Link;
use crate::services::{houses, people, resets};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_tenants, create_tenant))
        .routes(routes!(list_users, invite))
        .routes(routes!(close))
        .routes(routes!(qualify))
        .routes(routes!(reset))
        .routes(routes!(confirm_reset))
}

/// The kinds of house that are made by hand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HouseKind {
    /// Carries out bilans.
    Centre,
    /// Scores files of its own.
    Organisation,
    /// Pays for bilans.
    Employer,
}

impl From<HouseKind> for TenantKind {
    fn from(kind: HouseKind) -> Self {
        match kind {
            HouseKind::Centre => Self::Centre,
            HouseKind::Organisation => Self::Organisation,
            HouseKind::Employer => Self::Employer,
        }
    }
}

/// A new house.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantBody {
    /// What kind of house it is.
    kind: HouseKind,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// A house.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// What kind of house it is.
    kind: TenantKind,
    /// Its name.
    name: String,
    /// Since when, in ISO 8601.
    created: String,
}

impl From<Stored<Tenant>> for TenantView {
    fn from(stored: Stored<Tenant>) -> Self {
        let Tenant { kind, name, created } = stored.content;
        Self { id: stored.record.id, kind, name, created: created.to_string() }
    }
}

/// The houses, a page.
#[utoipa::path(get, path = "/api/v1/tenants", params(ListPage), responses((status = 200, body = Vec<TenantView>)))]
async fn list_tenants(
    State(app): State<App>,
    format: Format,
    Query(page): Query<ListPage>,
) -> Result<Reply<Vec<TenantView>>, ApiError> {
    let found = houses::page(&app, page.after, checked_limit(page.limit)?).await?;
    Ok(format.reply(found.into_iter().map(TenantView::from).collect()))
}

/// Makes a house.
#[utoipa::path(post, path = "/api/v1/tenants", request_body = TenantBody, responses((status = 201, body = TenantView)))]
async fn create_tenant(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Body(body): Body<TenantBody>,
) -> Result<Reply<TenantView>, ApiError> {
    let name = checked_name(&body.name, "/name")?;
    let house = houses::create(&app, &caller, body.kind.into(), name).await?;
    Ok(format.reply(TenantView::from(house)).status(StatusCode::CREATED))
}

/// The roles of staff.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StaffRole {
    /// Operates the service.
    Administrator,
    /// Carries out bilans.
    Consultant,
    /// Uploads files of an organisation.
    Clerk,
    /// Pays for bilans.
    Employer,
}

impl From<StaffRole> for Role {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Administrator => Self::Administrator,
            StaffRole::Consultant => Self::Consultant,
            StaffRole::Clerk => Self::Clerk,
            StaffRole::Employer => Self::Employer,
        }
    }
}

/// Somebody of staff to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserBody {
    /// The house.
    #[schema(value_type = String)]
    tenant: Id,
    /// What she may be.
    role: StaffRole,
    /// Her name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Her address, by which she signs in.
    #[schema(max_length = 254)]
    email: String,
    /// Tag of her language.
    language: Language,
}

/// Somebody of staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id,
    /// The house.
    #[schema(value_type = String)]
    tenant: Id,
    /// What she may be.
    role: Role,
    /// Her name.
    name: String,
    /// Her address.
    email: Option<String>,
    /// `invited`, `active` or `closed`.
    state: String,
    /// Whether her second factor is set up.
    second_factor: bool,
    /// Instruments she is qualified for.
    qualifications: Vec<Qualification>,
    /// A reset that waits for its confirmations.
    #[serde(skip_serializing_if = "Option::is_none")]
    reset: Option<ResetView>,
}

/// A reset that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetView {
    /// When it was asked for, in ISO 8601.
    at: String,
    /// Whether a second administrator has confirmed it.
    confirmed: bool,
    /// Whether the person has given a recovery code of her own.
    recovery_given: bool,
}

impl From<Stored<Account>> for UserView {
    fn from(stored: Stored<Account>) -> Self {
        let content = stored.content;
        Self {
            id: stored.record.id,
            tenant: stored.record.tenant,
            role: content.role,
            name: content.name,
            email: content.email,
            state: stored.record.state,
            second_factor: content.credentials.totp_confirmed,
            qualifications: content.qualifications,
            reset: content.reset.map(|reset| ResetView {
                at: reset.at.to_string(),
                confirmed: reset.confirmed_by.is_some(),
                recovery_given: reset.recovery_given,
            }),
        }
    }
}

/// A link, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// The address to hand over.
    url: String,
    /// The token at its end.
    token: String,
    /// Until when it can be spent, in ISO 8601.
    ends: String,
}

impl LinkView {
    /// The view of a link that was just made.
    #[must_use]
    pub fn of(app: &App, link: &Link) -> Self {
        Self { url: link.url(app).to_string(), token: link.token.text().to_string(), ends: link.ends.to_string() }
    }
}

/// Somebody who was invited, and her link.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitedView {
    /// Who.
    user: UserView,
    /// The link, shown this once.
    link: LinkView,
}

/// The staff of a house, a page.
#[utoipa::path(get, path = "/api/v1/users", params(HousePage), responses((status = 200, body = Vec<UserView>)))]
async fn list_users(
    State(app): State<App>,
    format: Format,
    Query(page): Query<HousePage>,
) -> Result<Reply<Vec<UserView>>, ApiError> {
    let found = people::page(&app, page.tenant, page.after, checked_limit(page.limit)?).await?;
    Ok(format.reply(found.into_iter().map(UserView::from).collect()))
}

/// Invites somebody of staff.
#[utoipa::path(post, path = "/api/v1/users", request_body = UserBody, responses((status = 201, body = InvitedView)))]
async fn invite(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Body(body): Body<UserBody>,
) -> Result<Reply<InvitedView>, ApiError> {
    let invitee = people::Invitee {
        tenant: body.tenant,
        role: body.role.into(),
        name: checked_name(&body.name, "/name")?,
        email: body.email,
        language: body.language.tag().to_owned(),
    };
    let (user, link) = people::invite(&app, &caller, invitee).await?;
    let view = InvitedView { user: user.into(), link: LinkView::of(&app, &link) };
    Ok(format.reply(view).status(StatusCode::CREATED))
}

/// Closes an account: sessions and links end, grants sleep.
#[utoipa::path(delete, path = "/api/v1/users/{user}", params(("user" = String, Path)), responses((status = 204)))]
async fn close(State(app): State<App>, Signed(caller): Signed, Path(user): Path<Id>) -> Result<StatusCode, ApiError> {
    people::close(&app, &caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The instruments somebody is qualified for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QualificationsBody {
    /// All of them.
    #[schema(max_items = 500)]
    qualifications: Vec<Qualification>,
}

/// Records the instruments a consultant is qualified for, in place of what was recorded before (ISO-5).
#[utoipa::path(put, path = "/api/v1/users/{user}/qualifications", params(("user" = String, Path)), request_body = QualificationsBody, responses((status = 200, body = UserView)))]
async fn qualify(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    if_match: IfMatch,
    Path(user): Path<Id>,
    Body(body): Body<QualificationsBody>,
) -> Result<Reply<UserView>, ApiError> {
    if_match.check(people::staff(&app, user).await?.record.version)?;
    let account = people::qualify(&app, &caller, user, body.qualifications).await?;
    let version = account.record.version;
    Ok(format.reply(UserView::from(account)).version(version))
}

/// Resets somebody's credentials: her grants sleep until a second administrator and a recovery code of hers confirm it.
#[utoipa::path(post, path = "/api/v1/users/{user}/reset", params(("user" = String, Path)), responses((status = 201, body = LinkView)))]
async fn reset(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(user): Path<Id>,
) -> Result<Reply<LinkView>, ApiError> {
    let link = resets::reset(&app, &caller, user).await?;
    Ok(format.reply(LinkView::of(&app, &link)).status(StatusCode::CREATED))
}

/// A second administrator confirms a reset.
#[utoipa::path(post, path = "/api/v1/users/{user}/reset/confirmation", params(("user" = String, Path)), responses((status = 200, body = UserView)))]
async fn confirm_reset(
    State(app): State<App>,
    Signed(caller): Signed,
    format: Format,
    Path(user): Path<Id>,
) -> Result<Reply<UserView>, ApiError> {
    Ok(format.reply(UserView::from(resets::confirm(&app, &caller, user).await?)))
}
