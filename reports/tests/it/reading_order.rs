//! The order in which a program reads a PDF aloud, by `pdftotext`.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::papers;
use reports::document::Document;
use reports::document::model::Block;
use reports::text::Language;

fn read_aloud(document: &Document) -> String {
    static N_FILES: AtomicU32 = AtomicU32::new(0);
    let name = format!("bilan-reading-{}-{}.pdf", std::process::id(), N_FILES.fetch_add(1, Ordering::Relaxed));
    let file = std::env::temp_dir().join(name);
    std::fs::write(&file, document.pdf().unwrap()).unwrap();
    // As it stands in the file, which is the order of its tags, not as lines lie beside each other.
    let ran = Command::new("pdftotext").args(["-raw"]).arg(&file).arg("-").output().unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(ran.status.success());
    String::from_utf8(ran.stdout).unwrap()
}

/// Letters and digits alone: lines break, and words may be parted at their ends.
fn bare(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

#[test]
fn headings_are_read_in_the_order_of_the_document_with_their_texts() {
    for document in [Language::French, Language::English].into_iter().flat_map(papers::all) {
        let text = bare(&read_aloud(&document));
        let mut expected = vec![document.title.clone()];
        expected.extend(document.lead.iter().cloned());
        for chapter in &document.chapters {
            expected.push(chapter.heading.clone());
            expected.extend(chapter.voice.clone());
            for block in &chapter.body {
                match block {
                    Block::Heading { text } => expected.push(text.clone()),
                    Block::Told { entries } => {
                        expected.extend(entries.iter().flat_map(|entry| [entry.name.clone(), entry.place.clone()]));
                    }
                    _ => {}
                }
            }
            expected.extend(chapter.margin.iter().take(1).map(|section| section.heading.clone()));
        }
        let mut from = 0;
        for part in expected {
            let part = bare(&part);
            let found = text[from..].find(&part);
            assert!(found.is_some(), "`{part}` is not read after what stands before it: {}", &text[from..]);
            from += found.unwrap();
        }
    }
}

#[test]
fn every_page_has_its_number_and_the_count() {
    let document = &papers::all(Language::French)[2];
    let text = read_aloud(document);
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() > 1);
    for (idx, page) in pages.iter().enumerate() {
        assert!(page.replace('\u{a0}', " ").contains(&format!("page {} sur {}", idx + 1, pages.len())), "{page}");
    }
}
