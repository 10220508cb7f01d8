//! The report on a group, for the organization that asked for it: aggregates only, with small cells hidden.

use super::model::{Block, Cell, Chapter, Document, Figure, Head, Row, Section, Table, Tone};
use super::parts;
use crate::Result;
use crate::chart::group as chart;
use crate::text::{Language, capital, colon, group as words, label, number, typeset};
use crate::view::group::{Figures, Group, GroupScale, Hidden, Summary};

/// The document.
///
/// # Errors
/// Those of [`chart::lay_out`].
pub fn document(group: &Group) -> Result<Document> {
    let about = group.about();
    let language = about.language;
    let set = |text: &str| typeset(language, text);
    let kicker = about.occasion.clone().unwrap_or_else(|| words::kicker(language));
    let mut chapters = vec![whole(group)?];
    if !group.subgroups().is_empty() {
        chapters.push(subgroups(group));
    }
    Ok(Document {
        language,
        title: set(&about.title),
        file_title: set(&format!("{} – {}", about.title, about.instrument_label)),
        kicker: set(&kicker),
        lead: words::opening(group).iter().map(|line| set(line)).collect(),
        banner: about.simulated.then(|| label::simulated_banner(language)),
        running: set(&format!("{} · {}", about.instrument_label, about.group_label)),
        made_on: None,
        provenance: Some(provenance(group)),
        metas: parts::metas(&about.provenance),
        chapters,
    })
}

