//! Answers and the response matrix: one byte an answer, item after item.

use super::instrument::Instrument;
use super::response_scale::ResponseKind;

/// Why there is no answer. All kinds count as unanswered; they are stored apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Left blank.
    Skipped,
    /// The person said that the item does not apply.
    NotApplicable,
    /// The person preferred not to answer.
    Declined,
    /// The item was never shown.
    NotShown,
}

/// The answer of one person to one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer {
    /// A category, from 0.
    Category(u8),
    /// A number, for sliders and numeric items.
    Number(f64),
    /// None.
    Missing(Missing),
}

/// Why answers make no response matrix.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The number of answers is not respondents × items.
    #[error("{given} answers for {n_respondents} respondents × {n_items} items")]
    Shape {
        /// Number of answers given.
        given: usize,
        /// Number of respondents.
        n_respondents: usize,
        /// Number of items of the instrument.
        n_items: usize,
    },
    /// A category that the item does not have.
    #[error("respondent {respondent_idx}, item `{item}`: category {category} is outside 0..{n_categories}")]
    CategoryOutOfRange {
        /// Row, from 0.
        respondent_idx: usize,
        /// Id of the item.
        item: String,
        /// The category given.
        category: u8,
        /// How many categories the item has.
        n_categories: u8,
    },
    /// A number outside the item's bounds, or no number.
    #[error("respondent {respondent_idx}, item `{item}`: {value} is outside {lowest} to {highest}")]
    NumberOutOfRange {
        /// Row, from 0.
        respondent_idx: usize,
        /// Id of the item.
        item: String,
        /// The number given.
        value: f64,
        /// Lowest possible.
        lowest: f64,
        /// Highest possible.
        highest: f64,
    },
    /// A category for a number item, or the reverse.
    #[error("respondent {respondent_idx}, item `{item}`: the answer is not of the item's kind")]
    WrongKind {
        /// Row, from 0.
        respondent_idx: usize,
        /// Id of the item.
        item: String,
    },
}

/// Bytes from here up are kinds of missing, not categories.
pub const FIRST_MISSING_CODE: u8 = 252;

impl Missing {
    const fn code(self) -> u8 {
        match self {
            Self::Skipped => 255,
            Self::NotApplicable => 254,
            Self::Declined => 253,
            Self::NotShown => FIRST_MISSING_CODE,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            255 => Some(Self::Skipped),
            254 => Some(Self::NotApplicable),
            253 => Some(Self::Declined),
            FIRST_MISSING_CODE => Some(Self::NotShown),
            _ => None,
        }
    }
}

/// The answers of many respondents to the items of one instrument (n_respondents × n_items).
///
/// Stored item after item, so that a scale is summed along its items for many respondents at once.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseMatrix {
    n_respondents: usize,
    n_items: usize,
    /// `cells[item_idx * n_respondents + respondent_idx]`: a category, or a code of missing; 0 for an answered number.
    cells: Vec<u8>,
    /// One column of numbers for each numeric item, in the order of `number_columns`.
    numbers: Vec<f64>,
    /// `Some(column)` for numeric and slider items.
    number_columns: Vec<Option<usize>>,
}

impl ResponseMatrix {
    /// Checks answers given respondent after respondent, each in the instrument's item order.
    ///
    /// # Errors
    /// [`ResponseError::Shape`] when `answers` is not a whole number of respondents; otherwise the first answer
    /// that its item does not allow.
    pub fn from_rows(instrument: &Instrument, answers: &[Answer]) -> Result<Self, ResponseError> {
        let n_items = instrument.items().len();
        let n_respondents = answers.len().checked_div(n_items).unwrap_or(0);
        if n_respondents * n_items != answers.len() {
            return Err(ResponseError::Shape { given: answers.len(), n_respondents, n_items });
        }
        let mut matrix = Self::unanswered(instrument, n_respondents);
        for (respondent_idx, row) in answers.chunks(n_items.max(1)).enumerate() {
            for (item_idx, answer) in row.iter().enumerate() {
                matrix.set(instrument, respondent_idx, item_idx, *answer)?;
            }
        }
        Ok(matrix)
    }

