//! One respondent of a file: everything that the restitution needs.

use engine::assessment::{Assessor, NormPlace, ScaleResult};
use engine::model::{Answer, Instrument, Missing, ResponseMatrix};
use engine::reliability::ForcedChoices;
use engine::scoring::{Squares, Tallies};

use crate::block::BlockScratch;
use crate::error::{Error, Result};
use crate::input::{Source, decode};
use crate::pipeline::{Job, Prepared};

/// The results of one person on all scales.
#[derive(Debug, Clone)]
pub struct Respondent {
    /// Number of the row, from 1.
    pub row: u64,
    /// Results, in the instrument's order of scales.
    pub results: Vec<ScaleResult>,
    /// Place in the norm; `None` without one.
    pub place: NormPlace,
    /// Whether the combined stratum serves because the sex is not known.
    pub because_sex_unknown: bool,
    /// What the choices in forced-choice blocks say.
    pub choices: ForcedChoices,
    /// What stands in the columns carried over, in the order asked for.
    pub kept: Vec<String>,
    /// The scorer, with its norm.
    pub assessor: Assessor,
}

fn choices(instrument: &Instrument, matrix: &ResponseMatrix, row: usize) -> ForcedChoices {
    let unanswered = Answer::Missing(Missing::Skipped);
    let n_items = instrument.items().len();
    let answers: Vec<Answer> =
        (0..n_items).map(|item_idx| matrix.answer(row, item_idx).unwrap_or(unanswered)).collect();
    ForcedChoices::of(instrument, &answers)
}

impl Job<'_> {
    /// Finds and scores one person: by the value of the column of identifiers, or by the number of the row without one.
    ///
    /// # Errors
    /// As [`Job::run`]; [`Error::Settings`] when nobody, or more than one row, has that identifier.
    pub fn score_one(&self, mut source: Source, person: &str) -> Result<Respondent> {
        let Prepared { layout, answers, places, assessor, .. } = self.prepare(&source)?;
        let instrument = self.instrument.instrument();
        let blocks = crate::block::BlockReader::new(instrument, &layout, &answers, &places, source.separator);
        let (mut scratch, mut tallies) = (BlockScratch::default(), Tallies::new());
        let mut found: Vec<Respondent> = Vec::new();
        let mut reject = None;
        while let Some(chunk) = source.next_chunk(Vec::new())? {
            let read = blocks.read(&chunk, &mut scratch, |block| {
                let wanted = |row: usize| {
                    let info = &block.rows[row];
                    match info.id {
                        Some((start, end)) => decode(&block.text[start..end]).trim() == person.trim(),
                        None => layout.id.is_none() && info.number.to_string() == person.trim(),
                    }
                };
                let rows: Vec<usize> = (0..block.rows.len()).filter(|&row| wanted(row)).collect();
                if rows.is_empty() {
                    return;
                }
                assessor.plan().tally(block.matrix, Squares::Keep, &mut tallies);
                let n_kept = layout.keep.len();
                let kept = |row: usize| {
                    let ranges = &block.kept[row * n_kept..(row + 1) * n_kept];
                    ranges.iter().map(|&(start, end)| decode(&block.text[start..end]).into_owned()).collect()
                };
                for row in rows {
                    let info = &block.rows[row];
                    if let Some(rejected) = &info.reject {
                        reject.get_or_insert_with(|| rejected.clone());
                        continue;
                    }
                    let place = places.get(info.place);
                    let n_scales = assessor.plan().n_scales();
                    found.push(Respondent {
                        row: info.number,
                        results: (0..n_scales)
                            .map(|scale_idx| assessor.assess(scale_idx, &tallies, row, &place.norm))
                            .collect(),
                        place: place.norm,
                        because_sex_unknown: place.because_sex_unknown,
                        choices: choices(instrument, block.matrix, row),
                        kept: kept(row),
                        assessor: assessor.clone(),
                    });
                }
            });
            read.map_err(|error| Error::Internal(error.to_string()))?;
        }
        if let Some(rejected) = reject {
            return Err(Error::unreadable(&source.name, &rejected));
        }
        let what = self.settings.columns.id.as_ref().map_or("row number".to_owned(), |id| format!("`{id}`"));
        match (found.pop(), found.len()) {
            (Some(respondent), 0) => Ok(respondent),
            (Some(_), more) => Err(Error::Settings(format!(
                "{} rows of {} have {what} = {person}; one is needed, name another column of identifiers",
                more + 1,
                source.name
            ))),
            (None, _) => Err(Error::Settings(format!("no row of {} has {what} = {person}", source.name))),
        }
    }
}
