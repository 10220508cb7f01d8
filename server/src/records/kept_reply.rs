//! The reply that is kept for a repeated request.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::store::Kind;

/// What is kept of a request with an idempotency key; sealed under a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReply {
    /// SHA-256 of method, address, format and body.
    #[serde(with = "serde_bytes")]
    pub request: Vec<u8>,
    /// When it came.
    pub began: Timestamp,
    /// The reply, once there is one.
    pub reply: Option<Reply>,
}

/// A reply as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers that belong to the reply itself: name and value.
    pub headers: Vec<(String, String)>,
    /// Body.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

impl Document for KeptReply {
    const KIND: Kind = Kind::Idempotency;
}

/// States of a kept reply, as they stand in the clear.
pub mod state {
    /// The first request is being served.
    pub const UNDER_WAY: &str = "under-way";
    /// The reply is there.
    pub const DONE: &str = "done";
    /// The request ends a bilan. Its reply holds no content, and whoever lost it must be able to ask again: it does not go with the bilan.
    pub const OUTLIVES: &str = "outlives";
}
