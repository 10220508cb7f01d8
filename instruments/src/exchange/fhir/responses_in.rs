//! From `QuestionnaireResponse`s to rows of answers.

use std::collections::{BTreeMap, BTreeSet};

use engine::model::ResponseKind;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::exchange::answers::{CheckedAnswer, Refused, check_number, read_cell, refused};
use crate::exchange::fhir::json::{list, read, text};
use crate::exchange::fhir::{AnswerRow, ImportedAnswers, MAX_RESPONSES_BYTES, vocabulary as names};
use crate::exchange::foreign_ids::ForeignIds;
use crate::exchange::form::{Form, FormItem};
use crate::exchange::losses::Losses;
use crate::problem::{Problem, Problems, did_you_mean, given};
use crate::source::Source;

/// What the problems call the file.
const NAME: &str = "QuestionnaireResponse";

/// The most cells that are kept in memory.
const MAX_CELLS: usize = 20_000_000;

/// What is known while resources are read.
struct Reader<'f> {
    form: &'f Form,
    ids: ForeignIds,
    /// Place of each item by its id in small letters.
    items: BTreeMap<String, usize>,
    problems: Problems,
    losses: Losses,
}

/// Reads one resource or a bundle.
pub(crate) fn import(source: &Source, form: &Form, json: &[u8]) -> Result<ImportedAnswers> {
    let value = read(json, NAME, MAX_RESPONSES_BYTES)?;
    let mut problems = Problems::default();
    let ids = ForeignIds::read(source, &mut problems);
    let items = form.items.iter().enumerate().map(|(idx, item)| (item.id.to_ascii_lowercase(), idx)).collect();
    let mut reader = Reader { form, ids, items, problems, losses: Losses::default() };
    let mut rows: Vec<AnswerRow> = Vec::new();
    match text(&value, "resourceType").as_deref() {
        Some(NAME) => rows.push(reader.resource(&value, 1)),
        Some("Bundle") => {
            for entry in list(&value, "entry") {
                let inner = entry.get("resource").unwrap_or(&Value::Null);
                if (rows.len() + 1).saturating_mul(form.items.len()) > MAX_CELLS {
                    let message = format!(
                        "the rows before have {MAX_CELLS} cells; this resource and those after it are not read"
                    );
                    let place = format!("resource {}", rows.len() + 1);
                    reader.problems.error(NAME, place, message, "split the bundle");
                    break;
                }
                match text(inner, "resourceType") {
                    Some(kind) if kind == NAME => rows.push(reader.resource(inner, rows.len() + 1)),
                    kind => reader.losses.add(format!("resource {}", kind.unwrap_or_default()), "entry"),
                }
            }
            for link in list(&value, "link").iter().filter(|link| text(link, "relation").as_deref() == Some("next")) {
                let message = "the bundle is one page of several; the others are not in the file";
                let place = text(link, "url").unwrap_or_default();
                reader.problems.warning(NAME, given(&place), message, "fetch all pages, and import each of them");
            }
        }
        kind => {
            let message =
                format!("the resource is {}; a {NAME} or a Bundle of them is needed", given(kind.unwrap_or_default()));
            let problem = Problem::error(NAME, "resourceType", message, "export the answers themselves");
            return Err(Error::Invalid { name: "the file of answers".to_owned(), problems: vec![problem] });
        }
    }
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| !seen.insert(row.id.as_str())) {
        let message = format!("person {} has several resources; each of them is a row", given(&row.id));
        reader.problems.warning(NAME, "subject", message, "keep the one that counts");
    }
    if rows.is_empty() {
        reader.problems.error(NAME, "", "there are no answers in it", "export the answers again");
    }
    let Reader { mut problems, losses, .. } = reader;
    losses.report(NAME, &mut problems);
    Ok(ImportedAnswers { rows, problems: problems.into_list() })
}

