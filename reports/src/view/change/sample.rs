//! Invented pairs of dates for documentation, tests and the sample drawings. Nobody gave these answers.

use super::{ChangeOutcome, ChangeUnit, ChangeView, DatedScoreView, ScaleChangeView};
use crate::text::Language;
use crate::text::comparison::{Direction, NoChange, change, false_alarms, norm_of_the_first_date, not_compared};
use crate::view::{Interval, NormCardView, NormKind, ProvenanceView, sample};

/// All samples in one language.
#[must_use]
pub fn all(language: Language) -> Vec<ChangeView> {
    vec![
        five_scales(language),
        raw_points(language),
        two_scales(language),
        thirty_five_scales(language),
        long_names(language),
    ]
}

/// Five scales in T: a reliable change in each direction, one score missing on the earlier date.
#[must_use]
pub fn five_scales(language: Language) -> ChangeView {
    let names = language.pick(
        "Élan vers les autres|Attention aux autres|Constance|Sensibilité aux tensions|Curiosité",
        "Drive towards others|Care for others|Constancy|Sensitivity to tension|Curiosity",
    );
    let scores = [(41.0, 46.0), (58.0, 57.0), (64.0, 67.0), (65.0, 52.0), (50.0, 61.0)];
    let scales = names.split('|').zip(scores).enumerate().map(|(idx, (name, (first, second)))| {
        scale(language, idx, name, (first, second, 6.0), (ChangeUnit::TScore, 9.0))
    });
    let mut scales: Vec<ScaleChangeView> = scales.collect();
    if let Some(scale) = scales.get_mut(2) {
        without_first(language, scale);
    }
    frame(language, ChangeUnit::TScore, scales)
}

/// Six scales in raw points of ranges that differ; scores at both ends; no margin known for the last one.
#[must_use]
pub fn raw_points(language: Language) -> ChangeView {
    let names = sample::interests(language).scales;
    let scores = [(13.0, 20.0), (29.0, 27.0), (0.0, 4.0), (31.0, 31.0), (40.0, 22.0), (8.0, 11.0)];
    let scales = names.into_iter().zip(scores).enumerate().map(|(idx, (named, (first, second)))| {
        scale(language, idx, &named.name, (first, second, 4.5), (ChangeUnit::RawPoints, 6.5))
    });
    let mut scales: Vec<ScaleChangeView> = scales.collect();
    if let Some(scale) = scales.last_mut() {
        scale.range = Some((0.0, 32.0));
        for date in [&mut scale.first, &mut scale.second].into_iter().flatten() {
            date.interval = None;
        }
        scale.outcome = ChangeOutcome::NotCompared;
        scale.difference = None;
        scale.sentence = not_compared(language, &scale.name, NoChange::NoMargin);
    }
    frame(language, ChangeUnit::RawPoints, scales)
}

/// The smallest comparison: two scales in points of one range, beyond the margin and equal.
#[must_use]
pub fn two_scales(language: Language) -> ChangeView {
    let mut view = raw_points(language);
    view.scales.swap(1, 3);
    view.scales.truncate(2);
    view
}

/// Five domains of six facets each in T; scores missing and beyond the frame.
#[must_use]
pub fn thirty_five_scales(language: Language) -> ChangeView {
    let named = sample::thirty_five_scales(language).scales;
    let scales = named.into_iter().enumerate().map(|(idx, named)| {
        let first = named.standard_score().map_or(50.0, crate::view::StandardView::t);
        let shift = match idx % 7 {
            2 => 15.0,
            5 => -14.5,
            _ => f64::from(u32::try_from(idx * 5 % 11).unwrap_or_default()) - 5.0,
        };
        let half = if named.parent.is_some() { 8.0 } else { 5.5 };
        let scores = (first, first + shift, half);
        let scale = scale(language, idx, &named.name, scores, (ChangeUnit::TScore, half * 1.4));
        ScaleChangeView { parent: named.parent, ..scale }
    });
    let mut scales: Vec<ScaleChangeView> = scales.collect();
    if let Some(scale) = scales.get_mut(25) {
        without_first(language, scale);
    }
    if let Some(scale) = scales.get_mut(16) {
        let mut beyond = self::scale(language, 16, &scale.name, (70.0, 88.0, 8.0), (ChangeUnit::TScore, 11.0));
        beyond.parent = scale.parent;
        *scale = beyond;
    }
    let mut view = frame(language, ChangeUnit::TScore, scales);
    view.simulated = true;
    view.norm = view.norm.map(|norm| NormCardView { kind: NormKind::Simulated, ..norm });
    view
}

