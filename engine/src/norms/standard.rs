//! Standard metrics: different spellings of one z.

use crate::numeric::normal;

/// T score: 50 + 10·z. Mean 50, SD 10.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-9 relative.
#[must_use]
pub fn t_score(z: f64) -> f64 {
    50.0 + 10.0 * z
}

/// Standard score of the IQ type: 100 + 15·z. Mean 100, SD 15.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-9 relative.
#[must_use]
pub fn standard_score(z: f64) -> f64 {
    100.0 + 15.0 * z
}

/// Scaled score: 10 + 3·z. Mean 10, SD 3.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-9 relative.
#[must_use]
pub fn scaled_score(z: f64) -> f64 {
    10.0 + 3.0 * z
}

/// Normal curve equivalent: 50 + 21.06·z. Mean 50, SD 21.06, so that 1 and 99 are percentile ranks too when scores are normal.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-9 relative.
#[must_use]
pub fn nce(z: f64) -> f64 {
    50.0 + 21.06 * z
}

/// A score this near below a cut is on it: z comes from decimal means and SDs, whose rounding would otherwise push a
/// score that is on the cut by hand under it.
const ON_THE_CUT: f64 = 1e-9;

/// Sten, "standard ten": ⌊2z⌋ + 6, from 1 to 10. A score on a cut goes up.
///
/// `None` when z is not finite.
///
/// # References
/// Canfield (1951), Educational and Psychological Measurement 11, 295–297, doi:10.1177/001316445101100213
/// # Agreement
/// Oracle `norms/conventional`, exact.
#[must_use]
pub fn sten(z: f64) -> Option<u8> {
    // Clamped to 1..=10 first: the conversion to an integer is exact.
    z.is_finite().then(|| ((2.0 * z + ON_THE_CUT).floor() + 6.0).clamp(1.0, 10.0) as u8)
}

/// Stanine, "standard nine": ⌊2z + 5.5⌋, from 1 to 9. A score on a cut goes up.
///
/// `None` when z is not finite.
///
/// # Agreement
/// Oracle `norms/conventional`, exact.
#[must_use]
pub fn stanine(z: f64) -> Option<u8> {
    // Clamped to 1..=9 first: the conversion to an integer is exact.
    z.is_finite().then(|| (2.0 * z + 5.5 + ON_THE_CUT).floor().clamp(1.0, 9.0) as u8)
}

/// The scale on which a standard score is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScoreMetric {
    /// z: mean 0, SD 1.
    Z,
    /// T score: mean 50, SD 10.
    TScore,
    /// Standard score of the IQ type: mean 100, SD 15.
    StandardScore,
    /// Scaled score: mean 10, SD 3.
    ScaledScore,
    /// Normal curve equivalent: mean 50, SD 21.06.
    Nce,
    /// Sten: whole numbers 1 to 10.
    Sten,
    /// Stanine: whole numbers 1 to 9.
    Stanine,
    /// Percentile rank: 0 to 100.
    PercentileRank,
}

impl ScoreMetric {
    /// Every metric, in the order of this guide.
    pub const ALL: [Self; 8] = [
        Self::Z,
        Self::TScore,
        Self::StandardScore,
        Self::ScaledScore,
        Self::Nce,
        Self::Sten,
        Self::Stanine,
        Self::PercentileRank,
    ];

    /// The score in this metric. For [`ScoreMetric::PercentileRank`] it is the normal approximation 100·Φ(z);
    /// [`NormScore::value`](crate::norms::NormScore::value) uses the norm's table where there is one.
    ///
    /// `None` when z is not finite.
    ///
    /// # Examples
    /// ```
    /// use engine::norms::ScoreMetric;
    /// assert_eq!(ScoreMetric::TScore.from_z(1.5), Some(65.0));
    /// assert_eq!(ScoreMetric::Sten.from_z(0.0), Some(6.0));
    /// ```
    #[must_use]
    pub fn from_z(self, z: f64) -> Option<f64> {
        let score = match self {
            Self::Z => z,
            Self::TScore => t_score(z),
            Self::StandardScore => standard_score(z),
            Self::ScaledScore => scaled_score(z),
            Self::Nce => nce(z),
            Self::Sten => f64::from(sten(z)?),
            Self::Stanine => f64::from(stanine(z)?),
            Self::PercentileRank => 100.0 * normal::cdf(z),
        };
        (z.is_finite() && score.is_finite()).then_some(score)
    }

    /// SD of the metric: what a standard error in z units is multiplied with.
    ///
    /// `None` for stens, stanines and percentile ranks, whose steps are not of one size.
    #[must_use]
    pub fn sd(self) -> Option<f64> {
        match self {
            Self::Z => Some(1.0),
            Self::TScore => Some(10.0),
            Self::StandardScore => Some(15.0),
            Self::ScaledScore => Some(3.0),
            Self::Nce => Some(21.06),
            Self::Sten | Self::Stanine | Self::PercentileRank => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_sd_above_the_mean_in_every_metric() {
        let expected = [1.0, 60.0, 115.0, 13.0, 71.06, 8.0, 7.0, 84.134_474_606_854_3];
        for (metric, value) in ScoreMetric::ALL.into_iter().zip(expected) {
            assert!((metric.from_z(1.0).unwrap() - value).abs() < 1e-12, "{metric:?}");
        }
    }

    #[test]
    fn a_score_on_a_cut_goes_up() {
        assert_eq!([-2.0, -0.5, 0.0, 0.5, 2.0].map(|z| sten(z).unwrap()), [2, 5, 6, 7, 10]);
        assert_eq!([-1.75, -0.25, 0.25, 1.75].map(|z| stanine(z).unwrap()), [2, 5, 6, 9]);
    }

    #[test]
    fn the_ends_collect_the_tails() {
        assert_eq!((sten(-40.0), sten(40.0)), (Some(1), Some(10)));
        assert_eq!((stanine(-40.0), stanine(f64::MAX)), (Some(1), Some(9)));
    }

    #[test]
    fn no_metric_without_a_finite_z() {
        for metric in ScoreMetric::ALL {
            for z in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert_eq!(metric.from_z(z), None, "{metric:?} of {z}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_metric_rises_with_z(a in -8.0..8.0_f64, b in -8.0..8.0_f64) {
            for metric in ScoreMetric::ALL {
                prop_assert!(metric.from_z(a.min(b)) <= metric.from_z(a.max(b)));
            }
        }

        #[test]
        fn any_number_stays_within_the_range_of_the_metric(z in prop::num::f64::ANY) {
            prop_assert!(sten(z).is_none_or(|s| (1..=10).contains(&s)));
            prop_assert!(stanine(z).is_none_or(|s| (1..=9).contains(&s)));
            prop_assert!(ScoreMetric::PercentileRank.from_z(z).is_none_or(|pr| (0.0..=100.0).contains(&pr)));
        }
    }
}
