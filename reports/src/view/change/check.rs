//! The contradictions that two dates can have.

use std::collections::BTreeSet;

use super::{ChangeOutcome, ChangeUnit, ChangeView, ScaleChangeView};
use crate::view::check::{empty, outside};
use crate::view::{NormKind, ViewProblem};

/// How far a difference may lie from that of two scores which were rounded on their own.
const ROUNDING: f64 = 0.16;

/// Every contradiction of a view.
pub(super) fn problems(view: &ChangeView) -> Vec<ViewProblem> {
    let mut found = Vec::new();
    let mut text = |place: String, text: &str| {
        if text.trim().is_empty() {
            found.push(empty(place));
        }
    };
    text("title".to_owned(), &view.title);
    text("instrument_label".to_owned(), &view.instrument_label);
    text("first_date".to_owned(), &view.first_date);
    text("second_date".to_owned(), &view.second_date);
    for (idx, note) in view.notes.iter().enumerate() {
        text(format!("notes[{idx}]"), note);
    }
    if let Some(title) = &view.norm_title {
        text("norm_title".to_owned(), title);
    }
    if view.first_date == view.second_date {
        let (place, label) = ("second_date".to_owned(), view.second_date.clone());
        found.push(ViewProblem::DuplicateLabel { place, label });
    }
    if !(view.level > 0.0 && view.level < 1.0) {
        found.push(ViewProblem::LevelOutOfRange { value: view.level });
    }
    if view.scales.is_empty() {
        found.push(ViewProblem::NoScales);
    }
    if view.unit == ChangeUnit::TScore && view.norm.is_none() && view.norm_title.is_none() {
        found.push(ViewProblem::NoNormCard);
    }
    if !view.simulated && view.norm.as_ref().is_some_and(|norm| norm.kind == NormKind::Simulated) {
        found.push(ViewProblem::SimulatedNotSaid);
    }
    let mut ids = BTreeSet::new();
    for (scale_idx, scale) in view.scales.iter().enumerate() {
        if !ids.insert(scale.id.as_str()) {
            found.push(ViewProblem::DuplicateId { scale_idx, id: scale.id.clone() });
        }
        if let Some(parent) = scale.parent
            && view.scales.get(parent).is_none_or(|domain| domain.parent.is_some())
        {
            found.push(ViewProblem::NoSuchDomain { scale_idx, parent });
        }
        check_scale(view.unit, scale_idx, scale, &mut found);
    }
    found
}

fn check_scale(unit: ChangeUnit, scale_idx: usize, scale: &ScaleChangeView, found: &mut Vec<ViewProblem>) {
    let place = |field: &str| format!("scales[{scale_idx}].{field}");
    for (field, text) in [("name", &scale.name), ("sentence", &scale.sentence)] {
        if text.trim().is_empty() {
            found.push(empty(place(field)));
        }
    }
    let range = match (scale.range, unit) {
        (Some((lowest, highest)), _) if !(lowest.is_finite() && highest.is_finite() && lowest < highest) => {
            found.push(ViewProblem::RangeReversed { place: place("range"), lowest, highest });
            return;
        }
        (Some(range), ChangeUnit::RawPoints) => Some(range),
        (None, ChangeUnit::RawPoints) => {
            found.push(ViewProblem::Without { place: place("first"), without: "a range of raw points" });
            None
        }
        (_, ChangeUnit::TScore) => None,
    };
    for (field, date) in [("first", &scale.first), ("second", &scale.second)] {
        match date {
            Ok(date) => {
                let range = range.unwrap_or((f64::MIN, f64::MAX));
                found.extend(outside(place(&format!("{field}.score")), date.score, range));
            }
            Err(reason) if reason.trim().is_empty() => found.push(empty(place(field))),
            Err(_) => {}
        }
    }
    let Some(difference) = scale.difference else { return };
    let contradicts = |with| ViewProblem::DifferenceContradicts { place: place("difference"), value: difference, with };
    match (&scale.first, &scale.second) {
        (Ok(first), Ok(second)) => {
            let exact = second.score - first.score;
            if !difference.is_finite() || (exact - difference).abs() > ROUNDING {
                found.push(contradicts("second − first"));
            }
        }
        _ => found.push(ViewProblem::Without { place: place("difference"), without: "a score on both dates" }),
    }
    let against = scale.outcome == ChangeOutcome::Increase && difference < 0.0
        || scale.outcome == ChangeOutcome::Decrease && difference > 0.0;
    if against {
        found.push(contradicts("the outcome"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Change, sample};
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
        (view.norm, view.norm_title) = (None, None);
        view.second_date = view.first_date.clone();
        view.scales[1].id = view.scales[0].id.clone();
        view.scales[2].parent = Some(99);
        view.scales[0].difference = Some(-40.0);
        view.scales[3].second = Err(" ".to_owned());
        let Err(error) = Change::new(view) else { panic!("accepted") };
        let text = error.to_string();
        for expected in [
            "no norm card",
            "second_date",
            "scales[1].id",
            "scales[2].parent is 99",
            "scales[0].difference is -40",
            "scales[3].second is empty",
            "scales[3].difference is given",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn raw_points_need_a_range_that_holds_them() {
        let mut view = sample::raw_points(Language::French);
        view.scales[0].range = None;
        view.scales[1].range = Some((0.0, 1.0));
        let text = Change::new(view).unwrap_err().to_string();
        assert!(text.contains("scales[0].first is given") && text.contains("scales[1].first.score is"), "{text}");
    }
}
