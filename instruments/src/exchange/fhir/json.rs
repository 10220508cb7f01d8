//! Values of FHIR: texts with translations, extensions, and reading with limits.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::exchange::fhir::vocabulary::TRANSLATION;
use crate::exchange::form::Words;
use crate::exchange::tables::clean;
use crate::problem::Problem;

/// An object being written.
pub(crate) type Object = Map<String, Value>;

/// Reads JSON of a bounded size; the reader itself refuses what is nested more than 128 deep.
pub(crate) fn read(json: &[u8], name: &str, most: usize) -> Result<Value> {
    let invalid = |problem: Problem| Error::Invalid { name: format!("the {name}"), problems: vec![problem] };
    if json.len() > most {
        let message = format!("{} bytes; at most {most} are read", json.len());
        return Err(invalid(Problem::error(name, "", message, "split it into smaller files")));
    }
    let json = json.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(json);
    serde_json::from_slice(json).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        invalid(Problem::error(name, place, format!("this is no JSON that can be read: {error}"), "export it again"))
    })
}

/// The text of a key; `None` where it is missing, blank or no text.
pub(crate) fn text(object: &Value, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).and_then(clean)
}

/// The entries of a key; none where it is missing or no list.
pub(crate) fn list<'v>(object: &'v Value, key: &str) -> &'v [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The extensions of a URL.
pub(crate) fn extensions<'v>(object: &'v Value, url: &str) -> impl Iterator<Item = &'v Value> {
    list(object, "extension").iter().filter(move |extension| extension.get("url").and_then(Value::as_str) == Some(url))
}

/// The first extension of a URL.
pub(crate) fn extension<'v>(object: &'v Value, url: &str) -> Option<&'v Value> {
    extensions(object, url).next()
}

/// A number, from any of the keys that may hold it.
pub(crate) fn number(object: &Value, keys: &[&str]) -> Option<f64> {
    let number = keys.iter().find_map(|key| {
        let value = object.get(*key)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    });
    number.filter(|number| number.is_finite())
}

/// A text in all its languages: the element itself in the main language, translations by the standard extension.
pub(crate) fn words(object: &Value, key: &str, main: &str) -> Words {
    let mut words = Words::new();
    let translated = object.get(format!("_{key}")).map(translations).unwrap_or_default();
    for (language, text) in translated {
        words.insert(language, text);
    }
    if let Some(text) = text(object, key) {
        words.insert(main.to_owned(), text);
    }
    words
}

fn translations(primitive: &Value) -> BTreeMap<String, String> {
    extensions(primitive, TRANSLATION).filter_map(read_said).collect()
}

fn read_said(extended: &Value) -> Option<(String, String)> {
    let language = extension_text(extended, "lang", &["valueCode", "valueString"])?;
    let content = extension_text(extended, "content", &["valueString", "valueMarkdown"])?;
    Some((language, content))
}

/// The text of an inner extension, from any of the keys that may hold it.
pub(crate) fn extension_text(extended: &Value, url: &str, keys: &[&str]) -> Option<String> {
    let inner = extension(extended, url)?;
    keys.iter().find_map(|key| text(inner, key))
}

/// Puts a text with its translations.
pub(crate) fn put_words(object: &mut Object, key: &str, words: &Words, main: &str) {
    if let Some(text) = words.get(main) {
        object.insert(key.to_owned(), Value::String(text.clone()));
    }
    let others = words.iter().filter(|(language, _)| language.as_str() != main);
    let translated: Vec<Value> = others.map(|(language, text)| said(TRANSLATION, language, text)).collect();
    if !translated.is_empty() {
        object.insert(format!("_{key}"), json!({"extension": translated}));
    }
}

/// A text in a language, in the form of the standard's translations.
fn said(url: &str, language: &str, text: &str) -> Value {
    let inner = [json!({"url": "lang", "valueCode": language}), json!({"url": "content", "valueString": text})];
    json!({"url": url, "extension": inner})
}

/// Extensions of ours that hold a text: one a language. Readers of FHIR seldom take translations of an extension's own value.
pub(crate) fn words_extensions(url: &str, words: &Words) -> Vec<Value> {
    words.iter().map(|(language, text)| said(url, language, text)).collect()
}

/// The text that such extensions hold.
pub(crate) fn extended_words(extended: &Value, url: &str) -> Words {
    extensions(extended, url).filter_map(read_said).collect()
}

/// Puts a list, unless it is empty.
pub(crate) fn put_list(object: &mut Object, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        object.insert(key.to_owned(), Value::Array(list));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_in_all_languages() {
        let words = Words::from([("fr".to_owned(), "un".to_owned()), ("en".to_owned(), "one".to_owned())]);
        for main in ["fr", "en", "de"] {
            let mut object = Object::new();
            put_words(&mut object, "text", &words, main);
            assert_eq!(super::words(&Value::Object(object), "text", main), words);
        }
    }

    #[test]
    fn deep_and_large_json_is_refused() {
        let deep = "[".repeat(100_000);
        assert!(matches!(read(deep.as_bytes(), "x", 1_000_000), Err(Error::Invalid { .. })));
        assert!(matches!(read(b"{}   ", "x", 4), Err(Error::Invalid { .. })));
        assert_eq!(read(b"\xEF\xBB\xBF{}", "x", 5).unwrap(), json!({}));
    }
}
