//! The page: structure, accessibility, language, typography, escaping.

use std::collections::BTreeSet;

use crate::papers;
use reports::document::model::{Block, Cell, CellKind, Told};
use reports::document::{feedback360, restitution, two_dates};
use reports::text::Language;
use reports::view::change::{self, Change, ChangeView};
use reports::view::feedback::{self, Feedback, FeedbackView};
use reports::view::{Restitution, RestitutionView, sample};

fn page(view: RestitutionView) -> String {
    restitution::document(&Restitution::new(view).unwrap()).unwrap().html().unwrap()
}

fn pages(language: Language) -> Vec<String> {
    papers::all(language).iter().map(|document| document.html().unwrap()).collect()
}

fn feedback_page(view: FeedbackView) -> String {
    feedback360::document(&Feedback::new(view).unwrap()).unwrap().html().unwrap()
}

fn dates_page(view: ChangeView) -> String {
    two_dates::document(&Change::new(view).unwrap()).unwrap().html().unwrap()
}

/// The text a reader meets, without tags, style sheet and head.
fn words(page: &str) -> String {
    let body = &page[page.find("<body>").unwrap()..];
    let mut text = String::new();
    let mut inside = false;
    for character in body.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push('\n');
            }
            other if !inside => text.push(other),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

fn attribute<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let pattern = format!(" {name}=\"");
    page.match_indices(&pattern).map(|(at, _)| page[at + pattern.len()..].split('"').next().unwrap()).collect()
}

