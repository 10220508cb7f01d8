//! Continuous norms: one smooth model of raw scores over standing and age, in place of a table for each age group.
//!
//! Percentile ranks within age groups give each person a T score ([`ranks`]); the raw score is then a polynomial in T and age whose
//! terms are chosen among all products of powers ([`subsets`], [`fit`]); read the other way it gives T at any age of the sample
//! ([`model`]). [`validation`] asks how well the model predicts people it has not seen.
//!
//! # References
//! Lenhard, Lenhard & Gary (2019), PLoS ONE 14(9), e0222279, doi:10.1371/journal.pone.0222279

pub mod fit;
mod least_squares;
pub mod model;
pub mod ranks;
pub mod subsets;
pub mod validation;

pub use fit::{ContinuousConfig, ContinuousFit, Criterion, FitError, SizeFit, TermChoice, fit_continuous};
pub use model::{ContinuousNorm, ContinuousT, Crossing, End, ModelError, NoContinuousScore, RawAtT, Reach, Term};
pub use ranks::{AgeGroups, AgedScore, RankError, RankedCell};
pub use subsets::SearchKind;
pub use validation::{CrossValidation, SizeValidation, ValidationError, cross_validate};
