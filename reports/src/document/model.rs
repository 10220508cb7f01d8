//! What a document says, block by block, before it is a page or a PDF. Texts in it are typeset and not yet escaped.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::chart::{Chart, Framing, Width};
pub use crate::text::date::Date;

use crate::text::Language;

/// A document.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// Language of every text in it.
    #[serde(serialize_with = "code")]
    pub language: Language,
    /// The one main heading.
    pub title: String,
    /// Title of the file, for the window and the list of files.
    pub file_title: String,
    /// The line above the heading.
    pub kicker: String,
    /// What the document is, below the heading.
    pub lead: Vec<String>,
    /// Said before everything else, such as that data are simulated.
    pub banner: Option<String>,
    /// The foot of every page of paper, before the number of the page.
    pub running: String,
    /// The day it was made, where it is known.
    pub made_on: Option<Date>,
    /// What made it: the last line.
    pub provenance: Option<String>,
    /// Identifiers for programs, which no reader sees: name and content.
    pub metas: Vec<(&'static str, String)>,
    /// Chapters, in reading order.
    pub chapters: Vec<Chapter>,
}

/// A chapter.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Chapter {
    /// Its place in the document, for links: letters, digits and hyphens.
    pub id: String,
    /// Second-level heading.
    pub heading: String,
    /// The line under the heading, such as how far an inventory is standardized.
    pub status: Option<String>,
    /// What it is about, in the voice that speaks to a person.
    pub voice: Option<String>,
    /// Its content.
    pub body: Vec<Block>,
    /// What stands beside the content: limits, cards, measurement.
    pub margin: Vec<Section>,
    /// Name of what stands beside, for those who do not see it.
    pub margin_label: Option<String>,
    /// Whether it begins on a page of its own, on paper.
    pub on_new_page: bool,
}

/// Something beside the content of a chapter.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Third-level heading.
    pub heading: String,
    /// Its content.
    pub blocks: Vec<Block>,
    /// Whether it says what the results do not say.
    pub is_limit: bool,
}

/// A part of a chapter.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// A third-level heading.
    Heading {
        /// The heading.
        text: String,
    },
    /// A paragraph.
    Text {
        /// The paragraph.
        text: String,
        /// How it is set.
        tone: Tone,
    },
    /// A list.
    List {
        /// Its entries.
        items: Vec<Item>,
        /// How it is set.
        kind: ListKind,
    },
    /// Terms with their descriptions.
    Facts {
        /// Term and description.
        facts: Vec<(String, String)>,
        /// Whether it is a card of short facts; else descriptions are sentences.
        is_card: bool,
    },
    /// A table.
    Table(Table),
    /// A chart.
    Figure(Figure),
    /// Something that a page shows on demand, and paper in small type.
    Details {
        /// What it is.
        summary: String,
        /// Its content.
        blocks: Vec<Block>,
    },
    /// Scales in plain words.
    Told {
        /// Each domain with its facets.
        entries: Vec<Told>,
    },
    /// What a person wrote, with its line breaks.
    Written {
        /// As written.
        text: String,
    },
    /// Lines to write on.
    Lines {
        /// How many.
        n: u8,
        /// What is to be written there, for those who do not see the lines.
        label: String,
    },
    /// Places for signatures, side by side.
    Signatures {
        /// Who signs: role, and name where known.
        places: Vec<SignaturePlace>,
    },
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As it is.
    Plain,
    /// Speaks to a person.
    Voice,
    /// Quieter.
    Quiet,
    /// How answers are counted.
    Counted,
}

/// How a list is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// Entries without an order.
    Bullets,
    /// The few sentences that open a document, numbered.
    Keys,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it begins with, emphasized.
    pub strong: Option<String>,
    /// The rest.
    pub text: String,
}

impl Item {
    /// An entry without emphasis.
    #[must_use]
    pub fn plain(text: String) -> Self {
        Self { strong: None, text }
    }
}

/// A table.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// What it holds.
    pub caption: String,
    /// Its short name.
    pub label: String,
    /// Heads of columns, that of the row heads first.
    pub heads: Vec<Head>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// Head of a column.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    /// The head.
    pub text: String,
    /// Whether the column holds numbers.
    pub is_number: bool,
}

