//! Interest profiles: what they say about a person, and whether an inventory has the structure it claims.

pub mod order;

pub use order::established_order;