#[test]
fn one_h1_nested_headings_unique_ids_and_scoped_table_heads() {
    for page in [pages(Language::French), pages(Language::English)].concat() {
        let mut level = 0;
        let mut h1 = 0;
        for (at, _) in page.match_indices("<h") {
            let Some(next) = page[at + 2..].chars().next().and_then(|digit| digit.to_digit(10)) else { continue };
            assert!(next <= level + 1, "h{next} after h{level}");
            level = next;
            h1 += u32::from(next == 1);
        }
        assert_eq!(h1, 1);
        let ids = attribute(&page, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
        for list in ["aria-labelledby", "href"].map(|name| attribute(&page, name)) {
            for target in list.iter().flat_map(|value| value.split(' ')) {
                assert!(ids.contains(&target.trim_start_matches('#')), "{target} is nowhere");
            }
        }
        assert_eq!(page.matches("<th ").count() + page.matches("<th>").count(), page.matches("<th scope=").count());
        assert!(page.contains("<caption>") == page.contains("<table>") && page.contains("<main"));
    }
}

#[test]
fn nothing_is_requested_and_nothing_runs() {
    for page in pages(Language::French) {
        let addresses = page.matches("http").count();
        assert_eq!(addresses, page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
        for forbidden in ["<script", "<link", " src=", "url(", "@import", " style=", "onload", "NaN", "inf"] {
            let found = words(&page).contains(forbidden) && forbidden != "inf"
                || page.contains(forbidden) && forbidden.len() > 3;
            assert!(!found, "{forbidden}");
        }
    }
}

#[test]
fn a_french_page_has_no_english_and_its_own_typography() {
    for page in pages(Language::French) {
        assert!(page.contains("<html lang=\"fr\">") && !page.contains("lang=\"en\""));
        let text = words(&page);
        for english in
            [" the ", " of ", " and ", " your ", " score", " margin", " rank", "answers", " people", " with "]
        {
            assert!(!text.contains(english), "`{english}` in a French page");
        }
        let characters: Vec<char> = text.chars().collect();
        for pair in characters.windows(2) {
            match pair[1] {
                ':' => assert_eq!(pair[0], '\u{a0}', "before a colon: {:?}", context(&text)),
                ';' | '?' | '!' => assert_eq!(pair[0], '\u{202f}', "before {}", pair[1]),
                '%' | '»' => assert_eq!(pair[0], '\u{a0}', "before {}", pair[1]),
                '\'' => panic!("straight apostrophe"),
                _ => {}
            }
            assert!(!(pair[0] == '«' && pair[1] != '\u{a0}'), "after «");
        }
    }
}

fn context(text: &str) -> String {
    text.lines().filter(|line| line.contains(':')).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_english_page_has_no_french_spaces() {
    for page in pages(Language::English) {
        assert!(page.contains("<html lang=\"en\">"));
        let text = words(&page);
        assert!(!text.contains('\u{202f}'));
        for wrong in [" :", "\u{a0}:", " ;", " ?", " !", "\u{a0}%"] {
            assert!(!text.contains(wrong), "{wrong:?}");
        }
    }
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "<script>alert(\"1\")</script> & 'x' </title></svg>\u{0}\u{202e}";
    let mut view = sample::interests(Language::French);
    view.title = hostile.to_owned();
    view.person_label = Some(hostile.to_owned());
    view.instrument_label = hostile.to_owned();
    view.description = hostile.to_owned();
    view.provenance.instrument_id = "\"><script>".to_owned();
    view.in_brief = vec![hostile.to_owned()];
    view.rules = vec![hostile.to_owned()];
    for scale in &mut view.scales {
        scale.name = hostile.to_owned();
        scale.definition = Some(hostile.to_owned());
    }
    let page = page(view);
    assert!(!page.contains("<script") && !page.contains("</title></svg>") && !page.contains(['\u{0}', '\u{202e}']));
    assert_eq!(page.matches("<title>").count(), 1);
    assert_eq!(page.matches("<svg ").count(), page.matches("</svg>").count());
}

#[test]
fn raw_ids_stay_out_of_the_text() {
    let mut view = sample::thirty_five_scales(Language::French);
    view.provenance.instrument_id = "ipip-neo-120".to_owned();
    view.provenance.norm_id = Some("johnson-2014".to_owned());
    for scale in &mut view.scales {
        scale.id = format!("rawid{}", scale.id);
    }
    let page = page(view);
    let text = words(&page);
    assert!(!text.contains("rawid") && !text.contains("ipip-neo-120") && !text.contains("johnson-2014"));
    assert!(page.contains("content=\"ipip-neo-120\""), "machines find them in the head");
}

#[test]
fn simulated_data_are_said_at_the_top_in_the_chart_and_at_the_end() {
    let page = page(sample::thirty_five_scales(Language::French));
    assert!(page.contains("class=\"simulated\""));
    assert!(words(&page).matches("données simulées").count() >= 4);
}

#[test]
fn the_table_holds_the_numbers_of_the_chart() {
    let text = words(&page(sample::thirty_five_scales(Language::French)));
    let row: Vec<&str> =
        text[text.find("Les mêmes chiffres").unwrap()..].lines().filter(|line| !line.is_empty()).collect();
    let at = row.iter().position(|line| *line == "Constance").unwrap();
    assert_eq!(
        row[at + 1..at + 6],
        ["24\u{a0}sur\u{a0}24", "105\u{a0}(de\u{a0}24\u{a0}à\u{a0}120)", "67", "61\u{a0}à\u{a0}73", "95"]
    );
    let at = row.iter().position(|line| *line == "Gêne en public").unwrap();
    assert_eq!(row[at + 2], "pas de note\u{a0}: 2\u{a0}réponses sur\u{a0}4");
}

#[test]
fn feedback_and_two_dates_keep_raw_ids_out_and_hostile_texts_as_texts() {
    let hostile = "<script>alert(\"1\")</script> & 'x' </title></svg>\u{0}\u{202e}";
    let mut view = feedback::sample::five_scales(Language::French);
    view.provenance.instrument_id = "raw-id-others".to_owned();
    view.provenance.own_instrument_id = "raw-id-own".to_owned();
    view.instrument_label = hostile.to_owned();
    view.comments[0].blocks[0].texts[0] = hostile.to_owned();
    for (idx, scale) in view.scales.iter_mut().enumerate() {
        scale.id = format!("raw-id-{idx}");
        scale.name = hostile.to_owned();
    }
    let one = feedback_page(view);
    let mut view = change::sample::five_scales(Language::French);
    view.provenance.instrument_id = "raw-id-of-it".to_owned();
    view.first_date = hostile.to_owned();
    view.notes.push(hostile.to_owned());
    for (idx, scale) in view.scales.iter_mut().enumerate() {
        scale.id = format!("raw-id-{idx}");
        scale.sentence = hostile.to_owned();
    }
    for page in [one, dates_page(view)] {
        assert!(!words(&page).contains("raw-id"));
        assert!(page.contains("content=\"raw-id-o"), "machines find them in the head");
        assert!(!page.contains("<script") && !page.contains("</title></svg>") && !page.contains(['\u{0}', '\u{202e}']));
    }
}

#[test]
fn the_tables_of_feedback_and_two_dates_hold_the_numbers_of_their_charts() {
    let lines = |page: &str| -> Vec<String> {
        let text = words(page);
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.map(str::to_owned).collect()
    };
    let after = |lines: &[String], head: &str, n: usize| -> Vec<String> {
        let table = lines.iter().rposition(|line| line.starts_with("Marge à 95")).unwrap();
        let at = table + lines[table..].iter().position(|line| line == head).unwrap();
        lines[at + 1..=at + n].to_vec()
    };
    let page = lines(&feedback_page(feedback::sample::five_scales(Language::French)));
    assert_eq!(after(&page, "Élan vers les autres", 2), ["2,80 (2,50\u{a0}à\u{a0}3,10)", "vos réponses"]);
    assert_eq!(after(&page, "Hiérarchie", 1), ["Non montré, pour que personne ne puisse être reconnu."]);
    assert_eq!(after(&page, "Collègues", 5), ["3,50", "6", "0,60", "−0,70", "−0,98\u{a0}à\u{a0}−0,42"]);
    let page = lines(&dates_page(change::sample::five_scales(Language::French)));
    assert_eq!(
        after(&page, "Curiosité", 6),
        ["T\u{a0}50", "44\u{a0}à\u{a0}56", "T\u{a0}61", "55\u{a0}à\u{a0}67", "+11", "au-delà de la marge"]
    );
    assert_eq!(after(&page, "Constance", 2), ["pas de note\u{a0}: 2\u{a0}réponses sur\u{a0}4", "T\u{a0}67"]);
}

#[test]
fn comments_are_shown_as_written_and_silence_is_said() {
    let text = words(&feedback_page(feedback::sample::five_scales(Language::French)));
    for expected in ["On peut compter sur ses délais.", "Plusieurs groupes ensemble", "Aucun commentaire n’est montré."]
    {
        assert!(text.contains(expected), "{expected}");
    }
    let mut view = feedback::sample::five_scales(Language::French);
    view.comments.clear();
    assert!(!words(&feedback_page(view)).contains("Ce qui a été écrit"));
}

/// Words by which a number has a unit or a scale.
const UNITS: [&str; 27] = [
    " t,",
    " sur ",
    " of ",
    "point",
    "échelle",
    "scale",
    "T ",
    "(T)",
    "T)",
    "rang",
    "rank",
    "réponse",
    "answer",
    "note",
    "score",
    "durée",
    "duration",
    "personnes",
    "people",
    "%",
    "valeur",
    "value",
    "moyenne",
    "mean",
    "écart",
    "effectif",
    "n",
];

fn has_unit(text: &str) -> bool {
    let text = text.to_lowercase().replace('\u{a0}', " ");
    UNITS.iter().any(|unit| text.contains(&unit.to_lowercase()))
}

/// The scales that are told in words, facets included.
fn told(blocks: &[Block]) -> Vec<&Told> {
    let domains = blocks.iter().filter_map(|block| match block {
        Block::Told { entries } => Some(entries),
        _ => None,
    });
    domains.flatten().flat_map(|domain| std::iter::once(domain).chain(&domain.inner)).collect()
}

#[test]
fn every_number_has_its_unit_or_its_scale() {
    let mut n_cells = 0;
    for document in [Language::French, Language::English].into_iter().flat_map(papers::all) {
        for chapter in &document.chapters {
            for entry in told(&chapter.body) {
                let has_number = entry.place.chars().any(|character| character.is_ascii_digit());
                assert!(!has_number || has_unit(&entry.place), "{}", entry.place);
            }
            for table in chapter.body.iter().filter_map(|block| match block {
                Block::Table(table) => Some(table),
                _ => None,
            }) {
                for row in &table.rows {
                    let spans: usize = row.cells.iter().map(|cell| cell.span).sum();
                    assert_eq!(spans + 1, table.heads.len(), "{}", row.head);
                    let mut column = 1;
                    for cell in &row.cells {
                        let is_number = |cell: &Cell| cell.kind == CellKind::Number;
                        let known = [&table.heads[column].text, &table.caption, &cell.text];
                        assert!(!is_number(cell) || known.iter().any(|text| has_unit(text)), "{known:?}");
                        n_cells += usize::from(is_number(cell));
                        column += cell.span;
                    }
                }
            }
        }
    }
    assert!(n_cells > 500);
}
