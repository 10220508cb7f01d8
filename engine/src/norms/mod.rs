//! From raw scores to standard scores: norm groups, percentile tables, standard metrics, norms built from a sample.
//!
//! Reading order: [`standard`] and [`percentile`] (one score), [`table`] and [`scale_norm`] (one scale in one group),
//! [`stratum`] and [`person`] (who is compared with whom), [`group`] (a norm), [`score`] (its answer), [`build`] (a norm from a sample).

pub mod aggregate;
pub mod beta_binomial;
pub mod build;
pub mod built;
mod check;
mod combined;
pub mod continuous;
pub mod group;
#[cfg(test)]
mod parts_for_tests;
pub mod percentile;
pub mod person;
pub mod possible;
pub mod raking;
pub mod sampling_error;
pub mod scale_norm;
pub mod score;
pub mod standard;
pub mod stratum;
pub mod table;
mod tally;

pub use aggregate::{AggregateCell, AggregateCounter, AggregateError, NormAggregate, ReleaseProblem};
pub use build::{BuildError, IntegerGrid, InvalidGrid, NormBuilder};
pub use built::{BuiltNorm, BuiltScale, BuiltStratum, Dropped, NormRow};
pub use check::NormError;
pub use group::{CombinedStrata, NormDefinition, NormGroup, NormKind, Standardization};
pub use percentile::PercentileRankDefinition;
pub use person::{AgeFact, PersonFacts, StratumChoice, StratumRule};
pub use possible::{MeanOutside, RawRange};
pub use scale_norm::{ScaleNorm, ScaleNormError};
pub use score::{NoNormScore, NormScore, PercentileRank};
pub use standard::ScoreMetric;
pub use stratum::{Age, AgeBand, EmptyAgeBand, ImpossibleAge, Sex, Stratum};
pub use table::{OutOfReach, PercentileTable, TableError, TableScore};
