//! The report on a group: what it shows, what it hides, and its words.

use proptest::prelude::*;
use reports::document::group::document;
use reports::document::model::{Block, CellKind, Document, Table};
use reports::text::Language;
use reports::view::group::{Figures, FiguresView, Group, GroupView, Hidden, SMALL_COUNT, SubgroupView};
use reports::view::sample_group;

fn report(language: Language) -> Document {
    document(&Group::new(sample_group::organization(language)).unwrap()).unwrap()
}

fn tables(document: &Document) -> Vec<&Table> {
    let blocks = document.chapters.iter().flat_map(|chapter| &chapter.body);
    blocks
        .filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
        .collect()
}

#[test]
fn cells_fill_the_columns_of_every_table() {
    for language in [Language::French, Language::English] {
        for view in sample_group::all(language) {
            let document = document(&Group::new(view).unwrap()).unwrap();
            for table in tables(&document) {
                for row in &table.rows {
                    let columns: usize = row.cells.iter().map(|cell| cell.span).sum();
                    assert_eq!(columns + 1, table.heads.len(), "{}: {}", table.caption, row.head);
                }
            }
        }
    }
}

#[test]
fn the_tables_hold_the_numbers_of_the_drawing() {
    let document = report(Language::French);
    let points = tables(&document)[0];
    let cells: Vec<&str> = points.rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
    // Mean 84 + 2.6 × 1.3; median a twentieth of a standard deviation of 12.1 above it, quartiles 0.7 away.
    assert_eq!(cells, ["87", "24\u{a0}à\u{a0}120", "87,4", "12,1", "88,0", "78,9\u{a0}à\u{a0}95,9"]);
    let band = tables(&document)[2];
    let cells: Vec<&str> = band.rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(cells, ["87", "masqué", "62 (71\u{a0}%)", "masqué"]);
    assert_eq!(band.rows[0].cells[1].kind, CellKind::Reason);
}

#[test]
fn hidden_sites_are_named_and_said_to_be_hidden() {
    let document = report(Language::French);
    let html = document.html().unwrap();
    assert!(html.contains("Tours") && html.contains("Masqué\u{a0}: moins de 10\u{a0}personnes"));
    assert!(html.contains("Nantes") && html.contains("Masqué pour protéger un autre chiffre"));
    assert!(html.contains("aucune décision sur quelqu’un") && html.contains("Aucun classement."));
    // Four tables would have three each; the two hidden sites have none.
    assert_eq!(tables(&document).len(), 3 + 2 * 3);
}

#[test]
fn raw_ids_stay_out_of_the_text_and_languages_do_not_mix() {
    let mut view = sample_group::organization(Language::French);
    view.about.provenance.instrument_id = "rawid-120".to_owned();
    let html = document(&Group::new(view).unwrap()).unwrap().html().unwrap();
    assert_eq!(html.matches("rawid-120").count(), 1, "in the head only");
    let body = &html[html.find("<body>").unwrap()..];
    for english in [" the ", " scores", " hidden", " people", " median"] {
        assert!(!body.contains(english), "{english}");
    }
    for wrong in [" :", " ;", " %", "'s"] {
        assert!(!body.contains(wrong), "{wrong}");
    }
}

#[test]
fn ids_are_unique_and_headings_nest() {
    for view in sample_group::all(Language::English) {
        let html = document(&Group::new(view).unwrap()).unwrap().html().unwrap();
        let mut ids: Vec<&str> =
            html.match_indices(" id=\"").map(|(at, _)| html[at + 5..].split('"').next().unwrap()).collect();
        let n_ids = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), n_ids);
        assert_eq!(html.matches("<h1>").count(), 1);
        assert!(!html.contains("<h4"));
    }
}

/// What a reader sees of one count of the band: the count itself, or nothing.
fn seen(figures: &Result<Figures, Hidden>, place: usize) -> Option<u64> {
    figures.as_ref().ok()?.band?[place].ok()
}

/// Sites with the counts drawn, and a whole group that holds `rest` people besides.
fn drawn(counts: &[[u64; 3]], rest: [u64; 3]) -> GroupView {
    let mut view = sample_group::organization(Language::English);
    view.scales.truncate(1);
    let prototype = view.scales[0].figures;
    let figures = |band: [u64; 3]| {
        let n = band.iter().sum();
        let told = |summary| if n > 0 { summary } else { None };
        FiguresView { n, raw: told(prototype.raw), t: told(prototype.t), band: Some(band) }
    };
    let mut whole = rest;
    for band in counts {
        whole.iter_mut().zip(band).for_each(|(sum, more)| *sum += more);
    }
    view.scales[0].figures = figures(whole);
    view.about.n_people = whole.iter().sum();
    let site = |(idx, band): (usize, &[u64; 3])| SubgroupView {
        name: format!("Site {idx}"),
        n_people: band.iter().sum(),
        figures: vec![figures(*band)],
    };
    view.subgroups = counts.iter().enumerate().map(site).collect();
    view
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_hidden_count_is_left_by_a_subtraction(
        counts in prop::collection::vec(prop::array::uniform3(prop_oneof![0..6_u64, 0..40_u64]), 1..=6),
        rest in prop_oneof![Just([0; 3]), prop::array::uniform3(0..20_u64)],
    ) {
        let view = drawn(&counts, rest);
        let least = view.about.min_cell;
        let group = Group::new(view.clone()).unwrap();
        let whole = &group.scales()[0].1;
        let parts = group.subgroups();
        let nothing_told = (0..3).all(|place| {
            seen(whole, place).is_none() && parts.iter().all(|part| seen(&part.figures[0], place).is_none())
        });
        // The counts of one row, whose sum is shown.
        let rows = parts.iter().map(|part| &part.figures[0]).zip(&view.subgroups);
        for (figures, part) in rows {
            let truth = part.figures[0].band.unwrap();
            prop_assert!(figures.is_err() || part.figures[0].n >= least);
            let Ok(shown) = figures else { continue };
            let hidden: Vec<u64> = (0..3).filter(|place| seen(figures, *place).is_none()).map(|place| truth[place]).collect();
            // Where everything about the band is hidden, its sums tell nothing.
            prop_assert!(nothing_told || hidden.iter().filter(|count| **count > 0).count() != 1, "{:?}", truth);
            for (place, count) in truth.iter().enumerate() {
                let small = 1..=SMALL_COUNT;
                let is_small = small.contains(count) || small.contains(&(shown.n - count));
                prop_assert!(!is_small || seen(figures, place).is_none());
            }
        }
        // The counts of one column, whose sum may be shown.
        for place in 0..3 {
            let Some(total) = seen(whole, place) else { continue };
            let known: u64 = parts.iter().filter_map(|part| seen(&part.figures[0], place)).sum();
            let unknown = parts.iter().zip(&counts).filter(|(part, _)| seen(&part.figures[0], place).is_none());
            let hidden = unknown.map(|(_, band)| band[place]).filter(|count| *count > 0).count();
            let left = total - known;
            prop_assert!(hidden != 1 || rest[place] > 0, "{total} − {known}");
            prop_assert!(hidden == 0 || left > SMALL_COUNT, "{total} − {known}");
        }
        // The people of the sites.
        if let Ok(total) = group.n_people() {
            let known: u64 = parts.iter().filter_map(|part| part.n_people.ok()).sum();
            let hidden = parts.iter().zip(&counts).filter(|(part, band)| part.n_people.is_err() && band.iter().sum::<u64>() > 0);
            prop_assert!(hidden.count() == 0 || total - known >= least, "{total} − {known}");
        }
    }
}
