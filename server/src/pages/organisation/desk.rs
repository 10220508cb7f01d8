//! What a clerk sees first: the files of the house and what becomes of them, and ways to norms and tokens.

use askama::Template;

use super::name_of;
use super::words::phase_of;
use crate::app::{App, Caller};
use crate::bulk::entitlement::Basis;
use crate::bulk::job_file::JobState;
use crate::documents::Stored;
use crate::ids::Id;
use crate::pages::consultant::title_of;
use crate::pages::look::{PageResult, count, html};
use crate::pages::visit::Visit;
use crate::records::job::ScoringJob;
use crate::records::tenant::Tenant;
use crate::services::{declarations, jobs, local_norms, programs};
use crate::store::Selection;

/// The most files that the desk shows.
const SHOWN: u32 = 200;

/// A file in the list.
struct FileLine {
    id: Id,
    name: String,
    questionnaire: String,
    phase: String,
    deleted: String,
    /// The words of the way on.
    way: String,
    /// Whether it waits for the clerk.
    waits: bool,
}

#[derive(Template)]
#[template(path = "organisation_desk.html")]
struct DeskPage {
    visit: Visit,
    house: String,
    files: Vec<FileLine>,
    /// The ground that holds now: whether rows are anonymous, until when it holds.
    ground: Option<(bool, Option<String>)>,
    n_norms: u32,
    n_tokens: u32,
    /// Whether there is a simulated file to try.
    sample: bool,
}

/// The desk.
pub(in crate::pages) async fn desk(app: &App, caller: &Caller, visit: Visit) -> PageResult {
    let house: Stored<Tenant> = app.documents().load(caller.tenant).await?;
    let mut found = jobs::page(app, caller, None, SHOWN).await?;
    found.sort_by_key(|job| std::cmp::Reverse(job.content.created));
    let files = found.iter().map(|job| line(app, &visit, job)).collect();
    let ground = declarations::live(app, caller).await?.map(|(stored, _)| match stored.content.declaration.basis {
        Basis::Anonymous => (true, None),
        Basis::LiveAgreement { ends } => (false, Some(visit.day(ends))),
    });
    Ok(html(&DeskPage {
        house: house.content.name,
        files,
        ground,
        n_norms: count(local_norms::list(app, caller).await?.len()),
        n_tokens: count(programs::page(app, caller.tenant, None, Selection::PAGE).await?.len()),
        sample: app.sample().is_some(),
        visit,
    }))
}

fn line(app: &App, visit: &Visit, job: &Stored<ScoringJob>) -> FileLine {
    let way = match job.content.job.state {
        JobState::Receiving => visit.t("Envoyer le fichier", "Send the file"),
        JobState::Waiting => visit.t("Continuer", "Go on"),
        JobState::Running { .. } => visit.t("Suivre", "Follow"),
        JobState::Done { .. } => visit.t("Voir et télécharger", "See and download"),
        JobState::Failed { .. } => visit.t("Voir pourquoi", "See why"),
    };
    FileLine {
        id: job.record.id,
        name: name_of(visit, &job.content),
        questionnaire: title_of(app, visit, &job.content.query.instrument),
        phase: phase_of(visit, &job.content.job.state),
        deleted: visit.moment(job.content.job.deleted_at()),
        way: way.to_owned(),
        waits: matches!(job.content.job.state, JobState::Receiving | JobState::Waiting | JobState::Done { .. }),
    }
}
