//! What the marks of a drawing stand for, above it.

use super::point::{self, Measures, Whose};
use super::scene::{Scene, Style};
use crate::theme::{Role, size};

/// Width of a sample mark with its interval, and of a line.
const SIGN: f64 = 30.0;
/// Width of a sample mark alone.
const MARK: f64 = 20.0;
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

impl Sign {
    fn width(self) -> f64 {
        match self {
            Self::Alone(_) => MARK,
            Self::WithInterval(_) | Self::Arrow | Self::Dotted | Self::Link => SIGN,
        }
    }
}

/// Lays entries out from left to right, line after line; returns the bottom.
pub(super) fn legend(scene: &mut Scene, entries: &[(Sign, String)], top: f64) -> f64 {
    let (mut x, mut y) = (0.0, top);
    let mut bottom = top;
    for (sign, text) in entries {
        let lines = scene.wrap(text, scene.width - sign.width() - GAP, Style::PLAIN);
        let sign_width = sign.width() + GAP;
        let width = lines.iter().map(|line| scene.measure(line, Style::PLAIN)).fold(0.0, f64::max);
        if x > 0.0 && x + sign_width + width > scene.width {
            (x, y) = (0.0, bottom);
        }
        draw_sign(scene, *sign, (x, y + 10.0));
        let last = scene.lines(&lines, (x + sign_width, y + 14.6), size::LEADING, Style::PLAIN);
        bottom = f64::max(bottom, last + 6.0);
        x += sign_width + width + BETWEEN;
    }
    bottom
}

fn draw_sign(scene: &mut Scene, sign: Sign, (left, y): (f64, f64)) {
    let (middle, right) = (left + sign.width() / 2.0, left + sign.width());
    let measures = Measures::LARGE;
    match sign {
        Sign::WithInterval(whose) => {
            let track = point::Track { left, right, range: (0.0, 1.0) };
            if let Ok(all) = crate::view::Interval::new(0.04, 0.96) {
                point::interval(scene, track, y, (whose, measures), (0.5, all));
            }
            point::mark(scene, (middle, y), (whose, measures));
        }
        Sign::Alone(whose) => point::mark(scene, (middle, y), (whose, measures)),
        Sign::Arrow => point::arrow(scene, (left, y), (right, y), 1.0),
        Sign::Dotted => point::link(scene, (left, y), (right, y), 1.0),
        Sign::Link => {
            scene.line(vec![(left + 1.0, y), (right - 1.0, y)], Role::Ink, 1.75);
        }
    }
}
