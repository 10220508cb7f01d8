//! Orders of scales that do not say more than the errors allow.

use std::cmp::Ordering;

use crate::reliability::ScoreWithError;

/// The order of scales, as far as it is established: groups from highest to lowest; within a group the order is not
/// established.
///
/// - `scores`: the score of each scale with its standard error; `None` where the error is not known, so that nothing
///   can be said about its place.
///
/// A border between two groups is drawn only where every scale above it is distinguishable from every scale below it:
/// |d| > 1.96·√(SE₁² + SE₂²). Within a group scales stand by their place in the instrument.
///
/// # Examples
/// ```
/// use engine::interests::established_order;
/// use engine::reliability::ScoreWithError;
/// let score = |value| ScoreWithError::new(value, 1.0).ok();
/// // Differences above 1.96·√2 = 2.77 are established: 40 and 38 are not told apart, 30 is below both.
/// assert_eq!(established_order(&[score(30.0), score(38.0), score(40.0)]), [vec![1, 2], vec![0]]);
/// ```
#[must_use]
pub fn established_order(scores: &[Option<ScoreWithError>]) -> Vec<Vec<usize>> {
    let known: Option<Vec<ScoreWithError>> = scores.iter().copied().collect();
    match known {
        Some(known) => {
            let values: Vec<f64> = known.iter().map(ScoreWithError::score).collect();
            established_order_by(&values, |above, below| known[above].is_distinguishable_from(&known[below]))
        }
        None => vec![(0..scores.len()).collect()],
    }
}

/// The same where a pair of scales has an error of its own, as forced-choice scores have.
///
/// - `scores`: the score of each scale, finite.
/// - `differ`: whether two scales, by their places, are distinguishable.
#[must_use]
pub fn established_order_by(scores: &[f64], differ: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].partial_cmp(&scores[a]).unwrap_or(Ordering::Equal).then(a.cmp(&b)));
    let mut groups = Vec::new();
    let mut start = 0;
    for cut in 1..=order.len() {
        let (above, below) = order.split_at(cut);
        let established = above.iter().all(|&a| below.iter().all(|&b| scores[a] > scores[b] && differ(a, b)));
        if established {
            let mut group = order[start..cut].to_vec();
            group.sort_unstable();
            groups.push(group);
            start = cut;
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scores(values: &[f64], error: f64) -> Vec<Option<ScoreWithError>> {
        values.iter().map(|&value| ScoreWithError::new(value, error).ok()).collect()
    }

    #[test]
    fn a_chain_of_near_scores_is_one_group() {
        // 40 and 36 differ, but 38 is level with both, so no border can be drawn.
        assert_eq!(established_order(&scores(&[36.0, 38.0, 40.0], 1.0)), [vec![0, 1, 2]]);
    }

    #[test]
    fn equal_scores_are_never_ordered() {
        assert_eq!(established_order(&scores(&[5.0, 9.0, 5.0, 9.0], 0.1)), [vec![1, 3], vec![0, 2]]);
    }

    #[test]
    fn an_unknown_error_leaves_the_order_open() {
        let mut scores = scores(&[50.0, 10.0], 1.0);
        scores.push(None);
        assert_eq!(established_order(&scores), [vec![0, 1, 2]]);
        assert!(established_order(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn every_scale_stands_once_and_borders_are_distinguishable(
            values in prop::collection::vec((0.0_f64..50.0, 0.0_f64..5.0), 1..8)
        ) {
            let scores: Vec<_> = values.iter().map(|&(v, e)| ScoreWithError::new(v, e).ok()).collect();
            let groups = established_order(&scores);
            let mut all: Vec<usize> = groups.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..values.len()).collect::<Vec<_>>());
            if scores.iter().all(Option::is_some) {
                for (i, above) in groups.iter().enumerate() {
                    for below in &groups[i + 1..] {
                        for (&a, &b) in above.iter().flat_map(|a| below.iter().map(move |b| (a, b))) {
                            prop_assert!(scores[a].unwrap().score() > scores[b].unwrap().score());
                        }
                    }
                }
            }
        }
    }
}
