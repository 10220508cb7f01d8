//! What is measured and what was answered.
//!
//! Reading order: [`ids`], [`response_scale`] (the answer format), [`scale`] (a construct and its scoring rule),
//! [`instrument`] (items and scales, valid by construction), [`forced_block`] (items answered against each other), [`response`] (answers and the response matrix), [`collector`] (many matrices into one).

pub mod collector;
pub mod forced_block;
pub mod ids;
pub mod instrument;
pub mod response;
pub mod response_scale;
pub mod scale;

pub use collector::ResponseCollector;
pub use forced_block::{BlockFault, ForcedBlock};
pub use ids::{InstrumentId, InvalidId, ItemId, NormId, ScaleId, StratumId};
pub use instrument::{Instrument, InstrumentParts, Item, ModelError, Version};
pub use response::{Answer, Missing, ResponseError, ResponseMatrix};
pub use response_scale::{InvalidResponseScale, ResponseKind, ResponseScale};
pub use scale::{KeyedItem, Keying, MissingPolicy, Rounding, Scale, ScoreRule, Statistic};
