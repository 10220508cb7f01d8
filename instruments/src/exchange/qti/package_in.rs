//! From a content package to the files of a folder.

use std::collections::{BTreeMap, BTreeSet};

use engine::model::{ResponseKind, ResponseScale};

use crate::about::Language;
use crate::error::{Error, Result};
use crate::exchange::Imported;
use crate::exchange::draft::{Draft, Format, Group, Open, Origin, UNDETERMINED};
use crate::exchange::form::{FormItem, Words};
use crate::exchange::options::{ReadOption, free_text, number_format, with_options};
use crate::exchange::qti::items_in::{Choice, ReadItem, Shape, read_item, root_name};
use crate::exchange::qti::own_files_in::{
    add_formats_of_words, declared_format, own_manifest, read_hints, read_own_files, read_words,
};
use crate::exchange::qti::tests_in::{ReadTest, Reference, read_test};
use crate::exchange::qti::xml_in::{elements, language_of as language_of_element, parse};
use crate::exchange::qti::{MAX_PACKAGE_BYTES, vocabulary as names, zip_file};
use crate::exchange::to_folder::to_folder;
use crate::problem::Problem;
use crate::text::decode;

/// What the problems call the package.
const NAME: &str = "package";

/// The files of a package by what they are.
#[derive(Debug, Default)]
pub(crate) struct Package {
    pub files: BTreeMap<String, Vec<u8>>,
    tests: Vec<String>,
    items: Vec<String>,
}

/// An item in all its languages.
#[derive(Debug)]
struct Merged {
    first: ReadItem,
    path: String,
    section: Option<usize>,
    text: Words,
    /// Labels by the identifier of the option.
    labels: BTreeMap<String, Words>,
}

/// What our package says of its items beside them.
#[derive(Debug)]
struct Hints {
    /// Answer format and block by the item's id.
    items: BTreeMap<String, (String, Option<String>)>,
    /// `instrument.toml` as it came along.
    manifest: toml::Table,
}

/// Reads a package.
pub(crate) fn import(zip: &[u8]) -> Result<Imported> {
    let refused = |message: String, remedy: &str| Error::Invalid {
        name: "the package".to_owned(),
        problems: vec![Problem::error(NAME, "", message, remedy)],
    };
    if zip.len() > MAX_PACKAGE_BYTES {
        let message = format!("{} bytes; at most {MAX_PACKAGE_BYTES} are read", zip.len());
        return Err(refused(message, "split the package, or take pictures and films out of it"));
    }
    let mut draft = Draft::of(NAME);
    let files = zip_file::unpack(zip, &mut draft.losses);
    let files =
        files.map_err(|reason| refused(format!("this is no package that can be read: {reason}"), "export it again"))?;
    let package = sort_files(files, &mut draft);
    read_own_files(&package, &mut draft);
    let tests = read_tests(&package, &mut draft);
    let manifest = own_manifest(&draft);
    name(&tests, &manifest, &mut draft);
    let merged = read_items(&package, &tests, &mut draft);
    read_words(&package, &mut draft);
    let hints = Hints { items: read_hints(&package), manifest };
    for item in merged {
        if draft.is_full() {
            break;
        }
        add_item(item, &hints, &mut draft);
    }
    add_formats_of_words(&package, &hints.manifest, &mut draft);
    let (form, ids, problems) = draft.finish();
    Ok(to_folder(form, ids, problems))
}

