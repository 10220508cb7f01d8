//! What made the scores of a stream.

use serde::{Deserialize, Serialize};

use crate::bulk::audit_note::AuditNote;
use crate::bulk::job_file::JobCounts;
use crate::bulk::scoring_problem::ScoringProblem;
use crate::bulk::scoring_stream::RunSummary;
use crate::documents::Document;
use crate::store::Kind;

/// What made the scores: names of columns, settings and versions, no answer and no score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptProvenance {
    /// Instrument, norm, settings and versions, as JSON; with the counts once the run is over.
    pub made_by: String,
    /// What became of the run.
    pub outcome: Outcome,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Under way, or broken off without a word.
    UnderWay,
    /// All rows went through.
    Done(Findings),
    /// It broke off.
    Failed(ScoringProblem),
}

/// What a run found besides the scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Rows read, scored and rejected.
    pub counts: JobCounts,
    /// Columns that served nothing.
    pub n_ignored_columns: u64,
    /// What the key audit of the first rows has to say.
    pub warnings: Vec<String>,
    /// The same, for whoever words it.
    #[serde(default)]
    pub notes: Vec<AuditNote>,
}

impl From<&RunSummary> for Findings {
    fn from(summary: &RunSummary) -> Self {
        Self {
            counts: summary.counts.into(),
            n_ignored_columns: summary.n_ignored_columns as u64,
            warnings: summary.warnings.clone(),
            notes: summary.notes.clone(),
        }
    }
}

impl Document for KeptProvenance {
    const KIND: Kind = Kind::Provenance;
}

/// States of a provenance, as they stand in the clear.
pub mod state {
    /// Kept.
    pub const KEPT: &str = "kept";
}
