use engine::assessment::{IntervalKind, IntervalSettings};
use engine::model::ScoreRule;
use instruments::LoadedInstrument;

use super::*;
use crate::test_material::{bundled, coded, material, observed, scored, tiny, young_woman};
use crate::{Error, PersonResults};

/// Answers to the interests with these sums on R, I, A, S, E and C: half of the ten items one point above the other half.
fn interests(instrument: &LoadedInstrument, sums: [i64; 6]) -> Vec<engine::model::Answer> {
    let mut codes = [0; 60];
    for (letter, sum) in ["R", "I", "A", "S", "E", "C"].into_iter().zip(sums) {
        let scale = &instrument.instrument().scales()[instrument.instrument().scale_idx(letter).unwrap()];
        let ScoreRule::Keyed { items, .. } = &scale.rule else { panic!("{letter}") };
        for (at, item) in items.iter().enumerate() {
            codes[item.item_idx] = (sum - 5) / 10 + at as i64 % 2;
        }
    }
    coded(1, &codes)
}

fn profile_of(instrument: &LoadedInstrument, answers: &[engine::model::Answer]) -> Profile {
    let person = PersonResults::of_answers(instrument, answers, None, observed()).unwrap();
    profile(&material(instrument, &person, None), Some(answers), &ResponseTime::Total { seconds: 300.0 }).unwrap()
}

#[test]
fn the_code_says_no_more_than_the_errors_allow() {
    let instrument = bundled("interests-60");
    // Ten items, five of them a point higher: SE 10·√(2.5/90) = 5/3 on every scale; told apart above 1.96·√2·5/3 = 4.62.
    let found = profile_of(&instrument, &interests(&instrument, [15, 25, 35, 45, 35, 15]));
    let Some(Interests::Known(code)) = &found.interests else { panic!("{:?}", found.interests) };
    assert_eq!((code.code.as_str(), code.established, code.n_possible_codes), ("S(AE)", false, 2));
    assert_eq!((code.by_scores.as_str(), code.tied), ("SAE", true));
    assert_eq!((code.consistency, code.differentiation), (None, 30.0));
    let letters: Vec<String> = code.groups.iter().map(|group| group.iter().map(|l| l.letter).collect()).collect();
    assert_eq!(letters, ["S", "AE", "I", "RC"]);
    assert_eq!(code.on_the_norm, None);
    assert!(code.sentence.contains("comes before the other families"), "{}", code.sentence);
    // Fifteen pairs; A and E, R and C are level.
    assert_eq!((found.pairs.unit, found.pairs.pairs.len(), found.pairs.n_compared), (PairUnit::Raw, 15, 15));
    assert_eq!(found.pairs.expected_false_alarms, 0.75);
    let level = |pair: &&Pair| matches!(pair.outcome, PairOutcome::Level { .. });
    let places: Vec<(usize, usize)> = found.pairs.pairs.iter().filter(level).map(|p| (p.first, p.second)).collect();
    assert_eq!(places, [(0, 5), (2, 4)]);
    let PairOutcome::Distinguishable { difference, standard_error } = found.pairs.pairs[0].outcome else { panic!() };
    assert_eq!(difference, -10.0);
    assert!((standard_error - 2.0_f64.sqrt() * 5.0 / 3.0).abs() < 1e-12);
    assert!(found.pairs.pairs[0].sentence.starts_with("Investigative exceeds"), "{}", found.pairs.pairs[0].sentence);
}

#[test]
fn without_all_six_scores_there_is_no_code() {
    let instrument = bundled("interests-60");
    let mut answers = interests(&instrument, [15, 25, 35, 45, 35, 15]);
    let ScoreRule::Keyed { items, .. } = &instrument.instrument().scales()[0].rule else { panic!() };
    for item in items {
        answers[item.item_idx] = engine::model::Answer::Missing(engine::model::Missing::Skipped);
    }
    let found = profile_of(&instrument, &answers);
    assert!(matches!(found.interests, Some(Interests::Unknown { reason: NotRanked::NoScore, .. })));
    assert!(found.scales[0].no_raw.is_some() && found.scales[0].raw.is_none() && found.scales[0].no_error.is_some());
    assert_eq!(found.pairs.n_compared, 10);
}

