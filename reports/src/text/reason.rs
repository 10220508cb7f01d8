//! Why something is not shown: a short form for a chart, a sentence for a document.

use super::{Language, NO_BREAK, number};

/// Why a scale has no score.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoScore {
    /// Nobody answered any of its items.
    NothingAnswered,
    /// Fewer items answered than the missing policy asks for.
    TooFewAnswered {
        /// Fewest answered items that give a score.
        needed: u32,
    },
    /// A part that the score is composed of has no score.
    PartUnscored {
        /// Name of the part, if it can be named.
        part: Option<String>,
    },
    /// The scale was not part of this questionnaire.
    NotAdministered,
}

/// Why a score has no place in the norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoStandard {
    /// There is no raw score to compare.
    NoScore,
    /// The norm is by sex, the sex is not known, and no combined group is offered.
    SexNeeded,
    /// The norm has no group for this sex.
    NoStratumForSex,
    /// A combined group was asked for, and the norm offers none.
    CombinedNotOffered,
    /// The norm is by age, and no age is given.
    AgeMissing,
    /// The norm is by age, and what is given is not an age.
    AgeUnusable,
    /// The norm has no group for this age.
    NoStratumForAge {
        /// Age in years.
        age: u32,
    },
    /// The norm does not cover this scale.
    ScaleNotCovered,
    /// The norm sample had nobody so low.
    BelowSample,
    /// The norm sample had nobody so high.
    AboveSample,
    /// The score compares a person with themselves only.
    Ipsative,
    /// The score lies too far from the norm for a standard score to be calculated.
    NotFinite,
}

/// Why there is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoInterval {
    /// There is no score to draw it around.
    NoScore,
    /// No reliability is known, and all the person's answers count the same.
    AllAnswersEqual,
    /// No reliability is known, and one answer shows no spread.
    TooFewAnswers,
    /// No reliability is known, and the person's answers give no measure for this kind of score.
    NoReliability,
    /// The interval around the true score needs a reliability or a norm mean that is not known.
    TrueScoreNeedsMore,
}

impl NoScore {
    /// For the place where the point would be.
    #[must_use]
    pub fn short(&self, language: Language, answered: u32, n_items: u32) -> String {
        let reason = match self {
            Self::NothingAnswered => language.pick("aucune réponse", "no answers").to_owned(),
            Self::TooFewAnswered { .. } => answers_of(language, answered, n_items),
            Self::PartUnscored { .. } => language.pick("une partie manque", "a part is missing").to_owned(),
            Self::NotAdministered => language.pick("non proposée", "not asked").to_owned(),
        };
        language.say(&format!("pas de note : {reason}"), &format!("no score: {reason}"))
    }

    /// For the text of a document.
    #[must_use]
    pub fn sentence(&self, language: Language, answered: u32, n_items: u32) -> String {
        let given = answers_of(language, answered, n_items);
        match self {
            Self::NothingAnswered => language.say(
                "Pas de note ici : aucune réponse. Rien n'a été deviné à votre place.",
                "No score here: no answers. Nothing was guessed for you.",
            ),
            Self::TooFewAnswered { needed } => language.say(
                &format!("Pas de note ici : {given}, il en faut au moins {needed}. Rien n'a été deviné à votre place."),
                &format!("No score here: {given}, at least {needed} are needed. Nothing was guessed for you."),
            ),
            Self::PartUnscored { part: Some(part) } => language.say(
                &format!("Pas de note ici : elle se compose de plusieurs notes, et celle de « {part} » manque."),
                &format!("No score here: it is made of several scores, and the one of “{part}” is missing."),
            ),
            Self::PartUnscored { part: None } => language.say(
                "Pas de note ici : elle se compose de plusieurs notes, et l'une d'elles manque.",
                "No score here: it is made of several scores, and one of them is missing.",
            ),
            Self::NotAdministered => language.say(
                "Pas de note ici : ces questions ne vous ont pas été posées.",
                "No score here: you were not asked these questions.",
            ),
        }
    }
}

impl NoStandard {
    /// For the place where the point would be.
    #[must_use]
    pub fn short(self, language: Language) -> String {
        match self {
            Self::NoScore => language.say("pas de note", "no score"),
            Self::SexNeeded | Self::NoStratumForSex | Self::CombinedNotOffered => {
                language.say("sans comparaison : groupe absent", "not compared: no such group")
            }
            Self::AgeMissing | Self::AgeUnusable => {
                language.say("sans comparaison : âge inconnu", "not compared: age unknown")
            }
            Self::NoStratumForAge { age } => {
                language.say(&format!("sans comparaison : {age} ans"), &format!("not compared: age {age}"))
            }
            Self::ScaleNotCovered => language.say("sans comparaison : hors norme", "not compared: no norm"),
            Self::BelowSample => language.say("sous le plus bas du groupe", "below the group's lowest"),
            Self::AboveSample => language.say("au-dessus du plus haut du groupe", "above the group's highest"),
            Self::Ipsative => language.say("se compare à vous seulement", "compares within you only"),
            Self::NotFinite => language.say("trop loin de la norme", "too far from the norm"),
        }
    }

