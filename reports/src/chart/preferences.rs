//! Two-sided scales with a borderline zone: hatched between two edges around the middle. A side is named only where the whole margin is
//! outside it.
//!
//! Two layouts. *Stacked*: name, both sides, track and verdict one under the other. *Columns*: one row each, for many preferences on a
//! wide sheet.

use super::scene::{Anchor, Scene, Style};
use super::signs::{self, Sign};
use super::track::{self, ARROW, Margin, Track};
use super::{ChartKind, Width};
use crate::font::Weight;
use crate::text::{Language, label, number, preference as words, typeset};
use crate::theme::{Role, size};
use crate::view::{PreferenceView, RawView, Restitution, ScaleView, Side};
use crate::{Error, Result};

/// Half the height of the hatched zone, stacked and in columns.
const ZONE_HALF: (f64, f64) = (13.0, 8.0);
/// Up to so many preferences are stacked on a wide sheet.
const STACKED_UP_TO: usize = 8;
/// Least height of a row in columns.
const ROW: f64 = 25.0;
/// Widths of the columns: name, side, score; and between them.
const NAME: f64 = 112.0;
const SIDE: f64 = 92.0;
const SCORE: f64 = 164.0;
const GAP: f64 = 9.0;

/// Whether the preferences show every scale that stands by itself, so that no other drawing needs to.
#[must_use]
pub fn show_every_scale(restitution: &Restitution) -> bool {
    let Some(found) = &restitution.view().preferences else { return false };
    let shown = |idx: &usize| found.preferences.iter().any(|preference| preference.scale == *idx);
    restitution.own_scales().iter().all(shown)
}

/// Lays the preferences out.
///
/// # Errors
/// [`Error::NothingToDraw`] when the restitution has none; [`Error::Font`].
pub fn scene(restitution: &Restitution, width: Width) -> Result<Scene> {
    let view = restitution.view();
    let found = view.preferences.iter().flat_map(|found| &found.preferences);
    let rows: Vec<Row<'_>> = found
        .filter_map(|preference| {
            let scale = view.scales.get(preference.scale)?;
            Some(Row { preference, scale, side: preference.side(scale) })
        })
        .collect();
    if rows.is_empty() {
        return Err(Error::NothingToDraw(ChartKind::Preferences));
    }
    let in_columns = width == Width::Wide && rows.len() > STACKED_UP_TO;
    let mut ranges = rows.iter().filter_map(|row| row.scale.raw.as_ref().ok());
    let first = ranges.next();
    let ends = |raw: &RawView| (raw.lowest(), raw.highest());
    let common = first.filter(|raw| in_columns && ranges.all(|other| ends(other) == ends(raw)));
    let plan = Plan { language: view.language, with_ranges: in_columns && common.is_none() };
    let mut scene = Scene::new(width.units())?;
    let mut entries = vec![(Sign::Hatch, words::zone(view.language)), (Sign::Words, words::clearer(view.language))];
    entries.extend(common.map(|raw| (Sign::Words, label::scale_from_to(view.language, raw))));
    scene.height = signs::draw(&mut scene, &entries, 0.0, Anchor::Start) + 6.0;
    if in_columns {
        rows.iter().for_each(|row| plan.in_columns(&mut scene, row));
    } else {
        for (idx, row) in rows.iter().enumerate() {
            if idx > 0 {
                let (y, right) = (scene.height, scene.width);
                scene.line(vec![(0.0, y), (right, y)], Role::Rule, 1.0);
                scene.height += 6.0;
            }
            plan.stacked(&mut scene, row);
        }
    }
    Ok(scene)
}

/// One preference of a person.
struct Row<'a> {
    preference: &'a PreferenceView,
    scale: &'a ScaleView,
    side: Side,
}

/// What both layouts need to know.
struct Plan {
    language: Language,
    /// Whether each score in columns says its scale, because scales differ.
    with_ranges: bool,
}

impl Plan {
    fn set(&self, text: &str) -> String {
        typeset(self.language, text)
    }

    /// The two sides, the one that may be named in bold.
    fn sides(&self, row: &Row<'_>) -> [(String, Style); 2] {
        let style = |side: Side| if row.side == side { Style::BOLD } else { Style::PLAIN };
        [(self.set(&row.preference.low), style(Side::Low)), (self.set(&row.preference.high), style(Side::High))]
    }

