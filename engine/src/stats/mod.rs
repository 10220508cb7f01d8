//! Statistics of plain number lists: location, spread, shape, correlation.

pub mod correlation;
pub mod descriptive;
