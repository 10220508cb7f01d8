//! Writing XML.

use crate::exchange::qti::vocabulary::INSTANCE_NAMESPACE;

/// XML while it is written, one element a line, but text and what stands beside it.
#[derive(Debug)]
pub(crate) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

/// Attributes of an element.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    /// Begins a document with its root element in a namespace.
    pub(crate) fn begin(root: &'static str, namespace: &str, schema: &str, attributes: Attributes<'_>) -> Self {
        let mut xml = Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() };
        let location = format!("{namespace} {schema}");
        let mut all = vec![("xmlns", namespace), ("xmlns:xsi", INSTANCE_NAMESPACE), ("xsi:schemaLocation", &location)];
        all.extend(attributes);
        xml.open(root, &all);
        xml
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.indent();
        self.tag(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the element opened last.
    pub(crate) fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.indent();
        self.tag(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with a text; line ends become `br`.
    pub(crate) fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.indent();
        self.tag(name, attributes);
        self.text.push('>');
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.text.push_str("<br/>");
            }
            escape(line, &mut self.text);
        }
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// The document; elements that are still open are closed.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn indent(&mut self) {
        (0..self.open.len()).for_each(|_| self.text.push_str("  "));
    }

    fn tag(&mut self, name: &str, attributes: Attributes<'_>) {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push_str(&format!(" {key}=\""));
            escape(value, &mut self.text);
            self.text.push('"');
        }
    }
}

/// Writes a text so that it is read back as it is; XML makes spaces of line ends in attributes unless they are written as numbers.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}

/// A character that XML cannot hold in any way.
pub(crate) fn forbidden(text: &str) -> Option<char> {
    text.chars()
        .find(|c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
}
