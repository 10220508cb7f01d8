//! Options of multiple-choice items: who chooses the key, who chooses each wrong option (distractor), and what that says.

use rayon::prelude::*;

use crate::ctt::distribution::PointDistribution;
use crate::ctt::item_analysis::biserial_of;
use crate::model::{Answer, Instrument, ResponseMatrix, ScoreRule};
use crate::reliability::alpha::raw_alpha;

/// Byte of a missing answer.
const MISSING: u8 = u8::MAX;

/// Why options cannot be analyzed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DistractorError {
    /// No items.
    #[error("there are no items")]
    NoItems,
    /// No respondents.
    #[error("there are no respondents")]
    NoRespondents,
    /// A key or an answer that is no option, or a number of options outside 2 to 255.
    #[error("option {option} (from 0) of an item with {n_options} options; an item has 2 to 255")]
    NoSuchOption {
        /// The option as given.
        option: usize,
        /// Number of options of the item.
        n_options: usize,
    },
    /// Items with different numbers of respondents.
    #[error("item {item_idx} (from 0) has {given} respondents, the first item has {expected}")]
    Length {
        /// Place of the item.
        item_idx: usize,
        /// Its number of respondents.
        given: usize,
        /// Number of respondents of the first item.
        expected: usize,
    },
    /// A share that is none.
    #[error("{what} {given} is not above 0 and at most one half")]
    Share {
        /// Which.
        what: &'static str,
        /// As given.
        given: f64,
    },
    /// A scale without right answers.
    #[error("scale `{scale}` is not scored by right answers, so that it has no key and no distractors")]
    NoKey {
        /// Id of the scale.
        scale: String,
    },
}

/// Answers of all respondents to one multiple-choice item.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceItem {
    n_options: usize,
    key: u8,
    answers: Vec<u8>,
}

impl ChoiceItem {
    /// An item with its key and the option each respondent chose; options count from 0, `None` is no answer.
    ///
    /// # Errors
    /// [`DistractorError::NoSuchOption`].
    pub fn new(
        n_options: usize,
        key: u8,
        answers: impl IntoIterator<Item = Option<u8>>,
    ) -> Result<Self, DistractorError> {
        let check = |option: u8| {
            let option_idx = usize::from(option);
            let possible = option_idx < n_options && (2..=usize::from(MISSING)).contains(&n_options);
            if possible { Ok(option) } else { Err(DistractorError::NoSuchOption { option: option_idx, n_options }) }
        };
        let key = check(key)?;
        let answers = answers.into_iter().map(|answer| answer.map_or(Ok(MISSING), check)).collect::<Result<_, _>>()?;
        Ok(Self { n_options, key, answers })
    }
}

/// What counts as high and low, and what is flagged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DistractorConfig {
    /// Share of respondents in the lower and in the upper group; people with the score at the border all belong.
    pub group_share: f64,
    /// A distractor chosen by a smaller share is flagged.
    pub rare_share: f64,
    /// A key whose point-biserial correlation with the rest is lower is flagged.
    pub least_discrimination: f64,
}

impl DistractorConfig {
    /// Groups of 27 percent; distractors below 5 percent and keys below .20 are flagged.
    ///
    /// # References
    /// Kelley (1939), Journal of Educational Psychology 30, 17–24, doi:10.1037/h0057123; Haladyna & Downing (1993), Educational and
    /// Psychological Measurement 53, 999–1010, doi:10.1177/0013164493053004013; Ebel & Frisbie (1991), *Essentials of educational
    /// measurement*, Prentice Hall.
    #[must_use]
    pub fn kelley_27() -> Self {
        Self { group_share: 0.27, rare_share: 0.05, least_discrimination: 0.2 }
    }
}

/// What is odd about an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionFlag {
    /// A distractor nobody chose.
    NeverChosen,
    /// A distractor that fewer chose than [`DistractorConfig::rare_share`].
    RarelyChosen,
    /// A distractor chosen by people who do well on the other items.
    AttractsHighScorers,
    /// A distractor that goes more with doing well than the key does: the key may be wrong.
    BetterThanKey,
    /// A key that discriminates less than [`DistractorConfig::least_discrimination`].
    KeyDiscriminatesLittle,
}

