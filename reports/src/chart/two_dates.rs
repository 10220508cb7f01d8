//! One person on two dates: the earlier point above, the later one below it, an arrow only for a reliable change.
//!
//! Two layouts. *Columns*: name, track and difference side by side. *Stacked*: name and difference above each track; for phones. Where a
//! date has no score, the reason stands in the place of its point.

use super::legend::{Sign, legend};
use super::point::{self, ARROW, Measures, Track, Whose, extra_lines, plate};
use super::scene::{Anchor, Scene, Style};
use super::{Around, Chart, Framing, Width, around};
use crate::Result;
use crate::text::place::{BAND_LOWER, BAND_UPPER};
use crate::text::{Language, label, two_dates as words, typeset};
use crate::theme::{Role, size};
use crate::view::change::{Change, ChangeOutcome, ChangeUnit, DatedScoreView, ScaleChangeView};

/// The T scores that the frame shows; what lies beyond is an arrow.
pub const FRAME: (f64, f64) = super::profile::FRAME;
/// Widest column of names.
const NAMES_MAX: f64 = 196.0;
/// Indent of a facet's name.
const INDENT: f64 = 14.0;
/// Space between columns.
const GAP: f64 = 14.0;
/// Up to so many rows, rows are given air.
const FEW_ROWS: usize = 12;

/// One row, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Name of the scale.
    pub name: String,
    /// Whether it is a facet of the domain above.
    pub is_facet: bool,
    /// Lowest and highest score of the track.
    pub range: (f64, f64),
    /// The earlier and the later date: a score, or what stands in its place.
    pub dates: [std::result::Result<DatedScoreView, String>; 2],
    /// What the change amounts to.
    pub outcome: ChangeOutcome,
    /// The difference with its sign, « – » where there is none.
    pub difference: String,
}

/// The rows of the drawing: each domain, then its facets.
#[must_use]
pub fn rows(change: &Change) -> Vec<Row> {
    let view = change.view();
    let set = |text: &str| typeset(view.language, text);
    let dated = |date: &std::result::Result<DatedScoreView, String>, name: &str| match date {
        Ok(score) => Ok(*score),
        Err(reason) => Err(set(&format!("{name}, {reason}"))),
    };
    let row = |scale: &ScaleChangeView| Row {
        name: set(&scale.name),
        is_facet: scale.parent.is_some(),
        range: match view.unit {
            ChangeUnit::TScore => FRAME,
            ChangeUnit::RawPoints => scale.range.unwrap_or(FRAME),
        },
        dates: [dated(&scale.first, &view.first_date), dated(&scale.second, &view.second_date)],
        outcome: scale.outcome,
        difference: words::difference(change, scale).unwrap_or_else(|| "–".to_owned()),
    };
    change.reading_order().into_iter().map(row).collect()
}

/// Lays the drawing out.
///
/// # Errors
/// [`crate::Error::Font`].
pub fn lay_out(change: &Change, width: Width, framing: Framing) -> Result<Chart> {
    let view = change.view();
    let language = view.language;
    Ok(around(
        scene(change, width)?,
        Around {
            language,
            width,
            framing,
            title: format!("{} – {}", words::chart_title(change), view.instrument_label),
            description: words::alt(change),
            status: words::status_line(change),
            caption: words::caption(change, framing),
            simulated: view.simulated,
        },
    ))
}

/// The marks alone.
///
/// # Errors
/// [`crate::Error::Font`].
pub fn scene(change: &Change, width: Width) -> Result<Scene> {
    let rows = rows(change);
    let view = change.view();
    let plan = Plan {
        language: view.language,
        width,
        unit: view.unit,
        common: match view.unit {
            ChangeUnit::TScore => Some(FRAME),
            ChangeUnit::RawPoints => change.common_range(),
        },
        dates: [typeset(view.language, &view.first_date), typeset(view.language, &view.second_date)],
    };
    let scene = Scene::new(width.units())?;
    Ok(match width {
        Width::Wide => plan.columns(scene, &rows),
        Width::Narrow => plan.stacked(scene, &rows),
    })
}

