//! Answer options of a `Questionnaire`: their codes, labels and numbers.

use serde_json::Value;

use crate::exchange::draft::Draft;
use crate::exchange::fhir::json::{extension, list, number, text, words};
use crate::exchange::fhir::questionnaire_in::{Context, report_extensions, report_keys};
use crate::exchange::fhir::vocabulary as names;
use crate::exchange::form::{FormScale, Words};
use crate::exchange::options::{ReadOption, WithOptions, with_options};
use crate::problem::given;

/// More options than an answer format can have.
const MOST_OPTIONS: usize = 300;

/// Reads the options of an item. `None` where it has none, or none that make an answer format.
pub(crate) fn read_options(
    item: &Value,
    declared: Option<&FormScale>,
    context: &Context<'_>,
    place: &str,
    draft: &mut Draft,
) -> Option<WithOptions> {
    // It was called `option` before R4.
    let listed = [list(item, "answerOption"), list(item, "option")].concat();
    let mut options: Vec<ReadOption> =
        listed.iter().filter_map(|option| read_option(option, context, place, draft)).collect();
    if options.is_empty() {
        options = from_value_set(item, context);
    }
    let declared = declared.filter(|scale| scale.responses.kind().is_categorical());
    let declared = declared.map(|scale| (scale.name.as_str(), scale.responses.kind()));
    with_options(options, declared, place, draft)
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
    Some(ReadOption { system: String::new(), code, label, weight, is_correct, is_ours: false })
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
    let is_ours = system.starts_with(names::CODES_PREFIX);
    Some(ReadOption { system, code, label, weight: None, is_correct: false, is_ours })
}

/// The options of a value set that stands in the questionnaire.
fn from_value_set(item: &Value, context: &Context<'_>) -> Vec<ReadOption> {
    let Some(id) = value_set_id(item) else { return Vec::new() };
    let Some(set) = context.value_sets.get(&id) else { return Vec::new() };
    let concepts_of = |include: &'_ Value| {
        let system = text(include, "system").unwrap_or_default();
        list(include, "concept")
            .iter()
            .map(|concept| (system.clone(), concept.clone()))
            .take(MOST_OPTIONS)
            .collect::<Vec<_>>()
    };
    let expanded = list(set.get("expansion").unwrap_or(&Value::Null), "contains");
    let included = list(set.get("compose").unwrap_or(&Value::Null), "include");
    let found: Vec<(String, Value)> = match expanded {
        [] => included.iter().take(MOST_OPTIONS).flat_map(concepts_of).collect(),
        entries => {
            let system = |entry: &Value| text(entry, "system").unwrap_or_default();
            entries.iter().take(MOST_OPTIONS).map(|entry| (system(entry), entry.clone())).collect()
        }
    };
    let option = |(system, concept): (String, Value)| {
        let read = coding_option(&concept, &context.main)?;
        Some(ReadOption { system, weight: weight_of(&concept), ..read })
    };
    // A set with more options than an answer format can have is refused in any case.
    found.into_iter().take(MOST_OPTIONS).filter_map(option).collect()
}

/// The id of a value set that stands in the questionnaire, as an item names it.
pub(crate) fn value_set_id(item: &Value) -> Option<String> {
    text(item, "answerValueSet")?.strip_prefix('#').map(str::to_owned)
}
