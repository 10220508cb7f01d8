//! Scores blocks: tally, results, and text for whoever writes them.

use engine::assessment::{Assessor, NormPlace, ScaleResult};
use engine::model::Instrument;
use engine::scoring::{NoSpread, Squares, Tallies, Tally};

use crate::block::{Block, RowInfo};
use crate::cells::{CELL, Cell, CellMemory};
use crate::input::decode;
use crate::metric::{Decimals, Metric};
use crate::notes;
use crate::person::Places;
use crate::text_buffer::TextBuffer;

/// What all workers share.
#[derive(Debug)]
pub struct Shared<'a> {
    /// The instrument.
    pub instrument: &'a Instrument,
    /// The scorer.
    pub assessor: &'a Assessor,
    /// Places of people in the norm.
    pub places: &'a Places,
    /// Columns for each scale.
    pub metrics: &'a [Metric],
    /// Decimals of text.
    pub decimals: Decimals,
}

impl Shared<'_> {
    /// Whether a norm was asked for.
    #[must_use]
    pub fn with_norm(&self) -> bool {
        self.assessor.norm().is_some()
    }

    /// Whether standard errors were asked for.
    #[must_use]
    pub fn with_errors(&self) -> bool {
        self.metrics.iter().any(|metric| metric.needs_error())
    }

    fn squares(&self) -> Squares {
        if self.with_errors() { self.assessor.squares_for_intervals() } else { Squares::Skip }
    }

    fn write_metrics(&self, result: &ScaleResult, out: &mut Vec<u8>) {
        for metric in self.metrics {
            out.push(b',');
            self.decimals.write(metric.of(result, self.with_norm()), out);
        }
    }

    /// The result that any row of the stratum with this count and sum has.
    fn result_of_sums(&self, scale_idx: usize, answered: u16, sum: i16, place: &NormPlace) -> ScaleResult {
        let tally = Tally { answered, sum: f64::from(sum), weight: f64::from(answered), squares: None };
        let score = self.assessor.plan().raw_score_of_tally(scale_idx, tally);
        self.assessor.assess_score(scale_idx, score, || Err(NoSpread::NotKept), place)
    }
}

/// Sums and remembered texts of one worker.
#[derive(Debug, Default)]
pub struct Scratch {
    tallies: Tallies,
    memory: TextMemory,
}

/// Remembered texts of one worker.
#[derive(Debug, Default)]
pub struct TextMemory {
    cells: CellMemory,
    text: Vec<u8>,
    notable: Vec<usize>,
    /// The index of each row's cell, scale after scale.
    indices: Vec<u32>,
}

/// A block that has been tallied.
pub struct Scored<'b> {
    shared: &'b Shared<'b>,
    block: &'b Block<'b>,
    tallies: &'b Tallies,
}

/// The count and sum of each row on a scale whose texts are remembered, and the index of each row's cell.
struct Sums<'t> {
    answered: &'t [u16],
    sums: &'t [i16],
    indices: &'t [u32],
}

impl<'b> Scored<'b> {
    /// Tallies a block; the second part is the memory for [`Scored::write_rows`].
    pub fn new(shared: &'b Shared<'b>, block: &'b Block<'b>, scratch: &'b mut Scratch) -> (Self, &'b mut TextMemory) {
        let plan = shared.assessor.plan();
        let squares = shared.squares();
        plan.tally(block.matrix, squares, &mut scratch.tallies);
        scratch.memory.cells.lay_out(plan, squares == Squares::Skip);
        (Self { shared, block, tallies: &scratch.tallies }, &mut scratch.memory)
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &'b [RowInfo] {
        self.block.rows
    }

    /// The block.
    #[must_use]
    pub fn block(&self) -> &'b Block<'b> {
        self.block
    }

    /// What all workers share.
    #[must_use]
    pub fn shared(&self) -> &'b Shared<'b> {
        self.shared
    }

    /// The result of a row on a scale.
    #[must_use]
    pub fn result(&self, row: usize, scale_idx: usize) -> ScaleResult {
        let place = self.shared.places.get(self.block.rows[row].place);
        self.shared.assessor.assess(scale_idx, self.tallies, row, &place.norm)
    }

    /// The note of a row whose notable scales are known.
    #[must_use]
    pub fn note(&self, row: usize, notable: &[usize]) -> String {
        let info = &self.block.rows[row];
        let place = self.shared.places.get(info.place);
        let sex = info.sex.map(|(start, end)| decode(&self.block.text[start..end]));
        let results: Vec<_> = notable.iter().map(|&scale_idx| (scale_idx, self.result(row, scale_idx))).collect();
        notes::note(self.shared.instrument, place, sex.as_deref(), &results, self.shared.with_errors())
    }

