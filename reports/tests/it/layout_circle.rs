//! Circles of values, preferences, distributions and groups: no text collides whatever names, counts and scores come, and black and white
//! lose nothing.

use proptest::prelude::*;
use reports::chart::scene::{Mark, Scene, Stroke};
use reports::chart::{self, Chart, ChartKind, Framing, Width, distribution, group};
use reports::font::{TextBox, Weight};
use reports::text::Language;
use reports::text::reason::{NoInterval, NoScore};
use reports::theme::Role;
use reports::view::distribution::{Bin, Distribution, DistributionView, PersonPlace, Shape};
use reports::view::group::{Group, GroupView};
use reports::view::{Interval, RawView, Restitution, RestitutionView, Spread, sample_group, sample_values};

const NAMES: [&str; 8] = [
    "Art",
    "Autonomie",
    "Équilibre de vie",
    "Environnement de travail",
    "Anticonstitutionnellement",
    "Considération et reconnaissance de la part des supérieurs hiérarchiques et des collègues",
    "ÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇ",
    "Ouverture à l’expérience\u{a0}: idées, esthétique, sentiments, actions, valeurs, imagination",
];

/// Texts that overlap, leave the frame, or are crossed by a score, straight or slanted.
fn found(scene: &Scene) -> Vec<String> {
    let mut found = scene.collisions();
    for label in scene.labels() {
        let text = scene.text_box(label);
        for mark in &scene.marks {
            if let Mark::Line { points, role: Role::Own | Role::Ink, .. } = mark
                && points.windows(2).any(|ends| passes(&text, ends[0], ends[1]))
            {
                found.push(format!("`{}` is crossed by {points:?}", label.text));
            }
        }
    }
    for mark in &scene.marks {
        let points = match mark {
            Mark::Line { points, .. } | Mark::Area { points, .. } => points.clone(),
            Mark::Rect { corner, size, .. } => vec![*corner, (corner.0 + size.0, corner.1 + size.1)],
            Mark::Dot { center, radius, .. } => {
                vec![(center.0 - radius, center.1 - radius), (center.0 + radius, center.1 + radius)]
            }
            _ => Vec::new(),
        };
        let inside =
            |(x, y): &(f64, f64)| (-1.0..=scene.width + 1.0).contains(x) && (-1.0..=scene.height + 1.0).contains(y);
        if !points.iter().all(inside) {
            found.push(format!("{mark:?} leaves the frame"));
        }
    }
    found
}

/// Whether a line passes through a text, tried at many of its points.
fn passes(text: &TextBox, from: (f64, f64), to: (f64, f64)) -> bool {
    (0..=200).map(|step| f64::from(step) / 200.0).any(|share| {
        let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
        x > text.left && x < text.right && y > text.top && y < text.bottom
    })
}

fn check_chart(name: &str, lay_out: impl Fn(Width, Framing) -> Chart) {
    for width in [Width::Wide, Width::Narrow] {
        for framing in [Framing::Inline, Framing::Standalone] {
            let chart = lay_out(width, framing);
            let found = found(chart.scene());
            assert!(found.is_empty(), "{name} {width:?} {framing:?}: {found:#?}");
            assert!(chart.scene().height.is_finite() && chart.scene().height > 0.0);
            assert!(chart.description().chars().any(|character| character.is_ascii_digit()));
        }
    }
}

fn check(view: RestitutionView, expected: ChartKind) {
    let restitution = Restitution::new(view).unwrap();
    let kinds = chart::kinds(&restitution);
    assert!(kinds.contains(&expected), "{kinds:?}");
    for kind in kinds {
        check_chart(&kind.to_string(), |width, framing| chart::lay_out(&restitution, kind, width, framing).unwrap());
    }
}

fn check_distribution(view: DistributionView) {
    let distribution = Distribution::new(view).unwrap();
    check_chart("distribution", |width, framing| distribution::lay_out(&distribution, width, framing).unwrap());
}