/// What both layouts need to know.
struct Plan {
    language: Language,
    width: Width,
    unit: ChangeUnit,
    /// The range of every track, where all share one.
    common: Option<(f64, f64)>,
    dates: [String; 2],
}

/// Heights within a row.
#[derive(Debug, Clone, Copy)]
struct Air {
    /// From the middle of one lane to that of the other.
    lane: f64,
    /// Above the first lane and below the second.
    margin: f64,
    measures: Measures,
}

/// The two lanes of a row.
struct Lanes {
    /// Middle of the mark, or first baseline and lines of the reason.
    places: [Lane; 2],
    height: f64,
    measures: Measures,
}

enum Lane {
    Mark { middle: f64, date: DatedScoreView },
    Reason { baseline: f64, lines: Vec<String> },
}

impl Plan {
    fn legend(&self, rows: &[Row]) -> Vec<(Sign, String)> {
        let language = self.language;
        let margin = rows.iter().flat_map(|row| &row.dates).flatten().any(|date| date.interval.is_some());
        let sign = |whose| if margin { Sign::WithInterval(whose) } else { Sign::Alone(whose) };
        let [first, second] = self.dates.clone();
        let mut entries = vec![(sign(Whose::Then), first), (sign(Whose::Own), second)];
        if rows.iter().any(|row| row.outcome.is_reliable()) {
            entries.push((Sign::Arrow, label::beyond_margin(language)));
        }
        if rows.iter().any(|row| row.outcome == ChangeOutcome::WithinMargin) {
            entries.push((Sign::Dotted, label::within_margin(language)));
        }
        entries
    }

    /// Where the two lanes of a row stand below `top`.
    fn lanes(scene: &Scene, row: &Row, top: f64, room: f64, air: Air) -> Lanes {
        let mut y = top + air.margin;
        let places = row.dates.clone().map(|date| match date {
            Ok(date) => {
                let middle = y + air.lane / 2.0;
                y += air.lane;
                Lane::Mark { middle, date }
            }
            Err(reason) => {
                let lines = scene.wrap(&reason, room, Style::QUIET);
                let baseline = y + 13.5;
                y += extra_lines(lines.len() + 1) + 2.0;
                Lane::Reason { baseline, lines }
            }
        });
        Lanes { places, height: y + air.margin - top, measures: air.measures }
    }

