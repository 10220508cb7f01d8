//! Painting a scene with plotters: one code for every backend.

use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::scene::{Anchor, Label, Mark, Point, corners};
use crate::font::{FAMILY, Weight};
use crate::theme::{Role, Theme};
use crate::{Error, Result};

/// Plotters divides the size of a font by this to get the size in pixels per em.
pub(super) const FONT_FACTOR: f64 = 1.24;

/// How to paint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brush<'a> {
    /// Colors of the roles.
    pub theme: &'a Theme,
    /// Backend units to one drawing unit.
    pub scale: f64,
    /// Whether the backend has dotted and dashed lines of its own, so that they are drawn solid here.
    pub dotted: DottedBy,
}

/// Who cuts a dotted or dashed line into pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DottedBy {
    /// This code.
    Drawing,
    /// The output format.
    Format,
}

/// Paints one mark. A text's place is the anchor and the baseline; backends agree on that (see [`super::svg`], [`super::png`]).
pub(super) fn paint<B: DrawingBackend>(area: &DrawingArea<B, Shift>, mark: &Mark, brush: Brush<'_>) -> Result<()> {
    let painted = match mark {
        Mark::Rect { corner, size, role, opacity } => {
            let far = (corner.0 + size.0, corner.1 + size.1);
            area.draw(&Rectangle::new([brush.place(*corner), brush.place(far)], brush.fill(*role, *opacity)))
        }
        Mark::Line { points, role, width, stroke } => {
            let style = brush.stroke(*role, *width);
            let draw = |points: &[Point]| {
                area.draw(&PathElement::new(points.iter().map(|point| brush.place(*point)).collect::<Vec<_>>(), style))
            };
            match (stroke.pattern(), brush.dotted) {
                (Some(pattern), DottedBy::Drawing) => dashes(points, pattern).iter().try_for_each(|dash| draw(dash)),
                _ => draw(points),
            }
        }
        Mark::Area { points, role, opacity } => {
            let corners: Vec<_> = points.iter().map(|point| brush.place(*point)).collect();
            area.draw(&Polygon::new(corners, brush.fill(*role, *opacity)))
        }
        Mark::Dot { center, radius, role } => {
            area.draw(&Circle::new(brush.place(*center), brush.length(*radius), brush.fill(*role, 1.0)))
        }
        Mark::Ring { center, radius, role, width } => {
            let (center, radius) = (brush.place(*center), brush.length(*radius));
            let inside = area.draw(&Circle::new(center, radius, brush.fill(Role::Ground, 1.0)));
            inside.and_then(|()| area.draw(&Circle::new(center, radius, brush.stroke(*role, *width))))
        }
        Mark::Diamond { center, radius, role, width } => {
            let at = corners(*center, *radius).map(|corner| brush.place(corner));
            let inside = area.draw(&Polygon::new(at.to_vec(), brush.fill(Role::Ground, 1.0)));
            // The outline begins and ends on a side, so that its ends meet in a straight line.
            let side = brush.place((center.0 + radius / 2.0, center.1 - radius / 2.0));
            let outline = [&[side], &at[..], &[side]].concat();
            inside.and_then(|()| area.draw(&PathElement::new(outline, brush.stroke(*role, *width))))
        }
        Mark::Text(label) => area.draw(&Text::new(label.text.as_str(), brush.place(label.at), brush.text(label))),
    };
    painted.map_err(|error| Error::Drawing(error.to_string()))
}

impl Brush<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "drawings are far smaller than i32, and `as` saturates")]
    fn place(&self, point: Point) -> (i32, i32) {
        ((point.0 * self.scale).round() as i32, (point.1 * self.scale).round() as i32)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are small and not negative")]
    fn length(&self, length: f64) -> u32 {
        (length * self.scale).round().max(1.0) as u32
    }

    fn color(&self, role: Role) -> RGBColor {
        let rgb = self.theme.color(role);
        RGBColor(rgb.0, rgb.1, rgb.2)
    }

    fn fill(&self, role: Role, opacity: f64) -> ShapeStyle {
        ShapeStyle { color: self.color(role).mix(opacity), filled: true, stroke_width: 0 }
    }

    fn stroke(&self, role: Role, width: f64) -> ShapeStyle {
        ShapeStyle { color: self.color(role).to_rgba(), filled: false, stroke_width: self.length(width) }
    }

    fn text(&self, label: &Label) -> TextStyle<'static> {
        let style = match label.weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let anchor = match label.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let size = label.size * self.scale * FONT_FACTOR;
        let font = TextStyle::from((FontFamily::Name(FAMILY), size, style));
        let color = self.color(label.role).to_backend_color();
        TextStyle { color, pos: Pos::new(anchor, VPos::Bottom), ..font }
    }
}

/// The pieces of a dotted or dashed line.
fn dashes(points: &[Point], (dash, gap): (f64, f64)) -> Vec<[Point; 2]> {
    let mut pieces = Vec::new();
    for ends in points.windows(2) {
        let [from, to] = [ends[0], ends[1]];
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let at = |distance: f64| {
            let share = (distance / length).min(1.0);
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        };
        let mut start = 0.0;
        while length > 0.0 && start < length {
            pieces.push([at(start), at(start + dash)]);
            start += dash + gap;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dotted_line_ends_where_it_should() {
        let pieces = dashes(&[(0.0, 0.0), (0.0, 11.0)], super::super::scene::DOTS);
        assert_eq!(pieces, [[(0.0, 0.0), (0.0, 2.0)], [(0.0, 5.0), (0.0, 7.0)], [(0.0, 10.0), (0.0, 11.0)]]);
    }
}
