//! Documents made of more than one restitution, or of more than what the person reads: the battery, the technical profile, two
//! dates, the feedback of the entourage.

mod feedback;
mod group;
mod two_dates;

use engine::model::{Answer, KeyedItem, Keying, ScoreRule};
use engine::quality::ResponseTime;
use reports::document::technical::{ItemAnswerView, QualityIndexView, QualityView, TechnicalView};
use reports::document::{Document, battery, technical};
use reports::text::{Language, enumerate, number, profile as words};
use reports::view::Restitution;
use reports::view::norm_table::NormTableView;

pub use feedback::feedback;
pub use group::{GroupMaterial, GroupScores, group};
pub use two_dates::{DatesInWords, two_dates};

use crate::error::{Error, Result};
use crate::material::Material;
use crate::profile::{InterestCode, Interests, PairOutcome, Profile, of_restitution};

/// All restitutions of one person in one document, with one page that sums up.
///
/// Occasion, language and the name of the person are those of the first material.
///
/// # Errors
/// As [`Material::restitution`] for each; [`Error::Report`] without a material, for two languages, or when drawing fails.
pub fn battery(materials: &[Material]) -> Result<Document> {
    let restitutions = materials.iter().map(Material::restitution).collect::<Result<Vec<Restitution>>>()?;
    let Some(first) = materials.first() else {
        return Err(Error::from(reports::Error::NothingToTell("restitution")));
    };
    let view = battery::BatteryView {
        language: first.language,
        occasion: first.occasion,
        person_label: first.person_label,
        restitutions: &restitutions,
    };
    Ok(battery::document(&view)?)
}

/// The technical profile of one person for the consultant.
///
/// - `answers`: one an item, in the instrument's order, for the quality panel and the answers question by question; `None` leaves
///   both out.
/// - `time`: how long answering took.
///
/// # Errors
/// As [`crate::profile()`], or when drawing fails.
pub fn technical(material: &Material, answers: Option<&[Answer]>, time: &ResponseTime) -> Result<Document> {
    let restitution = material.restitution()?;
    let found = of_restitution(material, &restitution, answers, time)?;
    let view = TechnicalView {
        restitution: &restitution,
        standard_errors: found
            .scales
            .iter()
            .map(|scale| scale.error.as_ref().map(|error| error.standard_error))
            .collect(),
        differences: differences(&found, material.language),
        differences_note: found.pairs.note.clone(),
        code: code(material, &found),
        code_notes: match &found.interests {
            Some(Interests::Known(code)) => code.notes.clone(),
            Some(Interests::Unknown { sentence, .. }) => vec![sentence.clone()],
            None => Vec::new(),
        },
        quality: quality(&found),
        items: answers.map(|answers| material.item_answers(answers)).transpose()?.unwrap_or_default(),
    };
    Ok(technical::document(&view, &norm_tables(material))?)
}

/// The tables of the norm in the stratum that serves, by the place of their scale; none for a norm that gives mean and SD alone.
fn norm_tables(material: &Material) -> Vec<(usize, NormTableView)> {
    let norm = material.norm_id.and_then(|id| material.instrument.norm(id));
    let (Some(norm), Some(Ok(stratum_idx))) = (norm, material.person.place) else { return Vec::new() };
    let table = |scale_idx| norm.group().scale_norm(stratum_idx, scale_idx)?.table();
    let points = (0..material.person.results.len()).filter_map(|idx| Some((idx, table(idx)?.points().to_vec())));
    points.filter_map(|(idx, rows)| Some((idx, NormTableView::new(rows).ok()?))).collect()
}

/// The pairs that can be told apart, one sentence for each higher scale.
fn differences(found: &Profile, language: Language) -> Vec<String> {
    let mut lower: Vec<Vec<String>> = vec![Vec::new(); found.scales.len()];
    for pair in &found.pairs.pairs {
        if let PairOutcome::Distinguishable { difference, .. } = pair.outcome {
            let (high, low) = if difference > 0.0 { (pair.first, pair.second) } else { (pair.second, pair.first) };
            if let (Some(below), Some(scale)) = (lower.get_mut(high), found.scales.get(low)) {
                below.push(scale.name.clone());
            }
        }
    }
    let told = found.scales.iter().zip(&lower).filter(|(_, below)| !below.is_empty());
    told.map(|(scale, below)| {
        words::pair(language, &scale.name, &enumerate(language, below), words::Standing::Distinguishable)
    })
    .collect()
}

fn code(material: &Material, found: &Profile) -> Vec<(String, String)> {
    let Some(Interests::Known(code)) = &found.interests else { return Vec::new() };
    let InterestCode { code, by_scores, n_possible_codes, differentiation, differentiation_error, sentence, .. } =
        code.as_ref();
    let language = material.language;
    let error = differentiation_error.map(|error| number::decimal(language, error, 1));
    words::code_facts(
        language,
        &words::CodeWords {
            code,
            by_scores,
            n_possible: *n_possible_codes,
            differentiation: &number::decimal(language, *differentiation, 1),
            differentiation_error: error.as_deref(),
            sentence,
        },
    )
}

