//! Interest profiles: what they say about a person, and whether an inventory has the structure it claims.
//!
//! A person: [`riasec`] (types, profiles), [`order`] and [`holland`] (codes that say no more than the errors allow),
//! [`differentiation`], [`position`], [`mod@congruence`] with environments.
//!
//! An inventory: [`mod@order_test`] (the order of the scales), [`circumplex`] and [`mean_profile`] (one profile, or that of a group, as a
//! wave), [`plane`] and [`circular`] (is it a circle?), judged by [`circular_cutoffs`] from [`circular_simulation`].
//!
//! [`summary`] puts both together.

pub mod circular;
mod circular_cutoff_table;
pub mod circular_cutoffs;
pub mod circular_simulation;
pub mod circumplex;
pub mod congruence;
pub mod differentiation;
pub mod holland;
pub mod mean_profile;
pub mod order;
pub mod order_test;
pub mod plane;
pub mod position;
pub mod published;
pub mod riasec;
pub mod summary;

pub use circular::{CircularCriterion, CircularStructure, CircularVerdict, circular_structure};
pub use congruence::{Congruence, congruence};
pub use differentiation::{Differentiation, Estimate};
pub use holland::{Consistency, HollandCode, ScoreOrderCode};
pub use mean_profile::{MeanProfile, ResamplingConfig};
pub use order::{established_order, established_order_by};
pub use order_test::{OrderTest, order_test};
pub use plane::{CircularError, CircularScoring};
pub use position::HexagonPosition;
pub use riasec::{InterestProfile, ProfileError, RiasecType};
pub use summary::{InterestStructure, PersonInterests, StructureError, interest_structure};
