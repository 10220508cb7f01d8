//! Strata: groups of people by sex and age, each with norms of its own.

use std::fmt;

use crate::model::ids::StratumId;

/// Sex as norms record it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Female, `F` in norm files.
    Female,
    /// Male, `M` in norm files.
    Male,
}

impl Sex {
    /// The code of norm files: `F` or `M`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "M",
        }
    }

    /// Reads the code of norm files, `F` or `M` in capitals.
    ///
    /// `None` for any other text.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "F" => Some(Self::Female),
            "M" => Some(Self::Male),
            _ => None,
        }
    }
}

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A number of years nobody can have lived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{years} is not an age: from 0 to {max} completed years are possible", max = Age::MAX_YEARS)]
pub struct ImpossibleAge {
    /// The number as given.
    pub years: i64,
}

/// Age of a person in completed years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Age(u8);

impl Age {
    /// The highest age that is accepted.
    pub const MAX_YEARS: u8 = 120;

    /// Checks and wraps completed years.
    ///
    /// # Errors
    /// [`ImpossibleAge`] below 0 or above [`Age::MAX_YEARS`].
    pub fn new(years: i64) -> Result<Self, ImpossibleAge> {
        u8::try_from(years).ok().filter(|years| *years <= Self::MAX_YEARS).map(Self).ok_or(ImpossibleAge { years })
    }

    /// Completed years.
    #[must_use]
    pub fn years(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An age band that nobody can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "nobody is of an age from {min} to {max}: the lower limit must not exceed the upper one, nor {}",
    Age::MAX_YEARS
)]
pub struct EmptyAgeBand {
    /// Lower limit, completed years.
    pub min: u8,
    /// Upper limit, completed years.
    pub max: u8,
}

/// Ages from a lower to an upper limit, both included, in completed years; a missing limit is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgeBand {
    min: Option<u8>,
    max: Option<u8>,
}

impl AgeBand {
    /// Every age.
    pub const OPEN: Self = Self { min: None, max: None };

    /// Checks and wraps two limits in completed years; `None` is open.
    ///
    /// # Errors
    /// [`EmptyAgeBand`] when no possible age lies between the limits.
    pub fn new(min: Option<u8>, max: Option<u8>) -> Result<Self, EmptyAgeBand> {
        let (from, to) = (min.unwrap_or(0), max.unwrap_or(Age::MAX_YEARS));
        if from > to || from > Age::MAX_YEARS {
            return Err(EmptyAgeBand { min: from, max: to });
        }
        Ok(Self { min, max })
    }

    /// Lower limit, included; `None` is open.
    #[must_use]
    pub fn youngest(&self) -> Option<u8> {
        self.min
    }

    /// Upper limit, included; `None` is open.
    #[must_use]
    pub fn oldest(&self) -> Option<u8> {
        self.max
    }

    /// Whether every age is within, so that the age need not be known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// Whether an age lies within the limits.
    #[must_use]
    pub fn contains(&self, age: Age) -> bool {
        self.min.is_none_or(|min| min <= age.0) && self.max.is_none_or(|max| age.0 <= max)
    }

    /// Whether some age lies within both bands.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |a: &Self, b: &Self| match (a.min, b.max) {
            (Some(min), Some(max)) => min <= max,
            _ => true,
        };
        starts_before_end(self, other) && starts_before_end(other, self)
    }
}

/// A group of people by sex and age within a norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    id: StratumId,
    sex: Option<Sex>,
    ages: AgeBand,
    n: Option<u32>,
    combined: bool,
}

impl Stratum {
    /// A stratum as a norm's card gives it.
    ///
    /// - `sex`: `None` is anyone. `n`: number of people, `None` is unknown.
    #[must_use]
    pub fn new(id: StratumId, sex: Option<Sex>, ages: AgeBand, n: Option<u32>) -> Self {
        Self { id, sex, ages, n, combined: false }
    }

    /// A stratum of both sexes, derived from one of each.
    pub(super) fn combined(id: StratumId, ages: AgeBand, n: Option<u32>) -> Self {
        Self { id, sex: None, ages, n, combined: true }
    }

    /// The same people with another count.
    pub(super) fn with_n(&self, n: Option<u32>) -> Self {
        Self { n, ..self.clone() }
    }

    /// Identifier within its norm.
    #[must_use]
    pub fn id(&self) -> &StratumId {
        &self.id
    }

    /// Sex of its people; `None` is anyone.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        self.sex
    }

    /// Ages of its people.
    #[must_use]
    pub fn ages(&self) -> &AgeBand {
        &self.ages
    }

    /// Number of people; `None` is unknown.
    #[must_use]
    pub fn n(&self) -> Option<u32> {
        self.n
    }

    /// Whether it is an equal-weight mixture of a female and a male stratum, derived by the engine.
    #[must_use]
    pub fn is_combined(&self) -> bool {
        self.combined
    }

    /// Whether one person could belong to both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let sexes_meet = match (self.sex, other.sex) {
            (Some(own), Some(others)) => own == others,
            _ => true,
        };
        sexes_meet && self.ages.overlaps(&other.ages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn band(min: impl Into<Option<u8>>, max: impl Into<Option<u8>>) -> AgeBand {
        AgeBand::new(min.into(), max.into()).unwrap()
    }

    #[test]
    fn ages_go_from_birth_to_120() {
        assert_eq!(Age::new(0).unwrap().years(), 0);
        assert_eq!(Age::new(120).unwrap().years(), 120);
        for years in [-1, 121, 300, i64::MIN, i64::MAX] {
            assert_eq!(Age::new(years), Err(ImpossibleAge { years }));
        }
    }

    #[test]
    fn both_limits_of_a_band_belong_to_it() {
        let ages = band(21, 40);
        assert_eq!([20, 21, 40, 41].map(|years| ages.contains(Age::new(years).unwrap())), [false, true, true, false]);
    }

    #[test]
    fn a_band_without_anyone_is_refused() {
        assert_eq!(AgeBand::new(Some(41), Some(40)), Err(EmptyAgeBand { min: 41, max: 40 }));
        assert!(AgeBand::new(Some(121), None).is_err());
    }

    #[test]
    fn neighboring_bands_do_not_overlap_but_shared_years_do() {
        assert!(!band(None, 20).overlaps(&band(21, 40)));
        assert!(band(None, 21).overlaps(&band(21, 40)));
        assert!(AgeBand::OPEN.overlaps(&band(61, None)));
    }

    #[test]
    fn strata_of_different_sex_never_overlap() {
        let stratum = |sex| Stratum::new(StratumId::new("x").unwrap(), sex, AgeBand::OPEN, None);
        assert!(!stratum(Some(Sex::Female)).overlaps(&stratum(Some(Sex::Male))));
        assert!(stratum(Some(Sex::Female)).overlaps(&stratum(None)));
    }

    proptest! {
        #[test]
        fn overlap_means_a_shared_age(a in any::<[Option<u8>; 2]>(), b in any::<[Option<u8>; 2]>()) {
            if let (Ok(a), Ok(b)) = (AgeBand::new(a[0], a[1]), AgeBand::new(b[0], b[1])) {
                let shared = (0..=120).any(|years| Age::new(years).is_ok_and(|age| a.contains(age) && b.contains(age)));
                prop_assert_eq!(a.overlaps(&b), shared);
                prop_assert_eq!(a.overlaps(&b), b.overlaps(&a));
            }
        }
    }
}
