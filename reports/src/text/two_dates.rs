//! Words around two dates of one person: what the drawing shows, how to read it, what it does not say.

use super::sentence::Limit;
use super::{Language, colon, enumerate, label, number};
use crate::chart::Framing;
use crate::chart::two_dates::FRAME;
use crate::view::change::{Change, ChangeOutcome, ChangeUnit, DatedScoreView, ScaleChangeView};
use crate::view::{Interval, RawView};

/// Up to so many scales, each is told with its numbers; beyond, what changed is told.
const TOLD_ONE_BY_ONE: usize = 12;
/// Up to so many scales are named in a sentence; more are counted.
const NAMED: usize = 6;

/// What the drawing is.
#[must_use]
pub fn chart_title(change: &Change) -> String {
    let (first, second) = (&change.view().first_date, &change.view().second_date);
    change.language().say(&format!("Deux dates : {first} et {second}"), &format!("Two dates: {first} and {second}"))
}

/// In what both dates are given, for the line under the heading.
#[must_use]
pub fn status_line(change: &Change) -> String {
    let language = change.language();
    let view = change.view();
    let unit = match (view.unit, change.norm_title()) {
        (ChangeUnit::TScore, Some(norm)) => {
            language.say(&format!("Notes T, dans la norme « {norm} »"), &format!("T scores, in the norm “{norm}”"))
        }
        (ChangeUnit::TScore, None) => language.say("Notes T", "T scores"),
        (ChangeUnit::RawPoints, _) => language.say("Notes en points", "Scores in points"),
    };
    if view.simulated { format!("{unit} · {}", label::simulated(language)) } else { unit }
}

/// The name of the unit.
#[must_use]
pub fn unit(language: Language, unit: ChangeUnit) -> String {
    match unit {
        ChangeUnit::TScore => label::t_score(language),
        ChangeUnit::RawPoints => label::points(language),
    }
}

/// What a change amounts to, beside its size.
#[must_use]
pub fn outcome(language: Language, outcome: ChangeOutcome) -> String {
    match outcome {
        ChangeOutcome::Increase | ChangeOutcome::Decrease => label::beyond_margin(language),
        ChangeOutcome::WithinMargin => label::within_margin(language),
        ChangeOutcome::NotCompared => label::not_compared(language),
    }
}

/// Decimals that the scores of a scale deserve.
fn decimals(change: &Change, scale: &ScaleChangeView) -> usize {
    let whole = |value: f64| (value - value.round()).abs() < 1e-9;
    let scores = [&scale.first, &scale.second].into_iter().flatten();
    match (change.view().unit, scale.range) {
        (ChangeUnit::TScore, _) => 0,
        (ChangeUnit::RawPoints, _) if scores.map(|date| date.score).all(whole) => 0,
        (ChangeUnit::RawPoints, Some((lowest, highest))) if highest - lowest > 10.0 => 1,
        (ChangeUnit::RawPoints, _) => 2,
    }
}

/// The difference with its sign: "+5", "−13", "0".
#[must_use]
pub fn difference(change: &Change, scale: &ScaleChangeView) -> Option<String> {
    let value = scale.difference?;
    let text = number::decimal(change.language(), value, decimals(change, scale));
    let is_zero = !text.chars().any(|digit| ('1'..='9').contains(&digit));
    Some(if value > 0.0 && !is_zero { format!("+{text}") } else { text })
}

/// A score with its scale: "T 46", "13 sur 40".
#[must_use]
pub fn score(change: &Change, scale: &ScaleChangeView, date: &DatedScoreView) -> String {
    let language = change.language();
    let places = decimals(change, scale);
    let raw = scale.range.and_then(|(lowest, highest)| RawView::new(date.score, lowest, highest).ok());
    match (change.view().unit, raw) {
        (ChangeUnit::RawPoints, Some(raw)) => number::raw_of(language, &if places == 2 { raw.as_mean() } else { raw }),
        (ChangeUnit::RawPoints, None) => number::decimal(language, date.score, places),
        (ChangeUnit::TScore, _) => format!("T\u{a0}{}", number::decimal(language, date.score, places)),
    }
}

