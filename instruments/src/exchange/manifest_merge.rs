//! `instrument.toml` as it travelled, with what another system has changed.

use engine::model::ResponseKind;
use toml::{Table, Value};

use crate::exchange::form::{BETWEEN_AUTHORS, Form, FormScale, FormSection, kind_word};
use crate::load::manifest::FILE;
use crate::problem::{Problem, Problems};
use crate::text::decode;

/// Puts what the form says into `instrument.toml`. The bytes stay as they are where it says the same.
///
/// # Errors
/// A problem when the file is no TOML.
pub(crate) fn merge(
    bytes: &[u8],
    form: &Form,
    languages: &[String],
    problems: &mut Problems,
) -> Result<Vec<u8>, Problem> {
    let text = decode(FILE, bytes)?;
    let mut table: Table = toml::from_str(&text).map_err(|error: toml::de::Error| {
        let message = format!("the file that came along cannot be read: {}", error.message().trim_end_matches('.'));
        Problem::error(FILE, "", message, "export the instrument again")
    })?;
    let mut changed: Vec<&str> = Vec::new();
    for (key, text) in [
        ("id", Some(&form.id)),
        ("version", Some(&form.version)),
        ("license", form.license.as_ref()),
        ("purpose", form.purpose.as_ref()),
    ] {
        let Some(text) = text else { continue };
        if table.get(key).and_then(Value::as_str).map(str::trim) != Some(text.as_str()) {
            table.insert(key.to_owned(), Value::String(text.clone()));
            changed.push(key);
        }
    }
    if let Some(authors) = &form.authors
        && texts_of(table.get("authors")).join(BETWEEN_AUTHORS) != *authors
    {
        table.insert("authors".to_owned(), list_of_texts([authors.clone()]));
        changed.push("authors");
    }
    // The order of languages is that of the file; new ones come last.
    let mut declared: Vec<String> =
        texts_of(table.get("languages")).into_iter().filter(|tag| languages.contains(tag)).collect();
    declared.extend(languages.iter().filter(|tag| !declared.contains(tag)).cloned().collect::<Vec<_>>());
    if declared != texts_of(table.get("languages")) {
        table.insert("languages".to_owned(), list_of_texts(declared));
        changed.push("languages");
    }
    if merge_response_scales(&mut table, &form.response_scales) {
        changed.push("response_scales");
    }
    if sections_of(&table) != form.sections.iter().map(|section| facts_of(section, form)).collect::<Vec<_>>() {
        let sections = form.sections.iter().map(|section| Value::Table(section_table(section, form)));
        table.insert("sections".to_owned(), Value::Array(sections.collect()));
        if form.sections.is_empty() {
            table.remove("sections");
        }
        changed.push("sections");
    }
    if changed.is_empty() {
        return Ok(bytes.to_vec());
    }
    for key in changed {
        let message = "the other system has changed this; what it says now is taken";
        problems.warning(
            FILE,
            key,
            message,
            "look whether the change is meant; a new version is due where it concerns scoring",
        );
    }
    let text = toml::to_string(&table);
    text.map(String::into_bytes)
        .map_err(|error| Problem::error(FILE, "", error.to_string(), "export the instrument again"))
}

/// Whether the file declares scales.
pub(crate) fn has_scales(bytes: &[u8]) -> bool {
    let text = decode(FILE, bytes).unwrap_or_default();
    let table: Table = toml::from_str(&text).unwrap_or_default();
    table.get("scales").and_then(Value::as_array).is_some_and(|scales| !scales.is_empty())
}

fn texts_of(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn list_of_texts(texts: impl IntoIterator<Item = String>) -> Value {
    Value::Array(texts.into_iter().map(Value::String).collect())
}

/// A number as TOML writes it: whole where it is whole.
pub(crate) fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::Integer(number as i64) } else { Value::Float(number) }
}

fn as_number(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
}

/// Whether something had to be changed.
fn merge_response_scales(table: &mut Table, scales: &[FormScale]) -> bool {
    let known = table.entry("response_scales").or_insert_with(|| Value::Table(Table::new()));
    let Some(known) = known.as_table_mut() else { return false };
    let mut any = false;
    for scale in scales {
        let (kind, lowest, highest) = (scale.responses.kind(), scale.responses.lowest(), scale.responses.highest());
        let is_same = known.get(&scale.name).is_some_and(|entry| {
            let has_bounds =
                as_number(entry.get("lowest")) == Some(lowest) && as_number(entry.get("highest")) == Some(highest);
            let word = entry.get("kind").and_then(Value::as_str).map(str::trim);
            word == Some(kind_word(kind)) && (kind == ResponseKind::Text || has_bounds)
        });
        if !is_same {
            let mut entry = Table::new();
            entry.insert("kind".to_owned(), Value::String(kind_word(kind).to_owned()));
            if kind != ResponseKind::Text {
                entry.insert("lowest".to_owned(), number_value(lowest));
                entry.insert("highest".to_owned(), number_value(highest));
            }
            known.insert(scale.name.clone(), Value::Table(entry));
            any = true;
        }
    }
    any
}

/// Id, first and last item, seconds.
type SectionFacts = (String, String, String, Option<i64>);

fn facts_of(section: &FormSection, form: &Form) -> SectionFacts {
    let item = |idx: usize| form.items.get(idx).map(|item| item.id.clone()).unwrap_or_default();
    (section.id.clone(), item(section.first), item(section.last), section.seconds.map(i64::from))
}

fn sections_of(table: &Table) -> Vec<SectionFacts> {
    let sections = table.get("sections").and_then(Value::as_array);
    let text = |section: &Value, key: &str| {
        section.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default().to_owned()
    };
    let facts = |section: &Value| {
        let seconds = section.get("seconds").and_then(Value::as_integer);
        (text(section, "id"), text(section, "first"), text(section, "last"), seconds)
    };
    sections.into_iter().flatten().map(facts).collect()
}

fn section_table(section: &FormSection, form: &Form) -> Table {
    let (id, first, last, seconds) = facts_of(section, form);
    let mut table = Table::new();
    for (key, text) in [("id", id), ("first", first), ("last", last)] {
        table.insert(key.to_owned(), Value::String(text));
    }
    if let Some(seconds) = seconds {
        table.insert("seconds".to_owned(), Value::Integer(seconds));
    }
    table
}
