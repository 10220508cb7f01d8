//! Invented feedback for documentation, tests and the sample drawings. Nobody gave these answers.

use super::{
    CommentBlockView, FeedbackProvenanceView, FeedbackScaleView, FeedbackView, GapView, GroupMeanView, GroupScaleView,
    OwnMeanView, QuestionView, RaterGroupView, Shown,
};
use crate::text::Language;
use crate::text::feedback::{Gap, RaterGroup, frozen, gap, group, rule, withheld};
use crate::view::{Interval, sample};

/// Points of an item, lowest and highest.
const RANGE: (f64, f64) = (1.0, 5.0);

/// All samples in one language.
#[must_use]
pub fn all(language: Language) -> Vec<FeedbackView> {
    vec![five_scales(language), two_scales(language), thirty_five_scales(language), long_names(language)]
}

/// Five scales and four groups: one group withheld, one own mean missing, gaps beyond their margin in both directions.
#[must_use]
pub fn five_scales(language: Language) -> FeedbackView {
    let names = language.pick(
        "Élan vers les autres|Attention aux autres|Constance|Sensibilité aux tensions|Curiosité",
        "Drive towards others|Care for others|Constancy|Sensitivity to tension|Curiosity",
    );
    let own = [Some((2.8, 0.3)), Some((3.6, 0.3)), Some((4.2, 0.25)), Some((3.1, 0.35)), None];
    let means = [[3.5, 3.9, 3.3], [3.8, 3.4, 3.6], [4.3, 4.1, 4.4], [2.3, 2.0, 2.7], [4.0, 3.7, 4.2]];
    let groups = [RaterGroup::Superiors, RaterGroup::Peers, RaterGroup::Reports, RaterGroup::Others];
    let scales = names.split('|').zip(own).zip(means).enumerate().map(|(idx, ((name, own), means))| {
        let all = means.iter().sum::<f64>() / 3.0;
        let figures = [None, Some((means[0], 6, 0.28)), Some((means[1], 4, 0.45)), Some((means[2], 3, 0.6))];
        let mut shown: Vec<GroupScaleView> = groups
            .iter()
            .zip(figures)
            .map(|(of, figures)| group_scale(language, *of, own, figures.map(|(mean, n, half)| (mean, n, Some(half)))))
            .collect();
        shown.push(group_scale(language, RaterGroup::All, own, Some((all, 13, Some(0.25)))));
        scale(format!("s{idx}"), name, own, shown)
    });
    let mut scales: Vec<FeedbackScaleView> = scales.collect();
    if let Some(scale) = scales.first_mut() {
        let about = language.pick("Aller vers les gens, prendre part.", "Going towards people, taking part.");
        scale.definition = Some(about.to_owned());
    }
    FeedbackView {
        groups: vec![
            size(language, RaterGroup::Superiors, None),
            size(language, RaterGroup::Peers, Some(6)),
            size(language, RaterGroup::Reports, Some(4)),
            size(language, RaterGroup::Others, Some(3)),
        ],
        comments: comments(language),
        ..frame(language, scales)
    }
}

/// The smallest feedback: two scales, one group, no margin known.
#[must_use]
pub fn two_scales(language: Language) -> FeedbackView {
    let scales = [("a", "Constance", "Constancy", 4.2, 3.1), ("b", "Curiosité", "Curiosity", 1.0, 5.0)];
    let scales = scales.into_iter().map(|(id, french, english, own, mean)| {
        let peers = group_scale(language, RaterGroup::Peers, Some((own, 0.4)), Some((mean, 5, None)));
        let mut scale = scale(id.to_owned(), language.pick(french, english), Some((own, 0.4)), vec![peers]);
        scale.own = Some(OwnMeanView { mean: own, interval: None });
        scale
    });
    let groups = vec![size(language, RaterGroup::Peers, Some(5))];
    FeedbackView { groups, ends: None, ..frame(language, scales.collect()) }
}

/// Thirty-five scales, three groups and all together; figures withheld here and there; intervals at both ends of the range.
#[must_use]
pub fn thirty_five_scales(language: Language) -> FeedbackView {
    let names = sample::thirty_five_scales(language).scales;
    let groups = [RaterGroup::Peers, RaterGroup::Reports, RaterGroup::Others];
    let scales = names.into_iter().enumerate().map(|(idx, named)| {
        let step = |times: usize, over: usize| {
            let steps = u32::try_from(idx * times % over).unwrap_or_default();
            1.0 + f64::from(steps) * 4.0 / f64::from(u32::try_from(over - 1).unwrap_or(1))
        };
        let own = (idx != 7).then(|| (step(5, 17), 0.35));
        let mut shown: Vec<GroupScaleView> = groups
            .iter()
            .enumerate()
            .map(|(place, of)| {
                let mean = (step(5, 17) * 2.0 + step(3 + place, 11)) / 3.0;
                let figures = (place != 1 && (idx + place) % 9 != 0).then_some((mean, 6, Some(0.5)));
                group_scale(language, *of, own, figures)
            })
            .collect();
        let all = (step(5, 17) + step(7, 13)) / 2.0;
        shown.push(group_scale(language, RaterGroup::All, own, (idx != 30).then_some((all, 12, Some(0.4)))));
        scale(format!("s{idx}"), &named.name, own, shown)
    });
    FeedbackView {
        groups: vec![
            size(language, RaterGroup::Peers, Some(7)),
            size(language, RaterGroup::Reports, None),
            size(language, RaterGroup::Others, Some(6)),
        ],
        simulated: true,
        ..frame(language, scales.collect())
    }
}

