use std::collections::BTreeSet;

use engine::agreement::FeedbackError;
use engine::model::Answer;
use instruments::LoadedInstrument;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

use super::*;
use crate::error::Error;
use crate::test_material::{bundled, changed_tiny, coded, tiny};

/// Points above the lowest, after keying, of Calm and Drive.
type Points = [i64; 6];

/// Answers that come out as these points: the second and the last item are turned.
fn answers(points: Points) -> Vec<Answer> {
    let [a, b, c, d, e, f] = points;
    coded(1, &[1 + a, 5 - b, 1 + c, 1 + d, 1 + e, 5 - f])
}

fn rater(id: usize, group: RaterGroup, points: Points) -> Rater {
    let id = format!("{}-{id}", group.id());
    Rater { id, group, agreed_to_be_named: false, answers: answers(points), comments: Vec::new() }
}

fn group(group: RaterGroup, points: &[Points]) -> Vec<Rater> {
    points.iter().enumerate().map(|(id, points)| rater(id, group, *points)).collect()
}

fn design(instrument: &LoadedInstrument) -> FeedbackDesign<'_> {
    let parts = DesignParts {
        own: instrument,
        raters: instrument,
        groups: GroupDesign::usual(),
        questions: vec!["What could change?".to_owned()],
        language: Language::English,
    };
    FeedbackDesign::new(parts).unwrap()
}

fn released(own: Option<Points>, raters: Vec<Rater>) -> Feedback360 {
    let (tiny, own) = (tiny(), own.map(answers));
    design(&tiny).release(own.as_deref(), raters, &mut ChaCha12Rng::seed_from_u64(1)).unwrap()
}

fn figures(found: &Feedback360, scale_idx: usize, group: RaterGroup) -> Option<&GroupFigures> {
    found.scales[scale_idx].groups.iter().find(|shown| shown.group == group).unwrap().figures.shown()
}

fn size(found: &Feedback360, group: RaterGroup) -> Option<usize> {
    found.groups.iter().find(|shown| shown.group == group).unwrap().raters.shown().map(|size| size.n_raters)
}

const MIDDLE: Points = [2; 6];
/// Calm 4, 6, 8 and Drive 8, 6, 5 above the lowest, of 12.
const THREE: [Points; 3] = [[1, 1, 2, 2, 3, 3], [2, 2, 2, 2, 2, 2], [3, 3, 2, 1, 2, 2]];
/// Calm 6, 6, 7, 5, 7; every item spread out.
const FIVE: [Points; 5] =
    [[1, 2, 3, 1, 2, 3], [2, 3, 1, 2, 3, 1], [3, 2, 2, 3, 2, 2], [1, 1, 3, 1, 1, 3], [3, 3, 1, 3, 3, 1]];

#[test]
fn three_peers_are_shown_with_their_mean_alone() {
    let found = released(Some(MIDDLE), group(RaterGroup::Peers, &THREE));
    assert_eq!(size(&found, RaterGroup::Peers), Some(3));
    // Calm: (4 + 6 + 8)/3 = 6 points above the lowest on three items: 2 above 1. The person: the same.
    let calm = figures(&found, 0, RaterGroup::Peers).unwrap();
    assert_eq!((calm.n_raters, calm.mean, calm.spread, &calm.items), (3, 3.0, None, &None));
    // SD 2, alpha 0.75: 1 point of the sum, a third of an item.
    let own = found.scales[0].own.unwrap();
    assert_eq!(own.mean, 3.0);
    assert!((own.standard_error.unwrap() - 1.0 / 3.0).abs() < 1e-15);
    let gap = calm.gap.as_ref().unwrap();
    assert_eq!((gap.difference, gap.lower, gap.upper), (0.0, None, None));
    assert!(gap.sentence.contains("not known"), "{}", gap.sentence);
    // Drive: (8 + 6 + 5)/3/3 + 1.
    assert_eq!(figures(&found, 1, RaterGroup::Peers).unwrap().mean, 3.11);
    assert_eq!(found.scales.iter().map(|scale| scale.id.as_str()).collect::<Vec<_>>(), ["Calm", "Drive"]);
}

