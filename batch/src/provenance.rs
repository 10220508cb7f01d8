//! What made the scores: it travels with them, so that a reader can check or repeat them.

use engine::assessment::IntervalKind;
use engine::model::{MissingPolicy, Rounding};
use engine::norms::{NormKind, Standardization, StratumRule};
use instruments::LoadedInstrument;
use serde::Serialize;

use crate::settings::ScoreSettings;

/// The instrument, norm, rules and versions behind a file of scores. Holds no time and no place, so that the same
/// input gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provenance {
    engine: String,
    instrument: String,
    version: String,
    content: String,
    evidence: String,
    norm: Option<NormProvenance>,
    metrics: Vec<String>,
    decimals: String,
    interval_level: f64,
    interval: &'static str,
    scales: Vec<ScaleProvenance>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NormProvenance {
    id: String,
    title: String,
    source: String,
    year: i32,
    kind: String,
    population: String,
    standardization: String,
    weighting: String,
    content: String,
    stratum_rule: &'static str,
    strata: Vec<StratumProvenance>,
    notes: Vec<String>,
    warning: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct StratumProvenance {
    id: String,
    n: Option<u32>,
    combined: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ScaleProvenance {
    id: String,
    n_items: usize,
    missing: String,
    rounding: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reliability: Vec<String>,
}

/// Rows read, scored and rejected; read = scored + rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Rows of the input.
    pub read: u64,
    /// Rows with an output row of their own.
    pub scored: u64,
    /// Rows that could not be scored at all.
    pub rejected: u64,
}

impl Provenance {
    /// Gathers what made the scores of a run.
    #[must_use]
    pub fn of(instrument: &LoadedInstrument, norm_id: Option<&str>, settings: &ScoreSettings) -> Self {
        let loaded = instrument.instrument();
        let norm = norm_id.and_then(|id| instrument.norm(id)).map(|norm| {
            let rule = settings.norm.as_ref().map(|norm| norm.rule);
            norm_provenance(norm, rule.unwrap_or(StratumRule::BySex))
        });
        let scales = loaded
            .scales()
            .iter()
            .enumerate()
            .map(|(scale_idx, scale)| ScaleProvenance {
                id: scale.id.to_string(),
                n_items: loaded.n_items_of(scale_idx),
                missing: missing_words(scale.missing),
                rounding: rounding_words(scale.rounding),
                reliability: instrument
                    .reliability(scale_idx)
                    .iter()
                    .map(|known| {
                        format!("{} {} (SD {}; {})", known.coefficient.word(), known.value, known.sd, known.source)
                    })
                    .collect(),
            })
            .collect();
        Self {
            engine: format!("bilan {}", engine::VERSION),
            instrument: loaded.id().to_string(),
            version: loaded.version().to_string(),
            content: instrument.hash().to_owned(),
            evidence: instrument.about().evidence.word().to_owned(),
            norm,
            metrics: settings.metrics.iter().map(ToString::to_string).collect(),
            decimals: settings.decimals.to_string(),
            interval_level: settings.interval.level(),
            interval: match settings.interval.kind() {
                IntervalKind::Observed => "observed",
                IntervalKind::True => "true",
            },
            scales,
        }
    }

    /// As JSON on one line, with the counts of the run when they are known.
    #[must_use]
    pub fn to_json(&self, counts: Option<&Counts>) -> String {
        #[derive(Serialize)]
        struct WithCounts<'a> {
            #[serde(flatten)]
            provenance: &'a Provenance,
            #[serde(skip_serializing_if = "Option::is_none")]
            rows: Option<&'a Counts>,
        }
        // Plain strings and numbers always serialize.
        serde_json::to_string(&WithCounts { provenance: self, rows: counts }).unwrap_or_default()
    }
}

fn norm_provenance(norm: &instruments::LoadedNorm, rule: StratumRule) -> NormProvenance {
    let (card, group) = (norm.card(), norm.group());
    NormProvenance {
        id: card.id.to_string(),
        title: card.title.clone(),
        source: card.source.clone(),
        year: card.year,
        kind: kind_word(group.kind()).to_owned(),
        population: card.population.clone(),
        standardization: standardization_word(group.standardization()).to_owned(),
        weighting: card.weighting.clone(),
        content: norm.hash().to_owned(),
        stratum_rule: match rule {
            StratumRule::BySex => "by-sex",
            StratumRule::Combined => "combined",
        },
        strata: group
            .strata()
            .iter()
            .map(|stratum| StratumProvenance {
                id: stratum.id().to_string(),
                n: stratum.n(),
                combined: stratum.is_combined(),
            })
            .collect(),
        notes: card.notes.clone(),
        warning: (group.kind() == NormKind::Simulated).then_some(SIMULATED_DATA),
    }
}

fn kind_word(kind: NormKind) -> &'static str {
    match kind {
        NormKind::Standardization => "standardization",
        NormKind::ConvenienceSample => "convenience-sample",
        NormKind::Local => "local",
        NormKind::Simulated => "simulated",
    }
}

fn standardization_word(standardization: Standardization) -> &'static str {
    match standardization {
        Standardization::Linear => "linear",
        Standardization::Normalized => "normalized",
    }
}

/// What stands wherever a norm of simulated data is used.
pub const SIMULATED_DATA: &str = "données simulées / simulated data: for demonstration only";

/// How raw scores are rounded, in words.
#[must_use]
pub fn rounding_words(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::None => "none",
        Rounding::HalfUp => "half-up",
        Rounding::HalfEven => "half-even",
    }
}

/// What happens to missing answers, in words.
#[must_use]
pub fn missing_words(policy: MissingPolicy) -> String {
    match policy {
        MissingPolicy::Reject => "reject".to_owned(),
        MissingPolicy::Prorate { min_answered } => format!("prorate, at least {min_answered} answered"),
        MissingPolicy::MeanOfAnswered { min_answered } => {
            format!("mean of answered, at least {min_answered} answered")
        }
    }
}
