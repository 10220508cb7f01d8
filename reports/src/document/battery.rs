//! The restitution of all inventories of one person: one page that sums up, then a chapter for each.

use super::model::{Block, Chapter, Document, Item, ListKind, Tone};
use super::{parts, restitution};
use crate::text::sentence::{self, OpeningRule};
use crate::text::{Language, label, paper, typeset};
use crate::view::Restitution;
use crate::{Error, Result};

/// Up to so many inventories the summary has two sentences of each; with more of them, one.
const FEW: usize = 4;
/// Lines for the person's own remarks.
const LINES: u8 = 8;

/// All inventories of one person.
#[derive(Debug, Clone, Copy)]
pub struct BatteryView<'a> {
    /// Language of the document and of every restitution in it.
    pub language: Language,
    /// The line above the title: when and by whom it was handed over.
    pub occasion: Option<&'a str>,
    /// The person, as the document may call them.
    pub person_label: Option<&'a str>,
    /// The restitutions, in the order of the document; at least one.
    pub restitutions: &'a [Restitution],
}

/// The document.
///
/// # Errors
/// [`Error::NothingToTell`] without a restitution, [`Error::OtherLanguage`] where one is in another language; those of
/// [`crate::chart::lay_out`].
pub fn document(view: &BatteryView) -> Result<Document> {
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    if view.restitutions.is_empty() {
        return Err(Error::NothingToTell("restitution"));
    }
    if let Some(other) = view.restitutions.iter().find(|restitution| restitution.language() != language) {
        return Err(Error::OtherLanguage {
            place: other.view().instrument_label.clone(),
            given: other.language().code(),
            expected: language.code(),
        });
    }
    let occasion = view.occasion.map_or_else(|| label::personal(language), str::to_owned);
    let title = paper::battery_title(language);
    let mut chapters = vec![summary(view)];
    for (idx, restitution) in view.restitutions.iter().enumerate() {
        let mut chapter = restitution::chapter(restitution, &format!("{}-", idx + 1))?;
        chapter.on_new_page = true;
        chapters.push(chapter);
    }
    let lines = Block::Lines { n: LINES, label: paper::room_to_write(language) };
    chapters.push(Chapter {
        voice: Some(paper::remarks_prompt(language)),
        ..parts::plain("remarques", paper::your_remarks(language), vec![lines])
    });
    let is_simulated = view.restitutions.iter().any(|restitution| restitution.view().simulated);
    let made_by: Vec<String> = view.restitutions.iter().map(restitution::provenance).collect();
    let person = view.person_label.map_or_else(|| label::personal(language), str::to_owned);
    Ok(Document {
        language,
        file_title: set(&[Some(title.as_str()), view.person_label]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" – ")),
        title,
        kicker: parts::joined(language, [Some(occasion), view.person_label.map(str::to_owned)]),
        lead: vec![label::owner(language)],
        banner: is_simulated.then(|| label::simulated_banner(language)),
        running: set(&person),
        made_on: None,
        provenance: Some(made_by.join(" — ")),
        metas: Vec::new(),
        chapters,
    })
}

/// The first page: what stands out in each inventory, how to read a margin.
fn summary(view: &BatteryView) -> Chapter {
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let most = if view.restitutions.len() <= FEW { 2 } else { 1 };
    let mut body = Vec::new();
    for restitution in view.restitutions {
        body.push(Block::Heading { text: set(&restitution.view().instrument_label) });
        let openings = sentence::in_brief(restitution);
        let says_something = |rule: OpeningRule| !matches!(rule, OpeningRule::NotStandardized | OpeningRule::InPoints);
        let told: Vec<Item> = openings
            .iter()
            .filter(|opening| says_something(opening.rule))
            .take(most)
            .map(|opening| Item::plain(set(&opening.short)))
            .collect();
        if told.is_empty() {
            body.extend(openings.first().map(|opening| Block::Text { text: set(&opening.text), tone: Tone::Voice }));
        } else {
            body.push(Block::List { items: told, kind: ListKind::Bullets });
        }
    }
    let explained = view
        .restitutions
        .iter()
        .find(|restitution| restitution.view().scales.iter().any(|scale| scale.uncertainty.is_ok()));
    parts::in_brief(language, body, explained.map(sentence::margin_explained))
}