/// An interval in the unit drawn; raw points as far as scores are possible.
#[must_use]
pub fn margin(change: &Change, scale: &ScaleChangeView, interval: Interval) -> String {
    let language = change.language();
    let within = |value: f64| match (change.view().unit, scale.range) {
        (ChangeUnit::RawPoints, Some((lowest, highest))) => value.clamp(lowest, highest),
        _ => value,
    };
    let places = match decimals(change, scale) {
        2 => 2,
        _ => 0,
    };
    let end = |value: f64| number::decimal(language, within(value), places);
    number::range(language, &end(interval.lower()), &end(interval.upper()))
}

/// What the drawing shows, numbers included.
#[must_use]
pub fn alt(change: &Change) -> String {
    let language = change.language();
    let scales = change.reading_order();
    let n_scales = scales.len();
    if n_scales <= TOLD_ONE_BY_ONE {
        return scales.into_iter().map(|scale| scale_line(change, scale)).collect::<Vec<_>>().join(" ");
    }
    let settled: Vec<&ScaleChangeView> = scales.iter().copied().filter(|scale| scale.outcome.is_reliable()).collect();
    let n = settled.len();
    let mut sentences = vec![language.say(
        &format!("{n_scales} échelles à deux dates. Changements au-delà de la marge : {n}."),
        &format!("{n_scales} scales on two dates. Changes beyond the margin: {n}."),
    )];
    let told = scales.iter().filter(|scale| scale.outcome.is_reliable() || scale.outcome == ChangeOutcome::NotCompared);
    sentences.extend(told.map(|scale| scale_line(change, scale)));
    sentences.push(language.say("Toutes les valeurs sont dans le tableau.", "All values are in the table."));
    sentences.join(" ")
}

fn scale_line(change: &Change, scale: &ScaleChangeView) -> String {
    let language = change.language();
    let view = change.view();
    let dated = |date: &Result<DatedScoreView, String>, name: &str| match date {
        Err(reason) => format!("{name}, {reason}"),
        Ok(date) => {
            let margin = match date.interval {
                Some(interval) => {
                    let ends = margin(change, scale, interval);
                    language.say(&format!("marge de\u{a0}{ends}"), &format!("margin {ends}"))
                }
                None => language.say("marge inconnue", "margin unknown"),
            };
            format!("{name}, {}, {margin}", score(change, scale, date))
        }
    };
    let mut parts = vec![dated(&scale.first, &view.first_date), dated(&scale.second, &view.second_date)];
    let said = outcome(language, scale.outcome);
    parts.push(match difference(change, scale) {
        Some(difference) => {
            let unit = match view.unit {
                ChangeUnit::TScore => language.pick("en T", "in T"),
                ChangeUnit::RawPoints => language.pick("en points", "in points"),
            };
            language
                .say(&format!("écart {unit} {difference}, {said}"), &format!("difference {unit} {difference}, {said}"))
        }
        None => said,
    });
    colon(language, &scale.name, &format!("{}.", parts.join(language.pick(" ; ", "; "))))
}

