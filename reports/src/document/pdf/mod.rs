//! A document as PDF: tagged (PDF/UA-1), with bookmarks, alternative texts and embedded fonts; with a date also archival (PDF/A-2a).
//!
//! Typst sets the pages. Its source is one template of ours, `assets/document.typ`, which walks the blocks of the document; texts reach
//! it as data, so that nothing a person wrote is read as markup. Two documents with the same content are the same bytes.
//!
//! Reading order: here, `world` (what the typesetter can see), `fonts` (which characters can be drawn).

mod fonts;
mod world;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::model::{Date, Document};
use crate::text::label;
use crate::theme::Theme;
use crate::{Error, Result};
use world::PaperWorld;

/// Documents between two times at which the typesetter looks for what it may forget, which takes a while.
const FORGET_EVERY: usize = 2;
/// Times after which it forgets what was not used.
const FORGET_AFTER: usize = 6;

/// What the template needs beside the document.
#[derive(Serialize)]
struct Paper<'a> {
    document: &'a Document,
    /// The file of each figure, by its identifier.
    drawings: BTreeMap<&'a str, String>,
    words: Words,
}

/// Words that only paper needs.
#[derive(Serialize)]
struct Words {
    page: String,
    of: String,
    where_from: String,
}

impl Document {
    /// The document as PDF.
    ///
    /// The typesetter works on rayon's pool. Call it from a thread that is not of that pool: a task of the pool that waits for it takes up
    /// other tasks meanwhile, and many documents made that way stand on one stack.
    ///
    /// # Errors
    /// [`Error::Drawing`] for a chart; [`Error::Typesetting`] with what the typesetter says.
    pub fn pdf(&self) -> Result<Vec<u8>> {
        let figures = self.figures();
        let mut files = Vec::with_capacity(figures.len() + 1);
        let mut drawings = BTreeMap::new();
        for (idx, figure) in figures.into_iter().enumerate() {
            let svg = figure.wide.svg(&Theme::print(), &figure.id)?;
            // The typesetter keeps every name it was ever given; these are few.
            let name = format!("figure-{idx}.svg");
            drawings.insert(figure.id.as_str(), name.clone());
            files.push((name, fonts::known(&svg).into_bytes()));
        }
        let (page, of) = label::page_of(self.language);
        let words = Words { page, of, where_from: label::where_from(self.language) };
        let mut data = serde_json::to_value(Paper { document: self, drawings, words })
            .map_err(|error| Error::Typesetting(error.to_string()))?;
        make_drawable(&mut data);
        files.push(("document.json".to_owned(), data.to_string().into_bytes()));
        let world = PaperWorld::new(files).ok_or_else(|| Error::Typesetting("a file has no name".to_owned()))?;
        let made = typeset(&world, self.made_on);
        forget();
        made
    }
}

/// Forgets now and then what recent documents have not used, so that memory stays flat however many there are.
fn forget() {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    if MADE.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
        typst::comemo::evict(FORGET_AFTER);
    }
}

fn typeset(world: &PaperWorld, made_on: Option<Date>) -> Result<Vec<u8>> {
    static STANDARDS: LazyLock<(Option<PdfStandards>, Option<PdfStandards>)> = LazyLock::new(|| {
        let ua = PdfStandards::new(&[PdfStandard::Ua_1]).ok();
        (ua, PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_2a]).ok())
    });
    let document = typst::compile::<PagedDocument>(world).output.map_err(|errors| told(&errors))?;
    // An archival file must say when it was made.
    let timestamp = made_on.and_then(Date::timestamp);
    let standards = if timestamp.is_some() { &STANDARDS.1 } else { &STANDARDS.0 };
    let standards = standards.clone().ok_or_else(|| Error::Typesetting("unknown PDF standard".to_owned()))?;
    let options =
        PdfOptions { timestamp, standards, creator: Smart::Custom(Some("bilan".to_owned())), ..PdfOptions::default() };
    typst_pdf::pdf(&document, &options).map_err(|errors| told(&errors))
}

fn told(errors: &[SourceDiagnostic]) -> Error {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    Error::Typesetting(messages.join("; "))
}

impl Date {
    fn timestamp(self) -> Option<Timestamp> {
        let date = typst::foundations::Datetime::from_ymd_hms(self.year.into(), self.month, self.day, 0, 0, 0)?;
        Timestamp::new_utc(date).into()
    }
}

/// Replaces what no font can draw, in every text.
fn make_drawable(value: &mut Value) {
    match value {
        Value::String(text) => *text = fonts::drawable(text),
        Value::Array(values) => values.iter_mut().for_each(make_drawable),
        Value::Object(fields) => fields.values_mut().for_each(make_drawable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
