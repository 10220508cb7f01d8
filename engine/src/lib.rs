//! Pure psychometric computation of bilan: values in, values out. No files, clock, network or text for people.
//!
//! Reading order:
//!
//! 1. [`model`]: instruments, items, scales, answers, the response matrix.
//! 2. [`scoring`]: from answers to raw scores, under a missing policy.
//! 3. [`norms`]: from raw scores to standard scores, against a norm group; building norms.
//! 4. [`reliability`]: standard errors and intervals.
//! 5. [`assessment`]: all of it for one person and scale; the one scorer behind every door.
//!
//! What a test manual needs, for whoever studies an instrument:
//!
//! 6. [`ctt`]: items one at a time; [`reliability`] also holds the coefficients.
//! 7. [`factor`], [`cfa`]: the structure of a set of items.
//! 8. [`quality`]: how people answered, and whether the key fits.
//! 9. [`agreement`]: raters of one person; [`interests`]: interest profiles.
//!
//! [`simulation`] draws respondents. [`stats`] and [`numeric`] hold the arithmetic underneath.

pub mod agreement;
pub mod assessment;
pub mod cfa;
pub mod ctt;
pub mod factor;
pub mod interests;
pub mod model;
pub mod norms;
pub mod numeric;
pub mod quality;
pub mod reliability;
pub mod scoring;
pub mod simulation;
pub mod stats;

/// Version of the engine, printed with every score.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
