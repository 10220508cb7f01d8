//! Raw scores on a circle of scales: six interests make the RIASEC hexagon. Only for scales that have a circular order.

use std::f64::consts::{PI, TAU};

use super::bars::{Standing, common_range, standing};
use super::scene::{Anchor, Mark, Point, Scene, Style};
use super::{ChartKind, Width};
use crate::font::TextBox;
use crate::text::{Language, number, typeset};
use crate::theme::{Role, size};
use crate::view::Restitution;
use crate::{Error, Result};

/// Largest and smallest radius tried, wide and narrow.
const RADII: [(f64, f64); 2] = [(132.0, 84.0), (92.0, 60.0)];
/// In the narrow drawing, how far labels beside the circle are moved away from it, up or down, until they are clear.
const LIFTS: [f64; 5] = [6.0, 12.0, 18.0, 24.0, 30.0];
/// Free space between the outline and a text.
const CLEARANCE: f64 = 4.0;
/// From the outline to a label.
const OFFSET: f64 = 18.0;
/// How far the arrow of an interval reaches beyond the outline.
const ARROW: f64 = 13.0;

/// One corner, in circular order from the top, clockwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Corner {
    /// Name of the scale.
    pub name: String,
    /// The score, or why there is none.
    pub standing: Standing,
}

/// The corners of the circle.
#[must_use]
pub fn corners(restitution: &Restitution, circle: &[usize]) -> Vec<Corner> {
    let view = restitution.view();
    let corner = |idx: &usize| {
        let name = typeset(view.language, &view.scales.get(*idx)?.name);
        Some(Corner { name, standing: standing(restitution, *idx)? })
    };
    circle.iter().filter_map(corner).collect()
}

/// Lays the circle out: names and values at the corners, or numbered and listed below where they would collide.
///
/// # Errors
/// [`Error::NothingToDraw`] with fewer than three corners; [`Error::Font`].
pub fn scene(restitution: &Restitution, circle: &[usize], width: Width) -> Result<Scene> {
    let corners = corners(restitution, circle);
    if corners.len() < 3 {
        return Err(Error::NothingToDraw(ChartKind::Hexagon));
    }
    let plan = Plan { language: restitution.language(), corners: &corners, width };
    let (largest, smallest) = match width {
        Width::Wide => RADII[0],
        Width::Narrow => RADII[1],
    };
    let mut radius = largest;
    while radius >= smallest {
        for lift in LIFTS {
            if let Some(scene) = plan.at_corners(Scene::new(width.units())?, radius, lift) {
                return Ok(scene);
            }
        }
        radius -= 4.0;
    }
    plan.listed_below(Scene::new(width.units())?, largest)
}

/// What the layouts need to know.
struct Plan<'a> {
    language: Language,
    corners: &'a [Corner],
    width: Width,
}

/// Center and radius of the outline.
#[derive(Debug, Clone, Copy)]
struct Circle {
    center: Point,
    radius: f64,
}

impl Circle {
    /// A place at a share of the radius in the direction of a corner (0 at the top, clockwise; halves lie between corners).
    fn at(self, corner: f64, n_corners: f64, share: f64) -> Point {
        let angle = TAU * corner / n_corners - PI / 2.0;
        (self.center.0 + angle.cos() * self.radius * share, self.center.1 + angle.sin() * self.radius * share)
    }
}

