//! What a browser gets: texts, positions, bounds. No item or scale id, no key, no weight, no right answer, no norm.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sections::TimeView;
use super::steps::StepKind;

/// The questionnaire as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SheetView {
    /// Title, in the language.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// What the person is asked to do.
    pub instruction: String,
    /// The language, such as `fr`.
    pub language: String,
    /// Number of steps.
    pub n_steps: u32,
    /// Steps on a page unless another number is asked for.
    pub page_size: u32,
    /// Usual time needed, in minutes.
    pub minutes: Option<u16>,
    /// Its parts; empty where it has none.
    pub sections: Vec<SectionView>,
}

/// A part of the questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SectionView {
    /// Number, from 1.
    pub number: u32,
    /// Title, in the language.
    pub title: String,
    /// What the person is asked to do in it.
    pub instruction: Option<String>,
    /// Position of its first step.
    pub first: u32,
    /// Position of its last step.
    pub last: u32,
    /// Time limit in seconds, before accommodations.
    pub seconds: Option<u32>,
}

/// Some steps that follow each other, all of one section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PageView {
    /// The steps.
    pub steps: Vec<StepView>,
    /// Position of the step after the page; none at the end.
    pub next: Option<u32>,
    /// Number of steps of the questionnaire.
    pub n_steps: u32,
    /// The section, where the questionnaire has sections.
    pub section: Option<SectionView>,
    /// The time left of the section, where it has a limit.
    pub time: Option<TimeView>,
}

/// One step, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// Position, from 1.
    pub position: u32,
    /// How it is answered.
    pub kind: StepKind,
    /// The text; none for a block, whose members have their own.
    pub text: Option<String>,
    /// The options to choose one from; empty for other kinds.
    pub options: Vec<OptionView>,
    /// The members of a block; empty for other kinds.
    pub members: Vec<MemberView>,
    /// The words for a choice within a block.
    pub choice: Option<ChoiceView>,
    /// The bounds of a number.
    pub bounds: Option<BoundsView>,
    /// The most characters of a text.
    pub max_chars: Option<u32>,
}

/// An option: its number is its place in the list, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptionView {
    /// Number, from 1.
    pub option: u32,
    /// Label, in the language.
    pub label: String,
}

/// A member of a block: its number is its place in the block, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// Number, from 1.
    pub member: u32,
    /// Text, in the language.
    pub text: String,
}

/// The words for the member that is most like the person, and for the one that is least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChoiceView {
    /// Most like me.
    pub most: String,
    /// Least like me.
    pub least: String,
}

/// The bounds of a number, both allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BoundsView {
    /// Lowest.
    pub lowest: f64,
    /// Highest.
    pub highest: f64,
    /// Words for some of the numbers, rising; usually for the ends.
    pub labels: Vec<NumberLabel>,
}

/// A word for a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NumberLabel {
    /// The number.
    pub number: i64,
    /// The word.
    pub label: String,
}
