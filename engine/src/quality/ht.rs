//! Ht: how well one person's right and wrong answers go along with those of all other people.

use super::no_index::NoIndex;

/// The people with whom one person is compared: right answers per item, and people per number of right answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HtReference {
    right: Vec<u64>,
    /// Number of people with 0, 1, 2 … right answers.
    by_score: Vec<u64>,
}

impl HtReference {
    /// Gathers people who answered every item; the others are left out.
    ///
    /// - `people`: for each person 1 for a right and 0 for a wrong answer to each item.
    #[must_use]
    pub fn of_sample<P: AsRef<[Option<usize>]>>(n_items: usize, people: impl IntoIterator<Item = P>) -> Self {
        let mut gathered = Self { right: vec![0; n_items], by_score: vec![0; n_items + 1] };
        for person in people {
            let complete: Option<Vec<u64>> =
                person.as_ref().iter().map(|score| score.map(|score| u64::from(score > 0))).collect();
            let Some(complete) = complete.filter(|complete| complete.len() == n_items) else { continue };
            gathered.right.iter_mut().zip(&complete).for_each(|(right, score)| *right += score);
            // At most the number of items.
            gathered.by_score[complete.iter().sum::<u64>() as usize] += 1;
        }
        gathered
    }

    /// Number of people.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.by_score.iter().sum()
    }

    /// Ht of one person of the sample: the sum of the covariances of this person's answers with those of every other person, over
    /// the sum of the highest covariances that their numbers of right answers allow. 1 for the common order of the items, about 0
    /// for an order of its own, negative for the reverse.
    ///
    /// - `scores`: 1 for right, 0 for wrong; the person is in the sample and is not compared with itself.
    ///
    /// # Errors
    /// [`NoIndex::TooFewAnswers`] when an answer is missing, [`NoIndex::ExtremeScore`] for all right or all wrong,
    /// [`NoIndex::NotInReference`] when nobody else is comparable.
    /// # References
    /// Sijtsma & Meijer (1992), Applied Psychological Measurement 16, 149–157, doi:10.1177/014662169201600204.
    /// # Agreement
    /// Oracle `quality/person_fit` (R PerFit `Ht`), within half of its fourth decimal.
    pub fn ht(&self, scores: &[Option<usize>]) -> Result<f64, NoIndex> {
        let n_items = self.right.len();
        let answered: Vec<u64> = scores.iter().flatten().map(|&score| u64::from(score > 0)).collect();
        if answered.len() != n_items || n_items < 2 {
            return Err(NoIndex::TooFewAnswers { answered: answered.len(), needed: n_items.max(2) });
        }
        let own: u64 = answered.iter().sum();
        if own == 0 || own == n_items as u64 {
            return Err(NoIndex::ExtremeScore);
        }
        // All sums times n_items²: whole numbers until the division.
        let k = n_items as i128;
        let common: i128 =
            answered.iter().zip(&self.right).map(|(&own, &right)| i128::from(own * right.saturating_sub(own))).sum();
        let (mut scores_of_others, mut most) = (0, 0);
        for (score, &n) in self.by_score.iter().enumerate() {
            let n = i128::from(n.saturating_sub(u64::from(score as u64 == own)));
            let (mine, theirs) = (i128::from(own), score as i128);
            scores_of_others += n * theirs;
            most += n * (mine * (k - theirs)).min(theirs * (k - mine));
        }
        if most <= 0 {
            return Err(NoIndex::NotInReference);
        }
        Ok((k * common - i128::from(own) * scores_of_others) as f64 / most as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ht_worked_by_hand() {
        // Person 110 against 100 (covariance 1/3 − 2/9 = 1/9, at most 1/9) and 001 (0 − 2/9, at most 1/9): (1 − 2)/(1 + 1).
        let people: Vec<Vec<Option<usize>>> =
            [[1, 1, 0], [1, 0, 0], [0, 0, 1]].map(|person| person.map(Some).to_vec()).to_vec();
        let reference = HtReference::of_sample(3, &people);
        assert_eq!(reference.ht(&people[0]), Ok(-0.5));
        assert_eq!(reference.n(), 3);
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        let people = [vec![Some(1), Some(0)], vec![Some(1), None], vec![Some(1), Some(1)]];
        let reference = HtReference::of_sample(2, &people);
        assert_eq!(reference.n(), 2);
        assert_eq!(reference.ht(&people[0]), Err(NoIndex::NotInReference));
        assert_eq!(reference.ht(&people[1]), Err(NoIndex::TooFewAnswers { answered: 1, needed: 2 }));
        assert_eq!(reference.ht(&people[2]), Err(NoIndex::ExtremeScore));
        assert!(HtReference::of_sample(0, &people).ht(&[]).is_err());
    }
}
