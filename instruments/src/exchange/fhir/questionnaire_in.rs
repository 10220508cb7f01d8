//! From a `Questionnaire` to the files of a folder.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::about::Language;
use crate::error::{Error, Result};
use crate::exchange::Imported;
use crate::exchange::draft::{Draft, Format, Open, UNDETERMINED};
use crate::exchange::fhir::files_in::{declared_formats, read_files, read_scales};
use crate::exchange::fhir::items_in::read_items;
use crate::exchange::fhir::json::{list, read, text, words};
use crate::exchange::fhir::{MAX_QUESTIONNAIRE_BYTES, vocabulary as names};
use crate::exchange::form::FormScale;
use crate::exchange::to_folder::to_folder;
use crate::problem::{Problem, given};

/// What the problems call the file.
const NAME: &str = "Questionnaire";

/// What is known of the questionnaire while its items are read.
pub(crate) struct Context<'q> {
    /// The language of the elements themselves.
    pub main: String,
    /// The answer formats that our extensions declare.
    pub declared: BTreeMap<String, FormScale>,
    /// The value sets that stand in the questionnaire, by id.
    pub value_sets: BTreeMap<String, &'q Value>,
}

/// Reads a `Questionnaire`.
pub(crate) fn import(json: &[u8]) -> Result<Imported> {
    let value = read(json, NAME, MAX_QUESTIONNAIRE_BYTES)?;
    let kind = text(&value, "resourceType");
    if kind.as_deref() != Some(NAME) {
        let message = match kind {
            Some(kind) => format!("the resource is {}; a Questionnaire is needed", given(&kind)),
            None => "the resource does not say its type; a Questionnaire is needed".to_owned(),
        };
        let problem = Problem::error(NAME, "resourceType", message, "export the questionnaire itself");
        return Err(Error::Invalid { name: format!("the {NAME}"), problems: vec![problem] });
    }
    let mut draft = Draft::of(NAME);
    let main = main_language(&value, &mut draft);
    draft.form.languages = vec![main.clone()];
    read_root(&value, &main, &mut draft);
    read_files(&value, &mut draft);
    read_scales(&value, &mut draft);
    let value_sets = list(&value, "contained").iter().filter_map(|inner| Some((text(inner, "id")?, inner))).collect();
    let context = Context { declared: declared_formats(&value), main, value_sets };
    read_items(&value, &context, &mut draft);
    // Formats that no item uses stand in the folder all the same.
    for scale in context.declared.into_values() {
        if !draft.form.response_scales.iter().any(|known| known.name == scale.name) {
            let FormScale { name, responses, labels } = scale;
            let format = Format { name: Some(name), responses, labels, codes: Vec::new(), open: Open::Decided };
            let _ = draft.format_idx(format, names::RESPONSE_SCALE);
        }
    }
    let (form, ids, problems) = draft.finish();
    Ok(to_folder(form, ids, problems))
}

/// The language of the elements themselves.
fn main_language(value: &Value, draft: &mut Draft) -> String {
    let Some(tag) = text(value, "language") else { return UNDETERMINED.to_owned() };
    let lower = tag.to_ascii_lowercase();
    match [tag.as_str(), &lower].into_iter().find(|tag| Language::new(tag).is_some()) {
        Some(tag) => tag.to_owned(),
        None => {
            let message = format!("{} is no language", given(&tag));
            draft.problems.warning(NAME, "language", message, "use a tag such as `fr`, `en` or `fr-CA`");
            UNDETERMINED.to_owned()
        }
    }
}

/// What is read of the questionnaire itself.
const KEYS: &[&str] = &[
    "resourceType",
    "url",
    "identifier",
    "version",
    "name",
    "title",
    "_title",
    "description",
    "_description",
    "status",
    "language",
    "publisher",
    "copyright",
    "purpose",
    "item",
    "extension",
    "contained",
];

fn read_root(value: &Value, main: &str, draft: &mut Draft) {
    let own =
        list(value, "identifier").iter().find(|id| text(id, "system").as_deref() == Some(names::INSTRUMENT_SYSTEM));
    let url = text(value, "url");
    let last_part = url.as_deref().map(|url| {
        let url = url.strip_prefix(names::QUESTIONNAIRE_PREFIX).unwrap_or(url);
        let url = url.split(['#', '|', '?']).next().unwrap_or_default();
        url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default().to_owned()
    });
    let version = text(value, "version");
    let candidates =
        [own.and_then(|id| text(id, "value")), last_part, text(value, "name"), text(value, "id"), text(value, "title")];
    draft.name(&candidates, version.as_deref());
    draft.form.authors = text(value, "publisher");
    draft.form.license = text(value, "copyright");
    draft.form.purpose = text(value, "purpose");
    draft.form.title = words(value, "title", main);
    draft.form.description = words(value, "description", main);
    draft.ids.questionnaire = own.is_none().then(|| (url.unwrap_or_default(), version.unwrap_or_default()));
    for identifier in list(value, "identifier").iter().filter(|id| Some(*id) != own) {
        draft.losses.add(format!("identifier {}", text(identifier, "value").unwrap_or_default()), "identifier");
    }
    if text(value, "status").is_some_and(|status| status != "active") {
        draft.losses.add("status other than active", "status");
    }
    for inner in list(value, "contained") {
        let kind = text(inner, "resourceType").unwrap_or_default();
        if kind != "ValueSet" {
            draft.losses.add(format!("contained {}", kind.chars().take(60).collect::<String>()), "contained");
        }
    }
    report_keys(value, KEYS, "", draft);
    report_extensions(value, &[names::FILE, names::SCALE, names::RESPONSE_SCALE], "", draft);
}

/// Reports the keys that are not read; those that say `false` say nothing.
pub(crate) fn report_keys(value: &Value, known: &[&str], place: &str, draft: &mut Draft) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        if !known.contains(&key.as_str()) && *inner != Value::Bool(false) {
            draft.losses.add(key.chars().take(60).collect::<String>(), place);
        } else if key.starts_with('_') {
            report_extensions(inner, &[names::TRANSLATION], place, draft);
        }
    }
}

/// Reports the extensions that are not read.
pub(crate) fn report_extensions(value: &Value, known: &[&str], place: &str, draft: &mut Draft) {
    for extended in list(value, "extension") {
        let url = extended.get("url").and_then(Value::as_str).unwrap_or_default();
        if !known.contains(&url) {
            draft.losses.add(format!("extension {}", url.chars().take(100).collect::<String>()), place);
        }
    }
}
