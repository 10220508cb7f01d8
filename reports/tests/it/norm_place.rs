//! The norm's distribution with the person's place, in the technical profile.

use reports::document::model::{Block, Document};
use reports::document::technical::{self, TechnicalView};
use reports::text::Language;
use reports::view::norm_table::NormTableView;
use reports::view::{Restitution, RestitutionView, sample};

use crate::papers::norm_table;

fn profile(view: RestitutionView, tables: &[(usize, NormTableView)]) -> Document {
    let restitution = Restitution::new(view).unwrap();
    let view = TechnicalView {
        standard_errors: vec![None; restitution.view().scales.len()],
        restitution: &restitution,
        differences: Vec::new(),
        differences_note: None,
        code: Vec::new(),
        code_notes: Vec::new(),
        quality: None,
        items: Vec::new(),
    };
    technical::document(&view, tables).unwrap()
}

fn places(document: &Document) -> usize {
    document.figures().iter().filter(|figure| figure.id.contains("-place-")).count()
}

#[test]
fn a_main_scale_with_a_table_has_a_drawing_and_the_same_numbers() {
    for language in [Language::French, Language::English] {
        let document = profile(sample::thirty_five_scales(language), &[(0, norm_table(24..=120))]);
        let figures = document.figures();
        let figure = figures.iter().find(|figure| figure.id.ends_with("-place-0")).unwrap();
        let description = figure.wide.description();
        let body = &document.chapters[0].body;
        let at = body.iter().position(|block| matches!(block, Block::Figure(found) if found.id == figure.id)).unwrap();
        let Some(Block::Table(table)) = body.get(at + 1) else { panic!("no table after the drawing") };
        for row in &table.rows {
            let told = format!("{} {}", row.head, row.cells[0].text);
            assert!(description.contains(&told), "{told} is not in: {description}");
        }
        let shares = table.rows.iter().map(|row| row.cells[0].text.trim_end_matches(['%', '\u{a0}']));
        let total: i32 = shares.map(|share| share.parse::<i32>().unwrap()).sum();
        assert!((97..=103).contains(&total), "rounded shares of everybody: {total}");
        let own = document.figures()[0].wide.title().to_owned();
        assert_ne!(own, figure.wide.title());
        let score = restitution_score(language);
        assert!(description.contains(&score) && table.caption.contains(&score), "{score}: {description}");
    }
}

/// The first scale's score, as the drawing tells it.
fn restitution_score(language: Language) -> String {
    let view = sample::thirty_five_scales(language);
    format!("{:.0} (", view.scales[0].raw.as_ref().unwrap().value())
}

#[test]
fn without_norm_score_or_table_and_for_facets_there_is_none() {
    let french = Language::French;
    assert_eq!(places(&profile(sample::thirty_five_scales(french), &[])), 0);
    assert_eq!(places(&profile(sample::thirty_five_scales(french), &[(1, norm_table(4..=20))])), 0, "a facet");
    assert_eq!(places(&profile(sample::interests(french), &[(0, norm_table(0..=40))])), 0, "no norm");
    let scores = |view: &RestitutionView, idx: usize| view.scales[idx].raw.is_ok();
    let five = sample::five_scales(french);
    let without = (0..5).find(|idx| !scores(&five, *idx)).unwrap();
    assert_eq!(places(&profile(five.clone(), &[(without, norm_table(24..=120))])), 0, "no score");
    assert_eq!(places(&profile(five, &[(0, norm_table(24..=120))])), 1);
}
