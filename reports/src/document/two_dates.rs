//! One person on two dates: in brief, the drawing, the same numbers as a table, every scale in words.

use super::model::{Block, Cell, Chapter, Document, Figure, Head, Row, Said, Section, Table, Told};
use super::parts;
use crate::Result;
use crate::chart::{Framing, two_dates as chart};
use crate::text::{capital, colon, label, two_dates as words, typeset};
use crate::view::change::{Change, ChangeUnit, DatedScoreView, ScaleChangeView};

/// The document.
///
/// # Errors
/// Those of [`chart::lay_out`].
pub fn document(change: &Change) -> Result<Document> {
    let view = change.view();
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    Ok(Document {
        language,
        title: set(&view.title),
        file_title: set(&format!("{} – {}", view.title, view.instrument_label)),
        kicker: parts::joined(language, [Some(label::two_dates_kicker(language)), view.person_label.clone()]),
        lead: vec![words::lead(change)],
        banner: view.simulated.then(|| label::simulated_banner(language)),
        running: parts::joined(language, [Some(view.instrument_label.clone()), view.person_label.clone()]),
        made_on: None,
        provenance: Some(provenance(change)),
        metas: parts::metas(&view.provenance),
        chapters: vec![in_brief(change), figures(change)?],
    })
}

fn in_brief(change: &Change) -> Chapter {
    let language = change.language();
    let sentences = words::in_brief(change);
    let explained = Some(words::margin_explained(change));
    parts::in_brief(language, vec![parts::keys(language, &sentences)], explained)
}

fn figures(change: &Change) -> Result<Chapter> {
    let view = change.view();
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let figure = Figure::in_both_widths(
        "deux-dates".to_owned(),
        set(&words::caption(change, Framing::Inline)),
        |width, framing| chart::lay_out(change, width, framing),
    )?;
    Ok(Chapter {
        id: "dates".to_owned(),
        heading: set(&view.instrument_label),
        status: Some(set(&words::status_line(change))),
        body: vec![
            Block::Figure(figure),
            Block::Heading { text: label::same_numbers(language) },
            Block::Table(table(change)),
            Block::Heading { text: label::changes_in_words(language) },
            Block::Told { entries: told(change) },
        ],
        margin: margin(change),
        margin_label: Some(label::about_results(language)),
        ..Chapter::default()
    })
}

/// Every scale in words, facets within their domain.
fn told(change: &Change) -> Vec<Told> {
    let scales = &change.view().scales;
    let one = |scale: &ScaleChangeView, inner: Vec<Told>| {
        let said = words::outcome(change.language(), scale.outcome);
        let place = match words::difference(change, scale) {
            Some(difference) => format!("{difference}\u{a0}{}, {said}", short_unit(change)),
            None => said,
        };
        let text = typeset(change.language(), &scale.sentence);
        let said = vec![Said { beside: None, text, rule: None, rule_id: None, not_me: None }];
        Told { name: typeset(change.language(), &scale.name), place, about: Vec::new(), said, inner }
    };
    let domains = scales.iter().enumerate().filter(|(_, scale)| scale.parent.is_none());
    let entry = |(idx, scale)| {
        let facets = scales.iter().filter(|facet| facet.parent == Some(idx));
        one(scale, facets.map(|facet| one(facet, Vec::new())).collect())
    };
    domains.map(entry).collect()
}

fn short_unit(change: &Change) -> String {
    match change.view().unit {
        ChangeUnit::TScore => "T".to_owned(),
        ChangeUnit::RawPoints => label::points(change.language()),
    }
}

fn table(change: &Change) -> Table {
    let view = change.view();
    let language = view.language;
    let margin = capital(&label::margin_at(language, view.level));
    let number = |text: String| Head { text: typeset(language, &text), is_number: true };
    let date = |name: &str| number(capital(name));
    let unit = short_unit(change);
    let row = |scale: &ScaleChangeView| {
        let dated = |date: &std::result::Result<DatedScoreView, String>| match date {
            Err(reason) => vec![Cell::reason(typeset(language, reason), 2)],
            Ok(date) => vec![
                Cell::number(words::score(change, scale, date)),
                date.interval.map_or_else(
                    || Cell::reason(language.say("marge inconnue", "margin unknown"), 1),
                    |ends| Cell::number(words::margin(change, scale, ends)),
                ),
            ],
        };
        let mut cells = dated(&scale.first);
        cells.extend(dated(&scale.second));
        cells.push(match words::difference(change, scale) {
            Some(difference) => Cell::number(difference),
            None => Cell::number("–".to_owned()),
        });
        cells.push(Cell::text(words::outcome(language, scale.outcome)));
        Row { head: typeset(language, &scale.name), is_inner: scale.parent.is_some(), cells }
    };
    Table {
        caption: {
            let (status, difference) = (words::status_line(change), label::second_minus_first(language));
            language.say(&format!("{status} ; écart : {difference}"), &format!("{status}; difference: {difference}"))
        },
        label: label::same_numbers(language),
        heads: vec![
            Head { text: label::scale(language), is_number: false },
            date(&view.first_date),
            number(margin.clone()),
            date(&view.second_date),
            number(margin),
            number(format!("{} ({unit})", language.pick("Écart", "Difference"))),
            Head { text: language.say("Lecture", "Reading"), is_number: false },
        ],
        rows: change.reading_order().into_iter().map(row).collect(),
    }
}

fn margin(change: &Change) -> Vec<Section> {
    let view = change.view();
    let language = view.language;
    let mut sections = vec![parts::limits(language, words::limits(change), &[])];
    sections.extend(view.norm.as_ref().map(|norm| parts::norm_card(language, norm)));
    sections.extend(parts::listed(language, label::to_read_with_it(language), &view.notes));
    sections
}

/// What made the figures: instrument, norm, engine, with their versions.
fn provenance(change: &Change) -> String {
    let view = change.view();
    let language = view.language;
    let made_by = &view.provenance;
    let mut parts = vec![format!("{}, version\u{a0}{}", view.instrument_label, made_by.instrument_version)];
    parts.extend(change.norm_title().map(|title| colon(language, &label::norm(language), title)));
    parts.push(format!("{}\u{a0}{}", label::engine(language), made_by.engine_version));
    parts.extend(view.simulated.then(|| label::simulated(language)));
    typeset(language, &parts.join(" · "))
}
