//! How sure a score is: errors of measurement, intervals, change between two dates, stability on a retest.
//!
//! Reading order, one person: [`measurement_error`] (from a reliability), [`within_person`] (without one), [`interval`],
//! [`conditional`] (at each score), [`forced_choice`] (differences within a person), [`change`]; a scale: [`item_covariances`], [`alpha`], [`guttman`], [`split_half`],
//! [`study`] (all of them), [`retest`], [`intraclass`]; several scales: [`composite`].

pub mod alpha;
pub mod change;
pub mod composite;
pub mod conditional;
pub mod forced_choice;
pub mod guttman;
pub mod interval;
pub mod intraclass;
pub mod item_covariances;
pub mod measurement_error;
pub mod omega;
pub mod retest;
pub mod split_half;
pub mod study;
pub mod within_person;

pub use alpha::Alpha;
pub use change::{ChangeClass, GroupMoments, PopulationCutoffs};
pub use composite::{Component, Composite, CompositeError};
pub use conditional::{ConditionalError, HalfScores, ScoreGroup};
pub use forced_choice::{ForcedChoices, ForcedDifference};
pub use guttman::GuttmanLambdas;
pub use interval::{ConfidenceInterval, ScoreWithError};
pub use intraclass::{IntraclassCorrelations, IntraclassError, IntraclassForm};
pub use item_covariances::{ItemCovariances, ReliabilityError, SetAside, SetAsideReason, VaryingItems};
pub use measurement_error::{MeasurementError, ReferenceGroup};
pub use retest::{Retest, RetestError};
pub use split_half::{SplitCoverage, SplitHalf, SplitHalves, SplitSearch};
pub use study::Study;
