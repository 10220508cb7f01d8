//! Pages for everybody: accessibility, rights, help.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::look::html;
use super::visit::Visit;
use crate::app::App;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/accessibility", get(accessibility)).route("/rights", get(rights)).route("/help", get(help))
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct AccessibilityPage {
    visit: Visit,
}

async fn accessibility(visit: Visit) -> Response {
    html(&AccessibilityPage { visit })
}

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsPage {
    visit: Visit,
}

async fn rights(visit: Visit) -> Response {
    html(&RightsPage { visit })
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    visit: Visit,
}

async fn help(visit: Visit) -> Response {
    html(&HelpPage { visit })
}
