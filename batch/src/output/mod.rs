//! Writing: workers turn scored blocks into pieces, one writer puts the pieces in order.

pub mod csv;
pub mod json_lines;
pub mod messagepack;
pub mod parquet;
pub mod sink;

use arrow_array::RecordBatch;
use engine::model::Instrument;

use crate::layout::Layout;
use crate::metric::Metric;
use crate::settings::OutputFormat;
use crate::text_buffer::TextBuffer;
use crate::worker::{Scored, TextMemory};

/// The columns of the output.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// Name of the first column: the column of identifiers, or `row`.
    pub id: String,
    /// Whether the first column holds identifiers of the input rather than numbers of rows.
    pub has_id: bool,
    /// Names of the columns carried over.
    pub keep: Vec<String>,
    /// `<scale>_<metric>` for each scale, in the instrument's order.
    pub scores: Vec<(String, Metric)>,
}

/// Name of the last column.
pub const NOTES: &str = "notes";

impl Columns {
    /// The columns that the settings ask for.
    #[must_use]
    pub fn of(layout: &Layout, instrument: &Instrument, metrics: &[Metric]) -> Self {
        let name = |column: usize| layout.header[column].clone();
        let scores = score_columns(instrument.scales().iter().map(|scale| scale.id.as_str()), metrics);
        Self {
            id: layout.id.map_or_else(|| "row".to_owned(), name),
            has_id: layout.id.is_some(),
            keep: layout.keep.iter().map(|&column| name(column)).collect(),
            scores,
        }
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let first = std::iter::once(self.id.as_str());
        let keep = self.keep.iter().map(String::as_str);
        let scores = self.scores.iter().map(|(name, _)| name.as_str());
        first.chain(keep).chain(scores).chain(std::iter::once(NOTES))
    }
}

/// The columns of scores: `<scale>_<metric>` for each scale in its order.
pub fn score_columns<'s>(scales: impl Iterator<Item = &'s str>, metrics: &[Metric]) -> Vec<(String, Metric)> {
    scales.flat_map(|scale| metrics.iter().map(move |metric| (format!("{scale}_{metric}"), *metric))).collect()
}

/// Some rows of output.
#[derive(Debug)]
pub enum Piece {
    /// As bytes of the file.
    Bytes(Vec<u8>),
    /// As Arrow batches, for Parquet.
    Batches(Vec<RecordBatch>),
}

/// Turns scored blocks into one piece.
pub struct Encoder<'a> {
    format: OutputFormat,
    columns: &'a Columns,
    inline: bool,
    text: TextBuffer,
    bytes: Vec<u8>,
    batches: Vec<RecordBatch>,
    failed: Option<String>,
}

impl<'a> Encoder<'a> {
    /// Begins a piece; `inline` says whether rejected rows stay in the output, `expected` about how long it will be.
    #[must_use]
    pub fn new(format: OutputFormat, columns: &'a Columns, inline: bool, mut spare: Vec<u8>, expected: usize) -> Self {
        let (text, bytes) = match format {
            OutputFormat::Csv => (TextBuffer::new(spare, expected), Vec::new()),
            _ => {
                spare.clear();
                (TextBuffer::default(), spare)
            }
        };
        Self { format, columns, inline, text, bytes, batches: Vec::new(), failed: None }
    }

    /// Adds a block.
    pub fn add(&mut self, scored: &Scored<'_>, memory: &mut TextMemory) {
        match self.format {
            OutputFormat::Csv => csv::write_rows(scored, memory, self.inline, &mut self.text),
            OutputFormat::JsonLines => json_lines::write_rows(scored, self.columns, self.inline, &mut self.bytes),
            OutputFormat::MessagePack => messagepack::write_rows(scored, self.columns, self.inline, &mut self.bytes),
            OutputFormat::Parquet => match parquet::batch_of(scored, self.columns, self.inline) {
                Ok(batch) => self.batches.push(batch),
                Err(problem) => self.failed = Some(problem),
            },
        }
    }

    /// Ends the piece.
    ///
    /// # Errors
    /// A fault of ours, in words.
    pub fn finish(self) -> Result<Piece, String> {
        match (self.failed, self.format) {
            (Some(problem), _) => Err(problem),
            (None, OutputFormat::Csv) => Ok(Piece::Bytes(self.text.into_vec())),
            (None, OutputFormat::Parquet) => Ok(Piece::Batches(self.batches)),
            (None, _) => Ok(Piece::Bytes(self.bytes)),
        }
    }
}
