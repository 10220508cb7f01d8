//! Two points on one track, of the person and the entourage or of two dates: no text overlaps another, leaves its drawing or is
//! crossed by a point, whatever names and scores come; nothing is told by color alone.

use proptest::prelude::*;
use reports::chart::scene::{Mark, Scene, Stroke};
use reports::chart::{Chart, Framing, Resolution, Width, paired, two_dates};
use reports::text::Language;
use reports::theme::{Role, Theme};
use reports::view::Interval;
use reports::view::change::{self, Change, ChangeOutcome, ChangeUnit, ChangeView, DatedScoreView, ScaleChangeView};
use reports::view::feedback::{
    self, Feedback, FeedbackScaleView, FeedbackView, GapView, GroupMeanView, GroupScaleView, OwnMeanView,
    RaterGroupView, Shown,
};

use crate::layout::NAMES;

const LANGUAGES: [Language; 2] = [Language::French, Language::English];

fn around(value: f64, half: f64) -> Option<Interval> {
    Interval::new(value - half, value + half).ok()
}

#[derive(Debug, Clone)]
struct Draw {
    name: usize,
    shares: [f64; 6],
    half: f64,
    outcomes: [u8; 6],
    is_facet: bool,
}

fn draw() -> impl Strategy<Value = Draw> {
    let share = || prop_oneof![4 => 0.0..=1.0_f64, 1 => Just(0.0), 1 => Just(1.0)];
    let shares = prop::array::uniform6(share());
    (0..NAMES.len(), shares, 0.0..3.0_f64, prop::array::uniform6(0..6_u8), any::<bool>())
        .prop_map(|(name, shares, half, outcomes, is_facet)| Draw { name, shares, half, outcomes, is_facet })
}

fn language(french: bool) -> Language {
    if french { Language::French } else { Language::English }
}

fn feedback_view(draws: &[Draw], language: Language, n_groups: usize, same_range: bool) -> FeedbackView {
    let mut view = feedback::sample::five_scales(language);
    let withheld = reports::text::feedback::withheld(language);
    let labels: Vec<String> =
        (0..n_groups).map(|idx| format!("{}{idx}", NAMES[(draws[0].name + idx) % NAMES.len()])).collect();
    let scales = draws.iter().enumerate().map(|(idx, draw)| {
        let (lowest, highest) = if same_range || idx % 2 == 0 { (1.0, 5.0) } else { (0.0, 1200.5) };
        let at = |share: f64| lowest + share * (highest - lowest);
        let own = (draw.outcomes[5] > 0).then(|| {
            let mean = at(draw.shares[5]);
            OwnMeanView { mean, interval: around(mean, draw.half).filter(|_| draw.outcomes[5] > 1) }
        });
        let groups = labels.iter().enumerate().map(|(group, label)| {
            let mean = at(draw.shares[group]);
            let gap = own.map(|own| {
                let difference = own.mean - mean;
                let interval = around(difference, draw.half).filter(|_| draw.outcomes[group] > 1);
                GapView { difference, interval, sentence: "–".to_owned() }
            });
            let figures = match draw.outcomes[group] {
                0 => Shown::Withheld { sentence: withheld.clone() },
                _ => Shown::Shown(GroupMeanView { n_raters: 5, mean, sd: None, gap }),
            };
            GroupScaleView { label: label.clone(), figures }
        });
        let groups = groups.collect();
        let (id, name) = (format!("s{idx}"), NAMES[draw.name].to_owned());
        FeedbackScaleView { id, name, definition: None, lowest, highest, own, groups }
    });
    view.scales = scales.collect();
    view.groups = labels.into_iter().map(|label| RaterGroupView { label, n_raters: Shown::Shown(5) }).collect();
    view.ends = (!draws.len().is_multiple_of(3)).then(|| (NAMES[draws[0].name].to_owned(), NAMES[5].to_owned()));
    view.simulated = draws.len().is_multiple_of(2);
    view
}

