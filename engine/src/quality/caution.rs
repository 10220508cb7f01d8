//! Caution indices and the personal point-biserial: right answers against the facilities of the items.

use super::even_odd::correlation_within_person;
use super::no_index::NoIndex;

/// A person's right answers with the facilities of the items answered.
struct Pattern {
    right: Vec<f64>,
    facilities: Vec<f64>,
    n_right: usize,
}

impl Pattern {
    fn of(facilities: &[f64], scores: &[Option<usize>]) -> Result<Self, NoIndex> {
        let answered = scores.iter().zip(facilities).filter_map(|(score, &p)| Some((usize::from((*score)? > 0), p)));
        let (right, facilities): (Vec<usize>, Vec<f64>) = answered.unzip();
        let (n_items, n_right) = (right.len(), right.iter().sum());
        if n_items < 2 {
            return Err(NoIndex::TooFewAnswers { answered: n_items, needed: 2 });
        }
        if n_right == 0 || n_right == n_items {
            return Err(NoIndex::ExtremeScore);
        }
        Ok(Self { right: right.into_iter().map(|x| x as f64).collect(), facilities, n_right })
    }

    /// Sum of the facilities of the items answered rightly.
    fn sum(&self) -> f64 {
        self.right.iter().zip(&self.facilities).map(|(x, p)| x * p).sum()
    }

    /// The same sum if the easiest, and if the hardest items had been the right ones.
    fn extremes(&self) -> (f64, f64) {
        let mut sorted = self.facilities.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let easiest = sorted.iter().take(self.n_right).sum();
        let hardest = sorted.iter().rev().take(self.n_right).sum();
        (easiest, hardest)
    }
}

/// Sato's caution index C of one person: 1 − cov(x, p)/cov(x*, p), with x the right answers, x* the same number of right answers
/// to the easiest items, p the facilities. 0 for the common order of the items, about 1 for no order, above 1 for the reverse.
///
/// - `facilities`: share of right answers to each item in the reference; `scores`: 1 for right, 0 for wrong, `None` for unanswered
///   (left out).
///
/// # Errors
/// [`NoIndex::TooFewAnswers`], [`NoIndex::ExtremeScore`], [`NoIndex::NoSpread`] when all items are equally easy.
/// # References
/// Sato (1975), described by Harnisch & Linn (1981), Journal of Educational Measurement 18, 133–146,
/// doi:10.1111/j.1745-3984.1981.tb00848.x.
/// # Agreement
/// Oracle `quality/person_fit` (R PerFit `C.Sato`), within half of its fourth decimal.
pub fn caution_index(facilities: &[f64], scores: &[Option<usize>]) -> Result<f64, NoIndex> {
    let pattern = Pattern::of(facilities, scores)?;
    let n = pattern.facilities.len() as f64;
    let expected = pattern.n_right as f64 * pattern.facilities.iter().sum::<f64>() / n;
    ratio(pattern.sum() - expected, pattern.extremes().0 - expected).map(|share| 1.0 - share)
}

/// Modified caution index C* of one person, 0 to 1: (easiest − own)/(easiest − hardest), sums of facilities over the items answered
/// rightly, and over as many of the easiest or hardest items.
///
/// - as [`caution_index`].
///
/// # Errors
/// As [`caution_index`].
/// # References
/// Harnisch & Linn (1981), Journal of Educational Measurement 18, 133–146, doi:10.1111/j.1745-3984.1981.tb00848.x.
/// # Agreement
/// Oracle `quality/person_fit` (R PerFit `Cstar`), within half of its fourth decimal.
pub fn modified_caution_index(facilities: &[f64], scores: &[Option<usize>]) -> Result<f64, NoIndex> {
    let pattern = Pattern::of(facilities, scores)?;
    let (easiest, hardest) = pattern.extremes();
    ratio(easiest - pattern.sum(), easiest - hardest)
}

/// Personal point-biserial of one person, −1 to 1: the correlation of right and wrong answers with the facilities of the items. High
/// is the common order.
///
/// - as [`caution_index`].
///
/// # Errors
/// As [`caution_index`].
/// # References
/// Donlon & Fischer (1968), Educational and Psychological Measurement 28, 105–113.
/// # Agreement
/// Oracle `quality/person_fit` (R PerFit `r.pbis`), within half of its fourth decimal.
pub fn personal_point_biserial(facilities: &[f64], scores: &[Option<usize>]) -> Result<f64, NoIndex> {
    let pattern = Pattern::of(facilities, scores)?;
    correlation_within_person(&pattern.right, &pattern.facilities)
}

/// A share of a difference of facilities; what rounding leaves of a difference is none.
fn ratio(part: f64, whole: f64) -> Result<f64, NoIndex> {
    if whole > 1e-12 { Ok(part / whole) } else { Err(NoIndex::NoSpread) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACILITIES: [f64; 4] = [0.8, 0.6, 0.4, 0.2];

    #[test]
    fn indices_worked_by_hand() {
        // Mean facility .5. Right: items 1 and 3, sum 1.2; easiest 1.4, hardest .6, expected 1.
        let scores = [Some(1), Some(0), Some(1), Some(0)];
        assert!((caution_index(&FACILITIES, &scores).unwrap() - (1.0 - 0.2 / 0.4)).abs() < 1e-12);
        assert!((modified_caution_index(&FACILITIES, &scores).unwrap() - 0.2 / 0.8).abs() < 1e-12);
        // Deviations ±½ and .3, .1, −.1, −.3: products .2, squares 1 and .2.
        assert!((personal_point_biserial(&FACILITIES, &scores).unwrap() - 0.2 / 0.2_f64.sqrt()).abs() < 1e-12);
        let reversed = [Some(0), Some(0), Some(1), Some(1)];
        assert!((modified_caution_index(&FACILITIES, &reversed).unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        for index in [caution_index, modified_caution_index, personal_point_biserial] {
            assert_eq!(index(&FACILITIES, &[Some(1); 4]), Err(NoIndex::ExtremeScore));
            assert_eq!(index(&FACILITIES, &[Some(0); 4]), Err(NoIndex::ExtremeScore));
            assert_eq!(index(&[0.7; 3], &[Some(1), Some(0), Some(0)]), Err(NoIndex::NoSpread));
            let one = index(&FACILITIES, &[Some(1), None, None, None]);
            assert_eq!(one, Err(NoIndex::TooFewAnswers { answered: 1, needed: 2 }));
        }
    }
}
