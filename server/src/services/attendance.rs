//! Attendance: meetings with their hours, and the time spent on questionnaires; countable without any content (CT-6, Q-1).

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::records::administrative::{Administrative, Attendance, AttendanceKind};
use crate::records::bilan::Bilan;
use crate::records::grant::DocumentClass;
use crate::services::assignments::in_charge;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::bilans::phase_of;
use crate::services::error::{Result, ServiceError};
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
    /// Adds up a list of attendance.
    #[must_use]
    pub fn of(attendance: &[Attendance]) -> Self {
        let mut hours = Self::default();
        for entry in attendance {
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
    administrative.content.attendance.push(Attendance { phase, from, to, kind });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::bilan::Phase;

    #[test]
    fn ct_6_hours_add_up_by_kind() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let entry = |from, to, kind| Attendance { phase: Phase::Investigation, from: at(from), to: at(to), kind };
        let hours = Hours::of(&[
            entry(0, 90, AttendanceKind::Meeting),
            entry(100, 130, AttendanceKind::Questionnaires),
            entry(200, 260, AttendanceKind::Remote),
            // A clock that was set back counts as no time.
            entry(300, 290, AttendanceKind::Meeting),
        ]);
        assert_eq!((hours.meetings, hours.questionnaires, hours.remote), (1.5, 0.5, 1.0));
        assert_eq!(hours.total(), 3.0);
    }
}
