//! The sentence that an instrument has for where a score stands.

use instruments::Wording;
use reports::view::SentenceView;

use crate::material::Material;

impl Material<'_> {
    /// The sentence of the scale's band: on the norm, low under T 40 and high from T 60; without a norm, by the part of
    /// the possible range in which the whole interval lies, else in the middle.
    pub(crate) fn sentence(&self, scale_idx: usize, wording: &Wording) -> Option<SentenceView> {
        let result = &self.person.results[scale_idx];
        let raw = result.score.raw.as_ref().ok()?;
        let (band, rule) = match result.t_score() {
            Some(t) if t < 40.0 => (instruments::Band::Low, self.pick("T au-dessous de 40", "T below 40")),
            Some(t) if t >= 60.0 => (instruments::Band::High, self.pick("T de 60 ou plus", "T of 60 or more")),
            Some(_) => (instruments::Band::Middle, self.pick("T de 40 à moins de 60", "T from 40 to below 60")),
            None if self.person.place.is_some() => return None,
            None => {
                let (lowest, highest) = self.instrument.instrument().possible_range(scale_idx)?;
                let third = (highest - lowest) / 3.0;
                if raw.value < lowest + third {
                    (
                        instruments::Band::Low,
                        self.pick(
                            "note dans le tiers bas de l’étendue possible",
                            "score in the lower third of the possible range",
                        ),
                    )
                } else if raw.value > highest - third {
                    (
                        instruments::Band::High,
                        self.pick(
                            "note dans le tiers haut de l’étendue possible",
                            "score in the upper third of the possible range",
                        ),
                    )
                } else {
                    (
                        instruments::Band::Middle,
                        self.pick(
                            "note dans le tiers central de l’étendue possible",
                            "score in the middle third of the possible range",
                        ),
                    )
                }
            }
        };
        let text = wording.interpretation(scale_idx, band)?;
        Some(SentenceView { text: text.to_owned(), rule: Some(rule) })
    }
}
