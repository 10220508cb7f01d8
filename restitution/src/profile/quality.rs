//! How one person answered: the indices of `bilan analyze quality`, with the instrument's own reference.

use engine::model::{Answer, ResponseMatrix};
use engine::quality::{NoIndex, QualityAnswers, QualityPlan, ResponseTime, quality_panels};
use reports::text::quality::{NoQualityIndex, QualityIndex as Words, panel_note};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::material::Material;
use crate::results::check_length;

/// How one person answered: indices of a panel, none of them a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Items answered.
    pub n_answered: usize,
    /// With whom the person is compared; `None`: the instrument has no reference.
    pub reference: Option<String>,
    /// How to read the panel.
    pub note: String,
    /// The indices that apply to the instrument.
    pub indices: Vec<QualityEntry>,
}

/// One index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityEntry {
    /// Its name in tables.
    pub id: String,
    /// Its name for readers.
    pub name: String,
    /// Its value.
    pub value: Option<f64>,
    /// Why it has none.
    pub reason: Option<String>,
    /// What it looks at.
    pub looks_at: String,
    /// How to read it.
    pub reading: String,
    /// What it cannot say.
    pub limits: String,
}

pub(super) fn quality(material: &Material, answers: &[Answer], time: &ResponseTime) -> Result<Quality> {
    let (language, instrument) = (material.language, material.instrument.instrument());
    check_length(material.instrument, answers)?;
    let plan = QualityPlan::of(instrument);
    let answers = QualityAnswers::of(&plan, &ResponseMatrix::from_rows(instrument, answers)?)?;
    let reference = material.instrument.quality();
    let panels = quality_panels(&plan, &answers, reference, std::slice::from_ref(time));
    let values = panels.iter().flat_map(|panel| panel.iter());
    let applies = values.filter(|(_, value)| *value != Err(NoIndex::DoesNotApply));
    let entry = |(index, value): (engine::quality::QualityIndex, std::result::Result<f64, NoIndex>)| {
        let words = Words::from_id(index.id())?;
        Some(QualityEntry {
            id: index.id().to_owned(),
            name: words.name(language),
            value: value.ok(),
            reason: value.err().map(|reason| words_of(reason).sentence(language)),
            looks_at: words.looks_at(language),
            reading: words.reading(language),
            limits: words.limits(language),
        })
    };
    Ok(Quality {
        n_answered: panels.first().map_or(0, |panel| panel.n_answered),
        reference: reference.map(|reference| reference.parts().source.clone()),
        note: panel_note(language),
        indices: applies.filter_map(entry).collect(),
    })
}

fn words_of(reason: NoIndex) -> NoQualityIndex {
    match reason {
        NoIndex::ReferenceTooSmall { .. } | NoIndex::IndefiniteCovariances | NoIndex::DependentItems => {
            NoQualityIndex::ReferenceUnusable
        }
        NoIndex::TooFewAnswers { .. } | NoIndex::TooFewScales { .. } | NoIndex::TooFewPairs { .. } => {
            NoQualityIndex::TooFewAnswers
        }
        NoIndex::NoSpread => NoQualityIndex::NoSpread,
        NoIndex::ExtremeScore => NoQualityIndex::ExtremeScore,
        NoIndex::DoesNotApply => NoQualityIndex::DoesNotApply,
        NoIndex::NoTime | NoIndex::ImpossibleTime => NoQualityIndex::NoTime,
        _ => NoQualityIndex::NoReference,
    }
}
