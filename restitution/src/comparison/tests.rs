use super::*;
use crate::test_material::{changed_tiny, coded, observed, scored, tiny, young_woman};

const BEFORE: [i64; 6] = [3, 3, 3, 3, 4, 3];
const AFTER: [i64; 6] = [5, 1, 4, 4, 4, 3];

fn figures(scale: &ScaleChange) -> &ChangeFigures {
    match &scale.change {
        ChangeOutcome::Compared(figures) => figures,
        ChangeOutcome::NotCompared { reason } => panic!("{}: {reason:?}", scale.id),
    }
}

fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12, "{got} is not {expected}");
}

fn compared(instrument: &LoadedInstrument, before: &[i64], after: &[i64]) -> Comparison {
    let (first, second) = (scored(instrument, before, None), scored(instrument, after, None));
    let dates = [&first, &second].map(|person| Occasion { instrument, person });
    compare(dates[0], dates[1], None, Language::English).unwrap()
}

#[test]
fn changes_worked_by_hand() {
    let tiny = tiny();
    let first = scored(&tiny, &BEFORE, Some(young_woman()));
    let second = scored(&tiny, &AFTER, None);
    let dates = [&first, &second].map(|person| Occasion { instrument: &tiny, person });
    let found = compare(dates[0], dates[1], Some("invented"), Language::French).unwrap();
    let [calm, drive, all, balance] = &found.scales[..] else { panic!("{found:?}") };
    // Calm: 3 + 3 + 3 = 9, then 5 + 5 + 4 = 14; alpha 0.75, SD 2: 2·√(2·0.25) = √2; T 50, then 50 + 10·5/2.
    let change = figures(calm);
    close(change.standard_error, 2.0_f64.sqrt());
    close(change.reliable_change, 5.0 / 2.0_f64.sqrt());
    close(change.lower, 5.0 - 1.96 * 2.0_f64.sqrt());
    assert_eq!((change.difference, change.class), (5.0, ChangeClass::Increase));
    assert_eq!((calm.first.t, calm.second.t), (Some(50.0), Some(75.0)));
    assert_eq!(calm.parent, Some(2));
    let ChangeBasis::InternalConsistency { coefficient, value, sd, .. } = &change.basis else { panic!("{change:?}") };
    assert_eq!((coefficient.as_str(), *value, *sd), ("alpha", 0.75, 2.0));
    assert!(calm.sentence.contains("5\u{a0}points, au-delà"), "{}", calm.sentence);
    // Drive: 3 4 3, then 4 4 3; both Σ(x − x̄)² = 2/3, so 3·√((2/3)/6) = 1 on each date: 1/√2.
    let change = figures(drive);
    close(change.standard_error, 2.0_f64.sqrt());
    close(change.reliable_change, 1.0 / 2.0_f64.sqrt());
    assert_eq!((change.class, &change.basis), (ChangeClass::NoReliableChange, &ChangeBasis::WithinPerson));
    // All: sums 19 and 25; 6·√((61 − 19²/6)/30) = 1 and 6·√((107 − 25²/6)/30) = √3.4: 6/√4.4.
    close(figures(all).reliable_change, 6.0 / 4.4_f64.sqrt());
    assert_eq!(balance.change, ChangeOutcome::NotCompared { reason: NoChange::NoMargin });
    assert_eq!((found.n_compared, found.level), (3, 0.95));
    close(found.expected_false_alarms, 0.15);
    let notes = found.notes.join("\n");
    assert!(notes.contains("norme de la première date") && notes.contains("cohérence interne"), "{notes}");
    assert!(notes.contains("dispersion") && !notes.contains("d’après la fidélité test-retest"), "{notes}");
}

#[test]
fn a_retest_reliability_goes_before_internal_consistency() {
    let retested = changed_tiny("retested", "reliability.csv", |text| text + "Calm,retest,0.92,all,5.0,90,invented\n");
    let found = compared(&retested, &BEFORE, &AFTER);
    // 5·√(2·0.08) = 2.
    let change = figures(&found.scales[0]);
    assert!(matches!(&change.basis, ChangeBasis::Retest { value, .. } if *value == 0.92), "{change:?}");
    close(change.reliable_change, 2.5);
    assert!(found.notes.iter().any(|note| note.contains("retest reliability: Calm")));
}

#[test]
fn a_scale_without_a_score_on_one_date_is_not_compared() {
    let reason = |before: &[i64], after: &[i64]| compared(&tiny(), before, after).scales[0].change.clone();
    let blank = [0, 0, 3, 3, 4, 3];
    assert_eq!(reason(&blank, &AFTER), ChangeOutcome::NotCompared { reason: NoChange::NoFirstScore });
    assert_eq!(reason(&BEFORE, &blank), ChangeOutcome::NotCompared { reason: NoChange::NoSecondScore });
    assert_eq!(reason(&blank, &blank), ChangeOutcome::NotCompared { reason: NoChange::NoScore });
    let found = compared(&tiny(), &BEFORE, &blank);
    assert!(found.scales[0].sentence.contains("no score on the second date"));
    assert_eq!((found.scales[0].second.raw, found.scales[0].second.answered), (None, 1));
}

#[test]
fn other_versions_and_other_keys_are_refused() {
    let refusal = |other: &LoadedInstrument, same: &LoadedInstrument| {
        let (first, second) = (scored(same, &BEFORE, None), scored(other, &AFTER, None));
        let first = Occasion { instrument: same, person: &first };
        match compare(first, Occasion { instrument: other, person: &second }, None, Language::French) {
            Err(Error::NotComparable(reason)) => reason,
            other => panic!("{other:?}"),
        }
    };
    let same = changed_tiny("copy", "", |text| text);
    let newer = changed_tiny("copy", "instrument.toml", |text| text.replace("1.0.0", "1.1.0"));
    let found = refusal(&newer, &same);
    assert!(
        matches!(&found, NotComparable::OtherVersion { first, second, .. } if first == "1.0.0" && second == "1.1.0")
    );
    assert!(found.sentence(Language::French).contains("changé de version"));
    let turned = changed_tiny("copy", "keys.csv", |text| text.replace("Calm,i2,-,", "Calm,i2,+,"));
    assert!(matches!(refusal(&turned, &same), NotComparable::OtherContent { .. }));
    assert!(matches!(refusal(&tiny(), &same), NotComparable::OtherInstrument { .. }));
}

#[test]
fn results_of_another_instrument_are_refused() {
    let (tiny, other) = (tiny(), crate::test_material::bundled("interests-60"));
    let answers = coded(0, &[1; 60]);
    let stray = PersonResults::of_answers(&other, &answers, None, observed()).unwrap();
    let date = Occasion { instrument: &tiny, person: &stray };
    assert!(matches!(
        compare(date, date, None, Language::French),
        Err(Error::OtherInstrument { given: 6, expected: 4, .. })
    ));
}

#[test]
fn a_stored_comparison_reads_back_the_same() {
    let found = compared(&tiny(), &BEFORE, &AFTER);
    for bytes in [rmp_serde::to_vec(&found).unwrap(), rmp_serde::to_vec_named(&found).unwrap()] {
        assert_eq!(rmp_serde::from_slice::<Comparison>(&bytes).unwrap(), found);
    }
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["scales"][0]["change"]["outcome"], "compared");
    assert_eq!(json["scales"][1]["change"]["basis"]["kind"], "within_person");
}