    /// For the text of a document.
    #[must_use]
    pub fn sentence(self, language: Language) -> String {
        match self {
            Self::NoScore => {
                language.say("Sans note, il n'y a rien à comparer.", "Without a score there is nothing to compare.")
            }
            Self::SexNeeded => language.say(
                "La norme est établie par sexe ; sans cette indication, aucune comparaison n'est faite.",
                "The norm is by sex; without that information no comparison is made.",
            ),
            Self::NoStratumForSex => language.say(
                "La norme n'a pas de groupe pour ce sexe : aucune comparaison n'est faite.",
                "The norm has no group for this sex: no comparison is made.",
            ),
            Self::CombinedNotOffered => language.say(
                "La norme ne propose pas de groupe commun aux femmes et aux hommes : aucune comparaison n'est faite.",
                "The norm offers no group of women and men together: no comparison is made.",
            ),
            Self::AgeMissing => language.say(
                "La norme est établie par âge ; sans cette indication, aucune comparaison n'est faite.",
                "The norm is by age; without that information no comparison is made.",
            ),
            Self::AgeUnusable => language.say(
                "La norme est établie par âge, et l'âge indiqué ne peut pas être lu : aucune comparaison n'est faite.",
                "The norm is by age, and the age given cannot be read: no comparison is made.",
            ),
            Self::NoStratumForAge { age } => language.say(
                &format!("La norme n'a pas de groupe pour l'âge de {age} ans : aucune comparaison n'est faite."),
                &format!("The norm has no group for the age of {age}: no comparison is made."),
            ),
            Self::ScaleNotCovered => language.say(
                "La norme ne couvre pas cette échelle : aucune comparaison n'est faite.",
                "The norm does not cover this scale: no comparison is made.",
            ),
            Self::BelowSample => language.say(
                "Personne dans le groupe de référence n'avait une note aussi basse : on ne peut pas la placer.",
                "Nobody in the reference group scored this low: it cannot be placed.",
            ),
            Self::AboveSample => language.say(
                "Personne dans le groupe de référence n'avait une note aussi haute : on ne peut pas la placer.",
                "Nobody in the reference group scored this high: it cannot be placed.",
            ),
            Self::Ipsative => language.say(
                "Cette note vous compare à vous seulement ; elle ne se compare pas à celles d'autres personnes.",
                "This score compares you with yourself only; it does not compare with other people's.",
            ),
            Self::NotFinite => language.say(
                "Cette note est trop loin de la norme pour y être placée.",
                "This score is too far from the norm to be placed in it.",
            ),
        }
    }
}

impl NoInterval {
    /// For a table cell.
    #[must_use]
    pub fn short(self, language: Language) -> String {
        match self {
            Self::NoScore => language.say("pas de note", "no score"),
            Self::AllAnswersEqual | Self::TooFewAnswers | Self::NoReliability | Self::TrueScoreNeedsMore => {
                language.say("marge inconnue", "margin unknown")
            }
        }
    }

    /// Beside a score, with the reason in a word.
    #[must_use]
    pub fn beside_the_score(self, language: Language) -> String {
        match self {
            Self::NoScore | Self::NoReliability | Self::TrueScoreNeedsMore => {
                language.say("marge inconnue", "margin unknown")
            }
            Self::AllAnswersEqual => {
                language.say("marge inconnue (réponses toutes égales)", "margin unknown (all answers equal)")
            }
            Self::TooFewAnswers => {
                language.say("marge inconnue (une seule réponse)", "margin unknown (one answer only)")
            }
        }
    }

    /// For the text of a document.
    #[must_use]
    pub fn sentence(self, language: Language) -> String {
        match self {
            Self::NoScore => language.say("sans note, il n'y a pas de marge.", "without a score there is no margin."),
            Self::AllAnswersEqual => language.say(
                "marge inconnue, car des réponses toutes égales ne montrent pas de combien la note peut se tromper.",
                "margin unknown, since answers that are all equal do not show how far the score may be off.",
            ),
            Self::TooFewAnswers => language.say(
                "marge inconnue, car il faut au moins deux réponses pour l'estimer.",
                "margin unknown, since at least two answers are needed to estimate it.",
            ),
            Self::NoReliability => language.say(
                "marge inconnue, car vos réponses seules ne la donnent pas pour ce type de note.",
                "margin unknown, since your answers alone do not give it for this kind of score.",
            ),
            Self::TrueScoreNeedsMore => language.say(
                "marge inconnue, car autour de la note vraie il faut une fidélité et une moyenne de groupe.",
                "margin unknown, since around the true score it needs a reliability and a group mean.",
            ),
        }
    }
}

/// "2 réponses sur 4", "2 answers out of 4".
#[must_use]
pub fn answers_of(language: Language, answered: u32, n_items: u32) -> String {
    let (given, of) = (number::count(language, answered.into()), number::count(language, n_items.into()));
    let (french, english) = if answered < 2 { ("réponse", "answer") } else { ("réponses", "answers") };
    let english = if answered == 0 { "answers" } else { english };
    language.say(&format!("{given}{NO_BREAK}{french} sur{NO_BREAK}{of}"), &format!("{given} {english} out of {of}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_score_says_what_was_given_and_what_is_needed() {
        let reason = NoScore::TooFewAnswered { needed: 3 };
        assert_eq!(reason.short(Language::French, 2, 4), "pas de note\u{a0}: 2\u{a0}réponses sur\u{a0}4");
        assert_eq!(
            reason.sentence(Language::English, 1, 4),
            "No score here: 1 answer out of 4, at least 3 are needed. Nothing was guessed for you."
        );
    }
}
