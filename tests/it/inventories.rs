//! Our own inventories: complete in both languages, balanced, every sentence once, short and plain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::model::{Keying, ResponseKind, ScoreRule};
use instruments::{Band, Catalog, Evidence, LoadedInstrument};

/// A short form says its long form's sentences, and the entourage form has the items of the self form.
const SHORT_FORMS: [(&str, &str); 2] = [("interests-30", "interests-60"), ("personality-30", "personality-120")];
const LANGUAGES: [&str; 2] = ["fr", "en"];

/// Those whose wording is ours.
pub fn inventories() -> Vec<Arc<LoadedInstrument>> {
    let catalog = Catalog::bundled();
    let own = catalog.list().into_iter().filter(|entry| entry.evidence == Evidence::OriginalNotStandardized);
    own.map(|entry| catalog.find(entry.id.as_str()).unwrap()).collect()
}

fn find(id: &str) -> Arc<LoadedInstrument> {
    Catalog::bundled().find(id).unwrap()
}

/// Every item with its place: instrument, language, item, text; free questions apart.
fn items(loaded: &LoadedInstrument, language: &str) -> Vec<(String, String)> {
    let wording = loaded.wording(language).unwrap();
    let items = loaded.instrument().items().iter().enumerate();
    let answered = items.filter(|(_, item)| item.responses.kind() != ResponseKind::Text);
    let text = |idx: usize| wording.item(idx).unwrap().to_owned();
    answered.map(|(idx, item)| (format!("{} {language} {}", loaded.id(), item.id), text(idx))).collect()
}

fn normalized(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect::<String>().to_lowercase()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '’').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

#[test]
fn the_battery_is_there() {
    let ids: BTreeSet<String> = inventories().iter().map(|loaded| loaded.id().to_string()).collect();
    let expected = [
        "career-drivers",
        "follow-up",
        "interests-30",
        "interests-60",
        "motivations",
        "personality-120",
        "personality-30",
        "preferences-40",
        "satisfaction",
        "soft-skills-other",
        "soft-skills-self",
        "work-values",
        "work-values-likert",
    ];
    assert_eq!(ids, expected.map(str::to_owned).into());
}

#[test]
fn everything_is_said_in_both_languages() {
    for loaded in inventories() {
        assert!(loaded.is_locked(), "{}", loaded.id());
        for language in LANGUAGES {
            let place = format!("{} {language}", loaded.id());
            let wording = loaded.wording(language).unwrap_or_else(|| panic!("{place}"));
            assert!(wording.can_be_given() && wording.description().is_some() && wording.instruction().is_some());
            for idx in 0..loaded.instrument().items().len() {
                assert!(wording.item(idx).is_some(), "{place}: item {idx}");
                let scale = loaded.response_scale_of(idx).unwrap_or_default();
                let item = &loaded.instrument().items()[idx];
                if item.responses.kind() == ResponseKind::Likert {
                    let labels = wording.options(scale).len();
                    assert_eq!(labels, usize::from(item.responses.n_categories()), "{place}: {scale}");
                }
            }
            for (idx, scale) in loaded.instrument().scales().iter().enumerate() {
                let words = wording.scale(idx).unwrap();
                assert!(!words.name.is_empty() && words.definition.is_some(), "{place}: {}", scale.id);
                let told: Vec<&str> = [Band::Low, Band::Middle, Band::High]
                    .into_iter()
                    .map(|band| {
                        wording.interpretation(idx, band).unwrap_or_else(|| panic!("{place}: {} {band:?}", scale.id))
                    })
                    .collect();
                assert!(told.iter().collect::<BTreeSet<_>>().len() == 3, "{place}: {}", scale.id);
            }
        }
    }
}

