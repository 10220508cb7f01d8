//! Parquet input: each row group's batches become fields of text, so that one decoder serves all formats.

use arrow_array::{Array, RecordBatch, StringArray};
use arrow_cast::{CastOptions, cast_with_options, display::FormatOptions};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;

use super::{Chunk, FieldTable, Rows};
use crate::error::{Error, Result};

const BATCH_ROWS: usize = 4096;

/// A Parquet file.
pub struct ParquetSource {
    name: String,
    header: Vec<String>,
    batches: ParquetRecordBatchReader,
    next_row: u64,
}

impl ParquetSource {
    /// Opens a file and reads its schema.
    ///
    /// # Errors
    /// [`Error::Parquet`].
    pub fn open(file: impl ChunkReader + 'static, name: &str) -> Result<Self> {
        let fail = |cause: String| Error::Parquet { file: name.to_owned(), cause };
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| fail(e.to_string()))?;
        let header = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let batches = builder.with_batch_size(BATCH_ROWS).build().map_err(|e| fail(e.to_string()))?;
        Ok(Self { name: name.to_owned(), header, batches, next_row: 1 })
    }

    /// Names of the columns.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        self.header.clone()
    }

    /// The next rows, or `None` at the end.
    ///
    /// # Errors
    /// [`Error::Parquet`].
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let fail = |cause: String| Error::Parquet { file: self.name.clone(), cause };
        let Some(batch) = self.batches.next() else { return Ok(None) };
        let batch = batch.map_err(|e| fail(e.to_string()))?;
        let table = fields_of(&batch).map_err(fail)?;
        let first_row = self.next_row;
        self.next_row += table.n_rows() as u64;
        Ok(Some(Chunk { first_row, rows: Rows::Fields(table) }))
    }
}

fn fields_of(batch: &RecordBatch) -> std::result::Result<FieldTable, String> {
    let options = CastOptions { safe: true, format_options: FormatOptions::default() };
    let columns = batch
        .columns()
        .iter()
        .map(|column| cast_with_options(column, &DataType::Utf8, &options).map_err(|e| e.to_string()))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let texts = columns
        .iter()
        .map(|column| column.as_any().downcast_ref::<StringArray>().ok_or("a column is no text after the cast"))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let mut table = FieldTable::default();
    for row in 0..batch.num_rows() {
        for text in &texts {
            table.push_field(if text.is_null(row) { b"" } else { text.value(row).as_bytes() });
        }
        table.end_row();
    }
    Ok(table)
}