/// Finds tests and items by the manifest; by what the files hold where there is none.
fn sort_files(files: BTreeMap<String, Vec<u8>>, draft: &mut Draft) -> Package {
    let mut package = Package::default();
    let mut known: BTreeSet<String> = BTreeSet::from([names::MANIFEST.to_owned()]);
    let manifest = files.get(names::MANIFEST).and_then(|bytes| decode(names::MANIFEST, bytes).ok());
    let document = manifest.as_deref().map(parse);
    match &document {
        Some(Ok(document)) => {
            for resource in document.descendants().filter(|node| node.tag_name().name() == "resource") {
                let href = resource.attribute("href").and_then(|href| zip_file::resolve(names::MANIFEST, href));
                let kind = resource.attribute("type").unwrap_or_default();
                let Some(path) = href.filter(|path| files.contains_key(path)) else {
                    draft.losses.add("a resource without a file in the package", names::MANIFEST);
                    continue;
                };
                if kind.contains("test_xml") {
                    package.tests.push(path.clone());
                } else if kind.contains("item_xml") {
                    package.items.push(path.clone());
                } else if !path.starts_with(names::OWN) {
                    draft.losses.add(format!("a file of type {}", kind.chars().take(60).collect::<String>()), &path);
                }
                known.insert(path);
                // A resource may be made of several files.
                let files = elements(resource).filter(|inner| inner.tag_name().name() == "file");
                known.extend(files.filter_map(|file| zip_file::resolve(names::MANIFEST, file.attribute("href")?)));
            }
        }
        Some(Err(reason)) => {
            let message = format!("it cannot be read: {reason}");
            draft.problems.warning(
                names::MANIFEST,
                "",
                message,
                "the files are looked through instead; look whether all are there",
            );
        }
        None => {
            let message = "the package has none";
            draft.problems.warning(
                names::MANIFEST,
                "",
                message,
                "the files are looked through instead; look whether all are there",
            );
        }
    }
    if package.items.is_empty() {
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".xml")) {
            let text = decode(path, bytes).unwrap_or_default();
            match root_name(&text).as_deref() {
                Some("qti-assessment-item") => package.items.push(path.clone()),
                Some(_) if !package.tests.contains(path) => package.tests.push(path.clone()),
                _ => continue,
            }
            known.insert(path.clone());
        }
    }
    for path in files.keys().filter(|path| !known.contains(*path) && !path.starts_with(names::OWN)) {
        draft.losses.add("a file that the manifest does not name", path);
    }
    package.files = files;
    package
}

fn read_tests(package: &Package, draft: &mut Draft) -> Vec<ReadTest> {
    let mut tests: Vec<ReadTest> = Vec::new();
    for path in &package.tests {
        let read = package.files.get(path).ok_or_else(|| "the file is missing".to_owned());
        let read = read.and_then(|bytes| decode(path, bytes).map_err(|problem| problem.message));
        match read.and_then(|text| read_test(&text, path, &mut draft.losses)) {
            Ok(mut test) => {
                // A test seldom says its language; its items do.
                test.language = test.language.or_else(|| language_of_items(&test.items, package));
                if tests.iter().any(|known| known.language == test.language) {
                    draft.losses.add("a second test in the same language", path);
                } else {
                    tests.push(test);
                }
            }
            Err(reason) => {
                let message = format!("the test cannot be read: {reason}");
                draft.problems.warning(
                    NAME,
                    path,
                    message,
                    "its order and sections are left out; export it again as QTI 3.0",
                );
            }
        }
    }
    tests
}

/// The language of the first item that says one.
fn language_of_items(items: &[Reference], package: &Package) -> Option<String> {
    let language = |item: &Reference| {
        let text = decode(&item.path, package.files.get(&item.path)?).ok()?;
        let document = parse(&text).ok()?;
        language_of_element(document.root_element())
    };
    items.iter().take(20).find_map(language)
}

