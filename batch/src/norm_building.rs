//! A norm from a file of answers: every person is counted in the stratum they belong to.
//!
//! [`NormJob::run`] is the conventional way; [`weighted`] gives the sample the margins of a population, [`continuous`] fits models over
//! age, [`NormJob::aggregate`] counts people so that a norm can be built elsewhere.

pub mod continuous;
pub mod weighted;

use engine::model::{Instrument, ScoreRule, Statistic};
use engine::norms::{
    AgeBand, AgeFact, AggregateCounter, BuiltNorm, IntegerGrid, NoNormScore, NormBuilder, PersonFacts, Sex, Stratum,
};
use engine::scoring::{ScoringPlan, Squares, Tallies};
use instruments::Catalog;

use crate::answers::AnswerReader;
use crate::block::{BlockReader, BlockScratch};
use crate::error::{Error, Result};
use crate::input::{Source, decode};
use crate::key_audit::{FileAudit, FileAuditor};
use crate::layout::{Layout, nearest};
use crate::person::{Place, Places};
use crate::settings::{ColumnSettings, NormSettings};

/// What a norm is built from.
#[derive(Debug, Clone, Copy)]
pub struct NormJob<'a> {
    /// All known instruments, for messages.
    pub catalog: &'a Catalog,
    /// The instrument.
    pub instrument: &'a Instrument,
    /// Columns of the input.
    pub columns: &'a ColumnSettings,
    /// Columns of sex and age; the rule is not used.
    pub people: &'a NormSettings,
    /// The strata; they do not overlap.
    pub strata: &'a [Stratum],
    /// Strata with fewer people are dropped.
    pub min_n: u32,
}

/// A norm that was built, and who is not in it.
#[derive(Debug, Clone)]
pub struct NormReport {
    /// The norm.
    pub built: BuiltNorm,
    /// Rows of the input.
    pub rows: u64,
    /// Rows that belong to no stratum.
    pub outside: u64,
    /// Rows in a stratum in which at least one scale is not complete, and so not counted on that scale.
    pub incomplete: u64,
    /// Whether the key fits the first rows; `None` for a norm that was built without answers, from aggregates.
    pub key_audit: Option<FileAudit>,
}

/// One person of a stratum, as a norm counts them.
#[derive(Debug)]
struct Person<'r> {
    /// The stratum.
    stratum_idx: usize,
    /// The scales of which at least one item is answered.
    scores: &'r [PersonScore],
    /// The texts of the further columns that were asked for.
    kept: &'r [String],
    /// Number of the row, from 1.
    row: u64,
}

impl Person<'_> {
    /// Scales whose items are all answered, with their raw scores.
    fn complete(&self) -> impl Iterator<Item = (usize, f64)> {
        self.scores.iter().filter(|score| score.complete).map(|score| (score.scale_idx, score.score))
    }
}

/// What a person has on one scale.
#[derive(Debug, Clone, Copy)]
struct PersonScore {
    scale_idx: usize,
    answered: u32,
    complete: bool,
    /// The raw score of a complete scale, else the sum of what was answered.
    score: f64,
}

/// Who was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows of the input.
    pub rows: u64,
    /// Rows that belong to no stratum.
    pub outside: u64,
    /// Rows in a stratum in which at least one scale is not complete, and so not counted on that scale.
    pub incomplete: u64,
}

