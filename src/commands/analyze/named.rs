//! Messages of the engine, which knows items and factors by their place, in the user's names.

use engine::reliability::ReliabilityError;
use engine::stats::CovarianceError;

/// The names of one kind of thing, in the order of their places.
#[derive(Debug, Clone, Copy)]
pub struct PlaceNames<'a> {
    /// The word before a place: `item`.
    pub kind: &'static str,
    /// The names.
    pub names: &'a [String],
}

/// A message with names in place of numbers: `items 0 and 2 (from 0) …` becomes `items `E1` and `E3` …`.
#[must_use]
pub fn named(message: &str, place_names: &[PlaceNames<'_>]) -> String {
    let words: Vec<&str> = message.split(' ').collect();
    let mut told: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        at += 1;
        told.push(word.to_owned());
        let Some(found) = place_names.iter().find(|found| word.strip_suffix('s').unwrap_or(word) == found.kind) else {
            continue;
        };
        let place = |at: usize| name_of(words.get(at)?, found.names);
        let Some((first, rest)) = place(at) else { continue };
        at += 1;
        told.push(format!("`{first}`{rest}"));
        if rest.is_empty()
            && words.get(at) == Some(&"and")
            && let Some((second, rest)) = place(at + 1)
        {
            at += 2;
            told.extend(["and".to_owned(), format!("`{second}`{rest}")]);
        }
        if words.get(at) == Some(&"(from")
            && let Some(rest) = words.get(at + 1).and_then(|word| word.strip_prefix("0)"))
            && let Some(last) = told.last_mut()
        {
            at += 2;
            last.push_str(rest);
        }
    }
    told.join(" ")
}

/// A message about items of a scale, with their names in place of numbers.
#[must_use]
pub fn with_items(message: &impl std::fmt::Display, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    named(&message.to_string(), &[PlaceNames { kind: "item", names: &names }])
}

/// Why a scale has no coefficients, in the user's names: the items that count are those with answers that differ.
#[must_use]
pub fn no_coefficients(error: &ReliabilityError, names: &[&str]) -> String {
    match error {
        ReliabilityError::TooFewItems { given, .. }
        | ReliabilityError::Covariances(CovarianceError::TooFewItems { given })
            if *given < names.len() =>
        {
            format!("{given} of {} items have answers that differ; at least 2 are needed", names.len())
        }
        other => with_items(other, names),
    }
}

/// The name at a place, and what stands behind its number.
fn name_of<'a>(word: &'a str, names: &'a [String]) -> Option<(&'a str, &'a str)> {
    let end = word.find(|character: char| !character.is_ascii_digit()).unwrap_or(word.len());
    let (number, rest) = word.split_at(end);
    if !rest.chars().all(|character| matches!(character, ',' | ';' | ':')) {
        return None;
    }
    Some((names.get(number.parse::<usize>().ok()?)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> String {
        let items = ["E1", "2", "E3"].map(str::to_owned);
        let factors = ["E", "N"].map(str::to_owned);
        let place_names = [PlaceNames { kind: "item", names: &items }, PlaceNames { kind: "factor", names: &factors }];
        named(message, &place_names)
    }

    #[test]
    fn places_become_names() {
        assert_eq!(told("item 2 (from 0) has no spread"), "item `E3` has no spread");
        assert_eq!(
            told("items 0 and 1 (from 0) were both answered by 1 respondents; at least 2 are needed"),
            "items `E1` and `2` were both answered by 1 respondents; at least 2 are needed"
        );
        assert_eq!(
            told("item 0 (from 0) has no spread among the 3 respondents who also answered item 1"),
            "item `E1` has no spread among the 3 respondents who also answered item `2`"
        );
        assert_eq!(
            told("factors 0 and 1 (from 0) correlate 1.020, beyond ±1"),
            "factors `E` and `N` correlate 1.020, beyond ±1"
        );
        assert_eq!(told("factor 1 (from 0): variance 0 is not above 0"), "factor `N`: variance 0 is not above 0");
    }

    #[test]
    fn items_that_do_not_count_are_no_missing_items() {
        let names = ["E1", "E2", "E3"];
        let too_few = |given| no_coefficients(&ReliabilityError::TooFewItems { given, needed: 2 }, &names);
        assert_eq!(too_few(1), "1 of 3 items have answers that differ; at least 2 are needed");
        let covariances = ReliabilityError::Covariances(CovarianceError::TooFewItems { given: 0 });
        assert_eq!(
            no_coefficients(&covariances, &names),
            "0 of 3 items have answers that differ; at least 2 are needed"
        );
        let one = ReliabilityError::TooFewItems { given: 1, needed: 2 };
        assert_eq!(no_coefficients(&one, &["E1"]), "1 items; at least 2 are needed");
    }

    #[test]
    fn counts_and_unknown_places_stay() {
        for message in ["4 items; at least 5 are needed", "2 factors for 3 items; from 1 to 1", "item 7 (from 0) x", ""]
        {
            assert_eq!(told(message), message);
        }
    }
}
