//! Sums of keyed answers for many respondents at once.
//!
//! The matrix lies item after item, so the inner loop adds one item's column to one scale's sums: no branch, no
//! index, whole numbers of 16 bits where the points are whole. Respondents are taken in tiles that stay in the
//! processor's cache. A respondent's sums never depend on the tile or on the neighbours.

use super::plan::{Arithmetic, Points, ScoringPlan, Slot, SlotItem};
use crate::model::ResponseMatrix;
use crate::model::response::FIRST_MISSING_CODE;

/// Respondents taken together: a tile of sums is 4 kB, a tile of one item's answers 2 kB.
const TILE: usize = 2048;

/// Whether sums of squares are needed, for the within-person standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Squares {
    /// Sums only.
    Skip,
    /// Sums and sums of squares.
    Keep,
}

/// The sums of one respondent on one scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// Number of answered items.
    pub answered: u16,
    /// Sum of the keyed, weighted points of the answered items.
    pub sum: f64,
    /// Sum of the weights of the answered items.
    pub weight: f64,
    /// Sum of the squared keyed points, when kept and all weights are 1.
    pub squares: Option<f64>,
}

/// Columns of sums for one slot, a place for each respondent.
#[derive(Debug, Clone, Default)]
struct SlotTally {
    answered: Vec<u16>,
    /// Whole arithmetic.
    whole_sums: Vec<i16>,
    whole_squares: Vec<i32>,
    /// Real arithmetic.
    real_sums: Vec<f64>,
    real_weights: Vec<f64>,
    real_squares: Vec<f64>,
}

/// The sums of many respondents on all scales. Kept between calls, its memory is used again.
#[derive(Debug, Clone, Default)]
pub struct Tallies {
    n_respondents: usize,
    slots: Vec<SlotTally>,
}

impl Tallies {
    /// Empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of respondents of the last tally.
    #[must_use]
    pub fn n_respondents(&self) -> usize {
        self.n_respondents
    }

    pub(super) fn whole(&self, slot_idx: usize) -> (&[u16], &[i16]) {
        let slot = &self.slots[slot_idx];
        (&slot.answered, &slot.whole_sums)
    }

    pub(super) fn get(&self, slot: &Slot, slot_idx: usize, respondent_idx: usize) -> Tally {
        let columns = &self.slots[slot_idx];
        let answered = columns.answered[respondent_idx];
        match slot.arithmetic {
            Arithmetic::Whole => Tally {
                answered,
                sum: f64::from(columns.whole_sums[respondent_idx]),
                weight: f64::from(answered),
                squares: columns.whole_squares.get(respondent_idx).map(|&squares| f64::from(squares)),
            },
            Arithmetic::Real => Tally {
                answered,
                sum: columns.real_sums[respondent_idx],
                weight: columns.real_weights[respondent_idx],
                squares: columns.real_squares.get(respondent_idx).copied(),
            },
        }
    }
}

impl ScoringPlan {
    /// Sums the keyed answers of every respondent of `matrix` into `tallies`, replacing what was there.
    ///
    /// The matrix must be one of the instrument that the plan was compiled from.
    pub fn tally(&self, matrix: &ResponseMatrix, squares: Squares, tallies: &mut Tallies) {
        let n = matrix.n_respondents();
        tallies.n_respondents = n;
        tallies.slots.resize_with(self.slots.len(), SlotTally::default);
        for (slot, columns) in self.slots.iter().zip(&mut tallies.slots) {
            columns.reset(slot, n, squares);
        }
        let mut start = 0;
        while start < n {
            let end = (start + TILE).min(n);
            for (slot, columns) in self.slots.iter().zip(&mut tallies.slots) {
                match slot.arithmetic {
                    Arithmetic::Whole => columns.add_whole(slot, matrix, start, end),
                    Arithmetic::Real => columns.add_real(slot, matrix, start, end),
                }
            }
            start = end;
        }
    }
}

