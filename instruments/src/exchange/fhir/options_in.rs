//! Answer options of a `Questionnaire`: their codes, labels and numbers.

use std::collections::BTreeMap;

use engine::model::{ResponseKind, ResponseScale};
use serde_json::Value;

use crate::exchange::draft::{Draft, Format, Open, consecutive};
use crate::exchange::fhir::json::{extension, list, number, text, words};
use crate::exchange::fhir::questionnaire_in::{Context, report_extensions, report_keys};
use crate::exchange::fhir::vocabulary as names;
use crate::exchange::form::{FormScale, Words};
use crate::problem::given;

/// An answer option as it is read.
#[derive(Debug)]
struct ReadOption {
    system: String,
    code: String,
    label: Words,
    /// Its number for scoring.
    weight: Option<f64>,
    is_correct: bool,
}

/// The format of an item with options, and the code of its right answer.
pub(crate) struct WithOptions {
    pub format: Format,
    pub correct: Option<i64>,
}

/// Reads the options of an item. `None` where it has none, or none that make an answer format.
pub(crate) fn read_options(
    item: &Value,
    declared: Option<&FormScale>,
    context: &Context<'_>,
    place: &str,
    draft: &mut Draft,
) -> Option<WithOptions> {
    let mut options: Vec<ReadOption> =
        list(item, "answerOption").iter().filter_map(|option| read_option(option, context, place, draft)).collect();
    if options.is_empty() {
        options = from_value_set(item, context);
    }
    if options.is_empty() {
        return None;
    }
    if let Err(error) = ResponseScale::new(ResponseKind::Choice, 1.0, options.len() as f64) {
        let message = format!("{} options make no answer format: {error}", options.len());
        draft.problems.warning(draft.file, place, message, "the item is read as free text; correct it by hand");
        return None;
    }
    let declared = declared.filter(|scale| scale.responses.kind().is_categorical());
    let assigned = assign_codes(&options, declared.is_some());
    let lost = options
        .iter()
        .zip(&assigned.codes)
        .filter(|(option, code)| option.weight.is_some_and(|weight| weight != **code as f64));
    for (option, code) in lost {
        let number = option.weight.unwrap_or_default();
        draft.losses.add(format!("number {number} of the option with code {code}"), place);
    }
    let correct = options.iter().zip(&assigned.codes).find(|(option, _)| option.is_correct).map(|(_, code)| *code);
    let is_ours = |option: &ReadOption, code: i64| {
        let own_system = option.system.is_empty() || option.system.starts_with(names::CODES_PREFIX);
        own_system && option.code == code.to_string()
    };
    let foreign = options.iter().zip(&assigned.codes).filter(|(option, code)| !is_ours(option, **code));
    let codes = foreign.map(|(option, code)| (option.system.clone(), option.code.clone(), *code)).collect();
    let (kind, open) = match declared {
        // Another number of options makes two categories something else.
        Some(scale) if scale.responses.kind() != ResponseKind::Dichotomous || options.len() == 2 => {
            (scale.responses.kind(), Open::Decided)
        }
        _ if assigned.has_order && options.len() == 2 => (ResponseKind::Dichotomous, Open::Decided),
        _ if assigned.has_order => (ResponseKind::Likert, Open::Decided),
        _ => (ResponseKind::Choice, Open::Order),
    };
    let (lowest, highest) = assigned.range;
    let responses = ResponseScale::new(kind, lowest as f64, highest as f64).ok()?;
    let labels: BTreeMap<i64, Words> =
        assigned.codes.iter().copied().zip(options.into_iter().map(|o| o.label)).collect();
    let labels = labels.into_iter().filter(|(_, label)| !label.is_empty()).collect();
    let name = declared.map(|scale| scale.name.clone());
    Some(WithOptions { format: Format { name, responses, labels, codes, open }, correct })
}

/// Our codes for options.
struct Assigned {
    codes: Vec<i64>,
    range: (i64, i64),
    /// Whether the other system gives the options numbers.
    has_order: bool,
}

/// The codes of our own formats; else the numbers for scoring, else codes that are numbers, else the place in the list.
fn assign_codes(options: &[ReadOption], own: bool) -> Assigned {
    let numbers: Option<Vec<i64>> = options.iter().map(|option| option.code.parse().ok()).collect();
    let whole = |weight: f64| (weight.fract() == 0.0 && weight.abs() <= 30_000.0).then_some(weight as i64);
    let weights: Option<Vec<i64>> = options.iter().map(|option| option.weight.and_then(whole)).collect();
    let has_order = options.iter().all(|option| option.weight.is_some());
    let candidates = if own { [numbers, weights] } else { [weights, numbers] };
    let found = candidates.into_iter().flatten().find_map(|codes| Some((consecutive(&codes)?, codes)));
    match found {
        Some((range, codes)) => Assigned { codes, range, has_order },
        None => {
            let codes: Vec<i64> = (1_i64..).take(options.len()).collect();
            let range = (1, codes.last().copied().unwrap_or(1));
            Assigned { codes, range, has_order }
        }
    }
}

