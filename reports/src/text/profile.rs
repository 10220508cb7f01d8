//! The technical profile, for consultants: pairs of scales, letters, and what stands where something is missing.

use super::{Language, number};

/// How two scales of one person stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Beyond the margin of error.
    Distinguishable,
    /// Within it.
    Level,
}

/// Why two scales are not compared, or letters not ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRanked {
    /// A score is missing.
    NoScore,
    /// An error is not known.
    NoMargin,
    /// Raw scores of different ranges, without a norm.
    RangesDiffer,
    /// Scores that compare within the person, whose errors hang together.
    Ipsative,
}

/// Two scales: the higher one first.
#[must_use]
pub fn pair(language: Language, higher: &str, lower: &str, standing: Standing) -> String {
    match standing {
        Standing::Distinguishable => language.say(
            &format!("{higher} dépasse {lower} au-delà de la marge d'erreur."),
            &format!("{higher} exceeds {lower} beyond the margin of error."),
        ),
        Standing::Level => language.say(
            &format!("{higher} et {lower} sont au même niveau, à la marge d'erreur près."),
            &format!("{higher} and {lower} are level within the margin of error."),
        ),
    }
}

/// Why two scales are not compared, or letters not ordered.
#[must_use]
pub fn not_ranked(language: Language, reason: NotRanked) -> String {
    match reason {
        NotRanked::NoScore => {
            language.say("Pas de comparaison : une note manque.", "Not compared: a score is missing.")
        }
        NotRanked::NoMargin => language.say(
            "Pas de comparaison : une marge d'erreur n'est pas connue.",
            "Not compared: a margin of error is not known.",
        ),
        NotRanked::RangesDiffer => language.say(
            "Pas de comparaison : les notes brutes n'ont pas la même étendue, et aucune norme ne les rapproche.",
            "Not compared: the raw scores have different ranges, and no norm brings them together.",
        ),
        NotRanked::Ipsative => language.say(
            "Pas de comparaison : ces notes se partagent un même total, leur erreur commune n'est pas connue.",
            "Not compared: these scores share one total, and their common error is not known.",
        ),
    }
}

/// What must be read with many pairs.
#[must_use]
pub fn pairs_note(language: Language, n_pairs: usize, expected: f64) -> String {
    if n_pairs == 1 {
        return language.say("Une paire d'échelles est comparée.", "One pair of scales is compared.");
    }
    let (n, expected) = (number::count(language, n_pairs as u64), number::decimal(language, expected, 1));
    language.say(
        &format!("{n} paires d'échelles sont comparées : entre échelles de même niveau, le hasard seul en distinguerait {expected} en moyenne."),
        &format!("{n} pairs of scales are compared: among level scales chance alone would tell {expected} apart on average."),
    )
}

/// How a code with brackets is read.
#[must_use]
pub fn code_note(language: Language) -> String {
    language.say(
        "Code d'intérêts sur les notes brutes : les lettres entre parenthèses sont au même niveau, leur ordre n'est pas établi.",
        "Interest code on raw scores: letters in brackets are level, their order is not established.",
    )
}

/// Said of an order on the norm, beside the one on raw scores.
#[must_use]
pub fn normed_order_note(language: Language) -> String {
    language.say(
        "L'ordre d'après la norme est donné à côté : il compare aux autres personnes, le code compare les intérêts entre eux.",
        "The order on the norm stands beside it: it compares with other people, the code compares the interests among themselves.",
    )
}

/// An interest code with its figures.
#[derive(Debug, Clone, Copy)]
pub struct CodeWords<'a> {
    /// The code, level letters in brackets.
    pub code: &'a str,
    /// Three letters by the scores alone.
    pub by_scores: &'a str,
    /// How many codes the errors allow.
    pub n_possible: usize,
    /// Highest − lowest score, raw points.
    pub differentiation: &'a str,
    /// Its standard error.
    pub differentiation_error: Option<&'a str>,
    /// The order in words.
    pub sentence: &'a str,
}

/// The interest code as a card.
#[must_use]
pub fn code_facts(language: Language, code: &CodeWords) -> Vec<(String, String)> {
    let word = |french: &str, english: &str| language.say(french, english);
    let spread = match code.differentiation_error {
        Some(error) => word(
            &format!("{} points entre la plus haute et la plus basse note, erreur type {error}", code.differentiation),
            &format!("{} points from the highest to the lowest score, standard error {error}", code.differentiation),
        ),
        None => word(
            &format!("{} points entre la plus haute et la plus basse note", code.differentiation),
            &format!("{} points from the highest to the lowest score", code.differentiation),
        ),
    };
    let possible = number::count(language, code.n_possible as u64);
    vec![
        (word("Code", "Code"), code.code.to_owned()),
        (word("Par les notes seules", "By the scores alone"), code.by_scores.to_owned()),
        (word("Codes possibles", "Possible codes"), possible),
        (word("Différenciation", "Differentiation"), spread),
        (word("En mots", "In words"), code.sentence.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_names_the_higher_scale_first() {
        let say = |standing| pair(Language::French, "Social", "Réaliste", standing);
        assert!(say(Standing::Distinguishable).starts_with("Social dépasse Réaliste"));
        assert!(say(Standing::Level).contains("au même niveau"));
    }

    #[test]
    fn reasons_are_sentences() {
        for reason in [NotRanked::NoScore, NotRanked::NoMargin, NotRanked::RangesDiffer, NotRanked::Ipsative] {
            for language in [Language::French, Language::English] {
                assert!(not_ranked(language, reason).ends_with('.'));
            }
        }
    }
}
