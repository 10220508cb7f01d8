//! Indices of response quality in plain words: what each looks at, how to read it, what it cannot say. A panel, not a verdict.

use super::Language;

/// An index of response quality. Its [`QualityIndex::id`] is the name of its column in tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum QualityIndex {
    /// Longest run of one answer.
    Longstring,
    /// Mean length of runs of one answer.
    AverageLongstring,
    /// Standard deviation of the answers.
    ResponseVariability,
    /// Inconsistency of the halves of the scales.
    EvenOdd,
    /// Consistency over pairs answered alike.
    Synonyms,
    /// Consistency over pairs answered opposite.
    Antonyms,
    /// Squared Mahalanobis distance.
    Mahalanobis,
    /// Its p value.
    MahalanobisP,
    /// Guttman errors.
    GuttmanErrors,
    /// Guttman errors as a share.
    GuttmanNormed,
    /// U3.
    U3,
    /// Standardized U3.
    Zu3,
    /// Ht.
    Ht,
    /// Personal point-biserial.
    PointBiserial,
    /// Sato's caution index.
    Caution,
    /// Modified caution index.
    ModifiedCaution,
    /// Norm conformity index.
    NormConformity,
    /// Mean time per item.
    SecondsPerItem,
}

/// What is said of an index in one language, with plain spaces.
struct Words {
    name: &'static str,
    looks_at: &'static str,
    reading: &'static str,
    limits: &'static str,
}

impl QualityIndex {
    /// All indices, in the order of a panel.
    pub const ALL: [Self; 18] = [
        Self::Longstring,
        Self::AverageLongstring,
        Self::ResponseVariability,
        Self::EvenOdd,
        Self::Synonyms,
        Self::Antonyms,
        Self::Mahalanobis,
        Self::MahalanobisP,
        Self::GuttmanErrors,
        Self::GuttmanNormed,
        Self::U3,
        Self::Zu3,
        Self::Ht,
        Self::PointBiserial,
        Self::Caution,
        Self::ModifiedCaution,
        Self::NormConformity,
        Self::SecondsPerItem,
    ];

