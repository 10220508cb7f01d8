//! How people answered, and whether the key fits the answers: indices for a panel, never a verdict.
//!
//! Whether the key fits: [`instrument_audit`] (all of it, gathered while answers are read), [`key_audit`] (the rule, for one scale).
//!
//! How one person answered, one file a concept: [`longstring`], [`variability`], [`even_odd`], [`synonyms`], [`mahalanobis`],
//! [`response_time`]; against the order of the items in a reference [`guttman`] and [`mod@u3`] (graded or right/wrong), [`ht`] and
//! [`caution`] (right/wrong only). A value that cannot be had is a [`NoIndex`] with its reason.
//!
//! All of them for everybody: [`plan`] (what is read of an instrument), [`mod@reference`] (whom to compare with), [`panel`].

pub mod caution;
pub mod even_odd;
pub mod guttman;
pub mod ht;
mod identical_columns;
pub mod instrument_audit;
pub mod key_audit;
pub mod longstring;
pub mod mahalanobis;
mod no_index;
pub mod panel;
pub mod plan;
pub mod reference;
pub mod response_time;
pub mod scale_sums;
pub mod steps;
pub mod synonyms;
pub mod u3;
pub mod variability;

pub use identical_columns::IdenticalItems;
pub use instrument_audit::{InstrumentAudit, InstrumentAuditor, ScaleAudit, audit_instrument, lowest_scales};
pub use key_audit::{FlaggedItem, KeyAudit, NoKeyAudit, audit_key, audit_keyed_scores};
pub use no_index::NoIndex;
pub use panel::{QualityIndex, QualityPanel, quality_panels};
pub use plan::{QualityAnswers, QualityPlan};
pub use reference::{Moments, QualityReference, ReferenceError, ReferenceParts};
pub use response_time::ResponseTime;
pub use scale_sums::ScaleSums;
pub use steps::{InvalidSteps, StepReference};
pub use synonyms::{ItemPair, PairRule};
