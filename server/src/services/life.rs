//! The rules of a bilan's life, pure: which step follows which, and what time does by itself.

use jiff::{Span, civil::Date};

use super::error::Refusal;
use crate::clock::{DAY_MS, Timestamp};
use crate::records::bilan::{Bilan, Funding, Phase};

/// The days in which an employee decides on an employer's proposal (R6313-8); silence is refusal.
pub const DAYS_TO_DECIDE: i64 = 10;

/// Days after which results open once the beneficiary asked to see them (right of access).
pub const DAYS_TO_ACCESS: i64 = 30;

/// When an idle bilan is announced to be abandoned, and when it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleTerms {
    /// Idle days after which it is abandoned.
    pub abandon_days: u16,
    /// Days before that at which notice is given, the longest first.
    pub notice_days: [u16; 2],
}

impl IdleTerms {
    /// 90 days, announced 14 and 3 days before.
    pub const STANDARD: Self = Self { abandon_days: 90, notice_days: [14, 3] };

    /// When a bilan without a sign of life is abandoned.
    #[must_use]
    pub fn ends(self, bilan: &Bilan) -> Timestamp {
        let (moment, days_ahead) = self.next(bilan);
        moment.plus(i64::from(days_ahead) * DAY_MS)
    }

    /// When the next notice is due, or the end itself, and how many days ahead of the end that is. A notice given late (the service
    /// stood still) moves what follows, so that nobody has fewer days than announced.
    fn next(self, bilan: &Bilan) -> (Timestamp, u16) {
        let after = |days: u16| i64::from(days) * DAY_MS;
        let days_ahead = self.notice_days.get(bilan.notices.len()).copied().unwrap_or(0);
        let by_idleness = bilan.active.plus(after(self.abandon_days.saturating_sub(days_ahead)));
        let announced = bilan.notices.len().checked_sub(1).and_then(|last| self.notice_days.get(last)).copied();
        let by_notice = bilan.notices.last().zip(announced);
        let by_notice = by_notice.map(|(given, announced)| given.plus(after(announced.saturating_sub(days_ahead))));
        (by_notice.map_or(by_idleness, |moment| moment.max(by_idleness)), days_ahead)
    }
}

/// What time does to a bilan by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// Silence for ten days is refusal.
    SilentRefusal,
    /// A notice that it will be abandoned, so many days ahead.
    Notice {
        /// Days ahead.
        days: u16,
    },
    /// Abandoned.
    Abandonment,
    /// Results open by the right of access.
    Access,
}

/// The last moment at which consent can be given; `None` where no term runs.
#[must_use]
pub fn last_moment_to_decide(funding: &Funding) -> Option<Timestamp> {
    match funding {
        Funding::Employer { presented, .. } => Some(end_of_decision(*presented).plus(-1)),
        Funding::Beneficiary => None,
    }
}

/// The first moment at which the beneficiary's silence is a refusal: midnight in Paris after the tenth day.
#[must_use]
pub fn end_of_decision(presented: Timestamp) -> Timestamp {
    let day = presented.paris_day();
    let after = day.checked_add(Span::new().days(DAYS_TO_DECIDE + 1)).unwrap_or(Date::MAX);
    Timestamp::start_of_paris_day(after)
}

/// Whether consent can still be given.
///
/// # Errors
/// [`Refusal::TooLateToConsent`] after the ten days, [`Refusal::ConsentGiven`], [`Refusal::Over`].
pub fn check_consent(bilan: &Bilan, phase: Phase, now: Timestamp) -> Result<(), Refusal> {
    if phase.is_over() {
        return Err(Refusal::Over);
    }
    if phase != Phase::Proposed || bilan.consent.is_some() {
        return Err(Refusal::ConsentGiven);
    }
    match &bilan.funding {
        Funding::Employer { presented, .. } if now >= end_of_decision(*presented) => Err(Refusal::TooLateToConsent),
        _ => Ok(()),
    }
}

