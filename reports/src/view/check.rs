//! The contradictions a view can have.

use std::collections::BTreeSet;

use super::{Basis, NormKind, RestitutionView, ScaleView, Status};

/// Something in a view that cannot be shown.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ViewProblem {
    /// No scale at all.
    #[error("there are no scales")]
    NoScales,
    /// A text that must not be empty is.
    #[error("{place} is empty")]
    EmptyText {
        /// Which text.
        place: String,
    },
    /// Two scales have one identifier.
    #[error("scales[{scale_idx}].id `{id}` occurs twice")]
    DuplicateId {
        /// Place of the second one.
        scale_idx: usize,
        /// The identifier.
        id: String,
    },
    /// A facet names a domain that does not exist or is itself a facet.
    #[error("scales[{scale_idx}].parent is {parent}, which is not the place of a domain")]
    NoSuchDomain {
        /// Place of the facet.
        scale_idx: usize,
        /// The domain it names.
        parent: usize,
    },
    /// A scale that tells the answers of one that does not exist, or that does not stand by itself.
    #[error("scales[{scale_idx}].beside is {beside}, which is not the place of a scale that stands by itself")]
    NothingBeside {
        /// Place of the scale.
        scale_idx: usize,
        /// The scale it names.
        beside: usize,
    },
    /// More answers than items, or no items.
    #[error("scales[{scale_idx}]: {answered} answered of {n_items} items")]
    AnsweredOfItems {
        /// Place of the scale.
        scale_idx: usize,
        /// Answered.
        answered: u32,
        /// Items.
        n_items: u32,
    },
    /// A raw score outside its range.
    #[error("raw score {value} does not lie in {lowest} to {highest}")]
    RawOutOfRange {
        /// The score.
        value: f64,
        /// Lowest possible.
        lowest: f64,
        /// Highest possible.
        highest: f64,
    },
    /// A number that is none.
    #[error("{what} is {value}, not a finite number")]
    NotFinite {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A percentile rank outside 0 to 100.
    #[error("percentile rank {value} does not lie in 0 to 100")]
    RankOutOfRange {
        /// The rank.
        value: f64,
    },
    /// An interval whose ends are in the wrong order or no numbers.
    #[error("interval from {lower} to {upper} is not in order")]
    IntervalReversed {
        /// Lower end.
        lower: f64,
        /// Upper end.
        upper: f64,
    },
    /// A standard score without a raw score.
    #[error("scales[{scale_idx}] has a standard score but no raw score")]
    StandardWithoutRaw {
        /// Place of the scale.
        scale_idx: usize,
    },
    /// An interval around nothing.
    #[error("scales[{scale_idx}] has an interval but no score")]
    IntervalWithoutScore {
        /// Place of the scale.
        scale_idx: usize,
    },
    /// A reliability outside 0 to 1.
    #[error("scales[{scale_idx}]: reliability {value} does not lie in 0 to 1")]
    ReliabilityOutOfRange {
        /// Place of the scale.
        scale_idx: usize,
        /// The coefficient.
        value: f64,
    },
    /// An interval level that is not between 0 and 1.
    #[error("level {value} does not lie between 0 and 1")]
    LevelOutOfRange {
        /// The level.
        value: f64,
    },
    /// A circle of fewer than three scales, with a repeated scale or one that does not exist.
    #[error("circle names scales that do not exist, one twice, or fewer than three")]
    Circle,
    /// An order with a repeated scale, an empty group, a scale that does not exist, or a group of one or two settled in part.
    #[error(
        "order.groups names scales that do not exist, one twice, or an empty group, or order.partly_settled names no group of three or more"
    )]
    Order,
    /// Standard scores without the card of their norm.
    #[error("there are standard scores but no norm card")]
    NoNormCard,
    /// The inventory is called standardized, and there is no norm card.
    #[error("status says standardized, and there is no norm card")]
    StandardizedWithoutNorm,
    /// A number that is none, or outside its range.
    #[error("{place} is {value}, which does not lie in {lowest} to {highest}")]
    OutOfRange {
        /// Which number.
        place: String,
        /// Its value.
        value: f64,
        /// Lowest possible.
        lowest: f64,
        /// Highest possible.
        highest: f64,
    },
    /// A range whose ends are no numbers or in the wrong order.
    #[error("{place} goes from {lowest} to {highest}, which is not in order")]
    RangeReversed {
        /// Which range.
        place: String,
        /// Lowest.
        lowest: f64,
        /// Highest.
        highest: f64,
    },
    /// A scale whose groups are not those of the first scale, in their order.
    #[error("scales[{scale_idx}].groups are {found}, and those of the first scale are {expected}")]
    OtherGroups {
        /// Place of the scale.
        scale_idx: usize,
        /// Labels of the scale.
        found: String,
        /// Labels of the first scale.
        expected: String,
    },
    /// Two groups have one label.
    #[error("{place} `{label}` occurs twice")]
    DuplicateLabel {
        /// Place of the second one.
        place: String,
        /// The label.
        label: String,
    },
    /// No group at all.
    #[error("there are no groups")]
    NoGroups,
    /// A figure that needs another one which is not there.
    #[error("{place} is given, and {without} is not")]
    Without {
        /// The figure.
        place: String,
        /// What it needs.
        without: &'static str,
    },
    /// A difference that is not second − first, or whose sign contradicts what is said of it.
    #[error("{place} is {value}, which contradicts {with}")]
    DifferenceContradicts {
        /// Which difference.
        place: String,
        /// Its value.
        value: f64,
        /// What it contradicts.
        with: &'static str,
    },
    /// The norm is simulated, and the view does not say so.
    #[error("the norm is simulated, and the view is not marked as simulated")]
    SimulatedNotSaid,
    /// Preferences are announced, and there is none.
    #[error("preferences names no preference")]
    NoPreferences,
    /// A preference names a scale that does not exist, does not stand by itself, or has one already.
    #[error(
        "preferences[{preference_idx}].scale is {scale}, which is not the place of a scale that stands by itself and has no other preference"
    )]
    PreferenceScale {
        /// Place of the preference.
        preference_idx: usize,
        /// The scale it names.
        scale: usize,
    },
    /// A borderline zone without width, or one that reaches an end of its scale.
    #[error("preferences[{preference_idx}]: a zone of {half_width} around {middle} does not lie within the scale")]
    PreferenceZone {
        /// Place of the preference.
        preference_idx: usize,
        /// Middle of the zone, in raw points.
        middle: f64,
        /// Half its width, in raw points.
        half_width: f64,
    },
    /// Percentiles that are no numbers, or of which one is smaller than the one before it.
    #[error("percentiles {places:?} do not rise")]
    SpreadNotInOrder {
        /// The percentiles.
        places: [f64; 5],
    },
    /// A distribution without bins, curve or quartiles, or with some that leave the axis, overlap or hold nobody.
    #[error("shape has nothing to draw, leaves the axis, or is not in rising order")]
    NoShape,
    /// Something that lies outside the axis.
    #[error("{what} is {value}, outside the axis")]
    OutsideAxis {
        /// What lies there.
        what: &'static str,
        /// Where.
        value: f64,
    },
    /// A threshold that would tell of too few people.
    #[error("min_cell is {value}, and the least is {least}")]
    MinCell {
        /// The threshold.
        value: u64,
        /// The least allowed.
        least: u64,
    },
    /// Parts of a group without a word for what parts them, or the word without the parts.
    #[error("parted_by goes with subgroups: give both or neither")]
    PartedBy,
    /// The parts of a group hold more people than the group.
    #[error("the subgroups hold {in_parts} people, and the group {whole}")]
    SubgroupsOverlap {
        /// People in the parts.
        in_parts: u64,
        /// People in the group.
        whole: u64,
    },
    /// A part of a group without figures on a scale, or without the counts that the group has.
    #[error("scales[{scale_idx}]: a subgroup lacks figures that the group has")]
    FiguresMissing {
        /// Place of the scale.
        scale_idx: usize,
    },
    /// Counts that do not add up: more scores than people, a band that does not hold them all, figures of nobody.
    #[error("scales[{scale_idx}]: {n} scores of {n_people} people, or counts in the band, do not add up")]
    GroupCounts {
        /// Place of the scale.
        scale_idx: usize,
        /// Scores.
        n: u64,
        /// People.
        n_people: u64,
    },
    /// Figures that are no numbers or lie outside the scale.
    #[error("scales[{scale_idx}]: figures are no numbers, or lie outside the scale")]
    GroupFigures {
        /// Place of the scale.
        scale_idx: usize,
    },
}