/// How to read the drawing.
#[must_use]
pub fn caption(change: &Change, framing: Framing) -> String {
    let language = change.language();
    let view = change.view();
    let (first, second) = (&view.first_date, &view.second_date);
    let mut sentences = vec![language.say(
        &format!("Le cercle creux est la note de la première date ({first}), le cercle plein celle de la seconde ({second})."),
        &format!("The hollow circle is the score of the first date ({first}), the filled circle that of the second ({second})."),
    )];
    let dates = || {
        view.scales
            .iter()
            .flat_map(|scale| [&scale.first, &scale.second].into_iter().flatten().map(move |date| (scale, date)))
    };
    if dates().any(|(_, date)| date.interval.is_some()) {
        let level = number::percent(language, view.level);
        let times = number::times_in_100(language, view.level);
        sentences.push(match framing {
            Framing::Inline => language.say(
                &format!("Le trait, tireté ou plein, est la marge à {level} de chaque note."),
                &format!("The line, dashed or solid, is the {level} margin of each score."),
            ),
            Framing::Standalone => language.say(
                &format!("Le trait, tireté ou plein, est la marge à {level} de chaque note : sur 100\u{a0}traits comme ceux-ci, {times}\u{a0}environ contiennent la note que donneraient beaucoup plus de questions."),
                &format!("The line, dashed or solid, is the {level} margin of each score: of 100\u{a0}lines like these, about {times} contain the score that many more questions would give."),
            ),
        });
    }
    sentences.push(language.say(
        "Une flèche entre les deux points : l'écart dépasse sa propre marge, qui compte les deux dates. Un lien pointillé : il reste dans la marge, aucun changement n'est établi.",
        "An arrow between the two points: the difference exceeds its own margin, which counts both dates. A dotted link: it stays within the margin, no change is established.",
    ));
    if view.unit == ChangeUnit::TScore {
        sentences.push(language.say(
            "La bande est la zone moyenne, de 40 à 60, où se trouvent environ deux personnes sur trois ; ni un but, ni une limite.",
            "The band is the average range, 40 to 60, where about two people in three are; neither a target nor a pass mark.",
        ));
    }
    let leaves = |(scale, date): (&ScaleChangeView, &DatedScoreView)| {
        let (lowest, highest) = match view.unit {
            ChangeUnit::TScore => FRAME,
            ChangeUnit::RawPoints => scale.range.unwrap_or(FRAME),
        };
        let beyond = |value: f64| value < lowest || value > highest;
        beyond(date.score) || date.interval.is_some_and(|ends| beyond(ends.lower()) || beyond(ends.upper()))
    };
    if dates().any(leaves) {
        sentences.push(language.say(
            "Une pointe au bord : la note ou sa marge sort du cadre.",
            "An arrow head at the edge: the score or its margin leaves the frame.",
        ));
    }
    sentences.join(" ")
}

/// The sentences that open the document, at most three.
#[must_use]
pub fn in_brief(change: &Change) -> Vec<String> {
    let language = change.language();
    let named = |outcome: ChangeOutcome| -> Vec<String> {
        let scales = change.reading_order().into_iter().filter(|scale| scale.outcome == outcome);
        scales.map(|scale| scale.name.clone()).collect()
    };
    let (up, down) = (named(ChangeOutcome::Increase), named(ChangeOutcome::Decrease));
    let (level, without) = (named(ChangeOutcome::WithinMargin).len(), named(ChangeOutcome::NotCompared).len());
    let n_compared = up.len() + down.len() + level;
    let told = |names: &[String]| {
        let n = names.len();
        if n <= NAMED {
            enumerate(language, names)
        } else {
            language.say(&format!("{n}\u{a0}échelles"), &format!("{n} scales"))
        }
    };
    let mut parts = Vec::new();
    if !up.is_empty() {
        let names = told(&up);
        parts.push(language.say(&format!("plus haut pour {names}"), &format!("higher on {names}")));
    }
    if !down.is_empty() {
        let names = told(&down);
        parts.push(language.say(&format!("plus bas pour {names}"), &format!("lower on {names}")));
    }
    let parts = parts.join(language.pick(" ; ", "; "));
    let settled = up.len() + down.len();
    let mut sentences = vec![match (n_compared, settled) {
        (0, _) => language.say("Aucune échelle ne peut être comparée.", "No scale can be compared."),
        (_, 0) => language.say(
            "Aucun écart ne dépasse sa marge : aucun changement n'est établi.",
            "No difference exceeds its margin: no change is established.",
        ),
        _ => language.say(
            &format!("Changement au-delà de la marge, {settled} sur {n_compared} : {parts}."),
            &format!("Change beyond the margin, {settled} of {n_compared}: {parts}."),
        ),
    }];
    if level > 0 && settled > 0 {
        sentences.push(language.say(
            &format!("Les autres écarts ({level}) restent dans la marge : on ne peut pas parler de changement."),
            &format!("The other differences ({level}) stay within the margin: we cannot call them a change."),
        ));
    }
    if without > 0 && n_compared > 0 {
        sentences.push(language.say(
            &format!("Sans comparaison : {without} ; la raison est donnée à sa place."),
            &format!("Not compared: {without}; the reason stands in its place."),
        ));
    }
    sentences
}

