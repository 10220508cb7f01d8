//! Raw scores as bars with intervals. A bar starts at a true zero; where the lowest possible score is not 0, only the
//! point and its interval are drawn. A bracket joins scales whose order is not settled.

use super::scene::{Anchor, Scene, Style};
use super::{ChartKind, Width};
use crate::text::{Language, label, number, typeset};
use crate::theme::{Role, size};
use crate::view::{Interval, RawView, Restitution};
use crate::{Error, Result};

/// Widest column of names.
const NAMES_MAX: f64 = 190.0;
/// Room on both sides of the possible range for the arrows of intervals that leave it.
const ARROW: f64 = 14.0;
/// Narrowest room for bars beside names and values.
const TRACK_MIN: f64 = 160.0;
/// Thickness of a bar.
const BAR: f64 = 16.0;
/// Opacity of a bar, so that the interval reads on it.
const TINT: f64 = 0.22;
/// Up to so many rows, rows are given air.
const FEW_ROWS: usize = 10;
/// Lines of the bracket's label are no wider than this.
const BRACKET_LABEL: f64 = 72.0;
/// Space that the bracket takes beside the rows in the narrow drawing.
const BRACKET_INDENT: f64 = 14.0;

/// One row, in the order drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Name of the scale.
    pub name: String,
    /// Whether it is a facet.
    pub is_facet: bool,
    /// The score, or why there is none.
    pub standing: Standing,
    /// The group of level scales it belongs to, where a group has several.
    pub level_group: Option<usize>,
}

/// Where a person stands on a raw scale.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// A score, and an interval if one is known.
    Scored {
        /// The score and its range.
        raw: RawView,
        /// Interval in points.
        interval: Option<Interval>,
    },
    /// No score; the reason stands in its place.
    Missing {
        /// The reason, short.
        reason: String,
    },
}

/// The standing of one scale of a view.
#[must_use]
pub fn standing(restitution: &Restitution, idx: usize) -> Option<Standing> {
    let scale = restitution.view().scales.get(idx)?;
    Some(match &scale.raw {
        Ok(raw) => Standing::Scored { raw: *raw, interval: scale.raw_interval() },
        Err(reason) => {
            Standing::Missing { reason: reason.short(restitution.language(), scale.answered, scale.n_items) }
        }
    })
}

/// The rows: highest group first where an order is established, else in reading order.
#[must_use]
pub fn rows(restitution: &Restitution) -> Vec<Row> {
    let view = restitution.view();
    let groups = view.order.as_ref().map_or(&[][..], |order| &order.groups);
    let mut places: Vec<(usize, Option<usize>)> = Vec::new();
    for (group_idx, group) in groups.iter().enumerate() {
        places.extend(group.iter().map(|idx| (*idx, (group.len() > 1).then_some(group_idx))));
    }
    for idx in restitution.reading_order() {
        if !places.iter().any(|(known, _)| *known == idx) {
            places.push((idx, None));
        }
    }
    let row = |(idx, level_group): (usize, Option<usize>)| {
        let scale = view.scales.get(idx)?;
        let name = typeset(view.language, &scale.name);
        Some(Row { name, is_facet: scale.parent.is_some(), standing: standing(restitution, idx)?, level_group })
    };
    places.into_iter().filter_map(row).collect()
}

/// The range that all scored rows share, if they do.
#[must_use]
pub fn common_range<'a>(standings: impl Iterator<Item = &'a Standing>) -> Option<(f64, f64)> {
    let mut ranges = standings.filter_map(|standing| match standing {
        Standing::Scored { raw, .. } => Some((raw.lowest(), raw.highest())),
        Standing::Missing { .. } => None,
    });
    let first = ranges.next()?;
    ranges.all(|range| range == first).then_some(first)
}

/// Lays the bars out.
///
/// # Errors
/// [`Error::NothingToDraw`] when there are no rows; [`Error::Font`].
pub fn scene(restitution: &Restitution, width: Width) -> Result<Scene> {
    let rows = rows(restitution);
    if rows.is_empty() {
        return Err(Error::NothingToDraw(ChartKind::Bars));
    }
    let plan = Plan { language: restitution.language(), range: common_range(rows.iter().map(|row| &row.standing)) };
    let scene = Scene::new(width.units())?;
    let wide = match width {
        Width::Wide => plan.wide(scene.clone(), &rows),
        Width::Narrow => None,
    };
    Ok(wide.unwrap_or_else(|| plan.narrow(scene, &rows)))
}

/// What both layouts need to know.
struct Plan {
    language: Language,
    /// The range of the axis, where all scales share one.
    range: Option<(f64, f64)>,
}

/// The horizontal stretch from the lowest to the highest possible score.
#[derive(Debug, Clone, Copy)]
struct Track {
    left: f64,
    right: f64,
}

