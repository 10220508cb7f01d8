//! An answer checked against its step, as it is stored, and as the engine reads it.

use engine::model::{Answer, Missing};
use serde::{Deserialize, Serialize};

use super::given::{
    GivenAnswer, GivenMostLeast, GivenNone, GivenNumber, GivenOption, GivenRanks, GivenText, MAX_TEXT_CHARS, NoAnswer,
};
use super::refusal::AnswerError;
use super::steps::{Step, StepKind, Steps};

/// An answer that fits its step, as it is sealed and stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoredAnswer {
    /// The category of the option chosen, from 0.
    Category(u8),
    /// A number within the bounds.
    Number(f64),
    /// A text.
    Text(String),
    /// Places in the block, from 0.
    MostLeast {
        /// The member that is most like the person.
        most: u8,
        /// The member that is least like the person.
        least: u8,
    },
    /// The rank of each member, from 1: each rank once.
    Ranks(Vec<u8>),
    /// No answer.
    None(NoAnswer),
}

impl Steps {
    /// Checks an answer against the step at a position.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn check(&self, position: u32, given: &GivenAnswer) -> Result<StoredAnswer, AnswerError> {
        let step = self.step(position).ok_or(AnswerError::NoSuchPosition { n_steps: self.n_steps() })?;
        step.check(given)
    }
}

impl Step {
    /// Checks an answer against this step.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn check(&self, given: &GivenAnswer) -> Result<StoredAnswer, AnswerError> {
        let kind = self.kind();
        match (kind, given) {
            (_, GivenAnswer::None(given)) => Ok(StoredAnswer::None(given.none)),
            (StepKind::Likert | StepKind::Dichotomous | StepKind::Choice, GivenAnswer::Option(given)) => {
                let n_options = self.responses().n_categories();
                let found = place_of(given.option, usize::from(n_options));
                found.map(StoredAnswer::Category).ok_or(AnswerError::NoSuchOption { n_options: u32::from(n_options) })
            }
            (StepKind::Slider | StepKind::Number, GivenAnswer::Number(given)) => {
                let (lowest, highest) = (self.responses().lowest(), self.responses().highest());
                let fits = (lowest..=highest).contains(&given.number);
                if fits {
                    Ok(StoredAnswer::Number(given.number))
                } else {
                    Err(AnswerError::NumberOutOfBounds { lowest, highest })
                }
            }
            (StepKind::Text, GivenAnswer::Text(given)) => match given.text.trim() {
                "" => Err(AnswerError::BlankText),
                text if text.chars().count() > MAX_TEXT_CHARS as usize => Err(AnswerError::TextTooLong),
                text => Ok(StoredAnswer::Text(text.to_owned())),
            },
            (StepKind::MostLeast, GivenAnswer::MostLeast(given)) => {
                let n_members = self.items().len() as u32;
                let member = |field, number| {
                    place_of(number, self.items().len()).ok_or(AnswerError::NoSuchMember { field, n_members })
                };
                let (most, least) = (member("most", given.most)?, member("least", given.least)?);
                if most == least { Err(AnswerError::SameMember) } else { Ok(StoredAnswer::MostLeast { most, least }) }
            }
            (StepKind::Ranking, GivenAnswer::Ranks(given)) => {
                let n = self.items().len();
                let places: Option<Vec<u8>> = given.ranks.iter().map(|&rank| place_of(rank, n)).collect();
                let ranks: Vec<u8> = places.unwrap_or_default().into_iter().map(|place| place + 1).collect();
                if is_order(&ranks, n) {
                    Ok(StoredAnswer::Ranks(ranks))
                } else {
                    Err(AnswerError::NotAnOrder { n_members: n as u32 })
                }
            }
            _ => Err(AnswerError::WrongForm { kind }),
        }
    }

    /// The answers to its items for the engine, in their order; `None` when the answer was made for another step.
    #[must_use]
    pub(crate) fn engine_answers(&self, stored: &StoredAnswer) -> Option<Vec<Answer>> {
        let n = self.items().len();
        let n_categories = self.responses().n_categories();
        let answers = match (self.kind(), stored) {
            (_, StoredAnswer::None(reason)) => vec![Answer::Missing(reason.missing()); n],
            // A text is never scored; the engine knows it as unanswered, as a file of answers does.
            (StepKind::Text, StoredAnswer::Text(_)) => vec![Answer::Missing(Missing::Skipped); n],
            (StepKind::Likert | StepKind::Dichotomous | StepKind::Choice, StoredAnswer::Category(category))
                if *category < n_categories =>
            {
                vec![Answer::Category(*category)]
            }
            (StepKind::Slider | StepKind::Number, StoredAnswer::Number(number)) => vec![Answer::Number(*number)],
            // Three codes: least, neither, most (instruments/FORMAT.md).
            (StepKind::MostLeast, StoredAnswer::MostLeast { most, least })
                if n_categories == 3 && most != least && usize::from(*most.max(least)) < n =>
            {
                let category = |place: usize| match place {
                    place if place == usize::from(*most) => 2,
                    place if place == usize::from(*least) => 0,
                    _ => 1,
                };
                (0..n).map(|place| Answer::Category(category(place))).collect()
            }
            (StepKind::Ranking, StoredAnswer::Ranks(ranks)) if is_order(ranks, n) && n <= usize::from(n_categories) => {
                ranks.iter().map(|rank| Answer::Category(rank - 1)).collect()
            }
            _ => return None,
        };
        Some(answers)
    }
}