    fn columns(&self, mut scene: Scene, rows: &[Row]) -> Scene {
        let language = self.language;
        let widest = |texts: &mut dyn Iterator<Item = (String, Style)>| {
            texts.map(|(text, style)| scene.measure(&text, style)).fold(0.0, f64::max)
        };
        let indent = |row: &Row| if row.is_facet { INDENT } else { 0.0 };
        let names = rows.iter().map(|row| scene.measure(&row.name, name_style(row)) + indent(row)).fold(0.0, f64::max);
        let head = match self.unit {
            ChangeUnit::TScore => label::difference_in_t(language),
            ChangeUnit::RawPoints => label::difference_in_points(language),
        };
        let unit = words::unit(language, self.unit);
        let ranges = widest(&mut rows.iter().filter_map(|row| Some((self.range_words(row)?, Style::QUIET))));
        let names = names.max(scene.measure(&unit, Style::QUIET)).max(ranges).min(NAMES_MAX);
        let said = widest(&mut rows.iter().map(|row| (words::outcome(language, row.outcome), Style::BOLD)));
        let differences = widest(&mut rows.iter().map(|row| (row.difference.clone(), Style::BOLD)));
        let said_left = scene.width - said - 1.0;
        let difference_right = said_left - 10.0;
        let track = Track {
            left: names + GAP + ARROW,
            right: difference_right - differences - GAP - ARROW,
            range: self.common.unwrap_or((0.0, 1.0)),
        };

        let mut y = legend(&mut scene, &self.legend(rows), 0.0) + 2.0;
        let right = scene.width;
        let head_left = track.right + ARROW + 6.0;
        let head = scene.wrap(&head, right - head_left, Style::QUIET);
        let middle = (track.at(50.0), y + 14.0);
        if self.unit == ChangeUnit::TScore {
            scene.text(&label::average_band(language), middle, Style::QUIET.anchored(Anchor::Middle));
        }
        y = scene.lines(&head, (head_left, y + 14.0), size::LEADING, Style::QUIET) + 8.0;

        let grouped = rows.iter().any(|row| row.is_facet);
        let airy = rows.len() <= FEW_ROWS && !grouped;
        let top = y;
        let mut placed = Vec::new();
        for (idx, row) in rows.iter().enumerate() {
            if idx > 0 && (airy || !row.is_facet) {
                y += if airy { 0.0 } else { 3.0 };
                scene.line(vec![(0.0, y), (right, y)], Role::Rule, 1.0);
                y += if airy { 0.0 } else { 3.0 };
            }
            let air = match (airy, row.is_facet) {
                (true, _) => Air { lane: 15.0, margin: 8.0, measures: Measures::LARGE },
                (false, false) => Air { lane: 11.6, margin: 1.4, measures: Measures::MIDDLE },
                (false, true) => Air { lane: 9.4, margin: 1.6, measures: Measures::SMALL },
            };
            let mut notes = scene.wrap(&row.name, names - indent(row), name_style(row));
            let n_name = notes.len();
            if let Some(range) = self.range_words(row) {
                notes.extend(scene.wrap(&range, names - indent(row), Style::QUIET));
            }
            // Where there is a reason there is no difference, and its column is free up to the dash.
            let room = difference_right - 16.0 - (track.left - ARROW + 4.0);
            let lanes = Self::lanes(&scene, row, y, room, air);
            let height = lanes.height.max(extra_lines(notes.len() + 1) + if airy { 10.0 } else { 5.5 });
            let spare = (height - lanes.height) / 2.0;
            let lanes = Self::lanes(&scene, row, y + spare, room, air);
            placed.push((y + height / 2.0, notes, n_name, lanes));
            y += height;
        }
        let bottom = y + 3.0;
        self.ground(&mut scene, track, top, bottom);
        for (row, (middle, notes, n_name, lanes)) in rows.iter().zip(&placed) {
            let first = middle + 4.6 - extra_lines(notes.len()) / 2.0;
            let (name, range) = notes.split_at(*n_name);
            let last = scene.lines(name, (indent(row), first), size::LEADING, name_style(row));
            scene.lines(range, (indent(row), last + size::LEADING), size::LEADING, Style::QUIET);
            self.standing(&mut scene, track.with_range(row.range), row, lanes);
            let style = if row.outcome.is_reliable() { Style::BOLD } else { Style::QUIET };
            let baseline = middle + 4.6;
            scene.text(&row.difference, (difference_right, baseline), style.anchored(Anchor::End));
            scene.text(&words::outcome(language, row.outcome), (said_left, baseline), style);
        }
        self.foot(&mut scene, track, bottom);
        scene
    }

