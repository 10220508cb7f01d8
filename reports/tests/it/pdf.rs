//! PDF, read back with a library that had no part in writing it: tags, headings, alternative texts, language, fonts, bookmarks.

use crate::papers::{self, document};
use lopdf::{Dictionary, Document as Pdf, Object};
use reports::document::Document;
use reports::document::battery::{self, BatteryView};
use reports::document::model::Date;
use reports::text::Language;
use reports::view::{Restitution, sample};

fn read(document: &Document) -> Pdf {
    Pdf::load_mem(&document.pdf().unwrap()).unwrap()
}

fn resolved<'a>(pdf: &'a Pdf, object: &'a Object) -> &'a Object {
    match object {
        Object::Reference(id) => pdf.get_object(*id).unwrap(),
        other => other,
    }
}

fn text_of(object: &Object) -> String {
    lopdf::decode_text_string(object).unwrap()
}

/// One element of the structure tree.
#[derive(Debug)]
struct Tag {
    kind: String,
    alt: Option<String>,
    /// Pieces of page content that belong to it and to nothing within it.
    n_content: usize,
    scope: Option<String>,
    inner: Vec<Tag>,
}

fn tag(pdf: &Pdf, element: &Dictionary) -> Tag {
    let mut found = Tag {
        kind: String::from_utf8(element.get(b"S").unwrap().as_name().unwrap().to_vec()).unwrap(),
        alt: element.get(b"Alt").ok().map(|alt| text_of(resolved(pdf, alt))),
        n_content: 0,
        scope: None,
        inner: Vec::new(),
    };
    let attributes = element.get(b"A").ok().map(|attributes| resolved(pdf, attributes).clone());
    let attributes = match attributes {
        Some(Object::Array(several)) => several,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for attribute in &attributes {
        if let Object::Dictionary(attribute) = resolved(pdf, attribute)
            && let Ok(scope) = attribute.get(b"Scope")
        {
            found.scope = Some(String::from_utf8(scope.as_name().unwrap().to_vec()).unwrap());
        }
    }
    let children = match element.get(b"K").map(|children| resolved(pdf, children)) {
        Ok(Object::Array(children)) => children.clone(),
        Ok(one) => vec![one.clone()],
        Err(_) => Vec::new(),
    };
    for child in &children {
        match resolved(pdf, child) {
            Object::Integer(_) => found.n_content += 1,
            Object::Dictionary(child) if child.has(b"S") => found.inner.push(tag(pdf, child)),
            Object::Dictionary(_) => found.n_content += 1,
            other => assert!(other.as_dict().is_ok(), "{other:?}"),
        }
    }
    found
}

fn tree(pdf: &Pdf) -> Tag {
    let root = pdf.catalog().unwrap().get(b"StructTreeRoot").unwrap();
    let root = resolved(pdf, root).as_dict().unwrap();
    let top = resolved(pdf, root.get(b"K").unwrap());
    match top {
        Object::Array(only) => {
            assert_eq!(only.len(), 1);
            tag(pdf, resolved(pdf, &only[0]).as_dict().unwrap())
        }
        one => tag(pdf, one.as_dict().unwrap()),
    }
}

fn flat<'a>(tag: &'a Tag, found: &mut Vec<&'a Tag>) {
    found.push(tag);
    tag.inner.iter().for_each(|inner| flat(inner, found));
}

fn all_samples() -> Vec<Document> {
    [Language::French, Language::English].into_iter().flat_map(papers::all).collect()
}

#[test]
fn everything_that_is_painted_is_tagged_or_an_ornament() {
    for document in all_samples() {
        let pdf = read(&document);
        assert!(!pdf.get_pages().is_empty());
        for page in pdf.get_pages().values() {
            let content = pdf.get_and_decode_page_content(*page).unwrap();
            let mut depth = 0;
            let mut n_painted = 0;
            for operation in &content.operations {
                match operation.operator.as_str() {
                    "BDC" | "BMC" => depth += 1,
                    "EMC" => depth -= 1,
                    "Tj" | "TJ" | "'" | "\"" | "f" | "F" | "f*" | "S" | "s" | "B" | "B*" | "b" | "b*" | "Do" | "sh" => {
                        n_painted += 1;
                        assert!(depth > 0, "{} outside of marked content", operation.operator);
                    }
                    _ => {}
                }
            }
            assert_eq!(depth, 0);
            assert!(n_painted > 0);
        }
    }
}

#[test]
fn headings_nest_and_figures_and_tables_are_accessible() {
    for document in all_samples() {
        let pdf = read(&document);
        let tree = tree(&pdf);
        assert_eq!(tree.kind, "Document");
        let mut tags = Vec::new();
        flat(&tree, &mut tags);
        let mut level = 0;
        let mut n_titles = 0;
        for heading in tags.iter().filter_map(|tag| tag.kind.strip_prefix('H')?.parse::<u32>().ok()) {
            assert!(heading <= level + 1, "H{heading} after H{level}");
            n_titles += u32::from(heading == 1);
            level = heading;
        }
        assert_eq!(n_titles, 1);
        // A figure in a figure holds the picture beside its caption.
        let alternatives: Vec<&str> =
            tags.iter().filter(|tag| tag.kind == "Figure").filter_map(|tag| tag.alt.as_deref()).collect();
        let expected: Vec<String> = document
            .figures()
            .iter()
            .map(|figure| format!("{}. {}", figure.wide.title(), figure.wide.description()))
            .collect();
        assert_eq!(alternatives, expected);
        for picture in tags.iter().filter(|tag| tag.kind == "Figure" && tag.n_content > 0) {
            assert!(picture.alt.as_ref().is_some_and(|alt| alt.len() > 40), "{picture:?}");
        }
        if !tags.iter().any(|tag| tag.kind == "Table") {
            continue;
        }
        let heads: Vec<_> = tags.iter().filter(|tag| tag.kind == "TH").map(|tag| tag.scope.as_deref()).collect();
        assert!(heads.contains(&Some("Column")) && heads.contains(&Some("Row")), "{heads:?}");
        assert!(heads.iter().all(Option::is_some));
        assert!(tags.iter().any(|tag| tag.kind == "Caption"));
    }
}

