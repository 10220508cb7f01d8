//! Error of measurement at each score: few scales measure as well at their ends as in their middle.

use nalgebra::{DMatrix, DVector};

use crate::stats::ItemScores;

/// Highest degree of a smoothing polynomial.
pub const MOST_DEGREES: usize = 4;

/// Why there is no conditional standard error.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionalError {
    /// Fewer than two items.
    #[error("{given} items; at least 2 are needed")]
    TooFewItems {
        /// Number of items.
        given: usize,
    },
    /// More right answers than items.
    #[error("{n_right} right answers to {n_items} items")]
    ScoreOutOfRange {
        /// Right answers.
        n_right: u32,
        /// Number of items.
        n_items: u32,
    },
    /// Coefficients that cannot be those of a test.
    #[error("reliability {reliability} and formula 21 {formula_21}: both must be below 1, the reliability not below 0")]
    Coefficients {
        /// Reliability as given.
        reliability: f64,
        /// Kuder–Richardson formula 21 as given.
        formula_21: f64,
    },
    /// Halves of different length, or scores that are not finite.
    #[error("{first} scores of one half and {second} of the other; they must be as many, and finite")]
    Halves {
        /// Scores of one half.
        first: usize,
        /// Scores of the other.
        second: usize,
    },
    /// A place outside the items, or named twice, or an empty half.
    #[error(
        "the halves do not divide the items: item {item_idx} (from 0) of {n_items} is outside, in both, or a half is empty"
    )]
    NotADivision {
        /// Place of the item.
        item_idx: usize,
        /// Number of items.
        n_items: usize,
    },
    /// Too few respondents with both halves.
    #[error("{given} respondents with both halves; at least {needed} are needed")]
    TooFewRespondents {
        /// Number of respondents.
        given: usize,
        /// The least number.
        needed: usize,
    },
    /// A polynomial of degree 0, of too high a degree, or of more degrees than there are different scores.
    #[error(
        "a polynomial of degree {degree} cannot be laid through {n_scores} different scores; possible are degrees 1 to {MOST_DEGREES}"
    )]
    Degree {
        /// The degree as given.
        degree: usize,
        /// Number of different sum scores.
        n_scores: usize,
    },
}

/// Standard error of a number of right answers when the items are a random sample of items: √(x(k − x)/(k − 1)), points.
///
/// - `n_right`: right answers (x); `n_items`: items (k). 0 when none or all are right.
///
/// # Errors
/// [`ConditionalError::TooFewItems`], [`ConditionalError::ScoreOutOfRange`].
///
/// # References
/// Lord (1955), Educational and Psychological Measurement 15, 325–336, doi:10.1177/001316445501500401
/// # Agreement
/// Oracle `reliability/conditional` (definition in R), within 1e-10 relative.
pub fn binomial_standard_error(n_right: u32, n_items: u32) -> Result<f64, ConditionalError> {
    if n_items < 2 {
        return Err(ConditionalError::TooFewItems { given: n_items as usize });
    }
    if n_right > n_items {
        return Err(ConditionalError::ScoreOutOfRange { n_right, n_items });
    }
    let (x, k) = (f64::from(n_right), f64::from(n_items));
    Ok((x * (k - x) / (k - 1.0)).sqrt())
}

/// [`binomial_standard_error`], reduced so that its mean square over people fits the reliability of the test:
/// √(x(k − x)/(k − 1)·(1 − r)/(1 − KR21)), points.
///
/// - `reliability`: of the test, for example formula 20 ([`Alpha`](crate::reliability::Alpha)); `formula_21`: of the same group
///   ([`kuder_richardson_21`](crate::reliability::alpha::kuder_richardson_21)).
///
/// # Errors
/// As [`binomial_standard_error`], and [`ConditionalError::Coefficients`].
///
/// # References
/// Keats (1957), Psychometrika 22, 29–41, doi:10.1007/BF02289207
/// # Agreement
/// Oracle `reliability/conditional` (definition in R), within 1e-10 relative.
pub fn keats_standard_error(
    n_right: u32,
    n_items: u32,
    reliability: f64,
    formula_21: f64,
) -> Result<f64, ConditionalError> {
    let binomial = binomial_standard_error(n_right, n_items)?;
    if !((0.0..1.0).contains(&reliability) && formula_21 < 1.0 && formula_21.is_finite()) {
        return Err(ConditionalError::Coefficients { reliability, formula_21 });
    }
    Ok(binomial * ((1.0 - reliability) / (1.0 - formula_21)).sqrt())
}

