//! Mahalanobis distance: how unusual a person's combination of answers is in a reference sample.

use nalgebra::{DMatrix, DVector};

use super::no_index::NoIndex;
use crate::numeric::distribution::chi_squared;
use crate::numeric::eigen::symmetric_eigen;

/// Eigenvalues of the correlation matrix below this are those of items that follow from others.
const SMALLEST_EIGENVALUE: f64 = 1e-9;

/// Means and inverted covariances of a reference sample.
#[derive(Debug, Clone, PartialEq)]
pub struct MahalanobisReference {
    /// Means and SDs of the items; no SD where everybody gave the same answer.
    means: Vec<f64>,
    sds: Vec<Option<f64>>,
    /// Inverse of the correlations (generalized where some items follow from others), items without spread left out.
    precision: DMatrix<f64>,
    /// Places of the items with spread.
    items: Vec<usize>,
    rank: usize,
}

/// The squared Mahalanobis distance of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// D², from 0.
    pub squared: f64,
    /// Degrees of freedom: number of independent items answered.
    pub df: usize,
    /// Share of people beyond that distance if answers were normally distributed (χ² with `df`), 0–1. Answers in few categories are
    /// not, so that this is a rough guide.
    pub p_value: f64,
}

impl MahalanobisReference {
    /// Inverts the covariances of a reference sample.
    ///
    /// - `means`, `covariances`: of the answers as given, in points and points²; `n`: number of people behind them.
    ///
    /// Items in which nobody differs are left out. Where items follow from others (a column copied, a total among its parts), the
    /// generalized inverse is used, and [`MahalanobisReference::rank`] says how many independent items remain.
    ///
    /// # Errors
    /// [`NoIndex::ReferenceTooSmall`] unless there are more people than items with spread: otherwise everybody in the sample would be
    /// equally far away. [`NoIndex::IndefiniteCovariances`], [`NoIndex::NotInReference`] when nothing has spread, a number is not finite
    /// or shapes differ.
    pub fn new(means: &[f64], covariances: &DMatrix<f64>, n: u64) -> Result<Self, NoIndex> {
        let k = means.len();
        if covariances.shape() != (k, k) || !means.iter().chain(covariances.iter()).all(|x| x.is_finite()) {
            return Err(NoIndex::NotInReference);
        }
        let sds: Vec<Option<f64>> = (0..k).map(|i| covariances[(i, i)]).map(|v| (v > 0.0).then(|| v.sqrt())).collect();
        let (items, spreads): (Vec<usize>, Vec<f64>) =
            sds.iter().enumerate().filter_map(|(item, sd)| Some((item, (*sd)?))).unzip();
        if items.is_empty() {
            return Err(NoIndex::NotInReference);
        }
        let needed = items.len() as u64 + 1;
        if n < needed {
            return Err(NoIndex::ReferenceTooSmall { n, needed });
        }
        let correlations = DMatrix::from_fn(items.len(), items.len(), |i, j| {
            covariances[(items[i], items[j])] / (spreads[i] * spreads[j])
        });
        let eigen = symmetric_eigen(&correlations).ok_or(NoIndex::IndefiniteCovariances)?;
        if eigen.values.iter().any(|&value| value < -SMALLEST_EIGENVALUE) {
            return Err(NoIndex::IndefiniteCovariances);
        }
        let rank = eigen.values.iter().filter(|&&value| value > SMALLEST_EIGENVALUE).count();
        let kept = eigen.vectors.columns(0, rank).into_owned();
        let inverted = DVector::from_iterator(rank, eigen.values.iter().take(rank).map(|value| 1.0 / value));
        let precision = &kept * DMatrix::from_diagonal(&inverted) * kept.transpose();
        Ok(Self { means: means.to_vec(), sds, precision, items, rank })
    }

