//! Eigenvalues of the items beside those of random data: how many factors are above chance.

use super::{Around, Frame, round_ticks, tick_decimals};
use crate::chart::scene::{Anchor, Scene, Style};
use crate::chart::{Chart, Width};
use crate::text::{capital, colon, number, study as words, typeset};
use crate::theme::{Role, size};
use crate::{Error, Result};

/// What a scree chart shows; lists of equal length, from the highest eigenvalue.
#[derive(Debug, Clone, PartialEq)]
pub struct Scree {
    /// Eigenvalues of the items.
    pub observed: Vec<f64>,
    /// Mean of the eigenvalues of random data.
    pub random_mean: Vec<f64>,
    /// 95th percentile of the eigenvalues of random data.
    pub random_upper: Vec<f64>,
    /// How many factors are above chance.
    pub n_suggested: usize,
}

/// At most so many factors are drawn: beyond, all lines run together.
const MOST: usize = 20;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 26.0;

/// Draws a scree chart.
///
/// # Errors
/// [`Error::NothingToPlot`] for no eigenvalues, lists of different length or values that are not finite.
pub fn chart(frame: &Frame, scree: &Scree) -> Result<Chart> {
    let language = frame.language;
    let n = scree.observed.len();
    let lists = [&scree.observed, &scree.random_mean, &scree.random_upper];
    if n == 0 || lists.iter().any(|list| list.len() != n || !list.iter().all(|value| value.is_finite())) {
        return Err(Error::NothingToPlot("eigenvalues"));
    }
    let shown = n.min(MOST);
    let mut scene = Scene::new(Width::Wide.units())?;
    let labels = [words::observed(language), words::random_upper(language), words::random_mean(language)];
    let room = labels.iter().map(|label| scene.measure(label, Style::BOLD)).fold(0.0, f64::max);
    let right = scene.width - room - 12.0;
    let drawn = lists.iter().flat_map(|list| &list[..shown]);
    let (low, high) = drawn.fold((0.0_f64, 1.0_f64), |(low, high), &value| (low.min(value), high.max(value)));
    // The axis ends at a round number above all points.
    let most = 7;
    let step = round_ticks(low, high, most).windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(1.0);
    let high = (high / step - 1e-9).ceil() * step;
    let y = |value: f64| TOP + (high - value) / (high - low) * HEIGHT;
    #[expect(clippy::cast_precision_loss, reason = "at most 20")]
    let x =
        |idx: usize| LEFT + 8.0 + (right - LEFT - 16.0) * if shown > 1 { idx as f64 / (shown - 1) as f64 } else { 0.5 };
    scene.text(&words::eigenvalue(language), (0.0, 13.0), Style::QUIET);
    let ticks = round_ticks(low, high, most + 1);
    for &tick in &ticks {
        let role = if tick == 0.0 { Role::BandEdge } else { Role::Grid };
        scene.line(vec![(LEFT, y(tick)), (right, y(tick))], role, 1.0);
        let text = number::decimal(language, tick, tick_decimals(&ticks));
        scene.text(&text, (LEFT - 8.0, y(tick) + 4.5), Style::QUIET.anchored(Anchor::End));
    }
    let every = if shown > 12 { 2 } else { 1 };
    for idx in (0..shown).step_by(every) {
        scene.text(&(idx + 1).to_string(), (x(idx), TOP + HEIGHT + 20.0), Style::QUIET.anchored(Anchor::Middle));
    }
    let under = TOP + HEIGHT + 20.0 + size::LEADING + 2.0;
    scene.text(&words::factor_number(language), (0.5 * (LEFT + right), under), Style::QUIET.anchored(Anchor::Middle));
    let points =
        |list: &[f64]| list[..shown].iter().enumerate().map(|(idx, &value)| (x(idx), y(value))).collect::<Vec<_>>();
    let dotted = points(&scree.random_mean);
    for pair in dotted.windows(2) {
        scene.dotted(pair[0], pair[1], Role::Hatch);
    }
    scene.line(points(&scree.random_upper), Role::BandEdge, 1.75);
    scene.line(points(&scree.observed), Role::Own, size::DOMAIN_LINE);
    for (idx, point) in points(&scree.observed).into_iter().enumerate() {
        scene.dot(point, if idx < scree.n_suggested { 5.0 } else { 3.2 }, Role::Own);
    }
    // The lines end close together; their names are pushed apart, in the order of the lines.
    let mut ends: Vec<(f64, usize)> = [&scree.observed, &scree.random_upper, &scree.random_mean]
        .iter()
        .map(|list| y(list[shown - 1]))
        .zip(0..)
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lowest = f64::NEG_INFINITY;
    let middle = ends.get(1).map_or(0.0, |end| end.0);
    let start = (middle - size::LEADING).min(TOP + HEIGHT - 2.0 * size::LEADING);
    for (place, (_, which)) in ends.into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "three lines")]
        let at = (start + place as f64 * size::LEADING).max(lowest + size::LEADING);
        lowest = at;
        let (style, role) =
            [(Style::BOLD, Role::Own), (Style::PLAIN, Role::Ink), (Style::QUIET, Role::InkQuiet)][which];
        scene.text(&labels[which], (right + 10.0, at + 4.5), Style { role, ..style });
    }
    scene.height = under + 6.0;
    let verdict = words::suggested(language, scree.n_suggested);
    let list = |values: &[f64]| {
        let texts: Vec<String> = values[..shown].iter().map(|&value| number::decimal(language, value, 2)).collect();
        texts.join(language.pick(" ; ", "; "))
    };
    let told = |label: &str, values: &[f64]| colon(language, &capital(label), &list(values));
    let (observed, random) = (told(&labels[0], &scree.observed), told(&labels[1], &scree.random_upper));
    let description = typeset(language, &format!("{}. {observed}. {random}.", capital(&verdict)));
    let caption = format!("{} {}.", words::scree_caption(language), capital(&verdict));
    frame.chart(scene, Around { title: words::scree_title(language), caption, description })
}
