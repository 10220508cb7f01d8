//! Accepted drawings of values, preferences, distributions and groups. `UPDATE_GOLDEN=1` rewrites them; a file that no test names fails.

use std::fs;
use std::path::PathBuf;

use reports::chart::{self, ChartKind, Framing, Width, distribution, group};
use reports::document::group::document;
use reports::text::Language;
use reports::theme::Theme;
use reports::view::distribution::{Bin, Distribution, DistributionView, PersonPlace, Shape};
use reports::view::group::{Group, GroupView};
use reports::view::{Interval, Restitution, RestitutionView, sample_group, sample_values};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden_values")
}

fn drawing(view: RestitutionView, kind: ChartKind, width: Width, theme: Theme) -> String {
    let restitution = Restitution::new(view).unwrap();
    chart::lay_out(&restitution, kind, width, Framing::Standalone).unwrap().svg(&theme, "golden").unwrap()
}

fn place(view: DistributionView, width: Width) -> String {
    let distribution = Distribution::new(view).unwrap();
    distribution::lay_out(&distribution, width, Framing::Standalone).unwrap().svg(&Theme::print(), "golden").unwrap()
}

fn boxes(view: GroupView, width: Width, theme: Theme) -> String {
    group::lay_out(&Group::new(view).unwrap(), width, Framing::Standalone).unwrap().svg(&theme, "golden").unwrap()
}

/// A person at the upper end of points without a band, with a long name and a margin that leaves the frame.
fn at_the_top(view: DistributionView) -> DistributionView {
    let bins = [3.0, 9.0, 20.0, 31.0, 22.0, 10.0, 4.0, 1.0];
    let bins =
        (0..).zip(bins).map(|(idx, amount)| Bin { from: f64::from(idx) * 5.0, to: f64::from(idx + 1) * 5.0, amount });
    DistributionView {
        scale_name: "Intérêt pour les activités artistiques et la création sous toutes ses formes".to_owned(),
        unit: "points".to_owned(),
        axis: Interval::new(0.0, 40.0).unwrap(),
        shape: Shape::Bins(bins.collect()),
        n: None,
        person: Some(PersonPlace {
            label: "la personne".to_owned(),
            score: 39.0,
            interval: Some(Interval::new(34.2, 43.8).unwrap()),
        }),
        band: None,
        ..view
    }
}

/// The first two scales of a group.
fn two_of(mut view: GroupView) -> GroupView {
    view.scales.truncate(2);
    view.subgroups.iter_mut().for_each(|part| part.figures.truncate(2));
    view
}