impl StoredAnswer {
    /// The answer as it was given, to show it again.
    #[must_use]
    pub fn given(&self) -> GivenAnswer {
        let number = |place: u8| i64::from(place) + 1;
        match self {
            Self::Category(category) => GivenAnswer::Option(GivenOption { option: number(*category) }),
            Self::Number(number) => GivenAnswer::Number(GivenNumber { number: *number }),
            Self::Text(text) => GivenAnswer::Text(GivenText { text: text.clone() }),
            Self::MostLeast { most, least } => {
                GivenAnswer::MostLeast(GivenMostLeast { most: number(*most), least: number(*least) })
            }
            Self::Ranks(ranks) => {
                GivenAnswer::Ranks(GivenRanks { ranks: ranks.iter().copied().map(i64::from).collect() })
            }
            Self::None(none) => GivenAnswer::None(GivenNone { none: *none }),
        }
    }
}

/// A number from 1 to `n` as a place from 0.
fn place_of(number: i64, n: usize) -> Option<u8> {
    let place = u8::try_from(number.checked_sub(1)?).ok()?;
    (usize::from(place) < n).then_some(place)
}

/// Whether these are the numbers from 1 to `n`, each once.
fn is_order(ranks: &[u8], n: usize) -> bool {
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable();
    sorted.len() == n && sorted.iter().enumerate().all(|(place, rank)| usize::from(*rank) == place + 1)
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::super::given::any_given;
    use super::*;
    use crate::questionnaire::fixtures::{ALL_WORDED, loaded};

    fn given(json: &str) -> GivenAnswer {
        serde_json::from_str(json).unwrap()
    }

    fn check(id: &str, position: u32, json: &str) -> Result<StoredAnswer, AnswerError> {
        Steps::of(&loaded(id)).check(position, &given(json))
    }

    #[test]
    fn answers_that_fit_are_taken() {
        let mixed = |position, json| check("formats-5", position, json);
        assert_eq!(check("likert-12", 1, "{\"option\": 3}"), Ok(StoredAnswer::Category(2)));
        assert_eq!(mixed(1, "{\"option\": 2}"), Ok(StoredAnswer::Category(1)));
        assert_eq!(mixed(2, "{\"number\": 4.5}"), Ok(StoredAnswer::Number(4.5)));
        assert_eq!(mixed(3, "{\"number\": 60}"), Ok(StoredAnswer::Number(60.0)));
        assert_eq!(mixed(4, "{\"text\": \" oui \"}"), Ok(StoredAnswer::Text("oui".to_owned())));
        assert_eq!(mixed(5, "{\"ranks\": [2, 1, 3]}"), Ok(StoredAnswer::Ranks(vec![2, 1, 3])));
        let most_least = StoredAnswer::MostLeast { most: 0, least: 2 };
        assert_eq!(check("blocks-4", 1, "{\"most\": 1, \"least\": 3}"), Ok(most_least));
        assert_eq!(mixed(2, "{\"none\": \"not-applicable\"}"), Ok(StoredAnswer::None(NoAnswer::NotApplicable)));
    }

    #[test]
    fn every_refusal_names_field_and_remedy_and_never_the_answer() {
        use AnswerError::*;
        let bounds = NumberOutOfBounds { lowest: 0.0, highest: 100.0 };
        let long = format!("{{\"text\": \"{}\"}}", "é".repeat(4001));
        let cases: &[(&str, u32, &str, AnswerError, &str)] = &[
            ("likert-12", 13, "{\"option\": 787}", NoSuchPosition { n_steps: 12 }, "position"),
            ("likert-12", 0, "{\"option\": 787}", NoSuchPosition { n_steps: 12 }, "position"),
            ("likert-12", 1, "{\"option\": 787}", NoSuchOption { n_options: 5 }, "option"),
            ("likert-12", 1, "{\"option\": 0}", NoSuchOption { n_options: 5 }, "option"),
            ("likert-12", 1, "{\"option\": -9223372036854775808}", NoSuchOption { n_options: 5 }, "option"),
            ("likert-12", 1, "{\"text\": \"787\"}", WrongForm { kind: StepKind::Likert }, "answer"),
            ("likert-12", 1, "{\"most\": 787, \"least\": 1}", WrongForm { kind: StepKind::Likert }, "answer"),
            ("formats-5", 2, "{\"number\": 787}", bounds, "number"),
            ("formats-5", 2, "{\"number\": -0.787}", bounds, "number"),
            ("formats-5", 4, "{\"text\": \"  \"}", BlankText, "text"),
            ("formats-5", 4, &long, TextTooLong, "text"),
            ("formats-5", 5, "{\"ranks\": [1, 1, 2]}", NotAnOrder { n_members: 3 }, "ranks"),
            ("formats-5", 5, "{\"ranks\": [1, 2]}", NotAnOrder { n_members: 3 }, "ranks"),
            ("formats-5", 5, "{\"ranks\": [787, 2, 3]}", NotAnOrder { n_members: 3 }, "ranks"),
            ("formats-5", 5, "{\"ranks\": []}", NotAnOrder { n_members: 3 }, "ranks"),
            ("blocks-4", 1, "{\"most\": 4, \"least\": 1}", NoSuchMember { field: "most", n_members: 3 }, "most"),
            ("blocks-4", 1, "{\"most\": 1, \"least\": 787}", NoSuchMember { field: "least", n_members: 3 }, "least"),
            ("blocks-4", 1, "{\"most\": 2, \"least\": 2}", SameMember, "least"),
        ];
        for (id, position, json, expected, field) in cases {
            let error = check(id, *position, json).unwrap_err();
            assert_eq!((error, error.field()), (*expected, *field), "{json:.60}");
            let told = format!("{error} {} {}", error.allowed(), error.remedy());
            assert!(!told.contains("787") && !told.contains('é'), "{told}");
            assert!(!error.allowed().is_empty() && !error.remedy().is_empty());
        }
    }

    #[test]
    fn no_number_is_not_a_number() {
        let steps = Steps::of(&loaded("formats-5"));
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(steps.check(2, &GivenAnswer::Number(GivenNumber { number })).is_err());
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_scored_packed_and_shown_again(given in any_given(), id in prop::sample::select(ALL_WORDED)) {
            let steps = Steps::of(&loaded(id));
            for (position, step) in steps.iter() {
                let Ok(stored) = steps.check(position, &given) else { continue };
                prop_assert_eq!(step.engine_answers(&stored).map(|answers| answers.len()), Some(step.items().len()));
                let packed = rmp_serde::to_vec(&stored).unwrap();
                prop_assert_eq!(&rmp_serde::from_slice::<StoredAnswer>(&packed).unwrap(), &stored);
                prop_assert_eq!(steps.check(position, &stored.given()), Ok(stored));
            }
        }
    }
}
