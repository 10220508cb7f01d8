//! A point with its interval on a track: the person's own (filled circle, solid line), the entourage's (hollow diamond) or that of an
//! earlier date (hollow circle, dashed line). What leaves the track is an arrow. Shape and stroke tell them apart without color.

use super::bars;
use super::scene::{Anchor, Mark, Point, Scene, Stroke, Style};
use crate::text::{Language, number};
use crate::theme::{Role, size};
use crate::view::Interval;

/// Room on both sides of a track for the arrows of what leaves it.
pub(super) const ARROW: f64 = 13.0;

/// The horizontal stretch from one score to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Track {
    pub left: f64,
    pub right: f64,
    /// The score at its left end and the one at its right end.
    pub range: (f64, f64),
}

impl Track {
    pub fn at(self, value: f64) -> f64 {
        let share = (value - self.range.0) / (self.range.1 - self.range.0);
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// −1 below the track, 1 above it, `None` on it.
    fn beyond(self, value: f64) -> Option<f64> {
        let slack = (self.range.1 - self.range.0) * 1e-9;
        if value < self.range.0 - slack { Some(-1.0) } else { (value > self.range.1 + slack).then_some(1.0) }
    }

    /// The same track for scores of another range.
    pub fn with_range(self, range: (f64, f64)) -> Self {
        Self { range, ..self }
    }
}

/// Whose point it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The person's own, now.
    Own,
    /// The entourage's.
    Other,
    /// The person's own at an earlier date.
    Then,
}

impl Whose {
    fn role(self) -> Role {
        match self {
            Self::Own => Role::Own,
            Self::Other => Role::Other,
            Self::Then => Role::Then,
        }
    }
}

/// How large points are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measures {
    /// Radius of the filled circle; the hollow marks take about as much ink.
    pub radius: f64,
    /// Thickness of intervals and hollow marks.
    pub line: f64,
    /// Half the height of the tick at the end of an interval.
    pub tick: f64,
}

impl Measures {
    /// Where there is room.
    pub const LARGE: Self = Self { radius: 5.5, line: 2.25, tick: 4.5 };
    /// Facets, and drawings of many scales.
    pub const SMALL: Self = Self { radius: 3.8, line: size::FACET_LINE, tick: 3.5 };
    /// A domain among many rows.
    pub const MIDDLE: Self = Self { radius: 4.8, ..Self::LARGE };
}

/// The interval of a score with its end ticks; arrows where it leaves the track. Where the point itself lies beyond the track, its mark is
/// the arrow.
pub(super) fn interval(
    scene: &mut Scene,
    track: Track,
    y: f64,
    (whose, measures): (Whose, Measures),
    (score, interval): (f64, Interval),
) {
    let ends = [(interval.lower(), -1.0), (interval.upper(), 1.0)];
    if ends.iter().all(|(value, _)| track.beyond(*value).is_some_and(|side| track.beyond(ends[0].0) == Some(side))) {
        return;
    }
    let role = whose.role();
    let with_mark = |(value, side): (f64, f64)| track.beyond(value) == Some(side) && track.beyond(score) == Some(side);
    let place = |end: (f64, f64)| match track.beyond(end.0) {
        Some(side) if with_mark(end) => track.at(end.0) + side * (ARROW - 2.0 * measures.radius).max(0.0),
        Some(side) => track.at(end.0) + side * ARROW,
        None => track.at(end.0),
    };
    let stroke = if whose == Whose::Then { Stroke::Dashed } else { Stroke::Solid };
    let points = ends.map(|end| (place(end), y)).to_vec();
    scene.marks.push(Mark::Line { points, role, width: measures.line, stroke });
    for end in ends.into_iter().filter(|end| !with_mark(*end)) {
        let x = place(end);
        match track.beyond(end.0) {
            None => scene.line(vec![(x, y - measures.tick), (x, y + measures.tick)], role, measures.line),
            Some(side) => {
                let back = x - side * 5.0;
                scene.line(vec![(back, y - 4.0), (x, y), (back, y + 4.0)], role, measures.line);
            }
        }
    }
}

