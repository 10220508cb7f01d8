//! Columns: one row for each scale, one column for each group, the person's own point in every column.

use super::{Plan, Row};
use crate::chart::legend::legend;
use crate::chart::point::{self, Measures, Track, Whose, extra_lines};
use crate::chart::scene::{Anchor, Scene, Style};
use crate::text::{label, number, paired as words};
use crate::theme::{Role, size};
use crate::view::feedback::{GapStanding, Shown};

/// Widest column of names.
const NAMES_MAX: f64 = 196.0;
/// Between two columns.
const GAP: f64 = 12.0;
/// Narrowest column.
const COLUMN_MIN: f64 = 74.0;
/// Room on both sides of a track.
const ROOM: f64 = point::ARROW;
/// Up to so many rows, rows are given air.
const FEW_ROWS: usize = 14;
/// How far a point stands above or below the middle of its row.
const ASIDE: f64 = 5.3;

impl Plan {
    /// Names and one track for each group side by side; `None` where the columns would be too narrow.
    pub(super) fn columns(&self, mut scene: Scene, rows: &[Row]) -> Option<Scene> {
        let language = self.language;
        let labels: Vec<String> = rows.first()?.groups.iter().map(|group| group.label.clone()).collect();
        let widest = rows.iter().map(|row| scene.measure(&row.name, Style::PLAIN)).fold(0.0, f64::max);
        let names = widest.min(NAMES_MAX);
        #[expect(clippy::cast_precision_loss, reason = "there are few groups")]
        let n_columns = labels.len() as f64;
        let column = ((scene.width - names) / n_columns - GAP).min(150.0);
        let not_shown = label::not_shown(language);
        if column < COLUMN_MIN.max(scene.measure(&not_shown, Style::QUIET) + 4.0) {
            return None;
        }
        let mut lefts = Vec::new();
        let mut left = names + GAP;
        for _ in &labels {
            lefts.push(left);
            left += column + GAP;
        }

        let mut y = legend(&mut scene, &self.legend(rows, true), 0.0) + 2.0;
        let span = words::span(language, self.common, (&self.ends.0, &self.ends.1));
        let lines = scene.wrap(&span, scene.width, Style::QUIET);
        y = scene.lines(&lines, (0.0, y + 13.0), size::LEADING, Style::QUIET) + 8.0;
        let room = column - ROOM;
        let heads: Vec<Vec<String>> = labels.iter().map(|label| scene.wrap(label, room, Style::BOLD)).collect();
        let tallest = heads.iter().map(Vec::len).max().unwrap_or(1);
        for (head, left) in heads.iter().zip(&lefts) {
            let first = y + 12.0 + extra_lines(tallest) - extra_lines(head.len());
            scene.lines(head, (left + ROOM, first), size::LEADING, Style::BOLD);
        }
        y += 18.0 + extra_lines(tallest);

        let pitch = if rows.len() <= FEW_ROWS { 32.0 } else { 22.5 };
        let top = y;
        let mut placed = Vec::new();
        for row in rows {
            let lines = scene.wrap(&row.name, names, Style::PLAIN);
            let mut notes = Vec::new();
            notes.extend(row.own.is_none().then(|| label::own_score_missing(language)));
            notes.extend(self.range_words(row));
            let notes: Vec<String> = notes.iter().flat_map(|note| scene.wrap(note, names, Style::QUIET)).collect();
            let height = pitch + extra_lines(lines.len() + notes.len());
            placed.push((y, height, lines, notes));
            y += height;
        }
        let right = scene.width;
        for (row_top, _, _, _) in &placed {
            scene.line(vec![(0.0, *row_top), (right, *row_top)], Role::Rule, 1.0);
        }
        for left in &lefts {
            for x in [left + ROOM, left + column - ROOM] {
                scene.line(vec![(x, top), (x, y)], Role::Grid, 1.0);
            }
        }
        for (row, (row_top, height, lines, notes)) in rows.iter().zip(&placed) {
            let middle = row_top + height / 2.0;
            let first = middle + 4.6 - extra_lines(lines.len() + notes.len()) / 2.0;
            let last = scene.lines(lines, (0.0, first), size::LEADING, Style::PLAIN);
            scene.lines(notes, (0.0, last + size::LEADING), size::LEADING, Style::QUIET);
            for (group, left) in row.groups.iter().zip(&lefts) {
                let track = Track { left: left + ROOM, right: left + column - ROOM, range: row.range };
                match &group.figures {
                    Shown::Withheld { .. } => {
                        let at = (left + column / 2.0, middle + 4.6);
                        let width = scene.measure(&not_shown, Style::QUIET) + 4.0;
                        scene.rect((at.0 - width / 2.0, middle - 8.0), (width, 16.5), Role::Ground, 1.0);
                        scene.text(&not_shown, at, Style::QUIET.anchored(Anchor::Middle));
                    }
                    Shown::Shown((mean, standing)) => cell(&mut scene, track, middle, row, (*mean, *standing)),
                }
            }
        }
        scene.height = y + 4.0;
        if let Some((lowest, highest)) = self.common {
            let text = |value: f64| number::decimal(language, value, usize::from((value - value.round()).abs() > 1e-9));
            for left in &lefts {
                for (value, x) in [(lowest, left + ROOM), (highest, left + column - ROOM)] {
                    scene.text(&text(value), (x, y + 14.0), Style::QUIET.anchored(Anchor::Middle));
                }
            }
            scene.height = y + 20.0;
        }
        if rows.iter().any(|row| row.groups.iter().any(|group| group.figures.shown().is_none())) {
            for sentence in &self.withheld {
                let lines = scene.wrap(sentence, scene.width, Style::QUIET);
                let first = scene.height + 14.0;
                scene.height = scene.lines(&lines, (0.0, first), size::LEADING, Style::QUIET) + 5.0;
            }
        }
        Some(scene)
    }
}

/// The person's point above, the group's below, a line between them where they differ beyond the margin.
fn cell(scene: &mut Scene, track: Track, middle: f64, row: &Row, (mean, standing): (f64, Option<GapStanding>)) {
    let (above, below) = (middle - ASIDE, middle + ASIDE);
    let measures = Measures::SMALL;
    let apart = matches!(standing, Some(GapStanding::Above | GapStanding::Below));
    if let Some((own, _)) = row.own.filter(|_| apart) {
        scene.line(vec![(track.at(own), above), (track.at(mean), below)], Role::Ink, 1.75);
    }
    // The edge of the sheet around the larger diamond must not cut the circle above it.
    point::point(scene, track, below, (Whose::Other, measures), mean);
    if let Some((own, interval)) = row.own {
        if let Some(interval) = interval {
            point::interval(scene, track, above, (Whose::Own, measures), (own, interval));
        }
        point::point(scene, track, above, (Whose::Own, measures), own);
    }
}
