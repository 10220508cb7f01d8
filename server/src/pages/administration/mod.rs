//! What an administrator does: the state of the service, houses and their staff, tokens of programs, what is kept and for how long,
//! checks, papers on data protection, copies. No content of any bilan, and no name of anybody who does one.
//!
//! Reading order: [`overview`], [`houses`], [`people`], [`qualifications`], [`resets`], [`tokens`], [`retention`], [`checks`],
//! [`papers`], [`backups`]; [`look`] holds what several of them show.

mod backups;
mod checks;
mod houses;
mod look;
mod overview;
mod papers;
mod people;
mod qualifications;
mod resets;
mod retention;
mod tokens;

use axum::Router;

use crate::app::App;

pub(super) use overview::overview;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(houses::routes())
        .merge(people::routes())
        .merge(qualifications::routes())
        .merge(resets::routes())
        .merge(tokens::routes())
        .merge(retention::routes())
        .merge(checks::routes())
        .merge(papers::routes())
        .merge(backups::routes())
}
