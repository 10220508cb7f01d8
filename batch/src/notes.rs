//! The column `notes`: what a reader of the scores must know about a row, in words.

use std::fmt::Write as _;

use engine::assessment::{NoInterval, ScaleResult};
use engine::model::Instrument;
use engine::norms::NoNormScore;
use engine::scoring::Unscored;

use crate::person::Place;

/// Whether a result needs words; `intervals` says whether standard errors were asked for.
#[must_use]
pub fn is_notable(result: &ScaleResult, intervals: bool) -> bool {
    let norm_note = match &result.norm {
        Some(Ok(score)) => score.is_interpolated() || score.percentile_rank().rank().is_none(),
        Some(Err(reason)) => is_about_the_scale(*reason),
        None => false,
    };
    let interval_note = intervals && result.score.raw.is_ok() && result.uncertainty.is_err();
    !result.score.raw.is_ok_and(|raw| !raw.prorated) || norm_note || interval_note
}

/// Whether a missing norm score is about the scale rather than about the person.
fn is_about_the_scale(reason: NoNormScore) -> bool {
    use NoNormScore::{AboveSample, BelowSample, NotFinite, ScaleNotCovered};
    matches!(reason, AboveSample | BelowSample | NotFinite | ScaleNotCovered { .. })
}

/// Writes the note of a row, empty when there is nothing to say.
///
/// - `results`: the notable scales of the row with their results, in the instrument's order.
/// - `sex`: the text of sex as it stands in the file.
#[must_use]
pub fn note(
    instrument: &Instrument,
    place: &Place,
    sex: Option<&str>,
    results: &[(usize, ScaleResult)],
    intervals: bool,
) -> String {
    let mut parts = Vec::new();
    if let Some(Err(reason)) = place.norm {
        parts.push(format!("no norm score: {reason}"));
    }
    if place.because_sex_unknown {
        parts.push(match sex.map(str::trim) {
            None | Some("") => "combined stratum, the sex is not given".to_owned(),
            Some(other) => format!("combined stratum, `{other}` is none of the sex codes"),
        });
    }
    let name = |scale_idx: usize| instrument.scales()[scale_idx].id.as_str();
    let mut list = |title: &str, entry: &dyn Fn(usize, &ScaleResult) -> Option<String>| {
        let entries: Vec<String> = results.iter().filter_map(|(idx, result)| entry(*idx, result)).collect();
        if !entries.is_empty() {
            parts.push(format!("{title}: {}", entries.join(", ")));
        }
    };
    list("prorated", &|idx, result| {
        let raw = result.score.raw.ok()?;
        raw.prorated.then(|| format!("{} ({} of {} answered)", name(idx), result.score.answered, result.score.n_items))
    });
    list("not scored", &|idx, result| {
        let reason = result.score.raw.err()?;
        let mut text = format!("{} ({} of {} answered", name(idx), result.score.answered, result.score.n_items);
        // Writing into a string cannot fail.
        let _ = match reason {
            Unscored::TooFewAnswered { needed, .. } => write!(text, ", {needed} needed)"),
            Unscored::ComponentUnscored { component_idx } => write!(text, ", {} has no score)", name(component_idx)),
            _ => write!(text, ")"),
        };
        Some(text)
    });
    list("no norm score", &|idx, result| {
        let reason = result.norm.as_ref()?.as_ref().err()?;
        let words = match reason {
            NoNormScore::BelowSample => "below the lowest score of the norm sample",
            NoNormScore::AboveSample => "above the highest score of the norm sample",
            NoNormScore::ScaleNotCovered { .. } => "not covered by the norm",
            NoNormScore::NotFinite => "no finite score",
            _ => return None,
        };
        Some(format!("{} ({words})", name(idx)))
    });
    list("no percentile rank, beyond the norm sample", &|idx, result| {
        let score = result.norm.as_ref()?.as_ref().ok()?;
        score.percentile_rank().rank().is_none().then(|| name(idx).to_owned())
    });
    list("interpolated", &|idx, result| {
        let score = result.norm.as_ref()?.as_ref().ok()?;
        score.is_interpolated().then(|| name(idx).to_owned())
    });
    if intervals {
        list("no interval", &|idx, result| match (&result.score.raw, result.uncertainty) {
            (Ok(_), Err(NoInterval::NoSpread(reason))) => Some(format!("{} ({reason})", name(idx))),
            (Ok(_), Err(reason)) => Some(format!("{} ({reason})", name(idx))),
            _ => None,
        });
    }
    parts.join("; ")
}