/// The point; an arrow head of its own kind where it lies beyond the track.
pub(super) fn point(scene: &mut Scene, track: Track, y: f64, (whose, measures): (Whose, Measures), value: f64) {
    let role = whose.role();
    let center = (track.at(value), y);
    match track.beyond(value) {
        None => mark(scene, center, (whose, measures)),
        Some(side) => {
            let tip = (center.0 + side * ARROW, y);
            let (back, half) = (tip.0 - side * 2.0 * measures.radius, measures.radius + 0.5);
            let points = vec![tip, (back, y - half), (back, y + half)];
            match whose {
                Whose::Own => scene.marks.push(Mark::Area { points, role, opacity: 1.0 }),
                Whose::Other | Whose::Then => {
                    let outline = vec![(back, y), points[1], tip, points[2], (back, y)];
                    scene.marks.push(Mark::Area { points, role: Role::Ground, opacity: 1.0 });
                    scene.line(outline, role, measures.line);
                }
            }
        }
    }
}

/// Where the mark of a score stands, on the track or beside it.
pub(super) fn center(track: Track, y: f64, measures: Measures, value: f64) -> Point {
    let outward = track.beyond(value).map_or(0.0, |side| side * (ARROW - measures.radius));
    (track.at(value) + outward, y)
}

/// The mark alone, for a legend and for points on their track.
pub(super) fn mark(scene: &mut Scene, center: Point, (whose, measures): (Whose, Measures)) {
    let Measures { radius, line, .. } = measures;
    match whose {
        Whose::Own => scene.dot(center, radius, Role::Own),
        Whose::Other => scene.diamond(center, radius * 1.1, Role::Other, line),
        Whose::Then => scene.ring(center, radius - line / 2.0 + 0.4, Role::Then, line),
    }
}

/// An arrow from one mark to another, clear of both; nothing where they are too near.
pub(super) fn arrow(scene: &mut Scene, from: Point, to: Point, clear: f64) {
    let Some((from, to)) = between(from, to, clear).filter(|(from, to)| (to.0 - from.0).hypot(to.1 - from.1) > 5.0)
    else {
        return;
    };
    let length = 8.0_f64.min((to.0 - from.0).hypot(to.1 - from.1));
    let share = 1.0 - (length - 1.0) / (to.0 - from.0).hypot(to.1 - from.1);
    let neck = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
    scene.line(vec![from, neck], Role::Ink, 1.75);
    scene.arrow_head(from, to, length, Role::Ink);
}

/// A dotted link of two marks, clear of both.
pub(super) fn link(scene: &mut Scene, from: Point, to: Point, clear: f64) {
    if let Some((from, to)) = between(from, to, clear) {
        scene.dotted(from, to, Role::BandEdge);
    }
}

fn between(from: Point, to: Point, clear: f64) -> Option<(Point, Point)> {
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let room = length - 2.0 * clear;
    let at =
        |distance: f64| (from.0 + (to.0 - from.0) * distance / length, from.1 + (to.1 - from.1) * distance / length);
    (room > 0.0).then(|| (at(clear), at(length - clear)))
}

/// Grid lines at round scores, the ends of the range included.
pub(super) fn grid(scene: &mut Scene, track: Track, top: f64, bottom: f64) {
    for tick in bars::ticks(track.range) {
        let x = track.at(tick);
        scene.line(vec![(x, top), (x, bottom)], Role::Grid, 1.0);
    }
}

/// The numbers of an axis, as many as fit; the last one carries the unit.
pub(super) fn axis(scene: &mut Scene, language: Language, track: Track, baseline: f64, unit: &str) {
    let ticks = bars::ticks(track.range);
    let last = ticks.len().saturating_sub(1);
    let text = |idx: usize, tick: f64| {
        let value = number::decimal(language, tick, usize::from((tick - tick.round()).abs() > 1e-9));
        if idx == last && !unit.is_empty() { format!("{value}\u{a0}{unit}") } else { value }
    };
    let texts: Vec<(String, f64)> =
        ticks.iter().enumerate().map(|(idx, tick)| (text(idx, *tick), track.at(*tick))).collect();
    let half = |text: &str| scene.measure(text, Style::QUIET) / 2.0;
    // The last number hangs to the left of its line where the unit would leave the drawing.
    let unit_from = texts.last().map_or(0.0, |(text, x)| {
        let room = scene.width - x;
        if half(text) <= room { x - half(text) } else { scene.width - 2.0 * half(text) }
    });
    let mut taken = f64::NEG_INFINITY;
    let mut placed = Vec::new();
    for (idx, (text, x)) in texts.into_iter().enumerate() {
        let left = if idx == last { unit_from } else { (x - half(&text)).max(0.0) };
        let right = left + 2.0 * half(&text);
        if idx == last || (left > taken + 6.0 && right + 6.0 < unit_from) {
            taken = right;
            placed.push((text, left));
        }
    }
    for (text, left) in placed {
        scene.text(&text, (left, baseline), Style::QUIET);
    }
}

