//! Words of a group report: what is hidden and why, how to read it, what it does not say.

use super::{Language, capital, label, number};
use crate::view::group::{Figures, Group, GroupAbout, GroupScale, Hidden, SMALL_COUNT, Summary};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $french:literal, $english:literal;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name(language: Language) -> String { language.say($french, $english) })*
    };
}

words! {
    /// Title of the drawing.
    title: "Le groupe, échelle par échelle", "The group, scale by scale";
    /// Heading of the whole group.
    whole: "Tout le groupe", "The whole group";
    /// The line above the title where none is given.
    kicker: "Restitution de groupe", "Group report";
    /// Head of a column.
    people: "Notes comptées", "Scores counted";
    /// Head of a column.
    mean: "Moyenne", "Mean";
    /// Head of a column.
    standard_deviation: "Écart type", "Standard deviation";
    /// Head of a column.
    median: "Médiane", "Median";
    /// Head of a column.
    quartiles: "Quartiles", "Quartiles";
    /// Head of a column.
    range: "Échelle", "Range";
    /// Head of the numbers beside the drawing.
    median_and_quartiles: "médiane (quartiles)", "median (quartiles)";
    /// Head of a column.
    below: "Au-dessous", "Below";
    /// Head of a column.
    inside: "Dans la zone", "In the range";
    /// Head of a column.
    above: "Au-dessus", "Above";
    /// The box of quartiles.
    sign: "moitié centrale des notes, médiane ; bouts : 10 % et 90 %", "middle half of the scores, median; ends: 10% and 90%";
    /// A hidden share.
    hidden: "masqué", "hidden";
    /// Heading of the table of points.
    in_points: "En points", "In points";
    /// Heading of the table of T scores.
    in_t: "En notes T", "In T scores";
    /// Heading of the table of shares.
    in_band: "Autour de la zone moyenne (T 40 à 60)", "Around the average range (T 40 to 60)";
    /// Heading of the explanation.
    how_to_read: "Comment lire ces chiffres", "How to read these figures";
    /// Heading of the rule of hiding.
    what_is_hidden: "Ce qui est masqué", "What is hidden";
    /// Heading of the worded ends.
    both_ends: "Les deux bouts de chaque échelle", "Both ends of each scale";
    /// Name of the side column.
    beside: "Lecture et limites", "Reading and limits";
}

/// Why figures are not shown, short: for the place where they would be.
#[must_use]
pub fn why_hidden(about: &GroupAbout, hidden: Hidden) -> String {
    let language = about.language;
    let least = number::count(language, about.min_cell);
    match hidden {
        Hidden::TooFew => language
            .say(&format!("masqué : moins de {least}\u{a0}notes"), &format!("hidden: fewer than {least} scores")),
        Hidden::Protects => language.say("masqué pour protéger un autre chiffre", "hidden to protect another figure"),
    }
}

/// Number of people, or that it is hidden.
#[must_use]
pub fn n_people(about: &GroupAbout, n_people: Result<u64, Hidden>) -> String {
    let language = about.language;
    let least = number::count(language, about.min_cell);
    match n_people {
        Ok(n) => {
            let n = number::count(language, n);
            language.say(&format!("{n}\u{a0}personnes"), &format!("{n} people"))
        }
        Err(Hidden::TooFew) => {
            language.say(&format!("moins de {least}\u{a0}personnes"), &format!("fewer than {least} people"))
        }
        Err(Hidden::Protects) => why_hidden(about, Hidden::Protects),
    }
}

/// People in a part of the group, or that its figures are hidden and why.
#[must_use]
pub fn part_people(about: &GroupAbout, people: Result<u64, Hidden>) -> String {
    let told = n_people(about, people);
    match people {
        Err(Hidden::TooFew) => capital(&about.language.say(&format!("masqué : {told}"), &format!("hidden: {told}"))),
        _ => capital(&told),
    }
}

