//! Answers on paper, entered by staff: checked as answers on a screen are, saved and submitted at once.

use std::collections::BTreeMap;

use crate::app::{App, Caller};
use crate::error::FieldProblem;
use crate::ids::Id;
use crate::questionnaire::GivenAnswer;
use crate::records::assignment::{AssignmentState, KeptAnswer};
use crate::services::answering::{answer_context, pointer};
use crate::services::assignments::{in_care, state_of};
use crate::services::audit::{AuditEntry, Verb};
use crate::services::error::{Refusal, Result, ServiceError};
use crate::services::submission;
use crate::store::{Change, Kind};
use crate::vault::VaultError;

/// Enters all answers of a questionnaire that was answered on paper, and submits it. Returns the result.
///
/// # Errors
/// Every answer that does not fit its step; [`Refusal`] by state; [`ServiceError::NotFound`] outside the consultant's care.
pub async fn enter(
    app: &App,
    caller: &Caller,
    assignment: Id,
    given: &BTreeMap<u32, GivenAnswer>,
) -> Result<Option<Id>> {
    let now = app.now();
    let mut stored = in_care(app, caller, assignment).await?;
    match state_of(&stored.record)? {
        AssignmentState::NotStarted | AssignmentState::InProgress => {}
        AssignmentState::Withdrawn => return Err(Refusal::Withdrawn.into()),
        AssignmentState::Submitted | AssignmentState::Done => return Err(Refusal::Submitted.into()),
    }
    let sheet = app.sheet(&stored.content.instrument, &stored.content.language)?;
    let key = stored.record.key.ok_or(ServiceError::Broken("an assignment has no key"))?;
    let opener = app.documents().vault().opener(key).await?;
    let (mut problems, mut answers) = (Vec::new(), Vec::new());
    for (&position, answer) in given {
        match sheet.steps().check(position, answer) {
            Ok(answer) => answers.push((position, KeptAnswer { answer, first: now, at: now })),
            Err(error) => {
                let field = format!("/answers/{position}{}", pointer(&error));
                problems.push(FieldProblem::new(field, error.remedy()).allowed(error.allowed()));
            }
        }
    }
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    stored.content.from_paper = true;
    stored.content.started.get_or_insert(now);
    stored.record.state = AssignmentState::InProgress.word().to_owned();
    let mut changes = vec![app.documents().update(&stored).await?];
    for (position, kept) in answers {
        let plain = rmp_serde::to_vec_named(&kept).map_err(|_| ServiceError::Broken("an answer cannot be written"))?;
        let sealed = opener.seal(&answer_context(assignment, position), &plain).map_err(VaultError::from)?;
        let in_state = AssignmentState::InProgress.word();
        changes.push(Change::PutAnswer { assignment, position: i64::from(position), sealed, in_state });
    }
    let bilan = stored.record.bilan;
    changes
        .push(AuditEntry::new(Some(caller.account), Verb::Change, Kind::Assignment, Some(assignment), bilan).at(now)?);
    app.documents().commit(changes).await?;
    submission::submit_for(app, caller, assignment).await
}