/// Options, items and test.
///
/// Each item is scored 1 for the key and 0 for anything else; a missing answer scores 0.
///
/// # Agreement
/// Oracle `items/multiple_choice` (definitions in R; psych for the biserial), within 1e-9 relative.
#[derive(Debug, Clone, PartialEq)]
pub struct DistractorAnalysis {
    /// Number of respondents.
    pub n_respondents: usize,
    /// Number of right answers: mean, SD, shape.
    pub total: PointDistribution,
    /// Kuder–Richardson formula 20. `None` for one item, or when all have the same total.
    pub kr20: Option<f64>,
    /// Highest total of the lower group.
    pub lower_cut: u64,
    /// Lowest total of the upper group.
    pub upper_cut: u64,
    /// Number of people in the lower group.
    pub n_lower: u64,
    /// Number of people in the upper group.
    pub n_upper: u64,
    /// The items, in order.
    pub items: Vec<ChoiceStatistics>,
}

/// One multiple-choice item.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceStatistics {
    /// Place of the item, from 0.
    pub item_idx: usize,
    /// The right option, from 0.
    pub key: u8,
    /// Number of respondents without an answer.
    pub n_missing: u64,
    /// Share of right answers, 0 to 1.
    pub facility: f64,
    /// Correlation of a right answer with the total, itself included. `None` when all or none are right.
    pub point_biserial: Option<f64>,
    /// Correlation of a right answer with the total of the other items.
    pub item_rest_correlation: Option<f64>,
    /// Biserial correlation with the total of the other items; see [`ItemStatistics::biserial`](crate::ctt::ItemStatistics::biserial).
    pub biserial_rest: Option<f64>,
    /// Facility in the upper group less that in the lower group, −1 to 1.
    pub upper_lower_index: f64,
    /// The options, in order.
    pub options: Vec<OptionStatistics>,
}

/// One option of a multiple-choice item.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionStatistics {
    /// How many chose it.
    pub count: u64,
    /// Share of all respondents who chose it, 0 to 1.
    pub share: f64,
    /// Mean total of those who chose it. `None` when nobody did.
    pub mean_total: Option<f64>,
    /// Correlation of choosing it with the total. `None` when all or none chose it.
    pub point_biserial_total: Option<f64>,
    /// Correlation of choosing it with the total of the other items.
    pub point_biserial_rest: Option<f64>,
    /// Share of the lower group who chose it.
    pub lower_group_share: f64,
    /// Share of the upper group who chose it.
    pub upper_group_share: f64,
    /// What is odd about it.
    pub flags: Vec<OptionFlag>,
}

impl DistractorAnalysis {
    /// Analyzes the options of the items of one test.
    ///
    /// # Errors
    /// [`DistractorError`] for no items or respondents, items of different length, or a share outside its range.
    pub fn new(items: &[ChoiceItem], config: DistractorConfig) -> Result<Self, DistractorError> {
        for (what, given) in [("group share", config.group_share), ("rare share", config.rare_share)] {
            if !(given > 0.0 && given <= 0.5) {
                return Err(DistractorError::Share { what, given });
            }
        }
        let n = items.first().ok_or(DistractorError::NoItems)?.answers.len();
        if let Some(item_idx) = items.iter().position(|item| item.answers.len() != n) {
            return Err(DistractorError::Length { item_idx, given: items[item_idx].answers.len(), expected: n });
        }
        if n == 0 {
            return Err(DistractorError::NoRespondents);
        }
        let mut totals = vec![0_u32; n];
        for item in items {
            totals.iter_mut().zip(&item.answers).for_each(|(total, &answer)| *total += u32::from(answer == item.key));
        }
        let mut counts = vec![0_u64; items.len() + 1];
        for &total in &totals {
            counts[total as usize] += 1;
        }
        // At least one and at most all; the small number keeps .27·100 from becoming 28.
        let size = ((config.group_share * n as f64 - 1e-9).ceil() as u64).clamp(1, n as u64);
        let lower_cut = reached(counts.iter().copied(), size);
        let upper_cut = items.len() as u64 - reached(counts.iter().rev().copied(), size);
        let group_sizes = (counts[..=lower_cut as usize].iter().sum(), counts[upper_cut as usize..].iter().sum());
        let test = Test { totals: &totals, sums: Sums::of(&totals), lower_cut, upper_cut, group_sizes, config };
        let items: Vec<ChoiceStatistics> =
            items.par_iter().enumerate().map(|(item_idx, item)| test.item(item_idx, item)).collect();
        let total = PointDistribution::new(0, counts);
        Ok(Self {
            n_respondents: n,
            kr20: kr20(&items, &total),
            total,
            lower_cut,
            upper_cut,
            n_lower: group_sizes.0,
            n_upper: group_sizes.1,
            items,
        })
    }

