//! The steps of a page as controls: radios, lists of ranks, fields. Nothing is dragged.

use crate::pages::form::Fields;
use crate::pages::look::set;
use crate::questionnaire::{GivenAnswer, NoAnswer, StepKind, StepView};

/// What stands in a control for "I would rather not answer".
pub(super) const PASS: &str = "pass";

/// An option to choose one from.
pub(super) struct OptionControl {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// A member of a block.
pub(super) struct MemberControl {
    pub number: u32,
    pub text: String,
    pub is_most: bool,
    pub is_least: bool,
    /// The rank that is chosen; 0 for none.
    pub rank: u32,
}

/// One step as it is shown.
pub(super) struct StepControl {
    pub position: u32,
    pub kind: StepKind,
    pub text: String,
    pub options: Vec<OptionControl>,
    pub members: Vec<MemberControl>,
    /// The words for a choice within a block.
    pub most: String,
    pub least: String,
    /// What is written in a field.
    pub value: String,
    /// What may be written in it.
    pub lowest: String,
    pub highest: String,
    /// Words for the ends of a range.
    pub ends: Vec<String>,
    pub max_chars: u32,
    pub is_passed: bool,
    /// What must be put right.
    pub error: Option<String>,
}

impl StepControl {
    /// Sets the words of the questionnaire with the typography of its language.
    pub(super) fn typeset(&mut self, language: &str) {
        let words = [&mut self.text, &mut self.most, &mut self.least].into_iter();
        let words = words.chain(self.options.iter_mut().map(|option| &mut option.label));
        let words = words.chain(self.members.iter_mut().map(|member| &mut member.text)).chain(&mut self.ends);
        for text in words {
            *text = set(language, text);
        }
    }

    /// The controls of a step, with what was answered before.
    pub(super) fn of(step: &StepView, answer: Option<&GivenAnswer>) -> Self {
        let option = match answer {
            Some(GivenAnswer::Option(given)) => Some(given.option),
            _ => None,
        };
        let (most, least) = match answer {
            Some(GivenAnswer::MostLeast(given)) => (Some(given.most), Some(given.least)),
            _ => (None, None),
        };
        let rank_of = |idx: usize| match answer {
            Some(GivenAnswer::Ranks(given)) => given.ranks.get(idx).and_then(|&rank| u32::try_from(rank).ok()),
            _ => None,
        };
        let value = match answer {
            Some(GivenAnswer::Number(given)) => given.number.to_string(),
            Some(GivenAnswer::Text(given)) => given.text.clone(),
            _ => String::new(),
        };
        let options = step.options.iter().map(|view| OptionControl {
            value: view.option.to_string(),
            label: view.label.clone(),
            is_chosen: option == Some(i64::from(view.option)),
        });
        let members = step.members.iter().enumerate().map(|(idx, view)| MemberControl {
            number: view.member,
            text: view.text.clone(),
            is_most: most == Some(i64::from(view.member)),
            is_least: least == Some(i64::from(view.member)),
            rank: rank_of(idx).unwrap_or(0),
        });
        let (most, least) = step.choice.as_ref().map_or_else(Default::default, |c| (c.most.clone(), c.least.clone()));
        let (lowest, highest) =
            step.bounds.as_ref().map_or_else(Default::default, |b| (b.lowest.to_string(), b.highest.to_string()));
        let ends = step.bounds.iter().flat_map(|bounds| &bounds.labels);
        Self {
            position: step.position,
            kind: step.kind,
            text: step.text.clone().unwrap_or_default(),
            options: options.collect(),
            members: members.collect(),
            most,
            least,
            value,
            lowest,
            highest,
            ends: ends.map(|label| format!("{}\u{a0}: {}", label.number, label.label)).collect(),
            max_chars: step.max_chars.unwrap_or_default(),
            is_passed: matches!(answer, Some(GivenAnswer::None(none)) if none.none == NoAnswer::Declined),
            error: None,
        }
    }

    /// The same with what was just filled in, where it is no answer yet: nothing that somebody chose is cleared.
    pub(super) fn keep(&mut self, fields: &Fields) {
        let name = format!("q{}", self.position);
        if let Some(text) = fields.raw(&name) {
            text.clone_into(&mut self.value);
        }
        for member in &mut self.members {
            let number = member.number.to_string();
            member.is_most = fields.text(&format!("{name}-most")) == number;
            member.is_least = fields.text(&format!("{name}-least")) == number;
            member.rank = fields.parsed(&format!("{name}-{number}")).unwrap_or(0);
        }
    }

    pub(super) fn is_choice(&self) -> bool {
        matches!(self.kind, StepKind::Likert | StepKind::Dichotomous | StepKind::Choice)
    }

    /// Whether options stand side by side: few and short.
    pub(super) fn is_row(&self) -> bool {
        let widest = self.options.iter().map(|option| option.label.chars().count()).max().unwrap_or(0);
        (2..=7).contains(&self.options.len()) && widest <= 24
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self.kind, StepKind::Slider | StepKind::Number)
    }

    pub(super) fn is_most_least(&self) -> bool {
        self.kind == StepKind::MostLeast
    }

    pub(super) fn is_ranking(&self) -> bool {
        self.kind == StepKind::Ranking
    }

    /// Identifier of its first control.
    pub(super) fn first_control(&self) -> String {
        format!("q{}-1", self.position)
    }

    /// The ranks to choose from.
    pub(super) fn ranks(&self) -> std::ops::RangeInclusive<u32> {
        1..=u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }
}
