//! The scores of a norm group or of a file on one scale: bars or a curve, the average band, quartiles as a box, and one person's place
//! with its margin.

use super::scene::{Anchor, Mark, Point, Scene, Style};
use super::signs::{self, Sign};
use super::track::{self, ARROW, Margin, Track};
use super::{Around, Chart, Framing, Width, around, box_plot};
use crate::Result;
use crate::text::{distribution as words, label, number, typeset};
use crate::theme::{Role, size};
use crate::view::distribution::{Bin, Distribution, DistributionView, Shape};

/// Height of bars or curve, wide and narrow.
const HEIGHTS: (f64, f64) = (150.0, 110.0);
/// Opacity of bars and of the area under a curve.
const TINT: f64 = 0.3;
/// Height of the strip of a box or a margin under the shape.
const STRIP: f64 = 30.0;

/// Lays the distribution out.
///
/// # Errors
/// [`crate::Error::Font`].
pub fn lay_out(distribution: &Distribution, width: Width, framing: Framing) -> Result<Chart> {
    let view = distribution.view();
    let language = view.language;
    let scene = scene(view, width)?;
    Ok(around(
        scene,
        Around {
            language,
            width,
            framing,
            title: words::title(view),
            description: words::description(view),
            status: words::status(view),
            caption: words::caption(view),
            simulated: view.simulated,
        },
    ))
}

fn scene(view: &DistributionView, width: Width) -> Result<Scene> {
    let language = view.language;
    let mut scene = Scene::new(width.units())?;
    let right = scene.width;
    let track = Track { ends: (ARROW + 1.0, right - ARROW - 1.0), values: (view.axis.lower(), view.axis.upper()) };
    let mut top = 0.0;
    if view.band.is_some() {
        top = signs::draw(&mut scene, &[(Sign::Band, label::average_band(language))], top, Anchor::Start);
    }
    if view.spread.is_some() {
        top = signs::draw(&mut scene, &[(Sign::Box, words::quartiles(language))], top, Anchor::Start);
    }
    let mut person_baseline = None;
    if let Some(person) = &view.person {
        let text = typeset(language, &words::person(view, person));
        let lines = scene.wrap(&text, right, Style::BOLD);
        let widest = lines.iter().map(|line| scene.measure(line, Style::BOLD)).fold(0.0, f64::max);
        let x = track.at(person.score).clamp(widest / 2.0, (right - widest / 2.0).max(widest / 2.0));
        let last = scene.lines(&lines, (x, top + 14.0), size::LEADING, Style::BOLD.anchored(Anchor::Middle));
        top = last + 6.0;
        person_baseline = Some(top);
    }
    let height = match (&view.shape, width) {
        (Shape::QuartilesOnly, _) => 0.0,
        (_, Width::Wide) => HEIGHTS.0,
        (_, Width::Narrow) => HEIGHTS.1,
    };
    let shape_top = top + 6.0;
    let base = shape_top + height;
    let strips = f64::from(u8::from(view.spread.is_some())) + f64::from(u8::from(view.person.is_some()));
    let bottom = base + STRIP * strips;
    if let Some(band) = view.band {
        track.band(&mut scene, (band.lower(), band.upper()), (top, bottom));
    }
    let ticks = track::round_ticks(track.values, if width == Width::Wide { 8 } else { 5 });
    // The edges of the band keep their dots.
    let edge = |tick: &&f64| view.band.is_some_and(|band| [band.lower(), band.upper()].contains(*tick));
    for tick in ticks.iter().filter(|tick| !edge(tick)) {
        scene.line(vec![(track.at(*tick), base), (track.at(*tick), bottom + 5.0)], Role::Grid, 1.0);
    }
    match &view.shape {
        Shape::Bins(bins) => draw_bins(&mut scene, track, bins, (shape_top, base)),
        Shape::Density(points) => draw_density(&mut scene, track, points, (shape_top, base)),
        Shape::QuartilesOnly => {}
    }
    scene.line(vec![(track.ends.0, base), (track.ends.1, base)], Role::BandEdge, 1.0);
    let mut strip = base + STRIP / 2.0;
    if let Some(spread) = view.spread {
        box_plot::draw(&mut scene, spread.places().map(|place| track.at(place)), strip, 8.0);
        strip += STRIP;
    }
    if let (Some(person), Some(from)) = (&view.person, person_baseline) {
        let x = track.at(person.score);
        scene.line(vec![(x, from), (x, strip)], Role::Own, 1.5);
        if let Some(interval) = person.interval {
            let margin = Margin { lower: interval.lower(), upper: interval.upper(), line: size::DOMAIN_LINE };
            track.margin(&mut scene, strip, margin);
        }
        scene.dot((x, strip), size::DOMAIN_DOT, Role::Own);
    }
    scene.line(vec![(track.ends.0, bottom), (track.ends.1, bottom)], Role::BandEdge, 1.0);
    let decimals = |tick: f64| if (tick - tick.round()).abs() < 1e-9 { 0 } else { view.decimals.max(1) };
    let numbers = ticks.iter().map(|tick| (number::decimal(language, *tick, decimals(*tick)), track.at(*tick)));
    let numbers = numbers.collect();
    track::numbers(&mut scene, bottom + 19.0, numbers);
    let axis = scene.wrap(&typeset(language, &words::axis(view)), right, Style::QUIET);
    let middle = Style::QUIET.anchored(Anchor::Middle);
    scene.height = scene.lines(&axis, (right / 2.0, bottom + 19.0 + size::LEADING + 1.0), size::LEADING, middle) + 6.0;
    Ok(scene)
}

