//! The contradictions that feedback can have.

use std::collections::BTreeSet;

use super::{FeedbackScaleView, FeedbackView, GroupMeanView, Shown};
use crate::view::ViewProblem;
use crate::view::check::{empty, outside};

/// Every contradiction of a view.
pub(super) fn problems(view: &FeedbackView) -> Vec<ViewProblem> {
    let mut found = Vec::new();
    let mut text = |place: String, text: &str| {
        if text.trim().is_empty() {
            found.push(empty(place));
        }
    };
    text("title".to_owned(), &view.title);
    text("instrument_label".to_owned(), &view.instrument_label);
    if let Some((low, high)) = &view.ends {
        text("ends.0".to_owned(), low);
        text("ends.1".to_owned(), high);
    }
    for (idx, note) in view.notes.iter().enumerate() {
        text(format!("notes[{idx}]"), note);
    }
    for (idx, group) in view.groups.iter().enumerate() {
        text(format!("groups[{idx}].label"), &group.label);
        if let Shown::Withheld { sentence } = &group.n_raters {
            text(format!("groups[{idx}].n_raters.sentence"), sentence);
        }
    }
    for (idx, asked) in view.comments.iter().enumerate() {
        text(format!("comments[{idx}].question"), &asked.question);
        for (block_idx, block) in asked.blocks.iter().enumerate() {
            let place = format!("comments[{idx}].blocks[{block_idx}]");
            text(format!("{place}.group"), block.group.as_deref().unwrap_or("mixed"));
            text(format!("{place}.texts"), block.texts.first().map_or("", |first| first));
            for (text_idx, written) in block.texts.iter().enumerate().skip(1) {
                text(format!("{place}.texts[{text_idx}]"), written);
            }
        }
    }
    if !(view.level > 0.0 && view.level < 1.0) {
        found.push(ViewProblem::LevelOutOfRange { value: view.level });
    }
    if view.groups.is_empty() {
        found.push(ViewProblem::NoGroups);
    }
    if view.scales.is_empty() {
        found.push(ViewProblem::NoScales);
    }
    twice("groups", view.groups.iter().map(|group| group.label.as_str()), &mut found);
    let expected: Vec<&str> = view.scales.first().map(labels).unwrap_or_default();
    twice("scales[0].groups", expected.iter().copied(), &mut found);
    let mut ids = BTreeSet::new();
    for (scale_idx, scale) in view.scales.iter().enumerate() {
        if !ids.insert(scale.id.as_str()) {
            found.push(ViewProblem::DuplicateId { scale_idx, id: scale.id.clone() });
        }
        let own = labels(scale);
        if own != expected {
            let (own, expected) = (own.join(", "), expected.join(", "));
            found.push(ViewProblem::OtherGroups { scale_idx, found: own, expected });
        }
        check_scale(scale_idx, scale, &mut found);
    }
    found
}

fn labels(scale: &FeedbackScaleView) -> Vec<&str> {
    scale.groups.iter().map(|group| group.label.as_str()).collect()
}

fn twice<'a>(place: &str, labels: impl Iterator<Item = &'a str>, found: &mut Vec<ViewProblem>) {
    let mut known = BTreeSet::new();
    for (idx, label) in labels.enumerate() {
        if !known.insert(label) {
            let place = format!("{place}[{idx}].label");
            found.push(ViewProblem::DuplicateLabel { place, label: label.to_owned() });
        }
    }
}

