//! Timed sections: the server decides when a section begins and ends, whatever a browser's clock says.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::steps::Steps;
use crate::clock::Timestamp;
use crate::ids::Id;

/// An answer that was sent in time may arrive so much later, in milliseconds.
pub const NETWORK_GRACE_MS: i64 = 5_000;

/// The most by which a time limit is multiplied.
pub const MOST_FACTOR: f64 = 10.0;

/// The most seconds that are added at once: four hours.
pub const MOST_EXTRA_SECONDS: u32 = 14_400;

/// How the conditions were changed for one person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccommodationKind {
    /// Time limits are multiplied.
    ExtraTime {
        /// From 1 to [`MOST_FACTOR`]: 1.33 is a third more.
        factor: f64,
    },
    /// Time is added.
    ExtraSeconds {
        /// From 1 to [`MOST_EXTRA_SECONDS`].
        seconds: u32,
    },
}

/// Why conditions were changed, in codes that say nothing about health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccommodationReason {
    /// A need that was agreed with the person beforehand.
    AgreedNeed,
    /// The language is not the person's own.
    Language,
    /// A fault of the network or the machine.
    Technical,
    /// Somebody interrupted.
    Interruption,
}

/// A change of the conditions for one person; it stands in the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Accommodation {
    kind: AccommodationKind,
    /// Number of the section, from 1; `None` for all.
    section: Option<u32>,
    reason: AccommodationReason,
    /// Who decided it.
    #[schema(value_type = String)]
    decided_by: Id,
    /// When, in milliseconds since 1970.
    #[schema(value_type = i64)]
    at: Timestamp,
}

/// What the rules of timed sections refuse.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SectionError {
    /// The time is over.
    #[error("the time of section {section} is over")]
    TimeOver {
        /// Number of the section, from 1.
        section: u32,
    },
    /// An answer to a section that was never shown.
    #[error("section {section} has a time limit and has not begun")]
    NotBegun {
        /// Number of the section, from 1.
        section: u32,
    },
    /// A factor that shortens, or is out of all proportion.
    #[error("a time limit is multiplied by 1 to {MOST_FACTOR}")]
    Factor,
    /// Seconds that are none, or too many.
    #[error("1 to {MOST_EXTRA_SECONDS} seconds can be added at once")]
    Seconds,
    /// A section that the questionnaire does not have.
    #[error("the questionnaire has no such section with a time limit; it has {n_sections} sections")]
    NoSuchSection {
        /// How many it has.
        n_sections: u32,
    },
}

impl SectionError {
    /// The field of a request that is at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::TimeOver { .. } | Self::NotBegun { .. } => "position",
            Self::Factor => "factor",
            Self::Seconds => "seconds",
            Self::NoSuchSection { .. } => "section",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TimeOver { .. } => "go on with what comes next",
            Self::NotBegun { .. } => "fetch the first page of the section",
            Self::Factor => "give a factor such as 1.33, or seconds",
            Self::Seconds => "give the seconds to add, or a factor",
            Self::NoSuchSection { .. } => "leave the section out to change the time of all of them",
        }
    }
}

impl Accommodation {
    /// Checks and records an accommodation.
    ///
    /// - `section`: number of the section it is for, from 1; `None` for all.
    ///
    /// # Errors
    /// [`SectionError::Factor`], [`SectionError::Seconds`].
    pub fn new(
        kind: AccommodationKind,
        section: Option<u32>,
        reason: AccommodationReason,
        decided_by: Id,
        at: Timestamp,
    ) -> Result<Self, SectionError> {
        match kind {
            AccommodationKind::ExtraTime { factor } if !(1.0..=MOST_FACTOR).contains(&factor) => {
                Err(SectionError::Factor)
            }
            AccommodationKind::ExtraSeconds { seconds } if !(1..=MOST_EXTRA_SECONDS).contains(&seconds) => {
                Err(SectionError::Seconds)
            }
            _ => Ok(Self { kind, section, reason, decided_by, at }),
        }
    }

    /// Checks that its section has a time limit.
    ///
    /// # Errors
    /// [`SectionError::NoSuchSection`].
    pub fn fits(&self, steps: &Steps) -> Result<(), SectionError> {
        let is_timed = |number: u32| steps.section(number).is_some_and(|section| section.seconds.is_some());
        match self.section {
            Some(number) if !is_timed(number) => {
                Err(SectionError::NoSuchSection { n_sections: steps.sections().count() as u32 })
            }
            _ => Ok(()),
        }
    }

    /// How the conditions were changed.
    #[must_use]
    pub fn kind(&self) -> AccommodationKind {
        self.kind
    }

