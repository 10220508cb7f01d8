//! The sentence that an instrument has for where a score stands.

use engine::model::ScoreRule;
use instruments::{Band, Wording};
use reports::view::SentenceView;

use crate::material::Material;

/// A deviation from one's own mean that is told, in steps of the answers.
const HALF_A_STEP: f64 = 0.5;

impl Material<'_> {
    /// The sentence of the scale's band: on the norm, low under T 40 and high from T 60; without a norm, by the third of the possible
    /// range in which the score lies, and for a score within the person by its distance from the person's mean. Where the margin
    /// reaches far into another part of the range, the sentence says so.
    pub(crate) fn sentence(&self, scale_idx: usize, wording: &Wording) -> Option<SentenceView> {
        let result = &self.person.results[scale_idx];
        let raw = result.score.raw.as_ref().ok()?;
        let (band, rule) = match result.t_score() {
            Some(t) if t < 40.0 => (Band::Low, self.pick("T au-dessous de 40", "T below 40")),
            Some(t) if t >= 60.0 => (Band::High, self.pick("T de 60 ou plus", "T of 60 or more")),
            Some(_) => (Band::Middle, self.pick("T de 40 à moins de 60", "T from 40 to below 60")),
            None if self.person.place.is_some() => return None,
            None if matches!(self.rule(scale_idx), ScoreRule::Centered { .. }) => self.band_of_deviation(raw.value),
            None => self.band_of_range(scale_idx, raw.value)?,
        };
        let text = wording.interpretation(scale_idx, band)?;
        let text = match self.reaches_further(scale_idx, raw.value) {
            true => format!(
                "{text} {}",
                self.pick(
                    "La marge va loin sur l’échelle : prenez cette phrase comme une question plus que comme un résultat.",
                    "The margin reaches far along the scale: take this as a question rather than a result."
                )
            ),
            false => text.to_owned(),
        };
        Some(SentenceView { text, rule: Some(rule) })
    }

    fn rule(&self, scale_idx: usize) -> &ScoreRule {
        &self.instrument.instrument().scales()[scale_idx].rule
    }

    /// The band of a deviation from the mean of the person's own answers: half a step of the answers or more counts.
    fn band_of_deviation(&self, deviation: f64) -> (Band, String) {
        if deviation <= -HALF_A_STEP {
            let rule = self.pick(
                "Au moins un demi-point au-dessous de la moyenne de vos réponses.",
                "At least half a point below the mean of your answers.",
            );
            (Band::Low, rule)
        } else if deviation >= HALF_A_STEP {
            let rule = self.pick(
                "Au moins un demi-point au-dessus de la moyenne de vos réponses.",
                "At least half a point above the mean of your answers.",
            );
            (Band::High, rule)
        } else {
            let rule = self.pick(
                "À moins d’un demi-point de la moyenne de vos réponses.",
                "Less than half a point from the mean of your answers.",
            );
            (Band::Middle, rule)
        }
    }

    /// The band of a score by the third of the possible range in which it lies.
    fn band_of_range(&self, scale_idx: usize, score: f64) -> Option<(Band, String)> {
        let (below, above) = self.thirds(scale_idx)?;
        Some(if score < below {
            let rule = self.pick(
                "Note dans le tiers bas de l’étendue possible.",
                "Score in the lower third of the possible range.",
            );
            (Band::Low, rule)
        } else if score > above {
            let rule = self.pick(
                "Note dans le tiers haut de l’étendue possible.",
                "Score in the upper third of the possible range.",
            );
            (Band::High, rule)
        } else {
            let rule = self.pick(
                "Note dans le tiers central de l’étendue possible.",
                "Score in the middle third of the possible range.",
            );
            (Band::Middle, rule)
        })
    }

    fn thirds(&self, scale_idx: usize) -> Option<(f64, f64)> {
        let (lowest, highest) = self.instrument.instrument().possible_range(scale_idx)?;
        let third = (highest - lowest) / 3.0;
        Some((lowest + third, highest - third))
    }

    /// Whether the sentence is of a low or high score without a norm whose margin reaches beyond the middle third, or of a middle
    /// score whose margin covers it and more on both sides: the score could as well have had another sentence.
    fn reaches_further(&self, scale_idx: usize, score: f64) -> bool {
        let result = &self.person.results[scale_idx];
        if result.t_score().is_some() || matches!(self.rule(scale_idx), ScoreRule::Centered { .. }) {
            return false;
        }
        let Some((below, above)) = self.thirds(scale_idx) else { return false };
        let Ok(margin) = &result.uncertainty else { return false };
        let (lower, upper) = (margin.raw.lower, margin.raw.upper);
        if score < below {
            upper > (below + above) / 2.0
        } else if score > above {
            lower < (below + above) / 2.0
        } else {
            lower < below && upper > above
        }
    }
}
