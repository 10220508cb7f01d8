//! U3 and ZU3: Guttman errors weighted by how far apart in popularity the steps are.

use super::no_index::NoIndex;
use super::steps::StepReference;
use crate::numeric::elementary::ln;

/// Where one person's pattern lies between the most and the least likely one with the same number of steps passed, in log odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct U3 {
    /// How far the pattern is from the most likely one, from 0.
    pub distance: f64,
    /// How far the least likely pattern is from the most likely one.
    pub longest: f64,
}

impl U3 {
    /// U3: 0 for the most likely pattern, 1 for the least likely one.
    ///
    /// # Errors
    /// [`NoIndex::ExtremeScore`] where only one pattern is possible.
    pub fn value(self) -> Result<f64, NoIndex> {
        // What rounding leaves of a range without extent is none.
        if self.longest > 1e-12 { Ok(self.distance / self.longest) } else { Err(NoIndex::ExtremeScore) }
    }
}

/// U3 of one person: (W_max − W)/(W_max − W_min), where W is the sum of the log odds ln(p/(1 − p)) of the steps passed, and W_max and
/// W_min its highest and lowest value among all patterns with as many steps passed.
///
/// - `scores`: steps passed on each item (points above the lowest, after keying); `None` is unanswered, and the steps of its item
///   are left out, as are steps that all or none of the reference passed.
///
/// # Errors
/// [`NoIndex::TooFewAnswers`] for fewer than two answered items.
/// # References
/// Van der Flier (1982), Journal of Cross-Cultural Psychology 13, 267–298, doi:10.1177/0022002182013003001; for graded items Emons
/// (2008), Applied Psychological Measurement 32, 224–247, doi:10.1177/0146621607302479.
/// # Agreement
/// Oracles `quality/person_fit` and `quality/person_fit_polytomous` (R PerFit `U3`, `U3poly`), within half of its fourth decimal.
pub fn u3(reference: &StepReference, scores: &[Option<usize>]) -> Result<U3, NoIndex> {
    let (items, passed) = reference.answered(scores);
    if items.len() < 2 {
        return Err(NoIndex::TooFewAnswers { answered: items.len(), needed: 2 });
    }
    let restricted;
    let log_odds = if items.len() == reference.n_items() {
        &reference.log_odds
    } else {
        restricted = reference.log_odds_of(&items);
        &restricted
    };
    let passed: Vec<usize> =
        items.iter().zip(&passed).map(|(&item, &passed)| reference.steps_with_odds(item, passed)).collect();
    let (lowest, highest) = log_odds.range(passed.iter().sum());
    Ok(U3 { distance: (highest - log_odds.sum(&passed)).max(0.0), longest: highest - lowest })
}

