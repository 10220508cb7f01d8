//! What is asked of a run: columns, norm, metrics, rejects, output.

use std::path::PathBuf;

use engine::assessment::IntervalSettings;
use engine::norms::{Sex, StratumRule};

use crate::metric::{Decimals, Metric};

/// Which columns of the input are what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnSettings {
    /// Column of identifiers; without it rows are numbered.
    pub id: Option<String>,
    /// Columns carried over unchanged.
    pub keep: Vec<String>,
    /// `(item, column)` where the column is not named as the item.
    pub map: Vec<(String, String)>,
    /// Codes of "not answered", in item columns only.
    pub missing: Vec<String>,
}

/// How people find their stratum in a norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormSettings {
    /// By sex where the norm has sexes, or on the combined strata.
    pub rule: StratumRule,
    /// Column of sex.
    pub sex: Option<String>,
    /// Code → sex, any case.
    pub sex_codes: Vec<(String, Sex)>,
    /// Column of age in years.
    pub age: Option<String>,
}

/// What becomes of rows that cannot be scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RejectPolicy {
    /// The first one ends the run.
    Stop,
    /// They go into this file.
    File(PathBuf),
    /// They stay in the output, empty, with the reason in `notes`.
    Inline,
}

/// Format of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// MessagePack: a header map, an array a row, a trailer map.
    MessagePack,
    /// One JSON object a line.
    JsonLines,
}

/// All settings of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreSettings {
    /// Columns of the input.
    pub columns: ColumnSettings,
    /// Norm, when one is asked for.
    pub norm: Option<NormSettings>,
    /// Columns for each scale.
    pub metrics: Vec<Metric>,
    /// Decimals of text output.
    pub decimals: Decimals,
    /// Level and kind of intervals.
    pub interval: IntervalSettings,
    /// What becomes of rejects.
    pub rejects: RejectPolicy,
    /// Format of the output.
    pub format: OutputFormat,
    /// Number of scoring threads, from 1.
    pub threads: usize,
    /// Size of a piece of work in bytes of text input; the result does not depend on it.
    pub chunk_bytes: usize,
}

/// Size of a piece of work unless a test says otherwise: large enough to amortize, small enough to bound memory.
pub const DEFAULT_CHUNK_BYTES: usize = 512 << 10;
