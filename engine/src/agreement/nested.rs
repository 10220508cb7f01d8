//! Raters nested in the people they rate, in groups of any size: ICC(1) and ICC(2) by one-way analysis of variance.

use crate::numeric::distribution;
use crate::stats::descriptive::mean;

/// The number of raters that stands for all groups in ICC(1), where groups differ in size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupSize {
    /// Mean number of raters (Bliese 2000; what the R package multilevel takes).
    Mean,
    /// (N − Σn²/N)/(G − 1), which makes the estimate of the variance between people unbiased (Haggard 1958).
    Adjusted,
}

/// Choices of [`nested_agreement`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NestedConfig {
    /// Number of raters that stands for all groups.
    pub group_size: GroupSize,
    /// Level of the intervals, above 0 and below 1.
    pub level: f64,
}

/// Why ICC(1) and ICC(2) are not defined.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NestedError {
    /// Fewer than two people were rated.
    #[error("at least 2 rated people are needed, got {given}")]
    TooFewGroups {
        /// Number of people with raters.
        given: usize,
    },
    /// Someone has no rater.
    #[error("group {group_idx} has no rater")]
    EmptyGroup {
        /// Place of the group, from 0.
        group_idx: usize,
    },
    /// Nobody has two raters.
    #[error("every group has one rater; agreement needs at least one group with 2")]
    NoReplication,
    /// A rating is not a number.
    #[error("a rating of group {group_idx} is not a finite number, or too large")]
    NotFinite {
        /// Place of the group, from 0.
        group_idx: usize,
    },
    /// All ratings are equal.
    #[error("all ratings are equal")]
    NoSpread,
    /// A level outside its range.
    #[error("level {given} is not above 0 and below 1")]
    Level {
        /// The level.
        given: f64,
    },
}

/// Analysis of variance of raters nested in the people they rate.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedAgreement {
    /// Number of people rated, G.
    pub n_groups: usize,
    /// Number of ratings, N.
    pub n_ratings: usize,
    /// Mean square between people, G − 1 degrees of freedom.
    pub mean_square_between: f64,
    /// Mean square within people, N − G degrees of freedom.
    pub mean_square_within: f64,
    /// N/G.
    pub mean_group_size: f64,
    /// (N − Σn²/N)/(G − 1).
    pub adjusted_group_size: f64,
    /// Reliability of one rater; below 0 where raters of one person differ more than people do.
    pub icc1: f64,
    /// Reliability of the mean of the raters of a person. `None` where all people have the same mean.
    pub icc2: Option<f64>,
    /// F = MS between/MS within. `None` where the raters of every person agree fully.
    pub f: Option<f64>,
    /// Significance of F under no difference between people; `None` with `f`.
    pub p_value: Option<f64>,
    /// Limits of ICC(1), exact where all groups have the same size and errors are normal, else approximate; `None` with `f`.
    pub icc1_interval: Option<(f64, f64)>,
    /// Limits of ICC(2), as those of ICC(1); `None` with `f` or where ICC(2) has no value.
    pub icc2_interval: Option<(f64, f64)>,
}

impl NestedAgreement {
    /// Degrees of freedom between and within people.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> (usize, usize) {
        (self.n_groups - 1, self.n_ratings - self.n_groups)
    }
}

