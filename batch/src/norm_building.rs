//! A norm from a file of answers: every person is counted in the stratum they belong to.

use engine::model::{Instrument, ScoreRule, Statistic};
use engine::norms::{AgeFact, BuiltNorm, IntegerGrid, NoNormScore, NormBuilder, PersonFacts, Sex, Stratum};
use engine::scoring::{ScoringPlan, Squares, Tallies};
use instruments::Catalog;

use crate::answers::AnswerReader;
use crate::block::{BlockReader, BlockScratch};
use crate::error::{Error, Result};
use crate::input::Source;
use crate::key_audit::{FileAudit, FileAuditor};
use crate::layout::Layout;
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
    /// Whether the key fits the first rows.
    pub key_audit: FileAudit,
}

impl NormJob<'_> {
    /// Reads all rows and builds the norm. A person counts on the scales whose items are all answered.
    ///
    /// # Errors
    /// What reading can meet; a row that cannot be scored ends the run.
    pub fn run(&self, mut source: Source) -> Result<NormReport> {
        let layout =
            Layout::of(&source.name, &source.header, self.instrument, self.catalog, self.columns, Some(self.people))?;
        let answers = AnswerReader::new(self.instrument, &self.columns.missing)
            .map_err(|problems| Error::Settings(problems.join("\n  ")))?;
        let places = Places::chosen_by(&self.people.sex_codes, |facts| self.place_of(facts));
        let blocks = BlockReader::new(self.instrument, &layout, &answers, &places, source.separator);
        let plan = ScoringPlan::compile(self.instrument);
        let ours = |error: engine::norms::BuildError| Error::Internal(error.to_string());
        let mut builder = NormBuilder::new(plan.n_scales(), self.strata.to_vec(), self.min_n);
        let (mut tallies, mut scratch) = (Tallies::new(), BlockScratch::default());
        let (mut rows, mut outside, mut incomplete) = (0, 0, 0);
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
                    rows += 1;
                    if let Some(reject) = &info.reject {
                        problem = Some(Error::rejected(&source.name, reject));
                        return;
                    }
                    let Some(Ok(stratum_idx)) = places.get(info.place).norm else {
                        outside += 1;
                        continue;
                    };
                    let scores = (0..plan.n_scales()).map(|scale_idx| plan.raw_score(scale_idx, &tallies, row));
                    let complete: Vec<(usize, f64)> = scores
                        .enumerate()
                        .filter(|(_, score)| score.answered == score.n_items)
                        .filter_map(|(scale_idx, score)| Some((scale_idx, score.raw.ok()?.value)))
                        .collect();
                    incomplete += u64::from(complete.len() < plan.n_scales());
                    if complete.is_empty() {
                        continue;
                    }
                    let mut counted = builder.add_person(stratum_idx);
                    for (scale_idx, raw) in complete {
                        counted = counted.and_then(|()| builder.add(stratum_idx, scale_idx, raw));
                    }
                    if let Err(error) = counted {
                        problem = Some(ours(error));
                        return;
                    }
                }
            });
            read.map_err(|error| Error::Internal(error.to_string()))?;
            if let Some(problem) = problem {
                return Err(problem);
            }
        }
        let grids: Vec<Option<IntegerGrid>> =
            (0..plan.n_scales()).map(|scale_idx| integer_grid(self.instrument, scale_idx)).collect();
        let key_audit = auditor.finish();
        Ok(NormReport { built: builder.finish(&grids), rows, outside, incomplete, key_audit })
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

/// The strata of sexes × age bands.
///
/// # Errors
/// When an id cannot be made: a fault of ours.
pub fn strata_of(by_sex: bool, bands: &[engine::norms::AgeBand]) -> Result<Vec<Stratum>> {
    let sexes: &[Option<Sex>] = if by_sex { &[Some(Sex::Female), Some(Sex::Male)] } else { &[None] };
    let open = [engine::norms::AgeBand::OPEN];
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