/// The whole group: drawing, the same numbers as tables, how to read them, limits.
fn whole(group: &Group) -> Result<Chapter> {
    let about = group.about();
    let language = about.language;
    let set = |text: &str| typeset(language, text);
    let figure = Figure::in_both_widths("groupe".to_owned(), words::caption(group), |width, framing| {
        chart::lay_out(group, width, framing)
    })?;
    let mut body = vec![Block::Figure(figure), Block::Heading { text: label::same_numbers(language) }];
    let rows: Vec<(&GroupScale, Shown<'_>)> =
        group.scales().iter().map(|(scale, figures)| (scale, figures.as_ref().map_err(|reason| *reason))).collect();
    body.extend(tables(group, &words::whole(language), &rows).into_iter().map(Block::Table));
    let ends = group.scales().iter().filter_map(|(scale, _)| {
        let (low, high) = scale.low_pole.as_deref().zip(scale.high_pole.as_deref())?;
        let ends = [(label::low_end(language), low), (label::high_end(language), high)];
        let ends: Vec<String> = ends.iter().map(|(end, words)| colon(language, end, words)).collect();
        Some((set(&scale.name), set(&ends.join(" · "))))
    });
    let facts: Vec<(String, String)> = ends.collect();
    if !facts.is_empty() {
        body.push(Block::Heading { text: words::both_ends(language) });
        body.push(Block::Facts { facts, is_card: false });
    }
    Ok(Chapter {
        id: "groupe".to_owned(),
        heading: words::whole(language),
        status: Some(words::status(group)),
        voice: Some(about.description.trim()).filter(|text| !text.is_empty()).map(set),
        body,
        margin: margin(group),
        margin_label: Some(words::beside(language)),
        on_new_page: false,
    })
}

/// The parts of the group, each with its tables.
fn subgroups(group: &Group) -> Chapter {
    let about = group.about();
    let language = about.language;
    let mut body = Vec::new();
    for part in group.subgroups() {
        let name = typeset(language, &part.name);
        body.push(Block::Heading { text: name.clone() });
        body.push(Block::Text { text: words::part_people(about, part.n_people), tone: Tone::Quiet });
        if part.n_people.is_err() {
            continue;
        }
        let figures = part.figures.iter().map(|figures| figures.as_ref().map_err(|reason| *reason));
        let rows: Vec<(&GroupScale, Shown<'_>)> = group.scales().iter().map(|(scale, _)| scale).zip(figures).collect();
        body.extend(tables(group, &name, &rows).into_iter().map(Block::Table));
    }
    Chapter {
        id: "parties".to_owned(),
        heading: capital(&typeset(language, about.parted_by.as_deref().unwrap_or_default())),
        body,
        margin: parts::listed(language, words::what_is_hidden(language), &words::hiding(about)).into_iter().collect(),
        margin_label: Some(words::what_is_hidden(language)),
        ..Chapter::default()
    }
}

/// What may be shown of some people on one scale.
type Shown<'a> = std::result::Result<&'a Figures, Hidden>;

/// The tables of some people: points, T scores where a norm serves, shares around the average band.
fn tables(group: &Group, whose: &str, rows: &[(&GroupScale, Shown<'_>)]) -> Vec<Table> {
    let language = group.language();
    let mut tables = vec![points_table(group, whose, rows)];
    let has = |chosen: &dyn Fn(&Figures) -> bool| rows.iter().any(|(_, figures)| figures.is_ok_and(chosen));
    if has(&|figures| figures.t.is_some()) {
        let mut heads = vec![words::people(language)];
        heads.extend(summary_heads(language));
        tables.push(table(group, (whose, words::in_t(language)), rows, &heads, &|_, figures| {
            let t = figures.t?;
            let mut cells = vec![number::count(language, figures.n)];
            cells.extend(summary_cells(language, &t, 1));
            Some(cells)
        }));
    }
    if has(&|figures| figures.band.is_some()) {
        let heads = [words::people(language), words::below(language), words::inside(language), words::above(language)];
        tables.push(table(group, (whose, words::in_band(language)), rows, &heads, &|_, figures| {
            let shares = figures.band?.map(|count| words::share(language, count, figures.n));
            Some(std::iter::once(number::count(language, figures.n)).chain(shares).collect())
        }));
    }
    tables
}

fn points_table(group: &Group, whose: &str, rows: &[(&GroupScale, Shown<'_>)]) -> Table {
    let language = group.language();
    let mut heads = vec![words::people(language), words::range(language)];
    heads.extend(summary_heads(language));
    table(group, (whose, words::in_points(language)), rows, &heads, &|scale, figures| {
        let mut cells = vec![number::count(language, figures.n), words::range_of(language, scale)];
        cells.extend(summary_cells(language, &figures.raw, words::decimals(scale)));
        Some(cells)
    })
}

fn summary_heads(language: Language) -> [String; 4] {
    [words::mean(language), words::standard_deviation(language), words::median(language), words::quartiles(language)]
}

fn summary_cells(language: Language, summary: &Summary, decimals: usize) -> [String; 4] {
    let text = |value: f64| number::decimal(language, value, decimals);
    let Summary { mean, standard_deviation, spread } = summary;
    [
        text(*mean),
        text(*standard_deviation),
        text(spread.median()),
        number::range(language, &text(spread.q1()), &text(spread.q3())),
    ]
}

/// One table: `cells` gives the numbers of a scale, or `None` where there are none to compare.
fn table(
    group: &Group,
    (whose, what): (&str, String),
    rows: &[(&GroupScale, Shown<'_>)],
    heads: &[String],
    cells: &dyn Fn(&GroupScale, &Figures) -> Option<Vec<String>>,
) -> Table {
    let about = group.about();
    let language = about.language;
    let row = |(scale, figures): &(&GroupScale, Shown<'_>)| {
        let cells = match figures {
            Err(reason) => vec![Cell::reason(words::why_hidden(about, *reason), heads.len())],
            Ok(figures) => match cells(scale, figures) {
                None => vec![Cell::reason(language.say("sans comparaison", "not compared"), heads.len())],
                Some(cells) => cells.into_iter().map(|cell| share_or_number(language, cell)).collect(),
            },
        };
        Row { head: typeset(language, &scale.name), is_inner: scale.is_facet, cells }
    };
    let mut all = vec![Head { text: label::scale(language), is_number: false }];
    all.extend(heads.iter().map(|head| Head { text: head.clone(), is_number: true }));
    Table {
        caption: format!("{what} – {whose}"),
        label: format!("{what} – {whose}"),
        heads: all,
        rows: rows.iter().map(row).collect(),
    }
}

/// A hidden share reads as a reason, not as a number.
fn share_or_number(language: Language, cell: String) -> Cell {
    if cell == words::hidden(language) { Cell::reason(cell, 1) } else { Cell::number(cell) }
}

fn margin(group: &Group) -> Vec<Section> {
    let about = group.about();
    let language = about.language;
    let mut sections = vec![parts::limits(language, words::limits(language), &about.limits)];
    sections.extend(parts::listed(language, words::how_to_read(language), &words::reading(group)));
    sections.extend(parts::listed(language, words::what_is_hidden(language), &words::hiding(about)));
    sections.extend(about.norm.as_ref().map(|norm| parts::norm_card(language, norm)));
    sections
}

/// What made the figures.
fn provenance(group: &Group) -> String {
    let about = group.about();
    let language = about.language;
    let made_by = &about.provenance;
    let mut parts = vec![format!("{}, version\u{a0}{}", about.instrument_label, made_by.instrument_version)];
    if let Some(norm) = &about.norm {
        parts.push(colon(language, &label::norm(language), &norm.title));
    }
    parts.push(format!("{}\u{a0}{}", label::engine(language), made_by.engine_version));
    if about.simulated {
        parts.push(label::simulated(language));
    }
    typeset(language, &parts.join(" · "))
}
