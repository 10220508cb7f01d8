//! Reading XML: no document type, so no entities of its own and nothing fetched; the number of nodes is bounded.

use roxmltree::{Document, Node, NodeType, ParsingOptions};

use crate::exchange::qti::vocabulary::XML_NAMESPACE;
use crate::exchange::tables::clean;

/// The most elements and texts of a document.
const MAX_NODES: u32 = 500_000;

/// The deepest nesting of elements: what is nested deeper was made to do harm.
const MAX_DEPTH: usize = 100;

/// Reads a document.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, String> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
    if is_deep(document.root()) {
        return Err(format!("elements are nested more than {MAX_DEPTH} deep"));
    }
    Ok(document)
}

/// Whether elements are nested too deeply, found without nesting calls.
fn is_deep(root: Node<'_, '_>) -> bool {
    let (mut node, mut depth) = (root, 0);
    loop {
        if let Some(inner) = node.first_child() {
            (node, depth) = (inner, depth + 1);
            if depth > MAX_DEPTH {
                return true;
            }
            continue;
        }
        while node.next_sibling().is_none() {
            match node.parent() {
                Some(parent) => (node, depth) = (parent, depth - 1),
                None => return false,
            }
        }
        match node.next_sibling() {
            Some(next) => node = next,
            None => return false,
        }
    }
}

/// The elements below one.
pub(crate) fn elements<'a, 'i: 'a>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The first element of a name below one.
pub(crate) fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    elements(node).find(|inner| inner.tag_name().name() == name)
}

/// The first element of a name anywhere inside one.
pub(crate) fn inside<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.descendants().find(|inner| inner.is_element() && inner.tag_name().name() == name)
}

/// The language of an element: its own `xml:lang`.
pub(crate) fn language_of(node: Node<'_, '_>) -> Option<String> {
    node.attribute((XML_NAMESPACE, "lang")).and_then(clean)
}

/// Stands for the end of a line while a text is collected; XML cannot hold it.
const LINE_END: char = '\u{1}';

/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &["p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"];

/// Elements whose text is read without loss.
const PLAIN: &[&str] = &[
    "br",
    "p",
    "div",
    "span",
    "qti-prompt",
    "qti-content-body",
    "qti-item-body",
    "qti-simple-choice",
    "qti-inline-choice",
];

/// The text of an element. Line ends of the file are spaces, `br` and paragraphs are line ends; interactions and rubrics inside are left
/// out. `lost` is told the names of elements that say more than their text.
pub(crate) fn text_of(node: Node<'_, '_>, lost: &mut dyn FnMut(&str)) -> Option<String> {
    let mut text = String::new();
    collect(node, &mut text, lost);
    let lines: Vec<&str> = text.split(LINE_END).collect();
    clean(&joined_lines(&lines))
}

/// Line ends of the file with the spaces around them are one space, in each line.
fn joined_lines(lines: &[&str]) -> String {
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    for line in lines {
        let mut parts = line.split(['\n', '\r']);
        let mut joined = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let part = part.trim_start_matches([' ', '\t']);
            joined.truncate(joined.trim_end_matches([' ', '\t']).len());
            if !part.is_empty() && !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(part);
        }
        out.push(joined);
    }
    out.join("\n")
}

/// What is nested is bounded by `parse`.
fn collect(node: Node<'_, '_>, text: &mut String, lost: &mut dyn FnMut(&str)) {
    for inner in node.children() {
        match inner.node_type() {
            NodeType::Text => text.push_str(inner.text().unwrap_or_default()),
            NodeType::Element => {
                let name = inner.tag_name().name();
                if name.ends_with("-interaction") || name == "qti-rubric-block" {
                    continue;
                }
                if !PLAIN.contains(&name) {
                    lost(name);
                }
                if name == "br" {
                    text.push(LINE_END);
                    continue;
                }
                let is_block = BLOCKS.contains(&name);
                if is_block {
                    end_line(text);
                }
                collect(inner, text, lost);
                if is_block {
                    end_line(text);
                }
            }
            _ => {}
        }
    }
}

/// Ends a line, unless there is none or it is ended already.
fn end_line(text: &mut String) {
    let end = text.trim_end_matches(['\n', '\r', '\t', ' ']).len();
    match text.get(..end) {
        Some(before) if before.is_empty() || before.ends_with(LINE_END) => text.truncate(end),
        _ => text.push(LINE_END),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> (Option<String>, Vec<String>) {
        let document = parse(xml).unwrap();
        let mut lost = Vec::new();
        let text = text_of(document.root_element(), &mut |name| lost.push(name.to_owned()));
        (text, lost)
    }

    #[test]
    fn texts_keep_their_lines_and_lose_those_of_the_file() {
        let plain = |xml: &str| text(xml).0.unwrap_or_default();
        assert_eq!(plain("<a>x  y <br/> z</a>"), "x  y \n z");
        assert_eq!(plain("<a>\n  x\n    y\n</a>"), "x y");
        assert_eq!(plain("<a><p>x</p>\n <p>y</p></a>"), "x\ny");
        assert_eq!(plain("<a>x<br/><br/>y &lt;b&gt; &amp; </a>"), "x\n\ny <b> &");
        assert_eq!(text("<a><qti-choice-interaction>q</qti-choice-interaction></a>").0, None);
        assert_eq!(text("<a>x <b>y</b> <img/></a>"), (Some("x y".into()), vec!["b".to_owned(), "img".to_owned()]));
    }

    #[test]
    fn entities_and_deep_documents_are_refused() {
        for xml in [
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            "<a>&undefined;</a>",
            "<a",
            "",
        ] {
            assert!(parse(xml).is_err(), "{xml}");
        }
        let deep = "<a>".repeat(200_000) + &"</a>".repeat(200_000);
        assert!(parse(&deep).unwrap_err().contains("nested"));
        let hidden = "<a><!--</a>-->".repeat(50_000) + &"</a>".repeat(50_000);
        assert!(parse(&hidden).unwrap_err().contains("nested"));
        assert!(parse(&("<a>".repeat(100) + &"</a>".repeat(100))).is_ok());
        let wide = format!("<a>{}</a>", "<b/>".repeat(600_000));
        assert!(parse(&wide).is_err());
    }
}
