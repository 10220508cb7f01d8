//! What the reports crate promises of its drawings and pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod golden;
mod golden_values;
mod group_report;
mod image;
mod layout;
mod layout_circle;
mod norm_place;
mod page;
mod pairs;
mod papers;
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(all(feature = "pdf", feature = "test-poppler"))]
mod reading_order;
mod study;