/// Every accepted file with what makes it.
fn cases() -> Vec<(&'static str, String)> {
    let (fr, en) = (Language::French, Language::English);
    let (wide, narrow) = (Width::Wide, Width::Narrow);
    let (light, dark, print) = (Theme::light(), Theme::dark(), Theme::print());
    let (circle, sides) = (ChartKind::ValuesCircle, ChartKind::Preferences);
    let values = sample_values::values;
    let extreme = sample_values::extreme_values;
    let many_values = sample_values::many_values;
    let preferences = sample_values::preferences;
    let extreme_preferences = sample_values::two_extreme_preferences;
    let many_preferences = sample_values::many_preferences;
    let person = |language| sample_values::distribution(language).unwrap();
    let of_group = |language| sample_values::distribution_of_group(language).unwrap();
    let page = |view| document(&Group::new(view).unwrap()).unwrap().html().unwrap();
    vec![
        ("values.wide.fr.svg", drawing(values(fr), circle, wide, light)),
        ("values.narrow.fr.svg", drawing(values(fr), circle, narrow, light)),
        ("values.wide.en.svg", drawing(values(en), circle, wide, dark)),
        ("values-extreme.wide.fr.svg", drawing(extreme(fr), circle, wide, print)),
        ("values-extreme.narrow.en.svg", drawing(extreme(en), circle, narrow, light)),
        ("values35.wide.fr.svg", drawing(many_values(fr), circle, wide, light)),
        ("values35.narrow.fr.svg", drawing(many_values(fr), circle, narrow, light)),
        ("preferences.wide.fr.svg", drawing(preferences(fr), sides, wide, light)),
        ("preferences.narrow.fr.svg", drawing(preferences(fr), sides, narrow, print)),
        ("preferences.wide.en.svg", drawing(preferences(en), sides, wide, dark)),
        ("preferences-extreme.wide.fr.svg", drawing(extreme_preferences(fr), sides, wide, light)),
        ("preferences-extreme.narrow.en.svg", drawing(extreme_preferences(en), sides, narrow, light)),
        ("preferences35.wide.fr.svg", drawing(many_preferences(fr), sides, wide, light)),
        ("distribution.wide.fr.svg", place(person(fr), wide)),
        ("distribution.narrow.en.svg", place(person(en), narrow)),
        ("distribution-group.wide.en.svg", place(of_group(en), wide)),
        ("distribution-group.narrow.fr.svg", place(of_group(fr), narrow)),
        ("distribution-extreme.wide.fr.svg", place(at_the_top(person(fr)), wide)),
        ("distribution-extreme.narrow.fr.svg", place(at_the_top(person(fr)), narrow)),
        ("preferences35.narrow.fr.svg", drawing(many_preferences(fr), sides, narrow, print)),
        ("group2.wide.fr.svg", boxes(two_of(sample_group::organization(fr)), wide, print)),
        ("group35.narrow.fr.svg", boxes(sample_group::many_scales(fr), narrow, light)),
        ("group.wide.fr.svg", boxes(sample_group::organization(fr), wide, light)),
        ("group.narrow.en.svg", boxes(sample_group::organization(en), narrow, dark)),
        ("group-points.wide.fr.svg", boxes(sample_group::without_norm(fr), wide, print)),
        ("group-points.narrow.fr.svg", boxes(sample_group::without_norm(fr), narrow, light)),
        ("group35.wide.fr.svg", boxes(sample_group::many_scales(fr), wide, light)),
        ("group.fr.html", page(sample_group::organization(fr))),
        ("group.en.html", page(sample_group::without_norm(en))),
    ]
}

#[test]
fn drawings_and_pages_are_as_accepted() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut changed = Vec::new();
    for (name, text) in cases() {
        let path = folder().join(name);
        if update {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&path, &text).unwrap();
        } else if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            changed.push(name);
        }
    }
    assert!(changed.is_empty(), "not as accepted: {changed:?}; look at them, then UPDATE_GOLDEN=1");
}

#[test]
fn every_accepted_file_is_named_by_a_case() {
    let known: Vec<&str> = cases().into_iter().map(|(name, _)| name).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name.as_str()), "no case makes tests/golden_values/{name}");
    }
}

#[test]
fn every_drawing_is_well_formed_and_says_what_it_shows() {
    for (name, svg) in cases().into_iter().filter(|(name, _)| name.ends_with(".svg")) {
        let document = roxmltree::Document::parse(&svg).unwrap();
        let text = |tag: &str| document.descendants().find(|node| node.has_tag_name(tag)).and_then(|node| node.text());
        assert!(text("title").is_some_and(|title| !title.is_empty()), "{name}");
        assert!(text("desc").is_some_and(|desc| desc.chars().any(|character| character.is_ascii_digit())), "{name}");
        for node in document.descendants().filter(|node| node.has_tag_name("text")) {
            assert!(node.attribute("font-size").unwrap().parse::<f64>().unwrap() >= 13.0, "{name}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf "), "{name}");
    }
}

#[test]
fn a_page_of_values_or_preferences_shows_the_new_drawings() {
    for (view, id) in [
        (sample_values::values(Language::French), "values-circle"),
        (sample_values::preferences(Language::French), "preferences"),
    ] {
        let html = reports::document::restitution::document(&Restitution::new(view).unwrap()).unwrap().html().unwrap();
        assert_eq!(html.matches(&format!("-{id}-w-t\"")).count(), 1, "{id}");
        assert_eq!(html.matches(&format!("-{id}-n-t\"")).count(), 1, "{id}");
    }
}
