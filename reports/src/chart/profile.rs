//! The standardized profile: T scores with intervals against the average band, facets under their domain.
//!
//! Two layouts. *Columns*: name, track and numbers side by side, one percentile axis above and one T axis below. *Stacked*:
//! name and numbers above each track, worded ends below it; for phones, and for a few scales that have worded ends.

use super::scene::{Anchor, Mark, Scene, Style};
use super::{ChartKind, Width};
use crate::text::place::{BAND_LOWER, BAND_UPPER};
use crate::text::{Language, alt, label, number, typeset};
use crate::theme::{Role, size};
use crate::view::{Interval, RankView, Restitution};
use crate::{Error, Result};

/// The T scores that the frame shows; what lies beyond is an arrow.
pub const FRAME: (f64, f64) = (20.0, 80.0);
/// T scores with a grid line, and their percentile ranks on the normal curve.
const TICKS: [(f64, &str); 5] = [(30.0, "2"), (40.0, "16"), (50.0, "50"), (60.0, "84"), (70.0, "98")];
/// Indent of a facet's name.
const INDENT: f64 = 14.0;
/// Widest column of names.
const NAMES_MAX: f64 = 204.0;
/// Space between columns.
const GAP: f64 = 16.0;
/// Up to so many rows, columns are given air.
const FEW_ROWS: usize = 10;
/// Room on both sides of the frame for the arrows of what leaves it.
const ARROW: f64 = 13.0;
/// Height of the band behind a single track.
const TRACK_BAND: f64 = 21.0;

/// One row of the profile, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Name of the scale.
    pub name: String,
    /// Domain or facet.
    pub rank: RowRank,
    /// Low and high end in words, where both are worded.
    pub poles: Option<(String, String)>,
    /// Where the person stands, or why nowhere.
    pub standing: Standing,
}

/// Domain or facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowRank {
    /// A domain, or a scale that has neither domain nor facets.
    Domain,
    /// A facet of the domain above.
    Facet,
}

/// Where a person stands on a scale.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// A point, and an interval if one is known.
    Scored {
        /// T score.
        t: f64,
        /// Interval in T.
        interval: Option<Interval>,
        /// Percentile rank.
        rank: RankView,
    },
    /// No point; the reason stands in its place.
    Missing {
        /// The reason, short.
        reason: String,
    },
}

/// The rows of the profile in reading order: each domain, then its facets.
#[must_use]
pub fn rows(restitution: &Restitution) -> Vec<Row> {
    let language = restitution.language();
    let scales = &restitution.view().scales;
    let row = |idx: usize| {
        let scale = scales.get(idx)?;
        let standing = match scale.standard_score() {
            Some(score) => Standing::Scored { t: score.t(), interval: scale.t_interval(), rank: score.rank() },
            None => Standing::Missing { reason: alt::missing_standard(language, scale) },
        };
        let set = |text: &str| typeset(language, text);
        Some(Row {
            name: set(&scale.name),
            rank: if scale.parent.is_some() { RowRank::Facet } else { RowRank::Domain },
            poles: scale.poles().map(|(low, high)| (set(low), set(high))),
            standing,
        })
    };
    restitution.reading_order().into_iter().filter_map(row).collect()
}

/// Lays the profile out.
///
/// # Errors
/// [`Error::NothingToDraw`] when no scale was meant to have a standard score; [`Error::Font`].
pub fn scene(restitution: &Restitution, width: Width) -> Result<Scene> {
    if !restitution.is_normed() {
        return Err(Error::NothingToDraw(ChartKind::Profile));
    }
    let rows = rows(restitution);
    let plan = Plan { language: restitution.language(), with_ranks: restitution.ranks_follow_t() };
    let scene = Scene::new(width.units())?;
    let few_with_poles = rows.len() <= FEW_ROWS && rows.iter().any(|row| row.poles.is_some());
    if width == Width::Wide && !few_with_poles {
        Ok(plan.columns(scene, &rows))
    } else {
        Ok(plan.stacked(scene, &rows, width))
    }
}

/// What both layouts need to know.
#[derive(Debug, Clone, Copy)]
struct Plan {
    language: Language,
    /// Whether one percentile axis is right for every row.
    with_ranks: bool,
}

/// The horizontal stretch that stands for the frame.
#[derive(Debug, Clone, Copy)]
struct Track {
    left: f64,
    right: f64,
}

impl Track {
    fn at(self, t: f64) -> f64 {
        let share = (t.clamp(FRAME.0, FRAME.1) - FRAME.0) / (FRAME.1 - FRAME.0);
        self.left + share * (self.right - self.left)
    }
}