    /// Takes over category codes that lie item after item, respondents next to each other:
    /// `cells[item_idx * n_respondents + respondent_idx]`.
    ///
    /// A code is a category from 0, or a byte made by [`ResponseMatrix::missing_code`]. This is the fast door for
    /// readers of large files; instruments with numeric items go through [`ResponseMatrix::from_rows`].
    ///
    /// # Errors
    /// [`ResponseError::Shape`], [`ResponseError::CategoryOutOfRange`] or, for a numeric item,
    /// [`ResponseError::WrongKind`].
    pub fn from_item_columns(
        instrument: &Instrument,
        n_respondents: usize,
        cells: Vec<u8>,
    ) -> Result<Self, ResponseError> {
        let n_items = instrument.items().len();
        if cells.len() != n_respondents * n_items {
            return Err(ResponseError::Shape { given: cells.len(), n_respondents, n_items });
        }
        for (item, column) in instrument.items().iter().zip(cells.chunks_exact(n_respondents.max(1))) {
            let n_categories = item.responses.n_categories();
            // One pass without a branch, so that clean columns cost next to nothing; the search runs only when it fails.
            let wrong = column.iter().fold(0_u8, |wrong, &code| {
                wrong | u8::from(code >= n_categories) & u8::from(code < FIRST_MISSING_CODE)
            });
            if wrong == 0 {
                continue;
            }
            let at = |code: &u8| *code >= n_categories && *code < FIRST_MISSING_CODE;
            if let Some(respondent_idx) = column.iter().position(at) {
                let (item, category) = (item.id.to_string(), column[respondent_idx]);
                return Err(if n_categories == 0 {
                    ResponseError::WrongKind { respondent_idx, item }
                } else {
                    ResponseError::CategoryOutOfRange { respondent_idx, item, category, n_categories }
                });
            }
        }
        Ok(Self { n_respondents, n_items, cells, numbers: Vec::new(), number_columns: vec![None; n_items] })
    }

    /// A matrix in which nobody has answered anything yet.
    #[must_use]
    pub fn unanswered(instrument: &Instrument, n_respondents: usize) -> Self {
        let n_items = instrument.items().len();
        let mut n_numbers = 0;
        let number_columns = instrument
            .items()
            .iter()
            .map(|item| {
                let numeric = matches!(item.responses.kind(), ResponseKind::Numeric | ResponseKind::Slider);
                numeric.then(|| {
                    n_numbers += 1;
                    n_numbers - 1
                })
            })
            .collect();
        Self {
            n_respondents,
            n_items,
            cells: vec![Missing::Skipped.code(); n_respondents * n_items],
            numbers: vec![0.0; n_respondents * n_numbers],
            number_columns,
        }
    }

    /// Records one answer.
    ///
    /// # Errors
    /// When the item does not allow the answer, or the place is outside the matrix ([`ResponseError::Shape`]).
    pub fn set(
        &mut self,
        instrument: &Instrument,
        respondent_idx: usize,
        item_idx: usize,
        answer: Answer,
    ) -> Result<(), ResponseError> {
        let (Some(item), true) = (instrument.items().get(item_idx), respondent_idx < self.n_respondents) else {
            let (n_respondents, n_items) = (self.n_respondents, self.n_items);
            return Err(ResponseError::Shape { given: item_idx, n_respondents, n_items });
        };
        let name = || item.id.to_string();
        let n_categories = item.responses.n_categories();
        let code = match answer {
            Answer::Missing(kind) => kind.code(),
            Answer::Category(_) if n_categories == 0 => {
                return Err(ResponseError::WrongKind { respondent_idx, item: name() });
            }
            Answer::Category(category) if category < n_categories => category,
            Answer::Category(category) => {
                return Err(ResponseError::CategoryOutOfRange { respondent_idx, item: name(), category, n_categories });
            }
            Answer::Number(value) => {
                let Some(column) = self.number_columns[item_idx] else {
                    return Err(ResponseError::WrongKind { respondent_idx, item: name() });
                };
                let (lowest, highest) = (item.responses.lowest(), item.responses.highest());
                if !(lowest..=highest).contains(&value) {
                    let item = name();
                    return Err(ResponseError::NumberOutOfRange { respondent_idx, item, value, lowest, highest });
                }
                self.numbers[column * self.n_respondents + respondent_idx] = value;
                0
            }
        };
        self.cells[item_idx * self.n_respondents + respondent_idx] = code;
        Ok(())
    }

    /// The byte that stands for a kind of missing in [`ResponseMatrix::from_item_columns`].
    #[must_use]
    pub fn missing_code(kind: Missing) -> u8 {
        kind.code()
    }

    /// Number of respondents (rows).
    #[must_use]
    pub fn n_respondents(&self) -> usize {
        self.n_respondents
    }

    /// Number of items (columns).
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    /// One answer; `None` outside the matrix.
    #[must_use]
    pub fn answer(&self, respondent_idx: usize, item_idx: usize) -> Option<Answer> {
        if respondent_idx >= self.n_respondents || item_idx >= self.n_items {
            return None;
        }
        let code = self.cells[item_idx * self.n_respondents + respondent_idx];
        Some(match (Missing::from_code(code), self.number_columns[item_idx]) {
            (Some(kind), _) => Answer::Missing(kind),
            (None, Some(column)) => Answer::Number(self.numbers[column * self.n_respondents + respondent_idx]),
            (None, None) => Answer::Category(code),
        })
    }

