//! A file before it is scored: its head, and what its first rows would come to. Nothing is written.

use engine::model::Answer;
use engine::norms::NoNormScore;

use crate::block::{BlockReader, BlockScratch};
use crate::error::{Error, Reject, Result};
use crate::input::Source;
use crate::key_audit::{FileAudit, FileAuditor};
use crate::layout::Layout;
use crate::pipeline::{Job, Prepared};
use crate::provenance::Counts;

/// The beginning of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The first rows, field by field.
    pub rows: Vec<Vec<String>>,
}

/// What the rows of a file would come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Rows read, scored and rejected.
    pub counts: Counts,
    /// Where everything stands in a row.
    pub layout: Layout,
    /// Rows that cannot be scored, in order.
    pub rejects: Vec<Reject>,
    /// For each item of the instrument, in how many rows that can be scored it is not answered.
    pub unanswered: Vec<u64>,
    /// Why rows that can be scored have no place in the norm, and how many.
    pub without_norm: Vec<(NoNormScore, u64)>,
    /// Rows that are compared with both sexes because theirs is not known.
    pub sex_unknown: u64,
    /// Whether the key fits these rows.
    pub key_audit: FileAudit,
}

impl Preview {
    /// Columns that serve nothing.
    #[must_use]
    pub fn ignored(&self) -> Vec<&str> {
        let Layout { header, items, id, keep, sex, age, .. } = &self.layout;
        let is_used = |column: usize| {
            items.contains(&Some(column)) || keep.contains(&column) || [id, sex, age].contains(&&Some(column))
        };
        header.iter().enumerate().filter(|(column, _)| !is_used(*column)).map(|(_, name)| name.as_str()).collect()
    }
}

/// Reads the beginning of a file.
///
/// # Errors
/// What reading can meet.
pub fn head(source: Source, n_rows: usize) -> Result<Head> {
    let mut source = source.only_first(n_rows as u64);
    let mut rows = Vec::new();
    while let Some(chunk) = source.next_chunk(Vec::new())? {
        rows.extend(chunk.texts(source.separator));
    }
    rows.truncate(n_rows);
    Ok(Head { columns: source.header, rows })
}

impl Job<'_> {
    /// Reads the rows of a source as [`Job::run`] does, and says what they would come to.
    ///
    /// # Errors
    /// As [`Job::run`]; rows that cannot be scored are no error.
    pub fn preview(&self, mut source: Source) -> Result<Preview> {
        let instrument = self.instrument.instrument();
        let Prepared { layout, answers, places, .. } = self.prepare(&source)?;
        let blocks = BlockReader::new(instrument, &layout, &answers, &places, source.separator);
        let mut scratch = BlockScratch::default();
        let mut auditor = FileAuditor::new(instrument);
        let mut counts = Counts::default();
        let mut rejects = Vec::new();
        let mut unanswered = vec![0; instrument.items().len()];
        let mut without_norm: Vec<(NoNormScore, u64)> = Vec::new();
        let mut sex_unknown = 0;
        while let Some(chunk) = source.next_chunk(Vec::new())? {
            let read = blocks.read(&chunk, &mut scratch, |block| {
                auditor.add(block);
                for (row, info) in block.rows.iter().enumerate() {
                    counts.read += 1;
                    if let Some(reject) = info.reject.as_deref() {
                        counts.rejected += 1;
                        rejects.push(reject.clone());
                        continue;
                    }
                    counts.scored += 1;
                    for (item_idx, n) in unanswered.iter_mut().enumerate() {
                        *n += u64::from(matches!(block.matrix.answer(row, item_idx), Some(Answer::Missing(_))));
                    }
                    let place = places.get(info.place);
                    sex_unknown += u64::from(place.because_sex_unknown);
                    if let Some(Err(reason)) = &place.norm {
                        match without_norm.iter_mut().find(|(known, _)| known == reason) {
                            Some((_, n)) => *n += 1,
                            None => without_norm.push((*reason, 1)),
                        }
                    }
                }
            });
            read.map_err(|error| Error::Internal(error.to_string()))?;
        }
        Ok(Preview { counts, layout, rejects, unanswered, without_norm, sex_unknown, key_audit: auditor.finish() })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use engine::assessment::{IntervalKind, IntervalSettings};
    use instruments::Catalog;

    use super::*;
    use crate::error::RejectReason;
    use crate::metric::{Decimals, Metric};
    use crate::settings::{ColumnSettings, OutputFormat, RejectPolicy, ScoreSettings};

    fn source(text: &str) -> Source {
        Source::from_reader("rows".to_owned(), Box::new(Cursor::new(text.as_bytes().to_vec())), None, 1 << 16).unwrap()
    }

    #[test]
    fn the_head_is_read_whether_rows_are_quoted_or_not_and_blank_lines_are_no_rows() {
        let plain = head(source("a;b\n1;2\n\n3;4\n5;6\n"), 2).unwrap();
        assert_eq!(plain.columns, ["a", "b"]);
        assert_eq!(plain.rows, [["1", "2"], ["3", "4"]]);
        let quoted = head(source("a,b\n\"1\",\"x, y\"\n3,4\n5,6\n"), 2).unwrap();
        assert_eq!(quoted.rows, [["1", "x, y"], ["3", "4"]]);
        assert_eq!(head(source("a,b\n"), 2).unwrap().rows, Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_preview_tells_rejects_missing_answers_and_ignored_columns_of_the_first_rows() {
        let catalog = Catalog::bundled();
        let loaded = catalog.find("ipip-markers-50").unwrap();
        let items: Vec<&str> = loaded.instrument().items().iter().map(|item| item.id.as_str()).collect();
        let row = |first: &str, extra: &str| format!("{first}{},{extra}\n", ",3".repeat(items.len() - 1));
        let rows = [row("1", "x"), row("", "y"), row("9", "z"), row("9", "never read")].concat();
        let text = format!("{},remark\n{rows}", items.join(","));
        let settings = ScoreSettings {
            columns: ColumnSettings::default(),
            norm: None,
            metrics: vec![Metric::Raw],
            decimals: Decimals::Fixed(2),
            interval: IntervalSettings::new(IntervalKind::Observed, 0.95).unwrap(),
            rejects: RejectPolicy::Inline,
            format: OutputFormat::Csv,
            threads: 1,
            chunk_bytes: 1 << 16,
        };
        let job =
            Job { catalog: &catalog, instrument: &loaded, norm_id: None, settings: &settings, allow_simulated: false };
        let preview = job.preview(source(&text).only_first(3)).unwrap();
        assert_eq!(preview.counts, Counts { read: 3, scored: 2, rejected: 1 });
        assert_eq!((preview.unanswered[0], preview.unanswered[1]), (1, 0));
        assert_eq!(preview.ignored(), ["remark"]);
        let [reject] = &preview.rejects[..] else { panic!("{:?}", preview.rejects) };
        assert_eq!((reject.row, reject.column.as_deref()), (3, Some(items[0])));
        assert!(matches!(reject.reason, RejectReason::OutsideCategories { .. }));
    }
}
