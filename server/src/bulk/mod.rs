//! Scoring many rows in bounded memory: what [`crate::services::scores`] and [`crate::services::jobs`] stand on.
//!
//! - [`entitlement`]: the declaration that either needs (CT-13). [`scoring_problem`]: what can go wrong, without answers.
//! - [`score_query`] (what is asked for) → [`scoring_order`] (checked).
//! - [`scoring_stream`]: one body in, one out, over [`body_pipe`]; Parquet by way of a [`sealed_spool`].
//! - [`column_match`]: the columns of a file beside the items. [`audit_note`]: what the key audit found.
//! - [`job_file`]: large files that stay sealed. [`sealed_chunk`]: the pieces of both.

pub mod audit_note;
pub mod body_pipe;
pub mod column_match;
pub mod entitlement;
pub mod job_file;
pub mod score_query;
pub mod scoring_order;
pub mod scoring_problem;
pub mod scoring_stream;
pub mod sealed_chunk;
pub mod sealed_spool;
