//! Scores blocks: tally, results, and text for whoever writes them.
//!
//! Most results depend on three small numbers only: the stratum, how many items were answered, and their sum. Their
//! printed text is remembered by these, so that a norm is looked up and a number formatted once and not a million times.

use engine::assessment::{Assessor, NormPlace, ScaleResult};
use engine::model::Instrument;
use engine::scoring::{NoSpread, Squares, Tallies, Tally, WholeSums};

use crate::block::{Block, RowInfo};
use crate::input::decode;
use crate::metric::{Decimals, Metric};
use crate::notes;
use crate::person::Places;

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
}

/// Longest cell that is remembered; longer ones are made each time.
const CELL_TEXT: usize = 30;

/// The text of one scale's columns for one stratum, number of answered items and sum.
#[derive(Debug, Clone, Copy)]
struct Cell {
    text: [u8; CELL_TEXT],
    len: u8,
    state: CellState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellState {
    Unknown,
    Plain,
    Notable,
    TooLong,
}

/// The cells of one scale in one stratum.
#[derive(Debug, Clone)]
struct ScaleCells {
    lowest: i16,
    width: usize,
    cells: Vec<Cell>,
}

/// Memory and remembered texts of one worker.
#[derive(Debug, Default)]
pub struct Scratch {
    tallies: Tallies,
    /// By stratum (0 without one), then by scale.
    cells: Vec<Vec<Option<ScaleCells>>>,
    long: Vec<u8>,
    notable: Vec<usize>,
}

/// A block that has been tallied.
pub struct Scored<'b> {
    shared: &'b Shared<'b>,
    block: &'b Block<'b>,
    scratch: &'b mut Scratch,
    whole: Vec<Option<WholeSums>>,
}

impl<'b> Scored<'b> {
    /// Tallies a block.
    pub fn new(shared: &'b Shared<'b>, block: &'b Block<'b>, scratch: &'b mut Scratch) -> Self {
        let plan = shared.assessor.plan();
        let squares = shared.squares();
        plan.tally(block.matrix, squares, &mut scratch.tallies);
        let whole = (0..plan.n_scales())
            .map(|scale_idx| plan.whole_sums(scale_idx).filter(|_| squares == Squares::Skip))
            .collect();
        Self { shared, block, scratch, whole }
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
        self.shared.assessor.assess(scale_idx, &self.scratch.tallies, row, &place.norm)
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

    /// Writes the cells of all scales of a row, each with a comma in front, and returns the row's note.
    pub fn write_cells(&mut self, row: usize, out: &mut TextBuffer) -> String {
        let place = self.shared.places.get(self.block.rows[row].place);
        let stratum = match place.norm {
            Some(Ok(stratum_idx)) => stratum_idx + 1,
            _ => 0,
        };
        let n_scales = self.whole.len();
        if self.scratch.cells.len() <= stratum {
            self.scratch.cells.resize_with(stratum + 1, Vec::new);
        }
        let mut of_stratum = std::mem::take(&mut self.scratch.cells[stratum]);
        of_stratum.resize(n_scales, None);
        let mut notable = std::mem::take(&mut self.scratch.notable);
        notable.clear();
        out.reserve(n_scales * CELL_TEXT);
        for (scale_idx, cells) in of_stratum.iter_mut().enumerate() {
            let whole = self.whole[scale_idx];
            let columns = whole.and_then(|whole| {
                let columns = self.shared.assessor.plan().whole_columns(scale_idx, &self.scratch.tallies)?;
                Some((whole, columns.0[row], columns.1[row]))
            });
            let Some((whole, answered, sum)) = columns else {
                if self.write_directly(row, scale_idx, out, n_scales - scale_idx) {
                    notable.push(scale_idx);
                }
                continue;
            };
            let cells = cells.get_or_insert_with(|| ScaleCells::new(whole));
            let at = usize::from(answered) * cells.width + (sum - cells.lowest) as usize;
            let cell = &mut cells.cells[at];
            if cell.state == CellState::Unknown {
                *cell = self.shared.cell(scale_idx, answered, sum, &place.norm);
            }
            match cell.state {
                CellState::TooLong => {
                    if self.write_directly(row, scale_idx, out, n_scales - scale_idx) {
                        notable.push(scale_idx);
                    }
                }
                state => {
                    out.push_cell(&cell.text, cell.len);
                    if state == CellState::Notable {
                        notable.push(scale_idx);
                    }
                }
            }
        }
        self.scratch.cells[stratum] = of_stratum;
        let about_person = place.because_sex_unknown || matches!(place.norm, Some(Err(_)));
        let note = if about_person || !notable.is_empty() { self.note(row, &notable) } else { String::new() };
        self.scratch.notable = notable;
        note
    }

    /// Writes a cell without remembering it; true when it is notable.
    fn write_directly(&mut self, row: usize, scale_idx: usize, out: &mut TextBuffer, scales_left: usize) -> bool {
        let result = self.result(row, scale_idx);
        let mut text = std::mem::take(&mut self.scratch.long);
        text.clear();
        self.shared.write_metrics(&result, &mut text);
        out.push(&text);
        out.reserve(scales_left * CELL_TEXT);
        self.scratch.long = text;
        notes::is_notable(&result, self.shared.with_errors())
    }
}

impl Shared<'_> {
    fn write_metrics(&self, result: &ScaleResult, out: &mut Vec<u8>) {
        for metric in self.metrics {
            out.push(b',');
            self.decimals.write(metric.of(result, self.with_norm()), out);
        }
    }

