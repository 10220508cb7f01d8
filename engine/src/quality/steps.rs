//! Item steps: how popular each step of each item is in a reference sample, and the sums that a score can be made of.
//!
//! An item of points 0–4 has four steps; who has 3 points passed the first three. A right/wrong item has one step. Guttman errors
//! and U3 look at whether a person passed hard steps and failed easy ones, whatever the number of steps an item has.

use crate::numeric::elementary::ln;
use crate::stats::ItemScores;

/// Why step popularities cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSteps {
    /// An item without a step.
    #[error("item {item} (from 0) has no steps")]
    NoSteps {
        /// Place of the item.
        item: usize,
    },
    /// No share of people.
    #[error("item {item}, step {step} (from 1): {given} is outside 0 to 1")]
    NotAShare {
        /// Place of the item.
        item: usize,
        /// The step.
        step: usize,
        /// As given.
        given: f64,
    },
    /// More people passed a step than the one below it.
    #[error("item {item}, step {step} (from 1): {given} is above the share of the step below it")]
    Rising {
        /// Place of the item.
        item: usize,
        /// The step.
        step: usize,
        /// As given.
        given: f64,
    },
    /// Nobody answered an item.
    #[error("item {item} (from 0) was answered by nobody")]
    NobodyAnswered {
        /// Place of the item.
        item: usize,
    },
}

/// Popularity of the steps of the items of one scale in a reference sample.
#[derive(Debug, Clone, PartialEq)]
pub struct StepReference {
    popularity: Vec<Vec<f64>>,
    /// All steps as (item, step), the most popular first; equal ones in the order of items and steps.
    order: Vec<(usize, usize)>,
    /// Ranks of the steps, summed, for people who answered everything.
    pub(super) ranks: Ladder,
    /// Log odds of the steps, summed, likewise; steps that all or none passed are left out.
    pub(super) log_odds: Ladder,
}

impl StepReference {
    /// Checks and prepares step popularities.
    ///
    /// - `popularity`: for each item and each of its steps the share of people who passed it (have at least so many points above the
    ///   lowest), 0–1, never rising within an item.
    ///
    /// # Errors
    /// [`InvalidSteps`].
    pub fn new(popularity: Vec<Vec<f64>>) -> Result<Self, InvalidSteps> {
        for (item, steps) in popularity.iter().enumerate() {
            if steps.is_empty() {
                return Err(InvalidSteps::NoSteps { item });
            }
            for (at, &given) in steps.iter().enumerate() {
                if !(0.0..=1.0).contains(&given) {
                    return Err(InvalidSteps::NotAShare { item, step: at + 1, given });
                }
                if at > 0 && given > steps[at - 1] {
                    return Err(InvalidSteps::Rising { item, step: at + 1, given });
                }
            }
        }
        let mut order: Vec<(usize, usize)> = popularity
            .iter()
            .enumerate()
            .flat_map(|(item, steps)| (0..steps.len()).map(move |at| (item, at)))
            .collect();
        order.sort_by(|a, b| popularity[b.0][b.1].total_cmp(&popularity[a.0][a.1]));
        let everything: Vec<usize> = (0..popularity.len()).collect();
        let mut reference = Self { popularity, order, ranks: Ladder::of(Vec::new()), log_odds: Ladder::of(Vec::new()) };
        reference.ranks = reference.ranks_of(&everything);
        reference.log_odds = reference.log_odds_of(&everything);
        Ok(reference)
    }

    /// Step popularities of a sample, each over the people who answered the item.
    ///
    /// - `scores`: turned as the key says.
    ///
    /// # Errors
    /// [`InvalidSteps::NobodyAnswered`].
    pub fn of_sample(scores: &ItemScores) -> Result<Self, InvalidSteps> {
        let popularity = scores.columns().iter().enumerate().map(|(item, column)| {
            let counts = column.counts();
            let n: usize = counts.iter().sum();
            if n == 0 {
                return Err(InvalidSteps::NobodyAnswered { item });
            }
            Ok((1..counts.len()).map(|step| counts[step..].iter().sum::<usize>() as f64 / n as f64).collect())
        });
        Self::new(popularity.collect::<Result<_, _>>()?)
    }

    /// For each item the share that passed each of its steps.
    #[must_use]
    pub fn popularity(&self) -> &[Vec<f64>] {
        &self.popularity
    }

    /// Number of items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.popularity.len()
    }

    /// The share that got each item right, where all items have a single step.
    #[must_use]
    pub fn facilities(&self) -> Option<Vec<f64>> {
        self.popularity.iter().map(|steps| if let [share] = steps[..] { Some(share) } else { None }).collect()
    }

    /// The items a person answered, with the steps passed on each; points above the last step count as all steps.
    pub(super) fn answered(&self, scores: &[Option<usize>]) -> (Vec<usize>, Vec<usize>) {
        let steps_passed = scores.iter().zip(&self.popularity).enumerate();
        steps_passed.filter_map(|(item, (score, steps))| Some((item, (*score)?.min(steps.len())))).unzip()
    }

    /// Ranks of the steps of some items among these items, from 1 for the most popular.
    pub(super) fn ranks_of(&self, items: &[usize]) -> Ladder {
        let mut weights: Vec<Vec<f64>> = items.iter().map(|&item| vec![0.0; self.popularity[item].len()]).collect();
        let places = self.order.iter().filter_map(|&(item, at)| Some((items.binary_search(&item).ok()?, at)));
        for (rank, (place, at)) in places.enumerate() {
            weights[place][at] = (rank + 1) as f64;
        }
        Ladder::of(weights)
    }

    /// Log odds of the steps of some items, without those that all or none passed.
    pub(super) fn log_odds_of(&self, items: &[usize]) -> Ladder {
        let log_odds = |steps: &Vec<f64>| steps.iter().filter(|p| is_between(**p)).map(|p| ln(p / (1.0 - p))).collect();
        Ladder::of(items.iter().map(|&item| log_odds(&self.popularity[item])).collect())
    }

    /// How many of the steps passed on an item are among those with log odds.
    pub(super) fn steps_with_odds(&self, item: usize, passed: usize) -> usize {
        let steps = &self.popularity[item];
        let passed_by_all = steps.iter().filter(|&&p| p >= 1.0).count();
        passed.saturating_sub(passed_by_all).min(steps.iter().filter(|p| is_between(**p)).count())
    }
}

