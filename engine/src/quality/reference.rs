//! What quality indices compare a person with: pairs, means, covariances and item popularity of a reference sample.

use nalgebra::DMatrix;

use super::ht::HtReference;
use super::mahalanobis::MahalanobisReference;
use super::no_index::NoIndex;
use super::plan::{QualityAnswers, QualityPlan};
use super::steps::StepReference;
use super::synonyms::{ItemPair, PairRule, find_pairs};
use crate::model::Keying;
use crate::stats::{ItemScores, MissingPairs, covariances};

/// The plain contents of a reference: what a file holds. Items are those of the plan, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceParts {
    /// Who the people are.
    pub source: String,
    /// Number of people, from 2.
    pub n: u64,
    /// The correlation beyond which a pair counts.
    pub rule: PairRule,
    /// Synonyms (positive) and antonyms (negative).
    pub pairs: Vec<ItemPair>,
    /// Means and covariances of the points before keying, where they are known.
    pub moments: Option<Moments>,
    /// For each item the share of people with at least so many points above the lowest, from 1 to the highest; `None` where nobody
    /// answered.
    pub popularity: Vec<Option<Vec<f64>>>,
}

/// Means and covariances of the items.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Means, in points.
    pub means: Vec<f64>,
    /// Covariances (n_items × n_items), in points².
    pub covariances: DMatrix<f64>,
}

impl Moments {
    /// Means with covariances that a function gives for each pair of items.
    #[must_use]
    pub fn from_rows(means: Vec<f64>, covariance: impl Fn(usize, usize) -> f64) -> Self {
        let covariances = DMatrix::from_fn(means.len(), means.len(), covariance);
        Self { means, covariances }
    }
}

/// Why the contents make no reference.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// A sample of nobody, or of one person.
    #[error("{n} people; a reference needs at least 2")]
    TooFewPeople {
        /// As given.
        n: u64,
    },
    /// A list that does not fit the items.
    #[error("{what} for {given} items; the instrument has {expected}")]
    Shape {
        /// Which list.
        what: &'static str,
        /// Its length.
        given: usize,
        /// Number of items.
        expected: usize,
    },
    /// A mean that no answers give.
    #[error("item {item} (from 0): mean {given} is outside {lowest} to {highest}")]
    Mean {
        /// Place of the item in the plan.
        item: usize,
        /// As given.
        given: f64,
        /// Lowest points.
        lowest: i32,
        /// Highest points.
        highest: i32,
    },
    /// A mean that the popularity of the item contradicts.
    #[error("item {item} (from 0): mean {given}, but its popularity gives {expected:.4}")]
    MeanAndPopularity {
        /// Place of the item in the plan.
        item: usize,
        /// As given.
        given: f64,
        /// Lowest points plus the sum of the shares.
        expected: f64,
    },
    /// Variances below 0, covariances beyond the variances, or no numbers.
    #[error("items {first} and {second} (from 0): covariance {given} is not possible")]
    Covariance {
        /// Place of one item.
        first: usize,
        /// Place of the other.
        second: usize,
        /// As given.
        given: f64,
    },
    /// Shares that are none, rise, or are of another number of steps.
    #[error("item {item} (from 0): popularity must be {expected} shares between 0 and 1 that do not rise")]
    Popularity {
        /// Place of the item in the plan.
        item: usize,
        /// Number of steps.
        expected: usize,
    },
    /// A pair of one item, of items that are not there, or within the critical value.
    #[error("pair {pair} (from 0) is no pair of two items beyond the critical correlation")]
    Pair {
        /// Place of the pair in the list.
        pair: usize,
    },
}

/// A reference, checked and prepared for an instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityReference {
    parts: ReferenceParts,
    mahalanobis: Result<MahalanobisReference, NoIndex>,
    /// For each scale of the plan the steps of its items, where their popularity is known.
    steps: Vec<Option<StepReference>>,
    /// Where the only scale is of right/wrong items: the people themselves, for the index that compares with each of them.
    people: Option<HtReference>,
}

/// How far a printed mean may lie from the popularity: six digits of each.
const MEAN_TOLERANCE: f64 = 1e-3;