fn change_view(draws: &[Draw], language: Language, unit: ChangeUnit, same_range: bool) -> ChangeView {
    let mut view = change::sample::five_scales(language);
    let mut domain = None;
    view.unit = unit;
    view.scales = Vec::new();
    for (idx, draw) in draws.iter().enumerate() {
        let parent = domain.filter(|_| draw.is_facet);
        if parent.is_none() {
            domain = Some(idx);
        }
        let range = if same_range || idx % 2 == 0 { (0.0, 40.0) } else { (24.0, 1200.5) };
        let at = |share: f64| match unit {
            ChangeUnit::TScore => 5.0 + share * 90.0,
            ChangeUnit::RawPoints => range.0 + share * (range.1 - range.0),
        };
        let date = |place: usize| match draw.outcomes[place] {
            0 => Err(NAMES[(draw.name + place) % NAMES.len()].to_owned()),
            kind => {
                let score = at(draw.shares[place]);
                Ok(DatedScoreView { score, interval: around(score, draw.half * 10.0).filter(|_| kind > 1) })
            }
        };
        let (first, second) = (date(0), date(1));
        let difference =
            first.as_ref().ok().zip(second.as_ref().ok()).map(|(first, second)| second.score - first.score);
        let outcome = match difference {
            None => ChangeOutcome::NotCompared,
            Some(_) if draw.outcomes[2] == 0 => ChangeOutcome::NotCompared,
            Some(difference) if draw.outcomes[2] < 3 && difference >= 0.0 => ChangeOutcome::Increase,
            Some(_) if draw.outcomes[2] < 3 => ChangeOutcome::Decrease,
            Some(_) => ChangeOutcome::WithinMargin,
        };
        view.scales.push(ScaleChangeView {
            id: format!("s{idx}"),
            name: NAMES[draw.name].to_owned(),
            parent,
            range: Some(range),
            first,
            second,
            outcome,
            difference,
            sentence: "–".to_owned(),
        });
    }
    if draws.len().is_multiple_of(3) {
        view.first_date = NAMES[5].to_owned();
        view.second_date = NAMES[3].to_owned();
    }
    view.simulated = draws.len().is_multiple_of(2);
    view
}

fn charts(lay_out: impl Fn(Width, Framing) -> reports::Result<Chart>) -> Vec<Chart> {
    let mut charts = Vec::new();
    for width in [Width::Wide, Width::Narrow] {
        for framing in [Framing::Inline, Framing::Standalone] {
            charts.push(lay_out(width, framing).unwrap());
        }
    }
    charts
}

fn of_feedback(view: FeedbackView) -> Vec<Chart> {
    let feedback = Feedback::new(view).unwrap();
    charts(|width, framing| paired::lay_out(&feedback, width, framing))
}

fn of_change(view: ChangeView) -> Vec<Chart> {
    let change = Change::new(view).unwrap();
    charts(|width, framing| two_dates::lay_out(&change, width, framing))
}

fn samples() -> Vec<Chart> {
    LANGUAGES
        .into_iter()
        .flat_map(|language| {
            let paired = feedback::sample::all(language).into_iter().flat_map(of_feedback);
            paired.chain(change::sample::all(language).into_iter().flat_map(of_change)).collect::<Vec<_>>()
        })
        .collect()
}

fn check(charts: Vec<Chart>) {
    for chart in charts {
        let found = chart.scene().collisions();
        assert!(found.is_empty(), "{} {:?}: {found:#?}", chart.title(), chart.width());
        assert!(chart.scene().height.is_finite() && chart.scene().height > 0.0);
        for mark in &chart.scene().marks {
            assert!(stays_inside(mark, chart.scene()), "{} {:?}: {mark:?}", chart.title(), chart.width());
        }
    }
}

fn stays_inside(mark: &Mark, scene: &Scene) -> bool {
    let inside = |(x, y): (f64, f64), reach: f64| {
        x - reach >= -1.0 && x + reach <= scene.width + 1.0 && y - reach >= -1.0 && y + reach <= scene.height + 1.0
    };
    match mark {
        Mark::Dot { center, radius, .. } | Mark::Ring { center, radius, .. } | Mark::Diamond { center, radius, .. } => {
            inside(*center, *radius)
        }
        Mark::Line { points, .. } | Mark::Area { points, .. } => points.iter().all(|point| inside(*point, 0.0)),
        Mark::Rect { .. } | Mark::Text(_) => true,
    }
}

#[test]
fn samples_do_not_collide() {
    check(samples());
}

