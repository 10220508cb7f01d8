//! What several documents have alike: the opening chapter, limits, lists, the norm's card, drawings, what made them, signatures.

use super::model::{Block, Chapter, Figure, Item, ListKind, Section, SignaturePlace, Tone};
use crate::Result;
use crate::chart::{self, Framing};
use crate::text::caption::caption;
use crate::text::sentence::Limit;
use crate::text::{Language, label, paper, typeset};
use crate::view::{NormCardView, ProvenanceView, Restitution};

/// The parts that there are, on one line.
pub(super) fn joined(language: Language, parts: impl IntoIterator<Item = Option<String>>) -> String {
    typeset(language, &parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// Identifiers of what made the figures, for programs.
pub(super) fn metas(made_by: &ProvenanceView) -> Vec<(&'static str, String)> {
    let mut metas = vec![
        ("bilan:instrument", made_by.instrument_id.clone()),
        ("bilan:instrument-version", made_by.instrument_version.clone()),
        ("bilan:engine-version", made_by.engine_version.clone()),
    ];
    metas.extend(made_by.norm_id.iter().map(|id| ("bilan:norm", id.clone())));
    metas
}

/// A chapter of a heading and its content.
pub(super) fn plain(id: &str, heading: String, body: Vec<Block>) -> Chapter {
    Chapter { id: id.to_owned(), heading, body, ..Chapter::default() }
}

/// The few sentences that open a document.
pub(super) fn keys<'a>(language: Language, sentences: impl IntoIterator<Item = &'a String>) -> Block {
    let items = sentences.into_iter().map(|text| Item::plain(typeset(language, text))).collect();
    Block::List { items, kind: ListKind::Keys }
}

/// The opening chapter; beside it how to read a margin, where there is one to read.
pub(super) fn in_brief(language: Language, body: Vec<Block>, margin_explained: Option<String>) -> Chapter {
    let heading = label::how_to_read_margin(language);
    let margin = margin_explained.map(|text| Section {
        heading: heading.clone(),
        blocks: vec![Block::Text { text, tone: Tone::Plain }],
        is_limit: false,
    });
    Chapter {
        margin: margin.into_iter().collect(),
        margin_label: Some(heading),
        ..plain("bref", label::in_brief(language), body)
    }
}

/// A list of lines.
pub(super) fn bullets<'a>(language: Language, lines: impl IntoIterator<Item = &'a String>) -> Block {
    let items = lines.into_iter().map(|line| Item::plain(typeset(language, line))).collect();
    Block::List { items, kind: ListKind::Bullets }
}

/// A list of lines beside the content, under its heading; `None` without a line.
pub(super) fn listed(language: Language, heading: String, lines: &[String]) -> Option<Section> {
    let section = || Section { heading, blocks: vec![bullets(language, lines)], is_limit: false };
    (!lines.is_empty()).then(section)
}

/// What the results do not say: what is known of the kind of document, then what the caller adds.
pub(super) fn limits(language: Language, known: Vec<Limit>, own: &[String]) -> Section {
    let known = known.into_iter().map(|(what, why)| Item { strong: Some(what), text: why });
    let own = own.iter().map(|limit| Item::plain(typeset(language, limit)));
    Section {
        heading: label::what_not_said(language),
        blocks: vec![Block::List { items: known.chain(own).collect(), kind: ListKind::Bullets }],
        is_limit: true,
    }
}

/// The norm's card.
pub(super) fn norm_card(language: Language, norm: &NormCardView) -> Section {
    let facts = label::norm_facts(language, norm).into_iter();
    let facts = facts.map(|(term, words)| (term, typeset(language, &words))).collect();
    let blocks = vec![Block::Facts { facts, is_card: true }];
    Section { heading: label::norm_card(language), blocks, is_limit: false }
}

/// Every drawing of a restitution; `prefix` begins their identifiers.
pub(super) fn drawings(restitution: &Restitution, prefix: &str) -> Result<Vec<Block>> {
    let drawing = |kind| {
        let caption = caption(restitution, kind, Framing::Inline);
        let figure = Figure::in_both_widths(format!("{prefix}-{kind}"), caption, |width, framing| {
            chart::lay_out(restitution, kind, width, framing)
        })?;
        Ok(Block::Figure(figure))
    };
    chart::kinds(restitution).into_iter().map(drawing).collect()
}

/// Where both sign.
pub(super) fn signatures(language: Language, beneficiary: &str, consultant: &str) -> Chapter {
    let place = |role: String, name: &str| SignaturePlace {
        role,
        name: Some(typeset(language, name)),
        to_fill: vec![paper::place_and_date(language), paper::signature(language)],
    };
    let places =
        vec![place(paper::the_beneficiary(language), beneficiary), place(paper::the_consultant(language), consultant)];
    plain("signatures", paper::signatures(language), vec![Block::Signatures { places }])
}
