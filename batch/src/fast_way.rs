//! The fast way of reading: all items together, as single digits.

use engine::model::{Missing, ResponseMatrix};

use crate::answers::AnswerReader;
use crate::layout::Layout;

/// The columns of a file in which all items stand together as single digits.
#[derive(Debug, Clone)]
pub struct FastWay {
    /// First column of the run.
    pub first_column: usize,
    /// Item of each column of the run.
    pub items: Vec<usize>,
    /// Missing codes of a single character.
    pub missing: Vec<u8>,
}

/// Stands in a column for a byte that is no category; below the codes of missing.
pub const UNEXPECTED: u8 = 251;

impl FastWay {
    /// Finds the way, where a file has it.
    #[must_use]
    pub fn find(layout: &Layout, answers: &AnswerReader) -> Option<Self> {
        let single_digits = |item: &engine::model::ResponseScale| {
            item.n_categories() > 0 && item.lowest() >= 0.0 && item.highest() <= 9.0
        };
        if !answers.items().iter().all(single_digits) {
            return None;
        }
        let columns = layout.items.iter().copied().collect::<Option<Vec<usize>>>()?;
        let first_column = columns.iter().copied().min()?;
        let mut items = vec![None; columns.len()];
        for (item_idx, &column) in columns.iter().enumerate() {
            *items.get_mut(column - first_column)? = Some(item_idx);
        }
        let items = items.into_iter().collect::<Option<Vec<usize>>>()?;
        Some(Self { first_column, items, missing: answers.single_byte_missing() })
    }
}

/// Replaces digits by categories, missing codes by skipped, and anything else by [`UNEXPECTED`], which it reports.
pub fn digits_to_categories(column: &mut [u8], first: u8, n_categories: u8, missing: &[u8]) -> bool {
    let skipped = ResponseMatrix::missing_code(Missing::Skipped);
    match missing {
        [] => {
            for cell in column.iter_mut() {
                let category = cell.wrapping_sub(first);
                *cell = if category < n_categories { category } else { UNEXPECTED };
            }
        }
        [code] => {
            for cell in column.iter_mut() {
                let category = cell.wrapping_sub(first);
                let other = if *cell == *code { skipped } else { UNEXPECTED };
                *cell = if category < n_categories { category } else { other };
            }
        }
        codes => {
            for cell in column.iter_mut() {
                let category = cell.wrapping_sub(first);
                let other = if codes.contains(cell) { skipped } else { UNEXPECTED };
                *cell = if category < n_categories { category } else { other };
            }
        }
    }
    column.iter().fold(false, |found, &cell| found | (cell == UNEXPECTED))
}