    /// The name of its column in tables.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Longstring => "longstring",
            Self::AverageLongstring => "average_longstring",
            Self::ResponseVariability => "irv",
            Self::EvenOdd => "even_odd",
            Self::Synonyms => "synonyms",
            Self::Antonyms => "antonyms",
            Self::Mahalanobis => "mahalanobis",
            Self::MahalanobisP => "mahalanobis_p",
            Self::GuttmanErrors => "guttman_errors",
            Self::GuttmanNormed => "guttman_normed",
            Self::U3 => "u3",
            Self::Zu3 => "zu3",
            Self::Ht => "ht",
            Self::PointBiserial => "point_biserial",
            Self::Caution => "caution",
            Self::ModifiedCaution => "modified_caution",
            Self::NormConformity => "norm_conformity",
            Self::SecondsPerItem => "seconds_per_item",
        }
    }

    /// The index of a column; `None` for another name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|index| index.id() == id)
    }

    /// Its name.
    #[must_use]
    pub fn name(self, language: Language) -> String {
        language.say(self.french().name, self.english().name)
    }

    /// What it looks at, a sentence.
    #[must_use]
    pub fn looks_at(self, language: Language) -> String {
        language.say(self.french().looks_at, self.english().looks_at)
    }

    /// How to read a high and a low value.
    #[must_use]
    pub fn reading(self, language: Language) -> String {
        language.say(self.french().reading, self.english().reading)
    }

    /// What it cannot say.
    #[must_use]
    pub fn limits(self, language: Language) -> String {
        language.say(self.french().limits, self.english().limits)
    }

    fn french(self) -> Words {
        let words = |name, looks_at, reading, limits| Words { name, looks_at, reading, limits };
        match self {
            Self::Longstring => words(
                "Plus longue suite de réponses identiques",
                "Le plus grand nombre de questions de suite qui ont reçu la même réponse.",
                "Élevé : une même réponse est revenue longtemps sans changer. Bas : les réponses ont varié d'une question à l'autre.",
                "Des questions qui se suivent et se ressemblent appellent la même réponse ; une réponse au hasard ne se voit pas ici.",
            ),
            Self::AverageLongstring => words(
                "Longueur moyenne des suites identiques",
                "Le nombre moyen de questions de suite qui ont reçu la même réponse.",
                "Élevé : les mêmes réponses reviennent souvent par paquets. Proche de 1 : presque chaque réponse diffère de la précédente.",
                "Un motif régulier, comme 1, 2, 3, 4, 5, donne la valeur la plus basse.",
            ),
            Self::ResponseVariability => words(
                "Étendue des réponses (IRV)",
                "L'écart type des réponses de la personne, toutes questions confondues, en points de l'échelle de réponse.",
                "Bas : presque toujours la même réponse. Élevé : les réponses vont d'un bout à l'autre de l'échelle.",
                "Une personne nuancée ou, au contraire, très tranchée peut sortir de l'ordinaire sans répondre à la légère.",
            ),
            Self::EvenOdd => words(
                "Incohérence pair-impair",
                "Si les deux moitiés de chaque échelle, questions paires et questions impaires, racontent la même chose.",
                "Proche de −1 : les moitiés s'accordent. Proche de 0 ou au-dessus : elles ne s'accordent pas.",
                "Il faut plusieurs échelles ; un profil presque plat donne une valeur instable.",
            ),
            Self::Synonyms => words(
                "Questions de même sens",
                "Si les paires de questions auxquelles on répond d'ordinaire pareil ont reçu des réponses qui vont ensemble.",
                "Proche de 1 : réponses cohérentes. Proche de 0 ou négatif : les paires ne vont pas ensemble.",
                "Avec peu de paires, la valeur bouge beaucoup ; des nuances réelles entre deux questions la font baisser.",
            ),
            Self::Antonyms => words(
                "Questions de sens opposé",
                "Si les paires de questions auxquelles on répond d'ordinaire à l'opposé ont reçu des réponses opposées.",
                "Proche de −1 : réponses cohérentes. Proche de 0 ou positif : les deux côtés ont été approuvés, ou rejetés, ensemble.",
                "Avec peu de paires, la valeur bouge beaucoup ; une tournure négative mal lue suffit à la changer.",
            ),
            Self::Mahalanobis => words(
                "Distance de Mahalanobis",
                "À quel point la combinaison de réponses s'éloigne de celles du groupe de référence.",
                "Élevé : une combinaison rare. Bas : une combinaison courante.",
                "Rare ne veut pas dire faux : une personne peut être simplement singulière.",
            ),
            Self::MahalanobisP => words(
                "Rareté de la combinaison de réponses",
                "La part de personnes qui seraient aussi éloignées du groupe de référence, si les réponses suivaient une loi normale.",
                "Très proche de 0 : une combinaison rare. Sinon, rien de notable.",
                "Les réponses en quelques catégories ne suivent pas une loi normale : c'est un ordre de grandeur.",
            ),
            Self::GuttmanErrors => words(
                "Erreurs de Guttman",
                "Combien de fois une étape difficile est franchie alors qu'une plus facile ne l'est pas.",
                "Élevé : un ordre inhabituel de réponses. Bas : l'ordre du groupe de référence.",
                "Le nombre dépend de la note et du nombre de questions : pour comparer, prendre la forme normée.",
            ),
            Self::GuttmanNormed => words(
                "Erreurs de Guttman, normées",
                "Les erreurs de Guttman rapportées au plus grand nombre possible avec la même note.",
                "0 : l'ordre du groupe de référence. 1 : l'ordre inverse.",
                "Une lacune précise ou un point fort inattendu donne aussi des erreurs ; les notes extrêmes n'en permettent pas.",
            ),
            Self::U3 => words(
                "U3",
                "Où se trouvent les réponses entre l'ordre le plus probable et le moins probable, à note égale.",
                "0 : l'ordre le plus probable. 1 : le moins probable.",
                "L'indice ne dit pas pourquoi l'ordre est inhabituel ; les notes extrêmes n'ont pas de valeur.",
            ),
            Self::Zu3 => words(
                "U3 standardisé",
                "U3 comparé à ce que l'on attend avec le même nombre de bonnes réponses.",
                "Au-dessus de 2 : un ordre inhabituel. Négatif : un ordre plus régulier que d'ordinaire.",
                "Sur un test court, les valeurs ne suivent pas bien la loi normale.",
            ),
            Self::Ht => words(
                "Ht",
                "Si les réussites et les échecs vont avec ceux des autres personnes du fichier.",
                "Proche de 1 : le même ordre que les autres. Proche de 0 ou négatif : un ordre à part.",
                "Sa valeur dépend des personnes du fichier ; elle n'existe pas pour une personne seule.",
            ),
            Self::PointBiserial => words(
                "Corrélation avec la facilité des questions",
                "Si les questions faciles sont réussies plus souvent que les difficiles.",
                "Élevé : oui, comme d'ordinaire. Proche de 0 ou négatif : les réussites ne suivent pas la facilité.",
                "Le maximum dépend du nombre de bonnes réponses.",
            ),
            Self::Caution => words(
                "Indice de prudence de Sato",
                "L'écart entre les réussites et celles que l'on attend dans l'ordre de facilité.",
                "0 : l'ordre de facilité. Autour de 1 ou au-dessus : les réussites ne le suivent pas.",
                "Il n'a pas de limite haute fixe : pour comparer, prendre la forme modifiée.",
            ),
            Self::ModifiedCaution => words(
                "Indice de prudence modifié",
                "L'écart à l'ordre de facilité, rapporté au plus grand écart possible.",
                "0 : l'ordre de facilité. 1 : l'ordre inverse.",
                "Une matière non enseignée donne la même valeur qu'une réponse au hasard.",
            ),
            Self::NormConformity => words(
                "Conformité à l'ordre du groupe",
                "Si l'ordre des réussites est celui du groupe de référence.",
                "1 : le même ordre. 0 : aucun ordre commun. −1 : l'ordre inverse.",
                "C'est une autre lecture des erreurs de Guttman normées : les deux ne se confirment pas.",
            ),
            Self::SecondsPerItem => words(
                "Secondes par question",
                "Le temps moyen passé sur une question.",
                "Moins de 2 secondes : trop peu pour lire. Élevé : lecture attentive, ou interruption.",
                "Une pause ou un lecteur rapide changent le temps sans rien dire de l'attention.",
            ),
        }
    }

    fn english(self) -> Words {
        let words = |name, looks_at, reading, limits| Words { name, looks_at, reading, limits };
        match self {
            Self::Longstring => words(
                "Longest run of identical answers",
                "The largest number of consecutive questions that got the same answer.",
                "High: one answer came back for long without a change. Low: answers varied from question to question.",
                "Similar questions in a row invite the same answer; answering at random does not show here.",
            ),
            Self::AverageLongstring => words(
                "Average run of identical answers",
                "The average number of consecutive questions that got the same answer.",
                "High: equal answers often come in bundles. Near 1: almost every answer differs from the one before.",
                "A regular pattern such as 1, 2, 3, 4, 5 gives the lowest value.",
            ),
            Self::ResponseVariability => words(
                "Spread of the answers (IRV)",
                "The standard deviation of the person's answers over all questions, in points of the answer format.",
                "Low: nearly always the same answer. High: answers go from one end to the other.",
                "A moderate person, or a very decided one, can be out of the ordinary without answering carelessly.",
            ),
            Self::EvenOdd => words(
                "Even–odd inconsistency",
                "Whether the two halves of each scale, even and odd questions, tell the same story.",
                "Near −1: the halves agree. Near 0 or above: they do not.",
                "It needs several scales; a nearly flat profile gives an unstable value.",
            ),
            Self::Synonyms => words(
                "Questions of like meaning",
                "Whether pairs of questions that people usually answer alike got answers that go together.",
                "Near 1: consistent answers. Near 0 or negative: the pairs do not go together.",
                "With few pairs the value moves a lot; real shades between two questions lower it.",
            ),
            Self::Antonyms => words(
                "Questions of opposite meaning",
                "Whether pairs of questions that people usually answer in opposite ways got opposite answers.",
                "Near −1: consistent answers. Near 0 or positive: both sides were agreed to, or rejected, together.",
                "With few pairs the value moves a lot; one misread negation is enough to change it.",
            ),
            Self::Mahalanobis => words(
                "Mahalanobis distance",
                "How far the combination of answers is from those of the reference group.",
                "High: a rare combination. Low: a common one.",
                "Rare does not mean wrong: a person may simply be unusual.",
            ),
            Self::MahalanobisP => words(
                "Rarity of the combination of answers",
                "The share of people who would be as far from the reference group, if answers were normally distributed.",
                "Very near 0: a rare combination. Otherwise nothing of note.",
                "Answers in a few categories are not normally distributed: this is an order of magnitude.",
            ),
            Self::GuttmanErrors => words(
                "Guttman errors",
                "How often a hard step is passed while an easier one is not.",
                "High: an unusual order of answers. Low: the order of the reference group.",
                "The number depends on the score and on the number of questions: to compare, take the normed form.",
            ),
            Self::GuttmanNormed => words(
                "Guttman errors, normed",
                "Guttman errors as a share of the largest number that is possible with the same score.",
                "0: the order of the reference group. 1: the reverse order.",
                "A particular gap or an unexpected strength gives errors too; extreme scores allow none.",
            ),
            Self::U3 => words(
                "U3",
                "Where the answers lie between the most and the least likely order with the same score.",
                "0: the most likely order. 1: the least likely one.",
                "It does not say why an order is unusual; extreme scores have no value.",
            ),
            Self::Zu3 => words(
                "Standardized U3",
                "U3 compared with what is expected with the same number of right answers.",
                "Above 2: an unusual order. Negative: a more regular order than usual.",
                "On a short test the values do not follow the normal distribution well.",
            ),
            Self::Ht => words(
                "Ht",
                "Whether right and wrong answers go along with those of the other people of the file.",
                "Near 1: the same order as the others. Near 0 or negative: an order of its own.",
                "Its value depends on the people of the file; it does not exist for one person alone.",
            ),
            Self::PointBiserial => words(
                "Correlation with the easiness of the questions",
                "Whether easy questions are answered rightly more often than hard ones.",
                "High: yes, as usual. Near 0 or negative: right answers do not follow easiness.",
                "Its maximum depends on the number of right answers.",
            ),
            Self::Caution => words(
                "Sato's caution index",
                "The gap between the right answers and those expected in the order of easiness.",
                "0: the order of easiness. About 1 or above: right answers do not follow it.",
                "It has no fixed upper limit: to compare, take the modified form.",
            ),
            Self::ModifiedCaution => words(
                "Modified caution index",
                "The gap to the order of easiness, as a share of the largest gap that is possible.",
                "0: the order of easiness. 1: the reverse order.",
                "A subject that was never taught gives the same value as answering at random.",
            ),
            Self::NormConformity => words(
                "Conformity with the order of the group",
                "Whether the order of right answers is that of the reference group.",
                "1: the same order. 0: no common order. −1: the reverse order.",
                "It is another reading of the normed Guttman errors: the two do not confirm each other.",
            ),
            Self::SecondsPerItem => words(
                "Seconds per question",
                "The average time spent on a question.",
                "Below 2 seconds: too little to read. High: careful reading, or an interruption.",
                "A break or a fast reader changes the time and says nothing about attention.",
            ),
        }
    }
}