    fn stacked(&self, mut scene: Scene, rows: &[Row]) -> Scene {
        let language = self.language;
        let right = scene.width;
        let track = Track { left: ARROW + 1.0, right: right - ARROW - 1.0, range: self.common.unwrap_or((0.0, 1.0)) };
        let mut y = legend(&mut scene, &self.legend(rows), 0.0) + 2.0;
        if self.unit == ChangeUnit::TScore {
            let at = (track.at(50.0), y + 14.0);
            scene.text(&label::average_band(language), at, Style::QUIET.anchored(Anchor::Middle));
            y += 22.0;
        }
        for row in rows {
            let measures = if row.is_facet { Measures::SMALL } else { Measures::LARGE };
            let air = Air { lane: 14.0, margin: 3.0, measures };
            scene.line(vec![(0.0, y), (right, y)], Role::Rule, 1.0);
            let name = scene.wrap(&row.name, right, name_style(row));
            let said = words::outcome(language, row.outcome);
            let said =
                if row.outcome == ChangeOutcome::NotCompared { said } else { format!("{} · {said}", row.difference) };
            let style = if row.outcome.is_reliable() { Style::BOLD } else { Style::QUIET };
            let said: Vec<String> = match self.range_words(row) {
                Some(range) => vec![said, range],
                None => vec![said],
            };
            let mut baseline = scene.lines(&name, (0.0, y + 19.0), size::LEADING, name_style(row));
            let beside = name.len() == 1
                && said.len() == 1
                && scene.measure(&row.name, name_style(row)) + 12.0 + scene.measure(&said[0], style) <= right;
            if beside {
                scene.text(&said[0], (right, baseline), style.anchored(Anchor::End));
            } else {
                for (idx, text) in said.iter().enumerate() {
                    let style = if idx == 0 { style } else { Style::QUIET };
                    let lines = scene.wrap(text, right, style);
                    baseline = scene.lines(&lines, (0.0, baseline + size::LEADING), size::LEADING, style);
                }
            }
            y = baseline + 5.0;
            let track = track.with_range(row.range);
            let lanes = Self::lanes(&scene, row, y, right - 8.0, air);
            let marks = lanes.places.iter().filter_map(|lane| match lane {
                Lane::Mark { middle, .. } => Some(*middle),
                Lane::Reason { .. } => None,
            });
            let (from, to) =
                marks.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
            if from <= to {
                let half = air.lane / 2.0 + 1.0;
                self.ground(&mut scene, track, from - half, to + half);
            }
            self.standing(&mut scene, track, row, &lanes);
            y += lanes.height + 6.0;
        }
        self.foot(&mut scene, track, y);
        scene
    }

    /// "échelle de 0 à 40", where scales differ.
    fn range_words(&self, row: &Row) -> Option<String> {
        self.common.is_none().then(|| crate::text::paired::range(self.language, row.range))
    }

    /// The average band, in T, and grid lines.
    fn ground(&self, scene: &mut Scene, track: Track, top: f64, bottom: f64) {
        match (self.unit, self.common) {
            (ChangeUnit::TScore, _) => {
                let (left, right) = (track.at(BAND_LOWER), track.at(BAND_UPPER));
                scene.rect((left, top), (right - left, bottom - top), Role::Band, 1.0);
                for t in [30.0, 50.0, 70.0] {
                    let x = track.at(t);
                    scene.line(vec![(x, top), (x, bottom)], Role::Grid, 1.0);
                }
                for x in [left, right] {
                    scene.dotted((x, top), (x, bottom), Role::BandEdge);
                }
            }
            (ChangeUnit::RawPoints, Some(_)) => point::grid(scene, track, top, bottom),
            (ChangeUnit::RawPoints, None) => {
                for x in [track.left, track.right] {
                    scene.line(vec![(x, top), (x, bottom)], Role::Grid, 1.0);
                }
            }
        }
    }

    /// The numbers or the ends of the axis.
    fn foot(&self, scene: &mut Scene, track: Track, bottom: f64) {
        let language = self.language;
        let Some(range) = self.common else {
            let words = (label::lowest_possible(language), label::highest_possible(language));
            let last = point::ends(scene, track, (&words.0, &words.1), bottom + 14.0);
            scene.height = last + 6.0;
            return;
        };
        let unit = match (self.unit, self.width) {
            (ChangeUnit::TScore, Width::Wide) => {
                scene.text(&words::unit(language, self.unit), (0.0, bottom + 14.0), Style::QUIET);
                String::new()
            }
            (ChangeUnit::TScore, Width::Narrow) => "T".to_owned(),
            (ChangeUnit::RawPoints, _) => label::points(language),
        };
        point::axis(scene, language, track.with_range(range), bottom + 14.0, &unit);
        scene.height = bottom + 20.0;
    }

