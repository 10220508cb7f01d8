//! One person on two dates as a document.

use reports::document::{Document, two_dates};
use reports::text::{label, paper};
use reports::view::change::{
    Change, ChangeOutcome as Outcome, ChangeUnit, ChangeView, DatedScoreView, ScaleChangeView,
};
use reports::view::{Interval, ProvenanceView, ScaleView};

use crate::comparison::{ChangeClass, ChangeOutcome, Comparison, DatedScore, Occasion, ScaleChange, compare};
use crate::error::Result;
use crate::material::Material;

/// Two dates of one person, as a document may name them.
#[derive(Debug, Clone, Copy)]
pub struct DatesInWords<'a> {
    /// The first date, such as « mars 2025 »; `None`: "first date".
    pub first: Option<&'a str>,
    /// The second date.
    pub second: Option<&'a str>,
}

/// What changed between two dates, as a document. `first` and `second` are the same questionnaire; language, norm and the name of the
/// person are those of `first`.
///
/// # Errors
/// As [`compare`] and [`Material::restitution`], or when drawing fails.
pub fn two_dates(first: &Material, second: &Material, dates: DatesInWords) -> Result<Document> {
    let language = first.language;
    let earlier = Occasion { instrument: first.instrument, person: first.person };
    let later = Occasion { instrument: second.instrument, person: second.person };
    let found = compare(earlier, later, first.norm_id, language)?;
    let second = Material { language, ..*second };
    let (first_view, second_view) = (first.restitution()?, second.restitution()?);
    let (told, later) = (first_view.view(), second_view.view());
    let on_norm = found.scales.iter().any(|scale| scale.first.t.is_some() && scale.second.t.is_some());
    let unit = if on_norm { ChangeUnit::TScore } else { ChangeUnit::RawPoints };
    let scales = found.scales.iter().zip(told.scales.iter().zip(&later.scales)).enumerate();
    let scales =
        scales.map(|(scale_idx, (change, (before, after)))| scale(first, scale_idx, unit, change, before, after));
    let view = ChangeView {
        language,
        title: paper::two_dates_title(language),
        instrument_label: told.instrument_label.clone(),
        person_label: told.person_label.clone(),
        first_date: dates.first.map_or_else(|| paper::first_date(language), str::to_owned),
        second_date: dates.second.map_or_else(|| paper::second_date(language), str::to_owned),
        simulated: told.simulated || later.simulated,
        level: found.level,
        unit,
        norm_title: told.norm.as_ref().filter(|_| on_norm).map(|norm| norm.title.clone()),
        norm: told.norm.clone().filter(|_| on_norm),
        scales: scales.collect::<Result<Vec<_>>>()?,
        notes: found.notes.clone(),
        provenance: provenance(&found),
    };
    Ok(two_dates::document(&Change::new(view)?)?)
}

fn provenance(found: &Comparison) -> ProvenanceView {
    ProvenanceView {
        instrument_id: found.instrument_id.clone(),
        instrument_version: found.instrument_version.clone(),
        norm_id: found.norm_id.clone(),
        engine_version: found.engine_version.clone(),
    }
}

fn scale(
    first: &Material,
    scale_idx: usize,
    unit: ChangeUnit,
    change: &ScaleChange,
    before: &ScaleView,
    after: &ScaleView,
) -> Result<ScaleChangeView> {
    let language = first.language;
    let dated = |score: &DatedScore, view: &ScaleView| -> Result<std::result::Result<DatedScoreView, String>> {
        let value = match unit {
            ChangeUnit::RawPoints => score.raw,
            ChangeUnit::TScore => score.t,
        };
        let Some(value) = value else {
            return Ok(Err(match &view.raw {
                Err(reason) => reason.short(language, view.answered, view.n_items),
                Ok(_) => label::no_place_on_norm(language),
            }));
        };
        let margin = view.raw_interval().map(|raw| (raw.lower(), raw.upper()));
        let margin = match unit {
            ChangeUnit::RawPoints => margin,
            ChangeUnit::TScore => {
                margin.and_then(|(lower, upper)| Some((first.t_of(scale_idx, lower)?, first.t_of(scale_idx, upper)?)))
            }
        };
        let interval = margin.map(|(lower, upper)| Interval::new(lower, upper)).transpose()?;
        Ok(Ok(DatedScoreView { score: value, interval }))
    };
    let outcome = match &change.change {
        ChangeOutcome::NotCompared { .. } => Outcome::NotCompared,
        ChangeOutcome::Compared(figures) => match figures.class {
            ChangeClass::Decrease => Outcome::Decrease,
            ChangeClass::NoReliableChange => Outcome::WithinMargin,
            ChangeClass::Increase => Outcome::Increase,
        },
    };
    let (earlier, later) = (dated(&change.first, before)?, dated(&change.second, after)?);
    // Where a score has no place on the norm, nothing is said of its change there.
    let outcome = if earlier.is_ok() && later.is_ok() { outcome } else { Outcome::NotCompared };
    let difference = match (&earlier, &later, outcome) {
        (Ok(earlier), Ok(later), Outcome::Increase | Outcome::Decrease | Outcome::WithinMargin) => {
            Some(later.score - earlier.score)
        }
        _ => None,
    };
    Ok(ScaleChangeView {
        id: change.id.clone(),
        name: change.name.clone(),
        parent: change.parent,
        range: first.instrument.instrument().possible_range(scale_idx),
        first: earlier,
        second: later,
        outcome,
        difference,
        sentence: change.sentence.clone(),
    })
}

impl Material<'_> {
    /// Where a raw score stands on the norm, in the stratum of the person.
    fn t_of(&self, scale_idx: usize, raw: f64) -> Option<f64> {
        let stratum_idx = self.person.place.and_then(|place| place.ok())?;
        Some(self.norm()?.group().standardize(stratum_idx, scale_idx, raw).ok()?.t_score())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_material::{material, scored, tiny, young_woman};

    #[test]
    fn two_dates_are_told_in_points_or_on_the_norm_of_the_first() {
        let tiny = tiny();
        let dates = DatesInWords { first: Some("March 2025"), second: None };
        let (before, after) = (scored(&tiny, &[1, 5, 1, 1, 2, 1], None), scored(&tiny, &[5, 1, 5, 4, 4, 5], None));
        let plain = two_dates(&material(&tiny, &before, None), &material(&tiny, &after, None), dates).unwrap();
        let page = plain.html().unwrap();
        assert!(page.contains("March 2025") && page.contains(&paper::second_date(reports::text::Language::English)));
        assert!(!page.contains("T score"));
        let (before, after) =
            (scored(&tiny, &[1, 5, 1, 1, 2, 1], Some(young_woman())), scored(&tiny, &[5, 1, 5, 4, 4, 5], None));
        let normed = material(&tiny, &before, Some("invented"));
        let page = two_dates(&normed, &material(&tiny, &after, None), dates).unwrap().html().unwrap();
        assert!(page.contains("T score") && page.contains("Invented values"));
    }
}