    /// Analyzes the options of a scale that is scored by right answers.
    ///
    /// # Errors
    /// [`DistractorError::NoKey`] for a scale that is scored in another way, else as [`Self::new`].
    pub fn of_scale(
        instrument: &Instrument,
        scale_idx: usize,
        matrix: &ResponseMatrix,
        config: DistractorConfig,
    ) -> Result<Self, DistractorError> {
        let scale = &instrument.scales()[scale_idx];
        let ScoreRule::Correct { items } = &scale.rule else {
            return Err(DistractorError::NoKey { scale: scale.id.to_string() });
        };
        let choice = |&(item_idx, key): &(usize, u8)| {
            let answers = (0..matrix.n_respondents()).map(|row| match matrix.answer(row, item_idx) {
                Some(Answer::Category(option)) => Some(option),
                _ => None,
            });
            ChoiceItem::new(usize::from(instrument.items()[item_idx].responses.n_categories()), key, answers)
        };
        Self::new(&items.iter().map(choice).collect::<Result<Vec<_>, _>>()?, config)
    }
}

/// The place where counts first add up to `size`.
fn reached(counts: impl Iterator<Item = u64>, size: u64) -> u64 {
    let mut sum = 0;
    let below = counts.take_while(|count| {
        sum += count;
        sum < size
    });
    below.count() as u64
}

fn kr20(items: &[ChoiceStatistics], total: &PointDistribution) -> Option<f64> {
    let n = total.n() as f64;
    let variance = total.sd().map(|sd| sd * sd).filter(|variance| *variance > 0.0)?;
    let of_items: f64 = items.iter().map(|item| item.facility * (1.0 - item.facility) * n / (n - 1.0)).sum();
    (items.len() > 1).then(|| raw_alpha(items.len() as f64, of_items, variance))
}

/// Number, sum and sum of squares of scores, exact.
#[derive(Clone, Copy)]
struct Sums {
    n: u64,
    sum: u64,
    squares: u64,
}

impl Sums {
    fn of(totals: &[u32]) -> Self {
        let whole = |total: &u32| u64::from(*total);
        Self {
            n: totals.len() as u64,
            sum: totals.iter().map(whole).sum(),
            squares: totals.iter().map(|total| whole(total) * whole(total)).sum(),
        }
    }

    /// Correlation of the scores with belonging to a group of `count` people whose scores add up to `sum`.
    fn point_biserial(self, count: u64, sum: u64) -> Option<f64> {
        let wide = i128::from;
        let covariance = wide(self.n) * wide(sum) - wide(count) * wide(self.sum);
        let of_scores = wide(self.n) * wide(self.squares) - wide(self.sum) * wide(self.sum);
        let of_group = wide(count) * wide(self.n - count);
        (of_scores > 0 && of_group > 0)
            .then(|| (covariance as f64 / ((of_scores as f64).sqrt() * (of_group as f64).sqrt())).clamp(-1.0, 1.0))
    }
}

/// What all items of a test share.
struct Test<'a> {
    totals: &'a [u32],
    sums: Sums,
    lower_cut: u64,
    upper_cut: u64,
    group_sizes: (u64, u64),
    config: DistractorConfig,
}

/// People who chose one option.
#[derive(Clone, Copy, Default)]
struct Chosen {
    n: u64,
    total: u64,
    n_lower: u64,
    n_upper: u64,
}

