//! The technical profile of one person on one inventory, for the consultant: how the questions were answered, figures with their errors,
//! the norm's card, which scales can be told apart, every answer.

use super::model::{Block, Cell, Chapter, Document, Head, Item, ListKind, Row, Section, Table, Tone};
use super::{norm_place, parts};
use crate::Result;
use crate::markup::identifier;
use crate::text::{Language, alt, capital, colon, label, number, paper, sentence, typeset};
use crate::view::norm_table::NormTableView;
use crate::view::{Basis, Restitution, ScaleView};

/// What the technical profile adds to a restitution; every text is in its language.
#[derive(Debug, Clone)]
pub struct TechnicalView<'a> {
    /// The restitution, with all its scales.
    pub restitution: &'a Restitution,
    /// For each scale in the order of the restitution: the standard error in raw points, where it is known.
    pub standard_errors: Vec<Option<f64>>,
    /// The pairs of scales that can be told apart, one sentence each.
    pub differences: Vec<String>,
    /// How those pairs are read; `None` where none is compared.
    pub differences_note: Option<String>,
    /// The interest code, term by term; empty where there is none.
    pub code: Vec<(String, String)>,
    /// How the code is read.
    pub code_notes: Vec<String>,
    /// How the questions were answered; `None` where it is not known.
    pub quality: Option<QualityView>,
    /// The answers, in the order of the questionnaire; empty where they are not at hand.
    pub items: Vec<ItemAnswerView>,
}

/// How the questions were answered.
#[derive(Debug, Clone)]
pub struct QualityView {
    /// Items answered.
    pub n_answered: usize,
    /// With whom the person is compared.
    pub reference: Option<String>,
    /// How to read the panel.
    pub note: String,
    /// The indices.
    pub indices: Vec<QualityIndexView>,
}

/// One index of the panel.
#[derive(Debug, Clone)]
pub struct QualityIndexView {
    /// Its name.
    pub name: String,
    /// Its value, or why it has none.
    pub value: std::result::Result<f64, String>,
    /// What it looks at.
    pub looks_at: String,
    /// How to read it.
    pub reading: String,
    /// What it cannot say.
    pub limits: String,
}

/// One answer.
#[derive(Debug, Clone)]
pub struct ItemAnswerView {
    /// Place in the questionnaire, from 1 on.
    pub place: usize,
    /// What was asked; `None` where the instrument has no wording.
    pub text: Option<String>,
    /// What was answered; `None` for no answer.
    pub answer: Option<String>,
    /// The scales it counts for, with a sign where it counts in reverse.
    pub scales: Vec<String>,
}

/// The document with the norm's distribution and the person's place in it, for each main scale with a table; those of facets are left out.
///
/// - `tables`: the place of the scale in the restitution, and the norm's table in the stratum that serves.
///
/// # Errors
/// Those of [`crate::chart::lay_out`].
pub fn document(view: &TechnicalView, tables: &[(usize, NormTableView)]) -> Result<Document> {
    let told = view.restitution.view();
    let language = told.language;
    let set = |text: &str| typeset(language, text);
    let title = paper::technical_title(language);
    let kicker = [told.occasion.clone(), told.person_label.clone(), Some(paper::for_consultant(language))];
    // How the questions were answered comes first: it says how far the scores can be read.
    let mut chapters = Vec::from_iter(quality(view));
    chapters.push(profile(view, tables)?);
    chapters.extend(told_apart(view));
    chapters.extend(answers(view));
    Ok(Document {
        language,
        file_title: set(&format!("{title} – {}", told.instrument_label)),
        title,
        kicker: parts::joined(language, kicker),
        lead: vec![paper::technical_lead(language)],
        banner: told.simulated.then(|| label::simulated_banner(language)),
        running: parts::joined(language, [Some(told.instrument_label.clone()), told.person_label.clone()]),
        made_on: None,
        provenance: Some(super::restitution::provenance(view.restitution)),
        metas: Vec::new(),
        chapters,
    })
}

