//! Lanes: under the name of each scale one line for the person and one for each group.

use super::{GroupStanding, Plan, Row};
use crate::chart::legend::legend;
use crate::chart::point::{self, ARROW, Measures, Track, Whose, extra_lines, plate};
use crate::chart::scene::{Anchor, Scene, Style};
use crate::text::{label, paired as words};
use crate::theme::{Role, size};
use crate::view::Interval;
use crate::view::feedback::{GapStanding, Shown};

/// Indent of the groups' names.
const INDENT: f64 = 14.0;
/// Widest column of groups' names.
const LABELS_MAX: f64 = 176.0;
/// Narrowest room for points beside names and numbers.
const TRACK_MIN: f64 = 170.0;
/// From one lane to the next.
const PITCH: f64 = 20.0;
/// Height of a track below its texts, in the narrow drawing.
const TRACK_HEIGHT: f64 = 19.0;

/// One line of a scale.
enum Lane<'a> {
    /// A point with its number and what is said of it.
    Point { whose: Whose, mean: f64, interval: Option<Interval>, standing: Option<GapStanding> },
    /// Words where the point would be.
    Words(&'a str),
}

impl Plan {
    fn lanes<'a>(&self, row: &'a Row, missing: &'a str) -> Vec<(String, Lane<'a>)> {
        let own = match row.own {
            Some((mean, interval)) => Lane::Point { whose: Whose::Own, mean, interval, standing: None },
            None => Lane::Words(missing),
        };
        let group = |group: &'a GroupStanding| {
            let lane = match &group.figures {
                Shown::Shown((mean, standing)) => {
                    Lane::Point { whose: Whose::Other, mean: *mean, interval: None, standing: *standing }
                }
                Shown::Withheld { sentence } => Lane::Words(sentence),
            };
            (group.label.clone(), lane)
        };
        std::iter::once((label::you_row(self.language), own)).chain(row.groups.iter().map(group)).collect()
    }

    /// Names, points, numbers and standings side by side; `None` where too little room is left for the points.
    pub(super) fn wide_lanes(&self, mut scene: Scene, rows: &[Row]) -> Option<Scene> {
        let language = self.language;
        let missing = words::own_missing(language);
        let widest = |texts: &mut dyn Iterator<Item = String>, style: Style| {
            texts.map(|text| scene.measure(&text, style)).fold(0.0, f64::max)
        };
        let all = || rows.iter().flat_map(|row| self.lanes(row, &missing));
        let labels = widest(&mut all().map(|(label, _)| label), Style::BOLD).min(LABELS_MAX);
        let number = |lane: &Lane<'_>| match lane {
            Lane::Point { mean, .. } => self.mean(*mean),
            Lane::Words(_) => String::new(),
        };
        let heads = (label::mean_head(language), label::gap_head(language));
        let numbers = widest(&mut all().map(|(_, lane)| number(&lane)), Style::BOLD);
        let numbers = numbers.max(scene.measure(&heads.0, Style::QUIET));
        let said = |lane: &Lane<'_>| match lane {
            Lane::Point { standing: Some(standing), .. } => words::standing(language, *standing),
            _ => String::new(),
        };
        let said_width = widest(&mut all().map(|(_, lane)| said(&lane)), Style::BOLD);
        let has_gaps = said_width > 0.0;
        let said_width = if has_gaps { said_width.max(scene.measure(&heads.1, Style::QUIET)) } else { 0.0 };
        let said_left = scene.width - said_width - 1.0;
        let number_right = said_left - 12.0;
        let track = Track {
            left: INDENT + labels + 12.0 + ARROW,
            right: number_right - numbers - 10.0 - ARROW,
            range: self.common.unwrap_or((0.0, 1.0)),
        };
        if track.right - track.left < TRACK_MIN {
            return None;
        }
        let top = legend(&mut scene, &self.legend(rows, false), 0.0);
        scene.text(&heads.0, (number_right, top + 18.0), Style::QUIET.anchored(Anchor::End));
        if has_gaps {
            scene.text(&heads.1, (said_left, top + 18.0), Style::QUIET);
        }
        let mut y = point::ends(&mut scene, track, (&self.ends.0, &self.ends.1), top + 18.0) + 8.0;
        for row in rows {
            let right = scene.width;
            scene.line(vec![(0.0, y), (right, y)], Role::Rule, 1.0);
            y = self.heading(&mut scene, row, y) + 6.0;
            let track = track.with_range(row.range);
            let lanes = self.lanes(row, &missing);
            let room = scene.width - track.left - 4.0;
            let mut middles = Vec::new();
            let first = y;
            for (name, lane) in &lanes {
                let names = scene.wrap(name, labels, Style::PLAIN);
                let reasons = match lane {
                    Lane::Words(text) => scene.wrap(text, room, Style::QUIET),
                    Lane::Point { .. } => Vec::new(),
                };
                let height = PITCH + extra_lines(names.len().max(reasons.len()));
                middles.push((y + height / 2.0, names, reasons));
                y += height;
            }
            point::grid(&mut scene, track, first, y);
            if let (Some((mean, _)), Some(own), Some(last)) = (row.own, middles.first(), middles.last()) {
                let x = track.at(mean);
                scene.dotted((x, own.0), (x, last.0), Role::BandEdge);
            }
            for ((name_idx, (_, lane)), (middle, names, reasons)) in lanes.iter().enumerate().zip(&middles) {
                let baseline = |lines: &[String]| middle + 4.6 - extra_lines(lines.len()) / 2.0;
                let style = if name_idx == 0 { Style::PLAIN } else { Style::QUIET };
                scene.lines(names, (INDENT, baseline(names)), size::LEADING, style);
                match lane {
                    Lane::Words(_) => {
                        plate(&mut scene, reasons, track.left + 4.0, baseline(reasons));
                        scene.lines(reasons, (track.left + 4.0, baseline(reasons)), size::LEADING, Style::QUIET);
                    }
                    Lane::Point { whose, mean, interval, standing } => {
                        lane_point(&mut scene, track, *middle, (*whose, *mean, *interval));
                        let at = (number_right, middle + 4.6);
                        let beyond = standing.is_some_and(beyond);
                        let style = if *whose == Whose::Own || beyond { Style::BOLD } else { Style::PLAIN };
                        scene.text(&number(lane), at, style.anchored(Anchor::End));
                        if let Some(standing) = standing {
                            let style = if beyond { Style::BOLD } else { Style::QUIET };
                            scene.text(&words::standing(language, *standing), (said_left, middle + 4.6), style);
                        }
                    }
                }
            }
            y += 8.0;
        }
        self.lanes_axis(&mut scene, track, y);
        Some(scene)
    }

    /// Names and numbers above each track.
    pub(super) fn narrow_lanes(&self, mut scene: Scene, rows: &[Row]) -> Scene {
        let language = self.language;
        let missing = words::own_missing(language);
        let right = scene.width;
        let track = Track { left: ARROW + 1.0, right: right - ARROW - 1.0, range: self.common.unwrap_or((0.0, 1.0)) };
        let top = legend(&mut scene, &self.legend(rows, false), 0.0);
        let mut y = point::ends(&mut scene, track, (&self.ends.0, &self.ends.1), top + 18.0) + 8.0;
        for row in rows {
            scene.line(vec![(0.0, y), (right, y)], Role::Rule, 1.0);
            y = self.heading(&mut scene, row, y) + 4.0;
            let track = track.with_range(row.range);
            for (idx, (name, lane)) in self.lanes(row, &missing).iter().enumerate() {
                let name_style = if idx == 0 { Style::PLAIN } else { Style::QUIET };
                let (text, style) = match lane {
                    Lane::Words(text) => ((*text).to_owned(), Style::QUIET),
                    Lane::Point { mean, standing: None, .. } => (self.mean(*mean), Style::PLAIN),
                    Lane::Point { mean, standing: Some(standing), .. } => {
                        let said = words::standing(language, *standing);
                        let style = if beyond(*standing) { Style::BOLD } else { Style::PLAIN };
                        (format!("{} · {said}", self.mean(*mean)), style)
                    }
                };
                let names = scene.wrap(name, right, name_style);
                let beside =
                    names.len() == 1 && scene.measure(name, name_style) + 12.0 + scene.measure(&text, style) <= right;
                let mut baseline = scene.lines(&names, (0.0, y + 14.0), size::LEADING, name_style);
                if beside {
                    scene.text(&text, (right, baseline), style.anchored(Anchor::End));
                } else {
                    let lines = scene.wrap(&text, right, style);
                    baseline = scene.lines(&lines, (0.0, baseline + size::LEADING), size::LEADING, style);
                }
                y = baseline + 5.0;
                if let Lane::Point { whose, mean, interval, .. } = lane {
                    let middle = y + TRACK_HEIGHT / 2.0 - 1.0;
                    scene.line(vec![(track.left, middle), (track.right, middle)], Role::Grid, 1.0);
                    point::grid(&mut scene, track, middle - 4.0, middle + 4.0);
                    lane_point(&mut scene, track, middle, (*whose, *mean, *interval));
                    y += TRACK_HEIGHT;
                } else {
                    y += 4.0;
                }
            }
            y += 9.0;
        }
        self.lanes_axis(&mut scene, track, y - 4.0);
        scene
    }

    /// The name of a scale, with its range where scales differ; returns the baseline of the last line.
    fn heading(&self, scene: &mut Scene, row: &Row, top: f64) -> f64 {
        let lines = scene.wrap(&row.name, scene.width, Style::BOLD);
        let baseline = scene.lines(&lines, (0.0, top + 19.0), size::LEADING, Style::BOLD);
        let Some(range) = self.range_words(row) else { return baseline };
        let right = scene.width;
        if lines.len() == 1
            && scene.measure(&row.name, Style::BOLD) + 16.0 + scene.measure(&range, Style::QUIET) <= right
        {
            scene.text(&range, (right, baseline), Style::QUIET.anchored(Anchor::End));
            return baseline;
        }
        let range = scene.wrap(&range, right, Style::QUIET);
        scene.lines(&range, (0.0, baseline + size::LEADING), size::LEADING, Style::QUIET)
    }

    /// Numbers below the last scale, where all share them.
    fn lanes_axis(&self, scene: &mut Scene, track: Track, y: f64) {
        scene.height = y + 4.0;
        if let Some(range) = self.common {
            let unit = label::points(self.language);
            point::axis(scene, self.language, track.with_range(range), y + 12.0, &unit);
            scene.height = y + 18.0;
        }
    }
}

fn beyond(standing: GapStanding) -> bool {
    matches!(standing, GapStanding::Above | GapStanding::Below)
}

fn lane_point(scene: &mut Scene, track: Track, y: f64, (whose, mean, interval): (Whose, f64, Option<Interval>)) {
    let kind = (whose, Measures::LARGE);
    if let Some(interval) = interval {
        point::interval(scene, track, y, kind, (mean, interval));
    }
    point::point(scene, track, y, kind, mean);
}
