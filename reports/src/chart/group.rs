//! The scores of a group, one row of quartiles for each scale. Nobody's own score is drawn, nor the lowest or the highest.

use super::scene::{Anchor, Scene, Style};
use super::signs::{self, Sign};
use super::track::{self, Track};
use super::{Around, Chart, Framing, Width, around, box_plot};
use crate::text::place::{BAND_LOWER, BAND_UPPER};
use crate::text::{Language, group as words, label, number, typeset};
use crate::theme::{Role, size};
use crate::view::Spread;
use crate::view::group::{Figures, Group, GroupScale, Hidden};
use crate::{Error, Result};

/// The axis of T scores reaches at least so far.
const T_AXIS: (f64, f64) = (30.0, 70.0);
/// Widest column of names.
const NAMES_MAX: f64 = 190.0;
/// Narrowest room for the boxes beside names and numbers.
const TRACK_MIN: f64 = 170.0;
/// Height of a row, with few and with many rows; few rows are up to so many.
const ROWS: (f64, f64, usize) = (36.0, 24.0, 12);
/// Half the height of a box.
const BOX_HALF: f64 = 7.5;

/// Lays the rows out: T scores where a norm serves, else points.
///
/// # Errors
/// [`Error::NothingToPlot`] when the group has no scale; [`Error::Font`].
pub fn lay_out(group: &Group, width: Width, framing: Framing) -> Result<Chart> {
    let about = group.about();
    let language = about.language;
    let rows = rows(group);
    if rows.is_empty() {
        return Err(Error::NothingToPlot("scales"));
    }
    let plan = Plan { language, axis: axis(group) };
    let mut scene = Scene::new(width.units())?;
    scene.height = signs::draw(&mut scene, &plan.signs(), 0.0, Anchor::Start) + 4.0;
    let wide = if width == Width::Wide { plan.columns(scene.clone(), &rows) } else { None };
    let scene = wide.unwrap_or_else(|| plan.stacked(scene, &rows));
    Ok(around(
        scene,
        Around {
            language,
            width,
            framing,
            title: format!("{} – {}", words::title(language), about.instrument_label),
            description: words::description(group),
            status: words::status(group),
            caption: words::caption(group),
            simulated: about.simulated,
        },
    ))
}

/// One scale of the drawing.
struct Row {
    name: String,
    is_facet: bool,
    content: Content,
}

enum Content {
    Spread {
        spread: Spread,
        /// What the ends of the row's own axis stand for.
        ends: (f64, f64),
        numbers: String,
    },
    Hidden(String),
}

/// What the boxes are measured on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Axis {
    /// T scores, with the average band.
    T((f64, f64)),
    /// Points of one range.
    Points((f64, f64)),
    /// Points of scales that differ in range: each row is its own axis.
    Own,
}

fn axis(group: &Group) -> Axis {
    let shown = || group.scales().iter().filter_map(|(scale, figures)| Some((scale, figures.as_ref().ok()?)));
    if group.is_normed() {
        let places = shown().filter_map(|(_, figures)| figures.t).flat_map(|t| t.spread.places());
        let (low, high) = places.fold(T_AXIS, |(low, high), place| (low.min(place), high.max(place)));
        return Axis::T(((low / 10.0).floor() * 10.0, (high / 10.0).ceil() * 10.0));
    }
    let mut ranges = shown().map(|(scale, _)| (scale.lowest, scale.highest));
    let Some(first) = ranges.next() else { return Axis::Own };
    if ranges.all(|range| range == first) { Axis::Points(first) } else { Axis::Own }
}

fn rows(group: &Group) -> Vec<Row> {
    let about = group.about();
    let language = about.language;
    let in_t = group.is_normed();
    let axis = axis(group);
    let row = |(scale, figures): &(GroupScale, std::result::Result<Figures, Hidden>)| {
        let content = match figures {
            Err(reason) => Content::Hidden(words::why_hidden(about, *reason)),
            Ok(figures) => match (in_t, figures.t) {
                (true, Some(t)) => Content::Spread {
                    spread: t.spread,
                    ends: (0.0, 100.0),
                    numbers: words::median_quartiles(language, &t, 0),
                },
                (true, None) => Content::Hidden(language.say("sans comparaison", "not compared")),
                (false, _) => {
                    let numbers = words::median_quartiles(language, &figures.raw, words::decimals(scale));
                    let range = words::range_of(language, scale);
                    let numbers = match axis {
                        Axis::Own => language.say(
                            &format!("{numbers}, échelle de\u{a0}{range}"),
                            &format!("{numbers}, scale from\u{a0}{range}"),
                        ),
                        _ => numbers,
                    };
                    Content::Spread { spread: figures.raw.spread, ends: (scale.lowest, scale.highest), numbers }
                }
            },
        };
        Row { name: typeset(language, &scale.name), is_facet: scale.is_facet, content }
    };
    group.scales().iter().map(row).collect()
}

