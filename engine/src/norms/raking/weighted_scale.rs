//! Mean, SD and percentile table of weighted people.

use super::effective_sample_size;
use crate::norms::table::PercentileTable;

/// One raw score of a weighted norm table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedRow {
    /// Raw score.
    pub raw: f64,
    /// People with exactly this score.
    pub count: u64,
    /// Sum of their weights.
    pub weight: f64,
    /// Weighted mid percentile rank: 100·(weight below + ½·weight level)/(weight of all).
    pub percentile_rank: f64,
}

/// The norm of one scale among weighted people.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedScale {
    n: u64,
    effective_n: f64,
    mean: f64,
    sd: Option<f64>,
    standard_error_of_mean: Option<f64>,
    rows: Vec<WeightedRow>,
}

impl WeightedScale {
    /// Norm of people given as raw score, weight and number of people, in any order.
    ///
    /// Mean Σwx/Σw; SD √(Σw(x − mean)²/Σw·n/(n − 1)), the usual one when all weights are equal; standard error of the mean
    /// √(n/(n − 1)·Σw²(x − mean)²)/Σw, weights taken as given.
    ///
    /// `None` without people, and for raw scores or weights that are not finite, or weights not above 0.
    ///
    /// # Agreement
    /// Oracle `norms/raking`, within 1e-9 relative.
    #[must_use]
    pub fn new(people: &[(f64, f64, u64)]) -> Option<Self> {
        let sound = |&(raw, weight, _): &(f64, f64, u64)| raw.is_finite() && weight.is_finite() && weight > 0.0;
        let mut people: Vec<(f64, f64, u64)> = people.iter().copied().filter(|(_, _, count)| *count > 0).collect();
        if people.is_empty() || !people.iter().all(sound) {
            return None;
        }
        // Sums in one order whatever the order given; −0 counts as 0.
        people.iter_mut().for_each(|(raw, _, _)| *raw += 0.0);
        people.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let n: u64 = people.iter().map(|(_, _, count)| count).sum();
        let parts = || people.iter().map(|&(raw, weight, count)| (raw, weight, count as f64));
        let all: f64 = parts().map(|(_, weight, count)| weight * count).sum();
        let mean = parts().map(|(raw, weight, count)| raw * weight * count).sum::<f64>() / all;
        let correction = n as f64 / (n as f64 - 1.0);
        let squares: f64 = parts().map(|(raw, weight, count)| weight * (raw - mean) * (raw - mean) * count).sum();
        let influence: f64 = parts().map(|(raw, weight, count)| (weight * (raw - mean)).powi(2) * count).sum();
        let positive = |value: f64| (n > 1 && value > 0.0 && value.is_finite()).then_some(value);
        let effective_n = effective_sample_size(people.iter().map(|&(_, weight, count)| (weight, count)))?;
        let mut below = 0.0;
        let rows = people.chunk_by(|a, b| a.0 == b.0).map(|same| {
            let weight: f64 = same.iter().map(|(_, weight, count)| weight * *count as f64).sum();
            let percentile_rank = 100.0 * ((below + 0.5 * weight) / all).clamp(0.0, 1.0);
            below += weight;
            WeightedRow { raw: same[0].0, count: same.iter().map(|(_, _, count)| count).sum(), weight, percentile_rank }
        });
        let rows = rows.collect();
        mean.is_finite().then(|| Self {
            n,
            effective_n,
            mean,
            sd: positive((squares / all * correction).sqrt()),
            standard_error_of_mean: positive((influence * correction).sqrt() / all),
            rows,
        })
    }

    /// Number of people.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Kish's effective sample size.
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        self.effective_n
    }

    /// Weighted mean raw score.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Weighted SD of raw scores; `None` for one person or no spread.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        self.sd
    }

    /// Sampling error of the mean, in raw score points; `None` for one person or no spread.
    #[must_use]
    pub fn standard_error_of_mean(&self) -> Option<f64> {
        self.standard_error_of_mean
    }

    /// The raw scores that occurred, rising.
    #[must_use]
    pub fn rows(&self) -> &[WeightedRow] {
        &self.rows
    }

    /// Percentile table for a norm, at the given raw scores from the lowest to the highest that occurred and at those that occurred.
    #[must_use]
    pub fn table(&self, grid: impl Iterator<Item = f64>) -> Option<PercentileTable> {
        let (first, last) = (self.rows.first()?.raw, self.rows.last()?.raw);
        let all = self.rows.last()?;
        let whole = all.percentile_rank;
        let mut points: Vec<(f64, f64)> = self.rows.iter().map(|row| (row.raw, row.percentile_rank)).collect();
        let total: f64 = self.rows.iter().map(|row| row.weight).sum();
        for raw in grid.filter(|raw| (first..=last).contains(raw)) {
            if self.rows.iter().all(|row| row.raw != raw) {
                let below: f64 = self.rows.iter().filter(|row| row.raw < raw).map(|row| row.weight).sum();
                points.push((raw, (100.0 * below / total).min(whole)));
            }
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        PercentileTable::new(points).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_weighted_norm_worked_by_hand() {
        // Scores 1 (weight 2) and 4 (weight 1, two people): sum of weights 4, mean (2 + 8)/4 = 2.5.
        let scale = WeightedScale::new(&[(4.0, 1.0, 2), (1.0, 2.0, 1)]).unwrap();
        assert_eq!((scale.n(), scale.mean()), (3, 2.5));
        // Σw(x − mean)² = 2·2.25 + 2·2.25 = 9; 9/4·3/2.
        assert!((scale.sd().unwrap() - 3.375_f64.sqrt()).abs() < 1e-15);
        // Σw²(x − mean)² = 4·2.25 + 2·2.25 = 13.5; √(13.5·1.5)/4. Effective n: 16/6.
        assert!((scale.standard_error_of_mean().unwrap() - 20.25_f64.sqrt() / 4.0).abs() < 1e-15);
        assert!((scale.effective_n() - 16.0 / 6.0).abs() < 1e-15);
        assert_eq!(scale.rows().iter().map(|row| row.percentile_rank).collect::<Vec<_>>(), [25.0, 75.0]);
        let table = scale.table([0.0, 2.0, 4.0].into_iter()).unwrap();
        assert_eq!(table.points(), [(1.0, 25.0), (2.0, 50.0), (4.0, 75.0)]);
        assert_eq!(WeightedScale::new(&[]), None);
        assert_eq!(WeightedScale::new(&[(1.0, 0.0, 3)]), None);
        assert_eq!(WeightedScale::new(&[(f64::NAN, 1.0, 3)]), None);
    }

    proptest! {
        #[test]
        fn equal_weights_give_the_norm_without_weights(raws in prop::collection::vec(0..30_i32, 2..50), weight in 0.1..5.0_f64) {
            let people: Vec<(f64, f64, u64)> = raws.iter().map(|raw| (f64::from(*raw), weight, 1)).collect();
            let list: Vec<f64> = raws.iter().map(|raw| f64::from(*raw)).collect();
            let scale = WeightedScale::new(&people).unwrap();
            prop_assert!((scale.mean() - crate::stats::descriptive::mean(&list).unwrap()).abs() < 1e-9);
            let sd = crate::stats::descriptive::standard_deviation(&list).unwrap();
            prop_assert!((scale.sd().unwrap_or(0.0) - sd).abs() < 1e-6);
            prop_assert!((scale.effective_n() - list.len() as f64).abs() < 1e-9);
        }
    }
}
