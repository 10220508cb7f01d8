//! A person and the entourage (360°): in brief, the drawing, the same numbers as a table, the differences in words, what was written.

use super::model::{Block, Cell, Chapter, Document, Figure, Head, Row, Said, Section, Table, Told, Tone};
use super::parts;
use crate::Result;
use crate::chart::{Framing, paired as chart};
use crate::text::{Language, capital, label, number, paired as words, typeset};
use crate::view::feedback::{Feedback, FeedbackScaleView, GroupMeanView, OwnMeanView, Shown};

/// Columns of numbers.
const N_COLUMNS: usize = 5;

/// The document.
///
/// # Errors
/// Those of [`chart::lay_out`].
pub fn document(feedback: &Feedback) -> Result<Document> {
    let view = feedback.view();
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let made_by = &view.provenance;
    let mut chapters = vec![in_brief(feedback), figures(feedback)?];
    chapters.extend(comments(feedback));
    Ok(Document {
        language,
        title: set(&view.title),
        file_title: set(&format!("{} – {}", view.title, view.instrument_label)),
        kicker: parts::joined(language, [Some(label::feedback_kicker(language)), view.person_label.clone()]),
        lead: vec![words::lead(language)],
        banner: view.simulated.then(|| label::simulated_banner(language)),
        running: parts::joined(language, [Some(view.instrument_label.clone()), view.person_label.clone()]),
        made_on: None,
        provenance: Some(provenance(feedback)),
        metas: vec![
            ("bilan:instrument", made_by.instrument_id.clone()),
            ("bilan:instrument-version", made_by.instrument_version.clone()),
            ("bilan:own-instrument", made_by.own_instrument_id.clone()),
            ("bilan:own-instrument-version", made_by.own_instrument_version.clone()),
            ("bilan:engine-version", made_by.engine_version.clone()),
        ],
        chapters,
    })
}

fn in_brief(feedback: &Feedback) -> Chapter {
    let language = feedback.language();
    let sentences = words::in_brief(feedback);
    let explained = Some(words::margin_explained(feedback));
    parts::in_brief(language, vec![parts::keys(language, &sentences)], explained)
}

fn figures(feedback: &Feedback) -> Result<Chapter> {
    let view = feedback.view();
    let language = view.language;
    let set = |text: &str| typeset(language, text);
    let figure = Figure::in_both_widths(
        "vous-et-entourage".to_owned(),
        set(&words::caption(feedback, Framing::Inline)),
        |width, framing| chart::lay_out(feedback, width, framing),
    )?;
    Ok(Chapter {
        id: "entourage".to_owned(),
        heading: set(&view.instrument_label),
        status: Some(words::status_line(feedback)),
        body: vec![
            Block::Figure(figure),
            Block::Heading { text: label::same_numbers(language) },
            Block::Table(table(feedback)),
            Block::Heading { text: label::gaps_in_words(language) },
            Block::Told { entries: view.scales.iter().map(|scale| told(language, scale)).collect() },
        ],
        margin: margin(feedback),
        margin_label: Some(label::about_results(language)),
        ..Chapter::default()
    })
}

/// The person's own mean and, group by group, what the difference amounts to.
fn told(language: Language, scale: &FeedbackScaleView) -> Told {
    let set = |text: &str| typeset(language, text);
    let place = match scale.own {
        Some(own) => {
            let mean = own_mean(language, scale, own);
            let range = words::range(language, (scale.lowest, scale.highest));
            language.say(&format!("vous {mean}, {range}"), &format!("you {mean}, {range}"))
        }
        None => words::own_missing(language),
    };
    let said = scale.groups.iter().map(|group| {
        let text = match &group.figures {
            Shown::Withheld { sentence } => set(sentence),
            Shown::Shown(figures) => figures.gap.as_ref().map_or_else(
                || {
                    let mean = number::decimal(language, figures.mean, 2);
                    language.say(&format!("Moyenne du groupe : {mean}."), &format!("Mean of the group: {mean}."))
                },
                |gap| set(&gap.sentence),
            ),
        };
        Said { beside: Some(set(&group.label)), text, rule: None, rule_id: None, not_me: None }
    });
    Told {
        name: set(&scale.name),
        place,
        about: scale.definition.iter().map(|definition| set(definition)).collect(),
        said: said.collect(),
        inner: Vec::new(),
    }
}

/// "3,25 (2,90 à 3,60)".
fn own_mean(language: Language, scale: &FeedbackScaleView, own: OwnMeanView) -> String {
    let mean = number::decimal(language, own.mean, 2);
    match own.interval {
        Some(interval) => format!("{mean} ({})", words::shown_ends(language, scale, interval)),
        None => mean,
    }
}