fn check_scale(scale_idx: usize, scale: &FeedbackScaleView, found: &mut Vec<ViewProblem>) {
    let place = format!("scales[{scale_idx}]");
    if scale.name.trim().is_empty() {
        found.push(empty(format!("{place}.name")));
    }
    if scale.groups.is_empty() {
        found.push(ViewProblem::NoGroups);
    }
    let range = (scale.lowest, scale.highest);
    if !(range.0.is_finite() && range.1.is_finite() && range.0 < range.1) {
        found.push(ViewProblem::RangeReversed { place, lowest: range.0, highest: range.1 });
        return;
    }
    if let Some(own) = scale.own {
        found.extend(outside(format!("{place}.own.mean"), own.mean, range));
    }
    for (idx, group) in scale.groups.iter().enumerate() {
        let place = format!("{place}.groups[{idx}]");
        if group.label.trim().is_empty() {
            found.push(empty(format!("{place}.label")));
        }
        match &group.figures {
            Shown::Shown(figures) => check_figures(&place, scale, figures, found),
            Shown::Withheld { sentence } if sentence.trim().is_empty() => {
                found.push(empty(format!("{place}.figures.sentence")));
            }
            Shown::Withheld { .. } => {}
        }
    }
}

fn check_figures(place: &str, scale: &FeedbackScaleView, figures: &GroupMeanView, found: &mut Vec<ViewProblem>) {
    let (lowest, highest) = (scale.lowest, scale.highest);
    let span = highest - lowest;
    found.extend(outside(format!("{place}.mean"), figures.mean, (lowest, highest)));
    if figures.n_raters == 0 {
        let (value, lowest, highest) = (0.0, 1.0, f64::from(u32::MAX));
        found.push(ViewProblem::OutOfRange { place: format!("{place}.n_raters"), value, lowest, highest });
    }
    found.extend(figures.sd.and_then(|sd| outside(format!("{place}.sd"), sd, (0.0, span))));
    let Some(gap) = &figures.gap else { return };
    let place = format!("{place}.gap");
    if gap.sentence.trim().is_empty() {
        found.push(empty(format!("{place}.sentence")));
    }
    found.extend(outside(format!("{place}.difference"), gap.difference, (-span, span)));
    match scale.own {
        None => found.push(ViewProblem::Without { place, without: "the person's own mean" }),
        // Each number may have been rounded on its own.
        Some(own) if (own.mean - figures.mean - gap.difference).abs() > ROUNDING => {
            let (place, value, with) = (format!("{place}.difference"), gap.difference, "own mean − group mean");
            found.push(ViewProblem::DifferenceContradicts { place, value, with });
        }
        Some(_) => {}
    }
}

/// How far a difference may lie from that of two means which were rounded on their own, in points of an item.
const ROUNDING: f64 = 0.16;

#[cfg(test)]
mod tests {
    use super::super::{Feedback, OwnMeanView, sample};
    use super::*;
    use crate::text::Language;

    #[test]
    fn samples_are_sound() {
        for language in [Language::French, Language::English] {
            for view in sample::all(language) {
                assert_eq!(problems(&view), []);
            }
        }
    }

    #[test]
    fn all_problems_are_reported_at_once_with_place_and_value() {
        let mut view = sample::five_scales(Language::English);
        view.title = " ".to_owned();
        view.level = 1.0;
        view.scales[1].id = view.scales[0].id.clone();
        view.scales[0].own = Some(OwnMeanView { mean: 7.5, interval: None });
        view.scales[2].groups.pop();
        view.scales[3].lowest = f64::NAN;
        view.groups[1].label = view.groups[0].label.clone();
        let Err(crate::Error::View(found)) = Feedback::new(view) else { panic!("accepted") };
        let text = crate::Error::View(found.clone()).to_string();
        for expected in [
            "title is empty",
            "level 1 ",
            "scales[1].id",
            "scales[0].own.mean is 7.5",
            "scales[0].groups[1].gap.difference is",
            "scales[2].groups are",
            "scales[3] goes from NaN",
            "groups[1].label",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn a_gap_needs_an_own_mean() {
        let mut view = sample::five_scales(Language::French);
        view.scales[0].own = None;
        let found = problems(&view);
        assert!(!found.is_empty());
        assert!(found.iter().all(|problem| matches!(problem, ViewProblem::Without { .. })), "{found:?}");
    }
}
