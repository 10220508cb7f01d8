//! A drawing before it is drawn: marks in order, with measured text. Layout ends here; backends only paint.

use std::sync::Arc;

use crate::Result;
use crate::font::{Faces, TextBox, Weight};
use crate::markup::one_line;
use crate::theme::Role;

/// Width of the ring of the sheet around a point.
pub(super) const HALO: f64 = 1.5;

/// A place in drawing units; y grows downward.
pub type Point = (f64, f64);

/// One thing to paint.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A filled rectangle.
    Rect {
        /// Left and top edge.
        corner: Point,
        /// Width and height.
        size: (f64, f64),
        /// Fill.
        role: Role,
        /// 0 to 1.
        opacity: f64,
    },
    /// A line through points.
    Line {
        /// At least two points.
        points: Vec<Point>,
        /// Color.
        role: Role,
        /// Thickness.
        width: f64,
        /// Solid, dotted or dashed.
        stroke: Stroke,
    },
    /// A filled polygon.
    Area {
        /// At least three points.
        points: Vec<Point>,
        /// Fill.
        role: Role,
        /// 0 to 1.
        opacity: f64,
    },
    /// A filled circle.
    Dot {
        /// Center.
        center: Point,
        /// Radius.
        radius: f64,
        /// Fill.
        role: Role,
    },
    /// A hollow circle: the sheet inside, a line around.
    Ring {
        /// Center.
        center: Point,
        /// Radius to the middle of the line.
        radius: f64,
        /// Color of the line.
        role: Role,
        /// Thickness of the line.
        width: f64,
    },
    /// A hollow square on its corner: the sheet inside, a line around.
    Diamond {
        /// Center.
        center: Point,
        /// From the center to a corner.
        radius: f64,
        /// Color of the line.
        role: Role,
        /// Thickness of the line.
        width: f64,
    },
    /// A line of text.
    Text(Label),
}

/// How a line is stroked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// Without gaps.
    Solid,
    /// Short dashes: the edge of the average band.
    Dotted,
    /// Longer dashes: the interval of an earlier date.
    Dashed,
}

/// Lengths of dash and gap of a dotted line.
pub const DOTS: (f64, f64) = (2.0, 3.0);
/// Lengths of dash and gap of a dashed line.
pub const DASHES: (f64, f64) = (4.0, 3.0);

impl Stroke {
    /// Lengths of dash and gap; `None` without gaps.
    #[must_use]
    pub const fn pattern(self) -> Option<(f64, f64)> {
        match self {
            Self::Solid => None,
            Self::Dotted => Some(DOTS),
            Self::Dashed => Some(DASHES),
        }
    }
}

/// Which end of a text its place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The place is the left end.
    Start,
    /// The place is the middle.
    Middle,
    /// The place is the right end.
    End,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The text, on one line.
    pub text: String,
    /// The anchor's x and the baseline's y.
    pub at: Point,
    /// Which end of the text stands at x.
    pub anchor: Anchor,
    /// Size of the type.
    pub size: f64,
    /// Weight of the type.
    pub weight: Weight,
    /// Color.
    pub role: Role,
}

/// A drawing: its size and its marks, painted in order.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Width in drawing units.
    pub width: f64,
    /// Height in drawing units.
    pub height: f64,
    /// Marks, first at the bottom.
    pub marks: Vec<Mark>,
    faces: Arc<Faces>,
}

/// How a text is set, apart from its words and place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Which end stands at x.
    pub anchor: Anchor,
    /// Size of the type.
    pub size: f64,
    /// Weight of the type.
    pub weight: Weight,
    /// Color.
    pub role: Role,
}

impl Style {
    /// Quiet small text from the left.
    pub const QUIET: Self =
        Self { anchor: Anchor::Start, size: crate::theme::size::TEXT, weight: Weight::Regular, role: Role::InkQuiet };
    /// Small text in full ink from the left.
    pub const PLAIN: Self = Self { role: Role::Ink, ..Self::QUIET };
    /// Small bold text from the left.
    pub const BOLD: Self = Self { weight: Weight::Bold, ..Self::PLAIN };
    /// A name, where there is room.
    pub const NAME: Self = Self { size: crate::theme::size::NAME, ..Self::BOLD };

    /// The same, anchored elsewhere.
    #[must_use]
    pub const fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

impl Scene {
    /// An empty drawing of a given width; the height grows later.
    ///
    /// # Errors
    /// [`crate::Error::Font`].
    pub fn new(width: f64) -> Result<Self> {
        Ok(Self { width, height: 0.0, marks: Vec::new(), faces: Arc::new(Faces::load()?) })
    }

    /// Width of a text in a style.
    #[must_use]
    pub fn measure(&self, text: &str, style: Style) -> f64 {
        self.faces.width(&one_line(text), style.size, style.weight)
    }