fn table(feedback: &Feedback) -> Table {
    let view = feedback.view();
    let language = view.language;
    let head = |french: &str, english: &str| Head { text: language.say(french, english), is_number: true };
    let margin = capital(&label::margin_at(language, view.level));
    let mut rows = Vec::new();
    for scale in &view.scales {
        rows.push(own_row(language, scale));
        rows.extend(scale.groups.iter().map(|group| Row {
            head: typeset(language, &group.label),
            is_inner: true,
            cells: match &group.figures {
                Shown::Shown(figures) => group_cells(language, figures),
                Shown::Withheld { sentence } => vec![Cell::reason(typeset(language, sentence), N_COLUMNS)],
            },
        }));
    }
    let range = feedback.common_range().map(|range| format!(", {}", words::range(language, range))).unwrap_or_default();
    Table {
        caption: language.say(
            &format!("Moyennes en points d'une réponse{range} ; sous chaque échelle, une ligne par groupe. Écart : vous − groupe"),
            &format!("Means in points of an answer{range}; under each scale, one line for each group. Difference: you − group"),
        ),
        label: label::same_numbers(language),
        heads: vec![
            Head { text: label::scale(language), is_number: false },
            head("Moyenne (marge)", "Mean (margin)"),
            head("Personnes", "People"),
            head("Écart type entre personnes", "Standard deviation between people"),
            head("Écart", "Difference"),
            Head { text: language.say(&format!("{margin} de l'écart"), &format!("{margin} of it")), is_number: true },
        ],
        rows,
    }
}

/// The row of the scale: the person's own mean.
fn own_row(language: Language, scale: &FeedbackScaleView) -> Row {
    let own = match scale.own {
        Some(own) => vec![
            Cell::number(own_mean(language, scale, own)),
            Cell::reason(language.say("vos réponses", "your answers"), N_COLUMNS - 1),
        ],
        None => vec![Cell::reason(words::own_missing(language), N_COLUMNS)],
    };
    Row { head: typeset(language, &scale.name), is_inner: false, cells: own }
}

fn group_cells(language: Language, figures: &GroupMeanView) -> Vec<Cell> {
    let decimal = |value: f64| number::decimal(language, value, 2);
    let not_given = || Cell::reason(language.say("non donné", "not given"), 1);
    let mut cells = vec![
        Cell::number(decimal(figures.mean)),
        Cell::number(number::count(language, figures.n_raters.into())),
        figures.sd.map_or_else(not_given, |sd| Cell::number(decimal(sd))),
    ];
    match &figures.gap {
        None => cells.push(Cell::reason(language.say("sans votre moyenne", "without your mean"), 2)),
        Some(gap) => {
            let text = decimal(gap.difference);
            let signed = if gap.difference > 0.0 && text != decimal(0.0) { format!("+{text}") } else { text };
            cells.push(Cell::number(signed));
            cells.push(gap.interval.map_or_else(
                || Cell::reason(language.say("marge inconnue", "margin unknown"), 1),
                |ends| Cell::number(number::range(language, &decimal(ends.lower()), &decimal(ends.upper()))),
            ));
        }
    }
    cells
}

fn margin(feedback: &Feedback) -> Vec<Section> {
    let view = feedback.view();
    let language = view.language;
    let mut sections = vec![parts::limits(language, words::limits(feedback), &[])];
    let facts = view.groups.iter().map(|group| {
        let people = match &group.n_raters {
            Shown::Withheld { sentence } => typeset(language, sentence),
            Shown::Shown(1) => language.say("une personne", "one person"),
            Shown::Shown(n) => {
                let n = number::count(language, (*n).into());
                language.say(&format!("{n}\u{a0}personnes"), &format!("{n} people"))
            }
        };
        (typeset(language, &group.label), people)
    });
    sections.push(Section {
        heading: label::who_answered(language),
        blocks: vec![Block::Facts { facts: facts.collect(), is_card: true }],
        is_limit: false,
    });
    sections.extend(parts::listed(language, label::to_read_with_it(language), &view.notes));
    sections
}

/// Comments as written, question by question; `None` where nothing was asked.
fn comments(feedback: &Feedback) -> Option<Chapter> {
    let view = feedback.view();
    let language = view.language;
    if view.comments.is_empty() {
        return None;
    }
    let mut body = Vec::new();
    for asked in &view.comments {
        body.push(Block::Heading { text: typeset(language, &asked.question) });
        if asked.blocks.is_empty() {
            body.push(Block::Text { text: label::no_comment(language), tone: Tone::Quiet });
        }
        for block in &asked.blocks {
            let group = block.group.as_deref().map(|group| typeset(language, group));
            let group = group.unwrap_or_else(|| label::mixed_groups(language));
            body.push(Block::Text { text: group, tone: Tone::Quiet });
            body.extend(block.texts.iter().map(|text| Block::Written { text: text.clone() }));
        }
    }
    Some(parts::plain("commentaires", label::comments(language), body))
}

/// What made the figures: instrument and engine, with their versions.
fn provenance(feedback: &Feedback) -> String {
    let view = feedback.view();
    let language = view.language;
    let made_by = &view.provenance;
    let (others, own) = (&made_by.instrument_version, &made_by.own_instrument_version);
    let versions = language.say(
        &format!("version\u{a0}{others} pour l'entourage, {own} pour vous"),
        &format!("version\u{a0}{others} for the others, {own} for you"),
    );
    let mut parts = vec![format!("{}, {versions}", view.instrument_label)];
    parts.push(format!("{}\u{a0}{}", label::engine(language), made_by.engine_version));
    parts.extend(view.simulated.then(|| label::simulated(language)));
    typeset(language, &parts.join(" · "))
}