    /// Both points with their intervals, and what joins them.
    fn standing(&self, scene: &mut Scene, track: Track, row: &Row, lanes: &Lanes) {
        let measures = lanes.measures;
        let kinds = [Whose::Then, Whose::Own];
        for (lane, whose) in lanes.places.iter().zip(kinds) {
            if let Lane::Mark { middle, date: DatedScoreView { score, interval: Some(interval), .. } } = lane {
                point::interval(scene, track, *middle, (whose, measures), (*score, *interval));
            }
        }
        if let [Lane::Mark { middle: above, date: first }, Lane::Mark { middle: below, date: second }] = &lanes.places {
            let from = point::center(track, *above, measures, first.score);
            let to = point::center(track, *below, measures, second.score);
            let clear = measures.radius + 2.0;
            match row.outcome {
                ChangeOutcome::Increase | ChangeOutcome::Decrease => point::arrow(scene, from, to, clear),
                ChangeOutcome::WithinMargin => point::link(scene, from, to, clear),
                ChangeOutcome::NotCompared => {}
            }
        }
        for (lane, whose) in lanes.places.iter().zip(kinds) {
            match lane {
                Lane::Mark { middle, date } => point::point(scene, track, *middle, (whose, measures), date.score),
                Lane::Reason { baseline, lines } => {
                    let left = match self.width {
                        Width::Narrow => 0.0,
                        Width::Wide => {
                            plate(scene, lines, track.left - ARROW + 4.0, *baseline);
                            track.left - ARROW + 4.0
                        }
                    };
                    scene.lines(lines, (left, *baseline), size::LEADING, Style::QUIET);
                }
            }
        }
    }
}

fn name_style(row: &Row) -> Style {
    if row.is_facet { Style::PLAIN } else { Style::BOLD }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::scene::{Mark, Stroke};
    use crate::view::change::{ChangeView, sample};

    fn drawn(view: ChangeView, width: Width) -> Scene {
        scene(&Change::new(view).unwrap(), width).unwrap()
    }

    #[test]
    fn only_reliable_changes_have_an_arrow() {
        for width in [Width::Wide, Width::Narrow] {
            let scene = drawn(sample::five_scales(Language::French), width);
            let heads = scene.marks.iter().filter(|mark| matches!(mark, Mark::Area { role: Role::Ink, .. })).count();
            assert_eq!(heads, 3, "two changes and the legend, {width:?}");
            assert_eq!(scene.labels().filter(|label| label.text.contains("au-delà de la marge")).count(), 3);
        }
        let mut view = sample::five_scales(Language::French);
        view.scales.retain(|scale| !scale.outcome.is_reliable());
        let scene = drawn(view, Width::Wide);
        assert!(!scene.marks.iter().any(|mark| matches!(mark, Mark::Area { role: Role::Ink, .. })));
    }

    #[test]
    fn the_band_is_there_in_t_alone() {
        let band = |scene: &Scene| scene.marks.iter().any(|mark| matches!(mark, Mark::Rect { role: Role::Band, .. }));
        assert!(band(&drawn(sample::five_scales(Language::English), Width::Wide)));
        assert!(!band(&drawn(sample::raw_points(Language::English), Width::Wide)));
    }

    #[test]
    fn a_missing_score_leaves_its_reason_in_its_place() {
        for width in [Width::Wide, Width::Narrow] {
            let scene = drawn(sample::five_scales(Language::French), width);
            let rings = scene.marks.iter().filter(|mark| matches!(mark, Mark::Ring { role: Role::Then, .. })).count();
            assert_eq!(rings, 5, "four scores and the legend, {width:?}");
            assert!(scene.labels().any(|label| label.text.starts_with("mars 2025, pas de note")));
        }
    }

    #[test]
    fn the_earlier_date_is_dashed_and_the_later_one_solid() {
        let scene = drawn(sample::five_scales(Language::French), Width::Wide);
        for mark in &scene.marks {
            if let Mark::Line { points, role, stroke, .. } = mark
                && points.len() == 2
                && points[0].1 == points[1].1
            {
                match role {
                    Role::Then => assert_eq!(*stroke, Stroke::Dashed),
                    Role::Own => assert_eq!(*stroke, Stroke::Solid),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn thirty_five_scales_stay_on_a_page() {
        for language in [Language::French, Language::English] {
            let scene = drawn(sample::thirty_five_scales(language), Width::Wide);
            assert!(scene.height <= 960.0, "{}", scene.height);
        }
    }
}
