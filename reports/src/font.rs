//! The bundled font: Open Sans, Apache License 2.0 (see `assets/LICENSE-OpenSans.txt`). Layout never asks the system for
//! a font.

use ab_glyph::{Font, FontRef};

use crate::{Error, Result};

static REGULAR: &[u8] = include_bytes!("../assets/OpenSans-Regular.ttf");
static SEMIBOLD: &[u8] = include_bytes!("../assets/OpenSans-Semibold.ttf");

/// The files of the bundled font.
#[cfg(feature = "pdf")]
pub(crate) static FILES: [&[u8]; 2] = [REGULAR, SEMIBOLD];

/// Font names written into drawings: the one the layout measured, then faces that are hardly wider.
pub const FAMILY: &str = "Open Sans, Noto Sans, Segoe UI, Roboto, Liberation Sans, Arial, sans-serif";

/// French typography's thin space, which the font lacks: nothing is drawn, so a width is all it needs.
pub const NARROW_NO_BREAK_SPACE: char = '\u{202f}';
/// Width of that space as a share of the size, as in Noto Sans.
const NARROW_SPACE_WIDTH: f64 = 0.2;

/// How far the tallest accented capital rises above the baseline, as a share of the size.
const ASCENT: f64 = 0.93;
/// How far the lowest letter falls below the baseline, as a share of the size.
const DESCENT: f64 = 0.25;

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Plain text.
    Regular,
    /// Names and headings.
    Bold,
}

/// The two faces of the bundled font.
#[derive(Debug, Clone)]
pub struct Faces {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Faces {
    /// Reads the bundled font.
    ///
    /// # Errors
    /// [`Error::Font`], which a correct build never meets.
    pub fn load() -> Result<Self> {
        let read = |bytes: &'static [u8]| FontRef::try_from_slice(bytes).map_err(|_| Error::Font);
        Ok(Self { regular: read(REGULAR)?, bold: read(SEMIBOLD)? })
    }

    /// One face.
    #[must_use]
    pub fn face(&self, weight: Weight) -> &FontRef<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Width of a text without kerning, in the unit of `size`. A character the font lacks counts as a full square.
    #[must_use]
    pub fn width(&self, text: &str, size: f64, weight: Weight) -> f64 {
        text.chars().map(|character| self.advance(character, size, weight)).sum()
    }

    /// Width of one character.
    #[must_use]
    pub fn advance(&self, character: char, size: f64, weight: Weight) -> f64 {
        if character == NARROW_NO_BREAK_SPACE {
            return NARROW_SPACE_WIDTH * size;
        }
        let face = self.face(weight);
        let glyph = face.glyph_id(character);
        if glyph.0 == 0 {
            return size;
        }
        let units = face.units_per_em().unwrap_or(1000.0);
        f64::from(face.h_advance_unscaled(glyph)) / f64::from(units) * size
    }

    /// Breaks a text into lines that fit a width. Words that are too long are cut, with a hyphen.
    ///
    /// Returns at least one line; a line is longer than `width` only where a single character is.
    #[must_use]
    pub fn wrap(&self, text: &str, width: f64, size: f64, weight: Weight) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&joined, size, weight) <= width {
                line = joined;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line = self.cut(word, width, size, weight, &mut lines);
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// Cuts a word into pieces that fit; full pieces go to `lines`, the rest is returned.
    fn cut(&self, word: &str, width: f64, size: f64, weight: Weight, lines: &mut Vec<String>) -> String {
        let mut piece = String::new();
        let hyphen = self.advance('-', size, weight);
        let mut rest = word.chars().peekable();
        while let Some(character) = rest.next() {
            let needed = self.width(&piece, size, weight) + self.advance(character, size, weight);
            let reserve = if rest.peek().is_some() { hyphen } else { 0.0 };
            if needed + reserve > width && !piece.is_empty() {
                if !piece.ends_with('-') {
                    piece.push('-');
                }
                lines.push(std::mem::take(&mut piece));
            }
            piece.push(character);
        }
        piece
    }
}

/// A rectangle around a text, generous enough for accented capitals and descenders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextBox {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
}

impl TextBox {
    /// The box of a text of a given width whose left edge and baseline are known.
    #[must_use]
    pub fn at(left: f64, baseline: f64, width: f64, size: f64) -> Self {
        Self { left, top: baseline - ASCENT * size, right: left + width, bottom: baseline + DESCENT * size }
    }

    /// Whether two boxes share an area; boxes that only touch do not.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        const TOUCH: f64 = 1e-6;
        self.left < other.right - TOUCH
            && other.left < self.right - TOUCH
            && self.top < other.bottom - TOUCH
            && other.top < self.bottom - TOUCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_french_typography_is_in_the_font() {
        let faces = Faces::load().unwrap();
        for weight in [Weight::Regular, Weight::Bold] {
            for character in "ÀÂÇÉÈÊËÎÏÔŒÙÛÜŸàâçéèêëîïôœùûüÿæÆ«»’–−±·…<>≤≥\u{a0}".chars()
            {
                assert_ne!(faces.face(weight).glyph_id(character).0, 0, "{character:?} is missing in {weight:?}");
            }
        }
    }

    #[test]
    fn wrapped_lines_fit_and_keep_every_letter() {
        let faces = Faces::load().unwrap();
        let lines = faces.wrap("Anticonstitutionnellement vôtre", 80.0, 13.0, Weight::Bold);
        assert!(lines.iter().all(|line| faces.width(line, 13.0, Weight::Bold) <= 80.0), "{lines:?}");
        assert_eq!(lines.concat().replace(['-', ' '], ""), "Anticonstitutionnellementvôtre");
    }
}