impl QualityReference {
    /// Checks the contents of a reference against the plan of the instrument.
    ///
    /// # Errors
    /// All problems found.
    pub fn new(plan: &QualityPlan, parts: ReferenceParts) -> Result<Self, Vec<ReferenceError>> {
        let problems = problems_of(plan, &parts);
        if problems.is_empty() { Ok(Self::prepare(plan, parts, None)) } else { Err(problems) }
    }

    /// The people themselves as their own reference, as for a file of answers.
    ///
    /// Where answers are missing, covariances are pairwise; if pairwise ones contradict the variances, they are those of the people
    /// who answered everything. They are unknown when some pair of items has fewer than two people.
    ///
    /// # Errors
    /// [`ReferenceError::TooFewPeople`] below 2 people, [`ReferenceError::Shape`] for answers of another plan.
    pub fn from_scores(
        plan: &QualityPlan,
        answers: &QualityAnswers,
        rule: PairRule,
        source: &str,
    ) -> Result<Self, ReferenceError> {
        let scores = answers.points();
        let (expected, n) = (plan.items().len(), scores.n_respondents());
        if scores.n_items() != expected {
            return Err(ReferenceError::Shape { what: "answers", given: scores.n_items(), expected });
        }
        if n < 2 {
            return Err(ReferenceError::TooFewPeople { n: n as u64 });
        }
        let moments = moments_of(scores);
        let pairs = moments.as_ref().map(|found| find_pairs(&found.covariances, rule)).unwrap_or_default();
        let popularity = scores.columns().iter().map(|column| {
            let counts = column.counts();
            let answered: usize = counts.iter().sum();
            let share = |step: usize| counts[step..].iter().sum::<usize>() as f64 / answered as f64;
            (answered > 0).then(|| (1..counts.len()).map(share).collect())
        });
        let popularity = popularity.collect();
        let parts = ReferenceParts { source: source.to_owned(), n: n as u64, rule, pairs, moments, popularity };
        let people = match plan.scales() {
            [only] => {
                let scores = (0..n).map(|row| only.steps_passed(plan, &answers.points_of(row)));
                Some(HtReference::of_sample(only.items.len(), scores))
            }
            _ => None,
        };
        Ok(Self::prepare(plan, parts, people))
    }

    fn prepare(plan: &QualityPlan, parts: ReferenceParts, people: Option<HtReference>) -> Self {
        let mahalanobis = match &parts.moments {
            Some(moments) => MahalanobisReference::new(&moments.means, &moments.covariances, parts.n),
            None => Err(NoIndex::NotInReference),
        };
        let of_item = |&(place, keying): &(usize, Keying)| {
            let steps = parts.popularity.get(place)?.as_ref()?;
            // At least so many turned points are at most so many of the others.
            let turned = || steps.iter().rev().map(|share| 1.0 - share).collect();
            Some(if keying == Keying::Reverse { turned() } else { steps.clone() })
        };
        let of_scale = |items: &[(usize, Keying)]| {
            StepReference::new(items.iter().map(of_item).collect::<Option<Vec<Vec<f64>>>>()?).ok()
        };
        let steps: Vec<Option<StepReference>> = plan.scales().iter().map(|scale| of_scale(&scale.items)).collect();
        let people = people.filter(|_| matches!(&steps[..], [Some(steps)] if steps.facilities().is_some()));
        Self { parts, mahalanobis, steps, people }
    }

    /// The same reference for people who are not in its sample: without the index that compares with each person of the sample.
    #[must_use]
    pub fn for_others(self) -> Self {
        Self { people: None, ..self }
    }

    /// The plain contents, as for a file.
    #[must_use]
    pub fn parts(&self) -> &ReferenceParts {
        &self.parts
    }

    /// Means and inverted covariances, or why there are none.
    ///
    /// # Errors
    /// As [`MahalanobisReference::new`].
    pub fn mahalanobis(&self) -> Result<&MahalanobisReference, NoIndex> {
        self.mahalanobis.as_ref().map_err(|reason| *reason)
    }

    /// The steps of the items of a scale of the plan, where their popularity is known.
    #[must_use]
    pub fn steps(&self, scale: usize) -> Option<&StepReference> {
        self.steps.get(scale)?.as_ref()
    }

