//! Values on their circle, as distances from the person's own mean: the solid circle is the mean, the pale ring around it what is near
//! it; outward means more, inward less. A value whose whole margin is outside the ring has a large point and a bold name.

use std::f64::consts::{PI, TAU};

use super::hexagon::{crosses, touches_score};
use super::scene::{Anchor, HALO, Mark, Point, Scene, Stroke, Style};
use super::signs::{self, Sign};
use super::track::{ARROW, round_ticks};
use super::{ChartKind, Width};
use crate::font::TextBox;
use crate::text::{Language, circle as words, typeset};
use crate::theme::{Role, size};
use crate::view::deviation::{NEAR_MEAN, deviations};
use crate::view::{Interval, Restitution};
use crate::{Error, Result};

/// Radii tried for the wide drawing, best first.
const RADII: [f64; 6] = [150.0, 160.0, 170.0, 180.0, 136.0, 120.0];
/// Radius of the narrow drawing, and with numbers in two rows.
const NARROW_RADII: [f64; 2] = [106.0, 94.0];
/// The smallest circle as a share of the largest.
const INNER: f64 = 0.2;
/// From the outline to a name, and to a number.
const OFFSETS: (f64, f64) = (16.0, 15.0);
/// Closest that the middles of two numbers may come.
const NUMBER_ROOM: f64 = 23.0;
/// Room for a number in the list.
const NUMBER_WIDTH: f64 = 24.0;
/// Between the two columns of the list.
const COLUMN_GAP: f64 = 28.0;
/// Up to so many values, their names stand around the circle.
const NAMED_AROUND: usize = 20;

/// Sizes of the marks of scores: smaller where many values share the circle.
struct Marks {
    /// Radius of a point whose whole margin is outside the ring.
    large: f64,
    /// Radius of any other point.
    small: f64,
    /// Half the length of the tick at the end of a margin.
    tick: f64,
    /// Thickness of a margin.
    line: f64,
}

const FEW: Marks =
    Marks { large: size::DOMAIN_DOT, small: size::FACET_DOT, tick: size::END_TICK - 0.5, line: size::DOMAIN_LINE };
const MANY: Marks = Marks { large: 4.4, small: 2.6, tick: 3.0, line: size::FACET_LINE };

/// One value, in circular order from the top, clockwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// How far it is from the person's mean.
    pub distance: Distance,
}

/// A distance from the person's mean, in points of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Distance {
    /// It is known.
    Known {
        /// The distance; above 0: more than the mean.
        value: f64,
        /// Its margin, where one is known.
        margin: Option<Interval>,
        /// Lowest and highest possible distance.
        range: (f64, f64),
    },
    /// There is none; the reason stands in its place.
    Missing {
        /// The reason, short.
        reason: String,
    },
}

impl Distance {
    /// 1 where the whole margin lies above the ring around the mean, −1 where it lies below, else 0.
    #[must_use]
    pub fn side(&self) -> i8 {
        match self {
            Self::Known { margin: Some(margin), .. } if margin.lower() > NEAR_MEAN => 1,
            Self::Known { margin: Some(margin), .. } if margin.upper() < -NEAR_MEAN => -1,
            _ => 0,
        }
    }
}

/// The values of a restitution with their distances; `None` where it has none (see [`deviations`]).
#[must_use]
pub fn values(restitution: &Restitution) -> Option<Vec<Value>> {
    let view = restitution.view();
    let values = deviations(restitution)?.into_iter().map(|deviation| {
        let (named, scale) = (view.scales.get(deviation.value)?, view.scales.get(deviation.distance)?);
        let distance = match &scale.raw {
            Ok(raw) => Distance::Known {
                value: raw.value(),
                margin: scale.raw_interval(),
                range: (raw.lowest(), raw.highest()),
            },
            Err(reason) => Distance::Missing { reason: reason.short(view.language, scale.answered, scale.n_items) },
        };
        Some(Value { name: typeset(view.language, &named.name), distance })
    });
    values.collect()
}