#[test]
fn groups_below_three_are_withheld_and_enter_no_total() {
    let mut raters = group(RaterGroup::Peers, &THREE);
    raters.extend(group(RaterGroup::Reports, &THREE[..2]));
    let found = released(None, raters);
    assert_eq!((size(&found, RaterGroup::Reports), size(&found, RaterGroup::Others)), (None, None));
    assert_eq!(figures(&found, 0, RaterGroup::Reports), None);
    assert_eq!(figures(&found, 0, RaterGroup::All).unwrap().n_raters, 3);
    assert_eq!(found.scales[0].own, None);
    assert_eq!(figures(&found, 0, RaterGroup::Peers).unwrap().gap, None);
}

#[test]
fn what_is_withheld_has_the_same_words_whatever_the_reason() {
    // Two reports: too few. Three peers near an end: they would tell. Nobody among the others.
    let mut raters = group(RaterGroup::Reports, &THREE[..2]);
    raters.extend(group(RaterGroup::Peers, &[[4, 4, 4, 1, 1, 2], [4, 4, 3, 2, 2, 2], [4, 4, 4, 3, 3, 2]]));
    let found = released(Some(MIDDLE), raters);
    assert_eq!(figures(&found, 0, RaterGroup::Peers), None);
    assert!(figures(&found, 1, RaterGroup::Peers).is_some());
    let json = serde_json::to_value(&found).unwrap();
    let mut sentences = BTreeSet::new();
    collect(&json, &mut sentences);
    assert_eq!(sentences.len(), 1, "{sentences:?}");
    // Whoever reads the result finds nothing in a withheld place but that sentence.
    let withheld = &json["scales"][0]["groups"][1]["figures"];
    assert_eq!(withheld.as_object().unwrap().len(), 2, "{withheld}");
}

fn collect(value: &serde_json::Value, sentences: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            if map.get("state").is_some_and(|state| state == "withheld") {
                sentences.insert(map["sentence"].to_string());
            }
            map.values().for_each(|value| collect(value, sentences));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| collect(value, sentences)),
        _ => {}
    }
}

#[test]
fn a_single_superior_is_shown_only_when_named_and_agreed() {
    let alone = rater(0, RaterGroup::Superiors, [1, 2, 3, 1, 2, 3]);
    let found = released(Some(MIDDLE), vec![alone.clone()]);
    assert_eq!((size(&found, RaterGroup::Superiors), figures(&found, 0, RaterGroup::Superiors)), (None, None));
    let found = released(Some(MIDDLE), vec![Rater { agreed_to_be_named: true, ..alone.clone() }]);
    let calm = figures(&found, 0, RaterGroup::Superiors).unwrap();
    assert_eq!((calm.mean, calm.spread, &calm.items), (3.0, None, &None));
    // Two superiors are a group like any other, even when both agreed.
    let two = [0, 1].map(|id| Rater { agreed_to_be_named: true, ..rater(id, RaterGroup::Superiors, THREE[id]) });
    assert_eq!(size(&released(None, two.to_vec()), RaterGroup::Superiors), None);
    // Nobody else can agree to it.
    let tiny = tiny();
    let peer = Rater { agreed_to_be_named: true, ..rater(0, RaterGroup::Peers, MIDDLE) };
    let refused = design(&tiny).release(None, vec![peer], &mut ChaCha12Rng::seed_from_u64(1));
    let Err(Error::Rater { rater_idx: 0, problem: FeedbackError::NamedOutsideSuperiors { .. } }) = refused else {
        panic!("{refused:?}")
    };
}

