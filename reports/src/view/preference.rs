//! Preferences between two sides, with the zone around the middle in which no side is given.

use super::{Interval, RestitutionView, ScaleView, ViewProblem};

/// Two-sided scales and their borderline zones.
#[derive(Debug, Clone, PartialEq)]
pub struct PreferencesView {
    /// The preferences, in the order drawn.
    pub preferences: Vec<PreferenceView>,
}

/// One preference.
#[derive(Debug, Clone, PartialEq)]
pub struct PreferenceView {
    /// Place of its scale.
    pub scale: usize,
    /// The score that favors neither side, in raw points.
    pub middle: f64,
    /// Half the width of the borderline zone around the middle, in raw points; above 0.
    pub half_width: f64,
    /// The low side in few words, such as « au calme »: it must fit « ni … ni … ».
    pub low: String,
    /// The high side in few words.
    pub high: String,
    /// How the zone was set, in the reader's language.
    pub rule: String,
}

/// What a preference allows to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The whole margin is below the zone.
    Low,
    /// The whole margin is above the zone.
    High,
    /// The margin touches the zone: neither side.
    Borderline,
    /// The margin is not known: neither side.
    MarginUnknown,
    /// There is no score.
    NoScore,
}

impl PreferenceView {
    /// The borderline zone, in raw points.
    ///
    /// # Errors
    /// [`ViewProblem::IntervalReversed`] when its numbers are none.
    pub fn zone(&self) -> Result<Interval, ViewProblem> {
        Interval::new(self.middle - self.half_width, self.middle + self.half_width)
    }

    /// The side that the score of its scale allows to name: only one outside whose zone the whole margin lies.
    #[must_use]
    pub fn side(&self, scale: &ScaleView) -> Side {
        if scale.raw.is_err() {
            return Side::NoScore;
        }
        match scale.raw_interval() {
            None => Side::MarginUnknown,
            Some(interval) if interval.upper() < self.middle - self.half_width => Side::Low,
            Some(interval) if interval.lower() > self.middle + self.half_width => Side::High,
            Some(_) => Side::Borderline,
        }
    }
}

/// The contradictions of the preferences of a view.
pub(super) fn problems(view: &RestitutionView) -> Vec<ViewProblem> {
    let Some(PreferencesView { preferences }) = &view.preferences else { return Vec::new() };
    let mut problems = Vec::new();
    if preferences.is_empty() {
        problems.push(ViewProblem::NoPreferences);
    }
    for (preference_idx, preference) in preferences.iter().enumerate() {
        let texts = [("low", &preference.low), ("high", &preference.high), ("rule", &preference.rule)];
        for (what, _) in texts.into_iter().filter(|(_, text)| text.trim().is_empty()) {
            problems.push(ViewProblem::EmptyText { place: format!("preferences[{preference_idx}].{what}") });
        }
        let scale = view.scales.get(preference.scale).filter(|scale| scale.beside.is_none());
        let again = preferences.iter().take(preference_idx).any(|other| other.scale == preference.scale);
        if scale.is_none() || again {
            problems.push(ViewProblem::PreferenceScale { preference_idx, scale: preference.scale });
        }
        let within = |zone: Interval| {
            let raw = scale.and_then(|scale| scale.raw.as_ref().ok());
            raw.is_none_or(|raw| zone.lower() > raw.lowest() && zone.upper() < raw.highest())
        };
        if preference.half_width <= 0.0 || !preference.zone().is_ok_and(within) {
            let (middle, half_width) = (preference.middle, preference.half_width);
            problems.push(ViewProblem::PreferenceZone { preference_idx, middle, half_width });
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use crate::view::{Restitution, sample_values};

    #[test]
    fn a_side_is_named_only_where_the_whole_margin_is_outside_the_zone() {
        let view = sample_values::preferences(Language::French);
        let preferences = &view.preferences.as_ref().unwrap().preferences;
        let sides: Vec<Side> = preferences.iter().map(|one| one.side(&view.scales[one.scale])).collect();
        assert_eq!(sides, [Side::High, Side::Borderline, Side::Low, Side::MarginUnknown]);
    }

    #[test]
    fn a_margin_that_ends_on_the_edge_touches_the_zone() {
        let view = sample_values::preferences(Language::French);
        let mut scale = view.scales[0].clone();
        if let Ok(uncertainty) = &mut scale.uncertainty {
            uncertainty.raw = Interval::new(3.5, 4.5).unwrap();
        }
        let preference = PreferenceView { half_width: 0.5, ..view.preferences.unwrap().preferences[0].clone() };
        assert_eq!(preference.side(&scale), Side::Borderline);
    }

    #[test]
    fn zones_that_leave_the_scale_and_repeated_scales_are_refused() {
        let mut view = sample_values::preferences(Language::English);
        let preferences = &mut view.preferences.as_mut().unwrap().preferences;
        preferences[0].half_width = 2.5;
        preferences[1].half_width = f64::NAN;
        preferences[2].scale = 3;
        preferences[3].rule.clear();
        let Err(crate::Error::View(found)) = Restitution::new(view) else { panic!("accepted") };
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
