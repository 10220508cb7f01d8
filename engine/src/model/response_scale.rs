//! The answer format of an item: its kind and the codes or numbers it allows.

/// The most categories an item may have; the bytes above are kept for the kinds of missing answers.
pub const MAX_CATEGORIES: usize = 200;

/// How an item is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseKind {
    /// Ordered categories of agreement, liking, frequency …
    Likert,
    /// Two categories.
    Dichotomous,
    /// One of several options, in no order; scored by an answer key.
    Choice,
    /// The rank given to the item within its block, one rank an item.
    Rank,
    /// Most like me, least like me, neither, within a block.
    MostLeast,
    /// A number read off a line.
    Slider,
    /// A number typed in.
    Numeric,
    /// Free text, never scored.
    Text,
}

impl ResponseKind {
    /// Whether an answer is one of a few categories.
    #[must_use]
    pub fn is_categorical(self) -> bool {
        !matches!(self, Self::Slider | Self::Numeric | Self::Text)
    }

    /// Whether answers compare within the person only (ranks and forced choices).
    #[must_use]
    pub fn is_ipsative(self) -> bool {
        matches!(self, Self::Rank | Self::MostLeast)
    }
}

/// Why an answer format is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidResponseScale {
    /// The bounds are not numbers in rising order.
    #[error("lowest {lowest} and highest {highest}: the lowest must be below the highest, both finite")]
    Bounds {
        /// Lowest code or number, as given.
        lowest: f64,
        /// Highest code or number, as given.
        highest: f64,
    },
    /// Category codes are whole numbers.
    #[error("lowest {lowest} and highest {highest}: category codes are whole numbers within ±30000")]
    NotWhole {
        /// Lowest code, as given.
        lowest: f64,
        /// Highest code, as given.
        highest: f64,
    },
    /// More categories than one byte an answer can hold.
    #[error("{given} categories; at most {MAX_CATEGORIES} are possible")]
    TooMany {
        /// Number of categories, as given.
        given: usize,
    },
    /// A dichotomous item has two categories.
    #[error("a dichotomous format has 2 categories, not {given}")]
    NotTwo {
        /// Number of categories, as given.
        given: usize,
    },
}

/// The answers an item allows. Categories count from 0; their codes run from `lowest` to `highest` in steps of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResponseScale {
    kind: ResponseKind,
    lowest: f64,
    highest: f64,
}

impl ResponseScale {
    /// Checks and makes an answer format.
    ///
    /// - `lowest`, `highest`: codes of the outer categories, or the outer numbers of a slider or numeric item; ignored
    ///   for free text.
    ///
    /// # Errors
    /// [`InvalidResponseScale`] when the bounds make no scale of that kind.
    pub fn new(kind: ResponseKind, lowest: f64, highest: f64) -> Result<Self, InvalidResponseScale> {
        if kind == ResponseKind::Text {
            return Ok(Self { kind, lowest: 0.0, highest: 0.0 });
        }
        if !(lowest.is_finite() && highest.is_finite() && lowest < highest) {
            return Err(InvalidResponseScale::Bounds { lowest, highest });
        }
        if kind.is_categorical() {
            let whole = |x: f64| x.fract() == 0.0 && x.abs() <= 30_000.0;
            if !(whole(lowest) && whole(highest)) {
                return Err(InvalidResponseScale::NotWhole { lowest, highest });
            }
            let given = (highest - lowest) as usize + 1;
            if given > MAX_CATEGORIES {
                return Err(InvalidResponseScale::TooMany { given });
            }
            if kind == ResponseKind::Dichotomous && given != 2 {
                return Err(InvalidResponseScale::NotTwo { given });
            }
        }
        Ok(Self { kind, lowest, highest })
    }

    /// A Likert format, for tests and simple cases.
    ///
    /// # Errors
    /// As [`ResponseScale::new`].
    pub fn likert(lowest: i16, highest: i16) -> Result<Self, InvalidResponseScale> {
        Self::new(ResponseKind::Likert, f64::from(lowest), f64::from(highest))
    }

    /// How the item is answered.
    #[must_use]
    pub fn kind(&self) -> ResponseKind {
        self.kind
    }

    /// Code of the lowest category, or the lowest number.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        self.lowest
    }

    /// Code of the highest category, or the highest number.
    #[must_use]
    pub fn highest(&self) -> f64 {
        self.highest
    }

    /// Number of categories; 0 for numbers and free text.
    #[must_use]
    pub fn n_categories(&self) -> u8 {
        if self.kind.is_categorical() { (self.highest - self.lowest) as u8 + 1 } else { 0 }
    }

    /// The category of a code, counted from 0; `None` when the code is outside the scale or the scale has none.
    #[must_use]
    pub fn category_of(&self, code: i64) -> Option<u8> {
        let category = code.checked_sub(self.lowest as i64)?;
        let category = u8::try_from(category).ok()?;
        (category < self.n_categories()).then_some(category)
    }

    /// The code of a category, as it stands in a file of answers.
    #[must_use]
    pub fn code_of(&self, category: u8) -> i64 {
        self.lowest as i64 + i64::from(category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_categories_are_inverse() {
        let scale = ResponseScale::likert(1, 5).unwrap();
        assert_eq!(scale.n_categories(), 5);
        for category in 0..5 {
            assert_eq!(scale.category_of(scale.code_of(category)), Some(category));
        }
        assert_eq!(scale.category_of(0), None);
        assert_eq!(scale.category_of(6), None);
        assert_eq!(scale.category_of(i64::MIN), None);
    }

    #[test]
    fn impossible_formats_are_refused() {
        use ResponseKind::{Dichotomous, Likert, Slider};
        assert!(ResponseScale::new(Likert, 5.0, 1.0).is_err());
        assert!(ResponseScale::new(Likert, f64::NAN, 1.0).is_err());
        assert!(ResponseScale::new(Likert, 0.5, 4.0).is_err());
        assert!(ResponseScale::new(Likert, 0.0, 200.0).is_err());
        assert!(ResponseScale::new(Likert, 0.0, 199.0).is_ok());
        assert!(ResponseScale::new(Dichotomous, 1.0, 3.0).is_err());
        assert!(ResponseScale::new(Slider, 0.0, 1e6).is_ok());
    }
}