    /// Makes the cell that any row with these sums has.
    fn cell(&self, scale_idx: usize, answered: u16, sum: i16, place: &NormPlace) -> Cell {
        let tally = Tally { answered, sum: f64::from(sum), weight: f64::from(answered), squares: None };
        let score = self.assessor.plan().raw_score_of_tally(scale_idx, tally);
        let result = self.assessor.assess_score(scale_idx, score, || Err(NoSpread::NotKept), place);
        let mut text = Vec::with_capacity(CELL_TEXT);
        self.write_metrics(&result, &mut text);
        let mut cell = Cell { text: [0; CELL_TEXT], len: 0, state: CellState::TooLong };
        if let Some(start) = cell.text.get_mut(..text.len()) {
            start.copy_from_slice(&text);
            cell.len = text.len() as u8;
            let notable = notes::is_notable(&result, self.with_errors());
            cell.state = if notable { CellState::Notable } else { CellState::Plain };
        }
        cell
    }
}

impl ScaleCells {
    fn new(whole: WholeSums) -> Self {
        let width = (i32::from(whole.highest) - i32::from(whole.lowest)) as usize + 1;
        let unknown = Cell { text: [0; CELL_TEXT], len: 0, state: CellState::Unknown };
        Self { lowest: whole.lowest, width, cells: vec![unknown; width * (usize::from(whole.n_items) + 1)] }
    }
}

/// Text being written. Cells are copied with their fixed size, and the rest is written over by the next one.
#[derive(Debug, Default)]
pub struct TextBuffer {
    text: Vec<u8>,
    len: usize,
}

impl TextBuffer {
    /// Takes memory to use again.
    #[must_use]
    pub fn new(mut spare: Vec<u8>) -> Self {
        spare.resize(spare.capacity(), 0);
        Self { text: spare, len: 0 }
    }

    /// Makes room for `more` bytes.
    pub fn reserve(&mut self, more: usize) {
        let needed = self.len + more;
        if self.text.len() < needed {
            self.text.resize(needed.max(self.text.len() * 2), 0);
        }
    }

    /// Adds text.
    pub fn push(&mut self, text: &[u8]) {
        self.reserve(text.len());
        self.text[self.len..self.len + text.len()].copy_from_slice(text);
        self.len += text.len();
    }

    /// Adds a cell; room for [`CELL_TEXT`] bytes was made before.
    fn push_cell(&mut self, text: &[u8; CELL_TEXT], len: u8) {
        self.text[self.len..self.len + CELL_TEXT].copy_from_slice(text);
        self.len += usize::from(len);
    }

    /// What was written.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<u8> {
        self.text.truncate(self.len);
        self.text
    }
}
