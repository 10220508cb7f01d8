//! One file a resource: bodies, handlers, conversions.

pub mod health;
pub mod instruments;
