//! Remembered text: the columns of a scale depend, in most instruments, on three small numbers only — the stratum,
//! how many items were answered, and their sum — so that a norm is looked up and a number formatted once and not a
//! million times.

use engine::scoring::{ScoringPlan, WholeSums};

/// Bytes of a cell that are copied at once: 14 of text, its length, its state.
pub(crate) const CELL: usize = 16;
const TEXT: usize = CELL - 2;
const LEN_AT: usize = CELL - 2;
const STATE_AT: usize = CELL - 1;

/// Cells of one stratum at most (16 MB); scales beyond that are not remembered.
const MOST_CELLS: usize = 1 << 20;

/// Nothing is remembered yet. Zero, so that untouched memory costs nothing.
const UNKNOWN: u8 = 0;
/// A short text that needs no note.
const PLAIN: u8 = 1;
/// A short text of a result that needs a note.
const NOTABLE: u8 = 2;
/// A long text, kept elsewhere.
const LONG: u8 = 3;

/// One remembered text.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'m>(&'m [u8; CELL]);

impl<'m> Cell<'m> {
    /// Reads remembered bytes as a cell.
    #[inline]
    #[must_use]
    pub fn of(bytes: &'m [u8; CELL]) -> Self {
        Self(bytes)
    }

    /// All bytes, to be copied at once; those after the text are to be written over.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &'m [u8; CELL] {
        self.0
    }

    /// Length of the text.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.0[LEN_AT])
    }

    /// Whether a text is here to be copied.
    #[inline]
    #[must_use]
    pub fn is_short(&self) -> bool {
        matches!(self.0[STATE_AT], PLAIN | NOTABLE)
    }

    /// Whether the result needs a note.
    #[inline]
    #[must_use]
    pub fn is_notable(&self) -> bool {
        self.0[STATE_AT] == NOTABLE
    }
}

/// Where a scale's cells stand in a stratum's memory.
#[derive(Debug, Clone, Copy)]
pub struct CellPlace {
    /// Index of the cell for nothing answered and a sum of 0; may be before the first cell.
    origin: i32,
    width: i32,
}

impl CellPlace {
    /// Writes the index of each row's cell, from the numbers of answered items and their sums.
    pub fn indices(self, answered: &[u16], sums: &[i16], indices: &mut [u32]) {
        // Within the memory by the layout: the scale's own bounds on both numbers made it.
        let rows = indices.iter_mut().zip(answered).zip(sums);
        match answered.first() {
            // The usual case, without a multiplication: everyone has answered as many items.
            Some(first) if answered.iter().all(|answered| answered == first) => {
                let origin = self.origin + i32::from(*first) * self.width;
                rows.for_each(|((index, _), sum)| *index = (origin + i32::from(*sum)) as u32);
            }
            _ => rows.for_each(|((index, answered), sum)| {
                *index = (self.origin + i32::from(*sum) + i32::from(*answered) * self.width) as u32;
            }),
        }
    }
}

/// All cells of an instrument, by stratum (0 without one), scale, answered items and sum.
#[derive(Debug, Default)]
pub struct CellMemory {
    places: Vec<Option<CellPlace>>,
    n_cells: usize,
    /// Plain bytes, so that memory which is never used is never touched.
    strata: Vec<Vec<[u8; CELL]>>,
    long: Vec<(Vec<u8>, bool)>,
}

impl CellMemory {
    /// Lays out the memory for a plan, the first time; `usable` says whether texts depend on counts and sums alone.
    pub fn lay_out(&mut self, plan: &ScoringPlan, usable: bool) {
        if self.places.len() == plan.n_scales() {
            return;
        }
        self.places = (0..plan.n_scales())
            .map(|scale_idx| plan.whole_sums(scale_idx).filter(|_| usable).and_then(|whole| self.place_of(whole)))
            .collect();
    }

    fn place_of(&mut self, whole: WholeSums) -> Option<CellPlace> {
        let width = i32::from(whole.highest) - i32::from(whole.lowest) + 1;
        let n_cells = width as usize * (usize::from(whole.n_items) + 1);
        if self.n_cells + n_cells > MOST_CELLS {
            return None;
        }
        let origin = self.n_cells as i32 - i32::from(whole.lowest);
        self.n_cells += n_cells;
        Some(CellPlace { origin, width })
    }

    /// The place of a scale's cells; `None` for a scale whose texts are not remembered.
    #[must_use]
    pub fn place(&self, scale_idx: usize) -> Option<CellPlace> {
        self.places.get(scale_idx).copied().flatten()
    }

    /// The cells of a stratum.
    pub fn stratum(&mut self, stratum: usize) -> &mut [[u8; CELL]] {
        if self.strata.len() <= stratum {
            self.strata.resize_with(stratum + 1, Vec::new);
        }
        let cells = &mut self.strata[stratum];
        if cells.is_empty() {
            *cells = vec![[UNKNOWN; CELL]; self.n_cells];
        }
        cells
    }

    /// Remembers a text.
    pub fn remember(&mut self, stratum: usize, index: usize, text: &[u8], notable: bool) {
        let mut cell = [0; CELL];
        if let Some(start) = cell[..TEXT].get_mut(..text.len()) {
            start.copy_from_slice(text);
            cell[LEN_AT] = text.len() as u8;
            cell[STATE_AT] = if notable { NOTABLE } else { PLAIN };
        } else if let Ok(number) = u32::try_from(self.long.len()) {
            self.long.push((text.to_vec(), notable));
            cell[..4].copy_from_slice(&number.to_le_bytes());
            cell[STATE_AT] = LONG;
        }
        self.stratum(stratum)[index] = cell;
    }

    /// The long text behind a cell, and whether it is notable; `None` when nothing is remembered.
    #[must_use]
    pub fn long_text(&self, stratum: usize, index: usize) -> Option<(&[u8], bool)> {
        let cell = self.strata.get(stratum)?.get(index)?;
        if cell[STATE_AT] != LONG {
            return None;
        }
        let number = u32::from_le_bytes([cell[0], cell[1], cell[2], cell[3]]);
        self.long.get(number as usize).map(|(text, notable)| (text.as_slice(), *notable))
    }
}