    /// Number of the section it is for; `None` for all.
    #[must_use]
    pub fn section(&self) -> Option<u32> {
        self.section
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> AccommodationReason {
        self.reason
    }

    /// Who decided it.
    #[must_use]
    pub fn decided_by(&self) -> Id {
        self.decided_by
    }

    /// When it was decided.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// The time that is left of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeView {
    /// Seconds allowed to this person in all.
    pub seconds_allowed: u32,
    /// Whole seconds left.
    pub seconds_left: u32,
}

/// When the sections of one assessment began, what was granted, and what time it is.
#[derive(Debug, Clone, Copy)]
pub struct SectionClock<'a> {
    /// The moment at which the first page of each section was fetched, by the number of the section.
    pub starts: &'a BTreeMap<u32, Timestamp>,
    /// The accommodations.
    pub accommodations: &'a [Accommodation],
    /// Now.
    pub now: Timestamp,
}

impl SectionClock<'_> {
    /// Milliseconds allowed for a section: its seconds × the largest factor granted + all seconds granted; `None` without a limit.
    #[must_use]
    pub fn allowed_ms(&self, steps: &Steps, section: u32) -> Option<i64> {
        let seconds = steps.section(section)?.seconds?;
        let (mut factor, mut extra) = (1.0_f64, 0_i64);
        for granted in self.accommodations.iter().filter(|granted| granted.section.is_none_or(|only| only == section)) {
            match granted.kind {
                AccommodationKind::ExtraTime { factor: granted } => factor = factor.max(granted),
                AccommodationKind::ExtraSeconds { seconds } => extra += i64::from(seconds) * 1000,
            }
        }
        // A limit is at most four hours and a factor at most 10, so the product is far from the ends of the type.
        Some((f64::from(seconds) * factor * 1000.0).round() as i64 + extra)
    }

    /// The end of a section that has begun; `None` where it has no limit or has not begun.
    #[must_use]
    pub fn deadline(&self, steps: &Steps, section: u32) -> Option<Timestamp> {
        Some(self.starts.get(&section)?.plus(self.allowed_ms(steps, section)?))
    }

    /// Whether the time of a section has run out.
    #[must_use]
    pub fn is_over(&self, steps: &Steps, section: u32) -> bool {
        self.deadline(steps, section).is_some_and(|deadline| self.now >= deadline)
    }

    /// Numbers of the sections whose time has run out.
    #[must_use]
    pub fn over(&self, steps: &Steps) -> BTreeSet<u32> {
        steps.sections().map(|(number, _)| number).filter(|number| self.is_over(steps, *number)).collect()
    }

    /// Whether a section has a time limit and was never begun.
    #[must_use]
    pub fn is_timed_and_not_begun(&self, steps: &Steps, section: u32) -> bool {
        self.allowed_ms(steps, section).is_some() && !self.starts.contains_key(&section)
    }

    /// The time left of a section, all of it before it begins; `None` where it has no limit.
    #[must_use]
    pub fn time_left(&self, steps: &Steps, section: u32) -> Option<TimeView> {
        let allowed = self.allowed_ms(steps, section)?;
        let left = match self.deadline(steps, section) {
            Some(deadline) => deadline.since(self.now).clamp(0, allowed),
            None => allowed,
        };
        let seconds = |ms: i64| u32::try_from(ms / 1000).unwrap_or(u32::MAX);
        Some(TimeView { seconds_allowed: seconds(allowed), seconds_left: seconds(left) })
    }

    /// Whether an answer to a step is taken now. An answer is taken for a little longer than a page says, for what was under way.
    ///
    /// # Errors
    /// [`SectionError::TimeOver`], [`SectionError::NotBegun`].
    pub fn admit(&self, steps: &Steps, position: u32) -> Result<(), SectionError> {
        let Some(section) = steps.step(position).and_then(|step| step.section()) else { return Ok(()) };
        if self.is_timed_and_not_begun(steps, section) {
            return Err(SectionError::NotBegun { section });
        }
        match self.deadline(steps, section) {
            Some(deadline) if self.now > deadline.plus(NETWORK_GRACE_MS) => Err(SectionError::TimeOver { section }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questionnaire::fixtures::loaded;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn granted(kind: AccommodationKind, section: Option<u32>) -> Accommodation {
        let decided_by = Id::from_bytes([1; 16]);
        Accommodation::new(kind, section, AccommodationReason::AgreedNeed, decided_by, START).unwrap()
    }

    fn clock<'a>(
        starts: &'a BTreeMap<u32, Timestamp>,
        accommodations: &'a [Accommodation],
        after_ms: i64,
    ) -> SectionClock<'a> {
        SectionClock { starts, accommodations, now: START.plus(after_ms) }
    }

    #[test]
    fn an_answer_after_the_deadline_and_the_grace_is_refused() {
        let steps = Steps::of(&loaded("timed-key-8"));
        let starts = BTreeMap::from([(1, START)]);
        let admit = |after_ms: i64, position: u32| clock(&starts, &[], after_ms).admit(&steps, position);
        assert_eq!(admit(0, 1), Ok(()));
        assert_eq!(admit(60_000, 5), Ok(()));
        assert_eq!(admit(60_000 + NETWORK_GRACE_MS, 5), Ok(()));
        assert_eq!(admit(60_001 + NETWORK_GRACE_MS, 5), Err(SectionError::TimeOver { section: 1 }));
        // The second section has no limit, and needs no beginning.
        assert_eq!(admit(1 << 40, 6), Ok(()));
        assert!(!clock(&starts, &[], 59_999).is_over(&steps, 1));
        assert_eq!(clock(&starts, &[], 60_000).over(&steps), BTreeSet::from([1]));
    }

    #[test]
    fn a_timed_section_is_answered_only_after_its_first_page() {
        let steps = Steps::of(&loaded("timed-key-8"));
        let nothing = BTreeMap::new();
        assert_eq!(clock(&nothing, &[], 0).admit(&steps, 3), Err(SectionError::NotBegun { section: 1 }));
        assert_eq!(clock(&nothing, &[], 0).admit(&steps, 8), Ok(()));
    }

    #[test]
    fn accommodations_lengthen_the_time() {
        let steps = Steps::of(&loaded("timed-key-8"));
        let starts = BTreeMap::from([(1, START)]);
        let third = granted(AccommodationKind::ExtraTime { factor: 1.33 }, None);
        let half = granted(AccommodationKind::ExtraTime { factor: 1.5 }, Some(1));
        let minute = granted(AccommodationKind::ExtraSeconds { seconds: 60 }, Some(1));
        let elsewhere = granted(AccommodationKind::ExtraSeconds { seconds: 60 }, Some(2));
        let allowed = |list: &[Accommodation]| clock(&starts, list, 0).allowed_ms(&steps, 1);
        // 60 s × 1.33 = 79.8 s; the largest factor counts, seconds add up: 60 × 1.5 + 60 = 150.
        assert_eq!(allowed(&[]), Some(60_000));
        assert_eq!(allowed(std::slice::from_ref(&third)), Some(79_800));
        assert_eq!(allowed(&[third.clone(), half.clone(), minute.clone(), elsewhere]), Some(150_000));
        assert_eq!(clock(&starts, &[half], 0).allowed_ms(&steps, 2), None);
        let late = clock(&starts, std::slice::from_ref(&minute), 100_000);
        let time = TimeView { seconds_allowed: 120, seconds_left: 20 };
        assert_eq!((late.admit(&steps, 2), late.time_left(&steps, 1)), (Ok(()), Some(time)));
        let over = clock(&starts, &[], 500_000).time_left(&steps, 1);
        assert_eq!(over, Some(TimeView { seconds_allowed: 60, seconds_left: 0 }));
    }

    #[test]
    fn accommodations_never_shorten_and_name_a_timed_section() {
        let make = |kind| {
            Accommodation::new(kind, None, AccommodationReason::Technical, Id::from_bytes([1; 16]), START).map(|_| ())
        };
        for factor in [0.5, 0.0, -1.0, 10.5, f64::NAN, f64::INFINITY] {
            assert_eq!(make(AccommodationKind::ExtraTime { factor }), Err(SectionError::Factor), "{factor}");
        }
        assert_eq!(make(AccommodationKind::ExtraSeconds { seconds: 0 }), Err(SectionError::Seconds));
        let steps = Steps::of(&loaded("timed-key-8"));
        let of = |section| granted(AccommodationKind::ExtraSeconds { seconds: 1 }, section).fits(&steps);
        assert_eq!((of(None), of(Some(1))), (Ok(()), Ok(())));
        for section in [0, 2, 3] {
            assert_eq!(of(Some(section)), Err(SectionError::NoSuchSection { n_sections: 2 }));
        }
    }

    #[test]
    fn an_accommodation_is_packed_and_read_back() {
        let given = granted(AccommodationKind::ExtraTime { factor: 1.33 }, Some(1));
        assert_eq!(rmp_serde::from_slice::<Accommodation>(&rmp_serde::to_vec_named(&given).unwrap()).unwrap(), given);
        assert_eq!(serde_json::from_value::<Accommodation>(serde_json::to_value(&given).unwrap()).unwrap(), given);
    }
}
