//! Points of many respondents on the items of one scale: what item analysis, reliability and structure start from.

use crate::model::{Answer, Instrument, Keying, ResponseMatrix, ScoreRule};

/// Byte of a missing answer; never seen from outside.
const MISSING: u8 = 255;
/// The most steps between the lowest and the highest points of an item.
pub const MAX_POINT_RANGE: u32 = 250;

/// Why item scores cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemScoresError {
    /// Columns of different length.
    #[error("item {item_idx} has {given} respondents, the first item has {expected}")]
    Length {
        /// Place of the item, from 0.
        item_idx: usize,
        /// Its number of respondents.
        given: usize,
        /// Number of respondents of the first item.
        expected: usize,
    },
    /// The range of possible points is empty or too wide.
    #[error("points from {lowest} to {highest}: the range must rise, by at most {MAX_POINT_RANGE}")]
    Range {
        /// Lowest points, as given.
        lowest: i32,
        /// Highest points, as given.
        highest: i32,
    },
    /// Points outside the range of the item.
    #[error("respondent {respondent_idx}: {given} points are outside {lowest} to {highest}")]
    OutOfRange {
        /// Row, from 0.
        respondent_idx: usize,
        /// The points given.
        given: i32,
        /// Lowest points of the item.
        lowest: i32,
        /// Highest points of the item.
        highest: i32,
    },
    /// An item answered by numbers that are not whole, or over too wide a range.
    #[error(
        "item `{item}` is answered by numbers that are no whole points within a range of {MAX_POINT_RANGE}; item analysis needs whole points"
    )]
    NotWhole {
        /// Id of the item.
        item: String,
    },
    /// A scale made of scales has no items of its own.
    #[error("scale `{scale}` is made of other scales; analyze those")]
    NoItems {
        /// Id of the scale.
        scale: String,
    },
    /// Ipsative scores compare within a person only.
    #[error(
        "scale `{scale}` is ipsative: its items compare within a person only and have no coefficients between people"
    )]
    Ipsative {
        /// Id of the scale.
        scale: String,
    },
}

/// Points of all respondents on one item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemColumn {
    lowest: i32,
    highest: i32,
    /// Points above the lowest, or [`MISSING`].
    codes: Vec<u8>,
    n_missing: usize,
}

impl ItemColumn {
    /// A column of whole points, `None` where the item was not answered.
    ///
    /// - `lowest`, `highest`: the points that are possible, whether or not anyone reached them.
    ///
    /// # Errors
    /// [`ItemScoresError::Range`] and [`ItemScoresError::OutOfRange`].
    pub fn new(
        lowest: i32,
        highest: i32,
        points: impl IntoIterator<Item = Option<i32>>,
    ) -> Result<Self, ItemScoresError> {
        let range = i64::from(highest) - i64::from(lowest);
        if range <= 0 || range > i64::from(MAX_POINT_RANGE) {
            return Err(ItemScoresError::Range { lowest, highest });
        }
        let code = |(respondent_idx, points): (usize, Option<i32>)| match points {
            None => Ok(MISSING),
            Some(given) if given < lowest || given > highest => {
                Err(ItemScoresError::OutOfRange { respondent_idx, given, lowest, highest })
            }
            // Within 0..=250 by the checks above.
            Some(given) => Ok((given - lowest) as u8),
        };
        let codes: Vec<u8> = points.into_iter().enumerate().map(code).collect::<Result<_, _>>()?;
        let n_missing = codes.iter().filter(|&&code| code == MISSING).count();
        Ok(Self { lowest, highest, codes, n_missing })
    }

    /// Lowest possible points.
    #[must_use]
    pub fn lowest(&self) -> i32 {
        self.lowest
    }

    /// Highest possible points.
    #[must_use]
    pub fn highest(&self) -> i32 {
        self.highest
    }

    /// Number of respondents without an answer.
    #[must_use]
    pub fn n_missing(&self) -> usize {
        self.n_missing
    }

    /// Points of one respondent; `None` when not answered, or outside the column.
    #[must_use]
    pub fn points(&self, respondent_idx: usize) -> Option<i32> {
        let code = *self.codes.get(respondent_idx)?;
        (code != MISSING).then(|| self.lowest + i32::from(code))
    }

