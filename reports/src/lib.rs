//! Charts and documents: plain, worded views in; SVG, PNG and HTML out.
//!
//! This crate draws and words results; it computes no score and knows no instrument. Whoever calls it fills a
//! [`view::RestitutionView`] from the engine's results, has it checked once ([`view::Restitution::new`]), and renders.
//!
//! Map, in reading order:
//!
//! - [`view`]: what is known about one person on one inventory, checked.
//! - [`text`]: language, numbers, reasons, sentences, alternative texts.
//! - [`theme`]: color roles for light, dark and print; sizes of type and marks.
//! - [`chart`]: view → scene (marks and measured text) → plotters → SVG or PNG.
//! - [`document`]: the self-contained HTML page.
//! - [`font`], [`markup`]: the bundled font and its measures; escaping.
//!
//! # Examples
//! ```
//! use reports::chart::{self, ChartKind, Framing, Width};
//! use reports::text::Language;
//! use reports::theme::Theme;
//! use reports::view::{sample, Restitution};
//!
//! let restitution = Restitution::new(sample::interests(Language::French))?;
//! let chart = chart::lay_out(&restitution, ChartKind::Hexagon, Width::Wide, Framing::Inline)?;
//! let svg = chart.svg(&Theme::light(), "hexagone")?;
//! assert!(svg.contains("Investigateur"));
//! # Ok::<(), reports::Error>(())
//! ```

pub mod chart;
pub mod document;
pub mod error;
pub mod font;
pub mod markup;
pub mod text;
pub mod theme;
pub mod view;

pub use error::{Error, Result};
