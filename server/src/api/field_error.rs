//! From what a deserialiser says to a [`FieldProblem`] that repeats no value of the client.

use std::borrow::Cow;

use serde_path_to_error::{Path, Segment};

use crate::error::FieldProblem;
use crate::ids::InvalidId;

/// How the place of a problem is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer into the body.
    Pointer,
    /// The name of a parameter of the query.
    Parameter,
}

/// The problem that `message`, written by serde, reports at `path`.
///
/// Messages of serde hold values of the client ("invalid type: string \"…\", expected u32"). Only what our own types
/// contribute to them (what was expected, the names of fields and variants) is taken over.
#[must_use]
pub fn describe(place: Place, path: &Path, message: &str) -> FieldProblem {
    let message = without_position(message);
    let at = |last: Option<&str>| written(place, path, last);
    if let Some(field) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return FieldProblem::new(at(Some(field)), "add it");
    }
    if let Some(field) = message.strip_prefix("duplicate field `").and_then(|rest| rest.strip_suffix('`')) {
        return FieldProblem::new(at(Some(field)), "send it once");
    }
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let known = rest.rsplit_once("`, expected ").map(|(given, known)| (given, known.to_owned()));
        return match known {
            Some((given, known)) => FieldProblem::new(at(None), remedy_for_unknown(given, &known)).allowed(known),
            None => FieldProblem::new(at(None), "leave it out"),
        };
    }
    let recognised = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant `"];
    if recognised.iter().any(|start| message.starts_with(start))
        && let Some((_, expected)) = message.rsplit_once(", expected ")
    {
        return FieldProblem::new(at(None), "send what is allowed there").allowed(in_plain_words(expected));
    }
    match own_words(message) {
        Some(allowed) => FieldProblem::new(at(None), "send what is allowed there").allowed(allowed),
        None => FieldProblem::new(at(None), "see the description of this field in /openapi.json"),
    }
}

/// Messages that hold no value: of the standard library's parsers, and of our own types.
fn own_words(message: &str) -> Option<Cow<'static, str>> {
    if message == InvalidId.to_string() {
        return Some("32 digits from 0 to 9 and a to f".into());
    }
    if let Some(allowed) = message.strip_prefix("allowed: ") {
        return Some(allowed.to_owned().into());
    }
    Some(match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => "a whole number".into(),
        "number too large to fit in target type" => "a smaller whole number".into(),
        "number too small to fit in target type" => "a larger whole number".into(),
        "invalid float literal" | "cannot parse float from empty string" => "a number".into(),
        "provided string was not `true` or `false`" => "`true` or `false`".into(),
        _ => return None,
    })
}

fn in_plain_words(expected: &str) -> Cow<'static, str> {
    match expected {
        "a string" | "string" => "a text".into(),
        "u8" => "a whole number from 0 to 255".into(),
        "u16" => "a whole number from 0 to 65535".into(),
        "u32" | "u64" | "usize" => "a whole number, 0 or more".into(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".into(),
        "f64" | "f32" => "a number".into(),
        "a boolean" => "`true` or `false`".into(),
        "a sequence" => "a list".into(),
        other if other.starts_with("struct ") => "an object".into(),
        other => other.to_owned().into(),
    }
}

fn remedy_for_unknown(given: &str, known: &str) -> String {
    // `known` reads "`a`", "`a` or `b`" or "one of `a`, `b`, `c`".
    let nearest = known
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .min_by_key(|(distance, _)| *distance);
    match nearest {
        Some((distance, name)) if distance <= 2.max(name.len() / 3) => {
            format!("leave it out, or did you mean `{name}`?")
        }
        _ => "leave it out".to_owned(),
    }
}

/// serde_json ends its messages with the place in the text.
fn without_position(message: &str) -> &str {
    let Some((before, position)) = message.rsplit_once(" at line ") else { return message };
    if position.bytes().all(|b| b.is_ascii_digit() || b" column".contains(&b)) { before } else { message }
}

/// The path as text. Member names that do not look like one of ours may be content, and are written `*`.
fn written(place: Place, path: &Path, last: Option<&str>) -> String {
    let mut parts: Vec<Cow<'_, str>> = Vec::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => parts.push(index.to_string().into()),
            Segment::Map { key } if looks_like_a_name(key) => parts.push(key.as_str().into()),
            Segment::Map { .. } | Segment::Unknown => parts.push("*".into()),
            // A variant is no level of the JSON text, or one whose name is the tag just above.
            Segment::Enum { .. } => {}
        }
    }
    if let Some(last) = last
        && parts.last().is_none_or(|part| part != last)
    {
        parts.push(last.into());
    }
    match place {
        Place::Pointer => parts.iter().map(|part| format!("/{part}")).collect(),
        Place::Parameter => parts.join("."),
    }
}

fn looks_like_a_name(key: &str) -> bool {
    key.len() <= 40
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read from JSON")]
    struct Person {
        email: String,
        #[serde(default)]
        months: u8,
        #[serde(default)]
        children: Vec<Person>,
        #[serde(default)]
        role: Option<Role>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Role {
        Beneficiary,
        Consultant,
    }

    fn problem_of(json: &str) -> FieldProblem {
        let error = serde_path_to_error::deserialize::<_, Person>(&mut serde_json::Deserializer::from_str(json));
        let error = error.unwrap_err();
        describe(Place::Pointer, error.path(), &error.inner().to_string())
    }

    #[test]
    fn a_problem_names_place_and_allowed_values() {
        let nested = problem_of(r#"{"email": "a", "children": [{"email": "b"}, {"email": 3}]}"#);
        assert_eq!((nested.field.as_str(), nested.allowed.as_deref()), ("/children/1/email", Some("a text")));
        let missing = problem_of(r#"{"email": "a", "children": [{}]}"#);
        assert_eq!((missing.field.as_str(), missing.remedy.as_ref()), ("/children/0/email", "add it"));
        let twice = problem_of(r#"{"email": "a", "email": "b"}"#);
        assert_eq!((twice.field.as_str(), twice.remedy.as_ref()), ("/email", "send it once"));
        let role = problem_of(r#"{"email": "a", "role": "employer"}"#);
        assert_eq!(role.allowed.as_deref(), Some("`beneficiary` or `consultant`"));
        let large = problem_of(r#"{"email": "a", "months": 300}"#);
        assert_eq!(large.allowed.as_deref(), Some("a whole number from 0 to 255"));
    }

    #[test]
    fn an_unknown_field_is_answered_with_the_nearest_known_one() {
        let problem = problem_of(r#"{"emial": "a"}"#);
        assert_eq!(problem.field, "/emial");
        assert!(problem.remedy.contains("did you mean `email`?"), "{problem:?}");
        assert!(problem.allowed.unwrap().contains("`months`"));
    }

    #[test]
    fn no_value_of_the_client_is_repeated() {
        for json in [
            r#"{"email": "a", "months": "Jean Dupont, expected Paris"}"#,
            r#"{"email": "a", "role": "Jean Dupont, expected Paris"}"#,
            r#"{"email": "a", "Jean Dupont, expected Paris": 1}"#,
            r#"{"email": "a", "Jean Dupont`, expected `Paris": 1}"#,
            r#"{"email": ["Jean Dupont"]}"#,
        ] {
            let text = format!("{:?}", problem_of(json));
            assert!(!text.contains("Dupont") && !text.contains("Paris"), "{text}");
        }
    }
}