fn check_group(view: GroupView) {
    let group = Group::new(view).unwrap();
    check_chart("group", |width, framing| group::lay_out(&group, width, framing).unwrap());
}

#[derive(Debug, Clone)]
struct Draw {
    name: usize,
    share: f64,
    half: f64,
    outcome: u8,
}

fn draw() -> impl Strategy<Value = Draw> {
    let share = prop_oneof![4 => 0.0..=1.0_f64, 1 => Just(0.0), 1 => Just(1.0)];
    (0..NAMES.len(), share, 0.0..3.0_f64, 0..10_u8).prop_map(|(name, share, half, outcome)| Draw {
        name,
        share,
        half,
        outcome,
    })
}

/// Values with the names and scores drawn; the scales that hold distances follow the values.
fn values(draws: &[Draw], language: Language) -> RestitutionView {
    let mut view = sample_values::many_values(language);
    let n = draws.len();
    let prototypes = [view.scales[0].clone(), view.scales[35].clone()];
    view.scales = (0..2 * n)
        .map(|idx| {
            let (draw, prototype) = (&draws[idx % n], &prototypes[idx / n]);
            let (lowest, highest) = if idx < n { (1.0, 5.0) } else { (-3.5, 3.5) };
            let value = lowest + draw.share * (highest - lowest);
            let mut scale = prototype.clone();
            scale.id = format!("s{idx}");
            scale.name = NAMES[draw.name].to_owned();
            scale.beside = (idx >= n).then_some(idx % n);
            scale.raw = Ok(RawView::new(value, lowest, highest).unwrap().as_mean());
            if let Ok(uncertainty) = &mut scale.uncertainty {
                uncertainty.raw = Interval::new(value - draw.half, value + draw.half).unwrap();
            }
            // The first value always has a score: without one there is nothing to draw.
            match draw.outcome {
                0 if idx % n > 0 => {
                    scale.answered = 1;
                    scale.raw = Err(NoScore::TooFewAnswered { needed: 3 });
                    scale.uncertainty = Err(NoInterval::NoScore);
                }
                1 => scale.uncertainty = Err(NoInterval::AllAnswersEqual),
                _ => {}
            }
            scale
        })
        .collect();
    view.circle = Some((0..n).collect());
    view.simulated = n.is_multiple_of(2);
    view
}

fn preferences(draws: &[Draw], language: Language, half_width: f64, with_poles: bool) -> RestitutionView {
    let mut view = sample_values::many_preferences(language);
    let scale = view.scales[0].clone();
    let preference = view.preferences.as_ref().unwrap().preferences[0].clone();
    view.scales.clear();
    let found = &mut view.preferences.as_mut().unwrap().preferences;
    found.clear();
    for (idx, draw) in draws.iter().enumerate() {
        let (lowest, highest) = if draw.outcome == 2 { (0.0, 1200.0) } else { (1.0, 5.0) };
        let value = lowest + draw.share * (highest - lowest);
        let mut scale = scale.clone();
        scale.id = format!("s{idx}");
        scale.name = NAMES[draw.name].to_owned();
        scale.raw = Ok(RawView::new(value, lowest, highest).unwrap().as_mean());
        let mut preference = preference.clone();
        preference.scale = idx;
        preference.low = NAMES[(draw.name + 3) % NAMES.len()].to_owned();
        preference.high = NAMES[(draw.name + 5) % NAMES.len()].to_owned();
        preference.middle = f64::midpoint(lowest, highest);
        preference.half_width = half_width;
        if !with_poles {
            (scale.low_pole, scale.high_pole) = (None, None);
        }
        if let Ok(uncertainty) = &mut scale.uncertainty {
            uncertainty.raw = Interval::new(value - draw.half, value + draw.half).unwrap();
        }
        match draw.outcome {
            0 => {
                scale.raw = Err(NoScore::TooFewAnswered { needed: 8 });
                scale.uncertainty = Err(NoInterval::NoScore);
            }
            1 => scale.uncertainty = Err(NoInterval::AllAnswersEqual),
            _ => {}
        }
        view.scales.push(scale);
        found.push(preference);
    }
    view.simulated = draws.len().is_multiple_of(2);
    view
}

