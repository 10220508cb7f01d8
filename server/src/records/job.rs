//! A large file that is scored as a job.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bulk::job_file::{Job, JobState, Upload};
use crate::bulk::score_query::ScoreQuery;
use crate::bulk::sealed_chunk::FileKey;
use crate::clock::Timestamp;
use crate::documents::{Document, Stored};
use crate::ids::Id;
use crate::records::provenance::Findings;
use crate::store::{Kind, Record};

/// A job with what is needed to go on with it. Its two files are pieces in the store; their key is here, so that whoever
/// destroys the key of this record destroys them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoringJob {
    /// Where it stands.
    pub job: Job,
    /// What is asked for.
    pub query: ScoreQuery,
    /// How far the input is.
    pub upload: Upload,
    /// The key of its files.
    pub secret: FileSecret,
    /// When it was made.
    pub created: Timestamp,
    /// The run that works on it; a run that finds another one here stops.
    pub run: Option<Id>,
    /// What made the scores, as JSON.
    pub made_by: String,
    /// What was found besides them.
    pub findings: Option<Findings>,
    /// The name of the file, where the sender gave one.
    #[serde(default)]
    pub name: Option<String>,
}

/// The key of a job's files.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSecret(#[serde(with = "serde_bytes")] Vec<u8>);

impl FileSecret {
    /// Takes a key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key.to_vec())
    }

    /// The key; `None` for a record that was damaged.
    #[must_use]
    pub fn key(&self) -> Option<FileKey> {
        self.0.as_slice().try_into().ok().map(FileKey::new)
    }
}

impl Drop for FileSecret {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl fmt::Debug for FileSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSecret(…)")
    }
}

impl Document for ScoringJob {
    const KIND: Kind = Kind::Job;
}

/// States of a job, as they stand in the clear.
pub mod state {
    /// The input is coming.
    pub const RECEIVING: &str = "receiving";
    /// The input is whole.
    pub const WAITING: &str = "waiting";
    /// Being scored.
    pub const RUNNING: &str = "running";
    /// Scored.
    pub const DONE: &str = "done";
    /// Not scored.
    pub const FAILED: &str = "failed";
}

/// The state of a job, as it stands in the clear.
#[must_use]
pub fn word_of(job: &JobState) -> &'static str {
    match job {
        JobState::Receiving => state::RECEIVING,
        JobState::Waiting => state::WAITING,
        JobState::Running { .. } => state::RUNNING,
        JobState::Done { .. } => state::DONE,
        JobState::Failed { .. } => state::FAILED,
    }
}

/// Lets a job become what it is after an event, in the clear too.
pub fn become_(stored: &mut Stored<ScoringJob>, job: Job) {
    stored.record.state = word_of(&job.state).to_owned();
    stored.record.due = Some(job.deleted_at());
    stored.content.job = job;
}

/// The files of a job: the input bears its identifier, the output hangs on it.
pub fn files_of(record: &Record) -> impl Iterator<Item = Id> {
    std::iter::once(record.id).chain(record.parent)
}
