//! What time does by itself: refusal by silence, notices and abandonment, the right of access, terms, interrupted destructions, what has
//! expired, and the audit log.
//!
//! [`tick`] does what is due now and can be called as often as one likes, by several processes on one database: every step is a commit that
//! fails when another process was faster. It keeps no state, so after any time of standing still it simply finds more to do.

mod bilans;
mod expiry;
mod life_signs;
mod terms;

use crate::app::App;
use crate::clock::Timestamp;
use crate::records::receipt::state;
use crate::services::audit_log;
use crate::services::destruction::{self, Standing};
use crate::services::error::{Result, ServiceError};
use crate::store::{Kind, Record, Selection};

/// How many records of one kind are seen to in one tick.
const PER_TICK: usize = 200;

/// How many that fail are passed by in search of others.
const PASSED_BY: usize = 1000;

/// What one tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TickReport {
    /// Bilans refused by silence.
    pub silent_refusals: u32,
    /// Notices that a bilan will be abandoned.
    pub notices: u32,
    /// Bilans abandoned.
    pub abandonments: u32,
    /// Bilans whose results opened by the right of access.
    pub accesses: u32,
    /// Bilans of which something went because its term had come.
    pub terms: u32,
    /// Destructions that were finished after an interruption.
    pub resumed: u32,
    /// Destructions that still wait for a replica of the key store.
    pub waiting: u32,
    /// Questionnaires of follow-ups sent.
    pub follow_ups_sent: u32,
    /// Follow-ups destroyed at their term.
    pub follow_ups_over: u32,
    /// Administrative records destroyed at their term.
    pub administrative_over: u32,
    /// Sessions, links, kept replies and jobs that expired.
    pub expired: u32,
    /// Segments of the audit log closed.
    pub segments_closed: u32,
    /// Segments of the audit log deleted.
    pub segments_deleted: u32,
    /// What could not be done now; it is tried again at the next tick.
    pub failed: u32,
    /// Whether there is more to do at once.
    pub more: bool,
}

impl TickReport {
    /// Whether it did nothing and nothing failed.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        *self == Self { waiting: self.waiting, ..Self::default() }
    }

    /// Takes what a step said. That somebody else was faster is no failure.
    fn take<T>(&mut self, doing: &'static str, outcome: Result<T>) -> Option<T> {
        match outcome {
            Ok(done) => Some(done),
            Err(ServiceError::Changed | ServiceError::NotFound) => None,
            Err(error) => {
                tracing::warn!(doing, %error, "a step of the scheduler failed and will be tried again");
                self.failed += 1;
                None
            }
        }
    }
}

/// Does what is due now, a bounded part of it.
///
/// # Errors
/// None: what fails is counted in the report, logged, and tried again at the next tick, so that one fault does not stop the rest.
pub async fn tick(app: &App) -> Result<TickReport> {
    let mut report = TickReport::default();
    let now = app.now();
    let resumed = app.documents().vault().resume_destructions().await;
    report.take("resume destructions of keys", resumed.map_err(ServiceError::from));
    resume(app, &mut report).await;
    bilans::look(app, now, &mut report).await;
    terms::follow_ups(app, now, &mut report).await;
    terms::administrative(app, now, &mut report).await;
    expiry::expire(app, now, &mut report).await;
    let kept = audit_log::keep(app).await;
    if let Some(kept) = report.take("keep the audit log", kept) {
        report.segments_closed = kept.closed;
        report.segments_deleted = kept.deleted;
    }
    Ok(report)
}

/// Goes on with destructions that were interrupted or wait for a replica.
async fn resume(app: &App, report: &mut TickReport) {
    let mut selection = Selection::of(Kind::Receipt);
    selection.state = Some(state::DRAFT.to_owned());
    let drafts = destruction::material::every(app.documents(), selection).await;
    for draft in report.take("find interrupted destructions", drafts).unwrap_or_default() {
        let standing = destruction::carry_out(app, draft.id).await;
        match report.take("resume a destruction", standing) {
            Some(Standing::Issued) => report.resumed += 1,
            Some(Standing::Waiting { .. }) => report.waiting += 1,
            None => {}
        }
    }
}

/// The records of a kind that are due now, oldest first, a bounded number of them.
async fn due(app: &App, kind: Kind, now: Timestamp, report: &mut TickReport) -> Vec<Record> {
    let mut selection = Selection::of(kind);
    selection.due_before = Some(now.plus(1));
    let mut found: Vec<Record> = Vec::new();
    while found.len() < PASSED_BY {
        let page =
            report.take("find what is due", app.documents().store().select(&selection).await.map_err(Into::into));
        let page = page.unwrap_or_default();
        let Some(last) = page.last() else { return found };
        selection = selection.following(last);
        found.extend(page);
    }
    found
}

/// Counts what is seen to in one tick.
struct Budget(usize);

impl Budget {
    const fn new() -> Self {
        Self(PER_TICK)
    }

    /// Takes one; `false` when none is left, which the report says.
    fn take(&mut self, report: &mut TickReport) -> bool {
        if self.0 == 0 {
            report.more = true;
            return false;
        }
        true
    }

    fn spent(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }
}
