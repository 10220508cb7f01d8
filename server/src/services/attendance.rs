//! Attendance: meetings with their hours, and the time spent on questionnaires; countable without any content (CT-6, Q-1).

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::administrative::{Administrative, Attendance, AttendanceKind, Withdrawal, WithdrawalReason};
use crate::records::bilan::Bilan;
use crate::records::grant::DocumentClass;
use crate::services::assignments::in_charge;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::phase_of;
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::life;
use crate::store::{Change, Kind};

/// The most hours that a bilan may take (R6313-4).
pub const MOST_HOURS: f64 = 24.0;

/// Hours by kind of time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Hours {
    /// In the same room.
    pub meetings: f64,
    /// By telephone or video.
    pub remote: f64,
    /// On questionnaires.
    pub questionnaires: f64,
}

impl Hours {
    /// Adds up a list of attendance; what was recorded by mistake counts for nothing.
    #[must_use]
    pub fn of(attendance: &[Attendance]) -> Self {
        let mut hours = Self::default();
        for entry in attendance.iter().filter(|entry| entry.withdrawn.is_none()) {
            let of_kind = match entry.kind {
                AttendanceKind::Meeting => &mut hours.meetings,
                AttendanceKind::Remote => &mut hours.remote,
                AttendanceKind::Questionnaires => &mut hours.questionnaires,
            };
            *of_kind += entry.to.since(entry.from).max(0) as f64 / 3_600_000.0;
        }
        hours
    }

    /// All hours.
    #[must_use]
    pub fn total(self) -> f64 {
        self.meetings + self.remote + self.questionnaires
    }
}

/// The administrative record of a bilan that the caller may know of.
///
/// # Errors
/// [`ServiceError::NotFound`] when she may not; what store and vault say.
pub async fn of_bilan(app: &App, caller: &Caller, bilan: Id) -> Result<Stored<Administrative>> {
    let stored: Stored<Bilan> = app.documents().readable(caller, bilan, DocumentClass::Progress, app.now()).await?;
    app.documents().load(stored.content.administrative).await
}

/// Records a meeting.
///
/// # Errors
/// Times that are no meeting; [`ServiceError::NotFound`] outside the consultant's care; what store and vault say.
pub async fn record(
    app: &App,
    caller: &Caller,
    bilan: Id,
    from: Timestamp,
    to: Timestamp,
    kind: AttendanceKind,
) -> Result<Stored<Administrative>> {
    let now = app.now();
    let mut problems = Vec::new();
    if kind == AttendanceKind::Questionnaires {
        problems
            .push(FieldProblem::new("/kind", "time on questionnaires is counted by itself").allowed("meeting, remote"));
    }
    if to <= from || to.since(from) > 12 * 3_600_000 || to > now {
        problems.push(
            FieldProblem::new("/to", "give the end of a meeting that is over")
                .allowed("after `from`, by 12 hours at most"),
        );
    }
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    let stored = in_charge(app, caller, bilan).await?;
    let phase = phase_of(&stored.record)?;
    life::check_under_way(phase)?;
    let mut administrative: Stored<Administrative> = app.documents().load(stored.content.administrative).await?;
    administrative.content.attendance.push(Attendance { phase, from, to, kind, withdrawn: None });
    let id = administrative.record.id;
    let changes = vec![
        // The record itself lives on after the end.
        Change::ExpectGoingOn { bilan },
        app.documents().update(&administrative).await?,
        AuditEntry::new(Some(caller.account), Verb::Create, Kind::Attendance, None, Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(id).await
}

/// Withdraws a meeting that was recorded by mistake. It stays in the record with the reason, and counts for nothing.
///
/// - `entry`: its place in the order of recording, from 1.
///
/// # Errors
/// [`ServiceError::NotFound`] outside the consultant's care, or where there is no such entry; time on questionnaires, which is counted by
/// itself; [`Refusal::AlreadyWithdrawn`]; [`ServiceError::Changed`]; what store and vault say.
pub async fn withdraw(
    app: &App,
    caller: &Caller,
    bilan: Id,
    entry: u32,
    reason: WithdrawalReason,
) -> Result<Stored<Administrative>> {
    let now = app.now();
    let stored = in_charge(app, caller, bilan).await?;
    life::check_under_way(phase_of(&stored.record)?)?;
    let mut administrative: Stored<Administrative> = app.documents().load(stored.content.administrative).await?;
    let place = usize::try_from(entry).ok().and_then(|number| number.checked_sub(1));
    let found = place.and_then(|idx| administrative.content.attendance.get_mut(idx)).ok_or(ServiceError::NotFound)?;
    if found.kind == AttendanceKind::Questionnaires {
        return Err(ServiceError::field("/entry", "a meeting", "time on questionnaires is counted by itself"));
    }
    if found.withdrawn.is_some() {
        return Err(Refusal::AlreadyWithdrawn.into());
    }
    found.withdrawn = Some(Withdrawal { reason, at: now, by: caller.account });
    let id = administrative.record.id;
    let changes = vec![
        Change::ExpectGoingOn { bilan },
        app.documents().update(&administrative).await?,
        AuditEntry::new(Some(caller.account), Verb::Withdraw, Kind::Attendance, None, Some(bilan)).at(now)?,
    ];
    app.documents().commit(changes).await?;
    app.documents().load(id).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::bilan::Phase;

    #[test]
    fn ct_6_hours_add_up_by_kind() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let entry = |from, to, kind| {
            let (phase, withdrawn) = (Phase::Investigation, None);
            Attendance { phase, from: at(from), to: at(to), kind, withdrawn }
        };
        let (reason, by) = (WithdrawalReason::RecordedTwice, Id::from_bytes([1; 16]));
        let withdrawn = Some(Withdrawal { reason, at: at(500), by });
        let hours = Hours::of(&[
            entry(0, 90, AttendanceKind::Meeting),
            entry(100, 130, AttendanceKind::Questionnaires),
            entry(200, 260, AttendanceKind::Remote),
            // A clock that was set back counts as no time.
            entry(300, 290, AttendanceKind::Meeting),
            Attendance { withdrawn, ..entry(0, 90, AttendanceKind::Meeting) },
        ]);
        assert_eq!((hours.meetings, hours.questionnaires, hours.remote), (1.5, 0.5, 1.0));
        assert_eq!(hours.total(), 3.0);
    }
}