#[test]
fn language_title_conformance_and_bookmarks_are_set() {
    for language in [Language::French, Language::English] {
        let document = document(sample::interests(language));
        let pdf = read(&document);
        let catalog = pdf.catalog().unwrap();
        assert_eq!(text_of(catalog.get(b"Lang").unwrap()), language.code());
        let marked = resolved(&pdf, catalog.get(b"MarkInfo").unwrap()).as_dict().unwrap();
        assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
        let viewer = resolved(&pdf, catalog.get(b"ViewerPreferences").unwrap()).as_dict().unwrap();
        assert!(viewer.get(b"DisplayDocTitle").unwrap().as_bool().unwrap());
        let metadata = resolved(&pdf, catalog.get(b"Metadata").unwrap()).as_stream().unwrap();
        let metadata = String::from_utf8(metadata.get_plain_content().unwrap()).unwrap();
        assert!(metadata.contains("pdfuaid:part") && metadata.contains(&document.file_title), "{metadata}");
        let outlines = pdf.catalog().unwrap().get(b"Outlines").unwrap();
        let outlines = resolved(&pdf, outlines).as_dict().unwrap();
        let first = resolved(&pdf, outlines.get(b"First").unwrap()).as_dict().unwrap();
        assert_eq!(text_of(first.get(b"Title").unwrap()), document.title);
        assert!(first.has(b"First"), "chapters stand below the title");
    }
}

#[test]
fn every_font_is_embedded_and_tells_its_characters() {
    let pdf = read(&document(sample::thirty_five_scales(Language::French)));
    let mut n_fonts = 0;
    for object in pdf.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if font.get(b"Type").and_then(Object::as_name).ok() != Some(b"FontDescriptor".as_slice()) {
            continue;
        }
        n_fonts += 1;
        assert!(font.has(b"FontFile2") || font.has(b"FontFile3"), "{font:?}");
    }
    assert!(n_fonts >= 3);
    let composite = pdf
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|font| font.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Type0".as_slice()));
    let told: Vec<bool> = composite.map(|font| font.has(b"ToUnicode")).collect();
    assert!(told.len() >= 3 && told.iter().all(|told| *told));
}

#[test]
fn a_date_makes_it_archival_and_the_same_content_is_the_same_file() {
    let document = document(sample::interests(Language::French));
    let once = document.pdf().unwrap();
    assert_eq!(once, document.pdf().unwrap());
    let dated = document.made_on(Some(Date { year: 2026, month: 11, day: 3 })).pdf().unwrap();
    let pdf = Pdf::load_mem(&dated).unwrap();
    let metadata = resolved(&pdf, pdf.catalog().unwrap().get(b"Metadata").unwrap()).as_stream().unwrap();
    let metadata = String::from_utf8(metadata.get_plain_content().unwrap()).unwrap();
    assert!(metadata.contains("pdfaid:part") && metadata.contains("pdfuaid:part") && metadata.contains("2026-11-03"));
}

#[test]
fn a_battery_is_summed_up_on_one_page() {
    for language in [Language::French, Language::English] {
        let restitutions: Vec<Restitution> =
            sample::all(language).into_iter().map(|view| Restitution::new(view).unwrap()).collect();
        assert!(restitutions.len() >= 5);
        let view = BatteryView { language, occasion: None, person_label: Some("Camille"), restitutions: &restitutions };
        let mut whole = battery::document(&view).unwrap();
        whole.chapters.truncate(1);
        whole.provenance = None;
        assert_eq!(read(&whole).get_pages().len(), 1, "{language:?}");
    }
}

#[test]
fn what_people_write_is_neither_markup_nor_in_the_way() {
    let mut view = sample::interests(Language::French);
    let hostile = "#panic() *gras* $x$ <b> \u{1f600} \u{202e} https://exemple.fr/".to_owned() + &"a".repeat(400);
    view.person_label = Some(hostile.clone());
    view.description.clone_from(&hostile);
    for scale in &mut view.scales {
        scale.name.clone_from(&hostile);
        scale.definition = Some(hostile.clone());
    }
    let pdf = read(&document(view));
    assert!(!pdf.get_pages().is_empty());
    let tree = tree(&pdf);
    let mut tags = Vec::new();
    flat(&tree, &mut tags);
    // What was written as a name stands in the alternative texts, letter by letter.
    assert!(tags.iter().any(|tag| tag.alt.as_ref().is_some_and(|alt| alt.contains("#panic() *gras* $x$ <b>"))));
}