impl Track {
    fn at(self, raw: &RawView, value: f64) -> f64 {
        let share = (value - raw.lowest()) / (raw.highest() - raw.lowest());
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }
}

impl Plan {
    /// "31 (27 à 35)", with the range where scales differ in it.
    fn value(&self, standing: &Standing) -> String {
        let Standing::Scored { raw, interval } = standing else { return "–".to_owned() };
        let score =
            if self.range.is_some() { number::raw(self.language, raw) } else { number::raw_of(self.language, raw) };
        match interval {
            Some(interval) => format!("{score} ({})", number::raw_interval(self.language, raw, *interval)),
            None => score,
        }
    }

    /// Names, bars, values and brackets side by side; `None` where they leave too little room for the bars.
    fn wide(&self, mut scene: Scene, rows: &[Row]) -> Option<Scene> {
        let bracket = label::order_not_settled(self.language);
        let bracket = scene.wrap(&bracket, BRACKET_LABEL, Style::QUIET);
        let has_groups = rows.iter().any(|row| row.level_group.is_some());
        let bracket_width = if has_groups { BRACKET_LABEL + 24.0 } else { 0.0 };
        let widest = |texts: Vec<(String, Style)>| {
            texts.iter().map(|(text, style)| scene.measure(text, *style)).fold(0.0, f64::max)
        };
        let values: Vec<String> = rows.iter().map(|row| self.value(&row.standing)).collect();
        let value_width = widest(values.iter().map(|value| (value.clone(), Style::PLAIN)).collect());
        let names = widest(rows.iter().map(|row| (row.name.clone(), name_style(row))).collect()).min(NAMES_MAX);
        let value_right = scene.width - bracket_width;
        let track = Track { left: names + 12.0 + ARROW, right: value_right - value_width - 14.0 - ARROW };
        if track.right - track.left < TRACK_MIN {
            return None;
        }
        let pitch = if rows.len() <= FEW_ROWS { 38.0 } else { 25.0 };
        let mut y = 4.0;
        let mut placed = Vec::new();
        for row in rows {
            let lines = scene.wrap(&row.name, names, name_style(row));
            let reasons = match &row.standing {
                Standing::Missing { reason } => scene.wrap(reason, track.right - track.left - 8.0, Style::QUIET),
                Standing::Scored { .. } => Vec::new(),
            };
            let height = pitch + extra_lines(lines.len().max(reasons.len()));
            placed.push((y, height, lines, reasons));
            y += height;
        }
        self.axis(&mut scene, track, 2.0, y + 2.0);
        for ((row, value), (top, height, lines, reasons)) in rows.iter().zip(&values).zip(&placed) {
            let middle = top + height / 2.0;
            let first = middle + 4.6 - extra_lines(lines.len()) / 2.0;
            scene.lines(lines, (names, first), size::LEADING, name_style(row).anchored(Anchor::End));
            self.standing(&mut scene, track, middle, row);
            if !reasons.is_empty() {
                let width = reasons.iter().map(|line| scene.measure(line, Style::QUIET)).fold(0.0, f64::max) + 8.0;
                let height = extra_lines(reasons.len()) + size::LEADING;
                scene.rect((track.left + 4.0, middle - height / 2.0), (width, height), Role::Ground, 1.0);
            }
            scene.lines(
                reasons,
                (track.left + 8.0, middle + 4.6 - extra_lines(reasons.len()) / 2.0),
                size::LEADING,
                Style::QUIET,
            );
            scene.text(value, (value_right, middle + 4.6), Style::PLAIN.anchored(Anchor::End));
        }
        for (from, to) in runs(rows) {
            let (top, bottom) = (placed[from].0 + 7.0, placed[to].0 + placed[to].1 - 7.0);
            let x = value_right + 10.0;
            scene.line(vec![(x, top), (x + 5.0, top), (x + 5.0, bottom), (x, bottom)], Role::BandEdge, 1.0);
            let first = (top + bottom) / 2.0 + 4.6 - extra_lines(bracket.len()) / 2.0;
            scene.lines(&bracket, (x + 14.0, first), size::LEADING, Style::QUIET);
        }
        scene.height = y + 26.0;
        Some(scene)
    }

