//! Eigenvalues of the correlations of items that have nothing in common.

use nalgebra::DMatrix;
use rand::seq::SliceRandom as _;
use rand::{Rng, RngExt as _};
use rand_distr::{ChiSquared, Distribution as _, StandardNormal};

use crate::numeric::eigenvalues::EigenvalueWorkspace;
use crate::stats::{ItemColumn, ItemScores};

/// Eigenvalues of one set of data, of the correlations and of those with squared multiple correlations on the diagonal.
pub(super) struct DrawnEigenvalues {
    pub(super) components: Vec<f64>,
    /// `None` where the correlations have no inverse.
    pub(super) factors: Option<Vec<f64>>,
}

/// Eigenvalues of correlations, and of the same with the diagonal given.
pub(super) fn eigenvalues_of(
    room: &mut EigenvalueWorkspace,
    correlations: &mut DMatrix<f64>,
    communalities: Option<Vec<f64>>,
) -> Option<DrawnEigenvalues> {
    let components = room.eigenvalues(correlations)?.to_vec();
    let factors = communalities.and_then(|communalities| {
        for (i, communality) in communalities.into_iter().enumerate() {
            correlations[(i, i)] = communality;
        }
        room.eigenvalues(correlations).map(<[f64]>::to_vec)
    });
    Some(DrawnEigenvalues { components, factors })
}

/// Correlations of samples of independent normal variables, drawn without the samples.
pub(super) struct NormalCorrelations {
    n_items: usize,
    /// Columns of the factor: n_items, or n − 1 if there are fewer.
    n_columns: usize,
    /// Squared diagonal elements of the factor.
    diagonal: Vec<ChiSquared<f64>>,
}

/// Room of one thread.
#[derive(Default)]
pub(super) struct DrawRoom {
    eigenvalues: EigenvalueWorkspace,
    /// Factor of the correlations by rows, each of length 1.
    factor: Vec<f64>,
    /// Its inverse by rows.
    inverse: Vec<f64>,
    correlations: Option<DMatrix<f64>>,
}

impl NormalCorrelations {
    /// `None` for fewer than two respondents.
    pub(super) fn new(n_items: usize, n_respondents: usize) -> Option<Self> {
        let n_free = n_respondents.checked_sub(1)?;
        let n_columns = n_items.min(n_free);
        let diagonal = (0..n_columns).map(|j| ChiSquared::new((n_free - j) as f64).ok());
        Some(Self { n_items, n_columns, diagonal: diagonal.collect::<Option<_>>()? })
    }

    /// Draws a sample's correlations and takes their eigenvalues.
    pub(super) fn draw(&self, rng: &mut impl Rng, room: &mut DrawRoom) -> Option<DrawnEigenvalues> {
        let (p, width) = (self.n_items, self.n_columns);
        room.factor.clear();
        room.factor.resize(p * width, 0.0);
        for (i, row) in room.factor.chunks_exact_mut(width).enumerate() {
            for cell in row.iter_mut().take(i) {
                *cell = rng.sample(StandardNormal);
            }
            if let Some(chi_squared) = self.diagonal.get(i) {
                row[i] = chi_squared.sample(rng).sqrt();
            }
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            for cell in row {
                *cell /= length;
            }
        }
        let rows: Vec<&[f64]> = room.factor.chunks_exact(width).collect();
        let mut correlations = room.correlations.take().unwrap_or_else(|| DMatrix::zeros(p, p));
        for j in 0..p {
            correlations[(j, j)] = 1.0;
            // The row of item j ends at its diagonal.
            let reach = (j + 1).min(width);
            for i in j + 1..p {
                let r: f64 = rows[i][..reach].iter().zip(&rows[j][..reach]).map(|(a, b)| a * b).sum();
                correlations[(i, j)] = r;
            }
        }
        let communalities = (width == p).then(|| explained_by_others(&room.factor, &mut room.inverse, p)).flatten();
        let drawn = eigenvalues_of(&mut room.eigenvalues, &mut correlations, communalities);
        room.correlations = Some(correlations);
        drawn
    }
}