impl Plan<'_> {
    #[expect(clippy::cast_precision_loss, reason = "a circle has few corners")]
    fn n_corners(&self) -> f64 {
        self.corners.len() as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "a circle has few corners")]
    fn at(&self, circle: Circle, corner_idx: usize, share: f64) -> Point {
        circle.at(corner_idx as f64, self.n_corners(), share)
    }

    /// Share of the range that a value reaches, 0 to 1.
    fn share(standing: &Standing, value: f64) -> f64 {
        match standing {
            Standing::Scored { raw, .. } => ((value - raw.lowest()) / (raw.highest() - raw.lowest())).clamp(0.0, 1.0),
            Standing::Missing { .. } => 0.0,
        }
    }

    fn value(&self, standing: &Standing) -> String {
        match standing {
            Standing::Scored { raw, .. } => number::raw_of(self.language, raw),
            Standing::Missing { reason } => reason.clone(),
        }
    }

    /// Names and values beside the corners; `None` where they would touch one another, the outline or the frame.
    fn at_corners(&self, mut scene: Scene, radius: f64, lift: f64) -> Option<Scene> {
        let circle = Circle { center: (scene.width / 2.0, radius), radius };
        self.web(&mut scene, circle);
        self.ring_numbers(&mut scene, circle);
        let n_ring_numbers = scene.labels().count();
        for (idx, corner) in self.corners.iter().enumerate() {
            self.corner_label(&mut scene, circle, (idx, corner), lift);
        }
        let boxes: Vec<TextBox> = scene.labels().map(|label| scene.text_box(label)).collect();
        let outline: Vec<Point> = (0..=self.corners.len()).map(|idx| self.at(circle, idx, 1.0)).collect();
        let clear = |text: &TextBox| !outline.windows(2).any(|edge| crosses(text, edge[0], edge[1]));
        let labels = boxes.iter().enumerate();
        let apart = labels.clone().all(|(idx, text)| boxes.iter().skip(idx + 1).all(|other| !text.overlaps(other)));
        let framed = boxes.iter().all(|text| text.left >= 0.0 && text.right <= scene.width);
        let outside = boxes.iter().skip(n_ring_numbers).all(|text| clear(text) && !touches_score(&scene, text));
        if !(apart && framed && outside) {
            return None;
        }
        Some(fitted(scene, &boxes, circle))
    }

    fn corner_label(&self, scene: &mut Scene, circle: Circle, (idx, corner): (usize, &Corner), lift: f64) {
        let place = self.at(circle, idx, 1.0);
        let (aside, down) = ((place.0 - circle.center.0) / circle.radius, (place.1 - circle.center.1) / circle.radius);
        let name_style = if self.width == Width::Wide { Style::NAME } else { Style::BOLD };
        let edge = scene.width;
        let on_axis = aside.abs() < 0.1;
        let (x, anchor, room) = match (on_axis, self.width, aside > 0.0) {
            (true, ..) => (place.0, Anchor::Middle, edge * 0.62),
            (false, Width::Wide, true) => (place.0 + OFFSET, Anchor::Start, edge - place.0 - OFFSET),
            (false, Width::Wide, false) => (place.0 - OFFSET, Anchor::End, place.0 - OFFSET),
            (false, Width::Narrow, true) => (edge, Anchor::End, edge / 2.0 - 12.0),
            (false, Width::Narrow, false) => (0.0, Anchor::Start, edge / 2.0 - 12.0),
        };
        let name = scene.wrap(&corner.name, room, name_style);
        let value = scene.wrap(&self.value(&corner.standing), room, Style::QUIET);
        let leading = if self.width == Width::Wide { size::NAME_LEADING } else { size::LEADING };
        let height = lines(name.len(), leading) + lines(value.len(), size::LEADING);
        let top = match (on_axis, self.width) {
            (false, Width::Wide) => place.1 - height / 2.0,
            (true, _) if down < 0.0 => place.1 - OFFSET - height,
            (true, _) => place.1 + OFFSET,
            (false, Width::Narrow) if down < -0.05 => place.1 - lift - height,
            (false, Width::Narrow) => place.1 + lift,
        };
        let baseline = scene.lines(&name, (x, top + leading - 4.5), leading, name_style.anchored(anchor));
        scene.lines(&value, (x, baseline + size::LEADING), size::LEADING, Style::QUIET.anchored(anchor));
    }

    /// Numbered corners and a list of names and values below.
    fn listed_below(&self, mut scene: Scene, radius: f64) -> Result<Scene> {
        let circle = Circle { center: (scene.width / 2.0, radius + 34.0), radius };
        self.web(&mut scene, circle);
        self.ring_numbers(&mut scene, circle);
        let mut baseline = circle.center.1 + radius + 34.0;
        for (idx, corner) in self.corners.iter().enumerate() {
            let number = format!("{}", idx + 1);
            let place = self.at(circle, idx, 1.0 + 24.0 / radius);
            scene.text(&number, (place.0, place.1 + 4.6), Style::BOLD.anchored(Anchor::Middle));
            let left = 24.0;
            let room = scene.width - left;
            baseline += size::LEADING + 4.0;
            scene.text(&number, (0.0, baseline), Style::BOLD);
            let name = scene.wrap(&corner.name, room, Style::PLAIN);
            baseline = scene.lines(&name, (left, baseline), size::LEADING, Style::PLAIN);
            let value = scene.wrap(&self.value(&corner.standing), room, Style::QUIET);
            baseline = scene.lines(&value, (left, baseline + size::LEADING), size::LEADING, Style::QUIET);
        }
        scene.height = baseline + 6.0;
        Ok(scene)
    }

    /// Rings, spokes, the pale area, intervals and points.
    fn web(&self, scene: &mut Scene, circle: Circle) {
        let ring = |share: f64| (0..=self.corners.len()).map(|idx| self.at(circle, idx, share)).collect::<Vec<_>>();
        for share in [0.25, 0.5, 0.75] {
            scene.line(ring(share), Role::Grid, 1.0);
        }
        for idx in 0..self.corners.len() {
            scene.line(vec![circle.center, self.at(circle, idx, 1.0)], Role::Grid, 1.0);
        }
        scene.line(ring(1.0), Role::BandEdge, 1.0);
        let scored = |corner: &Corner| match &corner.standing {
            Standing::Scored { raw, .. } => Some(Self::share(&corner.standing, raw.value())),
            Standing::Missing { .. } => None,
        };
        let shares: Vec<Option<f64>> = self.corners.iter().map(scored).collect();
        // A missing corner leaves no area: its outline would claim a value.
        if let Some(all) = shares.iter().copied().collect::<Option<Vec<f64>>>() {
            let mut points: Vec<Point> =
                all.iter().enumerate().map(|(idx, share)| self.at(circle, idx, *share)).collect();
            scene.marks.push(Mark::Area { points: points.clone(), role: Role::Own, opacity: 0.1 });
            points.extend(points.first().copied());
            scene.line(points, Role::Own, 1.5);
        }
        for (idx, corner) in self.corners.iter().enumerate() {
            if let Standing::Scored { interval: Some(interval), .. } = &corner.standing {
                self.spoke_interval(scene, circle, idx, (interval.lower(), interval.upper()));
            }
        }
        for (idx, share) in shares.into_iter().enumerate() {
            if let Some(share) = share {
                scene.dot(self.at(circle, idx, share), size::DOMAIN_DOT - 1.4, Role::Own);
            }
        }
    }

    /// The interval along a spoke, with a tick across each end, or an arrow where it leaves the outline.
    fn spoke_interval(&self, scene: &mut Scene, circle: Circle, idx: usize, (lower, upper): (f64, f64)) {
        let standing = &self.corners[idx].standing;
        let Standing::Scored { raw, .. } = standing else { return };
        let (below, above) = (lower < raw.lowest(), upper > raw.highest());
        let from = self.at(circle, idx, Self::share(standing, lower));
        let over = if above { ARROW / circle.radius } else { 0.0 };
        let to = self.at(circle, idx, Self::share(standing, upper) + over);
        scene.line(vec![from, to], Role::Own, size::DOMAIN_LINE);
        let far = self.at(circle, idx, 1.0);
        let along = ((far.0 - circle.center.0) / circle.radius, (far.1 - circle.center.1) / circle.radius);
        let across = |(x, y): Point, side: f64| {
            let half = (size::END_TICK - 0.5) * side;
            (x - along.1 * half, y + along.0 * half)
        };
        // Below the lowest score there is no spoke: the line then begins at the center, without an end.
        if !below {
            scene.line(vec![across(from, -1.0), across(from, 1.0)], Role::Own, size::DOMAIN_LINE);
        }
        let back = if above { (to.0 - along.0 * 5.0, to.1 - along.1 * 5.0) } else { to };
        scene.line(vec![across(back, -1.0), to, across(back, 1.0)], Role::Own, size::DOMAIN_LINE);
    }

    /// What the middle ring and the outline stand for, written between the two corners where the area is smallest.
    fn ring_numbers(&self, scene: &mut Scene, circle: Circle) {
        let Some((lowest, highest)) = common_range(self.corners.iter().map(|corner| &corner.standing)) else { return };
        let shares: Vec<f64> = self
            .corners
            .iter()
            .map(|corner| match &corner.standing {
                Standing::Scored { raw, .. } => Self::share(&corner.standing, raw.value()),
                Standing::Missing { .. } => 0.0,
            })
            .collect();
        // Halfway between two corners the edge of the area lies at the harmonic mean of their shares.
        let fullness = |idx: usize| {
            let (one, two) = (shares[idx], shares[(idx + 1) % shares.len()]);
            if one + two > 0.0 { 2.0 * one * two / (one + two) } else { 0.0 }
        };
        let emptiest = (0..shares.len()).min_by(|one, two| fullness(*one).total_cmp(&fullness(*two)));
        let Some(emptiest) = emptiest else { return };
        let to_edge = (PI / self.n_corners()).cos();
        #[expect(clippy::cast_precision_loss, reason = "a circle has few corners")]
        let direction = emptiest as f64 + 0.5;
        for ring in [1.0, 0.5] {
            let value = lowest + ring * (highest - lowest);
            let whole = (value - value.round()).abs() < 1e-9;
            let text = number::decimal(self.language, value, usize::from(!whole));
            let place = circle.at(direction, self.n_corners(), ring * to_edge);
            let (width, height) = (scene.measure(&text, Style::QUIET) + 6.0, 17.0);
            let (left, top) = (place.0 - width / 2.0, place.1 - height / 2.0);
            let plate = TextBox { left, top, right: left + width, bottom: top + height };
            // The corners carry their values: a ring goes without its number rather than under a score.
            let beside_other = scene.labels().any(|label| scene.text_box(label).overlaps(&plate));
            if beside_other || touches_score(scene, &plate) {
                continue;
            }
            scene.rect((left, top), (width, height), Role::Ground, 1.0);
            scene.text(&text, (place.0, place.1 + 4.6), Style::QUIET.anchored(Anchor::Middle));
        }
    }
}