/// Every contradiction of a view.
pub(super) fn problems(view: &RestitutionView) -> Vec<ViewProblem> {
    let mut problems = Vec::new();
    let texts = [("title", &view.title), ("instrument_label", &view.instrument_label)];
    problems
        .extend(texts.into_iter().filter(|(_, text)| text.trim().is_empty()).map(|(place, _)| empty(place.to_owned())));
    if view.scales.is_empty() {
        problems.push(ViewProblem::NoScales);
    }
    if !(view.level > 0.0 && view.level < 1.0) {
        problems.push(ViewProblem::LevelOutOfRange { value: view.level });
    }
    let mut ids = BTreeSet::new();
    for (scale_idx, scale) in view.scales.iter().enumerate() {
        if !ids.insert(scale.id.as_str()) {
            problems.push(ViewProblem::DuplicateId { scale_idx, id: scale.id.clone() });
        }
        check_scale(view, scale_idx, scale, &mut problems);
    }
    let distinct = |places: &[usize]| {
        let known: BTreeSet<_> = places.iter().filter(|idx| **idx < view.scales.len()).collect();
        known.len() == places.len()
    };
    if view.circle.as_ref().is_some_and(|circle| circle.len() < 3 || !distinct(circle)) {
        problems.push(ViewProblem::Circle);
    }
    if let Some(order) = &view.order
        && (order.groups.iter().any(Vec::is_empty)
            || !distinct(&order.groups.concat())
            || order.partly_settled.iter().any(|group| order.groups.get(*group).is_none_or(|scales| scales.len() < 3)))
    {
        problems.push(ViewProblem::Order);
    }
    if view.norm.is_none() && view.scales.iter().any(|scale| scale.standard_score().is_some()) {
        problems.push(ViewProblem::NoNormCard);
    }
    if view.norm.is_none() && view.status == Status::Standardized {
        problems.push(ViewProblem::StandardizedWithoutNorm);
    }
    if !view.simulated && view.norm.as_ref().is_some_and(|norm| norm.kind == NormKind::Simulated) {
        problems.push(ViewProblem::SimulatedNotSaid);
    }
    if let Some(value) = view.norm.as_ref().and_then(|norm| norm.mean_standard_error).filter(|value| !value.is_finite())
    {
        problems.push(ViewProblem::NotFinite { what: "standard error of the norm mean", value });
    }
    problems.extend(super::preference::problems(view));
    problems
}

