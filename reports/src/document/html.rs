//! A document as one HTML file: no script, no request to anyone, light, dark and print.

use std::fmt::Write as _;

use super::model::{
    Block, CellKind, Chapter, Document, Figure, Item, ListKind, Said, Section, SignaturePlace, Table, Told, Tone,
};
use crate::Result;
use crate::markup::{escape, identifier};
use crate::text::{Language, label};

/// The style of documents as pages; the service's own pages build on it.
pub static STYLE: &str = include_str!("../../assets/document.css");

/// The sign of the project: an interval with its point on the average band.
const SIGN: &str = "<svg viewBox=\"0 0 52 20\" aria-hidden=\"true\" focusable=\"false\"><rect x=\"12\" y=\"2\" width=\"24\" height=\"16\" \
    fill=\"currentColor\" opacity=\".14\"/><path d=\"M4 10H44M4 5V15M44 5V15\" stroke=\"currentColor\" stroke-width=\"2\" fill=\"none\"/>\
    <circle cx=\"29\" cy=\"10\" r=\"5\" fill=\"currentColor\"/></svg>";

impl Document {
    /// What the document says, for a page that has a head, a title and a style of its own: its chapters.
    ///
    /// # Errors
    /// As [`Document::html`].
    pub fn fragment(&self) -> Result<String> {
        let mut page = Page { out: String::with_capacity(64 * 1024), language: self.language };
        self.chapters.iter().try_for_each(|chapter| page.chapter(chapter))?;
        Ok(page.out)
    }

    /// The document as one HTML file.
    ///
    /// # Errors
    /// Those of [`crate::chart::Chart::inline_svg`].
    pub fn html(&self) -> Result<String> {
        let mut page = Page { out: String::with_capacity(64 * 1024), language: self.language };
        page.head(self);
        page.opening(self);
        for chapter in &self.chapters {
            page.chapter(chapter)?;
        }
        page.put("</div>\n</main>\n");
        if let Some(provenance) = &self.provenance {
            page.put(&format!("<footer class=\"foot\"><p class=\"wrap\">{}</p></footer>\n", escape(provenance)));
        }
        page.put("</body>\n</html>\n");
        Ok(page.out)
    }
}

struct Page {
    out: String,
    language: Language,
}

