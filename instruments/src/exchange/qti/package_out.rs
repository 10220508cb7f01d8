//! From a form to a content package.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::exchange::Scoring;
use crate::exchange::draft::UNDETERMINED;
use crate::exchange::form::{Form, FormItem, FormSection};
use crate::exchange::qti::items_out::item_xml;
use crate::exchange::qti::vocabulary as names;
use crate::exchange::qti::xml_out::{Xml, forbidden};
use crate::exchange::qti::zip_file;
use crate::exchange::tables::{csv_of, items_csv, text_csv};
use crate::load::items;
use crate::problem::{Problems, given};

/// The bytes of the package.
pub(crate) fn package(form: &Form, scoring: Scoring) -> Result<Vec<u8>> {
    let invalid = |problems: Problems| Error::Invalid { name: form.id.clone(), problems: problems.into_list() };
    let mut problems = Problems::default();
    refuse_blocks(form, &mut problems);
    if problems.any_error() {
        return Err(invalid(problems));
    }
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut manifest = Manifest::default();
    let given_in: Vec<&str> = form.languages.iter().filter(|tag| form.can_be_given(tag)).map(String::as_str).collect();
    // A published key whose wording stands elsewhere has items all the same.
    let folders = if given_in.is_empty() { vec![UNDETERMINED] } else { given_in };
    for language in &folders {
        let mut item_ids = Vec::with_capacity(form.items.len());
        for item in &form.items {
            let Some(scale) = form.scale_of(item) else { continue };
            let href = format!("{language}/{}", item_href(item));
            let id = manifest.add(names::ITEM_TYPE, &href, &format!("{language}.{}", item.id), Vec::new());
            item_ids.push(id);
            files.insert(href, item_xml(form, item, scale, language, scoring).into_bytes());
        }
        let href = format!("{language}/test.xml");
        manifest.add(names::TEST_TYPE, &href, &format!("{language}.test"), item_ids);
        files.insert(href, test_xml(form, language).into_bytes());
    }
    let folder = form.files.iter().map(|(file, bytes)| (format!("{}{file}", names::FOLDER), bytes.clone()));
    let mut own: BTreeMap<String, Vec<u8>> = folder.collect();
    own.insert(names::ITEMS.to_owned(), items_csv(form));
    for language in &form.languages {
        let (stem, bytes) = match form.can_be_given(language) {
            true => (names::WORDS, words_csv(form, language)),
            false => (names::NAMES, Some(text_csv(form, language))),
        };
        own.extend(bytes.map(|bytes| (format!("{stem}{language}.csv"), bytes)));
    }
    for (number, (href, bytes)) in (1..).zip(own) {
        manifest.add("webcontent", &href, &format!("bilan.{number}"), Vec::new());
        files.insert(href, bytes);
    }
    files.insert(names::MANIFEST.to_owned(), manifest.to_xml(&form.id).into_bytes());
    for (file, bytes) in files.iter().filter(|(file, _)| file.ends_with(".xml") && !file.starts_with(names::OWN)) {
        if let Some(c) = forbidden(&String::from_utf8_lossy(bytes)) {
            let message = format!("a text has the character U+{:04X}, which XML cannot hold", u32::from(c));
            problems.error(file, "", message, "take it out of the files of wording");
        }
    }
    if problems.any_error() {
        return Err(invalid(problems));
    }
    zip_file::pack(&files).map_err(|reason| Error::File { path: format!("{}.zip", form.id).into(), reason })
}

/// Forced choices and rankings are answered over several items at once; no interaction of QTI gives each of them its code.
fn refuse_blocks(form: &Form, problems: &mut Problems) {
    let is_compared = |item: &&FormItem| form.scale_of(item).is_some_and(|scale| scale.responses.kind().is_ipsative());
    let mut blocks: Vec<(&str, Vec<&str>)> = Vec::new();
    for item in form.items.iter().filter(is_compared) {
        let block = item.block.as_deref().unwrap_or_default();
        match blocks.last_mut() {
            Some((known, members)) if *known == block => members.push(&item.id),
            _ => blocks.push((block, vec![&item.id])),
        }
    }
    for (block, members) in blocks {
        let message = format!(
            "block {} ({}) is a forced choice or a ranking, which QTI cannot carry without loss",
            given(block),
            members.join(", ")
        );
        problems.error(
            items::FILE,
            format!("block {block}"),
            message,
            "export the instrument as FHIR, which carries blocks",
        );
    }
}

fn item_href(item: &FormItem) -> String {
    format!("items/{}.xml", item.id)
}

