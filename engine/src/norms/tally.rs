//! Exact counts of raw scores: the same numbers whatever the order, the chunks or the threads they came in.

use std::collections::BTreeMap;

/// The largest raw score that is summed in integers.
const LARGEST_INTEGER: f64 = 2_147_483_648.0;

/// How often each raw score occurred.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// By [`ordered_key`] of the raw score.
    counts: BTreeMap<u64, u64>,
}

impl Tally {
    /// Counts a finite raw score of several people.
    pub(super) fn add_count(&mut self, raw: f64, count: u64) {
        self.add_many(ordered_key(raw), count);
    }

    /// Counts everything that another tally counted.
    pub(super) fn merge(&mut self, other: &Self) {
        for (&key, &count) in &other.counts {
            self.add_many(key, count);
        }
    }

    fn add_many(&mut self, key: u64, count: u64) {
        let total = self.counts.entry(key).or_default();
        // Nobody counts to 2⁶⁴ people; saturation only keeps the addition free of panics.
        *total = total.saturating_add(count);
    }

    /// Number of scores.
    pub(super) fn n(&self) -> u64 {
        self.counts.values().fold(0, |n: u64, &count| n.saturating_add(count))
    }

    /// Raw scores in rising order with their counts.
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        self.counts.iter().map(|(&key, &count)| (raw_of(key), count))
    }

    /// Mean and SD (n − 1). In integer arithmetic when all raw scores are integers, else summed in rising order.
    ///
    /// The SD is `None` for fewer than two scores or no spread.
    pub(super) fn mean_and_sd(&self) -> Option<(f64, Option<f64>)> {
        let n = self.n();
        if n == 0 {
            return None;
        }
        let (mean, variance) = self.integer_moments(n).unwrap_or_else(|| self.float_moments(n));
        let sd = (n > 1 && variance > 0.0).then(|| variance.sqrt());
        (mean.is_finite() && sd.is_none_or(f64::is_finite)).then_some((mean, sd))
    }

    /// Mean Σx/n and variance (n·Σx² − (Σx)²)/(n(n − 1)); `None` when a score is no integer or a sum does not fit.
    fn integer_moments(&self, n: u64) -> Option<(f64, f64)> {
        let (mut sum, mut squares) = (0_i128, 0_i128);
        for (raw, count) in self.rows() {
            if raw.fract() != 0.0 || raw.abs() > LARGEST_INTEGER {
                return None;
            }
            // Exact: the raw score is an integer that fits.
            let raw = raw as i128;
            let part = raw.checked_mul(i128::from(count))?;
            sum = sum.checked_add(part)?;
            squares = squares.checked_add(part.checked_mul(raw)?)?;
        }
        let people = i128::from(n);
        let spread = people.checked_mul(squares)?.checked_sub(sum.checked_mul(sum)?)?;
        let pairs = people.checked_mul(people.checked_sub(1)?)?;
        Some((sum as f64 / n as f64, if pairs > 0 { spread as f64 / pairs as f64 } else { 0.0 }))
    }

    fn float_moments(&self, n: u64) -> (f64, f64) {
        let n = n as f64;
        let mean = self.rows().map(|(raw, count)| raw * count as f64).sum::<f64>() / n;
        let squares = self.rows().map(|(raw, count)| (raw - mean) * (raw - mean) * count as f64).sum::<f64>();
        (mean, squares / (n - 1.0))
    }
}

const SIGN: u64 = 1 << 63;

/// The bits of a number, turned so that they rise with it; −0 counts as 0.
pub(super) fn ordered_key(raw: f64) -> u64 {
    let bits = (raw + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The number of a key.
pub(super) fn raw_of(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tally(raws: &[f64]) -> Tally {
        let mut tally = Tally::default();
        raws.iter().for_each(|&raw| tally.add_count(raw, 1));
        tally
    }

    #[test]
    fn rows_rise_and_both_zeros_are_one_score() {
        let rows: Vec<_> = tally(&[2.5, -0.0, -3.0, 0.0, 2.5, -3.5]).rows().collect();
        assert_eq!(rows, [(-3.5, 1), (-3.0, 1), (0.0, 2), (2.5, 2)]);
    }

    #[test]
    fn moments_worked_by_hand() {
        // 0, 2, 2, 4: mean 2, Σ(x − mean)² = 8, variance 8/3; halves give a quarter of it.
        assert_eq!(tally(&[4.0, 2.0, 0.0, 2.0]).mean_and_sd(), Some((2.0, Some((8.0_f64 / 3.0).sqrt()))));
        assert_eq!(tally(&[2.0, 1.0, 0.0, 1.0]).mean_and_sd(), Some((1.0, Some((2.0_f64 / 3.0).sqrt()))));
        assert_eq!(tally(&[0.5, 1.5]).mean_and_sd(), Some((1.0, Some(0.5_f64.sqrt()))));
        assert_eq!(tally(&[7.0]).mean_and_sd(), Some((7.0, None)));
        assert_eq!(tally(&[7.0, 7.0]).mean_and_sd(), Some((7.0, None)));
        assert_eq!(tally(&[]).mean_and_sd(), None);
    }

    proptest! {
        #[test]
        fn keys_keep_order_and_value(a in prop::num::f64::ANY, b in prop::num::f64::ANY) {
            if a.is_finite() && b.is_finite() {
                prop_assert_eq!(a < b, ordered_key(a) < ordered_key(b));
                prop_assert_eq!(raw_of(ordered_key(a)), a);
            }
        }

        #[test]
        fn integer_and_float_arithmetic_agree(raws in prop::collection::vec(-50..300_i32, 2..60)) {
            let tally = tally(&raws.iter().map(|&raw| f64::from(raw)).collect::<Vec<_>>());
            let (exact, float) = (tally.integer_moments(tally.n()).unwrap(), tally.float_moments(tally.n()));
            prop_assert!((exact.0 - float.0).abs() < 1e-10 && (exact.1 - float.1).abs() < 1e-8);
        }

        #[test]
        fn any_scores_have_finite_moments_or_none(raws in prop::collection::vec(prop::num::f64::ANY, 0..6)) {
            let finite: Vec<f64> = raws.into_iter().filter(|raw| raw.is_finite()).collect();
            if let Some((mean, sd)) = tally(&finite).mean_and_sd() {
                prop_assert!(mean.is_finite() && sd.is_none_or(|sd| sd > 0.0 && sd.is_finite()));
            }
        }
    }
}
