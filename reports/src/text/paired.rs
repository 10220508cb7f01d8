//! Words around the comparison of a person with the entourage: what the drawing shows, how to read it, what it does not say.

use super::sentence::Limit;
use super::{Language, colon, enumerate, label, number};
use crate::chart::Framing;
use crate::view::feedback::{Feedback, FeedbackScaleView, GapStanding, Shown};

/// Up to so many scales, each is told with its numbers; beyond, what stands out is told.
const TOLD_ONE_BY_ONE: usize = 12;
/// Up to so many differences are named in a sentence; more are counted.
const NAMED: usize = 4;

/// How the person stands to a group, beside the group's mean.
#[must_use]
pub fn standing(language: Language, standing: GapStanding) -> String {
    match standing {
        GapStanding::Above => language.say("vous plus haut", "you higher"),
        GapStanding::Below => language.say("vous plus bas", "you lower"),
        GapStanding::Level => label::within_margin(language),
        GapStanding::WithoutMargin => language.say("marge inconnue", "margin unknown"),
    }
}

/// In the place of the person's own point.
#[must_use]
pub fn own_missing(language: Language) -> String {
    language.say("pas de moyenne, il manque une réponse", "no mean, an answer is missing")
}

/// "échelle de 1 à 5".
#[must_use]
pub fn range(language: Language, (lowest, highest): (f64, f64)) -> String {
    let ends = range_ends(language, (lowest, highest));
    language.say(&format!("échelle de\u{a0}{ends}"), &format!("scale from\u{a0}{ends}"))
}

fn range_ends(language: Language, (lowest, highest): (f64, f64)) -> String {
    let end = |value: f64| number::decimal(language, value, if (value - value.round()).abs() < 1e-9 { 0 } else { 2 });
    number::range(language, &end(lowest), &end(highest))
}

/// What the two ends of every track are.
#[must_use]
pub fn span(language: Language, common: Option<(f64, f64)>, (low, high): (&str, &str)) -> String {
    let points = common.map(|range| {
        let ends = range_ends(language, range);
        language.say(&format!(" (points d'une réponse, de\u{a0}{ends})"), &format!(" (points of an answer, {ends})"))
    });
    let points = points.unwrap_or_default();
    language.say(
        &format!("À gauche de chaque colonne : {low} ; à droite : {high}{points}."),
        &format!("Left of each column: {low}; right: {high}{points}."),
    )
}

/// How many groups were asked, for the line under the heading.
#[must_use]
pub fn status_line(feedback: &Feedback) -> String {
    let language = feedback.language();
    let view = feedback.view();
    let n_groups = view.groups.len();
    let n_hidden = view.groups.iter().filter(|group| group.n_raters.shown().is_none()).count();
    let counted = |french: &str, english: &str, n: usize| {
        language.say(&format!("{french} :\u{a0}{n}"), &format!("{english}:\u{a0}{n}"))
    };
    let mut parts = vec![counted("Groupes interrogés", "Groups asked", n_groups)];
    if n_hidden > 0 {
        parts.push(counted("groupes non montrés", "groups not shown", n_hidden));
    }
    parts.extend(view.simulated.then(|| label::simulated(language)));
    parts.join(" · ")
}

/// What the drawing shows, numbers included.
#[must_use]
pub fn alt(feedback: &Feedback) -> String {
    let language = feedback.language();
    let view = feedback.view();
    let n_scales = view.scales.len();
    let groups = feedback.group_labels().join(", ");
    let scale = feedback.common_range().map(|common| format!(", {}", range(language, common))).unwrap_or_default();
    let mut sentences = vec![language.say(
        &format!("Votre moyenne et celles de l'entourage ({groups}), en points d'une réponse{scale}."),
        &format!("Your mean and those of the people around you ({groups}), in points of an answer{scale}."),
    )];
    if n_scales <= TOLD_ONE_BY_ONE {
        sentences.extend(view.scales.iter().map(|scale| scale_line(feedback, scale)));
    } else {
        sentences.extend(feedback.group_labels().into_iter().map(|group| group_line(feedback, group)));
        sentences.push(language.say("Toutes les valeurs sont dans le tableau.", "All values are in the table."));
    }
    sentences.join(" ")
}

