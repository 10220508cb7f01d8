//! When somebody last did something in a bilan: what the 90 idle days count from.
//!
//! Nothing is written for it. The audit log holds who signed in, read and wrote, and each answer when it was saved; both are read when the
//! bilan is looked at, which a living one is once in 76 days. So saving an answer and signing in cost nothing more, and a session that
//! ended by signing out counts like any other.

use crate::app::App;
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::assignment::Assignment;
use crate::records::bilan::Bilan;
use crate::services::answering::answers_of;
use crate::services::audit::{AuditEntry, Verb};
use crate::services::destruction::material::every;
use crate::services::error::Result;
use crate::store::{Kind, LogPlace, Selection};

/// How many lines of the log are read at once.
const PAGE: u32 = 500;

/// The last moment at which the beneficiary or the consultant in charge did something. What others do, such as an employer who looks at
/// dates or a rater, keeps no bilan alive.
pub(super) async fn last(app: &App, bilan: &Stored<Bilan>) -> Result<Timestamp> {
    let logged = last_logged(app, bilan).await?;
    Ok(logged.max(last_answer(app, bilan).await?).max(Some(bilan.content.active)).unwrap_or(bilan.content.active))
}

async fn last_logged(app: &App, bilan: &Stored<Bilan>) -> Result<Option<Timestamp>> {
    let people: [Option<Id>; 2] = [Some(bilan.content.beneficiary), Some(bilan.content.consultant)];
    // No entry since then stands in an earlier segment.
    let mut after = LogPlace { segment: bilan.content.active.month(), seq: 0 };
    let mut last = None;
    loop {
        let page = app.documents().store().audit_of_bilan(bilan.record.id, Some(after), PAGE).await?;
        let Some(end) = page.last() else { return Ok(last) };
        after = end.place.clone();
        for line in &page {
            let entry = AuditEntry::read(&line.entry.entry)?;
            // Anybody can fail to sign in as somebody else.
            if people.contains(&entry.actor) && entry.verb != Verb::SignInFailed {
                last = last.max(Some(line.entry.at));
            }
        }
    }
}

async fn last_answer(app: &App, bilan: &Stored<Bilan>) -> Result<Option<Timestamp>> {
    let mut selection = Selection::of(Kind::Assignment);
    selection.bilan = Some(bilan.record.id);
    selection.owner = Some(bilan.content.beneficiary);
    let mut last = None;
    for record in every(app.documents(), selection).await? {
        let assignment: Stored<Assignment> = app.documents().open(record).await?;
        let answers = answers_of(app, &assignment).await?;
        last = last.max(answers.values().map(|kept| kept.at).max());
    }
    Ok(last)
}
