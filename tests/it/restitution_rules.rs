//! Every sentence of a restitution walks back to its rule, and the rule to the score, for every bundled questionnaire.

use engine::assessment::{IntervalKind, IntervalSettings};
use engine::model::{Answer, ResponseKind};
use instruments::{Administration, Band, Catalog, LoadedInstrument};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use reports::text::Language;
use reports::text::sentence::{OpeningRule, in_brief};
use reports::view::{BandView, Lean, Restitution, Status};
use restitution::{Material, PersonResults};

/// Answers without sense, with a few left out; they reach every part of most scales.
fn answers(instrument: &LoadedInstrument, rng: &mut ChaCha8Rng) -> Vec<Answer> {
    let lean = rng.random_range(0..4_u8);
    let items = instrument.instrument().items().iter();
    items
        .map(|item| {
            if item.responses.kind() == ResponseKind::Text || rng.random_range(0..40) == 0 {
                return Answer::Missing(engine::model::Missing::Skipped);
            }
            if !item.responses.kind().is_categorical() {
                return Answer::Number(rng.random_range(item.responses.lowest()..=item.responses.highest()));
            }
            let n = item.responses.n_categories();
            let any = |rng: &mut ChaCha8Rng| rng.random_range(0..n);
            let category = match lean {
                0 => any(rng).max(any(rng)),
                1 => any(rng).min(any(rng)),
                _ => any(rng),
            };
            Answer::Category(category)
        })
        .collect()
}

fn with_each_restitution(mut check: impl FnMut(&LoadedInstrument, &Material, &Restitution)) {
    let catalog = Catalog::bundled();
    let interval = IntervalSettings::new(IntervalKind::Observed, 0.95).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut n_told = 0;
    for entry in catalog.list() {
        let loaded = catalog.find(&entry.id.to_string()).unwrap();
        let forced = loaded
            .instrument()
            .items()
            .iter()
            .any(|item| matches!(item.responses.kind(), ResponseKind::Rank | ResponseKind::MostLeast));
        if loaded.about().administration == Administration::OtherReport || forced {
            continue;
        }
        for language in [Language::French, Language::English] {
            for _ in 0..12 {
                let answers = answers(&loaded, &mut rng);
                let person = PersonResults::of_answers(&loaded, &answers, None, interval).unwrap();
                let material = Material {
                    instrument: &loaded,
                    norm_id: None,
                    person: &person,
                    occasion: None,
                    person_label: None,
                    language,
                    not_me: &[],
                    simulated: true,
                };
                check(&loaded, &material, &material.restitution().unwrap());
                n_told += 1;
            }
        }
    }
    assert!(n_told > 200, "{n_told}");
}

#[test]
fn sentences_on_scales_are_the_instruments_own_for_the_part_where_the_score_is() {
    let mut n_sentences = 0;
    with_each_restitution(|loaded, material, restitution| {
        let wording = loaded.wording(material.language.code()).unwrap();
        for (scale_idx, scale) in restitution.view().scales.iter().enumerate() {
            let Some(sentence) = &scale.sentence else { continue };
            n_sentences += 1;
            let rule = sentence.rule.as_ref().expect("a sentence without a rule");
            assert_eq!(rule.id, format!("{}.{}", scale.id, rule.band.id()));
            let raw = scale.raw.as_ref().unwrap().value();
            assert!(rule.ground.holds(raw), "{}: {raw} is not where {:?} puts it", scale.id, rule.ground);
            let band = match rule.band {
                BandView::Low => Band::Low,
                BandView::Middle => Band::Middle,
                BandView::High => Band::High,
            };
            match wording.interpretation(scale_idx, band) {
                Some(own) => assert!(sentence.text.ends_with(own), "{}", sentence.text),
                None => assert!(wording.scale(scale_idx).unwrap().low.is_some(), "{}", sentence.text),
            }
            assert!(!rule.words.trim().is_empty() && !sentence.text.contains(&rule.id));
            // A mark of the person finds the sentence by the rule's name.
            let not_me = [rule.id.clone()];
            let marked = Material { not_me: &not_me, ..*material }.restitution().unwrap();
            let of_rule =
                |scale: &&reports::view::ScaleView| scale.sentence.as_ref().is_some_and(|told| told.is_not_me);
            let found: Vec<&str> = marked.view().scales.iter().filter(of_rule).map(|scale| scale.id.as_str()).collect();
            assert_eq!(found, [scale.id.as_str()]);
        }
    });
    assert!(n_sentences > 2000, "{n_sentences}");
}

#[test]
fn opening_sentences_follow_from_what_they_say_they_follow_from() {
    let mut seen = std::collections::BTreeSet::new();
    with_each_restitution(|_, _, restitution| {
        let view = restitution.view();
        for opening in in_brief(restitution) {
            seen.insert(opening.rule.id());
            match opening.rule {
                OpeningRule::Given => panic!("nobody wrote {}", opening.text),
                OpeningRule::Order => assert_eq!(opening.text, view.order.as_ref().unwrap().sentence),
                OpeningRule::OutsideBand => panic!("no norm was asked for"),
                OpeningRule::Leaning => {
                    let own = restitution.own_scales();
                    let leaning = own.iter().map(|&idx| &view.scales[idx]).filter(|scale| scale.lean.is_some());
                    for scale in leaning {
                        assert!(opening.text.contains(&scale.name), "{}: {}", scale.name, opening.text);
                        let end =
                            scale.poles().map(|(low, high)| if scale.lean == Some(Lean::Low) { low } else { high });
                        if let Some(end) = end.filter(|_| scale.parent.is_none()) {
                            assert!(opening.short.contains(end), "{end}: {}", opening.short);
                        }
                    }
                }
                OpeningRule::InPoints => assert_ne!(view.status, Status::OriginalNotStandardized),
                OpeningRule::NotStandardized => assert_eq!(view.status, Status::OriginalNotStandardized),
                OpeningRule::WithoutScore => assert!(view.scales.iter().any(|scale| scale.raw.is_err())),
            }
        }
    });
    assert!(seen.len() >= 5, "{seen:?}");
}

#[test]
fn pages_hold_no_identifier_no_foreign_word_and_no_number_that_is_none() {
    with_each_restitution(|loaded, material, restitution| {
        let page = restitution::html(material).unwrap();
        let body = &page[page.find("<body>").unwrap()..];
        let text: String = body
            .split('<')
            .filter_map(|part| part.split_once('>').map(|(_, text)| text))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(!text.contains("NaN") && !text.contains("inf ") && !text.contains("undefined"), "{}", loaded.id());
        for scale in &restitution.view().scales {
            // Names such as « Calme » may be their own identifiers; a hyphen or an underscore never is.
            let is_raw = scale.id.contains(['_', '-']) && !scale.name.contains(&scale.id);
            assert!(!(is_raw && text.contains(&scale.id)), "{} in a page of {}", scale.id, loaded.id());
            if let Some(rule) = scale.sentence.as_ref().and_then(|sentence| sentence.rule.as_ref()) {
                assert!(!text.contains(&rule.id), "{}", rule.id);
            }
        }
        if material.language == Language::French {
            for english in
                [" the ", " of ", " and ", " your ", " score ", " margin", " rank ", " answers", " people", " with "]
            {
                assert!(!text.contains(english), "`{english}` in a French page of {}", loaded.id());
            }
        }
    });
}
