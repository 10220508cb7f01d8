//! Guttman errors: harder steps passed while easier ones were failed.

use super::no_index::NoIndex;
use super::steps::StepReference;

/// Guttman errors of one person on one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuttmanErrors {
    /// Pairs of steps of which the person passed the less popular and failed the more popular one.
    pub errors: u64,
    /// The most such pairs that are possible with the same sum score; 0 when all answers are at one end.
    pub most: u64,
}

impl GuttmanErrors {
    /// Normed Guttman errors: the share of the possible ones, 0 (the popular steps first) to 1 (the unpopular ones first).
    ///
    /// # Errors
    /// [`NoIndex::ExtremeScore`] where no error is possible.
    pub fn normed(self) -> Result<f64, NoIndex> {
        if self.most == 0 { Err(NoIndex::ExtremeScore) } else { Ok(self.errors as f64 / self.most as f64) }
    }

    /// Norm conformity index, −1 (reversed order) to 1 (the order of the reference): 1 − 2 × normed Guttman errors.
    ///
    /// # Errors
    /// As [`GuttmanErrors::normed`].
    /// # References
    /// Tatsuoka & Tatsuoka (1983), Journal of Educational Measurement 20, 221–230, doi:10.1111/j.1745-3984.1983.tb00201.x.
    /// # Agreement
    /// Oracle `quality/person_fit` (R PerFit `NCI`), within half of its fourth decimal.
    pub fn norm_conformity(self) -> Result<f64, NoIndex> {
        Ok(1.0 - 2.0 * self.normed()?)
    }
}

/// Counts the Guttman errors of one person, for right/wrong and for graded items.
///
/// With the ranks of the passed steps from the most popular (1) on, and r steps passed, there are Σ rank − r(r + 1)/2 errors. Steps
/// of equal popularity rank by the order of their items.
///
/// - `scores`: steps passed on each item (points above the lowest, after keying); `None` is unanswered, and the steps of its item
///   are left out.
///
/// # Errors
/// [`NoIndex::TooFewAnswers`] for fewer than two answered items.
/// # References
/// Meijer (1994), Applied Psychological Measurement 18, 311–314; for graded items Emons (2008), Applied Psychological Measurement 32,
/// 224–247, doi:10.1177/0146621607302479.
/// # Agreement
/// Oracles `quality/person_fit` and `quality/person_fit_polytomous` (R PerFit `G`, `Gnormed`, `Gpoly`, `Gnormed.poly`), within half of
/// its fourth decimal.
pub fn guttman_errors(reference: &StepReference, scores: &[Option<usize>]) -> Result<GuttmanErrors, NoIndex> {
    let (items, passed) = reference.answered(scores);
    if items.len() < 2 {
        return Err(NoIndex::TooFewAnswers { answered: items.len(), needed: 2 });
    }
    let restricted;
    let ranks = if items.len() == reference.n_items() {
        &reference.ranks
    } else {
        restricted = reference.ranks_of(&items);
        &restricted
    };
    let n_passed: usize = passed.iter().sum();
    let fewest = (n_passed * (n_passed + 1) / 2) as f64;
    // Sums of ranks are whole numbers, far below 2⁵³.
    let errors = (ranks.sum(&passed) - fewest) as u64;
    let most = (ranks.range(n_passed).1 - fewest) as u64;
    Ok(GuttmanErrors { errors, most })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scores(points: &[usize]) -> Vec<Option<usize>> {
        points.iter().copied().map(Some).collect()
    }

    #[test]
    fn errors_worked_by_hand() {
        let reference = StepReference::new(vec![vec![0.9], vec![0.7], vec![0.5], vec![0.3]]).unwrap();
        let count = |points: &[usize]| guttman_errors(&reference, &scores(points)).unwrap();
        assert_eq!(count(&[1, 1, 0, 0]), GuttmanErrors { errors: 0, most: 4 });
        assert_eq!(count(&[0, 0, 1, 1]), GuttmanErrors { errors: 4, most: 4 });
        assert_eq!(count(&[0, 1, 0, 1]).normed(), Ok(0.75));
        assert_eq!(count(&[0, 0, 1, 1]).norm_conformity(), Ok(-1.0));
        assert_eq!(count(&[1, 1, 1, 1]).normed(), Err(NoIndex::ExtremeScore));
        assert_eq!(count(&[0, 0, 0, 0]), GuttmanErrors { errors: 0, most: 0 });
    }

    #[test]
    fn unanswered_items_are_left_out() {
        let reference = StepReference::new(vec![vec![0.9], vec![0.7], vec![0.5], vec![0.3]]).unwrap();
        let found = guttman_errors(&reference, &[Some(0), None, Some(0), Some(1)]).unwrap();
        assert_eq!(found, GuttmanErrors { errors: 2, most: 2 });
        let one = guttman_errors(&reference, &[Some(0), None, None, None]);
        assert_eq!(one, Err(NoIndex::TooFewAnswers { answered: 1, needed: 2 }));
    }

    proptest! {
        #[test]
        fn errors_are_what_counting_pairs_gives(
            shares in prop::collection::vec(prop::collection::vec(0_u32..20, 3), 2..6),
            points in prop::collection::vec(prop::option::weighted(0.8, 0_usize..4), 6)
        ) {
            let steps: Vec<Vec<f64>> = shares
                .iter()
                .map(|steps| {
                    let mut steps: Vec<f64> = steps.iter().map(|&share| f64::from(share) / 20.0).collect();
                    steps.sort_by(|a, b| b.total_cmp(a));
                    steps
                })
                .collect();
            let points = &points[..steps.len()];
            // Every step with its popularity, its place and whether it was passed, the most popular first.
            let mut all: Vec<(f64, bool)> = Vec::new();
            for (steps, points) in steps.iter().zip(points) {
                if let Some(points) = points {
                    all.extend(steps.iter().enumerate().map(|(at, &share)| (share, at < *points)));
                }
            }
            all.sort_by(|a, b| b.0.total_cmp(&a.0));
            let failed_before = |at: usize| all[..at].iter().filter(|(_, passed)| !passed).count();
            let expected: usize = (0..all.len()).filter(|&at| all[at].1).map(failed_before).sum();
            let reference = StepReference::new(steps).unwrap();
            if let Ok(found) = guttman_errors(&reference, points) {
                prop_assert_eq!(found.errors, expected as u64);
                prop_assert!(found.errors <= found.most);
            }
        }
    }
}