fn profile(view: &TechnicalView, tables: &[(usize, NormTableView)]) -> Result<Chapter> {
    let restitution = view.restitution;
    let told = restitution.view();
    let language = told.language;
    let set = |text: &str| typeset(language, text);
    let instrument = identifier(&told.provenance.instrument_id);
    let mut body = parts::drawings(restitution, &instrument)?;
    body.push(Block::Heading { text: paper::scores_and_errors(language) });
    body.push(Block::Table(measured(view)));
    body.extend(norm_place::blocks(restitution, tables, &instrument)?);
    if !(told.scoring.is_empty() && told.rules.is_empty()) {
        body.push(Block::Heading { text: paper::scoring_rules(language) });
        body.push(parts::bullets(language, told.scoring.iter().chain(&told.rules)));
    }
    let mut margin: Vec<Section> = told.norm.iter().map(|norm| parts::norm_card(language, norm)).collect();
    margin.extend(parts::listed(language, label::measurement(language), &sentence::measurement_notes(restitution)));
    margin.extend(parts::listed(language, paper::reliability_sources(language), &sources(restitution)));
    Ok(Chapter {
        id: format!("profil-{instrument}"),
        heading: set(&told.instrument_label),
        status: Some(label::status_line(told)),
        voice: None,
        body,
        margin,
        margin_label: Some(label::about_results(language)),
        on_new_page: false,
    })
}

/// Where the reliabilities were published, each once.
fn sources(restitution: &Restitution) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for scale in &restitution.view().scales {
        if let Ok(uncertainty) = &scale.uncertainty
            && let Basis::Reliability { source: Some(source), .. } = &uncertainty.basis
            && !found.contains(source)
        {
            found.push(source.clone());
        }
    }
    found
}

/// Scale, answers counted, points, standard error, reliability, T with its margin, rank.
fn measured(view: &TechnicalView) -> Table {
    let restitution = view.restitution;
    let told = restitution.view();
    let language = told.language;
    let normed = restitution.is_normed();
    let mut heads = vec![Head { text: label::scale(language), is_number: false }];
    let mut names = vec![
        label::answered(language),
        label::raw_points(language),
        paper::standard_error_head(language),
        paper::reliability_head(language),
    ];
    let margin = label::margin_at(language, told.level);
    if normed {
        names.extend([label::t_head(language), capital(&format!("{margin} (T)")), label::rank_head(language)]);
    } else {
        names.push(capital(&format!("{margin} ({})", label::points(language))));
    }
    // What the error rests on is told in words.
    heads.extend(names.into_iter().enumerate().map(|(idx, text)| Head { text, is_number: idx != 3 }));
    let row = |idx: usize| -> Option<Row> {
        let scale = told.scales.get(idx)?;
        Some(Row {
            head: typeset(language, &scale.name),
            is_inner: scale.parent.is_some(),
            cells: cells(language, scale, view.standard_errors.get(idx).copied().flatten(), normed),
        })
    };
    Table {
        caption: paper::scores_and_errors(language),
        label: paper::scores_and_errors(language),
        heads,
        rows: restitution.reading_order().into_iter().filter_map(row).collect(),
    }
}

fn cells(language: Language, scale: &ScaleView, standard_error: Option<f64>, normed: bool) -> Vec<Cell> {
    let of = language.pick("sur", "of");
    let mut cells = vec![Cell::number(format!("{}\u{a0}{of}\u{a0}{}", scale.answered, scale.n_items))];
    let n_more = if normed { 3 } else { 1 };
    let raw = match &scale.raw {
        Ok(raw) => raw,
        Err(reason) => {
            cells.push(Cell::reason(reason.short(language, scale.answered, scale.n_items), 3 + n_more));
            return cells;
        }
    };
    cells.push(Cell::number(number::raw_of(language, raw)));
    let none = || Cell::number("–".to_owned());
    match &scale.uncertainty {
        Ok(uncertainty) => {
            cells.push(standard_error.map_or_else(none, |error| Cell::number(number::decimal(language, error, 2))));
            cells.push(match &uncertainty.basis {
                Basis::Reliability { coefficient, value, .. } => {
                    Cell::text(format!("{coefficient} {}", number::decimal(language, *value, 2)))
                }
                Basis::WithinPerson => Cell::text(paper::own_spread(language)),
            });
        }
        Err(reason) => cells.push(Cell::reason(reason.short(language), 2)),
    }
    if !normed {
        cells.push(match scale.raw_interval() {
            Some(interval) => Cell::number(number::raw_interval(language, raw, interval)),
            None => none(),
        });
        return cells;
    }
    match scale.standard_score() {
        None => cells.push(Cell::reason(alt::missing_standard(language, scale), 3)),
        Some(score) => {
            cells.push(Cell::number(number::t_score(language, score.t())));
            cells.push(scale.t_interval().map_or_else(none, |t| Cell::number(number::t_interval(language, t))));
            cells.push(Cell::number(number::rank_view(language, score.rank())));
        }
    }
    cells
}