impl Test<'_> {
    fn item(&self, item_idx: usize, item: &ChoiceItem) -> ChoiceStatistics {
        let mut chosen = [Chosen::default(); 256];
        for (&answer, &total) in item.answers.iter().zip(self.totals) {
            let option = &mut chosen[usize::from(answer)];
            let total = u64::from(total);
            option.n += 1;
            option.total += total;
            option.n_lower += u64::from(total <= self.lower_cut);
            option.n_upper += u64::from(total >= self.upper_cut);
        }
        let n_missing = chosen[usize::from(MISSING)].n;
        let right = chosen[usize::from(item.key)];
        // Without the item, those who were right have a point less: Σ(t − x)² = Σt² − 2Σtx + Σx.
        let rest = Sums {
            n: self.sums.n,
            sum: self.sums.sum - right.n,
            squares: self.sums.squares + right.n - 2 * right.total,
        };
        let rest_total = |option: &Chosen, is_key: bool| if is_key { option.total - option.n } else { option.total };
        let key_rest = rest.point_biserial(right.n, rest_total(&right, true));
        let share = |count: u64, of: u64| count as f64 / of as f64;
        let (lower, upper) = self.group_sizes;
        let options = (0..item.n_options).map(|option| {
            let is_key = option == usize::from(item.key);
            let chosen = &chosen[option];
            let point_biserial_rest = rest.point_biserial(chosen.n, rest_total(chosen, is_key));
            let mut found = OptionStatistics {
                count: chosen.n,
                share: share(chosen.n, self.sums.n),
                mean_total: (chosen.n > 0).then(|| share(chosen.total, chosen.n)),
                point_biserial_total: self.sums.point_biserial(chosen.n, chosen.total),
                point_biserial_rest,
                lower_group_share: share(chosen.n_lower, lower),
                upper_group_share: share(chosen.n_upper, upper),
                flags: Vec::new(),
            };
            found.flags = self.flags(&found, is_key, key_rest);
            found
        });
        let facility = share(right.n, self.sums.n);
        ChoiceStatistics {
            item_idx,
            key: item.key,
            n_missing,
            facility,
            point_biserial: self.sums.point_biserial(right.n, right.total),
            item_rest_correlation: key_rest,
            biserial_rest: key_rest.and_then(|r| biserial_of(r, facility, self.sums.n)),
            upper_lower_index: share(right.n_upper, upper) - share(right.n_lower, lower),
            options: options.collect(),
        }
    }

    fn flags(&self, option: &OptionStatistics, is_key: bool, key_rest: Option<f64>) -> Vec<OptionFlag> {
        let rest = option.point_biserial_rest;
        let is_rare = option.count > 0 && option.share < self.config.rare_share;
        let odd = if is_key {
            vec![(OptionFlag::KeyDiscriminatesLittle, rest.is_some_and(|r| r < self.config.least_discrimination))]
        } else {
            vec![
                (OptionFlag::NeverChosen, option.count == 0),
                (OptionFlag::RarelyChosen, is_rare),
                (OptionFlag::AttractsHighScorers, rest.is_some_and(|r| r > 0.0)),
                (OptionFlag::BetterThanKey, rest.zip(key_rest).is_some_and(|(rest, key)| rest > key)),
            ]
        };
        odd.into_iter().filter(|(_, applies)| *applies).map(|(flag, _)| flag).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn item(key: u8, answers: &[Option<u8>]) -> ChoiceItem {
        ChoiceItem::new(3, key, answers.iter().copied()).unwrap()
    }

    #[test]
    fn options_worked_by_hand() {
        // Right: people 1, 2 on both items, 3 on the second; totals 2, 2, 1, 0.
        let items = [item(0, &[Some(0), Some(0), Some(1), None]), item(2, &[Some(2), Some(2), Some(2), Some(1)])];
        let found = DistractorAnalysis::new(&items, DistractorConfig::kelley_27()).unwrap();
        // ⌈.27·4⌉ = 2: the second smallest total is 1, the second largest 2.
        assert_eq!((found.lower_cut, found.upper_cut, found.n_lower, found.n_upper), (1, 2, 2, 2));
        let first = &found.items[0];
        assert_eq!((first.n_missing, first.facility, first.upper_lower_index), (1, 0.5, 1.0));
        // Indicator 1, 1, 0, 0 against totals 2, 2, 1, 0 (deviations .75, .75, −.25, −1.25): 1.5/√(1·2.75).
        assert!((first.point_biserial.unwrap() - 1.5 / 2.75_f64.sqrt()).abs() < 1e-15);
        // Against the rest 1, 1, 1, 0: .5/√(1·.75).
        assert!((first.item_rest_correlation.unwrap() - 0.5 / 0.75_f64.sqrt()).abs() < 1e-15);
        assert_eq!((first.options[1].mean_total, first.options[1].count), (Some(1.0), 1));
        assert_eq!(first.options[2].flags, [OptionFlag::NeverChosen]);
        assert_eq!(first.options[2].mean_total, None);
        // The rest of person 3 is above the mean of the rest.
        assert_eq!(first.options[1].flags, [OptionFlag::AttractsHighScorers]);
        // Item variances 1/3 and 1/4, total variance 2.75/3: 2·(1 − (7/12)/(11/12)).
        assert!((found.kr20.unwrap() - 8.0 / 11.0).abs() < 1e-15);
    }

    #[test]
    fn a_wrong_key_is_flagged() {
        // The able choose option 1 of the last item, the key is 0.
        let right = |pattern: [u8; 6]| item(1, &pattern.map(Some));
        let items = [
            right([1, 1, 1, 0, 0, 0]),
            right([1, 1, 1, 1, 0, 0]),
            right([1, 1, 0, 0, 0, 0]),
            item(0, &[1, 1, 1, 0, 0, 0].map(Some)),
        ];
        let found = DistractorAnalysis::new(&items, DistractorConfig::kelley_27()).unwrap();
        let options = &found.items[3].options;
        assert_eq!(options[0].flags, [OptionFlag::KeyDiscriminatesLittle]);
        assert_eq!(options[1].flags, [OptionFlag::AttractsHighScorers, OptionFlag::BetterThanKey]);
    }

    #[test]
    fn ugly_tests_say_why() {
        let config = DistractorConfig::kelley_27();
        assert_eq!(DistractorAnalysis::new(&[], config), Err(DistractorError::NoItems));
        assert_eq!(DistractorAnalysis::new(&[item(0, &[])], config), Err(DistractorError::NoRespondents));
        let uneven = [item(0, &[Some(1)]), item(0, &[])];
        assert!(matches!(DistractorAnalysis::new(&uneven, config), Err(DistractorError::Length { item_idx: 1, .. })));
        assert!(matches!(ChoiceItem::new(3, 3, []), Err(DistractorError::NoSuchOption { option: 3, n_options: 3 })));
        assert!(ChoiceItem::new(3, 0, [Some(7)]).is_err() && ChoiceItem::new(1, 0, []).is_err());
        assert!(ChoiceItem::new(256, 0, []).is_err());
        for group_share in [0.0, 0.6, f64::NAN] {
            let refused = DistractorAnalysis::new(&[item(0, &[Some(1)])], DistractorConfig { group_share, ..config });
            assert!(matches!(refused, Err(DistractorError::Share { what: "group share", .. })));
        }
        // One person, one item, wrong: nothing correlates.
        let one = DistractorAnalysis::new(&[item(0, &[Some(1)])], config).unwrap();
        assert_eq!((one.kr20, one.items[0].point_biserial, one.items[0].biserial_rest), (None, None, None));
    }

    proptest! {
        #[test]
        fn counts_add_up_whatever_the_answers(answers in prop::collection::vec(prop::option::of(0..3_u8), 30), key in 0..3_u8) {
            let items: Vec<ChoiceItem> = answers.chunks(10).map(|chunk| item(key, chunk)).collect();
            let found = DistractorAnalysis::new(&items, DistractorConfig::kelley_27()).unwrap();
            prop_assert!(found.n_lower >= 3 && found.n_upper >= 3);
            for item in &found.items {
                prop_assert_eq!(item.options.iter().map(|option| option.count).sum::<u64>() + item.n_missing, 10);
                prop_assert!(item.options.iter().all(|o| o.lower_group_share <= 1.0 && o.upper_group_share <= 1.0));
                prop_assert!((-1.0..=1.0).contains(&item.upper_lower_index));
            }
        }
    }
}