impl SlotTally {
    fn reset(&mut self, slot: &Slot, n: usize, squares: Squares) {
        let whole = slot.arithmetic == Arithmetic::Whole;
        let squares = squares == Squares::Keep && slot.unit_weights;
        fn zeros<T: Copy + Default>(column: &mut Vec<T>, len: usize) {
            column.clear();
            column.resize(len, T::default());
        }
        zeros(&mut self.answered, n);
        zeros(&mut self.whole_sums, if whole { n } else { 0 });
        zeros(&mut self.whole_squares, if whole && squares { n } else { 0 });
        zeros(&mut self.real_sums, if whole { 0 } else { n });
        zeros(&mut self.real_weights, if whole { 0 } else { n });
        zeros(&mut self.real_squares, if !whole && squares { n } else { 0 });
    }

    fn add_whole(&mut self, slot: &Slot, matrix: &ResponseMatrix, start: usize, end: usize) {
        let sums = &mut self.whole_sums[start..end];
        let answered = &mut self.answered[start..end];
        let mut always_answered = 0;
        for item in &slot.items {
            let codes = &matrix.codes_of_item(item.item_idx)[start..end];
            let highest = codes.iter().fold(0, |highest: u8, &code| highest.max(code));
            match item.points {
                Points::Linear { base, slope } | Points::Number { base, slope } => {
                    // Whole arithmetic was chosen because these are whole and small.
                    let (base, slope) = (base as i16, slope as i16);
                    if highest < FIRST_MISSING_CODE {
                        always_answered += 1;
                        add_complete(sums, codes, base, slope);
                    } else {
                        add_answered(sums, answered, codes, base, slope);
                    }
                }
                Points::Correct { category } => {
                    for ((sum, answered), &code) in sums.iter_mut().zip(answered.iter_mut()).zip(codes) {
                        *sum += i16::from(code == category);
                        *answered += u16::from(code < FIRST_MISSING_CODE);
                    }
                }
            }
        }
        for answered in answered {
            *answered += always_answered;
        }
        if let Some(squares) = self.whole_squares.get_mut(start..end) {
            for item in &slot.items {
                let codes = &matrix.codes_of_item(item.item_idx)[start..end];
                for (square, &code) in squares.iter_mut().zip(codes) {
                    if code < FIRST_MISSING_CODE {
                        let points = item.points_of(code, 0.0) as i32;
                        *square += points * points;
                    }
                }
            }
        }
    }

    fn add_real(&mut self, slot: &Slot, matrix: &ResponseMatrix, start: usize, end: usize) {
        for item in &slot.items {
            let codes = matrix.codes_of_item(item.item_idx);
            let numbers = matrix.numbers_of_item(item.item_idx);
            for row in start..end {
                let code = codes[row];
                if code >= FIRST_MISSING_CODE {
                    continue;
                }
                let points = item.points_of(code, numbers.map_or(0.0, |numbers| numbers[row]));
                self.answered[row] += 1;
                self.real_sums[row] += points;
                self.real_weights[row] += item.weight;
                if let Some(square) = self.real_squares.get_mut(row) {
                    *square += points * points;
                }
            }
        }
    }
}

impl SlotItem {
    fn points_of(&self, code: u8, number: f64) -> f64 {
        match self.points {
            Points::Linear { base, slope } => base + slope * f64::from(code),
            Points::Correct { category } => f64::from(u8::from(code == category)),
            Points::Number { base, slope } => base + slope * number,
        }
    }
}

fn add_complete(sums: &mut [i16], codes: &[u8], base: i16, slope: i16) {
    for (sum, &code) in sums.iter_mut().zip(codes) {
        *sum = sum.wrapping_add(base.wrapping_add(slope.wrapping_mul(i16::from(code))));
    }
}

fn add_answered(sums: &mut [i16], answered: &mut [u16], codes: &[u8], base: i16, slope: i16) {
    for ((sum, answered), &code) in sums.iter_mut().zip(answered).zip(codes) {
        let is_answered = code < FIRST_MISSING_CODE;
        let points = base.wrapping_add(slope.wrapping_mul(i16::from(code)));
        *sum = sum.wrapping_add(if is_answered { points } else { 0 });
        *answered += u16::from(is_answered);
    }
}