/// Sum scores of two halves of a scale, for standard errors at each score of any scale.
///
/// With halves that measure the same, the difference of the two is error alone. Among people with one sum score its variance,
/// around their own mean, is the error variance of that score (Thorndike, [`HalfScores::by_group`]); over all people the squared
/// differences from the common mean can be smoothed along the score (Mollenkopf, [`HalfScores::smoothed`]).
///
/// # References
/// Thorndike (1951), in Lindquist (ed.), *Educational measurement*, 560–620; Mollenkopf (1949), Psychometrika 14, 189–229; Feldt & Qualls (1996), Journal of Educational Measurement 33, 141–156,
/// doi:10.1111/j.1745-3984.1996.tb00486.x
/// # Agreement
/// Oracle `reliability/conditional` (definition in R; `lm` for the polynomial), within 1e-9 relative.
#[derive(Debug, Clone, PartialEq)]
pub struct HalfScores {
    /// Sum score, and difference of the halves from the mean difference of all people, by rising sum.
    people: Vec<(f64, f64)>,
}

/// People with neighboring sum scores, and their error of measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreGroup {
    /// Lowest sum score in the group, points.
    pub lowest: f64,
    /// Highest sum score in the group, points.
    pub highest: f64,
    /// Mean sum score of the group, points.
    pub mean_score: f64,
    /// Number of people.
    pub n: usize,
    /// Standard error of measurement of the sum in this group: SD of the differences of the halves, divisor n − 1, points.
    pub standard_error: f64,
}

impl HalfScores {
    /// Scores of the halves, a pair a person.
    ///
    /// # Errors
    /// [`ConditionalError::Halves`], [`ConditionalError::TooFewRespondents`] for fewer than two people.
    pub fn new(first: &[f64], second: &[f64]) -> Result<Self, ConditionalError> {
        let n = first.len();
        let finite = first.iter().chain(second).all(|score| score.abs() < 1e100);
        if second.len() != n || !finite {
            return Err(ConditionalError::Halves { first: n, second: second.len() });
        }
        if n < 2 {
            return Err(ConditionalError::TooFewRespondents { given: n, needed: 2 });
        }
        let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
        let mean = differences.iter().sum::<f64>() / n as f64;
        let totals = first.iter().zip(second).map(|(a, b)| a + b);
        let mut people: Vec<(f64, f64)> = totals.zip(&differences).map(|(total, d)| (total, d - mean)).collect();
        people.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Ok(Self { people })
    }

