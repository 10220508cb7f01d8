//! Where an interval stands with respect to the average band, T 40 to 60.

use super::Language;
use crate::view::Interval;

/// Lower edge of the average band, in T.
pub const BAND_LOWER: f64 = 40.0;
/// Upper edge of the average band, in T.
pub const BAND_UPPER: f64 = 60.0;

/// Where the whole interval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// All of it below the band.
    Below,
    /// It crosses the lower edge.
    AcrossLower,
    /// All of it in the band.
    Within,
    /// It crosses the upper edge.
    AcrossUpper,
    /// All of it above the band.
    Above,
    /// It is wider than the band and crosses both edges.
    AcrossBoth,
}

impl Place {
    /// The place of an interval in T.
    #[must_use]
    pub fn of(interval: Interval) -> Self {
        let (lower, upper) = (interval.lower(), interval.upper());
        if upper < BAND_LOWER {
            Self::Below
        } else if lower > BAND_UPPER {
            Self::Above
        } else {
            match (lower < BAND_LOWER, upper > BAND_UPPER) {
                (false, false) => Self::Within,
                (true, false) => Self::AcrossLower,
                (false, true) => Self::AcrossUpper,
                (true, true) => Self::AcrossBoth,
            }
        }
    }

    /// The place in words, without a capital.
    #[must_use]
    pub fn words(self, language: Language) -> String {
        match self {
            Self::Below => language.say("au-dessous de la zone moyenne", "below the average range"),
            Self::AcrossLower => language.say("entre le bas et la zone moyenne", "between low and the average range"),
            Self::Within => language.say("dans la zone moyenne", "in the average range"),
            Self::AcrossUpper => language.say("entre la zone moyenne et le haut", "between the average range and high"),
            Self::Above => language.say("au-dessus de la zone moyenne", "above the average range"),
            Self::AcrossBoth => {
                language.say("de part et d'autre de la zone moyenne", "on both sides of the average range")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_outside_only_when_all_of_it_is() {
        let place = |lower, upper| Place::of(Interval::new(lower, upper).unwrap());
        assert_eq!(place(61.0, 73.0), Place::Above);
        assert_eq!(place(60.0, 73.0), Place::AcrossUpper);
        assert_eq!(place(40.0, 60.0), Place::Within);
        assert_eq!(place(30.0, 39.9), Place::Below);
        assert_eq!(place(39.0, 61.0), Place::AcrossBoth);
        assert_eq!(place(39.0, 41.0), Place::AcrossLower);
    }
}