/// Lays the circle out: names around it, or numbers around it and a list below.
///
/// # Errors
/// [`Error::NothingToDraw`] when the restitution holds no distances; [`Error::Font`].
pub fn scene(restitution: &Restitution, width: Width) -> Result<Scene> {
    let nothing = Error::NothingToDraw(ChartKind::ValuesCircle);
    let values = values(restitution).ok_or_else(|| nothing.clone())?;
    let extent = extent(&values).ok_or(nothing)?;
    let plan = Plan { language: restitution.language(), values: &values, extent };
    if width == Width::Wide && values.len() <= NAMED_AROUND {
        for radius in RADII {
            if let Some(scene) = plan.named(Scene::new(width.units())?, radius) {
                return Ok(scene);
            }
        }
    }
    Ok(plan.numbered(Scene::new(width.units())?, width))
}

/// How far the drawing reaches on both sides of the mean, in points: a round number that holds points and margins as far as they are
/// possible. `None` without a distance.
fn extent(values: &[Value]) -> Option<f64> {
    let mut farthest: f64 = 1.0;
    let mut possible: Option<f64> = None;
    for value in values {
        let Distance::Known { value, margin, range } = &value.distance else { continue };
        let limit = range.1.max(-range.0);
        possible = Some(possible.map_or(limit, |known| known.max(limit)));
        let ends = margin.map_or([*value; 2], |margin| [margin.lower(), margin.upper()]);
        farthest = ends.iter().map(|end| end.abs().min(limit)).chain([value.abs()]).fold(farthest, f64::max);
    }
    let possible = possible?;
    let step = if farthest <= 5.0 { 0.5 } else { 10.0_f64.powf(farthest.log10().floor()) / 2.0 };
    let round = (farthest / step - 1e-9).ceil() * step;
    Some(round.min(possible.max(farthest)))
}

/// What the layouts need to know.
struct Plan<'a> {
    language: Language,
    values: &'a [Value],
    extent: f64,
}

/// Center and largest radius.
#[derive(Debug, Clone, Copy)]
struct Circle {
    center: Point,
    outer: f64,
}

impl Circle {
    fn direction(place: f64, n: f64) -> Point {
        let angle = TAU * place / n - PI / 2.0;
        (angle.cos(), angle.sin())
    }

    fn at(self, direction: Point, radius: f64) -> Point {
        (self.center.0 + direction.0 * radius, self.center.1 + direction.1 * radius)
    }
}

