//! Large files scored as jobs: sent in parts that may be resumed, scored in the background, fetched in parts.
//!
//! [`state`] is the life of a job, [`chunks`] how its files are kept (sealed pieces in a store), [`upload`] how the
//! input comes, [`range`] which pieces a download needs, [`run`] the scoring from pieces to pieces.

pub mod chunks;
pub mod range;
pub mod run;
pub mod state;
pub mod upload;

#[cfg(test)]
mod memory_store;

pub use chunks::{CHUNK_BYTES, ChunkStore, FileError, SealedFile, StoreFault};
pub use range::{ByteRange, ChunkSpan, RangeError, read_range};
pub use run::{JobFiles, KeepGoing, open_input, score_file};
pub use state::{Job, JobCounts, JobEvent, JobState, KEPT_MS, StateError};
pub use upload::{Part, Upload, UploadError};
