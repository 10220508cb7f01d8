//! Items one at a time (classical test theory): difficulty, discrimination, distractors.
//!
//! Reading order: [`item_analysis`] (a scale and its items), [`discrimination`] (how an item goes with the others),
//! [`distribution`] (how answers spread), [`distractors`] (options of multiple-choice items).

pub mod discrimination;
pub mod distractors;
pub mod distribution;
pub mod item_analysis;

pub use discrimination::Discrimination;
pub use distractors::{ChoiceItem, DistractorAnalysis, DistractorConfig, DistractorError, OptionFlag};
pub use distribution::PointDistribution;
pub use item_analysis::{ItemAnalysis, ItemStatistics, ScaleStatistics};
