//! How points spread: mean, SD, shape and the share at both ends, from counts.

/// How many people have each number of points, and what follows.
#[derive(Debug, Clone, PartialEq)]
pub struct PointDistribution {
    lowest: i64,
    counts: Vec<u64>,
    n: u64,
    mean: Option<f64>,
    /// Means of powers 2, 3 and 4 of the deviations from the mean.
    moments: [f64; 3],
}

impl PointDistribution {
    /// From counts of the points `lowest`, `lowest` + 1, … up to the highest possible.
    ///
    /// # Examples
    /// ```
    /// use engine::ctt::PointDistribution;
    /// // Points 1, 2, 2, 3: mean 2, Σ(x − mean)² = 2.
    /// let points = PointDistribution::new(1, vec![1, 2, 1]);
    /// assert_eq!((points.mean(), points.sd()), (Some(2.0), Some((2.0_f64 / 3.0).sqrt())));
    /// ```
    #[must_use]
    pub fn new(lowest: i64, counts: Vec<u64>) -> Self {
        let n: u64 = counts.iter().sum();
        // From the lowest points, so that the sum is a small whole number.
        let above: f64 = counts.iter().enumerate().map(|(code, &count)| code as f64 * count as f64).sum();
        let mean_above = above / n as f64;
        let mut moments = [0.0; 3];
        for (code, &count) in counts.iter().enumerate() {
            let deviation = code as f64 - mean_above;
            let square = deviation * deviation;
            for (moment, power) in moments.iter_mut().zip([square, square * deviation, square * square]) {
                *moment += count as f64 * power / n as f64;
            }
        }
        Self { lowest, counts, n, mean: (n > 0).then_some(lowest as f64 + mean_above), moments }
    }

    /// Lowest possible points.
    #[must_use]
    pub fn lowest(&self) -> i64 {
        self.lowest
    }

    /// Highest possible points.
    #[must_use]
    pub fn highest(&self) -> i64 {
        // At least one count, of few points.
        self.lowest + self.counts.len().saturating_sub(1) as i64
    }

    /// How many people have each number of points, from the lowest to the highest possible.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Number of people.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Mean, points. `None` without people.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.mean
    }

    /// Standard deviation, divisor n − 1, points. `None` for fewer than two people.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        (self.n > 1).then(|| (self.moments[0] * self.n as f64 / (self.n - 1) as f64).sqrt())
    }

    /// Facility: (mean − lowest)/(highest − lowest), 0 to 1, high = easy. `None` without people.
    #[must_use]
    pub fn facility(&self) -> Option<f64> {
        let range = (self.highest() - self.lowest) as f64;
        self.mean.filter(|_| range > 0.0).map(|mean| (mean - self.lowest as f64) / range)
    }

    /// Skewness from population moments, m₃/m₂^1.5, as [`descriptive::skewness`](crate::stats::descriptive::skewness).
    /// `None` where all have the same points.
    ///
    /// psych prints m₃/SD³ with the SD of divisor n − 1 (its type 3): this number times ((n − 1)/n)^1.5.
    #[must_use]
    pub fn skewness(&self) -> Option<f64> {
        let [m2, m3, _] = self.moments;
        (m2 > 0.0).then(|| m3 / (m2 * m2.sqrt()))
    }

    /// Excess kurtosis from population moments, m₄/m₂² − 3, as
    /// [`descriptive::excess_kurtosis`](crate::stats::descriptive::excess_kurtosis). `None` where all have the same points.
    ///
    /// psych prints m₄/SD⁴ − 3 (its type 3): (this number + 3)·((n − 1)/n)² − 3.
    #[must_use]
    pub fn excess_kurtosis(&self) -> Option<f64> {
        let [m2, _, m4] = self.moments;
        (m2 > 0.0).then(|| m4 / (m2 * m2) - 3.0)
    }

    /// Share of people with the lowest possible points, 0 to 1. `None` without people.
    #[must_use]
    pub fn floor_share(&self) -> Option<f64> {
        self.share(*self.counts.first()?)
    }

    /// Share of people with the highest possible points, 0 to 1. `None` without people.
    #[must_use]
    pub fn ceiling_share(&self) -> Option<f64> {
        self.share(*self.counts.last()?)
    }

    /// Shares of people with each number of points, from the lowest to the highest possible. `None` without people.
    #[must_use]
    pub fn shares(&self) -> Option<Vec<f64>> {
        self.counts.iter().map(|&count| self.share(count)).collect()
    }

    fn share(&self, count: u64) -> Option<f64> {
        (self.n > 0).then(|| count as f64 / self.n as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::stats::descriptive;

    #[test]
    fn a_distribution_worked_by_hand() {
        // Points 0, 0, 0, 4 on 0–4: mean 1, m₂ = 3, m₃ = (−3 + 27)/4 = 6, m₄ = (3 + 81)/4 = 21.
        let points = PointDistribution::new(0, vec![3, 0, 0, 0, 1]);
        assert_eq!((points.n(), points.mean(), points.sd(), points.facility()), (4, Some(1.0), Some(2.0), Some(0.25)));
        assert!((points.skewness().unwrap() - 6.0 / 27.0_f64.sqrt()).abs() < 1e-15);
        assert!((points.excess_kurtosis().unwrap() - (21.0 / 9.0 - 3.0)).abs() < 1e-15);
        assert_eq!((points.floor_share(), points.ceiling_share()), (Some(0.75), Some(0.25)));
        assert_eq!(points.shares().unwrap(), [0.75, 0.0, 0.0, 0.0, 0.25]);
    }

    #[test]
    fn nobody_and_everybody_alike_have_no_shape() {
        let nobody = PointDistribution::new(1, vec![0, 0, 0]);
        assert_eq!((nobody.mean(), nobody.sd(), nobody.floor_share(), nobody.shares()), (None, None, None, None));
        assert_eq!((nobody.facility(), nobody.skewness(), nobody.excess_kurtosis()), (None, None, None));
        let alike = PointDistribution::new(1, vec![0, 5, 0]);
        assert_eq!((alike.mean(), alike.sd(), alike.skewness()), (Some(2.0), Some(0.0), None));
        let empty = PointDistribution::new(1, vec![]);
        assert_eq!((empty.facility(), empty.ceiling_share(), empty.highest()), (None, None, 1));
    }

    proptest! {
        #[test]
        fn counts_and_lists_have_the_same_statistics(points in prop::collection::vec(-3..=6_i64, 2..60)) {
            let mut counts = vec![0; 10];
            points.iter().for_each(|p| counts[(p + 3) as usize] += 1);
            let found = PointDistribution::new(-3, counts);
            let list: Vec<f64> = points.iter().map(|p| *p as f64).collect();
            for (got, expected) in [
                (found.mean(), descriptive::mean(&list)),
                (found.sd(), descriptive::standard_deviation(&list)),
                (found.skewness(), descriptive::skewness(&list)),
                (found.excess_kurtosis(), descriptive::excess_kurtosis(&list)),
            ] {
                // A list that is all alike has rounding where counts are exact.
                if found.sd() > Some(0.0) {
                    prop_assert!((got.unwrap() - expected.unwrap()).abs() < 1e-11, "{got:?} {expected:?}");
                }
            }
        }
    }
}
