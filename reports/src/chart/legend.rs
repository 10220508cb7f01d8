//! What the marks of a drawing stand for, above it.

use super::point::{self, Measures, Whose};
use super::scene::{Scene, Stroke, Style};
use crate::theme::{Role, size};

/// Width of a sample mark.
const SIGN: f64 = 30.0;
/// From the sample to its words.
const GAP: f64 = 8.0;
/// Between two entries on a line.
const BETWEEN: f64 = 24.0;

/// A sample mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A point with its interval.
    WithInterval(Whose),
    /// A point alone.
    Alone(Whose),
    /// The arrow of a reliable change.
    Arrow,
    /// The dotted link of a change within the margin.
    Dotted,
    /// The line of a gap beyond the margin.
    Link,
}

/// Lays entries out from left to right, line after line; returns the bottom.
pub(super) fn legend(scene: &mut Scene, entries: &[(Sign, String)], top: f64) -> f64 {
    let (mut x, mut y) = (0.0, top);
    let mut bottom = top;
    for (sign, text) in entries {
        let lines = scene.wrap(text, scene.width - SIGN - GAP, Style::PLAIN);
        let width = lines.iter().map(|line| scene.measure(line, Style::PLAIN)).fold(0.0, f64::max);
        if x > 0.0 && x + SIGN + GAP + width > scene.width {
            (x, y) = (0.0, bottom);
        }
        draw_sign(scene, *sign, (x, y + 10.0));
        let last = scene.lines(&lines, (x + SIGN + GAP, y + 14.6), size::LEADING, Style::PLAIN);
        bottom = f64::max(bottom, last + 6.0);
        x += SIGN + GAP + width + BETWEEN;
    }
    bottom
}

fn draw_sign(scene: &mut Scene, sign: Sign, (left, y): (f64, f64)) {
    let (middle, right) = (left + SIGN / 2.0, left + SIGN);
    let measures = Measures::LARGE;
    match sign {
        Sign::WithInterval(whose) => {
            let track = point::Track { left, right, range: (0.0, 1.0) };
            if let Ok(all) = crate::view::Interval::new(0.04, 0.96) {
                point::interval(scene, track, y, (whose, measures), all);
            }
            point::mark(scene, (middle, y), (whose, measures));
        }
        Sign::Alone(whose) => point::mark(scene, (middle, y), (whose, measures)),
        Sign::Arrow => point::arrow(scene, (left, y), (right, y), 1.0),
        Sign::Dotted => point::link(scene, (left, y), (right, y), 1.0),
        Sign::Link => {
            let points = vec![(left + 1.0, y), (right - 1.0, y)];
            scene.marks.push(super::scene::Mark::Line { points, role: Role::Ink, width: 1.75, stroke: Stroke::Solid });
        }
    }
}
