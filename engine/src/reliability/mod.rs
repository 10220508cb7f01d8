//! How sure a score is: errors of measurement, intervals, change between two dates, stability on a retest.
//!
//! Reading order: [`measurement_error`] (from a reliability), [`within_person`] (without one), [`interval`], [`change`], [`retest`].

pub mod change;
pub mod interval;
pub mod measurement_error;
pub mod omega;
pub mod retest;
pub mod within_person;

pub use change::{ChangeClass, GroupMoments, PopulationCutoffs};
pub use interval::{ConfidenceInterval, ScoreWithError};
pub use measurement_error::{MeasurementError, ReferenceGroup};
pub use retest::{Retest, RetestError};
