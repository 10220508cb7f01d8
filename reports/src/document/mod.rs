//! Documents: a checked view in, one self-contained file out.

pub mod data;
pub mod restitution;
mod table;