pub(super) fn empty(place: String) -> ViewProblem {
    ViewProblem::EmptyText { place }
}

/// A number that is none, or that lies outside its range by more than the last bits of a calculation.
pub(super) fn outside(place: String, value: f64, (lowest, highest): (f64, f64)) -> Option<ViewProblem> {
    let slack = (highest - lowest).abs() * 1e-9;
    let inside = value.is_finite() && value >= lowest - slack && value <= highest + slack;
    (!inside).then_some(ViewProblem::OutOfRange { place, value, lowest, highest })
}

fn check_scale(view: &RestitutionView, scale_idx: usize, scale: &ScaleView, problems: &mut Vec<ViewProblem>) {
    if scale.name.trim().is_empty() {
        problems.push(empty(format!("scales[{scale_idx}].name")));
    }
    if let Some(parent) = scale.parent
        && view.scales.get(parent).is_none_or(|domain| domain.parent.is_some())
    {
        problems.push(ViewProblem::NoSuchDomain { scale_idx, parent });
    }
    if let Some(beside) = scale.beside
        && view.scales.get(beside).is_none_or(|other| other.beside.is_some())
    {
        problems.push(ViewProblem::NothingBeside { scale_idx, beside });
    }
    if scale.answered > scale.n_items || scale.n_items == 0 {
        let (answered, n_items) = (scale.answered, scale.n_items);
        problems.push(ViewProblem::AnsweredOfItems { scale_idx, answered, n_items });
    }
    if scale.raw.is_err() && scale.standard_score().is_some() {
        problems.push(ViewProblem::StandardWithoutRaw { scale_idx });
    }
    let Ok(uncertainty) = &scale.uncertainty else { return };
    if scale.raw.is_err() || (uncertainty.t.is_some() && scale.standard_score().is_none()) {
        problems.push(ViewProblem::IntervalWithoutScore { scale_idx });
    }
    if let Basis::Reliability { value, .. } = uncertainty.basis
        && !(0.0..=1.0).contains(&value)
    {
        problems.push(ViewProblem::ReliabilityOutOfRange { scale_idx, value });
    }
    if let Some(ranks) = uncertainty.ranks
        && (ranks.lower() < 0.0 || ranks.upper() > 100.0)
    {
        let value = if ranks.lower() < 0.0 { ranks.lower() } else { ranks.upper() };
        problems.push(ViewProblem::RankOutOfRange { value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use crate::view::{Restitution, sample};

    #[test]
    fn samples_are_sound() {
        for language in [Language::French, Language::English] {
            for view in sample::all(language) {
                assert_eq!(problems(&view), []);
            }
        }
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let mut view = sample::five_scales(Language::English);
        view.norm = None;
        view.scales[1].id = view.scales[0].id.clone();
        view.scales[2].parent = Some(99);
        view.scales[0].answered = 99;
        view.circle = Some(vec![0, 0, 1]);
        let Err(crate::Error::View(found)) = Restitution::new(view) else { panic!("accepted") };
        assert_eq!(found.len(), 6, "{found:?}");
    }
}
