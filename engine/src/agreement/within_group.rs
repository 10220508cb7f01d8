//! How much raters of one person agree: r_wg, r_wg(j), average deviation.

use crate::agreement::null_distribution::{NullDistribution, NullDistributionError};
use crate::stats::ItemScores;
use crate::stats::descriptive::{mean, quantile, variance};

/// What to do where raters differ more than chance alone would make them, so that 1 − s²/σ² falls below 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NegativeAgreement {
    /// Such a value counts as no agreement at all: 0 (James, Demaree & Wolf 1984).
    SetToZero,
    /// The value stays as it is. r_wg(j) has no value then where its denominator is not above 0.
    Keep,
}

/// Choices that move an index of agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct WithinGroupConfig {
    /// What raters without any agreement would answer.
    pub null: NullDistribution,
    /// What happens below 0.
    pub negative: NegativeAgreement,
}

impl WithinGroupConfig {
    /// The usual choice: agreement measured against random answers spread evenly, values below 0 set to 0.
    #[must_use]
    pub fn uniform() -> Self {
        Self { null: NullDistribution::Uniform, negative: NegativeAgreement::SetToZero }
    }
}

/// Why agreement within a group is not defined.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WithinGroupError {
    /// One rater cannot agree with anyone.
    #[error("agreement needs at least 2 raters who answered every item, got {given}")]
    TooFewRaters {
        /// Raters without a missing answer.
        given: usize,
    },
    /// No items.
    #[error("agreement needs at least one item")]
    NoItems,
    /// Items with different numbers of options have no common null variance.
    #[error("item {item_idx} has {given} options, the first item has {expected}")]
    DifferentOptions {
        /// Place of the item, from 0.
        item_idx: usize,
        /// Its number of options.
        given: usize,
        /// The number of options of the first item.
        expected: usize,
    },
    /// The null distribution does not fit.
    #[error(transparent)]
    Null(#[from] NullDistributionError),
}

/// Agreement of the raters of one person on one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemAgreement {
    /// Mean over raters, in points.
    pub mean: f64,
    /// Variance over raters with n − 1, in points².
    pub variance: f64,
    /// Standard deviation over raters, in points.
    pub sd: f64,
    /// r_wg, at most 1; see [`rwg`].
    pub rwg: f64,
    /// Mean distance from the mean, in points; see [`average_deviation`].
    pub ad_mean: f64,
    /// Mean distance from the median, in points.
    pub ad_median: f64,
}

/// Agreement of the raters of one person on the items of one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupAgreement {
    /// Raters who answered every item; the others are left out.
    pub n_raters: usize,
    /// Raters left out because an answer is missing.
    pub n_incomplete: usize,
    /// Variance of answers without agreement, in points².
    pub null_variance: f64,
    /// One entry an item, in order.
    pub items: Vec<ItemAgreement>,
    /// Mean over raters and items, in points.
    pub mean_score: f64,
    /// r_wg(j): J(1 − s̄²/σ²)/(J(1 − s̄²/σ²) + s̄²/σ²). `None` where the denominator is not above 0.
    pub rwg_j: Option<f64>,
    /// r*_wg(j): 1 − s̄²/σ², not stepped up by the number of items (Lindell, Brandt & Whitney 1999).
    pub rwg_j_star: f64,
    /// Mean over items of the average deviation from the mean, in points.
    pub ad_mean: f64,
    /// Mean over items of the average deviation from the median, in points.
    pub ad_median: f64,
}

/// Agreement on one item: r_wg = 1 − s²/σ², s² the variance of the ratings (n − 1), σ² that of answers without agreement.
///
/// - `ratings`: one number a rater, in points.
/// - `null_variance`: σ², above 0.
///
/// 1 is full agreement, 0 none. `None` for fewer than two raters, a number that is not finite, or σ² not above 0.
///
/// # References
/// James, Demaree & Wolf (1984), Journal of Applied Psychology 69, 85–98, doi:10.1037/0021-9010.69.1.85
/// # Agreement
/// Oracle `agreement/raters` (multilevel), within 1e-10 relative.
#[must_use]
pub fn rwg(ratings: &[f64], null_variance: f64, negative: NegativeAgreement) -> Option<f64> {
    rwg_of_variance(variance(ratings)?, null_variance, negative)
}

