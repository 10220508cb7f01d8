//! Somebody who is signed in.

use serde::{Deserialize, Serialize};

use super::account::{Role, Scope};
use crate::access::secret_token::TokenHash;
use crate::clock::Timestamp;
use crate::documents::Document;
use crate::ids::Id;
use crate::store::Kind;

/// A session; its identifier is the beginning of the token's hash, so that the token itself stands nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Hash of the whole token.
    pub token_hash: TokenHash,
    /// Who it is.
    pub account: Id,
    /// In what role.
    pub role: Role,
    /// The bilan of a beneficiary, rater or recipient.
    pub bilan: Option<Id>,
    /// What a program may do.
    pub scopes: Vec<Scope>,
    /// Tag of her language.
    pub language: String,
    /// When she signed in.
    pub started: Timestamp,
    /// When she was last seen, to the minute.
    pub seen: Timestamp,
    /// When it ends, whatever she does; a program's token may have none.
    pub ends: Option<Timestamp>,
    /// Idle time after which it is locked, where it is.
    pub idle_ms: Option<i64>,
    /// Whether a second factor is still missing; nothing but giving it is allowed then.
    pub half: bool,
    /// Words by which its owner knows a program's token.
    pub label: Option<String>,
}

impl Document for Session {
    const KIND: Kind = Kind::Session;
}
