//! How people answered, and whether the key fits the answers: indices for a panel, never a verdict.
//!
//! Whether the key fits: [`instrument_audit`] (all of it, gathered while answers are read), [`key_audit`] (the rule, for one scale).

mod identical_columns;
pub mod instrument_audit;
pub mod key_audit;
pub mod scale_sums;

pub use identical_columns::IdenticalItems;
pub use instrument_audit::{InstrumentAudit, InstrumentAuditor, ScaleAudit, audit_instrument, lowest_scales};
pub use key_audit::{FlaggedItem, KeyAudit, NoKeyAudit, audit_key, audit_keyed_scores};
pub use scale_sums::ScaleSums;
