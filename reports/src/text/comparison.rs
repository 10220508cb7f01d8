//! Change of one person between two dates, in sentences.

use super::{Language, enumerate, number};

/// What a change amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Higher by more than measurement error.
    Increase,
    /// Lower by more than measurement error.
    Decrease,
    /// Within measurement error.
    Level,
}

/// Why a scale is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoChange {
    /// No score on the first date.
    NoFirstScore,
    /// No score on the second date.
    NoSecondScore,
    /// No score on either date.
    NoScore,
    /// Nothing tells how large the error is.
    NoMargin,
}

/// Why two dates are not compared at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotComparable {
    /// Two inventories.
    OtherInstrument,
    /// Two versions of one inventory.
    OtherVersion,
    /// One version whose questions or key are not the same.
    OtherContent,
}

/// What a margin of error rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Margin<'a> {
    /// Correlation of two administrations.
    Retest {
        /// Scales it holds for.
        scales: &'a [String],
    },
    /// Internal consistency, for want of a retest.
    InternalConsistency {
        /// Scales it holds for.
        scales: &'a [String],
    },
    /// The spread of the person's own answers.
    WithinPerson {
        /// Scales it holds for.
        scales: &'a [String],
    },
}

/// What the change on one scale amounts to.
///
/// - `difference`: second − first, raw points; `decimals`: as many as the scale deserves.
#[must_use]
pub fn change(language: Language, name: &str, direction: Direction, difference: f64, decimals: usize) -> String {
    let points = points(language, difference.abs(), decimals);
    match direction {
        Direction::Increase => language.say(
            &format!("{name} : la note a augmenté de {points}, au-delà de la marge d'erreur."),
            &format!("{name}: the score rose by {points}, beyond the margin of error."),
        ),
        Direction::Decrease => language.say(
            &format!("{name} : la note a baissé de {points}, au-delà de la marge d'erreur."),
            &format!("{name}: the score fell by {points}, beyond the margin of error."),
        ),
        Direction::Level if difference == 0.0 => language.say(
            &format!("{name} : la note est la même aux deux dates."),
            &format!("{name}: the score is the same on both dates."),
        ),
        Direction::Level => language.say(
            &format!("{name} : l'écart de {points} reste dans la marge d'erreur ; aucun changement n'est établi."),
            &format!("{name}: the difference of {points} is within the margin of error; no change is established."),
        ),
    }
}

fn points(language: Language, value: f64, decimals: usize) -> String {
    let number = number::decimal(language, value, decimals);
    let is_one = match language {
        Language::French => value < 2.0,
        Language::English => (value - 1.0).abs() < 1e-9,
    };
    format!("{number}\u{a0}{}", if is_one { "point" } else { "points" })
}

/// Why a scale is not compared.
#[must_use]
pub fn not_compared(language: Language, name: &str, reason: NoChange) -> String {
    let because = match reason {
        NoChange::NoFirstScore => language.pick("pas de note à la première date", "no score on the first date"),
        NoChange::NoSecondScore => language.pick("pas de note à la seconde date", "no score on the second date"),
        NoChange::NoScore => language.pick("pas de note, à aucune des deux dates", "no score on either date"),
        NoChange::NoMargin => language.pick("la marge d'erreur n'est pas connue", "the margin of error is not known"),
    };
    language.say(&format!("{name} : pas de comparaison, {because}."), &format!("{name}: not compared, {because}."))
}

/// Why two dates are not compared at all.
#[must_use]
pub fn not_comparable(language: Language, reason: NotComparable) -> String {
    match reason {
        NotComparable::OtherInstrument => language.say(
            "Les deux dates ne se comparent pas : ce ne sont pas les mêmes questionnaires.",
            "The two dates cannot be compared: they are not the same questionnaire.",
        ),
        NotComparable::OtherVersion => language.say(
            "Les deux dates ne se comparent pas : le questionnaire a changé de version entre elles.",
            "The two dates cannot be compared: the questionnaire changed its version between them.",
        ),
        NotComparable::OtherContent => language.say(
            "Les deux dates ne se comparent pas : les questions ou la clé de correction ne sont pas les mêmes.",
            "The two dates cannot be compared: the questions or the scoring key are not the same.",
        ),
    }
}

/// How many changes chance alone would show.
#[must_use]
pub fn false_alarms(language: Language, n_compared: usize, expected: f64) -> String {
    let expected = number::decimal(language, expected, if expected < 0.1 { 2 } else { 1 });
    let n = number::count(language, n_compared as u64);
    match n_compared {
        1 => language.say(
            &format!("Une échelle est comparée : si rien n'avait changé, le hasard en signalerait {expected} en moyenne."),
            &format!("One scale is compared: if nothing had changed, chance would show {expected} on average."),
        ),
        _ => language.say(
            &format!(
                "{n} échelles sont comparées : si rien n'avait changé, le hasard seul signalerait en moyenne {expected} changement au-delà de la marge d'erreur."
            ),
            &format!(
                "{n} scales are compared: if nothing had changed, chance alone would show {expected} changes beyond the margin of error on average."
            ),
        ),
    }
}

/// In which norm the two dates are shown.
#[must_use]
pub fn norm_of_the_first_date(language: Language, norm: &str) -> String {
    language.say(
        &format!("Les deux notes sont situées dans la norme de la première date : {norm}. Le changement est calculé sur les notes brutes."),
        &format!("Both scores are shown in the norm of the first date: {norm}. The change is computed on raw scores."),
    )
}

/// What the margins of error rest on.
#[must_use]
pub fn margin(language: Language, margin: &Margin) -> String {
    match margin {
        Margin::Retest { scales } => {
            let names = enumerate(language, scales);
            language.say(
                &format!("Marge d'erreur d'après la fidélité test-retest : {names}."),
                &format!("Margin of error from the retest reliability: {names}."),
            )
        }
        Margin::InternalConsistency { scales } => {
            let names = enumerate(language, scales);
            language.say(
                &format!("Marge d'erreur d'après la cohérence interne, faute de fidélité test-retest : {names}. Elle ne compte pas ce qui varie d'un jour à l'autre."),
                &format!("Margin of error from the internal consistency, for want of a retest reliability: {names}. It leaves out what varies from day to day."),
            )
        }
        Margin::WithinPerson { scales } => {
            let names = enumerate(language, scales);
            language.say(
                &format!("Marge d'erreur d'après la dispersion des réponses de la personne, faute de fidélité connue : {names}. Elle ne compte pas ce qui varie d'un jour à l'autre."),
                &format!("Margin of error from the spread of the person's own answers, for want of a known reliability: {names}. It leaves out what varies from day to day."),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_said_with_its_size_and_direction() {
        let say = |language, direction, difference| change(language, "Calme", direction, difference, 0);
        assert_eq!(
            say(Language::French, Direction::Increase, 6.0),
            "Calme\u{a0}: la note a augmenté de 6\u{a0}points, au-delà de la marge d’erreur."
        );
        assert!(say(Language::English, Direction::Decrease, -1.0).contains("fell by 1\u{a0}point,"));
        assert!(say(Language::English, Direction::Level, 0.0).contains("the same"));
        assert!(say(Language::French, Direction::Level, -2.0).contains("2\u{a0}points reste"));
    }

    #[test]
    fn expected_false_alarms_have_the_decimals_they_need() {
        assert!(false_alarms(Language::French, 35, 1.75).contains("1,8"));
        assert!(false_alarms(Language::English, 1, 0.05).contains("0.05"));
    }
}
