//! One file a command: typed settings → library call → output.

pub mod analyze;
pub mod audit;
pub mod backup;
pub mod demo;
pub mod instruments;
pub mod norms;
pub mod receipt;
pub mod report;
pub mod score;
pub mod serve;
pub mod simulate;
