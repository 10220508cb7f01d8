//! Sums of the item codes of one scale and of their products: exact whole numbers, gathered block by block and added up in any
//! order.

use nalgebra::DMatrix;

use crate::stats::covariance::byte_products;

/// Number of respondents, sums and sums of products of the items of a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleSums {
    n: u64,
    sums: Vec<u64>,
    /// Lower triangle with the diagonal, row after row.
    products: Vec<u64>,
}

impl ScaleSums {
    /// Nobody yet, on `n_items` items.
    #[must_use]
    pub fn new(n_items: usize) -> Self {
        Self { n: 0, sums: vec![0; n_items], products: vec![0; n_items * (n_items + 1) / 2] }
    }

    /// Number of items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.sums.len()
    }

    /// Number of respondents with an answer to every item.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Adds respondents: one column of codes an item, all of one length.
    ///
    /// - `n`: how many of them count; the codes of the others are 0 in every column.
    pub(crate) fn add(&mut self, columns: &[&[u8]], n: u64) {
        debug_assert_eq!(columns.len(), self.sums.len(), "one column an item");
        self.n += n;
        let mut products = self.products.iter_mut();
        for (i, (column, sum)) in columns.iter().zip(&mut self.sums).enumerate() {
            *sum += column.iter().map(|&code| u64::from(code)).sum::<u64>();
            for (other, product) in columns[..=i].iter().zip(&mut products) {
                *product += byte_products(column, other);
            }
        }
    }

    /// Adds what was gathered elsewhere on the same items; the order does not matter.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.sums.len(), other.sums.len(), "sums of one scale");
        self.n += other.n;
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| *sum += more);
        self.products.iter_mut().zip(&other.products).for_each(|(sum, more)| *sum += more);
    }

    /// Sample covariances of the codes (n_items × n_items, divisor n − 1): (n·Σxy − Σx·Σy)/(n·(n − 1)).
    ///
    /// `None` for fewer than two respondents.
    #[must_use]
    pub fn covariances(&self) -> Option<DMatrix<f64>> {
        if self.n < 2 {
            return None;
        }
        let k = self.sums.len();
        let mut matrix = DMatrix::zeros(k, k);
        let mut products = self.products.iter();
        for i in 0..k {
            for (j, &product) in (0..=i).zip(&mut products) {
                let numerator =
                    i128::from(self.n) * i128::from(product) - i128::from(self.sums[i]) * i128::from(self.sums[j]);
                let covariance = numerator as f64 / (self.n as f64 * (self.n - 1) as f64);
                (matrix[(i, j)], matrix[(j, i)]) = (covariance, covariance);
            }
        }
        Some(matrix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covariances_worked_by_hand_in_one_piece_or_two() {
        // Deviations −1, 0, 1 and −1, 1, 0: squares 2 and 2, products 1; divided by 2.
        let mut whole = ScaleSums::new(2);
        whole.add(&[&[0, 1, 2], &[1, 3, 2]], 3);
        assert_eq!(whole.covariances().unwrap().as_slice(), [1.0, 0.5, 0.5, 1.0]);
        let (mut first, mut second) = (ScaleSums::new(2), ScaleSums::new(2));
        first.add(&[&[2], &[2]], 1);
        second.add(&[&[0, 1], &[1, 3]], 2);
        first.merge(&second);
        assert_eq!(first, whole);
    }

    #[test]
    fn those_who_do_not_count_add_nothing() {
        let (mut some, mut all) = (ScaleSums::new(1), ScaleSums::new(1));
        some.add(&[&[3, 0, 1]], 2);
        all.add(&[&[3, 1]], 2);
        assert_eq!(some, all);
        assert_eq!(ScaleSums::new(3).covariances(), None);
    }
}
