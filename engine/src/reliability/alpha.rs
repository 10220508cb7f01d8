//! Cronbach's alpha and what goes with it: standardized alpha, mean correlation, Feldt's interval, error of measurement,
//! stratified alpha, the Kuder–Richardson formulas and the Spearman–Brown prophecy.

use crate::numeric::distribution::f_quantile;
use crate::reliability::item_covariances::{ItemCovariances, ReliabilityError};
use crate::reliability::measurement_error;
use crate::stats::{ItemScores, MissingPairs, descriptive};

/// Internal consistency of a scale. For items scored 0 or 1, alpha is Kuder & Richardson's formula 20.
///
/// Alpha may be negative: the items then hang together less than unrelated ones, mostly because some are keyed the wrong way.
/// A negative value is reported as it is.
///
/// # References
/// Cronbach (1951), Psychometrika 16, 297–334, doi:10.1007/BF02310555; Kuder & Richardson (1937), Psychometrika 2, 151–160,
/// doi:10.1007/BF02288391
/// # Agreement
/// Oracles `reliability/alpha`, `items/likert`, `items/likert_missing`, `items/multiple_choice` (psych), within 1e-10 relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alpha {
    /// Number of items (k).
    pub n_items: usize,
    /// Number of respondents (n); with pairwise covariances the smallest number behind any of them.
    pub n_respondents: usize,
    /// Alpha: k/(k − 1)·(1 − Σ item variances/variance of the sum), at most 1.
    pub alpha: f64,
    /// Alpha of the standardized items: k·r̄/(1 + (k − 1)·r̄). `None` when standardized items cancel out in the sum.
    pub standardized_alpha: Option<f64>,
    /// Mean correlation of two items (r̄).
    pub average_r: f64,
    /// Median correlation of two items.
    pub median_r: f64,
    /// Signal-to-noise ratio k·r̄/(1 − r̄). `None` when all correlations are 1.
    pub signal_to_noise: Option<f64>,
    /// Large-sample standard error of alpha for normal items, without assuming equal covariances.
    pub asymptotic_standard_error: f64,
    /// SD of the sum score, points.
    pub sum_sd: f64,
    /// Standard error of measurement of the sum score: SD·√(1 − alpha), points. `None` unless 0 ≤ alpha < 1.
    pub standard_error_of_measurement: Option<f64>,
}

impl Alpha {
    /// Alpha of a scale from the covariances of its items.
    ///
    /// # References
    /// Standard error: van Zyl, Neudecker & Nel (2000), Psychometrika 65, 271–280, doi:10.1007/BF02296146. Signal-to-noise ratio:
    /// Cronbach & Gleser (1964), Educational and Psychological Measurement 24, 467–480.
    #[must_use]
    pub fn of(items: &ItemCovariances) -> Self {
        let c = items.matrix();
        let (k, n) = (items.n_items() as f64, items.n_respondents());
        let (total, trace) = (items.total_variance(), c.trace());
        let alpha = raw_alpha(k, trace, total);
        let correlations = pair_correlations(items);
        // At least one pair, all finite, by construction of the covariances.
        let average_r = correlations.iter().sum::<f64>() / correlations.len() as f64;
        let median_r = descriptive::quantile(&correlations, 0.5).unwrap_or(average_r);
        let spread_of_standardized = 1.0 + (k - 1.0) * average_r;
        let sum_sd = total.sqrt();
        // Row sums give the sum of C²; the sum of squares of a symmetric matrix is the trace of C².
        let sum_of_square: f64 = c.column_iter().map(|column| column.sum() * column.sum()).sum();
        let trace_of_square: f64 = c.iter().map(|x| x * x).sum();
        let q = 2.0 * k * k / ((k - 1.0).powi(2) * total.powi(3))
            * (total * (trace_of_square + trace * trace) - 2.0 * trace * sum_of_square);
        Self {
            n_items: items.n_items(),
            n_respondents: n,
            alpha,
            standardized_alpha: (spread_of_standardized > 1e-12).then(|| k * average_r / spread_of_standardized),
            average_r,
            median_r,
            signal_to_noise: (average_r < 1.0).then(|| k * average_r / (1.0 - average_r)),
            // The bracket is a variance; rounding can take it below 0 when alpha is 1.
            asymptotic_standard_error: (q.max(0.0) / n as f64).sqrt(),
            sum_sd,
            standard_error_of_measurement: measurement_error::standard_error_of_measurement(sum_sd, alpha).ok(),
        }
    }