/// Six scales with names as long as they come, each with a range of its own; the last one wholly withheld.
#[must_use]
pub fn long_names(language: Language) -> FeedbackView {
    let names = sample::long_names(language).scales;
    let n_scales = names.len();
    let scales = names.into_iter().enumerate().map(|(idx, named)| {
        let top = if idx % 2 == 0 { 5.0 } else { 7.0 };
        let (own, mean) = (top - 0.2, if idx == 0 { 1.0 } else { top - 1.5 });
        let figures = (idx + 1 < n_scales).then_some((mean, 5, Some(0.6)));
        let groups = [RaterGroup::Reports, RaterGroup::All];
        let shown = groups.map(|of| group_scale(language, of, Some((own, 0.5)), figures)).to_vec();
        FeedbackScaleView { highest: top, ..scale(format!("s{idx}"), &named.name, Some((own, 0.5)), shown) }
    });
    let low = "presque jamais, ou seulement quand la situation l'impose";
    let low = language.pick(low, "almost never, or only where the situation demands it").to_owned();
    let high = "presque toujours, même quand rien n'y oblige";
    let high = language.pick(high, "almost always, even where nothing demands it").to_owned();
    let groups = vec![size(language, RaterGroup::Reports, Some(5))];
    FeedbackView { groups, ends: Some((low, high)), ..frame(language, scales.collect()) }
}

/// A mean and half its interval.
type Mean = (f64, f64);

fn scale(id: String, name: &str, own: Option<Mean>, groups: Vec<GroupScaleView>) -> FeedbackScaleView {
    FeedbackScaleView {
        id,
        name: name.to_owned(),
        definition: None,
        lowest: RANGE.0,
        highest: RANGE.1,
        own: own.map(|(mean, half)| OwnMeanView { mean, interval: Interval::new(mean - half, mean + half).ok() }),
        groups,
    }
}

fn group_scale(
    language: Language,
    of: RaterGroup,
    own: Option<Mean>,
    figures: Option<(f64, u32, Option<f64>)>,
) -> GroupScaleView {
    let figures = match figures {
        None => Shown::Withheld { sentence: withheld(language) },
        Some((mean, n_raters, half)) => {
            let sd = (n_raters >= 5).then_some(0.6);
            let gap = own.map(|(own, _)| gap_of(language, own - mean, half));
            Shown::Shown(GroupMeanView { n_raters, mean, sd, gap })
        }
    };
    GroupScaleView { label: group(language, of), figures }
}

fn gap_of(language: Language, difference: f64, half: Option<f64>) -> GapView {
    let interval = half.and_then(|half| Interval::new(difference - half, difference + half).ok());
    let kind = match half {
        None => Gap::WithoutMargin,
        Some(half) if difference > half => Gap::Above,
        Some(half) if difference < -half => Gap::Below,
        Some(_) => Gap::Level,
    };
    GapView { difference, interval, sentence: gap(language, kind, difference) }
}

fn size(language: Language, of: RaterGroup, n: Option<u32>) -> RaterGroupView {
    let n_raters = n.map_or_else(|| Shown::Withheld { sentence: withheld(language) }, Shown::Shown);
    RaterGroupView { label: group(language, of), n_raters }
}

fn comments(language: Language) -> Vec<QuestionView> {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    vec![
        QuestionView {
            question: word("Qu'apprécie-t-on dans son travail ?", "What do people value in their work?"),
            blocks: vec![
                CommentBlockView {
                    group: Some(group(language, RaterGroup::Peers)),
                    texts: vec![
                        word("On peut compter sur ses délais.", "Deadlines are kept."),
                        word(
                            "Toujours prête à relire.\n\nEt à expliquer.",
                            "Always ready to review.\n\nAnd to explain.",
                        ),
                    ],
                },
                CommentBlockView {
                    group: None,
                    texts: vec![word("Calme quand tout le monde court.", "Calm when everyone runs.")],
                },
            ],
        },
        QuestionView { question: word("Que pourrait-elle essayer ?", "What could be tried?"), blocks: Vec::new() },
    ]
}

fn frame(language: Language, scales: Vec<FeedbackScaleView>) -> FeedbackView {
    let word = |french: &str, english: &str| language.pick(french, english).to_owned();
    FeedbackView {
        language,
        title: word("Vous et votre entourage", "You and the people around you"),
        instrument_label: word("Inventaire Rives", "Rives inventory"),
        person_label: Some("Camille Durand".to_owned()),
        simulated: false,
        level: 0.95,
        ends: Some((word("presque jamais", "almost never"), word("presque toujours", "almost always"))),
        groups: Vec::new(),
        scales,
        notes: vec![rule(language), frozen(language)],
        comments: Vec::new(),
        provenance: FeedbackProvenanceView {
            instrument_id: "sample-others".to_owned(),
            instrument_version: "1.0.0".to_owned(),
            own_instrument_id: "sample".to_owned(),
            own_instrument_version: "1.1.0".to_owned(),
            engine_version: "0.1.0".to_owned(),
        },
    }
}
