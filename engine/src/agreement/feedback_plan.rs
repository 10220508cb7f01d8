//! What is asked in a 360° feedback and how it will be shown: fixed before the first answer.

use std::collections::BTreeSet;
use std::fmt;

use crate::agreement::disclosure::{SMALLEST_GROUP, SMALLEST_SPREAD};
use crate::agreement::null_distribution::NullDistributionError;
use crate::agreement::within_group::WithinGroupConfig;
use crate::model::{ItemId, ScaleId};
use crate::stats::item_scores::MAX_POINT_RANGE;

/// The most decimals of a published figure.
pub const MAX_DECIMALS: u32 = 6;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Wraps a name.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type! {
    /// Names a group of raters, for example `peers`.
    RaterGroupId
}
name_type! {
    /// Tells raters apart; never published.
    RaterId
}
name_type! {
    /// Names the person who is rated.
    TargetId
}

/// A scale that raters answer: items with one range of points.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackScale {
    /// Id of the scale.
    pub id: ScaleId,
    /// Its items, in the order of the answers.
    pub items: Vec<ItemId>,
    /// Lowest points of an item.
    pub lowest: i32,
    /// Highest points of an item.
    pub highest: i32,
}

/// Who the raters of a group are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// The person who is rated.
    SelfRating,
    /// Superiors. A single one is shown who is named and has agreed; several are shown from `minimum` on, as any group.
    Superiors {
        /// Fewest raters, at least [`SMALLEST_GROUP`].
        minimum: usize,
    },
    /// Anyone else, shown together from `minimum` on.
    Anonymous {
        /// Fewest raters, at least [`SMALLEST_GROUP`].
        minimum: usize,
    },
}

/// A group of raters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaterGroup {
    /// Name of the group, published with its figures.
    pub id: RaterGroupId,
    /// Who its raters are.
    pub kind: GroupKind,
}

/// How figures are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct DisclosureConfig {
    /// Fewest raters whose spread and single items are shown, at least [`SMALLEST_SPREAD`].
    pub spread_minimum: usize,
    /// Decimals of every published figure, at most [`MAX_DECIMALS`].
    pub decimals: u32,
    /// Choices of r_wg.
    pub agreement: WithinGroupConfig,
}

impl DisclosureConfig {
    /// Spread and items from five raters on, two decimals, r_wg against evenly spread answers.
    #[must_use]
    pub fn standard() -> Self {
        Self { spread_minimum: SMALLEST_SPREAD, decimals: 2, agreement: WithinGroupConfig::uniform() }
    }
}

/// Why a feedback cannot be planned so.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A scale without items.
    #[error("scale `{scale}` has no items")]
    NoItems {
        /// The scale.
        scale: ScaleId,
    },
    /// A scale named twice.
    #[error("scale `{scale}` is named twice")]
    ScaleTwice {
        /// The scale.
        scale: ScaleId,
    },
    /// An item in two places.
    #[error("item `{item}` is in two places; figures of scales that share an item can be subtracted from each other")]
    ItemTwice {
        /// The item.
        item: ItemId,
    },
    /// An empty or too wide range of points.
    #[error("scale `{scale}`: points from {lowest} to {highest}; the range must rise, by at most {MAX_POINT_RANGE}")]
    Range {
        /// The scale.
        scale: ScaleId,
        /// Lowest points.
        lowest: i32,
        /// Highest points.
        highest: i32,
    },
    /// A group named twice.
    #[error("group `{group}` is named twice")]
    GroupTwice {
        /// The group.
        group: RaterGroupId,
    },
    /// A second group of self-ratings.
    #[error("group `{group}` is a second group of self-ratings")]
    SelfTwice {
        /// The group.
        group: RaterGroupId,
    },
    /// A minimum that protects nobody.
    #[error("group `{group}`: a minimum of {given} raters is below {SMALLEST_GROUP}")]
    GroupMinimum {
        /// The group.
        group: RaterGroupId,
        /// The minimum.
        given: usize,
    },
    /// A minimum of spread that protects nobody.
    #[error("a minimum of {given} raters for spread and items is below {SMALLEST_SPREAD}")]
    SpreadMinimum {
        /// The minimum.
        given: usize,
    },
    /// Too many decimals.
    #[error("{given} decimals are more than {MAX_DECIMALS}")]
    Decimals {
        /// The number of decimals.
        given: u32,
    },
    /// The null distribution of r_wg does not fit a scale.
    #[error("scale `{scale}`: {error}")]
    Null {
        /// The scale.
        scale: ScaleId,
        /// What does not fit.
        error: NullDistributionError,
    },
}

/// What is asked in a 360° feedback and how it will be shown. The choice of groups, scales and limits must not depend on the
/// answers: make it before the first one. One group of all raters shows more of its items than several small groups.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackPlan {
    scales: Vec<FeedbackScale>,
    groups: Vec<RaterGroup>,
    n_questions: usize,
    config: DisclosureConfig,
    null_variances: Vec<f64>,
}

