//! What the quality indices read of an instrument: its items in the order of administration, and its lowest scales with their keys.

use crate::model::{Answer, Instrument, Keying, ResponseKind, ResponseMatrix, ScoreRule};
use crate::quality::instrument_audit::lowest_scales;
use crate::stats::{ItemColumn, ItemScores, ItemScoresError};

/// How the answers to an item become points, before any key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemCoding {
    /// The code of the category, as it stands in a file of answers.
    Points,
    /// 1 for the right option, 0 for another.
    Correct {
        /// The right category, from 0.
        category: u8,
    },
}

/// An item whose answers count for the indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanItem {
    /// Place of the item in the instrument.
    pub item_idx: usize,
    /// How its answers become points.
    pub coding: ItemCoding,
    /// Lowest points.
    pub lowest: i32,
    /// Highest points.
    pub highest: i32,
}

/// A scale at the lowest level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanScale {
    /// Place of the scale in the instrument.
    pub scale_idx: usize,
    /// For each of its items the place in [`QualityPlan::items`], and the direction in which it counts.
    pub items: Vec<(usize, Keying)>,
}

/// The items and scales of an instrument that quality indices are computed from.
///
/// Items answered in ordered categories count, and items with options of which one is right. Rankings and forced choices, options
/// without a right one, free numbers and texts do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityPlan {
    items: Vec<PlanItem>,
    scales: Vec<PlanScale>,
}

impl QualityPlan {
    /// The plan of an instrument.
    #[must_use]
    pub fn of(instrument: &Instrument) -> Self {
        let mut correct = vec![None; instrument.items().len()];
        for scale in instrument.scales() {
            if let ScoreRule::Correct { items } = &scale.rule {
                for &(item_idx, category) in items {
                    correct[item_idx].get_or_insert(category);
                }
            }
        }
        let items: Vec<PlanItem> = instrument
            .items()
            .iter()
            .enumerate()
            .filter_map(|(item_idx, item)| match (item.responses.kind(), correct[item_idx]) {
                (ResponseKind::Likert | ResponseKind::Dichotomous | ResponseKind::Choice, Some(category)) => {
                    Some(PlanItem { item_idx, coding: ItemCoding::Correct { category }, lowest: 0, highest: 1 })
                }
                // Codes of categories are whole numbers within ±30000, at most 200 of them, by construction of the format.
                (ResponseKind::Likert | ResponseKind::Dichotomous, None) => Some(PlanItem {
                    item_idx,
                    coding: ItemCoding::Points,
                    lowest: item.responses.lowest() as i32,
                    highest: item.responses.highest() as i32,
                }),
                _ => None,
            })
            .collect();
        let scales = lowest_scales(instrument).into_iter().filter_map(|scale_idx| {
            let place = |item_idx: usize, is_correct: bool| {
                let at = items.binary_search_by_key(&item_idx, |item| item.item_idx).ok()?;
                (matches!(items[at].coding, ItemCoding::Correct { .. }) == is_correct).then_some(at)
            };
            let keyed: Option<Vec<(usize, Keying)>> = match &instrument.scales()[scale_idx].rule {
                ScoreRule::Keyed { items, .. } | ScoreRule::Centered { items } => {
                    items.iter().map(|keyed| Some((place(keyed.item_idx, false)?, keyed.keying))).collect()
                }
                ScoreRule::Correct { items } => {
                    items.iter().map(|&(item_idx, _)| Some((place(item_idx, true)?, Keying::Forward))).collect()
                }
                ScoreRule::Composite { .. } => None,
            };
            keyed.map(|items| PlanScale { scale_idx, items })
        });
        Self { scales: scales.collect(), items }
    }

    /// The items, in the order of administration.
    #[must_use]
    pub fn items(&self) -> &[PlanItem] {
        &self.items
    }

    /// The scales at the lowest level, in the order of the instrument.
    #[must_use]
    pub fn scales(&self) -> &[PlanScale] {
        &self.scales
    }
}