/// Squared multiple correlations from the triangular factor of the correlations, by rows: 1 − 1/Σᵢ mᵢⱼ², M its inverse.
fn explained_by_others(factor: &[f64], inverse: &mut Vec<f64>, p: usize) -> Option<Vec<f64>> {
    inverse.clear();
    inverse.resize(p * p, 0.0);
    let mut sums = vec![0.0; p];
    for i in 0..p {
        let (above, from_here) = inverse.split_at_mut(i * p);
        let row = &mut from_here[..p];
        for (k, &weight) in factor[i * p..i * p + i].iter().enumerate() {
            for (cell, &other) in row[..=k].iter_mut().zip(&above[k * p..k * p + k + 1]) {
                *cell -= weight * other;
            }
        }
        let pivot = factor[i * p + i];
        row[i] = 1.0;
        for (cell, sum) in row[..=i].iter_mut().zip(&mut sums) {
            *cell /= pivot;
            *sum += *cell * *cell;
        }
    }
    let explained: Vec<f64> = sums.into_iter().map(|sum| 1.0 - 1.0 / sum).collect();
    explained.iter().all(|x| x.is_finite()).then_some(explained)
}

/// The same answers to each item, dealt out anew to the respondents.
pub(super) fn permuted(scores: &ItemScores, rng: &mut impl Rng) -> Option<ItemScores> {
    let columns = scores.columns().iter().map(|column| {
        let mut points: Vec<Option<i32>> = column.iter().collect();
        points.shuffle(rng);
        ItemColumn::new(column.lowest(), column.highest(), points).ok()
    });
    ItemScores::new(columns.collect::<Option<Vec<_>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::matrix::squared_multiple_correlations;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    #[test]
    fn squared_multiple_correlations_come_from_the_factor() {
        let correlations = DMatrix::from_fn(5, 5, |i, j| if i == j { 1.0 } else { 0.1 * (i + j) as f64 - 0.05 });
        let factor = correlations.clone().cholesky().unwrap().l();
        let by_rows: Vec<f64> = factor.transpose().iter().copied().collect();
        let found = explained_by_others(&by_rows, &mut Vec::new(), 5).unwrap();
        let expected = squared_multiple_correlations(&correlations).unwrap();
        assert!(found.iter().zip(expected.iter()).all(|(a, b)| (a - b).abs() < 1e-13));
    }

    #[test]
    fn drawn_correlations_have_the_moments_of_a_sample() {
        // Independent normal items, n respondents: E(r²) = 1/(n − 1), so that E(Σλ²) = p + p(p − 1)/(n − 1).
        for (p, n) in [(4, 20), (6, 5)] {
            let model = NormalCorrelations::new(p, n).unwrap();
            let (mut room, mut rng) = (DrawRoom::default(), ChaCha12Rng::seed_from_u64(3));
            let mut sum = 0.0;
            for _ in 0..4000 {
                let drawn = model.draw(&mut rng, &mut room).unwrap();
                assert!((drawn.components.iter().sum::<f64>() - p as f64).abs() < 1e-12);
                assert_eq!(drawn.factors.is_some(), n > p);
                sum += drawn.components.iter().map(|x| x * x).sum::<f64>();
            }
            let expected = p as f64 + (p * (p - 1)) as f64 / (n - 1) as f64;
            // Four standard errors of the mean of 4000 are below 0.02 at n = 20, below 0.1 at n = 5.
            let band = if n == 20 { 0.02 } else { 0.1 };
            assert!((sum / 4000.0 - expected).abs() < band, "{} {expected}", sum / 4000.0);
        }
        assert!(NormalCorrelations::new(4, 0).is_none());
    }

    #[test]
    fn permuted_answers_are_the_same_answers() {
        let column = |shift: i32| (0..30).map(move |i| (i != 4).then_some((i * 7 + shift) % 5));
        let columns = (0..3).map(|shift| ItemColumn::new(0, 4, column(shift)).unwrap()).collect();
        let scores = ItemScores::new(columns).unwrap();
        let dealt = permuted(&scores, &mut ChaCha12Rng::seed_from_u64(1)).unwrap();
        assert_ne!(dealt, scores);
        for (a, b) in dealt.columns().iter().zip(scores.columns()) {
            assert_eq!((a.counts(), a.n_missing()), (b.counts(), b.n_missing()));
        }
    }
}
