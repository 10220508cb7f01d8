//! Documents: a checked view in, one self-contained file out. Each kind of document says what it says in the blocks of [`model`];
//! [`html`](mod@html) makes a page of them, [`pdf`](mod@pdf) a PDF.

pub mod data;
pub mod group;
mod html;
pub mod model;
#[cfg(feature = "pdf")]
mod pdf;
pub mod restitution;
mod table;

pub use model::Document;