/// A row of a table.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What the row is about.
    pub head: String,
    /// Whether it belongs to the row above it that does not.
    pub is_inner: bool,
    /// Its cells; their spans add up to the columns.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// What it holds.
    pub text: String,
    /// How it is set.
    pub kind: CellKind,
    /// Columns it takes, at least 1.
    pub span: usize,
}

/// How a cell is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// A number or a range.
    Number,
    /// Words.
    Text,
    /// Why there is no number.
    Reason,
}

impl Cell {
    /// A number.
    #[must_use]
    pub fn number(text: String) -> Self {
        Self { text, kind: CellKind::Number, span: 1 }
    }

    /// Words.
    #[must_use]
    pub fn text(text: String) -> Self {
        Self { text, kind: CellKind::Text, span: 1 }
    }

    /// A reason, over as many columns as it replaces.
    #[must_use]
    pub fn reason(text: String, span: usize) -> Self {
        Self { text, kind: CellKind::Reason, span: span.max(1) }
    }
}

/// A chart with what says how to read it.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Unique in the document: letters, digits and hyphens.
    pub id: String,
    /// For a column of text and for paper.
    pub wide: Chart,
    /// For a phone.
    pub narrow: Option<Chart>,
    /// How to read it.
    pub caption: String,
}

impl Figure {
    /// A chart in both widths.
    ///
    /// # Errors
    /// Those of `lay_out`.
    pub fn in_both_widths(
        id: String,
        caption: String,
        lay_out: impl Fn(Width, Framing) -> crate::Result<Chart>,
    ) -> crate::Result<Self> {
        let (wide, narrow) = (lay_out(Width::Wide, Framing::Inline)?, lay_out(Width::Narrow, Framing::Inline)?);
        Ok(Self { id, wide, narrow: Some(narrow), caption })
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Figure", 5)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("alt", &format!("{}. {}", self.wide.title(), self.wide.description()))?;
        fields.serialize_field("caption", &self.caption)?;
        fields.serialize_field("width", &self.wide.scene().width)?;
        fields.serialize_field("height", &self.wide.scene().height)?;
        fields.end()
    }
}

/// A scale in plain words.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// Where the score stands.
    pub place: String,
    /// What it is about, what its ends are.
    pub about: Vec<String>,
    /// What the answers suggest.
    pub said: Vec<Said>,
    /// Its facets.
    pub inner: Vec<Told>,
}

/// A sentence on a person, with where it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    /// A scale that tells the same answers in another way, with its place, where the sentence is about it.
    pub beside: Option<String>,
    /// The sentence; empty where only the place is told.
    pub text: String,
    /// The rule that says so, in words.
    pub rule: Option<String>,
    /// The same rule by its name, by which the person can mark the sentence; a document does not show it.
    #[serde(skip)]
    pub rule_id: Option<String>,
    /// What the person says to it, where they do not recognize themselves.
    pub not_me: Option<String>,
}

/// Where somebody signs.
#[derive(Debug, Clone, Serialize)]
pub struct SignaturePlace {
    /// In which role.
    pub role: String,
    /// The name, where known.
    pub name: Option<String>,
    /// Place and date, signature: what is to be filled in.
    pub to_fill: Vec<String>,
}

impl Document {
    /// The same, made on a day.
    #[must_use]
    pub fn made_on(mut self, day: Option<Date>) -> Self {
        self.made_on = day;
        self
    }

    /// The figures of the document, in reading order.
    #[must_use]
    pub fn figures(&self) -> Vec<&Figure> {
        fn within<'a>(blocks: &'a [Block], found: &mut Vec<&'a Figure>) {
            for block in blocks {
                match block {
                    Block::Figure(figure) => found.push(figure),
                    Block::Details { blocks, .. } => within(blocks, found),
                    _ => {}
                }
            }
        }
        let mut found = Vec::new();
        for chapter in &self.chapters {
            within(&chapter.body, &mut found);
            chapter.margin.iter().for_each(|section| within(&section.blocks, &mut found));
        }
        found
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn code<S: Serializer>(language: &Language, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(language.code())
}