    /// Puts together what was taken out of matrices of the same instrument.
    pub(crate) fn from_parts(
        n_respondents: usize,
        n_items: usize,
        cells: Vec<u8>,
        numbers: Vec<f64>,
        number_columns: Vec<Option<usize>>,
    ) -> Self {
        debug_assert_eq!(cells.len(), n_respondents * n_items);
        Self { n_respondents, n_items, cells, numbers, number_columns }
    }

    /// The cells of one item, a byte a respondent.
    pub(crate) fn codes_of_item(&self, item_idx: usize) -> &[u8] {
        &self.cells[item_idx * self.n_respondents..(item_idx + 1) * self.n_respondents]
    }

    /// The numbers of one item, where it is numeric; only those with an answered cell count.
    pub(crate) fn numbers_of_item(&self, item_idx: usize) -> Option<&[f64]> {
        let column = self.number_columns[item_idx]?;
        Some(&self.numbers[column * self.n_respondents..(column + 1) * self.n_respondents])
    }

    /// Takes the memory back, to be filled again.
    #[must_use]
    pub fn into_cells(self) -> Vec<u8> {
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, MissingPolicy, ResponseScale, Rounding, Scale,
        ScaleId, ScoreRule, Statistic,
    };
    use super::*;

    fn instrument() -> Instrument {
        let likert = ResponseScale::likert(1, 5).unwrap();
        let slider = ResponseScale::new(ResponseKind::Slider, 0.0, 100.0).unwrap();
        let keyed = |item_idx| KeyedItem { item_idx, keying: Keying::Forward, weight: 1.0 };
        Instrument::new(InstrumentParts {
            id: InstrumentId::new("mixed").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: vec![
                Item { id: ItemId::new("a").unwrap(), responses: likert },
                Item { id: ItemId::new("b").unwrap(), responses: slider },
            ],
            scales: vec![Scale {
                id: ScaleId::new("S").unwrap(),
                rule: ScoreRule::Keyed { items: vec![keyed(0), keyed(1)], statistic: Statistic::Sum },
                missing: MissingPolicy::Reject,
                rounding: Rounding::None,
                ipsative: false,
            }],
        })
        .unwrap()
    }

    #[test]
    fn answers_come_back_as_they_were_given() {
        let answers = [
            Answer::Category(4),
            Answer::Number(62.5),
            Answer::Missing(Missing::Declined),
            Answer::Missing(Missing::NotShown),
        ];
        let matrix = ResponseMatrix::from_rows(&instrument(), &answers).unwrap();
        assert_eq!((matrix.n_respondents(), matrix.n_items()), (2, 2));
        let read: Vec<Answer> = (0..2)
            .flat_map(|row| (0..2).map(move |item| (row, item)))
            .filter_map(|(r, i)| matrix.answer(r, i))
            .collect();
        assert_eq!(read, answers);
        assert_eq!(matrix.answer(2, 0), None);
        assert_eq!(matrix.answer(0, 2), None);
    }

    #[test]
    fn answers_that_an_item_does_not_allow_are_refused() {
        let instrument = instrument();
        let refused = |a, b| ResponseMatrix::from_rows(&instrument, &[a, b]).is_err();
        let fine = Answer::Number(1.0);
        assert!(refused(Answer::Category(5), fine));
        assert!(refused(Answer::Category(255), fine));
        assert!(refused(Answer::Number(1.0), fine));
        assert!(refused(Answer::Category(0), Answer::Category(0)));
        assert!(refused(Answer::Category(0), Answer::Number(100.5)));
        assert!(refused(Answer::Category(0), Answer::Number(f64::NAN)));
        assert!(ResponseMatrix::from_rows(&instrument, &[Answer::Category(0)]).is_err());
    }

    #[test]
    fn column_door_checks_every_code() {
        let instrument = instrument();
        let skipped = ResponseMatrix::missing_code(Missing::Skipped);
        assert!(ResponseMatrix::from_item_columns(&instrument, 2, vec![0, 4, skipped, skipped]).is_ok());
        assert!(matches!(
            ResponseMatrix::from_item_columns(&instrument, 2, vec![0, 5, skipped, skipped]),
            Err(ResponseError::CategoryOutOfRange { respondent_idx: 1, category: 5, .. })
        ));
        assert!(ResponseMatrix::from_item_columns(&instrument, 2, vec![0, 4, 0, skipped]).is_err());
        assert!(ResponseMatrix::from_item_columns(&instrument, 2, vec![0, 4]).is_err());
    }
}