    fn narrow(&self, mut scene: Scene, rows: &[Row]) -> Scene {
        let runs = runs(rows);
        let indent = if runs.is_empty() { 0.0 } else { BRACKET_INDENT };
        let track = Track { left: indent + 1.0 + ARROW, right: scene.width - 1.0 - ARROW };
        let mut y = 0.0;
        let mut bands = Vec::new();
        let mut deferred = Vec::new();
        for (idx, row) in rows.iter().enumerate() {
            if let Some((_, last)) = runs.iter().find(|(first, _)| *first == idx) {
                y += if idx > 0 { 8.0 } else { 0.0 };
                scene.text(&label::order_not_settled(self.language), (0.0, y + 18.0), Style::QUIET);
                y += 22.0;
                bands.push((y + 4.0, *last));
            }
            let style = name_style(row);
            let value = self.value(&row.standing);
            let room = scene.width - indent;
            let lines = scene.wrap(&row.name, room, style);
            let beside = lines.len() == 1
                && scene.measure(&row.name, style) + 12.0 + scene.measure(&value, Style::PLAIN) <= room;
            let mut baseline = scene.lines(&lines, (indent, y + 18.0), size::LEADING, style);
            if let Standing::Missing { reason } = &row.standing {
                let reason = scene.wrap(reason, room, Style::QUIET);
                baseline = scene.lines(&reason, (indent, baseline + size::LEADING), size::LEADING, Style::QUIET);
                y = baseline + 10.0;
            } else {
                if beside {
                    let right = scene.width;
                    scene.text(&value, (right, baseline), Style::PLAIN.anchored(Anchor::End));
                } else {
                    let value = scene.wrap(&value, room, Style::PLAIN);
                    baseline = scene.lines(&value, (indent, baseline + size::LEADING), size::LEADING, Style::PLAIN);
                }
                let middle = baseline + 8.0 + BAR / 2.0;
                deferred.push((middle, row));
                y = middle + BAR / 2.0 + 9.0;
            }
            if let Some((top, last)) = bands.last()
                && *last == idx
            {
                let bottom = y - 6.0;
                scene.line(vec![(6.0, *top), (1.0, *top), (1.0, bottom), (6.0, bottom)], Role::BandEdge, 1.0);
                y += 8.0;
            }
        }
        for (middle, row) in deferred {
            let (top, bottom) = (middle - BAR / 2.0 - 2.0, middle + BAR / 2.0 + 2.0);
            self.grid(&mut scene, track, top, bottom);
            self.standing(&mut scene, track, middle, row);
        }
        self.axis_names(&mut scene, track, y + 12.0);
        scene.height = y + 18.0;
        scene
    }

    /// Grid lines through all rows, and the numbers below.
    fn axis(&self, scene: &mut Scene, track: Track, top: f64, bottom: f64) {
        self.grid(scene, track, top, bottom);
        self.axis_names(scene, track, bottom + 17.0);
    }

    fn grid(&self, scene: &mut Scene, track: Track, top: f64, bottom: f64) {
        match self.range {
            Some(range) => {
                for (idx, share) in ticks(range).iter().map(|tick| (tick - range.0) / (range.1 - range.0)).enumerate() {
                    let x = track.left + share * (track.right - track.left);
                    let role = if idx == 0 { Role::BandEdge } else { Role::Grid };
                    scene.line(vec![(x, top), (x, bottom)], role, 1.0);
                }
            }
            None => {
                scene.line(vec![(track.left, top), (track.left, bottom)], Role::BandEdge, 1.0);
                scene.line(vec![(track.right, top), (track.right, bottom)], Role::Grid, 1.0);
            }
        }
    }

    fn axis_names(&self, scene: &mut Scene, track: Track, baseline: f64) {
        let Some(range) = self.range else {
            scene.text(&label::lowest_possible(self.language), (track.left, baseline), Style::QUIET);
            let highest = label::highest_possible(self.language);
            let room =
                track.right - track.left - scene.measure(&label::lowest_possible(self.language), Style::QUIET) - 10.0;
            if scene.measure(&highest, Style::QUIET) <= room {
                scene.text(&highest, (track.right, baseline), Style::QUIET.anchored(Anchor::End));
            }
            return;
        };
        let ticks = ticks(range);
        let points = label::points(self.language);
        let texts = ticks.iter().enumerate().map(|(idx, tick)| {
            let whole = (tick - tick.round()).abs() < 1e-9;
            let text = number::decimal(self.language, *tick, usize::from(!whole));
            let x = track.left + (tick - range.0) / (range.1 - range.0) * (track.right - track.left);
            match idx {
                0 => (text, x, Anchor::Start),
                _ if idx + 1 == ticks.len() => (format!("{text}\u{a0}{points}"), x, Anchor::End),
                _ => (text, x, Anchor::Middle),
            }
        });
        // The last number carries the unit and may need the place of the one before it.
        let mut texts: Vec<(String, f64, Anchor)> = texts.collect();
        let unit_from = texts.last().map_or(0.0, |(text, x, _)| x - scene.measure(text, Style::QUIET));
        let last = texts.len().saturating_sub(1);
        let mut idx = 0;
        texts.retain(|(text, x, _)| {
            idx += 1;
            idx == 1 || idx > last || x + scene.measure(text, Style::QUIET) / 2.0 + 12.0 <= unit_from
        });
        for (text, x, anchor) in texts {
            scene.text(&text, (x, baseline), Style::QUIET.anchored(anchor));
        }
    }