    /// Halves by the places of their items; people who did not answer all of these are left out. Take halves of equal length that
    /// measure the same.
    ///
    /// # Errors
    /// As [`Self::new`], and [`ConditionalError::NotADivision`]. Items in neither half are allowed and not counted.
    pub fn of_items(scores: &ItemScores, first: &[usize], second: &[usize]) -> Result<Self, ConditionalError> {
        let n_items = scores.n_items();
        let mut seen = vec![false; n_items];
        for &item_idx in first.iter().chain(second) {
            match seen.get_mut(item_idx) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(ConditionalError::NotADivision { item_idx, n_items }),
            }
        }
        if first.is_empty() || second.is_empty() {
            return Err(ConditionalError::NotADivision { item_idx: 0, n_items });
        }
        let columns = scores.columns();
        let sum = |row: usize, half: &[usize]| half.iter().map(|&item| columns[item].points(row)).sum::<Option<i32>>();
        let both = (0..scores.n_respondents()).filter_map(|row| Some((sum(row, first)?, sum(row, second)?)));
        let (first, second): (Vec<f64>, Vec<f64>) = both.map(|(a, b)| (f64::from(a), f64::from(b))).unzip();
        Self::new(&first, &second)
    }

    /// Items 1, 3, 5 … against items 2, 4, 6 …; an odd last item is left out, so that both halves are of one length.
    ///
    /// # Errors
    /// As [`Self::of_items`].
    pub fn odd_even(scores: &ItemScores) -> Result<Self, ConditionalError> {
        let even = scores.n_items() - scores.n_items() % 2;
        let (first, second): (Vec<usize>, Vec<usize>) = (0..even).partition(|item| item % 2 == 0);
        Self::of_items(scores, &first, &second)
    }

    /// Number of people.
    #[must_use]
    pub fn n(&self) -> usize {
        self.people.len()
    }

    /// Standard error of measurement over all people: root mean square of the differences from their mean, points.
    #[must_use]
    pub fn overall(&self) -> f64 {
        root_mean_square(&self.people)
    }

    /// Standard errors by groups of neighboring scores with at least `least` people each. People with one score stay together;
    /// what is left at the top joins the group below.
    ///
    /// # Errors
    /// [`ConditionalError::TooFewRespondents`] with fewer than `least` people, or a `least` below 2.
    pub fn by_group(&self, least: usize) -> Result<Vec<ScoreGroup>, ConditionalError> {
        let n = self.people.len();
        if least < 2 || n < least {
            return Err(ConditionalError::TooFewRespondents { given: n.min(least), needed: least.max(2) });
        }
        let mut ends = Vec::new();
        let mut start = 0;
        for end in 1..=n {
            let is_border = end == n || self.people[end].0 > self.people[end - 1].0;
            if is_border && end - start >= least {
                ends.push(end);
                start = end;
            }
        }
        if let Some(last) = ends.last_mut() {
            *last = n;
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let group = |(start, end): (usize, usize)| {
            let people = &self.people[start..end];
            ScoreGroup {
                lowest: people[0].0,
                highest: people[people.len() - 1].0,
                mean_score: people.iter().map(|(total, _)| total).sum::<f64>() / people.len() as f64,
                n: people.len(),
                standard_error: standard_deviation_of(people),
            }
        };
        Ok(starts.zip(ends.iter().copied()).map(group).collect())
    }

    /// Standard errors smoothed by the least-squares polynomial of the squared differences from the mean on the sum score.
    ///
    /// - `degree`: 1 to [`MOST_DEGREES`], below the number of different scores.
    ///
    /// # Errors
    /// [`ConditionalError::Degree`].
    pub fn smoothed(&self, degree: usize) -> Result<SmoothedError, ConditionalError> {
        let n_scores = 1 + self.people.windows(2).filter(|pair| pair[1].0 > pair[0].0).count();
        let refused = ConditionalError::Degree { degree, n_scores };
        if !(1..=MOST_DEGREES).contains(&degree) || n_scores <= degree {
            return Err(refused);
        }
        let (lowest, highest) = (self.people[0].0, self.people[self.people.len() - 1].0);
        let (center, half_range) = (0.5 * (lowest + highest), 0.5 * (highest - lowest));
        let design = DMatrix::from_fn(self.people.len(), degree + 1, |row, power| {
            // At most 4.
            ((self.people[row].0 - center) / half_range).powi(power as i32)
        });
        let squares = DVector::from_iterator(self.people.len(), self.people.iter().map(|(_, d)| d * d));
        let qr = design.qr();
        let right = qr.q().transpose() * squares;
        let coefficients = qr.r().solve_upper_triangular(&right).ok_or(refused)?;
        Ok(SmoothedError { lowest, highest, coefficients: coefficients.iter().copied().collect() })
    }
}

fn root_mean_square(people: &[(f64, f64)]) -> f64 {
    (people.iter().map(|(_, d)| d * d).sum::<f64>() / people.len() as f64).sqrt()
}

