//! Answers as `QuestionnaireResponse`, in the groups of their questionnaire.

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::exchange::answers::{CheckedAnswer, read_cell};
use crate::exchange::fhir::AnswerRow;
use crate::exchange::fhir::json::{Object, put_list};
use crate::exchange::fhir::vocabulary as names;
use crate::exchange::form::{Form, FormItem};
use crate::problem::{Problems, given};

/// What the problems call the rows.
const NAME: &str = "answers";

/// The answers of one person.
pub(crate) fn response(form: &Form, row: &AnswerRow) -> Result<Value> {
    let mut problems = Problems::default();
    let resource = resource(form, row, 1, &mut problems);
    finish(resource, problems)
}

/// The answers of many people.
pub(crate) fn bundle(form: &Form, rows: &[AnswerRow]) -> Result<Value> {
    let mut problems = Problems::default();
    let mut entries = Vec::with_capacity(rows.len());
    for (idx, row) in rows.iter().enumerate() {
        if problems.is_full() {
            break;
        }
        entries.push(json!({"resource": resource(form, row, idx + 1, &mut problems)}));
    }
    let mut bundle = Object::new();
    bundle.insert("resourceType".to_owned(), "Bundle".into());
    bundle.insert("type".to_owned(), "collection".into());
    put_list(&mut bundle, "entry", entries);
    finish(Value::Object(bundle), problems)
}

fn finish(value: Value, problems: Problems) -> Result<Value> {
    match problems.any_error() {
        false => Ok(value),
        true => Err(Error::Invalid { name: "the file of answers".to_owned(), problems: problems.into_list() }),
    }
}

fn resource(form: &Form, row: &AnswerRow, number: usize, problems: &mut Problems) -> Value {
    let place = format!("row {number}, {}", given(&row.id));
    if row.id.trim().is_empty() || row.id != row.id.trim() {
        problems.error(NAME, &place, "the id of the person is blank or has spaces around it", "give each person an id");
    }
    if row.cells.len() != form.items.len() {
        let message = format!("{} cells for {} items", row.cells.len(), form.items.len());
        problems.error(NAME, &place, message, "give one cell an item, in the order of the instrument");
    }
    let mut answers: Vec<Option<Value>> = Vec::with_capacity(form.items.len());
    for (item, cell) in form.items.iter().zip(&row.cells) {
        let Some(scale) = form.scale_of(item) else { continue };
        let checked = cell.as_deref().map_or(Ok(None), |cell| read_cell(cell, scale));
        answers.push(match checked {
            Ok(answer) => answer.map(|answer| answered(form, item, &answer)),
            Err((message, remedy)) => {
                problems.error(NAME, format!("{place}, item {}", item.id), message, remedy);
                None
            }
        });
    }
    let mut object = Object::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("resourceType", "QuestionnaireResponse".into());
    put("questionnaire", format!("{}{}|{}", names::QUESTIONNAIRE_PREFIX, form.id, form.version).into());
    put("status", "completed".into());
    put("subject", json!({"identifier": {"system": names::RESPONDENT_SYSTEM, "value": row.id}}));
    put_list(&mut object, "item", nested(form, answers));
    Value::Object(object)
}

/// An item with its answer.
fn answered(form: &Form, item: &FormItem, answer: &CheckedAnswer) -> Value {
    let value = match answer {
        CheckedAnswer::Code(code) => {
            let name = form.scale_of(item).map_or("", |scale| scale.name.as_str());
            json!({"valueCoding": {"system": names::code_system(&form.id, name), "code": code.to_string()}})
        }
        CheckedAnswer::Number(number) => json!({"valueDecimal": number}),
        CheckedAnswer::Text(text) => json!({"valueString": text}),
    };
    json!({"linkId": item.id, "answer": [value]})
}

/// The answered items in the groups of the questionnaire; groups without an answer are left out.
fn nested(form: &Form, answers: Vec<Option<Value>>) -> Vec<Value> {
    let mut list: Vec<Value> = Vec::new();
    let section_of = |idx: usize| form.sections.iter().find(|section| (section.first..=section.last).contains(&idx));
    let block_of = |item: &FormItem| {
        let together = form.scale_of(item).is_some_and(|scale| scale.responses.kind().is_ipsative());
        let block = item.block.as_deref().filter(|_| together)?;
        form.items.iter().find(|first| first.block.as_deref() == Some(block)).map(|first| names::block_link(&first.id))
    };
    for (idx, (item, answer)) in form.items.iter().zip(answers).enumerate() {
        let Some(answer) = answer else { continue };
        let section = section_of(idx).map(|section| names::section_link(&section.id));
        let path = [section, block_of(item)];
        put_in_groups(&mut list, &path.into_iter().flatten().collect::<Vec<_>>(), answer);
    }
    list
}

/// Adds an answer to the group that was added last, or to a new one.
fn put_in_groups(list: &mut Vec<Value>, path: &[String], answer: Value) {
    let Some((link, inner)) = path.split_first() else {
        list.push(answer);
        return;
    };
    let is_open = list.last().and_then(|last| last.get("linkId")).and_then(Value::as_str) == Some(link);
    if !is_open {
        list.push(json!({"linkId": link, "item": []}));
    }
    if let Some(Value::Array(items)) = list.last_mut().and_then(|group| group.get_mut("item")) {
        put_in_groups(items, inner, answer);
    }
}
