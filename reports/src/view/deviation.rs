//! Values as distances from the person's own mean: which scales of a view hold them.

use super::{InventoryKind, RawView, Restitution};

/// Half the width of the ring around the person's mean, in points of an answer: within it a value is called near the mean.
pub const NEAR_MEAN: f64 = 0.25;

/// A value of the circle and the scale that tells its distance from the person's mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// Place of the value.
    pub value: usize,
    /// Place of the scale that holds the distance, in points of an answer.
    pub distance: usize,
}

/// The distances of the values on the circle from the person's mean, in circular order.
///
/// `None` unless the inventory is about values, has a circle, and every scale of the circle has beside it one that lies on both sides
/// of 0 (a mean of answers, or a range as far below as above). A scale without a score counts as one as long as another has a score.
#[must_use]
pub fn deviations(restitution: &Restitution) -> Option<Vec<Deviation>> {
    let view = restitution.view();
    if view.kind != InventoryKind::Values {
        return None;
    }
    let raw = |idx: usize| view.scales.get(idx).and_then(|scale| scale.raw.as_ref().ok());
    let found = view.circle.as_ref()?.iter().map(|&value| {
        let beside = restitution.beside(value);
        let distance = beside.into_iter().find(|&idx| raw(idx).is_none_or(is_distance))?;
        Some(Deviation { value, distance })
    });
    let found = found.collect::<Option<Vec<_>>>()?;
    found.iter().any(|deviation| raw(deviation.distance).is_some()).then_some(found)
}

/// Whether a score lies on a scale around 0.
fn is_distance(raw: &RawView) -> bool {
    let symmetric = (raw.lowest() + raw.highest()).abs() < 1e-6;
    raw.lowest() < 0.0 && raw.highest() > 0.0 && (symmetric || raw.is_mean())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use crate::view::{sample, sample_values};

    #[test]
    fn every_value_of_the_circle_finds_its_distance() {
        let restitution = Restitution::new(sample_values::values(Language::French)).unwrap();
        let found = deviations(&restitution).unwrap();
        assert_eq!(found.len(), 12);
        assert_eq!(found[3], Deviation { value: 3, distance: 15 });
    }

    #[test]
    fn without_a_distance_for_each_value_there_are_none() {
        let mut view = sample_values::values(Language::French);
        view.scales.truncate(23);
        assert_eq!(deviations(&Restitution::new(view).unwrap()), None);
        let interests = Restitution::new(sample::interests(Language::French)).unwrap();
        assert_eq!(deviations(&interests), None);
    }

    #[test]
    fn a_scale_from_zero_upward_is_no_distance() {
        let raw = |lowest, highest| RawView::new(1.0, lowest, highest).unwrap();
        assert!(is_distance(&raw(-4.0, 4.0)));
        assert!(!is_distance(&raw(0.0, 4.0)));
        assert!(!is_distance(&raw(-1.0, 4.0)));
        assert!(is_distance(&raw(-1.0, 4.0).as_mean()));
    }
}