fn scale_line(feedback: &Feedback, scale: &FeedbackScaleView) -> String {
    let language = feedback.language();
    let mean = |value: f64| number::decimal(language, value, 2);
    let own = match scale.own {
        None => own_missing(language),
        Some(own) => {
            let margin = own.interval.map(|interval| {
                let ends = shown_ends(language, scale, interval);
                language.say(&format!(", marge de\u{a0}{ends}"), &format!(", margin {ends}"))
            });
            let value = mean(own.mean);
            let margin = margin.unwrap_or_default();
            language.say(&format!("vous {value}{margin}"), &format!("you {value}{margin}"))
        }
    };
    let groups = scale.groups.iter().map(|group| match &group.figures {
        Shown::Withheld { .. } => format!("{}, {}", group.label, label::not_shown(language)),
        Shown::Shown(figures) => {
            let said = figures.gap.as_ref().map(|gap| format!(", {}", standing(language, gap.standing())));
            format!("{} {}{}", group.label, mean(figures.mean), said.unwrap_or_default())
        }
    });
    let parts: Vec<String> = std::iter::once(own).chain(groups).collect();
    let range = match feedback.common_range() {
        None => format!(" ({})", range(language, (scale.lowest, scale.highest))),
        Some(_) => String::new(),
    };
    let parts = parts.join(language.pick(" ; ", "; "));
    colon(language, &format!("{}{range}", scale.name), &format!("{parts}."))
}

/// An interval of a mean as far as means are possible.
#[must_use]
pub fn shown_ends(language: Language, scale: &FeedbackScaleView, interval: crate::view::Interval) -> String {
    let end = |value: f64| number::decimal(language, value.clamp(scale.lowest, scale.highest), 2);
    number::range(language, &end(interval.lower()), &end(interval.upper()))
}

fn group_line(feedback: &Feedback, group: &str) -> String {
    let language = feedback.language();
    let named = |wanted: GapStanding| -> Vec<String> {
        let gaps = feedback.gaps().filter(|(_, of, gap)| *of == group && gap.standing() == wanted);
        gaps.map(|(scale, _, _)| scale.name.clone()).collect()
    };
    let hidden = feedback.view().scales.iter().flat_map(|scale| &scale.groups);
    let hidden = hidden.filter(|of| of.label == group && of.figures.shown().is_none()).count();
    let mut parts = Vec::new();
    for (wanted, french, english) in [
        (GapStanding::Above, "vous plus haut, au-delà de la marge, pour", "you higher, beyond the margin, on"),
        (GapStanding::Below, "vous plus bas, au-delà de la marge, pour", "you lower, beyond the margin, on"),
    ] {
        let names = named(wanted);
        if !names.is_empty() {
            parts.push(format!("{} {}", language.pick(french, english), enumerate(language, &names)));
        }
    }
    if parts.is_empty() {
        parts.push(language.say("aucun écart au-delà de la marge", "no difference beyond the margin"));
    }
    if hidden > 0 {
        let n_scales = feedback.view().scales.len();
        parts.push(language.say(
            &format!("non montré {hidden} fois sur {n_scales}"),
            &format!("not shown {hidden} times in {n_scales}"),
        ));
    }
    colon(language, group, &format!("{}.", parts.join(language.pick(" ; ", "; "))))
}

