//! Item analysis of a scale: each item, and the sum of all.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::ctt::discrimination::Discrimination;
use crate::ctt::distribution::PointDistribution;
use crate::numeric::normal;
use crate::reliability::{Alpha, GuttmanLambdas, ItemCovariances, ReliabilityError, SetAside};
use crate::stats::{ItemColumn, ItemScores, MissingPairs};

/// Respondents whose sums are taken together.
const BLOCK: usize = 4096;

/// What a manual says of a scale and its items.
///
/// # Agreement
/// Oracles `items/likert`, `items/likert_missing`, `reliability/alpha` (psych), within 1e-9 relative.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemAnalysis {
    /// The scale as a whole.
    pub scale: ScaleStatistics,
    /// The items, in the order of the scale.
    pub items: Vec<ItemStatistics>,
}

/// A scale as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleStatistics {
    /// Number of respondents given.
    pub n_respondents: usize,
    /// Number of respondents who answered all items (but those hardly anybody answered, see `set_aside`).
    pub n_complete: usize,
    /// Number of items.
    pub n_items: usize,
    /// How missing answers were treated in the coefficients.
    pub missing: MissingPairs,
    /// Sum scores of the complete respondents: mean, SD, shape, shares at the floor and the ceiling. Without items nobody answered.
    pub sum: PointDistribution,
    /// Items that are in no coefficient, with the reason.
    pub set_aside: Vec<SetAside>,
    /// Coefficients of the items that vary, or why there are none.
    pub coefficients: Result<ScaleCoefficients, ReliabilityError>,
}

/// Coefficients of a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleCoefficients {
    /// Alpha and what goes with it.
    pub alpha: Alpha,
    /// Guttman's bounds of the sum.
    pub guttman: GuttmanLambdas,
    /// Guttman's lambda 6 of the standardized items, as psych prints it.
    pub lambda6_of_correlations: Option<f64>,
}

/// One item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemStatistics {
    /// Place of the item, from 0.
    pub item_idx: usize,
    /// Number of respondents without an answer.
    pub n_missing: usize,
    /// Counts, mean, SD, facility, shape, floor and ceiling of those who answered (listwise: of the complete respondents).
    pub distribution: PointDistribution,
    /// How the item goes with the others; all `None` for an item that is set aside.
    pub discrimination: Discrimination,
    /// Biserial correlation of a dichotomous item with the sum of the others, as if a normal variable had been cut in two:
    /// (mean rest score of those with the higher points − of the others)/SD·pq/φ(z), p + q = 1 the shares and z where they cut.
    /// `None` for other items, and without an item–rest correlation. Can pass 1 when the rest is not normal.
    pub biserial: Option<f64>,
}

impl ItemAnalysis {
    /// Analyzes the items of a scale.
    ///
    /// # Examples
    /// ```
    /// use engine::ctt::ItemAnalysis;
    /// use engine::stats::{ItemColumn, ItemScores, MissingPairs};
    /// let column = |points: [i32; 4]| ItemColumn::new(1, 5, points.map(Some));
    /// let scores = ItemScores::new(vec![column([1, 2, 3, 4])?, column([2, 2, 4, 4])?, column([5, 5, 5, 5])?])?;
    /// let found = ItemAnalysis::of_scores(&scores, MissingPairs::Pairwise);
    /// assert_eq!(found.items[0].distribution.facility(), Some(0.375));
    /// // Sums 8, 9, 12, 13; the third item does not vary and is in no coefficient.
    /// assert_eq!(found.scale.sum.mean(), Some(10.5));
    /// assert_eq!(found.scale.set_aside[0].item_idx, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_scores(scores: &ItemScores, missing: MissingPairs) -> Self {
        let n = scores.n_respondents();
        let columns = scores.columns();
        let (answered, unanswered): (Vec<usize>, Vec<usize>) =
            (0..columns.len()).partition(|&idx| n - columns[idx].n_missing() >= 2);
        let used =
            if unanswered.is_empty() { Cow::Borrowed(scores) } else { Cow::Owned(scores.select_items(&answered)) };
        let complete = (missing == MissingPairs::Listwise && used.n_missing() > 0).then(|| used.complete());
        let sum = sum_scores(complete.as_ref().unwrap_or(&used));
        // Items hardly anybody answered are described by what answers there are.
        let mut described: Vec<&ItemColumn> = columns.iter().collect();
        for (&idx, column) in answered.iter().zip(complete.as_ref().map_or(&[][..], |complete| complete.columns())) {
            described[idx] = column;
        }
        let found = ItemCovariances::of_varying(scores, missing);
        let mut discrimination = vec![Discrimination::NONE; columns.len()];
        if let Ok(varying) = &found {
            for (&idx, item) in varying.item_indices.iter().zip(Discrimination::of(&varying.covariances)) {
                discrimination[idx] = item;
            }
        }
        let items = (0..columns.len())
            .into_par_iter()
            .map(|item_idx| {
                let (distribution, discrimination) = (distribution(described[item_idx]), discrimination[item_idx]);
                let biserial = biserial(&distribution, discrimination.item_rest_correlation);
                let n_missing = columns[item_idx].n_missing();
                ItemStatistics { item_idx, n_missing, distribution, discrimination, biserial }
            })
            .collect();
        let scale = ScaleStatistics {
            n_respondents: n,
            // As many as there are respondents at most.
            n_complete: sum.n() as usize,
            n_items: columns.len(),
            missing,
            sum,
            set_aside: found.as_ref().map_or_else(|_| Vec::new(), |varying| varying.set_aside.clone()),
            coefficients: found.map(|varying| ScaleCoefficients::of(&varying.covariances)),
        };
        Self { scale, items }
    }
}

