//! What the service does, one file a topic: rules first, then reading and writing.
//!
//! - [`life`]: the rules of a bilan's life, pure. [`bilans`]: proposing, consenting, moving on.
//! - [`audit`]: what the log holds. [`error`]: why something is not done.

pub mod accesses;
pub mod addresses;
pub mod audit;
pub mod bilans;
pub mod consent_text;
pub mod error;
pub mod houses;
pub mod leftovers;
pub mod letters;
pub mod life;
pub mod links;
pub mod outbox;
pub mod people;
pub mod programs;
pub mod replies;
pub mod resets;
pub mod sessions;
pub mod signin;
