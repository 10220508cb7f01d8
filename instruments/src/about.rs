//! What an instrument is, apart from its scoring: kind, authors, license, evidence, conditions of use.

use std::fmt;

/// A closed choice of the file format: every value with its word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// Every value with its word in the files.
            pub const WORDS: &[(&str, Self)] = &[$(($word, Self::$value),)+];

            /// The word in the files.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words!(
    /// What an instrument is about.
    Kind {
        /// What a person likes to do.
        Interests = "interests",
        /// What a person holds important.
        Values = "values",
        /// What moves a person to act.
        Motivation = "motivation",
        /// How a person usually feels, thinks and acts.
        Personality = "personality",
        /// What a person can do, with right and wrong answers.
        Aptitude = "aptitude",
        /// How others see a person.
        Entourage = "entourage",
        /// Questions to think about, not scored.
        Reflection = "reflection",
        /// Questions after the end of the bilan.
        FollowUp = "follow-up",
    }
);

words!(
    /// What is known about the quality of the scores.
    Evidence {
        /// Written for this project; no norm and no study yet.
        OriginalNotStandardized = "original-not-standardized",
        /// Published, with studies of its own.
        Published = "published",
        /// Standardized on a sample drawn to represent a population.
        Standardized = "standardized",
    }
);

words!(
    /// Who answers about whom.
    Administration {
        /// The person about themselves.
        SelfReport = "self-report",
        /// Somebody else about the person.
        OtherReport = "other-report",
        /// The person solves tasks.
        Performance = "performance",
    }
);

words!(
    /// Under which supervision the instrument is taken (International Test Commission, 2006).
    Supervision {
        /// Anyone, anywhere, unidentified.
        Open = "open",
        /// By invitation, without supervision.
        Controlled = "controlled",
        /// With a person who supervises.
        Supervised = "supervised",
        /// In a test center.
        Managed = "managed",
    }
);

/// A language of wording, such as `fr` or `fr-CA`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

impl Language {
    /// Checks and wraps a language tag: two or three small letters, then at most two parts such as a country.
    ///
    /// `None` for any other text.
    ///
    /// # Examples
    /// ```
    /// use instruments::Language;
    /// assert_eq!(Language::new("fr-CA").map(|language| language.to_string()).as_deref(), Some("fr-CA"));
    /// assert_eq!(Language::new("French"), None);
    /// ```
    #[must_use]
    pub fn new(tag: &str) -> Option<Self> {
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default();
        let well_formed = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let rest: Vec<&str> = parts.collect();
        let part_is_fine =
            |part: &&str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        (well_formed && rest.len() <= 2 && rest.iter().all(part_is_fine)).then(|| Self(tag.to_owned()))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an instrument is, apart from its scoring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it is about.
    pub kind: Kind,
    /// Languages of its wording, first the original; empty for a published key whose wording is imported.
    pub languages: Vec<Language>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Under which license it may be used.
    pub license: String,
    /// Where it was published, and what it rests on.
    pub sources: Vec<String>,
    /// What is known about the quality of the scores.
    pub evidence: Evidence,
    /// Why it is asked; recorded with each assignment.
    pub purpose: String,
    /// Who answers about whom.
    pub administration: Administration,
    /// Under which supervision it is taken.
    pub supervision: Supervision,
    /// Usual time needed, in minutes.
    pub minutes: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_lead_back() {
        for (word, kind) in Kind::WORDS {
            assert_eq!(kind.word(), *word);
            assert_eq!(kind.to_string(), *word);
        }
        assert_eq!(Kind::WORDS.len(), 8);
    }

    #[test]
    fn language_tags_are_short_words() {
        for tag in ["fr", "en", "fr-CA", "zh-Hant-TW"] {
            assert!(Language::new(tag).is_some(), "{tag}");
        }
        for tag in ["", "f", "FR", "fr_CA", "fr-", "../fr", "fr-a-b-c"] {
            assert!(Language::new(tag).is_none(), "{tag}");
        }
    }
}