impl Plan<'_> {
    #[expect(clippy::cast_precision_loss, reason = "a circle has few values")]
    fn direction(&self, idx: usize) -> Point {
        Circle::direction(idx as f64, self.values.len() as f64)
    }

    fn marks(&self) -> Marks {
        if self.values.len() <= NAMED_AROUND { FEW } else { MANY }
    }

    fn dot_radius(&self, value: &Value) -> f64 {
        if value.distance.side() == 0 { self.marks().small } else { self.marks().large }
    }

    /// From the center to a distance.
    fn radius(&self, circle: Circle, distance: f64) -> f64 {
        let share = ((distance + self.extent) / (2.0 * self.extent)).clamp(0.0, 1.0);
        circle.outer * (INNER + share * (1.0 - INNER))
    }

    /// Names and distances around the circle; `None` where they would touch one another, the outline or the frame.
    fn named(&self, mut scene: Scene, outer: f64) -> Option<Scene> {
        let circle = Circle { center: (scene.width / 2.0, outer), outer };
        self.circle(&mut scene, circle, &[]);
        let inside = scene.labels().count();
        for idx in 0..self.values.len() {
            self.name_around(&mut scene, circle, idx)?;
        }
        let boxes: Vec<TextBox> = scene.labels().map(|label| scene.text_box(label)).collect();
        let outline: Vec<Point> = ring(circle, outer, 72);
        let around = boxes.iter().skip(inside);
        let clear = |text: &TextBox| {
            !outline.windows(2).any(|edge| crosses(text, edge[0], edge[1])) && !touches_score(&scene, text)
        };
        let apart = |(idx, text): (usize, &TextBox)| boxes.iter().skip(idx + 1).all(|other| !text.overlaps(other));
        let framed = |text: &TextBox| text.left >= 0.0 && text.right <= scene.width;
        if !(around.clone().all(clear) && boxes.iter().enumerate().all(apart) && boxes.iter().all(framed)) {
            return None;
        }
        let top = boxes.iter().map(|text| text.top).fold(-8.0, f64::min);
        let bottom = boxes.iter().map(|text| text.bottom).fold(2.0 * outer + 8.0, f64::max);
        scene.shift((0.0, -top));
        scene.height = self.legend(&mut scene, bottom - top + 10.0, Anchor::Middle);
        Some(scene)
    }

    /// One name with its distance; `None` where there is no room beside the circle.
    fn name_around(&self, scene: &mut Scene, circle: Circle, idx: usize) -> Option<()> {
        let value = self.values.get(idx)?;
        let direction = self.direction(idx);
        let place = circle.at(direction, circle.outer + OFFSETS.0);
        let (anchor, room) = if direction.0.abs() < 0.1 {
            (Anchor::Middle, scene.width * 0.6)
        } else if direction.0 > 0.0 {
            (Anchor::Start, scene.width - place.0)
        } else {
            (Anchor::End, place.0)
        };
        if room < 60.0 {
            return None;
        }
        let style = Style { size: size::NAME, ..self.name_style(value) };
        let name = scene.wrap(&value.name, room, style);
        let told = scene.wrap(&words::told(self.language, &value.distance), room, Style::QUIET);
        let height = lines(name.len(), size::NAME_LEADING) + lines(told.len(), size::LEADING);
        // From the outline's side at the top to the other at the bottom, so that the name's nearest edge faces the circle.
        let top = place.1 - height * (1.0 - direction.1) / 2.0;
        let baseline = scene.lines(&name, (place.0, top + 14.5), size::NAME_LEADING, style.anchored(anchor));
        scene.lines(&told, (place.0, baseline + size::LEADING), size::LEADING, Style::QUIET.anchored(anchor));
        Some(())
    }

    fn name_style(&self, value: &Value) -> Style {
        if value.distance.side() == 0 { Style::PLAIN } else { Style::BOLD }
    }

    /// Numbers around the circle, names and distances in a list below.
    fn numbered(&self, mut scene: Scene, width: Width) -> Scene {
        let n = self.values.len();
        let arrow = if self.values.iter().any(|value| self.leaves(value).1) { ARROW - 3.0 } else { 0.0 };
        #[expect(clippy::cast_precision_loss, reason = "a circle has few values")]
        let chord = |outer: f64| TAU * (outer + OFFSETS.1 + arrow) / n as f64;
        let wide = width == Width::Wide;
        let outer = if wide { RADII[0] } else { NARROW_RADII[0] - arrow };
        let two_rows = chord(outer) < NUMBER_ROOM;
        let outer = if two_rows && !wide { NARROW_RADII[1] - arrow } else { outer };
        let far = outer + OFFSETS.1 + arrow + if two_rows { 17.0 } else { 0.0 };
        let circle = Circle { center: (scene.width / 2.0, far + 10.0), outer };
        let numbers: Vec<(Point, String, Style)> = (self.values.iter().enumerate())
            .map(|(idx, value)| {
                let near = if two_rows && idx % 2 == 1 { far } else { outer + OFFSETS.1 + arrow };
                let style = self.name_style(value).anchored(Anchor::Middle);
                (circle.at(self.direction(idx), near), (idx + 1).to_string(), style)
            })
            .collect();
        let taken: Vec<TextBox> =
            numbers.iter().map(|(place, text, style)| plate(*place, scene.measure(text, *style))).collect();
        self.circle(&mut scene, circle, &taken);
        for (place, text, style) in &numbers {
            scene.text(text, (place.0, place.1 + 4.6), *style);
        }
        let top = self.legend(&mut scene, circle.center.1 + far + 20.0, Anchor::Middle) + 4.0;
        let n_columns = if wide && n > 3 { 2 } else { 1 };
        let column = (scene.width - if wide { COLUMN_GAP } else { 0.0 }) / if wide { 2.0 } else { 1.0 };
        let per_column = n.div_ceil(n_columns);
        let mut bottom = top;
        for (number, value) in self.values.iter().enumerate() {
            let (place, in_column) = (number / per_column.max(1), number % per_column.max(1));
            let left = if place == 0 { 0.0 } else { column + COLUMN_GAP };
            if in_column == 0 {
                scene.height = top;
            }
            let start = scene.height;
            scene.height = self.entry(&mut scene, (number, value), (left, start), column);
            bottom = bottom.max(scene.height);
        }
        scene.height = bottom + 2.0;
        scene
    }

    /// One entry of the list; returns where it ends.
    fn entry(&self, scene: &mut Scene, (number, value): (usize, &Value), (left, top): Point, width: f64) -> f64 {
        let style = self.name_style(value);
        let room = width - NUMBER_WIDTH;
        let told = words::told(self.language, &value.distance);
        scene.text(&(number + 1).to_string(), (left + 16.0, top + 14.0), style.anchored(Anchor::End));
        let name = scene.wrap(&value.name, room, style);
        let mut last = scene.lines(&name, (left + NUMBER_WIDTH, top + 14.0), size::LEADING, style);
        let beside = scene.measure(&value.name, style) + 12.0 + scene.measure(&told, Style::QUIET) <= room;
        if beside && name.len() == 1 {
            scene.text(&told, (left + width, last), Style::QUIET.anchored(Anchor::End));
        } else {
            let told = scene.wrap(&told, room, Style::QUIET);
            last = scene.lines(&told, (left + NUMBER_WIDTH, last + size::LEADING), size::LEADING, Style::QUIET);
        }
        last + 7.0
    }

    fn legend(&self, scene: &mut Scene, top: f64, anchor: Anchor) -> f64 {
        let entries = [
            (Sign::Line, words::own_mean(self.language)),
            (Sign::Band, words::near_mean(self.language)),
            (Sign::Words, words::reach(self.language, self.extent)),
        ];
        signs::draw(scene, &entries, top, anchor)
    }

    /// Whether a margin leaves the drawing inward and outward.
    fn leaves(&self, value: &Value) -> (bool, bool) {
        match &value.distance {
            Distance::Known { margin: Some(margin), .. } => {
                (margin.lower() < -self.extent - 1e-9, margin.upper() > self.extent + 1e-9)
            }
            _ => (false, false),
        }
    }

    /// Ring, mean, spokes, margins and points.
    fn circle(&self, scene: &mut Scene, circle: Circle, taken: &[TextBox]) {
        let at = |distance: f64| ring(circle, self.radius(circle, distance), 120);
        let near = NEAR_MEAN.min(self.extent);
        scene.marks.push(Mark::Area { points: at(near), role: Role::Band, opacity: 1.0 });
        scene.marks.push(Mark::Area { points: at(-near), role: Role::Ground, opacity: 1.0 });
        for tick in self.rings() {
            scene.line(at(tick), Role::Grid, 1.0);
        }
        for idx in 0..self.values.len() {
            let direction = self.direction(idx);
            scene.line(
                vec![circle.at(direction, circle.outer * INNER), circle.at(direction, circle.outer)],
                Role::Grid,
                1.0,
            );
        }
        for edge in [near, -near] {
            dotted_ring(scene, circle, self.radius(circle, edge));
        }
        scene.line(at(-self.extent), Role::BandEdge, 1.0);
        scene.line(at(self.extent), Role::BandEdge, 1.0);
        scene.line(at(0.0), Role::BandEdge, 1.75);
        for (idx, value) in self.values.iter().enumerate() {
            if let Distance::Known { margin: Some(margin), .. } = &value.distance {
                self.margin(scene, circle, idx, *margin);
            }
        }
        for (idx, value) in self.values.iter().enumerate() {
            if let Distance::Known { value: distance, .. } = &value.distance {
                let center = circle.at(self.direction(idx), self.radius(circle, *distance));
                scene.dot(center, self.dot_radius(value), Role::Own);
            }
            if let Distance::Known { margin: Some(margin), .. } = &value.distance {
                self.margin_ends(scene, circle, idx, *margin);
            }
        }
        self.ring_numbers(scene, circle, taken);
    }

    /// Whole distances between the two outlines.
    fn rings(&self) -> Vec<f64> {
        let ticks = round_ticks((-self.extent, self.extent), 9);
        let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(self.extent);
        // A ring close to an outline would crowd it and its number.
        let apart = |tick: &f64| tick.abs() > NEAR_MEAN && tick.abs() < self.extent - 0.4 * step;
        ticks.into_iter().filter(apart).collect()
    }

    /// A margin along its spoke, under the point.
    fn margin(&self, scene: &mut Scene, circle: Circle, idx: usize, margin: Interval) {
        let (along, [from, to]) = (self.direction(idx), self.margin_radii(circle, idx, margin));
        scene.line(vec![circle.at(along, from), circle.at(along, to)], Role::Own, self.marks().line);
    }

    /// From the center to both ends of a margin, its arrows included.
    fn margin_radii(&self, circle: Circle, idx: usize, margin: Interval) -> [f64; 2] {
        let (inward, outward) = self.values.get(idx).map_or((false, false), |value| self.leaves(value));
        let from = self.radius(circle, margin.lower()) - if inward { ARROW } else { 0.0 };
        let to = self.radius(circle, margin.upper()) + if outward { ARROW } else { 0.0 };
        [from, to]
    }

    /// A tick across each end of a margin, or an arrow where it leaves the drawing. They lie over the point: a tick of a margin no longer than
    /// the point crosses it.
    fn margin_ends(&self, scene: &mut Scene, circle: Circle, idx: usize, margin: Interval) {
        let (along, [from, to]) = (self.direction(idx), self.margin_radii(circle, idx, margin));
        let (inward, outward) = self.values.get(idx).map_or((false, false), |value| self.leaves(value));
        let line = self.marks().line;
        let aside = |(x, y): Point, half: f64| (x - along.1 * half, y + along.0 * half);
        let dot = self.values.get(idx).map_or(0.0, |value| self.dot_radius(value));
        let point = self.values.get(idx).and_then(|value| match &value.distance {
            Distance::Known { value, .. } => Some(self.radius(circle, *value)),
            Distance::Missing { .. } => None,
        });
        for (radius, side, leaves) in [(from, -1.0, inward), (to, 1.0, outward)] {
            let end = circle.at(along, radius);
            // An end that the point would cover sticks out on both sides of it.
            let covered = point.map_or(0.0, |point| half_chord(dot + HALO, radius - point));
            let half = self.marks().tick.max(covered + if covered > 0.0 { 3.5 } else { 0.0 });
            if leaves {
                let back = circle.at(along, radius - side * 5.0);
                scene.line(vec![aside(back, -half), end, aside(back, half)], Role::Own, line);
            } else {
                scene.line(vec![aside(end, -half), aside(end, half)], Role::Own, line);
            }
        }
    }

    /// What the rings stand for, between the two spokes where most of these numbers are clear of the scores.
    ///
    /// - `taken`: where other texts will stand.
    fn ring_numbers(&self, scene: &mut Scene, circle: Circle, taken: &[TextBox]) {
        let mut marked: Vec<f64> = self.rings();
        marked.extend([self.extent, -self.extent, 0.0]);
        marked.sort_by(f64::total_cmp);
        let texts: Vec<(f64, String)> = marked
            .into_iter()
            .map(|tick| (tick, words::signed(self.language, tick, usize::from((tick - tick.round()).abs() > 1e-9))))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a circle has few values")]
        let placed = |gap: usize| {
            let direction = Circle::direction(gap as f64 + 0.5, self.values.len() as f64);
            let mut kept: Vec<(TextBox, Point, &str)> = Vec::new();
            for (tick, text) in texts.iter().rev() {
                let place = circle.at(direction, self.radius(circle, *tick));
                let plate = plate(place, scene.measure(text, Style::QUIET));
                let is_free =
                    taken.iter().chain(kept.iter().map(|(other, ..)| other)).all(|other| !other.overlaps(&plate));
                if is_free && !touches_score(scene, &plate) {
                    kept.push((plate, place, text));
                }
            }
            kept.into_iter().map(|(plate, place, text)| (plate, place, text.to_owned())).collect::<Vec<_>>()
        };
        let mut best: Vec<(TextBox, Point, String)> = Vec::new();
        for gap in 0..self.values.len() {
            let candidate = placed(gap);
            if candidate.len() > best.len() {
                best = candidate;
            }
        }
        for (plate, place, text) in best {
            let corner = (plate.left, plate.top);
            scene.rect(corner, (plate.right - plate.left, plate.bottom - plate.top), Role::Ground, 1.0);
            scene.text(&text, (place.0, place.1 + 4.6), Style::QUIET.anchored(Anchor::Middle));
        }
    }
}

