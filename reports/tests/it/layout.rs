//! No text overlaps another, leaves its drawing, or is crossed by a score, whatever names and scores come.

use proptest::prelude::*;
use reports::chart::{self, Framing, Width};
use reports::text::Language;
use reports::text::reason::{NoInterval, NoScore, NoStandard};
use reports::view::{
    Interval, OrderView, RankView, RawView, Restitution, RestitutionView, ScaleView, StandardView, sample,
};

pub const NAMES: [&str; 8] = [
    "Art",
    "Conventionnel",
    "Élan vers les autres",
    "Sensibilité aux tensions et aux atmosphères",
    "Anticonstitutionnellement",
    "Recherche de sensations vives, d’aventure et de nouveauté dans la vie professionnelle",
    "ÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇÀÉÎÕÜÇ",
    "Ouverture à l’expérience\u{a0}: idées, esthétique, sentiments, actions, valeurs, imagination",
];

#[derive(Debug, Clone)]
struct Draw {
    name: usize,
    t: f64,
    half: f64,
    share: f64,
    outcome: u8,
    facet: bool,
    poles: bool,
}

fn draw() -> impl Strategy<Value = Draw> {
    let t = prop_oneof![4 => 15.0..85.0_f64, 1 => -200.0..300.0_f64, 1 => Just(20.0), 1 => Just(80.0)];
    (0..NAMES.len(), t, 0.0..40.0_f64, 0.0..=1.0_f64, 0..10_u8, any::<bool>(), any::<bool>())
        .prop_map(|(name, t, half, share, outcome, facet, poles)| Draw { name, t, half, share, outcome, facet, poles })
}

fn view(draws: &[Draw], language: Language, with_poles: bool, same_range: bool, n_circle: usize) -> RestitutionView {
    let mut view = sample::five_scales(language);
    let prototype = view.scales[0].clone();
    let mut domain = None;
    view.scales.clear();
    for (idx, draw) in draws.iter().enumerate() {
        let parent = domain.filter(|_| draw.facet);
        if parent.is_none() {
            domain = Some(idx);
        }
        let pole = |text: &str| (with_poles && draw.poles).then(|| text.to_owned());
        let (lowest, highest) = if same_range || idx % 2 == 0 { (0.0, 40.0) } else { (24.0, 1200.5) };
        let raw = lowest + draw.share * (highest - lowest);
        let mut scale = ScaleView {
            id: format!("s{idx}"),
            name: NAMES[draw.name].to_owned(),
            low_pole: pole(NAMES[(draw.name + 3) % NAMES.len()]),
            high_pole: pole(NAMES[(draw.name + 5) % NAMES.len()]),
            parent,
            raw: Ok(RawView::new(raw, lowest, highest).unwrap()),
            standard: Some(Ok(
                StandardView::new(draw.t, RankView::NormalApproximation { value: 100.0 * draw.share }).unwrap()
            )),
            sentence: None,
            ..prototype.clone()
        };
        if let Ok(uncertainty) = &mut scale.uncertainty {
            uncertainty.raw = Interval::new(raw - draw.half, raw + draw.half).unwrap();
            uncertainty.t = Some(Interval::new(draw.t - draw.half, draw.t + draw.half).unwrap());
        }
        match draw.outcome {
            0 => {
                scale.raw = Err(NoScore::TooFewAnswered { needed: 20 });
                scale.standard = Some(Err(NoStandard::NoScore));
                scale.uncertainty = Err(NoInterval::NoScore);
            }
            1 => {
                scale.standard = Some(Err(NoStandard::AboveSample));
                scale.uncertainty = Err(NoInterval::NoReliability);
            }
            2 => scale.uncertainty = Err(NoInterval::AllAnswersEqual),
            3 => scale.standard = Some(Ok(StandardView::new(draw.t, RankView::BelowSample).unwrap())),
            _ => {}
        }
        view.scales.push(scale);
    }
    view.circle = (draws.len() >= 3).then(|| (0..n_circle.min(draws.len())).collect());
    let half = draws.len() / 2;
    let groups = [(0..half).collect::<Vec<_>>(), (half..draws.len()).collect()];
    view.order = Some(OrderView {
        groups: groups.into_iter().filter(|group: &Vec<usize>| !group.is_empty()).collect(),
        sentence: String::new(),
        partly_settled: if half > 2 { vec![0] } else { Vec::new() },
        differences: Vec::new(),
        notes: Vec::new(),
    });
    view.simulated = draws.len().is_multiple_of(2);
    view
}

fn check(view: RestitutionView) {
    let restitution = Restitution::new(view).unwrap();
    for kind in chart::kinds(&restitution) {
        for width in [Width::Wide, Width::Narrow] {
            for framing in [Framing::Inline, Framing::Standalone] {
                let chart = chart::lay_out(&restitution, kind, width, framing).unwrap();
                let found = chart.scene().collisions();
                assert!(found.is_empty(), "{kind} {width:?} {framing:?}: {found:#?}");
                assert!(chart.scene().height.is_finite() && chart.scene().height > 0.0);
            }
        }
    }
}

#[test]
fn samples_do_not_collide() {
    for language in [Language::French, Language::English] {
        sample::all(language).into_iter().for_each(check);
    }
}

#[test]
fn thirty_five_of_the_longest_names_do_not_collide() {
    for name in 0..NAMES.len() {
        let draw = Draw { name, t: 95.0, half: 30.0, share: 1.0, outcome: 9, facet: false, poles: true };
        for with_poles in [false, true] {
            check(view(&vec![draw.clone(); 35], Language::French, with_poles, true, 6));
            check(view(&vec![draw.clone(); 2], Language::French, with_poles, false, 6));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn no_text_collides(
        draws in prop::collection::vec(draw(), 2..=40),
        french: bool,
        with_poles: bool,
        same_range: bool,
        n_circle in 3..=10_usize,
    ) {
        let language = if french { Language::French } else { Language::English };
        check(view(&draws, language, with_poles, same_range, n_circle));
    }
}
