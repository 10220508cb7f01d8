//! From the fields of a page to answers.

use super::steps::PASS;
use crate::pages::form::Fields;
use crate::questionnaire::{
    GivenAnswer, GivenMostLeast, GivenNone, GivenNumber, GivenOption, GivenRanks, GivenText, NoAnswer, StepKind,
    StepView,
};

/// What a page says about a step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Read {
    /// Nothing was filled in.
    Nothing,
    /// An answer, which the questionnaire may still refuse.
    Answer(GivenAnswer),
    /// Half an answer: one of two choices, or ranks that are missing.
    Half,
    /// Two things at once that exclude each other.
    Clash,
    /// No number.
    Unreadable,
}

/// Reads a step from the fields of its page.
pub(super) fn read(step: &StepView, fields: &Fields) -> Read {
    let name = format!("q{}", step.position);
    if fields.text(&name) == PASS || fields.is_ticked(&format!("{name}-pass")) {
        return Read::Answer(GivenAnswer::None(GivenNone { none: NoAnswer::Declined }));
    }
    match step.kind {
        StepKind::Likert | StepKind::Dichotomous | StepKind::Choice => match fields.given(&name) {
            None => Read::Nothing,
            Some(text) => text
                .parse()
                .map_or(Read::Unreadable, |option| Read::Answer(GivenAnswer::Option(GivenOption { option }))),
        },
        StepKind::Slider | StepKind::Number => match fields.given(&name) {
            None => Read::Nothing,
            // A decimal comma is as good as a point.
            Some(text) => match text.replace(',', ".").parse::<f64>() {
                Ok(number) if number.is_finite() => Read::Answer(GivenAnswer::Number(GivenNumber { number })),
                _ => Read::Unreadable,
            },
        },
        StepKind::Text => match fields.given(&name) {
            None => Read::Nothing,
            Some(text) => Read::Answer(GivenAnswer::Text(GivenText { text: text.to_owned() })),
        },
        StepKind::MostLeast => {
            let chosen = |end: &str| fields.parsed::<i64>(&format!("{name}-{end}"));
            match (chosen("most"), chosen("least")) {
                (None, None) => Read::Nothing,
                (Some(most), Some(least)) if most == least => Read::Clash,
                (Some(most), Some(least)) => Read::Answer(GivenAnswer::MostLeast(GivenMostLeast { most, least })),
                _ => Read::Half,
            }
        }
        StepKind::Ranking => {
            let rank_of = |member: u32| fields.parsed::<i64>(&format!("{name}-{member}"));
            let ranks: Vec<Option<i64>> = step.members.iter().map(|member| rank_of(member.member)).collect();
            if ranks.iter().all(Option::is_none) {
                return Read::Nothing;
            }
            let Some(ranks) = ranks.into_iter().collect::<Option<Vec<i64>>>() else { return Read::Half };
            let mut sorted = ranks.clone();
            sorted.sort_unstable();
            sorted.dedup();
            if sorted.len() < ranks.len() {
                Read::Clash
            } else {
                Read::Answer(GivenAnswer::Ranks(GivenRanks { ranks }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questionnaire::{ChoiceView, MemberView};

    fn step(kind: StepKind) -> StepView {
        let member = |member| MemberView { member, text: format!("m{member}") };
        StepView {
            position: 3,
            kind,
            text: None,
            options: Vec::new(),
            members: (1..=3).map(member).collect(),
            choice: Some(ChoiceView { most: "most".to_owned(), least: "least".to_owned() }),
            bounds: None,
            max_chars: None,
        }
    }

    fn of(kind: StepKind, body: &str) -> Read {
        read(&step(kind), &Fields::read(body.as_bytes()))
    }

    #[test]
    fn a_choice_is_its_number() {
        assert_eq!(of(StepKind::Likert, "q3=4"), Read::Answer(GivenAnswer::Option(GivenOption { option: 4 })));
        assert_eq!(of(StepKind::Likert, "q4=4"), Read::Nothing);
        assert_eq!(of(StepKind::Likert, "q3=four"), Read::Unreadable);
        let declined = Read::Answer(GivenAnswer::None(GivenNone { none: NoAnswer::Declined }));
        assert_eq!(of(StepKind::Likert, "q3=pass"), declined);
        assert_eq!(of(StepKind::Number, "q3=7&q3-pass=on"), declined);
    }

    #[test]
    fn a_number_takes_a_comma_and_no_words() {
        assert_eq!(of(StepKind::Number, "q3=4%2C5"), Read::Answer(GivenAnswer::Number(GivenNumber { number: 4.5 })));
        assert_eq!(of(StepKind::Number, "q3=many"), Read::Unreadable);
        assert_eq!(of(StepKind::Number, "q3=NaN"), Read::Unreadable);
    }

    #[test]
    fn both_ends_of_a_block_are_needed_and_differ() {
        let both = Read::Answer(GivenAnswer::MostLeast(GivenMostLeast { most: 1, least: 3 }));
        assert_eq!(of(StepKind::MostLeast, "q3-most=1&q3-least=3"), both);
        assert_eq!(of(StepKind::MostLeast, "q3-most=1"), Read::Half);
        assert_eq!(of(StepKind::MostLeast, "q3-most=1&q3-least=1"), Read::Clash);
        assert_eq!(of(StepKind::MostLeast, ""), Read::Nothing);
    }

    #[test]
    fn every_member_has_a_rank_of_its_own() {
        let ranks = Read::Answer(GivenAnswer::Ranks(GivenRanks { ranks: vec![2, 3, 1] }));
        assert_eq!(of(StepKind::Ranking, "q3-1=2&q3-2=3&q3-3=1"), ranks);
        assert_eq!(of(StepKind::Ranking, "q3-1=2&q3-2=2&q3-3=1"), Read::Clash);
        assert_eq!(of(StepKind::Ranking, "q3-1=2&q3-2=&q3-3=1"), Read::Half);
    }
}
