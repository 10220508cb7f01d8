//! The tables of a folder, written from a form.

use crate::exchange::form::Form;

/// Writes rows as CSV.
pub(crate) fn csv_of<'r>(rows: impl IntoIterator<Item = Vec<&'r str>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

/// `items.csv`, with the optional columns where some item needs them.
pub(crate) fn items_csv(form: &Form) -> Vec<u8> {
    let has_correct = form.items.iter().any(|item| item.correct.is_some());
    let has_blocks = form.items.iter().any(|item| item.block.is_some());
    let correct: Vec<String> =
        form.items.iter().map(|item| item.correct.map(|code| code.to_string()).unwrap_or_default()).collect();
    let mut rows = vec![vec!["item", "response_scale", "correct", "block"]];
    for (item, correct) in form.items.iter().zip(&correct) {
        let scale = form.scale_of(item).map_or("", |scale| scale.name.as_str());
        rows.push(vec![&item.id, scale, correct, item.block.as_deref().unwrap_or_default()]);
    }
    for row in &mut rows {
        if !has_blocks {
            row.remove(3);
        }
        if !has_correct {
            row.remove(2);
        }
    }
    csv_of(rows)
}

/// `text.<lang>.csv`, or `names.<lang>.csv` where the questionnaire cannot be given in the language.
pub(crate) fn text_csv(form: &Form, language: &str) -> Vec<u8> {
    let mut rows: Vec<(&str, String, Option<&String>)> = Vec::new();
    let mut add = |element, id, text| rows.push((element, id, text));
    add("title", String::new(), form.title.get(language));
    add("description", String::new(), form.description.get(language));
    if form.can_be_given(language) {
        add("instruction", String::new(), form.instruction.get(language));
        for section in &form.sections {
            add("section", section.id.clone(), section.title.get(language));
            add("section-instruction", section.id.clone(), section.instruction.get(language));
        }
        for item in &form.items {
            add("item", item.id.clone(), item.text.get(language));
        }
        for scale in &form.response_scales {
            for (code, label) in &scale.labels {
                add("option", format!("{}:{code}", scale.name), label.get(language));
            }
        }
    }
    for scale in &form.scales {
        for (element, words) in scale.texts() {
            add(element, scale.id.clone(), words.get(language));
        }
    }
    let header = vec!["element", "id", "text"];
    let told = rows.iter().filter_map(|(element, id, text)| Some(vec![*element, id.as_str(), text.as_ref()?.as_str()]));
    csv_of(std::iter::once(header).chain(told))
}

/// A text, without the spaces around it and with one kind of line ends, as the files of a folder have it; `None` where it is blank.
pub(crate) fn clean(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
