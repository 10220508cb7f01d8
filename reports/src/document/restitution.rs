//! The restitution of one inventory, for the beneficiary.

use super::model::{Block, Chapter, Document, Said, Section, Told, Tone};
use super::{parts, table};
use crate::Result;
use crate::markup::identifier;
use crate::text::place::Place;
use crate::text::{Language, colon, label, number, sentence, typeset};
use crate::view::{Restitution, ScaleView};

/// The document.
///
/// # Errors
/// Those of [`crate::chart::lay_out`].
pub fn document(restitution: &Restitution) -> Result<Document> {
    let view = restitution.view();
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let occasion = view.occasion.clone().unwrap_or_else(|| label::personal(language));
    Ok(Document {
        language,
        title: set(&view.title),
        file_title: set(&format!("{} – {}", view.title, view.instrument_label)),
        kicker: parts::joined(language, [Some(occasion), view.person_label.clone()]),
        lead: vec![label::owner(language)],
        banner: view.simulated.then(|| label::simulated_banner(language)),
        running: parts::joined(language, [Some(view.instrument_label.clone()), view.person_label.clone()]),
        made_on: None,
        provenance: Some(provenance(restitution)),
        metas: parts::metas(&view.provenance),
        chapters: vec![in_brief(restitution), chapter(restitution, "")?],
    })
}

fn in_brief(restitution: &Restitution) -> Chapter {
    let language = restitution.language();
    let openings = sentence::in_brief(restitution);
    let sentences = openings.iter().map(|opening| &opening.text);
    let has_interval = restitution.view().scales.iter().any(|scale| scale.uncertainty.is_ok());
    let explained = has_interval.then(|| sentence::margin_explained(restitution));
    parts::in_brief(language, vec![parts::keys(language, sentences)], explained)
}

/// The chapter of an inventory: drawings, the same numbers as a table, scales in plain words, limits.
///
/// `mark` keeps identifiers of several chapters in one document apart.
///
/// # Errors
/// Those of [`crate::chart::lay_out`].
pub(super) fn chapter(restitution: &Restitution, mark: &str) -> Result<Chapter> {
    let view = restitution.view();
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let text = |text: &str, tone: Tone| Block::Text { text: set(text), tone };
    let instrument = format!("{mark}{}", identifier(&view.provenance.instrument_id));
    let mut body = Vec::new();
    if let Some(order) = &view.order
        && !sentence::in_brief(restitution).iter().any(|opening| opening.text == order.sentence)
    {
        body.push(text(&order.sentence, Tone::Voice));
    }
    body.extend(view.scoring.iter().map(|line| text(line, Tone::Counted)));
    body.extend(parts::drawings(restitution, &instrument)?);
    if let Some(order) = view.order.as_ref().filter(|order| !order.differences.is_empty()) {
        let mut blocks = vec![parts::bullets(language, &order.differences)];
        blocks.extend(order.notes.iter().map(|note| text(note, Tone::Plain)));
        body.push(Block::Details { summary: label::settled_differences(language), blocks });
    }
    body.push(Block::Heading { text: label::same_numbers(language) });
    body.push(Block::Table(table::table(restitution)));
    body.extend(in_plain_words(restitution));
    if !view.own_words.is_empty() {
        body.push(Block::Heading { text: label::own_words(language) });
        let words = view.own_words.iter();
        let facts = words.map(|words| (set(&words.question), words.answer.clone())).collect();
        body.push(Block::Facts { facts, is_card: false });
    }
    Ok(Chapter {
        id: format!("inventaire-{instrument}"),
        heading: set(&view.instrument_label),
        status: Some(label::status_line(view)),
        voice: Some(view.description.trim()).filter(|text| !text.is_empty()).map(set),
        body,
        margin: margin(restitution),
        margin_label: Some(label::about_results(language)),
        on_new_page: false,
    })
}