#[test]
fn samples_do_not_collide() {
    for language in [Language::French, Language::English] {
        for view in sample_values::all(language) {
            let kind = if view.circle.is_some() { ChartKind::ValuesCircle } else { ChartKind::Preferences };
            check(view, kind);
        }
        check_distribution(sample_values::distribution(language).unwrap());
        check_distribution(sample_values::distribution_of_group(language).unwrap());
        sample_group::all(language).into_iter().for_each(check_group);
    }
}

#[test]
fn values_replace_the_hexagon_and_preferences_the_bars() {
    let kinds = |view| chart::kinds(&Restitution::new(view).unwrap());
    let values = kinds(sample_values::values(Language::French));
    assert_eq!(values, [ChartKind::ValuesCircle, ChartKind::Bars]);
    assert_eq!(kinds(sample_values::preferences(Language::French)), [ChartKind::Preferences]);
}

#[test]
fn thirty_five_values_stay_under_960_units() {
    let restitution = Restitution::new(sample_values::many_values(Language::French)).unwrap();
    let chart = chart::lay_out(&restitution, ChartKind::ValuesCircle, Width::Wide, Framing::Inline).unwrap();
    assert!(chart.scene().height < 960.0, "{}", chart.scene().height);
}

/// Radii of the person's points, without their rings of sheet.
fn radii(scene: &Scene) -> Vec<f64> {
    let dot = |mark: &Mark| match mark {
        Mark::Dot { radius, role: Role::Own, .. } => Some(*radius),
        _ => None,
    };
    scene.marks.iter().filter_map(dot).collect()
}

#[test]
fn black_and_white_keep_the_circle_of_values() {
    let restitution = Restitution::new(sample_values::values(Language::French)).unwrap();
    for width in [Width::Wide, Width::Narrow] {
        let chart = chart::lay_out(&restitution, ChartKind::ValuesCircle, width, Framing::Inline).unwrap();
        let scene = chart.scene();
        let dotted =
            |mark: &&Mark| matches!(mark, Mark::Line { stroke: Stroke::Dotted, points, .. } if points.len() > 9);
        assert_eq!(scene.marks.iter().filter(dotted).count(), 2, "the ring has two dotted edges");
        for words in ["votre moyenne", "à 0,25\u{a0}point près"] {
            assert!(scene.labels().any(|label| label.text == words), "{words}");
        }
        // Autonomy, influence, stability, life balance and ethics lie outside the ring with their whole margin.
        let large = radii(scene).into_iter().filter(|radius| *radius > 5.0).count();
        let bold = |name: &str| scene.labels().any(|label| label.text == name && label.weight == Weight::Bold);
        assert_eq!(large, 5);
        assert!(["Autonomie", "Influence", "Stabilité", "Équilibre de vie", "Éthique"].into_iter().all(bold));
        assert!(!["Créativité", "Apprentissage", "Relations", "Utilité"].into_iter().any(bold));
    }
}

#[test]
fn a_missing_value_keeps_its_place_and_says_why() {
    let restitution = Restitution::new(sample_values::extreme_values(Language::French)).unwrap();
    for width in [Width::Wide, Width::Narrow] {
        let chart = chart::lay_out(&restitution, ChartKind::ValuesCircle, width, Framing::Inline).unwrap();
        let text: Vec<&str> = chart.scene().labels().map(|label| label.text.as_str()).collect();
        assert!(text.join(" ").contains("pas de note\u{a0}: 1\u{a0}réponse sur\u{a0}4"), "{text:?}");
        assert_eq!(radii(chart.scene()).len(), 5);
        assert!(chart.description().contains("marge inconnue"));
    }
}

