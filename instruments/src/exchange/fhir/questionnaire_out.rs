//! From a form to a `Questionnaire`.

use data_encoding::BASE64;
use engine::model::ResponseKind;
use serde_json::{Value, json};

use crate::exchange::Scoring;
use crate::exchange::fhir::json::{Object, put_list, put_words, words_extensions};
use crate::exchange::fhir::vocabulary as names;
use crate::exchange::file_names::content_type;
use crate::exchange::form::{Form, FormItem, FormScale, ScaleWords, kind_word};

/// A form while it is written.
struct Writer<'f> {
    form: &'f Form,
    /// The language of the elements themselves.
    main: &'f str,
    scoring: Scoring,
}

/// The `Questionnaire` of a form.
pub(crate) fn questionnaire(form: &Form, scoring: Scoring) -> Value {
    let main = form.languages.first().map_or("", String::as_str);
    let writer = Writer { form, main, scoring };
    let mut object = Object::new();
    let mut put = |key: &str, value: Value| {
        object.insert(key.to_owned(), value);
    };
    put("resourceType", "Questionnaire".into());
    put("status", "active".into());
    put("url", format!("{}{}", names::QUESTIONNAIRE_PREFIX, form.id).into());
    put("identifier", json!([{"system": names::INSTRUMENT_SYSTEM, "value": form.id}]));
    put("version", form.version.clone().into());
    put("name", computable_name(&form.id).into());
    for (key, text) in [("publisher", &form.authors), ("copyright", &form.license), ("purpose", &form.purpose)] {
        if let Some(text) = text {
            put(key, text.clone().into());
        }
    }
    if !main.is_empty() {
        put("language", main.into());
    }
    put_words(&mut object, "title", &form.title, main);
    put_words(&mut object, "description", &form.description, main);
    let mut extensions: Vec<Value> = form.response_scales.iter().map(|scale| writer.response_scale(scale)).collect();
    extensions.extend(form.scales.iter().map(scale_extension));
    extensions.extend(form.files.iter().map(|(file, bytes)| file_extension(file, bytes)));
    put_list(&mut object, "extension", extensions);
    put_list(&mut object, "item", writer.items());
    Value::Object(object)
}

/// A name as programs want it: letters, digits and `_`, beginning with a capital.
fn computable_name(id: &str) -> String {
    let plain: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    match plain.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => {
            let rest = plain.get(first.len_utf8()..).unwrap_or_default();
            format!("{}{rest}", first.to_ascii_uppercase())
        }
        _ => format!("Q{plain}"),
    }
}

fn file_extension(file: &str, bytes: &[u8]) -> Value {
    let attachment = json!({"contentType": content_type(file), "title": file, "data": BASE64.encode(bytes)});
    json!({"url": names::FILE, "valueAttachment": attachment})
}

fn scale_extension(scale: &ScaleWords) -> Value {
    let mut inner = vec![json!({"url": "id", "valueString": scale.id})];
    inner.extend(scale.texts().iter().flat_map(|(element, words)| words_extensions(element, words)));
    json!({"url": names::SCALE, "extension": inner})
}

