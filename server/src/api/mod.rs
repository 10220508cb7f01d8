//! One file a resource: bodies, handlers, conversions.

pub mod body;
pub mod field_error;
pub mod health;
pub mod instruments;
pub mod reply;
