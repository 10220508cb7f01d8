//! An answer as it comes from outside. A body that is none is refused without a word of what it said.

use std::fmt;

use engine::model::Missing;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// The most characters of a text.
pub const MAX_TEXT_CHARS: u32 = 4_000;

/// Why somebody gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswer {
    /// Left blank.
    Skipped,
    /// It does not apply to the person.
    NotApplicable,
    /// The person prefers not to answer.
    Declined,
}

impl NoAnswer {
    pub(crate) fn missing(self) -> Missing {
        match self {
            Self::Skipped => Missing::Skipped,
            Self::NotApplicable => Missing::NotApplicable,
            Self::Declined => Missing::Declined,
        }
    }
}

/// An answer as it comes from outside: one of `{"option": 3}`, `{"number": 4.5}`, `{"text": "…"}`, `{"most": 1, "least": 3}`,
/// `{"ranks": [2, 1, 3]}` (a rank for each member, 1 comes first), `{"none": "skipped"}`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum GivenAnswer {
    /// The number of an option, from 1.
    Option(GivenOption),
    /// A number.
    Number(GivenNumber),
    /// A text.
    Text(GivenText),
    /// Two members of a block.
    MostLeast(GivenMostLeast),
    /// A rank for each member of a block.
    Ranks(GivenRanks),
    /// No answer.
    None(GivenNone),
}

/// `{"option": 3}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenOption {
    /// Number of the option, from 1.
    pub option: i64,
}

/// `{"number": 4.5}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct GivenNumber {
    /// The number.
    pub number: f64,
}

/// `{"text": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenText {
    /// The text, of at most [`MAX_TEXT_CHARS`] characters.
    pub text: String,
}

/// `{"most": 1, "least": 3}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenMostLeast {
    /// Number of the member that is most like the person, from 1.
    pub most: i64,
    /// Number of the member that is least like the person, from 1.
    pub least: i64,
}

/// `{"ranks": [2, 1, 3]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenRanks {
    /// The rank of each member, in the order of the members; 1 comes first.
    pub ranks: Vec<i64>,
}

/// `{"none": "skipped"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct GivenNone {
    /// Why there is no answer.
    pub none: NoAnswer,
}

/// What a body that is no answer is told: the forms, and nothing of what was sent.
const FORMS: &str = "an answer is one of {\"option\": 3}, {\"number\": 4.5}, {\"text\": \"…\"}, {\"most\": 1, \"least\": 3}, \
    {\"ranks\": [2, 1, 3]}, {\"none\": \"skipped\"}";

impl<'de> Deserialize<'de> for GivenAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The messages of the formats quote what was sent, so none of them is passed on.
        deserializer.deserialize_map(GivenVisitor).map_err(|_| D::Error::custom(FORMS))
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = GivenAnswer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<GivenAnswer, A::Error> {
        let other = || A::Error::custom(FORMS);
        let (mut given, mut most, mut least) = (None, None, None);
        while let Some(key) = map.next_key::<String>()? {
            let answer = match key.as_str() {
                "option" => GivenAnswer::Option(GivenOption { option: map.next_value()? }),
                "number" => GivenAnswer::Number(GivenNumber { number: map.next_value()? }),
                "text" => GivenAnswer::Text(GivenText { text: map.next_value()? }),
                "ranks" => GivenAnswer::Ranks(GivenRanks { ranks: map.next_value()? }),
                "none" => GivenAnswer::None(GivenNone { none: map.next_value()? }),
                "most" if most.is_none() => {
                    most = Some(map.next_value()?);
                    continue;
                }
                "least" if least.is_none() => {
                    least = Some(map.next_value()?);
                    continue;
                }
                _ => return Err(other()),
            };
            if given.replace(answer).is_some() {
                return Err(other());
            }
        }
        match (given, most, least) {
            (Some(given), None, None) => Ok(given),
            (None, Some(most), Some(least)) => Ok(GivenAnswer::MostLeast(GivenMostLeast { most, least })),
            _ => Err(other()),
        }
    }
}

/// Answers of every form, most of them to no step at all.
#[cfg(test)]
pub(crate) fn any_given() -> impl proptest::prelude::Strategy<Value = GivenAnswer> {
    use proptest::prelude::*;

    let small = -2_i64..8;
    prop_oneof![
        small.clone().prop_map(|option| GivenAnswer::Option(GivenOption { option })),
        (-10.0..110.0).prop_map(|number| GivenAnswer::Number(GivenNumber { number })),
        "[a-z ]{0,4}".prop_map(|text| GivenAnswer::Text(GivenText { text })),
        (small.clone(), small.clone()).prop_map(|(m, l)| GivenAnswer::MostLeast(GivenMostLeast { most: m, least: l })),
        prop::collection::vec(small, 0..5).prop_map(|ranks| GivenAnswer::Ranks(GivenRanks { ranks })),
        Just(GivenAnswer::None(GivenNone { none: NoAnswer::Declined })),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_bodies_are_refused_without_an_echo() {
        for json in [
            "{\"option\": \"secret\"}",
            "{\"option\": 1.5}",
            "{\"option\": 1, \"secret\": 2}",
            "{\"most\": 1}",
            "{\"none\": \"secret\"}",
            "{}",
            "{\"option\": 1, \"number\": 1}",
            "{\"most\": 1, \"least\": 2, \"text\": \"secret\"}",
            "{\"most\": 1, \"most\": 2}",
            "{\"ranks\": [\"secret\"]}",
            "\"secret\"",
            "[\"secret\"]",
            "[3]",
        ] {
            let error = serde_json::from_str::<GivenAnswer>(json).unwrap_err().to_string();
            assert!(error.contains("one of") && !error.contains("secret"), "{json}: {error}");
        }
    }

    proptest! {
        #[test]
        fn a_given_answer_is_read_from_json_and_messagepack(given in any_given()) {
            let json = serde_json::to_string(&given).unwrap();
            prop_assert_eq!(&serde_json::from_str::<GivenAnswer>(&json).unwrap(), &given);
            let packed = rmp_serde::to_vec_named(&given).unwrap();
            prop_assert_eq!(rmp_serde::from_slice::<GivenAnswer>(&packed).unwrap(), given);
        }
    }
}