/// How to read the drawing.
#[must_use]
pub fn caption(feedback: &Feedback, framing: Framing) -> String {
    let language = feedback.language();
    let view = feedback.view();
    let mut sentences = vec![language.say(
        "Le cercle plein est votre moyenne, le losange creux celle d'un groupe, en points d'une réponse.",
        "The filled circle is your mean, the hollow diamond that of a group, in points of an answer.",
    )];
    let intervals = || view.scales.iter().filter_map(|scale| Some((scale, scale.own?.interval?)));
    if intervals().next().is_some() {
        let level = number::percent(language, view.level);
        let times = number::times_in_100(language, view.level);
        sentences.push(match framing {
            Framing::Inline => language.say(
                &format!("Le trait est la marge à {level} de votre moyenne."),
                &format!("The line is the {level} margin of your mean."),
            ),
            Framing::Standalone => language.say(
                &format!("Le trait est la marge à {level} de votre moyenne : sur 100\u{a0}traits comme ceux-ci, {times}\u{a0}environ contiennent la moyenne que donneraient beaucoup plus de questions."),
                &format!("The line is the {level} margin of your mean: of 100\u{a0}lines like these, about {times} contain the mean that many more questions would give."),
            ),
        });
    }
    if feedback.gaps().any(|(_, _, gap)| gap.interval.is_some()) {
        sentences.push(language.say(
            "Un écart est établi au-delà de sa propre marge, qui compte aussi celle du groupe ; sinon il est dans la marge.",
            "A difference is settled beyond its own margin, which counts that of the group as well; otherwise it is within the margin.",
        ));
    }
    if intervals().any(|(scale, interval)| interval.lower() < scale.lowest || interval.upper() > scale.highest) {
        sentences.push(language.say(
            "Une flèche : le trait est coupé au bout de l'échelle.",
            "An arrow: the line is cut at the end of the scale.",
        ));
    }
    sentences.join(" ")
}

/// The sentences that open the document, at most three.
#[must_use]
pub fn in_brief(feedback: &Feedback) -> Vec<String> {
    let language = feedback.language();
    let n_gaps = feedback.gaps().count();
    let settled: Vec<(&str, &str, GapStanding)> = feedback
        .gaps()
        .map(|(scale, group, gap)| (scale.name.as_str(), group, gap.standing()))
        .filter(|(_, _, standing)| matches!(standing, GapStanding::Above | GapStanding::Below))
        .collect();
    let known = feedback.gaps().any(|(_, _, gap)| gap.interval.is_some());
    let mut sentences = vec![match (n_gaps, known, settled.len()) {
        (0, _, _) => language.say(
            "Aucun écart entre vous et un groupe ne peut être donné ici.",
            "No difference between you and a group can be given here.",
        ),
        (_, false, _) => language.say(
            "La marge des écarts n'est pas connue ; aucune conclusion n'en est tirée.",
            "The margin of the differences is not known; no conclusion is drawn.",
        ),
        (_, true, 0) => {
            language.say("Aucun écart montré ne dépasse sa marge.", "No difference shown exceeds its margin.")
        }
        (_, true, n) if n <= NAMED => {
            let told: Vec<String> = settled
                .iter()
                .map(|(scale, group, of)| format!("{scale} ({group}, {})", standing(language, *of)))
                .collect();
            let told = enumerate(language, &told);
            language.say(
                &format!("Écarts qui dépassent leur marge, {n} sur {n_gaps} : {told}."),
                &format!("Differences that exceed their margin, {n} of {n_gaps}: {told}."),
            )
        }
        (_, true, n) => {
            let above = settled.iter().filter(|(_, _, standing)| *standing == GapStanding::Above).count();
            let below = n - above;
            language.say(
                &format!("{n} écarts sur {n_gaps} dépassent leur marge : vous vous placez plus haut que le groupe pour {above}, plus bas pour {below}."),
                &format!("{n} differences of {n_gaps} exceed their margin: you place yourself higher than the group on {above}, lower on {below}."),
            )
        }
    }];
    if feedback.withholds() {
        sentences.push(language.say(
            "Ce qui permettrait de reconnaître quelqu'un n'est pas montré ; c'est écrit à chaque endroit.",
            "What would tell who answered is not shown; this is said in each place.",
        ));
    }
    sentences.push(language.say(
        "Un écart ouvre une question : dans quelles situations vous voit-on ainsi ?",
        "A difference opens a question: in which situations are you seen this way?",
    ));
    sentences
}

