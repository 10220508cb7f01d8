//! An instrument: items and scales that fit together, valid by construction.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::forced_block::ForcedBlock;
use super::ids::{InstrumentId, ItemId, ScaleId};
use super::response_scale::ResponseScale;
use super::scale::{MissingPolicy, Scale, ScoreRule, Statistic};

/// The version of an instrument: `major.minor.patch`. Keying never changes under the same version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Scores are not comparable across a change of this number.
    pub major: u16,
    /// Additions that leave scores as they are.
    pub minor: u16,
    /// Corrections of what is not scored.
    pub patch: u16,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let mut parts = text.split('.').map(|part| part.parse::<u16>().ok());
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None) => Ok(Self { major, minor, patch }),
            _ => Err(ModelError::Version { given: text.to_owned() }),
        }
    }
}

/// An item: its name and its answer format.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Identifier.
    pub id: ItemId,
    /// The answers it allows.
    pub responses: ResponseScale,
}

/// Why items and scales make no instrument.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not `major.minor.patch`.
    #[error("version `{given}` is not of the form major.minor.patch, such as 1.0.0")]
    Version {
        /// The text as given.
        given: String,
    },
    /// No items.
    #[error("an instrument needs at least one item")]
    NoItems,
    /// No scales, and items that could be scored.
    #[error("an instrument needs at least one scale")]
    NoScales,
    /// Two items differ at most in the case of letters.
    #[error("item `{item}` stands twice (ids must differ in more than case)")]
    DuplicateItem {
        /// The second one.
        item: ItemId,
    },
    /// Two scales differ at most in the case of letters.
    #[error("scale `{scale}` stands twice (ids must differ in more than case)")]
    DuplicateScale {
        /// The second one.
        scale: ScaleId,
    },
    /// A scale without items or components.
    #[error("scale `{scale}` has no items")]
    EmptyScale {
        /// The scale.
        scale: ScaleId,
    },
    /// An index points outside the instrument.
    #[error("scale `{scale}` names item or scale number {index}, of {len}")]
    IndexOutOfRange {
        /// The scale.
        scale: ScaleId,
        /// The index given.
        index: usize,
        /// How many there are.
        len: usize,
    },
    /// An item counted twice on one scale.
    #[error("item `{item}` counts twice on scale `{scale}`")]
    ItemTwiceOnScale {
        /// The scale.
        scale: ScaleId,
        /// The item.
        item: ItemId,
    },
    /// A weight that is zero, negative or no number.
    #[error("scale `{scale}`, item `{item}`: weight {weight} is not above 0 (a negative direction is the sign `-`)")]
    Weight {
        /// The scale.
        scale: ScaleId,
        /// The item.
        item: ItemId,
        /// The weight given.
        weight: f64,
    },
    /// A composite weight that is zero or no number.
    #[error("scale `{scale}`, component `{component}`: weight {weight} must be a number other than 0")]
    ComponentWeight {
        /// The composite.
        scale: ScaleId,
        /// The component.
        component: ScaleId,
        /// The weight given.
        weight: f64,
    },
    /// A composite of composites.
    #[error("scale `{scale}`: component `{component}` is itself a composite; name the scales it is made of")]
    NestedComposite {
        /// The composite.
        scale: ScaleId,
        /// The component.
        component: ScaleId,
    },
    /// Free text has no score.
    #[error("scale `{scale}` counts item `{item}`, which is free text and has no score")]
    TextItemKeyed {
        /// The scale.
        scale: ScaleId,
        /// The item.
        item: ItemId,
    },
    /// A correct category that the item does not have.
    #[error(
        "scale `{scale}`, item `{item}`: correct category {category} is outside the {n_categories} categories of the item"
    )]
    CorrectCategory {
        /// The scale.
        scale: ScaleId,
        /// The item.
        item: ItemId,
        /// The category given, from 0.
        category: u8,
        /// How many the item has.
        n_categories: u8,
    },
    /// A minimum of answers that cannot be met or asks for none.
    #[error("scale `{scale}`: at least {min_answered} answered items asked for; possible are 1 to {n_items}")]
    MinAnswered {
        /// The scale.
        scale: ScaleId,
        /// The minimum given.
        min_answered: u16,
        /// How many items the scale has.
        n_items: u16,
    },
    /// A missing policy that does not fit the score.
    #[error("scale `{scale}`: missing policy `mean-of-answered` is for scales scored as means; use `prorate`")]
    MeanPolicyOnSum {
        /// The scale.
        scale: ScaleId,
    },
    /// An item that no scale counts.
    #[error("item `{item}` counts on no scale")]
    UnkeyedItem {
        /// The item.
        item: ItemId,
    },
    /// Items that are no forced-choice block.
    #[error(
        "items number {first} to {end} are no block: it takes two items or more that follow each other, all ranked or all most and least"
    )]
    Block {
        /// Place of the first item, from 0.
        first: usize,
        /// Place behind the last item.
        end: usize,
    },
    /// More items on a scale than a tally can hold.
    #[error("scale `{scale}` has {n_items} items; at most 10000 are possible")]
    TooManyItems {
        /// The scale.
        scale: ScaleId,
        /// How many.
        n_items: usize,
    },
}