/// Every scale in plain words: what it looks at, where the score stands, what the answers suggest; facets within their domain.
fn in_plain_words(restitution: &Restitution) -> Vec<Block> {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let has_words = |scale: &ScaleView| scale.definition.is_some() || scale.sentence.is_some();
    if !scales.iter().any(has_words) {
        return Vec::new();
    }
    let own = restitution.own_scales();
    let of_domain = |idx: usize| own.iter().copied().filter(move |&facet| scales[facet].parent == Some(idx));
    let domains = own.iter().copied().filter(|&idx| scales[idx].parent.is_none());
    let entries = domains.map(|idx| {
        let inner = of_domain(idx).map(|facet| told(restitution, facet, Vec::new())).collect();
        told(restitution, idx, inner)
    });
    vec![Block::Heading { text: label::in_plain_words(language) }, Block::Told { entries: entries.collect() }]
}

/// One scale in plain words, with the scales that tell the same answers in another way.
fn told(restitution: &Restitution, idx: usize, inner: Vec<Told>) -> Told {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let scale = &scales[idx];
    let set = |text: &str| typeset(language, text);
    let mut about: Vec<String> = scale.definition.iter().map(|definition| set(definition)).collect();
    if let Some((low, high)) = scale.poles() {
        let ends = [(label::low_end(language), low), (label::high_end(language), high)];
        let ends: Vec<String> = ends.iter().map(|(end, words)| colon(language, end, words)).collect();
        about.push(set(&ends.join(" · ")));
    }
    let said = |scale: &ScaleView, beside: Option<String>| Said {
        beside,
        text: scale.sentence.as_ref().map(|sentence| set(&sentence.text)).unwrap_or_default(),
        rule: scale.sentence.as_ref().and_then(|sentence| sentence.rule.as_ref()).map(|rule| set(&rule.words)),
        rule_id: scale.sentence.as_ref().and_then(|sentence| sentence.rule.as_ref()).map(|rule| rule.id.clone()),
        not_me: scale.sentence.as_ref().filter(|sentence| sentence.is_not_me).map(|_| label::not_me(language)),
    };
    let own = scale.sentence.is_some().then(|| said(scale, None));
    let others = restitution.beside(idx).into_iter().filter_map(|place| scales.get(place));
    let others = others.map(|other| {
        let place = colon(language, &other.name, &place_words(language, other));
        said(other, Some(set(&place)))
    });
    Told {
        name: set(&scale.name),
        place: place_words(language, scale),
        about,
        said: own.into_iter().chain(others).collect(),
        inner,
    }
}

/// Where the score stands, beside the name of the scale.
fn place_words(language: Language, scale: &ScaleView) -> String {
    if let Some(interval) = scale.t_interval() {
        return Place::of(interval).words(language);
    }
    match &scale.raw {
        Ok(raw) => number::raw_told(language, raw, scale.raw_margin()),
        Err(reason) => reason.short(language, scale.answered, scale.n_items),
    }
}

fn margin(restitution: &Restitution) -> Vec<Section> {
    let view = restitution.view();
    let language = view.language;
    let mut sections = vec![parts::limits(language, sentence::limits(restitution), &view.limits)];
    sections.extend(view.norm.as_ref().map(|norm| parts::norm_card(language, norm)));
    sections.extend(parts::listed(language, label::measurement(language), &sentence::measurement_notes(restitution)));
    sections.extend(parts::listed(language, label::answers(language), &view.quality));
    sections
}

/// What made a restitution: instrument, norm, engine, with their versions.
pub(super) fn provenance(restitution: &Restitution) -> String {
    let view = restitution.view();
    let language = view.language;
    let version = |version: &str| format!("version\u{a0}{version}");
    let mut made_by = vec![format!("{}, {}", view.instrument_label, version(&view.provenance.instrument_version))];
    if let Some(norm) = &view.norm {
        let known = norm.version.as_ref().map(|number| format!(", {}", version(number))).unwrap_or_default();
        made_by.push(colon(language, &label::norm(language), &format!("{}{known}", norm.title)));
    }
    made_by.push(format!("{}\u{a0}{}", label::engine(language), view.provenance.engine_version));
    if view.simulated {
        made_by.push(label::simulated(language));
    }
    typeset(language, &made_by.join(" · "))
}
