//! What the reports crate promises of its drawings and pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod golden;
mod image;
mod layout;
mod page;
#[cfg(feature = "pdf")]
mod pdf;
mod pairs;
mod study;