impl FeedbackPlan {
    /// Checks and wraps a plan.
    ///
    /// - `n_questions`: number of open questions that raters may comment on.
    ///
    /// # Errors
    /// All problems found, as [`PlanError`].
    pub fn new(
        scales: Vec<FeedbackScale>,
        groups: Vec<RaterGroup>,
        n_questions: usize,
        config: DisclosureConfig,
    ) -> Result<Self, Vec<PlanError>> {
        let mut problems = Vec::new();
        if config.spread_minimum < SMALLEST_SPREAD {
            problems.push(PlanError::SpreadMinimum { given: config.spread_minimum });
        }
        if config.decimals > MAX_DECIMALS {
            problems.push(PlanError::Decimals { given: config.decimals });
        }
        check_groups(&groups, &mut problems);
        let null_variances = check_scales(&scales, &config, &mut problems);
        if problems.is_empty() {
            Ok(Self { scales, groups, n_questions, config, null_variances })
        } else {
            Err(problems)
        }
    }

    /// The scales, in order.
    #[must_use]
    pub fn scales(&self) -> &[FeedbackScale] {
        &self.scales
    }

    /// The groups of raters, in order.
    #[must_use]
    pub fn groups(&self) -> &[RaterGroup] {
        &self.groups
    }

    /// Number of open questions.
    #[must_use]
    pub fn n_questions(&self) -> usize {
        self.n_questions
    }

    /// How figures are shown.
    #[must_use]
    pub fn config(&self) -> &DisclosureConfig {
        &self.config
    }

    /// Number of items of all scales: the length of a rater's answers.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.scales.iter().map(|scale| scale.items.len()).sum()
    }

    /// Variance of answers without agreement, one a scale.
    pub(super) fn null_variances(&self) -> &[f64] {
        &self.null_variances
    }
}

fn check_groups(groups: &[RaterGroup], problems: &mut Vec<PlanError>) {
    let mut seen = BTreeSet::new();
    let mut n_self = 0;
    for RaterGroup { id, kind } in groups {
        if !seen.insert(id) {
            problems.push(PlanError::GroupTwice { group: id.clone() });
        }
        match *kind {
            GroupKind::SelfRating => {
                n_self += 1;
                if n_self == 2 {
                    problems.push(PlanError::SelfTwice { group: id.clone() });
                }
            }
            GroupKind::Superiors { minimum } | GroupKind::Anonymous { minimum } => {
                if minimum < SMALLEST_GROUP {
                    problems.push(PlanError::GroupMinimum { group: id.clone(), given: minimum });
                }
            }
        }
    }
}

/// The null variance of each scale.
fn check_scales(scales: &[FeedbackScale], config: &DisclosureConfig, problems: &mut Vec<PlanError>) -> Vec<f64> {
    let (mut seen_scales, mut seen_items) = (BTreeSet::new(), BTreeSet::new());
    let mut null_variances = Vec::with_capacity(scales.len());
    for FeedbackScale { id, items, lowest, highest } in scales {
        if !seen_scales.insert(id) {
            problems.push(PlanError::ScaleTwice { scale: id.clone() });
        }
        if items.is_empty() {
            problems.push(PlanError::NoItems { scale: id.clone() });
        }
        let twice = items.iter().filter(|&item| !seen_items.insert(item));
        problems.extend(twice.map(|item| PlanError::ItemTwice { item: item.clone() }));
        let range = lowest.abs_diff(*highest);
        if lowest >= highest || range > MAX_POINT_RANGE {
            problems.push(PlanError::Range { scale: id.clone(), lowest: *lowest, highest: *highest });
            continue;
        }
        match config.agreement.null.variance(range as usize + 1) {
            Ok(variance) => null_variances.push(variance),
            Err(error) => problems.push(PlanError::Null { scale: id.clone(), error }),
        }
    }
    null_variances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_reported_at_once() {
        let item = |text: &str| ItemId::new(text).unwrap();
        let scale = |id: &str, items: &[&str], highest| FeedbackScale {
            id: ScaleId::new(id).unwrap(),
            items: items.iter().map(|text| item(text)).collect(),
            lowest: 1,
            highest,
        };
        let group = |id: &str, kind| RaterGroup { id: RaterGroupId::new(id), kind };
        let scales = vec![scale("a", &["i1", "i2"], 5), scale("b", &["i2"], 1), scale("c", &[], 5)];
        let groups = vec![
            group("peers", GroupKind::Anonymous { minimum: 2 }),
            group("peers", GroupKind::SelfRating),
            group("me", GroupKind::SelfRating),
        ];
        let config = DisclosureConfig { spread_minimum: 4, decimals: 9, agreement: WithinGroupConfig::uniform() };
        let problems = FeedbackPlan::new(scales.clone(), groups, 0, config).unwrap_err();
        assert_eq!(problems.len(), 8, "{problems:?}");
        assert!(problems.contains(&PlanError::ItemTwice { item: item("i2") }));
        assert!(FeedbackPlan::new(scales[..1].to_vec(), vec![], 0, DisclosureConfig::standard()).is_ok());
    }
}
