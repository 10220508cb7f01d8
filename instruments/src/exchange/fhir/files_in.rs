//! What our extensions on a `Questionnaire` hold: files of the folder, words about scales, answer formats.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use engine::model::ResponseScale;
use serde_json::Value;

use crate::exchange::draft::Draft;
use crate::exchange::fhir::json::{extended_words, extension, extension_text, extensions, number, text};
use crate::exchange::fhir::vocabulary as names;
use crate::exchange::file_names::is_safe;
use crate::exchange::form::{FormScale, ScaleWords, Words, kind_of};
use crate::load::languages::language_of;
use crate::problem::given;
use crate::source::MAX_FILES;

const EXPORT_AGAIN: &str = "export the instrument again, and import what comes out of that unchanged";

/// Takes over the files.
pub(crate) fn read_files(questionnaire: &Value, draft: &mut Draft) {
    for (number, extended) in extensions(questionnaire, names::FILE).enumerate() {
        let place = format!("extension {}, file {}", names::FILE, number + 1);
        let attachment = extended.get("valueAttachment").unwrap_or(&Value::Null);
        let title = text(attachment, "title").unwrap_or_default();
        let is_words = language_of(&title).is_some() && !title.starts_with("interpretation.");
        if !is_safe(&title) || is_words || draft.form.files.contains_key(&title) || number >= MAX_FILES {
            let message = format!("{} is no name of a file that can come along once", given(&title));
            draft.problems.error(draft.file, place, message, EXPORT_AGAIN);
            continue;
        }
        let data = attachment.get("data").and_then(Value::as_str);
        let data = data.map(|data| data.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>());
        // An empty file has no data, or an empty text.
        match BASE64.decode(data.unwrap_or_default().as_bytes()) {
            Ok(bytes) => {
                draft.form.files.insert(title, bytes);
            }
            Err(error) => {
                let message = format!("the content of {} is not in base64: {error}", given(&title));
                draft.problems.error(draft.file, place, message, EXPORT_AGAIN);
            }
        }
    }
}

/// Takes over the words about scales.
pub(crate) fn read_scales(questionnaire: &Value, draft: &mut Draft) {
    for extended in extensions(questionnaire, names::SCALE) {
        let Some(id) = extension_text(extended, "id", &["valueString", "valueCode"]) else {
            draft.losses.add("words about a scale without an id", names::SCALE);
            continue;
        };
        let mut scale = ScaleWords { id, ..ScaleWords::default() };
        for element in ["scale", "definition", "low", "high"] {
            if let Some(slot) = scale.text_mut(element) {
                *slot = extended_words(extended, element);
            }
        }
        draft.form.scales.push(scale);
    }
}

/// The answer formats as they are declared, by name.
pub(crate) fn declared_formats(questionnaire: &Value) -> BTreeMap<String, FormScale> {
    let read = |extended: &Value| {
        let name = extension_text(extended, "id", &["valueString", "valueCode"])?;
        let kind = kind_of(&extension_text(extended, "kind", &["valueCode", "valueString"])?)?;
        let bound = |url: &str| number(extension(extended, url)?, &["valueDecimal", "valueInteger"]);
        let (lowest, highest) = (bound("lowest").unwrap_or_default(), bound("highest").unwrap_or_default());
        let responses = ResponseScale::new(kind, lowest, highest).ok()?;
        let label = |option: &Value| {
            let code = extension(option, "code")?.get("valueInteger")?.as_i64()?;
            Some((code, extended_words(option, "label")))
        };
        let labels: BTreeMap<i64, Words> = extensions(extended, "option").filter_map(label).collect();
        Some((name.clone(), FormScale { name, responses, labels }))
    };
    extensions(questionnaire, names::RESPONSE_SCALE).filter_map(read).collect()
}