#[test]
fn black_and_white_keep_the_zone_the_band_and_the_person() {
    let restitution = Restitution::new(sample_values::preferences(Language::English)).unwrap();
    let chart = chart::lay_out(&restitution, ChartKind::Preferences, Width::Narrow, Framing::Inline).unwrap();
    let svg = chart.inline_svg("p").unwrap();
    assert!(svg.matches("s-hatch").count() > 40, "diagonals, not a tint alone");
    assert!(svg.contains("borderline: neither by facts nor by"));
    let distribution = Distribution::new(sample_values::distribution(Language::English).unwrap()).unwrap();
    let chart = distribution::lay_out(&distribution, Width::Wide, Framing::Inline).unwrap();
    let dotted = |mark: &&Mark| matches!(mark, Mark::Line { stroke: Stroke::Dotted, .. });
    // Two edges of the band and two of its sign in the legend.
    assert_eq!(chart.scene().marks.iter().filter(dotted).count(), 4);
    assert!(chart.scene().labels().any(|label| label.text == "average range"));
    assert!(chart.scene().labels().any(|label| label.text == "you: 57 (51\u{a0}to\u{a0}63)"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_values_collides(draws in prop::collection::vec(draw(), 3..=40), french: bool) {
        let language = if french { Language::French } else { Language::English };
        check(values(&draws, language), ChartKind::ValuesCircle);
    }

    #[test]
    fn no_text_of_preferences_collides(
        draws in prop::collection::vec(draw(), 1..=40),
        french: bool,
        half_width in 0.01..1.9_f64,
        with_poles: bool,
    ) {
        let language = if french { Language::French } else { Language::English };
        check(preferences(&draws, language, half_width, with_poles), ChartKind::Preferences);
    }

    #[test]
    fn no_text_of_a_distribution_collides(
        name in 0..NAMES.len(),
        ends in (-500.0..500.0_f64, 0.5..2000.0_f64),
        share in 0.0..=1.0_f64,
        half in prop::option::of(0.0..3000.0_f64),
        amounts in prop::collection::vec(0.0..50.0_f64, 1..=40),
        with_spread: bool,
        decimals in 0..=2_usize,
    ) {
        let (low, high) = (ends.0, ends.0 + ends.1);
        let at = |share: f64| (low + share * ends.1).clamp(low, high);
        let n = amounts.len() as f64;
        let bin = |(idx, amount): (usize, &f64)| Bin {
            from: at(idx as f64 / n), to: at((idx as f64 + 1.0) / n), amount: amount + 0.1,
        };
        let score = at(share);
        let interval = half.map(|half| Interval::new(score - half, score + half).unwrap());
        check_distribution(DistributionView {
            scale_name: NAMES[name].to_owned(),
            axis: Interval::new(low, high).unwrap(),
            decimals,
            shape: Shape::Bins(amounts.iter().enumerate().map(bin).collect()),
            spread: with_spread.then(|| Spread::new(at(0.1), at(0.2), at(0.5), at(0.5), at(0.9)).unwrap()),
            person: Some(PersonPlace { label: NAMES[(name + 1) % NAMES.len()].to_owned(), score, interval }),
            band: Some(Interval::new(at(0.3), at(0.6)).unwrap()),
            ..sample_values::distribution(Language::French).unwrap()
        });
    }

    #[test]
    fn no_text_of_a_group_collides(
        names in prop::collection::vec(0..NAMES.len(), 1..=40),
        sample in 0..3_usize,
        facets: bool,
        small in prop::collection::vec(0..40_u64, 40),
    ) {
        let mut view = sample_group::all(Language::French).swap_remove(sample);
        let prototypes = view.scales.clone();
        view.subgroups.clear();
        view.about.parted_by = None;
        view.scales = names
            .iter()
            .enumerate()
            .map(|(idx, name)| {
                let mut scale = prototypes[idx % prototypes.len()].clone();
                scale.scale.name = NAMES[*name].to_owned();
                scale.scale.is_facet = facets && idx % 3 > 0;
                if small[idx] < 10 {
                    scale.figures.n = small[idx].max(1);
                    scale.figures.band = scale.figures.band.map(|_| [scale.figures.n, 0, 0]);
                }
                scale
            })
            .collect();
        check_group(view);
    }
}
