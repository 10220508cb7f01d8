//! All answers of a file at once, for studies of an instrument: unlike scoring, a study needs everybody in memory.

use engine::model::{ResponseCollector, ResponseMatrix};
use instruments::{Catalog, LoadedInstrument};

use crate::answers::AnswerReader;
use crate::block::{BlockReader, BlockScratch};
use crate::error::{Error, Result};
use crate::input::{Rows, Source, decode};
use crate::layout::Layout;
use crate::person::Places;
use crate::pipeline::Progress;
use crate::settings::ColumnSettings;

/// The most answers that are held at once, a byte each.
pub const MAX_ANSWERS: usize = 4_000_000_000;

/// Which file is read, and how.
#[derive(Debug, Clone, Copy)]
pub struct WholeFile<'a> {
    /// All known instruments, for messages.
    pub catalog: &'a Catalog,
    /// The instrument.
    pub instrument: &'a LoadedInstrument,
    /// Columns of the input; those to keep come back as text.
    pub columns: &'a ColumnSettings,
}

/// The answers of everybody in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Everybody {
    /// The answers.
    pub matrix: ResponseMatrix,
    /// Identifier of each row: the value of the column of identifiers, else the number of the row.
    pub ids: Vec<String>,
    /// The kept columns, in the order asked for, a text a row.
    pub kept: Vec<Vec<String>>,
    /// Columns of the input that served nothing.
    pub n_ignored_columns: usize,
}

impl WholeFile<'_> {
    /// Reads all rows.
    ///
    /// # Errors
    /// What reading can meet; a row with an answer that is none ends the run, as does a file too large to be held.
    pub fn read(&self, mut source: Source, progress: Option<Progress<'_>>) -> Result<Everybody> {
        let instrument = self.instrument.instrument();
        let layout = Layout::of(&source.name, &source.header, instrument, self.catalog, self.columns, None)?;
        let answers = AnswerReader::new(instrument, &self.columns.missing)
            .map_err(|problems| Error::Settings(problems.join("\n  ")))?;
        let places = Places::without_norm();
        let blocks = BlockReader::new(instrument, &layout, &answers, &places, source.separator);
        let mut scratch = BlockScratch::default();
        let mut collector = ResponseCollector::default();
        let n_kept = layout.keep.len();
        let (mut ids, mut kept) = (Vec::new(), vec![Vec::new(); n_kept]);
        let mut problem = None;
        while let Some(chunk) = source.next_chunk(Vec::new())? {
            if let (Some(progress), Rows::Lines { text, .. }) = (progress, &chunk.rows) {
                progress(text.len() as u64);
            }
            let read = blocks.read(&chunk, &mut scratch, |block| {
                if problem.is_some() {
                    return;
                }
                let text = |(start, end): (usize, usize)| decode(&block.text[start..end]).trim().to_owned();
                for (row, info) in block.rows.iter().enumerate() {
                    if let Some(reject) = &info.reject {
                        problem = Some(Error::unreadable(&source.name, reject));
                        return;
                    }
                    ids.push(info.id.map_or_else(|| info.number.to_string(), text));
                    for (column, range) in kept.iter_mut().zip(&block.kept[row * n_kept..(row + 1) * n_kept]) {
                        column.push(text(*range));
                    }
                }
                collector.add(block.matrix, block.rows.len());
            });
            read.map_err(|error| Error::Internal(error.to_string()))?;
            if let Some(problem) = problem {
                return Err(problem);
            }
            if collector.n_cells() > MAX_ANSWERS {
                return Err(Error::Settings(format!(
                    "{}: more than {MAX_ANSWERS} answers; a study holds them all in memory, take a sample of the rows",
                    source.name
                )));
            }
        }
        let matrix = collector.finish().unwrap_or_else(|| ResponseMatrix::unanswered(instrument, 0));
        Ok(Everybody { matrix, ids, kept, n_ignored_columns: layout.n_ignored })
    }
}
