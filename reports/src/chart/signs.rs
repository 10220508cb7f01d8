//! Signs with their words, in rows: what a mark of the drawing stands for.

use super::scene::{Anchor, Mark, Point, Scene, Stroke, Style};
use super::{box_plot, track};
use crate::theme::{Role, size};

/// Width of a sign, and from it to its words.
const SIGN: (f64, f64) = (26.0, 7.0);
/// Half the height of a sign.
const HALF: f64 = 6.0;
/// From one entry to the next.
const GAP: f64 = 24.0;

/// A mark that needs words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A solid line.
    Line,
    /// A pale band between dotted edges.
    Band,
    /// A hatched zone between solid edges.
    Hatch,
    /// A box with whiskers.
    Box,
    /// None: the words speak for themselves.
    Words,
}

/// Adds a legend whose first row begins at `top`; returns where the last one ends. Rows are set from the left, or in the middle.
pub(super) fn draw(scene: &mut Scene, entries: &[(Sign, String)], top: f64, anchor: Anchor) -> f64 {
    let width = scene.width;
    let mut rows: Vec<Vec<(Sign, Vec<String>, f64)>> = Vec::new();
    let mut used = 0.0;
    for (sign, words) in entries {
        let indent = if *sign == Sign::Words { 0.0 } else { SIGN.0 + SIGN.1 };
        let lines = scene.wrap(words, width - indent, Style::QUIET);
        let room = indent + lines.iter().map(|line| scene.measure(line, Style::QUIET)).fold(0.0, f64::max);
        match rows.last_mut() {
            Some(row) if used + GAP + room <= width => {
                used += GAP + room;
                row.push((*sign, lines, room));
            }
            _ => {
                used = room;
                rows.push(vec![(*sign, lines, room)]);
            }
        }
    }
    let mut y = top;
    for row in rows {
        #[expect(clippy::cast_precision_loss, reason = "a row has few entries")]
        let gaps = GAP * row.len().saturating_sub(1) as f64;
        let total = gaps + row.iter().map(|(_, _, room)| room).sum::<f64>();
        let mut x = if anchor == Anchor::Middle { (width - total) / 2.0 } else { 0.0 };
        let mut last = y;
        for (sign, lines, room) in row {
            draw_sign(scene, sign, (x, y + size::LEADING / 2.0 + 1.0));
            let indent = if sign == Sign::Words { 0.0 } else { SIGN.0 + SIGN.1 };
            last = last.max(scene.lines(&lines, (x + indent, y + 13.5), size::LEADING, Style::QUIET));
            x += room + GAP;
        }
        y = last + 7.0;
    }
    y
}

fn draw_sign(scene: &mut Scene, sign: Sign, (left, middle): Point) {
    let right = left + SIGN.0;
    match sign {
        Sign::Line => scene.line(vec![(left, middle), (right, middle)], Role::BandEdge, 1.75),
        Sign::Band => {
            scene.rect((left, middle - HALF), (SIGN.0, 2.0 * HALF), Role::Band, 1.0);
            for y in [middle - HALF, middle + HALF] {
                scene.marks.push(Mark::Line {
                    points: vec![(left, y), (right, y)],
                    role: Role::BandEdge,
                    width: 1.0,
                    stroke: Stroke::Dotted,
                });
            }
        }
        Sign::Hatch => track::hatched(scene, (left, middle - HALF), (right, middle + HALF)),
        Sign::Box => {
            let at = |share: f64| left + share * SIGN.0;
            box_plot::draw(scene, [at(0.0), at(0.25), at(0.5), at(0.75), at(1.0)], middle, HALF);
        }
        Sign::Words => {}
    }
}
