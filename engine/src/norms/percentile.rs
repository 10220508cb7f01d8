//! Percentile ranks: how large a share of a sample lies below a score, by each formula in use.

/// How a percentile rank is computed from the people below and level with a score.
///
/// The rank formulas use the mean rank of tied people, r = below + (equal + 1)/2.
///
/// # References
/// Blom (1958), *Statistical estimates and transformed beta-variables*; Tukey (1962), The Annals of Mathematical Statistics 33,
/// 1–67; Filliben (1975), Technometrics 17, 111–117; Yu & Huang (2001), Water International 26, 527–534.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PercentileRankDefinition {
    /// 100·(below + ½·equal)/n: the definition of this engine.
    MidRank,
    /// 100·(below + equal)/n.
    AtOrBelow,
    /// 100·below/n.
    Below,
    /// 100·(r − 3/8)/(n + 1/4).
    Blom,
    /// 100·(r − 1/3)/(n + 1/3).
    Tukey,
    /// 100·r/(n + 1).
    VanDerWaerden,
    /// 100·(r − 1/2)/n, the same as the mid rank.
    Rankit,
    /// 100·(r − 0.3)/(n + 0.4), as cNORM has it.
    Levenbach,
    /// 100·(r − 0.3175)/(n + 0.365).
    Filliben,
    /// 100·(r − 0.326)/(n + 0.348).
    YuHuang,
}

impl PercentileRankDefinition {
    /// Every definition, in the order above.
    pub const ALL: [Self; 10] = [
        Self::MidRank,
        Self::AtOrBelow,
        Self::Below,
        Self::Blom,
        Self::Tukey,
        Self::VanDerWaerden,
        Self::Rankit,
        Self::Levenbach,
        Self::Filliben,
        Self::YuHuang,
    ];

    /// Percentile rank, 0 to 100, of a score with `below` people under it and `equal` people level with it, of `n` people.
    ///
    /// `None` for an empty sample or when `below + equal` exceeds `n`.
    ///
    /// # Examples
    /// ```
    /// use engine::norms::PercentileRankDefinition::{AtOrBelow, MidRank};
    /// // Of 10 people 4 are below and 2 level: 100·(4 + 1)/10.
    /// assert_eq!(MidRank.percentile_rank(4, 2, 10), Some(50.0));
    /// assert_eq!(AtOrBelow.percentile_rank(4, 2, 10), Some(60.0));
    /// ```
    /// # Agreement
    /// Oracle `norms/conventional` (mid rank, at or below) and `norms/rank_methods` (cNORM, seven rank formulas), within 1e-9
    /// relative.
    #[must_use]
    pub fn percentile_rank(self, below: u64, equal: u64, n: u64) -> Option<f64> {
        if n == 0 || below.checked_add(equal)? > n {
            return None;
        }
        let (below, equal, n) = (below as f64, equal as f64, n as f64);
        let rank = below + 0.5 * (equal + 1.0);
        let share = match self {
            Self::MidRank => (below + 0.5 * equal) / n,
            Self::AtOrBelow => (below + equal) / n,
            Self::Below => below / n,
            Self::Blom => (rank - 0.375) / (n + 0.25),
            Self::Tukey => (rank - 1.0 / 3.0) / (n + 1.0 / 3.0),
            Self::VanDerWaerden => rank / (n + 1.0),
            Self::Rankit => (rank - 0.5) / n,
            Self::Levenbach => (rank - 0.3) / (n + 0.4),
            Self::Filliben => (rank - 0.3175) / (n + 0.365),
            Self::YuHuang => (rank - 0.326) / (n + 0.348),
        };
        Some(100.0 * share)
    }
}

/// Sampling error of a percentile rank (binomial): 100·√(p(1 − p)/n) with p = rank/100, in percentile points.
///
/// `None` for an empty sample or a rank outside 0 to 100.
///
/// # Agreement
/// Oracle `norms/conventional`, within 1e-9 relative.
#[must_use]
pub fn standard_error_of_percentile_rank(percentile_rank: f64, n: u64) -> Option<f64> {
    if n == 0 || !(0.0..=100.0).contains(&percentile_rank) {
        return None;
    }
    let p = percentile_rank / 100.0;
    Some(100.0 * (p * (1.0 - p) / n as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_formula_worked_by_hand() {
        // 3 below, 2 level, n = 9: mean rank 3 + 3/2 = 4.5.
        let expected = [
            400.0 / 9.0,
            500.0 / 9.0,
            300.0 / 9.0,
            412.5 / 9.25,
            100.0 * (4.5 - 1.0 / 3.0) / (9.0 + 1.0 / 3.0),
            45.0,
            400.0 / 9.0,
            420.0 / 9.4,
            418.25 / 9.365,
            417.4 / 9.348,
        ];
        for (definition, value) in PercentileRankDefinition::ALL.into_iter().zip(expected) {
            let got = definition.percentile_rank(3, 2, 9).unwrap();
            assert!((got - value).abs() < 1e-12, "{definition:?}: {got} is not {value}");
        }
    }

    #[test]
    fn more_people_than_the_sample_have_no_rank() {
        assert_eq!(PercentileRankDefinition::MidRank.percentile_rank(3, 3, 5), None);
        assert_eq!(PercentileRankDefinition::MidRank.percentile_rank(u64::MAX, 1, 5), None);
        assert_eq!(PercentileRankDefinition::MidRank.percentile_rank(0, 0, 0), None);
    }

    #[test]
    fn sampling_error_is_largest_in_the_middle() {
        // 100·√(.5·.5/100) = 5.
        assert_eq!(standard_error_of_percentile_rank(50.0, 100), Some(5.0));
        assert_eq!(standard_error_of_percentile_rank(0.0, 100), Some(0.0));
        assert_eq!(standard_error_of_percentile_rank(50.0, 0), None);
        assert_eq!(standard_error_of_percentile_rank(f64::NAN, 9), None);
    }

    proptest! {
        #[test]
        fn ranks_stay_within_0_and_100_and_rise(below in 0..1000_u64, equal in 0..1000_u64, above in 0..1000_u64) {
            let n = below + equal + above;
            for definition in PercentileRankDefinition::ALL {
                if let Some(rank) = definition.percentile_rank(below, equal, n) {
                    prop_assert!((0.0..=100.0).contains(&rank));
                    // The next score has everyone so far below it and one of the rest level with it.
                    let next = definition.percentile_rank(below + equal, above.min(1), n).unwrap();
                    prop_assert!(rank <= next + 1e-12);
                } else {
                    prop_assert_eq!(n, 0);
                }
            }
        }
    }
}