/// r_wg where the variance is known; see [`rwg`].
pub(super) fn rwg_of_variance(variance: f64, null_variance: f64, negative: NegativeAgreement) -> Option<f64> {
    ratio(variance, null_variance).map(|q| bounded(1.0 - q, negative))
}

/// Agreement on `n_items` items: r_wg(j) = J(1 − q)/(J(1 − q) + q), q = s̄²/σ², s̄² the mean of the item variances.
///
/// `None` without items, for numbers that are negative or not finite, σ² not above 0, or (with [`NegativeAgreement::Keep`])
/// where the denominator is not above 0.
///
/// # References
/// James, Demaree & Wolf (1984), doi:10.1037/0021-9010.69.1.85
/// # Agreement
/// Oracle `agreement/raters` (multilevel), within 1e-10 relative.
#[must_use]
pub fn rwg_j(mean_item_variance: f64, n_items: usize, null_variance: f64, negative: NegativeAgreement) -> Option<f64> {
    let q = ratio(mean_item_variance, null_variance)?;
    let q = if negative == NegativeAgreement::SetToZero { q.min(1.0) } else { q };
    let stepped = n_items as f64 * (1.0 - q);
    let denominator = stepped + q;
    (n_items > 0 && denominator > 0.0).then(|| stepped / denominator)
}

/// The middle that deviations are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Center {
    /// The mean of the raters.
    Mean,
    /// The median of the raters; between two middle ones, halfway.
    Median,
}

/// Average deviation on one item: Σ|x − center|/n, in points; 0 is full agreement.
///
/// `None` for fewer than two raters or a number that is not finite.
///
/// # References
/// Burke, Finkelstein & Dusig (1999), Organizational Research Methods 2, 49–68, doi:10.1177/109442819921004
/// # Agreement
/// Oracle `agreement/raters` (multilevel), within 1e-10 relative.
#[must_use]
pub fn average_deviation(ratings: &[f64], center: Center) -> Option<f64> {
    if ratings.len() < 2 {
        return None;
    }
    let center = match center {
        Center::Mean => mean(ratings)?,
        Center::Median => quantile(ratings, 0.5)?,
    };
    let deviations: Vec<f64> = ratings.iter().map(|rating| (rating - center).abs()).collect();
    mean(&deviations)
}

/// The average deviation up to which raters are commonly said to agree: a sixth of the number of options, in points.
///
/// # References
/// Burke & Dunlap (2002), Organizational Research Methods 5, 159–172, doi:10.1177/1094428102005002002
#[must_use]
pub fn average_deviation_limit(n_options: usize) -> f64 {
    n_options as f64 / 6.0
}

