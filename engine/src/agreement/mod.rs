//! Agreement of raters on a person (360°), and what of it may be shown.
//!
//! Reading order: [`null_distribution`] and [`within_group`] (raters of one person), [`nested`] (raters of many people),
//! [`self_other`] (the person against the raters).

pub mod nested;
pub mod null_distribution;
pub mod self_other;
pub mod within_group;
