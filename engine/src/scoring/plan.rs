//! An instrument compiled for scoring: for each scale the items, their direction and weight, and the arithmetic used.

use crate::model::{Instrument, KeyedItem, Keying, MissingPolicy, ResponseKind, Rounding, ScoreRule, Statistic};

/// How an item's answer becomes points: base + slope × category, a correct category, or a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Points {
    /// Keyed points of a category: `base + slope × category`, both already weighted.
    Linear { base: f64, slope: f64 },
    /// One point for this category.
    Correct { category: u8 },
    /// Keyed points of a number: `base + slope × number`.
    Number { base: f64, slope: f64 },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SlotItem {
    pub item_idx: usize,
    pub points: Points,
    pub weight: f64,
}

/// Which arithmetic a slot uses: whole numbers where all weights are 1 and all points whole and small, real numbers
/// otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Whole,
    Real,
}

/// One sum over items that the tally makes for every respondent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub items: Vec<SlotItem>,
    pub arithmetic: Arithmetic,
    /// Sum of the weights of all items.
    pub weight: f64,
    pub unit_weights: bool,
    /// Lowest and highest sum, over any answered subset of the items.
    pub lowest_sum: f64,
    pub highest_sum: f64,
}

/// How a scale's raw score is made from tallies.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Slot { slot_idx: usize, statistic: Statistic },
    Centered { slot_idx: usize, group_idx: usize },
    Composite { components: Vec<(usize, f64)> },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ScalePlan {
    pub source: Source,
    pub n_items: u16,
    pub missing: MissingPolicy,
    pub rounding: Rounding,
}

/// A scoring plan: what [`ScoringPlan::tally`] and [`ScoringPlan::raw_score`] need, and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoringPlan {
    pub(super) slots: Vec<Slot>,
    pub(super) scales: Vec<ScalePlan>,
}

/// A scale whose raw score depends on two small whole numbers only: how many items were answered and their sum.
///
/// Whoever scores many people may remember the results by these two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeSums {
    /// Number of items.
    pub n_items: u16,
    /// Lowest sum over any answered items.
    pub lowest: i16,
    /// Highest sum over any answered items.
    pub highest: i16,
}

impl ScoringPlan {
    /// Compiles an instrument.
    #[must_use]
    pub fn compile(instrument: &Instrument) -> Self {
        let mut slots = Vec::new();
        let group = centered_group(instrument).map(|items| {
            slots.push(Slot::new(instrument, &items));
            0
        });
        let scales = instrument
            .scales()
            .iter()
            .enumerate()
            .map(|(scale_idx, scale)| {
                let mut add = |slot| {
                    slots.push(slot);
                    slots.len() - 1
                };
                let source = match &scale.rule {
                    ScoreRule::Keyed { items, statistic } => {
                        Source::Slot { slot_idx: add(Slot::new(instrument, items)), statistic: *statistic }
                    }
                    ScoreRule::Correct { items } => {
                        Source::Slot { slot_idx: add(Slot::of_correct(items)), statistic: Statistic::Sum }
                    }
                    ScoreRule::Centered { items } => Source::Centered {
                        slot_idx: add(Slot::new(instrument, items)),
                        // A centered scale is itself in the group, so the group exists.
                        group_idx: group.unwrap_or(0),
                    },
                    ScoreRule::Composite { components } => Source::Composite { components: components.clone() },
                };
                let n_items = instrument.n_items_of(scale_idx) as u16;
                ScalePlan { source, n_items, missing: scale.missing, rounding: scale.rounding }
            })
            .collect();
        Self { slots, scales }
    }

    /// Number of scales.
    #[must_use]
    pub fn n_scales(&self) -> usize {
        self.scales.len()
    }

    /// Whether a scale's score depends on two small whole numbers only; `None` when it does not.
    #[must_use]
    pub fn whole_sums(&self, scale_idx: usize) -> Option<WholeSums> {
        let scale = self.scales.get(scale_idx)?;
        let Source::Slot { slot_idx, .. } = scale.source else { return None };
        let slot = &self.slots[slot_idx];
        (slot.arithmetic == Arithmetic::Whole).then_some(WholeSums {
            n_items: scale.n_items,
            lowest: slot.lowest_sum as i16,
            highest: slot.highest_sum as i16,
        })
    }
}

/// The items of all centered scales, each once; `None` without such scales.
fn centered_group(instrument: &Instrument) -> Option<Vec<KeyedItem>> {
    let mut group: Vec<KeyedItem> = Vec::new();
    for scale in instrument.scales() {
        if let ScoreRule::Centered { items } = &scale.rule {
            for item in items {
                if !group.iter().any(|known| known.item_idx == item.item_idx) {
                    group.push(*item);
                }
            }
        }
    }
    (!group.is_empty()).then_some(group)
}

impl Slot {
    fn new(instrument: &Instrument, items: &[KeyedItem]) -> Self {
        let items: Vec<SlotItem> = items
            .iter()
            .map(|keyed| {
                let responses = &instrument.items()[keyed.item_idx].responses;
                let (lowest, highest, weight) = (responses.lowest(), responses.highest(), keyed.weight);
                let is_number = matches!(responses.kind(), ResponseKind::Numeric | ResponseKind::Slider);
                let points = match (is_number, keyed.keying) {
                    (false, Keying::Forward) => Points::Linear { base: weight * lowest, slope: weight },
                    (false, Keying::Reverse) => Points::Linear { base: weight * highest, slope: -weight },
                    (true, Keying::Forward) => Points::Number { base: 0.0, slope: weight },
                    (true, Keying::Reverse) => Points::Number { base: weight * (lowest + highest), slope: -weight },
                };
                SlotItem { item_idx: keyed.item_idx, points, weight }
            })
            .collect();
        let range = |item: &SlotItem| {
            let responses = &instrument.items()[item.item_idx].responses;
            (item.weight * responses.lowest(), item.weight * responses.highest())
        };
        let lowest_sum = items.iter().map(|item| range(item).0.min(0.0)).sum();
        let highest_sum = items.iter().map(|item| range(item).1.max(0.0)).sum();
        Self::checked(items, lowest_sum, highest_sum)
    }

    fn of_correct(items: &[(usize, u8)]) -> Self {
        let items: Vec<SlotItem> = items
            .iter()
            .map(|&(item_idx, category)| SlotItem { item_idx, points: Points::Correct { category }, weight: 1.0 })
            .collect();
        let highest_sum = items.len() as f64;
        Self::checked(items, 0.0, highest_sum)
    }

    fn checked(items: Vec<SlotItem>, lowest_sum: f64, highest_sum: f64) -> Self {
        let whole = |x: f64| x.fract() == 0.0;
        let small = lowest_sum >= f64::from(i16::MIN) && highest_sum <= f64::from(i16::MAX);
        let all_whole = items.iter().all(|item| match item.points {
            Points::Linear { base, slope } => whole(base) && whole(slope),
            Points::Correct { .. } => true,
            Points::Number { .. } => false,
        });
        let weight = items.iter().map(|item| item.weight).sum();
        let unit_weights = items.iter().all(|item| item.weight == 1.0);
        let arithmetic = if small && all_whole && unit_weights { Arithmetic::Whole } else { Arithmetic::Real };
        Self { items, arithmetic, weight, unit_weights, lowest_sum, highest_sum }
    }
}