/// What the document is, under its heading.
#[must_use]
pub fn lead(change: &Change) -> String {
    let (first, second) = (&change.view().first_date, &change.view().second_date);
    change.language().say(
        &format!("Vous avez répondu deux fois au même questionnaire : {first}, puis {second}. Ce document met les deux dates côte à côte ; ce n'est pas un verdict."),
        &format!("You answered the same questionnaire twice: {first}, then {second}. This document puts the two dates side by side; it is not a verdict."),
    )
}

/// What a margin is, for this document.
#[must_use]
pub fn margin_explained(change: &Change) -> String {
    let language = change.language();
    let level = number::percent(language, change.view().level);
    let times = number::times_in_100(language, change.view().level);
    language.say(
        &format!("Chaque note a sa marge à {level} : calculée ainsi, elle contient la note plus sûre {times}\u{a0}fois sur 100. L'écart de deux notes a sa propre marge, qui compte les deux erreurs ; deux marges qui se touchent ne suffisent donc pas pour juger."),
        &format!("Each score has its {level} margin: calculated this way, it contains the surer score {times} times in 100. The difference of two scores has a margin of its own, which counts both errors; two margins that touch are therefore not enough to judge by."),
    )
}

/// What the figures do not say.
#[must_use]
pub fn limits(change: &Change) -> Vec<Limit> {
    let language = change.language();
    let limit = |french: (&str, &str), english: (&str, &str)| {
        (language.say(french.0, english.0), language.say(french.1, english.1))
    };
    vec![
        limit(
            (
                "Ni progrès, ni recul.",
                "Une note plus haute n'est pas meilleure ; chaque côté d'une échelle a ses avantages.",
            ),
            (
                "Neither progress nor decline.",
                "A higher score is not a better one; each side of a scale has its advantages.",
            ),
        ),
        limit(
            (
                "Ni la cause.",
                "Entre les deux dates, bien des choses ont pu jouer ; le questionnaire ne dit pas laquelle.",
            ),
            (
                "Not the cause.",
                "Many things may have played a part between the two dates; the questionnaire does not tell which.",
            ),
        ),
        limit(
            ("Ni la preuve que rien ne bouge.", "Dans la marge, la mesure n'est pas assez fine pour conclure."),
            ("Not proof that nothing moves.", "Within the margin, the measure is not fine enough to conclude."),
        ),
        limit(
            ("Ni la suite.", "Deux dates ne font pas une tendance."),
            ("Not what comes next.", "Two dates do not make a trend."),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::change::sample;

    #[test]
    fn the_description_tells_scores_margins_and_outcomes() {
        let change = Change::new(sample::five_scales(Language::French)).unwrap();
        let text = alt(&change).replace(['\u{a0}', '\u{202f}'], " ");
        assert!(
            text.contains("Curiosité : mars 2025, T 50, marge de 44 à 56 ; novembre 2026, T 61, marge de 55 à 67 ; écart en T +11, au-delà de la marge."),
            "{text}"
        );
        assert!(text.contains("Constance : mars 2025, pas de note : 2 réponses sur 4"), "{text}");
    }

    #[test]
    fn differences_have_a_sign_and_the_decimals_of_their_scale() {
        let mut view = sample::raw_points(Language::English);
        view.scales[0].range = Some((1.0, 5.0));
        view.scales[0].first = Ok(DatedScoreView { score: 2.25, interval: None });
        view.scales[0].second = Ok(DatedScoreView { score: 3.5, interval: None });
        view.scales[0].difference = Some(1.25);
        let change = Change::new(view).unwrap();
        let scales = &change.view().scales;
        assert_eq!(difference(&change, &scales[0]).as_deref(), Some("+1.25"));
        assert_eq!(difference(&change, &scales[1]).as_deref(), Some("−2"));
        assert_eq!(difference(&change, &scales[3]).as_deref(), Some("0"));
        assert_eq!(difference(&change, &scales[5]), None);
    }

    #[test]
    fn changes_are_named_with_their_direction() {
        let change = Change::new(sample::five_scales(Language::English)).unwrap();
        let text = in_brief(&change);
        assert!(text[0].contains("higher on Curiosity; lower on Sensitivity to tension"), "{}", text[0]);
        assert!(text.len() <= 3);
    }
}
