//! Indices of response quality against R.

use crate::support::oracle::Conformance;

/// All cases of this topic.
pub fn all() -> Vec<Conformance> {
    Vec::new()
}
