//! Words: language, typography, numbers, reasons, labels, sentences, alternative texts.
//!
//! Texts are written here with plain spaces and apostrophes; [`typeset`] gives them the typography of their language.

/// Functions that give one text in both languages.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $french:literal, $english:literal;)*) => {
        $($(#[$doc])* #[must_use] pub fn $name(language: Language) -> String { language.say($french, $english) })*
    };
}

pub mod alt;
pub mod caption;
pub mod circle;
pub mod comparison;
pub mod date;
pub mod distribution;
pub mod feedback;
pub mod group;
pub mod label;
pub mod number;
pub mod paired;
pub mod paper;
pub mod place;
pub mod preference;
pub mod profile;
pub mod quality;
pub mod reason;
pub mod sentence;
pub mod study;
pub mod two_dates;

/// Language of a document. A document is in one language throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// French, with its typography.
    French,
    /// English.
    English,
}

impl Language {
    /// The code for `lang` attributes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// The text of this language, typeset.
    pub(crate) fn say(self, french: &str, english: &str) -> String {
        typeset(self, self.pick(french, english))
    }

    /// The text of this language as it is.
    pub(crate) fn pick<'a>(self, french: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }
}

/// No-break space: before `:` and `%`, inside « », between a number and its unit.
pub const NO_BREAK: char = '\u{a0}';
/// Narrow no-break space: before `; ! ?`, between thousands.
pub const NARROW: char = '\u{202f}';

/// The text with the typography of its language: curled apostrophes, and in French the no-break spaces around
/// punctuation. Typesetting twice changes nothing more.
#[must_use]
pub fn typeset(language: Language, text: &str) -> String {
    let curled = text.replace('\'', "’");
    if language == Language::English {
        return curled;
    }
    let mut set = String::with_capacity(curled.len() + 8);
    let mut characters = curled.chars().peekable();
    while let Some(character) = characters.next() {
        let space = match (character, characters.peek()) {
            (' ' | NO_BREAK, Some(';' | '!' | '?')) => NARROW,
            (' ', Some(':' | '»' | '%' | '€')) => NO_BREAK,
            (' ', _) if set.ends_with('«') => NO_BREAK,
            (other, _) => other,
        };
        set.push(space);
    }
    set
}

/// The text with a capital first letter.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The text with a small first letter, to follow a colon.
#[must_use]
pub fn small(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// "term : description", "term: description".
#[must_use]
pub fn colon(language: Language, term: &str, description: &str) -> String {
    language.say(&format!("{term} : {description}"), &format!("{term}: {description}"))
}

/// Several names in a sentence: "a, b et c".
#[must_use]
pub fn enumerate(language: Language, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {} {last}", first.join(", "), language.pick("et", "and")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_punctuation_takes_no_break_spaces() {
        assert_eq!(
            typeset(Language::French, "« L'un : 95 % ; oui ! »"),
            "«\u{a0}L’un\u{a0}: 95\u{a0}%\u{202f}; oui\u{202f}!\u{a0}»"
        );
        assert_eq!(typeset(Language::English, "it's 95%: yes!"), "it’s 95%: yes!");
        let once = typeset(Language::French, "quoi ? oui : « non » !");
        assert_eq!(typeset(Language::French, &once), once);
    }

    #[test]
    fn names_are_joined_as_in_a_sentence() {
        let names = ["a", "b", "c"].map(String::from);
        assert_eq!(enumerate(Language::French, &names), "a, b et c");
        assert_eq!(enumerate(Language::English, &names[..2]), "a and b");
    }
}
