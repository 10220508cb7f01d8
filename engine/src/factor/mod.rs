//! Exploratory structure: how many factors, which items load on which.
//!
//! Reading order: [`parallel`] and [`mod@map_test`] (how many factors), [`mod@adequacy`] (whether to look at all), [`extraction`],
//! [`rotation`], [`fit`], [`scores`]; [`analysis`] puts them together. All start from a correlation matrix of items and the number
//! of respondents behind it, so that Pearson and polychoric correlations go the same way.

pub mod adequacy;
pub mod analysis;
mod box_newton;
mod error;
pub mod extraction;
#[cfg(test)]
mod extraction_tests;
pub mod fit;
pub mod map_test;
mod matrix;
mod objective;
pub mod parallel;
mod random_data;
pub mod rotation;
mod rotation_criteria;
pub mod scores;

pub use adequacy::{Adequacy, adequacy};
pub use analysis::{Caution, FactorAnalysis, FactorAnalysisConfig, FactorVariance, LoadingRow, analyze_factors};
pub use error::FactorError;
pub use extraction::{Convergence, Extraction, ExtractionConfig, ExtractionMethod, extract_factors};
pub use fit::{FactorFit, LikelihoodFit, Rmsea, factor_fit};
pub use map_test::{MapTest, map_test};
pub use parallel::{
    ParallelAnalysis, ParallelConfig, RandomEigenvalues, parallel_analysis, parallel_analysis_permuted,
};
pub use rotation::{RandomStarts, Rotated, Rotation, RotationConfig, rotate};
pub use scores::{FactorScores, regression_scores};
