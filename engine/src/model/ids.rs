//! Identifiers: newtypes, so that an item can never be mistaken for a scale.

use std::fmt;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not an id: use 1 to {max} letters, digits, `-`, `_` or `.`, beginning with a letter or digit",
    max = MAX_ID_LEN
)]
pub struct InvalidId {
    /// The text as given.
    pub given: String,
}

/// The longest identifier, in bytes.
pub const MAX_ID_LEN: usize = 64;

fn check(text: &str) -> Result<(), InvalidId> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let starts_well = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if starts_well && text.len() <= MAX_ID_LEN && text.chars().all(allowed) {
        Ok(())
    } else {
        Err(InvalidId { given: text.to_owned() })
    }
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks and wraps an identifier.
            ///
            /// # Errors
            /// [`InvalidId`] for anything but 1 to 64 letters, digits, `-`, `_` or `.`.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                check(&text).map(|()| Self(text))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether two ids are the same but for the case of letters.
            #[must_use]
            pub fn eq_ignore_case(&self, other: &str) -> bool {
                self.0.eq_ignore_ascii_case(other)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id_type!(
    /// A questionnaire or test, without its version.
    InstrumentId
);
id_type!(
    /// An item of an instrument.
    ItemId
);
id_type!(
    /// A scale: a construct that receives a score.
    ScaleId
);
id_type!(
    /// A norm of an instrument.
    NormId
);
id_type!(
    /// A stratum of a norm: a group of people by sex and age.
    StratumId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_field_are_accepted() {
        for text in ["i1", "E10", "ipip-neo-120", "johnson-2014", "M-20", "a.b_c"] {
            assert_eq!(ItemId::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn ids_that_could_break_a_file_are_refused() {
        for text in ["", " i1", "-i1", "i 1", "i,1", "é1", "../x", &"x".repeat(65)] {
            assert!(ScaleId::new(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn case_is_ignored_on_request_only() {
        let id = ItemId::new("E10").unwrap();
        assert!(id.eq_ignore_case("e10"));
        assert_ne!(id, ItemId::new("e10").unwrap());
    }
}
