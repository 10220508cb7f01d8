//! Terms of what outlives a bilan: the follow-up and the administrative record.

use super::{Budget, TickReport, due};
use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::records::administrative::Administrative;
use crate::records::follow_up::FollowUp;
use crate::records::receipt::Reason;
use crate::services::error::Result;
use crate::services::{destruction, follow_up};
use crate::store::{Kind, Record};

/// Sends what is due of follow-ups, and destroys those whose term has come.
pub(super) async fn follow_ups(app: &App, now: Timestamp, report: &mut TickReport) {
    let mut budget = Budget::new();
    for record in due(app, Kind::FollowUp, now, report).await {
        if !budget.take(report) {
            return;
        }
        let seen = follow_up(app, record, now).await;
        let Some(seen) = report.take("see to a follow-up", seen) else { continue };
        budget.spent();
        match seen {
            Seen::Over => report.follow_ups_over += 1,
            Seen::Sent => report.follow_ups_sent += 1,
            Seen::Nothing => {}
        }
    }
}

enum Seen {
    Over,
    Sent,
    Nothing,
}

async fn follow_up(app: &App, record: Record, now: Timestamp) -> Result<Seen> {
    let stored: Stored<FollowUp> = app.documents().open(record).await?;
    if stored.content.until().is_some_and(|until| now >= until) {
        follow_up::destroy(app, stored, Reason::TermOver, None).await?;
        return Ok(Seen::Over);
    }
    let sent = follow_up::send_due(app, stored, now).await?;
    Ok(if sent { Seen::Sent } else { Seen::Nothing })
}

/// Destroys administrative records whose own term has come.
pub(super) async fn administrative(app: &App, now: Timestamp, report: &mut TickReport) {
    let mut budget = Budget::new();
    for record in due(app, Kind::Administrative, now, report).await {
        if !budget.take(report) {
            return;
        }
        let done = administrative_over(app, record).await;
        if report.take("destroy an administrative record", done).is_some() {
            budget.spent();
            report.administrative_over += 1;
        }
    }
}

async fn administrative_over(app: &App, record: Record) -> Result<()> {
    let stored: Stored<Administrative> = app.documents().open(record).await?;
    let receipts = stored.content.receipts;
    let receipt = destruction::decide_single(app, stored.record, &receipts, Reason::TermOver, None).await?;
    destruction::carry_out(app, receipt).await.map(|_| ())
}