/// The numbers of a row, as texts.
struct Numbers {
    t: String,
    margin: String,
    rank: String,
}

impl Plan {
    fn numbers(self, standing: &Standing) -> Numbers {
        let dash = || "–".to_owned();
        match standing {
            Standing::Missing { .. } => Numbers { t: dash(), margin: String::new(), rank: String::new() },
            Standing::Scored { t, interval, rank } => Numbers {
                t: number::t_score(self.language, *t),
                margin: interval.map_or_else(dash, |interval| number::t_interval(self.language, interval)),
                rank: rank.value().map_or_else(dash, |value| number::rank(self.language, value)),
            },
        }
    }

    fn columns(self, mut scene: Scene, rows: &[Row]) -> Scene {
        let language = self.language;
        let numbers: Vec<Numbers> = rows.iter().map(|row| self.numbers(&row.standing)).collect();
        let heads = ["T".to_owned(), label::margin(language), label::rank(language)];
        let widest =
            |texts: Vec<&str>, style: Style| texts.iter().map(|text| scene.measure(text, style)).fold(0.0, f64::max);
        let column = |head: &str, texts: Vec<&str>| widest(texts, Style::BOLD).max(scene.measure(head, Style::BOLD));
        let t_width = column(&heads[0], numbers.iter().map(|row| row.t.as_str()).collect());
        let margin_width = column(&heads[1], numbers.iter().map(|row| row.margin.as_str()).collect());
        let rank_width = column(&heads[2], numbers.iter().map(|row| row.rank.as_str()).collect());
        let rank_right = scene.width - 1.0;
        let margin_right = rank_right - rank_width - GAP;
        let t_right = margin_right - margin_width - GAP;
        let indent = |row: &Row| if row.rank == RowRank::Facet { INDENT } else { 0.0 };
        let names =
            rows.iter().map(|row| scene.measure(&row.name, name_style(row.rank)) + indent(row)).fold(0.0, f64::max);
        let axes = scene
            .measure(&label::percentile_rank(language), Style::QUIET)
            .max(scene.measure(&label::t_score(language), Style::QUIET));
        let names = names.max(axes).min(NAMES_MAX);
        let track = Track { left: names + GAP + ARROW, right: t_right - t_width - GAP - ARROW };

        let top = 42.0;
        self.column_heads(&mut scene, track, [t_right, margin_right, rank_right], &heads);
        let grouped = rows.iter().any(|row| row.rank == RowRank::Facet);
        let airy = rows.len() <= FEW_ROWS && !grouped;
        let mut y = top;
        let mut placed = Vec::new();
        let mut separators = Vec::new();
        for row in rows {
            let lines = scene.wrap(&row.name, names - indent(row), name_style(row.rank));
            let reasons = match &row.standing {
                Standing::Missing { reason } => scene.wrap(reason, track.right - track.left - 8.0, Style::QUIET),
                Standing::Scored { .. } => Vec::new(),
            };
            let pitch = match (row.rank, airy) {
                (_, true) => 30.0,
                (RowRank::Domain, false) => 21.0,
                (RowRank::Facet, false) => 18.0,
            };
            if grouped && row.rank == RowRank::Domain && y > top {
                separators.push(y + 4.0);
                y += 8.0;
            }
            let n_lines = lines.len().max(reasons.len()).max(1);
            let height = pitch + extra_lines(n_lines);
            placed.push((y + height / 2.0, lines, reasons));
            y += height;
        }
        let bottom = y + 3.0;
        self.full_band(&mut scene, track, top, bottom);
        for at in separators {
            let right = scene.width;
            scene.line(vec![(0.0, at), (right, at)], Role::Rule, 1.0);
        }
        for ((row, numbers), (middle, lines, reasons)) in rows.iter().zip(&numbers).zip(&placed) {
            centered_lines(&mut scene, lines, indent(row), *middle, name_style(row.rank));
            let baseline = middle + 4.6;
            let strong = if row.rank == RowRank::Domain { Style::BOLD } else { Style::PLAIN };
            scene.text(&numbers.t, (t_right, baseline), strong.anchored(Anchor::End));
            for (text, right) in [(&numbers.margin, margin_right), (&numbers.rank, rank_right)] {
                if !text.is_empty() {
                    scene.text(text, (right, baseline), Style::QUIET.anchored(Anchor::End));
                }
            }
            match &row.standing {
                Standing::Scored { t, interval, .. } => standing(&mut scene, track, *middle, row.rank, (*t, *interval)),
                Standing::Missing { .. } => {
                    plate(&mut scene, reasons, track.left, *middle);
                    centered_lines(&mut scene, reasons, track.left + 4.0, *middle, Style::QUIET);
                }
            }
        }
        self.t_axis(&mut scene, track, bottom + 16.0, 0.0);
        scene.height = bottom + 22.0;
        scene
    }