/// What an instrument is made of, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct InstrumentParts {
    /// Identifier.
    pub id: InstrumentId,
    /// Version.
    pub version: Version,
    /// Items, in the order of administration.
    pub items: Vec<Item>,
    /// Scales, in the order of all outputs.
    pub scales: Vec<Scale>,
}

/// An instrument whose scales and items fit together.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    parts: InstrumentParts,
    pub(super) forced_blocks: Vec<ForcedBlock>,
}

impl Instrument {
    /// Checks the parts and makes an instrument.
    ///
    /// # Errors
    /// All problems found, in the order of scales and items.
    pub fn new(parts: InstrumentParts) -> Result<Self, Vec<ModelError>> {
        let problems = problems_of(&parts);
        if problems.is_empty() { Ok(Self { parts, forced_blocks: Vec::new() }) } else { Err(problems) }
    }

    /// Identifier.
    #[must_use]
    pub fn id(&self) -> &InstrumentId {
        &self.parts.id
    }

    /// Version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.parts.version
    }

    /// Items, in the order of administration.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.parts.items
    }

    /// Scales, in the order of all outputs.
    #[must_use]
    pub fn scales(&self) -> &[Scale] {
        &self.parts.scales
    }

    /// Forced-choice blocks, in the order of administration; see [`Instrument::with_forced_blocks`].
    #[must_use]
    pub fn forced_blocks(&self) -> &[ForcedBlock] {
        &self.forced_blocks
    }

    /// Place of a scale by its id, in any case of letters.
    #[must_use]
    pub fn scale_idx(&self, id: &str) -> Option<usize> {
        self.parts.scales.iter().position(|scale| scale.id.eq_ignore_case(id))
    }

    /// Place of an item by its id, in any case of letters.
    #[must_use]
    pub fn item_idx(&self, id: &str) -> Option<usize> {
        self.parts.items.iter().position(|item| item.id.eq_ignore_case(id))
    }

    /// Number of items that count on a scale (for a composite: on its components).
    #[must_use]
    pub fn n_items_of(&self, scale_idx: usize) -> usize {
        match self.parts.scales.get(scale_idx).map(|scale| &scale.rule) {
            Some(ScoreRule::Composite { components }) => {
                components.iter().map(|(component, _)| self.n_items_of(*component)).sum()
            }
            Some(rule) => rule.item_indices().len(),
            None => 0,
        }
    }

    /// Lowest and highest raw score that a scale can take when all its items are answered, before rounding.
    #[must_use]
    pub fn possible_range(&self, scale_idx: usize) -> Option<(f64, f64)> {
        let scale = self.parts.scales.get(scale_idx)?;
        let range_of = |item_idx: usize| {
            let responses = &self.parts.items[item_idx].responses;
            (responses.lowest(), responses.highest())
        };
        Some(match &scale.rule {
            ScoreRule::Keyed { items, statistic } => {
                let (mut low, mut high, mut weight) = (0.0, 0.0, 0.0);
                for keyed in items {
                    let (lowest, highest) = range_of(keyed.item_idx);
                    low += keyed.weight * lowest;
                    high += keyed.weight * highest;
                    weight += keyed.weight;
                }
                match statistic {
                    Statistic::Sum => (low, high),
                    Statistic::Mean => (low / weight, high / weight),
                }
            }
            ScoreRule::Correct { items } => (0.0, items.len() as f64),
            ScoreRule::Centered { items } => {
                let ranges = items.iter().map(|keyed| range_of(keyed.item_idx));
                let reach = ranges.fold(0.0, |reach: f64, (lowest, highest)| reach.max(highest - lowest));
                (-reach, reach)
            }
            ScoreRule::Composite { components } => {
                let (mut low, mut high) = (0.0, 0.0);
                for (component, weight) in components {
                    let (a, b) = self.possible_range(*component)?;
                    low += (a * weight).min(b * weight);
                    high += (a * weight).max(b * weight);
                }
                (low, high)
            }
        })
    }
}