/// ICC(1) = (MSB − MSW)/(MSB + (k − 1)·MSW) and ICC(2) = (MSB − MSW)/MSB of raters nested in the people they rate.
///
/// - `groups`: the ratings of one person each, in any unit; groups may differ in size, and some may have one rater.
///
/// The interval of ICC(1) is (F_L − 1)/(F_L + k − 1) to (F_U − 1)/(F_U + k − 1), that of ICC(2) is 1 − 1/F_L to 1 − 1/F_U,
/// F_L = F/F₁₋α/₂(G − 1, N − G), F_U = F·F₁₋α/₂(N − G, G − 1).
///
/// # Errors
/// [`NestedError`] for fewer than two groups, a group without ratings, no group of two, or ratings without spread.
/// # References
/// Bliese (2000), in Klein & Kozlowski (eds.), Multilevel theory, research, and methods in organizations, 349–381; Shrout &
/// Fleiss (1979), Psychological Bulletin 86, 420–428, doi:10.1037/0033-2909.86.2.420 (intervals); Haggard (1958), Intraclass
/// correlation and the analysis of variance
/// # Agreement
/// Oracle `agreement/raters` (multilevel), within 1e-9 relative.
pub fn nested_agreement(groups: &[Vec<f64>], config: NestedConfig) -> Result<NestedAgreement, NestedError> {
    let (n_groups, n_ratings) = (groups.len(), groups.iter().map(Vec::len).sum::<usize>());
    if n_groups < 2 {
        return Err(NestedError::TooFewGroups { given: n_groups });
    }
    if !(config.level > 0.0 && config.level < 1.0) {
        return Err(NestedError::Level { given: config.level });
    }
    if let Some(group_idx) = groups.iter().position(Vec::is_empty) {
        return Err(NestedError::EmptyGroup { group_idx });
    }
    if n_ratings == n_groups {
        return Err(NestedError::NoReplication);
    }
    let sums = sums_of_squares(groups)?;
    let (total, count) = (n_ratings as f64, n_groups as f64);
    let df_between = count - 1.0;
    let df_within = total - count;
    let (msb, msw) = (sums.between / df_between, sums.within / df_within);
    if msb + msw <= 0.0 {
        return Err(NestedError::NoSpread);
    }
    let mean_group_size = total / count;
    let squared_sizes: f64 = groups.iter().map(|group| (group.len() as f64) * (group.len() as f64)).sum();
    let adjusted_group_size = (total - squared_sizes / total) / df_between;
    let k = match config.group_size {
        GroupSize::Mean => mean_group_size,
        GroupSize::Adjusted => adjusted_group_size,
    };
    let f = (msw > 0.0).then(|| msb / msw).filter(|f| f.is_finite());
    let limits = f.and_then(|f| f_limits(f, df_between, df_within, config.level));
    let single = |f: f64| (f - 1.0) / (f + k - 1.0);
    let of_mean = |f: f64| 1.0 - 1.0 / f;
    Ok(NestedAgreement {
        n_groups,
        n_ratings,
        mean_square_between: msb,
        mean_square_within: msw,
        mean_group_size,
        adjusted_group_size,
        icc1: (msb - msw) / (msb + (k - 1.0) * msw),
        icc2: (msb > 0.0).then(|| (msb - msw) / msb).filter(|icc2| icc2.is_finite()),
        f,
        p_value: f.and_then(|f| distribution::f(f, df_between, df_within)).map(|shares| shares.above),
        icc1_interval: limits.map(|(low, high)| (single(low), single(high))),
        icc2_interval: limits.filter(|&(low, _)| low > 0.0).map(|(low, high)| (of_mean(low), of_mean(high))),
    })
}

struct SumsOfSquares {
    between: f64,
    within: f64,
}

fn sums_of_squares(groups: &[Vec<f64>]) -> Result<SumsOfSquares, NestedError> {
    let mut means = Vec::with_capacity(groups.len());
    let mut within = 0.0;
    for (group_idx, group) in groups.iter().enumerate() {
        let center = mean(group).ok_or(NestedError::NotFinite { group_idx })?;
        within += group.iter().map(|x| (x - center) * (x - center)).sum::<f64>();
        means.push((group.len() as f64, center));
    }
    let n_ratings: f64 = means.iter().map(|(n, _)| n).sum();
    let grand = means.iter().map(|(n, center)| n * center).sum::<f64>() / n_ratings;
    let between: f64 = means.iter().map(|(n, center)| n * (center - grand) * (center - grand)).sum();
    let (group_idx, largest) = largest(groups);
    // Squares of no more than the last digits of the ratings are rounding, not spread.
    let rounding = n_ratings * (4.0 * f64::EPSILON * largest) * (4.0 * f64::EPSILON * largest);
    let cleaned = |sum: f64| if sum <= rounding { 0.0 } else { sum };
    if between.is_finite() && within.is_finite() {
        Ok(SumsOfSquares { between: cleaned(between), within: cleaned(within) })
    } else {
        Err(NestedError::NotFinite { group_idx })
    }
}

/// The group with the number farthest from 0, and that distance.
fn largest(groups: &[Vec<f64>]) -> (usize, f64) {
    let reach = |group: &Vec<f64>| group.iter().fold(0.0_f64, |reach, x| reach.max(x.abs()));
    let by_reach = groups.iter().map(reach).enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    by_reach.unwrap_or((0, 0.0))
}

