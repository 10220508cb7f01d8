//! Copies of the data: what they hold, how they are made, when the last one was made.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::pages::look::html;
use crate::pages::visit::Visit;
use crate::services::backups::{self, BackupRoute};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/administration/backups", get(show))
}

#[derive(Template)]
#[template(path = "administration_backups.html")]
struct BackupsPage {
    visit: Visit,
    by_command: bool,
    last: String,
}

async fn show(State(app): State<App>, visit: Visit) -> Response {
    let by_command = matches!(app.terms().backups, BackupRoute::ByCommand { .. });
    let last = last_in_words(&app, &visit).await;
    html(&BackupsPage { visit, by_command, last })
}

/// When the data was copied last, as far as the service knows.
pub(super) async fn last_in_words(app: &App, visit: &Visit) -> String {
    match (backups::last(app).await, &app.terms().backups) {
        (Some(at), _) => visit.moment(at),
        (None, BackupRoute::ByCommand { .. }) => visit.t("aucune n’est notée ici", "none is noted here").to_owned(),
        (None, BackupRoute::ByDatabase) => {
            visit.t("faite par la base de données, pas notée ici", "made by the database, not noted here").to_owned()
        }
    }
}