impl Page {
    fn put(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// One element on a line of its own, its text escaped.
    fn element(&mut self, opening: &str, text: &str, closing: &str) {
        let _ = writeln!(self.out, "{opening}{}{closing}", escape(text));
    }

    fn head(&mut self, document: &Document) {
        let _ = write!(
            self.out,
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n",
            document.language.code()
        );
        for (name, content) in &document.metas {
            let _ = writeln!(self.out, "<meta name=\"{name}\" content=\"{}\">", escape(content));
        }
        let title = escape(&document.file_title);
        let _ = write!(self.out, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n");
        self.element("<a class=\"skip\" href=\"#contenu\">", &label::skip(document.language), "</a>");
    }

    fn opening(&mut self, document: &Document) {
        self.put("<main id=\"contenu\">\n");
        if let Some(banner) = &document.banner {
            self.element("<div class=\"simulated\" role=\"note\"><p class=\"wrap\">", banner, "</p></div>");
        }
        let _ = write!(
            self.out,
            "<div class=\"wrap\">\n<div class=\"brand\">{SIGN}<span>bilan</span></div>\n<div class=\"opening\">\n"
        );
        self.element("<p class=\"quiet\">", &document.kicker, "</p>");
        self.element("<h1>", &document.title, "</h1>");
        for lead in &document.lead {
            self.element("<p class=\"voice\">", lead, "</p>");
        }
        self.put("</div>\n");
    }

    fn chapter(&mut self, chapter: &Chapter) -> Result<()> {
        let id = identifier(&chapter.id);
        let _ = writeln!(self.out, "<section class=\"chapter\" aria-labelledby=\"{id}\">");
        let _ = writeln!(self.out, "<header><h2 id=\"{id}\">{}</h2>", escape(&chapter.heading));
        if let Some(status) = &chapter.status {
            self.element("<p class=\"status\">", status, "</p>");
        }
        if let Some(voice) = &chapter.voice {
            self.element("<p class=\"voice\">", voice, "</p>");
        }
        self.put("</header>\n<div class=\"body\">\n");
        self.blocks(&chapter.body)?;
        self.put("</div>\n");
        if !chapter.margin.is_empty() {
            let name = chapter.margin_label.as_deref().unwrap_or(&chapter.heading);
            let _ = writeln!(self.out, "<div class=\"margin\" role=\"group\" aria-label=\"{}\">", escape(name));
            chapter.margin.iter().try_for_each(|section| self.section(section))?;
            self.put("</div>\n");
        }
        self.put("</section>\n");
        Ok(())
    }

    fn section(&mut self, section: &Section) -> Result<()> {
        self.put(if section.is_limit { "<div class=\"not\">" } else { "<div>" });
        self.element("<h3>", &section.heading, "</h3>");
        self.blocks(&section.blocks)?;
        self.put("</div>\n");
        Ok(())
    }

    fn blocks(&mut self, blocks: &[Block]) -> Result<()> {
        blocks.iter().try_for_each(|block| self.block(block))
    }

    fn block(&mut self, block: &Block) -> Result<()> {
        match block {
            Block::Heading { text } => self.element("<h3>", text, "</h3>"),
            Block::Text { text, tone } => {
                let opening = match tone {
                    Tone::Plain => "<p>",
                    Tone::Voice => "<p class=\"voice\">",
                    Tone::Quiet => "<p class=\"quiet\">",
                    Tone::Counted => "<p class=\"counted\">",
                };
                self.element(opening, text, "</p>");
            }
            Block::List { items, kind } => self.list(items, *kind),
            Block::Facts { facts, is_card } => {
                self.put(if *is_card { "<dl class=\"card\">\n" } else { "<dl class=\"defined\">\n" });
                for (term, description) in facts {
                    let _ = writeln!(self.out, "<dt>{}</dt><dd>{}</dd>", escape(term), escape(description));
                }
                self.put("</dl>\n");
            }
            Block::Table(table) => self.table(table),
            Block::Figure(figure) => self.figure(figure)?,
            Block::Details { summary, blocks } => {
                self.element("<details><summary>", summary, "</summary>");
                self.blocks(blocks)?;
                self.put("</details>\n");
            }
            Block::Told { entries } => self.told(entries, "h4", "said"),
            Block::Written { text } => self.written(text),
            Block::Lines { n, label } => {
                let _ = writeln!(self.out, "<div class=\"lines\" role=\"img\" aria-label=\"{}\">", escape(label));
                (0..*n).for_each(|_| self.put("<div></div>\n"));
                self.put("</div>\n");
            }
            Block::Signatures { places } => self.signatures(places),
        }
        Ok(())
    }

    fn list(&mut self, items: &[Item], kind: ListKind) {
        let (opening, closing) = match kind {
            ListKind::Bullets => ("<ul>\n", "</ul>\n"),
            ListKind::Keys => ("<ol class=\"keys\">\n", "</ol>\n"),
        };
        self.put(opening);
        for item in items {
            let strong = item.strong.as_ref().map(|strong| format!("<strong>{}</strong> ", escape(strong)));
            let text = format!("{}{}", strong.unwrap_or_default(), escape(&item.text));
            let _ = match kind {
                ListKind::Bullets => writeln!(self.out, "<li>{text}</li>"),
                ListKind::Keys => writeln!(self.out, "<li><span>{text}</span></li>"),
            };
        }
        self.put(closing);
    }

    /// A table in its own region, which a narrow screen scrolls.
    fn table(&mut self, table: &Table) {
        let _ = write!(
            self.out,
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n<caption>{}</caption>\n<thead><tr>",
            escape(&table.label),
            escape(&table.caption),
        );
        for head in &table.heads {
            let class = if head.is_number { " class=\"n\"" } else { "" };
            let _ = write!(self.out, "<th scope=\"col\"{class}>{}</th>", escape(&head.text));
        }
        self.put("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            let class = if row.is_inner { " class=\"facet\"" } else { "" };
            let _ = write!(self.out, "<tr><th scope=\"row\"{class}>{}</th>", escape(&row.head));
            for cell in &row.cells {
                let class = match cell.kind {
                    CellKind::Number => " class=\"n\"",
                    CellKind::Text => "",
                    CellKind::Reason => " class=\"why\"",
                };
                let span = if cell.span > 1 { format!(" colspan=\"{}\"", cell.span) } else { String::new() };
                let _ = write!(self.out, "<td{class}{span}>{}</td>", escape(&cell.text));
            }
            self.put("</tr>\n");
        }
        self.put("</tbody>\n</table>\n</div>\n");
    }

    fn figure(&mut self, figure: &Figure) -> Result<()> {
        self.put("<figure class=\"figure\">\n");
        let id = identifier(&figure.id);
        self.put(&figure.wide.inline_svg(&format!("{id}-w"))?);
        if let Some(narrow) = &figure.narrow {
            self.put(&narrow.inline_svg(&format!("{id}-n"))?);
        }
        self.element("<figcaption>", &figure.caption, "</figcaption>");
        self.put("</figure>\n");
        Ok(())
    }

    fn told(&mut self, entries: &[Told], heading: &str, class: &str) {
        let _ = writeln!(self.out, "<ul class=\"{class}\">");
        for entry in entries {
            let (name, place) = (escape(&entry.name), escape(&entry.place));
            let _ = writeln!(self.out, "<li><{heading}>{name} <span class=\"place\">{place}</span></{heading}>");
            for about in &entry.about {
                self.element("<p class=\"quiet\">", about, "</p>");
            }
            entry.said.iter().for_each(|said| self.said(said));
            let rules: Vec<&str> = entry.said.iter().filter_map(|said| said.rule.as_deref()).collect();
            if !rules.is_empty() {
                let where_from = escape(&label::where_from(self.language));
                let rules = escape(&rules.join(" "));
                let _ = writeln!(self.out, "<details><summary>{where_from}</summary><p>{rules}</p></details>");
            }
            if !entry.inner.is_empty() {
                self.told(&entry.inner, "h5", "facets");
            }
            self.put("</li>\n");
        }
        self.put("</ul>\n");
    }

    fn said(&mut self, said: &Said) {
        if let Some(beside) = &said.beside {
            self.element("<p class=\"quiet\">", beside, "</p>");
        }
        if said.text.is_empty() {
            return;
        }
        let class = if said.not_me.is_some() { "voice not-me" } else { "voice" };
        self.element(&format!("<p class=\"{class}\">"), &said.text, "</p>");
        if let Some(not_me) = &said.not_me {
            self.element("<p class=\"mark\">", not_me, "</p>");
        }
    }

    /// Paragraphs are parted by empty lines, as people write them.
    fn written(&mut self, text: &str) {
        for paragraph in text.replace("\r\n", "\n").split("\n\n").filter(|part| !part.trim().is_empty()) {
            let lines: Vec<String> = paragraph.trim_matches('\n').lines().map(escape).collect();
            let _ = writeln!(self.out, "<p class=\"written\">{}</p>", lines.join("<br>\n"));
        }
    }

    fn signatures(&mut self, places: &[SignaturePlace]) {
        self.put("<div class=\"signatures\">\n");
        for place in places {
            self.put("<div>");
            self.element("<p><strong>", &place.role, "</strong></p>");
            if let Some(name) = &place.name {
                self.element("<p>", name, "</p>");
            }
            for to_fill in &place.to_fill {
                self.element("<p class=\"to-fill\">", to_fill, "</p>");
            }
            self.put("</div>\n");
        }
        self.put("</div>\n");
    }
}