/// Agreement of the raters of one person on the items of one scale.
///
/// - `ratings`: n_raters × n_items, every item with the same number of options. Raters with a missing answer are left out, and
///   counted.
///
/// # Errors
/// [`WithinGroupError`] where fewer than two raters remain, there are no items, or the null distribution does not fit.
/// # Examples
/// ```
/// use engine::agreement::within_group::{WithinGroupConfig, within_group_agreement};
/// use engine::stats::{ItemColumn, ItemScores};
/// let item = ItemColumn::new(1, 5, [Some(3), Some(4), Some(5)])?;
/// let found = within_group_agreement(&ItemScores::new(vec![item])?, &WithinGroupConfig::uniform())?;
/// // Variance 1 against (5² − 1)/12 = 2; distances from 4: 1, 0, 1.
/// assert_eq!(found.items[0].rwg, 0.5);
/// assert!((found.ad_mean - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// # References
/// James, Demaree & Wolf (1984), doi:10.1037/0021-9010.69.1.85; Burke, Finkelstein & Dusig (1999),
/// doi:10.1177/109442819921004; Lindell, Brandt & Whitney (1999), Applied Psychological Measurement 23, 127–135,
/// doi:10.1177/01466219922031257
/// # Agreement
/// Oracle `agreement/raters` (multilevel), within 1e-10 relative.
pub fn within_group_agreement(
    ratings: &ItemScores,
    config: &WithinGroupConfig,
) -> Result<GroupAgreement, WithinGroupError> {
    let options: Vec<usize> = ratings.columns().iter().map(|c| c.lowest().abs_diff(c.highest()) as usize + 1).collect();
    let &expected = options.first().ok_or(WithinGroupError::NoItems)?;
    if let Some((item_idx, &given)) = options.iter().enumerate().find(|&(_, &given)| given != expected) {
        return Err(WithinGroupError::DifferentOptions { item_idx, given, expected });
    }
    let null_variance = config.null.variance(expected)?;
    let complete = ratings.complete();
    let n_raters = complete.n_respondents();
    let too_few = WithinGroupError::TooFewRaters { given: n_raters };
    let of_item = |column: &crate::stats::ItemColumn| {
        let points: Vec<f64> = column.iter().flatten().map(f64::from).collect();
        item_agreement(&points, null_variance, config.negative)
    };
    let items: Option<Vec<ItemAgreement>> = complete.columns().iter().map(of_item).collect();
    let items = items.ok_or(too_few)?;
    let over_items = |get: fn(&ItemAgreement) -> f64| items.iter().map(get).sum::<f64>() / items.len() as f64;
    let mean_variance = over_items(|item| item.variance);
    Ok(GroupAgreement {
        n_raters,
        n_incomplete: ratings.n_respondents() - n_raters,
        null_variance,
        mean_score: over_items(|item| item.mean),
        rwg_j: rwg_j(mean_variance, items.len(), null_variance, config.negative),
        rwg_j_star: bounded(1.0 - mean_variance / null_variance, config.negative),
        ad_mean: over_items(|item| item.ad_mean),
        ad_median: over_items(|item| item.ad_median),
        items,
    })
}

/// All indices of one item; `None` for fewer than two raters.
fn item_agreement(points: &[f64], null_variance: f64, negative: NegativeAgreement) -> Option<ItemAgreement> {
    let variance = variance(points)?;
    Some(ItemAgreement {
        mean: mean(points)?,
        variance,
        sd: variance.sqrt(),
        rwg: rwg(points, null_variance, negative)?,
        ad_mean: average_deviation(points, Center::Mean)?,
        ad_median: average_deviation(points, Center::Median)?,
    })
}

/// s²/σ²; `None` unless s² ≥ 0, σ² > 0 and the ratio is finite.
fn ratio(variance: f64, null_variance: f64) -> Option<f64> {
    let defined = variance >= 0.0 && null_variance > 0.0 && null_variance.is_finite();
    defined.then(|| variance / null_variance).filter(|ratio| ratio.is_finite())
}