/// Height of lines of text.
#[expect(clippy::cast_precision_loss, reason = "a label has few lines")]
fn lines(n_lines: usize, leading: f64) -> f64 {
    n_lines as f64 * leading
}

/// Moves the drawing so that everything is in the frame, and sets its height.
fn fitted(mut scene: Scene, boxes: &[TextBox], circle: Circle) -> Scene {
    let outline = (circle.center.1 - circle.radius, circle.center.1 + circle.radius);
    let top = boxes.iter().map(|text| text.top).fold(outline.0 - 8.0, f64::min);
    let bottom = boxes.iter().map(|text| text.bottom).fold(outline.1 + 8.0, f64::max);
    scene.shift((0.0, -top));
    scene.height = bottom - top;
    scene
}

/// Whether a point, an interval or the outline of the area touches a text.
pub(super) fn touches_score(scene: &Scene, text: &TextBox) -> bool {
    scene.marks.iter().any(|mark| match mark {
        Mark::Line { points, role: Role::Own, .. } => points.windows(2).any(|ends| crosses(text, ends[0], ends[1])),
        Mark::Dot { center: (x, y), radius, role: Role::Own } => {
            text.overlaps(&TextBox { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius })
        }
        _ => false,
    })
}

/// Whether a straight line passes through a text, or closer to it than the clearance.
pub(super) fn crosses(text: &TextBox, from: Point, to: Point) -> bool {
    let (left, right) = (text.left - CLEARANCE, text.right + CLEARANCE);
    let (top, bottom) = (text.top - CLEARANCE, text.bottom + CLEARANCE);
    // Liang and Barsky: the stretch of the line that lies between both pairs of edges, if any.
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let run = (to.0 - from.0, to.1 - from.1);
    for (direction, distance) in
        [(-run.0, from.0 - left), (run.0, right - from.0), (-run.1, from.1 - top), (run.1, bottom - from.1)]
    {
        if direction.abs() < 1e-12 {
            if distance < 0.0 {
                return false;
            }
        } else if direction < 0.0 {
            enter = enter.max(distance / direction);
        } else {
            leave = leave.min(distance / direction);
        }
    }
    enter <= leave
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;

    #[test]
    fn corners_stand_in_circular_order_from_the_top() {
        let restitution = Restitution::new(sample::interests(Language::French)).unwrap();
        let corners = corners(&restitution, &[0, 1, 2, 3, 4, 5]);
        assert_eq!(corners[0].name, "Réaliste");
        assert_eq!(corners[5].name, "Conventionnel");
        let circle = Circle { center: (0.0, 0.0), radius: 10.0 };
        let (x, y) = circle.at(0.0, 6.0, 1.0);
        assert!(x.abs() < 1e-9 && (y + 10.0).abs() < 1e-9, "the first corner is at the top");
        assert!(circle.at(1.0, 6.0, 1.0).0 > 0.0, "and the next one to its right");
    }

    #[test]
    fn a_line_through_a_text_is_seen() {
        let text = TextBox { left: 10.0, top: 10.0, right: 20.0, bottom: 20.0 };
        assert!(crosses(&text, (0.0, 15.0), (30.0, 15.0)));
        assert!(!crosses(&text, (0.0, 0.0), (30.0, 5.0)));
        assert!(!crosses(&text, (0.0, 15.0), (5.0, 15.0)));
    }
}
