//! Counting pairs of answers.

use crate::stats::item_scores::ItemColumn;

use super::PolychoricError;

/// How many respondents gave each pair of answers: one row a category of the first item, one column a category of the second.
#[derive(Debug, Clone, PartialEq)]
pub struct ContingencyTable {
    n_rows: usize,
    n_columns: usize,
    /// Row by row.
    counts: Vec<u64>,
}

impl ContingencyTable {
    /// A table from its counts, row by row.
    ///
    /// # Errors
    /// [`PolychoricError::Ragged`] when the rows are not equally long.
    pub fn from_counts(rows: &[&[u64]]) -> Result<Self, PolychoricError> {
        let n_columns = rows.first().map_or(0, |row| row.len());
        if let Some(row_idx) = rows.iter().position(|row| row.len() != n_columns) {
            return Err(PolychoricError::Ragged { row_idx, given: rows[row_idx].len(), expected: n_columns });
        }
        Ok(Self { n_rows: rows.len(), n_columns, counts: rows.concat() })
    }

    /// The pairs of answers to two items, over the respondents who answered both; one row and one column for each number of points
    /// that is possible.
    ///
    /// # Errors
    /// [`PolychoricError::Length`] when the items have different respondents.
    pub fn of_items(first: &ItemColumn, second: &ItemColumn) -> Result<Self, PolychoricError> {
        let (given, expected) = (second.codes().len(), first.codes().len());
        if given != expected {
            return Err(PolychoricError::Length { given, expected });
        }
        Ok(count_pairs(&Coded::possible(first), &Coded::possible(second)))
    }

    /// Number of rows: categories of the first item.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns: categories of the second item.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Number of respondents with this pair of categories; 0 outside the table.
    #[must_use]
    pub fn count(&self, row: usize, column: usize) -> u64 {
        if column >= self.n_columns {
            return 0;
        }
        self.counts.get(row * self.n_columns + column).copied().unwrap_or(0)
    }

    /// Number of respondents in the table.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Counts of the categories of the first item.
    #[must_use]
    pub fn row_sums(&self) -> Vec<u64> {
        (0..self.n_rows).map(|row| self.row(row).iter().sum()).collect()
    }

    /// Counts of the categories of the second item.
    #[must_use]
    pub fn column_sums(&self) -> Vec<u64> {
        (0..self.n_columns).map(|column| (0..self.n_rows).map(|row| self.count(row, column)).sum()).collect()
    }

    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.counts[row * self.n_columns..(row + 1) * self.n_columns]
    }

    /// The table without the categories that nobody chose.
    #[must_use]
    pub(crate) fn without_empty(self) -> Self {
        let chosen = |sums: Vec<u64>| -> Vec<usize> { (0..sums.len()).filter(|&idx| sums[idx] > 0).collect() };
        let (rows, columns) = (chosen(self.row_sums()), chosen(self.column_sums()));
        if rows.len() == self.n_rows && columns.len() == self.n_columns {
            return self;
        }
        let counts = rows.iter().flat_map(|&row| columns.iter().map(move |&column| (row, column)));
        let counts = counts.map(|(row, column)| self.count(row, column)).collect();
        Self { n_rows: rows.len(), n_columns: columns.len(), counts }
    }
}

/// Answers as categories from 0, with one category more for the missing ones, so that counting needs no question.
pub(crate) struct Coded {
    /// Category of each respondent; `n_categories` where not answered.
    codes: Vec<u8>,
    /// Number of categories without that of the missing answers.
    pub(crate) n_categories: usize,
    /// How many chose each category.
    pub(crate) counts: Vec<u64>,
    /// The points of each category, above the lowest possible points.
    pub(crate) points: Vec<u8>,
}

impl Coded {
    /// All points that are possible are categories.
    pub(crate) fn possible(column: &ItemColumn) -> Self {
        Self::with(column, |_| true)
    }

