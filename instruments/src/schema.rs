//! The TOML files as they are written: `instrument.toml`, the card of a norm, and `quality.toml`.
//!
//! Closed choices are read as text, and unknown keys are collected instead of stopping the reader, so that every slip is
//! reported at once, with its place and the nearest known word. Only a value of the wrong type (a text for a number) ends the reading
//! of its file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Keys that the format does not have.
pub(crate) type Unknown = BTreeMap<String, toml::Value>;

/// `instrument.toml`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct InstrumentFile {
    pub id: Option<String>,
    pub version: Option<String>,
    pub kind: Option<String>,
    pub languages: Option<Vec<String>>,
    pub authors: Option<Vec<String>>,
    pub license: Option<String>,
    pub sources: Option<Vec<String>>,
    pub evidence: Option<String>,
    pub purpose: Option<String>,
    pub administration: Option<String>,
    pub supervision: Option<String>,
    pub minutes: Option<u16>,
    pub scoring: Option<ScoringFile>,
    #[serde(default)]
    pub response_scales: BTreeMap<String, ResponseScaleFile>,
    #[serde(default)]
    pub scales: Vec<ScaleFile>,
    pub circle: Option<CircleFile>,
    #[serde(default)]
    pub sections: Vec<SectionFile>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl InstrumentFile {
    /// The keys of the format, for "did you mean".
    pub(crate) const KEYS: &[&str] = &[
        "id",
        "version",
        "kind",
        "languages",
        "authors",
        "license",
        "sources",
        "evidence",
        "purpose",
        "administration",
        "supervision",
        "minutes",
        "scoring",
        "response_scales",
        "scales",
        "circle",
        "sections",
    ];
}

/// `[scoring]`: what a scale does unless it says otherwise.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ScoringFile {
    pub score: Option<String>,
    pub missing: Option<MissingFile>,
    pub rounding: Option<String>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl ScoringFile {
    pub(crate) const KEYS: &[&str] = &["score", "missing", "rounding"];
}

/// `missing = { policy = …, min_answered = … }`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MissingFile {
    pub policy: Option<String>,
    /// A count, or a fraction as text.
    pub min_answered: Option<toml::Value>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl MissingFile {
    pub(crate) const KEYS: &[&str] = &["policy", "min_answered"];
}

/// `[response_scales.<id>]`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ResponseScaleFile {
    pub kind: Option<String>,
    pub lowest: Option<f64>,
    pub highest: Option<f64>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl ResponseScaleFile {
    pub(crate) const KEYS: &[&str] = &["kind", "lowest", "highest"];
}

/// `[[scales]]`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ScaleFile {
    pub id: Option<String>,
    pub score: Option<String>,
    pub missing: Option<MissingFile>,
    pub rounding: Option<String>,
    pub includes: Option<Vec<String>>,
    pub components: Option<BTreeMap<String, f64>>,
    pub centered: Option<bool>,
    pub ipsative: Option<bool>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl ScaleFile {
    pub(crate) const KEYS: &[&str] =
        &["id", "score", "missing", "rounding", "includes", "components", "centered", "ipsative"];
}

/// `[circle]`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CircleFile {
    pub order: Option<Vec<String>>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl CircleFile {
    pub(crate) const KEYS: &[&str] = &["order"];
}

/// `[[sections]]`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SectionFile {
    pub id: Option<String>,
    pub first: Option<String>,
    pub last: Option<String>,
    pub seconds: Option<i64>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl SectionFile {
    pub(crate) const KEYS: &[&str] = &["id", "first", "last", "seconds"];
}

/// `norms/<norm>.toml`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NormFile {
    pub id: Option<String>,
    pub title: Option<String>,
    pub source: Option<String>,
    pub year: Option<i32>,
    pub kind: Option<String>,
    pub population: Option<String>,
    pub standardization: Option<String>,
    pub weighting: Option<String>,
    pub combined: Option<bool>,
    pub n: Option<u64>,
    pub instrument_version: Option<String>,
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(default)]
    pub words: BTreeMap<String, CardWordsFile>,
    #[serde(default)]
    pub strata: Vec<StratumFile>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// `[words.<lang>]` of a norm: what a reader of that language is told.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CardWordsFile {
    pub title: Option<String>,
    pub population: Option<String>,
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl CardWordsFile {
    pub(crate) const KEYS: &[&str] = &["title", "population", "notes"];
}

impl NormFile {
    pub(crate) const KEYS: &[&str] = &[
        "id",
        "title",
        "source",
        "year",
        "kind",
        "population",
        "standardization",
        "weighting",
        "combined",
        "n",
        "instrument_version",
        "notes",
        "words",
        "strata",
    ];
}

/// `[[strata]]`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct StratumFile {
    pub id: Option<String>,
    pub sex: Option<String>,
    pub age_min: Option<i64>,
    pub age_max: Option<i64>,
    pub n: Option<i64>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl StratumFile {
    pub(crate) const KEYS: &[&str] = &["id", "sex", "age_min", "age_max", "n"];
}

/// `quality.toml`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct QualityFile {
    pub source: Option<String>,
    pub n: Option<i64>,
    pub critical_r: Option<f64>,
    #[serde(default)]
    pub items: Vec<QualityItemFile>,
    #[serde(default)]
    pub pairs: Vec<QualityPairFile>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl QualityFile {
    pub(crate) const KEYS: &[&str] = &["source", "n", "critical_r", "items", "pairs"];
}

/// `[[items]]` of `quality.toml`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct QualityItemFile {
    pub id: Option<String>,
    pub mean: Option<f64>,
    pub covariances: Option<Vec<f64>>,
    pub popularity: Option<Vec<f64>>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl QualityItemFile {
    pub(crate) const KEYS: &[&str] = &["id", "mean", "covariances", "popularity"];
}

/// `[[pairs]]` of `quality.toml`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct QualityPairFile {
    pub first: Option<String>,
    pub second: Option<String>,
    pub r: Option<f64>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl QualityPairFile {
    pub(crate) const KEYS: &[&str] = &["first", "second", "r"];
}
