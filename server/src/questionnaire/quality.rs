//! How one person answered: the panel of quality indices, each with its value or the reason why it has none. No verdict.

use engine::model::{Answer, ResponseMatrix};
use engine::quality::{NoIndex, QualityAnswers, QualityPlan, ResponseTime, quality_panels};
use instruments::LoadedInstrument;
use reports::text::Language;
use reports::text::quality::QualityIndex as Words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::timing::Timing;

/// The panel of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QualityView {
    /// Number of items answered that count for the indices.
    pub n_answered: u32,
    /// Whom the person is compared with, where the instrument brings a reference.
    pub reference: Option<QualityReferenceView>,
    /// The indices, in the order of a panel.
    pub indices: Vec<QualityIndexView>,
}

/// Whom a person is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityReferenceView {
    /// Who they are.
    pub source: String,
    /// How many.
    pub n: u64,
}

/// One index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QualityIndexView {
    /// Its name in tables.
    pub id: String,
    /// Its value.
    pub value: Option<f64>,
    /// Why it has none.
    pub reason: Option<String>,
    /// Whether it is for another kind of instrument, and may be left out of a page.
    pub applies: bool,
    /// Its name, in the language.
    pub name: String,
    /// What it looks at.
    pub looks_at: String,
    /// How to read a high and a low value.
    pub reading: String,
    /// What it cannot say.
    pub limits: String,
}

/// Answers that are not those of the instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answers do not fit the instrument")]
pub struct NotItsAnswers;

/// The panel of one person, by the functions behind `bilan analyze quality`; the reference is the instrument's own, as a single person
/// gives none.
///
/// # Errors
/// [`NotItsAnswers`] for a row of another instrument.
pub fn quality_panel(
    loaded: &LoadedInstrument,
    row: &[Answer],
    timing: Option<&Timing>,
    language: Language,
) -> Result<QualityView, NotItsAnswers> {
    let instrument = loaded.instrument();
    let matrix = ResponseMatrix::from_rows(instrument, row).map_err(|_| NotItsAnswers)?;
    let plan = QualityPlan::of(instrument);
    let answers = QualityAnswers::of(&plan, &matrix).map_err(|_| NotItsAnswers)?;
    let time = match timing {
        Some(timing) if !timing.steps.is_empty() => ResponseTime::Total { seconds: timing.active_seconds },
        _ => ResponseTime::Unknown,
    };
    let panels = quality_panels(&plan, &answers, loaded.quality(), &[time]);
    let panel = panels.first().ok_or(NotItsAnswers)?;
    let indices = panel.iter().filter_map(|(index, value)| {
        let words = Words::from_id(index.id())?;
        Some(QualityIndexView {
            id: index.id().to_owned(),
            value: value.ok(),
            reason: value.err().map(|reason| reason.to_string()),
            applies: value != Err(NoIndex::DoesNotApply),
            name: words.name(language),
            looks_at: words.looks_at(language),
            reading: words.reading(language),
            limits: words.limits(language),
        })
    });
    Ok(QualityView {
        n_answered: u32::try_from(panel.n_answered).unwrap_or(u32::MAX),
        reference: loaded
            .quality()
            .map(|known| QualityReferenceView { source: known.parts().source.clone(), n: known.parts().n }),
        indices: indices.collect(),
    })
}

#[cfg(test)]
mod tests {
    use engine::model::Missing;

    use super::*;
    use crate::clock::Timestamp;
    use crate::questionnaire::fixtures::loaded;
    use crate::questionnaire::timing::StepTimes;

    #[test]
    fn a_panel_has_every_index_with_a_value_or_a_reason() {
        let row: Vec<Answer> = (0..12).map(|item_idx| Answer::Category([1, 1, 1, 3][item_idx % 4])).collect();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let times: Vec<StepTimes> = (1..=12)
            .map(|position| StepTimes {
                position,
                shown: at(3 * i64::from(position) - 3),
                answered: Some(at(3 * i64::from(position))),
            })
            .collect();
        let timing = Timing::of(&times);
        let view = quality_panel(&loaded("likert-12"), &row, Some(&timing), Language::French).unwrap();
        assert_eq!((view.n_answered, view.indices.len(), view.reference.as_ref()), (12, Words::ALL.len(), None));
        for index in &view.indices {
            assert!(index.value.is_some() != index.reason.is_some(), "{index:?}");
            assert!(!index.name.is_empty() && !index.limits.is_empty());
        }
        let value = |id: &str| view.indices.iter().find(|index| index.id == id).unwrap().value;
        // Runs of three; 36 seconds for 12 items.
        assert_eq!(
            (value("longstring"), value("seconds_per_item"), value("mahalanobis")),
            (Some(3.0), Some(3.0), None)
        );
        let packed = rmp_serde::to_vec(&view).unwrap();
        assert_eq!(rmp_serde::from_slice::<QualityView>(&packed).unwrap(), view);
    }

    #[test]
    fn a_person_is_compared_with_the_reference_of_the_instrument() {
        let loaded = loaded("tiny");
        let row = vec![Answer::Missing(Missing::Skipped); 6];
        let view = quality_panel(&loaded, &row, None, Language::English).unwrap();
        let reason = |id: &str| view.indices.iter().find(|index| index.id == id).unwrap().reason.clone();
        assert_eq!(reason("mahalanobis").as_deref(), Some("no reference"));
        assert_eq!(reason("seconds_per_item").as_deref(), Some("no time was recorded"));
        assert_eq!(quality_panel(&loaded, &row[1..], None, Language::English), Err(NotItsAnswers));
    }
}