    fn column_heads(self, scene: &mut Scene, track: Track, rights: [f64; 3], heads: &[String; 3]) {
        let language = self.language;
        self.band_name(scene, track, 14.0);
        if self.with_ranks {
            let name = label::percentile_rank(language);
            scene.text(&name, (0.0, 33.0), Style::QUIET);
            for (t, rank) in TICKS {
                scene.text(rank, (track.at(t), 33.0), Style::QUIET.anchored(Anchor::Middle));
            }
        }
        for (head, right) in heads.iter().zip(rights) {
            let style = if head == "T" { Style::BOLD } else { Style::QUIET };
            scene.text(head, (right, 33.0), style.anchored(Anchor::End));
        }
    }

    /// The name of the band over its middle, and the two ends in the longest words that fit beside it.
    fn band_name(self, scene: &mut Scene, track: Track, baseline: f64) {
        let language = self.language;
        let band = label::average_band(language);
        let half = scene.measure(&band, Style::BOLD) / 2.0 + 10.0;
        let room = (track.right - track.left) / 2.0 + ARROW - half;
        let long = [label::lower_than_most(language), label::higher_than_most(language)];
        let short = [label::lower(language), label::higher(language)];
        let fits = |words: &[String; 2]| words.iter().all(|word| scene.measure(word, Style::QUIET) <= room);
        let words = if fits(&long) { Some(long) } else { Some(short).filter(fits) };
        scene.text(&band, (track.at(50.0), baseline), Style::BOLD.anchored(Anchor::Middle));
        if let Some([lower, higher]) = words {
            scene.text(&lower, (track.left - ARROW, baseline), Style::QUIET);
            scene.text(&higher, (track.right + ARROW, baseline), Style::QUIET.anchored(Anchor::End));
        }
    }

    fn full_band(self, scene: &mut Scene, track: Track, top: f64, bottom: f64) {
        let (left, right) = (track.at(BAND_LOWER), track.at(BAND_UPPER));
        scene.rect((left, top), (right - left, bottom - top), Role::Band, 1.0);
        for (t, _) in TICKS {
            let x = track.at(t);
            let ends = ((x, top), (x, bottom));
            match t {
                BAND_LOWER | BAND_UPPER => scene.dotted(ends.0, ends.1, Role::BandEdge),
                50.0 => scene.line(vec![ends.0, ends.1], Role::BandEdge, 1.0),
                _ => scene.line(vec![ends.0, ends.1], Role::Grid, 1.0),
            }
        }
    }

    /// The T axis: its name at `left`, then every ten points that fit.
    fn t_axis(self, scene: &mut Scene, track: Track, baseline: f64, left: f64) {
        let first = track.at(TICKS[0].0) - 12.0;
        let name = [label::t_score(self.language), "T".to_owned()];
        let fitting = name.iter().find(|name| left + scene.measure(name, Style::QUIET) + 4.0 <= first);
        if let Some(name) = fitting {
            let name = name.clone();
            scene.text(&name, (left, baseline), Style::QUIET);
        }
        for (t, _) in TICKS {
            let text = number::t_score(self.language, t);
            scene.text(&text, (track.at(t), baseline), Style::QUIET.anchored(Anchor::Middle));
        }
    }

    fn stacked(self, mut scene: Scene, rows: &[Row], width: Width) -> Scene {
        let right = scene.width;
        let track = Track { left: ARROW + 1.0, right: right - ARROW - 1.0 };
        let mut y = self.stacked_head(&mut scene, track, width);
        for (idx, row) in rows.iter().enumerate() {
            if idx > 0 && (row.rank == RowRank::Domain || row.poles.is_some()) {
                scene.line(vec![(0.0, y), (right, y)], Role::Rule, 1.0);
            }
            y = self.stacked_row(&mut scene, row, track, y, width);
        }
        self.t_axis(&mut scene, track, y + 14.0, 0.0);
        scene.height = y + 20.0;
        scene
    }

