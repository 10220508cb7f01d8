//! How the answers to each item are spread over its categories.

use super::{Around, Frame};
use crate::chart::scene::{Anchor, Scene, Style};
use crate::chart::{Chart, Width};
use crate::text::{colon, number, study as words, typeset};
use crate::theme::Role;
use crate::{Error, Result};

/// The answers to one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemDistribution {
    /// Name of the item.
    pub name: String,
    /// Points of the lowest category.
    pub lowest: i32,
    /// Number of people in each category, from the lowest.
    pub counts: Vec<u64>,
}

const ROW: f64 = 26.0;
const BAR: f64 = 18.0;
const WRITTEN_FROM: f64 = 0.08;

/// Draws the distributions, a bar an item.
///
/// # Errors
/// [`Error::NothingToPlot`] when there is no item with an answer.
pub fn chart(frame: &Frame, items: &[ItemDistribution]) -> Result<Chart> {
    let language = frame.language;
    if items.iter().all(|item| item.counts.iter().all(|&count| count == 0)) {
        return Err(Error::NothingToPlot("answers"));
    }
    let mut scene = Scene::new(Width::Wide.units())?;
    let names = items.iter().map(|item| scene.measure(&item.name, Style::PLAIN)).fold(0.0, f64::max);
    let counted = |item: &ItemDistribution| number::count(language, item.counts.iter().sum());
    let n_room = items.iter().map(|item| scene.measure(&counted(item), Style::QUIET)).fold(20.0, f64::max);
    let (left, right) = (names + 16.0, scene.width - n_room - 12.0);
    scene.text("n", (scene.width, 12.0), Style::QUIET.anchored(Anchor::End));
    let mut described = Vec::new();
    let mut y = 20.0;
    for item in items {
        scene.text(&item.name, (0.0, y + 0.5 * ROW + 4.5), Style::PLAIN);
        scene.text(&counted(item), (scene.width, y + 0.5 * ROW + 4.5), Style::QUIET.anchored(Anchor::End));
        let n: u64 = item.counts.iter().sum();
        if n == 0 {
            scene.text(&words::not_defined(language), (left, y + 0.5 * ROW + 4.5), Style::QUIET);
        } else {
            described.push(bar(&mut scene, item, (left, right), y + 0.5 * (ROW - BAR), language));
        }
        y += ROW;
    }
    let baseline = y + 16.0;
    scene.line(vec![(left, y), (right, y)], Role::BandEdge, 1.0);
    for (share, anchor) in [(0.0, Anchor::Start), (0.5, Anchor::Middle), (1.0, Anchor::End)] {
        let x = left + share * (right - left);
        scene.text(&number::percent(language, share), (x, baseline), Style::QUIET.anchored(anchor));
    }
    scene.height = baseline + 5.0;
    let description = typeset(language, &described.join(". "));
    let around = Around {
        title: words::distributions_title(language),
        caption: words::distributions_caption(language),
        description,
    };
    frame.chart(scene, around)
}

/// One bar; returns it in words.
#[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
fn bar(
    scene: &mut Scene,
    item: &ItemDistribution,
    (left, right): (f64, f64),
    top: f64,
    language: crate::text::Language,
) -> String {
    let n: u64 = item.counts.iter().sum();
    let mut x = left;
    let mut shares = Vec::new();
    let last = item.counts.len().saturating_sub(1).max(1);
    for (category, &count) in item.counts.iter().enumerate() {
        let share = count as f64 / n as f64;
        let width = share * (right - left);
        // From pale to full with the points, so that the order survives black and white.
        let depth = 0.08 + 0.47 * category as f64 / last as f64;
        if width > 0.0 {
            scene.rect((x, top), (width, BAR), Role::Own, depth);
            scene.line(vec![(x, top), (x, top + BAR)], Role::Ground, 1.5);
        }
        let points = item.lowest.saturating_add(i32::try_from(category).unwrap_or(i32::MAX));
        let points = number::decimal(language, f64::from(points), 0);
        let percent = number::percent(language, (100.0 * share).round() / 100.0);
        let text = format!("{points} · {percent}");
        let room = scene.measure(&text, Style::PLAIN) + 8.0;
        if share >= WRITTEN_FROM && room <= width {
            scene.text(&text, (x + 0.5 * width, top + 0.5 * BAR + 4.5), Style::PLAIN.anchored(Anchor::Middle));
        } else if share >= WRITTEN_FROM && scene.measure(&points, Style::PLAIN) + 6.0 <= width {
            scene.text(&points, (x + 0.5 * width, top + 0.5 * BAR + 4.5), Style::PLAIN.anchored(Anchor::Middle));
        }
        shares.push(format!("{points} {percent}"));
        x += width;
    }
    colon(language, &item.name, &shares.join(", "))
}
