//! Parquet output: identifiers and notes as text, scores as full numbers.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::{Columns, NOTES};
use crate::input::decode;
use crate::metric::MetricValue;
use crate::provenance::{Counts, Provenance};
use crate::worker::Scored;

/// The schema of the columns.
#[must_use]
pub fn schema(columns: &Columns) -> Schema {
    let id_type = if columns.has_id { DataType::Utf8 } else { DataType::UInt64 };
    let mut fields = vec![Field::new(&columns.id, id_type, false)];
    fields.extend(columns.keep.iter().map(|name| Field::new(name, DataType::Utf8, false)));
    fields.extend(columns.scores.iter().map(|(name, metric)| {
        let data_type = if metric.is_whole() { DataType::Int32 } else { DataType::Float64 };
        Field::new(name, data_type, true)
    }));
    fields.push(Field::new(NOTES, DataType::Utf8, true));
    Schema::new(fields)
}

/// The rows of a block; rejected ones only when `inline`.
///
/// # Errors
/// What the library says of columns that do not fit the schema: a fault of ours.
pub fn batch_of(scored: &Scored<'_>, columns: &Columns, inline: bool) -> Result<RecordBatch, String> {
    let block = scored.block();
    let shared = scored.shared();
    let n_keep = columns.keep.len();
    let rows: Vec<usize> =
        (0..scored.rows().len()).filter(|&row| inline || scored.rows()[row].reject.is_none()).collect();
    let text = |(start, end): (usize, usize)| decode(&block.text[start..end]).into_owned();
    let id: ArrayRef = if columns.has_id {
        let ids = rows.iter().map(|&row| scored.rows()[row].id.map_or_else(String::new, text));
        Arc::new(StringArray::from_iter_values(ids))
    } else {
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|&row| scored.rows()[row].number)))
    };
    let mut arrays = vec![id];
    for keep in 0..n_keep {
        let values = rows.iter().map(|&row| text(block.kept[row * n_keep + keep]));
        arrays.push(Arc::new(StringArray::from_iter_values(values)));
    }
    let mut values: Vec<Vec<MetricValue>> = vec![Vec::with_capacity(rows.len()); columns.scores.len()];
    let mut notes = Vec::with_capacity(rows.len());
    for &row in &rows {
        let (results, note) = match &scored.rows()[row].reject {
            Some(reject) => (Vec::new(), reject.note()),
            None => scored.results(row),
        };
        for (column, values) in values.iter_mut().enumerate() {
            let (scale_idx, metric) = (column / shared.metrics.len(), columns.scores[column].1);
            let result = results.get(scale_idx);
            values.push(result.map_or(MetricValue::Absent, |result| metric.of(result, shared.with_norm())));
        }
        notes.push(if note.is_empty() { None } else { Some(note) });
    }
    for ((_, metric), values) in columns.scores.iter().zip(values) {
        arrays.push(if metric.is_whole() {
            let whole = values.iter().map(|value| match value {
                MetricValue::Whole(value) => i32::try_from(*value).ok(),
                _ => None,
            });
            Arc::new(whole.collect::<Int32Array>())
        } else {
            let real = values.iter().map(|value| match value {
                MetricValue::Raw(value) | MetricValue::Real(value) => Some(*value),
                _ => None,
            });
            Arc::new(real.collect::<Float64Array>())
        });
    }
    arrays.push(Arc::new(StringArray::from(notes)));
    RecordBatch::try_new(Arc::new(schema(columns)), arrays).map_err(|error| error.to_string())
}

/// Writes batches in order; the file is whole only after [`ParquetWriter::finish`].
pub struct ParquetWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
}

/// Rows after which a row group is closed, so that memory is bounded.
const ROW_GROUP_ROWS: usize = 64 << 10;

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What the library or the system says.
    pub fn new(out: W, columns: &Columns) -> Result<Self, parquet::errors::ParquetError> {
        let level = ZstdLevel::try_new(1)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_created_by(format!("bilan {}", engine::VERSION))
            .build();
        let writer = ArrowWriter::try_new(out, Arc::new(schema(columns)), Some(properties))?;
        Ok(Self { writer })
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// What the library or the system says.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), parquet::errors::ParquetError> {
        self.writer.write(batch)
    }

    /// Closes the file with the provenance in its metadata.
    ///
    /// # Errors
    /// What the library or the system says.
    pub fn finish(mut self, provenance: &Provenance, counts: &Counts) -> Result<W, parquet::errors::ParquetError> {
        let json = provenance.to_json(Some(counts));
        self.writer.append_key_value_metadata(KeyValue::new("bilan".to_owned(), json));
        self.writer.into_inner()
    }
}