fn problems_of(parts: &InstrumentParts) -> Vec<ModelError> {
    let mut problems = Vec::new();
    if parts.items.is_empty() {
        problems.push(ModelError::NoItems);
    }
    if parts.scales.is_empty() && parts.items.iter().any(|item| item.responses.n_categories() > 0) {
        problems.push(ModelError::NoScales);
    }
    let mut seen = BTreeMap::new();
    for item in &parts.items {
        if seen.insert(item.id.as_str().to_ascii_lowercase(), ()).is_some() {
            problems.push(ModelError::DuplicateItem { item: item.id.clone() });
        }
    }
    let mut seen = BTreeMap::new();
    for scale in &parts.scales {
        if seen.insert(scale.id.as_str().to_ascii_lowercase(), ()).is_some() {
            problems.push(ModelError::DuplicateScale { scale: scale.id.clone() });
        }
    }
    let mut keyed = vec![false; parts.items.len()];
    for scale in &parts.scales {
        check_scale(parts, scale, &mut keyed, &mut problems);
    }
    if !parts.scales.is_empty() {
        for (item, keyed) in parts.items.iter().zip(keyed) {
            if !keyed && item.responses.kind() != super::ResponseKind::Text {
                problems.push(ModelError::UnkeyedItem { item: item.id.clone() });
            }
        }
    }
    problems
}

fn check_scale(parts: &InstrumentParts, scale: &Scale, keyed: &mut [bool], problems: &mut Vec<ModelError>) {
    if let ScoreRule::Composite { components } = &scale.rule {
        check_components(parts, scale, components, problems);
        return;
    }
    let indices = scale.rule.item_indices();
    if indices.is_empty() {
        problems.push(ModelError::EmptyScale { scale: scale.id.clone() });
    }
    if indices.len() > 10_000 {
        problems.push(ModelError::TooManyItems { scale: scale.id.clone(), n_items: indices.len() });
        return;
    }
    let mut on_scale = vec![false; parts.items.len()];
    for &index in &indices {
        let Some(item) = parts.items.get(index) else {
            let len = parts.items.len();
            problems.push(ModelError::IndexOutOfRange { scale: scale.id.clone(), index, len });
            continue;
        };
        if on_scale[index] {
            problems.push(ModelError::ItemTwiceOnScale { scale: scale.id.clone(), item: item.id.clone() });
        }
        if item.responses.kind() == super::ResponseKind::Text {
            problems.push(ModelError::TextItemKeyed { scale: scale.id.clone(), item: item.id.clone() });
        }
        on_scale[index] = true;
        keyed[index] = true;
    }
    match &scale.rule {
        ScoreRule::Keyed { items, .. } | ScoreRule::Centered { items } => {
            for entry in items.iter().filter(|entry| !(entry.weight > 0.0 && entry.weight.is_finite())) {
                if let Some(item) = parts.items.get(entry.item_idx) {
                    let (scale, item) = (scale.id.clone(), item.id.clone());
                    problems.push(ModelError::Weight { scale, item, weight: entry.weight });
                }
            }
        }
        ScoreRule::Correct { items } => {
            for &(index, category) in items {
                if let Some(item) = parts.items.get(index).filter(|item| category >= item.responses.n_categories()) {
                    let n_categories = item.responses.n_categories();
                    let (scale, item) = (scale.id.clone(), item.id.clone());
                    problems.push(ModelError::CorrectCategory { scale, item, category, n_categories });
                }
            }
        }
        ScoreRule::Composite { .. } => {}
    }
    check_missing(scale, indices.len() as u16, problems);
}