#[test]
fn forty_of_the_longest_names_do_not_collide() {
    for name in 0..NAMES.len() {
        let draw = Draw { name, shares: [1.0; 6], half: 3.0, outcomes: [5; 6], is_facet: false };
        let missing = Draw { outcomes: [0; 6], is_facet: true, ..draw.clone() };
        for draws in [vec![draw.clone(); 40], vec![draw, missing]] {
            for same_range in [true, false] {
                check(of_feedback(feedback_view(&draws, Language::French, 5, same_range)));
                check(of_change(change_view(&draws, Language::French, ChangeUnit::TScore, same_range)));
                check(of_change(change_view(&draws, Language::French, ChangeUnit::RawPoints, same_range)));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_self_and_entourage_collides(
        draws in prop::collection::vec(draw(), 1..=40),
        french: bool,
        n_groups in 1..=5_usize,
        same_range: bool,
    ) {
        check(of_feedback(feedback_view(&draws, language(french), n_groups, same_range)));
    }

    #[test]
    fn no_text_of_two_dates_collides(
        draws in prop::collection::vec(draw(), 1..=40),
        french: bool,
        in_t: bool,
        same_range: bool,
    ) {
        let unit = if in_t { ChangeUnit::TScore } else { ChangeUnit::RawPoints };
        check(of_change(change_view(&draws, language(french), unit, same_range)));
    }
}

/// What is left of a mark on a black and white sheet: its shape and its stroke.
fn shape(mark: &Mark) -> Option<(Role, &'static str)> {
    match mark {
        Mark::Dot { role, .. } => Some((*role, "filled circle")),
        Mark::Ring { role, .. } => Some((*role, "hollow circle")),
        Mark::Diamond { role, .. } => Some((*role, "hollow diamond")),
        Mark::Area { role, .. } => Some((*role, "filled head")),
        Mark::Line { points, role, stroke, .. } if points.len() == 2 && points[0].1 == points[1].1 => match stroke {
            Stroke::Solid => Some((*role, "solid line")),
            Stroke::Dashed => Some((*role, "dashed line")),
            Stroke::Dotted => Some((*role, "dotted line")),
        },
        _ => None,
    }
}

#[test]
fn no_shape_or_stroke_belongs_to_two_of_self_entourage_and_earlier_date() {
    let roles = [Role::Own, Role::Other, Role::Then];
    let mut met = Vec::new();
    for chart in samples() {
        for (role, shape) in chart.scene().marks.iter().filter_map(shape).filter(|(role, _)| roles.contains(role)) {
            if !met.contains(&(role, shape)) {
                met.push((role, shape));
            }
        }
    }
    for (role, shape) in &met {
        let others = met.iter().filter(|(other, same)| same == shape && other != role);
        assert_eq!(others.count(), 0, "{shape} is not {role:?} alone: {met:?}");
    }
    for expected in [
        (Role::Own, "filled circle"),
        (Role::Other, "hollow diamond"),
        (Role::Then, "hollow circle"),
        (Role::Then, "dashed line"),
    ] {
        assert!(met.contains(&expected), "{expected:?} is nowhere");
    }
}

#[test]
fn every_drawing_is_well_formed_and_says_its_numbers_in_its_language() {
    for chart in samples() {
        for svg in [chart.svg(&Theme::light(), "a").unwrap(), chart.inline_svg("a").unwrap()] {
            let document = roxmltree::Document::parse(&svg).unwrap();
            let texts = document.descendants().filter(|node| node.has_tag_name("text"));
            assert_eq!(texts.count(), chart.scene().labels().count());
            assert!(!svg.contains("style=") && !svg.contains("NaN"));
        }
        assert!(chart.description().chars().any(|character| character.is_ascii_digit()));
        let words = format!(" {} {} ", chart.title(), chart.description());
        let foreign: &[&str] = match chart.language() {
            Language::French => &[" the ", " you ", " of ", " margin", " score", "'"],
            Language::English => &[" la ", " vous ", " de ", " marge", " note ", "'", "\u{a0}:"],
        };
        for other in foreign {
            assert!(!words.contains(other), "`{other}`: {words}");
        }
    }
}

#[test]
fn an_inline_drawing_gives_each_part_of_a_hollow_mark_its_role() {
    for (charts, role) in [
        (of_feedback(feedback::sample::five_scales(Language::French)), "other"),
        (of_change(change::sample::five_scales(Language::French)), "then"),
    ] {
        let svg = charts[0].inline_svg("a").unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let mut outlines = 0;
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let class = node.attribute("class").unwrap_or_default();
            if class == format!("s-{role}") {
                assert_eq!(node.attribute("fill"), Some("none"), "{node:?}");
                outlines += 1;
            }
            assert_ne!(class, format!("f-{role}"), "a hollow mark is filled: {node:?}");
        }
        assert!(outlines > 0);
    }
}

#[test]
fn a_png_is_hollow_where_the_mark_is() {
    let charts = of_change(change::sample::five_scales(Language::French));
    let chart = charts.iter().find(|chart| chart.width() == Width::Wide).unwrap();
    let theme = Theme::print();
    let file = chart.png(&theme, Resolution::Double).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let pixel = |x: f64, y: f64| {
        let offset = ((y * 2.0) as usize * info.width as usize + (x * 2.0) as usize) * 3;
        [pixels[offset], pixels[offset + 1], pixels[offset + 2]]
    };
    let (ground, then) = (theme.color(Role::Ground), theme.color(Role::Then));
    let mut n_rings = 0;
    for mark in &chart.scene().marks {
        if let Mark::Ring { center: (x, y), radius, .. } = mark {
            assert_eq!(pixel(*x, *y), [ground.0, ground.1, ground.2]);
            assert_eq!(pixel(*x, y - radius), [then.0, then.1, then.2]);
            n_rings += 1;
        }
    }
    assert_eq!(n_rings, 5);
}
