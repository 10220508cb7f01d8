//! Statistics of number lists and of item scores: location, spread, shape, covariance, correlation.

pub mod biserial;
pub mod correlation;
pub mod covariance;
pub mod descriptive;
pub mod item_scores;
pub mod matrix;
pub mod polychoric;
pub mod polyserial;
pub mod smoothing;
pub mod spearman;

pub use covariance::{CovarianceError, Covariances, MissingPairs, correlations, covariances};
pub use item_scores::{ItemColumn, ItemScores, ItemScoresError};
