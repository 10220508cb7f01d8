//! The attacker of 360° feedback: every published table, one rater as an accomplice, and the rule of disclosure itself. No answer
//! and no scale score of any other rater may follow with certainty.
//!
//! - [`exhaustive`]: all tables of small groups. Whatever looks the same to the attacker is put together; where all of it agrees
//!   on an answer, the answer is known.
//! - [`plain_rule`]: the same attacker against rules that lack one of ours. It must succeed there, else it proves nothing here.
//! - [`simulated`]: thousands of larger groups; for every answer another table is built that looks the same.

mod exhaustive;
mod plain_rule;
mod simulated;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use engine::agreement::{
    DisclosureConfig, FeedbackPlan, FeedbackRound, FeedbackScale, GroupKind, PublishedFeedback, PublishedScale,
    RaterAnswers, RaterConsent, RaterGroup, RaterGroupId, RaterId,
};
use engine::model::{ItemId, ScaleId};
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

/// Answers of one rater, from 0; `None` is missing.
type Row = Vec<Option<u8>>;

/// Answers of all raters, one list a group.
type Data = Vec<Vec<Row>>;

/// Groups and scales of a feedback.
#[derive(Debug, Clone)]
struct Shape {
    /// Number of raters of each group.
    sizes: Vec<usize>,
    /// The first group is a superior who has agreed to be named.
    named_first: bool,
    /// Number of items of each scale.
    scales: Vec<usize>,
    /// Options of an item.
    options: u8,
    /// Items from this place on may be skipped.
    skipped_from: usize,
    /// Fewest raters whose spread is shown.
    spread_minimum: usize,
}

impl Shape {
    fn new(sizes: &[usize], scales: &[usize], options: u8) -> Self {
        Self {
            sizes: sizes.to_vec(),
            named_first: false,
            scales: scales.to_vec(),
            options,
            skipped_from: usize::MAX,
            spread_minimum: 5,
        }
    }

    fn skipped_from(self, item: usize) -> Self {
        Self { skipped_from: item, ..self }
    }

    fn n_items(&self) -> usize {
        self.scales.iter().sum()
    }

    fn plan(&self) -> FeedbackPlan {
        let mut item = 0;
        let mut scale = |(idx, &n_items): (usize, &usize)| FeedbackScale {
            id: ScaleId::new(format!("s{idx}")).unwrap(),
            items: (0..n_items)
                .map(|_| {
                    item += 1;
                    ItemId::new(format!("i{item}")).unwrap()
                })
                .collect(),
            lowest: 0,
            highest: i32::from(self.options) - 1,
        };
        let scales = self.scales.iter().enumerate().map(&mut scale).collect();
        let group = |idx: usize| RaterGroup {
            id: RaterGroupId::new(idx.to_string()),
            kind: if idx == 0 && self.named_first {
                GroupKind::Superiors { minimum: 3 }
            } else {
                GroupKind::Anonymous { minimum: 3 }
            },
        };
        // All decimals there are: the attacker gets the most.
        let config =
            DisclosureConfig { decimals: 6, spread_minimum: self.spread_minimum, ..DisclosureConfig::standard() };
        FeedbackPlan::new(scales, (0..self.sizes.len()).map(group).collect(), 0, config).unwrap()
    }
}

/// What the product shows of these answers.
fn release(plan: &FeedbackPlan, data: &Data) -> PublishedFeedback {
    let mut round = FeedbackRound::open(plan);
    for (group_idx, rows) in data.iter().enumerate() {
        let group = &plan.groups()[group_idx];
        for (rater_idx, row) in rows.iter().enumerate() {
            let named = matches!(group.kind, GroupKind::Superiors { .. });
            round
                .add(RaterAnswers {
                    rater: RaterId::new(format!("{group_idx}/{rater_idx}")),
                    group: group.id.clone(),
                    consent: if named { RaterConsent::NamedAndAgreed } else { RaterConsent::Anonymous },
                    answers: row.iter().map(|answer| answer.map(i32::from)).collect(),
                    comments: Vec::new(),
                })
                .unwrap();
        }
    }
    round.release(&mut ChaCha12Rng::seed_from_u64(0))
}

/// Everything the attacker reads, as one number: equal where all of it is equal.
fn fingerprint(published: &PublishedFeedback) -> u128 {
    let mut read: Vec<u64> = Vec::new();
    for group in published.groups() {
        read.push(group.id.as_str().parse().unwrap());
        read.push(group.n_raters as u64);
        group.scales.iter().for_each(|scale| read_scale(scale, &mut read));
    }
    read.push(u64::MAX);
    published.total().iter().for_each(|scale| read_scale(scale, &mut read));
    hash_of(&read)
}

fn read_scale(published: &PublishedScale, read: &mut Vec<u64>) {
    match published.scale.figures() {
        None => read.push(0),
        Some(figures) => {
            read.extend([1, figures.n_raters as u64, figures.mean.to_bits()]);
            match figures.spread {
                None => read.push(0),
                Some(spread) => read.extend([spread.sd, spread.ad_mean, spread.ad_median].map(f64::to_bits)),
            }
        }
    }
    match published.items.figures() {
        None => read.push(0),
        Some(table) => {
            for item in &table.items {
                read.extend([item.mean, item.sd, item.rwg, item.ad_mean, item.ad_median].map(f64::to_bits));
            }
            read.extend([table.rwg_j.map_or(2, f64::to_bits), table.ad_mean.to_bits(), table.ad_median.to_bits()]);
        }
    }
}

/// Two hashes with different beginnings, so that different numbers never meet in practice.
fn hash_of(read: &[u64]) -> u128 {
    let with = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        read.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    with(1) << 64 | with(2)
}

/// Score of a rater on a scale; `None` where an answer is missing.
fn score(row: &[Option<u8>]) -> Option<u32> {
    row.iter().map(|answer| answer.map(u32::from)).sum()
}
