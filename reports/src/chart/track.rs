//! A horizontal stretch of a scale: its axis, an interval on it, the hatched zone, the average band.

use super::scene::{Mark, Point, Scene, Stroke, Style};
use crate::theme::{Role, size};

/// From one line of the hatch to the next, along the edge.
const HATCH_STEP: f64 = 7.0;
/// Thickness of the lines of the hatch.
const HATCH_LINE: f64 = 1.25;
/// How far the arrow of an interval that leaves the track reaches beyond it.
pub(super) const ARROW: f64 = 13.0;

/// The stretch of the drawing that stands for a stretch of a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Track {
    /// Left and right end in the drawing.
    pub ends: (f64, f64),
    /// What they stand for.
    pub values: (f64, f64),
}

/// An interval around a point, as it is to be drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margin {
    pub lower: f64,
    pub upper: f64,
    /// Thickness of the line.
    pub line: f64,
}

impl Track {
    /// The place of a value; values beyond an end are at the end.
    pub fn at(&self, value: f64) -> f64 {
        let share = (value - self.values.0) / (self.values.1 - self.values.0);
        self.ends.0 + share.clamp(0.0, 1.0) * (self.ends.1 - self.ends.0)
    }

    /// An interval with ticks at its ends, or an arrow where it leaves the track.
    pub fn margin(&self, scene: &mut Scene, y: f64, margin: Margin) {
        let (below, above) = (margin.lower < self.values.0 - 1e-9, margin.upper > self.values.1 + 1e-9);
        let from = self.at(margin.lower) - if below { ARROW } else { 0.0 };
        let to = self.at(margin.upper) + if above { ARROW } else { 0.0 };
        scene.line(vec![(from, y), (to, y)], Role::Own, margin.line);
        for (end, outward, leaves) in [(from, -1.0, below), (to, 1.0, above)] {
            if leaves {
                let back = end - outward * 5.0;
                scene.line(vec![(back, y - 4.5), (end, y), (back, y + 4.5)], Role::Own, margin.line);
            } else {
                let tick = size::END_TICK;
                scene.line(vec![(end, y - tick), (end, y + tick)], Role::Own, margin.line);
            }
        }
    }

    /// The average band between two dotted edges.
    pub fn band(&self, scene: &mut Scene, band: (f64, f64), (top, bottom): (f64, f64)) {
        let (left, right) = (self.at(band.0), self.at(band.1));
        scene.rect((left, top), (right - left, bottom - top), Role::Band, 1.0);
        for x in [left, right] {
            scene.dotted((x, top), (x, bottom), Role::BandEdge);
        }
    }
}

/// A rectangle of diagonal lines between two edges: the zone in which no side is given.
pub(super) fn hatched(scene: &mut Scene, (left, top): Point, (right, bottom): Point) {
    scene.rect((left, top), (right - left, bottom - top), Role::Band, 1.0);
    for points in hatch((left, top), (right, bottom)) {
        scene.line(points.to_vec(), Role::Hatch, HATCH_LINE);
    }
    for x in [left, right] {
        scene.marks.push(Mark::Line {
            points: vec![(x, top), (x, bottom)],
            role: Role::BandEdge,
            width: 1.0,
            stroke: Stroke::Solid,
        });
    }
}

/// The diagonals of a rectangle, rising to the right, each cut at its edges.
fn hatch((left, top): Point, (right, bottom): Point) -> Vec<[Point; 2]> {
    let mut lines = Vec::new();
    // On one diagonal x + y is the same everywhere.
    let mut sum = left + top + HATCH_STEP / 2.0;
    while sum < right + bottom && lines.len() < 1000 {
        let low_x = (sum - bottom).max(left);
        let high_x = (sum - top).min(right);
        if high_x - low_x > 1e-9 {
            lines.push([(low_x, sum - low_x), (high_x, sum - high_x)]);
        }
        sum += HATCH_STEP;
    }
    lines
}

/// Numbers below a track, left to right; one that would touch the one before it is left out, though never the last.
pub(super) fn numbers(scene: &mut Scene, baseline: f64, texts: Vec<(String, f64)>) {
    let gap = 8.0;
    let placed = |text: &str, x: f64| {
        let half = scene.measure(text, Style::QUIET) / 2.0;
        let middle = x.clamp(half, (scene.width - half).max(half));
        (middle - half, middle, middle + half)
    };
    let mut kept: Vec<(String, f64, f64)> = Vec::new();
    let limit = texts.last().map_or(f64::INFINITY, |(text, x)| placed(text, *x).0);
    let last = texts.len().saturating_sub(1);
    for (idx, (text, x)) in texts.into_iter().enumerate() {
        let (left, middle, right) = placed(&text, x);
        let after = kept.last().is_none_or(|(_, _, edge)| left >= edge + gap);
        if idx == last || (after && right + gap <= limit) {
            kept.push((text, middle, right));
        }
    }
    // The last number takes the place of one that it touches.
    if let [.., (_, _, edge), (last_text, last_x, _)] = kept.as_slice()
        && placed(last_text, *last_x).0 < edge + gap
    {
        let before_last = kept.len() - 2;
        kept.remove(before_last);
    }
    for (text, x, _) in kept {
        scene.text(&text, (x, baseline), Style::QUIET.anchored(super::scene::Anchor::Middle));
    }
}

/// Round numbers on a stretch of a scale: a few multiples of 1, 2 or 5 times a power of ten.
pub(super) fn round_ticks((low, high): (f64, f64), most: u32) -> Vec<f64> {
    let span = high - low;
    let steps = (-3..=9).flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * 10.0_f64.powi(power)));
    let Some(step) = steps.into_iter().find(|step| span / step <= f64::from(most)) else { return vec![low, high] };
    let first = (low / step - 1e-9).ceil();
    (0..=most).map(|idx| (first + f64::from(idx)) * step).filter(|tick| *tick <= high + step * 1e-9).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_hatch_lies_inside_and_slopes_alike() {
        let lines = hatch((10.0, 20.0), (40.0, 46.0));
        assert_eq!(lines.len(), 8);
        for [(x1, y1), (x2, y2)] in lines {
            for (x, y) in [(x1, y1), (x2, y2)] {
                assert!((10.0..=40.0).contains(&x) && (20.0..=46.0).contains(&y), "({x}, {y})");
            }
            assert!((x2 - x1 + (y2 - y1)).abs() < 1e-9 && x2 > x1);
        }
    }

    #[test]
    fn numbers_that_touch_are_left_out() {
        let mut scene = Scene::new(100.0).unwrap();
        let texts = [("1", 0.0), ("2,5", 48.0), ("3,5", 52.0), ("5 points", 100.0)];
        numbers(&mut scene, 20.0, texts.map(|(text, x)| (text.to_owned(), x)).to_vec());
        scene.height = 30.0;
        let shown: Vec<&str> = scene.labels().map(|label| label.text.as_str()).collect();
        assert_eq!(shown, ["1", "5 points"]);
        assert!(scene.collisions().is_empty());
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(round_ticks((20.0, 80.0), 6), [20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0]);
        assert_eq!(round_ticks((1.0, 5.0), 6), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(round_ticks((0.0, 41.0), 5), [0.0, 10.0, 20.0, 30.0, 40.0]);
    }
}