    /// Band, ends and percentile axis; returns where the rows begin.
    fn stacked_head(self, scene: &mut Scene, track: Track, width: Width) -> f64 {
        let language = self.language;
        self.band_name(scene, track, 14.0);
        let mut y = 14.0;
        if width == Width::Wide {
            y += size::LEADING;
            scene.text(&label::two_in_three(language), (track.at(50.0), y), Style::QUIET.anchored(Anchor::Middle));
        }
        if self.with_ranks {
            y += size::LEADING + 2.0;
            let first = track.at(TICKS[0].0) - 12.0;
            let names = [label::percentile_rank(language), label::rank(language)];
            if let Some(name) = names.iter().find(|name| scene.measure(name, Style::QUIET) <= first) {
                scene.text(name, (0.0, y), Style::QUIET);
            }
            for (t, rank) in TICKS {
                scene.text(rank, (track.at(t), y), Style::QUIET.anchored(Anchor::Middle));
            }
        }
        y + 10.0
    }

    fn stacked_row(self, scene: &mut Scene, row: &Row, track: Track, top: f64, width: Width) -> f64 {
        let style = match (row.rank, width) {
            (RowRank::Domain, Width::Wide) => Style::NAME,
            (rank, _) => name_style(rank),
        };
        let leading = if style.size > size::TEXT { size::NAME_LEADING } else { size::LEADING };
        let values = match &row.standing {
            Standing::Scored { .. } => self.values(&self.numbers(&row.standing)),
            Standing::Missing { reason } => reason.clone(),
        };
        let name = scene.wrap(&row.name, scene.width, style);
        let beside = name.len() == 1
            && scene.measure(&row.name, style) + GAP + scene.measure(&values, Style::QUIET) <= scene.width;
        let mut baseline = scene.lines(&name, (0.0, top + leading + 2.0), leading, style);
        if beside {
            let right = scene.width;
            scene.text(&values, (right, baseline), Style::QUIET.anchored(Anchor::End));
        } else {
            let lines = scene.wrap(&values, scene.width, Style::QUIET);
            baseline = scene.lines(&lines, (0.0, baseline + size::LEADING), size::LEADING, Style::QUIET);
        }
        let Standing::Scored { t, interval, .. } = &row.standing else { return baseline + 13.0 };
        let middle = baseline + 8.0 + TRACK_BAND / 2.0;
        self.track(scene, track, middle);
        standing(scene, track, middle, row.rank, (*t, *interval));
        let below = middle + TRACK_BAND / 2.0;
        let Some((low, high)) = &row.poles else { return below + 7.0 };
        let half = scene.width / 2.0 - 8.0;
        let (low, high) = (scene.wrap(low, half, Style::QUIET), scene.wrap(high, half, Style::QUIET));
        let first = below + 15.0;
        let end = scene.width;
        let low = scene.lines(&low, (0.0, first), size::LEADING, Style::QUIET);
        let high = scene.lines(&high, (end, first), size::LEADING, Style::QUIET.anchored(Anchor::End));
        low.max(high) + 12.0
    }

    /// "T 46 (40 à 52) · rang 34".
    fn values(self, numbers: &Numbers) -> String {
        let margin = match numbers.margin.as_str() {
            "–" => format!("({})", self.language.pick("marge inconnue", "margin unknown")),
            ends => format!("({ends})"),
        };
        let rank = label::rank(self.language);
        format!("T\u{a0}{} {margin} · {rank}\u{a0}{}", numbers.t, numbers.rank)
    }

    fn track(self, scene: &mut Scene, track: Track, middle: f64) {
        let (left, right) = (track.at(BAND_LOWER), track.at(BAND_UPPER));
        let (top, bottom) = (middle - TRACK_BAND / 2.0, middle + TRACK_BAND / 2.0);
        scene.rect((left, top), (right - left, TRACK_BAND), Role::Band, 1.0);
        for x in [left, right] {
            scene.dotted((x, top), (x, bottom), Role::BandEdge);
        }
        scene.line(vec![(track.left - ARROW, middle), (track.right + ARROW, middle)], Role::Grid, 1.0);
        for (t, _) in TICKS {
            let x = track.at(t);
            let (half, role) = if t == 50.0 { (6.0, Role::BandEdge) } else { (3.0, Role::Grid) };
            scene.line(vec![(x, middle - half), (x, middle + half)], role, 1.0);
        }
    }
}

fn name_style(rank: RowRank) -> Style {
    match rank {
        RowRank::Domain => Style::BOLD,
        RowRank::Facet => Style::PLAIN,
    }
}

/// Height of the lines after the first.
#[expect(clippy::cast_precision_loss, reason = "a name has few lines")]
fn extra_lines(n_lines: usize) -> f64 {
    n_lines.saturating_sub(1) as f64 * size::LEADING
}