fn bounded(agreement: f64, negative: NegativeAgreement) -> f64 {
    match negative {
        NegativeAgreement::SetToZero => agreement.max(0.0),
        NegativeAgreement::Keep => agreement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ItemColumn;
    use proptest::prelude::*;

    fn scores(highest: i32, items: &[&[Option<i32>]]) -> ItemScores {
        let columns = items.iter().map(|item| ItemColumn::new(1, highest, item.iter().copied()).unwrap()).collect();
        ItemScores::new(columns).unwrap()
    }

    #[test]
    fn two_items_worked_by_hand() {
        // Item 1: 3, 4, 5: variance 1. Item 2: 4, 4, 4: variance 0. Mean variance 0.5 of 2: q = 0.25.
        let ratings = scores(5, &[&[Some(3), Some(4), Some(5)], &[Some(4), Some(4), Some(4)]]);
        let found = within_group_agreement(&ratings, &WithinGroupConfig::uniform()).unwrap();
        // 2·0.75/(2·0.75 + 0.25) = 1.5/1.75.
        assert!((found.rwg_j.unwrap() - 1.5 / 1.75).abs() < 1e-15);
        assert_eq!((found.rwg_j_star, found.items[1].rwg, found.mean_score), (0.75, 1.0, 4.0));
        assert!((found.ad_mean - 1.0 / 3.0).abs() < 1e-15 && (found.ad_median - 1.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn raters_at_both_ends_are_below_chance() {
        // 1, 1, 5, 5: variance 16/3 against 2.
        let ratings = [1.0, 1.0, 5.0, 5.0];
        assert_eq!(rwg(&ratings, 2.0, NegativeAgreement::SetToZero), Some(0.0));
        let kept = rwg(&ratings, 2.0, NegativeAgreement::Keep).unwrap();
        assert!((kept - (1.0 - 8.0 / 3.0)).abs() < 1e-15);
        // q = 8/3, J = 2: 2·(−5/3) + 8/3 is below 0.
        assert_eq!(rwg_j(16.0 / 3.0, 2, 2.0, NegativeAgreement::Keep), None);
        assert_eq!(rwg_j(16.0 / 3.0, 2, 2.0, NegativeAgreement::SetToZero), Some(0.0));
    }

    #[test]
    fn deviations_from_mean_and_median_differ() {
        // 1, 1, 1, 5: mean 2, deviations 1, 1, 1, 3; median 1, deviations 0, 0, 0, 4.
        let ratings = [1.0, 1.0, 1.0, 5.0];
        assert_eq!(average_deviation(&ratings, Center::Mean), Some(1.5));
        assert_eq!(average_deviation(&ratings, Center::Median), Some(1.0));
    }

    #[test]
    fn what_has_no_agreement_says_why() {
        let config = WithinGroupConfig::uniform();
        let one_left = scores(5, &[&[Some(3), None], &[Some(3), Some(2)]]);
        assert_eq!(within_group_agreement(&one_left, &config), Err(WithinGroupError::TooFewRaters { given: 1 }));
        assert_eq!(within_group_agreement(&scores(5, &[]), &config), Err(WithinGroupError::NoItems));
        let mixed = ItemScores::new(vec![
            ItemColumn::new(1, 5, [Some(1), Some(2)]).unwrap(),
            ItemColumn::new(1, 7, [Some(1), Some(2)]).unwrap(),
        ]);
        let refused = within_group_agreement(&mixed.unwrap(), &config);
        assert_eq!(refused, Err(WithinGroupError::DifferentOptions { item_idx: 1, given: 7, expected: 5 }));
        assert_eq!(rwg(&[1.0, f64::NAN], 2.0, NegativeAgreement::Keep), None);
        assert_eq!(rwg(&[1.0, 2.0], 0.0, NegativeAgreement::Keep), None);
        assert_eq!(rwg_j(1.0, 0, 2.0, NegativeAgreement::Keep), None);
        assert_eq!(average_deviation(&[1.0], Center::Mean), None);
    }

    proptest! {
        #[test]
        fn agreement_ignores_the_order_of_raters_and_stays_in_its_range(mut ratings in prop::collection::vec(1..=7_i32, 2..9)) {
            let of = |ratings: &[i32]| {
                let points: Vec<Option<i32>> = ratings.iter().map(|&x| Some(x)).collect();
                within_group_agreement(&scores(7, &[&points]), &WithinGroupConfig::uniform()).unwrap()
            };
            let before = of(&ratings);
            prop_assert!((0.0..=1.0).contains(&before.items[0].rwg));
            // With one item r_wg(j) is r_wg.
            prop_assert!((before.rwg_j.unwrap() - before.items[0].rwg).abs() < 1e-12);
            prop_assert!(before.ad_median <= before.ad_mean + 1e-12 && before.ad_mean <= before.items[0].sd + 1e-12);
            ratings.reverse();
            prop_assert!((of(&ratings).items[0].variance - before.items[0].variance).abs() < 1e-12);
        }
    }
}