fn quality(found: &Profile) -> Option<QualityView> {
    let quality = found.quality.as_ref()?;
    let indices = quality.indices.iter().map(|index| QualityIndexView {
        name: index.name.clone(),
        value: index.value.ok_or_else(|| index.reason.clone().unwrap_or_default()),
        looks_at: index.looks_at.clone(),
        reading: index.reading.clone(),
        limits: index.limits.clone(),
    });
    Some(QualityView {
        n_answered: quality.n_answered,
        reference: quality.reference.clone(),
        note: quality.note.clone(),
        indices: indices.collect(),
    })
}

impl Material<'_> {
    /// What was answered, question by question, in the words of the questionnaire.
    fn item_answers(&self, answers: &[Answer]) -> Result<Vec<ItemAnswerView>> {
        let wording = self.wording()?;
        let items = self.instrument.instrument().items().iter().zip(answers).enumerate();
        let view = |(item_idx, (item, answer)): (usize, (&engine::model::Item, &Answer))| {
            let labels = self.instrument.response_scale_of(item_idx).map_or(&[][..], |scale| wording.options(scale));
            let own_words = self.person.own_words.iter().find(|(place, _)| *place == item_idx);
            let answer = match answer {
                Answer::Category(category) => {
                    let code = item.responses.lowest() as i64 + i64::from(*category);
                    let told = number::decimal(self.language, code as f64, 0);
                    Some(match labels.iter().find(|(known, _)| *known == code) {
                        Some((_, label)) => format!("{label} ({told})"),
                        None => told,
                    })
                }
                Answer::Number(value) => Some(number::decimal(self.language, *value, 1)),
                Answer::Missing(_) => own_words.map(|(_, text)| text.clone()),
            };
            ItemAnswerView {
                place: item_idx + 1,
                text: wording.item(item_idx).map(str::to_owned),
                answer,
                scales: self.scales_of(item_idx, wording),
            }
        };
        Ok(items.map(view).collect())
    }

    /// Names of the scales that an item counts for, with a minus where it counts in reverse. Composites are left out.
    fn scales_of(&self, item_idx: usize, wording: &instruments::Wording) -> Vec<String> {
        let sign = |items: &[KeyedItem]| {
            let keyed = items.iter().find(|keyed| keyed.item_idx == item_idx)?;
            Some(if keyed.keying == Keying::Reverse { "\u{2212}\u{a0}" } else { "" })
        };
        let scales = self.instrument.instrument().scales().iter().enumerate();
        scales
            .filter_map(|(scale_idx, scale)| {
                let sign = match &scale.rule {
                    ScoreRule::Keyed { items, .. } => sign(items)?,
                    ScoreRule::Correct { items } => items.iter().find(|(place, _)| *place == item_idx).map(|_| "")?,
                    ScoreRule::Centered { .. } | ScoreRule::Composite { .. } => return None,
                };
                let name = wording.scale(scale_idx).map_or(scale.id.as_str(), |words| words.name.as_str());
                Some(format!("{sign}{name}"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_material::{bundled, coded, material, observed, scored, tiny, young_woman};
    use crate::{NormRequest, PersonResults};
    use reports::text::paper;

    fn text(document: &Document) -> String {
        document.html().unwrap()
    }

    #[test]
    fn a_battery_has_a_chapter_for_each_questionnaire_and_one_title() {
        let (tiny, interests) = (tiny(), bundled("interests-60"));
        let first = scored(&tiny, &[5, 1, 4, 4, 4, 3], None);
        let second = PersonResults::of_answers(&interests, &coded(0, &[1; 60]), None, observed()).unwrap();
        let materials = [material(&tiny, &first, None), material(&interests, &second, None)];
        let document = battery(&materials).unwrap();
        // Summary, two questionnaires, remarks.
        assert_eq!(document.chapters.len(), 4);
        assert!(document.chapters[1].on_new_page && document.chapters[2].on_new_page);
        let page = text(&document);
        assert_eq!(page.matches("<h1>").count(), 1);
        let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{ids:?}");
        let french = Material { language: Language::French, ..material(&interests, &second, None) };
        assert!(matches!(battery(&[materials[1], french]), Err(Error::Report(reports::Error::OtherLanguage { .. }))));
        assert!(matches!(battery(&[]), Err(Error::Report(reports::Error::NothingToTell(_)))));
    }

    #[test]
    fn the_technical_profile_tells_every_answer_and_the_error_of_every_scale() {
        let tiny = tiny();
        let codes = [5, 1, 4, 4, 0, 3];
        let norm = NormRequest { ..young_woman() };
        let person = scored(&tiny, &codes, Some(norm));
        let document =
            technical(&material(&tiny, &person, Some("invented")), Some(&coded(1, &codes)), &ResponseTime::Unknown)
                .unwrap();
        let page = text(&document);
        assert_eq!(document.chapters.last().map(|chapter| chapter.id.as_str()), Some("reponses"));
        assert_eq!(page.matches(&paper::no_answer(Language::English)).count(), 1);
        assert!(page.contains(&paper::standard_error_head(Language::English)));
        let without = technical(&material(&tiny, &person, Some("invented")), None, &ResponseTime::Unknown).unwrap();
        assert!(without.chapters.iter().all(|chapter| chapter.id != "reponses" && chapter.id != "passation"));
    }
}
