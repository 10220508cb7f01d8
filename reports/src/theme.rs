//! Color roles and sizes. Values come from the project's design tokens; a drawing names roles, never colors.

/// A color, red, green and blue from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    const fn hex(value: u32) -> Self {
        let [_, red, green, blue] = value.to_be_bytes();
        Self(red, green, blue)
    }

    /// The color as `#rrggbb`.
    #[must_use]
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio with another color, 1 to 21, as WCAG 2.2 defines it.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }
}

/// What a color is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The sheet under the drawing.
    Ground,
    /// Names and values.
    Ink,
    /// Axes, poles, notes.
    InkQuiet,
    /// Hairlines between rows.
    Rule,
    /// Grid lines.
    Grid,
    /// The average band.
    Band,
    /// Edges of the band, axes, brackets.
    BandEdge,
    /// The person's own score, now.
    Own,
    /// The entourage.
    Other,
    /// The person's own score at an earlier date.
    Then,
    /// The borderline zone of a type preference.
    Hatch,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 11] = [
        Self::Ground,
        Self::Ink,
        Self::InkQuiet,
        Self::Rule,
        Self::Grid,
        Self::Band,
        Self::BandEdge,
        Self::Own,
        Self::Other,
        Self::Then,
        Self::Hatch,
    ];

    /// The name of the role in class names of an inline SVG.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Ground => "ground",
            Self::Ink => "ink",
            Self::InkQuiet => "quiet",
            Self::Rule => "rule",
            Self::Grid => "grid",
            Self::Band => "band",
            Self::BandEdge => "edge",
            Self::Own => "own",
            Self::Other => "other",
            Self::Then => "then",
            Self::Hatch => "hatch",
        }
    }
}

/// A color for every role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colors: [Rgb; 11],
}

impl Theme {
    /// Light screens.
    #[must_use]
    pub const fn light() -> Self {
        Self::of([
            0xfffefc, 0x1b2a30, 0x47575d, 0xd8d6cd, 0xdedcd3, 0xe4e8e1, 0x6f8083, 0x0d565c, 0xa85c00, 0x6b5b8e,
            0x8d9a9b,
        ])
    }

    /// Dark screens.
    #[must_use]
    pub const fn dark() -> Self {
        Self::of([
            0x192226, 0xece8df, 0xb5bfbf, 0x334045, 0x2f3b40, 0x2a373c, 0x93a5a8, 0x8ad0cb, 0xf0b052, 0xc3b2ea,
            0x72848a,
        ])
    }

    /// Paper.
    #[must_use]
    pub const fn print() -> Self {
        Self::of([
            0xffffff, 0x141d21, 0x3f4d52, 0xc9c7be, 0xdedcd3, 0xe7e9e4, 0x6f8083, 0x0d565c, 0xa85c00, 0x6b5b8e,
            0x8d9a9b,
        ])
    }

    const fn of(values: [u32; 11]) -> Self {
        let mut colors = [Rgb(0, 0, 0); 11];
        let mut idx = 0;
        while idx < values.len() {
            colors[idx] = Rgb::hex(values[idx]);
            idx += 1;
        }
        Self { colors }
    }

    /// The color of a role.
    #[must_use]
    pub fn color(&self, role: Role) -> Rgb {
        // `Role` has as many variants as the array has places, in the same order; a test says so.
        self.colors[role as usize]
    }
}

/// Sizes in drawing units (one CSS pixel at 100 %). No text is smaller than 13.
pub mod size {
    /// Axes, poles, notes, values.
    pub const TEXT: f64 = 13.0;
    /// Names of scales where there is room.
    pub const NAME: f64 = 15.0;
    /// The heading of a drawing that stands alone.
    pub const HEADING: f64 = 18.0;
    /// From one line of small text to the next.
    pub const LEADING: f64 = 16.5;
    /// From one line of a name to the next.
    pub const NAME_LEADING: f64 = 19.0;
    /// Interval of a domain.
    pub const DOMAIN_LINE: f64 = 2.5;
    /// Interval of a facet.
    pub const FACET_LINE: f64 = 1.75;
    /// Point of a domain.
    pub const DOMAIN_DOT: f64 = 6.0;
    /// Point of a facet.
    pub const FACET_DOT: f64 = 4.2;
    /// Half the height of the tick at the end of an interval.
    pub const END_TICK: f64 = 5.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_finds_its_own_place() {
        for (idx, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, idx);
        }
        assert_eq!(Theme::light().color(Role::Own).css(), "#0d565c");
        assert_eq!(Theme::dark().color(Role::Hatch).css(), "#72848a");
    }

    #[test]
    fn text_reaches_4_5_and_marks_3_on_sheet_and_band() {
        for theme in [Theme::light(), Theme::dark(), Theme::print()] {
            for ground in [Role::Ground, Role::Band] {
                let on = |role| theme.color(role).contrast(theme.color(ground));
                for text in [Role::Ink, Role::InkQuiet] {
                    assert!(on(text) >= 4.5, "{text:?} on {ground:?}: {}", on(text));
                }
                for mark in [Role::Own, Role::Other, Role::Then, Role::BandEdge] {
                    assert!(on(mark) >= 3.0, "{mark:?} on {ground:?}: {}", on(mark));
                }
            }
        }
    }
}