    /// Alpha of a scale from answers.
    ///
    /// # Errors
    /// [`ReliabilityError`]; an item to which everybody gave the same answer is named, not dropped:
    /// [`Study`](crate::reliability::Study) and [`ItemAnalysis`](crate::ctt::ItemAnalysis) set it aside and say so.
    ///
    /// # Examples
    /// ```
    /// use engine::reliability::Alpha;
    /// use engine::stats::{ItemColumn, ItemScores, MissingPairs};
    /// let column = |points: [i32; 3]| ItemColumn::new(1, 5, points.map(Some));
    /// let scores = ItemScores::new(vec![column([1, 2, 3])?, column([2, 4, 3])?])?;
    /// // Item variances 1 and 1, sums 3, 6, 6 with variance 3: 2·(1 − 2/3).
    /// let alpha = Alpha::of_scores(&scores, MissingPairs::Listwise)?;
    /// assert!((alpha.alpha - 2.0 / 3.0).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_scores(scores: &ItemScores, missing: MissingPairs) -> Result<Self, ReliabilityError> {
        Ok(Self::of(&ItemCovariances::of_scores(scores, missing)?))
    }

    /// Feldt's confidence interval of this alpha; see [`feldt_interval`].
    #[must_use]
    pub fn feldt_interval(&self, level: f64) -> Option<(f64, f64)> {
        feldt_interval(self.alpha, self.n_respondents, self.n_items, level)
    }
}

/// Alpha of k items from the sum of their variances and the variance of their sum.
pub(crate) fn raw_alpha(k: f64, sum_of_variances: f64, total_variance: f64) -> f64 {
    k / (k - 1.0) * (1.0 - sum_of_variances / total_variance)
}

fn pair_correlations(items: &ItemCovariances) -> Vec<f64> {
    let c = items.matrix();
    let r = |i: usize, j: usize| (c[(i, j)] / (c[(i, i)].sqrt() * c[(j, j)].sqrt())).clamp(-1.0, 1.0);
    (0..items.n_items()).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| r(i, j)).collect()
}

/// Feldt's confidence interval of alpha: 1 − (1 − alpha)·F, F the quantiles (1 + level)/2 and (1 − level)/2 of an F distribution
/// with n − 1 and (n − 1)(k − 1) degrees of freedom. Exact for normal items with equal variances and covariances.
///
/// - `alpha`: the coefficient, at most 1; `n_respondents`, `n_items`: what it rests on; `level`: for example 0.95.
///
/// Returns the lower and the upper limit; `None` for fewer than two respondents or items, an alpha above 1 or not finite, or a
/// level outside (0, 1).
///
/// # References
/// Feldt (1965), Psychometrika 30, 357–370, doi:10.1007/BF02289499
/// # Agreement
/// Oracle `reliability/alpha`, within 1e-10 relative.
#[must_use]
pub fn feldt_interval(alpha: f64, n_respondents: usize, n_items: usize, level: f64) -> Option<(f64, f64)> {
    if n_respondents < 2 || n_items < 2 || !alpha.is_finite() || alpha > 1.0 || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let df1 = (n_respondents - 1) as f64;
    let df2 = df1 * (n_items - 1) as f64;
    let limit = |p: f64| Some(1.0 - (1.0 - alpha) * f_quantile(p, df1, df2)?);
    Some((limit(0.5 + 0.5 * level)?, limit(0.5 - 0.5 * level)?))
}

