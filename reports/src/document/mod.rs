//! Documents: a checked view in, one self-contained file out. Each kind of document says what it says in the blocks of [`model`];
//! [`Document::html`] makes a page of them, `Document::pdf` a PDF.

pub mod attendance;
pub mod battery;
pub mod data;
pub mod destruction;
pub mod feedback360;
pub mod group;
mod html;
pub mod model;
mod norm_place;
mod parts;
#[cfg(feature = "pdf")]
mod pdf;
pub mod restitution;
pub mod synthesis;
mod table;
pub mod technical;
pub mod two_dates;

pub use html::STYLE;
pub use model::Document;