    fn stacked(&self, scene: &mut Scene, row: &Row<'_>) {
        let right = scene.width;
        let name = scene.wrap(&self.set(&row.scale.name), right, Style::NAME);
        let top = scene.height;
        let mut y = scene.lines(&name, (0.0, top + 16.0), size::NAME_LEADING, Style::NAME);
        let half = right / 2.0 - 10.0;
        let both = |scene: &mut Scene, first: f64, ends: [(String, Style); 2]| {
            let [(low, low_style), (high, high_style)] = ends;
            let (low, high) = (scene.wrap(&low, half, low_style), scene.wrap(&high, half, high_style));
            let low = scene.lines(&low, (0.0, first), size::LEADING, low_style);
            let high = scene.lines(&high, (right, first), size::LEADING, high_style.anchored(Anchor::End));
            low.max(high)
        };
        y = both(scene, y + size::NAME_LEADING, self.sides(row));
        // Poles that only repeat the sides are not said twice.
        if let Some((low, high)) = row.scale.poles()
            && (low, high) != (row.preference.low.as_str(), row.preference.high.as_str())
        {
            y = both(scene, y + size::LEADING, [low, high].map(|pole| (self.set(pole), Style::QUIET)));
        }
        let Ok(raw) = &row.scale.raw else {
            let reason = scene.wrap(&words::score(self.language, row.scale), right, Style::QUIET);
            let last = scene.lines(&reason, (0.0, y + size::LEADING + 6.0), size::LEADING, Style::QUIET);
            scene.height = last + 12.0;
            return;
        };
        let track = Track { ends: (1.0 + ARROW, right - 1.0 - ARROW), values: (raw.lowest(), raw.highest()) };
        let middle = y + 10.0 + ZONE_HALF.0;
        self.track(scene, row, (raw, track), middle, ZONE_HALF.0);
        let below = middle + ZONE_HALF.0 + 15.0;
        self.numbers(scene, row, (raw, track), below);
        let style = Style { weight: self.weight(row.side), ..Style::PLAIN };
        // The verdict says already that the margin is not known.
        let score = match row.side {
            Side::MarginUnknown => number::raw(self.language, raw),
            _ => words::score(self.language, row.scale),
        };
        let verdict = self.set(&words::verdict(self.language, row.preference, row.side));
        let score = self.set(&score);
        let together = format!("{verdict} · {score}");
        let text = if scene.measure(&together, style) <= right {
            vec![together]
        } else {
            [verdict, score].iter().flat_map(|part| scene.wrap(part, right, style)).collect()
        };
        let widest = text.iter().map(|line| scene.measure(line, style)).fold(0.0, f64::max);
        // Under the point, as far as the frame allows.
        let x = track.at(raw.value()).clamp(widest / 2.0, (right - widest / 2.0).max(widest / 2.0));
        let last = scene.lines(&text, (x, below + size::LEADING + 3.0), size::LEADING, style.anchored(Anchor::Middle));
        scene.height = last + 12.0;
    }

    fn weight(&self, side: Side) -> Weight {
        if matches!(side, Side::Low | Side::High) { Weight::Bold } else { Weight::Regular }
    }

    /// One row: name, low side, track, high side, score.
    fn in_columns(&self, scene: &mut Scene, row: &Row<'_>) {
        let right = scene.width;
        let [(low, low_style), (high, high_style)] = self.sides(row);
        let name = scene.wrap(&self.set(&row.scale.name), NAME, Style::BOLD);
        let (low, high) = (scene.wrap(&low, SIDE, low_style), scene.wrap(&high, SIDE, high_style));
        let score = self.set(&self.in_few_words(row));
        let score_style = Style { weight: self.weight(row.side), ..Style::PLAIN }.anchored(Anchor::End);
        let score = scene.wrap(&score, SCORE, score_style);
        let most = [&name, &low, &high, &score].iter().map(|lines| lines.len()).max().unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
        let extra = |n_lines: usize| n_lines.saturating_sub(1) as f64 * size::LEADING;
        let height = ROW + extra(most);
        let middle = scene.height + height / 2.0;
        let first = |lines: &[String]| middle + 4.6 - extra(lines.len()) / 2.0;
        let (track_left, track_right) = (NAME + SIDE + 2.0 * GAP, right - SCORE - SIDE - 2.0 * GAP);
        scene.lines(&name, (0.0, first(&name)), size::LEADING, Style::BOLD);
        scene.lines(&low, (track_left - GAP, first(&low)), size::LEADING, low_style.anchored(Anchor::End));
        scene.lines(&high, (track_right + GAP, first(&high)), size::LEADING, high_style);
        scene.lines(&score, (right, first(&score)), size::LEADING, score_style);
        if let Ok(raw) = &row.scale.raw {
            let ends = (track_left + ARROW, track_right - ARROW);
            let track = Track { ends, values: (raw.lowest(), raw.highest()) };
            self.track(scene, row, (raw, track), middle, ZONE_HALF.1);
        }
        scene.height += height;
    }

    /// In columns the sides stand beside the track, so the score needs no more than its numbers.
    fn in_few_words(&self, row: &Row<'_>) -> String {
        let mut score = words::score(self.language, row.scale);
        if let Some(raw) = row.scale.raw.as_ref().ok().filter(|_| self.with_ranges) {
            score = format!("{score}, {}", label::scale_from_to(self.language, raw));
        }
        match row.side {
            Side::Borderline => format!("{} · {score}", words::borderline(self.language)),
            _ => score,
        }
    }

