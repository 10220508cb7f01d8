//! The first page of an administrator: whether everything answers, and what waits.

use askama::Template;
use reports::text::number;

use super::backups::last_in_words;
use super::look::staff_name;
use crate::app::{App, MailRoute};
use crate::ids::Id;
use crate::pages::look::{PageResult, count, counted, html};
use crate::pages::visit::Visit;
use crate::services::overview::{self, WaitingFor, WaitingPerson};

/// A store, and whether it answers.
struct StoreLine {
    name: String,
    answers: bool,
}

/// Somebody for whom something waits.
struct PersonLine {
    id: Id,
    name: String,
    what: String,
    /// What an administrator can do about it.
    way: &'static str,
    is_for_you: bool,
}

#[derive(Template)]
#[template(path = "administration_overview.html")]
struct OverviewPage {
    visit: Visit,
    version: &'static str,
    n_away: u32,
    stores: Vec<StoreLine>,
    by_mail: bool,
    last_backup: String,
    people: Vec<PersonLine>,
    n_destructions: u32,
    n_late: String,
    /// The same number, for the word that follows it.
    several_late: u32,
    is_late: bool,
    nothing_waits: bool,
    complete: bool,
}

/// The overview.
pub(in crate::pages) async fn overview(app: &App, visit: Visit) -> PageResult {
    let health = overview::health(app).await;
    let waiting = overview::waiting(app).await?;
    let mut stores =
        vec![StoreLine { name: visit.t("Magasin de données", "Data store").to_owned(), answers: health.data_store }];
    stores.extend(health.key_stores.iter().map(|(name, answers)| StoreLine {
        name: format!("{} {name}", visit.t("Magasin de clés", "Key store")),
        answers: *answers,
    }));
    Ok(html(&OverviewPage {
        version: env!("CARGO_PKG_VERSION"),
        n_away: count(health.n_away()),
        stores,
        by_mail: app.terms().mail == MailRoute::Smtp,
        last_backup: last_in_words(app, &visit).await,
        nothing_waits: waiting.is_empty(),
        people: waiting.people.iter().map(|person| line(&visit, person)).collect(),
        n_destructions: counted(waiting.n_destructions),
        several_late: counted(waiting.n_late),
        n_late: number::count(visit.language, waiting.n_late),
        is_late: waiting.n_late > 0,
        complete: waiting.complete,
        visit,
    }))
}

fn line(visit: &Visit, person: &WaitingPerson) -> PersonLine {
    let (way_french, way_english, is_for_you) = match person.what {
        WaitingFor::Entry { .. } => ("Préparer un nouveau lien", "Make a new link", true),
        WaitingFor::SecondAdministrator { .. } => ("Confirmer", "Confirm", true),
        WaitingFor::RecoveryCode { .. } => ("Voir", "Look", false),
    };
    PersonLine {
        id: person.id,
        name: staff_name(visit, &person.name),
        what: told(visit, person.what),
        way: visit.t(way_french, way_english),
        is_for_you,
    }
}

/// What waits for somebody, in words.
pub(super) fn told(visit: &Visit, what: WaitingFor) -> String {
    match what {
        WaitingFor::Entry { since } => {
            let since = visit.day(since);
            format!(
                "{} {since}",
                visit.t("n’a pas encore ouvert son lien ; invitation du", "has not opened the link yet; invited on")
            )
        }
        WaitingFor::SecondAdministrator { since } => {
            let said = visit.t(
                "accès réinitialisé, à confirmer par un autre administrateur ; demandé le",
                "access was reset, to be confirmed by another administrator; asked for on",
            );
            format!("{said} {}", visit.day(since))
        }
        WaitingFor::RecoveryCode { since } => {
            let said = visit.t(
                "accès réinitialisé ; attend un de ses anciens codes de secours, depuis le",
                "access was reset; waits for one of the earlier recovery codes, since",
            );
            format!("{said} {}", visit.day(since))
        }
    }
}