    /// Points of all respondents, in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<i32>> + '_ {
        self.codes.iter().map(|&code| (code != MISSING).then(|| self.lowest + i32::from(code)))
    }

    /// How many respondents have each number of points, from the lowest to the highest possible.
    #[must_use]
    pub fn counts(&self) -> Vec<usize> {
        // Four tables, so that equal neighbors do not wait for each other.
        let mut tables = [[0_usize; 256]; 4];
        let mut chunks = self.codes.chunks_exact(4);
        for chunk in &mut chunks {
            for (table, &code) in tables.iter_mut().zip(chunk) {
                table[usize::from(code)] += 1;
            }
        }
        for &code in chunks.remainder() {
            tables[0][usize::from(code)] += 1;
        }
        // From 1 to 250 by construction.
        let range = (self.highest - self.lowest) as usize;
        (0..=range).map(|code| tables.iter().map(|table| table[code]).sum()).collect()
    }

    /// Points above the lowest, a byte a respondent; [`ItemColumn::MISSING_CODE`] where not answered.
    pub(crate) fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// The byte of a missing answer in [`ItemColumn::codes`].
    pub(crate) const MISSING_CODE: u8 = MISSING;

    /// The same answers with the points mirrored: lowest + highest − points.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        // From 1 to 250 by construction.
        let top = (self.highest - self.lowest) as u8;
        let codes = self.codes.iter().map(|&code| if code == MISSING { MISSING } else { top - code }).collect();
        Self { codes, ..*self }
    }
}

/// Points of respondents on items (n_respondents × n_items), one column an item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemScores {
    n_respondents: usize,
    columns: Vec<ItemColumn>,
}

impl ItemScores {
    /// Puts columns of equal length side by side.
    ///
    /// # Errors
    /// [`ItemScoresError::Length`].
    pub fn new(columns: Vec<ItemColumn>) -> Result<Self, ItemScoresError> {
        let n_respondents = columns.first().map_or(0, |column| column.codes.len());
        for (item_idx, column) in columns.iter().enumerate() {
            let given = column.codes.len();
            if given != n_respondents {
                return Err(ItemScoresError::Length { item_idx, given, expected: n_respondents });
            }
        }
        Ok(Self { n_respondents, columns })
    }

    /// The points of all respondents on the items of one scale, turned as the key says. Weights of items are left out: a
    /// coefficient is about the items as they were answered.
    ///
    /// # Errors
    /// [`ItemScoresError::NoItems`] for a composite, [`ItemScoresError::Ipsative`] for an ipsative scale,
    /// [`ItemScoresError::NotWhole`] for items answered by free numbers.
    pub fn of_scale(
        instrument: &Instrument,
        scale_idx: usize,
        matrix: &ResponseMatrix,
    ) -> Result<Self, ItemScoresError> {
        let scale = &instrument.scales()[scale_idx];
        let no_items = || ItemScoresError::NoItems { scale: scale.id.to_string() };
        if scale.ipsative {
            return Err(ItemScoresError::Ipsative { scale: scale.id.to_string() });
        }
        let columns = match &scale.rule {
            ScoreRule::Keyed { items, .. } | ScoreRule::Centered { items } => items
                .iter()
                .map(|keyed| Self::keyed_column(instrument, matrix, keyed.item_idx, keyed.keying))
                .collect::<Result<Vec<_>, _>>()?,
            ScoreRule::Correct { items } => items
                .iter()
                .map(|&(item_idx, correct)| {
                    let points = (0..matrix.n_respondents()).map(|row| match matrix.answer(row, item_idx) {
                        Some(Answer::Category(category)) => Some(i32::from(category == correct)),
                        _ => None,
                    });
                    ItemColumn::new(0, 1, points)
                })
                .collect::<Result<Vec<_>, _>>()?,
            ScoreRule::Composite { .. } => return Err(no_items()),
        };
        if columns.is_empty() {
            return Err(no_items());
        }
        Self::new(columns)
    }

    fn keyed_column(
        instrument: &Instrument,
        matrix: &ResponseMatrix,
        item_idx: usize,
        keying: Keying,
    ) -> Result<ItemColumn, ItemScoresError> {
        let item = &instrument.items()[item_idx];
        let not_whole = || ItemScoresError::NotWhole { item: item.id.to_string() };
        let whole = |x: f64| (x.fract() == 0.0 && x.abs() <= 1e6).then_some(x as i32);
        let (Some(lowest), Some(highest)) = (whole(item.responses.lowest()), whole(item.responses.highest())) else {
            return Err(not_whole());
        };
        let points = (0..matrix.n_respondents()).map(|row| match matrix.answer(row, item_idx) {
            Some(Answer::Category(category)) => Ok(Some(lowest + i32::from(category))),
            Some(Answer::Number(value)) => whole(value).map(Some).ok_or_else(not_whole),
            _ => Ok(None),
        });
        let points: Vec<Option<i32>> = points.collect::<Result<_, _>>()?;
        let column = ItemColumn::new(lowest, highest, points).map_err(|_| not_whole())?;
        Ok(if keying == Keying::Reverse { column.mirrored() } else { column })
    }

