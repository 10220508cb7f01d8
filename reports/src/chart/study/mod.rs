//! Charts of a study of an instrument, for psychometricians: plain numbers in, a [`Chart`] out.
//!
//! - [`scree`]: eigenvalues beside those of random data.
//! - [`loadings`]: items by factors.
//! - [`distributions`]: the answers to each item.
//! - [`without_item`]: alpha of the scale without each item.

pub mod distributions;
pub mod loadings;
pub mod scree;
pub mod without_item;

use super::scene::{Mark, Scene, Style};
use super::{Chart, MARGIN, Width};
use crate::Result;
use crate::text::{Language, typeset};
use crate::theme::{Role, size};

/// What every chart of a study says around its drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Language of its texts.
    pub language: Language,
    /// Instrument, scale, number of people: the line under the title.
    pub subject: String,
}

/// The words around one drawing.
struct Around {
    title: String,
    caption: String,
    description: String,
}

impl Frame {
    /// Puts title, subject and caption around a drawing of the wide kind.
    fn chart(&self, mut scene: Scene, around: Around) -> Result<Chart> {
        let Around { title, caption, description } = around;
        let inner = scene.width;
        let heading_style = Style { size: size::HEADING, ..Style::BOLD };
        let heading = scene.wrap(&title, inner, heading_style);
        let subject = scene.wrap(&typeset(self.language, &self.subject), inner, Style::QUIET);
        #[expect(clippy::cast_precision_loss, reason = "a heading has few lines")]
        let top = MARGIN + heading.len() as f64 * 23.0 + subject.len() as f64 * size::LEADING + 14.0;
        scene.shift((MARGIN, top));
        let above = scene.lines(&heading, (MARGIN, MARGIN + 17.0), 23.0, heading_style);
        scene.lines(&subject, (MARGIN, above + size::LEADING + 3.0), size::LEADING, Style::QUIET);
        let lines = scene.wrap(&caption, inner, Style::QUIET);
        let below = top + scene.height + size::LEADING + 10.0;
        let last = scene.lines(&lines, (MARGIN, below), size::LEADING, Style::QUIET);
        scene.width = inner + 2.0 * MARGIN;
        scene.height = last + MARGIN;
        let size = (scene.width, scene.height);
        scene.marks.insert(0, Mark::Rect { corner: (0.0, 0.0), size, role: Role::Ground, opacity: 1.0 });
        Ok(Chart { language: self.language, width: Width::Wide, title, description, scene })
    }
}

/// Round steps for an axis from `low` to `high`: a few multiples of 1, 2 or 5 times a power of ten.
fn round_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) || most < 2 {
        return vec![low];
    }
    let mut step = 1e-6;
    'search: for power in -6..=9 {
        for factor in [1.0, 2.0, 5.0] {
            step = factor * 10.0_f64.powi(power);
            #[expect(clippy::cast_precision_loss, reason = "an axis has few ticks")]
            if span / step <= (most - 1) as f64 {
                break 'search;
            }
        }
    }
    let first = (low / step - 1e-9).ceil();
    let mut ticks = Vec::new();
    while ticks.len() < 50 {
        #[expect(clippy::cast_precision_loss, reason = "at most 50")]
        let tick = (first + ticks.len() as f64) * step;
        if tick > high + step * 1e-9 {
            break;
        }
        ticks.push(tick);
    }
    ticks
}

/// Decimals that tell neighboring ticks apart.
fn tick_decimals(ticks: &[f64]) -> usize {
    let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    (0..3)
        .find(|&decimals| (step * 10.0_f64.powi(decimals) - (step * 10.0_f64.powi(decimals)).round()).abs() < 1e-6)
        .map_or(3, |d| d as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(round_ticks(0.0, 10.0, 6), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        let ticks = round_ticks(0.71, 0.86, 5);
        assert!(
            ticks.len() == 3 && ticks.iter().zip([0.75, 0.8, 0.85]).all(|(tick, round)| (tick - round).abs() < 1e-12)
        );
        assert_eq!(round_ticks(1.0, 1.0, 5), [1.0]);
        assert_eq!(tick_decimals(&[0.75, 0.8]), 2);
        assert_eq!(tick_decimals(&[0.0, 2.0]), 0);
    }
}