/// Whether a bilan is under way: consented to, and not over.
///
/// # Errors
/// [`Refusal::ConsentMissing`] before consent (CT-1), [`Refusal::Over`] after the end.
pub fn check_under_way(phase: Phase) -> Result<(), Refusal> {
    match phase {
        phase if phase.is_under_way() => Ok(()),
        phase if phase.is_over() => Err(Refusal::Over),
        _ => Err(Refusal::ConsentMissing),
    }
}

/// Whether the consultant may move a bilan from one phase to another. The end has a rule of its own, [`check_end`].
///
/// # Errors
/// [`Refusal::ConsentMissing`], [`Refusal::Over`], [`Refusal::NoSuchStep`].
pub fn check_step(from: Phase, to: Phase) -> Result<(), Refusal> {
    match (from, to) {
        (Phase::Proposed, _) => Err(Refusal::ConsentMissing),
        (from, _) if from.is_over() => Err(Refusal::Over),
        (Phase::Engaged, Phase::Preliminary)
        | (Phase::Preliminary, Phase::Investigation)
        | (Phase::Investigation, Phase::Conclusions)
        // Conclusions may show that something was not looked into.
        | (Phase::Conclusions, Phase::Investigation) => Ok(()),
        _ => Err(Refusal::NoSuchStep),
    }
}

/// The phase that follows in the order of the law, where the consultant may go there.
#[must_use]
pub fn next_phase(from: Phase) -> Option<Phase> {
    [Phase::Preliminary, Phase::Investigation, Phase::Conclusions]
        .into_iter()
        .find(|to| *to > from && check_step(from, *to).is_ok())
}

/// Whether a bilan can end: from conclusions, and only delivered (DESIGN §2.11).
///
/// # Errors
/// [`Refusal::Over`], [`Refusal::NoSuchStep`], [`Refusal::Undelivered`].
pub fn check_end(bilan: &Bilan, phase: Phase) -> Result<(), Refusal> {
    match phase {
        phase if phase.is_over() => Err(Refusal::Over),
        Phase::Conclusions if bilan.delivered.is_none() => Err(Refusal::Undelivered),
        Phase::Conclusions => Ok(()),
        _ => Err(Refusal::NoSuchStep),
    }
}

/// When results open by the right of access: 30 days after the request, or at once in the conclusions phase.
#[must_use]
pub fn access_opens(bilan: &Bilan, phase: Phase) -> Option<Timestamp> {
    let requested = bilan.access_requested?;
    Some(if phase == Phase::Conclusions { requested } else { requested.plus(DAYS_TO_ACCESS * DAY_MS) })
}

/// What time has done to a bilan by `now` and nobody has seen to yet; the gravest first.
///
/// `all_released` says that no result waits for the right of access.
#[must_use]
pub fn happening(
    bilan: &Bilan,
    phase: Phase,
    all_released: bool,
    terms: IdleTerms,
    now: Timestamp,
) -> Option<Happening> {
    if phase.is_over() {
        return None;
    }
    if phase == Phase::Proposed
        && let Funding::Employer { presented, .. } = &bilan.funding
        && now >= end_of_decision(*presented)
    {
        return Some(Happening::SilentRefusal);
    }
    match terms.next(bilan) {
        (moment, 0) if now >= moment => return Some(Happening::Abandonment),
        (moment, days) if now >= moment => return Some(Happening::Notice { days }),
        _ => {}
    }
    match access_opens(bilan, phase) {
        Some(opens) if now >= opens && !all_released => Some(Happening::Access),
        _ => None,
    }
}

