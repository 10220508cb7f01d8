//! From engine results and an instrument's wording to what people read. `engine` scores, `reports` draws; this is the bridge.
//!
//! Map, in reading order:
//!
//! - [`results`]: what is known about one person, as plain parts.
//! - [`material`]: what a restitution is made of; its worded, checked view. Inside: `scale_view` (one scale), `band` (the sentence
//!   on where a score stands), `order` (of interests), `norm_card`, `counting` (what a point is worth), `rules`,
//!   `measured` (scores with their standard error of measurement).
//! - [`rendering`]: page, data and charts from the material.
//! - [`documents`]: the battery, the technical profile, two dates, the feedback of the entourage.
//! - [`comparison`]: change of one person between two dates.
//! - [`feedback360`]: what the entourage says, as far as it may be shown.
//! - [`mod@profile`]: everything at once, for the consultant.
//! - [`error`]: what can go wrong.
//!
//! # Examples
//! ```
//! use engine::assessment::{IntervalKind, IntervalSettings};
//! use engine::model::Answer;
//! use reports::text::Language;
//! use restitution::{ChartChoice, Material, PersonResults, svg};
//!
//! let instrument = instruments::Catalog::bundled().find("interests-60")?;
//! let answers: Vec<Answer> = (0..60).map(|item_idx| Answer::Category((item_idx % 5) as u8)).collect();
//! let interval = IntervalSettings::new(IntervalKind::Observed, 0.95)?;
//! let person = PersonResults::of_answers(&instrument, &answers, None, interval)?;
//! let material = Material {
//!     instrument: &instrument,
//!     norm_id: None,
//!     person: &person,
//!     occasion: None,
//!     person_label: None,
//!     language: Language::French,
//!     not_me: &[],
//!     simulated: false,
//! };
//! assert!(svg(&material, ChartChoice::Main)?.contains("Investigateur"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod band;
pub mod comparison;
mod counting;
pub mod documents;
pub mod error;
pub mod feedback360;
pub mod material;
mod measured;
mod norm_card;
mod order;
mod preferences;
pub mod profile;
pub mod rendering;
pub mod results;
mod rules;
mod scale_view;
#[cfg(test)]
mod test_material;

pub use comparison::{Comparison, Occasion, compare};
pub use error::{Error, Result};
pub use feedback360::{DesignParts, Feedback360, FeedbackDesign};
pub use material::Material;
pub use profile::{Profile, profile};
pub use rendering::{ChartChoice, chart, data, document, html, png, svg};
pub use results::{NormRequest, PersonResults};