impl ScaleCoefficients {
    /// Coefficients from the covariances of the items.
    #[must_use]
    pub fn of(items: &ItemCovariances) -> Self {
        let standardized = items.standardized().ok().map(|standardized| GuttmanLambdas::of(&standardized));
        Self {
            alpha: Alpha::of(items),
            guttman: GuttmanLambdas::of(items),
            lambda6_of_correlations: standardized.and_then(|bounds| bounds.lambda6),
        }
    }
}

fn distribution(column: &ItemColumn) -> PointDistribution {
    let counts = column.counts().into_iter().map(|count| count as u64).collect();
    PointDistribution::new(i64::from(column.lowest()), counts)
}

/// Sum scores of those who answered every item.
fn sum_scores(scores: &ItemScores) -> PointDistribution {
    let columns = scores.columns();
    let lowest: i64 = columns.iter().map(|column| i64::from(column.lowest())).sum();
    // From 1 to 250 an item.
    let range: usize = columns.iter().map(|column| (column.highest() - column.lowest()) as usize).sum();
    let n = if columns.is_empty() { 0 } else { scores.n_respondents() };
    let zero = || vec![0_u64; range + 1];
    let add = |mut counts: Vec<u64>, block: usize| {
        let rows = block * BLOCK..n.min((block + 1) * BLOCK);
        let mut sums = vec![0_u32; rows.len()];
        let mut is_complete = vec![u8::MAX; rows.len()];
        for column in columns {
            let codes = &column.codes()[rows.clone()];
            sums.iter_mut().zip(codes).for_each(|(sum, &code)| *sum += u32::from(code));
            if column.n_missing() > 0 {
                let given = |code: u8| if code == ItemColumn::MISSING_CODE { 0 } else { u8::MAX };
                is_complete.iter_mut().zip(codes).for_each(|(all, &code)| *all &= given(code));
            }
        }
        for (sum, _) in sums.into_iter().zip(is_complete).filter(|(_, all)| *all > 0) {
            // At most the range: codes of complete respondents are.
            counts[sum as usize] += 1;
        }
        counts
    };
    let plus = |mut counts: Vec<u64>, more: Vec<u64>| {
        counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        counts
    };
    let counts = (0..n.div_ceil(BLOCK)).into_par_iter().fold(zero, add).reduce(zero, plus);
    PointDistribution::new(lowest, counts)
}

/// r·√(pq)·√((n − 1)/n)/φ(z): the last root because SDs have divisor n − 1.
fn biserial(distribution: &PointDistribution, item_rest_correlation: Option<f64>) -> Option<f64> {
    if distribution.counts().len() != 2 {
        return None;
    }
    biserial_of(item_rest_correlation?, distribution.ceiling_share()?, distribution.n())
}