fn told_apart(view: &TechnicalView) -> Option<Chapter> {
    let language = view.restitution.language();
    let set = |text: &str| typeset(language, text);
    let text = |text: &String| Block::Text { text: set(text), tone: Tone::Quiet };
    let mut body = Vec::new();
    if !view.code.is_empty() {
        body.push(Block::Heading { text: paper::interest_code(language) });
        let facts = view.code.iter().map(|(term, words)| (set(term), set(words))).collect();
        body.push(Block::Facts { facts, is_card: true });
        body.extend(view.code_notes.iter().map(text));
    }
    if let Some(note) = &view.differences_note {
        body.push(Block::Heading { text: paper::pairs_told_apart(language) });
        if view.differences.is_empty() {
            body.push(Block::Text { text: paper::no_pair_told_apart(language), tone: Tone::Plain });
        } else {
            body.push(parts::bullets(language, &view.differences));
        }
        body.push(text(note));
    }
    (!body.is_empty()).then(|| parts::plain("ecarts", paper::what_can_be_told_apart(language), body))
}

fn quality(view: &TechnicalView) -> Option<Chapter> {
    let quality = view.quality.as_ref()?;
    let language = view.restitution.language();
    let set = |text: &str| typeset(language, text);
    let head = |text: String, is_number: bool| Head { text, is_number };
    let row = |(index, value): (&QualityIndexView, f64)| Row {
        head: set(&index.name),
        is_inner: false,
        cells: vec![
            Cell::number(number::decimal(language, value, 2)),
            Cell::text(set(&format!("{} {}", index.looks_at, index.reading))),
            Cell::text(set(&index.limits)),
        ],
    };
    let n = number::count(language, quality.n_answered as u64);
    let mut body = vec![
        Block::Text { text: set(&quality.note), tone: Tone::Plain },
        Block::Text { text: paper::answers_counted(language, &n), tone: Tone::Quiet },
    ];
    body.extend(quality.reference.as_ref().map(|reference| Block::Text {
        text: colon(language, &paper::compared_with(language), reference),
        tone: Tone::Quiet,
    }));
    body.push(Block::Table(Table {
        caption: paper::quality_panel(language),
        label: paper::quality_panel(language),
        heads: vec![
            head(paper::index_head(language), false),
            head(paper::value_head(language), true),
            head(paper::reading_head(language), false),
            head(paper::limits_head(language), false),
        ],
        rows: quality.indices.iter().filter_map(|index| Some((index, *index.value.as_ref().ok()?))).map(row).collect(),
    }));
    let without = without_value(&quality.indices);
    if !without.is_empty() {
        let line = |(reason, names): (&str, Vec<&str>)| Item {
            strong: Some(set(&format!("{}.", names.join(", ")))),
            text: set(reason),
        };
        let items = without.into_iter().map(line).collect();
        body.push(Block::Heading { text: paper::without_value(language) });
        body.push(Block::List { items, kind: ListKind::Bullets });
    }
    Some(parts::plain("passation", paper::how_answered(language), body))
}

/// Each reason for the lack of a value, with the indices it holds for.
fn without_value(indices: &[QualityIndexView]) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for index in indices {
        let Err(reason) = &index.value else { continue };
        match found.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&index.name),
            None => found.push((reason, vec![&index.name])),
        }
    }
    found
}

fn answers(view: &TechnicalView) -> Option<Chapter> {
    if view.items.is_empty() {
        return None;
    }
    let language = view.restitution.language();
    let set = |text: &str| typeset(language, text);
    let head = |text: String| Head { text, is_number: false };
    let row = |item: &ItemAnswerView| Row {
        head: match &item.text {
            Some(text) => set(&format!("{}. {text}", item.place)),
            None => paper::question_number(language, item.place),
        },
        is_inner: true,
        cells: vec![
            match &item.answer {
                Some(answer) => Cell::text(set(answer)),
                None => Cell::reason(paper::no_answer(language), 1),
            },
            Cell::text(set(&item.scales.join(", "))),
        ],
    };
    let table = Table {
        caption: paper::item_answers_caption(language),
        // The chapter has the other name.
        label: paper::item_answers_caption(language),
        heads: vec![
            head(paper::question_head(language)),
            head(paper::answer_head(language)),
            head(paper::counts_for_head(language)),
        ],
        rows: view.items.iter().map(row).collect(),
    };
    Some(Chapter {
        id: "reponses".to_owned(),
        heading: paper::item_answers(language),
        body: vec![Block::Table(table)],
        on_new_page: true,
        ..Chapter::default()
    })
}