/// ZU3 of one person on right/wrong items: U3 less its mean, over its standard deviation, given the number of right answers. High is
/// unlikely; for people like those of the reference it is nearly standard normal on long tests.
///
/// With p the facilities, q = 1 − p, w = ln(p/q) and r right answers, W = Σ x·w has mean Σpw + (r − Σp)·Σpqw/Σpq and variance
/// Σpqw² − (Σpqw)²/Σpq.
///
/// - `scores`: 1 for right, 0 for wrong; `None` is unanswered.
///
/// # Errors
/// [`NoIndex::DoesNotApply`] for graded items; as [`u3`] and [`U3::value`]; [`NoIndex::NoSpread`] when all items are equally hard.
/// # References
/// Van der Flier (1982), Journal of Cross-Cultural Psychology 13, 267–298, doi:10.1177/0022002182013003001.
/// # Agreement
/// Oracle `quality/person_fit` (R PerFit `ZU3`), within half of its fourth decimal.
pub fn zu3(reference: &StepReference, scores: &[Option<usize>]) -> Result<f64, NoIndex> {
    let facilities = reference.facilities().ok_or(NoIndex::DoesNotApply)?;
    let U3 { distance, longest } = u3(reference, scores)?;
    U3 { distance, longest }.value()?;
    let (items, passed) = reference.answered(scores);
    let (mut right, mut sum_p, mut sum_pq, mut sum_pw, mut sum_pqw, mut sum_pqww) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    let mut total = 0.0;
    for (&item, &passed) in items.iter().zip(&passed) {
        let p = facilities[item];
        if !(p > 0.0 && p < 1.0) {
            continue;
        }
        let (q, w) = (1.0 - p, ln(p / (1.0 - p)));
        let x = passed as f64;
        right += x;
        total += x * w;
        sum_p += p;
        sum_pq += p * q;
        sum_pw += p * w;
        sum_pqw += p * q * w;
        sum_pqww += p * q * w * w;
    }
    let mean = sum_pw + (right - sum_p) * sum_pqw / sum_pq;
    let variance = sum_pqww - sum_pqw * sum_pqw / sum_pq;
    // U3 falls as W rises, and both its mean and its SD are those of W over the same range.
    let z = (mean - total) / variance.sqrt();
    if variance > 1e-12 * sum_pqww && z.is_finite() { Ok(z) } else { Err(NoIndex::NoSpread) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(points: &[usize]) -> Vec<Option<usize>> {
        points.iter().copied().map(Some).collect()
    }

    #[test]
    fn u3_worked_by_hand() {
        // Log odds ln 9, 0, −ln 9. One right: the easy one 0, the middle one ln 9 of 2 ln 9, the hard one 1.
        let reference = StepReference::new(vec![vec![0.9], vec![0.5], vec![0.1]]).unwrap();
        let value = |points: &[usize]| u3(&reference, &scores(points)).unwrap().value();
        for (points, expected) in [([1, 0, 0], 0.0), ([0, 1, 0], 0.5), ([0, 0, 1], 1.0), ([1, 0, 1], 0.5)] {
            assert!((value(&points).unwrap() - expected).abs() < 1e-15, "{points:?}");
        }
        assert_eq!(value(&[1, 1, 1]), Err(NoIndex::ExtremeScore));
        assert_eq!(value(&[0, 0, 0]), Err(NoIndex::ExtremeScore));
    }

    #[test]
    fn zu3_worked_by_hand() {
        // One right, the hard one: W = −ln 9. pq = .09, .25, .09: Σpqw = 0, so the mean is Σpw = .8 ln 9 whatever the score, and the
        // variance .18 (ln 9)²; z = (.8 + 1)/√.18.
        let reference = StepReference::new(vec![vec![0.9], vec![0.5], vec![0.1]]).unwrap();
        let z = zu3(&reference, &scores(&[0, 0, 1])).unwrap();
        assert!((z - 1.8 / 0.18_f64.sqrt()).abs() < 1e-12);
        assert_eq!(zu3(&reference, &scores(&[1, 1, 1])), Err(NoIndex::ExtremeScore));
    }

    #[test]
    fn items_that_tell_nothing_are_left_out() {
        let with = StepReference::new(vec![vec![0.9], vec![1.0], vec![0.5], vec![0.0], vec![0.1]]).unwrap();
        let without = StepReference::new(vec![vec![0.9], vec![0.5], vec![0.1]]).unwrap();
        for (a, b, c) in [(0, 1, 0), (1, 0, 1), (0, 0, 1)] {
            let (long, short) = (scores(&[a, 0, b, 1, c]), scores(&[a, b, c]));
            assert_eq!(u3(&with, &long), u3(&without, &short));
            assert_eq!(zu3(&with, &long), zu3(&without, &short));
        }
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        let graded = StepReference::new(vec![vec![0.9, 0.2], vec![0.5, 0.4]]).unwrap();
        assert_eq!(zu3(&graded, &scores(&[1, 1])), Err(NoIndex::DoesNotApply));
        let level = StepReference::new(vec![vec![0.3], vec![0.3], vec![0.3]]).unwrap();
        assert_eq!(u3(&level, &scores(&[1, 0, 0])).unwrap().value(), Err(NoIndex::ExtremeScore));
        assert!(zu3(&level, &scores(&[1, 0, 0])).is_err());
        assert!(u3(&level, &[Some(1), None, None]).is_err());
    }
}