/// Id and version, title and instruction.
fn name(tests: &[ReadTest], table: &toml::Table, draft: &mut Draft) {
    let own = |key: &str| table.get(key).and_then(toml::Value::as_str).map(|text| text.trim().to_owned());
    let first = tests.first();
    let identifier = first.map(|test| names::id_of(&test.identifier).to_owned()).filter(|id| !id.is_empty());
    let candidates = [own("id"), identifier, first.and_then(|test| test.title.clone())];
    draft.name(&candidates, own("version").as_deref());
    if table.is_empty() {
        draft.ids.questionnaire = first.map(|test| (test.identifier.clone(), String::new()));
    }
    for test in tests {
        let language = tag_of(test.language.as_deref());
        put(
            &mut draft.form.title,
            &language,
            test.title.clone().filter(|_| test.language.is_some() || table.is_empty()),
        );
        put(&mut draft.form.description, &language, test.description.clone());
        put(&mut draft.form.instruction, &language, test.instruction.clone());
    }
    if let Some(test) = first {
        draft.form.languages = vec![tag_of(test.language.as_deref())];
        draft.groups.extend(test.sections.iter().map(|section| Group {
            parent: section.parent,
            id: names::id_of(&section.identifier).to_owned(),
            seconds: section.seconds,
            ..Group::default()
        }));
        let places: BTreeMap<String, usize> =
            draft.groups.iter().enumerate().rev().map(|(idx, group)| (group.id.clone(), idx)).collect();
        for (test, section) in tests.iter().flat_map(|test| test.sections.iter().map(move |section| (test, section))) {
            let language = tag_of(test.language.as_deref());
            let id = names::id_of(&section.identifier);
            match places.get(id).and_then(|idx| draft.groups.get_mut(*idx)) {
                Some(group) => {
                    put(&mut group.title, &language, section.title.clone());
                    put(&mut group.instruction, &language, section.instruction.clone());
                }
                None => draft.losses.add("a section that only one language has", id),
            }
        }
    }
}

/// A language tag as ours, `und` where there is none.
fn tag_of(language: Option<&str>) -> String {
    let Some(tag) = language else { return UNDETERMINED.to_owned() };
    let lower = tag.to_ascii_lowercase();
    [tag, &lower].into_iter().find(|tag| Language::new(tag).is_some()).unwrap_or(UNDETERMINED).to_owned()
}

pub(crate) fn put(words: &mut Words, language: &str, text: Option<String>) {
    if let Some(text) = text {
        words.entry(language.to_owned()).or_insert(text);
    }
}

/// Reads the items in the order of the first test, then those that stand in no test; other languages add their words.
fn read_items(package: &Package, tests: &[ReadTest], draft: &mut Draft) -> Vec<Merged> {
    let mut order: Vec<(&str, Option<usize>, Option<&str>)> = Vec::new();
    for (number, test) in tests.iter().enumerate() {
        let language = test.language.as_deref();
        order
            .extend(test.items.iter().map(|item| (item.path.as_str(), item.section.filter(|_| number == 0), language)));
    }
    let in_tests: BTreeSet<&str> = order.iter().map(|(path, ..)| *path).collect();
    let others = package.items.iter().map(String::as_str).filter(|path| !in_tests.contains(path));
    if !tests.is_empty() {
        others.clone().for_each(|path| draft.losses.add("that an item stands in no test (it comes last)", path));
    }
    order.extend(others.collect::<Vec<_>>().into_iter().map(|path| (path, None, None)));
    let mut merged: Vec<Merged> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (path, section, language) in order {
        if !seen.insert(path) {
            draft.losses.add("that an item stands in a test several times", path);
            continue;
        }
        let text = package.files.get(path).map(|bytes| decode(path, bytes));
        let read = match text {
            Some(Ok(text)) => read_item(&text, path, &mut draft.losses),
            Some(Err(problem)) => Err((problem.message, "export it again as QTI 3.0")),
            None => Err(("the file is not in the package".to_owned(), "export the whole package")),
        };
        let item = match read {
            Ok(item) => item,
            Err((message, remedy)) => {
                draft.problems.warning(NAME, path, format!("{message}; the item is left out"), remedy);
                continue;
            }
        };
        let language = tag_of(item.language.as_deref().or(language));
        let known = places.get(&item.identifier).copied().filter(|_| !item.identifier.is_empty());
        match known.and_then(|idx| merged.get_mut(idx)) {
            Some(known) => add_language(known, item, &language, draft),
            None => {
                places.insert(item.identifier.clone(), merged.len());
                let mut labels = BTreeMap::new();
                add_labels(&mut labels, &item.shape, &language);
                let text = Words::from_iter(item.text.clone().map(|text| (language, text)));
                merged.push(Merged { first: item, path: path.to_owned(), section, text, labels });
            }
        }
    }
    merged
}

fn add_labels(labels: &mut BTreeMap<String, Words>, shape: &Shape, language: &str) {
    let Shape::Options(choices) = shape else { return };
    for Choice { identifier, label, .. } in choices {
        put(labels.entry(identifier.clone()).or_default(), language, label.clone());
    }
}

