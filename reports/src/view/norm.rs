//! The card of a norm: whom the person is compared with.

/// Everything a reader must know about a norm.
#[derive(Debug, Clone, PartialEq)]
pub struct NormCardView {
    /// Name of the norm.
    pub title: String,
    /// Publication or study it comes from.
    pub source: String,
    /// Year of the data.
    pub year: Option<u16>,
    /// People in the stratum that serves; `None` is shown as unknown.
    pub n: Option<u64>,
    /// Who they were.
    pub population: String,
    /// The stratum that serves, such as « femmes de 30 à 39 ans ».
    pub stratum: Stratum,
    /// What kind of norm it is.
    pub kind: NormKind,
    /// How raw scores become standard scores.
    pub standardization: Standardization,
    /// Weighting of the sample, described; `None` for none.
    pub weighting: Option<String>,
    /// Standard error of the norm mean in T points, where n is known.
    pub mean_standard_error: Option<f64>,
    /// Version of the norm.
    pub version: Option<String>,
    /// Known oddities and cautions.
    pub notes: Vec<String>,
}

/// The part of the norm that serves.
#[derive(Debug, Clone, PartialEq)]
pub enum Stratum {
    /// The norm has one group for everyone.
    Everyone,
    /// One group of the norm.
    One {
        /// Whom it holds, in the reader's language.
        description: String,
    },
    /// Women and men mixed in equal parts.
    Combined {
        /// What was mixed, in the reader's language.
        description: String,
        /// Why it serves.
        because: CombinedBecause,
    },
}

/// Why a combined stratum serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CombinedBecause {
    /// The sex is not known.
    SexNotGiven,
    /// It was chosen for everyone.
    Chosen,
}

/// What kind of sample a norm comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormKind {
    /// Drawn to represent a population.
    Standardization,
    /// People who happened to answer, as published.
    ConvenienceSample,
    /// The people of one organisation.
    Local,
    /// Nobody: simulated answers, for demonstration and tests.
    Simulated,
}

/// How raw scores become standard scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standardization {
    /// By mean and standard deviation.
    Linear,
    /// By percentile ranks, so that standard scores are normally distributed.
    Normalized,
}
