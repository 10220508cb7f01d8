//! From a content package to the files of a folder.

use std::collections::{BTreeMap, BTreeSet};

use engine::model::{ResponseKind, ResponseScale};

use crate::about::Language;
use crate::error::{Error, Result};
use crate::exchange::Imported;
use crate::exchange::draft::{Draft, Format, Group, Open, Origin, UNDETERMINED};
use crate::exchange::file_names::is_safe;
use crate::exchange::form::{FormItem, ScaleWords, Words};
use crate::exchange::options::{ReadOption, free_text, number_format, with_options};
use crate::exchange::qti::items_in::{Choice, ReadItem, Shape, read_item, root_name};
use crate::exchange::qti::tests_in::{ReadTest, Reference, read_test};
use crate::exchange::qti::xml_in::{elements, language_of as language_of_element, parse};
use crate::exchange::qti::{MAX_PACKAGE_BYTES, vocabulary as names, zip_file};
use crate::exchange::to_folder::to_folder;
use crate::load::languages::language_of;
use crate::load::manifest;
use crate::problem::{Problem, Problems};
use crate::table::{Columns, Table};
use crate::text::decode;

/// What the problems call the package.
const NAME: &str = "package";

const WORDS_COLUMNS: Columns = Columns { required: &["element", "id", "text"], optional: &[], max_rows: 100_000 };

/// The files of a package by what they are.
#[derive(Debug, Default)]
struct Package {
    files: BTreeMap<String, Vec<u8>>,
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
    name(&tests, &mut draft);
    let merged = read_items(&package, &tests, &mut draft);
    read_words(&package, &mut draft);
    for item in merged {
        if draft.is_full() {
            break;
        }
        add_item(item, &mut draft);
    }
    add_formats_of_words(&package, &mut draft);
    let (form, ids, problems) = draft.finish();
    Ok(to_folder(form, &ids, problems))
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

/// The files of the folder that came along.
fn read_own_files(package: &Package, draft: &mut Draft) {
    for (path, bytes) in &package.files {
        let Some(file) = path.strip_prefix(names::FOLDER) else { continue };
        let is_words = language_of(file).is_some() && !file.starts_with("interpretation.");
        if !is_safe(file) || is_words {
            let message = "the name is not one of a file that can come along";
            draft.problems.error(NAME, path, message, "export the instrument again, and import what comes out of that");
        } else {
            draft.form.files.insert(file.to_owned(), bytes.clone());
        }
    }
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
fn name(tests: &[ReadTest], draft: &mut Draft) {
    let manifest = draft.form.files.get(manifest::FILE).and_then(|bytes| decode(manifest::FILE, bytes).ok());
    let table: toml::Table = manifest.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default();
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
        for (test, section) in tests.iter().flat_map(|test| test.sections.iter().map(move |section| (test, section))) {
            let language = tag_of(test.language.as_deref());
            let id = names::id_of(&section.identifier);
            match draft.groups.iter_mut().find(|group| group.id == id) {
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

fn put(words: &mut Words, language: &str, text: Option<String>) {
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
fn add_item(item: Merged, draft: &mut Draft) {
    let Merged { first, path, section, text, mut labels } = item;
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
    let scale_idx = draft.format_idx(format, &path);
    let id = if is_ours { names::id_of(&first.identifier).to_owned() } else { first.identifier };
    let item = FormItem { id: String::new(), scale_idx, correct, block: first.block, text };
    draft.push_item(Origin { id, group: section }, item);
}

/// A format without options.
fn plain(declared: Option<(&str, ResponseKind)>, responses: ResponseScale) -> Format {
    let name = declared.map(|(name, _)| name.to_owned());
    Format { name, responses, labels: BTreeMap::new(), codes: Vec::new(), open: Open::Decided }
}

/// The rows of our files of words: language, element, id, text.
fn rows_of(package: &Package, stem: &str, problems: &mut Problems) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    for (path, bytes) in &package.files {
        let language = path.strip_prefix(stem).and_then(|rest| rest.strip_suffix(".csv"));
        let Some(language) = language.filter(|tag| Language::new(tag).is_some()) else { continue };
        let mut found = Problems::default();
        if let Some(table) = Table::read(path, bytes, WORDS_COLUMNS, &mut found) {
            let row = |row: crate::table::Row<'_>| {
                let field = |column: &str| row.get(column).to_owned();
                [language.to_owned(), field("element"), field("id"), field("text")]
            };
            rows.extend(table.rows().map(row));
        }
        found.into_list().into_iter().for_each(|problem| problems.push(problem));
    }
    rows
}

/// The words about scales, and those of languages that the questionnaire cannot be given in.
fn read_words(package: &Package, draft: &mut Draft) {
    let mut rows = rows_of(package, names::WORDS, &mut draft.problems);
    rows.extend(rows_of(package, names::NAMES, &mut draft.problems));
    for [language, element, id, text] in rows {
        match element.as_str() {
            "title" => put(&mut draft.form.title, &language, Some(text)),
            "description" => put(&mut draft.form.description, &language, Some(text)),
            "option" => {}
            element => {
                let scales = &mut draft.form.scales;
                let idx = scales.iter().position(|scale| scale.id == id).unwrap_or_else(|| {
                    scales.push(ScaleWords { id: id.clone(), ..ScaleWords::default() });
                    scales.len() - 1
                });
                match scales.get_mut(idx).and_then(|scale| scale.text_mut(element)) {
                    Some(slot) => put(slot, &language, Some(text)),
                    None => draft.losses.add("words for something unknown", names::WORDS),
                }
            }
        }
    }
}

/// Labels that stand on no option of an item, and the formats that only they name.
fn add_formats_of_words(package: &Package, draft: &mut Draft) {
    for [language, element, id, text] in rows_of(package, names::WORDS, &mut Problems::default()) {
        let Some((name, code)) = id.rsplit_once(':').filter(|_| element == "option") else { continue };
        let Ok(code) = code.parse::<i64>() else { continue };
        let known = draft.form.response_scales.iter().position(|scale| scale.name == name);
        let idx = known.or_else(|| {
            let responses = declared_format(draft, name)?;
            let format = Format { labels: BTreeMap::new(), ..plain(Some((name, responses.kind())), responses) };
            Some(draft.format_idx(format, names::WORDS))
        });
        if let Some(scale) = idx.and_then(|idx| draft.form.response_scales.get_mut(idx)) {
            put(scale.labels.entry(code).or_default(), &language, Some(text));
        }
    }
}

/// An answer format that only `instrument.toml` declares.
fn declared_format(draft: &Draft, name: &str) -> Option<ResponseScale> {
    let text = decode(manifest::FILE, draft.form.files.get(manifest::FILE)?).ok()?;
    let table: toml::Table = toml::from_str(&text).ok()?;
    let entry = table.get("response_scales")?.get(name)?;
    let kind = crate::exchange::form::kind_of(entry.get("kind")?.as_str()?.trim())?;
    let bound = |key: &str| {
        let value = entry.get(key)?;
        value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
    };
    ResponseScale::new(kind, bound("lowest").unwrap_or_default(), bound("highest").unwrap_or_default()).ok()
}
