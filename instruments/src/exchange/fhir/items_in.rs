//! Items of a `Questionnaire`, with the groups they stand in.

use std::collections::BTreeMap;

use engine::model::{ResponseKind, ResponseScale};
use serde_json::Value;

use crate::exchange::draft::{Draft, Format, Group, Open, Origin, append};
use crate::exchange::fhir::json::{extension, extension_text, list, number, text, words};
use crate::exchange::fhir::options_in::{read_options, value_set_id};
use crate::exchange::fhir::questionnaire_in::{Context, report_extensions, report_keys};
use crate::exchange::fhir::vocabulary as names;
use crate::exchange::form::{FormItem, FormScale, Words};
use crate::exchange::options::{free_text, number_format};
use crate::problem::given;

/// Where an item stands.
#[derive(Debug, Clone, Default)]
struct Place {
    group: Option<usize>,
    block: Option<String>,
}

/// Reads all items.
pub(crate) fn read_items(questionnaire: &Value, context: &Context<'_>, draft: &mut Draft) {
    read_list(questionnaire, &Place::default(), context, draft);
}

/// Reads the items of the questionnaire, of a group or of a question. JSON is not nested so deeply that this could not end.
fn read_list(parent: &Value, place: &Place, context: &Context<'_>, draft: &mut Draft) {
    for item in list(parent, "item") {
        if draft.is_full() {
            return;
        }
        let link = text(item, "linkId").unwrap_or_default();
        let at = format!("item {}", given(&link));
        match text(item, "type").as_deref() {
            Some("group") => read_group(item, link, place, context, draft),
            Some("display") => read_display(item, &at, place, context, draft),
            _ => {
                read_question(item, link, &at, place, context, draft);
                if !list(item, "item").is_empty() {
                    draft.losses.add("that questions stand below a question (they follow it)", &at);
                    read_list(item, place, context, draft);
                }
            }
        }
    }
}

fn read_group(item: &Value, link: String, place: &Place, context: &Context<'_>, draft: &mut Draft) {
    const KEYS: &[&str] = &["linkId", "type", "text", "_text", "item", "extension"];
    let at = format!("item {}", given(&link));
    report_keys(item, KEYS, &at, draft);
    report_extensions(item, &[names::BLOCK, names::SECTION], &at, draft);
    let title = words(item, "text", &context.main);
    if let Some(block) = extension(item, names::BLOCK).and_then(|extended| text(extended, "valueString")) {
        if !title.is_empty() {
            draft.losses.add("text of the group of a block", &at);
        }
        return read_list(item, &Place { block: Some(block), ..place.clone() }, context, draft);
    }
    let section = extension(item, names::SECTION);
    let id = section.and_then(|section| extension_text(section, "id", &["valueString", "valueCode"])).unwrap_or(link);
    let seconds = section.and_then(|section| extension(section, "seconds")?.get("valueInteger")?.as_u64());
    let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
    draft.groups.push(Group { parent: place.group, id, seconds, title, instruction: Words::new() });
    let group = Some(draft.groups.len() - 1);
    read_list(item, &Place { group, ..place.clone() }, context, draft);
}

/// A text that is shown: the instruction of what it stands in.
fn read_display(item: &Value, at: &str, place: &Place, context: &Context<'_>, draft: &mut Draft) {
    report_keys(item, &["linkId", "type", "text", "_text", "extension"], at, draft);
    report_extensions(item, &[names::INSTRUCTION], at, draft);
    let shown = words(item, "text", &context.main);
    let is_ours = extension(item, names::INSTRUCTION).is_some();
    let is_late = draft.origins.iter().any(|origin| origin.group == place.group);
    if is_late && !is_ours {
        draft.losses.add("the place of a text between items (it is part of the instruction)", at);
    }
    let instruction = match place.group.and_then(|group| draft.groups.get_mut(group)) {
        Some(group) => &mut group.instruction,
        None => &mut draft.form.instruction,
    };
    append(instruction, &shown, "\n");
}