    pub(super) fn people(&self) -> Option<&HtReference> {
        self.people.as_ref()
    }
}

fn moments_of(scores: &ItemScores) -> Option<Moments> {
    let pairwise = covariances(scores, MissingPairs::Pairwise).ok()?;
    let matrix = if wrong_covariances(&pairwise.matrix).next().is_none() {
        pairwise.matrix
    } else {
        covariances(scores, MissingPairs::Listwise).ok()?.matrix
    };
    Some(Moments { means: pairwise.means.as_slice().to_vec(), covariances: matrix })
}

fn problems_of(plan: &QualityPlan, parts: &ReferenceParts) -> Vec<ReferenceError> {
    let expected = plan.items().len();
    let mut problems = Vec::new();
    if parts.n < 2 {
        problems.push(ReferenceError::TooFewPeople { n: parts.n });
    }
    let mut fits = |what: &'static str, given: usize| {
        if given != expected {
            problems.push(ReferenceError::Shape { what, given, expected });
        }
        given == expected
    };
    let popularity_fits = fits("popularity", parts.popularity.len());
    let moments = parts.moments.as_ref().filter(|moments| {
        let (rows, columns) = moments.covariances.shape();
        fits("means", moments.means.len()) & fits("covariances", rows) & fits("covariances", columns)
    });
    if popularity_fits {
        problems.extend(wrong_popularity(plan, parts));
    }
    if let Some(moments) = moments {
        problems.extend(wrong_means(plan, parts, moments));
        problems.extend(wrong_covariances(&moments.covariances));
    }
    let is_pair = |pair: &ItemPair| {
        let r = pair.correlation.abs();
        pair.first < pair.second && pair.second < expected && r <= 1.0 && r > parts.rule.critical()
    };
    let wrong = parts.pairs.iter().enumerate().filter(|(_, pair)| !is_pair(pair));
    problems.extend(wrong.map(|(pair, _)| ReferenceError::Pair { pair }));
    problems
}

fn wrong_popularity<'a>(plan: &'a QualityPlan, parts: &'a ReferenceParts) -> impl Iterator<Item = ReferenceError> + 'a {
    plan.items().iter().zip(&parts.popularity).enumerate().filter_map(|(item, (known, shares))| {
        let shares = shares.as_ref()?;
        // Highest above lowest, by construction of the format.
        let expected = (known.highest - known.lowest) as usize;
        let sound = shares.len() == expected
            && shares.iter().all(|share| (0.0..=1.0).contains(share))
            && shares.windows(2).all(|pair| pair[0] >= pair[1]);
        (!sound).then_some(ReferenceError::Popularity { item, expected })
    })
}

fn wrong_means<'a>(
    plan: &'a QualityPlan,
    parts: &'a ReferenceParts,
    moments: &'a Moments,
) -> impl Iterator<Item = ReferenceError> + 'a {
    plan.items().iter().zip(&moments.means).enumerate().filter_map(|(item, (known, &given))| {
        let (lowest, highest) = (known.lowest, known.highest);
        if !(f64::from(lowest)..=f64::from(highest)).contains(&given) {
            return Some(ReferenceError::Mean { item, given, lowest, highest });
        }
        let shares = parts.popularity.get(item)?.as_ref()?;
        let expected = f64::from(lowest) + shares.iter().sum::<f64>();
        let contradicts = (expected - given).abs() > MEAN_TOLERANCE;
        contradicts.then_some(ReferenceError::MeanAndPopularity { item, given, expected })
    })
}

fn wrong_covariances(covariances: &DMatrix<f64>) -> impl Iterator<Item = ReferenceError> + '_ {
    let k = covariances.nrows();
    (0..k).flat_map(move |first| (first..k).map(move |second| (first, second))).filter_map(move |(first, second)| {
        let given = covariances[(second, first)];
        let possible = if first == second {
            given >= 0.0 && given.is_finite()
        } else {
            let limit = (covariances[(first, first)] * covariances[(second, second)]).sqrt();
            given == covariances[(first, second)] && given.abs() <= limit * (1.0 + 1e-6)
        };
        (!possible).then_some(ReferenceError::Covariance { first, second, given })
    })
}
