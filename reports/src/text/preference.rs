//! Words of preferences between two sides.

use super::{Language, capital, number};
use crate::view::{PreferenceView, Restitution, ScaleView, Side};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $french:literal, $english:literal;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name(language: Language) -> String { language.say($french, $english) })*
    };
}

words! {
    /// Title of the drawing.
    title: "Vos préférences et leur zone limite", "Your preferences and their borderline zone";
    /// Name of the hatched zone.
    zone: "zone limite : aucun côté n'est nommé", "borderline zone: no side is named";
    /// How the distance from the middle is read.
    clearer: "plus loin du milieu, plus net", "further from the middle, clearer";
    /// Where the margin touches the zone, in few words.
    borderline: "limite", "borderline";
    /// Where the margin is not known, in few words.
    margin_unknown: "marge inconnue", "margin unknown";
}

/// What a preference allows to say: the side, or that neither is named.
#[must_use]
pub fn verdict(language: Language, preference: &PreferenceView, side: Side) -> String {
    let PreferenceView { low, high, .. } = preference;
    match side {
        Side::Low => language.say(&format!("plutôt {low}"), &format!("rather {low}")),
        Side::High => language.say(&format!("plutôt {high}"), &format!("rather {high}")),
        Side::Borderline => {
            language.say(&format!("limite : ni {low} ni {high}"), &format!("borderline: neither {low} nor {high}"))
        }
        Side::MarginUnknown => {
            language.say("marge inconnue : aucun côté n'est nommé", "margin unknown: no side is named")
        }
        Side::NoScore => language.say("pas de note", "no score"),
    }
}

/// The score with its margin, such as "4,30 (3,9 à 4,7)"; the reason where there is none.
#[must_use]
pub fn score(language: Language, scale: &ScaleView) -> String {
    match (&scale.raw, scale.raw_interval()) {
        (Ok(raw), Some(interval)) => {
            format!("{} ({})", number::raw(language, raw), number::raw_interval(language, raw, interval))
        }
        (Ok(raw), None) => format!("{} ({})", number::raw(language, raw), margin_unknown(language)),
        (Err(reason), _) => reason.short(language, scale.answered, scale.n_items),
    }
}

/// What the preferences show for this person.
#[must_use]
pub fn description(restitution: &Restitution) -> String {
    let language = restitution.language();
    let view = restitution.view();
    let preferences = view.preferences.as_ref().map(|found| found.preferences.as_slice()).unwrap_or_default();
    let line = |preference: &PreferenceView| {
        let scale = view.scales.get(preference.scale)?;
        let name = &scale.name;
        let Ok(raw) = &scale.raw else {
            let why = score(language, scale);
            return Some(language.say(&format!("{name} : {why}."), &format!("{name}: {why}.")));
        };
        let told = number::raw_told(language, raw, scale.raw_margin());
        let verdict = verdict(language, preference, preference.side(scale));
        let zone = zone_ends(language, preference);
        Some(language.say(
            &format!("{name} : {verdict} ; {told} ; zone limite de {zone}."),
            &format!("{name}: {verdict}; {told}; borderline zone {zone}."),
        ))
    };
    let mut sentences: Vec<String> = preferences.iter().filter_map(line).collect();
    let level = number::percent(language, view.level);
    sentences.push(language.say(&format!("Les marges sont à {level}."), &format!("Margins are {level} margins.")));
    sentences.join(" ")
}

/// Both ends of the zone, in points.
#[must_use]
pub fn zone_ends(language: Language, preference: &PreferenceView) -> String {
    let [lower, upper] = [-1.0, 1.0].map(|side| edge(language, preference.middle + side * preference.half_width));
    number::range(language, &lower, &upper)
}

/// An edge of the zone, in points.
#[must_use]
pub fn edge(language: Language, value: f64) -> String {
    let decimals = [0, 1].into_iter().find(|decimals| {
        let factor = if *decimals == 0 { 1.0 } else { 10.0 };
        (value * factor - (value * factor).round()).abs() < 1e-6
    });
    number::decimal(language, value, decimals.unwrap_or(2))
}

/// How to read the preferences, apart from their margins.
pub(super) fn caption(restitution: &Restitution) -> Vec<String> {
    let language = restitution.language();
    let mut sentences = vec![
        language.say(
            "Chaque ligne va d'un côté à l'autre ; aucun n'est meilleur. La partie hachurée, autour du milieu, est la zone limite.",
            "Each line goes from one side to the other; neither is better. The hatched part, around the middle, is the borderline zone.",
        ),
        language.say(
            "Un côté n'est nommé que si toute la marge est hors de cette zone.",
            "A side is named only if the whole margin is outside this zone.",
        ),
    ];
    let preferences = restitution.view().preferences.iter().flat_map(|found| &found.preferences);
    for preference in preferences {
        let mut rule = capital(preference.rule.trim());
        if !rule.ends_with('.') {
            rule.push('.');
        }
        let rule = super::typeset(language, &rule);
        if !sentences.contains(&rule) {
            sentences.push(rule);
        }
    }
    sentences
}
