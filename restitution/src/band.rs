//! The sentence that an instrument has for where a score stands.

use engine::model::ScoreRule;
use instruments::{Band, Wording};
use reports::text::number;
use reports::view::{BandView, Lean, RuleGround, RuleView, SentenceView};

use crate::material::Material;

/// A deviation from one's own mean that is told, in steps of the answers.
const HALF_A_STEP: f64 = 0.5;

/// Where a score stands, and how it is told.
pub(crate) struct Told {
    pub sentence: Option<SentenceView>,
    /// The end to which it leans clearly.
    pub lean: Option<Lean>,
}

/// A part of a scale, what puts the score there, and the same in words.
type Found = (Band, RuleGround, String);

fn band_view(band: Band) -> BandView {
    match band {
        Band::Low => BandView::Low,
        Band::Middle => BandView::Middle,
        Band::High => BandView::High,
    }
}

impl Material<'_> {
    /// The sentence of the scale's band: on the norm, low under T 40 and high from T 60; without a norm, by the third of the possible
    /// range in which the score lies, and for a score within the person by its distance from the person's mean. Where the margin
    /// reaches far into another part of the range, the sentence says so. Scales without sentences of their own are told by their ends.
    pub(crate) fn told(&self, scale_idx: usize, wording: &Wording) -> Told {
        let nothing = Told { sentence: None, lean: None };
        let result = &self.person.results[scale_idx];
        let Ok(raw) = &result.score.raw else { return nothing };
        let found = match (result.t_score(), self.norm_id) {
            (Some(t), Some(norm_id)) => Some(self.band_on_norm(t, norm_id)),
            (Some(_), None) => None,
            (None, _) if self.person.place.is_some() => None,
            (None, _) if matches!(self.rule(scale_idx), ScoreRule::Centered { .. }) => {
                Some(self.band_of_deviation(raw.value))
            }
            (None, _) => self.band_of_range(scale_idx, raw.value),
        };
        let Some((band, ground, words)) = found else { return nothing };
        let caution = self.caution(scale_idx, band);
        let lean = match band {
            _ if caution.is_some() || result.uncertainty.is_err() => None,
            Band::Low => Some(Lean::Low),
            Band::Middle => None,
            Band::High => Some(Lean::High),
        };
        let own = wording.interpretation(scale_idx, band).map(str::to_owned);
        let rule = RuleView {
            id: format!("{}.{}", self.instrument.instrument().scales()[scale_idx].id, band_view(band).id()),
            band: band_view(band),
            ground,
            is_cautious: caution.is_some(),
            words,
        };
        let sentence = own.or_else(|| self.told_by_its_ends(scale_idx, band, wording)).map(|text| SentenceView {
            text: caution.map_or(text.clone(), |caution| format!("{caution} {text}")),
            is_not_me: self.not_me.contains(&rule.id),
            rule: Some(rule),
        });
        Told { sentence, lean }
    }

    fn band_on_norm(&self, t: f64, norm_id: &str) -> Found {
        let (band, from, below, words) = if t < 40.0 {
            (Band::Low, None, Some(40.0), self.pick("Note T au-dessous de 40.", "T score below 40."))
        } else if t >= 60.0 {
            (Band::High, Some(60.0), None, self.pick("Note T de 60 ou plus.", "T score of 60 or more."))
        } else {
            (
                Band::Middle,
                Some(40.0),
                Some(60.0),
                self.pick("Note T de 40 à moins de 60.", "T score from 40 to below 60."),
            )
        };
        (band, RuleGround::Norm { norm_id: norm_id.to_owned(), from, below }, words)
    }

    /// "Plutôt vers : …", for scales that have words for their ends only.
    fn told_by_its_ends(&self, scale_idx: usize, band: Band, wording: &Wording) -> Option<String> {
        let words = wording.scale(scale_idx)?;
        let (low, high) = (words.low.as_deref()?, words.high.as_deref()?);
        Some(match band {
            Band::Low => self.pick(&format!("Plutôt vers\u{a0}: {low}."), &format!("Closer to: {low}.")),
            Band::High => self.pick(&format!("Plutôt vers\u{a0}: {high}."), &format!("Closer to: {high}.")),
            Band::Middle => self.pick("Entre les deux façons de faire.", "Between the two ways."),
        })
    }

    fn rule(&self, scale_idx: usize) -> &ScoreRule {
        &self.instrument.instrument().scales()[scale_idx].rule
    }

    /// The band of a deviation from the mean of the person's own answers: half a step of the answers or more counts.
    fn band_of_deviation(&self, deviation: f64) -> Found {
        if deviation <= -HALF_A_STEP {
            let rule = self.pick(
                "Au moins un demi-point au-dessous de la moyenne de vos réponses.",
                "At least half a point below the mean of your answers.",
            );
            (Band::Low, RuleGround::OwnMean { from: None, to: Some(-HALF_A_STEP) }, rule)
        } else if deviation >= HALF_A_STEP {
            let rule = self.pick(
                "Au moins un demi-point au-dessus de la moyenne de vos réponses.",
                "At least half a point above the mean of your answers.",
            );
            (Band::High, RuleGround::OwnMean { from: Some(HALF_A_STEP), to: None }, rule)
        } else {
            let rule = self.pick(
                "À moins d’un demi-point de la moyenne de vos réponses.",
                "Less than half a point from the mean of your answers.",
            );
            (Band::Middle, RuleGround::OwnMean { from: Some(-HALF_A_STEP), to: Some(HALF_A_STEP) }, rule)
        }
    }

    /// The band of a score by the third of the possible range in which it lies.
    fn band_of_range(&self, scale_idx: usize, score: f64) -> Option<Found> {
        let (lowest, highest) = self.instrument.instrument().possible_range(scale_idx)?;
        let (below, above) = self.thirds(scale_idx)?;
        let is_mean = self.is_mean(scale_idx);
        let ends = |from: f64, to: f64| {
            let end = |value: f64| number::decimal(self.language, value, usize::from(is_mean && value.fract() != 0.0));
            number::range(self.language, &end(from), &end(to))
        };
        // Sums are whole: their thirds do not share a score.
        let (last_low, first_middle, last_middle, first_high) = match is_mean {
            true => (below, below, above, above),
            false => (below.ceil() - 1.0, below.ceil(), above.floor(), above.floor() + 1.0),
        };
        let (band, french, english, told, exact) = if score < below {
            (Band::Low, "du bas", "lower", (lowest, last_low), (lowest, below))
        } else if score > above {
            (Band::High, "du haut", "upper", (first_high, highest), (above, highest))
        } else {
            (Band::Middle, "du milieu", "middle", (first_middle, last_middle), (below, above))
        };
        let ends = ends(told.0, told.1);
        let rule = self.pick(
            &format!("Votre note est dans le tiers {french} des notes possibles ({ends})."),
            &format!("Your score is in the {english} third of the possible scores ({ends})."),
        );
        // Prorated sums lie between whole scores.
        Some((band, RuleGround::Points { lowest: exact.0, highest: exact.1 }, rule))
    }

    fn thirds(&self, scale_idx: usize) -> Option<(f64, f64)> {
        let (lowest, highest) = self.instrument.instrument().possible_range(scale_idx)?;
        let third = (highest - lowest) / 3.0;
        Some((lowest + third, highest - third))
    }

    /// What is said first where the score could as well have had another sentence: the margin of a score without a norm is not known,
    /// or reaches the middle from a low or high score, or takes in more on both sides of a middle one, or takes in the person's
    /// mean.
    fn caution(&self, scale_idx: usize, band: Band) -> Option<String> {
        let result = &self.person.results[scale_idx];
        if result.t_score().is_some() {
            return None;
        }
        let Ok(uncertainty) = &result.uncertainty else {
            return Some(
                self.pick(
                    "À vérifier, car la marge n’est pas connue.",
                    "To be checked, since the margin is not known.",
                ),
            );
        };
        let margin = &uncertainty.raw;
        // As the reader sees the ends.
        let steps = if self.is_mean(scale_idx) { 10.0 } else { 1.0 };
        let shown = |end: f64| (end * steps).round() / steps;
        if matches!(self.rule(scale_idx), ScoreRule::Centered { .. }) {
            return (band != Band::Middle && shown(margin.lower) <= 0.0 && shown(margin.upper) >= 0.0).then(|| {
                self.pick(
                    "À vérifier, car la marge comprend votre moyenne.",
                    "To be checked, since the margin includes your average.",
                )
            });
        }
        let (below, above) = self.thirds(scale_idx)?;
        let middle = f64::midpoint(below, above);
        match band {
            Band::Low if shown(margin.upper) < middle => None,
            Band::High if shown(margin.lower) > middle => None,
            Band::Middle if margin.lower >= below || margin.upper <= above => None,
            Band::Middle => Some(self.pick(
                "À vérifier, car la marge va du tiers du bas au tiers du haut.",
                "To be checked, since the margin goes from the lower third to the upper third.",
            )),
            Band::Low | Band::High => Some(self.pick(
                "À vérifier, car la marge atteint ou dépasse le milieu de l’échelle.",
                "To be checked, since the margin reaches or passes the middle of the scale.",
            )),
        }
    }
}