fn read_question(item: &Value, link: String, at: &str, place: &Place, context: &Context<'_>, draft: &mut Draft) {
    let mut known = vec!["linkId", "type", "text", "_text", "answerOption", "option", "item", "extension"];
    if value_set_id(item).is_some_and(|id| context.value_sets.contains_key(&id)) {
        known.push("answerValueSet");
    }
    report_keys(item, &known, at, draft);
    let is_slider = control_of(item).as_deref() == Some("slider");
    let mut extended = vec![names::RESPONSE_SCALE, names::BLOCK, names::MIN_VALUE, names::MAX_VALUE];
    if is_slider {
        extended.push(names::ITEM_CONTROL);
    }
    report_extensions(item, &extended, at, draft);
    let name = extension(item, names::RESPONSE_SCALE).and_then(|extended| text(extended, "valueString"));
    let declared = name.as_ref().and_then(|name| context.declared.get(name));
    let kind = text(item, "type").unwrap_or_default();
    let read = read_options(item, declared, context, at, draft);
    let correct = read.as_ref().and_then(|read| read.correct);
    let format = match (read, kind.as_str()) {
        (Some(read), _) => {
            if matches!(kind.as_str(), "open-choice")
                || text(item, "answerConstraint").is_some_and(|c| c != "optionsOnly")
            {
                draft.losses.add("an answer in other words than those of the options", at);
            }
            read.format
        }
        (None, "boolean") => yes_no(),
        (None, "integer" | "decimal") => format_of_number(item, declared, is_slider, at, draft),
        (None, other) => {
            if !matches!(other, "text" | "string") {
                let message = format!("an item of type {} cannot be asked; it is read as free text", given(other));
                draft.problems.warning(draft.file, at, message, "give it options or a response scale in items.csv");
            }
            text_format(declared)
        }
    };
    let Some(scale_idx) = draft.format_idx(format, at) else { return };
    let own_block = extension(item, names::BLOCK).and_then(|extended| text(extended, "valueString"));
    let block = own_block.or_else(|| place.block.clone());
    let item = FormItem { id: String::new(), scale_idx, correct, block, text: words(item, "text", &context.main) };
    draft.push_item(Origin { id: link, group: place.group }, item);
}

fn control_of(item: &Value) -> Option<String> {
    let concept = extension(item, names::ITEM_CONTROL)?.get("valueCodeableConcept")?;
    list(concept, "coding").iter().find_map(|coding| text(coding, "code"))
}

#[expect(clippy::expect_used, reason = "the bounds are constants")]
fn yes_no() -> Format {
    let responses = ResponseScale::new(ResponseKind::Dichotomous, 0.0, 1.0).expect("0 and 1 are two categories");
    let name = Some("yes-no".to_owned());
    Format { name, responses, labels: BTreeMap::new(), codes: Vec::new(), open: Open::YesNo }
}

fn text_format(declared: Option<&FormScale>) -> Format {
    let declared = declared.filter(|scale| scale.responses.kind() == ResponseKind::Text);
    Format {
        name: declared.map(|scale| scale.name.clone()),
        responses: free_text(),
        labels: BTreeMap::new(),
        codes: Vec::new(),
        open: Open::Decided,
    }
}

fn format_of_number(
    item: &Value,
    declared: Option<&FormScale>,
    is_slider: bool,
    at: &str,
    draft: &mut Draft,
) -> Format {
    let of_numbers =
        |scale: &&FormScale| matches!(scale.responses.kind(), ResponseKind::Numeric | ResponseKind::Slider);
    let declared = declared.filter(of_numbers);
    let bound = |url: &str| number(extension(item, url)?, &["valueDecimal", "valueInteger"]);
    let kind = match declared {
        Some(scale) => scale.responses.kind(),
        None if is_slider => ResponseKind::Slider,
        None => ResponseKind::Numeric,
    };
    let lowest = bound(names::MIN_VALUE).or(declared.map(|scale| scale.responses.lowest()));
    let highest = bound(names::MAX_VALUE).or(declared.map(|scale| scale.responses.highest()));
    let (responses, assumed) = number_format(kind, lowest, highest);
    if let Some(message) = assumed {
        draft.problems.warning(draft.file, at, message, "correct `lowest` and `highest` in instrument.toml");
    }
    let name = declared.map(|scale| scale.name.clone());
    let labels = match declared {
        Some(scale) if responses == scale.responses => scale.labels.clone(),
        _ => BTreeMap::new(),
    };
    Format { name, responses, labels, codes: Vec::new(), open: Open::Decided }
}