impl Reader<'_> {
    fn resource(&mut self, resource: &Value, number: usize) -> AnswerRow {
        const KEYS: &[&str] = &["resourceType", "questionnaire", "status", "subject", "item", "id", "identifier"];
        let id = person_of(resource).unwrap_or_else(|| {
            let message = format!("the resource names no person; its row is called `r{number}`");
            self.problems.warning(NAME, format!("resource {number}"), message, "put the person's id into the row");
            format!("r{number}")
        });
        let place = format!("resource {number}, {}", given(&id));
        self.check_questionnaire(resource, &place);
        let keys = resource.as_object().into_iter().flat_map(|object| object.keys());
        for key in keys.filter(|key| !KEYS.contains(&key.as_str())) {
            self.losses.add(key.chars().take(60).collect::<String>(), &place);
        }
        match text(resource, "status").as_deref() {
            Some("completed" | "amended") => {}
            status => {
                let message = format!(
                    "the status is {}: the answers may not be the last ones",
                    given(status.unwrap_or_default())
                );
                self.problems.warning(NAME, &place, message, "look whether the person has finished");
            }
        }
        let mut cells = vec![None; self.form.items.len()];
        self.items(resource, &place, &mut cells);
        AnswerRow { id, cells }
    }

    fn check_questionnaire(&mut self, resource: &Value, place: &str) {
        let Some(canonical) = text(resource, "questionnaire") else { return };
        let (url, version) = canonical.split_once('|').unwrap_or((&canonical, ""));
        let ours = format!("{}{}", names::QUESTIONNAIRE_PREFIX, self.form.id);
        let is_known = self.ids.questionnaire.as_ref().is_some_and(|(known, _)| known == url);
        if url == ours && (version.is_empty() || version == self.form.version) || is_known {
            return;
        }
        let message =
            format!("the answers are to {}, not to `{}@{}`", given(&canonical), self.form.id, self.form.version);
        self.problems.warning(
            NAME,
            place,
            message,
            "look whether the items are the same; if not, import with their instrument",
        );
    }

    /// The items of a resource, a group or an answer. JSON is not nested so deeply that this could not end.
    fn items(&mut self, parent: &Value, place: &str, cells: &mut [Option<String>]) {
        for entry in list(parent, "item") {
            let link = text(entry, "linkId").unwrap_or_default();
            let answers = list(entry, "answer");
            if !answers.is_empty() {
                self.answer(&link, answers, place, cells);
            }
            self.items(entry, place, cells);
            answers.iter().for_each(|answer| self.items(answer, place, cells));
        }
    }

    fn answer(&mut self, link: &str, answers: &[Value], place: &str, cells: &mut [Option<String>]) {
        let ours = self.ids.items.get(link).map_or(link, String::as_str);
        let form = self.form;
        let Some(&idx) = self.items.get(&ours.to_ascii_lowercase()) else {
            let known = form.items.iter().map(|item| item.id.as_str());
            let remedy =
                did_you_mean(ours, known, "import with the instrument that has it, or add the old id to exchange.csv");
            self.problems.error(NAME, place, format!("unknown item {}", given(link)), remedy);
            return;
        };
        let (Some(item), Some(cell)) = (form.items.get(idx), cells.get_mut(idx)) else { return };
        let place = format!("{place}, item {}", item.id);
        let [answer] = answers else {
            let message = format!("{} answers to an item that takes one", answers.len());
            self.problems.error(NAME, place, message, "keep one of them; the item counts as unanswered");
            return;
        };
        if cell.is_some() {
            self.problems.error(NAME, place, "the item is answered twice", "keep one answer; the first one is taken");
            return;
        }
        match self.value(item, answer) {
            Ok(answer) => *cell = answer.map(|answer| answer.to_cell()),
            Err((message, remedy)) => self.problems.error(NAME, place, message, remedy),
        }
    }

    /// The answer as its item has it.
    fn value(&self, item: &FormItem, answer: &Value) -> std::result::Result<Option<CheckedAnswer>, Refused> {
        let Some(scale) = self.form.scale_of(item) else { return Ok(None) };
        let responses = &scale.responses;
        let number_or_text = |value: &Value| match value {
            Value::Number(number) => number.as_f64().map(|number| (number, number.to_string())),
            _ => None,
        };
        let (system, code) = if let Some(coding) = answer.get("valueCoding") {
            (text(coding, "system").unwrap_or_default(), text(coding, "code").or_else(|| text(coding, "display")))
        } else if let Some(truth) = answer.get("valueBoolean").and_then(Value::as_bool) {
            (String::new(), Some(if truth { "1" } else { "0" }.to_owned()))
        } else if let Some((number, shown)) =
            ["valueDecimal", "valueInteger"].iter().find_map(|key| number_or_text(answer.get(*key)?))
        {
            if responses.kind() == ResponseKind::Text {
                return Ok(Some(CheckedAnswer::Text(shown)));
            }
            let foreign = self.ids.options.get(&(scale.name.clone(), String::new(), shown));
            return check_number(foreign.map_or(number, |code| *code as f64), responses).map(Some);
        } else {
            let words = ["valueString", "valueDate", "valueDateTime", "valueTime", "valueUri"];
            let found = words.iter().find_map(|key| answer.get(*key).and_then(Value::as_str));
            let Some(found) = found else { return Err(refused(&answer.to_string(), responses)) };
            if responses.kind() == ResponseKind::Text {
                return read_cell(found, scale);
            }
            (String::new(), Some(found.trim().to_owned()))
        };
        let Some(code) = code else { return Err(refused(&answer.to_string(), responses)) };
        if system.starts_with(names::CODES_PREFIX) || responses.kind() == ResponseKind::Text {
            return read_cell(&code, scale);
        }
        // Codes of another system come first: its `1` may be our 0.
        let foreign = self.ids.options.get(&(scale.name.clone(), system, code.clone()));
        match foreign {
            Some(ours) => check_number(*ours as f64, responses).map(Some),
            None => read_cell(&code, scale),
        }
    }
}

/// Who answered: the identifier that we gave, else any identifier, reference or id.
fn person_of(resource: &Value) -> Option<String> {
    let subject = resource.get("subject").unwrap_or(&Value::Null);
    let identifier = subject.get("identifier").and_then(|identifier| text(identifier, "value"));
    identifier
        .or_else(|| text(subject, "reference"))
        .or_else(|| text(subject, "display"))
        .or_else(|| text(resource, "id"))
}