/// Six scales with names as long as they come, dates in long words, no score on either date for the first one.
#[must_use]
pub fn long_names(language: Language) -> ChangeView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let named = sample::long_names(language).scales;
    let scores = [(50.0, 50.0), (14.0, 12.0), (79.0, 95.0), (55.0, 38.0), (20.0, 80.0), (61.0, 61.0)];
    let scales = named.into_iter().zip(scores).enumerate().map(|(idx, (named, (first, second)))| {
        scale(language, idx, &named.name, (first, second, 7.0), (ChangeUnit::TScore, 10.0))
    });
    let mut scales: Vec<ScaleChangeView> = scales.collect();
    if let Some(scale) = scales.first_mut() {
        without_first(language, scale);
        scale.second = Err(word("pas de note : 3\u{a0}réponses sur\u{a0}10", "no score: 3 answers out of 10"));
        scale.sentence = not_compared(language, &scale.name, NoChange::NoScore);
    }
    let mut view = frame(language, ChangeUnit::TScore, scales);
    view.first_date = word("mars 2025, avant la formation", "March 2025, before the training course");
    view.second_date = word("novembre 2026, après la formation", "November 2026, after the training course");
    view
}

fn scale(
    language: Language,
    idx: usize,
    name: &str,
    (first, second, half): (f64, f64, f64),
    (unit, margin): (ChangeUnit, f64),
) -> ScaleChangeView {
    let difference = second - first;
    let (outcome, direction) = if difference > margin {
        (ChangeOutcome::Increase, Direction::Increase)
    } else if difference < -margin {
        (ChangeOutcome::Decrease, Direction::Decrease)
    } else {
        (ChangeOutcome::WithinMargin, Direction::Level)
    };
    let dated = |score: f64| Ok(DatedScoreView { score, interval: Interval::new(score - half, score + half).ok() });
    ScaleChangeView {
        id: format!("s{idx}"),
        name: name.to_owned(),
        parent: None,
        range: (unit == ChangeUnit::RawPoints).then_some((0.0, 40.0)),
        first: dated(first),
        second: dated(second),
        outcome,
        difference: Some(difference),
        sentence: change(language, name, direction, difference, 0),
    }
}

fn without_first(language: Language, scale: &mut ScaleChangeView) {
    scale.first =
        Err(language.pick("pas de note : 2\u{a0}réponses sur\u{a0}4", "no score: 2 answers out of 4").to_owned());
    scale.outcome = ChangeOutcome::NotCompared;
    scale.difference = None;
    scale.sentence = not_compared(language, &scale.name, NoChange::NoFirstScore);
}

fn frame(language: Language, unit: ChangeUnit, scales: Vec<ScaleChangeView>) -> ChangeView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    let compared = scales.iter().filter(|scale| scale.outcome != ChangeOutcome::NotCompared);
    let n_compared = compared.count();
    let expected = 0.05 * f64::from(u32::try_from(n_compared).unwrap_or(u32::MAX));
    let norm = (unit == ChangeUnit::TScore).then(|| sample::norm(language));
    let mut notes: Vec<String> = norm.iter().map(|norm| norm_of_the_first_date(language, &norm.title)).collect();
    notes.push(false_alarms(language, n_compared, expected));
    ChangeView {
        language,
        title: word("Vos réponses à deux dates", "Your answers on two dates"),
        instrument_label: word("Inventaire Rives", "Rives inventory"),
        person_label: Some("Camille Durand".to_owned()),
        simulated: false,
        first_date: word("mars 2025", "March 2025"),
        second_date: word("novembre 2026", "November 2026"),
        level: 0.95,
        unit,
        norm_title: norm.as_ref().map(|norm| norm.title.clone()),
        norm,
        scales,
        notes,
        provenance: ProvenanceView {
            instrument_id: "sample".to_owned(),
            instrument_version: "1.0.0".to_owned(),
            norm_id: None,
            engine_version: "0.1.0".to_owned(),
        },
    }
}
