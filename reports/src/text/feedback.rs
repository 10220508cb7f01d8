//! Feedback of the entourage (360°), in words. What is withheld has one sentence, whatever the reason: another would tell.

use super::{Language, number};

/// Who rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaterGroup {
    /// The superior or superiors.
    Superiors,
    /// Colleagues of the same level.
    Peers,
    /// People whom the person leads.
    Reports,
    /// Anyone else.
    Others,
    /// All groups that are shown, together.
    All,
}

/// How the self-rating stands to that of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Higher than the group's mean, beyond the margin of error.
    Above,
    /// Lower, beyond the margin of error.
    Below,
    /// Within the margin of error.
    Level,
    /// The margin of error is not known.
    WithoutMargin,
}

/// Name of a group.
#[must_use]
pub fn group(language: Language, group: RaterGroup) -> String {
    match group {
        RaterGroup::Superiors => language.say("Hiérarchie", "Superiors"),
        RaterGroup::Peers => language.say("Collègues", "Peers"),
        RaterGroup::Reports => language.say("Équipe encadrée", "Direct reports"),
        RaterGroup::Others => language.say("Autres personnes", "Other people"),
        RaterGroup::All => language.say("Tous les groupes montrés", "All groups shown"),
    }
}

/// What stands where a group or a figure is not shown.
#[must_use]
pub fn withheld(language: Language) -> String {
    language
        .say("Non montré, pour que personne ne puisse être reconnu.", "Not shown, so that nobody can be recognized.")
}

/// What stands above the whole.
#[must_use]
pub fn rule(language: Language) -> String {
    language.say(
        "Un groupe n'est montré qu'à partir de trois personnes ; un responsable seul, s'il est nommé et s'il l'a accepté. Ce qui permettrait de retrouver une réponse n'est pas montré, sans en donner la raison.",
        "A group is shown from three people on; a single superior when named and agreed. What would tell a single answer is not shown, and the reason is not given.",
    )
}

/// What an index of agreement says and does not say.
#[must_use]
pub fn agreement(language: Language) -> String {
    language.say(
        "L'accord entre personnes (rwg, écart moyen) n'est donné qu'à partir de cinq réponses complètes ; un désaccord renseigne sur les situations, pas sur la justesse de l'un ou de l'autre.",
        "The agreement among raters (rwg, average deviation) is given from five complete answers on; disagreement tells about situations, not about who is right.",
    )
}

/// Said of the one release.
#[must_use]
pub fn frozen(language: Language) -> String {
    language.say(
        "Ces résultats ont été arrêtés une fois pour toutes : une réponse venue plus tard n'y entre pas.",
        "These results were closed once and for all: an answer that came later is not in them.",
    )
}

/// The difference of self and group.
///
/// - `difference`: self − group, in points of an item.
#[must_use]
pub fn gap(language: Language, gap: Gap, difference: f64) -> String {
    let points = number::decimal(language, difference.abs(), 2);
    let unit = match language {
        Language::French if difference.abs() < 2.0 => "point",
        _ => "points",
    };
    let points = format!("{points}\u{a0}{unit}");
    match gap {
        Gap::Above => language.say(
            &format!("Vous vous placez {points} plus haut que ce groupe, au-delà de la marge d'erreur."),
            &format!("You place yourself {points} higher than this group does, beyond the margin of error."),
        ),
        Gap::Below => language.say(
            &format!("Vous vous placez {points} plus bas que ce groupe, au-delà de la marge d'erreur."),
            &format!("You place yourself {points} lower than this group does, beyond the margin of error."),
        ),
        Gap::Level => language.say(
            &format!("L'écart de {points} avec ce groupe reste dans la marge d'erreur."),
            &format!("The difference of {points} from this group is within the margin of error."),
        ),
        Gap::WithoutMargin => language.say(
            &format!("L'écart avec ce groupe est de {points} ; sa marge d'erreur n'est pas connue, aucune conclusion n'en est tirée."),
            &format!("The difference from this group is {points}; its margin of error is not known, so no conclusion is drawn."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_says_its_direction_only_beyond_the_margin() {
        let say = |kind| gap(Language::English, kind, -0.5);
        assert!(say(Gap::Below).contains("0.50\u{a0}points lower"));
        assert!(!say(Gap::Level).contains("lower") && !say(Gap::WithoutMargin).contains("lower"));
        assert!(gap(Language::French, Gap::Above, 0.5).contains("0,50\u{a0}point plus haut"));
    }
}
