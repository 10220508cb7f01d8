//! Bulk scoring: answers in (CSV, Parquet, MessagePack), scores out, in parallel, in order, in bounded memory.
//!
//! One flow: [`input`] (whole rows in chunks) → [`block`] (checked answers, the response matrix) → [`worker`] (the
//! engine's scorer) → [`output`] (pieces in order). [`layout`] matches the header to the instrument, [`person`] finds
//! the norm stratum, [`notes`] says in words what the numbers cannot, [`key_audit`] looks for wrong keys on the way. [`Job::run`] is the whole of it: the command
//! and the server both call it, so that both give the same bytes.

pub mod answers;
pub mod block;
mod cells;
pub mod error;
mod fast_way;
pub mod input;
pub mod key_audit;
pub mod layout;
pub mod metric;
pub mod norm_building;
pub mod notes;
pub mod output;
pub mod person;
mod pipeline;
pub mod preview;
pub mod provenance;
pub mod respondent;
pub mod settings;
pub mod text_buffer;
mod transpose;
pub mod whole_file;
pub mod worker;

pub use error::{Error, Reject, RejectReason, Result};
pub use input::Source;
pub use input::random_access::RandomAccess;
pub use key_audit::FileAudit;
pub use metric::{Decimals, METRICS, Metric};
pub use output::sink::Sink;
pub use pipeline::{Job, Progress, Report};
pub use preview::{Head, Preview};
pub use provenance::{Counts, Provenance};
pub use respondent::{Respondent, Respondents, UnreadableRow};
pub use settings::{ColumnSettings, DEFAULT_CHUNK_BYTES, NormSettings, OutputFormat, RejectPolicy, ScoreSettings};
pub use whole_file::{Everybody, WholeFile};