fn is_between(p: f64) -> bool {
    p > 0.0 && p < 1.0
}

/// Sums of step weights: of a person's passed steps, and the lowest and highest possible for each number of steps passed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ladder {
    /// For each item the sum of the weights of its first steps, from none to all.
    cumulative: Vec<Vec<f64>>,
    lowest: Vec<f64>,
    highest: Vec<f64>,
}

impl Ladder {
    /// - `weights`: for each item those of its steps.
    fn of(weights: Vec<Vec<f64>>) -> Self {
        let cumulate = |steps: Vec<f64>| {
            let mut sums = Vec::with_capacity(steps.len() + 1);
            sums.push(0.0);
            for (at, weight) in steps.iter().enumerate() {
                sums.push(sums[at] + weight);
            }
            sums
        };
        let cumulative: Vec<Vec<f64>> = weights.into_iter().map(cumulate).collect();
        let lowest = extreme_sums(&cumulative, f64::min, f64::INFINITY);
        let highest = extreme_sums(&cumulative, f64::max, f64::NEG_INFINITY);
        Self { cumulative, lowest, highest }
    }

    /// Number of steps.
    pub(super) fn n_steps(&self) -> usize {
        self.lowest.len() - 1
    }

    /// The sum of the steps a person passed; one number of steps for each item.
    pub(super) fn sum(&self, passed: &[usize]) -> f64 {
        self.cumulative.iter().zip(passed).map(|(sums, &passed)| sums[passed.min(sums.len() - 1)]).sum()
    }

    /// The lowest and the highest possible sum of so many steps.
    pub(super) fn range(&self, n_passed: usize) -> (f64, f64) {
        let at = n_passed.min(self.n_steps());
        (self.lowest[at], self.highest[at])
    }
}

/// The extreme sum for each total number of steps, item after item: of all ways to pass that many steps, steps of an item only in
/// their order. Steps within an item keep their order, so that not every choice of steps is possible.
fn extreme_sums(cumulative: &[Vec<f64>], better: impl Fn(f64, f64) -> f64, worst: f64) -> Vec<f64> {
    let mut best = vec![0.0];
    for sums in cumulative {
        let mut next = vec![worst; best.len() + sums.len() - 1];
        for (total, &so_far) in best.iter().enumerate() {
            for (passed, &sum) in sums.iter().enumerate() {
                let reached = &mut next[total + passed];
                *reached = better(*reached, so_far + sum);
            }
        }
        best = next;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ItemColumn;

    #[test]
    fn extreme_sums_worked_by_hand() {
        // Items with steps of weight 1, 4 and 2, 3: one step at least 1, at most 2 (4 needs 1 first); two: 1 + 2, or 1 + 4 = 2 + 3.
        let ladder = Ladder::of(vec![vec![1.0, 4.0], vec![2.0, 3.0]]);
        assert_eq!(
            (0..=4).map(|n| ladder.range(n)).collect::<Vec<_>>(),
            [(0.0, 0.0), (1.0, 2.0), (3.0, 5.0), (6.0, 7.0), (10.0, 10.0)]
        );
        assert_eq!(ladder.sum(&[2, 0]), 5.0);
    }

    #[test]
    fn steps_are_counted_in_a_sample() {
        let columns = vec![
            ItemColumn::new(1, 3, [Some(1), Some(2), Some(3), None]).unwrap(),
            ItemColumn::new(1, 3, [Some(3), Some(3), Some(3), Some(1)]).unwrap(),
        ];
        let reference = StepReference::of_sample(&ItemScores::new(columns).unwrap()).unwrap();
        assert_eq!(reference.popularity(), [vec![2.0 / 3.0, 1.0 / 3.0], vec![0.75, 0.75]]);
        assert_eq!(reference.order, [(1, 0), (1, 1), (0, 0), (0, 1)]);
        assert_eq!(reference.facilities(), None);
        let nobody = ItemScores::new(vec![ItemColumn::new(0, 1, [None]).unwrap()]).unwrap();
        assert_eq!(StepReference::of_sample(&nobody), Err(InvalidSteps::NobodyAnswered { item: 0 }));
    }

    #[test]
    fn shares_are_checked() {
        assert_eq!(StepReference::new(vec![vec![]]), Err(InvalidSteps::NoSteps { item: 0 }));
        assert!(matches!(StepReference::new(vec![vec![0.5], vec![1.5]]), Err(InvalidSteps::NotAShare { item: 1, .. })));
        assert!(StepReference::new(vec![vec![f64::NAN]]).is_err());
        assert!(matches!(StepReference::new(vec![vec![0.5, 0.6]]), Err(InvalidSteps::Rising { step: 2, .. })));
        assert!(StepReference::new(Vec::new()).is_ok());
    }

    #[test]
    fn steps_that_all_or_none_passed_have_no_odds() {
        let reference = StepReference::new(vec![vec![1.0, 0.5, 0.0]]).unwrap();
        assert_eq!((0..=3).map(|passed| reference.steps_with_odds(0, passed)).collect::<Vec<_>>(), [0, 0, 1, 1]);
        assert_eq!(reference.log_odds.n_steps(), 1);
    }
}