fn read_option(option: &Value, context: &Context<'_>, place: &str, draft: &mut Draft) -> Option<ReadOption> {
    const KEYS: &[&str] =
        &["valueCoding", "valueInteger", "valueString", "valueDate", "valueTime", "valueDecimal", "extension"];
    report_keys(option, KEYS, place, draft);
    let known = [names::ITEM_WEIGHT, names::ORDINAL_VALUE, names::ORDINAL_VALUE_OLD, names::CORRECT];
    report_extensions(option, &known, place, draft);
    let is_correct = extension(option, names::CORRECT).and_then(|e| e.get("valueBoolean")) == Some(&Value::Bool(true));
    if let Some(coding) = option.get("valueCoding") {
        report_keys(coding, &["system", "code", "display", "_display", "extension"], place, draft);
        report_extensions(coding, &known, place, draft);
        let weight = weight_of(option).or_else(|| weight_of(coding));
        let read = coding_option(coding, &context.main)?;
        return Some(ReadOption { weight, is_correct, ..read });
    }
    let plain = ["valueInteger", "valueDecimal", "valueString", "valueDate", "valueTime"].iter().find_map(|key| {
        let value = option.get(*key)?;
        value.as_str().map(str::to_owned).or_else(|| value.as_number().map(ToString::to_string))
    });
    let Some(code) = plain.filter(|code| !code.trim().is_empty()) else {
        draft.losses.add(format!("option {}", given(&option.to_string())), place);
        return None;
    };
    let code = code.trim().to_owned();
    // A whole number as the answer is its own number.
    let own_number = option.get("valueInteger").and_then(Value::as_f64);
    let weight = weight_of(option).or(own_number);
    let label = Words::from([(context.main.clone(), code.clone())]);
    Some(ReadOption { system: String::new(), code, label, weight, is_correct })
}

fn weight_of(element: &Value) -> Option<f64> {
    let urls = [names::ITEM_WEIGHT, names::ORDINAL_VALUE, names::ORDINAL_VALUE_OLD];
    urls.iter().find_map(|url| number(extension(element, url)?, &["valueDecimal", "valueInteger"]))
}

/// A coding as an option; `None` where it has neither code nor label.
fn coding_option(coding: &Value, main: &str) -> Option<ReadOption> {
    let mut label = words(coding, "display", main);
    let code = text(coding, "code").or_else(|| label.values().next().cloned())?;
    let system = text(coding, "system").unwrap_or_default();
    // A code of our own without a label has none; a foreign one is all there is to show.
    if label.is_empty() && !system.starts_with(names::CODES_PREFIX) {
        label.insert(main.to_owned(), code.clone());
    }
    Some(ReadOption { system, code, label, weight: None, is_correct: false })
}

/// The options of a value set that stands in the questionnaire.
fn from_value_set(item: &Value, context: &Context<'_>) -> Vec<ReadOption> {
    let Some(id) = value_set_id(item) else { return Vec::new() };
    let Some(set) = context.value_sets.get(&id) else { return Vec::new() };
    let concepts_of = |include: &Value| -> Vec<(String, Value)> {
        let system = text(include, "system").unwrap_or_default();
        list(include, "concept").iter().map(|concept| (system.clone(), concept.clone())).collect()
    };
    let expanded = list(set.get("expansion").unwrap_or(&Value::Null), "contains");
    let found: Vec<(String, Value)> = if expanded.is_empty() {
        list(set.get("compose").unwrap_or(&Value::Null), "include").iter().flat_map(concepts_of).collect()
    } else {
        expanded.iter().map(|entry| (text(entry, "system").unwrap_or_default(), entry.clone())).collect()
    };
    let option = |(system, concept): (String, Value)| {
        let read = coding_option(&concept, &context.main)?;
        Some(ReadOption { system, weight: weight_of(&concept), ..read })
    };
    found.into_iter().filter_map(option).collect()
}

/// The id of a value set that stands in the questionnaire, as an item names it.
pub(crate) fn value_set_id(item: &Value) -> Option<String> {
    text(item, "answerValueSet")?.strip_prefix('#').map(str::to_owned)
}