#[test]
fn five_peers_have_spread_items_and_an_interval_of_the_gap() {
    let found = released(Some(MIDDLE), group(RaterGroup::Peers, &FIVE));
    let calm = figures(&found, 0, RaterGroup::Peers).unwrap();
    // 31/5/3 + 1; deviations of the sums −0.2, −0.2, 0.8, −1.2, 0.8: √(2.8/4)/3; (0.2 + 0.2 + 0.8 + 1.2 + 0.8)/5/3.
    assert_eq!((calm.n_raters, calm.mean), (5, 3.07));
    let spread = calm.spread.unwrap();
    assert_eq!((spread.sd, spread.ad_mean), (0.28, 0.21));
    // 3 − 3.07; SE √(1/9 + 0.28²/5) = 0.3561, some 262 degrees of freedom: −0.07 ± 1.969·0.3561.
    let gap = calm.gap.as_ref().unwrap();
    assert_eq!((gap.difference, gap.lower, gap.upper), (-0.07, Some(-0.77), Some(0.63)));
    assert!(gap.sentence.contains("within the margin"));
    // The second item is turned: 2, 3, 2, 1, 3 above the lowest after keying are 3, 2, 3, 4, 2 as answered.
    let items = &calm.items.as_ref().unwrap().items;
    assert_eq!((items[0].mean, items[1].mean), (3.0, 2.8));
    assert_eq!(items[1].text.as_deref(), Some("I get restless when I have to wait."));
}

#[test]
fn no_item_and_no_answer_is_in_the_result_below_five_raters() {
    let tiny = tiny();
    let texts: Vec<&str> = (0..6).filter_map(|item| tiny.wording("en").unwrap().item(item)).collect();
    assert_eq!(texts.len(), 6);
    for n in 0..=4 {
        let peers = [THREE[0], THREE[1], THREE[2], [2, 1, 3, 3, 1, 2]];
        let found = released(Some([0, 4, 0, 4, 0, 4]), group(RaterGroup::Peers, &peers[..n]));
        let json = serde_json::to_string(&found).unwrap();
        assert!(
            found.scales.iter().all(|s| s.groups.iter().all(|g| g.figures.shown().is_none_or(|f| f.items.is_none())))
        );
        assert!(!texts.iter().any(|text| json.contains(text)) && !json.contains("peers-"), "{json}");
        // The person's own answers are not in it either, only the means.
        assert_eq!(found.scales[0].own.map(|own| own.mean), Some(2.33));
        assert!(!json.contains("answers\":"), "{json}");
    }
}

#[test]
fn profiles_are_compared_only_over_three_scales_or_more() {
    let found = released(Some(MIDDLE), group(RaterGroup::Peers, &THREE));
    assert!(found.profiles.is_empty());
    // Facets of a large inventory: 30 scales of four items.
    let neo = bundled("ipip-neo-120");
    let parts = DesignParts {
        own: &neo,
        raters: &neo,
        groups: GroupDesign::usual(),
        questions: Vec::new(),
        language: Language::French,
    };
    let design = FeedbackDesign::new(parts).unwrap();
    let person = |shift: i64| coded(1, &(0..120).map(|item| 2 + (item / 3 + shift) % 3).collect::<Vec<i64>>());
    let rater = |id: i64| Rater {
        id: id.to_string(),
        group: RaterGroup::Others,
        agreed_to_be_named: false,
        answers: person(id),
        comments: Vec::new(),
    };
    let found =
        design.release(Some(&person(0)), (0..3).map(rater).collect(), &mut ChaCha12Rng::seed_from_u64(1)).unwrap();
    assert_eq!(found.scales.len(), 30);
    let [others, all] = &found.profiles[..] else { panic!("{:?}", found.profiles) };
    assert_eq!((others.group, all.group), (RaterGroup::Others, RaterGroup::All));
    assert_eq!((others.n_scales, others.r, others.mean_absolute_gap), (all.n_scales, all.r, all.mean_absolute_gap));
}

