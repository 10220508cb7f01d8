//! The result of one assessment: scores with everything that made them. It holds no answers and no keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reasons::{NoError, NoNorm, NoRaw};
use super::sections::Accommodation;
use crate::clock::Timestamp;

/// The form of this document; a later one reads it on.
pub const RESULT_FORMAT: u8 = 1;

/// The result of one person on one instrument.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResultDocument {
    /// Form of the document.
    pub format: u8,
    /// The instrument.
    pub instrument: InstrumentFacts,
    /// The engine that scored, such as `bilan 0.1.0`.
    pub engine: String,
    /// The language in which it was answered.
    pub language: Option<String>,
    /// When it was handed in, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub completed_at: Timestamp,
    /// Active seconds spent, pauses cut out.
    pub seconds: Option<f64>,
    /// Under which supervision: `open`, `controlled`, `supervised`, `managed`.
    pub supervision: String,
    /// How conditions were changed for the person.
    pub accommodations: Vec<Accommodation>,
    /// Number of items.
    pub n_items: u32,
    /// Number of items answered.
    pub n_answered: u32,
    /// The norm, the person's place in it and why; none where no norm was chosen.
    pub norm: Option<NormFacts>,
    /// What intervals mean.
    pub interval: IntervalFacts,
    /// The scales, in the instrument's order.
    pub scales: Vec<ScaleDocument>,
    /// What a reader must know of the scores, in words.
    pub notes: Notes,
}

/// The instrument behind a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstrumentFacts {
    /// Identifier.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of items, keys and scoring rules.
    pub content: String,
    /// What it is about, as in `instrument.toml`.
    pub kind: String,
    /// What is known about the quality of its scores.
    pub evidence: String,
    /// Who answers about whom.
    pub administration: String,
}

/// The norm behind a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NormFacts {
    /// Identifier.
    pub id: String,
    /// SHA-256 of card and values.
    pub content: String,
    /// Title.
    pub title: String,
    /// Where it was published, or who made it.
    pub source: String,
    /// Year of the sample or of its publication.
    pub year: i32,
    /// Where its people come from: `standardization`, `convenience-sample`, `local`, `simulated`.
    pub kind: String,
    /// Who the people are.
    pub population: String,
    /// `linear` or `normalized`.
    pub standardization: String,
    /// How people were weighted, `none` where they were not.
    pub weighting: String,
    /// Number of people; none is unknown.
    pub n: Option<u64>,
    /// Remarks of the card.
    pub notes: Vec<String>,
    /// What must stand beside every score, for simulated data.
    pub warning: Option<String>,
    /// `by-sex` or `combined`.
    pub rule: String,
    /// What was known of the person.
    pub person: PersonFactsRecord,
    /// The stratum that served.
    pub stratum: Option<StratumFacts>,
    /// Why none served.
    pub no_stratum: Option<NoNorm>,
}

/// What was known of a person when the stratum was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonFactsRecord {
    /// `F` or `M`, where known.
    #[schema(value_type = Option<String>)]
    pub sex: Option<SexRecord>,
    /// Completed years, where known.
    pub age: Option<u8>,
    /// Why the age is not known.
    pub no_age: Option<NoAge>,
}

/// Sex as norms record it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum SexRecord {
    /// Female.
    #[serde(rename = "F")]
    Female,
    /// Male.
    #[serde(rename = "M")]
    Male,
}

/// Why an age is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoAge {
    /// It was not given.
    Missing,
    /// What was given is no number.
    Unreadable,
    /// What was given is no age.
    Impossible,
}

/// The group of a norm that a person is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StratumFacts {
    /// Identifier within the norm.
    pub id: String,
    /// Sex of its people; none is anyone.
    #[schema(value_type = Option<String>)]
    pub sex: Option<SexRecord>,
    /// Youngest age; none is open.
    pub age_min: Option<u8>,
    /// Oldest age; none is open.
    pub age_max: Option<u8>,
    /// Number of people; none is unknown.
    pub n: Option<u32>,
    /// Whether it mixes women and men in equal parts.
    pub combined: bool,
    /// Why it served.
    pub because: StratumBecause,
}

