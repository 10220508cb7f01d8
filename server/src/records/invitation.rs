//! A link that is sent to somebody: spent once, by a button, never by the request that a mail scanner makes.

use serde::{Deserialize, Serialize};

use crate::access::confirmation::Confirmation;
use crate::access::secret_token::TokenHash;
use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkPurpose {
    /// The first entry of somebody invited.
    FirstEntry,
    /// A further entry of a beneficiary, without a passphrase.
    SignIn,
    /// New credentials after a reset.
    Reset,
    /// Reading what is shared; a code is asked for as well.
    Share,
    /// Answering about somebody.
    Rating,
}

/// A link; its identifier is the beginning of the token's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Hash of the whole token.
    pub token_hash: TokenHash,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whom it lets in.
    pub account: Id,
    /// Until when.
    pub ends: Timestamp,
    /// The code that is asked for besides.
    pub code: Option<Confirmation>,
}

impl Document for Invitation {
    const KIND: Kind = Kind::Invitation;
}

/// States of a link, as they stand in the clear.
pub mod state {
    /// May be spent.
    pub const OPEN: &str = "open";
    /// Was spent.
    pub const SPENT: &str = "spent";
}
