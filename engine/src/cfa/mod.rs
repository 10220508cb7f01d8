//! Confirmatory structure: whether items follow the scales that an instrument declares.
//!
//! 1. [`model`]: which items belong to which factor ([`SimpleStructure`]); [`moments`]: the data of a sample.
//! 2. [`ml`]: maximum likelihood from covariances; [`likelihood`] and [`search`] are its inside.
//! 3. [`wlsmv`]: items with few ordered categories, from polychoric correlations and their [`asymptotic`] covariances.
//! 4. [`invariance`]: whether groups answer the same questionnaire.
//! 5. [`solution`], [`fit`]: what all of them return.

pub mod fit;
mod likelihood;
pub mod ml;
pub mod model;
pub mod moments;
mod search;
pub mod solution;

pub use fit::{ChiSquared, FitMeasures, Rmsea};
pub use ml::{MlSolution, fit_ml};
pub use model::{CfaError, SimpleStructure};
pub use moments::{CovarianceDivisor, SampleMoments};
pub use search::Convergence;
pub use solution::{Estimate, FactorEstimates, FactorPair, GroupEstimates, ImproperSolution, ItemEstimates};