#[test]
fn a_normed_profile_has_metrics_card_and_pairs_in_t_points() {
    let tiny = tiny();
    let codes = [5, 1, 4, 4, 4, 3];
    let person = scored(&tiny, &codes, Some(young_woman()));
    let found = profile(&material(&tiny, &person, Some("invented")), None, &ResponseTime::Unknown).unwrap();
    // Calm 14 on mean 9, SD 2: z 2.5, T 75, sten 10, stanine 9; SEM 1 raw point, 5 T points.
    let calm = &found.scales[0];
    let standard = calm.standard.unwrap();
    assert_eq!((standard.z, standard.t, standard.sten, standard.stanine), (2.5, 75.0, Some(10.0), Some(9.0)));
    assert_eq!(standard.rank_source, RankSource::NormalApproximation);
    let error = calm.error.as_ref().unwrap();
    assert_eq!((error.standard_error, error.t_standard_error, error.reliability), (1.0, Some(5.0), Some(0.75)));
    assert_eq!(error.coefficient.as_deref(), Some("Cronbach’s alpha"));
    assert!(found.norm_card.iter().any(|fact| fact.description.contains("Invented values")));
    assert!(found.scales[3].no_standard.is_some(), "the norm does not cover the balance");
    // Drive 11 on 10 and 2.5: T 54; within the person 3·√((2/3)/6) = 1 point, 4 T points. 21 against 1.96·√41 = 12.6.
    let [parts, wholes] = &found.pairs.pairs[..] else { panic!("{:?}", found.pairs) };
    assert_eq!((found.pairs.unit, parts.first, parts.second), (PairUnit::T, 0, 1));
    let PairOutcome::Distinguishable { difference, standard_error } = parts.outcome else { panic!("{parts:?}") };
    assert!((difference - 21.0).abs() < 1e-12 && (standard_error - 41.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!(wholes.outcome, PairOutcome::NotCompared { reason: NotRanked::NoScore });
    assert!(found.interests.is_none() && found.quality.is_none());
}

#[test]
fn scales_are_told_apart_by_the_error_of_measurement_whatever_the_interval() {
    let markers = bundled("ipip-markers-50");
    let answers = coded(1, &(0..50).map(|item| 1 + item % 5).collect::<Vec<i64>>());
    let error_of = |kind| {
        let interval = IntervalSettings::new(kind, 0.95).unwrap();
        let mut person = PersonResults::of_answers(&markers, &answers, None, interval).unwrap();
        let known = &markers.reliability(0)[0];
        if kind == IntervalKind::True {
            // No norm mean is known here: what an interval around the true score would carry, SD·√(r(1 − r)).
            let plain = IntervalSettings::new(IntervalKind::Observed, 0.95).unwrap();
            person = PersonResults::of_answers(&markers, &answers, None, plain).unwrap();
            person.interval = interval;
            person.results[0].uncertainty.as_mut().unwrap().raw.standard_error *= known.value.sqrt();
        }
        material(&markers, &person, None).raw_with_error(0).unwrap().standard_error()
    };
    assert!((error_of(IntervalKind::True) - error_of(IntervalKind::Observed)).abs() < 1e-12);
}

#[test]
fn the_quality_panel_has_values_and_reasons() {
    let instrument = bundled("interests-60");
    let answers = interests(&instrument, [15, 25, 35, 45, 35, 15]);
    let quality = profile_of(&instrument, &answers).quality.unwrap();
    assert_eq!((quality.n_answered, quality.reference), (60, None));
    let entry = |id: &str| quality.indices.iter().find(|entry| entry.id == id).unwrap();
    assert_eq!(entry("seconds_per_item").value, Some(5.0));
    assert!(entry("longstring").value.is_some() && entry("longstring").reason.is_none());
    let mahalanobis = entry("mahalanobis");
    assert!(mahalanobis.value.is_none() && mahalanobis.reason.as_ref().unwrap().contains("no reference group"));
    assert!(quality.indices.iter().all(|entry| entry.id != "ht"), "for right/wrong items only");
    let person = PersonResults::of_answers(&instrument, &answers, None, observed()).unwrap();
    let short = profile(&material(&instrument, &person, None), Some(&answers[1..]), &ResponseTime::Unknown);
    assert!(matches!(short, Err(Error::AnswersOfItems { given: 59, expected: 60, .. })));
}

#[test]
fn a_stored_profile_reads_back_the_same() {
    let instrument = bundled("interests-60");
    let found = profile_of(&instrument, &interests(&instrument, [15, 25, 35, 45, 35, 15]));
    for bytes in [rmp_serde::to_vec(&found).unwrap(), rmp_serde::to_vec_named(&found).unwrap()] {
        assert_eq!(rmp_serde::from_slice::<Profile>(&bytes).unwrap(), found);
    }
}