/// The room of a short text around its middle.
fn plate(place: Point, width: f64) -> TextBox {
    let half = (width / 2.0 + 3.0, 8.5);
    TextBox { left: place.0 - half.0, top: place.1 - half.1, right: place.0 + half.0, bottom: place.1 + half.1 }
}

/// Half the length of what a disc hides of a line at this distance from its center.
fn half_chord(radius: f64, distance: f64) -> f64 {
    (radius * radius - distance * distance).max(0.0).sqrt()
}

/// A closed circle as a line.
fn ring(circle: Circle, radius: f64, n: u32) -> Vec<Point> {
    (0..=n).map(|idx| circle.at(Circle::direction(f64::from(idx), f64::from(n)), radius)).collect()
}

/// A circle of dots: one dash to each piece of the line, whichever way it is drawn.
fn dotted_ring(scene: &mut Scene, circle: Circle, radius: f64) {
    let pitch = super::scene::DOTS.0 + super::scene::DOTS.1;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a circle of a few hundred units")]
    let n = (TAU * radius / pitch).round().clamp(3.0, 1000.0) as u32;
    let points = ring(circle, radius, n);
    scene.marks.push(Mark::Line { points, role: Role::BandEdge, width: 1.0, stroke: Stroke::Dotted });
}

/// Height of lines of text.
#[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
fn lines(n_lines: usize, leading: f64) -> f64 {
    n_lines as f64 * leading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(value: f64, half: f64) -> Value {
        let margin = Interval::new(value - half, value + half).unwrap();
        let distance = Distance::Known { value, margin: Some(margin), range: (-3.5, 3.5) };
        Value { name: "x".to_owned(), distance }
    }

    #[test]
    fn a_value_stands_out_only_when_its_whole_margin_is_outside_the_ring() {
        let side = |value, half| known(value, half).distance.side();
        assert_eq!([side(0.9, 0.5), side(0.7, 0.5), side(-1.0, 0.7), side(-0.75, 0.5)], [1, 0, -1, 0]);
    }

    #[test]
    fn the_drawing_reaches_as_far_as_points_and_margins_but_not_beyond_what_is_possible() {
        assert_eq!(extent(&[known(0.2, 0.1)]), Some(1.0));
        assert_eq!(extent(&[known(0.9, 0.8), known(-0.4, 0.2)]), Some(2.0));
        assert_eq!(extent(&[known(3.0, 2.0)]), Some(3.5));
        assert_eq!(extent(&[]), None);
    }

    #[test]
    fn the_mean_lies_halfway_between_the_outlines() {
        let plan = Plan { language: Language::French, values: &[], extent: 2.0 };
        let circle = Circle { center: (0.0, 0.0), outer: 100.0 };
        for (distance, radius) in [(-2.0, 20.0), (0.0, 60.0), (2.0, 100.0)] {
            assert!((plan.radius(circle, distance) - radius).abs() < 1e-9);
        }
    }
}
