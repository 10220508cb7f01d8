//! A wording beside the key that it is for: the number of items, and for each the scale that it names and its direction.

use std::collections::BTreeMap;

use engine::model::{Instrument, Keying, ScoreRule};

use super::{ForeignWording, ItemName};
use crate::problem::{Problems, did_you_mean, given};

/// The longest text of an item, in characters: far above what anyone reads as one item.
const MOST_CHARS: usize = 1000;

/// Matches every item with the key: the texts by the place of the item in the instrument. Every difference is reported.
pub(super) fn texts_by_item(
    wording: &ForeignWording,
    instrument: &Instrument,
    problems: &mut Problems,
) -> Vec<Option<String>> {
    let file = wording.file.as_str();
    let n_items = instrument.items().len();
    let mut texts: Vec<Option<String>> = vec![None; n_items];
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (nth, item) in wording.items.iter().enumerate() {
        if problems.is_full() {
            return texts;
        }
        let place = item.place.as_str();
        let item_idx = match &item.name {
            ItemName::Nth { scale, is_reversed } => {
                let Some(known) = instrument.items().get(nth) else { continue };
                let wanted = keyed_on(instrument, nth);
                if !wanted.iter().any(|(id, reversed)| id.eq_ignore_ascii_case(scale) && reversed == is_reversed) {
                    let sign = |reversed| if reversed { "-" } else { "+" };
                    let key: Vec<String> =
                        wanted.iter().map(|(id, reversed)| format!("{id} ({})", sign(*reversed))).collect();
                    let message = format!(
                        "it counts on {} ({}), but item `{}` of the key counts on {}",
                        scale,
                        sign(*is_reversed),
                        known.id,
                        key.join(", ")
                    );
                    problems.error(
                        file,
                        place,
                        message,
                        "this wording is for another key, or out of order: do not use it",
                    );
                }
                nth
            }
            ItemName::Id(id) => {
                let Some(item_idx) = instrument.item_idx(id) else {
                    let ids = instrument.items().iter().map(|item| item.id.as_str());
                    let message = format!("the key has no item {}", given(id));
                    problems.error(file, place, message, did_you_mean(id, ids, "delete the line"));
                    continue;
                };
                item_idx
            }
        };
        let text = item.text.trim();
        check_text(file, place, text, problems);
        if let Some(first) = seen.insert(text.to_lowercase(), place) {
            let message = format!("the same sentence stands at {first} already");
            problems.warning(file, place, message, "ask the holder of the wording; two items should not read the same");
        }
        let Some(slot) = texts.get_mut(item_idx) else { continue };
        if slot.is_some() {
            problems.error(file, place, "this item stands twice in this language", "keep one of the two");
        }
        *slot = Some(text.to_owned());
    }
    report_count(wording, instrument, &texts, problems);
    texts
}

fn report_count(wording: &ForeignWording, instrument: &Instrument, texts: &[Option<String>], problems: &mut Problems) {
    let (n_items, given) = (instrument.items().len(), wording.items.len());
    let missing: Vec<&str> = instrument
        .items()
        .iter()
        .zip(texts)
        .filter(|(_, text)| text.is_none())
        .map(|(item, _)| item.id.as_str())
        .collect();
    if given == n_items && missing.is_empty() {
        return;
    }
    let shown = missing.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    let more = if missing.len() > 5 { format!(" and {} more", missing.len() - 5) } else { String::new() };
    let lacking = if missing.is_empty() { String::new() } else { format!("; missing are {shown}{more}") };
    let message = format!("{given} items in `{}`, but {} has {n_items}{lacking}", wording.language, instrument.id());
    problems.error(&wording.file, "", message, "take the wording of the same form, whole");
}

fn check_text(file: &str, place: &str, text: &str, problems: &mut Problems) {
    if text.is_empty() {
        problems.error(file, place, "the text is blank", "write it, or ask the holder of the wording");
    } else if text.chars().any(char::is_control) {
        problems.error(file, place, "the text has a line break or another control character", "write it on one line");
    } else if text.chars().count() > MOST_CHARS {
        problems.error(
            file,
            place,
            format!("the text has more than {MOST_CHARS} characters"),
            "look for what went into it by mistake",
        );
    }
}

/// The scales that count an item by a key of their own, and whether they turn it.
fn keyed_on(instrument: &Instrument, item_idx: usize) -> Vec<(String, bool)> {
    let of_scale = |rule: &ScoreRule| match rule {
        ScoreRule::Keyed { items, .. } | ScoreRule::Centered { items } => {
            items.iter().find(|keyed| keyed.item_idx == item_idx).map(|keyed| keyed.keying == Keying::Reverse)
        }
        ScoreRule::Correct { items } => items.iter().any(|(item, _)| *item == item_idx).then_some(false),
        ScoreRule::Composite { .. } => None,
    };
    let scales = instrument.scales().iter();
    scales.filter_map(|scale| Some((scale.id.to_string(), of_scale(&scale.rule)?))).collect()
}
