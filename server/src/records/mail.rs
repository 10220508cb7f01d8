//! A message that waits to be sent.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::documents::Document;
use crate::store::Kind;

/// A message that waits to be sent; sealed under the key of the account it goes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address it goes to.
    pub to: String,
    /// Its subject, which names nobody and no bilan.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When it was put into the queue.
    pub queued: Timestamp,
    /// How often sending it was tried.
    pub tries: u32,
}

impl Document for Mail {
    const KIND: Kind = Kind::Mail;
}

/// States of a message, as they stand in the clear.
pub mod state {
    /// Waits to be sent.
    pub const WAITING: &str = "waiting";
}