/// The words of a language that have no place in items and tests; `None` where there are none.
fn words_csv(form: &Form, language: &str) -> Option<Vec<u8>> {
    let mut rows: Vec<(&str, String, &str)> = Vec::new();
    // Another system may take the description for a part of the instruction.
    rows.extend(form.description.get(language).map(|text| ("description", String::new(), text.as_str())));
    for scale in &form.response_scales {
        let is_used = form.items.iter().any(|item| form.scale_of(item) == Some(scale));
        for (code, label) in scale.labels.iter().filter(|_| !(is_used && scale.responses.kind().is_categorical())) {
            rows.extend(label.get(language).map(|text| ("option", format!("{}:{code}", scale.name), text.as_str())));
        }
    }
    for scale in &form.scales {
        for (element, words) in scale.texts() {
            rows.extend(words.get(language).map(|text| (element, scale.id.clone(), text.as_str())));
        }
    }
    let header = vec!["element", "id", "text"];
    let told = rows.iter().map(|(element, id, text)| vec![*element, id.as_str(), *text]);
    (!rows.is_empty()).then(|| csv_of(std::iter::once(header).chain(told)))
}

fn test_xml(form: &Form, language: &str) -> String {
    let id = names::identifier(&form.id);
    let title = form.title.get(language).map_or(form.id.as_str(), String::as_str);
    let mut attributes = vec![("identifier", id.as_str()), ("title", title), ("tool-name", "bilan")];
    if form.can_be_given(language) {
        attributes.push(("xml:lang", language));
    }
    let mut xml = Xml::begin("qti-assessment-test", names::ITEMS_NAMESPACE, names::ITEMS_SCHEMA, &attributes);
    if let Some(text) = form.description.get(language) {
        write_rubric(&mut xml, &[("view", "candidate"), (names::ROLE, names::DESCRIPTION)], text);
    }
    if let Some(text) = form.instruction.get(language) {
        write_rubric(&mut xml, &[("use", "instructions"), ("view", "candidate")], text);
    }
    let part = [("identifier", "part"), ("navigation-mode", "nonlinear"), ("submission-mode", "individual")];
    xml.open("qti-test-part", &part);
    if form.sections.is_empty() {
        let whole = [
            ("identifier", names::WHOLE_IDENTIFIER),
            ("title", title),
            ("visible", "false"),
            (names::ROLE, names::WHOLE),
        ];
        xml.open("qti-assessment-section", &whole);
        write_references(&mut xml, &form.items);
        xml.close();
    }
    for section in &form.sections {
        write_section(&mut xml, form, section, language);
    }
    xml.finish()
}

fn write_section(xml: &mut Xml, form: &Form, section: &FormSection, language: &str) {
    let id = names::identifier(&section.id);
    let title = section.title.get(language).map_or("", String::as_str);
    xml.open("qti-assessment-section", &[("identifier", &id), ("title", title), ("visible", "true")]);
    if let Some(seconds) = section.seconds {
        xml.empty("qti-time-limits", &[("max-time", &seconds.to_string())]);
    }
    if let Some(text) = section.instruction.get(language) {
        write_rubric(xml, &[("use", "instructions"), ("view", "candidate")], text);
    }
    write_references(xml, form.items.get(section.first..=section.last).unwrap_or_default());
    xml.close();
}

fn write_references(xml: &mut Xml, items: &[FormItem]) {
    for item in items {
        let (id, href) = (names::identifier(&item.id), item_href(item));
        xml.empty("qti-assessment-item-ref", &[("identifier", &id), ("href", &href)]);
    }
}

fn write_rubric(xml: &mut Xml, attributes: &[(&str, &str)], text: &str) {
    xml.open("qti-rubric-block", attributes);
    xml.open("qti-content-body", &[]);
    xml.text("p", &[], text);
    xml.close();
    xml.close();
}

/// The manifest while it is collected.
#[derive(Debug, Default)]
struct Manifest {
    resources: Vec<Resource>,
}

#[derive(Debug)]
struct Resource {
    id: String,
    kind: &'static str,
    href: String,
    dependencies: Vec<String>,
}

impl Manifest {
    /// Adds a resource; gives its identifier.
    fn add(&mut self, kind: &'static str, href: &str, id: &str, dependencies: Vec<String>) -> String {
        let id = names::identifier(id);
        self.resources.push(Resource { id: id.clone(), kind, href: href.to_owned(), dependencies });
        id
    }

    fn to_xml(&self, instrument: &str) -> String {
        let id = format!("bilan.{instrument}");
        let mut xml = Xml::begin("manifest", names::MANIFEST_NAMESPACE, names::MANIFEST_SCHEMA, &[("identifier", &id)]);
        xml.open("metadata", &[]);
        xml.text("schema", &[], "QTI Package");
        xml.text("schemaversion", &[], "3.0.0");
        xml.close();
        xml.empty("organizations", &[]);
        xml.open("resources", &[]);
        for resource in &self.resources {
            let attributes = [("identifier", resource.id.as_str()), ("type", resource.kind), ("href", &resource.href)];
            xml.open("resource", &attributes);
            xml.empty("file", &[("href", &resource.href)]);
            for id in &resource.dependencies {
                xml.empty("dependency", &[("identifierref", id)]);
            }
            xml.close();
        }
        xml.finish()
    }
}
