//! Respondents of a file, one or all: everything that the restitution needs of each.

use std::borrow::Cow;

use engine::assessment::{IntervalSettings, NormPlace, ScaleResult};
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
    /// Identifier; `None` without a column of identifiers.
    pub id: Option<String>,
    /// Results, in the instrument's order of scales.
    pub results: Vec<ScaleResult>,
    /// Place in the norm; `None` without one.
    pub place: NormPlace,
    /// Whether the combined stratum serves because the sex is not known.
    pub because_sex_unknown: bool,
    /// The answers, one an item, in the instrument's order.
    pub answers: Vec<Answer>,
    /// What the choices in forced-choice blocks say.
    pub choices: ForcedChoices,
    /// What stands in the columns carried over, in the order asked for.
    pub kept: Vec<String>,
    /// Kind and level of the intervals in the results.
    pub interval: IntervalSettings,
}

fn answers_of(instrument: &Instrument, matrix: &ResponseMatrix, row: usize) -> Vec<Answer> {
    let unanswered = Answer::Missing(Missing::Skipped);
    let n_items = instrument.items().len();
    (0..n_items).map(|item_idx| matrix.answer(row, item_idx).unwrap_or(unanswered)).collect()
}

/// A row that cannot be read as answers.
#[derive(Debug)]
pub struct UnreadableRow {
    /// Number of the row, from 1.
    pub row: u64,
    /// Place, value given, values allowed and remedy.
    pub problem: Error,
}

/// What a step of reading brings: rows that are next to each other in the file.
#[derive(Debug, Default)]
pub struct Respondents {
    /// The people, in the order of the file.
    pub people: Vec<Respondent>,
    /// Rows that cannot be read.
    pub unreadable: Vec<UnreadableRow>,
    /// Bytes of input taken in since the last step.
    pub n_bytes: u64,
}

impl Job<'_> {
    /// Finds and scores one person: by the value of the column of identifiers, or by the number of the row without one.
    ///
    /// # Errors
    /// [`Error::Settings`] when nobody or several have the identifier; what reading can meet.
    pub fn score_one(&self, source: Source, person: &str) -> Result<Respondent> {
        let name = source.name.clone();
        let by_id = self.settings.columns.id.is_some();
        let wanted = |number: u64, id: Option<&str>| match id {
            Some(id) => id.trim() == person.trim(),
            None => !by_id && number.to_string() == person.trim(),
        };
        let mut found: Vec<Respondent> = Vec::new();
        let mut unreadable = None;
        self.score_some(source, &wanted, |step| {
            found.extend(step.people);
            unreadable = unreadable.take().or_else(|| step.unreadable.into_iter().next());
            Ok(())
        })?;
        if let Some(row) = unreadable {
            return Err(row.problem);
        }
        let what = self.settings.columns.id.as_ref().map_or("row number".to_owned(), |id| format!("`{id}`"));
        match (found.pop(), found.len()) {
            (Some(respondent), 0) => Ok(respondent),
            (Some(_), more) => Err(Error::Settings(format!(
                "{} rows of {name} have {what} = {person}; one is needed, name another column of identifiers",
                more + 1,
            ))),
            (None, _) => Err(Error::Settings(format!("no row of {name} has {what} = {person}"))),
        }
    }

    /// Scores everybody, step by step: memory holds the people of one step only.
    ///
    /// # Errors
    /// What reading can meet, and what `take` returns.
    pub fn score_each<E: From<Error>>(
        &self,
        source: Source,
        take: impl FnMut(Respondents) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.score_some(source, &|_, _| true, take)
    }

    fn score_some<E: From<Error>>(
        &self,
        mut source: Source,
        wanted: &dyn Fn(u64, Option<&str>) -> bool,
        mut take: impl FnMut(Respondents) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let Prepared { layout, answers, places, assessor, .. } = self.prepare(&source)?;
        let instrument = self.instrument.instrument();
        let blocks = crate::block::BlockReader::new(instrument, &layout, &answers, &places, source.separator);
        let (mut scratch, mut tallies) = (BlockScratch::default(), Tallies::new());
        let (n_kept, file) = (layout.keep.len(), source.name.clone());
        while let Some(chunk) = source.next_chunk(Vec::new()).map_err(E::from)? {
            let mut n_bytes = chunk.n_bytes() as u64;
            let mut outcome = Ok(());
            let read = blocks.read(&chunk, &mut scratch, |block| {
                let text = |(start, end): (usize, usize)| decode(&block.text[start..end]).into_owned();
                let mut step = Respondents { n_bytes: std::mem::take(&mut n_bytes), ..Respondents::default() };
                let mut tallied = false;
                for (row, info) in block.rows.iter().enumerate() {
                    let id = info.id.map(|(start, end)| decode(&block.text[start..end]));
                    if !wanted(info.number, id.as_deref()) {
                        continue;
                    }
                    if let Some(reject) = &info.reject {
                        let problem = Error::unreadable(&file, reject);
                        step.unreadable.push(UnreadableRow { row: info.number, problem });
                        continue;
                    }
                    if !tallied {
                        assessor.plan().tally(block.matrix, Squares::Keep, &mut tallies);
                        tallied = true;
                    }
                    let place = places.get(info.place);
                    let kept = &block.kept[row * n_kept..(row + 1) * n_kept];
                    let answers = answers_of(instrument, block.matrix, row);
                    step.people.push(Respondent {
                        row: info.number,
                        id: id.map(Cow::into_owned),
                        results: (0..assessor.plan().n_scales())
                            .map(|scale_idx| assessor.assess(scale_idx, &tallies, row, &place.norm))
                            .collect(),
                        place: place.norm,
                        because_sex_unknown: place.because_sex_unknown,
                        choices: ForcedChoices::of(instrument, &answers),
                        answers,
                        kept: kept.iter().map(|&range| text(range)).collect(),
                        interval: assessor.interval(),
                    });
                }
                if outcome.is_ok() {
                    outcome = take(step);
                }
            });
            read.map_err(|error| E::from(Error::Internal(error.to_string())))?;
            outcome?;
        }
        Ok(())
    }
}
