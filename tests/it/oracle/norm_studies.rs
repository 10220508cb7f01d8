//! Continuous norms, weights and sampling errors against R.

use crate::support::oracle::Conformance;

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    Vec::new()
}
