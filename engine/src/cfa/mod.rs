//! Confirmatory structure: whether items follow the scales that an instrument declares.
//!
//! 1. [`model`]: which items belong to which factor ([`SimpleStructure`]); [`moments`]: the data of a sample.
//! 2. [`ml`]: maximum likelihood from covariances; `likelihood` and `search` are its inside.
//! 3. [`wlsmv`]: items with few ordered categories, from polychoric correlations and their [`asymptotic`] covariances.
//! 4. [`invariance`]: whether groups answer the same questionnaire.
//! 5. [`solution`], [`fit`]: what all of them return.

pub mod asymptotic;
pub mod fit;
pub mod invariance;
mod likelihood;
pub mod ml;
pub mod model;
pub mod moments;
mod search;
pub mod solution;
pub mod wlsmv;

pub use asymptotic::{PolychoricMoments, Threshold};
pub use fit::{ChiSquared, FitMeasures, Rmsea};
pub use invariance::{Invariance, InvarianceChange, InvarianceLevel, InvarianceStep, compare_groups};
pub use ml::{MlSolution, fit_ml};
pub use model::{CfaError, SimpleStructure};
pub use moments::{CovarianceDivisor, SampleMoments};
pub use search::Convergence;
pub use solution::{Estimate, FactorEstimates, FactorPair, GroupEstimates, ImproperSolution, ItemEstimates};
pub use wlsmv::{OrdinalItem, WlsmvSolution, fit_wlsmv};
