//! A test file: the order of items, with the sections they stand in.

use roxmltree::Node;

use crate::exchange::losses::Losses;
use crate::exchange::qti::vocabulary as names;
use crate::exchange::qti::xml_in::{child, elements, language_of, parse, text_of};
use crate::exchange::qti::zip_file::resolve;
use crate::exchange::tables::clean;

/// A test as its file says it.
#[derive(Debug, Default)]
pub(crate) struct ReadTest {
    pub identifier: String,
    pub language: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub instruction: Option<String>,
    /// Sections from the outside in; a parent stands before its children.
    pub sections: Vec<ReadSection>,
    /// Items in their order.
    pub items: Vec<Reference>,
}

/// A section.
#[derive(Debug)]
pub(crate) struct ReadSection {
    pub identifier: String,
    pub parent: Option<usize>,
    pub title: Option<String>,
    pub instruction: Option<String>,
    pub seconds: Option<u32>,
}

/// A place where an item stands.
#[derive(Debug)]
pub(crate) struct Reference {
    /// Its file in the package.
    pub path: String,
    pub section: Option<usize>,
}

/// Reads a test file; the reason where it is none.
pub(crate) fn read_test(text: &str, path: &str, losses: &mut Losses) -> Result<ReadTest, String> {
    let document = parse(text)?;
    let root = document.root_element();
    if root.tag_name().name() != "qti-assessment-test" {
        return Err("the file holds no test of QTI 3.0".to_owned());
    }
    let mut test = ReadTest {
        identifier: root.attribute("identifier").unwrap_or_default().trim().to_owned(),
        language: language_of(root),
        title: root.attribute("title").and_then(clean),
        ..ReadTest::default()
    };
    for inner in elements(root) {
        match inner.tag_name().name() {
            "qti-rubric-block" if inner.attribute(names::ROLE) == Some(names::DESCRIPTION) => {
                let text = rubric(inner, path, losses);
                add(&mut test.description, text);
            }
            "qti-rubric-block" => {
                let text = rubric(inner, path, losses);
                add(&mut test.instruction, text);
            }
            "qti-test-part" => read_part(inner, path, &mut test, losses),
            // The sum of the items' scores and the like: scales say it better.
            name => losses.add(short(name), path),
        }
    }
    Ok(test)
}

fn read_part(part: Node<'_, '_>, path: &str, test: &mut ReadTest, losses: &mut Losses) {
    for inner in elements(part) {
        match inner.tag_name().name() {
            "qti-assessment-section" => read_section(inner, None, path, test, losses),
            name => losses.add(short(name), path),
        }
    }
}

/// Sections are nested no deeper than documents may be.
fn read_section(section: Node<'_, '_>, parent: Option<usize>, path: &str, test: &mut ReadTest, losses: &mut Losses) {
    let is_whole = section.attribute(names::ROLE) == Some(names::WHOLE)
        || section.attribute("identifier") == Some(names::WHOLE_IDENTIFIER);
    let own = if is_whole { parent } else { Some(test.sections.len()) };
    if !is_whole {
        let seconds = child(section, "qti-time-limits").and_then(|limits| limits.attribute("max-time"));
        let whole =
            |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.fract() == 0.0 && *number >= 1.0);
        let seconds =
            seconds.and_then(whole).filter(|seconds| *seconds <= f64::from(u32::MAX)).map(|seconds| seconds as u32);
        test.sections.push(ReadSection {
            identifier: section.attribute("identifier").unwrap_or_default().trim().to_owned(),
            parent,
            title: section.attribute("title").and_then(clean),
            instruction: None,
            seconds,
        });
    }
    for inner in elements(section) {
        match inner.tag_name().name() {
            "qti-rubric-block" => {
                let text = rubric(inner, path, losses);
                if let Some(section) = own.and_then(|idx| test.sections.get_mut(idx)) {
                    add(&mut section.instruction, text);
                }
            }
            "qti-assessment-section" => read_section(inner, own, path, test, losses),
            "qti-assessment-item-ref" => {
                let target = inner.attribute("href").and_then(|href| resolve(path, href));
                match target {
                    Some(path) => test.items.push(Reference { path, section: own }),
                    None => losses.add("a reference to an item outside the package", path),
                }
                for rule in elements(inner) {
                    losses.add(short(rule.tag_name().name()), path);
                }
            }
            "qti-time-limits" => {}
            name => losses.add(short(name), path),
        }
    }
}

fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

/// The text of a rubric that a respondent reads.
fn rubric(node: Node<'_, '_>, path: &str, losses: &mut Losses) -> Option<String> {
    let view = node.attribute("view").unwrap_or("candidate");
    if !view.split_whitespace().any(|view| view == "candidate") {
        losses.add("a rubric that respondents do not read", path);
        return None;
    }
    text_of(node, &mut |name| losses.add(format!("markup `{}`", short(name)), path))
}

fn add(to: &mut Option<String>, text: Option<String>) {
    match (to.as_mut(), text) {
        (Some(all), Some(text)) => {
            all.push('\n');
            all.push_str(&text);
        }
        (None, text) => *to = text,
        (Some(_), None) => {}
    }
}