    fn track(&self, scene: &mut Scene, row: &Row<'_>, (raw, track): (&RawView, Track), y: f64, half: f64) {
        let PreferenceView { middle, half_width, .. } = row.preference;
        let (left, right) = (track.at(middle - half_width), track.at(middle + half_width));
        track::hatched(scene, (left, y - half), (right, y + half));
        scene.line(vec![(track.ends.0, y), (track.ends.1, y)], Role::BandEdge, 1.0);
        for x in [track.ends.0, track.ends.1] {
            scene.line(vec![(x, y - 4.0), (x, y + 4.0)], Role::BandEdge, 1.0);
        }
        let x = track.at(*middle);
        scene.line(vec![(x, y - half * 0.5), (x, y + half * 0.5)], Role::BandEdge, 1.0);
        if let Some(interval) = row.scale.raw_interval() {
            let margin = Margin { lower: interval.lower(), upper: interval.upper(), line: size::DOMAIN_LINE };
            track.margin(scene, y, margin);
        }
        let radius = if half > 10.0 { size::DOMAIN_DOT } else { size::FACET_DOT };
        scene.dot((track.at(raw.value()), y), radius, Role::Own);
    }

    /// The ends of the scale and the edges of the zone, in points.
    fn numbers(&self, scene: &mut Scene, row: &Row<'_>, (raw, track): (&RawView, Track), baseline: f64) {
        let PreferenceView { middle, half_width, .. } = row.preference;
        let text = |value: f64| words::edge(self.language, value);
        let points = label::points(self.language);
        let last = format!("{}\u{a0}{points}", number::decimal(self.language, raw.highest(), 0));
        let (lower, upper) = (middle - half_width, middle + half_width);
        let apart = scene.measure(&text(lower), Style::QUIET) / 2.0 + scene.measure(&text(upper), Style::QUIET) / 2.0;
        let mut numbers = vec![(text(raw.lowest()), track.ends.0)];
        if track.at(upper) - track.at(lower) > apart + 9.0 {
            numbers.extend([lower, upper].map(|value| (text(value), track.at(value))));
        } else {
            numbers.push((words::zone_ends(self.language, row.preference), track.at(*middle)));
        }
        numbers.push((last, track.ends.1));
        track::numbers(scene, baseline, numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::scene::{Mark, Stroke};
    use crate::view::{RestitutionView, sample_values};

    fn drawn(view: RestitutionView, width: Width) -> Scene {
        scene(&Restitution::new(view).unwrap(), width).unwrap()
    }

    #[test]
    fn the_zone_is_hatched_between_edges_and_named() {
        let scene = drawn(sample_values::preferences(Language::French), Width::Wide);
        let hatch = |mark: &&Mark| matches!(mark, Mark::Line { role: Role::Hatch, stroke: Stroke::Solid, .. });
        // Each zone is a quarter of 612 units wide and 26 high; a line every 7 units, and three in the legend's sign.
        assert!(scene.marks.iter().filter(hatch).count() > 4 * 20);
        assert!(scene.labels().any(|label| label.text.contains("zone limite")));
        for edge in ["2,5", "3,5"] {
            assert_eq!(scene.labels().filter(|label| label.text == edge).count(), 4, "{edge}");
        }
    }

    #[test]
    fn a_side_is_bold_where_it_is_named_and_words_say_when_none_is() {
        let scene = drawn(sample_values::preferences(Language::French), Width::Narrow);
        let bold = |text: &str| scene.labels().any(|label| label.text == text && label.weight == Weight::Bold);
        assert!(bold("en échangeant") && bold("selon les règles"));
        assert!(!bold("au calme") && !bold("par les faits") && !bold("par les possibilités"));
        let text: Vec<&str> = scene.labels().map(|label| label.text.as_str()).collect();
        let text = text.join(" ");
        assert!(text.contains("limite\u{a0}: ni par les faits ni par les possibilités"), "{text}");
        assert!(text.contains("marge inconnue"), "{text}");
    }

    #[test]
    fn thirty_five_rows_stay_under_960_units() {
        let scene = drawn(sample_values::many_preferences(Language::French), Width::Wide);
        assert!(scene.height < 960.0, "{}", scene.height);
    }

    #[test]
    fn preferences_that_leave_a_scale_out_do_not_replace_the_bars() {
        let mut view = sample_values::preferences(Language::English);
        assert!(show_every_scale(&Restitution::new(view.clone()).unwrap()));
        view.preferences.as_mut().unwrap().preferences.pop();
        assert!(!show_every_scale(&Restitution::new(view).unwrap()));
    }
}
