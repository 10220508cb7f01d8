//! Why a person has no value on an index.

/// Why an index of response quality has no value. Nothing is ever put in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoIndex {
    /// The index compares with other people, and nobody is known.
    #[error("no reference")]
    NoReference,
    /// A reference is known, but does not hold what this index needs.
    #[error("the reference does not hold what this index needs")]
    NotInReference,
    /// The reference sample is too small for its number of items.
    #[error("the reference has {n} people; {needed} are needed")]
    ReferenceTooSmall {
        /// Number of people of the reference.
        n: u64,
        /// Fewest that are needed.
        needed: u64,
    },
    /// The covariances of the reference contradict each other, as pairwise ones with many missing answers can.
    #[error("the covariances of the reference fit no set of answers")]
    IndefiniteCovariances,
    /// Some items of the reference follow from others, so that an incomplete person cannot be placed.
    #[error("items of the reference depend on each other, and some answers are missing")]
    DependentItems,
    /// Too few answers.
    #[error("{answered} answers; {needed} are needed")]
    TooFewAnswers {
        /// Number of answers.
        answered: usize,
        /// Fewest that are needed.
        needed: usize,
    },
    /// Too few scales.
    #[error("{given} scales with both halves answered; {needed} are needed")]
    TooFewScales {
        /// Number of scales.
        given: usize,
        /// Fewest that are needed.
        needed: usize,
    },
    /// Too few pairs of items.
    #[error("{given} pairs of items answered; {needed} are needed")]
    TooFewPairs {
        /// Number of pairs.
        given: usize,
        /// Fewest that are needed.
        needed: usize,
    },
    /// The values to be correlated are all the same.
    #[error("the answers to be compared are all the same")]
    NoSpread,
    /// All answers at the lowest or all at the highest end: every order of the items fits them.
    #[error("all answers are at one end, which fits any order of the items")]
    ExtremeScore,
    /// The index is for right/wrong items of a single scale.
    #[error("for right/wrong items of a single scale only")]
    DoesNotApply,
    /// No time was recorded.
    #[error("no time was recorded")]
    NoTime,
    /// A time that is not above 0, or no number.
    #[error("the recorded time is not possible")]
    ImpossibleTime,
}
