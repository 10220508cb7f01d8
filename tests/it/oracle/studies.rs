//! Reliability coefficients of a test manual against R and published examples.

use crate::support::oracle::Conformance;

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    Vec::new()
}
