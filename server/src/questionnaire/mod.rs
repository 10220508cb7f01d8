//! Everything between an instrument and answering it online. Pure: no storage, no HTTP, time as an argument.
//!
//! In the order of an assessment:
//!
//! 1. [`steps`]: an instrument as steps, addressed by their position; the one place that says which comes next.
//! 2. [`delivery`]: pages of what a browser gets of them ([`view`]): texts and positions, never an item id, a scale, a key or a norm.
//! 3. [`sections`]: time limits, kept by the server; accommodations.
//! 4. [`given`], [`answer`]: an answer from outside, checked against its step, or a [`refusal`]; [`row`]: all answers as a row for the engine.
//! 5. [`timing`]: seconds a step, active time without pauses.
//! 6. [`scoring`]: the row to a [`result::ResultDocument`] with its [`reasons`], by the engine's one scorer; [`csv`]: its row of `bilan score`;
//!    [`verify`]: the same scored again and compared.

pub mod answer;
pub mod csv;
pub mod delivery;
pub mod given;
pub mod reasons;
pub mod refusal;
pub mod result;
pub mod row;
pub mod scoring;
pub mod sections;
pub mod steps;
pub mod timing;
pub mod verify;
pub mod view;

#[cfg(test)]
pub(crate) mod fixtures;

pub use answer::StoredAnswer;
pub use delivery::{DeliveryError, Opened, PAGE_SIZE, Sheet};
pub use given::{
    GivenAnswer, GivenMostLeast, GivenNone, GivenNumber, GivenOption, GivenRanks, GivenText, MAX_TEXT_CHARS, NoAnswer,
};
pub use refusal::AnswerError;
pub use result::ResultDocument;
pub use scoring::{Circumstances, NormChoice, ScoreRequest, ScoringError, SimulatedNorms, score_row};
pub use sections::{Accommodation, AccommodationKind, AccommodationReason, SectionClock, SectionError};
pub use steps::{Next, Step, StepKind, Steps};
pub use timing::{StepTimes, Timing};
pub use verify::{Verification, recompute_and_compare};
pub use view::{ChoiceView, MemberView, PageView, SectionView, SheetView, StepView};