    /// Only the points that somebody has are categories.
    pub(crate) fn chosen(column: &ItemColumn) -> Self {
        Self::with(column, |count| count > 0)
    }

    fn with(column: &ItemColumn, is_category: impl Fn(usize) -> bool) -> Self {
        let all_counts = column.counts();
        let categories: Vec<usize> = (0..all_counts.len()).filter(|&code| is_category(all_counts[code])).collect();
        // At most 251 categories, by the range that an item may have; the next one is that of the missing answers.
        let mut category_of = [categories.len() as u8; 256];
        for (category, &code) in categories.iter().enumerate() {
            category_of[code] = category as u8;
        }
        Self {
            codes: column.codes().iter().map(|&code| category_of[usize::from(code)]).collect(),
            n_categories: categories.len(),
            counts: categories.iter().map(|&code| all_counts[code] as u64).collect(),
            // Codes of bytes.
            points: categories.iter().map(|&code| code as u8).collect(),
        }
    }
}

/// Counts the pairs of categories of two items of the same respondents.
pub(crate) fn count_pairs(first: &Coded, second: &Coded) -> ContingencyTable {
    let (n_rows, n_columns) = (first.n_categories, second.n_categories);
    let width = n_columns + 1;
    let cells = (n_rows + 1) * width;
    // Two tables, so that equal neighbors do not wait for each other.
    let mut even = vec![0_u32; cells];
    let mut odd = vec![0_u32; cells];
    let mut counts = vec![0_u64; n_rows * n_columns];
    // A chunk is short enough for its counts to fit 32 bits.
    const CHUNK: usize = 1 << 30;
    for (a, b) in first.codes.chunks(CHUNK).zip(second.codes.chunks(CHUNK)) {
        let mut pairs_a = a.chunks_exact(2);
        let mut pairs_b = b.chunks_exact(2);
        for (x, y) in (&mut pairs_a).zip(&mut pairs_b) {
            even[usize::from(x[0]) * width + usize::from(y[0])] += 1;
            odd[usize::from(x[1]) * width + usize::from(y[1])] += 1;
        }
        for (&x, &y) in pairs_a.remainder().iter().zip(pairs_b.remainder()) {
            even[usize::from(x) * width + usize::from(y)] += 1;
        }
        for row in 0..n_rows {
            for column in 0..n_columns {
                let cell = row * width + column;
                counts[row * n_columns + column] += u64::from(even[cell]) + u64::from(odd[cell]);
            }
        }
        even.fill(0);
        odd.fill(0);
    }
    ContingencyTable { n_rows, n_columns, counts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_over_those_who_answered_both() {
        let first = ItemColumn::new(1, 3, [Some(1), Some(3), None, Some(3), Some(1)]).unwrap();
        let second = ItemColumn::new(0, 1, [Some(0), Some(1), Some(1), None, Some(0)]).unwrap();
        let table = ContingencyTable::of_items(&first, &second).unwrap();
        assert_eq!((table.n_rows(), table.n_columns(), table.total()), (3, 2, 3));
        assert_eq!((table.row_sums(), table.column_sums()), (vec![2, 0, 1], vec![2, 1]));
        assert_eq!((table.count(0, 0), table.count(2, 1), table.count(0, 9), table.count(9, 0)), (2, 1, 0, 0));
        let chosen = table.without_empty();
        assert_eq!(chosen, ContingencyTable::from_counts(&[&[2, 0], &[0, 1]]).unwrap());
    }

    #[test]
    fn tables_that_are_none_are_refused() {
        assert!(matches!(
            ContingencyTable::from_counts(&[&[1, 2], &[3]]),
            Err(PolychoricError::Ragged { row_idx: 1, given: 1, expected: 2 })
        ));
        let (one, two) = (ItemColumn::new(0, 1, [Some(1)]).unwrap(), ItemColumn::new(0, 1, [None, None]).unwrap());
        assert!(matches!(ContingencyTable::of_items(&one, &two), Err(PolychoricError::Length { .. })));
    }
}
