//! Loadings of items on factors: a track a factor, a row an item.

use super::{Around, Frame};
use crate::chart::point::extra_lines;
use crate::chart::scene::{Anchor, Scene, Style};
use crate::chart::{Chart, Width};
use crate::text::{Language, colon, number, study as words, typeset};
use crate::theme::{Role, size};
use crate::{Error, Result};

/// Loadings of items on factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Loadings {
    /// Names of the factors; empty names are numbers.
    pub factors: Vec<String>,
    /// Name of each item, the group it stands in, and its loadings, one a factor.
    pub items: Vec<LoadingRow>,
}

/// One item.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadingRow {
    /// Name of the item.
    pub name: String,
    /// The scale it belongs to; a hairline separates scales.
    pub group: String,
    /// One loading a factor.
    pub loadings: Vec<f64>,
}

const ROW: f64 = 19.0;
/// Most lines of the name of a factor.
const HEAD_LINES: usize = 3;
const GAP: f64 = 18.0;
/// Between the tracks of two factors, so that the number at the end of one and at the start of the next stand apart.
const BETWEEN: f64 = 40.0;
/// Up to so many factors there is room for the wide gap.
const FEW: usize = 4;
const WRITTEN_FROM: f64 = 0.3;

/// Draws the loadings.
///
/// # Errors
/// [`Error::NothingToPlot`] without items or factors, for rows of different length or values that are not finite.
pub fn chart(frame: &Frame, loadings: &Loadings) -> Result<Chart> {
    let language = frame.language;
    let n = loadings.factors.len();
    let fits = |row: &LoadingRow| row.loadings.len() == n && row.loadings.iter().all(|value| value.is_finite());
    if n == 0 || loadings.items.is_empty() || !loadings.items.iter().all(fits) {
        return Err(Error::NothingToPlot("loadings"));
    }
    let mut scene = Scene::new(Width::Wide.units())?;
    let names = loadings.items.iter().map(|row| scene.measure(&row.name, Style::PLAIN)).fold(0.0, f64::max);
    let left = names + 1.5 * GAP;
    #[expect(clippy::cast_precision_loss, reason = "few factors")]
    let (column, half_room) = {
        let between = if n <= FEW { BETWEEN } else { GAP };
        // Half a number hangs over at both ends.
        let column = (scene.width - left - GAP + between) / n as f64;
        (column, 0.5 * (column - between))
    };
    // Loadings beyond ±1 occur with oblique factors; the tracks reach as far as needed.
    let reach =
        loadings.items.iter().flat_map(|row| &row.loadings).fold(1.0_f64, |reach, value| reach.max(value.abs()));
    #[expect(clippy::cast_precision_loss, reason = "few factors")]
    let zero = |factor_idx: usize| left + column * factor_idx as f64 + half_room;
    let values_fit = half_room >= 40.0;
    let heads = heads(&scene, language, &loadings.factors, column - 8.0);
    let n_lines = heads.iter().map(Vec::len).max().unwrap_or(1);
    let head = 16.0 + extra_lines(n_lines);
    for (factor_idx, lines) in heads.iter().enumerate() {
        let first = head - extra_lines(lines.len());
        scene.lines(lines, (zero(factor_idx), first), size::LEADING, Style::BOLD.anchored(Anchor::Middle));
    }
    let top = head + 10.0;
    let mut y = top;
    let mut group = loadings.items.first().map_or("", |row| row.group.as_str());
    let mut rows = Vec::new();
    for row in &loadings.items {
        if row.group != group {
            y += 3.0;
            scene.line(vec![(0.0, y), (scene.width, y)], Role::Rule, 1.0);
            y += 3.0;
            group = &row.group;
        }
        rows.push(y + 0.5 * ROW);
        y += ROW;
    }
    for factor_idx in 0..n {
        let x = zero(factor_idx);
        scene.line(vec![(x, top), (x, y)], Role::BandEdge, 1.0);
        for side in [-1.0, 1.0] {
            let x = x + side * half_room / reach;
            scene.line(vec![(x, top), (x, y)], Role::Grid, 1.0);
        }
    }
    for (row, &middle) in loadings.items.iter().zip(&rows) {
        scene.text(&row.name, (0.0, middle + 4.5), Style::PLAIN);
        for (factor_idx, &value) in row.loadings.iter().enumerate() {
            let (from, to) = (zero(factor_idx), zero(factor_idx) + value / reach * half_room);
            let strong = value.abs() >= WRITTEN_FROM;
            let role = if strong { Role::Own } else { Role::Hatch };
            scene.line(vec![(from, middle), (to, middle)], role, if strong { 2.5 } else { 1.75 });
            scene.dot((to, middle), if strong { 3.6 } else { 2.4 }, role);
            if strong && values_fit {
                let text = number::decimal(language, value, 2);
                // The value stands on the empty side of zero.
                let (x, anchor) = if value > 0.0 { (from - 6.0, Anchor::End) } else { (from + 6.0, Anchor::Start) };
                scene.text(&text, (x, middle + 4.5), Style::PLAIN.anchored(anchor));
            }
        }
    }
    let baseline = y + size::LEADING;
    for factor_idx in 0..n {
        let x = zero(factor_idx);
        scene.text("0", (x, baseline), Style::QUIET.anchored(Anchor::Middle));
        if half_room >= 26.0 {
            scene.text("−1", (x - half_room / reach, baseline), Style::QUIET.anchored(Anchor::Middle));
            scene.text("1", (x + half_room / reach, baseline), Style::QUIET.anchored(Anchor::Middle));
        }
    }
    scene.height = baseline + 5.0;
    let described = loadings.items.iter().map(|row| {
        let values: Vec<String> = row.loadings.iter().map(|&value| number::decimal(language, value, 2)).collect();
        colon(language, &row.name, &values.join(language.pick(" ; ", "; ")))
    });
    let description = typeset(language, &(described.collect::<Vec<_>>().join(". ") + "."));
    let around =
        Around { title: words::loadings_title(language), caption: words::loadings_caption(language), description };
    frame.chart(scene, around)
}

/// The names of the factors in lines, or their numbers where a name does not fit.
fn heads(scene: &Scene, language: Language, factors: &[String], room: f64) -> Vec<Vec<String>> {
    let name = |(idx, name): (usize, &String)| {
        let name = if name.is_empty() { words::factor(language, idx + 1) } else { typeset(language, name) };
        scene.wrap(&name, room, Style::BOLD)
    };
    let named: Vec<Vec<String>> = factors.iter().enumerate().map(name).collect();
    let fits = |lines: &Vec<String>| {
        lines.len() <= HEAD_LINES && lines.iter().all(|line| scene.measure(line, Style::BOLD) <= room)
    };
    if named.iter().all(fits) { named } else { (1..=factors.len()).map(|number| vec![number.to_string()]).collect() }
}