    /// Number of independent items.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Number of items in which people of the reference differ.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.items.len()
    }

    /// Squared Mahalanobis distance of one person: D² = (x − x̄)ᵀ S⁻¹ (x − x̄).
    ///
    /// - `answers`: as they were given, in the order of the reference's items; `None` is unanswered. With missing answers it is the
    ///   distance on the answered items, with the covariances of these.
    ///
    /// # Errors
    /// [`NoIndex::TooFewAnswers`] without any answer, [`NoIndex::DependentItems`] for missing answers where items follow from others.
    /// # References
    /// Mahalanobis (1936), Proceedings of the National Institute of Sciences of India 2, 49–55; for careless answers Meade & Craig
    /// (2012), Psychological Methods 17, 437–455, doi:10.1037/a0028085.
    /// # Agreement
    /// Oracle `quality/careless` (R careless `mahad`), within 1e-7 relative.
    pub fn distance(&self, answers: &[Option<i32>]) -> Result<Distance, NoIndex> {
        let mut missing = Vec::new();
        let deviation = |(place, &item): (usize, &usize)| match (answers.get(item).copied().flatten(), self.sds[item]) {
            (Some(points), Some(sd)) => (f64::from(points) - self.means[item]) / sd,
            _ => {
                missing.push(place);
                0.0
            }
        };
        let deviations = DVector::from_iterator(self.items.len(), self.items.iter().enumerate().map(deviation));
        let answered = self.items.len() - missing.len();
        if answered == 0 {
            return Err(NoIndex::TooFewAnswers { answered: 0, needed: 1 });
        }
        let turned = &self.precision * &deviations;
        let mut squared = deviations.dot(&turned);
        let mut df = self.rank;
        if !missing.is_empty() {
            if self.rank < self.items.len() {
                return Err(NoIndex::DependentItems);
            }
            // The inverse covariances of the answered items, from those of all: S_oo⁻¹ = Q_oo − Q_om Q_mm⁻¹ Q_mo.
            let block = self.precision.select_rows(&missing).select_columns(&missing);
            let side = turned.select_rows(&missing);
            let solved = block.cholesky().ok_or(NoIndex::DependentItems)?.solve(&side);
            squared -= side.dot(&solved);
            df = answered;
        }
        let squared = squared.max(0.0);
        let p_value = chi_squared(squared, df as f64).ok_or(NoIndex::DependentItems)?.above;
        Ok(Distance { squared, df, p_value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> MahalanobisReference {
        let covariances = DMatrix::from_row_slice(3, 3, &[4.0, 1.0, 0.5, 1.0, 1.0, 0.25, 0.5, 0.25, 2.0]);
        MahalanobisReference::new(&[3.0, 2.0, 0.0], &covariances, 50).unwrap()
    }

    #[test]
    fn distance_worked_by_hand() {
        // Two items, r = .5, deviations of 1 SD each: (1 − 2·.5 + 1)/(1 − .25) = 4/3.
        let covariances = DMatrix::from_row_slice(2, 2, &[4.0, 1.0, 1.0, 1.0]);
        let pair = MahalanobisReference::new(&[3.0, 2.0], &covariances, 50).unwrap();
        let found = pair.distance(&[Some(5), Some(3)]).unwrap();
        assert!((found.squared - 4.0 / 3.0).abs() < 1e-12);
        // χ² with 2 degrees of freedom: exp(−x/2).
        assert!((found.p_value - (-2.0_f64 / 3.0).exp2().powf(std::f64::consts::LOG2_E)).abs() < 1e-12);
        assert_eq!(found.df, 2);
    }

    #[test]
    fn a_missing_answer_gives_the_distance_on_the_others() {
        let covariances = DMatrix::from_row_slice(2, 2, &[4.0, 1.0, 1.0, 1.0]);
        let pair = MahalanobisReference::new(&[3.0, 2.0], &covariances, 50).unwrap();
        let (with_gap, without) =
            (reference().distance(&[Some(5), Some(1), None]).unwrap(), pair.distance(&[Some(5), Some(1)]).unwrap());
        assert!((with_gap.squared - without.squared).abs() < 1e-12 && with_gap.df == 2);
        assert_eq!(reference().distance(&[None; 3]), Err(NoIndex::TooFewAnswers { answered: 0, needed: 1 }));
    }

    #[test]
    fn a_copied_item_adds_nothing_and_is_said() {
        let covariances = DMatrix::from_row_slice(3, 3, &[4.0, 1.0, 4.0, 1.0, 1.0, 1.0, 4.0, 1.0, 4.0]);
        let copied = MahalanobisReference::new(&[3.0, 2.0, 3.0], &covariances, 50).unwrap();
        assert_eq!((copied.rank(), copied.n_items()), (2, 3));
        let found = copied.distance(&[Some(5), Some(3), Some(5)]).unwrap();
        assert!((found.squared - 4.0 / 3.0).abs() < 1e-12 && found.df == 2);
        assert_eq!(copied.distance(&[Some(5), None, Some(5)]), Err(NoIndex::DependentItems));
    }

    #[test]
    fn references_that_cannot_serve_are_refused() {
        let one = DMatrix::from_element(1, 1, 1.0);
        assert_eq!(MahalanobisReference::new(&[0.0], &one, 1), Err(NoIndex::ReferenceTooSmall { n: 1, needed: 2 }));
        assert_eq!(MahalanobisReference::new(&[0.0], &DMatrix::zeros(1, 1), 9), Err(NoIndex::NotInReference));
        assert_eq!(MahalanobisReference::new(&[f64::NAN], &one, 9), Err(NoIndex::NotInReference));
        assert_eq!(MahalanobisReference::new(&[0.0, 0.0], &one, 9), Err(NoIndex::NotInReference));
        let contradicting = DMatrix::from_row_slice(3, 3, &[1.0, 0.9, 0.9, 0.9, 1.0, -0.9, 0.9, -0.9, 1.0]);
        assert_eq!(MahalanobisReference::new(&[0.0; 3], &contradicting, 9), Err(NoIndex::IndefiniteCovariances));
    }
}