    /// Number of respondents (rows).
    #[must_use]
    pub fn n_respondents(&self) -> usize {
        self.n_respondents
    }

    /// Number of items (columns).
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.columns.len()
    }

    /// The columns, in the order of the items.
    #[must_use]
    pub fn columns(&self) -> &[ItemColumn] {
        &self.columns
    }

    /// The same respondents, with the points of one item mirrored. Outside the items: unchanged.
    #[must_use]
    pub fn with_mirrored(&self, item_idx: usize) -> Self {
        let mut turned = self.clone();
        if let Some(column) = turned.columns.get_mut(item_idx) {
            *column = column.mirrored();
        }
        turned
    }

    /// Only some of the items, in the order given; places outside are left out.
    #[must_use]
    pub fn select_items(&self, item_indices: &[usize]) -> Self {
        let columns = item_indices.iter().filter_map(|&idx| self.columns.get(idx).cloned()).collect();
        Self { n_respondents: self.n_respondents, columns }
    }

    /// Only the respondents of whom `keep` is true.
    #[must_use]
    pub fn select_respondents(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.n_respondents).filter(|&row| keep(row)).collect();
        let pick = |column: &ItemColumn| {
            let codes: Vec<u8> = kept.iter().map(|&row| column.codes[row]).collect();
            let n_missing = codes.iter().filter(|&&code| code == MISSING).count();
            ItemColumn { codes, n_missing, ..*column }
        };
        Self { n_respondents: kept.len(), columns: self.columns.iter().map(pick).collect() }
    }

    /// Only the respondents who answered every item.
    #[must_use]
    pub fn complete(&self) -> Self {
        if self.columns.iter().all(|column| column.n_missing == 0) {
            return self.clone();
        }
        self.select_respondents(|row| self.columns.iter().all(|column| column.codes[row] != MISSING))
    }

    /// Number of answers that are missing.
    #[must_use]
    pub fn n_missing(&self) -> usize {
        self.columns.iter().map(|column| column.n_missing).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_back_and_are_mirrored_within_their_range() {
        let column = ItemColumn::new(1, 5, [Some(1), None, Some(4)]).unwrap();
        assert_eq!(column.iter().collect::<Vec<_>>(), [Some(1), None, Some(4)]);
        assert_eq!(column.mirrored().iter().collect::<Vec<_>>(), [Some(5), None, Some(2)]);
        assert_eq!(column.counts(), [1, 0, 0, 1, 0]);
        assert_eq!((column.n_missing(), column.points(9)), (1, None));
    }

    #[test]
    fn what_is_outside_the_range_is_refused() {
        assert!(matches!(ItemColumn::new(1, 5, [Some(6)]), Err(ItemScoresError::OutOfRange { given: 6, .. })));
        assert!(ItemColumn::new(1, 1, []).is_err());
        assert!(ItemColumn::new(0, 251, []).is_err());
        assert!(ItemColumn::new(i32::MIN, i32::MAX, []).is_err());
        let (short, long) = (ItemColumn::new(0, 1, [Some(1)]).unwrap(), ItemColumn::new(0, 1, [None, None]).unwrap());
        assert!(ItemScores::new(vec![short, long]).is_err());
    }

    #[test]
    fn complete_respondents_are_kept_in_order() {
        let columns = vec![
            ItemColumn::new(0, 2, [Some(0), Some(1), None, Some(2)]).unwrap(),
            ItemColumn::new(0, 2, [Some(2), None, Some(1), Some(0)]).unwrap(),
        ];
        let complete = ItemScores::new(columns).unwrap().complete();
        assert_eq!(complete.n_respondents(), 2);
        assert_eq!(complete.columns()[0].iter().collect::<Vec<_>>(), [Some(0), Some(2)]);
        assert_eq!(complete.n_missing(), 0);
    }
}