/// The same item in another language adds its words; in the same language it is another item of the same name.
fn add_language(known: &mut Merged, item: ReadItem, language: &str, draft: &mut Draft) {
    if known.text.contains_key(language) {
        draft.losses.add("an item whose identifier another one has", &known.path);
        return;
    }
    let identifiers = |shape: &Shape| match shape {
        Shape::Options(choices) => choices.iter().map(|choice| choice.identifier.clone()).collect(),
        _ => Vec::new(),
    };
    if identifiers(&known.first.shape) != identifiers(&item.shape) {
        draft.losses.add("that an item has other options in another language", &known.path);
    }
    put(&mut known.text, language, item.text.clone());
    add_labels(&mut known.labels, &item.shape, language);
}

/// Makes an item of the form.
fn add_item(item: Merged, hints: &Hints, draft: &mut Draft) {
    let Merged { mut first, path, section, text, mut labels } = item;
    take_hint(&mut first, hints);
    let declared = first.declared.as_ref().map(|(name, kind)| (name.as_str(), *kind));
    let is_ours = declared.is_some();
    let mut correct = None;
    let format = match first.shape {
        Shape::Options(choices) => {
            let option = |choice: Choice| {
                let own = names::code_of(&choice.identifier).filter(|_| is_ours);
                let label = labels.remove(&choice.identifier).unwrap_or_default();
                let code = own.map_or_else(|| choice.identifier.clone(), str::to_owned);
                ReadOption {
                    system: String::new(),
                    code,
                    label,
                    weight: choice.weight,
                    is_correct: choice.is_correct,
                    is_ours,
                }
            };
            let options = choices.into_iter().map(option).collect();
            let declared = declared.filter(|(_, kind)| kind.is_categorical());
            with_options(options, declared, &path, draft).map(|read| {
                correct = read.correct;
                read.format
            })
        }
        Shape::Number { lowest, highest, is_slider } => {
            let kind = if is_slider { ResponseKind::Slider } else { ResponseKind::Numeric };
            let (responses, assumed) = number_format(kind, lowest, highest);
            if let Some(message) = assumed {
                draft.problems.warning(NAME, &path, message, "correct `lowest` and `highest` in instrument.toml");
            }
            Some(plain(declared.filter(|(_, declared)| *declared == kind), responses))
        }
        Shape::Text => None,
    };
    let format = format.unwrap_or_else(|| plain(declared.filter(|(_, kind)| *kind == ResponseKind::Text), free_text()));
    let Some(scale_idx) = draft.format_idx(format, &path) else { return };
    let id = if is_ours { names::id_of(&first.identifier).to_owned() } else { first.identifier };
    let item = FormItem { id: String::new(), scale_idx, correct, block: first.block, text };
    draft.push_item(Origin { id, group: section }, item);
}

/// Puts back what another system has taken out, where the item still looks like it.
fn take_hint(item: &mut ReadItem, hints: &Hints) {
    if item.declared.is_some() {
        return;
    }
    let Some((name, block)) = hints.items.get(names::id_of(&item.identifier)) else { return };
    let Some(responses) = declared_format(&hints.manifest, name) else { return };
    let kind = responses.kind();
    let fits = match &mut item.shape {
        Shape::Options(choices) => {
            kind.is_categorical() && choices.iter().all(|choice| names::code_of(&choice.identifier).is_some())
        }
        Shape::Number { lowest, highest, is_slider } => {
            *lowest = lowest.or(Some(responses.lowest()));
            *highest = highest.or(Some(responses.highest()));
            kind == if *is_slider { ResponseKind::Slider } else { ResponseKind::Numeric }
        }
        Shape::Text => kind == ResponseKind::Text,
    };
    if fits {
        item.declared = Some((name.clone(), kind));
        item.block = item.block.take().or_else(|| block.clone());
    }
}

/// A format without options.
pub(crate) fn plain(declared: Option<(&str, ResponseKind)>, responses: ResponseScale) -> Format {
    let name = declared.map(|(name, _)| name.to_owned());
    Format { name, responses, labels: BTreeMap::new(), codes: Vec::new(), open: Open::Decided }
}
