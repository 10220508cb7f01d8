//! Raw scores as bars with intervals. A bar starts at a true zero; where the lowest possible score is not 0, only the
//! point and its interval are drawn. A bracket joins scales whose order is not settled, or settled in part.
//!
//! Two layouts. *Columns*: name, track and numbers side by side. *Stacked*: name and numbers above each track, worded ends below it;
//! for phones, and for a few scales that have worded ends.

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
    /// Low and high end in words, where both are worded.
    pub poles: Option<(String, String)>,
    /// The group of scales that it shares a place with, where a group has several.
    pub group: Option<Group>,
}

/// Scales that share a place in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Place of the group in the order.
    pub place: usize,
    /// Whether some of their differences exceed the error.
    pub partly_settled: bool,
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
    let mut places: Vec<(usize, Option<Group>)> = Vec::new();
    if let Some(order) = &view.order {
        for (place, scales) in order.groups.iter().enumerate() {
            let group = Group { place, partly_settled: order.partly_settled.contains(&place) };
            places.extend(scales.iter().map(|idx| (*idx, (scales.len() > 1).then_some(group))));
        }
    }
    for idx in restitution.own_scales() {
        if !places.iter().any(|(known, _)| *known == idx) {
            places.push((idx, None));
        }
    }
    let row = |(idx, group): (usize, Option<Group>)| {
        let scale = view.scales.get(idx)?;
        let set = |text: &str| typeset(view.language, text);
        Some(Row {
            name: set(&scale.name),
            is_facet: scale.parent.is_some(),
            standing: standing(restitution, idx)?,
            poles: scale.poles().map(|(low, high)| (set(low), set(high))),
            group,
        })
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
    let few_with_poles = rows.len() <= FEW_ROWS && rows.iter().any(|row| row.poles.is_some());
    let wide = match width {
        Width::Wide if !few_with_poles => plan.wide(scene.clone(), &rows),
        _ => None,
    };
    Ok(wide.unwrap_or_else(|| plan.stacked(scene, &rows)))
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
    /// "31 (27 à 35)".
    fn value(&self, standing: &Standing) -> String {
        let Standing::Scored { raw, interval } = standing else { return "–".to_owned() };
        let score = number::raw(self.language, raw);
        match interval {
            Some(interval) => format!("{score} ({})", number::raw_interval(self.language, raw, *interval)),
            None => score,
        }
    }

    /// The score with its range, where scales differ in it.
    fn with_range(&self, standing: &Standing) -> Option<RawView> {
        match standing {
            Standing::Scored { raw, .. } if self.range.is_none() => Some(*raw),
            _ => None,
        }
    }

    /// Names, bars, values and brackets side by side; `None` where they leave too little room for the bars.
    fn wide(&self, mut scene: Scene, rows: &[Row]) -> Option<Scene> {
        let has_groups = rows.iter().any(|row| row.group.is_some());
        let bracket_width = if has_groups { BRACKET_LABEL + 24.0 } else { 0.0 };
        let widest = |texts: Vec<(String, Style)>| {
            texts.iter().map(|(text, style)| scene.measure(text, *style)).fold(0.0, f64::max)
        };
        let values: Vec<String> = rows.iter().map(|row| self.value(&row.standing)).collect();
        let ranges: Vec<Option<String>> =
            rows.iter().map(|row| Some(number::raw_range(self.language, &self.with_range(&row.standing)?))).collect();
        let head = label::range_head(self.language);
        let has_ranges = ranges.iter().any(Option::is_some);
        let value_width = widest(values.iter().map(|value| (value.clone(), Style::PLAIN)).collect());
        let range_width = match has_ranges {
            true => {
                14.0 + widest(ranges.iter().flatten().chain([&head]).map(|text| (text.clone(), Style::QUIET)).collect())
            }
            false => 0.0,
        };
        let names = widest(rows.iter().map(|row| (row.name.clone(), name_style(row))).collect()).min(NAMES_MAX);
        let range_right = scene.width - bracket_width;
        let value_right = range_right - range_width;
        let track = Track { left: names + 12.0 + ARROW, right: value_right - value_width - 14.0 - ARROW };
        if track.right - track.left < TRACK_MIN {
            return None;
        }
        let pitch = if rows.len() <= FEW_ROWS { 38.0 } else { 25.0 };
        let mut y = 4.0;
        if has_ranges {
            scene.text(&head, (range_right, 13.0), Style::QUIET.anchored(Anchor::End));
            y += size::LEADING;
        }
        let top = y - 2.0;
        let mut placed = Vec::new();
        let has_facets = rows.iter().any(|row| row.is_facet);
        let mut rules = Vec::new();
        for row in rows {
            if has_facets && !row.is_facet && !placed.is_empty() {
                rules.push(y + 3.0);
                y += 6.0;
            }
            let lines = scene.wrap(&row.name, names, name_style(row));
            let reasons = match &row.standing {
                Standing::Missing { reason } => scene.wrap(reason, track.right - track.left - 8.0, Style::QUIET),
                Standing::Scored { .. } => Vec::new(),
            };
            let height = pitch + extra_lines(lines.len().max(reasons.len()));
            placed.push((y, height, lines, reasons));
            y += height;
        }
        self.axis(&mut scene, track, top, y + 2.0);
        for rule in rules {
            scene.line(vec![(0.0, rule), (scene.width, rule)], Role::Rule, 1.0);
        }
        for (((row, value), range), (top, height, lines, reasons)) in rows.iter().zip(&values).zip(&ranges).zip(&placed)
        {
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
            if let Some(range) = range {
                scene.text(range, (range_right, middle + 4.6), Style::QUIET.anchored(Anchor::End));
            }
        }
        for Run { first: from, last: to, group } in runs(rows) {
            let bracket = scene.wrap(&self.bracket_label(group), BRACKET_LABEL, Style::QUIET);
            let (top, bottom) = (placed[from].0 + 7.0, placed[to].0 + placed[to].1 - 7.0);
            let x = range_right + 10.0;
            scene.line(vec![(x, top), (x + 5.0, top), (x + 5.0, bottom), (x, bottom)], Role::BandEdge, 1.0);
            let first = (top + bottom) / 2.0 + 4.6 - extra_lines(bracket.len()) / 2.0;
            scene.lines(&bracket, (x + 14.0, first), size::LEADING, Style::QUIET);
        }
        scene.height = y + 26.0;
        Some(scene)
    }

    fn bracket_label(&self, group: Group) -> String {
        if group.partly_settled {
            label::order_partly_settled(self.language)
        } else {
            label::order_not_settled(self.language)
        }
    }

    fn stacked(&self, mut scene: Scene, rows: &[Row]) -> Scene {
        let runs = runs(rows);
        let indent = if runs.is_empty() { 0.0 } else { BRACKET_INDENT };
        let track = Track { left: indent + 1.0 + ARROW, right: scene.width - 1.0 - ARROW };
        let mut y = 0.0;
        let mut bands = Vec::new();
        let mut deferred = Vec::new();
        for (idx, row) in rows.iter().enumerate() {
            if let Some(run) = runs.iter().find(|run| run.first == idx) {
                y += if idx > 0 { 8.0 } else { 0.0 };
                scene.text(&self.bracket_label(run.group), (0.0, y + 18.0), Style::QUIET);
                y += 22.0;
                bands.push((y + 4.0, run.last));
            }
            let style = name_style(row);
            let value = self.value(&row.standing);
            let range = self.with_range(&row.standing).map(|raw| label::scale_from_to(self.language, &raw));
            let value = range.map_or(value.clone(), |range| format!("{value}, {range}"));
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
                if let Some((low, high)) = &row.poles {
                    let half = room / 2.0 - 8.0;
                    let (low, high) = (scene.wrap(low, half, Style::QUIET), scene.wrap(high, half, Style::QUIET));
                    let (first, end) = (y + 9.0, scene.width);
                    let low = scene.lines(&low, (indent, first), size::LEADING, Style::QUIET);
                    let high = scene.lines(&high, (end, first), size::LEADING, Style::QUIET.anchored(Anchor::End));
                    y = low.max(high) + 12.0;
                }
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
            let language = self.language;
            let long = (label::lowest_possible(language), label::highest_possible(language));
            let short = (label::lower(language), label::higher(language));
            let width =
                |(low, high): &(String, String)| scene.measure(low, Style::QUIET) + scene.measure(high, Style::QUIET);
            let (low, high) = if width(&long) + 10.0 <= track.right - track.left { long } else { short };
            scene.text(&low, (track.left, baseline), Style::QUIET);
            scene.text(&high, (track.right, baseline), Style::QUIET.anchored(Anchor::End));
            return;
        };
        let ticks = ticks(range);
        let points = label::points(self.language);
        let texts = ticks.iter().enumerate().map(|(idx, tick)| {
            let whole = (tick - tick.round()).abs() < 1e-9;
            let text = number::decimal(self.language, *tick, usize::from(!whole));
            let x = track.left + (tick - range.0) / (range.1 - range.0) * (track.right - track.left);
            match idx {
                0 if x < scene.measure(&text, Style::QUIET) / 2.0 => (text, x, Anchor::Start),
                _ if idx + 1 == ticks.len() => (format!("{text}\u{a0}{points}"), x, Anchor::End),
                _ => (text, x, Anchor::Middle),
            }
        });
        // The last number carries the unit, half of it over the end of the track where that lets the number before it stand.
        let mut texts: Vec<(String, f64, Anchor)> = texts.collect();
        let end = scene.width;
        if let Some((text, x, _)) = texts.last_mut() {
            let number = text.split('\u{a0}').next().map_or(0.0, |number| scene.measure(number, Style::QUIET));
            *x = (*x - number / 2.0 + scene.measure(text, Style::QUIET)).min(end);
        }
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

/// Rows of one group: what a bracket joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: usize,
    last: usize,
    group: Group,
}

fn runs(rows: &[Row]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (idx, row) in rows.iter().enumerate() {
        let Some(group) = row.group else { continue };
        match runs.last_mut() {
            Some(run) if run.group == group && run.last + 1 == idx => run.last = idx,
            _ => runs.push(Run { first: idx, last: idx, group }),
        }
    }
    runs
}

/// Round numbers from the lowest to the highest possible score, both included, four to six steps where that is possible.
pub(super) fn ticks(range: (f64, f64)) -> Vec<f64> {
    let span = range.1 - range.0;
    let candidates = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1000.0];
    let divides = |step: &f64| {
        let steps = span / step;
        (steps - steps.round()).abs() < 1e-9 && (2.0..=6.0).contains(&steps.round())
    };
    // Scales from 4 to 20 or from 24 to 120 have no rounder steps.
    let less_round = [3.0, 4.0, 6.0, 8.0, 12.0, 24.0, 16.0, 32.0, 48.0];
    let step = candidates.into_iter().chain(less_round).find(|step| divides(step)).unwrap_or(span);
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
        let joined: Vec<(usize, usize)> = runs(&rows).iter().map(|run| (run.first, run.last)).collect();
        assert_eq!(joined, [(0, 2), (4, 5)]);
        let Standing::Scored { raw, interval: Some(interval) } = &rows[0].standing else { panic!("no score") };
        assert_eq!((raw.value(), interval.lower(), interval.upper()), (31.0, 27.1, 34.9));
    }

    #[test]
    fn ticks_are_round_and_reach_both_ends() {
        assert_eq!(ticks((0.0, 40.0)), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(ticks((1.0, 5.0)), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(ticks((4.0, 20.0)), [4.0, 8.0, 12.0, 16.0, 20.0]);
        assert_eq!(ticks((24.0, 120.0)), [24.0, 48.0, 72.0, 96.0, 120.0]);
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