/// Stratified alpha of a scale whose items fall into groups (facets, subscales): 1 − Σ σ_g²(1 − alpha_g)/σ², with σ_g² the
/// variance of the sum of a group and σ² that of the whole sum. Above alpha when groups measure different things.
///
/// - `items`: covariances of all items; `groups`: places of the items of each group, at least two a group, each item in one.
///
/// # Errors
/// [`ReliabilityError::NotADivision`], [`ReliabilityError::SmallGroup`], and [`ReliabilityError::NoTotalSpread`] for a group whose
/// sum has no variance.
///
/// # References
/// Cronbach, Schönemann & McKie (1965), Educational and Psychological Measurement 25, 291–312, doi:10.1177/001316446502500201
/// # Agreement
/// Oracle `reliability/composite` (definition in R), within 1e-10 relative.
pub fn stratified_alpha(items: &ItemCovariances, groups: &[Vec<usize>]) -> Result<f64, ReliabilityError> {
    check_division(items.n_items(), groups)?;
    let mut error_variance = 0.0;
    for (group_idx, group) in groups.iter().enumerate() {
        if group.len() < 2 {
            return Err(ReliabilityError::SmallGroup { group_idx, n_items: group.len(), needed: 2 });
        }
        let part = items.select(group)?;
        let total = part.total_variance();
        error_variance += total * (1.0 - raw_alpha(group.len() as f64, part.matrix().trace(), total));
    }
    Ok(1.0 - error_variance / items.total_variance())
}

/// Fails unless each item is in exactly one group.
pub(crate) fn check_division(n_items: usize, groups: &[Vec<usize>]) -> Result<(), ReliabilityError> {
    let mut times = vec![0_usize; n_items];
    for &item_idx in groups.iter().flatten() {
        match times.get_mut(item_idx) {
            Some(count) => *count += 1,
            None => return Err(ReliabilityError::NotADivision { item_idx, times: 1, n_items }),
        }
    }
    match times.iter().position(|&count| count != 1) {
        Some(item_idx) => Err(ReliabilityError::NotADivision { item_idx, times: times[item_idx], n_items }),
        None => Ok(()),
    }
}

/// Kuder & Richardson's formula 21, a lower bound of formula 20 that needs no item statistics:
/// k/(k − 1)·(1 − mean·(k − mean)/(k·variance)), for the number of right answers to k items.
///
/// `None` for fewer than two items, a mean outside 0 to k, or a variance that is not above 0.
///
/// # References
/// Kuder & Richardson (1937), Psychometrika 2, 151–160, doi:10.1007/BF02288391
/// # Agreement
/// Oracle `reliability/conditional` (definition in R), within 1e-10 relative.
#[must_use]
pub fn kuder_richardson_21(n_items: usize, mean: f64, variance: f64) -> Option<f64> {
    let k = n_items as f64;
    if n_items < 2 || !(0.0..=k).contains(&mean) || !(variance > 0.0 && variance.is_finite()) {
        return None;
    }
    let value = k / (k - 1.0) * (1.0 - mean * (k - mean) / (k * variance));
    value.is_finite().then_some(value)
}

/// Reliability of a test made `length` times as long with like items (Spearman–Brown): length·r/(1 + (length − 1)·r).
///
/// `None` unless −1 < r ≤ 1, length > 0 and finite, and the longer test has variance.
///
/// # Examples
/// ```
/// use engine::reliability::alpha::spearman_brown;
/// // Twice as long: 2·0.6/1.6.
/// assert!(spearman_brown(0.6, 2.0).is_some_and(|r| (r - 0.75).abs() < 1e-15));
/// ```
/// # References
/// Spearman (1910), British Journal of Psychology 3, 271–295; Brown (1910), the same volume, 296–322.
#[must_use]
pub fn spearman_brown(reliability: f64, length: f64) -> Option<f64> {
    let possible = reliability > -1.0 && reliability <= 1.0 && length > 0.0 && length.is_finite();
    let variance = 1.0 + (length - 1.0) * reliability;
    (possible && variance > 0.0).then(|| length * reliability / variance)
}

