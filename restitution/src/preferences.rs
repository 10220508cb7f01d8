//! Two-sided preferences and the zone around their middle in which neither side is named.

use instruments::Wording;
use reports::view::{PreferenceView, PreferencesView};

use crate::material::Material;

/// What an instrument says it is for when its scales are preferences between two sides.
const PURPOSE: &str = "preferences-conversation";
/// Half the width of the zone, in steps of the answers: a quarter of a step is less than one answer in four moved by one.
const HALF_WIDTH: f64 = 0.25;

impl Material<'_> {
    /// The preferences, where the instrument is about preferences and no norm is asked for: the middle of each scale, and a quarter
    /// of a point of the answers on both sides of it. `None` where a scale has no words for both sides.
    pub(crate) fn preferences(&self, wording: &Wording) -> Option<PreferencesView> {
        if self.instrument.about().purpose != PURPOSE || self.norm_id.is_some() {
            return None;
        }
        let instrument = self.instrument.instrument();
        let preference = |scale_idx: usize| {
            let words = wording.scale(scale_idx)?;
            let (lowest, highest) = instrument.possible_range(scale_idx)?;
            self.is_mean(scale_idx).then(|| PreferenceView {
                scale: scale_idx,
                middle: f64::midpoint(lowest, highest),
                half_width: HALF_WIDTH,
                low: words.low.clone().unwrap_or_default(),
                high: words.high.clone().unwrap_or_default(),
                rule: self.pick(
                    "Zone limite : à moins d’un quart de point du milieu de l’échelle.",
                    "Borderline zone: less than a quarter of a point from the middle of the scale.",
                ),
            })
        };
        let preferences = (0..instrument.scales().len()).map(preference).collect::<Option<Vec<_>>>()?;
        let worded = |preference: &PreferenceView| !preference.low.is_empty() && !preference.high.is_empty();
        preferences.iter().all(worded).then_some(PreferencesView { preferences })
    }
}

#[cfg(test)]
mod tests {
    use crate::PersonResults;
    use crate::test_material::{bundled, coded, material, observed, scored, tiny};
    use reports::chart::ChartKind;
    use reports::view::Side;

    #[test]
    fn a_side_is_named_only_where_the_whole_margin_is_outside_the_zone() {
        let preferences = bundled("preferences-40");
        // One side throughout, whichever way an item is keyed: far from the middle on every scale.
        let level = PersonResults::of_answers(&preferences, &coded(1, &[3; 40]), None, observed()).unwrap();
        let restitution = material(&preferences, &level, None).restitution().unwrap();
        let view = restitution.view().preferences.clone().unwrap();
        assert_eq!(view.preferences.len(), 4);
        for preference in &view.preferences {
            assert_eq!((preference.middle, preference.half_width), (3.0, 0.25));
            let side = preference.side(&restitution.view().scales[preference.scale]);
            assert!(matches!(side, Side::Borderline | Side::MarginUnknown), "{side:?}");
        }
        assert_eq!(reports::chart::kinds(&restitution), [ChartKind::Preferences]);
        let tiny = tiny();
        let person = scored(&tiny, &[3; 6], None);
        assert_eq!(material(&tiny, &person, None).restitution().unwrap().view().preferences, None);
    }
}