/// The line under the heading: who, how many, how far standardized, simulated.
#[must_use]
pub fn status(group: &Group) -> String {
    let about = group.about();
    let language = about.language;
    let mut parts = vec![n_people(about, group.n_people()), label::status(language, about.status)];
    if about.simulated {
        parts.push(label::simulated(language));
    }
    capital(&parts.join(" · "))
}

/// Decimals for the figures of a scale: more where it is short.
#[must_use]
pub fn decimals(scale: &GroupScale) -> usize {
    if scale.highest - scale.lowest <= 10.0 { 2 } else { 1 }
}

/// The range of a scale, in points.
#[must_use]
pub fn range_of(language: Language, scale: &GroupScale) -> String {
    let end = |value: f64| number::decimal(language, value, usize::from((value - value.round()).abs() > 1e-9));
    number::range(language, &end(scale.lowest), &end(scale.highest))
}

/// "31 (27 à 35)": median and quartiles.
#[must_use]
pub fn median_quartiles(language: Language, summary: &Summary, decimals: usize) -> String {
    let text = |value: f64| number::decimal(language, value, decimals);
    let spread = summary.spread;
    format!("{} ({})", text(spread.median()), number::range(language, &text(spread.q1()), &text(spread.q3())))
}

/// A share of the scores, with the count; or that it is hidden.
#[must_use]
pub fn share(language: Language, count: Result<u64, Hidden>, n: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
    let percent = |count: u64| number::percent(language, (count as f64 / n as f64 * 100.0).round() / 100.0);
    match count {
        Ok(count) => format!("{} ({})", number::count(language, count), percent(count)),
        Err(_) => hidden(language),
    }
}

/// What the drawing shows, numbers included.
#[must_use]
pub fn description(group: &Group) -> String {
    let about = group.about();
    let language = about.language;
    let in_t = group.is_normed();
    let unit = if in_t { label::t_score(language) } else { label::points(language) };
    let line = |(scale, figures): &(GroupScale, Result<Figures, Hidden>)| {
        let name = &scale.name;
        let told = match figures {
            Err(reason) => why_hidden(about, *reason),
            Ok(figures) => {
                let n = number::count(language, figures.n);
                let (summary, decimals) = match figures.t.filter(|_| in_t) {
                    Some(t) => (t, 0),
                    None => (figures.raw, decimals(scale)),
                };
                let numbers = median_quartiles(language, &summary, decimals);
                let range = if in_t && figures.t.is_some() {
                    String::new()
                } else {
                    let ends = range_of(language, scale);
                    language.say(&format!(", échelle de\u{a0}{ends}"), &format!(", scale from\u{a0}{ends}"))
                };
                language.say(
                    &format!("médiane {numbers}{range}, {n}\u{a0}notes"),
                    &format!("median {numbers}{range}, {n} scores"),
                )
            }
        };
        language.say(&format!("{name} : {told}."), &format!("{name}: {told}."))
    };
    let opening = language.say(
        &format!("Médiane et, entre parenthèses, quartiles du groupe ({unit}), échelle par échelle."),
        &format!("Median and, in brackets, quartiles of the group ({unit}), scale by scale."),
    );
    std::iter::once(opening).chain(group.scales().iter().map(line)).collect::<Vec<_>>().join(" ")
}

/// How to read the drawing.
#[must_use]
pub fn caption(group: &Group) -> String {
    let language = group.language();
    let mut sentences = vec![language.say(
        "La boîte contient la moitié centrale des notes, le trait épais est la médiane. Aux bouts, un dixième des notes de chaque côté n'est pas dessiné ; aucune personne n'apparaît.",
        "The box holds the middle half of the scores, the thick line is the median. Beyond the ends, a tenth of the scores on each side is not drawn; no single person appears.",
    )];
    if group.is_normed() {
        sentences.push(language.say(
            "Note T : 50 est la moyenne du groupe de référence, 10 son écart type. La bande est la zone moyenne, de 40 à 60 ; ni un but, ni une limite.",
            "T score: 50 is the mean of the reference group, 10 its standard deviation. The band is the average range, 40 to 60; neither a target nor a pass mark.",
        ));
    }
    sentences.join(" ")
}