fn check_missing(scale: &Scale, n_items: u16, problems: &mut Vec<ModelError>) {
    let min_answered = scale.missing.min_answered(n_items);
    if n_items > 0 && !(1..=n_items).contains(&min_answered) {
        problems.push(ModelError::MinAnswered { scale: scale.id.clone(), min_answered, n_items });
    }
    let is_mean =
        matches!(scale.rule, ScoreRule::Keyed { statistic: Statistic::Mean, .. } | ScoreRule::Centered { .. });
    if matches!(scale.missing, MissingPolicy::MeanOfAnswered { .. }) && !is_mean {
        problems.push(ModelError::MeanPolicyOnSum { scale: scale.id.clone() });
    }
}

fn check_components(
    parts: &InstrumentParts,
    scale: &Scale,
    components: &[(usize, f64)],
    problems: &mut Vec<ModelError>,
) {
    if components.is_empty() {
        problems.push(ModelError::EmptyScale { scale: scale.id.clone() });
    }
    for &(index, weight) in components {
        let Some(component) = parts.scales.get(index) else {
            let len = parts.scales.len();
            problems.push(ModelError::IndexOutOfRange { scale: scale.id.clone(), index, len });
            continue;
        };
        let (scale, component_id) = (scale.id.clone(), component.id.clone());
        if matches!(component.rule, ScoreRule::Composite { .. }) {
            problems.push(ModelError::NestedComposite { scale, component: component_id });
        } else if weight == 0.0 || !weight.is_finite() {
            problems.push(ModelError::ComponentWeight { scale, component: component_id, weight });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scale::{KeyedItem, Keying, Rounding};
    use super::*;

    fn item(id: &str) -> Item {
        Item { id: ItemId::new(id).unwrap(), responses: ResponseScale::likert(1, 5).unwrap() }
    }

    fn sum_of(id: &str, items: &[usize], weight: f64) -> Scale {
        let items = items.iter().map(|&item_idx| KeyedItem { item_idx, keying: Keying::Forward, weight }).collect();
        Scale {
            id: ScaleId::new(id).unwrap(),
            rule: ScoreRule::Keyed { items, statistic: Statistic::Sum },
            missing: MissingPolicy::Reject,
            rounding: Rounding::None,
            ipsative: false,
        }
    }

    fn parts(items: &[&str], scales: Vec<Scale>) -> InstrumentParts {
        InstrumentParts {
            id: InstrumentId::new("test").unwrap(),
            version: "1.0.0".parse().unwrap(),
            items: items.iter().map(|id| item(id)).collect(),
            scales,
        }
    }

    #[test]
    fn versions_have_three_numbers() {
        assert_eq!("1.20.3".parse::<Version>().unwrap().to_string(), "1.20.3");
        for bad in ["", "1", "1.0", "1.0.0.0", "1.a.0", "-1.0.0", "1.0.70000"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let mut scales = vec![sum_of("S", &[0, 0, 7], 1.0), sum_of("s", &[1], 0.0), sum_of("T", &[], 1.0)];
        scales[1].missing = MissingPolicy::Prorate { min_answered: 2 };
        let problems = Instrument::new(parts(&["a", "b", "A", "d"], scales)).unwrap_err();
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for expected in [
            "item `A` stands twice",
            "scale `s` stands twice",
            "item `a` counts twice on scale `S`",
            "number 7, of 4",
            "weight 0 is not above 0",
            "scale `T` has no items",
            "at least 2 answered items asked for; possible are 1 to 1",
            "item `d` counts on no scale",
        ] {
            assert!(texts.iter().any(|text| text.contains(expected)), "{expected} missing in {texts:#?}");
        }
    }

    #[test]
    fn range_of_a_sum_is_items_times_codes() {
        let instrument = Instrument::new(parts(&["a", "b", "c"], vec![sum_of("S", &[0, 1, 2], 2.0)])).unwrap();
        assert_eq!(instrument.possible_range(0), Some((6.0, 30.0)));
        assert_eq!(instrument.possible_range(1), None);
    }

    #[test]
    fn a_composite_of_composites_is_refused() {
        let mut composite = sum_of("X", &[0], 1.0);
        composite.rule = ScoreRule::Composite { components: vec![(0, 1.0)] };
        let mut nested = composite.clone();
        nested.id = ScaleId::new("Y").unwrap();
        nested.rule = ScoreRule::Composite { components: vec![(1, 1.0), (0, 0.0), (9, 1.0)] };
        let problems = Instrument::new(parts(&["a"], vec![sum_of("S", &[0], 1.0), composite, nested])).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
    }
}
