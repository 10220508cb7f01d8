//! The group report of an organisation: aggregates of many people on one instrument, small cells hidden.

use std::collections::BTreeMap;

use engine::norms::NormKind;
use engine::stats::descriptive::{mean, quantile, standard_deviation};
use instruments::{LoadedInstrument, LoadedNorm};
use reports::document::{Document, group};
use reports::text::{Language, paper};
use reports::view::group::{
    FiguresView, Group, GroupAbout, GroupScale, GroupScaleView, GroupView, MIN_CELL, SubgroupView, Summary,
};
use reports::view::{ProvenanceView, Spread, Stratum};

use crate::error::{Error, Result};
use crate::material::{status, wording};
use crate::norm_card::card;
use crate::results::PersonResults;
use crate::scale_view::parent_of;

/// Edges of the average band in T.
const BAND: (f64, f64) = (40.0, 60.0);

/// Whom a group report is about, and how it is told.
#[derive(Debug, Clone, Copy)]
pub struct GroupMaterial<'a> {
    /// The instrument.
    pub instrument: &'a LoadedInstrument,
    /// Identifier of the norm, where one serves.
    pub norm_id: Option<&'a str>,
    /// Language of the document.
    pub language: Language,
    /// Who the group is, such as « Personnes accompagnées en 2026 ».
    pub group_label: &'a str,
    /// What parts the group, such as « par site »; `None`: it is told as a whole.
    pub parted_by: Option<&'a str>,
    /// Fewest people of whom any figure is given; less than [`MIN_CELL`] counts as [`MIN_CELL`].
    pub min_cell: u64,
    /// Whether the answers are simulated.
    pub simulated: bool,
}

/// The scores of a group, gathered person by person; nothing else of anybody is kept.
#[derive(Debug, Clone, Default)]
pub struct GroupScores {
    parts: BTreeMap<String, Part>,
}

/// The scores of a part of the group.
#[derive(Debug, Clone, Default)]
struct Part {
    n_people: u64,
    /// For each scale, the raw scores and the T scores of the same people, where there are any.
    raw: Vec<Vec<f64>>,
    t: Vec<Vec<f64>>,
}

impl GroupScores {
    /// Adds a person.
    ///
    /// - `part`: the part of the group the person belongs to; empty where there are no parts.
    pub fn add(&mut self, person: &PersonResults, part: &str) {
        let held = self.parts.entry(part.trim().to_owned()).or_default();
        held.n_people += 1;
        held.raw.resize(person.results.len(), Vec::new());
        held.t.resize(person.results.len(), Vec::new());
        for (scale_idx, result) in person.results.iter().enumerate() {
            if let Ok(raw) = &result.score.raw {
                held.raw[scale_idx].push(raw.value);
                held.t[scale_idx].extend(result.t_score());
            }
        }
    }

    /// Whether nobody was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn all(&self) -> Part {
        let mut all = Part::default();
        for part in self.parts.values() {
            all.n_people += part.n_people;
            for (to, from) in [(&mut all.raw, &part.raw), (&mut all.t, &part.t)] {
                to.resize(from.len().max(to.len()), Vec::new());
                to.iter_mut().zip(from).for_each(|(to, from)| to.extend(from));
            }
        }
        all
    }
}

impl Part {
    /// The figures of a scale. T and the band only where everybody with a raw score has a T score.
    fn figures(&self, scale_idx: usize) -> Result<FiguresView> {
        let empty = Vec::new();
        let (raw, t) = (self.raw.get(scale_idx).unwrap_or(&empty), self.t.get(scale_idx).unwrap_or(&empty));
        let on_norm = !raw.is_empty() && t.len() == raw.len();
        let count = |within: &dyn Fn(f64) -> bool| t.iter().filter(|t| within(**t)).count() as u64;
        Ok(FiguresView {
            n: raw.len() as u64,
            raw: summary(raw)?,
            t: if on_norm { summary(t)? } else { None },
            band: on_norm
                .then(|| [count(&|t| t < BAND.0), count(&|t| (BAND.0..BAND.1).contains(&t)), count(&|t| t >= BAND.1)]),
        })
    }
}