/// Biserial from a point-biserial correlation, the share of the higher answer and the number of people.
pub(crate) fn biserial_of(r: f64, share: f64, n: u64) -> Option<f64> {
    let height = normal::density(normal::quantile(share)?);
    let n = n as f64;
    let value = r * (share * (1.0 - share) * (n - 1.0) / n).sqrt() / height;
    (n > 1.0 && value.is_finite()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::reliability::SetAsideReason;
    use crate::stats::correlation::pearson;
    use crate::stats::descriptive;

    fn scores(lowest: i32, highest: i32, columns: &[&[Option<i32>]]) -> ItemScores {
        let column = |c: &&[Option<i32>]| ItemColumn::new(lowest, highest, c.iter().copied()).unwrap();
        ItemScores::new(columns.iter().map(column).collect()).unwrap()
    }

    #[test]
    fn missing_answers_are_counted_and_left_out() {
        let given = scores(
            1,
            3,
            &[
                &[Some(1), Some(2), Some(3), Some(3), None],
                &[Some(1), Some(1), Some(3), Some(2), Some(2)],
                &[None, Some(2), Some(3), Some(3), Some(1)],
            ],
        );
        let pairwise = ItemAnalysis::of_scores(&given, MissingPairs::Pairwise);
        assert_eq!((pairwise.scale.n_respondents, pairwise.scale.n_complete), (5, 3));
        assert_eq!((pairwise.items[0].n_missing, pairwise.items[0].distribution.counts()), (1, &[1, 1, 2][..]));
        // Sums 5, 9, 8 of 3–9.
        let sum = &pairwise.scale.sum;
        assert_eq!((sum.lowest(), sum.highest(), sum.counts()), (3, 9, &[0, 0, 1, 0, 0, 1, 1][..]));
        assert_eq!((sum.floor_share(), sum.ceiling_share()), (Some(0.0), Some(1.0 / 3.0)));
        let listwise = ItemAnalysis::of_scores(&given, MissingPairs::Listwise);
        assert_eq!(listwise.items[1].distribution.counts(), [1, 1, 1]);
        assert_eq!((listwise.items[2].n_missing, &listwise.scale.sum), (1, sum));
    }

    #[test]
    fn nobody_nothing_and_all_alike_are_answered() {
        let nothing = ItemAnalysis::of_scores(&ItemScores::new(vec![]).unwrap(), MissingPairs::Pairwise);
        assert!(nothing.items.is_empty() && nothing.scale.coefficients.is_err() && nothing.scale.sum.n() == 0);
        for missing in [MissingPairs::Pairwise, MissingPairs::Listwise] {
            let nobody = ItemAnalysis::of_scores(&scores(0, 1, &[&[], &[]]), missing);
            assert_eq!((nobody.items.len(), nobody.scale.n_complete), (2, 0));
            let unanswered = ItemAnalysis::of_scores(
                &scores(0, 1, &[&[Some(0), Some(1), Some(1)], &[None; 3], &[Some(0), Some(0), Some(1)]]),
                missing,
            );
            assert_eq!(unanswered.scale.n_complete, 3);
            assert_eq!(unanswered.scale.set_aside, [SetAside { item_idx: 1, reason: SetAsideReason::Unanswered }]);
            assert!(unanswered.scale.coefficients.is_ok() && unanswered.items[2].biserial.is_some());
            assert_eq!(unanswered.items[1].discrimination, Discrimination::NONE);
            let alike = ItemAnalysis::of_scores(&scores(0, 1, &[&[Some(1); 3], &[Some(0); 3]]), missing);
            assert_eq!(alike.scale.coefficients, Err(ReliabilityError::TooFewItems { given: 0, needed: 2 }));
            assert_eq!(alike.items[0].biserial, None);
        }
    }

    #[test]
    fn biserial_worked_by_hand() {
        // Half right: φ(0) = 1/√(2π), √(pq) = .5; many people.
        let expected = 0.4 * 0.5 * (2.0 * std::f64::consts::PI).sqrt();
        assert!((biserial_of(0.4, 0.5, 1_000_000_000_000).unwrap() - expected).abs() < 1e-12);
        assert_eq!((biserial_of(0.4, 1.0, 10), biserial_of(0.4, 0.5, 0)), (None, None));
    }

    proptest! {
        #[test]
        fn statistics_are_those_of_the_columns(answers in prop::collection::vec(1..=4_i32, 60)) {
            let columns: Vec<Vec<Option<i32>>> = answers.chunks(15).map(|c| c.iter().copied().map(Some).collect()).collect();
            let given = scores(1, 4, &columns.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let found = ItemAnalysis::of_scores(&given, MissingPairs::Pairwise);
            let lists: Vec<Vec<f64>> = answers.chunks(15).map(|c| c.iter().map(|x| f64::from(*x)).collect()).collect();
            let total: Vec<f64> = (0..15).map(|row| lists.iter().map(|list| list[row]).sum()).collect();
            let close = |got: Option<f64>, expected: Option<f64>| match (got, expected) {
                (Some(got), Some(expected)) => (got - expected).abs() < 1e-9,
                (got, _) => got.is_none(),
            };
            prop_assert!(close(found.scale.sum.sd(), descriptive::standard_deviation(&total)));
            for (item, list) in found.items.iter().zip(&lists) {
                let rest: Vec<f64> = total.iter().zip(list).map(|(total, x)| total - x).collect();
                prop_assert!(close(item.discrimination.item_total_correlation, pearson(list, &total)));
                prop_assert!(close(item.discrimination.item_rest_correlation, pearson(list, &rest)));
            }
        }

        #[test]
        fn any_holes_are_answered(cells in prop::collection::vec(prop::option::of(0..=1_i32), 24)) {
            let columns: Vec<&[Option<i32>]> = cells.chunks(6).collect();
            for missing in [MissingPairs::Pairwise, MissingPairs::Listwise] {
                let found = ItemAnalysis::of_scores(&scores(0, 1, &columns), missing);
                prop_assert_eq!(found.items.len(), 4);
                for item in &found.items {
                    prop_assert!(item.discrimination.item_rest_correlation.is_none_or(|r| (-1.0..=1.0).contains(&r)));
                    prop_assert!(item.discrimination.alpha_without_item.is_none_or(f64::is_finite));
                }
            }
        }
    }
}