fn f_limits(f: f64, df_between: f64, df_within: f64, level: f64) -> Option<(f64, f64)> {
    let p = 0.5 + 0.5 * level;
    let low = f / distribution::f_quantile(p, df_between, df_within)?;
    let high = f * distribution::f_quantile(p, df_within, df_between)?;
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn config(group_size: GroupSize) -> NestedConfig {
        NestedConfig { group_size, level: 0.95 }
    }

    #[test]
    fn three_people_with_two_raters_each() {
        // Means 2, 4, 6; between 2·(4 + 0 + 4)/2 = 8; within (3 × 2·1)/3 = 2.
        let groups = [vec![1.0, 3.0], vec![3.0, 5.0], vec![5.0, 7.0]];
        let found = nested_agreement(&groups, config(GroupSize::Mean)).unwrap();
        assert_eq!((found.mean_square_between, found.mean_square_within, found.f), (8.0, 2.0, Some(4.0)));
        // (8 − 2)/(8 + 2) and (8 − 2)/8.
        assert_eq!((found.icc1, found.icc2), (0.6, Some(0.75)));
        assert_eq!((found.adjusted_group_size, found.degrees_of_freedom()), (2.0, (2, 3)));
        // F₀.₉₇₅(2, 3) = 16.0441, F₀.₉₇₅(3, 2) = 39.1655: F_L = 0.249313, F_U = 156.662.
        let (low, high) = found.icc1_interval.unwrap();
        assert!((low - (0.249_313 - 1.0) / (0.249_313 + 1.0)).abs() < 1e-5);
        assert!((high - 155.662 / 157.662).abs() < 1e-5);
    }

    #[test]
    fn unequal_groups_have_an_adjusted_size() {
        // N = 5, Σn² = 9 + 4: (5 − 13/5)/1.
        let found = nested_agreement(&[vec![1.0, 2.0, 3.0], vec![4.0, 6.0]], config(GroupSize::Adjusted)).unwrap();
        assert!((found.adjusted_group_size - 2.4).abs() < 1e-15);
        assert_eq!(found.mean_group_size, 2.5);
    }

    #[test]
    fn full_agreement_has_no_f() {
        let found = nested_agreement(&[vec![1.0, 1.0], vec![4.0, 4.0]], config(GroupSize::Mean)).unwrap();
        assert_eq!((found.icc1, found.icc2, found.f, found.icc1_interval), (1.0, Some(1.0), None, None));
    }

    #[test]
    fn rounding_is_no_disagreement() {
        // 0.1 + 0.2 is not quite 0.3.
        let found = nested_agreement(&[vec![0.1 + 0.2, 0.3], vec![0.1; 3]], config(GroupSize::Mean)).unwrap();
        assert_eq!((found.mean_square_within, found.f), (0.0, None));
        assert_eq!(
            nested_agreement(&[vec![0.1 + 0.2, 0.3], vec![0.3]], config(GroupSize::Mean)),
            Err(NestedError::NoSpread)
        );
    }

    #[test]
    fn equal_means_leave_the_mean_without_reliability() {
        let found = nested_agreement(&[vec![1.0, 3.0], vec![2.0, 2.0]], config(GroupSize::Mean)).unwrap();
        assert_eq!((found.icc2, found.f, found.icc2_interval), (None, Some(0.0), None));
        assert_eq!(found.icc1, -1.0);
    }

    #[test]
    fn what_cannot_be_analyzed_says_why() {
        let refused = |groups: &[Vec<f64>]| nested_agreement(groups, config(GroupSize::Mean)).unwrap_err();
        assert_eq!(refused(&[vec![1.0, 2.0]]), NestedError::TooFewGroups { given: 1 });
        assert_eq!(refused(&[vec![1.0, 2.0], vec![]]), NestedError::EmptyGroup { group_idx: 1 });
        assert_eq!(refused(&[vec![1.0], vec![2.0]]), NestedError::NoReplication);
        assert_eq!(refused(&[vec![3.0, 3.0], vec![3.0]]), NestedError::NoSpread);
        assert_eq!(refused(&[vec![1.0, 2.0], vec![f64::NAN, 1.0]]), NestedError::NotFinite { group_idx: 1 });
        assert_eq!(refused(&[vec![1.0, 2.0], vec![-1e300, 1e300]]), NestedError::NotFinite { group_idx: 1 });
        let level = NestedConfig { group_size: GroupSize::Mean, level: 1.0 };
        assert!(matches!(nested_agreement(&[vec![1.0, 2.0], vec![2.0]], level), Err(NestedError::Level { .. })));
    }

    proptest! {
        #[test]
        fn intervals_contain_their_estimates(groups in prop::collection::vec(prop::collection::vec(-5.0..5.0_f64, 1..6), 2..8)) {
            if let Ok(found) = nested_agreement(&groups, config(GroupSize::Mean)) {
                if let Some((low, high)) = found.icc1_interval {
                    prop_assert!(low <= found.icc1 + 1e-9 && found.icc1 <= high + 1e-9);
                }
                if let (Some((low, high)), Some(icc2)) = (found.icc2_interval, found.icc2) {
                    prop_assert!(low <= icc2 && icc2 <= high);
                }
            }
        }

        #[test]
        fn any_numbers_are_answered(groups in prop::collection::vec(prop::collection::vec(prop::num::f64::ANY, 0..4), 0..4)) {
            if let Ok(found) = nested_agreement(&groups, config(GroupSize::Adjusted)) {
                prop_assert!(found.icc1.is_finite() && found.icc1 <= 1.0 + 1e-9);
            }
        }
    }
}
