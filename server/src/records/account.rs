//! Somebody who signs in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::recovery::RecoveryCodes;
use crate::access::totp::TotpSecret;
use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// What somebody may be to the service. One account has one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Does the bilan, owns its results.
    Beneficiary,
    /// Carries out the bilan, under professional secrecy.
    Consultant,
    /// Answers about the beneficiary in a 360° survey.
    Rater,
    /// Uploads files of an organisation.
    Clerk,
    /// A program of an organisation, by a token with scopes.
    Program,
    /// Operates the service and reads no content.
    Administrator,
    /// Pays, and sees that a bilan exists at most.
    Employer,
    /// Reads what a share link names.
    Recipient,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Beneficiary,
        Self::Consultant,
        Self::Rater,
        Self::Clerk,
        Self::Program,
        Self::Administrator,
        Self::Employer,
        Self::Recipient,
    ];

    /// Whether a password and a second factor are asked for.
    #[must_use]
    pub fn needs_second_factor(self) -> bool {
        matches!(self, Self::Consultant | Self::Clerk | Self::Administrator | Self::Employer)
    }
}

/// That a consultant is qualified to use an instrument (ISO-5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Qualification {
    /// Identifier of the instrument.
    pub instrument: String,
    /// What shows it, such as a certificate's name.
    pub evidence: String,
}

/// What somebody shows to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Credentials {
    /// Hash of password or passphrase (argon2id, PHC form).
    pub password: Option<String>,
    /// Secret of the second factor, once there is one.
    pub totp_secret: Option<TotpSecret>,
    /// Whether the second factor was confirmed by a first code.
    pub totp_confirmed: bool,
    /// The last time step whose code was used.
    pub totp_last_step: Option<u64>,
    /// The recovery codes that are left.
    pub recovery: Option<RecoveryCodes>,
}

/// A reset of somebody's credentials that waits for a second administrator and the recovery code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReset {
    /// The administrator who asked for it.
    pub asked_by: Id,
    /// When.
    pub at: Timestamp,
    /// The administrator who confirmed it.
    pub confirmed_by: Option<Id>,
    /// Whether the person gave a recovery code of her own.
    pub recovery_given: bool,
    /// The recovery codes from before the reset: whoever holds the new link does not know them.
    pub recovery: Option<RecoveryCodes>,
    /// The grants that sleep until both have confirmed.
    pub grants: Vec<Id>,
}

impl PendingReset {
    /// Whether the second administrator and the person herself have both confirmed it.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.confirmed_by.is_some() && self.recovery_given
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What she may be.
    pub role: Role,
    /// Her name, as she is called in letters.
    pub name: String,
    /// Her address for mail, where one is known.
    pub email: Option<String>,
    /// Tag of her language, `fr` or `en`.
    pub language: String,
    /// What she shows to sign in.
    pub credentials: Credentials,
    /// The instruments she is qualified for; consultants only.
    pub qualifications: Vec<Qualification>,
    /// A reset that waits.
    pub reset: Option<PendingReset>,
    /// The bilan of a beneficiary, rater or recipient.
    pub bilan: Option<Id>,
    /// What a program may do.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub created: Timestamp,
}

/// What a program of an organisation may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Score files.
    Score,
    /// Start and fetch jobs.
    Jobs,
    /// List instruments and norm cards.
    Instruments,
}

impl Document for Account {
    const KIND: Kind = Kind::Account;
}

/// States of an account, as they stand in the clear.
pub mod state {
    /// Invited, has not signed in yet.
    pub const INVITED: &str = "invited";
    /// May sign in.
    pub const ACTIVE: &str = "active";
    /// May not sign in any more.
    pub const CLOSED: &str = "closed";
}