/// How to read the figures, line by line.
#[must_use]
pub fn reading(group: &Group) -> Vec<String> {
    let language = group.language();
    let mut lines = vec![
        language.say(
            "La médiane partage les notes en deux moitiés ; les quartiles encadrent leur moitié centrale. L'écart type dit à quel point les notes diffèrent entre elles.",
            "The median parts the scores into two halves; the quartiles enclose their middle half. The standard deviation tells how much scores differ from one another.",
        ),
        language.say(
            "Des personnes très différentes peuvent donner la même moyenne : regardez l'étendue avant le milieu.",
            "Very different people can give the same mean: look at the spread before the middle.",
        ),
        language.say(
            "Chaque note a sa propre marge. Un petit écart entre deux groupes peut venir du hasard.",
            "Every score has its own margin. A small difference between two groups may be due to chance.",
        ),
    ];
    if group.is_normed() {
        lines.push(language.say(
            "La zone moyenne va de T 40 à T 60 : environ deux personnes sur trois du groupe de référence s'y trouvent.",
            "The average range goes from T 40 to T 60: about two people in three of the reference group are in it.",
        ));
    }
    lines
}

/// The rule of hiding, line by line.
#[must_use]
pub fn hiding(about: &GroupAbout) -> Vec<String> {
    let language = about.language;
    let least = number::count(language, about.min_cell);
    let small = number::count(language, SMALL_COUNT);
    vec![
        language.say(
            &format!("Rien n'est donné pour moins de {least}\u{a0}notes."),
            &format!("Nothing is given for fewer than {least} scores."),
        ),
        language.say(
            &format!("Une part de 1 à {small}\u{a0}personnes est masquée, ou une part qui n'en laisse que 1 à {small} en dehors."),
            &format!("A share of 1 to {small} people is hidden, or one that leaves only 1 to {small} outside it."),
        ),
        language.say(
            "D'autres chiffres sont masqués avec eux quand une soustraction les ferait retrouver.",
            "Other figures are hidden with them where a subtraction would reveal them.",
        ),
    ]
}

/// What a group report does not say, and why.
#[must_use]
pub fn limits(language: Language) -> Vec<(String, String)> {
    let limit =
        |strong: (&str, &str), rest: (&str, &str)| (language.say(strong.0, strong.1), language.say(rest.0, rest.1));
    vec![
        limit(
            ("Rien sur une personne.", "Nothing about a person."),
            (
                "Ces chiffres décrivent un ensemble ; ils ne servent à aucune décision sur quelqu'un.",
                "These figures describe a whole; they serve no decision about anyone.",
            ),
        ),
        limit(
            ("Aucun classement.", "No ranking."),
            (
                "Ni les personnes ni les groupes ne sont classés ; une note plus haute n'est pas meilleure.",
                "Neither people nor groups are put in order; a higher score is not a better one.",
            ),
        ),
        limit(
            ("Pas de cause.", "No cause."),
            (
                "Un écart entre deux groupes ne dit pas d'où il vient ; il donne une question à poser.",
                "A difference between two groups does not say where it comes from; it gives a question to ask.",
            ),
        ),
        limit(
            ("Seulement les personnes qui ont répondu.", "Only those who answered."),
            (
                "Les personnes sans note ne sont pas comptées ; elles auraient pu répondre autrement.",
                "People without a score are not counted; they might have answered otherwise.",
            ),
        ),
    ]
}

/// What is said of the whole group at the top.
#[must_use]
pub fn opening(group: &Group) -> Vec<String> {
    let about = group.about();
    let language = about.language;
    let people = n_people(about, group.n_people());
    let label = super::typeset(language, &about.group_label);
    vec![
        language.say(&format!("{label} : {people}."), &format!("{label}: {people}.")),
        language.say(
            "Ce document ne donne que des ensembles : personne n'y est nommé, et les petits nombres y sont masqués.",
            "This document gives aggregates only: nobody is named in it, and small numbers are hidden.",
        ),
    ]
}