/// What both layouts need to know.
struct Plan {
    language: Language,
    axis: Axis,
}

impl Plan {
    fn signs(&self) -> Vec<(Sign, String)> {
        let mut signs = vec![(Sign::Box, words::sign(self.language))];
        if matches!(self.axis, Axis::T(_)) {
            signs.push((Sign::Band, label::average_band(self.language)));
        }
        signs
    }

    fn track(&self, ends: (f64, f64), row: (f64, f64)) -> Track {
        match self.axis {
            Axis::T(values) | Axis::Points(values) => Track { ends, values },
            Axis::Own => Track { ends, values: row },
        }
    }

    /// Name, box and numbers side by side; `None` where they leave too little room for the boxes.
    fn columns(&self, mut scene: Scene, rows: &[Row]) -> Option<Scene> {
        let (right, head) = (scene.width, words::median_and_quartiles(self.language));
        let numbers = |row: &Row| match &row.content {
            Content::Spread { numbers, .. } => numbers.clone(),
            Content::Hidden(_) => String::new(),
        };
        let names = rows.iter().map(|row| scene.measure(&row.name, name_style(row))).fold(0.0, f64::max).min(NAMES_MAX);
        let room = rows.iter().map(|row| scene.measure(&numbers(row), Style::PLAIN));
        let room = room.fold(scene.measure(&head, Style::QUIET), f64::max);
        let ends = (names + 16.0, right - room - 18.0);
        if ends.1 - ends.0 < TRACK_MIN {
            return None;
        }
        let pitch = if rows.len() <= ROWS.2 { ROWS.0 } else { ROWS.1 };
        scene.text(&head, (right, scene.height + 13.0), Style::QUIET.anchored(Anchor::End));
        let top = scene.height + 22.0;
        let mut placed = Vec::new();
        let mut y = top;
        for row in rows {
            let lines = scene.wrap(&row.name, names, name_style(row));
            let reason = match &row.content {
                Content::Hidden(reason) => scene.wrap(reason, ends.1 - ends.0 - 8.0, Style::QUIET),
                Content::Spread { .. } => Vec::new(),
            };
            let height = pitch + extra(lines.len().max(reason.len()));
            placed.push((y + height / 2.0, lines, reason));
            y += height;
        }
        self.ground(&mut scene, ends, (top, y));
        for (row, (middle, lines, reason)) in rows.iter().zip(placed) {
            let first = |n_lines: usize| middle + 4.6 - extra(n_lines) / 2.0;
            let style = name_style(row).anchored(Anchor::End);
            scene.lines(&lines, (names, first(lines.len())), size::LEADING, style);
            if reason.is_empty() {
                self.row(&mut scene, row, ends, middle);
                scene.text(&numbers(row), (right, middle + 4.6), Style::PLAIN.anchored(Anchor::End));
            } else {
                let widest = reason.iter().map(|line| scene.measure(line, Style::QUIET)).fold(0.0, f64::max);
                let height = extra(reason.len()) + size::LEADING;
                scene.rect((ends.0 + 2.0, middle - height / 2.0), (widest + 8.0, height), Role::Ground, 1.0);
                scene.lines(&reason, (ends.0 + 6.0, first(reason.len())), size::LEADING, Style::QUIET);
            }
        }
        self.axis_names(&mut scene, ends, y);
        Some(scene)
    }

    /// Name and numbers above each box.
    fn stacked(&self, mut scene: Scene, rows: &[Row]) -> Scene {
        let right = scene.width;
        let ends = (2.0, right - 2.0);
        let mut y = scene.height;
        for row in rows {
            let style = name_style(row);
            let name = scene.wrap(&row.name, right, style);
            let (words, words_style) = match &row.content {
                Content::Spread { numbers, .. } => (numbers, Style::PLAIN),
                Content::Hidden(reason) => (reason, Style::QUIET),
            };
            let mut last = scene.lines(&name, (0.0, y + 15.0), size::LEADING, style);
            let beside = scene.measure(&row.name, style) + 14.0 + scene.measure(words, words_style) <= right;
            if beside && name.len() == 1 {
                scene.text(words, (right, last), words_style.anchored(Anchor::End));
            } else {
                let words = scene.wrap(words, right, words_style);
                last = scene.lines(&words, (0.0, last + size::LEADING), size::LEADING, words_style);
            }
            y = last + 8.0;
            if matches!(row.content, Content::Spread { .. }) {
                let (top, bottom) = (y, y + 2.0 * BOX_HALF + 6.0);
                self.ground(&mut scene, ends, (top, bottom));
                self.row(&mut scene, row, ends, f64::midpoint(top, bottom));
                y = bottom + 6.0;
            }
        }
        self.axis_names(&mut scene, ends, y - 4.0);
        scene
    }