impl Writer<'_> {
    /// An answer format; its labels stand here where no answer option of an item has them.
    fn response_scale(&self, scale: &FormScale) -> Value {
        let kind = scale.responses.kind();
        let mut inner =
            vec![json!({"url": "id", "valueString": scale.name}), json!({"url": "kind", "valueCode": kind_word(kind)})];
        if kind != ResponseKind::Text {
            inner.push(json!({"url": "lowest", "valueDecimal": scale.responses.lowest()}));
            inner.push(json!({"url": "highest", "valueDecimal": scale.responses.highest()}));
        }
        let is_used = self.form.items.iter().any(|item| self.form.scale_of(item) == Some(scale));
        if !(is_used && kind.is_categorical()) {
            for (code, label) in &scale.labels {
                let mut option = vec![json!({"url": "code", "valueInteger": code})];
                option.extend(words_extensions("label", label));
                inner.push(json!({"url": "option", "extension": option}));
            }
        }
        json!({"url": names::RESPONSE_SCALE, "extension": inner})
    }

    /// The instruction, then the items in their sections and blocks.
    fn items(&self) -> Vec<Value> {
        let mut list = Vec::new();
        if !self.form.instruction.is_empty() {
            list.push(self.display(names::INSTRUCTION_LINK, &self.form.instruction));
        }
        if self.form.sections.is_empty() {
            list.extend(self.blocks(&self.form.items));
        }
        for section in &self.form.sections {
            let mut inner = Vec::new();
            if !section.instruction.is_empty() {
                inner.push(self.display(&names::section_instruction_link(&section.id), &section.instruction));
            }
            inner.extend(self.blocks(self.form.items.get(section.first..=section.last).unwrap_or_default()));
            let mut facts = vec![json!({"url": "id", "valueString": section.id})];
            if let Some(seconds) = section.seconds {
                facts.push(json!({"url": "seconds", "valueInteger": seconds}));
            }
            let mut group = self.group(&names::section_link(&section.id), inner);
            put_words(&mut group, "text", &section.title, self.main);
            put_list(&mut group, "extension", vec![json!({"url": names::SECTION, "extension": facts})]);
            list.push(Value::Object(group));
        }
        list
    }

    /// Items, those of a forced-choice block or a ranking in a group.
    fn blocks(&self, items: &[FormItem]) -> Vec<Value> {
        let block_of = |item: &FormItem| {
            let together = self.form.scale_of(item).is_some_and(|scale| scale.responses.kind().is_ipsative());
            item.block.clone().filter(|_| together)
        };
        let same = |one: &FormItem, other: &FormItem| block_of(one).is_some() && block_of(one) == block_of(other);
        let mut list = Vec::new();
        for run in items.chunk_by(same) {
            let Some(first) = run.first() else { continue };
            let inner: Vec<Value> = run.iter().map(|item| self.item(item)).collect();
            match block_of(first) {
                Some(block) => {
                    let mut group = self.group(&names::block_link(&first.id), inner);
                    put_list(&mut group, "extension", vec![json!({"url": names::BLOCK, "valueString": block})]);
                    list.push(Value::Object(group));
                }
                None => list.extend(inner),
            }
        }
        list
    }

    fn group(&self, link: &str, items: Vec<Value>) -> Object {
        let mut object = Object::new();
        object.insert("linkId".to_owned(), link.into());
        object.insert("type".to_owned(), "group".into());
        put_list(&mut object, "item", items);
        object
    }

    fn display(&self, link: &str, words: &crate::exchange::form::Words) -> Value {
        let mut object = Object::new();
        object.insert("linkId".to_owned(), link.into());
        object.insert("type".to_owned(), "display".into());
        put_list(&mut object, "extension", vec![json!({"url": names::INSTRUCTION, "valueBoolean": true})]);
        put_words(&mut object, "text", words, self.main);
        Value::Object(object)
    }

    fn item(&self, item: &FormItem) -> Value {
        let Some(scale) = self.form.scale_of(item) else { return Value::Null };
        let kind = scale.responses.kind();
        let mut extensions = vec![json!({"url": names::RESPONSE_SCALE, "valueString": scale.name})];
        if let Some(block) = item.block.as_ref().filter(|_| !kind.is_ipsative()) {
            extensions.push(json!({"url": names::BLOCK, "valueString": block}));
        }
        let mut object = Object::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("linkId", item.id.clone().into());
        match kind {
            ResponseKind::Text => {
                put("type", "text".into());
            }
            ResponseKind::Numeric | ResponseKind::Slider => {
                put("type", "decimal".into());
                if kind == ResponseKind::Slider {
                    let coding = json!([{"system": names::ITEM_CONTROL_SYSTEM, "code": "slider"}]);
                    extensions.push(json!({"url": names::ITEM_CONTROL, "valueCodeableConcept": {"coding": coding}}));
                }
                extensions.push(json!({"url": names::MIN_VALUE, "valueDecimal": scale.responses.lowest()}));
                extensions.push(json!({"url": names::MAX_VALUE, "valueDecimal": scale.responses.highest()}));
            }
            _ => {
                put("type", "coding".into());
                let codes = (0..scale.responses.n_categories()).map(|category| scale.responses.code_of(category));
                put("answerOption", codes.map(|code| self.option(item, scale, code)).collect());
            }
        }
        put_words(&mut object, "text", &item.text, self.main);
        put_list(&mut object, "extension", extensions);
        Value::Object(object)
    }

    fn option(&self, item: &FormItem, scale: &FormScale, code: i64) -> Value {
        let mut coding = Object::new();
        coding.insert("system".to_owned(), names::code_system(&self.form.id, &scale.name).into());
        coding.insert("code".to_owned(), code.to_string().into());
        if let Some(label) = scale.labels.get(&code) {
            put_words(&mut coding, "display", label, self.main);
        }
        let mut option = Object::new();
        option.insert("valueCoding".to_owned(), Value::Object(coding));
        let mut extensions = Vec::new();
        // The options of a choice have no order, so no number either.
        if self.scoring == Scoring::With && scale.responses.kind() != ResponseKind::Choice {
            extensions.push(json!({"url": names::ITEM_WEIGHT, "valueDecimal": code}));
        }
        if item.correct == Some(code) {
            extensions.push(json!({"url": names::CORRECT, "valueBoolean": true}));
        }
        put_list(&mut option, "extension", extensions);
        Value::Object(option)
    }
}