/// What stands above a panel: how to use it.
#[must_use]
pub fn panel_note(language: Language) -> String {
    language.say(
        "Ces indices décrivent la façon de répondre. Aucun ne suffit à conclure : c'est un tableau à lire en entier, et à discuter avec la personne, jamais un verdict.",
        "These indices describe the way of answering. None is enough to conclude: it is a panel to be read as a whole, and talked over with the person, never a verdict.",
    )
}

/// Why an index has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoQualityIndex {
    /// Nobody to compare with, or the reference lacks what is needed.
    NoReference,
    /// The reference sample is too small, or its numbers contradict each other.
    ReferenceUnusable,
    /// Too few answers, scales or pairs.
    TooFewAnswers,
    /// The answers to be compared are all the same.
    NoSpread,
    /// All answers at one end.
    ExtremeScore,
    /// For another kind of questionnaire.
    DoesNotApply,
    /// No usable time.
    NoTime,
}

impl NoQualityIndex {
    /// For the place where the value would be.
    #[must_use]
    pub fn sentence(self, language: Language) -> String {
        match self {
            Self::NoReference => language.say(
                "Pas de valeur : aucun groupe de référence n'est connu pour cet indice.",
                "No value: no reference group is known for this index.",
            ),
            Self::ReferenceUnusable => language.say(
                "Pas de valeur : le groupe de référence ne permet pas de calculer cet indice.",
                "No value: the reference group does not allow this index to be calculated.",
            ),
            Self::TooFewAnswers => language
                .say("Pas de valeur : trop peu de réponses à comparer.", "No value: too few answers to compare."),
            Self::NoSpread => language.say(
                "Pas de valeur : les réponses à comparer sont toutes les mêmes.",
                "No value: the answers to be compared are all the same.",
            ),
            Self::ExtremeScore => language.say(
                "Pas de valeur : toutes les réponses sont au même bout, et tout ordre leur convient.",
                "No value: all answers are at one end, and any order fits them.",
            ),
            Self::DoesNotApply => language.say(
                "Pas de valeur : cet indice est fait pour un test d'une seule échelle, à bonnes et mauvaises réponses.",
                "No value: this index is made for a test of a single scale with right and wrong answers.",
            ),
            Self::NoTime => language.say(
                "Pas de valeur : aucun temps utilisable n'a été enregistré.",
                "No value: no usable time was recorded.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NARROW, NO_BREAK, typeset};
    use super::*;

    const LANGUAGES: [Language; 2] = [Language::French, Language::English];

    fn all_words(language: Language) -> Vec<String> {
        let of_index =
            |index: QualityIndex| [index.looks_at(language), index.reading(language), index.limits(language)];
        QualityIndex::ALL.into_iter().flat_map(of_index).chain([panel_note(language)]).collect()
    }

    #[test]
    fn ids_lead_back_to_their_index() {
        for index in QualityIndex::ALL {
            assert_eq!(QualityIndex::from_id(index.id()), Some(index));
        }
        assert_eq!(QualityIndex::from_id("nothing"), None);
    }

    #[test]
    fn names_differ_within_a_language() {
        for language in LANGUAGES {
            let mut names: Vec<String> = QualityIndex::ALL.iter().map(|index| index.name(language)).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), QualityIndex::ALL.len());
        }
    }

    #[test]
    fn sentences_are_whole_and_typeset() {
        for language in LANGUAGES {
            for text in all_words(language) {
                assert!(
                    text.ends_with('.') && text.starts_with(|first: char| first.is_uppercase() || first.is_numeric()),
                    "{text}"
                );
                assert!(!text.contains('\''), "{text}");
                assert_eq!(typeset(language, &text), text, "typesetting twice changes nothing");
            }
        }
        for text in all_words(Language::French) {
            for (at, mark) in text.char_indices().filter(|(_, mark)| ":;?!".contains(*mark)) {
                let before = text[..at].chars().next_back();
                let expected = if mark == ':' { NO_BREAK } else { NARROW };
                assert_eq!(before, Some(expected), "before `{mark}` in: {text}");
            }
        }
    }

    #[test]
    fn no_sentence_is_a_verdict() {
        let forbidden = ["triche", "menteur", "invalide", "cheat", "liar", "faking", "invalid"];
        for language in LANGUAGES {
            for text in all_words(language) {
                assert!(!forbidden.iter().any(|word| text.to_lowercase().contains(word)), "{text}");
            }
        }
    }
}