    /// The lines of a text that fit a width.
    #[must_use]
    pub fn wrap(&self, text: &str, width: f64, style: Style) -> Vec<String> {
        self.faces.wrap(&one_line(text), width, style.size, style.weight)
    }

    /// Adds a text with its baseline at `at`.
    pub fn text(&mut self, text: &str, at: Point, style: Style) {
        let Style { anchor, size, weight, role } = style;
        self.marks.push(Mark::Text(Label { text: one_line(text), at, anchor, size, weight, role }));
    }

    /// Adds lines of text, the first with its baseline at `at`; returns the baseline of the last one.
    pub fn lines(&mut self, lines: &[String], at: Point, leading: f64, style: Style) -> f64 {
        let mut baseline = at.1;
        for (idx, line) in lines.iter().enumerate() {
            if idx > 0 {
                baseline += leading;
            }
            self.text(line, (at.0, baseline), style);
        }
        baseline
    }

    /// Adds a solid line.
    pub fn line(&mut self, points: Vec<Point>, role: Role, width: f64) {
        self.marks.push(Mark::Line { points, role, width, stroke: Stroke::Solid });
    }

    /// Adds a dotted hairline.
    pub fn dotted(&mut self, from: Point, to: Point, role: Role) {
        self.marks.push(Mark::Line { points: vec![from, to], role, width: 1.0, stroke: Stroke::Dotted });
    }

    /// Adds a dashed line.
    pub fn dashed(&mut self, from: Point, to: Point, role: Role, width: f64) {
        self.marks.push(Mark::Line { points: vec![from, to], role, width, stroke: Stroke::Dashed });
    }

    /// Adds a filled rectangle.
    pub fn rect(&mut self, corner: Point, size: (f64, f64), role: Role, opacity: f64) {
        self.marks.push(Mark::Rect { corner, size, role, opacity });
    }

    /// Adds a point with a thin ring of the sheet around it, so that it stands clear of its interval.
    pub fn dot(&mut self, center: Point, radius: f64, role: Role) {
        self.marks.push(Mark::Dot { center, radius: radius + HALO, role: Role::Ground });
        self.marks.push(Mark::Dot { center, radius, role });
    }

    /// Adds a hollow circle with a thin ring of the sheet around it.
    pub fn ring(&mut self, center: Point, radius: f64, role: Role, width: f64) {
        self.marks.push(Mark::Dot { center, radius: radius + width / 2.0 + HALO, role: Role::Ground });
        self.marks.push(Mark::Ring { center, radius, role, width });
    }

    /// Adds a hollow diamond with a thin edge of the sheet around it.
    pub fn diamond(&mut self, center: Point, radius: f64, role: Role, width: f64) {
        let points = corners(center, radius + width + 1.5).to_vec();
        self.marks.push(Mark::Area { points, role: Role::Ground, opacity: 1.0 });
        self.marks.push(Mark::Diamond { center, radius, role, width });
    }

    /// Adds a filled arrow head with its tip at `tip`, seen from `from`; `length` along the arrow.
    pub fn arrow_head(&mut self, from: Point, tip: Point, length: f64, role: Role) {
        let distance = (tip.0 - from.0).hypot(tip.1 - from.1);
        if distance <= 0.0 {
            return;
        }
        let along = ((tip.0 - from.0) / distance, (tip.1 - from.1) / distance);
        let back = (tip.0 - along.0 * length, tip.1 - along.1 * length);
        let half = length * 0.45;
        let points = vec![
            tip,
            (back.0 - along.1 * half, back.1 + along.0 * half),
            (back.0 + along.1 * half, back.1 - along.0 * half),
        ];
        self.marks.push(Mark::Area { points, role, opacity: 1.0 });
    }

