//! Accepted drawings and pages, as text. `UPDATE_GOLDEN=1` rewrites them; a file that no test names fails.

use std::fs;
use std::path::PathBuf;

use reports::chart::{self, ChartKind, Framing, Width, norm_curve, paired, two_dates};
use reports::document::{feedback360, restitution, two_dates as two_dates_document};
use reports::text::Language;
use reports::theme::Theme;
use reports::view::change::{self, Change, ChangeView};
use reports::view::feedback::{self, Feedback, FeedbackView};
use reports::view::{Restitution, RestitutionView, Status, sample};

use crate::study;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The same answers without a norm.
fn points_only(mut view: RestitutionView) -> RestitutionView {
    view.norm = None;
    view.status = Status::OriginalNotStandardized;
    view.provenance.norm_id = None;
    for scale in &mut view.scales {
        scale.standard = None;
        scale.sentence = None;
        if let Ok(uncertainty) = &mut scale.uncertainty {
            uncertainty.t = None;
            uncertainty.ranks = None;
        }
    }
    view
}

/// Every accepted file with what makes it.
fn cases() -> Vec<(&'static str, String)> {
    let drawing = |view: RestitutionView, kind, width, theme: Theme| {
        let restitution = Restitution::new(view).unwrap();
        let chart = chart::lay_out(&restitution, kind, width, Framing::Standalone).unwrap();
        chart.svg(&theme, "golden").unwrap()
    };
    let page = |view| restitution::document(&Restitution::new(view).unwrap()).unwrap().html().unwrap();
    let curves = |language, width, theme: Theme| {
        let curves = norm_curve::sample(language).unwrap();
        norm_curve::lay_out(&curves, width, Framing::Standalone).unwrap().svg(&theme, "golden").unwrap()
    };
    let pairs = |view: FeedbackView, width, theme: Theme| {
        let feedback = Feedback::new(view).unwrap();
        paired::lay_out(&feedback, width, Framing::Standalone).unwrap().svg(&theme, "golden").unwrap()
    };
    let dates = |view: ChangeView, width, theme: Theme| {
        let change = Change::new(view).unwrap();
        two_dates::lay_out(&change, width, Framing::Standalone).unwrap().svg(&theme, "golden").unwrap()
    };
    let feedback_page = |view| feedback360::document(&Feedback::new(view).unwrap()).unwrap().html().unwrap();
    let dates_page = |view| two_dates_document::document(&Change::new(view).unwrap()).unwrap().html().unwrap();
    use Width::{Narrow, Wide};
    let (light, dark, print) = (Theme::light(), Theme::dark(), Theme::print());
    let (french, english) = (Language::French, Language::English);
    vec![
        ("hexagon.wide.fr.svg", drawing(sample::interests(french), ChartKind::Hexagon, Width::Wide, Theme::light())),
        ("bars.narrow.fr.svg", drawing(sample::interests(french), ChartKind::Bars, Width::Narrow, Theme::print())),
        ("hexagon-long.wide.fr.svg", drawing(sample::long_names(french), ChartKind::Hexagon, Wide, print)),
        ("hexagon-long.narrow.fr.svg", drawing(sample::long_names(french), ChartKind::Hexagon, Narrow, light)),
        ("bars-long.wide.fr.svg", drawing(sample::long_names(french), ChartKind::Bars, Wide, light)),
        ("bars-long.narrow.fr.svg", drawing(sample::long_names(french), ChartKind::Bars, Narrow, light)),
        ("bars2.wide.fr.svg", drawing(points_only(sample::two_scales(french)), ChartKind::Bars, Wide, print)),
        ("bars35.wide.fr.svg", drawing(points_only(sample::thirty_five_scales(french)), ChartKind::Bars, Wide, print)),
        ("profile2.wide.fr.svg", drawing(sample::two_scales(french), ChartKind::Profile, Wide, light)),
        ("profile-long.wide.fr.svg", drawing(sample::long_names(french), ChartKind::Profile, Wide, print)),
        ("profile-long.narrow.fr.svg", drawing(sample::long_names(french), ChartKind::Profile, Narrow, light)),
        ("profile35.narrow.fr.svg", drawing(sample::thirty_five_scales(french), ChartKind::Profile, Narrow, print)),
        ("paired35.narrow.fr.svg", pairs(feedback::sample::thirty_five_scales(french), Narrow, light)),
        ("loadings35.fr.svg", study::loadings_of_many(french).svg(&Theme::print(), "golden").unwrap()),
        (
            "profile35.wide.fr.svg",
            drawing(sample::thirty_five_scales(french), ChartKind::Profile, Width::Wide, Theme::light()),
        ),
        (
            "profile5.narrow.en.svg",
            drawing(sample::five_scales(english), ChartKind::Profile, Width::Narrow, Theme::dark()),
        ),
        ("norm_curve.wide.fr.svg", curves(french, Width::Wide, Theme::light())),
        ("norm_curve.narrow.en.svg", curves(english, Width::Narrow, Theme::dark())),
        ("interests.fr.html", page(sample::interests(french))),
        ("five.en.html", page(sample::five_scales(english))),
        ("scree.fr.svg", study::scree(french).svg(&Theme::light(), "golden").unwrap()),
        ("loadings.en.svg", study::loadings(english).svg(&Theme::light(), "golden").unwrap()),
        ("distributions.fr.svg", study::distributions(french).svg(&Theme::print(), "golden").unwrap()),
        ("paired5.wide.fr.svg", pairs(feedback::sample::five_scales(french), Wide, light)),
        ("paired5.narrow.fr.svg", pairs(feedback::sample::five_scales(french), Narrow, print)),
        ("paired2.wide.en.svg", pairs(feedback::sample::two_scales(english), Wide, dark)),
        ("paired35.wide.fr.svg", pairs(feedback::sample::thirty_five_scales(french), Wide, light)),
        ("paired-long.wide.fr.svg", pairs(feedback::sample::long_names(french), Wide, print)),
        ("paired-long.narrow.en.svg", pairs(feedback::sample::long_names(english), Narrow, dark)),
        ("dates5.wide.fr.svg", dates(change::sample::five_scales(french), Wide, light)),
        ("dates5.narrow.en.svg", dates(change::sample::five_scales(english), Narrow, dark)),
        ("dates-raw.wide.fr.svg", dates(change::sample::raw_points(french), Wide, print)),
        ("dates-raw.narrow.fr.svg", dates(change::sample::raw_points(french), Narrow, light)),
        ("dates2.wide.en.svg", dates(change::sample::two_scales(english), Wide, light)),
        ("dates35.wide.fr.svg", dates(change::sample::thirty_five_scales(french), Wide, light)),
        ("dates35.narrow.fr.svg", dates(change::sample::thirty_five_scales(french), Narrow, print)),
        ("dates-long.wide.fr.svg", dates(change::sample::long_names(french), Wide, dark)),
        ("dates-long.narrow.fr.svg", dates(change::sample::long_names(french), Narrow, light)),
        ("feedback5.fr.html", feedback_page(feedback::sample::five_scales(french))),
        ("dates5.en.html", dates_page(change::sample::five_scales(english))),
        ("without-item.en.svg", study::without_item(english).svg(&Theme::dark(), "golden").unwrap()),
    ]
}

#[test]
fn drawings_and_pages_are_as_accepted() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut changed = Vec::new();
    for (name, text) in cases() {
        let path = folder().join(name);
        if update {
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
        assert!(known.contains(&name.as_str()), "no case makes tests/golden/{name}");
    }
}

#[test]
fn rendering_twice_gives_the_same_text() {
    assert_eq!(cases(), cases());
}
