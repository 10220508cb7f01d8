//! Words of a distribution.

use super::{Language, capital, colon, label, number};
use crate::view::distribution::{DistributionView, PersonPlace, Shape};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $french:literal, $english:literal;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name(language: Language) -> String { language.say($french, $english) })*
    };
}

words! {
    /// The box of quartiles.
    quartiles: "moitié centrale des notes, médiane ; bouts : 10 % et 90 %", "middle half of the scores, median; ends: 10% and 90%";
    /// Number of people not known.
    n_unknown: "effectif non connu", "number not known";
}

/// Name of the axis: scale and unit.
#[must_use]
pub fn axis(view: &DistributionView) -> String {
    view.language.say(&format!("{} ({})", view.scale_name, view.unit), &format!("{} ({})", view.scale_name, view.unit))
}

/// The line under the title: whose scores, how many, simulated.
#[must_use]
pub fn status(view: &DistributionView) -> String {
    let language = view.language;
    let mut parts = vec![super::typeset(language, &view.title), people(view)];
    if view.simulated {
        parts.push(label::simulated(language));
    }
    parts.join(" · ")
}

/// Number of people.
#[must_use]
pub fn people(view: &DistributionView) -> String {
    let language = view.language;
    view.n.map_or_else(
        || n_unknown(language),
        |n| {
            let n = number::count(language, n);
            language.say(&format!("{n}\u{a0}personnes"), &format!("{n} people"))
        },
    )
}

/// Title of the drawing.
#[must_use]
pub fn title(view: &DistributionView) -> String {
    let name = &view.scale_name;
    match (&view.shape, &view.person) {
        (Shape::QuartilesOnly, None) => colon(view.language, name, view.language.pick("quartiles", "quartiles")),
        (_, None) => {
            view.language.say(&format!("{name} : répartition des notes"), &format!("{name}: distribution of scores"))
        }
        (_, Some(_)) => {
            view.language.say(&format!("{name} : place dans le groupe"), &format!("{name}: place in the group"))
        }
    }
}

/// The person's score with its margin: "vous : 57 (51 à 63)".
#[must_use]
pub fn person(view: &DistributionView, person: &PersonPlace) -> String {
    let language = view.language;
    let text = |value: f64| number::decimal(language, value, view.decimals);
    let margin = person.interval.map_or_else(
        || language.say("marge inconnue", "margin unknown"),
        |interval| number::range(language, &text(interval.lower()), &text(interval.upper())),
    );
    colon(language, &person.label, &format!("{} ({margin})", text(person.score)))
}

/// What the drawing shows, numbers included.
#[must_use]
pub fn description(view: &DistributionView) -> String {
    let language = view.language;
    let text = |value: f64| number::decimal(language, value, view.decimals);
    let unit = &view.unit;
    let ends = number::range(language, &text(view.axis.lower()), &text(view.axis.upper()));
    let (title, people) = (&view.title, people(view));
    let mut sentences = vec![language.say(
        &format!("{title}, {people} ; axe : {unit}, de {ends}."),
        &format!("{title}, {people}; axis: {unit}, from {ends}."),
    )];
    if let Some(place) = &view.person {
        let level = number::percent(language, view.level);
        let told = capital(&person(view, place));
        let note = if place.interval.is_some() {
            language.say(&format!(", marge à {level}"), &format!(", {level} margin"))
        } else {
            String::new()
        };
        sentences.push(format!("{told}{note}."));
    }
    if let Shape::Bins(bins) = &view.shape {
        let total: f64 = bins.iter().map(|bin| bin.amount).sum();
        let shares = bins.iter().filter(|bin| bin.amount > 0.0).map(|bin| {
            let ends = number::range(language, &text(bin.from), &text(bin.to));
            let share = number::percent(language, (bin.amount / total * 100.0).round() / 100.0);
            format!("{ends} {share}")
        });
        let shares = shares.collect::<Vec<_>>().join(", ");
        sentences
            .push(language.say(&format!("Parts du groupe : {shares}."), &format!("Shares of the group: {shares}.")));
    }
    if let Shape::Density(points) = &view.shape
        && let Some(peak) = points.iter().max_by(|one, other| one.1.total_cmp(&other.1))
    {
        let peak = text(peak.0);
        sentences.push(
            language
                .say(&format!("La courbe est la plus haute à {peak}."), &format!("The curve is highest at {peak}.")),
        );
    }
    if let Some(spread) = view.spread {
        let [p10, q1, median, q3, p90] = spread.places().map(text);
        sentences.push(language.say(
            &format!("Médiane {median}, quartiles {q1} et {q3} ; un dixième des notes sous {p10}, un dixième au-dessus de {p90}."),
            &format!("Median {median}, quartiles {q1} and {q3}; a tenth of the scores below {p10}, a tenth above {p90}."),
        ));
    }
    if let Some(band) = view.band {
        let ends = number::range(language, &text(band.lower()), &text(band.upper()));
        sentences.push(language.say(&format!("Zone moyenne : {ends}."), &format!("Average range: {ends}.")));
    }
    sentences.join(" ")
}

/// How to read the drawing.
#[must_use]
pub fn caption(view: &DistributionView) -> String {
    let language = view.language;
    let mut sentences = Vec::new();
    match view.shape {
        Shape::Bins(_) => sentences.push(language.say(
            "Plus une barre est haute, plus il y a de personnes du groupe à cet endroit.",
            "The higher a bar, the more people of the group are there.",
        )),
        Shape::Density(_) => sentences.push(language.say(
            "Plus la courbe est haute, plus il y a de personnes du groupe à cet endroit.",
            "The higher the curve, the more people of the group are there.",
        )),
        Shape::QuartilesOnly => {}
    }
    if view.spread.is_some() {
        sentences.push(language.say(
            "La boîte contient la moitié centrale des notes, le trait épais est la médiane ; aux bouts, un dixième des notes de chaque côté n'est pas dessiné.",
            "The box holds the middle half of the scores, the thick line is the median; beyond the ends, a tenth of the scores on each side is not drawn.",
        ));
    }
    if let Some(person) = &view.person {
        let level = number::percent(language, view.level);
        sentences.push(match person.interval {
            Some(_) => language.say(
                &format!("Le point est la note, le trait horizontal sa marge à {level}."),
                &format!("The dot is the score, the horizontal line its {level} margin."),
            ),
            None => language.say(
                "Le point est la note ; sa marge n'est pas connue.",
                "The dot is the score; its margin is not known.",
            ),
        });
        if person
            .interval
            .is_some_and(|margin| margin.lower() < view.axis.lower() || margin.upper() > view.axis.upper())
        {
            sentences
                .push(language.say("Une flèche : la marge sort du cadre.", "An arrow: the margin leaves the frame."));
        }
    }
    if view.band.is_some() {
        sentences.push(language.say(
            "La bande est la zone moyenne ; ni un but, ni une limite.",
            "The band is the average range; neither a target nor a pass mark.",
        ));
    }
    sentences.join(" ")
}
