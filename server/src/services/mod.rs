//! What the service does, one file a topic: rules first, then reading and writing.
//!
//! - [`life`]: the rules of a bilan's life, pure. [`bilans`]: proposing, consenting, moving on.
//! - [`ending`]: ended, refused, abandoned, erased. [`destruction`]: what goes, keys first, and the receipt. [`agreements`] and
//!   [`follow_up`]: what lives on. [`scheduler`]: what time does by itself. [`notices`]: what it sends.
//! - [`audit_log`]: closing and deleting its segments. [`audit`]: what the log holds. [`error`]: why something is not done.

pub mod agreements;
pub mod audit;
pub mod audit_log;
pub mod bilans;
pub mod consent_text;
pub mod destruction;
pub mod ending;
pub mod error;
pub mod follow_up;
pub mod notices;
pub mod life;
pub mod scheduler;
pub mod sessions;