/// Answers of people to the items of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityAnswers {
    points: ItemScores,
    /// The options chosen, where points do not tell them: who gets everything wrong may still have chosen always the second.
    options: Option<ItemScores>,
}

impl QualityAnswers {
    /// The answers of a matrix of the plan's instrument.
    ///
    /// # Errors
    /// [`ItemScoresError`] only for a matrix of another instrument.
    pub fn of(plan: &QualityPlan, matrix: &ResponseMatrix) -> Result<Self, ItemScoresError> {
        let rows = 0..matrix.n_respondents();
        let category = |row: usize, item: &PlanItem| match matrix.answer(row, item.item_idx) {
            Some(Answer::Category(category)) => Some(category),
            _ => None,
        };
        let columns = plan.items.iter().map(|item| {
            let points = |category: u8| match item.coding {
                ItemCoding::Points => item.lowest + i32::from(category),
                ItemCoding::Correct { category: right } => i32::from(category == right),
            };
            ItemColumn::new(item.lowest, item.highest, rows.clone().map(|row| category(row, item).map(points)))
        });
        let points = ItemScores::new(columns.collect::<Result<_, _>>()?)?;
        let options = if plan.items.iter().all(|item| item.coding == ItemCoding::Points) {
            None
        } else {
            let columns = plan.items.iter().map(|item| {
                let option = |category: u8| match item.coding {
                    ItemCoding::Points => item.lowest + i32::from(category),
                    ItemCoding::Correct { .. } => i32::from(category),
                };
                let (lowest, highest) = match item.coding {
                    ItemCoding::Points => (item.lowest, item.highest),
                    ItemCoding::Correct { .. } => (0, MOST_OPTIONS),
                };
                ItemColumn::new(lowest, highest, rows.clone().map(|row| category(row, item).map(option)))
            });
            Some(ItemScores::new(columns.collect::<Result<_, _>>()?)?)
        };
        Ok(Self { points, options })
    }

    /// Points of all people (n_respondents × items of the plan), before any key.
    #[must_use]
    pub fn points(&self) -> &ItemScores {
        &self.points
    }

    /// Number of people.
    #[must_use]
    pub fn n_respondents(&self) -> usize {
        self.points.n_respondents()
    }

    /// One person's points, in the order of the plan.
    #[must_use]
    pub fn points_of(&self, respondent: usize) -> Vec<Option<i32>> {
        row_of(&self.points, respondent)
    }

    /// One person's answers as they were chosen, in the order of the plan.
    #[must_use]
    pub fn given_by(&self, respondent: usize) -> Vec<Option<i32>> {
        row_of(self.options.as_ref().unwrap_or(&self.points), respondent)
    }
}

/// Above every category of an item.
const MOST_OPTIONS: i32 = 250;

fn row_of(scores: &ItemScores, respondent: usize) -> Vec<Option<i32>> {
    scores.columns().iter().map(|column| column.points(respondent)).collect()
}

impl PlanScale {
    /// One person's points on the scale, turned as the key says, in the order of the scale's items.
    ///
    /// - `points`: of all items of the plan.
    #[must_use]
    pub fn keyed(&self, plan: &QualityPlan, points: &[Option<i32>]) -> Vec<Option<i32>> {
        let of_item = |&(place, keying): &(usize, Keying)| {
            let (item, points) = (plan.items.get(place)?, points.get(place).copied().flatten()?);
            Some(if keying == Keying::Reverse { item.lowest + item.highest - points } else { points })
        };
        self.items.iter().map(of_item).collect()
    }

    /// The same as steps passed: points above the lowest.
    #[must_use]
    pub fn steps_passed(&self, plan: &QualityPlan, points: &[Option<i32>]) -> Vec<Option<usize>> {
        let lowest = |&(place, _): &(usize, Keying)| plan.items.get(place).map_or(0, |item| item.lowest);
        let above = |(points, item): (Option<i32>, _)| usize::try_from(points? - lowest(item)).ok();
        self.keyed(plan, points).into_iter().zip(&self.items).map(above).collect()
    }
}
