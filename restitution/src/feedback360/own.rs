//! The person's own mean on a scale of the 360°.

use engine::model::{Answer, ScoreRule, Statistic};
use engine::reliability::measurement_error::standard_error_of_measurement;
use engine::reliability::within_person::within_person_standard_error_of_mean;
use instruments::LoadedInstrument;

use super::OwnMean;
use super::design::{DesignScale, points_of};

/// The own mean in points of an item, rounded as the figures of the others; `None` where an answer is missing.
pub(super) fn own_mean(instrument: &LoadedInstrument, scale: &DesignScale, answers: &[Answer]) -> Option<OwnMean> {
    let points: Vec<i32> = scale
        .own_items
        .iter()
        .map(|item| points_of(instrument.instrument(), item, answers))
        .collect::<Option<Vec<i32>>>()?;
    let sum: i64 = points.iter().copied().map(i64::from).sum();
    let squares: i64 = points.iter().map(|&point| i64::from(point).pow(2)).sum();
    let n_items = points.len() as f64;
    let known = instrument.reliability(scale.own_scale_idx).iter().find(|known| known.stratum.is_none());
    let statistic = match &instrument.instrument().scales()[scale.own_scale_idx].rule {
        ScoreRule::Keyed { statistic, .. } => *statistic,
        _ => return None,
    };
    let standard_error = match known {
        Some(known) => standard_error_of_measurement(known.sd, known.value).ok().map(|error| match statistic {
            Statistic::Sum => error / n_items,
            Statistic::Mean => error,
        }),
        // Sums of at most some hundred small whole numbers.
        None => within_person_standard_error_of_mean(points.len() as u32, sum as f64, squares as f64).ok(),
    };
    Some(OwnMean { mean: two_decimals(sum as f64 / n_items), standard_error })
}

/// Rounded as published figures are.
pub(super) fn two_decimals(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}
