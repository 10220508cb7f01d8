//! What all TOML files share: reading, unknown keys, closed choices.

use serde::de::DeserializeOwned;

use crate::problem::{Problem, Problems, did_you_mean, given, list_of};
use crate::schema::Unknown;
use crate::text::decode;

/// Reads a TOML file; a slip in its syntax or a value of the wrong type is reported with its line.
pub(crate) fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8], problems: &mut Problems) -> Option<T> {
    let text = problems.keep(decode(file, bytes))?;
    problems.keep(toml::from_str(&text).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let place = before.map(|before| format!("line {}", 1 + before.matches('\n').count())).unwrap_or_default();
        let message = error.message().trim_end_matches('.').to_owned();
        Problem::error(
            file,
            place,
            message,
            "correct this value or the signs around it; texts stand in quotation marks",
        )
    }))
}

/// Reports the keys that the format does not have.
pub(crate) fn report_unknown(file: &str, path: &str, unknown: &Unknown, known: &[&str], problems: &mut Problems) {
    for key in unknown.keys() {
        if problems.is_full() {
            break;
        }
        let remedy = format!("delete it; known are {}", list_of(known));
        let remedy = did_you_mean(key, known.iter().copied(), remedy);
        problems.error(file, inside(path, key), format!("unknown key {}", given(key)), remedy);
    }
}

/// The place of a key inside a table: `scales[N1].missing`.
pub(crate) fn inside(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Reads one of a few words.
pub(crate) fn choice<T: Copy>(file: &str, place: &str, word: &str, words: &[(&str, T)]) -> Result<T, Problem> {
    let known = || words.iter().map(|(word, _)| *word);
    let found = words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let allowed = format!("use one of {}", list_of(&known().collect::<Vec<_>>()));
        let remedy = match crate::problem::nearest(word, known()) {
            Some(name) => format!("did you mean `{name}`? {allowed}"),
            None => allowed,
        };
        Problem::error(file, place, format!("{} is not known here", given(word)), remedy)
    })
}

/// A text that must be there and not be blank.
pub(crate) fn needed_text(file: &str, place: &str, text: Option<&String>) -> Result<String, Problem> {
    match text.map(|text| text.trim()) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        Some(_) => Err(Problem::error(file, place, "the text is blank", format!("fill in `{place}`"))),
        None => Err(Problem::error(file, place, "the key is missing", format!("add `{place} = \"…\"`"))),
    }
}
