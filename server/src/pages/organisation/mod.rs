//! The desk of an organisation's clerk: her files and their scores, the norms, the tokens of the house's programs.
//!
//! Reading order: [`desk`], [`declaring`], [`starting`], [`file`], [`form_file`], [`columns`], [`choices`], [`checking`], [`norms`],
//! [`building`], [`tokens`]; [`words`] has what several of them say.

mod building;
mod checking;
mod choices;
mod columns;
mod declaring;
mod desk;
mod file;
mod form_file;
mod norms;
mod starting;
mod tokens;
mod words;

use axum::Router;

use super::visit::Visit;
use crate::app::App;
use crate::documents::Stored;
use crate::ids::Id;
use crate::records::job::ScoringJob;

pub(super) use desk::desk;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(declaring::routes())
        .merge(starting::routes())
        .merge(file::routes())
        .merge(columns::routes())
        .merge(checking::routes())
        .merge(norms::routes())
        .merge(building::routes())
        .merge(tokens::routes())
}

/// The file that a page is about, for the line above its title.
struct Frame {
    job: Id,
    name: String,
}

impl Frame {
    fn of(visit: &Visit, job: &Stored<ScoringJob>) -> Self {
        Self { job: job.record.id, name: name_of(visit, &job.content) }
    }
}

/// The name of a file, as it was sent; else the day.
fn name_of(visit: &Visit, job: &ScoringJob) -> String {
    let made = || format!("{} {}", visit.t("Fichier du", "File of"), visit.moment(job.created));
    job.name.clone().unwrap_or_else(made)
}
