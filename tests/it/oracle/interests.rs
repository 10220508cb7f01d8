//! Interest profiles and their structure against R and published examples.

use crate::support::oracle::Conformance;

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    Vec::new()
}
