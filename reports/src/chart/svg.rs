//! Scene → SVG text. Plotters paints each mark ten times its size (its coordinates are whole numbers); here the numbers
//! are brought back to drawing units, and role, title, description and language are added.

use std::fmt::Write as _;

use plotters::prelude::{IntoDrawingArea, SVGBackend};

use super::draw::{Brush, DottedBy, paint};
use super::scene::Mark;
use super::{Chart, Width};
use crate::font::FAMILY;
use crate::markup::{escape, identifier};
use crate::theme::{Role, Theme};
use crate::{Error, Result};

/// Backend units to one drawing unit: a tenth of a pixel is finer than any screen shows.
const SCALE: f64 = 10.0;
/// Plotters keeps marks inside a canvas of this size; no drawing comes near it.
const CANVAS: (u32, u32) = (1_000_000, 1_000_000);

/// Where the colors of an SVG come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coloring {
    /// Written into the file.
    Fixed,
    /// Written too, and marked by role in class names, so that a page's style sheet may replace them.
    ByClass,
}

/// The chart as an SVG file or as part of a page with fixed colors.
pub(super) fn fixed(chart: &Chart, theme: &Theme, id: &str) -> Result<String> {
    render(chart, theme, id, Coloring::Fixed)
}

/// The chart as part of a page whose style sheet has the classes of [`Role::class`], `f-` before for fills, `s-` for strokes.
pub(super) fn by_class(chart: &Chart, id: &str) -> Result<String> {
    render(chart, &Theme::light(), id, Coloring::ByClass)
}

fn render(chart: &Chart, theme: &Theme, id: &str, coloring: Coloring) -> Result<String> {
    let id = identifier(id);
    let lang = chart.language().code();
    let scene = chart.scene();
    let (width, height) = (short(scene.width), short(scene.height));
    let class = match (coloring, chart.width()) {
        (Coloring::Fixed, _) => "",
        (Coloring::ByClass, Width::Wide) => " class=\"chart wide\"",
        (Coloring::ByClass, Width::Narrow) => " class=\"chart narrow\"",
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"{class} role=\"img\" aria-labelledby=\"{id}-t {id}-d\" lang=\"{lang}\" \
         xml:lang=\"{lang}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILY}\">\n\
         <title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n",
        escape(chart.title()),
        escape(chart.description()),
    );
    for mark in &scene.marks {
        let mut fragment = String::new();
        let area = SVGBackend::with_string(&mut fragment, CANVAS).into_drawing_area();
        paint(&area, mark, Brush { theme, scale: SCALE, dotted: DottedBy::Format })?;
        area.present().map_err(|error| Error::Drawing(error.to_string()))?;
        drop(area);
        rewrite(&fragment, mark, coloring, &mut svg);
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// Copies the elements that plotters wrote for one mark, in drawing units and without what is said elsewhere.
fn rewrite(fragment: &str, mark: &Mark, coloring: Coloring, svg: &mut String) {
    let mut rest = fragment;
    while let Some((before, after)) = rest.split_once('<') {
        let content = before.trim_matches('\n');
        let Some((tag, following)) = after.split_once('>') else { break };
        rest = following;
        match tag.split_whitespace().next() {
            None | Some("svg" | "/svg") => {}
            Some(name) if name.starts_with("!--") || name.starts_with('?') => {}
            Some("/text") => {
                svg.push_str(content);
                svg.push_str("</text>\n");
            }
            Some(_) => element(tag, mark, coloring, svg),
        }
    }
}

fn element(tag: &str, mark: &Mark, coloring: Coloring, svg: &mut String) {
    let body = tag.trim_end_matches('/');
    let name = body.split_whitespace().next().unwrap_or_default();
    let _ = write!(svg, "<{name}");
    let stroked = body.contains(" stroke=\"") && !body.contains("stroke=\"none\"");
    for (attribute, value) in attributes(body) {
        match attribute {
            "dy" | "font-family" | "stroke" if attribute != "stroke" || value == "none" => {}
            "opacity" if value == "1" => {}
            "text-anchor" if value == "start" => {}
            "stroke-width" if !stroked => {}
            "font-weight" => svg.push_str(" font-weight=\"600\""),
            "x" | "y" | "width" | "height" | "cx" | "cy" | "r" | "stroke-width" | "font-size" => {
                let _ = write!(svg, " {attribute}=\"{}\"", scaled(value));
            }
            "points" => {
                let pairs =
                    value.split_whitespace().map(|pair| pair.split(',').map(scaled).collect::<Vec<_>>().join(","));
                let _ = write!(svg, " points=\"{}\"", pairs.collect::<Vec<_>>().join(" "));
            }
            "fill" | "stroke" => {
                let _ = write!(svg, " {attribute}=\"{}\"", value.to_ascii_lowercase());
            }
            _ => {
                let _ = write!(svg, " {attribute}=\"{value}\"");
            }
        }
    }
    if let Mark::Line { stroke, .. } = mark
        && let Some((dash, gap)) = stroke.pattern()
    {
        let _ = write!(svg, " stroke-dasharray=\"{dash} {gap}\"");
    }
    if coloring == Coloring::ByClass {
        let (prefix, role) = painted(mark, stroked);
        let _ = write!(svg, " class=\"{prefix}-{}\"", role.class());
    }
    svg.push_str(if tag.ends_with('/') { "/>\n" } else { ">" });
}

/// What the color of an element of a mark paints, and its role. A hollow mark is two elements: the sheet inside, a line around.
fn painted(mark: &Mark, stroked: bool) -> (&'static str, Role) {
    match mark {
        Mark::Line { role, .. } => ("s", *role),
        Mark::Ring { role, .. } | Mark::Diamond { role, .. } if stroked => ("s", *role),
        Mark::Ring { .. } | Mark::Diamond { .. } => ("f", Role::Ground),
        Mark::Rect { role, .. } | Mark::Area { role, .. } | Mark::Dot { role, .. } => ("f", *role),
        Mark::Text(label) => ("f", label.role),
    }
}

fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once("=\"")?;
        let (value, following) = after.split_once('"')?;
        rest = following;
        Some((before.split_whitespace().next_back().unwrap_or_default(), value))
    })
}

/// A number of the backend in drawing units.
fn scaled(value: &str) -> String {
    value.parse::<f64>().map_or_else(|_| value.to_owned(), |number| short(number / SCALE))
}

/// A number with at most two decimals and no trailing zeros.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_in_order() {
        let read: Vec<_> = attributes("circle cx=\"10\" fill=\"#AB\" /").collect();
        assert_eq!(read, [("cx", "10"), ("fill", "#AB")]);
        assert_eq!(scaled("125"), "12.5");
        assert_eq!(scaled("130"), "13");
    }
}