#[test]
fn no_sentence_stands_twice() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for loaded in inventories() {
        if SHORT_FORMS.iter().any(|(short, _)| *short == loaded.id().as_str()) {
            continue;
        }
        for language in LANGUAGES {
            for (place, text) in items(&loaded, language) {
                if let Some(earlier) = seen.insert(format!("{language} {}", normalized(&text)), place.clone()) {
                    panic!("`{text}` stands in {earlier} and {place}");
                }
            }
        }
    }
    assert!(seen.len() > 1000, "{}", seen.len());
    for (short, long) in SHORT_FORMS {
        for language in LANGUAGES {
            let long: BTreeSet<String> = items(&find(long), language).into_iter().map(|(_, text)| text).collect();
            let short: Vec<(String, String)> = items(&find(short), language);
            assert_eq!(short.iter().map(|(_, text)| text).collect::<BTreeSet<_>>().len(), short.len());
            for (place, text) in short {
                assert!(long.contains(&text), "{place}: `{text}`");
            }
        }
    }
}

#[test]
fn sentences_are_short_and_plain() {
    // Negations, and what a question cannot ask at once.
    let banned_words = |language: &str| match language {
        "fr" => ["ne", "n’", "pas", "jamais", "aucun", "aucune", "rien", "ni"].as_slice(),
        _ => ["not", "never", "no", "nobody", "nothing", "none", "neither", "nor", "don’t", "can’t"].as_slice(),
    };
    let mut problems = Vec::new();
    for loaded in inventories() {
        for language in LANGUAGES {
            for (place, text) in items(&loaded, language) {
                let words = words(&text);
                if !(2..=14).contains(&words.len()) {
                    problems.push(format!("{place}: {} words: {text}", words.len()));
                }
                for banned in banned_words(language) {
                    let begins = banned.ends_with('’') && words.iter().any(|word| word.starts_with(banned));
                    if begins || words.iter().any(|word| word == banned) {
                        problems.push(format!("{place}: `{banned}`: {text}"));
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn nothing_shows_a_gender_and_the_signs_are_right() {
    let mut problems = Vec::new();
    for loaded in inventories() {
        for language in LANGUAGES {
            let wording = loaded.wording(language).unwrap();
            let mut texts: Vec<String> = items(&loaded, language).into_iter().map(|(_, text)| text).collect();
            texts.extend(wording.instruction().into_iter().chain(wording.description()).map(str::to_owned));
            for idx in 0..loaded.instrument().scales().len() {
                texts.extend(wording.scale(idx).and_then(|scale| scale.definition.clone()));
                for band in [Band::Low, Band::Middle, Band::High] {
                    texts.extend(wording.interpretation(idx, band).map(str::to_owned));
                }
            }
            for text in texts {
                let mut wrong = |what: &str| problems.push(format!("{} {language}: {what}: {text}", loaded.id()));
                if ["(e)", "(s)", "(trice)", "·", "(ne)", "he/she", "his or her", " he ", " she "]
                    .iter()
                    .any(|form| text.contains(form))
                {
                    wrong("a gendered form");
                }
                if text.contains('\'') || text.contains('"') || text.contains("  ") || text.trim() != text {
                    wrong("a straight apostrophe or quote, or stray spaces");
                }
                let before: Vec<char> = text.chars().collect();
                for pair in before.windows(2) {
                    let double = matches!(pair[1], ':' | ';' | '?' | '!' | '»');
                    if language == "fr" && double && !matches!(pair[0], '\u{a0}' | '\u{202f}') {
                        wrong("no non-breaking space before a double sign");
                    }
                    if language == "en" && matches!(pair[1], ':' | ';' | '?' | '!') && pair[0].is_whitespace() {
                        wrong("a space before a sign");
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Items of each scale, forward and reversed; domains, composites and centered doubles apart.
fn keying(loaded: &LoadedInstrument) -> BTreeMap<String, (usize, usize)> {
    let scales = loaded.instrument().scales().iter().enumerate();
    let plain = scales.filter(|(idx, _)| loaded.facets(*idx).is_none());
    plain
        .filter_map(|(_, scale)| match &scale.rule {
            ScoreRule::Keyed { items, .. } => {
                let reversed = items.iter().filter(|item| item.keying == Keying::Reverse).count();
                Some((scale.id.to_string(), (items.len() - reversed, reversed)))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn scales_are_balanced_as_their_blueprints_say() {
    let all_are = |id: &str, n_scales: usize, each: (usize, usize)| {
        let keying = keying(&find(id));
        assert_eq!(keying.len(), n_scales, "{id}");
        assert!(keying.values().all(|found| *found == each), "{id}: {keying:?}");
    };
    all_are("interests-60", 6, (10, 0));
    all_are("interests-30", 6, (5, 0));
    all_are("work-values", 12, (7, 0));
    all_are("work-values-likert", 12, (4, 0));
    all_are("personality-120", 30, (2, 2));
    all_are("personality-30", 5, (3, 3));
    all_are("preferences-40", 4, (5, 5));
    all_are("soft-skills-self", 12, (4, 0));
    all_are("soft-skills-other", 12, (4, 0));
    all_are("motivations", 9, (4, 0));
}

#[test]
fn each_value_meets_the_others_about_as_often() {
    let loaded = find("work-values");
    let mut value_of = BTreeMap::new();
    for scale in loaded.instrument().scales() {
        for item_idx in scale.rule.item_indices() {
            assert_eq!(value_of.insert(item_idx, scale.id.to_string()), None);
        }
    }
    let mut blocks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (item_idx, value) in &value_of {
        blocks.entry(loaded.block_of(*item_idx).unwrap().to_owned()).or_default().push(value.clone());
    }
    let mut meetings: BTreeMap<(String, String), u32> = BTreeMap::new();
    for block in blocks.values() {
        assert_eq!(block.iter().collect::<BTreeSet<_>>().len(), 4, "{block:?}");
        for (at, first) in block.iter().enumerate() {
            for second in &block[at + 1..] {
                let pair = if first < second { (first, second) } else { (second, first) };
                *meetings.entry((pair.0.clone(), pair.1.clone())).or_default() += 1;
            }
        }
    }
    // 21 blocks hold 126 pairs, 66 differ: the best there can be is once or twice each.
    assert_eq!((blocks.len(), meetings.len()), (21, 66));
    assert!(meetings.values().all(|n| (1..=2).contains(n)), "{meetings:?}");
}

#[test]
fn self_and_entourage_say_the_same_of_the_same_person() {
    let (own, other) = (find("soft-skills-self"), find("soft-skills-other"));
    let (own, other) = (own.instrument(), other.instrument());
    assert_eq!(own.items().len(), 48);
    let ids = |of: &engine::model::Instrument| of.items().iter().map(|item| item.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(own), ids(other));
    let rules = |of: &engine::model::Instrument| {
        of.scales().iter().map(|scale| (scale.id.to_string(), scale.rule.clone())).collect::<Vec<_>>()
    };
    assert_eq!(rules(own), rules(other));
}

/// Readers who had seen neither items nor keys placed the shuffled French items under the scales' definitions.
#[test]
fn readers_place_the_items_where_they_belong() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/blind_sort");
    let mut n_sheets = 0;
    for sheet in std::fs::read_dir(&folder).unwrap() {
        let sheet = sheet.unwrap().path();
        let loaded = find(sheet.file_stem().unwrap().to_str().unwrap());
        let (instrument, wording) = (loaded.instrument(), loaded.wording("fr").unwrap());
        let (mut placed, mut n_items) = (0, 0);
        for row in csv::Reader::from_path(&sheet).unwrap().records() {
            let row = row.unwrap();
            let item_idx = instrument.item_idx(&row[0]).unwrap();
            assert_eq!(wording.item(item_idx), Some(&row[1]), "{}: reworded since it was sorted", sheet.display());
            let scale_idx = instrument.scale_idx(&row[2]).unwrap_or_else(|| panic!("{}: {row:?}", sheet.display()));
            n_items += 1;
            placed += usize::from(instrument.scales()[scale_idx].rule.item_indices().contains(&item_idx));
        }
        let answered = items(&loaded, "fr").len();
        assert!(n_items >= 18 && n_items <= answered, "{}: {n_items} of {answered}", sheet.display());
        assert!(placed * 100 >= n_items * 85, "{}: {placed} of {n_items}", sheet.display());
        n_sheets += 1;
    }
    assert!(n_sheets >= 9, "{n_sheets}");
}
