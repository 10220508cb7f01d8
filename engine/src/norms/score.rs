//! A normed score, and the reasons why a raw score has none.

use crate::norms::standard::{self, ScoreMetric};
use crate::norms::stratum::{Age, Sex};
use crate::norms::table::OutOfReach;

/// Why a person or a raw score has no norm score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoNormScore {
    /// The strata are by sex, the sex is not known, and no combined stratum is offered.
    #[error("the norm is by sex, and the sex is not known")]
    SexNeeded,
    /// The norm has no stratum for this sex.
    #[error("the norm has no stratum for sex {sex}")]
    NoStratumForSex {
        /// Sex of the person.
        sex: Sex,
    },
    /// A combined stratum was asked for, and the norm offers none for this person.
    #[error("the norm offers no combined stratum")]
    CombinedNotOffered,
    /// The strata are by age, and no age is given.
    #[error("the norm is by age, and the age is missing")]
    AgeMissing,
    /// The strata are by age, and what is given is not a number.
    #[error("the norm is by age, and the age is not readable")]
    AgeUnreadable,
    /// The strata are by age, and what is given is not an age.
    #[error("the norm is by age, and the age is impossible")]
    AgeImpossible,
    /// The age lies outside the strata.
    #[error("the norm has no stratum for the age of {age}")]
    NoStratumForAge {
        /// Age of the person.
        age: Age,
    },
    /// The norm has no such stratum.
    #[error("the norm has no stratum of index {stratum_idx}")]
    UnknownStratum {
        /// Index as given.
        stratum_idx: usize,
    },
    /// The norm does not cover this scale.
    #[error("the norm does not cover scale of index {scale_idx}")]
    ScaleNotCovered {
        /// Index of the scale.
        scale_idx: usize,
    },
    /// The norm sample had nobody so low.
    #[error("the raw score lies below the lowest score of the norm sample")]
    BelowSample,
    /// The norm sample had nobody so high.
    #[error("the raw score lies above the highest score of the norm sample")]
    AboveSample,
    /// The raw score is not a finite number, or so far away that its z is not.
    #[error("the raw score has no finite standard score")]
    NotFinite,
}

impl From<OutOfReach> for NoNormScore {
    fn from(reason: OutOfReach) -> Self {
        match reason {
            OutOfReach::BelowLowest => Self::BelowSample,
            OutOfReach::AboveHighest => Self::AboveSample,
            OutOfReach::NotFinite => Self::NotFinite,
        }
    }
}

/// A percentile rank with its source, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PercentileRank {
    /// From the norm's table.
    FromTable {
        /// Above 0 and below 100.
        rank: f64,
        /// Whether the raw score lies between two rows of the table.
        interpolated: bool,
    },
    /// 100·Φ(z), because the norm has no table: as if raw scores were normally distributed.
    NormalApproximation {
        /// 0 to 100.
        rank: f64,
    },
    /// The norm has a table, and the raw score lies beyond one of its ends (linear norms only; z is defined all the same).
    OutOfReach(OutOfReach),
}

impl PercentileRank {
    /// The rank, 0 to 100; `None` beyond the ends of the norm's table.
    #[must_use]
    pub fn rank(&self) -> Option<f64> {
        match self {
            Self::FromTable { rank, .. } | Self::NormalApproximation { rank } => Some(*rank),
            Self::OutOfReach(_) => None,
        }
    }
}

/// The standing of one raw score in one stratum: a z, from which every metric follows, and a percentile rank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormScore {
    z: f64,
    percentile_rank: PercentileRank,
}

impl NormScore {
    /// Wraps a z; `None` when it is not finite.
    pub(super) fn new(z: f64, percentile_rank: PercentileRank) -> Option<Self> {
        z.is_finite().then_some(Self { z, percentile_rank })
    }

    /// Standing in SD units; always finite.
    #[must_use]
    pub fn z(&self) -> f64 {
        self.z
    }

    /// T score: 50 + 10·z.
    #[must_use]
    pub fn t_score(&self) -> f64 {
        standard::t_score(self.z)
    }

    /// Percentile rank with its source.
    #[must_use]
    pub fn percentile_rank(&self) -> PercentileRank {
        self.percentile_rank
    }

    /// Whether the percentile rank (and with a normalized norm the z) is interpolated between two rows of the table.
    #[must_use]
    pub fn is_interpolated(&self) -> bool {
        matches!(self.percentile_rank, PercentileRank::FromTable { interpolated: true, .. })
    }

    /// The score in a metric; the percentile rank is the one of [`NormScore::percentile_rank`].
    ///
    /// `None` for a percentile rank beyond the norm's table, or a z so large that the metric overflows.
    #[must_use]
    pub fn value(&self, metric: ScoreMetric) -> Option<f64> {
        match metric {
            ScoreMetric::PercentileRank => self.percentile_rank.rank(),
            _ => metric.from_z(self.z),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_of_the_table_goes_before_the_normal_approximation() {
        let score = NormScore::new(1.0, PercentileRank::FromTable { rank: 70.0, interpolated: true }).unwrap();
        assert_eq!(score.value(ScoreMetric::PercentileRank), Some(70.0));
        assert_eq!(score.value(ScoreMetric::TScore), Some(60.0));
        assert!(score.is_interpolated());
    }

    #[test]
    fn a_rank_beyond_the_table_is_no_number() {
        let score = NormScore::new(-4.0, PercentileRank::OutOfReach(OutOfReach::BelowLowest)).unwrap();
        assert_eq!(score.value(ScoreMetric::PercentileRank), None);
        assert_eq!(score.value(ScoreMetric::TScore), Some(10.0));
    }
}