/// When the scheduler has to look at a bilan again; `None` when it is over.
#[must_use]
pub fn next_look(bilan: &Bilan, phase: Phase, all_released: bool, terms: IdleTerms) -> Option<Timestamp> {
    if phase.is_over() {
        return None;
    }
    let (idle, _) = terms.next(bilan);
    let decision = match &bilan.funding {
        Funding::Employer { presented, .. } if phase == Phase::Proposed => Some(end_of_decision(*presented)),
        _ => None,
    };
    let access = access_opens(bilan, phase).filter(|_| !all_released);
    [Some(idle), decision, access].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;
    use jiff::civil::date;

    fn bilan(funding: Funding) -> Bilan {
        Bilan {
            beneficiary: Id::from_bytes([1; 16]),
            consultant: Id::from_bytes([2; 16]),
            funding,
            consent: None,
            steps: Vec::new(),
            active: Timestamp::default(),
            notices: Vec::new(),
            access_requested: None,
            delivered: None,
            administrative: Id::from_bytes([3; 16]),
            salt: vec![0; 32],
            transfer: None,
        }
    }

    fn by_employer(presented: Timestamp) -> Bilan {
        let text = String::new;
        bilan(Funding::Employer {
            employer: Id::from_bytes([4; 16]),
            title: text(),
            aims: text(),
            content: text(),
            means: text(),
            duration: text(),
            follow_up: text(),
            handing_over: text(),
            price: text(),
            presented,
            visible: false,
        })
    }

    #[test]
    fn ct_10_consent_holds_on_the_tenth_day_and_silence_is_refusal_on_the_eleventh() {
        // Presented on 20 March in the evening; summer time begins on the 29th.
        let presented = Timestamp::start_of_paris_day(date(2026, 3, 20)).plus(20 * 3_600_000);
        let bilan = by_employer(presented);
        let last_moment = Timestamp::start_of_paris_day(date(2026, 3, 31)).plus(-1);
        assert_eq!(check_consent(&bilan, Phase::Proposed, last_moment), Ok(()));
        assert_eq!(
            happening(&bilan, Phase::Proposed, true, IdleTerms::STANDARD, last_moment)
                .filter(|h| *h == Happening::SilentRefusal),
            None
        );
        let eleventh = last_moment.plus(1);
        assert_eq!(check_consent(&bilan, Phase::Proposed, eleventh), Err(Refusal::TooLateToConsent));
        let happened = happening(&bilan, Phase::Proposed, true, IdleTerms::STANDARD, eleventh);
        assert_eq!(happened, Some(Happening::SilentRefusal));
    }

    #[test]
    fn the_next_phase_is_the_one_that_follows_in_the_law() {
        use Phase::{Conclusions, Engaged, Investigation, Preliminary};
        let next = Phase::ALL.map(next_phase);
        assert_eq!(next[..5], [None, Some(Preliminary), Some(Investigation), Some(Conclusions), None]);
        assert_eq!((next[5..].to_vec(), next_phase(Engaged)), (vec![None; 3], Some(Preliminary)));
    }

    #[test]
    fn an_idle_bilan_ends_after_its_days_whatever_was_announced() {
        let (mut idle, terms) = (bilan(Funding::Beneficiary), IdleTerms::STANDARD);
        let end = idle.active.plus(90 * DAY_MS);
        assert_eq!(terms.ends(&idle), end);
        idle.notices.push(end.plus(-14 * DAY_MS));
        assert_eq!(terms.ends(&idle), end);
        // A notice given late moves the end.
        idle.notices.push(end.plus(-DAY_MS));
        assert_eq!(terms.ends(&idle), end.plus(2 * DAY_MS));
    }

    #[test]
    fn ct_7_phases_follow_each_other_and_nothing_precedes_consent() {
        use Phase::{Abandoned, Conclusions, Ended, Engaged, Investigation, Preliminary, Proposed, Refused};
        let allowed = [
            (Engaged, Preliminary),
            (Preliminary, Investigation),
            (Investigation, Conclusions),
            (Conclusions, Investigation),
        ];
        for from in Phase::ALL {
            for to in Phase::ALL {
                assert_eq!(check_step(from, to).is_ok(), allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
        assert_eq!(check_step(Proposed, Engaged), Err(Refusal::ConsentMissing));
        for over in [Ended, Refused, Abandoned] {
            assert_eq!(check_step(over, Preliminary), Err(Refusal::Over));
        }
    }

    #[test]
    fn ct_1_nothing_is_done_before_consent_and_nothing_after_the_end() {
        for phase in Phase::ALL {
            let expected = match phase {
                Phase::Proposed => Err(Refusal::ConsentMissing),
                Phase::Ended | Phase::Refused | Phase::Abandoned => Err(Refusal::Over),
                _ => Ok(()),
            };
            assert_eq!(check_under_way(phase), expected, "{phase:?}");
        }
    }

    #[test]
    fn a_bilan_cannot_end_undelivered() {
        let mut bilan = bilan(Funding::Beneficiary);
        assert_eq!(check_end(&bilan, Phase::Conclusions), Err(Refusal::Undelivered));
        bilan.delivered = Some(Timestamp::default());
        assert_eq!(check_end(&bilan, Phase::Conclusions), Ok(()));
        assert_eq!(check_end(&bilan, Phase::Investigation), Err(Refusal::NoSuchStep));
    }

    #[test]
    fn an_idle_bilan_is_announced_twice_and_then_abandoned() {
        let mut bilan = bilan(Funding::Beneficiary);
        let look = |bilan: &Bilan, day: i64| {
            happening(bilan, Phase::Investigation, true, IdleTerms::STANDARD, Timestamp::default().plus(day * DAY_MS))
        };
        assert_eq!(look(&bilan, 75), None);
        assert_eq!(look(&bilan, 76), Some(Happening::Notice { days: 14 }));
        bilan.notices = vec![Timestamp::default().plus(76 * DAY_MS)];
        assert_eq!(look(&bilan, 86), None);
        assert_eq!(look(&bilan, 87), Some(Happening::Notice { days: 3 }));
        bilan.notices.push(Timestamp::default().plus(87 * DAY_MS));
        assert_eq!(look(&bilan, 89), None);
        assert_eq!(look(&bilan, 90), Some(Happening::Abandonment));
    }

    #[test]
    fn notices_given_late_leave_the_days_they_announce() {
        let mut bilan = bilan(Funding::Beneficiary);
        let look = |bilan: &Bilan, day: i64| {
            happening(bilan, Phase::Investigation, true, IdleTerms::STANDARD, Timestamp::default().plus(day * DAY_MS))
        };
        // The service stood still until day 200.
        assert_eq!(look(&bilan, 200), Some(Happening::Notice { days: 14 }));
        bilan.notices = vec![Timestamp::default().plus(200 * DAY_MS)];
        assert_eq!(look(&bilan, 210), None);
        assert_eq!(look(&bilan, 211), Some(Happening::Notice { days: 3 }));
        bilan.notices.push(Timestamp::default().plus(211 * DAY_MS));
        assert_eq!(look(&bilan, 213), None);
        assert_eq!(look(&bilan, 214), Some(Happening::Abandonment));
    }

    #[test]
    fn the_right_of_access_opens_after_thirty_days_or_in_the_conclusions() {
        let mut bilan = bilan(Funding::Beneficiary);
        bilan.access_requested = Some(Timestamp::default());
        let at = |day: i64| Timestamp::default().plus(day * DAY_MS);
        let look = |phase, day| happening(&bilan, phase, false, IdleTerms::STANDARD, at(day));
        assert_eq!(look(Phase::Investigation, 29), None);
        assert_eq!(look(Phase::Investigation, 30), Some(Happening::Access));
        assert_eq!(look(Phase::Conclusions, 1), Some(Happening::Access));
        assert_eq!(next_look(&bilan, Phase::Investigation, false, IdleTerms::STANDARD), Some(at(30)));
        assert_eq!(next_look(&bilan, Phase::Investigation, true, IdleTerms::STANDARD), Some(at(76)));
        assert_eq!(next_look(&bilan, Phase::Ended, false, IdleTerms::STANDARD), None);
    }
}
