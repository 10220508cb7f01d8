//! Answers of a whole file, gathered from matrices that hold a part of it each.

use super::response::ResponseMatrix;

/// Gathers the answers of many small matrices of one instrument into one, in the order in which they come.
#[derive(Debug, Clone, Default)]
pub struct ResponseCollector {
    n_respondents: usize,
    /// One column of codes an item.
    codes: Vec<Vec<u8>>,
    /// One column of numbers for each numeric item, in the order of the items.
    numbers: Vec<Vec<f64>>,
    number_columns: Vec<Option<usize>>,
}

impl ResponseCollector {
    /// Takes the first `n_rows` respondents of a matrix; all of them where it has fewer. Matrices of another instrument than
    /// the first one, told by their number of items, are not taken.
    pub fn add(&mut self, matrix: &ResponseMatrix, n_rows: usize) {
        let n_rows = n_rows.min(matrix.n_respondents());
        if self.codes.is_empty() {
            let columns = (0..matrix.n_items()).scan(0, |next, item_idx| {
                Some(matrix.numbers_of_item(item_idx).map(|_| {
                    *next += 1;
                    *next - 1
                }))
            });
            self.number_columns = columns.collect();
            self.codes = vec![Vec::new(); matrix.n_items()];
            self.numbers = vec![Vec::new(); self.number_columns.iter().flatten().count()];
        }
        if matrix.n_items() != self.codes.len() {
            return;
        }
        for (item_idx, column) in self.codes.iter_mut().enumerate() {
            column.extend_from_slice(&matrix.codes_of_item(item_idx)[..n_rows]);
            if let (Some(numbers), Some(place)) = (matrix.numbers_of_item(item_idx), self.number_columns[item_idx])
                && let Some(column) = self.numbers.get_mut(place)
            {
                column.extend_from_slice(&numbers[..n_rows]);
            }
        }
        self.n_respondents += n_rows;
    }

    /// Number of answers gathered so far, missing ones included.
    #[must_use]
    pub fn n_cells(&self) -> usize {
        self.n_respondents * self.codes.len()
    }

    /// The matrix of all; `None` when nothing was taken.
    #[must_use]
    pub fn finish(self) -> Option<ResponseMatrix> {
        let n_items = self.codes.len();
        (n_items > 0).then(|| {
            let (cells, numbers) = (self.codes.concat(), self.numbers.concat());
            ResponseMatrix::from_parts(self.n_respondents, n_items, cells, numbers, self.number_columns)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Answer, Instrument, InstrumentId, InstrumentParts, Item, ItemId, KeyedItem, Keying, Missing, MissingPolicy,
        ResponseKind, ResponseScale, Rounding, Scale, ScaleId, ScoreRule, Statistic,
    };
    use super::*;

    #[test]
    fn parts_come_together_in_their_order() {
        let formats = [
            ResponseScale::likert(1, 5).unwrap(),
            ResponseScale::new(ResponseKind::Slider, 0.0, 100.0).unwrap(),
            ResponseScale::likert(0, 1).unwrap(),
        ];
        let items = formats.iter().enumerate().map(|(idx, &responses)| {
            let id = ItemId::new(format!("i{idx}")).unwrap();
            Item { id, responses }
        });
        let keyed = |item_idx| KeyedItem { item_idx, keying: Keying::Forward, weight: 1.0 };
        let instrument = Instrument::new(InstrumentParts {
            id: InstrumentId::new("t").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: items.collect(),
            scales: vec![Scale {
                id: ScaleId::new("S").unwrap(),
                rule: ScoreRule::Keyed { items: (0..3).map(keyed).collect(), statistic: Statistic::Sum },
                missing: MissingPolicy::Reject,
                rounding: Rounding::None,
                ipsative: false,
            }],
        })
        .unwrap();
        let row =
            |code: u8| [Answer::Category(code), Answer::Number(f64::from(code)), Answer::Missing(Missing::Skipped)];
        let part = |codes: &[u8]| {
            let answers: Vec<Answer> = codes.iter().flat_map(|&code| row(code)).collect();
            ResponseMatrix::from_rows(&instrument, &answers).unwrap()
        };
        let mut collector = ResponseCollector::default();
        collector.add(&part(&[0, 1, 2]), 2);
        collector.add(&part(&[3, 4]), 9);
        let whole = collector.finish().unwrap();
        assert_eq!(whole, part(&[0, 1, 3, 4]));
        assert!(ResponseCollector::default().finish().is_none());
    }
}