/// What the document is, under its heading.
#[must_use]
pub fn lead(language: Language) -> String {
    language.say(
        "Vous et des personnes de votre entourage avez répondu aux mêmes questions sur vous. Ce document met les réponses côte à côte ; ce n'est pas un verdict.",
        "You and people around you answered the same questions about you. This document puts the answers side by side; it is not a verdict.",
    )
}

/// What a margin is, for this document.
#[must_use]
pub fn margin_explained(feedback: &Feedback) -> String {
    let language = feedback.language();
    let level = number::percent(language, feedback.view().level);
    let times = number::times_in_100(language, feedback.view().level);
    language.say(
        &format!("Avec plus de questions et plus de personnes, chaque moyenne serait un peu différente. La marge à {level} dit de combien : calculée ainsi, elle contient la valeur plus sûre {times}\u{a0}fois sur 100. Un écart plus petit que sa marge n'est pas établi."),
        &format!("With more questions and more people, each mean would be a little different. The {level} margin tells by how much: calculated this way, it contains the surer value {times} times in 100. A difference smaller than its margin is not settled."),
    )
}

/// What the figures do not say.
#[must_use]
pub fn limits(feedback: &Feedback) -> Vec<Limit> {
    let language = feedback.language();
    let limit = |french: (&str, &str), english: (&str, &str)| {
        (language.say(french.0, english.0), language.say(french.1, english.1))
    };
    let mut limits = vec![
        limit(
            (
                "Ni qui a raison.",
                "Un écart dit que l'on vous voit autrement que vous ; chacun voit des situations différentes.",
            ),
            (
                "Not who is right.",
                "A difference tells that others see you otherwise than you do; everyone sees different situations.",
            ),
        ),
        limit(
            (
                "Ni une évaluation de votre travail.",
                "Les questions portent sur des manières de faire, pas sur des résultats.",
            ),
            ("Not an appraisal of your work.", "The questions are about ways of doing things, not about results."),
        ),
        limit(
            (
                "Ni un accord, dans la marge.",
                "Un écart qui n'est pas établi n'est pas une preuve que les avis sont les mêmes.",
            ),
            (
                "Not agreement, within the margin.",
                "A difference that is not settled does not prove that views are the same.",
            ),
        ),
    ];
    if feedback.withholds() {
        limits.push(limit(
            (
                "Ni bon, ni mauvais signe.",
                "« Non montré » protège les personnes ; cela ne dit rien de ce qu'elles ont répondu.",
            ),
            (
                "Neither a good nor a bad sign.",
                "“Not shown” protects people; it tells nothing about what they answered.",
            ),
        ));
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::feedback::sample;

    fn feedback(language: Language) -> Feedback {
        Feedback::new(sample::five_scales(language)).unwrap()
    }

    #[test]
    fn the_description_tells_means_standings_and_what_is_withheld() {
        let text = alt(&feedback(Language::French)).replace(['\u{a0}', '\u{202f}'], " ");
        assert!(text.contains("échelle de 1 à 5"), "{text}");
        assert!(text.contains("Élan vers les autres : vous 2,80, marge de 2,50 à 3,10 ; Hiérarchie, non montré ; Collègues 3,50, vous plus bas"), "{text}");
        assert!(text.contains("Curiosité : pas de moyenne, il manque une réponse"), "{text}");
    }

    #[test]
    fn few_settled_differences_are_named_and_many_counted() {
        let two = in_brief(&Feedback::new(sample::two_scales(Language::English)).unwrap());
        assert!(two[0].contains("not known"));
        let many = in_brief(&Feedback::new(sample::thirty_five_scales(Language::English)).unwrap());
        assert!(many[0].contains("differences of"), "{}", many[0]);
        assert!(many.len() <= 3);
    }

    #[test]
    fn hidden_groups_are_counted_in_the_status() {
        assert_eq!(
            status_line(&feedback(Language::French)),
            "Groupes interrogés\u{a0}:\u{a0}4 · groupes non montrés\u{a0}:\u{a0}1"
        );
    }
}