/// Bars whose areas tell the amounts, so that bars of different width compare.
fn draw_bins(scene: &mut Scene, track: Track, bins: &[Bin], (top, base): (f64, f64)) {
    let density = |bin: &Bin| bin.amount / (bin.to - bin.from);
    let highest = bins.iter().map(density).fold(0.0, f64::max);
    for bin in bins.iter().filter(|bin| bin.amount > 0.0) {
        let y = base - density(bin) / highest * (base - top);
        let (left, right) = (track.at(bin.from), track.at(bin.to));
        scene.rect((left, y), (right - left, base - y), Role::BandEdge, TINT);
        scene.line(vec![(left, base), (left, y), (right, y), (right, base)], Role::BandEdge, 1.0);
    }
}

fn draw_density(scene: &mut Scene, track: Track, points: &[(f64, f64)], (top, base): (f64, f64)) {
    let highest = points.iter().map(|(_, height)| *height).fold(0.0, f64::max);
    let place = |(at, height): &(f64, f64)| (track.at(*at), base - height / highest * (base - top));
    let curve: Vec<Point> = points.iter().map(place).collect();
    let (Some(first), Some(last)) = (curve.first().copied(), curve.last().copied()) else { return };
    let mut area = curve.clone();
    area.extend([(last.0, base), (first.0, base)]);
    scene.marks.push(Mark::Area { points: area, role: Role::BandEdge, opacity: TINT });
    scene.line(curve, Role::BandEdge, 1.75);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use crate::view::sample_values;

    #[test]
    fn the_person_has_a_point_a_margin_and_a_line_up_to_the_name() {
        let distribution = Distribution::new(sample_values::distribution(Language::French).unwrap()).unwrap();
        let chart = lay_out(&distribution, Width::Wide, Framing::Inline).unwrap();
        let own = |mark: &&Mark| matches!(mark, Mark::Line { role: Role::Own, .. });
        assert_eq!(chart.scene().marks.iter().filter(own).count(), 4, "upright, level, two ticks");
        assert!(chart.scene().labels().any(|label| label.text == "vous\u{a0}: 57 (51\u{a0}à\u{a0}63)"));
        assert!(chart.description().contains("57 (51\u{a0}à\u{a0}63), marge à 95\u{a0}%"), "{}", chart.description());
    }

    #[test]
    fn a_group_has_a_box_and_nobody_in_it() {
        let distribution = Distribution::new(sample_values::distribution_of_group(Language::English).unwrap()).unwrap();
        for shape in [distribution.view().shape.clone(), Shape::QuartilesOnly] {
            let view = DistributionView { shape, ..distribution.view().clone() };
            let chart = lay_out(&Distribution::new(view).unwrap(), Width::Narrow, Framing::Inline).unwrap();
            let is_person = |mark: &Mark| match mark {
                Mark::Dot { .. } => true,
                Mark::Line { role, .. } => *role == Role::Own,
                _ => false,
            };
            assert!(!chart.scene().marks.iter().any(is_person));
            assert!(chart.description().contains("Median 25") || chart.description().contains("Median 24"));
        }
    }

    #[test]
    fn a_bar_twice_as_wide_is_half_as_high_for_as_many_people() {
        let mut scene = Scene::new(100.0).unwrap();
        let track = Track { ends: (0.0, 100.0), values: (0.0, 4.0) };
        let bin = |from, to| Bin { from, to, amount: 6.0 };
        draw_bins(&mut scene, track, &[bin(0.0, 1.0), bin(1.0, 3.0)], (0.0, 80.0));
        let heights: Vec<f64> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Rect { size, .. } => Some(size.1),
                _ => None,
            })
            .collect();
        assert_eq!(heights, [80.0, 40.0]);
    }
}