    /// The texts of the drawing.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Text(label) => Some(label),
            _ => None,
        })
    }

    /// The rectangle a text takes.
    #[must_use]
    pub fn text_box(&self, label: &Label) -> TextBox {
        let width = self.faces.width(&label.text, label.size, label.weight);
        let left = match label.anchor {
            Anchor::Start => label.at.0,
            Anchor::Middle => label.at.0 - width / 2.0,
            Anchor::End => label.at.0 - width,
        };
        TextBox::at(left, label.at.1, width, label.size)
    }

    /// Moves everything right and down.
    pub fn shift(&mut self, by: Point) {
        let moved = |point: Point| (point.0 + by.0, point.1 + by.1);
        for mark in &mut self.marks {
            match mark {
                Mark::Rect { corner, .. } => *corner = moved(*corner),
                Mark::Line { points, .. } | Mark::Area { points, .. } => {
                    points.iter_mut().for_each(|point| *point = moved(*point));
                }
                Mark::Dot { center, .. } | Mark::Ring { center, .. } | Mark::Diamond { center, .. } => {
                    *center = moved(*center);
                }
                Mark::Text(label) => label.at = moved(label.at),
            }
        }
    }

    /// Texts that overlap one another, leave the drawing, or are crossed by a mark that carries a score: the person's
    /// own, the entourage's or that of an earlier date.
    ///
    /// Empty for every drawing of this crate; tests rely on it.
    #[must_use]
    pub fn collisions(&self) -> Vec<String> {
        let boxes: Vec<(&Label, TextBox)> = self.labels().map(|label| (label, self.text_box(label))).collect();
        let mut found = Vec::new();
        for (idx, (label, own)) in boxes.iter().enumerate() {
            if own.left < -1e-6 || own.top < -1e-6 || own.right > self.width + 1e-6 || own.bottom > self.height + 1e-6 {
                found.push(format!("`{}` leaves the frame: {own:?}", label.text));
            }
            for (other, theirs) in boxes.iter().skip(idx + 1) {
                if own.overlaps(theirs) {
                    found.push(format!("`{}` overlaps `{}`", label.text, other.text));
                }
            }
            for mark in &self.marks {
                if mark.data_box().is_some_and(|data| own.overlaps(&data)) {
                    found.push(format!("`{}` is crossed by {mark:?}", label.text));
                }
            }
        }
        found
    }
}

impl Mark {
    /// The rectangle of a mark that carries a score: a point, or a horizontal or vertical interval.
    fn data_box(&self) -> Option<TextBox> {
        let around = |(x, y): Point, reach: f64| {
            Some(TextBox { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach })
        };
        match self {
            Self::Dot { center, radius, role } if carries_a_score(*role) => around(*center, *radius),
            Self::Ring { center, radius, width, .. } | Self::Diamond { center, radius, width, .. } => {
                around(*center, radius + width / 2.0)
            }
            Self::Line { points, role, width, .. } if carries_a_score(*role) && points.len() == 2 => {
                let [(x1, y1), (x2, y2)] = [points[0], points[1]];
                let half = width / 2.0;
                let straight = (x1 - x2).abs() < 1e-6 || (y1 - y2).abs() < 1e-6;
                straight.then(|| TextBox {
                    left: x1.min(x2) - half,
                    top: y1.min(y2) - half,
                    right: x1.max(x2) + half,
                    bottom: y1.max(y2) + half,
                })
            }
            _ => None,
        }
    }
}

fn carries_a_score(role: Role) -> bool {
    matches!(role, Role::Own | Role::Other | Role::Then)
}

/// Right, lower, left and upper corner of a square that stands on its corner.
pub(super) fn corners((x, y): Point, radius: f64) -> [Point; 4] {
    [(x + radius, y), (x, y + radius), (x - radius, y), (x, y - radius)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_on_a_point_of_anybody_is_found() {
        for role in [Role::Own, Role::Other, Role::Then] {
            let mut scene = Scene::new(100.0).unwrap();
            scene.height = 40.0;
            scene.text("vous", (20.0, 25.0), Style::PLAIN);
            assert_eq!(scene.collisions(), [""; 0]);
            let bare = scene.clone();
            scene.diamond((30.0, 20.0), 5.0, role, 2.0);
            assert_eq!(scene.collisions().len(), 1, "diamond, {role:?}");
            scene = bare.clone();
            scene.ring((30.0, 20.0), 5.0, role, 2.0);
            assert_eq!(scene.collisions().len(), 1, "ring, {role:?}");
            scene = bare.clone();
            scene.dashed((0.0, 20.0), (90.0, 20.0), role, 2.0);
            assert_eq!(scene.collisions().len(), 1, "dashed line, {role:?}");
        }
    }

    #[test]
    fn everything_is_shifted_alike() {
        let mut scene = Scene::new(100.0).unwrap();
        scene.ring((1.0, 2.0), 3.0, Role::Then, 2.0);
        scene.diamond((1.0, 2.0), 3.0, Role::Other, 2.0);
        scene.arrow_head((0.0, 0.0), (10.0, 0.0), 8.0, Role::Ink);
        scene.shift((10.0, 20.0));
        let centers: Vec<Point> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Ring { center, .. } | Mark::Diamond { center, .. } => Some(*center),
                _ => None,
            })
            .collect();
        assert_eq!(centers, [(11.0, 22.0), (11.0, 22.0)]);
        let Some(Mark::Area { points, .. }) = scene.marks.last() else { panic!("no head") };
        assert_eq!(points[..], [(20.0, 20.0), (12.0, 23.6), (12.0, 16.4)]);
    }
}
