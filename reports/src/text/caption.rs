//! How to read each drawing, in a few sentences.

use super::{Language, circle, number, preference};
use crate::chart::{ChartKind, Framing};
use crate::view::deviation::deviations;
use crate::view::{Interval, IntervalKind, InventoryKind, RawView, Restitution, ScaleView};

/// How to read a drawing of this kind for this person.
#[must_use]
pub fn caption(restitution: &Restitution, kind: ChartKind, framing: Framing) -> String {
    let language = restitution.language();
    let mut sentences = match kind {
        ChartKind::Profile => profile(restitution),
        ChartKind::Bars => bars(restitution),
        ChartKind::Hexagon => hexagon(restitution),
        ChartKind::ValuesCircle => circle::caption(restitution),
        ChartKind::Preferences => preference::caption(restitution),
    };
    let view = restitution.view();
    let shown = |scale: &ScaleView| match kind {
        ChartKind::Profile => scale.t_interval().is_some(),
        _ => scale.raw_interval().is_some(),
    };
    if view.scales.iter().any(shown) {
        let spokes = matches!(kind, ChartKind::Hexagon | ChartKind::ValuesCircle);
        sentences.push(margin(language, view.level, spokes, interval_kind(restitution), framing));
    }
    let leaves = match kind {
        ChartKind::Profile => false,
        // The circle shows the distances, not the values that they are made of.
        ChartKind::ValuesCircle => {
            let mut shown =
                deviations(restitution).into_iter().flatten().filter_map(|one| view.scales.get(one.distance));
            shown.any(leaves_its_range)
        }
        _ => view.scales.iter().any(leaves_its_range),
    };
    if leaves {
        sentences.push(language.say(
            "Une flèche : le trait est coupé au bout de l'échelle.",
            "An arrow: the line is cut at the end of the scale.",
        ));
    }
    sentences.join(" ")
}

/// Whether the interval of a raw score goes beyond the possible scores.
fn leaves_its_range(scale: &ScaleView) -> bool {
    let beyond =
        |interval: Interval, raw: &RawView| interval.lower() < raw.lowest() || interval.upper() > raw.highest();
    scale.raw_interval().zip(scale.raw.as_ref().ok()).is_some_and(|(interval, raw)| beyond(interval, raw))
}

/// Around what this person's intervals are drawn.
fn interval_kind(restitution: &Restitution) -> IntervalKind {
    let mut known = restitution.view().scales.iter().filter_map(|scale| scale.uncertainty.as_ref().ok());
    known.next().map_or(IntervalKind::Observed, |uncertainty| uncertainty.kind)
}

fn margin(language: Language, level: f64, on_spokes: bool, kind: IntervalKind, framing: Framing) -> String {
    let percent = number::percent(language, level);
    let times = number::times_in_100(language, level);
    let line = if on_spokes {
        language.pick("Le trait sur chaque rayon", "The line on each spoke")
    } else {
        language.pick("Le trait", "The line")
    };
    let around = match kind {
        IntervalKind::Observed => "",
        IntervalKind::True => language.pick(", autour de la note vraie estimée", ", around the estimated true score"),
    };
    match framing {
        // A page explains the margin once.
        Framing::Inline => language.say(
            &format!("{line} est la marge à {percent}{around}."),
            &format!("{line} is the {percent} margin{around}."),
        ),
        Framing::Standalone => language.say(
            &format!("{line} est la marge à {percent}{around} : sur 100\u{a0}traits comme ceux-ci, {times}\u{a0}environ contiennent la note que donneraient beaucoup plus de questions."),
            &format!("{line} is the {percent} margin{around}: of 100\u{a0}lines like these, about {times} contain the score that many more questions would give."),
        ),
    }
}

fn profile(restitution: &Restitution) -> Vec<String> {
    let language = restitution.language();
    let mut sentences = vec![
        language.say(
            "Le point est la note T : 50 est la moyenne du groupe de référence, 10 son écart type.",
            "The point is the T score: 50 is the mean of the reference group, 10 its standard deviation.",
        ),
        language.say(
            "La bande est la zone moyenne, de 40 à 60, où se trouvent environ deux personnes sur trois ; ni un but, ni une limite.",
            "The band is the average range, 40 to 60, where about two people in three are; neither a target nor a pass mark.",
        ),
        language.say(
            "Au rang\u{a0}34, environ 34\u{a0}personnes du groupe sur 100 ont une note plus basse.",
            "At rank\u{a0}34, about 34\u{a0}people in 100 of the group have a lower score.",
        ),
    ];
    let outside = |scale: &ScaleView| {
        let beyond = |value: f64| !(crate::chart::profile::FRAME.0..=crate::chart::profile::FRAME.1).contains(&value);
        scale.standard_score().is_some_and(|score| beyond(score.t()))
            || scale.t_interval().is_some_and(|interval| beyond(interval.lower()) || beyond(interval.upper()))
    };
    if restitution.view().scales.iter().any(outside) {
        sentences.push(language.say(
            "Une flèche dit que la marge ou le point sort du cadre.",
            "An arrow says that the margin or the point leaves the frame.",
        ));
    }
    sentences
}

fn bars(restitution: &Restitution) -> Vec<String> {
    let language = restitution.language();
    vec![match restitution.view().kind {
        InventoryKind::Interests => language.say(
            "Plus le point est à droite, plus l'intérêt est fort.",
            "The further right the dot, the stronger the interest.",
        ),
        _ => language.say("Le point marque la note.", "The dot marks the score."),
    }]
}

fn hexagon(restitution: &Restitution) -> Vec<String> {
    let language = restitution.language();
    vec![match restitution.view().kind {
        InventoryKind::Interests => language.say(
            "Plus le point est loin du centre, plus l'intérêt est fort ; deux familles voisines ont le plus en commun, deux familles opposées le moins.",
            "The further the dot from the center, the stronger the interest; families side by side have most in common, those face to face least.",
        ),
        _ => language.say(
            "Plus le point est loin du centre, plus la note est haute. Des numéros, s'il y en a, servent à retrouver les noms : ce n'est pas un classement.",
            "The further the dot from the center, the higher the score. Numbers, if any, are there to find the names: they are no ranking.",
        ),
    }]
}