#[test]
fn raters_may_answer_another_form_with_the_same_scales() {
    let tiny = tiny();
    let form = changed_tiny("tiny-others", "text.en.csv", |text| text.replace("I take time", "She takes time"));
    let parts = |own, raters| DesignParts {
        own,
        raters,
        groups: GroupDesign::usual(),
        questions: Vec::new(),
        language: Language::English,
    };
    let design = FeedbackDesign::new(parts(&tiny, &form)).unwrap();
    let own = answers(MIDDLE);
    let found =
        design.release(Some(&own), group(RaterGroup::Peers, &FIVE), &mut ChaCha12Rng::seed_from_u64(1)).unwrap();
    assert_eq!((found.instrument_id.as_str(), found.own_instrument_id.as_str()), ("tiny-others", "tiny"));
    let json = serde_json::to_string(&found).unwrap();
    assert!(json.contains("She takes time") && !json.contains("I take time"));
    // A form without these scales.
    let stranger = bundled("interests-60");
    let Err(Error::Design(problems)) = FeedbackDesign::new(parts(&stranger, &tiny)) else { panic!("accepted") };
    assert!(matches!(&problems[..], [DesignProblem::ScaleMissing { .. }, DesignProblem::ScaleMissing { .. }]));
}

#[test]
fn a_design_names_all_its_problems() {
    let tiny = tiny();
    let group = |group, minimum| GroupDesign { group, minimum };
    let parts = DesignParts {
        own: &tiny,
        raters: &tiny,
        groups: vec![group(RaterGroup::All, 3), group(RaterGroup::Peers, 2), group(RaterGroup::Peers, 3)],
        questions: Vec::new(),
        language: Language::English,
    };
    let Err(Error::Design(problems)) = FeedbackDesign::new(parts) else { panic!("accepted") };
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn answers_that_do_not_fit_are_not_taken() {
    let tiny = tiny();
    let release =
        |own: Option<&[Answer]>, raters| design(&tiny).release(own, raters, &mut ChaCha12Rng::seed_from_u64(1));
    let short = Rater { answers: answers(MIDDLE)[..5].to_vec(), ..rater(0, RaterGroup::Peers, MIDDLE) };
    assert!(matches!(release(None, vec![short]), Err(Error::AnswersOfItems { given: 5, expected: 6, .. })));
    assert!(matches!(release(Some(&[]), Vec::new()), Err(Error::AnswersOfItems { given: 0, .. })));
    let twice = vec![rater(0, RaterGroup::Peers, MIDDLE), rater(0, RaterGroup::Peers, MIDDLE)];
    let refused = release(None, twice);
    assert!(matches!(refused, Err(Error::Rater { rater_idx: 1, problem: FeedbackError::RaterTwice { .. } })));
    let mut beyond = rater(0, RaterGroup::Peers, MIDDLE);
    beyond.answers[0] = Answer::Category(5);
    assert!(matches!(release(None, vec![beyond]), Err(Error::Rater { problem: FeedbackError::OutOfRange { .. }, .. })));
}

#[test]
fn comments_are_shown_with_their_question_and_without_their_writers() {
    let mut raters = group(RaterGroup::Peers, &THREE);
    for (rater, text) in raters.iter_mut().zip(["a", "b", "c"]) {
        rater.comments.push(RaterComment { question_idx: 0, text: format!("comment {text}") });
    }
    let found = released(None, raters);
    let [question] = &found.comments[..] else { panic!("{:?}", found.comments) };
    let [block] = &question.blocks[..] else { panic!("{question:?}") };
    assert_eq!((question.question.as_str(), block.group), ("What could change?", Some(RaterGroup::Peers)));
    let mut texts = block.texts.clone();
    texts.sort();
    assert_eq!(texts, ["comment a", "comment b", "comment c"]);
}

#[test]
fn a_stored_release_reads_back_the_same() {
    let found = released(Some(MIDDLE), group(RaterGroup::Peers, &FIVE));
    for bytes in [rmp_serde::to_vec(&found).unwrap(), rmp_serde::to_vec_named(&found).unwrap()] {
        assert_eq!(rmp_serde::from_slice::<Feedback360>(&bytes).unwrap(), found);
    }
}