    /// Band and grid behind boxes.
    fn ground(&self, scene: &mut Scene, ends: (f64, f64), (top, bottom): (f64, f64)) {
        if let Axis::T(values) = self.axis {
            Track { ends, values }.band(scene, (BAND_LOWER, BAND_UPPER), (top, bottom));
        }
        match self.axis {
            Axis::T(values) | Axis::Points(values) => {
                let track = Track { ends, values };
                // The edges of the band keep their dots.
                let edge = |tick: &f64| matches!(self.axis, Axis::T(_)) && [BAND_LOWER, BAND_UPPER].contains(tick);
                for tick in track::round_ticks(values, 6).into_iter().filter(|tick| !edge(tick)) {
                    scene.line(vec![(track.at(tick), top), (track.at(tick), bottom)], Role::Grid, 1.0);
                }
            }
            Axis::Own => {
                for x in [ends.0, ends.1] {
                    scene.line(vec![(x, top), (x, bottom)], Role::Grid, 1.0);
                }
            }
        }
    }

    fn row(&self, scene: &mut Scene, row: &Row, track_ends: (f64, f64), middle: f64) {
        let Content::Spread { spread, ends, .. } = &row.content else { return };
        let track = self.track(track_ends, *ends);
        box_plot::draw(scene, spread.places().map(|place| track.at(place)), middle, BOX_HALF);
    }

    /// Numbers and name of the axis below the rows; ends in words where rows differ.
    fn axis_names(&self, scene: &mut Scene, ends: (f64, f64), bottom: f64) {
        let baseline = bottom + 17.0;
        let (values, unit) = match self.axis {
            Axis::T(values) => (values, label::t_score(self.language)),
            Axis::Points(values) => (values, label::points(self.language)),
            Axis::Own => {
                scene.text(&label::lower(self.language), (ends.0, baseline), Style::QUIET);
                scene.text(&label::higher(self.language), (ends.1, baseline), Style::QUIET.anchored(Anchor::End));
                scene.height = baseline + 5.0;
                return;
            }
        };
        let track = Track { ends, values };
        let ticks = track::round_ticks(values, 6);
        let decimals = |tick: f64| usize::from((tick - tick.round()).abs() > 1e-9);
        let numbers =
            ticks.iter().map(|tick| (number::decimal(self.language, *tick, decimals(*tick)), track.at(*tick)));
        let numbers = numbers.collect();
        track::numbers(scene, baseline, numbers);
        let middle = Style::QUIET.anchored(Anchor::Middle);
        scene.text(&unit, (f64::midpoint(ends.0, ends.1), baseline + size::LEADING), middle);
        scene.height = baseline + size::LEADING + 5.0;
    }
}

fn name_style(row: &Row) -> Style {
    if row.is_facet { Style::PLAIN } else { Style::BOLD }
}

#[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
fn extra(n_lines: usize) -> f64 {
    n_lines.saturating_sub(1) as f64 * size::LEADING
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::scene::Mark;
    use crate::view::sample_group;

    #[test]
    fn nobody_is_drawn() {
        for view in sample_group::all(Language::French) {
            let group = Group::new(view).unwrap();
            for width in [Width::Wide, Width::Narrow] {
                let chart = lay_out(&group, width, Framing::Inline).unwrap();
                assert!(!chart.scene().marks.iter().any(|mark| matches!(mark, Mark::Dot { .. })));
                assert!(!chart.scene().marks.iter().any(|mark| matches!(mark, Mark::Line { role: Role::Own, .. })));
            }
        }
    }

    #[test]
    fn thirty_five_scales_stay_under_960_units() {
        let group = Group::new(sample_group::many_scales(Language::French)).unwrap();
        let chart = lay_out(&group, Width::Wide, Framing::Inline).unwrap();
        assert!(chart.scene().height < 960.0, "{}", chart.scene().height);
    }

    #[test]
    fn a_hidden_scale_says_so_where_its_box_would_be() {
        let group = Group::new(sample_group::without_norm(Language::French)).unwrap();
        let chart = lay_out(&group, Width::Narrow, Framing::Inline).unwrap();
        let hidden = "masqué\u{a0}: moins de 10\u{a0}notes";
        assert!(chart.scene().labels().any(|label| label.text == hidden));
        assert!(chart.description().contains(hidden), "{}", chart.description());
    }
}
