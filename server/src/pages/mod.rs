//! The pages: what people see. They call the services as [`crate::api`] does, decide nothing, and work without JavaScript.
//!
//! Reading order: `visit` (who asks, in which language), [`guard`] (who may), [`failure`] (what is said when something is not
//! possible), `form` (what was filled in), `look` (how a page is made), then one file a page or a group of pages.
//! Templates stand in `templates/`, every text in both languages beside its place: `visit.t("…", "…")`.

mod account;
mod administration;
mod answering;
mod assets;
mod beneficiary;
mod consultant;
mod document;
mod employer;
mod entry;
pub mod failure;
mod follow_up;
mod form;
pub mod guard;
mod information;
mod look;
mod organisation;
mod phases;
mod programs;
mod recipient;
mod results;
mod sharing;
mod visit;
mod words;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::app::App;

/// The address that takes files, as a stream with limits of its own.
pub const UPLOAD: &str = "/files/{job}/input";

/// The addresses of all pages.
pub fn routes(app: &App) -> Router<App> {
    Router::new()
        .merge(entry::routes())
        .merge(account::routes())
        .merge(beneficiary::routes())
        .merge(answering::routes())
        .merge(results::routes())
        .merge(sharing::routes())
        .merge(consultant::routes())
        .merge(administration::routes())
        .merge(recipient::routes())
        .merge(follow_up::routes())
        .merge(organisation::routes())
        .merge(information::routes())
        .route_layer(from_fn_with_state(app.clone(), guard::guard))
        .merge(assets::routes())
}