impl NormJob<'_> {
    /// Reads all rows and builds the norm. A person counts on the scales whose items are all answered.
    ///
    /// # Errors
    /// What reading can meet; a row that cannot be scored ends the run.
    pub fn run(&self, source: Source) -> Result<NormReport> {
        let mut builder = NormBuilder::new(self.instrument.scales().len(), self.strata.to_vec(), self.min_n);
        let (RowCounts { rows, outside, incomplete }, key_audit) = self.each_person(source, &[], |person| {
            let mut complete = person.complete().peekable();
            if complete.peek().is_some() {
                builder.add_person(person.stratum_idx).map_err(ours)?;
            }
            complete.try_for_each(|(scale_idx, raw)| builder.add(person.stratum_idx, scale_idx, raw)).map_err(ours)
        })?;
        Ok(NormReport { built: builder.finish(&self.grids()), rows, outside, incomplete, key_audit: Some(key_audit) })
    }

    /// Reads all rows and counts them for an aggregate, with the scales of which only a part is answered.
    ///
    /// # Errors
    /// As [`NormJob::run`].
    pub fn aggregate(&self, source: Source) -> Result<(AggregateCounter, RowCounts, FileAudit)> {
        let mut counter = AggregateCounter::new(self.instrument.scales().len(), self.strata.to_vec());
        let (counts, key_audit) = self.each_person(source, &[], |person| {
            if person.complete().next().is_some() {
                counter.add_person(person.stratum_idx).map_err(ours)?;
            }
            let mut scores = person.scores.iter();
            scores
                .try_for_each(|score| counter.add(person.stratum_idx, score.scale_idx, score.answered, score.score))
                .map_err(ours)
        })?;
        Ok((counter, counts, key_audit))
    }

    /// The possible raw scores of each scale, where they are whole numbers.
    #[must_use]
    pub fn grids(&self) -> Vec<Option<IntegerGrid>> {
        integer_grids(self.instrument)
    }

    /// Reads all rows and hands over everyone who belongs to a stratum and answered something, in order.
    ///
    /// - `kept`: further columns, each with the option that names it.
    fn each_person(
        &self,
        mut source: Source,
        kept: &[(&str, &str)],
        mut take: impl FnMut(&Person<'_>) -> Result<()>,
    ) -> Result<(RowCounts, FileAudit)> {
        for (column, option) in kept {
            if !source.header.iter().any(|name| name.eq_ignore_ascii_case(column)) {
                let near = nearest(column, source.header.iter().map(String::as_str));
                let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(Error::Settings(format!("there is no column `{column}` ({option}){hint}")));
            }
        }
        let columns = ColumnSettings {
            keep: kept.iter().map(|(column, _)| (*column).to_owned()).collect(),
            ..self.columns.clone()
        };
        let layout =
            Layout::of(&source.name, &source.header, self.instrument, self.catalog, &columns, Some(self.people))?;
        let answers = AnswerReader::new(self.instrument, &columns.missing)
            .map_err(|problems| Error::Settings(problems.join("\n  ")))?;
        let places = Places::chosen_by(&self.people.sex_codes, |facts| self.place_of(facts));
        let blocks = BlockReader::new(self.instrument, &layout, &answers, &places, source.separator);
        let plan = ScoringPlan::compile(self.instrument);
        let (mut tallies, mut scratch) = (Tallies::new(), BlockScratch::default());
        let mut counts = RowCounts::default();
        let (mut scores, mut texts) = (Vec::new(), Vec::new());
        let mut problem = None;
        let mut auditor = FileAuditor::new(self.instrument);
        while let Some(chunk) = source.next_chunk(Vec::new())? {
            let read = blocks.read(&chunk, &mut scratch, |block| {
                if problem.is_some() {
                    return;
                }
                auditor.add(block);
                plan.tally(block.matrix, Squares::Skip, &mut tallies);
                for (row, info) in block.rows.iter().enumerate() {
                    counts.rows += 1;
                    if let Some(reject) = &info.reject {
                        problem = Some(Error::unreadable(&source.name, reject));
                        return;
                    }
                    let Some(Ok(stratum_idx)) = places.get(info.place).norm else {
                        counts.outside += 1;
                        continue;
                    };
                    scores.clear();
                    scores.extend((0..plan.n_scales()).filter_map(|idx| person_score(&plan, &tallies, idx, row)));
                    let n_complete = scores.iter().filter(|score: &&PersonScore| score.complete).count();
                    counts.incomplete += u64::from(n_complete < plan.n_scales());
                    texts.clear();
                    let ranges = block.kept.iter().skip(row * kept.len()).take(kept.len());
                    texts.extend(ranges.map(|&(start, end)| decode(&block.text[start..end]).trim().to_owned()));
                    let person = Person { stratum_idx, scores: &scores, kept: &texts, row: info.number };
                    if let Err(error) = take(&person) {
                        problem = Some(error);
                        return;
                    }
                }
            });
            read.map_err(|error| Error::Internal(error.to_string()))?;
            if let Some(problem) = problem {
                return Err(problem);
            }
        }
        Ok((counts, auditor.finish()))
    }

    fn place_of(&self, facts: &PersonFacts) -> Place {
        let fits = |stratum: &Stratum| {
            let sex = stratum.sex().is_none_or(|sex| facts.sex == Some(sex));
            let age = match facts.age {
                AgeFact::Known(age) => stratum.ages().contains(age),
                _ => stratum.ages().is_open(),
            };
            sex && age
        };
        let found = self.strata.iter().position(fits).ok_or(NoNormScore::SexNeeded);
        Place { norm: Some(found), because_sex_unknown: false }
    }
}