/// How many times as long a test must be for a reliability: target·(1 − r)/(r·(1 − target)).
///
/// `None` unless both are above 0 and below 1.
#[must_use]
pub fn length_for_reliability(reliability: f64, target: f64) -> Option<f64> {
    let inside = |r: f64| r > 0.0 && r < 1.0;
    (inside(reliability) && inside(target)).then(|| target * (1.0 - reliability) / (reliability * (1.0 - target)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use crate::stats::ItemColumn;

    fn items(k: usize, values: &[f64]) -> ItemCovariances {
        ItemCovariances::new(DMatrix::from_row_slice(k, k, values), 100).unwrap()
    }

    #[test]
    fn three_like_items_worked_by_hand() {
        // Correlations .5: alpha = 3·.5/(1 + 2·.5) = .75; variance of the sum 3 + 6·.5 = 6; SEM √(6·.25); S/N 1.5/.5.
        let alpha = Alpha::of(&items(3, &[1.0, 0.5, 0.5, 0.5, 1.0, 0.5, 0.5, 0.5, 1.0]));
        for (got, expected) in [
            (alpha.alpha, 0.75),
            (alpha.standardized_alpha.unwrap(), 0.75),
            (alpha.average_r, 0.5),
            (alpha.median_r, 0.5),
            (alpha.signal_to_noise.unwrap(), 3.0),
            (alpha.sum_sd, 6.0_f64.sqrt()),
            (alpha.standard_error_of_measurement.unwrap(), 1.5_f64.sqrt()),
            // Q = 2·9/(4·216)·[6·(4.5 + 9) − 2·3·12] = 9/48; over 100 respondents.
            (alpha.asymptotic_standard_error, (9.0_f64 / 48.0 / 100.0).sqrt()),
        ] {
            assert!((got - expected).abs() < 1e-14, "{got} {expected}");
        }
    }

    #[test]
    fn a_negative_alpha_is_a_value() {
        // Items with covariance −.5: 2·(1 − 2/1).
        let alpha = Alpha::of(&items(2, &[1.0, -0.5, -0.5, 1.0]));
        assert_eq!((alpha.alpha, alpha.standard_error_of_measurement), (-2.0, None));
        let (lower, upper) = alpha.feldt_interval(0.95).unwrap();
        assert!(lower < -2.0 && -2.0 < upper);
    }

    #[test]
    fn equal_items_have_an_alpha_of_one_and_no_noise() {
        let alpha = Alpha::of(&items(2, &[1.0; 4]));
        assert_eq!((alpha.alpha, alpha.signal_to_noise, alpha.standard_error_of_measurement), (1.0, None, None));
        assert_eq!(alpha.feldt_interval(0.95), Some((1.0, 1.0)));
        assert_eq!(alpha.asymptotic_standard_error, 0.0);
    }

    #[test]
    fn a_constant_item_is_named() {
        let column = |points: [i32; 3]| ItemColumn::new(1, 5, points.map(Some)).unwrap();
        let scores = ItemScores::new(vec![column([1, 2, 3]), column([4, 4, 4]), column([1, 3, 3])]).unwrap();
        let refused = Alpha::of_scores(&scores, MissingPairs::Pairwise);
        assert_eq!(refused, Err(ReliabilityError::NoSpread { item_idx: 1, variance: 0.0 }));
    }

    #[test]
    fn two_respondents_are_enough_for_a_value() {
        let column = |points: [i32; 2]| ItemColumn::new(1, 5, points.map(Some)).unwrap();
        let scores = ItemScores::new(vec![column([1, 2]), column([2, 5])]).unwrap();
        // Variances .5 and 4.5, covariance 1.5: 2·(1 − 5/8).
        let alpha = Alpha::of_scores(&scores, MissingPairs::Listwise).unwrap();
        assert!((alpha.alpha - 0.75).abs() < 1e-15);
        assert!(alpha.feldt_interval(0.95).is_some());
    }

    #[test]
    fn strata_worked_by_hand() {
        // Two groups of two items, variances 1, covariance .5 within and 0 between: group variance 3, alpha 2/3, error 1 each;
        // whole variance 6: 1 − 2/6.
        let four = items(4, &[1.0, 0.5, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.5, 0.0, 0.0, 0.5, 1.0]);
        assert!((stratified_alpha(&four, &[vec![0, 1], vec![2, 3]]).unwrap() - 2.0 / 3.0).abs() < 1e-15);
        let refused = |groups: &[Vec<usize>]| stratified_alpha(&four, groups).unwrap_err();
        assert!(matches!(
            refused(&[vec![0, 1], vec![2]]),
            ReliabilityError::NotADivision { item_idx: 3, times: 0, .. }
        ));
        assert!(matches!(refused(&[vec![0, 1, 2], vec![3]]), ReliabilityError::SmallGroup { group_idx: 1, .. }));
        assert!(matches!(refused(&[vec![0, 1], vec![2, 3, 9]]), ReliabilityError::NotADivision { item_idx: 9, .. }));
        assert!(matches!(
            refused(&[vec![0, 1], vec![1, 2, 3]]),
            ReliabilityError::NotADivision { item_idx: 1, times: 2, .. }
        ));
        assert!(refused(&[]).to_string().contains("item 0 is in 0 of the groups"));
    }

    #[test]
    fn formula_21_and_prophecy_worked_by_hand() {
        // 10 items, mean 6, variance 6: 10/9·(1 − 24/60).
        assert!((kuder_richardson_21(10, 6.0, 6.0).unwrap() - 10.0 / 9.0 * 0.6).abs() < 1e-15);
        assert_eq!(kuder_richardson_21(10, 11.0, 6.0), None);
        assert_eq!(kuder_richardson_21(10, 5.0, 0.0), None);
        assert_eq!(kuder_richardson_21(1, 0.5, 0.2), None);
        // From .6 to .75: twice.
        assert!((length_for_reliability(0.6, 0.75).unwrap() - 2.0).abs() < 1e-14);
        assert_eq!(length_for_reliability(0.0, 0.75), None);
        assert_eq!(spearman_brown(-1.0, 2.0), None);
        assert_eq!(spearman_brown(-0.6, 3.0), None);
        assert_eq!(spearman_brown(0.5, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn alpha_does_not_move_with_a_shift_or_the_order_of_items(answers in prop::collection::vec(1..=5_i32, 24), shift in -7..7_i32) {
            let column = |points: &[i32], by: i32| ItemColumn::new(1 + by, 5 + by, points.iter().map(|p| Some(p + by))).unwrap();
            let forward = ItemScores::new(answers.chunks(8).map(|c| column(c, 0)).collect()).unwrap();
            let shifted = ItemScores::new(answers.chunks(8).rev().map(|c| column(c, shift)).collect()).unwrap();
            match (Alpha::of_scores(&forward, MissingPairs::Pairwise), Alpha::of_scores(&shifted, MissingPairs::Pairwise)) {
                (Ok(one), Ok(other)) => prop_assert!((one.alpha - other.alpha).abs() < 1e-10 * one.alpha.abs().max(1.0)),
                (one, other) => prop_assert!(one.is_err() && other.is_err()),
            }
        }

        #[test]
        fn feldt_limits_contain_alpha_or_there_are_none(alpha in prop::num::f64::ANY, n in 0..500_usize, k in 0..50_usize, level in 0.01..0.999_f64) {
            if let Some((lower, upper)) = feldt_interval(alpha, n, k, level) {
                prop_assert!(lower <= upper && upper <= 1.0);
                if n > 30 && k > 2 && level > 0.5 { prop_assert!(lower <= alpha && alpha <= upper); }
            }
        }
    }
}