/// Lines of text whose block is centered on a height.
fn centered_lines(scene: &mut Scene, lines: &[String], left: f64, middle: f64, style: Style) {
    scene.lines(lines, (left, middle + 4.6 - extra_lines(lines.len()) / 2.0), size::LEADING, style);
}

/// A piece of plain sheet behind a reason, so that no grid line crosses its words.
fn plate(scene: &mut Scene, lines: &[String], left: f64, middle: f64) {
    let width = lines.iter().map(|line| scene.measure(line, Style::QUIET)).fold(0.0, f64::max) + 8.0;
    let height = extra_lines(lines.len()) + size::LEADING;
    scene.rect((left, middle - height / 2.0), (width, height), Role::Ground, 1.0);
}

/// The interval with its end ticks and the point on it; arrows where they leave the frame.
fn standing(scene: &mut Scene, track: Track, middle: f64, rank: RowRank, (t, interval): (f64, Option<Interval>)) {
    let (line, radius) = match rank {
        RowRank::Domain => (size::DOMAIN_LINE, size::DOMAIN_DOT),
        RowRank::Facet => (size::FACET_LINE, size::FACET_DOT),
    };
    let inside = |value: f64| (FRAME.0..=FRAME.1).contains(&value);
    if let Some(interval) = interval {
        let (lower, upper) = (interval.lower(), interval.upper());
        let end = |value: f64, outward: f64| track.at(value) + if inside(value) { 0.0 } else { outward * ARROW };
        let (from, to) = (end(lower, -1.0), end(upper, 1.0));
        if inside(lower) || inside(upper) || inside(t) {
            scene.line(vec![(from, middle), (to, middle)], Role::Own, line);
        }
        for (value, x, outward) in [(lower, from, -1.0), (upper, to, 1.0)] {
            if inside(value) {
                scene.line(vec![(x, middle - size::END_TICK), (x, middle + size::END_TICK)], Role::Own, line);
            } else if inside(t) {
                let back = x - outward * 5.0;
                scene.line(vec![(back, middle - 4.5), (x, middle), (back, middle + 4.5)], Role::Own, line);
            }
        }
    }
    if inside(t) {
        scene.dot((track.at(t), middle), radius, Role::Own);
    } else {
        // The point itself is beyond the frame: a filled arrowhead instead of a point.
        let outward = if t < FRAME.0 { -1.0 } else { 1.0 };
        let tip = track.at(t) + outward * ARROW;
        let back = tip - outward * 2.0 * radius;
        let points = vec![(tip, middle), (back, middle - radius - 0.5), (back, middle + radius + 0.5)];
        scene.marks.push(Mark::Area { points, role: Role::Own, opacity: 1.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;

    #[test]
    fn rows_carry_the_scores_in_reading_order() {
        let restitution = Restitution::new(sample::thirty_five_scales(Language::French)).unwrap();
        let rows = rows(&restitution);
        assert_eq!(rows.len(), 35);
        assert_eq!(rows.iter().filter(|row| row.rank == RowRank::Domain).count(), 5);
        assert_eq!(rows[14].name, "Constance");
        let Standing::Scored { t, interval: Some(interval), .. } = &rows[14].standing else { panic!("no score") };
        assert_eq!(*t, 67.0);
        assert!((interval.lower() - 61.1).abs() < 1e-9 && (interval.upper() - 72.9).abs() < 1e-9);
        assert_eq!(
            rows[25].standing,
            Standing::Missing { reason: "pas de note\u{a0}: 2\u{a0}réponses sur\u{a0}4".to_owned() }
        );
    }

    #[test]
    fn the_band_is_the_middle_third_of_the_frame() {
        let track = Track { left: 0.0, right: 60.0 };
        assert_eq!((track.at(40.0), track.at(60.0)), (20.0, 40.0));
        assert_eq!((track.at(12.0), track.at(99.0)), (0.0, 60.0));
    }

    #[test]
    fn a_point_beyond_the_frame_becomes_an_arrowhead() {
        let restitution = Restitution::new(sample::five_scales(Language::English)).unwrap();
        let scene = scene(&restitution, Width::Narrow).unwrap();
        let heads = scene.marks.iter().filter(|mark| matches!(mark, Mark::Area { role: Role::Own, .. })).count();
        assert_eq!(heads, 1, "T 12 lies below the frame, T 78 inside it");
        let chevrons = scene
            .marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Line { points, role: Role::Own, .. } if points.len() == 3));
        assert_eq!(chevrons.count(), 1, "only the interval of T 78 leaves the frame with its point inside");
    }
}