fn ours(error: engine::norms::BuildError) -> Error {
    Error::Internal(error.to_string())
}

/// What a row has on a scale; `None` where nothing is answered, or a part of a scale that is no sum of whole points.
fn person_score(plan: &ScoringPlan, tallies: &Tallies, scale_idx: usize, row: usize) -> Option<PersonScore> {
    let found = plan.raw_score(scale_idx, tallies, row);
    let (answered, complete) = (u32::from(found.answered), found.answered == found.n_items);
    if complete {
        let score = found.raw.ok()?.value;
        return Some(PersonScore { scale_idx, answered, complete, score });
    }
    let (_, sums) = plan.whole_columns(scale_idx, tallies).filter(|_| answered > 0)?;
    Some(PersonScore { scale_idx, answered, complete, score: f64::from(*sums.get(row)?) })
}

/// The possible raw scores of each scale of an instrument, where complete answers give whole numbers.
#[must_use]
pub fn integer_grids(instrument: &Instrument) -> Vec<Option<IntegerGrid>> {
    (0..instrument.scales().len()).map(|scale_idx| integer_grid(instrument, scale_idx)).collect()
}

/// The number of items of each scale of an instrument, as an aggregate counts them.
#[must_use]
pub fn items_of_scales(instrument: &Instrument) -> Vec<u32> {
    // The number of items of a scale fits, as `ScoringPlan::compile` has it.
    (0..instrument.scales().len()).map(|scale_idx| instrument.n_items_of(scale_idx) as u32).collect()
}

/// The possible raw scores of a scale whose complete answers give whole numbers.
fn integer_grid(instrument: &Instrument, scale_idx: usize) -> Option<IntegerGrid> {
    let scale = instrument.scales().get(scale_idx)?;
    let whole_points = match &scale.rule {
        ScoreRule::Keyed { items, statistic: Statistic::Sum } => items.iter().all(|keyed| {
            let categorical = instrument.items()[keyed.item_idx].responses.n_categories() > 0;
            categorical && keyed.weight == 1.0
        }),
        ScoreRule::Correct { .. } => true,
        _ => false,
    };
    let (lowest, highest) = instrument.possible_range(scale_idx).filter(|_| whole_points)?;
    IntegerGrid::new(lowest as i32, highest as i32).ok()
}

/// A text that is no age band.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not an age band such as 16-25 or 46-")]
pub struct InvalidBand {
    /// The part at fault.
    pub given: String,
}

/// Reads age bands such as `16-25,26-45,46-`.
///
/// # Errors
/// The first part that is no band.
pub fn read_bands(text: &str) -> std::result::Result<Vec<AgeBand>, InvalidBand> {
    let band = |part: &str| {
        let limit = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
        let (min, max) = part.split_once('-')?;
        AgeBand::new(limit(min.trim())?, limit(max.trim())?).ok()
    };
    text.split(',').map(|part| band(part).ok_or_else(|| InvalidBand { given: part.to_owned() })).collect()
}

/// The strata of sexes × age bands.
///
/// # Errors
/// When an id cannot be made: a fault of ours.
pub fn strata_of(by_sex: bool, bands: &[AgeBand]) -> Result<Vec<Stratum>> {
    let sexes: &[Option<Sex>] = if by_sex { &[Some(Sex::Female), Some(Sex::Male)] } else { &[None] };
    let open = [AgeBand::OPEN];
    let bands = if bands.is_empty() { &open[..] } else { bands };
    let mut strata = Vec::new();
    for sex in sexes {
        for band in bands {
            let who = sex.map_or("all", |sex| sex.code());
            let id = match (band.youngest(), band.oldest()) {
                (None, None) => who.to_owned(),
                (min, max) => {
                    let limit =
                        |limit: Option<u8>, open: &str| limit.map_or_else(|| open.to_owned(), |l| l.to_string());
                    format!("{who}-{}-{}", limit(min, "0"), limit(max, "up"))
                }
            };
            let id = engine::model::StratumId::new(id).map_err(|error| Error::Internal(error.to_string()))?;
            strata.push(Stratum::new(id, *sex, *band, None));
        }
    }
    Ok(strata)
}
