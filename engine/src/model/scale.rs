//! A scale: what is counted, in which direction, and what happens to missing answers.

use super::ids::ScaleId;

/// Direction in which an item counts on a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keying {
    /// The answer counts as it is.
    Forward,
    /// The answer is mirrored: lowest + highest − answer, with the item's own response scale.
    Reverse,
}

/// One item on one scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyedItem {
    /// Place of the item in the instrument, from 0.
    pub item_idx: usize,
    /// Direction in which it counts.
    pub keying: Keying,
    /// Weight, above 0.
    pub weight: f64,
}

/// Whether a keyed scale is a sum or a mean of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Sum of the weighted, keyed answers, in points.
    Sum,
    /// Weighted mean of the keyed answers, in the unit of the answers.
    Mean,
}

/// How the raw score of a scale is made.
#[derive(Debug, Clone, PartialEq)]
pub enum ScoreRule {
    /// Sum or mean of keyed items.
    Keyed {
        /// The items, in the instrument's order.
        items: Vec<KeyedItem>,
        /// Sum or mean.
        statistic: Statistic,
    },
    /// Number of correct answers.
    Correct {
        /// Item and its correct category, from 0.
        items: Vec<(usize, u8)>,
    },
    /// Mean of the scale's items minus the person's mean over the items of all centered scales (ipsatized).
    Centered {
        /// The items, in the instrument's order.
        items: Vec<KeyedItem>,
    },
    /// Weighted sum of other scales' raw scores.
    Composite {
        /// Place of the scale in the instrument, and its weight.
        components: Vec<(usize, f64)>,
    },
}

impl ScoreRule {
    /// The places of the items that the rule reads, in its order; empty for a composite.
    #[must_use]
    pub fn item_indices(&self) -> Vec<usize> {
        match self {
            Self::Keyed { items, .. } | Self::Centered { items } => items.iter().map(|k| k.item_idx).collect(),
            Self::Correct { items } => items.iter().map(|(item_idx, _)| *item_idx).collect(),
            Self::Composite { .. } => Vec::new(),
        }
    }
}

/// What happens when a person left items of a scale unanswered. Nothing is ever imputed from other people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingPolicy {
    /// All items are needed.
    Reject,
    /// Mean of the answered keyed items × number of items.
    Prorate {
        /// Fewest answered items that give a score.
        min_answered: u16,
    },
    /// Mean of the answered keyed items; for scales scored as means only.
    MeanOfAnswered {
        /// Fewest answered items that give a score.
        min_answered: u16,
    },
}

impl MissingPolicy {
    /// Fewest answered items that give a score on a scale of `n_items`.
    #[must_use]
    pub fn min_answered(self, n_items: u16) -> u16 {
        match self {
            Self::Reject => n_items,
            Self::Prorate { min_answered } | Self::MeanOfAnswered { min_answered } => min_answered,
        }
    }
}

/// How a prorated or weighted raw score is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Not at all.
    None,
    /// To the nearest whole number, halves up.
    HalfUp,
    /// To the nearest whole number, halves to the even one.
    HalfEven,
}

impl Rounding {
    /// Applies the rule.
    #[must_use]
    pub fn apply(self, value: f64) -> f64 {
        match self {
            Self::None => value,
            Self::HalfUp => (value + 0.5).floor(),
            Self::HalfEven => value.round_ties_even(),
        }
    }
}

/// A scale: its name and how it is scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Identifier.
    pub id: ScaleId,
    /// How the raw score is made.
    pub rule: ScoreRule,
    /// What happens to missing answers.
    pub missing: MissingPolicy,
    /// How the raw score is rounded.
    pub rounding: Rounding,
    /// Whether scores compare within a person only: never normed.
    pub ipsative: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_as_the_rule_says() {
        assert_eq!(Rounding::HalfUp.apply(2.5), 3.0);
        assert_eq!(Rounding::HalfUp.apply(-2.5), -2.0);
        assert_eq!(Rounding::HalfEven.apply(2.5), 2.0);
        assert_eq!(Rounding::HalfEven.apply(3.5), 4.0);
        assert_eq!(Rounding::None.apply(3.25), 3.25);
    }
}
