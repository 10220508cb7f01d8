//! The consultant's desk: where each bilan in her care stands, and what waits for whom. Counts alone; no content is opened.

use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::account::{self, Account};
use crate::records::assignment::AssignmentState;
use crate::records::bilan::{Bilan, Phase};
use crate::records::result;
use crate::services::assignments::state_of;
use crate::services::bilans::{self, phase_of};
use crate::services::error::{Result, ServiceError};
use crate::services::{assignments, life};
use crate::store::{Kind, Selection};

/// What waits in a bilan, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waiting {
    /// The beneficiary asked to see her results; they open by themselves.
    Access {
        /// When.
        opens: Timestamp,
    },
    /// Nothing has happened for long; the bilan will be abandoned.
    Idle {
        /// When.
        ends: Timestamp,
    },
    /// Results are there and were not handed over.
    Results {
        /// How many.
        n: u32,
    },
    /// The synthesis is not written.
    Synthesis,
    /// The synthesis is written; results and synthesis are not handed over.
    HandingOver,
    /// Everything is handed over: the bilan can end.
    End,
    /// The beneficiary was not invited yet.
    Invitation,
    /// No questionnaire was given.
    Questionnaires,
    /// Everything that was asked is answered: the bilan can go on.
    Step {
        /// Into which phase.
        to: Phase,
    },
    /// The beneficiary has not consented yet.
    Consent {
        /// The last day on which she can, for an employer's proposal.
        until: Option<Timestamp>,
    },
    /// The beneficiary is answering.
    Answers {
        /// How many questionnaires are open.
        n: u32,
    },
}

impl Waiting {
    /// Whether it waits for the consultant; else for the beneficiary.
    #[must_use]
    pub const fn is_for_the_consultant(self) -> bool {
        !matches!(self, Self::Consent { .. } | Self::Answers { .. })
    }
}

/// Where a bilan stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The bilan.
    pub bilan: Stored<Bilan>,
    /// Its phase.
    pub phase: Phase,
    /// Name of the beneficiary; `None` once it is destroyed.
    pub name: Option<String>,
    /// What waits, the most urgent first.
    pub waiting: Vec<Waiting>,
}

/// The bilans in the caller's care, the most urgent first.
///
/// # Errors
/// What store and vault say.
pub async fn of_consultant(app: &App, caller: &Caller) -> Result<Vec<Standing>> {
    let mut found = Vec::new();
    for bilan in bilans::granted(app, caller).await? {
        if bilan.content.consultant == caller.account {
            found.push(standing(app, caller, bilan).await?);
        }
    }
    // Of equal urgency, the one that has waited longest.
    found.sort_by_key(|standing| {
        let first = standing.waiting.first().copied();
        (standing.phase.is_over(), first.is_none(), first, standing.bilan.content.active)
    });
    Ok(found)
}

/// Where one bilan in the caller's care stands.
///
/// # Errors
/// [`ServiceError::NotFound`] for any other.
pub async fn of_bilan(app: &App, caller: &Caller, bilan: Id) -> Result<Standing> {
    standing(app, caller, assignments::in_charge(app, caller, bilan).await?).await
}

async fn standing(app: &App, caller: &Caller, bilan: Stored<Bilan>) -> Result<Standing> {
    let phase = phase_of(&bilan.record)?;
    let beneficiary = match bilans::beneficiary_of(app, caller, bilan.record.id).await {
        Ok(account) => Some(account),
        Err(ServiceError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let mut waiting = match phase {
        Phase::Proposed => vec![before_consent(app, &bilan, beneficiary.as_ref()).await?],
        phase if phase.is_under_way() => under_way(app, caller, &bilan, phase).await?,
        _ => Vec::new(),
    };
    if !phase.is_over() && !bilan.content.notices.is_empty() {
        waiting.push(Waiting::Idle { ends: app.terms().idle.ends(&bilan.content) });
    }
    waiting.sort_unstable();
    Ok(Standing { phase, name: beneficiary.map(|account| account.content.name), waiting, bilan })
}

async fn before_consent(app: &App, bilan: &Stored<Bilan>, beneficiary: Option<&Stored<Account>>) -> Result<Waiting> {
    if beneficiary.is_some_and(|account| account.record.state == account::state::INVITED) {
        let mut selection = Selection::of(Kind::Invitation);
        selection.owner = Some(bilan.content.beneficiary);
        selection.state = Some(crate::records::invitation::state::OPEN.to_owned());
        let open = app.documents().store().select(&selection).await?;
        if open.iter().all(|record| record.due.is_some_and(|ends| ends <= app.now())) {
            return Ok(Waiting::Invitation);
        }
    }
    Ok(Waiting::Consent { until: life::last_moment_to_decide(&bilan.content.funding) })
}

async fn under_way(app: &App, caller: &Caller, bilan: &Stored<Bilan>, phase: Phase) -> Result<Vec<Waiting>> {
    let id = bilan.record.id;
    let (mut n_given, mut n_open) = (0, 0);
    for assignment in assignments::of_bilan(app, caller, id).await? {
        match state_of(&assignment.record)? {
            AssignmentState::Withdrawn => {}
            AssignmentState::NotStarted | AssignmentState::InProgress => (n_given, n_open) = (n_given + 1, n_open + 1),
            AssignmentState::Submitted | AssignmentState::Done => n_given += 1,
        }
    }
    let mut waiting = Vec::new();
    let n_held = n_held(app, id).await?;
    if n_held > 0 {
        waiting.push(Waiting::Results { n: n_held });
        waiting.extend(life::access_opens(&bilan.content, phase).map(|opens| Waiting::Access { opens }));
    }
    match phase {
        Phase::Conclusions if bilan.content.delivered.is_some() => waiting.push(Waiting::End),
        Phase::Conclusions => {
            let synthesis = app.documents().store().fetch(Kind::Synthesis, id).await?;
            waiting.push(if synthesis.is_some() { Waiting::HandingOver } else { Waiting::Synthesis });
        }
        _ if n_given == 0 => waiting.push(Waiting::Questionnaires),
        _ if n_open == 0 => waiting.extend(life::next_phase(phase).map(|to| Waiting::Step { to })),
        _ => {}
    }
    if n_open > 0 {
        waiting.push(Waiting::Answers { n: n_open });
    }
    Ok(waiting)
}

/// How many results of a bilan are not handed over.
async fn n_held(app: &App, bilan: Id) -> Result<u32> {
    let mut selection = Selection::of(Kind::Result);
    selection.bilan = Some(bilan);
    selection.state = Some(result::state::HELD.to_owned());
    let page = app.documents().store().select(&selection).await?;
    Ok(u32::try_from(page.len()).unwrap_or(u32::MAX))
}
