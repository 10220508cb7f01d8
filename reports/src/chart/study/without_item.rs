//! Alpha of a scale without each of its items, beside the alpha of the whole scale.

use super::{Around, Frame, round_ticks, tick_decimals};
use crate::chart::scene::{Anchor, Scene, Style};
use crate::chart::{Chart, Width};
use crate::text::{colon, number, study as words, typeset};
use crate::theme::{Role, size};
use crate::{Error, Result};

/// The items of a scale and its alpha.
#[derive(Debug, Clone, PartialEq)]
pub struct WithoutItem {
    /// Alpha of the scale.
    pub alpha: f64,
    /// The items.
    pub items: Vec<ItemWithout>,
}

/// One item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemWithout {
    /// Name of the item.
    pub name: String,
    /// Alpha of the scale without it, if it is defined.
    pub alpha: Option<f64>,
    /// Its correlation with the rest of the scale, if it is defined.
    pub item_rest: Option<f64>,
}

const ROW: f64 = 24.0;

/// Draws alpha without each item.
///
/// # Errors
/// [`Error::NothingToPlot`] without items or where nothing is defined.
pub fn chart(frame: &Frame, scale: &WithoutItem) -> Result<Chart> {
    let language = frame.language;
    let known = scale.items.iter().filter_map(|item| item.alpha);
    let (low, high) = known.fold((scale.alpha, scale.alpha), |(low, high), alpha| (low.min(alpha), high.max(alpha)));
    if scale.items.iter().all(|item| item.alpha.is_none()) || !(low.is_finite() && high.is_finite()) {
        return Err(Error::NothingToPlot("alpha without items"));
    }
    let margin = (0.15 * (high - low)).max(0.005);
    let (low, high) = (low - margin, high + margin);
    let mut scene = Scene::new(Width::Wide.units())?;
    let names = scale.items.iter().map(|item| scene.measure(&item.name, Style::PLAIN)).fold(0.0, f64::max);
    let head = words::item_rest(language);
    let (left, right) = (names + 18.0, scene.width - scene.measure(&head, Style::QUIET) - 18.0);
    let x = |alpha: f64| left + (alpha - low) / (high - low) * (right - left);
    scene.text(&head, (scene.width, 13.0), Style::QUIET.anchored(Anchor::End));
    let line_label = words::alpha_of_scale(language, scale.alpha);
    let half = 0.5 * scene.measure(&line_label, Style::BOLD);
    let label_x = x(scale.alpha).clamp(left + half, (right - half).max(left + half));
    scene.text(&line_label, (label_x, 13.0), Style::BOLD.anchored(Anchor::Middle));
    #[expect(clippy::cast_precision_loss, reason = "a scale has few items")]
    let (top, bottom) = (22.0, 22.0 + scale.items.len() as f64 * ROW);
    let ticks = round_ticks(low, high, 6);
    for &tick in &ticks {
        scene.line(vec![(x(tick), top), (x(tick), bottom)], Role::Grid, 1.0);
        let text = number::decimal(language, tick, tick_decimals(&ticks).max(2));
        scene.text(&text, (x(tick), bottom + 17.0), Style::QUIET.anchored(Anchor::Middle));
    }
    scene.line(vec![(x(scale.alpha), top), (x(scale.alpha), bottom)], Role::BandEdge, 2.0);
    let mut described = vec![line_label];
    let mut y = top;
    for item in &scale.items {
        let middle = y + 0.5 * ROW;
        scene.text(&item.name, (0.0, middle + 4.5), Style::PLAIN);
        match item.alpha {
            Some(alpha) => {
                scene.line(vec![(x(scale.alpha), middle), (x(alpha), middle)], Role::Own, size::FACET_LINE);
                scene.dot((x(alpha), middle), 4.2, Role::Own);
            }
            None => scene.text(&words::not_defined(language), (left, middle + 4.5), Style::QUIET),
        }
        let rest = item.item_rest.map_or_else(|| words::not_defined(language), |r| number::decimal(language, r, 2));
        scene.text(&rest, (scene.width, middle + 4.5), Style::PLAIN.anchored(Anchor::End));
        let alpha = item.alpha.map_or_else(|| words::not_defined(language), |a| number::decimal(language, a, 3));
        described.push(colon(language, &item.name, &format!("{alpha}, {head} {rest}")));
        y += ROW;
    }
    scene.height = bottom + 22.0;
    let description = typeset(language, &(described.join(". ") + "."));
    let around = Around {
        title: words::without_item_title(language),
        caption: words::without_item_caption(language),
        description,
    };
    frame.chart(scene, around)
}