    /// All results of a row, with its note.
    #[must_use]
    pub fn results(&self, row: usize) -> (Vec<ScaleResult>, String) {
        let results: Vec<ScaleResult> =
            (0..self.shared.instrument.scales().len()).map(|scale_idx| self.result(row, scale_idx)).collect();
        let errors = self.shared.with_errors();
        let notable: Vec<usize> =
            (0..results.len()).filter(|&scale_idx| notes::is_notable(&results[scale_idx], errors)).collect();
        let note = self.note(row, &notable);
        (results, note)
    }

    /// Writes the rows one after the other: `begin` what stands before the scores, then the columns of all scales, each
    /// with a comma in front, then `end` with the row's note. `begin` answers false for a row without scores.
    pub fn write_rows(
        &self,
        memory: &mut TextMemory,
        out: &mut TextBuffer,
        begin: impl Fn(usize, &mut TextBuffer) -> bool,
        end: impl Fn(&str, &mut TextBuffer),
    ) {
        let TextMemory { cells, text, notable, indices } = memory;
        let plan = self.shared.assessor.plan();
        let n_rows = self.tallies.n_respondents();
        indices.resize(plan.n_scales() * n_rows, 0);
        let sums: Vec<Option<Sums<'_>>> = indices
            .chunks_exact_mut(n_rows.max(1))
            .enumerate()
            .map(|(scale_idx, indices)| {
                let (answered, sums) = plan.whole_columns(scale_idx, self.tallies)?;
                cells.place(scale_idx)?.indices(answered, sums, indices);
                Some(Sums { answered, sums, indices })
            })
            .collect();
        for row in 0..self.block.rows.len() {
            if !begin(row, out) {
                continue;
            }
            let place = self.shared.places.get(self.block.rows[row].place);
            let stratum = match place.norm {
                Some(Ok(stratum_idx)) => stratum_idx + 1,
                _ => 0,
            };
            notable.clear();
            let mut scale_idx = 0;
            loop {
                scale_idx = copy_short_cells(&sums, scale_idx, row, cells.stratum(stratum), notable, out);
                if scale_idx == sums.len() {
                    break;
                }
                if self.write_scale(row, scale_idx, sums[scale_idx].as_ref(), stratum, cells, text, out) {
                    notable.push(scale_idx);
                }
                scale_idx += 1;
            }
            if notable.is_empty() && !place.because_sex_unknown && !matches!(place.norm, Some(Err(_))) {
                end("", out);
            } else {
                end(&self.note(row, notable), out);
            }
        }
    }

    /// Writes the columns of a scale that are not remembered as a short text, and remembers them where that is right; true when
    /// the result needs a note.
    #[expect(clippy::too_many_arguments, reason = "parts of one memory that are borrowed apart")]
    fn write_scale(
        &self,
        row: usize,
        scale_idx: usize,
        sums: Option<&Sums<'_>>,
        stratum: usize,
        cells: &mut CellMemory,
        text: &mut Vec<u8>,
        out: &mut TextBuffer,
    ) -> bool {
        let with_errors = self.shared.with_errors();
        text.clear();
        let Some(sums) = sums else {
            let result = self.result(row, scale_idx);
            self.shared.write_metrics(&result, text);
            out.push(text);
            return notes::is_notable(&result, with_errors);
        };
        let (answered, sum) = (sums.answered[row], sums.sums[row]);
        let index = sums.indices[row] as usize;
        if let Some((text, notable)) = cells.long_text(stratum, index) {
            out.push(text);
            return notable;
        }
        let place = self.shared.places.get(self.block.rows[row].place);
        let result = self.shared.result_of_sums(scale_idx, answered, sum, &place.norm);
        self.shared.write_metrics(&result, text);
        let notable = notes::is_notable(&result, with_errors);
        cells.remember(stratum, index, text, notable);
        out.push(text);
        notable
    }
}

/// Copies remembered short texts from `scale_idx` on; returns the first scale that needs more than that.
#[inline]
fn copy_short_cells(
    sums: &[Option<Sums<'_>>],
    first: usize,
    row: usize,
    cells: &[[u8; CELL]],
    notable: &mut Vec<usize>,
    out: &mut TextBuffer,
) -> usize {
    let mut writer = out.cells(sums.len() - first);
    for (scale_idx, scale) in sums.iter().enumerate().skip(first) {
        let cell = scale.as_ref().and_then(|scale| cells.get(*scale.indices.get(row)? as usize));
        let Some(cell) = cell.map(Cell::of).filter(Cell::is_short) else { return scale_idx };
        writer.push(cell);
        if cell.is_notable() {
            notable.push(scale_idx);
        }
    }
    sums.len()
}
