use engine::norms::StratumRule;

use super::*;
use crate::clock::Timestamp;
use crate::questionnaire::fixtures::loaded;

fn a_row() -> Vec<Answer> {
    (0..6).map(|item_idx| Answer::Category([4, 1, 3, 2, 2, 0][item_idx])).collect()
}

fn a_result() -> ResultDocument {
    let person = PersonFacts { sex: Some(Sex::Male), age: AgeFact::Known(Age::new(40).unwrap()) };
    let request = ScoreRequest {
        norm: Some(NormChoice { id: "invented", rule: StratumRule::BySex, person }),
        interval: IntervalSettings::new(IntervalKind::Observed, 0.9).unwrap(),
        simulated: SimulatedNorms::Refused,
        circumstances: Circumstances {
            language: Some("en".to_owned()),
            supervision: Supervision::Open,
            accommodations: Vec::new(),
            seconds: None,
            completed_at: Timestamp::from_millis(1_800_000_000_000),
        },
    };
    score_row(&loaded("tiny"), &a_row(), &request).unwrap()
}

#[test]
fn the_same_answers_give_the_same_bits() {
    // As it comes out of the store.
    let stored: ResultDocument = rmp_serde::from_slice(&rmp_serde::to_vec(&a_result()).unwrap()).unwrap();
    let found = recompute_and_compare(&stored, &loaded("tiny"), &a_row()).unwrap();
    assert_eq!(
        found,
        Verification { same_versions: true, identical: true, versions: Vec::new(), differences: Vec::new() }
    );
}

#[test]
fn another_engine_is_named_with_what_it_scores_otherwise() {
    let mut stored = a_result();
    stored.engine = "bilan 0.0.1".to_owned();
    let same = recompute_and_compare(&stored, &loaded("tiny"), &a_row()).unwrap();
    assert!(!same.same_versions && same.identical);
    let now = stored.scales[1].norm.unwrap().t;
    if let Some(norm) = &mut stored.scales[1].norm {
        norm.t = Some(49.5);
    }
    let found = recompute_and_compare(&stored, &loaded("tiny"), &a_row()).unwrap();
    assert_eq!(found.versions[0].part, "engine");
    assert_eq!((found.versions[0].stored.as_str(), found.identical), ("bilan 0.0.1", false));
    let expected = ScaleDifference { scale: "Drive".to_owned(), what: "t".to_owned(), stored: Some(49.5), now };
    assert_eq!(found.differences, [expected]);
}

#[test]
fn a_difference_in_the_last_bit_is_found() {
    let mut stored = a_result();
    let raw = stored.scales[0].raw.unwrap();
    stored.scales[0].raw = Some(f64::from_bits(raw.to_bits() + 1));
    let found = recompute_and_compare(&stored, &loaded("tiny"), &a_row()).unwrap();
    assert!(found.same_versions && !found.identical);
    assert_eq!((found.differences.len(), found.differences[0].what.as_str()), (1, "raw"));
}

#[test]
fn changed_content_and_words_are_found() {
    let mut stored = a_result();
    stored.instrument.content = "0".repeat(64);
    if let Some(norm) = &mut stored.norm {
        norm.content = "1".repeat(64);
    }
    stored.scales[2].rounding = "half-up".to_owned();
    let found = recompute_and_compare(&stored, &loaded("tiny"), &a_row()).unwrap();
    let parts: Vec<&str> = found.versions.iter().map(|version| version.part.as_str()).collect();
    assert_eq!(parts, ["instrument content", "norm content"]);
    assert_eq!((found.differences.len(), found.differences[0].what.as_str()), (1, "words"));
}

#[test]
fn other_answers_give_other_scores() {
    let mut row = a_row();
    row[0] = Answer::Category(0);
    let found = recompute_and_compare(&a_result(), &loaded("tiny"), &row).unwrap();
    assert!(!found.identical);
    assert!(found.differences.iter().any(|difference| difference.scale == "Calm" && difference.what == "raw"));
}

#[test]
fn another_instrument_or_a_forged_document_is_refused() {
    let error = recompute_and_compare(&a_result(), &loaded("likert-12"), &a_row()).unwrap_err();
    assert!(error.to_string().contains("tiny@1.0.0"), "{error}");
    let mut stored = a_result();
    stored.interval.level = 2.0;
    let error = recompute_and_compare(&stored, &loaded("tiny"), &a_row()).unwrap_err();
    assert_eq!(error, VerificationError::Unreadable { what: "a level of intervals" });
}