    fn standing(&self, scene: &mut Scene, track: Track, middle: f64, row: &Row) {
        let Standing::Scored { raw, interval } = &row.standing else { return };
        let x = track.at(raw, raw.value());
        let (line, radius, thickness) =
            if row.is_facet { (size::FACET_LINE, size::FACET_DOT, BAR * 0.7) } else { (size::DOMAIN_LINE, 5.0, BAR) };
        if raw.lowest() == 0.0 && x > track.left + 0.5 {
            let (top, bottom) = (middle - thickness / 2.0, middle + thickness / 2.0);
            scene.rect((track.left, top), (x - track.left, thickness), Role::Own, TINT);
            scene.line(vec![(track.left, top), (x, top), (x, bottom), (track.left, bottom)], Role::Own, 1.0);
        }
        if let Some(interval) = interval {
            let (below, above) = (interval.lower() < raw.lowest(), interval.upper() > raw.highest());
            let from = track.at(raw, interval.lower()) - if below { ARROW } else { 0.0 };
            let to = track.at(raw, interval.upper()) + if above { ARROW } else { 0.0 };
            scene.line(vec![(from, middle), (to, middle)], Role::Own, line);
            for (end, outward, beyond) in [(from, -1.0, below), (to, 1.0, above)] {
                let tick = size::END_TICK;
                if beyond {
                    let back = end - outward * 5.0;
                    scene.line(vec![(back, middle - 4.5), (end, middle), (back, middle + 4.5)], Role::Own, line);
                } else {
                    scene.line(vec![(end, middle - tick), (end, middle + tick)], Role::Own, line);
                }
            }
        }
        scene.dot((x, middle), radius, Role::Own);
    }
}

fn name_style(row: &Row) -> Style {
    if row.is_facet { Style::PLAIN } else { Style::BOLD }
}

#[expect(clippy::cast_precision_loss, reason = "a name has few lines")]
fn extra_lines(n_lines: usize) -> f64 {
    n_lines.saturating_sub(1) as f64 * size::LEADING
}

/// First and last row of each group of level scales.
fn runs(rows: &[Row]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (idx, row) in rows.iter().enumerate() {
        match runs.last_mut() {
            Some((first, last)) if row.level_group.is_some() && rows[*first].level_group == row.level_group => {
                *last = idx
            }
            _ if row.level_group.is_some() => runs.push((idx, idx)),
            _ => {}
        }
    }
    runs
}

/// Round numbers from the lowest to the highest possible score, both included, four to six steps where that is possible.
fn ticks(range: (f64, f64)) -> Vec<f64> {
    let span = range.1 - range.0;
    let candidates = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1000.0];
    let divides = |step: &f64| {
        let steps = span / step;
        (steps - steps.round()).abs() < 1e-9 && (2.0..=6.0).contains(&steps.round())
    };
    let step = candidates.into_iter().find(|step| divides(step)).unwrap_or(span);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 6 by construction")]
    let n_steps = (span / step).round() as u32;
    (0..=n_steps).map(|idx| range.0 + f64::from(idx) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;

    #[test]
    fn rows_follow_the_settled_order_and_mark_level_groups() {
        let restitution = Restitution::new(sample::interests(Language::French)).unwrap();
        let rows = rows(&restitution);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["Social", "Investigateur", "Artistique", "Entreprenant", "Réaliste", "Conventionnel"]);
        assert_eq!(runs(&rows), [(0, 2), (4, 5)]);
        let Standing::Scored { raw, interval: Some(interval) } = &rows[0].standing else { panic!("no score") };
        assert_eq!((raw.value(), interval.lower(), interval.upper()), (31.0, 27.1, 34.9));
    }

    #[test]
    fn ticks_are_round_and_reach_both_ends() {
        assert_eq!(ticks((0.0, 40.0)), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(ticks((1.0, 5.0)), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(ticks((0.0, 17.0)), [0.0, 17.0]);
    }

    #[test]
    fn a_bar_needs_a_true_zero() {
        let mut view = sample::interests(Language::English);
        for scale in &mut view.scales {
            scale.raw = scale
                .raw
                .as_ref()
                .map(|raw| RawView::new(raw.value() + 10.0, 10.0, 50.0).unwrap())
                .map_err(Clone::clone);
        }
        let scene = scene(&Restitution::new(view).unwrap(), Width::Wide).unwrap();
        assert!(
            !scene.marks.iter().any(|mark| matches!(mark, crate::chart::scene::Mark::Rect { role: Role::Own, .. }))
        );
    }
}