/// `None` where nobody has a score.
fn summary(values: &[f64]) -> Result<Option<Summary>> {
    let Some(mean) = mean(values) else { return Ok(None) };
    let place = |p: f64| quantile(values, p).unwrap_or(mean);
    let spread = Spread::new(place(0.1), place(0.25), place(0.5), place(0.75), place(0.9))?;
    // One person has no spread.
    Ok(Some(Summary { mean, standard_deviation: standard_deviation(values).unwrap_or(0.0), spread }))
}

/// The group report.
///
/// # Errors
/// [`Error::NoWording`], [`Error::UnknownNorm`]; or when drawing fails.
pub fn group(material: &GroupMaterial, scores: &GroupScores) -> Result<Document> {
    let (instrument, language) = (material.instrument, material.language);
    let words = wording(instrument, language)?;
    let norm = match material.norm_id {
        None => None,
        Some(id) => Some(instrument.norm(id).ok_or_else(|| Error::unknown_norm(instrument, id))?),
    };
    let all = scores.all();
    let scales = instrument.instrument().scales().iter().enumerate().map(|(scale_idx, scale)| {
        let named = words.scale(scale_idx);
        let (lowest, highest) = instrument.instrument().possible_range(scale_idx).unwrap_or((0.0, 1.0));
        Ok(GroupScaleView {
            scale: GroupScale {
                name: named.map_or(scale.id.as_str(), |words| words.name.as_str()).to_owned(),
                low_pole: named.and_then(|words| words.low.clone()),
                high_pole: named.and_then(|words| words.high.clone()),
                is_facet: parent_of(instrument, scale_idx).is_some(),
                lowest,
                highest,
            },
            figures: all.figures(scale_idx)?,
        })
    });
    let n_scales = instrument.instrument().scales().len();
    let parts = scores.parts.iter().filter(|(name, _)| material.parted_by.is_some() && !name.is_empty());
    let subgroups = parts.map(|(name, part)| {
        let figures = (0..n_scales).map(|scale_idx| part.figures(scale_idx)).collect::<Result<Vec<_>>>()?;
        Ok(SubgroupView { name: name.clone(), n_people: part.n_people, figures })
    });
    let simulated = |norm: &LoadedNorm| norm.group().kind() == NormKind::Simulated;
    let view = GroupView {
        about: GroupAbout {
            language,
            title: paper::group_title(language),
            occasion: None,
            group_label: material.group_label.to_owned(),
            parted_by: material.parted_by.map(str::to_owned),
            instrument_label: words.title().to_owned(),
            description: words.description().unwrap_or_default().to_owned(),
            status: status(instrument, norm),
            simulated: material.simulated || norm.is_some_and(simulated),
            n_people: all.n_people,
            min_cell: material.min_cell.max(MIN_CELL),
            norm: norm.map(|norm| card(norm, language, Stratum::Everyone, norm.card().n)),
            limits: Vec::new(),
            provenance: ProvenanceView {
                instrument_id: instrument.id().to_string(),
                instrument_version: instrument.version().to_string(),
                norm_id: norm.map(|norm| norm.card().id.clone()),
                engine_version: engine::VERSION.to_owned(),
            },
        },
        scales: scales.collect::<Result<Vec<_>>>()?,
        subgroups: subgroups.collect::<Result<Vec<_>>>()?,
    };
    Ok(group::document(&Group::new(view)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_material::{scored, tiny};

    #[test]
    fn figures_are_of_everybody_and_small_parts_are_hidden() {
        let tiny = tiny();
        let mut scores = GroupScores::default();
        for n in 0..24_i64 {
            let person = scored(&tiny, &[1 + n % 5, 1 + n % 3, 2, 3, 4, 1 + n % 4], None);
            scores.add(&person, if n < 20 { "Lyon" } else { "Nancy" });
        }
        let all = scores.all();
        assert_eq!((all.n_people, all.figures(0).unwrap().n), (24, 24));
        assert_eq!(all.figures(0).unwrap().band, None);
        let material = GroupMaterial {
            instrument: &tiny,
            norm_id: None,
            language: Language::English,
            group_label: "Everyone",
            parted_by: Some("by site"),
            min_cell: 1,
            simulated: false,
        };
        let page = group(&material, &scores).unwrap().html().unwrap();
        assert!(page.contains("Lyon") && page.contains("Nancy"));
        // Four people are fewer than ten; the twenty others would give them away.
        let (whole, parts) = page.split_at(page.find("Lyon").unwrap());
        assert!(whole.contains("24") && !parts.contains(">20<"), "{parts}");
    }
}
