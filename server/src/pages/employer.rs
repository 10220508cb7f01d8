//! What an employer sees: that bilans it pays for exist, with their dates, where the person opened that; and what it does not see.

use askama::Template;

use super::look::{PageResult, html};
use super::phases::{PhaseMark, phase_marks};
use super::visit::Visit;
use crate::app::{App, Caller};
use crate::clock::Timestamp;
use crate::records::bilan::{Funding, Phase};
use crate::services::bilans;
use crate::services::error::ServiceError;

/// A bilan that is paid for.
struct BilanLine {
    /// The day on which the agreement of three parties was presented, by which the employer knows it.
    presented: String,
    phases: Vec<PhaseMark>,
    is_delivered: bool,
}

#[derive(Template)]
#[template(path = "employer.html")]
struct EmployerPage {
    visit: Visit,
    bilans: Vec<BilanLine>,
}

/// The first page of somebody who looks after the bilans that an employer pays.
pub(super) async fn home(app: &App, caller: &Caller, visit: Visit) -> PageResult {
    let mut lines = Vec::new();
    let mut found = bilans::granted(app, caller).await?;
    found.sort_by_key(|stored| (presented(&stored.content.funding), stored.record.id));
    for stored in found {
        let Some(presented) = presented(&stored.content.funding) else { continue };
        let phase = match bilans::phase_of(&stored.record) {
            // It is being destroyed at this moment.
            Err(ServiceError::NotFound) => continue,
            other => other?,
        };
        lines.push(BilanLine {
            presented: visit.day(presented),
            phases: phase_marks(&visit, &stored.content, phase, &Phase::ALL[1..6]),
            is_delivered: stored.content.delivered.is_some(),
        });
    }
    Ok(html(&EmployerPage { visit, bilans: lines }))
}

fn presented(funding: &Funding) -> Option<Timestamp> {
    match funding {
        Funding::Employer { presented, .. } => Some(*presented),
        Funding::Beneficiary => None,
    }
}