/// The two ends of a track in words, each on its side; returns the baseline of the last line.
pub(super) fn ends(scene: &mut Scene, track: Track, (low, high): (&str, &str), baseline: f64) -> f64 {
    let room = (track.right - track.left) / 2.0 + ARROW - 8.0;
    let (low, high) = (scene.wrap(low, room, Style::QUIET), scene.wrap(high, room, Style::QUIET));
    let left = scene.lines(&low, (track.left - ARROW, baseline), size::LEADING, Style::QUIET);
    let end = (track.right + ARROW, baseline);
    let right = scene.lines(&high, end, size::LEADING, Style::QUIET.anchored(Anchor::End));
    left.max(right)
}

/// A piece of plain sheet behind lines of text, so that no line crosses their words.
pub(super) fn plate(scene: &mut Scene, lines: &[String], left: f64, first_baseline: f64) {
    let width = lines.iter().map(|line| scene.measure(line, Style::QUIET)).fold(0.0, f64::max) + 8.0;
    let top = first_baseline - 13.5;
    scene.rect((left - 4.0, top), (width, extra_lines(lines.len()) + size::LEADING + 2.0), Role::Ground, 1.0);
}

/// Height of the lines after the first.
#[expect(clippy::cast_precision_loss, reason = "a text has few lines")]
pub(super) fn extra_lines(n_lines: usize) -> f64 {
    n_lines.saturating_sub(1) as f64 * size::LEADING
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACK: Track = Track { left: 0.0, right: 100.0, range: (1.0, 5.0) };

    fn drawn(whose: Whose, value: f64, ends: (f64, f64)) -> Vec<Mark> {
        let mut scene = Scene::new(120.0).unwrap();
        let kind = (whose, Measures::LARGE);
        interval(&mut scene, TRACK, 10.0, kind, (value, Interval::new(ends.0, ends.1).unwrap()));
        point(&mut scene, TRACK, 10.0, kind, value);
        scene.marks
    }

    #[test]
    fn an_interval_that_leaves_the_track_becomes_an_arrow() {
        let chevrons = |marks: &[Mark]| {
            marks.iter().filter(|mark| matches!(mark, Mark::Line { points, .. } if points.len() == 3)).count()
        };
        assert_eq!(chevrons(&drawn(Whose::Own, 3.0, (2.0, 4.0))), 0);
        assert_eq!(chevrons(&drawn(Whose::Own, 4.8, (4.0, 5.6))), 1);
        assert_eq!(chevrons(&drawn(Whose::Then, 3.0, (0.0, 6.0))), 2);
    }

    #[test]
    fn a_point_beyond_the_track_is_the_arrow_of_its_interval() {
        let lines = |marks: &[Mark], n: usize| {
            marks.iter().filter(|mark| matches!(mark, Mark::Line { points, .. } if points.len() == n)).count()
        };
        let marks = drawn(Whose::Own, 5.4, (4.6, 6.2));
        assert_eq!((lines(&marks, 3), lines(&marks, 2)), (0, 2), "the level line and the tick on the track");
    }

    #[test]
    fn a_point_beyond_the_track_keeps_its_kind() {
        let filled = |whose, role| {
            drawn(whose, 9.0, (8.0, 10.0)).iter().any(|mark| matches!(mark, Mark::Area { role: of, .. } if *of == role))
        };
        assert!(
            filled(Whose::Own, Role::Own) && !filled(Whose::Then, Role::Then) && !filled(Whose::Other, Role::Other)
        );
    }

    #[test]
    fn an_arrow_ends_short_of_both_marks() {
        let mut scene = Scene::new(120.0).unwrap();
        arrow(&mut scene, (0.0, 0.0), (100.0, 0.0), 8.0);
        let Some(Mark::Area { points, role: Role::Ink, .. }) = scene.marks.last() else { panic!("no head") };
        assert_eq!(points[0], (92.0, 0.0));
        scene.marks.clear();
        arrow(&mut scene, (0.0, 0.0), (10.0, 0.0), 8.0);
        assert_eq!(scene.marks, []);
    }
}
