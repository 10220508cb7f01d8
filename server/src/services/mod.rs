//! What the service does for its callers, apart from HTTP and storage: one topic a file.
//!
//! Bulk scoring: [`score_query`] (what is asked for) → [`scoring_order`] (checked) → [`scoring_stream`] (one body in,
//! one out, over [`body_pipe`]; Parquet by way of a [`sealed_spool`]) or [`job_file`] (large files that stay sealed).
//! [`entitlement`] is the declaration that either needs, [`scoring_problem`] what can go wrong.
//! [`archive`] writes and reads exports, [`mailing`] the messages and their ways out.

pub mod archive;
pub mod body_pipe;
pub mod entitlement;
pub mod job_file;
pub mod mailing;
pub mod score_query;
pub mod scoring_order;
pub mod scoring_problem;
pub mod scoring_stream;
pub mod sealed_chunk;
pub mod sealed_spool;