/// Why a stratum served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StratumBecause {
    /// It is for everyone, or for everyone of the person's age.
    Everyone,
    /// It is for the person's sex, and age where it has ages.
    OwnGroup,
    /// The sex is not given.
    SexNotGiven,
    /// The combined stratum was chosen for everyone.
    CombinedChosen,
}

/// What the intervals of a result mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IntervalFacts {
    /// Around what: `observed` score, or `true` score (Kelley).
    pub kind: IntervalKindRecord,
    /// Level, between 0 and 1.
    pub level: f64,
}

/// Around what an interval is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalKindRecord {
    /// Around the observed score.
    Observed,
    /// Around the estimate of the true score.
    True,
}

/// One scale of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScaleDocument {
    /// Identifier.
    pub id: String,
    /// Number of its items.
    pub n_items: u16,
    /// How many were answered.
    pub n_answered: u16,
    /// What happens to missing answers, in words; none for a composite, which follows its components.
    pub missing: Option<String>,
    /// How the raw score is rounded, in words.
    pub rounding: String,
    /// Whether it compares within the person only.
    pub ipsative: bool,
    /// Raw score.
    pub raw: Option<f64>,
    /// Whether the answered items stand for the others.
    pub prorated: bool,
    /// Why there is no raw score.
    pub unscored: Option<NoRaw>,
    /// Mean of the answered keyed items.
    pub mean: Option<f64>,
    /// Lowest possible raw score.
    pub lowest: Option<f64>,
    /// Highest possible raw score.
    pub highest: Option<f64>,
    /// Standing in the norm.
    pub norm: Option<NormValues>,
    /// Why there is none although a norm was chosen.
    pub no_norm: Option<NoNorm>,
    /// How sure the score is.
    pub error: Option<ErrorDocument>,
    /// Why that is not known.
    pub no_error: Option<NoError>,
    /// What a reader must know, in words.
    pub notes: Vec<String>,
}

/// All metrics of one z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NormValues {
    /// z: mean 0, SD 1.
    pub z: Option<f64>,
    /// T: mean 50, SD 10.
    pub t: Option<f64>,
    /// Percentile rank, 0 to 100.
    pub percentile_rank: Option<f64>,
    /// How the percentile rank was made, or beyond which end there is none.
    pub rank_basis: RankBasis,
    /// Sten, 1 to 10.
    pub sten: Option<i64>,
    /// Stanine, 1 to 9.
    pub stanine: Option<i64>,
    /// IQ type: mean 100, SD 15.
    pub iq: Option<f64>,
    /// Scaled score: mean 10, SD 3.
    pub scaled: Option<f64>,
    /// Normal curve equivalent: mean 50, SD 21.06.
    pub nce: Option<f64>,
}

/// How a percentile rank was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RankBasis {
    /// Read from the norm's table.
    Table,
    /// Between two rows of the norm's table.
    TableInterpolated,
    /// 100·Φ(z): as if scores were normally distributed.
    NormalApproximation,
    /// None: the norm sample had nobody so low.
    BelowTable,
    /// None: the norm sample had nobody so high.
    AboveTable,
    /// None: the raw score is no finite number.
    NotFinite,
}

/// How sure a score is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDocument {
    /// The reliability coefficient it rests on; none where it rests on the spread of the person's own answers (Brennan, 1998).
    pub reliability: Option<ReliabilityFacts>,
    /// In raw points.
    pub raw: Band,
    /// In T points, where there is a T score.
    pub t: Option<Band>,
}

/// A reliability coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReliabilityFacts {
    /// `alpha`, `omega-total` or `retest`.
    pub coefficient: String,
    /// Its value.
    pub value: f64,
    /// Standard deviation of the raw score in the same group.
    pub sd: f64,
    /// The group.
    pub group: String,
    /// Number of people; none is unknown.
    pub n: Option<u32>,
    /// Where it was published.
    pub source: String,
}

/// A standard error and an interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Band {
    /// Standard error of measurement (of estimation around the true score).
    pub standard_error: f64,
    /// Center: the score, or Kelley's estimate.
    pub center: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// What a reader of the scores must know, in the words of the column `notes` of `bilan score`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Notes {
    /// About scores.
    pub scores: String,
    /// About scores and intervals.
    pub with_intervals: String,
}
