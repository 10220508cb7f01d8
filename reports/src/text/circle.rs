//! Words of the circle of values: distances from the person's own mean.

use super::{Language, enumerate, number};
use crate::chart::values_circle::{self, Distance, Value};
use crate::view::deviation::NEAR_MEAN;
use crate::view::{Interval, Restitution};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $french:literal, $english:literal;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name(language: Language) -> String { language.say($french, $english) })*
    };
}

words! {
    /// Title of the drawing.
    title: "Vos valeurs, comparées à votre moyenne", "Your values, compared with your own mean";
    /// Name of the line that is the person's mean.
    own_mean: "votre moyenne", "your mean";
    /// Beside a distance whose margin is not known.
    margin_unknown: "marge inconnue", "margin unknown";
}

/// Name of the ring around the mean.
#[must_use]
pub fn near_mean(language: Language) -> String {
    let near = number::decimal(language, NEAR_MEAN, 2);
    language.say(&format!("à {near}\u{a0}point près"), &format!("within {near} points"))
}

/// What the inner and the outer circle stand for, in points.
#[must_use]
pub fn reach(language: Language, extent: f64) -> String {
    let decimals = usize::from((extent - extent.round()).abs() > 1e-9);
    let (low, high) = (signed(language, -extent, decimals), signed(language, extent, decimals));
    language.say(
        &format!("du petit cercle au grand : de {}\u{a0}points", number::range(language, &low, &high)),
        &format!("from the small circle to the large one: {} points", number::range(language, &low, &high)),
    )
}

/// A distance with its sign.
#[must_use]
pub fn signed(language: Language, value: f64, decimals: usize) -> String {
    let text = number::decimal(language, value, decimals);
    // What is rounded to 0 has no sign.
    let is_zero = text.chars().all(|character| matches!(character, '0' | ',' | '.'));
    if value > 0.0 && !is_zero { format!("+{text}") } else { text }
}

/// A margin with signs: "+0,5 à +1,3".
#[must_use]
pub fn signed_interval(language: Language, interval: Interval) -> String {
    number::range(language, &signed(language, interval.lower(), 1), &signed(language, interval.upper(), 1))
}

/// A distance with its margin: "+0,9 (+0,5 à +1,3)", or why there is none.
#[must_use]
pub fn told(language: Language, distance: &Distance) -> String {
    match distance {
        Distance::Missing { reason } => reason.clone(),
        Distance::Known { value, margin, .. } => {
            let margin = margin.map_or_else(|| margin_unknown(language), |margin| signed_interval(language, margin));
            format!("{} ({margin})", signed(language, *value, 1))
        }
    }
}

/// What the circle shows for this person.
#[must_use]
pub fn description(restitution: &Restitution) -> String {
    let language = restitution.language();
    let values = values_circle::values(restitution).unwrap_or_default();
    let n = number::count(language, u64::try_from(values.len()).unwrap_or(u64::MAX));
    let named = |chosen: &dyn Fn(&Value) -> bool| -> Vec<String> {
        let chosen = values.iter().filter(|value| chosen(value));
        chosen.map(|value| format!("{} {}", value.name, told(language, &value.distance))).collect()
    };
    let above = named(&|value| value.distance.side() > 0);
    let below = named(&|value| value.distance.side() < 0);
    let near = named(&|value| value.distance.side() == 0 && matches!(value.distance, Distance::Known { .. }));
    let missing = named(&|value| matches!(value.distance, Distance::Missing { .. }));
    let level = number::percent(language, restitution.view().level);
    let mut sentences = vec![language.say(
        &format!("{n}\u{a0}valeurs autour d'un cercle, chacune comparée à la moyenne de vos réponses, en points ; entre parenthèses, la marge à {level}."),
        &format!("{n} values around a circle, each compared with the mean of your answers, in points; in brackets, the {level} margin."),
    )];
    let lists = [
        (above, "Nettement au-dessus", "Clearly above"),
        (below, "Nettement au-dessous", "Clearly below"),
        (near, "Sans écart net", "Without a clear difference"),
        (missing, "Sans note", "Without a score"),
    ];
    for (names, french, english) in lists {
        if !names.is_empty() {
            let names = enumerate(language, &names);
            sentences.push(language.say(&format!("{french} : {names}."), &format!("{english}: {names}.")));
        }
    }
    sentences.join(" ")
}

/// How to read the circle, apart from its margins.
pub(super) fn caption(restitution: &Restitution) -> Vec<String> {
    let language = restitution.language();
    let near = number::decimal(language, NEAR_MEAN, 2);
    let range = common_range(restitution).map(|(low, high)| {
        let ends = number::range(language, &number::decimal(language, low, 0), &number::decimal(language, high, 0));
        language.pick(" sur l'échelle de réponse de\u{a0}", " of the answer scale from\u{a0}").to_owned() + &ends
    });
    let range = range.unwrap_or_default();
    vec![
        language.say(
            &format!("Le trait plein est la moyenne de vos réponses ; l'anneau pâle s'arrête à {near}\u{a0}point de part et d'autre."),
            &format!("The solid circle is the mean of your answers; the pale ring ends {near} points on either side."),
        ),
        language.say(
            &format!("Vers l'extérieur, une valeur compte plus que votre moyenne ; vers l'intérieur, moins. Les écarts sont en points{range}."),
            &format!("Outward, a value matters more than your mean; inward, less. Differences are in points{range}."),
        ),
        language.say(
            "Gros point et nom en gras : toute la marge est hors de l'anneau. Les numéros, s'il y en a, servent à retrouver les noms ; ce n'est pas un classement.",
            "Large dot and bold name: the whole margin is outside the ring. Numbers, if any, are there to find the names; they are no ranking.",
        ),
    ]
}

/// The range of answers that all scored values share.
fn common_range(restitution: &Restitution) -> Option<(f64, f64)> {
    let view = restitution.view();
    let mut ranges = view.circle.as_ref()?.iter().filter_map(|idx| {
        let raw = view.scales.get(*idx)?.raw.as_ref().ok()?;
        Some((raw.lowest(), raw.highest()))
    });
    let first = ranges.next()?;
    ranges.all(|range| range == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_carry_their_sign() {
        let french = |value| signed(Language::French, value, 1);
        assert_eq!([french(0.92), french(-1.1), french(0.04), french(-0.04)], ["+0,9", "−1,1", "0,0", "0,0"]);
        let interval = Interval::new(-0.3, 1.26).unwrap();
        assert_eq!(signed_interval(Language::English, interval), "−0.3\u{a0}to\u{a0}+1.3");
    }
}
