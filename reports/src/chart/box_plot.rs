//! Quartiles of a group: a box for its middle half, a line at its median, whiskers to the places of its outer tenths. Never a single
//! person's point, and neither the lowest nor the highest score.

use super::scene::Scene;
use crate::theme::Role;

/// Draws the box at five places from left to right: 10th, 25th, 50th, 75th and 90th percentile.
pub(super) fn draw(scene: &mut Scene, [p10, q1, median, q3, p90]: [f64; 5], y: f64, half: f64) {
    for (from, to) in [(p10, q1), (q3, p90)] {
        scene.line(vec![(from, y), (to, y)], Role::InkQuiet, 1.5);
    }
    for x in [p10, p90] {
        scene.line(vec![(x, y - half * 0.5), (x, y + half * 0.5)], Role::InkQuiet, 1.5);
    }
    // The sheet under the box keeps the median clear of the band.
    scene.rect((q1, y - half), (q3 - q1, 2.0 * half), Role::Ground, 1.0);
    scene.rect((q1, y - half), (q3 - q1, 2.0 * half), Role::InkQuiet, 0.16);
    let outline = vec![(q1, y - half), (q3, y - half), (q3, y + half), (q1, y + half), (q1, y - half)];
    scene.line(outline, Role::InkQuiet, 1.25);
    scene.line(vec![(median, y - half - 1.5), (median, y + half + 1.5)], Role::Ink, 3.0);
}
