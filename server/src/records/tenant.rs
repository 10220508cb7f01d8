//! The house somebody belongs to: a centre, an organisation, an employer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::store::Kind;

/// What kind of house it is. Every record belongs to one, and every query is scoped by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TenantKind {
    /// Operates the service: its administrators belong here, no bilan and no file does.
    Operator,
    /// Carries out bilans.
    Centre,
    /// Scores files of its own.
    Organisation,
    /// Pays for bilans and owns none (R6313-5, R6313-6).
    Employer,
}

/// A house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// What kind of house it is.
    pub kind: TenantKind,
    /// Its name.
    pub name: String,
    /// Since when it is known here.
    pub created: Timestamp,
}

impl Document for Tenant {
    const KIND: Kind = Kind::Tenant;
}
