//! The consultant's desk: her bilans and what waits in each, one bilan with its battery and notes, reviews of results, the synthesis,
//! attendance, the end.
//!
//! Reading order: [`desk`], [`proposing`], [`bilan`], [`giving`], [`review`], [`synthesis`], [`attendance`], [`rounds`], [`notes`], [`ending`],
//! [`follow_ups`].

mod attendance;
mod bilan;
mod desk;
mod ending;
mod follow_ups;
mod giving;
mod notes;
mod proposing;
mod review;
mod rounds;
mod synthesis;

use axum::Router;

use super::failure::PageError;
use super::look::set;
use super::visit::Visit;
use crate::app::{App, Caller};
use crate::ids::Id;
use crate::services::error::ServiceError;
use crate::services::{assignments, bilans};

pub(super) use desk::desk;
pub(super) use giving::{Called, words_of};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(proposing::routes())
        .merge(bilan::routes())
        .merge(giving::routes())
        .merge(review::routes())
        .merge(synthesis::routes())
        .merge(attendance::routes())
        .merge(rounds::routes())
        .merge(notes::routes())
        .merge(ending::routes())
        .merge(follow_ups::routes())
}

/// The bilan that a page is about, for the line above its title.
struct Frame {
    bilan: Id,
    name: String,
}

/// The frame of a bilan in the caller's care.
async fn frame(app: &App, caller: &Caller, visit: &Visit, bilan: Id) -> Result<Frame, PageError> {
    assignments::in_charge(app, caller, bilan).await?;
    let name = match bilans::beneficiary_of(app, caller, bilan).await {
        Ok(account) => Some(account.content.name),
        Err(ServiceError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Frame { bilan, name: name_or(visit, name) })
}

/// A name, or what is said once it is destroyed.
fn name_or(visit: &Visit, name: Option<String>) -> String {
    name.unwrap_or_else(|| visit.t("Nom effacé", "Name erased").to_owned())
}

/// The title of a questionnaire in the language of the page; its identifier where it is not known any more.
pub(super) fn title_of(app: &App, visit: &Visit, instrument: &str) -> String {
    app.catalog().find(instrument).map_or_else(|_| instrument.to_owned(), |loaded| words_of(&loaded, visit).title)
}