/// SD of the differences of at least two people.
fn standard_deviation_of(people: &[(f64, f64)]) -> f64 {
    let n = people.len() as f64;
    let mean = people.iter().map(|(_, d)| d).sum::<f64>() / n;
    (people.iter().map(|(_, d)| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// Error variance as a polynomial of the sum score.
#[derive(Debug, Clone, PartialEq)]
pub struct SmoothedError {
    lowest: f64,
    highest: f64,
    /// Of powers of the score, with the observed range turned into −1 to 1.
    coefficients: Vec<f64>,
}

impl SmoothedError {
    /// Standard error of measurement at a sum score, points.
    ///
    /// `None` outside the scores that were observed, and where the polynomial is not above 0.
    #[must_use]
    pub fn at(&self, score: f64) -> Option<f64> {
        if !(self.lowest <= score && score <= self.highest) {
            return None;
        }
        let place = (score - 0.5 * (self.lowest + self.highest)) / (0.5 * (self.highest - self.lowest));
        let variance = self.coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * place + coefficient);
        (variance > 0.0 && variance.is_finite()).then(|| variance.sqrt())
    }

    /// The lowest and the highest score observed.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        (self.lowest, self.highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::reliability::alpha::kuder_richardson_21;
    use crate::reliability::item_covariances::ItemCovariances;
    use crate::reliability::split_half::SplitHalf;
    use crate::stats::{ItemColumn, MissingPairs};

    #[test]
    fn binomial_errors_worked_by_hand() {
        // √(5·5/9); none or all right: 0.
        assert!((binomial_standard_error(5, 10).unwrap() - 5.0 / 3.0).abs() < 1e-15);
        assert_eq!((binomial_standard_error(0, 10), binomial_standard_error(10, 10)), (Ok(0.0), Ok(0.0)));
        assert!(binomial_standard_error(11, 10).is_err() && binomial_standard_error(0, 1).is_err());
        // (1 − .84)/(1 − .75) = .64.
        assert!((keats_standard_error(5, 10, 0.84, 0.75).unwrap() - 4.0 / 3.0).abs() < 1e-15);
        for (reliability, formula_21) in [(1.0, 0.5), (-0.1, 0.5), (0.5, 1.0), (f64::NAN, 0.5), (0.5, f64::NAN)] {
            assert!(keats_standard_error(5, 10, reliability, formula_21).is_err());
        }
    }

    #[test]
    fn mean_square_of_keats_errors_is_that_of_the_test() {
        // Scores 2, 4, 5, 9 of 10: mean 5, variance with divisor n 6.5.
        let scores = [2_u32, 4, 5, 9];
        let kr21 = kuder_richardson_21(10, 5.0, 6.5).unwrap();
        let squares = scores.map(|x| keats_standard_error(x, 10, 0.7, kr21).unwrap().powi(2));
        assert!((squares.iter().sum::<f64>() / 4.0 - 6.5 * 0.3).abs() < 1e-12);
    }

    #[test]
    fn groups_worked_by_hand() {
        // Totals 2, 2, 4, 6, 6; differences 0, 2, −2, 1, −1 with mean 0.
        let halves = HalfScores::new(&[1.0, 2.0, 1.0, 3.5, 2.5], &[1.0, 0.0, 3.0, 2.5, 3.5]).unwrap();
        let groups = halves.by_group(2).unwrap();
        let found: Vec<_> = groups.iter().map(|g| (g.lowest, g.highest, g.mean_score, g.n)).collect();
        assert_eq!(found, [(2.0, 2.0, 2.0, 2), (4.0, 6.0, 16.0 / 3.0, 3)]);
        // Around their own means: 0, 2 gives 2; −2, 1, −1 with mean −2/3 gives (16 + 25 + 1)/9/2.
        assert!((groups[0].standard_error - 2.0_f64.sqrt()).abs() < 1e-15);
        assert!((groups[1].standard_error - (7.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((halves.overall() - 2.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(halves.by_group(4).unwrap().len(), 1);
        assert!(halves.by_group(6).is_err() && halves.by_group(0).is_err() && halves.by_group(1).is_err());
    }

    #[test]
    fn a_straight_line_goes_through_what_lies_on_it() {
        // Squared differences 1, 4, 9, 16 grow by d² at totals that are themselves 1, 4, 9, 16; signs cancel in the mean.
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for d in [1.0, 2.0, 3.0, 4.0_f64] {
            for sign in [-1.0, 1.0] {
                first.push(0.5 * (d * d + sign * d));
                second.push(0.5 * (d * d - sign * d));
            }
        }
        let line = HalfScores::new(&first, &second).unwrap().smoothed(1).unwrap();
        assert_eq!(line.range(), (1.0, 16.0));
        for score in [1.0, 6.25, 16.0_f64] {
            assert!((line.at(score).unwrap() - score.sqrt()).abs() < 1e-12);
        }
        assert_eq!((line.at(0.5), line.at(17.0), line.at(f64::NAN)), (None, None, None));
    }

    #[test]
    fn ugly_halves_say_why() {
        assert!(matches!(HalfScores::new(&[1.0], &[]), Err(ConditionalError::Halves { first: 1, second: 0 })));
        assert!(matches!(HalfScores::new(&[1.0, f64::NAN], &[1.0, 2.0]), Err(ConditionalError::Halves { .. })));
        assert!(matches!(HalfScores::new(&[1.0], &[1.0]), Err(ConditionalError::TooFewRespondents { .. })));
        let level = HalfScores::new(&[1.0, 1.0], &[2.0, 2.0]).unwrap();
        assert!(matches!(level.smoothed(1), Err(ConditionalError::Degree { degree: 1, n_scores: 1 })));
        assert_eq!(level.overall(), 0.0);
        let column = |points: [Option<i32>; 3]| ItemColumn::new(1, 5, points).unwrap();
        let scores =
            ItemScores::new(vec![column([Some(1), Some(2), None]), column([Some(2), Some(5), Some(1)])]).unwrap();
        assert_eq!(HalfScores::odd_even(&scores).unwrap().n(), 2);
        for (first, second) in [(&[0][..], &[0][..]), (&[0], &[2]), (&[], &[1])] {
            assert!(matches!(HalfScores::of_items(&scores, first, second), Err(ConditionalError::NotADivision { .. })));
        }
    }

    #[test]
    fn a_difference_between_the_halves_is_no_error() {
        // The first half is easier by 3 at score 5 and by 1 at score 9, for everybody alike.
        let halves = HalfScores::new(&[4.0, 4.0, 5.0, 5.0], &[1.0, 1.0, 4.0, 4.0]).unwrap();
        assert!(halves.by_group(2).unwrap().iter().all(|group| group.standard_error == 0.0));
        assert_eq!(halves.overall(), 1.0);
    }

    proptest! {
        #[test]
        fn error_variances_within_groups_stay_below_that_of_the_split(answers in prop::collection::vec(1..=5_i32, 80), least in 2..20_usize) {
            let columns = answers.chunks(20).map(|c| ItemColumn::new(1, 5, c.iter().copied().map(Some)).unwrap()).collect();
            let scores = ItemScores::new(columns).unwrap();
            let halves = HalfScores::odd_even(&scores).unwrap();
            let groups = halves.by_group(least).unwrap();
            prop_assert_eq!(groups.iter().map(|g| g.n).sum::<usize>(), 20);
            let within: f64 = groups.iter().map(|g| (g.n as f64 - 1.0) * g.standard_error.powi(2)).sum();
            let all = 20.0 * halves.overall().powi(2);
            prop_assert!(within <= all + 1e-9 * all.max(1.0));
            // Variance of the difference = variance of the sum·(1 − λ₄).
            if let Ok(items) = ItemCovariances::of_scores(&scores, MissingPairs::Listwise) {
                let of_split = items.total_variance() * (1.0 - SplitHalf::odd_even(&items).guttman_flanagan);
                prop_assert!((all / 19.0 - of_split).abs() < 1e-9 * of_split.max(1.0));
            }
        }
    }
}
