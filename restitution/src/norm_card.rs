//! The card of the norm that serves.

use engine::norms::{self, Sex};
use instruments::LoadedNorm;
use reports::text::Language;
use reports::view::{CombinedBecause, NormCardView, NormKind, Standardization, Stratum};

use crate::material::Material;

/// The card of a norm with the stratum that serves, and its number of people.
pub(crate) fn card(norm: &LoadedNorm, language: Language, stratum: Stratum, n: Option<u64>) -> NormCardView {
    let card = norm.card();
    let (title, population, notes) = card.words_in(language.code());
    NormCardView {
        title: title.to_owned(),
        source: card.source.clone(),
        year: u16::try_from(card.year).ok(),
        n,
        population: population.to_owned(),
        stratum,
        kind: match card.kind {
            norms::NormKind::Standardization => NormKind::Standardization,
            norms::NormKind::ConvenienceSample => NormKind::ConvenienceSample,
            norms::NormKind::Local => NormKind::Local,
            norms::NormKind::Simulated => NormKind::Simulated,
        },
        standardization: match card.standardization {
            norms::Standardization::Linear => Standardization::Linear,
            norms::Standardization::Normalized => Standardization::Normalized,
        },
        weighting: (card.weighting != "none").then(|| card.weighting.clone()),
        // The sampling error of a mean of n people, in T points: 10 / √n.
        mean_standard_error: n.filter(|&n| n > 0).map(|n| 10.0 / (n as f64).sqrt()),
        version: None,
        notes: notes.to_vec(),
    }
}

impl Material<'_> {
    pub(crate) fn card_view(&self, norm: &LoadedNorm) -> Option<NormCardView> {
        let (card, group) = (norm.card(), norm.group());
        let stratum_idx = self.person.place?.ok();
        let stratum = stratum_idx.and_then(|idx| group.strata().get(idx));
        let n = stratum.and_then(norms::Stratum::n).map(u64::from).or(card.n);
        let stratum = stratum.map_or(Stratum::Everyone, |stratum| self.stratum_view(stratum));
        Some(self::card(norm, self.language, stratum, n))
    }

    pub(crate) fn stratum_view(&self, stratum: &norms::Stratum) -> Stratum {
        let ages = match (stratum.ages().youngest(), stratum.ages().oldest()) {
            (None, None) => String::new(),
            (Some(min), None) => self.pick(&format!(" de {min} ans et plus"), &format!(" aged {min} and over")),
            (None, Some(max)) => self.pick(&format!(" jusqu’à {max} ans"), &format!(" up to age {max}")),
            (Some(min), Some(max)) => self.pick(&format!(" de {min} à {max} ans"), &format!(" aged {min} to {max}")),
        };
        let people = match (stratum.sex(), stratum.is_combined()) {
            (_, true) => self.pick("femmes et hommes, à parts égales,", "women and men in equal parts,"),
            (Some(Sex::Female), _) => self.pick("femmes", "women"),
            (Some(Sex::Male), _) => self.pick("hommes", "men"),
            (None, _) => self.pick("personnes", "people"),
        };
        let description = format!("{people}{ages}").trim_end_matches(',').to_owned();
        if stratum.is_combined() {
            let because =
                if self.person.because_sex_unknown { CombinedBecause::SexNotGiven } else { CombinedBecause::Chosen };
            Stratum::Combined { description, because }
        } else if stratum.sex().is_none() && stratum.ages().is_open() {
            Stratum::Everyone
        } else {
            Stratum::One { description }
        }
    }
}
